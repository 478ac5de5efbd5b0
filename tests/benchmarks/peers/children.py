"""Peers as children of this process, each in an environment of its own below `.peers/`, and their Redis."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.benchmarks.peers.protocol import Job, Played

ROOT = Path(__file__).parents[3]
ENVIRONMENTS = ROOT / ".peers"
PATIENCE = 120
"""Seconds for a job, after which a peer that says nothing hangs."""


class NotMeasuredError(Exception):
    """A peer, or what it stores to, is not to be had; why is told in one line."""


def requirements(peer: str) -> Path:
    return Path(__file__).with_name(f"{peer}.txt")


def interpreter(peer: str) -> Path:
    """Return the Python of a peer's environment, made anew where its requirements have changed.

    Raises:
        NotMeasuredError: it cannot be installed.

    """
    if peer == "teamcheck":
        return Path(sys.executable)
    folder = ENVIRONMENTS / peer
    python, ready = folder / "bin" / "python", folder / "ready"
    wanted = hashlib.sha256(requirements(peer).read_bytes()).hexdigest()
    if not ready.exists() or ready.read_text(encoding="ascii") != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        say(f"installing {peer} (once) ...")
        _run(sys.executable, "-m", "venv", str(folder))
        pip = (str(python), "-m", "pip", "--disable-pip-version-check", "--quiet", "install", "--require-hashes")
        _run(*pip, "--requirement", str(requirements(peer)))
        ready.write_text(wanted, encoding="ascii")
    return python


def _run(*command: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    except subprocess.TimeoutExpired:
        raise NotMeasuredError("installing it took more than 15 minutes") from None
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise NotMeasuredError(f"it cannot be installed: {(errors or ['for no reason that is told'])[-1]}")


class Peer:
    """A peer's program: started at the first job, ended with the `with`."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end()

    def _end(self) -> None:
        if self._process:
            self._process.kill()
            self._process.communicate()
        self._process = None

    def play(self, job: Job) -> Played:
        """Have a job played.

        Raises:
            NotMeasuredError: the peer cannot be installed, or its program fails.

        """
        process = self._process = self._process or self._start()
        assert process.stdin
        assert process.stdout
        hangs = threading.Timer(PATIENCE, process.kill)
        hangs.start()
        try:
            process.stdin.write(json.dumps(asdict(job)) + "\n")
            process.stdin.flush()
            said = process.stdout.readline()
        except BrokenPipeError:
            said = ""
        finally:
            hangs.cancel()
        if not said:
            self._end()  # the next job finds a new one
            raise NotMeasuredError("its program failed")
        return Played(**json.loads(said))

    def _start(self) -> subprocess.Popen[str]:
        command = (str(interpreter(self._name)), "-m", f"tests.benchmarks.peers.{self._name}_peer")
        return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@contextmanager
def redis_servers(folder: Path) -> Iterator[Mapping[str, str]]:
    """Run a Redis for each way of keeping its log; map what `appendfsync` is to the socket. Without Redis: nothing."""
    program = shutil.which("redis-server")
    servers: dict[str, subprocess.Popen[bytes]] = {}
    sockets: dict[str, str] = {}
    try:
        for appendfsync in ("everysec", "always") if program else ():
            place = folder / f"redis-{appendfsync}"
            place.mkdir()
            sockets[appendfsync] = str(place / "socket")
            settings = {
                "port": "0",
                "unixsocket": sockets[appendfsync],
                "dir": str(place),
                "save": "",
                "appendonly": "yes",
                "appendfsync": appendfsync,
                "auto-aof-rewrite-percentage": "0",
                "loglevel": "warning",
            }
            command = [str(program), *(word for name, value in settings.items() for word in (f"--{name}", value))]
            servers[appendfsync] = subprocess.Popen(command, stdout=subprocess.DEVNULL)
            _await_socket(Path(sockets[appendfsync]), servers[appendfsync])
        yield sockets
    finally:
        for server in servers.values():
            server.terminate()
        for server in servers.values():
            server.wait()


def _await_socket(path: Path, server: subprocess.Popen[bytes]) -> None:
    for _ in range(500):
        if path.exists():
            return
        if server.poll() is not None:
            break
        time.sleep(0.02)
    raise RuntimeError("redis-server does not start")


def sync_milliseconds(folder: Path) -> float:
    """Return how long the disk takes to have something for good, in the middle of many times."""
    took = []
    with (folder / "sync").open("wb", buffering=0) as file:
        for _ in range(200):
            file.write(bytes(4096))
            began = time.perf_counter()
            os.fsync(file.fileno())
            took.append(time.perf_counter() - began)
    return sorted(took)[len(took) // 2] * 1000


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
