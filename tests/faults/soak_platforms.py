"""The fakes as a soak needs them: they say what they take, go by the wall's clock, and forget what is over."""

import json
import re
import time
from asyncio import Event, timeout
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from adapters.button_ids import Button, read_button_id
from conversations.catalogue import phrase
from tests.end_to_end.program import say
from tests.fakes.discord.rules import Json
from tests.fakes.discord.server import FakeDiscord
from tests.fakes.slack.server import FakeSlack
from tests.faults.soak_judge import Place, Shown

MARK = re.compile(r"Crew\d{5}x")
_ID = re.compile(r'"(?:action_id|custom_id|value)": "([^"]+)"')
_NOT_SAVED = json.dumps(say(phrase("not_saved")))[1:-1]
ORPHAN_SECONDS = 60.0
"""After which a session of Discord's that nobody listens to cannot be resumed."""


def mark(number: int) -> str:
    return f"Crew{number:05d}x"


@dataclass
class Reader:
    """What the reader of a channel has got to."""

    seen: int = 0
    """The question that is newest."""
    refusals: int = 0
    """How often they were told that something was not saved."""
    _changed: Event = field(default_factory=Event)

    def shows(self, one: Shown, words: str) -> None:
        self.seen = max(self.seen, one.seen or 0)
        self.refusals += _NOT_SAVED in words
        self._changed.set()

    async def until(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Wait until something holds; tell whether it came to that."""
        try:
            async with timeout(max(seconds, 0)):
                while not holds():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True


class Readers:
    """Takes down everything that the bots say, on any platform."""

    def __init__(self) -> None:
        self.shown: list[Shown] = []
        self.of: dict[Place, Reader] = {}

    def reader(self, place: Place) -> Reader:
        return self.of.setdefault(place, Reader())

    def take(self, place: Place, words: str, *, new: bool) -> None:
        """Take down a message, as the platform got it."""
        button = next((found for one in _ID.findall(words) if (found := _asks(one))), None)
        made = Shown(
            place,
            time.monotonic(),
            frozenset(MARK.findall(words)),
            button.check if button else None,
            button.seen if button else None,
            new,
        )
        self.shown.append(made)
        if reader := self.of.get(place):
            reader.shows(made, words)


def _asks(written: str) -> Button | None:
    button = read_button_id(written.removeprefix("write:"))
    return button if button and button.check and button.seen is not None else None


class SoakSlack(FakeSlack):
    """A Slack that tells the readers."""

    def __init__(self, readers: Readers) -> None:
        super().__init__()
        self._readers = readers
        self._last = 0

    def timestamp(self) -> str:
        """Return a time stamp of the wall's clock; no two are the same."""
        self._last = max(self._last + 1, int(time.time() * 1e6))
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    moment = timestamp

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def _work(self, method: str, token: str, arguments: Json) -> Json:
        answer = await super()._work(method, token, arguments)
        if method in ("chat.postMessage", "chat.update"):
            self._readers.take(("slack", answer["channel"]), json.dumps(arguments), new=method == "chat.postMessage")
        return answer

    def whisper(self, user: str, channel: str, said: Json) -> Json:
        self._readers.take(("slack", self.direct(user).id), json.dumps(said), new=False)
        return super().whisper(user, channel, said)

    def forget(self) -> None:
        """Forget what was answered: whoever looks for one of thousands would look through them all."""
        self.calls.clear()
        self.ephemerals.clear()
        over = ("slash_commands", "interactive")
        self.envelopes = [
            one for one in self.envelopes if not (one.answered.done() or (one.given_up and one.kind in over))
        ]
        self._responses = {
            token: one for token, one in self._responses.items() if self._clock() - one[0] < self.response_seconds
        }


class SoakDiscord(FakeDiscord):
    """A Discord that tells the readers."""

    def __init__(self, readers: Readers) -> None:
        super().__init__()
        self._readers = readers
        self._orphaned: dict[str, float] = {}

    def _tell(self, event: str, payload: Json) -> None:
        by_bot = event in ("MESSAGE_CREATE", "MESSAGE_UPDATE") and payload["author"]["id"] == str(self.world.bot)
        if by_bot:
            words = json.dumps({name: payload.get(name) for name in ("content", "components")})
            self._readers.take(("discord", str(payload["channel_id"])), words, new=event == "MESSAGE_CREATE")
        super()._tell(event, payload)

    def forget(self) -> None:
        """Forget what is over, and let sessions end that nobody has resumed for long."""
        self.calls.clear()
        now = time.monotonic()
        self.world.asked = {
            token: one for token, one in self.world.asked.items() if now - one.at < self.token_seconds / 10
        }
        for session in self.gateway.sessions.values():
            if session.socket is not None:
                self._orphaned.pop(session.id, None)
            elif now - self._orphaned.setdefault(session.id, now) > ORPHAN_SECONDS:
                session.dead = True
        self.gateway.sessions = {id_: one for id_, one in self.gateway.sessions.items() if not one.dead}
        self.gateway.sockets = self.gateway.live
