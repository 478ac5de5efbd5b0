"""Which answers something rests on."""

from collections.abc import Iterable

from conversations.conditions import Condition, Unknown, VerdictIs, leaves
from conversations.facts import Facts
from conversations.report import Evidence
from conversations.vocabulary import TeamKind
from conversations.wording import answer_phrase, step_name


def of_steps(facts: Facts, steps: Iterable[str], side: TeamKind | None = None, weight: int = 0) -> tuple[Evidence, ...]:
    """Return the answers given at these steps, in the order of the script."""
    wanted = set(steps)
    return tuple(
        Evidence(step.id, step_name(step), answer_phrase(facts.script, step, facts.answers[step.id]), side, weight)
        for step in facts.path
        if step.id in wanted and step.id in facts.answers
    )


def of_condition(facts: Facts, condition: Condition) -> tuple[Evidence, ...]:
    """Return the answers that a condition reads by itself."""
    read = {
        leaf.unknown if isinstance(leaf, Unknown) else leaf.step
        for leaf in leaves(condition)
        if not isinstance(leaf, VerdictIs)
    }
    return of_steps(facts, read)
