"""`teamcheck run`, in a process of its own, on a platform behind a socket."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.storage.sqlite import open_sqlite
from bot.exits import Exit
from conversations.catalogue import phrase
from conversations.session import Check, SessionKey, Written
from tests.end_to_end.program import ROOT, database_url, poll, run, say
from tests.fakes.running_bot import RunningBot
from tests.fakes.socket_client import SocketClient

STOP_SECONDS = 10


@pytest.fixture
async def client() -> AsyncIterator[SocketClient]:
    async with SocketClient() as there:
        yield there


async def check_of(folder: Path, person: str = "U1") -> Check | None:
    """Return somebody's check at hand, as it is in the file."""
    async with open_sqlite(folder / "checks.sqlite3") as store:
        return (await store.load(SessionKey("socket", "W1", person))).check


async def do(client: SocketClient, event: str, text: str = "", **more: Any) -> None:  # noqa: ANN401  as the client
    """Deliver an event until it is acknowledged."""
    client.deliver(event, text, **more)
    assert await client.acked(event) == "ack"


async def shown(client: SocketClient, messages: int, person: str = "U1") -> list[str]:
    """Wait until somebody sees so many messages, and return them."""
    assert await client.until(lambda: len(client.texts(person)) >= messages), client.texts(person)
    return client.texts(person)


def notifications(client: SocketClient) -> set[str]:
    return {one["notification"] for one in client.shown}


async def test_a_quick_check_is_played_to_its_report(client: SocketClient, tmp_path: Path) -> None:
    with RunningBot(client, tmp_path) as bot:
        await bot.ready()
        await do(client, "open", open=True)
        for number in range(20):
            check = await check_of(tmp_path)
            assert check
            if check.at is None:
                break
            await shown(client, number + 1)
            await do(client, f"answer {number}", "Zyxwvutsr" if check.at == "team" else "1")
        title, partial = say(phrase("report.title_team", team="Zyxwvutsr")), say(phrase("report.partial"))
        assert await client.until(lambda: any(title in text for text in client.texts()))
        assert partial not in "".join(client.texts())
        ended = await bot.stopped()
    assert (ended.code, ended.said) == (0, "")
    assert notifications(client) == {say(phrase("notification.reply"))}
    assert client.repeats == {}


async def test_at_a_stop_what_was_acknowledged_is_saved_and_nothing_else(client: SocketClient, tmp_path: Path) -> None:
    crowd, late = [f"P{number}" for number in range(80)], [f"L{number}" for number in range(80)]
    with RunningBot(client, tmp_path) as bot:
        await bot.ready()
        for person in crowd:
            client.deliver(f"open {person}", person=person, open=True)
            client.deliver(f"answer {person}", f"Team {person}", person=person)
        assert await client.until(lambda: len(client.acknowledged) >= 20)
        bot.ask_to_stop()
        for person in late:
            client.deliver(f"open {person}", person=person, open=True)
        ended = await bot.stopped()
    assert ended.code == 0
    assert bot.seconds_to_stop < STOP_SECONDS
    assert set(client.acknowledged.values()) <= {"ack", "ClosedError"}
    acknowledged = {event for event, how in client.acknowledged.items() if how == "ack"}
    async with open_sqlite(tmp_path / "checks.sqlite3") as store:
        for person in (*crowd, *late):
            check = (await store.load(SessionKey("socket", "W1", person))).check
            assert bool(check) == (f"open {person}" in acknowledged), person
            answers = [one.answer for given in check.answers.values() for one in given] if check else []
            assert answers == [Written(f"Team {person}")] * (f"answer {person}" in acknowledged)


