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
from tests.fakes.slack.person import Person
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.workspace import Message

Json = dict[str, Any]
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
        self.client = AsyncWebClient(slack.bot_token, base_url=slack.api_url)
        self.app = AsyncApp(client=self.client, process_before_response=True)
        self.handler = AsyncSocketModeHandler(self.app, slack.app_token, ping_interval=0.2)
        self.heard: list[Json] = []
        self.retries: list[tuple[str, str]] = []
        self.ack_after = 0.0
        self.acks = True
        self.answer: Json = {}
        self.does: Callable[[Json], Any] | None = None
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
        if self.does:
            await self.does(body)

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
        await slack.until(lambda: slack.links.open)
        yield slack, bot, slack.person("U0001")


async def refused(call: Any) -> Json:  # noqa: ANN401
    with pytest.raises(SlackApiError) as refusal:
        await call
    data: Json = refusal.value.response.data
    return data


async def posted(bot: Bot, me: Person, *blocks: Json) -> Message:
    opened = await bot.client.conversations_open(users=me.id)
    await bot.client.chat_postMessage(channel=opened["channel"]["id"], text="hello", blocks=list(blocks) or None)
    return me.dm[-1]


# The web API


async def test_a_token_is_checked() -> None:
    async with together() as (slack, bot, _):
        assert (await refused(AsyncWebClient("xoxb-no", base_url=slack.api_url).auth_test()))["error"] == "invalid_auth"
        assert (await refused(AsyncWebClient(base_url=slack.api_url).auth_test()))["error"] == "not_authed"
        assert (await refused(bot.client.apps_connections_open(app_token="xapp-no")))["error"] == "invalid_auth"  # noqa: S106
        for dead in ("token_revoked", "account_inactive"):
            slack.team().token_error = dead
            assert (await refused(bot.client.auth_test()))["error"] == dead


async def test_a_scope_is_checked() -> None:
    async with together() as (slack, bot, _):
        known = await bot.client.auth_test()
        assert "im:write" in known.headers["x-oauth-scopes"]
        assert (known["team_id"], known["user_id"], known["bot_id"]) == ("T0001", "UBT0001", "BT0001")
        slack.team().scopes -= {"users:read"}
        said = await refused(bot.client.users_info(user="U0001"))
        assert (said["error"], said["needed"]) == ("missing_scope", "users:read")
        assert "chat:write" in said["provided"]


async def test_methods_and_arguments_are_checked() -> None:
    async with together() as (_, bot, me):
        assert (await refused(bot.client.api_call("chat.shout")))["error"] == "unknown_method"
        said = await refused(
            bot.client.api_call("chat.postMessage", json={"channel": me.id, "texts": "a", "text": "a"})
        )
        assert (said["error"], said["errors"]) == ("invalid_arguments", ["unknown field: texts"])
        assert (await refused(bot.client.api_call("chat.update", json={"text": "a"})))["error"] == "invalid_arguments"


async def test_query_form_and_json_are_all_read() -> None:
    async with together() as (slack, bot, me), ClientSession() as session:
        headers = {"Authorization": f"Bearer {slack.bot_token}"}
        args = {"channel": me.id, "text": "a"}
        asks = (
            {"params": args, "headers": headers},
            {"data": args | {"token": slack.bot_token, "blocks": json.dumps([section()])}},
            {"json": args, "headers": headers},
        )
        for ask in asks:
            async with session.post(f"{slack.api_url}chat.postMessage", **ask) as reply:  # type: ignore[arg-type]
                assert (await reply.json())["ok"]
        async with session.get(f"{slack.api_url}auth.test", headers=headers) as reply:
            assert (await reply.json())["ok"]
        assert len(me.dm) == 3
        assert len(slack.called("chat.postMessage")) == 3
        assert bot.heard == []


async def test_bad_blocks_are_named_in_the_answer() -> None:
    async with together() as (slack, bot, me):
        await posted(bot, me)
        too_many = actions(*(button(action=str(number)) for number in range(26)))
        said = await refused(bot.client.chat_postMessage(channel=me.id, text="a", blocks=[section(), too_many]))
        assert said["error"] == "invalid_blocks"
        assert said["errors"] == ["no more than 25 items allowed [json-pointer:/blocks/1/elements]"]
        long = [section("x" * 3000)] * 5
        said = await refused(bot.client.chat_postMessage(channel=me.id, text="a", blocks=long))
        assert said["error"] == "msg_blocks_too_long"
        assert [call.error for call in slack.called("chat.postMessage")] == [
            "",
            "invalid_blocks",
            "msg_blocks_too_long",
        ]


