"""What is sent to people, where to, and how that ended: the values of the outbox."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Discriminator

from conversations.catalogue import Phrase
from conversations.replies import NOTIFICATION, Reply
from conversations.session import SessionKey


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a platform has a message that was sent: what is needed to edit it or to take it back."""

    channel: str
    message: str
    asks: bool = False
    """It has buttons that answer something: what settles that takes its place."""
    place: str | None = field(default=None, compare=False)
    """The workspace that the channel is in, where the person's own key names none."""


@dataclass(frozen=True, slots=True)
class DirectMessage:
    """A message to the person of the conversation."""

    pressed: Receipt | None = None
    """The message whose button this is said to, where it was one."""
    kind: Literal["direct"] = "direct"


@dataclass(frozen=True, slots=True)
class HomePage:
    """The page that a platform has for a person and the bot."""

    kind: Literal["home"] = "home"


@dataclass(frozen=True, slots=True)
class InChannel:
    """The copy of a shared report in a channel, its detail in a thread below it.

    It is made, brought up to date, or, without replies, taken back. Its parts are numbered: a part whose number has a
    message there already edits that one, and a number that the new text has not takes its message away.
    """

    channel: str
    share: str
    kind: Literal["channel"] = "channel"


@dataclass(frozen=True, slots=True)
class InteractionReply:
    """The reply to a click or a command, as long as its token is good."""

    token: str
    """A secret: whoever has it can speak in our name. Stores keep it encrypted."""
    expires_at: datetime
    """15 minutes after the interaction on Discord; on Slack 30 minutes, and five uses."""
    at_most: int | None = None
    """How many messages it may take; None: as many as it needs."""
    kind: Literal["interaction"] = "interaction"


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """An earlier message of ours, to be taken back."""

    channel: str
    message: str
    kind: Literal["withdrawal"] = "withdrawal"


Destination = Annotated[
    DirectMessage | HomePage | InChannel | InteractionReply | Withdrawal,
    Discriminator("kind"),
]


@dataclass(frozen=True, slots=True)
class Message:
    """What to say where. One turn makes one; a platform may need several of its own messages for it."""

    to: Destination
    replies: tuple[Reply, ...] = ()
    language: str = "en"
    pack: str | None = None
    """The name of the pack whose catalogue words the replies; None: the product's own sentences suffice."""
    check: str | None = None
    """The check that buttons of the message are about, and `Check.asked` as it was then."""
    asked: int = 0
    notification: Phrase = NOTIFICATION
    """What may show on a lock screen: never a company, never an answer."""
    farewell: bool = False
    """The confirmation of an erasing: what could not be taken back is said with it, and no receipt is kept."""


@dataclass(frozen=True, slots=True)
class Sent:
    """It is there. None: the platform tells no address (an ephemeral reply).

    Of a copy in a channel None says that the message of this part's number is gone.
    """

    receipt: Receipt | None = None


@dataclass(frozen=True, slots=True)
class RetryAfter:
    """The platform wants to be left alone for `seconds`, for this method and workspace."""

    seconds: float
    method: str = ""
    """What the limit is on, where it is another one than MessageSender.method says."""


@dataclass(frozen=True, slots=True)
class Failed:
    """It did not work this time, and may work later. `reason` is a short code, never a platform's own words."""

    reason: str


@dataclass(frozen=True, slots=True)
class GaveUp:
    """It will never work: the person has closed their messages, the channel is gone. `reason` as above."""

    reason: str


@dataclass(frozen=True, slots=True)
class Expired:
    """The token of an interaction is no longer good. No failure: the next click shows the current question."""


SendOutcome = Sent | RetryAfter | Failed | GaveUp | Expired


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A row of the outbox that was claimed."""

    id: int
    """Also the idempotency key of the sending, with the part's number."""
    key: SessionKey
    message: Message
    parts_sent: int = 0
    attempts: int = 0
    left_standing: int = 0
    """With a farewell: how many of our messages could not be taken back."""
    asking: Receipt | None = None
    """The last message that asks something and stands, where this one was said to a later state of the same check.

    It stays the same until the message is settled, also where it is claimed again between two parts.
    """
    copies: tuple[Receipt | None, ...] = ()
    """With a copy in a channel: the messages that it has there already, by the numbers of their parts.

    None: that part has none. Claimed again between two parts, they are those that stand then, under the same numbers.
    """


@dataclass(frozen=True, slots=True)
class Backlog:
    """What an outbox holds in numbers: messages that wait, since when the oldest does, and those given up."""

    waiting: int
    oldest: datetime | None
    dead: int


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was given up, as an operator sees it: nothing of what it says."""

    id: int
    key: SessionKey
    kind: str
    """The kind of its destination."""
    reason: str
    attempts: int
    created_at: datetime
