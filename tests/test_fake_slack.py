"""The fake Slack refuses what Slack refuses: each rule is broken here once."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

import pytest
import slackblocks._limits as slackblocks
from aiohttp import ClientSession
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack.block_check import check_blocks, check_message, check_view
from tests.fakes.slack.consent import BOT
from tests.fakes.slack.person import NOT_THERE, TIMED_OUT, TROUBLE, Person, Shown, person
from tests.fakes.slack.server import APP, FakeSlack, Json

pytestmark = pytest.mark.filterwarnings("default")  # Bolt's own, of listeners that do not acknowledge


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def button(label: str = "Go", action: str = "go", **more: object) -> Json:
    return {"type": "button", "text": plain(label), "action_id": action, **more}


def actions(*elements: Json, **more: object) -> Json:
    return {"type": "actions", "elements": list(elements), **more}


def section(text: str = "a", **more: object) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def option(value: str = "v", label: str = "l", **more: object) -> Json:
    return {"text": plain(label), "value": value, **more}


def options(number: int) -> list[Json]:
    return [option(str(one), f"label {one}") for one in range(number)]


def choice(kind: str, number: int, **more: object) -> Json:
    return {"type": kind, "action_id": "c", "options": options(number), **more}


def asked(element: Json | None = None, block_id: str = "b", label: str = "Why?", **more: object) -> Json:
    element = element or {"type": "plain_text_input", "action_id": "a"}
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": element, **more}


def modal(*blocks: Json, **more: object) -> Json:
    given = {"type": "modal", "callback_id": "form", "title": plain("Form"), "submit": plain("Send")}
    return given | {"blocks": list(blocks) or [asked()]} | more


def rich(*runs: Json, kind: str = "rich_text_section", **more: object) -> Json:
    return {"type": "rich_text", "elements": [{"type": kind, "elements": list(runs), **more}]}


def run(text: str, **more: object) -> Json:
    return {"type": "text", "text": text, **more}


def confirm(title: int = 1, text: int = 1, yes: int = 1) -> Json:
    words = {"title": "t" * title, "text": "t" * text, "confirm": "t" * yes, "deny": "t"}
    return {name: plain(said) for name, said in words.items()}


def accessory(element: Json) -> Json:
    return section(accessory=element)


# What blocks may be

Sized = Callable[[int], Json]
LIMITS: dict[str, tuple[int, Sized]] = {
    "SECTION_TEXT_MAX_LENGTH": (3000, lambda size: section("x" * size)),
    "SECTION_FIELDS_MAX_ITEMS": (10, lambda size: {"type": "section", "fields": [plain("f")] * size}),
    "SECTION_FIELDS_ITEM_MAX_LENGTH": (2000, lambda size: {"type": "section", "fields": [plain("f" * size)]}),
    "HEADER_TEXT_MAX_LENGTH": (150, lambda size: {"type": "header", "text": plain("h" * size)}),
    "CONTEXT_ELEMENTS_MAX_ITEMS": (10, lambda size: {"type": "context", "elements": [plain("c")] * size}),
    "ACTIONS_ELEMENTS_MAX_ITEMS": (25, lambda size: actions(*(button(action=str(one)) for one in range(size)))),
    "BLOCK_ID_MAX_LENGTH": (255, lambda size: section(block_id="b" * size)),
    "ACTION_ID_MAX_LENGTH": (255, lambda size: actions(button(action="a" * size))),
    "BUTTON_TEXT_MAX_LENGTH": (75, lambda size: actions(button("b" * size))),
    "BUTTON_VALUE_MAX_LENGTH": (2000, lambda size: actions(button(value="v" * size))),
    "BUTTON_URL_MAX_LENGTH": (3000, lambda size: actions(button(url="u" * size))),
    "BUTTON_ACCESSIBILITY_LABEL_MAX_LENGTH": (75, lambda size: actions(button(accessibility_label="a" * size))),
    "CONFIRMATION_TITLE_MAX_LENGTH": (100, lambda size: actions(button(confirm=confirm(title=size)))),
    "CONFIRMATION_TEXT_MAX_LENGTH": (300, lambda size: actions(button(confirm=confirm(text=size)))),
    "CONFIRMATION_CONFIRM_MAX_LENGTH": (30, lambda size: actions(button(confirm=confirm(yes=size)))),
    "SELECT_OPTIONS_MAX_ITEMS": (100, lambda size: actions(choice("static_select", size))),
    "SELECT_PLACEHOLDER_MAX_LENGTH": (
        150,
        lambda size: actions(choice("static_select", 1, placeholder=plain("p" * size))),
    ),
    "SELECT_OPTION_GROUPS_MAX_ITEMS": (
        100,
        lambda size: actions(
            {
                "type": "static_select",
                "action_id": "c",
                "option_groups": [{"label": plain("g"), "options": [option(str(one))]} for one in range(size)],
            }
        ),
    ),
    "OPTION_TEXT_MAX_LENGTH": (75, lambda size: accessory(choice("overflow", 0, options=[option(label="l" * size)]))),
    "OPTION_VALUE_MAX_LENGTH": (150, lambda size: accessory(choice("checkboxes", 0, options=[option("v" * size)]))),
    "OPTION_DESCRIPTION_MAX_LENGTH": (
        75,
        lambda size: accessory(choice("radio_buttons", 0, options=[option(description=plain("d" * size))])),
    ),
    "OVERFLOW_OPTIONS_MAX_ITEMS": (5, lambda size: accessory(choice("overflow", size))),
    "CHECKBOXES_OPTIONS_MAX_ITEMS": (10, lambda size: accessory(choice("checkboxes", size))),
    "RADIO_BUTTONS_OPTIONS_MAX_ITEMS": (10, lambda size: accessory(choice("radio_buttons", size))),
    "INPUT_LABEL_MAX_LENGTH": (2000, lambda size: asked(label="l" * size)),
    "INPUT_HINT_MAX_LENGTH": (2000, lambda size: asked(hint=plain("h" * size))),
    "PLAIN_TEXT_INPUT_MAX_LENGTH_MAX": (
        3000,
        lambda size: asked({"type": "plain_text_input", "action_id": "a", "max_length": size}),
    ),
    "PLAIN_TEXT_INPUT_PLACEHOLDER_MAX_LENGTH": (
        150,
        lambda size: asked({"type": "plain_text_input", "action_id": "a", "placeholder": plain("p" * size)}),
    ),
    "IMAGE_ALT_TEXT_MAX_LENGTH": (2000, lambda size: {"type": "image", "image_url": "u", "alt_text": "a" * size}),
    "IMAGE_IMAGE_URL_MAX_LENGTH": (3000, lambda size: {"type": "image", "image_url": "u" * size, "alt_text": "a"}),
    "RICH_TEXT_LIST_INDENT_MAX": (
        8,
        lambda size: {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_list",
                    "style": "bullet",
                    "indent": size,
                    "elements": [{"type": "rich_text_section", "elements": [run("a")]}],
                }
            ],
        },
    ),
}
VIEW_LIMITS: dict[str, tuple[int, Sized]] = {
    "VIEW_TITLE_MAX_LENGTH": (24, lambda size: modal(title=plain("t" * size))),
    "VIEW_SUBMIT_MAX_LENGTH": (24, lambda size: modal(submit=plain("t" * size))),
    "VIEW_CLOSE_MAX_LENGTH": (24, lambda size: modal(close=plain("t" * size))),
    "VIEW_PRIVATE_METADATA_MAX_LENGTH": (3000, lambda size: modal(private_metadata="m" * size)),
    "VIEW_CALLBACK_ID_MAX_LENGTH": (255, lambda size: modal(callback_id="c" * size)),
    "VIEW_EXTERNAL_ID_MAX_LENGTH": (255, lambda size: modal(external_id="e" * size)),
    "VIEW_BLOCKS_MAX_ITEMS": (100, lambda size: modal(*[section()] * size)),
}


@pytest.mark.parametrize("name", LIMITS)
def test_a_block_is_taken_up_to_the_limit_and_no_further(name: str) -> None:
    limit, block = LIMITS[name]
    assert limit == getattr(slackblocks, name)
    assert check_blocks([block(limit)], "modal") == []
    assert check_blocks([block(limit + 1)], "modal") != []


@pytest.mark.parametrize("name", VIEW_LIMITS)
def test_a_view_is_taken_up_to_the_limit_and_no_further(name: str) -> None:
    limit, view = VIEW_LIMITS[name]
    assert limit == getattr(slackblocks, name)
    assert check_view(view(limit)) == []
    assert check_view(view(limit + 1)) != []


def test_a_message_is_taken_up_to_the_limit_and_no_further() -> None:
    assert slackblocks.MESSAGE_BLOCKS_MAX_ITEMS == 50
    assert check_message({"blocks": [section()] * 50}) == []
    assert check_message({"blocks": [section()] * 51}) == ["no more than 50 items allowed [json-pointer:/blocks]"]
    assert check_message({"blocks": [section("x" * 3000)] * 4}) == []
    assert check_message({"blocks": [section("x" * 3000)] * 4 + [section()]})[0].startswith("msg_blocks_too_long")
    assert check_message({"text": "x" * 40_000}) == []
    assert check_message({"text": "x" * 40_001})[0].startswith("msg_too_long")
    assert check_message({})[0].startswith("no_text")


GOOD: list[Json] = [
    {"type": "divider"},
    rich(run("a", style={"bold": True, "italic": True, "strike": True, "code": True})),
    rich({"type": "link", "url": "https://example.org", "text": "there"}, {"type": "emoji", "name": "wave"}),
    rich({"type": "user", "user_id": "U1"}, {"type": "channel", "channel_id": "C1"}),
    rich({"type": "usergroup", "usergroup_id": "S1"}, {"type": "broadcast", "range": "here"}),
    rich(run("a"), kind="rich_text_quote"),
    rich(run("a"), kind="rich_text_preformatted", border=0),
    accessory(choice("multi_static_select", 3, max_selected_items=2)),
    actions({"type": "users_select", "action_id": "u"}, {"type": "channels_select", "action_id": "c"}),
    actions({"type": "conversations_select", "action_id": "c", "filter": {"include": ["public", "private"]}}),
    actions({"type": "datepicker", "action_id": "d", "initial_date": "2026-01-31"}),
    accessory({"type": "multi_users_select", "action_id": "u"}),
    accessory({"type": "image", "image_url": "https://example.org/a.png", "alt_text": "a"}),
    asked({"type": "number_input", "action_id": "n", "is_decimal_allowed": False}),
    actions(choice("radio_buttons", 2, initial_option=option("0", "label 0"))),
]
BAD: list[tuple[str, list[object]]] = [
    ("unsupported type: hologram", [{"type": "hologram"}]),
    ("missing required field: type", [{}]),
    ("missing required field: type", ["words"]),
    ("must be an object", [{"type": "context", "elements": ["a"]}]),
    ("missing required field: text", [{"type": "header"}]),
    ("missing required field: elements", [{"type": "actions"}]),
    ("no fewer than 1 items allowed", [actions()]),
    ("no fewer than 1 items allowed", [rich()]),
    ("no fewer than 1 items allowed", [accessory(choice("checkboxes", 0))]),
    ("must be more than 0 characters", [section("")]),
    ("must be more than 0 characters", [rich(run(""))]),
    ("must define either `text` or `fields`", [{"type": "section"}]),
    ("must define either `options` or `option_groups`", [actions({"type": "static_select", "action_id": "a"})]),
    ("invalid additional property: colour", [section(colour="red")]),
    ("invalid additional property: underline", [rich(run("a", style={"underline": True}))]),
    ("must be a boolean", [rich(run("a", style={"bold": "yes"}))]),
    ("must be of another type", [rich(run("a", style="bold"))]),
    ("unsupported type: mrkdwn", [{"type": "header", "text": {"type": "mrkdwn", "text": "a"}}]),
    ("unsupported type: mrkdwn", [actions({**button(), "text": {"type": "mrkdwn", "text": "a"}})]),
    ("invalid additional property: emoji", [{**section(), "text": {"type": "mrkdwn", "text": "a", "emoji": True}}]),
    ("unsupported type: plain_text_input", [actions({"type": "plain_text_input", "action_id": "a"})]),
    ("unsupported type: button", [asked(button())]),
    ("must be one of: primary, danger", [actions(button(style="warning"))]),
    ("must be one of: bullet, ordered", [rich(kind="rich_text_list", style="square")]),
    ("block_id `b` is used more than once", [section(block_id="b"), section(block_id="b")]),
    ("action_id `go` is used more than once", [actions(button(), button())]),
    ("value `v` is used more than once", [accessory(choice("radio_buttons", 0, options=[option(), option()]))]),
    ("initial option is not one", [actions(choice("static_select", 2, initial_option=option("9")))]),
    ("must not be null", [section(block_id=None)]),
    ("must be less than 3001 characters", [rich(run("x" * 2000), run("y" * 1001))]),
    ("must be between 2 and 6", [rich({"type": "emoji", "name": "wave", "skin_tone": 9})]),
    ("min_length is more", [asked({"type": "plain_text_input", "action_id": "a", "min_length": 9, "max_length": 1})]),
    ("invalid additional property: focus_on_load", [asked({**choice("checkboxes", 1), "focus_on_load": True})]),
    (
        "invalid additional property: response_url_enabled",
        [actions({"type": "conversations_select", "action_id": "c", "response_url_enabled": True})],
    ),
]


@pytest.mark.parametrize("block", GOOD, ids=str)
def test_good_blocks_are_taken(block: Json) -> None:
    assert check_blocks([block], "message") == []


@pytest.mark.parametrize(("problem", "blocks"), BAD, ids=str)
def test_bad_blocks_are_refused_for_what_is_wrong(problem: str, blocks: list[object]) -> None:
    assert any(problem in one for one in check_blocks(blocks, "message"))


def test_a_problem_says_where_it_is() -> None:
    too_many = actions(*(button(action=str(number)) for number in range(26)))
    assert check_blocks([section(), too_many], "message") == [
        "no more than 25 items allowed [json-pointer:/blocks/1/elements]"
    ]


@pytest.mark.parametrize(
    ("problem", "view"),
    [
        ("missing required field: submit", {name: value for name, value in modal().items() if name != "submit"}),
        ("missing required field: title", {name: value for name, value in modal().items() if name != "title"}),
        ("invalid additional property: title", {"type": "home", "title": plain("a"), "blocks": [section()]}),
        ("invalid additional property: submit", {"type": "home", "submit": plain("a"), "blocks": [section()]}),
        ("no fewer than 1 items allowed", modal() | {"blocks": []}),
        ("unsupported type: drawer", modal(type="drawer")),
        ("must be an object", "modal"),
        ("view_too_large", modal(*[section("x" * 3000, block_id=str(number)) for number in range(90)])),
    ],
)
def test_bad_views_are_refused(problem: str, view: object) -> None:
    assert any(problem in one for one in check_view(view))


# A small bot under Bolt


ANYTHING = re.compile("")


class Bot:
    """A bot that records what reaches it, and does what a test asks of it."""

    def __init__(self, slack: FakeSlack) -> None:
        self.client = AsyncWebClient(BOT, base_url=slack.api_url)
        self.app = AsyncApp(client=self.client, process_before_response=True)
        self.handler = AsyncSocketModeHandler(self.app, APP, ping_interval=0.2)
        self.heard: list[Json] = []
        self.retries: list[tuple[str, str]] = []
        self.ack_after = 0.0
        self.acks = True
        self.answer: Json = {}
        self.app.command("/teamcheck")(self.on)
        self.app.action(ANYTHING)(self.on)
        self.app.view("form")(self.on)
        self.app.view_closed("form")(self.on)
        self.app.shortcut(ANYTHING)(self.on)
        for name in ("message", "app_home_opened", "app_uninstalled", "tokens_revoked"):
            self.app.event(name)(self.on_event)

    async def on(self, ack: Any, body: Json) -> None:  # noqa: ANN401
        self.heard.append(body)
        await asyncio.sleep(self.ack_after)
        if self.acks:
            await ack(**self.answer)

    async def on_event(self, request: Any, body: Json) -> None:  # noqa: ANN401
        self.heard.append(body)
        self.retries.append((request.headers["x-slack-retry-num"][0], request.headers["x-slack-retry-reason"][0]))
        await asyncio.sleep(self.ack_after)

    @property
    def events(self) -> list[Json]:
        return [body["event"] for body in self.heard if "event" in body]


@asynccontextmanager
async def running(slack: FakeSlack) -> AsyncIterator[Bot]:
    bot = Bot(slack)
    await bot.handler.connect_async()  # type: ignore[no-untyped-call]
    try:
        yield bot
    finally:
        await bot.handler.close_async()  # type: ignore[no-untyped-call]


@asynccontextmanager
async def together(**settings: Any) -> AsyncIterator[tuple[FakeSlack, Bot, Person]]:  # noqa: ANN401
    async with FakeSlack(**settings) as slack, running(slack) as bot:
        slack.ack_seconds = 0.2
        slack.redelivery_seconds = (0, 0.05, 0.05)
        assert await slack.until(lambda: slack.connected)
        yield slack, bot, person(slack, "U0001")


async def refused(call: Any) -> Json:  # noqa: ANN401
    with pytest.raises(SlackApiError) as refusal:
        await call
    data: Json = refusal.value.response.data
    return data


async def refusal_of(call: Any) -> str:  # noqa: ANN401
    return str((await refused(call))["error"])


async def posted(bot: Bot, me: Person, *blocks: Json) -> Shown:
    opened = await bot.client.conversations_open(users=me.id)
    await bot.client.chat_postMessage(channel=opened["channel"]["id"], text="hello", blocks=list(blocks) or None)
    return me.last


async def failing(me: Person, doing: Any) -> list[str]:  # noqa: ANN401
    """Return what somebody's client tells them while they do something."""
    before = len(me.failed)
    await doing
    return me.failed[before:]


