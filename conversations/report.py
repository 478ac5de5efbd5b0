"""The report as a value: what every renderer, on any platform and in any format, is given."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from conversations.catalogue import Phrase
from conversations.vocabulary import Question, TeamKind, Whom

Confidence = Literal["low", "medium", "high"]
Severity = Literal["high", "medium", "low"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One answer that something rests on."""

    step: str
    name: Phrase
    said: Phrase
    side: TeamKind | None = None
    """For the kind of team: which kind it speaks for."""
    weight: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to one of the three questions, and how far it can be trusted."""

    question: Question
    state: str
    headline: Phrase
    notes: tuple[Phrase, ...]
    confidence: Confidence | None
    """None where nothing is claimed."""
    answered: int
    asked: int
    sources: tuple[Phrase, ...]
    """Who the answers come from."""
    evidence: tuple[Evidence, ...]
    would_change: Phrase
    sides: tuple[TeamKind, ...] = ()
    """For the kind of team: the kinds it leans to."""


@dataclass(frozen=True, slots=True)
class RaisedFlag:
    """A red flag, with the answers it rests on and what would clear it."""

    id: str
    section: Question
    severity: Severity
    headline: Phrase
    because: Phrase
    clears: Phrase
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """Something still to ask, and why it matters."""

    id: str
    section: Question
    whom: Whom
    ask: Phrase
    why: Phrase
    good: Phrase


@dataclass(frozen=True, slots=True)
class SkillGap:
    """One skill that the role asks for, against the person's own level (0 to 4, None where not said)."""

    name: str
    level: int | None


@dataclass(frozen=True, slots=True)
class Said:
    """One answer, for the review and the evidence pages. `number` is how the review calls it."""

    number: int
    step: str
    section: Question
    name: Phrase
    said: Phrase


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that one check amounts to."""

    check: str
    pack: str
    team: str
    changed_at: datetime
    complete: bool
    verdicts: tuple[Verdict, ...]
    flags: tuple[RaisedFlag, ...]
    questions: tuple[OpenQuestion, ...]
    skills: tuple[SkillGap, ...]
    answers: tuple[Said, ...]
    small_print: tuple[Phrase, ...]
