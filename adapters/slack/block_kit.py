"""Replies -> Slack's messages: pure, and always within its limits."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import assert_never
from unicodedata import east_asian_width

from adapters.button_ids import Button, button_id
from adapters.documents.files import File
from adapters.documents.outline import Outline
from adapters.fitting import clipped, split, together
from adapters.rendering import Rendering, all_replies
from adapters.reviews import ACTS, act_id, queue_button
from adapters.slack.limits import (
    BUTTON_TEXT,
    BUTTONS,
    CONTEXT_TEXT,
    FALLBACK_TEXT,
    HOME_BLOCKS,
    MESSAGE_BLOCKS,
    MESSAGE_CHARACTERS,
    OPTION_TEXT,
    OPTIONS,
    TEXT,
    TICKS,
    VIEW_BYTES,
)
from adapters.slack.rich_text import Json, blocks, characters, listed, outlined, paragraphs, said, section
from conversations.catalogue import Catalogue, Phrase, phrase
from conversations.events import NONE_OF_THEM, UNSAID, ReviewAct
from conversations.held import held_summary
from conversations.messages import DirectMessage, HomePage, InChannel, Message, Outgoing, Receipt, Withdrawal
from conversations.replies import (
    Ask,
    AskChannel,
    AskPosting,
    CheckRow,
    Choose,
    Goodbye,
    Held,
    Listed,
    Noted,
    Reply,
    ReviewAnswers,
    Say,
    ShowChecks,
    ShowComparison,
    ShowDocument,
    ShowHome,
    ShowQueue,
    ShowReport,
    ShowShared,
    ShowShares,
)
from conversations.report import MOST_COMPARED
from conversations.session import Intent, NonAnswer
from conversations.vocabulary import StepKind

SURFACES = ("chat", "slack")
"""Whose wording of a sentence counts here."""
TICKED = "ticked"
"""The block and the action of checkboxes and of menus with several picks: read when "done" is pressed."""
MORE = "more"
WRITE = "write"
"""Begins the action of what opens a form; the id of the answer's button follows."""
HERE = "here"
"""Begins the action of a button that leads to our chat as well."""
_HOME_LINES = (10_000, 300, 50)
"""How long lines on a page may be: as long as they are, unless the page would be too large then."""
_SHORT_LABEL = 24
"""As wide as so many letters, of which a Chinese character takes two."""
_FEW = 5
_FIRST = 3
"""Of a longer menu so many are buttons, the rest is behind one."""
_IN_PLACE = (Say, Listed, Ask, Choose, ReviewAnswers, AskPosting)
"""What takes the place of the message whose button was pressed, so that nothing jumps."""
_IN_PLACE_CHARACTERS = 3_000
_ASKING = (Ask, Choose, ReviewAnswers, AskChannel, AskPosting)
_BESIDE_CHARACTERS = 300
"""What is longer stands in a message of its own before what asks, and stays when that is settled."""


@dataclass(frozen=True, slots=True)
class Written:
    """A message: new, or in the place of an earlier one."""

    text: str
    """For notifications, and for whoever cannot see blocks."""
    blocks: tuple[Json, ...]
    asks: bool = False
    """It has buttons that answer something."""
    at: Receipt | None = None
    or_new: bool = False
    """Where the earlier one is gone: send it as a new one. Else there is no need of it then."""


@dataclass(frozen=True, slots=True)
class Copied:
    """A message of the copy in a channel: the first one is the card, the others stand in its thread."""

    text: str
    blocks: tuple[Json, ...]
    at: Receipt | None
    card: Receipt | None
    """Where the card is, as far as that is known."""
    first: bool


@dataclass(frozen=True, slots=True)
class Removed:
    """A message to take back."""

    at: Receipt | None


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file."""

    file: File


@dataclass(frozen=True, slots=True)
class Page:
    """What is on a person's home page."""

    view: Json


Part = Written | Copied | Removed | Uploaded | Page


def parts_of(row: Outgoing, catalogue: Catalogue) -> tuple[Part, ...]:
    """Render a message into as many of Slack's as it needs."""
    message, page = row.message, BlockKit(catalogue.on(*SURFACES), row.message)
    match message.to:
        case Withdrawal(channel, ts):
            return (Removed(Receipt(channel, ts)),)
        case InChannel():
            return tuple(page.copies(row.copies))
        case HomePage():
            return tuple(page.home(reply) for reply in message.replies if isinstance(reply, ShowHome))
        case _ if message.farewell:
            return (*page.direct(row), page.empty_home())
        case _:
            return tuple(page.direct(row))


