"""`teamcheck run` on the socket platform: `python -m tests.fakes.socket_bot PORT`. Settings are in the environment."""

import asyncio
import sys

import typer

from bot.exits import in_one_line
from bot.settings import Settings
from bot.wiring import load_content, run_bot
from tests.fakes.socket_platform import SocketPlatform


def main() -> None:
    """Run, and end as the command line ends."""
    content = load_content()
    try:
        with in_one_line(content.core.catalogue, "en"):
            asyncio.run(run_bot(Settings(), content, [SocketPlatform(int(sys.argv[1]))]))
    except typer.Exit as left:
        sys.exit(left.exit_code)


if __name__ == "__main__":
    main()
