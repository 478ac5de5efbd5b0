"""The database's writer: what waits for it is committed together, and nobody pays for another's failure but one."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import pytest

from adapters.storage import database as module
from adapters.storage.database import Database, Piece, Refused, alone, open_database
from adapters.storage.sqlite import SqliteStore
from conversations.catalogue import Phrase, phrase
from conversations.ports import StorageError
from tests.dialogue import NOON
from tests.test_erasing import FAREWELL, RECEIPTS, talked
from tests.test_every_outbox import claimed
from tests.test_every_store import KEY

MUCH = b"x" * 200_000


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    async with open_database(path) as opened:
        yield opened


def keep(name: str, body: bytes = b"") -> Piece[str]:
    """Return a piece of work that writes one row and returns its name."""

    def write(connection: sqlite3.Connection) -> str:
        connection.execute("INSERT INTO packs VALUES (?, ?)", (name, body))
        return name

    return write


def keep_and(name: str, leave: Callable[[], Exception]) -> Piece[str]:
    """Return a piece of work that writes one row, and leaves."""

    def write(connection: sqlite3.Connection) -> str:
        keep(name)(connection)
        raise leave()

    return write


async def kept(database: Database) -> set[str]:
    return set(await database.read(lambda one: [name for (name,) in one.execute("SELECT name FROM packs")]))


async def together(database: Database, *pieces: Piece[str]) -> list[str | BaseException]:
    """Hand pieces in while the writer has something to do, so that they are run as one batch."""
    ahead = asyncio.ensure_future(database.write(lambda _: ""))
    await asyncio.sleep(0)
    ended = await asyncio.gather(*(database.write(piece) for piece in pieces), return_exceptions=True)
    await ahead
    return list(ended)


async def traced(database: Database) -> list[str]:
    """Return the statements that the writer is to run from here on."""
    statements: list[str] = []
    await database._writer.set_trace_callback(statements.append)
    return statements


def problems(ended: list[str | BaseException]) -> list[Phrase]:
    return [one.told for one in ended if isinstance(one, StorageError)]


# -- one transaction -----------------------------------------------------------------------------------------------


async def test_work_that_waits_at_the_same_time_shares_one_transaction(database: Database) -> None:
    statements = await traced(database)
    names = [f"p{number}" for number in range(20)]
    assert await together(database, *(keep(name) for name in names)) == names
    assert statements.count("COMMIT") == 2
    assert statements.count("BEGIN IMMEDIATE") == 2
    assert await kept(database) == set(names)


async def test_a_transaction_takes_so_much_and_no_more(database: Database) -> None:
    statements = await traced(database)
    names = [f"p{number}" for number in range(2 * 256 + 1)]
    assert await together(database, *(keep(name) for name in names)) == names
    assert statements.count("COMMIT") == 1 + 3
    assert await kept(database) == set(names)


async def test_work_is_done_in_the_order_it_was_handed_in(database: Database) -> None:
    done: list[str] = []

    def note(name: str) -> Piece[None]:
        return lambda _: done.append(name)

    names = [f"p{number}" for number in range(600)]
    await asyncio.gather(*(database.write(note(name)) for name in names))
    assert done == names


@pytest.mark.parametrize("count", [1, 5])
async def test_work_that_fails_or_leaves_costs_nobody_else_anything(database: Database, count: int) -> None:
    assert await kept(database) == set()
    fault, taken = ValueError("its own"), keep("taken")
    await database.write(taken)
    good = [keep(f"p{number}") for number in range(count)]
    ended = await together(
        database,
        *good[:2],
        keep_and("failed", lambda: fault),
        taken,
        keep_and("left", lambda: Refused("refused")),
        *good[2:],
    )
    names = [f"p{number}" for number in range(count)]
    assert [one for one in ended if isinstance(one, str)] == [*names[:2], "refused", *names[2:]]
    assert fault in ended
    assert problems(ended) == [phrase("storage.other", name=str(database.path))]
    assert await kept(database) == {"taken", *names}
    assert not database._writer.in_transaction


@pytest.mark.parametrize("leave", [lambda: ValueError("its own"), lambda: Refused("refused")], ids=["fails", "leaves"])
async def test_work_that_is_alone_and_fails_or_leaves_writes_nothing(
    database: Database, leave: Callable[[], Exception]
) -> None:
    statements = await traced(database)
    left = leave()
    (ended,) = await asyncio.gather(database.write(keep_and("left", lambda: left)), return_exceptions=True)
    assert ended in (left, "refused")
    assert "COMMIT" not in statements
    assert await kept(database) == set()
    assert await database.write(keep("next")) == "next"


async def test_a_caller_that_is_cancelled_takes_nobody_with_it(database: Database) -> None:
    ahead = asyncio.ensure_future(database.write(lambda _: ""))
    await asyncio.sleep(0)
    tasks = [asyncio.create_task(database.write(keep(f"p{number}"))) for number in range(5)]
    await asyncio.sleep(0)
    tasks[2].cancel()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert [one for one in ended if isinstance(one, str)] == ["p0", "p1", "p3", "p4"]
    assert isinstance(ended[2], asyncio.CancelledError)
    assert await kept(database) >= {"p0", "p1", "p3", "p4"}
    assert await ahead == ""


async def test_a_database_that_is_closed_does_first_what_was_handed_in(path: Path) -> None:
    async with open_database(path) as database:
        tasks = [asyncio.create_task(database.write(keep(f"p{number}"))) for number in range(600)]
        await asyncio.sleep(0)
    assert {task.result() for task in tasks} == {f"p{number}" for number in range(600)}
    async with open_database(path) as database:
        assert len(await kept(database)) == 600


async def test_a_reading_that_fails_costs_no_other_anything(database: Database) -> None:
    def fail(_: sqlite3.Connection) -> str:
        raise ValueError("its own")

    count: Piece[str] = lambda one: str(one.execute("SELECT count(*) FROM packs").fetchone()[0])  # noqa: E731
    write: Piece[str] = keep("p")
    ended = await asyncio.gather(
        *(database.read(piece) for piece in (count, fail, count, write, count)), return_exceptions=True
    )
    assert [one for one in ended if isinstance(one, str)] == ["0", "0", "0"]
    assert isinstance(ended[1], ValueError)
    assert isinstance(ended[3], StorageError)
    assert await kept(database) == set()


# -- a disk that takes no more, a file that is locked --------------------------------------------------------------


async def test_a_full_disk_fails_all_that_would_have_been_committed_together(database: Database) -> None:
    await database.write(keep("before"))
    ((pages,),) = await database._writer.execute_fetchall("PRAGMA page_count")
    await database._writer.execute(f"PRAGMA max_page_count = {pages}")
    ended = await together(database, keep("small"), keep("big", MUCH), keep_and("bad", ValueError), keep("last"))
    assert problems(ended) == [phrase("storage.full", name=str(database.path))] * 4
    assert await kept(database) == {"before"}
    assert not database._writer.in_transaction
    await database._writer.execute("PRAGMA max_page_count = 100000")
    assert await together(database, keep("small"), keep("big", MUCH)) == ["small", "big"]
    assert await kept(database) == {"before", "small", "big"}


async def test_a_full_disk_fails_those_that_are_run_again_by_themselves_as_well(database: Database) -> None:
    await database.write(keep("before"))
    ((pages,),) = await database._writer.execute_fetchall("PRAGMA page_count")
    await database._writer.execute(f"PRAGMA max_page_count = {pages}")
    ended = await together(database, keep("small"), keep_and("bad", ValueError), keep("big", MUCH))
    assert problems(ended) == [phrase("storage.full", name=str(database.path))] * 3
    assert await kept(database) == {"before"}
    assert not database._writer.in_transaction


async def test_a_file_that_stays_locked_fails_all_that_waited_and_holds_up_neither_reading_nor_the_loop(
    database: Database, path: Path
) -> None:
    await database.write(keep("before"))
    await database._writer.execute("PRAGMA busy_timeout = 1000")
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    ticking = asyncio.create_task(tick())
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.ensure_future(together(database, keep("one"), keep("two"), keep("three")))
        await asyncio.sleep(0)
        assert await kept(database) == {"before"}
        assert not waiting.done()
        with pytest.raises(StorageError):  # the one that went ahead of them
            await waiting
        ended = await asyncio.gather(*(database.write(keep(name)) for name in ("a", "b", "c")), return_exceptions=True)
        assert problems(list(ended)) == [phrase("storage.busy", name=str(path))] * 3
        other.execute("ROLLBACK")
    ticking.cancel()
    assert ticks > 10
    assert await kept(database) == {"before"}
    assert await together(database, keep("one"), keep("two")) == ["one", "two"]


# -- the write-ahead log -------------------------------------------------------------------------------------------


def log_of(path: Path) -> int:
    return path.with_name(path.name + "-wal").stat().st_size


async def test_the_log_is_emptied_as_soon_as_nobody_reads_from_it(database: Database, path: Path) -> None:
    await database.write(keep("one"))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN")
        assert other.execute("SELECT count(*) FROM packs").fetchone() == (1,)
        await database.write(keep("two"))
        cutting = asyncio.create_task(database.cut_log())
        # It holds no writer up meanwhile.
        for number in range(3):
            await database.write(keep(f"p{number}"))
        assert not cutting.done()
        assert log_of(path) > 0
        other.execute("COMMIT")
        await cutting
    assert log_of(path) == 0
    assert len(await kept(database)) == 5


async def test_somebody_who_goes_on_reading_keeps_the_log_and_is_told(
    database: Database, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_TRIES_A_SECOND", 1)
    monkeypatch.setattr(module, "BUSY_SECONDS", 1)
    await database.write(keep("one"))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM packs").fetchone()
        await database.write(keep("two"))
        with pytest.raises(StorageError) as caught:
            await database.cut_log()
    assert caught.value.told == phrase("storage.busy", name=str(path))


async def test_a_farewell_that_was_sent_is_settled_though_somebody_goes_on_reading(
    sqlite_store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await talked(sqlite_store, RECEIPTS[:1])
    await sqlite_store.erase(KEY, NOON, farewell=FAREWELL)
    monkeypatch.setattr(module, "BUSY_SECONDS", 0)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM outbox").fetchone()
        for _ in range(2):
            await sqlite_store.outbox.settle(await claimed(sqlite_store), None, NOON)
    assert await sqlite_store.outbox.claim(KEY, NOON) is None


# -- one bot -------------------------------------------------------------------------------------------------------


def test_one_bot_alone_has_a_file_until_it_leaves(path: Path) -> None:
    with alone(path):
        assert path.with_name(path.name + ".lock").stat().st_mode & 0o777 == 0o600
        with pytest.raises(StorageError) as caught, alone(path):
            pytest.fail("two bots on one file")
        assert caught.value.told == phrase("storage.second_bot", name=str(path))
        with alone(path.with_name("another.db")):
            pass
    with alone(path):
        pass
