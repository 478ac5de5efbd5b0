"""Question 2: how large is the skill gap? (S20-S26)

The verdict has two bad ends of equal rank. "Too wide" is said only against the person's own reasonable time and
confidence (S22), "nothing new" only where methods, stack and their own word agree (S23, S24), and nothing is said
at all while comfort or novelty is missing (S26). A gap is never a failure, and never a percentage (S20).
"""

from dataclasses import replace

from conversations.assessment import evidence
from conversations.assessment.confidence import confidence
from conversations.assessment.remarks import remarks
from conversations.catalogue import Phrase, phrase
from conversations.facts import Facts
from conversations.report import SkillGap, Verdict
from conversations.script import Feeds
from conversations.session import SkillLevel, SkillList, is_said
from conversations.wording import skill_name, step_name

SURE_ENOUGH = 3
"""On the person's own scale of 1 to 5, the least confidence that still counts as trust."""
ABOUT_AS_LONG = 1.25
"""Estimates are rough: up to a quarter over counts as about as long."""
LEARN_BELOW = 2
"""Own levels up to this one leave something to learn."""

_READ = (
    Feeds.METHODS,
    Feeds.STACK,
    Feeds.DOMAIN,
    Feeds.SOMETHING_NEW,
    Feeds.OWN_TIME,
    Feeds.EXPECTED_TIME,
    Feeds.CONFIDENCE,
    Feeds.COMFORT,
)


def state(facts: Facts) -> str:
    """Return `not_known`, `too_wide`, `nothing_new`, `both_ends`, `uneasy` or `workable`."""
    comfort = facts.chosen(Feeds.COMFORT)
    if not comfort or not facts.chosen(Feeds.SOMETHING_NEW):
        return "not_known"
    wide, new = _too_wide(facts), _something_new(facts)
    if not new:
        return "both_ends" if wide else "nothing_new"
    if wide:
        return "too_wide"
    if comfort == ("no",):
        return "uneasy"
    return "not_known" if wide is None else "workable"


def _missing(facts: Facts) -> tuple[Phrase, ...]:
    """Name the steps without which nothing is said (S26)."""
    steps = [facts.script.feeding(feeds) for feeds in (Feeds.COMFORT, Feeds.SOMETHING_NEW, Feeds.CONFIDENCE)]
    return tuple(step_name(step) for step in steps if step and not is_said(facts.answers.get(step.id)))


def _too_wide(facts: Facts) -> bool | None:
    """Compare with the person's own measure; None where they have not given it."""
    if _too_long(facts) or _not_sure(facts):
        return True
    return None if facts.amount(Feeds.CONFIDENCE) is None else False


def _too_long(facts: Facts) -> bool:
    own, expected = facts.amount(Feeds.OWN_TIME), facts.amount(Feeds.EXPECTED_TIME)
    return own is not None and expected is not None and expected > own * ABOUT_AS_LONG


def _not_sure(facts: Facts) -> bool:
    sure = facts.amount(Feeds.CONFIDENCE)
    return sure is not None and sure < SURE_ENOUGH


def _something_new(facts: Facts) -> bool:
    """Tell whether there is anything new to learn; the person's word and the facts must agree to deny it."""
    if "yes" in facts.chosen(Feeds.SOMETHING_NEW):
        return True
    technical = {*facts.chosen(Feeds.METHODS), *facts.chosen(Feeds.STACK)}
    return bool(technical - {"same"}) or any(row.learn for row in skills(facts))


def judge(facts: Facts) -> Verdict:
    """Form the verdict on the gap."""
    found = state(facts)
    answered, asked = facts.coverage("gap")
    steps = (facts.script.feeding(feeds) for feeds in _READ)
    return Verdict(
        question="gap",
        state=found,
        headline=phrase(f"verdict.gap.{found}.headline"),
        notes=(
            phrase(f"verdict.gap.{found}.note", missing=_missing(facts)),
            *_notes(facts, found),
            *remarks(facts, "gap"),
        ),
        confidence=None if found == "not_known" else confidence(facts, "gap"),
        answered=answered,
        asked=asked,
        sources=evidence.sources(facts, "gap"),
        evidence=evidence.of_steps(facts, [step.id for step in steps if step]),
        would_change=phrase(f"verdict.gap.{found}.would_change"),
    )


def _notes(facts: Facts, found: str) -> list[Phrase]:
    notes = []
    if found in ("too_wide", "both_ends"):
        cause = "both" if _too_long(facts) and _not_sure(facts) else "time" if _too_long(facts) else "sure"
        notes.append(phrase(f"verdict.gap.wide_by.{cause}"))
    own, expected = facts.amount(Feeds.OWN_TIME), facts.amount(Feeds.EXPECTED_TIME)
    if own is not None and expected is not None:
        word = "over" if _too_long(facts) else "about" if expected > own else "within"
        weeks = {"own": phrase("weeks", n=own), "expected": phrase("weeks", n=expected)}
        notes.append(Phrase(f"verdict.gap.time_{word}", weeks))
    if only_domain_is_new(facts):
        notes.append(phrase("verdict.gap.only_domain"))
    if "no" in facts.chosen(Feeds.SOMETHING_NEW) and _something_new(facts):
        notes.append(phrase("verdict.gap.new_after_all"))
    if "uneasy" in facts.chosen(Feeds.COMFORT):
        notes.append(phrase("verdict.gap.a_bit_uneasy"))
    rows = [row for row in skills(facts) if row.level is not None]
    learn = tuple(row.name for row in rows if row.learn)
    bring = tuple(row.name for row in rows if not row.learn)
    if learn:
        notes.append(phrase("verdict.gap.learn", skills=learn))
    if bring:
        notes.append(phrase("verdict.gap.bring", skills=bring))
    return notes


def only_domain_is_new(facts: Facts) -> bool:
    """Tell whether methods and stack stay as they are and only the subject changes (S24)."""
    return (
        facts.chosen(Feeds.METHODS) == ("same",)
        and facts.chosen(Feeds.STACK) == ("same",)
        and bool({"new", "partly"}.intersection(facts.chosen(Feeds.DOMAIN)))
    )


def skills(facts: Facts) -> tuple[SkillGap, ...]:
    """Return the skills that the role asks for: musts before the rest, widest gap first, unknown levels last.

    A level that was not said here is taken from the profile (step `own_skills`).
    """
    answer = facts.fed(Feeds.SKILLS)
    if not isinstance(answer, SkillList):
        return ()
    mine = facts.known.about.answers.get(_own_skills_step(facts))
    own = {skill.name: skill.level for skill in mine.skills} if isinstance(mine, SkillList) else {}
    rows = [_row(facts, skill, own.get(skill.name)) for skill in answer.skills]
    return tuple(sorted(rows, key=lambda row: (row.nice, row.level is None, -_width(row))))


def _own_skills_step(facts: Facts) -> str:
    step = facts.script.feeding(Feeds.OWN_SKILLS)
    return step.id if step else ""


def _row(facts: Facts, skill: SkillLevel, own: int | None) -> SkillGap:
    level = own if skill.level is None else skill.level
    row = SkillGap(skill_name(facts.script, skill.name), level, skill.asked, skill.nice, None)
    if level is None or _width(row) <= 0:
        return row
    return replace(row, learn=phrase(f"learning.{facts.script.learning.get(skill.name, 'other')}"))


def _width(row: SkillGap) -> int:
    """Return the levels between the person and what is asked; where that was not said, what is left to learn alone."""
    asked = LEARN_BELOW + 1 if row.asked is None else row.asked
    return asked - (row.level or 0)
