"""Mentors look at a copy that its owner asked them to: who does, what they say, and what its owner hears of it.

What a mentor says stands beside the answers and never among them. The turn is the owner's, and nothing that they did:
their check waits for what it waited for.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from conversations.catalogue import Phrase, phrase
from conversations.events import Pressed, ReviewAct, Reviewed, Typed
from conversations.ports import AskedReview
from conversations.reading_answers import TEXT_LIMIT, clean
from conversations.redaction import pseudonym
from conversations.replies import Listed, QueueRow, Reply, Say, ShareRow, ShowQueue, ShowShares
from conversations.scene import Outcome, Scene, lost, view
from conversations.session import Check, Remark, Review, ReviewState, Share

REMARKS_LIMIT = 50
"""Notes and questions of mentors that one check takes."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a mentor's act led to."""

    check: Check
    told: Phrase
    """Said to the mentor."""
    replies: tuple[Reply, ...] = ()
    """Said to the owner."""


def reviewed(scene: Scene, event: Reviewed) -> Answer:
    """Take what a mentor did; who is none changes nothing."""
    check = scene.check
    share = next((one for one in check.shares if one.id == event.share), None)
    if not scene.workspace.is_mentor(event.by, event.groups):
        return Answer(check, phrase("mentors.only_mentors"))
    if share is None:
        return Answer(check, phrase("mentors.gone"))
    return _ACTS[event.act](scene, event, share)


# -- who looks at it ---------------------------------------------------------------------------------------------


def _claim(scene: Scene, event: Reviewed, share: Share) -> Answer:
    review = share.review
    if review is None or review.state is ReviewState.DONE:
        return Answer(scene.check, phrase("mentors.not_asked"))
    if review.state is ReviewState.CLAIMED:
        mine = review.mentor == event.by
        return Answer(scene.check, phrase("mentors.yours" if mine else "mentors.taken"))
    claimed = replace(review, state=ReviewState.CLAIMED, mentor=event.by)
    return Answer(_with_review(scene.check, share, claimed), phrase("mentors.claimed"))


def _unclaim(scene: Scene, event: Reviewed, share: Share) -> Answer:
    review = share.review
    if review is None or review.state is not ReviewState.CLAIMED or review.mentor != event.by:
        return Answer(scene.check, phrase("mentors.not_yours"))
    back = replace(review, state=ReviewState.ASKED, mentor=None)
    return Answer(_with_review(scene.check, share, back), phrase("mentors.unclaimed"))


def _done(scene: Scene, event: Reviewed, share: Share) -> Answer:
    """End a review: now, and only now, its owner is told, once, with all that was said."""
    review = share.review
    if review is None or review.state is not ReviewState.CLAIMED or review.mentor != event.by:
        return Answer(scene.check, phrase("mentors.not_yours"))
    after = _with_review(scene.check, share, replace(review, state=ReviewState.DONE))
    said = tuple(_worded(one) for one in scene.check.remarks if one.share == share.id)
    heading = phrase("mentors.told" if said else "mentors.told_nothing", team=pseudonym(share))
    return Answer(after, phrase("mentors.done"), (Listed(heading, said) if said else Say(heading),))


# -- what they say -----------------------------------------------------------------------------------------------


def _note(scene: Scene, event: Reviewed, share: Share) -> Answer:
    return _said(scene, event, share, question=False)


def _question(scene: Scene, event: Reviewed, share: Share) -> Answer:
    return _said(scene, event, share, question=True)


def _said(scene: Scene, event: Reviewed, share: Share, *, question: bool) -> Answer:
    check, text = scene.check, clean(event.text)[:TEXT_LIMIT]
    if not text:
        return Answer(check, phrase("mentors.empty"))
    if len(check.remarks) >= REMARKS_LIMIT:
        return Answer(check, phrase("mentors.enough", n=REMARKS_LIMIT))
    remark = Remark(event.by, share.id, event.at, text, question=question)
    told = phrase("mentors.question_noted" if question else "mentors.noted")
    return Answer(replace(check, remarks=(*check.remarks, remark)), told)


# -- passing it on -----------------------------------------------------------------------------------------------


