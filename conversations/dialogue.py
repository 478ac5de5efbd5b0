"""The machine: TRANSITIONS says what each intent does in each phase, and advance() takes one turn.

    (script, session, event) -> (session, replies)

A handler is given the scene and returns the check as it now is, with what to say. It may only end in the
phases that its row of the table names. What is not in the table has one answer: "not now", and where we are.
Nothing here knows a clock, a file or a platform.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from conversations import about_you, answering, coming_and_going, deciding, keeping, looking_up, reminding, sharing
from conversations.catalogue import language_for, phrase
from conversations.events import (
    Administered,
    Event,
    Left,
    LookedHome,
    Opened,
    Pressed,
    ShareEnded,
    TimePassed,
    Typed,
)
from conversations.reading_answers import Reader
from conversations.reading_buttons import read_button, repeats
from conversations.reminders import Due, Policy, awake, next_due
from conversations.replies import Goodbye, Held, Reply, Say, Turn
from conversations.scene import Handler, Scene, lost, menu, view
from conversations.script import Packs, Script
from conversations.session import PROFILE_CHECK, Check, Intent, Meant, Phase, Session
from conversations.zones import is_zone

_UNASKED = (Due.NUDGE, Due.WARNING, Due.EXPIRY)
"""What never comes in quiet hours, however late it is."""


@dataclass(frozen=True, slots=True)
class Move:
    """A row of the table: what handles it, and the phases it may end in."""

    handler: Handler
    to: tuple[Phase, ...]


def advance(
    script: Script, session: Session, event: Event, packs: Packs | None = None, policy: Policy | None = None
) -> Turn:
    """Take one turn.

    Args:
        script: the questionnaire that a new check is begun with.
        session: the person and the check at hand.
        event: what they did, or that a time came.
        packs: the questionnaires of checks that were begun with another one.
        policy: whether and when we write first.

    The session that comes back has its revisions raised by one where something changed; an event that only asks
    for words leaves it as it was.

    """
    before, policy, packs = session, policy or Policy(), packs or Packs({script.id: script})
    if isinstance(event, Opened):
        session = _at_hand(script, session, event)
    check = session.check
    if check is None:
        return _without_check(script, before, event, policy)
    mine = script if check.is_profile else packs.of(check.pack) or script
    scene = Scene(
        mine, session.person, check, event, Meant(Intent.OPEN), session.saved, packs, policy, session.workspace
    )
    if isinstance(event, TimePassed):
        return _time_passed(before, scene)
    if isinstance(event, ShareEnded):
        return _share_ended(before, scene)
    return _done(before, scene)


def _done(before: Session, scene: Scene) -> Turn:
    """Take the turn of something that the person did."""
    event, check, catalogue = scene.event, scene.check, scene.script.catalogue
    if isinstance(event, Typed | Pressed) and event.seen is not None and event.seen != check.asked:
        if isinstance(event, Pressed) and repeats(event, check.answers.get(event.step or "", ())):
            return Turn(before, (), catalogue)  # pressed twice: it was taken, and that was said
        after, replies = answering.moved_on(_not_forgetting(scene))
    elif scene.person.forgetting == check.id and (sure := _sure(scene)):
        if sure is Intent.YES:
            return Turn(before, keeping.FAREWELL, catalogue, erase=True)
        scene = scene.with_person(replace(scene.person, forgetting=None))
        after, replies = scene, (Say(phrase("forget.kept")), *view(scene))
    else:
        if scene.person.forgetting is not None:
            scene = scene.with_person(replace(scene.person, forgetting=None))
        scene = replace(scene, meant=_read(scene))
        if scene.saved is None and (check.phase, scene.meant.intent) in _OF_ALL_CHECKS:
            return Turn(before, (), catalogue, needs_saved=True)
        after, replies = TRANSITIONS.get((check.phase, scene.meant.intent), _NOT_NOW).handler(scene)
    return _taken(before, scene, after, replies)


def _taken(before: Session, scene: Scene, after: Scene, replies: tuple[Reply, ...]) -> Turn:
    """Note what the person's turn changed, and let copies in channels follow."""
    check, event = scene.check, scene.event
    after, posts = sharing.follow(scene, after)
    changed = _not_sharing(after.check)
    if changed.parked or changed.warned_at:  # whoever does something is back
        changed = replace(changed, parked=False, warned_at=None)
    if changed != check:
        changed = replace(
            changed,
            changed_at=event.at,
            pack=after.script.name,
            asked=check.asked + 1,
            reminded=changed.reminded if changed.answers == check.answers else None,
        )
    session = _raised(before, replace(before, person=after.person, check=changed))
    return Turn(
        session,
        (*_undelivered(session), *replies),
        after.script.catalogue,
        next_due(changed, after.person, scene.policy),
        posts=posts,
        unread=scene.meant.intent is Intent.UNREADABLE and changed == check,
    )


