"""The composition root: the only file that knows every class."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from adapters.pack_files import read_core_pack
from adapters.storage.sqlite import open_sqlite
from bot.settings import Settings
from bot.turns import Turns
from conversations.packs import build_script
from conversations.ports import SessionStore, TurnHandler
from conversations.script import Script
from conversations.session import SessionKey

TERMINAL_PERSON = SessionKey("terminal", "", "me")
"""Whoever sits at this terminal: the file is theirs alone."""


@dataclass(frozen=True, slots=True)
class Application:
    """Everything that runs, put together."""

    script: Script
    store: SessionStore
    turns: TurnHandler


def core_script() -> Script:
    """Read and check the pack that teamcheck ships with."""
    values = read_core_pack()
    return build_script(values.pack, values.skills, values.locales)


@asynccontextmanager
async def application(settings: Settings, script: Script) -> AsyncIterator[Application]:
    """Open the store and put the parts together.

    Raises:
        StorageError: the store cannot be opened.

    """
    async with open_sqlite(settings.database_path) as store:
        yield Application(script, store, Turns(script, store))
