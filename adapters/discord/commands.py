"""The commands that Discord is told of, in every language; told again only when they changed."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from adapters.fitting import clipped
from conversations.catalogue import Catalogue, phrase
from conversations.replies import CheckRow

COMMAND, ADMIN_COMMAND, TAKE_DOWN = "teamcheck", "teamcheck-admin", "Take report down"
READ_POSTING = "Read as job posting"
WHAT = "what"
RESUME = "resume"
WORDS = (
    "checks",
    RESUME,
    "new",
    "report",
    "questions",
    "compare",
    "posting",
    "share",
    "unshare",
    "profile",
    "card",
    "reminders",
    "settings",
    "held",
    "export",
    "forget",
    "help",
)
"""Commands offered while somebody types; any other words are read as well."""
_CHAT_INPUT, _OF_A_MESSAGE, _STRING = 1, 3, 3
_IN_SERVERS, _IN_OUR_CHAT, _ELSEWHERE = 0, 1, 2
_GUILD_INSTALL, _USER_INSTALL = 0, 1
_MANAGE_GUILD = "32"
_LOCALES: Mapping[str, tuple[str, ...]] = {"en": ("en-US", "en-GB"), "zh": ("zh-CN", "zh-TW")}
"""Our languages by Discord's locales."""
_DESCRIPTION = 100
_SHOWN = 25

Json = dict[str, Any]


def commands(catalogue: Catalogue) -> list[Json]:
    """Return every command as Discord takes it."""
    what = _option(catalogue, WHAT, autocomplete=True)
    rules = [
        _option(catalogue, name) for name in ("language", "pack", "channels", "mentors", "sharers", "shares_a_day")
    ]
    return [
        {
            "name": COMMAND,
            "type": _CHAT_INPUT,
            **_described(catalogue, "command.teamcheck"),
            "options": [what],
            "integration_types": [_GUILD_INSTALL, _USER_INSTALL],
            "contexts": [_IN_SERVERS, _IN_OUR_CHAT, _ELSEWHERE],
        },
        {
            "name": ADMIN_COMMAND,
            "type": _CHAT_INPUT,
            **_described(catalogue, "command.admin"),
            "options": rules,
            "default_member_permissions": _MANAGE_GUILD,
            "integration_types": [_GUILD_INSTALL],
            "contexts": [_IN_SERVERS],
        },
        {
            "name": READ_POSTING,
            "type": _OF_A_MESSAGE,
            "name_localizations": _localized(catalogue, "command.read_posting"),
            "integration_types": [_GUILD_INSTALL, _USER_INSTALL],
            "contexts": [_IN_SERVERS, _IN_OUR_CHAT, _ELSEWHERE],
        },
        {
            "name": TAKE_DOWN,
            "type": _OF_A_MESSAGE,
            "name_localizations": _localized(catalogue, "command.take_down"),
            "integration_types": [_GUILD_INSTALL],
            "contexts": [_IN_SERVERS],
        },
    ]


def digest(made: Iterable[Json]) -> str:
    """Return by what commands are known to have changed."""
    return hashlib.sha256(json.dumps(list(made), sort_keys=True).encode()).hexdigest()


def offered(catalogue: Catalogue, language: str, begun: str, checks: Sequence[CheckRow]) -> list[Json]:
    """Return what may be meant by what somebody has typed so far behind the command: words, and their own checks."""

    def word(name: str) -> str:
        return (catalogue.words(f"words.commands.{name}", language) or (name,))[0]

    meant = {word(one): word(one) for one in WORDS}
    for row in checks:
        meant[f"{word(RESUME)} {row.number} · {catalogue.text(row.title, language)}"] = f"{word(RESUME)} {row.id}"
    fitting = [(name, value) for name, value in meant.items() if begun.casefold() in name.casefold()]
    return [{"name": clipped(name, _DESCRIPTION), "value": value} for name, value in fitting[:_SHOWN]]


def _option(catalogue: Catalogue, name: str, *, autocomplete: bool = False) -> Json:
    made = {"type": _STRING, "name": name, "required": False, **_described(catalogue, f"command.options.{name}")}
    return {**made, "autocomplete": True} if autocomplete else made


def _described(catalogue: Catalogue, key: str) -> Json:
    said = clipped(catalogue.text(phrase(key), "en"), _DESCRIPTION)
    return {"description": said, "description_localizations": _localized(catalogue, key)}


def _localized(catalogue: Catalogue, key: str) -> Mapping[str, str]:
    return {
        locale: clipped(catalogue.text(phrase(key), language), _DESCRIPTION)
        for language, locales in _LOCALES.items()
        for locale in locales
    }
