"""What platforms, disks and clocks do to a bot that runs: each event makes one change of state, and one reply."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.storage.sqlite import open_sqlite
from conversations.catalogue import phrase
from conversations.session import Check, SessionKey
from tests.end_to_end.person import whole_check
from tests.end_to_end.program import answers_in, say
from tests.fakes.socket_client import SocketClient
from tests.fakes.socket_platform import NAME
from tests.faults.kills import Fates

PLAN = whole_check(3)
"""Its first answers are those of a quick check as well."""
QUICK = PLAN[:3]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "faults.sqlite3"


@pytest.fixture
async def client() -> AsyncIterator[SocketClient]:
    async with SocketClient() as one:
        yield one


@pytest.fixture
async def fates(client: SocketClient, database: Path) -> AsyncIterator[Fates]:
    async with Fates(client.port, str(database)) as some:
        yield some


async def begun(client: SocketClient, fates: Fates, room: int = 0) -> int:
    """Start a bot, and open a check."""
    pid = await fates.born(room=room)
    assert await client.until(lambda: client.connected)
    client.deliver("open", open=True)
    assert await client.acked("open") == "ack"
    return pid


async def check_of(database: Path, person: str = "U1") -> Check:
    async with open_sqlite(database) as store:
        check = (await store.load(SessionKey(NAME, "W1", person))).check
    assert check is not None
    return check


async def test_an_event_that_comes_three_times_changes_once_and_is_answered_once(
    client: SocketClient, fates: Fates, database: Path
) -> None:
    await begun(client, fates)
    for number, line in enumerate(QUICK):
        for _ in range(3):
            client.deliver(f"e{number}", line.typed)
        await client.acked(f"e{number}")
    assert await client.until(lambda: len(client.shown) == len(QUICK) + 1)
    await asyncio.sleep(0.3)
    assert len(client.shown) == len(QUICK) + 1
    check = await check_of(database)
    assert answers_in(check) == {line.step: line.answer for line in QUICK}
    assert check.asked == len(QUICK) + 1


async def test_an_event_that_comes_late_and_again_lands_on_no_other_step(
    client: SocketClient, fates: Fates, database: Path
) -> None:
    await begun(client, fates)
    for number, line in enumerate(QUICK):
        client.deliver(f"e{number}", line.typed)
        await client.acked(f"e{number}")
    client.acknowledged.clear()
    for number in (1, 0, 2):
        client.deliver(f"e{number}", QUICK[number].typed)
    for number in range(3):
        assert await client.acked(f"e{number}") == "ack"
    assert answers_in(await check_of(database)) == {line.step: line.answer for line in QUICK}


async def test_a_click_on_an_old_button_changes_nothing_and_shows_the_present_question(
    client: SocketClient, fates: Fates, database: Path
) -> None:
    await begun(client, fates)
    assert await client.until(lambda: len(client.shown) == 1)
    button = client.shown[0]
    client.deliver("e1", QUICK[0].typed, check=button["check"], seen=button["asked"])
    assert await client.acked("e1") == "ack"
    client.deliver("e2", QUICK[0].typed, check=button["check"], seen=button["asked"])
    assert await client.acked("e2") == "ack"
    assert await client.until(lambda: len(client.shown) == 3)
    assert say(phrase("moved_on")) in client.shown[-1]["text"]
    assert say(phrase(f"steps.{QUICK[1].step}.ask")) in client.shown[-1]["text"]
    assert answers_in(await check_of(database)) == {QUICK[0].step: QUICK[0].answer}


async def test_of_two_devices_that_answer_the_same_question_at_once_one_is_taken(
    client: SocketClient, fates: Fates, database: Path
) -> None:
    await begun(client, fates)
    assert await client.until(lambda: len(client.shown) == 1)
    seen = client.shown[0]["asked"]
    for device in ("phone", "desk"):
        client.deliver(device, f"Team {device}", seen=seen)
    for device in ("phone", "desk"):
        assert await client.acked(device) == "ack"
    check = await check_of(database)
    assert check.asked == seen + 1
    assert list(answers_in(check)) == [QUICK[0].step]
    assert await client.until(lambda: sum(say(phrase("moved_on")) in text for text in client.texts()) == 1)


async def test_on_a_full_disk_nothing_is_acknowledged_that_is_not_there_afterwards(
    client: SocketClient, fates: Fates, database: Path
) -> None:
    await begun(client, fates, room=500_000)
    taken = []
    event = ""
    for number, line in enumerate(list(PLAN) * 40):
        event = f"e{number}"
        client.deliver(event, line.typed, person=f"P{number}", open=True)
        if await client.acked(event) == "ack":
            taken.append(f"P{number}")
        else:
            break
    assert client.acknowledged[event] == "StorageError"
    assert taken
    # It goes on, and takes what there is room for.
    client.deliver("after", person="P", open=True)
    if await client.acked("after") == "ack":
        taken.append("P")
    async with open_sqlite(database) as store:
        for person in taken:
            assert (await store.load(SessionKey(NAME, "W1", person))).check is not None


async def test_a_lock_by_another_program_delays_the_answer_and_loses_nothing(
    client: SocketClient, fates: Fates, database: Path
) -> None:
    await begun(client, fates)
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        client.deliver("e0", QUICK[0].typed)
        assert not await client.until(lambda: "e0" in client.acknowledged, 1)
        other.execute("ROLLBACK")
    assert await client.acked("e0") == "ack"
    assert answers_in(await check_of(database)) == {QUICK[0].step: QUICK[0].answer}


@pytest.mark.parametrize("jump", [timedelta(days=400), timedelta(days=-400)])
async def test_events_with_a_clock_that_jumped_are_taken_once_and_answered(
    client: SocketClient, fates: Fates, database: Path, jump: timedelta
) -> None:
    await begun(client, fates)
    at = (datetime.now(UTC) + jump).isoformat()
    for number, line in enumerate(QUICK):
        for _ in range(2):
            client.deliver(f"e{number}", line.typed, at=at if number == 1 else datetime.now(UTC).isoformat())
        assert await client.acked(f"e{number}") == "ack"
    assert await client.until(lambda: len(client.shown) == len(QUICK) + 1)
    assert answers_in(await check_of(database)) == {line.step: line.answer for line in QUICK}
