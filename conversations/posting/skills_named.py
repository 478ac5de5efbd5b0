"""Which skills a posting names, and whether it asks for them or would merely welcome them."""

from collections.abc import Iterable, Mapping, Sequence

from conversations.posting.phrases import Hit, Words, lower
from conversations.posting.rules import Skills
from conversations.posting.words import Sentence

_BEGINNING = 4
"""Words of a sentence in which "preferred" counts for all that follows."""


class SkillNames:
    """Finds the names of skills."""

    def __init__(self, rules: Skills, skills: Mapping[str, str]) -> None:
        self._words = Words()
        self._skills: list[tuple[str, str | None]] = []
        cased = {one.lower(): one for one in rules.cased}
        skipped = {one.lower() for one in rules.skipped}
        aliases = {**skills, **{word.lower(): name for name, words in rules.added.items() for word in words}}
        for alias, name in aliases.items():
            if alias not in skipped and (words := lower(alias)):
                self._words.put(words, len(self._skills))
                if words[-1].isascii() and words[-1].isalpha() and len(words[-1]) > 3:  # noqa: PLR2004
                    self._words.put((*words[:-1], f"{words[-1]}s"), len(self._skills))
                self._skills.append((name, cased.get(alias)))
        self.known = frozenset("".join(lower(alias)) for alias in aliases if alias.isascii())
        """Those that are one word, whatever their capitals."""

    def found(self, sentence: Sentence, text: str) -> list[tuple[str, int, int]]:
        """Return (skill, its words [start, end)) in order; of those that overlap, the longest."""
        longest: dict[int, tuple[str, int, int]] = {}
        for number, start, end in self._words.found(sentence.low):
            name, cased = self._skills[number]
            if cased is not None and not _stands(cased, text, sentence.starts[start], sentence.ends[end - 1]):
                continue
            if start not in longest or end > longest[start][2]:
                longest[start] = (name, start, end)
        found: list[tuple[str, int, int]] = []
        for start in sorted(longest):
            if not found or start >= found[-1][2]:
                found.append(longest[start])
        return found


def _stands(cased: str, text: str, start: int, end: int) -> bool:
    """Whether it is written so, and is no part of "R&D" or "C-level"."""
    after = text[end : end + 2]
    return text[start:end] == cased and not (
        len(cased) == 1 and (after[:1] == "&" or after[:1] == "-" or text[start - 1 : start] == "&")
    )


def welcome(sentence: Sentence, preferring: Iterable[Hit], asking: Sequence[Hit]) -> list[tuple[int, int]]:
    """Return the words of a sentence that name what would be welcome: "Python; Java is a plus" -> those about Java.

    Args:
        sentence: any.
        preferring: where it says "a plus", 优先 and the like.
        asking: where it says "experience with", 熟悉 and the like.

    """
    spans = []
    for hit in preferring:
        if hit.start < _BEGINNING and not _asked_before(asking, hit.start):
            spans.append((0, len(sentence)))
            continue
        start = _clause_start(sentence, hit.start, asking)
        spans.append((start, _clause_end(sentence, start, hit.end)))
    return spans


def _asked_before(asking: Sequence[Hit], at: int) -> bool:
    return any(one.start < at for one in asking)


def _clause_start(sentence: Sentence, at: int, asking: Sequence[Hit]) -> int:
    """Go back over clauses until one that asks for something, or an open bracket."""
    depth = 0
    for place in range(at - 1, -1, -1):
        word = sentence.low[place]
        if word in ")]】":
            depth += 1
        elif word in "([【":
            if depth == 0:
                return place + 1
            depth -= 1
        elif word == "," and depth == 0 and any(place < one.start < at for one in asking):
            return place + 1
    return 0


def _clause_end(sentence: Sentence, start: int, at: int) -> int:
    """Go on to the closing bracket, or in Chinese to the comma."""
    bracketed = start > 0 and sentence.low[start - 1] in "([【"
    for place in range(at, len(sentence)):
        word = sentence.low[place]
        if (bracketed and word in ")]】") or (word == "," and not sentence.low[at - 1].isascii()):
            return place
    return len(sentence)
