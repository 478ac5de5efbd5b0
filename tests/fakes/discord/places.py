"""Servers, their channels and roles, as an admin sees them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import discord

from tests.fakes.discord.screen import Shown

if TYPE_CHECKING:
    from tests.fakes.discord.person import Person
    from tests.fakes.discord.server import FakeDiscord


@dataclass(frozen=True)
class Role:
    """What members of a server have in common."""

    discord: "FakeDiscord"
    guild: int
    id: int


@dataclass(frozen=True)
class Channel:
    """A channel, a thread, or direct messages."""

    discord: "FakeDiscord"
    id: int

    @property
    def there(self) -> bool:
        return self.discord.world.channel(self.id) is not None

    @property
    def name(self) -> str:
        found = self.discord.world.channel(self.id)
        return (found.name if found else None) or ""

    @property
    def messages(self) -> list[Shown]:
        """Return what everybody sees in it, the oldest first."""
        return [Shown(one) for one in self.discord.world.messages(self.id)]

    @property
    def threads(self) -> list["Channel"]:
        """Return the threads in it; of a forum, its posts."""
        return [Channel(self.discord, one) for one in self.discord.world.threads(self.id)]

    def allow(self, target: "Person | Role | None", *names: str) -> None:
        """Allow somebody, or the bot, something in here; None: the bot."""
        self.discord.world.overwrite(self.id, self._target(target), _permissions(names), _permissions(()))

    def deny(self, target: "Person | Role | None", *names: str) -> None:
        """Deny somebody, or the bot, something in here; None: the bot."""
        self.discord.world.overwrite(self.id, self._target(target), _permissions(()), _permissions(names))

    def _target(self, target: "Person | Role | None") -> int:
        return self.discord.world.bot if target is None else target.id

    def delete(self) -> None:
        self.discord.world.remove_channel(self.id)


@dataclass(frozen=True)
class Guild:
    """A server."""

    discord: "FakeDiscord"
    id: int

    @property
    def everyone(self) -> Role:
        return Role(self.discord, self.id, self.id)

    @property
    def bots(self) -> Role:
        """Return the role that the bot came with."""
        return Role(self.discord, self.id, self.discord.world.bot_role(self.id))

    def channel(self, name: str = "general", *, forum: bool = False) -> Channel:
        return Channel(self.discord, self.discord.world.add_channel(self.id, name, forum=forum))

    def role(self, name: str, *names: str) -> Role:
        """Make a role that may do something, as `manage_guild`."""
        return Role(self.discord, self.id, self.discord.world.add_role(self.id, name, _permissions(names)))

    def join(self, person: "Person", *roles: Role) -> None:
        self.discord.world.add_member(self.id, person.id)
        for role in roles:
            self.discord.world.give_role(self.id, person.id, role.id)

    def leave(self, person: "Person") -> None:
        self.discord.world.remove_member(self.id, person.id)

    def remove_bot(self) -> None:
        self.discord.world.remove_guild(self.id)


def _permissions(names: tuple[str, ...]) -> discord.Permissions:
    return discord.Permissions(**dict.fromkeys(names, True))
