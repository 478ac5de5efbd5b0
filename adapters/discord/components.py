"""Replies -> Discord's messages, made of components: pure, and always within its limits."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, assert_never

from adapters.button_ids import Button, button_id
from adapters.discord.limits import (
    ALT_TEXT,
    BUTTON_LABEL,
    COMPONENTS_V2,
    EPHEMERAL,
    MESSAGE_BYTES,
    MESSAGE_CHARACTERS,
    MESSAGE_COMPONENTS,
    OPTION_LABEL,
    OPTIONS,
    PLACEHOLDER,
    ROW_BUTTONS,
)
from adapters.discord.markup import bold, lines, outlined, plain, quiet
from adapters.documents.files import File
from adapters.documents.outline import Outline
from adapters.fitting import clipped, together
from adapters.rendering import Rendering, all_replies
from adapters.reviews import ACTS, act_id, queue_button
from conversations.catalogue import Catalogue, Phrase, phrase
from conversations.events import UNSAID, ReviewAct
from conversations.held import held_summary
from conversations.messages import (
    DirectMessage,
    HomePage,
    InChannel,
    InteractionReply,
    Message,
    Outgoing,
    Receipt,
    Withdrawal,
)
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

Json = dict[str, Any]

SURFACES = ("chat", "discord")
MORE = "more"
"""The id of a menu whose options are ids of buttons."""
WRITE = "write"
"""Begins the id of what opens a form; the id of the answer's button follows."""
_SHORT_LABEL = 24
_FEW = 5
_ASKING = (Ask, Choose, ReviewAnswers, AskChannel, AskPosting)
_IN_PLACE = (Say, Listed, Ask, Choose, ReviewAnswers, AskPosting)
_BESIDE_CHARACTERS = 300
_IN_PLACE_CHARACTERS = 2_000
_TEXT, _ROW, _BUTTON, _MENU, _CHANNELS, _GALLERY, _FILE = 10, 1, 2, 3, 8, 12, 13
_PRIMARY, _SECONDARY = 1, 2
_TEXT_CHANNELS = (0, 5, 15)


@dataclass(frozen=True, slots=True)
class Written:
    """A message: new, or in the place of an earlier one."""

    payload: Json
    asks: bool = False
    at: Receipt | None = None
    or_new: bool = False
    """Where the earlier one is gone: send it as a new one. Else there is no need of it then."""


@dataclass(frozen=True, slots=True)
class Copied:
    """A message of the copy in a channel: the first one is the card, the others stand in its thread."""

    payload: Json
    title: str
    at: Receipt | None
    card: Receipt | None
    first: bool


@dataclass(frozen=True, slots=True)
class Removed:
    """A message to take back."""

    at: Receipt | None


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file."""

    file: File
    ephemeral: bool


Part = Written | Copied | Removed | Uploaded
Piece = tuple[Reply, list[Json]]


def parts_of(row: Outgoing, catalogue: Catalogue) -> tuple[Part, ...]:
    """Render a message into as many of Discord's as it needs."""
    message, page = row.message, Components(catalogue.on(*SURFACES), row.message)
    match message.to:
        case Withdrawal(channel, sent):
            return (Removed(Receipt(channel, sent)),)
        case InChannel():
            return tuple(page.copies(row.copies))
        case HomePage():
            return ()
        case InteractionReply(at_most=int(most)):
            return page.shortened(tuple(page.direct(row)), most)
        case DirectMessage() | InteractionReply():
            return tuple(page.direct(row))


def shown_file(file: File) -> Json:
    """Return how a file stands in its message: a picture is seen, and says in words what it shows."""
    at = {"url": f"attachment://{file.name}"}
    if file.alt:
        return {"type": _GALLERY, "items": [{"media": at, "description": clipped(file.alt, ALT_TEXT)}]}
    return {"type": _FILE, "file": at}


