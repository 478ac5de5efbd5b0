"""The outbox -> Discord's REST API. Every refusal of Discord has an answer of its own."""

import asyncio
import mimetypes
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import aiohttp
import discord
from discord.http import HTTPClient, Route

from adapters.discord.components import Copied, Removed, Uploaded, Written, parts_of, shown_file
from adapters.discord.limits import COMPONENTS_V2, EPHEMERAL
from adapters.retrying import retry_after
from conversations.catalogue import Catalogue
from conversations.messages import (
    Destination,
    Expired,
    Failed,
    GaveUp,
    InChannel,
    InteractionReply,
    Outgoing,
    Receipt,
    RetryAfter,
    SendOutcome,
    Sent,
    Withdrawal,
)
from conversations.session import SessionKey

Json = dict[str, Any]
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_REMEMBERED = 10_000
_LIMITED_SECONDS = 5
_ORIGINAL = "@original"
_UNKNOWN_CHANNEL, _UNKNOWN_MESSAGE, _UNKNOWN_WEBHOOK, _UNKNOWN_INTERACTION = 10003, 10008, 10015, 10062
_MISSING_ACCESS, _CLOSED, _MISSING_PERMISSIONS, _BAD_TOKEN, _NO_MUTUAL = 50001, 50007, 50013, 50027, 50278
_TOO_FAST, _ARCHIVED_THREAD, _TOO_OLD, _INVALID = 40003, 50083, 30046, 50035
_NO_THREADS_HERE, _THREAD_IS_THERE = 50024, 160004
_FORUMS = (15, 16)
_CLOSED_TO_US = {_CLOSED: "closed", _NO_MUTUAL: "no_mutual_server"}
_CHANNEL_GONE = {
    _UNKNOWN_CHANNEL: "channel_not_found",
    _MISSING_ACCESS: "not_in_channel",
    _MISSING_PERMISSIONS: "restricted",
    _ARCHIVED_THREAD: "is_archived",
}
_TOKEN_GONE = (_UNKNOWN_WEBHOOK, _UNKNOWN_INTERACTION, _BAD_TOKEN)
_THREAD_NAME = 100
_DAY_OF_MINUTES = 1440


