"""Secrets under names, in PostgreSQL."""

from collections.abc import Collection
from datetime import datetime

from adapters.storage.postgres_database import PostgresDatabase, numbered
from adapters.storage.postgres_lifeline import Connection
from adapters.storage.sealing import Sealer
from adapters.storage.sqlite_outbox import milliseconds
from adapters.storage.vaults import MARKS

_PUT = """
    INSERT INTO secrets VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET body = excluded.body, until = excluded.until
"""
_GET = "SELECT body FROM secrets WHERE name = ?"


class PostgresVault:
    """A Vault that several processes share."""

    def __init__(self, database: PostgresDatabase, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    async def put(self, name: str, secret: str, until: datetime | None = None) -> None:
        """Keep a secret."""
        await self._database.execute(_PUT, name, self._sealer.seal(secret), milliseconds(until) if until else None)

    async def get(self, name: str) -> str | None:
        """Return a secret."""
        rows = await self._database.fetch(_GET, name)
        return self._sealer.unseal(rows[0][0]) if rows and rows[0][0] else None

    async def take(self, name: str, now: datetime) -> str | None:
        """Return a secret and let it go."""
        rows = await self._database.fetch("DELETE FROM secrets WHERE name = ? RETURNING body, until", name)
        body, until = rows[0] if rows else (None, None)
        if body is None or (until is not None and until <= milliseconds(now)):
            return None
        return self._sealer.unseal(body)

    async def drop(self, name: str) -> None:
        """Let a secret go."""
        await self._database.execute("DELETE FROM secrets WHERE name = ?", name)

    async def names(self, start: str) -> Collection[str]:
        """Return the names that start so."""
        sql = "SELECT name FROM secrets WHERE starts_with(name, ?) AND body IS NOT NULL"
        return [row[0] for row in await self._database.fetch(sql, start)]

    async def hold(self, name: str, now: datetime, until: datetime) -> bool:
        """Hold a name."""
        sql = """
            INSERT INTO secrets VALUES (?, NULL, ?)
            ON CONFLICT (name) DO UPDATE SET until = excluded.until WHERE secrets.until <= ?
        """
        return bool(await self._database.execute(sql, name, milliseconds(until), milliseconds(now)))


async def marks_kept(database: PostgresDatabase) -> bytes | None:
    """Return the sealed key of marks, where it outlived its secret."""
    rows = await database.fetch(_GET, MARKS)
    return rows[0][0] if rows else None


async def rekey(database: PostgresDatabase, old: Sealer, new: Sealer) -> tuple[int, int]:
    """Seal everything with another secret; return how many were sealed anew, and how many could not be opened."""
    old.go_on_marking(await marks_kept(database))

    async def write(connection: Connection) -> tuple[int, int]:
        done = lost = 0
        for table, column, key in (("secrets", "body", "name"), ("outbox", "token", "id")):
            rows = await connection.fetch(f"SELECT {key}, {column} FROM {table} WHERE {column} IS NOT NULL")
            for number, sealed in map(tuple, rows):
                opened = old.unseal(sealed)
                body = None if opened is None else new.seal(opened)
                await connection.execute(f"UPDATE {table} SET {column} = $1 WHERE {key} = $2", body, number)
                done, lost = done + (body is not None), lost + (body is None)
        await connection.execute(numbered(_PUT), MARKS, new.keep_marks(old), None)
        return done, lost

    return await database.run(write)
