"""A PostgreSQL database through asyncpg: a pool, migrations under a lock, and one line for whatever goes wrong.

A commit is a transaction of its own; several processes share one database. What a process has claimed is known by an
advisory lock that it holds on a connection of its own: when the process is gone, so is the lock.
"""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib.resources import files
from typing import Any, TypeAlias, TypeVar
from urllib.parse import urlsplit

import asyncpg  # type: ignore[import-untyped]

from conversations.catalogue import phrase
from conversations.ports import StorageError
from conversations.snapshot import SnapshotError

Result = TypeVar("Result")
Connection: TypeAlias = Any
"""Of asyncpg, which brings no types."""
Piece = Callable[[Connection], Awaitable[Result]]
"""Work in one transaction. It may be run twice, so it changes nothing but the database."""

CONNECTIONS = 8
_OURS = 0x7465616D
"""First half of every advisory lock of ours ("team"); the second is a process's number, or 0 for migrations."""
_TRIES = 5
_PASSING = (
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
)
"""What may be better a moment later; nothing was written."""


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
    except (OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError, *_PASSING) as error:
        raise StorageError(phrase("storage.unreachable", name=name)) from error
    except asyncpg.PostgresError as error:
        raise StorageError(phrase("storage.other", name=name)) from error
    except SnapshotError as error:
        raise StorageError(phrase("storage.damaged", name=name)) from error


def shown(url: str) -> str:
    """Return what to call a database in a sentence: no user, no password."""
    parts = urlsplit(url)
    return f"postgresql://{parts.hostname or 'localhost'}{parts.path}"


@asynccontextmanager
async def open_postgres_database(url: str) -> AsyncIterator["PostgresDatabase"]:
    """Open a pool of connections, and bring the tables up to this version.

    Raises:
        StorageError: it cannot be reached, or was written by a newer version.

    """
    name = shown(url)
    with told(name):
        pool = await asyncpg.create_pool(url, min_size=1, max_size=CONNECTIONS, command_timeout=30, timeout=10)
    try:
        with told(name):
            async with pool.acquire() as connection:
                await _migrate(connection, name)
            alive = await asyncpg.connect(url, timeout=10)
        try:
            number = secrets.randbelow(2**31 - 2) + 1
            with told(name):
                await alive.execute("SELECT pg_advisory_lock($1, $2)", _OURS, number)
            yield PostgresDatabase(name, pool, number)
        finally:
            await _closed(alive.close())
    finally:
        await _closed(pool.close())


async def _closed(closing: Awaitable[None]) -> None:
    try:
        await asyncio.wait_for(closing, 5)
    except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return


def scripts() -> tuple[str, ...]:
    """Return the migrations in their order."""
    found = (files("adapters.storage") / "schema_postgres").iterdir()
    return tuple(
        file.read_text(encoding="utf-8") for file in sorted(found, key=lambda f: f.name) if file.name.endswith(".sql")
    )


async def _migrate(connection: Connection, name: str) -> None:
    steps = scripts()
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1, 0)", _OURS)
        await connection.execute("CREATE TABLE IF NOT EXISTS teamcheck_schema (version BIGINT NOT NULL)")
        seen = await connection.fetchval("SELECT max(version) FROM teamcheck_schema") or 0
        if seen > len(steps):
            raise StorageError(phrase("storage.newer", name=name))
        for step in steps[seen:]:
            await connection.execute(step)
        if seen < len(steps):
            await connection.execute("DELETE FROM teamcheck_schema")
            await connection.execute("INSERT INTO teamcheck_schema VALUES ($1)", len(steps))


async def version_of(url: str) -> int:
    """Return how many migrations a database has seen.

    Raises:
        StorageError: it cannot be reached.

    """
    with told(shown(url)):
        connection = await asyncpg.connect(url, timeout=10)
        try:
            there = await connection.fetchval("SELECT to_regclass('teamcheck_schema') IS NOT NULL")
            return int(await connection.fetchval("SELECT max(version) FROM teamcheck_schema") or 0) if there else 0
        finally:
            await _closed(connection.close())


async def try_writing(url: str) -> None:
    """Find whether a database can be written to, and change nothing.

    Raises:
        StorageError: it cannot.

    """
    name = shown(url)
    with told(name):
        connection = await asyncpg.connect(url, timeout=10)
        try:
            if await connection.fetchval("SHOW transaction_read_only") == "on":
                raise StorageError(phrase("storage.read_only", name=name))
        finally:
            await _closed(connection.close())


ALIVE = f"""
    EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = {_OURS} AND objid = outbox.claimed_by::oid
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
"""
"""A row of the outbox is claimed by a process that lives."""


class PostgresDatabase:
    """Runs pieces of work, each in a transaction."""

    def __init__(self, name: str, pool: "asyncpg.Pool[asyncpg.Record]", process: int) -> None:
        self.name = name
        self.process = process
        """The number by which this process's claims are known."""
        self._pool = pool

    async def run(self, piece: Piece[Result]) -> Result:
        """Run a piece of work in a transaction; again where PostgreSQL asks for that.

        Raises:
            StorageError: nothing of it was written, or nobody can say whether it was: the connection was lost.

        """
        with told(self.name):
            for left in range(_TRIES, 0, -1):
                try:
                    async with self._pool.acquire() as connection, connection.transaction():
                        return await piece(connection)
                except Refused as refused:
                    return refused.result  # type: ignore[return-value]  # as whoever raised it says
                except _PASSING[:2]:
                    if left == 1:
                        raise
                    await asyncio.sleep(0.01)
        raise AssertionError("not reached")

    async def fetch(self, sql: str, *values: object) -> list[asyncpg.Record]:
        """Read rows.

        Raises:
            StorageError: it cannot be read.

        """
        with told(self.name):
            rows: list[asyncpg.Record] = await self._pool.fetch(numbered(sql), *values)
            return rows

    async def execute(self, sql: str, *values: object) -> int:
        """Run one statement by itself; return how many rows it touched.

        Raises:
            StorageError: it was not run.

        """
        with told(self.name):
            return touched(await self._pool.execute(numbered(sql), *values))


def touched(status: str) -> int:
    """Return how many rows a statement touched, by what PostgreSQL answers."""
    last = status.rpartition(" ")[2]
    return int(last) if last.isdecimal() else 0
