"""What comes when: reminders, one nudge, parking and the end, on a clock that the test turns."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.catalogue import phrase
from conversations.dialogue import advance
from conversations.events import Opened, TimePassed, Typed
from conversations.reminders import Policy, after_quiet, before_interview, due_at, is_quiet, next_due
from conversations.replies import Ask, Reply, Say, ShowReport, Turn
from conversations.session import PROFILE_CHECK, Phase, Reminder, ReminderKind, Session
from tests.dialogue import ME, NOON, Player, asked, core

TERMINAL = Policy(reachable=False)
BERLIN = "Europe/Berlin"


def at(text: str) -> datetime:
    """Return a time in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text)


def said(replies: tuple[Reply, ...]) -> list[str]:
    return [reply.text.key for reply in replies if isinstance(reply, Say)]


def is_parked(player: Player) -> bool:
    return player.check.parked


def has_expired(player: Player) -> bool:
    return player.turn is not None and player.turn.expired


async def begun(*lines: str, zone: str | None = BERLIN) -> Player:
    player = Player(core())
    await player.handle(Opened(ME, NOON, player.check_id, zone=zone))
    await player.say("Acme", "recruiter", *lines)
    return player


async def finished(*lines: str) -> Player:
    player = await begun()
    while player.check.phase is Phase.ASKING:
        await player.say("?")
    await player.say(*lines)
    return player


def come(player: Player, when: datetime, policy: Policy | None = None) -> Turn:
    """Let a time pass without keeping what that leads to."""
    assert player.turn is not None
    return advance(core(), player.turn.session, TimePassed(ME, when, player.check.id), policy=policy)


def kinds(player: Player) -> list[tuple[ReminderKind, datetime]]:
    return [(one.kind, one.local) for one in player.check.reminders]


# -- setting -------------------------------------------------------------------------------------------------------


async def test_an_interview_makes_a_reminder_before_it_and_one_after_it() -> None:
    player = await begun("interview 2026-03-05 14:00")
    before, after = local("2026-03-05 12:00"), local("2026-03-05 16:00")
    assert kinds(player) == [(ReminderKind.BEFORE, before), (ReminderKind.AFTER, after)]
    assert player.turn is not None
    assert player.turn.due == at("2026-03-05 11:00")
    assert "Thursday, March 5, 2026, 12:00, Europe/Berlin" in " ".join(player.seen().split())


async def test_setting_again_replaces_and_there_is_one_of_each_kind_at_most() -> None:
    player = await begun("interview 2026-03-05 14:00", "interview 2026-03-06 14:00", "remind me tomorrow 7:00")
    assert kinds(player) == [
        (ReminderKind.BEFORE, local("2026-03-03 07:00")),
        (ReminderKind.AFTER, local("2026-03-06 16:00")),
    ]


async def test_an_explicit_time_is_kept_in_quiet_hours() -> None:
    player = await begun("remind me tomorrow 03:00")
    assert kinds(player) == [(ReminderKind.BEFORE, local("2026-03-03 03:00"))]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("interview someday", "when.unreadable"),
        ("interview friday", "when.no_time_of_day"),
        ("interview friday at 3", "when.which_hour"),
        ("remind me 3/4 14:00", "when.which_day"),
        ("remind me today 9:00", "when.past"),
        ("remind me 2028-01-01 9:00", "when.too_far"),
        ("interview", "when.how"),
        ("remind", "when.how"),
        ("snooze", "snooze.nothing"),
        ("snooze friday 9:00", "snooze.nothing"),
    ],
)
async def test_what_is_no_time_is_told_and_nothing_is_lost(line: str, why: str) -> None:
    player = await begun("interview 2026-03-05 14:00")
    before = player.check
    replies = await player.say(line)
    assert said(replies) == [why]
    assert isinstance(replies[-1], Ask)
    assert player.check == before


async def test_without_a_zone_it_is_asked_for_and_nothing_is_set() -> None:
    player = await begun(zone=None)
    assert said(await player.say("interview 2026-03-05 14:00")) == ["zone.needed"]
    assert not kinds(player)
    await player.say("time zone Berlin", "interview 2026-03-05 14:00")
    assert {one.zone for one in player.check.reminders} == {BERLIN}


async def test_the_platforms_zone_is_for_somebody_who_has_not_said_it() -> None:
    player = await begun()
    assert player.person.zone == BERLIN
    await player.handle(Opened(ME, NOON, "unused", zone="Asia/Tokyo"))
    assert player.person.zone == BERLIN
    assert (await begun(zone="Mars/Olympus")).person.zone is None


