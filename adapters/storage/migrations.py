"""Numbered SQL files are the migrations; the file's `user_version` says how many of them it has seen."""

import sqlite3
from importlib.resources import files

import aiosqlite

from conversations.catalogue import phrase
from conversations.ports import StorageError

APPLICATION_ID = 0x7465616D
"""Marks a database file as ours ("team"), so that another program's file is never written to."""


def scripts() -> tuple[str, ...]:
    """Return the migrations in their order."""
    found = (files("adapters.storage") / "schema").iterdir()
    return tuple(
        file.read_text(encoding="utf-8") for file in sorted(found, key=lambda f: f.name) if file.name.endswith(".sql")
    )


async def refuse_others(connection: aiosqlite.Connection, name: str) -> None:
    """Leave a file alone that is not for this version, before anything is written to it.

    Raises:
        StorageError: the file is another program's, or was written by a newer version.

    """
    # In this order: a process that makes the file commits its tables and its mark together.
    filled = await _number(connection, "schema_version")
    marked = await _number(connection, "application_id")
    if marked != APPLICATION_ID and (filled or marked):
        raise StorageError(phrase("storage.foreign", name=name))
    if await _number(connection, "user_version") > len(scripts()):
        raise StorageError(phrase("storage.newer", name=name))


async def migrate(connection: aiosqlite.Connection, name: str) -> None:
    """Bring a database up to this version, all or nothing.

    Args:
        connection: an open connection in autocommit mode.
        name: what to call the file in an error.

    Raises:
        StorageError: the file is another program's, or was written by a newer version.

    """
    steps = scripts()
    if await _number(connection, "user_version") == len(steps) and await _is_ours(connection):
        return
    await connection.execute("BEGIN IMMEDIATE")
    try:
        await _upgrade(connection, steps, name)
    except BaseException:
        await connection.execute("ROLLBACK")
        raise
    await connection.execute("COMMIT")


async def _upgrade(connection: aiosqlite.Connection, steps: tuple[str, ...], name: str) -> None:
    # Read again under the lock: another process may have been faster.
    await refuse_others(connection, name)
    for step in steps[await _number(connection, "user_version") :]:
        for statement in _statements(step):
            await connection.execute(statement)
    await connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    await connection.execute(f"PRAGMA user_version = {len(steps)}")


async def _is_ours(connection: aiosqlite.Connection) -> bool:
    return await _number(connection, "application_id") == APPLICATION_ID


async def _number(connection: aiosqlite.Connection, pragma: str) -> int:
    async with connection.execute(f"PRAGMA {pragma}") as cursor:
        row = await cursor.fetchone()
    return int(row[0]) if row else 0


def _statements(script: str) -> list[str]:
    statements, current = [], ""
    for line in script.splitlines(keepends=True):
        current += line
        if sqlite3.complete_statement(current):
            statements.append(current)
            current = ""
    return statements
