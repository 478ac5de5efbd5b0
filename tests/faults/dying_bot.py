"""A bot that kills itself with SIGKILL at a chosen place of a turn. A server forks each, so that a start is cheap.

in    {"port", "database", "gap", "nth", "room"}
out   {"pid"} at once, then {"dead": pid, "gap": the place that was passed last}
"""

import asyncio
import json
import mmap
import os
import resource
import select
import signal
import sys
import traceback
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import random
from typing import Any

from adapters.storage.database import alone
from adapters.storage.postgres import PostgresStore, open_postgres
from adapters.storage.postgres_database import Piece
from adapters.storage.sqlite import SqliteStore, open_sqlite
from bot.limits import Rate
from bot.logs import begin
from bot.packs_in_use import PacksInUse
from bot.running import Engine, stop_on_signals
from bot.wiring import load_content
from conversations.budgets import Budget
from conversations.catalogue import Catalogue
from conversations.events import Event
from conversations.messages import Destination, Message, Outgoing, Receipt, SendOutcome
from conversations.ports import AskedReview, Commit, DueCheck, MessageSender, SessionStore, TurnHandler, Vault, Work
from conversations.reminders import Policy
from conversations.replies import Turn
from conversations.session import Check, Session, SessionKey
from tests.fakes.postgres import SECRET
from tests.fakes.socket_platform import SocketPlatform

GAPS = ("before load", "in the transaction", "before the acknowledgement", "before send", "between send and settle")
NO_LIMIT = Rate(1e9, 1e9)


CONTENT = load_content()
"""Read once, before any life begins."""


class Death:
    """Comes when a gap was passed so many times. The page outlives the process: it says which was passed last."""

    def __init__(self, gap: str | None, nth: int, page: mmap.mmap) -> None:
        self._gap = gap
        self._left = nth
        self._page = page

    def pass_by(self, gap: str) -> None:
        self._page[0] = GAPS.index(gap) + 1
        if gap == self._gap:
            self._left -= 1
            if not self._left:
                os.kill(os.getpid(), signal.SIGKILL)


class DyingStore:
    """A store that passes two of the gaps."""

    def __init__(self, store: SqliteStore | PostgresStore, death: Death) -> None:
        self._store = store
        self._death = death

    @property
    def vault(self) -> Vault:
        return self._store.vault

    async def load(self, key: SessionKey, check: str | None = None, place: str | None = None) -> Session:
        self._death.pass_by("before load")
        return await self._store.load(key, check, place)

    async def commit(self, work: Work) -> Commit:
        return await self._store.commit(work)

    async def checks(self, key: SessionKey) -> Sequence[Check]:
        return await self._store.checks(key)

    async def due(self, now: datetime, platforms: Collection[str], limit: int) -> Sequence[DueCheck]:
        return await self._store.due(now, platforms, limit)

    async def pack(self, name: str) -> str | None:
        return await self._store.pack(name)

    async def erase(
        self, key: SessionKey, at: datetime, event: str | None = None, farewell: Message | None = None
    ) -> Commit:
        return await self._store.erase(key, at, event, farewell)

    async def sharer(self, place: SessionKey, receipt: Receipt) -> tuple[SessionKey, str, str] | None:
        return await self._store.sharer(place, receipt)

    async def reviews(self, place: SessionKey) -> Sequence[AskedReview]:
        return await self._store.reviews(place)

    async def shared_in(self, place: SessionKey) -> Sequence[tuple[SessionKey, str, str]]:
        return await self._store.shared_in(place)

    async def places(self, platform: str) -> Collection[str]:
        return await self._store.places(platform)

    async def left(self, place: SessionKey, at: datetime | None) -> None:
        await self._store.left(place, at)

    async def gone(self, platform: str) -> Collection[str]:
        return await self._store.gone(platform)

    async def keep(self, name: str, value: str) -> None:
        await self._store.keep(name, value)

    async def kept(self, name: str) -> str | None:
        return await self._store.kept(name)

    async def spend(self, name: str, at: datetime, budgets: Sequence[Budget]) -> datetime | None:
        return await self._store.spend(name, at, budgets)

    async def lately(self, platform: str, since: datetime, limit: int) -> Sequence[tuple[SessionKey, Receipt]]:
        return await self._store.lately(platform, since, limit)

    async def held(self, key: SessionKey) -> str:
        return await self._store.held(key)

    async def tidy(self, now: datetime, grace: timedelta | None = None) -> None:
        await self._store.tidy(now, grace)