async def test_channels_are_checked() -> None:
    async with together() as (slack, bot, me):
        slack.channel("C1", [me], bot_in=False)
        slack.channel("C2", [me]).is_archived = True
        slack.channel("C3", [me], bot_in=False).is_private = True
        errors = [
            (await refused(bot.client.chat_postMessage(channel=f"C{one}", text="a")))["error"] for one in range(4)
        ]
        assert errors == ["channel_not_found", "not_in_channel", "is_archived", "channel_not_found"]
        slack.team().scopes |= {"chat:write.public", "channels:read"}
        await bot.client.chat_postMessage(channel="C1", text="a")
        assert slack.channel("C2", [me]).messages == []
        assert (await bot.client.conversations_members(channel="C2"))["members"] == ["U0001", "UBT0001"]
        assert (await bot.client.conversations_info(channel="C2"))["channel"]["is_archived"]


async def test_only_own_messages_that_are_there_can_be_changed() -> None:
    async with together() as (_, bot, me):
        message = await posted(bot, me, actions(button()))
        theirs = await me.types("hello")
        where = message.channel
        assert (await refused(bot.client.chat_update(channel=where, ts="1.0", text="a")))[
            "error"
        ] == "message_not_found"
        said = await refused(bot.client.chat_update(channel=where, ts=theirs.ts, text="a"))
        assert said["error"] == "cant_update_message"
        said = await refused(bot.client.chat_delete(channel=where, ts=theirs.ts))
        assert said["error"] == "cant_delete_message"
        await bot.client.chat_update(channel=where, ts=message.ts, text="b")
        assert me.dm[0].words == "[Go]"
        await bot.client.chat_update(channel=where, ts=message.ts, text="b", blocks=[])
        assert me.dm[0].words == "b"
        link = await bot.client.chat_getPermalink(channel=where, message_ts=message.ts)
        assert link["permalink"].startswith("https://t0001.slack.com/archives/")
        await bot.client.chat_delete(channel=where, ts=message.ts)
        assert me.dm == [theirs]


async def test_a_message_for_one_person_is_in_no_history_and_cannot_be_changed() -> None:
    async with together() as (slack, bot, me):
        channel, other = slack.channel("C1", [me]), slack.person("U0002")
        ts = (await bot.client.chat_postEphemeral(channel="C1", user=me.id, text="a"))["message_ts"]
        assert (channel.messages, [one.words for one in me.ephemerals], other.ephemerals) == ([], ["a"], [])
        assert (await refused(bot.client.chat_update(channel="C1", ts=ts, text="b")))["error"] == "message_not_found"
        said = await refused(bot.client.chat_postEphemeral(channel="C1", user=other.id, text="a"))
        assert said["error"] == "user_not_in_channel"


async def test_files_take_three_steps() -> None:
    async with together(share_seconds=0.01) as (_, bot, me):
        dm = (await bot.client.conversations_open(users=me.id))["channel"]["id"]
        done = await bot.client.files_upload_v2(channel=dm, filename="a.txt", content="abc", initial_comment="here")
        assert me.files == []
        slack_file = done["files"][0]
        await asyncio.sleep(0.05)
        assert [(file.name, file.content) for file in me.files] == [("a.txt", b"abc")]
        assert me.dm[-1].words == "here"
        said = await refused(bot.client.files_completeUploadExternal(files=[{"id": "F0", "title": "a"}]))
        assert said["error"] == "file_not_found"
        announced = await bot.client.files_getUploadURLExternal(filename="b.txt", length=3)
        async with ClientSession() as session, session.post(announced["upload_url"], data=b"too long") as reply:
            assert reply.status == 400
        await bot.client.files_delete(file=slack_file["id"])
        assert me.files == []
        assert (await refused(bot.client.files_delete(file=slack_file["id"])))["error"] == "file_not_found"


