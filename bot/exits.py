"""How the program ends: an exit code, and one line that says what was wrong and what to do."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

import typer
from pydantic import ValidationError

from conversations.catalogue import ENGLISH, Catalogue, Phrase, phrase
from conversations.ports import NotReadyError, StorageError

_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Where a system says which language its user reads; the first that is set counts."""


class Exit(IntEnum):
    """Exit codes; docs/terminal.md says what each means."""

    NOT_FOUND = 1
    USAGE = 2
    DATA = 65
    UNAVAILABLE = 69
    FAULT = 70
    OUTPUT = 73
    STORAGE = 74
    SETTINGS = 78


@contextmanager
def in_one_line(catalogue: Catalogue, language: str) -> Iterator[None]:
    """Turn settings that are wrong, and a store that cannot do its work, into one line and an exit code.

    Raises:
        typer.Exit: instead of a ValidationError of the settings, a StorageError or a NotReadyError.

    """

    def stop(told: Phrase, code: Exit) -> typer.Exit:
        typer.echo(catalogue.text(told, language), err=True)
        return typer.Exit(code)

    try:
        yield
    except ValidationError as error:
        raise stop(wrong_settings(error), Exit.SETTINGS) from None
    except StorageError as error:
        # A server that is not up yet is waited for by a supervisor; a file that cannot be used is not.
        raise stop(error.told, Exit.UNAVAILABLE if error.passing else Exit.STORAGE) from None
    except NotReadyError as error:
        raise stop(error.told, Exit.UNAVAILABLE if error.passing else Exit.SETTINGS) from None


def system_language() -> str:
    """Return the language that the system's user reads, as the system names it."""
    return next(filter(None, map(os.environ.get, _LOCALE)), ENGLISH)


def wrong_settings(error: ValidationError) -> Phrase:
    """Say which settings cannot be used, and why the first of them: nothing of what they are."""
    names = ", ".join(_setting(str(part["loc"][0])) for part in error.errors())
    why = error.errors()[0]["msg"].removeprefix("Value error, ")
    return phrase("settings.wrong", name=names, why=why)


def _setting(name: str) -> str:
    """Return what a setting is called in the environment: tokens have names of their own there."""
    return name if name.isupper() else f"TEAMCHECK_{name.upper()}"
