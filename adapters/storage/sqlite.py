"""People, their checks and their messages in one SQLite file."""

import asyncio
import json
import sqlite3
import time
import zlib
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from adapters.storage.database import Database, Refused, open_database, told
from adapters.storage.records import claims_in, exported, packed, remarks_in, unpacked, wants_to_be_left_alone
from adapters.storage.sealing import Sealer, secret_beside
from adapters.storage.sqlite_outbox import PRESENT, SqliteOutbox, insert_message, milliseconds, whose
from adapters.storage.vaults import SqliteVault, marks_kept, rekey
from conversations.budgets import Budget, spent
from conversations.messages import Message, Receipt, Withdrawal
from conversations.ports import AskedReview, Commit, DueCheck, StorageError, Work
from conversations.session import Check, Person, ReviewState, Session, SessionKey
from conversations.snapshot import (
    SnapshotError,
    dump_check,
    dump_person,
    dump_workspace,
    load_check,
    load_person,
    load_workspace,
)
from conversations.workspace import Workspace

EVENTS_KEPT = timedelta(days=3)
"""How long an event is known again. Slack repeats one for about five minutes, Discord within a resumed session."""
_EVENTS_KEPT_AT_LEAST = 3600
"""And for this many seconds by a clock that cannot be set."""
TOMBSTONES_KEPT = timedelta(days=30)
DEAD_LETTERS_KEPT = timedelta(days=30)
_TIDIED_AT_ONCE = 2000
_ERASED_AT_ONCE = 100
_WHOSE = "platform = ? AND workspace = ? AND person = ?"

