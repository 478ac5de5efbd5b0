"""The machine: TRANSITIONS says what each intent does in each phase, and advance() takes one turn.

    (script, session, event) -> (session, replies)

A handler is given the scene and returns the check as it now is, with what to say. It may only end in the
phases that its row of the table names. What is not in the table has one answer: "not now", and where we are.
Nothing here knows a clock, a file or a platform.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from conversations import (
    about_you,
    answering,
    checks_at_hand,
    coming_and_going,
    comparing,
    deciding,
    history,
    keeping,
    looking_up,
    personal_settings,
    proposing,
    reminding,
    reviewing,
    sharing,
)
from conversations.administering import administer
from conversations.catalogue import language_for, phrase
from conversations.events import (
    Administered,
    Event,
    Left,
    LookedHome,
    Opened,
    Pressed,
    Reviewed,
    ShareEnded,
    TimePassed,
    Typed,
)
from conversations.newcomers import introduced
from conversations.reading_answers import Reader
from conversations.reading_buttons import read_button, repeats
from conversations.reminders import Due, Policy, awake, next_due
from conversations.replies import Goodbye, Reply, Say, Turn
from conversations.scene import Handler, Outcome, Postings, Scene, lost, menu, view
from conversations.script import Packs, Script
from conversations.session import PROFILE_CHECK, Check, Intent, Meant, Person, Phase, Session
from conversations.zones import is_zone

_UNASKED = (Due.NUDGE, Due.WARNING, Due.EXPIRY)
"""What never comes in quiet hours, however late it is."""


@dataclass(frozen=True, slots=True)
class Move:
    """A row of the table: what handles it, and the phases it may end in."""

    handler: Handler
    to: tuple[Phase, ...]


def advance(
    script: Script,
    session: Session,
    event: Event,
    packs: Packs | None = None,
    policy: Policy | None = None,
    postings: Postings | None = None,
) -> Turn:
    """Take one turn.

    Args:
        script: the questionnaire that a new check is begun with.
        session: the person and the check at hand.
        event: what they did, or that a time came.
        packs: the questionnaires of checks that were begun with another one.
        policy: whether and when we write first.
        postings: what reads job postings; None: nothing does.

    The session that comes back has its revisions raised by one where something changed; an event that only asks
    for words leaves it as it was.

    """
    policy, packs = policy or Policy(), packs or Packs({script.id: script})
    before = session = introduced(session, event, script.catalogue.languages)
    if isinstance(event, Opened):
        session = _at_hand(script, session, event)
    elif isinstance(event, Typed) and event.posting:
        session = _for_posting(script, session, event)
    check = session.check
    known = check is not None and not check.is_profile
    mine = (packs.of(check.pack) if check and known else None) or script
    # Where there is no check an empty one stands in, for what needs none; it is not kept.
    shown = check or Check("", script.name, event.at, event.at)
    opened = Meant(Intent.OPEN)
    scene = Scene(
        mine, session.person, shown, event, opened, session.saved, packs, policy, session.workspace, postings=postings
    )
    match event:
        case LookedHome():
            return _looked_home(before, scene)
        case Administered():
            return _administered(before, replace(scene, script=script), event)
    if check is None:
        return _without_check(before, scene)
    match event:
        case TimePassed():
            return _time_passed(before, scene)
        case ShareEnded():
            return _share_ended(before, scene)
        case Reviewed():
            return _reviewed(before, scene, event)
        case _:
            return _taken(before, scene)


def _taken(before: Session, scene: Scene) -> Turn:
    """Take the turn that the person brings."""
    event, check = scene.event, scene.check
    if isinstance(event, Typed | Pressed) and event.seen is not None and event.seen != check.asked:
        if isinstance(event, Pressed) and repeats(event, check.answers.get(event.step or "", ())):
            return Turn(before, (), scene.script.catalogue)  # pressed twice: it was taken, and that was said
        outcome = answering.moved_on(_not_forgetting(scene))
    elif scene.person.forgetting == check.id and (sure := _sure(scene)):
        if sure is Intent.YES:
            return Turn(before, keeping.FAREWELL, scene.script.catalogue, erase=True)
        scene = scene.with_person(replace(scene.person, forgetting=None))
        outcome = scene, (Say(phrase("forget.kept")), *view(scene))
    else:
        if scene.person.forgetting is not None:
            scene = scene.with_person(replace(scene.person, forgetting=None))
        scene = replace(scene, meant=_read(scene))
        if scene.saved is None and (check.phase, scene.meant.intent) in _OF_ALL_CHECKS:
            return Turn(before, (), scene.script.catalogue, needs_saved=True)
        outcome = TRANSITIONS.get((check.phase, scene.meant.intent), _NOT_NOW).handler(scene)
    return _ended(before, scene, outcome)


def _ended(before: Session, scene: Scene, outcome: Outcome) -> Turn:
    """Note what a turn changed, and let copies in channels follow."""
    (after, replies), event, check = outcome, scene.event, scene.check
    if after.needs_saved or after.instead:
        return _again(before, after)
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
    leaving = any(isinstance(reply, Goodbye) for reply in replies)
    person = after.person if leaving else _is_here(after.person, changed, event)
    session = _raised(before, replace(before, person=person, check=changed))
    return Turn(
        session,
        (*_undelivered(session), *replies),
        after.script.catalogue,
        next_due(changed, person, scene.policy),
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


def _reviewed(before: Session, scene: Scene, event: Reviewed) -> Turn:
    """Take the turn that a mentor brings: as above. What waits for the owner's answer goes on waiting for it."""
    answer = reviewing.reviewed(scene, event)
    after, posts = sharing.follow(scene, scene.with_check(answer.check))
    return Turn(
        _raised(before, replace(before, check=after.check)),
        answer.replies,
        after.script.catalogue,
        next_due(after.check, after.person, scene.policy),
        notification=phrase("notification.warning"),
        posts=posts,
        told=answer.told,
    )


