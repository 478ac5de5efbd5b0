"""A report as a card: what a picture of it shows, and the same in words for whoever cannot see it."""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Literal, get_args

from adapters.documents.typesetting import typeset
from conversations.catalogue import Arg, Catalogue, Phrase, phrase
from conversations.report import Confidence, RaisedFlag, Report, SkillGap, Verdict
from conversations.vocabulary import Whom

SKILLS, FLAGS, QUESTIONS = 6, 4, 3
"""How many of each a card has room for; it is read in passing."""
_NAME, _SKILL, _LINE = 64, 28, 150
"""Columns of a team's name, of a skill's, and of a sentence; a Chinese character takes two."""
_STOPS = ".?!…。？！"
_BARS: dict[Confidence | None, int] = {None: 0, "low": 1, "medium": 2, "high": 3}

Grade = Literal["high", "medium", "low", "fine"]
"""How grave a flag is; or the person is fine with it."""


@dataclass(frozen=True, slots=True)
class CardVerdict:
    """One of the three verdicts. `bars`: 0 (nothing is claimed) to 3 (high confidence)."""

    section: str
    headline: str
    sure: str
    bars: int
    covered: str
    answered: int
    asked: int


@dataclass(frozen=True, slots=True)
class CardSkill:
    """One row of the gap chart: levels from 0 to 4, None where not said."""

    name: str
    weight: str
    mine: int | None
    asked: int | None
    gap: str


@dataclass(frozen=True, slots=True)
class CardGrade:
    """How many flags are of one grade."""

    grade: Grade
    severity: str
    count: int


@dataclass(frozen=True, slots=True)
class CardFlag:
    """A red flag."""

    grade: Grade
    severity: str
    headline: str


@dataclass(frozen=True, slots=True)
class CardQuestion:
    """An open question, and whom to ask."""

    ask: str
    whom: str


@dataclass(frozen=True, slots=True)
class Card:
    """Everything that a card says, in one language. `more_...` says how many are left out, or is empty."""

    language: str
    title: str
    team: str
    partial: str
    decision: str
    verdicts: tuple[CardVerdict, ...]
    skills_title: str
    legend: tuple[str, str, str]
    scale: tuple[str, str]
    skills: tuple[CardSkill, ...]
    more_skills: str
    flags_title: str
    no_flags: str
    grades: tuple[CardGrade, ...]
    flags: tuple[CardFlag, ...]
    more_flags: str
    questions_title: str
    questions: tuple[CardQuestion, ...]
    more_questions: str
    small_print: tuple[str, ...]


async def card_png(report: Report, catalogue: Catalogue, language: str, *, shared: bool = False) -> bytes:
    """Draw the card of a report as a PNG, 800 pixels wide, off the event loop.

    Args:
        report: where it is for others, the one that redaction returned.
        catalogue: the words.
        language: in which of its languages.
        shared: say at its foot that “you” is whoever shared it.

    Raises:
        PicturesMissingError: the optional part is not installed.

    """
    return await typeset("card.typ", asdict(card_of(report, catalogue, language, shared=shared)), "png")


def alt_text(report: Report, catalogue: Catalogue, language: str, limit: int = 1024) -> str:
    """Say in words what the card shows, with its values; cut by whole sentences to `limit` characters."""
    said = _Words(catalogue, language)
    told = ""
    more = said.of("picture.alt.more")
    sentences = list(said.sentences(said.card(report, shared=False)))
    for place, sentence in enumerate(sentences):
        left = limit - len(told) - len(sentence)
        if left < (len(more) if place < len(sentences) - 1 else 0):
            return (told + more)[:limit].strip()
        told += sentence
    return told.strip()


def card_of(report: Report, catalogue: Catalogue, language: str, *, shared: bool = False) -> Card:
    """Return what the card of a report says."""
    return _Words(catalogue, language).card(report, shared=shared)