def _not_sharing(check: Check) -> Check:
    """Forget what was previewed once something else is asked."""
    return check if check.phase is Phase.SHARING or check.sharing is None else replace(check, sharing=None)


def _share_ended(before: Session, scene: Scene) -> Turn:
    """Take the turn of a copy that is gone. The person did nothing: the check's times and what it asks stay."""
    scene = replace(scene, meant=_read(scene))
    after, replies = TRANSITIONS.get((scene.check.phase, Intent.SHARE_ENDED), _NOT_NOW).handler(scene)
    return Turn(
        _raised(before, replace(before, check=after.check)),
        replies,
        after.script.catalogue,
        next_due(after.check, after.person, scene.policy),
        notification=phrase("notification.warning"),
        posts=sharing.withdrawn(scene.check, after.check),
    )


def _time_passed(before: Session, scene: Scene) -> Turn:
    """Take the turn that a time brings. It is nothing that the person did: the check's own times stay as they are."""
    check, due = scene.check, scene.due
    if due in _UNASKED and (later := awake(scene.event.at, scene.person)) > scene.event.at:
        # It came in time, but nobody was there to send it, and now it is night.
        return Turn(before, (), scene.script.catalogue, later)
    after, replies = TRANSITIONS[check.phase, Intent.TIME].handler(scene)
    changed = _not_sharing(after.check)
    forgetting = before.person.forgetting == check.id
    if (changed.phase, changed.at) != (check.phase, check.at) or (replies and forgetting):
        # Something else is being asked now: an answer to what was asked before must not land on it.
        changed = replace(changed, asked=check.asked + 1)
    person = before.person
    if replies and due is not Due.EXPIRY:
        # What the person says next is said to this.
        person = replace(person, current_check=check.id, forgetting=None)
    session = _raised(before, replace(before, person=person, check=changed))
    expired = due is Due.EXPIRY
    return Turn(
        session,
        replies,
        after.script.catalogue,
        None if expired else next_due(changed, after.person, scene.policy),
        expired=expired,
        notification=phrase(f"notification.{due if due and replies else 'reply'}"),
        posts=sharing.withdrawn(check, None if expired else changed),
    )


def _without_check(script: Script, session: Session, event: Event, policy: Policy) -> Turn:
    """Take a turn where there is no check at hand: what is kept about the person can be asked for all the same."""
    person, gone = session.person, (Goodbye(phrase("gone")),)
    unasked = isinstance(event, TimePassed | ShareEnded)
    replies: tuple[Reply, ...] = () if unasked else gone
    if isinstance(event, Typed):
        menu = keeping.SURE if person.forgetting is not None else ()
        meant = Reader(script, person.language).read(event.text, Phase.CONFIRMING, None, menu).intent
        person = replace(person, forgetting=None)
        match meant:
            case Intent.YES if session.person.forgetting is not None:
                return Turn(session, keeping.FAREWELL, script.catalogue, erase=True)
            case Intent.NO if session.person.forgetting is not None:
                replies = (Say(phrase("forget.kept")),)
            case Intent.FORGET:
                person, replies = keeping.asked_to_forget(person)
            case Intent.STOP:
                person, replies = replace(person, left_alone=True), (Say(phrase("stop.done")),)
            case Intent.WRITE_AGAIN:
                person, replies = replace(person, left_alone=False), (Say(phrase("stop.undone")),)
            case Intent.HELD:
                replies = keeping.held(policy)
            case Intent.EXPORT:
                replies = (Held(whole=True),)
    if not unasked:
        replies = (*_undelivered(session), *replies)
    return Turn(_raised(session, replace(session, person=person)), replies, script.catalogue)


