"""The bot says at once what keeps it from Slack, notices a line that went dead, and hangs up when all is done."""

import asyncio
import json
import logging
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from adapters.notes import LOGGER
from adapters.slack.connection import Connection, Health
from conversations.catalogue import Arg, phrase
from conversations.ports import Commit, NotReadyError, Work
from tests.dialogue import core
from tests.end_to_end.program import PATIENCE, ROOT, Finished, database_url, environment
from tests.fakes.slack.consent import BOT
from tests.fakes.slack.person import Person, person
from tests.fakes.slack.room import Room, running
from tests.fakes.slack.server import ALL_SCOPES, APP, FakeSlack

ME = "U0001"
FIRST, SECOND = "Which team is it?", "Where does what you know"


def said(key: str, **args: Arg) -> str:
    return core().catalogue.text(phrase(key, **args), "en")


# -- before it listens -----------------------------------------------------------------------------------------------


@asynccontextmanager
async def program(folder: Path, tokens: Mapping[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """Start the bot as an operator does."""
    pipe = asyncio.subprocess.PIPE
    ours = {
        name: value for name, value in environment(database_url(folder / "bot.sqlite3")).items() if "SLACK" not in name
    }
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", cwd=ROOT, env={**ours, **tokens}, stdout=pipe, stderr=pipe
    )
    try:
        yield started
    finally:
        if started.returncode is None:
            started.kill()
        await started.communicate()


async def ended(bot: asyncio.subprocess.Process) -> Finished:
    out, err = await asyncio.wait_for(bot.communicate(), PATIENCE)
    assert bot.returncode is not None
    return Finished(bot.returncode, out.decode(), err.decode())


def tokens(slack: FakeSlack, bot: str = BOT, app: str = APP) -> Mapping[str, str]:
    return {"SLACK_BOT_TOKEN": bot, "SLACK_APP_TOKEN": app, "TEAMCHECK_SLACK_API_URL": slack.api_url}


async def refused(folder: Path, given: Mapping[str, str]) -> tuple[int, str]:
    """Return the exit code, and what was said beside the log."""
    async with program(folder, given) as bot:
        left = await ended(bot)
    told = [line for line in left.complained.splitlines() if not line.startswith("{")]
    assert len(told) == 1, left.complained
    assert "Traceback" not in left.complained
    assert not any(secret in left.complained + left.said for secret in given.values() if secret.startswith("xox"))
    return left.code, told[0]


async def test_a_bot_token_that_slack_refuses_is_one_line(tmp_path: Path) -> None:
    async with FakeSlack() as slack:
        told = await refused(tmp_path, tokens(slack, bot="xoxb-wrong"))
    assert told == (78, said("run.slack_bot_token", error="invalid_auth"))


async def test_an_app_token_that_slack_refuses_is_one_line(tmp_path: Path) -> None:
    async with FakeSlack() as slack:
        told = await refused(tmp_path, tokens(slack, app="xapp-wrong"))
    assert told == (78, said("run.slack_app_token", error="invalid_auth"))


async def test_scopes_that_are_missing_are_named_in_one_line(tmp_path: Path) -> None:
    async with FakeSlack(scopes=tuple(set(ALL_SCOPES) - {"users:read", "files:write", "im:history"})) as slack:
        told = await refused(tmp_path, tokens(slack))
    assert told == (78, said("run.slack_scopes", scopes="files:write, users:read"))


async def test_a_host_that_cannot_be_reached_may_be_there_later(tmp_path: Path) -> None:
    nowhere = {"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP, "TEAMCHECK_SLACK_API_URL": "http://127.0.0.1:9/api/"}
    assert await refused(tmp_path, nowhere) == (69, said("run.slack_unreachable"))


@pytest.mark.parametrize(
    ("method", "error"),
    [("auth.test", "503"), ("auth.test", "ratelimited"), ("apps.connections.open", "internal_error")],
)
async def test_a_slack_in_trouble_is_no_wrong_token(tmp_path: Path, method: str, error: str) -> None:
    async with FakeSlack() as slack:
        slack.failing[method] = [error]
        assert await refused(tmp_path, tokens(slack)) == (69, said("run.slack_unreachable"))


@pytest.mark.parametrize(
    ("only", "missing"), [("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"), ("SLACK_APP_TOKEN", "SLACK_BOT_TOKEN")]
)
async def test_one_token_of_the_two_is_not_enough(tmp_path: Path, only: str, missing: str) -> None:
    assert await refused(tmp_path, {only: "xoxb-alone"}) == (78, said("run.slack_half", name=missing))


async def test_a_stop_acknowledges_what_was_begun_and_ends_well(tmp_path: Path) -> None:
    async with FakeSlack() as slack:
        me = person(slack, ME)
        async with program(tmp_path, tokens(slack)) as bot:
            assert await slack.until(lambda: slack.connected, PATIENCE)
            await me.command("")
            await me.sees(FIRST)
            lock = sqlite3.connect(tmp_path / "bot.sqlite3", isolation_level=None)
            lock.execute("BEGIN IMMEDIATE")
            clicking = asyncio.ensure_future(me.clicks("Don't know yet"))
            await asyncio.sleep(0.3)
            bot.send_signal(signal.SIGTERM)
            await asyncio.sleep(0.3)
            assert not clicking.done()
            lock.execute("ROLLBACK")
            lock.close()
            await clicking
            left = await ended(bot)
        assert (me.failed, left.code) == ([], 0)
        assert [json.loads(line)["event"] for line in left.complained.splitlines()][-1] == "stopped"
        assert not any(secret in left.complained for secret in (BOT, APP, ME, "Traceback"))


# -- the line --------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def talking(path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[FakeSlack, Person, Room, Health]]:
    monkeypatch.setattr("adapters.slack.connection.LOOK_SECONDS", 0.02)
    monkeypatch.setattr("adapters.slack.platform.Connection", partial(Connection, ping=0.2, down=1.0))
    async with FakeSlack() as slack:
        me = person(slack, ME)
        async with running(slack, path / "bot.sqlite3") as room:
            await me.command("")
            await me.sees(FIRST)
            await room.quiet()
            assert room.platform.connection is not None
            yield slack, me, room, room.platform.connection.health


async def _hears(slack: FakeSlack, me: Person) -> None:
    assert await slack.until(lambda: slack.connected)
    assert await me.types("Acme Search")
    await me.sees(SECOND)


async def test_a_line_that_was_cut_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with talking(tmp_path, monkeypatch) as (slack, me, _, health):
        await slack.kill_sockets()
        assert await slack.until(lambda: slack.connected and health.connected)
        await _hears(slack, me)


@pytest.mark.parametrize("frame", ["no json", "[" * 5_000 + "]" * 5_000, "[]", "3", "null", '{"a": 1}', "{" * 70_000])
async def test_a_frame_that_is_none_of_slack_s_is_passed_over(
    frame: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with talking(tmp_path, monkeypatch) as (slack, me, _, health):
        for socket in slack._sockets:
            await socket.send_str(frame)
        await _hears(slack, me)
        assert health.connected


async def test_a_line_that_slack_wants_to_refresh_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with talking(tmp_path, monkeypatch) as (slack, me, _, health):
        opened = len(slack.called("apps.connections.open"))
        await slack.ask_to_reconnect()
        assert await slack.until(lambda: len(slack.called("apps.connections.open")) > opened)
        await _hears(slack, me)
        assert await slack.until(lambda: health.connected)


async def test_a_line_that_is_refused_for_a_while_is_built_anew_and_the_log_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, LOGGER)

    def rebuilt() -> int:
        return caplog.messages.count("socket_rebuilt")

    monkeypatch.setattr("adapters.slack.connection.REBUILDS", 1000)
    async with talking(tmp_path, monkeypatch) as (slack, me, _, health):
        assert (health.connected, rebuilt()) == (True, 0)
        slack.refuse_sockets = True
        await slack.kill_sockets()
        assert await slack.until(lambda: rebuilt() > 1 and not health.connected)
        assert not slack.connected
        slack.refuse_sockets = False
        assert await slack.until(lambda: health.connected)
        await _hears(slack, me)


async def test_a_line_on_which_nobody_answers_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with talking(tmp_path, monkeypatch) as (slack, me, _, health):
        slack.ack_seconds, slack.redelivery_seconds = 0.5, (0.0, 0.0, 0.0)
        opened = len(slack.called("apps.connections.open"))
        slack.deaf = True
        assert await slack.until(lambda: len(slack.called("apps.connections.open")) > opened)
        slack.deaf = False
        assert await slack.until(lambda: health.connected)
        # Slack may still take the old line for open: what goes there comes again on the new one.
        assert await me.types("Acme Search")
        await me.sees(SECOND)


async def test_a_line_that_cannot_be_built_for_long_ends_the_bot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.slack.connection.REBUILDS", 3)

    async def refused_for_ever() -> None:
        async with talking(tmp_path, monkeypatch) as (slack, _, room, health):
            slack.refuse_sockets = True
            await slack.kill_sockets()
            assert await asyncio.wait_for(room.stopping.wait(), 30)
            assert not health.connected

    with pytest.raises(NotReadyError) as raised:
        await refused_for_ever()
    assert (raised.value.told, raised.value.passing) == (phrase("run.slack_lost"), True)  # 69, as bot.exits has it


async def test_a_stop_waits_for_a_turn_and_its_acknowledgement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with talking(tmp_path, monkeypatch) as (_, me, room, _health):
        whole, begun = room.store.commit, asyncio.Event()

        async def slow(work: Work) -> Commit:
            begun.set()
            await asyncio.sleep(0.5)
            return await whole(work)

        monkeypatch.setattr(room.store, "commit", slow)
        clicking = asyncio.ensure_future(me.clicks("Don't know yet"))
        await begun.wait()
        room.stopping.set()
        await clicking
        assert me.failed == []


async def test_an_event_that_nobody_listens_to_is_acknowledged_and_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with talking(tmp_path, monkeypatch) as (slack, me, room, _):
        before = [one.raw for one in me.dm]
        for kind in ("team_join", "app_mention", "reaction_added", "something_new"):
            assert await slack.send_event({"type": kind, "user": ME, "channel": me.chat.id, "text": "report"})
        assert {one.attempt for one in slack.envelopes} == {0}
        await room.quiet()
        assert [one.raw for one in me.dm] == before


async def test_what_the_bot_or_nobody_typed_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with talking(tmp_path, monkeypatch) as (slack, me, room, _):
        before = [one.raw for one in me.dm]
        message = {
            "type": "message",
            "channel": me.chat.id,
            "channel_type": "im",
            "text": "report",
            "ts": "1795000999.1",
        }
        for echo in (
            {**message, "user": slack.bot_user, "bot_id": slack.bot_id},
            {**message, "subtype": "bot_message", "bot_id": "B0999"},
            {**message, "subtype": "message_changed", "message": {"user": ME, "text": "report"}},
            {**message, "subtype": "message_deleted", "previous_message": {"user": ME, "text": "report"}},
            {**message, "user": ME, "channel_type": "channel", "channel": "C0001"},
        ):
            assert await slack.send_event(echo)
        await room.quiet()
        assert [one.raw for one in me.dm] == before
