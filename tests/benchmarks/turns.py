"""How fast durable turns are, beside the raw driver that writes the same rows with no logic: `make bench`.

Both sides of each comparison run in turns, in one process, on one disk; what counts is the ratio. The raw side does
what a turn does to the database, with bodies of the same size: it reads a person and a check, notes an event, changes
the check, and puts a message into the outbox.
"""

import asyncio
import gc
import resource
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from transitions.extensions.asyncio import AsyncMachine

from adapters.storage.sqlite import SqliteStore, open_sqlite
from bot.packs_in_use import PacksInUse
from bot.turns import Turns
from bot.wiring import load_content
from conversations.dialogue import advance
from conversations.events import Opened, Typed
from conversations.messages import DirectMessage, Message
from conversations.ports import Work
from conversations.reminders import Policy
from conversations.session import Person, Session, SessionKey
from conversations.snapshot import dump_check, dump_message, dump_person
from tests.end_to_end.person import DEEPER, whole_check

ROUNDS = 7
BLOCK = 0.6
"""Seconds of one side, before the other has its turn."""
PEOPLE = 64
CONTENT = load_content()
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LINES = [line.typed for line in whole_check(1)]
"""A deep check. Its last line brings the report, which is measured by itself."""
_WHOSE = "platform = ? AND workspace = ? AND person = ?"


@dataclass
class Side:
    """What one side of a comparison did."""

    rates: list[float]
    cpu: list[float]

    def told(self) -> str:
        return f"{statistics.median(self.rates):>8.0f} /s {statistics.median(self.cpu) * 1e6:>7.0f} us CPU"


async def compare(ours: Callable[[float], Awaitable[int]], raw: Callable[[float], Awaitable[int]]) -> tuple[Side, Side]:
    """Run both sides in turns; each is told how long to go on, and returns how much it did."""
    sides = (Side([], []), Side([], []))
    for _ in range(ROUNDS):
        for side, work in zip(sides, (ours, raw), strict=True):
            began, cpu = time.perf_counter(), time.process_time()
            done = await work(BLOCK)
            side.rates.append(done / (time.perf_counter() - began))
            side.cpu.append((time.process_time() - cpu) / done)
    return sides


def tell(what: str, ours: Side, raw: Side) -> None:
    ratios = [mine / theirs for mine, theirs in zip(ours.rates, raw.rates, strict=True)]
    sys.stdout.write(f"{what:<34}{ours.told()}   raw{raw.told()}   ratio {statistics.median(ratios):.2f}\n")


class Talk:
    """One person after the other gives the answers of a check, each answer a durable turn with its message."""

    def __init__(self, turns: Turns, events: "count[int]", name: str) -> None:
        self._turns = turns
        self._events = events
        self._name = name
        self._place = len(LINES)
        self._number = 0

    async def turn(self) -> None:
        if self._place >= len(LINES) - 1:
            self._number += 1
            self._key = SessionKey("slack", "T1", f"{self._name}-{self._number}")
            opened = Opened(self._key, NOW, "abc234", id=f"e{next(self._events)}")
            await self._turns.handle(opened, DirectMessage())
            await self._turns.handle(Typed(self._key, NOW, DEEPER, id=f"e{next(self._events)}"), DirectMessage())
            self._place = 0
        line = Typed(self._key, NOW, LINES[self._place], id=f"e{next(self._events)}")
        await self._turns.handle(line, DirectMessage())
        self._place += 1


class Raw:
    """The same rows on a plain connection, in one thread."""

    def __init__(self, path: Path, people: int) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("synchronous = FULL", "secure_delete = ON", "busy_timeout = 10000"):
            self._connection.execute(f"PRAGMA {pragma}")
        session, self._message = _half_way()
        assert session.check
        self._check, person = dump_check(session.check), dump_person(session.person)
        self._keys = [("raw", "T1", f"U{number}") for number in range(people)]
        self._events = count()
        self._revision = 1
        self._connection.execute("BEGIN")
        for key in self._keys:
            self._connection.execute("INSERT INTO people VALUES (?, ?, ?, 1, ?)", (*key, person))
            self._connection.execute(
                "INSERT INTO checks VALUES (?, ?, ?, 'abc234', 1, '2026-03-02', ?, NULL)", (*key, self._check)
            )
        self._connection.execute("COMMIT")

    def commit(self, keys: list[tuple[str, str, str]]) -> None:
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        for key in keys:
            execute(f"SELECT body FROM people WHERE {_WHOSE}", key).fetchone()  # noqa: S608
            execute(f"SELECT body FROM checks WHERE {_WHOSE} AND id = 'abc234'", key).fetchone()  # noqa: S608
            event = next(self._events).to_bytes(16)
            execute("INSERT INTO seen_events (event, seen_at) VALUES (?, 0) ON CONFLICT DO NOTHING", (event,))
            execute(
                f"UPDATE checks SET revision = ?, changed_at = '2026-03-02', body = ?, due_at = 1 "  # noqa: S608
                f"WHERE {_WHOSE} AND id = 'abc234' AND revision = ?",
                (self._revision + 1, self._check, *key, self._revision),
            )
            execute(
                "INSERT INTO outbox (platform, workspace, person, state, kind, farewell, due_at, created_at, body) "
                "VALUES (?, ?, ?, 'waiting', 'direct', 0, 0, 0, ?)",
                (*key, self._message),
            )
        execute("COMMIT")
        self._revision += 1

    async def go_on(self, seconds: float) -> int:
        """Commit all people's turns together, again and again."""
        until, done = time.perf_counter() + seconds, 0
        while time.perf_counter() < until:
            self.commit(self._keys)
            done += len(self._keys)
        return done

    def close(self) -> None:
        self._connection.close()


