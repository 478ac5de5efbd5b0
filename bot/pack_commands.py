"""`teamcheck pack`: check a pack, begin one, play one without keeping anything."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from adapters.pack_files import PackRefusedError, read_core_pack, read_pack
from adapters.terminal.play import PipedLines, play
from bot.exits import Exit
from bot.wiring import TERMINAL_PERSON, checked, dry_run, taken_id
from conversations.events import Opened
from conversations.packs import NAME, missing_sentences

pack_commands = typer.Typer(help="Write your own questions: check, begin and try out a pack.", no_args_is_help=True)
Folder = Annotated[Path, typer.Argument(help="The folder with pack.toml and locales/.", metavar="FOLDER")]


@pack_commands.command()
def check(
    folder: Annotated[Path | None, typer.Argument(help="The core pack, if left out.", metavar="FOLDER")] = None,
) -> None:
    """Find every mistake in a pack, each with its file and line."""
    with refused_packs():
        core, product = read_core_pack()
        pack = read_pack(folder, core.values.skills) if folder else core
        script = checked(pack, product, taken_id(pack, core) if folder else tuple(missing_sentences(product)))
    counts = ((script.steps, "step"), (script.flags, "red flag"), (pack.values.locales, "language"))
    counted = ", ".join(f"{len(some)} {name}{'' if len(some) == 1 else 's'}" for some, name in counts)
    typer.echo(f"No mistakes: {script.name}, {counted} ({', '.join(pack.values.locales)}).")


@pack_commands.command()
def new(
    name: Annotated[str, typer.Argument(help="Its id, and the name of the folder to write.", metavar="NAME")],
) -> None:
    """Write a small pack that works, to go on from."""
    folder = Path(name)
    if not NAME.fullmatch(folder.name):
        _refuse(f"{name if name.isprintable() else ascii(name)} is no name: small letters, digits, - and _.")
    try:
        if folder.exists():
            _refuse(f"{name} is there already.")
        _write_new(folder)
    except OSError:
        _refuse(f"{name} cannot be written.")
    typer.echo(f"Written: {folder}. Next: teamcheck pack check {folder}, then teamcheck pack play {folder}")


def _write_new(folder: Path) -> None:
    start = files("conversations") / "content" / "new_pack"
    folder.mkdir(parents=True)
    (folder / "locales").mkdir()
    for file in ("pack.toml", "locales/en.toml", "locales/zh.toml"):
        text = (start / file).read_text(encoding="utf-8").replace('id = "new-pack"', f'id = "{folder.name}"')
        (folder / file).write_text(text, encoding="utf-8")


def _refuse(why: str) -> NoReturn:
    typer.echo(why, err=True)
    raise typer.Exit(Exit.USAGE)


@pack_commands.command(name="play")
def play_pack(
    folder: Folder,
    language: Annotated[str, typer.Option(help="The language to speak.", metavar="TAG")] = "en",
) -> None:
    """Play a pack with lines from a pipe or the keyboard. Nothing is kept."""
    with refused_packs():
        app = dry_run(folder)
    console = Console(highlight=False, markup=False, emoji=False)
    with asyncio.Runner() as runner:
        opened = Opened(TERMINAL_PERSON, _now(), "dry-run", language=language)
        play(opened, lambda event: runner.run(app.turns.handle(event)), PipedLines(sys.stdin, console), console, _now)


@contextmanager
def refused_packs() -> Iterator[None]:
    """Turn the mistakes of a pack into lines and an exit code."""
    try:
        yield
    except PackRefusedError as error:
        for line in error.lines:
            typer.echo(line, err=True)
        count = len(error.lines)
        typer.echo(f"{count} {'mistake' if count == 1 else 'mistakes'}; nothing was begun with this pack.", err=True)
        raise typer.Exit(Exit.DATA) from None


def _now() -> datetime:
    return datetime.now(UTC)
