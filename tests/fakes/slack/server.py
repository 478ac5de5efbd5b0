"""A strict Slack on loopback: Web API, response URLs and Socket Mode, under unmodified Bolt and slack_sdk.

It refuses what Slack refuses, and does what Slack does when it is in trouble. Times are attributes, so that a test
need not wait for them.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl

from aiohttp import WSMsgType, web

from tests.fakes.slack.block_check import check_message, check_view

Json = dict[str, Any]
BOT, APP = "xoxb-bot-token", "xapp-app-token"
ALL_SCOPES = ("commands", "chat:write", "im:write", "im:history", "files:write", "users:read")
_BASE = 1_795_000_000
_PUSHED_AT_MOST = 3
_USES_OF_A_RESPONSE_URL = 5
_SOCKETS_AT_MOST = 10
_NOT_KEPT_IN_A_VIEW = ("state", "id", "hash")


@dataclass
class Channel:
    """A conversation."""

    id: str
    members: set[str] = field(default_factory=set)
    bot_in: bool = True
    private: bool = False
    archived: bool = False
    messages: dict[str, Json] = field(default_factory=dict)
    """As they look now, by their time stamps."""

    @property
    def direct(self) -> bool:
        return self.id.startswith("D")


@dataclass
class Envelope:
    """What was sent over a socket, and what became of it."""

    id: str
    kind: str
    payload: Json
    attempt: int = 0
    answered: "asyncio.Future[Json | None]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class RefusedError(Exception):
    """An error as the Web API tells it."""

    def __init__(self, code: str, **more: Any) -> None:  # noqa: ANN401  whatever goes into the answer
        super().__init__(code)
        self.answer = {"ok": False, "error": code, **more}


class FakeSlack:
    """One app, installed in one workspace."""

    def __init__(
        self, *, team: str = "T0001", enterprise: str | None = None, scopes: tuple[str, ...] = ALL_SCOPES
    ) -> None:
        self.team, self.enterprise, self.scopes = team, enterprise, set(scopes)
        self.app_id, self.bot_id, self.bot_user = "A0001", "B0001", "UBOT"
        self.ack_seconds, self.trigger_seconds, self.response_seconds = 3.0, 3.0, 1800.0
        self.redelivery_seconds: tuple[float, ...] = (0.0, 60.0, 300.0)
        self.users: dict[str, Json] = {}
        self.channels: dict[str, Channel] = {}
        self.modals: dict[str, list[Json]] = {}
        self.homes: dict[str, Json] = {}
        self.ephemerals: dict[str, list[Json]] = {}
        self.files: dict[str, Json] = {}
        self.calls: list[tuple[str, Json]] = []
        self.problems: list[str] = []
        """Payloads that were refused for their shape."""
        self.envelopes: list[Envelope] = []
        self.dead: str | None = None
        """The error that every call gets: account_inactive, token_revoked."""
        self.limited: dict[str, list[float]] = {}
        """Method -> for each of the next calls, how many seconds to leave it alone."""
        self.failing: dict[str, list[str]] = {}
        """Method -> errors of the next calls; a number is an HTTP status."""
        self.slow: dict[str, float] = {}
        self.a_second: dict[str, float] = {}
        """Channel -> when it last took a message, where `one_a_second` is on."""
        self.one_a_second = False
        self.refuse_sockets = False
        self.deaf = False
        """Sockets stay open and nothing is answered, not even a ping."""
        self.duplicate_next = self.drop_next_ack = 0
        self.held: list[Envelope] | None = None
        """Envelopes that wait, to be sent in another order."""
        self._sockets: list[web.WebSocketResponse] = []
        self._tickets: set[str] = set()
        self._triggers: dict[str, tuple[float, bool]] = {}
        self._responses: dict[str, tuple[float, int, str, str, str | None]] = {}
        self._uploads: dict[str, Json] = {}
        self._newest = 0
        """The last number that was given away; time stamps go by it."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._turn = 0
        self._changed = asyncio.Event()

    # -- being there -------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_get("/link", self._link)
        app.router.add_post("/response/{token}", self._response)
        app.router.add_post("/upload/{file}", self._upload)
        self._runner = web.AppRunner(app, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await self.kill_sockets()
        await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/"

    @property
    def connected(self) -> bool:
        return any(not socket.closed for socket in self._sockets)

    async def until(self, holds: Callable[[], bool], seconds: float = 15.0) -> bool:
        """Wait until something holds; tell whether it came to that."""
        end = time.monotonic() + seconds
        while not holds():
            left = end - time.monotonic()
            if left <= 0:
                return False
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), min(left, 0.1))
            except TimeoutError:
                continue
        return True

    def called(self, method: str) -> list[Json]:
        return [arguments for one, arguments in self.calls if one == method]

    def channel(self, id: str, *members: str, bot_in: bool = True, private: bool = False) -> Channel:  # noqa: A002  as Slack calls it
        self.channels[id] = Channel(id, set(members), bot_in, private)
        return self.channels[id]

    def direct(self, user: str) -> Channel:
        """Return somebody's direct messages with the bot."""
        id_ = f"D{user[1:]}"
        if id_ not in self.channels:
            self.channels[id_] = Channel(id_, {user})
        return self.channels[id_]

    def number(self) -> int:
        self._newest += 1
        return self._newest

    def now(self) -> datetime:
        """Return the time by the clock of the time stamps, which goes on a second with whatever happens."""
        return datetime.fromtimestamp(_BASE + self._newest, UTC)

    def timestamp(self) -> str:
        return f"{_BASE + self.number()}.000100"

    # -- the Web API -------------------------------------------------------------------------------------------------

    async def _api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        arguments = await _arguments(request)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or arguments.pop("token", "")
        arguments.pop("token", None)
        self.calls.append((method, arguments))
        self._changed.set()
        if seconds := self.slow.get(method):
            await asyncio.sleep(seconds)
        if waits := self.limited.get(method):
            seconds = waits.pop(0)
            answer = {"ok": False, "error": "ratelimited"}
            return web.json_response(answer, status=429, headers={"Retry-After": f"{seconds:g}"})
        if errors := self.failing.get(method):
            error = errors.pop(0)
            if error.isdecimal():
                return web.Response(status=int(error), text="upstream connect error")
            return web.json_response({"ok": False, "error": error})
        try:
            answer = await self._work(method, token, arguments)
        except RefusedError as refused:
            return web.json_response(refused.answer)
        self._changed.set()
        return web.json_response({"ok": True, **answer}, headers={"x-oauth-scopes": ",".join(sorted(self.scopes))})

    async def _work(self, method: str, token: str, arguments: Json) -> Json:
        found = _METHODS.get(method)
        if found is None:
            raise RefusedError("unknown_method")
        scope, needed, work = found
        self._admit(token, scope)
        if missing := [name for name in needed if arguments.get(name) in (None, "")]:
            raise RefusedError("invalid_arguments", response_metadata={"messages": missing})
        return await work(self, arguments)

    def _admit(self, token: str, scope: str) -> None:
        if token not in ((APP,) if scope == "connections:write" else (BOT,)):
            raise RefusedError("invalid_auth" if token else "not_authed")
        if self.dead and token == BOT:
            raise RefusedError(self.dead)
        if scope and scope != "connections:write" and scope not in self.scopes:
            raise RefusedError("missing_scope", needed=scope, provided=",".join(sorted(self.scopes)))

    async def _auth_test(self, _: Json) -> Json:
        mine = {"team_id": self.team, "user_id": self.bot_user, "bot_id": self.bot_id}
        return {
            **mine,
            "is_enterprise_install": False,
            **({"enterprise_id": self.enterprise} if self.enterprise else {}),
        }

    async def _connect(self, _: Json) -> Json:
        if self.refuse_sockets:
            raise RefusedError("internal_error")
        ticket = f"ticket{self.number()}"
        self._tickets.add(ticket)
        return {"url": f"ws://127.0.0.1:{self.port}/link?ticket={ticket}"}

    async def _open_direct(self, arguments: Json) -> Json:
        user = arguments["users"]
        if user not in self.users:
            raise RefusedError("user_not_found")
        return {"channel": {"id": self.direct(user).id}}

    async def _post(self, arguments: Json) -> Json:
        channel = self._reach(arguments["channel"])
        self._shape(check_message(arguments))
        if self.one_a_second:
            now = time.monotonic()
            if now - self.a_second.get(channel.id, 0) < 1:
                raise RefusedError("ratelimited")
            self.a_second[channel.id] = now
        thread = arguments.get("thread_ts")
        if thread and thread not in channel.messages:
            raise RefusedError("thread_not_found")
        ts = self.timestamp()
        kept: Json = {name: arguments[name] for name in ("text", "blocks", "thread_ts") if name in arguments}
        channel.messages[ts] = {
            "ts": ts,
            "channel": channel.id,
            "bot_id": self.bot_id,
            "touched": self.number(),
            **kept,
        }
        if channel.direct:
            self._echo(channel, ts)
        return {"channel": channel.id, "ts": ts, "message": channel.messages[ts]}

    def _echo(self, channel: Channel, ts: str) -> None:
        """Tell the bot of its own message, as Slack does where it may read them."""
        if "im:history" in self.scopes:
            event = {"type": "message", "channel": channel.id, "channel_type": "im", "user": self.bot_user, "ts": ts}
            echo = {**event, "bot_id": self.bot_id, "text": channel.messages[ts].get("text", "")}
            self._background(self._sent_event(echo))

    async def _update(self, arguments: Json) -> Json:
        channel = self._reach(arguments["channel"])
        message = channel.messages.get(arguments["ts"])
        if message is None:
            raise RefusedError("message_not_found")
        if message.get("user"):
            raise RefusedError("cant_update_message")
        self._shape(check_message(arguments))
        message.update(
            {name: arguments[name] for name in ("text", "blocks") if name in arguments},
            edited=True,
            touched=self.number(),
        )
        return {"channel": channel.id, "ts": message["ts"]}

    async def _delete(self, arguments: Json) -> Json:
        channel = self._reach(arguments["channel"])
        if arguments["ts"] not in channel.messages:
            raise RefusedError("message_not_found")
        if channel.messages[arguments["ts"]].get("user"):
            raise RefusedError("cant_delete_message")
        del channel.messages[arguments["ts"]]
        return {"channel": channel.id, "ts": arguments["ts"]}

    def _reach(self, id_: str) -> Channel:
        channel = self.channels.get(id_)
        if channel is None or (channel.private and not channel.bot_in):
            raise RefusedError("channel_not_found")
        if not channel.bot_in:
            raise RefusedError("not_in_channel")
        if channel.archived:
            raise RefusedError("is_archived")
        return channel

    def _shape(self, problems: list[str]) -> None:
        if problems:
            self.problems += problems
            code = "msg_blocks_too_long" if problems[0].startswith("msg_blocks_too_long") else "invalid_blocks"
            raise RefusedError(code, errors=problems, response_metadata={"messages": problems})

    async def _open_view(self, arguments: Json) -> Json:
        user = self._exchange(arguments["trigger_id"])
        return {"view": self._stacked(user, arguments["view"], fresh=True)}

    async def _push_view(self, arguments: Json) -> Json:
        user = self._exchange(arguments["trigger_id"])
        if len(self.modals.get(user, ())) >= _PUSHED_AT_MOST:
            raise RefusedError("push_limit_reached")
        return {"view": self._stacked(user, arguments["view"], fresh=False)}

    def _exchange(self, trigger: str) -> str:
        """Use a trigger up; return whose it was."""
        at, used = self._triggers.get(trigger, (None, False))
        if at is None:
            raise RefusedError("invalid_trigger_id")
        if used:
            raise RefusedError("exchanged_trigger_id")
        if time.monotonic() - at > self.trigger_seconds:
            raise RefusedError("expired_trigger_id")
        self._triggers[trigger] = (at, True)
        return trigger.rpartition(".")[2]

    def _stacked(self, user: str, view: Json | str, *, fresh: bool) -> Json:
        made: Json = json.loads(view) if isinstance(view, str) else view
        self._view_shape(made)
        opened = {**made, "id": f"V{self.number()}", "hash": f"{self.number()}.hash", "team_id": self.team}
        self.modals[user] = [opened] if fresh else [*self.modals.get(user, ()), opened]
        return opened

    def _view_shape(self, view: Json) -> None:
        if problems := check_view(view):
            self.problems += problems
            code = "view_too_large" if "250" in problems[0] else "invalid_arguments"
            raise RefusedError(code, response_metadata={"messages": problems})

    async def _update_view(self, arguments: Json) -> Json:
        made = json.loads(arguments["view"]) if isinstance(arguments["view"], str) else arguments["view"]
        for stack in self.modals.values():
            for place, view in enumerate(stack):
                if view["id"] != arguments.get("view_id"):
                    continue
                if arguments.get("hash") not in (None, view["hash"]):
                    raise RefusedError("hash_conflict")
                self._view_shape(made)
                stack[place] = {**made, "id": view["id"], "hash": f"{self.number()}.hash", "team_id": self.team}
                return {"view": stack[place]}
        raise RefusedError("not_found")

    async def _publish(self, arguments: Json) -> Json:
        view = json.loads(arguments["view"]) if isinstance(arguments["view"], str) else arguments["view"]
        if arguments["user_id"] not in self.users:
            raise RefusedError("invalid_arguments")
        self._view_shape(view)
        self.homes[arguments["user_id"]] = {**view, "id": f"V{self.number()}"}
        return {"view": self.homes[arguments["user_id"]]}

    async def _users_info(self, arguments: Json) -> Json:
        user = self.users.get(arguments["user"])
        if user is None:
            raise RefusedError("user_not_found")
        with_locale = str(arguments.get("include_locale", "")).lower() in ("1", "true")
        return {"user": user if with_locale else {name: value for name, value in user.items() if name != "locale"}}

    async def _upload_url(self, arguments: Json) -> Json:
        if not int(arguments["length"]) > 0:
            raise RefusedError("invalid_arguments")
        file = f"F{self.number()}"
        self._uploads[file] = {"id": file, "name": arguments["filename"], "length": int(arguments["length"])}
        return {"upload_url": f"http://127.0.0.1:{self.port}/upload/{file}", "file_id": file}

    async def _upload(self, request: web.Request) -> web.Response:
        upload = self._uploads.get(request.match_info["file"])
        if upload is None:
            return web.Response(status=404)
        if request.content_type.startswith("multipart/"):
            field_ = await (await request.multipart()).next()
            content = await field_.read() if field_ is not None else b""  # type: ignore[union-attr]
        else:
            content = await request.read()
        if len(content) != upload["length"]:
            return web.Response(status=400, text="length")
        upload["content"] = bytes(content).decode()
        return web.Response(text=f"OK - {len(content)}")

    async def _complete_upload(self, arguments: Json) -> Json:
        named = json.loads(arguments["files"]) if isinstance(arguments["files"], str) else arguments["files"]
        channel = self._reach(arguments["channel_id"]) if arguments.get("channel_id") else None
        done = []
        for one in named:
            upload = self._uploads.get(one["id"])
            if upload is None or "content" not in upload:
                raise RefusedError("file_not_found")
            self.files[one["id"]] = {**upload, "title": one.get("title"), "channel": channel and channel.id}
            done.append({"id": one["id"], "title": one.get("title")})
        return {"files": done}

    async def _delete_file(self, arguments: Json) -> Json:
        if self.files.pop(arguments["file"], None) is None:
            raise RefusedError("file_not_found")
        return {}

    # -- response URLs -----------------------------------------------------------------------------------------------

    def response_url(self, user: str, channel: str, ts: str | None) -> str:
        token = f"r{self.number()}"
        self._responses[token] = (time.monotonic(), 0, user, channel, ts)
        return f"http://127.0.0.1:{self.port}/response/{token}"

    async def _response(self, request: web.Request) -> web.Response:
        found = self._responses.get(request.match_info["token"])
        if found is None:
            return web.Response(status=404, text="no_service")
        at, uses, user, channel, ts = found
        if time.monotonic() - at > self.response_seconds:
            return web.json_response({"ok": False, "error": "expired_url"}, status=404)
        if uses >= _USES_OF_A_RESPONSE_URL:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        self._responses[request.match_info["token"]] = (at, uses + 1, user, channel, ts)
        said = await request.json()
        self.calls.append(("response_url", said))
        if problems := check_message(said):
            self.problems += problems
            return web.json_response({"ok": False, "error": "invalid_blocks"}, status=400)
        if said.get("replace_original") and ts and ts in self.channels[channel].messages:
            self.channels[channel].messages[ts].update(said)
        elif said.get("response_type") == "in_channel":
            new = self.timestamp()
            self.channels[channel].messages[new] = {"ts": new, "channel": channel, "bot_id": self.bot_id, **said}
        else:
            self.ephemerals.setdefault(user, []).append(said)
        self._changed.set()
        return web.Response(text="ok")

    # -- sockets -----------------------------------------------------------------------------------------------------

    async def _link(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets or self.refuse_sockets:
            return web.Response(status=408 if self.refuse_sockets else 403)
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        self._sockets = [one for one in self._sockets if not one.closed]
        if len(self._sockets) >= _SOCKETS_AT_MOST:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            return socket
        self._sockets.append(socket)
        hello = {"type": "hello", "num_connections": len(self._sockets), "connection_info": {"app_id": self.app_id}}
        await socket.send_json(hello)
        self._changed.set()
        async for message in socket:
            if self.deaf:
                continue
            if message.type is WSMsgType.PING:
                await socket.pong(message.data)
            elif message.type is WSMsgType.TEXT:
                self._answered(json.loads(message.data))
        self._changed.set()
        return socket

    def _answered(self, said: Json) -> None:
        if self.drop_next_ack:
            self.drop_next_ack -= 1
            return
        for envelope in self.envelopes:
            if envelope.id == said.get("envelope_id") and not envelope.answered.done():
                envelope.answered.set_result(said.get("payload"))
                self._changed.set()

    async def kill_sockets(self) -> None:
        """Cut every connection, as a network does."""
        sockets, self._sockets = self._sockets, []
        for socket in sockets:
            if not socket.closed and (transport := socket._req and socket._req.transport):
                transport.abort()

    async def ask_to_reconnect(self, reason: str = "refresh_requested") -> None:
        """Say that the connection will be closed, as Slack does every few hours."""
        for socket in self._sockets:
            if not socket.closed:
                await socket.send_json({"type": "disconnect", "reason": reason})

    async def send(self, kind: str, payload: Json) -> Envelope:
        """Send an envelope to one of the connections; nobody connected: it is lost."""
        envelope = Envelope(f"e{self.number()}", kind, payload)
        self.envelopes.append(envelope)
        if self.held is not None:
            self.held.append(envelope)
        else:
            await self.deliver(envelope)
        return envelope

    async def release(self) -> None:
        """Send what was held, the last first."""
        held, self.held = self.held or [], None
        for envelope in reversed(held):
            await self.deliver(envelope)

    async def deliver(self, envelope: Envelope) -> None:
        """Send an envelope, or send it again with the same id."""
        times = 1
        if self.duplicate_next:
            self.duplicate_next -= 1
            times = 2
        for _ in range(times):
            sockets = [one for one in self._sockets if not one.closed]
            if not sockets:
                return
            self._turn += 1
            frame: Json = {
                "type": envelope.kind,
                "envelope_id": envelope.id,
                "payload": envelope.payload,
                "accepts_response_payload": envelope.kind != "events_api",
            }
            if envelope.kind == "events_api":
                reason = "timeout" if envelope.attempt else ""
                frame.update(retry_attempt=envelope.attempt, retry_reason=reason)
            try:
                await sockets[self._turn % len(sockets)].send_json(frame)
            except ConnectionError:
                return

    async def acknowledged(self, envelope: Envelope) -> tuple[bool, Json | None]:
        """Wait for an acknowledgement as long as Slack does; return whether it came, and what came with it."""
        try:
            return True, await asyncio.wait_for(asyncio.shield(envelope.answered), self.ack_seconds)
        except TimeoutError:
            return False, None

    async def _sent_event(self, event: Json) -> None:
        await self.send_event(event)

    async def send_event(self, event: Json, event_id: str | None = None, team: str | None = None) -> bool:
        """Send an event until it is acknowledged, four times at most; tell whether it was."""
        mine = {"team_id": team or self.team, "enterprise_id": self.enterprise}
        payload = {
            "type": "event_callback",
            "token": "verification",
            "api_app_id": self.app_id,
            "event_id": event_id or f"Ev{self.number():08d}",
            "event_time": int(float(event.get("ts") or event.get("event_ts") or _BASE)),
            "authorizations": [{**mine, "user_id": self.bot_user, "is_bot": True, "is_enterprise_install": False}],
            "is_ext_shared_channel": False,
            "event": event,
            **{name: value for name, value in mine.items() if value},
        }
        envelope = await self.send("events_api", payload)
        for pause in (*self.redelivery_seconds, None):
            done, _ = await self.acknowledged(envelope)
            if done or pause is None:
                return done
            await asyncio.sleep(pause)
            envelope.attempt += 1
            await self.deliver(envelope)
        return False

    def trigger(self, user: str) -> str:
        made = f"{self.number()}.{self.number()}.{user}"
        self._triggers[made] = (time.monotonic(), False)
        return made

    # -- the app goes ------------------------------------------------------------------------------------------------

    async def uninstall(self, order: tuple[str, ...] = ("app_uninstalled", "tokens_revoked")) -> None:
        """Remove the app: its token is dead, and it is told so, in either order."""
        self.dead = "account_inactive"
        for event in order:
            told: Json = {"type": event, "event_ts": str(time.time())}
            if event == "tokens_revoked":
                told["tokens"] = {"oauth": [], "bot": [self.bot_user]}
            await self.send_event(told)

    def _background(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _arguments(request: web.Request) -> Json:
    """Read arguments wherever a client puts them: in the query, a form, or JSON."""
    found: Json = dict(request.query)
    if request.method == "POST":
        if "json" in request.content_type:
            found.update(await request.json())
        elif body := await request.text():
            found.update(parse_qsl(body, keep_blank_values=True))
    for name in ("blocks", "view", "files"):
        if isinstance(found.get(name), str):
            found[name] = json.loads(found[name])
    return found


_METHODS: Mapping[str, tuple[str, tuple[str, ...], Callable[[FakeSlack, Json], Awaitable[Json]]]] = {
    "auth.test": ("", (), FakeSlack._auth_test),
    "apps.connections.open": ("connections:write", (), FakeSlack._connect),
    "conversations.open": ("im:write", ("users",), FakeSlack._open_direct),
    "chat.postMessage": ("chat:write", ("channel",), FakeSlack._post),
    "chat.update": ("chat:write", ("channel", "ts"), FakeSlack._update),
    "chat.delete": ("chat:write", ("channel", "ts"), FakeSlack._delete),
    "views.open": ("", ("trigger_id", "view"), FakeSlack._open_view),
    "views.push": ("", ("trigger_id", "view"), FakeSlack._push_view),
    "views.update": ("", ("view",), FakeSlack._update_view),
    "views.publish": ("", ("user_id", "view"), FakeSlack._publish),
    "users.info": ("users:read", ("user",), FakeSlack._users_info),
    "files.getUploadURLExternal": ("files:write", ("filename", "length"), FakeSlack._upload_url),
    "files.completeUploadExternal": ("files:write", ("files",), FakeSlack._complete_upload),
    "files.delete": ("files:write", ("file",), FakeSlack._delete_file),
}
