"""A person in Slack: does only what their screen lets them, and sees what is on it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.slack.block_check import all_options, check_message
from tests.fakes.slack.fields import STATES, filled, missing, offers, untouched
from tests.fakes.slack.server import Channel, FakeSlack, Json, RefusedError, escaped, named

TIMED_OUT = "operation timed out"
"""What Slack shows beside a click that nobody acknowledged."""
NOT_THERE = "dispatch failed"
"""And where no bot is connected."""
WRONG_ANSWER = "invalid_command_response"
TROUBLE = "we had some trouble connecting"
"""And in a window, where the bot answers something that Slack does not take."""


@dataclass
class Shown:
    """A message, or a view, as it looks now."""

    raw: Json
    channel: str = ""

    @property
    def ts(self) -> str:
        return str(self.raw.get("ts", ""))

    @property
    def id(self) -> str:
        return str(self.raw.get("id") or self.ts)

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
        for block in named(self.blocks):
            block_id = str(block["block_id"])
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
    _chosen: dict[tuple[str, str, str], Json] = field(default_factory=dict)
    """Message or view, block and action -> what is chosen or written there."""

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
    def said(self) -> list[Shown]:
        """Return their own messages to the bot, the oldest first."""
        mine = self.chat.messages
        return [Shown(mine[ts], self.chat.id) for ts in sorted(mine) if "bot_id" not in mine[ts]]

    @property
    def files(self) -> list[Json]:
        """Return what the bot has uploaded for them."""
        return [one for one in self.slack.files.values() if one["channel"] == self.chat.id]

    @property
    def ephemerals(self) -> list[Shown]:
        return [Shown(one, one["channel"]) for one in self.slack.ephemerals.get(self.id, ())]

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
            "text": words.strip(),
            "api_app_id": self.slack.app_id,
            "is_enterprise_install": "false",
            "response_url": self.slack.response_url(self.id, where, None),
            "trigger_id": self.slack.trigger(self.id),
            **({"enterprise_id": self.slack.enterprise} if self.slack.enterprise else {}),
        }
        answer = await self._sent("slash_commands", payload)
        if answer is None:
            return Shown({"text": self.failed[-1] if self.failed else ""})
        if answer and (problems := check_message(answer)):
            self.slack.problems += problems
            self.failed.append(WRONG_ANSWER)
            return Shown({"text": WRONG_ANSWER})
        if answer.get("response_type") == "in_channel":
            self.slack.say(self.slack.channels[where], answer)
        elif answer:
            self.slack.whisper(self.id, where, answer)
        return Shown(answer)

    async def types(self, text: str, *, event_id: str | None = None) -> bool:
        """Type in the direct messages with the bot; tell whether the bot took it, which needs the scope."""
        assert self.slack.messages_tab, "sending messages to this app has been turned off"
        ts = self.slack.timestamp()
        self.chat.messages[ts] = {"ts": ts, "text": text, "user": self.id}
        event = {"type": "message", "channel": self.chat.id, "channel_type": "im", "user": self.id}
        event |= {"text": escaped(text), "ts": ts, "event_ts": ts, "team": self._team}
        return self.slack.hears(event) and await self.slack.send_event(event, event_id)

    async def sends_file(self, name: str, content: bytes, text: str = "") -> bool:
        """Send a file in the direct messages with the bot; tell whether the bot took it."""
        ts = self.slack.timestamp()
        self.chat.messages[ts] = {"ts": ts, "text": text or f"[{name}]", "user": self.id}
        event: Json = {"type": "message", "subtype": "file_share", "channel": self.chat.id, "channel_type": "im"}
        event |= {"user": self.id, "text": escaped(text), "ts": ts, "event_ts": ts, "team": self._team, "upload": False}
        event["files"] = [self.slack.sent_in(name, content)]
        return self.slack.hears(event) and await self.slack.send_event(event)

    async def edits(self, message: Shown, text: str) -> bool:
        """Change a message of their own; tell whether the bot took it."""
        assert message.raw.get("user") == self.id, "that is somebody else's"
        before = dict(message.raw)
        message.raw.update(text=text, edited={"user": self.id, "ts": self.slack.moment()})
        return await self._changes(before, message.raw)

    async def deletes(self, message: Shown) -> bool:
        """Delete a message of their own; tell whether the bot took it."""
        assert message.raw.get("user") == self.id, "that is somebody else's"
        return await self._changes(self.chat.messages.pop(message.ts), None)

    async def _changes(self, before: Json, now: Json | None) -> bool:
        event = self.slack.tell_of_change(self.chat, before, now)
        return event is not None and await self.slack.send_event(event)

    async def clicks(self, label: str, message: Shown | None = None) -> None:
        """Press a button by its label, in the newest message that has it."""
        where, block, button = self._find(label, "button", message)
        style = {"style": button["style"]} if "style" in button else {}
        await self._acts(where, block, button, {"value": button.get("value", ""), **style})

    async def picks(self, label: str, message: Shown | None = None, *, option: str | None = None) -> None:
        """Pick an option by its label: of radio buttons, a menu or an overflow; a channel by its id."""
        if option is not None:
            where, block, menu = self._find(label, "conversations_select", message)
            assert offers(menu, self.slack.channels.get(option), self.id), f"{option} is not in the menu"
            await self._acts(where, block, menu, {"selected_conversation": option})
            return
        for where in self._screens(message):
            for block, one in where.elements():
                if one["type"] in ("radio_buttons", "static_select", "overflow"):
                    for found in all_options(one):
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
                by_label = {option["text"]["text"]: option for option in all_options(one)}
                for label in labels:
                    ticked = self._state(where, block, one)["selected_options"]
                    new = [by_label[label]] if by_label[label] not in ticked else []
                    await self._acts(where, block, one, {"selected_options": [*ticked, *new]})
                return
        raise AssertionError("there is nothing to tick")

    async def submits(self, values: Mapping[str, Any]) -> Mapping[str, str]:
        """Send the open window off, with values by the ids of their actions; return what is wrong with them."""
        view = self.modal
        assert view is not None, "no window is open"
        assert view.raw["submit"], "the window has nothing to send"
        for block, one in view.elements():
            if values.get(one.get("action_id", "")) is not None:
                self._chosen[view.id, block, one["action_id"]] = filled(one, values[one["action_id"]])
        left = {block["block_id"]: self._missing(view, block) for block in view.blocks if block["type"] == "input"}
        if any(left.values()):
            return {block: wrong for block, wrong in left.items() if wrong}
        payload = {
            "type": "view_submission",
            **self._common(in_modal=True),
            "view": {**self._view(view), "app_installed_team_id": self.slack.team, "bot_id": self.slack.bot_id},
            "response_urls": list(self._response_urls(view)),
        }
        answer = await self._sent("interactive", payload)
        if answer is None or view.raw not in self.slack.modals.get(self.id, ()):
            return {}
        try:
            return self._answered(view, answer)
        except RefusedError as refused:
            self.failed.append(TROUBLE)
            return {"": str(refused)}

    def _missing(self, view: Shown, block: Json) -> str:
        element = block["element"]
        return missing(block, self._state(view, block["block_id"], element)) if element["type"] in STATES else ""

    def _answered(self, view: Shown, said: Json) -> Mapping[str, str]:
        """Show what the bot answered to a window that was sent off; return what stands in red in it."""
        stack = self.slack.modals[self.id]
        match said.get("response_action"):
            case None if not said:
                stack.remove(view.raw)
            case "clear":
                stack.clear()
            case "errors":
                inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
                self._refuse([f"no input block {one}" for one in said["errors"] if one not in inputs])
                return dict(said["errors"])
            case "update":
                self.slack.replaced(view.raw, said["view"])
            case "push":
                self.slack.pushed(self.id, said["view"])
            case other:
                self._refuse([f"no such answer: {other}"])
        return {}

    def _refuse(self, problems: list[str]) -> None:
        if problems:
            self.slack.problems += problems
            raise RefusedError("invalid_response")

    def closes_modal(self) -> None:
        """Close the window on top, and with clear_on_close all of them; the bot is told where it asked for it."""
        view = self.modal
        assert view is not None, "no window is open"
        stack = self.slack.modals[self.id]
        gone = stack[::-1] if view.raw["clear_on_close"] else [view.raw]
        self.slack.modals[self.id] = [one for one in stack if one not in gone]
        for one in gone:
            if one["notify_on_close"]:
                closed = {"view": self._view(Shown(one)), "is_cleared": len(gone) > 1}
                self.slack._background(self._tells_closed({"type": "view_closed", **self._common(), **closed}))

    async def _tells_closed(self, payload: Json) -> None:
        del payload["trigger_id"]
        await self._sent("interactive", payload)

    async def opens_home(self, tab: str = "home") -> bool:
        """Look at the bot's page."""
        ts = self.slack.timestamp()
        event: Json = {"type": "app_home_opened", "user": self.id, "channel": self.chat.id, "tab": tab, "event_ts": ts}
        if self.home_page and tab == "home":
            event["view"] = self.home_page.raw
        return self.slack.hears(event) and await self.slack.send_event(event)

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
            "message": self.slack.payload(channel.messages[ts]),
            "response_url": self.slack.response_url(self.id, channel.id, ts),
        }
        await self._sent("interactive", payload)

    # -- how it is sent ----------------------------------------------------------------------------------------------

    @property
    def _team(self) -> str:
        return self.home or self.slack.team

    def _common(self, *, in_modal: bool = False) -> Json:
        enterprise = {"id": self.slack.enterprise, "name": "a company"} if self.slack.enterprise else None
        team = {"enterprise_id": enterprise["id"], "enterprise_name": enterprise["name"]} if enterprise else {}
        return {
            "token": "verification",
            "team": {"id": self.slack.team, "domain": "somewhere", **team},
            "user": {"id": self.id, "username": self.id.lower(), "name": self.id.lower(), "team_id": self._team},
            "api_app_id": self.slack.app_id,
            "enterprise": enterprise,
            "is_enterprise_install": False,
            "trigger_id": self.slack.trigger(self.id, in_modal=in_modal),
        }

    async def _acts(self, where: Shown, block: str, element: Json, chosen: Json) -> None:
        """Use an element; what is in an input block goes out only with its whole window, unless it asks for more."""
        if element["type"] in STATES:
            self._chosen[where.id, block, element["action_id"]] = {"type": element["type"], **chosen}
        around = next((one for one in named(where.blocks) if one["block_id"] == block), {"type": "actions"})
        if around["type"] == "input" and not around.get("dispatch_action"):
            return
        action = {
            "type": element["type"],
            "action_id": element["action_id"],
            "block_id": block,
            "action_ts": self.slack.timestamp(),
            **({"text": element["text"]} if element["type"] == "button" else {}),
            **chosen,
        }
        payload = {"type": "block_actions", **self._common(in_modal=where.raw.get("type") == "modal")}
        await self._sent("interactive", {**payload, "actions": [action], **self._surface(where)})

    def _surface(self, where: Shown) -> Json:
        if where.raw.get("type") in ("home", "modal"):
            return {"container": {"type": "view", "view_id": where.id}, "view": self._view(where)}
        hidden = "ephemeral_for" in where.raw
        container: Json = {"type": "message", "message_ts": where.ts, "channel_id": where.channel}
        container["is_ephemeral"] = hidden
        if thread := where.raw.get("thread_ts"):
            container["thread_ts"] = thread
        name = "directmessage" if where.channel.startswith("D") else where.channel.lower()
        said = {
            "container": container,
            "channel": {"id": where.channel, "name": name},
            "state": {"values": self._values(where)},
            "response_url": self.slack.response_url(self.id, where.channel, where.ts),
        }
        return said if hidden else {**said, "message": self.slack.payload(where.raw)}

    def _state(self, where: Shown, block: str, element: Json) -> Json:
        return self._chosen.get((where.id, block, element["action_id"])) or untouched(element)

    def _values(self, where: Shown) -> Json:
        values: Json = {}
        for block, one in where.elements():
            if one["type"] in STATES:
                values.setdefault(block, {})[one["action_id"]] = self._state(where, block, one)
        return values

    def _view(self, view: Shown) -> Json:
        return {**view.raw, "state": {"values": self._values(view)}}

    def _response_urls(self, view: Shown) -> Iterator[Json]:
        for block, one in view.elements():
            chosen = self._state(view, block, one)[STATES[one["type"]]] if one.get("response_url_enabled") else None
            if chosen:
                url = self.slack.response_url(self.id, chosen, None)
                yield {"block_id": block, "action_id": one["action_id"], "channel_id": chosen, "response_url": url}

    async def _sent(self, kind: str, payload: Json) -> Json | None:
        """Send what waits for an acknowledgement; None where it did not come."""
        envelope = await self.slack.send(kind, payload)
        if self.slack.is_lost(envelope):
            self.failed.append(NOT_THERE)
            return None
        done, answer = await self.slack.acknowledged(envelope)
        if not done:
            self.failed.append(TIMED_OUT)
            return None
        return answer or {}

    def _screens(self, message: Shown | None) -> list[Shown]:
        """Return what can be used, the newest first: an open window hides everything that is below it."""
        modal = self.modal
        if message is not None:
            # As it looked when it was read: whoever holds on to an old screen presses what the bot has changed since.
            assert modal is None or message.id == modal.id, f"a window is open over it:\n{modal.words}"
            return [message]
        if modal:
            return [modal]
        pages = [self.home_page] if self.home_page else []
        return [*reversed(self.dm), *pages, *reversed(self.ephemerals), *reversed(self._in_channels)]

    @property
    def _in_channels(self) -> list[Shown]:
        mine = [one for one in self.slack.channels.values() if self.id in one.members and not one.direct]
        found = [Shown(message, channel.id) for channel in mine for message in channel.messages.values()]
        return sorted(found, key=lambda one: one.ts)

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


def _words(part: Any) -> Iterator[str]:  # noqa: ANN401  any part of a block
    if isinstance(part, list):
        for one in part:
            yield from _words(one)
        return
    if not isinstance(part, dict):
        return
    kind = part.get("type")
    if kind == "rich_text_section":
        yield "".join(map(_run, part["elements"]))
    elif kind == "button":
        yield f"[{part['text']['text']}]"
    elif kind == "mrkdwn":
        yield part["text"].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    elif kind in ("plain_text", "text"):
        yield str(part["text"])
    elif kind in ("overflow", "static_select", "multi_static_select", "radio_buttons", "checkboxes"):
        yield " | ".join(f"({one['text']['text']})" for one in all_options(part))
    else:
        for name in ("text", "label", "fields", "elements", "element", "accessory", "hint"):
            yield from _words(part.get(name))


def _run(run: Json) -> str:
    match run["type"]:
        case "emoji":
            return f":{run['name']}:"
        case "broadcast":
            return f"@{run['range']}"
        case "user":
            return f"@{run['user_id']}"
        case "link":
            return str(run.get("text", run["url"]))
        case _:
            return str(run.get("text", run.get("channel_id", "")))
