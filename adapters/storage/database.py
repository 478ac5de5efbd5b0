"""One SQLite file in WAL mode, through aiosqlite: a writer that commits together what waits for it, and a reader.

`synchronous=FULL`: a commit is on the disk before its reply is shown, so that a power cut costs nothing that a
person has seen acknowledged.
"""

import asyncio
import errno
import fcntl
import os
import sqlite3
import stat
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast

import aiosqlite

from adapters.storage.lanes import Lane
from adapters.storage.migrations import migrate, refuse_others
from conversations.catalogue import phrase
from conversations.ports import StorageError
from conversations.snapshot import SnapshotError

BUSY_SECONDS = 2
"""How long to wait for another process that is writing."""
_TRIES_A_SECOND = 20

_PRAGMAS = (f"busy_timeout = {BUSY_SECONDS * 1000}", "synchronous = FULL", "secure_delete = ON", "foreign_keys = ON")
_PROBLEMS = {
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_IOERR: "io",
    sqlite3.SQLITE_NOTADB: "not_a_database",
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_CANTOPEN: "cannot_open",
    sqlite3.SQLITE_READONLY: "read_only",
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
}

Result = TypeVar("Result")
Piece = Callable[[sqlite3.Connection], Result]
"""A piece of work on the database's thread. It may be run twice, so it changes nothing but the database."""


class Refused(Exception):  # noqa: N818  no error: a way to leave
    """A piece of work leaves without writing: what it did is rolled back, and `result` is its result."""

    def __init__(self, result: object) -> None:
        super().__init__(result)
        self.result = result


@asynccontextmanager
async def open_database(path: Path) -> AsyncIterator["Database"]:
    """Open the file, creating it (and its folder) for this user alone where it is not there.

    Raises:
        StorageError: it cannot be opened, is no database of ours, or was written by a newer version.

    """
    async with AsyncExitStack() as stack:
        with told(path):
            _create_privately(path)
            writer = await aiosqlite.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
            stack.push_async_callback(writer.close)
            await refuse_others(writer, str(path))
            await _switch_to_wal(writer)
            for pragma in _PRAGMAS:
                await writer.execute(f"PRAGMA {pragma}")
            await migrate(writer, str(path))
            reader = await aiosqlite.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
            stack.push_async_callback(reader.close)
            await reader.execute("PRAGMA query_only = ON")
        database = Database(path, writer, reader)
        stack.push_async_callback(database.drained)
        yield database


async def _switch_to_wal(connection: aiosqlite.Connection) -> None:
    """Set the journal mode, waiting for a writer: SQLite itself does not wait at this statement."""
    for waiting in range(BUSY_SECONDS * _TRIES_A_SECOND, -1, -1):
        try:
            await connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or not waiting:
                raise
            await asyncio.sleep(1 / _TRIES_A_SECOND)
        else:
            return


