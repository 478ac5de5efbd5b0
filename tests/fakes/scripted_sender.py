"""A platform that answers what its script says, and writes down whatever a real one would have refused."""

import asyncio
import re
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from conversations.catalogue import Catalogue
from conversations.messages import (
    Destination,
    HomePage,
    InteractionReply,
    Outgoing,
    Receipt,
    RetryAfter,
    SendOutcome,
    Sent,
    Withdrawal,
)
from conversations.replies import Say
from conversations.session import SessionKey
from tests.fakes.clock import Clock

NONCE_LIMIT = 25
_NONCE = re.compile(r"(\d+)-(\d+)")


@dataclass(frozen=True, slots=True)
class Sending:
    """What came in."""

    key: SessionKey
    kind: str
    text: str
    nonce: str


class ScriptedSender:
    """A MessageSender: each Say is a message of its own; what its script does not name goes well."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._script: defaultdict[SessionKey, deque[SendOutcome | BaseException]] = defaultdict(deque)
        self._held: dict[SessionKey, asyncio.Event] = {}
        self._closed: dict[tuple[str, str], datetime] = {}
        self._now: set[SessionKey] = set()
        self._done: dict[SessionKey, tuple[int, int]] = {}
        self._changed = asyncio.Condition()
        self.tried: list[Sending] = []
        self.standing: list[Sending] = []
        """Those that went well."""
        self.at_once: Counter[str] = Counter()
        """Workspace -> how many were being sent at the same time, at most."""
        self.violations: list[str] = []
        self.limit: int | None = None
        """Parts that a message has at most; what comes after them is left out."""

    # -- the script --------------------------------------------------------------------------------------------------

    def then(self, key: SessionKey, *outcomes: SendOutcome | BaseException) -> None:
        """Answer the next sends to a conversation so."""
        self._script[key].extend(outcomes)

    def hold(self, key: SessionKey) -> asyncio.Event:
        """Answer nothing to a conversation until the event is set."""
        return self._held.setdefault(key, asyncio.Event())

    def texts(self, key: SessionKey) -> list[str]:
        return [one.text for one in self.standing if one.key == key]

    async def until(self, tries: int) -> None:
        """Wait until so many sends have come in."""
        await self._until(lambda: len(self.tried) >= tries)

    async def stands(self, key: SessionKey, messages: int) -> None:
        """Wait until so many messages stand in a conversation."""
        await self._until(lambda: len(self.texts(key)) >= messages)

    async def _until(self, holds: Callable[[], bool]) -> None:
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(holds), 60)

    # -- the platform ------------------------------------------------------------------------------------------------

    def fit(self, row: Outgoing, catalogue: Catalogue) -> Sequence[object]:
        if isinstance(row.message.to, Withdrawal):
            return [""]
        parts = []
        for reply in row.message.replies:
            if not isinstance(reply, Say):
                raise TypeError(f"this platform cannot show {reply}")
            parts.append(
                catalogue.text(reply.text, row.message.language) + f" +{row.left_standing}" * bool(row.left_standing)
            )
        return parts[: self.limit]

    def method(self, to: Destination) -> str:
        return "delete" if isinstance(to, Withdrawal) else "publish" if isinstance(to, HomePage) else "post"

    async def send(self, key: SessionKey, to: Destination, part: object, nonce: str) -> SendOutcome:
        assert isinstance(part, str)
        self._heed(key, to, nonce)
        self.tried.append(Sending(key, to.kind, part, nonce))
        self._now.add(key)
        there = sum(one.workspace == key.workspace for one in self._now)
        self.at_once[key.workspace] = max(self.at_once[key.workspace], there)
        async with self._changed:
            self._changed.notify_all()
        try:
            if key in self._held:
                await self._held[key].wait()
            return self._answer(key, to, part, nonce)
        finally:
            self._now.discard(key)
            async with self._changed:
                self._changed.notify_all()

    def _heed(self, key: SessionKey, to: Destination, nonce: str) -> None:
        found = _NONCE.fullmatch(nonce)
        if not found or len(nonce) > NONCE_LIMIT:
            self.violations.append(f"a nonce {nonce}")
        elif (int(found[1]), int(found[2])) <= self._done.get(key, (0, 0)):
            self.violations.append(f"{nonce} is sent again, or too late")
        if key in self._now:
            self.violations.append(f"{nonce} is sent beside another one of its conversation")
        if isinstance(to, InteractionReply) and (not to.token or to.expires_at <= self._clock()):
            self.violations.append(f"{nonce} has a token that is no longer good")
        if self._closed.get((key.workspace, self.method(to)), self._clock()) > self._clock():
            self.violations.append(f"{nonce} is sent though we want to be left alone")

    def _answer(self, key: SessionKey, to: Destination, part: str, nonce: str) -> SendOutcome:
        outcome = self._script[key].popleft() if self._script[key] else Sent(Receipt(key.person, f"m{nonce}"))
        if isinstance(outcome, BaseException):
            raise outcome
        if isinstance(outcome, RetryAfter):
            self._closed[key.workspace, self.method(to)] = self._clock() + timedelta(seconds=outcome.seconds)
        if isinstance(outcome, Sent):
            row, number = nonce.split("-")
            self._done[key] = int(row), int(number)
            self.standing.append(Sending(key, to.kind, part, nonce))
        return outcome
