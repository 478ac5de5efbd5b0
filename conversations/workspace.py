"""What the admins of a workspace have set: a record of its own beside the people in it."""

from dataclasses import dataclass, replace

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
    sharers: tuple[str, ...] = ()
    """Who may share reports: people, or groups; none named: everybody."""

    def is_mentor(self, person: str, groups: tuple[str, ...] = ()) -> bool:
        """Tell whether somebody, or a group that they are in, is named as a mentor."""
        return any(one in self.mentors for one in (person, *groups))

    def names(self, person: str) -> dict[str, list[str]]:
        """Return which rules name somebody."""
        lists = {"mentors": self.mentors, "sharers": self.sharers}
        return {rule: [person] for rule, named in lists.items() if person in named}

    def without(self, person: str) -> "Workspace":
        """Return the rules as they are when somebody is named no more: the next revision."""
        mentors, sharers = (tuple(one for one in some if one != person) for some in (self.mentors, self.sharers))
        return replace(self, revision=self.revision + 1, mentors=mentors, sharers=sharers)
