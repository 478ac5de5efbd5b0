"""Every format that a report can be written in: the one door for whoever prints, attaches or uploads one."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.documents.card import card_png
from adapters.documents.csv_table import to_csv
from adapters.documents.json_document import to_json
from adapters.documents.markdown import to_markdown
from adapters.documents.pdf import to_pdf
from conversations.catalogue import Catalogue
from conversations.report import Report
from conversations.vocabulary import ReportPart


@dataclass(frozen=True, slots=True)
class Format:
    """A format: how the name of its files ends, what it is called on the network, and who writes it.

    `write` may raise a PicturesMissingError where it draws.
    """

    suffix: str
    media_type: str
    write: Callable[[Report, Catalogue, str, ReportPart], Coroutine[Any, Any, bytes]]
    for_the_eye: bool = False
    """Bytes that no terminal can show."""


def _text(write: Callable[[Report, Catalogue, str, ReportPart], str]) -> Callable[..., Coroutine[Any, Any, bytes]]:
    async def written(report: Report, catalogue: Catalogue, language: str, part: ReportPart) -> bytes:
        return write(report, catalogue, language, part).encode()

    return written


async def _card(report: Report, catalogue: Catalogue, language: str, _: ReportPart) -> bytes:
    """Draw the card: it is the same, whatever part was asked for."""
    return await card_png(report, catalogue, language)


FORMATS: Mapping[str, Format] = {
    "markdown": Format("md", "text/markdown; charset=utf-8", _text(to_markdown)),
    "json": Format("json", "application/json", _text(to_json)),
    "csv": Format("csv", "text/csv; charset=utf-8", _text(to_csv)),
    "png": Format("png", "image/png", _card, for_the_eye=True),
    "pdf": Format("pdf", "application/pdf", to_pdf, for_the_eye=True),
}
