"""Discord as a platform of the bot: everything of it, put together."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any, Protocol

import discord
from aiohttp import ClientError

from adapters.discord.access import DiscordAccess, Shards
from adapters.discord.commands import commands, digest
from adapters.discord.hosts import point_at
from adapters.discord.incoming import PLATFORM
from adapters.discord.listeners import Listeners, NewId
from adapters.discord.sender import DiscordSender
from adapters.notes import note
from adapters.reviews import Reviews
from conversations.budgets import Budget, spent
from conversations.catalogue import Catalogue, phrase
from conversations.events import PLACE_LEFT, ShareEnded
from conversations.messages import DirectMessage, Receipt
from conversations.ports import ClosedError, NotReadyError, StorageError, TurnHandler
from conversations.session import SessionKey

DRAIN_SECONDS = 5.0
CAUGHT_UP = timedelta(days=2)
"""How long somebody's chat is looked at for what they typed while we were away."""
A_MOMENT = timedelta(minutes=2)
"""Before a connection is known to be lost, it may have been silent for so long."""
CHATS = 200
LINES = 50
LOGIN_SECONDS = 30.0
NEW_SESSIONS = (
    Budget(1, timedelta(seconds=5)),
    Budget(50, timedelta(hours=1)),
    Budget(900, timedelta(days=1)),
)
"""Discord takes one in five seconds, and 1,000 in a day; then it resets the token (docs.discord.com, Gateway)."""
_SESSIONS = "discord sessions"
"""The name that they are counted under."""
_LOOK_SECONDS = 0.5


class Store(Reviews, Protocol):
    """What of the store this platform needs itself."""

    async def left(self, place: SessionKey, at: datetime | None) -> None:
        """Note that a server sent the bot away, or that it is back."""

    async def shared_in(self, place: SessionKey) -> Sequence[tuple[SessionKey, str, str]]:
        """Return the copies that stand in a server: owner, check and share."""

    async def places(self, platform: str) -> Collection[str]:
        """Return the servers that have rules, or copies in them."""

    async def gone(self, platform: str) -> Collection[str]:
        """Return the servers that sent the bot away and are not back."""

    async def keep(self, name: str, value: str) -> None:
        """Keep a short text under a name."""

    async def kept(self, name: str) -> str | None:
        """Return what was kept under a name."""

    async def spend(self, name: str, at: datetime, budgets: Sequence[Budget]) -> datetime | None:
        """Spend one of what several processes share; None, or when there is one again."""

    async def lately(self, platform: str, since: datetime, limit: int) -> Sequence[tuple[SessionKey, Receipt]]:
        """Return people who were written to since then, with the last message to each."""


_OPTIONS: Mapping[str, Any] = {
    "intents": discord.Intents(guilds=True, dm_messages=True),  # none of them is privileged
    "allowed_mentions": discord.AllowedMentions.none(),
    "max_messages": None,
    "member_cache_flags": discord.MemberCacheFlags.none(),
    "chunk_guilds_at_startup": False,
    "max_ratelimit_timeout": 30.0,
}


class _Client(discord.Client):
    """Hands on what the platform wants to hear of."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401  as discord.py has them
        super().__init__(**_OPTIONS, **options)
        self.listeners: Listeners | None = None
        self.platform: DiscordPlatform | None = None
        self._handling: set[asyncio.Task[Any]] = set()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:  # noqa: ARG002  as above
        """Wait until a new session may be begun: after 1,000 in a day Discord takes the token away."""
        while self.platform and not self.is_closed() and await self.platform.too_many_sessions():  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_SECONDS)

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  as discord.py has it
        """Hand on an event, unless we have left: discord.py has no loop to run it on then."""
        if not self.is_closed():
            super().dispatch(event, *args, **kwargs)

    async def drained(self, seconds: float) -> None:
        """Wait for what was begun: a turn is committed before it is acknowledged, and both belong to it."""
        begun = self._handling - {asyncio.current_task()}
        if begun:
            await asyncio.wait(begun, timeout=seconds)

    def _begun(self) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._handling.add(task)
            task.add_done_callback(self._handling.discard)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Take whatever somebody pressed or called."""
        self._begun()
        if self.listeners:
            await self.listeners.interaction(interaction)

    async def on_message(self, message: discord.Message) -> None:
        """Take a line in our direct messages."""
        self._begun()
        if self.listeners:
            try:
                await self.listeners.message(message)
            except (StorageError, ClosedError):
                return  # it is fetched again after the next start

    async def on_ready(self) -> None:
        """Look which servers are still ours: after each new session."""
        self._begun()
        if self.platform:
            await self.platform.look_around([guild.id for guild in self.guilds])

    async def on_connect(self) -> None:
        """Catch up: a new session brings nothing of what happened meanwhile."""
        self._begun()
        if self.platform:
            await self.platform.catch_up()

    async def on_disconnect(self) -> None:
        """Note since when nothing is heard."""
        if self.platform:
            self.platform.lost()

    async def on_resumed(self) -> None:
        """Note that nothing was missed."""
        if self.platform:
            self.platform.resumed()

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Note that a server sent us away."""
        self._begun()
        if self.platform:
            await self.platform.sent_away(guild.id, datetime.now(UTC))

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Note that a server has us, or has us again."""
        self._begun()
        if self.platform:
            await self.platform.sent_away(guild.id, None)


