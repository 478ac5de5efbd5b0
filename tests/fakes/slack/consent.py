"""How an app is let into a workspace of the strict Slack: codes, tokens that end and are exchanged, and signatures."""

import hmac
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from itertools import count
from typing import Any, Protocol

Json = dict[str, Any]
BOT = "xoxb-bot-token"
SIGNING, CLIENT, CLIENT_SECRET = "signing-secret-of-the-app", "111.222", "client-secret-of-the-app"
TOKEN_SECONDS = 43_200
"""How long a token lives where tokens are exchanged."""
_numbers = count(1)


@dataclass
class Consent:
    """What a workspace has handed out."""

    exchanging: bool = False
    """Tokens end, and are exchanged for the next."""
    whole_organisation: bool = False
    """Whoever lets the app in does so for every workspace at once."""
    tokens: dict[str, float] = field(default_factory=lambda: {BOT: math.inf})
    """Bot tokens, and when they end, in seconds by the clock of time stamps."""
    exchanges: set[str] = field(default_factory=set)
    """What tokens are exchanged by, each good once."""
    codes: set[str] = field(default_factory=set)

    def says_yes(self) -> str:
        """Let somebody say yes; return the code that they are sent back with."""
        code = f"code{next(_numbers)}"
        self.codes.add(code)
        return code


class Home(Protocol):
    """A workspace."""

    team: str
    enterprise: str | None
    scopes: set[str]
    app_id: str
    bot_id: str
    bot_user: str
    consent: Consent

    def now(self) -> datetime:
        """Return the time by its clock."""

    def let_in(self) -> None:
        """Take the app in."""


def consented(homes: Sequence[Home], asked: Json) -> Json:
    """Answer oauth.v2.access."""
    if (asked.get("client_id"), asked.get("client_secret")) != (CLIENT, CLIENT_SECRET):
        return _no("bad_client_secret")
    if asked.get("grant_type") == "refresh_token":
        refresh = asked.get("refresh_token", "")
        home = next((one for one in homes if refresh in one.consent.exchanges), None)
        if home is None:
            return _no("invalid_refresh_token")
        home.consent.exchanges.discard(refresh)
        return _granted(home)
    code = asked.get("code", "")
    home = next((one for one in homes if code in one.consent.codes), None)
    if home is None:
        return _no("invalid_code")
    home.consent.codes.discard(code)
    home.let_in()
    return _granted(home)


def _no(code: str) -> Json:
    return {"ok": False, "error": code}


def _granted(home: Home) -> Json:
    """Return what the app is told when it was let in, with a new token."""
    consent, ends = home.consent, {}
    token = f"xoxb-{home.team}-{next(_numbers)}"
    consent.tokens[token] = math.inf
    if consent.exchanging:
        refresh = f"xoxe-1-{home.team}-{next(_numbers)}"
        consent.exchanges.add(refresh)
        consent.tokens[token] = home.now().timestamp() + TOKEN_SECONDS
        ends = {"refresh_token": refresh, "expires_in": TOKEN_SECONDS}
    whole = consent.whole_organisation
    return {
        "ok": True,
        "access_token": token,
        "token_type": "bot",
        "scope": ",".join(sorted(home.scopes)),
        "bot_user_id": home.bot_user,
        "bot_id": home.bot_id,
        "app_id": home.app_id,
        "team": None if whole else {"id": home.team, "name": "Somewhere"},
        "enterprise": {"id": home.enterprise, "name": "Somewhere large"} if home.enterprise else None,
        "is_enterprise_install": whole,
        "authed_user": {"id": "U0001"},
        **ends,
    }


def signed(body: str, secret: str = SIGNING, at: float | None = None) -> dict[str, str]:
    """Return the headers by which the app knows that Slack has sent something."""
    stamp = str(int(time.time() if at is None else at))
    made = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={made}"}
