"""The REST API: what a request must be like, and what else can happen to it; the work itself is done by the world."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar, cast

from aiohttp import BodyPartReader, web

from tests.fakes.discord.command_check import check_commands
from tests.fakes.discord.rules import Bucket, Call, Json, RefusedError, Rules, Upload, matches
from tests.fakes.discord.world import CDN_BASE, Asked, World

PREFIX = "/api/v10"
EPHEMERAL, COMPONENTS_V2 = 1 << 6, 1 << 15
COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
_MESSAGE, _DEFERRED, _DEFERRED_UPDATE, _UPDATE, _CHOICES, _MODAL = 4, 5, 6, 7, 8, 9
_FITTING: Mapping[int, frozenset[int]] = {
    COMMAND: frozenset({_MESSAGE, _DEFERRED, _MODAL}),
    COMPONENT: frozenset({_MESSAGE, _DEFERRED, _DEFERRED_UPDATE, _UPDATE, _MODAL}),
    AUTOCOMPLETE: frozenset({_CHOICES}),
    MODAL_SUBMIT: frozenset({_MESSAGE, _DEFERRED, _DEFERRED_UPDATE, _UPDATE}),
}
"""Kind of an interaction -> how it may be answered first."""
_CHOICES_AT_MOST, _CHOICE, _NONCE, _HISTORY = 25, 100, 25, 100
_TEXT_DISPLAY = 10
_SERVER_ERRORS = 500
Answer = Any
_T = TypeVar("_T")


class Rest:
    """Answers requests."""

    def __init__(self, rules: Rules, world: World) -> None:
        self._rules, self._world = rules, world
        self.cdn_url = self.gateway_url = ""
        self._a_second: list[float] = []
        self._creates = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer a request as Discord does."""
        rules = self._rules
        call = Call(
            request.method,
            request.path.removeprefix(PREFIX),
            dict(request.query),
            token=request.headers.get("Authorization", ""),
        )
        rules.calls.append(call)
        headers = {"Via": "1.1 google"}
        body: Answer
        try:
            await self._read(request, call)
            rules.change()
            if seconds := _found(rules.slow, call):
                await asyncio.sleep(seconds)
            self._trouble(call)
            headers |= self._count(call)
            self._admit(call)
            self._check(call)
            body, call.status = self._work(call), 200
        except _TooManyError as many:
            call.status, body = 429, many.body
            headers |= many.headers
        except RefusedError as refused:
            call.status = refused.status
            body = {"message": refused.message, "code": refused.code}
        except Exception as error:  # discord.py would try again, and nobody would know
            rules.problems.append(f"{call}: this fake broke: {error!r}")
            raise
        if call.status in (401, 403) or (call.status == 429 and headers.get("X-RateLimit-Scope") != "shared"):
            rules.invalid_requests += 1
        rules.change()
        if call.status < _SERVER_ERRORS and self._lost(call):
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        return self._response(call, body, headers)

    def _response(self, call: Call, body: Answer, headers: dict[str, str]) -> web.Response:
        if call.status > _SERVER_ERRORS:  # a proxy says so, not Discord
            return web.Response(status=call.status, text="upstream connect error", headers=headers)
        if call.status == 200 and body is None:
            call.status = 204
            return web.Response(status=204, headers=headers)
        # Without a charset: with one, discord.py takes the body for text.
        text = json.dumps(body).replace(CDN_BASE, self.cdn_url)
        return web.Response(
            status=call.status, body=text.encode(), headers={**headers, "Content-Type": "application/json"}
        )

    # -- reading -----------------------------------------------------------------------------------------------------

    async def _read(self, request: web.Request, call: Call) -> None:
        if request.content_type == "multipart/form-data":
            await self._read_form(request, call)
        else:
            raw = await request.read()
            call.size = len(raw)
            if raw and request.content_type != "application/json":
                raise RefusedError(400, 50109, "The request body contains invalid JSON.")
            try:
                call.body = json.loads(raw) if raw else None
            except ValueError:
                raise RefusedError(400, 50109, "The request body contains invalid JSON.") from None
        if call.size > self._rules.request_bytes or any(len(one.data) > self._rules.file_bytes for one in call.files):
            raise RefusedError(413, 40005, "Request entity too large")
        if len(call.files) > self._rules.files_at_most:
            raise RefusedError(400, 50035, "Invalid Form Body: files: at most 10")
        self._match_files(call)

    async def _read_form(self, request: web.Request, call: Call) -> None:
        async for part in await request.multipart():
            assert isinstance(part, BodyPartReader)
            data = bytes(await part.read(decode=False))
            call.size += len(data)
            name = part.name or ""
            if name == "payload_json":
                call.body = json.loads(data)
            elif name.startswith("files[") and name.endswith("]"):
                call.files.append(Upload(int(name[6:-1]), part.filename or "", data))
            else:
                raise RefusedError(400, 50035, f"Invalid Form Body: {name}")

    def _match_files(self, call: Call) -> None:
        """Give files what is said of them in the payload; a payload cannot speak of others."""
        said = call.body if isinstance(call.body, dict) else {}
        said = next((said[inner] for inner in ("data", "message") if isinstance(said.get(inner), dict)), said)
        by_number = {one.number: one for one in call.files}
        for one in said.get("attachments") or ():
            if isinstance(one.get("id"), int) or str(one.get("id")).isdecimal():
                upload = by_number.get(int(one["id"]))
                if upload is not None:
                    upload.description = one.get("description")
                    upload.filename = one.get("filename") or upload.filename
                elif int(one["id"]) < self._rules.files_at_most:
                    raise RefusedError(400, 50035, "Invalid Form Body: attachments: no file of this number")
        if sorted(by_number) != list(range(len(call.files))):
            raise RefusedError(400, 50035, "Invalid Form Body: files are numbered from 0")
        call.files.sort(key=lambda one: one.number)

    # -- troubles and limits -----------------------------------------------------------------------------------------

    def _trouble(self, call: Call) -> None:
        if self._rules.invalid_requests >= self._rules.invalid_requests_at_most:
            # Cloudflare's: no Via, no JSON. discord.py gives up at once.
            raise _TooManyError({"Retry-After": "3600", "Via": ""}, None)
        if waits := _found(self._rules.limited, call):
            raise _too_many(waits.pop(0), "user", {})
        if errors := _found(self._rules.failing, call):
            error = errors.pop(0)
            if isinstance(error, RefusedError):
                raise error
            raise RefusedError(error, 0, f"{error}: Internal Server Error")

    def _lost(self, call: Call) -> bool:
        for route, left in self._rules.losing.items():
            if left and matches(route, str(call)):
                self._rules.losing[route] -= 1
                return True
        return False

    def _count(self, call: Call) -> dict[str, str]:
        """Count a request against its limits; return what Discord says of them."""
        now = time.monotonic()
        most = self._rules.global_a_second
        if most is not None and not _is_of_an_interaction(call):
            self._a_second = [at for at in self._a_second if now - at < 1]
            if len(self._a_second) >= most:
                raise _too_many(
                    1 - (now - self._a_second[0]) if self._a_second else 1, "global", {"X-RateLimit-Global": "true"}
                )
            self._a_second.append(now)
        found = next(((route, one) for route, one in self._rules.buckets.items() if matches(route, str(call))), None)
        if found is None:
            return {}
        route, bucket = found
        return self._use(route, bucket, _major(call), now)

    def _use(self, route: str, bucket: Bucket, major: str, now: float) -> dict[str, str]:
        # As Discord's: the window begins with its first call, and is over all at once.
        used = bucket.used.get(major, [])
        if used and now - used[0] >= bucket.seconds:
            used = []
        after = bucket.seconds - (now - used[0]) if used else bucket.seconds
        full = len(used) >= bucket.limit
        headers = {
            "X-RateLimit-Limit": str(bucket.limit),
            "X-RateLimit-Remaining": str(max(0, bucket.limit - len(used) - 1)),
            "X-RateLimit-Reset": f"{time.time() + after:.3f}",
            "X-RateLimit-Reset-After": f"{after:.3f}",
            "X-RateLimit-Bucket": f"{abs(hash(route)):x}",
        }
        if full:
            raise _too_many(after, "shared" if bucket.shared else "user", headers)
        bucket.used[major] = [*used, now]
        return headers

    def _admit(self, call: Call) -> None:
        if matches("GET /gateway", str(call)) or _is_of_an_interaction(call):
            return
        if call.token != f"Bot {self._rules.token}":
            raise RefusedError(401, 0, "401: Unauthorized")

    # -- checks ------------------------------------------------------------------------------------------------------

    def _check(self, call: Call) -> None:
        for body in _messages_in(call.body):
            size = sum(len(str(one.get("content", "")).encode()) for one in _of_type(body, _TEXT_DISPLAY))
            if size > self._rules.text_bytes:
                raise RefusedError(500, 0, "500: Internal Server Error")
        for route, check in _CHECKS.items():
            if matches(route, str(call)):
                check(self, call)

    def _channel(self, call: Call) -> None:
        channel = _number(call, 2)
        if not self._world.bot_sees(channel):
            raise RefusedError(403, 50001, "Missing Access")

    def _written(self, call: Call) -> None:
        channel = _number(call, 2)
        if call.files and self._world.lacks(channel, "attach_files"):
            raise RefusedError(403, 50013, "Missing Permissions")
        if any(one.get("embeds") for one in _messages_in(call.body)) and self._world.lacks(channel, "embed_links"):
            raise RefusedError(403, 50013, "Missing Permissions")

    def _posted(self, call: Call) -> None:
        self._written(call)
        person = self._world.recipient(_number(call, 2))
        if person in self._rules.unreachable:
            code, message = self._rules.unreachable[person]
            raise RefusedError(403, code, message)
        body = call.body if isinstance(call.body, dict) else {}
        nonce = body.get("nonce")
        if nonce is not None and not (isinstance(nonce, int) or 1 <= len(str(nonce)) <= _NONCE):
            raise RefusedError(400, 50035, "Invalid Form Body: nonce: at most 25 characters")
        if body.get("enforce_nonce") and nonce is None:
            raise RefusedError(400, 50035, "Invalid Form Body: enforce_nonce: there is no nonce")
        if int(body.get("flags") or 0) & EPHEMERAL:
            raise RefusedError(400, 50035, "Invalid Form Body: flags: only an answer can be ephemeral")

    def _answered(self, call: Call) -> None:
        """Check the first answer to an interaction."""
        parts = call.path.split("/")
        asked = self._world.asked.get(parts[3])
        if asked is None or str(asked.record.id) != parts[2]:
            raise RefusedError(404, 10062, "Unknown interaction")
        if asked.answered:
            raise RefusedError(400, 40060, "Interaction has already been acknowledged.")
        if time.monotonic() - asked.at > self._rules.ack_seconds:
            raise RefusedError(404, 10062, "Unknown interaction")
        body = call.body if isinstance(call.body, dict) else {}
        kind, data = body.get("type"), body.get("data") or {}
        fitting = _FITTING[asked.record.type]
        if kind not in fitting or (kind in (_DEFERRED_UPDATE, _UPDATE) and "message" not in asked.payload):
            self._misshapen(f"type {kind} does not answer an interaction of type {asked.record.type}")
        if kind == _DEFERRED and int(data.get("flags") or 0) & ~EPHEMERAL:
            self._misshapen("flags: only EPHEMERAL can be set while thinking")
        if kind == _CHOICES:
            self._choices(data.get("choices"))

    def _choices(self, choices: Any) -> None:  # noqa: ANN401  whatever was sent
        if not isinstance(choices, list) or len(choices) > _CHOICES_AT_MOST:
            self._misshapen("choices: at most 25")
        for one in cast("list[Json]", choices):
            name, value = one.get("name"), one.get("value")
            if not (isinstance(name, str) and 1 <= len(name) <= _CHOICE):
                self._misshapen("choices: a name has 1 to 100 characters")
            if isinstance(value, str) and not 1 <= len(value) <= _CHOICE:
                self._misshapen("choices: a value has 1 to 100 characters")

    def _misshapen(self, why: str) -> None:
        self._rules.problems.append(why)
        raise RefusedError(400, 50035, f"Invalid Form Body: {why}")

    def _token(self, call: Call) -> None:
        """Check the token of an interaction that is past its first answer."""
        parts = call.path.split("/")
        asked = self._world.asked.get(parts[3])
        if asked is None or parts[2] != str(self._world.application):
            raise RefusedError(404, 10015, "Unknown Webhook")
        if time.monotonic() - asked.at > self._rules.token_seconds:
            raise RefusedError(401, 50027, "Invalid Webhook Token")
        if not asked.answered:
            raise RefusedError(404, 10015, "Unknown Webhook")

    def _followed(self, call: Call) -> None:
        self._token(call)
        asked: Asked = self._world.asked[call.path.split("/")[3]]
        if asked.by_user_install and asked.followups >= self._rules.followups_of_a_user_install:
            raise RefusedError(400, 40094, "Maximum number of follow up messages reached")
        asked.followups += 1

    def _commands(self, call: Call) -> None:
        if problems := check_commands(call.body):
            self._rules.problems += problems
            raise RefusedError(400, 50035, f"Invalid Form Body: {'; '.join(problems)}")
        known = {(one["name"], one.get("type", 1)) for one in self.commands()}
        new = [one for one in call.body if (one["name"], one.get("type", 1)) not in known]
        if self._creates + len(new) > self._rules.creates_a_day:
            raise RefusedError(400, 30034, "Max number of daily application command creates has been reached (200)")
        self._creates += len(new)

    def commands(self) -> list[Json]:
        """Return the commands that Discord was told of."""
        path = f"/applications/{self._world.application}/commands"
        return list(self._world.work(Call("GET", path), content=True))

    # -- the work ----------------------------------------------------------------------------------------------------

    def _work(self, call: Call) -> Answer:
        for route, work in _OWN.items():
            if matches(route, str(call)):
                return work(self, call)
        return self._simply(call)

    def _simply(self, call: Call, nonce: Any = None) -> Answer:  # noqa: ANN401  a number or words
        try:
            return self._world.work(call, content="message_content" in self._rules.granted, nonce=nonce)
        except NotImplementedError as unknown:
            self._rules.problems.append(str(unknown))
            raise RefusedError(404, 0, "404: Not Found") from unknown
        except RefusedError as refused:
            if refused.status == 400:
                self._rules.problems.append(f"{call}: {refused.message}")
            raise

    def _gateway(self, call: Call) -> Answer:
        found: Json = {"url": self.gateway_url}
        if call.path.endswith("/bot"):
            used = len(self._rules.identifies)
            most = self._rules.identifies_a_day
            limit = {"total": most, "remaining": max(0, most - used), "reset_after": 86_400_000, "max_concurrency": 1}
            found |= {"shards": self._rules.shards, "session_start_limit": limit}
        return found

    def _post(self, call: Call) -> Answer:
        channel, body = _number(call, 2), call.body if isinstance(call.body, dict) else {}
        nonce = body.get("nonce")
        key = (channel, str(nonce))
        if body.get("enforce_nonce"):
            id_, at = self._world.nonces.get(key, (0, 0.0))
            before = self._world.message(channel, id_)
            if before is not None and time.monotonic() - at < self._rules.nonce_seconds:
                return before | {"nonce": nonce}
        sent = self._simply(call, nonce)
        if nonce is not None:
            self._world.nonces[key] = (int(sent["id"]), time.monotonic())
            sent = sent | {"nonce": nonce}
        return sent

    def _history(self, call: Call) -> Answer:
        """Return messages; `after` are those right after, where simcord has the newest."""
        limit = int(call.query.get("limit", 50))
        if not 1 <= limit <= _HISTORY or len(call.query.keys() & {"after", "before", "around"}) > 1:
            raise RefusedError(400, 50035, "Invalid Form Body: limit, after, before, around")
        if "after" not in call.query:
            return self._simply(call)
        all_of_them = Call(call.method, call.path, {"after": call.query["after"], "limit": str(1 << 30)})
        return self._simply(all_of_them)[-limit:]

    def _first_answer(self, call: Call) -> Answer:
        answer = self._simply(call)
        with_response = call.query.get("with_response", "").lower() in ("1", "true")
        return answer if with_response else None

    def _listed_commands(self, call: Call) -> Answer:
        found = self._simply(call)
        if call.query.get("with_localizations", "").lower() in ("1", "true"):
            return found
        return [{name: value for name, value in one.items() if not name.endswith("_localizations")} for one in found]

    def _thread(self, call: Call) -> Answer:
        body = call.body if isinstance(call.body, dict) else {}
        return self._world.thread_from(_number(call, 2), _number(call, 4), body)


