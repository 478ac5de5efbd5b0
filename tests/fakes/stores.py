"""Stores that fail, that let two devices meet, and that see who comes between a load and its commit."""

import asyncio
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from conversations.budgets import Budget
from conversations.catalogue import phrase
from conversations.messages import Message, Receipt
from conversations.ports import AskedReview, Commit, DueCheck, Outbox, SessionStore, StorageError, Vault, Work
from conversations.session import Check, Session, SessionKey


class WatchedStore:
    """A SessionStore in front of another one."""

    def __init__(self, store: SessionStore, outbox: Outbox, meeting: asyncio.Barrier | None = None) -> None:
        self._store = store
        self.outbox = outbox
        self.failing: set[str] = set()
        """Methods that raise, and do nothing."""
        self._meeting = meeting
        """Where the first load waits for somebody else's, so that both see the same."""
        self._inside: Counter[SessionKey] = Counter()
        self.of_one_at_once = 0
        """Turns of one conversation between load and commit, at most."""
        self.at_once = 0
        """And of all of them."""
        self.commits: list[Commit] = []

    def _try(self, name: str) -> None:
        if name in self.failing:
            raise StorageError(phrase("storage.full", name="a disk"))

    @property
    def vault(self) -> Vault:
        return self._store.vault

    async def load(self, key: SessionKey, check: str | None = None, place: str | None = None) -> Session:
        self._try("load")
        self._inside[key] += 1
        self.of_one_at_once = max(self.of_one_at_once, self._inside[key])
        self.at_once = max(self.at_once, self._inside.total())
        found = await self._store.load(key, check, place)
        meeting, self._meeting = self._meeting, None
        if meeting:
            await meeting.wait()
        await asyncio.sleep(0)
        return found

    async def commit(self, work: Work) -> Commit:
        self._inside[work.after.person.key] -= 1
        self._try("commit")
        await asyncio.sleep(0)
        self.commits.append(await self._store.commit(work))
        return self.commits[-1]

    async def checks(self, key: SessionKey) -> Sequence[Check]:
        self._try("checks")
        return await self._store.checks(key)

    async def due(self, now: datetime, platforms: Collection[str], limit: int) -> Sequence[DueCheck]:
        self._try("due")
        return await self._store.due(now, platforms, limit)

    async def pack(self, name: str) -> str | None:
        self._try("pack")
        return await self._store.pack(name)

    async def erase(
        self, key: SessionKey, at: datetime, event: str | None = None, farewell: Message | None = None
    ) -> Commit:
        self._inside[key] -= 1
        self._try("erase")
        self.commits.append(await self._store.erase(key, at, event, farewell))
        return self.commits[-1]

    async def sharer(self, place: SessionKey, receipt: Receipt) -> tuple[SessionKey, str, str] | None:
        self._try("sharer")
        return await self._store.sharer(place, receipt)

    async def reviews(self, place: SessionKey) -> Sequence[AskedReview]:
        self._try("reviews")
        return await self._store.reviews(place)

    async def shared_in(self, place: SessionKey) -> Sequence[tuple[SessionKey, str, str]]:
        self._try("shared_in")
        return await self._store.shared_in(place)

    async def places(self, platform: str) -> Collection[str]:
        self._try("places")
        return await self._store.places(platform)

    async def left(self, place: SessionKey, at: datetime | None) -> None:
        self._try("left")
        await self._store.left(place, at)

    async def gone(self, platform: str) -> Collection[str]:
        self._try("gone")
        return await self._store.gone(platform)

    async def keep(self, name: str, value: str) -> None:
        self._try("keep")
        await self._store.keep(name, value)

    async def kept(self, name: str) -> str | None:
        self._try("kept")
        return await self._store.kept(name)

    async def spend(self, name: str, at: datetime, budgets: Sequence[Budget]) -> datetime | None:
        self._try("spend")
        return await self._store.spend(name, at, budgets)

    async def lately(self, platform: str, since: datetime, limit: int) -> Sequence[tuple[SessionKey, Receipt]]:
        self._try("lately")
        return await self._store.lately(platform, since, limit)

    async def held(self, key: SessionKey) -> str:
        self._try("held")
        return await self._store.held(key)

    async def tidy(self, now: datetime, grace: timedelta | None = None) -> None:
        self._try("tidy")
        await self._store.tidy(now, grace)
