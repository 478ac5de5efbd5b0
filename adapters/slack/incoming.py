"""Slack's payloads -> events: pure. What a payload repeats at a redelivery is the event's idempotency key."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from adapters.button_ids import read_button_id
from adapters.slack.block_kit import MORE, TICKED
from adapters.slack.people import About
from conversations.events import LookedHome, Opened, Pressed, Typed
from conversations.messages import Receipt
from conversations.session import Intent, SessionKey

PLATFORM = "slack"
Body = Mapping[str, Any]
_ENTITY = re.compile(r"<(?:[@#!]([A-Z0-9^a-z]+)|([^<>|]+))(?:\|([^<>]*))?>")
_BY_A_PERSON = (None, "file_share", "me_message", "thread_broadcast")
"""Subtypes of what somebody wrote; the others tell of edits, of joins, of what bots said."""


def place_of(team: str, enterprise: str | None) -> str:
    """Return the workspace of a key: ids of people are only unique within it."""
    return f"{enterprise or '-'}.{team}"


def key_of(team: str, enterprise: str | None, user: str) -> SessionKey:
    """Return whose conversation it is."""
    return SessionKey(PLATFORM, place_of(team, enterprise), user)


def team_of(workspace: str) -> str:
    """Return the team in a key's workspace."""
    return workspace.partition(".")[2]


