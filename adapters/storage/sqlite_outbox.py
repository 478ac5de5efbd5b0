"""The messages that wait to be sent, and those that were given up, in one SQLite file."""

import json
import sqlite3
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

from adapters.storage.database import Database, Piece
from adapters.storage.sealing import Sealer
from conversations.messages import DeadLetter, InteractionReply, Message, Outgoing, Receipt, Withdrawal
from conversations.ports import StorageError
from conversations.session import SessionKey
from conversations.snapshot import SnapshotError, dump_message, load_message

_WHOSE = "platform = ? AND workspace = ? AND person = ?"
_INSERT = """
    INSERT INTO outbox (platform, workspace, person, state, kind, farewell, due_at, created_at, token, body)
    VALUES (?, ?, ?, 'waiting', ?, ?, ?, ?, ?, ?)
"""
# Beside min(), SQLite's other columns are those of the row that has the minimum: the oldest message.
_WAITING = """
    SELECT platform, workspace, person FROM (
        SELECT platform, workspace, person, min(id) AS id, due_at FROM outbox
        WHERE state = 'waiting' AND platform IN (SELECT value FROM json_each(?))
        GROUP BY platform, workspace, person
    ) WHERE due_at NOT BETWEEN ? AND ? ORDER BY due_at, id LIMIT ?
"""
_OLDEST = f"""
    SELECT id, due_at, attempts, parts_sent, token, body, farewell FROM outbox
    WHERE {_WHOSE} AND state = 'waiting' ORDER BY id LIMIT 1
"""  # noqa: S608  no value is in it
_LEFT_STANDING = f"""
    SELECT count(*) FROM outbox WHERE {_WHOSE} AND state = 'dead' AND kind = 'withdrawal'
"""  # noqa: S608
_DELETE_LEFT_STANDING = f"""
    DELETE FROM outbox WHERE {_WHOSE} AND state = 'dead' AND kind = 'withdrawal'
"""  # noqa: S608
_TO_WITHDRAW = f"SELECT EXISTS (SELECT 1 FROM outbox WHERE {_WHOSE} AND state = 'waiting' AND kind = 'withdrawal')"  # noqa: S608
_DELETE = "DELETE FROM outbox WHERE id = ?"
_KEEP_RECEIPT = "INSERT INTO sent_messages VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
_DROP_RECEIPT = f"DELETE FROM sent_messages WHERE {_WHOSE} AND channel = ? AND message = ?"  # noqa: S608
_PART_SENT = "UPDATE outbox SET parts_sent = ? WHERE id = ?"
_PUT_OFF = "UPDATE outbox SET due_at = ?, attempts = ? WHERE id = ?"
_GIVE_UP = "UPDATE outbox SET state = 'dead', reason = ?, attempts = attempts + 1, token = NULL WHERE id = ?"
_DEAD = """
    SELECT id, platform, workspace, person, kind, reason, attempts, created_at FROM outbox
    WHERE state = 'dead' ORDER BY id DESC LIMIT ?
"""
_RETRY = """
    UPDATE outbox SET state = 'waiting', due_at = ?, attempts = 0, reason = NULL, told = 0
    WHERE state = 'dead' AND kind <> 'interaction' AND id = coalesce(?, id)
"""
PUT_OFF_AT_MOST = timedelta(hours=2)
"""Whoever waits longer than this was put off by a clock that has been set back since, and waits no more."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def milliseconds(at: datetime) -> int:
    """Return a time as whole milliseconds since 1970."""
    return int((at - _EPOCH).total_seconds() * 1000)


def insert_message(sealer: Sealer, key: SessionKey, message: Message, at: datetime) -> tuple[str, tuple[object, ...]]:
    """Return the statement that puts a message into the outbox, and its values; the token is sealed."""
    to = message.to
    token = sealer.seal(to.token) if isinstance(to, InteractionReply) else None
    farewell = int(message.farewell)
    return _INSERT, (*whose(key), to.kind, farewell, 0, milliseconds(at), token, dump_message(message))


class SqliteOutbox:
    """An Outbox for one process: what it has claimed is not marked, as nobody else claims."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    async def waiting(self, now: datetime, platforms: Collection[str], limit: int) -> Sequence[SessionKey]:
        """Return conversations whose oldest message is due."""
        values = (json.dumps(sorted(platforms)), *_not_yet(now), limit)
        rows = await self._database.read(lambda connection: connection.execute(_WAITING, values).fetchall())
        return [SessionKey(*row) for row in rows]

    async def claim(self, key: SessionKey, now: datetime) -> Outgoing | None:
        """Take the oldest message of a conversation, if it is due."""

        def read(connection: sqlite3.Connection) -> tuple[tuple[int, int, int, int, bytes | None, str] | None, int]:
            row = connection.execute(_OLDEST, whose(key)).fetchone()
            if row is None or not row[-1]:
                return row and row[:-1], 0
            return row[:-1], connection.execute(_LEFT_STANDING, whose(key)).fetchone()[0]

        while True:
            row, left_standing = await self._database.read(read)
            if row is None:
                return None
            number, due_at, attempts, parts_sent, token, body = row
            first, last = _not_yet(now)
            if first <= due_at <= last:
                return None
            opened = self._sealer.unseal(token) if token else None
            try:
                message = load_message(body, opened or "")
            except SnapshotError:
                # It would hold up the conversation for ever.
                await self._database.write(partial(_give_up, "damaged", number))
                continue
            return Outgoing(number, key, message, parts_sent, attempts, left_standing)

    async def part_sent(self, row: Outgoing, receipt: Receipt | None, at: datetime) -> bool:
        """Note that the next part of a message was sent."""

        def write(connection: sqlite3.Connection) -> bool:
            there = connection.execute(_PART_SENT, (row.parts_sent + 1, row.id)).rowcount
            self._keep(connection, row, receipt, at, erased=not there)
            return bool(there)

        return await self._database.write(write)

    async def settle(self, row: Outgoing, receipt: Receipt | None, at: datetime) -> None:
        """Note that the last part was sent."""

        def write(connection: sqlite3.Connection) -> bool:
            there = connection.execute(_DELETE, (row.id,)).rowcount
            self._keep(connection, row, receipt, at, erased=not there)
            if row.message.farewell:
                connection.execute(_DELETE_LEFT_STANDING, whose(row.key))
            return _ends_erasing(connection, row)

        await self._settled(write)

    def _keep(
        self, connection: sqlite3.Connection, row: Outgoing, receipt: Receipt | None, at: datetime, *, erased: bool
    ) -> None:
        to = row.message.to
        if isinstance(to, Withdrawal):
            connection.execute(_DROP_RECEIPT, (*whose(row.key), to.channel, to.message))
        elif receipt and erased:
            # The person was erased while this was on its way: it has to follow.
            order = Message(Withdrawal(receipt.channel, receipt.message))
            connection.execute(*insert_message(self._sealer, row.key, order, at))
        elif receipt and not row.message.farewell:
            values = (*whose(row.key), receipt.channel, receipt.message, milliseconds(at))
            connection.execute(_KEEP_RECEIPT, values)

    async def drop(self, row: Outgoing) -> None:
        """Let a message go that is of no use any more."""

        def write(connection: sqlite3.Connection) -> bool:
            connection.execute(_DELETE, (row.id,))
            return _ends_erasing(connection, row)

        await self._settled(write)

    async def _settled(self, write: Piece[bool]) -> None:
        """Let a row go; after the last one of an erasing, where messages were goes from the write-ahead log as well."""
        if await self._database.write(write):
            with suppress(StorageError):  # what was sent is settled, whether or not the log could be emptied
                await self._database.cut_log()

    async def put_off(self, row: Outgoing, until: datetime, attempts: int) -> None:
        """Try again later."""
        values = (milliseconds(until), attempts, row.id)
        await self._database.write(lambda connection: connection.execute(_PUT_OFF, values).rowcount)

    async def give_up(self, row: Outgoing, reason: str) -> None:
        """Make it a dead letter."""
        await self._database.write(partial(_give_up, reason, row.id))

    async def dead_letters(self, limit: int) -> Sequence[DeadLetter]:
        """Return messages that were given up, the newest first."""
        rows = await self._database.read(lambda connection: connection.execute(_DEAD, (limit,)).fetchall())
        return [
            DeadLetter(number, SessionKey(*key), kind, reason, attempts, datetime.fromtimestamp(at / 1000, UTC))
            for number, *key, kind, reason, attempts, at in rows
        ]

    async def retry(self, row: int | None, now: datetime) -> int:
        """Put a dead letter, or all of them, into the outbox again."""
        values = (milliseconds(now), row)
        return await self._database.write(lambda connection: connection.execute(_RETRY, values).rowcount)


def _give_up(reason: str, number: int, connection: sqlite3.Connection) -> None:
    connection.execute(_GIVE_UP, (reason, number))


def _ends_erasing(connection: sqlite3.Connection, row: Outgoing) -> bool:
    if not row.message.farewell and not isinstance(row.message.to, Withdrawal):
        return False
    ((more,),) = connection.execute(_TO_WITHDRAW, whose(row.key))
    return not more


def _not_yet(now: datetime) -> tuple[int, int]:
    """Return between which times a message is put off."""
    return milliseconds(now) + 1, milliseconds(now + PUT_OFF_AT_MOST)


def whose(key: SessionKey) -> tuple[str, str, str]:
    """Return the columns that say whose a row is."""
    return key.platform, key.workspace, key.person
