"""A community moves from SQLite to PostgreSQL: every row of every table, in one transaction."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from adapters.storage.database import open_database, told
from adapters.storage.postgres_database import open_postgres_database
from adapters.storage.postgres_lifeline import Connection
from conversations.catalogue import phrase
from conversations.ports import StorageError
from conversations.snapshot import SnapshotError, load_check, load_message

_AT_ONCE = 1_000
TABLES = (
    "people",
    "checks",
    "packs",
    "seen_events",
    "outbox",
    "sent_messages",
    "tombstones",
    "workspaces",
    "kept",
    "reviews",
    "secrets",
)
_TRUTHS = {"outbox": ("farewell", "told"), "tombstones": ("left_alone",)}
"""What SQLite keeps as 0 and 1."""
_LEFT_OUT = {"seen_events": ("id",)}


async def copy(source: Path, target: str) -> dict[str, int]:
    """Copy everything; return how many rows of each table.

    Args:
        source: the SQLite file; no bot may be running on it.
        target: the address of a database of PostgreSQL in which nobody is.

    Raises:
        StorageError: one of them cannot be used, or the target holds somebody.

    """
    async with open_database(source):  # it is brought up to this version, or refused
        pass
    async with open_postgres_database(target) as database:

        async def write(connection: Connection) -> dict[str, int]:
            for table in ("people", "checks", "workspaces"):
                if await connection.fetchval(f"SELECT EXISTS (SELECT 1 FROM {table})"):
                    raise StorageError(phrase("storage.not_empty", name=database.name))
            return {table: await _copied(connection, source, table) for table in TABLES}

        return await database.run(write)


async def _copied(connection: Connection, source: Path, table: str) -> int:
    names, rows = await asyncio.to_thread(_rows, source, table)
    for start in range(0, len(rows), _AT_ONCE):
        await connection.copy_records_to_table(table, records=rows[start : start + _AT_ONCE], columns=names)
    if table == "outbox":
        # The ids go on behind those that were given away: they are idempotency keys.
        highest = await asyncio.to_thread(_highest, source)
        await connection.execute("SELECT setval(pg_get_serial_sequence('outbox', 'id'), $1, true)", max(highest, 1))
    return len(rows)


def _rows(source: Path, table: str) -> tuple[list[str], list[tuple[object, ...]]]:
    with told(source), closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        cursor = connection.execute(f"SELECT * FROM {table}")
        names = [column[0] for column in cursor.description]
        found = [dict(zip(names, row, strict=True)) for row in cursor]
    for row in found:
        for name in _TRUTHS.get(table, ()):
            row[name] = bool(row[name])
        for name in _LEFT_OUT.get(table, ()):
            del row[name]
        if table in ("checks", "outbox"):
            row["pack"] = _pack(table, str(row["body"]))
    kept = list(found[0]) if found else []
    return kept, [tuple(row.values()) for row in found]


def _pack(table: str, body: str) -> str | None:
    try:
        return load_check(body).pack if table == "checks" else load_message(body).pack
    except SnapshotError:
        return "" if table == "checks" else None


def _highest(source: Path) -> int:
    with told(source), closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").fetchone()
        return int(row[0]) if row else 0
