"""What every store of sessions does alike, and what the one on disk does besides."""

import asyncio
import sqlite3
import stat
from collections.abc import Coroutine
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path

import pytest

from adapters.storage.in_memory import InMemoryStore
from adapters.storage.postgres import PostgresStore
from adapters.storage.sqlite import SqliteStore, open_sqlite
from conversations.catalogue import phrase
from conversations.ports import Commit, SessionStore, StorageError, Work
from conversations.session import (
    PROFILE_CHECK,
    Check,
    Chosen,
    Given,
    Person,
    Phase,
    ProfileVersion,
    Session,
    SessionKey,
    Written,
)
from conversations.workspace import Workspace
from tests.dialogue import ME, NOON

MINUTE = timedelta(minutes=1)

AnyStore = InMemoryStore | SqliteStore | PostgresStore

KEY = SessionKey("slack", "T1", "U1")
NEIGHBOURS = [replace(KEY, platform="discord"), replace(KEY, workspace="T2"), replace(KEY, person="U2")]
STRANGE = [
    SessionKey("", "", ""),
    SessionKey("slack", "", "O'Brien"),
    SessionKey("slack", "T1", '"; DROP TABLE people; --'),
    SessionKey("slack", "%", "_"),
    SessionKey("слово", "👩‍💻", "é"),
    SessionKey("slack", "a\nb\tc", "\x01\x1f\x7f\u202e"),
    SessionKey("slack", "T1,U1", ""),
    SessionKey("slack", "T1", ",U1"),
]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def begun(before: Session, check: str = "abc234") -> Session:
    """Return a session with a new check at hand, as the machine leaves it."""
    person = replace(before.person, revision=before.person.revision + 1, current_check=check)
    new = Check(check, "core-1", NOON, NOON, 1, Phase.ASKING, "team")
    return Session(person, new, workspace=before.workspace)


def answered(session: Session, text: str = "Acme", minutes: int = 1) -> Session:
    assert session.check is not None
    check = replace(
        session.check,
        revision=session.check.revision + 1,
        changed_at=NOON + timedelta(minutes=minutes),
        answers={**session.check.answers, "team": (Given(Written(text), NOON),)},
    )
    return Session(session.person, check, workspace=session.workspace)


async def save(store: SessionStore, before: Session, after: Session) -> Commit:
    return await store.commit(Work(before, after, NOON))


async def with_check(store: SessionStore, key: SessionKey = KEY, check: str = "abc234") -> Session:
    before = await store.load(key)
    after = begun(before, check)
    assert await save(store, before, after) is Commit.SAVED
    return after


# -- loading and saving --------------------------------------------------------------------------------------------


async def test_someone_never_seen_before_has_no_check_and_revision_0(store: SessionStore) -> None:
    assert await store.load(KEY) == Session(Person(KEY))
    assert await store.load(KEY, "abc234") == Session(Person(KEY))
    assert await store.checks(KEY) == []


async def test_what_was_saved_is_loaded(store: SessionStore) -> None:
    first = await with_check(store)
    assert await store.load(KEY) == first
    second = answered(first)
    assert await save(store, first, second) is Commit.SAVED
    assert await store.load(KEY) == second
    assert await store.load(KEY, "abc234") == second


async def test_a_change_of_the_person_alone_is_saved(store: SessionStore) -> None:
    first = await with_check(store)
    person = replace(first.person, revision=2, language="xx")
    assert await save(store, first, replace(first, person=person)) is Commit.SAVED
    assert await store.load(KEY) == replace(first, person=person)


async def test_a_check_is_loaded_by_its_name_or_else_the_one_at_hand(store: SessionStore) -> None:
    first = await with_check(store, check="first")
    second = await with_check(store, check="second")
    assert await store.load(KEY) == second
    assert await store.load(KEY, "first") == Session(second.person, first.check)
    assert await store.load(KEY, "third") == Session(second.person)


