"""Times that come: one check's trouble is no other's, and what is not a check's fault is tried again at once."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.storage.in_memory import InMemoryStore
from bot.due_checks import DueChecks, tidy
from bot.intake import Intake
from conversations.catalogue import phrase
from conversations.events import Event
from conversations.messages import Destination
from conversations.replies import Turn
from conversations.session import SessionKey
from tests.fakes.room import A, B, Room, words

DAYS = 24 * 3600


@pytest.fixture
async def room() -> Room:
    """Return a room in which A and B have left a check alone, so that both are to be asked about it."""
    there = Room(InMemoryStore())
    for key in (A, B):
        await there.take(there.opened(key))
        await there.say("Acme", key=key)
        there.clock.move(60)
    there.clock.move(4 * DAYS)
    return there


def due_checks(room: Room) -> DueChecks:
    return DueChecks(room.store, room.intake, ["fake"], room.clock)


async def messages(room: Room) -> tuple[int, int]:
    return len(await room.read(A)), len(await room.read(B))


async def test_each_check_whose_time_has_come_gets_its_turn_once(room: Room) -> None:
    due = due_checks(room)
    for _ in range(3):
        await due.look()
    assert await messages(room) == (3, 3)
    due = due_checks(room)
    await due.look()
    assert await messages(room) == (3, 3)


async def test_nothing_comes_before_its_time_or_for_a_platform_that_is_not_there(room: Room) -> None:
    await DueChecks(room.store, room.intake, ["other"], room.clock).look()
    room.clock.move(-3.5 * DAYS)
    await due_checks(room).look()
    assert await messages(room) == (2, 2)


class FaultyFor:
    """A TurnHandler with a fault that shows with one person alone."""

    def __init__(self, intake: Intake, whom: SessionKey) -> None:
        self._intake = intake
        self._whom = whom
        self.tried = 0

    async def handle(self, event: Event, reply_to: Destination | None = None) -> Turn:
        if event.key == self._whom:
            self.tried += 1
            raise KeyError("Zyxwvutsr")
        return await self._intake.handle(event, reply_to)


async def test_a_check_whose_turn_fails_does_not_keep_others_waiting_and_is_let_be_for_a_while(room: Room) -> None:
    faulty = FaultyFor(room.intake, A)
    due = DueChecks(room.store, faulty, ["fake"], room.clock)
    for _ in range(3):
        await due.look()
    assert await messages(room) == (2, 3)
    assert faulty.tried == 1
    due._skipped = dict.fromkeys(due._skipped, 0.0)
    await due.look()
    assert faulty.tried == 2


async def test_a_bot_that_takes_nothing_in_just_now_takes_the_time_at_the_next_look(room: Room) -> None:
    due = due_checks(room)
    room.intake._open = False
    await due.look()
    assert await messages(room) == (2, 2)
    room.intake._open = True
    await due.look()
    assert await messages(room) == (3, 3)


async def test_whoever_wants_to_be_left_alone_is_left_alone(room: Room) -> None:
    room.clock.move(-4 * DAYS)
    await room.say("stop", key=A)
    room.clock.move(4 * DAYS)
    await due_checks(room).look()
    assert await messages(room) == (3, 3)


@pytest.mark.parametrize(("days", "there"), [(None, True), (5, True), (3, False)])
async def test_a_workspace_that_sent_the_bot_away_is_let_alone_and_goes_after_the_grace(
    room: Room, days: int | None, *, there: bool
) -> None:
    await room.store.left(A, room.clock())
    room.clock.move(4 * DAYS)
    await due_checks(room).look()
    assert await messages(room) == (2, 2)
    tidying = asyncio.create_task(tidy(room.store, room.clock, timedelta(days=days) if days else None))
    await asyncio.sleep(0.01)
    tidying.cancel()
    assert bool((await room.store.load(A)).person.revision) is there
    assert bool(await room.store.gone("fake")) is there


async def test_what_shows_on_a_lock_screen_names_no_team(room: Room) -> None:
    await due_checks(room).look()
    row = await room.kept.outbox.claim(A, room.clock() + timedelta(hours=1))
    assert row
    shown = words(row.message.notification)
    assert shown == words(phrase("notification.nudge"))
    assert "Acme" not in shown
    assert replace(row.message, replies=()).pack
