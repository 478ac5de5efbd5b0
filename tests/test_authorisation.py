"""Who gets at what, on both chat platforms: everyone tries everything that is in the table of tests.authorisation."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import pytest

from adapters.button_ids import Button, button_id
from adapters.discord.commands import ADMIN_COMMAND, COMMAND, READ_POSTING, TAKE_DOWN, WHAT
from adapters.discord.commands import commands as discord_commands
from adapters.discord.components import MORE as DISCORD_MORE
from adapters.discord.components import WRITE as DISCORD_WRITE
from adapters.discord.incoming import admin_key
from adapters.discord.incoming import key_of as discord_key
from adapters.slack.block_kit import MORE, WRITE
from adapters.slack.incoming import key_of
from adapters.slack.manifest import READ_POSTING as SLACK_READ_POSTING
from adapters.slack.manifest import START
from adapters.slack.manifest import TAKE_DOWN as SLACK_TAKE_DOWN
from adapters.storage.sqlite import SqliteStore
from conversations.events import ReviewAct
from conversations.session import Check, Intent
from conversations.workspace import Workspace
from tests import authorisation as table
from tests.authorisation import BUTTONS, PRESSES, REVIEWS, TAMPERED, WAYS, Press, Way, Who
from tests.dialogue import core
from tests.fakes.discord import rest
from tests.fakes.discord.person import Person as DiscordPerson
from tests.fakes.discord.places import Channel
from tests.fakes.discord.playing import DiscordPlayer
from tests.fakes.discord.screen import Shown as DiscordShown
from tests.fakes.slack.person import Person, Shown, person
from tests.fakes.slack.playing import OTHER, PUBLIC, SlackPlayer
from tests.fakes.slack.room import running
from tests.fakes.slack.server import FakeSlack
from tests.scenarios import TEAM, Player, finished
from tests.test_discord import Server, a_server
from tests.test_mentors import named
from tests.test_slack_walls import from_team

NOTE = "I was here."
HOME_TEAM, ELSEWHERE, ENTERPRISE = "T0001", "T0002", "E0001"
OWNER = "U0001"


@pytest.fixture(autouse=True)
def _no_long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.slack.platform._ACKNOWLEDGED_SECONDS", 0.02)


class Ground(Protocol):
    """A chat platform with a check of the owner's in it, and a copy of its report in a channel."""

    @property
    def owner(self) -> Player:
        """Return whose check it is."""

    @property
    def check(self) -> Check:
        """Return the check as it is at first."""

    @property
    def share(self) -> str:
        """Return the id of the copy."""

    @property
    def quiet(self) -> Callable[[], Awaitable[None]]:
        """Return what waits until everything is sent."""

    async def command(self, who: Who, words: str) -> None:
        """Give a command where everybody reads."""

    async def press(self, who: Who, button: str, picked: str = "") -> None:
        """Press something with an id that they made up, or looked at."""

    async def pick(self, who: Who, menu: str, picked: str) -> None:
        """Take something from a menu."""

    async def goes(self, who: Who, way: Way, act: ReviewAct = ReviewAct.NOTE) -> None:
        """Take another way in, with a form as if it had been opened for them."""

    async def held(self) -> str:
        """Return everything of the owner's: what is held, what they see, the rules that count for them."""

    def told(self, who: Who) -> str:
        """Return everything that somebody was ever told."""


# -- Slack -----------------------------------------------------------------------------------------------------------