class BlockKit(Rendering):
    """Renders the replies of one message, in the person's language."""

    # -- a direct message --------------------------------------------------------------------------------------------

    def direct(self, row: Outgoing) -> Iterator[Part]:
        """Yield what settles earlier messages, then what is new."""
        replies = all_replies(row)
        pressed = _pressed(row.message)
        noted = [reply for reply in replies if isinstance(reply, Noted)]
        settled = pressed or row.asking
        if noted and settled:
            folded, *rest = _fitting([(reply, [block]) for reply in noted for block in self._noted(reply)])
            yield self._written(folded, at=settled)
            yield from map(self._written, rest)
            replies = tuple(reply for reply in replies if not isinstance(reply, Noted))
        elif pressed and all(isinstance(reply, _IN_PLACE) for reply in replies):
            whole = list(self._grouped(replies))
            if len(whole) == 1 and sum(map(characters, whole[0].blocks)) <= _IN_PLACE_CHARACTERS:
                yield from self._asked_again(row.asking, pressed)
                yield replace(whole[0], at=pressed, or_new=True)
                return
        if pressed:
            yield from self._asked_again(row.asking, pressed)
        yield from map(Uploaded, self._files(replies))
        yield from self._grouped(replies)

    def _asked_again(self, asking: Receipt | None, pressed: Receipt) -> Iterator[Written]:
        """Take the buttons off a question that is left, as another message's button was pressed."""
        if asking and asking != pressed:
            yield Written(self._notification(), tuple(self._quiet(phrase("buttons.asked_again"))), at=asking)

    def _grouped(self, replies: Iterable[Reply]) -> Iterator[Written]:
        """Put replies together into as few messages as the limits allow; what asks has its buttons in one."""
        pieces: list[tuple[Reply, list[Json]]] = []
        for reply in replies:
            rendered = list(self._blocks(reply))
            if isinstance(reply, _ASKING):
                pieces += [(reply, part) for part in _halves(rendered)]
            else:
                pieces += [(reply, [block]) for block in rendered]
        asking = next((at for at, piece in enumerate(pieces) if isinstance(piece[0], _ASKING)), len(pieces))
        body, tail = pieces[:asking], pieces[asking:]
        if sum(characters(blocks) for _, blocks in body) <= _BESIDE_CHARACTERS:
            body, tail = [], pieces
        for part in (body, tail):
            for group in _fitting(part):
                yield self._written(group)

    def _written(self, pieces: list[tuple[Reply, list[Json]]], at: Receipt | None = None) -> Written:
        made = tuple(chain.from_iterable(part for _, part in pieces))
        asks = any(isinstance(reply, _ASKING) for reply, _ in pieces)
        return Written(self._fallback(reply for reply, _ in pieces), made, asks and at is None, at)

    def _fallback(self, replies: Iterable[Reply]) -> str:
        """Say what a lock screen may show: never a company, never an answer; a question is the pack's own words."""
        lines = [self._notification()]
        for reply in replies:
            if isinstance(reply, Ask) and self._words(reply.text) not in lines:
                lines.append(self._words(reply.text))
        return clipped(_escaped("\n".join(lines)), FALLBACK_TEXT)

    def _notification(self) -> str:
        return self._words(self._message.notification)

    # -- each kind of reply ------------------------------------------------------------------------------------------

    def _blocks(self, reply: Reply) -> Iterator[Json]:  # noqa: C901, PLR0912  one case a kind
        match reply:
            case Say() | Goodbye():
                yield from blocks(paragraphs(self._words(reply.text)))
            case Noted():
                yield from self._noted(reply)
            case Listed():
                yield from self._listed(reply.title, map(self._words, reply.items))
            case Ask():
                yield from self._ask(reply)
            case Choose():
                yield from self._choose(reply)
            case ReviewAnswers():
                yield from self._review(reply)
            case ShowReport():
                yield from outlined(Outline(self._catalogue, self._language).part(reply.report, reply.part))
            case ShowShared():
                # A preview: it begins here, and here begins what will be in the thread.
                yield {"type": "divider"}
                yield from self._shared(reply)
            case ShowChecks():
                yield from self._checks(reply)
            case AskChannel():
                yield from self._ask_channel(reply)
            case AskPosting():
                yield from self._ask_posting(reply)
            case Held(whole=True):
                yield from blocks(paragraphs(self._words(phrase("held.attached"))))
            case Held():
                lines = (self._words(line) for line in held_summary(reply.json))
                yield from self._listed(phrase("held.title"), lines)
                yield from self._quiet(phrase("held.how"))
            case ShowComparison(form=None):
                yield from self._compared(reply)
            case ShowComparison():
                yield from blocks(paragraphs(self._words(phrase("compare.attached"))))
            case ShowShares():
                yield from self._shares(reply)
            case ShowDocument():
                yield from blocks(paragraphs(self._words(phrase("document.attached"))))
            case ShowQueue():
                yield from self._queue(reply)
            case ShowHome():
                return
            case _:
                assert_never(reply)

    def _noted(self, reply: Noted) -> Iterator[Json]:
        text = self._words(reply.text)
        if not reply.step or len(text) > CONTEXT_TEXT:
            yield from blocks(paragraphs(text))
            return
        change = self._button(Intent.CHANGE, "change", reply.step, fresh=True)
        yield {"type": "section", "text": _plain(text), "accessory": change}

    def _listed(self, title: Phrase, items: Iterable[str]) -> Iterator[Json]:
        lines = [listed([[said(line)]]) for item in items for line in split(item or "—", CONTEXT_TEXT)]
        yield from blocks([*paragraphs(self._words(title), "bold"), *lines])

    def _quiet(self, text: Phrase | str) -> Iterator[Json]:
        for line in split(self._words(text), CONTEXT_TEXT):
            yield {"type": "context", "elements": [_plain(line)]}

    def _ask(self, ask: Ask) -> Iterator[Json]:
        yield from self._quiet(self._where(ask))
        parts = list(paragraphs(self._words(ask.text), "bold"))
        labels = [self._words(choice) for choice in ask.choices]
        shown_in_full = len(labels) <= TICKS and all(len(label) <= OPTION_TEXT for label in labels)
        if labels and not shown_in_full:
            parts += [listed([[said(label)]], ordered_from=place) for place, label in enumerate(labels, 1)]
        if ask.suggestions:
            names = " · ".join(f"{place} {self._words(name)}" for place, name in enumerate(ask.suggestions, 1))
            parts += [*paragraphs(self._words(phrase("ask.suggestions"))), *paragraphs(names)]
        yield from blocks(parts)
        if ask.said:
            yield from self._quiet(phrase("ask.said", answer=ask.said))
        if ask.kind is not StepKind.CHOICE:
            yield from self._quiet(ask.hint)
        yield from self._answers(ask, labels)
        yield _actions(self._ways_out(ask))

    def _answers(self, ask: Ask, labels: list[str]) -> Iterator[Json]:
        """Yield what answers the step: buttons, else a list to tick, else a menu, else nothing but typed words."""
        answer = self._id(Intent.ANSWER, step=ask.step)
        options = [_option(label, value) for label, value in zip(labels, ask.choice_ids, strict=True)]
        match ask.kind:
            case StepKind.SCALE if ask.high - ask.low < BUTTONS:
                points = [f"{number:g}" for number in range(int(ask.low), int(ask.high) + 1)]
                yield _actions([self._pick(ask.step, point, point) for point in points])
            case StepKind.CHOICE if len(labels) <= _FEW and all(_width(label) <= _SHORT_LABEL for label in labels):
                picks = zip(labels, ask.choice_ids, strict=True)
                yield _actions([self._pick(ask.step, label, value) for label, value in picks])
            case StepKind.CHOICE if len(labels) <= TICKS:
                yield _actions([{"type": "radio_buttons", "action_id": answer, "options": options}])
            case StepKind.CHOICE if len(labels) <= OPTIONS:
                yield _actions([self._menu(answer, "pick", options)])
            case StepKind.CHOICES if len(labels) <= OPTIONS:
                yield self._ticks(options)
                none = self._id(Intent.ANSWER, argument=NONE_OF_THEM, step=ask.step)
                yield _actions([_button(self._label("done"), answer, primary=True), _button(self._label("none"), none)])
            case _:
                return

    def _ticks(self, options: list[Json]) -> Json:
        """Return what several choices are ticked in. Slack takes a menu with several picks beside a text only."""
        if len(options) <= TICKS:
            boxes = {"type": "checkboxes", "action_id": TICKED, "options": options}
            return {"type": "actions", "block_id": TICKED, "elements": [boxes]}
        menu = {**self._menu(TICKED, "pick_several", options), "type": "multi_static_select"}
        return {"type": "section", "block_id": TICKED, "text": _plain(self._label("pick_several")), "accessory": menu}

    def _ways_out(self, ask: Ask) -> list[Json]:
        unsaid = {reason: self._id(Intent.ANSWER, argument=f"{UNSAID}{reason}", step=ask.step) for reason in NonAnswer}
        write = f"{WRITE}:{self._id(Intent.ANSWER, step=ask.step)}"
        typed = ask.kind in (StepKind.TEXT, StepKind.SKILLS, StepKind.NUMBER)
        again = ask.said is not None or bool(ask.progress and ask.progress.second_pass)
        first = [_button(self._label("write"), write, primary=True)] if typed else []
        shown = [
            _button(self._label("unknown"), unsaid[NonAnswer.UNKNOWN]),
            self._button(Intent.WHY, "why"),
            self._button(Intent.BACK, "back"),
            *([self._button(Intent.KEEP, "keep")] if again else []),
            self._button(Intent.LATER, "later", fresh=True),
        ]
        more = [
            _option(self._label("not_applicable"), unsaid[NonAnswer.NOT_APPLICABLE]),
            _option(self._label("declined"), unsaid[NonAnswer.DECLINED]),
            _option(self._label("example"), self._id(Intent.EXAMPLE)),
            _option(self._label("review"), self._id(Intent.REVIEW)),
            *([] if typed else [_option(self._label("write"), write)]),
        ]
        return [*first, *shown, {"type": "overflow", "action_id": MORE, "options": more}]

    def _choose(self, choose: Choose) -> Iterator[Json]:
        yield from blocks(paragraphs(self._words(choose.text), "bold"))
        named = [(self._words(phrase(f"options.{one}")), self._id(one)) for one in choose.options]
        shown = named if len(named) <= _FEW else named[:_FIRST]
        beside = [(self._words(one.label), self._id(one.intent, argument=one.argument)) for one in choose.more]
        more = [_option(label, option) for label, option in (*named[len(shown) :], *beside)]
        yield _actions([*(_button(*one) for one in shown), *([self._menu(MORE, "more", more)] if more else [])])

    def _review(self, review: ReviewAnswers) -> Iterator[Json]:
        lines = [(one, self._words(phrase("noted", name=one.name, answer=one.said))) for one in review.answers]
        parts = list(paragraphs(self._words(review.title), "bold"))
        for one, line in lines:
            first, *rest = list(split(line, TEXT)) or ["—"]
            parts.append(listed([[said(first)]], ordered_from=one.number))
            parts += [section(said(piece)) for piece in rest]
        if not review.complete:
            parts += paragraphs(self._words(phrase("review.ahead")))
        yield from blocks(parts)
        options = [_option(f"{one.number}. {line}", one.step) for one, line in lines]
        menus = [
            self._menu(self._id(Intent.CHANGE, seen=False, step=str(place)), "change_one", list(group))
            for place, group in enumerate(together(options, lambda _: 1, OPTIONS, OPTIONS))
        ]
        yield _actions([*menus, self._button(Intent.BACK, "go_on")])

    def _shared(self, reply: ShowShared) -> Iterator[Json]:
        outline = Outline(self._catalogue, self._language)
        yield from outlined(outline.shared(reply.report, reply.part, reply.updated, reply.review))

    def _for_mentors(self, reply: ShowShared) -> list[Json]:
        buttons = [_button(self._label(f"review_{act}"), act_id(act)) for act in ACTS[reply.review]]
        if reply.onward:
            buttons.append(self._channels(act_id(ReviewAct.PASS_ON), "review_pass_on"))
        return buttons

    def _queue(self, reply: ShowQueue) -> Iterator[Json]:
        title = phrase("queue.title" if reply.rows else "queue.none")
        yield from blocks(paragraphs(self._words(title), "bold"))
        for row in reply.rows or ():
            found = queue_button(row)
            button = _button(self._label(f"review_{found[0]}"), found[1]) if found else None
            yield from _beside(self._words(row.text), button)
            yield from blocks([listed([[{"type": "channel", "channel_id": row.channel}]])])

    def _channels(self, custom_id: str, label: str) -> Json:
        return {
            "type": "conversations_select",
            "action_id": custom_id,
            "placeholder": _plain(self._label(label)),
            "filter": {"include": ["public", "private"], "exclude_bot_users": True},
        }

    def _checks(self, reply: ShowChecks) -> Iterator[Json]:
        yield from blocks(paragraphs(self._words(reply.title), "bold"))
        for row in reply.rows:
            yield from self._check(row)
        compare = [_button(self._label("compare"), button_id(Button(Intent.COMPARE)))] if len(reply.rows) > 1 else []
        yield _actions([self._button(Intent.NEW, "new", fresh=True), *compare])

    def _compared(self, reply: ShowComparison) -> Iterator[Json]:
        yield from outlined(Outline(self._catalogue, self._language).comparison(reply.comparison, wide=False))
        menu = [_option(self._words(one.label), one.argument) for one in reply.sorting]
        files = [_button(self._words(one.label), button_id(Button(one.intent, one.argument))) for one in reply.files]
        yield _actions([self._menu(button_id(Button(Intent.COMPARE)), "sort_by", menu), *files])
        if reply.pick:
            teams = [_option(f"{row.number}. {self._words(row.title)}", row.id) for row in reply.pick[:OPTIONS]]
            menu_of_teams = self._menu(button_id(Button(Intent.COMPARE, step="teams")), "pick_teams", teams)
            several = {**menu_of_teams, "type": "multi_static_select", "max_selected_items": MOST_COMPARED}
            yield {"type": "section", "text": _plain(self._words(phrase("compare.how"))), "accessory": several}

    def _shares(self, reply: ShowShares) -> Iterator[Json]:
        yield from blocks(paragraphs(self._words(reply.title), "bold"))
        for row in reply.rows:
            take_back = button_id(Button(Intent.UNSHARE, row.share, row.check))
            yield from _beside(self._words(row.text), _button(self._label("unshare"), take_back))
            yield from blocks([listed([[{"type": "channel", "channel_id": row.channel}]])])

    def _check(self, row: CheckRow) -> Iterator[Json]:
        key = "checks.row_at_hand" if row.at_hand else "checks.row"
        line = f"{row.number}. {self._words(phrase(key, title=row.title, state=row.state))}"
        go_on = button_id(Button(Intent.RESUME, row.id))
        yield from _beside(line, _button(self._label("resume"), go_on))

    def _ask_posting(self, reply: AskPosting) -> Iterator[Json]:
        yield from blocks(paragraphs(self._words(reply.text), "bold"))
        write = f"{WRITE}:{self._id(Intent.PASTED)}"
        paste = _button(self._label("paste"), write, primary=not reply.characters)
        back = self._button(Intent.BACK, "back")
        if not reply.characters:
            yield _actions([paste, back])
            return
        yield _actions([self._button(Intent.KEEP, "read", primary=True), paste, back])

    def _ask_channel(self, reply: AskChannel) -> Iterator[Json]:
        yield from blocks(paragraphs(self._words(reply.text), "bold"))
        yield from blocks(listed([[{"type": "channel", "channel_id": one}]]) for one in reply.allowed)
        yield _actions([self._channels(self._id(Intent.SHARE, seen=False), "pick_channel")])

    # -- elsewhere ---------------------------------------------------------------------------------------------------

    def copies(self, there: tuple[Receipt | None, ...]) -> Iterator[Part]:
        """Yield the messages of a copy in a channel, each with the earlier one whose place it takes."""
        card = there[0] if there else None
        shown = [reply for reply in self._message.replies if isinstance(reply, ShowShared)]
        made: list[tuple[Json, ...]] = []
        for reply in shown:
            pieces: list[tuple[Reply, list[Json]]] = [(reply, [block]) for block in self._shared(reply)]
            if buttons := self._for_mentors(reply):
                pieces.append((reply, [_actions(buttons)]))
            made += [tuple(chain.from_iterable(part for _, part in group)) for group in _fitting(pieces)]
        text = self._words(phrase("share.notification"))
        for place, one in enumerate(made):
            yield Copied(text, one, there[place] if place < len(there) else None, card, first=place == 0)
        for surplus in there[len(made) :]:
            yield Removed(surplus)

    def home(self, home: ShowHome) -> Page:
        """Return a person's page: their checks, what is to come, what to ask, the three questions."""
        pages = (list(self._at_home(home, longest)) for longest in _HOME_LINES)
        fitting = (made for made in pages if len(made) <= HOME_BLOCKS and len(json.dumps(made)) <= VIEW_BYTES)
        made = next(fitting, None) or list(self._at_home(home, _HOME_LINES[-1]))[:HOME_BLOCKS]
        return Page({"type": "home", "blocks": made})

    def _at_home(self, home: ShowHome, longest: int) -> Iterator[Json]:
        """Yield a page whose lines are shortened: the check itself has the whole of them."""
        yield from self._checks_at_home(home.checks, longest)
        for title, lines in (("reminders.title", home.reminders), ("home.questions", home.questions)):
            if lines:
                yield from self._listed(phrase(title), (clipped(self._words(line), longest) for line in lines))
        yield {"type": "divider"}
        yield from blocks(paragraphs(self._words(phrase("card"))))
        yield from self._quiet(phrase("who_sees"))

    def empty_home(self) -> Page:
        """Return the page of somebody who was erased: Slack goes on showing the last one otherwise."""
        nobodys = BlockKit(self._catalogue, replace(self._message, check=None))
        return nobodys.home(ShowHome(ShowChecks(phrase("checks.none"), ()), (), ()))

    def _checks_at_home(self, checks: ShowChecks, longest: int) -> Iterator[Json]:
        yield from blocks(paragraphs(self._words(checks.title), "bold"))
        for row in checks.rows[:HOME_ROWS]:
            title = phrase("answer.text", text=clipped(self._words(row.title), longest))
            yield from self._check(replace(row, title=title))
        if len(checks.rows) > HOME_ROWS:
            yield from self._quiet(phrase("home.more", n=len(checks.rows) - HOME_ROWS))
        yield _actions(
            [self._button(Intent.NEW, "new", fresh=True, primary=True), self._button(Intent.SETTINGS, "settings")]
        )
        yield {"type": "divider"}

    # -- buttons -----------------------------------------------------------------------------------------------------

    def _button(
        self, intent: Intent, name: str, argument: str = "", *, fresh: bool = False, primary: bool = False
    ) -> Json:
        """Return a button by its name; one that is always fresh does not go stale with the question it stands at."""
        return _button(self._label(name), self._id(intent, argument=argument, seen=not fresh), primary=primary)

    def _pick(self, step: str, label: str, value: str) -> Json:
        return _button(label, self._id(Intent.ANSWER, argument=value, step=step))

    def _menu(self, action: str, name: str, options: list[Json]) -> Json:
        return {
            "type": "static_select",
            "action_id": action,
            "placeholder": _plain(self._label(name)),
            "options": options,
        }


