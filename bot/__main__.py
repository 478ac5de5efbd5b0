"""The command line: `teamcheck`."""

import asyncio
import os
import sys
import traceback
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from adapters.documents.comparison import COMPARISONS
from adapters.documents.formats import FORMATS
from adapters.documents.typesetting import PicturesMissingError
from adapters.terminal.checks_table import checks_table
from adapters.terminal.plain_text import PlainText
from adapters.terminal.play import Keyboard, PipedLines, play
from bot.exits import Exit, in_one_line, system_language
from bot.operator_commands import database_commands, doctor, outbox_commands, slack_commands
from bot.pack_commands import pack_commands, refused_packs
from bot.posting_commands import read_out, read_out_lines, read_text, text_in
from bot.settings import Settings
from bot.wiring import TERMINAL_PERSON, Application, Content, application, chat_platforms, load_content, new_id, run_bot
from conversations.catalogue import Catalogue, Phrase, language_for, phrase
from conversations.comparing import pick, side_by_side
from conversations.events import Event, Opened, Typed
from conversations.history import history
from conversations.importing import ImportRefusedError, merged, read_export
from conversations.judgement import report_on
from conversations.ports import Commit, StorageError, Work
from conversations.reading_answers import normalise
from conversations.replies import ShowComparison, ShowReport
from conversations.report import MOST_COMPARED
from conversations.session import PROFILE_CHECK, Check, Phase, Session
from conversations.vocabulary import Compared, DocumentForm, ReportPart

Run = Callable[[Coroutine[Any, Any, Any]], Any]
"""Runs a coroutine to its end."""