class DiscordSender:
    """A MessageSender."""

    def __init__(self) -> None:
        self._http: HTTPClient | None = None
        self._app = ""
        self._chats: OrderedDict[str, str] = OrderedDict()
        """Whose direct messages with us are in which channel."""
        self._cards: OrderedDict[str, Receipt] = OrderedDict()
        """Share -> its card, while the rest of it is being posted."""
        self._threads: OrderedDict[Receipt, str] = OrderedDict()
        """Card -> where the rest of it goes."""
        self._unanswered: dict[str, asyncio.Event] = {}
        self._waiting: dict[str, list[asyncio.Future[bool]]] = {}

    def through(self, http: HTTPClient, app: str) -> None:
        """Send through a client that has logged in."""
        self._http, self._app = http, app

    @contextmanager
    def acknowledging(self, token: str) -> Iterator[None]:
        """Hold replies by a token back until its interaction is acknowledged: Discord knows no such token before."""
        done = self._unanswered[token] = asyncio.Event()
        try:
            yield
        finally:
            del self._unanswered[token]
            done.set()

    def reached(self, person: str) -> "asyncio.Future[bool]":
        """Return what will tell whether the next message reached somebody's direct messages; to be cancelled after."""
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(person, []).append(future)
        future.add_done_callback(lambda done: self._waited(person, done))
        return future

    def _waited(self, person: str, future: "asyncio.Future[bool]") -> None:
        left = [one for one in self._waiting.get(person, ()) if one is not future]
        if left:
            self._waiting[person] = left
        else:
            self._waiting.pop(person, None)

    def fit(self, row: Outgoing, catalogue: Catalogue) -> Sequence[object]:
        """Render a message into as many of Discord's as it needs."""
        return parts_of(row, catalogue)

    def method(self, to: Destination) -> str:
        """Return what a limit is counted by, where discord.py itself did not wait for Discord's own."""
        return "delete" if isinstance(to, Withdrawal) else to.kind

    async def send(self, key: SessionKey, to: Destination, part: object, nonce: str) -> SendOutcome:
        """Send one part; Discord drops one whose nonce it has seen."""
        if self._http is None:
            return Failed("not_connected")
        try:
            outcome = await self._sent(self._http, key, to, part, nonce)
        except discord.RateLimited as limited:
            return RetryAfter(limited.retry_after)
        except discord.HTTPException as error:
            outcome = _refused(error, to)
        except (aiohttp.ClientError, OSError, TimeoutError):
            return Failed("no_answer")
        self._tell(key.person, outcome)
        return outcome

    def _tell(self, person: str, outcome: SendOutcome) -> None:
        if isinstance(outcome, Failed | RetryAfter):
            return
        for future in self._waiting.pop(person, ()):
            if not future.done():
                future.set_result(not isinstance(outcome, GaveUp))

    async def _sent(self, http: HTTPClient, key: SessionKey, to: Destination, part: object, nonce: str) -> SendOutcome:
        match part:
            case Written() if isinstance(to, InteractionReply):
                return await self._reply(http, to, part)
            case Written():
                return await self._write(http, key, part, nonce)
            case Copied() if isinstance(to, InChannel):
                return await self._copy(http, to, part, nonce)
            case Removed():
                return await self._remove(http, part)
            case Uploaded():
                return await self._upload(http, key, to, part, nonce)
            case _:
                raise TypeError("no part of Discord's")

    async def _reply(self, http: HTTPClient, to: InteractionReply, part: Written) -> SendOutcome:
        if to.token in self._unanswered:
            await self._unanswered[to.token].wait()
        path = f"/webhooks/{self._app}/{to.token}"
        if part.at:
            await http.request(Route("PATCH", f"{path}/messages/{_ORIGINAL}"), json=_kept(part.payload))
        else:
            await http.request(Route("POST", path), json=part.payload, params={"wait": "true"})
        return Sent()

    async def _write(self, http: HTTPClient, key: SessionKey, part: Written, nonce: str) -> SendOutcome:
        if part.at:
            try:
                await http.request(_message("PATCH", part.at), json=_kept(part.payload))
            except discord.HTTPException as error:
                if error.code not in (_UNKNOWN_MESSAGE, _TOO_OLD):
                    raise
                if not part.or_new:
                    return Sent()
            else:
                return Sent(Receipt(part.at.channel, part.at.message, part.asks))
        channel = await self._chat(http, key)
        sent = await http.request(_post(channel), json={**part.payload, **_once(nonce)})
        return Sent(Receipt(channel, str(sent["id"]), part.asks))

    async def _copy(self, http: HTTPClient, to: InChannel, part: Copied, nonce: str) -> SendOutcome:
        if part.at:
            await http.request(_message("PATCH", part.at), json=_kept(part.payload))
            return Sent(part.at)
        if part.first:
            return await self._card(http, to, part, nonce)
        card = part.card or self._cards.get(to.share)
        if card is None:
            return Failed("no_card")
        thread = await self._thread_of(http, card, part.title)
        sent = await http.request(_post(thread), json={**part.payload, **_once(nonce)})
        return Sent(Receipt(thread, str(sent["id"])))

    async def _card(self, http: HTTPClient, to: InChannel, part: Copied, nonce: str) -> SendOutcome:
        """Post a card: as a message with a thread below it, in a forum as a post."""
        channel = await http.request(Route("GET", "/channels/{channel_id}", channel_id=to.channel))
        if channel["type"] in _FORUMS:
            body = {"name": part.title[:_THREAD_NAME], "message": part.payload}
            made = await http.request(Route("POST", "/channels/{channel_id}/threads", channel_id=to.channel), json=body)
            card = Receipt(str(made["id"]), str(made["id"]), place=channel.get("guild_id"))
        else:
            sent = await http.request(_post(to.channel), json={**part.payload, **_once(nonce)})
            card = Receipt(to.channel, str(sent["id"]), place=channel.get("guild_id"))
        _remember(self._cards, to.share, card)
        return Sent(card)

    async def _thread_of(self, http: HTTPClient, card: Receipt, title: str) -> str:
        """Return where the rest goes: the thread below a card, whose id is that of the message it hangs on."""
        if card.channel == card.message:
            return card.message
        if card in self._threads:
            return self._threads[card]
        found = card.message
        route = Route(
            "POST",
            "/channels/{channel_id}/messages/{message_id}/threads",
            channel_id=card.channel,
            message_id=card.message,
        )
        body = {"name": title[:_THREAD_NAME], "auto_archive_duration": _DAY_OF_MINUTES}
        try:
            await http.request(route, json=body)
        except discord.HTTPException as error:
            if error.code == _NO_THREADS_HERE:
                found = card.channel  # the card stands in a thread itself
            elif error.code != _THREAD_IS_THERE:
                raise
        _remember(self._threads, card, found)
        return found

    async def _remove(self, http: HTTPClient, part: Removed) -> SendOutcome:
        if part.at is None:
            return Sent()
        post_of_a_forum = part.at.channel == part.at.message
        route = Route("DELETE", "/channels/{channel_id}", channel_id=part.at.channel)
        try:
            await http.request(route if post_of_a_forum else _message("DELETE", part.at))
        except discord.HTTPException as error:
            if error.code not in (_UNKNOWN_MESSAGE, _UNKNOWN_CHANNEL):
                raise
        return Sent()

    async def _upload(
        self, http: HTTPClient, key: SessionKey, to: Destination, part: Uploaded, nonce: str
    ) -> SendOutcome:
        form: list[Json] = []
        file = part.file
        content = await file.make()
        flags = COMPONENTS_V2 | (EPHEMERAL if part.ephemeral else 0)
        payload = {
            "flags": flags,
            "components": [shown_file(file)],
            "attachments": [{"id": 0, "filename": file.name, **({"description": file.alt} if file.alt else {})}],
        }
        if isinstance(to, InteractionReply):
            route, channel = Route("POST", f"/webhooks/{self._app}/{to.token}"), ""
        else:
            channel = await self._chat(http, key)
            route, payload = _post(channel), {**payload, **_once(nonce)}
        form.append({"name": "payload_json", "value": discord.utils._to_json(payload)})  # noqa: SLF001  as http does
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        form.append({"name": "files[0]", "value": content, "filename": file.name, "content_type": kind})
        sent = await http.request(route, form=form, files=[])
        return Sent(Receipt(channel, str(sent["id"]))) if channel and sent else Sent()

    async def _chat(self, http: HTTPClient, key: SessionKey) -> str:
        """Return the channel of somebody's direct messages with us."""
        if key.person not in self._chats:
            opened = await http.request(Route("POST", "/users/@me/channels"), json={"recipient_id": key.person})
            _remember(self._chats, key.person, str(opened["id"]))
        return self._chats[key.person]


