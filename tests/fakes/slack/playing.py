"""A person in Slack as a player of the scenarios."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from adapters.slack.manifest import READ_POSTING, START
from conversations.catalogue import Arg, phrase
from tests.dialogue import core
from tests.fakes.slack.person import Person, Shown

PUBLIC, OTHER = "C0001", "C0002"
WORDS = core().catalogue.on("chat", "slack")
_KEY = re.compile(r"[a-z_]+(\.\w+)+")
_OPTION = 75
"""Characters; a longer label of an option is cut."""


@dataclass
class SlackPlayer:
    """Plays by labels, and waits until the bot has nothing more to say."""

    person: Person
    language: str
    quiet: Callable[[], Awaitable[None]]

    async def begins(self) -> None:
        await self.commands("", in_channel=True)

    async def commands(self, words: str, *, in_channel: bool = False) -> None:
        answer = await self.person.command(words, PUBLIC if in_channel else None)
        assert self.says("aside.pointer") in answer.words, answer.words
        await self.quiet()

    async def types(self, words: str) -> None:
        assert await self.person.types(words), "nobody heard it"
        await self.quiet()

    async def sends_file(self, name: str, content: bytes) -> None:
        assert await self.person.sends_file(name, content), "nobody heard it"
        await self.quiet()

    async def points_at(self, words: str) -> None:
        slack = self.person.slack
        channel, ts = slack.channels[PUBLIC], slack.timestamp()
        channel.messages[ts] = {"ts": ts, "text": words, "user": "U0009"}
        before = len(self.person.ephemerals)
        await self.person.message_shortcut(READ_POSTING, channel, ts)
        assert await slack.until(lambda: len(self.person.ephemerals) > before)
        assert self.person.ephemerals[-1].words == self.says("aside.pointer")
        del channel.messages[ts]
        await self.quiet()

    async def presses(self, key: str) -> None:
        await self._presses(key, None)

    async def presses_at(self, words: str, key: str) -> None:
        with_it = [one for one in self.person.dm if words in one.words and self._label(key) in one.buttons]
        assert with_it, f"nothing with {words!r} has {self._label(key)!r}"
        await self._presses(key, with_it[-1])

    async def ticks(self, *keys: str) -> None:
        await self.person.ticks(*map(self._label, keys), message=self._newest())

    async def opens_form(self, key: str = "buttons.write") -> None:
        before = len(self.person.slack.called("views.open"))
        await self.presses(key)
        slack = self.person.slack
        assert await slack.until(lambda: len(slack.called("views.open")) > before and self.person.modal is not None)

    async def sends(self, words: str) -> str:
        wrong = await self.person.submits({"answer": words})
        await self.quiet()
        assert bool(wrong) == (self.person.modal is not None)
        return "\n".join(wrong.values())

    def form(self) -> str:
        assert self.person.modal
        return self.person.modal.words

    def closes_form(self) -> None:
        self.person.closes_modal()

    async def begins_by_shortcut(self) -> None:
        await self.person.shortcut(START)
        await self.quiet()

    async def presses_at_home(self, key: str) -> None:
        await self._presses(key, self.person.home_page)

    async def picks_channel(self) -> None:
        await self.person.picks(self.says("buttons.pick_channel"), option=PUBLIC)
        await self.quiet()

    async def looks_home(self) -> str:
        assert await self.person.opens_home()
        await self.quiet()
        assert self.person.home_page
        return self.person.home_page.words

    def says(self, key: str, **args: Arg) -> str:
        return WORDS.text(phrase(key, **args), self.language)

    def word(self, key: str) -> str:
        return WORDS.words(f"words.{key}", self.language)[0].strip()

    def screen(self) -> str:
        return "\n".join(one.words for one in self.person.dm)

    def newest(self) -> str:
        return self._newest().words

    def files(self) -> list[str]:
        return [str(one["content"]) for one in self.person.slack.files.values()]

    def in_channel(self) -> list[str]:
        return [Shown(one).words for _, one in sorted(self.person.slack.channels[PUBLIC].messages.items())]

    def _newest(self) -> Shown:
        return max(self.person.dm, key=lambda one: int(one.raw["touched"]))

    async def _presses(self, key: str, message: Shown | None) -> None:
        label = self._label(key)
        where = [message] if message else [self._newest(), *reversed(self.person.dm)]
        for one in where:
            if label in one.buttons:
                await self.person.clicks(label, one)
                break
            cut = label if len(label) <= _OPTION else f"{label[: _OPTION - 1]}…"
            if any(option["text"]["text"] == cut for _, menu in one.elements() for option in menu.get("options", ())):
                await self.person.picks(cut, one)
                break
        else:
            raise AssertionError(f"nothing is labelled {label!r} in\n" + "\n---\n".join(one.words for one in where))
        assert not self.person.failed, self.person.failed
        await self.quiet()

    def _label(self, key: str) -> str:
        return self.says(key) if _KEY.fullmatch(key) else key

    def transcript(self) -> str:
        """Return what stands on this person's screen, message by message, made stable."""
        person, slack = self.person, self.person.slack
        told = [
            f"> {one['text']}" if "user" in one else Shown(one).words for _, one in sorted(person.chat.messages.items())
        ]
        parts = [("", told)]
        for channel in (PUBLIC, OTHER):
            messages = [Shown(one).words for _, one in sorted(slack.channels[channel].messages.items())]
            parts.append((f"===== {channel}", messages))
        if person.home_page:
            parts.append(("===== home", [person.home_page.words]))
        shown = "\n\n".join("\n-----\n".join([*([head] if head else []), *said]) for head, said in parts if said)
        shown = re.sub(r"\b12:[0-5]\d\b", "12:00", shown)  # how fast the clock of the fake goes
        code = re.escape(self.says("share.team", code="@@")).replace("@@", r"[A-Z]\d+")
        return re.sub(code, self.says("share.team", code="?"), shown) + "\n"
