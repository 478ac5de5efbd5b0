"""People, their checks and their messages in PostgreSQL, shared by as many processes as there are."""

import asyncio
import json
import zlib
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain
from typing import cast

from adapters.storage.lanes import Lane
from adapters.storage.postgres_database import (
    PostgresDatabase,
    Refused,
    numbered,
    open_postgres_database,
    told,
    touched,
)
from adapters.storage.postgres_lifeline import Connection
from adapters.storage.postgres_outbox import PostgresOutbox
from adapters.storage.postgres_turns import Row, day, put_message, rows_of, write
from adapters.storage.postgres_vault import PostgresVault, marks_kept, rekey
from adapters.storage.records import claims_in, exported, packed, remarks_in, unpacked, wants_to_be_left_alone
from adapters.storage.sealing import Sealer
from adapters.storage.sqlite_outbox import milliseconds, whose
from conversations.budgets import Budget, spent
from conversations.catalogue import phrase
from conversations.messages import Message, Receipt, Withdrawal
from conversations.ports import AskedReview, Commit, DueCheck, StorageError, Work
from conversations.session import Check, Person, ReviewState, Session, SessionKey
from conversations.snapshot import (
    SnapshotError,
    dump_check,
    dump_workspace,
    load_check,
    load_person,
    load_workspace,
)
from conversations.workspace import Workspace

EVENTS_KEPT = timedelta(days=3)
TOMBSTONES_KEPT = timedelta(days=30)
DEAD_LETTERS_KEPT = timedelta(days=30)
_ERASED_AT_ONCE = 100
_QUEUE = 25
_WHOSE = "platform = ? AND workspace = ? AND person = ?"
_PRESENT = """
    NOT EXISTS (SELECT 1 FROM workspaces w
                WHERE (w.platform, w.workspace) = (checks.platform, checks.workspace) AND w.left_at IS NOT NULL)
"""
Wanted = tuple[str, str, str, str | None, str]
"""Whose session, which check if not the one at hand, and the workspace whose rules go with it."""
PERSONAL = ("people", "checks", "outbox", "sent_messages", "reviews")
"""The tables that say whose a row is."""

_LOAD = """
    SELECT p.body AS person, c.body AS checked, w.body AS rules, u.undelivered
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
        WITH ORDINALITY AS wanted(platform, workspace, person, id, place, number)
    LEFT JOIN LATERAL (
        SELECT body, current_check FROM people
        WHERE (platform, workspace, person) = (wanted.platform, wanted.workspace, wanted.person) LIMIT 1
    ) p ON true
    LEFT JOIN LATERAL (
        SELECT body FROM checks
        WHERE (platform, workspace, person) = (wanted.platform, wanted.workspace, wanted.person)
        AND id = coalesce(wanted.id, p.current_check) LIMIT 1
    ) c ON true
    LEFT JOIN LATERAL (
        SELECT body FROM workspaces WHERE (platform, workspace) = (wanted.platform, wanted.place) LIMIT 1
    ) w ON true
    CROSS JOIN LATERAL (
        SELECT count(*) AS undelivered FROM outbox
        WHERE (platform, workspace, person) = (wanted.platform, wanted.workspace, wanted.person)
        AND state = 'dead' AND NOT told AND kind <> 'withdrawal'
    ) u
    ORDER BY number
"""
"""LIMIT 1 keeps each part a look into an index, for however many at once, also where the planner has no figures."""


@asynccontextmanager
async def open_postgres(
    url: str, secret: str, step_aside: Callable[[], None] = lambda: None
) -> AsyncIterator["PostgresStore"]:
    """Open a database, bringing its tables up to this version.

    Args:
        url: `postgresql://...`.
        secret: what tokens are encrypted with; the same for all processes.
        step_aside: called when a newer version has changed the tables: this process is to end soon.

    Raises:
        StorageError: it cannot be reached, or was written by a newer version; perhaps in the meantime.

    """
    async with open_postgres_database(url, step_aside) as database:
        sealer = Sealer(lambda: secret)
        sealer.go_on_marking(await marks_kept(database))
        yield PostgresStore(database, sealer)