# The web API


async def test_a_token_is_checked() -> None:
    async with together() as (slack, bot, _):
        assert await refusal_of(AsyncWebClient("xoxb-no", base_url=slack.api_url).auth_test()) == "invalid_auth"
        assert await refusal_of(AsyncWebClient(base_url=slack.api_url).auth_test()) == "not_authed"
        assert await refusal_of(bot.client.apps_connections_open(app_token="xapp-no")) == "invalid_auth"  # noqa: S106
        for dead in ("token_revoked", "account_inactive"):
            slack.dead = dead
            assert await refusal_of(bot.client.auth_test()) == dead


async def test_a_scope_is_checked() -> None:
    async with together() as (slack, bot, _):
        known = await bot.client.auth_test()
        assert "im:write" in known.headers["x-oauth-scopes"]
        assert (known["team_id"], known["user_id"], known["bot_id"]) == ("T0001", "UBOT", "B0001")
        slack.scopes -= {"users:read"}
        said = await refused(bot.client.users_info(user="U0001"))
        assert (said["error"], said["needed"]) == ("missing_scope", "users:read")
        assert "chat:write" in said["provided"]


async def test_methods_and_arguments_are_checked() -> None:
    async with together() as (slack, bot, me):
        assert await refusal_of(bot.client.api_call("chat.shout")) == "unknown_method"
        said = await refused(
            bot.client.api_call("chat.postMessage", json={"channel": me.id, "texts": "a", "text": "a"})
        )
        assert (said["error"], said["errors"]) == ("invalid_arguments", ["unknown field: texts"])
        said = await refused(bot.client.api_call("chat.update", json={"text": "a", "ts": "1.0"}))
        assert (said["error"], said["errors"]) == ("invalid_arguments", ["missing required field: channel"])
        assert slack.refusals == [
            ("chat.shout", "unknown_method"),
            ("chat.postMessage", "invalid_arguments"),
            ("chat.update", "invalid_arguments"),
        ]


