"""Which answers something rests on."""

from collections.abc import Iterable

from conversations.catalogue import Phrase
from conversations.facts import Facts
from conversations.report import Evidence
from conversations.script import Feeds
from conversations.session import NonAnswer, Unsaid
from conversations.vocabulary import Question, TeamKind
from conversations.wording import answer_phrase, choice_label, step_name

_NOTHING = Unsaid(NonAnswer.UNKNOWN)


def of_steps(facts: Facts, steps: Iterable[str], side: TeamKind | None = None, weight: int = 0) -> tuple[Evidence, ...]:
    """Return the answers given at these steps, in the order of the script. A non-answer is no evidence."""
    wanted = set(steps)
    return tuple(
        Evidence(step.id, step_name(step), answer_phrase(facts.script, step, facts.answers[step.id]), side, weight)
        for step in facts.path
        if step.id in wanted and not isinstance(facts.answers.get(step.id, _NOTHING), Unsaid)
    )


def sources(facts: Facts, section: Question) -> tuple[Phrase, ...]:
    """Return who the answers of a section come from, as the person said."""
    step = facts.script.feeding(Feeds.SOURCES, section)
    return tuple(choice_label(step, choice) for choice in facts.chosen(Feeds.SOURCES, section)) if step else ()
