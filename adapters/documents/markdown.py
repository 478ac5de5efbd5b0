"""A report as Markdown."""

import re
from collections.abc import Iterable

from adapters.documents.outline import Block, Grid, Heading, Outline, Paragraph, Points
from conversations.catalogue import Catalogue
from conversations.report import Report
from conversations.vocabulary import ReportPart

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!$])")


def to_markdown(report: Report, catalogue: Catalogue, language: str, part: ReportPart = "all") -> str:
    """Write the report, or a part of it, as Markdown."""
    return as_markdown(Outline(catalogue, language).part(report, part))


def as_markdown(blocks: Iterable[Block]) -> str:
    """Write the blocks of a document as Markdown."""
    return "\n\n".join(_lines(blocks)) + "\n"


def _lines(blocks: Iterable[Block]) -> Iterable[str]:
    for block in blocks:
        match block:
            case Heading():
                yield f"{'#' * block.level} {_plain(block.text)}"
            case Paragraph():
                yield f"*{_plain(block.text)}*" if block.quiet else _plain(block.text)
            case Points():
                yield "\n".join(_points(block))
            case Grid():
                rows = [block.header, tuple("---" for _ in block.header), *block.rows]
                yield "\n".join(f"| {' | '.join(c if c == '---' else _cell(c) for c in row)} |" for row in rows)


def _points(block: Points) -> Iterable[str]:
    for place, item in enumerate(block.items):
        mark = "-" if block.numbered_from is None else f"{block.numbered_from + place}."
        yield f"{mark} {_plain(item.text)}"
        indent = " " * (len(mark) + 1)
        for detail in item.details:
            if detail.label and len(detail.lines) == 1:
                yield f"{indent}- **{_plain(detail.label)}** {_plain(detail.lines[0])}"
                continue
            if detail.label:
                yield f"{indent}- **{_plain(detail.label)}**"
            deeper = f"{indent}  " if detail.label else indent
            yield from (f"{deeper}- {_plain(line)}" for line in detail.lines)


def _cell(text: str) -> str:
    return "<br>".join(map(_plain, text.split("\n")))


def _plain(text: str) -> str:
    """Escape what Markdown would take for markup; the person's own words stay words."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
