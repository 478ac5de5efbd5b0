"""What the conversation needs of the world, as the world has to offer it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from conversations.budgets import Budget
from conversations.catalogue import Catalogue, Phrase
from conversations.events import Event
from conversations.messages import Backlog, DeadLetter, Destination, Message, Outgoing, Receipt, SendOutcome
from conversations.replies import Turn
from conversations.session import Check, Session, SessionKey, Share


class Commit(StrEnum):
    """How a commit ended."""

    SAVED = "saved"
    DUPLICATE = "duplicate"
    """The event was committed before, or is older than the erasing of its person; nothing was written. Stop."""
    STALE = "stale"
    """Someone else changed a record since it was loaded; nothing was written. Load and try again."""


class StorageError(Exception):
    """The store cannot do its work; `told` says what is wrong and what to do, in one line."""

    def __init__(self, told: Phrase, *, passing: bool = False) -> None:
        super().__init__(told.key)
        self.told = told
        self.passing = passing
        """It may be better in a while, with nothing done."""


class ClosedError(Exception):
    """Nothing is taken in now: the bot stops, or has too much to do. Not acknowledged, the platform repeats it."""


class NotReadyError(Exception):
    """A platform does not let us begin; `told` is the line for the operator."""

    def __init__(self, told: Phrase, *, passing: bool = False) -> None:
        super().__init__(told.key)
        self.told = told
        self.passing = passing
        """It may be better in a while, with the same settings."""


@dataclass(frozen=True, slots=True)
class Work:
    """What one turn writes, all of it or none."""

    before: Session
    after: Session
    at: datetime
    """When the event happened, by the clock of whoever received it."""
    event: str | None = None
    """The event's idempotency key."""
    messages: tuple[Message, ...] = ()
    due: datetime | None = None
    """When the check at hand wants a TimePassed; None: never."""
    pack: tuple[str, str] | None = None
    """The name and the values of the questionnaire that the check has not named before; kept with it."""
    brought: tuple[Check, ...] = ()
    """More checks of the person, none of which is there; as an export has them."""
    packs: tuple[tuple[str, str], ...] = ()
    """As `pack`, of those."""
    told: bool = False
    """The messages say that earlier ones were given up."""
    expired: bool = False
    """The check at hand has reached its end and goes."""


@dataclass(frozen=True, slots=True)
class DueCheck:
    """A check whose time has come."""

    key: SessionKey
    check: str


@dataclass(frozen=True, slots=True)
class AskedReview:
    """A copy that its owner asked mentors to look at, and that nobody has done with."""

    owner: SessionKey
    check: str
    share: Share


class Vault(Protocol):
    """Keeps secrets under names, encrypted: what lets the bot into a workspace, and what is good for one use."""

    async def put(self, name: str, secret: str, until: datetime | None = None) -> None:
        """Keep a secret, in the place of what was there; with `until`, it is gone then.

        Raises:
            StorageError: it was not kept.

        """

    async def get(self, name: str) -> str | None:
        """Return a secret; None where there is none, or it was sealed with a key that is lost."""

    async def take(self, name: str, now: datetime) -> str | None:
        """Return a secret and let it go: of several who ask for it, one gets it. None where its time is over."""

    async def drop(self, name: str) -> None:
        """Let a secret go; there may be none."""

    async def names(self, start: str) -> Collection[str]:
        """Return the names that start so."""

    async def hold(self, name: str, now: datetime, until: datetime) -> bool:
        """Hold a name that stands for something to do; tell whether nobody else does. Dropping it lets it go."""


