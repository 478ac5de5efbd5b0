"""Being shown what is kept, and being forgotten: wherever the conversation is, and where there is none."""

import io
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from rich.console import Console

from adapters.terminal.plain_text import PlainText
from conversations.catalogue import phrase
from conversations.dialogue import advance
from conversations.events import Event, TimePassed, Typed
from conversations.held import held_summary
from conversations.keeping import held
from conversations.reminders import Policy
from conversations.replies import Choose, Held, Say, Turn
from conversations.session import PROFILE_CHECK, Intent, Person, Phase, Session
from conversations.snapshot import dump_check, dump_person
from tests.dialogue import ME, NOON, Player, core

SURE = Choose(phrase("forget.ask"), (Intent.YES, Intent.NO))


async def begun(*lines: str) -> Player:
    player = Player(core())
    await player.open()
    await player.say("Acme", "recruiter", *lines)
    return player


def then(session: Session, line: str, seen: int | None = None) -> Turn:
    return advance(core(), session, Typed(ME, NOON, line, seen=seen))


@pytest.mark.parametrize("before", [(), ("establishd",), ("review",), ("start over",), ("decide",)])
@pytest.mark.parametrize("yes", ["yes", "1", "Yes!"])
async def test_forget_me_asks_once_and_yes_erases(before: tuple[str, ...], yes: str) -> None:
    player = await begun(*before)
    replies = await player.say("forget me")
    assert replies == (Say(phrase("forget.goes")), Say(phrase("forget.stays")), SURE)
    assert player.person.forgetting
    assert player.turn is not None
    turn = then(player.turn.session, yes)
    assert turn.erase
    assert turn.replies == (Say(phrase("forget.erased")),)


async def test_no_keeps_everything_and_any_other_line_is_handled_as_usual() -> None:
    player = await begun("start over", "forget me")
    answers = player.check.answers
    replies = await player.say("no")
    assert replies[0] == Say(phrase("forget.kept"))
    assert (player.person.forgetting, player.check.phase) == (None, Phase.CONFIRMING)
    await player.say("no", "forget me", "mature")
    assert "maturity" in player.check.answers
    assert player.person.forgetting is None
    assert answers.items() <= player.check.answers.items()
    await player.say("yes")
    assert player.turn is not None
    assert not player.turn.erase


async def test_the_yes_of_an_older_message_erases_nothing() -> None:
    player = await begun("establishd")
    seen = player.check.asked
    await player.say("forget me")
    assert player.turn is not None
    turn = then(player.turn.session, "yes", seen)
    assert not turn.erase
    assert turn.replies[0] == Say(phrase("moved_on"))


def yes_after(session: Session, event: Event) -> bool:
    """Tell whether a "yes" erases, after something else came between."""
    after = advance(core(), session, event, policy=Policy(nudge_after=timedelta(hours=1)))
    return then(after.session, "yes").erase


async def test_a_yes_to_something_else_that_came_meanwhile_erases_nothing() -> None:
    player = await begun("established")
    await player.say("forget me")
    assert player.turn is not None
    session = player.turn.session
    assert then(session, "yes").erase
    check = player.check
    assert not yes_after(session, TimePassed(ME, NOON + timedelta(days=1), check.id))
    assert not yes_after(session, Typed(ME, NOON, "1", check.id, check.asked - 1))
    other = replace(session, check=replace(check, id="other1"))
    assert not advance(core(), other, Typed(ME, NOON, "yes", "other1")).erase


def test_it_works_without_a_check_too() -> None:
    session = Session(Person(ME, revision=3, current_check="gone"))
    asked = then(session, "forget me")
    assert asked.replies[-1] == SURE
    assert asked.session.person == replace(session.person, forgetting="", revision=4)
    assert then(asked.session, "yes").erase
    kept = then(asked.session, "no")
    assert kept.replies == (Say(phrase("forget.kept")),)
    assert kept.session.person.forgetting is None
    other = then(asked.session, "hello")
    assert other.session.person.forgetting is None
    assert not then(session, "yes").erase
    assert then(session, "export").replies == (Held(whole=True),)
    assert then(session, "what do you hold about me?").replies == held(Policy())
    assert then(session, "hello").session == session


async def test_in_the_dialogue_about_the_person_as_well() -> None:
    player = await begun()
    await player.open(check=PROFILE_CHECK)
    assert player.turn is not None
    asked = advance(core(), player.turn.session, Typed(ME, NOON, "forget me", PROFILE_CHECK))
    assert advance(core(), asked.session, Typed(ME, NOON, "yes", PROFILE_CHECK)).erase


@pytest.mark.parametrize(
    ("line", "whole"), [("what do you hold about me", False), ("export", True), ("my data", False)]
)
async def test_what_is_held_is_asked_for_and_changes_nothing(
    line: str,
    whole: bool,  # noqa: FBT001
) -> None:
    player = await begun()
    before = player.check
    replies = await player.say(line)
    assert isinstance(replies[0], Held)
    assert replies[0].whole == whole
    assert player.check == before


def test_how_long_checks_are_kept_is_said_where_they_are_not_kept_for_ever() -> None:
    days = [reply.text.args["n"] for reply in held(Policy()) if isinstance(reply, Say)]
    assert days == [180, 365, 14]
    assert held(Policy(keep_parked=None, keep_finished=None)) == held(Policy(reachable=False)) == (Held(),)
    one = held(Policy(keep_parked=None, keep_finished=timedelta(days=30)))
    assert [reply.text.key for reply in one if isinstance(reply, Say)] == ["held.kept_finished", "held.warned"]


async def test_what_is_held_in_a_few_lines() -> None:
    player = Player(core())
    await player.open()
    await player.say("Acme", "time zone Berlin", "interview 2026-03-05 14:00")
    await player.open(check=PROFILE_CHECK)
    await player.handle(Typed(ME, NOON, "2", PROFILE_CHECK))
    await player.open()
    assert player.check.reminders
    tables = {
        "people": [{"id": 1, "body": json.loads(dump_person(player.person))}],
        "checks": [{"id": "abc234", "body": json.loads(dump_check(player.check))}, {"id": "b", "body": "{broken"}],
        "outbox": [{"id": 1}],
        "sent_messages": [{}, {}],
        "events": [{}, {}, {}],
        "packs": [],
    }
    lines = [core().catalogue.text(one, "en") for one in held_summary(json.dumps(tables))]
    assert lines == [
        "2 checks with their answers",
        "1 version of what you said about yourself",
        "2 reminders to come",
        "1 message waiting to be sent to you",
        "where 2 messages to you are, so that they can be taken back",
        "events: 3 rows",
    ]
    assert held_summary("") == held_summary("{}") == (phrase("held.nothing"),)


def test_a_terminal_counts_it_or_shows_it_all_to_be_copied() -> None:
    screen = io.StringIO()
    page = PlainText(Console(file=screen, width=40), core().catalogue, "en")
    document = json.dumps({"checks": [{"body": {"record": {"reminders": []}}}], "notes": ["x" * 100]})
    page.show(Held(document))
    assert "1 check with its answers" in screen.getvalue()
    page.show(Held(document, whole=True))
    assert document in screen.getvalue()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_sentences_for_what_goes_wrong_are_there(language: str) -> None:
    catalogue = core().catalogue
    for key in ("busy", "expired_reply", "notification.reply"):
        assert catalogue.text(phrase(key), language)
    assert "x7" in catalogue.text(phrase("fault", reference="x7"), language)
    for key in ("slow_down", "forget.left", "undelivered", "expiring"):
        assert "3" in catalogue.text(phrase(key, n=3), language)
