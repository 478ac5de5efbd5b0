"""A file that cannot be used: one line on stderr, the right exit code, and the file as it was."""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random

import pytest

from bot.exits import Exit
from conversations.catalogue import phrase
from tests.end_to_end.person import DEEPER, acknowledged, whole_check
from tests.end_to_end.program import (
    Finished,
    Terminal,
    answers_in,
    asked,
    bytes_in,
    database_url,
    run,
    say,
    stored_checks,
    with_a_full_disk,
    without_a_free_pass,
)

PLAN = whole_check(29)
TYPED = "".join(f"{line}\n" for line in (DEEPER, *(line.typed for line in PLAN)))
COMMANDS = (("chat",), ("forget", "--yes"), ("report",), ("checks",))
every_command = pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
chat_and_forget = pytest.mark.parametrize("command", COMMANDS[:2], ids=" ".join)


def told(ended: Finished, problem: str, file: Path) -> None:
    """Hold a run against the one line that a problem has."""
    assert ended.complained == say(phrase(f"storage.{problem}", name=str(file))) + "\n"
    assert ended.code == Exit.STORAGE
    assert not any(say(phrase(key)).splitlines()[0] in ended.said for key in ("greeting", "forget.done"))


@pytest.fixture(name="kept", scope="session")
def _kept(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return a database with a whole check in it."""
    database = tmp_path_factory.mktemp("kept") / "checks.sqlite3"
    a_check_in(database)
    return database.read_bytes()


def a_check_in(database: Path) -> None:
    ended = run(database_url(database), "chat", typed=TYPED)
    assert (ended.code, ended.complained) == (0, "")


def _lines(database: Path, *problems: str) -> Sequence[Sequence[str]]:
    """Return the one line that each of the problems has. A limit on a file's size is an I/O error to SQLite."""
    return [[say(phrase(f"storage.{problem}", name=str(database)))] for problem in problems]


def change(database: Path, *statements: str) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


@every_command
def test_a_file_from_a_newer_version_is_left_alone(command: Sequence[str], kept: bytes, tmp_path: Path) -> None:
    database = tmp_path / "checks.sqlite3"
    database.write_bytes(kept)
    change(database, "PRAGMA user_version = 1000")
    before = bytes_in(tmp_path)
    told(run(database_url(database), *command), "newer", database)
    assert bytes_in(tmp_path) == before


@chat_and_forget
@pytest.mark.parametrize("text", ["Dear diary,\n", "Dear diary,\n" * 2000], ids=["short", "long"])
def test_a_file_that_is_no_database_is_left_alone(text: str, command: Sequence[str], tmp_path: Path) -> None:
    database = tmp_path / "diary.txt"
    database.write_text(text)
    told(run(database_url(database), *command), "not_a_database", database)
    assert bytes_in(tmp_path) == {"diary.txt": text.encode()}


@chat_and_forget
@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_the_database_of_another_program_is_left_alone(mode: str, command: Sequence[str], tmp_path: Path) -> None:
    database = tmp_path / "accounts.sqlite3"
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(f"PRAGMA journal_mode = {mode}")
        connection.execute("CREATE TABLE checks (id INTEGER PRIMARY KEY, amount REAL)")
        connection.execute("INSERT INTO checks VALUES (1, 99.5)")
    before = bytes_in(tmp_path)
    told(run(database_url(database), *command), "foreign", database)
    assert bytes_in(tmp_path) == before


def test_a_foreign_database_that_says_only_whose_it_is_is_left_alone(tmp_path: Path) -> None:
    database = tmp_path / "accounts.sqlite3"
    change(database, "PRAGMA application_id = 7")
    before = bytes_in(tmp_path)
    told(run(database_url(database), "chat"), "foreign", database)
    assert bytes_in(tmp_path) == before


@pytest.mark.parametrize("folder", ["", "not/there/yet"])
def test_an_empty_file_and_a_missing_folder_are_a_new_beginning(folder: str, tmp_path: Path) -> None:
    database = tmp_path / folder / "checks.sqlite3"
    if not folder:
        database.touch()
    a_check_in(database)
    assert answers_in(stored_checks(database)[0]) == {line.step: line.answer for line in PLAN}


def garbage(pages: bytes) -> bytes:
    return Random(31).randbytes(len(pages))  # noqa: S311  no secret hangs on it


def zeros(pages: bytes) -> bytes:
    return bytes(len(pages))


def nothing(_pages: bytes) -> bytes:
    return b""


@chat_and_forget
@pytest.mark.parametrize("damage", [garbage, zeros, nothing])
def test_a_damaged_database_is_left_alone(
    damage: Callable[[bytes], bytes], command: Sequence[str], kept: bytes, tmp_path: Path
) -> None:
    database = tmp_path / "checks.sqlite3"
    page = int.from_bytes(kept[16:18])
    assert len(kept) > 3 * page
    database.write_bytes(kept[:page] + damage(kept[page:]))
    before = bytes_in(tmp_path)
    told(run(database_url(database), *command), "damaged", database)
    assert bytes_in(tmp_path) == before


@pytest.mark.parametrize("command", [("chat",), ("report",)], ids=" ".join)
@pytest.mark.parametrize(
    "body",
    ["", "{", '{"schema":1,"record":{"id":"x"}}', '{"schema":1000,"record":{}}'],
    ids=["empty", "half", "incomplete", "newer"],
)
def test_a_record_that_cannot_be_read_is_left_alone(
    body: str, command: Sequence[str], kept: bytes, tmp_path: Path
) -> None:
    database = tmp_path / "checks.sqlite3"
    database.write_bytes(kept)
    change(database, f"UPDATE checks SET body = '{body}'")  # noqa: S608  the words above
    before = bytes_in(tmp_path)
    told(run(database_url(database), *command), "damaged", database)
    assert bytes_in(tmp_path) == before


def test_a_record_that_cannot_be_read_can_still_be_forgotten(kept: bytes, tmp_path: Path) -> None:
    database = tmp_path / "checks.sqlite3"
    database.write_bytes(kept)
    change(database, "UPDATE checks SET body = 'half a rec'")
    ended = run(database_url(database), "forget", "--yes")
    assert (ended.code, ended.complained) == (0, "")
    assert stored_checks(database) == []


def a_folder(place: Path) -> Path:
    place.mkdir()
    return place


def below_a_file(place: Path) -> Path:
    place.touch()
    return place / "checks.sqlite3"


def below_a_place_that_takes_no_folder(_place: Path) -> Path:
    return Path("/proc/teamcheck/checks.sqlite3")


def a_name_too_long(place: Path) -> Path:
    return place / ("long" * 100)


def a_link_to_itself(place: Path) -> Path:
    place.symlink_to(place)
    return place


def a_named_pipe(place: Path) -> Path:
    os.mkfifo(place)
    return place


@pytest.mark.parametrize(
    "place",
    [a_folder, below_a_file, below_a_place_that_takes_no_folder, a_name_too_long, a_link_to_itself, a_named_pipe],
)
def test_a_place_where_no_file_can_be_is_named(place: Callable[[Path], Path], tmp_path: Path) -> None:
    database = place(tmp_path / "place")
    before = bytes_in(tmp_path)
    told(run(database_url(database), "chat"), "cannot_open", database)
    assert bytes_in(tmp_path) == before


@contextmanager
def mode(place: Path, bits: int) -> Iterator[None]:
    before = place.stat().st_mode
    place.chmod(bits)
    try:
        yield
    finally:
        place.chmod(before)


@pytest.mark.parametrize("shut", ["folder of a new file", "folder", "file"])
def test_a_place_that_may_not_be_written_to_is_said_to_be_one(shut: str, kept: bytes, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    database = folder / "checks.sqlite3"
    if shut != "folder of a new file":
        database.write_bytes(kept)
    before = bytes_in(tmp_path)
    with mode(*((database, 0o400) if shut == "file" else (folder, 0o500))):
        ended = run(database_url(database), "chat", program=without_a_free_pass())
    assert ended.complained.splitlines() in _lines(database, "cannot_open", "read_only")
    assert (ended.code, ended.said) == (Exit.STORAGE, "")
    assert bytes_in(tmp_path) == before


@pytest.mark.parametrize("room", [0, 5_000, 20_000])
def test_a_disk_without_room_for_a_new_file_is_told_and_later_begun_again(room: int, tmp_path: Path) -> None:
    database = tmp_path / "checks.sqlite3"
    ended = run(database_url(database), "chat", program=with_a_full_disk(room))
    assert ended.complained.splitlines() in _lines(database, "full", "io")
    assert (ended.code, ended.said) == (Exit.STORAGE, "")
    a_check_in(database)
    assert answers_in(stored_checks(database)[0]) == {line.step: line.answer for line in PLAN}


@pytest.mark.parametrize("room", [240_000, 280_000, 350_000])
def test_a_disk_that_fills_up_costs_the_line_it_did_not_take_and_no_other(room: int, tmp_path: Path) -> None:
    database = tmp_path / "checks.sqlite3"
    ended = run(database_url(database), "chat", typed=TYPED, program=with_a_full_disk(room))
    assert ended.complained.splitlines() in _lines(database, "full", "io")
    assert ended.code == Exit.STORAGE
    seen = acknowledged(ended.said, PLAN)
    assert 0 < seen < len(PLAN)
    (check,) = stored_checks(database)
    assert answers_in(check) == {line.step: line.answer for line in PLAN[:seen]}
    with Terminal(database) as terminal:
        assert asked(terminal.reply()) == PLAN[seen].step
        for line in PLAN[seen:]:
            assert acknowledged(terminal.ask(line.typed), [line]) == 1
        assert terminal.leave().code == 0
    (check,) = stored_checks(database)
    assert answers_in(check) == {line.step: line.answer for line in PLAN}


@pytest.mark.parametrize("url", ["postgres://localhost/checks", "sqlite:///", "sqlite://", "", "checks.sqlite3"])
def test_a_database_url_that_is_none_is_named_in_one_line(url: str, tmp_path: Path) -> None:
    ended = run(url, "chat", folder=tmp_path)
    (line,) = ended.complained.splitlines()
    assert line.startswith("TEAMCHECK_DATABASE_URL ")
    assert "Traceback" not in line
    assert (ended.code, ended.said) == (Exit.SETTINGS, "")
    assert bytes_in(tmp_path) == {}