@dataclass
class SlackGround:
    owner: SlackPlayer
    slack: FakeSlack
    store: SqliteStore
    people: Mapping[Who, Person]
    check: Check
    share: str
    quiet: Callable[[], Awaitable[None]]
    card: Shown
    last: str
    """The last message of the owner's in the channel."""

    def _team(self, who: Who) -> str:
        return ELSEWHERE if who in (Who.ELSEWHERE, Who.SAME_ID) else HOME_TEAM

    async def command(self, who: Who, words: str) -> None:
        with from_team(self.slack, self._team(who)):
            await self.people[who].command(words, PUBLIC)

    async def press(self, who: Who, button: str, picked: str = "") -> None:
        element = {"type": "button", "action_id": button, "text": {"type": "plain_text", "text": "x"}}
        chosen = {"selected_conversation": picked} if picked else {"value": ""}
        with from_team(self.slack, self._team(who)):
            await self.people[who]._acts(self.card, "block", element, chosen)

    async def pick(self, who: Who, menu: str, picked: str) -> None:
        element = {"type": "button", "action_id": menu, "text": {"type": "plain_text", "text": "x"}}
        with from_team(self.slack, self._team(who)):
            await self.people[who]._acts(self.card, "block", element, {"selected_option": {"value": picked}})

    async def goes(self, who: Who, way: Way, act: ReviewAct = ReviewAct.NOTE) -> None:
        me, team = self.people[who], self._team(who)
        with from_team(self.slack, team):
            match way:
                case Way.WRITE:
                    button = button_id(Button(Intent.ANSWER, "", self.check.id, self.check.asked))
                    await self._submits(me, "write", {"button": button, "at": [PUBLIC, self.card.ts]}, "answer", NOTE)
                case Way.MENTOR:
                    about = {"act": act, "share": "", "at": [PUBLIC, self.card.ts]}
                    await self._submits(me, "mentor", about, "answer", NOTE)
                    await self._submits(me, "mentor", {**about, "share": self.share}, "answer", NOTE)
                case Way.RULES:
                    await self._submits(me, "rules", "", "shares_a_day", "0")
                case Way.TAKE_DOWN:
                    await me.message_shortcut(SLACK_TAKE_DOWN, self.slack.channels[PUBLIC], self.card.ts)
                case Way.READ_POSTING:
                    await me.message_shortcut(SLACK_READ_POSTING, self.slack.channels[PUBLIC], self.card.ts)
                case Way.START:
                    await me.shortcut(START)
                case Way.TYPED | Way.HOME:
                    await self._events(me, team, way)

    async def _events(self, me: Person, team: str, way: Way) -> None:
        chat = "D0999" if me.id == OWNER else me.chat.id
        at = self.slack.timestamp()
        event = {"user": me.id, "channel": chat, "event_ts": at}
        if way is Way.HOME:
            await self.slack.send_event({**event, "type": "app_home_opened", "tab": "home"}, team=team)
            return
        for words in ("report", f"resume {self.check.id}", "unshare", "forget me", "yes"):
            at = self.slack.timestamp()
            line = {"type": "message", "channel_type": "im", "text": words, "ts": at, "event_ts": at}
            await self.slack.send_event({**event, **line}, team=team)

    async def _submits(self, me: Person, form: str, about: object, field: str, words: str) -> None:
        view = {
            "id": "V1",
            "type": "modal",
            "callback_id": form,
            "private_metadata": about if isinstance(about, str) else json.dumps(about),
            "state": {"values": {field: {field: {"value": words}}}},
            "app_installed_team_id": self.slack.team,
            "root_view_id": "V1",
        }
        await me._sent("interactive", {"type": "view_submission", **me._common(), "view": view, "response_urls": []})

    async def held(self) -> str:
        await self.quiet()
        key = key_of(HOME_TEAM, ENTERPRISE, OWNER)
        rules = (await self.store.load(key)).workspace
        channel = [one for one in self.slack.channels[PUBLIC].messages.items() if one[0] <= self.last]
        seen = [self.owner.person.chat.messages, channel, self.slack.channels[OTHER].messages]
        return json.dumps([await self.store.held(key), seen, self.slack.homes.get(OWNER), _for_all(rules)], default=str)

    def told(self, who: Who) -> str:
        slack, me = self.slack, self.people[who]
        parts: list[object] = [slack.ephemerals.get(me.id), slack.modals.get(me.id), slack.homes.get(me.id)]
        parts += [slack.direct(me.id).messages] if me.id != OWNER else []
        return json.dumps(parts, ensure_ascii=False, default=str)


