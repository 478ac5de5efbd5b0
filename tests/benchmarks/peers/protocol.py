"""What a peer's program is told and what it tells, a line of JSON each; it runs where only the peer is installed."""

import asyncio
import gc
import hashlib
import json
import logging
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Generic, TypeVar

Event = TypeVar("Event")


@dataclass(frozen=True)
class Job:
    """What to play."""

    storage: str
    people: int
    """Who talk at once, each with one dialogue after the other."""
    dialogues: int
    texts: Sequence[str]
    """A dialogue: what one person writes, turn by turn."""
    folder: str
    """An empty one, for files."""
    redis: str = ""
    """The socket of a server that may be emptied."""


@dataclass(frozen=True)
class Played:
    """How it went."""

    turns: int
    seconds: float
    cpu_seconds: float
    """Of this process, its threads included; a server's is not in it."""
    bytes_a_dialogue: int
    """What the storage holds of one after its last turn, with all of its answers."""
    checksum: str
    """Of the texts as they were found in the storage."""


class Bot(ABC, Generic[Event]):
    """A peer with one storage."""

    @abstractmethod
    def event(self, person: int, number: int, text: str) -> Event:
        """Return a text as the peer takes it: building it is no part of a turn."""

    @abstractmethod
    async def turn(self, event: Event) -> None:
        """Take it through a turn: the answer is sent to a coroutine that does nothing."""

    async def finish(self) -> None:
        """Wait for what goes on behind the turns."""

    @abstractmethod
    async def held(self) -> int:
        """Return how many bytes the storage holds."""

    @abstractmethod
    async def answers(self, person: int) -> Sequence[str]:
        """Read out of the storage what a person wrote."""


Open = Callable[[Job], AbstractAsyncContextManager[Bot[Event]]]


async def send(_person: int, _text: str) -> None:
    """Stand in for a platform, the same for all."""


def question(place: int) -> str:
    """Return what a peer asks at a place."""
    return f"Question {place + 1}: what do you know about the team?"


def checksum(dialogues: Sequence[Sequence[str]]) -> str:
    return hashlib.sha256(json.dumps([list(texts) for texts in dialogues]).encode()).hexdigest()


async def play(opened: Open[Event], job: Job) -> Played:
    """Play a job in a fresh storage."""
    async with opened(job) as bot:
        # Somebody goes first: what is built at the first turn, and stored once for all, is not counted.
        for event in _events(bot, 1, job.texts):
            await bot.turn(event)
        await bot.finish()
        held = await bot.held()
        people = range(2, job.dialogues + 2)
        waiting = iter([_events(bot, person, job.texts) for person in people])

        async def talk() -> None:
            for events in waiting:
                for event in events:
                    await bot.turn(event)

        gc.collect()
        cpu, began = time.process_time(), time.perf_counter()
        await asyncio.gather(*(talk() for _ in range(job.people)))
        await bot.finish()
        seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu
        held = await bot.held() - held
        found = [await bot.answers(person) for person in people]
    turns = job.dialogues * len(job.texts)
    return Played(turns, seconds, cpu_seconds, held // job.dialogues, checksum(found))


def _events(bot: Bot[Event], person: int, texts: Sequence[str]) -> list[Event]:
    # Anew each time, as they come from a platform: a pickle keeps what is the same object once.
    return [bot.event(person, number, text.encode().decode()) for number, text in enumerate(texts)]


def serve(opened: Open[Event]) -> None:
    """Play what comes in, until nothing more does."""
    logging.disable(logging.CRITICAL)
    out, sys.stdout = sys.stdout, sys.stderr  # a library that prints does not disturb
    for line in sys.stdin:
        job = Job(**json.loads(line))
        Path(job.folder).mkdir()
        out.write(json.dumps(asdict(asyncio.run(play(opened, job)))) + "\n")
        out.flush()
