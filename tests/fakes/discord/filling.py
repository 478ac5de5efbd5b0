"""A form and what somebody put into it -> how it is sent off. A form that cannot be sent is not."""

from collections.abc import Mapping
from typing import Any

from tests.fakes.discord.rules import Json
from tests.fakes.discord.screen import CHECKBOX, CHECKBOX_GROUP, LABEL, RADIO_GROUP, STRING_SELECT, TEXT_INPUT

_ROW = 1
_LONGEST = 4000


def fill(form: Json, values: Mapping[str, Any]) -> list[Json]:
    """Fill a form in; values are by ids or labels, and what is not named stays as it is.

    Raises:
        AssertionError: Discord's own client would not send it.

    """
    names = {name for one in form["components"] for name in _names(one)}
    assert values.keys() <= names, f"there is no {values.keys() - names} in the form, but {names}"
    return [_part(one, values) for one in form["components"]]


def _names(part: Json) -> set[str]:
    inner = part["component"] if part["type"] == LABEL else part["components"][0] if part["type"] == _ROW else {}
    return {str(one) for one in (part.get("label"), inner.get("label"), inner.get("custom_id")) if one}


def _part(part: Json, values: Mapping[str, Any]) -> Json:
    common: Json = {"type": part["type"], "id": part.get("id", 0)}
    named = next((values[name] for name in _names(part) if name in values), None)
    if part["type"] == LABEL:
        return common | {"component": _field(part["component"], named)}
    if part["type"] == _ROW:
        return common | {"components": [_field(part["components"][0], named)]}
    return common


def _field(field: Json, value: Any) -> Json:  # noqa: ANN401  whatever the field takes
    common: Json = {"type": field["type"], "custom_id": field["custom_id"], "id": field.get("id", 0)}
    name = field["custom_id"]
    match field["type"]:
        case kind if kind == TEXT_INPUT:
            text = (field.get("value") or "") if value is None else value
            assert isinstance(text, str), f"{name} takes a text"
            assert text or not field.get("required", True), f"{name} must be filled in"
            assert len(text) <= field.get("max_length", _LONGEST), f"{name} is too long"
            assert not text or len(text) >= field.get("min_length", 0), f"{name} is too short"
            return common | {"value": text}
        case kind if kind in (STRING_SELECT, CHECKBOX_GROUP):
            given = [value] if isinstance(value, str) else value
            picked = _picked(field, given)
            most = field.get("max_values", 1 if kind == STRING_SELECT else len(field["options"]))
            assert picked or not field.get("required", True), f"{name} must be filled in"
            assert not picked or field.get("min_values", 1) <= len(picked) <= most, f"{name} takes another number"
            return common | {"values": picked}
        case kind if kind == RADIO_GROUP:
            picked = _picked(field, None if value is None else [value])
            assert picked or not field.get("required", True), f"{name} must be filled in"
            return common | {"value": picked[0] if picked else None}
        case kind if kind == CHECKBOX:
            return common | {"value": bool(field.get("default")) if value is None else bool(value)}
    raise AssertionError(f"nobody can fill in a field of type {field['type']}")


def _picked(field: Json, labels: list[str] | None) -> list[str]:
    if labels is None:
        return [one["value"] for one in field["options"] if one.get("default")]
    by_label = {one["label"]: one["value"] for one in field["options"]}
    assert by_label.keys() >= set(labels), f"there is no {set(labels) - by_label.keys()} in {list(by_label)}"
    return [by_label[one] for one in labels]
