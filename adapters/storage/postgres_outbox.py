"""The messages that wait to be sent, and those that were given up, in PostgreSQL: claimed by one process at a time."""

import json
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

from adapters.storage.postgres_database import PostgresDatabase, numbered, touched
from adapters.storage.postgres_lifeline import CHANNEL, Connection, alive
from adapters.storage.postgres_turns import put_message
from adapters.storage.records import what_it_is
from adapters.storage.sealing import Sealer
from adapters.storage.sqlite_outbox import PUT_OFF_AT_MOST, milliseconds, whose
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
from conversations.session import SessionKey
from conversations.snapshot import SnapshotError, load_message

CLAIMED = timedelta(minutes=5)
"""After which a claim counts no more, though its process lives: it hangs."""
_WHOSE = "platform = ? AND workspace = ? AND person = ?"
_PRESENT = """
    NOT EXISTS (SELECT 1 FROM workspaces w
                WHERE (w.platform, w.workspace) = (outbox.platform, outbox.workspace) AND w.left_at IS NOT NULL)
"""
_NOT_OTHERS = "coalesce(claimed_by, ?) = ?"
_NOW = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
"""By the server's clock: those of two processes differ, and one that is set takes no message from the other."""
_OLD = f"{_NOW} - {CLAIMED // timedelta(milliseconds=1)}"
_FREE = f"(claimed_by IS NULL OR claimed_by = ? OR claimed_at < {_OLD} OR NOT {alive('outbox.claimed_by')})"


