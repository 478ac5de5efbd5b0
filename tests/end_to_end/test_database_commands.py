"""`teamcheck database` and `teamcheck outbox`, as an operator runs them: also while something writes."""

import asyncio
import sqlite3
import stat
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.storage.sqlite import SqliteStore, open_sqlite
from adapters.storage.upkeep import look_over
from bot.exits import Exit
from conversations.catalogue import phrase
from conversations.ports import Commit, StorageError
from conversations.session import SessionKey
from tests.dialogue import ME, NOON
from tests.end_to_end.program import Finished, bytes_in, database_url, run, say, with_a_full_disk
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
    assert ended == Finished(0, f"From {version} to {LATEST}.\n", "")
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
        ended = await asyncio.to_thread(operate, path, "outbox", "retry")
        assert ended == Finished(0, "1 put into the outbox again.\n", "")
        assert len(await sent(store, now=NOON.replace(year=NOON.year + 50))) == 3