def _not_forgetting(scene: Scene) -> Scene:
    """Take "sure?" back: something else is asked now, and its buttons must not answer that."""
    if scene.person.forgetting is None:
        return scene
    after = scene.with_person(replace(scene.person, forgetting=None))
    return after.with_check(replace(scene.check, asked=scene.check.asked + 1))


def _undelivered(session: Session) -> tuple[Reply, ...]:
    return (Say(phrase("undelivered", n=session.undelivered)),) if session.undelivered else ()


def _sure(scene: Scene) -> Intent | None:
    """Return yes or no to "erase it all?"; None for anything else."""
    if isinstance(scene.event, Pressed) and scene.event.intent in keeping.SURE:
        return scene.event.intent
    if not isinstance(scene.event, Typed):
        return None
    reader = Reader(scene.script, scene.person.language)
    meant = reader.read(scene.event.text, Phase.CONFIRMING, None, keeping.SURE).intent
    return meant if meant in keeping.SURE else None


def _at_hand(script: Script, session: Session, event: Opened) -> Session:
    """Pick the language to speak, and the check that an opening is about, or lay out a new one."""
    if event.language and (event.switch or not session.person.revision):
        language = language_for(event.language, script.catalogue.languages)
        session = replace(session, person=replace(session.person, language=language))
    if event.zone and session.person.zone is None and is_zone(event.zone):
        session = replace(session, person=replace(session.person, zone=event.zone))
    check = session.check
    if event.check == PROFILE_CHECK:
        return session if check else replace(session, check=_new(script, PROFILE_CHECK, event))
    if check and (
        event.check or event.new_check == check.id or (not event.fresh and check.phase is not Phase.FINISHED)
    ):
        return replace(session, person=replace(session.person, current_check=check.id))
    new = _new(script, event.new_check, event)
    return replace(session, person=replace(session.person, current_check=new.id), check=new)


def _new(script: Script, check_id: str, event: Opened) -> Check:
    return Check(check_id, script.name, event.at, event.at)


def _raised(before: Session, after: Session) -> Session:
    person, check = after.person, after.check
    if person != before.person:
        person = replace(person, revision=person.revision + 1)
    if check and check != before.check:
        check = replace(check, revision=check.revision + 1)
    return replace(after, person=person, check=check)


def _read(scene: Scene) -> Meant:
    match scene.event:
        case Opened():
            return Meant(Intent.OPEN)
        case Left():
            return Meant(Intent.LATER)
        case TimePassed():
            return Meant(Intent.TIME)
        case LookedHome():
            return Meant(Intent.HOME)
        case ShareEnded():
            return Meant(Intent.SHARE_ENDED, text=scene.event.reason)
        case Pressed():
            return read_button(scene.event, scene.step)
        case Administered():
            raise TypeError("rules are set without a check at hand")
        case Typed():
            reader = Reader(scene.script, scene.person.language)
            return reader.read(scene.event.text, scene.check.phase, scene.step, menu(scene))


_TALKING = tuple(phase for phase in Phase if phase is not Phase.NEW)
_UNFINISHED = tuple(phase for phase in _TALKING if phase is not Phase.FINISHED)
_ON = (Phase.ASKING, Phase.FINISHED)
_ON_OR_REVIEW = (*_ON, Phase.REVIEWING)
"""A dialogue about the person ends in the review of its answers, one about a team in its report."""


def _same(phase: Phase, handler: Handler) -> Move:
    return Move(handler, (phase,))


