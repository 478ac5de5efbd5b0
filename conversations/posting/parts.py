"""Which part of a posting a sentence belongs to: duties, what is asked for or welcome, or about the company."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from conversations.posting.phrases import Hit, Phrases
from conversations.posting.rules import Section
from conversations.posting.words import Sentence

_AHEAD, _BEHIND = 2, 4
"""Words that may stand before and behind the phrase of a heading."""
_LONGEST_HEADING = 12
_LONG_HEADING = 12
"""Letters of a single word that is a heading though the text goes on behind it: "Requirements"."""
_LEAST_SIGNS = 4
"""Chinese characters of a heading that may end a line with no sign before it."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A sentence and its part; None before the first heading."""

    section: Section | None
    sentence: Sentence
    is_heading: bool = False
    heading: int = 0
    """The number of its heading in the posting."""


class Parts:
    """Finds the headings of a posting."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self._sections = sections
        rows = [(number, phrase) for number, row in enumerate(sections) for phrase in row.phrases]
        self._phrases = Phrases(rows, {})

    def placed(self, sentences: Sequence[Sentence], text: str) -> Iterator[Placed]:
        """Yield every sentence with its part; one that holds a heading is cut there."""
        section: Section | None = None
        count = 0
        for sentence in sentences:
            rest = sentence
            while rest.low:
                found = self._heading(rest, text)
                if found is None:
                    yield Placed(section, rest, heading=count)
                    break
                if found.start:
                    yield Placed(section, rest.part(0, found.start), heading=count)
                section = self._sections[found.phrase]
                count += 1
                yield Placed(section, rest.part(found.start, found.end), is_heading=True, heading=count)
                rest = rest.part(found.end)

    def _heading(self, sentence: Sentence, text: str) -> Hit | None:
        """Return the first heading in a sentence, by its longest phrase; "preferred" goes before all others."""
        hits = self._phrases.found(sentence)
        hits.sort(
            key=lambda hit: (
                hit.start // (_AHEAD + 1),
                self._sections[hit.phrase].id != "preferred",
                hit.start - hit.end,
            )
        )
        return next(
            filter(
                None, (_made(hit, sentence, text, welcome=self._sections[hit.phrase].id == "preferred") for hit in hits)
            ),
            None,
        )


def _made(hit: Hit, sentence: Sentence, text: str, *, welcome: bool) -> Hit | None:
    """Return the heading that a phrase makes: before a colon, alone, or glued to what follows."""
    first = text[sentence.starts[hit.start]]
    is_chinese = not first.isascii()
    if not (first.isupper() or is_chinese):
        return None
    size = hit.end - hit.start
    ahead = sum(word not in "([【" for word in sentence.low[: hit.start])
    behind = sentence.low[hit.end : hit.end + _BEHIND + 1]
    if (
        ":" in behind
        and (behind[0] == ":" if size == 1 else True)
        and (ahead == 0 or size > 1)
        and not {",", "("} & set(behind[: behind.index(":")])
    ):
        return Hit(hit.phrase, hit.start, hit.end + behind.index(":") + 1)
    trailing = sum(word not in ")]】" for word in sentence.low[hit.end :])
    if is_chinese:
        alone = sentence.begins_line and ahead <= _AHEAD and trailing <= _BEHIND and len(sentence) <= _LONGEST_HEADING
        at_the_end = trailing == 0 and size >= _LEAST_SIGNS
        made = Hit(hit.phrase, 0 if alone else hit.start, len(sentence)) if alone or at_the_end else None
        return None if sentence.stopped else made
    titled = _titled(sentence, text)
    allowed = _BEHIND * (1 + titled) if size > 1 or welcome else 1
    if (
        ahead <= (_AHEAD if size > 1 else 0)
        and trailing <= allowed
        and not sentence.stopped
        and (titled or sentence.begins_line)
    ):
        return Hit(hit.phrase, 0, len(sentence)) if size > 1 or trailing == 0 or titled else None
    if (
        ahead == 0
        and trailing
        and (size > 1 or len(sentence.low[0]) >= _LONG_HEADING)
        and _titled(sentence.part(0, hit.end + 1), text)
    ):
        return Hit(hit.phrase, 0, hit.end)
    return None


_SMALL = frozenset({"a", "an", "and", "but", "for", "if", "is", "of", "or", "re", "ll", "s", "the", "to"})


def _titled(sentence: Sentence, text: str) -> bool:
    """Whether every word but small ones begins with a capital."""
    words = zip(sentence.low, sentence.starts, strict=True)
    return all(text[start].isupper() or low in _SMALL or not low.isalnum() for low, start in words)


def roles(placed: Sequence[Placed], has_job: Mapping[int, bool]) -> int:
    """Count the roles of a posting: duties and then demands, again under a line that names a job.

    Args:
        placed: its sentences.
        has_job: for the place of each sentence whether it is a short line that names a job.

    """
    count, stage, named = 0, "", True
    for at, one in enumerate(placed):
        named = named or has_job.get(at, False)
        if not one.is_heading or one.section is None:
            continue
        if one.section.id in ("role", "duties") and named:
            stage = "duties"
        elif one.section.id == "required" and stage == "duties":
            count, stage, named = count + 1, "required", False
    return count
