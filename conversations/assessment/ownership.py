"""Question 3: what do they own, and who is their customer? (S27-S33)

"Nothing", "nobody" and "don't know" are three different answers. What is usual depends on the kind of team, and a
difference from the usual is something to ask about, not a fault.
"""

from conversations.assessment import evidence
from conversations.assessment.confidence import confidence
from conversations.assessment.remarks import remarks
from conversations.catalogue import Phrase, phrase
from conversations.facts import Facts
from conversations.report import Verdict
from conversations.script import Feeds
from conversations.vocabulary import TeamKind

NO_OWNERSHIP = frozenset({"nothing", "advice"})
NO_CUSTOMER = frozenset({"nobody"})


def state(facts: Facts) -> str:
    """Return `not_known`, `owns_nothing`, `no_customer`, `neither`, `in_name_only` or `clear`."""
    owns, customers = set(facts.chosen(Feeds.OWNS)), set(facts.chosen(Feeds.CUSTOMERS))
    owns_nothing = bool(owns) and owns <= NO_OWNERSHIP
    no_customer = (bool(customers) and customers <= NO_CUSTOMER) or "none" in facts.chosen(Feeds.READERS)
    if owns_nothing and no_customer:
        return "neither"
    if owns_nothing:
        return "owns_nothing"
    if no_customer:
        return "no_customer"
    if owns and "others" in facts.chosen(Feeds.DECIDES):
        return "in_name_only"
    return "clear" if owns and customers else "not_known"


def judge(facts: Facts, sides: tuple[TeamKind, ...]) -> Verdict:
    """Form the verdict on ownership and customer; `sides` are the kinds that question 1 leans to."""
    found = state(facts)
    answered, asked = facts.coverage("ownership")
    steps = [facts.script.feeding(feeds) for feeds in (Feeds.OWNS, Feeds.DECIDES, Feeds.CUSTOMERS, Feeds.READERS)]
    return Verdict(
        question="ownership",
        state=found,
        headline=phrase(f"verdict.ownership.{found}.headline"),
        notes=(phrase(f"verdict.ownership.{found}.note"), *_map(facts, sides), *remarks(facts, "ownership")),
        confidence=None if found == "not_known" else confidence(facts, "ownership"),
        answered=answered,
        asked=asked,
        sources=evidence.sources(facts, "ownership"),
        evidence=evidence.of_steps(facts, [step.id for step in steps if step]),
        would_change=phrase(f"verdict.ownership.{found}.would_change"),
    )


def _map(facts: Facts, sides: tuple[TeamKind, ...]) -> list[Phrase]:
    """Set what they own and whom they serve beside what is usual; a mixed team has no usual."""
    if len(sides) != 1 or sides[0] not in facts.script.expects:
        return []
    (side,) = sides
    expected = facts.script.expects[side]
    differs = []
    for feeds, usual, half in (
        (Feeds.OWNS, expected.owns, "owns"),
        (Feeds.CUSTOMERS, expected.customers, "customers"),
    ):
        found = facts.chosen(feeds)
        if found and not set(found) & set(usual):
            differs.append(phrase(f"expects.{side}_{half}"))
    kind, whole = phrase(f"kinds.{side}"), phrase(f"expects.{side}")
    if differs:
        return [phrase("verdict.ownership.usual.differs", kind=kind, usual=tuple(differs))]
    known = facts.chosen(Feeds.OWNS) and facts.chosen(Feeds.CUSTOMERS)
    return [phrase(f"verdict.ownership.usual.{'fits' if known else 'open'}", kind=kind, usual=whole)]
