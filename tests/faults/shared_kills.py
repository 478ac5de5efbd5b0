"""Three bots on one PostgreSQL under load: bots are killed, one is frozen, and the server is killed as well.

`python -m tests.faults.shared_kills [KILLS FROZEN_SECONDS]` prints what was lost. Played and judged as in `kills`;
each event goes to one of the bots that are there, and comes again, perhaps to another, if it is not acknowledged.
"""

import asyncio
import os
import signal
import sys
import time
from contextlib import suppress

from adapters.storage.postgres import open_postgres
from tests.fakes import postgres
from tests.fakes.socket_client import SocketClient
from tests.faults.dying_bot import GAPS
from tests.faults.kills import AT_RANDOM, PEOPLE, Fates, Figures, Trial

BOTS = 3
ONE_IN = 10
"""Of so many kills one is of the server."""
SERVER_LIFE = 2.0
"""Seconds at least between two kills of the server."""


class SharedTrial(Trial):
    """People who answer, and several bots that are killed."""

    server_kills = 0
    freezes = 0

    async def shared(self, kills: int, frozen_seconds: float) -> None:
        """Play and kill; in the end let everything arrive."""
        self.patience = 3.0
        self.may_be_refused = True  # while the server is away
        people = [asyncio.create_task(self.person(number)) for number in range(PEOPLE)]
        self._left, of_server = kills - kills // ONE_IN, kills // ONE_IN
        bots = [asyncio.create_task(self._lives(number)) for number in range(BOTS - 1)]
        bots.append(asyncio.create_task(self._frozen(frozen_seconds)))
        for _ in range(of_server):
            await asyncio.sleep(SERVER_LIFE * (1 + self.chance.random()))
            self.causes.append(asyncio.get_running_loop().time())
            await postgres.crash()
            # What was claimed before, and sent while there was no server to tell, is told by nobody else's lock.
            self.causes.append(asyncio.get_running_loop().time())
            self.server_kills += 1
        await asyncio.gather(*bots)
        await self.end(people)

    async def _lives(self, number: int) -> None:
        gaps = (*GAPS, AT_RANDOM)
        while self._left:
            self._left -= 1
            number += 1
            await self.kill(gaps[number % len(gaps)])

    async def _frozen(self, seconds: float) -> None:
        """Freeze one bot in the middle of its work, let it go on, and then kill it like the others."""
        pid = await self.fates.born()
        for _ in range(2):
            await asyncio.sleep(2)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
            self.causes.append(asyncio.get_running_loop().time())
            await asyncio.sleep(seconds)
            self.causes.append(asyncio.get_running_loop().time())
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
            self.freezes += 1
        await asyncio.sleep(2)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        await self.fates.dead(pid)
        await self._lives(BOTS)

    def told(self) -> str:
        """Return the figures, the bots' ends and the server's apart."""
        return (
            f"server killed and restarted   {self.server_kills:>6}\n"
            f"a bot frozen                  {self.freezes:>6}\n" + self.figures.told()
        )


async def trial(kills: int, frozen_seconds: float, seed: int = 1) -> tuple[Figures, str]:
    """Run a trial; return its figures, also in words."""
    began = time.monotonic()
    await postgres.durably()
    async with postgres.database() as url, SocketClient() as client, Fates(client.port, url) as fates:
        one = SharedTrial(client, fates, seed)
        client.choose = one.chance.choice
        await one.shared(kills, frozen_seconds)
        await one.judge(open_postgres(url, postgres.SECRET))
    one.figures.seconds = time.monotonic() - began
    return one.figures, one.told()


def main() -> None:
    kills, frozen_seconds = (float(one) for one in sys.argv[1:] or ("500", "60"))
    figures, told = asyncio.run(trial(int(kills), frozen_seconds))
    sys.stdout.write(told + "\n")
    sys.exit(bool(figures.harm))


if __name__ == "__main__":
    main()
