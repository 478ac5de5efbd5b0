"""Whole checks as people play them: what they do, and what they must see. Any chat platform plays them."""

import json
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
    """Somebody who sits before a chat platform. Keys are sentences of the catalogue: rewording breaks nothing."""

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

    async def sends_file(self, name: str, content: bytes) -> None:
        """Send a file where the conversation is."""

    async def points_at(self, words: str) -> None:
        """Point at what somebody else wrote in a channel, as a job posting."""

    async def opens_form(self, key: str = "buttons.write") -> None:
        """Open the form for long text, by its button."""

    async def sends(self, words: str) -> str:
        """Send the open form; return what is wrong with it, where it stays open."""

    def form(self) -> str:
        """Return what stands in the open form."""

    def closes_form(self) -> None:
        """Close it without sending."""

    async def picks_channel(self) -> None:
        """Pick the channel where others read."""

    async def begins_by_shortcut(self) -> None:
        """Begin without a command, where the platform has a way."""

    async def presses_at_home(self, key: str) -> None:
        """Press something on the bot's page as it was looked at last."""

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

    def files(self) -> list[str]:
        """Return what the bot handed over as files."""

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


async def words_behind_the_command(me: Player) -> None:
    await me.begins()
    for step in QUICK:
        sees_new(me, f"steps.{step}.ask")
        await me.commands(TYPED[step], in_channel=True)
    sees_new(me, "finished.what_now")
    sees(me, "report.title_team", team=TEAM)
    assert me.in_channel() == []


async def back_and_edit(me: Player) -> None:
    await me.begins()
    await writes(me, "Acme Serch")
    await chooses(me, "kind_sources", "posting")
    await me.presses("buttons.back")
    sees_new(me, "steps.kind_sources.ask")
    await chooses(me, "kind_sources", "manager")
    await me.presses_at("Acme Serch", "buttons.change")
    sees_new(me, "steps.team.ask")
    await writes(me, TEAM)
    sees_new(me, "steps.maturity.ask")
    await me.presses("buttons.review")
    sees_new(me, "review.title_team", team=TEAM)
    said = phrase(step_label("kind_sources", "manager"))
    await me.presses(f"2. {me.says('noted', name=phrase('steps.kind_sources.name'), answer=said)}")
    sees_new(me, "steps.kind_sources.ask")
    await me.presses("buttons.keep")
    sees_new(me, "steps.maturity.ask")
    await to_the_report(me)
    await me.presses("options.review")
    await me.presses("buttons.go_on")
    sees_new(me, "finished.what_now")
    await me.presses_at(me.says("steps.handover.name"), "buttons.change")
    await chooses(me, "handover", "engineers")
    sees(me, "changed.moved")
    sees_new(me, "finished.what_now")
    assert "Acme Serch" not in me.newest()


async def the_window(me: Player) -> None:
    await me.begins()
    wrong = await writes(me, "x" * 2_500)
    assert wrong == me.says("unreadable.text")
    assert await me.sends(LONG.strip()) == ""
    sees_new(me, "steps.kind_sources.ask")
    assert LONG.strip() in me.screen()
    await me.opens_form()
    me.closes_form()
    sees_new(me, "steps.kind_sources.ask")
    wrong = await writes(me, "37")
    assert wrong
    assert await me.sends("2 4") == ""
    sees_new(me, "steps.maturity.ask")


async def all_the_ways_out(me: Player) -> None:
    await me.begins()
    await me.presses("buttons.why")
    sees(me, "steps.team.why")
    sees_new(me, "steps.team.ask")
    await me.presses("buttons.example")
    sees(me, "steps.team.good")
    await me.presses("buttons.unknown")
    await me.presses("buttons.not_applicable")
    sees_new(me, "steps.maturity.ask")
    await me.presses("buttons.declined")
    await me.presses("buttons.later")
    sees(me, "later")
    await me.begins()
    sees_new(me, "steps.main_work.ask")
    sees(me, "welcome_back", n=3)
    await me.presses("buttons.back")
    sees_new(me, "steps.maturity.ask")
    await me.presses("buttons.keep")
    await to_the_report(me)
    await me.presses("options.quit")
    sees_new(me, "finished.goodbye")


async def a_second_pass(me: Player) -> None:
    await finished(me)
    await me.presses("options.fill_in")
    sees_new(me, "steps.delivery.ask")
    await chooses(me, "delivery", "in_product")
    await me.presses("buttons.keep")
    while me.says("finished.what_now") not in me.newest():
        await me.presses("buttons.keep")
    sees(me, "report.title_team", team=TEAM)
    await me.presses("options.deeper")
    await me.presses("buttons.later")
    sees(me, "later")


async def several_checks(me: Player) -> None:
    await me.begins()
    await writes(me, TEAM)
    await me.commands(me.word("commands.new"), in_channel=True)
    await writes(me, "Globex")
    await chooses(me, "kind_sources", "member")
    await me.commands(me.word("commands.checks"))
    sees_new(me, "buttons.new")
    await me.commands(f"{me.word('with_number.resume')} 2")
    sees(me, "welcome_back", n=1)
    sees_new(me, "steps.kind_sources.ask")
    await chooses(me, "kind_sources", "former")
    await me.commands(me.word("commands.checks"))
    await me.presses_at("Globex", "buttons.resume")
    sees_new(me, "steps.maturity.ask")
    await me.commands(me.word("commands.checks"))
    await me.presses("buttons.new")
    sees_new(me, "steps.team.ask")


