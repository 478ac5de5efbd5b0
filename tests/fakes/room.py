"""The engine room in one process: people write to it, and read what reached them on a scripted platform."""

import asyncio
from collections.abc import Iterable, Sequence

from adapters.storage.in_memory import InMemoryStore
from adapters.storage.sqlite import SqliteStore
from bot.delivery import Delivery
from bot.intake import Intake
from bot.limits import PERSON, WORKSPACE, Limits, Rate
from bot.packs_in_use import Pack, PacksInUse
from bot.turns import Turns
from conversations.catalogue import Catalogue, Phrase
from conversations.events import Event, Opened, Typed
from conversations.messages import DirectMessage, Outgoing
from conversations.replies import Turn
from conversations.script import Packs
from conversations.session import Check, SessionKey
from tests.dialogue import core, core_files, core_values
from tests.fakes.clock import Clock
from tests.fakes.scripted_sender import ScriptedSender
from tests.fakes.socket_platform import Part, SocketPlatform
from tests.fakes.stores import WatchedStore

A, B = SessionKey("fake", "W1", "A"), SessionKey("fake", "W1", "B")
ELSEWHERE = SessionKey("fake", "W2", "C")


class OddError(Exception):
    """What nobody has foreseen."""


class FaultyPacks(PacksInUse):
    """Fails as a part with a fault does, as long as it has something to say."""

    fault = ""

    async def of(self, checks: Iterable[Check | None]) -> Packs:
        if self.fault:
            raise OddError(self.fault)
        return await super().of(checks)


class Screen(ScriptedSender):
    """Shows every kind of reply, each message in one line."""

    def fit(self, row: Outgoing, catalogue: Catalogue) -> Sequence[object]:
        parts = SocketPlatform(0).fit(row, catalogue)
        return [" ".join(word for part in parts if isinstance(part, Part) for word in part.text.split())]


class Room:
    """Intake, turns and delivery over one store."""

    def __init__(
        self,
        store: InMemoryStore | SqliteStore,
        *,
        person: Rate = PERSON,
        workspace: Rate = WORKSPACE,
        meeting: asyncio.Barrier | None = None,
        beside: "Room | None" = None,
    ) -> None:
        """Furnish it; `beside` another one that sends for both, as one bot alone does on one file."""
        self.clock = Clock()
        self.kept = store
        self.store = WatchedStore(store, store.outbox, meeting)
        self.sender = Screen(self.clock)
        self.packs = FaultyPacks(self.store, core_files()[1], [Pack(core(), core_values())])
        self.delivery = Delivery(store.outbox, {"fake": self.sender}, self.packs, self.clock)
        if beside:
            self.sender, self.delivery = beside.sender, beside.delivery
        self.turns = Turns(self.packs, self.store, nudge=self.delivery.nudge)
        self.intake = Intake(self.turns, self.packs, person, workspace)
        self._events = 0

    def opened(self, key: SessionKey = A, id: str | None = None) -> Opened:  # noqa: A002  as the event calls it
        return Opened(key, self.clock(), "abc234", language="en", id=id or self._new())

    def typed(self, text: str, key: SessionKey = A, id: str | None = None) -> Typed:  # noqa: A002  as above
        return Typed(key, self.clock(), text, id=id or self._new())

    def _new(self) -> str:
        self._events += 1
        return f"event {self._events}"

    async def take(self, event: Event) -> Turn:
        """Take an event as a platform hands it in."""
        return await self.intake.handle(event, DirectMessage())

    async def say(self, *lines: str, key: SessionKey = A) -> str:
        """Type lines; return what is read after the last."""
        for line in lines:
            await self.take(self.typed(line, key))
        return (await self.read(key))[-1]

    async def read(self, key: SessionKey = A) -> list[str]:
        """Let everything be delivered; return what a person sees."""
        for one in await self.store.outbox.waiting(self.clock(), ["fake"], 1000):
            self.delivery.nudge(one)
        while self.delivery._sending:
            await asyncio.wait(list(self.delivery._sending), timeout=60)
            await asyncio.sleep(0)
        return self.sender.texts(key)

    def let_pass(self, seconds: float) -> None:
        """Let time pass for every limit, as if each had last been looked at so much earlier."""
        limits: tuple[Limits, ...] = (self.intake._people, self.intake._workspaces, self.intake._told)
        for limit in limits:
            for whose, (left, since) in limit._buckets.items():
                limit._buckets[whose] = left, since - seconds

    async def check(self, key: SessionKey = A) -> Check:
        """Return the check at hand as it is stored."""
        check = (await self.kept.load(key)).check
        assert check is not None
        return check


def words(said: Phrase) -> str:
    return core().catalogue.text(said, "en")
