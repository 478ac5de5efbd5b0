"""What is still to be asked, and whom.

Three sources: steps that the person does not know yet (or was unsure about), questions that raised flags call for,
and questions of the pack whose condition holds. An answer that was declined or does not apply asks nothing.
"""

from conversations.catalogue import phrase
from conversations.conditions import holds
from conversations.facts import Facts
from conversations.report import OpenQuestion, RaisedFlag
from conversations.script import ExtraQuestion, Step
from conversations.session import Chosen, NonAnswer, Unsaid


def still_open(facts: Facts, flags: tuple[RaisedFlag, ...]) -> tuple[OpenQuestion, ...]:
    """Return the open questions in the order to ask them.

    First what would clear a grave flag, then what the person does not know yet, question 3 before the
    others because it finds most (S34), then what is always worth asking.
    """
    whom = {flag.id: flag.whom for flag in facts.script.flags}
    clearing = [
        OpenQuestion(
            flag.id, flag.section, whom[flag.id], phrase(f"flags.{flag.id}.question"), flag.headline, flag.clears
        )
        for flag in flags
    ]
    grave = [question for question, flag in zip(clearing, flags, strict=True) if flag.severity == "high"]
    lesser = [question for question, flag in zip(clearing, flags, strict=True) if flag.severity != "high"]
    called_for = [q for q in facts.script.questions if q.when and holds(q.when, facts)]
    always = [q for q in facts.script.questions if not q.when]
    unknown = [_of_step(step) for step in facts.path if _is_open(facts, step)]
    unknown.sort(key=lambda question: question.section != "ownership")
    return (*grave, *map(_of_extra, called_for), *unknown, *lesser, *map(_of_extra, always))


def _is_open(facts: Facts, step: Step) -> bool:
    if step.whom is None:
        return False
    answer = facts.answers.get(step.id, Unsaid(NonAnswer.UNKNOWN))
    return answer == Unsaid(NonAnswer.UNKNOWN) or (isinstance(answer, Chosen) and bool(answer.unsure))


def _of_step(step: Step) -> OpenQuestion:
    at = f"steps.{step.id}"
    assert step.whom is not None  # noqa: S101  _is_open has looked
    return OpenQuestion(
        step.id, step.section, step.whom, phrase(f"{at}.question"), phrase(f"{at}.why"), phrase(f"{at}.good")
    )


def _of_extra(question: ExtraQuestion) -> OpenQuestion:
    at = f"questions.{question.id}"
    return OpenQuestion(
        question.id, question.section, question.whom, phrase(f"{at}.ask"), phrase(f"{at}.why"), phrase(f"{at}.good")
    )
