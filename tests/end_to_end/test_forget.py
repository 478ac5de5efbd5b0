"""What is forgotten is in no byte of any file."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from conversations.catalogue import phrase
from conversations.vocabulary import StepKind
from tests.end_to_end.person import DEEPER, whole_check
from tests.end_to_end.program import SCRIPT, Terminal, bytes_in, database_url, run, say, stored_checks

SECRETS = {
    "team": "Xylophonia",
    "title": "Quagmirist",
    "earlier_title": "Bumbershooter",
    "skills": "Zymurgistics",
    "own_skills": "Taxonomancy",
}
"""Step -> what is typed there in words of one's own."""
QUOTE, FINE, REASON = "Flibbertigibbet", "Gobbledygookery", "Kerfufflement"
"""Other words of one's own: what somebody said, why a flag is fine, and why one decided so."""
TYPED = {*SECRETS.values(), QUOTE, FINE, REASON}
CHANGED = "Vivisepultura"
"""The team's name before it was changed; it is in no current answer."""
LONG = " and so on" * 150
"""So that a check outgrows a page of the file."""


def _lines() -> Sequence[str]:
    """Return a whole check with a secret wherever words of one's own can be typed."""
    texts = {step.id for step in SCRIPT.steps if step.kind in (StepKind.TEXT, StepKind.SKILLS)}
    assert texts == set(SECRETS)
    lines = {line.step: SECRETS.get(line.step, line.typed) for line in whole_check(23)}
    assert texts - set(lines) == {"own_skills"}
    lines["skills"] += " 2"
    lines["maturity"] += f' @recruiter "{QUOTE}"'
    first = f"{CHANGED}{LONG}"
    answers = [DEEPER, first, "back", f"{SECRETS['team']}{LONG}", *list(lines.values())[1:]]
    return [*answers, f"fine 1 because {FINE}", "decide", f"3 {REASON}"]


def _found(folder: Path) -> set[str]:
    everything = b"".join(bytes_in(folder).values())
    return {secret for secret in {CHANGED, *TYPED} if secret.encode() in everything}


def _talk(terminal: Terminal, database: Path) -> None:
    """Hold a whole check, and keep what it taught about the person; then say more in the profile."""
    terminal.reply()
    *lines, decide, decision = _lines()
    for line in lines:
        terminal.ask(line)
    terminal.type(decide)
    terminal.hear(say(phrase("options.pass")))
    terminal.ask(decision)
    terminal.type("keep profile")
    terminal.hear(say(phrase("options.decide")))
    about = [step.id for step in SCRIPT.steps if step.profile or step.profile_only]
    place = about.index("own_skills") + 1
    ended = run(database_url(database), "profile", typed=f"{place}\n{SECRETS['own_skills']} 3\n")
    assert (ended.code, ended.complained) == (0, "")


def test_forget_leaves_no_byte_of_a_check_that_was_left_properly(tmp_path: Path) -> None:
    database = tmp_path / "checks.sqlite3"
    with Terminal(database) as terminal:
        _talk(terminal, database)
        assert terminal.leave().code == 0
    assert _found(tmp_path) >= TYPED
    _forget(database)
    assert _found(tmp_path) == set()


def test_forget_leaves_no_byte_behind_after_a_kill(tmp_path: Path) -> None:
    database = tmp_path / "checks.sqlite3"
    with Terminal(database) as terminal:
        _talk(terminal, database)
        terminal.kill()
    assert _found(tmp_path) == {CHANGED, *TYPED}
    _forget(database)
    assert _found(tmp_path) == set()


def test_forget_leaves_no_byte_while_another_terminal_has_the_file_open(tmp_path: Path) -> None:
    database = tmp_path / "checks.sqlite3"
    with Terminal(database) as terminal:
        _talk(terminal, database)
        assert _found(tmp_path) == {CHANGED, *TYPED}
        _forget(database)
        assert _found(tmp_path) == set()
        terminal.leave()
    assert _found(tmp_path) == set()


def test_forget_does_not_say_that_all_is_erased_while_another_program_holds_the_old_pages(tmp_path: Path) -> None:
    database = tmp_path / "checks.sqlite3"
    with Terminal(database) as terminal:
        _talk(terminal, database)
        terminal.leave()
    with closing(sqlite3.connect(database, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM checks").fetchone() == (
            2,
        )  # the check, and what was said in the profile
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


def test_forgetting_inside_a_check_erases_and_is_the_end_of_the_conversation(tmp_path: Path) -> None:
    database = _with_a_check(tmp_path)
    ended = run(database_url(database), "chat", typed="forget me\nyes\nAcme\n")
    assert (ended.code, ended.complained) == (0, "")
    assert ended.said.splitlines()[-1] == say(phrase("forget.erased"))
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