@asynccontextmanager
async def in_slack(folder: Path) -> AsyncIterator[SlackGround]:
    async with FakeSlack(team=HOME_TEAM, enterprise=ENTERPRISE) as slack:
        people = {
            Who.OWNER: person(slack, OWNER),
            Who.MENTOR: person(slack, "U0007"),
            Who.ADMIN: person(slack, "U0004", admin=True),
            Who.OUTSIDER: person(slack, "U0006"),
            Who.ELSEWHERE: person(slack, "U0009", home=ELSEWHERE, admin=True),
            Who.SHARED_CHANNEL: person(slack, "U0010", home="T0009", admin=True),
        }
        people[Who.SAME_ID] = people[Who.OWNER]
        slack.users["U0009"]["is_stranger"] = False
        everybody = {one.id for one in people.values()}
        for channel in (PUBLIC, OTHER):
            slack.channel(channel, *everybody)
        async with running(slack, folder / "bot.sqlite3") as room:
            me = SlackPlayer(people[Who.OWNER], "en", room.quiet)
            await named(room.store, key_of(HOME_TEAM, ENTERPRISE, OWNER), "U0007")
            await named(room.store, key_of(ELSEWHERE, ENTERPRISE, "U0009"), "U0009")
            await named(room.store, key_of("T0009", None, "U0010"), "U0010")
            await _shared(me)
            (check,) = await room.store.checks(key_of(HOME_TEAM, ENTERPRISE, OWNER))
            first, *_, last = sorted(slack.channels[PUBLIC].messages)
            card = Shown(slack.channels[PUBLIC].messages[first], PUBLIC)
            yield SlackGround(me, slack, room.store, people, check, check.shares[0].id, room.quiet, card, last)
        assert slack.problems == []


# -- Discord ---------------------------------------------------------------------------------------------------------


@dataclass
class DiscordGround:
    server: Server
    store: SqliteStore
    people: Mapping[Who, DiscordPerson]
    elsewhere: Channel
    other: Channel
    check: Check
    share: str
    quiet: Callable[[], Awaitable[None]]
    card: DiscordShown
    last: int
    """The last message of the owner's in the server."""

    @property
    def owner(self) -> Player:
        return self.server.me

    def _where(self, who: Who) -> Channel:
        return self.elsewhere if who is Who.ELSEWHERE else self.server.channel

    async def command(self, who: Who, words: str) -> None:
        await self._asks(who, rest.COMMAND, COMMAND, 1, {WHAT: words})

    async def press(self, who: Who, button: str, picked: str = "") -> None:
        me, where = self.people[who], self._where(who)
        data: dict[str, Any] = {"custom_id": button[:100], "component_type": 2, "id": 1}
        if picked:
            world = self.server.discord.world
            channels = {picked: world.resolved("channels", int(picked), me.id, where.id)}
            data |= {"component_type": 8, "values": [picked], "resolved": {"channels": channels}}
        await me._asks(rest.COMPONENT, where, data, self.card.raw)
        me.closes_modal()

    async def pick(self, who: Who, menu: str, picked: str) -> None:
        data = {"custom_id": menu[:100], "component_type": 3, "id": 1, "values": [picked[:100]]}
        await self.people[who]._asks(rest.COMPONENT, self._where(who), data, self.card.raw)
        self.people[who].closes_modal()

    async def goes(self, who: Who, way: Way, act: ReviewAct = ReviewAct.NOTE) -> None:
        me = self.people[who]
        match way:
            case Way.WRITE:
                await self._submits(who, button_id(Button(Intent.ANSWER, "", self.check.id, self.check.asked)))
            case Way.MENTOR:
                await self._submits(who, button_id(Button(Intent.MENTOR, act)))
                await self._submits(who, button_id(Button(Intent.MENTOR, f"{act}.{self.share}")))
            case Way.RULES:
                await self._asks(who, rest.COMMAND, ADMIN_COMMAND, 1, {"shares_a_day": "0"})
            case Way.TAKE_DOWN | Way.READ_POSTING:
                card = self.card
                more = {"target_id": str(card.id), "resolved": {"messages": {str(card.id): card.raw}}}
                name = TAKE_DOWN if way is Way.TAKE_DOWN else READ_POSTING
                await self._asks(who, rest.COMMAND, name, 3, {}, more)
            case Way.START:
                await self.command(who, "new")
            case Way.TYPED:
                for words in ("report", f"resume {self.check.id}", "unshare", "forget me", "yes"):
                    await DiscordPlayer(me, "en", self.server.channel, self.quiet).types(words)
            case Way.HOME:
                await me.autocomplete(COMMAND, self._where(who), **{WHAT: "resume"})

    async def _asks(
        self, who: Who, kind: int, name: str, type_: int, options: Mapping[str, str], more: Mapping[str, Any] = {}
    ) -> None:
        command = next(one for one in self.server.discord.commands if one["name"] == name)
        given = [{"name": one, "type": 3, "value": value} for one, value in options.items()]
        data = {"id": command["id"], "name": name, "type": type_, "options": given, **more}
        await self.people[who]._asks(kind, self._where(who), data)

    async def _submits(self, who: Who, button: str) -> None:
        field = {"type": 18, "id": 2, "component": {"type": 4, "id": 3, "custom_id": "answer", "value": NOTE}}
        data = {"custom_id": f"fresh {button}", "components": [field]}
        await self.people[who]._asks(rest.MODAL_SUBMIT, self._where(who), data, self.card.raw)

    async def held(self) -> str:
        await self.quiet()
        me, key = self.server.me, discord_key(self.server.me.person.id)
        rules = (await self.store.load(admin_key(self.server.guild.id, "1"))).workspace
        places = [self.server.channel, *self.server.channel.threads, self.other]
        seen = [one.raw for place in places for one in place.messages if one.id <= self.last]
        mine = [one.raw for one in me.person.dm]
        return json.dumps([await self.store.held(key), seen, mine, _for_all(rules)], default=str)

    def told(self, who: Who) -> str:
        me = self.people[who]
        return json.dumps([one.raw for one in (*me.dm, *me.ephemerals)], ensure_ascii=False, default=str)


