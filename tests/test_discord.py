"""Discord as it is: closed direct messages, restarts, repetitions, troubles, servers and their admins."""

import asyncio
import json
import re
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

from adapters.discord.commands import ADMIN_COMMAND, COMMAND, TAKE_DOWN, WHAT
from adapters.discord.listeners import GUARD_SECONDS
from adapters.slack.access import SlackAccess
from adapters.slack.platform import SlackPlatform
from bot.wiring import new_id
from conversations.catalogue import Arg, phrase
from conversations.ports import Commit, StorageError, Work
from conversations.session import SessionKey
from tests.dialogue import core
from tests.end_to_end.program import PATIENCE, ROOT, database_url, environment
from tests.fakes.discord.places import Channel, Guild
from tests.fakes.discord.playing import DiscordPlayer, read
from tests.fakes.discord.rest import COMMAND as OF_A_COMMAND
from tests.fakes.discord.rest import COMPONENT
from tests.fakes.discord.room import Room, running
from tests.fakes.discord.rules import RefusedError
from tests.fakes.discord.screen import Shown
from tests.fakes.discord.server import FakeDiscord
from tests.fakes.slack.consent import BOT
from tests.fakes.slack.person import person as slack_person
from tests.fakes.slack.playing import PUBLIC, SlackPlayer
from tests.fakes.slack.server import APP, FakeSlack
from tests.scenarios import TEAM, chooses, finished, sees, sees_new, to_the_report, writes

ME = 100_000_000_000_001_001
POSTS, ANSWERS = "POST /channels/*/messages", "POST /interactions/*/*/callback"


def said(key: str, **args: Arg) -> str:
    return core().catalogue.on("chat", "discord").text(phrase(key, **args), "en")


@dataclass
class Server:
    """A server of Discord with somebody in it."""

    discord: FakeDiscord
    guild: Guild
    channel: Channel
    me: DiscordPlayer
    file: Path

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[Room]:
        async with running(self.discord, self.file) as room:
            self.me.quiet = room.quiet
            yield room

    def another(self, room: Room, *permissions: str) -> DiscordPlayer:
        """Let somebody else in."""
        joined = self.discord.person()
        self.guild.join(joined, *([self.guild.role("they may", *permissions)] if permissions else []))
        return DiscordPlayer(joined, "en", self.channel, room.quiet)


async def _nothing() -> None:
    """Wait for nothing."""


@asynccontextmanager
async def a_server(folder: Path, *, dms_closed: bool = False) -> AsyncIterator[Server]:
    async with FakeDiscord() as discord:
        me = discord.person(ME, dms_closed=dms_closed)
        guild = discord.guild()
        guild.join(me)
        channel = guild.channel()
        yield Server(discord, guild, channel, DiscordPlayer(me, "en", channel, _nothing), folder / "bot.sqlite3")
        assert discord.problems == []


@asynccontextmanager
async def begun(folder: Path) -> AsyncIterator[tuple[Server, Room]]:
    async with a_server(folder) as server, server.bot() as room:
        await server.me.begins()
        yield server, room
        assert server.me.person.failed == []


def count(me: DiscordPlayer, words: str) -> int:
    """Return how often the bot says something on the screen."""
    return sum(words in read(one.words) for one in me.shown)


# -- direct messages that are closed ---------------------------------------------------------------------------------


async def told_and_here(server: Server) -> DiscordPlayer:
    """Give the command with closed direct messages, and run the check where it was given."""
    me = server.me
    answer = await me.person.slash(COMMAND, server.channel)
    assert answer.words == f"{said('aside.closed')}\n[{said('buttons.here')}]"
    assert answer.ephemeral
    me.here = True
    await me.person.clicks(said("buttons.here"))
    await me.quiet()
    sees_new(me, "steps.team.ask")
    return me


async def test_somebody_with_closed_direct_messages_is_told_at_once_and_has_the_whole_check_right_here(
    tmp_path: Path,
) -> None:
    async with a_server(tmp_path, dms_closed=True) as server, server.bot() as room:
        me, other = await told_and_here(server), server.another(room)
        tried = len(server.discord.called(POSTS))
        await writes(me, TEAM)
        await chooses(me, "kind_sources", "posting")
        await chooses(me, "maturity", "startup")
        await me.presses("buttons.why")
        sees(me, "steps.main_work.why")
        await to_the_report(me)
        sees(me, "report.title_team", team=TEAM)
        assert me.person.failed == []
        assert len(server.discord.called(POSTS)) == tried  # each by the token of its interaction
        assert server.channel.messages == []
        assert other.person.ephemerals == []
        assert other.person.sees_in(server.channel) == []


