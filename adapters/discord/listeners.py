"""What Discord sends -> turns, and when it is acknowledged: after the commit, or by the guard where that takes long.

Every interaction comes here, and no view is kept in memory: a button works after a restart, and after a week.
"""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain, repeat
from typing import Any, TypeVar, cast
from weakref import WeakValueDictionary

import discord
from aiohttp import ClientError

from adapters.button_ids import read_button_id
from adapters.discord import incoming
from adapters.discord.commands import ADMIN_COMMAND, COMMAND, READ_POSTING, TAKE_DOWN, WHAT, offered
from adapters.discord.components import SURFACES, WRITE
from adapters.discord.forms import ANSWER, mentor_form, write_form
from adapters.discord.incoming import Origin, admin_key, key_of
from adapters.discord.limits import FOLLOWUPS
from adapters.discord.sender import DiscordSender
from adapters.notes import note
from adapters.postings import DOWNLOAD_SECONDS, is_readable, text_of
from adapters.reviews import WRITTEN, Reviews, read_act, reviewed
from conversations.catalogue import Catalogue, Phrase, language_for, phrase
from conversations.events import Event, Pressed, ReviewAct, Reviewed, ShareEnded
from conversations.messages import Destination, DirectMessage, InteractionReply, Receipt
from conversations.ports import ClosedError, StorageError, TurnHandler
from conversations.replies import CheckRow, Reply, ShowHome, Turn
from conversations.session import Intent, SessionKey

GUARD_SECONDS = 2.0
"""After which an interaction is acknowledged though its turn is not done; Discord waits three seconds."""
TOKEN_SECONDS = 14 * 60.0
"""How long the token of an interaction is used; Discord takes it for fifteen minutes."""
REACHED_SECONDS = 8.0
"""How long somebody who typed a command waits to hear whether their direct messages are open."""
PAUSES = (0.5, 1.0, 2.0, 5.0)
"""Seconds after each of which something is tried again for which the store was not there; the last one for good."""
WAITING_AT_MOST = 1_000
"""So many wait for it; more are fetched after the next start."""
_REMEMBERED = 1_000
_IN_BOLD = re.compile(r"\*\*.+\*\*")
_TALKING = "here"
"""The id of the button that runs a check where the person is."""
_FAILURES = (discord.HTTPException, discord.InteractionResponded, ClientError, OSError, TimeoutError)

NewId = Callable[[], str]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Taken:
    """How a turn went: what it led to, or that it was not taken; neither, as long as it goes on."""

    turn: Turn | None = None
    refused: bool = False
    going: tuple[asyncio.Task[Turn], Event, Destination | None] | None = None


