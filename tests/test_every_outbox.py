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
    Backlog,
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


async def test_a_message_that_was_given_up_can_be_let_go_for_good_and_one_that_waits_cannot(store: AnyStore) -> None:
    await put(store, "one", "two", "three", "four")
    first, second = await given_up(store), await given_up(store)
    assert await store.outbox.let_go(second.id + 1) == 0
    assert await store.outbox.let_go(first.id) == 1
    assert [one.id for one in await store.outbox.dead_letters(9)] == [second.id]
    assert await store.outbox.let_go(None) == 1
    assert await store.outbox.retry(None, NOON) == 0
    assert (await store.load(KEY)).undelivered == 0
    assert await sent(store) == [saying("three"), saying("four")]


async def test_how_much_there_is_is_told_in_numbers(store: AnyStore) -> None:
    assert await store.outbox.backlog() == Backlog(0, None, 0)
    await put(store, "one", at=NOON)
    await put(store, "two", "three", key=OTHER, at=NOON + MINUTE)
    assert await store.outbox.backlog() == Backlog(3, NOON, 0)
    await given_up(store)
    assert await store.outbox.backlog() == Backlog(2, NOON + MINUTE, 1)
    await store.left(OTHER, NOON)
    assert await store.outbox.backlog() == Backlog(0, None, 1)


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


# -- what asks something ---------------------------------------------------------------------------------------------

ASKS = Receipt("D1", "M1", asks=True)


def about(asked: int, check: str | None = "abc234", to: Destination | None = None) -> Message:
    """Return a message about a state of a check."""
    return replace(saying(f"{check} {asked}", to), check=check, asked=asked)


async def stands(store: AnyStore, message: Message, receipt: Receipt, key: SessionKey = KEY) -> Outgoing:
    """Send a message; return it as it was claimed."""
    await put(store, message, key=key)
    row = await claimed(store, key)
    await store.outbox.settle(row, receipt, NOON)
    return row


async def asking(store: AnyStore, message: Message) -> Receipt | None:
    """Return what a message would take the place of; it is not sent."""
    await put(store, message)
    row = await claimed(store)
    await store.outbox.drop(row)
    return row.asking


@pytest.mark.parametrize("to", [DirectMessage(), CLICK], ids=["direct", "interaction"])
async def test_what_asks_is_found_by_what_is_said_to_a_later_state_of_its_check(
    store: AnyStore, to: Destination
) -> None:
    assert await asking(store, about(1, to=to)) is None
    await stands(store, about(1), ASKS)
    assert await asking(store, about(2, to=to)) == ASKS
    assert await asking(store, about(9, to=to)) == ASKS


@pytest.mark.parametrize(
    "message",
    [
        about(1),
        about(0),
        about(2, "second"),
        about(2, None),
        about(2, to=HomePage()),
        about(2, to=InChannel("C1", "S1")),
        about(2, to=Withdrawal("C1", "M9")),
    ],
    ids=["the same state", "an earlier state", "another check", "no check", "home", "a copy", "a withdrawal"],
)
async def test_nothing_else_takes_the_place_of_what_asks(store: AnyStore, message: Message) -> None:
    await stands(store, about(1), ASKS)
    assert await asking(store, message) is None


async def test_what_asks_nothing_or_for_no_check_or_asks_somebody_else_is_not_found(store: AnyStore) -> None:
    await stands(store, about(1), RECEIPT)
    await stands(store, about(1, None), ASKS)
    await stands(store, about(1), replace(ASKS, message="M2"), OTHER)
    assert await asking(store, about(2)) is None


async def test_the_newest_that_asks_is_found(store: AnyStore) -> None:
    for asked, message, at in ((2, "M1", 0), (2, "M3", 1), (2, "M2", 1), (1, "M9", 2)):
        await put(store, about(asked))
        receipt = replace(ASKS, message=message)
        await store.outbox.settle(await claimed(store), receipt, NOON + at * MINUTE)
    assert await asking(store, about(3)) == replace(ASKS, message="M3")


async def test_what_a_message_takes_the_place_of_asks_nothing_any_more_and_nothing_older_does(store: AnyStore) -> None:
    second = replace(ASKS, message="M2")
    await stands(store, about(1), ASKS)
    await stands(store, about(1), second)
    await stands(store, about(1, "second"), replace(ASKS, message="M3"))
    assert (await stands(store, about(2), replace(ASKS, message="M4"))).asking == second
    assert (await stands(store, about(3), RECEIPT)).asking == replace(ASKS, message="M4")
    assert await asking(store, about(4)) is None
    assert await asking(store, about(4, "second")) == replace(ASKS, message="M3")