class _TooManyError(Exception):
    def __init__(self, headers: dict[str, str], body: Json | None) -> None:
        super().__init__()
        self.headers, self.body = headers, body


def _too_many(seconds: float, scope: str, headers: Mapping[str, str]) -> _TooManyError:
    told = {"message": "You are being rate limited.", "retry_after": seconds, "global": scope == "global"}
    return _TooManyError({**headers, "Retry-After": f"{seconds:.3f}", "X-RateLimit-Scope": scope}, told)


def _found(table: Mapping[str, _T], call: Call) -> _T | None:
    return next((value for route, value in table.items() if matches(route, str(call))), None)


def _number(call: Call, place: int) -> int:
    part = call.path.split("/")[place]
    if not part.isdecimal():
        raise RefusedError(400, 50035, f"Invalid Form Body: {part} is not a snowflake")
    return int(part)


def _is_of_an_interaction(call: Call) -> bool:
    return call.path.startswith(("/interactions/", "/webhooks/")) and call.path.count("/") > 2


def _major(call: Call) -> str:
    """Return what a limit is counted by: a channel, a server, or a webhook and its token."""
    parts = call.path.split("/")
    return "/".join(parts[1:4] if parts[1] in ("webhooks", "interactions") else parts[1:3])


def _messages_in(body: Any) -> Iterator[Json]:  # noqa: ANN401  whatever was sent
    if isinstance(body, dict):
        yield body
        yield from (body[inner] for inner in ("data", "message") if isinstance(body.get(inner), dict))


