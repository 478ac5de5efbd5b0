"""The values of a pack -> a Script, or every mistake in them at once."""

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from conversations.catalogue import ENGLISH, Catalogue, Entries, placeholders, plural_categories
from conversations.script import Script, Step
from conversations.vocabulary import QUESTIONS, StepKind

LABEL_LIMIT = 75
"""Characters of a choice's label: what a Slack button takes (Block Kit reference, button text)."""


class PackMistakesError(Exception):
    """The pack cannot be used; `mistakes` holds one plain sentence for each thing wrong with it."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("; ".join(mistakes))
        self.mistakes = mistakes


class _Skill(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    group: str
    aliases: tuple[str, ...]


_SKILLS = TypeAdapter(Mapping[str, _Skill])


def build_script(
    pack: Mapping[str, Any], skills: Mapping[str, Any], locales: Mapping[str, Mapping[str, Any]]
) -> Script:
    """Check the values of a pack and put them together.

    Args:
        pack: the questionnaire, as read from its file.
        skills: skill key -> name, group and aliases.
        locales: language -> nested sentences and word lists.

    Raises:
        PackMistakesError: with every mistake found, not just the first.

    """
    catalogue = Catalogue({language: dict(_flat(texts)) for language, texts in locales.items()})
    try:
        known = _SKILLS.validate_python(skills)
        groups = {skill.name: skill.group for skill in known.values()}
        values = {**pack, "skills": _aliases(known), "learning": groups, "catalogue": catalogue}
        script = Script.model_validate(values)
    except ValidationError as error:
        raise PackMistakesError([_sentence(one) for one in error.errors()]) from error
    mistakes = [mistake for language in catalogue.languages for mistake in _text_mistakes(script, language)]
    if mistakes:
        raise PackMistakesError(mistakes)
    return script


def _flat(texts: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str | tuple[str, ...]]]:
    for key, value in texts.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", tuple(value) if isinstance(value, list) else str(value)


def _aliases(skills: Mapping[str, _Skill]) -> dict[str, str]:
    found = {}
    for skill in skills.values():
        for alias in (skill.name, *skill.aliases):
            found[" ".join(unicodedata.normalize("NFKC", alias).casefold().split())] = skill.name
    return found


def _sentence(error: Any) -> str:  # noqa: ANN401  pydantic's error details
    where = ".".join(str(part) for part in error["loc"])
    return f"{where}: {error['msg']}" if where else str(error["msg"])


def _text_mistakes(script: Script, language: str) -> Iterator[str]:
    entries = script.catalogue.languages[language]
    for key in dict.fromkeys(required_texts(script, language)):
        if not isinstance(entries.get(key), str):
            yield f"{language}: the text {key} is missing"
    for step in script.steps:
        for choice in step.choice_ids:
            label = entries.get(f"{step.texts}.choices.{choice}", "")
            if isinstance(label, str) and len(label) > LABEL_LIMIT:
                yield f"{language}: the label of {step.id}.{choice} is longer than {LABEL_LIMIT} characters"
    for key, foreign in _foreign_placeholders(script, entries, language):
        yield f"{language}: the text {key} has the placeholder {{{foreign}}}, which nothing fills"


def required_texts(script: Script, language: str = ENGLISH) -> Iterator[str]:
    """Yield the address of every sentence that the rows of a pack call for."""
    for step in script.steps:
        yield from (f"steps.{step.id}.{part}" for part in ("name", "ask", "why", "good"))
        if step.whom:
            yield f"steps.{step.id}.question"
        yield from (f"{step.texts}.choices.{choice}" for choice in step.choice_ids)
        yield from _number_texts(step, language)
    for flag in script.flags:
        yield from (f"flags.{flag.id}.{part}" for part in ("headline", "because", "clears", "question"))
    for question in script.questions:
        yield from (f"questions.{question.id}.{part}" for part in ("ask", "why", "good"))
    yield from (f"remarks.{remark.id}" for remark in script.remarks)
    yield from (f"learning.{group}" for group in sorted({*script.learning.values(), "other"}))
    yield from (f"expects.{kind}{half}" for kind in script.expects for half in ("", "_owns", "_customers"))
    for section in QUESTIONS:
        yield from (f"sections.{section}", f"sections.{section}_intro")


def _number_texts(step: Step, language: str) -> Iterator[str]:
    if step.kind is StepKind.SCALE:
        yield f"steps.{step.id}.scale"
    if step.kind is StepKind.NUMBER:
        yield f"steps.{step.id}.unit"
        yield from (f"units.{step.id}.{form}" for form in sorted(plural_categories(language)))


def _foreign_placeholders(script: Script, entries: Entries, language: str) -> Iterator[tuple[str, str]]:
    scales = {f"steps.{step.id}.scale" for step in script.steps if step.kind is StepKind.SCALE}
    for key in dict.fromkeys(required_texts(script, language)):
        sentence = entries.get(key, "")
        if isinstance(sentence, str):
            allowed = {"low", "high"} if key in scales else {"n"} if key.startswith("units.") else set()
            yield from ((key, name) for name in sorted(placeholders(sentence) - allowed))