async def test_query_form_and_json_are_all_read() -> None:
    async with together() as (slack, bot, me), ClientSession() as session:
        headers = {"Authorization": f"Bearer {BOT}"}
        args = {"channel": me.id, "text": "a"}
        asks = (
            {"params": args, "headers": headers},
            {"data": args | {"token": BOT, "blocks": json.dumps([section()])}},
            {"json": args, "headers": headers},
        )
        for ask in asks:
            async with session.post(f"{slack.api_url}chat.postMessage", **ask) as reply:  # type: ignore[arg-type]
                assert (await reply.json())["ok"]
        async with session.get(f"{slack.api_url}auth.test", headers=headers) as reply:
            assert (await reply.json())["ok"]
        assert len(me.dm) == len(slack.called("chat.postMessage")) == 3
        assert bot.heard == []


async def test_bad_blocks_are_named_in_the_answer() -> None:
    async with together() as (slack, bot, me):
        await posted(bot, me)
        too_many = actions(*(button(action=str(number)) for number in range(26)))
        said = await refused(bot.client.chat_postMessage(channel=me.id, text="a", blocks=[section(), too_many]))
        assert said["error"] == "invalid_blocks"
        assert said["errors"] == ["no more than 25 items allowed [json-pointer:/blocks/1/elements]"]
        long = [section("x" * 3000)] * 5
        assert await refusal_of(bot.client.chat_postMessage(channel=me.id, text="a", blocks=long)) == (
            "msg_blocks_too_long"
        )
        assert await refusal_of(bot.client.chat_postMessage(channel=me.id, text="x" * 40_001)) == "msg_too_long"
        assert await refusal_of(bot.client.api_call("chat.postMessage", json={"channel": me.id})) == "no_text"
        assert len(me.dm) == 1
        assert len(slack.problems) == 4


