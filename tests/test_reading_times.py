"""Times as people type them, in English and Chinese; what is no time, or more than one, says so."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.reading_times import Unclear, Words, is_time, read_hours, read_time, when_words
from tests.dialogue import core

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 24, 10, 30, tzinfo=BERLIN)
"""A Tuesday."""


def words(language: str) -> Words:
    return when_words(core().catalogue, language)


def read(text: str, language: str = "en", *, to_the_hour: bool = False) -> str:
    found = read_time(text, NOW, words(language), to_the_hour=to_the_hour)
    return str(found) if isinstance(found, Unclear) else f"{found:%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("line", "time"),
    [
        ("2026-12-03 14:00", "2026-12-03 14:00"),
        ("2026-12-03T14:00", "2026-12-03 14:00"),
        ("3 Dec 14:00", "2026-12-03 14:00"),
        ("Dec 3, 2026 at 2:30 pm", "2026-12-03 14:30"),
        ("3rd of December, 14:00", "2026-12-03 14:00"),
        ("13/12 14:00", "2026-12-13 14:00"),
        ("tomorrow 9:00", "2026-11-25 09:00"),
        ("9 a.m. tomorrow", "2026-11-25 09:00"),
        ("the day after tomorrow", "2026-11-26 09:00"),
        ("tomorrow at noon", "2026-11-25 12:00"),
        ("friday at 9", "2026-11-27 09:00"),
        ("Friday 2pm", "2026-11-27 14:00"),
        ("12am friday", "2026-11-27 00:00"),
        ("tuesday 9:00", "2026-12-01 09:00"),
        ("tuesday 11:00", "2026-11-24 11:00"),
        ("today 18:00", "2026-11-24 18:00"),
        ("tonight at 8", "2026-11-24 20:00"),
        ("14:00", "2026-11-24 14:00"),
        ("9:00", "2026-11-25 09:00"),
        ("in 3 days", "2026-11-27 10:30"),
        ("in two weeks at 9 am", "2026-12-08 09:00"),
        ("in 2 hours", "2026-11-24 12:30"),
        ("2 hours", "2026-11-24 12:30"),
        ("in an hour", "2026-11-24 11:30"),
        ("in 20 minutes", "2026-11-24 10:50"),
        ("may 5", "2027-05-05 09:00"),
        ("29 feb 2028 10:00", "too_far"),
        ("3/12 14:00", "which_day"),
        ("next friday 10:00", "which_day"),
        ("friday at 3", "which_hour"),
        ("today at night at 2", "which_hour"),
        ("30 feb 10:00", "no_such_time"),
        ("2026-13-03 10:00", "no_such_time"),
        ("tomorrow 25:00", "no_such_time"),
        ("tomorrow evening", "no_time_of_day"),
        ("2025-01-01 10:00", "past"),
        ("today 9:00", "past"),
        ("3 Nov 10:00", "past"),
        ("2028-01-01 10:00", "too_far"),
        ("in 9999 weeks", "too_far"),
        ("yesterday", "unreadable"),
        ("tomorrow at 9 with Bob", "unreadable"),
        ("9", "unreadable"),
        ("Ltd", "unreadable"),
        ("", "unreadable"),
    ],
)
def test_a_time_in_english(line: str, time: str) -> None:
    assert read(line) == time


@pytest.mark.parametrize(
    ("line", "time"),
    [
        ("明天下午三点", "2026-11-25 15:00"),
        ("12月3日 14:00", "2026-12-03 14:00"),
        ("十二月三号下午两点半", "2026-12-03 14:30"),
        ("2026年12月3日 14：00", "2026-12-03 14:00"),
        ("周五上午9点", "2026-11-27 09:00"),
        ("下周五上午十点", "2026-12-04 10:00"),
        ("这周日上午十点", "2026-11-29 10:00"),
        ("星期二下午3点一刻", "2026-11-24 15:15"),
        ("12月30号上午10点20分", "2026-12-30 10:20"),
        ("后天", "2026-11-26 09:00"),
        ("大后天中午", "2026-11-27 12:00"),
        ("3天后", "2026-11-27 10:30"),
        ("两个星期后上午九点", "2026-12-08 09:00"),
        ("两小时后", "2026-11-24 12:30"),
        ("半小时后", "2026-11-24 11:00"),
        ("今晚8点", "2026-11-24 20:00"),
        ("明早九点", "2026-11-25 09:00"),
        ("tomorrow 9:00", "2026-11-25 09:00"),
        ("周日三点", "which_hour"),
        ("明天晚上", "no_time_of_day"),
        ("今天上午九点", "past"),
        ("后来再说", "unreadable"),
        ("官说的", "unreadable"),
    ],
)
def test_a_time_in_chinese(line: str, time: str) -> None:
    assert read(line, "zh") == time


@pytest.mark.parametrize("line", ["friday", "tomorrow", "in 3 days", "3 Dec"])
def test_an_interview_needs_a_time_of_day(line: str) -> None:
    assert read(line) not in list(Unclear)
    assert read(line, to_the_hour=True) == "no_time_of_day"


def test_hours_from_now_are_hours_though_the_clock_is_turned() -> None:
    evening = datetime(2026, 10, 24, 23, 30, tzinfo=BERLIN)
    assert read_time("in 4 hours", evening, words("en")) == datetime(2026, 10, 25, 2, 30)  # noqa: DTZ001  a local time


@given(st.datetimes(datetime(2026, 11, 24, 10, 31), datetime(2027, 11, 23)).map(lambda one: one.replace(second=0)))  # noqa: DTZ001  local times
@settings(max_examples=100, derandomize=True)
def test_a_time_written_out_is_read_as_it_was_written(time: datetime) -> None:
    time = time.replace(microsecond=0)
    english, chinese = f"{time:%Y-%m-%d %H:%M}", f"{time.year}年{time.month}月{time.day}日 {time:%H:%M}"
    assert read(english) == read(chinese, "zh") == english


@given(st.text(max_size=40), st.sampled_from(("en", "zh")))
@settings(max_examples=300, derandomize=True)
def test_whatever_is_typed_what_is_read_lies_ahead_within_a_year(line: str, language: str) -> None:
    found = read_time(line, NOW, words(language))
    if not isinstance(found, Unclear):
        moment = found.replace(tzinfo=BERLIN).astimezone(UTC)
        assert NOW < moment <= NOW + timedelta(days=366)


@given(
    st.lists(st.sampled_from(("tomorrow", "friday", "14:00", "3", "dec", "in", "hours", "pm", "31", "/", "后天", "点")))
)
@settings(max_examples=300, derandomize=True)
def test_pieces_of_times_in_any_order_are_a_time_or_none(pieces: list[str]) -> None:
    line = " ".join(pieces)
    read(line), read(line, "zh")
    assert is_time(line, words("en")) == (read(line) != Unclear.UNREADABLE)


@pytest.mark.parametrize(
    ("line", "hours"),
    [
        ("22 8", (22, 8)),
        ("22:00-8:00", (22, 8)),
        ("from 23 to 7", (23, 7)),
        ("0 24", None),
        ("off", (0, 0)),
        ("22", None),
        ("25 8", None),
        ("22:30 8", None),
        ("", None),
    ],
)
def test_quiet_hours(line: str, hours: tuple[int, int] | None) -> None:
    assert read_hours(line, words("en")) == hours


@pytest.mark.parametrize(
    ("line", "language", "hours"),
    [
        ("10pm to 8am", "en", (22, 8)),
        ("10 pm - 8 am", "en", (22, 8)),
        ("from here to there", "en", None),
        ("22:30 to 8", "en", None),
        ("晚上10点到早上8点", "zh", (22, 8)),
        ("晚上十点到早上八点", "zh", (22, 8)),
        ("22点到8点", "zh", (22, 8)),
        ("从晚上11点到7点", "zh", (23, 7)),
        ("22 8", "zh", (22, 8)),
    ],
)
def test_quiet_hours_in_words_are_never_another_half_of_the_day(
    line: str, language: str, hours: tuple[int, int] | None
) -> None:
    assert read_hours(line, words(language)) == hours
