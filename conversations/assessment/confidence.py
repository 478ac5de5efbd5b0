"""How far a verdict can be trusted: by who said it and how much was answered, never by tone."""

from conversations.facts import Facts
from conversations.report import Confidence
from conversations.script import Feeds
from conversations.vocabulary import Question

INSIDE = frozenset({"manager", "member", "former"})
"""People who have seen the team from within. A posting, a recruiter and one's own guess are hearsay."""

_LEVELS: tuple[Confidence, ...] = ("low", "medium", "high")


def confidence(facts: Facts, section: Question, *, doubts: int = 0) -> Confidence:
    """Return the confidence in a verdict that claims something.

    One kind of source from inside the team makes it medium, two make it high; answering less than half
    of what was asked, and each doubt that the caller has, takes one degree off.
    """
    inside = INSIDE.intersection(facts.chosen(Feeds.SOURCES, section))
    answered, asked = facts.coverage(section)
    thin = 1 if answered * 2 < asked else 0
    return _LEVELS[max(0, min(len(inside), 2) - thin - doubts)]
