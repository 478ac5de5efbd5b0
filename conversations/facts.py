"""The answers that count: those on the path. What is off the path was said, is kept, and weighs nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from conversations.script import Feeds, Script, Step
from conversations.session import (
    NOTHING_SAID,
    Amount,
    Answer,
    Chosen,
    Given,
    NonAnswer,
    ProfileVersion,
    SkillList,
    Unsaid,
    Written,
    is_said,
)
from conversations.vocabulary import QUESTIONS, Question, Source, StepKind, TeamKind

INSIDE = frozenset({Source.MANAGER, Source.MEMBER, Source.FORMER})
"""People who have seen the team from within. A posting, a recruiter and one's own guess are hearsay."""

_STRENGTH = {
    Source.GUESS: 0,
    Source.POSTING: 1,
    Source.PUBLIC: 1,
    Source.RECRUITER: 1,
    Source.MANAGER: 2,
    Source.MEMBER: 3,
    Source.FORMER: 3,
}


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that a judgement starts from: what was said about the team, and about the person."""

    answers: Mapping[str, tuple[Given, ...]]
    about: ProfileVersion = NOTHING_SAID
    deep: tuple[Question, ...] = ()


Judge = Callable[["Facts", Question], str]
"""The judgement of one question, for conditions that depend on a verdict."""


@dataclass(slots=True)
class Facts:
    """What is known, read in the order of the script."""

    script: Script
    known: Known
    judge: Judge
    answers: dict[str, Answer] = field(default_factory=dict)
    ahead: set[str] = field(default_factory=set)
    """Steps that are not answered and are, or may come to be, on the path."""
    awaited: set[Question] = field(default_factory=set)
    """The sections that have such steps."""
    path: list[Step] = field(default_factory=list)
    deeper: list[Step] = field(default_factory=list)
    """Steps that would be asked if the person went deeper."""
    verdicts: dict[Question, str] = field(default_factory=dict)

    def is_asked(self, step: Step) -> bool:
        """Tell whether a step that is due is asked, or left for whoever goes deeper."""
        return not step.deep or step.section in self.known.deep

    def verdict(self, question: Question) -> str | None:
        """Return the state of a verdict; None while a step of its section is still ahead."""
        if question in self.awaited:
            return None
        if question not in self.verdicts:
            self.verdicts[question] = self.judge(self, question)
        return self.verdicts[question]

    def fed(self, feeds: Feeds) -> Answer | None:
        """Return the answer that feeds a part of the judgement."""
        step = self.script.feeding(feeds)
        return self.answers.get(step.id) if step else None

    def chosen(self, feeds: Feeds) -> tuple[str, ...]:
        """Return the choices picked at the step that feeds a part of the judgement; empty where there are none."""
        answer = self.fed(feeds)
        return answer.yes if isinstance(answer, Chosen) else ()

    def amount(self, feeds: Feeds) -> float | None:
        """Return the number given at the step that feeds a part of the judgement."""
        answer = self.fed(feeds)
        return answer.number if isinstance(answer, Amount) else None

    def open_steps(self) -> list[Step]:
        """Return the steps on the path without an answer, in their order."""
        return [step for step in self.path if step.id not in self.answers]

    def coverage(self, section: Question) -> tuple[int, int]:
        """Return how many questions of a section got an answer, and how many there are, the deeper ones included."""
        here = [step for step in (*self.path, *self.deeper) if step.section == section and step.counts]
        asked = [step for step in here if self.answers.get(step.id) != Unsaid(NonAnswer.NOT_APPLICABLE)]
        answered = [step for step in asked if is_said(self.answers.get(step.id))]
        return len(answered), len(asked)

    def sources(self, section: Question) -> tuple[Source, ...]:
        """Return who the answers of a section come from: as said there or, where that was not asked, before it."""
        for question in reversed(QUESTIONS[: QUESTIONS.index(section) + 1]):
            step = self.script.feeding(Feeds.SOURCES, question)
            answer = self.answers.get(step.id) if step else None
            if isinstance(answer, Chosen) and answer.yes:
                return tuple(Source(choice) for choice in answer.yes)
            if answer is not None:
                return ()
        return ()

    def givens(self, step: Step) -> tuple[Given, ...]:
        """Return everything said about a step, whoever said it; what is not known is nothing said."""
        return tuple(one for one in self.known.answers.get(step.id, ()) if not isinstance(one.answer, Unsaid))

    def backing(self, step: Step) -> frozenset[Source]:
        """Return the sources that stand behind the answer that counts at a step."""
        agreeing = [one for one in self.givens(step) if one.answer == self.answers.get(step.id)]
        named = {one.source for one in agreeing if one.source}
        default = self.sources(step.section) if any(one.source is None for one in agreeing) else ()
        return frozenset({*named, *default})

    def contradicted(self) -> list[Step]:
        """Return the steps on the path about which two sources disagree."""
        return [step for step in self.path if len({_comparable(one.answer) for one in self.givens(step)}) > 1]


def _comparable(answer: Answer) -> Answer:
    return Chosen(tuple(sorted(answer.yes))) if isinstance(answer, Chosen) else answer


def fits(step: Step | None, answer: Answer) -> bool:
    """Tell whether an answer could have been given at a step."""
    match answer:
        case _ if step is None:
            return False
        case Unsaid():
            return True
        case Chosen():
            return {*answer.yes, *answer.unsure} <= {*step.choice_ids} and (
                step.kind is StepKind.CHOICES or (step.kind is StepKind.CHOICE and len(answer.yes) == 1)
            )
        case Amount():
            return step.kind in (StepKind.NUMBER, StepKind.SCALE) and step.low <= answer.number <= step.high
        case Written():
            return step.kind is StepKind.TEXT
        case SkillList():
            return step.kind is StepKind.SKILLS


def read_facts(script: Script, known: Known, judge: Judge, *, profile: bool = False) -> Facts:
    """Walk the script once and sort the answers into those on the path and those off it.

    Args:
        script: the questionnaire.
        known: what was said.
        judge: the judgement, for conditions that depend on a verdict.
        profile: walk the steps about the person alone.

    """
    facts = Facts(script, known, judge)
    given, answers, path = known.answers, facts.answers, facts.path
    for step in script.steps:
        if not (step.profile or step.profile_only) if profile else step.profile_only:
            continue
        due = profile or step.when is None or step.when.holds(facts)
        if due is False:
            continue
        if due:
            said = given.get(step.id)
            answer = _leading(facts, step, said) if said else None
            if step.profile and _profile_is_newer(facts, step, answer):
                answer = known.about.answers[step.id]
            if answer is not None:
                path.append(step)
                answers[step.id] = answer
                continue
            if not profile and not facts.is_asked(step):
                facts.deeper.append(step)
                continue
            path.append(step)
        facts.ahead.add(step.id)
        facts.awaited.add(step.section)
    return facts


def _profile_is_newer(facts: Facts, step: Step, answer: Answer | None) -> bool:
    """About the person their latest word counts, here or in the profile; but knowing beats not knowing."""
    about = facts.known.about
    # Another pack may ask the same otherwise, or something else under the same name.
    if step.id not in about.answers or not fits(step, about.answers[step.id]):
        return False
    return not is_said(answer) or about.at >= max(one.at for one in facts.known.answers[step.id])


def _leading(facts: Facts, step: Step, given: tuple[Given, ...]) -> Answer:
    """Pick the answer that counts: of the best source, and of two as good the later one."""
    if len(given) == 1:
        return given[0].answer

    def rank(place: int) -> tuple[bool, int, int]:
        one = given[place]
        sources = (one.source,) if one.source else facts.sources(step.section)
        return not isinstance(one.answer, Unsaid), max((_STRENGTH[s] for s in sources), default=0), place

    return given[max(range(len(given)), key=rank)].answer


def signals(signs: Mapping[str, Mapping[TeamKind, int]], answer: Answer | None) -> Mapping[TeamKind, int]:
    """Add up what the choices picked at a step say about the kind of team."""
    total: dict[TeamKind, int] = {}
    if isinstance(answer, Chosen):
        for choice in answer.yes:
            for kind, weight in signs.get(choice, {}).items():
                total[kind] = total.get(kind, 0) + weight
    return total
