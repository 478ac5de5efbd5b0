"""A large bot on Discord: several connections, over one process or more, and no more sessions than Discord allows."""

from datetime import timedelta
from pathlib import Path

import pytest

from adapters.discord.access import Shards, read_shards
from adapters.discord.commands import COMMAND, WHAT
from bot.settings import Settings
from conversations.budgets import Budget
from conversations.ports import NotReadyError
from conversations.session import SessionKey
from tests.fakes.discord.room import running
from tests.fakes.discord.server import FakeDiscord

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("text", "shards"),
    [
        ("auto", Shards()),
        ("0/1", Shards((0,), 1)),
        ("0-3/8", Shards((0, 1, 2, 3), 8)),
        ("0,2/4", Shards((0, 2), 4)),
        ("0-1,5/6", Shards((0, 1, 5), 6)),
    ],
)
def test_shards_are_read(text: str, shards: Shards) -> None:
    assert read_shards(text) == shards


@pytest.mark.parametrize("text", ["", "1", "1/1", "3-1/4", "0,0/2", "-1/2", "a/b", "0/0", "0-9/4"])
def test_what_are_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_shards(text)


def test_the_setting_says_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEAMCHECK_DISCORD_SHARDS", "4/4")
    with pytest.raises(ValueError, match="shards are written like"):
        Settings()
    monkeypatch.setenv("TEAMCHECK_DISCORD_SHARDS", "0/4")
    monkeypatch.setenv("DISCORD_TOKEN", "token")
    access = Settings().discord
    assert access
    assert access.shards == Shards((0,), 4)


def test_a_server_belongs_to_one_shard() -> None:
    shards = [Shards((n,), 4) for n in range(4)]
    for guild in range(1, 100):
        assert sum(one.have(guild << 22) for one in shards) == 1
    assert [one.have_chats for one in shards] == [True, False, False, False]


async def test_all_that_discord_recommends_run_in_one_process(tmp_path: Path) -> None:
    async with FakeDiscord() as discord:
        discord.shards = 2
        guild = discord.guild()
        me = discord.person()
        guild.join(me)
        channel = guild.channel()
        async with running(discord, tmp_path / "bot.sqlite3", shards=Shards()) as room:
            assert await discord.until(lambda: len(discord.identifies) == 2)
            assert [one["shard"] for one in discord.identifies] == [[0, 2], [1, 2]]
            await me.slash(COMMAND, channel, **{WHAT: "new"})
            await room.quiet()
            await me.types("Acme")
            await me.sees("Acme")


async def test_two_processes_share_the_servers_and_one_has_the_direct_messages(tmp_path: Path) -> None:
    file = tmp_path / "bot.sqlite3"
    async with FakeDiscord() as discord:
        guilds = [discord.guild() for _ in range(6)]
        me = discord.person()
        for one in guilds:
            one.join(me)
        async with (
            running(discord, file, shards=Shards((0,), 2)) as first,
            running(discord, file, shards=Shards((1,), 2)) as second,
        ):
            assert await discord.until(lambda: len(discord.identifies) == 2)
            for guild in guilds:
                answer = await me.slash(COMMAND, guild.channel(), **{WHAT: "card"})
                assert answer.words
            await first.quiet()
            await second.quiet()
            assert not me.failed
            # Neither takes the other's servers for such as sent the bot away.
            assert await first.store.gone("discord") == []


async def test_a_server_of_another_shard_is_not_taken_for_one_that_sent_us_away(tmp_path: Path) -> None:
    async with FakeDiscord() as discord:
        guild = discord.guild()
        mine = (guild.id >> 22) % 2
        async with running(discord, tmp_path / "bot.sqlite3", shards=Shards((1 - mine,), 2)) as room:
            await room.store.left(SessionKey("discord", str(guild.id), ""), None)
            await room.platform.look_around([])
            assert await room.store.gone("discord") == []


async def test_new_sessions_are_counted_over_starts_and_too_many_are_not_begun(tmp_path: Path) -> None:
    budgets = (Budget(5, timedelta(seconds=1)), Budget(2, HOUR))
    async with FakeDiscord() as discord:
        for _ in range(2):
            async with running(discord, tmp_path / "bot.sqlite3", new_sessions=budgets):
                pass
        with pytest.raises(NotReadyError) as caught:
            async with running(discord, tmp_path / "bot.sqlite3", new_sessions=budgets):
                pass
        assert caught.value.told.key == "run.discord_sessions"
        assert caught.value.passing
        assert 58 <= int(str(caught.value.told.args["n"])) <= 60
        assert len(discord.identifies) == 2


async def test_a_session_that_has_to_wait_is_begun_as_soon_as_it_may_be(tmp_path: Path) -> None:
    budgets = (Budget(1, timedelta(seconds=1)), Budget(9, HOUR))
    async with FakeDiscord() as discord:
        me = discord.person()
        for _ in range(2):
            async with running(discord, tmp_path / "bot.sqlite3", new_sessions=budgets) as room:
                await me.slash(COMMAND)
                await room.quiet()
        assert len(discord.identifies) == 2


async def test_a_bot_that_waits_for_a_session_can_be_stopped(tmp_path: Path) -> None:
    budgets = (Budget(1, HOUR), Budget(9, HOUR))
    async with FakeDiscord() as discord:
        async with running(discord, tmp_path / "bot.sqlite3", new_sessions=budgets) as room:
            discord.gateway.invalidate()
            room.stopping.set()
        assert len(discord.identifies) == 1