class PostgresOutbox:
    """An Outbox that several processes share. A claim holds as long as its process lives, and five minutes at most."""

    def __init__(self, database: PostgresDatabase, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    async def waiting(self, now: datetime, platforms: Collection[str], limit: int) -> Sequence[SessionKey]:
        """Return conversations whose oldest message is due, and sent by no other process."""
        sql = f"""
            SELECT platform, workspace, person FROM (
                SELECT DISTINCT ON (platform, workspace, person) * FROM outbox
                WHERE state = 'waiting' AND platform = ANY(?::text[]) AND {_PRESENT}
                ORDER BY platform, workspace, person, id
            ) outbox WHERE due_at NOT BETWEEN ? AND ? AND {_FREE} ORDER BY due_at, id LIMIT ?
        """
        values = (sorted(platforms), *_not_yet(now), await self._database.process(), limit)
        return [SessionKey(*row) for row in map(tuple, await self._database.fetch(sql, *values))]

    async def claim(self, key: SessionKey, now: datetime) -> Outgoing | None:
        """Take the oldest message of a conversation, if it is due and no other process sends it."""
        process = await self._database.process()

        async def take(connection: Connection) -> Outgoing | None:
            while True:
                found, again = await self._oldest(connection, key, now, process)
                if not again:
                    return found

        return await self._database.run(take)

    async def _oldest(
        self, connection: Connection, key: SessionKey, now: datetime, process: int
    ) -> tuple[Outgoing | None, bool]:
        """Return the oldest message, if it is due; or that something was let go that held the conversation up."""
        mine = whose(key)
        # The oldest alone: one that another process has locked is waited for by nobody, and passed by none.
        sql = f"""
            SELECT * FROM outbox WHERE {_WHOSE} AND state = 'waiting'
            AND id = (SELECT min(id) FROM outbox WHERE {_WHOSE} AND state = 'waiting')
            AND {_FREE} AND {_PRESENT} AND {alive("?::integer")} FOR UPDATE SKIP LOCKED
        """
        # Its own line may have been cut, and it has not heard of that yet: such a claim would be worth nothing.
        values = (*mine, *mine, process, process)
        row = await connection.fetchrow(numbered(sql), *values)
        first, last = _not_yet(now)
        if row is None or first <= row["due_at"] <= last:
            return None, False
        number, share = row["id"], row["share"]
        if share is not None:
            newest = await connection.fetchval(
                numbered(f"SELECT max(id) FROM outbox WHERE {_WHOSE} AND share = ?"),
                *mine,
                share,
            )
            if newest > number:
                await _delete_older(connection, key, share, newest)
                return None, True
        opened = self._sealer.unseal(row["token"]) if row["token"] else None
        try:
            message = load_message(row["body"], opened or "")
        except SnapshotError:
            await _give_up(connection, key, number, "damaged")
            return None, True
        if row["parts_sent"]:
            asking = _that_asks(*json.loads(row["replaces"])) if row["replaces"] else None
        else:
            asking = await _asking(connection, key, message)
        sql = f"UPDATE outbox SET claimed_by = ?, claimed_at = {_NOW} WHERE {_WHOSE} AND id = ?"
        await connection.execute(numbered(sql), process, *mine, number)
        standing = f"SELECT count(*) FROM outbox WHERE {_WHOSE} AND state = 'dead' AND kind = 'withdrawal'"
        left_standing = await connection.fetchval(numbered(standing), *mine) if row["farewell"] else 0
        copies = await _copies(connection, key, share)
        return Outgoing(number, key, message, row["parts_sent"], row["attempts"], left_standing, asking, copies), False

    async def part_sent(self, row: Outgoing, receipt: Receipt | None, at: datetime) -> bool:
        """Note that the next part of a message was sent, and what the first one takes the place of."""
        replaces = json.dumps([row.asking.channel, row.asking.message]) if row.asking else None
        process = await self._database.process()

        async def write(connection: Connection) -> bool:
            sql = f"""
                UPDATE outbox SET parts_sent = ?, replaces = ? WHERE {_WHOSE} AND id = ? AND {_NOT_OTHERS}
            """
            values = (row.parts_sent + 1, replaces, *whose(row.key), row.id, process, process)
            if touched(await connection.execute(numbered(sql), *values)):
                await self._keep(connection, row, receipt, at)
                return True
            sql = f"SELECT EXISTS (SELECT 1 FROM outbox WHERE {_WHOSE} AND id = ?)"
            if not await connection.fetchval(numbered(sql), *whose(row.key), row.id):
                await self._follow(connection, row, receipt, at)
            elif receipt:
                # Another process has taken the message over, and goes on with it; this part stands all the same.
                sql = """
                    INSERT INTO sent_messages (platform, workspace, person, channel, message, sent_at, place)
                    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                """
                where = (receipt.channel, receipt.message, milliseconds(at), receipt.place)
                await connection.execute(numbered(sql), *whose(row.key), *where)
            return False

        return await self._database.run(write)

    async def settle(self, row: Outgoing, receipt: Receipt | None, at: datetime) -> None:
        """Note that the last part was sent; what it takes the place of asks nothing any more."""

        async def write(connection: Connection) -> None:
            if await _delete(connection, row):
                await self._keep(connection, row, receipt, at)
            else:
                await self._follow(connection, row, receipt, at)
            if row.message.farewell:
                sql = f"DELETE FROM outbox WHERE {_WHOSE} AND state = 'dead' AND kind = 'withdrawal'"
                await connection.execute(numbered(sql), *whose(row.key))

        await self._database.run(write)

    async def _follow(self, connection: Connection, row: Outgoing, receipt: Receipt | None, at: datetime) -> None:
        """Withdraw what was sent while its row went: the person was erased, or another process has sent it as well.

        Not where both are one message of the platform's, which knows a nonce again.
        """
        if receipt is None or isinstance(row.message.to, Withdrawal):
            return
        sql = f"SELECT EXISTS (SELECT 1 FROM sent_messages WHERE {_WHOSE} AND channel = ? AND message = ?)"
        values = (*whose(row.key), receipt.channel, receipt.message)
        if not await connection.fetchval(numbered(sql), *values):
            order = Message(Withdrawal(receipt.channel, receipt.message))
            await put_message(connection, self._sealer, row.key, order, at)

    async def _keep(self, connection: Connection, row: Outgoing, receipt: Receipt | None, at: datetime) -> None:
        mine, to = whose(row.key), row.message.to
        if isinstance(to, Withdrawal):
            sql = f"DELETE FROM sent_messages WHERE {_WHOSE} AND channel = ? AND message = ?"
            await connection.execute(numbered(sql), *mine, to.channel, to.message)
        elif not row.message.farewell:
            if not row.parts_sent:
                # Before the receipt: it may be of the same message, which was edited into the next question.
                await _replaced(connection, row)
            if isinstance(to, InChannel):
                sql = f"DELETE FROM sent_messages WHERE {_WHOSE} AND share = ? AND part = ?"
                await connection.execute(numbered(sql), *mine, to.share, row.parts_sent)
            if receipt:
                sql = """
                    INSERT INTO sent_messages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (platform, workspace, person, channel, message) DO UPDATE SET
                    sent_at = excluded.sent_at, check_id = excluded.check_id, asked = excluded.asked,
                    share = excluded.share, part = excluded.part, place = coalesce(excluded.place, sent_messages.place)
                """
                values = (receipt.channel, receipt.message, milliseconds(at), *what_it_is(row, receipt), receipt.place)
                await connection.execute(numbered(sql), *mine, *values)

    async def drop(self, row: Outgoing) -> None:
        """Let a message go that is of no use any more."""

        async def write(connection: Connection) -> None:
            await _delete(connection, row)

        await self._database.run(write)

    # A message that another process has taken over is that one's to put off and to give up.

    async def put_off(self, row: Outgoing, until: datetime, attempts: int) -> None:
        """Try again later; any process may."""
        sql = f"""
            UPDATE outbox SET due_at = ?, attempts = ?, claimed_by = NULL WHERE {_WHOSE} AND id = ? AND {_NOT_OTHERS}
        """
        process = await self._database.process()
        await self._database.execute(sql, milliseconds(until), attempts, *whose(row.key), row.id, process, process)

    async def give_up(self, row: Outgoing, reason: str) -> None:
        """Make it a dead letter."""
        process = await self._database.process()

        async def write(connection: Connection) -> None:
            sql = f"SELECT 1 FROM outbox WHERE {_WHOSE} AND id = ? AND {_NOT_OTHERS} FOR UPDATE"
            if await connection.fetchval(numbered(sql), *whose(row.key), row.id, process, process):
                await _give_up(connection, row.key, row.id, reason)

        await self._database.run(write)

    async def dead_letters(self, limit: int) -> Sequence[DeadLetter]:
        """Return messages that were given up, the newest first."""
        sql = """
            SELECT id, platform, workspace, person, kind, reason, attempts, created_at FROM outbox
            WHERE state = 'dead' ORDER BY id DESC LIMIT ?
        """
        rows = await self._database.fetch(sql, limit)
        return [
            DeadLetter(number, SessionKey(*key), kind, reason, attempts, datetime.fromtimestamp(at / 1000, UTC))
            for number, *key, kind, reason, attempts, at in map(tuple, rows)
        ]

    async def retry(self, row: int | None, now: datetime) -> int:
        """Put a dead letter, or all of them, into the outbox again."""
        sql = """
            UPDATE outbox SET state = 'waiting', due_at = ?, attempts = 0, reason = NULL, told = false,
            claimed_by = NULL WHERE state = 'dead' AND kind <> 'interaction' AND id = coalesce(?::bigint, id)
        """
        count = await self._database.execute(sql, milliseconds(now), row)
        if count:
            await self._database.execute("SELECT pg_notify(?, '')", CHANNEL)
        return count

    async def pause(self, seconds: float) -> None:
        """Wait until another process puts something in, or so long."""
        await self._database.rung(seconds)

    async def let_go(self, row: int | None) -> int:
        """Let a dead letter go for good, or all of them."""
        sql = "DELETE FROM outbox WHERE state = 'dead' AND id = coalesce(?::bigint, id)"
        return await self._database.execute(sql, row)

    async def backlog(self) -> Backlog:
        """Return how much there is."""
        sql = f"""
            SELECT count(*) FILTER (WHERE state = 'waiting'), min(created_at) FILTER (WHERE state = 'waiting'),
            count(*) FILTER (WHERE state = 'dead') FROM outbox WHERE state = 'dead' OR {_PRESENT}
        """
        ((waiting, oldest, dead),) = await self._database.fetch(sql)
        return Backlog(waiting, None if oldest is None else datetime.fromtimestamp(oldest / 1000, UTC), dead)


async def _give_up(connection: Connection, key: SessionKey, number: int, reason: str) -> None:
    sql = f"""
        UPDATE outbox SET state = 'dead', reason = ?, attempts = attempts + 1, token = NULL, claimed_by = NULL
        WHERE {_WHOSE} AND id = ?
    """
    await connection.execute(numbered(sql), reason, *whose(key), number)


async def _delete(connection: Connection, row: Outgoing) -> bool:
    """Let a row go; tell whether it was there. Of the same copy in a channel, nothing older may be sent after it."""
    if isinstance(row.message.to, InChannel):
        await _delete_older(connection, row.key, row.message.to.share, row.id)
    sql = f"DELETE FROM outbox WHERE {_WHOSE} AND id = ?"
    return bool(touched(await connection.execute(numbered(sql), *whose(row.key), row.id)))


async def _delete_older(connection: Connection, key: SessionKey, share: str, than: int) -> None:
    sql = f"DELETE FROM outbox WHERE {_WHOSE} AND share = ? AND id < ?"
    await connection.execute(numbered(sql), *whose(key), share, than)


async def _asking(connection: Connection, key: SessionKey, message: Message) -> Receipt | None:
    """Find what asks for an earlier state of the check that a message is about."""
    if message.check is None or not isinstance(message.to, DirectMessage | InteractionReply):
        return None
    sql = f"""
        SELECT channel, message FROM sent_messages WHERE {_WHOSE} AND check_id = ? AND asked < ?
        ORDER BY asked DESC, sent_at DESC, message COLLATE "C" DESC LIMIT 1
    """
    row = await connection.fetchrow(numbered(sql), *whose(key), message.check, message.asked)
    return _that_asks(row[0], row[1]) if row else None


def _that_asks(channel: str, message: str) -> Receipt:
    return Receipt(channel, message, asks=True)


async def _replaced(connection: Connection, row: Outgoing) -> None:
    """Note that what a message takes the place of asks nothing any more."""
    mine, to = whose(row.key), row.message.to
    set_ = "UPDATE sent_messages SET check_id = NULL, asked = NULL"
    if row.asking:
        sql = f"{set_} WHERE {_WHOSE} AND check_id = ? AND asked < ?"
        await connection.execute(numbered(sql), *mine, row.message.check, row.message.asked)
    if isinstance(to, DirectMessage) and to.pressed:
        sql = f"{set_} WHERE {_WHOSE} AND channel = ? AND message = ? AND asked IS NOT NULL"
        await connection.execute(numbered(sql), *mine, to.pressed.channel, to.pressed.message)


async def _copies(connection: Connection, key: SessionKey, share: str | None) -> tuple[Receipt | None, ...]:
    """Return the messages that a copy in a channel has there, each at the number of its part."""
    if share is None:
        return ()
    sql = f"SELECT part, channel, message FROM sent_messages WHERE {_WHOSE} AND share = ?"
    rows = await connection.fetch(numbered(sql), *whose(key), share)
    found = {part: Receipt(*where) for part, *where in map(tuple, rows)}
    return tuple(found.get(part) for part in range(max(found, default=-1) + 1))


def _not_yet(now: datetime) -> tuple[int, int]:
    """Return between which times a message is put off."""
    return milliseconds(now) + 1, milliseconds(now + PUT_OFF_AT_MOST)