async def test_an_older_check_can_be_changed_and_taken_up_again(store: SessionStore) -> None:
    await with_check(store, check="first")
    await with_check(store, check="second")
    before = await store.load(KEY, "first")
    person = replace(before.person, revision=before.person.revision + 1, current_check="first")
    after = Session(person, answered(before).check)
    assert await save(store, before, after) is Commit.SAVED
    assert await store.load(KEY) == after


async def test_the_profile_is_saved_with_its_dialogue_and_leaves_the_check_at_hand(store: SessionStore) -> None:
    first = await with_check(store)
    profile = ProfileVersion(NOON, {"wanted": Chosen(("infra",))})
    person = replace(first.person, revision=first.person.revision + 1, profile=(profile,))
    dialogue = Check(PROFILE_CHECK, "core-1", NOON, NOON + timedelta(hours=1), 1, Phase.REVIEWING)
    before = await store.load(KEY, PROFILE_CHECK)
    assert before == Session(first.person)
    assert await save(store, before, Session(person, dialogue)) is Commit.SAVED
    assert await store.load(KEY, PROFILE_CHECK) == Session(person, dialogue)
    assert await store.load(KEY) == Session(person, first.check)
    assert list(await store.checks(KEY)) == [dialogue, first.check]


async def test_the_other_checks_of_a_session_are_never_written(store: SessionStore) -> None:
    first = await with_check(store)
    assert first.check is not None
    before = replace(await store.load(KEY, PROFILE_CHECK), saved=(first.check,))
    changed = answered(first).check
    assert changed is not None
    dialogue = Check(PROFILE_CHECK, "core-1", NOON, NOON, 1, Phase.ASKING, "wanted")
    assert await save(store, before, replace(before, check=dialogue, saved=(changed,))) is Commit.SAVED
    assert await store.load(KEY) == first
    assert await store.load(KEY, PROFILE_CHECK) == Session(first.person, dialogue)


async def test_forgetting_erases_the_profile_as_well(store: SessionStore) -> None:
    first = await with_check(store)
    profile = ProfileVersion(NOON, {"wanted": Chosen(("infra",))})
    person = replace(first.person, revision=2, profile=(profile,))
    assert await save(store, first, replace(first, person=person)) is Commit.SAVED
    assert (await store.load(KEY)).person.about == profile
    await store.erase(KEY, NOON)
    assert await store.load(KEY) == Session(Person(KEY))


async def test_nothing_changed_is_saved_as_nothing(store: SessionStore) -> None:
    assert await save(store, Session(Person(KEY)), Session(Person(KEY))) is Commit.SAVED
    assert await store.load(KEY) == Session(Person(KEY))
    first = await with_check(store)
    assert await save(store, first, first) is Commit.SAVED
    assert await store.load(KEY) == first


# -- who was faster ------------------------------------------------------------------------------------------------


async def test_a_check_that_moved_on_is_not_overwritten(store: SessionStore) -> None:
    first = await with_check(store)
    theirs = answered(first, "theirs")
    assert await save(store, first, theirs) is Commit.SAVED
    assert await save(store, first, answered(first, "mine")) is Commit.STALE
    assert await store.load(KEY) == theirs


async def test_a_person_that_moved_on_is_not_overwritten(store: SessionStore) -> None:
    first = await with_check(store)
    theirs = replace(first, person=replace(first.person, revision=2, language="xx"))
    assert await save(store, first, theirs) is Commit.SAVED
    mine = replace(first, person=replace(first.person, revision=2, language="yy"))
    assert await save(store, first, mine) is Commit.STALE
    assert await store.load(KEY) == theirs


async def test_what_was_set_back_meanwhile_is_not_overwritten(store: SessionStore) -> None:
    first = await with_check(store)
    assert first.check is not None
    newer = Session(first.person, replace(first.check, revision=5))
    assert await save(store, newer, answered(newer)) is Commit.STALE
    newer = replace(first, person=replace(first.person, revision=5))
    assert await save(store, newer, replace(first, person=replace(first.person, revision=6))) is Commit.STALE
    assert await store.load(KEY) == first