async def test_a_token_that_ran_out_leaves_the_check_as_it_is(tmp_path: Path) -> None:
    async with a_server(tmp_path, dms_closed=True) as server, server.bot():
        me = await told_and_here(server)
        await writes(me, TEAM)
        server.discord.token_seconds = 0.0
        await me.presses("buttons.unknown")
        server.discord.token_seconds = 900.0
        await told_and_here_again(me)
        sees_new(me, "steps.maturity.ask")


async def told_and_here_again(me: DiscordPlayer) -> None:
    await me.person.slash(COMMAND, me.channel)
    await me.person.clicks(said("buttons.here"))
    await me.quiet()


async def test_somebody_who_shares_no_server_with_the_bot_is_told_the_same(tmp_path: Path) -> None:
    async with a_server(tmp_path) as server, server.bot():
        server.me.person.is_apart()
        answer = await server.me.person.slash(COMMAND, server.channel)
        assert said("aside.closed") in answer.words


async def test_direct_messages_that_are_open_again_have_the_conversation(tmp_path: Path) -> None:
    async with a_server(tmp_path, dms_closed=True) as server, server.bot():
        answer = await server.me.person.slash(COMMAND, server.channel)
        assert said("aside.closed") in answer.words
        server.me.person.opens_dms()
        await server.me.begins()
        sees_new(server.me, "steps.team.ask")


# -- restarts --------------------------------------------------------------------------------------------------------


async def test_buttons_menus_and_an_open_form_work_after_a_restart(tmp_path: Path) -> None:
    async with a_server(tmp_path) as server:
        me = server.me
        async with server.bot():
            await me.begins()
            await me.opens_form()
        async with server.bot():
            await me.sends(TEAM)
            sees_new(me, "steps.kind_sources.ask")
        async with server.bot():
            await chooses(me, "kind_sources", "posting")
        async with server.bot():
            await me.presses("buttons.unknown")
            sees_new(me, "steps.main_work.ask")
            await me.presses_at(TEAM, "buttons.change")
            sees_new(me, "steps.team.ask")
        assert me.person.failed == []


async def test_lines_typed_while_the_bot_was_away_are_taken_in_their_order(tmp_path: Path) -> None:
    async with a_server(tmp_path) as server:
        me = server.me
        async with server.bot():
            await me.begins()
        for line in (TEAM, "2 4", "3"):
            await me.person.types(line)
        async with server.bot() as room:
            await me.person.sees(said("steps.main_work.ask"))
            await room.quiet()
            sees(me, "steps.kind_sources.name")
        async with server.bot() as room:
            await asyncio.sleep(0.3)
            await room.quiet()
            sees_new(me, "steps.main_work.ask")
            assert count(me, said("steps.main_work.ask")) == 1


async def test_what_was_not_sent_before_the_stop_hides_no_line_typed_after_it(tmp_path: Path) -> None:
    async with a_server(tmp_path) as server:
        me = server.me
        async with server.bot() as room:
            await me.begins()
            server.discord.failing[POSTS] = [RefusedError(400, 1, "not now")] * 50
            asking = asyncio.ensure_future(me.person.types(TEAM))
            await asking
            assert await server.discord.until(lambda: len(server.discord.called(POSTS)) > 2)
            await asyncio.sleep(0.2)
            assert room.discord is server.discord
        await me.person.types("2 4")
        server.discord.failing.clear()
        async with server.bot():
            await me.person.sees(said("steps.maturity.ask"))


async def test_what_happened_while_the_line_was_cut_is_told_after_it(tmp_path: Path) -> None:
    async with begun(tmp_path) as (server, _):
        server.discord.kill_sockets()
        await server.me.person.types(TEAM)
        await server.me.person.sees(said("steps.kind_sources.ask"))
        assert server.discord.resumes
        assert len(server.discord.identifies) == 1


async def test_what_was_typed_before_a_new_session_is_fetched(tmp_path: Path) -> None:
    async with begun(tmp_path) as (server, room):
        server.discord.refuse_resumes = True
        server.discord.drop_next = 1
        await server.me.person.types(TEAM)
        server.discord.kill_sockets()
        await server.me.person.sees(said("steps.kind_sources.ask"), 20)
        await room.quiet()
        assert len(server.discord.identifies) == 2


