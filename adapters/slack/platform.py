"""Slack as a platform of the bot: everything of it, put together."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from adapters.notes import note
from adapters.slack.access import SlackAccess
from adapters.slack.connection import Connection
from adapters.slack.forms import MENTOR_FORM, RULES_FORM, WRITE_FORM
from adapters.slack.incoming import PLATFORM, key_of
from adapters.slack.listeners import Listeners, NewId, now_here
from adapters.slack.manifest import COMMAND, READ_POSTING, START, TAKE_DOWN
from adapters.slack.people import People
from adapters.slack.preflight import preflight
from adapters.slack.sender import SlackSender
from adapters.slack.tokens import Clock, Installation, InstalledTokens, OneToken, Tokens, client
from adapters.slack.web import Web
from conversations.catalogue import Catalogue
from conversations.ports import SessionStore, TurnHandler

DRAIN_SECONDS = 5.0
_ACKNOWLEDGED_SECONDS = 0.2
"""What Bolt needs to send an acknowledgement that is due."""


class SlackPlatform:
    """Listens in Socket Mode or over HTTP, and sends by the Web API."""

    name = PLATFORM

    def __init__(
        self,
        access: SlackAccess,
        catalogue: Catalogue,
        packs: Mapping[str, str],
        new_id: NewId,
        clock: Clock = now_here,
    ) -> None:
        """Take how to reach Slack, the product's words, titles of the packs by id, and what makes ids of checks."""
        self._access = access
        self._catalogue, self._packs, self._new_id = catalogue, packs, new_id
        self._clock = clock
        self._tokens: Tokens = OneToken(None)
        self.sender = SlackSender(self._client_of)
        self.people = People(self._client_of, access.admins)
        self.connection: Connection | None = None
        self.web: Web | None = None

    async def _client_of(self, team: str) -> AsyncWebClient | None:
        found = await self._tokens.of(team)
        return client(self._access.api_url, found.token) if found else None

    @property
    def connected(self) -> bool:
        """Tell whether the socket is up; over HTTP, whether requests are taken in."""
        if self.web:
            return self.web.is_open
        return self.connection is not None and self.connection.health.connected

    async def prepare(self, store: SessionStore) -> None:
        """Look whether Slack lets us begin.

        Raises:
            NotReadyError: it does not, or the address to listen at cannot be had.
            StorageError: it could not be noted that we are here.

        """
        access = self._access
        if access.app:
            self._tokens = tokens = InstalledTokens(store.vault, access.app, access.api_url, self._clock)
            self.web = Web(access, access.app, self._catalogue, self._clock, store=store, tokens=tokens)
            await self.web.open()
            note("slack_ready", installed=len(await tokens.teams()))
            return
        workspace = await preflight(client(access.api_url, access.bot_token), access.app_token)
        await store.left(key_of(workspace.team, workspace.enterprise, ""), None)
        since = self._clock().replace(microsecond=0).timestamp()
        mine = workspace.team, workspace.enterprise, workspace.bot, workspace.bot_user
        self._tokens = OneToken(Installation(*mine, access.bot_token, since))
        note("slack_ready", typing=workspace.typing)

    async def listen(self, turns: TurnHandler, store: SessionStore, stopping: asyncio.Event) -> None:
        """Hand every event to the turns and acknowledge it after; until the bot stops.

        Raises:
            NotReadyError: Slack could not be reached for long.

        """
        listeners = Listeners(
            turns,
            store,
            self.people,
            self._catalogue,
            self._packs,
            self._new_id,
            tokens=self._tokens,
            files_url=self._access.files_url,
            clock=self._clock,
        )
        app = self.app(listeners)
        if self.web:
            listening = asyncio.ensure_future(self._serve(self.web, app, finished := asyncio.Event()))
        else:
            self.connection = Connection(app, self._access.app_token)
            listening = asyncio.ensure_future(self.connection.run(finished := asyncio.Event()))
        stopped = asyncio.ensure_future(stopping.wait())
        await asyncio.wait([listening, stopped], return_when=asyncio.FIRST_COMPLETED)
        # The line stays open until what was taken in is acknowledged.
        await listeners.drained(DRAIN_SECONDS)
        await asyncio.sleep(_ACKNOWLEDGED_SECONDS)
        finished.set()
        stopped.cancel()
        await listening

    async def _serve(self, server: Web, app: AsyncApp, finished: asyncio.Event) -> None:
        """Take in what comes over HTTP, and have every token exchanged ahead of its end."""
        looking = asyncio.ensure_future(server.tokens.run())
        server.take_in(app)
        try:
            await finished.wait()
        finally:
            looking.cancel()
            await server.close()

    def app(self, listeners: Listeners) -> AsyncApp:
        """Return Bolt's app with every listener; it runs them before it responds, so that a commit comes first."""
        app = AsyncApp(
            client=client(self._access.api_url),
            authorize=_authorizing(self._tokens),  # type: ignore[arg-type]
            process_before_response=True,
            request_verification_enabled=False,  # the socket is of our own opening, and signatures are looked at before
        )
        app.use(listeners.arrived)
        app.command(COMMAND)(listeners.command)
        app.shortcut(START)(listeners.shortcut)
        app.shortcut(READ_POSTING)(listeners.posting)
        app.shortcut(TAKE_DOWN)(listeners.take_down)
        app.event("message")(listeners.message)
        app.event("app_home_opened")(listeners.home)
        app.event("app_uninstalled")(listeners.sent_away)
        app.event("tokens_revoked")(listeners.sent_away)
        app.event(re.compile("."))(listeners.unasked)
        app.action(re.compile("."))(listeners.action)
        app.view(WRITE_FORM)(listeners.submitted)
        app.view(RULES_FORM)(listeners.rules)
        app.view(MENTOR_FORM)(listeners.mentor_wrote)
        return app


def _authorizing(tokens: Tokens) -> Callable[..., Awaitable[AuthorizeResult | None]]:
    """Return what lets in requests of workspaces that let us in; None refuses the rest.

    Bolt would ask auth.test of each.

    A function, as Bolt fills in arguments by their names, and so a `self` as well.
    """

    async def authorize(team_id: str | None, enterprise_id: str | None) -> AuthorizeResult | None:
        found = await tokens.of(team_id or "")
        if found is None:
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_token=found.token,
            bot_id=found.bot,
            bot_user_id=found.bot_user,
        )

    return authorize
