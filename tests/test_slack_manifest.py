"""The manifest and the listeners say the same, and Slack takes the manifest."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from adapters.slack import sender
from adapters.slack.access import SlackAccess
from adapters.slack.forms import MENTOR_FORM, RULES_FORM, WRITE_FORM
from adapters.slack.listeners import Listeners
from adapters.slack.manifest import COMMAND, READ_POSTING, SCOPES, START, TAKE_DOWN, TYPING, manifest
from adapters.slack.platform import SlackPlatform
from adapters.storage.in_memory import InMemoryStore
from bot.turns import Turns
from bot.wiring import new_id
from tests.dialogue import core
from tests.end_to_end.program import ROOT, database_url, run
from tests.fakes.room import Room
from tests.fakes.slack.server import _METHODS

Json = dict[str, Any]


@pytest.fixture
def app() -> AsyncApp:
    platform = SlackPlatform(SlackAccess("xoxb-1", "xapp-1"), core().catalogue, {}, new_id)
    store = InMemoryStore()
    turns: Turns = Room(store).turns
    return platform.app(Listeners(turns, store, platform.people, core().catalogue, {}, new_id, tokens=platform._tokens))


async def heard_by(app: AsyncApp, payload: Json) -> str | None:
    """Return the name of the listener that Bolt gives a payload to."""
    request = AsyncBoltRequest(mode="socket_mode", body=payload)
    response = BoltResponse(status=200)
    for listener in app._async_listeners:
        if await listener.async_matches(req=request, resp=response):
            return listener.ack_function.__name__
    return None


def _event(kind: str) -> Json:
    name, _, channel = kind.partition(".")
    return {"type": "event_callback", "event": {"type": name, **({"channel_type": channel} if channel else {})}}


def _shortcut(shortcut: Json) -> Json:
    kind = {"global": "shortcut", "message": "message_action"}[shortcut["type"]]
    return {"type": kind, "callback_id": shortcut["callback_id"], "trigger_id": "1", "message": {}, "channel": {}}


def _declared(made: Json) -> Iterator[tuple[str, Json]]:
    """Yield what Slack will send us by the manifest."""
    for command in made["features"]["slash_commands"]:
        yield command["command"], {"command": command["command"], "text": ""}
    for shortcut in made["features"]["shortcuts"]:
        yield shortcut["callback_id"], _shortcut(shortcut)
    for event in made["settings"]["event_subscriptions"]["bot_events"]:
        yield event, _event(event)


OWN = {
    COMMAND: "command",
    START: "shortcut",
    READ_POSTING: "posting",
    TAKE_DOWN: "take_down",
    "message.im": "message",
    "app_home_opened": "home",
    "app_uninstalled": "sent_away",
    "tokens_revoked": "sent_away",
}
IN_OUR_MESSAGES: dict[str, Json] = {
    "action": {"type": "block_actions", "actions": [{"action_id": "x", "block_id": "y"}]},
    "submitted": {"type": "view_submission", "view": {"type": "modal", "callback_id": WRITE_FORM}},
    "rules": {"type": "view_submission", "view": {"type": "modal", "callback_id": RULES_FORM}},
    "mentor_wrote": {"type": "view_submission", "view": {"type": "modal", "callback_id": MENTOR_FORM}},
}
"""What comes of buttons and windows of ours: `interactivity` in the manifest, and nothing by name."""


async def test_whatever_the_manifest_declares_has_its_listener(app: AsyncApp) -> None:
    heard = {name: await heard_by(app, payload) for name, payload in _declared(manifest())}
    assert heard == OWN


async def test_whatever_is_listened_to_is_declared(app: AsyncApp) -> None:
    for name, payload in IN_OUR_MESSAGES.items():
        assert await heard_by(app, payload) == name
    assert manifest()["settings"]["interactivity"] == {"is_enabled": True}
    registered = {listener.ack_function.__name__ for listener in app._async_listeners}
    assert registered == {*OWN.values(), *IN_OUR_MESSAGES, "unasked"}


async def test_an_event_that_is_not_declared_is_only_acknowledged(app: AsyncApp) -> None:
    assert await heard_by(app, _event("team_join")) == "unasked"


async def test_another_command_shortcut_or_window_is_nobodys(app: AsyncApp) -> None:
    shortcut = {"type": "global", "callback_id": "another"}
    window = {"type": "view_submission", "view": {"type": "modal", "callback_id": "another"}}
    for payload in ({"command": "/another", "text": ""}, _shortcut(shortcut), window):
        assert await heard_by(app, payload) is None


def test_every_scope_is_needed_by_a_method_that_is_called_or_by_what_is_listened_to() -> None:
    source = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "adapters" / "slack").glob("*.py"))
    called = {method for method in _METHODS if method in source or method.replace(".", "_") in source}
    called |= set(sender._UPLOADING) if "files_upload_v2" in source else set()
    needed = {_METHODS[method].scope for method in called} - {"", "connections:write"}
    assert needed | {"commands"} == set(SCOPES)
    by_event = {"message.im": "im:history"}
    by_part_of_a_message = {"url_private_download": "files:read"}
    listened = manifest()["settings"]["event_subscriptions"]["bot_events"]
    typed = {by_event[event] for event in listened if event in by_event}
    assert typed | {scope for part, scope in by_part_of_a_message.items() if part in source} == set(TYPING)


def test_without_typing_nothing_typed_is_asked_for() -> None:
    with_, without = manifest(), manifest(typing=False)
    scopes = [set(one["oauth_config"]["scopes"]["bot"]) for one in (with_, without)]
    events = [set(one["settings"]["event_subscriptions"]["bot_events"]) for one in (with_, without)]
    assert scopes == [{*SCOPES, *TYPING}, set(SCOPES)]
    assert events[0] - events[1] == {"message.im"}
    assert not any("history" in scope for scope in scopes[1])


@pytest.mark.parametrize("options", [(), ("--no-typing",)])
def test_the_command_prints_the_manifest_as_json(tmp_path: Path, options: tuple[str, ...]) -> None:
    done = run(database_url(tmp_path / "bot.sqlite3"), "slack", "manifest", *options)
    assert (done.code, done.complained) == (0, "")
    assert json.loads(done.said) == manifest(typing=not options)


@pytest.mark.parametrize("typing", [True, False])
def test_slack_takes_the_manifest(*, typing: bool) -> None:
    made = manifest(typing=typing)
    assert set(made) <= {"_metadata", "display_information", "features", "oauth_config", "settings"}
    shown = made["display_information"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert re.fullmatch(r"#[0-9a-f]{6}", shown["background_color"])
    features = made["features"]
    assert len(features["bot_user"]["display_name"]) <= 80
    for command in features["slash_commands"]:
        assert re.fullmatch(r"/[a-z0-9_-]{1,31}", command["command"])
        assert len(command["description"]) <= 2000
        assert len(command["usage_hint"]) <= 1000
    assert len(features["shortcuts"]) <= 10
    for shortcut in features["shortcuts"]:
        assert len(shortcut["name"]) <= 24
        assert len(shortcut["callback_id"]) <= 255
        assert len(shortcut["description"]) <= 150
        assert shortcut["type"] in ("global", "message")
    assert len(made["oauth_config"]["scopes"]["bot"]) <= 255
    assert len(made["settings"]["event_subscriptions"]["bot_events"]) <= 100
    assert made["settings"]["socket_mode_enabled"]
    assert features["app_home"]["messages_tab_enabled"]
    assert not features["app_home"]["messages_tab_read_only_enabled"]


def test_the_documentation_lists_the_scopes_as_they_are() -> None:
    page = (ROOT / "docs" / "slack.md").read_text(encoding="utf-8")
    table = page.partition("| scope | what for |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE) == [*SCOPES, *TYPING]
