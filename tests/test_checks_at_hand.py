"""A person's checks: listed, gone on with, begun; and what works where there is none."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from adapters.storage.in_memory import InMemoryStore
from bot.packs_in_use import Pack, PacksInUse
from bot.turns import Turns
from conversations.catalogue import phrase
from conversations.dialogue import advance
from conversations.events import Event, LookedHome, Opened, Pressed, TimePassed, Typed
from conversations.messages import DirectMessage, GaveUp, HomePage
from conversations.reading_answers import Reader
from conversations.reminders import Policy
from conversations.replies import Ask, Choose, Goodbye, Held, Listed, Reply, Say, ShowChecks, ShowHome
from conversations.session import PROFILE_CHECK, Check, Intent, Person, Phase, Session
from tests.dialogue import ME, NOON, core, core_files, core_values, postings
from tests.fakes.room import A, Room


class Chat:
    """One conversation as a chat platform has it: no line says which check it is for."""

    def __init__(self, *, reachable: bool = True, language: str | None = "en") -> None:
        """Begin with nothing."""
        self.store = InMemoryStore()
        packs = PacksInUse(self.store, core_files()[1], [Pack(core(), core_values())])
        self.turns = Turns(packs, self.store, Policy(reachable=reachable), postings=postings)
        self.language, self.now, self.ids = language, NOON, 0

    async def take(self, event: Event) -> tuple[Reply, ...]:
        self.now += timedelta(minutes=1)
        self.turn = await self.turns.handle(event)
        return self.turn.replies

    async def say(self, *lines: str) -> tuple[Reply, ...]:
        replies: tuple[Reply, ...] = ()
        for line in lines:
            replies = await self.take(
                Typed(ME, self.now, line, new_check=self.new_id(), language=self.language, zone="Europe/Berlin")
            )
        return replies

    async def press(self, intent: Intent, *arguments: str, check: str | None = None) -> tuple[Reply, ...]:
        return await self.take(
            Pressed(ME, self.now, intent, arguments, check, new_check=self.new_id(), language=self.language)
        )

    async def look_home(self) -> ShowHome:
        (home,) = await self.take(LookedHome(ME, self.now, language=self.language))
        assert isinstance(home, ShowHome)
        return home

    def new_id(self) -> str:
        self.ids += 1
        return f"chk{self.ids:03}"

    @property
    def person(self) -> Person:
        return self.turn.session.person

    def is_about_me(self) -> bool:
        """Tell whether what is typed next goes to the dialogue about the person."""
        return self.person.about_me

    async def check(self) -> Check | None:
        return (await self.store.load(ME)).check

    async def named(self, team: str) -> str:
        """Begin a check of a team; return its id."""
        await self.say("new check", team)
        check = await self.check()
        assert check is not None
        return check.id


def keys(replies: Iterable[Reply]) -> list[str]:
    return [one.text.key for one in replies if isinstance(one, Say | Goodbye)]


def rows(replies: Iterable[Reply]) -> list[tuple[int, str, str, bool]]:
    (listed,) = (one for one in replies if isinstance(one, ShowChecks))
    text = core().catalogue.text
    return [(row.number, text(row.title, "en"), text(row.state, "en"), row.at_hand) for row in listed.rows]


# -- the list --------------------------------------------------------------------------------------------------------


async def test_checks_are_listed_the_one_changed_last_first_and_the_question_stays() -> None:
    chat = Chat()
    await chat.say("hello")
    await chat.named("Acme")
    await chat.named("Globex")
    replies = await chat.say("list")
    assert rows(replies) == [
        (1, "Globex", "open, 1 answer", True),
        (2, "Acme", "open, 1 answer", False),
        (3, "begun on March 2, 2026", "open, 0 answers", False),
    ]
    assert isinstance(replies[-1], Ask)
    await chat.say("resume 3")
    assert [row[3] for row in rows(await chat.say("list"))] == [False, False, True]


async def test_a_finished_check_and_one_put_aside_say_so() -> None:
    chat = Chat()
    await chat.named("Acme")
    while (check := await chat.check()) and check.phase is not Phase.FINISHED:
        await chat.say("?")
    second = await chat.named("Globex")
    for _ in ("the nudge", "parking"):
        assert chat.turn.due is not None
        await chat.take(TimePassed(ME, chat.turn.due, second))
    states = {row[1]: row[2] for row in rows([(await chat.look_home()).checks])}
    assert states["Globex"] == "put aside, 1 answer"
    assert states["Acme"].startswith("finished, ")
    assert states["Acme"].endswith(" questions to ask")


async def test_the_list_is_there_in_the_dialogue_about_the_person_and_with_no_check_at_all() -> None:
    chat = Chat()
    assert keys(await chat.say("list")) == ["checks.none"]
    assert await chat.check() is None
    await chat.say("profile")
    replies = await chat.say("list")
    assert keys(replies) == ["checks.none"]
    assert isinstance(replies[-1], Ask)
    await chat.say("quit")
    await chat.named("Acme")
    await chat.say("profile")
    assert rows(await chat.say("list")) == [(1, "Acme", "open, 1 answer", True)]


# -- from one to another ---------------------------------------------------------------------------------------------


async def test_another_check_is_gone_on_with_by_its_number_its_id_or_a_button() -> None:
    chat = Chat()
    acme, globex = await chat.named("Acme"), await chat.named("Globex")
    replies = await chat.say("resume 2")
    assert keys(replies)[0] == "welcome_back"
    assert (chat.person.current_check, isinstance(replies[-1], Ask)) == (acme, True)
    await chat.say(f"resume {globex}")
    assert chat.person.current_check == globex
    await chat.press(Intent.RESUME, acme)
    assert chat.person.current_check == acme
    assert keys(await chat.say("resume"))[0] == "welcome_back"
    assert chat.person.current_check == acme


@pytest.mark.parametrize("line", ["resume 9", "resume zzz999", "resume 0"])
async def test_a_number_that_no_check_has_is_told_with_those_there_are(line: str) -> None:
    chat = Chat()
    acme = await chat.named("Acme")
    replies = await chat.say(line)
    if line != "resume 0":
        assert keys(replies) == ["checks.no_such"]
        assert len(rows(replies)) == 1
    assert chat.person.current_check == acme


async def test_a_button_of_a_check_that_is_gone_is_told_so() -> None:
    chat = Chat()
    assert keys(await chat.press(Intent.RESUME, "zzz999")) == ["checks.none"]
    await chat.named("Acme")
    assert keys(await chat.press(Intent.RESUME, "zzz999")) == ["checks.no_such"]
    assert keys(await chat.press(Intent.ANSWER, "a", check="zzz999")) == ["gone"]
    assert len(await chat.store.checks(ME)) == 1


async def test_a_new_check_is_begun_beside_the_one_at_hand() -> None:
    chat = Chat()
    acme = await chat.named("Acme")
    replies = await chat.press(Intent.NEW)
    assert keys(replies)[:2] == ["greeting", "who_sees"]
    assert chat.person.current_check != acme
    assert len(rows(await chat.say("list"))) == 2


async def test_where_no_id_comes_with_the_line_it_is_said_how_to_begin() -> None:
    chat = Chat()
    await chat.named("Acme")
    replies = await chat.take(Typed(ME, chat.now, "new check"))
    assert keys(replies) == ["checks.new_how"]
    assert len(await chat.store.checks(ME)) == 1


async def test_an_event_that_comes_again_begins_nothing_more() -> None:
    chat = Chat()
    event = Typed(ME, NOON, "new", new_check="abc234", id="E1")
    assert keys(await chat.take(event))[0] == "greeting"
    assert await chat.take(replace(event, new_check="def234")) == ()
    assert [check.id for check in await chat.store.checks(ME)] == ["abc234"]


# -- about the person ------------------------------------------------------------------------------------------------


async def test_what_is_typed_goes_to_the_profile_until_it_is_left() -> None:
    chat = Chat()
    acme = await chat.named("Acme")
    await chat.say("profile")
    assert chat.is_about_me()
    await chat.say("2")
    assert chat.turn.session.check is not None
    assert chat.turn.session.check.id == PROFILE_CHECK
    assert len(chat.turn.session.check.answers) == 1
    await chat.press(Intent.STATUS)
    assert chat.turn.session.check.id == PROFILE_CHECK
    assert keys(await chat.say("later")) == ["profile.way_back", "profile.goodbye"]
    assert not chat.is_about_me()
    assert keys(await chat.say("resume"))[0] == "welcome_back"
    assert chat.person.current_check == acme


async def test_its_last_review_leads_out_as_well() -> None:
    chat = Chat()
    await chat.say("profile")
    for _ in range(99):
        check = (await chat.store.load(ME, PROFILE_CHECK)).check
        if check and check.phase is Phase.REVIEWING:
            break
        await chat.say("?")
    assert chat.is_about_me()
    assert keys(await chat.say("keep")) == ["profile.goodbye"]
    assert not chat.is_about_me()
    assert keys(await chat.say("hello"))[0] == "greeting"


@pytest.mark.parametrize("how", ["resume", "new", "opened", "reminded"])
async def test_going_to_a_check_leaves_it_too(how: str) -> None:
    chat = Chat()
    await chat.named("Acme")
    due = chat.turn.due
    await chat.say("profile")
    match how:
        case "opened":
            await chat.take(Opened(ME, chat.now, "unused"))
        case "reminded":
            assert due is not None
            replies = await chat.take(TimePassed(ME, due, chat.person.current_check or ""))
            assert isinstance(replies[-1], Ask)
        case _:
            await chat.say(how)
    assert not chat.is_about_me()
    before = await chat.check()
    await chat.say("?")
    after = await chat.check()
    assert before is not None
    assert after is not None
    assert len(after.answers) == len(before.answers) + 1


async def test_a_reminder_shows_the_question_again_to_whoever_is_at_their_profile() -> None:
    chat = Chat()
    await chat.named("Acme")
    await chat.say("remind tomorrow 9:00", "profile")
    check = await chat.check()
    assert check is not None
    (reminder,) = check.reminders
    replies = await chat.take(TimePassed(ME, datetime(2026, 3, 3, 9, tzinfo=NOON.tzinfo), check.id))
    assert reminder.zone == "Europe/Berlin"
    assert isinstance(replies[-1], Ask)
    assert not chat.is_about_me()


async def test_in_a_terminal_the_profile_names_itself_and_nothing_else_lands_in_it() -> None:
    chat = Chat(reachable=False)
    await chat.take(Opened(ME, NOON, "abc234"))
    await chat.take(Opened(ME, NOON, "unused", check=PROFILE_CHECK))
    await chat.take(Typed(ME, NOON, "2", PROFILE_CHECK))
    replies = await chat.take(Opened(ME, NOON, "unused", check="abc234"))
    assert keys(replies)[0] == "welcome_back"
    await chat.take(Typed(ME, NOON, "Acme", "abc234"))
    check = await chat.check()
    assert check is not None
    assert len(check.answers) == 1
    await chat.take(Opened(ME, NOON, "unused", check=PROFILE_CHECK))
    assert keys(await chat.take(Typed(ME, NOON, "quit", PROFILE_CHECK))) == ["profile.goodbye"]


# -- settings --------------------------------------------------------------------------------------------------------


async def test_settings_are_listed_with_how_to_change_each() -> None:
    chat = Chat()

    async def listed() -> list[str]:
        (found,) = (one for one in await chat.say("settings") if isinstance(one, Listed))
        return [core().catalogue.text(item, "en") for item in found.items]

    language, zone, quiet, writing = await listed()
    assert "English" in language
    assert "language 中文" in language
    assert "Europe/Berlin, where it is 13:0" in zone
    assert "22:00 to 8:00" in quiet
    assert "stop" in writing
    await chat.say("stop", "quiet off", "time zone Tokyo")
    _, zone, quiet, writing = await listed()
    assert "Asia/Tokyo" in zone
    assert "No quiet hours" in quiet
    assert "write to me again" in writing
    assert await chat.check() is None


async def test_a_terminal_says_that_it_never_writes_first() -> None:
    chat = Chat(reachable=False)
    (found,) = (one for one in await chat.say("settings") if isinstance(one, Listed))
    assert found.items[-1] == phrase("personal.unreachable")


# -- home ------------------------------------------------------------------------------------------------------------


async def test_home_shows_checks_reminders_and_open_questions_and_changes_nothing() -> None:
    chat = Chat()
    await chat.named("Acme")
    await chat.say("?", "?", "interview 2026-03-05 14:00")
    await chat.named("Globex")
    await chat.say("remind 2026-03-04 9:00")
    before, due = await chat.store.load(ME), await chat.store.due(NOON + timedelta(days=9), ["terminal"], 9)
    home = await chat.look_home()
    assert rows([home.checks])[0][1:] == ("Globex", "open, 1 answer", True)
    said = [core().catalogue.text(one, "en") for one in home.reminders]
    assert [line.partition(":")[0] for line in said] == ["Globex", "Acme", "Acme"]
    assert 0 < len(home.questions) <= 5
    assert all(core().catalogue.text(one, language) for one in home.questions for language in ("en", "zh"))
    assert await chat.store.load(ME) == before
    assert await chat.store.due(NOON + timedelta(days=9), ["terminal"], 9) == due


async def test_home_brings_nobody_back() -> None:
    chat = Chat()
    acme = await chat.named("Acme")
    for _ in range(2):
        assert chat.turn.due is not None
        await chat.take(TimePassed(ME, chat.turn.due, acme))
    parked = await chat.check()
    assert parked is not None
    assert parked.parked
    await chat.look_home()
    assert await chat.check() == parked


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_of_somebody_never_seen_home_keeps_nothing_and_speaks_their_language(language: str) -> None:
    chat = Chat(language=language)
    home = await chat.look_home()
    assert (home.checks, home.reminders, home.questions) == (ShowChecks(phrase("checks.none"), ()), (), ())
    assert chat.person.language == language
    assert (await chat.store.load(ME)).person == Person(ME)


async def test_a_message_that_failed_is_told_of_in_the_conversation_and_not_at_home() -> None:
    room = Room(InMemoryStore())
    await room.take(room.opened())
    room.sender.then(A, GaveUp("closed"))
    await room.read()
    assert (await room.kept.load(A)).undelivered == 1
    await room.intake.handle(LookedHome(A, room.clock(), "H1"), HomePage())
    assert (await room.kept.load(A)).undelivered == 1
    turn = await room.intake.handle(room.typed("Acme"), DirectMessage())
    assert keys(turn.replies)[0] == "undelivered"
    assert (await room.kept.load(A)).undelivered == 0


# -- without a check -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("help", "help"),
        ("card", "card"),
        ("list", "checks.none"),
        ("resume", "checks.none"),
        ("resume 2", "checks.none"),
        ("status", "checks.none"),
        ("remind tomorrow 9:00", "checks.none"),
        ("interview friday 2pm", "checks.none"),
        ("bye", "checks.none"),
        ("what is a pin factory", "glossary.pin_factory.text"),
        ("language 中文", "language.now"),
        ("time zone Tokyo", "zone.now"),
        ("quiet 21 9", "quiet.now"),
        ("stop", "stop.done"),
        ("write to me again", "stop.undone"),
        ("forget me", "forget.goes"),
    ],
)
async def test_what_needs_no_check_works_without_one(line: str, key: str) -> None:
    chat = Chat()
    assert keys(await chat.say(line))[0] == key
    assert await chat.store.checks(ME) == []
    assert chat.person.language == ("zh" if "中文" in line else "en")


@pytest.mark.parametrize(("line", "whole"), [("export", True), ("what do you hold about me", False)])
async def test_what_is_held_is_shown_without_a_check(line: str, whole: bool) -> None:  # noqa: FBT001
    chat = Chat()
    (held, *_) = await chat.say(line)
    assert isinstance(held, Held)
    assert held.whole == whole


@pytest.mark.parametrize("line", ["hello", "report", "1", "new", "/new", "begin"])
async def test_anything_else_is_greeted_and_begins_a_check_in_their_language(line: str) -> None:
    chat = Chat(language="zh")
    replies = await chat.say(line)
    assert keys(replies)[:2] == ["greeting", "who_sees"]
    assert isinstance(replies[-1], Ask)
    assert (chat.person.language, chat.person.zone) == ("zh", "Europe/Berlin")
    check = await chat.check()
    assert check is not None
    assert not check.answers


async def test_to_be_forgotten_is_asked_by_buttons_too() -> None:
    chat = Chat()
    asked = await chat.say("forget me")
    assert isinstance(asked[-1], Choose)
    assert keys(await chat.press(Intent.NO)) == ["forget.kept"]
    await chat.say("forget me")
    await chat.press(Intent.YES)
    assert chat.turn.erase


def test_an_opening_of_a_check_that_is_gone_meanwhile_begins_none_without_an_id() -> None:
    session = Session(Person(ME, revision=1, current_check="abc234"))
    turn = advance(core(), session, Opened(ME, NOON, "", check="abc234"))
    assert keys(turn.replies) == ["gone"]
    assert turn.session.check is None


# -- reading ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "line", "intent"),
    [
        *(("en", line, Intent.CHECKS) for line in ("list", "My checks", "/list", "checks")),
        *(("zh", line, Intent.CHECKS) for line in ("列表", "我的评估", "我的检查", "list", "我有哪些评估？")),
        *(("en", line, Intent.RESUME) for line in ("resume", "resume 2", "resume abc234", "Resume the second")),
        *(("zh", line, Intent.RESUME) for line in ("接着做", "继续 2", "继续第2个", "继续 abc234", "接着做第二个")),
        *(("en", line, Intent.NEW) for line in ("new check", "another check", "/new")),
        *(("zh", line, Intent.NEW) for line in ("新建", "新建评估", "另开一次", "new check", "/new")),
        *(("en", line, Intent.PROFILE) for line in ("profile", "About me", "my profile")),
        *(("zh", line, Intent.PROFILE) for line in ("我的资料", "我的情况", "关于我", "profile")),
        *(("en", line, Intent.SETTINGS) for line in ("settings", "Settings!", "my settings")),
        *(("zh", line, Intent.SETTINGS) for line in ("设置", "我的设置", "settings")),
        *(("en", line, Intent.REMIND) for line in ("remind tomorrow 9:00", "remind me tomorrow 9:00", "remind")),
        *(("zh", line, Intent.REMIND) for line in ("提醒 明天上午9点", "remind tomorrow 9:00", "提醒我")),
        ("zh", "继续", Intent.KEEP),
        ("en", "reminders", Intent.REMINDERS),
    ],
)
def test_words_are_read_whatever_is_being_asked(language: str, line: str, intent: Intent) -> None:
    reader = Reader(core(), language)
    assert reader.read(line, Phase.CONFIRMING, None).intent is intent
    for step in core().steps:
        assert reader.read(line, Phase.ASKING, step).intent is intent, step.id


def test_the_number_or_the_id_is_read_with_it() -> None:
    read = Reader(core(), "en").read
    assert read("resume 2", Phase.FINISHED, None).number == 2
    assert read("Resume ABC234", Phase.FINISHED, None).text == "abc234"
    assert Reader(core(), "zh").read("继续第二个", Phase.FINISHED, None).number == 2


@pytest.mark.parametrize("step", ["methods", "stack", "domain"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_new_is_an_answer_where_it_is_one(step: str, language: str) -> None:
    meant = Reader(core(), language).read("new", Phase.ASKING, core().by_id[step])
    assert meant.intent is Intent.ANSWER


@pytest.mark.parametrize("line", ["Resume parser", "Remind Ltd", "List Labs", "New York models", "Settings platform"])
def test_a_team_may_be_called_like_a_command(line: str) -> None:
    assert Reader(core(), "en").read(line, Phase.ASKING, core().by_id["team"]).intent is Intent.ANSWER


async def test_a_bare_remind_shows_how() -> None:
    chat = Chat()
    await chat.named("Acme")
    replies = await chat.say("remind")
    assert keys(replies) == ["when.how"]
    assert "remind me tomorrow 9:00" in core().catalogue.text(replies[0].text, "en")  # type: ignore[union-attr]


@pytest.mark.parametrize("line", ["later", "quit", "status", "report", "hello"])
def test_what_is_said_to_a_check_that_was_forgotten_elsewhere_ends_there(line: str) -> None:
    turn = advance(core(), Session(Person(ME)), Typed(ME, NOON, line, "abc234", 3, new_check="def234"))
    assert turn.replies == (Goodbye(phrase("gone")),)
    assert turn.session == Session(Person(ME))