class Format(StrEnum):
    """How to print a report: for the eye, or as one of FORMATS."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"
    CSV = "csv"
    PNG = "png"
    PDF = "pdf"


Language = Annotated[
    str | None, typer.Option(help="The language to speak, like zh or en; as your system says, at first.", metavar="TAG")
]

cli = typer.Typer(
    name="teamcheck",
    help="Three questions to ask before you join a machine-learning team.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run the command line; whatever goes wrong is one line and an exit code."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        # What cannot be decoded or shown becomes a mark, never an exception.
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        cli()
    except BrokenPipeError:
        # The reader of our output left; nothing can be said to it, and everything is saved.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        sys.exit(0)
    except Exception as error:  # noqa: BLE001  the last line of defence: a traceback or a message may quote an answer
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} at {os.path.basename(place.filename)}:{place.lineno}"  # noqa: PTH119
        sys.stderr.write(
            f"teamcheck has a fault of its own ({where}). What was shown as noted is saved. Please report it.\n"
        )
        sys.exit(Exit.FAULT)


cli.add_typer(pack_commands, name="pack")
cli.add_typer(database_commands, name="database")
cli.add_typer(outbox_commands, name="outbox")
cli.add_typer(slack_commands, name="slack")
cli.command()(doctor)


@cli.callback(invoke_without_command=True)
def _options(
    *, show_version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False
) -> None:
    if show_version:
        typer.echo(version("teamcheck"))
        raise typer.Exit


@cli.command()
def chat(
    resume: Annotated[str | None, typer.Option(help="Go on with this check.", metavar="ID")] = None,
    language: Language = None,
    pack: Annotated[Path | None, typer.Option(help="Ask the questions of this pack.", metavar="FOLDER")] = None,
    posting_file: Annotated[
        str | None, typer.Option("--posting", help="Begin by reading this job posting.", metavar="FILE")
    ] = None,
    *,
    new: Annotated[bool, typer.Option("--new", help="Begin a new check, though another one is open.")] = False,
) -> None:
    """Run a check, or go on with the one you left. Reads lines from a pipe as well."""
    with refused_packs():
        content = load_content(*filter(None, [pack]))
    with _running(language, content) as (run, app, spoken):
        if resume:
            _found(run, app, resume, spoken)
        elif not new:
            wanted = app.packs.begin.id if pack else None
            resume = next((check.id for check in _teams(run, app) if _goes_on(run, app, check, wanted)), None)
        opened = _opened(language, check=resume, fresh=new or (pack is not None and resume is None))
        if posting_file is None:
            _play(run, app, opened)
        else:
            text = text_in(posting_file, app.packs.begin, spoken)
            if new or pack or language:
                run(app.turns.handle(opened))
                resume = None
            tag = system_language()
            _play(
                run, app, Typed(TERMINAL_PERSON, _now(), text, resume, posting=True, new_check=new_id(), language=tag)
            )


def _goes_on(run: Run, app: Application, check: Check, pack: str | None) -> bool:
    """Whether a check is unfinished and, where a pack was named, one of that pack."""
    return check.phase is not Phase.FINISHED and pack in (None, run(app.packs.script_of(check)).id)


@cli.command()
def profile(language: Language = None) -> None:
    """Say once what holds for every team: what you want, know and value. Changing it reads your saved checks again."""
    with _running(language) as (run, app, _):
        _play(run, app, _opened(language, check=PROFILE_CHECK))


def _play(run: Run, app: Application, opened: Event) -> None:
    console = _console()
    source = Keyboard() if sys.stdin.isatty() and sys.stdout.isatty() else PipedLines(sys.stdin, console)
    play(opened, lambda event: run(app.turns.handle(event)), source, console, _now)


@cli.command()
def checks(language: Language = None) -> None:
    """List your checks."""
    with _running(language) as (run, app, spoken):
        mine = _teams(run, app)
        if not mine:
            typer.echo(app.packs.begin.catalogue.text(phrase("checks.none"), spoken))
            return
        about = run(app.store.load(TERMINAL_PERSON)).person.about
        reports = [report_on(run(app.packs.script_of(check)), check, about) for check in mine]
        _console().print(checks_table(reports, app.packs.begin.catalogue, spoken))


@cli.command()
def report(
    check_id: Annotated[str | None, typer.Argument(metavar="ID", help="Which check; the latest, if left out.")] = None,
    form: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.TEXT,
    output: Annotated[Path | None, typer.Option(help="Write it there; needed for a picture.", metavar="FILE")] = None,
    language: Language = None,
    *,
    questions: Annotated[bool, typer.Option("--questions", help="Only the questions still to ask.")] = False,
) -> None:
    """Print the report of a check, finished or not, or write it to a file."""
    with _running(language) as (run, app, spoken):
        about = run(app.store.load(TERMINAL_PERSON)).person.about
        check = _found(run, app, check_id, spoken)
        script = run(app.packs.script_of(check))
        value, catalogue = report_on(script, check, about), script.catalogue
        part: ReportPart = "questions" if questions else "all"
        if form is Format.TEXT and output is None:
            PlainText(_console(), catalogue, spoken).show(ShowReport(value, part))
            return
        found = FORMATS["markdown" if form is Format.TEXT else form]
        if found.for_the_eye and output is None and sys.stdout.isatty():
            told = phrase("document.not_on_screen", command="report", form=form.value)
            raise _stopped(catalogue.text(told, spoken), Exit.USAGE)
        _write(lambda: run(found.write(value, catalogue, spoken, part)), output, catalogue, spoken)


class TeamsFormat(StrEnum):
    """How to print teams side by side: for the eye, or as one of COMPARISONS."""

    TEXT = "text"
    MARKDOWN = "markdown"
    CSV = "csv"
    PNG = "png"


_FORMS = {
    TeamsFormat.TEXT: DocumentForm.MARKDOWN,
    TeamsFormat.MARKDOWN: DocumentForm.MARKDOWN,
    TeamsFormat.CSV: DocumentForm.CSV,
    TeamsFormat.PNG: DocumentForm.PICTURE,
}


@cli.command()
def compare(
    which: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Two to five, by id or place in the list.")
    ] = None,
    by: Annotated[Compared | None, typer.Option(help="Sort by it; what is not known stands last.")] = None,
    form: Annotated[TeamsFormat, typer.Option("--format", help="How to print it.")] = TeamsFormat.TEXT,
    output: Annotated[Path | None, typer.Option(help="Write it there; needed for a picture.", metavar="FILE")] = None,
    language: Language = None,
) -> None:
    """Show teams side by side, the latest if none is named. There is no score: you sort, or nobody does."""
    with _running(language) as (run, app, spoken):
        catalogue = app.packs.begin.catalogue
        person = run(app.store.load(TERMINAL_PERSON)).person
        picked = pick(_teams(run, app), which or ())
        if isinstance(picked, Phrase):
            raise _stopped(catalogue.text(picked, spoken), Exit.NOT_FOUND)
        if len(picked) > MOST_COMPARED:
            typer.echo(catalogue.text(phrase("compare.too_many", n=MOST_COMPARED), spoken), err=True)
        teams = [(check, run(app.packs.script_of(check))) for check in picked[:MOST_COMPARED]]
        shown = side_by_side(teams, person, by, spoken)
        if form is TeamsFormat.TEXT and output is None:
            PlainText(_console(), catalogue, spoken).show(ShowComparison(shown))
            return
        if form is TeamsFormat.PNG and output is None and sys.stdout.isatty():
            told = phrase("document.not_on_screen", command="compare", form=form.value)
            raise _stopped(catalogue.text(told, spoken), Exit.USAGE)
        write = COMPARISONS[_FORMS[form]]
        _write(lambda: run(write(shown, catalogue, spoken)), output, catalogue, spoken)


def _write(make: Callable[[], bytes], output: Path | None, catalogue: Catalogue, spoken: str) -> None:
    """Print a document, or write it to a file and say so."""
    try:
        if output is None:
            sys.stdout.buffer.write(make())
            return
        output.write_bytes(make())
    except PicturesMissingError as error:
        raise _stopped(catalogue.text(error.told, spoken), Exit.UNAVAILABLE) from None
    except OSError as error:
        told = phrase("document.not_written", file=str(output), why=error.strerror or "")
        raise _stopped(catalogue.text(told, spoken), Exit.OUTPUT) from None
    typer.echo(catalogue.text(phrase("document.written", file=str(output)), spoken))


def _stopped(told: str, code: Exit) -> typer.Exit:
    typer.echo(told, err=True)
    return typer.Exit(code)


@cli.command()
def forget(
    language: Language = None, *, yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False
) -> None:
    """Erase everything that is kept about you. Asks once."""
    with _running(language) as (run, app, spoken):
        text, words = app.packs.begin.catalogue.text, app.packs.begin.catalogue.words
        typer.echo(text(phrase("forget.what"), spoken))
        if not yes:
            typer.echo(text(phrase("forget.sure"), spoken) + " ", nl=False)
            if normalise(sys.stdin.readline()) not in words("words.commands.yes", spoken):
                typer.echo(text(phrase("forget.kept"), spoken))
                return
        run(app.store.erase(TERMINAL_PERSON, _now()))
        run(app.store.tidy(_now()))  # or it says that somebody still reads what was there
        typer.echo(text(phrase("forget.done"), spoken))


@cli.command()
def export(language: Language = None) -> None:
    """Print everything that is kept about you, as JSON."""
    with _running(language) as (run, app, _):
        typer.echo(run(app.store.held(TERMINAL_PERSON)))


@cli.command("import")
def import_(
    file: Annotated[str, typer.Argument(help="What `export` printed; - reads from a pipe.", metavar="FILE")],
    language: Language = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would become of it.")] = False,
) -> None:
    """Take in what `export` printed, here or on a chat platform. Nothing that is here is changed or lost."""
    with _running(language) as (run, app, spoken):
        text = app.packs.begin.catalogue.text
        try:
            export = read_export(read_text(file, app.packs.begin, spoken))
        except ImportRefusedError as error:
            told = replace(error.told, args={**error.told.args, "file": file})
            raise _stopped(text(told, spoken), Exit.DATA) from None
        person = run(app.store.load(TERMINAL_PERSON)).person
        found = merged(person, run(app.store.checks(TERMINAL_PERSON)), export, new_id)
        for line in found.told():
            typer.echo(text(line, spoken))
        if dry_run:
            typer.echo(text(phrase("import.dry_run"), spoken))
            return
        work = Work(Session(person), Session(found.person), _now(), brought=found.checks, packs=found.packs)
        if run(app.store.commit(work)) is not Commit.SAVED:
            raise StorageError(phrase("storage.stale"))
        typer.echo(text(phrase("import.done"), spoken))


@cli.command("history")
def history_(
    check_id: Annotated[str | None, typer.Argument(metavar="ID", help="Which check; the latest, if left out.")] = None,
    language: Language = None,
) -> None:
    """Say what was said about a team on which day, and what it moved."""
    with _running(language) as (run, app, spoken):
        check = _found(run, app, check_id, spoken)
        person, script = run(app.store.load(TERMINAL_PERSON)).person, run(app.packs.script_of(check))
        page = PlainText(_console(), script.catalogue, spoken)
        for reply in history(script, check, person):
            page.show(reply)


@cli.command()
def posting(
    file: Annotated[str, typer.Argument(help="A text or HTML file in UTF-8; - reads from a pipe.", metavar="FILE")],
    language: Language = None,
    *,
    jsonl: Annotated[bool, typer.Option("--jsonl", help='Read and print lines of JSON: {"id", "text"}.')] = False,
) -> None:
    """Read a job posting: what it suggests about the team, and what it does not tell. Nothing is kept."""
    core = load_content().core
    spoken = language_for(language or system_language(), core.catalogue.languages)
    with refused_packs():
        (read_out_lines if jsonl else read_out)(file, core, spoken)


@cli.command("run")
def run_() -> None:
    """Run the bot on the chat platforms that are set up, until it is asked to end."""
    shipped = load_content()
    catalogue, spoken = shipped.core.catalogue, language_for(system_language(), shipped.core.catalogue.languages)
    with in_one_line(catalogue, spoken), refused_packs():
        settings = Settings()
        content = load_content(*settings.pack_folders) if settings.pack_folders else shipped
        platforms = chat_platforms(settings, content)
        if not platforms:
            typer.echo(catalogue.text(phrase("run.no_platform"), spoken), err=True)
            raise typer.Exit(Exit.SETTINGS)
        asyncio.run(run_bot(settings, content, platforms))


@contextmanager
def _running(asked: str | None, content: Content | None = None) -> Iterator[tuple[Run, Application, str]]:
    """Open the application, and turn what its store says into one line and an exit code.

    Words are in the language that was asked for, else in the one the person speaks, else in the system's.
    """
    content = content or load_content()
    script = content.core
    spoken = language_for(asked or system_language(), script.catalogue.languages)
    with in_one_line(script.catalogue, spoken), asyncio.Runner() as runner:
        context = application(Settings(), content)
        app = runner.run(context.__aenter__())
        try:
            with suppress(StorageError):  # it comes up again where the person is needed: erasing works without
                person = runner.run(app.store.load(TERMINAL_PERSON)).person
                if person.revision and not asked:
                    spoken = language_for(person.language, script.catalogue.languages)
            yield runner.run, app, spoken
        finally:
            runner.run(context.__aexit__(None, None, None))


def _teams(run: Run, app: Application) -> list[Check]:
    """Return the person's checks of teams, the one changed last first."""
    return [check for check in run(app.store.checks(TERMINAL_PERSON)) if not check.is_profile]


def _found(run: Run, app: Application, check: str | None, spoken: str) -> Check:
    found = next((one for one in _teams(run, app) if check is None or one.id == check), None)
    if found is None:
        key = phrase("checks.unknown", id=check) if check else phrase("checks.none")
        typer.echo(app.packs.begin.catalogue.text(key, spoken), err=True)
        raise typer.Exit(Exit.NOT_FOUND)
    return found


def _opened(language: str | None, check: str | None, *, fresh: bool = False) -> Opened:
    spoken, switch = language or system_language(), language is not None
    return Opened(TERMINAL_PERSON, _now(), new_id(), check, fresh=fresh, language=spoken, switch=switch)


def _console() -> Console:
    return Console(highlight=False, markup=False, emoji=False)


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    main()
