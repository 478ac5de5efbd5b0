"""A report in a channel: previewed, posted, kept up to date, and taken back, always by its owner's own act."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Literal

import pytest

from adapters.documents.outline import Heading, Item, Outline, Paragraph, Points
from conversations.catalogue import phrase
from conversations.dialogue import advance
from conversations.events import Event, Pressed, ShareEnded, TimePassed, Typed
from conversations.redaction import HIDEABLE, SHOWN, pseudonym
from conversations.reminders import Policy
from conversations.replies import (
    AskChannel,
    Choose,
    Listed,
    Noted,
    Post,
    Reply,
    Say,
    ShareRow,
    ShowShared,
    ShowShares,
    Turn,
)
from conversations.session import PROFILE_CHECK, Check, Intent, Phase, Session
from conversations.sharing_choices import CHOICES
from conversations.workspace import Workspace
from tests.dialogue import ME, NOON, core
from tests.test_machine import Doing, Play, finish

BY_DEFAULT = {*(f"show_{kind}" for kind in HIDEABLE), *(f"hide_{kind}" for kind in SHOWN)}


@dataclass
class Owner:
    """Somebody with a finished check who shares it: turns without a store, as turns take them."""

    session: Session
    saved: tuple[Check, ...] = ()
    now: datetime = NOON
    policy: Policy = field(default_factory=Policy)
    events: int = 0

    def take(self, event: Event) -> Turn:
        self.session = replace(self.session, saved=None)
        turn = advance(core(), self.session, event, policy=self.policy)
        if turn.needs_saved:
            assert turn.session == self.session
            turn = advance(core(), replace(self.session, saved=(*self.saved, self.check)), event, policy=self.policy)
        self.session = turn.session
        return turn

    def say(self, *lines: str, channel: str | None = None) -> Turn:
        turns = []
        for line in lines:
            self.events += 1
            turns.append(self.take(Typed(ME, self.now, line, id=f"E{self.events}", channel=channel)))
        return turns[-1]

    def press(self, intent: Intent, *arguments: str) -> Turn:
        self.events += 1
        return self.take(Pressed(ME, self.now, intent, arguments, new_check=f"drawn{self.events}"))

    def share(self, *channels: str) -> Turn:
        turns = []
        for channel in channels:
            self.press(Intent.SHARE, channel)
            turns.append(self.say("yes"))
            self.now += timedelta(minutes=1)
        return turns[-1]

    def ended(self, reason: str, share: int = 0) -> Turn:
        return self.take(ShareEnded(ME, self.now, self.check.id, self.check.shares[share].id, reason))

    @property
    def check(self) -> Check:
        assert self.session.check is not None
        return self.session.check


def owner(rules: Workspace | None = None) -> Owner:
    play = Play()
    play.do(Doing("open"))
    finish(play, lambda step: "nothing" if step.id == "owns" else "Secret Inc" if step.id == "team" else "?")
    session = replace(play.session(), workspace=rules or Workspace(), saved=None)
    return Owner(session, now=NOON + timedelta(hours=1))


def keys(replies: tuple[Reply, ...]) -> list[str]:
    return [reply.text.key for reply in replies if isinstance(reply, Say | Noted | AskChannel)]


def shown(post: Post) -> list[tuple[str, bool]]:
    """Return the parts of a copy, and whether each is marked as updated."""
    return [(one.part, one.updated is not None) for one in post.replies if isinstance(one, ShowShared)]


# -- sharing -------------------------------------------------------------------------------------------------------


def test_what_is_previewed_is_exactly_what_is_posted_and_nothing_is_before_yes() -> None:
    me = owner()
    preview = me.press(Intent.SHARE, "C1")
    assert (preview.posts, me.check.phase, me.check.shares) == ((), Phase.SHARING, ())
    seen = tuple(reply for reply in preview.replies if isinstance(reply, ShowShared))
    asked = preview.replies[-1]
    assert isinstance(asked, Choose)
    assert (asked.text, asked.options) == (phrase("share.ask"), (Intent.YES, Intent.NO))
    assert {one.argument for one in asked.more} == {*BY_DEFAULT, "for_7", "for_30"}
    assert keys(preview.replies) == ["share.preview"]
    me.now += timedelta(minutes=5)
    posted = me.say("yes")
    (share,) = me.check.shares
    assert posted.posts == (Post(share.id, "C1", seen),)
    assert (me.check.phase, me.check.sharing) == (Phase.FINISHED, None)
    assert posted.replies[0] == Noted(phrase("share.done", team=pseudonym(share)))


def test_the_preview_names_everything_that_is_left_out() -> None:
    told = owner().press(Intent.SHARE, "C1").replies[0]
    assert isinstance(told, Say)
    said = core().catalogue.text(told.text, "en")
    for what in ("the company", "who told you", "their words", "your own words", "your decision", "joins it later"):
        assert what in said


@pytest.mark.parametrize("line", ["no", "back", "2"])
def test_no_shares_nothing(line: str) -> None:
    me = owner()
    me.say("share", channel="C1")
    turn = me.say(line)
    assert (turn.posts, me.check.shares, me.check.sharing, me.check.phase) == ((), (), None, Phase.FINISHED)
    assert keys(turn.replies) == ["share.not_done"]


def test_whatever_else_is_asked_meanwhile_a_preview_is_forgotten_then() -> None:
    me = owner()
    me.say("share", channel="C1")
    me.say("decide")
    assert (me.check.phase, me.check.sharing) == (Phase.DECIDING, None)


@pytest.mark.parametrize("seconds", [60, -20])
def test_a_preview_that_is_no_longer_what_would_be_posted_is_shown_again_whatever_clocks_say(seconds: int) -> None:
    me = owner()
    me.say("share", channel="C1")
    me.now += timedelta(seconds=seconds)
    me.say("fine 1 I like it")
    again = me.say("yes")
    assert keys(again.replies)[:2] == ["share.changed", "share.preview"]
    assert (again.posts, me.check.shares) == ((), ())
    assert me.say("yes").posts


def test_what_changes_nothing_that_is_seen_lets_a_preview_stand() -> None:
    me = owner()
    me.session = replace(me.session, person=replace(me.session.person, zone="Europe/Berlin"))
    me.say("share", channel="C1")
    me.now += timedelta(minutes=1)
    me.say("remind me in 2 hours")
    assert me.say("yes").posts


def test_taking_back_what_is_only_previewed_shares_nothing_and_leaves_other_copies() -> None:
    me = owner()
    me.say("share", channel="C1")
    me.say("yes")
    me.say("share", channel="C2")
    turn = me.say("unshare")
    assert keys(turn.replies) == ["share.not_done"]
    assert (turn.posts, [one.channel for one in me.check.shares]) == ((), ["C1"])


def test_a_preview_of_yesterday_is_shown_again() -> None:
    me = owner()
    me.say("share", channel="C1")
    me.now += timedelta(days=1)
    assert keys(me.say("yes").replies)[:1] == ["share.changed"]
    assert len(me.say("yes").posts) == 1


def test_in_another_language_the_preview_is_shown_in_it() -> None:
    me = owner()
    me.say("share", channel="C1")
    turn = me.say("中文")
    assert [type(reply) for reply in turn.replies] == [Say, Say, ShowShared, ShowShared, Choose]
    assert len(me.say("是").posts) == 1


def test_a_share_has_an_id_that_follows_from_nothing_but_chance() -> None:
    found = set()
    for drawn in ("a", "b"):
        me = owner()
        me.take(Pressed(ME, me.now, Intent.SHARE, ("C1",), new_check=drawn))
        assert me.check.sharing is not None
        found.add(me.check.sharing.id)
    assert len(found) == 2
    me = owner()
    turn = me.take(Pressed(ME, me.now, Intent.SHARE, ("C1",)))
    assert keys(turn.replies) == ["share.unreachable"]


# -- what of it is seen, and for how long --------------------------------------------------------------------------


def test_what_the_owner_chooses_is_seen_once_more_before_it_is_posted() -> None:
    me = owner()
    me.say("share", channel="C1")
    turn = me.press(Intent.SHARE_AS, "show_company")
    (told, asked) = turn.replies
    assert isinstance(told, Listed)
    assert "company" not in core().catalogue.text(told.items[0], "en")
    assert isinstance(asked, Choose)
    assert "hide_company" in {one.argument for one in asked.more}
    assert "show_company" not in {one.argument for one in asked.more}
    turn = me.say("yes")
    assert (turn.posts, keys(turn.replies)[0]) == ((), "share.changed")
    seen = [reply for reply in turn.replies if isinstance(reply, ShowShared)]
    assert seen[0].report.team == "Secret Inc"
    (post,) = me.say("yes").posts
    assert post.replies == tuple(seen)


@pytest.mark.parametrize("name", [name for name in CHOICES if name.startswith("show")])
def test_every_kind_can_be_shown_and_hidden_by_word_and_button(name: str) -> None:
    me = owner()
    me.say("share", channel="C1")
    before = me.check.sharing
    assert before is not None
    kind = name.removeprefix("show_")
    for language in ("en", "zh"):
        me.press(Intent.LANGUAGE, language)
        for choice in (f"hide_{kind}", f"show_{kind}"):
            for word in core().catalogue.words(f"words.sharing.{choice}", language):
                me.press(Intent.SHARE_AS, f"show_{kind}" if choice.startswith("hide") else f"hide_{kind}")
                me.say(word)
                assert me.check.sharing is not None
                assert (kind in me.check.sharing.shown or (kind in SHOWN and kind not in me.check.sharing.hidden)) == (
                    choice.startswith("show")
                ), word
        assert core().catalogue.text(phrase(f"share.choices.{name}"), language)


def test_how_long_it_stays_changes_nothing_that_is_seen_and_ends_it_in_time() -> None:
    me = owner()
    me.say("share", channel="C1")
    me.say("for a week")
    turn = me.say("yes")
    assert len(turn.posts) == 1
    week = me.now + timedelta(days=7)
    assert turn.due == week
    nothing = me.take(TimePassed(ME, week - timedelta(minutes=1), me.check.id))
    assert (nothing.posts, nothing.due) == ((), week)
    (shared,) = me.check.shares
    ended = me.take(TimePassed(ME, week, me.check.id))
    assert ended.posts == (Post(shared.id, "C1", ()),)
    assert (ended.replies, me.check.shares) == ((), ())
    assert ended.due is not None


def test_of_several_copies_only_those_whose_time_has_come_go() -> None:
    me = owner()
    for channel, said in (("C1", "for a week"), ("C2", "for a month"), ("C3", "for good")):
        me.say("share", channel=channel)
        me.say(said, "yes")
    ended = me.take(TimePassed(ME, me.now + timedelta(days=8), me.check.id))
    assert [post.channel for post in ended.posts] == ["C1"]
    assert [one.channel for one in me.check.shares] == ["C2", "C3"]


@pytest.mark.parametrize("name", ["", "show_everything", "__class__"])
def test_a_choice_that_there_is_not_changes_nothing(name: str) -> None:
    me = owner()
    me.say("share", channel="C1")
    before = me.check.sharing
    me.press(Intent.SHARE_AS, name)
    assert me.check.sharing == before


def test_everything_that_was_shared_is_listed_with_where_and_until_when() -> None:
    me = owner()
    assert not rows_of(me.say("shares"))
    me.share("C1")
    me.saved = (replace(me.check, id="another", shares=(replace(me.check.shares[0], channel="C2", days=7),)),)
    first, second = rows_of(me.say("shares"))
    assert (first.check, first.channel) == (me.check.id, "C1")
    assert (second.check, second.channel) == ("another", "C2")
    words = core().catalogue.text(second.text, "en")
    assert "Secret Inc" in words
    assert "7 days" in words
    turn = me.take(Pressed(ME, me.now, Intent.UNSHARE, (first.share,), check=first.check))
    assert [post.channel for post in turn.posts] == ["C1"]


def rows_of(turn: Turn) -> tuple[ShareRow, ...]:
    return next(reply.rows for reply in turn.replies if isinstance(reply, ShowShares))


# -- where, and how often ------------------------------------------------------------------------------------------


def test_where_there_is_no_channel_it_is_asked_for() -> None:
    me = owner(Workspace(channels=("C1", "C2")))
    turn = me.say("share")
    assert turn.replies[0] == AskChannel(phrase("share.where"), ("C1", "C2"))
    assert isinstance(turn.replies[-1], Choose)
    assert me.check.phase is Phase.FINISHED


def test_only_channels_that_the_admins_named_are_shared_in() -> None:
    me = owner(Workspace(channels=("C1",)))
    assert keys(me.press(Intent.SHARE, "C9").replies) == ["share.not_there", "share.where"]
    assert len(me.share("C1").posts) == 1


def test_a_terminal_has_no_channels() -> None:
    me = owner()
    me.policy = Policy(reachable=False)
    assert keys(me.say("share", channel="C1").replies) == ["share.unreachable"]
    assert me.check.phase is Phase.FINISHED


def test_sharing_can_be_off() -> None:
    me = owner(Workspace(shares_a_day=0))
    assert keys(me.say("share", channel="C1").replies) == ["share.off"]


def test_in_one_channel_a_check_is_shared_once() -> None:
    me = owner()
    me.share("C1")
    assert keys(me.press(Intent.SHARE, "C1").replies) == ["share.already"]
    assert len(me.share("C2").posts) == 1


def test_of_all_checks_together_so_many_are_shared_a_day() -> None:
    me = owner(Workspace(shares_a_day=2))
    me.share("C1")
    me.saved = (replace(me.check, id="another", shares=me.check.shares),)
    assert keys(me.press(Intent.SHARE, "C2").replies) == ["share.enough"]
    me.now += timedelta(days=1)
    assert len(me.share("C2").posts) == 1


def test_the_rules_hold_when_yes_is_said() -> None:
    me = owner()
    me.say("share", channel="C1")
    me.session = replace(me.session, workspace=Workspace(shares_a_day=0))
    turn = me.say("yes")
    assert (turn.posts, me.check.phase) == ((), Phase.FINISHED)
    assert keys(turn.replies) == ["share.off"]


def test_the_profile_is_not_shared() -> None:
    play = Play()
    play.do(Doing("profile"))
    for line in ("share", "unshare"):
        assert keys(play.type(line).replies)[0] == "not_now.asking"
    assert play.talking == PROFILE_CHECK


# -- following -----------------------------------------------------------------------------------------------------


def change_owns(me: Owner, line: str = "1") -> Turn:
    me.press(Intent.CHANGE, "owns")
    return me.say(line)


def test_every_copy_follows_a_change_of_what_it_shows() -> None:
    me = owner()
    me.share("C1", "C2")
    me.now += timedelta(days=2)
    turn = change_owns(me)
    assert [post.channel for post in turn.posts] == ["C1", "C2"]
    assert [shown(post) for post in turn.posts] == [[("card", True), ("detail", True)]] * 2
    assert {share.updated_at for share in me.check.shares} == {me.now}


@pytest.mark.parametrize("lines", [("decide", "2 too far from home"), ("status",), ("not fine 1",)])
def test_what_a_copy_does_not_show_posts_nothing(lines: tuple[str, ...]) -> None:
    me = owner()
    me.share("C1")
    for line in lines:
        assert me.say(line).posts == ()
    assert me.check.shares[0].updated_at is None


def test_a_flag_that_is_fine_is_seen_and_why_is_not() -> None:
    me = owner()
    me.share("C1")
    (post,) = me.say("fine 1 SECRET").posts
    assert "SECRET" not in repr(post)
    assert me.say("fine 1 because I say so").posts == ()


def test_a_changed_profile_reaches_a_copy_with_the_next_turn_at_its_check() -> None:
    me = owner()
    me.share("C1")
    about = replace(me.session.person.about, at=me.now)
    me.session = replace(me.session, person=replace(me.session.person, profile=(about,)))
    me.now += timedelta(minutes=1)
    assert len(me.say("help").posts) == 1
    assert me.say("help").posts == ()


# -- taking back ---------------------------------------------------------------------------------------------------


def test_one_copy_is_taken_back_at_once() -> None:
    me = owner()
    me.share("C1")
    (share,) = me.check.shares
    turn = me.say("unshare")
    assert turn.posts == (Post(share.id, "C1", ()),)
    assert (keys(turn.replies), me.check.shares) == (["unshare.done"], ())
    assert keys(me.say("unshare").replies) == ["unshare.none"]


def test_of_several_copies_the_one_that_is_named() -> None:
    me = owner()
    me.share("C1", "C2", "C3")
    first, second, third = me.check.shares
    listed = me.say("unshare").replies[0]
    assert isinstance(listed, Listed)
    assert [row.args["number"] for row in listed.items] == [1, 2, 3]
    assert isinstance(me.say("unshare 9").replies[0], Listed)
    assert me.say("unshare 2").posts == (Post(second.id, "C2", ()),)
    assert me.press(Intent.UNSHARE, third.id).posts == (Post(third.id, "C3", ()),)
    assert me.check.shares == (first,)


def test_in_chinese_too() -> None:
    me = owner()
    me.share("C1", "C2")
    me.say("中文")
    assert [post.channel for post in me.say("取消分享 2").posts] == ["C2"]
    me.say("分享", channel="C3")
    assert me.check.phase is Phase.SHARING


def test_starting_over_takes_every_copy_back_and_says_so() -> None:
    me = owner()
    me.share("C1", "C2")
    me.say("start over")
    turn = me.say("yes")
    assert [(post.channel, post.replies) for post in turn.posts] == [("C1", ()), ("C2", ())]
    assert "share.withdrawn" in keys(turn.replies)


def test_a_check_that_expires_takes_its_copies_with_it() -> None:
    me = owner()
    me.share("C1")
    me.session = replace(me.session, check=replace(me.check, warned_at=NOON))
    turn = me.take(TimePassed(ME, NOON + timedelta(days=500), me.check.id))
    assert turn.expired
    assert [(post.channel, post.replies) for post in turn.posts] == [("C1", ())]
    assert keys(turn.replies) == ["expired", "share.withdrawn"]


# -- by somebody else ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        *((one, one) for one in ("taken_down", "not_in_channel", "channel_not_found", "is_archived")),
        ("restricted_action_read_only_channel", "restricted"),
        ("whatever_else", "other"),
    ],
)
def test_a_copy_that_is_gone_is_told_to_its_owner_and_is_nothing_that_they_did(reason: str, told: str) -> None:
    me = owner()
    me.share("C1")
    me.session = replace(me.session, check=replace(me.check, parked=True, warned_at=NOON))
    before, (share,) = me.session, me.check.shares
    me.now += timedelta(days=3)
    turn = me.ended(reason)
    assert keys(turn.replies) == [f"share_ended.{told}"]
    assert turn.posts == (Post(share.id, "C1", ()),)
    assert before.check is not None
    assert me.check == replace(before.check, shares=(), revision=before.check.revision + 1)
    assert me.session.person == before.person


def test_what_is_heard_of_a_copy_twice_or_of_none_is_nothing() -> None:
    me = owner()
    me.share("C1")
    event = ShareEnded(ME, me.now, me.check.id, me.check.shares[0].id, "taken_down")
    me.take(event)
    before = me.session
    turn = me.take(event)
    assert (turn.replies, turn.posts, turn.session) == ((), (), before)
    nobody = replace(before, check=None)
    assert advance(core(), nobody, event).replies == ()


def test_whoever_wants_to_be_left_alone_is_told_only_what_became_of_their_own_act() -> None:
    me = owner()
    me.share("C1", "C2")
    me.session = replace(me.session, person=replace(me.session.person, left_alone=True))
    assert me.ended("taken_down").replies == ()
    assert keys(me.ended("not_in_channel").replies) == ["share_ended.not_in_channel"]


# -- the card ------------------------------------------------------------------------------------------------------


def lines(me: Owner, part: Literal["card", "detail"], updated: date | None = None) -> list[str]:
    """Return a copy line by line, as any format has it."""
    preview = me.press(Intent.SHARE, "C1")
    found: list[str] = []
    for reply in preview.replies:
        if isinstance(reply, ShowShared) and reply.part == part:
            for block in Outline(core().catalogue, "en").shared(reply.report, part, updated):
                match block:
                    case Heading() | Paragraph():
                        found.append(block.text)
                    case Points():
                        found += [line for item in block.items for line in (item.text, *below(item))]
    return found


def below(item: Item) -> list[str]:
    return [line for detail in item.details for line in detail.lines]


def test_a_card_is_read_in_passing() -> None:
    me = owner()
    card = lines(me, "card", date(2026, 3, 4))
    assert card[0].startswith("Team check: Team ")
    assert [line.split(":")[0] for line in card[1:4]] == ["kind of team", "skill gap", "ownership and customer"]
    assert card[3] == "ownership and customer: It owns nothing directly (low confidence, 1 of 10 answered)"
    assert card[4:6] == ["1 red flag", "The team owns nothing of its own"]
    assert card[6].endswith("questions still to ask")
    assert len(card[7:-3]) == 3
    assert card[-3].endswith(" more")
    assert card[-2:] == [
        "Updated on March 4, 2026",
        "Shared by its owner; the details are in the thread. “You” in it is whoever shared it.",
    ]


def test_what_stands_below_a_card_does_not_begin_with_its_title_again() -> None:
    me = owner()
    detail = lines(me, "detail")
    assert not [line for line in detail if line.startswith("Team check")]
    assert "Small print" in detail
    assert detail[-1] == "As of March 2, 2026"
