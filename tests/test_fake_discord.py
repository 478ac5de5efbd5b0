"""The fake Discord, held against a real discord.py: each thing it is strict in is broken once, and refused."""

import asyncio
import inspect
import io
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import aiohttp
import discord
import pytest
import simcord
from discord.gateway import DiscordWebSocket
from discord.http import Route
from simcord.backend import Backend, serializers
from simcord.backend.models import Interaction
from simcord.http.router import dispatch
from yarl import URL

from tests.fakes.discord.person import FAILED, Person
from tests.fakes.discord.rules import Bucket, RefusedError, matches
from tests.fakes.discord.server import FakeDiscord

Json = dict[str, Any]
Thing = Any
Handler = Callable[[discord.Interaction[Any]], Awaitable[object]]
COMMAND: Json = {
    "name": "teamcheck",
    "type": 1,
    "description": "Three questions",
    "options": [{"type": 3, "name": "what", "description": "What to do", "autocomplete": True}],
    "integration_types": [0, 1],
    "contexts": [0, 1, 2],
}
ADMINS: Json = {"name": "rules", "type": 1, "description": "Rules", "default_member_permissions": "32", "contexts": [0]}
OF_A_MESSAGE: Json = {"name": "Take down", "type": 3}
V2 = 1 << 15
MESSAGES = "POST /channels/*/messages"


async def _nothing(_: discord.Interaction[Any]) -> None:
    return


