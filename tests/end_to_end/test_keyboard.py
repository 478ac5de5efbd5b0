"""A person at a real terminal (a pseudo-terminal): line editing, history, and leaving cleanly."""

import os
import pty
import select
import signal
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.end_to_end.program import database_url

UP, LEFT_ARROW = b"\x1b[A", b"\x1b[D"
PATIENCE = 30
"""Seconds until a terminal that shows nothing more counts as silent."""


class Terminal:
    def __init__(self, master: int, process: int) -> None:
        self._master, self._process = master, process
        self.shown = ""
        self._seen = 0

    def wait_for(self, text: str) -> None:
        """Read what is shown until the text has come behind what was waited for last."""
        deadline = time.monotonic() + PATIENCE
        while (place := self.shown.find(text, self._seen)) < 0:
            assert time.monotonic() < deadline, f"{text!r} never came: {self.shown[self._seen :][-500:]!r}"
            if select.select([self._master], [], [], 0.2)[0]:
                self.shown += self._read()
        self._seen = place + len(text)

    def _read(self) -> str:
        try:
            return os.read(self._master, 65536).decode(errors="replace")
        except OSError:  # the other side has closed
            return ""

    def press(self, keys: bytes) -> None:
        """Press keys once the program reads them one by one; until then Ctrl-C and Ctrl-D mean something else.

        And not before the prompt has stood for a moment: a Ctrl-C between the prompt and the wait for a key is seen
        by Python only with the next key.
        """
        deadline = time.monotonic() + PATIENCE
        while self._still_showing() or termios.tcgetattr(self._master)[3] & termios.ICANON:
            assert time.monotonic() < deadline, "it does not read keys"
        os.write(self._master, keys)

    def _still_showing(self) -> bool:
        if not select.select([self._master], [], [], 0.2)[0]:
            return False
        self.shown += self._read()
        return True

    def ends_with(self) -> int:
        """Wait for the end; return the exit code."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if select.select([self._master], [], [], 0.05)[0]:
                self.shown += self._read()
            ended, status = os.waitpid(self._process, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(status)
        os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
        raise AssertionError(f"it does not end: {self.shown[-500:]!r}")


@contextmanager
def chatting(database: Path) -> Iterator[Terminal]:
    process, master = pty.fork()
    if process == 0:
        # A run that was started in the background has Ctrl-C ignored, and would hand that on.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        environment = {**os.environ, "TEAMCHECK_DATABASE_URL": database_url(database), "TERM": "xterm-256color"}
        os.execve(sys.executable, [sys.executable, "-m", "bot", "chat"], environment)  # noqa: S606
    try:
        yield Terminal(master, process)
    finally:
        os.close(master)


@pytest.mark.parametrize("key", [b"\x03", b"\x04"], ids=["ctrl-c", "ctrl-d"])
def test_ctrl_c_and_ctrl_d_leave_cleanly_and_say_how_to_come_back(tmp_path: Path, key: bytes) -> None:
    with chatting(tmp_path / "x.sqlite3") as terminal:
        terminal.wait_for("> ")
        terminal.press(b"Acme\r")
        terminal.wait_for("step 2 of")
        terminal.wait_for("> ")
        terminal.press(key)
        assert terminal.ends_with() == 0
        assert "teamcheck chat --resume" in terminal.shown
        assert "Traceback" not in terminal.shown
    with chatting(tmp_path / "x.sqlite3") as terminal:
        terminal.wait_for("Team: Acme")
        terminal.press(b"\x04")
        assert terminal.ends_with() == 0


def test_a_line_can_be_edited_and_had_back_and_colour_is_shown(tmp_path: Path) -> None:
    with chatting(tmp_path / "x.sqlite3") as terminal:
        terminal.wait_for("> ")
        terminal.press(b"Acme serch" + LEFT_ARROW * 3 + b"a\r")
        terminal.wait_for("Team: Acme search")
        terminal.wait_for("> ")
        terminal.press(b"change 1\r")
        terminal.wait_for("So far: ")
        terminal.wait_for("> ")
        terminal.press(UP + UP + b" ranking\r")
        terminal.wait_for("Team: Acme search ranking")
        assert "\x1b[1m" in terminal.shown
        terminal.press(b"\x04")
        assert terminal.ends_with() == 0
    assert [file.name for file in tmp_path.iterdir() if "history" in file.name] == []


FAULTY = """
import bot.turns
def advance(*_):
    raise ValueError("the secret answer")
bot.turns.advance = advance
from bot.__main__ import main
main()
"""


def test_a_fault_of_its_own_is_one_line_that_quotes_nothing(tmp_path: Path) -> None:
    import subprocess  # noqa: PLC0415  only this test starts something else than the program

    environment = {**os.environ, "TEAMCHECK_DATABASE_URL": database_url(tmp_path / "x.sqlite3")}
    command = [sys.executable, "-c", FAULTY, "chat"]
    done = subprocess.run(command, env=environment, input="hello\n", capture_output=True, text=True, check=False)
    assert done.returncode == 70
    assert len(done.stderr.splitlines()) == 1
    assert "ValueError at <string>" in done.stderr
    assert "secret" not in done.stdout + done.stderr
