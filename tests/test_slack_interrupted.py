"""Slack with a bot in a process of its own: killed, stopped, sent things twice, late, in another order."""

import asyncio
import copy
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path

from  import load_check
from conversations.session import Amount, Answer, Chosen, Written
from conversations.catalogue import phrase
from conversations.vocabulary import StepKind
from tests.dialogue import core
from tests.fakes.running_bot import RunningBot
from tests.fakes.slack.person import person
from tests.fakes.slack.playing import OTHER, PUBLIC, SlackPlayer
from tests.fakes.slack.server import APP, BOT, FakeSlack
from tests.scenarios import QUICK, TEAM, TYPED, chooses, sees, sees_new, step_label, writes

SECONDS_TO_STOP = 10


def bot(slack: FakeSlack, folder: Path) -> RunningBot:
    """Return `teamcheck run`, on this Slack and the database of a folder."""
    access = {"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP, "TEAMCHECK_SLACK_API_URL": slack.api_url}
    return RunningBot(slack, folder, module="bot", arguments=("run",), system=access)


def read(folder: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"file:{folder / 'checks.sqlite3'}?mode=ro", uri=True, timeout=30)) as connection:
        return connection.execute(sql).fetchall()


async def sent(folder: Path) -> None:
    """Wait until everything that was committed is sent."""
    while read(folder, "SELECT 1 FROM outbox WHERE state = 'waiting' LIMIT 1"):  # noqa: ASYNC110  the file tells nobody
        await asyncio.sleep(0.01)


@asynccontextmanager
async def slack_with(folder: Path) -> AsyncIterator[tuple[FakeSlack, SlackPlayer]]:
    async with FakeSlack() as slack:
        me = person(slack, "U0001")
        for channel in (PUBLIC, OTHER):
            slack.channel(channel, "U0001")
        yield slack, SlackPlayer(me, "en", lambda: sent(folder))
        assert slack.problems == []


@asynccontextmanager
async def running(slack: FakeSlack, folder: Path) -> AsyncIterator[RunningBot]:
    with bot(slack, folder) as one:
        yield await one.ready()
    assert await slack.until(lambda: not slack.connected)


def answers(folder: Path) -> Mapping[str, Answer]:
    """Return the answers of the only check there is; each was given once."""
    ((stored,),) = read(folder, "SELECT body FROM checks")
    given = load_check(str(stored)).answers
    assert {len(one) for one in given.values()} <= {1}
    return {step: one[-1].answer for step, one in given.items()}


Act = Callable[[SlackPlayer], Awaitable[object]]

PICKED = {
    "kind_sources": ("posting", "recruiter"),
    "maturity": ("mature",),
    "main_work": ("models",),
    "delivery": ("in_product",),
    "handover": ("same_team",),
    "wanted": ("applied",),
    "something_new": ("yes",),
    "comfort": ("yes",),
    "owns": ("models",),
    "customers": ("app_users",),
}
EXPECTED: Mapping[str, Answer] = {
    "team": Written(TEAM),
    **{step: Chosen(choices) for step, choices in PICKED.items()},
    "sure": Amount(4),
}


def clicks() -> Sequence[Act]:
    """Return every click of a whole quick check, one by one."""

    def ticking(step: str, choices: tuple[str, ...]) -> Act:
        return lambda me: me.ticks(*(step_label(step, choice) for choice in choices))

    def pressing(label: str) -> Act:
        return lambda me: me.presses(label)

    acts: list[Act] = [lambda me: me.begins(), lambda me: me.opens_form(), lambda me: me.sends(TEAM)]
    for step in QUICK[1:]:
        if step == "sure":
            acts.append(pressing("4"))
        elif core().by_id[step].kind is StepKind.CHOICES:
            acts += [ticking(step, PICKED[step]), pressing("buttons.done")]
        else:
            acts.append(pressing(step_label(step, PICKED[step][0])))
    return acts


async def at_once() -> None:
    """Wait for nothing."""


def noted(me: SlackPlayer) -> list[str]:
    """Return the names of the answers that are folded away on the screen."""
    change = me.says("buttons.change")
    return [one.words.partition(":")[0] for one in me.person.dm if one.buttons == [change]]


NAMES = [core().catalogue.text(phrase(f"steps.{step}.name"), "en") for step in QUICK]


async def test_a_bot_that_is_killed_after_every_click_goes_on_as_if_nothing_had_been(tmp_path: Path) -> None:
    async with slack_with(tmp_path) as (slack, me):
        hasty = SlackPlayer(me.person, "en", at_once)
        for act in clicks():
            async with running(slack, tmp_path):
                await sent(tmp_path)
                await act(hasty)
        async with running(slack, tmp_path):
            await sent(tmp_path)
            sees_new(me, "finished.what_now")
            assert answers(tmp_path) == EXPECTED
            assert sorted(set(noted(me))) == sorted(NAMES)
            assert me.person.failed == []
