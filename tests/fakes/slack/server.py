"""A strict Slack on loopback: Web API, response URLs and Socket Mode, under unmodified Bolt and slack_sdk.

It refuses what Slack refuses, and does what Slack does when it is in trouble. Times are attributes, so that a test
need not wait for them.
"""

import asyncio
import json
import math
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import count
from mimetypes import guess_type
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qsl, quote, urlencode

from aiohttp import ClientError, ClientSession, WSCloseCode, WSMsgType, web

from tests.fakes.slack.block_check import check_blocks, check_message, check_view, error
from tests.fakes.slack.consent import Consent, consented, signed

Json = dict[str, Any]
APP = "xapp-app-token"
ALL_SCOPES = ("commands", "chat:write", "im:write", "im:history", "files:write", "files:read", "users:read")
_A_DAY = 1_795_000_000
_PUSHED_AT_MOST = 3
_USES_OF_A_RESPONSE_URL = 5
_SOCKETS_AT_MOST = 10
SUBSCRIPTIONS = ("message.im", "app_home_opened", "app_uninstalled", "tokens_revoked")
_RESPONDED = frozenset(
    {
        "text",
        "blocks",
        "attachments",
        "response_type",
        "replace_original",
        "delete_original",
        "thread_ts",
        "unfurl_links",
        "unfurl_media",
        "metadata",
        "mrkdwn",
    }
)
"""What may be said at a response URL."""
_UNSAID_IN_A_VIEW: Mapping[str, object] = {
    "title": None,
    "submit": None,
    "close": None,
    "callback_id": "",
    "external_id": "",
    "private_metadata": "",
    "clear_on_close": False,
    "notify_on_close": False,
}


@dataclass
class Channel:
    """A conversation."""

    id: str
    members: set[str] = field(default_factory=set)
    bot_in: bool = True
    private: bool = False
    archived: bool = False
    refuses: str = ""
    """What anybody is told who writes there."""
    messages: dict[str, Json] = field(default_factory=dict)
    """As they look now, by their time stamps."""

    @property
    def direct(self) -> bool:
        return self.id.startswith("D")

    def thread(self, ts: str) -> list[Json]:
        """Return the answers to a message."""
        return [message for _, message in sorted(self.messages.items()) if message.get("thread_ts") == ts]


@dataclass
class Envelope:
    """What was sent over a socket, and what became of it."""

    id: str
    kind: str
    payload: Json
    attempt: int = 0
    sent: int = 0
    """How often it went out; 0: nobody was connected."""
    given_up: bool = False
    """Nobody waits for its acknowledgement any more."""
    late: bool = False
    """It was acknowledged after that."""
    answered: "asyncio.Future[Json | None]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class RefusedError(Exception):
    """An error as the Web API tells it."""

    def __init__(self, code: str, **more: Any) -> None:  # noqa: ANN401  whatever goes into the answer
        super().__init__(code)
        self.answer = {"ok": False, "error": code, **more}