async def test_a_send_that_hangs_for_ever_does_not_prevent_the_exit_and_is_made_up_for(
    client: SocketClient, tmp_path: Path
) -> None:
    hanging = {"of": "", "nothing": None}
    client.answer = lambda _said: hanging
    with RunningBot(client, tmp_path) as bot:
        await bot.ready()
        await do(client, "open", open=True)
        await do(client, "answer", "Acme")
        ended = await bot.stopped()
    assert ended.code == 0
    assert bot.seconds_to_stop < STOP_SECONDS
    assert client.shown == []
    client.answer = lambda _said: None
    with RunningBot(client, tmp_path) as bot:
        await bot.ready()
        first, second = await shown(client, 2)
        assert (await bot.stopped()).code == 0
    assert say(phrase("greeting")).split()[0] in first
    assert "Acme" in second
    assert client.repeats == {}


async def test_a_bot_that_was_killed_delivers_what_was_waiting_and_takes_what_was_not_acknowledged(
    client: SocketClient, tmp_path: Path
) -> None:
    client.answer = lambda _said: {"nothing": None}
    with RunningBot(client, tmp_path) as bot:
        await bot.ready()
        await do(client, "open", open=True)
    assert await client.until(lambda: not client.connected)
    client.answer = lambda _said: None
    with RunningBot(client, tmp_path) as bot:
        await bot.ready()
        await shown(client, 1)
        await do(client, "open", open=True)
        await do(client, "answer", "Acme")
        assert len(await shown(client, 2)) == 2
        assert (await bot.stopped()).code == 0


async def test_a_stop_without_anything_to_do_is_clean(client: SocketClient, tmp_path: Path) -> None:
    with RunningBot(client, tmp_path) as bot:
        await bot.ready()
        ended = await bot.stopped()
    assert (ended.code, ended.said) == (0, "")
    assert [json.loads(line)["event"] for line in ended.complained.splitlines()] == ["running", "stopped"]


