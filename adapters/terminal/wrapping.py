"""Where a line may end: between words; in Chinese and Japanese between characters, but not before a closing sign."""

import re
from collections.abc import Iterator
from typing import Any

from rich import text
from rich.cells import cell_len
from rich.console import Console
from rich.containers import Lines

_SIGN = "\u3005-\u3007\u3040-\u30ff\u3400-\u9fff"
_OPENING = "“‘（《〈「『【"
_CLOSING = "，。、；：？！…”’）》〉」』】"
_PIECE = re.compile(rf"[{_OPENING}(]*(?:[{_SIGN}]|[^\s{_SIGN}{_OPENING}{_CLOSING}]+)?[{_CLOSING},.;:?!)%]*\s*")
"""What stays on one line: a character or a word, with the signs that open and close it."""


class Text(text.Text):
    """Text that wraps as its script does; where there are spaces between all words, as rich does."""

    def wrap(self, console: Console, width: int, **options: Any) -> Lines:  # noqa: ANN401  rich's own, passed on
        """Break the text into lines."""
        lines = Lines()
        for line in self.split(allow_blank=True):
            for piece in line.divide(list(_ends(line.plain, width))):
                lines.extend(piece.wrap(console, width, **options))
        return lines


def _ends(line: str, width: int) -> Iterator[int]:
    if not re.search(f"[{_SIGN}]", line):
        return
    used = 0
    for piece in _PIECE.finditer(line):
        if used and used + cell_len(piece[0].rstrip()) > width:
            yield piece.start()
            used = 0
        used += cell_len(piece[0])
