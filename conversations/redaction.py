"""One step in front of every renderer of a shared report: what a channel sees of it, and nothing else.

Fields are found by reflection and looked up in a table. One that the table does not name is private, so that what is
added to a report later stays hidden until somebody has thought about it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, date, datetime, time
from enum import StrEnum
from functools import cache
from hashlib import sha256
from operator import attrgetter
from types import NoneType
from typing import Any, get_args, get_type_hints

from conversations.catalogue import Phrase, phrase
from conversations.report import (
    Contradiction,
    Evidence,
    MentorSaid,
    OpenQuestion,
    Quote,
    RaisedFlag,
    Report,
    Said,
    SkillGap,
    Verdict,
    of_mentor,
)
from conversations.session import Share


class Shows(StrEnum):
    """What a field may give away."""

    OPEN = "open"
    """Words of the product and its packs, numbers, ids: everybody may see them."""
    WORDS = "words"
    """The same; but where it is plain text, that is a note of the person's own."""
    COMPANY = "company"
    PEOPLE = "people"
    QUOTES = "quotes"
    SKILLS = "skills"
    """Names of skills, and how well the person has them."""
    NOTES = "notes"
    """Whatever the person wrote themselves."""
    DECISION = "decision"
    PRIVATE = "private"
    """In no channel, whatever the owner shows."""


HIDEABLE = (Shows.COMPANY, Shows.PEOPLE, Shows.QUOTES, Shows.NOTES, Shows.DECISION)
"""Hidden unless the owner shows it."""
SHOWN = (Shows.SKILLS,)
"""Shown unless the owner hides it."""

_ = Shows
FIELDS: Mapping[type, Mapping[str, Shows]] = {
    Report: {
        "check": _.PRIVATE,
        "pack": _.PRIVATE,  # its name may be a company's
        "team": _.COMPANY,
        "changed_at": _.PRIVATE,  # to the microsecond it would tie two copies together
        "complete": _.OPEN,
        "decision": _.DECISION,
        "goal": _.OPEN,
        "verdicts": _.OPEN,
        "flags": _.OPEN,
        "questions": _.OPEN,
        "skills": _.SKILLS,
        "contradictions": _.OPEN,
        "answers": _.OPEN,
        "small_print": _.OPEN,
        "remarks": _.PRIVATE,
    },
    MentorSaid: dict.fromkeys(("number", "text", "at", "question"), _.PRIVATE),
    Verdict: {
        "question": _.OPEN,
        "state": _.OPEN,
        "headline": _.OPEN,
        "notes": _.OPEN,
        "confidence": _.OPEN,
        "answered": _.OPEN,
        "asked": _.OPEN,
        "sources": _.PEOPLE,
        "evidence": _.OPEN,
        "would_change": _.OPEN,
        "sides": _.OPEN,
    },
    RaisedFlag: {
        "id": _.OPEN,
        "section": _.OPEN,
        "severity": _.OPEN,
        "headline": _.OPEN,
        "because": _.OPEN,
        "clears": _.OPEN,
        "evidence": _.OPEN,
        "number": _.OPEN,
        "fine": _.NOTES,
    },
    OpenQuestion: {
        "id": _.OPEN,
        "section": _.OPEN,
        "whom": _.OPEN,
        "ask": _.OPEN,
        "why": _.OPEN,
        "good": _.OPEN,
    },
    Evidence: {"step": _.OPEN, "name": _.OPEN, "said": _.OPEN, "side": _.OPEN, "weight": _.OPEN},
    Contradiction: {"step": _.OPEN, "section": _.OPEN, "name": _.OPEN, "sides": _.OPEN},
    SkillGap: {"name": _.WORDS, "level": _.OPEN, "asked": _.OPEN, "nice": _.OPEN, "learn": _.OPEN},
    Said: {
        "number": _.OPEN,
        "step": _.OPEN,
        "section": _.OPEN,
        "name": _.OPEN,
        "said": _.OPEN,
        "quotes": _.QUOTES,
        "from_profile": _.OPEN,
    },
    Quote: {"words": _.QUOTES, "by": _.PEOPLE},
}

_HIDDEN = phrase("share.hidden")
_TELL_PEOPLE = ("source.", "shared.sources.")
"""Where the sentences stand that say who told something."""
_NAME_SKILLS = ("skills.", "answer.skill")
"""And those that name a skill."""
_LETTERS = "ABCDEFGHKLMNPRSTUVWXYZ"
"""Those that nobody takes for a number or for each other."""
_LONGEST = 99


