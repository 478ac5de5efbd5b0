"""What Slack sends -> turns, and when it is acknowledged: after the commit, or by the guard where that takes long.

Free of the transport: Socket Mode and HTTP end in the same listeners. Bolt runs them before it responds
(`process_before_response`), as otherwise it acknowledges an event before anything was done with it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Any, Protocol, TypeVar

from aiohttp import ClientError
from slack_bolt import BoltResponse
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.errors import SlackApiError

from adapters.button_ids import read_button_id
from adapters.notes import note
from adapters.postings import DOWNLOAD_SECONDS, is_readable, text_of
from adapters.reviews import WRITTEN, Reviews, read_act, reviewed
from adapters.slack import forms, incoming
from adapters.slack.access import FILES_URL
from adapters.slack.block_kit import HERE, SURFACES, TICKED, WRITE
from adapters.slack.files import download
from adapters.slack.incoming import Body, key_of
from adapters.slack.people import FRESH_SECONDS, About, People
from adapters.slack.rich_text import Json
from adapters.slack.tokens import Clock, Tokens
from conversations.catalogue import Catalogue, Phrase, language_for, phrase
from conversations.events import Administered, Event, Pressed, ReviewAct, ShareEnded
from conversations.messages import Destination, DirectMessage, HomePage, Receipt
from conversations.ports import ClosedError, StorageError, TurnHandler
from conversations.replies import Listed, Say, Turn
from conversations.session import Intent, SessionKey

GUARD_SECONDS = 2.2
"""After which something is acknowledged though its turn is not done; Slack waits three seconds."""
_WINDOW_SECONDS = 2.6
"""And after which a window is not waited for any more."""
PAUSES = (0.5, 1.0, 2.0, 4.0)
"""Seconds after each of which a turn is tried again that failed behind its acknowledgement."""
_AT_LEAST_SECONDS = 0.1
_ARRIVED = "arrived"
_UNHEARD = (SlackApiError, ClientError, OSError, TimeoutError)
"""What Slack's client raises where it does not get through."""
_TAKEN = ("mentors.noted", "mentors.question_noted")
"""What is said where a mentor's words were taken."""
_NOT_NOW = 503
"""Not acknowledged: an event comes again, and whoever pressed something sees that it failed."""

NewId = Callable[[], str]
_T = TypeVar("_T")


