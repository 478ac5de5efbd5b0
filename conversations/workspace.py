"""What the admins of a workspace have set: a record of its own beside the people in it."""

from dataclasses import dataclass

SHARES_A_DAY = 5


@dataclass(frozen=True, slots=True)
class Workspace:
    """The rules of one workspace. The ids of channels and people are the platform's own."""

    revision: int = 0
    language: str | None = None
    """The language to begin in with somebody whose own the platform does not tell, or teamcheck does not speak."""
    pack: str | None = None
    """The id of the pack that new checks are begun with; None: the one that teamcheck ships with."""
    channels: tuple[str, ...] = ()
    """Where reports may be shared; none named: wherever the bot is."""
    mentors: tuple[str, ...] = ()
    """People, or groups of people."""
    shares_a_day: int = SHARES_A_DAY
    """How many reports one person may post in a day; 0: sharing is off."""
