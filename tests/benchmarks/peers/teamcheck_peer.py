"""teamcheck: its engine, from the event as adapters hand it in.

A turn is taken in by the intake, locked, loaded, advanced, and committed with the answer in the outbox. With
`..., sent` it goes on: delivery claims the answer, words it, sends it, and notes that it was sent; the person waits to
have it.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path

from adapters.storage.in_memory import InMemoryStore
from adapters.storage.sqlite import SqliteStore, open_sqlite
from bot.limits import Rate
from bot.packs_in_use import PacksInUse
from bot.running import Engine
from bot.wiring import load_content, posting_reader
from conversations.catalogue import Catalogue, Phrase
from conversations.events import Opened, Typed
from conversations.messages import Destination, DirectMessage, Outgoing, Receipt, SendOutcome, Sent
from conversations.ports import SessionStore, TurnHandler
from conversations.reminders import Policy
from conversations.replies import Ask, Noted, Say
from conversations.session import Amount, Answer, Chosen, SessionKey, Written
from tests.benchmarks.peers.protocol import Bot, Job, send, serve

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
NAME = "bench"
WORKSPACES = 16
"""Deliveries of one workspace wait for each other from eight at once on."""
NO_LIMIT = Rate(1e9, 1e9)
CONTENT = load_content()


class Platform:
    """A platform whose people read what comes."""

    name = NAME
    connected = True

    def __init__(self) -> None:
        self.waiting: dict[SessionKey, asyncio.Future[None]] = {}

    @property
    def sender(self) -> "Platform":
        return self

    async def prepare(self, store: SessionStore) -> None:
        """Nothing stands in its way."""

    async def listen(self, turns: TurnHandler, store: SessionStore, stopping: asyncio.Event) -> None:
        """Events are handed in directly."""

    def fit(self, row: Outgoing, catalogue: Catalogue) -> Sequence[object]:
        words: list[str] = []
        said: tuple[Phrase, ...]
        for reply in row.message.replies:
            match reply:
                case Say() | Noted():
                    said = (reply.text,)
                case Ask():
                    said = (reply.section, reply.text, *reply.choices, reply.hint)
                case _:
                    raise TypeError(reply)
            words += (catalogue.text(one, row.message.language) for one in said)
        return ["\n".join(words)]

    def method(self, to: Destination) -> str:
        return to.kind

    async def send(self, key: SessionKey, _to: Destination, part: object, nonce: str) -> SendOutcome:
        await send(int(key.person), str(part))
        self.waiting.pop(key).set_result(None)
        return Sent(Receipt(key.person, nonce, asks=True))


class Teamcheck(Bot[Opened | Typed]):
    def __init__(self, store: InMemoryStore | SqliteStore, path: Path, *, sends: bool) -> None:
        self._store = store
        self._path = path
        self._platform = Platform() if sends else None
        packs = PacksInUse(store, CONTENT.product, CONTENT.packs)
        self._engine = Engine(
            store,
            store.outbox,
            packs,
            [self._platform] if self._platform else [],
            Policy(),
            cache(partial(posting_reader, CONTENT.core)),
            clock=lambda: NOW,
            person=NO_LIMIT,
            workspace=NO_LIMIT,
        )

    def event(self, person: int, number: int, text: str) -> Opened | Typed:
        key, event = _key(person), f"e{person}-{number}"
        return Typed(key, NOW, text, id=event) if number else Opened(key, NOW, "abc234", language="en", id=event)

    async def turn(self, event: Opened | Typed) -> None:
        if self._platform is None:
            await self._engine.intake.handle(event, DirectMessage())
            if isinstance(self._store, InMemoryStore):
                self._store.outbox._rows.clear()  # as if they were sent
            return
        here = self._platform.waiting[event.key] = asyncio.get_running_loop().create_future()
        await self._engine.intake.handle(event, DirectMessage())
        await here

    async def finish(self) -> None:
        while sending := self._engine.delivery._sending:
            await asyncio.wait(sending)
            await asyncio.sleep(0)

    async def held(self) -> int:
        store = self._store
        if isinstance(store, InMemoryStore):
            bodies = (*store._people.values(), *store._checks.values(), *(event for _, event in store._seen))
            return sum(map(len, bodies))
        with closing(sqlite3.connect(self._path)) as connection:
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return self._path.stat().st_size

    async def answers(self, person: int) -> list[str]:
        session = await self._store.load(_key(person))
        check = session.check
        if check is None:
            return []
        return ["/teamcheck", "deeper", *(_typed(step, given[-1].answer) for step, given in check.answers.items())]


def _key(person: int) -> SessionKey:
    return SessionKey(NAME, f"T{person % WORKSPACES}", str(person))


def _typed(step: str, answer: Answer) -> str:
    """Return what was typed to give an answer."""
    match answer:
        case Chosen():
            places = [CONTENT.core.by_id[step].choice_ids.index(choice) + 1 for choice in answer.yes]
            return " ".join(map(str, places))
        case Written():
            return answer.text
        case Amount():
            return f"{answer.number:g}"
        case _:
            raise TypeError(answer)


@asynccontextmanager
async def opened(job: Job) -> AsyncIterator[Teamcheck]:
    kind, _, rest = job.storage.partition(", ")
    path = Path(job.folder) / "teamcheck.sqlite3"
    if kind == "memory":
        yield Teamcheck(InMemoryStore(), path, sends=rest == "sent")
        return
    async with open_sqlite(path) as store:
        yield Teamcheck(store, path, sends=rest == "sent")


if __name__ == "__main__":
    serve(opened)
