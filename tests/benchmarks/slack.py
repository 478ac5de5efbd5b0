"""What a click in Slack costs up to its acknowledgement, beside Bolt's own dispatch of one that does nothing.

`python -m tests.benchmarks.slack`: figures of this machine, both sides interleaved in one run.
"""

import asyncio
import logging
import time

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.access import SlackAccess
from adapters.slack.incoming import key_of
from adapters.slack.listeners import Listeners
from adapters.slack.people import About, People
from adapters.slack.platform import SlackPlatform
from adapters.slack.tokens import Installation, OneToken
from bot.turns import Turns
from tests.benchmarks.clicks import PEOPLE, Dispatch, Json, Platform, Store, measure
from tests.dialogue import core

TEAM = "T1"
TOKEN = "xoxb-1"  # noqa: S105  of nobody


def payload(person: int, number: int, action: str) -> Json:
    """Return a click as Slack sends it."""
    user = f"U{person}"
    return {
        "type": "block_actions",
        "user": {"id": user, "username": "somebody", "name": "somebody", "team_id": TEAM},
        "api_app_id": "A1",
        "token": "verification",
        "container": {"type": "message", "message_ts": "1.1", "channel_id": "D1", "is_ephemeral": False},
        "trigger_id": f"{person}.{number}",
        "team": {"id": TEAM, "domain": "somewhere"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": "D1", "name": "directmessage"},
        "message": {"type": "message", "text": "teamcheck has answered", "ts": "1.1", "blocks": []},
        "state": {"values": {}},
        "response_url": "http://127.0.0.1:9/response",
        "actions": [{"action_id": action, "block_id": "b", "type": "button", "action_ts": "1772452800.0", "value": ""}],
    }


async def product(turns: Turns, store: Store) -> Dispatch:
    platform = SlackPlatform(SlackAccess("xoxb-1", "xapp-1", "http://127.0.0.1:9/api/"), core().catalogue, {}, str)
    platform._tokens = OneToken(Installation(TEAM, None, "B1", "UBOT", "xoxb-1"))
    people = People(platform._client_of)
    for person in range(PEOPLE):  # as after their first click: nobody is asked for twice within the hour
        people._known[TEAM, f"U{person}"] = (time.monotonic(), About("en-US", stranger=False))
    listeners = Listeners(turns, store, people, core().catalogue, {}, lambda: "abc234", tokens=platform._tokens)
    return dispatch_of(platform.app(listeners))


async def bare_bolt() -> Dispatch:
    async def authorize(team_id: str, enterprise_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=enterprise_id, team_id=team_id, bot_token=TOKEN, bot_id="B1", bot_user_id="UBOT"
        )

    app = AsyncApp(
        client=AsyncWebClient("xoxb-1", base_url="http://127.0.0.1:9/api/"),
        authorize=authorize,
        request_verification_enabled=False,
    )

    async def acknowledge(ack: AsyncAck) -> None:
        await ack()

    app.action("no-op")(acknowledge)
    return dispatch_of(app)


def dispatch_of(app: AsyncApp) -> Dispatch:
    async def dispatch(body: Json) -> object:
        answer = await app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
        assert answer.status == 200, answer.status
        return answer

    return dispatch


PLATFORM = Platform("Bolt", lambda number: key_of(TEAM, None, f"U{number}"), payload, product, bare_bolt)

if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    asyncio.run(measure(PLATFORM))
