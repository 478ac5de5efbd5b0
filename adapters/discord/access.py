"""What it takes to reach Discord. By itself, as the rest of the adapter is slow to import."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class DiscordAccess:
    """How to reach Discord."""

    token: str = field(repr=False)
    api_url: str = "https://discord.com/api/v10"
