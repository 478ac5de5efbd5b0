"""Starting the program as a person does, and talking to it through pipes."""

import asyncio
import codecs
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from adapters.storage.sqlite import open_sqlite
from bot.wiring import TERMINAL_PERSON, load_content
from conversations.catalogue import Phrase, phrase
from conversations.session import Answer, Check
from tests.end_to_end.forked import run_forked

ROOT = Path(__file__).parents[2]
PATIENCE = 60
"""Seconds after which a program that says nothing hangs. Nothing is measured by it."""
WIDE = "1000"
"""Columns: no sentence is broken in two."""

SCRIPT = load_content().core

BOT = (sys.executable, "-m", "bot")
_WITH_A_FULL_DISK = (
    "import resource, runpy, sys; "
    "room = int(sys.argv.pop(1)); "
    "resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)); "
    "runpy.run_module('bot', run_name='__main__', alter_sys=True)"
)
_BOUND_BY_PERMISSIONS = (
    "import ctypes, os, sys; "
    "drop, overrule = 24, 1; "  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE; refused to everyone but root, who alone has it
    "getattr(ctypes.CDLL(None), 'prctl', print)(drop, overrule, 0, 0, 0); "
    "os.execv(sys.executable, [sys.executable, '-m', 'bot', *sys.argv[1:]])"
)
_AT_A_STARTING_LINE = (
    f"import os; from bot.__main__ import main; os.write(1, b'ready{os.linesep}'); os.read(0, 1); main()"
)
AT_A_STARTING_LINE = (sys.executable, "-c", _AT_A_STARTING_LINE.replace("\n", "\\n"))
"""The program with its imports behind it: it says "ready", and begins at the first byte."""


def with_a_full_disk(room: int) -> Sequence[str]:
    """Return the program on a disk that takes no more than this many bytes into any one file."""
    return (sys.executable, "-c", _WITH_A_FULL_DISK, str(room))


def without_a_free_pass() -> Sequence[str]:
    """Return the program bound by the permissions of files, even where root runs it."""
    return (sys.executable, "-c", _BOUND_BY_PERMISSIONS)


def say(said: Phrase) -> str:
    """Put a sentence into the words that the program uses."""
    return SCRIPT.catalogue.text(said, "en")


def database_url(database: Path) -> str:
    return f"sqlite:///{database}"


_PLAIN: Mapping[str, str] = {}
_NOT_OURS = ("FORCE_COLOR", "TTY_COMPATIBLE", "LC_ALL", "LC_MESSAGES", "LANG")


def environment(url: str) -> Mapping[str, str]:
    ours = {name: value for name, value in os.environ.items() if name not in _NOT_OURS}
    return {**ours, "TEAMCHECK_DATABASE_URL": url, "COLUMNS": WIDE, "PYTHONUTF8": "1", "PYTHONPATH": str(ROOT)}


@dataclass(frozen=True)
class Finished:
    """How a run ended."""

    code: int
    said: str
    complained: str


def run(
    url: str,
    *arguments: str,
    typed: str = "",
    program: Sequence[str] = BOT,
    folder: Path = ROOT,
    system: Mapping[str, str] = _PLAIN,
) -> Finished:
    """Run the program to its end, on a system with these variables."""
    if program is BOT:
        return Finished(*run_forked(arguments, folder, {**environment(url), **system}, typed, PATIENCE))
    done = subprocess.run(
        [*program, *arguments],
        cwd=folder,
        env={**environment(url), **system},
        input=typed,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )
    return Finished(done.returncode, done.stdout, done.stderr)


class Terminal:
    """One running `teamcheck chat`."""

    def __init__(self, database: Path, *options: str, program: Sequence[str] = BOT) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            [*program, "chat", *options],
            cwd=ROOT,
            env=environment(database_url(database)),
            bufsize=0,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
        )
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._unread = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe:
                pipe.close()

    def type(self, *lines: str) -> None:
        """Type lines, and wait for nothing."""
        assert self._process.stdin
        self._process.stdin.write("".join(f"{line}\n" for line in lines).encode())

    def reply(self) -> str:
        """Return what the program said since the last time, as soon as it waits for a line."""
        return self.hear(*_WAITS)

    def hear(self, *endings: str) -> str:
        """Return what the program said since the last time, as soon as it ends in one of these lines."""
        while not self._unread.endswith(tuple(f"{ending}\n" for ending in endings)):
            assert self._listen(), f"it left instead of waiting for a line: {self._unread!r}, {self._complaint()!r}"
        said, self._unread = self._unread, ""
        return said

    def ask(self, line: str) -> str:
        """Type a line and return the reply."""
        self.type(line)
        return self.reply()

    def kill(self) -> str:
        """Kill it where it stands; return what it said since the last reply."""
        self._process.kill()
        return self._rest()

    def leave(self) -> Finished:
        """End the input and wait for the end of the program."""
        assert self._process.stdin
        self._process.stdin.close()
        return self.end()

    def end(self) -> Finished:
        """Wait for the program to leave by itself."""
        said = self._rest()
        complaint = self._complaint()
        return Finished(self._process.wait(PATIENCE), said, complaint)

    def _rest(self) -> str:
        while self._listen():
            pass
        said, self._unread = self._unread, ""
        return said

    def _listen(self) -> bool:
        assert self._process.stdout
        pipe = self._process.stdout.fileno()
        ready, _, _ = select.select([pipe], [], [], PATIENCE)
        assert ready, f"it hangs after: {self._unread!r}"
        heard = os.read(pipe, 1 << 16)
        self._unread += self._decoder.decode(heard)
        return bool(heard)

    def _complaint(self) -> str:
        assert self._process.stderr
        return self._process.stderr.read().decode()


_WAITS = (say(phrase("ask.ways_out")), say(phrase("options.keep_profile")))
"""What the program's last line ends in while it waits: for an answer, or for a choice after the report. Every check
here says something about the person, so that there is something to keep."""


def asked(reply: str) -> str:
    """Return the step that a reply asks."""
    lines = set(reply.splitlines())
    (step,) = (step.id for step in SCRIPT.steps if say(phrase(f"steps.{step.id}.ask")) in lines)
    return step


def stored_checks(database: Path) -> Sequence[Check]:
    """Return every check in the file."""

    async def checks() -> Sequence[Check]:
        async with open_sqlite(database) as store:
            return await store.checks(TERMINAL_PERSON)

    return asyncio.run(checks())


def answers_in(check: Check) -> Mapping[str, Answer]:
    """Return what a check holds, where each step was answered once and nobody else was named for it."""
    found = {}
    for step, given in check.answers.items():
        (one,) = given
        assert (one.source, one.quote) == (None, "")
        found[step] = one.answer
    return found


def bytes_in(folder: Path) -> Mapping[str, bytes]:
    """Return every file below a folder."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def poll(holds: Callable[[], bool]) -> None:
    """Look until it holds."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.0005)
