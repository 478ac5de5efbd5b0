"""Teams side by side as a file: which formats there are, and what a picture of it says to whoever cannot see it."""

import csv
import io
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.documents.card import clipped
from adapters.documents.csv_table import BYTE_ORDER_MARK, guarded
from adapters.documents.markdown import as_markdown
from adapters.documents.outline import Outline
from adapters.documents.typesetting import typeset
from conversations.catalogue import Catalogue, Phrase, phrase
from conversations.report import Comparison
from conversations.vocabulary import Compared, DocumentForm

_NAME, _LINE = 64, 150
"""Columns of a team's name and of a line in a picture; a Chinese character takes two."""

Write = Callable[[Comparison, Catalogue, str], Coroutine[Any, Any, bytes]]


@dataclass(frozen=True, slots=True)
class _Words:
    comparison: Comparison
    catalogue: Catalogue
    language: str

    def text(self, said: Phrase) -> str:
        return self.catalogue.text(said, self.language)

    def of(self, key: str, **args: str) -> str:
        return self.text(phrase(key, **args))

    @property
    def teams(self) -> list[str]:
        return [self.text(team) for team in self.comparison.teams]

    @property
    def sorted_by(self) -> str:
        by = self.comparison.by
        return self.of("compare.sorted", by=self.of(f"compare.rows.{by}")) if by else ""

    def rows(self) -> Iterator[tuple[str, list[list[str]]]]:
        """Yield each thing compared, with the lines of each team."""
        for row in self.comparison.rows:
            yield self.of(f"compare.rows.{row.about}"), [[self.text(line) for line in cell] for cell in row.cells]


async def _markdown(comparison: Comparison, catalogue: Catalogue, language: str) -> bytes:
    return as_markdown(Outline(catalogue, language).comparison(comparison, wide=True)).encode()


async def _csv(comparison: Comparison, catalogue: Catalogue, language: str) -> bytes:
    """Write a column a team: CRLF at line ends, a byte order mark in front, and no cell that is a formula."""
    words = _Words(comparison, catalogue, language)
    lines = [["", *words.teams], *([name, *map("\n".join, cells)] for name, cells in words.rows())]
    screen = io.StringIO(newline="")
    screen.write(BYTE_ORDER_MARK)
    csv.writer(screen, quoting=csv.QUOTE_ALL).writerows([guarded(cell) for cell in line] for line in lines)
    return screen.getvalue().encode()


async def _png(comparison: Comparison, catalogue: Catalogue, language: str) -> bytes:
    """Draw it, 340 pixels a team wide, off the event loop.

    Raises:
        PicturesMissingError: the optional part is not installed.

    """
    words = _Words(comparison, catalogue, language)
    evens = [row.about is Compared.FLAGS for row in comparison.rows]
    values = {
        "language": language,
        "title": words.of("compare.title"),
        "sorted": words.sorted_by,
        "teams": [clipped(team, _NAME) for team in words.teams],
        "rows": [
            {"name": name, "cells": [[clipped(line, _LINE) for line in cell] for cell in cells], "even": even}
            for (name, cells), even in zip(words.rows(), evens, strict=True)
        ],
        "about": words.of("compare.about"),
    }
    return await typeset("compare.typ", values, "png")


COMPARISONS: Mapping[DocumentForm, Write] = {
    DocumentForm.PICTURE: _png,
    DocumentForm.CSV: _csv,
    DocumentForm.MARKDOWN: _markdown,
}
"""Every format that a comparison can be written in."""


def comparison_alt(comparison: Comparison, catalogue: Catalogue, language: str, limit: int = 1024) -> str:
    """Say what the picture shows, a line a cell; cut by whole lines to `limit` characters."""
    words = _Words(comparison, catalogue, language)
    lines = [words.of("compare.title"), *filter(None, [words.sorted_by])]
    for name, cells in words.rows():
        lines.append(name)
        lines += [
            words.of("compare.named", team=team, said=" · ".join(cell))
            for team, cell in zip(words.teams, cells, strict=True)
        ]
    while len("\n".join(lines)) > limit:
        lines[-2:] = ["…"]
    return "\n".join(lines)
