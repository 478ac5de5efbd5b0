"""The messages that wait to be sent, and those that were given up, in one SQLite file."""

import asyncio
import json
import sqlite3
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

from adapters.storage.database import Database, Piece
from adapters.storage.records import what_it_is
from adapters.storage.sealing import Sealer
from conversations.messages import (
    Backlog,
    DeadLetter,
    DirectMessage,
    InChannel,
    InteractionReply,
    Message,
    Outgoing,
    Receipt,
    Withdrawal,
)
from conversations.ports import StorageError
from conversations.session import SessionKey
from conversations.snapshot import SnapshotError, dump_message, load_message

_WHOSE = "platform = ? AND workspace = ? AND person = ?"
PRESENT = "(platform, workspace) NOT IN (SELECT platform, workspace FROM workspaces WHERE left_at IS NOT NULL)"
"""A row is of a workspace that has not sent the bot away."""
_INSERT = """
    INSERT INTO outbox (platform, workspace, person, state, kind, share, farewell, due_at, created_at, token, body)
    VALUES (?, ?, ?, 'waiting', ?, ?, ?, ?, ?, ?, ?)
"""
# Beside min(), SQLite's other columns are those of the row that has the minimum: the oldest message.
_WAITING = f"""
    SELECT platform, workspace, person FROM (
        SELECT platform, workspace, person, min(id) AS id, due_at FROM outbox
        WHERE state = 'waiting' AND platform IN (SELECT value FROM json_each(?)) AND {PRESENT}
        GROUP BY platform, workspace, person
    ) WHERE due_at NOT BETWEEN ? AND ? ORDER BY due_at, id LIMIT ?
"""  # noqa: S608  no value is in it
_OLDEST = f"""
    SELECT id, due_at, attempts, parts_sent, token, body, farewell, share, replaces FROM outbox
    WHERE {_WHOSE} AND state = 'waiting' AND {PRESENT} ORDER BY id LIMIT 1
"""  # noqa: S608
_NEWEST_OF_SHARE = f"SELECT max(id) FROM outbox WHERE {_WHOSE} AND share = ?"  # noqa: S608
_DELETE_OLDER = f"DELETE FROM outbox WHERE {_WHOSE} AND share = ? AND id < ?"  # noqa: S608
_COPIES = f"SELECT part, channel, message FROM sent_messages WHERE {_WHOSE} AND share = ?"  # noqa: S608
_ASKING = f"""
    SELECT channel, message FROM sent_messages WHERE {_WHOSE} AND check_id = ? AND asked < ?
    ORDER BY asked DESC, sent_at DESC, message DESC LIMIT 1
"""  # noqa: S608
_LEFT_STANDING = f"""
    SELECT count(*) FROM outbox WHERE {_WHOSE} AND state = 'dead' AND kind = 'withdrawal'
"""  # noqa: S608
_DELETE_LEFT_STANDING = f"""
    DELETE FROM outbox WHERE {_WHOSE} AND state = 'dead' AND kind = 'withdrawal'
"""  # noqa: S608
_TO_WITHDRAW = f"SELECT EXISTS (SELECT 1 FROM outbox WHERE {_WHOSE} AND state = 'waiting' AND kind = 'withdrawal')"  # noqa: S608
_DELETE = "DELETE FROM outbox WHERE id = ?"
_KEEP_RECEIPT = """
    INSERT INTO sent_messages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
    sent_at = excluded.sent_at, check_id = excluded.check_id, asked = excluded.asked,
    share = excluded.share, part = excluded.part, place = coalesce(excluded.place, place)
"""
_DROP_RECEIPT = f"DELETE FROM sent_messages WHERE {_WHOSE} AND channel = ? AND message = ?"  # noqa: S608
_DROP_COPY = f"DELETE FROM sent_messages WHERE {_WHOSE} AND share = ? AND part = ?"  # noqa: S608
_ASKS_NO_MORE = f"""
    UPDATE sent_messages SET check_id = NULL, asked = NULL
    WHERE {_WHOSE} AND channel = ? AND message = ? AND asked IS NOT NULL
"""  # noqa: S608
_OLDER_ASK_NO_MORE = f"""
    UPDATE sent_messages SET check_id = NULL, asked = NULL WHERE {_WHOSE} AND check_id = ? AND asked < ?
"""  # noqa: S608
_PART_SENT = "UPDATE outbox SET parts_sent = ?, replaces = ? WHERE id = ?"
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
_LET_GO = "DELETE FROM outbox WHERE state = 'dead' AND id = coalesce(?, id)"
_BACKLOG = f"""
    SELECT count(*) FILTER (WHERE state = 'waiting'), min(created_at) FILTER (WHERE state = 'waiting'),
    count(*) FILTER (WHERE state = 'dead') FROM outbox WHERE state = 'dead' OR {PRESENT}
"""  # noqa: S608
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
    share = to.share if isinstance(to, InChannel) else None
    farewell = int(message.farewell)
    return _INSERT, (*whose(key), to.kind, share, farewell, 0, milliseconds(at), token, dump_message(message))


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
        while True:
            found = await self._database.read(partial(self._oldest, key, now))
            if found is None or isinstance(found, Outgoing):
                return found
            # It is of no use, and would hold up the conversation for ever.
            await self._database.write(found)

    def _oldest(
        self, key: SessionKey, now: datetime, connection: sqlite3.Connection
    ) -> Outgoing | Piece[object] | None:
        """Return the oldest message, if it is due; or how to be rid of it."""
        mine = whose(key)
        row = connection.execute(_OLDEST, mine).fetchone()
        if row is None:
            return None
        number, due_at, attempts, parts_sent, token, body, farewell, share, replaces = row
        first, last = _not_yet(now)
        if first <= due_at <= last:
            return None
        if share is not None:
            ((newest,),) = connection.execute(_NEWEST_OF_SHARE, (*mine, share))
            if newest > number:
                return lambda writer: writer.execute(_DELETE_OLDER, (*mine, share, newest)).rowcount
        opened = self._sealer.unseal(token) if token else None
        try:
            message = load_message(body, opened or "")
        except SnapshotError:
            return partial(_give_up, "damaged", number)
        if parts_sent:
            asking = _that_asks(*json.loads(replaces)) if replaces else None
        else:
            asking = _asking(connection, key, message)
        left_standing = connection.execute(_LEFT_STANDING, mine).fetchone()[0] if farewell else 0
        return Outgoing(
            number, key, message, parts_sent, attempts, left_standing, asking, _copies(connection, key, share)
        )

    async def part_sent(self, row: Outgoing, receipt: Receipt | None, at: datetime) -> bool:
        """Note that the next part of a message was sent, and what the first one takes the place of.

        That asks nothing any more from here on, so that a claim between two parts would not find it again.
        """
        replaces = json.dumps([row.asking.channel, row.asking.message]) if row.asking else None

        def write(connection: sqlite3.Connection) -> bool:
            there = connection.execute(_PART_SENT, (row.parts_sent + 1, replaces, row.id)).rowcount
            self._keep(connection, row, receipt, at, erased=not there)
            return bool(there)

        return await self._database.write(write)

    async def settle(self, row: Outgoing, receipt: Receipt | None, at: datetime) -> None:
        """Note that the last part was sent; what it takes the place of asks nothing any more."""

        def write(connection: sqlite3.Connection) -> bool:
            there = _delete(connection, row)
            self._keep(connection, row, receipt, at, erased=not there)
            if row.message.farewell:
                connection.execute(_DELETE_LEFT_STANDING, whose(row.key))
            return _ends_erasing(connection, row)

        await self._settled(write)

    def _keep(
        self, connection: sqlite3.Connection, row: Outgoing, receipt: Receipt | None, at: datetime, *, erased: bool
    ) -> None:
        mine, to = whose(row.key), row.message.to
        if isinstance(to, Withdrawal):
            connection.execute(_DROP_RECEIPT, (*mine, to.channel, to.message))
        elif erased:
            if receipt:
                # The person was erased while this was on its way: it has to follow.
                order = Message(Withdrawal(receipt.channel, receipt.message))
                connection.execute(*insert_message(self._sealer, row.key, order, at))
        elif not row.message.farewell:
            if not row.parts_sent:
                # Before the receipt: it may be of the same message, which was edited into the next question.
                _replaced(connection, row)
            if isinstance(to, InChannel):
                connection.execute(_DROP_COPY, (*mine, to.share, row.parts_sent))
            if receipt:
                values = (receipt.channel, receipt.message, milliseconds(at), *what_it_is(row, receipt), receipt.place)
                connection.execute(_KEEP_RECEIPT, (*mine, *values))

    async def drop(self, row: Outgoing) -> None:
        """Let a message go that is of no use any more."""

        def write(connection: sqlite3.Connection) -> bool:
            _delete(connection, row)
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

    async def pause(self, seconds: float) -> None:
        """Wait so long: what an operator put in again is found then."""
        await asyncio.sleep(seconds)

    async def let_go(self, row: int | None) -> int:
        """Let a dead letter go for good, or all of them."""
        return await self._database.write(lambda connection: connection.execute(_LET_GO, (row,)).rowcount)

    async def backlog(self) -> Backlog:
        """Return how much there is."""
        waiting, oldest, dead = await self._database.read(lambda connection: connection.execute(_BACKLOG).fetchone())
        return Backlog(waiting, None if oldest is None else datetime.fromtimestamp(oldest / 1000, UTC), dead)


