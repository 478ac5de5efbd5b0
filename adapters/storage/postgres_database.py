"""A PostgreSQL database through asyncpg: a pool, migrations under a lock, and one line for whatever goes wrong.

A commit is a transaction of its own; several processes share one database.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from importlib.resources import files
from typing import TypeVar
from urllib.parse import urlsplit

import asyncpg  # type: ignore[import-untyped]

from adapters.storage.postgres_lifeline import CHANNEL, GONE, OURS, Connection, Lifeline, closed
from conversations.catalogue import phrase
from conversations.ports import StorageError
from conversations.snapshot import SnapshotError

Result = TypeVar("Result")
Piece = Callable[[Connection], Awaitable[Result]]
"""Work in one transaction. It may be run twice, so it changes nothing but the database."""

CONNECTIONS = 8
_SETTINGS = {
    # Every statement looks rows up by an index: planning it again would cost more than running it.
    "plan_cache_mode": "force_generic_plan",
    # A process that hangs must not hold others up for longer.
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "20s",
}
_TRIES = 5
_AT_ONCE = (
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.InternalClientError,  # the server has hung up, and asyncpg is about to notice
)
"""What is tried again: nothing was written."""
_LATER = (asyncpg.CannotConnectNowError, asyncpg.AdminShutdownError, asyncpg.CrashShutdownError)
"""What a server says that stops, or starts."""


class Refused(Exception):  # noqa: N818  no error: a way to leave
    """A piece of work leaves without writing: what it did is rolled back, and `result` is its result."""

    def __init__(self, result: object) -> None:
        super().__init__(result)
        self.result = result


def numbered(sql: str) -> str:
    """Write each ? as PostgreSQL's $1, $2 ..."""
    count = iter(range(1, sql.count("?") + 1))
    return re.sub(r"\?", lambda _: f"${next(count)}", sql)


@contextmanager
def told(name: str) -> Iterator[None]:
    """Turn what the database says into one line.

    Raises:
        StorageError: instead of an error of PostgreSQL or of the network, or a SnapshotError.

    """
    try:
        yield
    except (asyncpg.DiskFullError, asyncpg.OutOfMemoryError) as error:
        raise StorageError(phrase("storage.full", name=name)) from error
    except (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError) as error:
        raise StorageError(phrase("storage.not_let_in", name=name)) from error
    except (OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError, *_AT_ONCE, *_LATER) as error:
        raise StorageError(phrase("storage.unreachable", name=name), passing=True) from error
    except asyncpg.PostgresError as error:
        raise StorageError(phrase("storage.other", name=name)) from error
    except SnapshotError as error:
        raise StorageError(phrase("storage.damaged", name=name)) from error


@contextmanager
def _address_told(name: str) -> Iterator[None]:
    """Turn what is said while connecting into one line: also where asyncpg can make nothing of the address.

    Raises:
        StorageError: as `told` does.

    """
    with told(name):
        try:
            yield
        except (ValueError, OverflowError) as error:
            raise StorageError(phrase("storage.odd_address", name=name)) from error


