"""Pressed buttons: what they say, which of them are too old, and which were pressed twice."""

from dataclasses import replace

import pytest

from conversations.catalogue import phrase
from conversations.dialogue import advance
from conversations.events import NONE_OF_THEM, UNSAID, Pressed
from conversations.reading_buttons import read_button, repeats
from conversations.replies import Ask, Goodbye, Noted, Say
from conversations.script import Choice, Step
from conversations.session import (
    Amount,
    Answer,
    Check,
    Chosen,
    Given,
    Intent,
    Meant,
    NonAnswer,
    Person,
    Phase,
    Session,
    Unsaid,
    Written,
)
from conversations.vocabulary import StepKind
from tests.dialogue import ME, NOON, Player, asked, core

UNREADABLE = Meant(Intent.UNREADABLE)
CHOICES = (Choice(id="a"), Choice(id="b"), Choice(id="nothing", only=True))


def step(kind: StepKind) -> Step:
    choices = CHOICES if kind in (StepKind.CHOICE, StepKind.CHOICES) else ()
    return Step(id="it", section="kind", kind=kind, choices=choices, low=1, high=5)


def answer(*arguments: str, to: str = "it") -> Pressed:
    return Pressed(ME, NOON, Intent.ANSWER, arguments, step=to)


@pytest.mark.parametrize(
    ("kind", "arguments", "said"),
    [
        (StepKind.CHOICE, ("b",), Chosen(("b",))),
        (StepKind.CHOICES, ("b", "a"), Chosen(("a", "b"))),
        (StepKind.CHOICES, ("nothing",), Chosen(("nothing",))),
        (StepKind.CHOICES, (), Chosen(())),
        (StepKind.CHOICES, (NONE_OF_THEM,), Chosen(())),
        (StepKind.NUMBER, ("3",), Amount(3)),
        (StepKind.SCALE, ("5",), Amount(5)),
        *((kind, (f"{UNSAID}unknown",), Unsaid(NonAnswer.UNKNOWN)) for kind in StepKind),
        (StepKind.CHOICE, (f"{UNSAID}declined",), Unsaid(NonAnswer.DECLINED)),
        (StepKind.TEXT, (f"{UNSAID}not_applicable",), Unsaid(NonAnswer.NOT_APPLICABLE)),
    ],
)
def test_a_button_is_an_answer_to_its_step(kind: StepKind, arguments: tuple[str, ...], said: Answer) -> None:
    assert read_button(answer(*arguments), step(kind)) == Meant(Intent.ANSWER, said)


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        (StepKind.CHOICE, ("c",)),
        (StepKind.CHOICE, ("a", "b")),
        (StepKind.CHOICE, ()),
        (StepKind.CHOICE, (NONE_OF_THEM,)),
        (StepKind.CHOICES, ("a", NONE_OF_THEM)),
        (StepKind.CHOICES, ("a", "c")),
        (StepKind.CHOICES, ("a", "a")),
        (StepKind.CHOICES, ("a", "nothing")),
        (StepKind.CHOICES, ("a", f"{UNSAID}unknown")),
        (StepKind.NUMBER, ("9",)),
        (StepKind.NUMBER, ("-1",)),
        (StepKind.NUMBER, ("1", "2")),
        (StepKind.SCALE, ("nine",)),
        (StepKind.SCALE, ("²",)),
        (StepKind.SCALE, ()),
        (StepKind.TEXT, ("Acme",)),
        (StepKind.SKILLS, ("python",)),
        *((kind, (f"{UNSAID}forgotten",)) for kind in StepKind),
        *((kind, (UNSAID,)) for kind in StepKind),
    ],
)
def test_what_the_step_does_not_offer_is_no_answer(kind: StepKind, arguments: tuple[str, ...]) -> None:
    assert read_button(answer(*arguments), step(kind)) == UNREADABLE


def test_an_answer_to_another_step_is_none() -> None:
    assert read_button(answer("a", to="other"), step(StepKind.CHOICE)) == UNREADABLE
    assert read_button(answer("a"), None) == UNREADABLE


@pytest.mark.parametrize(
    ("event", "meant"),
    [
        (Pressed(ME, NOON, Intent.WHY), Meant(Intent.WHY)),
        (Pressed(ME, NOON, Intent.DEEPER, ("2",)), Meant(Intent.DEEPER, number=2, text="2")),
        (Pressed(ME, NOON, Intent.RESUME, ("abc234",)), Meant(Intent.RESUME, text="abc234")),
        (Pressed(ME, NOON, Intent.CHANGE, ("team",)), Meant(Intent.CHANGE, text="team")),
    ],
)
def test_any_other_button_says_what_it_means(event: Pressed, meant: Meant) -> None:
    assert read_button(event, step(StepKind.CHOICE)) == meant


