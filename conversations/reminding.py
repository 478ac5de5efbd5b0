"""Reminders: setting them, putting them off, leaving the person alone, and what happens when a time has come."""

from dataclasses import replace
from datetime import datetime, timedelta

from conversations.answering import second_pass
from conversations.catalogue import Phrase, phrase
from conversations.reading_times import Unclear, read_hours, read_time, when_words
from conversations.reminders import (
    INTERVIEW,
    LATE,
    Due,
    after_quiet,
    before_interview,
    due_at,
    fired,
    in_order,
    instant,
    zone_named,
)
from conversations.replies import Listed, Reply, Say, ShowReport
from conversations.scene import Outcome, Scene, lost, view
from conversations.session import Check, Reminder, ReminderKind
from conversations.zones import find_zone, near_zones

# -- setting -----------------------------------------------------------------------------------------------------


def interview(scene: Scene) -> Outcome:
    """Set a reminder before an interview and one after it; what was set before is replaced."""
    local = _wanted(scene, "interview")
    if not isinstance(local, datetime):
        return _no(scene, local)
    zone, now = scene.person.zone or "", scene.event.at
    before = Reminder(ReminderKind.BEFORE, before_interview(local, scene.person.quiet), zone)
    after = Reminder(ReminderKind.AFTER, after_quiet(local + INTERVIEW, scene.person.quiet), zone)
    if due_at(before) > now:
        return _set(scene, (before, after), phrase("interview.set", when=_when(local, zone)))
    return _set(scene, (after,), phrase("interview.too_close", when=_when(local, zone)))


def remind(scene: Scene) -> Outcome:
    """Set a reminder for exactly the time that was said, quiet hours or not."""
    local = _wanted(scene, "remind")
    if not isinstance(local, datetime):
        return _no(scene, local)
    one = Reminder(ReminderKind.BEFORE, local, scene.person.zone or "")
    return _set(scene, (one, *_others(scene, one)), phrase("remind.set"))


def snooze(scene: Scene) -> Outcome:
    """Put off the reminder that came last: until the same time tomorrow, or until then."""
    last = scene.check.reminded
    if last is None and scene.policy.reachable and not scene.check.is_profile:
        return _no(scene, Say(phrase("snooze.nothing")))
    if last and not scene.meant.text and scene.policy.reachable:
        zone = scene.person.zone or last.zone
        today = scene.event.at.astimezone(zone_named(zone)).date()
        local: datetime | Reply | None = datetime.combine(today + timedelta(days=1), last.local.time())
    else:
        local = _wanted(scene, "snooze")
    if last is None or not isinstance(local, datetime):
        return _no(scene, None if isinstance(local, datetime) else local)
    one = Reminder(last.kind, local, scene.person.zone or last.zone)
    return _set(scene, (one, *_others(scene, one)), phrase("snooze.done"))


def _others(scene: Scene, one: Reminder) -> tuple[Reminder, ...]:
    """Return what stays beside a new reminder: of each kind there is at most one."""
    return tuple(other for other in scene.check.reminders if other.kind is not one.kind)


def _wanted(scene: Scene, command: str) -> datetime | Reply | None:
    """Return the time that was said; or what to say instead, None where it does not fit here."""
    if scene.check.is_profile:
        return None
    if not scene.policy.reachable:
        return Say(phrase("reminders.unreachable"))
    if not scene.meant.text:
        return Say(phrase("when.how", command=phrase(f"when.{command}")))
    if scene.person.zone is None:
        return Say(phrase("zone.needed"))
    now = scene.event.at.astimezone(zone_named(scene.person.zone))
    words = when_words(scene.script.catalogue, scene.person.language)
    found = read_time(scene.meant.text, now, words, to_the_hour=command == "interview")
    return Say(phrase(f"when.{found}", command=phrase(f"when.{command}"))) if isinstance(found, Unclear) else found


def _no(scene: Scene, reply: Reply | None) -> Outcome:
    return lost(scene) if reply is None else (scene, (reply, *view(scene)))


def _set(scene: Scene, reminders: tuple[Reminder, ...], title: Phrase) -> Outcome:
    after = scene.with_check(replace(scene.check, reminders=in_order(reminders), reminded=None))
    return after, (_listed(after, title), Say(phrase("zone.not_yours")), *view(after))


def _listed(scene: Scene, title: Phrase) -> Reply:
    return Listed(title, tuple(map(worded, scene.check.reminders)))


def worded(reminder: Reminder) -> Phrase:
    """Say when a reminder comes, and what it brings."""
    return phrase(f"reminders.{reminder.kind}", when=_when(reminder.local, reminder.zone))


def _when(local: datetime, zone: str) -> Phrase:
    """Word a local time with its weekday and zone, so that a wrong zone is seen at once."""
    shown = instant(local, zone).astimezone(zone_named(zone))
    weekday = phrase(f"weekday.{shown.weekday()}")
    return phrase("when.local", weekday=weekday, day=shown.date(), time=f"{shown:%H:%M}", zone=zone)


def show_reminders(scene: Scene) -> Outcome:
    """List what is to come."""
    listed = _listed(scene, phrase("reminders.title")) if scene.check.reminders else Say(phrase("reminders.none"))
    return scene, (listed, *view(scene))


# -- when not ----------------------------------------------------------------------------------------------------