class Bot(discord.Client):
    """A bot that does what a test says."""

    def __init__(self, intents: discord.Intents | None = None, **options: Thing) -> None:
        super().__init__(
            intents=intents or discord.Intents(guilds=True, dm_messages=True), guild_ready_timeout=0.01, **options
        )
        self.answer: Handler = _nothing
        self.heard: list[discord.Message] = []
        self.asked: list[discord.Interaction[Any]] = []
        self.errors: list[BaseException] = []

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Not wait for five seconds."""

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        self.asked.append(interaction)
        try:
            await self.answer(interaction)
        except (discord.HTTPException, aiohttp.ClientError) as error:
            self.errors.append(error)

    async def on_message(self, message: discord.Message) -> None:
        if message.author != self.user:
            self.heard.append(message)

    async def call(self, method: str, path: str, body: Thing = None, **more: Thing) -> Thing:
        return await self.http.request(Route(method, path), **({"json": body} if body is not None else {}), **more)


@dataclass
class Room:
    fake: FakeDiscord
    bot: Bot

    async def refusal(self, method: str, path: str, body: Thing = None, **more: Thing) -> tuple[int, int]:
        with pytest.raises(discord.HTTPException) as caught:
            await self.bot.call(method, path, body, **more)
        return caught.value.status, caught.value.code

    async def asks(self, me: Person, answer: Handler = _nothing) -> discord.Interaction[Any]:
        """Let somebody use the command; return what the bot got."""
        self.bot.answer = answer
        before = len(self.bot.asked)
        task = asyncio.create_task(me.slash("teamcheck"))
        assert await self.fake.until(lambda: len(self.bot.asked) > before)
        self.task = task
        return self.bot.asked[-1]


@asynccontextmanager
async def logged_in(fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch, bot: Bot) -> AsyncIterator[Bot]:
    monkeypatch.setattr(Route, "BASE", fake.api_url)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", URL(fake.gateway.entrance))
    async with bot:
        task = asyncio.create_task(bot.start(fake.token))
        assert await fake.until(lambda: bot.is_ready() or task.done())
        try:
            yield bot
        finally:
            await bot.close()
            with suppress(Exception):
                await task


@pytest.fixture
async def fake() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as made:
        yield made


@pytest.fixture
async def room(fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Room]:
    async with logged_in(fake, monkeypatch, Bot()) as bot:
        commands: list[Any] = [COMMAND, ADMINS, OF_A_MESSAGE]
        await bot.http.bulk_upsert_global_commands(fake.world.application, commands)
        yield Room(fake, bot)


def view(*items: discord.ui.Item[Any]) -> discord.ui.View:
    made = discord.ui.View(timeout=None)
    for item in items:
        made.add_item(item)
    made.stop()
    return made


def button(label: str, **more: Thing) -> discord.ui.Button[Any]:
    options: dict[str, Thing] = {"label": label, "custom_id": label} | more
    return discord.ui.Button(**options)


async def says(interaction: discord.Interaction[Any]) -> None:
    await interaction.response.send_message("done", ephemeral=True)


# -- people ------------------------------------------------------------------------------------------------------------


async def test_a_command_a_message_a_click_and_a_line(room: Room) -> None:
    me = room.fake.person(locale="zh-CN")

    async def answer(interaction: discord.Interaction[Any]) -> None:
        if interaction.type is discord.InteractionType.component:
            await interaction.response.edit_message(content=f"pressed in {interaction.locale}", view=None)
            return
        await interaction.response.send_message("look at your messages", ephemeral=True)
        await interaction.user.send(
            "hello", view=view(button("yes"), button("page", url="https://a.org", custom_id=None))
        )

    room.bot.answer = answer
    channel = room.fake.guild().channel()
    with pytest.raises(AssertionError):
        await me.slash("teamcheck", where=channel)  # they are not in there
    shown = await me.slash("teamcheck", what="checks")
    assert shown.words == "look at your messages"
    assert shown.ephemeral
    assert me.ephemerals == [shown]
    await me.sees("hello")
    assert me.last.words == "hello\n[yes]\n[page]"
    assert me.last.links == {"page": "https://a.org"}
    await me.clicks("yes")
    assert me.last.words == "pressed in zh-CN"
    assert me.last.buttons == []
    await me.types("hi")
    assert await room.fake.until(lambda: room.bot.heard)
    assert room.bot.heard[0].content == "hi"
    assert not me.failed
    assert not room.fake.problems
    me.dismisses(shown)
    assert not me.ephemerals


async def test_a_person_does_only_what_is_on_their_screen(room: Room) -> None:
    me = room.fake.person()
    greyed = button("later", disabled=True)
    pick = discord.ui.Select[Any](
        custom_id="pick", min_values=2, max_values=2, options=[discord.SelectOption(label=one) for one in "abc"]
    )
    user = await room.bot.fetch_user(me.id)
    await user.send("choose", view=view(greyed, pick))
    assert me.last.words == "choose\n[later]\n(a) | (b) | (c)"
    for act in (me.clicks("later"), me.clicks("never"), me.picks("a"), me.picks("a", "z"), me.submits({})):
        with pytest.raises(AssertionError):
            await act
    for wrong in (
        me.slash("nothing"),
        me.slash("rules"),
        me.slash("teamcheck", who="me"),
        me.slash("teamcheck", what=3),
    ):
        with pytest.raises(AssertionError):
            await wrong
    room.bot.answer = says
    await me.picks("a", "c")
    assert room.bot.asked[-1].data["values"] == ["a", "c"]  # type: ignore[index,typeddict-item]


async def test_what_somebody_typed_is_changed_and_deleted(room: Room) -> None:
    me, path = room.fake.person(), "/channels/{}/messages"
    said = await me.types("a lien")
    me.edits(said, "a line")
    (found,) = await room.bot.call("GET", path.format(me.chat.id))
    assert found["content"] == "a line"
    me.deletes(said)
    assert await room.bot.call("GET", path.format(me.chat.id)) == []
    with pytest.raises(AssertionError):
        room.fake.person(locale="zh")


async def test_what_is_typed_is_completed(room: Room) -> None:
    me = room.fake.person()

    async def answer(interaction: discord.Interaction[Any]) -> None:
        typed = interaction.data["options"][0]  # type: ignore[index,typeddict-item]
        assert typed["focused"]  # type: ignore[typeddict-item]
        names = ("report", "resume")
        await interaction.response.autocomplete([discord.app_commands.Choice(name=one, value=one) for one in names])

    room.bot.answer = answer
    assert await me.autocomplete("teamcheck", what="re") == {"report": "report", "resume": "resume"}


async def test_a_form_is_filled_in_and_sent(room: Room) -> None:
    me = room.fake.person()
    seen: list[Any] = []

    class Form(discord.ui.Modal, title="Why?"):
        why: discord.ui.Label[Any] = discord.ui.Label(
            text="Reason", component=discord.ui.TextInput(custom_id="why", max_length=10, default="before")
        )

        async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
            seen.append(interaction.data)
            await interaction.response.send_message("thanks", ephemeral=True)

    async def answer(interaction: discord.Interaction[Any]) -> None:
        if interaction.type is discord.InteractionType.application_command:
            await interaction.response.send_modal(Form())

    room.bot.answer = answer
    await me.slash("teamcheck")
    form = me.modal
    assert form is not None
    assert form.words == "Why?\nReason\nbefore"
    for wrong in ({"Reason": "x" * 11}, {"Reason": ""}, {"other": "x"}):
        with pytest.raises(AssertionError):
            await me.submits(wrong)
    assert (await me.submits({"Reason": "so"})).words == "thanks"
    assert me.modal is None
    assert seen[0]["components"][0]["component"]["value"] == "so"


async def test_a_form_that_nobody_takes_stays_open(room: Room) -> None:
    me = room.fake.person()
    form = {"title": "Why?", "custom_id": "f", "components": [_label({"type": 4, "custom_id": "why", "style": 1})]}

    async def answer(interaction: discord.Interaction[Any]) -> None:
        if interaction.type is discord.InteractionType.application_command:
            await _answer(room, interaction, 9, form)

    room.bot.answer = answer
    await me.slash("teamcheck")
    room.fake.ack_seconds = 0.1
    await me.submits({"why": "so"})
    assert me.failed == [FAILED]
    assert me.modal is not None


def _label(component: Json) -> Json:
    return {"type": 18, "label": "Reason", "component": component}


async def _answer(room: Room, interaction: discord.Interaction[Any], kind: int, data: Json | None = None) -> Thing:
    path = f"/interactions/{interaction.id}/{interaction.token}/callback"
    return await room.bot.call("POST", path, {"type": kind, **({"data": data} if data is not None else {})})


async def test_a_form_takes_every_kind_of_field(room: Room) -> None:
    me = room.fake.person()
    options = [{"label": one.upper(), "value": one} for one in "abc"]
    fields = [
        _label({"type": 3, "custom_id": "menu", "options": options, "max_values": 2}),
        _label({"type": 21, "custom_id": "one", "options": options}),
        _label({"type": 22, "custom_id": "some", "options": options}),
        _label({"type": 23, "custom_id": "yes"}),
        {"type": 10, "content": "Think first"},
    ]

    async def answer(interaction: discord.Interaction[Any]) -> None:
        if interaction.type is discord.InteractionType.application_command:
            await _answer(room, interaction, 9, {"title": "t", "custom_id": "f", "components": fields})
        else:
            await _answer(room, interaction, 4, {"content": "thanks"})

    room.bot.answer = answer
    await me.slash("teamcheck")
    shown = await me.submits({"menu": ["A", "C"], "one": "B", "some": ["A"], "yes": True})
    assert shown.words == "thanks"
    sent: list[Any] = [one.get("component", {}) for one in room.bot.asked[-1].data["components"]]  # type: ignore[index,typeddict-item]
    assert [one.get("values", one.get("value")) for one in sent] == [["a", "c"], "b", ["a"], True, None]


async def test_a_channel_is_picked(room: Room) -> None:
    me, guild = room.fake.person(), room.fake.guild()
    channel, other, forum = guild.channel("general"), guild.channel("other"), guild.channel("posts", forum=True)
    guild.join(me)
    select = discord.ui.ChannelSelect[Any](custom_id="where", channel_types=[discord.ChannelType.text])
    await room.bot.get_partial_messageable(channel.id).send("where?", view=view(select))
    room.bot.answer = says
    (message,) = channel.messages
    with pytest.raises(AssertionError):
        await me.picks(forum, message=message)
    await me.picks("other", message=message)
    data: Any = room.bot.asked[-1].data
    assert data["values"] == [str(other.id)]
    assert data["resolved"]["channels"][str(other.id)]["name"] == "other"


async def test_a_message_command_and_commands_for_some_only(room: Room) -> None:
    me, admin, guild = room.fake.person(), room.fake.person(), room.fake.guild(locale="de")
    channel = guild.channel()
    guild.join(me)
    guild.join(admin, guild.role("admins", "manage_guild"))
    room.bot.answer = says
    with pytest.raises(AssertionError):
        await me.slash("rules", where=channel)
    assert (await admin.slash("rules", where=channel)).words == "done"
    await room.bot.get_partial_messageable(channel.id).send("a report")
    (message,) = channel.messages
    assert (await me.message_command("Take down", message)).words == "done"
    assert room.bot.asked[-1].data["target_id"] == str(message.id)  # type: ignore[index,typeddict-item]


async def test_a_button_that_is_gone_fails_unless_the_click_was_faster(room: Room) -> None:
    me = room.fake.person()
    user = await room.bot.fetch_user(me.id)
    sent = await user.send("old", view=view(button("yes")))
    room.bot.answer = says
    before = me.last
    await sent.edit(content="new", view=view(button("no")))
    await me.clicks("yes", before)
    assert me.failed == [FAILED]
    assert not room.bot.asked
    await me.clicks("yes", before, raced=True)
    assert len(room.bot.asked) == 1
    await sent.delete()
    await me.clicks("yes", before, raced=True)
    assert len(me.failed) == 2
    assert me.dm == []


async def test_thinking_is_seen_until_it_is_over(room: Room) -> None:
    me = room.fake.person()

    async def answer(interaction: discord.Interaction[Any]) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        assert me.ephemerals[-1].thinking
        await interaction.edit_original_response(content="found")
        await interaction.followup.send("and more", ephemeral=True)

    room.bot.answer = answer
    assert (await me.slash("teamcheck")).words == "found"
    await me.sees("and more")

    async def withdraw(interaction: discord.Interaction[Any]) -> None:
        await interaction.response.defer(ephemeral=True)
        await interaction.delete_original_response()

    room.bot.answer = withdraw
    assert (await me.slash("teamcheck")).words == ""


# -- interactions ------------------------------------------------------------------------------------------------------


async def test_where_somebody_is_and_who_installed_the_app_is_told(room: Room) -> None:
    fake, bot = room.fake, room.bot
    me, friend = fake.person(locale="de", user_install=True), fake.person(locale="ja")
    ours, theirs = fake.guild(locale="fr"), fake.guild(bot_in=False)
    places = (None, ours.channel(), theirs.channel(), fake.private(me, friend))
    for guild in (ours, theirs):
        guild.join(me)
        guild.join(friend)
    bot.answer = says
    told: list[tuple[Any, ...]] = []
    for where in places:
        assert (await me.slash("teamcheck", where=where)).words == "done"
        one = bot.asked[-1]
        context, owners = one.context, one._integration_owners
        where_it_is = (context.guild, context.dm_channel, context.private_channel).index(True)
        told.append((one.locale.value, one.guild_locale and one.guild_locale.value, where_it_is, owners))
        assert one.filesize_limit == 10 * 1024 * 1024
    assert told == [
        ("de", None, 1, {0: 0, 1: me.id}),
        ("de", "fr", 0, {0: ours.id, 1: me.id}),
        ("de", "en-US", 0, {1: me.id}),
        ("de", None, 2, {1: me.id}),
    ]
    with pytest.raises(AssertionError):
        await friend.slash("teamcheck", where=places[2])  # nobody installed it for them
    with pytest.raises(AssertionError):
        await me.slash("rules", where=places[2])  # it cannot be installed by a person
    assert {one.id for one in bot.guilds} == {ours.id}
    assert await room.refusal("POST", f"/channels/{places[2].id}/messages", {"content": "x"}) == (403, 50001)
    assert await room.refusal("POST", f"/channels/{places[3].id}/messages", {"content": "x"}) == (403, 50001)


async def test_an_answer_comes_within_its_time(room: Room) -> None:
    me = room.fake.person()
    room.fake.ack_seconds = 0.1

    async def late(interaction: discord.Interaction[Any]) -> None:
        await asyncio.sleep(0.15)
        await says(interaction)

    room.bot.answer = late
    await me.slash("teamcheck")
    assert me.failed == [FAILED]
    assert await room.fake.until(lambda: room.bot.errors)
    assert [one.code for one in room.bot.errors if isinstance(one, discord.HTTPException)] == [10062]


async def test_a_second_answer_and_one_to_nothing_are_refused(room: Room) -> None:
    me = room.fake.person()
    asked = await room.asks(me, says)
    await room.task
    path = f"/interactions/{asked.id}/{asked.token}/callback"
    assert await room.refusal("POST", path, {"type": 6}) == (400, 40060)
    assert await room.refusal("POST", f"/interactions/{asked.id}/other/callback", {"type": 6}) == (404, 10062)


async def test_the_token_of_an_interaction_ends(room: Room) -> None:
    me = room.fake.person()
    asked = await room.asks(me)
    app = room.fake.world.application
    path = f"/webhooks/{app}/{asked.token}"
    assert await room.refusal("POST", path, {"content": "early"}) == (404, 10015)
    await says(asked)
    await room.task
    await asked.edit_original_response(content="changed")
    assert me.ephemerals[0].words == "changed"
    assert await room.refusal("POST", f"/webhooks/{app}/other", {"content": "x"}) == (404, 10015)
    room.fake.token_seconds = 0.0
    for method, tail in (("PATCH", "/messages/@original"), ("DELETE", "/messages/@original"), ("POST", "")):
        body = None if method == "DELETE" else {"content": "late"}
        assert await room.refusal(method, path + tail, body) == (401, 50027)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (6, None),  # there is no message
        (7, {"content": "x"}),
        (8, {"choices": []}),  # nothing was to be completed
        (5, {"flags": V2}),  # while thinking
        (4, {}),
        (4, {"content": "x" * 2001}),
        (9, {"title": "x" * 46, "custom_id": "f", "components": []}),
        (99, None),
    ],
)
async def test_an_answer_must_fit(room: Room, kind: int, data: Json | None) -> None:
    asked = await room.asks(room.fake.person())
    with pytest.raises(discord.HTTPException) as caught:
        await _answer(room, asked, kind, data)
    assert (caught.value.status, caught.value.code) == (400, 50035)
    assert room.fake.problems
    await says(asked)  # a refused answer was none
    await room.task


@pytest.mark.parametrize("name", ["", "x" * 101])
async def test_choices_must_fit(room: Room, name: str) -> None:
    answers: list[tuple[int, int]] = []

    async def answer(interaction: discord.Interaction[Any]) -> None:
        for choices in ([{"name": name, "value": "x"}], [{"name": "x", "value": "x"}] * 26):
            with pytest.raises(discord.HTTPException) as caught:
                await _answer(room, interaction, 8, {"choices": choices})
            answers.append((caught.value.status, caught.value.code))
        await _answer(room, interaction, 8, {"choices": []})

    room.bot.answer = answer
    assert await room.fake.person().autocomplete("teamcheck", what="x") == {}
    assert answers == [(400, 50035)] * 2


async def test_a_form_does_not_answer_a_form(room: Room) -> None:
    me = room.fake.person()
    form = {"title": "t", "custom_id": "f", "components": [_label({"type": 4, "custom_id": "why", "style": 1})]}

    async def answer(interaction: discord.Interaction[Any]) -> None:
        await _answer(room, interaction, 9, form)

    room.bot.answer = answer
    await me.slash("teamcheck")
    room.fake.ack_seconds = 0.2
    await me.submits({"why": "so"})
    assert [one.code for one in room.bot.errors if isinstance(one, discord.HTTPException)] == [50035]


async def test_where_only_a_person_installed_it_five_messages_follow(room: Room) -> None:
    fake = room.fake
    me, friend = fake.person(user_install=True), fake.person()

    async def answer(interaction: discord.Interaction[Any]) -> None:
        await says(interaction)
        for number in range(6):
            await interaction.followup.send(str(number), ephemeral=True)

    room.bot.answer = answer
    await me.slash("teamcheck", where=fake.private(me, friend))
    assert await fake.until(lambda: room.bot.errors)
    assert [one.code for one in room.bot.errors if isinstance(one, discord.HTTPException)] == [40094]
    assert len(me.ephemerals) == 6


# -- messages ----------------------------------------------------------------------------------------------------------


async def test_files_are_of_a_size_and_a_number(room: Room) -> None:
    me = room.fake.person()
    user = await room.bot.fetch_user(me.id)
    sent = await user.send(file=discord.File(io.BytesIO(b"{}"), "a.json"))
    assert [(one.name, one.content) for one in me.files] == [("a.json", b"{}")]
    async with aiohttp.ClientSession() as session, session.get(sent.attachments[0].url) as answer:
        assert await answer.read() == b"{}"
    room.fake.file_bytes = 10
    for files, code in (([b"x" * 11], (413, 40005)), ([b"x"] * 11, (400, 50035))):
        form: list[Json] = [{"name": "payload_json", "value": "{}"}]
        for number, data in enumerate(files):
            form.append({"name": f"files[{number}]", "value": data, "filename": "a", "content_type": "text/plain"})
        assert await room.refusal("POST", f"/channels/{me.chat.id}/messages", form=form) == code
    for number, attachments in ((1, []), (0, [{"id": 3, "filename": "b"}])):
        form = [
            {"name": "payload_json", "value": discord.utils._to_json({"attachments": attachments})},
            {"name": f"files[{number}]", "value": b"x", "filename": "a", "content_type": "text/plain"},
        ]
        assert await room.refusal("POST", f"/channels/{me.chat.id}/messages", form=form) == (400, 50035)
    room.fake.request_bytes = 10
    assert await room.refusal("POST", f"/channels/{me.chat.id}/messages", {"content": "x" * 20}) == (413, 40005)


async def test_closed_direct_messages_are_closed(room: Room) -> None:
    me = room.fake.person(dms_closed=True)
    user = await room.bot.fetch_user(me.id)
    with pytest.raises(discord.Forbidden) as caught:
        await user.send("hello")
    assert caught.value.code == 50007
    me.is_apart()
    assert await room.refusal("POST", f"/channels/{me.chat.id}/messages", {"content": "x"}) == (403, 50278)
    me.opens_dms()
    await user.send("hello")
    assert me.last.words == "hello"
    assert room.fake.invalid_requests == 2


async def test_a_nonce_makes_one_message_of_two(room: Room) -> None:
    me, fake = room.fake.person(), room.fake
    path = f"/channels/{me.chat.id}/messages"
    once = {"content": "x", "nonce": "n1", "enforce_nonce": True}
    first, second = await room.bot.call("POST", path, once), await room.bot.call("POST", path, once)
    assert first["id"] == second["id"]
    assert first["nonce"] == "n1"
    assert len(me.dm) == 1
    await room.bot.call("POST", path, {"content": "x", "nonce": "n1"})  # not enforced
    assert len(me.dm) == 2
    fake.nonce_seconds = 0.0
    await room.bot.call("POST", path, once)
    assert len(me.dm) == 3
    assert await room.refusal("POST", path, {"content": "x", "nonce": "n" * 26}) == (400, 50035)
    assert await room.refusal("POST", path, {"content": "x", "enforce_nonce": True}) == (400, 50035)


async def test_an_answer_that_is_lost_is_asked_for_again_with_the_nonce(room: Room) -> None:
    me = room.fake.person()
    room.fake.losing = {MESSAGES: 1}
    path = f"/channels/{me.chat.id}/messages"
    once = {"content": "x", "nonce": "n1", "enforce_nonce": True}
    with suppress(aiohttp.ClientError, OSError):  # discord.py itself tries again after some of them
        await room.bot.call("POST", path, once)
    await room.bot.call("POST", path, once)
    assert len(room.fake.called(MESSAGES)) >= 2
    assert len(me.dm) == 1


async def test_messages_are_changed_deleted_and_read_after_one(room: Room) -> None:
    me = room.fake.person()
    mine = await me.types("a line")
    path = f"/channels/{me.chat.id}/messages"
    sent = [(await room.bot.call("POST", path, {"content": str(number)}))["id"] for number in range(5)]
    assert await room.refusal("PATCH", f"{path}/{mine.id}", {"content": "x"}) == (403, 50005)
    assert await room.refusal("PATCH", f"{path}/1", {"content": "x"}) == (404, 10008)
    await room.bot.call("DELETE", f"{path}/{sent[4]}")
    assert await room.refusal("DELETE", f"{path}/{sent[4]}") == (404, 10008)
    found = await room.bot.call("GET", path, params={"after": mine.id, "limit": 2})
    assert [one["id"] for one in found] == [sent[1], sent[0]]
    channel = room.bot.get_partial_messageable(me.chat.id)
    read = [one.content async for one in channel.history(after=discord.Object(mine.id), oldest_first=True)]
    assert read == ["0", "1", "2", "3"]
    assert await room.refusal("GET", path, params={"limit": 101}) == (400, 50035)
    assert await room.refusal("GET", path, params={"after": 1, "before": 2}) == (400, 50035)


async def test_an_ephemeral_message_is_no_message_of_the_channel(room: Room) -> None:
    me = room.fake.person()
    await room.asks(me, says)
    shown = await room.task
    path = f"/channels/{me.chat.id}/messages"
    assert await room.refusal("PATCH", f"{path}/{shown.id}", {"content": "x"}) == (404, 10008)
    assert await room.refusal("POST", path, {"content": "x", "flags": 64}) == (400, 50035)
    assert await room.bot.call("GET", path) == []


async def test_layouts_are_checked(room: Room) -> None:
    me = room.fake.person()
    path = f"/channels/{me.chat.id}/messages"
    text = {"type": 10, "content": "words"}
    press = {"type": 2, "style": 1, "label": "yes", "custom_id": "y"}
    menu = {"type": 3, "custom_id": "m", "options": [{"label": "a", "value": "a"}, {"label": "b", "value": "b"}]}
    where = {"type": 8, "custom_id": "c", "placeholder": "where"}
    inner = [{"type": 9, "components": [text], "accessory": press}, {"type": 1, "components": [menu]}]
    rows = [{"type": 17, "components": inner}, {"type": 1, "components": [where]}]
    await room.bot.call("POST", path, {"flags": V2, "components": rows})
    assert me.last.words == "words\n[yes]\n(a) | (b)\n(where)"
    for wrong in (
        {"flags": V2, "components": rows, "content": "x"},
        {"flags": V2, "components": []},
        {"flags": 0, "components": rows},
        {"flags": V2, "components": [text] * 41},
        {"flags": V2, "components": [text | {"content": "x" * 4001}]},
        {"flags": V2, "components": [{"type": 1, "components": [press, press]}]},
        {"flags": V2, "components": [{"type": 13, "file": {"url": "attachment://none"}}]},
        {"embeds": [{"description": "x" * 4097}]},
    ):
        assert await room.refusal("POST", path, wrong) == (400, 50035)
    assert await room.refusal("PATCH", f"{path}/{me.last.id}", {"flags": 0, "components": []}) == (400, 50035)
    long = [text | {"content": "很" * 3900}]
    assert await at_once(room, path, {"flags": V2, "components": long}) == 500


async def at_once(room: Room, path: str, body: Json) -> int:
    """Send something with none of discord.py's patience; return the status."""
    headers = {"Authorization": f"Bot {room.fake.token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(room.fake.api_url + path, json=body) as answer,
    ):
        return answer.status