def _remember(among: OrderedDict[_Key, _Value], key: _Key, value: _Value) -> None:
    among[key] = value
    if len(among) > _REMEMBERED:
        among.popitem(last=False)


def _post(channel: str) -> Route:
    return Route("POST", "/channels/{channel_id}/messages", channel_id=channel)


def _message(method: str, at: Receipt) -> Route:
    return Route(method, "/channels/{channel_id}/messages/{message_id}", channel_id=at.channel, message_id=at.message)


def _once(nonce: str) -> Json:
    return {"nonce": nonce, "enforce_nonce": True}


def _kept(payload: Json) -> Json:
    """Return what an edit sends: whether only one person sees a message cannot be changed."""
    return {**payload, "flags": payload["flags"] & ~EPHEMERAL}


def _refused(error: discord.HTTPException, to: Destination) -> SendOutcome:
    if isinstance(to, InteractionReply) and error.code in _TOKEN_GONE:
        return Expired()
    if error.code in _CLOSED_TO_US:
        return GaveUp(_CLOSED_TO_US[error.code])
    if error.code in _CHANNEL_GONE:
        return GaveUp(_CHANNEL_GONE[error.code])
    if error.code in (_UNKNOWN_MESSAGE, _INVALID):
        return GaveUp(f"discord_{error.code}")
    if error.status == 429:  # noqa: PLR2004  what discord.py did not wait for itself
        return RetryAfter(retry_after(error.response.headers.get("Retry-After"), _LIMITED_SECONDS))
    return Failed(f"discord_{error.code or error.status}")
