"""Durable turns on PostgreSQL, beside asyncpg writing the same rows with no logic; and one, two and three processes.

The raw side is the driver at its best: a read, and one statement that notes an event, changes a check and puts a
message into the outbox, each committed by itself on a pool of as many connections. `make bench`.
"""

import asyncio
import multiprocessing
import secrets
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from itertools import count

import asyncpg  # type: ignore[import-untyped]

from adapters.storage.postgres import PostgresStore, open_postgres
from adapters.storage.postgres_database import CONNECTIONS
from bot.packs_in_use import PacksInUse
from bot.turns import Turns
from conversations.ports import Work
from conversations.reminders import Policy
from conversations.session import Session, SessionKey
from conversations.snapshot import dump_check, dump_person, load_message
from tests.benchmarks.turns import BLOCK, CONTENT, NOW, PEOPLE, Talk, _half_way, compare, tell
from tests.fakes import postgres

SECONDS = 4.0
_READ = """
    SELECT p.body, c.body FROM people p JOIN checks c USING (platform, workspace, person)
    WHERE p.platform = $1 AND p.workspace = $2 AND p.person = $3 AND c.id = 'abc234'
"""
_WRITE = """
    WITH seen AS (INSERT INTO seen_events VALUES ($4, 0) ON CONFLICT DO NOTHING RETURNING 1),
    changed AS (
        UPDATE checks SET revision = revision + 1, changed_at = '2026-03-02', body = $5, due_at = 1
        WHERE platform = $1 AND workspace = $2 AND person = $3 AND id = 'abc234' RETURNING 1
    )
    INSERT INTO outbox (platform, workspace, person, state, kind, farewell, due_at, created_at, body)
    SELECT $1, $2, $3, 'waiting', 'direct', false, 0, 0, $6 FROM seen, changed
"""


def turns_of(store: PostgresStore) -> Turns:
    return Turns(PacksInUse(store, CONTENT.product, CONTENT.packs), store, Policy())


async def talks(url: str, people: int, seconds: float, name: str) -> int:
    """Play people for some seconds; return how many turns they took."""
    async with open_postgres(url, postgres.SECRET) as store:
        turns, events = turns_of(store), count(secrets.randbelow(2**40) << 20)
        everybody = [Talk(turns, events, f"{name}{number}") for number in range(people)]
        return await go_on(people, lambda number: everybody[number].turn(), seconds)


async def go_on(people: int, turn: Callable[[int], Awaitable[None]], seconds: float) -> int:
    """Let people take turns for some seconds, each one after the other; return how many."""
    done, until = 0, time.perf_counter() + seconds

    async def one(number: int) -> None:
        nonlocal done
        while time.perf_counter() < until:
            await turn(number)
            done += 1

    await asyncio.gather(*map(one, range(people)))
    return done


async def nothing(_connection: object) -> None:
    """Save the round trip at each return to the pool, as the store does."""


async def raw_driver(url: str, people: int) -> tuple["asyncpg.Pool[asyncpg.Record]", Callable[[int], Awaitable[None]]]:
    """Return what reads and writes the rows of a turn, with nothing else."""
    session, body = _half_way()
    assert session.check
    check, person = dump_check(session.check), dump_person(session.person)
    pool = await asyncpg.create_pool(url, min_size=CONNECTIONS, max_size=CONNECTIONS, reset=nothing)
    events = count()
    for number in range(people):
        mine = ("raw", "T1", f"U{number}")
        await pool.execute("INSERT INTO people VALUES ($1, $2, $3, 1, $4)", *mine, person)
        sql = "INSERT INTO checks VALUES ($1, $2, $3, 'abc234', 1, '2026-03-02', $4, NULL, '')"
        await pool.execute(sql, *mine, check)

    async def turn(number: int) -> None:
        mine = ("raw", "T1", f"U{number}")
        await pool.fetchrow(_READ, *mine)
        await pool.execute(_WRITE, *mine, next(events).to_bytes(16), check, body)

    return pool, turn


def store_alone(store: PostgresStore) -> Callable[[int], Awaitable[None]]:
    """Return what loads and commits through the store, with no machine in between."""
    session, body = _half_way()
    assert session.check
    check, events, message = session.check, count(), load_message(body, "")

    async def turn(number: int) -> None:
        key = SessionKey("slack", "T2", f"U{number}")
        before = await store.load(key)
        revision = before.check.revision + 1 if before.check else 1
        after = Session(replace(session.person, key=key, revision=1), replace(check, revision=revision))
        await store.commit(Work(before, after, NOW, f"a{next(events)}", (message,)))

    return turn


async def beside_the_driver(people: int) -> None:
    """Whole turns, and the store alone, against the raw statement."""
    async with postgres.database() as url, open_postgres(url, postgres.SECRET) as store:
        turns, events = turns_of(store), count()
        everybody = [Talk(turns, events, f"U{number}") for number in range(people)]
        pool, raw = await raw_driver(url, people)
        ours = {"turns": lambda number: everybody[number].turn(), "store alone": store_alone(store)}
        for what, turn in ours.items():
            await go_on(people, turn, BLOCK)
            told = await compare(partial(go_on, people, turn), partial(go_on, people, raw))
            tell(f"PostgreSQL, {what}, {people} at once", *told)
        await pool.close()


def _process(url: str, people: int, name: str, told: "multiprocessing.Queue[int]") -> None:
    told.put(asyncio.run(talks(url, people, SECONDS, name)))


async def processes() -> None:
    """One, two and three processes on one database, each with as many people."""
    spawning = multiprocessing.get_context("spawn")
    for number in (1, 2, 3):
        async with postgres.database() as url:
            told: multiprocessing.Queue[int] = spawning.Queue()
            begun = [spawning.Process(target=_process, args=(url, PEOPLE, f"P{n}-", told)) for n in range(number)]
            for one in begun:
                one.start()
            counts = [await asyncio.to_thread(told.get) for _ in begun]
            for one in begun:
                one.join()
            rate = sum(counts) / SECONDS
            sys.stdout.write(f"PostgreSQL, processes: {number}, with {PEOPLE} people each  {rate:>8.0f} turns/s\n")


async def main() -> None:
    await postgres.durably()
    await beside_the_driver(1)
    await beside_the_driver(PEOPLE)
    await processes()


if __name__ == "__main__":
    asyncio.run(main())
