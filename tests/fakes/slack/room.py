"""The bot and a strict Slack in one process: unmodified Bolt and slack_sdk, real sockets, a real SQLite file."""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from html import unescape
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

from aiohttp import ClientSession, CookieJar

from adapters.documents.files import available
from adapters.slack.access import EVENTS, INSTALL, REDIRECT, SlackAccess, SlackApp
from adapters.slack.listeners import now_here
from adapters.slack.platform import SlackPlatform
from adapters.slack.tokens import Clock
from adapters.storage.sqlite import SqliteStore, open_sqlite
from bot.limits import WORKSPACE, Rate
from bot.packs_in_use import PacksInUse
from bot.running import Engine
from bot.wiring import load_content, new_id
from conversations.reminders import Policy
from tests.dialogue import postings
from tests.fakes.slack.consent import BOT, CLIENT, CLIENT_SECRET, SIGNING
from tests.fakes.slack.server import APP, FakeSlack

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


def an_app(port: int = 0) -> SlackApp:
    return SlackApp(SIGNING, CLIENT, CLIENT_SECRET, "127.0.0.1", port, "http://127.0.0.1")


@dataclass
class Answered:
    """A page that somebody was shown."""

    status: int
    words: str


async def install(
    slack: FakeSlack,
    home: FakeSlack | None = None,
    *,
    code: str | None = None,
    language: str = "en",
    again: bool = False,
    other_browser: bool = False,
) -> Answered:
    """Let the bot in by its pages, as somebody of a workspace with a browser; a code of "" declines.

    Args:
        slack: which calls the bot.
        home: the workspace; None: that of `slack`.
        code: what to come back with; None: what Slack gives.
        language: what the browser asks for.
        again: look at the last page twice.
        other_browser: look at it where the first one was not looked at.

    """
    bot = str(slack.request_url).removesuffix(EVENTS)
    jar, headers = CookieJar(unsafe=True), {"Accept-Language": language}
    async with ClientSession(cookie_jar=jar, headers=headers) as browser:
        page = await browser.get(f"{bot}{INSTALL}")
        (link,) = re.findall(r'href="([^"]*)"', await page.text())
        asked = dict(parse_qsl(urlsplit(unescape(link)).query))
        assert asked["client_id"] == CLIENT
        back: dict[str, str] = {"state": asked["state"]}
        code = (home or slack).consent.says_yes() if code is None else code
        back |= {"code": code} if code else {"error": "access_denied"}
        if other_browser:
            jar.clear()
        answered = await browser.get(f"{bot}{REDIRECT}?{urlencode(back)}")
        if again:
            answered = await browser.get(f"{bot}{REDIRECT}?{urlencode(back)}")
        return Answered(answered.status, unescape(await answered.text()))


@asynccontextmanager
async def running(  # noqa: PLR0913  each is a way to run it
    slack: FakeSlack,
    file: Path,
    *packs: Path,
    admins: frozenset[str] = frozenset(),
    person: Rate = FAST,
    new_id: Callable[[], str] = new_id,
    clock: Clock = now_here,
    http: bool = False,
) -> AsyncIterator[Room]:
    """Run a bot; another one on the same file goes on where this one stopped.

    With `http` Slack calls it, and it is installed first, if the file does not know of that yet.
    """
    content = _content(*packs)
    async with open_sqlite(file) as store:
        access = SlackAccess(BOT, APP, slack.api_url, admins)
        if http:
            access = SlackAccess(api_url=slack.api_url, admins=admins, app=an_app())
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
        if http:
            assert platform.web
            slack.request_url = f"http://127.0.0.1:{platform.web.port}{EVENTS}"
            if not await store.vault.names("slack:"):
                assert (await install(slack)).status == HTTPStatus.OK
        try:
            assert await slack.until(lambda: slack.connected or task.done(), PATIENT)
            yield room
        finally:
            room.stopping.set()
            await task
