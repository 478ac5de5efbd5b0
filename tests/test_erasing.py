"""What every store leaves of somebody who was erased: orders to take back what was sent, and nothing that they said."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import fields, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from adapters.storage.sqlite import SqliteStore, _erase_some, open_sqlite
from adapters.storage.sqlite_outbox import milliseconds
from conversations.messages import InChannel, InteractionReply, Message, Receipt, Withdrawal
from conversations.ports import Commit, Work
from conversations.session import Person, Remark, Session, SessionKey
from conversations.snapshot import dump_workspace
from conversations.workspace import Workspace
from tests.dialogue import NOON
from tests.test_every_outbox import CARD, CLICK, DETAIL, OTHER, claimed, copy, given_up, goes_out, put, saying, sent
from tests.test_every_store import KEY, NEIGHBOURS, AnyStore, answered, begun, ruled, save, with_check

MINUTE = timedelta(minutes=1)
RECEIPTS = [Receipt("C1", "M1"), Receipt("C1", "M2"), Receipt("C2", "M1")]
FAREWELL = saying("goodbye")


async def talked(store: AnyStore, receipts: Sequence[Receipt] = RECEIPTS, key: SessionKey = KEY) -> Session:
    """Save a check, and send a message for each receipt."""
    session = await with_check(store, key)
    for receipt in receipts:
        await put(store, "sent", key=key)
        await store.outbox.settle(await claimed(store, key), receipt, NOON)
    return session


def withdrawals(*receipts: Receipt) -> list[Message]:
    return [Message(Withdrawal(one.channel, one.message)) for one in receipts]


def farewell(message: Message = FAREWELL) -> Message:
    return replace(message, farewell=True)


async def comes(store: AnyStore, event: str | None, at: datetime, key: SessionKey = KEY) -> Commit:
    """Commit a first event of somebody."""
    before = await store.load(key)
    return await store.commit(Work(before, begun(before), at, event, (saying("welcome"),)))


# -- what is taken back --------------------------------------------------------------------------------------------


async def test_what_was_sent_is_taken_back_and_then_the_farewell_is_said(store: AnyStore) -> None:
    await talked(store)
    await put(store, "Zyxwvutsr", saying("Zyxwvutsr", CLICK), "Zyxwvutsr")
    await given_up(store)
    assert await store.erase(KEY, NOON, farewell=FAREWELL) is Commit.SAVED
    assert await store.outbox.dead_letters(9) == []
    messages = await sent(store)
    assert sorted(messages[:-1], key=repr) == sorted(withdrawals(*RECEIPTS), key=repr)
    assert messages[-1] == farewell()


async def test_a_message_in_several_parts_is_taken_back_part_by_part(store: AnyStore) -> None:
    await put(store, "long")
    for number, receipt in enumerate(RECEIPTS[:2]):
        row = await claimed(store)
        assert row.parts_sent == number
        await store.outbox.part_sent(row, receipt, NOON)
    await store.erase(KEY, NOON)
    assert await sent(store) == withdrawals(*RECEIPTS[:2])


async def test_a_message_without_an_address_and_one_that_was_edited_are_not_taken_back_twice(store: AnyStore) -> None:
    for receipt in (None, RECEIPTS[0], RECEIPTS[0]):
        await put(store, "one")
        await store.outbox.settle(await claimed(store), receipt, NOON)
    await store.erase(KEY, NOON)
    assert await sent(store) == withdrawals(RECEIPTS[0])


async def test_what_was_taken_back_by_itself_is_not_taken_back_again(store: AnyStore) -> None:
    await talked(store)
    await put(store, *withdrawals(RECEIPTS[1]))
    assert await sent(store) == withdrawals(RECEIPTS[1])
    await store.erase(KEY, NOON)
    assert await sent(store) == withdrawals(RECEIPTS[0], RECEIPTS[2])


async def test_only_ones_own_messages_are_taken_back(store: AnyStore) -> None:
    await talked(store)
    await talked(store, RECEIPTS[:1], OTHER)
    await put(store, "theirs", key=OTHER)
    await store.erase(KEY, NOON)
    assert await sent(store, OTHER) == [saying("theirs")]
    await store.erase(OTHER, NOON)
    assert await sent(store, OTHER) == withdrawals(RECEIPTS[0])


async def test_the_farewell_says_how_many_messages_could_not_be_taken_back(store: AnyStore) -> None:
    await talked(store)
    await talked(store, RECEIPTS, OTHER)
    for key in (KEY, OTHER):
        await store.erase(key, NOON, farewell=FAREWELL)
    for _ in range(2):
        assert (await given_up(store, "too_old")).left_standing == 0
    await given_up(store, "too_old", OTHER)
    await store.outbox.settle(await claimed(store), None, NOON)
    row = await claimed(store)
    assert (row.message, row.left_standing) == (farewell(), 2)
    await store.outbox.settle(row, Receipt("C1", "M9"), NOON)
    assert [one.key for one in await store.outbox.dead_letters(9)] == [OTHER]
    await store.erase(KEY, NOON)
    assert await sent(store) == []


async def test_orders_that_failed_are_no_undelivered_messages_of_somebody_who_comes_back(store: AnyStore) -> None:
    await talked(store)
    await store.erase(KEY, NOON)
    await given_up(store)
    await with_check(store)
    assert (await store.load(KEY)).undelivered == 0


@pytest.mark.parametrize("last", [True, False], ids=["the last part", "a part"])
async def test_a_message_on_its_way_while_its_person_is_erased_is_taken_back(store: AnyStore, *, last: bool) -> None:
    await with_check(store)
    await put(store, "on its way")
    row = await claimed(store)
    await store.erase(KEY, NOON, farewell=FAREWELL)
    note = store.outbox.settle if last else store.outbox.part_sent
    await note(row, RECEIPTS[0], NOON)
    assert await sent(store) == [farewell(), *withdrawals(RECEIPTS[0])]
    assert "C1" not in await store.held(KEY)


async def test_a_message_on_its_way_without_an_address_leaves_nothing(store: AnyStore) -> None:
    await put(store, "on its way")
    row = await claimed(store)
    await store.erase(KEY, NOON)
    await store.outbox.settle(row, None, NOON)
    await store.outbox.put_off(row, NOON, 1)
    await store.outbox.give_up(row, "gone")
    await store.outbox.drop(row)
    assert await sent(store) == []
    assert await store.outbox.dead_letters(9) == []


async def test_a_second_erasing_keeps_the_orders_of_the_first(store: AnyStore) -> None:
    await talked(store)
    await store.erase(KEY, NOON, farewell=FAREWELL)
    first = await given_up(store)
    await with_check(store)
    await put(store, "again")
    await store.erase(KEY, NOON, farewell=saying("goodbye again"))
    assert [one.id for one in await store.outbox.dead_letters(9)] == [first.id]
    messages = await sent(store)
    assert sorted([first.message, *messages[:2]], key=repr) == sorted(withdrawals(*RECEIPTS), key=repr)
    assert messages[2:] == [farewell(saying("goodbye again"))]


async def test_a_farewell_has_a_token_of_its_own(store: AnyStore) -> None:
    await with_check(store)
    message = saying("goodbye", CLICK)
    await store.erase(KEY, NOON, farewell=message)
    assert await sent(store) == [farewell(message)]


async def test_copies_in_channels_are_taken_back_and_none_is_brought_up_to_date(store: AnyStore) -> None:
    await with_check(store)
    await goes_out(store, copy(), CARD, DETAIL)
    await put(store, copy("Zyxwvutsr"))
    await store.erase(KEY, NOON)
    assert await store.sharer(KEY, CARD) is None
    assert await sent(store) == withdrawals(CARD, DETAIL)


async def test_whoever_was_erased_is_named_by_no_rule_any_more(store: AnyStore) -> None:
    rules = Workspace(1, channels=("C1",), mentors=("U7", KEY.person, "S7"), sharers=(KEY.person,))
    for key in (KEY, NEIGHBOURS[0], NEIGHBOURS[1]):
        assert await ruled(store, rules, key) is Commit.SAVED
    before = await with_check(store)
    await store.erase(KEY, NOON)
    after = replace(rules, revision=2, mentors=("U7", "S7"), sharers=())
    assert (await store.load(OTHER)).workspace == after
    for key in NEIGHBOURS[:2]:
        assert (await store.load(key)).workspace == rules
    # What was loaded before cannot bring them back.
    assert await save(store, replace(before, workspace=rules), replace(before, workspace=after)) is Commit.STALE
    await store.erase(OTHER, NOON)
    assert (await store.load(OTHER)).workspace == after


async def test_whose_key_is_of_no_workspace_is_named_in_none_of_the_platform(store: AnyStore) -> None:
    someone = SessionKey("discord", "", "71")
    rules = Workspace(1, mentors=("70", "71"))
    places = [SessionKey("discord", guild, "1") for guild in ("G1", "G2")]
    elsewhere = SessionKey("slack", "G1", "1")
    for key in (*places, elsewhere):
        assert await ruled(store, rules, key) is Commit.SAVED
    assert json.loads(await store.held(someone))["workspaces"] == [{"mentors": ["71"]}] * 2
    await store.erase(someone, NOON)
    for key in places:
        assert (await store.load(key)).workspace == replace(rules, revision=2, mentors=("70",))
    assert (await store.load(elsewhere)).workspace == rules


# -- events that come after it -------------------------------------------------------------------------------------


async def test_an_erasing_that_comes_again_is_a_duplicate_and_says_goodbye_once(store: AnyStore) -> None:
    await talked(store)
    assert await store.erase(KEY, NOON, "E1", FAREWELL) is Commit.SAVED
    assert await comes(store, "E2", NOON + MINUTE) is Commit.SAVED
    saved = await store.load(KEY)
    assert await store.erase(KEY, NOON, "E1", FAREWELL) is Commit.DUPLICATE
    assert await comes(store, "E1", NOON + MINUTE) is Commit.DUPLICATE
    assert await store.load(KEY) == saved
    assert [one.farewell for one in await sent(store)].count(True) == 1


async def test_an_event_that_was_committed_once_erases_nobody(store: AnyStore) -> None:
    assert await comes(store, "E1", NOON) is Commit.SAVED
    saved = await store.load(KEY)
    assert await store.erase(KEY, NOON, "E1") is Commit.DUPLICATE
    assert await store.load(KEY) == saved


@pytest.mark.parametrize("event", ["E1", "E2"], ids=["seen before", "never seen"])
@pytest.mark.parametrize("before", [timedelta(), MINUTE, timedelta(days=9)], ids=str)
async def test_an_event_from_before_the_erasing_brings_nobody_back(
    store: AnyStore, event: str, before: timedelta
) -> None:
    assert await comes(store, "E1", NOON - timedelta(days=9)) is Commit.SAVED
    await store.erase(KEY, NOON, "E9")
    assert await comes(store, event, NOON - before) is Commit.DUPLICATE
    assert await store.load(KEY) == Session(Person(KEY))
    assert await store.checks(KEY) == []
    assert await sent(store) == []


async def test_an_event_from_before_the_erasing_brings_nobody_back_after_a_restart(path: Path) -> None:
    async with open_sqlite(path) as store:
        await with_check(store)
        await store.erase(KEY, NOON)
    async with open_sqlite(path) as store:
        assert await comes(store, "E1", NOON - MINUTE) is Commit.DUPLICATE
        assert await store.load(KEY) == Session(Person(KEY))


async def test_an_event_from_after_the_erasing_is_a_new_beginning(store: AnyStore) -> None:
    await with_check(store)
    await store.erase(KEY, NOON)
    assert await comes(store, "E1", NOON + MINUTE) is Commit.SAVED
    assert (await store.load(KEY)).person.revision == 1
    # What was said before the erasing does not come into what was begun after it.
    before = await store.load(KEY)
    assert await store.commit(Work(before, answered(before), NOON - MINUTE, "E2")) is Commit.DUPLICATE
    assert await store.load(KEY) == before


async def test_an_erasing_holds_up_the_events_of_nobody_else(store: AnyStore) -> None:
    await with_check(store)
    await store.erase(KEY, NOON)
    assert await comes(store, "E1", NOON - MINUTE, OTHER) is Commit.SAVED


async def test_of_two_erasings_the_later_one_counts(store: AnyStore) -> None:
    await with_check(store)
    await store.erase(KEY, NOON)
    await with_check(store)
    await store.erase(KEY, NOON - timedelta(days=1))
    assert await comes(store, "E1", NOON - MINUTE) is Commit.DUPLICATE


async def test_somebody_who_never_was_leaves_nothing_that_holds_them_up(store: AnyStore) -> None:
    assert await store.erase(KEY, NOON) is Commit.SAVED
    assert await sent(store) == []
    assert await comes(store, "E1", NOON - MINUTE) is Commit.SAVED


@pytest.mark.parametrize("left_alone", [True, False])
async def test_whoever_wanted_to_be_left_alone_still_is_when_they_come_back(
    store: AnyStore, *, left_alone: bool
) -> None:
    first = await with_check(store)
    assert await save(store, first, replace(first, person=replace(first.person, revision=2, left_alone=True)))
    if not left_alone:
        second = await store.load(KEY)
        assert await save(store, second, replace(second, person=replace(second.person, revision=3, left_alone=False)))
    await store.erase(KEY, NOON)
    for _ in range(2):
        assert await store.load(KEY) == Session(Person(KEY, left_alone=left_alone))
        # Somebody of whom there is nothing else is still the one who was left alone.
        await store.erase(KEY, NOON)
        await store.tidy(NOON + timedelta(days=99))
    assert not (await store.load(OTHER)).person.left_alone


async def test_the_time_of_an_erasing_is_let_go_after_thirty_days(store: AnyStore) -> None:
    await with_check(store)
    await store.erase(KEY, NOON)
    await store.tidy(NOON + timedelta(days=29))
    assert await comes(store, "E1", NOON - MINUTE) is Commit.DUPLICATE
    await store.tidy(NOON + timedelta(days=31))
    assert await comes(store, "E1", NOON - MINUTE) is Commit.SAVED


# -- what is held --------------------------------------------------------------------------------------------------


async def test_what_is_held_of_somebody_is_every_table_of_theirs_and_no_token(store: AnyStore) -> None:
    session = await talked(store)
    assert await save(store, session, answered(session, "“Acme” & söhne")) is Commit.SAVED
    await put(store, saying("Reply-Zyxwvutsr", CLICK), "waits")
    await given_up(store)
    await talked(store, [Receipt("C7", "M7")], OTHER)
    held = await store.held(KEY)
    tables = json.loads(held)
    assert {name: len(rows) for name, rows in tables.items()} == {
        "people": 1,
        "checks": 1,
        "outbox": 2,
        "sent_messages": 3,
        "remarks": 0,
        "claims": 0,
        "reviews": 0,
        "workspaces": 0,
        "packs": 0,
    }
    assert tables["people"][0]["body"]["record"]["current_check"] == "abc234"
    assert tables["checks"][0]["body"]["record"]["answers"]["team"]
    assert {(one["channel"], one["message"]) for one in tables["sent_messages"]} == {
        (one.channel, one.message) for one in RECEIPTS
    }
    for said in ("“Acme” & söhne", "Reply-Zyxwvutsr", "waits"):
        assert said in held
    for unsaid in ("Token-Zyxwvutsr", "C7", OTHER.person):
        assert unsaid not in held


async def test_of_somebody_who_never_was_or_was_erased_nothing_is_held(store: AnyStore) -> None:
    tables = ("people", "checks", "outbox", "sent_messages", "remarks", "claims", "reviews", "workspaces", "packs")
    nothing: dict[str, list[object]] = {table: [] for table in tables}
    assert json.loads(await store.held(KEY)) == nothing
    await talked(store, [])
    await store.erase(KEY, NOON)
    assert json.loads(await store.held(KEY)) == nothing


async def test_of_the_rules_of_a_workspace_a_mentor_is_told_that_they_are_one(store: AnyStore) -> None:
    assert await ruled(store, Workspace(1, channels=("C7",), mentors=("U7", KEY.person))) is Commit.SAVED
    held = await store.held(KEY)
    assert json.loads(held)["workspaces"] == [{"mentors": [KEY.person]}]
    assert not any(other in held for other in ("U7", "C7"))
    assert json.loads(await store.held(OTHER))["workspaces"] == []


async def test_what_is_held_of_a_share_is_where_its_copies_are(store: AnyStore) -> None:
    await goes_out(store, copy(), CARD, DETAIL)
    held = json.loads(await store.held(KEY))["sent_messages"]
    assert [(one["channel"], one["message"], one["check_id"], one["share"]) for one in held] == [
        ("C1", "M1", "abc234", "S1"),
        ("C1", "M2", "abc234", "S1"),
    ]


async def test_a_record_that_cannot_be_read_is_held_as_it_is(sqlite_store: SqliteStore, path: Path) -> None:
    await talked(sqlite_store)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("UPDATE checks SET body = 'half a rec'")
    assert json.loads(await sqlite_store.held(KEY))["checks"][0]["body"] == "half a rec"


# -- the schema ----------------------------------------------------------------------------------------------------

NOBODYS = {"secrets", "packs", "kept", "seen_events", "tombstones", "sqlite_sequence"}
"""Tables in which nothing says whose a row is, or only a keyed hash does."""
NAMING = {"workspaces"}
"""Tables of rows that are nobody's, but whose record may name somebody: they are held and erased from there too."""
KEYED = {"seen_events": "event", "tombstones": "person"}
"""What in them is a hash."""


