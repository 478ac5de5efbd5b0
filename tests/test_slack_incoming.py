"""Slack's payloads, as it documents them, and what they are read as."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.button_ids import LONGEST, Button, button_id, read_button_id
from adapters.slack import incoming
from adapters.slack.block_kit import MORE, TICKED
from adapters.slack.forms import rules_written, what_was_written, write_form
from adapters.slack.people import UNKNOWN, About
from conversations.events import LookedHome, Opened, Pressed, Typed
from conversations.messages import Receipt
from conversations.session import Intent
from tests.dialogue import NOON, core

KEY = incoming.key_of("T0001", None, "U0001")
ABOUT = About("zh-CN", "Asia/Shanghai")
THEN = datetime(2026, 3, 2, 11, 59, 30, tzinfo=UTC)
TS = f"{THEN.timestamp():.0f}.000000"
ANSWER = Button(Intent.ANSWER, "", "abc234", 7, "maturity")
Json = dict[str, Any]


def command(text: str | None = "", channel: str = "C0001") -> Json:
    return {
        "token": "verification",
        "team_id": "T0001",
        "team_domain": "somewhere",
        "channel_id": channel,
        "channel_name": "general",
        "user_id": "U0001",
        "user_name": "u0001",
        "command": "/teamcheck",
        "api_app_id": "A0001",
        "is_enterprise_install": "false",
        "response_url": "https://hooks.slack.com/commands/1234/5678",
        "trigger_id": "13345224609.738474920.8088930838d88f008e0",
        **({} if text is None else {"text": text}),
    }


def message(text: str = "", **more: object) -> Json:
    event = {
        "type": "message",
        "channel": "D0001",
        "channel_type": "im",
        "user": "U0001",
        "text": text,
        "ts": TS,
        "event_ts": TS,
        "team": "T0001",
        "blocks": [{"type": "rich_text", "block_id": "x", "elements": []}],
        "client_msg_id": "f4d3",
        **more,
    }
    return {
        "token": "verification",
        "team_id": "T0001",
        "api_app_id": "A0001",
        "event": event,
        "type": "event_callback",
        "event_id": "Ev0001",
        "event_time": 1_772_452_770,
        "authorizations": [{"enterprise_id": None, "team_id": "T0001", "user_id": "UBOT", "is_bot": True}],
    }


def action(kind: str, pressed: Button | str, **more: object) -> Json:
    id_ = pressed if isinstance(pressed, str) else button_id(pressed)
    return {"type": kind, "action_id": id_, "block_id": "b1", "action_ts": TS, **more}


def option(value: str) -> Json:
    return {"text": {"type": "plain_text", "text": "A label", "emoji": False}, "value": value}


def acted(*actions: Json, home: bool = False, **more: object) -> Json:
    at_home = {
        "container": {"type": "view", "view_id": "V0001"},
        "view": {"id": "V0001", "type": "home", "state": {"values": {}}},
    }
    in_message = {
        "container": {"type": "message", "message_ts": "1.1", "channel_id": "D0001", "is_ephemeral": False},
        "channel": {"id": "D0001", "name": "directmessage"},
        "message": {"type": "message", "ts": "1.1", "text": "words", "blocks": []},
        "state": {"values": {}},
        "response_url": "https://hooks.slack.com/actions/1234/5678",
    }
    return {
        "type": "block_actions",
        "user": {"id": "U0001", "username": "u0001", "team_id": "T0001"},
        "api_app_id": "A0001",
        "token": "verification",
        "trigger_id": "12466734323.1395872398",
        "team": {"id": "T0001", "domain": "somewhere"},
        "enterprise": None,
        "is_enterprise_install": False,
        "actions": list(actions),
        **(at_home if home else in_message),
        **more,
    }


def pressed(body: Json) -> Pressed:
    event = incoming.pressed(body, KEY, UNKNOWN, NOON, "fresh1")
    assert event is not None
    return event


def typed(body: Json, posting: str = "") -> Typed | None:
    return incoming.typed(body, KEY, ABOUT, NOON, "fresh1", posting=posting)


# -- commands and shortcuts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "   ", None])
def test_the_bare_command_opens(text: str | None) -> None:
    event = incoming.command(command(text), KEY, ABOUT, NOON, "fresh1")
    repeated = "13345224609.738474920.8088930838d88f008e0"
    assert event == Opened(KEY, NOON, "fresh1", language="zh-CN", zone="Asia/Shanghai", id=repeated)


def test_words_behind_the_command_are_typed_and_tell_the_channel() -> None:
    event = incoming.command(command(" fine 1 a &amp; b "), KEY, ABOUT, NOON, "fresh1")
    assert isinstance(event, Typed)
    assert (event.text, event.channel, event.new_check, event.form) == ("fine 1 a & b", "C0001", "fresh1", False)
    assert (event.language, event.zone) == ("zh-CN", "Asia/Shanghai")


@pytest.mark.parametrize("channel", ["D0001", ""])
def test_direct_messages_are_no_channel_to_share_in(channel: str) -> None:
    event = incoming.command(command("share", channel), KEY, ABOUT, NOON, "fresh1")
    assert isinstance(event, Typed)
    assert event.channel is None


def test_the_shortcut_is_the_bare_command() -> None:
    body = {"type": "shortcut", "action_ts": TS, "trigger_id": "1.2", "callback_id": "start", "team": {"id": "T0001"}}
    event = incoming.shortcut(body, KEY, ABOUT, NOON, "fresh1")
    assert event == Opened(KEY, THEN, "fresh1", language="zh-CN", zone="Asia/Shanghai", id="1.2")


# -- direct messages -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("Acme Search", "Acme Search"),
        ("a &amp; b &lt;c&gt; &amp;lt;", "a & b <c> &lt;"),
        ("&lt;!channel&gt;", "<!channel>"),
        ("see <https://x.example/?a=1&amp;b=2>", "see https://x.example/?a=1&b=2"),
        ("see <http://x.example|x.example>", "see x.example"),
        ("<mailto:a@x.example|a@x.example>", "a@x.example"),
        ("<tel:+4930|+49 30>", "+49 30"),
        ("2 <@U0002|somebody> said", "2 somebody said"),
        ("<@U0002>", "U0002"),
        ("<@W0002>", "W0002"),
        ("in <#C0002|general>", "in general"),
        ("in <#C0002|>", "in C0002"),
        ("<!here> <!channel> <!everyone>", "here channel everyone"),
        ("<!subteam^S0001|@mentors>", "@mentors"),
        ("<!subteam^S0001>", "subteam^S0001"),
        ("<!date^1392734382^{date_short}|Feb 18>", "Feb 18"),
        ("one\ntwo", "one\ntwo"),
        ("1 &lt; 2 and 3 &gt; 2", "1 < 2 and 3 > 2"),
        ("👩‍💻 :smile: שלום", "👩‍💻 :smile: שלום"),
        ("", ""),
    ],
)
def test_a_line_is_read_as_it_was_typed(sent: str, read: str) -> None:
    event = typed(message(sent))
    assert event == Typed(KEY, THEN, read, id="Ev0001", new_check="fresh1", language="zh-CN", zone="Asia/Shanghai")


@given(st.text())
def test_any_text_reads_back_from_how_slack_escapes_it(text: str) -> None:
    assert incoming.plain(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")) == text


@pytest.mark.parametrize("subtype", ["file_share", "me_message", "thread_broadcast"])
def test_what_a_person_wrote_beside_a_file_or_in_a_thread_is_typed(subtype: str) -> None:
    event = typed(message("Acme", subtype=subtype, thread_ts="1.1", files=[{"id": "F1"}]))
    assert event is not None
    assert event.text == "Acme"


def test_a_file_that_is_read_is_a_posting_with_what_was_written_beside_it() -> None:
    event = typed(message("Have a look", subtype="file_share", files=[{"id": "F1"}]), posting="ML engineer")
    assert event is not None
    assert (event.text, event.posting) == ("Have a look\nML engineer", True)


def test_a_file_by_itself_that_cannot_be_read_is_told_of() -> None:
    event = typed(message("", subtype="file_share", files=[{"id": "F1"}]))
    assert event is not None
    assert (event.text, event.posting) == ("", True)


def test_an_answer_in_a_thread_is_an_answer() -> None:
    assert typed(message("Acme", thread_ts="1.1", parent_user_id="UBOT")) == typed(message("Acme"))


@pytest.mark.parametrize(
    "subtype",
    [
        "bot_message",
        "message_changed",
        "message_deleted",
        "message_replied",
        "channel_join",
        "channel_topic",
        "pinned_item",
        "reminder_add",
        "huddle_thread",
        "tombstone",
        "assistant_app_thread",
    ],
)
def test_what_nobody_typed_is_no_line(subtype: str) -> None:
    assert typed(message("words", subtype=subtype)) is None


@pytest.mark.parametrize("more", [{"bot_id": "B0001"}, {"channel_type": "channel"}, {"channel_type": "mpim"}])
def test_what_bots_say_and_what_is_said_elsewhere_is_no_line(more: Json) -> None:
    assert typed(message("words", **more)) is None


def test_an_edit_as_slack_tells_it_is_no_line() -> None:
    edit: Json = {"subtype": "message_changed", "hidden": True, "message": {"text": "new"}, "previous_message": {}}
    body = message(**edit)
    del body["event"]["text"], body["event"]["user"]
    assert typed(body) is None


@pytest.mark.parametrize("odd", [None, "", "soon", "nan", "inf", "1e30", "-1e30", 7, {}, []])
def test_a_time_that_is_none_is_now(odd: object) -> None:
    assert incoming.moment(odd, NOON) == NOON


# -- the page ------------------------------------------------------------------------------------------------------


def looked(tab: str) -> Json:
    event = {"type": "app_home_opened", "user": "U0001", "channel": "D0001", "tab": tab, "event_ts": TS}
    return {"type": "event_callback", "event": event, "event_id": "Ev0002", "team_id": "T0001"}


def test_looking_at_the_page_is_an_event_and_looking_at_the_messages_is_none() -> None:
    event = incoming.looked_home(looked("home"), KEY, ABOUT, NOON)
    assert event == LookedHome(KEY, THEN, "Ev0002", "zh-CN", "Asia/Shanghai")
    assert incoming.looked_home(looked("messages"), KEY, ABOUT, NOON) is None


# -- buttons and menus ---------------------------------------------------------------------------------------------


def answered(*arguments: str) -> Pressed:
    id_ = "12466734323.1395872398"
    return Pressed(KEY, THEN, Intent.ANSWER, arguments, "abc234", 7, "maturity", id=id_, new_check="fresh1")


def test_a_button_means_what_its_id_says() -> None:
    button = Button(Intent.ANSWER, "startup", "abc234", 7, "maturity")
    assert pressed(acted(action("button", button, text={"type": "plain_text", "text": "A"}, value=""))) == answered(
        "startup"
    )


def test_of_radio_buttons_and_menus_the_picked_option_is_the_answer() -> None:
    for kind in ("radio_buttons", "static_select"):
        assert pressed(acted(action(kind, ANSWER, selected_option=option("mature")))) == answered("mature")


def test_of_an_overflow_menu_the_option_says_what_is_meant() -> None:
    unsaid = button_id(Button(Intent.ANSWER, "~declined", "abc234", 7, "maturity"))
    assert pressed(acted(action("overflow", MORE, selected_option=option(unsaid)))) == answered("~declined")
    review = button_id(Button(Intent.REVIEW, "", "abc234", 7))
    event = pressed(acted(action("overflow", MORE, selected_option=option(review))))
    assert (event.intent, event.arguments, event.seen, event.step) == (Intent.REVIEW, (), 7, None)


def test_done_answers_with_everything_that_is_ticked() -> None:
    for kind in ("checkboxes", "multi_static_select"):
        ticked = {"type": kind, "selected_options": [option("recruiter"), option("member")]}
        state = {"values": {TICKED: {TICKED: ticked}, "b9": {"other": {"type": "static_select"}}}}
        assert pressed(acted(action("button", ANSWER), state=state)) == answered("recruiter", "member")


@pytest.mark.parametrize(
    "state",
    [
        {"values": {}},
        {},
        None,
        {"values": {TICKED: {TICKED: {"type": "checkboxes", "selected_options": []}}}},
        {"values": {TICKED: {TICKED: {"type": "multi_static_select", "selected_options": None}}}},
    ],
)
def test_done_with_nothing_ticked_is_no_answer_yet(state: object) -> None:
    assert pressed(acted(action("button", ANSWER), state=state)) == answered("")


def test_a_tick_by_itself_means_nothing() -> None:
    ticked = action("checkboxes", TICKED, selected_options=[option("recruiter")])
    assert incoming.action_id(acted(ticked)) == TICKED
    assert incoming.pressed(acted(ticked), KEY, UNKNOWN, NOON, "fresh1") is None


def test_a_channel_that_was_picked_is_where_to_share() -> None:
    share = Button(Intent.SHARE, "", "abc234")
    event = pressed(acted(action("conversations_select", share, selected_conversation="C0002")))
    assert (event.intent, event.arguments, event.check, event.seen) == (Intent.SHARE, ("C0002",), "abc234", None)


def test_a_step_that_was_picked_from_the_review_is_what_to_change() -> None:
    change = Button(Intent.CHANGE, "", "abc234", step="0")
    assert pressed(acted(action("static_select", change, selected_option=option("plan")))).arguments == ("plan",)


@pytest.mark.parametrize("intent", [Intent.WHY, Intent.BACK, Intent.KEEP, Intent.LATER, Intent.NEW, Intent.SETTINGS])
def test_a_button_without_an_argument_has_none(intent: Intent) -> None:
    assert pressed(acted(action("button", Button(intent)))).arguments == ()


def test_a_button_at_home_has_no_message_to_write_over() -> None:
    body = acted(action("button", Button(Intent.RESUME, "abc234")), home=True)
    assert pressed(body).arguments == ("abc234",)
    assert incoming.pressed_at(body) is None


def test_only_a_message_of_ours_in_direct_messages_is_written_over() -> None:
    body = acted(action("button", ANSWER))
    assert incoming.pressed_at(body) == Receipt("D0001", "1.1", asks=True)
    for odd in ({"channel_id": "C0001"}, {"channel_id": "G0001"}, {"is_ephemeral": True}, {"message_ts": ""}):
        assert incoming.pressed_at({**body, "container": {**body["container"], **odd}}) is None
    assert incoming.pressed_at({}) is None


@pytest.mark.parametrize(
    "odd",
    [
        "",
        "answer",
        "ticked:",
        "drop:abc234:7:maturity:startup",
        "answer:abc234:-7:maturity:startup",
        "answer:abc234:7:maturity:startup:more",
        "answer:abc234:7:maturity:" + "x" * LONGEST,
        f"answer:abc234:{'9' * 5_000}:maturity:startup",
        "ANSWER:abc234:7:maturity:startup",
        "\u0661nswer:::: ",
    ],
)
def test_a_button_that_was_tampered_with_is_none(odd: str) -> None:
    assert read_button_id(odd) is None
    assert incoming.pressed(acted(action("button", odd)), KEY, UNKNOWN, NOON, "fresh1") is None
    assert (
        incoming.pressed(acted(action("overflow", MORE, selected_option=option(odd))), KEY, UNKNOWN, NOON, "fresh1")
        is None
    )
    assert incoming.written({"trigger_id": "1"}, KEY, "words", odd, NOON) is None


# -- windows -------------------------------------------------------------------------------------------------------


def submitted(view: Json, values: Mapping[str, Any]) -> Json:
    return {
        "type": "view_submission",
        "team": {"id": "T0001", "domain": "somewhere"},
        "user": {"id": "U0001", "username": "u0001", "team_id": "T0001"},
        "trigger_id": "1.2",
        "view": {**view, "id": "V0001", "hash": "1.h", "state": {"values": values}},
        "response_urls": [],
    }


@pytest.mark.parametrize("at", [None, Receipt("D0001", "1.1", asks=True)])
def test_what_was_written_in_a_window_comes_with_what_it_answers(at: Receipt | None) -> None:
    view = write_form(core().catalogue, "en", "What for?", button_id(ANSWER), at)
    field = {"type": "plain_text_input", "value": "a & <b>\nc"}
    body = submitted(view, {"answer": {"answer": field}})
    text, button, place = what_was_written(body["view"])
    assert (text, place) == ("a & <b>\nc", at)
    event = incoming.written(body, KEY, text, button, NOON)
    assert event == Typed(KEY, NOON, "a & <b>\nc", "abc234", 7, id="1.2", form=True)


def test_a_window_sent_off_empty_has_no_words() -> None:
    view = {"private_metadata": "", "state": {"values": {"answer": {"answer": {"type": "x", "value": None}}}}}
    assert what_was_written(view) == ("", "", None)


def test_rules_that_were_set_come_by_their_names() -> None:
    values: dict[str, Json] = {
        "language": {"language": {"type": "static_select", "selected_option": option("zh")}},
        "pack": {"pack": {"type": "static_select", "selected_option": None}},
        "channels": {"channels": {"type": "multi_conversations_select", "selected_conversations": ["C1", "C2"]}},
        "mentors": {"mentors": {"type": "multi_users_select", "selected_users": []}},
        "shares_a_day": {"shares_a_day": {"type": "plain_text_input", "value": "0"}},
    }
    rules = rules_written(submitted({}, values)["view"])
    assert rules == {"language": ("zh",), "pack": (), "channels": ("C1", "C2"), "mentors": (), "shares_a_day": ("0",)}


# -- whatever comes ------------------------------------------------------------------------------------------------

NAMES = st.sampled_from(
    ["event", "text", "ts", "type", "value", "values", "state", "container", "selected_option", "selected_options",
     "selected_conversation", "channel_id", "message_ts", "action_id", "action_ts", TICKED, "subtype", "tab"]
) | st.text(max_size=5)  # fmt: skip
ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["D1", "im", "home"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=12,
)
BODIES = st.dictionaries(NAMES, ANY, max_size=8)
IDS = st.sampled_from([MORE, TICKED, "write:", button_id(ANSWER), "share::::", "x"]) | st.text(max_size=20)


@settings(deadline=None, derandomize=True, max_examples=100)
@given(BODIES, BODIES, BODIES, IDS)
def test_whatever_is_in_a_payload_nothing_is_raised(body: Json, event: Json, acts: Json, id_: str) -> None:
    # Bolt lets nothing through without these.
    full = {**body, "trigger_id": "1.2", "event_id": "Ev1", "event": event, "actions": [{**acts, "action_id": id_}]}
    incoming.command(full, KEY, ABOUT, NOON, "fresh1")
    incoming.shortcut(full, KEY, ABOUT, NOON, "fresh1")
    incoming.looked_home(full, KEY, ABOUT, NOON)
    incoming.pressed_at(full)
    line = typed({**full, "event": {**event, "channel_type": "im"}})
    assert line is None or isinstance(line.text, str)
    read = incoming.pressed(full, KEY, UNKNOWN, NOON, "fresh1")
    assert read is None or all(isinstance(one, str) for one in read.arguments)
    with suppress(KeyError):
        incoming.action_id({"actions": [acts]})


def test_a_workspace_of_a_key_tells_its_team() -> None:
    for enterprise in (None, "E0001"):
        key = incoming.key_of("T0001", enterprise, "U0001")
        assert incoming.team_of(key.workspace) == "T0001"
    assert incoming.key_of("T0001", None, "U1") != incoming.key_of("T0001", "E0001", "U1")
