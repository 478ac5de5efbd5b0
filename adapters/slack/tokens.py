"""Which token opens which workspace: the operator's own, or those of every workspace that has installed the app."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.notes import note
from adapters.slack.access import SlackApp
from conversations.ports import StorageError, Vault

Clock = Callable[[], datetime]
ClientOf = Callable[[str], Awaitable[AsyncWebClient | None]]
"""Returns a client for a workspace, by its team; None where it did not let us in. It may raise a StorageError."""
KNOWN_SECONDS = 60.0
"""How long a token is used without asking the vault: another process may have got a newer one, or let it go."""
AHEAD = timedelta(hours=2)
"""So long before its end a token is exchanged; Slack's live for twelve hours."""
LOOK_SECONDS = 600.0
EXCHANGE_SECONDS = 30.0
"""How long one process has for an exchange, before another one tries it."""
ANSWER_SECONDS = 10.0
_LONGEST = 1e9
"""Seconds; a token that is said to live longer is a mistake."""
_VAULT = "slack:"
_HELD = "slack-exchange:"
_NOT_ASKED: tuple[float, None] = (0.0, None)


class ConsentRefusedError(Exception):
    """Slack gives us no token; `code` is its word for why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Installation:
    """What lets the bot into one workspace."""

    team: str
    enterprise: str | None
    bot: str
    bot_user: str
    token: str = field(repr=False)
    installed_at: float = 0.0
    """Seconds since 1970: what Slack tells of a removal from before then was undone."""
    refresh: str | None = field(default=None, repr=False)
    expires_at: float | None = None
    scopes: str = ""


class Tokens(Protocol):
    """Knows the token of each workspace."""

    async def of(self, team: str) -> Installation | None:
        """Return what lets us into a workspace; None where it did not let us in.

        Raises:
            StorageError: nobody can say now.

        """

    async def forget(self, team: str, at: float) -> bool:
        """Let go of what let us in, as the workspace sent us away at that time; tell whether it is not back since.

        Raises:
            StorageError: nobody can say now.

        """


class OneToken:
    """Tokens of the one workspace that the operator gave us the token of."""

    def __init__(self, mine: Installation | None) -> None:
        self._mine = mine

    async def of(self, team: str) -> Installation | None:
        """Return it, where it is that workspace, or none is named."""
        return self._mine if self._mine and team in ("", self._mine.team) else None

    async def forget(self, team: str, at: float) -> bool:
        """Let go of nothing: it is in the operator's settings."""
        found = await self.of(team)
        return found is None or at >= found.installed_at


async def consent(api_url: str, app: SlackApp, now: datetime, **asked: str) -> Mapping[str, Any]:
    """Ask oauth.v2.access; return its answer.

    Not by slack_sdk, which calls aiohttp for it in a way that is going away.
    Source: docs.slack.dev/reference/methods/oauth.v2.access.

    Raises:
        ConsentRefusedError: Slack says no, or there is no answer.

    """
    form = {"client_id": app.client_id, "client_secret": app.client_secret, **asked}
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(ANSWER_SECONDS)) as session,
            session.post(f"{api_url}oauth.v2.access", data=form) as response,
        ):
            answer = await response.json()
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError, RecursionError):
        raise ConsentRefusedError("no_answer") from None
    if not isinstance(answer, dict) or not answer.get("ok"):
        raise ConsentRefusedError(str(answer.get("error", "unknown")) if isinstance(answer, dict) else "unknown")
    token, lives = answer.get("access_token"), answer.get("expires_in")
    if not isinstance(token, str) or not (lives is None or (isinstance(lives, int | float) and 0 <= lives < _LONGEST)):
        raise ConsentRefusedError("unknown")
    return {**answer, "expires_at": now.timestamp() + lives if lives else None}


