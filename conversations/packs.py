"""The values of a pack -> a Script, or every mistake in them at once.

A pack brings rows, skills and its own sentences; the product's sentences lie under them, and a pack may reword some.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import isfinite
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from conversations.catalogue import ENGLISH, Catalogue, Entries, placeholders, plural_categories, surface_of
from conversations.pack_mistakes import ROWS, SCALE_LIMIT, Rows, read_rows, row_mistakes, said_by_pydantic
from conversations.pack_values import OWN_TEXTS, PACK_FILE, SKILLS_FILE, Mistake, PackValues, Place, Product
from conversations.script import Expectation, ExtraQuestion, Flag, Script, Step
from conversations.vocabulary import QUESTIONS, StepKind, TeamKind

LABEL_LIMIT = 75
"""Characters of a choice's label: what a Slack button takes (Block Kit reference, button text)."""
TEXT_LIMIT = 3000
"""Characters of a sentence: what a Slack section takes (Block Kit reference, section block)."""
STEP_LIMIT, CHOICE_LIMIT, ROW_LIMIT = 200, 40, 200
"""Steps of a pack, choices of a step, and rows of any other kind."""
VALUE_LIMIT, DEPTH_LIMIT = 50_000, 24
"""Values in one file of a pack, and how deeply they may be nested."""
NUMBER_LIMIT = 10**15
"""The largest number of a pack: far beyond every answer, and every computer has it exactly."""
REWORDED = frozenset({"kinds", "sections", "verdict", "goal", "glossary", "card"})
"""What a pack may say in other words, with the placeholders that the product fills."""
_HEAD = frozenset({"id", "version", "expects", *ROWS})
NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
"""What an id looks like."""
_MARKUP = re.compile(r"<[!@#/a-zA-Z]")