class SessionStore(Protocol):
    """Keeps people and their checks. Every write is atomic, and survives the process that made it."""

    @property
    def vault(self) -> Vault:
        """Return where secrets are kept."""

    async def load(self, key: SessionKey, check: str | None = None, place: str | None = None) -> Session:
        """Return the person and one of their checks: the one named, or else the one at hand.

        Someone never seen before is a person at revision 0. The check is None where there is none. The rules are those
        of the workspace `place`, or else of the one in the key.
        """

    async def commit(self, work: Work) -> Commit:
        """Write what changed between the two, where it still is as it was before, with the rest; or write nothing."""

    async def checks(self, key: SessionKey) -> Sequence[Check]:
        """Return a person's checks, the one changed last first."""

    async def due(self, now: datetime, platforms: Collection[str], limit: int) -> Sequence[DueCheck]:
        """Return checks of these platforms whose time has come, the one that waits longest first.

        Those of a workspace that sent the bot away wait until it is back.
        """

    async def pack(self, name: str) -> str | None:
        """Return a questionnaire that was kept; None where there is none of that name."""

    async def erase(
        self, key: SessionKey, at: datetime, event: str | None = None, farewell: Message | None = None
    ) -> Commit:
        """Erase everything about a person beyond recovery, and packs that nobody else's check names.

        What stays: the hash of the person with the time of the erasing (an event older than that is a duplicate; and
        whoever wanted to be left alone still is, should they come back), and until it is done an order to withdraw
        each message that was sent to them, then the farewell. None of these has content. The rules of their
        workspace (of every one of the platform, where their key is of none) name them no more.
        """

    async def sharer(self, place: SessionKey, receipt: Receipt) -> tuple[SessionKey, str, str] | None:
        """Return who shared what a channel's message is part of, the check and the share; None: it is no shared report.

        Of `place` the platform and the workspace count.
        """

    async def reviews(self, place: SessionKey) -> Sequence[AskedReview]:
        """Return the copies that mentors are asked to look at in a workspace, what waits longest first."""

    async def shared_in(self, place: SessionKey) -> Sequence[tuple[SessionKey, str, str]]:
        """Return the copies that stand in a workspace which is none of their owner's key: owner, check and share."""

    async def places(self, platform: str) -> Collection[str]:
        """Return the workspaces of a platform that have rules, or copies in them: those that left as well."""

    async def left(self, place: SessionKey, at: datetime | None) -> None:
        """Note that a workspace sent the bot away, and when; or with None that it is back.

        Of `place` the platform and the workspace count. Where it is noted twice, the first time counts.
        """

    async def gone(self, platform: str) -> Collection[str]:
        """Return the workspaces of a platform that sent the bot away and are not back."""

    async def keep(self, name: str, value: str) -> None:
        """Keep a short text under a name: what a platform was told last."""

    async def kept(self, name: str) -> str | None:
        """Return what was kept under a name."""

    async def spend(self, name: str, at: datetime, budgets: Sequence[Budget]) -> datetime | None:
        """Spend one of what several processes share; None, or when there is one again: then nothing was spent."""

    async def lately(self, platform: str, since: datetime, limit: int) -> Sequence[tuple[SessionKey, Receipt]]:
        """Return people who were written to since then, the last message to each with them, the latest first."""

    async def held(self, key: SessionKey) -> str:
        """Return everything that is stored about a person, as JSON: each table, each row; tokens left out.

        Of the rules of workspaces only which of them name the person.
        """

    async def tidy(self, now: datetime, grace: timedelta | None = None) -> None:
        """Let go of what has served its time: event ids that no platform repeats any more, old tombstones.

        And, with a `grace`, of every workspace that sent the bot away that long ago, with everybody in it; nothing is
        withdrawn there, as nothing can be.
        """


class Outbox(Protocol):
    """The messages that were committed and are still to be sent; in order within a conversation.

    Those of a workspace that sent the bot away wait until it is back.
    """

    async def waiting(self, now: datetime, platforms: Collection[str], limit: int) -> Sequence[SessionKey]:
        """Return conversations whose oldest message is due, the one that waits longest first."""

    async def claim(self, key: SessionKey, now: datetime) -> Outgoing | None:
        """Take the oldest message of a conversation; None where there is none, or it is not due yet.

        Of several that bring the same copy in a channel up to date, only the last is sent: the others go, wherever the
        one after them is, and what is between them keeps its order.
        """

    async def part_sent(self, row: Outgoing, receipt: Receipt | None, at: datetime) -> bool:
        """Note that the next part of a message was sent; tell whether the message is still to be sent.

        With the first part, what `row.asking` and `row.message.to.pressed` name asks nothing any more, and neither does
        anything older that asks for the same check as the former. Of a copy in a channel, the part's message is the
        one of the receipt from now on; without a receipt there is none.
        """

    async def settle(self, row: Outgoing, receipt: Receipt | None, at: datetime) -> None:
        """Note as above that the last part was sent: the message leaves the outbox.

        With it goes what was given up of the same copy in a channel before it.
        """

    async def drop(self, row: Outgoing) -> None:
        """Let a message go that is of no use any more."""

    async def put_off(self, row: Outgoing, until: datetime, attempts: int) -> None:
        """Try again later; the conversation waits for it."""

    async def give_up(self, row: Outgoing, reason: str) -> None:
        """Make it a dead letter: the conversation goes on without it, and the person is told at their next visit."""

    async def dead_letters(self, limit: int) -> Sequence[DeadLetter]:
        """Return messages that were given up, the newest first."""

    async def retry(self, row: int | None, now: datetime) -> int:
        """Put a dead letter, or all of them, into the outbox again; return how many."""

    async def pause(self, seconds: float) -> None:
        """Wait until something was put in by another process, as far as that can be known, or so long."""

    async def let_go(self, row: int | None) -> int:
        """Let a dead letter go for good, or all of them; return how many. Nobody is told of them any more."""

    async def backlog(self) -> Backlog:
        """Return how much there is; what waits in a workspace that sent the bot away is not counted."""


class MessageSender(Protocol):
    """Sends messages to one platform."""

    def fit(self, row: Outgoing, catalogue: Catalogue) -> Sequence[object]:
        """Render a message into as many parts as the platform's limits ask for: pure, and always into the same."""

    def method(self, to: Destination) -> str:
        """Return what the platform counts a rate limit by, beside the workspace."""

    async def send(self, key: SessionKey, to: Destination, part: object, nonce: str) -> SendOutcome:
        """Send one part. A platform that can, drops one whose nonce (at most 25 characters) it has seen."""


class TurnHandler(Protocol):
    """Takes one event through load, advance and commit; what it returns is committed."""

    async def handle(self, event: Event, reply_to: Destination | None = None) -> Turn:
        """Take a turn; with `reply_to`, its replies go into the outbox.

        Raises:
            StorageError: nothing was saved, and nothing may be shown as if it were.
            ClosedError: nothing was begun.

        """