class _ShardedClient(_Client, discord.AutoShardedClient):
    """The same over several connections; what happens to the one with the direct messages counts for them."""

    async def on_connect(self) -> None:
        """Leave it to each shard."""

    async def on_disconnect(self) -> None:
        """Leave it to each shard."""

    async def on_resumed(self) -> None:
        """Leave it to each shard."""

    async def on_shard_connect(self, shard_id: int) -> None:
        """Catch up."""
        if shard_id == 0:
            await super().on_connect()

    async def on_shard_disconnect(self, shard_id: int) -> None:
        """Note since when nothing is heard."""
        if shard_id == 0:
            await super().on_disconnect()

    async def on_shard_resumed(self, shard_id: int) -> None:
        """Note that nothing was missed."""
        if shard_id == 0:
            await super().on_resumed()


class DiscordPlatform:
    """Listens at the gateway, and sends by the REST API."""

    name = PLATFORM

    def __init__(
        self,
        access: DiscordAccess,
        catalogue: Catalogue,
        new_id: NewId,
        new_sessions: Sequence[Budget] | None = None,
    ) -> None:
        """Take how to reach Discord, the product's words, what makes ids of checks, and how often to begin anew."""
        # A bot with many shards begins that many within an hour whenever it starts.
        self._new_sessions = new_sessions or (NEW_SESSIONS[::2] if access.shards else NEW_SESSIONS)
        self._access, self._catalogue, self._new_id = access, catalogue, new_id
        self.sender = DiscordSender()
        self._client: _Client | None = None
        self._store: Store | None = None
        self._turns: TurnHandler | None = None
        self._last: dict[SessionKey, Receipt] = {}
        """The last message to each, before anything is sent that waited for the start."""
        self._lost: datetime | None = None
        """Since when nothing was heard."""

    @property
    def connected(self) -> bool:
        """Tell whether the gateway is heard."""
        return self._client is not None and self._client.is_ready() and self._lost is None

    async def prepare(self, store: Store) -> None:
        """Look whether Discord lets us begin, and tell it of our commands where they changed.

        Raises:
            NotReadyError: it does not.
            StorageError: what it was told could not be kept.

        """
        self._store = store
        if again := spent(await store.kept(_SESSIONS), datetime.now(UTC), self._new_sessions[1:])[1]:
            minutes = ceil((again - datetime.now(UTC)).total_seconds() / 60)
            raise NotReadyError(phrase("run.discord_sessions", n=minutes), passing=True)
        try:
            await point_at(self._access.api_url)
        except (ClientError, OSError, TimeoutError, ValueError):
            raise NotReadyError(phrase("run.discord_unreachable"), passing=True) from None
        client = self._made()
        try:
            await asyncio.wait_for(client.login(self._access.token), LOGIN_SECONDS)
        except discord.LoginFailure:
            await client.close()
            raise NotReadyError(phrase("run.discord_token")) from None
        except (discord.HTTPException, ClientError, OSError, TimeoutError, ValueError):
            await client.close()
            raise NotReadyError(phrase("run.discord_unreachable"), passing=True) from None
        self._client = client
        app = str(client.application_id)
        self.sender.through(client.http, app)
        try:
            await self._tell_commands(client, store, app)
        except NotReadyError:
            await client.close()
            raise
        self._last = dict(await store.lately(PLATFORM, datetime.now(UTC) - CAUGHT_UP, CHATS))
        note("discord_ready")

    def _made(self) -> _Client:
        shards = self._access.shards
        if shards is None:
            return _Client()
        return _ShardedClient(shard_ids=list(shards.ids) or None, shard_count=shards.count)

    async def too_many_sessions(self) -> bool:
        """Count one more session that is begun anew, unless there were too many: by any process, in any run."""
        if self._store is None:
            return False
        try:
            again = await self._store.spend(_SESSIONS, datetime.now(UTC), self._new_sessions)
        except StorageError as error:
            note("not_counted", error, problem=error.told.key)
            return True
        return again is not None

    async def _tell_commands(self, client: _Client, store: Store, app: str) -> None:
        made, name = commands(self._catalogue), f"discord commands {app}"
        if await store.kept(name) == digest(made):
            return
        try:
            await client.http.bulk_upsert_global_commands(app, made)
        except discord.HTTPException:
            raise NotReadyError(phrase("run.discord_commands"), passing=True) from None
        await store.keep(name, digest(made))

    async def listen(self, turns: TurnHandler, store: Store, stopping: asyncio.Event) -> None:
        """Hand every event to the turns and acknowledge it after; until the bot stops.

        Raises:
            NotReadyError: Discord does not let us listen.

        """
        client = self._client
        if client is None or client.user is None:
            raise NotReadyError(phrase("run.discord_unreachable"), passing=True)
        self._turns, self._store = turns, store
        listeners = Listeners(turns, store, self.sender, self._catalogue, self._new_id, client.user.id)
        listeners.stopping = stopping
        client.listeners, client.platform = listeners, self
        listening = asyncio.ensure_future(client.connect(reconnect=True))
        stopped = asyncio.ensure_future(stopping.wait())
        await asyncio.wait([listening, stopped], return_when=asyncio.FIRST_COMPLETED)
        client.listeners = None
        await client.drained(DRAIN_SECONDS)
        await listeners.drained(DRAIN_SECONDS)
        await client.close()
        stopped.cancel()
        try:
            await listening
        except discord.PrivilegedIntentsRequired:
            raise NotReadyError(phrase("run.discord_intents")) from None
        except (discord.ConnectionClosed, discord.GatewayNotFound):
            raise NotReadyError(phrase("run.discord_lost"), passing=True) from None

    async def catch_up(self) -> None:
        """Take what people typed in our chats while we were away, in its order; what was taken is known by its id."""
        client, store = self._client, self._store
        listeners = client.listeners if client else None
        if client is None or store is None or listeners is None or not self._shards.have_chats:
            return
        before, self._last = self._last, {}
        lost = self._lost
        self.resumed()
        since_then = datetime.now(UTC) - CAUGHT_UP
        try:
            chats = await listeners.once_possible(lambda: store.lately(PLATFORM, since_then, CHATS))
        except (StorageError, ClosedError) as error:
            note("not_caught_up", error)
            return
        for key, newest in chats:
            last = before.get(key, newest)
            since = int(last.message) if lost is None else min(int(last.message), discord.utils.time_snowflake(lost))
            channel = client.get_partial_messageable(int(last.channel))
            try:
                async for message in channel.history(after=discord.Object(since), limit=LINES, oldest_first=True):
                    if str(message.author.id) == key.person:
                        await listeners.message(message)
            except (discord.HTTPException, StorageError, ClosedError) as error:
                note("not_caught_up", error)

    @property
    def _shards(self) -> Shards:
        return self._access.shards or Shards()

    def lost(self) -> None:
        """Note that nothing is heard from now on."""
        self._lost = self._lost or datetime.now(UTC) - A_MOMENT

    def resumed(self) -> None:
        """Note that Discord is heard again."""
        if self._lost:
            note("reconnected", platform=PLATFORM)
        self._lost = None

    async def sent_away(self, guild: int | str, at: datetime | None) -> None:
        """Note that a server sent us away, or that it is back: its rules go after a while, copies in it at once.

        Nobody's checks go.
        """
        if self._store is None or self._turns is None:
            return
        place = SessionKey(PLATFORM, str(guild), "")
        try:
            await self._store.left(place, at)
            if at is None:
                return
            for owner, check, share in await self._store.shared_in(place):
                event = ShareEnded(owner, at, check, share, PLACE_LEFT, id=f"{PLACE_LEFT} {share}")
                await self._turns.handle(event, DirectMessage())
        except (StorageError, ClosedError) as error:
            note("not_noted", error)

    async def look_around(self, guilds: Collection[int]) -> None:
        """Note which servers sent us away, or took us in again, while we were not there to hear it."""
        if self._store is None:
            return
        ours = {str(guild) for guild in guilds}
        mine = self._shards
        try:
            known, gone = set(await self._store.places(PLATFORM)), set(await self._store.gone(PLATFORM))
        except StorageError as error:
            note("not_noted", error, problem=error.told.key)
            return
        for guild in (one for one in known - ours - gone if mine.have(int(one))):
            await self.sent_away(guild, datetime.now(UTC))
        for guild in gone & ours:
            await self.sent_away(guild, None)
