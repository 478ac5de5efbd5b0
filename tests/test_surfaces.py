"""Sentences that name the place where they are said: one wording a place, laid over the catalogue."""

import re
from collections.abc import Iterator

import pytest

from adapters.pack_files import read_core_pack
from conversations.catalogue import SURFACES, Catalogue, phrase, placeholders
from conversations.events import Opened, Typed
from conversations.packs import missing_sentences
from conversations.replies import Say
from conversations.session import PROFILE_CHECK
from tests.dialogue import ME, NOON, Player, core
from tests.test_machine import phrases

TWO = Catalogue(
    {
        "en": {
            "later": "Bye: {id}",
            "help": "help",
            "chat.later": "Chat: {id}",
            "slack.later": "Slack",
            "chat.help": "?",
        },
        "zh": {"later": "再见", "help": "帮助", "chat.later": "聊"},
    }
)
COMMAND = re.compile(r"teamcheck (?:chat|profile|report|checks|forget)")


def test_the_last_place_that_is_named_has_the_last_word() -> None:
    later = phrase("later", id="abc234")
    assert TWO.text(later, "en") == "Bye: abc234"
    assert TWO.on("chat").text(later, "en") == "Chat: abc234"
    assert TWO.on("chat", "slack").text(later, "en") == "Slack"
    assert TWO.on("chat", "discord").text(later, "en") == "Chat: abc234"
    assert TWO.on("chat").text(phrase("help"), "zh") == "帮助"
    assert TWO.on("chat", "slack").text(later, "zh") == "聊"


def test_it_is_worked_out_once() -> None:
    assert TWO.on("chat", "slack") is TWO.on("chat", "slack")
    assert TWO.on("chat") is not TWO.on("chat", "slack")


@pytest.mark.parametrize("key", ["chat.later", "slack.later"])
def test_a_wording_for_a_place_is_not_said_by_its_own_address(key: str) -> None:
    for catalogue in (TWO, TWO.on("chat")):
        with pytest.raises(KeyError):
            catalogue.text(phrase(key, id="1"), "en")


def test_what_is_worded_for_a_place_is_checked_in_every_language() -> None:
    _, product = read_core_pack()
    wrong = {
        "nowhere": "x",
        "later": "Kept, {name}.",
        "quit": ["a", "b"],
        "greeting": "Only here.",
        "card": "A pack's own.",
    }
    changed = {**product, "zh": {**product["zh"], "chat": {**product["zh"]["chat"], **wrong}, "discord": {}}}
    found = [one for one in missing_sentences(changed) if "chat" in one.sentence or "discord" in one.sentence]
    said = [one.sentence for one in found]
    assert "zh: the text chat.nowhere rewords nothing: there is no such text" in said
    assert "zh: the text chat.quit rewords nothing: there is no such text" in said
    assert "zh: the text chat.later has the placeholder {name}, which nothing fills" in said
    assert "zh: the text chat.greeting is there in no other language" in said
    assert "zh: the text chat.card rewords what a pack says" in said
    assert "zh: the text discord.who_sees is missing" in said
    assert all(one.file == "locales/zh.toml" for one in found)


def worded(language: str) -> Iterator[tuple[str, str]]:
    for key, text in core().catalogue.entries(language).items():
        if isinstance(text, str):
            yield key, text


TERMINAL_ALONE = (
    "forget.",
    "run.",
    "storage.",
    "dry_run",
    "checks.unknown",
    "settings.",
    "document.not_on_screen",
    "import.",
)
"""What only the command line says."""


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("platform", ["slack", "discord"])
def test_on_a_chat_platform_nobody_is_told_to_type_into_a_terminal(language: str, platform: str) -> None:
    there = core().catalogue.on("chat", platform)
    for key, plain in worded(language):
        text = there.entries(language)[key]
        assert isinstance(text, str)
        assert placeholders(text) <= placeholders(plain)
        if not key.startswith(TERMINAL_ALONE):
            assert not COMMAND.search(text), key
    said = there.text(phrase("who_sees"), language)
    assert platform in said.lower()
    assert said != core().catalogue.text(phrase("who_sees"), language)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_button_is_short(language: str) -> None:
    keys = [key for key, _ in worded("en") if key.startswith("buttons.")]
    assert {"buttons.unknown", "buttons.write", "buttons.change_one", "buttons.cancel"} <= {*keys}
    for key in keys:
        assert 0 < len(core().catalogue.text(phrase(key), language)) <= 24


def test_no_step_flag_or_glossary_is_reworded_for_a_place() -> None:
    plain, chat = core().catalogue, core().catalogue.on(*SURFACES)
    for language in plain.languages:
        changed = {key for key, text in plain.entries(language).items() if chat.entries(language)[key] != text}
        assert changed
        assert not {key.partition(".")[0] for key in changed} & {"steps", "flags", "questions", "glossary", "card"}


async def test_who_sees_it_is_said_once_before_the_first_question() -> None:
    player = Player()
    first = [reply.text.key for reply in await player.open() if isinstance(reply, Say)]
    assert first[:2] == ["greeting", "who_sees"]
    again = await player.handle(Opened(ME, NOON, "unused"))
    assert "who_sees" not in [one.key for one in phrases(again)]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_could_not_be_saved_is_owned_up_to(language: str) -> None:
    assert core().catalogue.on("chat").text(phrase("not_saved"), language)


async def test_everything_that_help_names_on_chat_is_read() -> None:
    text = core().catalogue.on("chat").text(phrase("help"), "en")
    for line in ("change 7", "deeper 2", "resume 2", "time zone Berlin", "quiet 22 8", "interview 3 Dec 14:00"):
        assert line in text
    player = Player()
    await player.open()
    await player.say("Acme", "manager")
    for line in ("list", "resume 2", "settings", "time zone Berlin", "reminders", "card", "glossary", "export"):
        before = player.check
        await player.handle(Typed(ME, NOON, line))
        assert player.check.answers == before.answers
    await player.handle(Typed(ME, NOON, "profile"))
    assert player.check.id == PROFILE_CHECK
