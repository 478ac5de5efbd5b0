"""What an operator does: `teamcheck database`, `outbox`, `slack` and `doctor`.

The bot may run meanwhile, unless a command says to stop it first.
"""

import asyncio
import json
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.slack.manifest import manifest
from adapters.storage.database import alone as alone_on
from adapters.storage.migrations import scripts
from adapters.storage.sqlite import SqliteStore
from adapters.storage.upkeep import back_up, look_at_source, look_over, restore, upgrade, version_of
from bot.exits import Exit, in_one_line, system_language
from bot.settings import POSTGRES, SQLITE, Settings, check_database_url
from bot.wiring import alone, load_content, need_postgres, open_store
from conversations.catalogue import Phrase, language_for, phrase
from conversations.ports import Outbox, StorageError
from conversations.session import SessionKey

SHOWN = 100
MOST = 2**63 - 1
"""The highest number that a database can have given to a message."""

database_commands = typer.Typer(help="Look after the database file.", no_args_is_help=True)
slack_commands = typer.Typer(help="Set the bot up in Slack.", no_args_is_help=True)
outbox_commands = typer.Typer(help="See and retry messages that were given up.", no_args_is_help=True)


@database_commands.command("upgrade")
def upgrade_database() -> None:
    """Bring the database up to this version; a file is copied before. Stop the bot first."""
    with _in_one_line():
        if Settings().is_shared:
            (before, after), copy = asyncio.run(_upgrade_shared()), None
        else:
            before, after, copy = asyncio.run(upgrade(Settings().database_path))
    if before == after:
        typer.echo(_say(phrase("database.up_to_date", n=after)))
        return
    typer.echo(_say(phrase("database.upgraded", before=before, after=after)))
    if copy:
        typer.echo(_say(phrase("database.way_back", copy=str(copy))))


async def _upgrade_shared() -> tuple[int, int]:
    need_postgres()
    from adapters.storage.postgres_database import scripts, version_of  # noqa: PLC0415  an optional part

    before = await version_of(Settings().database_url)
    async with open_store(Settings()):
        return before, len(scripts())


@database_commands.command("copy")
def copy_database(
    source: Annotated[str, typer.Argument(help="sqlite:////absolute/path", metavar="FROM")],
    target: Annotated[
        str,
        typer.Argument(
            help="postgresql://user:password@host/name. Left out, TEAMCHECK_DATABASE_URL says it, "
            "and the password is in no list of processes and no shell's history.",
            metavar="TO",
            show_default=False,
        ),
    ] = "",
) -> None:
    """Move a community from SQLite to PostgreSQL, without loss. Stop the bot first; the target has to be empty."""
    with _in_one_line():
        target = target or Settings().database_url
        if not source.startswith(SQLITE) or not target.startswith(POSTGRES):
            typer.echo(_say(phrase("database.from_and_to")), err=True)
            raise typer.Exit(Exit.USAGE)
        try:
            check_database_url(target)
        except ValueError as error:
            typer.echo(_say(phrase("database.to_cannot", why=str(error))), err=True)
            raise typer.Exit(Exit.USAGE) from None
        need_postgres()
        from adapters.storage.postgres_copy import copy  # noqa: PLC0415  an optional part

        path = Path(source.removeprefix(SQLITE))
        look_at_source(path)
        with alone_on(path):
            counts = asyncio.run(copy(path, target))
    for table, count in counts.items():
        typer.echo(f"{table}: {count}")
    typer.echo(
        "Copied. Set TEAMCHECK_DATABASE_URL to the new one, and TEAMCHECK_SECRET_KEY to what is in the .key file."
    )


@database_commands.command("backup")
def back_up_database(
    copy: Annotated[Path, typer.Argument(help="The file to write; it must not be there.", metavar="FILE")],
) -> None:
    """Write a copy, also while the bot runs. The key file beside the database is to be kept as well."""
    try:
        with _in_one_line():
            back_up(Settings().database_path, copy)
    except FileExistsError:
        typer.echo(f"{copy} is there already: choose another name.", err=True)
        raise typer.Exit(Exit.USAGE) from None
    except FileNotFoundError:
        typer.echo(f"There is no folder {copy.parent}.", err=True)
        raise typer.Exit(Exit.USAGE) from None
    typer.echo(f"Copied to {copy}.")


