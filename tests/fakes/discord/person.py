"""A person in Discord: does only what their screen lets them, and sees what is on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.fakes.discord.filling import fill
from tests.fakes.discord.places import Channel, Role
from tests.fakes.discord.rest import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL_SUBMIT
from tests.fakes.discord.rules import Json
from tests.fakes.discord.screen import BUTTON, SELECTS, STRING_SELECT, Shown, label_of
from tests.fakes.discord.world import Asked

if TYPE_CHECKING:
    from tests.fakes.discord.server import FakeDiscord

FAILED = "interaction failed"
"""What Discord shows where nobody acknowledged, or something is not there any more."""
CLOSED, APART = (50007, "Cannot send messages to this user"), (50278, "Cannot send messages to this user")
_CHAT_INPUT, _OF_A_MESSAGE = 1, 3
_PICKED: Mapping[int, str] = {5: "users", 6: "roles", 8: "channels"}
_THINKING_SECONDS = 15.0
_TYPED = 2000


@dataclass(frozen=True)
class File:
    """A file in a message."""

    name: str
    content: bytes


@dataclass
class Person:
    """Somebody with an account."""

    discord: "FakeDiscord"
    id: int
    locale: str = "en-US"
    user_install: bool = False
    """They installed the app for themselves, wherever they go."""
    failed: list[str] = field(default_factory=list)
    """What their client told them did not work."""
    _form: Asked | None = None
    _closed: set[int] = field(default_factory=set)
    """Ephemeral messages that they dismissed."""

    # -- what they see -----------------------------------------------------------------------------------------------

    @property
    def chat(self) -> Channel:
        """Return their direct messages with the bot."""
        return Channel(self.discord, self.discord.world.direct(self.id))

    @property
    def dm(self) -> list[Shown]:
        """Return the bot's messages to them, the oldest first, as they look now."""
        return [one for one in self.sees_in(self.chat) if self._by_the_bot(one) and not one.ephemeral]

    @property
    def last(self) -> Shown:
        return self.dm[-1]

    @property
    def ephemerals(self) -> list[Shown]:
        """Return what they alone see, wherever that is."""
        world = self.discord.world
        found = [Shown(one) for channel in world.channels() for one in world.messages(channel, self.id)]
        shown = [one for one in found if one.ephemeral and one.id not in self._closed]
        return sorted(shown, key=lambda one: one.id)

    @property
    def modal(self) -> Shown | None:
        """Return the form that is open."""
        return Shown(self._form.modal) if self._form is not None and self._form.modal is not None else None

    @property
    def files(self) -> list[File]:
        """Return the files in the bot's messages to them."""
        return [
            file for one in sorted([*self.dm, *self.ephemerals], key=lambda one: one.id) for file in self.opens(one)
        ]

    def opens(self, message: Shown) -> list[File]:
        """Return the files in a message."""
        found = []
        for one in message.attachments:
            data = self.discord.world.file(str(one["url"]).partition("/attachments/")[2].join(("attachments/", "")))
            assert data is not None
            found.append(File(one["filename"], data))
        return found

    def sees_in(self, channel: Channel) -> list[Shown]:
        """Return what they see in a channel, the oldest first."""
        if not self.discord.world.sees(self.id, channel.id):
            return []
        found = [Shown(one) for one in self.discord.world.messages(channel.id, self.id)]
        return sorted((one for one in found if one.id not in self._closed), key=lambda one: one.id)

    async def sees(self, words: str, seconds: float = 15.0) -> Shown:
        """Wait until words are in something the bot said to them; return the newest of it."""
        found = await self.discord.until(lambda: any(words in one.words for one in self._screens()), seconds)
        assert found, f"{words!r} is not in:\n" + "\n---\n".join(one.words for one in self._screens())
        return next(one for one in self._screens() if words in one.words)

    def _by_the_bot(self, message: Shown) -> bool:
        return bool(message.raw["author"]["id"] == str(self.discord.world.bot))

    def _screens(self) -> list[Shown]:
        return sorted([*self.dm, *self.ephemerals], key=lambda one: -one.id)

    # -- what they do ------------------------------------------------------------------------------------------------

    async def slash(self, command: str, where: Channel | None = None, **options: Any) -> Shown:  # noqa: ANN401  any type of option
        """Use a command; return what they see then."""
        channel = where or self.chat
        found = self._may_use(command, _CHAT_INPUT, channel)
        given = {
            name: (value.id if isinstance(value, Channel | Role | Person) else value) for name, value in options.items()
        }
        simple = {name: value for name, value in given.items() if value is options[name]}
        self.discord.world.checked_options(command, found, simple)
        kinds = {one["name"]: one["type"] for one in found["options"]}
        data: Json = {
            "id": found["id"],
            "name": found["name"],
            "type": _CHAT_INPUT,
            "options": [{"name": name, "type": kinds[name], "value": _wire(value)} for name, value in given.items()],
        }
        resolved = [value for value in options.values() if isinstance(value, Channel | Role | Person)]
        if resolved:
            data["resolved"] = self._resolved(resolved, channel)
        return await self._asks(COMMAND, channel, data)

    async def autocomplete(self, command: str, where: Channel | None = None, **options: str) -> dict[str, str]:
        """Type an option of a command, the last one named; return what they are offered, and what each stands for."""
        channel = where or self.chat
        found = self._may_use(command, _CHAT_INPUT, channel)
        declared = {one["name"]: one for one in found["options"]}
        typed = [{"name": name, "type": declared[name]["type"], "value": value} for name, value in options.items()]
        assert declared[str(typed[-1]["name"])].get("autocomplete"), "nothing is offered for it"
        typed[-1]["focused"] = True
        data = {"id": found["id"], "name": found["name"], "type": _CHAT_INPUT, "options": typed}
        asked = await self._ask(AUTOCOMPLETE, channel, data)
        return {str(one["name"]): str(one["value"]) for one in asked.choices or ()}

    async def message_command(self, command: str, message: Shown) -> Shown:
        """Use a command of a message's menu."""
        channel = Channel(self.discord, message.channel)
        found = self._may_use(command, _OF_A_MESSAGE, channel)
        data = {
            "id": found["id"],
            "name": found["name"],
            "type": _OF_A_MESSAGE,
            "target_id": str(message.id),
            "resolved": {"messages": {str(message.id): self.discord.world.message(channel.id, message.id)}},
        }
        return await self._asks(COMMAND, channel, data)

    async def types(self, text: str) -> Shown:
        """Type in the direct messages with the bot."""
        assert 1 <= len(text) <= _TYPED
        said = self.discord.world.says(self.id, self.chat.id, text)
        return Shown(self.discord.world.message(self.chat.id, said) or {})

    async def sends_file(self, name: str, content: bytes, text: str = "") -> Shown:
        """Send a file in the direct messages with the bot."""
        said = self.discord.world.says(self.id, self.chat.id, text, [(name, content)])
        return Shown(self.discord.world.message(self.chat.id, said) or {})

    def edits(self, message: Shown, text: str) -> None:
        """Change what they typed."""
        self.discord.world.resaid(message.channel, message.id, text)

    def deletes(self, message: Shown) -> None:
        """Delete what they typed."""
        self.discord.world.deletes(message.channel, message.id)

    def dismisses(self, message: Shown) -> None:
        """Dismiss what they alone see."""
        assert message.ephemeral
        self._closed.add(message.id)

    async def clicks(self, label: str, message: Shown | None = None, *, raced: bool = False) -> Shown:
        """Press a button by its label, in the newest message that has it; return what they see then.

        `raced`: the message has changed, but the click was faster.
        """
        for where in self._look(message):
            for one in where.elements():
                if one["type"] == BUTTON and label in (label_of(one), one.get("label")):
                    assert not one.get("disabled"), f"{label!r} is greyed out"
                    assert "custom_id" in one, f"{label!r} opens a page"
                    return await self._presses(where, one, [], {}, raced=raced)
        raise AssertionError(f"there is no button {label!r} in\n{self._all(message)}")

    async def picks(
        self, *options: "str | Channel | Role | Person", message: Shown | None = None, raced: bool = False
    ) -> Shown:
        """Pick from a menu: options by their labels, channels, roles and people themselves, or a channel by name."""
        for where in self._look(message):
            for one in where.elements():
                picked = self._picked(one, where, options)
                if picked is None:
                    continue
                assert not one.get("disabled"), "the menu is greyed out"
                assert one.get("min_values", 1) <= len(options) <= one.get("max_values", 1), "as many cannot be picked"
                values, resolved = picked
                return await self._presses(where, one, values, resolved, raced=raced)
        raise AssertionError(f"{options!r} cannot be picked in\n{self._all(message)}")

    async def submits(self, values: Mapping[str, Any]) -> Shown:
        """Send the open form off, with values by ids or labels; what is not named stays as it is."""
        form = self._form
        assert form is not None
        assert form.modal is not None, "there is no form"
        data = {"custom_id": form.modal["custom_id"], "components": fill(form.modal, values)}
        channel = Channel(self.discord, form.record.channel_id)
        source = form.payload.get("message")
        if source is not None:
            source = self.discord.world.message(channel.id, int(source["id"])) or source
        before = len(self.failed)
        shown = await self._asks(MODAL_SUBMIT, channel, data, source)
        if len(self.failed) > before:
            self._form = form  # it stays open, with an error on it
        return shown

    def closes_modal(self) -> None:
        self._form = None

    def closes_dms(self) -> None:
        self.discord.unreachable[self.id] = CLOSED

    def is_apart(self) -> None:
        """Have no server in common with the bot any more."""
        self.discord.unreachable[self.id] = APART

    def opens_dms(self) -> None:
        self.discord.unreachable.pop(self.id, None)

    # -- how it is sent ----------------------------------------------------------------------------------------------

    def _may_use(self, command: str, kind: int, channel: Channel) -> Json:
        return self.discord.world.offered(command, kind, self.id, channel.id, user_install=self.user_install)

    def _look(self, message: Shown | None) -> list[Shown]:
        return self._screens() if message is None else [message]

    def _all(self, message: Shown | None) -> str:
        return "\n---\n".join(one.words for one in self._look(message))

    def _picked(
        self, element: Json, where: Shown, options: "tuple[str | Channel | Role | Person, ...]"
    ) -> tuple[list[str], Json] | None:
        """Return the values of options, and what they are, where they can be picked from something."""
        if element["type"] == STRING_SELECT:
            by_label = {one["label"]: one["value"] for one in element["options"]}
            if not all(isinstance(one, str) and one in by_label for one in options):
                return None
            return [by_label[str(one)] for one in options], {}
        if element["type"] not in SELECTS:
            return None
        kind = _PICKED.get(element["type"])
        world = self.discord.world
        things = [
            Channel(self.discord, world.channel_named(where.channel, one)) if isinstance(one, str) else one
            for one in options
        ]
        if any(kind is not None and _kind(one) != kind for one in things):
            return None
        allowed = element.get("channel_types")
        for one in things:
            found = world.channel(one.id)
            assert not allowed or found is None or found.type in allowed, "such a channel is not in the list"
        return [str(one.id) for one in things], self._resolved(things, Channel(self.discord, where.channel))

    def _resolved(self, things: "list[Channel | Role | Person]", channel: Channel) -> Json:
        resolved: Json = {}
        for one in things:
            kind = _kind(one)
            resolved.setdefault(kind, {})[str(one.id)] = self.discord.world.resolved(kind, one.id, self.id, channel.id)
            if kind == "users" and self.discord.world.context(channel.id) == 0:
                member = self.discord.world.resolved("members", one.id, self.id, channel.id)
                resolved.setdefault("members", {})[str(one.id)] = member
        return resolved

    async def _presses(self, where: Shown, element: Json, values: list[str], resolved: Json, *, raced: bool) -> Shown:
        now = self.discord.world.message(where.channel, where.id)
        there = now is not None and any(one.get("custom_id") == element["custom_id"] for one in Shown(now).elements())
        if now is None or not (there or raced):
            self.failed.append(FAILED)
            return Shown()
        data: Json = {"custom_id": element["custom_id"], "component_type": element["type"], "id": element.get("id", 0)}
        if element["type"] != BUTTON:
            data["values"] = values
        if resolved:
            data["resolved"] = resolved
        return await self._asks(COMPONENT, Channel(self.discord, where.channel), data, now)

    async def _ask(self, kind: int, channel: Channel, data: Json, message: Json | None = None) -> Asked:
        """Begin an interaction, and wait for its first answer as long as Discord does."""
        discord = self.discord
        more: Json = {"locale": self.locale, "user_install": self.user_install, "file_bytes": discord.file_bytes}
        if message is not None:
            more["message"] = message
        asked = discord.world.ask(kind, self.id, channel.id, data, more)
        discord.gateway.tell("INTERACTION_CREATE", asked.payload)
        if not await discord.until(lambda: asked.answered, discord.ack_seconds):
            self.failed.append(FAILED)
        return asked

    async def _asks(self, kind: int, channel: Channel, data: Json, message: Json | None = None) -> Shown:
        asked = await self._ask(kind, channel, data, message)
        self._form = asked if asked.modal is not None else None if kind == MODAL_SUBMIT else self._form
        await self.discord.until(lambda: not self.discord.world.loading(asked), _THINKING_SECONDS)
        if not asked.shows_a_message or asked.message_id is None:
            return Shown(asked.modal or {})
        return Shown(self.discord.world.message(channel.id, asked.message_id) or {})


def _kind(thing: "Channel | Role | Person") -> str:
    return "channels" if isinstance(thing, Channel) else "roles" if isinstance(thing, Role) else "users"


def _wire(value: Any) -> Any:  # noqa: ANN401  any type of option
    return str(value) if isinstance(value, int) and value > 1 << 40 else value
