"""SIGKILL under load: `python -m tests.faults.kills [KILLS]` prints in which gap each fell, and what was lost.

People answer a questionnaire over a socket. The client, which no kill reaches, notes what was acknowledged, repeats
what was not, and now and then what was. In the end the database and what people were shown are held against it.
"""

import asyncio
import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from random import Random
from typing import Self

from adapters.storage.postgres import PostgresStore
from adapters.storage.sqlite import SqliteStore, open_sqlite
from conversations.session import SessionKey
from tests.end_to_end.person import DEEPER, Line, whole_check
from tests.end_to_end.program import ROOT, answers_in
from tests.fakes.socket_client import Repeat, SocketClient
from tests.fakes.socket_platform import NAME
from tests.faults.dying_bot import GAPS

PEOPLE = 4
"""At once."""
AT_RANDOM = "at a random moment"
LIFE = 4.0
"""Seconds after which a bot that does not come by its gap is killed from outside."""
NOTICED = 0.5
"""Seconds in which the end of a connection is noticed."""
PLANS = [whole_check(seed) for seed in range(6)]


@dataclass
class Course:
    """What one person did, as the client knows it."""

    person: str
    plan: Sequence[Line]
    acknowledged: int = 0
    """Lines, beside the opening and "deeper"."""
    events: list[tuple[str, str]] = field(default_factory=list)
    """Id and text of what was acknowledged."""


@dataclass
class Figures:
    """What came of it."""

    kills: Counter[str] = field(default_factory=Counter)
    """By the gap that was passed last."""
    acknowledged: int = 0
    redelivered: int = 0
    lost: int = 0
    """Answers that were acknowledged and are not there, or are another one."""
    doubled: int = 0
    """Changes of state beyond one an event."""
    replies_lost: int = 0
    replies_doubled: int = 0
    out_of_order: int = 0
    repeats: int = 0
    """Messages that came again under the nonce they had, and were dropped for it."""
    repeats_without_cause: int = 0
    """Of these, where the bot that had sent it was neither killed nor frozen since, nor the server."""
    seconds: float = 0

    def told(self) -> str:
        kills = sum(self.kills.values())
        rows = [f"  {gap:<28}{self.kills[gap]:>6}" for gap in (*GAPS, "before anything") if self.kills[gap]]
        return "\n".join(
            [
                f"SIGKILLs                      {kills:>6}   in {self.seconds:.0f} s; the gap that was passed last:",
                *rows,
                f"events acknowledged           {self.acknowledged:>6}",
                f"events delivered again        {self.redelivered:>6}",
                f"acknowledged answers lost     {self.lost:>6}",
                f"doubled state changes         {self.doubled:>6}",
                f"replies lost                  {self.replies_lost:>6}",
                f"replies doubled               {self.replies_doubled:>6}",
                f"replies out of order          {self.out_of_order:>6}",
                f"messages repeated             {self.repeats:>6}",
                f"  of no send in flight        {self.repeats_without_cause:>6}",
            ]
        )

    @property
    def harm(self) -> int:
        """Everything that must be 0."""
        return (
            self.lost
            + self.doubled
            + self.replies_lost
            + self.replies_doubled
            + self.out_of_order
            + self.repeats_without_cause
        )


class Fates:
    """Starts bots, and sees them die."""

    def __init__(self, port: int, database: str) -> None:
        self._about = {"port": port, "database": database}
        self._born: asyncio.Queue[int] = asyncio.Queue()
        self._ends: dict[int, asyncio.Future[str]] = {}

    async def __aenter__(self) -> Self:
        self._server = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.faults.dying_bot",
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        self._listening = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        for pid, end in self._ends.items():
            if not end.done():
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        assert self._server.stdin
        self._server.stdin.close()
        await self._server.wait()
        await self._listening

    async def _listen(self) -> None:
        assert self._server.stdout
        while line := await self._server.stdout.readline():
            said = json.loads(line)
            if "pid" in said:
                self._ends[said["pid"]] = asyncio.get_running_loop().create_future()
                self._born.put_nowait(said["pid"])
            else:
                self._ends[said["dead"]].set_result(said["gap"])

    async def born(self, gap: str | None = None, nth: int = 0, room: int = 0) -> int:
        assert self._server.stdin
        self._server.stdin.write(json.dumps({**self._about, "gap": gap, "nth": nth, "room": room}).encode() + b"\n")
        return await self._born.get()

    async def dead(self, pid: int) -> str:
        """Wait for the end; return which gap was passed last."""
        return await asyncio.shield(self._ends[pid])


