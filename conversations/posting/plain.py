"""What of a pasted text a person reads: tags and entities resolved, each character with its place in the original."""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

_MARKUP = re.compile(
    r"<(?P<tag>[/!]?[a-zA-Z][a-zA-Z0-9]{0,15})[^<>]{0,2000}>"
    r"|&lt;(?P<escaped>/?[a-zA-Z][a-zA-Z0-9]{0,15})[^<>&]{0,300}&gt;"
    r"|&(?:\#\d{1,7}|\#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});"
)
_INLINE = frozenset({"a", "abbr", "b", "code", "em", "font", "i", "mark", "s", "small", "span", "strong", "u"})
_NARROW = {0x3000: " ", 0xA0: " ", 0x2028: "\n", 0x2029: "\n", ord("\r"): "\n", ord("’"): "'", ord("‘"): "'"} | {
    code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)
}
"""Each sign is replaced by one sign: places stay."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A text as it is read, and where each of its characters comes from."""

    text: str
    original: str
    places: Sequence[tuple[int, int]] | None = None
    """For each character of `text` its [start, end) in the original; None where they are the same."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where text[start:end] stands in the original; it must not be empty."""
        if self.places is None:
            return start, end
        return self.places[start][0], self.places[end - 1][1]


def plain(original: str, signs: Mapping[int, str] = MappingProxyType({})) -> Plain:
    """Resolve markup and narrow full-width signs, in time proportional to the length.

    Args:
        original: as it was pasted.
        signs: code points to read as another sign, one each, beside the full-width ones.

    """
    table = {**_NARROW, **signs}
    if "<" not in original and "&" not in original:
        return Plain(original.translate(table), original)
    kept: list[str] = []
    places: list[tuple[int, int]] = []
    at = 0
    for match in _MARKUP.finditer(original):
        kept.append(original[at : match.start()])
        places.extend((place, place + 1) for place in range(at, match.start()))
        shown = _shown(match)
        kept.append(shown)
        places.extend([match.span()] * len(shown))
        at = match.end()
    kept.append(original[at:])
    places.extend((place, place + 1) for place in range(at, len(original)))
    return Plain("".join(kept).translate(table), original, places)


def _shown(match: re.Match[str]) -> str:
    tag = match["tag"] or match["escaped"]
    if tag is None:
        return html.unescape(match[0])
    return "" if tag.strip("/!").lower() in _INLINE else "\n"
