"""Says what Slack would not take in a message or a view, and where, as Slack says it."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

from tests.fakes.slack.block_limits import (
    BLOCKS,
    BLOCKS_TEXT,
    ELEMENTS,
    MESSAGE_BLOCKS,
    MESSAGE_TEXT,
    MODAL_ONLY,
    NOT_IN_MESSAGE,
    RICH_TEXT,
    SCHEMAS,
    TEXT,
    UNTYPED,
    VIEW_BLOCKS,
    VIEW_BYTES,
    VIEWS,
    WIRE_NAMES,
    Rule,
)

Problems = Iterator[str]
Json = dict[str, Any]

CODES = ("msg_blocks_too_long", "msg_too_long", "no_text", "view_too_large")
"""Problems for which Slack has an error of its own."""
READ = ("text", "alt_text", "url", "image_url")
"""Strings that count for the size of a message."""


def check_blocks(blocks: object, surface: str, at: str = "/blocks") -> list[str]:
    """Check the blocks of a "message", a "modal" or a "home"."""
    if not isinstance(blocks, list):
        return [_say("must be an array", at)]
    most = MESSAGE_BLOCKS if surface == "message" else VIEW_BLOCKS
    found = [_say(f"no more than {most} items allowed", at)] if len(blocks) > most else []
    for number, block in enumerate(blocks):
        found += _block(block, surface, f"{at}/{number}")
    ids = Counter(block.get("block_id") for block in blocks if isinstance(block, dict) and block.get("block_id"))
    found += [_say(f"block_id `{id_}` is used more than once", at) for id_, times in ids.items() if times > 1]
    return found


def check_message(payload: Json) -> list[str]:
    """Check text and blocks of a message; the first word of a problem may be an error of its own (CODES)."""
    text, blocks = payload.get("text"), payload.get("blocks")
    if not text and not blocks and not payload.get("attachments"):
        return [_say("no_text", "/text")]
    if text is not None and not isinstance(text, str):
        return [_say("must be a string", "/text")]
    if text and len(text) > MESSAGE_TEXT:
        return [_say(f"msg_too_long {len(text)}", "/text")]
    found = check_blocks(blocks, "message") if blocks is not None else []
    size = sum(len(words) for words in _read(blocks))
    return found or ([_say(f"msg_blocks_too_long {size}", "/blocks")] if size > BLOCKS_TEXT else [])


def check_view(view: object) -> list[str]:
    """Check a modal or a home."""
    if not isinstance(view, dict):
        return [_say("must be an object", "/view")]
    kind = view.get("type")
    if kind not in VIEWS:
        return [_say(f"unsupported type: {kind}", "/view/type")]
    if len(json.dumps(view).encode()) > VIEW_BYTES:
        return [_say("view_too_large", "/view")]
    found = list(_fields({key: value for key, value in view.items() if key != "blocks"}, VIEWS[kind], "/view"))
    blocks = view.get("blocks")
    if not blocks:
        return [*found, _say("no fewer than 1 items allowed", "/view/blocks")]
    found += check_blocks(blocks, kind, "/view/blocks")
    if kind == "modal" and not view.get("submit") and any(_type(block) == "input" for block in blocks):
        found.append(_say("missing required field: submit", "/view"))
    return found


def error(problems: list[str], otherwise: str = "invalid_blocks") -> str:
    """Return the error that an API method gives for these problems."""
    first = problems[0].split()[0]
    return first if first in CODES else otherwise


def _say(what: str, at: str) -> str:
    return f"{what} [json-pointer:{at}]"


def _type(block: object) -> object:
    return block.get("type") if isinstance(block, dict) else None


def _read(inside: object) -> Iterator[str]:
    if isinstance(inside, dict):
        for key, value in inside.items():
            if key in READ and isinstance(value, str):
                yield value
            else:
                yield from _read(value)
    elif isinstance(inside, list):
        for one in inside:
            yield from _read(one)


def _block(block: object, surface: str, at: str) -> Problems:
    kind = _type(block)
    if not isinstance(block, dict) or not isinstance(kind, str):
        yield _say("missing required field: type", at)
        return
    if kind not in BLOCKS:
        yield _say(f"unsupported type: {kind}", f"{at}/type")
        return
    own = [*_fields(block, BLOCKS[kind], at), *_together(block, at), *_places(block, surface, at)]
    yield from own
    if not own:
        yield from _second_opinion(block, at)


def _second_opinion(block: Json, at: str) -> Problems:
    """Ask slack_sdk, whose table is not ours."""
    try:
        parsed = Block.parse(json.loads(json.dumps(block)))
        if parsed is None:
            yield _say("slack_sdk does not know it", at)
        else:
            parsed.to_dict()
    except (SlackObjectFormationError, TypeError, ValueError) as refusal:
        yield _say(f"slack_sdk: {refusal}", at)


def _together(block: Json, at: str) -> Problems:
    """Check what fields say together."""
    if block["type"] == "section" and "text" not in block and "fields" not in block:
        yield _say("must define either `text` or `fields`", at)
    if block["type"] == "rich_text" and sum(len(words) for words in _read(block)) > RICH_TEXT:
        yield _say(f"must be less than {RICH_TEXT + 1} characters", at)
    ids = Counter(element["action_id"] for element, _ in elements(block, at) if element.get("action_id"))
    yield from (_say(f"action_id `{id_}` is used more than once", at) for id_, times in ids.items() if times > 1)
    for element, place in elements(block, at):
        yield from _choices(element, place)


def elements(block: Json, at: str = "") -> Iterator[tuple[Json, str]]:
    """Yield the elements of a block that somebody can use, with their places."""
    inside: list[tuple[object, str]] = [(block.get(name), f"{at}/{name}") for name in ("accessory", "element")]
    listed = block.get("elements")
    if block.get("type") == "actions" and isinstance(listed, list):
        inside += [(one, f"{at}/elements/{number}") for number, one in enumerate(listed)]
    yield from ((one, place) for one, place in inside if isinstance(one, dict) and one.get("type") in ELEMENTS)


def _choices(element: Json, at: str) -> Problems:
    kind = element["type"]
    if kind in {"static_select", "multi_static_select"} and ("options" in element) == ("option_groups" in element):
        yield _say("must define either `options` or `option_groups`", at)
    try:
        options = all_options(element)
        initial = [*element.get("initial_options", ()), *filter(None, [element.get("initial_option")])]
        values = Counter(option["value"] for option in options)
    except (KeyError, TypeError, AttributeError):
        return  # said already, where it is wrong
    yield from (_say(f"value `{value}` is used more than once", at) for value, times in values.items() if times > 1)
    yield from (_say("initial option is not one of the options", at) for one in initial if one not in options)
    low, high = element.get("min_length", 0), element.get("max_length", 3000)
    if isinstance(low, int) and isinstance(high, int) and low > high:
        yield _say("min_length is more than max_length", at)


def all_options(element: Json) -> list[Json]:
    """Return the options of an element, also those in groups."""
    grouped = [option for group in element.get("option_groups", ()) for option in group["options"]]
    return [*element.get("options", ()), *grouped]


def _places(block: Json, surface: str, at: str) -> Problems:
    """Check what is only for some places."""
    for element, place in elements(block, at):
        wrong = [name for name in NOT_IN_MESSAGE if surface == "message" and name in element]
        if surface != "modal" or block["type"] != "input":
            wrong += [name for name in MODAL_ONLY if name in element]
        yield from (_say(f"invalid additional property: {name}", place) for name in wrong)


def _fields(given: Json, rules: dict[str, Rule], at: str) -> Problems:
    for name, rule in rules.items():
        if rule.needed and given.get(name) is None:
            yield _say(f"missing required field: {name}", at)
    for name, value in given.items():
        if name == "type":
            continue
        if name not in rules:
            yield _say(f"invalid additional property: {name}", at)
        elif value is None:
            yield _say("must not be null", f"{at}/{name}")
        else:
            yield from _value(value, rules[name], f"{at}/{name}")


def _value(value: object, rule: Rule, at: str) -> Problems:
    match rule.kind, value:
        case "string", str():
            yield from _length(value, rule, at)
        case "number", bool():
            yield _say("must be a number", at)
        case "number", int() if not rule.low <= value <= rule.high:
            yield _say(f"must be between {rule.low} and {rule.high}", at)
        case "word", str() if value not in rule.of:
            yield _say(f"must be one of: {', '.join(rule.of)}", at)
        case "style", dict():
            yield from (_say(f"invalid additional property: {one}", at) for one in value if one not in rule.of)
            yield from (_say("must be a boolean", f"{at}/{one}") for one in value if not isinstance(value[one], bool))
        case "words" | "strings" | "list", list():
            yield from _items(value, rule, at)
        case "object", dict():
            yield from _object(value, rule, at)
        case ("number", int()) | ("word", str()) | ("bool", bool()):
            pass
        case kind, _:
            yield _say(f"must be of another type: {kind}", at)


def _length(value: str, rule: Rule, at: str) -> Problems:
    if len(value) < rule.low:
        yield _say(f"must be more than {rule.low - 1} characters", at)
    if rule.high and len(value) > rule.high:
        yield _say(f"must be less than {rule.high + 1} characters", at)


def _items(value: list[Any], rule: Rule, at: str) -> Problems:
    if len(value) < rule.low:
        yield _say(f"no fewer than {rule.low} items allowed", at)
    if rule.high and len(value) > rule.high:
        yield _say(f"no more than {rule.high} items allowed", at)
    for number, one in enumerate(value):
        place = f"{at}/{number}"
        if rule.kind == "list":
            yield from _object(one, rule, place) if isinstance(one, dict) else [_say("must be an object", place)]
        elif not isinstance(one, str) or (rule.of and one not in rule.of):
            yield _say(f"must be one of: {', '.join(rule.of)}", place)


def _object(value: Json, rule: Rule, at: str) -> Problems:
    """Check something of one of several types, each of which has fields of its own."""
    if rule.of[0] in UNTYPED:
        if "type" in value:
            yield _say("invalid additional property: type", at)
        yield from _fields(value, SCHEMAS[rule.of[0]], at)
        return
    names = {WIRE_NAMES.get(name, name): name for name in rule.of}
    kind = value.get("type")
    if kind not in names:
        yield _say(f"unsupported type: {kind}", f"{at}/type")
        return
    yield from _fields(value, SCHEMAS[names[kind]], at)
    text = value.get("text")
    if rule.kind == "object" and 0 < rule.high < TEXT and isinstance(text, str) and len(text) > rule.high:
        yield _say(f"must be less than {rule.high + 1} characters", f"{at}/text")
