"""How far a verdict can be trusted: by who said it, whether they agree, and how much was answered; never by tone."""

from conversations.facts import INSIDE, Facts
from conversations.report import Confidence
from conversations.session import Unsaid
from conversations.vocabulary import Question, Whom

_LEVELS: tuple[Confidence, ...] = ("low", "medium", "high")
_THIN = 3
"""Less than one in this many questions answered is thin."""


def confidence(facts: Facts, section: Question, *, doubts: int = 0) -> Confidence:
    """Return the confidence in a verdict that claims something.

    An answer that nobody inside the team stands behind is hearsay; one kind of insider behind it is something, two
    are a lot. The answers in the middle decide; where nobody told anything, confidence is low. A contradiction in the
    section, too few answers, and each doubt that the caller has take one degree off.
    """
    levels = sorted(_level(facts, step.id) for step in facts.path if _tells(facts, step.id, section))
    middle = levels[(len(levels) - 1) // 2] if levels else 0
    answered, asked = facts.coverage(section)
    doubts += answered * _THIN < asked
    doubts += any(step.section == section and step.counts for step in facts.contradicted())
    return _LEVELS[max(0, middle - doubts)]


def _tells(facts: Facts, step_id: str, section: Question) -> bool:
    """Whether somebody told the person this; what they feel themselves has no source."""
    step = facts.script.by_id[step_id]
    told = step.section == section and step.counts and step.whom is not Whom.YOURSELF
    return told and step_id in facts.answers and not isinstance(facts.answers[step_id], Unsaid)


def _level(facts: Facts, step_id: str) -> int:
    return min(2, len(INSIDE & facts.backing(facts.script.by_id[step_id])))
