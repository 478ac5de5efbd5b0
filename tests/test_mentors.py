"""A mentor at work in Slack and in Discord: the card, the queue, a note, a question, the end of it."""

from dataclasses import replace
from pathlib import Path

import pytest

from adapters.discord.commands import COMMAND, WHAT
from adapters.discord.incoming import admin_key
from adapters.slack.incoming import key_of
from adapters.storage.sqlite import SqliteStore
from conversations.catalogue import phrase
from conversations.ports import Commit
from conversations.session import SessionKey
from conversations.workspace import Workspace
from tests.dialogue import core
from tests.fakes.discord.playing import DiscordPlayer, read
from tests.fakes.discord.room import Room
from tests.fakes.slack.person import Person, Shown, person
from tests.fakes.slack.playing import OTHER, PUBLIC, SlackPlayer
from tests.scenarios import finished
from tests.test_discord import Server, a_server
from tests.test_every_store import save
from tests.test_slack_scenarios import playing

NOTE, QUESTION = "They moved last year.", "Who pays for the cluster?"


async def named(store: SqliteStore, key: SessionKey, *mentors: str) -> None:
    """Name mentors, as an admin does."""
    before = await store.load(key)
    after = replace(before, workspace=Workspace(before.workspace.revision + 1, mentors=mentors))
    assert await save(store, before, after) is Commit.SAVED


def slack_says(key: str) -> str:
    return core().catalogue.on("chat", "slack").text(phrase(key), "en")


# -- in Slack --------------------------------------------------------------------------------------------------------


def card_in(me: SlackPlayer, channel: str = PUBLIC) -> Shown:
    return Shown(min(me.person.slack.channels[channel].messages.items())[1], channel)


async def hears(someone: Person, key: str) -> None:
    """Wait until they are told something that only they see."""
    told = slack_says(key)
    assert await someone.slack.until(lambda: any(told in one.words for one in someone.ephemerals)), told


async def shared_for_review(me: SlackPlayer, *choices: str) -> None:
    await finished(me)
    await me.commands(me.word("commands.share"), in_channel=True)
    for choice in choices:
        await me.presses(f"share.choices.{choice}")
    await me.presses("options.yes")
    assert me.in_channel()


async def test_in_slack_a_mentor_takes_a_report_on_says_something_and_its_owner_hears_of_it_once(
    tmp_path: Path,
) -> None:
    async with playing(tmp_path / "bot.sqlite3") as (me, room):
        slack = room.slack
        mentor, other = (person(slack, user) for user in ("U0007", "U0008"))
        for one in (mentor, other):
            slack.channels[PUBLIC].members.add(one.id)
        await named(room.store, key_of("T0001", None, "U0001"), "U0007")
        await shared_for_review(me, "ask_review")
        assert slack_says("share.card.review_asked") in card_in(me).words
        said = len(me.person.dm)

        await other.clicks(slack_says("buttons.review_claim"), card_in(me))
        await hears(other, "mentors.only_mentors")
        await mentor.command("reviews", PUBLIC)
        await room.quiet()
        (queue,) = [one for one in mentor.dm if slack_says("queue.title") in one.words]
        await mentor.clicks(slack_says("buttons.review_claim"), queue)
        await room.quiet()
        assert slack_says("share.card.review_claimed") in card_in(me).words

        for act, words in (("note", NOTE), ("question", QUESTION)):
            await mentor.clicks(slack_says(f"buttons.review_{act}"), card_in(me))
            assert await slack.until(lambda: mentor.modal is not None)
            assert await mentor.submits({"answer": words}) == {}
        await room.quiet()
        assert len(me.person.dm) == said  # nothing yet
        await mentor.clicks(slack_says("buttons.review_done"), card_in(me))
        await hears(mentor, "mentors.done")
        await room.quiet()
        assert slack_says("share.card.review_done") in card_in(me).words
        assert len(me.person.dm) == said + 1
        assert NOTE in me.screen()
        assert QUESTION in me.screen()
        assert NOTE not in "".join(me.in_channel())
        assert slack.problems == []
        assert [*mentor.failed, *other.failed] == []