async def test_a_stale_check_keeps_the_person_from_being_written(store: SessionStore) -> None:
    first = await with_check(store)
    theirs = answered(first, "theirs")
    assert await save(store, first, theirs) is Commit.SAVED
    person = replace(first.person, revision=2, language="xx")
    assert await save(store, first, Session(person, answered(first, "mine").check)) is Commit.STALE
    assert await store.load(KEY) == theirs


async def test_a_stale_person_keeps_the_check_from_being_written(store: SessionStore) -> None:
    first = await with_check(store)
    theirs = replace(first, person=replace(first.person, revision=2, language="xx"))
    assert await save(store, first, theirs) is Commit.SAVED
    person = replace(first.person, revision=2, current_check="second")
    new = Check("second", "core-1", NOON, NOON, 1)
    assert await save(store, first, Session(person, new)) is Commit.STALE
    assert await save(store, first, Session(person, answered(first).check)) is Commit.STALE
    assert await store.load(KEY) == theirs
    assert await store.checks(KEY) == [first.check]


async def test_of_two_first_messages_one_is_stale(store: SessionStore) -> None:
    nobody = await store.load(KEY)
    first = begun(nobody, "first")
    assert await save(store, nobody, first) is Commit.SAVED
    assert await save(store, nobody, begun(nobody, "second")) is Commit.STALE
    assert await store.load(KEY) == first
    assert await store.checks(KEY) == [first.check]


async def test_two_new_checks_stand_side_by_side(store: SessionStore) -> None:
    first = await with_check(store, check="first")
    second = await with_check(store, check="second")
    assert list(await store.checks(KEY)) == [first.check, second.check]


async def test_a_new_check_never_replaces_one_of_the_same_name(store: SessionStore) -> None:
    nobody = await store.load(KEY)
    first = await with_check(store)
    person = replace(first.person, revision=2)
    assert await save(store, Session(first.person), Session(person, first.check)) is Commit.STALE
    other = await with_check(store, check="other")
    assert await save(store, other, begun(other)) is Commit.STALE
    assert await save(store, nobody, begun(nobody)) is Commit.STALE
    assert await store.load(KEY) == other
    assert await store.load(KEY, "abc234") == Session(other.person, first.check)


async def test_what_was_forgotten_meanwhile_does_not_come_back(store: SessionStore) -> None:
    first = await with_check(store)
    await store.erase(KEY, NOON)
    assert await save(store, first, answered(first)) is Commit.STALE
    assert await save(store, first, begun(first, "second")) is Commit.STALE
    assert await store.load(KEY) == Session(Person(KEY))
    assert await store.checks(KEY) == []


# -- whose it is ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("other", NEIGHBOURS)
async def test_nobody_sees_the_checks_of_another(store: SessionStore, other: SessionKey) -> None:
    mine = await with_check(store)
    assert await store.load(other) == Session(Person(other))
    assert await store.load(other, "abc234") == Session(Person(other))
    assert await store.checks(other) == []
    await store.erase(other, NOON)
    assert await store.load(KEY) == mine


@pytest.mark.parametrize("other", NEIGHBOURS)
async def test_two_people_may_have_checks_of_the_same_name(store: SessionStore, other: SessionKey) -> None:
    mine, theirs = await with_check(store), await with_check(store, other)
    changed = answered(mine)
    assert await save(store, mine, changed) is Commit.SAVED
    assert await store.load(other) == theirs
    assert await store.load(KEY) == changed


async def test_keys_may_be_as_strange_as_they_like(store: SessionStore) -> None:
    saved = {key: answered(await with_check(store, key), key.person or "nobody") for key in STRANGE}
    for key, session in saved.items():
        assert await save(store, await store.load(key), session) is Commit.SAVED
    for key, session in saved.items():
        assert await store.load(key) == session
        assert list(await store.checks(key)) == [session.check]
    for key in STRANGE:
        await store.erase(key, NOON)
        assert await store.load(key) == Session(Person(key))


# -- the rules of a workspace ---------------------------------------------------------------------------------------