async def test_lines_typed_while_the_store_was_away_are_taken_as_soon_as_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with begun(tmp_path) as (server, room):
        tried: list[Work] = []

        async def away(work: Work) -> Commit:
            tried.append(work)
            raise StorageError(phrase("storage.full", name="a disk"))

        with monkeypatch.context() as patched:
            patched.setattr(room.store, "commit", away)
            await server.me.person.types(TEAM)
            assert await server.discord.until(lambda: tried)
            await server.me.person.types("2 4")
            assert await server.discord.until(lambda: len(tried) > 1)
        await server.me.person.sees(said("steps.maturity.ask"))
        await room.quiet()
        assert count(server.me, said("steps.maturity.ask")) == 1


async def test_a_new_session_is_caught_up_with_also_where_the_store_comes_back_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with begun(tmp_path) as (server, room):
        tried: list[str] = []

        async def away(platform: str, *_: object) -> NoReturn:
            tried.append(platform)
            raise StorageError(phrase("storage.full", name="a disk"))

        with monkeypatch.context() as patched:
            patched.setattr(room.store, "lately", away)
            server.discord.drop_next = 1
            await server.me.person.types(TEAM)
            server.discord.invalidate()
            assert await server.discord.until(lambda: tried, 20)
        await server.me.person.sees(said("steps.kind_sources.ask"))


async def test_who_clicked_is_told_where_it_could_not_be_saved_after_it_was_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.discord.listeners.PAUSES", (0.1,))
    async with begun(tmp_path) as (server, room):

        async def gives_up(_work: Work) -> Commit:
            await asyncio.sleep(GUARD_SECONDS + 0.3)
            raise StorageError(phrase("storage.full", name="a disk"))

        with monkeypatch.context() as patched:
            patched.setattr(room.store, "commit", gives_up)
            await server.me.person.clicks(said("buttons.unknown"))
            assert server.me.person.failed == []
            told = await server.me.person.sees(said("not_saved"))
            assert told.ephemeral
        await server.me.person.clicks(said("buttons.unknown"))
        await server.me.person.sees(said("steps.kind_sources.ask"))


async def test_a_stop_does_not_wait_for_a_store_that_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_server(tmp_path) as server:
        async with server.bot() as room:
            await server.me.begins()
            tried: list[Work] = []

            async def away(work: Work) -> Commit:
                tried.append(work)
                raise StorageError(phrase("storage.full", name="a disk"))

            monkeypatch.setattr(room.store, "commit", away)
            await server.me.person.types(TEAM)
            assert await server.discord.until(lambda: tried)
            began = time.monotonic()
        assert time.monotonic() - began < 3
        monkeypatch.undo()
        async with server.bot():
            await server.me.person.sees(said("steps.kind_sources.ask"))


# -- repetitions and troubles ----------------------------------------------------------------------------------------


async def test_an_interaction_that_comes_twice_is_answered_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with begun(tmp_path) as (server, _):
        me, before = server.me, len(server.discord.called(ANSWERS))
        server.discord.duplicate_next = 1
        await me.presses("buttons.unknown")
        await asyncio.sleep(0.2)
        assert [one.status for one in server.discord.called(ANSWERS)[before:]] == [200]
        assert count(me, said("steps.kind_sources.ask")) == 1
        assert "unacknowledged" not in caplog.text
        server.discord.duplicate_next = 1
        await me.types("2 4")
        assert count(me, said("steps.maturity.ask")) == 1


async def test_a_button_pressed_twice_is_pressed_once(tmp_path: Path) -> None:
    async with begun(tmp_path) as (server, room):
        me = server.me
        question = me.person.last
        clicks = (me.person.clicks(said("buttons.unknown"), question, raced=True) for _ in range(2))
        await asyncio.gather(*clicks)
        await room.quiet()
        sees_new(me, "steps.kind_sources.ask")
        assert server.channel.messages == []


