"""Opens one new file after the other, each at a byte from stdin; run by test_two_terminals in several processes."""

import asyncio
import os
import sys
from pathlib import Path

from adapters.storage.sqlite import open_sqlite
from conversations.ports import StorageError


async def open_each(files: list[Path]) -> None:
    for file in files:
        os.read(sys.stdin.fileno(), 1)
        try:
            async with open_sqlite(file):
                said = "open"
        except StorageError as error:
            said = str(error)
        os.write(sys.stdout.fileno(), f"{said}\n".encode())


if __name__ == "__main__":
    asyncio.run(open_each([Path(name) for name in sys.argv[1:]]))