class LimitedError(Exception):
    """Too many calls: the next one in so many seconds."""

    def __init__(self, seconds: str) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class FakeSlack:
    """One app, installed in one workspace; over HTTP, in its neighbours as well."""

    dead: str | None = None
    """The error that every call gets: account_inactive, token_revoked."""
    messages_tab = True
    share_seconds = 0.0
    """How long after its upload a file appears."""
    one_a_second = False
    refuse_sockets = False
    deaf = False
    """Sockets stay open and nothing is answered, not even a ping."""
    held: list[Envelope] | None = None
    """Envelopes that wait, to be sent in another order."""
    _newest = 0
    """The last number that was given away; time stamps go by it."""
    _turn = 0
    _uninstalled = False
    """Nothing is sent any more, as long as the token is dead."""
    _passed = 0.0
    began = _A_DAY
    """When its clock begins, in seconds; a bot that is a process of its own has the clock of this machine."""

    def __init__(  # noqa: PLR0915  it knows much
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
        self.refusals: list[tuple[str, str]] = []
        """Method and error of each call that was refused."""
        self.impatient: list[str] = []
        """Methods that were called before their Retry-After was over."""
        self.odd_acks: list[Json] = []
        """Acknowledgements of what was never sent."""
        self.subscriptions = set(SUBSCRIPTIONS)
        self.limited: dict[str, list[float]] = {}
        """Method -> for each of the next calls, how many seconds to leave it alone."""
        self.a_minute: dict[str, int] = {}
        """Method -> how many calls a minute it takes."""
        self.failing: dict[str, list[str]] = {}
        """Method -> errors of the next calls; a number is an HTTP status."""
        self.failing_after: dict[str, list[str]] = {}
        """As `failing`, but the call takes effect: only its answer is lost."""
        self.slow: dict[str, float] = {}
        self.a_second: dict[str, float] = {}
        """Channel -> when it last took a message, where `one_a_second` is on."""
        self.duplicate_next = self.drop_next_ack = 0
        self.request_url: str | None = None
        """Where the app is called over HTTP; None: over its sockets."""
        self.statuses: list[int] = []
        """What the app has answered there."""
        self.neighbours: list[FakeSlack] = []
        """Workspaces that install the same app, and are reached at this address as well."""
        self.consent = Consent()
        self._sockets: list[web.WebSocketResponse] = []
        self._tickets: set[str] = set()
        self._triggers: dict[str, tuple[float, bool]] = {}
        self._in_modals: set[str] = set()
        """Triggers that come from a modal."""
        self._left_alone: dict[str, float] = {}
        self._recent: dict[str, list[float]] = {}
        self._between = count(1)
        self._responses: dict[str, tuple[float, int, str, str, str | None]] = {}
        self._uploads: dict[str, Json] = {}
        self._sent_in: dict[str, bytes] = {}
        """What people sent as files, by the end of its address."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()

    # -- being there -------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_get("/link", self._link)
        app.router.add_post("/response/{token}", self._response)
        app.router.add_post("/upload/{file}", self._upload)
        app.router.add_get("/files-pri/{tail:.*}", self._handed_out)
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
        return bool(self.request_url) or any(not socket.closed for socket in self._sockets)

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

    def let_in(self) -> None:
        """Hear of the app again that was removed."""
        self.dead, self._uninstalled = None, False

    def now(self) -> datetime:
        """Return the time by the clock of the time stamps, which goes on a second with whatever happens."""
        return datetime.fromtimestamp(self.began + self._newest, UTC)

    def timestamp(self) -> str:
        return f"{self.began + self.number()}.000100"

    def moment(self) -> str:
        """Return a time stamp of its own for which the clock does not go on."""
        return f"{self.began + self._newest}.{next(self._between) + 100:06d}"

    def let_pass(self, seconds: float) -> None:
        """Let triggers, response URLs and limits be that much older."""
        self._passed += seconds

    def _clock(self) -> float:
        return time.monotonic() + self._passed

    # -- the Web API -------------------------------------------------------------------------------------------------

    async def _api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        arguments = await _arguments(request)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or arguments.pop("token", "")
        arguments.pop("token", None)
        home = next((one for one in self.neighbours if token in one.consent.tokens), self)
        home.calls.append((method, arguments))
        self._changed.set()
        if seconds := self.slow.get(method):
            await asyncio.sleep(seconds)
        if method == "oauth.v2.access":
            if errors := self.failing.get(method):
                return self._trouble(method, errors.pop(0))
            return web.json_response(consented((self, *self.neighbours), arguments))
        return await home._answered_call(method, token, arguments)

    async def _answered_call(self, method: str, token: str, arguments: Json) -> web.Response:
        try:
            self._limit(method)
            if errors := self.failing.get(method):
                return self._trouble(method, errors.pop(0))
            answer = await self._work(method, token, arguments)
        except RefusedError as refused:
            self.refusals.append((method, refused.answer["error"]))
            return web.json_response(refused.answer)
        except LimitedError as limited:
            self.refusals.append((method, "ratelimited"))
            told = {"ok": False, "error": "ratelimited"}
            return web.json_response(told, status=429, headers={"Retry-After": limited.seconds})
        self._changed.set()
        if errors := self.failing_after.get(method):
            return self._trouble(method, errors.pop(0))
        return web.json_response({"ok": True, **answer}, headers={"x-oauth-scopes": ",".join(sorted(self.scopes))})

    def _trouble(self, method: str, code: str) -> web.Response:
        self.refusals.append((method, code))
        if code.isdecimal():
            return web.Response(status=int(code), text="upstream connect error")
        return web.json_response({"ok": False, "error": code})

    def _limit(self, method: str) -> None:
        """Refuse what comes too often; who does not wait as long as told is told again."""
        now = self._clock()
        if (left := self._left_alone.get(method, 0) - now) > 0:
            self.impatient.append(method)
            raise LimitedError(str(math.ceil(left)))
        if waits := self.limited.get(method):
            seconds = waits.pop(0)
            self._left_alone[method] = now + seconds
            raise LimitedError(f"{seconds:g}")
        if most := self.a_minute.get(method):
            recent = [at for at in self._recent.get(method, ()) if at > now - 60]
            if len(recent) >= most:
                raise LimitedError(str(math.ceil(recent[0] + 60 - now)))
            self._recent[method] = [*recent, now]

    async def _work(self, method: str, token: str, arguments: Json) -> Json:
        found = _METHODS.get(method)
        if found is None:
            raise RefusedError("unknown_method", req_method=method)
        self._admit(token, found.scope)
        known = {*found.needed, *found.optional, "team_id"}  # which Bolt adds to every call
        problems = [f"missing required field: {name}" for name in found.needed if arguments.get(name) in (None, "")]
        _refuse([*problems, *(f"unknown field: {name}" for name in arguments if name not in known)])
        return await found.work(self, arguments)

    def _admit(self, token: str, scope: str) -> None:
        if token not in ((APP,) if scope == "connections:write" else self.consent.tokens):
            raise RefusedError("invalid_auth" if token else "not_authed")
        if self.dead and token != APP:
            raise RefusedError(self.dead)
        if self.consent.tokens.get(token, math.inf) <= self.now().timestamp():
            raise RefusedError("token_expired")
        if scope and scope != "connections:write" and scope not in self.scopes:
            raise RefusedError("missing_scope", needed=scope, provided=",".join(sorted(self.scopes)))

    # -- methods -----------------------------------------------------------------------------------------------------

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
        if user == self.bot_user:
            raise RefusedError("cannot_dm_bot")
        if user not in self.users:
            raise RefusedError("user_not_found")
        if self.users[user]["deleted"]:
            raise RefusedError("user_disabled")
        return {"channel": {"id": self.direct(user).id}}

    async def _post(self, arguments: Json) -> Json:
        to = arguments["channel"]
        channel = self.direct(to) if to in self.users else self._reach(to)
        self._shape(check_message(arguments))
        if self.one_a_second:
            now = self._clock()
            left = self.a_second.get(channel.id, now - 1) + 1 - now
            if left > 0:
                raise LimitedError(str(math.ceil(left)))
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
        return {"channel": channel.id, "ts": ts, "message": self.payload(channel.messages[ts])}

    async def _post_ephemeral(self, arguments: Json) -> Json:
        channel = self._reach(arguments["channel"])
        self._shape(check_message(arguments))
        if arguments["user"] not in channel.members:
            raise RefusedError("user_not_in_channel")
        words: Json = {name: arguments[name] for name in ("text", "blocks", "thread_ts") if name in arguments}
        return {"message_ts": self.whisper(arguments["user"], channel.id, words)["ts"]}

    def whisper(self, user: str, channel: str, said: Json) -> Json:
        """Show something to one person; it is in no history."""
        shown = {**said, "ts": self.moment(), "channel": channel, "bot_id": self.bot_id, "ephemeral_for": user}
        self.ephemerals.setdefault(user, []).append(shown)
        return shown

    def say(self, channel: Channel, said: Json) -> Json:
        """Let the bot say something to all, in answer to somebody."""
        ts = self.timestamp()
        channel.messages[ts] = {**said, "ts": ts, "channel": channel.id, "bot_id": self.bot_id, "touched": self._newest}
        if channel.direct:
            self._echo(channel, ts)
        return channel.messages[ts]

    def payload(self, message: Json) -> Json:
        """Return a message as Slack tells of it: with its blocks named, and with who said it."""
        said = {"type": "message", "team": self.team, **message}
        if "bot_id" in said:
            said = {"user": self.bot_user, "app_id": self.app_id, **said}
        else:
            said["text"] = escaped(said["text"])
        return {**said, "blocks": named(said["blocks"])} if said.get("blocks") else said

    def hears(self, event: Json) -> bool:
        """Tell whether the app has subscribed to an event, and may know of it."""
        name = f"message.{event['channel_type']}" if event["type"] == "message" else event["type"]
        may = name != "message.im" or "im:history" in self.scopes
        return may and name in self.subscriptions and not (self._uninstalled and self.dead)

    def tell_of_change(self, channel: Channel, before: Json, now: Json | None) -> Json | None:
        """Return the event that a message was changed, or deleted; None where the app does not hear of it."""
        at = self.moment()
        kind = "im" if channel.direct else "channel"
        event = {
            "type": "message",
            "channel": channel.id,
            "channel_type": kind,
            "hidden": True,
            "ts": at,
            "event_ts": at,
        }
        if now is None:
            event |= {"subtype": "message_deleted", "deleted_ts": before["ts"]}
        else:
            event |= {"subtype": "message_changed", "message": self.payload(now)}
        return {**event, "previous_message": self.payload(before)} if self.hears(event) else None

    def _changed_by_bot(self, channel: Channel, before: Json, now: Json | None) -> None:
        if event := self.tell_of_change(channel, before, now):
            self._background(self._sent_event(event))

    def _echo(self, channel: Channel, ts: str) -> None:
        """Tell the bot of its own message, as Slack does where it may read them."""
        if self.hears({"type": "message", "channel_type": "im"}):
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
        before = dict(message)
        message.update(
            {name: arguments[name] for name in ("text", "blocks") if name in arguments},
            edited=True,
            touched=self.number(),
        )
        self._changed_by_bot(channel, before, message)
        said = {"text": message.get("text", ""), "message": self.payload(message)}
        return {"channel": channel.id, "ts": message["ts"], **said}

    async def _delete(self, arguments: Json) -> Json:
        channel = self._reach(arguments["channel"])
        if arguments["ts"] not in channel.messages:
            raise RefusedError("message_not_found")
        if channel.messages[arguments["ts"]].get("user"):
            raise RefusedError("cant_delete_message")
        self._changed_by_bot(channel, channel.messages.pop(arguments["ts"]), None)
        return {"channel": channel.id, "ts": arguments["ts"]}

    def _reach(self, id_: str) -> Channel:
        channel = self.channels.get(id_)
        if channel is None or (channel.private and not channel.bot_in):
            raise RefusedError("channel_not_found")
        if not channel.bot_in and "chat:write.public" not in self.scopes:
            raise RefusedError("not_in_channel")
        if channel.archived:
            raise RefusedError("is_archived")
        if channel.refuses:
            raise RefusedError(channel.refuses)
        return channel

    def _shape(self, problems: list[str]) -> None:
        if problems:
            self.problems += problems
            _refuse(problems, "invalid_blocks")

    async def _open_view(self, arguments: Json) -> Json:
        user = self._exchange(arguments["trigger_id"])
        return {"view": self._stacked(user, arguments["view"], fresh=True)}

    async def _push_view(self, arguments: Json) -> Json:
        user = self._exchange(arguments["trigger_id"])
        if arguments["trigger_id"] not in self._in_modals or not self.modals.get(user):
            raise RefusedError("invalid_trigger_id")
        return {"view": self.pushed(user, arguments["view"])}

    def pushed(self, user: str, view: Json | str) -> Json:
        """Put a view on top of the modal that somebody has open."""
        if len(self.modals.get(user, ())) >= _PUSHED_AT_MOST:
            raise RefusedError("push_limit_reached")
        return self._stacked(user, view, fresh=False)

    def _exchange(self, trigger: str) -> str:
        """Use a trigger up; return whose it was."""
        at, used = self._triggers.get(trigger, (None, False))
        if at is None:
            raise RefusedError("invalid_trigger_id")
        if used:
            raise RefusedError("exchanged_trigger_id")
        if self._clock() - at >= self.trigger_seconds:
            raise RefusedError("expired_trigger_id")
        self._triggers[trigger] = (at, True)
        return trigger.rpartition(".")[2]

    def _stacked(self, user: str, view: Json | str, *, fresh: bool) -> Json:
        made = self._view_shape(view, "modal")
        below = [] if fresh else self.modals.get(user, [])
        opened = self._view(made, f"V{self.number()}", below[-1] if below else None)
        self.modals[user] = [*below, opened]
        return opened

    def _view(self, made: Json, id_: str, below: Json | None = None) -> Json:
        """Return a view as Slack tells of it."""
        return {
            **_UNSAID_IN_A_VIEW,
            **made,
            "blocks": named(made["blocks"]),
            "id": id_,
            "hash": f"{self.number()}.hash",
            "team_id": self.team,
            "state": {"values": {}},
            "previous_view_id": below["id"] if below else None,
            "root_view_id": below["root_view_id"] if below else id_,
            "app_id": self.app_id,
            "app_installed_team_id": self.team,
            "bot_id": self.bot_id,
        }

    def _view_shape(self, view: Json | str, kind: str, own: str = "") -> Json:
        """Look whether a view may be shown as a modal or a home; `own` is the id of the view that it replaces."""
        made: Json = json.loads(view) if isinstance(view, str) else view
        problems = check_view(made)
        if not problems and made["type"] != kind:
            problems = [f"unsupported type: {made['type']} [json-pointer:/view/type]"]
        self.problems += problems
        _refuse(problems)
        external = made.get("external_id")
        if external and any(one["external_id"] == external and one["id"] != own for one in self._shown_views()):
            raise RefusedError("duplicate_external_id")
        return made

    def _shown_views(self) -> Iterable[Json]:
        yield from self.homes.values()
        for stack in self.modals.values():
            yield from stack

    async def _update_view(self, arguments: Json) -> Json:
        id_, external = arguments.get("view_id"), arguments.get("external_id")
        for view in self._shown_views():
            if view["id"] == id_ or (external and view["external_id"] == external):
                return {"view": self.replaced(view, arguments["view"], arguments.get("hash"))}
        raise RefusedError("not_found")

    def replaced(self, view: Json, given: Json | str, known: str | None = None) -> Json:
        """Let a view look otherwise, unless it has changed since the caller knew it."""
        if known not in (None, view["hash"]):
            raise RefusedError("hash_conflict")
        made = self._view_shape(given, view["type"], view["id"])
        stood = {name: view[name] for name in ("previous_view_id", "root_view_id")}
        new = {**self._view(made, view["id"]), **stood}
        for stack in self.modals.values():
            stack[:] = [new if one is view else one for one in stack]
        self.homes.update({user: new for user, one in self.homes.items() if one is view})
        return new

    async def _publish(self, arguments: Json) -> Json:
        user = arguments["user_id"]
        if user not in self.users:
            raise RefusedError("invalid_arguments")
        if shown := self.homes.get(user):
            return {"view": self.replaced(shown, arguments["view"], arguments.get("hash"))}
        self.homes[user] = self._view(self._view_shape(arguments["view"], "home"), f"V{self.number()}")
        return {"view": self.homes[user]}

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
        if upload is None or "content" in upload:
            return web.Response(status=404)
        if request.content_type.startswith("multipart/"):
            field_ = await (await request.multipart()).next()
            content = await field_.read() if field_ is not None else b""  # type: ignore[union-attr]
        else:
            content = await request.read()
        if len(content) != upload["length"]:
            return web.Response(status=400, text="length")
        upload["content"] = bytes(content).decode(errors="replace")
        return web.Response(text=f"OK - {len(content)}")

    def sent_in(self, name: str, content: bytes) -> Json:
        """Take a file that somebody sends; return it as Slack tells of it."""
        id_ = f"F{self.number():04}"
        path = f"{self.team}-{id_}/download/{quote(name)}"
        self._sent_in[path] = content
        return {
            "id": id_,
            "name": name,
            "title": name,
            "mimetype": guess_type(name)[0] or "application/octet-stream",
            "size": len(content),
            "mode": "hosted",
            "url_private": f"http://127.0.0.1:{self.port}/files-pri/{path}",
            "url_private_download": f"http://127.0.0.1:{self.port}/files-pri/{path}",
        }

    async def _handed_out(self, request: web.Request) -> web.Response:
        """Hand out a file to whoever has the token and the scope; to others Slack shows its page to sign in."""
        content = self._sent_in.get(quote(request.match_info["tail"]))
        if self.failing.get("files"):
            return web.Response(status=int(self.failing["files"].pop(0)))
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        allowed = token in self.consent.tokens and "files:read" in self.scopes
        if not allowed or self.dead:
            return web.Response(status=302, headers={"Location": "/"})
        return web.Response(status=404) if content is None else web.Response(body=content)

    async def _complete_upload(self, arguments: Json) -> Json:
        named_ = json.loads(arguments["files"]) if isinstance(arguments["files"], str) else arguments["files"]
        channel = self._reach(arguments["channel_id"]) if arguments.get("channel_id") else None
        if arguments.get("blocks"):
            self._shape(check_blocks(arguments["blocks"], "message"))
        if any("content" not in self._uploads.get(one["id"], {}) for one in named_):
            raise RefusedError("file_not_found")
        done = []
        for one in named_:
            upload = self._uploads.pop(one["id"])
            about = {"title": one.get("title"), "channel": channel and channel.id}
            file = {**upload, **about, "comment": arguments.get("initial_comment", "")}
            if self.share_seconds:
                self._background(self._share(file))
            else:
                self.files[one["id"]] = file
            done.append({"id": one["id"], "title": one.get("title")})
        return {"files": done}

    async def _share(self, file: Json) -> None:
        """Let a file appear, which is later than the answer."""
        await asyncio.sleep(self.share_seconds)
        self.files[file["id"]] = file
        self._changed.set()

    async def _delete_file(self, arguments: Json) -> Json:
        if self.files.pop(arguments["file"], None) is None:
            raise RefusedError("file_not_found")
        return {}

    # -- response URLs -----------------------------------------------------------------------------------------------

    def response_url(self, user: str, channel: str, ts: str | None) -> str:
        token = f"r{self.number()}"
        self._responses[token] = (self._clock(), 0, user, channel, ts)
        return f"http://127.0.0.1:{self.port}/response/{token}"

    async def _response(self, request: web.Request) -> web.Response:
        found = self._responses.get(request.match_info["token"])
        if found is None:
            return web.Response(status=404, text="no_service")
        at, uses, user, channel, ts = found
        if self._clock() - at > self.response_seconds:
            return web.json_response({"ok": False, "error": "expired_url"}, status=404)
        if uses >= _USES_OF_A_RESPONSE_URL:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        self._responses[request.match_info["token"]] = (at, uses + 1, user, channel, ts)
        said = await request.json()
        self.calls.append(("response_url", said))
        try:
            self._respond(said, user, self.channels[channel], ts)
        except RefusedError as refused:
            self.refusals.append(("response_url", refused.answer["error"]))
            return web.json_response(refused.answer, status=400)
        self._changed.set()
        return web.Response(text="ok")

    def _respond(self, said: Json, user: str, channel: Channel, ts: str | None) -> None:
        """Do what is asked for at a response URL: nothing else can touch what only one person sees."""
        _refuse([f"unknown field: {name}" for name in said if name not in _RESPONDED])
        if not said.get("delete_original"):
            # How much a message may hold in all is not asked here, as Slack does not.
            self._shape([one for one in check_message(said) if not one.startswith("msg_blocks_too_long")])
        if said.get("replace_original") or said.get("delete_original"):
            self._changed_original(said, user, channel, ts)
        elif said.get("response_type") == "in_channel":
            self.say(channel, said)
        else:
            self.whisper(user, channel.id, said)

    def _changed_original(self, said: Json, user: str, channel: Channel, ts: str | None) -> None:
        whispers = self.ephemerals.get(user, [])
        original = next((one for one in whispers if one["ts"] == ts), channel.messages.get(ts or ""))
        if original is None:
            raise RefusedError("message_not_found")
        before = dict(original)
        if said.get("delete_original"):
            whispers[:] = [one for one in whispers if one is not original]
            channel.messages.pop(original["ts"], None)
        else:
            original.pop("blocks", None)
            original.update({name: said[name] for name in ("text", "blocks") if name in said}, edited=True)
        if "ephemeral_for" not in before:
            self._changed_by_bot(channel, before, None if said.get("delete_original") else original)

    # -- sockets -----------------------------------------------------------------------------------------------------

    async def _link(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets or self.refuse_sockets:
            return web.Response(status=408 if self.refuse_sockets else 403)
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(autoping=False, timeout=0.5)
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
        known = [one for one in self.envelopes if one.id == said.get("envelope_id")]
        if not known:
            self.odd_acks.append(said)
        for envelope in known:
            if not envelope.answered.done():
                envelope.late = envelope.given_up
                envelope.answered.set_result(said.get("payload"))
                self._changed.set()

    async def kill_sockets(self, *, abruptly: bool = True) -> None:
        """Cut every connection, as a network does, or with the goodbye of a web socket."""
        sockets, self._sockets = self._sockets, []
        for socket in sockets:
            if not abruptly:
                await socket.close(code=WSCloseCode.GOING_AWAY)
            elif not socket.closed and (transport := socket._req and socket._req.transport):
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
        if self.request_url:
            for _ in range(times):
                envelope.sent += 1
                self._background(self._post_to_app(envelope))
            return
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
            envelope.sent += 1

    async def _post_to_app(self, envelope: Envelope) -> None:
        """Call the app over HTTP; what it answers with 200 is its acknowledgement."""
        payload = envelope.payload
        if envelope.kind == "events_api":
            body, kind = json.dumps(payload), "application/json"
        elif envelope.kind == "slash_commands":
            body, kind = urlencode(payload), "application/x-www-form-urlencoded"
        else:
            body, kind = urlencode({"payload": json.dumps(payload)}), "application/x-www-form-urlencoded"
        retried = {"X-Slack-Retry-Num": str(envelope.attempt)} if envelope.attempt else {}
        headers = {"Content-Type": kind, **signed(body), **retried}
        try:
            async with (
                ClientSession() as session,
                session.post(str(self.request_url), data=body, headers=headers) as response,
            ):
                self.statuses.append(response.status)
                said = await response.text()
                if response.status != HTTPStatus.OK:
                    return
                if self.drop_next_ack:
                    self.drop_next_ack -= 1
                    return
                if not envelope.answered.done():
                    envelope.late = envelope.given_up
                    envelope.answered.set_result(json.loads(said) if said.startswith("{") else None)
        except ClientError:
            return  # nobody is there
        finally:
            self._changed.set()

    async def acknowledged(self, envelope: Envelope) -> tuple[bool, Json | None]:
        """Wait for an acknowledgement as long as Slack does; return whether it came, and what came with it."""
        try:
            return True, await asyncio.wait_for(asyncio.shield(envelope.answered), self.ack_seconds)
        except TimeoutError:
            envelope.given_up = True
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
            "event_id": event_id or f"Ev{self.team}{self.number():08d}",
            "event_time": int(float(event.get("ts") or event.get("event_ts") or self.began)),
            "authorizations": [{**mine, "user_id": self.bot_user, "is_bot": True, "is_enterprise_install": False}],
            "is_ext_shared_channel": False,
            "event": event,
            **{name: value for name, value in mine.items() if value},
        }
        envelope = await self.send("events_api", payload)
        if self.is_lost(envelope):
            return False
        for pause in (*self.redelivery_seconds, None):
            done, _ = await self.acknowledged(envelope)
            if done or pause is None:
                return done
            await asyncio.sleep(pause)
            envelope.attempt += 1
            await self.deliver(envelope)
        return False

    def is_lost(self, envelope: Envelope) -> bool:
        """Tell whether an envelope went out to nobody, and will not."""
        return not envelope.sent and envelope not in (self.held or ())

    def trigger(self, user: str, *, in_modal: bool = False) -> str:
        made = f"{self.number()}.{self.number()}{self.team}.{user}"
        self._triggers[made] = (self._clock(), False)
        if in_modal:
            self._in_modals.add(made)
        return made

    # -- the app goes ------------------------------------------------------------------------------------------------

    async def uninstall(self, order: tuple[str, ...] = ("app_uninstalled", "tokens_revoked")) -> None:
        """Remove the app: its token is dead, and it is told so, in either order."""
        self.dead, self._uninstalled = "account_inactive", True
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


def named(blocks: Iterable[Json]) -> list[Json]:
    """Name the blocks that have no name, as Slack does."""
    return [{"block_id": f"block{place}", **block} for place, block in enumerate(blocks)]


def escaped(text: str) -> str:
    """Return what somebody typed as Slack writes it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _refuse(problems: list[str], otherwise: str = "invalid_arguments") -> None:
    if problems:
        raise RefusedError(error(problems, otherwise), errors=problems, response_metadata={"messages": problems})


class _Method(NamedTuple):
    work: Callable[[FakeSlack, Json], Awaitable[Json]]
    scope: str = ""
    needed: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


_SAID = ("text", "blocks", "attachments", "link_names", "parse", "metadata")
_POSTED = ("thread_ts", "mrkdwn", "unfurl_links", "unfurl_media", "reply_broadcast")
_SHARED = ("channel_id", "thread_ts", "initial_comment", "blocks")
_METHODS: Mapping[str, _Method] = {
    "auth.test": _Method(FakeSlack._auth_test),
    "apps.connections.open": _Method(FakeSlack._connect, "connections:write"),
    "conversations.open": _Method(FakeSlack._open_direct, "im:write", ("users",), ("return_im", "prevent_creation")),
    "chat.postMessage": _Method(FakeSlack._post, "chat:write", ("channel",), (*_SAID, *_POSTED)),
    "chat.postEphemeral": _Method(FakeSlack._post_ephemeral, "chat:write", ("channel", "user"), (*_SAID, "thread_ts")),
    "chat.update": _Method(FakeSlack._update, "chat:write", ("channel", "ts"), (*_SAID, "reply_broadcast")),
    "chat.delete": _Method(FakeSlack._delete, "chat:write", ("channel", "ts")),
    "views.open": _Method(FakeSlack._open_view, "", ("trigger_id", "view")),
    "views.push": _Method(FakeSlack._push_view, "", ("trigger_id", "view")),
    "views.update": _Method(FakeSlack._update_view, "", ("view",), ("view_id", "external_id", "hash")),
    "views.publish": _Method(FakeSlack._publish, "", ("user_id", "view"), ("hash",)),
    "users.info": _Method(FakeSlack._users_info, "users:read", ("user",), ("include_locale",)),
    "files.getUploadURLExternal": _Method(
        FakeSlack._upload_url, "files:write", ("filename", "length"), ("alt_txt", "snippet_type")
    ),
    "files.completeUploadExternal": _Method(FakeSlack._complete_upload, "files:write", ("files",), _SHARED),
    "files.delete": _Method(FakeSlack._delete_file, "files:write", ("file",)),
}
