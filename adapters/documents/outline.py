"""A Report -> the outline that every document format is written from: one order, one wording, many renderers.

Advice stands first, because tails get cut: flags, verdicts, questions to ask, and only then what they rest on.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from conversations.catalogue import Catalogue, Phrase, phrase
from conversations.report import (
    Comparison,
    Contradiction,
    Evidence,
    OpenQuestion,
    RaisedFlag,
    Report,
    Said,
    SkillGap,
    Verdict,
)
from conversations.session import ReviewState
from conversations.vocabulary import QUESTIONS, TEAM_KINDS, ReportPart, Whom


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: level 1 is the title."""

    text: str
    level: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    text: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Detail:
    """What stands below a point: one line or several, under a label (with its colon) or none."""

    label: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A point of a list."""

    text: str
    details: tuple[Detail, ...] = ()


@dataclass(frozen=True, slots=True)
class Points:
    """A list."""

    items: tuple[Item, ...]
    numbered_from: int | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """A table."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


HANDFUL = 5
"""Questions for one person; nobody answers more in half an hour."""
FIRST_FEW = 5
"""Questions to ask where there is time for no more."""
ON_A_CARD = 3
"""Flags, and questions, that a card names; it is read in passing."""

Block = Heading | Paragraph | Points | Grid