class Trial:
    """People who answer, and a bot that is killed."""

    def __init__(self, client: SocketClient, fates: Fates, seed: int) -> None:
        self.client = client
        self.fates = fates
        self.chance = Random(seed)  # noqa: S311  no secret hangs on it
        self.courses: list[Course] = []
        self.figures = Figures()
        self.over = False
        self.causes: list[float] = []
        """When the server was killed and was back, a bot frozen and let go on, by the loop's clock."""
        self.patience = 20.0
        """Seconds after which an event is delivered again."""
        self.may_be_refused = False
        self._events = 0

    async def person(self, number: int) -> None:
        """Answer one questionnaire after the other, each as another person."""
        turn = 0
        while not self.over:
            course = Course(f"P{number}-{turn}", PLANS[self.chance.randrange(len(PLANS))])
            self.courses.append(course)
            await self.play(course)
            turn += 1

    async def play(self, course: Course) -> None:
        await self._do(course, "", opening=True)
        await self._do(course, DEEPER)
        for line in course.plan:
            if self.over:
                return
            await self._do(course, line.typed)
            course.acknowledged += 1

    async def _do(self, course: Course, text: str, *, opening: bool = False) -> None:
        """Deliver an event until it is acknowledged; now and then deliver an earlier one once more."""
        self._events += 1
        event = f"e{self._events}"
        more = {"open": True} if opening else {}
        first = True
        while not await self._taken(event):
            if await self.client.until(lambda: self.client.connected, 20):
                self.figures.redelivered += not first
                first = False
                if self.chance.random() < 0.1 and course.events:
                    again, said = self.chance.choice(course.events)
                    self.figures.redelivered += 1
                    self.client.deliver(again, said, course.person, **({"open": True} if not said else {}))
                self.client.deliver(event, text, course.person, **more)
                await self.client.until(
                    lambda: event in self.client.acknowledged or not self.client.connected, self.patience
                )
        assert self.client.acknowledged[event] == "ack", self.client.acknowledged[event]
        self.figures.acknowledged += 1
        course.events.append((event, text))

    async def _taken(self, event: str) -> bool:
        if self.may_be_refused and self.client.acknowledged.get(event) == "StorageError":
            del self.client.acknowledged[event]
            await asyncio.sleep(0.1)
        return event in self.client.acknowledged

    async def kill(self, gap: str) -> None:
        """Let a bot live until its gap, or for a random moment."""
        nth = self.chance.randint(1, 80 if gap == "in the transaction" else 16)
        pid = await self.fates.born(None if gap == AT_RANDOM else gap, nth)
        dead = asyncio.create_task(self.fates.dead(pid))
        moment = LIFE
        if gap == AT_RANDOM:
            await self.client.until(lambda: self.client.connected, 5)
            moment = 0.2 * self.chance.random()
        await asyncio.wait([dead], timeout=moment)
        if not dead.done():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.figures.kills[await dead] += 1

    async def run(self, kills: int) -> None:
        """Play and kill; in the end let everything arrive."""
        people = [asyncio.create_task(self.person(number)) for number in range(PEOPLE)]
        for number in range(kills):
            await self.kill((*GAPS, AT_RANDOM)[number % (len(GAPS) + 1)])
        await self.end(people)

    async def end(self, people: Iterable["asyncio.Task[None]"]) -> None:
        """Let everything arrive."""
        self.over = True
        pid = await self.fates.born()
        await asyncio.gather(*people)
        quiet, before = 0, -1
        while quiet < 4:  # the sweeps find nothing any more
            await asyncio.sleep(1)
            quiet = quiet + 1 if len(self.client.shown) == before else 0
            before = len(self.client.shown)
        os.kill(pid, signal.SIGTERM)
        await self.fates.dead(pid)

    def _has_cause(self, one: Repeat) -> bool:
        """Tell whether the bot was gone, or something else had happened to it, before its message came again."""
        gone = self.client.gone.get(one.sent_by, inf)
        return gone <= one.again_at + NOTICED or any(one.sent_at <= at <= one.again_at for at in self.causes)

    async def judge(self, opened: AbstractAsyncContextManager[SqliteStore | PostgresStore]) -> None:
        """Hold what is stored, and what was shown, against what was acknowledged."""
        self.figures.repeats = len(self.client.repeated)
        self.figures.repeats_without_cause = sum(not self._has_cause(one) for one in self.client.repeated)
        async with opened as store:
            for course in self.courses:
                check = (await store.load(SessionKey(NAME, "W1", course.person))).check
                given = answers_in(check) if check else {}
                wanted = {line.step: line.answer for line in course.plan[: course.acknowledged]}
                self.figures.lost += sum(given.get(step) != answer for step, answer in wanted.items())
                changes = len(course.events)
                self.figures.doubled += abs((check.asked if check else 0) - changes) + len(given.keys() - wanted)
                shown = [one for one in self.client.shown if one["person"] == course.person]
                rows = {one["nonce"].split("-")[0]: one["asked"] for one in shown}
                asked = list(rows.values())
                self.figures.replies_lost += len(set(range(1, changes + 1)) - set(asked))
                self.figures.replies_doubled += len(asked) - len(set(asked))
                self.figures.out_of_order += asked != sorted(asked)


async def trial(kills: int, database: Path, seed: int = 1) -> Figures:
    """Run a trial; return its figures."""
    began = time.monotonic()
    async with SocketClient() as client, Fates(client.port, str(database)) as fates:
        one = Trial(client, fates, seed)
        await one.run(kills)
        await one.judge(open_sqlite(database))
    one.figures.seconds = time.monotonic() - began
    return one.figures


def main() -> None:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(trial(kills, Path(folder) / "faults.sqlite3"))
    sys.stdout.write(figures.told() + "\n")
    sys.exit(bool(figures.harm))


if __name__ == "__main__":
    main()
