"""What the bot says about itself: one JSON object a line, on standard error, and never anything that a person said.

Only what this module is given by name gets out: an event's name, numbers, short codes. Of an exception its type and
its places are told, never its words, as they may quote an answer; of another library's line, who wrote it.
"""

import asyncio
import json
import logging
import secrets
import sys
import threading
import traceback
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from types import TracebackType

from adapters.notes import LOGGER, note
from conversations.session import SessionKey

_FRAMES = 8
_RUN = secrets.token_bytes(16)


def conversation(key: SessionKey) -> str:
    """Return a mark by which a conversation is known again within this run, and nobody is known by."""
    return blake2b(f"{key.platform}\x00{key.workspace}\x00{key.person}".encode(), key=_RUN, digest_size=6).hexdigest()


def new_reference() -> str:
    """Return what a person can quote, and an operator can look for."""
    return secrets.token_hex(4)


class _OneLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
        }
        if record.name == LOGGER:
            line["event"] = record.msg
            line.update(vars(record)["told"])
        else:
            line["event"] = "said_by_a_library"
            line["who"] = record.name
            line["where"] = f"{record.module}:{record.lineno}"
        if record.exc_info and record.exc_info[1]:
            line.update(_told(record.exc_info[1]))
        return json.dumps(line)


def _told(error: BaseException) -> dict[str, object]:
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    cause = error.__cause__
    return {
        "error": type(error).__name__,
        "frames": [f"{Path(frame.filename).name}:{frame.lineno}:{frame.name}" for frame in frames],
        **({"cause": type(cause).__name__} if cause else {}),
    }


def begin() -> None:
    """Send every log line of this process, whoever writes it, through the one format."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("aiosqlite").setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    logging.raiseExceptions = False
    sys.excepthook = _uncaught
    sys.unraisablehook = _unraisable
    threading.excepthook = _uncaught_in_thread
    asyncio.get_running_loop().set_exception_handler(_lost)


def _uncaught(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    note("uncaught", error)


def _unraisable(found: "sys.UnraisableHookArgs") -> None:
    note("unraisable", found.exc_value)


def _uncaught_in_thread(found: threading.ExceptHookArgs) -> None:
    note("uncaught", found.exc_value)


def _lost(_loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
    error = context.get("exception")
    note("lost", error if isinstance(error, BaseException) else None)
