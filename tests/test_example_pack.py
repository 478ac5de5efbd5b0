"""The pack in docs/packs: it is what docs/packs.md points to, so it must work, in both its languages."""

from functools import cache
from pathlib import Path

import pytest

from bot.wiring import load_content
from conversations.replies import Say
from conversations.script import Script
from tests.dialogue import Player, flags, verdict
from tests.golden import assert_golden

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "docs" / "packs" / "data_engineering"
PLAYED = Path(__file__).parent / "transcripts" / "packs"
NAMES = {"data_engineering": "en", "data_engineering.zh": "zh"}


@cache
def example() -> Script:
    return load_content(EXAMPLE).packs[-1].script


async def played(name: str) -> Player:
    player = Player(script=example(), language=NAMES[name])
    await player.open()
    for line in (PLAYED / f"{name}.answers").read_text(encoding="utf-8").splitlines():
        await player.say(line)
    if not player.ended:
        await player.leave()
    return player


@pytest.mark.parametrize("name", NAMES)
async def test_the_example_pack_reads_as_its_transcript_says(name: str) -> None:
    assert_golden(PLAYED / f"{name}.txt", (await played(name)).seen())


@pytest.mark.parametrize("name", NAMES)
async def test_no_line_of_a_transcript_was_turned_away(name: str) -> None:
    said = [one[1] for one in (await played(name)).shown if not isinstance(one, str)]
    keys = {reply.text.key for reply in said if isinstance(reply, Say)}
    assert not {key for key in keys if key.startswith(("unreadable", "not_now", "near_miss"))}


ONES = {
    "team": "Acme", "kind_sources": "member", "work": "pipelines", "delivery": "tables", "metrics": "one place",
    "upstream": "contract", "stack": "some", "something_new": "yes", "sure": "4", "comfort": "yes",
    "owns": "pipelines", "customers": "analysts", "wrong_data": "rota", "nights": "0",
}  # fmt: skip
"""Answers that raise nothing."""
CASES = [
    ("owns_nothing", "high", {"owns": "advice"}),
    ("no_customer", "high", {"customers": "nobody"}),
    ("unwatched", "high", {"wrong_data": "readers"}),
    ("woken", "medium", {"nights": "4"}),
    ("woken", "high", {"nights": "10"}),
    ("woken", "high", {"nights": "4", "wrong_data": "one person"}),
    ("platform_for_whom", "medium", {"work": "platform", "delivery": "self-service", "customers": "?"}),
    ("ticket_desk", "high", {"work": "tickets", "delivery": "extracts"}),
    ("two_truths", "high", {"metrics": "each its own"}),
    ("two_truths", "low", {"metrics": "each its own", "work": "platform", "delivery": "self-service"}),
    ("found_out", "medium", {"upstream": "it breaks"}),
    ("deep_end", "medium", {"stack": "new", "sure": "2"}),
    ("nothing_new", "medium", {"stack": "same", "something_new": "no"}),
]


@pytest.mark.parametrize(("flag", "severity", "answers"), CASES)
async def test_each_flag_of_the_example_is_raised_by_its_answers_alone(
    flag: str, severity: str, answers: dict[str, str]
) -> None:
    report = await Player(script=example()).answer_all({**ONES, **answers})
    assert [(one.id, one.severity) for one in report.flags] == [(flag, severity)]


async def test_good_answers_raise_nothing_and_every_flag_has_a_case() -> None:
    report = await Player(script=example()).answer_all(ONES)
    assert flags(report) == set()
    assert [verdict(report, one).state for one in ("kind", "gap", "ownership")] == ["applied", "workable", "clear"]
    assert {flag for flag, _, _ in CASES} == {flag.id for flag in example().flags}
