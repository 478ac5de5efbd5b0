"""Sessions in one SQLite file, through aiosqlite, in WAL mode.

`synchronous=FULL`: a commit is on the disk before its reply is shown, so that a power cut costs nothing that a
person has seen acknowledged.
"""

import asyncio
import errno
import os
import sqlite3
import stat
import zlib
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC
from pathlib import Path

import aiosqlite

from adapters.storage.migrations import migrate, refuse_others
from conversations.catalogue import phrase
from conversations.ports import Commit, StorageError
from conversations.session import Check, Person, Session, SessionKey
from conversations.snapshot import SnapshotError, dump_check, dump_person, load_check, load_person

BUSY_SECONDS = 10
"""How long to wait for another process that is writing."""
_TRIES_A_SECOND = 20

_PRAGMAS = ("synchronous = FULL", "secure_delete = ON", "foreign_keys = ON")

_SELECT_PERSON = "SELECT body FROM people WHERE platform = ? AND workspace = ? AND person = ?"
_INSERT_PERSON = "INSERT INTO people VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
_UPDATE_PERSON = """
    UPDATE people SET revision = ?, body = ? WHERE platform = ? AND workspace = ? AND person = ? AND revision = ?
"""
_DELETE_PERSON = "DELETE FROM people WHERE platform = ? AND workspace = ? AND person = ?"
_SELECT_CHECK = "SELECT body FROM checks WHERE platform = ? AND workspace = ? AND person = ? AND id = ?"
_SELECT_CHECKS = """
    SELECT body FROM checks WHERE platform = ? AND workspace = ? AND person = ? ORDER BY changed_at DESC, id
"""
_INSERT_CHECK = "INSERT INTO checks VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
_UPDATE_CHECK = """
    UPDATE checks SET revision = ?, changed_at = ?, body = ?
    WHERE platform = ? AND workspace = ? AND person = ? AND id = ? AND revision = ?
"""
_INSERT_PACK = "INSERT INTO packs VALUES (?, ?) ON CONFLICT DO NOTHING"
_SELECT_PACK = "SELECT body FROM packs WHERE name = ?"
# Of a damaged check nobody knows which pack it names: then none goes, and the erasing does not fail for it.
_DELETE_PACKS = """
    DELETE FROM packs WHERE name NOT IN (
        SELECT CASE WHEN json_valid(body) THEN json_extract(body, '$.record.pack') END FROM checks
    )
"""
_DELETE_CHECKS = "DELETE FROM checks WHERE platform = ? AND workspace = ? AND person = ?"
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


@asynccontextmanager
async def open_sqlite(path: Path) -> AsyncIterator["SqliteStore"]:
    """Open the file, creating it (and its folder) for this user alone where it is not there.

    Raises:
        StorageError: it cannot be opened, is no database of ours, or was written by a newer version.

    """
    with _told(path):
        _create_privately(path)
        connection = await aiosqlite.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        with _told(path):
            await refuse_others(connection, str(path))
            await _switch_to_wal(connection)
            for pragma in _PRAGMAS:
                await connection.execute(f"PRAGMA {pragma}")
            await migrate(connection, str(path))
        yield SqliteStore(connection, path)
    finally:
        await connection.close()


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
def _told(path: Path) -> Iterator[None]:
    """Turn what the database or the system says into one line for the person."""
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


