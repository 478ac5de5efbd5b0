"""What somebody has chosen or written in the elements of a message or a view, as Slack tells of it."""

from typing import Any

from tests.fakes.slack.block_check import all_options
from tests.fakes.slack.server import Channel, Json

STATES = {
    "checkboxes": "selected_options",
    "multi_static_select": "selected_options",
    "radio_buttons": "selected_option",
    "static_select": "selected_option",
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "plain_text_input": "value",
    "number_input": "value",
}
"""Element -> where its state stands."""
REQUIRED = "Please complete this required field."


def untouched(element: Json) -> Json:
    """Return the state of an element that nobody has used."""
    name = STATES[element["type"]]
    initial: Any = element.get(name.replace("selected", "initial") if name != "value" else "initial_value")
    if initial is None and name.endswith("s"):
        initial = []
    return {"type": element["type"], name: initial}


def filled(element: Json, value: Any) -> Json:  # noqa: ANN401  whatever the field takes
    """Return the state of an element after somebody filled it in; an option goes by its value or its label."""
    kind = element["type"]
    name = STATES[kind]
    if name == "value":
        assert len(value) <= element.get("max_length", 3000), "it cannot be typed"
        return {"type": kind, name: value}
    if not name.startswith("selected_option"):
        return {"type": kind, name: list(value) if name.endswith("s") else value}
    wanted = list(value) if name.endswith("s") else [value]
    chosen = [one for one in all_options(element) if {one["value"], one["text"]["text"]} & set(wanted)]
    assert len(chosen) == len(wanted), f"{wanted} are not all offered"
    return {"type": kind, name: chosen if name.endswith("s") else chosen[0]}


def missing(block: Json, state: Json) -> str:
    """Return what the client itself has against a field, without asking the bot."""
    element = block["element"]
    value = state[STATES[element["type"]]]
    if not value:
        return "" if block.get("optional") else REQUIRED
    low = element.get("min_length", 0)
    return f"at least {low} characters" if isinstance(value, str) and len(value) < low else ""


def offers(element: Json, channel: Channel | None, user: str) -> bool:
    """Tell whether a menu of conversations shows this one to somebody."""
    if channel is None or ((channel.private or channel.direct) and user not in channel.members):
        return False
    kind = "im" if channel.direct else "private" if channel.private else "public"
    included = element.get("filter", {}).get("include")
    return not included or kind in included
