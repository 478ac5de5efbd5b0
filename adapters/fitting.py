"""Making things fit: long text is split where it hurts least, and pieces are put together up to a limit."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Piece = TypeVar("Piece")
_BORDERS = ("\n\n", "\n", "。", ". ", "；", "; ", " ")
"""Where a text may be split, the best first."""


def split(text: str, limit: int) -> Iterator[str]:
    """Split a text into parts of at most so many characters: at a paragraph, a line, a sentence, a word."""
    while len(text) > limit:
        at = next((end for border in _BORDERS if (end := _last(text, border, limit)) > limit // 2), limit)
        if head := text[:at].rstrip():
            yield head
        text = text[at:].lstrip()
    if text:
        yield text


def _last(text: str, border: str, limit: int) -> int:
    found = text.rfind(border, 0, limit - len(border) + 1)
    return found + len(border) if found >= 0 else 0


def clipped(text: str, limit: int) -> str:
    """Shorten a label that is said in full beside it."""
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def together(
    pieces: Iterable[Piece], size: Callable[[Piece], int], most: int, largest: int
) -> Iterator[tuple[Piece, ...]]:
    """Put pieces together in their order: at most so many, and at most so large, but each group has one at least."""
    group: list[Piece] = []
    total = 0
    for piece in pieces:
        if group and (len(group) >= most or total + size(piece) > largest):
            yield tuple(group)
            group, total = [], 0
        group.append(piece)
        total += size(piece)
    if group:
        yield tuple(group)
