"""A turn: what is committed is what is said, once, whoever else is at work."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.storage.in_memory import InMemoryStore
from adapters.storage.sqlite import SqliteStore, open_sqlite
from conversations.catalogue import phrase
from conversations.events import TimePassed
from conversations.messages import DirectMessage, GaveUp
from conversations.ports import Commit, StorageError, Work
from conversations.session import Chosen, Person, Session, Written
from tests.dialogue import core
from tests.fakes.room import A, B, Room, words

Store = InMemoryStore | SqliteStore


@pytest.fixture(params=["in memory", "sqlite"])
async def stores(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[Store, Store]]:
    """Return the same store twice, as two processes have it."""
    if request.param == "in memory":
        store = InMemoryStore()
        yield store, store
        return
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(open_sqlite(tmp_path / "checks.sqlite3"))
        second = await stack.enter_async_context(open_sqlite(tmp_path / "checks.sqlite3"))
        yield first, second


@pytest.fixture
async def room(stores: tuple[Store, Store]) -> AsyncIterator[Room]:
    there = Room(stores[0])
    yield there
    await there.delivery.close(0)
    assert there.sender.violations == []


def devices(stores: tuple[Store, Store]) -> tuple[Room, Room]:
    """Return the engine room twice; the first turns of both begin from the same state."""
    meeting = asyncio.Barrier(2)
    phone = Room(stores[0], meeting=meeting)
    return phone, Room(stores[1], meeting=meeting, beside=phone)


async def begin(store: Store) -> None:
    """Begin a check, and let its first question be read."""
    room = Room(store)
    await room.take(room.opened())
    await room.read()


# -- at once ---------------------------------------------------------------------------------------------------------


async def test_turns_of_one_conversation_are_one_after_the_other_in_the_order_they_came(room: Room) -> None:
    await room.take(room.opened())
    await asyncio.gather(*(room.take(room.typed(line)) for line in ("Acme", "1", "back", "2")))
    check = await room.check()
    steps = list(check.answers)
    assert check.answers[steps[0]][0].answer == Written("Acme")
    assert [check.answers[step][0].answer for step in steps[1:]] == [Chosen((_second_choice(steps[1]),))]
    assert room.store.of_one_at_once == 1
    assert set(room.store.commits) == {Commit.SAVED}


def _second_choice(step: str) -> str:
    return next(one for one in core().steps if one.id == step).choice_ids[1]


async def test_turns_of_different_people_do_not_wait_for_each_other(room: Room) -> None:
    crowd = [replace(A, person=f"P{number}") for number in range(5)]
    await asyncio.gather(*(room.take(room.opened(key)) for key in crowd))
    assert room.store.at_once > 1
    assert room.store.of_one_at_once == 1


async def test_of_two_devices_at_once_the_slower_looks_again_and_nothing_is_lost(stores: tuple[Store, Store]) -> None:
    await begin(stores[0])
    phone, desk = devices(stores)
    turns = await asyncio.gather(
        phone.take(phone.typed("1", id="from the phone")), desk.take(desk.typed("1", id="from the desk"))
    )
    assert sorted(phone.store.commits + desk.store.commits) == [Commit.SAVED, Commit.SAVED, Commit.STALE]
    check = await phone.check()
    first, second = check.answers.values()
    assert first[0].answer == Written("1")
    assert isinstance(second[0].answer, Chosen)
    assert all(turn.replies for turn in turns)
    assert len(await phone.read()) == 2
    again = await asyncio.gather(
        phone.take(phone.typed("2", id="from the desk")), desk.take(desk.typed("2", id="from the phone"))
    )
    assert [turn.replies for turn in again] == [(), ()]
    assert await phone.check() == check


async def test_two_devices_that_open_at_once_begin_one_check(stores: tuple[Store, Store]) -> None:
    phone, desk = devices(stores)
    await asyncio.gather(phone.take(phone.opened(id="phone")), desk.take(desk.opened(id="desk")))
    assert len(await stores[0].checks(A)) == 1
    assert len(await phone.read()) == 2


async def test_what_is_to_be_said_goes_out_at_once_and_waits_for_no_sweep(room: Room) -> None:
    await room.take(room.opened())
    await room.sender.stands(A, 1)
    room.packs.fault = "Zyxwvutsr"
    await room.take(room.typed("Acme"))
    room.packs.fault = ""
    await room.sender.stands(A, 2)


# -- again -----------------------------------------------------------------------------------------------------------


async def test_an_event_that_comes_again_changes_nothing_and_says_nothing(room: Room) -> None:
    await room.take(room.opened(id="first"))
    await room.take(room.typed("Acme", id="second"))
    check, seen = await room.check(), await room.read()
    for event in (room.opened(id="first"), room.typed("Acme", id="second"), room.typed("3", id="second")):
        assert (await room.take(event)).replies == ()
    assert await room.read() == seen
    assert len(seen) == 2
    assert await room.check() == check


async def test_an_event_that_comes_twice_at_once_is_answered_once(stores: tuple[Store, Store]) -> None:
    await begin(stores[0])
    one, other = devices(stores)
    await asyncio.gather(one.take(one.typed("Acme", id="again")), other.take(other.typed("Acme", id="again")))
    assert len(await one.read()) == 1
    assert len((await one.check()).answers) == 1


async def test_the_same_event_id_of_two_people_is_of_one_of_them_only(room: Room) -> None:
    # Ids are a platform's own, and it gives none twice: a store may take the second for a repetition, never mix them.
    await room.take(room.opened(A, id="first"))
    await room.take(room.opened(B, id="first"))
    assert len(await room.read(A)) == 1
    assert len(await room.read(B)) == 0


async def test_a_time_that_comes_twice_is_taken_as_often_as_it_is_due(room: Room) -> None:
    await room.take(room.opened())
    before = await room.check()
    for _ in range(2):
        turn = await room.intake.handle(TimePassed(A, room.clock(), "abc234"), DirectMessage())
        assert turn.replies == ()
    assert await room.check() == before


# -- faults ----------------------------------------------------------------------------------------------------------


async def test_after_a_fault_the_person_has_a_reference_that_is_in_the_log_and_the_event_counts_as_seen(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    await room.take(room.opened())
    room.packs.fault = "Zyxwvutsr"
    await room.take(room.typed("Acme", id="odd"))
    room.packs.fault = ""
    (record,) = [one for one in caplog.records if one.msg == "turn_failed"]
    reference = vars(record)["told"]["reference"]
    assert (await room.read())[1:] == [words(phrase("fault", reference=reference))]
    assert not (await room.check()).answers
    assert (await room.take(room.typed("Acme", id="odd"))).replies == ()
    assert not (await room.check()).answers
    await room.take(room.typed("Acme"))
    assert len((await room.check()).answers) == 1


async def test_a_fault_that_comes_again_with_its_event_is_told_once(room: Room) -> None:
    await room.take(room.opened())
    room.packs.fault = "Zyxwvutsr"
    said = [bool((await room.take(room.typed("Acme", id="odd"))).replies) for _ in range(3)]
    room.packs.fault = ""
    assert said == [True, False, False]
    assert len(await room.read()) == 2


async def test_a_fault_of_one_person_is_nobody_elses(room: Room) -> None:
    await room.take(room.opened(A))
    room.packs.fault = "Zyxwvutsr"
    await room.take(room.typed("Acme", A))
    room.packs.fault = ""
    await room.take(room.opened(B))
    assert "Something went wrong" not in "".join(await room.read(B))


async def test_a_fault_at_a_time_that_came_is_raised_and_tells_the_person_nothing(room: Room) -> None:
    await room.take(room.opened())
    room.packs.fault = "Zyxwvutsr"
    with pytest.raises(Exception, match="Zyxwvutsr"):
        await room.intake.handle(TimePassed(A, room.clock(), "abc234"), DirectMessage())
    room.packs.fault = ""
    assert len(await room.read()) == 1


@pytest.mark.parametrize("failing", ["load", "commit", "pack"])
async def test_what_the_store_cannot_save_is_raised_and_nothing_is_said(room: Room, failing: str) -> None:
    await room.take(room.opened())
    before = await room.check()
    room.store.failing = {failing}
    if failing == "pack":
        room.packs._present.clear()
    with pytest.raises(StorageError):
        await room.take(room.typed("Acme", id="unsaved"))
    room.store.failing = set()
    assert len(await room.read()) == 1
    assert await room.check() == before
    assert (await room.take(room.typed("Acme", id="unsaved"))).replies
    assert len((await room.check()).answers) == 1


@pytest.mark.parametrize("failing", ["erase", "held"])
async def test_neither_forgetting_nor_showing_is_said_to_be_done_when_it_is_not(room: Room, failing: str) -> None:
    await room.take(room.opened())
    await room.say("Acme", "forget me")
    room.store.failing = {failing}
    line = "yes" if failing == "erase" else "export"
    with pytest.raises(StorageError):
        await room.take(room.typed(line, id="again"))
    room.store.failing = set()
    assert len(await room.read()) == 3
    assert (await room.take(room.typed(line, id="again"))).replies


# -- messages that did not arrive ------------------------------------------------------------------------------------


async def test_what_did_not_arrive_is_told_at_the_next_visit_once(room: Room) -> None:
    await room.take(room.opened())
    await room.read()
    room.sender.then(A, GaveUp("closed"), GaveUp("closed"))
    await room.take(room.typed("Acme"))
    await room.take(room.typed("status"))
    assert len(await room.read()) == 1
    told = words(phrase("undelivered", n=2))
    assert (await room.say("status")).startswith(told)
    assert "did not reach you" not in await room.say("status")


async def test_what_did_not_arrive_is_told_also_where_there_is_no_check_any_more(room: Room) -> None:
    await room.take(room.opened())
    await room.read()
    room.sender.then(A, GaveUp("closed"))
    await room.take(room.typed("Acme"))
    await room.read()
    before = await room.kept.load(A)
    gone = Session(replace(before.person, revision=before.person.revision + 1, current_check=None))
    assert await room.kept.commit(Work(before, gone, room.clock())) is Commit.SAVED
    assert (await room.say("hello")).startswith(words(phrase("undelivered", n=1)))
    assert "did not reach you" not in await room.say("hello")


# -- what is kept about the person -----------------------------------------------------------------------------------


async def test_a_person_sees_what_is_held_exports_it_and_is_forgotten(room: Room) -> None:
    await room.take(room.opened())
    await room.take(room.opened(B))
    await room.say("Acme", "1")
    shown = await room.say("what do you hold about me?")
    assert words(phrase("held.checks", n=1)) in shown
    exported = await room.say("export")
    tables, _ = json.JSONDecoder().raw_decode(exported[exported.index("{") :])
    assert "Acme" in json.dumps(tables["checks"])
    assert words(phrase("forget.ask")) in await room.say("forget me")
    assert await room.say("yes") == words(phrase("forget.erased"))
    kinds = [one.kind for one in room.sender.standing if one.key == A]
    assert kinds.count("withdrawal") == kinds.count("direct") - 1
    assert await room.kept.load(A) == Session(Person(A))
    held = json.loads(await room.kept.held(A))
    assert not any(held.values())
    assert (await room.check(B)).id == "abc234"


async def test_somebody_who_is_not_sure_is_not_forgotten(room: Room) -> None:
    await room.take(room.opened())
    await room.say("Acme", "forget me")
    assert (await room.say("no")).startswith(words(phrase("forget.kept")))
    assert len((await room.check()).answers) == 1
    await room.say("yes")
    assert len((await room.check()).answers) >= 1


async def test_an_event_that_comes_again_after_the_forgetting_brings_nothing_back(room: Room) -> None:
    first, second = room.opened(), room.typed("Acme")
    for event in (first, second, room.typed("forget me"), sure := room.typed("yes")):
        await room.take(event)
    seen = await room.read()
    for event in (first, second, sure, replace(second, id="never seen before")):
        assert (await room.take(event)).replies == ()
    assert await room.read() == seen
    assert await room.kept.load(A) == Session(Person(A))
    room.clock.move(1)
    assert (await room.take(room.opened())).replies


async def test_the_lock_of_a_conversation_is_gone_when_nobody_holds_it(room: Room) -> None:
    await asyncio.gather(*(room.take(room.opened(replace(A, person=f"P{number}"))) for number in range(20)))
    assert len(room.turns._locks) == 0


async def test_a_record_that_somebody_else_changes_again_and_again_holds_nobody_up_for_ever() -> None:
    room = Room(NeverFirst())
    with pytest.raises(StorageError) as caught:
        await room.take(room.opened())
    assert caught.value.told == phrase("storage.stale")


class NeverFirst(InMemoryStore):
    """Somebody else was always faster."""

    async def commit(self, work: Work) -> Commit:
        await super().load(work.after.person.key)
        return Commit.STALE


async def test_an_opening_that_begins_a_check_which_is_there_already_goes_on_with_it() -> None:
    room = Room(InMemoryStore())
    await room.take(room.opened())
    await room.say("Acme")
    kept = await room.check()
    await room.take(replace(room.opened(), fresh=True))
    assert (await room.check()).answers == kept.answers