async def test_channels_have_permissions_threads_and_posts(room: Room) -> None:
    guild = room.fake.guild()
    channel, forum = guild.channel(), guild.channel("posts", forum=True)
    path = f"/channels/{channel.id}/messages"
    sent = await room.bot.call("POST", path, {"content": "a card"})
    thread = await room.bot.call(
        "POST", f"{path}/{sent['id']}/threads", {"name": "more", "auto_archive_duration": 1440}
    )
    assert thread["id"] == sent["id"]
    await room.bot.call("POST", f"/channels/{thread['id']}/messages", {"content": "below"})
    assert [one.words for one in channel.threads[0].messages] == ["below"]
    assert [one.words for one in channel.messages] == ["a card"]
    assert await room.refusal("POST", f"{path}/{sent['id']}/threads", {"name": "more"}) == (400, 160004)
    assert await room.refusal("POST", f"{path}/1/threads", {"name": "more"}) == (404, 10008)
    other = await room.bot.call("POST", path, {"content": "another"})
    assert await room.refusal("POST", f"{path}/{other['id']}/threads", {"name": "x" * 101}) == (400, 50035)
    post = await room.bot.call(
        "POST", f"/channels/{forum.id}/threads", {"name": "post", "message": {"content": "card"}}
    )
    (made,) = forum.threads
    assert (str(made.id), made.name, made.messages[0].words) == (post["id"], "post", "card")
    await room.bot.call("DELETE", f"/channels/{post['id']}")
    assert not made.there
    channel.deny(None, "create_public_threads", "attach_files", "embed_links")
    assert await room.refusal("POST", f"{path}/{other['id']}/threads", {"name": "x"}) == (403, 50013)
    assert await room.refusal("POST", path, {"embeds": [{"title": "x"}]}) == (403, 50013)
    form: list[Json] = [
        {"name": "payload_json", "value": "{}"},
        {"name": "files[0]", "value": b"x", "filename": "a", "content_type": "text/plain"},
    ]
    assert await room.refusal("POST", path, form=form) == (403, 50013)
    channel.deny(None, "send_messages")
    assert await room.refusal("POST", path, {"content": "x"}) == (403, 50013)
    channel.deny(None, "view_channel")
    assert await room.refusal("POST", path, {"content": "x"}) == (403, 50001)
    channel.delete()
    assert await room.refusal("POST", path, {"content": "x"}) == (404, 10003)
    guild.remove_bot()
    assert await room.fake.until(lambda: not room.bot.guilds)


