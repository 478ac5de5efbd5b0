"""A screen of the terminal as a picture: what the program shows while a dialogue is played."""

import asyncio
import io
import re
from collections.abc import Sequence

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI

from adapters.terminal.plain_text import PlainText
from adapters.terminal.play import PROMPT
from tests.dialogue import Player, core

WIDTH = 80
_FONT_FACE = re.compile(r"@font-face \{\{.*?\}\}\s*", re.DOTALL)
# A page that shows the picture asks nobody else for a font.
_FORMAT = _FONT_FACE.sub("", CONSOLE_SVG_FORMAT).replace("Fira Code, monospace", "monospace")


def terminal_screen(lines: Sequence[str], language: str) -> str:
    """Draw what is shown from the first of the last two lines on."""
    player = asyncio.run(_played(lines, language))
    console = Console(
        record=True,
        width=WIDTH,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        highlight=False,
        markup=False,
        emoji=False,
    )
    page = PlainText(console, core().catalogue, language)
    begin = [place for place, shown in enumerate(player.shown) if isinstance(shown, str)][-2]
    for shown in player.shown[begin:]:
        if isinstance(shown, str):
            console.print(f"\n{PROMPT}{shown}")
        else:
            page.show(shown[1])
    drawn = console.export_svg(title="teamcheck chat", theme=DIMMED_MONOKAI, code_format=_FORMAT, unique_id="screen")
    return f"{drawn}\n"


async def _played(lines: Sequence[str], language: str) -> Player:
    player = Player(language=language)
    await player.open()
    await player.say(*lines)
    return player
