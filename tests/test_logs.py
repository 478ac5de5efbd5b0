"""What the bot says about itself: JSON a line, and never a word of a person, whoever would quote one."""

import asyncio
import io
import json
import logging
import sqlite3
import subprocess
import sys
import threading
import warnings
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.notes import note
from adapters.storage.in_memory import InMemoryStore
from bot import logs
from conversations.messages import DirectMessage, Failed, GaveUp, InteractionReply
from conversations.ports import StorageError
from conversations.session import SessionKey
from tests.end_to_end.program import ROOT, database_url, run
from tests.fakes.indiscreet_bot import fail, gossip
from tests.fakes.room import Room
from tests.fakes.running_bot import RunningBot
from tests.fakes.socket_client import SocketClient

SECRET = "Zyxwvutsr"  # noqa: S105  no password
"""Part of every secret: there is no word like it anywhere else."""
WHO = SessionKey("fake", f"workspace{SECRET}", f"person{SECRET}")
KEY = f"{SECRET}-0123456789-0123456789-0123456789"

Lines = Callable[[], Sequence[Mapping[str, Any]]]


def said(written: str) -> Sequence[Mapping[str, Any]]:
    """Return the log lines in what was written: nothing but JSON, and no secret in any spelling."""
    assert SECRET.lower() not in written.lower()
    lines = [json.loads(line) for line in written.splitlines()]
    for line in lines:
        assert list(line)[:3] == ["at", "level", "event"]
        assert datetime.fromisoformat(line["at"]).tzinfo
        assert line["level"] in ("debug", "info", "warning", "error", "critical")
    return lines


def names(lines: Sequence[Mapping[str, Any]]) -> set[str]:
    return {line["event"] for line in lines}


@contextmanager
def _as_it_was() -> Iterator[None]:
    """Put back what begin() changes for the whole process."""
    root, hooks = logging.getLogger(), (sys.excepthook, sys.unraisablehook, threading.excepthook)
    handlers, level, raises = root.handlers[:], root.level, logging.raiseExceptions
    root.handlers = []
    try:
        yield
    finally:
        logging.captureWarnings(capture=False)
        root.handlers, logging.raiseExceptions = handlers, raises
        root.setLevel(level)
        sys.excepthook, sys.unraisablehook, threading.excepthook = hooks


