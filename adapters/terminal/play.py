"""The conversation on stdin and stdout, until the person leaves or the input ends."""

import sys
from collections.abc import Callable
from datetime import datetime
from typing import TextIO

from rich.console import Console

from adapters.terminal.plain_text import PlainText
from conversations.events import Event, Left, Typed
from conversations.replies import Goodbye, Turn
from conversations.session import SessionKey

PROMPT = "> "

Handle = Callable[[Event], Turn]
"""Takes an event through a committed turn; blocks until it is done."""


class Keyboard:
    """Reads lines from a person, with editing and a history that ends with the process.

    The history is never written to a file: it would hold answers outside the reach of `forget`.
    """

    def __init__(self) -> None:
        import readline  # noqa: PLC0415  it takes over the terminal as soon as it is imported

        readline.set_auto_history(True)

    def read(self) -> str | None:
        """Return the next line, or None when the person has left (Ctrl-C, Ctrl-D)."""
        try:
            return input(f"\n{PROMPT}")
        except (EOFError, KeyboardInterrupt):
            sys.stdout.write("\n")
            return None


class PipedLines:
    """Reads lines from a file or a pipe, and puts them into the transcript."""

    def __init__(self, source: TextIO, console: Console) -> None:
        self._source = source
        self._console = console

    def read(self) -> str | None:
        """Return the next line, or None at the end of the input."""
        try:
            line = self._source.readline()
        except KeyboardInterrupt:
            return None
        if not line:
            return None
        text = line.rstrip("\r\n")
        self._console.print()
        self._console.print(PROMPT + text, markup=False, highlight=False, emoji=False)
        return text


def play(
    opened: Event,
    handle: Handle,
    source: Keyboard | PipedLines,
    console: Console,
    clock: Callable[[], datetime],
) -> None:
    """Play one conversation, each turn in the words of its check's pack and the language that it was left in.

    Raises:
        StorageError: the last line could not be saved; everything before it was.

    """
    turn = handle(opened)
    while _show(turn, PlainText(console, turn.catalogue, turn.session.person.language)):
        check = turn.session.check
        seen = check.asked if check else None
        identity = check.id if check else None
        line = source.read()
        turn = handle(_event(opened.key, clock(), line, identity, seen))


def _event(key: SessionKey, at: datetime, line: str | None, check: str | None, seen: int | None) -> Event:
    if line is None:
        return Left(key, at, check)
    return Typed(key, at, line, check, seen)


def _show(turn: Turn, page: PlainText) -> bool:
    """Print the replies; tell whether the conversation goes on."""
    for reply in turn.replies:
        page.show(reply)
    return not turn.erase and not any(isinstance(reply, Goodbye) for reply in turn.replies)