def _again(before: Session, scene: Scene) -> Turn:
    return Turn(before, (), scene.script.catalogue, needs_saved=scene.needs_saved, instead=scene.instead)


def _is_here(person: Person, check: Check, event: Event) -> Person:
    """Whoever presses a button or fills in a form of another check is at that check: what they type is said there."""
    if not (isinstance(event, Pressed) or (isinstance(event, Typed) and event.form)):
        return person
    return replace(
        person,
        about_me=check.is_profile,
        current_check=person.current_check if check.is_profile else check.id,
    )


def _looked_home(before: Session, scene: Scene) -> Turn:
    """Show the person's page: they said nothing, so that all stays as it is."""
    after, replies = checks_at_hand.show_home(scene)
    if after.needs_saved:
        return _again(before, after)
    return Turn(before, replies, scene.script.catalogue, _still_due(before, scene))


def _administered(before: Session, scene: Scene, event: Administered) -> Turn:
    """Set rules of the workspace; the admin's own check, if they have one, stays as it is."""
    workspace, replies = administer(before.workspace, event.rules, scene.script.catalogue, scene.packs)
    after = _raised(before, replace(before, workspace=workspace))
    refused = workspace is before.workspace
    return Turn(after, replies, scene.script.catalogue, _still_due(before, scene), unread=refused)


def _still_due(before: Session, scene: Scene) -> datetime | None:
    return next_due(before.check, before.person, scene.policy) if before.check else None


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
        person = replace(person, current_check=check.id, forgetting=None, about_me=False)
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


def _without_check(before: Session, scene: Scene) -> Turn:
    """Take a turn where there is no check at hand: what needs none works all the same."""
    event, catalogue, forgetting = scene.event, scene.script.catalogue, scene.person.forgetting
    # The "yes" of another message must not answer this.
    asked = forgetting is not None and not (isinstance(event, Pressed) and event.check not in (None, forgetting))
    if isinstance(event, Reviewed):
        return Turn(before, (), catalogue, told=phrase("mentors.gone"))
    if isinstance(event, TimePassed | ShareEnded):
        return Turn(before, (), catalogue)
    if isinstance(event, Typed | Pressed):
        scene = scene.with_person(replace(scene.person, forgetting=None))
        scene = replace(scene, meant=_meant_without_check(scene, keeping.SURE if asked else ()))
    outcome: Outcome
    match scene.meant.intent:
        case Intent.YES if asked:
            return Turn(before, keeping.FAREWELL, catalogue, erase=True)
        case Intent.NO if asked:
            outcome = scene, (Say(phrase("forget.kept")),)
        case intent:
            outcome = _NEEDING_NO_CHECK.get(intent, checks_at_hand.greet)(scene)
    after, replies = outcome
    if after.needs_saved or after.instead:
        return _again(before, after)
    session = _raised(before, replace(before, person=after.person))
    return Turn(session, (*_undelivered(session), *replies), catalogue)


