"""Secrets under names, in this process or in one SQLite file."""

import sqlite3
from collections.abc import Collection
from datetime import datetime

from adapters.storage.database import Database
from adapters.storage.sealing import Sealer
from adapters.storage.sqlite_outbox import milliseconds

MARKS = "marks"
"""Under which the key of marks is kept that outlived its secret; no name that a platform uses."""
_PUT = """
    INSERT INTO secrets VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET body = excluded.body, until = excluded.until
"""
_GET = "SELECT body FROM secrets WHERE name = ?"
_TAKE = "DELETE FROM secrets WHERE name = ? RETURNING body, until"
_DROP = "DELETE FROM secrets WHERE name = ?"
_NAMES = "SELECT name FROM secrets WHERE substr(name, 1, ?) = ? AND body IS NOT NULL"
_HOLD = """
    INSERT INTO secrets VALUES (?, NULL, ?)
    ON CONFLICT (name) DO UPDATE SET until = excluded.until WHERE secrets.until <= ?
"""
_TIDY = "DELETE FROM secrets WHERE until <= ?"


class InMemoryVault:
    """A Vault that ends with the process."""

    def __init__(self) -> None:
        self._secrets: dict[str, tuple[str | None, datetime | None]] = {}

    async def put(self, name: str, secret: str, until: datetime | None = None) -> None:
        """Keep a secret."""
        self._secrets[name] = (secret, until)

    async def get(self, name: str) -> str | None:
        """Return a secret."""
        return self._secrets.get(name, (None, None))[0]

    async def take(self, name: str, now: datetime) -> str | None:
        """Return a secret and let it go."""
        secret, until = self._secrets.pop(name, (None, None))
        return None if until is not None and until <= now else secret

    async def drop(self, name: str) -> None:
        """Let a secret go."""
        self._secrets.pop(name, None)

    async def names(self, start: str) -> Collection[str]:
        """Return the names that start so."""
        return [name for name, (secret, _) in self._secrets.items() if name.startswith(start) and secret is not None]

    async def hold(self, name: str, now: datetime, until: datetime) -> bool:
        """Hold a name."""
        _, held = self._secrets.get(name, (None, None))
        if held is not None and held > now:
            return False
        self._secrets[name] = (None, until)
        return True

    def tidy(self, now: datetime) -> None:
        """Let go of what has served its time."""
        self._secrets = {name: one for name, one in self._secrets.items() if one[1] is None or one[1] > now}


class SqliteVault:
    """A Vault."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    async def put(self, name: str, secret: str, until: datetime | None = None) -> None:
        """Keep a secret."""
        values = (name, self._sealer.seal(secret), milliseconds(until) if until else None)
        await self._database.write(lambda connection: connection.execute(_PUT, values).rowcount)

    async def get(self, name: str) -> str | None:
        """Return a secret."""
        row = await self._database.read(lambda connection: connection.execute(_GET, (name,)).fetchone())
        return self._sealer.unseal(row[0]) if row and row[0] else None

    async def take(self, name: str, now: datetime) -> str | None:
        """Return a secret and let it go."""
        rows = await self._database.write(lambda connection: connection.execute(_TAKE, (name,)).fetchall())
        body, until = rows[0] if rows else (None, None)
        if body is None or (until is not None and until <= milliseconds(now)):
            return None
        return self._sealer.unseal(body)

    async def drop(self, name: str) -> None:
        """Let a secret go."""
        await self._database.write(lambda connection: connection.execute(_DROP, (name,)).rowcount)

    async def names(self, start: str) -> Collection[str]:
        """Return the names that start so."""
        rows = await self._database.read(lambda connection: connection.execute(_NAMES, (len(start), start)).fetchall())
        return [name for (name,) in rows]

    async def hold(self, name: str, now: datetime, until: datetime) -> bool:
        """Hold a name."""
        values = (name, milliseconds(until), milliseconds(now))
        return bool(await self._database.write(lambda connection: connection.execute(_HOLD, values).rowcount))

    async def tidy(self, now: datetime) -> None:
        """Let go of what has served its time."""
        until = milliseconds(now)
        await self._database.write(lambda connection: connection.execute(_TIDY, (until,)).rowcount)


def marks_kept(connection: sqlite3.Connection) -> bytes | None:
    """Return the sealed key of marks, where it outlived its secret."""
    row = connection.execute(_GET, (MARKS,)).fetchone()
    return bytes(row[0]) if row else None


async def rekey(database: Database, old: Sealer, new: Sealer) -> tuple[int, int]:
    """Seal everything with another secret; return how many were sealed anew, and how many could not be opened."""

    def write(connection: sqlite3.Connection) -> tuple[int, int]:
        old.go_on_marking(marks_kept(connection))
        done = lost = 0
        for table, column, key in (("secrets", "body", "name"), ("outbox", "token", "id")):
            rows = connection.execute(f"SELECT {key}, {column} FROM {table} WHERE {column} IS NOT NULL").fetchall()  # noqa: S608  two names above
            for number, sealed in rows:
                opened = old.unseal(sealed)
                body = None if opened is None else new.seal(opened)
                connection.execute(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (body, number))  # noqa: S608  as above
                done, lost = done + (body is not None), lost + (body is None)
        connection.execute(_PUT, (MARKS, new.keep_marks(old), None))
        return done, lost

    return await database.write(write)
