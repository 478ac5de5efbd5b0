"""When a check wants something of the clock: its reminders, one nudge, being parked, and its end.

What is due is worked out from the check itself, so that a clock that jumps, or a time that comes twice, does no harm.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from conversations.session import Check, Person, Phase, Reminder, ReminderKind
from conversations.vocabulary import DocumentForm

INTERVIEW = timedelta(hours=2)
"""How long before an interview its reminder comes, and how long after it the next."""
LATE = timedelta(hours=3)
"""From when on a reminder may no longer speak of what is to come."""
_IN_TIME = timedelta(minutes=30)
"""A reminder that comes later than this before an interview is of no use."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What an operator decides: whether and when we write first, and how long a check is kept."""

    reachable: bool = True
    """Whether the platform lets us write first; a terminal does not."""
    nudge_after: timedelta = timedelta(days=3)
    park_after: timedelta = timedelta(days=4)
    keep_parked: timedelta | None = timedelta(days=180)
    """From the last thing the person did; None: for ever."""
    keep_finished: timedelta | None = timedelta(days=365)
    warn_before: timedelta = timedelta(days=14)
    documents: tuple[DocumentForm, ...] = ()
    """Formats in which a report can be handed out as a file here."""


class Due(StrEnum):
    """What a check waits for."""

    REMINDER = "reminder"
    NUDGE = "nudge"
    PARK = "park"
    WARNING = "warning"
    EXPIRY = "expiry"
    SHARE = "share"


def zone_named(name: str) -> tzinfo:
    """Return a time zone; one that the time zone database no longer has is UTC."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def instant(local: datetime, zone: str) -> datetime:
    """Say when a local time is. One that summer time leaves out moves on; of one that comes twice it is the first."""
    return local.replace(tzinfo=zone_named(zone), fold=0).astimezone(UTC)


def due_at(reminder: Reminder) -> datetime:
    """Say when a reminder comes."""
    return instant(reminder.local, reminder.zone)


def is_quiet(local: datetime, quiet: tuple[int, int]) -> bool:
    """Tell whether a local time lies in somebody's quiet hours."""
    start, end = quiet
    return (local.hour - start) % 24 < (end - start) % 24


def after_quiet(local: datetime, quiet: tuple[int, int]) -> datetime:
    """Move a local time out of the quiet hours, to their end."""
    if not is_quiet(local, quiet):
        return local
    end = local.replace(hour=quiet[1], minute=0, second=0, microsecond=0)
    return end if end > local else end + timedelta(days=1)


def before_interview(interview: datetime, quiet: tuple[int, int]) -> datetime:
    """Say when to remind of an interview: two hours earlier, or as the quiet hours let us."""
    wanted = interview - INTERVIEW
    moved = after_quiet(wanted, quiet)
    if moved + _IN_TIME <= interview:
        return moved
    start = wanted.replace(hour=quiet[0], minute=0, second=0, microsecond=0)
    return start if start <= wanted else start - timedelta(days=1)


def in_order(reminders: tuple[Reminder, ...]) -> tuple[Reminder, ...]:
    """Sort reminders, the next one first."""
    return tuple(sorted(reminders, key=due_at))


def upcoming(check: Check, person: Person, policy: Policy) -> tuple[datetime, Due] | None:
    """Return what a check waits for next, and when that is; None where it waits for nothing."""
    if check.is_profile or not policy.reachable:
        return None
    ends = [(one.until, Due.SHARE) for one in check.shares if one.until]
    own = _upcoming(check, person, policy)
    return min([*ends, *([own] if own else [])], key=lambda one: one[0], default=None)


def _upcoming(check: Check, person: Person, policy: Policy) -> tuple[datetime, Due] | None:
    if check.reminders:
        return min(map(due_at, check.reminders)), Due.REMINDER
    since = max(check.changed_at, due_at(check.reminded)) if check.reminded else check.changed_at
    finished = check.phase is Phase.FINISHED
    if not finished and not check.parked:
        nudge = since + policy.nudge_after
        if check.nudged_at is None:
            return awake(nudge, person), Due.NUDGE
        return max(nudge, check.nudged_at) + policy.park_after, Due.PARK
    keep = policy.keep_finished if finished else policy.keep_parked
    if keep is None:
        return None
    if check.warned_at is None:
        return awake(since + keep - policy.warn_before, person), Due.WARNING
    return awake(max(since + keep, check.warned_at + policy.warn_before), person), Due.EXPIRY


def next_due(check: Check, person: Person, policy: Policy) -> datetime | None:
    """Say when a check wants to be told that its time has come."""
    found = upcoming(check, person, policy)
    return found[0] if found else None


def has_come(check: Check, person: Person, policy: Policy, at: datetime) -> Due | None:
    """Return what a check has waited for long enough."""
    found = upcoming(check, person, policy)
    return found[1] if found and found[0] <= at else None


def fired(check: Check, at: datetime) -> tuple[Check, Reminder]:
    """Take what is due out of the reminders. Of several, only what comes after the interview still has a meaning.

    On a check that is not finished, a reminder is as good as the nudge.
    """
    due = [one for one in check.reminders if due_at(one) <= at]
    last = next((one for one in due if one.kind is ReminderKind.AFTER), due[-1])
    left = tuple(one for one in check.reminders if one not in due)
    nudged = check.nudged_at if check.phase is Phase.FINISHED else at
    return replace(check, reminders=left, reminded=last, nudged_at=nudged), last


def awake(moment: datetime, person: Person) -> datetime:
    """Move a moment out of somebody's quiet hours, to their end."""
    if person.zone is None:
        return moment
    local = moment.astimezone(zone_named(person.zone)).replace(tzinfo=None)
    moved = after_quiet(local, person.quiet)
    return moment if moved == local else max(moment, instant(moved, person.zone))
