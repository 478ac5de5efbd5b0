"""What a card and a PDF cost, cold and warm, and how long the event loop waits for them: `make bench`."""

import asyncio
import resource
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

from adapters.documents.card import alt_text, card_png
from adapters.documents.csv_table import to_csv
from adapters.documents.pdf import to_pdf
from conversations.catalogue import Catalogue
from conversations.report import Report
from tests.dialogue import core
from tests.reports import crowded, usual

ROUNDS = 40
TICK = 0.001
CARDS = 400
"""Enough to see whether memory grows."""


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


Draw = Callable[[Report, Catalogue, str], Awaitable[bytes]]


def numbered(report: Report, place: int) -> Report:
    """Return another report each time: the typesetter remembers the last one."""
    return replace(report, team=f"Team {place}")


async def one(what: str, draw: Draw, report: Report, language: str) -> None:
    took: list[float] = []
    size = 0
    for place in range(ROUNDS):
        begun = time.perf_counter()
        size = len(await draw(numbered(report, place), core().catalogue, language))
        took.append((time.perf_counter() - begun) * 1e3)
    first, rest = took[0], sorted(took[1:])
    told = f"{what:<22} first {first:6.1f} ms, then {statistics.median(rest):6.1f} (slowest {rest[-1]:6.1f})"
    say(f"{told}, {size:>8,} bytes")


async def longest_wait(during: Awaitable[object]) -> float:
    """Return the milliseconds that a tick of the event loop came late at worst."""
    late = 0.0
    work = asyncio.ensure_future(during)
    while not work.done():
        begun = time.perf_counter()
        await asyncio.sleep(TICK)
        late = max(late, time.perf_counter() - begun - TICK)
    await work
    return late * 1e3


async def main() -> None:
    catalogue = core().catalogue
    reports = {"usual": await usual(), "crowded": await crowded()}

    for language in catalogue.languages:
        for name, report in reports.items():
            await one(f"card, {name}, {language}", card_png, report, language)
            await one(f"PDF, {name}, {language}", to_pdf, report, language)
    late = await longest_wait(
        asyncio.gather(*(card_png(numbered(reports["usual"], n), catalogue, "zh") for n in range(20)))
    )
    say(f"the event loop came {late:.1f} ms late at most while 20 cards were drawn at once")
    begun = time.perf_counter()
    for _ in range(ROUNDS):
        to_csv(reports["crowded"], catalogue, "en")
        alt_text(reports["crowded"], catalogue, "en")
    say(f"table and alt text, crowded: {(time.perf_counter() - begun) / ROUNDS * 1e3:.1f} ms")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for place in range(CARDS):
        await card_png(numbered(reports["usual"], 1000 + place), catalogue, "zh")
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    say(f"memory: {before / 1024:.0f} MiB, {after / 1024:.0f} after {CARDS} more cards")


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