async def side_by_side(me: Player) -> None:
    for team in (TEAM, "Globex", "Initech"):
        await me.commands(me.word("commands.new"))
        await writes(me, team)
    await me.commands(me.word("commands.checks"))
    await me.presses("buttons.compare")
    sees(me, "compare.title")
    sees(me, "report.no_flags_unknown")
    await me.presses("compare.rows.questions")
    sees(me, "compare.sorted", by=me.says("compare.rows.questions"))
    await me.commands(f"{me.word('commands.compare')} 1 3")
    await me.presses("compare.as.csv")
    sees(me, "compare.attached")
    (table,) = me.files()
    assert [name in table for name in (TEAM, "Globex", "Initech")] == [True, False, True]
    sees_new(me, "steps.kind_sources.ask")
    assert me.in_channel() == []


async def profile_and_back(me: Player) -> None:
    await me.begins()
    await writes(me, TEAM)
    await me.commands(me.word("commands.profile"))
    sees(me, "profile.greeting")
    sees_new(me, "steps.wanted.ask")
    await chooses(me, "wanted", "applied")
    await me.presses("buttons.later")
    sees_new(me, "profile.goodbye")
    await me.begins()
    sees_new(me, "steps.kind_sources.ask")
    await to_the_report(me)
    assert me.says("steps.wanted.choices.applied") in me.screen()


async def settings_and_language(me: Player) -> None:
    await me.begins()
    await me.commands(me.word("commands.settings"))
    sees(me, "personal.title")
    sees_new(me, "steps.team.ask")
    other = {"en": ("zh", "language 中文"), "zh": ("en", "语言 English")}
    me.language, words = other[me.language]
    await me.commands(words)
    sees(me, "language.now")
    sees_new(me, "steps.team.ask")
    await me.opens_form()
    assert me.says("steps.team.ask") in me.form()
    assert me.says("form.hint") in me.form()
    me.closes_form()
    await writes(me, TEAM)
    sees_new(me, "steps.kind_sources.ask")


async def a_reminder(me: Player) -> None:
    await me.begins()
    tomorrow = me.word("when.days_ahead_1")
    await me.commands(f"{me.word('commands.remind')} {tomorrow} 9:00", in_channel=True)
    sees(me, "remind.set")
    sees_new(me, "steps.team.ask")
    assert me.says("reminders.title") in await me.looks_home()
    await me.commands(me.word("commands.stop"))
    sees(me, "stop.done")
    assert me.says("reminders.title") not in await me.looks_home()


async def export_and_forget(me: Player) -> None:
    await me.begins()
    await writes(me, TEAM)
    await me.commands(me.word("commands.held"))
    sees(me, "held.title")
    await me.commands(me.word("commands.export"))
    sees(me, "held.attached")
    assert TEAM in me.files()[0]
    await me.commands(me.word("commands.forget"))
    sees_new(me, "forget.ask")
    await me.presses("options.no")
    assert TEAM in me.screen()
    await me.commands(me.word("commands.forget"))
    await me.presses("options.yes")
    assert TEAM not in me.screen()
    assert me.files() == []
    sees_new(me, "forget.erased")
    await me.begins()
    sees(me, "greeting")


async def the_report_as_a_file(me: Player) -> None:
    await finished(me)
    await me.commands(me.word("commands.document"))
    sees_new(me, "document.which")
    for form in ("markdown", "json", "csv", "pdf", "picture"):
        await me.commands(me.word(f"documents.{form}"))
        sees(me, "document.attached")
    markdown, as_json, csv, pdf, picture = me.files()
    assert markdown.startswith("# ")
    assert TEAM in json.loads(as_json)["team"]
    assert TEAM in csv
    assert pdf.startswith("%PDF-")
    assert "PNG" in picture[:8]
    assert me.in_channel() == []


async def what_is_seen_is_chosen(me: Player) -> None:
    await finished(me)
    await me.commands(me.word("commands.share"), in_channel=True)
    await me.presses("share.choices.show_company")
    sees(me, "share.chosen")
    await me.commands(me.word("sharing.for_7"))
    await me.presses("options.yes")
    sees(me, "share.changed")
    assert me.in_channel() == []
    await me.presses("options.yes")
    assert TEAM in "".join(me.in_channel())
    await me.commands(me.word("commands.shares"))
    sees(me, "shares.title")
    await me.presses("buttons.unshare")
    assert me.in_channel() == []
    await me.commands(me.word("commands.shares"))
    sees(me, "shares.none")