@asynccontextmanager
async def in_discord(folder: Path) -> AsyncIterator[DiscordGround]:
    async with a_server(folder) as server, server.bot() as room:
        discord = server.discord
        other, away = server.guild.channel("other"), discord.guild()
        people = {
            Who.OWNER: server.me.person,
            Who.MENTOR: server.another(room).person,
            Who.ADMIN: server.another(room, "manage_guild").person,
            Who.OUTSIDER: server.another(room).person,
            Who.ELSEWHERE: discord.person(),
        }
        away.join(people[Who.ELSEWHERE], away.role("they may", "administrator"))
        await named(room.store, admin_key(server.guild.id, "1"), str(people[Who.MENTOR].id))
        await named(room.store, admin_key(away.id, "1"), str(people[Who.ELSEWHERE].id))
        await _shared(server.me)
        (check,) = await room.store.checks(discord_key(server.me.person.id))
        share = check.shares[0].id
        (card,), (thread,) = server.channel.messages, server.channel.threads
        last = max(one.id for one in thread.messages)
        yield DiscordGround(server, room.store, people, away.channel(), other, check, share, room.quiet, card, last)


# -- the same on both ------------------------------------------------------------------------------------------------

GROUNDS: Mapping[str, Callable[[Path], AbstractAsyncContextManager[Ground]]] = {
    "slack": in_slack,
    "discord": in_discord,
}
OTHERS = [("slack", who) for who in Who if who is not Who.OWNER] + [
    ("discord", who) for who in (Who.MENTOR, Who.ADMIN, Who.OUTSIDER, Who.ELSEWHERE)
]
"""On Discord an id is one person everywhere, and no channel belongs to two servers."""


def _for_all(rules: Workspace) -> object:
    """Return the rules that are no person's own: a mentor who is forgotten is none any more."""
    return asdict(replace(rules, revision=0, mentors=()))


async def _shared(me: Player) -> None:
    await me.begins()
    await finished(me)
    await me.commands(me.word("commands.share"), in_channel=True)
    for choice in ("ask_review", "pass_on"):
        await me.presses(f"share.choices.{choice}")
    await me.presses("options.yes")
    if me.says("options.yes") in me.newest():
        await me.presses("options.yes")
    assert me.in_channel()


def _id(ground: Ground, press: Press, step: str | None = None) -> str:
    check, channel = ground.check, PUBLIC
    argument = press.argument
    for mark, meant in ((table.CHECK, check.id), (table.SHARE, ground.share), (table.CHANNEL, channel)):
        argument = argument.replace(mark, meant)
    return button_id(Button(press.intent, argument, check.id, check.asked, step))


async def _is_untouched(ground: Ground, before: str, by: object) -> None:
    assert await ground.held() == before, by


