"""What Discord demands, and the troubles it can have: attributes that a test sets."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
TOKEN = "bot-token"  # noqa: S105  of a fake
_MEBIBYTE = 1 << 20


class RefusedError(Exception):
    """An error as Discord tells it."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status, self.code, self.message = status, code, message


@dataclass
class Call:
    """A request, and what was answered."""

    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None
    files: list["Upload"] = field(default_factory=list)
    token: str = ""
    status: int = 0
    size: int = 0

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass
class Upload:
    """A file of a request."""

    number: int
    filename: str
    data: bytes
    description: str | None = None


@dataclass
class Bucket:
    """How often a route may be called: of each channel, server or webhook."""

    limit: int = 5
    seconds: float = 5.0
    shared: bool = False
    """The limit is of the resource, not of this bot alone."""
    used: dict[str, list[float]] = field(default_factory=dict)


class Rules:
    """Routes in here are patterns, as `POST /channels/*/messages`."""

    def __init__(self) -> None:
        self.token = TOKEN
        self.granted = {"message_content"}
        """Privileged intents: members, presences, message_content."""
        # -- times and sizes --
        self.ack_seconds, self.token_seconds, self.nonce_seconds = 3.0, 900.0, 180.0
        self.heartbeat_seconds = 41.25
        self.file_bytes, self.files_at_most, self.request_bytes = 10 * _MEBIBYTE, 10, 25 * _MEBIBYTE
        self.text_bytes = 10_170
        """Of the text of a message of components; beyond, Discord answers 500, and says nowhere so."""
        self.followups_of_a_user_install = 5
        self.creates_a_day = 200
        """New commands."""
        self.identifies_a_day = 1000
        self.shards = 1
        """How many it recommends."""
        self.gateway_events_a_minute = 120
        self.invalid_requests_at_most = 10_000
        self.global_a_second: int | None = None
        self.buckets: dict[str, Bucket] = {}
        # -- troubles of requests --
        self.failing: dict[str, list[int | RefusedError]] = {}
        """Route -> how the next calls fail, before anything is done."""
        self.losing: dict[str, int] = {}
        """Route -> how many of the next calls are done, and their answers lost."""
        self.limited: dict[str, list[float]] = {}
        """Route -> for each of the next calls, how many seconds to leave it alone."""
        self.slow: dict[str, float] = {}
        self.unreachable: dict[int, tuple[int, str]] = {}
        """Person -> why their direct messages cannot be written to."""
        # -- troubles of the gateway --
        self.refuse_sockets = self.deaf = self.refuse_resumes = False
        self.duplicate_next = self.drop_next = 0
        """How many of the next things that people do are told twice, or not at all."""
        # -- what was seen --
        self.calls: list[Call] = []
        self.problems: list[str] = []
        """What this Discord was asked for and cannot do, and payloads refused for their shape."""
        self.identifies: list[Json] = []
        self.resumes: list[Json] = []
        self.invalid_requests = 0
        self._changed = asyncio.Event()

    def change(self) -> None:
        """Tell whoever waits for something."""
        self._changed.set()

    async def until(self, holds: Callable[[], object], seconds: float = 10.0) -> bool:
        """Wait until something holds; tell whether it came to that."""
        end = time.monotonic() + seconds
        while not holds():
            left = end - time.monotonic()
            if left <= 0:
                return False
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), min(left, 0.05))
            except TimeoutError:
                continue
        return True

    def called(self, route: str) -> list[Call]:
        """Return the calls of a route, as `POST /channels/*/messages`."""
        return [call for call in self.calls if matches(route, str(call))]


def matches(route: str, call: str) -> bool:
    """Tell whether a call is of a route; `*` is one part of a path, `**` any number of them."""
    parts, given = route.split("/"), call.split("/")
    if parts[-1] == "**":
        return _alike(parts[:-1], given[: len(parts) - 1])
    return _alike(parts, given)


def _alike(parts: list[str], given: list[str]) -> bool:
    return len(parts) == len(given) and all(one in ("*", other) for one, other in zip(parts, given, strict=True))
