"""Discord's interactions and messages -> events: pure. Their ids are what is repeated at a redelivery."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from discord import Permissions

from adapters.button_ids import Button, read_button_id
from adapters.discord.components import MORE
from conversations.events import Administered, LookedHome, Opened, Pressed, Typed
from conversations.messages import Receipt
from conversations.session import Intent, SessionKey

PLATFORM = "discord"
Data = Mapping[str, Any]
_MENTIONED = re.compile(r"<(?:#|@[!&]?)(\d+)>")
_BARE_ID = re.compile(r"\d{15,20}")


def key_of(user: int | str) -> SessionKey:
    """Return whose conversation it is: on Discord one a person, wherever they come from."""
    return SessionKey(PLATFORM, "", str(user))


def admin_key(guild: int | str, user: int | str) -> SessionKey:
    """Return as whom an admin sets the rules of a server."""
    return SessionKey(PLATFORM, str(guild), str(user))


def options_of(data: Data) -> dict[str, str]:
    """Return what was put behind a command, by the names of its options."""
    return {str(one["name"]): str(one.get("value", "")) for one in data.get("options") or ()}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something comes from: what every event carries."""

    key: SessionKey
    at: datetime
    id: str
    """What is repeated at a redelivery."""
    fresh: str
    """The id of a check that may begin."""
    language: str | None = None
    place: str | None = None
    """The server that it was done in."""
    channel: str | None = None
    """The channel, where it may be shared in."""
    groups: tuple[str, ...] = ()
    """The person's roles in the server."""


def command(words: str, origin: Origin) -> Opened | Typed:
    """Read `/teamcheck` and what was put behind it."""
    if not words.strip():
        return opened(origin)
    return Typed(
        origin.key,
        origin.at,
        words.strip(),
        id=origin.id,
        new_check=origin.fresh,
        language=origin.language,
        place=origin.place,
        groups=origin.groups,
        channel=origin.channel,
    )


def opened(origin: Origin) -> Opened:
    """Read that somebody wants to begin, or to go on."""
    return Opened(origin.key, origin.at, origin.fresh, language=origin.language, id=origin.id, place=origin.place)


def component_id(data: Data) -> str:
    """Return the id that was pressed: of a menu of buttons, the one of its option."""
    if data.get("custom_id") == MORE:
        return str((data.get("values") or [""])[0])
    return str(data.get("custom_id", ""))


def pressed(data: Data, origin: Origin) -> Pressed | None:
    """Read a button or a menu; None where its id is none of ours."""
    button = read_button_id(component_id(data))
    if button is None:
        return None
    picked = () if data.get("custom_id") == MORE else _picked(data)
    return Pressed(
        origin.key,
        origin.at,
        button.intent,
        (button.argument,) if button.argument else picked,
        check=button.check,
        seen=button.seen,
        step=button.step,
        id=origin.id,
        new_check=origin.fresh,
        language=origin.language,
        place=origin.place,
        groups=origin.groups,
    )


def _picked(data: Data) -> tuple[str, ...]:
    """Return what was picked from a menu; of channels those in which the person may write."""
    resolved = data.get("resolved") or {}
    channels = resolved.get("channels") or {}
    values = (str(one) for one in data.get("values") or ())
    return tuple(one for one in values if one not in channels or _may_write(channels[one]))


def channels_picked(data: Data) -> tuple[str, ...]:
    """Return the channels that were picked from a menu, those in which the person may write."""
    return _picked(data)


def _may_write(channel: Data) -> bool:
    allowed = Permissions(int(channel.get("permissions") or 0))
    return allowed.administrator or (allowed.view_channel and allowed.send_messages)


def glanced(origin: Origin) -> LookedHome:
    """Read that somebody types behind the command, and wants to see what they may mean."""
    return LookedHome(origin.key, origin.at, language=origin.language)


def form_button(custom_id: str) -> Button | None:
    """Return the button that a form stands for."""
    return read_button_id(custom_id.partition(" ")[2])


def written(custom_id: str, text: str, origin: Origin) -> Typed | None:
    """Read what was written in a form; None where its id is none of ours.

    A form of Discord is closed when it is sent: what cannot be read is said below it.
    """
    button = form_button(custom_id)
    if button is None or button.intent not in (Intent.ANSWER, Intent.PASTED):
        return None
    return Typed(origin.key, origin.at, text, button.check, button.seen, id=origin.id)


def posting(text: str, origin: Origin) -> Typed:
    """Read a text that somebody handed over as a job posting: a file, or a message they pointed at."""
    return Typed(
        origin.key,
        origin.at,
        text,
        posting=True,
        id=origin.id,
        new_check=origin.fresh,
        language=origin.language,
        place=origin.place,
    )


def message_of(data: Data) -> Data:
    """Return the message that a command was given at."""
    messages = (data.get("resolved") or {}).get("messages") or {}
    return messages.get(str(data.get("target_id", ""))) or {}


def typed(text: str, origin: Origin) -> Typed:
    """Read a line in our direct messages. Discord does not tell the writer's language with it."""
    return Typed(origin.key, origin.at, text, id=origin.id, new_check=origin.fresh)


def administered(options: Mapping[str, str], origin: Origin) -> Administered:
    """Read what an admin set: only what was named is set. A dash sets a rule back."""
    rules = {name: _values(name, value) for name, value in options.items()}
    return Administered(origin.key, origin.at, rules, origin.id, origin.language)


def _values(name: str, value: str) -> tuple[str, ...]:
    if value.strip() in ("-", "–", "—"):
        return ()
    if name in ("channels", "mentors", "sharers"):
        return tuple(_MENTIONED.findall(value)) or tuple(_BARE_ID.findall(value)) or (value,)
    return (value.strip(),)


def pressed_at(channel: int | str | None, message: int | str | None, *, direct: bool) -> Receipt | None:
    """Return the message of ours whose button was pressed, where we may write over it: in our direct messages."""
    return Receipt(str(channel), str(message), asks=True) if direct and channel and message else None