_SELECT_PERSON = f"""
    SELECT body, (SELECT count(*) FROM outbox WHERE {_WHOSE} AND state = 'dead' AND told = 0 AND kind <> 'withdrawal')
    FROM people WHERE {_WHOSE}
"""  # noqa: S608  no value is in it
_INSERT_PERSON = "INSERT INTO people VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
_UPDATE_PERSON = f"UPDATE people SET revision = ?, body = ? WHERE {_WHOSE} AND revision = ?"  # noqa: S608
_SELECT_CHECK = f"SELECT body FROM checks WHERE {_WHOSE} AND id = ?"  # noqa: S608
_SELECT_CHECKS = f"SELECT body FROM checks WHERE {_WHOSE} ORDER BY changed_at DESC, id"  # noqa: S608
# The plus: going by the platform, SQLite would read all of its checks.
_SELECT_DUE = f"""
    SELECT platform, workspace, person, id FROM checks
    WHERE due_at <= ? AND +platform IN (SELECT value FROM json_each(?)) AND {PRESENT} ORDER BY due_at LIMIT ?
"""  # noqa: S608
_INSERT_CHECK = "INSERT INTO checks VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
_UPDATE_CHECK = f"""
    UPDATE checks SET revision = ?, changed_at = ?, body = ?, due_at = ? WHERE {_WHOSE} AND id = ? AND revision = ?
"""  # noqa: S608
_UPDATE_BODY = f"UPDATE checks SET revision = ?, changed_at = ?, body = ? WHERE {_WHOSE} AND id = ?"  # noqa: S608
_UPDATE_DUE = f"UPDATE checks SET due_at = ? WHERE {_WHOSE} AND id = ? AND due_at IS NOT ?"  # noqa: S608
_DELETE_CHECK = f"DELETE FROM checks WHERE {_WHOSE} AND id = ? AND revision = ?"  # noqa: S608
_OF_PLACE = "platform = ? AND workspace = ?"
_SELECT_WORKSPACE = f"SELECT body FROM workspaces WHERE {_OF_PLACE}"  # noqa: S608
_SELECT_NAMING = """
    SELECT platform, workspace, body FROM workspaces
    WHERE platform = ? AND (? = '' OR workspace = ?) AND instr(body, ?) > 0
"""
_INSERT_WORKSPACE = "INSERT INTO workspaces VALUES (?, ?, ?, ?, NULL) ON CONFLICT DO NOTHING"
_UPDATE_WORKSPACE = f"UPDATE workspaces SET revision = ?, body = ? WHERE {_OF_PLACE} AND revision = ?"  # noqa: S608
_LEFT = """
    INSERT INTO workspaces VALUES (?, ?, 0, ?, ?)
    ON CONFLICT DO UPDATE SET left_at = coalesce(left_at, excluded.left_at)
"""
_BACK = f"UPDATE workspaces SET left_at = NULL WHERE {_OF_PLACE}"  # noqa: S608
_SELECT_GONE = "SELECT workspace FROM workspaces WHERE platform = ? AND left_at IS NOT NULL"
_SELECT_GONE_FOR_LONG = "SELECT platform, workspace FROM workspaces WHERE left_at <= ?"
_IS_GONE_FOR_LONG = f"SELECT 1 FROM workspaces WHERE {_OF_PLACE} AND left_at <= ?"  # noqa: S608
_DELETE_WORKSPACE = f"DELETE FROM workspaces WHERE {_OF_PLACE}"  # noqa: S608
_SELECT_SHARER = f"""
    SELECT person, check_id, share FROM sent_messages
    WHERE {_OF_PLACE} AND channel = ? AND message = ? AND share IS NOT NULL AND check_id IS NOT NULL
"""  # noqa: S608
_SELECT_SHARED_IN = """
    SELECT DISTINCT platform, workspace, person, check_id, share FROM sent_messages
    WHERE platform = ? AND place = ? AND share IS NOT NULL AND check_id IS NOT NULL
"""
_SELECT_PLACES = """
    SELECT workspace FROM workspaces WHERE platform = ?
    UNION SELECT place FROM sent_messages WHERE platform = ? AND place IS NOT NULL
"""
_SELECT_REVIEWS = """
    SELECT r.platform, r.workspace, r.person, c.body, r.share FROM reviews r
    JOIN checks c ON (c.platform, c.workspace, c.person, c.id) = (r.platform, r.workspace, r.person, r.check_id)
    WHERE r.platform = ? AND r.place = ? ORDER BY r.asked_at LIMIT ?
"""
_DELETE_REVIEWS = f"DELETE FROM reviews WHERE {_WHOSE} AND check_id = ?"  # noqa: S608
_INSERT_REVIEW = "INSERT INTO reviews VALUES (?, ?, ?, ?, ?, ?, ?)"
_SELECT_NAMED = "SELECT platform, workspace, person, id, body FROM checks WHERE platform = ? AND instr(body, ?) > 0"
_QUEUE = 25
"""Reviews that are listed at once."""
_INSERT_PACK = "INSERT INTO packs VALUES (?, ?) ON CONFLICT DO NOTHING"
_SELECT_PACK = "SELECT body FROM packs WHERE name = ?"
_SELECT_PACKS_OF = f"""
    SELECT name, body FROM packs WHERE name IN (
        SELECT CASE WHEN json_valid(body) THEN json_extract(body, '$.record.pack') END FROM checks WHERE {_WHOSE}
    ) ORDER BY name
"""  # noqa: S608
# Of a damaged check nobody knows which pack it names: then none goes, and the erasing does not fail for it.
_DELETE_PACKS = """
    DELETE FROM packs WHERE name NOT IN (
        SELECT CASE WHEN json_valid(body) THEN json_extract(body, '$.record.pack') END FROM checks
        UNION SELECT coalesce(json_extract(body, '$.record.pack'), '') FROM outbox WHERE json_valid(body)
    )
"""
_SEE = "INSERT INTO seen_events (event, seen_at) VALUES (?, ?) ON CONFLICT DO NOTHING"
_SELECT_TOMBSTONE = "SELECT erased_at, left_alone FROM tombstones WHERE person = ?"
_INSERT_TOMBSTONE = """
    INSERT INTO tombstones VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET erased_at = max(erased_at, excluded.erased_at), left_alone = excluded.left_alone
"""
_TOLD = f"UPDATE outbox SET told = 1 WHERE {_WHOSE} AND state = 'dead' AND told = 0"  # noqa: S608
_SELECT_SENT = f"SELECT channel, message FROM sent_messages WHERE {_WHOSE}"  # noqa: S608
# Orders to withdraw that an earlier erasing left stay until they are done.
_ERASE = (
    f"DELETE FROM checks WHERE {_WHOSE}",  # noqa: S608
    f"DELETE FROM people WHERE {_WHOSE}",  # noqa: S608
    f"DELETE FROM reviews WHERE {_WHOSE}",  # noqa: S608
    f"DELETE FROM outbox WHERE {_WHOSE} AND kind <> 'withdrawal'",  # noqa: S608
    f"DELETE FROM sent_messages WHERE {_WHOSE}",  # noqa: S608
)
_TABLES = ("people", "checks", "outbox", "sent_messages", "reviews")
_LAST_OF_SOME = tuple(
    f"SELECT max(person) FROM (SELECT DISTINCT person FROM {table} WHERE {_OF_PLACE} ORDER BY person LIMIT ?)"  # noqa: S608
    for table in _TABLES
)
_ERASE_SOME = tuple(f"DELETE FROM {table} WHERE {_OF_PLACE} AND person <= ?" for table in _TABLES)  # noqa: S608
PERSONAL = """
    SELECT t.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c
    WHERE t.type = 'table' AND c.name = 'person' AND EXISTS (
        SELECT 1 FROM pragma_table_info(t.name) w WHERE w.name = 'workspace'
    )
"""
"""The tables that say whose a row is."""
_TIDY = (
    (
        """
        DELETE FROM tombstones
        WHERE person IN (SELECT person FROM tombstones WHERE left_alone = 0 AND erased_at < ? LIMIT ?)
        """,
        TOMBSTONES_KEPT,
    ),
    (
        "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE state = 'dead' AND created_at < ? LIMIT ?)",
        DEAD_LETTERS_KEPT,
    ),
)
_KEEP = "INSERT INTO kept VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value"
_KEPT = "SELECT value FROM kept WHERE name = ?"
# Beside max(), SQLite's other columns are those of the row that has the maximum: the last message.
_LATELY = """
    SELECT platform, workspace, person, channel, message, max(printf('%20s', message)) AS newest FROM sent_messages
    WHERE platform = ? AND share IS NULL AND sent_at >= ?
    GROUP BY platform, workspace, person ORDER BY newest DESC LIMIT ?
"""
"""By the numbers of the platform's messages, which rise: our own clock may have been set back."""
_TIDY_EVENTS = """
    DELETE FROM seen_events WHERE id IN (SELECT id FROM seen_events WHERE id <= ? AND seen_at < ? LIMIT ?)
"""


