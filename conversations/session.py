"""Everything that must survive a restart: the person, their checks, and the answers in them.

Only answers are stored. The path, the progress, the verdicts and the report are derived from them,
so that going back, editing and re-reading cost nothing and can never disagree with what was said.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Discriminator


class NonAnswer(StrEnum):
    """The three ways not to answer. Only the first becomes a question to ask (feature table A9, A10)."""

    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Chosen:
    """Choice ids that hold, and those the person is unsure about; every other choice of the step does not hold."""

    yes: tuple[str, ...]
    unsure: tuple[str, ...] = ()
    kind: Literal["chosen"] = "chosen"


@dataclass(frozen=True, slots=True)
class Amount:
    """A number in the step's own unit (weeks, teams, a point on a scale)."""

    number: float
    kind: Literal["amount"] = "amount"


@dataclass(frozen=True, slots=True)
class Written:
    """Free text, as the person wrote it."""

    text: str
    kind: Literal["written"] = "written"


@dataclass(frozen=True, slots=True)
class SkillLevel:
    """A skill's name and the person's own level, 0 (never touched) to 4 (could teach it); None: not said."""

    name: str
    level: int | None


@dataclass(frozen=True, slots=True)
class SkillList:
    """The skills that a role asks for, each with the person's own level."""

    skills: tuple[SkillLevel, ...]
    kind: Literal["skills"] = "skills"


@dataclass(frozen=True, slots=True)
class Unsaid:
    """No value, and why there is none."""

    reason: NonAnswer
    kind: Literal["unsaid"] = "unsaid"


Answer = Annotated[Chosen | Amount | Written | SkillList | Unsaid, Discriminator("kind")]
Answers = Mapping[str, Answer]
"""Step id -> answer. Ids are names, never positions, so that a changed pack cannot shift anyone's answers."""


class Phase(StrEnum):
    """What the conversation is waiting for."""

    NEW = "new"
    ASKING = "asking"
    OFFERED = "offered"
    CONFIRMING = "confirming"
    REVIEWING = "reviewing"
    FINISHED = "finished"


class Intent(StrEnum):
    """What a person can mean; every typed line is read into one of these."""

    OPEN = "open"
    ANSWER = "answer"
    KEEP = "keep"
    NEAR_MISS = "near_miss"
    UNREADABLE = "unreadable"
    YES = "yes"
    NO = "no"
    BACK = "back"
    CHANGE = "change"
    HELP = "help"
    WHY = "why"
    EXAMPLE = "example"
    STATUS = "status"
    REVIEW = "review"
    REPORT = "report"
    QUESTIONS = "questions"
    LATER = "later"
    START_OVER = "start_over"
    QUIT = "quit"


@dataclass(frozen=True, slots=True)
class Meant:
    """One reading of what was typed: the intent, and the answer or the answer's number that goes with it."""

    intent: Intent
    answer: Answer | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class SessionKey:
    """Who is talking, and where: ids are only unique within a workspace of a platform."""

    platform: str
    workspace: str
    person: str


@dataclass(frozen=True, slots=True)
class Person:
    """What is kept about someone across their checks."""

    key: SessionKey
    revision: int = 0
    language: str = "en"
    current_check: str | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One team looked at by one person."""

    id: str
    pack: str
    opened_at: datetime
    changed_at: datetime
    revision: int = 0
    phase: Phase = Phase.NEW
    at: str | None = None
    """The step being asked; None outside ASKING and OFFERED."""
    offered: Answer | None = None
    """What "did you mean ...?" stands for, while it stands."""
    answers: Answers = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Session:
    """A person and the check at hand: what one turn reads and writes."""

    person: Person
    check: Check | None = None
