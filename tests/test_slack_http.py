"""Slack over HTTP: what is signed and what is not, letting the bot in, tokens that end, and several workspaces."""

import asyncio
import gzip
import json
import re
import time
import tracemalloc
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from aiohttp import ClientSession, CookieJar

from adapters.slack.access import EVENTS
from adapters.slack.incoming import key_of
from adapters.slack.manifest import manifest
from adapters.slack.tokens import AHEAD, Installation, InstalledTokens
from adapters.slack.web import CONSENT, LONGEST_BYTES
from adapters.storage.in_memory import InMemoryStore
from conversations.catalogue import Arg, phrase
from conversations.ports import StorageError
from conversations.session import Written
from tests.dialogue import core
from tests.end_to_end.program import run
from tests.fakes.running_bot import RunningBot
from tests.fakes.slack.consent import CLIENT, CLIENT_SECRET, SIGNING, signed
from tests.fakes.slack.person import Person, person
from tests.fakes.slack.playing import PUBLIC
from tests.fakes.slack.room import Room, an_app, install, running
from tests.fakes.slack.server import FakeSlack, Json

HERE, THERE, ME = "T0001", "T0002", "U0001"
OK, BAD, UNSIGNED, FORBIDDEN, TOO_LONG, NOT_NOW = 200, 400, 401, 403, 413, 503
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
FIRST, SECOND = "Which team is it?", "Where does what you know"
WRONG = "Zyxwvutsr"


def said(key: str, language: str = "en", **args: Arg) -> str:
    return core().catalogue.text(phrase(key, **args), language)


@dataclass
class House:
    """A bot that Slack calls, and somebody in the workspace that has installed it."""

    slack: FakeSlack
    me: Person
    room: Room

    async def call(self, body: str, headers: Mapping[str, str], kind: str = JSON) -> tuple[int, str]:
        """Call the bot as anybody can."""
        async with (
            ClientSession() as session,
            session.post(str(self.slack.request_url), data=body, headers={"Content-Type": kind, **headers}) as answer,
        ):
            return answer.status, await answer.text()

    async def checks(self, team: str = HERE) -> list[str]:
        """Return the names of somebody's teams."""
        found = []
        for check in await self.room.store.checks(key_of(team, None, ME)):
            found += [one.answer.text for one in check.answers.get("team", ()) if isinstance(one.answer, Written)]
        return sorted(found)


@asynccontextmanager
async def house(folder: Path, *, exchanging: bool = False) -> AsyncIterator[House]:
    async with FakeSlack() as slack:
        slack.began = int(time.time())
        slack.consent.exchanging = exchanging
        me = person(slack, ME)
        slack.channel(PUBLIC, ME)
        async with running(slack, folder / "bot.sqlite3", http=True, clock=slack.now) as room:
            yield House(slack, me, room)
            assert slack.problems == []


# -- signatures ------------------------------------------------------------------------------------------------------


def message(slack: FakeSlack, text: str, event_id: str = "Ev1") -> str:
    event = {"type": "message", "channel": f"D{ME[1:]}", "channel_type": "im", "user": ME, "text": text, "ts": "1.1"}
    at = int(slack.now().timestamp())
    about = {"type": "event_callback", "team_id": HERE, "api_app_id": slack.app_id, "event_id": event_id}
    return json.dumps({**about, "event_time": at, "event": {**event, "ts": f"{at}.000001"}})


