"""What mentors can do with a copy in a channel, by its buttons: the same on every chat platform."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from adapters.button_ids import Button, button_id
from conversations.events import ReviewAct, Reviewed
from conversations.messages import Receipt
from conversations.ports import AskedReview
from conversations.replies import QueueRow
from conversations.session import Intent, ReviewState, SessionKey

ACTS: Mapping[ReviewState | None, tuple[ReviewAct, ...]] = {
    None: (),
    ReviewState.ASKED: (ReviewAct.CLAIM,),
    ReviewState.CLAIMED: (ReviewAct.NOTE, ReviewAct.QUESTION, ReviewAct.DONE, ReviewAct.UNCLAIM),
    ReviewState.DONE: (),
}
"""The buttons of a card, by how far its review is."""
WRITTEN = (ReviewAct.NOTE, ReviewAct.QUESTION)
"""Acts that take words, in a form."""
_OF = "."


class Reviews(Protocol):
    """What of the store it takes."""

    async def sharer(self, place: SessionKey, receipt: Receipt) -> tuple[SessionKey, str, str] | None:
        """Return who shared what a channel's message is part of, the check and the share."""

    async def reviews(self, place: SessionKey) -> Sequence[AskedReview]:
        """Return the copies that mentors are asked to look at in a workspace."""


def act_id(act: ReviewAct, share: str = "") -> str:
    """Return the id of a mentor's button. On a card it names no share: where it stands says which one it is."""
    return button_id(Button(Intent.MENTOR, f"{act}{_OF}{share}" if share else act))


def queue_button(row: QueueRow) -> tuple[ReviewAct, str] | None:
    """Return what a mentor can do with a row of the queue, and the button's id; None where another one has it."""
    if row.state is ReviewState.CLAIMED and not row.mine:
        return None
    act = ReviewAct.UNCLAIM if row.mine else ReviewAct.CLAIM
    return act, act_id(act, row.share)


def read_act(button: Button | None) -> tuple[ReviewAct, str] | None:
    """Read a mentor's button: what to do, and with which share where it names one; None for any other button."""
    if button is None or button.intent is not Intent.MENTOR:
        return None
    act, _, share = button.argument.partition(_OF)
    return (ReviewAct(act), share) if act in set(ReviewAct) else None


async def reviewed(  # noqa: PLR0913  everything an act is made of
    store: Reviews,
    me: SessionKey,
    place: SessionKey,
    act: ReviewAct,
    *,
    card: Receipt | None,
    share: str,
    groups: tuple[str, ...],
    text: str,
    at: datetime,
    repeated: str,
) -> Reviewed | None:
    """Say what a mentor did, with the copy whose card it is or that is named; None where there is none of the kind.

    Args:
        store: knows whose it is.
        me: the mentor.
        place: the workspace that it was done in.
        act: what they did.
        card: the message whose button was pressed.
        share: the copy, where a button names it.
        groups: what the mentor belongs to there.
        text: a note, a question, or a channel.
        at: when.
        repeated: what is repeated at a redelivery.

    Raises:
        StorageError: that cannot be looked up.

    """
    if share:
        one = next((one for one in await store.reviews(place) if one.share.id == share), None)
        found = (one.owner, one.check, one.share.id) if one else None
    else:
        found = await store.sharer(me, card) if card else None
    if found is None:
        return None
    owner, check, share = found
    return Reviewed(owner, at, check, share, act, me.person, groups, place.workspace, text, repeated)
