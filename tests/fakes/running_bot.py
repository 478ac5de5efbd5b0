"""A bot in a process of its own, on a socket platform."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from tests.end_to_end.program import PATIENCE, ROOT, Finished, database_url, environment

_PLAIN: Mapping[str, str] = {}


class Client(Protocol):
    """What the bot connects to."""

    @property
    def port(self) -> int:
        """Where it listens."""

    @property
    def connected(self) -> bool:
        """Whether the bot is there."""

    async def until(self, holds: Callable[[], bool], seconds: float = ...) -> bool:
        """Wait until something holds."""


class RunningBot:
    """Started at the top of a `with`; killed at its end, if it has not left by then."""

    def __init__(
        self,
        client: Client,
        folder: Path,
        *,
        module: str = "tests.fakes.socket_bot",
        arguments: Sequence[str] | None = None,
        system: Mapping[str, str] = _PLAIN,
    ) -> None:
        self._client = client
        arguments = (str(client.port),) if arguments is None else arguments
        self._command = [sys.executable, "-m", module, *arguments]
        self._environment = {**environment(database_url(folder / "checks.sqlite3")), **system}
        self._said, self._complained = folder / "stdout", folder / "stderr"
        self.seconds_to_stop = 0.0

    def __enter__(self) -> Self:
        with self._said.open("ab") as out, self._complained.open("ab") as err:
            self._process = subprocess.Popen(self._command, cwd=ROOT, env=self._environment, stdout=out, stderr=err)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()

    async def ready(self) -> Self:
        """Wait until it listens."""
        assert await self._client.until(lambda: self._client.connected, PATIENCE), self.complained
        return self

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        """End it where it stands."""
        self._process.kill()
        self._process.wait()

    def ask_to_stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)

    async def ended(self) -> Finished:
        """Wait until it has left by itself."""
        code = await asyncio.to_thread(self._process.wait, PATIENCE)
        return Finished(code, self._said.read_text(encoding="utf-8"), self.complained)

    async def stopped(self) -> Finished:
        """Ask it to stop, and wait for it."""
        began = time.monotonic()
        self.ask_to_stop()
        ended = await self.ended()
        self.seconds_to_stop = time.monotonic() - began
        return ended

    @property
    def complained(self) -> str:
        """What it wrote to standard error, so far, together with earlier ones of its folder."""
        return self._complained.read_text(encoding="utf-8")