# -- commands ----------------------------------------------------------------------------------------------------------


async def test_commands_are_recorded_and_told_without_their_translations(room: Room) -> None:
    path = f"/applications/{room.fake.world.application}/commands"
    localized = COMMAND | {"description_localizations": {"zh-CN": "三个问题"}}
    await room.bot.call("PUT", path, [localized])
    assert [one["name"] for one in room.fake.commands] == ["teamcheck"]
    assert room.fake.commands[0]["description_localizations"] == {"zh-CN": "三个问题"}
    (found,) = await room.bot.call("GET", path)
    assert "description_localizations" not in found
    (found,) = await room.bot.call("GET", path, params={"with_localizations": "true"})
    assert found["description_localizations"] == {"zh-CN": "三个问题"}
    room.fake.creates_a_day = 4
    await room.bot.call("PUT", path, [localized, ADMINS])
    assert await room.refusal("PUT", path, [localized, ADMINS | {"name": "more"}]) == (400, 30034)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "Upper"},
        {"name": "two words"},
        {"name": "x" * 33},
        {"description": ""},
        {"description": "x" * 101},
        {"description_localizations": {"xx": "x"}},
        {"name_localizations": {"zh-CN": "两 个"}},
        {"contexts": [3]},
        {"contexts": []},
        {"integration_types": [0, 0]},
        {"default_member_permissions": 32},
        {"type": 3},  # with a description
        {"type": 7},
        {"choice": 1},
        {"options": [{"type": 3, "name": "a", "description": "a"}] * 2},
        {"options": [{"type": 3, "name": f"a{one}", "description": "a"} for one in range(26)]},
        {"options": [{"type": 3, "name": "a", "description": "a", "autocomplete": True, "choices": [{"name": "a"}]}]},
        {"options": [{"type": 3, "name": "a", "description": "a", "choices": [{"name": "", "value": "a"}]}]},
        {
            "options": [
                _option := {"type": 3, "name": "a", "description": "a"},
                _option | {"name": "b", "required": True},
            ]
        },
        {"options": [_option | {"choices": [{"name": "n" * 100, "value": f"{one}" + "v" * 299} for one in range(25)]}]},
    ],
)
async def test_a_command_must_fit(room: Room, wrong: Json) -> None:
    path = f"/applications/{room.fake.world.application}/commands"
    assert await room.refusal("PUT", path, [COMMAND | wrong]) == (400, 50035)
    assert await room.refusal("PUT", path, [COMMAND, COMMAND]) == (400, 50035)


