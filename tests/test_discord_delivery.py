"""Refusals of Discord, and turns that take long: what the person sees at the end of each."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.discord.commands import COMMAND
from tests.fakes.discord.playing import DiscordPlayer, read
from tests.fakes.discord.room import running
from tests.fakes.discord.rules import RefusedError
from tests.fakes.discord.server import FakeDiscord
from tests.scenarios import TEAM, chooses, sees, sees_new, to_the_report, writes
from tests.test_discord import ANSWERS, POSTS, _nothing, a_server, begun, count, said

EDITS = "PATCH /channels/*/messages/*"


# -- an app that a person brought along -----------------------------------------------------------------------------


async def test_where_the_bot_was_brought_along_too_many_messages_are_cut_before_their_end_and_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.discord.listeners.FOLLOWUPS", 3)  # a report of a quick check needs no more than 4
    async with FakeDiscord() as discord:
        discord.followups_of_a_user_install = 3
        person = discord.person(user_install=True, dms_closed=True)
        guild = discord.guild(bot_in=False)
        guild.join(person)
        channel = guild.channel()
        me = DiscordPlayer(person, "en", channel, _nothing, here=True)
        async with running(discord, tmp_path / "bot.sqlite3") as room:
            me.quiet = room.quiet
            await person.slash(COMMAND, channel)
            await person.clicks(said("buttons.here"))
            await room.quiet()
            await writes(me, TEAM)
            await chooses(me, "kind_sources", "posting")
            await to_the_report(me)
            sees_new(me, "finished.what_now")
            before = len(me.shown)
            await me.presses("options.report")
            told = me.shown[before:]
            assert len(told) == 3
            assert said("aside.cut") in read(told[-2].words)
            sees_new(me, "finished.what_now")
            await me.presses("options.questions")
            sees_new(me, "finished.what_now")
        assert discord.problems == []
        assert person.failed == []


# -- messages that are no more what they were ------------------------------------------------------------------------

REFUSED: dict[str, RefusedError] = {
    "too many edits of an old message": RefusedError(
        429, 30046, "Maximum number of edits to messages older than 1 hour"
    ),
    "a message that was deleted": RefusedError(404, 10008, "Unknown Message"),
}


@pytest.mark.parametrize("why", REFUSED)
async def test_where_a_message_cannot_be_written_over_a_new_one_goes_on(why: str, tmp_path: Path) -> None:
    async with begun(tmp_path) as (server, _):
        me = server.me
        await me.types(TEAM)
        server.discord.failing[EDITS] = [REFUSED[why]] * 2
        await me.presses("buttons.why")
        sees(me, "steps.kind_sources.why")
        sees_new(me, "steps.kind_sources.ask")
        await chooses(me, "kind_sources", "posting")
        sees_new(me, "steps.maturity.ask")


# -- turns that take long --------------------------------------------------------------------------------------------


async def slow(seconds: float, room_store: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the store take so long for its next commits."""
    commit = room_store.commit  # type: ignore[attr-defined]

    async def late(work: object) -> object:
        await asyncio.sleep(seconds)
        return await commit(work)

    monkeypatch.setattr(room_store, "commit", late)


async def test_a_click_whose_turn_takes_long_is_acknowledged_and_its_words_come_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with begun(tmp_path) as (server, room):
        me = server.me
        await me.types(TEAM)
        await slow(3.5, room.store, monkeypatch)
        await me.person.clicks(said("buttons.unknown"))
        assert me.person.failed == []
        sees_new(me, "steps.kind_sources.ask")  # not yet
        await me.person.sees(said("steps.maturity.ask"))


async def test_a_command_whose_turn_takes_long_says_so_and_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_server(tmp_path) as server, server.bot() as room:
        await slow(3.5, room.store, monkeypatch)
        answer = await server.me.person.slash(COMMAND, server.channel)
        assert answer.words == said("busy")
        await server.me.person.sees(said("steps.team.ask"))
        assert server.me.person.failed == []


async def test_right_where_the_command_was_given_late_words_come_by_the_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_server(tmp_path, dms_closed=True) as server, server.bot() as room:
        me = server.me
        await me.person.slash(COMMAND, server.channel)
        me.here = True
        await me.person.clicks(said("buttons.here"))
        await room.quiet()
        await slow(3.5, room.store, monkeypatch)
        await me.person.clicks(said("buttons.unknown"))
        assert me.person.failed == []
        seen = await server.discord.until(
            lambda: any(said("steps.kind_sources.ask") in one.words for one in me.person.ephemerals)
        )
        assert seen


# -- limits, and a Discord that is not well --------------------------------------------------------------------------

LIMITS: dict[str, Callable[[FakeDiscord], object]] = {
    "a limit of one route": lambda discord: discord.limited.update({EDITS: [0.2], POSTS: [0.2]}),
    "503 again and again": lambda discord: discord.failing.update({POSTS: [503, 503, 503]}),
    "an acknowledgement that failed": lambda discord: discord.failing.update({ANSWERS: [500]}),
    "somebody else was faster": lambda discord: discord.failing.update(
        {ANSWERS: [RefusedError(400, 40060, "Interaction has already been acknowledged.")]}
    ),
}


@pytest.mark.parametrize("trouble", LIMITS)
async def test_a_click_counts_once_whatever_discord_says_to_its_answer(trouble: str, tmp_path: Path) -> None:
    async with begun(tmp_path) as (server, room):
        me = server.me
        await me.types(TEAM)
        LIMITS[trouble](server.discord)
        server.discord.ack_seconds = 1.0 if "faster" in trouble else 3.0
        await me.person.clicks(said("buttons.unknown"))
        await me.person.sees(said("steps.maturity.ask"), 30)
        await room.quiet()
        assert count(me, said("steps.maturity.ask")) == 1
        me.person.failed.clear()


async def test_an_archived_thread_and_a_lost_permission_are_told_to_the_owner_and_end_the_copy(tmp_path: Path) -> None:
    for refusal in (RefusedError(400, 50083, "Thread is archived"), RefusedError(403, 50013, "Missing Permissions")):
        folder = tmp_path / str(refusal.code)
        folder.mkdir()
        async with begun(folder) as (server, room):
            me = server.me
            await writes(me, TEAM)
            await chooses(me, "kind_sources", "posting")
            await to_the_report(me)
            await me.commands(me.word("commands.share"), in_channel=True)
            server.discord.failing[f"POST /channels/{server.channel.id}/messages"] = [refusal]
            await me.presses("options.yes")
            await room.quiet()
            assert server.channel.messages == []
            key = "is_archived" if refusal.code == 50083 else "restricted"
            assert said(f"share_ended.{key}", team="@").partition("@")[2] in read(me.screen())
