"""SIGKILL at any point costs nothing that was acknowledged, and moves no answer to another step."""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from random import Random

import pytest

from conversations.catalogue import phrase
from tests.end_to_end.person import Line, acknowledged, whole_check
from tests.end_to_end.program import Terminal, asked, poll, say, stored_checks

KILLS = 17
"""In one check."""
KILLS_OF_A_PIPE = 8

Wait = Callable[[Terminal, Random], str]
"""Lets the program go on for as long as it may live; returns what it was heard to say meanwhile."""


def at_once(_terminal: Terminal, _chance: Random) -> str:
    return ""


def a_moment_later(_terminal: Terminal, chance: Random) -> str:
    # Most turns take a few milliseconds, so small fractions are drawn more often.
    time.sleep(0.030 * chance.random() ** 2)
    return ""


def after_the_reply(terminal: Terminal, _chance: Random) -> str:
    return terminal.reply()


@pytest.mark.parametrize(
    ("wait", "seed"), [(at_once, 1), (a_moment_later, 2), (a_moment_later, 3), (after_the_reply, 5)]
)
def test_what_was_acknowledged_outlives_a_kill_and_no_answer_moves(wait: Wait, seed: int, tmp_path: Path) -> None:
    database, plan = tmp_path / "checks.sqlite3", whole_check(seed)
    chance = Random(seed)  # noqa: S311  no secret hangs on it
    kills = {0, len(plan) - 1, *chance.sample(range(1, len(plan) - 1), KILLS - 2)}
    with ExitStack() as stack:
        terminal = stack.enter_context(Terminal(database))
        terminal.reply()
        (check,) = stored_checks(database)
        answered = 0
        while answered < len(plan):
            line = plan[answered]
            terminal.type(line.typed)
            if answered not in kills:
                assert acknowledged(terminal.reply(), [line]) == 1
                answered += 1
                continue
            kills.remove(answered)
            seen = wait(terminal, chance) + terminal.kill()
            sure = answered + acknowledged(seen, [line])
            terminal = stack.enter_context(Terminal(database, "--resume", check.id))
            answered = _established(database, plan, terminal.reply(), range(sure, answered + 2))
        assert not kills
        assert terminal.leave().code == 0
    (check,) = stored_checks(database)
    assert check.answers == {line.step: line.answer for line in plan}


def test_a_kill_while_lines_are_piped_in_keeps_the_first_of_them_and_nothing_else(tmp_path: Path) -> None:
    plan = whole_check(7)
    chance = Random(7)  # noqa: S311  no secret hangs on it
    database = tmp_path / "checks.sqlite3"
    answered = 0
    for _ in range(KILLS_OF_A_PIPE):
        with Terminal(database) as terminal:
            answered = _established(database, plan, terminal.reply(), range(answered, len(plan)))
            terminal.type(*(line.typed for line in plan[answered:-1]))
            time.sleep(0.050 * chance.random())
            seen = terminal.kill()
        sure = answered + acknowledged(seen, plan[answered:])
        with Terminal(database) as terminal:
            answered = _established(database, plan, terminal.reply(), range(sure, len(plan)))
        if answered == len(plan) - 1:
            database, answered = tmp_path / f"{answered}.sqlite3", 0


@pytest.mark.parametrize("moment", range(7))
def test_a_kill_while_the_file_is_made_leaves_one_that_works(moment: int, tmp_path: Path) -> None:
    database, plan = tmp_path / "checks.sqlite3", whole_check(moment)
    with Terminal(database) as terminal:
        poll(database.exists)
        time.sleep(0.002 * moment)
        terminal.kill()
    with Terminal(database) as terminal:
        assert asked(terminal.reply()) == plan[0].step
        assert acknowledged(terminal.ask(plan[0].typed), plan) == 1
        assert terminal.leave().code == 0
    (check,) = stored_checks(database)
    assert check.answers == {plan[0].step: plan[0].answer}


def _established(database: Path, plan: Sequence[Line], shown: str, allowed: range) -> int:
    """Hold what the restarted program has stored, and what it shows, against the plan; return how far it is."""
    (check,) = stored_checks(database)
    count = len(check.answers)
    assert count in allowed
    assert check.answers == {line.step: line.answer for line in plan[:count]}
    if count == len(plan):
        assert say(phrase("finished.what_now")) in shown
    else:
        assert asked(shown) == plan[count].step == check.at
    ...
    return count
