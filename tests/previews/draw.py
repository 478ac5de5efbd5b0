"""Draws chat messages and reports as pictures, to be looked at: nothing is asserted of them.

`python -m tests.previews.draw FOLDER` draws one of each kind in every language, and the worst cases of cards and PDFs.
"""

import asyncio
import json
import re
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typst

from adapters.discord import components as discord
from adapters.documents.card import card_png
from adapters.documents.pdf import pdf_values
from adapters.documents.typesetting import _typeset
from adapters.slack.block_kit import Copied, Page, Part, Written, parts_of
from conversations.report import Report
from tests.dialogue import core
from tests.previews.examples import Example, examples, windows
from tests.reports import MARKUP, STRANGE, crowded, empty, hostile, usual

_HEADING = re.compile(r"(#{1,3}) (.*)")
_ITEM = re.compile(r"( *)(-|\d+\.) (.*)")
_SPAN = re.compile(r"\\(?P<escaped>.)|\*\*|\*|<#\d+>|[^\\*<]+|<")
_TEMPLATES = Path(__file__).parent


def draw_slack(messages: Sequence[dict[str, Any]], picture: Path) -> None:
    """Draw messages, each with its `note`, `text` and `blocks`, one below the other."""
    data = json.dumps(list(messages))
    fonts = _fonts()
    template = str(_TEMPLATES / "slack.typ")
    typst.compile(template, str(picture), format="png", ppi=110, font_paths=fonts, sys_inputs={"data": data})


def draw_discord(example: Example, language: str, picture: Path) -> None:
    """Draw a message as Discord has it."""
    messages = []
    for place, part in enumerate(discord.parts_of(example.row(language), core().catalogue), start=1):
        if isinstance(part, discord.Written | discord.Copied):
            parts = [{**one, "lines": list(_lines(one.get("content", "")))} for one in part.payload["components"]]
            messages.append({"note": f"{place}", "parts": parts})
    if messages:
        template, inputs = str(_TEMPLATES / "discord.typ"), {"data": json.dumps(messages)}
        typst.compile(template, str(picture), format="png", ppi=110, font_paths=_fonts(), sys_inputs=inputs)


def _lines(content: str) -> Iterator[dict[str, Any]]:
    """Read Discord's markdown, as far as we write it."""
    for line in content.split("\n"):
        if found := _HEADING.match(line):
            yield {"kind": "heading", "level": len(found[1]), "spans": list(_spans(found[2]))}
        elif line.startswith("-# "):
            yield {"kind": "quiet", "spans": list(_spans(line[3:]))}
        elif found := _ITEM.match(line):
            mark = "•" if found[2] == "-" else found[2]
            yield {"kind": "item", "level": len(found[1]) // 2, "mark": mark, "spans": list(_spans(found[3]))}
        else:
            yield {"kind": "text", "spans": list(_spans(line))}


def _spans(text: str) -> Iterator[dict[str, Any]]:
    bold = italic = False
    for found in _SPAN.finditer(text):
        mark, escaped = found[0], found["escaped"]
        if mark == "**":
            bold = not bold
        elif mark == "*":
            italic = not italic
        else:
            shown = escaped or mark
            yield {"text": shown, "bold": bold, "italic": italic, "channel": mark.startswith("<#")}


def draw_examples(folder: Path) -> None:
    """Draw one picture of each kind of message, in every language."""
    folder.mkdir(parents=True, exist_ok=True)
    made = asyncio.run(examples())
    for language in core().catalogue.languages:
        for example in made:
            draw_slack(list(in_slack(example, language)), folder / f"{example.name}.{language}.png")
            draw_discord(example, language, folder / f"discord_{example.name}.{language}.png")
        for name, view in windows(language):
            buttons = f"[{view['close']['text']}] [{view['submit']['text']}]"
            drawn = {"note": f"window, {buttons}", "text": view["title"]["text"], "blocks": view["blocks"]}
            draw_slack([drawn], folder / f"{name}.{language}.png")


def draw_reports(folder: Path) -> None:
    """Draw the cards of reports, the usual and the worst; and two of them as PDFs, a picture a page."""
    folder.mkdir(parents=True, exist_ok=True)
    for language in core().catalogue.languages:
        for name, report in asyncio.run(drawn_reports()).items():
            picture = asyncio.run(card_png(report, core().catalogue, language))
            (folder / f"card_{name}.{language}.png").write_bytes(picture)
            for number, page in enumerate(_pages(report, language), start=1):
                (folder / f"pdf_{name}_{number}.{language}.png").write_bytes(page)


async def drawn_reports() -> dict[str, Report]:
    return {
        "usual": await usual(),
        "empty": empty(),
        "crowded": await crowded(),
        "markup": await hostile(MARKUP),
        "strange": await hostile(STRANGE),
    }


def _pages(report: Report, language: str) -> list[bytes]:
    drawn: Any = _typeset("document.typ", pdf_values(report, core().catalogue, language), "png")
    return drawn if isinstance(drawn, list) else [drawn]


def in_slack(example: Example, language: str, note: str = "") -> Iterator[dict[str, Any]]:
    """Return the messages of an example in Slack, each with a note above it."""
    for place, part in enumerate(parts_of(example.row(language), core().catalogue), start=1):
        match part:
            case Written() | Copied():
                yield {"note": note or f"{place}, {_how(part)}", "text": part.text, "blocks": part.blocks}
            case Page():
                yield {"note": "Home", "text": "", "blocks": part.view["blocks"]}


def _how(part: Part) -> str:
    return "in the place of an earlier one" if isinstance(part, Written | Copied) and part.at else "new"


def _fonts() -> list[str]:
    spec = find_spec("pylopdf_fonts_zh_cn")
    return [str(Path(spec.origin).parent)] if spec and spec.origin else []


if __name__ == "__main__":
    draw_examples(Path(sys.argv[1]))
    draw_reports(Path(sys.argv[1]))