async def test_what_could_not_be_sent_takes_no_place(store: AnyStore) -> None:
    await stands(store, about(1), ASKS)
    await put(store, about(2))
    row = await given_up(store)
    assert row.asking == ASKS
    assert await asking(store, about(3)) == ASKS


async def test_a_message_that_was_edited_into_the_next_question_asks_that(store: AnyStore) -> None:
    await stands(store, about(1), ASKS)
    assert (await stands(store, about(2), ASKS)).asking == ASKS
    assert await asking(store, about(2)) is None
    assert await asking(store, about(3)) == ASKS
    assert (await stands(store, about(3), replace(ASKS, asks=False))).asking == ASKS
    assert await asking(store, about(4)) is None


async def test_the_message_whose_button_was_pressed_asks_nothing_any_more(store: AnyStore) -> None:
    second = replace(ASKS, message="M2")
    await stands(store, about(1), ASKS)
    await stands(store, about(2, "second"), second)
    # To the same state: it does not find what asks by itself.
    await stands(store, about(1, to=DirectMessage(ASKS)), RECEIPT)
    assert await asking(store, about(3)) is None
    assert await asking(store, about(3, "second")) == second


async def test_the_pressed_message_may_be_edited_into_the_next_question_by_a_part_that_is_not_the_last(
    store: AnyStore,
) -> None:
    await stands(store, about(1), ASKS)
    await put(store, about(2, to=DirectMessage(ASKS)))
    row = await claimed(store)
    await store.outbox.part_sent(row, ASKS, NOON)
    await store.outbox.settle(replace(row, parts_sent=1), RECEIPT, NOON)
    assert await asking(store, about(3)) == ASKS


async def test_what_a_message_takes_the_place_of_stays_the_same_between_its_parts(store: AnyStore) -> None:
    older, next_one = replace(ASKS, message="M0"), replace(ASKS, message="M2")
    await stands(store, about(1, "second"), older)
    await stands(store, about(1), ASKS)
    await put(store, about(2))
    row = await claimed(store)
    await store.outbox.part_sent(row, replace(ASKS, asks=False), NOON)
    again = await claimed(store)
    assert again == replace(row, parts_sent=1, asking=ASKS)
    await store.outbox.part_sent(again, next_one, NOON)
    assert await claimed(store) == replace(row, parts_sent=2, asking=ASKS)
    await store.outbox.settle(replace(again, parts_sent=2), None, NOON)
    assert await asking(store, about(3)) == next_one
    assert await asking(store, about(3, "second")) == older


async def test_a_message_that_took_no_place_takes_none_between_its_parts(store: AnyStore) -> None:
    await put(store, about(2))
    row = await claimed(store)
    await store.outbox.part_sent(row, ASKS, NOON)
    assert await claimed(store) == replace(row, parts_sent=1)
    await store.outbox.settle(replace(row, parts_sent=1), None, NOON)
    assert await asking(store, about(3)) == ASKS


# -- copies in channels ----------------------------------------------------------------------------------------------

CARD, DETAIL, MORE = Receipt("C1", "M1"), Receipt("C1", "M2"), Receipt("C1", "M3")


def copy(text: str = "copy", share: str = "S1", check: str | None = "abc234") -> Message:
    return replace(saying(text, InChannel("C1", share)), check=check, asked=1)


def taken_back(share: str = "S1") -> Message:
    return replace(copy(share=share), replies=())


async def goes_out(store: AnyStore, message: Message, *outcomes: Receipt | None, key: SessionKey = KEY) -> Outgoing:
    """Send a message in as many parts; return it as it was claimed at first."""
    await put(store, message, key=key)
    first = await claimed(store, key)
    for number, receipt in enumerate(outcomes):
        row = replace(first, parts_sent=number)
        if number + 1 < len(outcomes):
            assert await store.outbox.part_sent(row, receipt, NOON)
        else:
            await store.outbox.settle(row, receipt, NOON)
    return first