async def test_channels_are_checked() -> None:
    async with together() as (slack, bot, me):
        slack.channel("C1", me.id, bot_in=False)
        slack.channel("C2", me.id).archived = True
        slack.channel("C3", me.id, bot_in=False, private=True)
        errors = [await refusal_of(bot.client.chat_postMessage(channel=f"C{one}", text="a")) for one in range(4)]
        assert errors == ["channel_not_found", "not_in_channel", "is_archived", "channel_not_found"]
        slack.scopes |= {"chat:write.public"}
        await bot.client.chat_postMessage(channel="C1", text="a")
        assert await refusal_of(bot.client.chat_postMessage(channel="C3", text="a")) == "channel_not_found"
        assert slack.channels["C2"].messages == {}


async def test_nobody_is_written_to_who_is_not_there() -> None:
    async with together() as (slack, bot, _):
        person(slack, "U0002")
        slack.users["U0002"]["deleted"] = True
        people = {"U0": "user_not_found", "U0002": "user_disabled", slack.bot_user: "cannot_dm_bot"}
        for one, error in people.items():
            assert await refusal_of(bot.client.conversations_open(users=one)) == error


async def test_only_own_messages_that_are_there_can_be_changed() -> None:
    async with together() as (_, bot, me):
        message = await posted(bot, me, actions(button()))
        await me.types("hello")
        (theirs,) = me.said
        where = message.channel
        assert await refusal_of(bot.client.chat_update(channel=where, ts="1.0", text="a")) == "message_not_found"
        assert await refusal_of(bot.client.chat_delete(channel=where, ts="1.0")) == "message_not_found"
        said = await refusal_of(bot.client.chat_update(channel=where, ts=theirs.ts, text="a"))
        assert said == "cant_update_message"
        assert await refusal_of(bot.client.chat_delete(channel=where, ts=theirs.ts)) == "cant_delete_message"
        await bot.client.chat_update(channel=where, ts=message.ts, text="b")
        assert me.last.words == "[Go]"
        answer = await bot.client.chat_update(channel=where, ts=message.ts, text="b", blocks=[])
        assert me.last.words == answer["text"] == answer["message"]["text"] == "b"
        await bot.client.chat_delete(channel=where, ts=message.ts)
        assert (me.dm, me.said) == ([], [theirs])


async def test_a_message_for_one_person_is_in_no_history_and_cannot_be_changed() -> None:
    async with together() as (slack, bot, me):
        channel, other = slack.channel("C1", me.id), person(slack, "U0002")
        ts = (await bot.client.chat_postEphemeral(channel="C1", user=me.id, text="a"))["message_ts"]
        assert (channel.messages, [one.words for one in me.ephemerals], other.ephemerals) == ({}, ["a"], [])
        assert await refusal_of(bot.client.chat_update(channel="C1", ts=ts, text="b")) == "message_not_found"
        assert await refusal_of(bot.client.chat_delete(channel="C1", ts=ts)) == "message_not_found"
        said = await refusal_of(bot.client.chat_postEphemeral(channel="C1", user=other.id, text="a"))
        assert said == "user_not_in_channel"
        said = await refusal_of(bot.client.chat_postEphemeral(channel="C1", user=me.id, text="a", blocks=[actions()]))
        assert said == "invalid_blocks"
        assert len(me.ephemerals) == 1


async def test_files_take_three_steps() -> None:
    async with together() as (slack, bot, me):
        slack.share_seconds = 1.0
        dm = (await bot.client.conversations_open(users=me.id))["channel"]["id"]
        done = await bot.client.files_upload_v2(channel=dm, filename="a.txt", content="abc", initial_comment="here")
        assert me.files == []
        slack_file = done["files"][0]
        assert await slack.until(lambda: bool(me.files))
        assert [(file["name"], file["content"], file["comment"]) for file in me.files] == [("a.txt", "abc", "here")]
        for unknown in ("F0", slack_file["id"]):  # never announced; shared already
            said = await refusal_of(bot.client.files_completeUploadExternal(files=[{"id": unknown, "title": "a"}]))
            assert said == "file_not_found"
        announced = await bot.client.files_getUploadURLExternal(filename="b.txt", length=3)
        not_uploaded = [{"id": announced["file_id"], "title": "b"}]
        async with ClientSession() as session:
            for content, status in ((b"too long", 400), (b"abc", 200), (b"abc", 404)):
                if status == 200:
                    said = await refusal_of(bot.client.files_completeUploadExternal(files=not_uploaded))
                    assert said == "file_not_found"
                async with session.post(announced["upload_url"], data=content) as reply:
                    assert reply.status == status
        await bot.client.files_delete(file=slack_file["id"])
        assert me.files == []
        assert await refusal_of(bot.client.files_delete(file=slack_file["id"])) == "file_not_found"


async def test_the_language_of_somebody_comes_only_when_asked_for() -> None:
    async with together() as (slack, bot, _):
        person(slack, "U0002", locale="zh-CN", zone="Asia/Shanghai", guest=True, home="T9")
        user = (await bot.client.users_info(user="U0002"))["user"]
        assert "locale" not in user
        seen = (user["tz"], user["is_restricted"], user["is_stranger"], user["team_id"])
        assert seen == ("Asia/Shanghai", True, True, "T9")
        assert (await bot.client.users_info(user="U0002", include_locale=True))["user"]["locale"] == "zh-CN"
        assert await refusal_of(bot.client.users_info(user="U0")) == "user_not_found"


async def test_a_limited_method_is_limited_until_its_time_is_over() -> None:
    async with together() as (slack, bot, me):
        slack.limited["auth.test"] = [60]
        with pytest.raises(SlackApiError) as refusal:
            await bot.client.auth_test()
        assert (refusal.value.response.status_code, refusal.value.response.headers["Retry-After"]) == (429, "60")
        with pytest.raises(SlackApiError) as refusal:
            await bot.client.auth_test()
        assert (refusal.value.response.status_code, refusal.value.response["error"]) == (429, "ratelimited")
        assert slack.impatient == ["auth.test"]
        await bot.client.users_info(user=me.id)
        slack.let_pass(60)
        slack.a_minute["auth.test"] = 1
        await bot.client.auth_test()
        with pytest.raises(SlackApiError) as refusal:
            await bot.client.auth_test()
        assert (refusal.value.response.status_code, refusal.value.response.headers["Retry-After"]) == (429, "60")
        slack.let_pass(60)
        await bot.client.auth_test()


async def test_slack_s_own_handler_waits_as_it_is_told() -> None:
    async with together() as (slack, bot, _):
        bot.client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=2))
        slack.limited["auth.test"] = [1]
        await bot.client.auth_test()
        assert slack.refusals == [("auth.test", "ratelimited")]
        assert (len(slack.called("auth.test")), slack.impatient) == (2, [])


async def test_one_message_a_second_in_a_channel_where_a_test_wants_it() -> None:
    async with together() as (slack, bot, me):
        slack.one_a_second = True
        slack.channel("C1", me.id)
        slack.channel("C2", me.id)
        await bot.client.chat_postMessage(channel="C1", text="a")
        await bot.client.chat_postMessage(channel="C2", text="a")
        with pytest.raises(SlackApiError) as refusal:
            await bot.client.chat_postMessage(channel="C1", text="b")
        assert (refusal.value.response.status_code, refusal.value.response["error"]) == (429, "ratelimited")
        assert refusal.value.response.headers["Retry-After"] == "1"
        slack.let_pass(1)
        await bot.client.chat_postMessage(channel="C1", text="b")


