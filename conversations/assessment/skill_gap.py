"""Question 2: how large is the skill gap? (S20-S26)

The verdict has two bad ends of equal rank. "Too wide" is said only against the person's own reasonable time and
confidence (S22), "nothing new" only where methods, stack and their own word agree (S23, S24), and nothing is said
at all while comfort or novelty is missing (S26). A gap is never a failure, and never a percentage (S20).
"""

from conversations.assessment import evidence
from conversations.assessment.confidence import confidence
from conversations.catalogue import Phrase, phrase
from conversations.facts import Facts
from conversations.report import SkillGap, Verdict
from conversations.script import Feeds
from conversations.session import SkillList

SURE_ENOUGH = 3
"""On the person's own scale of 1 to 5, the least confidence that still counts as trust."""
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
    """Return `not_known`, `too_wide`, `nothing_new`, `both_ends` or `workable`."""
    if not facts.chosen(Feeds.COMFORT) or not facts.chosen(Feeds.SOMETHING_NEW):
        return "not_known"
    wide, new = _too_wide(facts), _something_new(facts)
    if new is False:
        return "both_ends" if wide else "nothing_new"
    if wide:
        return "too_wide"
    return "not_known" if wide is None or new is None else "workable"


def _too_wide(facts: Facts) -> bool | None:
    """Compare with the person's own measure; None where they have not given it."""
    sure = facts.amount(Feeds.CONFIDENCE)
    own, expected = facts.amount(Feeds.OWN_TIME), facts.amount(Feeds.EXPECTED_TIME)
    if sure is not None and sure < SURE_ENOUGH:
        return True
    if own is not None and expected is not None and expected > own:
        return True
    return None if sure is None else False


def _something_new(facts: Facts) -> bool | None:
    """Tell whether there is anything new to learn; the person's word and the facts must agree to deny it."""
    if "yes" in facts.chosen(Feeds.SOMETHING_NEW):
        return True
    technical = {*facts.chosen(Feeds.METHODS), *facts.chosen(Feeds.STACK)}
    return bool(technical - {"same"}) if technical else False


def judge(facts: Facts) -> Verdict:
    """Form the verdict on the gap."""
    found = state(facts)
    answered, asked = facts.coverage("gap")
    steps = (facts.script.feeding(feeds) for feeds in _READ)
    return Verdict(
        question="gap",
        state=found,
        headline=phrase(f"verdict.gap.{found}.headline"),
        notes=(phrase(f"verdict.gap.{found}.note"), *_notes(facts, found)),
        confidence=None if found == "not_known" else confidence(facts, "gap"),
        answered=answered,
        asked=asked,
        sources=evidence.sources(facts, "gap"),
        evidence=evidence.of_steps(facts, [step.id for step in steps if step]),
        would_change=phrase(f"verdict.gap.{found}.would_change"),
    )


def _notes(facts: Facts, found: str) -> list[Phrase]:
    notes = []
    own, expected = facts.amount(Feeds.OWN_TIME), facts.amount(Feeds.EXPECTED_TIME)
    if own is not None and expected is not None:
        word = "over" if expected > own else "within"
        notes.append(
            phrase(f"verdict.gap.time_{word}", own=phrase("weeks", n=own), expected=phrase("weeks", n=expected))
        )
    if only_domain_is_new(facts):
        notes.append(phrase("verdict.gap.only_domain"))
    if found not in ("not_known", "nothing_new") and {"uneasy", "no"}.intersection(facts.chosen(Feeds.COMFORT)):
        notes.append(phrase("verdict.gap.uneasy"))
    learn = tuple(skill.name for skill in skills(facts) if skill.level is not None and skill.level <= LEARN_BELOW)
    bring = tuple(skill.name for skill in skills(facts) if skill.level is not None and skill.level > LEARN_BELOW)
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
    """Return the skills that the role asks for, widest gap first, those of unknown level last."""
    answer = facts.fed(Feeds.SKILLS)
    if not isinstance(answer, SkillList):
        return ()
    rows = [SkillGap(skill.name, skill.level) for skill in answer.skills]
    return tuple(sorted(rows, key=lambda row: 9 if row.level is None else row.level))
