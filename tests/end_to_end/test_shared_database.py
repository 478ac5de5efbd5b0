"""Several bots on one PostgreSQL: a new one takes over from the old one, and an older one steps aside."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]
import pytest

from adapters.storage.postgres import open_postgres
from adapters.storage.postgres_database import scripts, shown
from bot.exits import Exit
from conversations.catalogue import phrase
from conversations.session import SessionKey
from tests.end_to_end.person import DEEPER, whole_check
from tests.end_to_end.program import PATIENCE, answers_in, say
from tests.fakes import postgres
from tests.fakes.running_bot import RunningBot
from tests.fakes.socket_client import SocketClient

ROUNDS = 3
READING = 0.5
"""Seconds between two things that one person does: a bot slows down who is faster for long."""


@pytest.fixture
async def client() -> AsyncIterator[SocketClient]:
    async with SocketClient() as there:
        yield there


@pytest.fixture
async def url() -> AsyncIterator[str]:
    async with postgres.database() as found:
        yield found


class Bots:
    """Bots on one database and one platform, each with a folder of its own."""

    def __init__(self, client: SocketClient, folder: Path, url: str, stack: ExitStack) -> None:
        self._client = client
        self._folder = folder
        self._system = {"TEAMCHECK_DATABASE_URL": url, "TEAMCHECK_SECRET_KEY": postgres.SECRET}
        self._stack = stack
        self._started = 0

    async def start(self) -> RunningBot:
        self._started += 1
        folder = self._folder / f"bot{self._started}"
        folder.mkdir()
        there = self._client.connections
        bot = self._stack.enter_context(RunningBot(self._client, folder, system=self._system))
        assert await self._client.until(lambda: self._client.connections > there, PATIENCE), bot.complained
        return bot


async def test_at_a_rolling_restart_nobodys_dialogue_notices(client: SocketClient, tmp_path: Path, url: str) -> None:
    people, over = [f"P{number}" for number in range(12)], asyncio.Event()
    plan = whole_check(3)
    given: dict[str, int] = {}

    async def talk(person: str) -> None:
        """Answer, one question after the other, until the restarts are over."""
        await taken(client, f"{person} open", "", person, open=True)
        await taken(client, f"{person} deeper", DEEPER, person)
        for number, line in enumerate(plan, 1):
            if over.is_set():
                return
            await taken(client, f"{person} {number}", line.typed, person)
            given[person] = number

    with ExitStack() as stack:
        bots = Bots(client, tmp_path, url, stack)
        old = await bots.start()
        talking = [asyncio.create_task(talk(person)) for person in people]
        for _ in range(ROUNDS):
            await asyncio.sleep(1)
            new = await bots.start()
            await asyncio.sleep(0.5)
            ended = await old.stopped()
            assert ended.code == 0, ended.complained
            old = new
        over.set()
        await asyncio.gather(*talking)
        assert min(given.values()) > ROUNDS
        assert await client.until(lambda: all(answers(client, one) == given[one] + 2 for one in people), PATIENCE)
        assert (await old.stopped()).code == 0
    assert client.repeats == {}
    async with open_postgres(url, postgres.SECRET) as store:
        for person in people:
            rows = [int(one["nonce"].split("-")[0]) for one in client.shown if one["person"] == person]
            assert rows == sorted(rows)
            check = (await store.load(SessionKey("socket", "W1", person))).check
            assert check
            assert answers_in(check) == {line.step: line.answer for line in plan[: given[person]]}


def answers(client: SocketClient, person: str) -> int:
    """Return how many messages somebody was sent; one may take several of the platform's."""
    return len({one["nonce"].split("-")[0] for one in client.shown if one["person"] == person})


async def taken(client: SocketClient, event: str, text: str, person: str, **more: bool) -> None:
    """Deliver an event until it is taken: one that is refused, or not answered, comes again, as on the platforms."""
    while client.acknowledged.get(event) != "ack":
        client.acknowledged.pop(event, None)
        client.deliver(event, text, person, **more)
        await client.until(lambda: event in client.acknowledged, 3)
    await asyncio.sleep(READING)


async def test_a_bot_that_meets_a_newer_version_steps_aside_with_one_line(
    client: SocketClient, tmp_path: Path, url: str
) -> None:
    with ExitStack() as stack:
        old = await Bots(client, tmp_path, url, stack).start()
        client.deliver("open", open=True)
        assert await client.acked("open") == "ack"
        connection = await asyncpg.connect(url)
        version = len(scripts()) + 1
        async with connection.transaction():  # what a newer version does when it starts
            await connection.execute("UPDATE teamcheck_schema SET version = $1", version)
            await connection.execute("SELECT pg_notify('teamcheck', $1)", str(version))
        await connection.close()
        ended = await old.ended()
    assert ended.code == Exit.STORAGE
    noted = [line for line in ended.complained.splitlines() if not line.startswith("{")]
    assert noted == [say(phrase("storage.newer", name=shown(url)))]
    events = [json.loads(line)["event"] for line in ended.complained.splitlines() if line.startswith("{")]
    assert events == ["running", "stopped"]