class PostgresStore:
    """A SessionStore."""

    def __init__(self, database: PostgresDatabase, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer
        self.outbox = PostgresOutbox(database, sealer)
        self.vault = PostgresVault(database, sealer)
        self._loading: Lane[Wanted] = Lane(self._load_together)
        self._writing: Lane[Sequence[Row]] = Lane(self._write_together)

    async def _load_together(self, wanted: list[Wanted]) -> Sequence[object]:
        return await self._database.fetch(_LOAD, *map(list, zip(*wanted, strict=True)))

    async def _write_together(self, turns: list[Sequence[Row]]) -> Sequence[object]:
        """Write turns in one commit. Where one of several may not be written, each is tried by itself."""
        try:
            done = await self._write(chain.from_iterable(turns))
        except StorageError as error:
            if len(turns) == 1 or error.told.key == "storage.unreachable":
                raise
        else:
            if done is Commit.SAVED or len(turns) == 1:
                return [done] * len(turns)
        return await asyncio.gather(*map(self._write, turns), return_exceptions=True)

    async def _write(self, rows: Iterable[Row]) -> Commit:
        # Always in the same order, so that two processes do not wait for each other.
        ordered = sorted(rows, key=lambda row: (str(row["platform"]), str(row["workspace"]), str(row["person"])))

        async def statement(connection: Connection) -> Commit:
            await write(connection, ordered)
            return Commit.SAVED

        return await self._database.run_one(statement)

    async def load(self, key: SessionKey, check: str | None = None, place: str | None = None) -> Session:
        """Return the person and one of their checks."""
        row = await self._loading.run((*whose(key), check, place or key.workspace))
        with told(self._database.name):
            known = load_person(row["person"]) if row["person"] else None
            return Session(
                known or Person(key, left_alone=await self._left_alone(key)),
                load_check(row["checked"]) if row["checked"] else None,
                undelivered=row["undelivered"] if known else 0,
                workspace=load_workspace(row["rules"]) if row["rules"] else Workspace(),
            )

    async def _left_alone(self, key: SessionKey) -> bool:
        rows = await self._database.fetch("SELECT left_alone FROM tombstones WHERE person = ?", self._mark(key))
        return bool(rows and rows[0]["left_alone"])

    async def commit(self, work: Work) -> Commit:
        """Write what one turn changed, or nothing."""
        rows = rows_of(work, self._sealer)
        if not _writes_more(work):
            return cast("Commit", await self._writing.run(rows))

        async def whole(connection: Connection) -> Commit:
            await write(connection, rows)
            await _write_reviews_of(connection, work)
            await _write_workspace(connection, work)
            for name, body in filter(None, (work.pack, *work.packs)):
                await connection.execute(
                    numbered("INSERT INTO packs VALUES (?, ?) ON CONFLICT DO NOTHING"), name, packed(body)
                )
            if work.told:
                sql = f"UPDATE outbox SET told = true WHERE {_WHOSE} AND state = 'dead' AND NOT told"
                await connection.execute(numbered(sql), *whose(work.after.person.key))
            return Commit.SAVED

        return await self._database.run(whole)

    async def checks(self, key: SessionKey) -> Sequence[Check]:
        """Return a person's checks, the one changed last first."""
        sql = f'SELECT body FROM checks WHERE {_WHOSE} ORDER BY changed_at DESC, id COLLATE "C"'
        rows = await self._database.fetch(sql, *whose(key))
        with told(self._database.name):
            return [load_check(row["body"]) for row in rows]

    async def due(self, now: datetime, platforms: Collection[str], limit: int) -> Sequence[DueCheck]:
        """Return checks whose time has come."""
        sql = f"""
            SELECT platform, workspace, person, id FROM checks
            WHERE due_at <= ? AND platform = ANY(?::text[]) AND {_PRESENT} ORDER BY due_at LIMIT ?
        """
        rows = await self._database.fetch(sql, milliseconds(now), sorted(platforms), limit)
        return [DueCheck(SessionKey(*row[:3]), row[3]) for row in map(tuple, rows)]

    async def pack(self, name: str) -> str | None:
        """Return a questionnaire that was kept."""
        rows = await self._database.fetch("SELECT body FROM packs WHERE name = ?", name)
        with told(self._database.name):
            try:
                return unpacked(rows[0]["body"]) if rows else None
            except (zlib.error, UnicodeDecodeError):
                raise SnapshotError("a stored pack is damaged") from None

    async def erase(
        self, key: SessionKey, at: datetime, event: str | None = None, farewell: Message | None = None
    ) -> Commit:
        """Erase everything about a person."""
        mine, sealer, now = whose(key), self._sealer, milliseconds(at)
        seen = sealer.mark("event", key.platform, event) if event else None

        async def write(connection: Connection) -> Commit:
            insert = "INSERT INTO seen_events VALUES (?, ?) ON CONFLICT DO NOTHING"
            if seen and not touched(await connection.execute(numbered(insert), seen, now)):
                raise Refused(Commit.DUPLICATE)
            body = await connection.fetchval(numbered(f"SELECT body FROM people WHERE {_WHOSE}"), *mine)
            sent = await connection.fetch(
                numbered(f"SELECT channel, message FROM sent_messages WHERE {_WHOSE}"),
                *mine,
            )
            if body:
                await connection.execute(
                    numbered("""
                        INSERT INTO tombstones VALUES (?, ?, ?) ON CONFLICT (person) DO UPDATE SET
                        erased_at = greatest(tombstones.erased_at, excluded.erased_at), left_alone = excluded.left_alone
                    """),
                    self._mark(key),
                    now,
                    wants_to_be_left_alone(body),
                )
            for table in PERSONAL:
                # Orders to withdraw that an earlier erasing left stay until they are done.
                stays = " AND kind <> 'withdrawal'" if table == "outbox" else ""
                await connection.execute(numbered(f"DELETE FROM {table} WHERE {_WHOSE}{stays}"), *mine)
            await _drop_packs(connection)
            await _drop_remarks(connection, key)
            for place, rules in await _naming(connection, key):
                after = rules.without(key.person)
                values = (after.revision, dump_workspace(after), *place, rules.revision)
                await connection.execute(numbered(_UPDATE_WORKSPACE), *values)
            for channel, message in map(tuple, sent):
                await put_message(connection, sealer, key, Message(Withdrawal(channel, message)), at)
            if farewell:
                await put_message(connection, sealer, key, replace(farewell, farewell=True), at)
            return Commit.SAVED

        return await self._database.run(write)

    async def sharer(self, place: SessionKey, receipt: Receipt) -> tuple[SessionKey, str, str] | None:
        """Return who shared what a channel's message is part of, the check and the share."""
        sql = """
            SELECT person, check_id, share FROM sent_messages WHERE platform = ? AND workspace = ?
            AND channel = ? AND message = ? AND share IS NOT NULL AND check_id IS NOT NULL
        """
        rows = await self._database.fetch(sql, *_place(place), receipt.channel, receipt.message)
        return (replace(place, person=rows[0][0]), rows[0][1], rows[0][2]) if rows else None

    async def reviews(self, place: SessionKey) -> Sequence[AskedReview]:
        """Return the copies that mentors are asked to look at, what waits longest first."""
        sql = """
            SELECT r.platform, r.workspace, r.person, c.body, r.share FROM reviews r
            JOIN checks c ON (c.platform, c.workspace, c.person, c.id) = (r.platform, r.workspace, r.person, r.check_id)
            WHERE r.platform = ? AND r.place = ? ORDER BY r.asked_at LIMIT ?
        """
        found = []
        for *key, body, share in map(tuple, await self._database.fetch(sql, *_place(place), _QUEUE)):
            with suppress(SnapshotError):
                check = load_check(body)
                found += [AskedReview(SessionKey(*key), check.id, one) for one in check.shares if one.id == share]
        return found

    async def shared_in(self, place: SessionKey) -> Sequence[tuple[SessionKey, str, str]]:
        """Return the copies that stand in a workspace which is none of their owner's key."""
        sql = """
            SELECT DISTINCT platform, workspace, person, check_id, share FROM sent_messages
            WHERE platform = ? AND place = ? AND share IS NOT NULL AND check_id IS NOT NULL
        """
        rows = await self._database.fetch(sql, *_place(place))
        return [(SessionKey(*key), check, share) for *key, check, share in map(tuple, rows)]

    async def places(self, platform: str) -> Collection[str]:
        """Return the workspaces of a platform that have rules, or copies in them."""
        sql = """
            SELECT workspace FROM workspaces WHERE platform = ?
            UNION SELECT place FROM sent_messages WHERE platform = ? AND place IS NOT NULL
        """
        return [row[0] for row in await self._database.fetch(sql, platform, platform)]

    async def left(self, place: SessionKey, at: datetime | None) -> None:
        """Note that a workspace sent the bot away, and when; or with None that it is back."""
        if at is None:
            sql = "UPDATE workspaces SET left_at = NULL WHERE platform = ? AND workspace = ?"
            await self._database.execute(sql, *_place(place))
            return
        sql = """
            INSERT INTO workspaces VALUES (?, ?, 0, ?, ?) ON CONFLICT (platform, workspace) DO UPDATE SET
            left_at = coalesce(workspaces.left_at, excluded.left_at)
        """
        await self._database.execute(sql, *_place(place), dump_workspace(Workspace()), milliseconds(at))

    async def gone(self, platform: str) -> Collection[str]:
        """Return the workspaces of a platform that sent the bot away and are not back."""
        sql = "SELECT workspace FROM workspaces WHERE platform = ? AND left_at IS NOT NULL"
        return [row[0] for row in await self._database.fetch(sql, platform)]

    async def keep(self, name: str, value: str) -> None:
        """Keep a short text under a name."""
        await self._database.execute(_KEEP, name, value)

    async def kept(self, name: str) -> str | None:
        """Return what was kept under a name."""
        rows = await self._database.fetch("SELECT value FROM kept WHERE name = ?", name)
        return str(rows[0][0]) if rows else None

    async def spend(self, name: str, at: datetime, budgets: Sequence[Budget]) -> datetime | None:
        """Spend one of what several processes share."""

        async def write(connection: Connection) -> datetime | None:
            await connection.execute(numbered("INSERT INTO kept VALUES (?, '[]') ON CONFLICT DO NOTHING"), name)
            found = await connection.fetchval(numbered("SELECT value FROM kept WHERE name = ? FOR UPDATE"), name)
            kept, again = spent(found, at, budgets)
            await connection.execute(numbered(_KEEP), name, kept)
            return again

        return await self._database.run(write)

    async def lately(self, platform: str, since: datetime, limit: int) -> Sequence[tuple[SessionKey, Receipt]]:
        """Return people who were written to since then, with the last message to each."""
        sql = """
            SELECT platform, workspace, person, channel, message FROM (
                SELECT DISTINCT ON (platform, workspace, person) platform, workspace, person, channel, message
                FROM sent_messages WHERE platform = ? AND share IS NULL AND sent_at >= ?
                ORDER BY platform, workspace, person, length(message) DESC, message COLLATE "C" DESC
            ) latest ORDER BY length(message) DESC, message COLLATE "C" DESC LIMIT ?
        """
        rows = await self._database.fetch(sql, platform, milliseconds(since), limit)
        return [(SessionKey(*key), Receipt(channel, message)) for *key, channel, message in map(tuple, rows)]

    async def held(self, key: SessionKey) -> str:
        """Return everything that is stored about a person, as JSON."""

        async def read(connection: Connection) -> dict[str, list[dict[str, object]]]:
            found: dict[str, list[dict[str, object]]] = {}
            for table in PERSONAL:
                sql = numbered(f"SELECT * FROM {table} WHERE {_WHOSE}")
                found[table] = [dict(row) for row in await connection.fetch(sql, *whose(key))]
            sql = f"SELECT name, body FROM packs WHERE name IN (SELECT pack FROM checks WHERE {_WHOSE}) ORDER BY name"
            rows = await connection.fetch(numbered(sql), *whose(key))
            found["packs"] = [{"name": name, "body": unpacked(body)} for name, body in map(tuple, rows)]
            found["remarks"], found["claims"] = await _said_as_a_mentor(connection, key)
            found["workspaces"] = [dict(rules.names(key.person)) for _, rules in await _naming(connection, key)]
            return found

        tables = await self._database.run(read)
        return exported(tables)

    async def rekey(self, secret: str) -> tuple[int, int]:
        """Seal everything with another secret, which is to be the one from now on.

        Returns how many were sealed anew, and how many could not be opened and are gone. Marks stay what they are.

        Raises:
            StorageError: a bot runs on it.

        """
        if await self._database.others():
            raise StorageError(phrase("storage.second_bot", name=self._database.name))
        return await rekey(self._database, self._sealer, Sealer(lambda: secret))

    async def tidy(self, now: datetime, grace: timedelta | None = None) -> None:
        """Let go of what has served its time."""
        if grace is not None:
            await self._erase_workspaces(milliseconds(now - grace))
        for sql, kept in (
            ("DELETE FROM tombstones WHERE NOT left_alone AND erased_at < ?", TOMBSTONES_KEPT),
            ("DELETE FROM outbox WHERE state = 'dead' AND created_at < ?", DEAD_LETTERS_KEPT),
            ("DELETE FROM seen_events WHERE seen_at < ?", EVENTS_KEPT),
            ("DELETE FROM secrets WHERE until < ?", timedelta()),
        ):
            await self._database.execute(sql, milliseconds(now - kept))

        async def drop(connection: Connection) -> None:
            await _drop_packs(connection)

        await self._database.run(drop)

    async def _erase_workspaces(self, left_by: int) -> None:
        places = await self._database.fetch("SELECT platform, workspace FROM workspaces WHERE left_at <= ?", left_by)
        for place in map(tuple, places):
            more = True
            while more:

                async def some(connection: Connection, place: tuple[str, ...] = place) -> bool:
                    return await _erase_some(connection, place, left_by)

                more = await self._database.run(some)

    def _mark(self, key: SessionKey) -> bytes:
        return self._sealer.mark("person", *whose(key))


_UPDATE_WORKSPACE = """
    UPDATE workspaces SET revision = ?, body = ? WHERE platform = ? AND workspace = ? AND revision = ?
"""
_KEEP = "INSERT INTO kept VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"


async def _erase_some(connection: Connection, place: tuple[str, ...], left_by: int) -> bool:
    """Erase some people of a workspace whole, and after the last one its rules; tell whether there are more."""
    there = "SELECT 1 FROM workspaces WHERE platform = ? AND workspace = ? AND left_at <= ? FOR UPDATE"
    if not await connection.fetchval(numbered(there), *place, left_by):
        return False
    people = " UNION ".join(f"SELECT person FROM {table} WHERE platform = $1 AND workspace = $2" for table in PERSONAL)
    rows = await connection.fetch(
        f"SELECT person FROM ({people}) found ORDER BY person LIMIT {_ERASED_AT_ONCE}", *place
    )
    if not rows:
        await connection.execute(numbered("DELETE FROM workspaces WHERE platform = ? AND workspace = ?"), *place)
        return False
    some = [row[0] for row in rows]
    for table in PERSONAL:
        sql = f"DELETE FROM {table} WHERE platform = $1 AND workspace = $2 AND person = ANY($3::text[])"
        await connection.execute(sql, *place, some)
    return True


def _writes_more(work: Work) -> bool:
    """Tell whether a turn writes what `teamcheck_turns` knows nothing of."""
    more = work.pack or work.packs or work.told or work.after.workspace != work.before.workspace
    return bool(more) or _moves_reviews(work)


def _moves_reviews(work: Work) -> bool:
    before, after = work.before.check, work.after.check
    if after is None:
        return False
    before_that = before.shares if before and before.id == after.id else ()
    return work.expired or [one.review for one in before_that] != [one.review for one in after.shares]


async def _write_reviews_of(connection: Connection, work: Work) -> None:
    if work.after.check and _moves_reviews(work):
        await _write_reviews(connection, work.after.person.key, work.after.check, gone=work.expired)


async def _write_reviews(connection: Connection, key: SessionKey, check: Check, *, gone: bool) -> None:
    """Keep what mentors are asked for, as it follows from a check."""
    await connection.execute(numbered(f"DELETE FROM reviews WHERE {_WHOSE} AND check_id = ?"), *whose(key), check.id)
    for share in () if gone else check.shares:
        if share.review and share.review.state is not ReviewState.DONE:
            place, at = share.place or key.workspace, milliseconds(share.review.asked_at)
            sql = numbered("INSERT INTO reviews VALUES (?, ?, ?, ?, ?, ?, ?)")
            await connection.execute(sql, *whose(key), check.id, share.id, place, at)


async def _named(connection: Connection, key: SessionKey) -> list[tuple[SessionKey, str, str]]:
    sql = """
        SELECT platform, workspace, person, id, body FROM checks
        WHERE platform = ? AND (strpos(body, '"shares":') > 0 OR strpos(body, '"remarks":') > 0) AND strpos(body, ?) > 0
    """
    rows = await connection.fetch(numbered(sql), key.platform, json.dumps(key.person))
    return [(SessionKey(*owner), check, body) for *owner, check, body in map(tuple, rows)]


async def _said_as_a_mentor(
    connection: Connection, key: SessionKey
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Return what somebody said and took on as a mentor, without a word of whose it was."""
    remarks, claims = list[dict[str, object]](), list[dict[str, object]]()
    for owner, _, body in await _named(connection, key):
        if owner.workspace == key.workspace:
            with suppress(SnapshotError):
                check = load_check(body)
                remarks += remarks_in(check, key.person)
                claims += claims_in(check, key.person)
    return remarks, claims


async def _drop_remarks(connection: Connection, key: SessionKey) -> None:
    """Let go of what somebody said as a mentor, and of what they had claimed, in the checks of others."""
    for owner, check_id, body in await _named(connection, key):
        if owner.workspace != key.workspace:
            continue
        with suppress(SnapshotError):
            before = load_check(body)
            after = before.without_mentor(key.person)
            if after != before:
                sql = f"UPDATE checks SET revision = ?, changed_at = ?, body = ? WHERE {_WHOSE} AND id = ?"
                values = (after.revision, day(after.changed_at), dump_check(after), *whose(owner), check_id)
                await connection.execute(numbered(sql), *values)
                await _write_reviews(connection, owner, after, gone=False)


async def _write_workspace(connection: Connection, work: Work) -> None:
    before, after, place = work.before.workspace, work.after.workspace, _place(work.after.person.key)
    if after == before:
        return
    body = dump_workspace(after)
    done = await connection.execute(numbered(_UPDATE_WORKSPACE), after.revision, body, *place, before.revision)
    if before.revision == 0 and not touched(done):
        # One that was only ever noted to have sent the bot away has its row already.
        sql = "INSERT INTO workspaces VALUES (?, ?, ?, ?, NULL) ON CONFLICT DO NOTHING"
        done = await connection.execute(numbered(sql), *place, after.revision, body)
    if touched(done) != 1:
        raise Refused(Commit.STALE)


async def _naming(connection: Connection, key: SessionKey) -> list[tuple[tuple[str, str], Workspace]]:
    """Return the workspaces whose rules name a person: where their key is of none, any of their platform."""
    sql = """
        SELECT platform, workspace, body FROM workspaces
        WHERE platform = ? AND (?::text = '' OR workspace = ?) AND strpos(body, ?) > 0
    """
    found = []
    values = (key.platform, key.workspace, key.workspace, key.person)
    for platform, workspace, body in map(tuple, await connection.fetch(numbered(sql), *values)):
        with suppress(SnapshotError):
            rules = load_workspace(body)
            if rules.names(key.person):
                found.append(((platform, workspace), rules))
    return found


async def _drop_packs(connection: Connection) -> None:
    await connection.execute("""
        DELETE FROM packs WHERE NOT EXISTS (SELECT 1 FROM checks WHERE checks.pack = packs.name)
        AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.pack = packs.name)
    """)


def _place(key: SessionKey) -> tuple[str, str]:
    """Return the columns that say of which workspace a row is."""
    return key.platform, key.workspace
