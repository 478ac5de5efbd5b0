"""What every store does with an event that comes again, and with checks whose time has come."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from adapters.storage.sqlite import SqliteStore, open_sqlite
from conversations.catalogue import phrase
from conversations.messages import DirectMessage, Message
from conversations.ports import Commit, DueCheck, Work
from conversations.replies import Say
from conversations.session import Session, SessionKey
from tests.dialogue import NOON
from tests.test_every_store import KEY, NEIGHBOURS, AnyStore, answered, begun, save, with_check

HELLO = Message(DirectMessage(), (Say(phrase("greeting")),))


async def event(store: AnyStore, name: str = "E1", key: SessionKey = KEY, check: str = "abc234") -> Commit:
    """Commit an event that begins a check and has a reply."""
    before = await store.load(key)
    return await store.commit(Work(before, begun(before, check), NOON, name, (HELLO,)))


async def to_send(store: AnyStore, key: SessionKey = KEY) -> int:
    """Send and count what waits for a person."""
    count = 0
    while row := await store.outbox.claim(key, NOON):
        await store.outbox.settle(row, None, NOON)
        count += 1
    return count


async def test_an_event_that_comes_again_is_a_duplicate_and_writes_nothing(store: AnyStore) -> None:
    assert await event(store) is Commit.SAVED
    saved = await store.load(KEY)
    assert await event(store, check="second") is Commit.DUPLICATE
    later = replace(answered(saved), person=replace(saved.person, revision=2, language="xx"))
    work = Work(saved, later, NOON, "E1", (HELLO,), NOON, ("core-2", "{}"))
    assert await store.commit(work) is Commit.DUPLICATE
    assert await store.load(KEY) == saved
    assert await store.checks(KEY) == [saved.check]
    assert await store.due(NOON, ["slack"], 9) == []
    assert await store.pack("core-2") is None
    assert await to_send(store) == 1


async def test_an_event_that_changed_nothing_is_known_again(store: AnyStore) -> None:
    nobody = await store.load(KEY)
    assert await store.commit(Work(nobody, nobody, NOON, "E1")) is Commit.SAVED
    assert await event(store) is Commit.DUPLICATE
    assert await store.load(KEY) == nobody


async def test_an_event_is_the_platforms_whoever_it_is_said_to_be_of(store: AnyStore) -> None:
    assert await event(store) is Commit.SAVED
    assert await event(store, key=replace(KEY, person="U2")) is Commit.DUPLICATE
    assert await event(store, key=replace(KEY, workspace="T2")) is Commit.DUPLICATE
    assert await event(store, key=replace(KEY, platform="discord")) is Commit.SAVED
    assert await event(store, "E2", check="second") is Commit.SAVED


async def test_turns_without_an_event_id_are_never_duplicates(store: AnyStore) -> None:
    first = await with_check(store)
    second = answered(first)
    assert await save(store, first, second) is Commit.SAVED
    assert await save(store, second, answered(second, "Acme & Co")) is Commit.SAVED


async def test_of_an_event_that_comes_twice_at_once_one_is_saved(store: AnyStore) -> None:
    nobody = await store.load(KEY)
    work = Work(nobody, begun(nobody), NOON, "E1", (HELLO,))
    done = await asyncio.gather(*(store.commit(work) for _ in range(5)))
    assert sorted(done) == [*[Commit.DUPLICATE] * 4, Commit.SAVED]
    assert await to_send(store) == 1


async def test_an_event_is_known_again_after_a_restart(path: Path) -> None:
    async with open_sqlite(path) as store:
        assert await event(store) is Commit.SAVED
    async with open_sqlite(path) as store:
        assert await event(store, check="second") is Commit.DUPLICATE
        assert await to_send(store) == 1


async def test_what_is_stale_leaves_neither_its_event_nor_a_message(store: AnyStore) -> None:
    first = await with_check(store)
    assert await save(store, first, answered(first, "theirs")) is Commit.SAVED
    mine = Work(first, answered(first, "mine"), NOON, "E1", (HELLO,), NOON, ("core-2", "{}"), told=True)
    assert await store.commit(mine) is Commit.STALE
    assert await store.commit(replace(mine, expired=True)) is Commit.STALE
    assert await to_send(store) == 0
    assert await store.due(NOON, ["slack"], 9) == []
    assert await store.pack("core-2") is None
    again = await store.load(KEY)
    assert await store.commit(replace(mine, before=again, after=answered(again, "mine"))) is Commit.SAVED
    assert await to_send(store) == 1


async def test_an_event_is_known_for_three_days_and_let_go_after_thirty(store: AnyStore) -> None:
    assert await event(store) is Commit.SAVED
    await store.tidy(NOON + timedelta(days=2))
    assert await event(store) is Commit.DUPLICATE
    await store.tidy(NOON + timedelta(days=31))
    # By a calendar that was set wrong nothing goes that came within the hour.
    on_disk = isinstance(store, SqliteStore)
    assert await event(store, check="second") is (Commit.DUPLICATE if on_disk else Commit.SAVED)
    if isinstance(store, SqliteStore):
        store._marks = [(clock - 3601, newest) for clock, newest in store._marks]
        await store.tidy(NOON + timedelta(days=31))
        assert await event(store, check="second") is Commit.SAVED


# -- checks whose time has come ------------------------------------------------------------------------------------


async def wanting(store: AnyStore, minutes: int, key: SessionKey = KEY, check: str = "abc234") -> Session:
    """Save a new check that waits for a time after noon."""
    before = await store.load(key)
    after = begun(before, check)
    due = NOON + timedelta(minutes=minutes)
    assert await store.commit(Work(before, after, NOON, due=due)) is Commit.SAVED
    return after


async def test_checks_come_due_at_their_time_the_one_that_waits_longest_first(store: AnyStore) -> None:
    for minutes, name in ((3, "third"), (1, "first"), (2, "second"), (9, "later")):
        await wanting(store, minutes, check=name)
    keys = ["slack", "terminal"]
    assert await store.due(NOON, keys, 9) == []
    assert await store.due(NOON + timedelta(minutes=1), keys, 9) == [DueCheck(KEY, "first")]
    at = NOON + timedelta(minutes=8)
    assert [one.check for one in await store.due(at, keys, 9)] == ["first", "second", "third"]
    assert [one.check for one in await store.due(at, keys, 2)] == ["first", "second"]


async def test_only_checks_of_the_platforms_at_hand_come_due(store: AnyStore) -> None:
    for key in (KEY, *NEIGHBOURS):
        await wanting(store, 0, key)
    assert {one.key for one in await store.due(NOON, ["slack"], 9)} == {KEY, *NEIGHBOURS[1:]}
    assert await store.due(NOON, {"discord"}, 9) == [DueCheck(NEIGHBOURS[0], "abc234")]
    assert await store.due(NOON, [], 9) == []


async def test_a_check_waits_for_another_time_or_for_none_after_each_turn(store: AnyStore) -> None:
    first = await wanting(store, 0)
    later = NOON + timedelta(hours=1)
    assert await store.commit(Work(first, first, NOON, due=later)) is Commit.SAVED
    assert await store.due(NOON, ["slack"], 9) == []
    assert await store.due(later, ["slack"], 9) == [DueCheck(KEY, "abc234")]
    second = answered(first)
    assert await store.commit(Work(first, second, NOON, due=NOON)) is Commit.SAVED
    assert await store.due(NOON, ["slack"], 9) == [DueCheck(KEY, "abc234")]
    assert await store.commit(Work(second, second, NOON)) is Commit.SAVED
    assert await store.due(later, ["slack"], 9) == []
    assert await store.load(KEY) == second


async def test_a_turn_at_one_check_leaves_the_time_of_another(store: AnyStore) -> None:
    await wanting(store, 0, check="first")
    await wanting(store, 1, check="second")
    before = await store.load(KEY, "second")
    assert await store.commit(Work(before, before, NOON)) is Commit.SAVED
    assert await store.due(NOON + timedelta(days=1), ["slack"], 9) == [DueCheck(KEY, "first")]


async def test_a_check_that_was_erased_meanwhile_never_comes_due(store: AnyStore) -> None:
    gone = await wanting(store, 0)
    await store.erase(KEY, NOON)
    await store.commit(Work(gone, gone, NOON, due=NOON))
    assert await store.due(NOON, ["slack"], 9) == []


async def test_a_check_that_has_reached_its_end_goes_with_its_pack_and_its_time(store: AnyStore) -> None:
    before = await store.load(KEY)
    kept = begun(before, "kept")
    assert await store.commit(Work(before, kept, NOON, pack=("core-1", "{}"))) is Commit.SAVED
    before = await store.load(KEY)
    ending = begun(before, "ending")
    assert ending.check
    ending = replace(ending, check=replace(ending.check, pack="old-1"))
    assert await store.commit(Work(before, ending, NOON, due=NOON, pack=("old-1", "{}"))) is Commit.SAVED
    person = replace(ending.person, revision=ending.person.revision + 1, current_check=None)
    work = Work(ending, replace(ending, person=person), NOON, messages=(HELLO,), due=NOON, expired=True)
    assert await store.commit(work) is Commit.SAVED
    assert await store.checks(KEY) == [kept.check]
    assert await store.load(KEY, "ending") == Session(person)
    assert await store.due(NOON, ["slack"], 9) == []
    await store.tidy(NOON)
    assert (await store.pack("old-1"), await store.pack("core-1")) == (None, "{}")
    assert await to_send(store) == 1