def shown(url: str) -> str:
    """Return what to call a database in a sentence: no user, no password."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "postgresql://"
    if "@" in f"{parts.path}{parts.query}{parts.fragment}":
        # A / # or ? that stands in the password as it is ended the host too early: what comes then may be secret.
        return "postgresql://"
    return f"postgresql://{parts.hostname or 'localhost'}{parts.path}"


@asynccontextmanager
async def open_postgres_database(
    url: str, step_aside: Callable[[], None] = lambda: None
) -> AsyncIterator["PostgresDatabase"]:
    """Open a pool of connections, and bring the tables up to this version.

    Args:
        url: `postgresql://...`.
        step_aside: called when a newer version has changed the tables: this process is to end soon.

    Raises:
        StorageError: it cannot be reached, or was written by a newer version; perhaps in the meantime.

    """
    name = shown(url)
    with _address_told(name):
        pool = await asyncpg.create_pool(
            url,
            min_size=0,
            max_size=CONNECTIONS,
            command_timeout=30,
            timeout=10,
            reset=_nothing_to_reset,
            server_settings=_SETTINGS,
        )
    lifeline = Lifeline(url, len(scripts()), step_aside)
    try:
        with _address_told(name):
            async with pool.acquire() as connection:
                await _migrate(connection, name)
            await lifeline.hold()
        yield PostgresDatabase(name, pool, lifeline)
        await lifeline.let_go()
        with suppress(*GONE):
            async with pool.acquire() as connection:
                # Whatever is left over is for others, at once.
                await connection.execute("SELECT pg_notify($1, '')", CHANNEL)
                await _refuse_newer(connection, name)
    finally:
        await lifeline.let_go()
        await closed(pool.close())


async def _nothing_to_reset(_connection: Connection) -> None:
    """Save the round trip at each return to the pool: no piece of work leaves anything behind in its connection."""


def scripts() -> tuple[str, ...]:
    """Return the migrations in their order."""
    found = (files("adapters.storage") / "schema_postgres").iterdir()
    return tuple(
        file.read_text(encoding="utf-8") for file in sorted(found, key=lambda f: f.name) if file.name.endswith(".sql")
    )


async def _migrate(connection: Connection, name: str) -> None:
    steps = scripts()
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1, 0)", OURS)
        await connection.execute("CREATE TABLE IF NOT EXISTS teamcheck_schema (version BIGINT NOT NULL)")
        seen = await _refuse_newer(connection, name)
        for step in steps[seen:]:
            await connection.execute(step)
        if seen < len(steps):
            await connection.execute("DELETE FROM teamcheck_schema")
            await connection.execute("INSERT INTO teamcheck_schema VALUES ($1)", len(steps))
            await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, str(len(steps)))


async def _refuse_newer(connection: Connection, name: str) -> int:
    seen = int(await connection.fetchval("SELECT max(version) FROM teamcheck_schema") or 0)
    if seen > len(scripts()):
        raise StorageError(phrase("storage.newer", name=name))
    return seen


async def version_of(url: str) -> int:
    """Return how many migrations a database has seen.

    Raises:
        StorageError: it cannot be reached.

    """
    with _address_told(shown(url)):
        connection = await asyncpg.connect(url, timeout=10)
        try:
            there = await connection.fetchval("SELECT to_regclass('teamcheck_schema') IS NOT NULL")
            return int(await connection.fetchval("SELECT max(version) FROM teamcheck_schema") or 0) if there else 0
        finally:
            await closed(connection.close())


async def try_writing(url: str) -> None:
    """Find whether a database can be written to, and change nothing.

    Raises:
        StorageError: it cannot.

    """
    name = shown(url)
    with _address_told(name):
        connection = await asyncpg.connect(url, timeout=10)
        try:
            if await connection.fetchval("SHOW transaction_read_only") == "on":
                raise StorageError(phrase("storage.read_only", name=name))
        finally:
            await closed(connection.close())


class PostgresDatabase:
    """Runs pieces of work, each in a transaction."""

    def __init__(self, name: str, pool: "asyncpg.Pool[asyncpg.Record]", lifeline: Lifeline) -> None:
        self.name = name
        self._pool = pool
        self._lifeline = lifeline

    async def process(self) -> int:
        """Return the number by which this process's claims are known, and see that they are.

        Raises:
            StorageError: the database cannot be reached.

        """
        with told(self.name):
            await self._lifeline.hold()
            return self._lifeline.number

    async def others(self) -> int:
        """Return how many other processes have the database open."""
        sql = """
            SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = ? AND objid NOT IN (0, ?::oid)
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        """
        return int((await self.fetch(sql, OURS, await self.process()))[0][0])

    async def rung(self, seconds: float) -> None:
        """Wait until another process puts something into the outbox, or so long."""
        await self._lifeline.rung(seconds)

    async def run(self, piece: Piece[Result]) -> Result:
        """Run a piece of work in a transaction; again where PostgreSQL asks for that.

        Raises:
            StorageError: nothing of it was written, or nobody can say whether it was: the connection was lost.

        """

        async def whole(connection: Connection) -> Result:
            async with connection.transaction():
                return await piece(connection)

        return await self.run_one(whole)

    async def run_one(self, statement: Piece[Result]) -> Result:
        """Run a piece of work that is one statement, and so needs no transaction around it; as above."""
        with told(self.name):
            for left in range(_TRIES, 0, -1):
                try:
                    async with self._pool.acquire() as connection:
                        return await statement(connection)
                except Refused as refused:
                    return refused.result  # type: ignore[return-value]  # as whoever raised it says
                except _AT_ONCE:
                    if left == 1:
                        raise
                    await asyncio.sleep(0.01)
        raise AssertionError("not reached")

    async def fetch(self, sql: str, *values: object) -> list[asyncpg.Record]:
        """Read rows.

        Raises:
            StorageError: it cannot be read.

        """

        async def read(connection: Connection) -> list[asyncpg.Record]:
            rows: list[asyncpg.Record] = await connection.fetch(numbered(sql), *values)
            return rows

        return await self.run_one(read)

    async def execute(self, sql: str, *values: object) -> int:
        """Run one statement by itself; return how many rows it touched.

        Raises:
            StorageError: it was not run.

        """

        async def write(connection: Connection) -> int:
            return touched(await connection.execute(numbered(sql), *values))

        return await self.run_one(write)


def touched(status: str) -> int:
    """Return how many rows a statement touched, by what PostgreSQL answers."""
    last = status.rpartition(" ")[2]
    return int(last) if last.isdecimal() else 0