TROUBLES: Mapping[str, Callable[[FakeDiscord], None]] = {
    "429": lambda discord: discord.limited.update({POSTS: [0.2, 0.2]}),
    "500": lambda discord: discord.failing.update({POSTS: [500]}),
    "502 of a proxy": lambda discord: discord.failing.update({POSTS: [502]}),
    "an answer that is lost": lambda discord: discord.losing.update({POSTS: 1}),
}


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_a_discord_in_trouble_gets_each_message_once(trouble: str, tmp_path: Path) -> None:
    async with begun(tmp_path) as (server, _):
        TROUBLES[trouble](server.discord)
        await server.me.types(TEAM)
        await server.me.person.sees(said("steps.kind_sources.ask"))
        await server.me.quiet()
        assert count(server.me, said("steps.kind_sources.ask")) == 1


async def test_an_acknowledgement_that_fails_changes_nothing_of_the_turn(tmp_path: Path) -> None:
    async with begun(tmp_path) as (server, room):
        server.discord.failing[ANSWERS] = [RefusedError(404, 10062, "Unknown interaction")]
        server.discord.ack_seconds = 0.5
        await server.me.person.clicks(said("buttons.unknown"))
        await room.quiet()
        server.me.person.failed.clear()
        sees_new(server.me, "steps.kind_sources.ask")


# -- sharing ---------------------------------------------------------------------------------------------------------


async def shared(me: DiscordPlayer) -> None:
    await finished(me)
    await me.commands(me.word("commands.share"), in_channel=True)
    await me.presses("options.yes")
    assert me.in_channel()


async def test_a_report_in_a_channel_is_a_card_with_a_thread(tmp_path: Path) -> None:
    async with begun(tmp_path) as (server, _):
        me = server.me
        await shared(me)
        (card,) = server.channel.messages
        (thread,) = server.channel.threads
        assert thread.id == card.id
        assert thread.messages
        assert said("share.notification") == thread.name
        await me.presses_at(said("steps.handover.name"), "buttons.change")
        await chooses(me, "handover", "engineers")
        (after,) = server.channel.messages
        assert (after.id, after.words != card.words) == (card.id, True)
        await me.commands(me.word("commands.unshare"))
        assert me.in_channel() == []


async def test_a_report_shared_in_a_thread_stands_in_it_as_a_whole(tmp_path: Path) -> None:
    async with begun(tmp_path) as (server, _):
        me = server.me
        first = server.discord.world.says(me.person.id, server.channel.id, "a talk")
        body = {"name": "a talk", "auto_archive_duration": 1440}
        made = server.discord.world.thread_from(server.channel.id, first, body)
        me.channel = Channel(server.discord, int(made["id"]))
        await shared(me)
        assert len(me.channel.messages) > 1
        assert len(server.channel.threads) == 1
        await me.commands(me.word("commands.unshare"))
        assert me.channel.messages == []


async def test_a_report_is_a_post_of_a_forum(tmp_path: Path) -> None:
    async with a_server(tmp_path, dms_closed=True) as server, server.bot():
        forum = server.guild.channel("reports", forum=True)
        me = await told_and_here(server)
        await writes(me, TEAM)
        await chooses(me, "kind_sources", "posting")
        await to_the_report(me)
        await me.presses("options.share")
        await me.person.picks(forum)
        await me.quiet()
        await me.presses("options.yes")
        (post,) = forum.threads
        assert len(post.messages) > 1
        assert TEAM not in "".join(one.words for one in post.messages)
        await me.person.slash(COMMAND, server.channel, **{WHAT: me.word("commands.unshare")})
        await me.quiet()
        assert forum.threads == []


async def test_where_the_bot_may_make_no_thread_nothing_stays_and_the_owner_is_told(tmp_path: Path) -> None:
    async with begun(tmp_path) as (server, room):
        me = server.me
        server.channel.deny(None, "create_public_threads")
        await finished(me)
        await me.commands(me.word("commands.share"), in_channel=True)
        await me.presses("options.yes")
        await room.quiet()
        assert me.in_channel() == []
        assert said("share.done", team="@").partition("@")[0] not in me.newest()


async def test_an_admin_takes_a_report_down_and_its_owner_is_told(tmp_path: Path) -> None:
    async with begun(tmp_path) as (server, room):
        me, other, admin = server.me, server.another(room), server.another(room, "manage_guild")
        await shared(me)
        (card,) = server.channel.messages
        answer = await other.person.message_command(TAKE_DOWN, card)
        assert answer.words == said("take_down.refused")
        assert me.in_channel()
        before = me.newest()
        answer = await admin.person.message_command(TAKE_DOWN, card)
        assert answer.words == said("take_down.done")
        await room.quiet()
        assert me.in_channel() == []
        assert me.newest() != before


