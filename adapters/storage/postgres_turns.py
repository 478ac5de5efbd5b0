"""What turns write in PostgreSQL, as rows for `teamcheck_turns`: that function says what becomes of each."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import asyncpg  # type: ignore[import-untyped]

from adapters.storage.postgres_database import Refused
from adapters.storage.postgres_lifeline import Connection
from adapters.storage.sealing import Sealer
from adapters.storage.sqlite_outbox import milliseconds, whose
from conversations.messages import InChannel, InteractionReply, Message
from conversations.ports import Commit, Work
from conversations.session import Check, SessionKey
from conversations.snapshot import dump_check, dump_message, dump_person

Row = Mapping[str, object]
WRITE = "SELECT teamcheck_turns($1::json)"
_LEFT = {"duplicate": Commit.DUPLICATE, "stale": Commit.STALE}


def rows_of(work: Work, sealer: Sealer) -> list[Row]:
    """Return what a turn writes: of its person, their check, what it sends, and checks that were brought along."""
    before, after = work.before, work.after
    key = after.person.key
    first = _row(key, work.at)
    if work.event:
        first |= {
            "event": sealer.mark("event", key.platform, work.event).hex(),
            "mark": sealer.mark("person", *whose(key)).hex(),
        }
    if after.person != before.person:
        first |= {
            "person_was": before.person.revision,
            "person_is": after.person.revision,
            "person_body": dump_person(after.person),
        }
    if check := after.check:
        was = before.check.revision if before.check and before.check.id == check.id else 0
        body = dump_check(check) if check != before.check and not work.expired else None
        due = milliseconds(work.due) if work.due else None
        first |= _check(check, was, body) | {"due_at": due, "over": work.expired}
    if work.messages:
        first["messages"] = [message_row(message, sealer) for message in work.messages]
    return [first, *(_row(key, work.at) | _check(one, 0, dump_check(one)) for one in work.brought)]


def _row(key: SessionKey, at: datetime) -> dict[str, object]:
    return {
        "platform": key.platform,
        "workspace": key.workspace,
        "person": key.person,
        "at": milliseconds(at),
        "over": False,
    }


def _check(check: Check, was: int, body: str | None) -> dict[str, object]:
    return {
        "check_id": check.id,
        "check_was": was,
        "check_is": check.revision,
        "changed_at": day(check.changed_at),
        "check_body": body,
        "pack": check.pack,
    }


def message_row(message: Message, sealer: Sealer) -> Row:
    """Return a message as a row for the outbox; the token is sealed."""
    to = message.to
    return {
        "kind": to.kind,
        "share": to.share if isinstance(to, InChannel) else None,
        "farewell": message.farewell,
        "token": sealer.seal(to.token).hex() if isinstance(to, InteractionReply) else None,
        "body": dump_message(message),
        "pack": message.pack,
    }


def written(rows: Iterable[Row]) -> str:
    """Return rows as the function takes them."""
    return json.dumps(list(rows), ensure_ascii=False)


async def write(connection: Connection, rows: Sequence[Row]) -> None:
    """Write rows in the transaction at hand.

    Raises:
        Refused: one of them may not be written.

    """
    try:
        await connection.execute(WRITE, written(rows))
    except asyncpg.RaiseError as error:
        raise Refused(left(error)) from None


def left(error: asyncpg.RaiseError) -> Commit:
    """Return why nothing was written."""
    return _LEFT[error.args[0]]


async def put_message(connection: Connection, sealer: Sealer, key: SessionKey, message: Message, at: datetime) -> None:
    """Put a message into the outbox."""
    await write(connection, [_row(key, at) | {"messages": [message_row(message, sealer)]}])


def day(at: datetime) -> str:
    """Return a time as checks are sorted by it."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
