"""A process's own connection to PostgreSQL: as long as it stands, what the process has claimed is its own.

It holds an advisory lock under the process's number, so that a process that dies lets go of everything by dying. And
it listens: for others that put something into the outbox, and for a version that changes the tables.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg  # type: ignore[import-untyped]

Connection = Any
"""Of asyncpg, which brings no types."""

OURS = 0x7465616D
"""First half of every advisory lock of ours ("team"); the second is a process's number, or 0 for migrations."""
CHANNEL = "teamcheck"
"""Where a number tells that the tables were brought to that version, and nothing that there is something to send."""
CLOSE_SECONDS = 5
GONE = (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What asyncpg raises where the server is not to be had."""


def alive(process: str) -> str:
    """Return a condition: a process lives, whose number is in a column or a parameter."""
    return f"""
        EXISTS (SELECT 1 FROM pg_locks
                WHERE locktype = 'advisory' AND classid = {OURS} AND objid = ({process})::oid
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
    """


class Lifeline:
    """The connection, made anew where it was lost."""

    def __init__(self, url: str, version: int, newer: Callable[[], None]) -> None:
        """Begin without a connection.

        Args:
            url: `postgresql://...`.
            version: of the tables, as this process knows them.
            newer: called when they were changed beyond that.

        """
        self._url = url
        self._version = version
        self._newer = newer
        self._connection: Connection | None = None
        self._connecting = asyncio.Lock()
        self._rung = asyncio.Event()
        self.number = _any_number()
        """By which the process's claims are known."""

    async def hold(self) -> None:
        """Have the connection; raises what asyncpg raises where it cannot be had."""
        if self._connection is not None and not self._connection.is_closed():
            return
        async with self._connecting:
            if self._connection is not None and not self._connection.is_closed():
                return
            lost = self._connection is not None
            connection = await asyncpg.connect(self._url, timeout=10, command_timeout=10)
            try:
                # The server may still hold the lock for the connection that was lost: then under another number.
                while not await connection.fetchval("SELECT pg_try_advisory_lock($1, $2)", OURS, self.number):
                    self.number = _any_number()
                await connection.add_listener(CHANNEL, self._heard)
            except BaseException:
                await closed(connection.close())
                raise
            self._connection = connection
            if lost:  # and so deaf for a while
                found = await connection.fetchval("SELECT max(version) FROM teamcheck_schema")
                self._heard(connection, 0, CHANNEL, str(found))

    def _heard(self, _connection: object, _pid: int, _channel: str, payload: str) -> None:
        if payload and int(payload) > self._version:
            self._newer()
        self._rung.set()

    async def rung(self, seconds: float) -> None:
        """Wait until somebody puts something in, or so long."""
        try:
            await asyncio.wait_for(self._rung.wait(), seconds)
        except TimeoutError:
            return
        self._rung.clear()

    async def let_go(self) -> None:
        """Close the connection: what the process had claimed and not sent may be taken over."""
        if self._connection is not None:
            await closed(self._connection.close())


def _any_number() -> int:
    return secrets.randbelow(2**31 - 2) + 1


async def closed(closing: Awaitable[None]) -> None:
    """Close something of asyncpg's, whatever comes of it."""
    try:
        await asyncio.wait_for(closing, CLOSE_SECONDS)
    except GONE:
        return