async def copies(store: AnyStore, share: str = "S1", key: SessionKey = KEY) -> tuple[Receipt | None, ...]:
    """Return what a share has in its channel."""
    await put(store, taken_back(share), key=key)
    row = await claimed(store, key)
    await store.outbox.drop(row)
    return row.copies


async def test_a_copy_finds_what_it_has_in_its_channel_already(store: AnyStore) -> None:
    assert (await goes_out(store, copy(), CARD, DETAIL)).copies == ()
    assert (await goes_out(store, copy("again"), CARD, DETAIL)).copies == (CARD, DETAIL)
    assert await copies(store) == (CARD, DETAIL)
    assert await copies(store, "S2") == ()
    assert await copies(store, key=OTHER) == ()
    assert (await goes_out(store, saying("one"), RECEIPT)).copies == ()


async def test_a_part_that_was_posted_anew_takes_the_place_of_the_one_before(store: AnyStore) -> None:
    await goes_out(store, copy(), CARD, DETAIL)
    await goes_out(store, copy(), CARD, MORE)
    assert await copies(store) == (CARD, MORE)
    await store.erase(KEY, NOON)
    assert await sent(store) == [Message(Withdrawal("C1", "M1")), Message(Withdrawal("C1", "M3"))]


async def test_a_copy_of_fewer_parts_leaves_none_of_the_others(store: AnyStore) -> None:
    await goes_out(store, copy(), CARD, DETAIL, MORE)
    assert (await goes_out(store, copy("short"), CARD, None, None)).copies == (CARD, DETAIL, MORE)
    assert await copies(store) == (CARD,)


async def test_a_copy_that_is_taken_back_leaves_nothing(store: AnyStore) -> None:
    await goes_out(store, copy(), CARD, DETAIL)
    await goes_out(store, copy(share="S2"), MORE)
    assert (await goes_out(store, taken_back(), None, None)).copies == (CARD, DETAIL)
    assert await copies(store) == ()
    assert await copies(store, "S2") == (MORE,)
    await store.erase(KEY, NOON)
    assert await sent(store) == [Message(Withdrawal("C1", "M3"))]


@pytest.mark.parametrize("message", [taken_back(), copy("short")], ids=["taken back", "fewer parts"])
async def test_a_copy_claimed_again_between_two_parts_has_each_at_its_number(store: AnyStore, message: Message) -> None:
    await goes_out(store, copy(), CARD, DETAIL, MORE)
    await put(store, message)
    row = await claimed(store)
    assert row.copies == (CARD, DETAIL, MORE)
    left = CARD if message.replies else None
    assert await store.outbox.part_sent(row, left, NOON)
    again = await claimed(store)
    assert again == replace(row, parts_sent=1, copies=(left, DETAIL, MORE))
    assert await store.outbox.part_sent(again, None, NOON)
    last = await claimed(store)
    assert last == replace(row, parts_sent=2, copies=(left, None, MORE))
    await store.outbox.settle(last, None, NOON)
    assert await copies(store) == ((left,) if left else ())


async def test_a_new_copy_claimed_again_between_two_parts_has_the_first(store: AnyStore) -> None:
    await put(store, copy())
    row = await claimed(store)
    await store.outbox.part_sent(row, CARD, NOON)
    again = await claimed(store)
    assert again == replace(row, parts_sent=1, copies=(CARD,))
    await store.outbox.settle(again, DETAIL, NOON)
    assert await copies(store) == (CARD, DETAIL)


async def test_of_several_updates_of_a_copy_the_last_is_sent_and_the_others_keep_their_order(store: AnyStore) -> None:
    old, other, new = copy("old"), copy("other", "S2"), copy("new")
    await put(store, old, "one", old, other, "two", new, "three", other)
    await put(store, copy("theirs"), key=OTHER)
    assert await sent(store) == [saying("one"), saying("two"), new, saying("three"), other]
    assert await sent(store, OTHER) == [copy("theirs")]


async def test_taking_a_copy_back_comes_in_the_place_of_bringing_it_up_to_date(store: AnyStore) -> None:
    await goes_out(store, copy(), CARD, DETAIL)
    await put(store, copy("old"), taken_back())
    row = await claimed(store)
    assert (row.message, row.parts_sent, row.copies) == (taken_back(), 0, (CARD, DETAIL))