async def test_the_language_of_somebody_comes_only_when_asked_for() -> None:
    async with together(enterprise="E1") as (slack, bot, _):
        slack.person("U0002", locale="zh-CN", tz="Asia/Shanghai", guest=True, stranger_of="T9")
        user = (await bot.client.users_info(user="U0002"))["user"]
        assert "locale" not in user
        assert (user["tz"], user["is_restricted"], user["is_stranger"], user["team_id"]) == (
            "Asia/Shanghai",
            True,
            True,
            "T9",
        )
        assert user["enterprise_user"]["enterprise_id"] == "E1"
        assert (await bot.client.users_info(user="U0002", include_locale=True))["user"]["locale"] == "zh-CN"
        assert (await refused(bot.client.users_info(user="U0")))["error"] == "user_not_found"
        slack.team().scopes |= {"usergroups:read"}
        slack.team().usergroups["S1"] = ["U0002"]
        assert (await bot.client.usergroups_users_list(usergroup="S1"))["users"] == ["U0002"]
        assert (await refused(bot.client.usergroups_users_list(usergroup="S0")))["error"] == "no_such_subteam"


async def test_a_limited_method_is_limited_for_one_workspace_until_its_time_is_over() -> None:
    async with together() as (slack, bot, _):
        other = slack.team("T2")
        slack.limit("auth.test", 1, 60)
        with pytest.raises(SlackApiError) as refusal:
            await bot.client.auth_test()
        assert refusal.value.response.headers["Retry-After"] == "60"
        assert (await refused(bot.client.auth_test()))["error"] == "ratelimited"
        assert len(slack.impatient) == 1
        await AsyncWebClient(other.bot_token, base_url=slack.api_url).auth_test()
        slack.let_pass(60)
        await bot.client.auth_test()
        slack.per_minute["auth.test"] = 1
        await bot.client.auth_test()
        assert (await refused(bot.client.auth_test()))["error"] == "ratelimited"


async def test_slack_s_own_handler_waits_as_it_is_told() -> None:
    async with together() as (slack, bot, _):
        bot.client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=2))
        slack.limit("auth.test", 1, 1)
        await bot.client.auth_test()
        assert [call.error for call in slack.called("auth.test")] == ["ratelimited", ""]
        assert slack.impatient == []


async def test_one_message_a_second_in_a_channel_where_a_test_wants_it() -> None:
    async with together(channel_pace=1.0) as (slack, bot, me):
        slack.channel("C1", [me])
        slack.channel("C2", [me])
        await bot.client.chat_postMessage(channel="C1", text="a")
        await bot.client.chat_postMessage(channel="C2", text="a")
        assert (await refused(bot.client.chat_postMessage(channel="C1", text="b")))["error"] == "ratelimited"
        slack.let_pass(1)
        await bot.client.chat_postMessage(channel="C1", text="b")


async def test_a_server_s_error_comes_before_or_after_the_effect() -> None:
    async with together() as (slack, bot, me):
        slack.fail("chat.postMessage")
        with pytest.raises(SlackApiError):
            await bot.client.chat_postMessage(channel=me.id, text="a")
        assert me.dm == []
        slack.fail("*", status=500, after=True)
        with pytest.raises(SlackApiError):
            await bot.client.chat_postMessage(channel=me.id, text="a")
        assert [message.words for message in me.dm] == ["a"]
        slack.slow["auth.test"] = 0.1
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(bot.client.auth_test(), 0.02)


# Triggers, views, response_urls


async def trigger(bot: Bot, me: Person) -> str:
    await me.command("/teamcheck")
    return str(bot.heard[-1]["trigger_id"])


async def test_a_trigger_opens_one_view_and_not_for_long() -> None:
    async with together() as (slack, bot, me):
        used = await trigger(bot, me)
        await bot.client.views_open(trigger_id=used, view=modal())
        errors = [(await refused(bot.client.views_open(trigger_id=used, view=modal())))["error"]]
        late = await trigger(bot, me)
        slack.let_pass(3)
        errors += [(await refused(bot.client.views_open(trigger_id=late, view=modal())))["error"]]
        errors += [(await refused(bot.client.views_open(trigger_id="1.2.3", view=modal())))["error"]]
        other = AsyncWebClient(slack.team("T2").bot_token, base_url=slack.api_url)
        errors += [(await refused(other.views_open(trigger_id=await trigger(bot, me), view=modal())))["error"]]
        assert errors == ["exchanged_trigger_id", "expired_trigger_id", "invalid_trigger_id", "invalid_trigger_id"]
        late = await trigger(bot, me)
        slack.expire_triggers()
        assert (await refused(bot.client.views_open(trigger_id=late, view=modal())))["error"] == "expired_trigger_id"
        said = await refused(
            bot.client.views_open(trigger_id=await trigger(bot, me), view=modal(title=plain("t" * 25)))
        )
        assert (said["error"], said["errors"]) == (
            "invalid_arguments",
            ["must be less than 25 characters [json-pointer:/view/title/text]"],
        )


