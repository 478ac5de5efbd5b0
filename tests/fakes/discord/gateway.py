"""The gateway: sessions that can be resumed, over sockets that break."""

import asyncio
import json
import time
import zlib
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import discord
from aiohttp import WSMsgType, web

from tests.fakes.discord.rules import Json, Rules
from tests.fakes.discord.world import CDN_BASE, World

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME = 0, 1, 2, 3, 4, 6
RECONNECT, MEMBERS, INVALID, HELLO, ACK = 7, 8, 9, 10, 11
UNKNOWN_OPCODE, DECODE_ERROR, NOT_AUTHENTICATED, AUTHENTICATION_FAILED = 4001, 4002, 4003, 4004
ALREADY_AUTHENTICATED, INVALID_SEQ, RATE_LIMITED, INVALID_SHARD = 4005, 4007, 4008, 4010
INVALID_VERSION, INVALID_INTENTS, DISALLOWED_INTENTS = 4012, 4013, 4014
ENDS_THE_SESSION = {1000, 1001, 4004, 4007, 4009, 4010, 4011, 4012, 4013, 4014}
"""Closing with any other code leaves the session there, to be resumed."""
_PRIVILEGED = ("members", "presences", "message_content")
_MINUTE = 60.0
_API = "10"


@dataclass
class Session:
    """What a bot is told, whether it listens or not."""

    id: str
    intents: discord.Intents
    frames: list[Json] = field(default_factory=list)
    socket: "Socket | None" = None
    dead: bool = False
    """It cannot be resumed."""
    shard: tuple[int, int] = (0, 1)

    def has(self, guild: int) -> bool:
        """Tell whether a server belongs to its shard."""
        return (guild >> 22) % self.shard[1] == self.shard[0]

    def hears(self, event: str, payload: Json) -> bool:
        """Tell whether an event is told to its shard: of a server to the server's, of direct messages to the first."""
        guild = payload.get("guild_id") or (payload.get("id") if event.startswith("GUILD_") else None)
        return self.has(int(guild)) if guild else self.shard[0] == 0

    def tell(self, event: str, payload: Any) -> None:  # noqa: ANN401  as Discord sends it
        frame = {"op": DISPATCH, "t": event, "s": len(self.frames) + 1, "d": payload}
        self.frames.append(frame)
        if self.socket is not None:
            self.socket.put(frame)


class Socket:
    """One connection; what is sent goes in its order, compressed where that was asked for."""

    def __init__(self, rules: Rules, raw: web.WebSocketResponse, cdn: tuple[str, str], *, compressed: bool) -> None:
        self._rules, self.raw, self._cdn = rules, raw, cdn
        self._zlib = zlib.compressobj() if compressed else None
        self._queue: asyncio.Queue[Json | int] = asyncio.Queue()
        self.closed_with: int | None = None
        self.received: list[float] = []
        self.session: Session | None = None
        self.writer = asyncio.create_task(self._write())

    def put(self, frame: Json | int) -> None:
        """Send a frame; a number closes the connection with it."""
        self._queue.put_nowait(frame)

    async def _write(self) -> None:
        while True:
            frame = await self._queue.get()
            if isinstance(frame, int):
                self.closed_with = frame
                await self.raw.close(code=frame)
                return
            if self._rules.deaf:
                continue
            text = json.dumps(frame).replace(*self._cdn)
            try:
                if self._zlib is None:
                    await self.raw.send_str(text)
                else:
                    data = self._zlib.compress(text.encode()) + self._zlib.flush(zlib.Z_SYNC_FLUSH)
                    await self.raw.send_bytes(data)
            except (ConnectionError, RuntimeError):
                return

    def abort(self) -> None:
        """Cut it, as a network does."""
        if not self.raw.closed and (transport := self.raw._req and self.raw._req.transport):
            transport.abort()


