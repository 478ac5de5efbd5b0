"""The questionnaire as a value: steps in their order, the flags, the questions to ask others.

A step comes up when its condition holds, and a condition reads earlier steps only. So the order of the steps
is the order of the conversation, and there can be no dead end and no endless path.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from conversations.catalogue import Catalogue
from conversations.conditions import Condition, Is, Lacks, leaves
from conversations.vocabulary import Question, StepKind, TeamKind, Whom


class Feeds(StrEnum):
    """What the judgement in Python reads by name; everything else about a step is the pack's own."""

    TEAM = "team"
    TITLE = "title"
    SOURCES = "sources"
    MATURITY = "maturity"
    WANTED = "wanted"
    SKILLS = "skills"
    METHODS = "methods"
    STACK = "stack"
    DOMAIN = "domain"
    SOMETHING_NEW = "something_new"
    OWN_TIME = "own_time"
    EXPECTED_TIME = "expected_time"
    CONFIDENCE = "confidence"
    COMFORT = "comfort"
    OWNS = "owns"
    CUSTOMERS = "customers"
    DECIDES = "decides"
    READERS = "readers"
    EARLIER_TITLE = "earlier_title"
    OWN_SKILLS = "own_skills"
    GOAL = "goal"


_CHOOSING, _COUNTING, _TEXT, _SKILLS = (
    (StepKind.CHOICE, StepKind.CHOICES),
    (StepKind.NUMBER, StepKind.SCALE),
    (StepKind.TEXT,),
    (StepKind.SKILLS,),
)
FEEDING: Mapping[Feeds, tuple[tuple[StepKind, ...], tuple[str, ...]]] = {
    Feeds.TEAM: (_TEXT, ()),
    Feeds.TITLE: (_TEXT, ()),
    Feeds.EARLIER_TITLE: (_TEXT, ()),
    Feeds.SOURCES: (_CHOOSING, ()),
    Feeds.MATURITY: (_CHOOSING, ("startup",)),
    Feeds.WANTED: (_CHOOSING, ()),
    Feeds.SKILLS: (_SKILLS, ()),
    Feeds.OWN_SKILLS: (_SKILLS, ()),
    Feeds.METHODS: (_CHOOSING, ("same",)),
    Feeds.STACK: (_CHOOSING, ("same",)),
    Feeds.DOMAIN: (_CHOOSING, ("new",)),
    Feeds.SOMETHING_NEW: (_CHOOSING, ("yes", "no")),
    Feeds.OWN_TIME: (_COUNTING, ()),
    Feeds.EXPECTED_TIME: (_COUNTING, ()),
    Feeds.CONFIDENCE: (_COUNTING, ()),
    Feeds.COMFORT: (_CHOOSING, ("no",)),
    Feeds.OWNS: (_CHOOSING, ("nothing",)),
    Feeds.CUSTOMERS: (_CHOOSING, ("nobody",)),
    Feeds.DECIDES: (_CHOOSING, ("others",)),
    Feeds.READERS: (_CHOOSING, ("none",)),
    Feeds.GOAL: (_CHOOSING, ()),
}
"""How a step that feeds a part of the judgement is answered, and the choices that the judgement reads by name."""


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str


class _Served(_Row):
    serves: tuple[str, ...] = ()
    """The S-, P- and F-ids that it is there for."""


class Choice(_Row):
    """One option of a step."""

    signals: Mapping[TeamKind, Annotated[int, Field(ge=1, le=10)]] = {}
    """How much picking it speaks for each kind of team; a sign that two kinds share weighs nothing (S11, S19)."""
    only: bool = False
    """Cannot be combined with another choice ("nothing")."""


class Step(_Served):
    """One question of the dialogue."""

    section: Question
    kind: StepKind
    choices: tuple[Choice, ...] = ()
    when: Condition | None = None
    labels: str = ""
    """Where several steps share their choices: the name of the shared ones."""
    deep: bool = False
    """Asked only when the person goes deeper into its section."""
    profile: bool = False
    """About the person: asked once, and taken from the profile from then on."""
    profile_only: bool = False
    """Asked in the profile alone."""
    whom: Whom | None = None
    """Who can tell, when the person cannot; None: nobody is asked (a name, a note)."""
    feeds: Feeds | None = None
    low: float = 0
    high: float = 0
    """Bounds of a number or a scale, both included."""
    suggest: tuple[str, ...] = ()
    """Skills offered by number."""
    counts: bool = True
    """Whether the answer counts towards the coverage of its verdict."""

    @cached_property
    def choice_ids(self) -> tuple[str, ...]:
        """The ids of the choices, in their order."""
        return tuple(choice.id for choice in self.choices)

    @property
    def texts(self) -> str:
        """The address under which the labels and words of its choices stand."""
        return f"shared.{self.labels}" if self.labels else f"steps.{self.id}"