async def test_three_views_stand_on_each_other_and_no_more() -> None:
    async with together() as (_, bot, me):
        view = modal(section(), actions(button()))
        await bot.client.views_open(trigger_id=await trigger(bot, me), view=view)
        for _ in range(2):
            await me.clicks("Go")
            await bot.client.views_push(trigger_id=bot.heard[-1]["trigger_id"], view=view)
        await me.clicks("Go")
        said = await refused(bot.client.views_push(trigger_id=bot.heard[-1]["trigger_id"], view=view))
        assert said["error"] == "push_limit_reached"
        assert bot.heard[-1]["view"]["root_view_id"] != bot.heard[-1]["view"]["id"]
        for left in (2, 1, 0):
            await me.closes_modal()
            assert len(me.team.stacks[me.id]) == left
        said = await refused(bot.client.views_push(trigger_id=await trigger(bot, me), view=view))
        assert said["error"] == "invalid_trigger_id"


async def test_a_view_that_has_changed_meanwhile_is_not_updated() -> None:
    async with together() as (_, bot, me):
        view = (await bot.client.views_open(trigger_id=await trigger(bot, me), view=modal(external_id="e")))["view"]
        changed = modal(section("new"), external_id="e")
        await bot.client.views_update(view_id=view["id"], hash=view["hash"], view=changed)
        said = await refused(bot.client.views_update(external_id="e", hash=view["hash"], view=changed))
        assert said["error"] == "hash_conflict"
        assert me.modal is not None
        assert me.modal.words == "Form\nnew\n[Send]"
        said = await refused(bot.client.views_open(trigger_id=await trigger(bot, me), view=changed))
        assert said["error"] == "duplicate_external_id"
        await me.closes_modal()
        said = await refused(bot.client.views_update(view_id=view["id"], view=changed))
        assert said["error"] == "not_found"


async def test_a_home_is_published_for_one_person() -> None:
    async with together() as (slack, bot, me):
        home = {"type": "home", "blocks": [section("here"), actions(button())]}
        view = (await bot.client.views_publish(user_id=me.id, view=home))["view"]
        await bot.client.views_publish(user_id=me.id, view=home, hash=view["hash"])
        said = await refused(bot.client.views_publish(user_id=me.id, view=home, hash=view["hash"]))
        assert said["error"] == "hash_conflict"
        await me.opens_home()
        await slack.until(lambda: bot.events)
        assert (bot.events[0]["tab"], bot.events[0]["view"]["type"]) == ("home", "home")
        assert me.home is not None
        assert (me.home.words, slack.person("U2").home) == ("here\n[Go]", None)
        await me.clicks("Go")
        assert bot.heard[-1]["container"] == {"type": "view", "view_id": view["id"]}
        assert (await refused(bot.client.views_publish(user_id="U0", view=home)))["error"] == "user_not_found"


async def test_a_response_url_is_good_for_five_answers_in_half_an_hour() -> None:
    async with together() as (slack, bot, me), ClientSession() as session:
        await me.command("/teamcheck")
        url = bot.heard[-1]["response_url"]

        async def respond(**said: object) -> tuple[int, object]:
            async with session.post(url, json=said) as reply:
                return reply.status, (await reply.json()).get("error")

        assert await respond(text="a", blocks=[actions()]) == (400, "invalid_blocks")  # which counts, too
        assert [await respond(text=str(number)) for number in range(4)] == [(200, None)] * 4
        assert await respond(text="a") == (404, "used_url")
        assert (me.dm, [one.words for one in me.ephemerals]) == ([], list("0123"))
        await me.command("/teamcheck")
        url = bot.heard[-1]["response_url"]
        assert await respond(text="all", response_type="in_channel") == (200, None)
        assert [one.words for one in me.dm] == ["all"]
        slack.let_pass(1801)
        assert await respond(text="a") == (404, "expired_url")


