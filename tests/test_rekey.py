"""Another secret takes the place of the one that tokens are sealed with."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.storage.postgres import PostgresStore, open_postgres
from adapters.storage.sqlite import SqliteStore, open_sqlite
from conversations.catalogue import phrase
from conversations.messages import InteractionReply, Message
from conversations.ports import Commit, StorageError, Work
from tests.dialogue import NOON
from tests.end_to_end.program import database_url, run, say
from tests.fakes import postgres
from tests.fakes.running_bot import RunningBot
from tests.fakes.socket_client import SocketClient
from tests.test_every_store import KEY, with_check

MINUTE = timedelta(minutes=1)
Opened = Callable[[str], AbstractAsyncContextManager[SqliteStore | PostgresStore]]


@pytest.fixture
async def sealed(kind: str, tmp_path: Path) -> AsyncIterator[Opened]:
    """Return what opens one store with one secret or another."""
    if kind == "sqlite":
        yield lambda secret: open_sqlite(tmp_path / "sealed.sqlite3", secret)
        return
    async with postgres.database() as url:
        yield lambda secret: open_postgres(url, secret)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_another_secret_takes_the_place_of_one_and_nothing_is_lost_by_it(sealed: Opened) -> None:
    first, second, third = ("one" * 12, "two" * 12, "three" * 12)
    erased, to = replace(KEY, person="U9"), InteractionReply("token-Zyxwvutsr", NOON + MINUTE)
    async with sealed(first) as store:
        await store.vault.put("slack:T1", "xoxb-Zyxwvutsr")
        before = await with_check(store)
        await store.commit(Work(before, before, NOON, "E1", (Message(to, (), "en"),)))
        await with_check(store, erased)
        await store.erase(erased, NOON)
        assert await store.rekey(second) == (2, 0)
    for old, new in ((second, third), (third, third)):
        async with sealed(old) as store:
            assert await store.vault.get("slack:T1") == "xoxb-Zyxwvutsr"
            row = await store.outbox.claim(KEY, NOON)
            assert row is not None
            assert row.message.to == to
            assert await store.commit(Work(before, before, NOON, "E1")) is Commit.DUPLICATE
            late = await store.load(erased)
            assert await store.commit(Work(late, late, NOON - MINUTE, "E0")) is Commit.DUPLICATE
            await store.rekey(new)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_with_a_secret_that_is_lost_what_was_sealed_is_gone_and_the_rest_is_there(sealed: Opened) -> None:
    async with sealed("one" * 12) as store:
        await store.vault.put("slack:T1", "xoxb-Zyxwvutsr")
        before = await with_check(store)
    async with sealed("lost" * 12) as store:
        assert await store.vault.get("slack:T1") is None
        assert await store.load(KEY) == before
        await store.vault.put("slack:T2", "newly installed")
        assert await store.rekey("two" * 12) == (1, 1)
    async with sealed("two" * 12) as store:
        assert await store.vault.get("slack:T1") is None
        assert await store.vault.get("slack:T2") == "newly installed"


async def test_not_while_another_process_has_it_open() -> None:
    async with postgres.database() as url, open_postgres(url, "one" * 12), open_postgres(url, "one" * 12) as store:
        with pytest.raises(StorageError) as caught:
            await store.rekey("two" * 12)
    assert caught.value.told.key == "storage.second_bot"


async def test_from_the_command_line(tmp_path: Path) -> None:
    database = tmp_path / "checks.sqlite3"
    url = database_url(database)
    async with open_sqlite(database) as store:
        await store.vault.put("slack:T1", "xoxb-Zyxwvutsr")
    without = run(url, "database", "rekey")
    assert (without.code, len(without.complained.splitlines())) == (78, 1)
    short = run(url, "database", "rekey", system={"TEAMCHECK_NEW_SECRET_KEY": "short"})
    assert (short.code, short.complained.split()[0]) == (78, "TEAMCHECK_NEW_SECRET_KEY")
    new = {"TEAMCHECK_NEW_SECRET_KEY": "two" * 12}
    async with SocketClient() as client:
        with RunningBot(client, tmp_path) as bot:
            await bot.ready()
            refused = run(url, "database", "rekey", system=new)
            assert refused.complained.splitlines() == [say(phrase("storage.second_bot", name=str(database)))]
    done = run(url, "database", "rekey", system=new)
    assert (done.code, done.complained) == (0, "")
    assert done.said.startswith("1 sealed anew.")
    async with open_sqlite(database, "two" * 12) as store:
        assert await store.vault.get("slack:T1") == "xoxb-Zyxwvutsr"
