"""Text as Discord's markdown: what a person typed is shown letter by letter, and never pings, links or formats."""

import re
from collections.abc import Iterable, Iterator

from adapters.documents.outline import Block, Detail, Grid, Heading, Item, Paragraph, Points
from adapters.fitting import split

_SPECIAL = re.compile(r"([\\`*_~|\[\]<@])")
_COLON = re.compile(r":(?=//|\w+:)")
"""Of an address, which would be a link, and of the name of an emoji."""
_AT_BEGINNING = re.compile(r"^(\s*)([#>+-])")
"""Headings, quotes and lists."""
_LINE = 1_500
"""Characters of one line: with every second one escaped it still fits into a message."""

_MANY, _SHORT_LINE = 200, 900
"""So many lines need room for the marks of each."""


def plain(text: str) -> str:
    """Escape what Discord would read as markup: a backslash before it shows the character itself."""
    return "\n".join(_line(line) for line in text.split("\n"))


def _line(line: str) -> str:
    escaped = _COLON.sub(r"\\:", _SPECIAL.sub(r"\\\1", line))
    escaped = _AT_BEGINNING.sub(r"\1\\\2", escaped)
    # "1." at the beginning of a line would begin a list, and count by itself.
    return re.sub(r"^(\s*\d+)\.", r"\1\\.", escaped)


def bold(text: str) -> str:
    """Return a text in bold, line by line, as bold ends with its line."""
    return "\n".join(f"**{plain(line)}**" if line.strip() else "" for line in text.split("\n"))


def quiet(text: str) -> str:
    """Return a text in small print."""
    return "\n".join(f"-# {plain(line)}" for line in text.split("\n") if line.strip())


def lines(text: str) -> Iterator[str]:
    """Split a text into pieces that fit into a message."""
    yield from split(text, _LINE if text.count("\n") < _MANY else _SHORT_LINE)


def outlined(outline: Iterable[Block]) -> Iterator[str]:
    """Return the blocks of a document as pieces of text, in their order: a heading stays with what it is of."""
    headings = ""
    for piece in _pieces(outline):
        if piece.startswith("#"):
            headings += f"{piece}\n"
        else:
            yield headings + piece
            headings = ""
    if headings:
        yield headings.rstrip("\n")


def _pieces(outline: Iterable[Block]) -> Iterator[str]:
    for block in outline:
        match block:
            case Heading():
                yield from (f"{'#' * min(block.level, 3)} {plain(piece)}" for piece in lines(block.text))
            case Paragraph():
                yield from ((quiet if block.quiet else plain)(piece) for piece in lines(block.text))
            case Points():
                for place, item in enumerate(block.items):
                    pieces = list(
                        _item(item, "-" if block.numbered_from is None else f"{block.numbered_from + place}.")
                    )
                    whole = "\n".join(pieces)
                    yield from [whole] if len(whole) <= _LINE else pieces
            case Grid():
                for row in block.rows:
                    told = " · ".join(f"{title}: {cell}" for title, cell in zip(block.header[1:], row[1:], strict=True))
                    yield from (f"- {bold(row[0])}  {plain(piece)}" for piece in lines(told))


def _item(item: Item, mark: str) -> Iterator[str]:
    first, *rest = list(lines(item.text)) or ["—"]
    yield f"{mark} {bold(first) if item.details else plain(first)}"
    yield from map(plain, rest)
    for detail in item.details:
        yield from _detail(detail)


def _detail(detail: Detail) -> Iterator[str]:
    if detail.label and len(detail.lines) == 1:
        first, *rest = list(lines(detail.lines[0])) or [""]
        yield f"  - *{plain(detail.label.rstrip())}* {plain(first)}"
        yield from map(plain, rest)
        return
    if detail.label:
        yield f"  - *{plain(detail.label.rstrip())}*"
    for line in detail.lines:
        indent = "    " if detail.label else "  "
        yield from (f"{indent}- {plain(piece)}" for piece in lines(line))
