"""Mentors look at a report that they were asked to: who may, what they say, and what its owner hears of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.packs_in_use import Pack, PacksInUse
from bot.turns import Turns
from conversations.catalogue import phrase
from conversations.events import Pressed, ReviewAct, Reviewed
from conversations.messages import DirectMessage, InChannel
from conversations.ports import AskedReview, SessionStore
from conversations.replies import Choose, Listed, QueueRow, ShowQueue, ShowReport, ShowShared, ShowShares, Turn
from conversations.report import of_mentor
from conversations.reviewing import REMARKS_LIMIT, queue
from conversations.session import Intent, Review, ReviewState, Share
from conversations.workspace import Workspace
from tests.dialogue import ME, core, core_files, core_values, words
from tests.test_every_store import AnyStore, save
from tests.test_sharing import Owner, keys, owner

MENTOR, OTHER = "U7", "U8"
RULES = Workspace(mentors=(MENTOR, OTHER, "S9"))


def asking(rules: Workspace = RULES) -> Owner:
    """Return somebody who has shared their report, and asked mentors to look at it."""
    me = owner(rules)
    me.say("share", channel="C1")
    me.say("ask the mentors", "yes")
    return me


def does(
    me: Owner, act: ReviewAct, text: str = "", *, by: str = MENTOR, share: str = "", groups: tuple[str, ...] = ()
) -> Turn:
    me.events += 1
    named = share or me.check.shares[0].id
    return me.take(Reviewed(ME, me.now, me.check.id, named, act, by, groups, None, text, f"E{me.events}"))


def told(turn: Turn) -> str:
    assert turn.told is not None
    assert all(core().catalogue.text(turn.told, language) for language in ("en", "zh"))
    return turn.told.key.removeprefix("mentors.")


def state(me: Owner) -> ReviewState | None:
    review = me.check.shares[0].review
    return review.state if review else None


def card(turn: Turn) -> ShowShared:
    (post,) = turn.posts
    found = post.replies[0]
    assert isinstance(found, ShowShared)
    return found


# -- asking for it ---------------------------------------------------------------------------------------------------


def test_a_review_is_asked_for_where_the_report_is_shared() -> None:
    me = owner(RULES)
    asked = me.say("share", channel="C1").replies[-1]
    assert isinstance(asked, Choose)
    assert {"ask_review", "pass_on"} <= {one.argument for one in asked.more}
    me.press(Intent.SHARE_AS, "ask_review")
    turn = me.say("yes")  # nothing else is seen than what was previewed
    assert card(turn).review is ReviewState.ASKED
    assert state(me) is ReviewState.ASKED


def test_a_review_can_be_asked_for_later_and_again_when_it_is_done() -> None:
    me = owner(RULES)
    assert keys(me.say("ask for a review").replies)[0] == "mentors.share_first"
    me.share("C1")
    turn = me.say("ask for a review")
    assert (keys(turn.replies)[0], card(turn).review) == ("mentors.asked", ReviewState.ASKED)
    assert keys(me.say("ask for a review").replies)[0] == "mentors.asked_already"
    does(me, ReviewAct.CLAIM)
    does(me, ReviewAct.DONE)
    assert keys(me.say("ask for a review").replies)[0] == "mentors.asked"


def test_where_there_are_no_mentors_none_is_offered() -> None:
    me = owner()
    asked = me.say("share", channel="C1").replies[-1]
    assert isinstance(asked, Choose)
    assert {"ask_review", "pass_on"} & {one.argument for one in asked.more} == set()
    for words_for_it in ("ask the mentors", "mentors may pass it on"):
        assert keys(me.say(words_for_it).replies)[0] == "mentors.no_mentors"
    me.say("yes")
    assert keys(me.say("ask for a review").replies)[0] == "mentors.no_mentors"


# -- looking at it ---------------------------------------------------------------------------------------------------


def test_a_mentor_takes_it_on_gives_it_back_and_ends_it() -> None:
    me = asking()
    before = me.check
    turn = does(me, ReviewAct.CLAIM)
    assert (told(turn), turn.replies, card(turn).review) == ("claimed", (), ReviewState.CLAIMED)
    assert (me.check.asked, me.check.changed_at, me.check.phase) == (before.asked, before.changed_at, before.phase)
    assert told(does(me, ReviewAct.CLAIM)) == "yours"
    assert told(does(me, ReviewAct.CLAIM, by=OTHER)) == "taken"
    assert told(does(me, ReviewAct.UNCLAIM, by=OTHER)) == "not_yours"
    assert told(does(me, ReviewAct.DONE, by=OTHER)) == "not_yours"
    turn = does(me, ReviewAct.UNCLAIM)
    assert (told(turn), turn.replies, state(me)) == ("unclaimed", (), ReviewState.ASKED)
    does(me, ReviewAct.CLAIM, by=OTHER)
    turn = does(me, ReviewAct.DONE, by=OTHER)
    assert (told(turn), keys(turn.replies), card(turn).review) == ("done", ["mentors.told_nothing"], ReviewState.DONE)
    assert told(does(me, ReviewAct.CLAIM)) == "not_asked"


@pytest.mark.parametrize("act", list(ReviewAct))
def test_whoever_is_no_mentor_changes_nothing(act: ReviewAct) -> None:
    me = asking()
    before = me.session.person, me.check
    turn = does(me, act, "C2", by="U1")
    assert (told(turn), turn.replies, turn.posts) == ("only_mentors", (), ())
    assert (me.session.person, me.check) == before


def test_a_group_of_mentors_is_as_good_as_a_name() -> None:
    me = asking()
    assert told(does(me, ReviewAct.CLAIM, by="U1", groups=("S1", "S9"))) == "claimed"


@pytest.mark.parametrize("act", list(ReviewAct))
def test_a_copy_that_was_taken_back_is_gone(act: ReviewAct) -> None:
    me = asking()
    share = me.check.shares[0].id
    me.say("unshare")
    turn = does(me, act, "C2", share=share)
    assert (told(turn), turn.posts) == ("gone", ())


def test_what_mentors_say_stands_apart_and_its_owner_hears_of_it_once() -> None:
    me = asking()
    answers = me.check.answers
    does(me, ReviewAct.CLAIM)
    note = does(me, ReviewAct.NOTE, "They moved from AB123 last year.")
    question = does(me, ReviewAct.QUESTION, "Who pays for the cluster?", by=OTHER)
    assert [(told(one), one.replies) for one in (note, question)] == [("noted", ()), ("question_noted", ())]
    turn = does(me, ReviewAct.DONE)
    (listed,) = turn.replies
    assert isinstance(listed, Listed)
    said = [core().catalogue.text(one, "en") for one in listed.items]
    assert said == ["They moved from AB123 last year.", "To ask: Who pays for the cluster?"]
    assert me.check.answers == answers
    report = next(one.report for one in me.say("report").replies if isinstance(one, ShowReport))
    assert core().catalogue.text(report.questions[0].ask, "en") == "Who pays for the cluster?"
    assert "They moved from AB123 last year." in words(report)


def test_what_mentors_say_is_in_no_copy() -> None:
    me = asking()
    does(me, ReviewAct.NOTE, "Qxz7 says something")
    assert does(me, ReviewAct.QUESTION, "What of Qxz7?").posts == ()
    turn = does(me, ReviewAct.CLAIM)
    assert not any(of_mentor(one) for one in card(turn).report.questions)
    for reply in (one for post in turn.posts for one in post.replies):
        assert isinstance(reply, ShowShared)
        assert "Qxz7" not in repr(reply)


def test_what_mentors_said_is_listed_and_let_go() -> None:
    me = asking()
    assert keys(me.say("notes").replies)[0] == "remark.none"
    does(me, ReviewAct.NOTE, "one")
    does(me, ReviewAct.QUESTION, "two")
    listed = me.say("notes").replies[0]
    assert isinstance(listed, Listed)
    assert len(listed.items) == 2
    assert keys(me.say("drop note 3").replies)[0] == "remark.no_such"
    assert keys(me.say("drop note 1").replies)[0] == "remark.dropped"
    assert [one.text for one in me.check.remarks] == ["two"]


@pytest.mark.parametrize("text", ["", "  ", "\u200b\u0000"])
def test_nothing_is_no_note(text: str) -> None:
    me = asking()
    assert told(does(me, ReviewAct.NOTE, text)) == "empty"
    assert me.check.remarks == ()


def test_a_check_takes_so_many_notes() -> None:
    me = asking()
    for number in range(REMARKS_LIMIT):
        assert told(does(me, ReviewAct.NOTE, f"{number}")) == "noted"
    assert told(does(me, ReviewAct.NOTE, "one more")) == "enough"
    assert len(me.check.remarks) == REMARKS_LIMIT


# -- passing it on ---------------------------------------------------------------------------------------------------


def test_a_mentor_shows_it_elsewhere_only_as_its_owner_allowed_and_they_are_told_where() -> None:
    me = asking()
    assert told(does(me, ReviewAct.PASS_ON, "C2")) == "not_onward"
    me = owner(RULES)
    me.say("share", channel="C1")
    me.say("mentors may pass it on", "yes")
    assert told(does(me, ReviewAct.PASS_ON, "C1")) == "there_already"
    turn = does(me, ReviewAct.PASS_ON, "C2")
    assert told(turn) == "passed_on"
    assert [post.channel for post in turn.posts] == ["C2"]
    assert not card(turn).onward
    (shown,) = turn.replies
    assert isinstance(shown, ShowShares)
    (row,) = shown.rows
    assert (row.channel, row.share) == ("C2", me.check.shares[1].id)
    back = me.take(Pressed(ME, me.now, Intent.UNSHARE, (row.share,), check=row.check))
    assert [(post.channel, post.replies) for post in back.posts] == [("C2", ())]


def test_it_is_not_shown_where_the_admins_allow_none() -> None:
    me = owner(replace(RULES, channels=("C1",)))
    me.say("share", channel="C1")
    me.say("mentors may pass it on", "yes")
    turn = does(me, ReviewAct.PASS_ON, "C2")
    assert (turn.told, turn.posts) == (phrase("share.not_there"), ())
    me.session = replace(me.session, workspace=replace(RULES, shares_a_day=0))
    turn = does(me, ReviewAct.PASS_ON, "C2")
    assert (turn.told, turn.posts) == (phrase("share.off"), ())


# -- the queue -------------------------------------------------------------------------------------------------------


def test_a_queue_tells_what_is_free_what_is_ones_own_and_what_is_anothers() -> None:
    me = asking()
    share = me.check.shares[0]
    rows: list[QueueRow] = []
    for review in (Review(me.now), Review(me.now, ReviewState.CLAIMED, MENTOR)):
        rows += queue([AskedReview(ME, me.check.id, replace(share, review=review))], MENTOR)
    rows += queue([AskedReview(ME, me.check.id, replace(share, review=review))], OTHER)
    assert [(row.state, row.mine) for row in rows] == [
        (ReviewState.ASKED, False),
        (ReviewState.CLAIMED, True),
        (ReviewState.CLAIMED, False),
    ]
    assert len({core().catalogue.text(row.text, "en") for row in rows}) == 3


async def asked_in(store: SessionStore, *shares: Share) -> None:
    before = await store.load(ME)
    check = replace(owner().check, shares=shares, revision=1)
    if before.check:
        check = replace(before.check, shares=shares, revision=before.check.revision + 1)
    person = replace(before.person, revision=before.person.revision + 1, current_check=check.id)
    await save(store, before, replace(before, person=person, check=check))


async def test_a_store_knows_what_mentors_are_asked_for_in_a_workspace(store: AnyStore) -> None:
    at = owner().now
    first = Share("s1", "C1", at, review=Review(at + timedelta(hours=1)))
    second = Share("s2", "C2", at, review=Review(at, ReviewState.CLAIMED, MENTOR), place="G1")
    third = Share("s3", "C3", at, review=Review(at, ReviewState.DONE, MENTOR))
    await asked_in(store, first, second, third, Share("s4", "C4", at))
    here = replace(ME, person=MENTOR)
    assert [one.share for one in await store.reviews(here)] == [first]
    assert [one.share for one in await store.reviews(replace(here, workspace="G1"))] == [second]
    assert await store.reviews(replace(here, platform="elsewhere")) == []
    await asked_in(store, replace(first, review=Review(at, ReviewState.DONE, MENTOR)))
    assert await store.reviews(here) == []
    await asked_in(store, first)
    await store.erase(ME, at + timedelta(days=1))
    assert await store.reviews(here) == []


async def test_a_mentor_who_is_forgotten_leaves_no_word_in_anybodys_check(store: AnyStore) -> None:
    me = asking()
    does(me, ReviewAct.CLAIM)
    does(me, ReviewAct.NOTE, "Zyxwvutsr")
    does(me, ReviewAct.QUESTION, "from another", by=OTHER)
    await asked_in(store, *me.check.shares)
    before = await store.load(ME)
    assert before.check
    after = replace(before, check=replace(before.check, revision=before.check.revision + 1, remarks=me.check.remarks))
    await save(store, before, after)
    mentor = replace(ME, person=MENTOR)
    assert "Zyxwvutsr" in await store.held(mentor)
    await store.erase(mentor, me.now)
    left = (await store.load(ME)).check
    assert left
    assert [one.text for one in left.remarks] == ["from another"]
    assert [one.review and (one.review.state, one.review.mentor) for one in left.shares] == [(ReviewState.ASKED, None)]
    assert "Zyxwvutsr" not in await store.held(mentor)


async def test_a_mentor_asks_for_the_queue_and_nobody_else_gets_it(store: AnyStore) -> None:
    turns = Turns(PacksInUse(store, core_files()[1], [Pack(core(), core_values())]), store)
    before = await store.load(ME)
    await save(store, before, replace(before, workspace=replace(RULES, revision=1)))
    at = owner().now
    await asked_in(store, Share("s1", "C1", at, review=Review(at)))
    for person, found in ((MENTOR, True), ("U1", False)):
        key = replace(ME, person=person)
        turn = await turns.handle(Pressed(key, at, Intent.REVIEWS, new_check="abc777"), DirectMessage())
        rows = [row for reply in turn.replies if isinstance(reply, ShowQueue) for row in reply.rows or ()]
        assert [row.channel for row in rows] == (["C1"] if found else [])
        assert ("mentors.only_mentors" in keys(turn.replies)) is not found


async def test_what_a_mentor_does_goes_out_to_the_channel_and_says_nothing_to_the_owner(store: AnyStore) -> None:
    turns = Turns(PacksInUse(store, core_files()[1], [Pack(core(), core_values())]), store)
    before = await store.load(ME)
    await save(store, before, replace(before, workspace=replace(RULES, revision=1)))
    at = owner().now
    await asked_in(store, Share("s1", "C1", at, review=Review(at)))
    check = (await store.load(ME)).check
    assert check
    event = Reviewed(ME, at, check.id, "s1", ReviewAct.CLAIM, MENTOR, id="E1")
    turn = await turns.handle(event, DirectMessage())
    assert turn.told == phrase("mentors.claimed")
    row = await store.outbox.claim(ME, at)
    assert row
    assert isinstance(row.message.to, InChannel)
    again = await turns.handle(event, DirectMessage())
    assert again.replies == ()
