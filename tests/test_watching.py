"""Who watches the bot: is it alive, is it ready, and what does it count; nobody is named by any of it."""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import ClientSession
from prometheus_client.parser import text_string_to_metric_families

from adapters.storage.in_memory import InMemoryStore
from bot.watching import watching
from conversations.catalogue import phrase
from tests.end_to_end.program import PATIENCE, say
from tests.fakes.failing_outbox import FailingOutbox
from tests.fakes.running_bot import RunningBot
from tests.fakes.slack.consent import BOT
from tests.fakes.slack.person import person
from tests.fakes.slack.server import APP, FakeSlack
from tests.fakes.socket_client import SocketClient
from tests.fakes.socket_platform import SocketPlatform


def free_address() -> str:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{one.getsockname()[1]}"


async def ask(address: str, path: str) -> tuple[int, str]:
    async with ClientSession() as session, session.get(f"http://{address}{path}") as answer:
        return answer.status, await answer.text()


async def measured(address: str) -> dict[str, float]:
    """Return every sample by its name and labels."""
    status, text = await ask(address, "/metrics")
    assert status == 200
    return {
        one.name + "".join(f" {name}={value}" for name, value in sorted(one.labels.items())): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def ready(address: str, status: int = 200) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        try:
            return (await ask(address, "/readyz"))[0] == status
        except OSError:
            return False

    return look


def counted(address: str, sample: str) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        return (await measured(address))[sample] >= 1

    return look


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await holds():  # noqa: ASYNC110  it is another process that is waited for
            await asyncio.sleep(0.02)


async def test_a_bot_that_runs_is_alive_and_ready_and_counts(tmp_path: Path) -> None:
    address = free_address()
    async with SocketClient() as client:
        with RunningBot(client, tmp_path, system={"TEAMCHECK_METRICS_ADDRESS": address}) as bot:
            await bot.ready()
            assert await ask(address, "/healthz") == (200, "alive\n")
            assert await ask(address, "/readyz") == (200, "store: ready\nsocket: ready\n")
            assert (await measured(address))["teamcheck_reconnects_total platform=socket"] == 0
            client.answer = lambda _said: {"retry_after": None, "seconds": 3600}
            client.deliver("open", open=True, person="Zyxwvutsr", workspace="Workspace-Zyxwvutsr")
            assert await client.acked("open") == "ack"
            await until(counted(address, "teamcheck_rate_limits_total platform=socket"))
            client.answer = lambda _said: {"gave_up": None}
            client.deliver("other", open=True, person="Other")
            assert await client.acked("other") == "ack"
            await until(counted(address, "teamcheck_dead_letters"))
            found = await measured(address)
            assert found["teamcheck_turns_total outcome=taken platform=socket"] == 2
            assert found["teamcheck_turn_seconds_count"] == 2
            assert found["teamcheck_outbox_waiting"] == 1
            assert found["teamcheck_outbox_oldest_seconds"] > 0
            assert found["teamcheck_connected platform=socket"] == 1
            assert found["teamcheck_notes_total event=gave_up"] == 1
            _, text = await ask(address, "/metrics")
            assert "Zyxwvutsr" not in text
            assert set(re.findall(r'(\w+)="', text)) == {"platform", "outcome", "event", "le"}
            assert (await bot.stopped()).code == 0


async def test_a_platform_that_is_lost_and_a_store_that_fails_are_not_ready() -> None:
    outbox, address = FailingOutbox(InMemoryStore().outbox), free_address()
    async with watching(address, [SocketPlatform(0)], outbox):
        assert await ask(address, "/readyz") == (503, "store: ready\nsocket: not ready\n")
        outbox.failing = {"backlog"}
        assert await ask(address, "/readyz") == (503, "store: not ready\nsocket: not ready\n")
        assert await ask(address, "/healthz") == (200, "alive\n")
        assert str((await measured(address))["teamcheck_dead_letters"]) == "nan"


async def test_slack_is_ready_when_it_listens_and_a_cut_socket_is_counted(tmp_path: Path) -> None:
    address = free_address()
    async with FakeSlack() as slack:
        system = {
            "SLACK_BOT_TOKEN": BOT,
            "SLACK_APP_TOKEN": APP,
            "TEAMCHECK_SLACK_API_URL": slack.api_url,
            "TEAMCHECK_METRICS_ADDRESS": address,
        }
        person(slack, "U0001")
        async with SocketClient() as nobody:
            with RunningBot(nobody, tmp_path, module="bot", arguments=("run",), system=system) as bot:
                await until(ready(address))
                slack.refuse_sockets = True
                await slack.kill_sockets()
                await until(ready(address, 503))
                slack.refuse_sockets = False
                await until(counted(address, "teamcheck_reconnects_total platform=slack"))
                assert (await ask(address, "/readyz"))[0] == 200
                assert (await bot.stopped()).code == 0


async def test_an_address_that_is_taken_is_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        async with SocketClient() as client:
            with RunningBot(client, tmp_path, system={"TEAMCHECK_METRICS_ADDRESS": address}) as bot:
                ended = await bot.ended()
    start = say(phrase("settings.not_listened", name=address, why="\0")).split("\0")[0]
    assert ended.code == 78
    (line,) = ended.complained.splitlines()
    assert line.startswith(start)
