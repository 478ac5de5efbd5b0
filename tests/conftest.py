"""The stores that every test of one shares."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.storage.in_memory import InMemoryStore
from adapters.storage.postgres import PostgresStore, open_postgres
from adapters.storage.sqlite import SqliteStore, open_sqlite
from tests.fakes import postgres


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "private" / "teamcheck.db"


@pytest.fixture
async def sqlite_store(path: Path) -> AsyncIterator[SqliteStore]:
    async with open_sqlite(path) as store:
        yield store


@pytest.fixture(params=["in memory", "sqlite", "postgresql"])
async def store(
    request: pytest.FixtureRequest, path: Path
) -> AsyncIterator[InMemoryStore | SqliteStore | PostgresStore]:
    if request.param == "in memory":
        yield InMemoryStore()
    elif request.param == "sqlite":
        async with open_sqlite(path) as on_disk:
            yield on_disk
    else:
        async with postgres.database() as url, open_postgres(url, postgres.SECRET) as shared:
            yield shared