async def test_another_zone_takes_the_reminders_along_at_their_local_time() -> None:
    player = await begun("interview 2026-03-05 14:00")
    replies = await player.say("time zone Tokyo")
    assert [one.local for one in player.check.reminders] == [local("2026-03-05 12:00"), local("2026-03-05 16:00")]
    assert player.turn is not None
    assert player.turn.due == at("2026-03-05 03:00")
    assert said(replies)[0] == "zone.now"
    assert "keep their local time" in player.seen()


@pytest.mark.parametrize(("line", "key"), [("time zone Berlim", "zone.near"), ("time zone Xyzzyq", "zone.unknown")])
async def test_a_place_that_nobody_knows_changes_nothing(line: str, key: str) -> None:
    player = await begun()
    assert said(await player.say(line)) == [key]
    assert player.person.zone == BERLIN


async def test_a_name_that_begins_like_a_command_is_an_answer() -> None:
    player = Player(core())
    await player.open()
    await player.say("Interview Kickstart")
    assert "Team: Interview Kickstart" in player.seen()
    await player.say("change 1", "Quiet Corp")
    assert "Team: Quiet Corp" in player.seen()


async def test_a_word_that_begins_like_a_command_is_none_in_chinese_either() -> None:
    player = Player(core(), language="zh")
    await player.open()
    await player.say("搜索组", "HR")
    assert said(await player.say("面试官说的")) == ["unreadable.choice"]
    assert said(await player.say("面试 随便")) == ["zone.needed"]
    assert said(await player.say("面试明天下午三点")) == ["zone.needed"]


async def test_a_terminal_says_that_it_cannot_remind() -> None:
    player = await begun()
    assert player.turn is not None
    for line in ("interview 2026-03-05 14:00", "remind me tomorrow 9:00", "snooze", "snooze friday 9:00"):
        turn = advance(core(), player.turn.session, Typed(ME, NOON, line), policy=TERMINAL)
        assert said(turn.replies) == ["reminders.unreachable"]
        assert (turn.session, turn.due) == (player.turn.session, None)


# -- due times -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wall", "utc"),
    [
        ("2026-03-28 02:30", "2026-03-28 01:30"),
        ("2026-03-29 02:30", "2026-03-29 01:30"),  # left out: 03:30 in summer time
        ("2026-03-30 02:30", "2026-03-30 00:30"),
        ("2026-10-25 02:30", "2026-10-25 00:30"),  # twice: the first
    ],
)
def test_summer_time(wall: str, utc: str) -> None:
    assert due_at(Reminder(ReminderKind.BEFORE, local(wall), BERLIN)) == at(utc)


def test_a_zone_that_went_away_is_utc() -> None:
    assert due_at(Reminder(ReminderKind.BEFORE, local("2026-03-05 12:00"), "Mars/Olympus")) == at("2026-03-05 12:00")


@pytest.mark.parametrize(
    ("interview", "before"),
    [
        ("2026-03-05 14:00", "2026-03-05 12:00"),
        ("2026-03-05 10:00", "2026-03-05 08:00"),
        ("2026-03-05 09:00", "2026-03-05 08:00"),
        ("2026-03-05 08:30", "2026-03-05 08:00"),
        ("2026-03-05 08:29", "2026-03-04 22:00"),
        ("2026-03-05 01:00", "2026-03-04 22:00"),
        ("2026-03-05 00:30", "2026-03-04 22:00"),
    ],
)
def test_before_an_interview_and_never_in_quiet_hours(interview: str, before: str) -> None:
    assert before_interview(local(interview), (22, 8)) == local(before)


async def test_an_interview_that_is_too_close_has_only_the_reminder_after_it() -> None:
    player = await begun("interview today 14:00")
    assert [kind for kind, _ in kinds(player)] == [ReminderKind.AFTER]
    assert "too soon for a reminder before it" in " ".join(player.seen().split())


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), st.integers(0, 23), st.integers(0, 23))  # noqa: DTZ001
@settings(max_examples=200, derandomize=True)
def test_out_of_the_quiet_hours_and_not_further_than_needed(time: datetime, start: int, end: int) -> None:
    moved = after_quiet(time, (start, end))
    assert not is_quiet(moved, (start, end))
    assert timedelta(0) <= moved - time <= timedelta(days=1)
    assert moved == time or is_quiet(time, (start, end))


async def test_what_is_unasked_for_waits_for_the_end_of_the_quiet_hours() -> None:
    player = await begun("quiet 9 20")
    assert player.turn is not None
    assert player.turn.due == at("2026-03-05 19:00")
    await player.say("interview 2026-03-05 14:00")
    assert kinds(player)[1] == (ReminderKind.AFTER, local("2026-03-05 20:00"))
    await player.say("quiet 19 23")
    assert kinds(player)[1] == (ReminderKind.AFTER, local("2026-03-05 23:00"))
    await player.say("quiet off")
    assert player.person.quiet == (0, 0)