async def test_the_owner_takes_it_down_by_a_message_in_the_thread(tmp_path: Path) -> None:
    async with begun(tmp_path) as (server, room):
        me = server.me
        await shared(me)
        answer = await me.person.message_command(TAKE_DOWN, server.channel.threads[0].messages[0])
        assert answer.words == said("take_down.done")
        await room.quiet()
        assert me.in_channel() == []


async def test_where_the_store_is_away_nobody_is_left_thinking_and_nothing_is_kept_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object, **__: object) -> None:
        raise StorageError(phrase("storage.full", name="a disk"))

    async with begun(tmp_path) as (server, room):
        admin = server.another(room, "manage_guild")
        await shared(server.me)
        (card,) = server.channel.messages
        for name in ("sharer", "load", "commit"):
            monkeypatch.setattr(room.store, name, away)
        answer = await admin.person.message_command(TAKE_DOWN, card)
        assert answer.words == said("not_saved")
        answer = await admin.person.slash(COMMAND, server.channel)
        assert answer.words == said("not_saved")
        assert await server.discord.until(lambda: not room.platform.sender._waiting)
        monkeypatch.undo()
        answer = await admin.person.message_command(TAKE_DOWN, card)
        assert answer.words == said("take_down.done")


async def test_any_other_message_is_no_report(tmp_path: Path) -> None:
    async with begun(tmp_path) as (server, _):
        world = server.discord.world
        there = world.says(server.me.person.id, server.channel.id, "hello")
        answer = await server.me.person.message_command(TAKE_DOWN, Shown(world.message(server.channel.id, there) or {}))
        assert answer.words == said("take_down.nothing")


async def test_nobody_shares_where_they_or_the_bot_may_not_write(tmp_path: Path) -> None:
    async with begun(tmp_path) as (server, _):
        me = server.me
        await finished(me)
        for whom in (me.person, None):
            silent = server.guild.channel("announcements")
            silent.deny(whom, "send_messages")
            await me.person.slash(COMMAND, silent, **{WHAT: me.word("commands.share")})
            await me.quiet()
            sees_new(me, "share.where")
            assert silent.messages == []


async def test_a_channel_where_somebody_may_not_write_cannot_be_picked(tmp_path: Path) -> None:
    async with a_server(tmp_path, dms_closed=True) as server, server.bot():
        silent = server.guild.channel("announcements")
        silent.deny(server.me.person, "send_messages")
        me = await told_and_here(server)
        await writes(me, TEAM)
        await chooses(me, "kind_sources", "posting")
        await to_the_report(me)
        await me.presses("options.share")
        before = len(me.shown)
        await me.person.picks(silent)
        await me.quiet()
        assert len(me.shown) > before
        sees(me, "share.where")
        await me.person.picks(server.channel)
        await me.quiet()
        await me.presses("options.yes")
        assert (silent.messages, len(server.channel.messages)) == ([], 1)


# -- the rules of a server -------------------------------------------------------------------------------------------


async def test_an_admin_sets_the_rules_of_a_server_and_sees_them(tmp_path: Path) -> None:
    async with begun(tmp_path) as (server, room):
        me, admin = server.me, server.another(room, "manage_guild").person
        other = server.guild.channel("other")
        answer = await admin.slash(ADMIN_COMMAND, server.channel)
        assert said("admin.any_channel") in read(answer.words)
        answer = await admin.slash(ADMIN_COMMAND, server.channel, channels=f"<#{other.id}>", shares_a_day="1")
        assert answer.ephemeral
        assert str(other.id) in answer.words
        answer = await admin.slash(ADMIN_COMMAND, server.channel, shares_a_day="many")
        assert said("admin.wrong.shares_a_day", value="many", most=100) in read(answer.words)
        await finished(me)
        await me.commands(me.word("commands.share"), in_channel=True)
        sees(me, "share.not_there")
        await me.person.slash(COMMAND, other, **{WHAT: me.word("commands.share")})
        await me.quiet()
        await me.presses("options.yes")
        assert (me.in_channel(), len(other.messages)) == ([], 1)
        answer = await admin.slash(ADMIN_COMMAND, server.channel, channels="-")
        assert said("admin.any_channel") in read(answer.words)