class Listeners:
    """Hands what people do to the turns."""

    def __init__(
        self,
        turns: TurnHandler,
        workspaces: Reviews,
        sender: DiscordSender,
        catalogue: Catalogue,
        new_id: NewId,
        me: int,
    ) -> None:
        self._turns, self._workspaces, self._sender = turns, workspaces, sender
        self._catalogue = catalogue.on(*SURFACES)
        self._new_id, self._me = new_id, me
        self._going: set[asyncio.Task[Any]] = set()
        self._seen: OrderedDict[int, None] = OrderedDict()
        """Interactions that came already: a resumed session repeats some, and each is acknowledged once."""
        self.stopping = asyncio.Event()
        self._waiting = 0
        # Weak values: a person's lock is gone as soon as nobody holds or awaits it.
        self._typing: WeakValueDictionary[SessionKey, asyncio.Lock] = WeakValueDictionary()

    async def drained(self, seconds: float) -> None:
        """Wait for turns that go on behind their acknowledgement."""
        if self._going:
            await asyncio.wait(self._going, timeout=seconds)

    # -- in our direct messages --------------------------------------------------------------------------------------

    async def message(self, message: discord.Message) -> None:
        """Take a line typed in our direct messages; of others nothing is heard.

        Raises:
            StorageError: nothing was saved before the stop.
            ClosedError: as above.

        """
        if message.guild is not None or message.author.bot:
            return
        key = key_of(message.author.id)
        lock = self._typing.get(key)
        if lock is None:
            lock = self._typing[key] = asyncio.Lock()
        async with lock:  # what somebody types after a line that waits for the store is no answer before it
            if event := await heard(message, self._new_id()):
                await self.once_possible(lambda: self._turns.handle(event, DirectMessage()))

    async def once_possible(self, work: Callable[[], Awaitable[_T]]) -> _T:
        """Do something as soon as the store is there: Discord brings nothing twice that it was not acknowledged.

        Raises:
            StorageError: it was not, up to the stop; or too many wait already.
            ClosedError: as above.

        """
        pauses = chain(PAUSES, repeat(PAUSES[-1]))
        while True:
            try:
                return await work()
            except (StorageError, ClosedError):
                if self._waiting >= WAITING_AT_MOST or await self._stops_within(next(pauses)):
                    raise

    async def _stops_within(self, seconds: float) -> bool:
        self._waiting += 1
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds)
        except TimeoutError:
            return False
        finally:
            self._waiting -= 1
        return True

    # -- interactions ------------------------------------------------------------------------------------------------

    async def interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Take an interaction of any kind, unless it came before."""
        if interaction.id in self._seen:
            return
        self._seen[interaction.id] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        kind = interaction.type
        try:
            if kind is discord.InteractionType.autocomplete:
                await self._autocomplete(interaction)
            elif kind is discord.InteractionType.application_command:
                await self._command(interaction)
            elif kind is discord.InteractionType.component:
                await self._component(interaction)
            elif kind is discord.InteractionType.modal_submit:
                await self._form(interaction)
        except _FAILURES as error:
            # The token is void, or somebody else was faster: the turn is committed, and its words go by the outbox.
            note("unacknowledged", error)

    async def _autocomplete(self, interaction: discord.Interaction[Any]) -> None:
        begun = incoming.options_of(_data(interaction)).get(WHAT, "")
        taken = await self._take(incoming.glanced(self._origin(interaction)), None)
        rows = [row for reply in (taken.turn.replies if taken.turn else ()) for row in _checks(reply)]
        choices = [
            discord.app_commands.Choice(name=one["name"], value=one["value"])
            for one in offered(self._catalogue, self._language(taken, interaction), begun, rows)
        ]
        await interaction.response.autocomplete(choices)

    async def _command(self, interaction: discord.Interaction[Any]) -> None:
        match _data(interaction).get("name"):
            case name if name == COMMAND:
                await self._teamcheck(interaction)
            case name if name == ADMIN_COMMAND:
                await self._admin(interaction)
            case name if name == READ_POSTING:
                text = str(incoming.message_of(_data(interaction)).get("content") or "")
                await self._in_our_chat(interaction, incoming.posting(text, self._origin(interaction)))
            case name if name == TAKE_DOWN:
                await self._take_down(interaction)

    async def _teamcheck(self, interaction: discord.Interaction[Any]) -> None:
        """Take `/teamcheck`: the conversation is in our direct messages, or where those are closed, right here."""
        words = incoming.options_of(_data(interaction)).get(WHAT, "")
        if interaction.guild_id is not None and self._asks_for_queue(words):
            await self._queue(interaction, words)
            return
        await self._in_our_chat(interaction, incoming.command(words, self._origin(interaction)))

    async def _in_our_chat(self, interaction: discord.Interaction[Any], event: Event) -> None:
        """Take a command whose words belong into our direct messages, and say where they are."""
        reached = self._sender.reached(str(interaction.user.id))
        try:
            await self._acknowledged(interaction, await self._take(event, DirectMessage()), reached)
        finally:
            reached.cancel()

    async def _acknowledged(
        self, interaction: discord.Interaction[Any], taken: Taken, reached: "asyncio.Future[bool]"
    ) -> None:
        if taken.turn is None:
            await self._say(interaction, phrase("not_saved" if taken.refused else "busy"), taken)
            self._tell_if_lost(taken, interaction)
        elif _is_our_chat(interaction):
            await interaction.response.defer(ephemeral=True)
            await interaction.delete_original_response()
        elif not (taken.turn.replies or taken.turn.posts):
            await self._say(interaction, phrase("aside.pointer"), taken)
        else:
            await interaction.response.defer(ephemeral=True, thinking=True)
            await self._pointed(interaction, reached, taken)

    def _asks_for_queue(self, words: str) -> bool:
        key = f"words.commands.{Intent.REVIEWS}"
        known = (word for one in self._catalogue.languages for word in self._catalogue.words(key, one))
        return words.strip().casefold() in known

    async def _queue(self, interaction: discord.Interaction[Any], words: str) -> None:
        """Show a mentor what waits for one right here, for them alone: what is a role counts in its server only."""
        reply_to = _by_token(interaction)
        with self._sender.acknowledging(interaction.token):
            taken = await self._take(incoming.command(words, self._origin(interaction)), reply_to)
            await self._say(interaction, phrase("not_saved" if taken.refused else "aside.here"), taken)
            self._tell_if_lost(taken, interaction)

    async def _pointed(
        self, interaction: discord.Interaction[Any], reached: "asyncio.Future[bool]", taken: Taken
    ) -> None:
        """Say where the conversation is; and where it cannot be, offer to have it here."""
        await asyncio.wait([reached], timeout=REACHED_SECONDS)
        closed = reached.done() and not reached.result()
        text = self._text(phrase("aside.closed" if closed else "aside.pointer"), self._language(taken, interaction))
        if not closed:
            await interaction.edit_original_response(content=text)
            return
        label = self._text(phrase("buttons.here"), self._language(taken, interaction))
        button: discord.ui.Button[Any] = discord.ui.Button(label=label, custom_id=_TALKING)
        view = discord.ui.View(timeout=0.1).add_item(button)
        view.stop()  # nothing of it is kept: the click comes to us by its id
        await interaction.edit_original_response(content=text, view=view)

    async def _component(self, interaction: discord.Interaction[Any]) -> None:
        data = _data(interaction)
        pressed_id = incoming.component_id(data)
        if pressed_id == _TALKING:
            await self._update(interaction, incoming.opened(self._origin(interaction)))
            return
        if pressed_id.startswith(f"{WRITE}:"):
            question, language = self._read(interaction, pressed_id)
            button = pressed_id.removeprefix(f"{WRITE}:")
            pasting = getattr(read_button_id(button), "intent", None) is Intent.PASTED
            form = write_form(self._catalogue, language, question, button, self._new_id(), posting=pasting)
            await interaction.response.send_modal(form)
            return
        if act := read_act(read_button_id(pressed_id)):
            await self._mentor(interaction, *act)
            return
        event = incoming.pressed(data, self._origin(interaction))
        if event is None:
            await interaction.response.defer()
            return
        await self._update(interaction, event)

    # -- mentors -----------------------------------------------------------------------------------------------------

    async def _mentor(self, interaction: discord.Interaction[Any], act: ReviewAct, share: str) -> None:
        """Take what somebody does with a copy in a channel; whether they are a mentor is for the turn to say."""
        if act in WRITTEN:
            form = mentor_form(self._catalogue, self._spoken(interaction), act, share, self._new_id())
            await interaction.response.send_modal(form)
            return
        picked = incoming.channels_picked(_data(interaction))
        if act is ReviewAct.PASS_ON and not picked:
            await self._say(interaction, phrase("mentors.not_there"), Taken())
            return
        await self._reviewed(interaction, act, share, next(iter(picked), ""))

    async def _reviewed(self, interaction: discord.Interaction[Any], act: ReviewAct, share: str, text: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        message, me = interaction.message, key_of(interaction.user.id)
        try:
            event = await reviewed(
                self._workspaces,
                me,
                admin_key(interaction.guild_id or "", ""),
                act,
                card=Receipt(str(message.channel.id), str(message.id)) if message else None,
                share=share,
                groups=_roles(interaction),
                text=text,
                at=interaction.created_at,
                repeated=str(interaction.id),
            )
        except StorageError:
            told = phrase("not_saved")
        else:
            told = await self._told(interaction, event) if event else phrase("mentors.gone")
        await interaction.edit_original_response(content=self._text(told, self._spoken(interaction)))

    async def _told(self, interaction: discord.Interaction[Any], event: Reviewed) -> Phrase:
        taken = await self._take(event, DirectMessage())
        self._tell_if_lost(taken, interaction)
        if taken.refused:
            return phrase("not_saved")
        return (taken.turn.told if taken.turn else None) or phrase("busy")

    def _read(self, interaction: discord.Interaction[Any], button: str) -> tuple[str, str]:
        """Return what the message with a button asks, as it stands there, and the language that it is in.

        A line typed carries no language and the person may have set another one than Discord's: the button tells it.
        """
        parts = _parts(interaction.message.components) if interaction.message else []
        texts = [str(one.content) for one in parts if isinstance(one, discord.TextDisplay)]
        question = [line for text in texts for line in text.split("\n") if _IN_BOLD.fullmatch(line)]
        labels = {one.label for one in parts if getattr(one, "custom_id", None) == button and hasattr(one, "label")}
        labels |= {one.label for one in parts if isinstance(one, discord.SelectOption) and one.value == button}
        spoken = self._spoken(interaction)
        named = (phrase("buttons.write"), phrase("buttons.paste"))
        all_ = self._catalogue.languages
        languages = [one for one in all_ if any(self._text(name, one) in labels for name in named)]
        return "\n".join(question), spoken if spoken in languages else next(iter(languages), spoken)

    async def _form(self, interaction: discord.Interaction[Any]) -> None:
        data = _data(interaction)
        if act := read_act(incoming.form_button(str(data.get("custom_id", "")))):
            await self._reviewed(interaction, *act, _written(data))
            return
        event = incoming.written(str(data.get("custom_id", "")), _written(data), self._origin(interaction))
        if event is None:
            await interaction.response.defer()
            return
        await self._update(interaction, event)

    async def _update(self, interaction: discord.Interaction[Any], event: Event) -> None:
        """Take a turn, and acknowledge it without a word of its own: what there is to say comes by the outbox."""
        with self._sender.acknowledging(interaction.token):
            taken = await self._take(event, self._reply_to(interaction))
            if taken.refused:
                await self._say(interaction, phrase("not_saved"), taken)
            else:
                await interaction.response.defer()
                self._tell_if_lost(taken, interaction)

    def _reply_to(self, interaction: discord.Interaction[Any]) -> Destination:
        """Return where what is said goes: to our direct messages, or to where only this person sees it."""
        message = interaction.message
        if message is not None and message.flags.ephemeral:
            return _by_token(interaction)
        direct = message is not None and interaction.guild_id is None
        where = message.channel.id if message is not None else None
        return DirectMessage(incoming.pressed_at(where, message.id if message else None, direct=direct))

    # -- admins ------------------------------------------------------------------------------------------------------

    async def _admin(self, interaction: discord.Interaction[Any]) -> None:
        if interaction.guild_id is None or not _manages(interaction):
            await self._say(interaction, phrase("admin.refused"), Taken())
            return
        key = admin_key(interaction.guild_id, interaction.user.id)
        event = incoming.administered(incoming.options_of(_data(interaction)), self._origin(interaction, key))
        await interaction.response.defer(ephemeral=True, thinking=True)
        taken = await self._take(event, None)
        turn = taken.turn
        if turn is None:
            told = phrase("not_saved" if taken.refused else "busy")
            await interaction.edit_original_response(content=self._text(told, self._spoken(interaction)))
            self._tell_if_lost(taken, interaction)
            return
        rows = [self._text(one, self._language(taken, interaction)) for reply in turn.replies for one in _rows(reply)]
        await interaction.edit_original_response(content="\n".join(map(discord.utils.escape_markdown, rows))[:2000])

    async def _take_down(self, interaction: discord.Interaction[Any]) -> None:
        """Take a shared report out of a channel: its owner may, and an admin."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        target = str(_data(interaction).get("target_id", ""))
        me = key_of(interaction.user.id)
        try:
            found = await self._workspaces.sharer(me, Receipt(str(interaction.channel_id), target))
        except StorageError:
            told = phrase("not_saved")
        else:
            told = await self._taken_down(interaction, me, *found) if found else phrase("take_down.nothing")
        text = self._text(told, self._spoken(interaction))
        await interaction.edit_original_response(content=text)

    async def _taken_down(
        self, interaction: discord.Interaction[Any], me: SessionKey, owner: SessionKey, check: str, share: str
    ) -> Phrase:
        now, repeated = interaction.created_at, str(interaction.id)
        event: Event
        if owner == me:
            event = Pressed(me, now, Intent.UNSHARE, (share,), check=check, id=repeated)
        elif _manages(interaction):
            event = ShareEnded(owner, now, check, share, "taken_down", id=repeated)
        else:
            return phrase("take_down.refused")
        taken = await self._take(event, DirectMessage())
        self._tell_if_lost(taken, interaction)
        return phrase("not_saved" if taken.refused else "take_down.done" if taken.turn else "busy")

    # -- how a turn is taken -----------------------------------------------------------------------------------------

    async def _take(self, event: Event, reply_to: Destination | None) -> Taken:
        """Take a turn, as long as Discord waits; it goes on behind the acknowledgement where that is too short."""
        task = self._behind(self._turns.handle(event, reply_to))
        await asyncio.wait([task], timeout=GUARD_SECONDS)
        if not task.done():
            return Taken(going=(task, event, reply_to))
        if isinstance(task.exception(), StorageError | ClosedError):
            return Taken(refused=True)
        return Taken(task.result())

    def _tell_if_lost(self, taken: Taken, interaction: discord.Interaction[Any]) -> None:
        if taken.going:
            self._behind(self._told_if_lost(*taken.going, interaction))

    async def _told_if_lost(
        self,
        task: asyncio.Task[Turn],
        event: Event,
        reply_to: Destination | None,
        interaction: discord.Interaction[Any],
    ) -> None:
        """Try again, or say that it was not saved after all: it was acknowledged, and looks as if it had been taken."""
        await asyncio.wait([task])
        if not isinstance(task.exception(), StorageError | ClosedError):
            return
        for pause in PAUSES:
            await asyncio.sleep(pause)
            with suppress(StorageError, ClosedError):
                await self._turns.handle(event, reply_to)
                return
        with suppress(*_FAILURES):
            await interaction.followup.send(self._text(phrase("not_saved"), self._spoken(interaction)), ephemeral=True)

    def _behind(self, work: Coroutine[Any, Any, _T]) -> asyncio.Task[_T]:
        task = asyncio.create_task(work)
        self._going.add(task)  # nobody else holds on to it
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._going.discard(task)
        if not task.cancelled():
            task.exception()  # whoever waited was told; a turn that went on behind is told of by the intake

    def _origin(self, interaction: discord.Interaction[Any], key: SessionKey | None = None) -> Origin:
        place = str(interaction.guild_id) if interaction.guild_id else None
        return Origin(
            key or key_of(interaction.user.id),
            interaction.created_at,
            str(interaction.id),
            self._new_id(),
            str(interaction.locale),
            place,
            str(interaction.channel_id) if place and _may_post(interaction) else None,
            _roles(interaction),
        )

    # -- what is said at once ----------------------------------------------------------------------------------------

    async def _say(self, interaction: discord.Interaction[Any], told: Phrase, taken: Taken) -> None:
        text = self._text(told, self._language(taken, interaction))
        await interaction.response.send_message(text, ephemeral=True)

    def _text(self, told: Phrase | str, language: str) -> str:
        return self._catalogue.text(told, language)

    def _spoken(self, interaction: discord.Interaction[Any]) -> str:
        return language_for(str(interaction.locale), self._catalogue.languages)

    def _language(self, taken: Taken, interaction: discord.Interaction[Any]) -> str:
        person = taken.turn.session.person if taken.turn else None
        return person.language if person and person.revision else self._spoken(interaction)