@dataclass(frozen=True, slots=True)
class Outline:
    """Words a report in one language."""

    catalogue: Catalogue
    language: str

    def part(self, report: Report, part: ReportPart) -> Iterator[Block]:
        """Yield the blocks of the whole report, or of a part of it."""
        match part:
            case "all":
                yield from self._whole(report)
            case "questions":
                yield Heading(self._title(report, "questions_title"), 1)
                yield from self._questions(report)
            case "reasons":
                yield from self._flags(report)
                yield from self._verdicts(report)

    def shared(
        self,
        report: Report,
        part: Literal["card", "detail"],
        updated: date | None,
        review: ReviewState | None = None,
    ) -> Iterator[Block]:
        """Yield the blocks of a copy for a channel: a card that is read in five seconds, or what stands below it."""
        if part == "card":
            yield from self._card(report, updated, review)
        else:
            yield from self._below_the_title(report)

    def comparison(self, comparison: Comparison, *, wide: bool) -> Iterator[Block]:
        """Yield the blocks of teams side by side: as a table, or where that is too wide, one thing below the other."""
        yield Heading(self._text(phrase("compare.title")), 1)
        if comparison.by:
            by = phrase(f"compare.rows.{comparison.by}")
            yield Paragraph(self._text(phrase("compare.sorted", by=by)), quiet=True)
        teams = tuple(map(self._text, comparison.teams))
        rows = [(self._text(phrase(f"compare.rows.{row.about}")), row.cells) for row in comparison.rows]
        if wide:
            cells = (tuple("\n".join(map(self._text, cell)) for cell in cells) for _, cells in rows)
            yield Grid(("", *teams), tuple((name, *line) for (name, _), line in zip(rows, cells, strict=True)))
        else:
            for name, lines in rows:
                yield Heading(name[:1].upper() + name[1:], 2)
                told = (tuple(map(self._text, cell)) for cell in lines)
                yield Points(
                    tuple(Item(*one) for one in zip(teams, ((Detail("", line),) for line in told), strict=True))
                )
        yield Paragraph(self._text(phrase("compare.about")), quiet=True)

    def _card(self, report: Report, updated: date | None, review: ReviewState | None) -> Iterator[Block]:
        yield Heading(self._title(report, "title"), 1)
        if not report.complete:
            yield Paragraph(self._label("partial"))
        yield Points(tuple(map(self._verdict_line, report.verdicts)))
        to_ask = [question for question in report.questions if question.whom is not Whom.YOURSELF]
        yield Points(
            (
                self._few("flags", [self._text(flag.headline) for flag in report.flags]),
                self._few("questions", [self._text(question.ask) for question in to_ask]),
            )
        )
        if review:
            yield Paragraph(self._text(phrase(f"share.card.review_{review}")))
        if updated:
            yield Paragraph(self._text(phrase("share.card.updated", date=updated)), quiet=True)
        yield Paragraph(self._text(phrase("share.card.about")), quiet=True)

    def _verdict_line(self, verdict: Verdict) -> Item:
        section = phrase(f"sections.{verdict.question}_short")
        return Item(self._text(phrase("share.card.verdict", section=section, judged=self._judged(verdict))))

    def _few(self, what: str, lines: list[str]) -> Item:
        """Count them, and show the first."""
        if not lines:
            return Item(self._text(phrase(f"share.card.no_{what}")))
        left = len(lines) - ON_A_CARD
        more = (self._text(phrase("share.card.more", n=left)),) if left > 0 else ()
        shown = (*lines[:ON_A_CARD], *more)
        return Item(self._text(phrase(f"share.card.{what}", n=len(lines))), (Detail("", shown),))

    def _whole(self, report: Report) -> Iterator[Block]:
        yield Heading(self._title(report, "title"), 1)
        yield from self._below_the_title(report)

    def _below_the_title(self, report: Report) -> Iterator[Block]:
        if report.decision:
            yield Paragraph(self._text(report.decision))
        if report.goal:
            yield Paragraph(self._text(report.goal))
        if not report.complete:
            yield Paragraph(self._label("partial"))
        yield from self._mentors(report)
        yield from self._flags(report)
        yield from self._verdicts(report)
        yield Heading(self._label("questions"), 2)
        yield from self._questions(report)
        yield from self._skills(report)
        yield from self._rests_on(report)
        yield Heading(self._label("small_print_title"), 2)
        for text in report.small_print:
            yield Paragraph(self._text(text), quiet=True)
        yield Paragraph(self._label("date", date=report.changed_at.date()), quiet=True)

    def _questions(self, report: Report) -> Iterator[Block]:
        """Yield the open questions by whom to ask, at most a handful each, numbered through."""
        first = [question for question in report.questions if question.whom is not Whom.YOURSELF][:FIRST_FEW]
        if len(report.questions) > FIRST_FEW:
            yield Paragraph(self._label("first_few", n=FIRST_FEW))
            yield Points(tuple(map(self._first, first)))
        number, left = 1, 0
        for whom in sorted(Whom, key=lambda one: _first_place(report, one)):
            mine = [question for question in report.questions if question.whom is whom]
            if not mine:
                continue
            yield Heading(self._text(phrase(f"whom.{whom}")), 3)
            yield Points(tuple(map(self._question, mine[:HANDFUL])), number)
            number += min(len(mine), HANDFUL)
            left += max(0, len(mine) - HANDFUL)
        if left:
            yield Paragraph(self._label("questions_left", n=left), quiet=True)

    def _first(self, question: OpenQuestion) -> Item:
        whom = self._text(phrase(f"whom.{question.whom}"))
        return Item(self._label("to_whom", ask=self._text(question.ask), whom=whom))

    def _text(self, said: Phrase | str) -> str:
        return self.catalogue.text(said, self.language)

    def _label(self, key: str, **args: str | int | date) -> str:
        return self._text(phrase(f"report.{key}", **args))

    def _title(self, report: Report, key: str) -> str:
        return self._label(f"{key}_team", team=self._text(report.team)) if report.team else self._label(key)

    def _flags(self, report: Report) -> Iterator[Block]:
        yield Heading(self._label("flags"), 2)
        if report.flags:
            yield Points(tuple(map(self._flag, report.flags)), 1)
        else:
            known = any(verdict.confidence for verdict in report.verdicts)
            yield Paragraph(self._label("no_flags" if known else "no_flags_unknown"))
        if report.contradictions:
            yield Heading(self._label("contradictions"), 2)
            yield Points(tuple(map(self._contradiction, report.contradictions)))

    def _flag(self, flag: RaisedFlag) -> Item:
        severity = self._label(f"severity_{flag.severity}")
        fine = self._detail("fine", flag.fine) if flag.fine else ()
        return Item(
            self._text(flag.headline),
            (
                Detail("", (severity,)) if flag.fine is None else Detail("", (self._label("severity_fine"),)),
                *fine,
                Detail("", (self._text(flag.because),)),
                *self._detail("clears", self._text(flag.clears)),
                *self._detail("rests_on", *self._evidence(flag.evidence)),
            ),
        )

    def _mentors(self, report: Report) -> Iterator[Block]:
        if report.remarks:
            yield Heading(self._text(phrase("remark.title")), 2)
            yield Points(tuple(Item(self._text(one.text)) for one in report.remarks), 1)

    def _contradiction(self, one: Contradiction) -> Item:
        return Item(self._text(one.name), (Detail("", tuple(map(self._text, one.sides))),))

    def _detail(self, key: str, *lines: str, **args: str) -> Iterator[Detail]:
        if lines:
            yield Detail(self._label("labelled", label=self._label(key, **args)), lines)

    def _evidence(self, evidence: Iterable[Evidence]) -> list[str]:
        return [self._label("evidence", name=self._text(one.name), said=self._text(one.said)) for one in evidence]

    def _verdicts(self, report: Report) -> Iterator[Block]:
        yield Heading(self._label("verdicts"), 2)
        for place, verdict in enumerate(report.verdicts, start=1):
            yield Heading(f"{place}. {self._text(phrase(f'sections.{verdict.question}'))}", 3)
            yield Points((self._verdict(verdict),))

    def _verdict(self, verdict: Verdict) -> Item:
        sources = tuple(map(self._text, verdict.sources)) or (self._label("sources_none"),)
        known_from = self._text(phrase("answer.list", items=sources))
        return Item(
            self._judged(verdict),
            (
                Detail("", tuple(map(self._text, verdict.notes))),
                *(self._detail("sources", known_from) if verdict.confidence else ()),
                *self._sides(verdict),
                *self._detail("would_change", self._text(verdict.would_change)),
            ),
        )

    def _judged(self, verdict: Verdict) -> str:
        sure = self._label(f"confidence_{verdict.confidence or 'none'}")
        covered = self._label("coverage", answered=verdict.answered, asked=verdict.asked)
        return self._label("judged", headline=self._text(verdict.headline), sure=sure, covered=covered)

    def _sides(self, verdict: Verdict) -> Iterator[Detail]:
        if verdict.question != "kind":
            yield from self._detail("rests_on", *self._evidence(verdict.evidence))
            return
        for side in TEAM_KINDS:
            mine = [one for one in verdict.evidence if one.side == side]
            yield from self._detail("speaks_for", *self._evidence(mine), kind=self._text(phrase(f"kinds.{side}")))

    def _question(self, question: OpenQuestion) -> Item:
        why, good = self._text(question.why), self._text(question.good)
        return Item(self._text(question.ask), (*self._detail("why", why), *self._detail("good", good)))

    def _skills(self, report: Report) -> Iterator[Block]:
        if not report.skills:
            return
        yield Heading(self._label("skills"), 2)
        header = tuple(self._label(f"skill_{column}") for column in ("name", "mine", "asked"))
        yield Grid(header, tuple(self._skill_row(row) for row in report.skills))
        ways: dict[str, list[str]] = {}
        for row in report.skills:
            if row.learn:
                ways.setdefault(self._text(row.learn), []).append(self._text(row.name))
        items = (Item(self._label("learn", skills=self._joined(names), way=way)) for way, names in ways.items())
        if ways:
            yield Heading(self._label("learn_title"), 3)
            yield Points(tuple(items))

    def _skill_row(self, row: SkillGap) -> tuple[str, ...]:
        asked = self._label("must" if not row.nice else "nice")
        if row.asked is not None:
            asked = self._label("level_asked", level=self._level(row.asked), weight=asked)
        return (
            self._text(row.name),
            self._label("level_unknown") if row.level is None else self._level(row.level),
            asked,
        )

    def _joined(self, names: Iterable[str]) -> str:
        return self._text(phrase("answer.list", items=tuple(names)))

    def _level(self, level: int) -> str:
        return f"{'■' * level}{'□' * (4 - level)} {self._text(phrase(f'levels.{level}'))}"

    def _rests_on(self, report: Report) -> Iterator[Block]:
        yield Heading(self._label("answers"), 2)
        for section in QUESTIONS:
            mine = [said for said in report.answers if said.section == section]
            if mine:
                yield Heading(self._text(phrase(f"sections.{section}")), 3)
                yield Points(tuple(map(self._answer, mine)))

    def _answer(self, said: Said) -> Item:
        key = "evidence_profile" if said.from_profile else "evidence"
        quotes = tuple(self._label("quote", words=quote.words, by=self._text(quote.by)) for quote in said.quotes)
        details = (Detail("", quotes),) if quotes else ()
        return Item(self._label(key, name=self._text(said.name), said=self._text(said.said)), details)


def _first_place(report: Report, whom: Whom) -> int:
    places = [place for place, question in enumerate(report.questions) if question.whom is whom]
    return places[0] if places else len(report.questions)