def _half_way() -> tuple[Session, str]:
    """Return a session in the middle of a check, and the message of its last turn as the outbox keeps it."""
    core, key = CONTENT.core, SessionKey("slack", "T1", "U1")
    turn = advance(core, Session(Person(key)), Opened(key, NOW, "abc234"))
    for line in [DEEPER, *LINES[: len(LINES) // 2]]:
        turn = advance(core, turn.session, Typed(key, NOW, line))
    message = Message(DirectMessage(), turn.replies, "en", core.name, "abc234", 1)
    return turn.session, dump_message(message)


def turns_of(store: SqliteStore) -> Turns:
    return Turns(PacksInUse(store, CONTENT.product, CONTENT.packs), store, Policy())


async def durable_turns(folder: Path, people: int) -> None:
    async with open_sqlite(folder / f"{people}.sqlite3") as store:
        turns, events = turns_of(store), count()
        talks = [Talk(turns, events, f"U{number}") for number in range(people)]
        done = 0

        async def talk(one: Talk, until: float) -> None:
            nonlocal done
            while time.perf_counter() < until:
                await one.turn()
                done += 1

        async def ours(seconds: float) -> int:
            nonlocal done
            done, until = 0, time.perf_counter() + seconds
            await asyncio.gather(*(talk(one, until) for one in talks))
            return done

        with closing(Raw(folder / f"{people}.sqlite3", people)) as raw:
            await ours(BLOCK)
            tell(f"durable turns, {people} at once", *await compare(ours, raw.go_on))


async def commits_alone(folder: Path, people: int) -> None:
    """The store without the machine: loading a session and committing the next."""
    async with open_sqlite(folder / f"store{people}.sqlite3") as store:
        session, _ = _half_way()
        message = Message(DirectMessage(), (), "en")
        events, done = count(), 0

        async def go(key: SessionKey, until: float) -> None:
            nonlocal done
            while time.perf_counter() < until:
                before = await store.load(key)
                person = replace(session.person, key=key, revision=1)
                assert session.check
                revision = before.check.revision + 1 if before.check else 1
                after = Session(person, replace(session.check, revision=revision))
                await store.commit(Work(before, after, NOW, f"e{next(events)}", (message,)))
                done += 1

        async def ours(seconds: float) -> int:
            nonlocal done
            done, until = 0, time.perf_counter() + seconds
            await asyncio.gather(*(go(SessionKey("slack", "T1", f"U{n}"), until) for n in range(people)))
            return done

        with closing(Raw(folder / f"store{people}.sqlite3", people)) as raw:
            await ours(BLOCK)
            tell(f"store alone, {people} at once", *await compare(ours, raw.go_on))


async def machine(_folder: Path) -> None:
    """The whole step, and the bare step of the peer."""
    core, key = CONTENT.core, SessionKey("slack", "T1", "U1")

    class Model:
        state: str

    model = Model()
    states = [f"s{number}" for number in range(25)]
    bare = AsyncMachine(model, states=states, initial="s0", auto_transitions=False)
    for number, state in enumerate(states):
        bare.add_transition("answer", state, states[(number + 1) % len(states)])

    async def theirs(seconds: float) -> int:
        until, done = time.perf_counter() + seconds, 0
        while time.perf_counter() < until:
            await model.answer()  # type: ignore[attr-defined]
            done += 1
        return done

    async def ours(seconds: float) -> int:
        until, done = time.perf_counter() + seconds, 0
        while time.perf_counter() < until:
            session = advance(core, Session(Person(key)), Opened(key, NOW, "abc234")).session
            session = advance(core, session, Typed(key, NOW, DEEPER)).session
            for line in LINES[:-1]:
                session = advance(core, session, Typed(key, NOW, line)).session
            done += len(LINES) + 1
        return done

    tell("machine's step / AsyncMachine's", *await compare(ours, theirs))


def shrink(connection: sqlite3.Connection) -> None:
    connection.execute("VACUUM")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


async def sizes(folder: Path) -> None:
    """What a finished check takes: its record, and the file that grows by it, with everything that is kept beside."""
    path = folder / "sizes.sqlite3"
    people = 200
    async with open_sqlite(path) as store:
        turns, events = turns_of(store), count()
        for number in range(people):
            key = SessionKey("slack", "T1", f"U{number}")
            await turns.handle(Opened(key, NOW, "abc234", id=f"e{next(events)}"))
            for line in [DEEPER, *LINES]:
                await turns.handle(Typed(key, NOW, line, id=f"e{next(events)}"))
    with closing(sqlite3.connect(path)) as connection:
        ((events_seen,),) = connection.execute("SELECT count(*) FROM seen_events")
        ((record,),) = connection.execute("SELECT avg(length(CAST(body AS BLOB))) FROM checks")
        shrink(connection)
        whole = path.stat().st_size / people
        connection.execute("DELETE FROM seen_events")
        connection.commit()
        shrink(connection)
        without = path.stat().st_size / people
    sys.stdout.write(
        f"a finished deep check               {record:>8.0f} bytes as a record, {without:.0f} in the file, "
        f"{whole:.0f} while its {events_seen // people} events are remembered\n"
    )


async def cold_loads(folder: Path) -> None:
    """Loading by a key that was not looked at before, on a store that was just opened."""
    session, _ = _half_way()
    assert session.check
    check, person = dump_check(session.check), dump_person(replace(session.person, current_check="abc234"))
    paths = {}
    for size in (1_000, 100_000):
        paths[size] = path = folder / f"cold{size}.sqlite3"
        async with open_sqlite(path):
            pass
        with closing(sqlite3.connect(path)) as connection:
            keys = [("slack", "T1", f"U{number}") for number in range(size)]
            connection.executemany("INSERT INTO people VALUES (?, ?, ?, 1, ?)", ((*key, person) for key in keys))
            connection.executemany(
                "INSERT INTO checks VALUES (?, ?, ?, 'abc234', 1, '2026-03-02', ?, NULL)",
                ((*key, check) for key in keys),
            )
            connection.commit()
    took: dict[tuple[int, str], list[float]] = {}
    for number in range(60):
        for size, path in paths.items():
            key = ("slack", "T1", f"U{number * 7919 % size}")
            async with open_sqlite(path) as store:
                began = time.perf_counter()
                assert (await store.load(SessionKey(*key))).check
                took.setdefault((size, "ours"), []).append(time.perf_counter() - began)
            with closing(sqlite3.connect(path, isolation_level=None)) as connection:
                connection.execute("SELECT count(*) FROM packs").fetchone()
                began = time.perf_counter()
                connection.execute(f"SELECT body FROM people WHERE {_WHOSE}", key).fetchone()  # noqa: S608
                connection.execute(f"SELECT body FROM checks WHERE {_WHOSE} AND id = 'abc234'", key).fetchone()  # noqa: S608
                took.setdefault((size, "raw"), []).append(time.perf_counter() - began)
    medians = {what: statistics.median(times) * 1e6 for what, times in took.items()}
    for side in ("ours", "raw"):
        few, many = medians[1_000, side], medians[100_000, side]
        sys.stdout.write(
            f"cold load, {side:<23}{few:>8.0f} us of 1,000 checks, {many:.0f} us of 100,000: ratio {many / few:.2f}\n"
        )


async def memory(folder: Path) -> None:
    """What the process holds of 10,000 people who are in the middle of a check."""
    async with open_sqlite(folder / "memory.sqlite3") as store:
        turns, events = turns_of(store), count()

        async def somebody(number: int) -> None:
            key = SessionKey("slack", "T1", f"U{number}")
            await turns.handle(Opened(key, NOW, "abc234", id=f"e{next(events)}"), DirectMessage())
            await turns.handle(Typed(key, NOW, LINES[0], id=f"e{next(events)}"), DirectMessage())

        await asyncio.gather(*(somebody(number) for number in range(100)))
        gc.collect()
        before = _resident()
        for start in range(100, 10_100, 100):
            await asyncio.gather(*(somebody(number) for number in range(start, start + 100)))
        gc.collect()
        grown = _resident() - before
    sys.stdout.write(f"10,000 open checks                  {grown / 1024:>8.1f} MiB more resident memory\n")


def _resident() -> int:
    """Return this process's resident memory in KiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() // 1024


async def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        await machine(folder)
        for people in (1, PEOPLE):
            await commits_alone(folder, people)
            await durable_turns(folder, people)
        await sizes(folder)
        await cold_loads(folder)
        await memory(folder)


if __name__ == "__main__":
    asyncio.run(main())
