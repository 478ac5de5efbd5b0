"""What an operator does with a database file: bring it up to date, look it over, copy it while it is in use."""

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import aiosqlite

from adapters.storage.database import open_database, told
from adapters.storage.migrations import scripts, version_of
from conversations.catalogue import phrase
from conversations.ports import StorageError


async def upgrade(path: Path) -> tuple[int, int]:
    """Bring a database up to this version; return the number of migrations it had seen, and has seen now.

    Raises:
        StorageError: it cannot be opened, or is no database of ours.

    """
    before = 0
    if path.exists():
        with told(path):
            async with aiosqlite.connect(f"file:{path}?mode=ro", uri=True) as connection:
                before = await version_of(connection)
    async with open_database(path):
        return before, len(scripts())


async def look_over(path: Path, *, quick: bool = False) -> None:
    """Read a whole database and find whether it is sound.

    Args:
        path: the file.
        quick: leave out whether the indexes agree with their tables, which takes most of the time.

    Raises:
        StorageError: it is damaged, or cannot be read.

    """

    def look() -> bool:
        with closing(sqlite3.connect(path)) as connection:
            (found,) = connection.execute(f"PRAGMA {'quick_check' if quick else 'integrity_check'}(1)").fetchone()
            return bool(found == "ok")

    with told(path):
        if not await asyncio.to_thread(look):
            raise StorageError(phrase("storage.damaged", name=str(path)))


async def back_up(path: Path, copy: Path) -> None:
    """Write a copy of a database, for this user alone, while it may be in use.

    Raises:
        StorageError: it cannot be read, or the copy not be written.
        FileExistsError: the copy is there already.

    """

    def write() -> None:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            connection.execute("VACUUM INTO ?", (str(copy),))
        descriptor = os.open(copy, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    with told(path):
        if not path.exists():
            raise StorageError(phrase("storage.cannot_open", name=str(path)))
    os.close(os.open(copy, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with told(copy):
            await asyncio.to_thread(write)
    except BaseException:
        copy.unlink(missing_ok=True)
        raise