async def test_only_a_response_url_changes_what_one_person_sees() -> None:
    async with together() as (slack, bot, me):
        slack.channel("C1", [me])
        await bot.client.chat_postEphemeral(channel="C1", user=me.id, text="a", blocks=[actions(button())])
        assert (await me.clicks("Go")).error == ""
        click = bot.heard[-1]
        assert "message" not in click
        assert click["container"]["is_ephemeral"]
        async with ClientSession() as session:
            await session.post(click["response_url"], json={"replace_original": True, "text": "b"})
            assert [one.words for one in me.ephemerals] == ["b"]
            await session.post(click["response_url"], json={"delete_original": True})
        assert me.ephemerals == []


# Acknowledging


async def test_what_is_not_acknowledged_in_time_has_timed_out() -> None:
    async with together() as (slack, bot, me):
        message = await posted(bot, me, actions(button()))
        bot.acks = False
        seen = await me.command("/teamcheck list")
        assert (seen.timed_out, seen.words) == (True, "operation timed out")
        assert (await me.clicks("Go", message)).timed_out
        assert (await me.shortcut("start")).timed_out
        assert (await me.message_shortcut("start", message)).timed_out
        await bot.client.views_open(trigger_id=slack.trigger(me.team, me.id), view=modal(notify_on_close=True))
        await me.submits({"a": "because"})
        assert me.modal is not None
        assert me.errors == ["operation timed out"] * 5
        assert not any(one.acked for one in slack.links.envelopes if one.type != "events_api")


async def test_an_answer_that_comes_late_changes_nothing() -> None:
    async with together() as (slack, bot, me):
        bot.ack_after, bot.answer = 0.3, {"text": "late"}
        assert (await me.command("/teamcheck")).timed_out
        await slack.until(lambda: slack.links.envelopes[-1].acked)
        assert slack.links.envelopes[-1].late
        assert me.ephemerals == []


async def test_an_event_that_is_not_acknowledged_comes_again_three_times() -> None:
    async with together() as (slack, bot, me):
        slack.links.drop_acks = 9
        slack.ack_seconds = 0.02
        await me.types("hello")
        await slack.until(lambda: len(bot.heard) == 4)
        await asyncio.sleep(0.1)
        assert bot.retries == [("0", ""), ("1", "timeout"), ("2", "timeout"), ("3", "timeout")]
        assert len({body["event_id"] for body in bot.heard}) == 1
        assert len({envelope.id for envelope in slack.links.envelopes}) == 4
        assert bot.events[0]["channel_type"] == "im"


async def test_an_envelope_can_come_again_under_the_same_id() -> None:
    async with together() as (slack, bot, me):
        slack.links.same_envelope_on_retry = True
        slack.links.drop_acks = 1
        slack.ack_seconds = 0.05
        await me.types("hello")
        await slack.until(lambda: len(bot.heard) == 2)
        first, second = slack.links.envelopes
        assert first.id == second.id
        await slack.links.resend(second)
        await slack.until(lambda: len(bot.heard) == 3)


async def test_envelopes_come_twice_or_the_other_way_round() -> None:
    async with together() as (slack, bot, me):
        slack.links.duplicate_next = 1
        await me.types("one")
        await slack.until(lambda: len(bot.heard) == 2)
        slack.links.reorder_next = True
        await me.types("two")
        await me.types("three")
        await slack.until(lambda: len(bot.heard) == 4)
        assert [event["text"] for event in bot.events] == ["one", "one", "three", "two"]


async def test_an_event_comes_only_with_its_scope_and_subscription() -> None:
    async with together() as (slack, bot, me):
        slack.team().scopes -= {"im:history"}
        await me.types("a")
        slack.team().scopes |= {"im:history"}
        slack.subscriptions -= {"message.im"}
        await me.types("b")
        slack.subscriptions |= {"message.im"}
        await me.types("<c & d>")
        await slack.until(lambda: bot.events)
        assert [event["text"] for event in bot.events] == ["&lt;c &amp; d&gt;"]
        assert me.dm[-1].words == "<c & d>"
        slack.messages_tab = False
        with pytest.raises(AssertionError):
            await me.types("e")