def _meant_without_check(scene: Scene, menu: tuple[Intent, ...]) -> Meant:
    if isinstance(scene.event, Pressed):
        return read_button(scene.event, None)
    reader = Reader(scene.script, scene.person.language)
    return (
        reader.read(scene.event.text, Phase.CONFIRMING, None, menu) if isinstance(scene.event, Typed) else scene.meant
    )


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
    if event.language and event.switch:
        language = language_for(event.language, script.catalogue.languages)
        session = replace(session, person=replace(session.person, language=language))
    if event.zone and session.person.zone is None and is_zone(event.zone):
        session = replace(session, person=replace(session.person, zone=event.zone))
    check = session.check
    session = replace(session, person=replace(session.person, about_me=event.check == PROFILE_CHECK))
    if event.check == PROFILE_CHECK:
        return session if check else replace(session, check=_new(script, PROFILE_CHECK, event))
    if check is None and not event.new_check:
        return session
    if check and (
        event.check or event.new_check == check.id or (not event.fresh and check.phase is not Phase.FINISHED)
    ):
        return replace(session, person=replace(session.person, current_check=check.id))
    new = _new(script, event.new_check, event)
    return replace(session, person=replace(session.person, current_check=new.id), check=new)


def _for_posting(script: Script, session: Session, event: Typed) -> Session:
    """Lay out a new check for a posting that was handed over where none is at hand that is not finished."""
    check = session.check
    if not event.new_check or (check and not check.is_profile and check.phase is not Phase.FINISHED):
        return session
    new = _new(script, event.new_check, event)
    return replace(session, person=replace(session.person, current_check=new.id, about_me=False), check=new)


def _new(script: Script, check_id: str, event: Opened | Typed) -> Check:
    return Check(check_id, script.name, event.at, event.at)


def _raised(before: Session, after: Session) -> Session:
    person, check, workspace = after.person, after.check, after.workspace
    if person != before.person:
        person = replace(person, revision=person.revision + 1)
    if check and check != before.check:
        check = replace(check, revision=check.revision + 1)
    if workspace != before.workspace:
        workspace = replace(workspace, revision=workspace.revision + 1)
    return replace(after, person=person, check=check, workspace=workspace)


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
        case Administered() | Reviewed():
            raise TypeError("what admins and mentors do is no part of a conversation")
        case Typed(posting=True):
            return Meant(Intent.PASTED, text=scene.event.text)
        case Typed():
            reader = Reader(scene.script, scene.person.language)
            return reader.read(scene.event.text, scene.check.phase, scene.step, menu(scene))


_TALKING = tuple(phase for phase in Phase if phase is not Phase.NEW)
_UNFINISHED = tuple(phase for phase in _TALKING if phase is not Phase.FINISHED)
_ON = (Phase.ASKING, Phase.PROPOSING, Phase.FINISHED)
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
    Intent.DOCUMENT: looking_up.document,
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
    Intent.SHARES: sharing.show_shares,
    Intent.ASK_FOR_REVIEW: reviewing.ask_for_review,
    Intent.REMARKS: reviewing.show_remarks,
    Intent.DROP_REMARK: reviewing.drop_remark,
    Intent.REVIEWS: reviewing.show_queue,
    Intent.SHARE_ENDED: sharing.ended,
    Intent.SETTINGS: personal_settings.show_settings,
    Intent.CHECKS: checks_at_hand.show_checks,
    Intent.COMPARE: comparing.compare,
    Intent.HISTORY: history.show_history,
    Intent.RESUME: checks_at_hand.resume,
    Intent.NEW: checks_at_hand.new,
    Intent.PROFILE: checks_at_hand.profile,
    Intent.HOME: checks_at_hand.show_home,
}
"""What only says something, marks a flag, sets a time, or leads to another check, and leaves this one where it is."""

_NEEDING_NO_CHECK: Mapping[Intent, Handler] = {
    **{
        intent: _ANYWHERE[intent]
        for intent in (
            Intent.HELP,
            Intent.CARD,
            Intent.GLOSSARY,
            Intent.LANGUAGE,
            Intent.SETTINGS,
            Intent.CHECKS,
            Intent.COMPARE,
            Intent.SHARES,
            Intent.REVIEWS,
            Intent.RESUME,
            Intent.NEW,
            Intent.PROFILE,
            Intent.ZONE,
            Intent.QUIET,
            Intent.STOP,
            Intent.WRITE_AGAIN,
            Intent.FORGET,
            Intent.HELD,
            Intent.EXPORT,
        )
    },
    **dict.fromkeys(
        (
            Intent.STATUS,
            Intent.DOCUMENT,
            Intent.REMINDERS,
            Intent.REMIND,
            Intent.INTERVIEW,
            Intent.SNOOZE,
            Intent.LATER,
            Intent.QUIT,
        ),
        checks_at_hand.none_there,
    ),
}
"""What is taken where there is no check at hand; anything else begins one."""

