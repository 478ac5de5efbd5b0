"""What there is: people, servers, channels, messages. simcord keeps it; its private parts are touched only here.

Its clock is put on the wall's time, and its own deadlines out of use: the fake counts those itself.
"""

import copy
import io
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
from simcord import intents as gates
from simcord._clock import Clock
from simcord.backend import Backend, serializers
from simcord.backend.access import channel_accessible
from simcord.backend.cdn import CDN_BASE as CDN_BASE  # noqa: PLC0414  others have it from here
from simcord.backend.command_access import command_access
from simcord.backend.errors import BackendError, OptionError, SetupError
from simcord.backend.models import Channel as SimChannel
from simcord.backend.models import Interaction, Overwrite, ResponseKind
from simcord.enums import ChannelType, OverwriteType
from simcord.http import client as _registers_the_routes  # noqa: F401
from simcord.http.router import RouteNotImplemented, UnsupportedField, dispatch
from simcord.interactions import base_payload, check_options

from tests.fakes.discord.rules import Call, Json, RefusedError

Told = Callable[[str, Json], None]
IN_A_GUILD, WITH_THE_BOT, ELSEWHERE = 0, 1, 2
_BY_GUILD, _BY_USER = "0", "1"
_THREAD_NAME = 100
_ARCHIVE_AFTER = (60, 1440, 4320, 10080)


class WallClock(Clock):
    """simcord's clock on the wall's time, or as far off as a test wants it."""

    def __init__(self) -> None:
        super().__init__()
        self._off = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._off

    def set(self, at: datetime) -> None:
        """Go on from another time."""
        self._off = at - datetime.now(UTC)


@dataclass
class _File:
    """A file as simcord reads it."""

    filename: str
    data: bytes
    description: str | None

    @property
    def fp(self) -> io.BytesIO:
        return io.BytesIO(self.data)


@dataclass
class Asked:
    """An interaction, and what became of it."""

    record: Interaction
    payload: Json
    at: float
    by_user_install: bool
    """Nobody but the person installed the app where this was done."""
    followups: int = 0

    @property
    def answered(self) -> bool:
        return bool(self.record.responded)

    @property
    def modal(self) -> Json | None:
        return self.record.modal

    @property
    def choices(self) -> list[Json] | None:
        return self.record.autocomplete_choices

    @property
    def message_id(self) -> int | None:
        return self.record.message_id

    @property
    def shows_a_message(self) -> bool:
        return self.record.response_kind in (ResponseKind.MESSAGE, ResponseKind.DEFERRED)


