"""What comes in from a platform: taken in, put off politely, or, where a turn has a fault, owned up to."""

import asyncio
import math

from bot.limits import PERSON, WORKSPACE, Limits, Rate
from bot.logs import conversation, new_reference, note
from bot.packs_in_use import PacksInUse
from bot.turns import Nudge
from conversations.catalogue import Phrase, phrase
from conversations.events import Event, TimePassed
from conversations.messages import Destination, Message
from conversations.ports import Commit, SessionStore, StorageError, TurnHandler, Work
from conversations.replies import Reply, Say, Turn
from conversations.session import Person, Session, SessionKey

AT_ONCE = 1000
"""Turns that are taken in and not finished."""
TOLD_EVERY = 30
"""Seconds between two times that a flooding person is told so."""


class ClosedError(Exception):
    """Nothing is taken in now: the bot stops, or has too much to do. Not acknowledged, the platform repeats it."""


class Intake:
    """A TurnHandler in front of the turns."""

    def __init__(
        self,
        turns: TurnHandler,
        store: SessionStore,
        packs: PacksInUse,
        nudge: Nudge,
        person: Rate = PERSON,
        workspace: Rate = WORKSPACE,
    ) -> None:
        self._turns = turns
        self._store = store
        self._packs = packs
        self._nudge = nudge
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
            seconds = 0.0 if isinstance(event, TimePassed) else self._wait(event.key)
            if seconds:
                return await self._slow_down(event, reply_to, seconds)
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

    def _wait(self, key: SessionKey) -> float:
        return self._people.wait(key) or self._workspaces.wait((key.platform, key.workspace))

    async def _turn(self, event: Event, reply_to: Destination | None) -> Turn:
        try:
            return await self._turns.handle(event, reply_to)
        except StorageError as error:
            note("store_failed", error, conversation=conversation(event.key), problem=error.told.key)
            raise
        except Exception as error:
            reference = new_reference()
            note("turn_failed", error, conversation=conversation(event.key), reference=reference)
            if isinstance(event, TimePassed):
                raise
            return await self._say(event, reply_to, phrase("fault", reference=reference), event.id)

    async def _slow_down(self, event: Event, reply_to: Destination | None, seconds: float) -> Turn:
        if self._told.wait(event.key):
            return Turn(Session(Person(event.key)), (), self._packs.begin.catalogue)
        note("slowed_down", conversation=conversation(event.key))
        return await self._say(event, reply_to, phrase("slow_down", n=math.ceil(seconds)))

    async def _say(self, event: Event, reply_to: Destination | None, text: Phrase, seen: str | None = None) -> Turn:
        """Say something that changes nothing."""
        session = await self._store.load(event.key)
        replies: tuple[Reply, ...] = (Say(text),)
        messages = () if reply_to is None else (Message(reply_to, replies, session.person.language),)
        work = Work(Session(session.person), Session(session.person), event.at, seen, messages)
        if await self._store.commit(work) is not Commit.SAVED:
            replies = ()
        self._nudge(event.key)
        return Turn(session, replies, self._packs.begin.catalogue)
