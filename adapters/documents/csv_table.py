"""A report as a table for a spreadsheet: one row a finding, safe to open."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from conversations.catalogue import Arg, Catalogue, Phrase, phrase
from conversations.report import Evidence, OpenQuestion, RaisedFlag, Report, Said, SkillGap, Verdict
from conversations.vocabulary import Question, ReportPart

COLUMNS = ("part", "question", "item", "says", "why", "changes", "level", "level_asked", "answered", "asked")
"""Each is headed by a sentence at `table.<column>`."""
BYTE_ORDER_MARK = "\ufeff"
"""Without it, one spreadsheet takes UTF-8 for something else."""
_FORMULA = tuple("=+-@＝＋－＠")
_CONTROL = ("\t", "\r", "\n")

_Row = dict[str, str | int | None]


def to_csv(report: Report, catalogue: Catalogue, language: str, part: ReportPart = "all") -> str:
    """Write the report, or its open questions alone, as a table: CRLF at line ends, a byte order mark in front.

    A cell that a spreadsheet would take for a formula begins with an apostrophe, as OWASP advises; headers too.
    """
    words = _Words(catalogue, language)
    rows = words.questions(report) if part == "questions" else words.rows(report)
    header: _Row = {column: words.of(f"table.{column}") for column in COLUMNS}
    screen = io.StringIO(newline="")
    screen.write(BYTE_ORDER_MARK)
    table = csv.DictWriter(screen, COLUMNS, quoting=csv.QUOTE_ALL)
    table.writerows({column: guarded(cell) for column, cell in row.items()} for row in (header, *rows))
    return screen.getvalue()


def guarded(cell: str | int | None) -> str | int:
    """Return a cell that no spreadsheet takes for a formula."""
    if isinstance(cell, str) and (cell.startswith(_CONTROL) or cell.lstrip().startswith(_FORMULA)):
        return f"'{cell}"
    return "" if cell is None else cell


@dataclass(frozen=True, slots=True)
class _Words:
    catalogue: Catalogue
    language: str

    def text(self, said: Phrase | str | None) -> str:
        return self.catalogue.text(said, self.language) if said else ""

    def of(self, key: str, **args: Arg) -> str:
        return self.text(phrase(key, **args))

    def rows(self, report: Report) -> Iterator[_Row]:
        about = self.of("report.title")
        yield {"part": about, "item": self.text(report.team), "says": self._date(report)}
        for said in (report.decision, report.goal, None if report.complete else phrase("report.partial")):
            if said:
                yield {"part": about, "item": self.text(said)}
        yield from map(self._flag, report.flags)
        for one in report.contradictions:
            sides = self.of("answer.list", items=one.sides)
            yield self._row("contradictions", one.section, one.name, says=sides)
        yield from map(self._verdict, report.verdicts)
        yield from self.questions(report)
        yield from map(self._skill, report.skills)
        yield from map(self._answer, report.answers)
        for said in report.small_print:
            yield {"part": self.of("report.small_print_title"), "item": self.text(said)}

    def questions(self, report: Report) -> Iterator[_Row]:
        yield from map(self._question, report.questions)

    def _date(self, report: Report) -> str:
        return self.of("report.date", date=report.changed_at.date())

    def _row(self, part: str, section: Question | None, item: Phrase | str, **cells: str | int | None) -> _Row:
        question = self.of(f"sections.{section}") if section else ""
        return {"part": self.of(f"report.{part}"), "question": question, "item": self.text(item), **cells}

    def _flag(self, flag: RaisedFlag) -> _Row:
        severity = self.of(f"report.severity_{flag.severity if flag.fine is None else 'fine'}")
        says = " ".join(filter(None, [severity, flag.fine]))
        why = self._several((self.text(flag.because), *self._evidence(flag.evidence)))
        return self._row("flags", flag.section, flag.headline, says=says, why=why, changes=self.text(flag.clears))

    def _verdict(self, verdict: Verdict) -> _Row:
        return self._row(
            "verdicts",
            verdict.question,
            verdict.headline,
            says=self.of(f"report.confidence_{verdict.confidence or 'none'}"),
            why=self._several((*map(self.text, verdict.notes), *self._evidence(verdict.evidence))),
            changes=self.text(verdict.would_change),
            answered=verdict.answered,
            asked=verdict.asked,
        )

    def _question(self, one: OpenQuestion) -> _Row:
        whom, why, good = self.of(f"whom.{one.whom}"), self.text(one.why), self.text(one.good)
        good = self.of("report.labelled", label=self.of("report.good")) + good
        return self._row("questions", one.section, one.ask, says=whom, why=why, changes=good)

    def _skill(self, row: SkillGap) -> _Row:
        weight = self.of("report.nice" if row.nice else "report.must")
        return self._row(
            "skills", None, row.name, says=weight, changes=self.text(row.learn), level=row.level, level_asked=row.asked
        )

    def _answer(self, said: Said) -> _Row:
        quotes = [self.of("report.quote", words=quote.words, by=quote.by) for quote in said.quotes]
        return self._row("answers", said.section, said.name, says=self.text(said.said), why="\n".join(quotes))

    def _evidence(self, evidence: tuple[Evidence, ...]) -> list[str]:
        return [self.of("report.evidence", name=one.name, said=one.said) for one in evidence]

    def _several(self, lines: tuple[str, ...]) -> str:
        return "\n".join(lines)