TRANSITIONS: Mapping[tuple[Phase, Intent], Move] = {
    # wherever the conversation is
    **{(phase, intent): _same(phase, handler) for phase in _TALKING for intent, handler in _ANYWHERE.items()},
    **{(phase, Intent.REVIEW): Move(looking_up.show_review, (Phase.REVIEWING,)) for phase in _TALKING},
    **{(phase, Intent.CHANGE): Move(answering.change, (Phase.ASKING, phase)) for phase in _TALKING},
    **{(phase, Intent.START_OVER): Move(coming_and_going.ask_sure, (Phase.CONFIRMING,)) for phase in _TALKING},
    **{(phase, Intent.DEEPER): Move(answering.deeper, (Phase.ASKING, phase)) for phase in _TALKING},
    **{(phase, Intent.DECIDE): Move(deciding.decide, (Phase.DECIDING, phase)) for phase in _TALKING},
    **{(phase, Intent.SHARE): Move(sharing.share, (Phase.SHARING, phase)) for phase in _TALKING},
    **{(phase, Intent.POSTING): Move(proposing.ask_for_posting, (Phase.PASTING, phase)) for phase in _TALKING},
    **{(phase, Intent.PASTED): Move(proposing.pasted, (phase, *_ON)) for phase in Phase},
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
        for phase in (Phase.REVIEWING, Phase.CONFIRMING, Phase.DECIDING, Phase.SHARING, Phase.PASTING, Phase.PROPOSING)
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
    # a job posting is being pasted
    (Phase.PASTING, Intent.KEEP): Move(proposing.read, (Phase.PASTING, *_ON)),
    (Phase.PASTING, Intent.BACK): Move(proposing.stop_pasting, _ON),
    # what it suggests is being confirmed, one by one; an answer of the person's own is as good
    (Phase.PROPOSING, Intent.YES): Move(proposing.confirm, _ON),
    (Phase.PROPOSING, Intent.KEEP): Move(proposing.confirm, _ON),
    (Phase.PROPOSING, Intent.KEEP_WORDS): Move(proposing.confirm_with_words, _ON),
    (Phase.PROPOSING, Intent.TAKE_ALL): Move(proposing.take_all, _ON),
    (Phase.PROPOSING, Intent.NO): Move(proposing.leave_out, _ON),
    (Phase.PROPOSING, Intent.CHANGE): Move(proposing.change, (Phase.ASKING, Phase.PROPOSING)),
    (Phase.PROPOSING, Intent.ANSWER): Move(answering.answer, _ON),
    (Phase.PROPOSING, Intent.NEAR_MISS): Move(answering.offer_near, (Phase.OFFERED,)),
    (Phase.PROPOSING, Intent.UNREADABLE): _same(Phase.PROPOSING, proposing.unclear),
    (Phase.PROPOSING, Intent.BACK): Move(answering.back, (Phase.ASKING, Phase.PROPOSING)),
    (Phase.PROPOSING, Intent.WHY): _same(Phase.PROPOSING, looking_up.why),
    (Phase.PROPOSING, Intent.EXAMPLE): _same(Phase.PROPOSING, looking_up.example),
    # the answers are being looked over
    (Phase.REVIEWING, Intent.BACK): Move(answering.leave_review, _ON_OR_REVIEW),
    (Phase.REVIEWING, Intent.KEEP): Move(answering.leave_review, _ON_OR_REVIEW),
    # "start over?" is being asked
    (Phase.CONFIRMING, Intent.YES): Move(coming_and_going.start_over, (Phase.ASKING,)),
    (Phase.CONFIRMING, Intent.NO): Move(coming_and_going.do_not_start_over, _ON_OR_REVIEW),
    (Phase.CONFIRMING, Intent.BACK): Move(coming_and_going.do_not_start_over, _ON_OR_REVIEW),
    # "share exactly this?" is being asked
    (Phase.SHARING, Intent.YES): Move(sharing.post, (Phase.SHARING, *_ON_OR_REVIEW)),
    (Phase.SHARING, Intent.SHARE_AS): _same(Phase.SHARING, sharing.choose),
    (Phase.SHARING, Intent.NO): Move(sharing.do_not_share, _ON_OR_REVIEW),
    (Phase.SHARING, Intent.BACK): Move(sharing.do_not_share, _ON_OR_REVIEW),
    (Phase.SHARING, Intent.UNSHARE): Move(sharing.unshare_or_not_share, (Phase.SHARING, *_ON_OR_REVIEW)),
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
