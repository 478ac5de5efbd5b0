"""The outbox -> Slack's Web API. Every refusal of Slack has an answer of its own."""

import time
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.retrying import retry_after
from adapters.slack.block_kit import Copied, Page, Removed, Uploaded, Written, parts_of
from adapters.slack.errors import code_of
from adapters.slack.incoming import team_of
from adapters.slack.tokens import ClientOf
from conversations.catalogue import Catalogue
from conversations.messages import (
    Destination,
    Failed,
    GaveUp,
    HomePage,
    InChannel,
    Outgoing,
    Receipt,
    RetryAfter,
    SendOutcome,
    Sent,
    Withdrawal,
)
from conversations.ports import StorageError
from conversations.session import SessionKey

_REMEMBERED = 10_000
_LIMITED_SECONDS = 30
"""Where Slack limits without saying for how long."""
_FILE = "F"
"""Ids of files begin so; the time stamp of a message is a number."""

_GONE = frozenset(
    {
        "cannot_dm_bot",
        "cannot_dm_self",
        "channel_not_found",
        "ekm_access_denied",
        "is_archived",
        "not_in_channel",
        "restricted_action",
        "restricted_action_non_threadable_channel",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "user_disabled",
        "user_not_found",
        "users_not_found",
    }
)
"""Nobody is there, or we may not write there: trying again changes nothing."""
_OURS = frozenset({"invalid_blocks", "invalid_arguments", "msg_blocks_too_long", "msg_too_long", "no_text"})
"""A fault of ours: trying again changes nothing, and it is in the log."""
_NOT_THERE = frozenset({"message_not_found", "cant_update_message", "cant_delete_message", "edit_window_closed"})
"""An earlier message that cannot be reached any more."""
_UPLOADING = ("files.getUploadURLExternal", "files.completeUploadExternal")
_NO_FILE = frozenset({"file_not_found", "file_deleted"})


class _Paused(Exception):  # noqa: N818  no error: a way to leave
    def __init__(self, method: str, seconds: float) -> None:
        super().__init__(method)
        self.method, self.seconds = method, seconds


class _NotLetInError(Exception):
    """The workspace has not installed the app, or not any more."""