def pseudonym(share: Share) -> Phrase:
    """Return what the team is called in a copy: the same as long as it stands, and nothing that ties it to another."""
    drawn = int.from_bytes(sha256(f"pseudonym of {share.id}".encode()).digest()[:8])
    letter, number = _LETTERS[drawn % len(_LETTERS)], 1 + drawn // len(_LETTERS) % _LONGEST
    return phrase("share.team", code=f"{letter}{number}")


def redact(report: Report, share: Share, names: Collection[str]) -> Report:
    """Return the report as a channel sees it.

    Args:
        report: the whole of it.
        share: the copy; `shown` names what its owner shows of what is else hidden.
        names: every name that the person gave the team; none of them is seen inside other text either.

    """
    known = (*names, report.team) if isinstance(report.team, str) else names
    shown = (frozenset(share.shown) & frozenset(HIDEABLE)) | (frozenset(SHOWN) - frozenset(share.hidden))
    if Shows.NOTES not in shown:  # what a mentor would have the person ask is of no use without its words
        report = replace(report, questions=tuple(one for one in report.questions if not of_mentor(one)))
    seen: Report = _Redaction(shown, tuple(one.casefold() for one in known if one.strip())).record(report)
    day = datetime.combine((share.updated_at or share.at).date(), time(), UTC)
    return replace(seen, team=seen.team or pseudonym(share), changed_at=day)


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    shows: Shows
    optional: bool
    plain: bool
    """It takes no phrase, so what is hidden in it is empty."""


@cache
def _fields(record: type) -> tuple[_Field, ...]:
    table, hints = FIELDS.get(record, {}), get_type_hints(record)
    kinds = {one.name: {hints[one.name], *get_args(hints[one.name])} for one in fields(record)}
    return tuple(
        _Field(name, table.get(name, Shows.PRIVATE), NoneType in takes, Phrase not in takes)
        for name, takes in kinds.items()
    )


@dataclass(frozen=True, slots=True)
class _Redaction:
    shown: frozenset[str]
    names: tuple[str, ...]

    def record(self, value: Any) -> Any:  # noqa: ANN401  any record of a report
        found = _fields(value.__class__)
        return replace(value, **{one.name: self._field(attrgetter(one.name)(value), one) for one in found})

    def _field(self, value: object, field: _Field) -> object:
        match field.shows:
            case Shows.OPEN:
                return self._seen(value, None)
            case Shows.WORDS:
                return self._seen(value, Shows.NOTES)
            case shows if shows in self.shown:
                seen = self._seen(value, shows)
                return "" if field.plain and isinstance(seen, Phrase) else seen
            case _:
                return _blank(value, optional=field.optional)

    def _seen(self, value: object, text: Shows | None) -> object:
        """Go through what is shown; `text` says what plain text in it would give away, None: nothing."""
        if isinstance(value, Phrase):
            return self._phrase(value)
        if isinstance(value, tuple):
            return tuple(self._seen(one, text) for one in value)
        if is_dataclass(value):
            return self.record(value)
        if isinstance(value, str) and text:
            return self._own(value, text)
        return value

    def _phrase(self, said: Phrase) -> Phrase:
        if said.key.startswith(_TELL_PEOPLE) and Shows.PEOPLE not in self.shown:
            return _HIDDEN
        if said.key.startswith(_NAME_SKILLS) and Shows.SKILLS not in self.shown:
            return _HIDDEN
        return Phrase(said.key, {name: self._filling(one) for name, one in said.args.items()})

    def _filling(self, filling: object) -> Any:  # noqa: ANN401  an Arg again
        match filling:
            case Phrase():
                return self._phrase(filling)
            case tuple():
                seen = tuple(self._filling(one) for one in filling)
                return seen[:1] if all(one == _HIDDEN for one in seen) else seen
            case str():
                return self._own(filling, Shows.NOTES)
            case int() | float() | date():
                return filling
            case _:
                return _HIDDEN

    def _own(self, text: str, shows: Shows) -> Phrase | str:
        """Keep the person's own text where it may be seen, and names the company to nobody who may not see that."""
        folded = text.casefold()
        named = folded in self.names or shows is Shows.COMPANY
        allowed = (Shows.COMPANY if named else shows) in self.shown
        gives_away = Shows.COMPANY not in self.shown and any(name in folded for name in self.names)
        return text if not text or (allowed and not gives_away) else _HIDDEN


def _blank(value: object, *, optional: bool) -> object:
    match value:
        case None:
            return None
        case str():
            return ""
        case Phrase():
            return None if optional else _HIDDEN
        case tuple():
            return (_HIDDEN,) if value and all(isinstance(one, Phrase) for one in value) else ()
        case datetime():
            return datetime.min.replace(tzinfo=UTC)
        case int() | float():
            return type(value)()
        case _ if optional:
            return None
        case _:
            raise TypeError(f"no blank for {type(value).__name__}")
