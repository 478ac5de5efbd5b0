"""What a terminal shows: nothing wider than its window, whatever is written, and no colour where there is none."""

import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from adapters.terminal.plain_text import PlainText
from tests.dialogue import Player, core
from tests.test_acceptance import APPLIED

LONG = "https://jobs.example/" + "a" * 150
WIDE = "搜索排序团队（机器学习平台与推荐算法）" * 4


@pytest.mark.parametrize("width", [16, 24, 40, 80, 200])
@pytest.mark.parametrize("team", [LONG, WIDE, "x" * 2000])
async def test_nothing_is_wider_than_the_window_and_nothing_is_cut(width: int, team: str) -> None:
    player = Player(width=width)
    await player.answer_all(APPLIED | {"team": team, "title": WIDE, "skills": f"{WIDE[:30]} 3, python 1/4"})
    await player.say("review", "back", "glossary", "help", "later")
    lines = player.seen().splitlines()
    assert [line for line in lines if not line.startswith(">") and cell_len(line) > width] == []
    assert "…" not in player.seen()
    assert "".join(team.split()) in "".join(player.seen().split())


@pytest.mark.parametrize(("terminal", "no_colour"), [(True, False), (True, True), (False, False)])
async def test_colour_is_for_terminals_that_want_it(
    terminal: bool,  # noqa: FBT001
    no_colour: bool,  # noqa: FBT001
) -> None:
    player = Player()
    await player.answer_all(APPLIED, quick=True)
    screen = io.StringIO()
    console = Console(
        file=screen,
        width=80,
        force_terminal=terminal,
        no_color=no_colour,
        color_system="standard" if terminal else None,
    )
    for reply in player.turn.replies if player.turn else ():
        PlainText(console, core().catalogue, "en").show(reply)
    assert ("\x1b[36m" in screen.getvalue()) == (terminal and not no_colour)
    assert terminal or "\x1b" not in screen.getvalue()
