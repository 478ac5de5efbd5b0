"""What comes in: as much as can be taken in, and a flood is nobody else's trouble."""

import asyncio
from dataclasses import replace

import pytest

from adapters.storage.in_memory import InMemoryStore
from bot.intake import AT_ONCE, TOLD_EVERY, Intake
from bot.limits import Limits, Rate
from bot.turns import Turns
from conversations.catalogue import phrase
from conversations.events import Event, TimePassed
from conversations.messages import Destination, DirectMessage
from conversations.ports import ClosedError
from conversations.replies import Turn
from conversations.session import Person, Session
from tests.dialogue import core
from tests.fakes.room import ELSEWHERE, A, B, Room, words

SLOW = 0.001
"""So few a second that no test waits for one, however slow its machine."""


TOO_MUCH = words(phrase("slow_down", n=2)).split("2")[0]


async def test_of_a_flood_twenty_are_taken_and_then_it_is_said_once_that_it_is_too_much() -> None:
    room = Room(InMemoryStore(), person=Rate(20, SLOW))
    await asyncio.gather(*(room.take(room.opened()) for _ in range(20)))
    taken = await room.check()
    await asyncio.gather(*(room.take(room.typed("Acme", id=f"flood {number}")) for number in range(20)))
    seen = await room.read()
    assert len(seen) == 21
    assert seen[20].startswith(TOO_MUCH)
    assert await room.check() == taken


async def test_what_was_refused_in_a_flood_is_taken_when_it_is_sent_again_later() -> None:
    room = Room(InMemoryStore(), person=Rate(1, SLOW))
    await room.take(room.opened())
    assert (await room.say("Acme")).startswith(TOO_MUCH)
    refused = room.typed("Acme", id="refused")
    await room.take(refused)
    assert not (await room.check()).answers
    room.let_pass(1 / SLOW)
    assert (await room.take(refused)).replies
    assert len((await room.check()).answers) == 1


async def test_a_flood_that_goes_on_is_told_again_after_a_while() -> None:
    room = Room(InMemoryStore(), person=Rate(1, SLOW))
    await room.take(room.opened())
    for told in (2, 3):
        for _ in range(3):
            await room.take(room.typed("Acme"))
        assert len(await room.read()) == told
        room.let_pass(TOLD_EVERY)


async def test_others_do_not_feel_a_flood() -> None:
    room = Room(InMemoryStore(), person=Rate(1, SLOW))
    await asyncio.gather(*(room.take(room.opened(A)) for _ in range(10)))
    await room.take(room.opened(B))
    assert (await room.check(B)).id == "abc234"
    assert len(await room.read(B)) == 1


async def test_a_flood_of_a_workspace_leaves_other_workspaces_alone() -> None:
    room = Room(InMemoryStore(), workspace=Rate(5, SLOW))
    crowd = [replace(A, person=f"P{number}") for number in range(7)]
    refused = []
    for key in crowd:
        try:
            await room.take(room.opened(key))
        except ClosedError:
            refused.append(key)
    assert refused == crowd[5:]
    await room.take(room.opened(ELSEWHERE))
    began = [key for key in crowd if (await room.kept.load(key)).check]
    assert began == crowd[:5]
    assert (await room.check(ELSEWHERE)).id == "abc234"


async def test_a_time_that_comes_is_no_part_of_a_flood() -> None:
    room = Room(InMemoryStore(), person=Rate(1, SLOW), workspace=Rate(1, SLOW))
    await room.take(room.opened())
    before = len(room.store.commits)
    await room.intake.handle(TimePassed(A, room.clock(), "abc234"), DirectMessage())
    assert len(room.store.commits) == before + 1
    assert len(await room.read()) == 1


class Slowly(Turns):
    """Takes its time."""

    def __init__(self, room: Room) -> None:
        super().__init__(room.packs, room.store)
        self.go_on = asyncio.Event()
        self.begun = 0

    async def handle(self, event: Event, reply_to: Destination | None = None) -> Turn:
        assert reply_to
        self.begun += 1
        await self.go_on.wait()
        return Turn(Session(Person(event.key)), (), core().catalogue)


async def test_no_more_is_taken_in_than_can_be_worked_on() -> None:
    room = Room(InMemoryStore())
    slowly = Slowly(room)
    intake = Intake(slowly, room.packs, workspace=Rate(AT_ONCE * 2, SLOW))
    events = [room.opened(replace(A, person=f"P{number}")) for number in range(AT_ONCE)]
    turns = [asyncio.create_task(intake.handle(event, DirectMessage())) for event in events]
    while slowly.begun < AT_ONCE:  # noqa: ASYNC110  each begins at its own next step
        await asyncio.sleep(0)
    with pytest.raises(ClosedError):
        await intake.handle(room.opened(B), DirectMessage())
    slowly.go_on.set()
    await asyncio.gather(*turns)
    await intake.handle(room.opened(B), DirectMessage())
    assert slowly.begun == AT_ONCE + 1


async def test_close_waits_for_what_was_taken_in_and_takes_in_nothing_more() -> None:
    room = Room(InMemoryStore())
    slowly = Slowly(room)
    intake = Intake(slowly, room.packs)
    turn = asyncio.create_task(intake.handle(room.opened(), DirectMessage()))
    await asyncio.sleep(0)
    closing = asyncio.create_task(intake.close(60))
    await asyncio.sleep(0)
    with pytest.raises(ClosedError):
        await intake.handle(room.opened(B), DirectMessage())
    assert not closing.done()
    slowly.go_on.set()
    await closing
    await turn
    assert slowly.begun == 1


async def test_close_does_not_wait_for_ever() -> None:
    room = Room(InMemoryStore())
    slowly = Slowly(room)
    intake = Intake(slowly, room.packs)
    turn = asyncio.create_task(intake.handle(room.opened(), DirectMessage()))
    await asyncio.sleep(0)
    await intake.close(0.01)
    assert not turn.done()
    slowly.go_on.set()
    await turn


def test_a_bucket_fills_again_and_holds_no_more_than_at_first() -> None:
    limits = Limits(Rate(2, SLOW))
    assert [limits.wait("a") > 0 for _ in range(3)] == [False, False, True]
    left, since = limits._buckets["a"]
    limits._buckets["a"] = left, since - 1e9
    assert [limits.wait("a") > 0 for _ in range(3)] == [False, False, True]
    assert 0 < limits.wait("a") <= 1 / SLOW


def test_only_so_many_buckets_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.limits._REMEMBERED", 3)
    limits = Limits(Rate(1, SLOW))
    for whose in "abcd":
        assert limits.wait(whose) == 0
    assert len(limits._buckets) == 3
    assert limits.wait("d") > 0
