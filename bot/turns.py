"""One turn: lock the conversation, load, advance, commit. Only what is committed is shown or sent."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from weakref import WeakValueDictionary

from bot.packs_in_use import PacksInUse
from conversations.catalogue import Phrase, phrase
from conversations.dialogue import advance
from conversations.events import (
    Administered,
    Event,
    LookedHome,
    Opened,
    Pressed,
    Reviewed,
    ShareEnded,
    TimePassed,
    Typed,
)
from conversations.messages import Destination, InChannel, Message
from conversations.newcomers import introduced
from conversations.ports import Commit, SessionStore, StorageError, Work
from conversations.reminders import Policy
from conversations.replies import Held, Reply, Say, ShowQueue, Turn
from conversations.reviewing import queue
from conversations.scene import Postings
from conversations.session import PROFILE_CHECK, Check, Session, SessionKey

TRIES = 20
"""After which somebody else is taken to change the same record again and again."""

_SAYING_NOTHING = (TimePassed, LookedHome, ShareEnded, Reviewed, Administered)
"""Events that the person does not hear of failed messages at."""

Nudge = Callable[[SessionKey], None]
"""Tells the delivery that a conversation has something to send."""


def _nobody(_key: SessionKey) -> None:
    return


class Turns:
    """The TurnHandler: the machine over a store."""

    def __init__(
        self,
        packs: PacksInUse,
        store: SessionStore,
        policy: Policy | None = None,
        nudge: Nudge = _nobody,
        postings: Postings | None = None,
    ) -> None:
        self._packs = packs
        self._store = store
        self._policy = policy or Policy()
        self._nudge = nudge
        self._postings = postings
        # Weak values: a conversation's lock is gone as soon as nobody holds or awaits it.
        self._locks: WeakValueDictionary[SessionKey, asyncio.Lock] = WeakValueDictionary()

    async def handle(self, event: Event, reply_to: Destination | None = None) -> Turn:
        """Take one event through a turn; with `reply_to`, its replies go into the outbox.

        Raises:
            StorageError: nothing was saved, and nothing may be shown as if it were.

        """
        async with self._locked(event.key):
            for _ in range(TRIES):
                before, turn = await self._advance(event)
                if any(isinstance(reply, Held) for reply in turn.replies):
                    turn = await self._with_what_is_held(turn, event.key)
                if any(isinstance(reply, ShowQueue) for reply in turn.replies):
                    turn = await self._with_queue(turn, event)
                done = await self._commit(event, before, turn, reply_to)
                if done is Commit.DUPLICATE:
                    return replace(turn, session=before, replies=())
                if done is Commit.SAVED:
                    if reply_to is not None and (turn.replies or turn.posts):
                        self._nudge(event.key)
                    return turn
                # Another process was faster: look again at what it left.
            raise StorageError(phrase("storage.stale"))

    async def say(
        self, event: Event, reply_to: Destination | None, text: Phrase, *, seen: bool, stranger: bool = True
    ) -> Turn:
        """Say something that changes nothing.

        Args:
            event: what it is said to.
            reply_to: where to.
            text: what to say.
            seen: the event counts as taken.
            stranger: say it also to somebody of whom nothing is kept.

        Raises:
            StorageError: it could not be said.

        """
        async with self._locked(event.key):
            loaded = await self._store.load(event.key)
            session = introduced(loaded, event, self._packs.begin.catalogue.languages)
            turn = Turn(Session(session.person), (Say(text),), self._packs.begin.catalogue)
            if not stranger and not session.person.revision:
                return replace(turn, replies=())
            work = Work(
                turn.session, turn.session, event.at, event.id if seen else None, _messages(turn, event, reply_to)
            )
            if await self._store.commit(work) is not Commit.SAVED:
                return replace(turn, replies=())
            self._nudge(event.key)
            return turn

    async def _advance(self, event: Event) -> tuple[Session, Turn]:
        """Take a turn on what it needs; what that is, it says where it is more than the check at hand."""
        before = await self._load(event)
        while True:
            packs = await self._packs.of([before.check, *(before.saved or ())])
            begin = self._packs.to_begin(before.workspace.pack)
            turn = advance(begin, before, event, packs, self._policy, self._postings)
            if turn.needs_saved:
                before = replace(before, saved=await self._saved(event.key))
            elif turn.instead:
                event = turn.instead
                before = await self._load(event)
            else:
                return before, turn

    async def _load(self, event: Event) -> Session:
        place = _place(event)
        before = await self._store.load(event.key, event.check, place)
        if place is None and (shared := _shared_in(before)):
            # What is done about a copy goes by the rules of where it is, also where it is done elsewhere.
            place = shared
            before = await self._store.load(event.key, event.check, place)
        about_me = isinstance(event, Pressed) or (isinstance(event, Typed) and not event.posting)
        if before.person.about_me and event.check is None and about_me:
            before = await self._store.load(event.key, PROFILE_CHECK, place)
        if before.check and before.check.is_profile:
            before = replace(before, saved=await self._saved(event.key))
        return introduced(before, event, self._packs.begin.catalogue.languages)

    async def _saved(self, key: SessionKey) -> tuple[Check, ...]:
        return tuple(check for check in await self._store.checks(key) if not check.is_profile)

    async def _with_queue(self, turn: Turn, event: Event) -> Turn:
        place = SessionKey(event.key.platform, _place(event) or event.key.workspace, "")
        rows = queue(await self._store.reviews(place), event.key.person)
        replies = (replace(reply, rows=rows) if isinstance(reply, ShowQueue) else reply for reply in turn.replies)
        return replace(turn, replies=tuple(replies))

    async def _with_what_is_held(self, turn: Turn, key: SessionKey) -> Turn:
        held = await self._store.held(key)
        replies = (replace(reply, json=held) if isinstance(reply, Held) else reply for reply in turn.replies)
        return replace(turn, replies=tuple(replies))

    async def _commit(self, event: Event, before: Session, turn: Turn, reply_to: Destination | None) -> Commit:
        messages = _messages(turn, event, reply_to)
        if turn.erase:
            farewell = messages[0] if messages else None
            return await self._store.erase(event.key, event.at, event.id, farewell)
        if turn.session == before and event.id is None and not messages and not isinstance(event, TimePassed):
            return Commit.SAVED
        told = bool(before.undelivered) and bool(turn.replies) and not isinstance(event, _SAYING_NOTHING)
        work = Work(
            before,
            turn.session,
            event.at,
            event.id,
            messages,
            turn.due,
            self._new_pack(before, turn.session),
            told=told,
            expired=turn.expired,
        )
        return await self._store.commit(work)

    def _new_pack(self, before: Session, after: Session) -> tuple[str, str] | None:
        """Return the pack of a check that had another one before, or none."""
        check = after.check
        if check is None or (before.check and before.check.pack == check.pack):
            return None
        return self._packs.body_of(check)

    @asynccontextmanager
    async def _locked(self, key: SessionKey) -> AsyncIterator[None]:
        lock = self._locks.get(key)
        if lock is None:
            lock = self._locks[key] = asyncio.Lock()
        async with lock:
            yield


def _place(event: Event) -> str | None:
    return event.place if isinstance(event, Opened | Typed | Pressed | Reviewed) else None


def _shared_in(session: Session) -> str | None:
    """Return where the copy is that a turn may be about: the one that is previewed, or else the last one."""
    check = session.check
    if check is None:
        return None
    share = check.sharing or (check.shares[-1] if check.shares else None)
    return share.place if share else None


def _messages(turn: Turn, event: Event, reply_to: Destination | None) -> tuple[Message, ...]:
    """Return what a turn sends: to the person, and to channels where copies of their report are."""
    if reply_to is None:
        return ()
    person, check = turn.session.person, turn.session.check
    in_form = isinstance(event, Administered) or (isinstance(event, Typed) and event.form)
    said: list[tuple[Destination, tuple[Reply, ...]]] = []
    if turn.replies and not (turn.unread and in_form):
        said.append((reply_to, turn.replies))
    said += [(InChannel(post.channel, post.share), post.replies) for post in turn.posts]
    return tuple(
        Message(
            to,
            replies,
            person.language,
            check.pack if check and not check.is_profile else None,
            check.id if check else None,
            check.asked if check else 0,
            turn.notification,
        )
        for to, replies in said
    )
