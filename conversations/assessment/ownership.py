"""Question 3: what do they own, and who is their customer? (S27-S33)

"Nothing", "nobody" and "don't know" are three different answers. What is usual depends on the kind of team, and a
difference from the usual is something to ask about, not a fault.
"""

from conversations.assessment import evidence
from conversations.assessment.confidence import confidence
from conversations.catalogue import Phrase, phrase
from conversations.facts import Facts
from conversations.report import Verdict
from conversations.script import Expectation, Feeds
from conversations.vocabulary import TeamKind

NO_OWNERSHIP = frozenset({"nothing", "advice"})
NO_CUSTOMER = frozenset({"nobody"})


def state(facts: Facts) -> str:
    """Return `not_known`, `owns_nothing`, `no_customer`, `neither`, `in_name_only` or `clear`."""
    owns, customers = set(facts.chosen(Feeds.OWNS)), set(facts.chosen(Feeds.CUSTOMERS))
    owns_nothing = bool(owns) and owns <= NO_OWNERSHIP
    no_customer = bool(customers) and customers <= NO_CUSTOMER
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
    steps = [facts.script.feeding(feeds) for feeds in (Feeds.OWNS, Feeds.DECIDES, Feeds.CUSTOMERS)]
    return Verdict(
        question="ownership",
        state=found,
        headline=phrase(f"verdict.ownership.{found}.headline"),
        notes=(phrase(f"verdict.ownership.{found}.note"), *_map(facts, sides)),
        confidence=None if found == "not_known" else confidence(facts, "ownership"),
        answered=answered,
        asked=asked,
        sources=evidence.sources(facts, "ownership"),
        evidence=evidence.of_steps(facts, [step.id for step in steps if step]),
        would_change=phrase(f"verdict.ownership.{found}.would_change"),
    )


def _map(facts: Facts, sides: tuple[TeamKind, ...]) -> list[Phrase]:
    """Set what they own and whom they serve beside what is usual for each kind it leans to."""
    expects = facts.script.expects
    return [_usual(facts, side, expects[side]) for side in sides if side in expects]


def _usual(facts: Facts, side: TeamKind, expected: Expectation) -> Phrase:
    def fits(feeds: Feeds, usual: tuple[str, ...]) -> bool | None:
        found = facts.chosen(feeds)
        return bool(set(found) & set(usual)) if found else None

    both = (fits(Feeds.OWNS, expected.owns), fits(Feeds.CUSTOMERS, expected.customers))
    word = "differs" if False in both else "fits" if None not in both else "open"
    return phrase(
        f"verdict.ownership.usual.{word}",
        kind=phrase(f"kinds.{side}"),
        usual=phrase(f"expects.{side}"),
    )
