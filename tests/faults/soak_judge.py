"""What came of a soak, from what people did, what they were shown, and what is stored: pure."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from conversations.session import Answer

Place = tuple[str, str]
"""Platform and channel."""
NOTICED = 0.5
"""Seconds in which a message that is on its way still gets there."""
SENDING = 20.0
"""Seconds that one sending off may take. What was claimed before the server was killed, and is sent after it, is held
by nobody's lock any more: another bot sends it as well."""


@dataclass
class Act:
    """One thing that a person did."""

    began: float
    step: str | None = None
    """Which step it answers; None: it opens, or goes on."""
    answer: Answer | None = None
    taken: bool = False
    """The platform saw it acknowledged, or the person saw a reply to it."""
    tried_again: int = 0
    """How often it was done once more, and may have been taken then: a command that shows what is asked already."""
    replied: float | None = None


@dataclass
class Course:
    """What one person did, and where they read what is said to them."""

    mark: str
    """In everything that they write, and in nothing that others do."""
    place: Place
    acts: list[Act] = field(default_factory=list)


@dataclass(frozen=True)
class Shown:
    """A message that a platform took from the bot."""

    place: Place
    at: float
    marks: frozenset[str] = frozenset()
    check: str | None = None
    """Which check its buttons are of, and at which of its questions."""
    seen: int | None = None
    new: bool = True
    """It is no change of an earlier one."""


@dataclass(frozen=True)
class Stored:
    """A check as it is stored."""

    id: str
    asked: int
    answers: Mapping[str, Sequence[Answer]]


@dataclass(frozen=True)
class Fault:
    """Something that was done to the bots, and when they were over it."""

    kind: str
    began: float
    over: float
    back: float | None = None
    """When the server was there again."""

    def cuts_off(self, first: float, again: float) -> bool:
        """Tell whether it left nobody who knew that a message had been sent, so that it was sent again."""
        match self.kind:
            case "kill":
                return first - NOTICED <= self.began <= again
            case "crash":
                return first - SENDING <= (self.back or self.over) and self.began <= again
        return False


@dataclass
class History:
    """Everything there is to go by."""

    courses: Sequence[Course]
    shown: Sequence[Shown]
    stored: Mapping[str, Sequence[Stored]]
    """By the mark of whose it is."""
    faults: Sequence[Fault] = ()


@dataclass
class Verdict:
    """What came of it."""

    turns: int = 0
    lost: int = 0
    """Answers that were acknowledged, or replied to, and are not there; turns that left no trace."""
    doubled: int = 0
    """Answers stored twice, turns taken twice, questions asked twice."""
    wrong_recipient: int = 0
    shown_again: int = 0
    """Questions shown once more to whoever tried again."""
    repeated_in_flight: int = 0
    """Messages sent again, as a kill or a crash had cut their first sending off."""
    unanswered: int = 0
    """Acknowledged, and never replied to."""
    unheard: int = 0
    """Neither acknowledged nor replied to."""
    latencies: list[float] = field(default_factory=list)
    calm: list[float] = field(default_factory=list)
    """Those of turns that no fault fell on."""
    silence: Counter[tuple[str, str]] = field(default_factory=Counter)
    """What was not heard, by platform and the last fault before it or while it waited."""
    notes: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    @property
    def harm(self) -> int:
        """Everything that must be 0."""
        return self.lost + self.doubled + self.wrong_recipient

    def found(self, what: str, course: Course | None, detail: object) -> None:
        self.notes[what] += 1
        self.examples.append(f"{what}: {course.mark if course else 'nobody'}, {detail}")


def judge(history: History) -> Verdict:
    """Hold what is stored, and what was shown, against what people did."""
    verdict = Verdict()
    for course in history.courses:
        for act in course.acts:
            if not act.taken:
                verdict.silence[course.place[0], _before(history.faults, act.began)] += 1
        _look_at(course, history.stored.get(course.mark, ()), verdict)
    _recipients(history, verdict)
    _repeats(history, verdict)
    _times(history, verdict)
    return verdict


