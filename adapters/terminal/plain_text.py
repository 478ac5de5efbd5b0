"""Replies as text for a terminal: colour and tables where it has them, and nothing but words where it has not."""

from collections.abc import Iterable
from typing import assert_never

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table

from adapters.documents.outline import Block, Detail, Grid, Heading, Item, Outline, Paragraph, Points
from adapters.terminal.wrapping import Text
from conversations.catalogue import Catalogue, Phrase, phrase
from conversations.held import held_summary
from conversations.replies import (
    Ask,
    AskChannel,
    AskPosting,
    CheckRow,
    Choose,
    Goodbye,
    Held,
    Listed,
    Noted,
    Reply,
    ReviewAnswers,
    Say,
    ShowChecks,
    ShowComparison,
    ShowDocument,
    ShowHome,
    ShowQueue,
    ShowReport,
    ShowShared,
    ShowShares,
)

_NARROW = 30
"""Columns below which an indent costs more than it shows."""
_LABELS, _COLUMN = 12, 22
"""Columns that the names of rows, and a team beside others, take at least."""


class PlainText:
    """Prints replies in one language."""

    def __init__(self, console: Console, catalogue: Catalogue, language: str) -> None:
        self._console = console
        self._catalogue = catalogue
        self._language = language

    def show(self, reply: Reply) -> None:  # noqa: C901, PLR0912  one case a kind
        """Print one reply, with a blank line before it."""
        match reply:
            case Say() | Noted() | AskChannel() | AskPosting():
                self._print(Text(self._text(reply.text)))
            case Listed():
                self._print(
                    Text(self._text(reply.title), style="bold"),
                    self._hanging([("·", self._text(item)) for item in reply.items]),
                )
            case Goodbye():
                self._print(Text(self._text(reply.text), style="bold"))
            case Ask():
                self._print(*self._question(reply))
            case Choose():
                options = [phrase(f"options.{option}") for option in reply.options]
                self._print(Text(self._text(reply.text), style="bold"), self._numbered(options))
            case ReviewAnswers():
                self._print(*self._review(reply))
            case Held(whole=True):
                self._console.print()
                self._console.out(reply.json, highlight=False)  # not wrapped: it is to be copied
            case Held():
                self._print(*self._held(reply))
            case ShowReport():
                self.show_blocks(Outline(self._catalogue, self._language).part(reply.report, reply.part))
            case ShowChecks():
                self._print(Text(self._text(reply.title), style="bold"), self._numbered(map(_row, reply.rows)))
            case ShowComparison():
                wide = self._console.width >= _LABELS + _COLUMN * len(reply.comparison.teams)
                self.show_blocks(Outline(self._catalogue, self._language).comparison(reply.comparison, wide=wide))
                if reply.sorting:
                    self._print(Text(self._text(phrase("compare.how")), style="dim"))
            case ShowShares():
                rows = ((str(place), self._text(row.text)) for place, row in enumerate(reply.rows, start=1))
                self._print(Text(self._text(reply.title), style="bold"), self._hanging(list(rows)))
            case ShowShared():
                self.show_blocks(
                    Outline(self._catalogue, self._language).shared(
                        reply.report, reply.part, reply.updated, reply.review
                    )
                )
            case ShowHome() | ShowQueue() | ShowDocument():
                pass  # a terminal has no page of its own
            case _:
                assert_never(reply)

    def show_blocks(self, blocks: Iterable[Block]) -> None:
        """Print the blocks of a document."""
        for block in blocks:
            match block:
                case Heading():
                    style = {1: "bold underline", 2: "bold cyan"}.get(block.level, "bold")
                    self._print(Text(block.text, style=style))
                case Paragraph():
                    self._print(Text(block.text, style="dim" if block.quiet else ""))
                case Points():
                    self._print(*self._points(block))
                case Grid():
                    self._print(self._grid(block))
                case _:
                    assert_never(block)

    def _text(self, said: Phrase | str) -> str:
        return self._catalogue.text(said, self._language)

    def _print(self, *parts: RenderableType) -> None:
        self._console.print()
        if self._console.is_terminal:
            self._console.print(Group(*parts))
            return
        with self._console.capture() as captured:
            self._console.print(Group(*parts))
        for line in captured.get().splitlines():
            self._console.out(line.rstrip(), highlight=False)

    def _question(self, ask: Ask) -> Iterable[RenderableType]:
        yield Text(self._where(ask), style="dim")
        yield Text(self._text(ask.text), style="bold")
        if ask.choices:
            yield self._numbered(ask.choices)
        if ask.suggestions:
            yield Text(self._text(phrase("ask.suggestions")))
            yield self._columns(tuple(map(self._text, ask.suggestions)))
        if ask.said:
            yield Text(self._text(phrase("ask.said", answer=ask.said)), style="yellow")
        yield Text(self._text(ask.hint), style="dim")
        yield Text(self._text(phrase("ask.ways_out")), style="dim")

    def _where(self, ask: Ask) -> str:
        progress, section = ask.progress, self._text(ask.section)
        if progress is None:
            return section
        if progress.second_pass:
            return f"{self._text(phrase('ask.progress_again', n=progress.steps))}  ·  {section}"
        key = "ask.progress_about" if progress.about else "ask.progress"
        counted = phrase(key, section=progress.section, step=progress.step, steps=progress.steps)
        return f"{self._text(counted)}  ·  {section}"

    def _numbered(self, labels: Iterable[Phrase | str], first: int = 1) -> RenderableType:
        return self._hanging([(str(number), self._text(label)) for number, label in enumerate(labels, first)])

    def _columns(self, names: tuple[str, ...]) -> RenderableType:
        return Padding(
            Text("   ".join(f"{place}\u00a0{name}".replace(" ", "\u00a0") for place, name in enumerate(names, 1))),
            (0, 0, 0, 2),
        )

    def _hanging(self, rows: list[tuple[str, str]]) -> RenderableType:
        """Lay out marks and texts so that a long text wraps beside its mark, not under it."""
        if self._console.width < _NARROW:
            return Group(*(Text(f"{mark} {text}") for mark, text in rows))
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(justify="right", min_width=max(cell_len(mark) for mark, _ in rows), no_wrap=True)
        grid.add_column(ratio=1, overflow="fold")
        for mark, text in rows:
            grid.add_row(Text(mark, style="cyan"), Text(text))
        return Padding(grid, (0, 0, 0, 2))

    def _review(self, review: ReviewAnswers) -> Iterable[RenderableType]:
        yield Text(self._text(review.title), style="bold")
        if review.answers:
            rows = [(str(s.number), self._text(phrase("noted", name=s.name, answer=s.said))) for s in review.answers]
            yield self._hanging(rows)
        if not review.complete:
            yield Text(self._text(phrase("review.ahead")))
        yield Text(self._text(phrase("review.how")), style="dim")

    def _held(self, held: Held) -> Iterable[RenderableType]:
        yield Text(self._text(phrase("held.title")), style="bold")
        yield self._hanging([("·", self._text(line)) for line in held_summary(held.json)])
        yield Text(self._text(phrase("held.how")), style="dim")

    def _points(self, points: Points) -> Iterable[RenderableType]:
        for place, item in enumerate(points.items):
            mark = "-" if points.numbered_from is None else f"{points.numbered_from + place}."
            if place and item.details:
                yield Text()
            yield self._item(mark, item)

    def _item(self, mark: str, item: Item) -> RenderableType:
        indent = 0 if self._console.width < _NARROW else cell_len(mark) + 1
        details = [Padding(Group(*self._detail(detail)), (0, 0, 0, indent)) for detail in item.details]
        return Group(self._hanging_line(mark, item.text, indent), *details)

    def _detail(self, detail: Detail) -> Iterable[RenderableType]:
        if not detail.label:
            yield from map(Text, detail.lines)
        elif len(detail.lines) == 1:
            yield Text.assemble((detail.label, "italic"), detail.lines[0])
        else:
            yield Text(detail.label.rstrip(), style="italic")
            yield self._hanging([("·", line) for line in detail.lines])

    def _hanging_line(self, mark: str, text: str, indent: int) -> RenderableType:
        if not indent:
            return Text(f"{mark} {text}", style="bold")
        grid = Table.grid(padding=0)
        grid.add_column(width=indent)
        grid.add_column(ratio=1, overflow="fold")
        grid.add_row(Text(mark), Text(text, style="bold"))
        return grid

    def _grid(self, grid: Grid) -> RenderableType:
        table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
        for title in grid.header:
            table.add_column(Text(title, style="bold"), overflow="fold")
        long = any("\n" in cell for row in grid.rows for cell in row)
        for row in grid.rows:
            if long:
                table.add_row()
            table.add_row(*(Text(cell) for cell in row))
        return table


def _row(row: CheckRow) -> Phrase:
    return phrase(f"checks.row{'_at_hand' if row.at_hand else ''}", title=row.title, state=row.state)