class PackMistakesError(Exception):
    """The pack cannot be used; `mistakes` holds each thing wrong with it."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("; ".join(mistake.sentence for mistake in mistakes))
        self.mistakes = mistakes


class _Skill(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    group: str
    aliases: tuple[str, ...]


_SKILLS = TypeAdapter(Mapping[str, _Skill])
_EXPECTS = TypeAdapter(Mapping[TeamKind, Expectation])


def build_script(values: PackValues, product: Product) -> Script:
    """Check the values of a pack and put them together.

    Args:
        values: what its files hold.
        product: language -> every sentence the product comes with. They lie under those of the pack: a row that is
            copied from the core pack brings its words along.

    Raises:
        PackMistakesError: with every mistake found, not just the first.

    """
    mistakes = list(_oversized(values))
    if mistakes:
        raise PackMistakesError(mistakes)
    rows = read_rows(values.pack, mistakes)
    expects = _read(_EXPECTS, values.pack.get("expects", {}), PACK_FILE, ("expects",), mistakes)
    skills = _read(_SKILLS, values.skills, SKILLS_FILE, (), mistakes)
    mistakes += [*_head(values.pack), *row_mistakes(rows, expects), *_skill_mistakes(skills, rows)]
    if not values.locales:
        mistakes.append(Mistake(PACK_FILE, (), "there are no sentences: a pack has at least one file in locales/"))
    groups = {skill.name: skill.group for skill in skills.values()}
    for language, texts in values.locales.items():
        mistakes += _neither_nor(language, texts)
        mistakes += _text_mistakes(
            rows, groups, expects, _Texts(language, dict(_flat(texts)), product, frozenset(skills))
        )
    if mistakes:
        raise PackMistakesError(mistakes)
    catalogue = _laid_over(values.locales, product, {f"skills.{one}": skill.name for one, skill in skills.items()})
    return Script(
        id=values.pack["id"],
        version=values.pack["version"],
        name=pack_name(values),
        steps=tuple(step for _, step in rows.steps),
        flags=tuple(flag for _, flag in rows.flags),
        questions=tuple(question for _, question in rows.questions),
        remarks=tuple(remark for _, remark in rows.remarks),
        expects=expects,
        skills=_aliases(skills, (*product.values(), *values.locales.values())),
        learning=groups,
        skill_ids={skill.name: one for one, skill in skills.items()},
        catalogue=catalogue,
    )


def to_json(values: PackValues) -> str:
    """Write the values as text: the same values, the same text."""
    body = {"pack": values.pack, "skills": values.skills, "locales": values.locales}
    return json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)


def from_json(text: str) -> PackValues:
    """Read values that `to_json` wrote."""
    return PackValues(**json.loads(text))


def pack_name(values: PackValues) -> str:
    """Return the name a check gives its pack: id, version, and the beginning of a digest of everything in it."""
    digest = hashlib.sha256(to_json(values).encode(errors="surrogatepass")).hexdigest()
    return f"{values.pack['id']}-{values.pack['version']}-{digest[:16]}"


def missing_sentences(product: Product, file: str = "locales/{}.toml") -> Iterator[Mistake]:
    """Yield what a language of the product lacks of what English has, or has beyond it, placeholders included."""
    english = dict(_flat(product[ENGLISH]))
    for language, texts in product.items():
        entries = dict(_flat(texts))
        yield from _astray(language, file.format(language), entries, english)
        for key, sentence in english.items():
            if isinstance(sentence, tuple) or _is_plural(key, english):
                continue
            yield from _compared(language, file.format(language), key, sentence, entries.get(key))
        for key in dict.fromkeys(key.rpartition(".")[0] for key in english if _is_plural(key, english)):
            if key not in entries:
                for form in sorted(plural_categories(language)):
                    found = entries.get(f"{key}.{form}")
                    yield from _compared(
                        language, file.format(language), f"{key}.{form}", english[f"{key}.other"], found
                    )


def _astray(language: str, file: str, entries: Entries, english: Entries) -> Iterator[Mistake]:
    """Yield sentences for a surface that stand in for nothing, or for what a pack says, or in this language alone."""
    for key, sentence in entries.items():
        surface = surface_of(key)
        if surface is None:
            continue
        below = key.removeprefix(f"{surface}.")
        instead_of, path = entries.get(below), tuple(key.split("."))
        if not (isinstance(sentence, str) and isinstance(instead_of, str)):
            yield Mistake(file, path, f"{language}: the text {key} rewords nothing: there is no such text")
            continue
        if below.partition(".")[0] in OWN_TEXTS | REWORDED:
            yield Mistake(file, path, f"{language}: the text {key} rewords what a pack says")
        for foreign in sorted(placeholders(sentence) - placeholders(instead_of)):
            said = f"has the placeholder {{{foreign}}}, which nothing fills"
            yield Mistake(file, path, f"{language}: the text {key} {said}")
        if key not in english:
            yield Mistake(file, path, f"{language}: the text {key} is there in no other language")


def _compared(language: str, file: str, key: str, sentence: object, found: object) -> Iterator[Mistake]:
    path = tuple(key.split("."))
    if not isinstance(found, str):
        yield Mistake(file, path, f"{language}: the text {key} is missing")
        return
    wanted = placeholders(str(sentence))
    for foreign in sorted(placeholders(found) - wanted):
        yield Mistake(file, path, f"{language}: the text {key} has the placeholder {{{foreign}}}, which nothing fills")
    for lost in sorted(wanted - placeholders(found) - {"n"}):
        yield Mistake(file, path, f"{language}: the text {key} lacks the placeholder {{{lost}}}")


def _is_plural(key: str, english: Entries) -> bool:
    head, _, form = key.rpartition(".")
    return form in ("one", "other") and f"{head}.other" in english and f"{head}.one" in english


# -- size and shape ------------------------------------------------------------------------------------------------


def _oversized(values: PackValues) -> Iterator[Mistake]:
    files = {PACK_FILE: values.pack, SKILLS_FILE: values.skills}
    files |= {f"locales/{language}.toml": texts for language, texts in values.locales.items()}
    for file, content in files.items():
        deepest, count, huge = 0, 0, False
        waiting: list[tuple[object, int]] = [(content, 1)]
        while waiting and count <= VALUE_LIMIT and deepest <= DEPTH_LIMIT:
            value, depth = waiting.pop()
            count, deepest = count + 1, max(deepest, depth)
            huge = huge or (isinstance(value, int) and abs(value) > NUMBER_LIMIT)
            parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
            waiting += [(part, depth + 1) for part in parts]
        if count > VALUE_LIMIT:
            yield Mistake(file, (), f"there are more than {VALUE_LIMIT:,} values in it")
        if huge:
            yield Mistake(file, (), "a number in it is too large")
        if deepest > DEPTH_LIMIT:
            yield Mistake(file, (), f"it is nested more than {DEPTH_LIMIT} deep")
    for name in ROWS:
        limit = STEP_LIMIT if name == "steps" else ROW_LIMIT
        if len(_list(values.pack, name)) > limit:
            yield Mistake(PACK_FILE, (name, limit), f"there are more than {limit} {name}")
    for place, row in enumerate(_list(values.pack, "steps")):
        if len(_list(row, "choices")) > CHOICE_LIMIT:
            yield Mistake(PACK_FILE, ("steps", place, "choices"), f"a step has at most {CHOICE_LIMIT} choices")


def _list(above: object, name: str) -> Sequence[Any]:
    """Return a list out of a table, and nothing where there is none: that is said where rows are read."""
    found = above.get(name) if isinstance(above, Mapping) else None
    return found if isinstance(found, list) else ()


def _head(pack: Mapping[str, Any]) -> Iterator[Mistake]:
    if not (isinstance(pack.get("id"), str) and NAME.fullmatch(pack["id"])):
        yield Mistake(PACK_FILE, ("id",), "a pack has an id: a small letter, then small letters, digits, - or _")
    if type(pack.get("version")) is not int or not 0 < pack["version"] < 10**6:
        yield Mistake(PACK_FILE, ("version",), "a pack has a version: a whole number from 1 on")
    for key in pack.keys() - _HEAD:
        yield Mistake(PACK_FILE, (key,), f"there is no {key!r} in a pack")
    for name in ROWS:
        for place, row in enumerate(_list(pack, name)):
            for one in (row, *_list(row, "choices")):
                found = one.get("id") if isinstance(one, Mapping) else None
                if isinstance(found, str) and not NAME.fullmatch(found):
                    shown = "".join(c if c.isprintable() else "?" for c in found[:40])
                    yield Mistake(PACK_FILE, (name, place, "id"), f"{shown!r} is no id: small letters, digits, - and _")


def _read(adapter: TypeAdapter[Any], value: object, file: str, at: Place, mistakes: list[Mistake]) -> Any:  # noqa: ANN401  whatever the adapter reads
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        mistakes += said_by_pydantic(error, file, at)
        return {}


def _skill_mistakes(skills: Mapping[str, _Skill], rows: Rows) -> Iterator[Mistake]:
    for one, skill in skills.items():
        for place, word in (
            ("name", skill.name),
            ("group", skill.group),
            *(("aliases", word) for word in skill.aliases),
        ):
            yield from (Mistake(SKILLS_FILE, (one, place), f"{one}: a word {said}") for said in _unfit(word))
        if not NAME.fullmatch(skill.group):
            yield Mistake(SKILLS_FILE, (one, "group"), f"{one}: the group is no id: small letters, digits, - and _")
    for row, step in rows.steps:
        at = ("steps", row, "suggest")
        said = chain.from_iterable(map(_unfit, step.suggest))
        yield from (Mistake(PACK_FILE, at, f"step {step.id}: what it suggests {one}") for one in said)


# -- sentences -----------------------------------------------------------------------------------------------------


def _laid_over(own: Mapping[str, Mapping[str, Any]], product: Product, skills: Mapping[str, str]) -> Catalogue:
    """Lay the pack's sentences over the product's: in a language the pack lacks, those of its first language."""

    def entries(texts: Mapping[str, Any]) -> Iterator[tuple[str, str | tuple[str, ...]]]:
        for key, value in _flat(texts):
            # Of the words for a skill the first is how it is called.
            yield key, value[0] if key in skills and isinstance(value, tuple) and value else value

    first = own.get(ENGLISH) or next(iter(own.values()), {})
    english = dict(_flat(product[ENGLISH]))
    return Catalogue(
        {
            language: {**skills, **english, **dict(entries(texts)), **dict(entries(own.get(language, first)))}
            for language, texts in product.items()
        }
    )


def _flat(texts: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str | tuple[str, ...]]]:
    for key, value in texts.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", tuple(map(str, value)) if isinstance(value, list) else str(value)


def _aliases(skills: Mapping[str, _Skill], languages: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return every word for a skill, in any language, with the skill's name."""
    found = {}
    for one, skill in skills.items():
        words = [word for texts in languages for word in texts.get("skills", {}).get(one, ())]
        for alias in (skill.name, *skill.aliases, *words):
            found[" ".join(unicodedata.normalize("NFKC", alias).casefold().split())] = skill.name
    return found