@asynccontextmanager
async def open_sqlite(path: Path, secret: str | None = None) -> AsyncIterator["SqliteStore"]:
    """Open the file, creating it (and its folder) for this user alone where it is not there.

    Args:
        path: the file.
        secret: what tokens are encrypted with; by default one in a file beside it, made at first use.

    Raises:
        StorageError: it cannot be opened, is no database of ours, or was written by a newer version.

    """
    async with open_database(path) as database:
        # At first use: a database that is refused gets no key beside it.
        sealer = Sealer(lambda: secret or secret_beside(path))
        sealer.go_on_marking(await database.read(marks_kept))
        yield SqliteStore(database, sealer)


class SqliteStore:
    """A SessionStore."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer
        self.outbox = SqliteOutbox(database, sealer)
        self.vault = SqliteVault(database, sealer)
        self._marks: list[tuple[float, int]] = []

    async def load(self, key: SessionKey, check: str | None = None, place: str | None = None) -> Session:
        """Return the person and one of their checks."""
        mine = whose(key)

        def read(connection: sqlite3.Connection) -> Session:
            row = connection.execute(_SELECT_PERSON, (*mine, *mine)).fetchone()
            person = load_person(row[0]) if row else Person(key, left_alone=self._left_alone(connection, key))
            wanted = check or person.current_check
            found = connection.execute(_SELECT_CHECK, (*mine, wanted)).fetchone() if wanted else None
            rules = connection.execute(_SELECT_WORKSPACE, (key.platform, place or key.workspace)).fetchone()
            return Session(
                person,
                load_check(found[0]) if found else None,
                undelivered=row[1] if row else 0,
                workspace=load_workspace(rules[0]) if rules else Workspace(),
            )

        return await self._database.read(read)

    def _left_alone(self, connection: sqlite3.Connection, key: SessionKey) -> bool:
        row = connection.execute(_SELECT_TOMBSTONE, (self._mark(key),)).fetchone()
        return bool(row and row[1])

    async def commit(self, work: Work) -> Commit:
        """Write what one turn changed, or nothing."""
        before, after = work.before, work.after
        person = dump_person(after.person) if after.person != before.person else None
        check = dump_check(after.check) if after.check and after.check != before.check else None
        workspace = dump_workspace(after.workspace) if after.workspace != before.workspace else None
        with told(self._database.path):
            event = self._sealer.mark("event", after.person.key.platform, work.event) if work.event else None
            rows = [insert_message(self._sealer, after.person.key, message, work.at) for message in work.messages]

        def write(connection: sqlite3.Connection) -> Commit:
            if event is not None:
                self._see(connection, event, work)
            _write_person(connection, work, person)
            _write_check(connection, work, check)
            _write_workspace(connection, work, workspace)
            for one in work.brought:
                _bring(connection, after.person.key, one)
            for name, body in filter(None, (work.pack, *work.packs)):
                if not connection.execute(_SELECT_PACK, (name,)).fetchone():
                    connection.execute(_INSERT_PACK, (name, packed(body)))
            if work.told:
                connection.execute(_TOLD, whose(after.person.key))
            for sql, values in rows:
                connection.execute(sql, values)
            return Commit.SAVED

        return await self._database.write(write)

    def _see(self, connection: sqlite3.Connection, event: bytes, work: Work) -> None:
        at = milliseconds(work.at)
        if not connection.execute(_SEE, (event, at)).rowcount:
            raise Refused(Commit.DUPLICATE)
        mark = self._mark(work.after.person.key)
        if any(at <= erased_at for erased_at, _ in connection.execute(_SELECT_TOMBSTONE, (mark,))):
            raise Refused(Commit.DUPLICATE)

    async def checks(self, key: SessionKey) -> Sequence[Check]:
        """Return a person's checks, the one changed last first."""
        rows = await self._database.read(lambda connection: connection.execute(_SELECT_CHECKS, whose(key)).fetchall())
        with told(self._database.path):
            return [load_check(body) for (body,) in rows]

    async def due(self, now: datetime, platforms: Collection[str], limit: int) -> Sequence[DueCheck]:
        """Return checks whose time has come."""
        values = (milliseconds(now), json.dumps(sorted(platforms)), limit)
        rows = await self._database.read(lambda connection: connection.execute(_SELECT_DUE, values).fetchall())
        return [DueCheck(SessionKey(*key), check) for *key, check in rows]

    async def pack(self, name: str) -> str | None:
        """Return a questionnaire that was kept."""
        row = await self._database.read(lambda connection: connection.execute(_SELECT_PACK, (name,)).fetchone())
        with told(self._database.path):
            try:
                return unpacked(row[0]) if row else None
            except (zlib.error, UnicodeDecodeError):
                raise SnapshotError("a stored pack is damaged") from None

    async def erase(
        self, key: SessionKey, at: datetime, event: str | None = None, farewell: Message | None = None
    ) -> Commit:
        """Erase everything about a person, and the traces of it in the write-ahead log."""
        mine, sealer = whose(key), self._sealer
        with told(self._database.path):
            seen = sealer.mark("event", key.platform, event) if event else None

        def write(connection: sqlite3.Connection) -> Commit:
            if seen and not connection.execute(_SEE, (seen, milliseconds(at))).rowcount:
                raise Refused(Commit.DUPLICATE)
            row = connection.execute(_SELECT_PERSON, (*mine, *mine)).fetchone()
            sent = connection.execute(_SELECT_SENT, mine).fetchall()
            if row:
                tombstone = (self._mark(key), milliseconds(at), wants_to_be_left_alone(row[0]))
                connection.execute(_INSERT_TOMBSTONE, tombstone)
            for sql in _ERASE:
                connection.execute(sql, mine)
            connection.execute(_DELETE_PACKS)
            _drop_remarks(connection, key)
            for place, rules in _naming(connection, key):
                after = rules.without(key.person)
                values = (after.revision, dump_workspace(after), *place, rules.revision)
                connection.execute(_UPDATE_WORKSPACE, values)
            for channel, message in sent:
                order = Message(Withdrawal(channel, message))
                connection.execute(*insert_message(sealer, key, order, at))
            if farewell:
                connection.execute(*insert_message(sealer, key, replace(farewell, farewell=True), at))
            return Commit.SAVED

        done = await self._database.write(write)
        with suppress(StorageError):  # erased it is; the tidying empties the log
            await self._database.cut_log()
        return done

    async def sharer(self, place: SessionKey, receipt: Receipt) -> tuple[SessionKey, str, str] | None:
        """Return who shared what a channel's message is part of, the check and the share."""
        values = (*_place(place), receipt.channel, receipt.message)
        row = await self._database.read(lambda connection: connection.execute(_SELECT_SHARER, values).fetchone())
        return (replace(place, person=row[0]), row[1], row[2]) if row else None

    async def reviews(self, place: SessionKey) -> Sequence[AskedReview]:
        """Return the copies that mentors are asked to look at, what waits longest first."""
        values = (*_place(place), _QUEUE)
        rows = await self._database.read(lambda connection: connection.execute(_SELECT_REVIEWS, values).fetchall())
        found = []
        for *key, body, share in rows:
            with suppress(SnapshotError):
                check = load_check(body)
                found += [AskedReview(SessionKey(*key), check.id, one) for one in check.shares if one.id == share]
        return found

    async def shared_in(self, place: SessionKey) -> Sequence[tuple[SessionKey, str, str]]:
        """Return the copies that stand in a workspace which is none of their owner's key."""
        rows = await self._database.read(
            lambda connection: connection.execute(_SELECT_SHARED_IN, _place(place)).fetchall()
        )
        return [(SessionKey(*key), check, share) for *key, check, share in rows]

    async def places(self, platform: str) -> Collection[str]:
        """Return the workspaces of a platform that have rules, or copies in them."""
        values = (platform, platform)
        rows = await self._database.read(lambda connection: connection.execute(_SELECT_PLACES, values).fetchall())
        return [place for (place,) in rows]

    async def left(self, place: SessionKey, at: datetime | None) -> None:
        """Note that a workspace sent the bot away, and when; or with None that it is back."""
        sql, values = _BACK, tuple[object, ...](_place(place))
        if at:
            sql, values = _LEFT, (*values, dump_workspace(Workspace()), milliseconds(at))
        await self._database.write(lambda connection: connection.execute(sql, values).rowcount)

    async def gone(self, platform: str) -> Collection[str]:
        """Return the workspaces of a platform that sent the bot away and are not back."""
        rows = await self._database.read(lambda connection: connection.execute(_SELECT_GONE, (platform,)).fetchall())
        return [workspace for (workspace,) in rows]

    async def keep(self, name: str, value: str) -> None:
        """Keep a short text under a name."""
        await self._database.write(lambda connection: connection.execute(_KEEP, (name, value)).rowcount)

    async def kept(self, name: str) -> str | None:
        """Return what was kept under a name."""
        row = await self._database.read(lambda connection: connection.execute(_KEPT, (name,)).fetchone())
        return str(row[0]) if row else None

    async def spend(self, name: str, at: datetime, budgets: Sequence[Budget]) -> datetime | None:
        """Spend one of what several processes share."""

        def write(connection: sqlite3.Connection) -> datetime | None:
            row = connection.execute(_KEPT, (name,)).fetchone()
            kept, again = spent(row[0] if row else None, at, budgets)
            connection.execute(_KEEP, (name, kept))
            return again

        return await self._database.write(write)

    async def lately(self, platform: str, since: datetime, limit: int) -> Sequence[tuple[SessionKey, Receipt]]:
        """Return people who were written to since then, with the last message to each."""
        values = (platform, milliseconds(since), limit)
        rows = await self._database.read(lambda connection: connection.execute(_LATELY, values).fetchall())
        return [(SessionKey(*key), Receipt(channel, message)) for *key, channel, message, _ in rows]

    async def held(self, key: SessionKey) -> str:
        """Return everything that is stored about a person, as JSON."""

        def read(connection: sqlite3.Connection) -> dict[str, list[dict[str, object]]]:
            tables = [name for (name,) in connection.execute(PERSONAL).fetchall()]
            found = {}
            for table in tables:
                cursor = connection.execute(f"SELECT * FROM {table} WHERE {_WHOSE}", whose(key))  # noqa: S608  ours
                names = [column[0] for column in cursor.description]
                found[table] = [dict(zip(names, row, strict=True)) for row in cursor]
            found["packs"] = [
                {"name": name, "body": unpacked(body)}
                for name, body in connection.execute(_SELECT_PACKS_OF, whose(key))
            ]
            found["remarks"], found["claims"] = _said_as_a_mentor(connection, key)
            found["workspaces"] = [dict(rules.names(key.person)) for _, rules in _naming(connection, key)]
            return found

        tables = await self._database.read(read)
        return exported(tables)

    async def forget_as(self, other: Path) -> int:
        """Erase whoever another file of this database says was erased since; return how many they were.

        Raises:
            StorageError: the other file cannot be read, or knows of nobody erased.

        """

        def erased_in(connection: sqlite3.Connection) -> dict[bytes, int]:
            return dict(connection.execute("SELECT person, erased_at FROM tombstones").fetchall())

        def read_other() -> dict[bytes, int]:
            with told(other), closing(sqlite3.connect(f"{other.absolute().as_uri()}?mode=ro", uri=True)) as connection:
                return erased_in(connection)

        def people(connection: sqlite3.Connection) -> list[SessionKey]:
            return [SessionKey(*key) for key in connection.execute("SELECT platform, workspace, person FROM people")]

        there, here = await asyncio.to_thread(read_other), await self._database.read(erased_in)
        since = {mark: at for mark, at in there.items() if at > here.get(mark, 0)}
        found = [(key, since[self._mark(key)]) for key in await self._database.read(people) if self._mark(key) in since]
        for key, at in found:
            await self.erase(key, datetime.fromtimestamp(at / 1000, UTC))
        return len(found)

    async def rekey(self, secret: str) -> tuple[int, int]:
        """Seal everything with another secret, which is to be the one from now on.

        Returns how many were sealed anew, and how many could not be opened and are gone. Marks stay what they are.
        """
        new = Sealer(lambda: secret)
        found = await rekey(self._database, self._sealer, new)
        await self._database.cut_log()
        return found

    async def tidy(self, now: datetime, grace: timedelta | None = None) -> None:
        """Let go of what has served its time."""
        if grace is not None:
            await self._erase_workspaces(milliseconds(now - grace))
        for sql, kept in _TIDY:
            await self._delete(sql, milliseconds(now - kept))
        await self.vault.tidy(now)
        ((newest,),) = await self._database.read(
            lambda connection: connection.execute("SELECT coalesce(max(id), 0) FROM seen_events").fetchall()
        )
        clock = time.monotonic()
        self._marks.append((clock, newest))
        # What came in within the last hour stays, wherever the calendar was set to meanwhile.
        old = [mark for mark in self._marks if mark[0] <= clock - _EVENTS_KEPT_AT_LEAST]
        if old:
            self._marks = self._marks[len(old) - 1 :]
            await self._delete(_TIDY_EVENTS, old[-1][1], milliseconds(now - EVENTS_KEPT))
        # Of checks that came to their end; it reads every check, so not with each of them.
        await self._database.write(lambda connection: connection.execute(_DELETE_PACKS).rowcount)
        # Also where an erasing could not, because somebody went on reading.
        await self._database.cut_log()

    async def _erase_workspaces(self, left_by: int) -> None:
        """Erase every workspace that sent the bot away by then; some people at a time, as below."""
        places = await self._database.read(
            lambda connection: connection.execute(_SELECT_GONE_FOR_LONG, (left_by,)).fetchall()
        )
        for place in places:
            while await self._database.write(partial(_erase_some, place, left_by)):
                pass

    async def _delete(self, sql: str, *values: int) -> None:
        gone = _TIDIED_AT_ONCE
        while gone == _TIDIED_AT_ONCE:  # in small transactions, so that turns come between them
            gone = await self._database.write(
                lambda connection: connection.execute(sql, (*values, _TIDIED_AT_ONCE)).rowcount
            )

    def _mark(self, key: SessionKey) -> bytes:
        return self._sealer.mark("person", *whose(key))


