"""A strict Discord on loopback: REST API and gateway, under unmodified discord.py; simcord keeps what there is.

It refuses what Discord refuses, and does what Discord does when it is in trouble. Times are attributes, so that a test
need not wait for them; they and the troubles are in `rules.py`.
"""

from types import TracebackType
from typing import Self

from aiohttp import web

from tests.fakes.discord.command_check import LOCALES
from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.person import Person
from tests.fakes.discord.places import Channel, Guild
from tests.fakes.discord.rest import PREFIX, Rest
from tests.fakes.discord.rules import Json, Rules
from tests.fakes.discord.world import World


class FakeDiscord(Rules):
    """One application and its bot."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(self._tell)
        self.gateway = Gateway(self, self.world)
        self.rest = Rest(self, self.world)
        self.people: dict[int, Person] = {}

    def _tell(self, event: str, payload: Json) -> None:
        self.gateway.tell(event, payload)

    # -- being there -------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=1 << 30)
        app.router.add_route("*", PREFIX + "/{tail:.*}", self.rest.answer)
        app.router.add_get("/gateway/", self.gateway.connect)
        app.router.add_get("/gateway/resume", self.gateway.connect)
        app.router.add_get("/cdn/{tail:.*}", self._file)
        self._runner = web.AppRunner(app, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        self.gateway.url = f"ws://127.0.0.1:{self.port}/gateway"
        self.gateway.entrance = self.rest.gateway_url = f"{self.gateway.url}/"
        self.rest.cdn_url = self.gateway.cdn_url = f"http://127.0.0.1:{self.port}/cdn"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.gateway.abort()
        await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.port}{PREFIX}"

    @property
    def connected(self) -> bool:
        """Tell whether a bot listens to a session."""
        return self.gateway.connected

    async def _file(self, request: web.Request) -> web.Response:
        data = self.world.file(request.match_info["tail"])
        return web.Response(status=404) if data is None else web.Response(body=data)

    # -- who and what there is ---------------------------------------------------------------------------------------

    def person(
        self,
        id: int | None = None,  # noqa: A002  as Discord calls it
        *,
        locale: str = "en-US",
        dms_closed: bool = False,
        user_install: bool = False,
        apart: bool = False,
    ) -> Person:
        """Give somebody an account; `apart`: they and the bot are together in no server."""
        assert locale in LOCALES, f"Discord has no locale {locale!r}"
        made = Person(self, self.world.add_user(id), locale, user_install=user_install)
        self.people[made.id] = made
        if dms_closed:
            made.closes_dms()
        if apart:
            made.is_apart()
        return made

    def guild(self, name: str = "a server", *, locale: str = "en-US", bot_in: bool = True) -> Guild:
        return Guild(self, self.world.add_guild(name, locale, bot_in=bot_in))

    def private(self, *people: Person) -> Channel:
        """Open direct messages between people."""
        return Channel(self, self.world.private(*(one.id for one in people)))

    @property
    def commands(self) -> list[Json]:
        """Return the commands that Discord was told of."""
        return self.rest.commands()

    # -- troubles of the gateway -------------------------------------------------------------------------------------

    def hold(self) -> None:
        """Keep what people do, to be told later."""
        self.gateway.held = []

    @property
    def held(self) -> int:
        return len(self.gateway.held or ())

    def release(self, *, turned: bool = True) -> None:
        """Tell what was held, the last first."""
        self.gateway.release(turned=turned)

    def close_sockets(self, code: int = 4000) -> None:
        """Close every connection with a code."""
        self.gateway.close(code)

    def kill_sockets(self) -> None:
        """Cut every connection, as a network does."""
        self.gateway.abort()

    def ask_to_reconnect(self) -> None:
        """Say that the connection will be closed, as Discord does every few hours."""
        self.gateway.ask_to_reconnect()

    def invalidate(self) -> None:
        """Say that the session is over, and cannot be resumed."""
        self.gateway.invalidate()