@dataclass(frozen=True, slots=True)
class _Texts:
    """One language of a pack."""

    language: str
    own: Entries
    product: Product
    skills: frozenset[str]

    def mistake(self, key: str, sentence: str) -> Mistake:
        return Mistake(f"locales/{self.language}.toml", tuple(key.split(".")), f"{self.language}: {sentence}")


def _text_mistakes(
    rows: Rows, groups: Mapping[str, str], expects: Mapping[TeamKind, Expectation], texts: _Texts
) -> Iterator[Mistake]:
    if texts.language not in texts.product:
        yield texts.mistake("", "teamcheck does not speak this language yet")
        return
    # What a language lacks of the product's own is said in English, and is no mistake of the pack.
    english = {key: text for key, text in texts.product[ENGLISH].items() if key not in OWN_TEXTS}
    entries = {**dict(_flat(english)), **dict(_flat(texts.product[texts.language])), **texts.own}
    for key in dict.fromkeys(_required(rows, groups, expects, texts.language)):
        plural = key.rpartition(".")[0] if key.startswith("units.") else key
        if not isinstance(entries.get(key, entries.get(plural)), str):
            yield texts.mistake(key, f"the text {key} is missing")
    for _, step in rows.steps:
        for choice in step.choice_ids:
            key = f"{step.texts}.choices.{choice}"
            if len(str(texts.own.get(key, ""))) > LABEL_LIMIT:
                yield texts.mistake(key, f"the label of {step.id}.{choice} is longer than {LABEL_LIMIT} characters")
    yield from _homeless(rows, texts)
    yield from _strange(rows, texts)


