"""A person in Discord as a player of the scenarios."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from adapters.discord.commands import COMMAND, READ_POSTING, WHAT
from adapters.discord.limits import BUTTON_LABEL, OPTION_LABEL
from adapters.fitting import clipped
from conversations.catalogue import Arg, phrase
from tests.dialogue import core
from tests.fakes.discord.person import Person
from tests.fakes.discord.places import Channel
from tests.fakes.discord.screen import STRING_SELECT, Shown

WORDS = core().catalogue.on("chat", "discord")
_KEY = re.compile(r"[a-z_]+(\.\w+)+")
_MARKS = re.compile(r"\\(.)|\*\*?|^-# |^#{1,3} ", re.MULTILINE)
_SMALL = "\n-# "


def read(words: str) -> str:
    """Return a text as Discord shows it."""
    return _MARKS.sub(lambda found: found[1] or "", words)


@dataclass
class DiscordPlayer:
    """Plays by labels, and waits until the bot has nothing more to say."""

    person: Person
    language: str
    channel: Channel
    quiet: Callable[[], Awaitable[None]]
    here: bool = False
    """The conversation is where only this person sees it, instead of in direct messages."""
    _ticked: tuple[str, ...] = field(default=())
    """What is ticked in a menu that is still open: Discord sends it when it is closed."""

    async def begins(self) -> None:
        await self.commands("", in_channel=True)

    async def commands(self, words: str, *, in_channel: bool = False) -> None:
        where = self.channel if in_channel else None
        answer = await self.person.slash(COMMAND, where, **({WHAT: words} if words else {}))
        assert (answer.words == self.says("aside.pointer")) is in_channel, answer.words
        assert not self.person.failed, self.person.failed
        await self.quiet()

    async def types(self, words: str) -> None:
        before = self.said
        await self.person.types(words)
        assert await self.person.discord.until(lambda: self.said > before), "nobody heard it"
        await self.quiet()

    async def sends_file(self, name: str, content: bytes) -> None:
        before = self.said
        await self.person.sends_file(name, content)
        assert await self.person.discord.until(lambda: self.said > before), "nobody heard it"
        await self.quiet()

    async def points_at(self, words: str) -> None:
        world, channel = self.person.discord.world, self.channel
        somebody = world.says(world.add_user(None), channel.id, words)
        answer = await self.person.message_command(READ_POSTING, Shown(world.message(channel.id, somebody) or {}))
        assert answer.words == self.says("aside.pointer")
        world.deletes(channel.id, somebody)
        await self.quiet()

    async def presses(self, key: str) -> None:
        label = self._label(key)
        if self._ticked and key == "buttons.done":
            picked, self._ticked = self._ticked, ()
            await self.person.picks(*picked, message=self._newest())
            await self.quiet()
            return
        await self._press(label, "", [self._newest(), *reversed(self.shown)])

    async def presses_at(self, words: str, key: str) -> None:
        there = [one for one in reversed(self.shown) if words in read(one.words)]
        await self._press(self._label(key), words, there)

    async def ticks(self, *keys: str) -> None:
        self._ticked = tuple(clipped(self._label(key), OPTION_LABEL) for key in keys)

    async def opens_form(self, key: str = "buttons.write") -> None:
        await self.presses(key)
        assert self.person.modal is not None

    async def sends(self, words: str) -> str:
        """Send the form. It is closed then in any case: who wants to write again opens it again."""
        if self.person.modal is None:
            await self.opens_form()
        await self.person.submits({"answer": words})
        assert not self.person.failed, self.person.failed
        await self.quiet()
        said, asked, _ = self._newest().words.partition(_SMALL)
        return read(said) if asked and not said.startswith(_SMALL.strip()) else ""

    def form(self) -> str:
        assert self.person.modal
        return read(self.person.modal.words)

    def closes_form(self) -> None:
        self.person.closes_modal()

    async def begins_by_shortcut(self) -> None:
        raise NotImplementedError("Discord has commands alone")

    async def presses_at_home(self, key: str) -> None:
        raise NotImplementedError("a bot has no page of its own in Discord")

    async def picks_channel(self) -> None:
        """Go to the channel: in direct messages Discord has no channels to pick from."""
        await self.commands(self.word("commands.share"), in_channel=True)

    async def looks_home(self) -> str:
        """Ask for what stands on the page of other platforms."""
        await self.commands(self.word("commands.reminders"))
        return self.newest()

    def says(self, key: str, **args: Arg) -> str:
        return WORDS.text(phrase(key, **args), self.language)

    def word(self, key: str) -> str:
        return WORDS.words(f"words.{key}", self.language)[0].strip()

    def screen(self) -> str:
        return "\n".join(read(one.words) for one in self.shown)

    def newest(self) -> str:
        return read(self._newest().words)

    def files(self) -> list[str]:
        return [one.content.decode(errors="replace") for one in self.person.files]

    def in_channel(self) -> list[str]:
        places = [self.channel, *self.channel.threads]
        return [read(one.words) for place in places for one in place.messages]

    @property
    def shown(self) -> list[Shown]:
        """Return the bot's messages of the conversation."""
        return self.person.ephemerals if self.here else self.person.dm

    @property
    def said(self) -> int:
        """How often the bot has written, or written over something, in their direct messages."""
        chat = self.person.chat.id
        return sum(len(self.person.discord.called(f"{how} /channels/{chat}/**")) for how in ("POST", "PATCH"))

    def _newest(self) -> Shown:
        return max(self.shown, key=lambda one: (one.raw["edited_timestamp"] or one.raw["timestamp"], one.id))

    async def _press(self, label: str, words: str, where: list[Shown]) -> None:
        """Press a button, or take an option of a menu; a menu that is called so: its option with these words."""
        button, option = clipped(label, BUTTON_LABEL), clipped(label, OPTION_LABEL)
        for one in where:
            if button in one.buttons:
                await self.person.clicks(button, one)
                break
            menus = [element for element in one.elements() if element["type"] == STRING_SELECT]
            offered = [each["label"] for menu in menus for each in menu["options"]]
            called = [
                each["label"]
                for menu in menus
                if menu.get("placeholder") == label
                for each in menu["options"]
                if words and words in each["label"]
            ]
            if picked := [each for each in offered if each == option] or called:
                await self.person.picks(picked[-1], message=one)
                break
        else:
            raise AssertionError(f"nothing is labelled {label!r} in\n" + "\n---\n".join(one.words for one in where))
        assert not self.person.failed, self.person.failed
        await self.quiet()

    def _label(self, key: str) -> str:
        return self.says(key) if _KEY.fullmatch(key) else key

    def transcript(self) -> str:
        """Return what stands on this person's screen, message by message, made stable."""
        told = [self._told(one) for one in self.person.sees_in(self.person.chat)]
        parts = [("", told)]
        places = (self.channel, *self.channel.threads)
        parts += [(f"===== {place.name}", [one.words for one in place.messages]) for place in places]
        shown = "\n\n".join("\n-----\n".join([*([head] if head else []), *said]) for head, said in parts if said)
        shown = re.sub(r"\b12:[0-5]\d\b", "12:00", shown)  # how fast the clock of the fake goes
        code = re.escape(self.says("share.team", code="@@")).replace("@@", r"[A-Z]\d+")
        return re.sub(code, self.says("share.team", code="?"), shown) + "\n"

    def _told(self, one: Shown) -> str:
        return one.words if one.raw["author"].get("bot") else f"> {one.text}"