@database_commands.command("restore")
def restore_database(
    copy: Annotated[Path, typer.Argument(help="What `backup` or `upgrade` wrote.", metavar="FILE")],
) -> None:
    """Put a copy in the place of the database; what was there is kept beside it. Stop the bot first."""
    with _in_one_line():
        path = Settings().database_path
        aside = restore(path, copy, datetime.now(UTC))
    typer.echo(_say(phrase("database.restored", copy=str(copy))))
    erased = asyncio.run(_forgotten_since(path, aside)) if aside else None
    told = phrase("database.there_again") if erased is None else phrase("database.erased_again", n=erased)
    typer.echo(_say(told))
    if aside:
        typer.echo(_say(phrase("database.aside", name=str(aside))))


async def _forgotten_since(path: Path, aside: Path) -> int | None:
    """Erase again whoever was erased since the copy was made; None where nobody can say who that is."""
    if version_of(path) != len(scripts()):
        return None  # whoever goes back to an older version has its file as it was
    with suppress(StorageError):
        async with open_store(Settings()) as store:
            return await store.forget_as(aside) if isinstance(store, SqliteStore) else None
    return None


@database_commands.command("check")
def check_database() -> None:
    """Read the whole file and find whether it is sound."""
    with _in_one_line():
        look_over(Settings().database_path)
    typer.echo("The database is sound.")


@database_commands.command("rekey")
def rekey_database() -> None:
    """Encrypt tokens with another secret: TEAMCHECK_NEW_SECRET_KEY. Stop the bot first, and set that one afterwards."""
    with _in_one_line():
        settings = Settings()
        if settings.new_secret_key is None:
            typer.echo("Set TEAMCHECK_NEW_SECRET_KEY to the new secret: 32 characters at least.", err=True)
            raise typer.Exit(Exit.SETTINGS)
        with alone(settings):
            done, lost = asyncio.run(_rekey(settings, settings.new_secret_key.get_secret_value()))
    typer.echo(f"{done} sealed anew." + (f" {lost} could not be opened, and are gone." if lost else ""))
    typer.echo("Now set TEAMCHECK_SECRET_KEY to the new secret, and start the bot again.")


async def _rekey(settings: Settings, secret: str) -> tuple[int, int]:
    async with open_store(settings) as store:
        return await store.rekey(secret)


class ChatPlatform(StrEnum):
    """Where somebody is known by an id."""

    SLACK = "slack"
    DISCORD = "discord"


@database_commands.command("forget")
def forget_somebody(
    platform: Annotated[ChatPlatform, typer.Argument(help="slack or discord.", metavar="PLATFORM")],
    person: Annotated[str, typer.Argument(help="Their id there: U0123, or a number of Discord's.", metavar="PERSON")],
    workspace: Annotated[
        str, typer.Argument(help="Of Slack: T0123, and within an organisation E0123.T0123.", metavar="WORKSPACE")
    ] = "",
) -> None:
    """Erase somebody who asks for it and cannot say “forget me” to the bot any more. Also while the bot runs."""
    if (platform is ChatPlatform.SLACK) is not bool(workspace):
        typer.echo(_say(phrase("database.which_workspace")), err=True)
        raise typer.Exit(Exit.USAGE)
    # Outside an organisation a workspace of Slack's is kept with a dash before it.
    place = f"-.{workspace}" if workspace and "." not in workspace else workspace
    with _in_one_line():
        found = asyncio.run(_forget(SessionKey(platform.value, place, person)))
    if not found:
        typer.echo(_say(phrase("database.nobody", name=person)), err=True)
        raise typer.Exit(Exit.NOT_FOUND)
    typer.echo(_say(phrase("database.forgotten", name=person)))


async def _forget(key: SessionKey) -> bool:
    async with open_store(Settings()) as store:
        # A mentor may never have begun a check: what they said stands in the checks and rules of others.
        held = json.loads(await store.held(key))
        await store.erase(key, datetime.now(UTC))
        return any(held.values())


