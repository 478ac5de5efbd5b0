"""Everything a person or the clock can do to a conversation. Times and fresh ids come in with the event.

An event's `id` is the idempotency key that its platform repeats at a redelivery; a terminal repeats nothing, and has
none.
"""

from dataclasses import dataclass
from datetime import datetime

from conversations.session import SessionKey


@dataclass(frozen=True, slots=True)
class Opened:
    """The person came: resume `check`, or the check at hand, or begin a new one under `new_check`."""

    key: SessionKey
    at: datetime
    new_check: str
    check: str | None = None
    fresh: bool = False
    """Begin a new check though another one is unfinished."""
    language: str | None = None
    """What the platform says the person speaks, as a tag like zh-TW or de_DE.UTF-8: for somebody new."""
    switch: bool = False
    """Speak that language from now on, also to somebody known."""
    zone: str | None = None
    """What the platform says of the person's time zone, as an IANA name: for somebody who has not said it."""
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Typed:
    """The person wrote a line."""

    key: SessionKey
    at: datetime
    text: str
    check: str | None = None
    seen: int | None = None
    """`Check.asked` of the check they were looking at, where that is known: an answer to a question that has
    meanwhile been answered elsewhere must not land on the next one."""
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """The person went away without a word: end of input, or the window was closed."""

    key: SessionKey
    at: datetime
    check: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class TimePassed:
    """A time came that the check was waiting for. What it was is worked out from the check: too early does nothing."""

    key: SessionKey
    at: datetime
    check: str
    id: str | None = None


Event = Opened | Typed | Left | TimePassed
