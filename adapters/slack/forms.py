"""The windows (modals) that Slack opens over a conversation: for long text, and for what admins set."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from adapters.fitting import clipped
from adapters.slack.limits import INPUT_TEXT, OPTION_TEXT, VIEW_TITLE
from adapters.slack.rich_text import Json
from conversations.catalogue import Catalogue, phrase
from conversations.events import ReviewAct
from conversations.messages import Receipt
from conversations.workspace import Workspace

WRITE_FORM = "write"
RULES_FORM = "rules"
MENTOR_FORM = "mentor"
ANSWER = "answer"
_LABEL = 2_000
_MADE_UP = (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError)
"""What reading a window raises that is none of ours."""

Words = Callable[[str], str]
"""Words a sentence by its address."""


def write_form(
    catalogue: Catalogue, language: str, question: str, button: str, at: Receipt | None, hint: str = "form.hint"
) -> Json:
    """Return a window with room for a long answer. It carries ids alone: what was asked, and where."""
    about = json.dumps({"button": button, "at": [at.channel, at.message] if at else None})
    text = _words(catalogue, language)
    field = {
        "type": "plain_text_input",
        "action_id": ANSWER,
        "multiline": True,
        "max_length": INPUT_TEXT,
        "focus_on_load": True,
    }
    return {
        **_window(text, WRITE_FORM, about),
        "blocks": [
            {
                "type": "input",
                "block_id": ANSWER,
                "element": field,
                "label": _plain(clipped(question or text("form.answer"), _LABEL)),
                "hint": _plain(clipped(text(hint), _LABEL)),
            }
        ],
    }


def mentor_form(catalogue: Catalogue, language: str, act: ReviewAct, share: str, card: Receipt, question: str) -> Json:
    """Return a window for a mentor's note or question. It carries ids alone."""
    about = json.dumps({"act": act, "share": share, "at": [card.channel, card.message]})
    text = _words(catalogue, language)
    field = {"type": "plain_text_input", "action_id": ANSWER, "multiline": True, "max_length": INPUT_TEXT}
    block = {"type": "input", "block_id": ANSWER, "element": field, "label": _plain(clipped(question, _LABEL))}
    return {**_window(text, MENTOR_FORM, about), "blocks": [block]}


def mentor_wrote(view: Mapping[str, Any]) -> tuple[ReviewAct, str, Receipt, str] | None:
    """Return what a mentor did, with which share where it was named, at which message, and what they wrote.

    None where the window is none that we opened.
    """
    try:
        about = json.loads(view["private_metadata"])
        value = view["state"]["values"][ANSWER][ANSWER].get("value")
        channel, message = about["at"]
        return ReviewAct(about["act"]), str(about["share"]), Receipt(channel, message), str(value or "")
    except _MADE_UP:
        return None


def what_was_written(view: Mapping[str, Any]) -> tuple[str, str, Receipt | None]:
    """Return the text, the button it stands for, and the message that had it; none where we did not open it."""
    try:
        about = json.loads(view.get("private_metadata") or "{}")
        value = view["state"]["values"][ANSWER][ANSWER].get("value")
        at = about.get("at")
        return str(value or ""), str(about.get("button", "")), Receipt(at[0], at[1], asks=True) if at else None
    except _MADE_UP:
        return "", "", None


def rules_form(catalogue: Catalogue, language: str, rules: Workspace, packs: Mapping[str, str]) -> Json:
    """Return the window in which an admin sets the rules of a workspace; `packs` are titles by id."""
    text = _words(catalogue, language)
    languages = {one: catalogue.text(phrase("language.name"), one) for one in catalogue.languages}
    fields = [
        _field("language", _one_of(languages, rules.language)),
        _field("pack", _one_of(packs, rules.pack)),
        _field("channels", _many("multi_conversations_select", "initial_conversations", rules.channels)),
        _field("mentors", _many("multi_users_select", "initial_users", rules.mentors)),
        _field("sharers", _many("multi_users_select", "initial_users", rules.sharers)),
        _field(
            "shares_a_day",
            {"type": "plain_text_input", "action_id": "shares_a_day", "initial_value": str(rules.shares_a_day)},
        ),
    ]
    fields[2]["element"]["filter"] = {"include": ["public", "private"], "exclude_bot_users": True}
    for field in fields:
        name = field["block_id"]
        field["label"] = _plain(text(f"admin.{name}"))
        field["hint"] = _plain(text(f"admin.hints.{name}"))
    return {**_window(text, RULES_FORM, ""), "blocks": fields}


def rules_written(view: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    """Return what an admin set: a rule's name -> its values, none where it was left empty."""
    found = {}
    for name, fields in view["state"]["values"].items():
        field = fields[name]
        option = field.get("selected_option") or {}
        one = option.get("value") or field.get("value")
        many = field.get("selected_conversations") or field.get("selected_users") or ()
        found[name] = (str(one),) if one else tuple(map(str, many))
    return found


def _words(catalogue: Catalogue, language: str) -> Words:
    return lambda key: catalogue.text(phrase(key), language)


def _window(text: Words, name: str, about: str) -> Json:
    return {
        "type": "modal",
        "callback_id": name,
        "private_metadata": about,
        "title": _plain(clipped(text(f"form.{name}"), VIEW_TITLE)),
        "submit": _plain(clipped(text("buttons.send"), VIEW_TITLE)),
        "close": _plain(clipped(text("buttons.cancel"), VIEW_TITLE)),
    }


def _field(name: str, element: Json) -> Json:
    return {"type": "input", "block_id": name, "optional": True, "element": {**element, "action_id": name}}


def _one_of(named: Mapping[str, str], chosen: str | None) -> Json:
    options = [{"text": _plain(clipped(title, OPTION_TEXT)), "value": one} for one, title in named.items()]
    initial = next((option for option in options if option["value"] == chosen), None)
    return {"type": "static_select", "options": options, **({"initial_option": initial} if initial else {})}


def _many(kind: str, initial: str, chosen: tuple[str, ...]) -> Json:
    return {"type": kind, **({initial: list(chosen)} if chosen else {})}


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": False}
