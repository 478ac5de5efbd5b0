"""Whole checks in Slack, as people play them."""

from pathlib import Path

from tests.fakes.slack.person import person
from tests.fakes.slack.room import running
from tests.fakes.slack.server import FakeSlack


async def test_a_check_from_the_command_to_the_report(tmp_path: Path) -> None:
    async with FakeSlack() as slack:
        me = person(slack, "U0001")
        slack.channel("C0001", "U0001")
        async with running(slack, tmp_path / "bot.sqlite3") as room:
            answer = await me.command("", channel="C0001")
            assert "in private" in answer.words
            question = await me.sees("Which team is it?")
            assert "Who can see this" in "\n".join(one.words for one in me.dm)
            await me.types("Acme Search")
            await me.sees("Where does what you know")
            await me.ticks("The job posting")
            await me.clicks("Done")
            await me.sees("How far along")
            while not any("What now?" in one.words for one in me.dm):
                await me.clicks("Don't know yet")
                await room.quiet()
            assert "Acme Search" in "\n".join(one.words for one in me.dm)
            assert slack.problems == []
            assert slack.channels["C0001"].messages == {}
            assert question.ts
