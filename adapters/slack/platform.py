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
from adapters.slack.listeners import Clock, Listeners, NewId, Workspaces, now_here
from adapters.slack.manifest import COMMAND, READ_POSTING, START, TAKE_DOWN
from adapters.slack.people import People
from adapters.slack.preflight import Workspace, preflight
from adapters.slack.sender import SlackSender
from conversations.catalogue import Catalogue
from conversations.ports import TurnHandler

DRAIN_SECONDS = 5.0
_ACKNOWLEDGED_SECONDS = 0.2
"""What Bolt needs to send an acknowledgement that is due."""


class SlackPlatform:
    """Listens in Socket Mode, and sends by the Web API."""

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
        # Attempts are the outbox's: it knows what was sent.
        self._client = AsyncWebClient(access.bot_token, base_url=access.api_url, retry_handlers=[])
        self.sender = SlackSender(self._client)
        self._workspace: Workspace | None = None
        self.people = People(self._client, access.admins)
        self.connection: Connection | None = None

    @property
    def connected(self) -> bool:
        """Tell whether the socket is up."""
        return self.connection is not None and self.connection.health.connected

    async def prepare(self, workspaces: Workspaces) -> None:
        """Look whether Slack lets us begin.

        Raises:
            NotReadyError: it does not.
            StorageError: it could not be noted that we are here.

        """
        self._workspace = await preflight(self._client, self._access.app_token)
        await workspaces.left(key_of(self._workspace.team, self._workspace.enterprise, ""), None)
        note("slack_ready", typing=self._workspace.typing)

    async def listen(self, turns: TurnHandler, workspaces: Workspaces, stopping: asyncio.Event) -> None:
        """Hand every event to the turns and acknowledge it after; until the bot stops.

        Raises:
            NotReadyError: Slack could not be reached for long.

        """
        clock, people = self._clock, self.people
        listeners = Listeners(
            turns,
            workspaces,
            people,
            self._catalogue,
            self._packs,
            self._new_id,
            files_url=self._access.files_url,
            clock=clock,
        )
        self.connection = Connection(self.app(listeners), self._access.app_token)
        listening = asyncio.ensure_future(self.connection.run(finished := asyncio.Event()))
        stopped = asyncio.ensure_future(stopping.wait())
        await asyncio.wait([listening, stopped], return_when=asyncio.FIRST_COMPLETED)
        # The socket stays open until what was taken in is acknowledged.
        await listeners.drained(DRAIN_SECONDS)
        await asyncio.sleep(_ACKNOWLEDGED_SECONDS)
        finished.set()
        stopped.cancel()
        await listening

    def app(self, listeners: Listeners) -> AsyncApp:
        """Return Bolt's app with every listener; it runs them before it responds, so that a commit comes first."""
        app = AsyncApp(
            client=self._client,
            authorize=_authorizing(self._workspace, self._access.bot_token),  # type: ignore[arg-type]
            process_before_response=True,
            request_verification_enabled=False,  # a socket of our own opening needs no signatures
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


def _authorizing(mine: Workspace | None, bot_token: str) -> Callable[..., Awaitable[AuthorizeResult | None]]:
    """Return what lets in requests of our own workspace: Bolt would ask auth.test of each. None refuses the rest.

    A function, as Bolt fills in arguments by their names, and so a `self` as well.
    """

    async def authorize(team_id: str | None, enterprise_id: str | None) -> AuthorizeResult | None:
        if mine is None or team_id not in (None, mine.team):
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_token=bot_token,
            bot_id=mine.bot,
            bot_user_id=mine.bot_user,
        )

    return authorize