def _write_person(connection: sqlite3.Connection, work: Work, body: str | None) -> None:
    if body is None:
        return
    before, after = work.before.person, work.after.person
    mine = whose(after.key)
    if before.revision == 0:
        done = connection.execute(_INSERT_PERSON, (*mine, after.revision, body))
    else:
        done = connection.execute(_UPDATE_PERSON, (after.revision, body, *mine, before.revision))
    if done.rowcount != 1:
        raise Refused(Commit.STALE)


def _write_check(connection: sqlite3.Connection, work: Work, body: str | None) -> None:
    before, check = work.before.check, work.after.check
    if check is None:
        return
    mine, due = whose(work.after.person.key), milliseconds(work.due) if work.due else None
    changed_at = check.changed_at.astimezone(UTC).isoformat(timespec="microseconds")
    if work.expired and before:
        done = connection.execute(_DELETE_CHECK, (*mine, check.id, before.revision))
    elif body is None:
        connection.execute(_UPDATE_DUE, (due, *mine, check.id, due))
        return
    elif before is None or before.id != check.id:
        done = connection.execute(_INSERT_CHECK, (*mine, check.id, check.revision, changed_at, body, due))
    else:
        values = (check.revision, changed_at, body, due, *mine, check.id, before.revision)
        done = connection.execute(_UPDATE_CHECK, values)
    if done.rowcount != 1:
        raise Refused(Commit.STALE)
    before_that = before.shares if before and before.id == check.id else ()
    if work.expired or [one.review for one in before_that] != [one.review for one in check.shares]:
        _write_reviews(connection, work.after.person.key, check, gone=work.expired)


