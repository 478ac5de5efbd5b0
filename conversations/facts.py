"""The answers that count: those on the path. What is off the path was said, is kept, and weighs nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from conversations.conditions import holds
from conversations.script import Feeds, Script, Step
from conversations.session import Amount, Answer, Answers, Chosen, NonAnswer, Unsaid
from conversations.vocabulary import Question, TeamKind


@dataclass(slots=True)
class Facts:
    """What is known, read in the order of the script."""

    script: Script
    judge: Callable[["Facts", Question], str]
    """The judgement of one question, for conditions that depend on a verdict."""
    answers: dict[str, Answer] = field(default_factory=dict)
    ahead: set[str] = field(default_factory=set)
    """Steps that are not answered and are, or may come to be, on the path."""
    path: list[Step] = field(default_factory=list)
    verdicts: dict[Question, str] = field(default_factory=dict)

    def answer(self, step: str) -> Answer | None:
        """Return the answer given at a step on the path."""
        return self.answers.get(step)

    def pending(self, step: str) -> bool:
        """Tell whether a step may still be asked."""
        return step in self.ahead

    def verdict(self, question: Question) -> str | None:
        """Return the state of a verdict; None while a step of its section is still ahead."""
        if any(self.script.by_id[step].section == question for step in self.ahead):
            return None
        if question not in self.verdicts:
            self.verdicts[question] = self.judge(self, question)
        return self.verdicts[question]

    def fed(self, feeds: Feeds, section: Question | None = None) -> Answer | None:
        """Return the answer that feeds a part of the judgement."""
        step = self.script.feeding(feeds, section)
        return self.answers.get(step.id) if step else None

    def chosen(self, feeds: Feeds, section: Question | None = None) -> tuple[str, ...]:
        """Return the choices picked at the step that feeds a part of the judgement; empty where there are none."""
        answer = self.fed(feeds, section)
        return answer.yes if isinstance(answer, Chosen) else ()

    def amount(self, feeds: Feeds) -> float | None:
        """Return the number given at the step that feeds a part of the judgement."""
        answer = self.fed(feeds)
        return answer.number if isinstance(answer, Amount) else None

    def first_open(self) -> Step | None:
        """Return the first step on the path without an answer."""
        return next((step for step in self.path if step.id not in self.answers), None)

    def asked(self, section: Question) -> list[Step]:
        """Return the steps on the path that count towards the coverage of a verdict."""
        return [
            step
            for step in self.path
            if step.section == section and step.counts and self.answers.get(step.id) != Unsaid(NonAnswer.NOT_APPLICABLE)
        ]

    def coverage(self, section: Question) -> tuple[int, int]:
        """Return how many of the questions asked in a section got an answer, and how many were asked."""
        asked = self.asked(section)
        answered = [step for step in asked if not isinstance(self.answers.get(step.id, _NOT_YET), Unsaid)]
        return len(answered), len(asked)


_NOT_YET = Unsaid(NonAnswer.UNKNOWN)


def read_facts(script: Script, answers: Answers, judge: Callable[[Facts, Question], str]) -> Facts:
    """Walk the script once and sort the answers into those on the path and those off it."""
    facts = Facts(script, judge)
    for step in script.steps:
        due = True if step.when is None else holds(step.when, facts)
        if due is False:
            continue
        if due is None:
            facts.ahead.add(step.id)
            continue
        facts.path.append(step)
        answer = answers.get(step.id)
        if answer is None:
            facts.ahead.add(step.id)
        else:
            facts.answers[step.id] = answer
    return facts


def signals(step: Step, answer: Answer | None) -> Mapping[TeamKind, int]:
    """Add up what the choices picked at a step say about the kind of team."""
    total: dict[TeamKind, int] = {}
    if isinstance(answer, Chosen):
        for choice in step.choices:
            if choice.id in answer.yes:
                for kind, weight in choice.signals.items():
                    total[kind] = total.get(kind, 0) + weight
    return total