async def test_only_those_with_a_role_that_an_admin_named_share(tmp_path: Path) -> None:
    async with begun(tmp_path) as (server, room):
        me, admin = server.me, server.another(room, "manage_guild").person
        allowed, role = server.another(room), server.guild.role("sharers")
        server.guild.join(allowed.person, role)
        answer = await admin.slash(ADMIN_COMMAND, server.channel, sharers=f"<@&{role.id}>")
        assert str(role.id) in answer.words
        await finished(me)
        await me.commands(me.word("commands.share"), in_channel=True)
        sees_new(me, "share.not_you")
        await allowed.begins()
        await shared(allowed)
        assert len(server.channel.messages) == 1


async def test_nobody_else_sets_them_even_where_the_server_lets_them_call_the_command(tmp_path: Path) -> None:
    async with begun(tmp_path) as (server, room):
        other = server.another(room).person
        with pytest.raises(AssertionError, match="not offered"):
            await other.slash(ADMIN_COMMAND, server.channel)
        command = next(one for one in server.discord.commands if one["name"] == ADMIN_COMMAND)
        options = [{"name": "shares_a_day", "type": 3, "value": "0"}]
        data = {"id": command["id"], "name": ADMIN_COMMAND, "type": 1, "options": options}
        answer = await other._asks(OF_A_COMMAND, server.channel, data)
        assert answer.words == said("admin.refused")
        await shared(server.me)


async def test_a_server_that_sent_the_bot_away_is_noted_until_it_is_back(tmp_path: Path) -> None:
    async with begun(tmp_path) as (server, room):
        server.guild.remove_bot()
        while not await room.store.gone("discord"):  # noqa: ASYNC110  the file tells nobody
            await asyncio.sleep(0.01)
        assert await room.store.gone("discord") == [str(server.guild.id)]
        await server.me.types(TEAM)  # nobody's check goes with a server
        sees_new(server.me, "steps.kind_sources.ask")


async def let_go(me: DiscordPlayer) -> None:
    """See that a copy is known to be out of reach, and that nothing follows it any more."""
    assert count(me, said("share_ended.left_standing", team="@").partition("@")[2]) == 1
    await me.commands(me.word("commands.unshare"))
    sees_new(me, "unshare.none")


async def test_who_shared_in_a_server_that_sent_the_bot_away_is_told(tmp_path: Path) -> None:
    async with begun(tmp_path) as (server, room):
        await shared(server.me)
        server.guild.remove_bot()
        await server.me.person.sees("still stands")
        await room.quiet()
        await let_go(server.me)


async def test_a_server_that_sent_the_bot_away_while_it_was_off_is_noted_at_the_next_start(tmp_path: Path) -> None:
    async with a_server(tmp_path) as server:
        async with server.bot():
            await server.me.begins()
            await shared(server.me)
        server.guild.remove_bot()
        async with server.bot() as room:
            await server.me.person.sees("still stands")
            await room.quiet()
            assert await room.store.gone("discord") == [str(server.guild.id)]
            await let_go(server.me)


# -- what is one's own -----------------------------------------------------------------------------------------------


async def test_the_ids_of_somebodys_buttons_do_nothing_for_another(tmp_path: Path) -> None:
    async with begun(tmp_path) as (server, room):
        me, thief = server.me, server.another(room)
        await shared(me)
        await thief.begins()
        screen, there = me.screen(), me.in_channel()
        ids = {
            (one["custom_id"], *(option["value"] for option in one.get("options", ())))
            for shown in me.person.dm
            for one in shown.elements()
            if "custom_id" in one
        }
        assert len(ids) > 10
        mine = thief.person.dm[-1]
        for custom_id, *values in sorted(ids):
            for value in values or [""]:
                data = {"custom_id": custom_id, "component_type": 3 if values else 2, "id": 1}
                await thief.person._asks(
                    COMPONENT, thief.person.chat, {**data, **({"values": [value]} if values else {})}, mine.raw
                )
                thief.person.closes_modal()
        await room.quiet()
        assert thief.person.failed == []
        assert (me.screen(), me.in_channel()) == (screen, there)
        assert TEAM not in thief.screen()


async def test_somebody_who_is_forgotten_leaves_nothing(tmp_path: Path) -> None:
    async with begun(tmp_path) as (server, room):
        me = server.me
        await shared(me)
        await me.commands(me.word("commands.forget"))
        await me.presses("options.yes")
        await room.quiet()
        assert TEAM not in me.screen()
        assert me.in_channel() == []
        held = json.loads(await room.store.held(SessionKey("discord", "", str(ME))))
        assert not held.get("checks")
        assert TEAM not in json.dumps(held)


