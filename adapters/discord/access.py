"""What it takes to reach Discord. By itself, as the rest of the adapter is slow to import."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class DiscordAccess:
    """How to reach Discord."""

    token: str = field(repr=False)
    api_url: str = "https://discord.com/api/v10"
    shards: "Shards | None" = None
    """Which part of a large bot this process is; None: all of a small one."""


@dataclass(frozen=True, slots=True)
class Shards:
    """Shards that one process runs, of how many; no number: all that Discord recommends.

    Direct messages come to shard 0. From 2,500 servers on Discord asks for them. Source: docs.discord.com, Gateway.
    """

    ids: tuple[int, ...] = ()
    count: int | None = None

    def have(self, guild: int) -> bool:
        """Tell whether a server belongs to them."""
        return self.count is None or (guild >> 22) % self.count in self.ids

    @property
    def have_chats(self) -> bool:
        """Tell whether direct messages come to them."""
        return self.count is None or 0 in self.ids


def read_shards(text: str) -> Shards:
    """Read "auto", or "0-3/8": shards 0 to 3 of 8, and "0,2/4".

    Raises:
        ValueError: it is none of these.

    """
    if text == "auto":
        return Shards()
    which, _, count = text.partition("/")
    ids: list[int] = []
    for part in which.split(","):
        first, _, last = part.partition("-")
        ids += range(int(first), int(last or first) + 1)
    if not ids or not 0 <= min(ids) <= max(ids) < int(count) or len(set(ids)) < len(ids):
        raise ValueError("shards are written like 0-3/8 (0 to 3 of 8), 0,2/4, or auto")
    return Shards(tuple(ids), int(count))