async def test_what_it_does_not_know_is_a_problem(room: Room) -> None:
    assert await room.refusal("GET", "/nothing/at/all") == (404, 0)
    assert "GET /nothing/at/all" in room.fake.problems[-1]
    assert await room.refusal("GET", "/channels/words/messages") == (400, 50035)


# -- troubles of requests ----------------------------------------------------------------------------------------------


async def test_a_wrong_token_is_refused(fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Route, "BASE", fake.api_url)
    async with Bot() as bot:
        with pytest.raises(discord.LoginFailure):
            await bot.login("another")
    assert fake.calls[0].status == 401


async def test_json_is_told_without_a_charset_and_any_other_is_not_read(room: Room) -> None:
    headers = {"Authorization": f"Bot {room.fake.token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        async with session.get(f"{room.fake.api_url}/users/@me") as answer:
            assert answer.headers["Content-Type"] == "application/json"
        url = f"{room.fake.api_url}/channels/{room.fake.person().chat.id}/messages"
        for sent in ({"data": b"content=x"}, {"data": b"{", "headers": {"Content-Type": "application/json"}}):
            async with session.post(url, **sent) as answer:
                assert (answer.status, (await answer.json())["code"]) == (400, 50109)


async def test_limits_are_told_kept_and_enforced(room: Room) -> None:
    me, you = room.fake.person(), room.fake.person()
    room.fake.buckets[MESSAGES] = Bucket(2, 0.3)
    path = f"/channels/{me.chat.id}/messages"
    begun = time.monotonic()
    for number in range(3):
        await room.bot.call("POST", path, {"content": str(number)})
    assert time.monotonic() - begun >= 0.25
    assert all(one.status == 200 for one in room.fake.called(MESSAGES))  # discord.py reads the headers
    headers = {"Authorization": f"Bot {room.fake.token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        statuses = []
        for chat in (you.chat, you.chat, you.chat, me.chat):
            url = f"{room.fake.api_url}/channels/{chat.id}/messages"
            async with session.post(url, json={"content": "x"}) as answer:
                statuses.append(answer.status)
                if answer.status == 429:
                    told = await answer.json()
                    assert 0 < told["retry_after"] <= 0.3
                    assert answer.headers["Via"]
                    assert answer.headers["X-RateLimit-Remaining"] == "0"
                    assert answer.headers["X-RateLimit-Scope"] == "user"
    assert statuses == [200, 200, 429, 200]


async def test_a_429_is_waited_for_and_counted(room: Room) -> None:
    me = room.fake.person()
    user = await room.bot.fetch_user(me.id)
    room.fake.limited = {MESSAGES: [0.1]}
    await user.send("hello")
    assert [one.status for one in room.fake.called(MESSAGES)] == [429, 200]
    assert room.fake.invalid_requests == 1
    room.fake.global_a_second = 0
    path = f"/channels/{me.chat.id}/messages"
    assert await at_once(room, path, {"content": "x"}) == 429
    room.fake.global_a_second = None
    room.fake.invalid_requests_at_most = room.fake.invalid_requests
    with pytest.raises(discord.HTTPException):  # banned: discord.py does not wait for Cloudflare
        await user.send("hello")


async def test_a_route_fails_as_it_is_told_to(room: Room) -> None:
    me = room.fake.person()
    user = await room.bot.fetch_user(me.id)
    path = f"/channels/{me.chat.id}/messages"
    room.fake.failing = {MESSAGES: [500, 503, RefusedError(403, 50013, "Missing Permissions")]}
    assert await at_once(room, path, {"content": "x"}) == 500
    assert await at_once(room, path, {"content": "x"}) == 503
    with pytest.raises(discord.Forbidden):
        await user.send("hello")
    await user.send("hello")
    assert len(me.dm) == 1


async def test_a_route_is_slow(room: Room) -> None:
    user = await room.bot.fetch_user(room.fake.person().id)
    room.fake.slow = {MESSAGES: 0.2}
    begun = time.monotonic()
    await user.send("hello")
    assert time.monotonic() - begun >= 0.2


# -- the gateway -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"op": 2, "d": {"token": "another", "intents": 1, "properties": {}}}, 4004),
        ({"op": 2, "d": {"token": "bot-token", "intents": 1 << 40, "properties": {}}}, 4013),
        ({"op": 2, "d": {"token": "bot-token", "intents": 1 << 1, "properties": {}}}, 4014),
        ({"op": 2, "d": {"token": "bot-token", "intents": 1, "properties": {}, "shard": [3, 2]}}, 4010),
        ({"op": 2, "d": {"token": "bot-token", "intents": 1}}, 4002),
        ({"op": 3, "d": {}}, 4003),
        ({"op": 6, "d": {"token": "another", "session_id": "s", "seq": 1}}, 4004),
        ({"d": {}}, 4002),
    ],
)
async def test_the_gateway_closes_on_what_is_wrong(fake: FakeDiscord, said: Json, code: int) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{fake.gateway.entrance}?v=10&encoding=json") as ws,
    ):
        assert (await ws.receive_json())["op"] == 10
        await ws.send_json(said)
        await ws.receive()
        assert ws.close_code == code