# -- a time has come -----------------------------------------------------------------------------------------------


async def test_too_early_or_twice_does_nothing() -> None:
    player = await begun("interview 2026-03-05 14:00")
    assert player.turn is not None
    early = come(player, at("2026-03-05 10:59"))
    assert (early.session, early.replies, early.due) == (player.turn.session, (), at("2026-03-05 11:00"))
    await player.wait(at("2026-03-05 11:00"))
    again = come(player, at("2026-03-05 11:00"))
    assert (again.session, again.replies) == (player.turn.session, ())


async def test_nobody_is_told_of_a_time_of_a_check_that_is_gone_or_of_the_profile() -> None:
    player = await begun()
    gone = advance(core(), Session(player.person), TimePassed(ME, NOON, "gone"))
    assert (gone.session, gone.replies, gone.due) == (Session(player.person), (), None)
    await player.open(check=PROFILE_CHECK)
    assert player.turn is not None
    assert player.turn.due is None
    assert come(player, NOON + timedelta(days=999)).replies == ()


async def test_a_reminder_is_no_answer_and_makes_no_button_stale() -> None:
    player = await begun("interview 2026-03-05 14:00")
    before = player.check
    replies = await player.wait(at("2026-03-05 11:00"))
    assert said(replies) == ["reminder.before", "card", "reminder.how"]
    assert any(isinstance(one, ShowReport) and one.part == "questions" for one in replies)
    assert (player.check.asked, player.check.changed_at) == (before.asked, before.changed_at)
    assert player.check.reminded == before.reminders[0]
    assert player.turn is not None
    assert player.turn.notification == phrase("notification.reminder")


async def test_after_the_interview_a_finished_check_is_opened_where_it_is_open() -> None:
    player = await finished("interview 2026-03-05 14:00")
    assert player.check.phase is Phase.FINISHED
    asked_before = player.check.asked
    await player.wait(at("2026-03-05 11:00"))
    replies = await player.wait(at("2026-03-05 15:00"))
    assert said(replies) == ["reminder.after", "fill_in.start", "reminder.how"]
    assert asked(replies).step == player.check.at
    # An older button meant the menu, not the question that is asked now.
    assert player.check.asked == asked_before + 1
    assert player.check.agenda


async def test_a_reminder_that_was_missed_says_so_and_two_are_one_message() -> None:
    player = await begun("interview 2026-03-05 14:00")
    assert said(come(player, at("2026-03-05 14:00")).replies)[0] == "reminder.before"
    assert said(come(player, at("2026-03-05 14:01")).replies)[0] == "reminder.late"
    both = come(player, at("2026-03-07 12:00"))
    assert said(both.replies) == ["reminder.after", "reminder.how"]
    assert both.session.check is not None
    assert both.session.check.reminders == ()


async def test_what_is_said_next_is_said_to_the_check_that_was_reminded_of() -> None:
    player = await begun("interview 2026-03-05 14:00")
    assert player.turn is not None
    elsewhere = replace(player.turn.session, person=replace(player.person, current_check="other"))
    turn = advance(core(), elsewhere, TimePassed(ME, at("2026-03-05 11:00"), player.check.id))
    assert turn.session.person.current_check == player.check.id
    assert isinstance(turn.replies[-1], Ask)


async def test_snooze_brings_the_last_one_again_tomorrow_or_when_it_was_said() -> None:
    player = await begun("interview 2026-03-05 14:00")
    await player.wait(at("2026-03-05 11:00"))
    await player.say("snooze")
    assert (ReminderKind.BEFORE, local("2026-03-06 12:00")) in kinds(player)
    await player.wait(at("2026-03-06 11:00"))
    await player.say("snooze saturday 18:00")
    assert kinds(player) == [(ReminderKind.BEFORE, local("2026-03-07 18:00"))]


async def test_quiet_hours_need_a_zone_and_it_is_asked_for() -> None:
    assert said(await (await begun(zone=None)).say("quiet 21 9")) == ["quiet.now", "zone.none"]
    assert said(await (await begun()).say("quiet 21 9")) == ["quiet.now"]
    assert said(await (await begun()).say("quiet")) == ["quiet.are"]
    assert said(await (await begun()).say("time zone")) == ["zone.is"]


async def test_an_answer_ends_what_snooze_puts_off() -> None:
    player = await begun("interview 2026-03-05 14:00")
    await player.wait(at("2026-03-05 11:00"))
    await player.say("mature")
    assert player.check.reminded is None


async def test_starting_over_keeps_the_interview() -> None:
    player = await begun("interview 2026-03-05 14:00", "start over", "yes")
    assert len(player.check.reminders) == 2


# -- leaving alone, parking, the end -------------------------------------------------------------------------------


