"""How a check came to say what it says, day by day."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from conversations.history import LATEST, history
from conversations.replies import Ask, Listed, Reply, Say
from conversations.session import Check, Chosen, Given, Person, ProfileVersion, Written
from conversations.vocabulary import Source
from tests.dialogue import ME, NOON, Player, core
from tests.test_checks_at_hand import Chat, keys


def lines(replies: Iterable[Reply]) -> list[tuple[str, list[str]]]:
    text = core().catalogue.text
    return [
        (text(one.title, "en"), [text(item, "en") for item in one.items]) for one in replies if isinstance(one, Listed)
    ]


def check(**answers: tuple[Given, ...]) -> Check:
    return Check("abc234", core().name, NOON, NOON, answers=answers)


def on(day: int, *choices: str, source: Source | None = None) -> Given:
    return Given(Chosen(choices), NOON + timedelta(days=day), source)


TEAM = (Given(Written("Acme"), NOON),)


def test_each_day_says_what_was_answered_and_what_that_moved() -> None:
    one = check(team=TEAM, main_work=(on(0, "models", source=Source.RECRUITER), on(5, "tools", source=Source.MEMBER)))
    first, later = lines(history(core(), one, Person(ME)))
    assert first[0] == "March 2, 2026"
    assert first[1][0] == "2 answered: Team; What fills the week"
    assert any(line.startswith("The report began with: An applied team") for line in first[1])
    assert later[0] == "March 7, 2026"
    assert later[1][0] == "Answered: What fills the week"
    assert any("Was: An applied team" in line and "Now: An infrastructure team" in line for line in later[1])


def test_an_answer_that_moves_no_verdict_says_so() -> None:
    one = check(team=TEAM, maturity=(on(2, "startup"),))
    assert (
        "No verdict moved." in lines(history(core(), one, Person(ME)))[1][1]
        or len(lines(history(core(), one, Person(ME)))) == 2
    )


def test_the_profile_moves_it_too_and_only_from_then_on() -> None:
    one = check(team=TEAM, main_work=(on(0, "models"),))
    versions = tuple(
        ProfileVersion(NOON + timedelta(days=day), {"wanted": Chosen((kind,))})
        for day, kind in ((-9, "infra"), (4, "applied"))
    )
    found = lines(history(core(), one, Person(ME, profile=versions)))
    assert [day for day, _ in found] == ["March 2, 2026", "March 6, 2026"]
    assert found[1][1][0] == "What you said about yourself changed:"
    assert any("Work you want" in line for line in found[1][1])


def test_days_are_the_person_s_own() -> None:
    late = Given(Written("Acme"), NOON.replace(hour=23))
    for zone, day in (("Asia/Shanghai", "March 3, 2026"), ("America/New_York", "March 2, 2026")):
        assert lines(history(core(), check(team=(late,)), Person(ME, zone=zone)))[0][0] == day


def test_only_the_latest_days_are_told_and_the_rest_counted() -> None:
    days = LATEST + 4
    given = tuple(
        on(day, "tools" if day % 2 else "models", source=source)
        for day, source in zip(range(days), Source, strict=False)
    )
    steps = {f"s{day}": (on(day, "x"),) for day in range(days)}
    found = history(core(), check(team=TEAM, main_work=given, **steps), Person(ME))
    assert len(lines(found)) == LATEST
    assert isinstance(found[0], Say)
    assert found[0].text.key == "history.earlier"


def test_where_nothing_was_said_there_is_none() -> None:
    assert keys(history(core(), check(), Person(ME))) == ["history.nothing"]


async def test_it_is_shown_in_the_conversation_and_changes_nothing() -> None:
    chat = Chat()
    await chat.named("Acme")
    before = await chat.check()
    replies = await chat.say("history")
    assert lines(replies)[0][1][0] == "Answered: Team"
    assert isinstance(replies[-1], Ask)
    assert await chat.check() == before
    await chat.say("profile")
    assert keys(await chat.say("history")) == ["not_now.asking"]


async def test_a_decision_and_what_mentors_said_are_dated() -> None:
    player = Player()
    await player.answer_all({"team": "Acme"}, "?", quick=True)
    await player.say("decide", "2")
    found = lines(history(core(), player.check, replace(player.person, zone="UTC")))
    assert "Your decision: ask more first" in found[0][1]
