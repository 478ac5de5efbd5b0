"""What a terminal shows: nothing wider than its window, whatever is written, and no colour where there is none."""

import io

import pytest
import rich.text
from rich.cells import cell_len
from rich.console import Console, Group

from adapters.terminal.plain_text import PlainText
from adapters.terminal.wrapping import Text
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


CHINESE = (
    "我是 teamcheck。我问你三个问题，然后给你一份报告：“差距大，学得多”；"
    "可以多选（比如 1 3）。看 https://jobs.example/a 吧。"
)


@pytest.mark.parametrize("width", range(22, 120))
def test_no_line_of_chinese_begins_with_a_closing_sign_or_ends_with_an_opening_one(width: int) -> None:
    screen = io.StringIO()
    Console(file=screen, width=width).print(Group(Text(CHINESE)))
    lines = [line.rstrip() for line in screen.getvalue().splitlines()]
    assert [
        line for line in lines if line[0] in "，。；：？！”）、" or line[-1] in "“（" or cell_len(line) > width
    ] == []
    assert "".join(lines).replace(" ", "") == CHINESE.replace(" ", "")
    assert all(cell_len(line) > width - 24 for line in lines[:-1]), "a line is left emptier than its next word asks for"
    assert any("https://jobs.example/a" in line for line in lines)


@pytest.mark.parametrize("width", [10, 17, 24, 60])
def test_other_text_wraps_as_it_always_did(width: int) -> None:
    screens = io.StringIO(), io.StringIO()
    for screen, kind in zip(screens, (Text, rich.text.Text), strict=True):
        Console(file=screen, width=width).print(
            Group(kind(f"{LONG} It's (a) line, with “quotes”; and\n\n  {LONG[:9]}."))
        )
    assert screens[0].getvalue() == screens[1].getvalue()
