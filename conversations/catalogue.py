"""Text is an address until the last moment: a Phrase names a sentence, a Catalogue holds it in each language."""

import re
from collections import ChainMap
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_decimal

SURFACES = ("chat", "slack", "discord")
"""Where a sentence may be worded in its own way: in a table of this name, at the address that it has elsewhere."""
ENGLISH = "en"
"""The language of whoever asks for one that nobody wrote."""
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Phrase:
    """The address of a sentence, and what goes into its placeholders."""

    key: str
    args: Mapping[str, "Arg"] = field(default_factory=dict)


Arg = str | int | float | date | Phrase | tuple["Phrase | str", ...]
"""A placeholder's filling: the person's own text, a number, a day, another phrase, or several to be listed."""

Entries = Mapping[str, str | tuple[str, ...]]
"""Dotted key -> sentence, or a list of words."""


def phrase(key: str, **args: Arg) -> Phrase:
    """Address a sentence: `phrase("said.noted", answer=...)`."""
    return Phrase(key, args)


def language_for(tag: str, available: Collection[str]) -> str:
    """Return the language to speak to somebody whose platform says "zh-TW", "zh_CN.UTF-8" or "de"."""
    return spoken(tag, available) or ENGLISH


def spoken(tag: str, available: Collection[str]) -> str | None:
    """Return the language that a tag means; None where it is not spoken."""
    wanted = re.split(r"[.@]", tag.casefold().replace("_", "-"))[0]
    by_tag = {one.casefold(): one for one in available}
    while wanted and wanted not in by_tag:
        wanted = wanted.rpartition("-")[0]
    return by_tag.get(wanted)


@cache
def locale_of(language: str) -> Locale:
    """Return the locale of a language; one that nobody knows is English."""
    try:
        return Locale.parse(language, sep="-")
    except (ValueError, UnknownLocaleError):
        return Locale(ENGLISH)


def plural_categories(language: str) -> frozenset[str]:
    """Return the forms that a sentence with a count has in a language: "one" and "other" in English."""
    return locale_of(language).plural_form.tags | {"other"}


class Catalogue:
    """Every sentence and word list, per language; English stands in for a language that it does not have."""

    def __init__(self, languages: Mapping[str, Entries]) -> None:
        self.languages: Mapping[str, Entries] = {
            language: {key: text for key, text in entries.items() if surface_of(key) is None}
            for language, entries in languages.items()
        }
        self._surfaces = {
            (surface, language): {
                key.removeprefix(f"{surface}."): text for key, text in entries.items() if surface_of(key) == surface
            }
            for surface in SURFACES
            for language, entries in languages.items()
        }
        self.worked_out: dict[Hashable, Any] = {}
        """What readers make of the words, once: it hangs on nothing else."""
        self._below: dict[tuple[str, str], Mapping[str, tuple[str, ...]]] = {}

    def on(self, *surfaces: str) -> "Catalogue":
        """Return the catalogue as it is worded there, the last of them having the last word; worked out once."""
        key = ("on", *surfaces)
        if key not in self.worked_out:
            self.worked_out[key] = Catalogue(
                {
                    language: dict(
                        ChainMap(
                            *(self._surfaces.get((one, language), {}) for one in reversed(surfaces)), dict(entries)
                        )
                    )
                    for language, entries in self.languages.items()
                }
            )
        found: Catalogue = self.worked_out[key]
        return found

    def entries(self, language: str) -> Entries:
        """Return what a language has."""
        return self.languages[language if language in self.languages else language_for(language, self.languages)]

    def text(self, said: Phrase | str, language: str) -> str:
        """Word a phrase; text that is already text stays as it is.

        Placeholders are filled by name alone, never by attribute or index, so that a sentence from a
        foreign pack cannot reach into our values. A sentence that depends on a count `n` has an entry for
        each form that the language has, such as `key.one` and `key.other`.

        Raises:
            KeyError: the language has no such sentence, or a placeholder has no filling.

        """
        if isinstance(said, str):
            return said
        entries = self.entries(language)
        found = entries.get(said.key)
        count = said.args.get("n")
        if found is None and isinstance(count, int | float):
            form = locale_of(language).plural_form(count)
            found = entries.get(f"{said.key}.{form}", entries.get(f"{said.key}.other"))
        if not isinstance(found, str):
            raise KeyError(f"{language}: no sentence {said.key}")
        return _PLACEHOLDER.sub(lambda match: self._arg(said.args[match[1]], language), found)

    def words(self, key: str, language: str) -> tuple[str, ...]:
        """Return the word list at a key; empty where there is none."""
        found = self.entries(language).get(key, ())
        return (found,) if isinstance(found, str) else found

    def words_below(self, key: str, language: str) -> Mapping[str, tuple[str, ...]]:
        """Return the word lists below a key, by the rest of their address; looked for once."""
        found = self._below.get((key, language))
        if found is None:
            rests = (name.removeprefix(f"{key}.") for name in self.entries(language) if name.startswith(f"{key}."))
            found = self._below[key, language] = {rest: self.words(f"{key}.{rest}", language) for rest in rests}
        return found

    def _arg(self, arg: Arg, language: str) -> str:
        if isinstance(arg, tuple):
            return self.text(Phrase("list.separator"), language).join(self.text(part, language) for part in arg)
        if isinstance(arg, Phrase | str):
            return self.text(arg, language)
        if isinstance(arg, date):
            return day(arg, language)
        return format_decimal(arg, locale=locale_of(language), group_separator=False)


def day(when: date, language: str, *, short: bool = False) -> str:
    """Write a day as the language writes it: March 2, 2026, or 2026年3月2日."""
    return format_date(when, "medium" if short else "long", locale_of(language))


def surface_of(key: str) -> str | None:
    """Return the surface that an address is for; None where it is said everywhere."""
    root = key.partition(".")[0]
    return root if root in SURFACES else None


def placeholders(sentence: str) -> frozenset[str]:
    """Return the names of the placeholders in a sentence."""
    return frozenset(_PLACEHOLDER.findall(sentence))