class InstalledTokens:
    """Tokens of every workspace that has installed the app: in the vault, and exchanged ahead of their end."""

    def __init__(self, vault: Vault, app: SlackApp, api_url: str, clock: Clock) -> None:
        self._vault = vault
        self._app = app
        self._api_url = api_url
        self._clock = clock
        self._known: dict[str, tuple[float, Installation | None]] = {}
        self._unsaved: dict[str, tuple[str | None, Installation]] = {}
        """Exchanged and not kept yet: the vault has what opens nothing any more, and is known by this refresh token."""
        self._changing: dict[str, asyncio.Lock] = {}
        """Held by whatever changes what lets us into a workspace: to look and then to write is two steps."""

    async def of(self, team: str) -> Installation | None:
        """Return the token of a workspace."""
        at, known = before = self._known.get(team, _NOT_ASKED)
        # Another process may have been let in a moment ago: that a workspace did not let us in is asked each time.
        if known is None or time.monotonic() - at >= KNOWN_SECONDS:
            known = await self._looked_up(team)
            now = self._known.get(team, _NOT_ASKED)
            if now is before:
                self._known[team] = (time.monotonic(), known)
            else:  # kept or forgotten while we read, and so newer than what we read
                known = now[1]
        if known and self._is_due(known):
            known = await self.exchanged(team)
        return known

    async def teams(self) -> Collection[str]:
        """Return the workspaces that let us in."""
        return [name.removeprefix(_VAULT) for name in await self._vault.names(_VAULT)]

    async def _read(self, team: str) -> Installation | None:
        found = await self._vault.get(f"{_VAULT}{team}")
        return Installation(**json.loads(found)) if found else None

    async def _looked_up(self, team: str) -> Installation | None:
        return self._unsaved[team][1] if team in self._unsaved else await self._read(team)

    async def keep(self, one: Installation) -> None:
        """Keep what lets us into a workspace.

        Raises:
            StorageError: it was not kept.

        """
        async with self._alone(one.team):
            await self._put(one)

    async def _put(self, one: Installation) -> None:
        await self._vault.put(f"{_VAULT}{one.team}", json.dumps(asdict(one)))
        self._unsaved.pop(one.team, None)
        self._known[one.team] = (time.monotonic(), one)

    async def forget(self, team: str, at: float) -> bool:
        """Let go of it, also of what an exchange is about to bring."""
        async with self._alone(team):
            found = await self._read(team)
            if found and at < found.installed_at:
                return False
            self._unsaved.pop(team, None)
            await self._vault.drop(f"{_VAULT}{team}")
            self._known[team] = (time.monotonic(), None)  # after it: until then others may read what was there
            return True

    def _alone(self, team: str) -> asyncio.Lock:
        return self._changing.setdefault(team, asyncio.Lock())

    def _is_due(self, one: Installation) -> bool:
        ends = one.expires_at is not None and one.refresh is not None
        return ends and self._clock().timestamp() > (one.expires_at or 0) - AHEAD.total_seconds()

    async def exchanged(self, team: str) -> Installation | None:
        """Exchange a token for the next one, if it is due and nobody else is at it; return the one to use."""
        async with self._alone(team):
            now = self._clock()
            found = await (self._kept_at_last(team) if team in self._unsaved else self._read(team))
            if found is None or found.refresh is None or not self._is_due(found):
                self._known[team] = (time.monotonic(), found)
                return found
            if not await self._vault.hold(f"{_HELD}{team}", now, now + timedelta(seconds=EXCHANGE_SECONDS)):
                return found  # another process is at it, and this one is good for a while yet
            try:
                return await self._exchange(found, now)
            finally:
                await self._vault.drop(f"{_HELD}{team}")

    async def _exchange(self, found: Installation, now: datetime) -> Installation | None:
        try:
            answer = await consent(
                self._api_url, self._app, now, grant_type="refresh_token", refresh_token=found.refresh or ""
            )
        except ConsentRefusedError as error:
            note("token_not_exchanged", error, why=error.code)
            return found
        new = Installation(
            **{
                **asdict(found),
                "token": str(answer["access_token"]),
                "refresh": answer.get("refresh_token"),
                "expires_at": answer["expires_at"],
            }
        )
        spent, _ = self._unsaved.get(found.team, (found.refresh, None))
        self._unsaved[found.team] = (spent, new)  # the old pair is spent: whatever comes of the next line, this counts
        return await self._kept_at_last(found.team)

    async def _kept_at_last(self, team: str) -> Installation | None:
        """Keep a new token in the place of the one it was exchanged for, if that is still there; return what counts.

        While Slack answered, the workspace may have sent us away, or let us in anew, by another process.
        """
        spent, new = self._unsaved[team]
        try:
            there = await self._read(team)
            if there is None or there.refresh != spent:
                del self._unsaved[team]
                self._known[team] = (time.monotonic(), there)
                return there
            await self._put(new)
        except StorageError as error:
            note("token_not_kept", error, problem=error.told.key)
            self._known[team] = (time.monotonic(), new)
        return new

    async def run(self) -> None:
        """Look at every token again and again, so that also those that nobody uses are exchanged ahead of their end."""
        while True:
            try:
                for team in {*await self.teams(), *self._unsaved}:
                    await self.exchanged(team)
            except StorageError as error:
                note("tokens_not_looked_at", error, problem=error.told.key)
            await asyncio.sleep(LOOK_SECONDS)


def client(api_url: str, token: str | None = None) -> AsyncWebClient:
    """Return a client that tries nothing again: attempts are the outbox's, which knows what was sent."""
    return AsyncWebClient(token, base_url=api_url, retry_handlers=[])