def columns(connection: sqlite3.Connection, table: str) -> dict[str, str]:
    """Return a table's columns, each with its type."""
    return {row[1]: row[2] for row in connection.execute(f"PRAGMA table_info({table})")}


def fill(connection: sqlite3.Connection, table: str, key: SessionKey) -> None:
    """Put a row of somebody into a table, whatever its columns are."""
    values = {"TEXT": "Zyxwvutsr", "INTEGER": 77, "BLOB": b"Zyxwvutsr"}
    whose = {"platform": key.platform, "workspace": key.workspace, "person": key.person, "state": "waiting"}
    row = {name: whose.get(name, values[kind]) for name, kind in columns(connection, table).items() if name != "id"}
    if columns(connection, table).get("id") == "TEXT":
        row["id"] = "Zyxwvutsr"
    marks = ", ".join("?" * len(row))
    connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))  # noqa: S608


EVERYBODY = Workspace(1, mentors=(KEY.person, OTHER.person))


def test_which_rules_of_a_workspace_name_people_is_known() -> None:
    naming = set(Workspace(mentors=("U1",), sharers=("U1",)).names("U1"))
    assert {one.name for one in fields(Workspace)} - naming == {
        *("revision", "language", "pack", "channels", "shares_a_day")
    }


async def test_every_table_that_says_whose_a_row_is_is_emptied_and_every_other_is_known(
    sqlite_store: SqliteStore, path: Path
) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        tables = {name for (name,) in other.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        personal = {name for name in tables if "person" in columns(other, name)} - NOBODYS
        assert tables - personal == NOBODYS | NAMING
        assert personal >= {"people", "checks", "outbox", "sent_messages"}
        for table in personal:
            assert columns(other, table).keys() >= {"platform", "workspace", "person"}
            for key in (KEY, OTHER):
                fill(other, table, key)
        assert all("Zyxwvutsr" in repr(other.execute(f"SELECT * FROM {name}").fetchall()) for name in personal)  # noqa: S608
        other.execute("INSERT INTO workspaces VALUES ('slack', 'T1', 1, ?, NULL)", (dump_workspace(EVERYBODY),))
        held = json.loads(await sqlite_store.held(KEY))
        assert {
            name: len(rows) for name, rows in held.items() if name not in ("remarks", "claims", "packs")
        } == dict.fromkeys(personal | NAMING, 1)
        await sqlite_store.erase(KEY, NOON)
        orders = other.execute("SELECT kind, body FROM outbox WHERE person = ?", (KEY.person,)).fetchall()
        for table in personal - {"outbox"}:
            whose = [person for (person,) in other.execute(f"SELECT person FROM {table}")]  # noqa: S608
            assert whose == [OTHER.person]
        for table in NAMING:
            named = repr(other.execute(f"SELECT * FROM {table}").fetchall())  # noqa: S608
            assert OTHER.person in named
            assert KEY.person not in named
    ((kind, body),) = orders
    assert kind == "withdrawal"
    record = json.loads(body)["record"]
    assert record["replies"] == []
    assert (record["pack"], record["check"]) == (None, None)


async def test_what_is_kept_of_events_and_of_the_erased_is_a_hash(sqlite_store: SqliteStore, path: Path) -> None:
    await comes(sqlite_store, "Event-Zyxwvutsr", NOON)
    await sqlite_store.erase(KEY, NOON + MINUTE, "Forget-Zyxwvutsr")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        found = {
            table: [bytes(mark) for (mark,) in other.execute(f"SELECT {column} FROM {table}")]  # noqa: S608
            for table, column in KEYED.items()
        }
    assert {table: len(marks) for table, marks in found.items()} == {"seen_events": 2, "tombstones": 1}
    for mark in (mark for marks in found.values() for mark in marks):
        assert len(mark) == 16
        assert not any(word in mark for word in (b"Zyxwvutsr", KEY.person.encode(), KEY.workspace.encode()))


# -- a workspace that sent the bot away, and is not back ------------------------------------------------------------

GRACE = timedelta(days=20)


async def lived_in(store: AnyStore, key: SessionKey, name: str) -> None:
    """Leave something of somebody in every table."""
    before = await store.load(key)
    begins = begun(before)
    assert begins.check
    begins = replace(begins, check=replace(begins.check, pack=f"{name}-1"))
    assert await store.commit(Work(before, begins, NOON, pack=(f"{name}-1", "{}"))) is Commit.SAVED
    await goes_out(store, copy(), Receipt("C1", f"M-{key.person}"), key=key)
    await put(store, "one", "two", key=key)
    await given_up(store, key=key)
    session = await store.load(key)
    assert await store.commit(Work(session, session, NOON, due=NOON)) is Commit.SAVED


async def all_of(store: AnyStore, key: SessionKey) -> list[object]:
    return [await store.load(key), await store.checks(key), json.loads(await store.held(key))]


async def test_a_workspace_that_does_not_come_back_is_erased_and_no_other(store: AnyStore) -> None:
    for number, key in enumerate((KEY, *NEIGHBOURS)):
        await lived_in(store, key, f"pack{number}")
    for key in (KEY, *NEIGHBOURS[:2]):
        before = await store.load(key)
        after = replace(before, workspace=Workspace(1, mentors=("U1",)))
        assert await store.commit(Work(before, after, NOON, due=NOON)) is Commit.SAVED
    others = [await all_of(store, key) for key in NEIGHBOURS[:2]]
    await store.left(KEY, NOON)
    await store.left(KEY, NOON + timedelta(days=9))
    await store.left(NEIGHBOURS[1], NOON + timedelta(days=9))
    await store.tidy(NOON + GRACE - MINUTE, GRACE)
    await store.tidy(NOON + GRACE)
    assert (await store.load(KEY)).check
    await store.tidy(NOON + GRACE, GRACE)
    for key in (KEY, NEIGHBOURS[2]):
        assert await store.load(key) == Session(Person(key))
        assert await store.checks(key) == []
        assert not any(json.loads(await store.held(key)).values())
    assert [await store.pack(f"pack{number}-1") for number in range(4)] == [None, "{}", "{}", None]
    assert list(await store.gone("slack")) == ["T2"]
    assert await store.sharer(KEY, Receipt("C1", "M-U1")) is None
    await store.left(NEIGHBOURS[1], None)
    assert [await all_of(store, key) for key in NEIGHBOURS[:2]] == others
    assert {one.key for one in await store.due(NOON, ["slack", "discord"], 9)} == set(NEIGHBOURS[:2])
    # Nothing was ordered to be taken back: whoever comes after them begins anew.
    assert await sent(store) == []
    assert await comes(store, "E1", NOON) is Commit.SAVED


async def test_a_workspace_that_came_back_is_not_erased(store: AnyStore) -> None:
    await lived_in(store, KEY, "core")
    held = await all_of(store, KEY)
    await store.left(KEY, NOON)
    await store.left(KEY, None)
    await store.tidy(NOON + GRACE, GRACE)
    assert await all_of(store, KEY) == held
    await store.left(KEY, NOON + GRACE)
    await store.tidy(NOON + GRACE + MINUTE, GRACE)
    assert (await store.load(KEY)).check


async def test_a_workspace_of_which_nothing_is_kept_is_forgotten_too(store: AnyStore) -> None:
    await store.left(KEY, NOON)
    await store.tidy(NOON, timedelta())
    assert await store.gone("slack") == []


async def test_a_workspace_of_many_is_erased_some_people_at_a_time(
    sqlite_store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.storage.sqlite._ERASED_AT_ONCE", 3)
    words = [f"Person-{number}-Zyxwvutsr" for number in range(8)]
    for word in words:
        await lived_in(sqlite_store, replace(KEY, person=word), "core")
    await put(sqlite_store, "Answer-Zyxwvutsr", key=replace(KEY, person="Stranger-Zyxwvutsr"))
    await ruled(sqlite_store, Workspace(1, mentors=("Mentor-Zyxwvutsr",)))
    words += ["Stranger-Zyxwvutsr", "Mentor-Zyxwvutsr"]
    assert in_files(path, *words) == set(words)
    await sqlite_store.left(KEY, NOON)
    await sqlite_store.tidy(NOON + GRACE, GRACE)
    assert in_files(path, *words) == set()


async def test_a_workspace_that_comes_back_while_it_is_erased_keeps_who_is_still_there(
    sqlite_store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.storage.sqlite._ERASED_AT_ONCE", 1)
    keys = [replace(KEY, person=f"U{number}") for number in range(3)]
    for key in keys:
        await lived_in(sqlite_store, key, "core")
    last = await all_of(sqlite_store, keys[-1])
    await sqlite_store.left(KEY, NOON)
    place, left_by = (KEY.platform, KEY.workspace), milliseconds(NOON)
    assert await sqlite_store._database.write(partial(_erase_some, place, left_by))
    await sqlite_store.left(KEY, None)
    assert not await sqlite_store._database.write(partial(_erase_some, place, left_by))
    assert not any(json.loads(await sqlite_store.held(keys[0])).values())
    assert await all_of(sqlite_store, keys[-1]) == last


# -- the files -----------------------------------------------------------------------------------------------------


def in_files(path: Path, *words: str) -> set[str]:
    """Return which of these words stand in the database or in a file beside it."""
    found = b"\n".join(file.read_bytes() for file in path.parent.iterdir())
    return {word for word in words if word.encode() in found}


async def test_when_all_is_taken_back_nothing_of_it_is_left_in_any_file(sqlite_store: SqliteStore, path: Path) -> None:
    gone = ("Answer-Zyxwvutsr", "Reply-Zyxwvutsr", "Dead-Zyxwvutsr", "Share-Zyxwvutsr")
    orders = ("Channel-Zyxwvutsr", "Shared-Zyxwvutsr", "Person-Zyxwvutsr")
    words = gone + orders
    key = replace(KEY, person="Person-Zyxwvutsr")
    assert await ruled(sqlite_store, Workspace(1, mentors=("U7", key.person))) is Commit.SAVED
    session = await talked(sqlite_store, [Receipt("Channel-Zyxwvutsr", f"M{number}") for number in range(3)], key)
    assert await save(sqlite_store, session, answered(session, "Answer-Zyxwvutsr")) is Commit.SAVED
    shared = replace(copy(), to=InChannel("Shared-Zyxwvutsr", "Share-Zyxwvutsr"))
    receipts = [Receipt("Shared-Zyxwvutsr", f"M{number}") for number in range(2)]
    await goes_out(sqlite_store, shared, *receipts, key=key)
    await put(sqlite_store, "Dead-Zyxwvutsr", "Reply-Zyxwvutsr" * 300, key=key)
    await given_up(sqlite_store, key=key)
    assert in_files(path, *words) == set(words)
    await sqlite_store.erase(key, NOON, "E1", saying("goodbye", InteractionReply("t", NOON)))
    assert in_files(path, *words) == set(orders)
    assert len(await sent(sqlite_store, key)) == 6
    assert in_files(path, *words) == set()


async def test_what_could_not_be_taken_back_stands_in_no_file_after_the_farewell(
    sqlite_store: SqliteStore, path: Path
) -> None:
    words = ("Channel-Zyxwvutsr", "Person-Zyxwvutsr")
    key = replace(KEY, person="Person-Zyxwvutsr")
    await talked(sqlite_store, [Receipt("Channel-Zyxwvutsr", "M1")], key)
    await sqlite_store.erase(key, NOON, "E1", FAREWELL)
    await given_up(sqlite_store, key=key)
    assert len(await sent(sqlite_store, key)) == 1
    assert in_files(path, *words) == set()


async def test_a_farewell_that_nobody_can_hear_any_more_leaves_nothing_in_any_file(
    sqlite_store: SqliteStore, path: Path
) -> None:
    key = replace(KEY, person="Person-Zyxwvutsr")
    await talked(sqlite_store, [], key)
    await sqlite_store.erase(key, NOON, "E1", FAREWELL)
    await sqlite_store.outbox.drop(await claimed(sqlite_store, key))
    assert in_files(path, key.person) == set()


async def test_a_message_on_its_way_stands_in_no_file_when_it_was_taken_back(
    sqlite_store: SqliteStore, path: Path
) -> None:
    words = ("Channel-Zyxwvutsr", "Person-Zyxwvutsr")
    key = replace(KEY, person="Person-Zyxwvutsr")
    await put(sqlite_store, "on its way", key=key)
    row = await claimed(sqlite_store, key)
    await sqlite_store.erase(key, NOON, "E1", FAREWELL)
    await sqlite_store.outbox.settle(row, Receipt("Channel-Zyxwvutsr", "M1"), NOON)
    assert len(await sent(sqlite_store, key)) == 2
    assert in_files(path, *words) == set()


async def test_what_a_mentor_said_elsewhere_under_the_same_id_is_not_shown(store: AnyStore) -> None:
    mentor = replace(KEY, person="U7")
    first = await with_check(store)
    after = answered(first)
    assert after.check
    check = replace(after.check, remarks=(Remark(mentor.person, "S1", NOON, "Zyxwvutsr"),))
    assert await save(store, first, replace(after, check=check)) is Commit.SAVED
    assert [one["text"] for one in json.loads(await store.held(mentor))["remarks"]] == ["Zyxwvutsr"]
    assert json.loads(await store.held(replace(mentor, workspace="W9")))["remarks"] == []
