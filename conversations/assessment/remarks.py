"""What a verdict says besides: hints and observations from the pack, which weigh nothing (S16, S38)."""

from conversations.catalogue import Phrase, phrase
from conversations.conditions import holds
from conversations.facts import Facts
from conversations.vocabulary import Question


def remarks(facts: Facts, section: Question) -> tuple[Phrase, ...]:
    """Return the remarks of a section whose condition holds."""
    return tuple(
        phrase(f"remarks.{one.id}") for one in facts.script.remarks if one.section == section and holds(one.when, facts)
    )
