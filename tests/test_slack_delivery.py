"""Whatever Slack refuses, puts off or forgets: nothing is lost, and nothing said twice."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.slack.block_kit import SURFACES
from adapters.slack.incoming import key_of
from adapters.slack.manifest import TAKE_DOWN
from bot.limits import PERSON, Rate
from conversations.catalogue import Arg, phrase
from conversations.ports import Commit, StorageError, Work
from conversations.session import SessionKey
from tests.dialogue import core
from tests.fakes.slack.person import TIMED_OUT, Person, person
from tests.fakes.slack.room import FAST, Room, running
from tests.fakes.slack.server import FakeSlack

ME = "U0001"
CHANNEL = "C0001"
WORDS = core().catalogue.on(*SURFACES)
FIRST, SECOND = "Which team is it?", "Where does what you know"


def said(key: str, **args: Arg) -> str:
    return WORDS.text(phrase(key, **args), "en")


@pytest.fixture(autouse=True)
def _no_long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.delivery.SWEEP_SECONDS", 0.02)
    monkeypatch.setattr("bot.delivery.FIRST_PAUSE", 0.02)
    monkeypatch.setattr("bot.delivery.LONGEST_PAUSE", 0.05)
    monkeypatch.setattr("adapters.slack.platform._ACKNOWLEDGED_SECONDS", 0.02)


@dataclass
class Chat:
    """Somebody with a check, and the bot."""

    slack: FakeSlack
    me: Person
    room: Room

    @property
    def key(self) -> SessionKey:
        return key_of(self.slack.team, None, self.me.id)

    async def share(self) -> None:
        await self.me.command("share", CHANNEL)
        await self.room.quiet()
        await self.me.clicks("Yes")
        await self.room.quiet()

    async def dead(self) -> list[str]:
        return [one.reason for one in await self.room.store.outbox.dead_letters(100)]


@asynccontextmanager
async def chatting(path: Path, *, begun: bool = True, rate: Rate = FAST) -> AsyncIterator[Chat]:
    async with FakeSlack() as slack:
        slack.redelivery_seconds = (0.0, 0.1, 0.2)
        me = person(slack, ME)
        slack.channel(CHANNEL, ME)
        async with running(slack, path / "bot.sqlite3", person=rate) as here:
            chat = Chat(slack, me, here)
            if begun:
                await me.command("")
                await me.sees(FIRST)
                await here.quiet()
            yield chat
        assert slack.problems == []


def asked(chat: Chat, question: str) -> int:
    return sum(question in one.words for one in chat.me.dm)


# -- limits ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "does", "meanwhile"),
    [
        ("conversations.open", "begins", "answers"),
        ("chat.postMessage", "answers", "looks home"),
        ("chat.update", "presses", "begins"),
        ("views.publish", "looks home", "answers"),
        ("files.getUploadURLExternal", "exports", "answers"),
        ("files.completeUploadExternal", "exports", "answers"),
    ],
)
async def test_a_method_that_is_limited_is_left_alone_as_long_as_slack_asks_and_no_other_is(
    tmp_path: Path, method: str, does: str, meanwhile: str
) -> None:
    async with chatting(tmp_path, begun=does != "begins") as chat:
        slack, other, paused = chat.slack, person(chat.slack, "U0002"), chat.room.platform.sender._paused
        if meanwhile != "begins":
            await other.command("")
            await other.sees(FIRST)
            await chat.room.quiet()
        slack.limited[method] = [0.8]
        tried = len(slack.called(method))
        await _does(chat.me, does)
        assert await slack.until(lambda: bool(paused))
        (gate,) = paused
        assert gate == ("-.T0001", method)
        await _does(other, meanwhile)
        assert await slack.until(lambda: _is_done(other, meanwhile))
        assert time.monotonic() < paused[gate]
        assert len(slack.called(method)) == tried + 1
        await chat.room.quiet()
        assert time.monotonic() >= paused[gate]
        assert _is_done(chat.me, does)
        assert len(slack.files) == (does == "exports")
        assert await chat.dead() == []


async def _does(who: Person, what: str) -> None:
    match what:
        case "begins":
            await who.command("")
        case "answers":
            await who.types("Acme Search")
        case "presses":
            await who.clicks("Don't know yet")
        case "looks home":
            await who.opens_home()
        case "exports":
            await who.types("export")


def _is_done(who: Person, what: str) -> bool:
    match what:
        case "begins":
            return any(FIRST in one.words for one in who.dm)
        case "looks home":
            return who.home_page is not None
        case "exports":
            return True
        case _:
            return any(SECOND in one.words for one in who.dm)


async def test_a_limit_of_one_workspace_is_not_one_of_another(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        sender = chat.room.platform.sender
        sender._paused["-.T0009", "chat.postMessage"] = time.monotonic() + 60
        await chat.me.types("Acme Search")
        await chat.me.sees(SECOND)


# -- trouble ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", ["500", "503", "internal_error", "fatal_error", "service_unavailable"])
async def test_what_slack_cannot_take_now_comes_again_in_its_order(tmp_path: Path, error: str) -> None:
    async with chatting(tmp_path) as chat:
        chat.slack.failing["chat.postMessage"] = [error] * 3
        await chat.me.types("Acme Search")
        await chat.me.types("1")
        await chat.me.sees("How far along")
        await chat.room.quiet()
        order = [one.words for one in chat.me.dm]
        (noted,) = (place for place, words in enumerate(order) if "Acme Search" in words)
        assert [asked(chat, FIRST), asked(chat, SECOND)] == [0, 0] or noted < len(order) - 1
        assert "How far along" in order[-1]
        assert await chat.dead() == []


async def test_what_slack_does_not_answer_comes_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.delivery.SEND_SECONDS", 0.1)
    async with chatting(tmp_path) as chat:
        chat.slack.slow["chat.postMessage"] = 0.5
        await chat.me.types("Acme Search")
        assert await chat.slack.until(lambda: len(chat.slack.called("chat.postMessage")) > 3)
        del chat.slack.slow["chat.postMessage"]
        await chat.me.sees(SECOND)
        await chat.room.quiet()
        assert await chat.dead() == []


async def test_direct_messages_that_moved_are_opened_anew_once(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        opened = len(chat.slack.called("conversations.open"))
        chat.slack.failing["chat.postMessage"] = ["channel_not_found"]
        await chat.me.types("Acme Search")
        await chat.me.sees(SECOND)
        await chat.room.quiet()
        assert len(chat.slack.called("conversations.open")) == opened + 1
        assert await chat.dead() == []


async def test_direct_messages_that_cannot_be_reached_are_no_reason_to_try_for_ever(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        chat.slack.failing["chat.postMessage"] = ["channel_not_found"] * 2
        await chat.me.types("Acme Search")
        await chat.room.quiet()
        assert await chat.dead() == ["channel_not_found"]
        await chat.me.types("1")
        await chat.me.sees("How far along")


@pytest.mark.parametrize(
    "error", ["message_not_found", "edit_window_closed", "cant_update_message", "channel_not_found"]
)
async def test_a_message_that_cannot_be_folded_any_more_is_no_failure(tmp_path: Path, error: str) -> None:
    async with chatting(tmp_path) as chat:
        chat.slack.failing["chat.update"] = [error]
        await chat.me.types("Acme Search")
        await chat.me.sees(SECOND)
        await chat.room.quiet()
        assert await chat.dead() == []
        assert asked(chat, SECOND) == 1


async def test_a_question_whose_place_is_gone_is_asked_in_a_new_message(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        first = chat.me.last
        del chat.me.chat.messages[first.ts]
        await chat.me.clicks("Why?", first)
        await chat.me.sees(FIRST)
        await chat.room.quiet()
        assert chat.me.last.ts != first.ts
        assert await chat.dead() == []


@pytest.mark.parametrize("error", ["account_inactive", "token_revoked", "invalid_auth"])
async def test_a_dead_token_is_tried_for_a_while_and_told_of_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: str
) -> None:
    monkeypatch.setattr("bot.delivery.ATTEMPTS", 3)
    async with chatting(tmp_path) as chat:
        chat.slack.dead = error
        posted = len(chat.slack.called("chat.update"))
        await chat.me.types("Acme Search")
        await chat.room.quiet()
        assert len(chat.slack.called("chat.update")) == posted + 3
        assert await chat.dead() == [error]
        chat.slack.dead = None
        assert await chat.room.store.outbox.retry(None, datetime.now(UTC)) == 1
        await chat.me.sees(SECOND)


async def test_a_file_without_its_scope_is_told_of_and_the_words_arrive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.delivery.ATTEMPTS", 2)
    async with chatting(tmp_path) as chat:
        chat.slack.scopes.discard("files:write")
        await chat.me.types("export")
        await chat.room.quiet()
        assert await chat.dead() == ["missing_scope"]
        await chat.me.types("Acme Search")
        await chat.me.sees(SECOND)
        assert said("undelivered", n=1) in "\n".join(one.words for one in chat.me.dm)


# -- copies in channels ----------------------------------------------------------------------------------------------


def _out(slack: FakeSlack) -> None:
    slack.channels[CHANNEL].bot_in = False


def _hidden(slack: FakeSlack) -> None:
    slack.channels[CHANNEL].bot_in, slack.channels[CHANNEL].private = False, True


def _archived(slack: FakeSlack) -> None:
    slack.channels[CHANNEL].archived = True


def _restricted(slack: FakeSlack) -> None:
    slack.channels[CHANNEL].refuses = "restricted_action"


@pytest.mark.parametrize(
    ("reason", "befalls"),
    [
        ("not_in_channel", _out),
        ("channel_not_found", _hidden),
        ("is_archived", _archived),
        ("restricted", _restricted),
    ],
)
async def test_a_channel_that_takes_no_copy_is_told_of_by_its_reason_and_the_share_is_gone(
    tmp_path: Path, reason: str, befalls: Callable[[FakeSlack], None]
) -> None:
    async with chatting(tmp_path) as chat:
        await chat.me.types("Acme Search")
        await chat.room.quiet()
        await chat.me.command("share", CHANNEL)
        await chat.room.quiet()
        befalls(chat.slack)
        await chat.me.clicks("Yes")
        await chat.me.sees("is not shared")
        await chat.room.quiet()
        (told,) = (one.words for one in chat.me.dm if "is not shared" in one.words)
        team = told.partition("“")[2].partition("”")[0]
        assert said(f"share_ended.{reason}", team=team) in told
        (check,) = await chat.room.store.checks(chat.key)
        assert check.shares == ()
        assert chat.slack.channels[CHANNEL].messages == {}
        assert await chat.dead() == []


async def test_a_share_cut_off_between_two_parts_is_completed_without_a_second_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.slack.sender._LIMITED_SECONDS", 1)
    async with FakeSlack() as slack:
        me, channel = person(slack, ME), slack.channel(CHANNEL, ME)
        async with running(slack, tmp_path / "bot.sqlite3") as room:
            await me.command("")
            await me.types("Acme Search")
            await me.command("share", CHANNEL)
            await room.quiet()
            slack.one_a_second = True
            await me.clicks("Yes")
            assert await slack.until(lambda: bool(channel.messages))
        assert len(channel.messages) == 1
        slack.one_a_second = False
        async with running(slack, tmp_path / "bot.sqlite3") as room:
            await room.quiet()
        card, detail = (channel.messages[ts] for ts in sorted(channel.messages))
        assert "thread_ts" not in card
        assert detail["thread_ts"] == card["ts"]
        assert slack.problems == []


async def test_taking_back_survives_a_crash(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        await chat.me.types("Acme Search")
        await chat.room.quiet()
        await chat.share()
        assert len(chat.slack.channels[CHANNEL].messages) == 2
        chat.slack.slow["chat.delete"] = 30
        await chat.me.types("unshare")
        assert await chat.slack.until(lambda: bool(chat.slack.called("chat.delete")))
        for task in chat.room.engine.delivery._sending:
            task.cancel()
        del chat.slack.slow["chat.delete"]
        await chat.room.quiet()
        assert chat.slack.channels[CHANNEL].messages == {}
        await chat.me.sees("Taken back")
        assert await chat.dead() == []


async def test_whoever_wants_to_be_forgotten_gets_messages_files_and_copies_taken_back(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        await chat.me.types("Acme Search")
        await chat.room.quiet()
        await chat.share()
        await chat.me.types("export")
        await chat.room.quiet()
        assert len(chat.slack.files) == 1
        await chat.me.types("forget me")
        await chat.room.quiet()
        await chat.me.types("yes")
        await chat.room.quiet()
        assert chat.slack.files == {}
        assert chat.slack.channels[CHANNEL].messages == {}
        (farewell,) = chat.me.dm
        assert "Erased: everything" in farewell.words
        assert "Acme" not in await chat.room.store.held(chat.key)


@pytest.mark.parametrize("trouble", [None, "not_enabled"])
async def test_the_home_page_of_whoever_was_forgotten_shows_nothing_any_more(
    tmp_path: Path, trouble: str | None
) -> None:
    async with chatting(tmp_path) as chat:
        await chat.me.types("Acme Search")
        await chat.room.quiet()
        await chat.me.opens_home()
        await chat.room.quiet()
        assert chat.me.home_page
        assert "Acme" in chat.me.home_page.words
        chat.slack.failing["views.publish"] = [trouble] if trouble else []
        for words in ("forget me", "yes"):
            await chat.me.types(words)
            await chat.room.quiet()
        assert ("Acme" in chat.me.home_page.words) == bool(trouble)
        assert "Acme" not in await chat.room.store.held(chat.key)
        assert await chat.dead() == []


async def test_a_copy_that_cannot_be_taken_back_is_not_said_to_be_gone(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        await chat.me.types("Acme Search")
        await chat.room.quiet()
        await chat.share()
        chat.slack.failing["chat.delete"] = ["channel_not_found"]
        await chat.me.types("unshare")
        told = await chat.me.sees("still stands in its channel")
        assert "Acme" not in told.words
        await chat.room.quiet()
        assert chat.slack.channels[CHANNEL].messages


# -- being sent away -------------------------------------------------------------------------------------------------

_REMOVED = {"type": "app_uninstalled"}
_ORDERS = [("app_uninstalled", "tokens_revoked"), ("tokens_revoked", "app_uninstalled")]


@pytest.mark.parametrize("order", _ORDERS)
async def test_nothing_is_sent_any_more_from_the_moment_the_app_is_removed(
    tmp_path: Path, order: tuple[str, ...]
) -> None:
    async with chatting(tmp_path) as chat:
        slack, outbox = chat.slack, chat.room.store.outbox
        slack.limited["chat.update"] = [0.3]
        await chat.me.types("Acme Search")
        await slack.uninstall((*order, *order))
        assert await chat.room.store.gone("slack") == ["-.T0001"]
        slack.calls.clear()
        await asyncio.sleep(0.5)
        assert [method for method, _ in slack.calls if method != "apps.connections.open"] == []
        assert await outbox.waiting(datetime.now(UTC) + timedelta(days=1), ["slack"], 100) == []


@pytest.mark.parametrize("order", _ORDERS)
async def test_a_workspace_that_nothing_is_known_of_may_send_the_bot_away(
    tmp_path: Path, order: tuple[str, ...]
) -> None:
    async with chatting(tmp_path, begun=False) as chat:
        await chat.slack.uninstall(order)
        assert all(one.answered.done() for one in chat.slack.envelopes)
        assert await chat.room.store.gone("slack") == ["-.T0001"]


async def test_a_user_token_that_was_revoked_sends_nobody_away(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        assert await chat.slack.send_event({"type": "tokens_revoked", "tokens": {"oauth": [ME], "bot": []}})
        assert await chat.room.store.gone("slack") == []


async def test_a_removal_that_was_undone_sends_nobody_away_when_slack_tells_of_it_again(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        before = str(time.time() - 120)
        assert await chat.slack.send_event(_REMOVED | {"event_ts": before})
        assert await chat.room.store.gone("slack") == []


async def test_a_removal_that_could_not_be_noted_comes_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with chatting(tmp_path) as chat:
        chat.slack.ack_seconds = 0.3
        with monkeypatch.context() as patch:
            patch.setattr(chat.room.store, "left", _cannot)
            assert not await chat.slack.send_event(_REMOVED | {"event_ts": str(time.time())})
        assert await chat.slack.send_event(_REMOVED | {"event_ts": str(time.time())})
        assert await chat.room.store.gone("slack") == ["-.T0001"]


async def test_a_grace_later_everything_is_erased_and_a_new_start_before_then_keeps_it(tmp_path: Path) -> None:
    file, grace = tmp_path / "bot.sqlite3", timedelta(days=30)
    async with FakeSlack() as slack:
        me = person(slack, ME)
        async with running(slack, file) as room:
            await me.command("")
            await me.types("Acme Search")
            await room.quiet()
            await slack.uninstall()
            slack.dead = None
        async with running(slack, file) as room:
            assert await room.store.gone("slack") == []
            await room.store.tidy(datetime.now(UTC) + timedelta(days=3650), grace)
            await me.types("1")
            await me.sees("How far along")
            await room.quiet()
            await slack.uninstall()
            await room.store.tidy(datetime.now(UTC) + grace - timedelta(days=1), grace)
            assert "Acme" in await room.store.held(key_of("T0001", None, ME))
            await room.store.tidy(datetime.now(UTC) + grace + timedelta(days=1), grace)
            assert "Acme" not in await room.store.held(key_of("T0001", None, ME))


# -- three seconds ---------------------------------------------------------------------------------------------------


async def _cannot(*_: object, **__: object) -> Commit:
    raise StorageError(phrase("storage.full", name="a disk"))


@asynccontextmanager
async def slow_store(chat: Chat, monkeypatch: pytest.MonkeyPatch, seconds: float) -> AsyncIterator[None]:
    whole = chat.room.store.commit

    async def commit(work: Work) -> Commit:
        await asyncio.sleep(seconds)
        return await whole(work)

    with monkeypatch.context() as patch:
        patch.setattr(chat.room.store, "commit", commit)
        yield


async def test_a_command_is_acknowledged_in_time_though_slack_and_the_store_are_slow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with chatting(tmp_path, begun=False) as chat, slow_store(chat, monkeypatch, 2.5):
        chat.slack.slow["users.info"] = 3
        began = time.monotonic()
        answer = await chat.me.command("")
        assert time.monotonic() - began < 3
        assert (answer.text, chat.me.failed) == (said("busy"), [])
        await chat.me.sees(FIRST)  # the turn went on behind it


async def test_what_is_typed_pressed_or_written_is_acknowledged_in_time_and_lost_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.slack.listeners.GUARD_SECONDS", 0.2)
    async with chatting(tmp_path) as chat:
        slack, me = chat.slack, chat.me
        slack.ack_seconds = 0.6
        async with slow_store(chat, monkeypatch, 0.7):
            assert await me.types("Acme Search")
            await me.sees(SECOND)
            await me.clicks("Don't know yet")
            await me.sees("How far along")
            await me.opens_home()
            assert await slack.until(lambda: me.home_page is not None)
        await chat.room.quiet()
        assert me.failed == []
        assert {one.attempt for one in slack.envelopes} == {0}
        assert asked(chat, "How far along") == 1


async def test_a_turn_that_fails_behind_its_acknowledgement_leaves_everything_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.slack.listeners.GUARD_SECONDS", 0.1)
    monkeypatch.setattr("adapters.slack.listeners.PAUSES", (0.1,))
    async with chatting(tmp_path) as chat:

        async def late(*_: object) -> Commit:
            await asyncio.sleep(0.4)
            return await _cannot()

        with monkeypatch.context() as patch:
            patch.setattr(chat.room.store, "commit", late)
            await chat.me.clicks("Don't know yet")
            assert await chat.slack.until(lambda: any(one.text == said("not_saved") for one in chat.me.ephemerals))
            assert await chat.me.types("Acme Search")
            assert await chat.slack.until(lambda: any(one.text == said("not_saved") for one in chat.me.dm))
        assert chat.me.failed == []
        await chat.me.clicks("Don't know yet", chat.me.dm[1])
        await chat.me.sees(SECOND)


async def test_nobody_is_told_to_repeat_what_was_saved_though_the_store_did_not_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.slack.listeners.GUARD_SECONDS", 0.1)
    async with chatting(tmp_path) as chat:
        commit, done = chat.room.store.commit, list[Commit]()

        async def unsaid(work: Work) -> Commit:
            done.append(await commit(work))
            await asyncio.sleep(0.4)
            return await _cannot() if len(done) == 1 else done[-1]

        with monkeypatch.context() as patch:
            patch.setattr(chat.room.store, "commit", unsaid)
            assert await chat.me.types("Acme Search")
            await chat.me.sees(SECOND)
            assert await chat.slack.until(lambda: len(done) > 1)
        assert done == [Commit.SAVED, Commit.DUPLICATE]
        await chat.room.quiet()
        assert not any(said("not_saved") in one.text for one in chat.me.dm)


async def test_a_window_keeps_what_was_typed_until_it_is_saved_and_it_counts_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.slack.listeners.GUARD_SECONDS", 0.2)
    async with chatting(tmp_path) as chat:
        await chat.me.clicks("Write it…")
        assert await chat.slack.until(lambda: chat.me.modal is not None)
        async with slow_store(chat, monkeypatch, 0.6):
            assert await chat.me.submits({"answer": "Acme Search"}) == {"answer": said("busy")}
            await chat.me.sees(SECOND)
        assert await chat.me.submits({"answer": "Acme Search"}) == {}
        await chat.room.quiet()
        (check,) = await chat.room.store.checks(chat.key)
        assert [len(given) for given in check.answers.values()] == [1]


# -- a store that cannot write ---------------------------------------------------------------------------------------


async def test_a_line_that_could_not_be_saved_is_not_acknowledged_and_comes_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with chatting(tmp_path) as chat:
        chat.slack.ack_seconds = 0.2
        with monkeypatch.context() as patch:
            patch.setattr(chat.room.store, "commit", _cannot)
            typing = asyncio.ensure_future(chat.me.types("Acme Search"))
            assert await chat.slack.until(lambda: chat.slack.envelopes[-1].attempt > 0)
            assert not typing.done()
        assert await typing
        await chat.me.sees(SECOND)
        await chat.room.quiet()
        assert asked(chat, SECOND) == 1


async def test_a_click_that_could_not_be_saved_says_so_to_the_person_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with chatting(tmp_path) as chat:
        with monkeypatch.context() as patch:
            patch.setattr(chat.room.store, "commit", _cannot)
            await chat.me.clicks("Don't know yet")
            assert await chat.slack.until(lambda: any(one.text == said("not_saved") for one in chat.me.ephemerals))
            answer = await chat.me.command("report")
            assert answer.text == said("not_saved")
        assert chat.me.failed == []
        await chat.me.clicks("Don't know yet")
        await chat.me.sees(SECOND)


async def test_a_click_at_home_that_could_not_be_saved_is_not_acknowledged_as_nothing_can_be_said_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with chatting(tmp_path) as chat:
        chat.slack.ack_seconds = 0.5
        await chat.me.opens_home()
        assert await chat.slack.until(lambda: chat.me.home_page is not None)
        with monkeypatch.context() as patch:
            patch.setattr(chat.room.store, "commit", _cannot)
            await chat.me.clicks("Settings", chat.me.home_page)
        assert chat.me.failed == [TIMED_OUT]
        chat.me.failed.clear()
        await chat.me.clicks("Settings", chat.me.home_page)
        assert chat.me.failed == []


async def test_a_window_keeps_what_was_typed_where_it_could_not_be_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with chatting(tmp_path) as chat:
        await chat.me.clicks("Write it…")
        with monkeypatch.context() as patch:
            patch.setattr(chat.room.store, "commit", _cannot)
            assert await chat.me.submits({"answer": "Acme Search"}) == {"answer": said("not_saved")}
        assert chat.me.modal is not None
        assert await chat.me.submits({"answer": "Acme Search"}) == {}
        await chat.me.sees(SECOND)


async def test_taking_down_what_cannot_be_looked_up_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with chatting(tmp_path) as chat:
        await chat.me.types("Acme Search")
        await chat.room.quiet()
        await chat.share()
        channel = chat.slack.channels[CHANNEL]
        monkeypatch.setattr(chat.room.store, "sharer", _cannot)
        await chat.me.message_shortcut(TAKE_DOWN, channel, max(channel.messages))
        assert await chat.slack.until(lambda: any(one.text == said("not_saved") for one in chat.me.ephemerals))
        assert chat.me.failed == []


# -- what Slack forgets ----------------------------------------------------------------------------------------------


async def test_a_window_that_comes_too_late_says_press_again(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        chat.slack.trigger_seconds = 0
        await chat.me.clicks("Write it…")
        assert await chat.slack.until(lambda: any(one.text == said("form.late") for one in chat.me.ephemerals))
        assert not chat.slack.modals
        chat.slack.trigger_seconds = 3
        await chat.me.clicks("Write it…")
        assert chat.slack.modals
        assert chat.me.failed == []


@pytest.mark.parametrize("trouble", ["slow", "500"])
async def test_a_window_that_slack_does_not_open_in_time_says_press_again(tmp_path: Path, trouble: str) -> None:
    async with chatting(tmp_path) as chat:
        if trouble == "slow":
            chat.slack.slow["views.open"] = 3.5
        else:
            chat.slack.failing["views.open"] = [trouble]
        await chat.me.clicks("Write it…")
        assert chat.me.failed == []
        assert await chat.slack.until(lambda: any(one.text == said("form.late") for one in chat.me.ephemerals))


@pytest.mark.parametrize("seconds", [0.0, 1800.0])
async def test_a_response_url_that_is_dead_is_let_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    async with chatting(tmp_path) as chat:
        chat.slack.response_seconds = seconds
        if seconds:
            monkeypatch.setattr(chat.slack, "_responses", _Forgotten())
        with monkeypatch.context() as patch:
            patch.setattr(chat.room.store, "commit", _cannot)
            await chat.me.clicks("Don't know yet")
        await chat.me.clicks("Don't know yet")
        await chat.me.sees(SECOND)
        assert chat.me.failed == []


class _Forgotten(dict[str, object]):
    """Response URLs of which none is known any more."""

    def __setitem__(self, key: str, value: object) -> None:
        return


# -- order, and floods -----------------------------------------------------------------------------------------------


async def test_two_lines_typed_quickly_are_taken_in_their_order_though_slack_is_slow_to_say_who_it_is(
    tmp_path: Path,
) -> None:
    async with chatting(tmp_path) as chat:
        chat.room.platform.people._known.clear()
        chat.slack.slow["users.info"] = 0.3
        first = asyncio.ensure_future(chat.me.types("Acme Search"))
        await asyncio.sleep(0.05)
        second = asyncio.ensure_future(chat.me.types("1"))
        assert all(await asyncio.gather(first, second))
        await chat.me.sees("How far along")
        await chat.room.quiet()
        (check,) = await chat.room.store.checks(chat.key)
        assert [len(given) for given in check.answers.values()] == [1, 1]


async def test_whoever_floods_is_told_so_once_and_others_feel_nothing(tmp_path: Path) -> None:
    async with chatting(tmp_path, rate=PERSON) as chat:
        other = person(chat.slack, "U0002")
        flood = [asyncio.ensure_future(chat.me.types("why")) for _ in range(60)]
        await other.command("")
        await other.sees(FIRST)
        assert all(await asyncio.gather(*flood))
        await chat.room.quiet()
        told = [one for one in chat.me.dm if "That was a lot at once" in one.words]
        assert len(told) == 1