class Gateway:
    """Tells the bot what happens."""

    def __init__(self, rules: Rules, world: World) -> None:
        self._rules, self._world = rules, world
        self.sessions: dict[str, Session] = {}
        self.sockets: list[Socket] = []
        self.url = self.entrance = self.cdn_url = ""
        self.held: list[tuple[str, Json]] | None = None
        self._numbers = count(1)

    @property
    def live(self) -> list[Socket]:
        return [one for one in self.sockets if not one.raw.closed]

    @property
    def connected(self) -> bool:
        return any(one.session is not None and one.session.socket is one for one in self.live)

    # -- telling -----------------------------------------------------------------------------------------------------

    def tell(self, event: str, payload: Json) -> None:
        """Tell every session of something."""
        if not self._by_people(event, payload):
            self._dispatch(event, payload)
        elif self._rules.drop_next:
            self._rules.drop_next -= 1
        elif self.held is not None:
            self.held.append((event, payload))
        else:
            self._dispatch(event, payload)
            if self._rules.duplicate_next:
                self._rules.duplicate_next -= 1
                self._dispatch(event, payload)

    def _by_people(self, event: str, payload: Json) -> bool:
        if event in ("MESSAGE_CREATE", "MESSAGE_UPDATE"):
            return bool(payload["author"]["id"] != str(self._world.bot))
        return event == "INTERACTION_CREATE"

    def _dispatch(self, event: str, payload: Json) -> None:
        for session in self.sessions.values():
            away = session.dead or not session.hears(event, payload)
            told = None if away else self._world.seen_with(event, payload, session.intents)
            if told is not None:
                session.tell(event, told)
        self._rules.change()

    def release(self, *, turned: bool) -> None:
        """Tell what was held: in its order, or the last first."""
        held, self.held = self.held or [], None
        for event, payload in reversed(held) if turned else held:
            self._dispatch(event, payload)

    # -- listening ---------------------------------------------------------------------------------------------------

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """Serve a connection."""
        if self._rules.refuse_sockets:
            return web.Response(status=503, text="upstream connect error")
        raw = web.WebSocketResponse(autoping=True)
        await raw.prepare(request)
        compressed = request.query.get("compress") == "zlib-stream"
        socket = Socket(self._rules, raw, (CDN_BASE, self.cdn_url), compressed=compressed)
        self.sockets.append(socket)
        if request.query.get("v") != _API or request.query.get("encoding") != "json":
            socket.put(INVALID_VERSION)
        else:
            socket.put({"op": HELLO, "t": None, "s": None, "d": {"heartbeat_interval": self._heartbeat}})
        try:
            async for message in raw:
                if message.type is WSMsgType.TEXT and not self._rules.deaf:
                    self._take(socket, message.data)
        finally:
            socket.writer.cancel()
            self._left(socket)
        return raw

    @property
    def _heartbeat(self) -> int:
        return int(self._rules.heartbeat_seconds * 1000)

    def _left(self, socket: Socket) -> None:
        session = socket.session
        if session is not None and session.socket is socket:
            session.socket = None
            code = socket.closed_with or socket.raw.close_code
            session.dead = session.dead or code in ENDS_THE_SESSION
        self._rules.change()

    def _take(self, socket: Socket, text: str) -> None:
        now = time.monotonic()
        socket.received = [at for at in socket.received if now - at < _MINUTE] + [now]
        if len(socket.received) > self._rules.gateway_events_a_minute:
            socket.put(RATE_LIMITED)
            return
        try:
            said = json.loads(text)
            op, data = said["op"], said.get("d")
        except (ValueError, KeyError, TypeError):
            socket.put(DECODE_ERROR)
            return
        match op:
            case 1:  # HEARTBEAT
                socket.put({"op": ACK, "t": None, "s": None, "d": None})
            case 2:  # IDENTIFY
                self._identify(socket, data)
            case 6:  # RESUME
                self._resume(socket, data)
            case _ if socket.session is None:
                socket.put(NOT_AUTHENTICATED)
            case 3 | 4:  # PRESENCE, VOICE: nobody looks at them here
                pass
            case 8:  # MEMBERS
                self._rules.problems.append("the gateway was asked for members")
            case _:
                socket.put(UNKNOWN_OPCODE)
        self._rules.change()

    def _identify(self, socket: Socket, data: Json) -> None:
        self._rules.identifies.append(data)
        if code := self._unfit(socket, data):
            socket.put(code)
            return
        session = Session(f"session{next(self._numbers)}", discord.Intents._from_value(data["intents"]))
        self.sessions[session.id] = session
        socket.session, session.socket = session, socket
        session.shard = tuple(data.get("shard", (0, 1)))
        guilds = [one for one in self._world.guilds() if session.has(one)] if session.intents.guilds else []
        ready = {
            "v": 10,
            "user": self._world.me,
            "guilds": [{"id": str(one), "unavailable": True} for one in guilds],
            "private_channels": [],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": f"{self.url}/resume",
            "application": {"id": str(self._world.application), "flags": 0},
        }
        session.tell("READY", ready | ({"shard": data["shard"]} if "shard" in data else {}))
        for guild in guilds:
            session.tell("GUILD_CREATE", self._world.guild(guild, session.intents))

    def _unfit(self, socket: Socket, data: Json) -> int | None:
        """Return the code that an IDENTIFY is refused with."""
        if socket.session is not None:
            return ALREADY_AUTHENTICATED
        if len(self._rules.identifies) > self._rules.identifies_a_day:
            self._rules.token = "reset by Discord"  # noqa: S105  as it does, with a mail to the owner
        if data.get("token") != self._rules.token:
            return AUTHENTICATION_FAILED
        if not isinstance(data.get("properties"), dict):
            return DECODE_ERROR
        shard = data.get("shard", [0, 1])
        if not 0 <= shard[0] < shard[1]:
            return INVALID_SHARD
        intents = data.get("intents")
        if not isinstance(intents, int) or intents & ~discord.Intents.all().value:
            return INVALID_INTENTS
        asked = discord.Intents._from_value(intents)
        missing = [one for one in _PRIVILEGED if getattr(asked, one) and one not in self._rules.granted]
        return DISALLOWED_INTENTS if missing else None

    def _resume(self, socket: Socket, data: Json) -> None:
        self._rules.resumes.append(data)
        if socket.session is not None:
            socket.put(ALREADY_AUTHENTICATED)
            return
        if data.get("token") != self._rules.token:
            socket.put(AUTHENTICATION_FAILED)
            return
        session = self.sessions.get(str(data.get("session_id")))
        if session is None or session.dead or self._rules.refuse_resumes:
            socket.put({"op": INVALID, "t": None, "s": None, "d": False})
            return
        seq = data.get("seq")
        if not isinstance(seq, int) or seq > len(session.frames):
            session.dead = True
            socket.put(INVALID_SEQ)
            return
        socket.session, session.socket = session, socket
        for frame in session.frames[seq:]:
            socket.put(frame)
        session.tell("RESUMED", {"_trace": []})

    # -- troubles ----------------------------------------------------------------------------------------------------

    def close(self, code: int) -> None:
        """Close every connection."""
        for socket in self.live:
            if socket.session is not None and code in ENDS_THE_SESSION:
                socket.session.dead = True
            socket.put(code)

    def abort(self) -> None:
        """Cut every connection, as a network does."""
        for socket in self.live:
            socket.abort()

    def ask_to_reconnect(self) -> None:
        for socket in self.live:
            socket.put({"op": RECONNECT, "t": None, "s": None, "d": None})

    def invalidate(self) -> None:
        """Say that every session is over."""
        for session in self.sessions.values():
            session.dead = True
        for socket in self.live:
            socket.put({"op": INVALID, "t": None, "s": None, "d": False})
