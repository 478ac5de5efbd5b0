"""For who watches the bot: /healthz, /readyz and /metrics. Nothing there names a person, a team or a workspace."""

import logging
import math
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, disable_created_metrics
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from adapters.notes import LOGGER
from bot.running import Platform
from bot.settings import address
from conversations.catalogue import phrase
from conversations.events import Event
from conversations.messages import Backlog, Destination
from conversations.ports import ClosedError, NotReadyError, Outbox, StorageError, TurnHandler
from conversations.replies import Turn

_NOTHING_KNOWN = Backlog(0, None, 0)
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Watch(logging.Handler):
    """Counts what the bot does; what is noted in the log is counted from there."""

    def __init__(self, platforms: Sequence[str]) -> None:
        super().__init__()
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.outbox_waiting = self._gauge("outbox_waiting", "Messages that wait to be sent.")
        self.outbox_oldest = self._gauge("outbox_oldest_seconds", "For how long the oldest of them has waited.")
        self.dead_letters = self._gauge("dead_letters", "Messages that were given up.")
        self.connected = Gauge(
            "teamcheck_connected", "Whether a platform is connected.", ["platform"], registry=self.registry
        )
        self._turns = self._counter("turns", "Turns, by how they ended.", "platform", "outcome")
        self._seconds = Histogram(
            "teamcheck_turn_seconds", "From an event to its commit.", buckets=_BUCKETS, registry=self.registry
        )
        self._notes = self._counter("notes", "Lines of the log, by event.", "event")
        self._by_event = {
            "reconnected": self._counter("reconnects", "Times that a platform was connected to again.", "platform"),
            "rate_limited": self._counter("rate_limits", "Times that a platform asked for a pause.", "platform"),
        }
        for counter in self._by_event.values():
            for platform in platforms:
                counter.labels(platform)

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(f"teamcheck_{name}", what, labels, registry=self.registry)

    def _gauge(self, name: str, what: str) -> Gauge:
        return Gauge(f"teamcheck_{name}", what, registry=self.registry)

    def emit(self, record: logging.LogRecord) -> None:
        """Count an event that was noted."""
        event = str(record.msg)
        self._notes.labels(event).inc()
        if event in self._by_event:
            self._by_event[event].labels(vars(record)["told"]["platform"]).inc()

    def over(self, turns: TurnHandler) -> TurnHandler:
        """Return a TurnHandler that counts and times what another one does."""
        return _Timed(turns, self._turns, self._seconds)

    def tell(self, backlog: Backlog | None, connected: Mapping[str, bool]) -> bytes:
        """Return everything as Prometheus reads it; without a backlog, the store did not answer."""
        known = backlog or _NOTHING_KNOWN
        age = (datetime.now(UTC) - known.oldest).total_seconds() if known.oldest else 0.0
        for gauge, value in (
            (self.outbox_waiting, known.waiting),
            (self.outbox_oldest, max(age, 0.0)),
            (self.dead_letters, known.dead),
        ):
            gauge.set(value if backlog else math.nan)
        for platform, there in connected.items():
            self.connected.labels(platform).set(there)
        return generate_latest(self.registry)


class _Timed:
    def __init__(self, turns: TurnHandler, count: Counter, seconds: Histogram) -> None:
        self._turns, self._count, self._seconds = turns, count, seconds

    async def handle(self, event: Event, reply_to: Destination | None = None) -> Turn:
        began, outcome = time.perf_counter(), "failed"
        try:
            turn = await self._turns.handle(event, reply_to)
            outcome = "taken"
        except ClosedError:
            outcome = "put_off"
            raise
        finally:
            self._count.labels(event.key.platform, outcome).inc()
            self._seconds.observe(time.perf_counter() - began)
        return turn


@asynccontextmanager
async def watching(where: str, platforms: Sequence[Platform], outbox: Outbox) -> AsyncIterator[Watch]:
    """Answer at an address, as long as it lasts.

    Raises:
        NotReadyError: the address cannot be listened on.

    """
    watch = Watch([platform.name for platform in platforms])
    logger = logging.getLogger(LOGGER)

    def connected() -> Mapping[str, bool]:
        return {platform.name: platform.connected for platform in platforms}

    async def backlog() -> Backlog | None:
        try:
            return await outbox.backlog()
        except StorageError:
            return None

    async def healthz(_: web.Request) -> web.Response:
        return web.Response(text="alive\n")

    async def readyz(_: web.Request) -> web.Response:
        parts = {"store": await backlog() is not None, **connected()}
        told = "".join(f"{name}: {'ready' if there else 'not ready'}\n" for name, there in parts.items())
        return web.Response(text=told, status=200 if all(parts.values()) else 503)

    async def metrics(_: web.Request) -> web.Response:
        body = watch.tell(await backlog(), connected())
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    app = web.Application()
    app.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", metrics)])
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1.0, auto_decompress=False)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, *address(where)).start()
        except OSError as error:
            raise NotReadyError(phrase("settings.not_listened", name=where, why=error.strerror or "")) from None
        logger.addHandler(watch)
        yield watch
    finally:
        logger.removeHandler(watch)
        await runner.cleanup()
