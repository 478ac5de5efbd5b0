"""The socket to Slack, and the watchdog over it: one that has gone quiet is built anew.

slack_sdk tries again for ever and says nothing of it; a process that looks healthy and hears nothing is what people
complain about most.
"""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp

from adapters.notes import note
from conversations.catalogue import phrase
from conversations.ports import NotReadyError

PING_SECONDS = 5.0
"""Four of them without an answer are silence."""
LOOK_SECONDS = 1.0
DOWN_SECONDS = 30.0
"""How long slack_sdk may try by itself before everything is built anew."""
REBUILDS = 10
"""In a row and in vain: then the process ends, for its supervisor to start it again."""
HANG_UP_SECONDS = 2.0


@dataclass
class Health:
    """How the socket is."""

    connected: bool = False
    met: bool = False
    """It was connected before."""


class Connection:
    """Keeps one socket open."""

    def __init__(
        self, app: AsyncApp, app_token: str, *, ping: float = PING_SECONDS, down: float = DOWN_SECONDS
    ) -> None:
        self._app = app
        self._token = app_token
        self._ping, self._down = ping, down
        self.health = Health()

    async def run(self, stopping: asyncio.Event) -> None:
        """Listen until told to stop.

        Raises:
            NotReadyError: it could not be built anew.

        """
        failed = 0
        while not stopping.is_set():
            handler = AsyncSocketModeHandler(self._app, self._token, ping_interval=self._ping)
            try:
                lived = await self._keep(handler, stopping)
            finally:
                self.health.connected = False
                with suppress(Exception):
                    await asyncio.wait_for(handler.close_async(), HANG_UP_SECONDS)  # type: ignore[no-untyped-call]
            if stopping.is_set():
                return
            failed = 0 if lived else failed + 1
            if failed >= REBUILDS:
                raise NotReadyError(phrase("run.slack_lost"), passing=True)
            note("socket_rebuilt", in_vain=failed)

    async def _keep(self, handler: AsyncSocketModeHandler, stopping: asyncio.Event) -> bool:
        """Watch a socket until it is down for too long; tell whether it was ever up."""
        connecting = asyncio.ensure_future(handler.connect_async())  # type: ignore[no-untyped-call]
        lived, down_since = False, time.monotonic()
        try:
            while not stopping.is_set():
                if await handler.client.is_connected():
                    if not self.health.connected:
                        note("reconnected" if self.health.met else "socket_connected", platform="slack")
                        self.health.met = True
                    self.health.connected, lived, down_since = True, True, time.monotonic()
                else:
                    self.health.connected = False
                    if time.monotonic() - down_since > self._down:
                        return lived
                with suppress(TimeoutError):
                    await asyncio.wait_for(stopping.wait(), LOOK_SECONDS)
            return lived
        finally:
            connecting.cancel()