RULES = Workspace(1, "zh", "core", ("C1",), ("U7", "S7"), 2)


async def ruled(store: SessionStore, rules: Workspace = RULES, key: SessionKey = KEY) -> Commit:
    """Set the rules of somebody's workspace, as a turn of theirs that changes nothing else."""
    before = await store.load(key)
    return await save(store, before, replace(before, workspace=rules))


async def test_a_workspace_never_seen_before_has_the_rules_to_begin_with(store: SessionStore) -> None:
    assert (await store.load(KEY)).workspace == Workspace()


async def test_the_rules_of_a_workspace_are_those_of_everybody_in_it_and_of_nobody_else(store: SessionStore) -> None:
    mine = await with_check(store)
    assert await ruled(store) is Commit.SAVED
    assert await store.load(KEY) == replace(mine, workspace=RULES)
    assert await store.load(NEIGHBOURS[2]) == Session(Person(NEIGHBOURS[2]), workspace=RULES)
    for other in NEIGHBOURS[:2]:
        assert (await store.load(other)).workspace == Workspace()
    # A turn that leaves them alone does not write them.
    assert await save(store, await store.load(KEY), answered(replace(mine, workspace=RULES))) is Commit.SAVED
    assert await ruled(store, replace(RULES, revision=2, shares_a_day=0)) is Commit.SAVED
    assert (await store.load(KEY)).workspace == replace(RULES, revision=2, shares_a_day=0)


async def test_rules_that_moved_on_are_not_overwritten_and_nothing_else_is_written_with_them(
    store: SessionStore,
) -> None:
    first = await with_check(store)
    assert await ruled(store) is Commit.SAVED
    mine = replace(answered(first), workspace=replace(RULES, language="en"))
    assert await save(store, first, mine) is Commit.STALE
    newer = replace(first, workspace=replace(RULES, revision=5))
    assert await save(store, newer, replace(mine, workspace=replace(RULES, revision=6))) is Commit.STALE
    assert await store.load(KEY) == replace(first, workspace=RULES)


async def test_what_is_stale_keeps_the_rules_from_being_written(store: SessionStore) -> None:
    first = await with_check(store)
    theirs = answered(first, "theirs")
    assert await save(store, first, theirs) is Commit.SAVED
    assert await save(store, first, replace(answered(first, "mine"), workspace=RULES)) is Commit.STALE
    assert await store.load(KEY) == theirs


async def test_the_rules_of_a_workspace_that_is_not_there_any_more_are_stale(store: SessionStore) -> None:
    nobody = await store.load(KEY)
    before = replace(nobody, workspace=replace(RULES, revision=3))
    assert await save(store, before, replace(nobody, workspace=replace(RULES, revision=4))) is Commit.STALE
    assert await store.load(KEY) == nobody


async def test_workspaces_as_strange_as_they_like_have_rules_of_their_own(store: SessionStore) -> None:
    for key in STRANGE[:2] + STRANGE[3:7]:
        before = await store.load(key)
        rules = Workspace(before.workspace.revision + 1, channels=(key.workspace,))
        assert await save(store, before, replace(before, workspace=rules)) is Commit.SAVED
    for key in STRANGE[:2] + STRANGE[3:7]:
        assert (await store.load(key)).workspace.channels == (key.workspace,)


# -- a workspace that sent the bot away ------------------------------------------------------------------------------


async def test_a_workspace_that_sent_the_bot_away_is_known_until_it_is_back(store: SessionStore) -> None:
    assert await store.gone("slack") == []
    await store.left(KEY, NOON)
    await store.left(NEIGHBOURS[2], NOON)
    await store.left(NEIGHBOURS[0], NOON)
    assert list(await store.gone("slack")) == ["T1"]
    await store.left(NEIGHBOURS[1], NOON)
    assert set(await store.gone("slack")) == {"T1", "T2"}
    for _ in range(2):
        await store.left(KEY, None)
        assert list(await store.gone("slack")) == ["T2"]
    assert list(await store.gone("discord")) == ["T1"]


