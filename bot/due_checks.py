"""Times that came: each check that waited for one gets a turn. Rows in the store, never timers in memory."""

import asyncio
from collections.abc import Collection

from adapters.notes import note
from bot.delivery import Clock
from bot.logs import conversation
from conversations.events import TimePassed
from conversations.messages import DirectMessage
from conversations.ports import ClosedError, DueCheck, SessionStore, StorageError, TurnHandler

LOOK_SECONDS = 5.0
AT_ONCE = 100
SKIPPED_SECONDS = 600
"""How long a check is let be whose turn failed."""
TIDY_SECONDS = 3600.0
_ITS_OWN = ("storage.damaged", "storage.stale")
"""What is wrong with one check alone."""


class DueChecks:
    """Looks for checks whose time has come."""

    def __init__(self, store: SessionStore, turns: TurnHandler, platforms: Collection[str], clock: Clock) -> None:
        self._store = store
        self._turns = turns
        self._platforms = platforms
        self._clock = clock
        self._skipped: dict[DueCheck, float] = {}

    async def run(self) -> None:
        """Look, again and again."""
        while True:
            try:
                await self.look()
            except StorageError as error:
                note("due_checks_failed", error, problem=error.told.key)
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Give a turn to each check whose time has come."""
        now = asyncio.get_running_loop().time()
        self._skipped = {one: until for one, until in self._skipped.items() if until > now}
        for one in await self._store.due(self._clock(), self._platforms, AT_ONCE + len(self._skipped)):
            if one in self._skipped:
                continue
            try:
                await self._turns.handle(TimePassed(one.key, self._clock(), one.check), DirectMessage())
            except ClosedError:  # no fault of the check's: the next look finds it again
                return
            except StorageError as error:
                if error.told.key not in _ITS_OWN:  # as above
                    raise
                self._skip(one, error)
            except Exception as error:  # noqa: BLE001  one check's fault must not keep the others waiting
                self._skip(one, error)

    def _skip(self, one: DueCheck, error: Exception) -> None:
        note("time_failed", error, conversation=conversation(one.key))
        self._skipped[one] = asyncio.get_running_loop().time() + SKIPPED_SECONDS


async def tidy(store: SessionStore, clock: Clock) -> None:
    """Let go of what has served its time, every hour."""
    while True:
        try:
            await store.tidy(clock())
        except StorageError as error:
            note("tidy_failed", error, problem=error.told.key)
        await asyncio.sleep(TIDY_SECONDS)
