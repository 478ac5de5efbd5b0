"""The list of a person's checks."""

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from conversations.catalogue import Catalogue, Phrase, day, phrase
from conversations.report import Report


def checks_table(reports: Iterable[Report], catalogue: Catalogue, language: str) -> Table:
    """Lay out the checks, one a row."""

    def text(said: Phrase | str) -> str:
        return catalogue.text(said, language)

    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for column in ("id", "team", "state", "changed"):
        table.add_column(Text(text(phrase(f"checks.column.{column}")), style="bold"), overflow="fold")
    for report in reports:
        done = len(report.answers)
        state = phrase("checks.finished") if report.complete else phrase("checks.open", n=done)
        date = day(report.changed_at, language, short=True)
        table.add_row(*map(Text, (report.check, text(report.team or phrase("checks.nameless")), text(state), date)))
    return table