HOME_ROWS = 20


def _pressed(message: Message) -> Receipt | None:
    return message.to.pressed if isinstance(message.to, DirectMessage) else None


def _halves(rendered: list[Json]) -> Iterator[list[Json]]:
    """Keep a question and its buttons in one message, unless it is longer than a message may be."""
    if len(rendered) <= MESSAGE_BLOCKS and sum(map(characters, rendered)) <= MESSAGE_CHARACTERS:
        yield rendered
    else:
        yield from ([block] for block in rendered)


def _fitting(pieces: list[tuple[Reply, list[Json]]]) -> Iterator[list[tuple[Reply, list[Json]]]]:
    def size(piece: tuple[Reply, list[Json]]) -> int:
        # Blocks count as characters of their share, so that one sum holds both limits.
        share = MESSAGE_CHARACTERS // MESSAGE_BLOCKS
        return max(sum(map(characters, piece[1])), share * len(piece[1]))

    for group in together(pieces, size, MESSAGE_BLOCKS, MESSAGE_CHARACTERS):
        yield list(group)


def _width(text: str) -> int:
    return sum(2 if east_asian_width(one) in "WF" else 1 for one in text)


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": False}


def _beside(text: str, button: Json | None) -> Iterator[Json]:
    """Return a text with a button beside it, in as many sections as it needs."""
    first, *rest = list(split(text, TEXT)) or ["—"]
    yield {"type": "section", "text": _plain(first), **({"accessory": button} if button else {})}
    yield from blocks(section(said(piece)) for piece in rest)


def _option(label: str, value: str) -> Json:
    return {"text": _plain(clipped(label, OPTION_TEXT)), "value": value}


def _button(label: str, action: str, *, primary: bool = False) -> Json:
    made = {"type": "button", "text": _plain(clipped(label, BUTTON_TEXT)), "action_id": action}
    return {**made, "style": "primary"} if primary else made


def _actions(elements: list[Json]) -> Json:
    return {"type": "actions", "elements": elements}


def _escaped(text: str) -> str:
    """Escape what the text beside blocks would be read for: pings and links."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
