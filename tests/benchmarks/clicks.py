"""What a click costs up to its acknowledgement, beside a platform's library that dispatches one that does nothing.

The same clicks on every platform: 64 people at once, each at another place of a check. Figures of this machine, both
sides interleaved in one run.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.button_ids import Button, button_id, read_button_id
from adapters.storage.in_memory import InMemoryStore
from adapters.storage.sqlite import SqliteStore, open_sqlite
from bot.packs_in_use import Pack, PacksInUse
from bot.turns import Turns
from conversations.events import UNSAID, Opened, Pressed
from conversations.messages import DirectMessage
from conversations.session import Check, Intent, Phase, SessionKey
from conversations.vocabulary import StepKind
from tests.dialogue import NOON, core, core_files, core_values

PEOPLE = 64
CLICKS = 5_000
ROUNDS = 5
ROUND = 16
"""Clicks of one check, about: everybody is at another place in theirs."""

Json = dict[str, Any]
Store = InMemoryStore | SqliteStore
Dispatch = Callable[[Json], Awaitable[object]]


@dataclass(frozen=True)
class Platform:
    """What is measured."""

    library: str
    key_of: Callable[[int], SessionKey]
    """A person's number -> whose conversation it is."""
    payload: Callable[[int, int, str], Json]
    """A person's number, a click's number and a button -> the click as the platform sends it."""
    product: Callable[[Turns, Store], Awaitable[Dispatch]]
    bare: Callable[[], Awaitable[Dispatch]]


def turns_over(store: Store) -> Turns:
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
    turns, key = turns_over(store), SessionKey("bench", "", "0")
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


async def begun(platform: Platform, turns: Turns, actions: Sequence[str]) -> list[list[dict[str, Any]]]:
    """Let everybody begin, each some clicks further than the one before; return the clicks that follow."""
    follow = []
    for person in range(PEOPLE):
        key, ahead = platform.key_of(person), person % ROUND
        await turns.handle(Opened(key, NOON, "abc234"), DirectMessage())
        for action in actions[:ahead]:
            button = read_button_id(action)
            assert button is not None
            arguments = (button.argument,) if button.argument else ()
            event = Pressed(key, NOON, button.intent, arguments, button.check, button.seen, button.step)
            await turns.handle(event, DirectMessage())
        ours = actions[ahead : ahead + CLICKS // PEOPLE]
        follow.append([platform.payload(person, number, action) for number, action in enumerate(ours)])
    return follow


async def cpu_over_library(platform: Platform, actions: list[str]) -> None:
    """Print the CPU of a click over the library's no-op, the store in memory and nothing sent."""
    ratios = []
    for _ in range(ROUNDS):
        store = InMemoryStore()
        turns = turns_over(store)
        ours = await begun(platform, turns, actions)
        noop = [[platform.payload(person, n, "no-op") for n in range(CLICKS // PEOPLE)] for person in range(PEOPLE)]
        bare_cpu, _ = await clicking(await platform.bare(), noop)
        our_cpu, waited = await clicking(await platform.product(turns, store), ours, store)
        count = len(waited)
        ratios.append((our_cpu - bare_cpu) / bare_cpu)
        say(
            f"  a click {our_cpu / count * 1e6:6.0f} us, {platform.library}'s no-op {bare_cpu / count * 1e6:6.0f} us: "
            f"{ratios[-1]:.2f} of it on top"
        )
    middle = statistics.median(ratios)
    say(f"CPU of a click up to its acknowledgement, over {platform.library}'s own: {middle:.2f} (median)")


async def latency(platform: Platform, actions: list[str]) -> None:
    """Print how long an acknowledgement takes, everything committed to a file on the disk."""
    with tempfile.TemporaryDirectory() as folder:
        async with open_sqlite(Path(folder) / "bench.sqlite3") as store:
            turns = turns_over(store)
            ours = await begun(platform, turns, actions)
            _, waited = await clicking(await platform.product(turns, store), ours)
    cuts = statistics.quantiles(waited, n=100)
    say(
        f"Acknowledged, {len(waited)} clicks of {PEOPLE} people at once, durable: "
        f"p50 {cuts[49] * 1e3:.1f} ms, p99 {cuts[98] * 1e3:.1f} ms, worst {max(waited) * 1e3:.1f} ms"
    )


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def measure(platform: Platform) -> None:
    """Print both."""
    actions = await script(CLICKS // PEOPLE + ROUND)
    await cpu_over_library(platform, actions)
    await latency(platform, actions)
