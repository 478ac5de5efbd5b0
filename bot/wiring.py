"""The composition root: where the store, the platforms and the engine are chosen by the settings and put together."""

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.pack_files import PackFiles, PackRefusedError, read_core_pack, read_pack, read_posting_rules
from adapters.storage.database import alone as alone_on
from adapters.storage.in_memory import InMemoryStore
from adapters.storage.sqlite import SqliteStore, open_sqlite
from adapters.storage.upkeep import look_over
from bot.logs import begin as begin_logs
from bot.packs_in_use import Pack, PacksInUse
from bot.running import Engine, Platform, stop_on_signals
from bot.settings import Settings
from bot.turns import Turns
from conversations.catalogue import ENGLISH, phrase
from conversations.pack_values import PACK_FILE, Mistake, Product
from conversations.packs import PackMistakesError, build_script
from conversations.ports import Outbox, SessionStore, StorageError, TurnHandler
from conversations.posting.reading import PostingReader
from conversations.posting.rules import PostingMistakesError, PostingRules, read_rules
from conversations.reminders import Policy
from conversations.scene import Postings
from conversations.script import Script
from conversations.session import SessionKey

if TYPE_CHECKING:
    from adapters.storage.postgres import PostgresStore
    from bot.watching import Watch

_ID_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""No letter or digit that is mistaken for another."""
TERMINAL_PERSON = SessionKey("terminal", "", "me")
"""Whoever sits at this terminal: the file is theirs alone."""


@dataclass(frozen=True, slots=True)
class Content:
    """What is asked and said: the product's sentences, the core pack, and perhaps a community's own."""

    product: Product
    packs: tuple[Pack, ...]

    @property
    def core(self) -> Script:
        """The core pack, whose catalogue has every sentence of the product."""
        return self.packs[0].script


@dataclass(frozen=True, slots=True)
class Application:
    """Everything that runs, put together."""

    packs: PacksInUse
    store: SessionStore
    turns: TurnHandler


def load_content(*folders: Path) -> Content:
    """Read and check the pack that teamcheck ships with, and those in folders.

    Raises:
        PackRefusedError: the pack in a folder cannot be used.

    """
    core, product = read_core_pack()
    packs = [_pack(core, product)]
    for folder in folders:
        own = read_pack(folder, core.values.skills)
        packs.append(_pack(own, product, taken_id(own, core)))
    return Content(product, tuple(packs))


def _pack(files: PackFiles, product: Product, also: Sequence[Mistake] = ()) -> Pack:
    return Pack(checked(files, product, also), files.values)


def taken_id(files: PackFiles, core: PackFiles) -> Sequence[Mistake]:
    """Find whether a pack goes by the core pack's id: its questions would be offered to checks of the core pack."""
    taken = files.values.pack.get("id")
    if taken != core.values.pack["id"]:
        return ()
    return (Mistake(PACK_FILE, ("id",), f"{taken} is the id of the pack that teamcheck ships with: choose another"),)


def checked(files: PackFiles, product: Product, also: Sequence[Mistake] = ()) -> Script:
    """Build a pack's script.

    Raises:
        PackRefusedError: with every mistake in it, and those found elsewhere, by file and line.

    """
    found = list(also)
    try:
        script = build_script(files.values, product)
    except PackMistakesError as error:
        found += error.mistakes
    else:
        if not found:
            return script
    raise PackRefusedError(files.told(found))


def posting_rules(core: Script) -> PostingRules:
    """Read and check how postings are read.

    Raises:
        PackRefusedError: with every mistake in the rules, by line.

    """
    files = read_posting_rules()
    try:
        return read_rules(files.values.pack, core.skills)
    except PostingMistakesError as error:
        raise PackRefusedError(files.told(error.mistakes)) from None


def posting_reader(core: Script) -> PostingReader:
    """Return what reads postings; making it takes a moment, so make it once.

    Raises:
        PackRefusedError: with every mistake in the rules, by line.

    """
    return PostingReader(posting_rules(core), core.skills)


def _postings(core: Script) -> Postings:
    """Return what makes the reader of postings when the first one comes, and keeps it."""
    return cache(partial(posting_reader, core))


@asynccontextmanager
async def application(settings: Settings, content: Content) -> AsyncIterator[Application]:
    """Open the store and put the parts together.

    Raises:
        StorageError: the store cannot be opened.

    """
    async with open_store(settings) as store:
        yield _put_together(content, store)


