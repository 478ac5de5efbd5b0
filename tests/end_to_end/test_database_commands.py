"""`teamcheck database` and `teamcheck outbox`, as an operator runs them: also while something writes."""

import asyncio
import sqlite3
import stat
import sys
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.storage.database import alone
from adapters.storage.sqlite import SqliteStore, open_sqlite
from adapters.storage.upkeep import back_up, look_over
from bot.exits import Exit
from conversations.catalogue import phrase
from conversations.ports import Commit, StorageError
from conversations.session import Remark, Review, ReviewState, SessionKey, Share
from conversations.workspace import Workspace
from tests.dialogue import ME, NOON
from tests.end_to_end.program import (
    Finished,
    bytes_in,
    database_url,
    run,
    say,
    with_a_full_disk,
    without_a_free_pass,
)
from tests.test_every_outbox import given_up, put, sent
from tests.test_every_store import KEY, answered, begun, save, with_check
from tests.test_migrations import LATEST, WHAT_IT_HELD, every_earlier_version, written_by


def operate(path: Path, *command: str) -> Finished:
    return run(database_url(path), *command)


def told(ended: Finished, problem: str, file: Path) -> None:
    """Hold a run against the one line that a problem has."""
    assert ended == Finished(Exit.STORAGE, "", say(phrase(f"storage.{problem}", name=str(file))) + "\n")


async def filled(path: Path, people: int = 30) -> None:
    async with open_sqlite(path) as store:
        for number in range(people):
            key = replace(KEY, person=f"U{number}")
            first = await with_check(store, key)
            assert await save(store, first, answered(first, "Acme " * 100)) is Commit.SAVED


# -- upgrade -------------------------------------------------------------------------------------------------------


@every_earlier_version
async def test_an_upgrade_says_from_which_version_to_which(version: int, path: Path) -> None:
    written_by(version, path)
    ended = await asyncio.to_thread(operate, path, "database", "upgrade")
    copy = path.with_name(f"{path.name}.version-{version}")
    back = say(phrase("database.way_back", copy=str(copy)))
    assert ended == Finished(0, f"From {version} to {LATEST}.\n{back}\n", "")
    ended = await asyncio.to_thread(operate, path, "database", "upgrade")
    assert ended == Finished(0, f"It is up to date, at {LATEST}.\n", "")
    async with open_sqlite(path) as store:
        assert await store.load(ME) == WHAT_IT_HELD


def test_an_upgrade_where_nothing_is_makes_a_database(path: Path) -> None:
    assert operate(path, "database", "upgrade") == Finished(0, f"From 0 to {LATEST}.\n", "")
    look_over(path)


def test_a_file_of_a_newer_version_or_of_another_program_is_not_upgraded(tmp_path: Path) -> None:
    diary = tmp_path / "diary.txt"
    diary.write_text("Dear diary,\n" * 100)
    told(operate(diary, "database", "upgrade"), "not_a_database", diary)
    newer = tmp_path / "newer.db"
    assert operate(newer, "database", "upgrade").code == 0
    with closing(sqlite3.connect(newer)) as connection:
        connection.execute(f"PRAGMA user_version = {LATEST + 1}")
    told(operate(newer, "database", "upgrade"), "newer", newer)


# -- forgetting somebody -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "ids"),
    [
        (SessionKey("slack", "-.T7", "U1"), ("slack", "U1", "T7")),
        (SessionKey("slack", "E3.T7", "U1"), ("slack", "U1", "E3.T7")),
        (SessionKey("discord", "", "41"), ("discord", "41")),
    ],
)
async def test_an_operator_erases_somebody_and_nobody_else(path: Path, key: SessionKey, ids: tuple[str, ...]) -> None:
    other = replace(key, person="U2")
    async with open_sqlite(path) as store:
        for one in (key, other):
            first = await with_check(store, one)
            assert await save(store, first, answered(first, f"Zyxwvutsr {one.person}")) is Commit.SAVED
    ended = await asyncio.to_thread(operate, path, "database", "forget", *ids)
    assert ended == Finished(0, say(phrase("database.forgotten", name=key.person)) + "\n", "")
    async with open_sqlite(path) as store:
        assert await store.checks(key) == []
        assert len(await store.checks(other)) == 1
    assert not any(f"Zyxwvutsr {key.person}".encode() in file for file in bytes_in(path.parent).values())
    again = await asyncio.to_thread(operate, path, "database", "forget", *ids)
    assert again == Finished(Exit.NOT_FOUND, "", say(phrase("database.nobody", name=key.person)) + "\n")