class DyingSender:
    """A sender that passes two of the gaps."""

    def __init__(self, sender: MessageSender, death: Death) -> None:
        self._sender = sender
        self._death = death

    def fit(self, row: Outgoing, catalogue: Catalogue) -> Sequence[object]:
        return self._sender.fit(row, catalogue)

    def method(self, to: Destination) -> str:
        return self._sender.method(to)

    async def send(self, key: SessionKey, to: Destination, part: object, nonce: str) -> SendOutcome:
        self._death.pass_by("before send")
        outcome = await self._sender.send(key, to, part, nonce)
        self._death.pass_by("between send and settle")
        return outcome


class DyingTurns:
    """A turn handler that passes the gap between the commit and the acknowledgement."""

    def __init__(self, turns: TurnHandler, death: Death) -> None:
        self._turns = turns
        self._death = death

    async def handle(self, event: Event, reply_to: Destination | None = None) -> Turn:
        turn = await self._turns.handle(event, reply_to)
        self._death.pass_by("before the acknowledgement")
        return turn


class DyingPlatform:
    """The socket platform, on the way to its end."""

    def __init__(self, platform: SocketPlatform, death: Death) -> None:
        self._platform = platform
        self._death = death
        self.name = platform.name
        self.connected = True
        self.sender: MessageSender = DyingSender(platform, death)

    async def prepare(self, store: SessionStore) -> None:
        await self._platform.prepare(store)

    async def listen(self, turns: TurnHandler, store: SessionStore, stopping: asyncio.Event) -> None:
        await self._platform.listen(DyingTurns(turns, self._death), store, stopping)


@asynccontextmanager
async def sqlite(path: Path, death: Death) -> AsyncIterator[SqliteStore]:
    with alone(path):
        async with open_sqlite(path) as store:
            # Each statement of the writer's transactions is told before it is run.
            await store._database._writer.set_trace_callback(
                lambda statement: None if statement.startswith("BEGIN") else death.pass_by("in the transaction")
            )
            yield store


@asynccontextmanager
async def postgresql(url: str, death: Death) -> AsyncIterator[PostgresStore]:
    async with open_postgres(url, SECRET) as store:
        database = store._database
        really = database.run_one

        async def run_one(statement: Piece[Any]) -> Any:  # noqa: ANN401  as the database
            # While the server is at work: some of these are committed then, and some are not.
            asyncio.get_running_loop().call_later(0.001 * random(), death.pass_by, "in the transaction")  # noqa: S311
            return await really(statement)

        database.run_one = run_one  # type: ignore[method-assign]
        yield store


async def live(port: int, database: str, death: Death) -> None:
    begin()
    opened = postgresql(database, death) if database.startswith("postgresql:") else sqlite(Path(database), death)
    async with opened as store:
        dying = DyingStore(store, death)
        packs = PacksInUse(dying, CONTENT.product, CONTENT.packs)
        platform = DyingPlatform(SocketPlatform(port), death)
        engine = Engine(dying, store.outbox, packs, [platform], Policy(), person=NO_LIMIT, workspace=NO_LIMIT)
        await engine.run(stop_on_signals())


def serve() -> None:
    alive: dict[int, mmap.mmap] = {}
    while True:
        readable, _, _ = select.select([sys.stdin], [], [], 0.005)
        while alive:
            pid, _ = os.waitpid(-1, os.WNOHANG)
            if not pid:
                break
            last = alive.pop(pid)[0]
            say({"dead": pid, "gap": GAPS[last - 1] if last else "before anything"})
        if not readable:
            continue
        line = sys.stdin.readline()
        if not line:
            return
        wanted = json.loads(line)
        page = mmap.mmap(-1, 1)
        pid = os.fork()
        if not pid:
            if wanted.get("room"):
                resource.setrlimit(resource.RLIMIT_FSIZE, (wanted["room"], wanted["room"]))
            death = Death(wanted.get("gap"), wanted.get("nth", 0), page)
            code = 1
            try:
                asyncio.run(live(wanted["port"], wanted["database"], death))
                code = 0
            except Exception:  # noqa: BLE001  a child must not go on as its parent
                traceback.print_exc()
            finally:
                os._exit(code)
        alive[pid] = page
        say({"pid": pid})


def say(what: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    serve()
