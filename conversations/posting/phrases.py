"""Which phrases stand in a sentence: all of them are looked for at once, word by word.

A phrase is words, `{lists}` of words, and `..` for a few words between, as `{build} .. platform`. What it costs grows
with the length of the text, and hardly with the number of phrases.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from conversations.posting.words import Sentence, sentences, stemmed

NEAR: Final = 9
"""Words that `..` may stand for."""
_WIDER: Final = 1.6
"""How many Chinese characters make up for one word there."""
_PART = re.compile(r"\{(\w+)\}|(\.\.)|[^{}\s]+")


class UnknownListError(Exception):
    """A phrase names a list that there is not; the argument is its name."""


@dataclass(slots=True)
class _Node:
    after: "dict[str, _Node]" = field(default_factory=dict)
    ends: list[int] = field(default_factory=list)


class Words:
    """A tree of word sequences, each with a number."""

    def __init__(self) -> None:
        self._root = _Node()

    def put(self, words: Sequence[str], number: int) -> None:
        """Keep a sequence under a number; it must not be empty."""
        node = self._root
        for word in words:
            node = node.after.setdefault(word, _Node())
        if number not in node.ends:
            node.ends.append(number)

    def found(self, words: Sequence[str]) -> Iterator[tuple[int, int, int]]:
        """Yield (number, start, end) of every sequence that stands among the words."""
        root, count = self._root.after, len(words)
        for start in range(count):
            node, at = root.get(words[start]), start + 1
            while node is not None:
                for number in node.ends:
                    yield number, start, at
                node = node.after.get(words[at]) if at < count else None
                at += 1


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase that was found: which, and its words [start, end) in the sentence."""

    phrase: int
    start: int
    end: int


class Phrases:
    """Phrases by number, ready to be looked for."""

    def __init__(self, phrases: Iterable[tuple[int, str]], lists: Mapping[str, Sequence[str]]) -> None:
        """Take phrases and the lists they name.

        Raises:
            UnknownListError: a phrase names another list.

        """
        self._words = Words()
        self._parts: dict[str, int] = {}
        self._beginning: dict[int, list[tuple[int, tuple[tuple[int, int], ...]]]] = {}
        for number, phrase in phrases:
            (_, first), *others = self._read(phrase, lists)
            self._beginning.setdefault(first, []).append((number, tuple(others)))

    def _read(self, phrase: str, lists: Mapping[str, Sequence[str]]) -> list[tuple[int, int]]:
        """Return (words allowed before it, its number) for each part."""
        parts: list[tuple[int, int]] = []
        gap, plain = 0, list[str]()
        for match in _PART.finditer(f"{phrase} .."):
            if match[1] is None and match[2] is None:
                plain.append(match[0])
                continue
            if plain:
                parts.append((gap, self._part(" ".join(plain), [" ".join(plain)])))
                gap, plain = 0, []
            if match[1] is not None:
                if match[1] not in lists:
                    raise UnknownListError(match[1])
                parts.append((gap, self._part(match[0], lists[match[1]])))
                gap = 0
            else:
                gap = NEAR
        return parts

    def _part(self, name: str, members: Sequence[str]) -> int:
        if name not in self._parts:
            self._parts[name] = number = len(self._parts)
            for member in members:
                self._words.put(stems(member), number)
        return self._parts[name]

    def found(self, sentence: Sentence) -> list[Hit]:
        """Return the phrases in a sentence."""
        places: dict[int, list[tuple[int, int]]] = {}
        for part, start, end in self._words.found(sentence.stem):
            places.setdefault(part, []).append((start, end))
        hits: list[Hit] = []
        for first, spans in places.items():
            for number, others in self._beginning.get(first, ()):
                if all(part in places for _, part in others):
                    wider = 1 if sentence.low[spans[0][0]].isascii() else _WIDER
                    hits += (
                        Hit(number, start, to) for start, end in spans if (to := _last(end, others, places, wider))
                    )
        return hits


def _last(
    end: int, others: Sequence[tuple[int, int]], places: Mapping[int, Sequence[tuple[int, int]]], wider: float
) -> int:
    """Return where the parts end that follow a first one; 0 where they do not."""
    for gap, part in others:
        end = next((to for start, to in places[part] if end <= start <= end + gap * wider), 0)
        if not end:
            return 0
    return end


def stems(words: str) -> tuple[str, ...]:
    """Return the stems of what a phrase says."""
    return tuple(stemmed(word) for word in lower(words))


def lower(words: str) -> tuple[str, ...]:
    """Return the words of a phrase in lower case, cut as a posting is cut."""
    return tuple(word for one in sentences(words.lower(), ()) for word in one.low)
