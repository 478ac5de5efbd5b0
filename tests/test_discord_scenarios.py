"""The scenarios in Discord, in both languages; what stands on the screen at the end is golden."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from adapters.discord.incoming import key_of
from tests.fakes.discord.playing import DiscordPlayer
from tests.fakes.discord.room import Room, running
from tests.fakes.discord.server import FakeDiscord
from tests.golden import assert_golden
from tests.outcomes import assert_outcome
from tests.scenarios import SCENARIOS, a_reminder, at_home, by_shortcut

LOCALES = {"en": "en-US", "zh": "zh-CN"}
ZONE = {"en": "time zone London", "zh": "时区 伦敦"}
TRANSCRIPTS = Path(__file__).parent / "transcripts" / "discord"
NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
SLACK_ALONE = {at_home.__name__, by_shortcut.__name__}
"""A bot has neither a page of its own nor shortcuts in Discord."""


def ids() -> Iterator[str]:
    return (f"chk{number:03d}" for number in count(222))


@asynccontextmanager
async def playing(file: Path, language: str) -> AsyncIterator[tuple[DiscordPlayer, Room]]:
    """Sit down before Discord."""
    async with FakeDiscord() as discord:
        discord.world.clock.set(NOON)
        me = discord.person(locale=LOCALES[language])
        guild = discord.guild()
        guild.join(me)
        channel = guild.channel()
        fresh = ids()
        async with running(discord, file, new_id=lambda: next(fresh)) as room:
            yield DiscordPlayer(me, language, channel, room.quiet), room
            assert discord.problems == []
            assert me.failed == []


@pytest.mark.parametrize("language", sorted(LOCALES))
@pytest.mark.parametrize("name", sorted(SCENARIOS.keys() - SLACK_ALONE))
async def test_a_whole_check_in_discord_ends_as_its_transcript_says(name: str, language: str, tmp_path: Path) -> None:
    async with playing(tmp_path / "bot.sqlite3", language) as (me, room):
        if name == a_reminder.__name__:  # Discord does not tell where on earth somebody is
            await me.begins()
            await me.commands(ZONE[language])
        await SCENARIOS[name](me)
        assert_golden(TRANSCRIPTS / language / f"{name}.txt", me.transcript())
        await assert_outcome(room.store, key_of(me.person.id), name, language)
