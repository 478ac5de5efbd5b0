"""A report as a file that is handed out: which formats there are, and what each is called and holds."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.documents.json_document import to_json
from adapters.documents.markdown import to_markdown
from conversations.catalogue import Catalogue, phrase
from conversations.report import Report
from conversations.vocabulary import DocumentForm

Content = Coroutine[Any, Any, bytes]
Make = Callable[[Report, Catalogue, str], Content]


@dataclass(frozen=True, slots=True)
class File:
    """A file, made when it is sent: off the event loop where that takes long."""

    name: str
    title: str
    make: Callable[[], Content] = field(compare=False)
    alt: str = ""
    """What a picture says, in words."""


async def _markdown(report: Report, catalogue: Catalogue, language: str) -> bytes:
    return (await asyncio.to_thread(to_markdown, report, catalogue, language)).encode()


async def _json(report: Report, catalogue: Catalogue, language: str) -> bytes:
    return (await asyncio.to_thread(to_json, report, catalogue, language)).encode()


_FORMS: Mapping[DocumentForm, tuple[str, Make]] = {
    DocumentForm.MARKDOWN: ("md", _markdown),
    DocumentForm.JSON: ("json", _json),
}
"""Each format that can be made here: what its file's name ends in, and how it is made."""


def available() -> tuple[DocumentForm, ...]:
    """Return the formats that can be made with what is installed."""
    return tuple(_FORMS)


def file_of(report: Report, form: DocumentForm, catalogue: Catalogue, language: str) -> File:
    """Return a report as a file. Its name tells nothing of whom it is about.

    Raises:
        KeyError: it cannot be made with what is installed.

    """
    ending, make = _FORMS[form]
    name = f"{catalogue.text(phrase('document.file'), language)}.{ending}"
    return File(name, name, lambda: make(report, catalogue, language))


def text_file(name: str, content: str) -> File:
    """Return a text as a file."""

    async def make() -> bytes:
        return content.encode()

    return File(name, name, make)
