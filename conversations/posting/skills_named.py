"""Which skills a posting names, and whether it asks for them or would merely welcome them."""

import re
from collections.abc import Iterable, Mapping, Sequence

from conversations.posting.phrases import Hit, Words, lower
from conversations.posting.rules import Skills
from conversations.posting.words import Sentence

_LISTED = 6
"""Words behind a skill within which a tool makes it the head of a list: "cloud platforms (AWS, ...)"."""
_AROUND = 12
"""Characters on either side in which Chinese is looked for: there, names are often written small."""
_BEGINNING = 4
"""Words of a sentence in which "preferred" counts for all that follows."""


class SkillNames:
    """Finds the names of skills."""

    def __init__(self, rules: Skills, skills: Mapping[str, str]) -> None:
        self._words = Words()
        self._skills: list[tuple[str | None, str | None]] = []
        cased = {one.lower(): one for one in rules.cased}
        skipped = {one.lower() for one in rules.skipped}
        aliases = {**skills, **{word.lower(): name for name, words in rules.added.items() for word in words}}
        for alias, name in aliases.items():
            if alias not in skipped and (words := lower(alias)):
                self._words.put(words, len(self._skills))
                if words[-1].isascii() and words[-1].isalpha() and len(words[-1]) > 3:  # noqa: PLR2004
                    self._words.put((*words[:-1], f"{words[-1]}s"), len(self._skills))
                self._skills.append((name, cased.get(alias)))
        for phrase in rules.masked:
            self._words.put(lower(phrase), len(self._skills))
            self._skills.append((None, None))
        self._subjects, self._umbrellas = frozenset(rules.subjects), frozenset(rules.umbrellas)
        names = [alias for alias in aliases if alias.isascii()]
        self.known = words_of(names) | {"".join(lower(name)) for name in names}
        """What is one word whatever capitals it holds."""

    def found(self, sentence: Sentence, text: str) -> list[tuple[str, int, int]]:
        """Return (skill, its words [start, end)) in order; of those that overlap, the longest."""
        longest: dict[int, tuple[str | None, int, int]] = {}
        for number, start, end in self._words.found(sentence.low):
            name, cased = self._skills[number]
            if cased is not None and not _stands(cased, text, sentence.starts[start], sentence.ends[end - 1]):
                continue
            if start not in longest or end > longest[start][2]:
                longest[start] = (name, start, end)
        found: list[tuple[str, int, int]] = []
        last = 0
        for start in sorted(longest):
            name, _, end = longest[start]
            if start >= last:
                last = end
                if name is not None:
                    found.append((name, start, end))
        return found

    def asked(
        self, sentence: Sentence, text: str, asking: Sequence[Hit], degrees: Sequence[Hit]
    ) -> list[tuple[str, int, int]]:
        """Return the skills found, without fields of study beside a degree and what only heads a list of tools."""
        found = self.found(sentence, text)
        named = [start for name, start, _ in found if name not in self._umbrellas]
        return [
            (name, start, end)
            for name, start, end in found
            if not (name in self._subjects and _studied(sentence, start, asking, degrees))
            and not (name in self._umbrellas and any(start - _LISTED // 2 <= other <= end + _LISTED for other in named))
        ]


def words_of(phrases: Iterable[str]) -> frozenset[str]:
    """Return every word in them that has no Chinese."""
    return frozenset(re.findall(r"[a-z0-9]+", " ".join(phrases).lower()))


def _studied(sentence: Sentence, at: int, asking: Sequence[Hit], degrees: Sequence[Hit]) -> bool:
    """Whether the last thing that was said before is a degree, or one follows before anything else is asked."""
    before = max((one.start for one in asking if one.start < at), default=-1)
    degree = max((one.start for one in degrees if before < one.start < at), default=-1)
    if degree >= 0:
        comma = next((place for place in range(at, len(sentence)) if sentence.low[place] == ","), len(sentence))
        return "," not in sentence.low[degree:at] or not any(at < one.start < comma for one in asking)
    after = min((one.start for one in degrees if one.start > at), default=None)
    return before < 0 and after is not None and not any(at < one.start < after for one in asking)


def _stands(cased: str, text: str, start: int, end: int) -> bool:
    """Whether it is written so, or all in capitals, or beside Chinese; and is no part of "R&D" or "C-level"."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if len(cased) == 1:
        return text[start:end] == cased and after not in ("&", "-", "'") and before not in ("&", "-")
    shown = text[start:end]
    around = text[max(start - _AROUND, 0) : end + _AROUND]
    return shown in (cased, cased.upper()) or (shown.islower() and any("\u3400" <= sign <= "\u9fff" for sign in around))


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
    """Go back over clauses until one that asks for something, or an open bracket; in Chinese, to the comma."""
    depth, is_chinese = 0, not sentence.low[at].isascii()
    for place in range(at - 1, -1, -1):
        word = sentence.low[place]
        if word in ")]】":
            depth += 1
        elif word in "([【":
            if depth == 0:
                return place + 1
            depth -= 1
        elif word == "," and depth == 0 and (is_chinese or any(place < one.start < at for one in asking)):
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
