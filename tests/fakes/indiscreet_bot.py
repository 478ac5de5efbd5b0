"""A bot among indiscreet company: `python -m tests.fakes.indiscreet_bot PORT`.

Whatever it hears is talked about by a library, a warning, a lost task, a thread and a finalizer; some things that are
typed make its parts fail with words of the person in the error.
"""

import asyncio
import gc
import logging
import sys
import threading
import warnings
from collections.abc import Iterable, Sequence
from contextvars import ContextVar

import typer

from bot import wiring
from bot.exits import in_one_line
from bot.packs_in_use import PacksInUse
from bot.settings import Settings
from conversations.catalogue import Catalogue
from conversations.events import Event, Typed
from conversations.messages import Destination, Outgoing, SendOutcome
from conversations.ports import SessionStore, TurnHandler
from conversations.replies import Turn
from conversations.script import Packs
from conversations.session import Check, SessionKey
from tests.fakes.socket_platform import Part, SocketPlatform

_LAST: list[str] = []
_TYPED: ContextVar[str] = ContextVar("_TYPED", default="")


class IndiscreetError(Exception):
    """Quotes whatever it is told."""


class _Finalized:
    def __init__(self, secret: str) -> None:
        self._secret = secret

    def __del__(self) -> None:
        raise IndiscreetError(self._secret)


def gossip(secret: str) -> None:
    """Say a secret in each way in which words get to standard error."""
    library = logging.getLogger("chatty.library")
    try:
        fail(secret)
    except IndiscreetError:
        library.exception("it said %s", secret, stack_info=True, extra={"said": secret})
    library.warning(secret)
    library.info("%d and %s", secret)
    logging.getLogger(f"chatty.{__name__}").error({"said": secret})
    warnings.warn(secret, stacklevel=1)
    warnings.warn(IndiscreetWarning(secret), stacklevel=1)
    asyncio.get_running_loop().call_exception_handler({"message": secret, "said": secret})
    thread = threading.Thread(target=fail, args=(secret,), name=secret)
    thread.start()
    thread.join()
    _Finalized(secret)
    gc.collect()


class IndiscreetWarning(UserWarning):
    """Quotes as well."""


def fail(secret: str) -> None:
    """Fail in the person's words."""
    try:
        raise KeyError(secret)  # noqa: TRY301  it is to be the cause
    except KeyError as error:
        raise IndiscreetError(f"what about {secret}?", {"said": secret}) from error


async def _lost(secret: str) -> None:
    fail(secret)


class IndiscreetPlatform(SocketPlatform):
    """Talks about every event and message, and fails at some."""

    async def listen(self, turns: TurnHandler, store: SessionStore, stopping: asyncio.Event) -> None:
        await super().listen(_Gossiping(turns), store, stopping)
        if not stopping.is_set():
            fail(f"hung up after {_LAST}")

    def fit(self, row: Outgoing, catalogue: Catalogue) -> Sequence[object]:
        parts = super().fit(row, catalogue)
        for part in parts:
            if isinstance(part, Part) and "unrenderable" in part.text:
                fail(part.text)
        return parts

    async def send(self, key: SessionKey, to: Destination, part: object, nonce: str) -> SendOutcome:
        if isinstance(part, Part) and "unsendable" in part.text:
            fail(f"{key} {to} {part} {nonce}")
        return await super().send(key, to, part, nonce)


class IndiscreetPacks(PacksInUse):
    """Fails in the middle of a turn."""

    async def of(self, checks: Iterable[Check | None]) -> Packs:
        if "faulty" in _TYPED.get():
            fail(_TYPED.get())
        return await super().of(checks)


class _Gossiping:
    """A TurnHandler in front of the intake."""

    def __init__(self, turns: TurnHandler) -> None:
        self._turns = turns

    async def handle(self, event: Event, reply_to: Destination | None = None) -> Turn:
        gossip(f"{event} {reply_to}")
        _LAST.append(repr(event))
        task = asyncio.create_task(_lost(f"{event} {reply_to}"))
        await asyncio.wait([task])
        del task
        gc.collect()
        _TYPED.set(event.text if isinstance(event, Typed) else "")
        turn = await self._turns.handle(event, reply_to)
        if isinstance(event, Typed) and "unanswerable" in event.text:
            fail(f"{event} {turn}")
        return turn


def main() -> None:
    """Run, and end as the command line ends."""
    vars(wiring)["PacksInUse"] = IndiscreetPacks  # run_bot makes its own
    content = wiring.load_content()
    try:
        with in_one_line(content.core.catalogue, "en"):
            asyncio.run(wiring.run_bot(Settings(), content, [IndiscreetPlatform(int(sys.argv[1]))]))
    except typer.Exit as left:
        sys.exit(left.exit_code)


if __name__ == "__main__":
    main()
