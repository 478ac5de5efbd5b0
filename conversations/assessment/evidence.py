"""Which answers something rests on, and who said so."""

from collections.abc import Iterable

from conversations.catalogue import Phrase, phrase
from conversations.facts import Facts
from conversations.report import Contradiction, Evidence, Quote
from conversations.script import Step
from conversations.session import Given, NonAnswer, Unsaid
from conversations.vocabulary import Question, Source, TeamKind, Whom
from conversations.wording import answer_phrase, step_name

_NOTHING = Unsaid(NonAnswer.UNKNOWN)


def of_steps(facts: Facts, steps: Iterable[str], side: TeamKind | None = None, weight: int = 0) -> tuple[Evidence, ...]:
    """Return the answers given at these steps, in the order of the script. A non-answer is no evidence."""
    wanted = set(steps)
    return tuple(
        Evidence(step.id, step_name(step), answer_phrase(facts.script, step, facts.answers[step.id]), side, weight)
        for step in facts.path
        if step.id in wanted and not isinstance(facts.answers.get(step.id, _NOTHING), Unsaid)
    )


def source_name(source: Source) -> Phrase:
    """Return how a source is called."""
    return phrase(f"source.{source}")


def sources(facts: Facts, section: Question) -> tuple[Phrase, ...]:
    """Return everybody who stands behind the answers of a section, weakest first.

    What the person feels themselves nobody told them; where there is nothing else, it is their own judgement.
    """
    said = [step for step in facts.path if step.section == section and step.counts and facts.givens(step)]
    named = {source for step in said if step.whom is not Whom.YOURSELF for source in facts.backing(step)}
    if named or any(step.whom is not Whom.YOURSELF for step in said):
        return tuple(source_name(source) for source in Source if source in named)
    return (phrase("source.yourself"),) if said else ()


def contradictions(facts: Facts) -> tuple[Contradiction, ...]:
    """Return the steps about which two sources disagree, with what each said."""
    return tuple(
        Contradiction(
            step.id,
            step.section,
            step_name(step),
            tuple(
                phrase(
                    "contradiction.side",
                    source=_by_whom(facts, step, one),
                    said=answer_phrase(facts.script, step, one.answer),
                )
                for one in facts.givens(step)
            ),
        )
        for step in facts.contradicted()
    )


def quotes(facts: Facts, step: Step) -> tuple[Quote, ...]:
    """Return the words that were quoted for a step, and who said them."""
    return tuple(Quote(one.quote, _by_whom(facts, step, one)) for one in facts.givens(step) if one.quote)


def _by_whom(facts: Facts, step: Step, given: Given) -> Phrase:
    if given.source:
        return source_name(given.source)
    named = tuple(source_name(source) for source in facts.sources(step.section))
    return phrase("answer.list", items=named) if named else phrase("report.sources_none")