async def test_one_nudge_then_it_is_parked_and_any_word_brings_it_back() -> None:
    player = await begun()
    replies = await player.wait(at("2026-03-05 12:00"))
    assert said(replies) == ["nudge"]
    assert await player.wait(at("2026-03-09 11:59")) == ()
    assert not is_parked(player)
    assert await player.wait(at("2026-03-09 12:00")) == ()
    assert is_parked(player)
    assert "parked" in said(await player.open())
    assert not is_parked(player)
    assert await player.wait(player.now + timedelta(days=30)) == ()
    assert is_parked(player)


async def test_a_nudge_that_nobody_was_there_to_send_does_not_come_at_night() -> None:
    player = await begun("time zone Berlin")
    assert player.turn is not None
    night = advance(core(), player.turn.session, TimePassed(ME, at("2026-03-08 02:00"), player.check.id))
    assert (night.replies, night.session) == ((), player.turn.session)
    assert night.due == at("2026-03-08 07:00")
    morning = advance(core(), night.session, TimePassed(ME, at("2026-03-08 07:00"), player.check.id))
    assert said(morning.replies) == ["nudge"]


async def test_whoever_said_stop_gets_what_they_asked_for_and_nothing_else() -> None:
    player = await begun("interview 2026-03-05 14:00", "stop")
    assert player.person.left_alone
    assert player.check.reminders == ()
    assert await player.wait(at("2026-03-20 12:00")) == ()
    assert player.check.parked
    await player.say("remind me tomorrow 9:00")
    assert said(await player.wait(player.now + timedelta(days=1)))[0] == "reminder.before"
    assert said(await player.wait(player.now + timedelta(days=179))) == ["expiring"]
    assert await player.wait(player.now + timedelta(days=30)) == ()


async def test_stop_is_undone_by_a_word_and_both_work_without_a_check() -> None:
    player = await begun("stop", "write to me again")
    alone = Session(player.person)
    stopped = advance(core(), alone, Typed(ME, NOON, "stop"))
    assert (said(stopped.replies), stopped.session.person.left_alone) == (["stop.done"], True)
    again = advance(core(), stopped.session, Typed(ME, NOON, "write to me again"))
    assert (said(again.replies), again.session.person.left_alone) == (["stop.undone"], False)
    assert not player.person.left_alone


@pytest.mark.parametrize(("done", "days"), [(False, 180), (True, 365)])
async def test_nothing_expires_without_a_warning_and_a_word_keeps_it(done: bool, days: int) -> None:  # noqa: FBT001
    player = await (finished() if done else begun())
    await player.wait(NOON + timedelta(days=days - 14, hours=-1))
    assert said(await player.wait(NOON + timedelta(days=days - 14))) == ["expiring"]
    await player.say("report")
    assert await player.wait(NOON + timedelta(days=days + 1)) == ()
    assert not has_expired(player)
    replies = await player.wait(player.now + timedelta(days=days))
    assert said(replies) == ["expired"]
    assert has_expired(player)


async def test_a_machine_that_was_off_still_gives_the_whole_time_after_the_warning() -> None:
    player = await finished()
    late = come(player, NOON + timedelta(days=500))
    assert said(late.replies) == ["expiring"]
    assert late.due == NOON + timedelta(days=514)


async def test_what_is_kept_for_ever_waits_for_nothing() -> None:
    player = await finished()
    assert next_due(player.check, player.person, Policy(keep_finished=None)) is None
    assert next_due(player.check, player.person, TERMINAL) is None


async def test_whatever_passes_never_is_there_a_team_or_an_answer_in_what_a_lock_screen_shows() -> None:
    player = await begun("interview 2026-03-05 14:00")
    for _ in range(8):
        assert player.turn is not None
        if player.turn.due is None:
            break
        player.now = player.turn.due
        replies = await player.handle(TimePassed(ME, player.now, player.check.id))
        lead = replies[0].text if replies and isinstance(replies[0], Say) else phrase("card")
        for language in ("en", "zh"):
            for shown in (lead, player.turn.notification):
                assert "Acme" not in core().catalogue.text(shown, language)
    assert player.turn is not None
    assert player.turn.expired


async def test_what_did_not_arrive_is_told_first() -> None:
    player = await begun()
    assert player.turn is not None
    session = replace(player.turn.session, undelivered=2)
    turn = advance(core(), session, Typed(ME, NOON, "status"))
    assert turn.replies[0] == Say(phrase("undelivered", n=2))
    assert len(turn.replies) == 3
    assert come(player, NOON).replies == ()
    gone = advance(core(), Session(player.person, undelivered=1), Typed(ME, NOON, "hello"))
    assert said(gone.replies) == ["undelivered"]
