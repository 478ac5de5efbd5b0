"""Which part of a posting a sentence belongs to: duties, what is asked for, what would be welcome, or about the company."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from conversations.posting.phrases import Hit, Phrases
from conversations.posting.rules import Section
from conversations.posting.words import Sentence

_AHEAD, _BEHIND = 2, 4
"""Words that may stand before and behind the phrase of a heading."""
_LONGEST_HEADING = 10
_LEAST_SIGNS = 4
"""Chinese characters of a heading that may end a line with no sign before it."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A sentence and its part; None before the first heading."""

    section: Section | None
    sentence: Sentence
    is_heading: bool = False


class Parts:
    """Finds the headings of a posting."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self._sections = sections
        rows = [(number, phrase) for number, row in enumerate(sections) for phrase in row.phrases]
        self._phrases = Phrases(rows, {})

    def placed(self, sentences: Sequence[Sentence], text: str) -> Iterator[Placed]:
        """Yield every sentence with its part; one that holds a heading is cut there."""
        section: Section | None = None
        for sentence in sentences:
            rest = sentence
            while rest.low:
                found = self._heading(rest, text)
                if found is None:
                    yield Placed(section, rest)
                    break
                if found.start:
                    yield Placed(section, rest.part(0, found.start))
                section = self._sections[found.phrase]
                yield Placed(section, rest.part(found.start, found.end), is_heading=True)
                rest = rest.part(found.end)

    def _heading(self, sentence: Sentence, text: str) -> Hit | None:
        """Return the heading in a sentence: alone in it, before a colon, or in Chinese at its very end."""
        hits = self._phrases.found(sentence)
        hits.sort(key=lambda hit: (hit.start - hit.start % (_AHEAD + 1), hit.phrase, -hit.end))
        for hit in hits:
            first = text[sentence.starts[hit.start]]
            if not (first.isupper() or not first.isascii()):
                continue
            behind = sentence.low[hit.end : hit.end + _BEHIND + 1]
            if ":" in behind:
                return Hit(hit.phrase, hit.start, hit.end + behind.index(":") + 1)
            begins = sentence.begins_line and sum(word not in "([【" for word in sentence.low[: hit.start]) <= _AHEAD
            trailing = sum(word not in ")]】" for word in sentence.low[hit.end :])
            if begins and trailing <= _BEHIND and len(sentence) <= _LONGEST_HEADING and not sentence.stopped:
                return Hit(hit.phrase, 0, len(sentence))
            signs = hit.end - hit.start >= _LEAST_SIGNS and not first.isascii()
            if signs and trailing == 0 and not sentence.stopped:
                return Hit(hit.phrase, hit.start, len(sentence))
        return None


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
        if one.section.id == "duties" and stage != "duties" and named:
            stage = "duties"
        elif one.section.id == "required" and stage == "duties":
            count, stage, named = count + 1, "required", False
    return count