async def test_the_bot_hears_its_own_messages_and_every_change() -> None:
    async with together() as (slack, bot, me):
        message = await posted(bot, me)
        await bot.client.chat_update(channel=message.channel, ts=message.ts, text="b")
        await bot.client.chat_delete(channel=message.channel, ts=message.ts)
        theirs = await me.types("a")
        await me.edits(theirs, "b")
        await me.deletes(theirs)
        await slack.until(lambda: len(slack.links.envelopes) == 6)
        events = [envelope.payload["event"] for envelope in slack.links.envelopes]
        subtypes = [None, "message_changed", "message_deleted"] * 2
        assert [event.get("subtype") for event in events] == subtypes
        assert events[0]["bot_id"] == "BT0001"
        await slack.until(lambda: len(bot.events) == 3)  # Bolt keeps the bot's own to itself
        assert bot.events[1]["previous_message"]["text"] == "a"


# Connections


async def test_a_link_is_good_for_one_connection() -> None:
    async with FakeSlack() as slack, ClientSession() as session:
        client = AsyncWebClient(base_url=slack.api_url)
        url = (await client.apps_connections_open(app_token=slack.app_token))["url"]
        async with session.ws_connect(url) as socket:
            hello = await socket.receive_json()
            assert (hello["type"], hello["num_connections"]) == ("hello", 1)
            async with session.get(url.replace("ws", "http")) as again:
                assert again.status == 404
            sockets = []
            for _ in range(10):
                url = (await client.apps_connections_open(app_token=slack.app_token))["url"]
                sockets.append(await session.ws_connect(url))
            frames = [await one.receive_json() for one in sockets]
            assert frames[-2]["num_connections"] == 10
            assert (frames[-1]["type"], frames[-1]["reason"]) == ("disconnect", "too_many_websockets")
            for one in sockets:
                await one.close()


async def test_an_envelope_goes_to_one_of_several_connections() -> None:
    async with together() as (slack, bot, me), running(slack) as other:
        await slack.until(lambda: len(slack.links.open) == 2)
        for number in range(4):
            assert (await me.command(f"/teamcheck {number}")).error == ""
        assert (len(bot.heard), len(other.heard)) == (2, 2)
        assert slack.links.odd_acks == []


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "link_disabled"])
async def test_a_disconnect_makes_bolt_come_again(reason: str) -> None:
    async with together() as (slack, _, me):
        await slack.links.disconnect(reason)
        await slack.until(lambda: slack.links.connected == 2 and len(slack.links.open) == 1)
        assert (await me.command("/teamcheck")).error == ""


@pytest.mark.parametrize("abruptly", [False, True])
async def test_bolt_comes_again_after_its_socket_was_cut(abruptly: bool) -> None:  # noqa: FBT001
    async with together() as (slack, _, me):
        await slack.links.kill(abruptly=abruptly)
        assert (await me.command("/teamcheck")).error == "dispatch failed"
        await slack.until(lambda: slack.links.open)
        assert (await me.command("/teamcheck")).error == ""


async def test_new_connections_are_refused_as_long_as_a_test_wants() -> None:
    async with together() as (slack, _, _):
        slack.links.refused = True
        await slack.links.kill()
        await slack.until(lambda: slack.called("apps.connections.open")[-1].error)
        assert slack.links.open == []
        slack.links.refused = False
        await slack.until(lambda: slack.links.open)


async def test_a_silent_socket_stands_and_answers_nothing() -> None:
    async with together() as (slack, bot, me):
        slack.links.silent = True
        assert (await me.command("/teamcheck")).timed_out
        assert (len(slack.links.open), bot.heard) == (1, [])
        await slack.until(lambda: len(slack.called("apps.connections.open")) > 1)  # no pong came
        slack.links.silent = False
        await slack.until(lambda: slack.links.connected > 1)


async def test_what_is_sent_while_no_bot_is_there_is_lost() -> None:
    async with FakeSlack() as slack:
        me = slack.person("U0001")
        async with running(slack) as bot:
            await slack.until(lambda: slack.links.open)
            await posted(bot, me, actions(button()))
        await slack.until(lambda: not slack.links.open)
        await me.types("anybody?")
        assert (await me.clicks("Go")).error == "dispatch failed"
        async with running(slack) as bot:
            await slack.until(lambda: slack.links.open)
            assert (await me.clicks("Go")).error == ""
            assert bot.events == []


