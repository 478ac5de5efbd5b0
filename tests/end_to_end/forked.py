"""The program in a fork of a process that has imported it: what an import takes is paid once for many runs.

Run as `python -m tests.end_to_end.forked`, it is that process. A run is a process of its own all the same, with its own
folder, variables, input and output; what happens before `main()` is not tried by it.
"""

import atexit
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

ROOT = Path(__file__).parents[2]


def run_forked(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str], typed: str, patience: float
) -> tuple[int, str, str]:
    """Run the program to its end; return its exit code, what it said, and what it complained of.

    Raises:
        subprocess.TimeoutExpired: it took longer than it may.

    """
    with TemporaryDirectory() as place:
        streams = [Path(place) / name for name in ("in", "out", "err")]
        streams[0].write_bytes(typed.encode())
        asked = {
            "arguments": list(arguments),
            "folder": str(folder),
            "environment": dict(environment),
            "streams": [str(one) for one in streams],
            "patience": patience,
        }
        code = _ask(asked)
        if code is None:
            raise subprocess.TimeoutExpired(list(arguments), patience)
        # Line ends as a pipe in text mode has them.
        said, complained = (one.read_bytes().decode().replace("\r\n", "\n") for one in streams[1:])
        return code, said, complained


def _ask(asked: Mapping[str, Any]) -> int | None:
    try:
        server = _idle.pop()
    except IndexError:
        server = _started()
    if server.stdin is None or server.stdout is None:
        raise RuntimeError("it has no pipes")
    server.stdin.write(json.dumps(asked) + "\n")
    server.stdin.flush()
    code: int | None = json.loads(server.stdout.readline())
    _idle.append(server)
    return code


_idle: list[subprocess.Popen[str]] = []
"""Processes that wait for work: as many as ever were at it at the same time."""


def _started() -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    plain = {**os.environ, "PYTHONUTF8": "1", "PYTHONPATH": str(ROOT)}
    server = subprocess.Popen(
        (sys.executable, "-m", __name__), cwd=ROOT, env=plain, stdin=pipe, stdout=pipe, encoding="utf-8"
    )
    atexit.register(server.kill)
    return server


def _serve() -> None:
    import bot.__main__  # noqa: F401, PLC0415  what this process is for

    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            _be_the_program(asked)
        sys.stdout.write(json.dumps(_ended(child, asked["patience"])) + "\n")
        sys.stdout.flush()


def _ended(child: int, patience: float) -> int | None:
    """Wait for the child; return its exit code, below 0 for a signal as subprocess has it. None: it took too long."""
    until, pause = time.monotonic() + patience, 0.001
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(pause)
        pause = min(pause * 1.5, 0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _be_the_program(asked: Mapping[str, Any]) -> NoReturn:
    code = 1
    try:
        for number, (name, flags) in enumerate(
            zip(asked["streams"], (os.O_RDONLY, os.O_WRONLY | os.O_CREAT, os.O_WRONLY | os.O_CREAT), strict=True)
        ):
            opened = os.open(name, flags, 0o600)
            os.dup2(opened, number)
            os.close(opened)
        os.environ.clear()
        os.environ.update(asked["environment"])
        time.tzset()
        os.chdir(asked["folder"])
        sys.stdin, sys.stdout, sys.stderr = (
            open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115  as long as the process
            for number, mode in enumerate("rww")
        )
        sys.argv = ["teamcheck", *asked["arguments"]]
        from bot.__main__ import main  # noqa: PLC0415  imported already

        main()
        code = 0
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else int(left.code is not None)
    except BaseException:  # noqa: BLE001  as the interpreter does
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve()
