"""Whether Discord takes the token, without beginning a session: that costs one of 1,000 a day."""

import asyncio

import discord
from aiohttp import ClientError

from adapters.discord.access import DiscordAccess
from adapters.discord.hosts import point_at
from conversations.catalogue import phrase
from conversations.ports import NotReadyError

LOGIN_SECONDS = 30.0


async def preflight(access: DiscordAccess) -> bool:
    """Look at the token; tell whether the application has privileged intents, none of which the bot asks for.

    Raises:
        NotReadyError: the token is not good, or Discord cannot be reached.

    """
    try:
        await point_at(access.api_url)
        async with discord.Client(intents=discord.Intents.none()) as client:
            await asyncio.wait_for(client.login(access.token), LOGIN_SECONDS)
            has = (await client.application_info()).flags
    except discord.LoginFailure:
        raise NotReadyError(phrase("run.discord_token")) from None
    except (discord.HTTPException, ClientError, OSError, TimeoutError, ValueError):
        raise NotReadyError(phrase("run.discord_unreachable"), passing=True) from None
    return any((has.gateway_presence, has.gateway_guild_members, has.gateway_message_content))
