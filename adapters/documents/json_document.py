"""A report as JSON: its values for programs, and the same words that people read.

The classes below are the format: `docs/report.schema.json` is drawn from them by `make docs`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any, Literal

from pydantic import TypeAdapter

from conversations.catalogue import Catalogue, Phrase
from conversations.report import (
    Confidence,
    Evidence,
    OpenQuestion,
    RaisedFlag,
    Report,
    Said,
    Severity,
    SkillGap,
    Verdict,
)
from conversations.vocabulary import Question, ReportPart, TeamKind, Whom

VERSION: Literal[1] = 1
"""Raised when a field changes its meaning or goes; new fields may come without it."""


@dataclass(frozen=True, slots=True)
class EvidenceDocument:
    """One answer that something rests on."""

    step: str
    name: str
    said: str
    speaks_for: TeamKind | None


@dataclass(frozen=True, slots=True)
class QuestionDocument:
    """Something still to ask, of whom, and which of the three questions it belongs to."""

    id: str
    question: Question
    whom: Whom
    ask: str
    why: str
    good_answer: str


@dataclass(frozen=True, slots=True)
class FlagDocument:
    """A red flag. `fine_for_me`: why the person is fine with it; null where they have not said so."""

    id: str
    question: Question
    severity: Severity
    headline: str
    because: str
    clears: str
    fine_for_me: str | None
    evidence: tuple[EvidenceDocument, ...]


@dataclass(frozen=True, slots=True)
class VerdictDocument:
    """The answer to one of the three questions. `confidence`: null where nothing is claimed."""

    question: Question
    state: str
    headline: str
    notes: tuple[str, ...]
    confidence: Confidence | None
    answered: int
    asked: int
    sources: tuple[str, ...]
    evidence: tuple[EvidenceDocument, ...]
    would_change: str


@dataclass(frozen=True, slots=True)
class ContradictionDocument:
    """A step about which two sources disagree."""

    step: str
    name: str
    sides: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SkillDocument:
    """One skill that the role asks for: the person's own level and the one asked for, 0 to 4; null where not said."""

    name: str
    level: int | None
    asked: int | None
    nice_to_have: bool
    learn: str | None


@dataclass(frozen=True, slots=True)
class QuoteDocument:
    """Somebody's words, and whose they are."""

    words: str
    by: str


@dataclass(frozen=True, slots=True)
class AnswerDocument:
    """One answer, and the words it came in."""

    step: str
    question: Question
    name: str
    said: str
    quotes: tuple[QuoteDocument, ...]


@dataclass(frozen=True, slots=True)
class MentorDocument:
    """What a mentor said, or wants asked. `at` is a moment in ISO 8601."""

    text: str
    at: str
    question: bool


@dataclass(frozen=True, slots=True)
class QuestionsDocument:
    """The open questions alone. `changed_at` is a moment in ISO 8601."""

    version: Literal[1]
    check: str
    pack: str
    language: str
    team: str
    changed_at: str
    complete: bool
    decision: str | None
    questions_to_ask: tuple[QuestionDocument, ...]


@dataclass(frozen=True, slots=True)
class ReportDocument(QuestionsDocument):
    """The whole report."""

    mentors_said: tuple[MentorDocument, ...]
    flags: tuple[FlagDocument, ...]
    verdicts: tuple[VerdictDocument, ...]
    goal: str | None
    contradictions: tuple[ContradictionDocument, ...]
    skills: tuple[SkillDocument, ...]
    answers: tuple[AnswerDocument, ...]
    small_print: tuple[str, ...]


_FORMAT: TypeAdapter[ReportDocument | QuestionsDocument] = TypeAdapter(ReportDocument | QuestionsDocument)


def to_json(report: Report, catalogue: Catalogue, language: str, part: ReportPart = "all") -> str:
    """Write the report, or its open questions alone, as JSON in one language."""
    words = _Words(catalogue, language)
    document = words.questions(report) if part == "questions" else words.report(report)
    # No warnings: one would quote the value.
    return _FORMAT.dump_json(document, indent=2, warnings=False).decode() + "\n"


def json_schema() -> dict[str, Any]:
    """Return what every JSON document of this version is like (JSON Schema, draft 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:teamcheck:report:{VERSION}",
        "title": "A teamcheck report, or its open questions alone",
    } | _FORMAT.json_schema(mode="serialization")


@dataclass(frozen=True, slots=True)
class _Words:
    catalogue: Catalogue
    language: str

    def text(self, said: Phrase | str) -> str:
        return self.catalogue.text(said, self.language)

    def texts(self, said: Iterable[Phrase | str]) -> tuple[str, ...]:
        return tuple(map(self.text, said))

    def questions(self, report: Report) -> QuestionsDocument:
        return QuestionsDocument(
            version=VERSION,
            check=report.check,
            pack=report.pack,
            language=self.language,
            team=self.text(report.team),
            changed_at=report.changed_at.isoformat(),
            complete=report.complete,
            decision=self.text(report.decision) if report.decision else None,
            questions_to_ask=tuple(map(self._question, report.questions)),
        )

    def report(self, report: Report) -> ReportDocument:
        head = self.questions(report)
        return ReportDocument(
            **{one.name: attrgetter(one.name)(head) for one in fields(head)},
            mentors_said=tuple(
                MentorDocument(self.text(one.text), one.at.isoformat(), one.question) for one in report.remarks
            ),
            flags=tuple(map(self._flag, report.flags)),
            verdicts=tuple(map(self._verdict, report.verdicts)),
            goal=self.text(report.goal) if report.goal else None,
            contradictions=tuple(
                ContradictionDocument(one.step, self.text(one.name), self.texts(one.sides))
                for one in report.contradictions
            ),
            skills=tuple(map(self._skill, report.skills)),
            answers=tuple(map(self._answer, report.answers)),
            small_print=self.texts(report.small_print),
        )

    def _question(self, one: OpenQuestion) -> QuestionDocument:
        return QuestionDocument(one.id, one.section, one.whom, *self.texts((one.ask, one.why, one.good)))

    def _evidence(self, evidence: Iterable[Evidence]) -> tuple[EvidenceDocument, ...]:
        return tuple(EvidenceDocument(e.step, self.text(e.name), self.text(e.said), e.side) for e in evidence)

    def _flag(self, flag: RaisedFlag) -> FlagDocument:
        return FlagDocument(
            id=flag.id,
            question=flag.section,
            severity=flag.severity,
            headline=self.text(flag.headline),
            because=self.text(flag.because),
            clears=self.text(flag.clears),
            fine_for_me=flag.fine,
            evidence=self._evidence(flag.evidence),
        )

    def _verdict(self, verdict: Verdict) -> VerdictDocument:
        return VerdictDocument(
            question=verdict.question,
            state=verdict.state,
            headline=self.text(verdict.headline),
            notes=self.texts(verdict.notes),
            confidence=verdict.confidence,
            answered=verdict.answered,
            asked=verdict.asked,
            sources=self.texts(verdict.sources),
            evidence=self._evidence(verdict.evidence),
            would_change=self.text(verdict.would_change),
        )

    def _skill(self, row: SkillGap) -> SkillDocument:
        learn = self.text(row.learn) if row.learn else None
        return SkillDocument(self.text(row.name), row.level, row.asked, row.nice, learn)

    def _answer(self, said: Said) -> AnswerDocument:
        quotes = tuple(QuoteDocument(quote.words, self.text(quote.by)) for quote in said.quotes)
        return AnswerDocument(said.step, said.section, self.text(said.name), self.text(said.said), quotes)
