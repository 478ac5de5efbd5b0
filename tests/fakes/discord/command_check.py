"""What Discord demands of commands that are registered."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

CHAT_INPUT, OF_A_USER, OF_A_MESSAGE = 1, 2, 3
_AT_MOST: Mapping[int, int] = {CHAT_INPUT: 100, OF_A_USER: 15, OF_A_MESSAGE: 15}
_NAME = re.compile(r"[-_'\w]{1,32}")
_TOGETHER = 8000
_OPTIONS, _CHOICES, _SHOWN, _DESCRIPTION = 25, 25, 32, 100
LOCALES = frozenset({
    "id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl", "pt-BR",
    "ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko",
})  # fmt: skip
_KNOWN = {
    "id", "application_id", "version", "name", "name_localizations", "description", "description_localizations",
    "options", "default_member_permissions", "dm_permission", "default_permission", "nsfw", "type", "contexts",
    "integration_types", "handler",
}  # fmt: skip
Json = Mapping[str, Any]


def check_commands(commands: Any) -> list[str]:  # noqa: ANN401  whatever was sent
    """Return what Discord would refuse of a whole list of commands."""
    if not isinstance(commands, list):
        return ["commands are a list"]
    problems = [f"{one.get('name')}: {why}" for one in commands for why in _command(one)]
    kinds = [(one.get("type", CHAT_INPUT), one.get("name")) for one in commands]
    problems += [f"{name}: twice" for kind, name in set(kinds) if kinds.count((kind, name)) > 1]
    for kind, most in _AT_MOST.items():
        if sum(one == kind for one, _ in kinds) > most:
            problems.append(f"more than {most} of type {kind}")
    return problems


def _command(command: Json) -> Iterator[str]:
    kind = command.get("type", CHAT_INPUT)
    if kind not in _AT_MOST:
        yield f"type {kind}"
    yield from (f"unknown: {name}" for name in command.keys() - _KNOWN)
    if kind == CHAT_INPUT:
        yield from _named(command)
        yield from _options(command.get("options") or [])
    else:
        for name in (command.get("name"), *(command.get("name_localizations") or {}).values()):
            if not (isinstance(name, str) and 1 <= len(name) <= _SHOWN):
                yield "a name has 1 to 32 characters"
        if command.get("description") or command.get("options"):
            yield "has neither a description nor options"
    yield from _locales(command)
    for name, values in (("contexts", {0, 1, 2}), ("integration_types", {0, 1})):
        given = command.get(name)
        if given is not None and (not given or set(given) - values or len(set(given)) < len(given)):
            yield name
    permissions = command.get("default_member_permissions")
    if permissions is not None and not (isinstance(permissions, str) and permissions.isdecimal()):
        yield "default_member_permissions is a number in a string"
    if _size(command) > _TOGETHER:
        yield f"more than {_TOGETHER} characters together"


def _named(part: Json) -> Iterator[str]:
    """Check the name and the description of a command, or of an option."""
    for name in (part.get("name"), *(part.get("name_localizations") or {}).values()):
        if not isinstance(name, str) or not _NAME.fullmatch(name) or name != name.lower():
            yield f"{name!r} is no name"
    for said in (part.get("description"), *(part.get("description_localizations") or {}).values()):
        if not isinstance(said, str) or not 1 <= len(said) <= _DESCRIPTION:
            yield "a description has 1 to 100 characters"


def _options(options: list[Json]) -> Iterator[str]:
    if len(options) > _OPTIONS:
        yield "at most 25 options"
    names = [one.get("name") for one in options]
    if len(set(names)) < len(names):
        yield "two options of one name"
    needed = [bool(one.get("required")) for one in options]
    if needed != sorted(needed, reverse=True):
        yield "required options come first"
    for one in options:
        yield from _named(one)
        yield from _locales(one)
        choices = one.get("choices") or []
        if len(choices) > _CHOICES:
            yield "at most 25 choices"
        if choices and one.get("autocomplete"):
            yield "choices or autocomplete"
        for choice in choices:
            yield from _locales(choice)
            for name in (choice.get("name"), *(choice.get("name_localizations") or {}).values()):
                if not (isinstance(name, str) and 1 <= len(name) <= _DESCRIPTION):
                    yield "a choice has 1 to 100 characters"
        yield from _options(one.get("options") or [])


def _locales(part: Json) -> Iterator[str]:
    for field in ("name_localizations", "description_localizations"):
        yield from (f"no locale: {one}" for one in (part.get(field) or {}).keys() - LOCALES)


def _size(part: Json) -> int:
    """Count a command as Discord does: of every text the longest translation."""
    size = 0
    for field in ("name", "description"):
        texts = (part.get(field) or "", *(part.get(f"{field}_localizations") or {}).values())
        size += max(len(str(one)) for one in texts)
    if isinstance(part.get("value"), str):
        size += len(part["value"])
    return size + sum(_size(one) for name in ("options", "choices") for one in part.get(name) or ())