@pytest.mark.parametrize("here", [False, True])
async def test_the_export_is_a_file_that_only_its_owner_gets(here: bool, tmp_path: Path) -> None:  # noqa: FBT001
    async with a_server(tmp_path, dms_closed=here) as server, server.bot() as room:
        me = server.me
        if here:
            await told_and_here(server)
        else:
            await me.begins()
        await writes(me, TEAM)
        if here:
            await me.opens_form()
            await me.sends(me.word("commands.export"))
        else:
            await me.commands(me.word("commands.export"))
        (file,) = me.person.files
        assert file.name.endswith(".json")
        assert TEAM in json.dumps(json.loads(file.content), ensure_ascii=False)
        assert server.another(room).person.files == []


HOSTILE = "@everyone <@1> **b** [a](https://a.example) `c` ~~s~~ ||p|| _i_ <#2> :smile: https://a.example"


def sent_text(server: Server) -> str:
    bodies = [one.body for one in server.discord.calls if isinstance(one.body, dict)]
    return json.dumps(bodies, ensure_ascii=False)


@pytest.mark.parametrize("begins", ["", "# ", "> ", "- ", "1. ", "-# ", "```\n", "\\"])
async def test_what_somebody_typed_pings_nobody_and_is_no_markup(begins: str, tmp_path: Path) -> None:
    async with begun(tmp_path) as (server, _):
        me = server.me
        await me.types(begins + HOSTILE)
        await to_the_report(me)
        for one in me.shown:
            assert any(char in one.words for char in "\n [") or one.words
        written = [
            one.body for one in server.discord.called("**") if isinstance(one.body, dict) and "flags" in one.body
        ]
        assert written
        assert all(one.get("allowed_mentions") == {"parse": []} for one in written if "components" in one)
        texts = "\n".join(one.words for one in me.shown)
        assert "\\@everyone \\<\\@1> \\*\\*b\\*\\* \\[a\\](https\\://a.example) \\`c\\`" in texts
        assert HOSTILE in me.screen()
        for markup in (" **b**", "<@1>", " <#2>", "~~s~~", "||p||", " :smile:", " https://"):
            assert markup not in texts


# -- commands, and the start -----------------------------------------------------------------------------------------


async def test_discord_is_told_of_the_commands_only_when_they_changed(tmp_path: Path) -> None:
    async with a_server(tmp_path) as server:
        synced = "PUT /applications/*/commands"
        async with server.bot():
            pass
        async with server.bot() as room:
            assert len(server.discord.called(synced)) == 1
            await room.store.keep(f"discord commands {server.discord.world.application}", "others")
        async with server.bot():
            assert len(server.discord.called(synced)) == 2
            offered = await server.me.person.autocomplete(COMMAND, server.channel, **{WHAT: "exp"})
            assert list(offered) == [server.me.word("commands.export")]


async def ended(folder: Path, given: Mapping[str, str]) -> tuple[int, str]:
    """Start the bot as an operator does; return its exit code, and what it said beside the log."""
    ours = environment(database_url(folder / "bot.sqlite3"))
    clean = {name: value for name, value in ours.items() if not name.startswith(("SLACK_", "DISCORD_"))}
    pipe = asyncio.subprocess.PIPE
    bot = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", cwd=ROOT, env={**clean, **given}, stdout=pipe, stderr=pipe
    )
    out, err = await asyncio.wait_for(bot.communicate(), PATIENCE)
    complained = err.decode()
    told = [line for line in complained.splitlines() if not line.startswith("{")]
    assert len(told) == 1, complained
    assert given["DISCORD_TOKEN"] not in complained + out.decode()
    assert bot.returncode is not None
    return bot.returncode, told[0]


async def refused(folder: Path, discord: FakeDiscord, token: str) -> tuple[int, str]:
    return await ended(folder, {"DISCORD_TOKEN": token, "TEAMCHECK_DISCORD_API_URL": discord.api_url})