async def test_the_gateway_speaks_version_ten_and_counts_what_it_hears(fake: FakeDiscord) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(f"{fake.gateway.entrance}?v=6&encoding=json") as ws:
            await ws.receive()
            assert ws.close_code == 4012
        fake.gateway_events_a_minute = 2
        async with session.ws_connect(f"{fake.gateway.entrance}?v=10&encoding=json") as ws:
            await ws.receive_json()
            for _ in range(3):
                await ws.send_json({"op": 1, "d": None})
            assert [(await ws.receive_json())["op"] for _ in range(2)] == [11, 11]
            await ws.receive()
            assert ws.close_code == 4008


async def test_intents_that_were_not_granted_end_the_bot(fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Route, "BASE", fake.api_url)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", URL(fake.gateway.entrance))
    async with Bot(discord.Intents(guilds=True, members=True)) as bot:
        with pytest.raises(discord.PrivilegedIntentsRequired):
            await bot.start(fake.token)
    fake.granted.add("members")
    async with logged_in(fake, monkeypatch, Bot(discord.Intents(guilds=True, members=True))) as bot:
        assert bot.is_ready()


async def test_too_many_identifies_cost_the_token(fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.identifies_a_day = 0
    monkeypatch.setattr(Route, "BASE", fake.api_url)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", URL(fake.gateway.entrance))
    async with Bot() as bot:
        with pytest.raises(discord.ConnectionClosed) as caught:
            await bot.start(fake.token)
    assert caught.value.code == 4004
    assert len(fake.identifies) == 1


async def test_only_what_the_intents_ask_for_is_told(fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch) -> None:
    me, guild = fake.person(), fake.guild()
    channel = guild.channel()
    async with logged_in(fake, monkeypatch, Bot(discord.Intents(guilds=True, guild_messages=True))) as bot:
        guild.join(me)
        await me.types("a line")
        fake.world.says(me.id, channel.id, "in the channel")
        assert await fake.until(lambda: bot.heard)
        assert [one.content for one in bot.heard] == [""]  # message content is another intent
        assert len(bot.guilds[0].members) == 1  # so are members


async def test_a_closed_session_is_resumed_and_nothing_is_missed(room: Room) -> None:
    me = room.fake.person()
    room.bot.answer = says
    room.fake.close_sockets(4000)
    assert await room.fake.until(lambda: not room.fake.connected)
    assert (await me.slash("teamcheck")).words == "done"
    assert (len(room.fake.identifies), len(room.fake.resumes)) == (1, 1)
    room.fake.ask_to_reconnect()
    assert await room.fake.until(lambda: len(room.fake.resumes) == 2 and room.fake.connected)
    room.fake.kill_sockets()
    assert await room.fake.until(lambda: len(room.fake.resumes) == 3 and room.fake.connected)
    assert (await me.slash("teamcheck")).words == "done"


async def test_an_invalid_session_is_begun_anew(room: Room) -> None:
    me = room.fake.person()
    room.bot.answer = says
    room.fake.invalidate()
    assert await room.fake.until(lambda: len(room.fake.identifies) == 2 and room.fake.connected)
    assert (await me.slash("teamcheck")).words == "done"
    room.fake.refuse_resumes = True
    room.fake.close_sockets(4000)
    assert await room.fake.until(lambda: len(room.fake.identifies) == 3 and room.fake.connected)
    assert (await me.slash("teamcheck")).words == "done"


@pytest.mark.parametrize(("code", "op"), [(1000, 9), (1001, 9), (4000, 0)])
async def test_a_bot_that_says_goodbye_cannot_resume(fake: FakeDiscord, code: int, op: int) -> None:
    async with aiohttp.ClientSession() as session:
        ready = await _left(session, fake, code)
        async with session.ws_connect(f"{ready['resume_gateway_url']}?v=10&encoding=json") as ws:
            await ws.receive_json()
            await ws.send_json({"op": 6, "d": {"token": fake.token, "session_id": ready["session_id"], "seq": 1}})
            assert (await ws.receive_json())["op"] == op


async def test_a_number_that_was_never_told_cannot_be_resumed_from(fake: FakeDiscord) -> None:
    async with aiohttp.ClientSession() as session:
        ready = await _left(session, fake, 4000)
        async with session.ws_connect(f"{fake.gateway.entrance}?v=10&encoding=json") as ws:
            await ws.receive_json()
            await ws.send_json({"op": 6, "d": {"token": fake.token, "session_id": ready["session_id"], "seq": 99}})
            await ws.receive()
            assert ws.close_code == 4007


async def _left(session: aiohttp.ClientSession, fake: FakeDiscord, code: int) -> Json:
    """Begin a session and leave it with a code; return what was said at its beginning."""
    async with session.ws_connect(f"{fake.gateway.entrance}?v=10&encoding=json") as ws:
        await ws.receive_json()
        await ws.send_json({"op": 2, "d": {"token": fake.token, "intents": 1, "properties": {}}})
        ready: Json = (await ws.receive_json())["d"]
        await ws.close(code=code)
    assert await fake.until(lambda: not fake.connected)
    return ready


async def test_a_silent_gateway_is_left(fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.heartbeat_seconds = 0.1
    async with logged_in(fake, monkeypatch, Bot(heartbeat_timeout=0.4)) as bot:
        fake.deaf = True
        first = fake.gateway.live[0]
        assert await fake.until(lambda: first.raw.closed)
        fake.deaf = False
        assert await fake.until(lambda: fake.resumes and fake.connected)
        await fake.person().types("still there?")
        assert await fake.until(lambda: bot.heard)


async def test_a_gateway_that_refuses_is_tried_again(room: Room) -> None:
    room.fake.refuse_sockets = True
    room.fake.close_sockets(4000)
    assert await room.fake.until(lambda: not room.fake.connected)
    await asyncio.sleep(0.1)
    room.fake.refuse_sockets = False
    assert await room.fake.until(lambda: room.fake.connected)
    assert len(room.fake.resumes) == 1


async def test_what_people_do_is_told_twice_not_at_all_or_out_of_order(room: Room) -> None:
    fake, me = room.fake, room.fake.person()
    fake.duplicate_next = 1
    await me.types("twice")
    assert await fake.until(lambda: len(room.bot.heard) == 2)
    assert len({one.id for one in room.bot.heard}) == 1
    fake.drop_next = 1
    await me.types("never")
    fake.hold()
    await me.types("first")
    await me.types("second")
    assert fake.held == 2
    fake.release()
    assert await fake.until(lambda: len(room.bot.heard) == 4)
    assert [one.content for one in room.bot.heard] == ["twice", "twice", "second", "first"]
    fake.hold()
    await me.types("third")
    await me.types("fourth")
    fake.release(turned=False)
    assert await fake.until(lambda: len(room.bot.heard) == 6)
    assert [one.content for one in room.bot.heard[-2:]] == ["third", "fourth"]


# -- itself ------------------------------------------------------------------------------------------------------------


def test_routes_are_matched() -> None:
    assert matches("GET /channels/*", "GET /channels/1")
    assert not matches("GET /channels/*", "GET /channels/1/messages")
    assert matches("GET /channels/**", "GET /channels/1/messages")
    assert not matches("POST /channels/*", "GET /channels/1")


def test_simcord_is_still_the_one_this_stands_on() -> None:
    """The private parts that `world.py` touches. Where this fails, read that file anew."""
    assert simcord.__version__.startswith("3.2.")
    assert {"json", "params", "files", "message_content_access"} <= inspect.signature(dispatch).parameters.keys()
    backend = Backend()
    for name in ("subscribers", "dm_channels", "messages", "channels", "guilds", "users", "cdn", "clock"):
        assert hasattr(backend, name), name
    for name in ("expires_at", "initial_response_deadline", "responded", "response_kind", "source_message_id", "modal"):
        assert name in Interaction.__dataclass_fields__, name
    told: list[str] = []
    backend.subscribers.append(lambda event, _: told.append(event))
    user = backend.make_user("somebody")
    channel = backend.get_dm_channel(user.id)
    message = backend.create_message(channel.id, user.id, "x")
    assert told == ["MESSAGE_CREATE"]
    assert serializers.message_payload(backend, message)["content"] == "x"