@pytest.mark.parametrize("first", ["app_uninstalled", "tokens_revoked"])
async def test_after_it_is_uninstalled_the_token_is_dead_and_both_events_come(first: str) -> None:
    async with together() as (slack, bot, me):
        await slack.uninstall(first=first)
        await me.types("still there?")
        await slack.until(lambda: len(bot.events) == 2)
        assert bot.events[0]["type"] == first
        assert {event["type"] for event in bot.events} == {"app_uninstalled", "tokens_revoked"}
        assert (await refused(bot.client.auth_test()))["error"] == "account_inactive"


# People


async def test_a_command_says_who_where_and_what_but_no_thread() -> None:
    async with together(enterprise="E1") as (slack, bot, me):
        bot.answer = {"text": "ok", "blocks": [section("shown")]}
        seen = await me.command("/teamcheck  list all ")
        assert (seen.words, seen.text) == ("shown", "ok")
        heard = bot.heard[-1]
        assert (heard["command"], heard["text"], heard["channel_name"]) == ("/teamcheck", "list all", "directmessage")
        assert (heard["enterprise_id"], heard["api_app_id"], heard["team_id"]) == ("E1", "A0001", "T0001")
        assert "thread_ts" not in heard
        slack.channel("C1", [me], bot_in=False)
        assert (await me.command("/teamcheck", "C1")).words == "shown"
        bot.answer = {"text": "a", "blocks": [actions()]}
        assert (await me.command("/teamcheck")).error == "invalid_command_response"
        assert slack.refusals == [["no fewer than 1 items allowed [json-pointer:/blocks/0/elements]"]]


async def test_a_click_has_the_whole_shape() -> None:
    async with together(enterprise="E1") as (slack, bot, me):
        blocks = [section("*Hi* &lt;you&gt;", block_id="s"), actions(button(value="1"), block_id="b")]
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
        assert heard["user"] == {"id": "U0001", "username": "u0001", "name": "u0001", "team_id": "T0001"}
        assert (heard["team"]["id"], heard["enterprise"]["id"], heard["api_app_id"]) == ("T0001", "E1", "A0001")
        action = heard["actions"][0]
        assert (action["action_id"], action["block_id"], action["value"], action["type"]) == ("go", "b", "1", "button")
        assert heard["state"] == {"values": {}}
        assert heard["trigger_id"]
        assert heard["response_url"].startswith(slack.address)


async def test_only_what_is_on_the_screen_can_be_used() -> None:
    async with together() as (_, bot, me):
        message = await posted(bot, me, actions(button(), choice("static_select", 2)))
        for wrong in (me.clicks("Stop"), me.picks("label 9"), me.ticks(["label 0"]), me.submits({})):
            with pytest.raises(AssertionError):
                await wrong
        await bot.client.chat_update(channel=message.channel, ts=message.ts, text="done", blocks=[])
        with pytest.raises(AssertionError):
            await me.clicks("Go")
        await bot.client.chat_delete(channel=message.channel, ts=message.ts)
        with pytest.raises(AssertionError):
            await me.clicks("Go", message)


async def test_what_was_chosen_is_carried_along() -> None:
    async with together() as (slack, bot, me):
        slack.channel("C1", [me])
        slack.channel("C2")
        await posted(
            bot,
            me,
            section(block_id="t", accessory={**choice("checkboxes", 3), "initial_options": [option("2", "label 2")]}),
            actions(
                choice("static_select", 2, action_id="one"),
                {"type": "conversations_select", "action_id": "two"},
                block_id="p",
            ),
        )
        assert me.dm[-1].words == "a\n☐ label 0\n☐ label 1\n☑ label 2\n[▾]\n[▾]"
        await me.ticks(["label 0", "label 1", "label 0"])
        assert [len(heard["actions"][0]["selected_options"]) for heard in bot.heard] == [2, 3, 2]
        await me.picks("label 1")
        with pytest.raises(AssertionError):
            await me.picks("C2")
        await me.picks("C1")
        assert bot.heard[-1]["actions"][0]["selected_conversation"] == "C1"
        values = bot.heard[-1]["state"]["values"]
        assert [one["value"] for one in values["t"]["c"]["selected_options"]] == ["2", "1"]
        assert values["p"]["one"]["selected_option"]["value"] == "1"


