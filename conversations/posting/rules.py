"""The values of posting.toml -> rules, or every mistake in them. docs/postings.md says what a row means."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from conversations.pack_mistakes import said_by_pydantic
from conversations.pack_values import Mistake, Place
from conversations.posting.proposals import Customer, Ownership, Stage
from conversations.vocabulary import TEAM_KINDS

RULES_FILE = "posting.toml"
SectionId = Literal["role", "duties", "required", "preferred", "company", "offer", "legal"]
About = Literal["kind", "owns", "customer", "hand_over", "stage"]
SAYS: Mapping[About, tuple[str, ...]] = {
    "kind": TEAM_KINDS,
    "owns": get_args(Ownership)[:2],
    "customer": get_args(Customer)[:-1],
    "hand_over": ("yes",),
    "stage": get_args(Stage),
}
"""What a cue may say, by what it is about."""
LISTS = ("jobs", "hiring", "addressing", "asking", "degrees", "preferring", "setting_aside", "boilerplate")
"""Lists that the reader itself asks for."""
_PHRASE = re.compile(r"(?!\.\.)(?:\{\w+\}|\.\.|[^{}\s]+)(?: (?:\{\w+\}|\.\.|[^{}\s]+))*(?<!\.\.)")

Words = tuple[Annotated[str, Field(min_length=1, max_length=200)], ...]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    en: Words = ()
    zh: Words = ()

    @property
    def phrases(self) -> Words:
        """In every language."""
        return self.en + self.zh


class Section(_Row):
    """A part of a posting: its headings, and how much counts what stands in it."""

    id: SectionId
    weight: float = Field(ge=0, le=1)


class Cue(_Row):
    """Phrases that suggest one value."""

    about: About
    says: str
    weight: float = Field(gt=0, le=5)
    sections: tuple[SectionId, ...] = ()
    """Where it counts; everywhere, if empty."""
    why: str = ""
    """For whoever reads the file."""


class Skills(BaseModel):
    """How the names of skills are met in postings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    skipped: tuple[str, ...] = ()
    """Aliases that say too little in running text."""
    cased: tuple[str, ...] = ()
    """Aliases that count only in these capitals."""
    masked: tuple[str, ...] = ()
    """Longer names, or phrases of every day, in which a skill's name is none."""
    subjects: tuple[str, ...] = ()
    """Skills that are fields of study too: beside a degree they are no demand."""
    umbrellas: tuple[str, ...] = ()
    """Skills that stand for the tools named behind them, and say nothing beside those."""
    added: Mapping[str, Words] = Field(default_factory=dict)
    """Skill -> more words for it."""
    exported: Mapping[str, str] = Field(default_factory=dict)
    """Skill -> its name in lines of JSON, where that is another than its own in lower case."""


class Signs(BaseModel):
    """Which signs are read as which: the ones of `traditional` as those at the same place of `simplified`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    traditional: str = ""
    simplified: str = ""

    @property
    def table(self) -> dict[int, str]:
        """By code point, as `str.translate` takes it."""
        return {ord(one): other for one, other in zip(self.traditional, self.simplified, strict=True)}


class Answers(BaseModel):
    """Which answers of a check follow from what was read, for the person to confirm."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    about: Literal["kind", "owns", "customer", "hand_over", "stage", "skills", "title"]
    step: str
    choices: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """What was read -> choices of the step."""


class PostingRules(BaseModel):
    """All of posting.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lists: Mapping[str, Words]
    sections: tuple[Section, ...]
    cues: tuple[Cue, ...]
    skills: Skills = Skills()
    signs: Signs = Signs()
    answers: tuple[Answers, ...] = ()


@dataclass(frozen=True, slots=True)
class _Phrase:
    text: str
    place: Place


class PostingMistakesError(Exception):
    """The rules cannot be used; `mistakes` holds each thing wrong with them."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("; ".join(mistake.sentence for mistake in mistakes))
        self.mistakes = mistakes


def read_rules(values: Mapping[str, Any], skills: Mapping[str, str]) -> PostingRules:
    """Check the values of posting.toml.

    Args:
        values: what the file holds.
        skills: alias in lower case -> the skill's name, as `Script.skills` has them.

    Raises:
        PostingMistakesError: with every mistake found.

    """
    try:
        rules = PostingRules.model_validate(values)
    except ValidationError as error:
        raise PostingMistakesError(said_by_pydantic(error, RULES_FILE)) from None
    mistakes = [*_phrase_mistakes(rules), *_value_mistakes(rules), *_skill_mistakes(rules.skills, skills)]
    if mistakes:
        raise PostingMistakesError(mistakes)
    return rules


def _phrases(rules: PostingRules) -> Iterator[_Phrase]:
    for kind, rows in (("sections", rules.sections), ("cues", rules.cues)):
        for number, row in enumerate(rows):
            for language, phrases in (("en", row.en), ("zh", row.zh)):
                yield from (_Phrase(one, (kind, number, language, at)) for at, one in enumerate(phrases))
    for name in LISTS:
        yield from (_Phrase(one, ("lists", name, at)) for at, one in enumerate(rules.lists.get(name, ())))


def _phrase_mistakes(rules: PostingRules) -> Iterator[Mistake]:
    for phrase in _phrases(rules):
        if not _PHRASE.fullmatch(phrase.text):
            yield _mistake(
                phrase.place, f"“{phrase.text}” is no phrase: words, {{lists}} and .. between them, single spaces"
            )
        for name in re.findall(r"\{(\w+)\}", phrase.text):
            if name not in rules.lists:
                yield _mistake(phrase.place, f"there is no list {name}")
    for name, members in rules.lists.items():
        if name not in LISTS:
            for at, member in enumerate(members):
                if "{" in member or ".." in member:
                    yield _mistake(("lists", name, at), f"“{member}”: a list that phrases name holds words alone")
    yield from (_mistake(("lists",), f"the list {name} is missing") for name in LISTS if name not in rules.lists)


def _value_mistakes(rules: PostingRules) -> Iterator[Mistake]:
    if len(rules.signs.traditional) != len(rules.signs.simplified):
        yield _mistake(("signs",), "traditional and simplified have as many signs as each other")
    for number, cue in enumerate(rules.cues):
        if cue.says not in SAYS[cue.about]:
            yield _mistake(
                ("cues", number, "says"), f"{cue.about} cannot be {cue.says}: one of {', '.join(SAYS[cue.about])}"
            )
        if not cue.phrases:
            yield _mistake(("cues", number), "a cue has at least one phrase")


def _skill_mistakes(own: Skills, skills: Mapping[str, str]) -> Iterator[Mistake]:
    names = set(skills.values())
    for field, listed in (("subjects", own.subjects), ("umbrellas", own.umbrellas)):
        yield from (
            _mistake(("skills", field, at), f"there is no skill {one}")
            for at, one in enumerate(listed)
            if one not in names
        )
    for table, rows in (("added", own.added), ("exported", own.exported)):
        yield from (_mistake(("skills", table, one), f"there is no skill {one}") for one in rows if one not in names)
    yield from (
        _mistake(("skills", "skipped", at), f"no skill goes by {one}")
        for at, one in enumerate(own.skipped)
        if one.lower() not in skills
    )


def _mistake(place: Place, sentence: str) -> Mistake:
    return Mistake(RULES_FILE, place, sentence)