async def test_a_workspace_that_sent_the_bot_away_keeps_its_rules(store: SessionStore) -> None:
    assert await ruled(store) is Commit.SAVED
    await store.left(KEY, NOON)
    assert (await store.load(KEY)).workspace == RULES
    assert await ruled(store, replace(RULES, revision=2)) is Commit.SAVED
    assert list(await store.gone("slack")) == ["T1"]


async def test_a_workspace_that_was_sent_away_from_before_it_had_rules_can_have_them(store: SessionStore) -> None:
    await store.left(KEY, NOON)
    assert (await store.load(KEY)).workspace == Workspace()
    assert await ruled(store) is Commit.SAVED
    assert (await store.load(KEY)).workspace == RULES
    assert list(await store.gone("slack")) == ["T1"]
    nobody = Session(Person(KEY))
    assert await save(store, nobody, replace(nobody, workspace=RULES)) is Commit.STALE


async def test_a_check_of_a_workspace_that_sent_the_bot_away_waits_until_it_is_back(store: SessionStore) -> None:
    for key in (KEY, *NEIGHBOURS):
        before = await store.load(key)
        assert await store.commit(Work(before, begun(before), NOON, due=NOON)) is Commit.SAVED
    await store.left(KEY, NOON)
    assert {one.key for one in await store.due(NOON, ["slack", "discord"], 9)} == set(NEIGHBOURS[:2])
    await store.left(KEY, None)
    assert {one.key for one in await store.due(NOON, ["slack", "discord"], 9)} == {KEY, *NEIGHBOURS}


# -- all of someone's checks ---------------------------------------------------------------------------------------


async def changed_at(store: SessionStore, **times: timedelta) -> list[str]:
    """Save a check for each name, changed at these times after noon; return them as the store lists them."""
    for name, after_noon in times.items():
        session = await with_check(store, check=name)
        assert session.check is not None
        later = replace(session.check, revision=2, changed_at=NOON + after_noon)
        assert await save(store, session, Session(session.person, later)) is Commit.SAVED
    return [check.id for check in await store.checks(KEY)]


async def test_checks_are_listed_the_one_changed_last_first(store: SessionStore) -> None:
    hour, second, blink = timedelta(hours=1), timedelta(seconds=1), timedelta(microseconds=1)
    listed = await changed_at(store, b=hour, e=-hour, a=2 * hour, d=second - blink, c=second)
    assert listed == ["a", "b", "c", "d", "e"]


async def test_checks_changed_at_the_same_time_are_listed_by_name(store: SessionStore) -> None:
    assert await changed_at(store, b=timedelta(), c=timedelta(), a=timedelta()) == ["a", "b", "c"]


async def test_erasing_is_of_one_person(store: SessionStore) -> None:
    await with_check(store, check="first")
    await with_check(store, check="second")
    neighbours = [await with_check(store, other) for other in NEIGHBOURS]
    await store.erase(KEY, NOON)
    assert await store.load(KEY) == Session(Person(KEY))
    assert await store.load(KEY, "first") == Session(Person(KEY))
    assert await store.checks(KEY) == []
    assert [await store.load(other) for other in NEIGHBOURS] == neighbours
    await store.erase(KEY, NOON)


async def test_after_forgetting_someone_can_begin_again(store: SessionStore) -> None:
    await with_check(store)
    await store.erase(KEY, NOON)
    again = await with_check(store)
    assert again.person.revision == 1
    assert await store.load(KEY) == again


# -- the store on disk ---------------------------------------------------------------------------------------------


async def test_what_was_saved_outlives_the_store(path: Path) -> None:
    async with open_sqlite(path) as store:
        saved = await with_check(store)
    async with open_sqlite(path) as store:
        assert await store.load(KEY) == saved


