"""`teamcheck doctor`: each thing that may stand in the way is found, named in one line, and nothing is changed."""

import asyncio
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.storage.sqlite import open_sqlite
from bot.exits import Exit
from conversations.catalogue import phrase
from tests.end_to_end.program import Finished, bytes_in, database_url, run, say, without_a_free_pass
from tests.fakes import postgres
from tests.fakes.discord.server import FakeDiscord
from tests.fakes.slack.consent import BOT
from tests.fakes.slack.server import APP, FakeSlack
from tests.test_migrations import LATEST, written_by

NOTHING: Mapping[str, str] = {}


async def examined(path: Path, *options: str, system: Mapping[str, str] = NOTHING) -> Finished:
    return await asyncio.to_thread(run, database_url(path), "doctor", *options, system=system)


def must(ended: Finished) -> list[str]:
    """Return what has to be done, by the parts."""
    return [line.removeprefix("MUST  ") for line in ended.said.splitlines() if line.startswith("MUST")]


@pytest.fixture
async def database(path: Path) -> Path:
    async with open_sqlite(path) as store:
        await store.keep("a", "b")
    return path


async def test_where_all_is_well_nothing_must_be_done_and_nothing_is_changed(database: Path) -> None:
    before = bytes_in(database.parent)
    ended = await examined(database, "--offline")
    assert (ended.code, ended.complained, must(ended)) == (0, "", [])
    assert say(phrase("doctor.sound", name=str(database))) in ended.said
    assert say(phrase("doctor.offline")) in ended.said
    assert bytes_in(database.parent) == before


async def test_before_the_first_start_no_file_is_made(tmp_path: Path) -> None:
    ended = await examined(tmp_path / "new" / "teamcheck.db", "--offline")
    assert ended.code == 0
    assert bytes_in(tmp_path) == {}