async def test_an_update_that_went_half_way_is_given_up_for_the_next_one(store: AnyStore) -> None:
    await put(store, copy("old"))
    await store.outbox.part_sent(await claimed(store), CARD, NOON)
    await put(store, copy("new"))
    row = await claimed(store)
    assert (row.message, row.parts_sent, row.copies) == (copy("new"), 0, (CARD,))


async def test_an_update_that_was_put_off_holds_the_conversation_up_also_where_it_is_not_the_last(
    store: AnyStore,
) -> None:
    await put(store, copy("old"))
    await store.outbox.put_off(await claimed(store), NOON + MINUTE, 1)
    await put(store, "one", copy("new"))
    assert await store.outbox.claim(KEY, NOON) is None
    assert await sent(store, now=NOON + MINUTE) == [saying("one"), copy("new")]


async def test_an_update_that_was_given_up_is_never_sent_after_a_later_one(store: AnyStore) -> None:
    await put(store, copy("old"), "one", copy("other", "S2"))
    old = await given_up(store)
    await store.outbox.settle(await claimed(store), None, NOON)
    other = await given_up(store)
    await put(store, taken_back())
    later = await given_up(store)
    assert await store.outbox.retry(old.id, NOON) == 1
    assert await sent(store) == []
    assert [one.id for one in await store.outbox.dead_letters(9)] == [later.id, other.id]
    await put(store, copy("other"))
    assert await sent(store) == [copy("other")]
    await put(store, taken_back("S2"))
    await store.outbox.drop(await claimed(store))
    assert await store.outbox.retry(None, NOON) == 0


async def test_who_shared_a_message_in_a_channel_is_found_by_any_of_its_parts(store: AnyStore) -> None:
    await goes_out(store, copy(), CARD, DETAIL)
    await goes_out(store, copy(share="S2", check="second"), MORE, key=OTHER)
    for receipt in (CARD, DETAIL, replace(CARD, asks=True)):
        assert await store.sharer(OTHER, receipt) == (KEY, "abc234", "S1")
    assert await store.sharer(KEY, MORE) == (OTHER, "second", "S2")


async def test_what_is_no_shared_report_of_the_workspace_has_nobody_who_shared_it(store: AnyStore) -> None:
    await goes_out(store, copy(), CARD, DETAIL)
    await goes_out(store, saying("one"), Receipt("D1", "M7"))
    await goes_out(store, about(1), Receipt("D1", "M8", asks=True))
    for receipt in (Receipt("D1", "M7"), Receipt("D1", "M8"), Receipt("C2", "M1"), Receipt("C1", "M9")):
        assert await store.sharer(KEY, receipt) is None
    for place in NEIGHBOURS[:2]:
        assert await store.sharer(place, CARD) is None
    await goes_out(store, taken_back(), None, None)
    assert await store.sharer(KEY, CARD) is None


# -- a workspace that sent the bot away ------------------------------------------------------------------------------


async def test_the_messages_of_a_workspace_that_sent_the_bot_away_wait_until_it_is_back(store: AnyStore) -> None:
    for key in (KEY, *NEIGHBOURS):
        await put(store, "one", key=key)
    await store.left(KEY, NOON)
    everywhere = ["slack", "discord"]
    assert set(await store.outbox.waiting(NOON, everywhere, 9)) == set(NEIGHBOURS[:2])
    assert await store.outbox.claim(KEY, NOON) is None
    assert await sent(store, NEIGHBOURS[1]) == [saying("one")]
    await store.left(KEY, None)
    assert set(await store.outbox.waiting(NOON, everywhere, 9)) == {KEY, NEIGHBOURS[0], NEIGHBOURS[2]}
    assert await sent(store) == [saying("one")]


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


# -- who was written to lately -------------------------------------------------------------------------------------


async def test_who_was_written_to_last_is_first_also_where_the_clock_was_set_back(store: AnyStore) -> None:
    for key, message, at in ((KEY, "999", NOON + HOUR), (OTHER, "1000", NOON), (OTHER, "1001", NOON - MINUTE)):
        await put(store, "hello", key=key)
        await store.outbox.settle(await claimed(store, key), Receipt("C1", message), at)
    told = [(key, receipt.message) for key, receipt in await store.lately("slack", NOON - HOUR, 9)]
    assert told == [(OTHER, "1001"), (KEY, "999")]
    assert len(await store.lately("slack", NOON - HOUR, 1)) == 1
    assert [key for key, _ in await store.lately("slack", NOON + MINUTE, 9)] == [KEY]
