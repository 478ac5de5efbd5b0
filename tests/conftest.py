"""The stores that every test of one shares."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.storage.in_memory import InMemoryStore
from adapters.storage.sqlite import SqliteStore, open_sqlite


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "private" / "teamcheck.db"


@pytest.fixture
async def sqlite_store(path: Path) -> AsyncIterator[SqliteStore]:
    async with open_sqlite(path) as store:
        yield store


@pytest.fixture(params=["in memory", "sqlite"])
async def store(request: pytest.FixtureRequest, path: Path) -> AsyncIterator[InMemoryStore | SqliteStore]:
    if request.param == "in memory":
        yield InMemoryStore()
    else:
        async with open_sqlite(path) as on_disk:
            yield on_disk