@pytest.mark.parametrize("table", ["people", "checks", "workspaces"])
async def test_a_damaged_record_is_told_and_left_as_it_is(sqlite_store: SqliteStore, path: Path, table: str) -> None:
    await with_check(sqlite_store)
    assert await ruled(sqlite_store) is Commit.SAVED
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute(f"UPDATE {table} SET body = 'Zyxwvutsr'")  # noqa: S608  one of the names above
    with pytest.raises(StorageError) as caught:
        await sqlite_store.load(KEY)
    assert caught.value.told == phrase("storage.damaged", name=str(path))
    assert "Zyxwvutsr" not in str(caught.value)
    with closing(sqlite3.connect(path)) as other:
        assert other.execute(f"SELECT body FROM {table}").fetchall() == [("Zyxwvutsr",)]  # noqa: S608  as above


async def test_two_stores_on_one_file_see_and_heed_each_other(sqlite_store: SqliteStore, path: Path) -> None:
    first = await with_check(sqlite_store)
    async with open_sqlite(path) as other:
        assert await other.load(KEY) == first
        theirs = answered(first, "theirs")
        assert await save(other, first, theirs) is Commit.SAVED
    assert await save(sqlite_store, first, answered(first, "mine")) is Commit.STALE
    assert await sqlite_store.load(KEY) == theirs


async def test_the_file_and_its_folder_are_for_this_user_alone(sqlite_store: SqliteStore, path: Path) -> None:
    await with_check(sqlite_store)
    assert mode(path.parent) == 0o700
    files = sorted(path.parent.iterdir())
    assert path in files
    assert {file.name: oct(mode(file)) for file in files} == {file.name: "0o600" for file in files}


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("secure_delete", 1), ("foreign_keys", 1)]
)
async def test_the_database_is_set_to_keep_what_was_acknowledged(
    sqlite_store: SqliteStore, pragma: str, value: str | int
) -> None:
    rows = await sqlite_store._database._writer.execute_fetchall(f"PRAGMA {pragma}")
    assert [tuple(row) for row in rows] == [(value,)]


async def test_nothing_that_was_forgotten_is_left_in_any_file(sqlite_store: SqliteStore, path: Path) -> None:
    session = await with_check(sqlite_store)
    for minute, text in enumerate(("Zyxwvutsr", "Zyxwvutsr" * 200), 1):
        after = answered(session, text, minute)
        assert await save(sqlite_store, session, after) is Commit.SAVED
        session = after
    assert any(b"Zyxwvutsr" in file.read_bytes() for file in path.parent.iterdir())
    await sqlite_store.erase(KEY, NOON)
    assert not any(b"Zyxwvutsr" in file.read_bytes() for file in path.parent.iterdir())


async def usable(store: SqliteStore) -> bool:
    """Tell whether a store with no transaction open takes another answer."""
    before = await store.load(ME)
    after = begun(before, f"check{before.person.revision}")
    return await save(store, before, after) is Commit.SAVED and not store._database._writer.in_transaction


@pytest.mark.parametrize("turns", range(12))
async def test_a_commit_that_is_cancelled_leaves_no_transaction_open(sqlite_store: SqliteStore, turns: int) -> None:
    first = await with_check(sqlite_store)
    second = answered(first)
    commit = asyncio.create_task(save(sqlite_store, first, second))
    for _ in range(turns):
        await asyncio.sleep(0)
    commit.cancel()
    with suppress(asyncio.CancelledError):
        await commit
    assert await usable(sqlite_store)
    assert await sqlite_store.load(KEY) in (first, second)


@pytest.fixture
def folder(path: Path) -> Path:
    path.parent.mkdir(mode=0o755)
    return path.parent


async def test_a_folder_that_was_there_already_stays_as_it_was(folder: Path, path: Path) -> None:
    async with open_sqlite(path) as store:
        assert await usable(store)
    assert mode(folder) == 0o755
    assert mode(path) == 0o600