async def test_a_server_s_error_comes_before_or_after_the_effect() -> None:
    async with together() as (slack, bot, me):
        slack.failing["chat.postMessage"] = ["503", "fatal_error"]
        for _ in range(2):
            with pytest.raises(SlackApiError):
                await bot.client.chat_postMessage(channel=me.id, text="a")
        assert me.dm == []
        slack.failing_after["chat.postMessage"] = ["500"]
        with pytest.raises(SlackApiError):
            await bot.client.chat_postMessage(channel=me.id, text="a")
        assert [message.words for message in me.dm] == ["a"]
        assert [error for _, error in slack.refusals] == ["503", "fatal_error", "500"]
        slack.slow["auth.test"] = 0.1
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(bot.client.auth_test(), 0.02)


# Triggers, views, response URLs


async def trigger(bot: Bot, me: Person) -> str:
    await me.command()
    return str(bot.heard[-1]["trigger_id"])


async def test_a_trigger_opens_one_view_and_not_for_long() -> None:
    async with together() as (slack, bot, me):
        used = await trigger(bot, me)
        await bot.client.views_open(trigger_id=used, view=modal())
        errors = [await refusal_of(bot.client.views_open(trigger_id=used, view=modal()))]
        late = await trigger(bot, me)
        slack.let_pass(3)
        errors += [await refusal_of(bot.client.views_open(trigger_id=late, view=modal()))]
        errors += [await refusal_of(bot.client.views_open(trigger_id="1.2.3", view=modal()))]
        assert errors == ["exchanged_trigger_id", "expired_trigger_id", "invalid_trigger_id"]
        long = modal(title=plain("t" * 25))
        said = await refused(bot.client.views_open(trigger_id=await trigger(bot, me), view=long))
        problem = "must be less than 25 characters [json-pointer:/view/title/text]"
        assert (said["error"], said["errors"]) == ("invalid_arguments", [problem])


async def test_a_view_comes_back_whole_and_is_no_view_of_another_kind() -> None:
    async with together() as (slack, bot, me):
        given = modal(asked(block_id="why"), section(), private_metadata="m")
        view = (await bot.client.views_open(trigger_id=await trigger(bot, me), view=given))["view"]
        assert view["blocks"] == [asked(block_id="why"), section(block_id="block1")]
        named = ("type", "callback_id", "title", "submit", "private_metadata")
        assert [view[name] for name in named] == [given[name] for name in named]
        assert (view["close"], view["external_id"], view["clear_on_close"]) == (None, "", False)
        assert view["root_view_id"] == view["id"]
        assert (view["previous_view_id"], view["state"], view["bot_id"]) == (None, {"values": {}}, slack.bot_id)
        home = {"type": "home", "blocks": [section()]}
        assert await refusal_of(bot.client.views_open(trigger_id=await trigger(bot, me), view=home)) == (
            "invalid_arguments"
        )
        assert await refusal_of(bot.client.views_publish(user_id=me.id, view=modal())) == "invalid_arguments"
        big = modal(*[section("x" * 3000, block_id=str(number)) for number in range(90)])
        said = await refusal_of(bot.client.views_open(trigger_id=await trigger(bot, me), view=big))
        assert said == "view_too_large"


async def test_three_views_stand_on_each_other_and_no_more() -> None:
    async with together() as (slack, bot, me):
        view = modal(section(), actions(button()))
        await bot.client.views_open(trigger_id=await trigger(bot, me), view=view)
        for _ in range(2):
            await me.clicks("Go")
            await bot.client.views_push(trigger_id=bot.heard[-1]["trigger_id"], view=view)
        await me.clicks("Go")
        said = await refusal_of(bot.client.views_push(trigger_id=bot.heard[-1]["trigger_id"], view=view))
        assert said == "push_limit_reached"
        said = await refusal_of(bot.client.views_push(trigger_id=await trigger(bot, me), view=view))
        assert said == "invalid_trigger_id"  # of a command, not of this modal
        await me.clicks("Go")
        first, second, third = (one["id"] for one in slack.modals[me.id])
        shown = bot.heard[-1]["view"]
        assert (shown["id"], shown["previous_view_id"], shown["root_view_id"]) == (third, second, first)
        for left in (2, 1, 0):
            me.closes_modal()
            assert len(slack.modals[me.id]) == left
        said = await refusal_of(bot.client.views_push(trigger_id=await trigger(bot, me), view=view))
        assert said == "invalid_trigger_id"


async def test_a_view_that_has_changed_meanwhile_is_not_updated() -> None:
    async with together() as (_, bot, me):
        view = (await bot.client.views_open(trigger_id=await trigger(bot, me), view=modal(external_id="e")))["view"]
        changed = modal(section("new"), external_id="e")
        now = (await bot.client.views_update(view_id=view["id"], hash=view["hash"], view=changed))["view"]
        assert now["id"] == view["id"]
        assert now["hash"] != view["hash"]
        said = await refusal_of(bot.client.views_update(external_id="e", hash=view["hash"], view=changed))
        assert said == "hash_conflict"
        assert me.modal is not None
        assert me.modal.words == "new"
        said = await refusal_of(bot.client.views_open(trigger_id=await trigger(bot, me), view=changed))
        assert said == "duplicate_external_id"
        me.closes_modal()
        assert await refusal_of(bot.client.views_update(view_id=view["id"], view=changed)) == "not_found"


async def test_a_home_is_published_for_one_person() -> None:
    async with together() as (slack, bot, me):
        home = {"type": "home", "blocks": [section("here"), actions(button())]}
        view = (await bot.client.views_publish(user_id=me.id, view=home))["view"]
        again = (await bot.client.views_publish(user_id=me.id, view=home, hash=view["hash"]))["view"]
        assert again["id"] == view["id"]
        said = await refusal_of(bot.client.views_publish(user_id=me.id, view=home, hash=view["hash"]))
        assert said == "hash_conflict"
        await me.opens_home()
        assert await slack.until(lambda: bool(bot.events))
        assert (bot.events[0]["tab"], bot.events[0]["view"]["type"]) == ("home", "home")
        assert me.home_page is not None
        assert (me.home_page.words, person(slack, "U2").home_page) == ("here\n[Go]", None)
        await me.clicks("Go")
        assert bot.heard[-1]["container"] == {"type": "view", "view_id": view["id"]}
        assert await refusal_of(bot.client.views_publish(user_id="U0", view=home)) == "invalid_arguments"


async def test_a_response_url_is_good_for_five_answers_in_half_an_hour() -> None:
    async with together() as (slack, bot, me), ClientSession() as session:
        await me.command()
        url = bot.heard[-1]["response_url"]

        async def respond(**said: object) -> tuple[int, str]:
            async with session.post(url, json=said) as reply:
                text = await reply.text()
                return reply.status, json.loads(text)["error"] if reply.status != 200 else text

        assert await respond(text="a", blocks=[actions()]) == (400, "invalid_blocks")  # which counts, too
        assert [await respond(text=str(number)) for number in range(4)] == [(200, "ok")] * 4
        assert await respond(text="a") == (404, "used_url")
        assert (me.dm, [one.words for one in me.ephemerals]) == ([], list("0123"))
        await me.command()
        url = bot.heard[-1]["response_url"]
        assert await respond(text="all", response_type="in_channel") == (200, "ok")
        assert [one.words for one in me.dm] == ["all"]
        assert await respond(text="a", blocks=[section("x" * 3000)] * 5) == (200, "ok")  # too long elsewhere
        assert await respond(text="a", loud=True) == (400, "invalid_arguments")
        assert await respond(text="a", replace_original=True) == (400, "message_not_found")
        slack.let_pass(1801)
        assert await respond(text="a") == (404, "expired_url")


