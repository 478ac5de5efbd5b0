"""The platform's end of the socket: it delivers events, records what was acknowledged, and takes messages in.

It is strict: it refuses what is too long, and drops a message whose nonce it has seen, as Discord does, and counts it.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from tests.fakes.socket_platform import TEXT_LIMIT

Answer = Callable[[dict[str, Any]], dict[str, Any] | None]
"""What to answer to a message that was sent; None: what a platform that works answers."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """A message that came again under the nonce it had. Times are of the loop's clock."""

    nonce: str
    sent_by: asyncio.StreamWriter
    sent_at: float
    again_at: float


@dataclass
class SocketClient:
    """One workspace server; a bot connects to its port, and may come back after it was killed.

    Several may be there at once: each event goes to one of them.
    """

    answer: Answer = lambda _said: None
    acknowledged: dict[str, str] = field(default_factory=dict)
    """Event id -> "ack", or why it was refused."""
    shown: list[dict[str, Any]] = field(default_factory=list)
    """Messages that stand in the platform, in the order they came."""
    repeats: Counter[str] = field(default_factory=Counter)
    """Nonce -> how often it came again."""
    repeated: list[Repeat] = field(default_factory=list)
    gone: dict[asyncio.StreamWriter, float] = field(default_factory=dict)
    """Connection -> when it was lost."""
    withdrawn: list[str] = field(default_factory=list)
    choose: Callable[[Sequence[asyncio.StreamWriter]], asyncio.StreamWriter] = lambda there: there[-1]
    """Which connection is given an event; the newest, if nothing else is said."""

    async def __aenter__(self) -> Self:
        self._writers: list[asyncio.StreamWriter] = []
        self._changed = asyncio.Condition()
        self._nonces: dict[str, str] = {}
        self._sent: dict[str, tuple[asyncio.StreamWriter, float]] = {}
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        self.hang_up()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        await self._tell()
        try:
            while line := await reader.readline():
                self._take(json.loads(line), writer)
                await self._tell()
        except (ConnectionError, ValueError, asyncio.CancelledError):
            pass  # killed in the middle of a line, or the test is over
        finally:
            writer.close()
            self._writers.remove(writer)
            self.gone[writer] = asyncio.get_running_loop().time()
            await self._tell()

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    def _take(self, said: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        if "ack" in said:
            self.acknowledged[said["ack"]] = "ack"
        elif "refused" in said:
            self.acknowledged[said["refused"]] = said["why"]
        else:
            self._note(said["nonce"], writer)
            answer = {**(self.answer(said) or self._stand(said)), "of": said["nonce"]}
            filled = {
                key: said["send"] if value is None and key != "seconds" else value for key, value in answer.items()
            }
            _write(writer, filled)

    def _note(self, nonce: str, writer: asyncio.StreamWriter) -> None:
        now = asyncio.get_running_loop().time()
        if nonce in self._sent:
            self.repeated.append(Repeat(nonce, *self._sent[nonce], now))
        self._sent[nonce] = (writer, now)

    def _stand(self, said: dict[str, Any]) -> dict[str, Any]:
        """Let a message stand where it is sent, as a platform that works does."""
        if said["to"]["kind"] == "withdrawal":
            self.withdrawn.append(said["to"]["message"])
            self.shown = [one for one in self.shown if one["message"] != said["to"]["message"]]
            return {"sent": None}
        if len(said["text"]) > TEXT_LIMIT:
            return {"gave_up": None}
        seen = self._nonces.get(said["nonce"])
        if seen:
            self.repeats[said["nonce"]] += 1
        else:
            seen = self._nonces[said["nonce"]] = f"m{len(self._nonces) + 1}"
            self.shown.append({**said, "message": seen})
        return {"sent": None, "channel": said["person"], "message": seen}

    def hang_up(self) -> None:
        """Close the connections, as a platform does now and then."""
        for writer in self._writers:
            writer.close()

    @property
    def connected(self) -> bool:
        return bool(self._writers)

    @property
    def connections(self) -> int:
        return len(self._writers)

    def deliver(self, event: str, text: str = "", person: str = "U1", **more: Any) -> None:  # noqa: ANN401
        """Deliver an event, which may be a repetition; nobody hears it while no bot is there."""
        said = {"event": event, "workspace": "W1", "person": person, "text": text, **more}
        said.setdefault("at", datetime.now(UTC).isoformat())
        if self._writers:
            _write(self.choose(self._writers), said)

    async def until(self, holds: Callable[[], bool], seconds: float = 30) -> bool:
        """Wait until something holds; tell whether it does."""
        async with self._changed:
            try:
                await asyncio.wait_for(self._changed.wait_for(holds), seconds)
            except TimeoutError:
                return False
        return True

    async def acked(self, event: str) -> str:
        """Wait for the answer to an event."""
        assert await self.until(lambda: event in self.acknowledged), f"no answer to {event}"
        return self.acknowledged[event]

    def texts(self, person: str = "U1") -> list[str]:
        """Return what a person sees."""
        return [one["text"] for one in self.shown if one["person"] == person]


def _write(writer: asyncio.StreamWriter, said: dict[str, Any]) -> None:
    if not writer.is_closing():
        writer.write(json.dumps(said).encode() + b"\n")
