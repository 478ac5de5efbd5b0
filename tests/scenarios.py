"""Whole checks as people play them on a chat platform: what they do, and what they must see. Any platform plays them."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from conversations.catalogue import Arg, phrase
from tests.dialogue import core

TEAM = "Acme Search"
LONG = "We take models from idea to traffic. " * 30
QUICK = tuple(step.id for step in core().steps if not step.deep and not step.profile_only)
TYPED = {
    "team": TEAM,
    "kind_sources": "2 4",
    "maturity": "3",
    "main_work": "2",
    "delivery": "3 4?",
    "handover": '3 @recruiter "engineers take over"',
    "wanted": "2",
    "something_new": "1",
    "sure": "4",
    "comfort": "1",
    "owns": "2",
    "customers": "5",
}
"""Every step of the quick round, answered in words."""


class Player(Protocol):
    """Somebody who sits before a chat platform. Keys are sentences of the catalogue, so that rewording breaks nothing."""

    language: str

    async def begins(self) -> None:
        """Give the bare command, in a channel that others read as well."""

    async def commands(self, words: str, *, in_channel: bool = False) -> None:
        """Give the command with words behind it, in private or where others read as well."""

    async def types(self, words: str) -> None:
        """Type a line where the conversation is."""

    async def presses(self, key: str) -> None:
        """Press what is labelled so in the newest message that has it: a button, or an option of a menu."""

    async def presses_at(self, words: str, key: str) -> None:
        """Press it in the newest message that has these words."""

    async def ticks(self, *keys: str) -> None:
        """Tick boxes."""

    async def opens_form(self) -> None:
        """Open the form for long text."""

    async def sends(self, words: str) -> str:
        """Send the open form; return what is wrong with it, where it stays open."""

    async def picks_channel(self) -> None:
        """Pick the channel where others read."""

    async def looks_home(self) -> str:
        """Look at the bot's page, if the platform has one; return what is on it."""

    def says(self, key: str, **args: Arg) -> str:
        """Return a sentence in their language."""

    def word(self, key: str) -> str:
        """Return a word they can type."""

    def screen(self) -> str:
        """Return everything that stands in the conversation."""

    def newest(self) -> str:
        """Return the newest message that the bot wrote."""

    def in_channel(self) -> list[str]:
        """Return what stands where others read."""


Scenario = Callable[[Player], Awaitable[None]]


def step_label(step: str, choice: str) -> str:
    return f"{core().by_id[step].texts}.choices.{choice}"


def sees(me: Player, key: str, **args: Arg) -> None:
    assert me.says(key, **args) in me.screen(), f"{me.says(key, **args)!r} is not in:\n{me.screen()}"


def sees_new(me: Player, key: str, **args: Arg) -> None:
    assert me.says(key, **args) in me.newest(), f"{me.says(key, **args)!r} is not in:\n{me.newest()}"


async def writes(me: Player, words: str) -> str:
    await me.opens_form()
    return await me.sends(words)


async def chooses(me: Player, step: str, *choices: str) -> None:
    """Answer a step by what is on the screen."""
    sees_new(me, f"steps.{step}.ask")
    if core().by_id[step].kind == "choices":
        await me.ticks(*(step_label(step, choice) for choice in choices))
        await me.presses("buttons.done")
    else:
        (choice,) = choices
        await me.presses(step_label(step, choice))


async def to_the_report(me: Player) -> None:
    """Say that the rest is not known yet."""
    while me.says("finished.what_now") not in me.newest():
        await me.presses("buttons.unknown")


async def finished(me: Player) -> None:
    """Have a check with a name, a few answers, and the rest open."""
    await me.begins()
    await writes(me, TEAM)
    await chooses(me, "kind_sources", "posting")
    await chooses(me, "maturity", "startup")
    await chooses(me, "main_work", "models")
    await to_the_report(me)


# -- the scenarios ---------------------------------------------------------------------------------------------------


async def buttons_alone(me: Player) -> None:
    await me.begins()
    sees(me, "who_sees")
    await writes(me, TEAM)
    await chooses(me, "kind_sources", "posting", "recruiter")
    await chooses(me, "maturity", "mature")
    await chooses(me, "main_work", "models", "shipping")
    await chooses(me, "delivery", "in_product")
    await chooses(me, "handover", "engineers")
    await chooses(me, "wanted", "applied")
    await chooses(me, "something_new", "yes")
    await me.presses("4")
    await chooses(me, "comfort", "uneasy")
    await me.presses("buttons.none")
    await chooses(me, "customers", "product_teams")
    sees_new(me, "finished.what_now")
    sees(me, "report.title_team", team=TEAM)


async def words_alone(me: Player) -> None:
    await me.begins()
    for step in QUICK:
        sees_new(me, f"steps.{step}.ask")
        await me.types(TYPED[step])
    sees_new(me, "finished.what_now")
    sees(me, "report.title_team", team=TEAM)
    assert "engineers take over" in me.screen()


SCENARIOS: dict[str, Scenario] = {one.__name__: one for one in (buttons_alone, words_alone)}