# -- what once went wrong ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["commit", "forget"])
async def test_a_write_cancelled_while_it_waits_for_another_program_leaves_no_transaction_open(
    sqlite_store: SqliteStore, path: Path, what: str
) -> None:
    first = await with_check(sqlite_store)
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    work: Coroutine[None, None, object]
    work = save(sqlite_store, first, answered(first)) if what == "commit" else sqlite_store.erase(KEY, NOON)
    task = asyncio.create_task(work)
    await asyncio.sleep(0.05)
    task.cancel()
    writer.execute("ROLLBACK")
    writer.close()
    with suppress(asyncio.CancelledError):
        await task
    assert await usable(sqlite_store)


async def test_people_who_write_at_the_same_time_are_all_served(store: SessionStore) -> None:
    keys = [replace(KEY, person=f"U{number}") for number in range(20)]
    saved = await asyncio.gather(*(with_check(store, key) for key in keys))
    assert [await store.load(key) for key in keys] == saved


async def test_checks_are_listed_by_time_wherever_the_clock_stands(store: SessionStore) -> None:
    east = timezone(timedelta(hours=9))
    for name, at in (("older", (NOON - timedelta(hours=1)).astimezone(east)), ("newer", NOON)):
        before = await store.load(KEY)
        new = Check(name, "core-1", at, at, 1, answers={"owns": (Given(Chosen(("models",)), NOON),)})
        assert await save(store, before, Session(begun(before, name).person, new)) is Commit.SAVED
    assert [check.id for check in await store.checks(KEY)] == ["newer", "older"]


async def test_a_pack_is_kept_as_it_was_kept_first(store: SessionStore) -> None:
    assert await store.pack("core-1-abc") is None
    for check, body in (("first", '{"什么": "\ud83d\udc4d"}'), ("second", "{}")):
        before = await store.load(KEY)
        work = Work(before, begun(before, check), NOON, pack=("core-1-abc", body))
        assert await store.commit(work) is Commit.SAVED
    assert await store.pack("core-1-abc") == '{"什么": "\ud83d\udc4d"}'
    assert await store.pack("core-1") is None


# -- secrets ---------------------------------------------------------------------------------------------------------


async def test_a_secret_is_kept_under_its_name_until_it_is_dropped(store: AnyStore) -> None:
    vault = store.vault
    await vault.put("slack:T1", "xoxb-Zyxwvutsr")
    await vault.put("slack:T2", "other")
    await vault.put("slack:T1", "xoxb-newer “Zyxwvutsr”")
    assert await vault.get("slack:T1") == "xoxb-newer “Zyxwvutsr”"
    assert sorted(await vault.names("slack:")) == ["slack:T1", "slack:T2"]
    assert list(await vault.names("slack:T1_")) == []
    await vault.drop("slack:T1")
    await vault.drop("slack:T1")
    assert await vault.get("slack:T1") is None
    assert list(await vault.names("slack:")) == ["slack:T2"]


async def test_of_several_who_take_a_secret_one_gets_it_and_nobody_after_its_time(store: AnyStore) -> None:
    vault = store.vault
    await vault.put("once", "one", NOON + MINUTE)
    assert sorted(map(str, await asyncio.gather(*(vault.take("once", NOON) for _ in range(4))))) == [
        *["None"] * 3,
        "one",
    ]
    await vault.put("once", "late", NOON + MINUTE)
    assert await vault.take("once", NOON + MINUTE) is None
    await vault.put("once", "left over", NOON + MINUTE)
    await vault.put("for good", "kept")
    await store.tidy(NOON + 2 * MINUTE)
    assert await vault.get("once") is None
    assert await vault.get("for good") == "kept"


async def test_a_name_is_held_by_one_until_its_time_is_over_or_it_is_dropped(store: AnyStore) -> None:
    vault = store.vault
    assert sorted(await asyncio.gather(*(vault.hold("work", NOON, NOON + MINUTE) for _ in range(4)))) == [
        *[False] * 3,
        True,
    ]
    assert await vault.get("work") is None
    assert list(await vault.names("work")) == []
    assert await vault.hold("work", NOON + MINUTE, NOON + 2 * MINUTE)
    await vault.drop("work")
    assert await vault.hold("work", NOON, NOON + MINUTE)
