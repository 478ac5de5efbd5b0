"""Whatever people write, and whatever is to be said: Slack takes it, nothing is cut off, and nobody is pinged."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import Phase as Stage
from hypothesis import strategies as st

from adapters.documents.files import available
from adapters.documents.outline import Block, Grid, Heading, Outline, Paragraph, Points
from adapters.slack.block_kit import SURFACES, Copied, Page, Part, Removed, Uploaded, Written, parts_of
from adapters.slack.forms import rules_form, write_form
from conversations.catalogue import Phrase, phrase
from conversations.judgement import report_on
from conversations.messages import (
    Destination,
    DirectMessage,
    HomePage,
    InChannel,
    Message,
    Outgoing,
    Receipt,
    Withdrawal,
)
from conversations.redaction import redact
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
    Option,
    Progress,
    QueueRow,
    Reply,
    ReviewAnswers,
    Say,
    ShareRow,
    ShowChecks,
    ShowComparison,
    ShowDocument,
    ShowHome,
    ShowQueue,
    ShowReport,
    ShowShared,
    ShowShares,
)
from conversations.report import ComparedRow, Comparison, Report, Said
from conversations.session import Decision, Fine, Intent, ReviewState, Share, SkillLevel, SkillList
from conversations.session import Written as Answered
from conversations.sharing_choices import CHOICES
from conversations.vocabulary import Compared, OwnDecision, Source, StepKind
from conversations.workspace import Workspace
from tests.dialogue import ME, NOON, core
from tests.fakes.slack.block_check import check_message, check_view
from tests.test_machine import FINISHED_DEEP, finished_deep

SAME = settings(
    deadline=None,
    derandomize=True,
    max_examples=100,
    suppress_health_check=list(HealthCheck),
    phases=[Stage.explicit, Stage.generate, Stage.shrink],
)
FEWER = settings(SAME, max_examples=15)
WORDS = core().catalogue.on(*SURFACES)
OPTIONS = [one for one in Intent if f"options.{one}" in WORDS.entries("en")]
LANGUAGES = st.sampled_from(["en", "zh"])
PRIVATE = "Zyxwvutsr"
"""Stands in everything that a person wrote."""
PRESSED, ASKING = Receipt("D1", "1.1", asks=True), Receipt("D1", "2.2", asks=True)

# -- what people write ---------------------------------------------------------------------------------------------

NASTY = (
    "<!channel> <!here> <@U1> <#C1|general> <https://x.example|here>",
    "&amp; & < > &lt;b&gt; *bold* _it_ ~no~ `code` :smile: > quote",
    "👩‍💻🏳️‍🌈" * 40,
    "שלום \u202eevil\u202c مرحبا",
    "e\u0301\u0323" * 50,
    "x" * 2_000,
    "字" * 3_100,
    "one\n\n\ntwo\n" * 200,
    " " * 40,
    " " * 3_000,
    "\u200b\u200d\ufeff",
    "\u2028\u2029\x0b\x1c",
    "word " * 700,
    "\n",
)
PIECES = st.sampled_from(NASTY) | st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
SHORT = st.text(st.characters(exclude_categories=["Cs"]), max_size=90).map(lambda text: f"{PRIVATE}{text}")
WRITTEN = st.lists(PIECES, max_size=3).flatmap(
    lambda pieces: st.sampled_from([PRIVATE.join(["", *pieces]), PRIVATE + "".join(pieces), "".join(pieces) + PRIVATE])
)
ANYTHING = WRITTEN | PIECES
"""Also what has nothing of ours in it: nothing at all, spaces, characters without a width."""


def told(text: str) -> Phrase:
    return phrase("answer.text", text=text)


PHRASES = ANYTHING.map(told)


def labels(count: int, width: int) -> tuple[Phrase, ...]:
    return tuple(told(f"{place} ".ljust(width, "x")) for place in range(count))


SUGGESTED: st.SearchStrategy[Phrase | str] = st.sampled_from(["Python", "SQL", phrase("skills.python")])


@st.composite
def asks(draw: st.DrawFn) -> Ask:
    """Return a question of any kind, as packs may ask them."""
    kind = draw(st.sampled_from(StepKind))
    count = draw(st.sampled_from([1, 3, 5, 6, 10, 11, 26, 100, 101]))
    choices = labels(count, draw(st.sampled_from([3, 20, 30, 75, 76, 180])))
    if kind not in (StepKind.CHOICE, StepKind.CHOICES):
        choices = ()
    low, high = draw(st.sampled_from([(0.0, 4.0), (1.0, 5.0), (0.0, 24.0), (0.0, 25.0), (0.0, 100.0)]))
    return Ask(
        step=draw(st.sampled_from(["team", "s" * 40])),
        kind=kind,
        section=phrase("sections.kind_short"),
        progress=draw(
            st.sampled_from([None, Progress(1, 3, 9, about=True), Progress(2, 1, 4, about=False, second_pass=True)])
        ),
        text=draw(st.sampled_from([phrase("steps.team.ask"), told("A question of a pack? " * 150)])),
        hint=phrase(f"hint.{kind}" if kind in (StepKind.CHOICE, StepKind.CHOICES) else "hint.text"),
        choices=choices,
        choice_ids=tuple(f"c{place}" for place in range(len(choices))),
        low=low,
        high=high,
        suggestions=tuple(draw(st.lists(SUGGESTED, max_size=12))),
        said=draw(st.none() | PHRASES),
    )


@st.composite
def reports(draw: st.DrawFn) -> Report:
    """Return the report of a deep check in which everything that can be written was written."""
    seed, kind, known = draw(FINISHED_DEEP)
    check, about = finished_deep(seed, kind, known=known)
    chance = Random(seed)  # noqa: S311  no secret hangs on it
    written = draw(st.lists(WRITTEN, min_size=3, max_size=3))
    answers = {}
    for step, (given_,) in check.answers.items():
        answer = given_.answer
        if isinstance(answer, Answered):
            answer = Answered(chance.choice(written))
        elif isinstance(answer, SkillList):
            answer = SkillList(tuple(SkillLevel(text, 1, 3, nice=False) for text in written if text))
        quoted = chance.random() < 0.3
        one = replace(given_, answer=answer, source=Source.MEMBER, quote=chance.choice(written) if quoted else "")
        other = replace(one, source=Source.RECRUITER, at=NOON - timedelta(days=1), quote=chance.choice(written))
        answers[step] = (one, other) if quoted else (one,)
    check = replace(check, answers=answers, decision=Decision(OwnDecision.ASK_MORE, written[0], NOON))
    flags = report_on(core(), check, about).flags
    fine = {flag.id: Fine(chance.choice(written), NOON) for flag in flags if chance.random() < 0.5}
    return report_on(core(), replace(check, fine=fine), about)


ROWS = st.builds(
    lambda count, text: tuple(
        CheckRow(f"abc{place}", place, told(text), phrase("checks.finished"), place == 1)
        for place in range(1, count + 1)
    ),
    st.sampled_from([0, 1, 20, 21, 60]),
    ANYTHING,
)
CHECKS = st.builds(ShowChecks, st.just(phrase("checks.title")), ROWS)
SAID = st.builds(
    lambda count, texts, complete: ReviewAnswers(
        phrase("review.title_team", team=texts[0]),
        tuple(
            Said(place, f"step{place}", "kind", told(f"Name {place}"), told(texts[place % len(texts)]))
            for place in range(1, count + 1)
        ),
        complete,
    ),
    st.sampled_from([0, 1, 30, 150]),
    st.lists(SHORT | ANYTHING, min_size=1, max_size=4),
    st.booleans(),
)
HELD = json.dumps({"checks": [{}, {}], "people": [{"body": PRIVATE}], "odd": [1]})
ITEMS = st.lists(PHRASES, max_size=12).map(tuple)
# What is longer is shortened on the page.
LINES = ROWS.filter(lambda rows: len(str(rows)) < 60_000)
FEW_ITEMS = st.lists(PHRASES, max_size=3).map(tuple)
SHARES = st.builds(
    ShowShares,
    st.just(phrase("shares.title")),
    st.lists(st.builds(ShareRow, st.just("abc234"), st.just("a" * 24), st.just("C0001"), PHRASES), max_size=30).map(
        tuple
    ),
)
QUEUE = st.builds(
    ShowQueue,
    st.lists(
        st.builds(
            QueueRow,
            st.just("abc234"),
            st.integers(10**23, 10**24 - 1).map(str),
            st.just("C0001"),
            PHRASES,
            st.sampled_from([ReviewState.ASKED, ReviewState.CLAIMED]),
            st.booleans(),
        ),
        max_size=25,
    ).map(tuple),
)


@st.composite
def comparisons(draw: st.DrawFn) -> ShowComparison:
    """Return teams side by side with anything in their cells."""
    teams = tuple(draw(st.lists(PHRASES, min_size=2, max_size=5)))
    cells = st.lists(PHRASES, min_size=1, max_size=2).map(tuple)
    rows = tuple(ComparedRow(one, tuple(draw(cells) for _ in teams)) for one in Compared)
    sorting = tuple(Option(phrase(f"compare.rows.{one}"), Intent.COMPARE, f"abc234 {one}") for one in Compared)
    files = (Option(phrase("compare.as.csv"), Intent.COMPARE, "abc234 csv"),)
    found = Comparison(teams, rows, draw(st.none() | st.sampled_from(Compared)))
    return ShowComparison(found, None, sorting, draw(st.sampled_from([(), files])), draw(ROWS))


MORE_CHOICES = st.sampled_from([Option(phrase(f"share.choices.{one}"), Intent.SHARE_AS, one) for one in CHOICES])
KINDS: dict[type[Reply], st.SearchStrategy[Any]] = {
    Say: st.builds(Say, PHRASES),
    Goodbye: st.builds(Goodbye, PHRASES),
    Noted: st.builds(
        lambda text, step: Noted(phrase("noted", name=phrase("steps.team.name"), answer=text), step),
        PHRASES,
        st.sampled_from([None, "team"]),
    ),
    Listed: st.builds(Listed, st.just(phrase("checks.title")), ITEMS),
    Ask: asks(),
    Choose: st.builds(
        Choose,
        PHRASES.filter(lambda one: str(one.args["text"]).strip() != ""),
        st.lists(st.sampled_from(OPTIONS), min_size=1, max_size=12, unique=True).map(tuple),
        st.lists(MORE_CHOICES, max_size=14, unique_by=lambda one: one.argument).map(tuple),
    ),
    ReviewAnswers: SAID,
    ShowReport: st.builds(ShowReport, reports(), st.sampled_from(["all", "questions", "reasons"])),
    ShowShared: st.builds(
        ShowShared,
        reports(),
        st.sampled_from(["card", "detail"]),
        st.none() | st.just(NOON.date()),
        st.none() | st.sampled_from(ReviewState),
        st.booleans(),
    ),
    ShowDocument: st.builds(ShowDocument, reports(), st.sampled_from(available())),
    ShowShares: SHARES,
    ShowQueue: QUEUE,
    ShowChecks: CHECKS,
    ShowComparison: comparisons(),
    ShowHome: st.builds(ShowHome, st.builds(ShowChecks, st.just(phrase("checks.title")), LINES), FEW_ITEMS, FEW_ITEMS),
    AskChannel: st.builds(
        AskChannel,
        st.just(phrase("share.where")),
        st.sampled_from([0, 1, 12, 120]).map(lambda count: tuple(f"C{place:04}" for place in range(count))),
    ),
    AskPosting: st.builds(AskPosting, st.just(phrase("posting.paste")), st.sampled_from([0, 1, 40_000])),
    Held: st.sampled_from([Held(), Held(HELD), Held(HELD, whole=True)]),
}  # fmt: skip
SMALL = st.one_of([KINDS[one] for one in (Say, Noted, Listed, Choose, AskChannel, Held)])
SEVERAL = st.builds(
    lambda before, asked: (*before, *asked), st.lists(SMALL, min_size=1, max_size=3), st.lists(KINDS[Ask], max_size=1)
)
"""No turn asks two questions."""


def row_of(*replies: Reply, to: Destination | None = None, language: str = "en") -> Outgoing:
    return Outgoing(1, ME, Message(to or DirectMessage(), replies, language, check="abc234", asked=99_999))


def parts(row: Outgoing) -> tuple[Part, ...]:
    return parts_of(row, core().catalogue)


# -- what Slack is given -------------------------------------------------------------------------------------------


def problems(made: tuple[Part, ...]) -> list[str]:
    found: list[str] = []
    for part in made:
        match part:
            case Written() | Copied():
                found += check_message({"text": part.text, "blocks": list(part.blocks)})
            case Page():
                found += check_view(part.view)
    return found


def nodes(part: object) -> Iterator[dict[str, Any]]:
    """Walk everything in a payload that has fields."""
    if isinstance(part, dict):
        yield part
        for one in part.values():
            yield from nodes(one)
    elif isinstance(part, list | tuple):
        for one in part:
            yield from nodes(one)


def payloads(made: tuple[Part, ...]) -> list[Any]:
    views = [part.view["blocks"] for part in made if isinstance(part, Page)]
    return views + [list(part.blocks) for part in made if isinstance(part, Written | Copied)]


def squeezed(text: str) -> str:
    return "".join(text.split())


def read(part: object) -> Iterator[str]:
    """Yield what a person reads, in its order, without the labels of what they can press."""
    if isinstance(part, list | tuple):
        for one in part:
            yield from read(one)
    elif isinstance(part, dict):
        match part.get("type"):
            case "text" | "plain_text" | "mrkdwn":
                yield part["text"]
            case "channel":
                yield part["channel_id"]
            case "actions":
                return
            case _:
                yield from read([part.get(name) for name in ("text", "elements")])


def shown(made: tuple[Part, ...]) -> str:
    return squeezed("".join(words for payload in payloads(made) for words in read(payload)))


def missing(expected: list[str], made: tuple[Part, ...]) -> list[str]:
    """Return what is not there, or not in its place."""
    found, at, lost = shown(made), 0, []
    for text in expected:
        wanted = squeezed(text)
        place = found.find(wanted, at)
        if place < 0:
            lost.append(text)
        else:
            at = place + len(wanted)
    return lost


def outlined(blocks: Iterator[Block]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Heading(text) | Paragraph(text):
                yield text
            case Points(items):
                for item in items:
                    yield item.text
                    for detail in item.details:
                        yield from (detail.label, *detail.lines)
            case Grid(header, rows):
                for row in rows:
                    yield row[0]
                    for title, cell in zip(header[1:], row[1:], strict=True):
                        yield from (title, cell)


def expected(reply: Reply, language: str) -> list[str]:  # noqa: C901, PLR0912  one case a kind
    """Return everything that a reply says."""

    def text(said: Phrase | str) -> str:
        return WORDS.text(said, language)

    outline = Outline(WORDS, language)
    match reply:
        case Say() | Goodbye() | Noted():
            return [text(reply.text)]
        case Listed(title, items):
            return [text(title), *map(text, items)]
        case Ask():
            last = [text(reply.said)] if reply.said else []
            return [text(reply.section), text(reply.text), *map(text, reply.suggestions), *last]
        case Choose():
            return [text(reply.text)]
        case ReviewAnswers():
            rows = [text(phrase("noted", name=one.name, answer=one.said)) for one in reply.answers]
            return [text(reply.title), *rows]
        case ShowReport():
            return list(outlined(outline.part(reply.report, reply.part)))
        case ShowShared():
            return list(outlined(outline.shared(reply.report, reply.part, reply.updated, reply.review)))
        case ShowShares(title, shared):
            return [text(title), *(text(row.text) for row in shared)]
        case ShowQueue(queued):
            return [text(row.text) for row in queued or ()]
        case ShowChecks(title, rows):
            return [text(title), *(words for row in rows for words in (text(row.title), text(row.state)))]
        case ShowComparison():
            return list(outlined(outline.comparison(reply.comparison, wide=False)))
        case ShowHome():
            first = replace(reply.checks, rows=reply.checks.rows[:20])
            return [*expected(first, language), *map(text, reply.reminders), *map(text, reply.questions)]
        case AskChannel():
            return [text(reply.text), *reply.allowed]
        case AskPosting():
            return [text(reply.text)]
        case _:
            return []


def destination(reply: Reply) -> Destination:
    if isinstance(reply, ShowHome):
        return HomePage()
    return InChannel("C1", "S1") if isinstance(reply, ShowShared) else DirectMessage()


def it_is_sound(row: Outgoing) -> tuple[Part, ...]:
    made = parts(row)
    assert problems(made) == []
    assert parts(row) == made
    for part in made:
        if isinstance(part, Written | Copied):
            assert PRIVATE not in part.text
            assert "<" not in part.text
            assert part.text
            assert part.blocks
    inside = [node for payload in payloads(made) for node in nodes(payload)]
    kinds = {node.get("type") for node in inside}
    assert not kinds & {"mrkdwn", "user", "usergroup", "broadcast", "link", "image", "emoji"}
    for node in inside:
        for name in ("action_id", "block_id", "value", "callback_id", "private_metadata", "url", "channel_id"):
            assert PRIVATE not in str(node.get(name, ""))
    return made


def test_every_kind_of_reply_is_tried() -> None:
    assert set(KINDS) == set(get_args(Reply))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_any_reply_is_taken_by_slack_and_nothing_of_it_is_cut_off(kind: type[Reply]) -> None:
    @(FEWER if kind in (ShowReport, ShowShared, ShowComparison) else SAME)
    @given(KINDS[kind], LANGUAGES)
    def holds(reply: Reply, language: str) -> None:
        row = row_of(reply, to=destination(reply), language=language)
        made = it_is_sound(row)
        assert missing(expected(reply, language), made) == []

    holds()


@SAME
@given(SEVERAL, LANGUAGES)
def test_several_replies_stand_in_their_order(replies: tuple[Reply, ...], language: str) -> None:
    made = it_is_sound(row_of(*replies, language=language))
    assert missing([text for reply in replies for text in expected(reply, language)], made) == []


@SAME
@given(KINDS[Ask], LANGUAGES)
def test_every_choice_can_be_read_in_full_and_answered_with(ask: Ask, language: str) -> None:
    made = it_is_sound(row_of(ask, language=language))
    inside = [node for payload in payloads(made) for node in nodes(payload)]
    labels = [node["text"]["text"] for node in inside if isinstance(node.get("text"), dict)]
    for one in ask.choices:
        label = WORDS.text(one, language)
        assert label in labels or squeezed(label) in shown(made)
    values = [str(node.get("value", "")) for node in inside] + [str(node.get("action_id", "")) for node in inside]
    # More choices than a menu holds are typed.
    if len(ask.choices) <= 100:
        for name in ask.choice_ids:
            assert any(value == name or value.endswith(f":{name}") for value in values)
    assert any("why:" in value for value in values)
    assert sum(isinstance(part, Written) and part.asks for part in made) >= 1


@SAME
@given(KINDS[Choose])
def test_every_option_of_a_menu_can_be_picked(choose: Choose) -> None:
    (made,) = parts(row_of(choose))[-1:]
    assert isinstance(made, Written)
    picked = [node.get("action_id") or node.get("value") for node in nodes(made.blocks)]
    meant = [str(one).partition(":")[0] for one in picked if one]
    assert [one for one in choose.options if one not in meant] == []


@SAME
@given(KINDS[ReviewAnswers])
def test_every_answer_can_be_changed_from_the_review(review: ReviewAnswers) -> None:
    made = parts(row_of(review))
    values = {node["value"] for payload in payloads(made) for node in nodes(payload) if "value" in node}
    assert values == {one.step for one in review.answers}


def test_the_words_of_a_packs_question_ping_nobody_in_a_notification_either() -> None:
    words = "<!channel> & <https://x.example|here>: which team?"
    ask = Ask("team", StepKind.TEXT, phrase("sections.kind_short"), None, told(words), phrase("hint.text"))
    (made,) = parts(row_of(ask))
    assert isinstance(made, Written)
    assert made.text.endswith("\n&lt;!channel&gt; &amp; &lt;https://x.example|here&gt;: which team?")
    assert squeezed(words) in shown((made,))


def test_where_a_question_comes_before_other_words_nothing_is_said_twice_or_not_at_all() -> None:
    ask, after = AskChannel(phrase("share.where"), ()), Say(told(f"{PRIVATE} " + "words " * 400))
    for replies in ((ask, after), (after, ask), (after, ask, after)):
        made = it_is_sound(row_of(*replies))
        assert shown(made).count(squeezed(WORDS.text(after.text, "en"))) == replies.count(after)
        assert shown(made).count(squeezed(WORDS.text(ask.text, "en"))) == 1


@FEWER
@given(reports(), LANGUAGES)
def test_advice_comes_before_what_it_rests_on(report: Report, language: str) -> None:
    made = it_is_sound(row_of(ShowReport(report), language=language))
    keys = ("flags", "verdicts", "questions", "answers", "small_print_title")
    titles = [squeezed(WORDS.text(phrase(f"report.{key}"), language)) for key in keys]
    lines = [squeezed(text) for part in payloads(made) for text in read(part)]
    places = [lines.index(title) for title in titles]
    assert places == sorted(places)


@FEWER
@given(reports(), LANGUAGES)
def test_a_card_in_a_channel_is_one_message_without_a_word_of_the_persons_own(report: Report, language: str) -> None:
    seen = redact(report, Share("S1", "C1", NOON), [report.team] if isinstance(report.team, str) else [])
    made = it_is_sound(row_of(ShowShared(seen, "card"), to=InChannel("C1", "S1"), language=language))
    assert len(made) == 1
    assert PRIVATE not in shown(made)


@SAME
@given(SEVERAL, st.sampled_from([None, PRESSED]), st.sampled_from([None, PRESSED, ASKING]), LANGUAGES)
def test_an_edit_takes_the_place_of_what_is_settled_and_of_nothing_else(
    replies: tuple[Reply, ...], pressed: Receipt | None, asking: Receipt | None, language: str
) -> None:
    made = it_is_sound(replace(row_of(*replies, to=DirectMessage(pressed), language=language), asking=asking))
    edits = [part for part in made if isinstance(part, Written) and part.at]
    noted = [reply for reply in replies if isinstance(reply, Noted)]
    if noted and (pressed or asking):
        folded = made[0]
        assert isinstance(folded, Written)
        assert (folded.at, folded.or_new, folded.asks) == (pressed or asking, False, False)
        assert missing([text for one in noted for text in expected(one, language)], made) == []
    assert {part.at for part in edits} <= {pressed, asking}
    assert len({part.at for part in edits}) == len(edits)
    for part in edits:
        if part.or_new:
            # In place: everything there is to say, in one; what stands elsewhere says that it is asked again.
            assert len(edits) == len(made)
            assert part.at == pressed
    if not pressed and not noted:
        assert edits == []
    rest = [reply for reply in replies if reply not in noted]
    assert missing([text for reply in rest for text in expected(reply, language)], made) == []
    if pressed and asking == ASKING and made[-1] not in edits:
        # Buttons that a newer question has made old do not stay.
        assert not any(part.asks for part in edits)
        assert {part.at for part in edits} == {pressed, asking} if noted else {asking}


def test_what_was_noted_folds_the_question_that_was_asked() -> None:
    noted = Noted(phrase("noted", name=phrase("steps.team.name"), answer=told("Acme")), "team")
    folded, after = parts(replace(row_of(noted, Choose(phrase("finished.what_now"), (Intent.REPORT,))), asking=ASKING))
    assert isinstance(folded, Written)
    assert isinstance(after, Written)
    assert (folded.at, folded.or_new, folded.asks) == (ASKING, False, False)
    assert (after.at, after.asks) == (None, True)


def test_without_a_question_that_stands_what_was_noted_is_said_before_the_next_one() -> None:
    noted = Noted(phrase("noted", name=phrase("steps.team.name"), answer=told("Acme")), "team")
    (one,) = parts(row_of(noted, Choose(phrase("finished.what_now"), (Intent.REPORT,))))
    assert isinstance(one, Written)
    assert one.at is None
    assert one.asks


def test_what_is_longer_than_an_edit_may_be_goes_on_below_it() -> None:
    noted = [Noted(told(f"{place} {PRIVATE} " + "words " * 450), "team") for place in range(8)]
    made = it_is_sound(replace(row_of(*noted, to=DirectMessage(PRESSED)), asking=PRESSED))
    assert [getattr(part, "at", None) for part in made][:2] == [PRESSED, None]
    assert missing([text for one in noted for text in expected(one, "en")], made) == []


@pytest.mark.parametrize(("length", "in_place"), [(2_000, True), (3_500, False)])
def test_only_what_fits_takes_the_place_of_the_message_whose_button_was_pressed(length: int, *, in_place: bool) -> None:
    made = parts(row_of(Say(told("words " * (length // 6))), to=DirectMessage(PRESSED)))
    assert [(part.at, part.or_new) for part in made if isinstance(part, Written)] == (
        [(PRESSED, True)] if in_place else [(None, False)]
    )


@pytest.mark.parametrize("reply", [ShowChecks(phrase("checks.title"), ()), Held(HELD)], ids=["checks", "held"])
def test_what_somebody_asked_to_look_up_leaves_the_message_with_its_button_as_it_is(reply: Reply) -> None:
    made = parts(replace(row_of(reply, to=DirectMessage(PRESSED)), asking=PRESSED))
    assert [part.at for part in made if isinstance(part, Written)] == [None]


def test_what_could_not_be_taken_back_is_told_with_the_farewell() -> None:
    made = it_is_sound(replace(row_of(Goodbye(phrase("quit"))), left_standing=3))
    assert "3" in shown(made)


def test_a_withdrawal_takes_a_message_away() -> None:
    assert parts(row_of(to=Withdrawal("C1", "1.1"))) == (Removed(Receipt("C1", "1.1")),)


def test_everything_that_is_held_comes_as_a_file_and_is_announced() -> None:
    file, words = parts(row_of(Held(HELD, whole=True)))
    assert isinstance(file, Uploaded)
    assert asyncio.run(file.file.make()).decode() == HELD
    assert isinstance(words, Written)
    assert PRIVATE not in words.text


# -- a copy in a channel -------------------------------------------------------------------------------------------

THERE = tuple(Receipt("C1", f"{place}.1") for place in range(40))


@FEWER
@given(reports(), st.integers(0, 40))
def test_each_message_of_a_copy_takes_the_place_of_the_one_with_its_number(report: Report, there: int) -> None:
    replies = (ShowShared(report, "card"), ShowShared(report, "detail"))
    made = it_is_sound(replace(row_of(*replies, to=InChannel("C1", "S1")), copies=THERE[:there]))
    copied = [part for part in made if isinstance(part, Copied)]
    assert [part.first for part in copied] == [True, *[False] * (len(copied) - 1)]
    assert [part.at for part in copied] == [THERE[place] if place < there else None for place in range(len(copied))]
    assert list(made[len(copied) :]) == [Removed(one) for one in THERE[len(copied) : there]]
    assert {part.card for part in copied} == {THERE[0] if there else None}


def test_a_copy_without_words_is_taken_back() -> None:
    assert parts(replace(row_of(to=InChannel("C1", "S1")), copies=THERE[:2])) == (Removed(THERE[0]), Removed(THERE[1]))


# -- the page ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["字" * 3_100, "👩‍💻" * 3_000, "word " * 2_400])
def test_a_page_that_would_be_too_large_has_shorter_lines_and_still_all_of_them(text: str) -> None:
    rows = tuple(CheckRow(f"abc{place}", place, told(text), phrase("checks.finished"), False) for place in range(60))  # noqa: FBT003
    lines = tuple(told(f"{place}: {text}") for place in range(60))
    made = it_is_sound(row_of(ShowHome(ShowChecks(phrase("checks.title"), rows), lines, lines[:5]), to=HomePage()))
    starts = [f"{row.number}. {text[:20]}" for row in rows[:20]]
    ends = [WORDS.text(phrase("card"), "en"), WORDS.text(phrase("who_sees"), "en")]
    starts += [f"{place}: {text[:20]}" for place in (*range(60), *range(5))]
    assert missing([*starts, *ends], made) == []


# -- windows -------------------------------------------------------------------------------------------------------

IDS = st.text("CUDS0123456789", min_size=2, max_size=12)
RULES = st.builds(
    Workspace,
    st.integers(0, 9),
    st.sampled_from([None, "en", "zh", "xx"]),
    st.sampled_from([None, "core", "gone"]),
    st.lists(IDS, max_size=100, unique=True).map(tuple),
    st.lists(IDS, max_size=100, unique=True).map(tuple),
    st.integers(0, 99),
)


@SAME
@given(ANYTHING, LANGUAGES, st.none() | st.just(PRESSED))
def test_the_window_for_a_long_answer_is_taken_by_slack(question: str, language: str, at: Receipt | None) -> None:
    view = write_form(core().catalogue, language, question, "a" * 100, at)
    assert check_view(view) == []
    assert PRIVATE not in view["private_metadata"]


@SAME
@given(RULES, LANGUAGES, st.integers(1, 30), st.sampled_from(["A title", "t" * 300, "<!here> & 字"]))
def test_the_window_for_rules_is_taken_by_slack(rules: Workspace, language: str, packs: int, title: str) -> None:
    names = {"core": "Core", **{f"pack{place}": f"{title} {place}" for place in range(packs)}}
    assert check_view(rules_form(core().catalogue, language, rules, names)) == []
