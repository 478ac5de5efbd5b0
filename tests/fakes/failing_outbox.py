"""An outbox on a disk that fails when it is told to."""

from collections.abc import Collection, Sequence
from datetime import datetime

from conversations.catalogue import phrase
from conversations.messages import Backlog, DeadLetter, Outgoing, Receipt
from conversations.ports import Outbox, StorageError
from conversations.session import SessionKey


class FailingOutbox:
    """An Outbox in front of another one; what is named in `failing` raises and does nothing."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self.failing: set[str] = set()
        self.looks_empty = 0
        """How many claims still read what was there before the last commit: nothing."""

    def _try(self, name: str) -> None:
        if name in self.failing:
            raise StorageError(phrase("storage.full", name="a disk"))

    async def waiting(self, now: datetime, platforms: Collection[str], limit: int) -> Sequence[SessionKey]:
        self._try("waiting")
        return await self._outbox.waiting(now, platforms, limit)

    async def claim(self, key: SessionKey, now: datetime) -> Outgoing | None:
        self._try("claim")
        if self.looks_empty:
            self.looks_empty -= 1
            return None
        return await self._outbox.claim(key, now)

    async def part_sent(self, row: Outgoing, receipt: Receipt | None, at: datetime) -> bool:
        self._try("part_sent")
        return await self._outbox.part_sent(row, receipt, at)

    async def settle(self, row: Outgoing, receipt: Receipt | None, at: datetime) -> None:
        self._try("settle")
        await self._outbox.settle(row, receipt, at)

    async def drop(self, row: Outgoing) -> None:
        self._try("drop")
        await self._outbox.drop(row)

    async def put_off(self, row: Outgoing, until: datetime, attempts: int) -> None:
        self._try("put_off")
        await self._outbox.put_off(row, until, attempts)

    async def give_up(self, row: Outgoing, reason: str) -> None:
        self._try("give_up")
        await self._outbox.give_up(row, reason)

    async def dead_letters(self, limit: int) -> Sequence[DeadLetter]:
        self._try("dead_letters")
        return await self._outbox.dead_letters(limit)

    async def retry(self, row: int | None, now: datetime) -> int:
        self._try("retry")
        return await self._outbox.retry(row, now)

    async def pause(self, seconds: float) -> None:
        await self._outbox.pause(seconds)

    async def let_go(self, row: int | None) -> int:
        self._try("let_go")
        return await self._outbox.let_go(row)

    async def backlog(self) -> Backlog:
        self._try("backlog")
        return await self._outbox.backlog()
