"""What it takes to reach Slack. By itself, as the rest of the adapter is slow to import."""

from dataclasses import dataclass, field
from urllib.parse import urljoin

EVENTS, INSTALL, REDIRECT = "/slack/events", "/slack/install", "/slack/oauth_redirect"
"""Where Slack, and who installs the app, reach us over HTTP."""
_API_URL = "https://slack.com/api/"
FILES_URL = "https://files.slack.com/"
"""How the address of a file begins that people sent. Source: docs.slack.dev/reference/objects/file-object."""


@dataclass(frozen=True, slots=True)
class SlackApp:
    """The app that many workspaces install: Slack calls us over HTTP."""

    signing_secret: str = field(repr=False)
    client_id: str
    client_secret: str = field(repr=False)
    host: str
    port: int
    public_url: str
    """How the world reaches this: `https://bot.example`, without a slash at its end."""

    @property
    def redirect_url(self) -> str:
        """Where Slack sends somebody back to who has let the bot in."""
        return f"{self.public_url}{REDIRECT}"


@dataclass(frozen=True, slots=True)
class SlackAccess:
    """How to reach Slack: by the tokens of one workspace, over a socket, or as an app of many."""

    bot_token: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    api_url: str = _API_URL
    admins: frozenset[str] = frozenset()
    """Whom the operator named beside the workspace's admins: `U0123`, or `T0123/U0123` in that workspace alone."""
    app: SlackApp | None = None
    """Where it is set, the two tokens are of no use."""

    @property
    def consent_url(self) -> str:
        """Where somebody lets the bot into their workspace."""
        return urljoin(self.api_url, "/oauth/v2/authorize")

    @property
    def files_url(self) -> str:
        """As above, or where a stand-in for Slack has them."""
        return FILES_URL if self.api_url == _API_URL else urljoin(self.api_url, "/")
