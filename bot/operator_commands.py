"""`teamcheck database` and `teamcheck outbox`: what an operator does, also while the bot runs."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.slack.manifest import manifest
from adapters.storage.sqlite import SqliteStore, open_sqlite
from adapters.storage.upkeep import back_up, look_over, upgrade
from bot.exits import Exit, in_one_line
from bot.settings import Settings
from bot.wiring import load_content
from conversations.catalogue import ENGLISH

SHOWN = 100

database_commands = typer.Typer(help="Look after the database file.", no_args_is_help=True)
slack_commands = typer.Typer(help="Set the bot up in Slack.", no_args_is_help=True)
outbox_commands = typer.Typer(help="See and retry messages that were given up.", no_args_is_help=True)


@database_commands.command("upgrade")
def upgrade_database() -> None:
    """Bring the database up to this version. Every command does so by itself; this one does nothing else."""
    with _in_one_line():
        before, after = asyncio.run(upgrade(Settings().database_path))
    typer.echo(f"From {before} to {after}." if before != after else f"It is up to date, at {after}.")


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


@database_commands.command("check")
def check_database() -> None:
    """Read the whole file and find whether it is sound."""
    with _in_one_line():
        look_over(Settings().database_path)
    typer.echo("The database is sound.")


@outbox_commands.command("list")
def list_dead_letters() -> None:
    """List messages that were given up: where and why, and nothing of what they say."""
    letters = _with_store(lambda store: store.outbox.dead_letters(SHOWN))
    for one in letters:
        since = one.created_at.strftime("%Y-%m-%d %H:%M UTC")
        typer.echo(f"{one.id}  {since}  {one.key.platform}  {one.kind}  {one.attempts} attempts  {one.reason}")
    if not letters:
        typer.echo("No message was given up.")


@outbox_commands.command("retry")
def retry_dead_letters(
    row: Annotated[int | None, typer.Argument(help="Its number, as the list has it; all, if left out.")] = None,
) -> None:
    """Put a message that was given up, or all of them, into the outbox again."""
    count = _with_store(lambda store: store.outbox.retry(row, datetime.now(UTC)))
    if row is not None and not count:
        typer.echo(f"No message {row} was given up.", err=True)
        raise typer.Exit(Exit.NOT_FOUND)
    typer.echo(f"{count} put into the outbox again.")


@slack_commands.callback()
def _slack() -> None:
    """Keep the commands of Slack under their name, though there is only one."""


@slack_commands.command("manifest")
def slack_manifest(
    *,
    typing: Annotated[
        bool, typer.Option("--typing/--no-typing", help="Whether the bot may read what is typed to it.")
    ] = True,
) -> None:
    """Print the manifest to create the Slack app from."""
    typer.echo(json.dumps(manifest(typing=typing), indent=2))


def _with_store(work: Callable[[SqliteStore], Coroutine[Any, Any, Any]]) -> Any:  # noqa: ANN401  whatever the work returns
    async def run() -> Any:  # noqa: ANN401  as above
        async with open_sqlite(Settings().database_path) as store:
            return await work(store)

    with _in_one_line():
        return asyncio.run(run())


def _in_one_line() -> AbstractContextManager[None]:
    return in_one_line(load_content().core.catalogue, ENGLISH)