class Components(Rendering):
    """Renders the replies of one message, in the person's language."""

    def __init__(self, catalogue: Catalogue, message: Message) -> None:
        super().__init__(catalogue, message)
        self._ephemeral = isinstance(message.to, InteractionReply)

    # -- a direct message --------------------------------------------------------------------------------------------

    def direct(self, row: Outgoing) -> Iterator[Part]:
        """Yield what settles earlier messages, then what is new."""
        replies = all_replies(row)
        pressed = row.message.to.pressed if isinstance(row.message.to, DirectMessage) else None
        noted = [reply for reply in replies if isinstance(reply, Noted)]
        settled = pressed or row.asking
        if noted and settled:
            first, *rest = _fitting([(one, [part]) for one in noted for part in self._noted(one)])
            yield self._written(first, at=settled)
            yield from map(self._written, rest)
            replies = tuple(reply for reply in replies if not isinstance(reply, Noted))
        elif pressed and all(isinstance(reply, _IN_PLACE) for reply in replies):
            whole = list(self._grouped(replies))
            if len(whole) == 1 and _characters(whole[0].payload["components"]) <= _IN_PLACE_CHARACTERS:
                yield replace(whole[0], at=pressed, or_new=True)
                return
        if row.asking and pressed and row.asking != pressed:
            again = [_text(quiet(self._words(phrase("buttons.asked_again"))))]
            yield self._written([(Say(phrase("buttons.asked_again")), again)], at=row.asking)
        yield from (Uploaded(file, self._ephemeral) for file in self._files(replies))
        yield from self._grouped(replies)

    def shortened(self, parts: tuple[Part, ...], most: int) -> tuple[Part, ...]:
        """Leave out what is more than may be sent, before the end, which asks; and say so."""
        if len(parts) <= most:
            return parts
        said = Say(phrase("aside.cut"))
        cut = self._written([(said, list(self._components(said)))])
        return (*parts[: most - 2], cut, parts[-1])

    def _grouped(self, replies: Iterable[Reply]) -> Iterator[Written]:
        """Put replies together into as few messages as the limits allow; what asks has its buttons in one."""
        pieces: list[Piece] = []
        for reply in replies:
            rendered = list(self._components(reply))
            if isinstance(reply, _ASKING) and _fits(rendered):
                pieces.append((reply, rendered))
            else:
                pieces += [(reply, [one]) for one in rendered]
        body = [piece for piece in pieces if not isinstance(piece[0], _ASKING)]
        tail = pieces[len(body) :]
        if sum(_characters(made) for _, made in body) <= _BESIDE_CHARACTERS:
            body, tail = [], pieces
        for part in (body, tail):
            for group in _fitting(part):
                yield self._written(group)

    def _written(self, pieces: list[Piece], at: Receipt | None = None) -> Written:
        made = _joined(chain.from_iterable(part for _, part in pieces))
        asks = any(isinstance(reply, _ASKING) and one["type"] == _ROW for reply, part in pieces for one in part)
        return Written(self._payload(made), asks and at is None, at)

    def _payload(self, made: list[Json]) -> Json:
        flags = COMPONENTS_V2 | (EPHEMERAL if self._ephemeral else 0)
        return {"flags": flags, "components": made, "allowed_mentions": {"parse": []}}

    # -- each kind of reply ------------------------------------------------------------------------------------------

    def _components(self, reply: Reply) -> Iterator[Json]:  # noqa: C901, PLR0912  one case a kind
        match reply:
            case Say() | Goodbye():
                yield from self._texts(reply.text)
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
                pieces = outlined(Outline(self._catalogue, self._language).part(reply.report, reply.part))
                yield from map(_text, pieces)
            case ShowShared():
                yield from self._shared(reply)
            case ShowChecks():
                yield from self._checks(reply)
            case AskChannel():
                yield from self._ask_channel(reply)
            case AskPosting():
                yield from self._ask_posting(reply)
            case Held(whole=True):
                yield from self._texts(phrase("held.attached"))
            case Held():
                counted = (self._words(line) for line in held_summary(reply.json))
                yield from self._listed(phrase("held.title"), counted)
                yield _text(quiet(self._words(phrase("held.how"))))
            case ShowComparison(form=None):
                yield from self._compared(reply)
            case ShowComparison():
                yield from self._texts(phrase("compare.attached"))
            case ShowShares():
                yield from self._shares(reply)
            case ShowDocument():
                yield from self._texts(phrase("document.attached"))
            case ShowQueue():
                yield from self._queue(reply)
            case ShowHome():
                return
            case _:
                assert_never(reply)

    def _bold(self, said: Phrase | str) -> Iterator[Json]:
        yield from (_text(bold(piece)) for piece in lines(self._words(said)))

    def _texts(self, said: Phrase | str) -> Iterator[Json]:
        yield from (_text(plain(piece)) for piece in lines(self._words(said)))

    def _noted(self, reply: Noted) -> Iterator[Json]:
        yield from self._texts(reply.text)
        if reply.step:
            yield _row(self._button(Intent.CHANGE, "change", reply.step, fresh=True))

    def _listed(self, title: Phrase, items: Iterable[str]) -> Iterator[Json]:
        yield from self._bold(title)
        yield from (_text(f"- {plain(piece)}") for item in items for piece in lines(item or "—"))

    def _ask(self, ask: Ask) -> Iterator[Json]:
        yield _text(quiet(self._where(ask)))
        yield from self._bold(ask.text)
        labels = [self._words(choice) for choice in ask.choices]
        if len(labels) > OPTIONS or any(len(label) > OPTION_LABEL for label in labels):
            for place, label in enumerate(labels, 1):
                yield from (_text(plain(piece)) for piece in lines(f"{place}. {label}"))
        if ask.suggestions:
            names = " · ".join(f"{place} {self._words(name)}" for place, name in enumerate(ask.suggestions, 1))
            yield from self._texts(phrase("ask.suggestions"))
            yield from self._texts(names)
        if ask.said:
            yield from (_text(quiet(piece)) for piece in lines(self._words(phrase("ask.said", answer=ask.said))))
        if ask.kind is not StepKind.CHOICE:
            yield from (_text(quiet(piece)) for piece in lines(self._words(ask.hint)))
        yield from self._answers(ask, labels)
        yield from self._ways_out(ask)

    def _answers(self, ask: Ask, labels: list[str]) -> Iterator[Json]:
        """Yield what answers the step: buttons, else a menu, else nothing but typed words."""
        answer = self._id(Intent.ANSWER, step=ask.step)
        options = [_option(label, value) for label, value in zip(labels, ask.choice_ids, strict=True)]
        match ask.kind:
            case StepKind.SCALE if ask.high - ask.low < OPTIONS:
                points = [f"{number:g}" for number in range(int(ask.low), int(ask.high) + 1)]
                yield from _rows(self._pick(ask.step, point, point) for point in points)
            case StepKind.CHOICE if len(labels) <= _FEW and all(len(label) <= _SHORT_LABEL for label in labels):
                picks = zip(labels, ask.choice_ids, strict=True)
                yield from _rows(self._pick(ask.step, label, value) for label, value in picks)
            case StepKind.CHOICE if len(labels) <= OPTIONS:
                yield _row(self._menu(answer, "pick", options))
            case StepKind.CHOICES if len(labels) <= OPTIONS:
                yield _row({**self._menu(answer, "pick_all", options), "min_values": 1, "max_values": len(options)})
            case _:
                return

    def _ways_out(self, ask: Ask) -> Iterator[Json]:
        unsaid = {reason: self._id(Intent.ANSWER, argument=f"{UNSAID}{reason}", step=ask.step) for reason in NonAnswer}
        write = f"{WRITE}:{self._id(Intent.ANSWER)}"
        typed = ask.kind in (StepKind.TEXT, StepKind.SKILLS, StepKind.NUMBER)
        again = ask.said is not None or bool(ask.progress and ask.progress.second_pass)
        shown = [
            *([_button(self._label("write"), write, primary=True)] if typed else []),
            _button(self._label("unknown"), unsaid[NonAnswer.UNKNOWN]),
            self._button(Intent.BACK, "back"),
            *([self._button(Intent.KEEP, "keep")] if again else []),
            self._button(Intent.LATER, "later", fresh=True),
        ]
        none = self._id(Intent.ANSWER, argument=f"{UNSAID}none", step=ask.step)
        more = [
            _option(self._label("why"), self._id(Intent.WHY)),
            _option(self._label("example"), self._id(Intent.EXAMPLE)),
            *([_option(self._label("none"), none)] if ask.kind is StepKind.CHOICES else []),
            _option(self._label("not_applicable"), unsaid[NonAnswer.NOT_APPLICABLE]),
            _option(self._label("declined"), unsaid[NonAnswer.DECLINED]),
            _option(self._label("review"), self._id(Intent.REVIEW)),
            *([] if typed else [_option(self._label("write"), write)]),
        ]
        yield _row(*shown)
        yield _row(self._menu(MORE, "more", more))

    def _choose(self, choose: Choose) -> Iterator[Json]:
        yield from (_text(bold(piece)) for piece in lines(self._words(choose.text)))
        named = [(self._words(phrase(f"options.{one}")), self._id(one)) for one in choose.options]
        beside = [(self._words(one.label), self._id(one.intent, argument=one.argument)) for one in choose.more]
        short = all(len(label) <= BUTTON_LABEL for label, _ in named)
        if len(named) <= _FEW and short:
            yield _row(*(_button(*one) for one in named))
            if beside:
                yield _row(self._menu(MORE, "more", [_option(*one) for one in beside]))
        else:
            yield _row(self._menu(MORE, "pick", [_option(*one) for one in (*named, *beside)]))

    def _review(self, review: ReviewAnswers) -> Iterator[Json]:
        told = [(one, self._words(phrase("noted", name=one.name, answer=one.said))) for one in review.answers]
        yield from self._bold(review.title)
        for one, line in told:
            yield from (_text(f"{one.number}\\. {plain(piece)}") for piece in lines(line))
        if not review.complete:
            yield from self._texts(phrase("review.ahead"))
        options = [_option(f"{one.number}. {line}", one.step) for one, line in told]
        for place, group in enumerate(together(options, lambda _: 1, OPTIONS, OPTIONS)):
            change = self._id(Intent.CHANGE, seen=False, step=str(place))
            yield _row(self._menu(change, "change_one", list(group)))
        yield _row(self._button(Intent.BACK, "go_on"))

    def _shared(self, reply: ShowShared) -> Iterator[Json]:
        outline = Outline(self._catalogue, self._language)
        yield from map(_text, outlined(outline.shared(reply.report, reply.part, reply.updated, reply.review)))

    def _for_mentors(self, reply: ShowShared) -> Iterator[Json]:
        buttons = [_button(self._label(f"review_{act}"), act_id(act)) for act in ACTS[reply.review]]
        if buttons:
            yield _row(*buttons)
        if reply.onward:
            yield _row(self._channels(act_id(ReviewAct.PASS_ON), "review_pass_on"))

    def _queue(self, reply: ShowQueue) -> Iterator[Json]:
        yield _text(bold(self._words(phrase("queue.title" if reply.rows else "queue.none"))))
        for row in reply.rows or ():
            yield from (_text(plain(piece)) for piece in lines(self._words(row.text)))
            yield _text(f"<#{row.channel}>")
            if found := queue_button(row):
                yield _row(_button(self._label(f"review_{found[0]}"), found[1]))

    def _channels(self, custom_id: str, label: str) -> Json:
        return {
            "type": _CHANNELS,
            "custom_id": custom_id,
            "channel_types": list(_TEXT_CHANNELS),
            "placeholder": clipped(self._label(label), PLACEHOLDER),
        }

    def _checks(self, reply: ShowChecks) -> Iterator[Json]:
        yield from self._bold(reply.title)
        yield from (_text(piece) for row in reply.rows for piece in self._check(row))
        options = [_option(f"{row.number}. {self._words(row.title)}", row.id) for row in reply.rows[:OPTIONS]]
        if options:
            yield _row(self._menu(self._id(Intent.RESUME, seen=False, check=False), "resume", options))
        compare = [_button(self._label("compare"), button_id(Button(Intent.COMPARE)))] if len(reply.rows) > 1 else []
        yield _row(self._button(Intent.NEW, "new", fresh=True), *compare)

    def _compared(self, reply: ShowComparison) -> Iterator[Json]:
        outline = Outline(self._catalogue, self._language).comparison(reply.comparison, wide=False)
        yield from map(_text, outlined(outline))
        sorting = [_option(self._words(one.label), one.argument) for one in reply.sorting]
        yield _row(self._menu(button_id(Button(Intent.COMPARE)), "sort_by", sorting))
        if reply.pick:
            teams = [_option(f"{row.number}. {self._words(row.title)}", row.id) for row in reply.pick[:OPTIONS]]
            menu = self._menu(button_id(Button(Intent.COMPARE, step="teams")), "pick_teams", teams)
            yield _row({**menu, "min_values": 2, "max_values": min(MOST_COMPARED, len(teams))})
        if reply.files:
            made = (_button(self._words(one.label), button_id(Button(one.intent, one.argument))) for one in reply.files)
            yield _row(*made)

    def _shares(self, reply: ShowShares) -> Iterator[Json]:
        yield from self._bold(reply.title)
        for row in reply.rows:
            yield from (_text(plain(piece)) for piece in lines(self._words(row.text)))
            take_back = button_id(Button(Intent.UNSHARE, row.share, row.check))
            yield _text(f"<#{row.channel}>")
            yield _row(_button(self._label("unshare"), take_back))

    def _check(self, row: CheckRow) -> Iterator[str]:
        key = "checks.row_at_hand" if row.at_hand else "checks.row"
        line = f"{row.number}. {self._words(phrase(key, title=row.title, state=row.state))}"
        yield from map(plain, lines(line))

    def _ask_posting(self, reply: AskPosting) -> Iterator[Json]:
        yield from self._bold(reply.text)
        write = f"{WRITE}:{self._id(Intent.PASTED)}"
        paste = _button(self._label("paste"), write, primary=not reply.characters)
        back = self._button(Intent.BACK, "back")
        if not reply.characters:
            yield _row(paste, back)
            return
        read = _button(self._label("read"), self._id(Intent.KEEP), primary=True)
        yield _row(read, paste, back)

    def _ask_channel(self, reply: AskChannel) -> Iterator[Json]:
        yield from self._bold(reply.text)
        if reply.allowed:
            yield _text(" ".join(f"<#{one}>" for one in reply.allowed[:50]))
        if not self._ephemeral:
            return  # in direct messages Discord's menu of channels is empty
        yield _row(self._channels(self._id(Intent.SHARE, seen=False), "pick_channel"))

    # -- in a channel ------------------------------------------------------------------------------------------------

    def copies(self, there: tuple[Receipt | None, ...]) -> Iterator[Part]:
        """Yield the messages of a copy in a channel, each with the earlier one whose place it takes."""
        card = there[0] if there else None
        made: list[list[Json]] = []
        for reply in self._message.replies:
            if isinstance(reply, ShowShared):
                pieces: list[Piece] = [(reply, [one]) for one in (*self._shared(reply), *self._for_mentors(reply))]
                made += [_joined(chain.from_iterable(part for _, part in group)) for group in _fitting(pieces)]
        title = clipped(self._words(phrase("share.notification")), OPTION_LABEL)
        for place, one in enumerate(made):
            at = there[place] if place < len(there) else None
            yield Copied(self._payload(one), title, at, card, first=place == 0)
        for surplus in there[len(made) :]:
            yield Removed(surplus)

    # -- buttons -----------------------------------------------------------------------------------------------------

    def _button(self, intent: Intent, name: str, argument: str = "", *, fresh: bool = False) -> Json:
        """Return a button by its name; one that is always fresh does not go stale with the question it stands at."""
        return _button(self._label(name), self._id(intent, argument=argument, seen=not fresh))

    def _pick(self, step: str, label: str, value: str) -> Json:
        return _button(label, self._id(Intent.ANSWER, argument=value, step=step))

    def _menu(self, custom_id: str, name: str, options: list[Json]) -> Json:
        placeholder = clipped(self._label(name), PLACEHOLDER)
        return {"type": _MENU, "custom_id": custom_id, "placeholder": placeholder, "options": options}


