"""A chat platform on a loopback socket: lines of JSON, one client. Strict about its limits, as the real ones are.

client -> bot   {"event": id, "workspace", "person", "at", "text" | "open": true, "check", "seen", "token"}
bot -> client   {"ack": id} after the commit, or {"refused": id, "why"} where nothing was saved
bot -> client   {"send": n, "nonce", "workspace", "person", "to": {...}, "text", "notification", "check", "asked"}
client -> bot   {"sent": n, "channel", "message"} | {"retry_after": n, "seconds"} | {"failed": n} |
                {"gave_up": n} | {"expired": n}
"""

import asyncio
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from rich.console import Console

from adapters.terminal.plain_text import PlainText
from conversations.catalogue import Catalogue, phrase
from conversations.events import Event, Opened, Typed
from conversations.messages import (
    Destination,
    DirectMessage,
    Expired,
    Failed,
    GaveUp,
    InteractionReply,
    Outgoing,
    Receipt,
    RetryAfter,
    SendOutcome,
    Sent,
    Withdrawal,
)
from conversations.ports import ClosedError, SessionStore, StorageError, TurnHandler
from conversations.replies import Say
from conversations.session import SessionKey

NAME = "socket"
TEXT_LIMIT = 2000
"""Characters in one message."""


@dataclass(frozen=True, slots=True)
class Part:
    """One of the platform's own messages."""

    text: str
    notification: str
    check: str | None
    asked: int


class SocketPlatform:
    """The bot's end of the socket: both the listener and the sender."""

    name = NAME

    def __init__(self, port: int) -> None:
        self._port = port
        self._writer: asyncio.StreamWriter | None = None
        self._answers: dict[int, asyncio.Future[SendOutcome]] = {}
        self._sends = 0
        self._turns: set[asyncio.Task[None]] = set()

    @property
    def sender(self) -> "SocketPlatform":
        return self

    @property
    def connected(self) -> bool:
        return self._writer is not None and not self._writer.is_closing()

    # -- listening ---------------------------------------------------------------------------------------------------

    async def prepare(self, store: SessionStore) -> None:
        """Nothing stands in its way."""

    async def listen(self, turns: TurnHandler, store: SessionStore, stopping: asyncio.Event) -> None:  # noqa: ARG002  its rooms are in every key
        reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        reading = asyncio.create_task(self._read(reader, turns))
        waiting = asyncio.create_task(stopping.wait())
        await asyncio.wait([reading, waiting], return_when=asyncio.FIRST_COMPLETED)
        if self._turns:
            await asyncio.wait(self._turns)
        while self._answers and not reading.done():
            waiting_for: list[asyncio.Future[Any]] = [reading, *self._answers.values()]
            await asyncio.wait(waiting_for, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(0)
        reading.cancel()
        waiting.cancel()
        self._writer.close()

    async def _read(self, reader: asyncio.StreamReader, turns: TurnHandler) -> None:
        while line := await reader.readline():
            said = json.loads(line)
            if "event" in said:
                task = asyncio.create_task(self._turn(said, turns))
                self._turns.add(task)
                task.add_done_callback(self._turns.discard)
            else:
                self._answered(said)

    async def _turn(self, said: dict[str, Any], turns: TurnHandler) -> None:
        event = incoming(said)
        reply_to: Destination = DirectMessage()
        if "token" in said:
            reply_to = InteractionReply(said["token"], datetime.fromisoformat(said["expires_at"]))
        try:
            await turns.handle(event, reply_to)
        except (StorageError, ClosedError) as error:
            self._say({"refused": said["event"], "why": type(error).__name__})
        else:
            self._say({"ack": said["event"]})

    def _answered(self, said: dict[str, Any]) -> None:
        receipt = Receipt(said["channel"], said["message"]) if said.get("message") else None
        outcomes: dict[str, SendOutcome] = {
            "sent": Sent(receipt),
            "retry_after": RetryAfter(said.get("seconds", 0)),
            "failed": Failed("failed"),
            "gave_up": GaveUp("gave_up"),
            "expired": Expired(),
        }
        kind = next((kind for kind in outcomes if kind in said), None)
        if kind is None:  # it says nothing: whoever waits goes on waiting
            return
        answer = self._answers.pop(said[kind], None)
        if answer and not answer.done():
            answer.set_result(outcomes[kind])

    def _say(self, said: dict[str, Any]) -> None:
        if self._writer and not self._writer.is_closing():
            self._writer.write(json.dumps(said).encode() + b"\n")

    # -- sending -----------------------------------------------------------------------------------------------------

    def fit(self, row: Outgoing, catalogue: Catalogue) -> Sequence[object]:
        message = row.message
        if isinstance(message.to, Withdrawal):
            return [Part("", "", None, 0)]
        screen = io.StringIO()
        page = PlainText(Console(file=screen, width=100), catalogue, message.language)
        for reply in message.replies:
            page.show(reply)
        if row.left_standing:
            page.show(Say(phrase("forget.left", n=row.left_standing)))
        notification = catalogue.text(message.notification, message.language)
        return [Part(text, notification, message.check, message.asked) for text in split(screen.getvalue())]

    def method(self, to: Destination) -> str:
        return "delete" if isinstance(to, Withdrawal) else "post"

    async def send(self, key: SessionKey, to: Destination, part: object, nonce: str) -> SendOutcome:
        if not self._writer or self._writer.is_closing():
            return Failed("not_connected")
        assert isinstance(part, Part)
        self._sends += 1
        number = self._sends
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        where = asdict(to)
        if "expires_at" in where:
            where["expires_at"] = where["expires_at"].isoformat()
        about = {"send": number, "nonce": nonce, "workspace": key.workspace, "person": key.person, "to": where}
        self._say({**about, **asdict(part)})
        try:
            outcome: SendOutcome = await answer
            return outcome
        finally:
            self._answers.pop(number, None)


def incoming(said: dict[str, Any]) -> Event:
    """Read a line of the platform as an event."""
    key = SessionKey(NAME, said["workspace"], said["person"])
    at, event = datetime.fromisoformat(said["at"]), said["event"]
    if said.get("open"):
        return Opened(key, at, said["event"], said.get("check"), language="en", zone=said.get("zone"), id=event)
    return Typed(key, at, said["text"], said.get("check"), said.get("seen"), id=event)


def split(text: str) -> list[str]:
    """Split at line borders into texts that the platform takes."""
    parts, current = [], ""
    for line in text.strip("\n").splitlines(keepends=True):
        for start in range(0, len(line), TEXT_LIMIT):
            piece = line[start : start + TEXT_LIMIT]
            if len(current) + len(piece) > TEXT_LIMIT:
                parts.append(current)
                current = ""
            current += piece
    return [part.strip("\n") for part in (*parts, current) if part.strip()]
