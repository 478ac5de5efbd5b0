"""What an admin may set for a workspace, and what is wrong with what they asked for."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from conversations.catalogue import Arg, Catalogue, Phrase, phrase, spoken
from conversations.replies import Listed, Reply
from conversations.script import Packs
from conversations.workspace import SHARES_A_DAY, Workspace

NAMED_LIMIT = 100
"""Channels, or mentors, that may be named."""
SHARES_LIMIT = 100
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
"""What the id of a channel, a person or a group looks like, on any platform."""

Values = tuple[str, ...]


class _WrongError(Exception):
    def __init__(self, why: str, **args: Arg) -> None:
        self.said = phrase(f"admin.wrong.{why}", **args)


@dataclass(frozen=True, slots=True)
class _Known:
    catalogue: Catalogue
    packs: Packs


def administer(
    workspace: Workspace, rules: Mapping[str, Values], catalogue: Catalogue, packs: Packs
) -> tuple[Workspace, tuple[Reply, ...]]:
    """Set rules, all of them or none; say what is set now, or, with the same workspace, what is wrong."""
    known, found, wrong = _Known(catalogue, packs), dict[str, Any](), list[Phrase]()
    for name, said in rules.items():
        values = tuple(dict.fromkeys(filter(None, (value.strip() for value in said))))
        try:
            found[name] = _READING[name](known, values)
        except KeyError:
            wrong.append(phrase("admin.wrong.rule", value=name))
        except _WrongError as error:
            wrong.append(error.said)
    if wrong:
        return workspace, (Listed(phrase("admin.nothing_changed"), tuple(wrong)),)
    after = replace(workspace, **found)
    return after, (Listed(phrase("admin.set"), tuple(_said(after))),)


def _one(values: Values) -> str | None:
    if len(values) > 1:
        raise _WrongError("several", value=values)
    return values[0] if values else None


def _language(known: _Known, values: Values) -> str | None:
    said = _one(values)
    if said is None:
        return None
    languages = known.catalogue.languages
    named = (one for one in languages if said.casefold() in known.catalogue.words("language.words", one))
    language = spoken(said, languages) or next(named, None)
    if language is None:
        raise _WrongError("language", value=said, known=tuple(languages))
    return language


def _pack(known: _Known, values: Values) -> str | None:
    said = _one(values)
    if said is not None and said not in known.packs.current:
        raise _WrongError("pack", value=said, known=tuple(known.packs.current))
    return said


def _shares(_known: _Known, values: Values) -> int:
    said = _one(values)
    if said is None:
        return SHARES_A_DAY
    if not (said.isdecimal() and len(said) <= len(str(SHARES_LIMIT)) and int(said) <= SHARES_LIMIT):
        raise _WrongError("shares_a_day", value=said, most=SHARES_LIMIT)
    return int(said)


def _ids(_known: _Known, values: Values) -> Values:
    if len(values) > NAMED_LIMIT:
        raise _WrongError("too_many", count=len(values), most=NAMED_LIMIT)
    for value in values:
        if not _ID.fullmatch(value):
            raise _WrongError("id", value=value)
    return values


_READING: Mapping[str, Callable[[_Known, Values], Any]] = {
    "language": _language,
    "pack": _pack,
    "channels": _ids,
    "mentors": _ids,
    "sharers": _ids,
    "shares_a_day": _shares,
}
"""Every rule that may be set, and what reads it; nothing said sets it back."""


def _said(workspace: Workspace) -> list[Phrase]:
    values: Mapping[str, Arg] = {
        "language": workspace.language or phrase("admin.any_language"),
        "pack": workspace.pack or phrase("admin.own_pack"),
        "channels": workspace.channels or phrase("admin.any_channel"),
        "mentors": workspace.mentors or phrase("admin.no_mentor"),
        "sharers": workspace.sharers or phrase("admin.everybody"),
        "shares_a_day": workspace.shares_a_day or phrase("admin.no_shares"),
    }
    return [phrase("admin.row", rule=phrase(f"admin.{name}"), value=value) for name, value in values.items()]
