"""The bot and a strict Slack in one process: unmodified Bolt and slack_sdk, real sockets, a real SQLite file."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from adapters.documents.files import available
from adapters.slack.access import SlackAccess
from adapters.slack.listeners import Clock, now_here
from adapters.slack.platform import SlackPlatform
from adapters.storage.sqlite import SqliteStore, open_sqlite
from bot.limits import WORKSPACE, Rate
from bot.packs_in_use import PacksInUse
from bot.running import Engine
from bot.wiring import load_content, new_id
from conversations.reminders import Policy
from tests.dialogue import postings
from tests.fakes.slack.server import APP, BOT, FakeSlack

PATIENT = 60.0
FAST = Rate(10_000, 10_000)
"""A test clicks faster than anybody."""
_content = cache(load_content)
"""Read once: every test has a bot of its own."""


@dataclass
class Room:
    """A bot that runs in Slack."""

    slack: FakeSlack
    store: SqliteStore
    platform: SlackPlatform
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
async def running(
    slack: FakeSlack,
    file: Path,
    *packs: Path,
    admins: frozenset[str] = frozenset(),
    person: Rate = FAST,
    new_id: Callable[[], str] = new_id,
    clock: Clock = now_here,
) -> AsyncIterator[Room]:
    """Run a bot; another one on the same file goes on where this one stopped."""
    content = _content(*packs)
    async with open_sqlite(file) as store:
        access = SlackAccess(BOT, APP, slack.api_url, admins)
        titles = {pack.script.id: pack.script.id for pack in content.packs}
        platform = SlackPlatform(access, content.core.catalogue, titles, new_id, clock)
        in_use = PacksInUse(store, content.product, (*content.packs[1:], content.packs[0]))
        engine = Engine(
            store,
            store.outbox,
            in_use,
            [platform],
            Policy(documents=available()),
            postings,
            clock=clock,
            person=person,
            workspace=WORKSPACE,
        )
        room = Room(slack, store, platform, engine)
        await engine.prepare()
        task = asyncio.create_task(engine.run(room.stopping))
        try:
            assert await slack.until(lambda: slack.connected or task.done(), PATIENT)
            yield room
        finally:
            room.stopping.set()
            await task
