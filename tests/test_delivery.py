"""The outbox loop: what is committed arrives, in order, once, and nobody waits for somebody else's trouble."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.storage.in_memory import InMemoryStore
from adapters.storage.sqlite import SqliteStore, open_sqlite
from bot.delivery import ATTEMPTS, FIRST_PAUSE, LONGEST_PAUSE, OF_ONE_WORKSPACE, SENDING_AT_ONCE, Delivery, pause
from bot.packs_in_use import Pack, PacksInUse
from conversations.catalogue import phrase
from conversations.messages import (
    Destination,
    DirectMessage,
    Expired,
    Failed,
    GaveUp,
    HomePage,
    InChannel,
    InteractionReply,
    Message,
    Outgoing,
    RetryAfter,
    SendOutcome,
    Sent,
)
from conversations.ports import Commit, Work
from conversations.replies import Ask, Say
from conversations.session import Person, Session, SessionKey
from conversations.vocabulary import StepKind
from tests.dialogue import NOON, core, core_files, core_values
from tests.fakes.clock import Clock
from tests.fakes.failing_outbox import FailingOutbox
from tests.fakes.scripted_sender import ScriptedSender

A, B = SessionKey("fake", "W1", "A"), SessionKey("fake", "W1", "B")
ELSEWHERE = SessionKey("fake", "W2", "C")
DIRECT = DirectMessage()


class Post:
    """A store with its outbox, a platform, and the delivery between them; all by a clock that is moved."""

    def __init__(self, store: InMemoryStore | SqliteStore) -> None:
        self.store = store
        self.clock = Clock()
        self.sender = ScriptedSender(self.clock)
        self.packs = PacksInUse(store, core_files()[1], [Pack(core(), core_values())])
        self.outbox = FailingOutbox(store.outbox)
        self.delivery = self.restarted()

    def restarted(self) -> Delivery:
        """Return a delivery that knows nothing of what an earlier one did."""
        self.delivery = Delivery(self.outbox, {"fake": self.sender}, self.packs, self.clock)
        return self.delivery

    async def write(self, key: SessionKey, *names: str, to: Destination = DIRECT) -> None:
        """Commit one message for each name."""
        await self.commit(key, *(Message(to, (Say(phrase("fault", reference=name)),)) for name in names))

    async def commit(self, key: SessionKey, *messages: Message) -> None:
        nobody = Session(Person(key))
        assert await self.store.commit(Work(nobody, nobody, self.clock(), messages=messages)) is Commit.SAVED

    async def sweep(self) -> None:
        """Do once what run() does every second."""
        for key in await self.store.outbox.waiting(self.clock(), ["fake"], 1000):
            self.delivery.nudge(key)

    async def quiet(self) -> None:
        """Wait until nothing is being sent."""
        while self.delivery._sending:
            await asyncio.wait(list(self.delivery._sending), timeout=60)
            await asyncio.sleep(0)

    async def round(self) -> None:
        await self.sweep()
        await self.quiet()

    async def waiting(self, key: SessionKey) -> bool:
        return await self.store.outbox.claim(key, self.clock() + timedelta(hours=1)) is not None

    async def dead(self) -> list[tuple[SessionKey, str, int]]:
        return [(one.key, one.reason, one.attempts) for one in await self.store.outbox.dead_letters(100)]


@pytest.fixture(params=["in memory", "sqlite"])
async def post(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Post]:
    if request.param == "in memory":
        there = Post(InMemoryStore())
        yield there
    else:
        async with open_sqlite(tmp_path / "checks.sqlite3") as store:
            there = Post(store)
            yield there
            await there.delivery.close(0)
    assert there.sender.violations == []


def words(*names: str) -> list[str]:
    return [core().catalogue.text(phrase("fault", reference=name), "en") for name in names]


def many(*names: str, to: Destination = DIRECT) -> Message:
    """Return one message that takes a part for each name."""
    return Message(to, tuple(Say(phrase("fault", reference=name)) for name in names))


UNRENDERABLE = Message(DIRECT, (Ask("team", StepKind.TEXT, phrase("menu"), None, phrase("menu"), phrase("menu")),))

# -- order ---------------------------------------------------------------------------------------------------------


async def test_a_conversation_is_sent_in_the_order_it_was_committed(post: Post) -> None:
    for name in "abcdefgh":
        await post.write(A, name)
    await post.write(A, "i", "j")
    await post.round()
    assert post.sender.texts(A) == words(*"abcdefghij")
    assert not await post.waiting(A)


async def test_what_comes_while_an_earlier_one_waits_to_be_sent_again_stays_behind_it(post: Post) -> None:
    post.sender.then(A, Failed("busy"))
    await post.write(A, "a")
    await post.round()
    await post.write(A, "b")
    post.delivery.nudge(A)
    await post.quiet()
    assert post.sender.texts(A) == []
    post.clock.move(FIRST_PAUSE)
    await post.round()
    assert post.sender.texts(A) == words("a", "b")


async def test_a_conversation_that_hangs_does_not_hold_up_another_one_of_its_workspace(post: Post) -> None:
    answer = post.sender.hold(A)
    await post.write(A, "a", "b")
    await post.write(B, "c", "d")
    await post.sweep()
    await post.sender.stands(B, 2)
    assert (post.sender.texts(A), post.sender.texts(B)) == ([], words("c", "d"))
    answer.set()
    await post.quiet()
    assert post.sender.texts(A) == words("a", "b")


async def test_a_workspace_that_hangs_takes_its_share_and_leaves_room_for_others(post: Post) -> None:
    crowd = [replace(A, person=f"P{number}") for number in range(SENDING_AT_ONCE * 2)]
    answers = [post.sender.hold(key) for key in crowd]
    for key in crowd:
        await post.write(key, "a")
    await post.sweep()
    await post.sender.until(OF_ONE_WORKSPACE)
    await post.write(ELSEWHERE, "b", "c")
    post.delivery.nudge(ELSEWHERE)
    await post.sender.stands(ELSEWHERE, 2)
    assert post.sender.at_once == {"W1": OF_ONE_WORKSPACE, "W2": 1}
    for answer in answers:
        answer.set()
    await post.quiet()
    assert sorted(one.key.person for one in post.sender.standing if one.key.workspace == "W1") == sorted(
        key.person for key in crowd
    )


async def test_many_workspaces_that_hang_share_what_is_sent_at_once(post: Post) -> None:
    crowd = [SessionKey("fake", f"W{number}", "P") for number in range(SENDING_AT_ONCE + 5)]
    answers = [post.sender.hold(key) for key in crowd]
    for key in crowd:
        await post.write(key, "a")
    await post.sweep()
    await post.sender.until(SENDING_AT_ONCE)
    for _ in range(50):
        await asyncio.sleep(0)
    assert len(post.sender.tried) == SENDING_AT_ONCE
    for answer in answers:
        answer.set()
    await post.quiet()
    assert len(post.sender.standing) == len(crowd)


async def test_a_nudge_during_the_sending_is_not_lost(post: Post) -> None:
    answer = post.sender.hold(A)
    await post.write(A, "a")
    post.delivery.nudge(A)
    await post.sender.until(1)
    # Whoever reads the outbox next still sees it as it was before this commit: only the nudge tells of it.
    post.outbox.looks_empty = 1
    await post.write(A, "b")
    post.delivery.nudge(A)
    answer.set()
    await post.quiet()
    assert post.outbox.looks_empty == 0
    assert post.sender.texts(A) == words("a", "b")


async def test_a_nudge_for_a_platform_that_is_not_there_is_let_be(post: Post) -> None:
    other = replace(A, platform="terminal")
    await post.write(other, "a")
    post.delivery.nudge(other)
    await post.round()
    assert post.sender.tried == []


# -- outcomes ------------------------------------------------------------------------------------------------------


async def test_retry_after_closes_that_method_of_that_workspace_and_nothing_else(post: Post) -> None:
    post.sender.then(A, RetryAfter(30))
    await post.write(A, "a")
    await post.round()
    editor = replace(A, person="E")
    await post.write(B, "b")
    await post.write(ELSEWHERE, "c")
    await post.write(editor, "d", to=HomePage())
    await post.round()
    assert (post.sender.texts(A), post.sender.texts(B)) == ([], [])
    assert (post.sender.texts(ELSEWHERE), post.sender.texts(editor)) == (words("c"), words("d"))
    post.clock.move(29.5)
    await post.round()
    assert (post.sender.texts(A), post.sender.texts(B)) == ([], [])
    post.clock.move(0.5)
    await post.round()
    assert (post.sender.texts(A), post.sender.texts(B)) == (words("a"), words("b"))
    assert await post.dead() == []


async def test_being_told_to_wait_is_no_failure_however_often(post: Post) -> None:
    post.sender.then(A, *[RetryAfter(5)] * (ATTEMPTS * 2), Failed("busy"))
    await post.write(A, "a")
    for _ in range(ATTEMPTS * 2):
        await post.round()
        post.clock.move(5)
    await post.round()
    assert await post.dead() == []
    post.clock.move(FIRST_PAUSE)
    await post.round()
    assert post.sender.texts(A) == words("a")
    assert await post.dead() == []


async def test_a_platform_that_asks_for_an_hour_is_left_alone_for_the_hour(post: Post) -> None:
    post.sender.then(A, RetryAfter(3600))
    await post.write(A, "a")
    await post.round()
    post.clock.move(3590)
    await post.round()
    assert (len(post.sender.tried), post.sender.texts(A)) == (1, [])
    post.clock.move(11)
    await post.round()
    assert post.sender.texts(A) == words("a")


async def test_a_clock_that_was_set_back_opens_what_was_closed(post: Post) -> None:
    post.sender.then(A, RetryAfter(1))
    await post.write(A, "a")
    await post.round()
    post.clock.move(-24 * 3600)
    post.sender._closed.clear()  # a platform has a clock of its own
    await post.round()
    assert post.sender.texts(A) == words("a")


@pytest.mark.parametrize("attempts", range(ATTEMPTS))
def test_a_pause_is_twice_as_long_each_time_and_never_the_same_for_all(attempts: int) -> None:
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2**attempts)
    drawn = {pause(attempts) for _ in range(200)}
    assert longest / 2 <= min(drawn) < max(drawn) <= longest
    assert len(drawn) > 100


async def test_what_fails_is_tried_again_later_each_time_and_ends_as_a_dead_letter(post: Post) -> None:
    post.sender.then(A, *[Failed("busy")] * ATTEMPTS)
    await post.write(A, "a", "b")
    for attempt in range(ATTEMPTS - 1):
        await post.round()
        assert len(post.sender.tried) == attempt + 1
        longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2**attempt)
        post.clock.move(longest / 2 - 0.01)
        await post.round()
        assert len(post.sender.tried) == attempt + 1
        assert await post.dead() == []
        post.clock.move(longest / 2 + 0.01)
    await post.round()
    assert await post.dead() == [(A, "busy", ATTEMPTS)]
    assert [one.text for one in post.sender.tried] == words(*"a" * ATTEMPTS, "b")
    assert post.sender.texts(A) == words("b")


async def test_what_can_never_arrive_is_a_dead_letter_at_once_and_the_next_one_goes_on(post: Post) -> None:
    post.sender.then(A, GaveUp("closed"))
    await post.write(A, "a", "b")
    await post.round()
    assert await post.dead() == [(A, "closed", 1)]
    assert post.sender.texts(A) == words("b")


async def test_a_dead_letter_that_an_operator_retries_is_picked_up(post: Post) -> None:
    post.sender.then(A, GaveUp("closed"))
    await post.write(A, "a")
    await post.round()
    running = asyncio.create_task(post.delivery.run())
    assert await post.store.outbox.retry(None, post.clock()) == 1
    await post.sender.until(2)
    await post.delivery.close(60)
    running.cancel()
    assert post.sender.texts(A) == words("a")
    assert await post.dead() == []


async def test_a_reply_to_a_click_goes_out_as_long_as_its_token_is_good(post: Post) -> None:
    good, old = (InteractionReply("t0ken", NOON + timedelta(minutes=15 * after)) for after in (1, 0))
    await post.write(A, "late", to=old)
    await post.write(A, "in time", to=good)
    await post.write(A, "next")
    await post.round()
    assert post.sender.texts(A) == words("in time", "next")
    assert await post.dead() == []


async def test_a_token_that_runs_out_while_the_message_waits_is_not_used(post: Post) -> None:
    post.sender.then(A, Failed("busy"))
    await post.write(A, "a", to=InteractionReply("t0ken", NOON + timedelta(seconds=1)))
    await post.write(A, "b")
    await post.round()
    post.clock.move(1)
    await post.round()
    assert [one.text for one in post.sender.tried] == words("a", "b")
    assert await post.dead() == []


async def test_a_token_that_the_platform_no_longer_takes_is_no_failure(post: Post) -> None:
    post.sender.then(A, Expired())
    await post.write(A, "a", to=InteractionReply("t0ken", NOON + timedelta(minutes=15)))
    await post.write(A, "b")
    await post.round()
    assert post.sender.texts(A) == words("b")
    assert await post.dead() == []
    assert not await post.waiting(A)


async def test_a_reply_whose_token_nobody_can_read_any_more_is_let_go(tmp_path: Path) -> None:
    database = tmp_path / "checks.sqlite3"
    async with open_sqlite(database, "a" * 32) as store:
        await Post(store).write(A, "a", to=InteractionReply("t0ken", NOON + timedelta(minutes=15)))
    async with open_sqlite(database, "b" * 32) as store:
        post = Post(store)
        await post.write(A, "b")
        await post.round()
        assert post.sender.texts(A) == words("b")
        assert (post.sender.violations, await post.dead()) == ([], [])


async def test_a_message_that_cannot_be_rendered_is_given_up_and_blocks_nothing(post: Post) -> None:
    await post.commit(A, UNRENDERABLE)
    await post.write(A, "a")
    await post.round()
    assert post.sender.texts(A) == words("a")
    assert await post.dead() == [(A, "unrenderable", 1)]


async def test_a_message_without_words_is_let_go(post: Post) -> None:
    await post.commit(A, Message(DIRECT))
    await post.write(A, "a")
    await post.round()
    assert post.sender.texts(A) == words("a")
    assert await post.dead() == []


@pytest.mark.parametrize("error", [RuntimeError("Zyxwvutsr"), TimeoutError(), OSError(), KeyError("Zyxwvutsr")])
async def test_whatever_a_sender_raises_the_message_is_sent_again_later(post: Post, error: Exception) -> None:
    post.sender.then(A, error)
    await post.write(A, "a")
    await post.write(B, "b")
    await post.round()
    assert (post.sender.texts(A), post.sender.texts(B)) == ([], words("b"))
    post.clock.move(FIRST_PAUSE)
    await post.round()
    assert post.sender.texts(A) == words("a")


async def test_a_library_that_cancels_what_it_was_sending_has_failed_and_is_not_asked_at_every_sweep(
    post: Post,
) -> None:
    post.sender.then(A, asyncio.CancelledError())
    await post.write(A, "a")
    for _ in range(3):
        await post.round()
    assert len(post.sender.tried) == 1
    post.clock.move(FIRST_PAUSE)
    await post.round()
    assert post.sender.texts(A) == words("a")


async def test_a_platform_that_does_not_answer_has_failed(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.delivery.SEND_SECONDS", 0.01)
    answer = post.sender.hold(A)
    await post.write(A, "a")
    await post.round()
    assert (post.sender.texts(A), await post.dead()) == ([], [])
    answer.set()
    post.clock.move(FIRST_PAUSE)
    await post.round()
    assert post.sender.texts(A) == words("a")


# -- a store that fails --------------------------------------------------------------------------------------------


async def test_what_was_sent_and_could_not_be_settled_is_not_sent_again(post: Post) -> None:
    post.outbox.failing = {"settle"}
    await post.write(A, "a", "b")
    for _ in range(3):
        await post.round()
    assert post.sender.texts(A) == words("a")
    post.outbox.failing = set()
    await post.round()
    assert post.sender.texts(A) == words("a", "b")
    assert not await post.waiting(A)
    assert post.delivery._sent == {}
    await post.store.erase(A, post.clock())
    await post.round()
    assert len([one for one in post.sender.standing if one.kind == "withdrawal"]) == 2, "a receipt was lost"


async def test_what_was_sent_can_be_taken_back_though_its_token_ran_out_before_it_was_settled(post: Post) -> None:
    post.outbox.failing = {"settle"}
    await post.write(A, "a", to=InteractionReply("t0ken", NOON + timedelta(minutes=1)))
    await post.round()
    post.outbox.failing = set()
    post.clock.move(60)
    await post.round()
    assert post.sender.texts(A) == words("a")
    await post.store.erase(A, post.clock())
    await post.round()
    assert [one.kind for one in post.sender.standing] == ["interaction", "withdrawal"]


async def test_a_part_that_was_sent_and_could_not_be_noted_is_not_sent_again(post: Post) -> None:
    post.outbox.failing = {"part_sent"}
    await post.commit(A, many("a", "b", "c"))
    for _ in range(3):
        await post.round()
    assert post.sender.texts(A) == words("a")
    post.outbox.failing = set()
    await post.round()
    assert post.sender.texts(A) == words("a", "b", "c")


@pytest.mark.parametrize(
    ("failing", "outcomes", "arrives"),
    [
        ("claim", [], "ab"),
        ("put_off", [Failed("busy")], "ab"),
        ("give_up", [GaveUp("closed"), GaveUp("closed")], "b"),
        ("drop", [Expired(), Expired()], "b"),
    ],
)
async def test_an_outbox_that_fails_for_a_while_loses_nothing_and_holds_nobody_up(
    post: Post, failing: str, outcomes: list[SendOutcome], arrives: str
) -> None:
    post.outbox.failing = {failing}
    post.sender.then(A, *outcomes)
    await post.write(A, "a", "b")
    await post.round()
    assert post.sender.texts(A) == []
    await post.write(B, "c")
    post.outbox.failing = set()
    post.clock.move(LONGEST_PAUSE)
    await post.round()
    assert post.sender.texts(B) == words("c")
    assert post.sender.texts(A) == words(*arrives)
    assert not await post.waiting(A)


async def test_looking_for_what_waits_outlives_a_store_that_fails(post: Post) -> None:
    post.outbox.failing = {"waiting"}
    running = asyncio.create_task(post.delivery.run())
    await asyncio.sleep(0)
    await post.write(A, "a")
    post.outbox.failing = set()
    await post.sender.until(1)
    await post.delivery.close(60)
    running.cancel()
    assert post.sender.texts(A) == words("a")


# -- several parts -------------------------------------------------------------------------------------------------


async def test_each_part_has_a_nonce_of_its_own_that_a_restart_does_not_change(post: Post) -> None:
    await post.commit(A, many("a", "b"))
    await post.commit(A, many("c"))
    post.sender.then(A, Sent(), Failed("busy"))
    await post.round()
    post.restarted()
    post.clock.move(FIRST_PAUSE)
    await post.round()
    row = int(post.sender.tried[0].nonce.split("-")[0])
    assert [one.nonce for one in post.sender.tried] == [f"{row}-0", f"{row}-1", f"{row}-1", f"{row + 1}-0"]


async def test_after_a_crash_a_message_goes_on_at_the_part_that_is_missing(post: Post) -> None:
    answer = post.sender.hold(A)
    await post.commit(A, many("a", "b", "c"))
    await post.sweep()
    await post.sender.until(1)
    answer.set()
    post.sender._held[A] = asyncio.Event()
    await post.sender.until(2)
    await post.delivery.close(0)
    await post.quiet()
    assert post.sender.texts(A) == words("a")
    del post.sender._held[A]
    post.restarted()
    await post.round()
    assert post.sender.texts(A) == words("a", "b", "c")
    assert [one.text for one in post.sender.tried] == words("a", "b", "b", "c")


async def test_a_message_that_takes_fewer_parts_since_an_upgrade_is_done_with_and_blocks_nothing(post: Post) -> None:
    post.sender.then(A, Sent(), Sent(), Failed("busy"))
    await post.commit(A, many("a", "b", "c"))
    await post.round()
    post.restarted()
    post.sender.limit = 2
    post.clock.move(FIRST_PAUSE)
    await post.write(A, "d")
    await post.round()
    assert post.sender.texts(A) == words("a", "b", "d")
    assert await post.dead() == []


async def test_every_part_can_be_taken_back(post: Post) -> None:
    await post.commit(A, many("a", "b", "c"))
    await post.round()
    await post.store.erase(A, post.clock(), farewell=many("bye"))
    await post.round()
    withdrawn = [one for one in post.sender.standing if one.kind == "withdrawal"]
    assert len(withdrawn) == 3
    assert post.sender.texts(A)[-1:] == words("bye")


async def test_the_farewell_says_how_many_messages_could_not_be_taken_back(post: Post) -> None:
    await post.write(A, "a", "b", "c")
    await post.round()
    post.sender.then(A, Sent(), GaveUp("gone"), GaveUp("gone"))
    await post.store.erase(A, post.clock(), farewell=many("bye"))
    await post.round()
    assert post.sender.texts(A)[-1] == words("bye")[0] + " +2"
    assert await post.dead() == []


async def test_a_person_who_is_erased_while_a_part_is_on_its_way_gets_it_taken_back(post: Post) -> None:
    answer = post.sender.hold(A)
    await post.commit(A, many("a", "b"))
    await post.sweep()
    await post.sender.until(1)
    await post.store.erase(A, post.clock())
    answer.set()
    await post.quiet()
    await post.round()
    assert post.sender.texts(A)[0] == words("a")[0]
    withdrawn = {one.nonce for one in post.sender.standing if one.kind == "withdrawal"}
    assert len(withdrawn) == len([one for one in post.sender.standing if one.kind != "withdrawal"])


# -- stopping ------------------------------------------------------------------------------------------------------


async def test_close_lets_what_is_being_sent_finish_and_begins_nothing_new(post: Post) -> None:
    answer = post.sender.hold(A)
    await post.write(A, "a", "b")
    await post.sweep()
    await post.sender.until(1)
    closing = asyncio.create_task(post.delivery.close(60))
    await asyncio.sleep(0)
    await post.write(B, "c")
    post.delivery.nudge(B)
    answer.set()
    await closing
    await post.quiet()
    assert [one.text for one in post.sender.tried] == words("a")
    assert post.sender.texts(A) == words("a")
    post.restarted()
    await post.round()
    assert post.sender.texts(A) == words("a", "b")
    assert post.sender.texts(B) == words("c")


async def test_close_does_not_wait_for_ever_and_what_hangs_is_sent_after_the_restart(post: Post) -> None:
    post.sender.hold(A)
    await post.write(A, "a")
    await post.sweep()
    await post.sender.until(1)
    await post.delivery.close(0.01)
    await post.quiet()
    assert post.sender.texts(A) == []
    del post.sender._held[A]
    post.restarted()
    await post.round()
    assert post.sender.texts(A) == words("a")


# -- an erasing meanwhile ------------------------------------------------------------------------------------------


async def test_the_rest_of_a_message_is_not_sent_to_somebody_who_was_erased_meanwhile(post: Post) -> None:
    await post.commit(A, many("a", "b", "c"))
    answer = post.sender.hold(A)
    await post.sweep()
    await asyncio.sleep(0.05)
    await post.store.erase(A, post.clock())
    answer.set()
    await post.quiet()
    await post.round()
    assert post.sender.texts(A) == [*words("a"), ""]
    assert [one.kind for one in post.sender.standing] == ["direct", "withdrawal"]


async def test_what_was_sent_before_an_erasing_and_noted_after_it_is_taken_back(post: Post) -> None:
    post.outbox.failing = {"settle"}
    await post.write(A, "a")
    await post.round()
    await post.store.erase(A, post.clock(), farewell=Message(DIRECT, (Say(phrase("forget.erased")),)))
    post.outbox.failing = set()
    await post.round()
    await post.round()
    assert [one.kind for one in post.sender.standing].count("withdrawal") == 1


async def test_a_farewell_whose_token_ran_out_is_a_message_of_its_own(post: Post) -> None:
    await post.write(A, "a")
    await post.round()
    click = InteractionReply("t0ken", post.clock() + timedelta(minutes=15))
    await post.store.erase(A, post.clock(), farewell=Message(click, (Say(phrase("fault", reference="bye")),)))
    post.clock.move(1000)
    await post.round()
    assert post.sender.texts(A)[-1:] == words("bye")
    assert post.sender.standing[-1].kind == "direct"


# -- what cannot be noted --------------------------------------------------------------------------------------------


async def test_a_copy_whose_owner_cannot_be_told_is_not_tried_every_second(post: Post) -> None:
    async def told(_: Outgoing, __: str) -> None:
        raise RuntimeError("a fault")

    post.delivery = Delivery(post.outbox, {"fake": post.sender}, post.packs, post.clock, told)
    post.sender.then(A, *[GaveUp("channel_not_found")] * ATTEMPTS)
    await post.write(A, "one", to=InChannel("C1", "S1"))
    for _ in range(3):
        await post.round()
    assert len(post.sender.tried) == 1
    for _ in range(ATTEMPTS):
        post.clock.move(LONGEST_PAUSE)
        await post.round()
    assert len(post.sender.tried) == ATTEMPTS
    assert not await post.waiting(A)


async def test_what_cannot_even_be_put_off_rests_all_the_same(post: Post) -> None:
    post.sender.then(A, Failed("trouble"), Failed("trouble"))
    await post.write(A, "one")
    post.outbox.failing.add("put_off")
    for _ in range(3):
        await post.round()
    assert len(post.sender.tried) == 1
    post.clock.move(LONGEST_PAUSE)
    await post.round()
    assert len(post.sender.tried) == 2
