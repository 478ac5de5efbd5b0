"""A report as a file that is handed out in chat: which formats there are, and what each file is called."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.documents.card import alt_text
from adapters.documents.comparison import COMPARISONS, comparison_alt
from adapters.documents.formats import FORMATS
from adapters.documents.typesetting import is_installed
from conversations.catalogue import Catalogue, phrase
from conversations.report import Comparison, Report
from conversations.vocabulary import DocumentForm

Content = Coroutine[Any, Any, bytes]

_NAMES: Mapping[DocumentForm, str] = {
    DocumentForm.PICTURE: "png",
    DocumentForm.PDF: "pdf",
    DocumentForm.MARKDOWN: "markdown",
    DocumentForm.CSV: "csv",
    DocumentForm.JSON: "json",
}
"""What FORMATS calls each."""


@dataclass(frozen=True, slots=True)
class File:
    """A file, made when it is sent: off the event loop where that takes long."""

    name: str
    title: str
    make: Callable[[], Content] = field(compare=False)
    alt: str = ""
    """What a picture says, in words."""


def available() -> tuple[DocumentForm, ...]:
    """Return the formats that can be made with what is installed."""
    return tuple(form for form, name in _NAMES.items() if is_installed() or not FORMATS[name].for_the_eye)


def file_of(report: Report, form: DocumentForm, catalogue: Catalogue, language: str) -> File:
    """Return a report as a file. Its name tells nothing of whom it is about."""
    found = FORMATS[_NAMES[form]]
    name = f"{catalogue.text(phrase('document.file'), language)}.{found.suffix}"
    alt = alt_text(report, catalogue, language) if form is DocumentForm.PICTURE else ""
    return File(name, name, lambda: found.write(report, catalogue, language, "all"), alt)


def file_of_teams(comparison: Comparison, form: DocumentForm, catalogue: Catalogue, language: str) -> File:
    """Return teams side by side as a file. Its name tells nothing of them.

    Raises:
        KeyError: it is not written in that form.

    """
    write = COMPARISONS[form]
    name = f"{catalogue.text(phrase('compare.file'), language)}.{FORMATS[_NAMES[form]].suffix}"
    alt = comparison_alt(comparison, catalogue, language) if form is DocumentForm.PICTURE else ""
    return File(name, name, lambda: write(comparison, catalogue, language), alt)


def text_file(name: str, content: str) -> File:
    """Return a text as a file."""

    async def make() -> bytes:
        return content.encode()

    return File(name, name, make)
