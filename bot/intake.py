"""What comes in from a platform: taken in, put off politely, or, where a turn has a fault, owned up to."""

import asyncio
import math
from dataclasses import replace

from adapters.notes import note
from bot.limits import PERSON, WORKSPACE, Limits, Rate
from bot.logs import conversation, new_reference
from bot.packs_in_use import PacksInUse
from bot.turns import Turns
from conversations.catalogue import phrase
from conversations.events import Event, LookedHome, Reviewed, ShareEnded, TimePassed
from conversations.messages import Destination
from conversations.ports import ClosedError, StorageError
from conversations.replies import Turn
from conversations.session import Person, Session

AT_ONCE = 1000
"""Turns that are taken in and not finished."""
TOLD_EVERY = 5
"""Seconds between two times that a flooding person is told so."""


class Intake:
    """A TurnHandler in front of the turns."""

    def __init__(
        self,
        turns: Turns,
        packs: PacksInUse,
        person: Rate = PERSON,
        workspace: Rate = WORKSPACE,
    ) -> None:
        self._turns = turns
        self._packs = packs
        self._people, self._workspaces = Limits(person), Limits(workspace)
        self._told = Limits(Rate(1, 1 / TOLD_EVERY))
        self._in_flight = 0
        self._open = True
        self._idle = asyncio.Event()
        self._idle.set()

    async def handle(self, event: Event, reply_to: Destination | None = None) -> Turn:
        """Take a turn.

        Raises:
            StorageError: nothing was saved; the platform may repeat the event.
            ClosedError: nothing was begun; as above.

        """
        if not self._open or self._in_flight >= AT_ONCE:
            raise ClosedError
        self._in_flight += 1
        self._idle.clear()
        try:
            if isinstance(event, TimePassed | ShareEnded) or _is_a_glance(event):  # nothing that the person did
                return await self._turn(event, reply_to)
            if isinstance(event, Reviewed):  # the key is the owner's, and they did nothing
                if self._people.wait(replace(event.key, person=event.by)):
                    raise ClosedError
            elif seconds := self._people.wait(event.key):
                return await self._slow_down(event, reply_to, seconds)
            whose = (event.key.platform, event.key.workspace)
            if event.key.workspace and self._workspaces.wait(whose):
                # No fault of this person's: the platform brings it again.
                raise ClosedError
            return await self._turn(event, reply_to)
        finally:
            self._in_flight -= 1
            if not self._in_flight:
                self._idle.set()

    async def close(self, seconds: float) -> None:
        """Take nothing in any more, and wait for what was taken in."""
        self._open = False
        try:
            await asyncio.wait_for(self._idle.wait(), seconds)
        except TimeoutError:
            note("turns_cut_off", turns=self._in_flight)

    async def _turn(self, event: Event, reply_to: Destination | None) -> Turn:
        try:
            return await self._turns.handle(event, reply_to)
        except StorageError as error:
            note("store_failed", error, conversation=conversation(event.key), problem=error.told.key)
            raise
        except Exception as error:
            reference = new_reference()
            note("turn_failed", error, conversation=conversation(event.key), reference=reference)
            if isinstance(event, TimePassed | ShareEnded | Reviewed):
                raise
            return await self._turns.say(event, reply_to, phrase("fault", reference=reference), seen=True)

    async def _slow_down(self, event: Event, reply_to: Destination | None, seconds: float) -> Turn:
        if self._told.wait(event.key):
            return Turn(Session(Person(event.key)), (), self._packs.begin.catalogue)
        note("slowed_down", conversation=conversation(event.key))
        text = phrase("slow_down", n=math.ceil(seconds))
        # Of somebody who was erased, late redeliveries may come in a flood: they are not spoken to.
        return await self._turns.say(event, reply_to, text, seen=False, stranger=False)


def _is_a_glance(event: Event) -> bool:
    """Tell whether a platform looks up what it offers while somebody types: nothing is written."""
    return isinstance(event, LookedHome) and event.id is None