async def test_only_a_response_url_changes_what_one_person_sees() -> None:
    async with together() as (slack, bot, me):
        slack.channel("C1", me.id)
        await bot.client.chat_postEphemeral(channel="C1", user=me.id, text="a", blocks=[actions(button())])
        assert await failing(me, me.clicks("Go")) == []
        click = bot.heard[-1]
        assert "message" not in click
        assert click["container"]["is_ephemeral"]
        async with ClientSession() as session:
            await session.post(click["response_url"], json={"replace_original": True, "text": "b"})
            assert [one.words for one in me.ephemerals] == ["b"]
            await session.post(click["response_url"], json={"delete_original": True})
        assert me.ephemerals == []


async def test_a_response_url_replaces_and_deletes_a_message_that_all_see() -> None:
    async with together() as (_, bot, me), ClientSession() as session:
        await posted(bot, me, actions(button()))
        await me.clicks("Go")
        url = bot.heard[-1]["response_url"]
        await session.post(url, json={"replace_original": True, "text": "b"})
        assert [one.words for one in me.dm] == ["b"]
        await session.post(url, json={"delete_original": True})
        assert me.dm == []


# Acknowledging


async def test_what_is_not_acknowledged_in_time_has_timed_out() -> None:
    async with together() as (slack, bot, me):
        message = await posted(bot, me, actions(button()))
        bot.acks = False
        assert (await me.command("list")).words == "operation timed out"
        await me.clicks("Go", message)
        await me.shortcut("start")
        await me.message_shortcut("start", me.chat, message.ts)
        await bot.client.views_open(trigger_id=slack.trigger(me.id), view=modal())
        assert await me.submits({"a": "because"}) == {}
        assert me.modal is not None
        assert me.failed == [TIMED_OUT] * 5
        assert not any(one.answered.done() for one in slack.envelopes if one.kind != "events_api")


async def test_an_answer_that_comes_late_changes_nothing() -> None:
    async with together() as (slack, bot, me):
        bot.ack_after, bot.answer = 0.3, {"text": "late"}
        assert (await me.command()).words == TIMED_OUT
        assert await slack.until(slack.envelopes[-1].answered.done)
        assert slack.envelopes[-1].late
        assert me.ephemerals == []


async def test_an_event_that_is_not_acknowledged_comes_again_three_times() -> None:
    async with together() as (slack, bot, me):
        slack.drop_next_ack = 9
        slack.ack_seconds = 0.02
        assert not await me.types("hello")
        assert await slack.until(lambda: len(bot.heard) == 4)
        await asyncio.sleep(0.1)
        assert bot.retries == [("0", ""), ("1", "timeout"), ("2", "timeout"), ("3", "timeout")]
        assert len({body["event_id"] for body in bot.heard}) == 1
        assert bot.events[0]["channel_type"] == "im"


async def test_an_envelope_can_come_again_under_the_same_id() -> None:
    async with together() as (slack, bot, me):
        slack.drop_next_ack = 1
        slack.ack_seconds = 0.05
        assert await me.types("hello")
        assert await slack.until(lambda: len(bot.heard) == 2)
        (envelope,) = slack.envelopes
        assert (envelope.attempt, envelope.sent) == (1, 2)
        await slack.deliver(envelope)
        assert await slack.until(lambda: len(bot.heard) == 3)
        assert slack.odd_acks == []


async def test_envelopes_come_twice_or_the_other_way_round() -> None:
    async with together() as (slack, bot, me):
        slack.duplicate_next = 1
        await me.types("one")
        assert await slack.until(lambda: len(bot.heard) == 2)
        slack.held = []
        lines = [asyncio.ensure_future(me.types(line)) for line in ("two", "three")]
        assert await slack.until(lambda: len(slack.held or ()) == 2)
        await slack.release()
        assert await asyncio.gather(*lines) == [True, True]
        assert [event["text"] for event in bot.events] == ["one", "one", "three", "two"]


async def test_an_event_comes_only_with_its_scope_and_subscription() -> None:
    async with together() as (slack, bot, me):
        slack.scopes -= {"im:history"}
        assert not await me.types("a")
        slack.scopes |= {"im:history"}
        slack.subscriptions -= {"message.im", "app_home_opened"}
        assert not await me.types("b")
        assert not await me.opens_home()
        slack.subscriptions |= {"message.im"}
        assert await me.types("<c & d>")
        assert [event["text"] for event in bot.events] == ["&lt;c &amp; d&gt;"]
        assert [one.text for one in me.said] == ["a", "b", "<c & d>"]
        slack.messages_tab = False
        with pytest.raises(AssertionError):
            await me.types("e")


async def test_the_bot_hears_its_own_messages_and_every_change() -> None:
    async with together() as (slack, bot, me):
        message = await posted(bot, me)
        await bot.client.chat_update(channel=message.channel, ts=message.ts, text="b")
        await bot.client.chat_delete(channel=message.channel, ts=message.ts)
        assert await slack.until(lambda: len(slack.envelopes) == 3)
        assert await me.types("a & b")
        (theirs,) = me.said
        assert await me.edits(theirs, "b")
        assert me.said[0].text == "b"
        assert await me.deletes(theirs)
        assert me.said == []
        events = [envelope.payload["event"] for envelope in slack.envelopes]
        subtypes = [None, "message_changed", "message_deleted"] * 2
        assert [event.get("subtype") for event in events] == subtypes
        assert events[0]["bot_id"] == events[1]["message"]["bot_id"] == "B0001"
        assert len(bot.events) == 3  # Bolt keeps the bot's own to itself
        assert bot.events[1]["previous_message"]["text"] == "a &amp; b"
        assert (bot.events[1]["message"]["text"], bot.events[2]["deleted_ts"]) == ("b", theirs.ts)
        with pytest.raises(AssertionError):
            await me.edits(await posted(bot, me), "mine")


# Connections


async def test_a_link_is_good_for_one_connection() -> None:
    async with FakeSlack() as slack, ClientSession() as session:
        client = AsyncWebClient(base_url=slack.api_url)
        url = (await client.apps_connections_open(app_token=APP))["url"]
        async with session.ws_connect(url) as socket:
            hello = await socket.receive_json()
            assert (hello["type"], hello["num_connections"]) == ("hello", 1)
            async with session.get(url.replace("ws", "http")) as again:
                assert again.status == 403
            sockets = []
            for _ in range(10):
                url = (await client.apps_connections_open(app_token=APP))["url"]
                sockets.append(await session.ws_connect(url))
            frames = [await one.receive_json() for one in sockets]
            assert frames[-2]["num_connections"] == 10
            assert (frames[-1]["type"], frames[-1]["reason"]) == ("disconnect", "too_many_websockets")
            for one in sockets:
                await one.close()


