"""How a check came to say what it says: dated, from what is kept. What was replaced is not kept, and so not told."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime

from conversations.catalogue import Phrase, phrase
from conversations.judgement import report_on
from conversations.profile import changes, reasons
from conversations.reminders import zone_named
from conversations.replies import Listed, Reply, Say
from conversations.report import Report
from conversations.scene import Outcome, Scene, lost, view
from conversations.script import Script
from conversations.session import NOTHING_SAID, Check, Person, ProfileVersion
from conversations.wording import step_name

Day = Callable[[datetime], date]
Point = tuple[Report, ProfileVersion]
LATEST = 10
"""Days that are told of, the latest ones."""
_NAMED = 8
"""Answers of one day that are named."""


def show_history(scene: Scene) -> Outcome:
    """Show, day by day, what was said and what it moved."""
    if scene.check.is_profile:
        return lost(scene)
    return scene, (*history(scene.script, scene.check, scene.person), *view(scene))


def history(script: Script, check: Check, person: Person) -> tuple[Reply, ...]:
    """Return each day on which something was said about a team, or about oneself since: what, and what it moved."""

    def day(at: datetime) -> date:
        return at.astimezone(zone_named(person.zone or "UTC")).date()

    said = {day(one.at) for given in check.answers.values() for one in given}
    said |= {day(one.at) for one in check.remarks} | {day(one.at) for one in check.fine.values()}
    said |= {day(check.decision.at)} if check.decision else set()
    if not said:
        return (Say(phrase("history.nothing")),)
    days = sorted(said | {day(version.at) for version in person.profile if day(version.at) > min(said)})
    points = [_as_of(script, check, person, one, day) for one in days]
    told: list[Reply] = []
    for place, (at, now) in enumerate(zip(days, points, strict=True)):
        before = points[place - 1] if place else None
        lines = (*_said(script, check, at, day), *_moved(script, before, now))
        told.append(Listed(phrase("history.day", date=at), lines))
    left_out = len(told) - LATEST
    first = (Say(phrase("history.earlier", n=left_out)),) if left_out > 0 else ()
    return (*first, *told[-LATEST:], Say(phrase("history.about")))


def _as_of(script: Script, check: Check, person: Person, at: date, day: Day) -> Point:
    """Judge a check by what had been said at the end of a day."""
    answers = {step: tuple(one for one in given if day(one.at) <= at) for step, given in check.answers.items()}
    fine = {flag: one for flag, one in check.fine.items() if day(one.at) <= at}
    then = replace(check, answers={step: given for step, given in answers.items() if given}, fine=fine)
    about = next((one for one in reversed(person.profile) if day(one.at) <= at), NOTHING_SAID)
    return report_on(script, then, about), about


def _said(script: Script, check: Check, at: date, day: Day) -> Iterator[Phrase]:
    steps = [
        script.by_id[step]
        for step, given in check.answers.items()
        if step in script.by_id and any(day(one.at) == at for one in given)
    ]
    if steps:
        names = tuple(step_name(step) for step in steps[:_NAMED])
        yield phrase("history.answered", n=len(steps), names=names)
    if remarks := sum(day(one.at) == at for one in check.remarks):
        yield phrase("history.mentors", n=remarks)
    if check.decision and day(check.decision.at) == at:
        yield phrase("history.decided", choice=phrase(f"decision.{check.decision.choice}"))


def _moved(script: Script, before: Point | None, now: Point) -> Iterator[Phrase]:
    if before is None:
        yield from (phrase("history.began", headline=verdict.headline) for verdict in now[0].verdicts)
        return
    if before[1] != now[1]:
        yield phrase("history.profile")
        yield from reasons(script, before[1].answers, now[1].answers)
    yield from changes(before[0], now[0]) or (phrase("history.unmoved"),)
