"""A report as a file, from the command line."""

import os
import sys
from pathlib import Path

import pytest

from conversations.catalogue import phrase
from tests.end_to_end.program import database_url, run, say

_WITHOUT_PICTURES = (
    "from adapters.documents import typesetting; typesetting._PARTS = ('no_such_part',); "
    "from bot.__main__ import main; main()"
)


@pytest.fixture
def url(tmp_path: Path) -> str:
    found = database_url(tmp_path / "checks.sqlite3")
    run(found, "chat", typed="Acme\n?\n")
    return found


@pytest.mark.parametrize(
    ("form", "begins"),
    [("csv", b'\xef\xbb\xbf"Part"'), ("json", b"{"), ("text", b"# Team"), ("png", b"\x89PNG"), ("pdf", b"%PDF")],
)
def test_a_report_is_written_to_a_file(url: str, tmp_path: Path, form: str, begins: bytes) -> None:
    file = tmp_path / "report"
    done = run(url, "report", "--format", form, "--output", str(file))
    assert (done.code, done.complained) == (0, "")
    assert done.said.strip() == say(phrase("document.written", file=str(file)))
    assert file.read_bytes().startswith(begins)


def test_a_table_is_printed_as_it_is(url: str) -> None:
    done = run(url, "report", "--format", "csv", "--questions")
    assert done.said.startswith('\ufeff"Part","Question","Item"')


def test_a_file_that_cannot_be_written_is_named_in_one_line(url: str, tmp_path: Path) -> None:
    file = tmp_path / "nowhere" / "report.pdf"
    done = run(url, "report", "--format", "pdf", "--output", str(file))
    why = os.strerror(2)
    assert (done.code, done.complained.strip()) == (73, say(phrase("document.not_written", file=str(file), why=why)))


@pytest.mark.parametrize("form", ["png", "pdf"])
def test_what_is_missing_for_a_picture_is_named_in_one_line_and_the_rest_works(url: str, form: str) -> None:
    program = (sys.executable, "-c", _WITHOUT_PICTURES)
    done = run(url, "report", "--format", form, program=program)
    assert (done.code, done.said, done.complained.strip()) == (69, "", say(phrase("document.missing")))
    assert run(url, "report", "--format", "csv", program=program).code == 0
