"""Everything a person or the clock can do to a conversation. Times and fresh ids come in with the event.

An event's `id` is the idempotency key that its platform repeats at a redelivery; a terminal repeats nothing, and has
none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from conversations.session import Intent, SessionKey


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
    place: str | None = None
    """The workspace whose rules count, where the person's own key names none (a server of Discord)."""


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
    new_check: str = ""
    """Under which id to begin a check, if the line asks for one or the person has none; empty: never."""
    language: str | None = None
    zone: str | None = None
    """Both as in Opened, where the line begins a check."""
    channel: str | None = None
    """The channel that the person is looking at: where they would share."""
    place: str | None = None
    """As in Opened."""
    groups: tuple[str, ...] = ()
    """What the person belongs to in that place, as its rules may name it (the roles of a server)."""
    posting: bool = False
    """It is a whole job posting, handed over as a file, or somebody else's message that the person pointed at."""
    form: bool = False
    """It was written in a form that is still open: what cannot be read is said there, and nothing typed is lost."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """The person pressed a button, or picked from a menu."""

    key: SessionKey
    at: datetime
    intent: Intent
    arguments: tuple[str, ...] = ()
    """What goes with the intent: ids of choices, a number, an unsaid reason behind `UNSAID`; a step, a check."""
    check: str | None = None
    seen: int | None = None
    """As in Typed; None: the button never goes stale."""
    step: str | None = None
    """The step that an answer is to; None: the one that `seen` tells."""
    id: str | None = None
    new_check: str = ""
    """As in Typed, as are these three."""
    language: str | None = None
    zone: str | None = None
    channel: str | None = None
    place: str | None = None
    groups: tuple[str, ...] = ()


UNSAID = "~"
"""Begins an argument that is a non-answer, as no id of a choice does."""
NONE_OF_THEM = f"{UNSAID}none"
"""The argument of an answer that picks none of the choices, where several may hold."""


@dataclass(frozen=True, slots=True)
class LookedHome:
    """The person opened the page that a platform has for them and the bot."""

    key: SessionKey
    at: datetime
    id: str | None = None
    language: str | None = None
    zone: str | None = None
    check: None = None


LEFT_STANDING = "left_standing"
"""The platform would not let a copy be taken back."""
PLACE_LEFT = "place_left"
"""The bot was sent away from where the copy is."""


@dataclass(frozen=True, slots=True)
class ShareEnded:
    """A shared report could not be posted, or was taken down by somebody else than its owner."""

    key: SessionKey
    at: datetime
    check: str
    share: str
    reason: str
    """A code: `taken_down`, LEFT_STANDING, PLACE_LEFT, or why the platform refused."""
    id: str | None = None


class ReviewAct(StrEnum):
    """What a mentor can do with a copy that they were asked to look at."""

    CLAIM = "claim"
    UNCLAIM = "unclaim"
    NOTE = "note"
    QUESTION = "question"
    DONE = "done"
    PASS_ON = "pass_on"  # noqa: S105  not a password


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A mentor did something with a shared report: the key is its owner's."""

    key: SessionKey
    at: datetime
    check: str
    share: str
    act: ReviewAct
    by: str
    """The mentor, as the platform calls them."""
    groups: tuple[str, ...] = ()
    place: str | None = None
    """Both as in Typed."""
    text: str = ""
    """A note, a question, or the channel to pass it on to."""
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Administered:
    """An admin set rules of their workspace; that they are one was checked by the platform's adapter."""

    key: SessionKey
    at: datetime
    rules: Mapping[str, tuple[str, ...]]
    """Names of fields of Workspace, with what each is to be now."""
    id: str | None = None
    language: str | None = None
    zone: str | None = None
    check: None = None


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


Event = Opened | Typed | Pressed | LookedHome | ShareEnded | Reviewed | Administered | Left | TimePassed
