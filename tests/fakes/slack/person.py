"""A person in Slack: does only what their screen lets them, and sees what is on it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.slack.server import Channel, FakeSlack, Json

TIMED_OUT = "operation timed out"
"""What Slack shows beside a click that nobody acknowledged."""


@dataclass
class Shown:
    """A message, or a view, as it looks now."""

    raw: Json
    channel: str = ""

    @property
    def ts(self) -> str:
        return str(self.raw.get("ts", ""))

    @property
    def text(self) -> str:
        return str(self.raw.get("text", ""))

    @property
    def blocks(self) -> list[Json]:
        return list(self.raw.get("blocks") or [])

    @property
    def words(self) -> str:
        """Everything that can be read, in its order; what can be pressed in brackets."""
        return "\n".join(_words(self.blocks)) if self.blocks else self.text

    def elements(self) -> Iterator[tuple[str, Json]]:
        """Yield what can be used, each with the id of its block."""
        for place, block in enumerate(self.blocks):
            block_id = str(block.get("block_id") or f"block{place}")
            found = [*block.get("elements", ()), block.get("accessory"), block.get("element")]
            yield from ((block_id, one) for one in found if isinstance(one, dict) and "action_id" in one)

    @property
    def buttons(self) -> list[str]:
        return [one["text"]["text"] for _, one in self.elements() if one["type"] == "button"]


@dataclass
class Person:
    """Somebody with an account in the workspace, or, over a shared channel, in another one."""

    slack: FakeSlack
    id: str
    home: str | None = None
    """Their own workspace; None: this one."""
    failed: list[str] = field(default_factory=list)
    """What their client told them did not work."""
    _ticked: dict[str, list[Json]] = field(default_factory=dict)
    """Message -> the options that are ticked in it."""

    # -- what they see -----------------------------------------------------------------------------------------------

    @property
    def chat(self) -> Channel:
        return self.slack.direct(self.id)

    @property
    def dm(self) -> list[Shown]:
        """Return the bot's messages to them, the oldest first."""
        mine = self.chat.messages
        return [Shown(mine[ts], self.chat.id) for ts in sorted(mine) if "bot_id" in mine[ts]]

    @property
    def last(self) -> Shown:
        return self.dm[-1]

    @property
    def ephemerals(self) -> list[Shown]:
        return [Shown(one) for one in self.slack.ephemerals.get(self.id, ())]

    @property
    def modal(self) -> Shown | None:
        stack = self.slack.modals.get(self.id)
        return Shown(stack[-1]) if stack else None

    @property
    def home_page(self) -> Shown | None:
        page = self.slack.homes.get(self.id)
        return Shown(page) if page else None

    async def sees(self, words: str, seconds: float = 15.0) -> Shown:
        """Wait until words are in one of the bot's messages; return that message."""
        found = await self.slack.until(lambda: any(words in one.words for one in self.dm), seconds)
        assert found, f"{words!r} is not in:\n" + "\n---\n".join(one.words for one in self.dm)
        return next(one for one in reversed(self.dm) if words in one.words)

    # -- what they do ------------------------------------------------------------------------------------------------

    async def command(self, words: str = "", channel: str | None = None) -> Shown:
        """Type `/teamcheck`; return what they alone see then."""
        where = channel or self.chat.id
        payload = {
            "token": "verification",
            "team_id": self.slack.team,
            "team_domain": "somewhere",
            "channel_id": where,
            "channel_name": "directmessage" if where.startswith("D") else where.lower(),
            "user_id": self.id,
            "user_name": self.id.lower(),
            "command": "/teamcheck",
            "text": words,
            "api_app_id": self.slack.app_id,
            "is_enterprise_install": "false",
            "response_url": self.slack.response_url(self.id, where, None),
            "trigger_id": self.slack.trigger(self.id),
            **({"enterprise_id": self.slack.enterprise} if self.slack.enterprise else {}),
        }
        answer = await self._sent("slash_commands", payload)
        if answer is None:
            return Shown({"text": self.failed[-1] if self.failed else ""})
        if answer:
            self.slack.ephemerals.setdefault(self.id, []).append(answer)
        return Shown(answer)

    async def types(self, text: str, *, event_id: str | None = None) -> bool:
        """Type in the direct messages with the bot; tell whether the bot took it, which needs the scope."""
        ts = self.slack.timestamp()
        self.chat.messages[ts] = {"ts": ts, "text": text, "user": self.id}
        if "im:history" not in self.slack.scopes:
            return False
        escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        event = {"type": "message", "channel": self.chat.id, "channel_type": "im", "user": self.id, "text": escaped}
        return await self.slack.send_event({**event, "ts": ts, "event_ts": ts, "team": self._team}, event_id)

    async def clicks(self, label: str, message: Shown | None = None) -> None:
        """Press a button by its label, in the newest message that has it."""
        where, block, button = self._find(label, "button", message)
        await self._acts(where, block, button, {"value": button.get("value", "")})

    async def picks(self, label: str, message: Shown | None = None, *, option: str | None = None) -> None:
        """Pick an option by its label: of radio buttons, a menu or an overflow; a channel by its id."""
        if option is not None:
            where, block, menu = self._find(label, "conversations_select", message)
            await self._acts(where, block, menu, {"selected_conversation": option})
            return
        for where in self._screens(message):
            for block, one in where.elements():
                if one["type"] in ("radio_buttons", "static_select", "overflow"):
                    for found in one["options"]:
                        if found["text"]["text"] == label:
                            await self._acts(where, block, one, {"selected_option": found})
                            return
        raise AssertionError(
            f"there is no option {label!r} in\n" + "\n---\n".join(s.words for s in self._screens(message))
        )

    async def ticks(self, *labels: str, message: Shown | None = None) -> None:
        """Tick checkboxes one after the other; each tells the bot, and none answers anything."""
        for where in self._screens(message):
            for block, one in where.elements():
                if one["type"] not in ("checkboxes", "multi_static_select"):
                    continue
                by_label = {option["text"]["text"]: option for option in one["options"]}
                ticked = self._ticked.setdefault(where.ts, [])
                for label in labels:
                    if by_label[label] not in ticked:
                        ticked.append(by_label[label])
                    await self._acts(where, block, one, {"selected_options": list(ticked)})
                return
        raise AssertionError("there is nothing to tick")

    async def submits(self, values: Mapping[str, Any]) -> Mapping[str, str]:
        """Send the open window off, with values by the ids of their actions; return what is wrong with them."""
        view = self.modal
        assert view is not None
        state: dict[str, dict[str, Json]] = {}
        for block, one in view.elements():
            state.setdefault(block, {})[one["action_id"]] = _field(one, values.get(one["action_id"]))
        payload = {
            "type": "view_submission",
            **self._common(),
            "view": {
                **view.raw,
                "state": {"values": state},
                "app_installed_team_id": self.slack.team,
                "root_view_id": view.raw["id"],
                "bot_id": self.slack.bot_id,
            },
            "response_urls": [],
        }
        answer = await self._sent("interactive", payload)
        if answer is None:
            return {}
        if answer.get("response_action") == "errors":
            unknown = answer["errors"].keys() - {block for block, _ in view.elements()}
            assert not unknown, f"errors at fields that are not there: {unknown}"
            return dict(answer["errors"])
        self.slack.modals[self.id] = self.slack.modals[self.id][:-1]
        return {}

    def closes_modal(self) -> None:
        self.slack.modals[self.id] = self.slack.modals[self.id][:-1]

    async def opens_home(self, tab: str = "home") -> bool:
        """Look at the bot's page."""
        ts = self.slack.timestamp()
        event = {"type": "app_home_opened", "user": self.id, "channel": self.chat.id, "tab": tab, "event_ts": ts}
        return await self.slack.send_event(event)

    async def shortcut(self, callback_id: str) -> None:
        """Use a global shortcut."""
        payload = {
            "type": "shortcut",
            **self._common(),
            "callback_id": callback_id,
            "action_ts": self.slack.timestamp(),
        }
        await self._sent("interactive", payload)

    async def message_shortcut(self, callback_id: str, channel: Channel, ts: str) -> None:
        """Use a shortcut of a message."""
        payload = {
            "type": "message_action",
            **self._common(),
            "callback_id": callback_id,
            "action_ts": self.slack.timestamp(),
            "message_ts": ts,
            "channel": {"id": channel.id, "name": channel.id.lower()},
            "message": {"type": "message", **channel.messages[ts]},
            "response_url": self.slack.response_url(self.id, channel.id, ts),
        }
        await self._sent("interactive", payload)

    # -- how it is sent ----------------------------------------------------------------------------------------------

    @property
    def _team(self) -> str:
        return self.home or self.slack.team

    def _common(self) -> Json:
        enterprise = {"id": self.slack.enterprise, "name": "a company"} if self.slack.enterprise else None
        return {
            "token": "verification",
            "team": {"id": self.slack.team, "domain": "somewhere"},
            "user": {"id": self.id, "username": self.id.lower(), "name": self.id.lower(), "team_id": self._team},
            "api_app_id": self.slack.app_id,
            "enterprise": enterprise,
            "is_enterprise_install": False,
            "trigger_id": self.slack.trigger(self.id),
        }

    async def _acts(self, where: Shown, block: str, element: Json, chosen: Json) -> None:
        action = {
            "type": element["type"],
            "action_id": element["action_id"],
            "block_id": block,
            "action_ts": self.slack.timestamp(),
            **({"text": element["text"]} if element["type"] == "button" else {}),
            **chosen,
        }
        state: dict[str, dict[str, Json]] = {}
        for at, one in where.elements():
            if one["type"] in ("checkboxes", "multi_static_select"):
                ticked = {"type": one["type"], "selected_options": self._ticked.get(where.ts, [])}
                state.setdefault(at, {})[one["action_id"]] = ticked
        payload = {"type": "block_actions", **self._common(), "actions": [action], "state": {"values": state}}
        if where.raw.get("type") == "home":
            payload |= {"container": {"type": "view", "view_id": where.raw["id"]}, "view": where.raw}
        else:
            container = {"type": "message", "message_ts": where.ts, "channel_id": where.channel, "is_ephemeral": False}
            payload |= {
                "container": container,
                "channel": {"id": where.channel, "name": "directmessage"},
                "message": {"type": "message", **where.raw},
                "response_url": self.slack.response_url(self.id, where.channel, where.ts),
            }
        await self._sent("interactive", payload)

    async def _sent(self, kind: str, payload: Json) -> Json | None:
        """Send what waits for an acknowledgement; None where it did not come."""
        envelope = await self.slack.send(kind, payload)
        done, answer = await self.slack.acknowledged(envelope)
        if not done:
            self.failed.append(TIMED_OUT)
            return None
        return answer or {}

    def _screens(self, message: Shown | None) -> list[Shown]:
        if message is not None:
            # As it looks now: whoever holds on to an old screen is told so by `old_screen`.
            return [message]
        pages = [self.home_page] if self.home_page else []
        return [*reversed(self.dm), *pages]

    def _find(self, label: str, kind: str, message: Shown | None) -> tuple[Shown, str, Json]:
        for where in self._screens(message):
            for block, one in where.elements():
                named = one.get("text") or one.get("placeholder") or {}
                if one["type"] == kind and label in (named.get("text"), one["action_id"]):
                    return where, block, one
        raise AssertionError(
            f"there is no {kind} {label!r} in\n" + "\n---\n".join(s.words for s in self._screens(message))
        )


