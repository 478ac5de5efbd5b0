"""Before listening: are the tokens good, and do they allow what we need? Else one line, instead of endless attempts."""

from dataclasses import dataclass

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.errors import code_of
from adapters.slack.manifest import SCOPES
from conversations.catalogue import phrase
from conversations.ports import NotReadyError

_IN_TROUBLE = ("fatal_error", "internal_error", "ratelimited", "request_timeout", "service_unavailable")
"""What Slack says where no token is to blame."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where the bot's token is from."""

    team: str
    enterprise: str | None
    bot: str
    bot_user: str
    typing: bool
    """The bot may read what is typed to it."""


async def preflight(client: AsyncWebClient, app_token: str) -> Workspace:
    """Look at both tokens.

    Raises:
        NotReadyError: one of them is not good, or Slack cannot be reached.

    """
    try:
        who = await client.auth_test()
        scopes = {one.strip() for one in str(who.headers.get("x-oauth-scopes", "")).split(",")}
        missing = sorted(SCOPES.keys() - scopes)
        if missing:
            raise NotReadyError(phrase("run.slack_scopes", scopes=", ".join(missing)))
        await _socket(client, app_token)
    except SlackApiError as error:
        raise _not_ready("run.slack_bot_token", error) from None
    except (ClientError, OSError, TimeoutError):
        raise NotReadyError(phrase("run.slack_unreachable"), passing=True) from None
    return Workspace(
        str(who["team_id"]),
        who.get("enterprise_id"),
        str(who.get("bot_id")),
        str(who["user_id"]),
        "im:history" in scopes,
    )


async def _socket(client: AsyncWebClient, app_token: str) -> None:
    try:
        await client.apps_connections_open(app_token=app_token)
    except SlackApiError as error:
        raise _not_ready("run.slack_app_token", error) from None


def _not_ready(told: str, error: SlackApiError) -> NotReadyError:
    code = code_of(error)
    if not code or code in _IN_TROUBLE:
        return NotReadyError(phrase("run.slack_unreachable"), passing=True)
    return NotReadyError(phrase(told, error=code))
