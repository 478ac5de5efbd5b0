"""PostgreSQL with several processes on one database, moving there, and what is said where it does not let us in."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg  # type: ignore[import-untyped]
import pytest

from adapters.storage.postgres import PostgresStore, open_postgres
from adapters.storage.postgres_copy import TABLES, copy
from adapters.storage.postgres_database import numbered, open_postgres_database, scripts, shown, try_writing, version_of
from adapters.storage.postgres_outbox import CLAIMED
from adapters.storage.sqlite import open_sqlite
from bot.settings import Settings
from conversations.catalogue import phrase
from conversations.messages import Outgoing, Receipt, Withdrawal
from conversations.ports import Commit, StorageError, Work
from conversations.session import SessionKey
from tests.dialogue import NOON
from tests.end_to_end.program import run
from tests.fakes import postgres
from tests.test_erasing import talked
from tests.test_every_outbox import put
from tests.test_every_store import KEY, NEIGHBOURS, answered, save, with_check

SECOND = timedelta(seconds=1)


@pytest.fixture
async def url() -> AsyncIterator[str]:
    async with postgres.database() as found:
        yield found


def settings(monkeypatch: pytest.MonkeyPatch, url: str, secret: str | None = postgres.SECRET) -> Settings:
    monkeypatch.setenv("TEAMCHECK_DATABASE_URL", url)
    if secret:
        monkeypatch.setenv("TEAMCHECK_SECRET_KEY", secret)
    return Settings()


# -- several processes -----------------------------------------------------------------------------------------------


async def test_of_two_processes_that_change_one_check_one_is_stale(url: str) -> None:
    async with open_postgres(url, postgres.SECRET) as one, open_postgres(url, postgres.SECRET) as other:
        before = await with_check(one)
        taken = save(one, before, answered(before, "A")), save(other, before, answered(before, "B"))
        done = await asyncio.gather(*taken)
        assert sorted(done) == [Commit.SAVED, Commit.STALE]


async def test_an_event_that_two_processes_get_is_taken_once(url: str) -> None:
    async with open_postgres(url, postgres.SECRET) as one, open_postgres(url, postgres.SECRET) as other:
        before = await with_check(one)
        work = Work(before, before, NOON, "E1")
        done = await asyncio.gather(one.commit(work), other.commit(work))
        assert sorted(done) == [Commit.DUPLICATE, Commit.SAVED]


async def test_of_turns_that_are_written_together_each_has_its_own_end(url: str) -> None:
    async with open_postgres(url, postgres.SECRET) as store:
        people = [KEY, *NEIGHBOURS]
        before = [await with_check(store, key) for key in people]
        assert await store.commit(Work(before[0], before[0], NOON, "E1")) is Commit.SAVED
        assert await save(store, before[1], answered(before[1], "first")) is Commit.SAVED
        works = [Work(one, answered(one, "together"), NOON, f"F{place}") for place, one in enumerate(before)]
        works[0] = replace(works[0], event="E1")
        # The first goes by itself, and the rest wait for it: together they make up one commit.
        done = await asyncio.gather(store.commit(Work(before[0], before[0], NOON, "E2")), *map(store.commit, works))
        assert done[:3] == [Commit.SAVED, Commit.DUPLICATE, Commit.STALE]
        assert set(done[3:]) == {Commit.SAVED}
        assert [await store.load(key) for key in people] == [
            before[0],
            answered(before[1], "first"),
            *(answered(one, "together") for one in before[2:]),
        ]
        # What was not written has not used its event up.
        again = Work(await store.load(people[1]), answered(await store.load(people[1]), "again"), NOON, "F1")
        assert await store.commit(again) is Commit.SAVED


async def test_a_message_is_sent_by_one_process_and_what_comes_behind_it_waits(url: str) -> None:
    async with open_postgres(url, postgres.SECRET) as one, open_postgres(url, postgres.SECRET) as other:
        await with_check(one)
        await put(one, "first", "second")
        row = await one.outbox.claim(KEY, NOON)
        assert row is not None
        assert await other.outbox.claim(KEY, NOON) is None
        assert await other.outbox.waiting(NOON, ["slack"], 10) == []
        assert await one.outbox.waiting(NOON, ["slack"], 10) == [KEY]
        await one.outbox.settle(row, Receipt("C1", "M1"), NOON)
        following = await other.outbox.claim(KEY, NOON)
        assert following is not None
        assert following.id > row.id


async def test_of_many_claims_at_once_one_is_granted(url: str) -> None:
    async with open_postgres(url, postgres.SECRET) as one, open_postgres(url, postgres.SECRET) as other:
        await with_check(one)
        await put(one, "only")
        found = await asyncio.gather(*(store.outbox.claim(KEY, NOON) for store in (one, other) for _ in range(1)))
        assert sum(row is not None for row in found) == 1


async def test_what_a_dead_process_had_claimed_is_taken_over_at_once(url: str) -> None:
    async with open_postgres(url, postgres.SECRET) as other:
        async with open_postgres(url, postgres.SECRET) as one:
            await with_check(one)
            await put(one, "only")
            assert await one.outbox.claim(KEY, NOON) is not None
            assert await other.outbox.claim(KEY, NOON) is None
        # Its connection is gone, and with it the lock that says it lives.
        assert await other.outbox.waiting(NOON, ["slack"], 10) == [KEY]
        assert await other.outbox.claim(KEY, NOON) is not None


async def test_what_a_process_that_hangs_had_claimed_is_taken_over_after_a_while(url: str) -> None:
    async with open_postgres(url, postgres.SECRET) as one, open_postgres(url, postgres.SECRET) as other:
        await with_check(one)
        await put(one, "only")
        assert await one.outbox.claim(KEY, NOON) is not None
        await hung_for(one, CLAIMED - 60 * SECOND)
        assert await other.outbox.claim(KEY, NOON) is None
        await hung_for(one, 60 * SECOND)
        assert await other.outbox.waiting(NOON, ["slack"], 10) == [KEY]
        assert await other.outbox.claim(KEY, NOON) is not None


async def test_a_clock_that_is_set_takes_no_message_from_whoever_sends_it(url: str) -> None:
    async with open_postgres(url, postgres.SECRET) as one, open_postgres(url, postgres.SECRET) as other:
        await with_check(one)
        await put(one, "only")
        assert await one.outbox.claim(KEY, NOON) is not None
        assert await other.outbox.waiting(NOON + 2 * CLAIMED, ["slack"], 10) == []
        assert await other.outbox.claim(KEY, NOON + 2 * CLAIMED) is None


async def hung_for(store: PostgresStore, time: timedelta) -> None:
    """Let what is claimed have been claimed that much earlier."""
    await store._database.execute("UPDATE outbox SET claimed_at = claimed_at - ?", time // timedelta(milliseconds=1))


async def taken_over(one: PostgresStore, other: PostgresStore) -> tuple[Outgoing, Outgoing]:
    """Let a process that hangs come to itself when another has taken its message over."""
    await with_check(one)
    await put(one, "only")
    first = await one.outbox.claim(KEY, NOON)
    await hung_for(one, CLAIMED + SECOND)
    second = await other.outbox.claim(KEY, NOON)
    assert first is not None
    assert second is not None
    return first, second


async def withdrawn(store: PostgresStore) -> list[str]:
    found = []
    while row := await store.outbox.claim(KEY, NOON + 2 * CLAIMED):
        assert isinstance(row.message.to, Withdrawal)
        found.append(row.message.to.message)
        await store.outbox.settle(row, None, NOON)
    return found


@pytest.mark.parametrize(("message", "gone"), [("M1", []), ("M2", ["M2"])])
async def test_what_two_processes_have_sent_stands_once(url: str, message: str, gone: list[str]) -> None:
    async with open_postgres(url, postgres.SECRET) as one, open_postgres(url, postgres.SECRET) as other:
        first, second = await taken_over(one, other)
        await other.outbox.settle(second, Receipt("C1", "M1"), NOON)
        # A platform that knows nonces has shown it once, another one twice.
        await one.outbox.settle(first, Receipt("C1", message), NOON)
        assert await withdrawn(other) == gone
        assert [receipt.message for _, receipt in await other.lately("slack", NOON, 9)] == ["M1"]


async def test_a_process_that_was_relieved_of_a_message_leaves_the_rest_of_it_alone(url: str) -> None:
    async with open_postgres(url, postgres.SECRET) as one, open_postgres(url, postgres.SECRET) as other:
        first, second = await taken_over(one, other)
        assert not await one.outbox.part_sent(first, Receipt("C1", "M1"), NOON)
        await one.outbox.put_off(first, NOON, 1)
        await one.outbox.give_up(first, "closed")
        assert await one.outbox.dead_letters(9) == []
        assert await one.outbox.claim(KEY, NOON + CLAIMED + SECOND) is None
        assert await other.outbox.part_sent(second, Receipt("C1", "M2"), NOON)
        held = json.loads(await other.held(KEY))
        # Both stand, and both are withdrawn when the person is forgotten.
        assert {row["message"] for row in held["sent_messages"]} == {"M1", "M2"}
        await other.erase(KEY, NOON)
        assert sorted(await withdrawn(other)) == ["M1", "M2"]


async def test_what_an_operator_puts_in_again_wakes_the_others(url: str) -> None:
    async with open_postgres(url, postgres.SECRET) as one, open_postgres(url, postgres.SECRET) as other:
        await with_check(one)
        await put(one, "only")
        row = await one.outbox.claim(KEY, NOON)
        assert row is not None
        await one.outbox.give_up(row, "closed")
        waiting = asyncio.create_task(other.outbox.pause(600))
        await asyncio.sleep(0)
        assert await one.outbox.retry(None, NOON) == 1
        await asyncio.wait_for(waiting, 60)


async def test_a_process_that_stops_wakes_the_others_for_what_it_leaves(url: str) -> None:
    async with open_postgres(url, postgres.SECRET) as other:
        async with open_postgres(url, postgres.SECRET):
            waiting = asyncio.create_task(other.outbox.pause(600))
            await asyncio.sleep(0)
        await asyncio.wait_for(waiting, 60)


async def test_a_process_whose_line_was_cut_takes_a_new_one_before_it_claims(url: str) -> None:
    asked_aside: list[str] = []
    async with open_postgres(url, postgres.SECRET, lambda: asked_aside.append("one")) as one:
        await with_check(one)
        await put(one, "only")
        await cut(url)
        row = await claimed_at_last(one)
        async with open_postgres(url, postgres.SECRET) as other:
            assert await other.outbox.claim(KEY, NOON) is None  # for the first one lives, and says so
        await one.outbox.settle(row, Receipt("C1", "M1"), NOON)
        assert asked_aside == []
        await cut(url)
        await set_version(url, 99)
        await put_at_last(one)
        await claimed_at_last(one)
        assert asked_aside == ["one"]  # though it was deaf when that was told
        await set_version(url, len(scripts()))


async def set_version(url: str, version: int) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("UPDATE teamcheck_schema SET version = $1", version)
    await connection.close()


async def cut(url: str) -> None:
    """Cut every connection to a database."""
    killer = await asyncpg.connect(postgres.server())
    sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1"
    assert await killer.fetch(sql, urlsplit(url).path.strip("/"))
    await killer.close()


async def claimed_at_last(store: PostgresStore) -> Outgoing:
    for _ in range(40):
        with suppress(StorageError):
            if row := await store.outbox.claim(KEY, NOON):
                return row
    raise AssertionError


async def put_at_last(store: PostgresStore) -> None:
    for _ in range(40):
        with suppress(StorageError):
            await put(store, "next")
            return
    raise AssertionError


async def test_what_was_put_off_may_be_sent_by_any_process(url: str) -> None:
    async with open_postgres(url, postgres.SECRET) as one, open_postgres(url, postgres.SECRET) as other:
        await with_check(one)
        await put(one, "only")
        row = await one.outbox.claim(KEY, NOON)
        assert row is not None
        await one.outbox.put_off(row, NOON + SECOND, 1)
        assert await other.outbox.claim(KEY, NOON) is None
        assert await other.outbox.claim(KEY, NOON + 2 * SECOND) is not None


async def test_two_processes_that_start_at_once_make_the_tables_once() -> None:
    async with postgres.database(empty=True) as url:
        assert await version_of(url) == 0

        async def start() -> None:
            async with open_postgres(url, postgres.SECRET):
                await asyncio.sleep(0.05)

        await asyncio.gather(*(start() for _ in range(4)))
        assert await version_of(url) == len(scripts())


@pytest.mark.parametrize("since", range(1, len(scripts())))
async def test_a_database_of_an_earlier_version_comes_up_to_date_with_everything_in_it(url: str, since: int) -> None:
    async with open_postgres(url, postgres.SECRET) as store:
        before = await with_check(store)
        await put(store, "waits")
        rows = {table: await _rows(url, table) for table in TABLES}
    async with postgres.database(empty=True) as older:
        connection = await asyncpg.connect(older)
        for script in scripts()[:since]:
            await connection.execute(script)
        await connection.execute("CREATE TABLE teamcheck_schema (version BIGINT NOT NULL)")
        await connection.execute("INSERT INTO teamcheck_schema VALUES ($1)", since)
        there = "SELECT column_name FROM information_schema.columns WHERE table_name = $1 AND is_generated = 'NEVER'"
        for table, found in rows.items():
            names = [row[0] for row in await connection.fetch(there, table)]
            records = [[row[name] for name in names] for row in found]
            if records:
                await connection.copy_records_to_table(table, records=records, columns=names)
        await connection.close()
        async with open_postgres(older, postgres.SECRET) as store:
            assert await version_of(older) == len(scripts())
            assert await store.load(KEY) == before
            assert await store.outbox.claim(KEY, NOON) is not None
            assert await save(store, before, answered(before, "newer")) is Commit.SAVED


async def _rows(url: str, table: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url)
    try:
        found: list[asyncpg.Record] = await connection.fetch(f"SELECT * FROM {table}")  # noqa: S608  one of the tables
        return found
    finally:
        await connection.close()


# -- what is said ----------------------------------------------------------------------------------------------------


async def test_a_database_of_a_newer_version_is_left_alone(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("UPDATE teamcheck_schema SET version = 99")
    await connection.close()
    with pytest.raises(StorageError) as caught:
        async with open_postgres(url, postgres.SECRET):
            pass
    assert caught.value.told.key == "storage.newer"


async def test_a_database_that_is_not_there_is_one_sentence(url: str) -> None:
    for wrong, key in (
        (url.replace("/test_", "/nowhere_"), "storage.not_let_in"),
        ("postgresql://me:secret@127.0.0.1:1/one", "storage.unreachable"),
    ):
        with pytest.raises(StorageError) as caught:
            async with open_postgres_database(wrong):
                pass
        assert caught.value.told.key == key
        assert "secret" not in str(caught.value.told)


@pytest.mark.parametrize("odd", ["?port=x", "?port=99999", "?nonsense", "?sslmode=nonsense"])
async def test_an_address_that_the_driver_makes_nothing_of_is_one_sentence(odd: str) -> None:
    url = f"postgresql:///name{odd}&host=127.0.0.1&password=Zyxwvutsr"
    told = phrase("storage.odd_address", name="postgresql://localhost/name")
    for asks in (version_of(url), try_writing(url), _opened(url)):
        with pytest.raises(StorageError) as caught:
            await asks
        assert (caught.value.told, caught.value.passing) == (told, False)


async def _opened(url: str) -> None:
    async with open_postgres(url, postgres.SECRET):
        pass


async def test_a_server_that_goes_away_is_one_sentence_and_one_that_is_back_is_used_again(url: str) -> None:
    async with open_postgres(url, postgres.SECRET) as store:
        before = await with_check(store)
        await cut(url)
        outcomes = []
        for _ in range(12):
            try:
                outcomes.append(await store.load(KEY))
            except StorageError as error:
                assert error.told.key in ("storage.unreachable", "storage.other")  # noqa: PT017
        assert outcomes[-1] == before


def test_nothing_of_a_password_is_shown() -> None:
    assert shown("postgresql://me:secret@db.example/teams?sslmode=require") == "postgresql://db.example/teams"
    for odd in "/#?":
        assert shown(f"postgresql://me:sec{odd}ret@db.example/teams") == "postgresql://"
        assert shown(f"postgresql://se{odd}cret:word@db.example/teams?sslmode=require") == "postgresql://"
        assert shown(f"postgresql://me:a{odd}b@c{odd}secret@db.example/teams") == "postgresql://"


def test_placeholders_are_numbered() -> None:
    assert numbered("a = ? AND b = ?") == "a = $1 AND b = $2"


def test_a_shared_database_needs_a_shared_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEAMCHECK_SECRET_KEY", raising=False)
    with pytest.raises(ValueError, match="TEAMCHECK_SECRET_KEY"):
        settings(monkeypatch, "postgresql://me@host/name", None)
    assert settings(monkeypatch, "postgresql://me@host/name").is_shared
    with pytest.raises(StorageError):
        _ = settings(monkeypatch, "postgresql://me@host/name").database_path


# -- moving there ----------------------------------------------------------------------------------------------------


async def test_a_community_moves_without_loss(tmp_path: Path, url: str) -> None:
    path = tmp_path / "teamcheck.sqlite3"
    people = [KEY, *NEIGHBOURS]
    async with open_sqlite(path, postgres.SECRET) as old:
        for key in people:
            session = await talked(old, [Receipt(f"C{key.person}", "M1")], key)
            assert await save(old, session, answered(session, f"“Acme” & söhne {key.person}")) is Commit.SAVED
            await put(old, "waits", key=key)
        pack = ("core-1", '{"pack":{}}')
        await old.commit(Work(await old.load(KEY), await old.load(KEY), NOON, "E7", pack=pack))
        await old.keep("a digest", "abc")
        await old.left(SessionKey("slack", "T9", ""), NOON)
        await old.erase(replace(KEY, person="U9"), NOON)
        before = {key: (await old.load(key), await old.checks(key)) for key in people}
        waiting = await old.outbox.waiting(NOON, ["slack", "discord"], 100)
        row = await old.outbox.claim(KEY, NOON)
        kept = await old.kept("a digest")
    assert row is not None
    counts = await copy(path, url)
    assert set(counts) == set(TABLES)
    assert counts["people"] == len(people)
    async with open_postgres(url, postgres.SECRET) as new:
        assert {key: (await new.load(key), await new.checks(key)) for key in people} == before
        assert sorted(await new.outbox.waiting(NOON, ["slack", "discord"], 100), key=str) == sorted(waiting, key=str)
        assert await new.outbox.claim(KEY, NOON) == row
        assert await new.kept("a digest") == kept
        assert await new.gone("slack") == ["T9"]
        assert await new.pack("core-1") == '{"pack":{}}'
        again = Work(await new.load(KEY), await new.load(KEY), NOON, "E7")
        assert await new.commit(again) is Commit.DUPLICATE
        await put(new, "behind", key=NEIGHBOURS[0])
        rows = [one for one in await _outbox(url) if one[1] == "waiting"]
        assert max(number for number, _ in rows) > row.id


async def _outbox(url: str) -> list[tuple[int, str]]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(one) for one in await connection.fetch("SELECT id, state FROM outbox")]
    finally:
        await connection.close()


async def test_nothing_is_copied_over_somebody(tmp_path: Path, url: str) -> None:
    path = tmp_path / "teamcheck.sqlite3"
    async with open_sqlite(path, postgres.SECRET) as old:
        await with_check(old)
    async with open_postgres(url, postgres.SECRET) as new:
        await with_check(new, NEIGHBOURS[0])
    with pytest.raises(StorageError) as caught:
        await copy(path, url)
    assert caught.value.told.key == "storage.not_empty"


# -- from the command line -------------------------------------------------------------------------------------------


async def test_a_check_is_played_and_kept_in_it(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEAMCHECK_SECRET_KEY", postgres.SECRET)
    played = await asyncio.to_thread(run, url, "chat", typed="Acme\n2\nquit\n")
    assert (played.code, played.complained) == (0, "")
    listed = await asyncio.to_thread(run, url, "checks")
    assert "Acme" in listed.said
    upgraded = await asyncio.to_thread(run, url, "database", "upgrade")
    assert upgraded.said.startswith("It is up to date")
    backed_up = await asyncio.to_thread(run, url, "database", "check")
    assert (backed_up.code, len(backed_up.complained.strip().splitlines())) == (74, 1)
    assert (await asyncio.to_thread(run, url, "outbox", "list")).code == 0


async def test_a_move_from_the_command_line(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEAMCHECK_SECRET_KEY", postgres.SECRET)
    old = f"sqlite:///{tmp_path / 'old.sqlite3'}"
    await asyncio.to_thread(run, old, "chat", typed="Acme\nquit\n")
    moved = await asyncio.to_thread(run, old, "database", "copy", old, url)
    assert (moved.code, moved.complained) == (0, "")
    assert "checks: 1" in moved.said
    assert "Acme" in (await asyncio.to_thread(run, url, "checks")).said
    again = await asyncio.to_thread(run, url, "database", "copy", old)  # the settings say where to, as well
    assert (again.code, "There is somebody in " in again.complained) == (74, True)
    wrong = await asyncio.to_thread(run, old, "database", "copy", url, old)
    assert wrong.code == 2


def test_without_its_optional_part_it_says_so() -> None:
    program = (
        "import importlib.util as u, sys; real = u.find_spec; "
        "u.find_spec = lambda name, *a: None if name == 'asyncpg' else real(name, *a); "
        "from bot.__main__ import main; sys.argv = ['teamcheck', 'checks']; main()"
    )
    env = {**os.environ, "TEAMCHECK_DATABASE_URL": "postgresql://me@host/name", "TEAMCHECK_SECRET_KEY": postgres.SECRET}
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 74
    assert "teamcheck[postgres]" in done.stderr