@dataclass
class World:
    """Everything there is, and who is told of its changes."""

    told: Told
    asked: dict[str, Asked] = field(default_factory=dict)
    """By token."""
    foreign: set[int] = field(default_factory=set)
    """Servers that the bot is not in."""
    left: set[int] = field(default_factory=set)
    """Channels of servers that sent it away."""
    nonces: dict[tuple[int, str], tuple[int, float]] = field(default_factory=dict)
    """What was sent with a nonce -> the message, and when."""
    _nonce: Any = None

    def __post_init__(self) -> None:
        self.clock = WallClock()
        self.backend = Backend(clock=self.clock)
        self.backend.subscribers.append(self._emitted)

    @property
    def bot(self) -> int:
        return self.backend.bot_user.id

    @property
    def application(self) -> int:
        return self.backend.application_id

    @property
    def me(self) -> Json:
        return dict(serializers.user_payload(self.backend.bot_user))

    def _emitted(self, event: str, payload: Mapping[str, Any]) -> None:
        told = copy.deepcopy(dict(payload))
        guild = int(told.get("guild_id") or (told["id"] if event.startswith("GUILD_") and "id" in told else 0))
        if guild in self.foreign or self._out_of_sight(told):
            return
        if event == "MESSAGE_CREATE" and self._nonce is not None and told["author"]["id"] == str(self.bot):
            told["nonce"] = self._nonce
        self.told(event, told)

    def _out_of_sight(self, told: Json) -> bool:
        """Tell whether something happened in direct messages between others."""
        channel = self.backend.channels.get(int(told.get("channel_id") or 0))
        return channel is not None and not self.bot_sees(channel.id)

    # -- requests ----------------------------------------------------------------------------------------------------

    def work(self, call: Call, *, content: bool, nonce: Any = None) -> Any:  # noqa: ANN401  as Discord takes it
        """Do what a request asks for; return the answer.

        Raises:
            RefusedError: Discord would not.
            NotImplementedError: simcord does not know of it.

        """
        files = [_File(one.filename, one.data, one.description) for one in call.files]
        self._nonce = nonce
        try:
            return dispatch(
                self.backend,
                call.method,
                call.path,
                json=copy.deepcopy(call.body),
                params=dict(call.query),
                files=files,
                message_content_access=content,
            )
        except (RouteNotImplemented, UnsupportedField) as unknown:
            raise NotImplementedError(str(unknown)) from unknown
        except BackendError as error:
            raise RefusedError(error.status, error.code, error.message) from error
        except (KeyError, TypeError, ValueError) as error:
            raise RefusedError(400, 50035, f"Invalid Form Body: {error!r}") from error
        finally:
            self._nonce = None
            # simcord keeps a copy of everything that was ever said; `calls` has what tests ask for.
            self.backend.http_requests.clear()
            self.backend.transcript.clear()

    def bot_sees(self, channel: int) -> bool:
        """Tell whether the bot has to do with a channel at all."""
        found = self.backend.channels.get(channel)
        if found is None:
            return channel not in self.left  # that one is not there is said elsewhere
        if found.guild_id in self.foreign:
            return False
        return found.guild_id is not None or channel in self.backend.dm_channels.values()

    def recipient(self, channel: int) -> int | None:
        """Return whose direct messages a channel is."""
        found = self.backend.channels.get(channel)
        if found is None or found.guild_id is not None:
            return None
        return found.recipient_ids[0]

    def lacks(self, channel: int, *names: str) -> bool:
        """Tell whether the bot lacks one of these permissions in a channel."""
        found = self.backend.channels.get(channel)
        if found is None or found.guild_id is None:
            return False
        has = discord.Permissions(self.backend.compute_permissions(found.guild_id, self.bot, channel))
        return not all(getattr(has, name) for name in names)

    def message(self, channel: int, message: int) -> Json | None:
        """Return a message as it looks now."""
        found = self.backend.messages.get(channel, {}).get(message)
        return None if found is None else copy.deepcopy(dict(serializers.message_payload(self.backend, found)))

    def messages(self, channel: int, viewer: int | None = None) -> list[Json]:
        """Return the messages that somebody sees in a channel, the oldest first; nobody: those that all see."""
        found = self.backend.messages.get(channel, {})
        shown = [one for one in found.values() if one.visible_to(viewer)]
        return [copy.deepcopy(dict(serializers.message_payload(self.backend, one))) for one in shown]

    def channels(self) -> list[int]:
        return list(self.backend.messages)

    def thread_from(self, channel: int, message: int, body: Json) -> Json:
        """Hang a thread on a message; unlike simcord, without a word in the channel, and only once.

        Raises:
            RefusedError: Discord would not.

        """
        name, after = body.get("name"), body.get("auto_archive_duration", 1440)
        if not isinstance(name, str) or not 1 <= len(name) <= _THREAD_NAME or after not in _ARCHIVE_AFTER:
            raise RefusedError(400, 50035, "Invalid Form Body: name, auto_archive_duration")
        if self.backend.messages.get(channel, {}).get(message) is None:
            raise RefusedError(404, 10008, "Unknown Message")
        if self.lacks(channel, "create_public_threads", "read_message_history"):
            raise RefusedError(403, 50013, "Missing Permissions")
        if self.backend.channels[channel].type not in (ChannelType.TEXT, ChannelType.NEWS):
            raise RefusedError(400, 50024, "Cannot execute action on this channel type")
        if message in self.backend.channels:
            raise RefusedError(400, 160004, "A thread has already been created for this message")
        thread = self.backend.create_thread(
            channel, name, self.bot, message_id=message, auto_archive_duration=after, broadcast=False
        )
        self.backend.announce_thread_create(thread)
        return dict(serializers.thread_payload(self.backend, thread))

    def file(self, path: str) -> bytes | None:
        return self.backend.cdn.get(f"{CDN_BASE}/{path}")

    # -- the gateway -------------------------------------------------------------------------------------------------

    def guilds(self) -> list[int]:
        return [one for one in self.backend.guilds if one not in self.foreign]

    def guild(self, guild: int, intents: discord.Intents) -> Json:
        """Return a server as the gateway tells of it."""
        found = copy.deepcopy(dict(serializers.guild_create_payload(self.backend, self.backend.get_guild(guild))))
        gates.prune_guild_create(found, intents, self.bot)
        return found

    def seen_with(self, event: str, payload: Json, intents: discord.Intents) -> Json | None:
        """Return what of an event a session with these intents is told."""
        gate = gates.required_intent(event, payload)
        if gate is not None and not getattr(intents, gate):
            return None
        told = copy.deepcopy(payload)
        if event == "GUILD_CREATE":
            gates.prune_guild_create(told, intents, self.bot)
        if event in ("MESSAGE_CREATE", "MESSAGE_UPDATE") and not intents.message_content:
            gates.censor_message(told, self.bot, backend=self.backend)
        return told

    # -- people and places -------------------------------------------------------------------------------------------

    def add_user(self, user: int | None) -> int:
        made = self.backend.make_user(f"user{len(self.backend.users)}")
        if user is not None:
            del self.backend.users[made.id]
            made.id = self.backend.reserve_id(user)
            self.backend.users[user] = made
        return made.id

    def direct(self, user: int) -> int:
        """Return the channel of somebody's direct messages with the bot."""
        return self.backend.get_dm_channel(user).id

    def private(self, *users: int) -> int:
        """Open direct messages between people, without the bot."""
        channel = self.backend.create_channel(None, None, type=ChannelType.DM)
        channel.recipient_ids = list(users)
        return channel.id

    def add_guild(self, name: str, locale: str, *, bot_in: bool) -> int:
        if bot_in:
            return self.backend.create_guild(name, preferred_locale=locale).id
        guild = self.backend.snowflake() ^ (1 << 21)
        self.foreign.add(guild)
        self.backend.create_guild(name, id=guild, preferred_locale=locale)
        return guild

    def remove_guild(self, guild: int) -> None:
        self.left |= {one.id for one in self.backend.channels.values() if one.guild_id == guild}
        self.backend.remove_guild(guild)

    def add_channel(self, guild: int, name: str, *, forum: bool = False) -> int:
        kind = ChannelType.FORUM if forum else ChannelType.TEXT
        return self.backend.create_channel(guild, name, type=kind).id

    def remove_channel(self, channel: int) -> None:
        self.backend.delete_channel(channel)

    def channel(self, channel: int) -> SimChannel | None:
        return self.backend.channels.get(channel)

    def threads(self, channel: int) -> list[int]:
        return [one.id for one in self.backend.channels.values() if one.parent_id == channel and one.is_thread]

    def add_member(self, guild: int, user: int) -> None:
        self.backend.add_member(guild, user, announce=True)

    def remove_member(self, guild: int, user: int) -> None:
        self.backend.remove_member(guild, user)

    def add_role(self, guild: int, name: str, permissions: discord.Permissions) -> int:
        return self.backend.create_role(guild, name, permissions=permissions.value).id

    def give_role(self, guild: int, user: int, role: int) -> None:
        self.backend.add_member_role(guild, user, role)

    def overwrite(self, channel: int, target: int, allow: discord.Permissions, deny: discord.Permissions) -> None:
        """Set what somebody, or a role, may do in a channel."""
        guild = self.backend.get_channel(channel).guild_id
        kind = OverwriteType.ROLE if target in self.backend.get_guild(guild or 0).roles else OverwriteType.MEMBER
        self.backend.set_overwrite(channel, Overwrite(target, kind, allow.value, deny.value))

    def bot_role(self, guild: int) -> int:
        return next(role.id for role in self.backend.get_guild(guild).roles.values() if role.managed)

    def sees(self, user: int, channel: int) -> bool:
        found = self.backend.channels.get(channel)
        if found is not None and found.guild_id is None:
            return user in found.recipient_ids
        return channel_accessible(self.backend, channel, user, history=True)

    # -- what people do ----------------------------------------------------------------------------------------------

    def says(self, user: int, channel: int, text: str, files: Sequence[tuple[str, bytes]] = ()) -> int:
        stored = self.backend.store_attachments(channel, files)
        return self.backend.create_message(channel, user, text, attachments=stored).id

    def resaid(self, channel: int, message: int, text: str) -> None:
        self.backend.edit_message(channel, message, {"content": text})

    def deletes(self, channel: int, message: int) -> None:
        self.backend.delete_message(channel, message)

    def offered(self, name: str, kind: int, user: int, channel: int, *, user_install: bool) -> Json:
        """Return a command that somebody is offered in a channel; none: say why not."""
        command = self.backend.find_command(name, None, kind)
        assert command is not None, f"there is no command {name!r}"
        context = self.context(channel)
        allowed = command.get("contexts")
        assert allowed is None or context in allowed, f"{name!r} is not offered here"
        guild = self.backend.get_channel(channel).guild_id
        assert guild is None or user in self.backend.get_guild(guild).members, "they are not in this server"
        installs = command.get("integration_types") or [0]
        by_guild = 0 in installs and context != ELSEWHERE and guild not in self.foreign
        assert by_guild or (1 in installs and user_install), f"{name!r} is not installed here"
        if guild is not None and guild not in self.foreign:
            access = command_access(self.backend, command, user_id=user, channel_id=channel)
            assert access.allowed, f"{name!r} is not offered here: {access.reason}"
        return command

    def checked_options(self, name: str, command: Json, given: Json) -> Json:
        """Return options as their types have them.

        Raises:
            AssertionError: Discord's own client would not send them.

        """
        try:
            return check_options(name, command, given)
        except (OptionError, SetupError) as error:
            raise AssertionError(str(error)) from error

    def context(self, channel: int) -> int:
        found = self.backend.get_channel(channel)
        if found.guild_id is not None:
            return IN_A_GUILD
        return WITH_THE_BOT if channel in self.backend.dm_channels.values() else ELSEWHERE

    def ask(self, kind: int, user: int, channel: int, data: Json, more: Json) -> Asked:
        """Begin an interaction; `more`: locale, user_install, message, file_bytes."""
        guild = self.backend.get_channel(channel).guild_id
        context = self.context(channel)
        owners: Json = {}
        if context == IN_A_GUILD and guild not in self.foreign:
            owners[_BY_GUILD] = str(guild)
        elif context == WITH_THE_BOT:
            owners[_BY_GUILD] = "0"
        if more["user_install"]:
            owners[_BY_USER] = str(user)
        by_user_install = _BY_GUILD not in owners
        assert owners, "the app is installed neither here nor by this person"
        record, payload = base_payload(
            self.backend, type=kind, channel_id=channel, guild_id=guild, user_id=user, data=data
        )
        record.expires_at = record.initial_response_deadline = None
        payload |= {
            "locale": more["locale"],
            "attachment_size_limit": more["file_bytes"],
            "authorizing_integration_owners": owners,
            "context": context,
        }
        if guild is not None:
            payload["guild_locale"] = self.backend.get_guild(guild).preferred_locale
            payload["guild"] = {"id": str(guild), "locale": payload["guild_locale"], "features": []}
        if "message" in more:
            payload["message"] = more["message"]
            record.source_message_id = int(more["message"]["id"])
        asked = Asked(record, payload, time.monotonic(), by_user_install)
        self.asked[record.token] = asked
        return asked

    def resolved(self, kind: str, id_: int, user: int, channel: int) -> Json:
        """Return something that was picked, as it comes with an interaction."""
        backend = self.backend
        if kind == "users":
            return dict(serializers.user_payload(backend.get_user(id_)))
        guild = backend.get_channel(channel).guild_id
        assert guild is not None, f"there are no {kind} in direct messages"
        if kind == "roles":
            return dict(serializers.role_payload(backend.get_role(guild, id_)))
        if kind == "members":
            member = backend.get_guild(guild).members[id_]
            return dict(serializers.member_payload(backend, backend.get_guild(guild), member, with_user=False))
        found = dict(serializers.channel_payload(backend, backend.get_channel(id_)))
        return found | {"permissions": str(backend.compute_permissions(guild, user, id_))}

    def channel_named(self, near: int, name: str) -> int:
        """Return a channel of the server that another one is in."""
        guild = self.backend.get_channel(near).guild_id
        return next(one.id for one in self.backend.channels.values() if one.guild_id == guild and one.name == name)

    def loading(self, asked: Asked) -> bool:
        """Tell whether somebody sees that the bot is thinking."""
        there = self.backend.messages.get(asked.record.channel_id, {})
        return bool(asked.record.loading) and asked.record.message_id in there
