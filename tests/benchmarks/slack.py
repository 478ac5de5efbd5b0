"""What a click in Slack costs up to its acknowledgement, beside Bolt's own dispatch of one that does nothing.

`python -m tests.benchmarks.slack`: figures of this machine, both sides interleaved in one run.
"""

import asyncio
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from adapters.button_ids import Button, button_id, read_button_id
from adapters.slack.access import SlackAccess
from adapters.slack.incoming import key_of
from adapters.slack.listeners import Listeners
from adapters.slack.people import About, People
from adapters.slack.platform import SlackPlatform
from adapters.slack.preflight import Workspace
from adapters.storage.in_memory import InMemoryStore
from adapters.storage.sqlite import SqliteStore, open_sqlite
from bot.packs_in_use import Pack, PacksInUse
from bot.turns import Turns
from conversations.events import UNSAID, Opened, Pressed
from conversations.messages import DirectMessage
from conversations.session import Check, Intent, Phase
from conversations.vocabulary import StepKind
from tests.dialogue import NOON, core, core_files, core_values

PEOPLE = 64
CLICKS = 5_000
ROUNDS = 5
ROUND = 16
"""Clicks of one check, about: everybody is at another place in theirs."""
TEAM = "T1"
TOKEN = "xoxb-1"  # noqa: S105  of nobody

Dispatch = Callable[[dict[str, Any]], Awaitable[object]]


def turns_over(store: InMemoryStore | SqliteStore) -> Turns:
    return Turns(PacksInUse(store, core_files()[1], [Pack(core(), core_values())]), store)


def next_button(check: Check) -> Button:
    """Answer whatever is asked; begin again at the end."""
    if check.phase is Phase.FINISHED:
        return Button(Intent.START_OVER, check=check.id, seen=check.asked)
    if check.phase is Phase.CONFIRMING:
        return Button(Intent.YES, check=check.id, seen=check.asked)
    step = core().by_id[check.at or ""]
    answer = step.choice_ids[0] if step.kind is StepKind.CHOICE else f"{UNSAID}unknown"
    return Button(Intent.ANSWER, answer, check.id, check.asked, step.id)


async def script(clicks: int) -> list[str]:
    """Play one person's clicks; everybody's are the same."""
    store = InMemoryStore()
    turns, key = turns_over(store), key_of(TEAM, None, "U0")
    turn = await turns.handle(Opened(key, NOON, "abc234"), DirectMessage())
    pressed = []
    for _ in range(clicks):
        check = turn.session.check
        assert check is not None
        button = next_button(check)
        pressed.append(button_id(button))
        arguments = (button.argument,) if button.argument else ()
        event = Pressed(key, NOON, button.intent, arguments, button.check, button.seen, button.step)
        turn = await turns.handle(event, DirectMessage())
    return pressed