async def test_what_slack_has_not_signed_is_not_even_read(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        await home.me.command("")
        await home.me.sees(FIRST)
        body, now = message(home.slack, WRONG), time.time()
        good = signed(body)
        stamp, signature = "X-Slack-Request-Timestamp", "X-Slack-Signature"
        for headers in (
            {},
            {stamp: good[stamp]},
            {signature: good[signature]},
            signed(body, "another secret of the same length"),
            signed(f"{body} "),
            {**good, signature: good[signature].upper()},
            {**good, signature: "v0="},
            {**good, signature: "v0=ü"},
            {**good, stamp: str(int(good[stamp]) + 1)},
            {**good, stamp: f"-{good[stamp]}"},
            {**good, stamp: "²"},
            {**good, stamp: "1e9"},
            signed(body, at=now - 301),
            signed(body, at=now + 330),  # what is said here takes a while by itself
        ):
            assert await home.call(body, headers) == (UNSIGNED, "not signed by Slack, or too long ago"), headers
        assert await home.checks() == []
        assert (await home.call(body, good))[0] == OK
        assert await home.checks() == [WRONG]


async def test_a_request_that_is_replayed_within_its_time_changes_nothing_again(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        await home.me.command("")
        await home.me.sees(FIRST)
        body = message(home.slack, WRONG)
        headers = signed(body)
        for _ in range(3):
            assert (await home.call(body, headers))[0] == OK
        await home.me.sees(SECOND)
        await home.room.quiet()
        assert sum(SECOND in one.words for one in home.me.dm) == 1
        check = (await home.room.store.load(key_of(HERE, None, ME))).check
        assert check
        assert check.at == "kind_sources"


NESTED = '{"a":' * 100_000


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("{", JSON, BAD),
        ("[]", JSON, BAD),
        ("", JSON, BAD),
        (NESTED, JSON, BAD),
        ("payload=%7B", FORM, BAD),
        ("payload=[]", FORM, BAD),
        ("&".join(f"a{n}=1" for n in range(200)), FORM, BAD),
        ("x" * (LONGEST_BYTES + 1), JSON, TOO_LONG),
        ('{"type":"url_verification","challenge":"c4"}', JSON, OK),
        ("ssl_check=1&token=x", FORM, OK),
        ('{"type":"event_callback","event":"none"}', JSON, OK),
        ('{"type":"event_callback","event":null,"team_id":{}}', JSON, OK),
    ],
)
async def test_what_cannot_be_read_is_refused_by_its_number_alone(
    body: str, kind: str, status: int, tmp_path: Path
) -> None:
    async with house(tmp_path) as home:
        answered, words = await home.call(body, signed(body), kind)
        assert "Traceback" not in words
        assert answered in (status, *((404, 500) if status == OK and "none" in body else ()))
        assert words == "c4" or "c4" not in body


async def test_what_is_compressed_is_not_blown_up(tmp_path: Path) -> None:
    bomb = gzip.compress(bytes(200_000_000), 9)
    assert len(bomb) < LONGEST_BYTES
    async with house(tmp_path) as home, ClientSession() as session:
        tracemalloc.start()
        try:
            for headers in ({}, signed(bomb.decode("latin-1"))):
                packed = {"Content-Encoding": "gzip", "Content-Type": JSON, **headers}
                async with session.post(str(home.slack.request_url), data=bomb, headers=packed) as answer:
                    assert answer.status == UNSIGNED
            assert tracemalloc.get_traced_memory()[1] < 20_000_000
        finally:
            tracemalloc.stop()


async def test_who_sends_slowly_holds_up_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.slack.web.READ_SECONDS", 0.5)
    async with house(tmp_path) as home:
        url = urlsplit(str(home.slack.request_url))
        slow = [await asyncio.open_connection(url.hostname, url.port) for _ in range(100)]
        for _, writer in slow:
            writer.write(f"POST {url.path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{{".encode())
        await home.me.command("")
        await home.me.sees(FIRST)
        for reader, writer in slow:
            assert (await asyncio.wait_for(reader.readline(), 5)).split()[1] == b"408"
            writer.close()


HALF = (b"", b"POST /slack/events HT", b"POST /slack/events HTTP/1.1\r\nHost: x\r\nX-Slack-Sig")