async def test_an_envelope_goes_to_one_of_several_connections() -> None:
    async with together() as (slack, bot, me), running(slack) as other:
        assert await slack.until(lambda: len(slack._sockets) == 2)
        for number in range(4):
            await me.command(str(number))
        assert (len(bot.heard), len(other.heard)) == (2, 2)
        assert (me.failed, slack.odd_acks) == ([], [])


async def test_an_acknowledgement_of_what_was_never_sent_is_noticed() -> None:
    async with FakeSlack() as slack, ClientSession() as session:
        url = (await AsyncWebClient(base_url=slack.api_url).apps_connections_open(app_token=APP))["url"]
        async with session.ws_connect(url) as socket:
            await socket.send_json({"envelope_id": "e0"})
            assert await slack.until(lambda: bool(slack.odd_acks))


def opened(slack: FakeSlack) -> int:
    return len(slack.called("apps.connections.open"))


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "link_disabled"])
async def test_a_disconnect_makes_bolt_come_again(reason: str) -> None:
    async with together() as (slack, _, me):
        (before,) = slack._sockets
        await slack.ask_to_reconnect(reason)
        assert await slack.until(lambda: opened(slack) == 2 and before.closed and slack.connected)
        assert await failing(me, me.command()) == []


@pytest.mark.parametrize("abruptly", [False, True])
async def test_bolt_comes_again_after_its_socket_was_cut(abruptly: bool) -> None:  # noqa: FBT001
    async with together() as (slack, _, me):
        await slack.kill_sockets(abruptly=abruptly)
        assert (await me.command()).words == NOT_THERE
        # Bolt may replace its new connection once more while an acknowledgement is under way: that one is lost.
        failed = [TIMED_OUT]
        for _ in range(3):
            assert await slack.until(lambda: slack.connected)
            failed = await failing(me, me.command())
            if failed != [TIMED_OUT]:
                break
        assert failed == []


async def test_new_connections_are_refused_as_long_as_a_test_wants() -> None:
    async with together() as (slack, _, _):
        slack.refuse_sockets = True
        await slack.kill_sockets()
        assert await slack.until(lambda: ("apps.connections.open", "internal_error") in slack.refusals)
        assert not slack.connected
        slack.refuse_sockets = False
        assert await slack.until(lambda: slack.connected)


async def test_a_silent_socket_stands_and_answers_nothing() -> None:
    async with together() as (slack, _, me):
        slack.deaf = True
        assert (await me.command()).words == TIMED_OUT
        assert slack.connected
        assert await slack.until(lambda: opened(slack) > 1)  # no pong came
        slack.deaf = False
        assert await slack.until(lambda: slack.connected)
        assert await failing(me, me.command()) == []


async def test_what_is_sent_while_no_bot_is_there_is_lost() -> None:
    async with FakeSlack() as slack:
        me = person(slack, "U0001")
        slack.ack_seconds, slack.redelivery_seconds = 0.2, (0, 0.5)
        async with running(slack) as bot:
            assert await slack.until(lambda: slack.connected)
            await posted(bot, me, actions(button()))
        assert await slack.until(lambda: not slack.connected)
        line = asyncio.ensure_future(me.types("anybody?"))
        assert await failing(me, me.clicks("Go")) == ["dispatch failed"]
        async with running(slack) as bot:
            assert await slack.until(lambda: slack.connected)
            assert await failing(me, me.clicks("Go")) == []
            await asyncio.sleep(1)
            assert (await line, bot.events) == (False, [])


@pytest.mark.parametrize("order", [("app_uninstalled", "tokens_revoked"), ("tokens_revoked", "app_uninstalled")])
async def test_after_it_is_uninstalled_the_token_is_dead_and_both_events_come(order: tuple[str, ...]) -> None:
    async with together() as (slack, bot, me):
        await slack.uninstall(order)
        assert not await me.types("still there?")
        assert tuple(event["type"] for event in bot.events) == order
        assert await refusal_of(bot.client.auth_test()) == "account_inactive"


# People


async def test_a_command_says_who_where_and_what_but_no_thread() -> None:
    async with together(enterprise="E1") as (slack, bot, me):
        bot.answer = {"text": "ok", "blocks": [section("shown")]}
        seen = await me.command(" list all ")
        assert (seen.words, seen.text) == ("shown", "ok")
        heard = bot.heard[-1]
        assert (heard["command"], heard["text"], heard["channel_name"]) == ("/teamcheck", "list all", "directmessage")
        assert (heard["enterprise_id"], heard["api_app_id"], heard["team_id"]) == ("E1", "A0001", "T0001")
        assert "thread_ts" not in heard
        channel = slack.channel("C1", me.id, bot_in=False)
        assert (await me.command("", "C1")).words == "shown"
        assert [one.channel for one in me.ephemerals] == [me.chat.id, "C1"]
        bot.answer = {"text": "to all", "response_type": "in_channel"}
        await me.command("", "C1")
        assert [one["text"] for one in channel.messages.values()] == ["to all"]


async def test_a_command_that_is_answered_wrongly_is_an_error() -> None:
    async with together() as (slack, bot, me):
        bot.answer = {"text": "a", "blocks": [actions()]}
        assert (await me.command()).words == "invalid_command_response"
        assert me.failed == ["invalid_command_response"]
        assert slack.problems == ["no fewer than 1 items allowed [json-pointer:/blocks/0/elements]"]
        assert me.ephemerals == []


async def test_a_click_has_the_whole_shape() -> None:
    async with together(enterprise="E1") as (slack, bot, me):
        blocks = [section("*Hi* &lt;you&gt;", block_id="s"), actions(button(value="1", style="danger"), block_id="b")]
        message = await posted(bot, me, *blocks)
        assert (message.words, message.buttons) == ("*Hi* <you>\n[Go]", ["Go"])
        await me.clicks("go")
        heard = bot.heard[-1]
        assert heard["type"] == "block_actions"
        assert heard["container"] == {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": message.channel,
            "is_ephemeral": False,
        }
        assert heard["message"]["blocks"][1]["block_id"] == "b"
        assert (heard["message"]["user"], heard["message"]["bot_id"]) == (slack.bot_user, slack.bot_id)
        assert heard["user"] == {"id": "U0001", "username": "u0001", "name": "u0001", "team_id": "T0001"}
        assert (heard["team"]["id"], heard["enterprise"]["id"], heard["api_app_id"]) == ("T0001", "E1", "A0001")
        action = heard["actions"][0]
        assert (action["action_id"], action["block_id"], action["value"], action["type"]) == ("go", "b", "1", "button")
        assert action["style"] == "danger"
        assert heard["state"] == {"values": {}}
        assert heard["trigger_id"]
        assert heard["response_url"].startswith(f"http://127.0.0.1:{slack.port}/")


async def test_only_what_is_on_the_screen_can_be_used() -> None:
    async with together() as (_, bot, me):
        message = await posted(bot, me, actions(button(), choice("static_select", 2)))
        for wrong in (me.clicks("Stop"), me.picks("label 9"), me.ticks("label 0"), me.submits({})):
            with pytest.raises(AssertionError):
                await wrong
        await bot.client.chat_update(channel=message.channel, ts=message.ts, text="done", blocks=[])
        with pytest.raises(AssertionError):
            await me.clicks("Go")
        await bot.client.chat_delete(channel=message.channel, ts=message.ts)
        with pytest.raises(AssertionError):
            await me.clicks("Go")
        assert bot.heard == []