def now_here() -> datetime:
    """Return the time, by the clock of this machine."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Taken:
    """How a turn went: what it led to, or what is wrong; neither, as long as it goes on."""

    turn: Turn | None = None
    refused: bool = False


class Workspaces(Reviews, Protocol):
    """What of the store a platform needs itself."""

    async def left(self, place: SessionKey, at: datetime | None) -> None:
        """Note that a workspace sent the bot away, or that it is back."""


class Listeners:
    """Hands what people do to the turns."""

    def __init__(  # noqa: PLR0913  each is a part of it
        self,
        turns: TurnHandler,
        workspaces: Workspaces,
        people: People,
        catalogue: Catalogue,
        packs: Mapping[str, str],
        new_id: NewId,
        *,
        tokens: Tokens,
        files_url: str = FILES_URL,
        clock: Clock = now_here,
    ) -> None:
        self._turns = turns
        self._workspaces = workspaces
        self._people = people
        self._tokens = tokens
        self._catalogue = catalogue.on(*SURFACES)
        self._packs = packs
        self._files = files_url
        self._new_id = new_id
        self._now = clock
        self._going: set[asyncio.Task[Any]] = set()

    async def drained(self, seconds: float) -> None:
        """Wait for what goes on behind its acknowledgement."""
        if self._going:
            await asyncio.wait(self._going, timeout=seconds)

    async def arrived(self, context: AsyncBoltContext, next_: Callable[[], Awaitable[None]]) -> None:
        """Note when something came: the three seconds count from there, whoever else is asked in between."""
        context[_ARRIVED] = time.monotonic()
        await next_()

    # -- what people type --------------------------------------------------------------------------------------------

    async def command(self, body: Body, context: AsyncBoltContext, ack: AsyncAck) -> BoltResponse | None:
        """Take `/teamcheck`, wherever it is typed: the conversation is in our direct messages."""
        key, about = await self._whose(context)
        if about.stranger:
            await ack(text=self._words(phrase("aside.strangers"), about))
            return None
        if self._is_admin_word(body.get("text") or ""):
            return await self._admin(body, context, ack, key)
        event = incoming.command(body, key, about, self._now(), self._new_id())
        taken = await self._take(event, DirectMessage(), context)
        language = self._language(taken, about)
        if taken.refused:
            await ack(text=self._catalogue.text(phrase("not_saved"), language))
        elif taken.turn is None:
            await ack(text=self._catalogue.text(phrase("busy"), language))
        else:
            await ack(**self._pointer(body, language))
        return None

    async def shortcut(self, body: Body, context: AsyncBoltContext, ack: AsyncAck) -> BoltResponse | None:
        """Take the global shortcut: as the bare command, but with nowhere to say anything."""
        key, about = await self._whose(context)
        if about.stranger:
            await ack()
            return None
        event = incoming.shortcut(body, key, about, self._now(), self._new_id())
        return await self._acknowledged(event, DirectMessage(), context, ack)

    async def message(self, body: Body, context: AsyncBoltContext, ack: AsyncAck) -> BoltResponse | None:
        """Take a line typed in our direct messages."""
        if not context.user_id or body["event"].get("bot_id"):
            await ack()
            return None
        key, about = await self._whose(context)
        if about.stranger:
            await ack()
            return None
        try:
            posting = await self._downloaded(body, context)
        except _UNHEARD:
            return BoltResponse(status=_NOT_NOW)
        event = incoming.typed(body, key, about, self._now(), self._new_id(), posting=posting)
        if event is None:
            await ack()
            return None
        return await self._acknowledged(event, DirectMessage(), context, ack)

    async def _downloaded(self, body: Body, context: AsyncBoltContext) -> str:
        """Return the text of the first file that came with a message; empty where it is none that we read."""
        for file in incoming.attached(body)[:1]:
            name, kind, size = (str(file.get(one) or "") for one in ("name", "mimetype", "size"))
            url = str(file.get("url_private_download") or file.get("url_private") or "")
            if not is_readable(name, kind, int(size) if size.isdecimal() else 0):
                return ""
            if not url.startswith(self._files):  # the token goes to nobody else
                return ""
            content = await asyncio.wait_for(download(url, context.bot_token or ""), DOWNLOAD_SECONDS)
            return text_of(content)
        return ""

    async def posting(
        self, body: Body, context: AsyncBoltContext, ack: AsyncAck, respond: AsyncRespond
    ) -> BoltResponse | None:
        """Take somebody's message as a job posting: the conversation about it is in our direct messages."""
        key, about = await self._whose(context)
        if about.stranger:
            await ack()
            return None
        event = incoming.posting(body, key, about, self._now(), self._new_id())
        refused = await self._acknowledged(event, DirectMessage(), context, ack)
        if refused is None:
            self._whisper(respond, phrase("aside.pointer"), key, self._spoken(about))
        return refused

    async def home(self, body: Body, context: AsyncBoltContext, ack: AsyncAck) -> BoltResponse | None:
        """Fill somebody's page, whenever they look at it."""
        key, about = await self._whose(context)
        event = incoming.looked_home(body, key, about, self._now())
        if event is None or about.stranger:
            await ack()
            return None
        return await self._acknowledged(event, HomePage(), context, ack)

    # -- what people press -------------------------------------------------------------------------------------------

    async def action(
        self, body: Body, context: AsyncBoltContext, ack: AsyncAck, respond: AsyncRespond
    ) -> BoltResponse | None:
        """Take a button, or a menu."""
        pressed_id = incoming.action_id(body)
        if pressed_id == TICKED or pressed_id.startswith(HERE):
            await ack()
            return None
        if await self._is_stranger(body, context):
            await ack()
            return None
        key = self._key(context)
        if act := read_act(read_button_id(pressed_id)):
            await ack()
            await self._mentor(body, context, respond, *act)
            return None
        if pressed_id.startswith(f"{WRITE}:"):
            await ack()
            await self._open_form(body, context, respond, pressed_id.removeprefix(f"{WRITE}:"))
            return None
        about = await self._people.about(context.team_id or "", context.user_id or "")
        event = incoming.pressed(body, key, about, self._now(), self._new_id())
        if event is None:
            await ack()
            return None
        taken = await self._take(event, DirectMessage(incoming.pressed_at(body)), context)
        if taken.refused and not respond.response_url:
            return BoltResponse(status=_NOT_NOW)  # a home page has nowhere to say it: Slack shows there that it failed
        await ack()
        if taken.refused:
            self._whisper(respond, phrase("not_saved"), key)
        return None

    async def submitted(self, body: Body, context: AsyncBoltContext, ack: AsyncAck) -> BoltResponse | None:
        """Take what was written in a window; what cannot be read stays in it, with what is wrong."""
        text, button, at = forms.what_was_written(body["view"])
        event = incoming.written(body, self._key(context), text, button, self._now())
        if event is None or await self._is_stranger(body, context):
            await ack()
            return None
        taken = await self._take(event, DirectMessage(at), context)
        turn = taken.turn
        submit = str((body["view"].get("submit") or {}).get("text", ""))
        language = self._read_on(submit, "send") or self._spoken(About())
        if taken.refused:
            await self._in_form(ack, forms.ANSWER, phrase("not_saved"), language)
        elif turn is None:
            # It may fail yet, and what was written is in this window alone; sent again it counts once.
            await self._in_form(ack, forms.ANSWER, phrase("busy"), language)
        elif turn.unread:
            await self._in_form(ack, forms.ANSWER, _first_words(turn), self._language(taken, About()))
        else:
            await ack()
        return None

    async def _open_form(self, body: Body, context: AsyncBoltContext, respond: AsyncRespond, button: str) -> None:
        about = await self._people.about(context.team_id or "", context.user_id or "")
        language = self._read_on(incoming.label(body), "write", "paste") or self._spoken(about)
        question = incoming.plain(str((body.get("message") or {}).get("text", ""))).rpartition("\n")[2]
        pasting = getattr(read_button_id(button), "intent", None) is Intent.PASTED
        hint = "form.posting_hint" if pasting else "form.hint"
        question = self._catalogue.text(phrase("form.posting"), language) if pasting else question
        view = forms.write_form(self._catalogue, language, question, button, incoming.pressed_at(body), hint)
        try:
            await self._open(view, body, context)
        except _UNHEARD:
            # The three seconds were over: the button is still there to be pressed again.
            self._whisper(respond, phrase("form.late"), self._key(context), language)

    async def _open(self, view: Json, body: Body, context: AsyncBoltContext) -> None:
        opening = context.client.views_open(trigger_id=body["trigger_id"], view=view)
        await asyncio.wait_for(opening, _left(context, _WINDOW_SECONDS))

    # -- mentors -----------------------------------------------------------------------------------------------------

    async def _mentor(
        self, body: Body, context: AsyncBoltContext, respond: AsyncRespond, act: ReviewAct, share: str
    ) -> None:
        """Take what somebody does with a copy in a channel; whether they are a mentor is for the turn to say."""
        key, about = await self._whose(context)
        card = incoming.stands_at(body)
        if act in WRITTEN:
            question = self._words(phrase(f"form.mentor_{act}"), about)
            view = forms.mentor_form(self._catalogue, self._spoken(about), act, share, card, question)
            try:
                await self._open(view, body, context)
            except _UNHEARD:
                self._whisper(respond, phrase("form.late"), key, self._spoken(about))
            return
        told = await self._reviewed(body, context, act, share, card, incoming.channel_picked(body))
        self._whisper(respond, told, key, self._spoken(about))

    async def mentor_wrote(self, body: Body, context: AsyncBoltContext, ack: AsyncAck) -> BoltResponse | None:
        """Take a mentor's note or question; where it is not taken, the window says why, and keeps the words."""
        _, about = await self._whose(context)
        wrote = forms.mentor_wrote(body["view"])
        if about.stranger or wrote is None:
            await ack()
            return None
        act, share, card, text = wrote
        told = await self._reviewed(body, context, act, share, card, text)
        if told.key in _TAKEN:
            await ack()
            with suppress(*_UNHEARD):
                await context.client.chat_postEphemeral(
                    channel=card.channel, user=context.user_id or "", text=self._words(told, about)
                )
        else:
            await self._in_form(ack, forms.ANSWER, told, self._spoken(about))
        return None

    async def _reviewed(
        self, body: Body, context: AsyncBoltContext, act: ReviewAct, share: str, card: Receipt, text: str
    ) -> Phrase:
        me = self._key(context)
        try:
            event = await reviewed(
                self._workspaces,
                me,
                me,
                act,
                card=card,
                share=share,
                groups=(),
                text=text,
                at=self._now(),
                repeated=body["trigger_id"],
            )
        except StorageError:
            return phrase("not_saved")
        if event is None:
            return phrase("mentors.gone")
        taken = await self._take(event, DirectMessage(), context)
        if taken.refused:
            return phrase("not_saved")
        return (taken.turn.told if taken.turn else None) or phrase("busy")

    # -- admins ------------------------------------------------------------------------------------------------------

    def _is_admin_word(self, text: str) -> bool:
        words = (word for one in self._catalogue.languages for word in self._catalogue.words("words.admin", one))
        return text.strip().casefold() in words

    async def _admin(
        self, body: Body, context: AsyncBoltContext, ack: AsyncAck, key: SessionKey
    ) -> BoltResponse | None:
        about = await self._people.about(context.team_id or "", context.user_id or "", FRESH_SECONDS)
        taken = await self._take(
            Administered(key, self._now(), {}, language=about.language, zone=about.zone), None, context
        )
        language = self._language(taken, about)
        if not about.admin:
            await ack(text=self._catalogue.text(phrase("admin.refused"), language))
            return None
        if taken.turn is None:
            await ack(text=self._catalogue.text(phrase("not_saved"), language))
            return None
        view = forms.rules_form(self._catalogue, language, taken.turn.session.workspace, self._packs)
        try:
            await self._open(view, body, context)
        except _UNHEARD:
            await ack(text=self._catalogue.text(phrase("form.late"), language))
        else:
            await ack()
        return None

    async def rules(self, body: Body, context: AsyncBoltContext, ack: AsyncAck) -> BoltResponse | None:
        """Take what an admin set."""
        key = self._key(context)
        about = await self._people.about(context.team_id or "", context.user_id or "", FRESH_SECONDS)
        if not about.admin or about.stranger or await self._is_stranger(body, context):
            await self._in_form(ack, "language", phrase("admin.refused"), self._spoken(about))
            return None
        rules = forms.rules_written(body["view"])
        event = Administered(key, self._now(), rules, body["trigger_id"], about.language, about.zone)
        taken = await self._take(event, DirectMessage(), context)
        if taken.refused:
            await self._in_form(ack, "language", phrase("not_saved"), self._spoken(about))
        elif taken.turn and taken.turn.unread:
            await self._in_form(ack, "shares_a_day", _first_words(taken.turn), self._language(taken, about))
        else:
            await ack()
        return None

    async def take_down(
        self, body: Body, context: AsyncBoltContext, ack: AsyncAck, respond: AsyncRespond
    ) -> BoltResponse | None:
        """Take a shared report out of a channel: its owner may, and an admin."""
        await ack()
        me = self._key(context)
        about = await self._people.about(context.team_id or "", context.user_id or "", FRESH_SECONDS)
        if about.stranger or await self._is_stranger(body, context):
            self._whisper(respond, phrase("aside.strangers"), me, self._spoken(about))
            return None
        place = Receipt(body["channel"]["id"], body["message"]["ts"])
        try:
            found = await self._workspaces.sharer(me, place)
        except StorageError:
            self._whisper(respond, phrase("not_saved"), me, self._spoken(about))
            return None
        if found is None:
            self._whisper(respond, phrase("take_down.nothing"), me, self._spoken(about))
            return None
        owner, check, share = found
        event: Event
        if owner == me:
            event = Pressed(me, self._now(), Intent.UNSHARE, (share,), check=check, id=body["trigger_id"])
        elif about.admin:
            event = ShareEnded(owner, self._now(), check, share, "taken_down", id=body["trigger_id"])
        else:
            self._whisper(respond, phrase("take_down.refused"), me, self._spoken(about))
            return None
        taken = await self._take(event, DirectMessage(), context)
        told = phrase("not_saved") if taken.refused else phrase("take_down.done")
        self._whisper(respond, told, me, self._spoken(about))
        return None

    # -- the workspace -----------------------------------------------------------------------------------------------

    async def sent_away(self, body: Body, context: AsyncBoltContext, ack: AsyncAck) -> BoltResponse | None:
        """Take that the app was removed, or its token revoked: in either order, and more than once."""
        event = body["event"]
        if event["type"] == "tokens_revoked" and not (event.get("tokens") or {}).get("bot"):
            await ack()
            return None
        at, team = incoming.moment(str(body.get("event_time", "")), self._now()), context.team_id or ""
        try:
            if await self._tokens.forget(team, at.timestamp()):  # else it was undone since
                await self._workspaces.left(self._key(context), at)
        except StorageError:
            return BoltResponse(status=_NOT_NOW)
        await ack()
        return None

    async def unasked(self, ack: AsyncAck) -> None:
        """Take an event that somebody subscribed us to: not acknowledged, Slack would bring it again and again."""
        await ack()

    # -- how a turn is taken -----------------------------------------------------------------------------------------

    async def _acknowledged(
        self, event: Event, reply_to: Destination, context: AsyncBoltContext, ack: AsyncAck
    ) -> BoltResponse | None:
        taken = await self._take(event, reply_to, context)
        if taken.refused:
            return BoltResponse(status=_NOT_NOW)
        await ack()
        return None

    async def _take(self, event: Event, reply_to: Destination | None, context: AsyncBoltContext) -> Taken:
        """Take a turn, as long as Slack waits; it goes on behind the acknowledgement where that is too short."""
        task = self._behind(self._turns.handle(event, reply_to))
        await asyncio.wait([task], timeout=_left(context, GUARD_SECONDS))
        if not task.done():
            if reply_to is not None and not isinstance(reply_to, HomePage):
                self._behind(self._told_if_lost(task, event, reply_to, context))
            return Taken()
        if isinstance(task.exception(), StorageError | ClosedError):
            return Taken(refused=True)
        return Taken(task.result())

    async def _told_if_lost(
        self, task: asyncio.Task[Turn], event: Event, reply_to: Destination, context: AsyncBoltContext
    ) -> None:
        """Try again, or say that it was not saved after all: it was acknowledged, so Slack brings it no more.

        A commit whose answer was lost may have been one: who was told otherwise would do it a second time.
        """
        await asyncio.wait([task])
        if not isinstance(task.exception(), StorageError | ClosedError):
            return
        for pause in PAUSES:
            await asyncio.sleep(pause)
            with suppress(StorageError, ClosedError):
                await self._turns.handle(event, reply_to)
                return
        key, about = await self._whose(context)
        if context.response_url and context.respond:
            await self._whispered(context.respond, phrase("not_saved"), key, self._spoken(about))
            return
        with suppress(*_UNHEARD):
            chat = await context.client.conversations_open(users=key.person)
            await context.client.chat_postMessage(
                channel=chat["channel"]["id"], text=self._words(phrase("not_saved"), about)
            )

    def _behind(self, work: Coroutine[Any, Any, _T]) -> asyncio.Task[_T]:
        task = asyncio.create_task(work)
        self._going.add(task)  # nobody else holds on to it
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._going.discard(task)
        if not task.cancelled():
            task.exception()  # whoever waited was told; a turn that went on behind is told of by the intake

    async def _whose(self, context: AsyncBoltContext) -> tuple[SessionKey, About]:
        return self._key(context), await self._people.about(context.team_id or "", context.user_id or "")

    def _key(self, context: AsyncBoltContext) -> SessionKey:
        return key_of(context.team_id or "", context.enterprise_id, context.user_id or "")

    # -- what is said at once ----------------------------------------------------------------------------------------

    def _words(self, told: Phrase, about: About) -> str:
        return self._catalogue.text(told, self._spoken(about))

    def _spoken(self, about: About) -> str:
        return language_for(about.language or "", self._catalogue.languages)

    def _read_on(self, label: str, *buttons: str) -> str | None:
        """Return the language of a button by its label: the one the person reads, whatever Slack says."""
        names = [phrase(f"buttons.{one}") for one in buttons]
        languages = self._catalogue.languages
        return next((one for one in languages if label in (self._catalogue.text(name, one) for name in names)), None)

    def _language(self, taken: Taken, about: About) -> str:
        person = taken.turn.session.person if taken.turn else None
        return person.language if person and person.revision else self._spoken(about)

    def _pointer(self, body: Body, language: str) -> Mapping[str, Any]:
        """Say where the conversation is, to the person alone."""
        text = self._catalogue.text(phrase("aside.pointer"), language)
        chat = f"https://slack.com/app_redirect?app={body['api_app_id']}&team={body['team_id']}"
        button = {
            "type": "button",
            "action_id": HERE,
            "text": {"type": "plain_text", "text": self._catalogue.text(phrase("buttons.open_chat"), language)},
            "url": chat,
        }
        words = {"type": "section", "text": {"type": "plain_text", "text": text}, "accessory": button}
        return {"response_type": "ephemeral", "text": text, "blocks": [words]}

    async def _is_stranger(self, body: Body, context: AsyncBoltContext) -> bool:
        """Whether somebody of another workspace did it, over a shared channel.

        Within an enterprise people belong to several workspaces: whose home is another one is asked for.
        """
        home = (body.get("user") or {}).get("team_id")
        if home in (None, context.team_id):
            return False
        return (await self._people.about(context.team_id or "", context.user_id or "")).stranger is not False

    def _whisper(self, respond: AsyncRespond, told: Phrase, key: SessionKey, language: str = "") -> None:
        """Say something to the person alone, behind the acknowledgement; a home page has nowhere to say it."""
        if respond.response_url:
            self._behind(self._whispered(respond, told, key, language))

    async def _whispered(self, respond: AsyncRespond, told: Phrase, key: SessionKey, language: str) -> None:
        """Say it; what cannot be said is let be: a response URL is good for 30 minutes."""
        spoken = language or self._spoken(await self._people.about(incoming.team_of(key.workspace), key.person))
        try:
            answer = await respond(
                text=self._catalogue.text(told, spoken), response_type="ephemeral", replace_original=False
            )
        except _UNHEARD:
            return
        if answer.status_code >= 400:  # noqa: PLR2004  an HTTP error, which slack_sdk does not raise
            note("whisper_unheard", status=answer.status_code)

    async def _in_form(self, ack: AsyncAck, field: str, told: Phrase, language: str) -> None:
        await ack(response_action="errors", errors={field: self._catalogue.text(told, language)})


def _left(context: AsyncBoltContext, seconds: float) -> float:
    """Return what is left of so many seconds since it came."""
    now = time.monotonic()
    return float(max(_AT_LEAST_SECONDS, context.get(_ARRIVED, now) + seconds - now))


def _first_words(turn: Turn) -> Phrase:
    said = (reply.text for reply in turn.replies if isinstance(reply, Say))
    listed = (reply.items[0] for reply in turn.replies if isinstance(reply, Listed))
    return next(chain(said, listed), phrase("form.unread"))