@dataclass(frozen=True, slots=True)
class _Words:
    catalogue: Catalogue
    language: str

    def text(self, said: Phrase | str) -> str:
        return self.catalogue.text(said, self.language)

    def of(self, key: str, **args: Arg) -> str:
        return self.text(phrase(key, **args))

    def card(self, report: Report, *, shared: bool) -> Card:
        flags = sorted(report.flags, key=lambda flag: flag.fine is not None)
        to_ask = [question for question in report.questions if question.whom is not Whom.YOURSELF]
        known = any(verdict.confidence for verdict in report.verdicts)
        date = phrase("report.date", date=report.changed_at.date())
        return Card(
            language=self.language,
            title=self.of("report.title"),
            team=clipped(self.text(report.team), _NAME),
            partial="" if report.complete else self.of("report.partial"),
            decision=clipped(self.text(report.decision), _LINE) if report.decision else "",
            verdicts=tuple(map(self._verdict, report.verdicts)),
            skills_title=self.of("picture.skills"),
            legend=(self.of("report.skill_mine"), self.of("report.skill_asked"), self.of("report.level_unknown")),
            scale=(self.of("levels.0"), self.of("levels.4")),
            skills=tuple(map(self._skill, report.skills[:SKILLS])),
            more_skills=self._more("skills", report.skills, SKILLS),
            flags_title=self.of("share.card.flags", n=len(flags)) if flags else self.of("report.flags"),
            no_flags="" if flags else self.of("report.no_flags" if known else "report.no_flags_unknown"),
            grades=tuple(self._grades(flags)),
            flags=tuple(map(self._flag, flags[:FLAGS])),
            more_flags=self._more("flags", flags, FLAGS),
            questions_title=self.of("share.card.questions", n=len(to_ask))
            if to_ask
            else self.of("share.card.no_questions"),
            questions=tuple(
                CardQuestion(clipped(self.text(one.ask), _LINE), self.of(f"whom.{one.whom}"))
                for one in to_ask[:QUESTIONS]
            ),
            more_questions=self._more("questions", to_ask, QUESTIONS),
            small_print=(self.text(date), self.of("share.card.about" if shared else "picture.about")),
        )

    def _more(self, what: str, found: Sequence[object], shown: int) -> str:
        left = len(found) - shown
        return self.of(f"picture.more_{what}", n=left) if left > 0 else ""

    def _verdict(self, verdict: Verdict) -> CardVerdict:
        section = self.of(f"sections.{verdict.question}_short")
        return CardVerdict(
            section=section[:1].upper() + section[1:],
            headline=clipped(self.text(verdict.headline), _LINE),
            sure=self.of(f"report.confidence_{verdict.confidence or 'none'}"),
            bars=_BARS[verdict.confidence],
            covered=self.of("report.coverage", answered=verdict.answered, asked=verdict.asked),
            answered=verdict.answered,
            asked=verdict.asked,
        )

    def _skill(self, row: SkillGap) -> CardSkill:
        weight = self.of("report.nice" if row.nice else "report.must")
        return CardSkill(clipped(self.text(row.name), _SKILL), weight, row.level, row.asked, self._gap(row))

    def _gap(self, row: SkillGap) -> str:
        if row.level is None or row.asked is None:
            said = "only_mine" if row.level is not None else "only_asked" if row.asked is not None else "neither"
            return self.of(f"picture.gap.{said}")
        short = row.asked - row.level
        if not short:
            return self.of("picture.gap.even")
        return self.of("picture.gap.short" if short > 0 else "picture.gap.above", n=abs(short))

    def _flag(self, flag: RaisedFlag) -> CardFlag:
        grade = _grade(flag)
        return CardFlag(grade, self.of(f"picture.severity.{grade}"), clipped(self.text(flag.headline), _LINE))

    def _grades(self, flags: Sequence[RaisedFlag]) -> Iterator[CardGrade]:
        counted = Counter(map(_grade, flags))
        for grade in get_args(Grade):
            if counted[grade]:
                yield CardGrade(grade, self.of(f"picture.severity.{grade}"), counted[grade])

    def sentences(self, card: Card) -> Iterator[str]:
        """Yield what a card says, the weightiest first."""

        def listed(title: str, items: list[str], more: str) -> str:
            lines = (*items, *filter(None, [more]))
            return self.of("picture.alt.listed", title=title, items=lines) if lines else title

        def stopped(said: str) -> str:
            return self.of("picture.alt.own_stop" if said[-1] in _STOPS else "picture.alt.sentence", said=said)

        yield stopped(self.of("picture.alt.listed", title=card.title, items=card.team) if card.team else card.title)
        if card.partial:
            yield stopped(card.partial)
        for one in card.verdicts:
            judged = self.of("report.judged", headline=one.headline, sure=one.sure, covered=one.covered)
            yield stopped(self.of("share.card.verdict", section=one.section, judged=judged))
        title = card.flags_title
        if card.more_flags:
            counts = tuple(self.of("picture.alt.count", severity=one.severity, n=one.count) for one in card.grades)
            title = self.of("picture.alt.counted", title=title, counts=counts)
        flags = [self.of("picture.alt.flag", severity=one.severity, headline=one.headline) for one in card.flags]
        yield stopped(listed(title, flags, card.more_flags or card.no_flags))
        if card.skills:
            yield stopped(listed(self.of("picture.alt.skills"), list(map(self._row, card.skills)), card.more_skills))
        yield stopped(listed(card.questions_title, [one.ask for one in card.questions], card.more_questions))
        if card.decision:
            yield stopped(card.decision)
        yield stopped(card.small_print[0])

    def _row(self, row: CardSkill) -> str:
        unknown = self.of("report.level_unknown")
        mine, asked = (
            unknown if level is None else self.of("picture.alt.level", n=level) for level in (row.mine, row.asked)
        )
        return self.of("picture.alt.skill", name=row.name, mine=mine, asked=asked, weight=row.weight)


def _grade(flag: RaisedFlag) -> Grade:
    return flag.severity if flag.fine is None else "fine"


def clipped(text: str, columns: int) -> str:
    """Return the beginning of a text that takes no more columns, with … where it goes on."""
    taken = 0
    for place, sign in enumerate(text):
        if not unicodedata.combining(sign):
            taken += 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        if taken > columns:
            return f"{text[: place - 1].rstrip()}…"
    return text
