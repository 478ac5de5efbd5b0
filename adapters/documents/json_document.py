"""A report as JSON: its values for programs, and the same words that people read."""

import json
from typing import Any

from conversations.catalogue import Catalogue, Phrase
from conversations.report import Evidence, OpenQuestion, Report
from conversations.vocabulary import ReportPart

VERSION = 1
"""Raised when a field changes its meaning or goes; new fields may come without it."""


def to_json(report: Report, catalogue: Catalogue, language: str, part: ReportPart = "all") -> str:
    """Write the report, or its open questions alone, as JSON in one language."""

    def text(said: Phrase | str) -> str:
        return catalogue.text(said, language)

    def evidence(found: tuple[Evidence, ...]) -> list[dict[str, Any]]:
        return [
            {"step": e.step, "name": text(e.name), "said": text(e.said)} | ({"speaks_for": e.side} if e.side else {})
            for e in found
        ]

    def question(one: OpenQuestion) -> dict[str, Any]:
        words = {"ask": text(one.ask), "why": text(one.why), "good_answer": text(one.good)}
        return {"id": one.id, "question": one.section, "whom": one.whom} | words

    document: dict[str, Any] = {
        "version": VERSION,
        "check": report.check,
        "pack": report.pack,
        "language": language,
        "team": text(report.team),
        "changed_at": report.changed_at.isoformat(),
        "complete": report.complete,
        "decision": report.decision and text(report.decision),
        "questions_to_ask": [question(one) for one in report.questions],
    }
    if part != "questions":
        document |= {
            "mentors_said": [
                {"text": text(one.text), "at": one.at.isoformat(), "question": one.question} for one in report.remarks
            ],
            "flags": [
                {
                    "id": flag.id,
                    "question": flag.section,
                    "severity": flag.severity,
                    "headline": text(flag.headline),
                    "because": text(flag.because),
                    "clears": text(flag.clears),
                    "fine_for_me": flag.fine,
                    "evidence": evidence(flag.evidence),
                }
                for flag in report.flags
            ],
            "verdicts": [
                {
                    "question": verdict.question,
                    "state": verdict.state,
                    "headline": text(verdict.headline),
                    "notes": [text(note) for note in verdict.notes],
                    "confidence": verdict.confidence,
                    "answered": verdict.answered,
                    "asked": verdict.asked,
                    "sources": [text(one) for one in verdict.sources],
                    "evidence": evidence(verdict.evidence),
                    "would_change": text(verdict.would_change),
                }
                for verdict in report.verdicts
            ],
            "goal": report.goal and text(report.goal),
            "contradictions": [
                {"step": one.step, "name": text(one.name), "sides": [text(side) for side in one.sides]}
                for one in report.contradictions
            ],
            "skills": [
                {"name": text(row.name), "level": row.level, "asked": row.asked, "nice_to_have": row.nice}
                | ({"learn": text(row.learn)} if row.learn else {})
                for row in report.skills
            ],
            "answers": [
                {"step": s.step, "question": s.section, "name": text(s.name), "said": text(s.said)}
                | ({"quotes": [{"words": q.words, "by": text(q.by)} for q in s.quotes]} if s.quotes else {})
                for s in report.answers
            ],
            "small_print": [text(one) for one in report.small_print],
        }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
