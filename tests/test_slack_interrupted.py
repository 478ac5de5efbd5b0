"""Slack with a bot in a process of its own: killed, stopped, sent things twice, late, in another order."""

import asyncio
import copy
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from conversations.session import Chosen, NonAnswer, Unsaid, Written
from conversations.vocabulary import StepKind
from tests.dialogue import core
from tests.fakes.running_bot import RunningBot
from tests.fakes.slack import room
from tests.fakes.slack.consent import BOT
from tests.fakes.slack.person import person
from tests.fakes.slack.playing import OTHER, PUBLIC, SlackPlayer
from tests.fakes.slack.server import APP, FakeSlack
from tests.interrupted import EXPECTED, NAMES, PICKED, SECONDS_TO_STOP, answers, at_once, sent
from tests.scenarios import QUICK, TEAM, chooses, sees, sees_new, step_label, writes


def bot(slack: FakeSlack, folder: Path) -> RunningBot:
    """Return `teamcheck run`, on this Slack and the database of a folder."""
    access = {"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP, "TEAMCHECK_SLACK_API_URL": slack.api_url}
    return RunningBot(slack, folder, module="bot", arguments=("run",), system=access)


@asynccontextmanager
async def slack_with(folder: Path) -> AsyncIterator[tuple[FakeSlack, SlackPlayer]]:
    async with FakeSlack() as slack:
        slack.began = int(time.time())
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


Act = Callable[[SlackPlayer], Awaitable[object]]


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


def noted(me: SlackPlayer) -> list[str]:
    """Return the names of the answers that are folded away on the screen."""
    change = me.says("buttons.change")
    return [one.words.partition(":")[0] for one in me.person.dm if one.buttons == [change]]


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
            assert noted(me) == NAMES
            standing = [one for one in me.person.dm if me.says("buttons.why") in one.buttons]
            assert standing == [], standing[0].words
            assert me.person.failed == []


@pytest.mark.parametrize("place", [2, 4, 10, 13])
async def test_a_click_that_a_kill_cut_short_is_whole_or_can_be_done_again(place: int, tmp_path: Path) -> None:
    async with slack_with(tmp_path) as (slack, me):
        acts = clicks()
        slack.ack_seconds = 1.0
        async with running(slack, tmp_path) as one:
            for act in acts[:place]:
                await act(me)
            before, taken = me.screen(), len(slack.envelopes)
            cut = asyncio.ensure_future(acts[place](SlackPlayer(me.person, "en", at_once)))
            assert await slack.until(lambda: len(slack.envelopes) > taken)
            await asyncio.sleep(0.001 * place)
            one.kill()
            await asyncio.wait([cut])
            assert cut.exception() is None or me.person.failed
        me.person.failed.clear()
        async with running(slack, tmp_path):
            await sent(tmp_path)
            for act in acts[place if me.screen() == before else place + 1 :]:
                await act(me)
            sees_new(me, "finished.what_now")
            assert answers(tmp_path) == EXPECTED


async def test_a_button_that_is_pressed_twice_is_pressed_once(tmp_path: Path) -> None:
    # In this process: a whole check of double clicks is more at once than a bot takes in from anybody.
    async with slack_with(tmp_path) as (slack, me), room.running(slack, tmp_path / "bot.sqlite3") as here:
        me.quiet = here.quiet
        calm = SlackPlayer(person(slack, "U0002"), "en", here.quiet)
        for one in (calm, me):
            await one.begins()
            await writes(one, TEAM)
            await chooses(one, "kind_sources", "posting")
        while me.says("finished.what_now") not in me.newest():
            await calm.presses("buttons.unknown")
            question, label = me.person.last, me.says("buttons.unknown")
            await asyncio.gather(me.person.clicks(label, question), me.person.clicks(label, question))
            await here.quiet()
            assert me.screen() == calm.screen()
        assert me.person.failed == []


async def test_an_old_screen_changes_nothing_and_says_where_things_stand(tmp_path: Path) -> None:
    async with slack_with(tmp_path) as (slack, me):
        async with running(slack, tmp_path):
            await me.begins()
            await writes(me, TEAM)
            await me.types("4")
            old = copy.deepcopy(me.person.last)
            await me.types("3")
            await chooses(me, "main_work", "models")
            before = answers(tmp_path)
            await me.person.clicks(me.says("buttons.unknown"), old)
            await sent(tmp_path)
            assert answers(tmp_path) == before
            sees(me, "expired_reply")
            sees_new(me, "steps.delivery.ask")
            await chooses(me, "delivery", "in_product")
        assert slack.problems == []


async def test_a_line_that_comes_again_after_a_restart_is_taken_once(tmp_path: Path) -> None:
    async with slack_with(tmp_path) as (slack, me):
        async with running(slack, tmp_path):
            await me.begins()
            await me.types(TEAM)
            line = slack.envelopes[-1]
            while line.payload.get("event", {}).get("text") != TEAM or "bot_id" in line.payload["event"]:
                line = slack.envelopes[slack.envelopes.index(line) - 1]
            await chooses(me, "kind_sources", "posting")
            done = next(one for one in reversed(slack.envelopes) if one.kind == "interactive")
            before, screen = answers(tmp_path), me.screen()
        async with running(slack, tmp_path):
            for again in (line, done):
                fresh = await slack.send(again.kind, again.payload)  # the same event in an envelope of its own
                assert (await slack.acknowledged(fresh))[0]
                again.answered = asyncio.get_running_loop().create_future()
                await slack.deliver(again)
                assert (await slack.acknowledged(again))[0]
            await sent(tmp_path)
            assert answers(tmp_path) == before
            assert me.screen() == screen


async def test_an_acknowledgement_that_gets_lost_makes_no_second_answer(tmp_path: Path) -> None:
    async with slack_with(tmp_path) as (slack, me), running(slack, tmp_path):
        slack.ack_seconds = 0.5
        await me.begins()
        slack.drop_next_ack = 1
        await me.types(TEAM)
        slack.duplicate_next = 1
        await me.types("2 4")
        assert answers(tmp_path) == {"team": Written(TEAM), "kind_sources": EXPECTED["kind_sources"]}
        sees_new(me, "steps.maturity.ask")


async def test_of_two_clicks_in_the_wrong_order_the_first_to_come_counts(tmp_path: Path) -> None:
    async with slack_with(tmp_path) as (slack, me), running(slack, tmp_path):
        await me.begins()
        await writes(me, TEAM)
        question = copy.deepcopy(me.person.last)
        slack.held = []
        labels = [me.says(f"buttons.{label}") for label in ("none", "unknown")]
        both = [asyncio.ensure_future(me.person.clicks(label, question)) for label in labels]
        assert await slack.until(lambda: len(slack.held or ()) == len(both))
        await slack.release()
        await asyncio.gather(*both)
        await sent(tmp_path)
        assert me.person.failed == []
        assert answers(tmp_path) == {"team": Written(TEAM), "kind_sources": Unsaid(NonAnswer.UNKNOWN)}
        sees_new(me, "steps.maturity.ask")


async def test_an_app_that_was_removed_is_silent_and_goes_on_when_it_is_back(tmp_path: Path) -> None:
    async with slack_with(tmp_path) as (slack, me):
        async with running(slack, tmp_path):
            await me.begins()
            await writes(me, TEAM)
            slack.slow["chat.postMessage"] = 0.5
            await me.ticks(step_label("kind_sources", "posting"))
            await me.person.clicks(me.says("buttons.done"))
            await slack.uninstall()
            await asyncio.sleep(0.6)
            called = len(slack.calls)
            await asyncio.sleep(1)
            assert slack.calls[called:] == []
        slack.dead, slack.slow = None, {}
        async with running(slack, tmp_path):
            await me.begins()
            sees(me, "welcome_back", n=2)
            sees_new(me, "steps.maturity.ask")
            await chooses(me, "maturity", "mature")
            sees_new(me, "steps.main_work.ask")


async def test_what_was_acknowledged_before_a_stop_is_there_after_it(tmp_path: Path) -> None:
    async with slack_with(tmp_path) as (slack, me):
        async with running(slack, tmp_path) as one:
            await me.begins()
            await writes(me, TEAM)
            await me.ticks(step_label("kind_sources", "posting"))
            slack.slow = {"chat.update": 0.2, "chat.postMessage": 0.2}
            taken = len(slack.envelopes)
            click = asyncio.ensure_future(me.person.clicks(me.says("buttons.done")))
            assert await slack.until(lambda: len(slack.envelopes) > taken)
            ended = await one.stopped()
            assert (ended.code, one.seconds_to_stop < SECONDS_TO_STOP) == (0, True)
            await click
            assert me.person.failed == []
        slack.slow = {}
        async with running(slack, tmp_path):
            await sent(tmp_path)
            assert answers(tmp_path)["kind_sources"] == Chosen(("posting",))
            sees_new(me, "steps.maturity.ask")
            assert noted(me) == NAMES[:2]


async def test_lines_in_the_wrong_order_are_both_taken_and_can_be_changed(tmp_path: Path) -> None:
    async with slack_with(tmp_path) as (slack, me), running(slack, tmp_path):
        await me.begins()
        slack.held = []
        lines = [asyncio.ensure_future(me.person.types(line)) for line in ("2 4", TEAM)]
        assert await slack.until(lambda: len(slack.held or ()) == len(lines))
        await slack.release()
        assert await asyncio.gather(*lines) == [True, True]
        await sent(tmp_path)
        assert answers(tmp_path) == {"team": Written(TEAM), "kind_sources": EXPECTED["kind_sources"]}
        sees_new(me, "steps.maturity.ask")