@outbox_commands.command("list")
def list_dead_letters() -> None:
    """List messages that were given up: where and why, and nothing of what they say."""
    letters = _with_outbox(lambda outbox: outbox.dead_letters(SHOWN))
    for one in letters:
        since = one.created_at.strftime("%Y-%m-%d %H:%M UTC")
        typer.echo(f"{one.id}  {since}  {one.key.platform}  {one.kind}  {one.attempts} attempts  {one.reason}")
    if not letters:
        typer.echo("No message was given up.")


@outbox_commands.command("retry")
def retry_dead_letters(
    row: Annotated[
        int | None,
        typer.Argument(help="Its number, as the list has it; all, if left out.", metavar="ID", min=1, max=MOST),
    ] = None,
) -> None:
    """Put a message that was given up, or all of them, into the outbox again."""
    count = _with_outbox(lambda outbox: outbox.retry(row, datetime.now(UTC)))
    if row is not None and not count:
        typer.echo(_say(phrase("outbox.unknown", n=row)), err=True)
        raise typer.Exit(Exit.NOT_FOUND)
    typer.echo(f"{count} put into the outbox again.")


@outbox_commands.command("drop")
def drop_dead_letters(
    row: Annotated[
        int | None, typer.Argument(help="Its number, as the list has it.", metavar="ID", min=1, max=MOST)
    ] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
) -> None:
    """Let a message that was given up go for good, or all of them; nobody is told of it any more."""
    if (row is None) is not everything:
        typer.echo(_say(phrase("outbox.which")), err=True)
        raise typer.Exit(Exit.USAGE)
    count = _with_outbox(lambda outbox: outbox.let_go(row))
    if row is not None and not count:
        typer.echo(_say(phrase("outbox.unknown", n=row)), err=True)
        raise typer.Exit(Exit.NOT_FOUND)
    typer.echo(_say(phrase("outbox.dropped", n=count)))


def doctor(
    *, offline: Annotated[bool, typer.Option("--offline", help="Ask no platform: no network is needed.")] = False
) -> None:
    """Look whether anything stands in the way of running, and say what to do. Changes nothing."""
    from bot.doctor import findings  # noqa: PLC0415  a part that nothing else needs

    async def look() -> Exit | None:
        first: Exit | None = None
        async for one in findings(offline=offline):
            typer.echo(f"{_say(one.state)}  {_say(phrase(f'doctor.part.{one.part.lower()}'))}: {_say(one.told)}")
            first = first or one.code
        return first

    if code := asyncio.run(look()):
        raise typer.Exit(code)


@slack_commands.callback()
def _slack() -> None:
    """Keep the commands of Slack under their name, though there is only one."""


@slack_commands.command("manifest")
def slack_manifest(
    *,
    typing: Annotated[
        bool, typer.Option("--typing/--no-typing", help="Whether the bot may read what is typed to it.")
    ] = True,
    http: Annotated[
        bool, typer.Option("--http", help="For an app that many workspaces install, and that Slack calls over HTTP.")
    ] = False,
    url: Annotated[
        str, typer.Option("--url", help="With --http: how the world reaches the bot; else TEAMCHECK_SLACK_URL.")
    ] = "",
) -> None:
    """Print the manifest to create the Slack app from."""
    with _in_one_line():
        settings = Settings(slack_url=url) if url else Settings()
        public = settings.slack_url
    if http and not public:
        typer.echo("With --http, say how the world reaches the bot: --url https://bot.example", err=True)
        raise typer.Exit(Exit.USAGE)
    typer.echo(json.dumps(manifest(typing=typing, url=public if http else None), indent=2))


def _with_outbox(work: Callable[[Outbox], Coroutine[Any, Any, Any]]) -> Any:  # noqa: ANN401  whatever the work returns
    async def run() -> Any:  # noqa: ANN401  as above
        async with open_store(Settings()) as store:
            return await work(store.outbox)

    with _in_one_line():
        return asyncio.run(run())


def _say(told: Phrase) -> str:
    catalogue = load_content().core.catalogue
    return catalogue.text(told, language_for(system_language(), catalogue.languages))


def _in_one_line() -> AbstractContextManager[None]:
    catalogue = load_content().core.catalogue
    return in_one_line(catalogue, language_for(system_language(), catalogue.languages))