class SlackSender:
    """A MessageSender."""

    def __init__(self, client_of: ClientOf) -> None:
        self._client_of = client_of
        self._chats: OrderedDict[SessionKey, str] = OrderedDict()
        """Whose direct messages with us are in which channel."""
        self._cards: OrderedDict[str, str] = OrderedDict()
        """Share -> the time stamp of its card, while the rest of it is being posted."""
        self._paused: dict[tuple[str, str], float] = {}
        """(workspace, method) -> until when Slack wants to be left alone, by a clock that cannot be set."""

    def fit(self, row: Outgoing, catalogue: Catalogue) -> Sequence[object]:
        """Render a message into as many of Slack's as it needs."""
        return parts_of(row, catalogue)

    def method(self, to: Destination) -> str:
        """Return the method whose limit counts, for the most part."""
        match to:
            case Withdrawal(message=message):
                return "files.delete" if message.startswith(_FILE) else "chat.delete"
            case HomePage():
                return "views.publish"
            case _:
                return "chat.postMessage"

    async def send(self, key: SessionKey, to: Destination, part: object, nonce: str) -> SendOutcome:  # noqa: ARG002  Slack drops nothing by a nonce
        """Send one part."""
        try:
            return await self._sent(key, to, part)
        except _Paused as paused:
            return RetryAfter(paused.seconds, paused.method)
        except _NotLetInError:
            return Failed("not_installed")
        except StorageError:
            return Failed("no_token")
        except SlackApiError as error:
            return _refused(error)
        except (SlackClientError, ClientError, OSError, TimeoutError):
            return Failed("no_answer")

    async def _sent(self, key: SessionKey, to: Destination, part: object) -> SendOutcome:
        match part:
            case Written():
                return await self._write(key, part)
            case Copied() if isinstance(to, InChannel):
                return await self._copy(key, to, part)
            case Removed():
                return await self._remove(key, part)
            case Uploaded():
                return await self._upload(key, part)
            case Page():
                return await self._publish(key, part)
            case _:
                raise TypeError("no part of Slack's")

    async def _write(self, key: SessionKey, part: Written) -> SendOutcome:
        words = {"text": part.text, "blocks": list(part.blocks)}
        channel = await self._chat(key)
        if part.at:
            if await self._rewritten(key, channel, part.at, words):
                return Sent(Receipt(part.at.channel, part.at.message, part.asks))
            if not part.or_new:
                return Sent()
        try:
            answer = await self._post(key, channel, words)
        except SlackApiError as error:
            if code_of(error) != "channel_not_found":
                raise
            del self._chats[key]  # it may be another one by now
            answer = await self._post(key, await self._chat(key), words)
        return Sent(Receipt(str(answer["channel"]), str(answer["ts"]), part.asks))

    async def _rewritten(self, key: SessionKey, channel: str, at: Receipt, words: dict[str, Any]) -> bool:
        """Write over an earlier message; tell whether it is there. One in anybody else's direct messages is not."""
        if at.channel != channel:
            return False
        try:
            await self._call(key, "chat.update", channel=channel, ts=at.message, **words)
        except SlackApiError as error:
            if code_of(error) not in (*_NOT_THERE, "channel_not_found"):
                raise
            return False
        return True

    async def _copy(self, key: SessionKey, to: InChannel, part: Copied) -> SendOutcome:
        words: dict[str, Any] = {"text": part.text, "blocks": list(part.blocks)}
        if part.at:
            await self._call(key, "chat.update", channel=part.at.channel, ts=part.at.message, **words)
            return Sent(part.at)
        if not part.first:
            card = part.card.message if part.card else self._cards.get(to.share)
            if card is None:
                return Failed("no_card")
            words["thread_ts"] = card
        answer = await self._post(key, to.channel, words)
        if part.first:
            self._cards[to.share] = str(answer["ts"])
            if len(self._cards) > _REMEMBERED:
                self._cards.popitem(last=False)
        return Sent(Receipt(str(answer["channel"]), str(answer["ts"])))

    async def _remove(self, key: SessionKey, part: Removed) -> SendOutcome:
        if part.at is None:
            return Sent()
        try:
            if part.at.message.startswith(_FILE):
                await self._call(key, "files.delete", file=part.at.message)
            else:
                await self._call(key, "chat.delete", channel=part.at.channel, ts=part.at.message)
        except SlackApiError as error:
            if code_of(error) not in (*_NO_FILE, "message_not_found"):
                raise
        return Sent()

    async def _upload(self, key: SessionKey, part: Uploaded) -> SendOutcome:
        channel = await self._chat(key)
        for method in _UPLOADING:
            self._heed(key, method)
        file = part.file
        content = await file.make()
        client = await self._client(key)
        answer = await self._limited(
            key,
            "files.getUploadURLExternal",
            client.files_upload_v2(
                channel=channel, content=content, filename=file.name, title=file.title, alt_txt=file.alt or None
            ),
        )
        return Sent(Receipt(channel, str(answer["files"][0]["id"])))

    async def _publish(self, key: SessionKey, part: Page) -> SendOutcome:
        try:
            await self._call(key, "views.publish", user_id=key.person, view=part.view)
        except SlackApiError as error:
            if code_of(error) != "not_enabled":  # the app has no such page: nobody misses it
                raise
        return Sent()

    async def _post(self, key: SessionKey, channel: str, words: dict[str, Any]) -> AsyncSlackResponse:
        return await self._call(
            key, "chat.postMessage", channel=channel, unfurl_links=False, unfurl_media=False, **words
        )

    async def _chat(self, key: SessionKey) -> str:
        """Return the channel of somebody's direct messages with us."""
        if key not in self._chats:
            answer = await self._call(key, "conversations.open", users=key.person)
            self._chats[key] = str(answer["channel"]["id"])
            if len(self._chats) > _REMEMBERED:
                self._chats.popitem(last=False)
        return self._chats[key]

    async def _call(self, key: SessionKey, method: str, **arguments: Any) -> AsyncSlackResponse:  # noqa: ANN401  as Slack has them
        self._heed(key, method)
        client = await self._client(key)
        return await self._limited(key, method, client.api_call(method, json=arguments))

    async def _client(self, key: SessionKey) -> AsyncWebClient:
        found = await self._client_of(team_of(key.workspace))
        if found is None:
            raise _NotLetInError
        return found

    def _heed(self, key: SessionKey, method: str) -> None:
        left = self._paused.get((key.workspace, method), 0) - time.monotonic()
        if left > 0:
            raise _Paused(method, left)

    async def _limited(self, key: SessionKey, method: str, call: Any) -> AsyncSlackResponse:  # noqa: ANN401  a coroutine
        try:
            answer: AsyncSlackResponse = await call
        except SlackApiError as error:
            if code_of(error) == "ratelimited":
                seconds = retry_after(error.response.headers.get("Retry-After"), _LIMITED_SECONDS)
                if method in _UPLOADING:  # one call of the library makes both
                    method = next((one for one in _UPLOADING if error.response.api_url.endswith(one)), method)
                self._paused[key.workspace, method] = time.monotonic() + seconds
                raise _Paused(method, seconds) from None
            raise
        return answer


def _refused(error: SlackApiError) -> SendOutcome:
    code = code_of(error)
    if code in _GONE or code in _OURS or code in _NOT_THERE:
        return GaveUp(code)
    # A dead token, a missing scope, or Slack has trouble: an operator may mend it, or it passes.
    return Failed(code or "unknown")
