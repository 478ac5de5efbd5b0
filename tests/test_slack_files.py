"""Files that people send in Slack: fetched from Slack alone, and brought again where that failed."""

import gzip
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from adapters.postings import LONGEST_BYTES, text_of
from adapters.slack.access import FILES_URL, SlackAccess
from adapters.slack.files import download
from tests.fakes.slack.playing import SlackPlayer
from tests.fakes.slack.server import ALL_SCOPES
from tests.scenarios import POSTING, sees, sees_new
from tests.test_slack_scenarios import playing


@asynccontextmanager
async def somewhere_else() -> AsyncIterator[tuple[str, list[str]]]:
    """Serve files elsewhere; note who asks for them with what."""
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.headers.get("Authorization", ""))
        return web.Response(text=POSTING)

    app = web.Application()
    app.router.add_get("/{tail:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", asked
    finally:
        await runner.cleanup()


async def begun(me: SlackPlayer) -> None:
    await me.begins()
    sees_new(me, "steps.team.ask")


def test_files_are_slack_s_own() -> None:
    assert SlackAccess("xoxb-1", "xapp-1").files_url == FILES_URL == "https://files.slack.com/"


async def test_the_token_goes_to_nobody_but_slack(tmp_path: Path) -> None:
    async with playing(tmp_path / "bot.sqlite3") as (me, room), somewhere_else() as (elsewhere, asked):
        await begun(me)
        sent_in = room.slack.sent_in

        def lured(name: str, content: bytes) -> dict[str, object]:
            return {**sent_in(name, content), "url_private_download": f"{elsewhere}/posting.txt"}

        room.slack.sent_in = lured  # type: ignore[method-assign]
        await me.sends_file("posting.txt", POSTING.encode())
        sees(me, "posting.unreadable_file", n=40_000)
        assert asked == []


async def test_a_file_that_comes_compressed_is_not_blown_up() -> None:
    bomb = gzip.compress(bytes(200_000_000), 9)

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=bomb, headers={"Content-Encoding": "gzip"})

    app = web.Application()
    app.router.add_get("/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    tracemalloc.start()
    try:
        content = await download(f"http://127.0.0.1:{runner.addresses[0][1]}/", "xoxb-1")
        assert text_of(content) == ""
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
        await runner.cleanup()


async def test_a_file_that_slack_does_not_hand_out_just_now_is_brought_again(tmp_path: Path) -> None:
    async with playing(tmp_path / "bot.sqlite3") as (me, room):
        await begun(me)
        room.slack.redelivery_seconds = (0.0, 0.1, 0.2)
        room.slack.failing["files"] = ["503"]
        await me.person.sends_file("posting.txt", POSTING.encode())
        await me.person.sees(me.says("posting.found", n=6))
        assert room.slack.failing["files"] == []


async def test_without_the_scope_it_is_said_that_it_cannot_be_read(tmp_path: Path) -> None:
    scopes = tuple(one for one in ALL_SCOPES if one != "files:read")
    async with playing(tmp_path / "bot.sqlite3", scopes=scopes) as (me, _):
        await begun(me)
        await me.sends_file("posting.txt", POSTING.encode())
        sees(me, "posting.unreadable_file", n=40_000)


@pytest.mark.parametrize(
    ("name", "content"),
    [("posting.txt", b"\xff\xfe\xff"), ("posting.txt", b"x" * (LONGEST_BYTES + 1)), ("a.zip", b"PK")],
)
async def test_what_is_no_text_is_said_plainly(tmp_path: Path, name: str, content: bytes) -> None:
    async with playing(tmp_path / "bot.sqlite3") as (me, _):
        await begun(me)
        await me.sends_file(name, content)
        sees(me, "posting.unreadable_file", n=40_000)
        sees_new(me, "steps.team.ask")
