"""A second bot on a file is refused; a terminal may work beside the one that runs."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.exits import Exit
from conversations.catalogue import phrase
from tests.end_to_end.person import whole_check
from tests.end_to_end.program import PATIENCE, ROOT, database_url, environment, run, say
from tests.fakes.socket_client import SocketClient


@asynccontextmanager
async def bot(path: Path, port: int) -> AsyncIterator[Process]:
    command = (sys.executable, "-m", "tests.fakes.socket_bot", str(port))
    system = environment(database_url(path))
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=system, stdout=PIPE, stderr=PIPE)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def left(process: Process) -> tuple[int | None, str, str]:
    said, complained = await asyncio.wait_for(process.communicate(), PATIENCE)
    return process.returncode, said.decode(), complained.decode()


async def test_a_second_bot_on_a_file_is_refused_and_a_terminal_is_not(path: Path) -> None:
    async with SocketClient() as first, SocketClient() as second:
        async with bot(path, first.port):
            assert await first.until(lambda: first.connected, PATIENCE)
            async with bot(path, second.port) as other:
                ended = await left(other)
            assert ended == (Exit.STORAGE, "", say(phrase("storage.second_bot", name=str(path))) + "\n")
            assert not second.connected
            line = whole_check(3)[0]
            chat = await asyncio.to_thread(run, database_url(path), "chat", typed=f"{line.typed}\n")
            assert (chat.code, chat.complained) == (0, "")
            assert line.remembered in (await asyncio.to_thread(run, database_url(path), "chat")).said
            first.deliver("E1", "hello")
            assert await first.acked("E1") == "ack"
        # The lock of one that was killed is nobody's.
        async with bot(path, second.port) as other:
            assert await second.until(lambda: second.connected, PATIENCE)
            other.terminate()
            assert (await left(other))[0] == 0
