"""SIGKILL at any point costs nothing that was acknowledged, and moves no answer to another step."""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from random import Random

import pytest

from conversations.catalogue import phrase
from tests.end_to_end.person import DEEPER, Line, acknowledged, whole_check
from tests.end_to_end.program import Terminal, answers_in, asked, poll, say, stored_checks

KILLS = 16
"""In one check."""
KILLS_OF_A_PIPE = 8

Wait = Callable[[Terminal, Random], str]
"""Lets the program go on for as long as it may live; returns what it was heard to say meanwhile."""


def at_once(_terminal: Terminal, _chance: Random) -> str:
    return ""


def a_moment_later(_terminal: Terminal, chance: Random) -> str:
    # Most turns take a few milliseconds, so small fractions are drawn more often.
    time.sleep(0.030 * chance.random() ** 3)
    return ""


def after_the_reply(terminal: Terminal, _chance: Random) -> str:
    return terminal.reply()


@pytest.mark.parametrize(("wait", "seed"), [(at_once, 1), (a_moment_later, 2), (after_the_reply, 5)])
def test_what_was_acknowledged_outlives_a_kill_and_no_answer_moves(wait: Wait, seed: int, tmp_path: Path) -> None:
    database, plan = tmp_path / "checks.sqlite3", whole_check(seed)
    chance = Random(seed)  # noqa: S311  no secret hangs on it
    kills = {0, len(plan) - 1, *chance.sample(range(1, len(plan) - 1), KILLS - 2)}
    with ExitStack() as stack:
        terminal = stack.enter_context(Terminal(database))
        terminal.reply()
        assert asked(terminal.ask(DEEPER)) == plan[0].step
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
            # Were the last line taken, a plain `chat` would begin the next check.
            which = ("--resume", check.id) if line is plan[-1] else ()
            terminal = stack.enter_context(Terminal(database, *which))
            answered = _established(database, plan, terminal.reply(), range(sure, answered + 2))
        assert not kills
        assert terminal.leave().code == 0
    (check,) = stored_checks(database)
    assert answers_in(check) == {line.step: line.answer for line in plan}


def test_a_kill_while_lines_are_piped_in_keeps_the_first_of_them_and_nothing_else(tmp_path: Path) -> None:
    database, plan = tmp_path / "checks.sqlite3", whole_check(7)
    chance = Random(7)  # noqa: S311  no secret hangs on it
    with Terminal(database) as terminal:
        terminal.reply()
        assert asked(terminal.ask(DEEPER)) == plan[0].step
        assert terminal.leave().code == 0
    allowed = range(1)
    for _ in range(KILLS_OF_A_PIPE):
        with Terminal(database) as terminal:
            answered = _established(database, plan, terminal.reply(), allowed)
            batch = plan[answered : answered + chance.randint(2, 4)]
            terminal.type(*(line.typed for line in batch))
            time.sleep(0.015 * chance.random())
            sure = acknowledged(terminal.kill(), batch)
        allowed = range(answered + sure, answered + len(batch) + 1)
    with Terminal(database) as terminal:
        _established(database, plan, terminal.reply(), allowed)


@pytest.mark.parametrize("moment", range(6))
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
    assert answers_in(check) == {plan[0].step: plan[0].answer}


def _established(database: Path, plan: Sequence[Line], shown: str, allowed: range) -> int:
    """Hold what the restarted program has stored, and what it shows, against the plan; return how far it is."""
    (check,) = stored_checks(database)
    count = len(check.answers)
    assert count in allowed
    assert answers_in(check) == {line.step: line.answer for line in plan[:count]}
    if count == len(plan):
        assert say(phrase("finished.what_now")) in shown
        return count
    assert asked(shown) == check.at == plan[count].step
    if allowed.stop > 1:
        assert say(phrase("welcome_back", n=count) if count else phrase("welcome")) in shown
    if count:
        assert plan[count - 1].remembered in shown
    return count