def _create_privately(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a file")
    finally:
        os.close(descriptor)


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn what the database or the system says into one line for the person.

    Raises:
        StorageError: instead of an sqlite3.Error, an OSError or a SnapshotError.

    """
    try:
        yield
    except sqlite3.Error as error:
        # An error without a code is aiosqlite's own: the connection is gone.
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_IOERR) & 0xFF
        raise StorageError(phrase(f"storage.{_PROBLEMS.get(code, 'other')}", name=str(path))) from error
    except OSError as error:
        raise StorageError(phrase("storage.cannot_open", name=str(path))) from error
    except SnapshotError as error:
        raise StorageError(phrase("storage.damaged", name=str(path))) from error


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the file's lock of the one bot that runs on it; a terminal may work beside it.

    Raises:
        StorageError: another bot runs on this file.

    """
    with told(path):
        _create_privately(path)
        descriptor = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StorageError(phrase("storage.second_bot", name=str(path))) from error
        yield
    finally:
        os.close(descriptor)


class Database:
    """Runs pieces of work on the file. All that wait at the same time go in one hop to its thread."""

    def __init__(self, path: Path, writer: aiosqlite.Connection, reader: aiosqlite.Connection) -> None:
        self.path = path
        self._writer = writer
        self._writing: Lane[Piece[Any]] = Lane(partial(_hop, writer, _commit_together, writer))
        self._reading: Lane[Piece[Any]] = Lane(partial(_hop, reader, _read_together, reader))

    async def write(self, piece: Piece[Result]) -> Result:
        """Run a piece of work in a transaction, together with others that wait; it succeeds or fails by itself.

        Raises:
            StorageError: nothing of it was written.

        """
        with told(self.path):
            return cast("Result", await self._writing.run(piece))

    async def read(self, piece: Piece[Result]) -> Result:
        """Run a piece of work that only reads, on one state of the database.

        Raises:
            StorageError: it cannot be read.

        """
        with told(self.path):
            return cast("Result", await self._reading.run(piece))

    async def cut_log(self) -> None:
        """Empty the write-ahead log: what secure_delete has overwritten in the file is still in its pages.

        It waits for readers without holding the writer up.

        Raises:
            StorageError: somebody went on reading.

        """
        for _ in range(BUSY_SECONDS * _TRIES_A_SECOND):
            with told(self.path):
                if await _hop(self._writer, _cut, self._writer):
                    return
            await asyncio.sleep(1 / _TRIES_A_SECOND)
        raise StorageError(phrase("storage.busy", name=str(self.path)))

    async def drained(self) -> None:
        """Wait for the work that was handed in."""
        await self._writing.idle()
        await self._reading.idle()


def _cut(connection: aiosqlite.Connection) -> bool:
    raw = _raw(connection)
    raw.execute("PRAGMA busy_timeout = 0")
    try:
        ((busy, *_),) = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return not busy
    finally:
        raw.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")


async def _hop(connection: aiosqlite.Connection, work: Callable[..., Result], *args: object) -> Result:
    """Run a function on the connection's thread.

    Several statements in one hop are only to be had through private names of aiosqlite, whose version is pinned for
    it; an awaited call a statement would cost a hop of some 80 microseconds each.
    """
    return cast("Result", await connection._execute(work, *args))  # type: ignore[no-untyped-call]  # noqa: SLF001


def _raw(connection: aiosqlite.Connection) -> sqlite3.Connection:
    return connection._conn  # noqa: SLF001  as above


def _commit_together(connection: aiosqlite.Connection, pieces: list[Piece[Any]]) -> list[object]:
    """Run pieces in one transaction. Where one of several leaves or fails, all are run again, each by itself."""
    raw = _raw(connection)
    raw.execute("BEGIN IMMEDIATE")
    try:
        try:
            results = [piece(raw) for piece in pieces]
        except sqlite3.OperationalError:
            raise  # a full or a broken disk: nothing of this transaction can be saved
        except Exception as error:  # noqa: BLE001  whatever it is, it is its own caller's
            raw.execute("ROLLBACK")
            if len(pieces) == 1:
                return [_left(error)]
            raw.execute("BEGIN IMMEDIATE")
            results = [_by_itself(raw, piece) for piece in pieces]
        raw.execute("COMMIT")
    finally:
        if raw.in_transaction:
            raw.execute("ROLLBACK")
    return results


def _by_itself(raw: sqlite3.Connection, piece: Piece[Any]) -> object:
    raw.execute("SAVEPOINT piece")
    try:
        result: object = piece(raw)
    except sqlite3.OperationalError:
        raise
    except Exception as error:  # noqa: BLE001  as above
        raw.execute("ROLLBACK TO piece")
        result = _left(error)
    raw.execute("RELEASE piece")
    return result


def _left(error: Exception) -> object:
    return error.result if isinstance(error, Refused) else error


def _read_together(connection: aiosqlite.Connection, pieces: list[Piece[Any]]) -> list[object]:
    raw = _raw(connection)
    results: list[object] = []
    raw.execute("BEGIN")
    try:
        for piece in pieces:
            try:
                results.append(piece(raw))
            except Exception as error:  # noqa: BLE001  as above
                results.append(error)
        raw.execute("COMMIT")
    finally:
        if raw.in_transaction:
            raw.execute("ROLLBACK")
    return results
