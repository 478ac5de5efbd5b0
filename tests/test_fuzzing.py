"""Whatever comes from outside is read, or refused in the way that its reader says: nothing else is ever raised."""

import asyncio
import hmac
import json
import re
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

import pytest
from aiohttp import ClientSession, web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.discord import incoming as discord
from adapters.discord.hosts import point_at
from adapters.discord.listeners import _written
from adapters.pack_files import PackFiles, PackRefusedError, read_core_pack, read_pack
from adapters.postings import is_readable, text_of
from adapters.retrying import LONGEST, retry_after
from adapters.slack import forms
from adapters.slack import incoming as slack
from adapters.slack.people import About
from adapters.slack.tokens import ConsentRefusedError, consent
from adapters.storage.postgres_database import shown
from adapters.storage.sealing import Sealer
from bot.posting_commands import _row
from bot.settings import check_database_url, setting_names
from bot.settings_files import from_files
from bot.wiring import checked
from conversations.catalogue import language_for
from conversations.importing import ImportRefusedError, read_export
from conversations.ports import NotReadyError
from conversations.session import SessionKey
from conversations.snapshot import SnapshotError, load_check, load_message, load_person, load_workspace
from conversations.zones import is_zone
from tests.fakes.slack.consent import SIGNING
from tests.fakes.slack.person import Person, person
from tests.fakes.slack.playing import PUBLIC
from tests.fakes.slack.room import Room, an_app, running
from tests.fakes.slack.server import FakeSlack

QUICK = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
KEY = SessionKey("slack", "-.T0001", "U0001")
ROOT = Path(__file__).parent.parent
DEEP = 3_000
"""Far deeper than Python's own stack."""

_WORDS = st.text(max_size=12) | st.sampled_from(["1.2", "nan", "inf", "-1", "9" * 400, "\x00", "\ud800", "../..", "²"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=4),
    max_leaves=10,
)
BYTES = st.binary(max_size=400) | st.text().map(lambda text: text.encode("utf-8", "surrogatepass"))


def nested(begin: str, end: str, within: str = "") -> bytes:
    return (begin * DEEP + within + end * DEEP).encode()


JSON_BYTES = (
    BYTES
    | ANYTHING.map(lambda value: json.dumps(value).encode())
    | st.sampled_from([nested("[", "]"), nested('{"a":', "}", "1"), b'{"a": ' + b"9" * 5_000 + b"}", b"\xef\xbb\xbf{}"])
)