async def test_a_mentor_who_never_had_a_check_is_erased_as_well(path: Path) -> None:
    owner = SessionKey("slack", "-.T7", "U1")
    review = Review(NOON, ReviewState.CLAIMED, "U3")
    async with open_sqlite(path) as store:
        first = await with_check(store, owner)
        assert first.check
        check = replace(
            first.check,
            revision=first.check.revision + 1,
            remarks=(Remark("U2", "s1", NOON, "Zyxwvutsr"),),
            shares=(Share("s1", "C1", NOON, review=review),),
        )
        rules = Workspace(1, mentors=("U4",))
        assert await save(store, first, replace(first, check=check, workspace=rules)) is Commit.SAVED
    for mentor in ("U2", "U3", "U4"):
        ended = await asyncio.to_thread(operate, path, "database", "forget", "slack", mentor, "T6")
        assert ended.code == Exit.NOT_FOUND  # somebody of that id in another workspace
        ended = await asyncio.to_thread(operate, path, "database", "forget", "slack", mentor, "T7")
        assert ended == Finished(0, say(phrase("database.forgotten", name=mentor)) + "\n", "")
        ended = await asyncio.to_thread(operate, path, "database", "forget", "slack", mentor, "T7")
        assert ended.code == Exit.NOT_FOUND
    async with open_sqlite(path) as store:
        left = await store.load(owner)
    assert left.check
    assert (left.check.remarks, left.workspace.mentors) == ((), ())
    assert [one.review for one in left.check.shares] == [Review(NOON)]
    assert not any(b"Zyxwvutsr" in file for file in bytes_in(path.parent).values())


@pytest.mark.parametrize("ids", [("slack", "U1"), ("discord", "41", "T7")])
def test_whom_to_erase_is_told_by_the_ids_that_the_platform_has(path: Path, ids: tuple[str, ...]) -> None:
    ended = operate(path, "database", "forget", *ids)
    assert ended == Finished(Exit.USAGE, "", say(phrase("database.which_workspace")) + "\n")


# -- backup --------------------------------------------------------------------------------------------------------