async def test_an_open_window_hides_what_is_below_it() -> None:
    async with together() as (_, bot, me):
        message = await posted(bot, me, actions(button()))
        home = {"type": "home", "blocks": [actions(button())]}
        await bot.client.views_publish(user_id=me.id, view=home)
        await bot.client.views_open(trigger_id=await trigger(bot, me), view=modal())
        for wrong in (me.clicks("Go"), me.clicks("Go", message), me.clicks("Go", me.home_page)):
            with pytest.raises(AssertionError):
                await wrong
        me.closes_modal()
        assert await failing(me, me.clicks("Go", message)) == []


async def test_what_was_chosen_is_carried_along() -> None:
    async with together() as (slack, bot, me):
        slack.channel("C1", me.id)
        slack.channel("C2", private=True)
        ticked = {**choice("checkboxes", 3), "initial_options": [option("2", "label 2")]}
        where = {"type": "conversations_select", "action_id": "two", "filter": {"include": ["public", "private"]}}
        one = choice("static_select", 2, action_id="one")
        await posted(bot, me, section(block_id="t", accessory=ticked), actions(one, where, block_id="p"))
        await me.ticks("label 0", "label 1")
        assert [len(heard["actions"][0]["selected_options"]) for heard in bot.heard] == [2, 3]
        await me.picks("label 1")
        for hidden in ("C2", "C9", me.chat.id):
            with pytest.raises(AssertionError):
                await me.picks("two", option=hidden)
        await me.picks("two", option="C1")
        assert bot.heard[-1]["actions"][0]["selected_conversation"] == "C1"
        values = bot.heard[-1]["state"]["values"]
        assert [one["value"] for one in values["t"]["c"]["selected_options"]] == ["2", "0", "1"]
        assert values["p"]["one"]["selected_option"]["value"] == "1"
        assert values["p"]["two"]["selected_conversation"] == "C1"


async def test_a_modal_is_filled_in_and_sent() -> None:
    async with together() as (slack, bot, me):
        slack.channel("C1", me.id)
        where = {"type": "conversations_select", "action_id": "w", "response_url_enabled": True}
        form = modal(
            asked({"type": "plain_text_input", "action_id": "a", "min_length": 2}),
            asked(choice("radio_buttons", 2, action_id="r"), "r"),
            asked(choice("checkboxes", 3, action_id="t"), "t"),
            asked(where, "w", optional=True),
            private_metadata="m",
        )
        await bot.client.views_open(trigger_id=await trigger(bot, me), view=form)
        assert set(await me.submits({})) == {"b", "r", "t"}
        filled = {"a": "n", "r": "label 1", "t": ["label 0", "label 2"], "w": "C1"}
        assert await me.submits(filled) == {"b": "at least 2 characters"}
        assert len(bot.heard) == 1
        bot.answer = {"response_action": "errors", "errors": {"b": "Say more"}}
        assert await me.submits({"a": "no"}) == {"b": "Say more"}
        sent = bot.heard[-1]
        assert (sent["type"], sent["view"]["private_metadata"]) == ("view_submission", "m")
        assert sent["view"]["state"]["values"]["b"]["a"] == {"type": "plain_text_input", "value": "no"}
        assert len(sent["view"]["state"]["values"]["t"]["t"]["selected_options"]) == 2
        assert sent["response_urls"][0]["channel_id"] == "C1"
        bot.answer = {}
        assert await me.submits({"a": "because"}) == {}
        assert me.modal is None
        assert me.failed == []


async def test_what_a_bot_may_answer_to_a_modal() -> None:
    async with together() as (slack, bot, me):
        fill = {"a": "x"}
        await bot.client.views_open(trigger_id=await trigger(bot, me), view=modal())
        answers: list[Json] = [
            {"response_action": "push", "view": modal(title=plain("Second"))},
            {"response_action": "update", "view": modal(asked(), title=plain("Third"))},
        ]
        titles = []
        for bot.answer in answers:
            await me.submits(fill)
            assert me.modal is not None
            titles.append(me.modal.raw["title"]["text"])
        assert titles == ["Second", "Third"]
        assert [one["title"]["text"] for one in slack.modals[me.id]] == ["Form", "Third"]
        wrong: dict[str, Json] = {
            "invalid_response": {"response_action": "errors", "errors": {"elsewhere": "no"}},
            "invalid_arguments": {"response_action": "update", "view": modal(title=plain("t" * 25))},
        }
        for error, bot.answer in wrong.items():
            assert await me.submits(fill) == {"": error}
        bot.answer = {"text": "thanks"}
        assert await me.submits(fill) == {"": "invalid_response"}
        assert (len(slack.problems), me.failed) == (3, [TROUBLE] * 3)
        bot.answer = {"response_action": "clear"}
        await me.submits(fill)
        assert me.modal is None


async def test_closing_a_modal_is_told_where_the_view_asks_for_it() -> None:
    async with together() as (slack, bot, me):
        await bot.client.views_open(trigger_id=await trigger(bot, me), view=modal())
        me.closes_modal()
        await bot.client.views_open(trigger_id=await trigger(bot, me), view=modal(notify_on_close=True))
        me.closes_modal()
        assert await slack.until(lambda: len(bot.heard) == 3)
        assert (bot.heard[-1]["type"], bot.heard[-1]["view"]["callback_id"]) == ("view_closed", "form")
        assert "trigger_id" not in bot.heard[-1]


async def test_shortcuts_reach_the_bot() -> None:
    async with together() as (_, bot, me):
        message = await posted(bot, me)
        await me.shortcut("start")
        await me.message_shortcut("look", me.chat, message.ts)
        assert [(body["type"], body["callback_id"]) for body in bot.heard] == [
            ("shortcut", "start"),
            ("message_action", "look"),
        ]
        assert bot.heard[1]["message"]["ts"] == message.ts


async def test_threads_stand_under_their_message() -> None:
    async with together() as (slack, bot, me):
        channel = slack.channel("C1", me.id)
        ts = (await bot.client.chat_postMessage(channel="C1", text="a"))["ts"]
        await bot.client.chat_postMessage(channel="C1", text="b", thread_ts=ts, blocks=[actions(button())])
        assert [one["text"] for one in channel.thread(ts)] == ["b"]
        await me.clicks("Go")
        assert bot.heard[-1]["container"]["thread_ts"] == ts
        assert all(before < after for before, after in pairwise(channel.messages))
        said = await refusal_of(bot.client.chat_postMessage(channel="C1", text="b", thread_ts="1.0"))
        assert said == "thread_not_found"


async def test_rich_text_is_read_as_it_is_shown() -> None:
    async with together() as (_, bot, me):
        items = [{"type": "rich_text_section", "elements": [run(one)]} for one in ("a", "<b>")]
        runs = [
            run("See "),
            {"type": "link", "url": "https://example.org", "text": "this"},
            {"type": "emoji", "name": "x"},
        ]
        listed = {"type": "rich_text_list", "style": "ordered", "offset": 2, "elements": items}
        first = {"type": "rich_text_section", "elements": runs}
        message = await posted(
            bot, me, {"type": "header", "text": plain("H")}, {"type": "rich_text", "elements": [first, listed]}
        )
        assert message.words == "H\nSee this:x:\na\n<b>"


async def test_waiting_for_what_does_not_come_about_ends() -> None:
    async with FakeSlack() as slack:
        assert not await slack.until(lambda: False, seconds=0.02)
