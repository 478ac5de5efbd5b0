"""Records <-> JSON, with a schema number, so that a stored check outlives the code that wrote it.

Schema 2 is small: what has its default is left out, and an answer is as short as its kind allows. Schema 1 wrote the
values field by field.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeVar, get_args

from pydantic import TypeAdapter

from conversations.messages import InteractionReply, Message
from conversations.replies import Reply
from conversations.session import Amount, Answer, Check, Chosen, Given, NonAnswer, Person, SkillList, Unsaid, Written
from conversations.vocabulary import Source
from conversations.workspace import Workspace

SCHEMA: Final = 2
"""Raised when the stored shape changes, together with an upgrade from the number before."""

_FIELD_BY_FIELD: Final = 1
_DAMAGED = "a stored record is damaged"

_Spread = Callable[[dict[str, Any]], object]
Record = TypeVar("Record")
_CHECK: TypeAdapter[Check] = TypeAdapter(Check)
_PERSON: TypeAdapter[Person] = TypeAdapter(Person)
_WORKSPACE: TypeAdapter[Workspace] = TypeAdapter(Workspace)
_FREE: TypeAdapter[Written | SkillList] = TypeAdapter(Written | SkillList)
_MESSAGE: TypeAdapter[Message] = TypeAdapter(Message)
_ANY: TypeAdapter[Any] = TypeAdapter(Any)
_REPLIES: dict[str, TypeAdapter[Any]] = {one.__name__: TypeAdapter(one) for one in get_args(Reply)}
_UNSAID = {reason.value: Unsaid(reason) for reason in NonAnswer}
_SOURCES: dict[str | None, Source | None] = {None: None, **{source.value: source for source in Source}}
_MICROSECOND = timedelta(microseconds=1)
_DAY_SECONDS, _SECOND = 86_400, 1_000_000
_DAY = "@day"
"""Marks a date among the fillings of a phrase; no placeholder is called so."""


class SnapshotError(Exception):
    """A stored record that this version cannot read."""


class NewerError(SnapshotError):
    """It was written by a newer version."""


def dump_check(check: Check) -> str:
    """Write a check as JSON."""
    opened = check.opened_at
    record = _CHECK.dump_python(check, mode="json", exclude={"answers", "offered", "proposed"}, exclude_defaults=True)
    record["answers"] = {step: [_short_given(one, opened) for one in given] for step, given in check.answers.items()}
    if check.offered:
        record["offered"] = _short_given(check.offered, opened)
    if check.proposed:
        record["proposed"] = [
            {"step": one.step, "given": _short_given(one.given, opened), "certainty": one.certainty}
            for one in check.proposed
        ]
    return _dump(record)


def load_check(text: str) -> Check:
    """Read a check.

    Raises:
        SnapshotError: it was written by a newer version, or is damaged.

    """
    return _load(text, _CHECK, _check)


def dump_person(person: Person) -> str:
    """Write a person as JSON."""
    record = _PERSON.dump_python(person, mode="json", exclude={"profile"}, exclude_defaults=True)
    record["profile"] = [
        {"at": one.at.isoformat(), "answers": {step: _short(answer) for step, answer in one.answers.items()}}
        for one in person.profile
    ]
    return _dump(record)


def load_person(text: str) -> Person:
    """Read a person.

    Raises:
        SnapshotError: it was written by a newer version, or is damaged.

    """
    return _load(text, _PERSON, _person)


def dump_workspace(workspace: Workspace) -> str:
    """Write the rules of a workspace as JSON."""
    return _dump(_WORKSPACE.dump_python(workspace, mode="json", exclude_defaults=True))


def load_workspace(text: str) -> Workspace:
    """Read the rules of a workspace.

    Raises:
        SnapshotError: they were written by a newer version, or are damaged.

    """
    return _load(text, _WORKSPACE, _as_it_is)


def dump_message(message: Message) -> str:
    """Write a message as JSON, without the token of an interaction, which is a secret."""
    to = replace(message.to, token="") if isinstance(message.to, InteractionReply) else message.to
    record = _MESSAGE.dump_python(replace(message, to=to, replies=()))
    named = [(type(reply).__name__, reply) for reply in message.replies]
    record["replies"] = [(name, _REPLIES[name].dump_python(reply)) for name, reply in named]
    return json.dumps(_wrapped(record), ensure_ascii=False, separators=(",", ":"), default=_plain)


def load_message(text: str, token: str = "") -> Message:
    """Read a message, and give an interaction its token back.

    Raises:
        SnapshotError: it was written by a newer version, or is damaged.

    """
    message = _load(text, _MESSAGE, _message, _with_days)
    if isinstance(message.to, InteractionReply):
        return replace(message, to=replace(message.to, token=token))
    return message


def _dump(record: Mapping[str, Any]) -> str:
    return _ANY.dump_json(_wrapped(record)).decode()


def _wrapped(record: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"schema": SCHEMA, "record": record}


def _plain(value: object) -> object:
    """Write a time as text, and a date so that it does not come back as text."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return {_DAY: value.isoformat()}
    raise TypeError(f"no shape for {type(value).__name__}")


