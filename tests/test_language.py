"""Speaking a person's language: how it is picked at first, and changed by a word at any moment."""

from dataclasses import replace

import pytest

from adapters.pack_files import read_core_pack
from conversations.catalogue import phrase
from conversations.dialogue import advance
from conversations.events import Opened, Typed
from conversations.packs import build_script
from conversations.reading_answers import Reader
from conversations.replies import Ask, Choose, Listed, ReviewAnswers, Say
from conversations.session import Check, Intent, Meant, Person, Phase, Session
from tests.dialogue import ME, NOON, Player, asked, core

TO_CHINESE = (
    "语言 中文",
    "切换到中文",
    "switch to chinese",
    "language chinese",
    "in Chinese please",
    "说中文",
    "语言：中文",
)
TO_ENGLISH = ("语言 英文", "切换到英文", "switch to English", "language english", "in English please", "in English?")


async def begun(language: str, *lines: str) -> Player:
    player = Player(core(), language=language)
    await player.open()
    await player.say(*lines)
    return player


@pytest.mark.parametrize(
    ("tag", "language"),
    [("zh-TW", "zh"), ("zh_CN.UTF-8", "zh"), ("en_GB.UTF-8", "en"), ("de-DE", "en"), ("C.UTF-8", "en")],
)
async def test_somebody_new_is_spoken_to_as_their_platform_says(tag: str, language: str) -> None:
    player = await begun(tag)
    assert player.person.language == language
    assert core().catalogue.text(phrase("greeting"), language).split()[0] in player.seen()


async def test_somebody_known_is_spoken_to_as_before_whatever_the_platform_says() -> None:
    player = await begun("zh")
    player.language = "en"
    await player.open()
    assert player.person.language == "zh"
    player.language = None
    await player.open(fresh=True)
    assert player.person.language == "zh"


async def test_somebody_known_who_asks_for_a_language_as_they_come_is_spoken_to_in_it() -> None:
    player = await begun("en")
    before = player.turn.session if player.turn else None
    await player.handle(Opened(ME, NOON, "unused", check=player.check.id, language="zh-HK", switch=True))
    assert before is not None
    assert player.person == replace(before.person, language="zh", revision=before.person.revision + 1)
    assert player.check == before.check


@pytest.mark.parametrize(("spoken", "lines", "wanted"), [("en", TO_CHINESE, "zh"), ("zh", TO_ENGLISH, "en")])
async def test_a_command_in_any_language_switches_and_shows_where_we_are(
    spoken: str, lines: tuple[str, ...], wanted: str
) -> None:
    for line in lines:
        player = await begun(spoken)  # the first step takes free text
        before, view = player.turn.session if player.turn else Session(Person(ME)), player.turn
        replies = await player.say(line)
        assert replies[0] == Say(phrase("language.now")), line
        assert view is not None
        assert replies[1:] == (asked(view.replies),)
        assert player.person == replace(before.person, language=wanted, revision=before.person.revision + 1)
        assert player.check == before.check
        ask = core().catalogue.text(asked(replies).text, wanted)
        assert ask.splitlines()[0][:20] in player.seen()


@pytest.mark.parametrize(
    ("spoken", "name", "wanted"), [("en", "中文", "zh"), ("zh", "English", "en"), ("en", "EN", "en")]
)
async def test_the_bare_name_of_a_language_switches_where_it_can_be_no_answer(
    spoken: str, name: str, wanted: str
) -> None:
    player = await begun(spoken, name)
    assert player.person.language == spoken
    assert player.check.at != "team"
    assert asked(player.turn.replies if player.turn else ()).kind != "text"
    await player.say(name)
    assert player.person.language == wanted


@pytest.mark.parametrize("line", ["language", "语言", "Language", "/language"])
@pytest.mark.parametrize("spoken", ["en", "zh"])
async def test_the_bare_command_lists_the_languages_and_changes_nothing(line: str, spoken: str) -> None:
    player = await begun(spoken)
    before = player.turn.session if player.turn else None
    replies = await player.say(line)
    assert isinstance(replies[0], Listed)
    words = [core().catalogue.text(item, spoken) for item in replies[0].items]
    assert words == ["English", "中文"]
    assert isinstance(replies[1], Ask)
    assert player.turn is not None
    assert player.turn.session == before


@pytest.mark.parametrize("line", ["chinese", "switch to chinese", "中文"])
def test_a_language_that_nobody_wrote_cannot_be_switched_to(line: str) -> None:
    files, product = read_core_pack()
    values = replace(files.values, locales={"en": files.values.locales["en"]})
    english = build_script(values, {"en": product["en"]})
    assert Reader(english, "en").read(line, Phase.ASKING, english.by_id["wanted"]).intent is Intent.UNREADABLE


async def test_it_works_wherever_the_conversation_is() -> None:
    player = await begun("en", "Acme", "?", "start over")
    for name, phase, view in (
        ("中文", Phase.CONFIRMING, Choose),
        ("English", Phase.CONFIRMING, Choose),
        ("zh", Phase.CONFIRMING, Choose),
    ):
        replies = await player.say(name)
        assert (player.check.phase, type(replies[1])) == (phase, view)
    await player.say("不")
    replies = await player.say("回顾", "英文")
    assert (player.check.phase, type(replies[1])) == (Phase.REVIEWING, ReviewAnswers)
    replies = await player.say("decide", "中文")
    assert (player.check.phase, type(replies[1])) == (Phase.DECIDING, Choose)
    assert player.person.language == "zh"


async def test_answers_are_the_same_in_either_language() -> None:
    player = await begun("zh", "搜索组", "?", "成熟")
    answers = player.check.answers
    await player.say("切换到英文")
    assert player.check.answers == answers
    await player.say("review")
    assert "搜索组" in player.seen()
    assert "Mature in tech" in player.seen()


@pytest.mark.parametrize("language", ["xx", "tlh-Piqd", ""])
def test_a_language_that_went_away_is_english_and_stays_on_record(language: str) -> None:
    person = Person(ME, revision=3, language=language, current_check="abc234")
    check = Check("abc234", "core-1", NOON, NOON, phase=Phase.ASKING, at="wanted")
    turn = advance(core(), Session(person, check), Typed(ME, NOON, "glossary"))
    assert isinstance(turn.replies[0], Listed)
    turn = advance(core(), turn.session, Typed(ME, NOON, "research"))
    assert turn.session.person == person
    assert Reader(core(), language).read("2", Phase.ASKING, core().by_id["wanted"]) != Meant(Intent.UNREADABLE)
