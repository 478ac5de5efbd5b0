"""Whatever is said, and whatever people typed: a message that Discord takes, with nothing of it lost."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simcord.components import validate_components

from adapters.discord.components import Copied, Uploaded, Written, parts_of
from adapters.discord.limits import COMPONENTS_V2
from adapters.documents.files import available
from conversations.catalogue import phrase
from conversations.messages import DirectMessage, InChannel, InteractionReply, Message, Outgoing, Receipt
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
    ShowQueue,
    ShowReport,
    ShowShared,
    ShowShares,
)
from conversations.report import ComparedRow, Comparison, Said
from conversations.session import Intent, ReviewState, SessionKey
from conversations.sharing_choices import CHOICES
from conversations.vocabulary import Compared, DocumentForm, StepKind
from tests.dialogue import core, report_for
from tests.fakes.discord.playing import read

BYTES = 10_000
LANGUAGES = ("en", "zh")
KEY = SessionKey("discord", "", "1")
ABOUT = "chk222"
_PIECES = (
    "@everyone",
    "<@1>",
    "**",
    "```",
    "[a](https://a.example)",
    "\n",
    "# ",
    "- ",
    "1. ",
    "\\",
    "|",
    "团队",
    "🙂",
    "x",
)
texts = st.lists(st.sampled_from(_PIECES) | st.text(max_size=8), max_size=12).map("".join)
long = st.builds(lambda piece, times: piece * times, st.sampled_from(_PIECES), st.integers(1, 2_000)).map(
    lambda text: text[:2_000]
)
hostile = texts | long
said = hostile.map(lambda text: phrase("noted", name="x", answer=text))
several = st.lists(said, max_size=9).map(tuple)
steps = st.sampled_from([step.id for step in core().steps])


def _ask(kind: StepKind, labels: list[str], text: str, *, again: bool, second: bool) -> Ask:
    choices = tuple(phrase("noted", name=one, answer="") for one in labels) if "choice" in kind else ()
    return Ask(
        "maturity",
        kind,
        phrase("noted", name="kind of team", answer=""),
        Progress(1, 2, 9, about=second, second_pass=second),
        phrase("noted", name=text, answer=text),
        phrase("noted", name=text, answer=""),
        choices,
        tuple(f"choice{place}" for place, _ in enumerate(choices)),
        1,
        5,
        tuple(labels[:5]),
        phrase("noted", name=text, answer=text) if again else None,
    )


asks = st.builds(
    _ask,
    st.sampled_from(StepKind),
    st.lists(hostile.filter(str.strip), min_size=2, max_size=28),
    hostile,
    again=st.booleans(),
    second=st.booleans(),
)
answers = st.lists(
    st.builds(Said, st.integers(1, 99), steps, st.just("kind"), said, said), max_size=30, unique_by=lambda one: one.step
).map(tuple)
rows = st.lists(
    st.builds(CheckRow, st.text("abc234", min_size=6, max_size=6), st.integers(1, 99), said, said, st.booleans()),
    max_size=30,
    unique_by=lambda row: row.id,
).map(tuple)
shares = st.lists(
    st.builds(ShareRow, st.just("abc234"), st.integers(10**23, 10**24 - 1).map(str), st.just("1" * 18), said),
    max_size=30,
    unique_by=lambda row: row.share,
).map(tuple)
queued = st.lists(
    st.builds(
        QueueRow,
        st.just("abc234"),
        st.integers(10**23, 10**24 - 1).map(str),
        st.just("1" * 18),
        said,
        st.sampled_from([ReviewState.ASKED, ReviewState.CLAIMED]),
        st.booleans(),
    ),
    max_size=25,
    unique_by=lambda row: row.share,
).map(tuple)
compared = st.integers(2, 5).flatmap(
    lambda count: st.builds(
        Comparison,
        st.tuples(*[said] * count),
        st.tuples(
            *(st.builds(ComparedRow, st.just(one), st.tuples(*[st.tuples(said, said)] * count)) for one in Compared)
        ),
        st.none() | st.sampled_from(Compared),
    )
)
SORTING = tuple(Option(phrase(f"compare.rows.{one}"), Intent.COMPARE, f"abc234 {one}") for one in Compared)
FILES = (Option(phrase("compare.as.csv"), Intent.COMPARE, "abc234 csv"),)
REPORT = asyncio.run(report_for({"team": "Acme"}, quick=True))
replies = st.one_of(
    st.builds(Say, said),
    st.builds(Goodbye, said),
    st.builds(Noted, said, st.none() | steps),
    st.builds(Listed, said, several),
    asks,
    st.builds(
        Choose,
        said,
        st.lists(
            st.sampled_from([Intent.YES, Intent.NO, Intent.DEEPER, Intent.SHARE, Intent.REVIEW, Intent.QUIT]),
            min_size=1,
            unique=True,
        ).map(tuple),
        st.lists(
            st.sampled_from([Option(phrase(f"share.choices.{one}"), Intent.SHARE_AS, one) for one in CHOICES]),
            max_size=14,
            unique_by=lambda one: one.argument,
        ).map(tuple),
    ),
    st.builds(ReviewAnswers, said, answers, st.booleans()),
    st.builds(ShowChecks, said, rows),
    st.builds(
        ShowComparison,
        compared,
        st.none() | st.just(DocumentForm.CSV),
        st.just(SORTING),
        st.sampled_from([(), FILES]),
        rows.filter(lambda found: not found or len(found) > 2),
    ),
    st.builds(ShowShares, said, shares),
    st.builds(ShowQueue, queued),
    st.builds(ShowDocument, st.just(REPORT), st.sampled_from(available())),
    st.builds(AskChannel, said, st.lists(st.integers(10**17, 10**18).map(str), max_size=100).map(tuple)),
    st.builds(AskPosting, said, st.sampled_from([0, 1, 40_000])),
    st.builds(Held, st.just('{"checks": []}'), st.booleans()),
)
places = st.sampled_from(
    [
        DirectMessage(),
        DirectMessage(Receipt("1", "2", asks=True)),
        InteractionReply("token", datetime(2030, 1, 1, tzinfo=UTC)),
    ]
)


def made(row: Outgoing) -> list[Any]:
    return list(parts_of(row, core().catalogue))


def elements(part: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401  any part of a message
    for one in part:
        yield one
        yield from elements(one.get("components", ()))


def checked(payload: dict[str, Any]) -> str:
    """Hold a message against Discord's limits, as simcord has them and as they are; return its text."""
    components = payload["components"]
    assert payload["flags"] & COMPONENTS_V2
    assert payload["allowed_mentions"] == {"parse": []}
    assert "content" not in payload
    validate_components(components, flags=COMPONENTS_V2)
    every = list(elements(components))
    text = [one["content"] for one in every if one["type"] == 10]
    assert 0 < len(every) <= 40
    assert sum(map(len, text)) <= 4_000
    assert len("".join(text).encode()) <= BYTES
    assert all(one.strip() for one in text)
    ids = [one["custom_id"] for one in every if "custom_id" in one]
    assert len(ids) == len(set(ids))
    assert all(1 <= len(one) <= 100 for one in ids)
    for one in every:
        if one["type"] == 1:
            kinds = [inner["type"] for inner in one["components"]]
            assert (kinds == [2] * len(kinds) and 1 <= len(kinds) <= 5) or len(kinds) == 1
        if one["type"] == 2:
            assert 1 <= len(one["label"].strip()) <= 80
        if one["type"] == 3:
            values = [option["value"] for option in one["options"]]
            assert 1 <= len(values) == len(set(values)) <= 25
            assert all(1 <= len(option["label"].strip()) <= 100 for option in one["options"])
            assert all(1 <= len(value) <= 100 for value in values)
            assert len(one["placeholder"]) <= 150
            assert 0 <= one.get("min_values", 1) <= one.get("max_values", 1) <= len(values)
    return "\n".join(text)