@pytest.mark.parametrize(("platform", "who"), OTHERS)
async def test_nobody_changes_or_reads_what_is_not_theirs(platform: str, who: Who, tmp_path: Path) -> None:
    async with GROUNDS[platform](tmp_path) as ground:
        before = await ground.held()
        for some in (PRESSES[at : at + 16] for at in range(0, len(PRESSES), 16)):
            for press in (one for one in some if who not in one.others):
                for step in (None, "team") if press.intent in (Intent.ANSWER, Intent.CHANGE) else (None,):
                    await ground.press(who, _id(ground, press, step))
            await _is_untouched(ground, before, some)
        spoken = () if who is Who.OUTSIDER else ("en",)
        for words in table.commands(core().catalogue.on("chat", platform), *spoken):
            await ground.command(who, words.replace(table.CHECK, ground.check.id))
        await _is_untouched(ground, before, "commands")
        for way, others in WAYS.items():
            if who not in others:
                for act in (ReviewAct.NOTE, ReviewAct.CLAIM) if way is Way.MENTOR else (ReviewAct.NOTE,):
                    await ground.goes(who, way, act)
        await _is_untouched(ground, before, "other ways")
        assert TEAM not in ground.told(who)


@pytest.mark.parametrize(("platform", "who"), OTHERS)
async def test_an_id_that_nobody_was_given_does_nothing(platform: str, who: Who, tmp_path: Path) -> None:
    more, write = (MORE, WRITE) if platform == "slack" else (DISCORD_MORE, DISCORD_WRITE)
    async with GROUNDS[platform](tmp_path) as ground:
        before = await ground.held()
        answer = button_id(Button(Intent.ANSWER, "", ground.check.id, ground.check.asked))
        for tampered in (*TAMPERED, write, f"{write}:", f"{write}:nothing", f"{write}:{answer}", more):
            made = tampered.replace(table.CHECK, ground.check.id).replace(table.SHARE, ground.share)
            await ground.press(who, made)
            await ground.pick(who, more, made)
            await ground.pick(who, answer, made)
        await _is_untouched(ground, before, "tampered")
        assert TEAM not in ground.told(who)


@pytest.mark.parametrize("platform", GROUNDS)
async def test_what_the_table_allows_is_possible(platform: str, tmp_path: Path) -> None:
    """Otherwise that nothing happens would show nothing."""
    async with GROUNDS[platform](tmp_path) as ground:
        tried = set()

        async def does(press: Press, picked: str = "") -> None:
            before = await ground.held()
            await ground.press(Who.MENTOR, _id(ground, press), picked)
            assert await ground.held() != before, press
            tried.add(ReviewAct(press.argument))

        elsewhere = str(ground.other.id) if isinstance(ground, DiscordGround) else OTHER
        await does(Press(Intent.MENTOR, ReviewAct.CLAIM))
        for act in (ReviewAct.NOTE, ReviewAct.QUESTION):
            before = await ground.held()
            await ground.goes(Who.MENTOR, Way.MENTOR, act)
            assert await ground.held() != before, act
            tried.add(act)
        await does(Press(Intent.MENTOR, ReviewAct.PASS_ON), elsewhere)
        await does(Press(Intent.MENTOR, ReviewAct.UNCLAIM))
        await does(Press(Intent.MENTOR, ReviewAct.CLAIM))
        await does(Press(Intent.MENTOR, ReviewAct.DONE))
        assert tried == set(REVIEWS)
        for way, others in WAYS.items():
            if Who.ADMIN in others:
                before = await ground.held()
                await ground.goes(Who.ADMIN, way)
                await ground.quiet()
                assert await ground.held() != before, way


@pytest.mark.parametrize("platform", GROUNDS)
async def test_the_owner_may_what_nobody_else_may(platform: str, tmp_path: Path) -> None:
    """The same ids, pressed by whose they are, do something: it is who presses that made the difference."""
    async with GROUNDS[platform](tmp_path) as ground:
        for press in (
            Press(Intent.DECIDE),
            Press(Intent.CHANGE, "maturity"),
            Press(Intent.HISTORY),
            Press(Intent.UNSHARE, table.SHARE),
            Press(Intent.FORGET),
            Press(Intent.YES),
        ):
            before = await ground.held()
            button = Button(press.intent, press.argument.replace(table.SHARE, ground.share), ground.check.id)
            await ground.press(Who.OWNER, button_id(button))
            assert await ground.held() != before, press


def test_whatever_is_new_joins_the_table() -> None:
    assert set(BUTTONS) == set(Intent)
    assert set(REVIEWS) == set(ReviewAct)
    assert set(WAYS) == set(Way)
    assert {one["name"] for one in discord_commands(core().catalogue)} == {
        COMMAND,
        ADMIN_COMMAND,
        READ_POSTING,
        TAKE_DOWN,
    }
