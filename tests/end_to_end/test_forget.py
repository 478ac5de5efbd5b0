"""What is forgotten is in no byte of any file."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from conversations.catalogue import phrase
from conversations.vocabulary import StepKind
from tests.end_to_end.person import whole_check
from tests.end_to_end.program import SCRIPT, Terminal, bytes_in, database_url, run, say, stored_checks

SECRETS = {"team": "Xylophonia", "title": "Quagmirist", "skills": "Zymurgistics"}
CHANGED = "Vivisepultura"
"""The team's name before it was changed; it is in no current answer."""
LONG = " and so on" * 150
"""So that a check outgrows a page of the file."""


def _lines() -> Sequence[str]:
    """Return a whole check with a secret wherever words of one's own can be typed."""
    plan = whole_check(23)
    texts = {step.id for step in SCRIPT.steps if step.kind in (StepKind.TEXT, StepKind.SKILLS)}
    assert texts == set(SECRETS)
    lines = {line.step: line.typed for line in plan} | SECRETS
    first = f"{CHANGED}{LONG}"
    return [first, "back", f"{SECRETS['team']}{LONG}", *list(lines.values())[1:]]


def _found(folder: Path) -> set[str]:
    everything = b"".join(bytes_in(folder).values())
    return {secret for secret in (CHANGED, *SECRETS.values()) if secret.encode() in everything}


def _talk(terminal: Terminal) -> None:
    terminal.reply()
    for line in _lines():
        terminal.ask(line)


def test_forget_leaves_no_byte_of_a_check_that_was_left_properly(tmp_path: Path) -> None:
    database = tmp_path / "checks.sqlite3"
    with Terminal(database) as terminal:
        _talk(terminal)
        assert terminal.leave().code == 0
    assert _found(tmp_path) >= set(SECRETS.values())
    _forget(database)
    assert _found(tmp_path) == set()


def test_forget_leaves_no_byte_behind_after_a_kill(tmp_path: Path) -> None:
    database = tmp_path / "checks.sqlite3"
    with Terminal(database) as terminal:
        _talk(terminal)
        terminal.kill()
    assert _found(tmp_path) == {CHANGED, *SECRETS.values()}
    _forget(database)
    assert _found(tmp_path) == set()


def test_forget_leaves_no_byte_while_another_terminal_has_the_file_open(tmp_path: Path) -> None:
    database = tmp_path / "checks.sqlite3"
    with Terminal(database) as terminal:
        _talk(terminal)
        assert _found(tmp_path) == {CHANGED, *SECRETS.values()}
        _forget(database)
        assert _found(tmp_path) == set()
        terminal.leave()
    assert _found(tmp_path) == set()


def test_forget_does_not_say_that_all_is_erased_while_another_program_holds_the_old_pages(tmp_path: Path) -> None:
    database = tmp_path / "checks.sqlite3"
    with Terminal(database) as terminal:
        _talk(terminal)
        terminal.leave()
    with closing(sqlite3.connect(database, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM checks").fetchone() == (1,)
        ended = run(database_url(database), "forget", "--yes")
        assert _found(tmp_path) == set() or say(phrase("forget.done")) not in ended.said
        assert (ended.code == 0) == (say(phrase("forget.done")) in ended.said)
        assert "Traceback" not in ended.complained
        reader.execute("COMMIT")
    _forget(database)
    assert _found(tmp_path) == set()


@pytest.mark.parametrize("answer", ["no\n", "", "\n", "yes please no\n", "forget\n"])
def test_forget_without_a_yes_keeps_everything(answer: str, tmp_path: Path) -> None:
    database = _with_a_check(tmp_path)
    before = stored_checks(database)
    ended = run(database_url(database), "forget", typed=answer)
    assert (ended.code, ended.complained) == (0, "")
    assert say(phrase("forget.kept")) in ended.said
    assert stored_checks(database) == before
    assert _found(tmp_path) == {SECRETS["team"]}


def test_forget_answered_yes_erases(tmp_path: Path) -> None:
    database = _with_a_check(tmp_path)
    ended = run(database_url(database), "forget", typed="Yes\n")
    assert (ended.code, ended.complained) == (0, "")
    assert stored_checks(database) == []
    assert _found(tmp_path) == set()


def _with_a_check(folder: Path) -> Path:
    database = folder / "checks.sqlite3"
    assert run(database_url(database), "chat", typed=f"{SECRETS['team']}\n").code == 0
    assert _found(folder) == {SECRETS["team"]}
    return database


def _forget(database: Path) -> None:
    ended = run(database_url(database), "forget", "--yes")
    assert (ended.code, ended.complained) == (0, "")
    assert ended.said.splitlines()[-1] == say(phrase("forget.done"))
    assert stored_checks(database) == []