async def test_a_database_that_is_none_or_foreign_newer_or_older_is_found(database: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA user_version = {LATEST + 1}")
    ended = await examined(database, "--offline")
    assert ended.code == Exit.STORAGE
    assert must(ended) == [f"migrations: {say(phrase('storage.newer', name=str(database)))}"]
    diary = tmp_path / "diary.txt"
    diary.write_text("Dear diary,\n" * 100)
    diary.chmod(0o600)
    ended = await examined(diary, "--offline")
    assert must(ended) == [f"database: {say(phrase('storage.not_a_database', name=str(diary)))}"]
    theirs = tmp_path / "theirs.db"
    with closing(sqlite3.connect(theirs)) as connection:
        connection.execute("CREATE TABLE theirs (name)")
    theirs.chmod(0o600)
    ended = await examined(theirs, "--offline")
    assert must(ended) == [f"database: {say(phrase('storage.foreign', name=str(theirs)))}"]
    old = tmp_path / "old.db"
    written_by(1, old)
    old.chmod(0o600)
    ended = await examined(old, "--offline")
    assert ended.code == 0
    assert f"note  migrations: {say(phrase('doctor.pending', seen=1, latest=LATEST))}" in ended.said


async def test_a_place_where_no_database_can_be_is_found_in_one_line(database: Path, tmp_path: Path) -> None:
    shut, closed = tmp_path / "shut", tmp_path / "closed"
    shut.mkdir(mode=0)
    closed.mkdir(mode=0o500)
    for path in (
        shut / "teamcheck.db",
        closed / "teamcheck.db",
        tmp_path / ("a" * 300),
        tmp_path / ("a" * 253),
        database / "teamcheck.db",
        database / "deeper" / "teamcheck.db",
    ):
        ended = await asyncio.to_thread(run, database_url(path), "doctor", "--offline", program=without_a_free_pass())
        assert (ended.code, ended.complained) == (Exit.STORAGE, ""), path
        assert must(ended) == [f"database: {say(phrase('storage.cannot_open', name=str(path)))}"]
        assert "pictures: " in ended.said
    shut.chmod(0o700)
    empty = tmp_path / "empty.db"
    empty.touch(mode=0o600)
    assert (await examined(empty, "--offline")).code == 0


async def test_a_database_or_a_key_that_others_may_read_is_found(database: Path) -> None:
    key = database.with_name(f"{database.name}.key")
    key.write_text("k" * 64)
    for file in (database, key):
        file.chmod(0o640)
    ended = await examined(database, "--offline")
    assert ended.code == Exit.STORAGE
    assert must(ended) == [f"files: {say(phrase('doctor.open_to_others', name=str(one)))}" for one in (database, key)]


async def test_settings_that_cannot_be_used_and_names_that_are_none_are_found(database: Path, tmp_path: Path) -> None:
    ended = await examined(database, "--offline", system={"TEAMCHECK_NUDGE_DAYS": "Zyxwvutsr"})
    assert ended.code == Exit.SETTINGS
    (line,) = must(ended)
    assert line.startswith("settings: TEAMCHECK_NUDGE_DAYS cannot be used")
    assert "Zyxwvutsr" not in ended.said
    ended = await examined(database, "--offline", system={"TEAMCHECK_PARK_DAY": "1"})
    assert say(phrase("doctor.unknown", names="TEAMCHECK_PARK_DAY")) in ended.said
    ended = await examined(database, "--offline", system={"SLACK_BOT_TOKEN": BOT})
    assert (ended.code, must(ended)) == (78, [f"settings: {say(phrase('run.slack_half', name='SLACK_APP_TOKEN'))}"])
    ended = await examined(database, "--offline", system={"TEAMCHECK_PACKS": str(tmp_path)})
    assert ended.code == Exit.DATA
    secret = tmp_path / "DISCORD_TOKEN"
    secret.write_text("Zyxwvutsr")
    secret.chmod(0o644)
    ended = await examined(database, "--offline", system={"TEAMCHECK_SECRETS_FOLDER": str(tmp_path)})
    assert must(ended) == [f"settings: {say(phrase('doctor.open_to_others', name=str(secret)))}"]


async def test_slack_is_asked_about_tokens_and_scopes_and_no_token_is_shown(database: Path) -> None:
    async with FakeSlack() as slack:
        system = {"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP, "TEAMCHECK_SLACK_API_URL": slack.api_url}
        ended = await examined(database, system=system)
        assert (ended.code, must(ended)) == (0, []), ended
        assert f"ok    Slack: {say(phrase('doctor.slack'))}" in ended.said
        assert f"ok    clock: {say(phrase('doctor.clock'))}" in ended.said
        for wrong, told in ((BOT, "run.slack_bot_token"), (APP, "run.slack_app_token")):
            odd = {name: value + "Zyxwvutsr" if value == wrong else value for name, value in system.items()}
            ended = await examined(database, system=odd)
            assert ended.code == Exit.SETTINGS
            assert must(ended) == [f"Slack: {say(phrase(told, error='invalid_auth'))}"]
            for token in (BOT, APP, "Zyxwvutsr"):
                assert token not in ended.said + ended.complained
        slack.scopes = {"commands", "im:write", "files:write", "users:read"}
        ended = await examined(database, system=system)
        assert must(ended) == [f"Slack: {say(phrase('run.slack_scopes', scopes='chat:write'))}"]
    ended = await examined(database, system=system)
    assert (ended.code, must(ended)) == (69, [f"Slack: {say(phrase('run.slack_unreachable'))}"])


async def test_discord_is_asked_about_the_token_and_the_intents(database: Path) -> None:
    async with FakeDiscord() as discord:
        system = {"DISCORD_TOKEN": discord.token, "TEAMCHECK_DISCORD_API_URL": discord.api_url}
        ended = await examined(database, system=system)
        assert (ended.code, must(ended)) == (0, []), ended
        assert f"ok    Discord: {say(phrase('doctor.discord'))}" in ended.said
        assert f"intents: {say(phrase('doctor.intents'))}" in ended.said
        ended = await examined(database, system={**system, "DISCORD_TOKEN": "Zyxwvutsr"})
        assert (ended.code, must(ended)) == (78, [f"Discord: {say(phrase('run.discord_token'))}"])
        assert "Zyxwvutsr" not in ended.said + ended.complained


async def test_a_clock_that_is_off_is_found_by_the_time_over_the_platforms_answer(database: Path) -> None:
    async def long_ago(_: web.Request) -> web.Response:
        return web.json_response({"ok": False}, headers={"Date": "Wed, 21 Oct 2015 07:28:00 GMT"})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", long_ago)
    async with TestServer(app) as server:
        tokens = {"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP}
        ended = await examined(database, system={**tokens, "TEAMCHECK_SLACK_API_URL": str(server.make_url("/api/"))})
    off = [line for line in must(ended) if line.startswith("clock: It is ")]
    assert len(off) == 1
    assert int(off[0].removeprefix("clock: It is ").split()[0].replace(",", "")) > 5_000_000


async def test_a_shared_database_is_asked_and_one_that_is_not_there_is_found() -> None:
    async with postgres.database() as url:
        system = {"TEAMCHECK_SECRET_KEY": postgres.SECRET}
        ended = await asyncio.to_thread(run, url, "doctor", "--offline", system=system)
        assert ended.code == 0, ended
        assert "ok    database: " in ended.said
        assert "ok    migrations: " in ended.said
    ended = await asyncio.to_thread(
        run, "postgresql://me:Zyxwvutsr@127.0.0.1:1/x", "doctor", "--offline", system=system
    )
    assert ended.code == Exit.UNAVAILABLE
    assert "Zyxwvutsr" not in ended.said + ended.complained


async def test_an_app_for_many_workspaces_has_no_token_to_look_at(database: Path) -> None:
    async with FakeSlack() as slack:
        system = {
            "SLACK_SIGNING_SECRET": "signing",
            "SLACK_CLIENT_ID": "1.2",
            "SLACK_CLIENT_SECRET": "secret",
            "TEAMCHECK_SLACK_URL": "https://bot.example",
            "TEAMCHECK_SLACK_API_URL": slack.api_url,
        }
        ended = await examined(database, system=system)
        assert (ended.code, must(ended)) == (0, [])
        assert "https://bot.example/slack/events" in ended.said
        assert {method for method, _ in slack.calls} <= {"api.test"}
        assert "signing" not in ended.said + ended.complained