def _neither_nor(language: str, texts: Mapping[str, Any], above: Place = ()) -> Iterator[Mistake]:
    """Yield what is neither a sentence nor a list of words."""
    for key, value in texts.items():
        if isinstance(value, Mapping):
            yield from _neither_nor(language, value, (*above, key))
        elif not all(isinstance(one, str) for one in (value if isinstance(value, list) else [value])):
            said = f"{language}: the text {'.'.join((*map(str, above), key))} is neither a sentence nor a list of words"
            yield Mistake(f"locales/{language}.toml", (*above, key), said)


def _strange(rows: Rows, texts: _Texts) -> Iterator[Mistake]:
    """Yield what a sentence holds that it must not."""
    product = dict(_flat(texts.product[ENGLISH]))
    scales = {f"steps.{step.id}.scale" for _, step in rows.steps if step.kind is StepKind.SCALE}
    for key, value in texts.own.items():
        if key.partition(".")[0] not in OWN_TEXTS | REWORDED:
            continue
        for sentence in value if isinstance(value, tuple) else (value,):
            yield from (texts.mistake(key, f"the text {key} {said}") for said in _unfit(sentence))
        if isinstance(value, str):
            allowed = _fillable(key, product, scales)
            for foreign in sorted(placeholders(value) - allowed):
                yield texts.mistake(key, f"the text {key} has the placeholder {{{foreign}}}, which nothing fills")


def _homeless(rows: Rows, texts: _Texts) -> Iterator[Mistake]:
    """Yield sentences that belong to nothing."""
    product = dict(_flat(texts.product[ENGLISH]))
    homes: dict[str | int, set[str]] = {name: set() for name in ROWS}
    for (home, *_), row in rows.all():
        homes[home].add(row.id)
    parts, terms = _parts(rows), _terms(texts.own)
    for key, value in texts.own.items():
        root, _, rest = key.partition(".")
        name, _, part = rest.partition(".")
        if root not in OWN_TEXTS | REWORDED:
            yield texts.mistake(key, f"the pack cannot change {key}: it is the product's own")
        elif root in REWORDED and key not in terms and type(product.get(key)) is not type(value):
            yield texts.mistake(key, f"the text {key} rewords nothing: there is no such text")
        elif root == "skills" and (name not in texts.skills or not isinstance(value, tuple) or not value):
            yield texts.mistake(key, f"the text {key} is no list of words for a skill of the pack")
        elif root in homes and name not in homes[root] | rows.unread:
            yield texts.mistake(key, f"the text {key} belongs to none of the {root}")
        elif root in homes and name in homes[root] and part not in parts[root, name]:
            yield texts.mistake(key, f"the text {key} belongs to no part of {name}")
    for key, needed in terms.items():
        if needed and not isinstance(texts.own.get(key, product.get(key)), str):
            yield texts.mistake(key, f"the text {key} is missing")


