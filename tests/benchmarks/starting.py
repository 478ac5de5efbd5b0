"""How soon a bot calls its platform, and how much memory it takes at rest; the fakes listen here. `make bench`."""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from tests.fakes.discord.server import FakeDiscord
from tests.fakes.running_bot import RunningBot
from tests.fakes.slack.consent import BOT
from tests.fakes.slack.server import APP, FakeSlack

ROUNDS = 5
AT_REST = 10.0
"""Seconds after the start at which the memory is read."""


def resident(process: int) -> float:
    """Return the resident memory of a process, in MB."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


async def started(client: FakeSlack | FakeDiscord, system: Mapping[str, str], rest: float) -> tuple[float, float]:
    """Start a bot; return after how many seconds it called, and its memory after a while."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        with RunningBot(client, Path(folder), module="bot", arguments=("run",), system=system) as bot:
            while not client.calls:  # noqa: ASYNC110  a few milliseconds are measured
                await asyncio.sleep(0.002)
            took = time.perf_counter() - began
            await asyncio.sleep(rest)
            return took, resident(bot.pid)


async def main() -> None:
    slack, discord = [], []
    for number in range(ROUNDS):
        rest = AT_REST if number == ROUNDS - 1 else 0
        async with FakeSlack() as one:
            system = {"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP, "TEAMCHECK_SLACK_API_URL": one.api_url}
            slack.append(await started(one, system, rest))
        async with FakeDiscord() as other:
            system = {"DISCORD_TOKEN": other.token, "TEAMCHECK_DISCORD_API_URL": other.api_url}
            discord.append(await started(other, system, rest))
    for platform, found in (("Slack", slack), ("Discord", discord)):
        took = [seconds * 1000 for seconds, _ in found]
        sys.stdout.write(
            f"{platform:<8} first call after {statistics.median(took):.0f} ms ({min(took):.0f} to {max(took):.0f}), "
            f"at rest {found[-1][1]:.0f} MB\n"
        )


if __name__ == "__main__":
    asyncio.run(main())