def _with_days(found: dict[str, Any]) -> object:
    return date.fromisoformat(found[_DAY]) if _DAY in found else found


def _load(text: str, adapter: TypeAdapter[Record], spread: _Spread, hook: _Spread | None = None) -> Record:
    try:
        wrapped = json.loads(text, object_hook=hook)
        schema, record = wrapped["schema"], wrapped["record"]
        if schema == SCHEMA:
            return adapter.validate_python(spread(record))
        if schema == _FIELD_BY_FIELD:
            return adapter.validate_python(record)
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        # Never the error's own words: they quote the record, and the record is somebody's answers.
        raise SnapshotError(_DAMAGED) from None
    other = f"a stored record has the shape {schema}, this version reads {SCHEMA}"
    if isinstance(schema, int) and schema > SCHEMA:
        raise NewerError(other)
    raise SnapshotError(other if isinstance(schema, int) else _DAMAGED)


# From the shape to the values; what is not named here is validated as it stands.


def _check(record: dict[str, Any]) -> object:
    opened = datetime.fromisoformat(record["opened_at"])
    answers = record["answers"].items()
    record["answers"] = {step: tuple([_given(opened, *one) for one in given]) for step, given in answers}
    if "offered" in record:
        record["offered"] = _given(opened, *record["offered"])
    for one in record.get("proposed", ()):
        one["given"] = _given(opened, *one["given"])
    return record


def _person(record: dict[str, Any]) -> object:
    for one in record["profile"]:
        one["answers"] = {step: _answer(answer) for step, answer in one["answers"].items()}
    return record


def _as_it_is(record: dict[str, Any]) -> object:
    return record


def _message(record: dict[str, Any]) -> object:
    record["replies"] = tuple([_REPLIES[name].validate_python(reply) for name, reply in record["replies"]])
    return record


# -- answers -----------------------------------------------------------------------------------------------------


def _short_given(given: Given, opened: datetime) -> list[object]:
    """Write an answer, how many microseconds after the opening it came, and who said it in which words."""
    after = given.at - opened
    short = [_short(given.answer), (after.days * _DAY_SECONDS + after.seconds) * _SECOND + after.microseconds]
    if given.source or given.quote:
        short.append(given.source)
    if given.quote:
        short.append(given.quote)
    return short


def _given(opened: datetime, answer: object, at: int, source: str | None = None, quote: object = "") -> Given:
    return Given(_answer(answer), opened + at * _MICROSECOND, _SOURCES[source], _text(quote))


def _short(answer: Answer) -> object:
    """Write a number and a non-answer as they are, choices as a list, with one of the unsure ones at its end."""
    if isinstance(answer, Chosen):
        return (*answer.yes, answer.unsure) if answer.unsure else answer.yes
    if isinstance(answer, Amount):
        return answer.number
    if isinstance(answer, Unsaid):
        return answer.reason
    return _FREE.dump_python(answer, exclude_defaults=True)


def _answer(short: object) -> Answer:
    if isinstance(short, list):
        if short and isinstance(short[-1], list):
            return Chosen(_ids(short[:-1]), _ids(short[-1]))
        return Chosen(_ids(short))
    if isinstance(short, str):
        return _UNSAID[short]
    if isinstance(short, int | float):
        return Amount(short)
    return _FREE.validate_python(short)


def _ids(found: list[str]) -> tuple[str, ...]:
    "".join(found)  # takes nothing but text
    return tuple(found)


def _text(found: object) -> str:
    if not isinstance(found, str):
        raise TypeError
    return found