@pytest.mark.parametrize("sent", HALF)
async def test_who_sends_half_a_head_is_hung_up_on(
    sent: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.slack.web.READ_SECONDS", 0.5)
    async with house(tmp_path) as home:
        url = urlsplit(str(home.slack.request_url))
        slow = [await asyncio.open_connection(url.hostname, url.port) for _ in range(50)]
        for _, writer in slow:
            writer.write(sent)
        await home.me.command("")
        await home.me.sees(FIRST)
        for reader, writer in slow:
            await asyncio.wait_for(reader.read(), 5)
            assert reader.at_eof()
            writer.close()


async def test_who_sends_byte_after_byte_of_a_head_is_hung_up_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.slack.web.READ_SECONDS", 0.5)
    async with house(tmp_path) as home:
        url = urlsplit(str(home.slack.request_url))
        reader, writer = await asyncio.open_connection(url.hostname, url.port)
        began, ended = time.monotonic(), asyncio.ensure_future(reader.read())
        writer.write(b"POST /slack/events HTTP/1.1\r\nX-Long: ")
        while not ended.done() and time.monotonic() - began < 5:
            writer.write(b"x")
            await asyncio.sleep(0.05)
        assert ended.done()
        writer.close()


async def test_after_an_answer_the_line_is_closed_and_nothing_more_is_read_of_it(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        url = urlsplit(str(home.slack.request_url))
        reader, writer = await asyncio.open_connection(url.hostname, url.port)
        writer.write(b"GET /slack/install HTTP/1.1\r\nHost: x\r\n\r\nGET /slack/inst")
        answer = await asyncio.wait_for(reader.read(), 2)
        assert answer.startswith(b"HTTP/1.1 200")
        assert b"Connection: close" in answer
        writer.close()


async def test_nothing_else_is_served(tmp_path: Path) -> None:
    async with house(tmp_path) as home, ClientSession() as session:
        base = str(home.slack.request_url).removesuffix(EVENTS)
        for path in ("/", "/slack", "/slack/events", "/slack/events/", "/../../etc/passwd", "/%2e%2e/x"):
            answer = await session.get(f"{base}{path}")
            assert answer.status in (404, 405)
            assert "Traceback" not in await answer.text()


async def test_a_command_may_have_the_word_payload_in_it(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        answer = await home.me.command("payload", PUBLIC)
        assert said("aside.pointer") in answer.words
        await home.me.sees(FIRST)


# -- letting it in ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_workspace_is_installed_by_two_pages(language: str, tmp_path: Path) -> None:
    async with (
        house(tmp_path) as home,
        ClientSession(headers={"Accept-Language": f"{language}-XX,en;q=0.5"}) as browser,
    ):
        page = await browser.get(str(home.slack.request_url).replace(EVENTS, "/slack/install"))
        assert page.headers["Cache-Control"] == "no-store"
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
        words = await page.text()
        assert f'<html lang="{language}">' in words
        assert said("install.button", language) in words
        assert "javascript" not in words
        done = await install(home.slack, language=language)
        assert (done.status, said("install.done", language).split("\n")[0] in done.words) == (OK, True)


async def test_nobody_is_installed_by_a_page_that_is_not_theirs_or_comes_twice(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        before = await home.room.store.vault.get(f"slack:{HERE}")
        stale = said("install.stale").split(".")[0]
        for answered in (
            await install(home.slack, other_browser=True),
            await install(home.slack, code="", again=True),
        ):
            assert answered.status == BAD
            assert stale in answered.words
        # Both codes are good yet, and were not used.
        assert len(home.slack.consent.codes) == 1
        assert await home.room.store.vault.get(f"slack:{HERE}") == before


async def secrets_kept(home: House) -> int:
    """Return how many rows the vault has, whatever is in them."""
    counted = "SELECT count(*) FROM secrets"
    (rows,) = await home.room.store._database.read(lambda connection: connection.execute(counted).fetchone())
    return int(rows)


async def state_of(browser: ClientSession, bot: str) -> str:
    page = await browser.get(f"{bot}/slack/install")
    (state,) = re.findall(r"state=([\w-]+)", await page.text())
    return str(state)


async def test_whoever_opens_the_pages_again_and_again_has_nothing_written(tmp_path: Path) -> None:
    async with house(tmp_path) as home, ClientSession(cookie_jar=CookieJar(unsafe=True)) as browser:
        bot, before = str(home.slack.request_url).removesuffix(EVENTS), await secrets_kept(home)
        for _ in range(20):
            state = await state_of(browser, bot)
            for back in ({"state": state, "code": "made-up"}, {"state": state}, {"state": "made-up", "code": "x"}):
                assert (await browser.get(f"{bot}/slack/oauth_redirect?{urlencode(back)}")).status in (OK, BAD)
            for path in ("install", "oauth_redirect"):
                assert (await browser.head(f"{bot}/slack/{path}")).status == 405
        assert await secrets_kept(home) == before


@pytest.mark.parametrize("how", ["nonce", "time", "signature", "half", "digits", "nothing"])
async def test_a_state_that_is_not_of_our_page_installs_nothing(how: str, tmp_path: Path) -> None:
    async with house(tmp_path) as home, ClientSession() as browser:
        bot = str(home.slack.request_url).removesuffix(EVENTS)
        nonce, at, signature = (await state_of(browser, bot)).split("-")
        state = {
            "nonce": f"{nonce[::-1]}-{at}-{signature}",
            "time": f"{nonce}-{int(at) + 60}-{signature}",
            "signature": f"{nonce}-{at}-{signature[::-1]}",
            "half": f"{nonce}-{at}",
            "digits": f"{nonce}-{'9' * 5000}-{signature}",
            "nothing": "",
        }[how]
        code = home.slack.consent.says_yes()
        answer = await browser.get(
            f"{bot}/slack/oauth_redirect?{urlencode({'state': state, 'code': code})}",
            headers={"Cookie": f"teamcheck_install={state}"},
        )
        assert answer.status == BAD
        assert code in home.slack.consent.codes


async def test_a_state_installs_once_also_in_the_hands_of_who_keeps_its_cookie(tmp_path: Path) -> None:
    async with house(tmp_path) as home, FakeSlack(team=THERE) as there, ClientSession() as browser:
        home.slack.neighbours.append(there)
        bot = str(home.slack.request_url).removesuffix(EVENTS)
        state = await state_of(browser, bot)
        found = []
        for slack in (home.slack, there):
            back = urlencode({"state": state, "code": slack.consent.says_yes()})
            cookie = {"Cookie": f"teamcheck_install={state}"}
            found.append((await browser.get(f"{bot}/slack/oauth_redirect?{back}", headers=cookie)).status)
        assert found == [OK, BAD]
        assert await home.room.store.vault.names("slack:") == [f"slack:{HERE}"]


async def test_a_page_of_one_process_leads_back_to_another_with_the_same_secrets(tmp_path: Path) -> None:
    async with house(tmp_path / "one") as home, house(tmp_path / "two") as other, ClientSession() as browser:
        one, two = (str(each.slack.request_url).removesuffix(EVENTS) for each in (home, other))
        state = await state_of(browser, one)
        back = urlencode({"state": state, "code": other.slack.consent.says_yes()})
        cookie = {"Cookie": f"teamcheck_install={state}"}
        assert (await browser.get(f"{two}/slack/oauth_redirect?{back}", headers=cookie)).status == OK


async def test_a_page_that_is_too_old_installs_nothing(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        began = home.slack.began
        home.slack.consent.codes.add("code-of-later")

        async with ClientSession() as browser:
            bot = str(home.slack.request_url).removesuffix(EVENTS)
            state = await state_of(browser, bot)
            home.slack.began = began + int(CONSENT.total_seconds()) + 5
            answer = await browser.get(
                f"{bot}/slack/oauth_redirect?{urlencode({'state': state, 'code': 'code-of-later'})}",
                headers={"Cookie": f"teamcheck_install={state}"},
            )
        assert answer.status == BAD
        assert "code-of-later" in home.slack.consent.codes


async def test_who_declines_is_told_that_nothing_was_installed(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        answered = await install(home.slack, code="")
        assert answered.status == OK
        assert said("install.declined").split(":")[0] in answered.words


@pytest.mark.parametrize(
    ("how", "status", "key"),
    [("code", BAD, "refused"), ("organisation", FORBIDDEN, "organisation"), ("scopes", BAD, "scopes")],
)
async def test_what_slack_does_not_grant_as_it_must_is_not_kept(
    how: str, status: int, key: str, tmp_path: Path
) -> None:
    async with house(tmp_path) as home, FakeSlack(team=THERE) as there:
        home.slack.neighbours.append(there)
        there.consent.whole_organisation = how == "organisation"
        if how == "scopes":
            there.scopes.discard("chat:write")
        code = "nobody's" if how == "code" else None
        answered = await install(home.slack, there, code=code)
        assert answered.status == status
        words = said(f"install.{key}", error="invalid_code", scopes="chat:write")
        assert words.split("\n")[0] in answered.words
        assert await home.room.store.vault.names("slack:") == [f"slack:{HERE}"]


async def test_where_it_cannot_be_saved_nothing_is_said_to_be_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path) as home, FakeSlack(team=THERE) as there:
        home.slack.neighbours.append(there)

        async def full(*_: object) -> None:
            raise StorageError(phrase("storage.full", name="a disk"))

        monkeypatch.setattr(InstalledTokens, "keep", full)
        answered = await install(home.slack, there)
        assert (answered.status, said("install.not_now") in answered.words) == (NOT_NOW, True)


# -- several workspaces ----------------------------------------------------------------------------------------------


async def test_two_workspaces_with_the_same_ids_of_people_see_nothing_of_each_other(tmp_path: Path) -> None:
    async with house(tmp_path) as home, FakeSlack(team=THERE) as there:
        there.began, there.request_url = home.slack.began, home.slack.request_url
        home.slack.neighbours.append(there)
        namesake = person(there, ME, locale="zh-CN")
        assert (await namesake.command("")).words == ""  # not installed there: taken, and nothing comes of it
        assert (await install(home.slack, there)).status == OK
        await asyncio.gather(home.me.command(""), namesake.command(""))
        await home.me.sees(FIRST)
        await namesake.sees("团队")
        await home.me.types("Acme Here")
        await namesake.types("Acme There")
        await home.me.sees("Acme Here")
        await namesake.sees("Acme There")
        await home.room.quiet()
        assert await home.checks(HERE) == ["Acme Here"]
        assert await home.checks(THERE) == ["Acme There"]
        assert "Acme There" not in "".join(one.words for one in home.me.dm)
        assert "Acme Here" not in "".join(one.words for one in namesake.dm)
        # One goes; the other one stays as it is.
        await there.uninstall()
        assert await home.room.store.vault.names("slack:") == [f"slack:{HERE}"]
        await home.me.types("1")
        await home.me.sees("How far along")


async def test_a_request_of_a_workspace_that_has_not_installed_it_is_taken_and_nothing_comes_of_it(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as home:
        body = message(home.slack, WRONG).replace(HERE, "T0009")
        assert await home.call(body, signed(body)) == (OK, "")
        assert await home.room.store.checks(key_of("T0009", None, ME)) == []


async def test_what_another_process_installed_a_moment_ago_is_heard_here_at_once(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        store, platform = home.room.store, home.room.platform
        assert platform.web
        other = InstalledTokens(store.vault, an_app(), home.slack.api_url, home.slack.now)
        mine = await platform.web.tokens.of(HERE)
        assert mine
        await home.me.command("")
        await home.me.sees(FIRST)
        assert await platform.web.tokens.forget(HERE, home.slack.now().timestamp() + 1)
        lost = message(home.slack, "Nobody hears this", "Ev1")
        assert await home.call(lost, signed(lost)) == (OK, "")
        await other.keep(mine)
        heard = message(home.slack, WRONG, "Ev2")
        assert (await home.call(heard, signed(heard)))[0] == OK
        assert await home.checks() == [WRONG]


# -- tokens ----------------------------------------------------------------------------------------------------------


class Clock:
    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


@asynccontextmanager
async def installed(
    store: InMemoryStore | None = None,
) -> AsyncIterator[tuple[FakeSlack, InstalledTokens, InMemoryStore, Clock]]:
    """Have tokens of one workspace, which end in twelve hours."""
    async with FakeSlack() as slack:
        clock, store = Clock(), store or InMemoryStore()
        slack.began = int(clock.now.timestamp())
        slack.consent.exchanging = True
        slack.consent.exchanges.add("xoxe-first")
        tokens = InstalledTokens(store.vault, an_app(), slack.api_url, clock)
        ends = (clock.now + timedelta(hours=12)).timestamp()
        await tokens.keep(Installation(HERE, None, "B0001", "UBOT", "xoxb-first", 0, "xoxe-first", ends))
        yield slack, tokens, store, clock


def calls(slack: FakeSlack) -> int:
    return len(slack.called("oauth.v2.access"))


async def token(tokens: InstalledTokens) -> str:
    found = await tokens.of(HERE)
    assert found
    return found.token


async def test_a_token_is_exchanged_two_hours_ahead_of_its_end_and_kept_before_it_is_used() -> None:
    async with installed() as (slack, tokens, store, clock):
        clock.now += timedelta(hours=12) - AHEAD - timedelta(minutes=1)
        assert await token(tokens) == "xoxb-first"
        assert calls(slack) == 0
        clock.now += timedelta(minutes=2)
        found = await asyncio.gather(*(token(tokens) for _ in range(5)))
        assert len(set(found)) == 1
        assert found[0] != "xoxb-first"
        assert calls(slack) == 1
        kept = json.loads(await store.vault.get(f"slack:{HERE}") or "")
        assert (kept["token"], kept["refresh"] in slack.consent.exchanges) == (found[0], True)
        assert kept["bot_user"] == "UBOT"


async def test_of_two_processes_one_exchanges_and_the_other_finds_the_new_one() -> None:
    async with installed() as (slack, tokens, store, clock):
        other = InstalledTokens(store.vault, an_app(), slack.api_url, clock)
        clock.now += timedelta(hours=11)
        slack.slow["oauth.v2.access"] = 0.2
        found = await asyncio.gather(token(tokens), token(other))
        assert calls(slack) == 1
        assert "xoxb-first" in found  # good for an hour yet
        assert await token(tokens) == await token(other) != "xoxb-first"
        assert calls(slack) == 1
        assert slack.refusals == []


async def test_a_token_that_could_not_be_kept_is_used_and_kept_when_that_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    async with installed() as (slack, tokens, store, clock):
        clock.now += timedelta(hours=11)
        with monkeypatch.context() as patch:

            async def full(*_: object) -> None:
                raise StorageError(phrase("storage.full", name="a disk"))

            patch.setattr(store.vault, "put", full)
            new = await token(tokens)
            assert new != "xoxb-first"
            assert await token(tokens) == new
        assert calls(slack) == 1
        assert new not in (await store.vault.get(f"slack:{HERE}") or "")
        looking = asyncio.create_task(tokens.run())
        await asyncio.sleep(0.05)
        looking.cancel()
        assert new in (await store.vault.get(f"slack:{HERE}") or "")
        assert calls(slack) == 1


async def exchanging(slack: FakeSlack, tokens: InstalledTokens, clock: Clock) -> asyncio.Task[Installation | None]:
    """Let an exchange begin, of which Slack's answer takes a while."""
    clock.now += timedelta(hours=11)
    slack.slow["oauth.v2.access"] = 0.3
    begun = asyncio.create_task(tokens.exchanged(HERE))
    assert await slack.until(lambda: calls(slack) == 1)
    return begun


async def in_vault(store: InMemoryStore) -> str | None:
    kept = await store.vault.get(f"slack:{HERE}")
    return str(json.loads(kept)["token"]) if kept else None


@pytest.mark.parametrize("process", ["the same", "another"])
async def test_a_workspace_that_removes_it_during_an_exchange_does_not_come_back(process: str) -> None:
    async with installed() as (slack, tokens, store, clock):
        one = tokens if process == "the same" else InstalledTokens(store.vault, an_app(), slack.api_url, clock)
        begun = await exchanging(slack, tokens, clock)
        assert await one.forget(HERE, clock.now.timestamp())
        await begun
        assert await in_vault(store) is None
        assert await tokens.of(HERE) is None
        assert list(tokens._unsaved) == []


@pytest.mark.parametrize("process", ["the same", "another"])
async def test_an_exchange_does_not_overwrite_what_was_installed_meanwhile(process: str) -> None:
    async with installed() as (slack, tokens, store, clock):
        one = tokens if process == "the same" else InstalledTokens(store.vault, an_app(), slack.api_url, clock)
        begun = await exchanging(slack, tokens, clock)
        ends = (clock.now + timedelta(hours=12)).timestamp()
        await one.keep(Installation(HERE, None, "B0001", "UBOT", "xoxb-anew", 0, "xoxe-anew", ends))
        await begun
        assert await in_vault(store) == await token(tokens) == "xoxb-anew"


@pytest.mark.parametrize("what", ["removed", "installed anew"])
async def test_a_token_that_could_not_be_kept_is_let_go_where_the_workspace_changed_its_mind(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with installed() as (slack, tokens, store, clock):
        other = InstalledTokens(store.vault, an_app(), slack.api_url, clock)
        clock.now += timedelta(hours=11)
        with monkeypatch.context() as patch:

            async def full(*_: object) -> None:
                raise StorageError(phrase("storage.full", name="a disk"))

            patch.setattr(store.vault, "put", full)
            assert await token(tokens) != "xoxb-first"
        if what == "removed":
            await other.forget(HERE, clock.now.timestamp())
        else:
            await other.keep(Installation(HERE, None, "B0001", "UBOT", "xoxb-anew", 0, "xoxe-anew", None))
        looking = asyncio.create_task(tokens.run())
        await asyncio.sleep(0.05)
        looking.cancel()
        wanted = None if what == "removed" else "xoxb-anew"
        found = await tokens.of(HERE)
        assert (await in_vault(store), found and found.token) == (wanted, wanted)


@pytest.mark.parametrize("what", ["removed", "installed anew"])
async def test_what_was_read_before_a_change_is_not_known_after_it(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with installed() as (_, tokens, store, clock):
        get, read, go_on = store.vault.get, asyncio.Event(), asyncio.Event()

        async def slowly(name: str) -> str | None:
            found = await get(name)
            read.set()
            await go_on.wait()
            return found

        tokens._known.clear()
        with monkeypatch.context() as patch:
            patch.setattr(store.vault, "get", slowly)
            asking = asyncio.create_task(tokens.of(HERE))
            await read.wait()
        if what == "removed":
            await tokens.forget(HERE, clock.now.timestamp())
        else:
            await tokens.keep(Installation(HERE, None, "B0001", "UBOT", "xoxb-anew"))
        go_on.set()
        wanted = None if what == "removed" else "xoxb-anew"
        for found in (await asking, await tokens.of(HERE)):
            assert (found and found.token) == wanted


async def test_who_asks_while_a_token_is_let_go_brings_it_back_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    async with installed() as (_, tokens, store, clock):
        drop = store.vault.drop

        async def asked_first(name: str) -> None:
            tokens._known.pop(HERE, None)
            assert await tokens.of(HERE)
            await drop(name)

        monkeypatch.setattr(store.vault, "drop", asked_first)
        assert await tokens.forget(HERE, clock.now.timestamp())
        assert await tokens.of(HERE) is None


async def test_a_removal_from_before_an_installation_takes_nothing_along_whatever_a_process_knows() -> None:
    async with installed() as (slack, tokens, store, clock):
        other = InstalledTokens(store.vault, an_app(), slack.api_url, clock)
        assert await other.of(HERE)
        now = clock.now.timestamp()
        await tokens.keep(Installation(HERE, None, "B0001", "UBOT", "xoxb-anew", now))
        assert not await other.forget(HERE, now - 1)
        assert await in_vault(store) == "xoxb-anew"


@pytest.mark.parametrize("error", ["invalid_refresh_token", "ratelimited", "503"])
async def test_a_token_that_slack_does_not_exchange_is_used_to_its_end_and_tried_again(error: str) -> None:
    async with installed() as (slack, tokens, _, clock):
        clock.now += timedelta(hours=11)
        slack.failing["oauth.v2.access"] = [error]
        assert await token(tokens) == "xoxb-first"
        assert await token(tokens) != "xoxb-first"


async def test_tokens_that_nobody_uses_are_exchanged_as_well() -> None:
    async with installed() as (slack, tokens, _, clock):
        clock.now += timedelta(hours=11)
        looking = asyncio.create_task(tokens.run())
        assert await slack.until(lambda: calls(slack) == 1)
        looking.cancel()


async def test_a_check_goes_on_over_an_exchange(tmp_path: Path) -> None:
    async with house(tmp_path, exchanging=True) as home:
        await home.me.command("")
        await home.me.sees(FIRST)
        first = set(home.slack.consent.tokens)
        home.slack.began += 11 * 3600
        await home.me.types("Acme Search")
        await home.me.sees(SECOND)
        assert set(home.slack.consent.tokens) > first
        home.slack.began += 11 * 3600  # the first one is over
        await home.me.types("1")
        await home.me.sees("How far along")
        assert "token_expired" not in [code for _, code in home.slack.refusals]


async def test_tokens_are_not_in_the_file_as_they_are(tmp_path: Path) -> None:
    async with house(tmp_path, exchanging=True) as home:
        secrets = [*home.slack.consent.tokens, *home.slack.consent.exchanges]
    content = b"".join(file.read_bytes() for file in tmp_path.iterdir())  # noqa: ASYNC240  nothing else runs
    assert b"slack:T0001" in content
    assert not any(secret.encode() in content for secret in secrets)


# -- going and coming back -------------------------------------------------------------------------------------------

ORDERS = [("app_uninstalled", "tokens_revoked"), ("tokens_revoked", "app_uninstalled")]


@pytest.mark.parametrize("order", ORDERS)
async def test_a_workspace_that_removes_it_takes_its_token_along_at_once_and_may_come_back(
    order: tuple[str, ...], tmp_path: Path
) -> None:
    async with house(tmp_path) as home:
        store, slack = home.room.store, home.slack
        await home.me.command("")
        await home.me.types("Acme Search")
        await home.room.quiet()
        await slack.uninstall((*order, *order))
        assert all(one.answered.done() for one in slack.envelopes)
        assert list(await store.vault.names("slack:")) == []
        assert await store.gone("slack") == [f"-.{HERE}"]
        assert "Acme" in await store.held(key_of(HERE, None, ME))  # for the days of grace
        slack.began += 60
        assert (await install(slack)).status == OK
        assert await store.gone("slack") == []
        await home.me.types("1")
        await home.me.sees("How far along")
        # Slack tells of the removal once more, late.
        event: Json = {"type": "app_uninstalled", "event_ts": str(slack.began - 50)}
        assert await slack.send_event(event)
        assert list(await store.vault.names("slack:")) == [f"slack:{HERE}"]
        assert await store.gone("slack") == []


async def test_a_removal_without_an_installation_is_taken_as_well(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        for kind in ("app_uninstalled", "tokens_revoked"):
            event: Json = {"type": kind, "event_ts": str(time.time()), "tokens": {"bot": ["UBOT"]}}
            assert await home.slack.send_event(event, team="T0009")
        assert await home.room.store.gone("slack") == ["-.T0009"]
        assert list(await home.room.store.vault.names("slack:")) == [f"slack:{HERE}"]


# -- the program -----------------------------------------------------------------------------------------------------


def settings(slack: FakeSlack, port: int) -> dict[str, str]:
    return {
        "SLACK_SIGNING_SECRET": SIGNING,
        "SLACK_CLIENT_ID": CLIENT,
        "SLACK_CLIENT_SECRET": CLIENT_SECRET,
        "TEAMCHECK_SLACK_URL": "http://127.0.0.1",
        "TEAMCHECK_SLACK_ADDRESS": f"127.0.0.1:{port}",
        "TEAMCHECK_SLACK_API_URL": slack.api_url,
    }


def free_port() -> int:
    import socket  # noqa: PLC0415  here alone

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


async def answers_at(port: int) -> bool:
    async with ClientSession() as session:
        for _ in range(600):
            try:
                async with session.get(f"http://127.0.0.1:{port}/slack/install") as answer:
                    return answer.status == OK
            except OSError:
                await asyncio.sleep(0.1)
    return False


async def test_the_program_serves_slack_and_says_which_way_wins(tmp_path: Path) -> None:
    async with FakeSlack() as slack:
        slack.began = int(time.time())
        me, port = person(slack, ME), free_port()
        both = {**settings(slack, port), "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
        with RunningBot(slack, tmp_path, module="bot", arguments=("run",), system=both) as bot:
            assert await answers_at(port)
            slack.request_url = f"http://127.0.0.1:{port}{EVENTS}"
            assert (await install(slack)).status == OK
            await me.command("")
            await me.sees(FIRST)
            ended = await bot.stopped()
        assert ended.code == 0
        told = [line for line in ended.complained.splitlines() if not line.startswith("{")]
        assert told == [said("run.slack_twice")]
        assert not any(secret in ended.complained for secret in (SIGNING, CLIENT_SECRET, "xoxb-", "code"))


@pytest.mark.parametrize(
    "missing", ["SLACK_SIGNING_SECRET", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "TEAMCHECK_SLACK_URL"]
)
async def test_an_app_that_is_set_up_by_half_is_one_line(missing: str, tmp_path: Path) -> None:
    async with FakeSlack() as slack:
        half = {name: value for name, value in settings(slack, 3000).items() if name != missing}
        ended = await asyncio.to_thread(run, f"sqlite:///{tmp_path / 'one.sqlite3'}", "run", system=half)
    assert (ended.code, ended.complained.splitlines()) == (78, [said("run.slack_app_half", names=missing)])


@pytest.mark.parametrize("bare", ["U0001", "T0001/U0001/x", "T0001/", "/U0001"])
async def test_an_admin_of_no_workspace_is_one_line_where_there_are_many(bare: str, tmp_path: Path) -> None:
    async with FakeSlack() as slack:
        wrong = {**settings(slack, 3000), "TEAMCHECK_SLACK_ADMINS": f"T0001/U0002, {bare}"}
        ended = await asyncio.to_thread(run, f"sqlite:///{tmp_path / 'one.sqlite3'}", "run", system=wrong)
    assert (ended.code, ended.complained.splitlines()) == (78, [said("run.slack_admins", names=bare)])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TEAMCHECK_SLACK_URL", "bot.example"),
        ("TEAMCHECK_SLACK_URL", "https://bot.example/teamcheck"),
        ("TEAMCHECK_SLACK_ADDRESS", "3000"),
        ("TEAMCHECK_SLACK_ADDRESS", "127.0.0.1:99999"),
    ],
)
async def test_an_address_that_is_none_is_one_line(name: str, value: str, tmp_path: Path) -> None:
    async with FakeSlack() as slack:
        wrong = {**settings(slack, 3000), name: value}
        ended = await asyncio.to_thread(run, f"sqlite:///{tmp_path / 'one.sqlite3'}", "run", system=wrong)
    (line,) = ended.complained.splitlines()
    assert ended.code == 78
    assert line.startswith(f"{name} ")


async def test_a_port_that_is_taken_is_one_line(tmp_path: Path) -> None:
    async with FakeSlack() as slack:
        given = settings(slack, slack.port)
        ended = await asyncio.to_thread(run, f"sqlite:///{tmp_path / 'one.sqlite3'}", "run", system=given)
    told = [line for line in ended.complained.splitlines() if not line.startswith("{")]
    assert (ended.code, told) == (78, [said("run.slack_address", address=f"127.0.0.1:{slack.port}")])


def test_the_manifest_for_http_names_where_slack_calls_and_sends_people_back(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'one.sqlite3'}"
    told = run(database, "slack", "manifest", "--http", "--url", "https://bot.example/")
    assert told.code == 0
    assert json.loads(told.said) == (made := manifest(url="https://bot.example"))
    wanted = "https://bot.example/slack/events"
    assert made["features"]["slash_commands"][0]["url"] == wanted
    assert made["settings"]["event_subscriptions"]["request_url"] == wanted
    assert made["settings"]["interactivity"]["request_url"] == wanted
    assert made["oauth_config"]["redirect_urls"] == ["https://bot.example/slack/oauth_redirect"]
    assert (made["settings"]["socket_mode_enabled"], made["settings"]["token_rotation_enabled"]) == (False, True)
    without = run(database, "slack", "manifest", "--http")
    assert (without.code, len(without.complained.splitlines())) == (2, 1)
