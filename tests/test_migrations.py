"""A database that an earlier version wrote opens, and holds what it held."""

import asyncio
import sqlite3
import zlib
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.storage.migrations import APPLICATION_ID, scripts
from adapters.storage.sqlite import open_sqlite
from adapters.storage.sqlite_outbox import milliseconds
from adapters.storage.upkeep import upgrade
from conversations.catalogue import phrase
from conversations.messages import Message, Outgoing, Receipt, Withdrawal
from conversations.ports import Commit, DueCheck, StorageError, Work
from conversations.session import Amount, Given, Session, SessionKey
from conversations.workspace import Workspace
from tests.dialogue import ME, NOON
from tests.test_every_outbox import claimed, put, saying, sent
from tests.test_snapshot import FIRST_CHECK, FIRST_PERSON, ONE, SOMEONE

LATEST = len(scripts())
# One answer came a second after the others in ONE, which the first version's text was not written from.
CHECK = replace(
    ONE, answers={**ONE.answers, "several": (replace(ONE.answers["several"][0], at=NOON), Given(Amount(3), NOON))}
)
WHAT_IT_HELD = Session(SOMEONE, CHECK)

every_earlier_version = pytest.mark.parametrize("version", range(1, LATEST))


def written_by(version: int, path: Path) -> None:
    """Make the file that a teamcheck of so many migrations left, with a person and their check."""
    path.parent.mkdir(exist_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        for script in scripts()[:version]:
            connection.executescript(script)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {version}")
        whose = (ME.platform, ME.workspace, ME.person)
        columns = "platform, workspace, person, revision, body"
        connection.execute(f"INSERT INTO people ({columns}) VALUES (?, ?, ?, 3, ?)", (*whose, FIRST_PERSON))  # noqa: S608
        columns = "platform, workspace, person, id, revision, changed_at, body"
        at = "2026-03-02T12:00:00.000000+00:00"
        values = (*whose, "abc234", at, FIRST_CHECK)
        connection.execute(f"INSERT INTO checks ({columns}) VALUES (?, ?, ?, ?, 7, ?, ?)", values)  # noqa: S608
        if version >= 2:
            connection.execute("INSERT INTO packs (name, body) VALUES ('core-1', ?)", (zlib.compress(b"{}"),))
        if version >= 3:
            written_by_the_third(connection, whose)
        if version >= 4:
            written_by_the_fourth(connection, whose)


# What version 3 put into the outbox, to the letter.
THIRD_MESSAGE = (
    '{"schema":2,"record":{"to":{"kind":"direct"},"replies":[["Say",{"text":{"key":"noted","args":{"said":"Zyxwvutsr"'
    '}}}]],"language":"en","pack":"core-1","check":"abc234","asked":7,"notification":{"key":"notification.reply",'
    '"args":{}},"farewell":false}}'
)
THIRD_WITHDRAWAL = (
    '{"schema":2,"record":{"to":{"channel":"C1","message":"M1","kind":"withdrawal"},"replies":[],"language":"en",'
    '"pack":null,"check":null,"asked":0,"notification":{"key":"notification.reply","args":{}},"farewell":false}}'
)
WAITING = replace(saying("Zyxwvutsr"), pack="core-1", check="abc234", asked=7)
MILLISECONDS = milliseconds(NOON)


def written_by_the_third(connection: sqlite3.Connection, whose: tuple[str, str, str]) -> None:
    """Leave a message that waits, one that was given up, two that were sent, and a check whose time has come."""
    columns = "platform, workspace, person, state, kind, farewell, due_at, created_at, reason, body"
    for row in (
        ("dead", "withdrawal", 0, 0, MILLISECONDS, "gone", THIRD_WITHDRAWAL),
        ("waiting", "direct", 0, 0, MILLISECONDS, None, THIRD_MESSAGE),
    ):
        connection.execute(f"INSERT INTO outbox ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*whose, *row))  # noqa: S608
    for message in ("M2", "M3"):
        columns = "platform, workspace, person, channel, message, sent_at"
        values = (*whose, message, MILLISECONDS)
        connection.execute(f"INSERT INTO sent_messages ({columns}) VALUES (?, ?, ?, 'D1', ?, ?)", values)  # noqa: S608
    connection.execute("UPDATE checks SET due_at = ?", (MILLISECONDS,))


# What version 4 kept of a workspace, to the letter.
FOURTH_RULES = '{"schema":2,"record":{"revision":1,"channels":["C1"],"mentors":["U7"]}}'
RULES = Workspace(1, channels=("C1",), mentors=("U7",))


def written_by_the_fourth(connection: sqlite3.Connection, whose: tuple[str, str, str]) -> None:
    """Leave a card in a channel, and the rules of a workspace."""
    columns = "platform, workspace, person, channel, message, sent_at, check_id, share, part"
    values = (*whose, "C1", "M9", MILLISECONDS, "abc234", "s1", 0)
    connection.execute(f"INSERT INTO sent_messages ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)  # noqa: S608
    connection.execute("INSERT INTO workspaces VALUES ('slack', 'T7', 1, ?, NULL)", (FOURTH_RULES,))


def version_of(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def schema_of(path: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall()


@every_earlier_version
async def test_a_file_of_an_earlier_version_holds_what_it_held(version: int, path: Path) -> None:
    written_by(version, path)
    async with open_sqlite(path) as store:
        assert await store.load(ME) == WHAT_IT_HELD
        assert await store.checks(ME) == [CHECK]
        assert await store.pack("core-1") == ("{}" if version >= 2 else None)
    assert version_of(path) == LATEST


@every_earlier_version
async def test_a_file_of_an_earlier_version_is_written_to_like_any_other(version: int, path: Path) -> None:
    written_by(version, path)
    async with open_sqlite(path) as store:
        before = await store.load(ME)
        assert before.check
        after = replace(before, check=replace(before.check, revision=8, parked=True))
        assert await store.commit(Work(before, after, NOON, "E1", due=NOON)) is Commit.SAVED
        assert await store.load(ME) == after
        assert await store.due(NOON, [ME.platform], 9) == [DueCheck(ME, "abc234")]
        await store.erase(ME, NOON)
        assert await store.checks(ME) == []
        assert await store.pack("core-1") is None
    assert not any(b"Zyxwvutsr" in file.read_bytes() for file in path.parent.iterdir())


async def test_what_the_third_version_sent_and_was_to_send_goes_on(path: Path) -> None:
    written_by(3, path)
    async with open_sqlite(path) as store:
        assert await store.due(NOON, [ME.platform], 9) == [DueCheck(ME, "abc234")]
        assert [one.kind for one in await store.outbox.dead_letters(9)] == ["withdrawal"]
        row = await claimed(store, ME)
        assert row == Outgoing(row.id, ME, WAITING)
        await store.outbox.settle(row, Receipt("D1", "M4", asks=True), NOON)
        await put(store, replace(WAITING, asked=8), key=ME)
        assert (await claimed(store, ME)).asking == Receipt("D1", "M4", asks=True)
        await store.erase(ME, NOON)
        assert await sent(store, ME) == [Message(Withdrawal("D1", message)) for message in ("M2", "M3", "M4")]


async def test_what_the_fourth_version_shared_and_ruled_holds(path: Path) -> None:
    written_by(4, path)
    async with open_sqlite(path) as store:
        assert await store.sharer(ME, Receipt("C1", "M9")) == (ME, "abc234", "s1")
        assert (await store.load(SessionKey("slack", "T7", "U1"))).workspace == RULES
        assert await store.places("slack") == ["T7"]


@every_earlier_version
async def test_a_file_that_was_upgraded_has_the_tables_of_a_new_one(version: int, path: Path) -> None:
    written_by(version, path)
    new = path.with_name("new.db")
    assert await upgrade(path) == (version, LATEST, path.with_name(f"{path.name}.version-{version}"))
    assert await upgrade(path) == (LATEST, LATEST, None)
    assert await upgrade(new) == (0, LATEST, None)
    assert schema_of(path) == schema_of(new)


@every_earlier_version
async def test_two_that_open_a_file_of_an_earlier_version_at_once_both_get_it(version: int, path: Path) -> None:
    written_by(version, path)

    async def opened() -> Session:
        async with open_sqlite(path) as store:
            return await store.load(ME)

    assert await asyncio.gather(*(opened() for _ in range(5))) == [WHAT_IT_HELD] * 5


@every_earlier_version
async def test_an_upgrade_that_fails_leaves_the_file_as_it_was(version: int, path: Path) -> None:
    written_by(version, path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE secrets (in_the_way)")
    before = schema_of(path)
    with pytest.raises(StorageError) as caught:
        await upgrade(path)
    assert caught.value.told == phrase("storage.other", name=str(path))
    assert (version_of(path), schema_of(path)) == (version, before)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DROP TABLE secrets")
    async with open_sqlite(path) as store:
        assert await store.load(ME) == WHAT_IT_HELD
