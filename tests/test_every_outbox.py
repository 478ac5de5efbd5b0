"""What every outbox does alike: messages go out in order, wait, are given up, and are told of."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from adapters.storage.sqlite import SqliteStore, open_sqlite
from conversations.catalogue import phrase
from conversations.messages import (
    DeadLetter,
    Destination,
    DirectMessage,
    HomePage,
    InChannel,
    InteractionReply,
    Message,
    Outgoing,
    Receipt,
    Withdrawal,
)
from conversations.ports import Commit, Work
from conversations.replies import Say
from conversations.session import SessionKey
from tests.dialogue import NOON
from tests.test_every_store import KEY, NEIGHBOURS, STRANGE, AnyStore, with_check

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
OTHER = NEIGHBOURS[2]
CLICK = InteractionReply("Token-Zyxwvutsr", NOON + timedelta(minutes=15))
SECRET = "0123456789abcdef" * 2
RECEIPT = Receipt("C1", "M1")


def saying(text: str, to: Destination | None = None) -> Message:
    return Message(to or DirectMessage(), (Say(phrase("noted", said=text)),))


async def put(store: AnyStore, *messages: Message | str, key: SessionKey = KEY, at: datetime = NOON) -> None:
    """Put messages into the outbox, as a turn that changed nothing else."""
    before = await store.load(key)
    made = tuple(saying(one) if isinstance(one, str) else one for one in messages)
    assert await store.commit(Work(before, before, at, messages=made)) is Commit.SAVED


async def claimed(store: AnyStore, key: SessionKey = KEY, now: datetime = NOON) -> Outgoing:
    row = await store.outbox.claim(key, now)
    assert row is not None
    return row


async def given_up(store: AnyStore, reason: str = "gone", key: SessionKey = KEY) -> Outgoing:
    row = await claimed(store, key)
    await store.outbox.give_up(row, reason)
    return row


async def sent(store: AnyStore, key: SessionKey = KEY, now: datetime = NOON) -> list[Message]:
    """Send and return what waits for a person, until there is nothing more or it has to wait."""
    messages = []
    while row := await store.outbox.claim(key, now):
        messages.append(row.message)
        await store.outbox.settle(row, None, now)
    return messages


async def waiting(store: AnyStore, now: datetime = NOON, limit: int = 9) -> list[str]:
    """Return the people whose messages wait."""
    return [key.person for key in await store.outbox.waiting(now, ["slack"], limit)]


# -- in order ------------------------------------------------------------------------------------------------------


async def test_an_outbox_without_messages_has_nothing_to_send(store: AnyStore) -> None:
    assert await store.outbox.claim(KEY, NOON) is None
    assert await waiting(store) == []
    assert await store.outbox.dead_letters(9) == []
    assert await store.outbox.retry(None, NOON) == 0


async def test_messages_go_out_in_the_order_they_were_committed_in(store: AnyStore) -> None:
    await put(store, "one", "two")
    await put(store, "else", key=OTHER)
    await put(store, "three", at=NOON - HOUR)
    assert await sent(store) == [saying("one"), saying("two"), saying("three")]
    assert await sent(store, OTHER) == [saying("else")]
    assert await waiting(store) == []


@pytest.mark.parametrize(
    "to",
    [
        DirectMessage(),
        InChannel("C1", "S1"),
        HomePage(),
        DirectMessage(Receipt("D1", "M1")),
        Withdrawal("C1", "M1"),
        CLICK,
    ],
    ids=lambda to: to.kind,
)
async def test_a_message_is_claimed_as_it_was_committed(store: AnyStore, to: Destination) -> None:
    message = replace(saying("“Zyxwvutsr” 👩‍💻\n", to), language="zh", pack="core-1", check="abc234", asked=7)
    await put(store, message)
    row = await claimed(store)
    assert row == Outgoing(row.id, KEY, message)


async def test_what_is_claimed_and_not_settled_is_claimed_again(store: AnyStore) -> None:
    await put(store, "one", "two")
    first = await claimed(store)
    assert await claimed(store) == first
    await store.outbox.settle(first, RECEIPT, NOON)
    assert (await claimed(store)).message == saying("two")


async def test_keys_as_strange_as_they_like_have_outboxes_of_their_own(store: AnyStore) -> None:
    for key in STRANGE:
        await put(store, repr(key), key=key)
    for key in STRANGE:
        assert await store.outbox.waiting(NOON, [key.platform], 99)
        assert await sent(store, key) == [saying(repr(key))]


async def test_a_number_never_comes_up_twice(store: AnyStore) -> None:
    await put(store, "one")
    first = await claimed(store)
    await store.outbox.settle(first, None, NOON)
    await put(store, "two")
    assert (await claimed(store)).id > first.id


async def test_a_message_of_several_parts_goes_on_where_it_was_left(store: AnyStore) -> None:
    await put(store, "long", "next")
    row = await claimed(store)
    await store.outbox.part_sent(row, RECEIPT, NOON)
    again = await claimed(store)
    assert again == replace(row, parts_sent=1)
    await store.outbox.part_sent(again, Receipt("C1", "M2"), NOON)
    assert await claimed(store) == replace(row, parts_sent=2)
    await store.outbox.settle(replace(row, parts_sent=2), None, NOON)
    assert (await claimed(store)).message == saying("next")


async def test_a_message_that_is_of_no_use_any_more_is_let_go(store: AnyStore) -> None:
    await put(store, "one", "two")
    await store.outbox.drop(await claimed(store))
    assert await sent(store) == [saying("two")]
    assert await store.outbox.dead_letters(9) == []


# -- who waits -----------------------------------------------------------------------------------------------------


async def test_conversations_wait_by_the_time_of_their_oldest_message(store: AnyStore) -> None:
    people = [replace(KEY, person=name) for name in ("U1", "U2", "U3")]
    for key in people:
        await put(store, "one", "two", key=key)
    assert await waiting(store) == ["U1", "U2", "U3"]
    assert await waiting(store, limit=2) == ["U1", "U2"]
    for key, until in zip(people, (3 * MINUTE, MINUTE, 2 * MINUTE), strict=True):
        await store.outbox.put_off(await claimed(store, key), NOON + until, 1)
    assert await waiting(store) == []
    assert await waiting(store, NOON + 2 * MINUTE) == ["U2", "U3"]
    assert await waiting(store, NOON + 3 * MINUTE) == ["U2", "U3", "U1"]


async def test_only_conversations_of_the_platforms_at_hand_wait(store: AnyStore) -> None:
    for key in (KEY, *NEIGHBOURS):
        await put(store, "one", key=key)
    assert set(await store.outbox.waiting(NOON, ["slack"], 9)) == {KEY, *NEIGHBOURS[1:]}
    assert await store.outbox.waiting(NOON, {"discord": 1}.keys(), 9) == [NEIGHBOURS[0]]
    assert await store.outbox.waiting(NOON, [], 9) == []


async def test_a_message_that_was_put_off_holds_its_conversation_up_and_no_other(store: AnyStore) -> None:
    await put(store, "one", "two")
    await put(store, "else", key=OTHER)
    row = await claimed(store)
    await store.outbox.put_off(row, NOON + MINUTE, 3)
    assert await store.outbox.claim(KEY, NOON) is None
    assert await store.outbox.claim(KEY, NOON + MINUTE - timedelta(milliseconds=1)) is None
    assert await waiting(store) == [OTHER.person]
    assert await sent(store, OTHER) == [saying("else")]
    assert await claimed(store, now=NOON + MINUTE) == replace(row, attempts=3)
    assert await sent(store, now=NOON + MINUTE) == [saying("one"), saying("two")]


async def test_a_message_put_off_by_a_clock_that_was_set_back_since_waits_no_more(store: AnyStore) -> None:
    await put(store, "one")
    await store.outbox.put_off(await claimed(store), NOON + timedelta(days=365), 1)
    assert await waiting(store) == [KEY.person]
    await store.outbox.put_off(await claimed(store), NOON + 2 * HOUR + MINUTE, 1)
    assert await waiting(store) == [KEY.person]
    assert await waiting(store, NOON + 2 * MINUTE) == []
    assert await store.outbox.claim(KEY, NOON + 2 * MINUTE) is None


# -- messages that were given up -----------------------------------------------------------------------------------


async def test_a_message_that_was_given_up_blocks_nothing_and_is_listed_without_its_words(store: AnyStore) -> None:
    await put(store, "Zyxwvutsr", saying("Zyxwvutsr", InChannel("C1", "S1")), "three")
    first = await claimed(store)
    await store.outbox.put_off(first, NOON, 4)
    await store.outbox.give_up(first, "closed")
    second = await given_up(store, "gone")
    assert await sent(store) == [saying("three")]
    letters = [
        DeadLetter(second.id, KEY, "channel", "gone", 1, NOON),
        DeadLetter(first.id, KEY, "direct", "closed", 5, NOON),
    ]
    assert list(await store.outbox.dead_letters(9)) == letters
    assert list(await store.outbox.dead_letters(1)) == letters[:1]
    assert "Zyxwvutsr" not in repr(await store.outbox.dead_letters(9))


async def test_a_message_that_was_given_up_can_be_sent_again_in_its_old_place(store: AnyStore) -> None:
    await put(store, "one", "two", "three")
    row = await claimed(store)
    await store.outbox.put_off(row, NOON, 4)
    await store.outbox.give_up(row, "closed")
    second = await given_up(store)
    assert await store.outbox.retry(second.id + 1, NOON) == 0
    assert await store.outbox.retry(row.id, NOON + MINUTE) == 1
    assert [one.id for one in await store.outbox.dead_letters(9)] == [second.id]
    assert await store.outbox.claim(KEY, NOON) is None
    assert await claimed(store, now=NOON + MINUTE) == replace(row, attempts=0)
    assert await store.outbox.retry(None, NOON + MINUTE) == 1
    assert await sent(store, now=NOON + MINUTE) == [saying("one"), saying("two"), saying("three")]
    assert await store.outbox.dead_letters(9) == []


async def test_all_that_was_given_up_can_be_sent_again_of_everybody(store: AnyStore) -> None:
    for key in (KEY, OTHER):
        await put(store, "one", "two", key=key)
        await given_up(store, key=key)
    assert await store.outbox.retry(None, NOON) == 2
    for key in (KEY, OTHER):
        assert await sent(store, key) == [saying("one"), saying("two")]


async def test_what_was_given_up_after_some_parts_goes_on_behind_them(store: AnyStore) -> None:
    await put(store, "long")
    await store.outbox.part_sent(await claimed(store), RECEIPT, NOON)
    row = await given_up(store)
    assert await store.outbox.retry(row.id, NOON) == 1
    assert (await claimed(store)).parts_sent == 1


async def test_somebody_is_told_once_how_many_messages_were_given_up(store: AnyStore) -> None:
    session = await with_check(store)
    await put(store, "one", "two", saying("", Withdrawal("C1", "M1")), "four")
    await with_check(store, OTHER)
    assert (await store.load(KEY)).undelivered == 0
    for count in (1, 2, 2):
        await given_up(store)
        assert await store.load(KEY) == replace(session, undelivered=count)
    assert (await store.load(OTHER)).undelivered == 0
    before = await store.load(KEY)
    assert await store.commit(Work(before, before, NOON)) is Commit.SAVED
    assert await store.load(KEY) == before
    assert await store.commit(Work(before, before, NOON, messages=(saying("five"),), told=True)) is Commit.SAVED
    assert await store.load(KEY) == session
    assert len(await store.outbox.dead_letters(9)) == 3


async def test_somebody_is_told_again_of_what_was_given_up_after_they_were_told(store: AnyStore) -> None:
    session = await with_check(store)
    await put(store, "one", "two")
    first = await given_up(store)
    before = await store.load(KEY)
    assert await store.commit(Work(before, before, NOON, told=True)) is Commit.SAVED
    await given_up(store)
    assert await store.load(KEY) == replace(session, undelivered=1)
    assert await store.outbox.retry(first.id, NOON) == 1
    await given_up(store)
    assert await store.load(KEY) == replace(session, undelivered=2)


async def test_dead_letters_are_let_go_after_thirty_days(store: AnyStore) -> None:
    await put(store, "old", "waits")
    await given_up(store)
    await put(store, "new", key=OTHER, at=NOON + timedelta(days=2))
    await given_up(store, key=OTHER)
    await store.tidy(NOON + timedelta(days=29))
    assert len(await store.outbox.dead_letters(9)) == 2
    await store.tidy(NOON + timedelta(days=31))
    assert [one.key for one in await store.outbox.dead_letters(9)] == [OTHER]
    assert await sent(store) == [saying("waits")]


# -- the token of an interaction -----------------------------------------------------------------------------------


async def test_the_reply_to_an_interaction_cannot_be_sent_later_and_is_not_put_back(store: AnyStore) -> None:
    await with_check(store)
    await put(store, saying("one", CLICK))
    row = await given_up(store)
    assert row.message.to == CLICK
    assert await store.outbox.retry(row.id, NOON) == 0
    assert await store.outbox.retry(None, NOON) == 0
    assert (await store.load(KEY)).undelivered == 1


async def test_a_token_stands_in_no_file_and_comes_back_after_a_restart(path: Path) -> None:
    async with open_sqlite(path) as store:
        await put(store, saying("Reply-Zyxwvutsr", CLICK))
        held = b"".join(file.read_bytes() for file in path.parent.iterdir())
        assert b"Reply-Zyxwvutsr" in held
        assert b"Token-Zyxwvutsr" not in held
        assert "Token-Zyxwvutsr" not in await store.held(KEY)
    async with open_sqlite(path) as store:
        assert (await claimed(store)).message.to == CLICK


async def test_a_token_that_was_sealed_with_another_secret_is_no_token(path: Path) -> None:
    async with open_sqlite(path, SECRET) as store:
        await put(store, saying("one", CLICK))
        assert (await claimed(store)).message.to == CLICK
    async with open_sqlite(path, SECRET[::-1]) as store:
        assert await sent(store) == [saying("one", replace(CLICK, token=""))]


async def test_a_token_that_is_damaged_is_no_token(sqlite_store: SqliteStore, path: Path) -> None:
    await put(sqlite_store, saying("one", CLICK))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("UPDATE outbox SET token = x'00ff'")
    assert await sent(sqlite_store) == [saying("one", replace(CLICK, token=""))]


# -- the outbox on disk --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body", ["", "{", "null", '{"schema":2,"record":{}}', '{"schema":1,"record":{}}', '{"schema":1000,"record":{}}']
)
async def test_a_damaged_message_is_given_up_and_blocks_nothing(
    sqlite_store: SqliteStore, path: Path, body: str
) -> None:
    session = await with_check(sqlite_store)
    await put(sqlite_store, "one", "two", "three")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("UPDATE outbox SET body = ? WHERE id IN (SELECT id FROM outbox ORDER BY id LIMIT 2)", (body,))
    assert await sent(sqlite_store) == [saying("three")]
    assert [(one.reason, one.kind) for one in await sqlite_store.outbox.dead_letters(9)] == [("damaged", "direct")] * 2
    assert await sqlite_store.load(KEY) == replace(session, undelivered=2)


async def test_what_waits_outlives_the_store(path: Path) -> None:
    async with open_sqlite(path) as store:
        await put(store, "one", "two")
        row = await claimed(store)
        await store.outbox.part_sent(row, RECEIPT, NOON)
        await store.outbox.put_off(replace(row, parts_sent=1), NOON + MINUTE, 2)
    async with open_sqlite(path) as store:
        assert await store.outbox.claim(KEY, NOON) is None
        assert await claimed(store, now=NOON + MINUTE) == replace(row, parts_sent=1, attempts=2)
