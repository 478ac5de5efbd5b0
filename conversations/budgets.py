"""How often something may be done, counted in what is kept: several processes, and the next start, count together."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Budget:
    """At most so many times within a period."""

    times: int
    period: timedelta


def spent(kept: str | None, at: datetime, budgets: Sequence[Budget]) -> tuple[str, datetime | None]:
    """Spend one; return what is to be kept, and None, or when there is one again: then nothing was spent.

    Args:
        kept: what was kept of the times before, by this function.
        at: now.
        budgets: all of them hold.

    """
    longest = max(budget.period for budget in budgets)
    before = [one for one in _times(kept) if at - longest < one <= at]
    again = [_again(before, at, budget) for budget in budgets]
    if latest := max(filter(None, again), default=None):
        return _written(before), latest
    return _written([*before, at]), None


def _again(before: Sequence[datetime], at: datetime, budget: Budget) -> datetime | None:
    within = [one for one in before if at - one < budget.period]
    return within[-budget.times] + budget.period if len(within) >= budget.times else None


def _times(kept: str | None) -> list[datetime]:
    return [datetime.fromtimestamp(one, UTC) for one in json.loads(kept or "[]")]


def _written(times: Sequence[datetime]) -> str:
    return json.dumps([one.timestamp() for one in times])
