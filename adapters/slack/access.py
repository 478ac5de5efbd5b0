"""What it takes to reach Slack. By itself, as the rest of the adapter is slow to import."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SlackAccess:
    """How to reach Slack."""

    bot_token: str = field(repr=False)
    app_token: str = field(repr=False)
    api_url: str = "https://slack.com/api/"
    admins: frozenset[str] = frozenset()
    """Ids of people that the operator named, beside the admins of the workspace."""
