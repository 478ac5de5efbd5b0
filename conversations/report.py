"""The report as a value: what every renderer, on any platform and in any format, is given."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from conversations.catalogue import Phrase
from conversations.vocabulary import Compared, Question, TeamKind, Whom

Confidence = Literal["low", "medium", "high"]
Severity = Literal["high", "medium", "low"]


MENTORS = "mentor_"
"""Begins the id of a question that a mentor wants asked."""


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
class Quote:
    """Somebody's words, and whose they are."""

    words: str
    by: Phrase


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A step about which two sources disagree; both are kept."""

    step: str
    section: Question
    name: Phrase
    sides: tuple[Phrase, ...]


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
    number: int = 0
    """How `fine` calls it."""
    fine: str | None = None
    """Why the person is fine with it; None: they have not said so."""


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """Something still to ask, and why it matters."""

    id: str
    section: Question
    whom: Whom
    ask: Phrase
    why: Phrase
    good: Phrase


def of_mentor(question: OpenQuestion) -> bool:
    """Tell whether a mentor wants it asked."""
    return question.id.startswith(MENTORS)


@dataclass(frozen=True, slots=True)
class SkillGap:
    """One skill that the role asks for, against the person's own level (both 0 to 4, None where not said)."""

    name: Phrase | str
    level: int | None
    asked: int | None
    nice: bool
    learn: Phrase | None
    """How it could be learned there; None where there is nothing to learn."""


@dataclass(frozen=True, slots=True)
class Said:
    """One answer, for the review and the evidence pages. `number` is how the review calls it."""

    number: int
    step: str
    section: Question
    name: Phrase
    said: Phrase
    quotes: tuple[Quote, ...] = ()
    from_profile: bool = False


@dataclass(frozen=True, slots=True)
class MentorSaid:
    """A note or a question of a mentor. `number` is how `drop remark` calls it."""

    number: int
    text: Phrase
    at: datetime
    question: bool


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that one check amounts to."""

    check: str
    pack: str
    team: Phrase | str
    """As the person calls it; in a copy for a channel, a pseudonym. Empty: they have not said."""
    changed_at: datetime
    complete: bool
    decision: Phrase | None
    """What the person decided, with their reason."""
    goal: Phrase | None
    """What the person is after, and which verdict speaks to it."""
    verdicts: tuple[Verdict, ...]
    flags: tuple[RaisedFlag, ...]
    questions: tuple[OpenQuestion, ...]
    skills: tuple[SkillGap, ...]
    contradictions: tuple[Contradiction, ...]
    answers: tuple[Said, ...]
    small_print: tuple[Phrase, ...]
    remarks: tuple[MentorSaid, ...] = ()
    """What mentors said."""


MOST_COMPARED = 5
"""Teams that stand side by side; at least two do."""


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One thing in which teams are compared: for each team, in their order, what is known of it, line by line."""

    about: Compared
    cells: tuple[tuple[Phrase, ...], ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two to five teams side by side. There is no score: what is not known stands as such."""

    teams: tuple[Phrase, ...]
    rows: tuple[ComparedRow, ...]
    by: Compared | None = None
    """What the person sorts by; None: the one changed last is first."""
