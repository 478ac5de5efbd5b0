"""One turn: lock the conversation, load, advance, commit. Only what is committed is shown."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from weakref import WeakValueDictionary

from bot.packs_in_use import PacksInUse
from conversations.dialogue import advance
from conversations.events import Event
from conversations.ports import Commit, SessionStore
from conversations.replies import Turn
from conversations.session import PROFILE_CHECK, Session, SessionKey


class Turns:
    """The TurnHandler: the machine over a store."""

    def __init__(self, packs: PacksInUse, store: SessionStore) -> None:
        self._packs = packs
        self._store = store
        # Weak values: a conversation's lock is gone as soon as nobody holds or awaits it.
        self._locks: WeakValueDictionary[SessionKey, asyncio.Lock] = WeakValueDictionary()

    async def handle(self, event: Event) -> Turn:
        """Take one event through a turn.

        Raises:
            StorageError: nothing was saved, and nothing may be shown as if it were.

        """
        async with self._locked(event.key):
            while True:
                before = await self._store.load(event.key, event.check)
                if event.check == PROFILE_CHECK:
                    saved = [check for check in await self._store.checks(event.key) if not check.is_profile]
                    before = replace(before, saved=tuple(saved))
                packs = await self._packs.of([before.check, *before.saved])
                turn = advance(self._packs.begin, before, event, packs)
                if turn.session == before or await self._saved(before, turn.session):
                    return turn
                # Another process was faster: look again at what it left.

    async def _saved(self, before: Session, after: Session) -> bool:
        """Commit; where a check has a pack that it had not before, that is stored with it."""
        check = after.check
        if check is None or (before.check and before.check.pack == check.pack):
            return await self._store.commit(before, after) is Commit.SAVED
        await self._packs.keep(check)
        saved = await self._store.commit(before, after) is Commit.SAVED
        if saved:
            # Once more: somebody who erased their data meanwhile took the pack along, as nobody's check named it.
            await self._packs.keep(check)
        return saved

    @asynccontextmanager
    async def _locked(self, key: SessionKey) -> AsyncIterator[None]:
        lock = self._locks.get(key)
        if lock is None:
            lock = self._locks[key] = asyncio.Lock()
        async with lock:
            yield