class SqliteStore:
    """A SessionStore on one connection."""

    def __init__(self, connection: aiosqlite.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    async def load(self, key: SessionKey, check: str | None = None) -> Session:
        """Return the person and one of their checks."""
        with _told(self._path):
            body = await self._one(_SELECT_PERSON, _key(key))
            person = Person(key) if body is None else load_person(body)
            wanted = check or person.current_check
            body = await self._one(_SELECT_CHECK, (*_key(key), wanted))
            return Session(person, None if body is None else load_check(body))

    async def commit(self, before: Session, after: Session) -> Commit:
        """Write what changed, or nothing."""

        def write(connection: sqlite3.Connection) -> bool:
            return _write_person(connection, before.person, after.person) and _write_check(connection, before, after)

        return Commit.SAVED if await self._transaction(write) else Commit.STALE

    async def checks(self, key: SessionKey) -> Sequence[Check]:
        """Return a person's checks, the one changed last first."""
        with _told(self._path):
            rows = await self._connection.execute_fetchall(_SELECT_CHECKS, _key(key))
            return [load_check(row[0]) for row in rows]

    async def keep_pack(self, name: str, body: str) -> None:
        """Keep a questionnaire, compressed."""
        packed = zlib.compress(body.encode(errors="surrogatepass"))

        def write(connection: sqlite3.Connection) -> bool:
            connection.execute(_INSERT_PACK, (name, packed))
            return True

        await self._transaction(write)

    async def pack(self, name: str) -> str | None:
        """Return a questionnaire that was kept."""
        with _told(self._path):
            rows = [row async for row in await self._connection.execute(_SELECT_PACK, (name,))]
            try:
                return zlib.decompress(rows[0][0]).decode(errors="surrogatepass") if rows else None
            except (zlib.error, UnicodeDecodeError):
                raise SnapshotError("a stored pack is damaged") from None

    async def forget(self, key: SessionKey) -> int:
        """Erase everything about a person, and the traces of it in the write-ahead log."""
        gone = 0

        def erase(connection: sqlite3.Connection) -> bool:
            nonlocal gone
            gone = connection.execute(_DELETE_CHECKS, _key(key)).rowcount
            connection.execute(_DELETE_PERSON, _key(key))
            connection.execute(_DELETE_PACKS)
            return True

        await self._transaction(erase)
        with _told(self._path):
            # secure_delete has overwritten the rows; the log still holds their pages until it is cut.
            ((busy, *_),) = await self._connection.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
            if busy:
                raise StorageError(phrase("storage.busy", name=str(self._path)))
        return gone

    async def _transaction(self, write: Callable[[sqlite3.Connection], bool]) -> bool:
        """Run a whole transaction in one piece on the database's thread; roll back where `write` says no or fails.

        In one piece, so that neither a second turn on the same connection nor a cancelled task can come between its
        statements. That is only to be had through two private names of aiosqlite, whose version is pinned for it.
        """

        def work(connection: sqlite3.Connection) -> bool:
            connection.execute("BEGIN IMMEDIATE")
            saved = False
            try:
                saved = write(connection)
                if saved:
                    connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
            return saved

        with _told(self._path):
            return bool(await self._connection._execute(work, self._connection._conn))  # type: ignore[no-untyped-call]  # noqa: SLF001  see above

    async def _one(self, sql: str, values: Sequence[str | None]) -> str | None:
        async with self._connection.execute(sql, values) as cursor:
            row = await cursor.fetchone()
        return str(row[0]) if row else None


def _write_person(connection: sqlite3.Connection, before: Person, after: Person) -> bool:
    if after == before:
        return True
    key, body = _key(after.key), dump_person(after)
    if before.revision == 0:
        return connection.execute(_INSERT_PERSON, (*key, after.revision, body)).rowcount == 1
    return connection.execute(_UPDATE_PERSON, (after.revision, body, *key, before.revision)).rowcount == 1


def _write_check(connection: sqlite3.Connection, before: Session, after: Session) -> bool:
    check = after.check
    if check is None or check == before.check:
        return True
    key, body = _key(after.person.key), dump_check(check)
    changed_at = check.changed_at.astimezone(UTC).isoformat(timespec="microseconds")
    if before.check is None or before.check.id != check.id:
        new = (*key, check.id, check.revision, changed_at, body)
        return connection.execute(_INSERT_CHECK, new).rowcount == 1
    changed = (check.revision, changed_at, body, *key, check.id, before.check.revision)
    return connection.execute(_UPDATE_CHECK, changed).rowcount == 1


def _key(key: SessionKey) -> tuple[str, str, str]:
    return key.platform, key.workspace, key.person
