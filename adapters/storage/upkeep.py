"""What an operator does with a database file: bring it up to date, look it over, copy it while it is in use."""

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from adapters.storage.database import open_database, told
from adapters.storage.migrations import scripts
from conversations.catalogue import phrase
from conversations.ports import StorageError


async def upgrade(path: Path) -> tuple[int, int]:
    """Bring a database up to this version; return how many migrations it had seen, and has seen now.

    Raises:
        StorageError: it cannot be opened, or is no database of ours.

    """
    before = await asyncio.to_thread(_version, path)
    async with open_database(path):
        return before, len(scripts())


def _read_only(path: Path) -> str:
    return f"{path.absolute().as_uri()}?mode=ro"


def _version(path: Path) -> int:
    with told(path):
        if not path.exists():
            return 0
        with closing(sqlite3.connect(_read_only(path), uri=True)) as connection:
            (number,) = connection.execute("PRAGMA user_version").fetchone()
            return int(number)


def look_over(path: Path, *, quick: bool = False) -> None:
    """Read a whole database and find whether it is sound.

    Args:
        path: the file.
        quick: leave out whether the indexes agree with their tables, which takes most of the time.

    Raises:
        StorageError: it is damaged, or cannot be read.

    """
    with told(path), closing(sqlite3.connect(_read_only(path), uri=True)) as connection:
        (found,) = connection.execute(f"PRAGMA {'quick_check' if quick else 'integrity_check'}(1)").fetchone()
    if found != "ok":
        raise StorageError(phrase("storage.damaged", name=str(path)))


def back_up(path: Path, copy: Path) -> None:
    """Write a copy of a database, for this user alone, while it may be in use.

    Raises:
        StorageError: it cannot be read, or the copy not be written.
        FileExistsError: the copy is there already.
        FileNotFoundError: its folder is not there.

    """
    with told(path):
        connection = sqlite3.connect(_read_only(path), uri=True)
    with closing(connection):
        descriptor = os.open(copy, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with told(copy), _damage_told(path):
                connection.execute("VACUUM INTO ?", (str(copy),))
                os.fsync(descriptor)
        except BaseException:
            copy.unlink()
            raise
        finally:
            os.close(descriptor)


@contextmanager
def _damage_told(path: Path) -> Iterator[None]:
    """Tell damage of the database that is read; a disk that takes no more is an OperationalError, and the copy's."""
    try:
        yield
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        with told(path):
            raise