def _of_type(part: Any, kind: int) -> Iterator[Json]:  # noqa: ANN401  any part of a message
    if isinstance(part, list):
        for one in part:
            yield from _of_type(one, kind)
    elif isinstance(part, dict):
        if part.get("type") == kind:
            yield part
        for inner in ("components", "component", "accessory"):
            yield from _of_type(part.get(inner), kind)


_CHECKS: Mapping[str, Callable[[Rest, Call], None]] = {
    "GET /channels/*/**": Rest._channel,
    "POST /channels/*/**": Rest._channel,
    "PATCH /channels/*/**": Rest._channel,
    "DELETE /channels/*/**": Rest._channel,
    "POST /channels/*/messages": Rest._posted,
    "PATCH /channels/*/messages/*": Rest._written,
    "POST /channels/*/threads": Rest._written,
    "POST /interactions/*/*/callback": Rest._answered,
    "POST /webhooks/*/*": Rest._followed,
    "GET /webhooks/*/*/messages/*": Rest._token,
    "PATCH /webhooks/*/*/messages/*": Rest._token,
    "DELETE /webhooks/*/*/messages/*": Rest._token,
    "PUT /applications/*/commands": Rest._commands,
}
_OWN: Mapping[str, Callable[[Rest, Call], Answer]] = {
    "GET /gateway": Rest._gateway,
    "GET /gateway/bot": Rest._gateway,
    "POST /channels/*/messages": Rest._post,
    "GET /channels/*/messages": Rest._history,
    "POST /channels/*/messages/*/threads": Rest._thread,
    "POST /interactions/*/*/callback": Rest._first_answer,
    "GET /applications/*/commands": Rest._listed_commands,
}
