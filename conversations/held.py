"""What is stored about a person, in a few lines."""

import json
from collections.abc import Mapping
from typing import Any

from conversations.catalogue import Phrase, phrase

_COUNTED = ("checks", "outbox", "sent")
"""Tables whose rows have a name of their own."""
_PEOPLE = ("people", "persons", "person")


def held_summary(document: str) -> tuple[Phrase, ...]:
    """Count checks, versions of the profile, reminders and messages; other tables are named."""
    tables: Mapping[str, Any] = json.loads(document) if document else {}
    rows = {name: list(found) for name, found in tables.items() if found}
    checks = [_record(row) for row in rows.get("checks", ())]
    people = [_record(row) for name in _PEOPLE for row in rows.get(name, ())]
    lines = [
        ("checks", len(checks)),
        ("profile", sum(len(_list(person, "profile")) for person in people)),
        ("reminders", sum(len(_list(check, "reminders")) for check in checks)),
        ("outbox", len(rows.get("outbox", ()))),
        ("sent", len(rows.get("sent", ()))),
    ]
    known = tuple(phrase(f"held.{name}", n=count) for name, count in lines if count)
    others = (name for name in rows if name not in (*_COUNTED, *_PEOPLE))
    found = (*known, *(phrase("held.other", table=name, n=len(rows[name])) for name in others))
    return found or (phrase("held.nothing"),)


def _record(row: object) -> Mapping[str, Any]:
    """Return what a row holds: the row itself, or the record that is stored in it as JSON."""
    if not isinstance(row, Mapping):
        return {}
    for value in row.values():
        found = _parsed(value)
        if isinstance(found, Mapping):
            inner = found.get("record", found)
            return inner if isinstance(inner, Mapping) else {}
    return row


def _parsed(value: object) -> object:
    if not isinstance(value, str) or not value.startswith("{"):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _list(record: Mapping[str, Any], name: str) -> list[object]:
    found = record.get(name)
    return found if isinstance(found, list) else []
