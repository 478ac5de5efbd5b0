"""A clock that stands still until it is moved."""

from datetime import datetime, timedelta

from tests.dialogue import NOON


class Clock:
    """Tells the time."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