_ANYWHERE: Mapping[Intent, Handler] = {
    Intent.HELP: looking_up.show_help,
    Intent.CARD: looking_up.card,
    Intent.GLOSSARY: looking_up.glossary,
    Intent.LANGUAGE: looking_up.language,
    Intent.STATUS: looking_up.status,
    Intent.REPORT: looking_up.show_report,
    Intent.QUESTIONS: looking_up.show_questions,
    Intent.FINE: deciding.fine,
    Intent.NOT_FINE: deciding.not_fine,
    Intent.INTERVIEW: reminding.interview,
    Intent.REMIND: reminding.remind,
    Intent.REMINDERS: reminding.show_reminders,
    Intent.SNOOZE: reminding.snooze,
    Intent.STOP: reminding.stop,
    Intent.WRITE_AGAIN: reminding.write_again,
    Intent.ZONE: reminding.time_zone,
    Intent.QUIET: reminding.quiet_hours,
    Intent.FORGET: keeping.ask_to_forget,
    Intent.HELD: keeping.show_held,
    Intent.EXPORT: keeping.export,
    Intent.UNSHARE: sharing.unshare,
    Intent.SHARE_ENDED: sharing.ended,
}
"""What only says something, marks a flag, or sets a time, and leaves the conversation where it is."""