def payload(person: int, number: int, action: str) -> dict[str, Any]:
    """Return a click as Slack sends it."""
    user = f"U{person}"
    return {
        "type": "block_actions",
        "user": {"id": user, "username": "somebody", "name": "somebody", "team_id": TEAM},
        "api_app_id": "A1",
        "token": "verification",
        "container": {"type": "message", "message_ts": "1.1", "channel_id": "D1", "is_ephemeral": False},
        "trigger_id": f"{person}.{number}",
        "team": {"id": TEAM, "domain": "somewhere"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": "D1", "name": "directmessage"},
        "message": {"type": "message", "text": "teamcheck has answered", "ts": "1.1", "blocks": []},
        "state": {"values": {}},
        "response_url": "http://127.0.0.1:9/response",
        "actions": [{"action_id": action, "block_id": "b", "type": "button", "action_ts": "1772452800.0", "value": ""}],
    }


def product(turns: Turns, store: InMemoryStore | SqliteStore) -> Dispatch:
    platform = SlackPlatform(SlackAccess("xoxb-1", "xapp-1", "http://127.0.0.1:9/api/"), core().catalogue, {}, str)
    platform._workspace = Workspace(TEAM, None, "B1", "UBOT", typing=True)
    people = People(AsyncWebClient("xoxb-1", base_url="http://127.0.0.1:9/api/"))
    for person in range(PEOPLE):  # as after their first click: nobody is asked for twice within the hour
        people._known[TEAM, f"U{person}"] = (time.monotonic(), About("en-US", stranger=False))
    listeners = Listeners(turns, store, people, core().catalogue, {}, lambda: "abc234")
    return dispatch_of(platform.app(listeners))


def bare_bolt() -> Dispatch:
    async def authorize(team_id: str, enterprise_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=enterprise_id, team_id=team_id, bot_token=TOKEN, bot_id="B1", bot_user_id="UBOT"
        )

    app = AsyncApp(
        client=AsyncWebClient("xoxb-1", base_url="http://127.0.0.1:9/api/"),
        authorize=authorize,
        request_verification_enabled=False,
    )

    async def acknowledge(ack: AsyncAck) -> None:
        await ack()

    app.action("no-op")(acknowledge)
    return dispatch_of(app)


def dispatch_of(app: AsyncApp) -> Dispatch:
    async def dispatch(body: dict[str, Any]) -> object:
        answer = await app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
        assert answer.status == 200, answer.status
        return answer

    return dispatch


async def clicking(
    dispatch: Dispatch, each: Sequence[list[dict[str, Any]]], store: InMemoryStore | None = None
) -> tuple[float, list[float]]:
    """Let everybody click, each the next when the last is acknowledged; return CPU and every latency, in seconds."""
    waited: list[float] = []

    async def person(bodies: list[dict[str, Any]]) -> None:
        for body in bodies:
            began = time.perf_counter()
            await dispatch(body)
            waited.append(time.perf_counter() - began)
            if store:
                store.outbox._rows.clear()  # as if they were sent

    cpu = time.process_time()
    await asyncio.gather(*map(person, each))
    return time.process_time() - cpu, waited


async def begun(turns: Turns, actions: Sequence[str]) -> list[list[dict[str, Any]]]:
    """Let everybody begin, each some clicks further than the one before; return the clicks that follow."""
    follow = []
    for person in range(PEOPLE):
        key, ahead = key_of(TEAM, None, f"U{person}"), person % ROUND
        await turns.handle(Opened(key, NOON, "abc234"), DirectMessage())
        for action in actions[:ahead]:
            button = read_button_id(action)
            assert button is not None
            arguments = (button.argument,) if button.argument else ()
            event = Pressed(key, NOON, button.intent, arguments, button.check, button.seen, button.step)
            await turns.handle(event, DirectMessage())
        ours = actions[ahead : ahead + CLICKS // PEOPLE]
        follow.append([payload(person, number, action) for number, action in enumerate(ours)])
    return follow


async def cpu_over_bolt(actions: list[str]) -> None:
    """Print the CPU of a click over Bolt's no-op, the store in memory and nothing sent."""
    ratios = []
    for _ in range(ROUNDS):
        store = InMemoryStore()
        turns = turns_over(store)
        ours = await begun(turns, actions)
        noop = [[payload(person, n, "no-op") for n in range(CLICKS // PEOPLE)] for person in range(PEOPLE)]
        bolt_cpu, _ = await clicking(bare_bolt(), noop)
        our_cpu, waited = await clicking(product(turns, store), ours, store)
        count = len(waited)
        ratios.append((our_cpu - bolt_cpu) / bolt_cpu)
        _say(
            f"  a click {our_cpu / count * 1e6:6.0f} us, Bolt's no-op {bolt_cpu / count * 1e6:6.0f} us: "
            f"{ratios[-1]:.2f} of Bolt's on top"
        )
    _say(f"CPU of a click up to its acknowledgement, over Bolt's own: {statistics.median(ratios):.2f} (median)")


async def latency(actions: list[str]) -> None:
    """Print how long an acknowledgement takes, everything committed to a file on the disk."""
    with tempfile.TemporaryDirectory() as folder:
        async with open_sqlite(Path(folder) / "bench.sqlite3") as store:
            turns = turns_over(store)
            ours = await begun(turns, actions)
            _, waited = await clicking(product(turns, store), ours)
    cuts = statistics.quantiles(waited, n=100)
    _say(
        f"Acknowledged, {len(waited)} clicks of {PEOPLE} people at once, durable: "
        f"p50 {cuts[49] * 1e3:.1f} ms, p99 {cuts[98] * 1e3:.1f} ms, worst {max(waited) * 1e3:.1f} ms"
    )


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def main() -> None:
    """Run both."""
    logging.disable(logging.CRITICAL)
    actions = await script(CLICKS // PEOPLE + ROUND)
    await cpu_over_bolt(actions)
    await latency(actions)


if __name__ == "__main__":
    asyncio.run(main())