async def test_a_copy_made_while_something_writes_is_sound_and_holds_all_that_was_acknowledged(
    path: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    acknowledged: list[SessionKey] = []
    enough, stop = asyncio.Event(), asyncio.Event()

    async def write(store: SqliteStore, writer: int) -> None:
        while not stop.is_set():
            key = replace(KEY, workspace=f"T{writer}", person=f"U{len(acknowledged)}")
            assert await save(store, await store.load(key), begun(await store.load(key))) is Commit.SAVED
            acknowledged.append(key)
            if len(acknowledged) == 100:
                enough.set()

    async with open_sqlite(path) as store:
        writers = [asyncio.create_task(write(store, number)) for number in range(4)]
        await enough.wait()
        before = list(acknowledged)
        ended = await asyncio.to_thread(operate, path, "database", "backup", str(copy))
        after = len(acknowledged)
        stop.set()
        await asyncio.gather(*writers)
    assert ended == Finished(0, f"Copied to {copy}.\n", "")
    assert after > len(before)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert [name for name in bytes_in(tmp_path) if name.startswith("copy")] == ["copy.db"]
    look_over(copy)
    async with open_sqlite(copy) as store:
        sessions = {key: await store.load(key) for key in acknowledged}
    assert all(sessions[key].check for key in before)
    assert all(bool(one.person.revision) == bool(one.check) for one in sessions.values())


async def test_a_path_that_looks_like_an_address_is_copied_all_the_same(tmp_path: Path) -> None:
    path, copy = tmp_path / "a#b?c%41.db", tmp_path / "copy.db"
    await filled(path, 1)
    ended = await asyncio.to_thread(operate, path, "database", "backup", str(copy))
    assert ended.code == 0
    async with open_sqlite(path) as one, open_sqlite(copy) as other:
        assert list(await other.checks(KEY)) == list(await one.checks(KEY))
    look_over(path)


async def test_a_copy_that_is_there_already_is_left_as_it_is(path: Path, tmp_path: Path) -> None:
    await filled(path, 1)
    copy = tmp_path / "copy.db"
    copy.write_text("mine")
    ended = await asyncio.to_thread(operate, path, "database", "backup", str(copy))
    assert (ended.code, ended.said) == (Exit.USAGE, "")
    assert ended.complained == f"{copy} is there already: choose another name.\n"
    assert copy.read_text() == "mine"
    nowhere = tmp_path / "no" / "copy.db"
    ended = await asyncio.to_thread(operate, path, "database", "backup", str(nowhere))
    assert ended == Finished(Exit.USAGE, "", f"There is no folder {nowhere.parent}.\n")


async def test_a_copy_that_does_not_fit_on_the_disk_leaves_nothing(path: Path, tmp_path: Path) -> None:
    await filled(path)
    copy = tmp_path / "copy.db"
    program = with_a_full_disk(40_000)
    ended = await asyncio.to_thread(
        run, database_url(path), "database", "backup", str(copy), program=program, folder=tmp_path
    )
    assert ended.complained in {say(phrase(f"storage.{kind}", name=str(copy))) + "\n" for kind in ("full", "io")}
    assert ended.code == Exit.STORAGE
    assert not copy.exists()


def test_of_a_database_that_is_not_there_no_copy_is_made(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    told(operate(path, "database", "backup", str(copy)), "cannot_open", path)
    assert bytes_in(tmp_path) == {}


def test_a_copy_that_cannot_be_made_there_is_one_line(path: Path, tmp_path: Path) -> None:
    assert operate(path, "database", "upgrade").code == 0
    before = bytes_in(tmp_path)
    (tmp_path / "closed").mkdir(mode=0o500)
    (tmp_path / "shut").mkdir(mode=0)
    for copy, why in (
        (tmp_path / "closed" / "copy.db", "Permission denied"),
        (tmp_path / "shut" / "copy.db", "Permission denied"),
        (path / "copy.db", "Not a directory"),
        (tmp_path / ("a" * 300), "File name too long"),
    ):
        ended = run(database_url(path), "database", "backup", str(copy), program=without_a_free_pass())
        words = phrase("storage.copy_not_made", name=str(copy), why=why)
        assert ended == Finished(Exit.STORAGE, "", say(words) + "\n")
    (tmp_path / "shut").chmod(0o700)
    assert bytes_in(tmp_path) == before


# -- restore -------------------------------------------------------------------------------------------------------


async def test_from_the_first_version_forward_and_back_and_forward_again(path: Path) -> None:
    written_by(1, path)
    before = everything_in(path)
    assert (await asyncio.to_thread(operate, path, "database", "upgrade")).code == 0
    await filled(path, 3)
    copy = path.with_name(f"{path.name}.version-1")
    assert mode(copy) == 0o600
    ended = await asyncio.to_thread(operate, path, "database", "restore", str(copy))
    (aside,) = path.parent.glob(f"{path.name}.replaced-*Z")
    restored, kept = phrase("database.restored", copy=str(copy)), phrase("database.aside", name=str(aside))
    assert ended == Finished(0, f"{say(restored)}\n{say(phrase('database.there_again'))}\n{say(kept)}\n", "")
    assert everything_in(path) == before
    assert not path.with_name(f"{path.name}-wal").exists()
    assert mode(path) == 0o600
    async with open_sqlite(aside) as store:
        assert await store.checks(replace(KEY, person="U2"))
    assert (await asyncio.to_thread(operate, path, "database", "upgrade")).code == 0
    assert path.with_name(f"{path.name}.version-1.2").exists()
    async with open_sqlite(path) as store:
        assert await store.load(ME) == WHAT_IT_HELD


async def test_who_was_forgotten_since_the_copy_stays_forgotten(path: Path, tmp_path: Path) -> None:
    await filled(path, 4)
    copy = tmp_path / "copy.db"
    stayed, left, came_back, earlier = (replace(KEY, person=f"U{number}") for number in range(4))
    async with open_sqlite(path) as store:
        await store.erase(earlier, NOON)  # before the copy, and there again by then
        await save(store, first := await with_check(store, earlier), answered(first, "anew"))
    back_up(path, copy)
    async with open_sqlite(path) as store:
        for key in (left, came_back):
            await store.erase(key, NOON + timedelta(days=1))
        await save(store, first := await with_check(store, came_back), answered(first, "anew"))
    ended = await asyncio.to_thread(operate, path, "database", "restore", str(copy))
    assert say(phrase("database.erased_again", n=2)) in ended.said
    async with open_sqlite(path) as store:
        assert [bool(await store.checks(key)) for key in (stayed, left, came_back)] == [True, False, False]
        assert await store.checks(earlier)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def everything_in(path: Path) -> list[str]:
    """Return all that is in a database, as SQL, and its version."""
    with closing(sqlite3.connect(path)) as connection:
        return [*connection.iterdump(), str(connection.execute("PRAGMA user_version").fetchone())]


async def test_a_copy_goes_where_nothing_is_and_where_a_damaged_file_is(path: Path, tmp_path: Path) -> None:
    await filled(path, 3)
    copy = tmp_path / "copy.db"
    assert (await asyncio.to_thread(operate, path, "database", "backup", str(copy))).code == 0
    elsewhere = tmp_path / "new" / "teamcheck.db"
    ended = await asyncio.to_thread(operate, elsewhere, "database", "restore", str(copy))
    words = [phrase("database.restored", copy=str(copy)), phrase("database.there_again")]
    assert ended == Finished(0, "".join(f"{say(one)}\n" for one in words), "")
    damage(path, 0, 5, b"\xff")
    damaged = bytes_in(path.parent)[path.name]
    assert (await asyncio.to_thread(operate, path, "database", "restore", str(copy))).code == 0
    (aside,) = path.parent.glob(f"{path.name}.replaced-*Z")
    assert bytes_in(path.parent)[aside.name] == damaged
    for place in (elsewhere, path):
        assert everything_in(place) == everything_in(copy)


async def test_what_is_no_copy_of_ours_is_refused_and_nothing_is_changed(path: Path, tmp_path: Path) -> None:
    await filled(path, 1)
    before = everything_in(path)
    copy = tmp_path / "copy.db"
    told(await asyncio.to_thread(operate, path, "database", "restore", str(copy)), "cannot_open", copy)
    copy.write_text("Dear diary,\n" * 100)
    told(await asyncio.to_thread(operate, path, "database", "restore", str(copy)), "not_a_database", copy)
    copy.unlink()
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("CREATE TABLE people (name)")
    told(await asyncio.to_thread(operate, path, "database", "restore", str(copy)), "no_backup", copy)
    copy.unlink()
    back_up(path, copy)
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute(f"PRAGMA user_version = {LATEST + 1}")
    told(await asyncio.to_thread(operate, path, "database", "restore", str(copy)), "newer", copy)
    copy.unlink()
    back_up(path, copy)
    damage(copy, 4, 8, b"\xff")
    told(await asyncio.to_thread(operate, path, "database", "restore", str(copy)), "damaged", copy)
    async with open_sqlite(path):  # and the file that is in use, with its log, is no copy
        told(await asyncio.to_thread(operate, tmp_path / "new.db", "database", "restore", str(path)), "no_backup", path)
    assert everything_in(path) == before
    assert not list(path.parent.glob("*re*-*"))


async def test_nothing_is_restored_or_upgraded_under_a_bot_nor_restored_under_a_terminal(
    path: Path, tmp_path: Path
) -> None:
    await filled(path, 1)
    copy = tmp_path / "copy.db"
    back_up(path, copy)
    with alone(path):
        told(await asyncio.to_thread(operate, path, "database", "restore", str(copy)), "second_bot", path)
    async with open_sqlite(path) as store:
        told(await asyncio.to_thread(operate, path, "database", "restore", str(copy)), "in_use", path)
        assert await store.checks(replace(KEY, person="U0"))
    assert [one.name for one in path.parent.iterdir() if "re" in one.suffix] == []
    old = tmp_path / "old" / "teamcheck.db"
    written_by(1, old)
    with alone(old):
        told(await asyncio.to_thread(operate, old, "database", "upgrade"), "second_bot", old)
    assert everything_in(old)[-1] == "(1,)"


# -- check ---------------------------------------------------------------------------------------------------------


async def test_a_sound_database_is_found_sound_while_something_writes(path: Path) -> None:
    await filled(path, 1)
    async with open_sqlite(path) as store:
        ended = await asyncio.to_thread(operate, path, "database", "check")
        await with_check(store)
    assert ended == Finished(0, "The database is sound.\n", "")


def damage(path: Path, page: int, pages: int, what: bytes) -> None:
    """Write over pages of a database, numbered from 0."""
    kept = path.read_bytes()
    size = int.from_bytes(kept[16:18])
    written = (what * size * pages)[: size * pages]
    path.write_bytes(kept[: page * size] + written + kept[(page + pages) * size :])


@pytest.mark.parametrize("what", [b"\x00", b"\xff", b"Zyxwvutsr"], ids=["zeros", "ones", "words"])
async def test_a_damaged_page_is_found_and_named_in_one_line(what: bytes, path: Path) -> None:
    await filled(path)
    damage(path, 12, 1, what)
    told(await asyncio.to_thread(operate, path, "database", "check"), "damaged", path)


async def test_of_a_damaged_database_no_copy_is_made_and_it_is_named(path: Path, tmp_path: Path) -> None:
    await filled(path)
    damage(path, 1, 12, b"\xff")
    copy = tmp_path / "copy.db"
    told(await asyncio.to_thread(operate, path, "database", "backup", str(copy)), "damaged", path)
    assert not copy.exists()


async def test_an_index_that_does_not_agree_with_its_table_is_found_by_the_whole_check_alone(path: Path) -> None:
    await filled(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_schema SET sql = replace(sql, 'NOT NULL', 'NULL') WHERE name = 'checks_due'")
    look_over(path, quick=True)
    with pytest.raises(StorageError) as caught:
        look_over(path)
    assert caught.value.told == phrase("storage.damaged", name=str(path))


def test_a_file_that_is_no_database_and_none_at_all_are_no_sound_database(path: Path, tmp_path: Path) -> None:
    told(operate(path, "database", "check"), "cannot_open", path)
    diary = tmp_path / "diary.txt"
    diary.write_text("Dear diary,\n" * 100)
    told(operate(diary, "database", "check"), "not_a_database", diary)
    empty = tmp_path / "empty.db"
    empty.touch()
    told(operate(empty, "database", "check"), "empty", empty)
    theirs = tmp_path / "theirs.db"
    with closing(sqlite3.connect(theirs)) as connection:
        connection.execute("CREATE TABLE people (name)")
    told(operate(theirs, "database", "check"), "foreign", theirs)


# -- copy ----------------------------------------------------------------------------------------------------------

NOWHERE = "postgresql://me:Zyxwvutsr@127.0.0.1:1/name"
_WITHOUT_POSTGRES = (
    "import sys; sys.modules['asyncpg'] = None; import importlib.util as u; real = u.find_spec; "
    "u.find_spec = lambda name, *a: None if name == 'asyncpg' else real(name, *a); "
    "from bot.__main__ import main; main()"
)


def test_of_what_is_no_database_of_ours_nothing_is_copied_and_nothing_is_made(tmp_path: Path) -> None:
    for name in ("empty.db", "mistyped.db", "no/folder.db"):
        source = tmp_path / name
        if name.startswith("empty"):
            source.touch()
        before = sorted(tmp_path.rglob("*"))
        ended = operate(source, "database", "copy", database_url(source), NOWHERE)
        assert ended == Finished(Exit.STORAGE, "", say(phrase("database.no_source", name=str(source))) + "\n")
        assert sorted(tmp_path.rglob("*")) == before
    theirs = tmp_path / "theirs.db"
    with closing(sqlite3.connect(theirs)) as connection:
        connection.execute("PRAGMA user_version = 3")
        connection.execute("CREATE TABLE people (name)")
    before = sorted(tmp_path.rglob("*"))
    told(operate(theirs, "database", "copy", database_url(theirs), NOWHERE), "foreign", theirs)
    assert sorted(tmp_path.rglob("*")) == before


def test_from_where_and_to_where_is_told_by_two_addresses_or_by_one_and_the_settings(path: Path) -> None:
    source = database_url(path)
    for ids in ((source,), (source, source), (NOWHERE, NOWHERE)):
        ended = operate(path, "database", "copy", *ids)
        assert ended == Finished(Exit.USAGE, "", say(phrase("database.from_and_to")) + "\n")
    for odd in ("postgresql://me:Zyx/wvutsr@host/name", "postgresql://me:Zyxwvutsr@[host/name"):
        ended = operate(path, "database", "copy", source, odd)
        assert (ended.code, len(ended.complained.splitlines())) == (Exit.USAGE, 1)
        assert ended.complained.startswith("TO cannot be used: ")
        assert "wvutsr" not in ended.complained
    assert operate(path, "database", "upgrade").code == 0
    secret = {"TEAMCHECK_SECRET_KEY": "k" * 32}
    ended = run(NOWHERE, "database", "copy", source, system=secret)
    named = say(phrase("storage.unreachable", name="postgresql://127.0.0.1/name"))
    assert ended == Finished(Exit.UNAVAILABLE, "", f"{named}\n")


@pytest.mark.parametrize("command", [("upgrade",), ("copy", "FROM"), ("copy", "FROM", NOWHERE)])
def test_without_the_part_for_postgresql_one_line_says_so(command: tuple[str, ...], path: Path) -> None:
    assert operate(path, "database", "upgrade").code == 0
    words = [database_url(path) if word == "FROM" else word for word in command]
    program, secret = (sys.executable, "-c", _WITHOUT_POSTGRES), {"TEAMCHECK_SECRET_KEY": "k" * 32}
    ended = run(NOWHERE, "database", *words, program=program, system=secret)
    assert ended == Finished(Exit.STORAGE, "", say(phrase("storage.no_postgres")) + "\n")


# -- outbox --------------------------------------------------------------------------------------------------------


async def test_messages_that_were_given_up_are_listed_and_sent_again_while_the_bot_runs(path: Path) -> None:
    async with open_sqlite(path) as store:
        assert (await asyncio.to_thread(operate, path, "outbox", "list")).said == "No message was given up.\n"
        await put(store, "Zyxwvutsr", "Zyxwvutsr", "three")
        first, second = await given_up(store, "closed"), await given_up(store, "gone")
        ended = await asyncio.to_thread(operate, path, "outbox", "list")
        assert (ended.code, ended.complained) == (0, "")
        assert ended.said.splitlines() == [
            f"{second.id}  2026-03-02 12:00 UTC  slack  direct  1 attempts  gone",
            f"{first.id}  2026-03-02 12:00 UTC  slack  direct  1 attempts  closed",
        ]
        ended = await asyncio.to_thread(operate, path, "outbox", "retry", "99")
        assert ended == Finished(Exit.NOT_FOUND, "", "No message 99 was given up.\n")
        ended = await asyncio.to_thread(operate, path, "outbox", "retry", str(first.id))
        assert ended == Finished(0, "1 put into the outbox again.\n", "")
        assert [one.id for one in await store.outbox.dead_letters(9)] == [second.id]
        ended = await asyncio.to_thread(operate, path, "outbox", "drop")
        assert ended == Finished(Exit.USAGE, "", say(phrase("outbox.which")) + "\n")
        ended = await asyncio.to_thread(operate, path, "outbox", "drop", str(first.id))
        assert ended == Finished(Exit.NOT_FOUND, "", f"No message {first.id} was given up.\n")
        ended = await asyncio.to_thread(operate, path, "outbox", "retry")
        assert ended == Finished(0, "1 put into the outbox again.\n", "")
        assert len(await sent(store, now=NOON.replace(year=NOON.year + 50))) == 3
        await put(store, "one", "two", "three")
        one = await given_up(store)
        await given_up(store)
        ended = await asyncio.to_thread(operate, path, "outbox", "drop", str(one.id))
        assert ended == Finished(0, "1 let go.\n", "")
        for command in ("retry", "drop"):
            ended = await asyncio.to_thread(operate, path, "outbox", command, str(2**63))
            assert (ended.code, ended.said) == (Exit.USAGE, "")
            ended = await asyncio.to_thread(operate, path, "outbox", command, str(2**63 - 1))
            assert ended.code == Exit.NOT_FOUND
        ended = await asyncio.to_thread(operate, path, "outbox", "drop", "--all")
        assert ended == Finished(0, "1 let go.\n", "")
        assert await store.outbox.dead_letters(9) == []