def _text(content: str) -> Json:
    return {"type": _TEXT, "content": content or "—"}


def _row(*elements: Json) -> Json:
    return {"type": _ROW, "components": list(elements)}


def _rows(elements: Iterable[Json]) -> Iterator[Json]:
    for group in together(elements, lambda _: 1, ROW_BUTTONS, ROW_BUTTONS):
        yield _row(*group)


def _button(label: str, custom_id: str, *, primary: bool = False) -> Json:
    style = _PRIMARY if primary else _SECONDARY
    return {"type": _BUTTON, "style": style, "label": clipped(label, BUTTON_LABEL), "custom_id": custom_id}


def _option(label: str, value: str) -> Json:
    return {"label": clipped(label, OPTION_LABEL), "value": value}


def _joined(made: Iterable[Json]) -> list[Json]:
    """Join texts that follow each other: each counts as a component."""
    joined: list[Json] = []
    for one in made:
        if one["type"] == _TEXT and joined and joined[-1]["type"] == _TEXT:
            joined[-1] = _text(f"{joined[-1]['content']}\n{one['content']}")
        else:
            joined.append(one)
    return joined


def _characters(made: Iterable[Json]) -> int:
    return sum(len(one.get("content", "")) + 1 for one in made)


def _size(made: list[Json]) -> int:
    """Return how much of a message is taken up, in characters: bytes and components count as so many."""
    content = [str(one.get("content", "")) for one in made]
    written = sum(len(one.encode()) + 1 for one in content) * MESSAGE_CHARACTERS // MESSAGE_BYTES
    parts = sum(1 + len(one.get("components", ())) for one in made if one["type"] != _TEXT)
    return max(_characters(made), written, parts * MESSAGE_CHARACTERS // MESSAGE_COMPONENTS)


def _fits(made: list[Json]) -> bool:
    return _size(made) <= MESSAGE_CHARACTERS


def _fitting(pieces: list[Piece]) -> Iterator[list[Piece]]:
    groups = together(pieces, lambda piece: _size(piece[1]), MESSAGE_COMPONENTS, MESSAGE_CHARACTERS)
    yield from map(list, groups)