def _terms(own: Entries) -> Mapping[str, bool]:
    """Return what may be said of the terms in the pack's own glossary, and whether it has to be."""
    needed = {"name": True, "text": True, "words": False}
    terms = own.get("glossary.terms", ())
    return {f"glossary.{term}.{part}": must for term in terms for part, must in needed.items()}


def _parts(rows: Rows) -> Mapping[tuple[str | int, str], set[str]]:
    """Return what may be said of each row: the parts of its address behind its id."""
    found: dict[tuple[str | int, str], set[str]] = {}
    for (home, *_), row in rows.all():
        match row:
            case Step():
                points = range(int(row.low), int(row.high) + 1) if isfinite(row.high - row.low) else ()
                words = {*row.choice_ids, *map(str, points[:SCALE_LIMIT])}
                parts = {"name", "ask", "why", "good", "question", "scale", "unit"}
                parts |= {f"choices.{choice}" for choice in row.choice_ids} | {f"words.{word}" for word in words}
            case Flag():
                parts = {"headline", "because", "clears", "question"}
            case ExtraQuestion():
                parts = {"ask", "why", "good"}
            case _:
                parts = {""}
        found.setdefault((home, row.id), set()).update(parts)
    return found


def _fillable(key: str, product: Entries, scales: set[str]) -> set[str]:
    if key in scales:
        return {"low", "high"}
    if key.startswith("units."):
        return {"n"}
    known = product.get(key) if key.partition(".")[0] in REWORDED else None
    return set(placeholders(known)) if isinstance(known, str) else set()


def _unfit(sentence: str) -> Iterator[str]:
    if not sentence.strip():
        yield "is empty"
    if len(sentence) > TEXT_LIMIT:
        yield f"is longer than {TEXT_LIMIT:,} characters"
    for c in sentence:
        if c not in "\n\u200c\u200d" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co"):
            yield f"has the invisible character U+{ord(c):04X}"
            break
    if _MARKUP.search(sentence):
        yield "has markup of a platform: write plain words"
    if re.search(r"[{}]", re.sub(r"\{[a-z_]+\}", "", sentence)):
        yield "has a brace that is no placeholder: they look like {name}"


def _required(
    rows: Rows, groups: Mapping[str, str], expects: Mapping[TeamKind, Expectation], language: str
) -> Iterator[str]:
    """Yield the address of every sentence that the rows of a pack call for."""
    for _, step in rows.steps:
        yield from _texts_of(step, language)
    for _, flag in rows.flags:
        yield from (f"flags.{flag.id}.{part}" for part in ("headline", "because", "clears", "question"))
    for _, question in rows.questions:
        yield from (f"questions.{question.id}.{part}" for part in ("ask", "why", "good"))
    yield from (f"remarks.{remark.id}" for _, remark in rows.remarks)
    yield from (f"learning.{group}" for group in sorted({*groups.values(), "other"}))
    yield from (f"expects.{kind}{half}" for kind in expects for half in ("", "_owns", "_customers"))
    for section in QUESTIONS:
        yield from (f"sections.{section}", f"sections.{section}_intro")


def _texts_of(step: Step, language: str) -> Iterator[str]:
    yield from (f"steps.{step.id}.{part}" for part in ("name", "ask", "why", "good"))
    if step.whom:
        yield f"steps.{step.id}.question"
    yield from (f"{step.texts}.choices.{choice}" for choice in step.choice_ids)
    if step.kind is StepKind.SCALE:
        yield f"steps.{step.id}.scale"
    if step.kind is StepKind.NUMBER:
        yield f"steps.{step.id}.unit"
        # The rarer forms of a language fall back on this one; `missing_sentences` lists them.
        yield from (f"units.{step.id}.{form}" for form in sorted(plural_categories(language) & {"one", "other"}))