def places(value: Any, so_far: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401  any JSON
    """Yield every place in a document."""
    yield so_far
    if isinstance(value, Mapping | list):
        for name, inner in value.items() if isinstance(value, Mapping) else enumerate(value):
            yield from places(inner, (*so_far, name))


@st.composite
def harmed(draw: st.DrawFn, documents: tuple[Any, ...]) -> Any:  # noqa: ANN401  any JSON
    """Draw a real document with something else in one or two of its places, or with the place left out."""
    made = deepcopy(draw(st.sampled_from(documents)))
    for _ in range(draw(st.integers(1, 2))):
        *way, last = draw(st.sampled_from([one for one in places(made) if one]))
        at = made
        for one in way:
            at = at[one]
        if draw(st.booleans()):
            at[last] = draw(ANYTHING)
        else:
            del at[last]
        if not made:
            break
    return made


# -- functions -------------------------------------------------------------------------------------------------------

ABOUT = About()
_ACTION = {"action_id": "answer:chk222:3::x", "selected_option": {"value": "x", "text": {"text": "x"}}, "value": "x"}
_CLICK = {
    "trigger_id": "1.2",
    "actions": [_ACTION],
    "container": {"type": "message", "channel_id": "D1", "message_ts": "1.1", "is_ephemeral": False},
    "state": {"values": {"ticked": {"ticked": {"selected_options": [{"value": "x"}]}}}},
    "message": {"text": "x"},
}
_VIEW = {
    "private_metadata": json.dumps({"button": "answer:chk222:3::", "at": ["D1", "1.1"], "act": "note", "share": ""}),
    "state": {"values": {"answer": {"answer": {"value": "x"}}}},
}
_FORM = [{"type": 18, "component": {"type": 4, "custom_id": "answer", "value": "x"}}]
_PRESSED = {
    "custom_id": "share:chk222:::",
    "values": ["1"],
    "resolved": {"channels": {"1": {"permissions": "3072"}}, "messages": {"1": {"content": "x"}}},
    "options": [{"name": "what", "value": "x"}],
    "target_id": "1",
}
_ORIGIN = discord.Origin(SessionKey("discord", "", "1"), NOON, "1", "fresh")
_EXPORT = {"people": [{"body": {"schema": 1, "record": {}}}], "checks": [], "packs": [{"name": "x", "body": "x"}]}


def _of_discord(data: Mapping[str, Any]) -> None:
    """Read what a person has a hand in: what they typed, picked, and wrote. The frame around it is Discord's."""
    whole = {**_PRESSED, **{name: data[name] for name in ("custom_id", "values") if isinstance(data.get(name), str)}}
    discord.component_id(whole)
    discord.pressed(whole, _ORIGIN)
    discord.written(str(data.get("custom_id")), str(data.get("value")), _ORIGIN)
    discord.administered({"shares_a_day": str(data), "channels": str(data)}, _ORIGIN)


def _is_a_click(body: Mapping[str, Any]) -> bool:
    """Tell whether Bolt would let it through: it looks for an action with an id."""
    actions = body.get("actions")
    first = actions[0] if isinstance(actions, list) and actions else None
    return isinstance(first, dict) and isinstance(first.get("action_id"), str) and "trigger_id" in body


@dataclass(frozen=True)
class Reader:
    """Something that eats foreign bytes."""

    reads: Callable[[Any], object]
    given: st.SearchStrategy[Any]
    refuses: tuple[type[Exception], ...] = ()


SEALER = Sealer(lambda: "a secret of some length, and no other")
READERS: Mapping[str, Reader] = {
    "a posting's file": Reader(text_of, BYTES),
    "a file's name": Reader(lambda name: is_readable(name, name, len(name)), st.text()),
    "a line of postings": Reader(lambda raw: _row(raw.decode(errors="replace")), JSON_BYTES),
    "an export": Reader(lambda raw: read_export(raw.decode(errors="replace")), JSON_BYTES, (ImportRefusedError,)),
    "a harmed export": Reader(lambda value: read_export(json.dumps(value)), harmed((_EXPORT,)), (ImportRefusedError,)),
    "a stored check": Reader(lambda raw: load_check(raw.decode(errors="replace")), JSON_BYTES, (SnapshotError,)),
    "a stored person": Reader(lambda raw: load_person(raw.decode(errors="replace")), JSON_BYTES, (SnapshotError,)),
    "stored rules": Reader(lambda raw: load_workspace(raw.decode(errors="replace")), JSON_BYTES, (SnapshotError,)),
    "a stored message": Reader(lambda raw: load_message(raw.decode(errors="replace")), JSON_BYTES, (SnapshotError,)),
    "something sealed": Reader(SEALER.unseal, BYTES | st.just(SEALER.seal("x")).map(lambda one: one[:-4] + b"AAA=")),
    "how long to wait": Reader(lambda text: retry_after(text, 5), _WORDS | st.none()),
    "a tag of a language": Reader(lambda text: language_for(text, ("en", "zh")), _WORDS),
    "a time zone": Reader(is_zone, _WORDS),
    "a database's address": Reader(
        lambda text: shown(f"postgresql://{text}"), _WORDS | st.text("[]:@/%0a", max_size=9)
    ),
    "a database's address among the settings": Reader(
        lambda text: check_database_url(f"postgresql://{text}"),
        _WORDS | st.text("[]:@/%0a,", max_size=9),
        (ValueError,),
    ),
    "a click in Slack": Reader(
        lambda body: (slack.pressed(body, KEY, ABOUT, NOON, "f"), slack.pressed_at(body), slack.label(body)),
        harmed((_CLICK,)).filter(_is_a_click),
    ),
    "a window of Slack": Reader(
        lambda view: (forms.mentor_wrote(view), forms.what_was_written(view)), harmed((_VIEW,))
    ),
    "Slack's mark-up": Reader(slack.plain, st.text("<>|@#!&;amplgt CU01^")),
    "a time of Slack's": Reader(lambda text: slack.moment(text, NOON), _WORDS | ANYTHING),
    "Discord's": Reader(_of_discord, st.dictionaries(st.sampled_from(["custom_id", "values", "value"]), _WORDS)),
    "a form of Discord": Reader(_written, harmed((_FORM,))),
}


@pytest.mark.parametrize("name", READERS)
def test_whatever_it_is_it_is_read_or_refused(name: str) -> None:
    reader = READERS[name]

    @QUICK
    @given(reader.given)
    def fed(value: object) -> None:
        with suppress(*reader.refuses):
            reader.reads(value)

    fed()


def test_nobody_is_waited_for_without_end() -> None:
    for header in ("inf", "nan", "-1", "1e999", "soon", "", None, "Wed, 21 Oct 2026 07:28:00 GMT"):
        assert retry_after(header, 7) == 7, header
    assert retry_after("86400", 7) == LONGEST.total_seconds()
    assert retry_after("0.35", 7) == 0.35


# -- files -----------------------------------------------------------------------------------------------------------

TOML = (
    BYTES
    | st.sampled_from([b"a = " + nested("[", "]"), b"x = " + b"9" * 5_000, b"[[a]]\n" * 1_000])
    | st.lists(
        st.sampled_from(
            ["[steps]", "[[steps]]", "id = ", '"x"', "= 3", "[flags.x]", "\n", "texts", "{ step = ", "}", "#"]
        )
    ).map(lambda parts: " ".join(parts).encode())
)


@QUICK
@given(raw=TOML)
def test_any_settings_file_is_read_or_refused(raw: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "settings.toml").write_bytes(raw)
    (tmp_path / "TEAMCHECK_LANGUAGE").write_bytes(raw)
    for name, path in (("TEAMCHECK_SETTINGS_FILE", tmp_path / "settings.toml"), ("TEAMCHECK_SECRETS_FOLDER", tmp_path)):
        monkeypatch.setenv(name, str(path))
        with suppress(NotReadyError):
            from_files(setting_names())
        monkeypatch.delenv(name)


@settings(QUICK, max_examples=20)
@given(
    raw=TOML | st.just(b"a" + b".a" * DEEP + b" = 1"),
    name=st.sampled_from(["pack.toml", "skills.toml", "locales/en.toml"]),
)
def test_any_file_of_a_pack_is_read_or_refused(raw: bytes, name: str, tmp_path: Path) -> None:
    files, product = read_core_pack()
    (tmp_path / "locales").mkdir(exist_ok=True)
    for each in ("pack.toml", "skills.toml", "locales/en.toml"):
        (tmp_path / each).write_bytes(raw if each == name else files.sources[each])
    with suppress(PackRefusedError):
        checked(read_pack(tmp_path, files.values.skills), product)


CORE, PRODUCT = read_core_pack()


@dataclass(frozen=True)
class Long:
    """Something that nobody wants to read in a failure."""

    value: Any = field(repr=False)


@settings(QUICK, max_examples=12)
@given(harmed((CORE.values.pack,)).map(Long))
def test_a_pack_with_anything_in_any_place_is_built_or_refused(pack: Long) -> None:
    values = replace(CORE.values, pack=pack.value)
    with suppress(PackRefusedError):
        checked(PackFiles(values, {}), PRODUCT)


# -- answers of a server ---------------------------------------------------------------------------------------------


async def _asked(raw: bytes, kind: str, ask: Callable[[str], Awaitable[object]]) -> None:
    """Ask a server that answers everything with these bytes."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=raw, content_type=kind)

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        await ask(f"http://127.0.0.1:{runner.addresses[0][1]}/")
    finally:
        await runner.cleanup()


KINDS = st.sampled_from(["application/json", "text/html"])
OAUTH = {"ok": True, "access_token": "x", "expires_in": 43_200, "team": {"id": "T1"}, "scope": "x"}


@settings(QUICK, max_examples=25)
@given(JSON_BYTES | harmed((OAUTH,)).map(lambda one: json.dumps(one).encode()), KINDS)
def test_whatever_answers_for_slack_a_token_comes_or_a_no(raw: bytes, kind: str) -> None:
    async def ask(url: str) -> None:
        with suppress(ConsentRefusedError):
            answer = await consent(url, an_app(), NOON, code="x")
            assert answer["access_token"]
            assert isinstance(answer["expires_at"], float | None)

    asyncio.run(_asked(raw, kind, ask))


@settings(QUICK, max_examples=15)
@given(JSON_BYTES, KINDS)
def test_whatever_answers_for_discord_it_names_a_gateway_or_not(raw: bytes, kind: str) -> None:
    from aiohttp import ClientError  # noqa: PLC0415

    async def ask(url: str) -> None:
        with pytest.raises((ClientError, ValueError)):
            await point_at(url)

    asyncio.run(_asked(raw, kind, ask))


# -- the web server --------------------------------------------------------------------------------------------------


def _signed(raw: bytes, secret: str) -> Mapping[str, str]:
    stamp = str(int(time.time()))
    made = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + raw, sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={made}"}


class Served:
    """A bot that Slack calls, in a thread of its own: Hypothesis waits for nobody."""

    def __init__(self, folder: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._ready, self._over = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(folder),))
        self.slack: FakeSlack
        self.room: Room
        self.me: Person

    async def _serve(self, folder: Path) -> None:
        async with FakeSlack() as self.slack:
            self.me = person(self.slack, "U0001")
            self.slack.channel(PUBLIC, "U0001")
            async with running(self.slack, folder / "bot.sqlite3", http=True) as self.room:
                self._ready.set()
                await self._over.wait()

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(30)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(30)
        self._loop.close()

    def does(self, work: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401  whatever it returns
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def call(self, raw: bytes, kind: str, *, is_signed: bool = True, more: Mapping[str, str] = {}) -> int:
        async def ask() -> int:
            headers = {"Content-Type": kind, **_signed(raw, SIGNING if is_signed else "somebody else's"), **more}
            async with ClientSession() as session:
                url = str(self.slack.request_url)
                async with session.post(url, data=raw, headers=headers) as answer:
                    return answer.status

        return int(self.does(ask()))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("served")) as one:
        yield one


KINDS_SENT = st.sampled_from(["application/json", "application/x-www-form-urlencoded", "multipart/form-data", "x"])
_ENVELOPE = {"type": "event_callback", "team_id": "T0001", "event_id": "Ev1", "event_time": 1, "api_app_id": "A1"}
_LINE = {"type": "message", "channel": "D0001", "channel_type": "im", "user": "U0001", "text": "x", "ts": "1.1"}
_COMMON = {
    "team": {"id": "T0001", "domain": "x"},
    "user": {"id": "U0001", "team_id": "T0001"},
    "api_app_id": "A1",
    "trigger_id": "1.2",
    "is_enterprise_install": False,
}
SENT = (
    {**_ENVELOPE, "event": _LINE},
    {**_ENVELOPE, "event": {**_LINE, "files": [{"name": "a.txt", "mimetype": "text/plain", "size": 3}]}},
    {**_ENVELOPE, "event": {"type": "app_home_opened", "user": "U0001", "channel": "D0001", "tab": "home"}},
    {**_ENVELOPE, "event": {"type": "tokens_revoked", "tokens": {"oauth": ["U1"]}}},
    {"type": "block_actions", **_COMMON, **_CLICK},
    {"type": "view_submission", **_COMMON, "view": {"id": "V1", "callback_id": "write", **_VIEW}},
    {"type": "view_submission", **_COMMON, "view": {"id": "V1", "callback_id": "mentor", **_VIEW}},
    {"type": "view_submission", **_COMMON, "view": {"id": "V1", "callback_id": "rules", "state": {"values": {}}}},
    {"type": "shortcut", **_COMMON, "callback_id": "start"},
    {"type": "message_action", **_COMMON, "callback_id": "take_down", "channel": {"id": "C1"}, "message": {"ts": "1"}},
    {
        "command": "/teamcheck",
        "text": "x",
        "team_id": "T0001",
        "user_id": "U0001",
        "trigger_id": "1",
        "channel_id": "C1",
    },
)


@QUICK
@given(raw=JSON_BYTES, kind=KINDS_SENT, is_signed=st.booleans())
def test_any_request_is_answered_by_a_number(raw: bytes, kind: str, is_signed: bool, served: Served) -> None:  # noqa: FBT001
    assert served.call(raw, kind, is_signed=is_signed) in ({200, 400, 401, 404} if is_signed else {401})


@settings(QUICK, max_examples=150)
@given(body=harmed(SENT))
def test_a_payload_with_anything_in_any_place_harms_nobody(body: Mapping[str, Any], served: Served) -> None:
    served.call(json.dumps(body).encode(), "application/json")
    assert served.call(json.dumps({"type": "url_verification", "challenge": "x"}).encode(), "application/json") == 200


# -- whatever is new -------------------------------------------------------------------------------------------------

_PARSES = re.compile(
    r"json\.loads|\.json\(\)|tomllib\.loads|\.decode\(|parse_qsl|fromtimestamp\(float|fromisoformat|urlsplit|fromhex"
    r"|Retry-After"
)
READ_ELSEWHERE: Mapping[str, str] = {
    "adapters/storage/in_memory.py": "what this process wrote itself",
    "adapters/storage/records.py": "rows of ours",
    "bot/operator_commands.py": "what the store has just said is held",
    "adapters/storage/sqlite_outbox.py": "rows of ours",
    "adapters/storage/postgres_outbox.py": "rows of ours",
    "adapters/documents/json_document.py": "written, not read",
    "conversations/packs.py": "a pack of ours as it was kept",
    "conversations/held.py": "an export that was just written",
    "conversations/budgets.py": "a row of ours",
    "bot/settings.py": "tests/test_settings.py, and the reader of a database's address",
}
FED_HERE = {
    "adapters/discord/hosts.py",
    "adapters/pack_files.py",
    "adapters/postings.py",
    "adapters/retrying.py",
    "adapters/discord/sender.py",
    "adapters/slack/sender.py",
    "adapters/slack/forms.py",
    "adapters/slack/incoming.py",
    "adapters/slack/tokens.py",
    "adapters/slack/web.py",
    "adapters/storage/postgres_database.py",
    "adapters/storage/sealing.py",
    "bot/posting_commands.py",
    "bot/settings_files.py",
    "conversations/importing.py",
    "conversations/snapshot.py",
}


def test_whatever_reads_something_new_is_fed_here() -> None:
    product = [file for name in ("adapters", "bot", "conversations") for file in (ROOT / name).rglob("*.py")]
    reading = {file.relative_to(ROOT).as_posix() for file in product if _PARSES.search(file.read_text("utf-8"))}
    assert reading == FED_HERE | READ_ELSEWHERE.keys()