def check(parts: list[Any]) -> str:
    return "\n".join(checked(one.payload) for one in parts if isinstance(one, Written | Copied))


def _one_asks_at_most(found: list[Reply]) -> bool:
    """Tell whether it is as a turn makes it: what asks comes last, and nothing is said twice."""
    steps_noted = [one.step for one in found if isinstance(one, Noted)]
    asking = [isinstance(one, Ask | Choose | ReviewAnswers | AskChannel | AskPosting) for one in found]
    lists = sum(isinstance(one, ShowChecks | ShowComparison | ShowShares | ShowQueue) for one in found)
    return not any(asking[:-1]) and len(set(steps_noted)) == len(steps_noted) and lists <= 1


@given(st.lists(replies, min_size=1, max_size=3).filter(_one_asks_at_most), st.sampled_from(LANGUAGES), places)
@settings(max_examples=40, deadline=None)
def test_no_reply_makes_a_message_that_discord_refuses(found: list[Reply], language: str, to: Any) -> None:  # noqa: ANN401
    for asking in (None, Receipt("1", "1", asks=True)):
        row = Outgoing(1, KEY, Message(to, tuple(found), language, check=ABOUT, asked=3), asking=asking)
        parts = made(row)
        check(parts)
        assert sum(isinstance(one, Uploaded) for one in parts) == sum(
            isinstance(one, ShowDocument)
            or (isinstance(one, ShowComparison) and one.form is not None)
            or (isinstance(one, Held) and one.whole)
            for one in found
        )
        for one in parts:
            if isinstance(one, Written) and one.asks:
                assert any("custom_id" in each for each in elements(one.payload["components"]))