async def heard(message: discord.Message, fresh: str) -> Event | None:
    """Read what somebody wrote or sent in our direct messages; None where it is nothing that we read."""
    origin = Origin(key_of(message.author.id), message.created_at, str(message.id), fresh)
    text = await _text_in(message.attachments[0]) if message.attachments else ""
    if text or (message.attachments and not message.content):
        return incoming.posting("\n".join(filter(None, (message.content, text))), origin)
    return incoming.typed(message.content, origin) if message.content else None


async def _text_in(file: discord.Attachment) -> str:
    """Return the text of a file that somebody sent; empty where it is none that we read."""
    if not is_readable(file.filename, file.content_type or "", file.size):
        return ""
    try:
        return text_of(await asyncio.wait_for(file.read(), DOWNLOAD_SECONDS))
    except _FAILURES as error:
        note("file_unread", error)
        return ""


def _parts(components: Any) -> list[Any]:  # noqa: ANN401  any part of a message
    found: list[Any] = []
    for one in components or ():
        found += [one, *_parts(getattr(one, "children", ())), *(getattr(one, "options", None) or ())]
    return found


def _data(interaction: discord.Interaction[Any]) -> dict[str, Any]:
    return cast("dict[str, Any]", interaction.data or {})


def _by_token(interaction: discord.Interaction[Any]) -> InteractionReply:
    """Return the way to whoever did it, where only they see it."""
    until = datetime.now(UTC) + timedelta(seconds=TOKEN_SECONDS)
    brought_along = not interaction.is_guild_integration() and not _is_our_chat(interaction)
    return InteractionReply(interaction.token, until, FOLLOWUPS if brought_along else None)