@pytest.fixture
async def told(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Lines]:
    """Begin the log, and return what reads it; at the end all of it is read once more."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    with _as_it_was(), warnings.catch_warnings():
        warnings.simplefilter("always")
        logs.begin()
        yield lambda: said(written.getvalue())
    said(written.getvalue())


# -- in this process -------------------------------------------------------------------------------------------------


async def test_an_event_is_logged_with_its_numbers_and_codes(told: Lines) -> None:
    note("something_was_done", row=3, reason="too_late", seconds=0.5)
    (line,) = told()
    assert {name: line[name] for name in ("level", "event", "row", "reason", "seconds")} == {
        "level": "info",
        "event": "something_was_done",
        "row": 3,
        "reason": "too_late",
        "seconds": 0.5,
    }


@pytest.mark.parametrize(
    "code", ["storage.full", "discord_50007", "method_not_supported_for_channel_type", "3f2a9c1b", "fake", "unknown"]
)
async def test_a_code_of_ours_or_of_a_platform_is_told(told: Lines, code: str) -> None:
    note("something_was_done", reason=code)
    (line,) = told()
    assert line["reason"] == code


@pytest.mark.parametrize(
    "text",
    [
        f"{SECRET} is a company",
        f"{SECRET}\n",
        f'"{SECRET}"',
        f"我{SECRET}！",
        SECRET * 20,
        f"<@{SECRET}>",
        SECRET,
        "阿里巴巴",
        "söhne",
        "xoxb-2345-6789-abcdef",
        "https://acme.example/jobs",
        "١٢٣",
    ],
)
async def test_a_text_that_is_no_short_code_is_left_out(told: Lines, text: str) -> None:
    note("something_was_done", reason=text)
    (line,) = told()
    assert line["reason"] == "(left out)"


async def test_of_an_error_its_kind_and_its_places_are_told_and_none_of_its_words(told: Lines) -> None:
    try:
        fail(SECRET)
    except Exception as error:  # noqa: BLE001  whatever it is
        note("it_failed", error)
    (line,) = told()
    assert (line["level"], line["error"], line["cause"]) == ("error", "IndiscreetError", "KeyError")
    assert line["frames"][-1].endswith(":fail")


async def test_whatever_others_say_only_who_said_it_is_told(told: Lines) -> None:
    gossip(SECRET)
    lines = told()
    assert {line["who"] for line in lines if line["event"] == "said_by_a_library"} >= {"chatty.library", "py.warnings"}
    assert len([line for line in lines if line.get("error") == "IndiscreetError"]) >= 3


def test_a_conversation_is_known_again_and_nobody_is_known_by_it() -> None:
    other = SessionKey("fake", f"workspace{SECRET}perso", f"n{SECRET}")
    mark = logs.conversation(WHO)
    assert mark == logs.conversation(WHO)
    assert mark != logs.conversation(other)
    assert SECRET not in mark
    assert len(mark) == 12
    code = f"from bot import logs; from conversations.session import SessionKey; print(logs.conversation({WHO!r}))"
    elsewhere = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert len(elsewhere.stdout.strip()) == 12
    assert elsewhere.stdout.strip() != mark, "who knows the ids of people could work out their marks"


async def test_turns_faults_and_failures_name_nobody_and_quote_nothing(told: Lines) -> None:
    room = Room(InMemoryStore())
    token = InteractionReply(f"token{SECRET}", room.clock() + timedelta(minutes=15))
    await room.take(room.opened(WHO, id=f"event{SECRET}"))
    room.sender.then(WHO, RuntimeError(SECRET), Failed("busy"), GaveUp("closed"))
    for text in (f"company{SECRET}", "1", "forget me"):
        await room.intake.handle(room.typed(text, WHO, id=f"{SECRET}{text}"), token)
        await room.read(WHO)
        room.clock.move(10)
    room.packs.fault = SECRET
    await room.take(room.typed(SECRET, WHO))
    room.packs.fault = ""
    room.store.failing = {"commit"}
    with pytest.raises(StorageError):
        await room.intake.handle(room.typed(SECRET, WHO), DirectMessage())
    lines = told()
    assert names(lines) >= {"send_failed", "gave_up", "turn_failed", "store_failed"}
    (reference,) = [line["reference"] for line in lines if "reference" in line]
    assert len(reference) == 8
    assert {line["conversation"] for line in lines if "conversation" in line} == {logs.conversation(WHO)}


async def test_a_fault_of_the_loop_itself_is_told(told: Lines) -> None:
    asyncio.get_running_loop().call_exception_handler({"message": SECRET})
    asyncio.get_running_loop().call_soon(fail, SECRET)
    await asyncio.sleep(0)
    lines = [line for line in told() if line["event"] == "lost"]
    assert [(line["event"], line.get("error")) for line in lines] == [("lost", None), ("lost", "IndiscreetError")]


# -- in a process of its own -----------------------------------------------------------------------------------------


@pytest.fixture
async def client() -> AsyncIterator[SocketClient]:
    async with SocketClient() as there:
        yield there


class Confided:
    """Somebody with secrets in everything that they and their platform say."""

    def __init__(self, client: SocketClient, folder: Path) -> None:
        self._client = client
        self._database = folder / "checks.sqlite3"
        self._count = 0

    async def do(self, text: str = "", *, answered: bool = True, **more: Any) -> str:  # noqa: ANN401  as the client
        self._count += 1
        event = f"event{SECRET}{self._count}"
        soon = (datetime.now(UTC) + timedelta(minutes=10)).isoformat()
        who = {"workspace": WHO.workspace, "person": WHO.person, "token": f"token{SECRET}", "expires_at": soon}
        self._client.deliver(event, text, **{**who, **more})
        return await self._client.acked(event) if answered else event

    def damage(self, sql: str, *values: str) -> None:
        with closing(sqlite3.connect(self._database, isolation_level=None)) as connection:
            assert connection.execute(sql, values).rowcount > 0


@pytest.mark.parametrize("debug", ["", "1"], ids=["", "debugging"])
async def test_a_bot_in_indiscreet_company_is_discreet(client: SocketClient, tmp_path: Path, debug: str) -> None:
    me = Confided(client, tmp_path)
    system = {"TEAMCHECK_SECRET_KEY": KEY, "PYTHONASYNCIODEBUG": debug, "PYTHONWARNINGS": "always"}
    with RunningBot(client, tmp_path, module="tests.fakes.indiscreet_bot", system=system) as bot:
        await bot.ready()
        assert await me.do(open=True) == "ack"
        for text in (f"company{SECRET}", "1", f"unrenderable {SECRET}", f"decided no because {SECRET}", "back", "back"):
            assert await me.do(text) == "ack"
        assert await me.do(f"unrenderable{SECRET}") == "ack"
        assert await me.do("back") == "ack"
        assert await me.do(f"unsendable{SECRET}") == "ack"
        await me.do(f"unanswerable {SECRET}", answered=False)
        assert await me.do(f"faulty {SECRET}") == "ack"
        me.damage("UPDATE checks SET body = ?", SECRET)
        assert await me.do("1") == "StorageError"
        await me.do(workspace=f"\ud800{SECRET}", open=True, answered=False)
        await me.do(at=f"{datetime.now(UTC).replace(tzinfo=None).isoformat()}", answered=False)
        ended = await bot.stopped()
    assert (ended.code, ended.said) == (0, "")
    lines = said(ended.complained)
    assert names(lines) >= {
        "running",
        "said_by_a_library",
        "lost",
        "turn_failed",
        "store_failed",
        "unrenderable",
        "send_failed",
        "stopped",
    }


async def test_a_bot_that_ends_with_an_error_quotes_nothing(client: SocketClient, tmp_path: Path) -> None:
    with RunningBot(client, tmp_path, module="tests.fakes.indiscreet_bot") as bot:
        await bot.ready()
        await Confided(client, tmp_path).do(open=True)
        client.hang_up()
        ended = await bot.ended()
    assert (ended.code, ended.said) == (1, "")
    lines = said(ended.complained)
    assert names(lines) >= {"running", "stopped"}
    assert (lines[-1]["event"], lines[-1]["error"]) == ("uncaught", "IndiscreetError")


@pytest.mark.parametrize(
    "system",
    [
        {"TEAMCHECK_SECRET_KEY": SECRET},
        {"TEAMCHECK_NUDGE_DAYS": SECRET},
        {"TEAMCHECK_DATABASE_URL": f"postgres://{SECRET}"},
    ],
)
def test_settings_that_are_wrong_are_named_and_not_quoted(tmp_path: Path, system: Mapping[str, str]) -> None:
    for command in ("run", "checks"):
        ended = run(database_url(tmp_path / "checks.sqlite3"), command, system=system)
        assert ended.code == 78
        (line,) = ended.complained.splitlines()
        assert next(iter(system)) in line
        assert SECRET not in ended.said + ended.complained
