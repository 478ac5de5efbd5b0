"""An export -> what it brings to somebody: checks, versions of the profile, and the packs that the checks name."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from typing import Any

from conversations.catalogue import Phrase, phrase
from conversations.packs import from_json, pack_name, to_json
from conversations.reading_answers import clean
from conversations.session import Check, Person, Phase
from conversations.snapshot import NewerError, SnapshotError, load_check, load_person

LONGEST = 20_000_000
"""Characters of an export."""
_ID = re.compile(r"[a-z0-9]{4,12}|profile")
_ASKING = (Phase.ASKING, Phase.OFFERED, Phase.PROPOSING)


class ImportRefusedError(Exception):
    """A file cannot be taken in; `told` says why and what to do, in one line."""

    def __init__(self, told: Phrase) -> None:
        super().__init__(told.key)
        self.told = told


@dataclass(frozen=True, slots=True)
class Export:
    """What an export holds."""

    person: Person | None
    checks: tuple[Check, ...]
    packs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Import:
    """What becomes of an export with somebody: nothing that they have is changed or lost."""

    person: Person
    checks: tuple[Check, ...]
    """To be written: new ones, and those that differ from one that is there, each under another id."""
    packs: tuple[tuple[str, str], ...]
    new: int
    same: int
    apart: tuple[tuple[str, str], ...]
    """Ids in the file, and here, of those that differ."""
    versions: int
    """Of the profile, that come in addition."""
    copies: int
    """In channels, that are not brought along."""

    def told(self) -> Iterator[Phrase]:
        """Say what is new, the same, and kept beside what is there."""
        yield phrase("import.new", n=self.new)
        if self.same:
            yield phrase("import.same", n=self.same)
        yield from (phrase("import.apart", id=old, new=new) for old, new in self.apart)
        yield phrase("import.profile", n=self.versions) if self.versions else phrase("import.no_profile")
        if self.copies:
            yield phrase("import.copies", n=self.copies)


def read_export(text: str) -> Export:
    """Read what `export` wrote.

    Raises:
        ImportRefusedError: it is none, is damaged, or was written by a newer version.

    """
    if len(text) > LONGEST:
        raise ImportRefusedError(phrase("import.long", n=LONGEST))
    try:
        tables = json.loads(text)
    except (ValueError, RecursionError):
        raise ImportRefusedError(phrase("import.no_json")) from None
    if not isinstance(tables, dict) or not all(isinstance(tables.get(name), list) for name in ("people", "checks")):
        raise ImportRefusedError(phrase("import.no_export"))
    try:
        people = [load_person(_record(row)) for row in tables["people"]]
        checks = [_sound(load_check(_record(row))) for row in tables["checks"]]
        packs = dict(map(_pack, tables.get("packs") or []))
        # Of a reminder the zone stands beside the time.
        _dated([*map(astuple, people), *(astuple(replace(one, reminders=(), reminded=None)) for one in checks)])
    except NewerError:
        raise ImportRefusedError(phrase("import.newer")) from None
    except (SnapshotError, AttributeError, KeyError, RecursionError, TypeError, ValueError):
        raise ImportRefusedError(phrase("import.damaged")) from None
    if len({check.id for check in checks}) < len(checks) or len(people) > 1:
        raise ImportRefusedError(phrase("import.damaged"))
    return Export(people[0] if people else None, tuple(checks), packs)


def _record(row: Mapping[str, Any]) -> str:
    """Return a record as it is stored. What no line of a person's can hold is in none of theirs."""
    body = row["body"]
    if not isinstance(body, dict):
        raise TypeError
    for text in _texts(body):
        if clean(text) != text.replace("\t", " ").strip():
            raise ValueError
    return json.dumps(body, ensure_ascii=False)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield str(key)
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def _sound(check: Check) -> Check:
    """Return a check that can be gone on with, whatever state it was left in."""
    if not _ID.fullmatch(check.id):
        raise ValueError
    asking = check.phase in _ASKING
    odd = asking != (check.at is not None) or (check.phase is Phase.OFFERED) != (check.offered is not None)
    odd = odd or bool(check.proposed) != (check.phase is Phase.PROPOSING)
    if odd or check.phase in (Phase.NEW, Phase.SHARING, Phase.PASTING):
        return replace(check, phase=Phase.REVIEWING, at=None, offered=None, proposed=(), pasted="", sharing=None)
    return check


def _pack(row: Mapping[str, Any]) -> tuple[str, str]:
    """Return a pack and its name, which a digest of it ends."""
    body = row["body"] if isinstance(row["body"], str) else json.dumps(row["body"])
    values = from_json(body)
    if pack_name(values) != row["name"]:
        raise ValueError
    return row["name"], to_json(values)


def _dated(value: object) -> None:
    """Look whether every time says which zone it is in.

    Raises:
        ValueError: one does not.

    """
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError
    elif isinstance(value, list | tuple):
        for one in value:
            _dated(one)
    elif isinstance(value, Mapping):
        _dated(list(value.values()))


def merged(person: Person, mine: Sequence[Check], export: Export, new_id: Callable[[], str]) -> Import:
    """Put what an export holds beside what somebody has.

    Args:
        person: whose it becomes.
        mine: their checks.
        export: what is brought.
        new_id: draws an id for a check that differs from the one of its id.

    """
    here = {check.id: check for check in mine}
    known = [_content(check) for check in mine]
    brought, apart, same = list[Check](), list[tuple[str, str]](), 0
    for check in export.checks:
        one = _without_copies(check)
        if _content(one) in known or (check.is_profile and check.id in here):
            same += 1
            continue
        if check.id in here:
            one = replace(one, id=new_id())
            apart.append((check.id, one.id))
        brought.append(replace(one, revision=1))
    after = _with_profile(person, export.person)
    if after.current_check not in {*here, *(check.id for check in brought)}:
        newest = max((one for one in brought if not one.is_profile), key=lambda one: one.changed_at, default=None)
        after = replace(after, current_check=newest.id if newest else person.current_check)
    if after != person:
        after = replace(after, revision=person.revision + 1)
    named = {check.pack for check in brought}
    return Import(
        after,
        tuple(brought),
        tuple((name, body) for name, body in export.packs.items() if name in named),
        sum(not check.is_profile for check in brought) - len(apart),
        same,
        tuple(apart),
        len(after.profile) - len(person.profile),
        sum(len(check.shares) for check in export.checks),
    )


def _without_copies(check: Check) -> Check:
    """Return a check without its copies in channels: only the bot that posted them can take them back."""
    return replace(check, shares=(), sharing=None)


def _content(check: Check) -> Check:
    """Return what two checks are compared by."""
    return replace(_without_copies(_sound(replace(check, id="abcd"))), revision=0, parked=False, warned_at=None)


def _with_profile(person: Person, found: Person | None) -> Person:
    """Bring versions of the profile together, the oldest first. Settings are those that are here, if there are any."""
    if found is None:
        return person
    profile = (*person.profile, *(one for one in found.profile if one not in person.profile))
    settings = (
        person if person.revision else replace(found, key=person.key, revision=0, forgetting=None, about_me=False)
    )
    return replace(settings, profile=tuple(sorted(profile, key=lambda version: version.at)))