def person(  # noqa: PLR0913  as an account has it
    slack: FakeSlack,
    id: str,  # noqa: A002  as Slack calls it
    *,
    locale: str = "en-US",
    zone: str = "Europe/Berlin",
    admin: bool = False,
    guest: bool = False,
    home: str | None = None,
) -> Person:
    """Give somebody an account."""
    slack.users[id] = {
        "id": id,
        "team_id": home or slack.team,
        "name": id.lower(),
        "locale": locale,
        "tz": zone,
        "tz_offset": 3600,
        "is_admin": admin,
        "is_owner": False,
        "is_restricted": guest,
        "is_ultra_restricted": False,
        "is_stranger": home is not None,
        "deleted": False,
        "is_bot": False,
    }
    return Person(slack, id, home)


def _field(element: Json, value: Any) -> Json:  # noqa: ANN401  whatever the field takes
    match element["type"]:
        case "static_select":
            option = next((one for one in element["options"] if one["value"] == value), None)
            return {"type": "static_select", "selected_option": option or element.get("initial_option")}
        case "multi_conversations_select":
            chosen = element.get("initial_conversations", []) if value is None else list(value)
            return {"type": "multi_conversations_select", "selected_conversations": chosen}
        case "multi_users_select":
            chosen = element.get("initial_users", []) if value is None else list(value)
            return {"type": "multi_users_select", "selected_users": chosen}
        case kind:
            assert value is None or len(value) <= element.get("max_length", 3000)
            return {"type": kind, "value": element.get("initial_value") if value is None else value}


def _words(part: Any) -> Iterator[str]:  # noqa: ANN401  any part of a block
    if isinstance(part, list):
        for one in part:
            yield from _words(one)
        return
    if not isinstance(part, dict):
        return
    kind = part.get("type")
    if kind == "rich_text_section":
        yield "".join(str(one.get("text", one.get("channel_id", ""))) for one in part["elements"])
    elif kind == "button":
        yield f"[{part['text']['text']}]"
    elif kind in ("plain_text", "mrkdwn", "text"):
        yield str(part["text"])
    elif kind in ("overflow", "static_select", "multi_static_select", "radio_buttons", "checkboxes"):
        yield " | ".join(f"({one['text']['text']})" for one in part["options"])
    else:
        for name in ("text", "label", "fields", "elements", "element", "accessory", "hint"):
            yield from _words(part.get(name))