async def test_a_second_bot_on_the_file_says_so_in_one_line_and_leaves(client: SocketClient, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    url = database_url(tmp_path / "checks.sqlite3")
    with RunningBot(client, tmp_path) as bot:
        await bot.ready()
        async with SocketClient() as nobody:
            with RunningBot(nobody, other, system={"TEAMCHECK_DATABASE_URL": url}) as second:
                ended = await second.ended()
            assert not nobody.connected
        assert ended.code == 74
        assert ended.complained.splitlines() == [
            say(phrase("storage.second_bot", name=str(tmp_path / "checks.sqlite3")))
        ]
        await do(client, "open", open=True)
        assert (await bot.stopped()).code == 0
    with RunningBot(client, tmp_path) as bot:
        await bot.ready()
        assert (await bot.stopped()).code == 0


async def test_a_terminal_may_work_beside_the_bot(client: SocketClient, tmp_path: Path) -> None:
    with RunningBot(client, tmp_path) as bot:
        await bot.ready()
        ended = run(database_url(tmp_path / "checks.sqlite3"), "chat", typed="Acme\n")
        assert ended.code == 0
        await do(client, "open", open=True)
        assert (await bot.stopped()).code == 0


def test_without_a_platform_there_is_nothing_to_run_on(tmp_path: Path) -> None:
    ended = run(database_url(tmp_path / "checks.sqlite3"), "run")
    assert (ended.code, ended.said) == (78, "")
    assert ended.complained.splitlines() == [say(phrase("run.no_platform"))]
    assert not (tmp_path / "checks.sqlite3").exists()


def test_a_database_server_that_is_not_up_yet_is_one_to_wait_for() -> None:
    url = "postgresql://me:secret@127.0.0.1:1/one"
    ended = run(url, "run", system={"DISCORD_TOKEN": "abc", "TEAMCHECK_SECRET_KEY": "x" * 32})
    assert (ended.code, ended.said) == (Exit.UNAVAILABLE, "")
    unit = (ROOT / "deploy" / "teamcheck.service").read_text(encoding="utf-8")
    assert str(Exit.UNAVAILABLE.value) not in unit.partition("RestartPreventExitStatus=")[2].splitlines()[0].split()


# -- reminders -----------------------------------------------------------------------------------------------------


def bring_forward(folder: Path, by: timedelta) -> None:
    """Move every reminder in the file to an earlier time, as if so much time had passed."""
    with closing(sqlite3.connect(folder / "checks.sqlite3", isolation_level=None)) as connection:
        for row, due_at, body in connection.execute("SELECT rowid, due_at, body FROM checks").fetchall():
            stored = json.loads(body)
            for one in stored["record"]["reminders"]:
                one["local"] = (datetime.fromisoformat(one["local"]) - by).isoformat()
            values = (due_at - int(by.total_seconds() * 1000), json.dumps(stored), row)
            connection.execute("UPDATE checks SET due_at = ?, body = ? WHERE rowid = ?", values)


def reminded(client: SocketClient) -> set[str]:
    """Return the reminders that were sent; each takes several of the platform's messages."""
    told = say(phrase("notification.reminder"))
    return {one["nonce"].split("-")[0] for one in client.shown if one["notification"] == told}


async def test_a_reminder_comes_once_also_over_a_restart(client: SocketClient, tmp_path: Path) -> None:
    in_three_days = datetime.now(UTC) + timedelta(days=3)
    with RunningBot(client, tmp_path) as bot:
        await bot.ready()
        await do(client, "open", open=True, zone="UTC")
        await do(client, "team", "Zyxwvutsr")
        await do(client, "quiet", "quiet off")
        await do(client, "interview", f"interview {in_three_days:%Y-%m-%d} 14:00")
        assert say(phrase("reminders.none")) not in (await shown(client, 4))[-1]
        assert not reminded(client)
        assert (await bot.stopped()).code == 0
    check = await check_of(tmp_path)
    assert check
    before, after = check.reminders
    assert after.local - before.local == timedelta(hours=4)
    bring_forward(tmp_path, before.local - datetime.now(UTC).replace(tzinfo=None) + timedelta(minutes=1))
    with RunningBot(client, tmp_path) as bot:
        await bot.ready()
        assert await client.until(lambda: len(reminded(client)) == 1)
        await do(client, "status", "status")
        await shown(client, 6)
        assert (await bot.stopped()).code == 0
    check = await check_of(tmp_path)
    assert check
    assert [one.kind for one in check.reminders] == [after.kind]
    with RunningBot(client, tmp_path) as bot:
        await bot.ready()
        await do(client, "once more", "status")
        await shown(client, 7)
        assert (await bot.stopped()).code == 0
    assert len(reminded(client)) == 1
    assert client.repeats == {}
    assert notifications(client) == {say(phrase("notification.reply")), say(phrase("notification.reminder"))}
    assert "Zyxwvutsr" not in "".join(notifications(client))


async def test_a_reminder_comes_while_the_bot_runs(client: SocketClient, tmp_path: Path) -> None:
    yesterday, soon = (datetime.now(UTC) + timedelta(hours=hours) for hours in (-24, 1))
    with RunningBot(client, tmp_path) as bot:
        await bot.ready()
        for event, text in (("open", ""), ("team", "Acme"), ("quiet", "quiet off")):
            await do(client, event, text, open=event == "open", zone="UTC", at=yesterday.isoformat())
        await do(client, "interview", f"interview {soon:%Y-%m-%d %H}:00", at=yesterday.isoformat())
        assert await client.until(lambda: len(reminded(client)) == 1)
        assert (await bot.stopped()).code == 0
    check = await check_of(tmp_path)
    assert check
    assert len(check.reminders) == 1


async def test_an_order_of_the_operator_to_send_again_is_followed_while_the_bot_runs(
    client: SocketClient, tmp_path: Path
) -> None:
    client.answer = lambda _said: {"gave_up": None}
    url = database_url(tmp_path / "checks.sqlite3")
    with RunningBot(client, tmp_path) as bot:
        await bot.ready()
        await do(client, "open", open=True)
        await asyncio.to_thread(poll, lambda: "gave_up" in run(url, "outbox", "list").said)
        client.answer = lambda _said: None
        assert run(url, "outbox", "retry").code == 0
        assert len(await shown(client, 1)) == 1
        assert (await bot.stopped()).code == 0
