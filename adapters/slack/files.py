"""Files that people send in Slack: fetched with the bot's token, which goes to Slack alone."""

import aiohttp

from adapters.postings import LONGEST_BYTES


async def download(url: str, bot_token: str) -> bytes:
    """Return what is in a file, of one that is too long only the beginning.

    Raises:
        ClientError: Slack does not hand it out.

    """
    # As it is, or not at all: what is small and compressed may be of any size.
    headers = {"Authorization": f"Bearer {bot_token}", "Accept-Encoding": "identity"}
    async with (
        aiohttp.ClientSession(auto_decompress=False) as session,
        session.get(url, headers=headers, allow_redirects=False, raise_for_status=True) as answer,
    ):
        content = bytearray()
        async for chunk in answer.content.iter_chunked(1 << 16):
            content += chunk
            if len(content) >= LONGEST_BYTES:
                break
        return bytes(content[:LONGEST_BYTES])