class Severity(BaseModel):
    """A severity, and when it counts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    severity: Literal["high", "medium", "low"]
    when: Condition


class Flag(_Served):
    """A red flag: when it is raised, for which kinds of team, and how grave it is."""

    section: Question
    severity: Literal["high", "medium", "low"]
    kinds: tuple[TeamKind, ...] = ("infra", "applied", "research")
    when: Condition
    instead: Severity | None = None
    """A severity that counts instead where its condition holds."""
    evidence: tuple[str, ...] = ()
    """Steps whose answers belong to the flag, beside those that its condition reads."""
    whom: Whom
    """Who could clear it."""


class ExtraQuestion(_Served):
    """A question worth asking that is nobody's step: always, or where its condition holds."""

    section: Question
    whom: Whom
    when: Condition | None = None


class Remark(_Served):
    """A sentence that a verdict carries where its condition holds."""

    section: Question
    when: Condition


class Expectation(BaseModel):
    """What a kind of team usually owns, and for whom (S28-S30)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    owns: tuple[str, ...]
    customers: tuple[str, ...]


class Script(BaseModel):
    """A pack, checked."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    id: str
    version: int
    name: str
    """Which pack, to the letter: a check is named after it. Id, version, and a digest of everything in it."""
    steps: tuple[Step, ...] = Field(min_length=1)
    flags: tuple[Flag, ...] = ()
    questions: tuple[ExtraQuestion, ...] = ()
    remarks: tuple[Remark, ...] = ()
    expects: Mapping[TeamKind, Expectation] = {}
    skills: Mapping[str, str] = {}
    """Normalised alias -> the skill's name."""
    learning: Mapping[str, str] = {}
    """A skill's name -> its group, which says how it can be learned on the job."""
    skill_ids: Mapping[str, str] = {}
    """A skill's name -> its id, under which a language may call it otherwise."""
    catalogue: Catalogue

    @cached_property
    def by_id(self) -> Mapping[str, Step]:
        """Steps by their id."""
        return {step.id: step for step in self.steps}

    @cached_property
    def signs(self) -> Mapping[str, Mapping[str, Mapping[TeamKind, int]]]:
        """Step id -> choice id -> what it says about the kind of team, where it says anything."""
        return {
            step.id: {choice.id: choice.signals for choice in step.choices if choice.signals}
            for step in self.steps
            if any(choice.signals for choice in step.choices)
        }

    @cached_property
    def position(self) -> Mapping[str, int]:
        """Step id -> its place in the order."""
        return {step.id: place for place, step in enumerate(self.steps)}

    def feeding(self, feeds: Feeds, section: Question | None = None) -> Step | None:
        """Return the step that feeds a part of the judgement."""
        return self._feeding.get((feeds, section))

    @cached_property
    def _feeding(self) -> Mapping[tuple[Feeds, Question | None], Step]:
        found: dict[tuple[Feeds, Question | None], Step] = {}
        for step in self.steps:
            if step.feeds:
                found.setdefault((step.feeds, None), step)
                found.setdefault((step.feeds, step.section), step)
        return found

    def conditions(self) -> Iterator[Condition]:
        """Yield every condition of the pack but those of remarks, which weigh nothing."""
        yield from (step.when for step in self.steps if step.when)
        yield from (question.when for question in self.questions if question.when)
        for flag in self.flags:
            yield from filter(None, (flag.when, flag.instead and flag.instead.when))

    @cached_property
    def telling(self) -> Mapping[str, tuple[str, ...]]:
        """Step id -> the choices that can change a verdict, a flag or the path; one stands for the rest."""
        named = {
            (leaf.step, choice)
            for condition in self.conditions()
            for leaf in leaves(condition)
            if isinstance(leaf, Is | Lacks)
            for choice in (leaf.choices if isinstance(leaf, Is) else leaf.lacks)
        }
        found = {}
        for step in self.steps:
            differ = [c.id for c in step.choices if step.feeds or c.signals or (step.id, c.id) in named]
            if differ:
                found[step.id] = (*differ, *[c for c in step.choice_ids if c not in differ][:1])
        return found


@dataclass(frozen=True, slots=True)
class Packs:
    """The questionnaires at hand: the present one of each id, and those that checks were begun with."""

    current: Mapping[str, Script]
    kept: Mapping[str, Script] = field(default_factory=dict)
    """By the name that checks have for them."""

    def of(self, pack: str) -> Script | None:
        """Return the questionnaire that a check names: to the letter, or where that is lost, the present one."""
        present = self.current.get(pack.rsplit("-", 2)[0])
        if present and present.name == pack:
            return present
        return self.kept.get(pack, present)

    def newer(self, script: Script) -> Script | None:
        """Return the present questionnaire of the same id, where it differs."""
        present = self.current.get(script.id)
        return present if present and present.name != script.name else None