@given(texts.filter(str.strip), st.sampled_from(LANGUAGES))
@settings(max_examples=100, deadline=None)
def test_every_line_that_somebody_typed_is_read_as_they_typed_it(text: str, language: str) -> None:
    one_line = " ".join(text.split()) or "x"
    told = phrase("noted", name="", answer=one_line)
    shown = check(made(Outgoing(1, KEY, Message(DirectMessage(), (Say(told),), language))))
    assert core().catalogue.text(told, language).strip() in read(shown)
    assert "@everyone" not in shown.replace("\\@everyone", "")
    assert "<@1>" not in shown


@given(texts | st.just("🙂团队`" * 300), st.sampled_from(LANGUAGES))
@settings(max_examples=15, deadline=None)
def test_no_answer_makes_a_report_that_discord_refuses(text: str, language: str) -> None:
    name = f"Acme {text}"[:1_900]
    report = asyncio.run(report_for({"team": name}, quick=True))
    for part in ("all", "questions", "reasons"):
        check(made(Outgoing(1, KEY, Message(DirectMessage(), (ShowReport(report, part),), language))))
    there = (Receipt("5", "6"), None, *(Receipt("6", str(place)) for place in range(7, 20)))
    for copies in ((), there):
        card = ShowShared(report, "card", date(2030, 1, 1), ReviewState.CLAIMED, onward=True)
        shared: tuple[Reply, ...] = (card, ShowShared(report, "detail"))
        parts = made(Outgoing(1, KEY, Message(InChannel("5", "s1"), shared, language), copies=copies))
        check(parts)
        assert [one.first for one in parts if isinstance(one, Copied)].count(True) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_of_the_pack_can_be_asked(language: str) -> None:
    for step in core().steps:
        choices = tuple(phrase(f"{step.texts}.choices.{one.id}") for one in step.choices)
        ids = tuple(one.id for one in step.choices)
        ask = Ask(
            step.id,
            step.kind,
            phrase(f"steps.{step.id}.name"),
            Progress(1, 1, 9, about=True),
            phrase(f"steps.{step.id}.ask"),
            phrase("noted", name="", answer=""),
            choices,
            ids,
            1,
            5,
        )
        (part,) = made(Outgoing(1, KEY, Message(DirectMessage(), (ask,), language, check=ABOUT, asked=99)))
        assert part.asks
        checked(part.payload)
