"""How much of one person, and of one workspace, is taken in at once: others do not feel a flood."""

import time
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and then so many a second."""

    burst: float
    a_second: float


PERSON = Rate(20, 1)
"""Nobody types, or clicks, faster for long."""
WORKSPACE = Rate(300, 50)


class Limits:
    """A token bucket for each of whatever is counted."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def wait(self, whose: Hashable) -> float:
        """Take one; return 0, or for how many seconds there is none."""
        now = time.monotonic()
        left, since = self._buckets.pop(whose, (self._rate.burst, now))
        left = min(self._rate.burst, left + (now - since) * self._rate.a_second)
        taken = left >= 1
        self._buckets[whose] = (left - 1 if taken else left, now)
        if len(self._buckets) > _REMEMBERED:
            # Whoever was heard of the longest time ago has a bucket that is the fullest.
            self._buckets.popitem(last=False)
        return 0 if taken else (1 - left) / self._rate.a_second
