"""Text as Slack's rich text: what a person typed is shown letter by letter, and never pings, links or formats.

In a rich text element nothing is parsed, unlike in `mrkdwn`: no `<!channel>`, no `*bold*`, no `&amp;`.
Source: docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from adapters.documents.outline import Block, Detail, Grid, Heading, Item, Paragraph, Points
from adapters.fitting import split, together
from adapters.slack.limits import HEADER, TEXT

Json = dict[str, Any]


def said(text: str, *styles: str) -> Json:
    """Return text as an element; styles are bold, italic, strike, code."""
    element: Json = {"type": "text", "text": text}
    return {**element, "style": dict.fromkeys(styles, True)} if styles else element


def section(*elements: Json) -> Json:
    """Return a paragraph."""
    return {"type": "rich_text_section", "elements": list(elements)}


def listed(items: Iterable[Sequence[Json]], *, ordered_from: int | None = None, indent: int = 0) -> Json:
    """Return a list of items, each of elements."""
    style: Json = {"style": "bullet"} if ordered_from is None else {"style": "ordered", "offset": ordered_from - 1}
    return {
        "type": "rich_text_list",
        **style,
        "indent": indent,
        "elements": [section(*elements) for elements in items],
    }


def blocks(parts: Iterable[Json]) -> Iterator[Json]:
    """Put paragraphs and lists into as many blocks as they need."""
    for group in together(parts, characters, 20, TEXT):
        yield {"type": "rich_text", "elements": list(group)}


def characters(part: Any) -> int:  # noqa: ANN401  any part of a block
    """Count the characters of text anywhere in a part."""
    if isinstance(part, list):
        return sum(map(characters, part))
    if not isinstance(part, dict):
        return 0
    own = part.get("text")
    return (len(own) if isinstance(own, str) else 0) + sum(characters(one) for one in part.values())


def paragraphs(text: str, *styles: str) -> Iterator[Json]:
    """Return a text of any length as paragraphs."""
    for piece in split(text, TEXT):
        yield section(said(piece, *styles))


def outlined(outline: Iterable[Block]) -> Iterator[Json]:
    """Return the blocks of a document as Slack's, in their order."""
    waiting: list[Json] = []
    for block in outline:
        if isinstance(block, Heading) and block.level == 1:
            yield from blocks(waiting)
            waiting = []
            yield from _title(block.text)
        else:
            waiting += _parts(block)
    yield from blocks(waiting)


def _title(text: str) -> Iterator[Json]:
    if len(text) <= HEADER:
        yield {"type": "header", "text": {"type": "plain_text", "text": text, "emoji": False}}
    else:
        yield from blocks(paragraphs(text, "bold"))


def _parts(block: Block) -> Iterator[Json]:
    match block:
        case Heading():
            yield from paragraphs(f"\n{block.text}", "bold")
        case Paragraph():
            yield from paragraphs(block.text, *(["italic"] if block.quiet else []))
        case Points():
            for place, item in enumerate(block.items):
                number = None if block.numbered_from is None else block.numbered_from + place
                yield from _item(item, number)
        case Grid():
            for row in block.rows:
                told = " · ".join(f"{title}: {cell}" for title, cell in zip(block.header[1:], row[1:], strict=True))
                yield from _long([said(row[0], "bold"), said(f"  {told}")], None, 0)


def _item(item: Item, number: int | None) -> Iterator[Json]:
    yield from _long([said(item.text, "bold")] if item.details else [said(item.text)], number, 0)
    for detail in item.details:
        yield from _detail(detail)


def _detail(detail: Detail) -> Iterator[Json]:
    if detail.label and len(detail.lines) == 1:
        yield from _long([said(detail.label, "italic"), said(detail.lines[0])], None, 1)
        return
    if detail.label:
        yield from _long([said(detail.label.rstrip(), "italic")], None, 1)
    for line in detail.lines:
        yield from _long([said(line)], None, 2 if detail.label else 1)


def _long(elements: list[Json], number: int | None, indent: int) -> Iterator[Json]:
    """Return one point of a list; the rest of a very long one follows as paragraphs."""
    first, *rest = list(_lines(elements)) or [[said("—")]]
    yield listed([first], ordered_from=number, indent=indent)
    yield from (section(*line) for line in rest)


def _lines(elements: Iterable[Json]) -> Iterator[list[Json]]:
    """Put elements side by side as far as that fits."""
    line: list[Json] = []
    for element in elements:
        for piece in split(element["text"], TEXT):
            if line and characters([*line, {"text": piece}]) > TEXT:
                yield line
                line = []
            line.append({**element, "text": piece})
    if line:
        yield line
