"""The scenarios in Slack, in both languages; what stands on the screen at the end is golden."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import pytest

from tests.fakes.slack.person import person
from tests.fakes.slack.playing import OTHER, PUBLIC, SlackPlayer
from tests.fakes.slack.room import Room, running
from tests.fakes.slack.server import ALL_SCOPES, FakeSlack
from tests.golden import assert_golden
from tests.scenarios import SCENARIOS

LOCALES = {"en": "en-US", "zh": "zh-CN"}
TRANSCRIPTS = Path(__file__).parent / "transcripts" / "slack"


def ids() -> Iterator[str]:
    return (f"chk{number:03d}" for number in count(222))


@asynccontextmanager
async def playing(
    file: Path, language: str = "en", *, scopes: tuple[str, ...] = ALL_SCOPES, admin: bool = False
) -> AsyncIterator[tuple[SlackPlayer, Room]]:
    """Sit down before Slack."""
    async with FakeSlack(scopes=scopes) as slack:
        me = person(slack, "U0001", locale=LOCALES[language], admin=admin)
        slack.channel(PUBLIC, "U0001")
        slack.channel(OTHER, "U0001")
        fresh = ids()
        async with running(slack, file, new_id=lambda: next(fresh), clock=slack.now) as room:
            player = SlackPlayer(me, language, room.quiet)
            yield player, room
            assert slack.problems == []
            assert me.failed == []


@pytest.mark.parametrize("language", sorted(LOCALES))
@pytest.mark.parametrize("name", sorted(SCENARIOS))
async def test_a_whole_check_in_slack_ends_as_its_transcript_says(name: str, language: str, tmp_path: Path) -> None:
    async with playing(tmp_path / "bot.sqlite3", language) as (me, _):
        await SCENARIOS[name](me)
        assert_golden(TRANSCRIPTS / language / f"{name}.txt", me.transcript())