def _is_our_chat(interaction: discord.Interaction[Any]) -> bool:
    return interaction.guild_id is None and bool(interaction.context.dm_channel)


def _may_post(interaction: discord.Interaction[Any]) -> bool:
    """Tell whether both the person and the bot may write where they are: nobody shares where they cannot write."""
    here = interaction.channel
    needed = discord.Permissions(view_channel=True, send_messages=True)
    if isinstance(here, discord.Thread):
        needed = discord.Permissions(view_channel=True, send_messages_in_threads=True)
    both = interaction.permissions & interaction.app_permissions
    return interaction.is_guild_integration() and both.is_superset(needed)


def _roles(interaction: discord.Interaction[Any]) -> tuple[str, ...]:
    member = interaction.user
    return tuple(str(role.id) for role in member.roles) if isinstance(member, discord.Member) else ()


def _manages(interaction: discord.Interaction[Any]) -> bool:
    allowed = interaction.permissions
    return allowed.administrator or allowed.manage_guild


def _checks(reply: Reply) -> tuple[CheckRow, ...]:
    return reply.checks.rows if isinstance(reply, ShowHome) else ()


def _rows(reply: Any) -> list[Phrase]:  # noqa: ANN401  any reply
    return [reply.title, *reply.items] if hasattr(reply, "items") else [reply.text]


def _written(data: Any) -> str:  # noqa: ANN401  the components of a form, in whichever frames
    if isinstance(data, list):
        return next(filter(None, map(_written, data)), "")
    if not isinstance(data, dict):
        return ""
    if data.get("custom_id") == ANSWER and "value" in data:
        return str(data["value"])
    return next(filter(None, (_written(data.get(name)) for name in ("components", "component"))), "")