def _pass_on(scene: Scene, event: Reviewed, share: Share) -> Answer:
    """Show the same copy in another channel, as far as its owner allowed it; they are told where."""
    check, channel = scene.check, event.text
    if not share.onward:
        return Answer(check, phrase("mentors.not_onward"))
    if not scene.workspace.shares_a_day:
        return Answer(check, phrase("share.off"))
    if not channel or any(one.channel == channel for one in check.shares):
        return Answer(check, phrase("mentors.there_already"))
    if scene.workspace.channels and channel not in scene.workspace.channels:
        return Answer(check, phrase("share.not_there"))
    new_id = sha256(f"{share.id}\n{event.id}\n{channel}\n{event.at.isoformat()}".encode()).hexdigest()[:24]
    copy = replace(share, id=new_id, channel=channel, at=event.at, updated_at=None, review=None, onward=False)
    row = ShareRow(check.id, copy.id, channel, phrase("mentors.passed_on_row", code=pseudonym(copy)))
    return Answer(
        replace(check, shares=(*check.shares, copy)),
        phrase("mentors.passed_on"),
        (ShowShares(phrase("mentors.told_passed_on", team=pseudonym(share)), (row,)),),
    )


_ACTS: Mapping[ReviewAct, Callable[[Scene, Reviewed, Share], Answer]] = {
    ReviewAct.CLAIM: _claim,
    ReviewAct.UNCLAIM: _unclaim,
    ReviewAct.DONE: _done,
    ReviewAct.NOTE: _note,
    ReviewAct.QUESTION: _question,
    ReviewAct.PASS_ON: _pass_on,
}


# -- the owner's side --------------------------------------------------------------------------------------------


def ask_for_review(scene: Scene) -> Outcome:
    """Put the copy that was shared last into the queue of the mentors."""
    if scene.check.is_profile:
        return lost(scene)
    if not scene.workspace.mentors:
        return scene, (Say(phrase("mentors.no_mentors")), *view(scene))
    if not scene.check.shares:
        return scene, (Say(phrase("mentors.share_first")), *view(scene))
    share = scene.check.shares[-1]
    if share.review and share.review.state is not ReviewState.DONE:
        return scene, (Say(phrase("mentors.asked_already", team=pseudonym(share))), *view(scene))
    after = scene.with_check(_with_review(scene.check, share, Review(scene.event.at)))
    return after, (Say(phrase("mentors.asked", team=pseudonym(share))), *view(after))


def show_queue(scene: Scene) -> Outcome:
    """Show a mentor what is to be reviewed."""
    event = scene.event
    groups = event.groups if isinstance(event, Typed | Pressed) else ()
    if not scene.workspace.is_mentor(event.key.person, groups):
        return scene, (Say(phrase("mentors.only_mentors")),)
    return scene, (ShowQueue(),)


def queue(asked: Sequence[AskedReview], mentor: str) -> tuple[QueueRow, ...]:
    """Word what is to be reviewed, for one of the mentors."""
    rows = []
    for one in asked:
        review = one.share.review
        if review is None:
            continue
        mine = review.mentor == mentor
        state = phrase(f"queue.{'mine' if mine else review.state}")
        text = phrase("queue.row", code=pseudonym(one.share), date=review.asked_at.date(), state=state)
        rows.append(QueueRow(one.check, one.share.id, one.share.channel, text, review.state, mine))
    return tuple(rows)


def show_remarks(scene: Scene) -> Outcome:
    """Show what mentors said about this team."""
    said = tuple(_worded(one, place) for place, one in enumerate(scene.check.remarks, start=1))
    shown = Listed(phrase("remark.title"), said) if said else Say(phrase("remark.none"))
    return scene, (shown, *view(scene))


def drop_remark(scene: Scene) -> Outcome:
    """Let go of what a mentor said: their question was asked, or their note is of no more use."""
    remarks, number = scene.check.remarks, scene.meant.number or 0
    if not 1 <= number <= len(remarks):
        return scene, (Say(phrase("remark.no_such", n=number)), *view(scene))
    left = (*remarks[: number - 1], *remarks[number:])
    after = scene.with_check(replace(scene.check, remarks=left))
    return after, (Say(phrase("remark.dropped")), *view(after))


def _worded(remark: Remark, number: int | None = None) -> Phrase:
    kind = "question" if remark.question else "note"
    if number is None:
        return phrase(f"remark.{kind}", text=remark.text)
    return phrase(f"remark.{kind}_numbered", number=number, text=remark.text, date=remark.at.date())


def _with_review(check: Check, share: Share, review: Review) -> Check:
    shares = (replace(one, review=review) if one == share else one for one in check.shares)
    return replace(check, shares=tuple(shares))
