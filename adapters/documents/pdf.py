"""A report as a PDF: tagged, with an outline to move about in, and text that can be searched and copied."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from adapters.documents.outline import Block, Heading, Outline
from adapters.documents.typesetting import typeset
from conversations.catalogue import Catalogue, phrase
from conversations.report import Report
from conversations.vocabulary import ReportPart


async def to_pdf(report: Report, catalogue: Catalogue, language: str, part: ReportPart = "all") -> bytes:
    """Write the report, or a part of it, as a tagged PDF (PDF/UA-1), off the event loop.

    Raises:
        PicturesMissingError: the optional part is not installed.

    """
    return await typeset("document.typ", pdf_values(report, catalogue, language, part), "pdf")


def pdf_values(report: Report, catalogue: Catalogue, language: str, part: ReportPart = "all") -> dict[str, Any]:
    """Return what is set: blocks with their kind, and a title that names nobody, for the file's own data."""
    blocks = Outline(catalogue, language).part(report, part)
    return {
        "language": language,
        "title": catalogue.text(phrase("report.title"), language),
        "blocks": [{"kind": type(block).__name__, **asdict(block)} for block in _stepwise(blocks)],
    }


def _stepwise(blocks: Iterable[Block]) -> Iterator[Block]:
    """Raise a heading that skips a level: a tagged PDF may not."""
    level = 0
    for block in blocks:
        if isinstance(block, Heading):
            level = min(block.level, level + 1)
            yield Heading(block.text, level)
        else:
            yield block
