"""Records <-> JSON, with a schema number, so that a stored check outlives the code that wrote it."""

import json
from typing import Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from conversations.session import Check, Person

SCHEMA: Final = 1
"""Raised when the stored shape changes, together with an upgrade from the number before."""

Record = TypeVar("Record", Check, Person)
_CHECK: TypeAdapter[Check] = TypeAdapter(Check)
_PERSON: TypeAdapter[Person] = TypeAdapter(Person)


class SnapshotError(Exception):
    """A stored record that this version cannot read."""


def dump_check(check: Check) -> str:
    """Write a check as JSON."""
    return _dump(_CHECK, check)


def load_check(text: str) -> Check:
    """Read a check.

    Raises:
        SnapshotError: it was written by a newer version, or is damaged.

    """
    return _load(_CHECK, text)


def dump_person(person: Person) -> str:
    """Write a person as JSON."""
    return _dump(_PERSON, person)


def load_person(text: str) -> Person:
    """Read a person.

    Raises:
        SnapshotError: it was written by a newer version, or is damaged.

    """
    return _load(_PERSON, text)


def _dump(adapter: TypeAdapter[Record], record: Record) -> str:
    return f'{{"schema":{SCHEMA},"record":{adapter.dump_json(record).decode()}}}'


def _load(adapter: TypeAdapter[Record], text: str) -> Record:
    try:
        wrapped = json.loads(text)
        schema, record = wrapped["schema"], wrapped["record"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise SnapshotError("a stored record is damaged") from None
    if not isinstance(schema, int):
        raise SnapshotError("a stored record is damaged")
    if schema != SCHEMA:
        raise SnapshotError(f"a stored record has the shape {schema}, this version reads {SCHEMA}")
    try:
        return adapter.validate_python(record)
    except ValidationError:
        # Never the error's own words: they quote the record, and the record is somebody's answers.
        raise SnapshotError("a stored record is damaged") from None
