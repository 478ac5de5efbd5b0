"""The bot that runs: platforms listen, turns are taken, messages go out, times come; until it is told to stop."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Protocol

from adapters.notes import note
from bot.delivery import Clock, Delivery, pause
from bot.due_checks import DueChecks, tidy
from bot.intake import Intake
from bot.limits import PERSON, WORKSPACE, Rate
from bot.packs_in_use import PacksInUse
from bot.turns import Turns
from conversations.catalogue import Phrase
from conversations.events import LEFT_STANDING, ShareEnded
from conversations.messages import DirectMessage, InChannel, Outgoing
from conversations.ports import MessageSender, NotReadyError, Outbox, SessionStore, StorageError, TurnHandler
from conversations.reminders import Policy
from conversations.scene import Postings

TURN_SECONDS, SEND_SECONDS, CLOSE_SECONDS = 5.0, 3.0, 1.0
"""What is left of ten seconds at a stop: for turns in flight, for messages being sent, for platforms to hang up."""


class Platform(Protocol):
    """A chat platform."""

    @property
    def name(self) -> str:
        """Return the platform of its people's keys."""

    @property
    def connected(self) -> bool:
        """Tell whether what happens there is heard just now."""

    @property
    def sender(self) -> MessageSender:
        """Return what sends to it."""

    async def prepare(self, store: SessionStore) -> None:
        """Look whether the platform lets us begin.

        Raises:
            NotReadyError: it does not.

        """

    async def listen(self, turns: TurnHandler, store: SessionStore, stopping: asyncio.Event) -> None:
        """Hand every event to the turns and acknowledge it after; until the bot stops."""


class Engine:
    """Everything behind the platforms."""

    def __init__(  # noqa: PLR0913  each is a part of it
        self,
        store: SessionStore,
        outbox: Outbox,
        packs: PacksInUse,
        platforms: Sequence[Platform],
        policy: Policy,
        postings: Postings | None = None,
        *,
        clock: Clock = lambda: datetime.now(UTC),
        person: Rate = PERSON,
        workspace: Rate = WORKSPACE,
        grace: timedelta | None = None,
        over: Callable[[TurnHandler], TurnHandler] | None = None,
    ) -> None:
        self._senders = senders = {platform.name: platform.sender for platform in platforms}
        self._store = store
        self._platforms = platforms
        self._later: list[Platform] = []
        self._clock = clock
        self._grace = grace
        self.delivery = Delivery(outbox, senders, packs, clock, self._not_shared)
        turns = Turns(packs, store, policy, self.delivery.nudge, postings)
        self.intake = Intake(turns, packs, person, workspace)
        self._heard: TurnHandler = over(self.intake) if over else self.intake
        """What platforms hand their events to: the intake, and whoever watches it."""
        self.due_checks = DueChecks(store, self.intake, senders.keys(), clock)

    async def _not_shared(self, row: Outgoing, reason: str) -> None:
        """Tell the owner of a shared report that its copy did not get there, or could not be taken back."""
        to, check = row.message.to, row.message.check
        reason = reason if row.message.replies else LEFT_STANDING
        if isinstance(to, InChannel) and check:
            await self.intake.handle(ShareEnded(row.key, self._clock(), check, to.share, reason), DirectMessage())

    async def prepare(self) -> tuple[Phrase, ...]:
        """Let go of what has served its time, whatever comes of the platforms; then look whether they let us begin.

        Returns what is wrong with those that do not, where others do. Where it may pass, it is tried again later.

        Raises:
            NotReadyError: none of them does.
            StorageError: the store cannot do its work.

        """
        await self._store.tidy(self._clock(), self._grace)
        ready: list[Platform] = []
        refused: list[NotReadyError] = []
        for platform in self._platforms:
            try:
                await platform.prepare(self._store)
            except NotReadyError as error:
                note("not_ready", error, platform=platform.name)
                refused.append(error)
                del self._senders[platform.name]  # what is for its people waits
                if error.passing:
                    self._later.append(platform)
            else:
                ready.append(platform)
        if refused and not ready:
            raise next((error for error in refused if error.passing), refused[0])
        self._platforms = ready
        return tuple(error.told for error in refused)

    async def run(self, stopping: asyncio.Event) -> None:
        """Run until it is told to stop; then finish what was begun, and nothing else."""
        loops = [
            asyncio.create_task(work)
            for work in (self.delivery.run(), self.due_checks.run(), tidy(self._store, self._clock, self._grace))
        ]
        listening = [asyncio.create_task(one.listen(self._heard, self._store, stopping)) for one in self._platforms]
        first = tuple(listening)
        listening += [asyncio.create_task(self._listen_at_last(one, stopping, first)) for one in self._later]
        stopped = asyncio.create_task(stopping.wait())
        note("running", platforms=len(self._platforms))
        gone = asyncio.create_task(_gone_on(listening)) if listening else stopped
        await asyncio.wait([stopped, gone, *loops], return_when=asyncio.FIRST_COMPLETED)
        if not stopping.is_set():
            note("ended_unasked")  # every platform hung up, or a loop has a fault: better started anew than half alive
        stopping.set()
        await self.intake.close(TURN_SECONDS)
        await self.delivery.close(SEND_SECONDS)
        for task in loops:
            task.cancel()
        _, late = await asyncio.wait(listening, timeout=CLOSE_SECONDS) if listening else (set(), set())
        for task in late:
            task.cancel()
        done, _ = await asyncio.wait([*loops, *listening], timeout=CLOSE_SECONDS)
        note("stopped")
        for task in done:
            if not task.cancelled() and (error := task.exception()):
                raise error

    async def _listen_at_last(
        self, platform: Platform, stopping: asyncio.Event, others: Sequence["asyncio.Task[None]"]
    ) -> None:
        """Try again whether a platform lets us begin that did not at first; as long as another one listens."""
        for tries in count():
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), pause(tries))
            if stopping.is_set() or all(task.done() for task in others):
                return
            try:
                await platform.prepare(self._store)
            except (NotReadyError, StorageError) as error:
                note("not_ready", error, platform=platform.name)
                if isinstance(error, NotReadyError) and not error.passing:
                    return
            else:
                break
        self._senders[platform.name] = platform.sender
        await platform.listen(self._heard, self._store, stopping)


async def _gone_on(tasks: list["asyncio.Task[None]"]) -> None:
    """Wait until none of the platforms listens any more; one that fails does not take the others down."""
    left = set(tasks)
    while left:
        done, left = await asyncio.wait(left, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            if left and not task.cancelled():
                note("platform_ended", task.exception(), left=len(left))


def stop_on_signals() -> asyncio.Event:
    """Return what is set when the process is asked to end."""
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    return stopping
