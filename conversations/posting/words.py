"""Text -> sentences of words, though its line breaks may be lost. A Chinese character is a word; so is a comma."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

LONGEST = 160
"""Words of a sentence; a longer one is cut."""
_LONG_LINE = 50
"""Characters after which a line may have been wrapped by a program rather than ended by a person."""
_GLUED_AT_MOST = 1 / 400
_LINES_OF_A_HEAD = 4
"""Line breaks a character, up to which a text counts as one that has lost some; those about its title are left out."""

_TOKEN = re.compile(
    r"(?P<word>[A-Za-z]\+\+|[A-Za-z]#|[A-Za-z][A-Za-z0-9]*)"
    r"|(?P<sign>[\u3400-\u9fff])"
    r"|(?P<number>(?<![A-Za-z0-9.])\(?\d{1,2}[、.)](?=\s*[^\s\d]))"
    r"|(?P<digits>\d+[A-Za-z]*)"
    r"|(?P<line>\n)"
    r"|(?P<end>[.。!?！？;；…])"
    r"|(?P<mark>[•·●○▪■□◆◇★☆‣⁃∙➢➤►▶✓✔✅⭐❖※\u2700-\u27bf\U0001f300-\U0001faff|]|(?<=\n)[ \t]*[-–—*+#](?=[\s*#]))"
    r"|(?P<comma>[,、:()\[\]【】「」])"
)
_HUMP = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]*[a-z0-9]+|[A-Z]+|[0-9]+")
_MIXED = re.compile(r"[a-z0-9][A-Z]|[A-Z]{2}[a-z]")


@dataclass(slots=True)
class Sentence:
    """Words that belong together. The lists run in step: `low` in lower case, `stem` without endings, and places."""

    low: list[str] = field(default_factory=list)
    stem: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    begins_line: bool = False
    stopped: bool = False
    """Whether a full stop or its like ended it."""

    def add(self, low: str, start: int, end: int) -> None:
        """Put a word at the end."""
        self.low.append(low)
        self.stem.append(stemmed(low))
        self.starts.append(start)
        self.ends.append(end)

    def part(self, start: int, end: int | None = None) -> "Sentence":
        """Return a sentence of the words [start, end)."""
        cut = slice(start, end)
        return Sentence(
            self.low[cut], self.stem[cut], self.starts[cut], self.ends[cut], self.begins_line or start > 0, self.stopped
        )

    def __len__(self) -> int:
        return len(self.low)


@lru_cache(maxsize=20_000)
def stemmed(word: str) -> str:
    """Take an English word's ending off, roughly: the same for what rules say and what a posting says.

    Words of up to three letters, and those with other signs, stay as they are.
    """
    if len(word) <= 3 or not word.isascii() or not word.isalpha():  # noqa: PLR2004
        return word
    for ending, least, instead in (("ies", 5, "y"), ("ing", 6, ""), ("ed", 5, ""), ("s", 4, "")):
        if len(word) >= least and word.endswith(ending) and not word.endswith(("ss", "us", "is")):
            word = word[: -len(ending)] + instead
            if ending in ("ing", "ed") and word[-1] == word[-2] and word[-1] not in "sz":
                word = word[:-1]
            break
    return word.removesuffix("e")


def sentences(text: str, known: Collection[str]) -> list[Sentence]:
    """Split a plain text, in time proportional to its length.

    Args:
        text: without markup.
        known: words in lower case that are one word whatever capitals they hold: "pytorch".

    """
    cut = _Cut(text, known)
    for match in _TOKEN.finditer(text):
        cut.take(match)
    cut.end(begins_line=True)
    return cut.found


class _Cut:
    """Sentences as they are being cut out of a text."""

    def __init__(self, text: str, known: Collection[str]) -> None:
        self.found: list[Sentence] = []
        self._text, self._known = text, known
        self._glued = text.count("\n") - _LINES_OF_A_HEAD <= len(text) * _GLUED_AT_MOST
        self._names = _names(text) if self._glued else frozenset[str]()
        self._now = Sentence(begins_line=True)
        self._line = 0

    def end(self, *, begins_line: bool) -> None:
        """End the sentence at hand, if it has a word, and begin the next."""
        if self._now.low:
            self.found.append(self._now)
        self._now = Sentence(begins_line=begins_line)

    def take(self, match: re.Match[str]) -> None:
        """Take the next token."""
        kind, start, end = match.lastgroup, match.start(), match.end()
        match kind:
            case "mark" | "number":
                self.end(begins_line=True)
            case "line":
                if not _wrapped(self._text, start, self._line):
                    self.end(begins_line=True)
                self._line = end
            case "end":
                self._stop(start, end)
            case "word":
                self._take_word(match[0], start, end)
            case _:
                self._now.add(match[0].lower(), start, end)
                if self._glued and match[0] in ")]" and self._text[end : end + 1].isupper():
                    self.end(begins_line=True)
        if len(self._now) >= LONGEST:
            self.end(begins_line=False)

    def _stop(self, start: int, end: int) -> None:
        sign = self._text[start]
        if sign not in ".…" or _stops(self._text, start):
            self._now.stopped = sign not in "?？…"
            self.end(begins_line=self._text[end : end + 1] not in (" ", "\t"))

    def _take_word(self, word: str, start: int, end: int) -> None:
        years = _count_behind(word, self._text[end : end + 6]) if self._glued else 0
        if not self._glued:
            self._now.add(word.lower(), start, end)
            return
        for low, at, to, fresh in _parts(word[: years or None], start, self._known, self._names):
            if fresh:
                self.end(begins_line=True)
            self._now.add(low, at, to)
        if years:
            self.end(begins_line=True)
            self._now.add(word[years:], start + years, end)


def _count_behind(word: str, after: str) -> int:
    """Return where a number of years begins that is glued to the word before it: "You3+ years" -> 3; else 0."""
    letters = word.rstrip("0123456789")
    counted = after.startswith(("+", "-", " year", "–"))
    return len(letters) if counted and len(letters) < len(word) and letters[-1:].islower() else 0


def _wrapped(text: str, at: int, line: int) -> bool:
    """Whether the line that ends here goes on in the next, which begins in lower case."""
    return at - line > _LONG_LINE and text[at + 1 : at + 2].islower() and text[at - 1 : at] not in ".!?:;"


def _stops(text: str, at: int) -> bool:
    """Whether a full stop ends a sentence, and is not part of "e.g. Python", "Node.js" or "3.5"."""
    after = text[at + 1 : at + 3]
    if not after or after[0] in "\n'\"”":
        return True
    if after[0] in " \t":
        short = at < 2 or not text[at - 2].isalnum()  # noqa: PLR2004  one letter before it
        return not after[1:].islower() and not short
    return after[0].isupper() and after[1:].isalpha() and (text[at - 2 : at].isalpha() or text[at - 1] in ")]%")


def _names(text: str) -> frozenset[str]:
    """Find words with inner capitals that come up again: names, not two lines that lost their break."""
    seen: set[str] = set()
    again: set[str] = set()
    for match in re.finditer(r"[A-Za-z][A-Za-z0-9]+", text):
        if _MIXED.search(match[0]):
            (again if match[0] in seen else seen).add(match[0])
    return frozenset(again)


def _parts(word: str, at: int, known: Collection[str], names: Collection[str]) -> Iterator[tuple[str, int, int, bool]]:
    """Yield the words in one: where it is no known one, "workflowsExperience" is two, the second of them fresh."""
    low = word.lower()
    if word in names or low in known or not _MIXED.search(word):
        yield low, at, at + len(word), False
        return
    humps = [match.span() for match in _HUMP.finditer(word)]
    index = 0
    while index < len(humps):
        last = next(
            (
                one
                for one in range(min(len(humps), index + 4), index + 1, -1)
                if low[humps[index][0] : humps[one - 1][1]] in known
            ),
            index + 1,
        )
        start, end = humps[index][0], humps[last - 1][1]
        yield low[start:end], at + start, at + end, start > 1 and word[start].isupper()
        index = last