async def test_behind_the_command_ones_own_checks_are_offered_and_nobody_elses(tmp_path: Path) -> None:
    async with begun(tmp_path) as (server, room):
        me, other = server.me, server.another(room)
        await me.types(TEAM)
        await me.commands(me.word("commands.new"))
        await other.begins()
        ((name, resume),) = (await me.person.autocomplete(COMMAND, server.channel, **{WHAT: TEAM[:4].lower()})).items()
        assert name == f"resume 2 · {TEAM}"
        assert re.fullmatch(r"resume [a-z0-9]{6}", resume)
        for _ in range(30):  # glances are no turns of somebody: they wear nobody's patience out
            assert await other.person.autocomplete(COMMAND, server.channel, **{WHAT: TEAM}) == {}
        await me.commands(resume)
        sees_new(me, "steps.kind_sources.ask")


async def test_a_token_that_discord_refuses_is_one_line(tmp_path: Path) -> None:
    async with FakeDiscord() as discord:
        assert await refused(tmp_path, discord, "wrong-token") == (78, said("run.discord_token"))


async def test_a_host_that_cannot_be_reached_may_be_there_later(tmp_path: Path) -> None:
    nowhere = {"DISCORD_TOKEN": "any-token", "TEAMCHECK_DISCORD_API_URL": "http://127.0.0.1:9/api/v10"}
    assert await ended(tmp_path, nowhere) == (69, said("run.discord_unreachable"))


async def test_commands_that_discord_does_not_take_now_may_be_taken_later(tmp_path: Path) -> None:
    async with FakeDiscord() as discord:
        discord.failing["PUT /applications/*/commands"] = [RefusedError(400, 30034, "too many today")]
        assert await refused(tmp_path, discord, discord.token) == (69, said("run.discord_commands"))


async def test_a_token_that_was_reset_while_the_bot_ran_ends_it(tmp_path: Path) -> None:
    async with FakeDiscord() as discord:
        running_bot = asyncio.ensure_future(refused(tmp_path, discord, discord.token))
        assert await discord.until(lambda: discord.connected or running_bot.done(), PATIENCE)
        discord.close_sockets(4004)
        assert await running_bot == (69, said("run.discord_lost"))


# -- beside Slack ----------------------------------------------------------------------------------------------------


async def test_slack_and_discord_run_side_by_side_and_the_trouble_of_one_is_not_the_others(tmp_path: Path) -> None:
    async with FakeSlack() as slack, a_server(tmp_path) as server:
        in_slack = slack_person(slack, "U0001")
        slack.channel(PUBLIC, "U0001")
        access = SlackAccess(BOT, APP, slack.api_url, frozenset())
        beside = SlackPlatform(access, core().catalogue, {core().id: core().id}, new_id)
        async with running(server.discord, server.file, beside=[beside]) as room:
            assert await slack.until(lambda: slack.connected)

            async def of_discord() -> None:
                me = str(server.me.person.id)

                def waiting(connection: sqlite3.Connection) -> int:
                    sql = "SELECT count(*) FROM outbox WHERE state = 'waiting' AND person = ?"
                    return int(connection.execute(sql, (me,)).fetchone()[0])

                while await room.store._database.read(waiting):  # noqa: ASYNC110  the file tells nobody
                    await asyncio.sleep(0.01)

            server.me.quiet = of_discord
            slack.failing["chat.postMessage"] = ["internal_error"] * 3
            await in_slack.command("", PUBLIC)
            await finished(server.me)
            sees_new(server.me, "finished.what_now")
            await in_slack.sees(said("steps.team.ask"), 30)
            theirs = SlackPlayer(in_slack, "en", room.quiet)
            await writes(theirs, "Globex")
            assert "Globex" not in server.me.screen()
            assert TEAM not in theirs.screen()
            assert slack.problems == []


async def test_a_platform_that_is_away_at_the_start_is_there_as_soon_as_it_lets_us(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.running.pause", lambda _: 0.05)
    async with FakeSlack() as slack, a_server(tmp_path) as server:
        in_slack = slack_person(slack, "U0001")
        slack.channel(PUBLIC, "U0001")
        slack.failing["auth.test"] = ["internal_error"] * 3
        access = SlackAccess(BOT, APP, slack.api_url, frozenset())
        beside = SlackPlatform(access, core().catalogue, {core().id: core().id}, new_id)
        async with running(server.discord, server.file, beside=[beside]) as room:
            assert not slack.connected
            server.me.quiet = room.quiet
            await server.me.begins()
            assert await slack.until(lambda: slack.connected)
            await in_slack.command("", PUBLIC)
            await in_slack.sees(said("steps.team.ask"), 30)
