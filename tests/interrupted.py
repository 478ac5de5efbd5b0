"""A quick check that a bot in a process of its own is killed in, on any platform: its answers, and its database."""

import asyncio
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from conversations.catalogue import phrase
from conversations.session import Amount, Answer, Chosen, Written
from conversations.snapshot import load_check
from tests.dialogue import core
from tests.scenarios import QUICK, TEAM

SECONDS_TO_STOP = 10
PATIENCE = 30


PICKED = {
    "kind_sources": ("posting", "recruiter"),
    "maturity": ("mature",),
    "main_work": ("models",),
    "delivery": ("in_product",),
    "handover": ("same_team",),
    "wanted": ("applied",),
    "something_new": ("yes",),
    "comfort": ("yes",),
    "owns": ("models",),
    "customers": ("app_users",),
}
EXPECTED: Mapping[str, Answer] = {
    "team": Written(TEAM),
    **{step: Chosen(choices) for step, choices in PICKED.items()},
    "sure": Amount(4),
}


NAMES = [core().catalogue.text(phrase(f"steps.{step}.name"), "en") for step in QUICK]


def read(folder: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"file:{folder / 'checks.sqlite3'}?mode=ro", uri=True, timeout=30)) as connection:
        return connection.execute(sql).fetchall()


async def sent(folder: Path) -> None:
    """Wait until everything that was committed is sent."""
    async with asyncio.timeout(PATIENCE):
        while read(folder, "SELECT 1 FROM outbox WHERE state = 'waiting' LIMIT 1"):  # noqa: ASYNC110  the file tells nobody
            await asyncio.sleep(0.01)


def answers(folder: Path) -> Mapping[str, Answer]:
    """Return the answers of the only check there is; each was given once."""
    ((stored,),) = read(folder, "SELECT body FROM checks")
    given = load_check(str(stored)).answers
    assert {len(one) for one in given.values()} <= {1}
    return {step: one[-1].answer for step, one in given.items()}


async def at_once() -> None:
    """Wait for nothing."""