TRANSITIONS: Mapping[tuple[Phase, Intent], Move] = {
    # wherever the conversation is
    **{(phase, intent): _same(phase, handler) for phase in _TALKING for intent, handler in _ANYWHERE.items()},
    **{(phase, Intent.REVIEW): Move(looking_up.show_review, (Phase.REVIEWING,)) for phase in _TALKING},
    **{(phase, Intent.CHANGE): Move(answering.change, (Phase.ASKING, phase)) for phase in _TALKING},
    **{(phase, Intent.START_OVER): Move(coming_and_going.ask_sure, (Phase.CONFIRMING,)) for phase in _TALKING},
    **{(phase, Intent.DEEPER): Move(answering.deeper, (Phase.ASKING, phase)) for phase in _TALKING},
    **{(phase, Intent.DECIDE): Move(deciding.decide, (Phase.DECIDING, phase)) for phase in _TALKING},
    **{(phase, Intent.SHARE): Move(sharing.share, (Phase.SHARING, phase)) for phase in _TALKING},
    **{(phase, Intent.UPDATE): Move(coming_and_going.update, (phase, *_ON)) for phase in _TALKING},
    **{(phase, Intent.LATER): _same(phase, coming_and_going.later) for phase in _UNFINISHED},
    **{(phase, Intent.QUIT): _same(phase, coming_and_going.leave) for phase in _UNFINISHED},
    **{(phase, Intent.TIME): Move(reminding.time_passed, tuple(dict.fromkeys((phase, *_ON)))) for phase in Phase},
    # coming, and coming back
    (Phase.NEW, Intent.OPEN): Move(coming_and_going.begin, (Phase.ASKING, Phase.REVIEWING)),
    **{
        (phase, Intent.OPEN): Move(coming_and_going.resume, (phase, *_ON_OR_REVIEW))
        for phase in (Phase.ASKING, Phase.OFFERED)
    },
    **{
        (phase, Intent.OPEN): _same(phase, coming_and_going.resume)
        for phase in (Phase.REVIEWING, Phase.CONFIRMING, Phase.DECIDING, Phase.SHARING)
    },
    (Phase.FINISHED, Intent.OPEN): _same(Phase.FINISHED, coming_and_going.reopen),
    # a question is being asked
    (Phase.ASKING, Intent.ANSWER): Move(answering.answer, _ON_OR_REVIEW),
    (Phase.ASKING, Intent.ATTRIBUTE): _same(Phase.ASKING, answering.attribute),
    (Phase.ASKING, Intent.KEEP): Move(answering.keep, _ON_OR_REVIEW),
    (Phase.ASKING, Intent.NEAR_MISS): Move(answering.offer_near, (Phase.OFFERED,)),
    (Phase.ASKING, Intent.UNREADABLE): _same(Phase.ASKING, answering.unreadable),
    (Phase.ASKING, Intent.BACK): _same(Phase.ASKING, answering.back),
    (Phase.ASKING, Intent.WHY): _same(Phase.ASKING, looking_up.why),
    (Phase.ASKING, Intent.EXAMPLE): _same(Phase.ASKING, looking_up.example),
    # "did you mean ...?" is being asked; an answer instead of yes or no is as good
    (Phase.OFFERED, Intent.YES): Move(answering.accept, _ON_OR_REVIEW),
    (Phase.OFFERED, Intent.NO): Move(answering.decline, (Phase.ASKING,)),
    (Phase.OFFERED, Intent.ANSWER): Move(answering.answer, _ON_OR_REVIEW),
    (Phase.OFFERED, Intent.ATTRIBUTE): _same(Phase.OFFERED, answering.attribute),
    (Phase.OFFERED, Intent.KEEP): Move(answering.keep, (Phase.OFFERED, *_ON_OR_REVIEW)),
    (Phase.OFFERED, Intent.NEAR_MISS): Move(answering.offer_near, (Phase.OFFERED,)),
    (Phase.OFFERED, Intent.UNREADABLE): Move(answering.unreadable, (Phase.ASKING,)),
    (Phase.OFFERED, Intent.BACK): Move(answering.decline, (Phase.ASKING,)),
    (Phase.OFFERED, Intent.WHY): _same(Phase.OFFERED, looking_up.why),
    (Phase.OFFERED, Intent.EXAMPLE): _same(Phase.OFFERED, looking_up.example),
    # the answers are being looked over
    (Phase.REVIEWING, Intent.BACK): Move(answering.leave_review, _ON_OR_REVIEW),
    (Phase.REVIEWING, Intent.KEEP): Move(answering.leave_review, _ON_OR_REVIEW),
    # "start over?" is being asked
    (Phase.CONFIRMING, Intent.YES): Move(coming_and_going.start_over, (Phase.ASKING,)),
    (Phase.CONFIRMING, Intent.NO): Move(coming_and_going.do_not_start_over, _ON_OR_REVIEW),
    (Phase.CONFIRMING, Intent.BACK): Move(coming_and_going.do_not_start_over, _ON_OR_REVIEW),
    # "share exactly this?" is being asked
    (Phase.SHARING, Intent.YES): Move(sharing.post, (Phase.SHARING, *_ON_OR_REVIEW)),
    (Phase.SHARING, Intent.NO): Move(sharing.do_not_share, _ON_OR_REVIEW),
    (Phase.SHARING, Intent.BACK): Move(sharing.do_not_share, _ON_OR_REVIEW),
    (Phase.SHARING, Intent.LANGUAGE): _same(Phase.SHARING, sharing.other_language),
    # the person's own decision is being asked
    (Phase.DECIDING, Intent.GO_ON): Move(deciding.decided, _ON),
    (Phase.DECIDING, Intent.ASK_MORE): Move(deciding.decided, _ON),
    (Phase.DECIDING, Intent.PASS): Move(deciding.decided, _ON),
    (Phase.DECIDING, Intent.BACK): Move(deciding.undecided, _ON_OR_REVIEW),
    # the report was shown
    (Phase.FINISHED, Intent.WHY): _same(Phase.FINISHED, looking_up.why_the_report),
    (Phase.FINISHED, Intent.FILL_IN): Move(answering.fill_in, _ON),
    (Phase.FINISHED, Intent.KEEP_PROFILE): _same(Phase.FINISHED, about_you.keep_profile),
    (Phase.FINISHED, Intent.BACK): Move(answering.back, (Phase.ASKING,)),
    (Phase.FINISHED, Intent.LATER): _same(Phase.FINISHED, coming_and_going.finish),
    (Phase.FINISHED, Intent.QUIT): _same(Phase.FINISHED, coming_and_going.finish),
}

_OF_ALL_CHECKS = {(Phase.SHARING, Intent.YES), *((phase, Intent.SHARE) for phase in _TALKING)}
"""Rows whose handlers look at all of the person's checks."""
_NOT_NOW = Move(lost, ())
