"""What a click in Discord costs up to its acknowledgement, beside discord.py's own dispatch of one that does nothing.

`python -m tests.benchmarks.discord`: a click comes in as the gateway brings it, through discord.py's own parser; its
answer goes to an HTTP that is there at once, on both sides.
"""

import asyncio
import logging
from typing import Any, cast

import discord
from discord.webhook.async_ import AsyncWebhookAdapter, async_context

from adapters.discord.incoming import key_of
from adapters.discord.listeners import Listeners
from adapters.discord.platform import _Client
from adapters.discord.sender import DiscordSender
from bot.turns import Turns
from tests.benchmarks.clicks import Dispatch, Json, Platform, Store, measure
from tests.dialogue import core

APP, CHAT, MESSAGE, FIRST = 1, 2, 3, 10**17


def user(person: int) -> Json:
    return {
        "id": str(FIRST + person),
        "username": "somebody",
        "discriminator": "0",
        "avatar": None,
        "global_name": None,
    }


def payload(person: int, number: int, action: str) -> Json:
    """Return a click as Discord sends it."""
    channel = {"id": str(CHAT), "type": 1, "recipients": [user(person)], "last_message_id": str(MESSAGE), "flags": 0}
    message = {
        "id": str(MESSAGE),
        "channel_id": str(CHAT),
        "author": {**user(person), "id": str(APP), "bot": True},
        "type": 0,
        "content": "",
        "timestamp": "2026-11-18T12:00:00.000000+00:00",
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "pinned": False,
        "flags": 1 << 15,
        "components": [{"type": 10, "id": 1, "content": "teamcheck has answered"}],
    }
    return {
        "id": str(FIRST + person * 100_000 + number),
        "application_id": str(APP),
        "type": 3,
        "token": f"{person}.{number}",
        "version": 1,
        "channel_id": str(CHAT),
        "channel": channel,
        "user": user(person),
        "locale": "en-US",
        "context": 1,
        "app_permissions": "0",
        "entitlements": [],
        "attachment_size_limit": 10 << 20,
        "authorizing_integration_owners": {},
        "message": message,
        "data": {"component_type": 2, "custom_id": action, "id": 2},
    }


class Answered(AsyncWebhookAdapter):
    """An HTTP that is there at once, and knows who waits for an acknowledgement."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.waiting: dict[str, asyncio.Future[None]] = {}

    async def request(self, route: Any, *_: Any, **__: Any) -> Any:  # noqa: ANN401  as discord.py has it
        """Answer as Discord does to an acknowledgement."""
        self.waiting.pop(route.webhook_token).set_result(None)
        return {"interaction": {"id": "1", "type": 3}}


class Bare(discord.Client):
    """Acknowledges, and does nothing."""

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Acknowledge it."""
        await interaction.response.defer()


async def dispatch_of(client: discord.Client) -> Dispatch:
    await client._async_setup_hook()
    answered = Answered()
    async_context.set(answered)

    async def dispatch(body: Json) -> object:
        answered.waiting[body["token"]] = done = asyncio.get_running_loop().create_future()
        client._connection.parse_interaction_create(cast("Any", body))  # as the gateway hands it on
        return await done

    return dispatch


async def product(turns: Turns, store: Store) -> Dispatch:
    client, fresh = _Client(), iter(range(10**9))
    sender = DiscordSender()
    client.listeners = Listeners(turns, store, sender, core().catalogue, lambda: f"{next(fresh):06}", APP)
    return await dispatch_of(client)


async def bare() -> Dispatch:
    return await dispatch_of(Bare(intents=discord.Intents.none()))


PLATFORM = Platform("discord.py", lambda number: key_of(FIRST + number), payload, product, bare)

if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    asyncio.run(measure(PLATFORM))