def stop(scene: Scene) -> Outcome:
    """Drop the reminders of this check, and send nothing unasked any more."""
    after = scene.with_check(replace(scene.check, reminders=(), reminded=None))
    after = after.with_person(replace(scene.person, left_alone=True))
    return after, (Say(phrase("stop.done")), *view(after))


def write_again(scene: Scene) -> Outcome:
    """Take back that the person wants to be left alone."""
    after = scene.with_person(replace(scene.person, left_alone=False))
    return after, (Say(phrase("stop.undone")), *view(after))


def quiet_hours(scene: Scene) -> Outcome:
    """Keep the hours in which nothing is sent unasked, or say which they are."""
    if not scene.meant.text:
        return scene, (Say(hours_phrase("quiet.are", scene.person.quiet)), *view(scene))
    hours = read_hours(scene.meant.text, when_words(scene.script.catalogue, scene.person.language))
    if hours is None:
        return scene, (Say(phrase("quiet.unreadable")), *view(scene))
    # What comes before an interview is bound to it; what comes after it can wait.
    moved = (
        replace(one, local=after_quiet(one.local, hours)) if one.kind is ReminderKind.AFTER else one
        for one in scene.check.reminders
    )
    after = scene.with_check(replace(scene.check, reminders=in_order(tuple(moved))))
    after = after.with_person(replace(scene.person, quiet=hours))
    unknown = () if scene.person.zone else (Say(phrase("zone.none")),)
    return after, (Say(hours_phrase("quiet.now", hours)), *unknown, *view(after))


def hours_phrase(key: str, quiet: tuple[int, int]) -> Phrase:
    """Say which the quiet hours are."""
    start, end = quiet
    return phrase("quiet.off") if start == end else phrase(key, start=f"{start}:00", end=f"{end}:00")


def time_zone(scene: Scene) -> Outcome:
    """Keep the person's time zone. Reminders move with it: their local time stays."""
    said, person = scene.meant.text, scene.person
    if not said:
        return scene, (Say(zone_phrase(scene)), *view(scene))
    zone = find_zone(said, scene.script.catalogue, person.language)
    if zone is None:
        near = near_zones(said, scene.script.catalogue, person.language)
        unknown = phrase("zone.near", said=said, zones=near) if near else phrase("zone.unknown", said=said)
        return scene, (Say(unknown), *view(scene))
    moved = in_order(tuple(replace(one, zone=zone) for one in scene.check.reminders))
    after = scene.with_person(replace(person, zone=zone)).with_check(replace(scene.check, reminders=moved))
    told: tuple[Reply, ...] = (Say(phrase("zone.now", **_clock(scene, zone))),)
    if moved != scene.check.reminders:
        told = (*told, _listed(after, phrase("zone.moved")))
    return after, (*told, *view(after))


def zone_phrase(scene: Scene) -> Phrase:
    """Say which the time zone is, and what time it is there."""
    zone = scene.person.zone
    return phrase("zone.is", **_clock(scene, zone)) if zone else phrase("zone.none")


def _clock(scene: Scene, zone: str) -> dict[str, str]:
    return {"zone": zone, "time": f"{scene.event.at.astimezone(zone_named(zone)):%H:%M}"}


# -- a time has come ---------------------------------------------------------------------------------------------


def time_passed(scene: Scene) -> Outcome:
    """Do what is due. Too early, or for the second time, that is nothing."""
    check, at = scene.check, scene.event.at
    match scene.due:
        case None:
            return scene, ()
        case Due.SHARE:
            # As its owner chose: nothing that they have to be told.
            left = tuple(one for one in check.shares if one.until is None or one.until > at)
            return scene.with_check(replace(check, shares=left)), ()
        case Due.REMINDER:
            return _reminder(scene)
        case Due.NUDGE:
            after = scene.with_check(replace(check, nudged_at=at))
            return after, () if scene.person.left_alone else (Say(phrase("nudge")), *view(after))
        case Due.PARK:
            return scene.with_check(replace(check, parked=True)), ()
        case Due.WARNING:
            return scene.with_check(replace(check, warned_at=at)), (Say(_warning(scene)),)
        case Due.EXPIRY:
            return scene, () if scene.person.left_alone else _expired(check)


def _expired(check: Check) -> tuple[Reply, ...]:
    shared = (Say(phrase("share.withdrawn", n=len(check.shares))),) if check.shares else ()
    return (Say(phrase("expired")), *shared)


def _warning(scene: Scene) -> Phrase:
    return phrase("expiring", n=scene.policy.warn_before.days)


def _reminder(scene: Scene) -> Outcome:
    check, reminder = fired(scene.check, scene.event.at)
    after = scene.with_check(check)
    if reminder.kind is ReminderKind.AFTER:
        after, opened = second_pass(after)
        return after, (Say(phrase("reminder.after")), *opened, Say(phrase("reminder.how")), *view(after))
    late = scene.event.at - due_at(reminder) > LATE
    when = _when(reminder.local, reminder.zone)
    lead = phrase("reminder.late", when=when) if late else phrase("reminder.before")
    said = (Say(lead), Say(phrase("card")), ShowReport(after.report, "questions"), Say(phrase("reminder.how")))
    # Where the person was at another check, what is asked here has to be seen before it is answered.
    there = scene.person.current_check == check.id and not scene.person.about_me
    return after, said if there else (*said, *view(after))
