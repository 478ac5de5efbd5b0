"""Where Discord is: discord.py keeps its addresses in classes, so they hold for the whole process."""

import discord
from aiohttp import ClientSession
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

OWN = "https://discord.com/api/v10"


async def point_at(api_url: str) -> None:
    """Point discord.py at another API host and the gateway that it names.

    Raises:
        aiohttp.ClientError: it cannot be reached.
        ValueError: it names no gateway.

    """
    if api_url.rstrip("/") == OWN:
        return
    async with ClientSession() as session, session.get(f"{api_url.rstrip('/')}/gateway") as answer:
        try:
            found = await answer.json()
        except RecursionError:
            found = None
    gateway = found.get("url") if isinstance(found, dict) else None
    if not isinstance(gateway, str):
        raise ValueError("no gateway")  # noqa: TRY004  whatever it is that they sent
    DiscordWebSocket.DEFAULT_GATEWAY = URL(gateway)
    Route.BASE = api_url.rstrip("/")
    discord.asset.Asset.BASE = api_url.rstrip("/")
