"""What it takes to reach Slack. By itself, as the rest of the adapter is slow to import."""

from dataclasses import dataclass, field
from urllib.parse import urljoin

_API_URL = "https://slack.com/api/"
FILES_URL = "https://files.slack.com/"
"""How the address of a file begins that people sent. Source: docs.slack.dev/reference/objects/file-object."""


@dataclass(frozen=True, slots=True)
class SlackAccess:
    """How to reach Slack."""

    bot_token: str = field(repr=False)
    app_token: str = field(repr=False)
    api_url: str = _API_URL
    admins: frozenset[str] = frozenset()
    """Ids of people that the operator named, beside the admins of the workspace."""

    @property
    def files_url(self) -> str:
        """As above, or where a stand-in for Slack has them."""
        return FILES_URL if self.api_url == _API_URL else urljoin(self.api_url, "/")
