"""The bot and a strict Discord in one process: unmodified discord.py, real sockets, a real SQLite file."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from adapters.discord.access import DiscordAccess, Shards
from adapters.discord.platform import DiscordPlatform
from adapters.documents.files import available
from adapters.storage.sqlite import SqliteStore, open_sqlite
from bot.limits import WORKSPACE, Rate
from bot.packs_in_use import PacksInUse
from bot.running import Engine, Platform
from bot.wiring import load_content, new_id
from conversations.budgets import Budget
from conversations.reminders import Policy
from tests.dialogue import postings
from tests.fakes.discord.server import FakeDiscord

PATIENT = 60.0
FAST = Rate(10_000, 10_000)
"""A test clicks faster than anybody."""
OFTEN = (Budget(1_000, timedelta(seconds=1)), Budget(1_000, timedelta(seconds=1)))
"""And begins sessions more often than Discord would let it."""
_content = cache(load_content)
"""Read once: every test has a bot of its own."""


@dataclass
class Room:
    """A bot that runs in Discord."""

    discord: FakeDiscord
    store: SqliteStore
    platform: DiscordPlatform
    engine: Engine
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def quiet(self) -> None:
        """Wait until everything that was committed is sent."""

        def waiting(connection: sqlite3.Connection) -> int:
            ((count,),) = connection.execute("SELECT count(*) FROM outbox WHERE state = 'waiting'")
            return int(count)

        while await self.store._database.read(waiting):  # noqa: ASYNC110  the file tells nobody
            await asyncio.sleep(0.01)


@asynccontextmanager
async def running(  # noqa: PLR0913  each is something that a test changes
    discord: FakeDiscord,
    file: Path,
    *packs: Path,
    beside: Sequence[Platform] = (),
    person: Rate = FAST,
    new_id: Callable[[], str] = new_id,
    clock: Callable[[], datetime] | None = None,
    shards: Shards | None = None,
    new_sessions: Sequence[Budget] = OFTEN,
) -> AsyncIterator[Room]:
    """Run a bot; another one on the same file goes on where this one stopped."""
    content = _content(*packs)
    clock = clock or discord.world.clock.now
    async with open_sqlite(file) as store:
        access = DiscordAccess(discord.token, discord.api_url, shards)
        platform = DiscordPlatform(access, content.core.catalogue, new_id, new_sessions)
        in_use = PacksInUse(store, content.product, (*content.packs[1:], content.packs[0]))
        engine = Engine(
            store,
            store.outbox,
            in_use,
            [platform, *beside],
            Policy(documents=available()),
            postings,
            clock=clock,
            person=person,
            workspace=WORKSPACE,
        )
        room = Room(discord, store, platform, engine)
        await engine.prepare()
        task = asyncio.create_task(engine.run(room.stopping))
        try:
            assert await discord.until(lambda: discord.connected or task.done(), PATIENT)
            yield room
        finally:
            room.stopping.set()
            await task