def _before(faults: Sequence[Fault], at: float) -> str:
    return next((fault.kind for fault in reversed(faults) if fault.began <= at + SENDING / 4), "nothing")


def _look_at(course: Course, checks: Sequence[Stored], verdict: Verdict) -> None:
    """Hold one person's checks against what they did."""
    taken = [act for act in course.acts if act.taken]
    perhaps = len(course.acts) - len(taken)
    verdict.turns += len(taken)
    verdict.unanswered += sum(act.replied is None for act in taken)
    verdict.unheard += sum(not act.taken for act in course.acts)
    given: dict[str, list[Answer]] = defaultdict(list)
    for check in checks:
        for step, answers in check.answers.items():
            given[step] += answers
    for act in taken:
        if act.step is not None and act.answer not in given[act.step]:
            verdict.lost += 1
            verdict.found("answer lost", course, (act.step, act.answer, given[act.step]))
    wanted = {act.step for act in course.acts}
    for step, answers in given.items():
        more = len(answers) - (step in wanted)
        if more > 0:
            verdict.doubled += more
            verdict.found("answer doubled", course, (step, answers))
    asked = sum(check.asked for check in checks)
    if asked < len(taken):
        verdict.lost += len(taken) - asked
        verdict.found("turn lost", course, (asked, len(taken)))
    if asked > len(taken) + perhaps:
        verdict.doubled += asked - len(taken) - perhaps
        verdict.found("turn doubled", course, (asked, len(taken), perhaps))
    if len(checks) > 1:
        verdict.doubled += len(checks) - 1
        verdict.found("check doubled", course, [check.id for check in checks])


def _recipients(history: History, verdict: Verdict) -> None:
    """Look whether everything was for whom it was shown to."""
    readers = {course.place: course for course in history.courses}
    owners = {check.id: mark for mark, checks in history.stored.items() for check in checks}
    for one in history.shown:
        reader = readers.get(one.place)
        mine = reader.mark if reader else None
        if any(mark != mine for mark in one.marks):
            verdict.wrong_recipient += 1
            verdict.found("wrong recipient", reader, (one.place, sorted(one.marks)))
        elif one.check is not None and one.check not in owners:
            verdict.lost += 1
            verdict.found("check lost", reader, one.check)
        elif one.check is not None and owners[one.check] != mine:
            verdict.wrong_recipient += 1
            verdict.found("wrong recipient", reader, (one.place, owners[one.check]))


def _repeats(history: History, verdict: Verdict) -> None:
    """Look whether a question was asked twice, and whether its first sending was cut off."""
    times: dict[tuple[Place, str | None, int], list[float]] = defaultdict(list)
    for one in history.shown:
        if one.new and one.seen is not None:
            times[one.place, one.check, one.seen].append(one.at)
    readers = {course.place: course for course in history.courses}
    wanted = {course.place: sum(act.tried_again for act in course.acts) for course in history.courses}
    for (place, check, seen), at in times.items():
        for first, again in pairwise(sorted(at)):
            if any(fault.cuts_off(first, again) for fault in history.faults):
                verdict.repeated_in_flight += 1
            elif wanted.get(place):
                wanted[place] -= 1
                verdict.shown_again += 1
            else:
                verdict.doubled += 1
                verdict.found("question doubled", readers.get(place), (check, seen, first, again))


def _times(history: History, verdict: Verdict) -> None:
    for course in history.courses:
        for act in course.acts:
            if act.replied is None:
                continue
            verdict.latencies.append(act.replied - act.began)
            if not any(act.began <= fault.over and fault.began <= act.replied for fault in history.faults):
                verdict.calm.append(act.replied - act.began)


def quantile(values: Iterable[float], share: float) -> float:
    """Return what so large a share of values does not exceed; NaN of none."""
    ordered = sorted(values)
    return ordered[math.ceil(share * len(ordered)) - 1] if ordered else math.nan