def _bring(connection: sqlite3.Connection, key: SessionKey, check: Check) -> None:
    """Write a check that comes from elsewhere; it waits for no time until the person does something with it."""
    changed_at = check.changed_at.astimezone(UTC).isoformat(timespec="microseconds")
    values = (*whose(key), check.id, check.revision, changed_at, dump_check(check), None)
    if connection.execute(_INSERT_CHECK, values).rowcount != 1:
        raise Refused(Commit.STALE)


def _write_reviews(connection: sqlite3.Connection, key: SessionKey, check: Check, *, gone: bool) -> None:
    """Keep what mentors are asked for, as it follows from a check."""
    connection.execute(_DELETE_REVIEWS, (*whose(key), check.id))
    for share in () if gone else check.shares:
        if share.review and share.review.state is not ReviewState.DONE:
            place, at = share.place or key.workspace, milliseconds(share.review.asked_at)
            connection.execute(_INSERT_REVIEW, (*whose(key), check.id, share.id, place, at))


def _said_as_a_mentor(
    connection: sqlite3.Connection, key: SessionKey
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Return what somebody said and took on as a mentor, without a word of whose it was."""
    remarks, claims = list[dict[str, object]](), list[dict[str, object]]()
    for *owner, _, body in connection.execute(_SELECT_NAMED, (key.platform, json.dumps(key.person))):
        if owner[1] == key.workspace:
            with suppress(SnapshotError):
                check = load_check(body)
                remarks += remarks_in(check, key.person)
                claims += claims_in(check, key.person)
    return remarks, claims


def _drop_remarks(connection: sqlite3.Connection, key: SessionKey) -> None:
    """Let go of what somebody said as a mentor, and of what they had claimed, in the checks of others."""
    for *owner, check_id, body in connection.execute(_SELECT_NAMED, (key.platform, json.dumps(key.person))).fetchall():
        if owner[1] != key.workspace:
            continue
        with suppress(SnapshotError):
            before = load_check(body)
            after = before.without_mentor(key.person)
            if after != before:
                values = (after.revision, after.changed_at.astimezone(UTC).isoformat(timespec="microseconds"))
                connection.execute(_UPDATE_BODY, (*values, dump_check(after), *owner, check_id))
                _write_reviews(connection, SessionKey(*owner), after, gone=False)


def _write_workspace(connection: sqlite3.Connection, work: Work, body: str | None) -> None:
    if body is None:
        return
    before, after, place = work.before.workspace, work.after.workspace, _place(work.after.person.key)
    done = connection.execute(_UPDATE_WORKSPACE, (after.revision, body, *place, before.revision))
    if before.revision == 0 and not done.rowcount:
        # One that was only ever noted to have sent the bot away has its row already.
        done = connection.execute(_INSERT_WORKSPACE, (*place, after.revision, body))
    if done.rowcount != 1:
        raise Refused(Commit.STALE)


def _place(key: SessionKey) -> tuple[str, str]:
    """Return the columns that say of which workspace a row is."""
    return key.platform, key.workspace


def _naming(connection: sqlite3.Connection, key: SessionKey) -> list[tuple[tuple[str, str], Workspace]]:
    """Return the workspaces whose rules name a person: where their key is of none, any of their platform.

    Damaged rules name nobody.
    """
    found = []
    for *place, body in connection.execute(_SELECT_NAMING, (key.platform, key.workspace, key.workspace, key.person)):
        with suppress(SnapshotError):
            rules = load_workspace(body)
            if rules.names(key.person):
                found.append(((place[0], place[1]), rules))
    return found


def _erase_some(place: tuple[str, str], left_by: int, connection: sqlite3.Connection) -> bool:
    """Erase some people of a workspace whole, and after the last one its rules; tell whether there are more.

    Not where it came back meanwhile.
    """
    if not connection.execute(_IS_GONE_FOR_LONG, (*place, left_by)).fetchone():
        return False
    for some in _LAST_OF_SOME:
        ((last,),) = connection.execute(some, (*place, _ERASED_AT_ONCE))
        if last is not None:
            for sql in _ERASE_SOME:
                connection.execute(sql, (*place, last))
            return True
    connection.execute(_DELETE_WORKSPACE, place)
    return False
