"""Text is an address until the last moment: a Phrase names a sentence, a Catalogue holds it in each language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Phrase:
    """The address of a sentence, and what goes into its placeholders."""

    key: str
    args: Mapping[str, "Arg"] = field(default_factory=dict)


Arg = str | int | float | Phrase | tuple["Phrase | str", ...]
"""A placeholder's filling: the person's own text, a number, another phrase, or several to be listed."""

Entries = Mapping[str, str | tuple[str, ...]]
"""Dotted key -> sentence, or a list of words."""


def phrase(key: str, **args: Arg) -> Phrase:
    """Address a sentence: `phrase("said.noted", answer=...)`."""
    return Phrase(key, args)


class Catalogue:
    """Every sentence and word list, per language."""

    def __init__(self, languages: Mapping[str, Entries]) -> None:
        self.languages = languages

    def text(self, said: Phrase | str, language: str) -> str:
        """Word a phrase; text that is already text stays as it is.

        Placeholders are filled by name alone, never by attribute or index, so that a sentence from a
        foreign pack cannot reach into our values. A sentence that depends on a count `n` has the two
        entries `key.one` and `key.other`.

        Raises:
            KeyError: the language has no such sentence, or a placeholder has no filling.

        """
        if isinstance(said, str):
            return said
        entries = self.languages[language]
        found = entries.get(said.key)
        if found is None and "n" in said.args:
            found = entries.get(f"{said.key}.one" if said.args["n"] == 1 else f"{said.key}.other")
        if not isinstance(found, str):
            raise KeyError(f"{language}: no sentence {said.key}")
        return _PLACEHOLDER.sub(lambda match: self._arg(said.args[match[1]], language), found)

    def words(self, key: str, language: str) -> tuple[str, ...]:
        """Return the word list at a key; empty where there is none."""
        found = self.languages[language].get(key, ())
        return (found,) if isinstance(found, str) else found

    def _arg(self, arg: Arg, language: str) -> str:
        if isinstance(arg, tuple):
            return self.text(Phrase("list.separator"), language).join(self.text(part, language) for part in arg)
        if isinstance(arg, Phrase | str):
            return self.text(arg, language)
        return f"{arg:g}"


def placeholders(sentence: str) -> frozenset[str]:
    """Return the names of the placeholders in a sentence."""
    return frozenset(_PLACEHOLDER.findall(sentence))