def _give_up(reason: str, number: int, connection: sqlite3.Connection) -> None:
    connection.execute(_GIVE_UP, (reason, number))


def _delete(connection: sqlite3.Connection, row: Outgoing) -> bool:
    """Let a row go; tell whether it was there. Of the same copy in a channel, nothing older may be sent after it."""
    if isinstance(row.message.to, InChannel):
        connection.execute(_DELETE_OLDER, (*whose(row.key), row.message.to.share, row.id))
    return bool(connection.execute(_DELETE, (row.id,)).rowcount)


def _asking(connection: sqlite3.Connection, key: SessionKey, message: Message) -> Receipt | None:
    """Find what asks for an earlier state of the check that a message is about."""
    if message.check is None or not isinstance(message.to, DirectMessage | InteractionReply):
        return None
    found = connection.execute(_ASKING, (*whose(key), message.check, message.asked)).fetchone()
    return _that_asks(*found) if found else None


def _that_asks(channel: str, message: str) -> Receipt:
    return Receipt(channel, message, asks=True)


def _replaced(connection: sqlite3.Connection, row: Outgoing) -> None:
    """Note that what a message takes the place of asks nothing any more."""
    mine, to = whose(row.key), row.message.to
    if row.asking:
        connection.execute(_OLDER_ASK_NO_MORE, (*mine, row.message.check, row.message.asked))
    if isinstance(to, DirectMessage) and to.pressed:
        connection.execute(_ASKS_NO_MORE, (*mine, to.pressed.channel, to.pressed.message))


def _copies(connection: sqlite3.Connection, key: SessionKey, share: str | None) -> tuple[Receipt | None, ...]:
    """Return the messages that a copy in a channel has there, each at the number of its part."""
    if share is None:
        return ()
    found = {part: Receipt(*where) for part, *where in connection.execute(_COPIES, (*whose(key), share))}
    return tuple(found.get(part) for part in range(max(found, default=-1) + 1))


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