def plain(text: str) -> str:
    """Return text as the person typed it: Slack escapes three characters, and writes links and mentions its own way."""

    def word(match: re.Match[str]) -> str:
        called, link, label = match.groups()
        return str(label or called or link)

    text = _ENTITY.sub(word, text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _object(value: object) -> Body:
    return value if isinstance(value, Mapping) else {}


def moment(timestamp: object, now: datetime) -> datetime:
    """Return when it happened, by Slack's clock where it says so."""
    try:
        return datetime.fromtimestamp(float(_text(timestamp)), UTC) if timestamp else now
    except (ValueError, OverflowError, OSError):
        return now


def command(body: Body, key: SessionKey, about: About, now: datetime, fresh: str) -> Opened | Typed:
    """Read `/teamcheck` and the words behind it; `fresh` is the id of a check that may begin."""
    text, repeated = plain(_text(body.get("text"))).strip(), body["trigger_id"]
    if not text:
        return Opened(key, now, fresh, language=about.language, zone=about.zone, id=repeated)
    channel = _text(body.get("channel_id"))
    return Typed(
        key,
        now,
        text,
        id=repeated,
        new_check=fresh,
        language=about.language,
        zone=about.zone,
        channel=None if channel.startswith("D") else channel or None,
    )


def shortcut(body: Body, key: SessionKey, about: About, now: datetime, fresh: str) -> Opened:
    """Read the global shortcut: it is the bare command."""
    at = moment(body.get("action_ts"), now)
    return Opened(key, at, fresh, language=about.language, zone=about.zone, id=body["trigger_id"])


def attached(body: Body) -> list[Body]:
    """Return the files that came with a message."""
    files = body["event"].get("files")
    return [_object(one) for one in files] if isinstance(files, list) else []


def posting(body: Body, key: SessionKey, about: About, now: datetime, fresh: str) -> Typed:
    """Read that somebody pointed at a message as a job posting."""
    text = plain(_text(_object(body.get("message")).get("text")))
    at = moment(body.get("action_ts"), now)
    return Typed(
        key, at, text, posting=True, id=body["trigger_id"], new_check=fresh, language=about.language, zone=about.zone
    )


def typed(body: Body, key: SessionKey, about: About, now: datetime, fresh: str, *, posting: str = "") -> Typed | None:
    """Read a line in our direct messages, or the file that came with it; None for what nobody typed.

    `posting` is the text of the file: empty where it could not be read; then what was written beside it counts.
    """
    event = body["event"]
    if event.get("channel_type") != "im" or event.get("bot_id") or event.get("subtype") not in _BY_A_PERSON:
        return None
    at = moment(event.get("ts"), now)
    text = plain(_text(event.get("text")))
    handed_over = bool(posting) or (bool(attached(body)) and not text)
    if posting:
        text = "\n".join(filter(None, (text, posting)))
    return Typed(
        key,
        at,
        text,
        posting=handed_over,
        id=body["event_id"],
        new_check=fresh,
        language=about.language,
        zone=about.zone,
    )


def looked_home(body: Body, key: SessionKey, about: About, now: datetime) -> LookedHome | None:
    """Read that somebody opened their page; None for another tab of it."""
    if body["event"].get("tab") != "home":
        return None
    at = moment(body["event"].get("event_ts"), now)
    return LookedHome(key, at, body["event_id"], about.language, about.zone)


def action_id(body: Body) -> str:
    """Return the id that was pressed: of an overflow menu, the one of its option."""
    action = body["actions"][0]
    if action["action_id"] == MORE:
        return _text(_object(action.get("selected_option")).get("value"))
    return str(action["action_id"])


def label(body: Body) -> str:
    """Return what stands on the button, or the option, that was pressed."""
    action = body["actions"][0]
    shown = _object(action.get("selected_option")) or action
    return _text(_object(shown.get("text")).get("text"))


def pressed(body: Body, key: SessionKey, about: About, now: datetime, fresh: str) -> Pressed | None:
    """Read a button or a menu; None where its id is none of ours."""
    action = body["actions"][0]
    button = read_button_id(action_id(body))
    if button is None:
        return None
    arguments = (button.argument,) if button.argument else _picked(action, body, button.intent)
    return Pressed(
        key,
        moment(action.get("action_ts"), now),
        button.intent,
        arguments,
        check=button.check,
        seen=button.seen,
        step=button.step,
        id=body["trigger_id"],
        new_check=fresh,
        language=about.language,
        zone=about.zone,
    )


def _picked(action: Body, body: Body, intent: Intent) -> tuple[str, ...]:
    if action["action_id"] != MORE:
        if option := _text(_object(action.get("selected_option")).get("value")):
            return (option,)
        if conversation := _text(action.get("selected_conversation")):
            return (conversation,)
    if intent is Intent.COMPARE:
        return tuple(_text(_object(one).get("value")) for one in action.get("selected_options") or ())
    if intent is not Intent.ANSWER:
        return ()
    # "Done": what is ticked is in the state of the whole message. Nothing ticked is no answer yet.
    values = _object(_object(body.get("state")).get("values"))
    ticked = _object(_object(values.get(TICKED)).get(TICKED)).get("selected_options")
    options = ticked if isinstance(ticked, list) else []
    return tuple(filter(None, (_text(_object(option).get("value")) for option in options))) or ("",)


def stands_at(body: Body) -> Receipt:
    """Return the message whose button was pressed."""
    container = _object(body.get("container"))
    return Receipt(_text(container.get("channel_id")), _text(container.get("message_ts")))


def channel_picked(body: Body) -> str:
    """Return the channel that was picked from a menu; empty where none was."""
    return _text(body["actions"][0].get("selected_conversation"))


def pressed_at(body: Body) -> Receipt | None:
    """Return the message of ours whose button was pressed, where we may write over it: in our direct messages."""
    container = _object(body.get("container"))
    if container.get("type") != "message" or container.get("is_ephemeral"):
        return None
    channel, ts = _text(container.get("channel_id")), _text(container.get("message_ts"))
    return Receipt(channel, ts, asks=True) if channel.startswith("D") and ts else None


def written(body: Body, key: SessionKey, text: str, button_id: str, now: datetime) -> Typed | None:
    """Read what was written in a form that stands for a button; None where its id is none of ours."""
    button = read_button_id(button_id)
    if button is None:
        return None
    return Typed(key, now, text, button.check, button.seen, id=body["trigger_id"], form=True)
