"""What the conversation needs of the world, as the world has to offer it."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from conversations.catalogue import Phrase
from conversations.events import Event
from conversations.replies import Turn
from conversations.session import Check, Session, SessionKey


class Commit(StrEnum):
    """How a commit ended."""

    SAVED = "saved"
    STALE = "stale"
    """Someone else changed a record since it was loaded; nothing was written. Load and try again."""


class StorageError(Exception):
    """The store cannot do its work; `told` says what is wrong and what to do, in one line."""

    def __init__(self, told: Phrase) -> None:
        super().__init__(told.key)
        self.told = told


class SessionStore(Protocol):
    """Keeps people and their checks. Every write is atomic, and survives the process that made it."""

    async def load(self, key: SessionKey, check: str | None = None) -> Session:
        """Return the person and one of their checks: the one named, or else the one at hand.

        Someone never seen before is a person at revision 0. The check is None where there is none.
        """

    async def commit(self, before: Session, after: Session) -> Commit:
        """Write what changed between the two, where it still is as it was before, or write nothing."""

    async def checks(self, key: SessionKey) -> Sequence[Check]:
        """Return a person's checks, the one changed last first."""

    async def keep_pack(self, name: str, body: str) -> None:
        """Keep a questionnaire under the name that checks have for it; one that is there already stays as it is."""

    async def pack(self, name: str) -> str | None:
        """Return a questionnaire that was kept; None where there is none of that name."""

    async def forget(self, key: SessionKey) -> int:
        """Erase everything about a person beyond recovery, and packs that nobody else's check names.

        Return how many checks that were.
        """


class TurnHandler(Protocol):
    """Takes one event through load, advance and commit; what it returns is committed."""

    async def handle(self, event: Event) -> Turn:
        """Take a turn.

        Raises:
            StorageError: nothing was saved, and nothing may be shown as if it were.

        """
