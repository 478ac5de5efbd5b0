"""What an operator does with a database file: bring it up to date, look it over, copy it while it is in use."""

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from adapters.storage.database import BUSY_SECONDS, alone, open_database, told
from adapters.storage.migrations import APPLICATION_ID, scripts
from conversations.catalogue import phrase
from conversations.ports import StorageError


async def upgrade(path: Path) -> tuple[int, int, Path | None]:
    """Bring a database up to this version, after a copy was made of one that is older.

    Returns how many migrations it had seen, how many it has seen now, and where the copy is.

    Raises:
        StorageError: it cannot be opened or copied, is no database of ours, or a bot runs on it.

    """
    before, copy = await asyncio.to_thread(version_of, path), None
    if 0 < before < len(scripts()):
        copy = _free(path, f"version-{before}")
        with alone(path):
            await asyncio.to_thread(back_up, path, copy)
            async with open_database(path):
                return before, len(scripts()), copy
    async with open_database(path):
        return before, len(scripts()), copy


def _free(path: Path, word: str) -> Path:
    """Return a name beside a database that nothing has yet."""
    name, number = path.with_name(f"{path.name}.{word}"), 1
    while name.exists():
        number += 1
        name = path.with_name(f"{path.name}.{word}.{number}")
    return name


def restore(path: Path, copy: Path, now: datetime) -> Path | None:
    """Put a copy in the place of a database; return where what it replaces is kept, where there was something.

    Raises:
        StorageError: the copy is none of ours or damaged, a bot or another program is at work, or the disk fails.

    """
    with alone(path):
        _look_at_copy(copy)
        new = _free(path, "restored")
        try:
            with told(new):
                descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(descriptor, "wb") as writing, copy.open("rb") as reading:
                    shutil.copyfileobj(reading, writing)
                    writing.flush()
                    os.fsync(descriptor)
            _look_at_copy(new)  # what was written, and not what was read
            aside = _move_aside(path, _free(path, f"replaced-{now:%Y%m%dT%H%M%SZ}")) if path.stat().st_size else None
            with told(path):
                new.replace(path)
                folder = os.open(path.parent, os.O_RDONLY)
                try:
                    os.fsync(folder)
                finally:
                    os.close(folder)
        except BaseException:
            new.unlink(missing_ok=True)
            raise
    return aside


def _look_at_copy(copy: Path) -> None:
    with told(copy):
        if Path(f"{copy}-wal").exists():
            # Not made by `backup`: the newest of it is in another file, and would be lost.
            raise StorageError(phrase("storage.no_backup", name=str(copy)))
        # Read as it is: a file beside it is neither needed nor made.
        uri = f"{copy.absolute().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            ours = connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if not ours:
        raise StorageError(phrase("storage.no_backup", name=str(copy)))
    if version > len(scripts()):
        raise StorageError(phrase("storage.newer", name=str(copy)))
    if found != "ok":
        raise StorageError(phrase("storage.damaged", name=str(copy)))


def _move_aside(path: Path, aside: Path) -> Path:
    """Give a database another name, with all that is in its write-ahead log; whoever has it open keeps it in place."""
    with told(path), closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA journal_mode = DELETE")  # empties the log; refused while another has it open
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise StorageError(phrase("storage.in_use", name=str(path))) from error
        except sqlite3.DatabaseError:
            # Damaged, or no database: as it is, with its log, for whoever can mend it.
            for end in ("-wal", "-shm"):
                with suppress(FileNotFoundError):
                    path.with_name(path.name + end).rename(f"{aside}{end}")
        path.rename(aside)
    return aside


def _read_only(path: Path) -> str:
    return f"{path.absolute().as_uri()}?mode=ro"


def version_of(path: Path) -> int:
    """Return how many migrations a database has seen; 0 where there is none.

    Raises:
        StorageError: it cannot be read.

    """
    with told(path):
        if not path.exists():
            return 0
        with closing(sqlite3.connect(_read_only(path), uri=True)) as connection:
            (number,) = connection.execute("PRAGMA user_version").fetchone()
            return int(number)


def _refuse_foreign(connection: sqlite3.Connection, path: Path) -> None:
    (mark,) = connection.execute("PRAGMA application_id").fetchone()
    (filled,) = connection.execute("PRAGMA schema_version").fetchone()
    if mark != APPLICATION_ID:
        raise StorageError(phrase("storage.foreign" if mark or filled else "storage.empty", name=str(path)))


def look_at_source(path: Path) -> None:
    """See that a file is a database of ours before anything is made beside it.

    Raises:
        StorageError: it is not there, is none of ours, or cannot be read.

    """
    if not version_of(path):
        raise StorageError(phrase("database.no_source", name=str(path)))
    with told(path), closing(sqlite3.connect(_read_only(path), uri=True)) as connection:
        _refuse_foreign(connection, path)


def try_writing(path: Path) -> None:
    """Find whether a database can be written to, and change nothing.

    Raises:
        StorageError: it cannot, or is none of ours.

    """
    with told(path), closing(sqlite3.connect(_read_only(path), uri=True)) as connection:
        _refuse_foreign(connection, path)
    with told(path), closing(sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")


def look_over(path: Path, *, quick: bool = False) -> None:
    """Read a whole database and find whether it is sound.

    Args:
        path: the file.
        quick: leave out whether the indexes agree with their tables, which takes most of the time.

    Raises:
        StorageError: it is damaged, none of ours, or cannot be read.

    """
    with told(path), closing(sqlite3.connect(_read_only(path), uri=True)) as connection:
        _refuse_foreign(connection, path)
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
        try:
            descriptor = os.open(copy, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        except (FileExistsError, FileNotFoundError):
            raise
        except OSError as error:
            told_why = phrase("storage.copy_not_made", name=str(copy), why=error.strerror or "")
            raise StorageError(told_why) from error
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
