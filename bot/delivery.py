"""The outbox loop: claim, render, send, settle, back off. In order within a conversation, side by side otherwise."""

import asyncio
import random
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from adapters.notes import note
from bot.logs import conversation
from bot.packs_in_use import PacksInUse
from conversations.messages import (
    DirectMessage,
    Expired,
    Failed,
    GaveUp,
    InChannel,
    InteractionReply,
    Outgoing,
    RetryAfter,
    SendOutcome,
    Sent,
    Withdrawal,
)
from conversations.ports import MessageSender, Outbox, StorageError
from conversations.session import SessionKey

SENDING_AT_ONCE = 32
OF_ONE_WORKSPACE = 8
"""So that one that answers slowly leaves room for the others."""
SEND_SECONDS = 20
"""After which a platform is taken not to have answered."""
SWEEP_SECONDS = 1.0
NUDGED = 10_000
"""Conversations that are waited for in memory; a sweep finds the rest."""
ATTEMPTS = 16
"""With the pauses between them an hour, or somewhat more."""
WITHDRAWAL_ATTEMPTS = 8
"""A minute or two: one after the other they hold up what the person does next."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 900.0
"""Seconds."""
LEFT_ALONE_AT_MOST = 7000.0
"""Seconds; a platform that wants more is asked again then. What is further off comes from a clock that was set back."""

Clock = Callable[[], datetime]
GivenUp = Callable[[Outgoing, str], Awaitable[None]]
"""Takes note that a copy in a channel did not get there, and why."""
Gate = tuple[str, str, str]
"""Platform, workspace and method: what a rate limit is counted by."""


_UNNOTED = 4
"""As after so many attempts it is waited where not even that can be noted."""


def pause(attempts: int) -> float:
    """Return how many seconds to wait after so many attempts: twice as long each time, and never all at once."""
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2**attempts)
    return random.uniform(longest / 2, longest)  # noqa: S311  no secret hangs on it


def _attempts(row: Outgoing) -> int:
    return WITHDRAWAL_ATTEMPTS if isinstance(row.message.to, Withdrawal) else ATTEMPTS


class Delivery:
    """Sends what is in the outbox."""

    def __init__(
        self,
        outbox: Outbox,
        senders: Mapping[str, MessageSender],
        packs: PacksInUse,
        clock: Clock,
        given_up: GivenUp | None = None,
    ) -> None:
        self._given_up = given_up
        self._outbox = outbox
        self._senders = senders
        self._packs = packs
        self._clock = clock
        self._ready: deque[SessionKey] = deque()
        self._known: set[SessionKey] = set()
        """Ready, held back or being sent."""
        self._again: set[SessionKey] = set()
        """Nudged while they were being sent."""
        self._sending: dict[asyncio.Task[None], SessionKey] = {}
        self._of_workspace: Counter[tuple[str, str]] = Counter()
        self._closed: dict[Gate, datetime] = {}
        """(platform, workspace, method) -> until when the platform wants to be left alone."""
        self._sent: dict[SessionKey, tuple[Outgoing, Sent, bool]] = {}
        """What was sent, and whether it was the last part, until that is noted: it is not sent again."""
        self._resting: dict[SessionKey, datetime] = {}
        """Conversations that wait without a row that says so."""
        self._open = True

    def nudge(self, key: SessionKey) -> None:
        """Tell that a conversation has something to send."""
        if key in self._known:
            self._again.add(key)
        elif self._open and key.platform in self._senders and len(self._known) < NUDGED:
            self._known.add(key)
            self._ready.append(key)
            self._start()

    async def run(self) -> None:
        """Look for what waits, again and again: after a start, after a pause, or sent by an operator."""
        while self._open:
            try:
                for key in await self._outbox.waiting(self._clock(), self._senders.keys(), NUDGED):
                    self.nudge(key)
            except StorageError as error:
                note("sweep_failed", error, problem=error.told.key)
            await self._outbox.pause(SWEEP_SECONDS)

    async def close(self, seconds: float) -> None:
        """Begin nothing any more, and wait for what is being sent."""
        self._open = False
        if self._sending:
            await asyncio.wait(self._sending, timeout=seconds)
        for task in self._sending:
            task.cancel()

    def _start(self) -> None:
        """Begin with as many conversations as there is room for; those of a busy workspace let others pass."""
        for _ in range(len(self._ready)):
            if len(self._sending) >= SENDING_AT_ONCE or not self._open:
                return
            key = self._ready.popleft()
            whose = (key.platform, key.workspace)
            if self._of_workspace[whose] >= OF_ONE_WORKSPACE:
                self._ready.append(key)
                continue
            self._of_workspace[whose] += 1
            task = asyncio.create_task(self._conversation(key))
            self._sending[task] = key
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        key = self._sending.pop(task)
        self._known.discard(key)
        whose = (key.platform, key.workspace)
        self._of_workspace[whose] -= 1
        if not self._of_workspace[whose]:
            del self._of_workspace[whose]
        if not task.cancelled() and (error := task.exception()):
            note("delivery_failed", error, conversation=conversation(key))
        if key in self._again:
            self._again.discard(key)
            self.nudge(key)
        self._start()

    async def _conversation(self, key: SessionKey) -> None:
        """Send what one conversation has, as long as it goes."""
        if (until := self._resting.get(key)) and self._clock() < until:
            return
        self._resting.pop(key, None)
        try:
            await self._note_sent(key)
            while self._open and (row := await self._outbox.claim(key, self._clock())):
                if not await self._deliver(row):
                    return
        except StorageError as error:
            note("delivery_stopped", error, conversation=conversation(key), problem=error.told.key)

    async def _deliver(self, row: Outgoing) -> bool:
        """Send one message; tell whether the next may follow."""
        to, sender = row.message.to, self._senders[row.key.platform]
        gate = (row.key.platform, row.key.workspace, sender.method(to))
        now = self._clock()
        if gate in self._closed and now < self._closed[gate] <= now + timedelta(seconds=LEFT_ALONE_AT_MOST):
            await self._outbox.put_off(row, self._closed[gate], row.attempts)
            return False
        self._closed.pop(gate, None)
        if isinstance(to, InteractionReply) and (not to.token or to.expires_at <= now):
            if not row.message.farewell:
                return await self._settled(row, Expired(), gate)
            # It waited for the withdrawals, and whoever asked to be forgotten is to know how that ended.
            row = replace(row, message=replace(row.message, to=DirectMessage()))
        try:
            catalogue = await self._packs.catalogue_of(row.message.pack)
            parts = sender.fit(row, catalogue)
        except StorageError:
            raise
        except Exception as error:  # noqa: BLE001  a message that cannot be rendered must not hold up what follows
            note("unrenderable", error, conversation=conversation(row.key), row=row.id)
            await self._outbox.give_up(row, "unrenderable")
            return True
        if row.parts_sent >= len(parts):
            # No words; or it was sent in more parts by an older version.
            await self._outbox.drop(row)
            return True
        while True:
            outcome = await self._send(sender, row, parts[row.parts_sent])
            last = row.parts_sent + 1 >= len(parts)
            if not isinstance(outcome, Sent):
                self._resting[row.key] = now + timedelta(seconds=pause(_UNNOTED))  # should even that not be noted
                followed = await self._settled(row, outcome, gate)
                del self._resting[row.key]
                return followed
            self._sent[row.key] = (row, outcome, last)
            if not await self._note_sent(row.key) or last:
                return True
            row = replace(row, parts_sent=row.parts_sent + 1)

    async def _send(self, sender: MessageSender, row: Outgoing, part: object) -> SendOutcome:
        try:
            sending = sender.send(row.key, row.message.to, part, f"{row.id}-{row.parts_sent}")
            outcome = await asyncio.wait_for(sending, SEND_SECONDS)
        except TimeoutError:
            return Failed("no_answer")
        except asyncio.CancelledError:
            if (task := asyncio.current_task()) and task.cancelling():
                raise
            return Failed("cancelled")  # by the platform's library: nobody asked us to stop
        except Exception as error:  # noqa: BLE001  whatever a platform's library raises, the row outlives it
            note("send_failed", error, conversation=conversation(row.key), row=row.id)
            return Failed("fault")
        return outcome

    async def _note_sent(self, key: SessionKey) -> bool:
        """Note what was sent; tell whether the rest of the message is still to be sent."""
        if key not in self._sent:
            return True
        row, sent, last = self._sent[key]
        there = True
        if last:
            await self._outbox.settle(row, sent.receipt, self._clock())
        else:
            there = await self._outbox.part_sent(row, sent.receipt, self._clock())
        del self._sent[key]
        return there

    async def _settled(self, row: Outgoing, outcome: SendOutcome, gate: Gate) -> bool:
        now = self._clock()
        match outcome:
            case Sent():
                return True  # noted already
            case Expired():
                await self._outbox.drop(row)
            case RetryAfter():
                note("rate_limited", platform=row.key.platform, seconds=outcome.seconds)
                until = now + timedelta(seconds=min(outcome.seconds, LEFT_ALONE_AT_MOST))
                self._closed[*gate[:2], outcome.method or gate[2]] = until
                await self._outbox.put_off(row, until, row.attempts)
                return False
            case Failed() if row.attempts + 1 < _attempts(row):
                until = now + timedelta(seconds=pause(row.attempts))
                await self._outbox.put_off(row, until, row.attempts + 1)
                return False
            case Failed() | GaveUp():
                note("gave_up", conversation=conversation(row.key), row=row.id, reason=outcome.reason)
                if not await self._owner_told(row, outcome.reason) and row.attempts + 1 < _attempts(row):
                    until = now + timedelta(seconds=pause(row.attempts))
                    await self._outbox.put_off(row, until, row.attempts + 1)
                    return False
                if isinstance(row.message.to, InChannel) and row.message.replies and self._given_up:
                    await self._outbox.drop(row)
                else:
                    await self._outbox.give_up(row, outcome.reason)
        return True

    async def _owner_told(self, row: Outgoing, reason: str) -> bool:
        """Tell the owner of a copy at once; a dead letter would be told of at their next visit, and tried again."""
        if not isinstance(row.message.to, InChannel) or not self._given_up:
            return True
        try:
            await self._given_up(row, reason)
        except Exception as error:  # noqa: BLE001  whatever it is, the row must not be tried every second for it
            note("owner_not_told", error, conversation=conversation(row.key), row=row.id)
            return False
        return True
