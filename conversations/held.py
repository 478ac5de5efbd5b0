"""What is stored about a person, in a few lines."""

import json
from collections.abc import Mapping
from typing import Any

from conversations.catalogue import Phrase, phrase

_NAMED = ("people", "checks", "outbox", "sent_messages")
"""Tables that are counted under a name of their own."""
_OF_NOBODY = ("packs",)
"""What goes with an export, so that it can be read elsewhere: questions, and nothing about anybody."""


def held_summary(document: str) -> tuple[Phrase, ...]:
    """Count checks, versions of the profile, reminders and messages in what a store holds; other tables are named."""
    tables: Mapping[str, list[Any]] = json.loads(document) if document else {}
    rows = {name: tables.get(name, []) for name in _NAMED}
    counts = {
        "checks": len(rows["checks"]),
        "profile": sum(_how_many(row, "profile") for row in rows["people"]),
        "reminders": sum(_how_many(row, "reminders") for row in rows["checks"]),
        "outbox": len(rows["outbox"]),
        "sent": len(rows["sent_messages"]),
    }
    named = [phrase(f"held.{name}", n=count) for name, count in counts.items() if count]
    others = (name for name, found in tables.items() if found and name not in (*_NAMED, *_OF_NOBODY))
    named += (phrase("held.other", table=name, n=len(tables[name])) for name in others)
    return tuple(named) or (phrase("held.nothing"),)


def _how_many(row: Mapping[str, Any], what: str) -> int:
    """Count something in the record of a row. A record that could not be read is there as text."""
    body = row.get("body")
    record = body.get("record", body) if isinstance(body, dict) else {}
    return len(record.get(what, ()))
