"""Two terminals on one file, and nobody's answer on the wrong step."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from random import Random

import pytest

from conversations.catalogue import phrase
from conversations.session import Answer
from tests.end_to_end.person import DEEPER, acknowledged, line_for, next_step, whole_check
from tests.end_to_end.program import (
    AT_A_STARTING_LINE,
    ROOT,
    Finished,
    Terminal,
    answers_in,
    asked,
    database_url,
    run,
    say,
    stored_checks,
)

ROUNDS = 3
TERMINALS = 3
"""At the starting line at once: two are enough for trouble, more find it sooner."""
NEW_FILES = 100


def test_terminals_that_start_at_once_on_no_file_make_one_and_share_one_check(tmp_path: Path) -> None:
    failed = [ended.complained for lap in range(ROUNDS) for ended in _start(tmp_path / str(lap)) if ended.code]
    assert failed == []


def _start(folder: Path) -> Sequence[Finished]:
    database = folder / "checks.sqlite3"
    with ExitStack() as stack:
        terminals = [stack.enter_context(Terminal(database, program=AT_A_STARTING_LINE)) for _ in range(TERMINALS)]
        for terminal in terminals:
            terminal.hear("ready")
        for terminal in terminals:
            terminal.type("")
        ended = [terminal.leave() for terminal in terminals]
    assert all(asked(one.said) == "team" for one in ended if one.code == 0)
    assert len(stored_checks(database)) == 1
    return ended


def test_processes_that_open_a_new_file_at_once_all_get_it(tmp_path: Path) -> None:
    files = [str(tmp_path / f"{lap}.sqlite3") for lap in range(NEW_FILES)]
    with ExitStack() as stack:
        processes = [stack.enter_context(_opening(*files)) for _ in range(TERMINALS)]
        said = []
        for _ in files:
            for process in processes:
                assert process.stdin
                process.stdin.write(b"\n")
            for process in processes:
                assert process.stdout
                said.append(process.stdout.readline().decode().strip())
    assert [one for one in said if one != "open"] == []


def _opening(*files: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.end_to_end.opening", *files]
    return subprocess.Popen(command, cwd=ROOT, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


@contextmanager
def _deep(terminal: Terminal) -> Iterator[Terminal]:
    """Begin a deep check, and go on at its first question."""
    with terminal:
        terminal.reply()
        assert asked(terminal.ask(DEEPER)) == "team"
        yield terminal


def test_an_answer_to_a_question_answered_elsewhere_is_left_out_and_both_ways_round(tmp_path: Path) -> None:
    database, plan = tmp_path / "checks.sqlite3", whole_check(11)
    with _deep(Terminal(database)) as first, Terminal(database) as second:
        assert asked(second.reply()) == plan[0].step
        ahead, behind = first, second
        for count, line in enumerate(plan[:12]):
            assert acknowledged(ahead.ask(line.typed), [line]) == 1
            told = behind.ask(f"late: {line.typed}")
            assert say(phrase("moved_on")) in told
            assert asked(told) == plan[count + 1].step
            (check,) = stored_checks(database)
            assert answers_in(check) == {one.step: one.answer for one in plan[: count + 1]}
            ahead, behind = behind, ahead
        assert first.leave().code == second.leave().code == 0


def test_of_two_answers_at_the_same_moment_one_is_taken_and_the_other_is_told_so(tmp_path: Path) -> None:
    database = tmp_path / "checks.sqlite3"
    chance = Random(13)  # noqa: S311  no secret hangs on it
    answers: dict[str, Answer] = {}
    with _deep(Terminal(database)) as first, Terminal(database) as second:
        second.reply()
        while step := next_step(answers):
            mine = line_for(step, chance)
            yours = line_for(step, chance, mine.typed)
            first.type(mine.typed)
            second.type(yours.typed)
            said, told = first.reply(), second.reply()
            taken = {line.typed: line for line, reply in ((mine, said), (yours, told)) if acknowledged(reply, [line])}
            assert len(taken) == 1
            (line,) = taken.values()
            assert say(phrase("moved_on")) in (told if line is mine else said)
            answers[step.id] = line.answer
            (check,) = stored_checks(database)
            assert answers_in(check) == answers
        assert first.leave().code == second.leave().code == 0


@pytest.mark.parametrize("typed", [["another answer"], ["later"], []], ids=["typing", "later", "end of input"])
def test_a_terminal_whose_check_was_forgotten_says_so_and_leaves(typed: Sequence[str], tmp_path: Path) -> None:
    database, plan = tmp_path / "checks.sqlite3", whole_check(17)
    with Terminal(database) as terminal:
        terminal.reply()
        terminal.ask(plan[0].typed)
        assert run(database_url(database), "forget", "--yes").code == 0
        terminal.type(*typed)
        ended = terminal.end() if typed else terminal.leave()
    assert (ended.code, ended.complained) == (0, "")
    assert ended.said.splitlines()[-1] == say(phrase("gone"))
    assert _rows(database) == 0


def test_a_terminal_whose_check_was_forgotten_leaves_the_next_check_alone(tmp_path: Path) -> None:
    database, plan = tmp_path / "checks.sqlite3", whole_check(19)
    with Terminal(database) as old, Terminal(database) as new:
        old.reply()
        new.reply()
        old.ask(plan[0].typed)
        assert run(database_url(database), "forget", "--yes").code == 0
        new.kill()
        with Terminal(database) as newest:
            assert say(phrase("greeting")).splitlines()[0] in newest.reply()
            old.type(plan[1].typed)
            assert old.end().said.splitlines()[-1] == say(phrase("gone"))
            (check,) = stored_checks(database)
            assert not check.answers
            assert acknowledged(newest.ask(plan[0].typed), plan) == 1
            assert newest.leave().code == 0


def _rows(database: Path) -> int:
    with closing(sqlite3.connect(database)) as connection:
        tables = ("SELECT count(*) FROM people", "SELECT count(*) FROM checks")
        return sum(int(connection.execute(table).fetchone()[0]) for table in tables)