@pytest.mark.parametrize(
    ("said", "arguments", "again"),
    [
        (Chosen(("a",)), ("a",), True),
        (Chosen(("a", "b")), ("a", "b"), True),
        (Chosen(("a", "b")), ("b", "a"), True),
        (Chosen(("a",)), ("b",), False),
        (Chosen(()), (NONE_OF_THEM,), True),
        (Chosen(()), (), True),
        (Chosen(("a",)), (NONE_OF_THEM,), False),
        (Chosen(("a",), ("b",)), ("a",), False),
        (Amount(3), ("3",), True),
        (Amount(2.5), ("2",), False),
        (Unsaid(NonAnswer.UNKNOWN), (f"{UNSAID}unknown",), True),
        (Unsaid(NonAnswer.UNKNOWN), (f"{UNSAID}declined",), False),
        (Written("a"), ("a",), False),
    ],
)
def test_a_button_repeats_what_was_answered_last(said: Answer, arguments: tuple[str, ...], again: bool) -> None:  # noqa: FBT001
    assert repeats(answer(*arguments), (Given(said, NOON),)) == again
    assert not repeats(answer(*arguments), ())
    assert not repeats(replace(answer(*arguments), intent=Intent.WHY), (Given(said, NOON),))


async def at_the_second_step() -> Player:
    player = Player()
    await player.open()
    await player.say("Acme")
    return player


async def press(player: Player, *arguments: str, seen: int | None = None, intent: Intent = Intent.ANSWER) -> Pressed:
    check = player.check
    seen = check.asked if seen is None else seen
    event = Pressed(ME, NOON, intent, arguments, check.id, seen, check.at if intent is Intent.ANSWER else None)
    await player.handle(event)
    return event


async def test_a_pressed_choice_is_taken_and_pressed_twice_it_says_nothing() -> None:
    player = await at_the_second_step()
    at = player.check.at
    assert at is not None
    first = core().by_id[at].choice_ids[0]
    event = await press(player, first)
    assert player.check.answers[at][-1].answer == Chosen((first,))
    assert player.turn is not None
    assert isinstance(player.turn.replies[0], Noted)
    assert player.turn.replies[0].step == at
    before = player.check
    assert await player.handle(event) == ()
    assert player.check == before


async def test_another_button_of_an_old_question_is_too_old_and_changes_nothing() -> None:
    player = await at_the_second_step()
    at = player.check.at
    assert at is not None
    first, second, *_ = core().by_id[at].choice_ids
    event = await press(player, first)
    before = player.check
    replies = await player.handle(replace(event, arguments=(second,)))
    assert replies[0] == Say(phrase("expired_reply"))
    assert asked(replies).step == before.at
    assert player.check == before


async def test_a_button_that_never_goes_stale_works_at_any_time() -> None:
    player = await at_the_second_step()
    check = player.check
    replies = await player.handle(Pressed(ME, NOON, Intent.CARD, check=check.id))
    assert replies[0] == Say(phrase("card"))


async def test_a_choice_that_is_not_there_is_asked_again() -> None:
    player = await at_the_second_step()
    at = player.check.at
    await press(player, "nonsense")
    assert player.turn is not None
    assert isinstance(player.turn.replies[-1], Ask)
    assert player.turn.unread
    assert player.check.at == at
    assert at not in player.check.answers


async def test_whoever_presses_a_button_of_another_check_is_at_that_check() -> None:
    player = await at_the_second_step()
    first = player.check
    player.check_id = "second"
    await player.open(fresh=True)
    assert player.person.current_check == "second"
    await player.handle(Pressed(ME, NOON, Intent.STATUS, check=first.id, seen=first.asked))
    assert player.person.current_check == first.id
    await player.handle(Pressed(ME, NOON, Intent.PROFILE, check=first.id))
    assert player.person.about_me
    await player.handle(Pressed(ME, NOON, Intent.WHY, check=first.id, seen=first.asked))
    assert not player.person.about_me


def test_a_button_of_a_check_that_is_gone_begins_none() -> None:
    session = Session(Person(ME, revision=1, current_check="abc234"))
    event = Pressed(ME, NOON, Intent.ANSWER, ("a",), "abc234", 3, "team", new_check="second")
    turn = advance(core(), session, event)
    assert turn.replies == (Goodbye(phrase("gone")),)
    assert turn.session == session
    assert turn.instead is None


@pytest.mark.parametrize(("check", "erased"), [(None, True), ("old234", True), ("abc234", False)])
def test_yes_to_another_question_of_a_check_that_is_gone_erases_nobody(check: str | None, erased: bool) -> None:  # noqa: FBT001
    session = Session(Person(ME, revision=1, current_check="abc234", forgetting="old234"))
    assert advance(core(), session, Pressed(ME, NOON, Intent.YES, check=check)).erase == erased


def test_a_step_in_no_phase_that_asks_takes_no_answer() -> None:
    check = Check("abc234", core().name, NOON, NOON, phase=Phase.FINISHED)
    turn = advance(core(), Session(Person(ME, revision=1), check), answer("a", to="team"))
    assert turn.session.check == check
    assert turn.unread
