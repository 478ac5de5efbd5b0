"""Typed words -> a time on the person's own clock: "3 Dec 14:00", "friday 2pm", "in 3 days", 明天下午三点.

Piece by piece is taken out of the line: a day, a time of day, or how long from now. What is left over in the end
makes the line unreadable, and a line that could mean two times is not guessed at. Words come from the catalogue.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from conversations.catalogue import Catalogue

_FURTHEST = timedelta(days=366)
_LONG_PAST = timedelta(days=90)
"""A day without a year that is further back than this is one of next year."""
_MORNING = time(9)
"""When, where only a day was said."""
UNITS = ("minutes", "hours", "days", "weeks")
DAYS_AHEAD = tuple(f"days_ahead_{n}" for n in range(4))
WEEKDAYS = tuple(f"weekday_{n}" for n in range(7))
MONTHS = tuple(f"month_{n}" for n in range(1, 13))
_TEN = 10
_EDGES = " \t.!?,。！？，、"
_NOON = 12
_MIDNIGHT = 24
_SMALL_HOURS = range(1, 7)
"""Nobody says "at 3" for three at night, but nobody knows either."""

_EVENING = (*range(5, 12), *range(17, 24))
"""What "at night" leaves no doubt about, on either clock."""

_BETWEEN = re.compile(r"\s*(?:[-–~到至]|\bto\b|\buntil\b)\s*")
"""Between two hours."""

Words = Mapping[str, tuple[str, ...]]
"""Word lists by name: those under `words.when`, and as `numbers.` those under `words.numbers`."""


class Unclear(StrEnum):
    """Why a line is no time."""

    UNREADABLE = "unreadable"
    WHICH_DAY = "which_day"
    WHICH_HOUR = "which_hour"
    NO_SUCH_TIME = "no_such_time"
    PAST = "past"
    TOO_FAR = "too_far"
    NO_TIME_OF_DAY = "no_time_of_day"


class _UnclearError(Exception):
    def __init__(self, why: Unclear) -> None:
        self.why = why


def read_time(text: str, now: datetime, words: Words, *, to_the_hour: bool = False) -> datetime | Unclear:
    """Read a time.

    Args:
        text: the line.
        now: the present, in the person's own zone.
        words: the lists to read by.
        to_the_hour: a day alone is not enough.

    """
    try:
        local = _Reading(_folded(text), now, words).local(to_the_hour=to_the_hour)
    except _UnclearError as unclear:
        return unclear.why
    except (ValueError, OverflowError):  # the 30th of February, 25 o'clock
        return Unclear.NO_SUCH_TIME
    moment = local.replace(tzinfo=now.tzinfo).astimezone(UTC)
    if moment <= now:
        return Unclear.PAST
    return local if moment - now <= _FURTHEST else Unclear.TOO_FAR


def is_time(text: str, words: Words) -> bool:
    """Tell whether a line speaks of a time, though it may be no good one."""
    return read_time(text, datetime(2026, 1, 1, 12, tzinfo=UTC), words) is not Unclear.UNREADABLE


def when_words(catalogue: Catalogue, language: str) -> Words:
    """Return the lists to read times by."""
    numbers = catalogue.words_below("words.numbers", language)
    return {**catalogue.words_below("words.when", language), **{f"numbers.{n}": words for n, words in numbers.items()}}


def read_hours(text: str, words: Words) -> tuple[int, int] | None:
    """Read "22 8", "10pm to 8am", 晚上十点到早上八点 as from which hour to which; "off" as the same hour twice."""
    said = _folded(text)
    if said in words["off"]:
        return 0, 0
    said = re.sub(r"^(?:from\s|从)\s*", "", said)
    parts = _BETWEEN.split(said)
    hours = [_hour(part, words) for part in (parts if len(parts) == 2 else said.split())]  # noqa: PLR2004  from and to
    match hours:
        case [int(start), int(end)] if start != end:
            return start, end
        case _:
            return None


def _hour(text: str, words: Words) -> int | None:
    """Read a full hour; without "am" or "pm" by the clock of 24."""
    if figures := re.fullmatch(r"(\d{1,2})(:00)?", text):
        return int(figures[1]) % _MIDNIGHT if int(figures[1]) <= _MIDNIGHT else None
    found = read_time(f"{words['days_ahead_1'][0]} {text}", datetime(2026, 1, 1, tzinfo=UTC), words, to_the_hour=True)
    return found.hour if isinstance(found, datetime) and not found.minute else None


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split()).strip(_EDGES)


class _Reading:
    """One line, while pieces are taken out of it."""

    def __init__(self, rest: str, now: datetime, words: Words) -> None:
        self._rest = rest
        self._words = words
        self._now = now
        # In this order: the names of days and months may have numerals in them.
        self._weekday = self._day_of_the_week()
        self._half_day = self._part_of_the_day()
        self._in_digits()

    def local(self, *, to_the_hour: bool) -> datetime:
        """Put the pieces together."""
        today, clock = self._now.date(), self._now.replace(tzinfo=None)
        ahead = self._ahead()
        if ahead and ahead % timedelta(days=1):
            self._nothing_else()
            return (self._now.astimezone(UTC) + ahead).astimezone(self._now.tzinfo).replace(tzinfo=None, second=0)
        day = today + ahead if ahead else self._day()
        at = self._time(bare=day is not None or self._weekday is not None)
        self._nothing_else()
        if day is None and self._weekday is None and at is None and self._half_day is None:
            raise _UnclearError(Unclear.UNREADABLE)
        if at is None and (to_the_hour or self._half_day):
            raise _UnclearError(Unclear.NO_TIME_OF_DAY)
        at = at or (clock.time() if ahead else _MORNING)
        if day is None:
            passed = at <= clock.time()
            day = today + timedelta(days=self._days_to_go(passed=passed) if self._weekday is not None else int(passed))
        return datetime.combine(day, at).replace(second=0, microsecond=0)

    def _days_to_go(self, *, passed: bool) -> int:
        week, wanted = self._weekday or (0, 0)
        days = wanted - self._now.weekday()
        if week is not None:
            return days + 7 * week
        return days % 7 or 7 * passed

    def _take(self, pattern: str) -> re.Match[str] | None:
        """Take the first piece that looks like this out of the line."""
        match = re.search(pattern, self._rest)
        if match:
            self._rest = f"{self._rest[: match.start()]} {self._rest[match.end() :]}"
        return match

    def _one_of(self, *names: str) -> str:
        """Return a pattern for the words of these lists, the longest first; a word of letters stands by itself."""
        listed = sorted((word for name in names for word in self._words.get(name, ())), key=len, reverse=True)
        return "|".join(map(_by_itself, listed)) or "(?!)"

    def _which(self, names: tuple[str, ...], said: str) -> int:
        return next(place for place, name in enumerate(names) if said in self._words.get(name, ()))

    def _day_of_the_week(self) -> tuple[int | None, int] | None:
        """Read "friday", 周五, 下周五: which week, where that is said, and which day of it."""
        weeks = "|".join(rf"({self._one_of(name)})\s*" for name in ("next", "next_week", "this_week"))
        found = self._take(rf"(?:{weeks})?({self._one_of(*WEEKDAYS)})")
        if found is None:
            return None
        if found[1]:  # some mean the one that comes, some the one after it
            raise _UnclearError(Unclear.WHICH_DAY)
        week = 1 if found[2] else 0 if found[3] else None
        return week, self._which(WEEKDAYS, found[4])

    def _part_of_the_day(self) -> str | None:
        halves = ("am", "pm", "night", "midday")
        glued = "|".join(self._short("am", "pm"))
        found = self._take(rf"(?<=\d)(?:{glued})\b") or self._take(self._one_of(*halves))
        return halves[self._which(halves, found[0])] if found else None

    def _short(self, *names: str) -> list[str]:
        return [re.escape(word) for name in names for word in self._words.get(name, ()) if word.isascii()] or ["(?!)"]

    def _in_digits(self) -> None:
        """Write numerals as digits: "two" is 2, 十二 is 12."""
        numbers = {word: n for n in range(11) for word in self._words.get(f"numbers.{n}", ())}
        signs = {word: n for word, n in numbers.items() if len(word) == 1 and not word.isascii()}
        ten = next((sign for sign, n in signs.items() if n == _TEN), None)

        def digits(run: re.Match[str]) -> str:
            if ten is None or ten not in run[0]:
                return "".join(str(signs[sign]) for sign in run[0])
            tens, _, ones = run[0].partition(ten)
            return str(signs.get(tens, 1) * _TEN + signs.get(ones, 0))

        if signs:
            self._rest = re.sub(f"[{''.join(signs)}]+", digits, self._rest)
        for word in sorted((word for word in numbers if word.isascii()), key=len, reverse=True):
            self._rest = re.sub(_by_itself(word), str(numbers[word]), self._rest)

    def _ahead(self) -> timedelta | None:
        """Read "in 3 days", "in half an hour", 3天后: how long from now."""
        units = self._one_of(*UNITS)
        number = rf"(\d{{1,4}}|{self._one_of('numbers.0_5')})\s*(?:{self._one_of('measure')})?\s*({units})"
        found = self._take(rf"(?:{self._one_of('in')})\s*{number}")
        found = found or self._take(rf"{number}\s*(?:{self._one_of('after')})") or self._take(rf"^\s*{number}\s*$")
        if found is None:
            return None
        unit = UNITS[self._which(UNITS, found[2])]
        count = int(found[1]) if found[1].isdecimal() else 0.5
        return timedelta(**{unit: count})

    def _day(self) -> date | None:
        """Read "tomorrow", "2026-12-03", "3 Dec", 12月3日."""
        if found := self._take(rf"({self._one_of(*DAYS_AHEAD)})"):
            return self._now.date() + timedelta(days=self._which(DAYS_AHEAD, found[1]))
        if found := self._take(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:t(?=\d)|(?!\d))"):
            return date(int(found[1]), int(found[2]), int(found[3]))
        year, month, day = (f"(?:{self._one_of(name)})" for name in ("year_sign", "month_sign", "day_sign"))
        if found := self._take(rf"(?:(\d{{4}})\s*{year}\s*)?(\d{{1,2}})\s*{month}\s*(\d{{1,2}})\s*{day}?"):
            return self._in_year(found[1], int(found[2]), int(found[3]))
        nth, named = f"(?:{'|'.join(self._short('nth'))}|\\.)?", f"({self._one_of(*MONTHS)})\\.?"
        if found := self._take(rf"(?<!\d)(\d{{1,2}}){nth}\s*(?:{self._one_of('of')})?\s*{named}(?:\s*(\d{{4}})\b)?"):
            return self._in_year(found[3], self._which(MONTHS, found[2]) + 1, int(found[1]))
        if found := self._take(rf"{named}\s*(\d{{1,2}})(?![\d:]){nth}(?:[\s,]+(\d{{4}})\b)?"):
            return self._in_year(found[3], self._which(MONTHS, found[1]) + 1, int(found[2]))
        if found := self._take(r"(?<!\d)(\d{1,2})/(\d{1,2})(?:/(\d{4}))?(?!\d)"):
            return self._by_numbers(found[3], int(found[1]), int(found[2]))
        return None

    def _by_numbers(self, year: str | None, one: int, other: int) -> date:
        """Read 3/12 only where it cannot be two days."""
        if one != other and max(one, other) <= len(MONTHS):
            raise _UnclearError(Unclear.WHICH_DAY)
        return self._in_year(year, min(one, other), max(one, other))

    def _in_year(self, year: str | None, month: int, day: int) -> date:
        """Complete a day without a year: the next such day, where the last one is not just over."""
        if year:
            return date(int(year), month, day)
        today = self._now.date()
        possible = (date(one, month, day) for one in range(today.year, today.year + 9) if _exists(one, month, day))
        found = next((one for one in possible if one > today - _LONG_PAST), None)
        if found is None:
            raise _UnclearError(Unclear.NO_SUCH_TIME)
        return found

    def _time(self, *, bare: bool) -> time | None:
        """Read "14:00", "2pm", "at 9", 三点半."""
        if found := self._take(r"(?<!\d)(\d{1,2}):(\d{2})(?::00)?(?!\d)"):
            return self._at(found[1], int(found[2]))
        hour, minute = (f"(?:{self._one_of(name)})" for name in ("hour_sign", "minute_sign"))
        half, quarter = (f"(?:{self._one_of(name)})" for name in ("numbers.0_5", "quarter"))
        if found := self._take(rf"(\d{{1,2}})\s*{hour}\s*(?:({half})|(\d)\s*{quarter}|(\d{{1,2}})\s*{minute}?)?"):
            return self._at(found[1], 30 if found[2] else int(found[3] or 0) * 15 or int(found[4] or 0))
        if self._half_day == "midday" and not re.search(r"\d", self._rest):
            return time(_NOON)
        if bare or self._half_day or re.search(self._one_of("at"), self._rest):
            found = self._take(r"(?<![\d:])(\d{1,2})(?![\d:])")
            return self._at(found[1], 0) if found else None
        return None

    def _at(self, said: str, minute: int) -> time:
        """Make a time of day of an hour, with what was said about the half of the day."""
        hour = int(said)
        unsaid = self._half_day is None and hour in _SMALL_HOURS and not said.startswith("0")
        if unsaid or (self._half_day == "night" and hour not in _EVENING):
            raise _UnclearError(Unclear.WHICH_HOUR)
        if self._half_day == "am" and hour == _NOON:
            hour = 0
        if (self._half_day in ("pm", "night") and hour < _NOON) or (
            self._half_day == "midday" and hour in _SMALL_HOURS
        ):
            hour += _NOON
        return time(hour, minute)

    def _nothing_else(self) -> None:
        if re.sub(self._one_of("fillers", "at"), " ", self._rest).strip(_EDGES):
            raise _UnclearError(Unclear.UNREADABLE)


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _by_itself(word: str) -> str:
    """Return a pattern for a word: one of letters stands by itself, a sign stands anywhere."""
    return rf"\b{re.escape(word)}\b" if word.isascii() else re.escape(word)
