"""`teamcheck doctor`: what may stand in the way of running, each in one line with what to do. It changes nothing."""

import os
import shutil
import stat
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

from pydantic import ValidationError

from adapters.documents.typesetting import PicturesMissingError, is_installed
from adapters.pack_files import PackRefusedError
from adapters.storage.database import told
from adapters.storage.migrations import scripts
from adapters.storage.upkeep import look_over, try_writing, version_of
from bot.exits import Exit, wrong_settings
from bot.settings import Settings, setting_names
from bot.wiring import load_content, need_postgres
from conversations.catalogue import Phrase, phrase
from conversations.ports import NotReadyError, StorageError

TOLERANCE = timedelta(minutes=5)
"""By which the clock may differ from a platform's."""
ROOM = 100 * 2**20
"""Bytes that the disk should have left, beside room for a copy of the database."""
_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, what was found, and how the program ends where something must be done."""

    part: str
    told: Phrase
    code: Exit | None = None
    advice: bool = False
    """It runs as it is; somebody may want to know."""

    @property
    def state(self) -> Phrase:
        """Return the word for how it is."""
        return phrase(f"doctor.{'must' if self.code else 'look' if self.advice else 'ok'}")


def _fine(part: str, key: str, **more: str | int) -> Finding:
    return Finding(part, phrase(f"doctor.{key}", **more))


async def findings(*, offline: bool) -> AsyncIterator[Finding]:
    """Look at everything, one after the other.

    Args:
        offline: ask no platform.

    """
    try:
        settings = Settings()
    except ValidationError as error:
        yield Finding("settings", wrong_settings(error), Exit.SETTINGS)
        return
    except NotReadyError as error:
        yield Finding("settings", error.told, Exit.SETTINGS)
        return
    for one in _settings(settings):
        yield one
    if settings.is_shared:
        async for one in _database_server(settings):
            yield one
    else:
        for one in _database_file(settings.database_path):
            yield one
    if is_installed():
        yield _fine("pictures", "pictures")
    else:
        yield Finding("pictures", PicturesMissingError.told, advice=True)
    if offline:
        yield _fine("platforms", "offline")
        return
    async for one in _platforms(settings):
        yield one


def _settings(settings: Settings) -> Iterator[Finding]:
    if unknown := sorted(name for name in os.environ.keys() - setting_names() if name.startswith("TEAMCHECK_")):
        yield Finding("settings", phrase("doctor.unknown", names=", ".join(unknown)), advice=True)
    try:
        load_content(*settings.pack_folders)
        nothing = not (settings.slack or settings.discord)
    except PackRefusedError as error:
        yield Finding("settings", phrase("doctor.packs", n=len(error.lines)), Exit.DATA)
    except NotReadyError as error:
        yield Finding("settings", error.told, Exit.SETTINGS)
    else:
        yield Finding("settings", phrase("run.no_platform"), advice=True) if nothing else _fine("settings", "settings")
    for file in (settings.settings_file, *_files_in(settings.secrets_folder)):
        if file:
            yield from _private("settings", file)


def _files_in(folder: Path | None) -> Iterator[Path]:
    """Return the secrets in a folder; a platform that puts them there as links minds them itself."""
    for file in folder.iterdir() if folder else ():
        if file.name.upper() in setting_names() and not file.is_symlink():
            yield file


def _database_file(path: Path) -> Iterator[Finding]:
    try:
        # A folder that may not be entered, and a name that is too long, are found by asking whether the file is there.
        with told(path):
            yield from _looked_at(path)
    except StorageError as error:
        yield Finding("database", error.told, Exit.STORAGE)


def _looked_at(path: Path) -> Iterator[Finding]:
    # An empty file is where a database will be.
    there, folder = path.exists() and path.stat().st_size > 0, _nearest(path)
    if there:
        yield from _sound(path)
    elif folder.is_dir() and os.access(folder, os.W_OK | os.X_OK):
        yield _fine("database", "no_database", name=str(path))
    else:
        raise StorageError(phrase("storage.cannot_open", name=str(path)))
    for file in (path, path.with_name(f"{path.name}.key")):
        if file.exists():
            yield from _private("files", file)
    free = shutil.disk_usage(folder).free
    needed = ROOM + (path.stat().st_size if there else 0)
    if free < needed:
        yield Finding("disk", phrase("doctor.no_room", free=free >> 20, needed=needed >> 20), Exit.STORAGE)
    else:
        yield _fine("disk", "room", free=free >> 20)


def _sound(path: Path) -> Iterator[Finding]:
    try:
        version = version_of(path)
        look_over(path)
        try_writing(path)
    except StorageError as error:
        yield Finding("database", error.told, Exit.STORAGE)
    else:
        yield _fine("database", "sound", name=str(path))
        yield _version(version, len(scripts()), str(path))


def _nearest(path: Path) -> Path:
    """Return the innermost part of a path, above it, that is there: a folder, or a file where none can be made."""
    return next(part for part in path.absolute().parents if os.path.lexists(part))


def _version(seen: int, latest: int, name: str) -> Finding:
    if seen > latest:
        return Finding("migrations", phrase("storage.newer", name=name), Exit.STORAGE)
    if seen < latest:
        return Finding("migrations", phrase("doctor.pending", seen=seen, latest=latest), advice=True)
    return _fine("migrations", "up_to_date", n=latest)


def _private(part: str, file: Path) -> Iterator[Finding]:
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        yield Finding(part, phrase("doctor.open_to_others", name=str(file)), Exit.STORAGE)
    else:
        yield _fine(part, "private", name=str(file))


async def _database_server(settings: Settings) -> AsyncIterator[Finding]:
    try:
        need_postgres()
    except StorageError as error:
        yield Finding("database", error.told, Exit.STORAGE)
        return
    from adapters.storage import postgres_database  # noqa: PLC0415  an optional part

    url, name = settings.database_url, postgres_database.shown(settings.database_url)
    try:
        seen, latest = await postgres_database.version_of(url), len(postgres_database.scripts())
        await postgres_database.try_writing(url)
    except StorageError as error:
        yield Finding("database", error.told, Exit.UNAVAILABLE if error.passing else Exit.STORAGE)
    else:
        yield _fine("database", "server", name=name)
        yield _version(seen, latest, name)


async def _platforms(settings: Settings) -> AsyncIterator[Finding]:
    """Ask each platform that is set up whether it takes the tokens, and what time it is."""
    try:
        slack, discord = settings.slack, settings.discord
    except NotReadyError:
        return  # told among the settings
    if slack and slack.app:
        # Tokens come with each workspace that installs it.
        yield _fine("Slack", "slack_app", url=slack.app.public_url)
        yield await _clock(f"{slack.api_url}api.test")
    elif slack:
        from slack_sdk.web.async_client import AsyncWebClient  # noqa: PLC0415  slow to import

        from adapters.slack.preflight import preflight as slack_preflight  # noqa: PLC0415  as above

        try:
            client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])
            await slack_preflight(client, slack.app_token)
            yield _fine("Slack", "slack")
        except NotReadyError as error:
            yield _refused("Slack", error)
        yield await _clock(f"{slack.api_url}api.test")
    if discord:
        from adapters.discord.preflight import preflight as discord_preflight  # noqa: PLC0415  as above

        try:
            too_much = await discord_preflight(discord)
        except NotReadyError as error:
            yield _refused("Discord", error)
        else:
            yield _fine("Discord", "discord")
            yield (
                Finding("intents", phrase("doctor.privileged"), advice=True)
                if too_much
                else _fine("intents", "intents")
            )
        yield await _clock(f"{discord.api_url}/gateway")


def _refused(part: str, error: NotReadyError) -> Finding:
    return Finding(part, error.told, Exit.UNAVAILABLE if error.passing else Exit.SETTINGS)


async def _clock(url: str) -> Finding:
    """Hold this machine's clock against the time that stands over a platform's answer, whatever the answer is."""
    from aiohttp import ClientError, ClientSession, ClientTimeout  # noqa: PLC0415  slow to import

    try:
        async with ClientSession(timeout=ClientTimeout(_SECONDS)) as session, session.get(url) as answer:
            theirs = parsedate_to_datetime(answer.headers.get("Date", "")).astimezone(UTC)
    except (ClientError, OSError, TimeoutError, ValueError):
        return Finding("clock", phrase("doctor.no_time"), advice=True)
    off = datetime.now(UTC) - theirs
    if abs(off) > TOLERANCE:
        return Finding("clock", phrase("doctor.clock_off", n=round(off.total_seconds() / 60)), Exit.SETTINGS)
    return _fine("clock", "clock")
