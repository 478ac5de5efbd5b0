"""What is still to be asked, and whom, in the order of what it would change.

They come from steps that the person does not know yet (or was unsure about), steps they did not go deep enough to be
asked and that could change something, contradictions to settle, raised flags, and questions of the pack whose condition
holds. An answer that was declined or does not apply asks nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from conversations.catalogue import phrase
from conversations.conditions import holds
from conversations.facts import Facts, Known
from conversations.report import Contradiction, OpenQuestion, RaisedFlag
from conversations.script import ExtraQuestion, Script, Step
from conversations.session import Amount, Answer, Chosen, Given, NonAnswer, Unsaid
from conversations.vocabulary import StepKind, TeamKind, Whom

_UNKNOWN = Unsaid(NonAnswer.UNKNOWN)
SETTLE = "settle_"
"""Before a step's id: the question that settles a contradiction about it."""
_TELLING = 3
"""From this weight on, an answer could change a verdict."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a set of answers amounts to, without the words: the states of the verdicts, and the flags that are up."""

    states: tuple[str, str, str]
    flags: frozenset[str]


Stand = Callable[[Known], Standing]


def still_open(
    facts: Facts,
    sides: tuple[TeamKind, ...],
    flags: tuple[RaisedFlag, ...],
    contradictions: tuple[Contradiction, ...],
    stand: Stand,
) -> tuple[OpenQuestion, ...]:
    """Return the open questions in the order to ask them.

    First what would clear a grave flag, then contradictions and what the person does not know yet, by how much the
    answer could change, then the lesser flags, then the rest. A flag the person is fine with asks
    nothing.
    """
    script = facts.script
    whom = {flag.id: flag.whom for flag in script.flags}
    clearing = [(flag, _clearing(flag, whom[flag.id])) for flag in flags if flag.fine is None]
    grave = [question for flag, question in clearing if flag.severity == "high"]
    lesser = [question for flag, question in clearing if flag.severity != "high"]
    called_for = [_of_extra(q) for q in script.questions if q.when and holds(q.when, facts)]
    always = [_of_extra(q) for q in script.questions if not q.when]
    settle = [_settling(facts, one) for one in contradictions]
    unsaid, unasked = _unsaid(facts, sides), _unasked(facts, sides)
    now = stand(facts.known)
    weight = {step.id: _weight(facts, step, now, stand) for step in (*unsaid, *unasked)}
    unknown = [_of_step(step) for step in unsaid] + [_of_step(step) for step in unasked if weight[step.id]]
    unknown.sort(key=lambda question: (-weight[question.id], question.section != "ownership"))
    telling = [question for question in unknown if weight[question.id] >= _TELLING]
    others = [question for question in unknown if weight[question.id] < _TELLING]
    return (*grave, *settle, *telling, *called_for, *lesser, *others, *always)


def open_steps(facts: Facts, sides: tuple[TeamKind, ...], stand: Stand) -> Iterator[str]:
    """Yield the steps that the open questions are about, those that are quick to find first."""
    yield from (step.id for step in facts.contradicted())
    yield from (step.id for step in _unsaid(facts, sides))
    now = stand(facts.known)
    yield from (step.id for step in _unasked(facts, sides) if _weight(facts, step, now, stand))


def _unsaid(facts: Facts, sides: tuple[TeamKind, ...]) -> list[Step]:
    return [step for step in facts.path if is_open(facts, step) and not _beside(step, sides)]


def _unasked(facts: Facts, sides: tuple[TeamKind, ...]) -> list[Step]:
    tellers = {*Whom} - {Whom.YOURSELF}
    return [step for step in facts.deeper if step.counts and step.whom in tellers and not _beside(step, sides)]


def _beside(step: Step, sides: tuple[TeamKind, ...]) -> bool:
    """Whether a step only looks for signs of kinds that this team is clearly not."""
    looked_for = {kind for choice in step.choices for kind in choice.signals}
    return bool(sides) and bool(looked_for) and looked_for.isdisjoint(sides)


def is_open(facts: Facts, step: Step) -> bool:
    """Tell whether somebody is still to be asked about a step."""
    if step.whom is None:
        return False
    answer = facts.answers.get(step.id, _UNKNOWN)
    return answer == _UNKNOWN or (isinstance(answer, Chosen) and bool(answer.unsure))


def _weight(facts: Facts, step: Step, now: Standing, stand: Stand) -> int:
    """Count what the possible answers to a step would change: verdicts count more than flags."""
    known = facts.known
    verdicts: set[tuple[int, str]] = set()
    flags: set[str] = set()
    for answer in _possible(facts.script, step):
        given = (Given(answer, datetime.min.replace(tzinfo=UTC)),)
        then = stand(replace(known, answers={**known.answers, step.id: given}))
        verdicts.update((place, state) for place, state in enumerate(then.states) if state != now.states[place])
        flags |= now.flags ^ then.flags
    return 3 * len(verdicts) + len(flags)


def _possible(script: Script, step: Step) -> Iterator[Answer]:
    match step.kind:
        case StepKind.CHOICE | StepKind.CHOICES:
            yield from (Chosen((choice,)) for choice in script.telling.get(step.id, ()))
        case StepKind.NUMBER | StepKind.SCALE:
            yield from (Amount(step.low), Amount((step.low + step.high) // 2), Amount(step.high))
        case StepKind.TEXT | StepKind.SKILLS:
            return


def _clearing(flag: RaisedFlag, whom: Whom) -> OpenQuestion:
    ask = phrase(f"flags.{flag.id}.question")
    return OpenQuestion(flag.id, flag.section, whom, ask, flag.because, flag.clears)


def _settling(facts: Facts, one: Contradiction) -> OpenQuestion:
    step = facts.script.by_id[one.step]
    why = phrase("contradiction.why", sides=one.sides)
    good = phrase(f"steps.{step.id}.good")
    ask = phrase(f"steps.{step.id}.question") if step.whom else phrase("contradiction.ask", name=one.name)
    return OpenQuestion(f"{SETTLE}{step.id}", step.section, step.whom or Whom.MEMBER, ask, why, good)


def _of_step(step: Step) -> OpenQuestion:
    at = f"steps.{step.id}"
    whom = step.whom or Whom.YOURSELF
    return OpenQuestion(
        step.id, step.section, whom, phrase(f"{at}.question"), phrase(f"{at}.why"), phrase(f"{at}.good")
    )


def _of_extra(question: ExtraQuestion) -> OpenQuestion:
    at = f"questions.{question.id}"
    return OpenQuestion(
        question.id, question.section, question.whom, phrase(f"{at}.ask"), phrase(f"{at}.why"), phrase(f"{at}.good")
    )
