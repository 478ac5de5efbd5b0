"""Discord with a bot in a process of its own: killed, stopped, sent things twice, in another order, cut off."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from conversations.session import Chosen, NonAnswer, Unsaid, Written
from tests.fakes.discord.playing import DiscordPlayer, read
from tests.fakes.discord.server import FakeDiscord
from tests.fakes.running_bot import RunningBot
from tests.interrupted import EXPECTED, NAMES, PICKED, SECONDS_TO_STOP, answers, at_once, sent
from tests.scenarios import QUICK, TEAM, chooses, sees_new, writes

Act = Callable[[DiscordPlayer], Awaitable[object]]


def bot(discord: FakeDiscord, folder: Path) -> RunningBot:
    """Return `teamcheck run`, on this Discord and the database of a folder."""
    access = {"DISCORD_TOKEN": discord.token, "TEAMCHECK_DISCORD_API_URL": discord.api_url}
    return RunningBot(discord, folder, module="bot", arguments=("run",), system=access)


@asynccontextmanager
async def discord_with(folder: Path) -> AsyncIterator[tuple[FakeDiscord, DiscordPlayer]]:
    async with FakeDiscord() as discord:
        me, guild = discord.person(), discord.guild()
        guild.join(me)
        yield discord, DiscordPlayer(me, "en", guild.channel(), lambda: sent(folder))
        assert discord.problems == []


@asynccontextmanager
async def running(discord: FakeDiscord, folder: Path) -> AsyncIterator[RunningBot]:
    with bot(discord, folder) as one:
        yield await one.ready()
    assert await discord.until(lambda: not discord.connected)


def acts() -> Sequence[Act]:
    """Return every act of a whole quick check, one by one."""
    return [
        lambda me: me.begins(),
        lambda me: me.opens_form(),
        lambda me: me.sends(TEAM),
        *(chosen(step) for step in QUICK[1:]),
    ]


def chosen(step: str) -> Act:
    if step == "sure":
        return lambda me: me.presses("4")
    return lambda me: chooses(me, step, *PICKED[step])


def noted(me: DiscordPlayer) -> list[str]:
    """Return the names of the answers that are folded away on the screen."""
    change = me.says("buttons.change")
    return [read(one.words).partition(":")[0] for one in me.person.dm if one.buttons == [change]]


async def test_a_bot_that_is_killed_after_every_act_goes_on_as_if_nothing_had_been(tmp_path: Path) -> None:
    async with discord_with(tmp_path) as (discord, me):
        hasty = DiscordPlayer(me.person, "en", me.channel, at_once)
        for act in acts():
            async with running(discord, tmp_path):
                await sent(tmp_path)
                await act(hasty)
        async with running(discord, tmp_path):
            await sent(tmp_path)
            sees_new(me, "finished.what_now")
            assert answers(tmp_path) == EXPECTED
            assert sorted(noted(me)) == sorted(NAMES)
            assert me.person.failed == []


@pytest.mark.parametrize("place", [2, 4, 10, 12])
async def test_an_act_that_a_kill_cut_short_is_whole_or_can_be_done_again(place: int, tmp_path: Path) -> None:
    async with discord_with(tmp_path) as (discord, me):
        every = acts()
        discord.ack_seconds = 1.0
        async with running(discord, tmp_path) as one:
            for act in every[:place]:
                await act(me)
            before, told = me.screen(), len(discord.world.asked)
            cut = asyncio.ensure_future(every[place](DiscordPlayer(me.person, "en", me.channel, at_once)))
            assert await discord.until(lambda: len(discord.world.asked) > told)
            await asyncio.sleep(0.001 * place)
            one.kill()
            await asyncio.wait([cut])
        me.person.failed.clear()
        async with running(discord, tmp_path):
            await sent(tmp_path)
            for act in every[place if me.screen() == before else place + 1 :]:
                await act(me)
            sees_new(me, "finished.what_now")
            assert answers(tmp_path) == EXPECTED


async def test_what_was_acknowledged_before_a_stop_is_there_after_it(tmp_path: Path) -> None:
    async with discord_with(tmp_path) as (discord, me):
        async with running(discord, tmp_path) as one:
            await me.begins()
            await writes(me, TEAM)
            hasty = DiscordPlayer(me.person, "en", me.channel, at_once)
            await chooses(hasty, "kind_sources", "posting")
            ended = await one.stopped()
            assert (ended.code, one.seconds_to_stop < SECONDS_TO_STOP) == (0, True)
            assert me.person.failed == []
        async with running(discord, tmp_path):
            await sent(tmp_path)
            assert answers(tmp_path)["kind_sources"] == Chosen(("posting",))
            sees_new(me, "steps.maturity.ask")
            assert noted(me) == NAMES[:2]


async def test_a_form_that_was_open_across_a_kill_keeps_what_was_typed(tmp_path: Path) -> None:
    async with discord_with(tmp_path) as (discord, me):
        async with running(discord, tmp_path) as one:
            await me.begins()
            await me.opens_form()
            one.kill()
        async with running(discord, tmp_path):
            assert await me.sends(TEAM) == ""
            assert answers(tmp_path) == {"team": Written(TEAM)}
            sees_new(me, "steps.kind_sources.ask")


async def test_of_two_clicks_in_the_wrong_order_the_first_to_come_counts(tmp_path: Path) -> None:
    async with discord_with(tmp_path) as (discord, me), running(discord, tmp_path):
        await me.begins()
        await writes(me, TEAM)
        question = me.person.last
        discord.hold()
        menu = me.says("buttons.none")
        both = [
            asyncio.ensure_future(me.person.picks(menu, message=question, raced=True)),
            asyncio.ensure_future(me.person.clicks(me.says("buttons.unknown"), question, raced=True)),
        ]
        assert await discord.until(lambda: discord.held == len(both))
        discord.release()
        await asyncio.gather(*both)
        await sent(tmp_path)
        assert me.person.failed == []
        assert answers(tmp_path) == {"team": Written(TEAM), "kind_sources": Unsaid(NonAnswer.UNKNOWN)}
        sees_new(me, "steps.maturity.ask")


async def test_cut_lines_and_a_new_session_lose_nothing_that_was_typed(tmp_path: Path) -> None:
    async with discord_with(tmp_path) as (discord, me), running(discord, tmp_path):
        await me.begins()
        await writes(me, TEAM)
        lines = iter(("2 4", "3", "2"))
        for break_it in (discord.kill_sockets, discord.ask_to_reconnect, discord.invalidate):
            begun = len(discord.identifies) + len(discord.resumes)
            break_it()
            await me.person.types(next(lines))  # nobody hears it now
            assert await discord.until(lambda n=begun: len(discord.identifies) + len(discord.resumes) > n)  # type: ignore[misc]
            assert await discord.until(lambda: discord.connected)
        assert await discord.until(lambda: me.says("steps.delivery.ask") in me.screen())
        await sent(tmp_path)
        given = answers(tmp_path)
        assert (given["kind_sources"], given["maturity"]) == (EXPECTED["kind_sources"], EXPECTED["maturity"])
        assert set(given) == {"team", *QUICK[1:4]}


async def test_a_click_that_failed_while_a_session_was_lost_can_be_clicked_again(tmp_path: Path) -> None:
    async with discord_with(tmp_path) as (discord, me), running(discord, tmp_path):
        await me.begins()
        await writes(me, TEAM)
        discord.ack_seconds = 0.5
        discord.invalidate()
        await me.person.clicks(me.says("buttons.unknown"), me.person.last)
        assert me.person.failed != []
        me.person.failed.clear()
        assert await discord.until(lambda: len(discord.identifies) > 1 and discord.connected)
        discord.ack_seconds = 3.0
        await me.presses("buttons.unknown")
        assert answers(tmp_path) == {"team": Written(TEAM), "kind_sources": Unsaid(NonAnswer.UNKNOWN)}
