"""What Slack tells about somebody: their language, their clock, and what they may do here."""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError

from adapters.slack.tokens import ClientOf
from conversations.ports import StorageError

KNOWN_SECONDS = 3600.0
FRESH_SECONDS = 60.0
"""How old what is known of an admin may be."""
ASKED_SECONDS = 1.0
"""How long an answer is waited for: whoever pressed something has to be acknowledged in three seconds."""
_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class About:
    """What users.info says. Unknown, as long as Slack does not answer: then nobody is an admin."""

    language: str | None = None
    """An IETF tag, like zh-CN."""
    zone: str | None = None
    """An IANA name."""
    admin: bool = False
    stranger: bool | None = None
    """From another workspace, over a shared channel; None: nobody knows."""


UNKNOWN = About()


class People:
    """Asks users.info, each answer for a while."""

    def __init__(self, client_of: ClientOf, admins: frozenset[str] = frozenset()) -> None:
        self._client_of = client_of
        self._admins = admins
        self._known: OrderedDict[tuple[str, str], tuple[float | None, About]] = OrderedDict()
        self._asked: dict[tuple[str, str], asyncio.Task[About | None]] = {}

    async def about(self, team: str, user: str, known_for: float = KNOWN_SECONDS) -> About:
        """Return what is known of a user of a team; asks where that is older than so many seconds."""
        who, now = (team, user), time.monotonic()
        at, known = self._known.get(who, (None, UNKNOWN))
        if at is not None and now - at < known_for:
            return known
        asked = self._asked.get(who)
        if asked is None:
            asked = self._asked[who] = asyncio.create_task(self._ask(team, user))
            asked.add_done_callback(lambda _: self._asked.pop(who, None))
        await asyncio.wait([asked], timeout=ASKED_SECONDS)
        found = asked.result() if asked.done() else None
        # What is too old still tells the language, but no longer that somebody may do something. Whom the operator of
        # one workspace named is no less an admin for that; with a team before it, a name has to be confirmed.
        return found or replace(known, admin=user in self._admins and not known.stranger)

    async def _ask(self, team: str, user: str) -> About | None:
        """Ask, and remember the answer, also where nobody waits for it any more."""
        asked_at = time.monotonic()
        try:
            client = await self._client_of(team)
            if client is None:
                return None
            answer = await client.users_info(user=user, include_locale=True)
        except (SlackApiError, ClientError, OSError, TimeoutError, StorageError):
            return None
        found = _read(answer.get("user") or {}, team, named=not self._admins.isdisjoint((user, f"{team}/{user}")))
        self._known[team, user] = (asked_at, found)
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return found


def _read(user: dict[str, Any], team: str, *, named: bool) -> About:
    home = user.get("team_id") or team
    elsewhere = home != team and team not in (user.get("enterprise_user") or {}).get("teams", ())
    stranger = bool(user.get("is_stranger")) or elsewhere
    admin = (named or bool(user.get("is_admin")) or bool(user.get("is_owner"))) and not stranger
    return About(user.get("locale"), user.get("tz"), admin, stranger)