async def test_in_slack_a_mentor_shows_it_in_another_channel_and_its_owner_sees_where(tmp_path: Path) -> None:
    async with playing(tmp_path / "bot.sqlite3") as (me, room):
        mentor = person(room.slack, "U0007")
        for channel in (PUBLIC, OTHER):
            room.slack.channels[channel].members.add("U0007")
        await named(room.store, key_of("T0001", None, "U0001"), "U0007")
        await shared_for_review(me, "pass_on")
        await mentor.picks(slack_says("buttons.review_pass_on"), card_in(me), option=OTHER)
        await hears(mentor, "mentors.passed_on")
        await room.quiet()
        assert card_in(me, OTHER).words
        assert me.says("mentors.told_passed_on", team="@").partition("@")[2] in me.screen()
        await me.presses("buttons.unshare")
        assert room.slack.channels[OTHER].messages == {}


# -- in Discord ------------------------------------------------------------------------------------------------------


async def shows_it_elsewhere(server: Server, room: Room, mentor: DiscordPlayer) -> None:
    """See that a mentor passes it on to where they may write, and that its owner is told where."""
    me = server.me
    (card,) = server.channel.messages
    elsewhere, silent = server.guild.channel("elsewhere"), server.guild.channel("silent")
    silent.deny(mentor.person, "send_messages")
    answer = await mentor.person.picks(silent, message=card)
    assert answer.words == me.says("mentors.not_there")
    answer = await mentor.person.picks(elsewhere, message=card)
    assert answer.words == me.says("mentors.passed_on")
    await room.quiet()
    assert len(elsewhere.messages) == 1
    assert f"<#{elsewhere.id}>" in me.screen()


@pytest.mark.parametrize("by", ["name", "role"])
async def test_in_discord_a_mentor_does_the_same_by_name_or_by_role(by: str, tmp_path: Path) -> None:
    async with a_server(tmp_path) as server, server.bot() as room:
        me, mentor, other = server.me, server.another(room), server.another(room)
        role = server.guild.role("mentors")
        if by == "role":
            server.guild.join(mentor.person, role)
        whom = str(mentor.person.id if by == "name" else role.id)
        await named(room.store, admin_key(server.guild.id, "1"), whom)
        await me.begins()
        await finished(me)
        await me.commands(me.word("commands.share"), in_channel=True)
        await me.presses("share.choices.ask_review")
        await me.presses("share.choices.pass_on")
        await me.presses("options.yes")
        await me.presses("options.yes")
        (card,) = server.channel.messages
        said = me.said

        answer = await other.person.clicks(me.says("buttons.review_claim"), card)
        assert answer.words == me.says("mentors.only_mentors")
        before = len(mentor.person.dm)
        await mentor.person.slash(COMMAND, server.channel, **{WHAT: "reviews"})
        await room.quiet()
        assert len(mentor.person.dm) == before
        (queue,) = [one for one in mentor.person.ephemerals if me.says("queue.title") in one.words]
        assert f"<#{server.channel.id}>" in queue.words
        answer = await mentor.person.clicks(me.says("buttons.review_claim"), queue)
        assert answer.words == me.says("mentors.claimed")
        await room.quiet()
        for act, words in (("note", NOTE), ("question", QUESTION)):
            (card,) = server.channel.messages
            await mentor.person.clicks(me.says(f"buttons.review_{act}"), card)
            answer = await mentor.person.submits({"answer": words})
            assert answer.ephemeral
            await room.quiet()
        assert me.said == said
        (card,) = server.channel.messages
        answer = await mentor.person.clicks(me.says("buttons.review_done"), card)
        assert answer.words == me.says("mentors.done")
        await room.quiet()
        assert me.said == said + 1
        assert NOTE in read(me.screen())
        assert QUESTION in read(me.screen())
        (card,) = server.channel.messages
        assert me.says("share.card.review_done") in read(card.words)

        await shows_it_elsewhere(server, room, mentor)