@asynccontextmanager
async def open_store(
    settings: Settings, step_aside: Callable[[], None] = lambda: None
) -> "AsyncIterator[SqliteStore | PostgresStore]":
    """Open the store that the settings name.

    Args:
        settings: what the operator has set.
        step_aside: called when a newer version has changed a shared database: this process is to end soon.

    Raises:
        StorageError: it cannot be opened, or its optional part is not installed; or a newer version has changed it.

    """
    if not settings.is_shared:
        async with open_sqlite(settings.database_path, _secret(settings)) as store:
            yield store
        return
    need_postgres()
    from adapters.storage.postgres import open_postgres  # noqa: PLC0415  an optional part

    async with open_postgres(settings.database_url, _secret(settings) or "", step_aside) as shared:
        yield shared


def need_postgres() -> None:
    """See that the optional part for PostgreSQL is there, before anything of it is imported.

    Raises:
        StorageError: it is not installed.

    """
    if find_spec("asyncpg") is None:
        raise StorageError(phrase("storage.no_postgres"))


def chat_platforms(settings: Settings, content: Content) -> Sequence[Platform]:
    """Return the chat platforms that are set up.

    Raises:
        NotReadyError: one of them is set up by half.

    """
    found: list[Platform] = []
    if settings.slack:
        from adapters.slack.platform import SlackPlatform  # noqa: PLC0415  slow to import, and a terminal needs neither

        packs = {pack.script.id: pack.script.id for pack in content.packs}
        found.append(SlackPlatform(settings.slack, content.core.catalogue, packs, new_id))
    if settings.discord:
        from adapters.discord.platform import DiscordPlatform  # noqa: PLC0415  as above

        found.append(DiscordPlatform(settings.discord, content.core.catalogue, new_id))
    return found


def new_id() -> str:
    """Return an id for a check."""
    return "".join(secrets.choice(_ID_LETTERS) for _ in range(6))


async def run_bot(settings: Settings, content: Content, platforms: Sequence[Platform]) -> None:
    """Run the bot on these platforms until the process is asked to end.

    Raises:
        StorageError: the database is damaged, cannot be opened, or was changed by a newer version; or another bot
            runs on it.
        NotReadyError: a platform does not let us begin.

    """
    begin_logs()
    with alone(settings):
        stopping = stop_on_signals()
        async with (
            open_store(settings, stopping.set) as store,
            _watched(settings, platforms, store.outbox) as watch,
        ):
            if not settings.is_shared:
                await asyncio.to_thread(look_over, settings.database_path, quick=True)
            # A check is begun with the pack that teamcheck ships with, unless the workspace has chosen another.
            packs = PacksInUse(store, content.product, (*content.packs[1:], content.packs[0]))
            engine = Engine(
                store,
                store.outbox,
                packs,
                platforms,
                settings.policy,
                _postings(content.core),
                grace=settings.uninstall_grace,
                over=watch.over if watch else None,
            )
            told_of = (phrase("run.slack_twice"),) if settings.slack_twice else ()
            for told in (*told_of, *await engine.prepare()):
                sys.stderr.write(f"{content.core.catalogue.text(told, ENGLISH)}\n")
            await engine.run(stopping)


@asynccontextmanager
async def _watched(settings: Settings, platforms: Sequence[Platform], outbox: Outbox) -> "AsyncIterator[Watch | None]":
    if not settings.metrics_address:
        yield None
        return
    from bot.watching import watching  # noqa: PLC0415  slow to import, and off unless it is asked for

    async with watching(settings.metrics_address, platforms, outbox) as watch:
        yield watch


def alone(settings: Settings) -> AbstractContextManager[None]:
    """Hold the lock of the one bot on a file; a shared database is shared.

    Raises:
        StorageError: another bot runs on the file.

    """
    return nullcontext() if settings.is_shared else alone_on(settings.database_path)


def _secret(settings: Settings) -> str | None:
    return settings.secret_key.get_secret_value() if settings.secret_key else None


def dry_run(folder: Path) -> Application:
    """Put the parts together for a pack in a folder, over a store that ends with the process.

    Raises:
        PackRefusedError: the pack cannot be used.

    """
    core, product = read_core_pack()
    told = {language: {**texts, **_leaving(texts)} for language, texts in product.items()}
    return _put_together(Content(told, (_pack(read_pack(folder, core.values.skills), told),)), InMemoryStore())


def _leaving(texts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said to somebody who leaves a dry run, instead of how to come back."""
    last = texts.get("dry_run", "")
    return {"later": last, "quit": last, "finished": {**texts.get("finished", {}), "goodbye": last}} if last else {}


def _put_together(content: Content, store: SessionStore) -> Application:
    packs = PacksInUse(store, content.product, content.packs)
    return Application(packs, store, Turns(packs, store, Policy(reachable=False), postings=_postings(content.core)))