async def share_where_it_was_said(me: Player) -> None:
    await finished(me)
    await me.commands(me.word("commands.share"), in_channel=True)
    sees_new(me, "share.ask")
    assert me.in_channel() == []
    await me.presses("options.no")
    sees(me, "share.not_done")
    assert me.in_channel() == []
    await me.commands(me.word("commands.share"), in_channel=True)
    await me.presses("options.yes")
    card, *details = me.in_channel()
    assert details
    assert TEAM not in "".join(me.in_channel())
    updated = max(me.says("share.card.updated", date="@").split("@"), key=len)
    assert updated not in card
    await me.presses_at(me.says("steps.handover.name"), "buttons.change")
    await chooses(me, "handover", "engineers")
    after = me.in_channel()
    assert updated in after[0]
    assert after[0] != card
    assert [one.startswith(after[0][:10]) for one in after].count(True) == 1, "a second card"
    await me.commands(me.word("commands.share"), in_channel=True)
    assert me.in_channel() == after
    await me.commands(me.word("commands.unshare"))
    assert me.in_channel() == []
    await me.commands(me.word("commands.unshare"))
    sees(me, "unshare.none")


async def share_by_picking(me: Player) -> None:
    await finished(me)
    await me.presses("options.share")
    sees_new(me, "share.where")
    await me.picks_channel()
    sees_new(me, "share.ask")
    await me.presses("options.yes")
    assert me.in_channel()
    sees_new(me, "finished.what_now")


async def at_home(me: Player) -> None:
    assert me.says("checks.none") in await me.looks_home()
    await me.presses_at_home("buttons.new")
    await writes(me, TEAM)
    assert TEAM in await me.looks_home()
    await me.presses_at_home("buttons.settings")
    sees(me, "personal.title")
    await me.presses_at_home("buttons.new")
    sees_new(me, "steps.team.ask")
    await me.looks_home()
    await me.presses_at_home("buttons.resume")
    sees(me, "welcome")
    sees_new(me, "steps.team.ask")
    await to_the_report(me)
    assert me.says("home.questions") in await me.looks_home()


POSTING = """Applied Scientist, Ranking

What you'll do
- Train and ship ranking models for our shopping app, from design to A/B test
- Own the ranking models end to end, and improve them every week
- Improve what millions of users see when they open the app

Requirements
- Python and PyTorch

Nice to have
- Spark
"""
RANKING = "Train and ship ranking models for our shopping app, from design to A/B test"


async def a_posting_in_pieces(me: Player) -> None:
    await me.begins()
    await writes(me, TEAM)
    await me.commands(me.word("commands.posting"))
    sees_new(me, "posting.paste")
    half = POSTING.index("- Own")
    for piece in (POSTING[:half], POSTING[half:]):
        await me.opens_form("buttons.paste")
        assert await me.sends(piece) == ""
    sees(me, "posting.came", n=len(POSTING.strip()))
    await me.presses("buttons.read")
    sees(me, "posting.found", n=6)
    await me.presses("options.yes")
    assert RANKING in me.newest()
    await me.presses("options.keep_words")
    await me.presses("options.no")
    await me.presses("options.change")
    sees_new(me, "steps.skills.ask")
    await writes(me, "python, pytorch, spark nice")
    await me.presses("options.take_all")
    sees(me, "posting.taken")
    await to_the_report(me)
    sees(me, "report.small_print.posting")
    assert me.in_channel() == []


async def a_posting_as_a_file(me: Player) -> None:
    await me.begins()
    await writes(me, TEAM)
    await me.sends_file("posting.pdf", b"%PDF-1.7")
    sees(me, "posting.unreadable_file", n=40_000)
    await me.sends_file("posting.txt", b"Chop the onions, and let them simmer for an hour.")
    sees(me, "posting.not_one")
    sees_new(me, "steps.kind_sources.ask")
    await me.sends_file("posting.txt", POSTING.encode())
    sees(me, "posting.found", n=6)
    await me.presses("options.take_all")
    await to_the_report(me)
    sees(me, "report.small_print.posting")


async def a_posting_that_somebody_shared(me: Player) -> None:
    await me.points_at(POSTING)
    sees(me, "greeting")
    sees(me, "posting.found", n=6)
    await me.presses("options.no")
    await me.presses("options.take_all")
    sees_new(me, "steps.team.ask")
    assert RANKING not in "".join(me.in_channel())


async def by_shortcut(me: Player) -> None:
    await me.begins_by_shortcut()
    sees(me, "greeting")
    sees_new(me, "steps.team.ask")
    await writes(me, TEAM)
    await me.begins_by_shortcut()
    sees(me, "welcome_back", n=1)
    sees_new(me, "steps.kind_sources.ask")


SCENARIOS: dict[str, Scenario] = {
    one.__name__: one
    for one in (
        a_posting_as_a_file,
        a_posting_in_pieces,
        a_posting_that_somebody_shared,
        a_reminder,
        a_second_pass,
        all_the_ways_out,
        at_home,
        back_and_edit,
        buttons_alone,
        by_shortcut,
        export_and_forget,
        profile_and_back,
        settings_and_language,
        side_by_side,
        several_checks,
        share_by_picking,
        share_where_it_was_said,
        the_report_as_a_file,
        the_window,
        what_is_seen_is_chosen,
        words_alone,
        words_behind_the_command,
    )
}