async def test_a_modal_is_filled_in_and_sent() -> None:
    async with together() as (slack, bot, me):
        slack.channel("C1", [me])
        where = {"type": "conversations_select", "action_id": "w", "response_url_enabled": True}
        form = modal(
            asked(),
            asked(choice("radio_buttons", 2), "r"),
            asked(choice("checkboxes", 3), "t"),
            asked(where, "w", optional=True),
            private_metadata="m",
        )
        await bot.client.views_open(trigger_id=await trigger(bot, me), view=form)
        assert set(await me.submits()) == {"b", "r", "t"}
        assert len(bot.heard) == 1
        bot.answer = {"response_action": "errors", "errors": {"b": "Say more"}}
        filled: dict[str, str | list[str]] = {"Why?": "no", "r": "label 1", "t": ["label 0", "label 2"], "w": "C1"}
        assert await me.submits(filled) == {"b": "Say more"}
        sent = bot.heard[-1]
        assert (sent["type"], sent["view"]["private_metadata"]) == ("view_submission", "m")
        assert sent["view"]["state"]["values"]["b"]["a"] == {"type": "plain_text_input", "value": "no"}
        assert len(sent["view"]["state"]["values"]["t"]["c"]["selected_options"]) == 2
        assert sent["response_urls"][0]["channel_id"] == "C1"
        bot.answer = {}
        assert await me.submits({"b": "because"}) == {}
        assert me.modal is None


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
            titles.append(me.modal.title)
        assert titles == ["Second", "Third"]
        for bot.answer in (
            {"response_action": "errors", "errors": {"elsewhere": "no"}},
            {"response_action": "update", "view": modal(title=plain("t" * 25))},
            {"text": "thanks"},
        ):
            assert await me.submits(fill) == {"": "invalid_response"}
        assert len(slack.refusals) == len(me.errors) == 3
        bot.answer = {"response_action": "clear"}
        await me.submits(fill)
        assert me.modal is None


async def test_closing_a_modal_is_told_where_the_view_asks_for_it() -> None:
    async with together() as (_, bot, me):
        await bot.client.views_open(trigger_id=await trigger(bot, me), view=modal(notify_on_close=True))
        await me.closes_modal()
        assert (bot.heard[-1]["type"], bot.heard[-1]["view"]["callback_id"]) == ("view_closed", "form")


async def test_shortcuts_reach_the_bot() -> None:
    async with together() as (_, bot, me):
        message = await posted(bot, me)
        await me.shortcut("start")
        await me.message_shortcut("look", message)
        assert [(body["type"], body["callback_id"]) for body in bot.heard] == [
            ("shortcut", "start"),
            ("message_action", "look"),
        ]
        assert bot.heard[1]["message"]["ts"] == message.ts


async def test_two_workspaces_know_nothing_of_each_other() -> None:
    async with together() as (slack, bot, me):
        await posted(bot, me)
        there = slack.person("U0001", slack.team("T2"))
        assert there.dm == []
        await there.types("hello")
        await slack.until(lambda: bot.heard)
        assert bot.heard[-1]["team_id"] == "T2"
        with pytest.raises(AssertionError):
            await slack.until(lambda: False, seconds=0.02)


async def test_threads_stand_under_their_message() -> None:
    async with together() as (slack, bot, me):
        channel = slack.channel("C1", [me])
        ts = (await bot.client.chat_postMessage(channel="C1", text="a"))["ts"]
        await bot.client.chat_postMessage(channel="C1", text="b", thread_ts=ts, blocks=[actions(button())])
        assert [one.words for one in channel.thread(ts)] == ["[Go]"]
        await me.clicks("Go")
        assert bot.heard[-1]["container"]["thread_ts"] == ts
        stamps = [one.ts for one in channel.messages]
        assert all(before < after for before, after in pairwise(stamps))
        said = await refused(bot.client.chat_postMessage(channel="C1", text="b", thread_ts="1.0"))
        assert said["error"] == "thread_not_found"


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
        assert message.words == "H\nSee this:x:\n3. a\n4. <b>"
