"""What Slack takes in a block, as data: fields, sizes, and where each thing may stand.

From docs.slack.dev/reference/block-kit; where two sources differ, the narrower one.
"""

from dataclasses import dataclass, replace

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
BLOCKS_TEXT = 12_000  # of one message; undocumented, Slack's maintainers say "12,000 plus buffer"
RICH_TEXT = 3_000  # of one block; nobody has said how much is too much, so as much as a section
MESSAGE_TEXT = 40_000
TEXT = 3_000  # of any text object
VIEW_BYTES = 250_000


@dataclass(frozen=True)
class Rule:
    """What one field may hold."""

    kind: str
    high: int = 0
    """The most characters or items, or the greatest number; 0: as many as one likes."""
    low: int = 1
    of: tuple[str, ...] = ()
    """Types of what is inside; for a word, the words."""
    needed: bool = False


def must(rule: Rule) -> Rule:
    return replace(rule, needed=True)


def string(high: int, low: int = 1) -> Rule:
    return Rule("string", high, low)


def plain(high: int) -> Rule:
    return Rule("object", high, of=("plain_text",))


def text(high: int) -> Rule:
    return Rule("object", high, of=("plain_text", "mrkdwn"))


def number(low: int, high: int) -> Rule:
    return Rule("number", high, low)


def word(*words: str) -> Rule:
    return Rule("word", of=words)


def one(*types: str) -> Rule:
    return Rule("object", of=types)


def several(high: int, *types: str, low: int = 1) -> Rule:
    return Rule("list", high, low, types)


YES_NO = Rule("bool")
STRINGS = Rule("strings", 100, 1)
DECIMAL = Rule("string", 100)

ACTION = {"action_id": string(255), "confirm": one("confirm"), "focus_on_load": YES_NO}
CHOICE = ACTION | {"placeholder": plain(150)}
OPTIONS = {"options": several(100, "option"), "option_groups": several(100, "option_group")}
MOST = {"max_selected_items": number(1, 1000)}
INPUT = {
    "action_id": string(255),
    "placeholder": plain(150),
    "focus_on_load": YES_NO,
    "dispatch_action_config": one("dispatch_action_config"),
}

ELEMENTS: dict[str, dict[str, Rule]] = {
    "button": {
        "text": must(plain(75)),
        "action_id": string(255),
        "url": string(3000),
        "value": string(2000),
        "style": word("primary", "danger"),
        "confirm": one("confirm"),
        "accessibility_label": string(75),
    },
    "image_element": {
        "image_url": must(string(3000)),
        "alt_text": must(string(2000)),
    },
    "static_select": CHOICE | OPTIONS | {"initial_option": one("option")},
    "multi_static_select": CHOICE | OPTIONS | MOST | {"initial_options": several(100, "option")},
    "overflow": {"action_id": string(255), "confirm": one("confirm"), "options": must(several(5, "link_option"))},
    "checkboxes": ACTION | {"options": must(several(10, "rich_option")), "initial_options": several(10, "rich_option")},
    "radio_buttons": ACTION | {"options": must(several(10, "rich_option")), "initial_option": one("rich_option")},
    "plain_text_input": INPUT
    | {
        "initial_value": string(3000, 0),
        "multiline": YES_NO,
        "min_length": number(0, 3000),
        "max_length": number(1, 3000),
    },
    "number_input": INPUT
    | {
        "is_decimal_allowed": must(YES_NO),
        "initial_value": DECIMAL,
        "min_value": DECIMAL,
        "max_value": DECIMAL,
    },
    "users_select": CHOICE | {"initial_user": string(50)},
    "multi_users_select": CHOICE | MOST | {"initial_users": STRINGS},
    "conversations_select": CHOICE
    | {
        "initial_conversation": string(50),
        "default_to_current_conversation": YES_NO,
        "response_url_enabled": YES_NO,
        "filter": one("filter"),
    },
    "multi_conversations_select": CHOICE
    | MOST
    | {"initial_conversations": STRINGS, "default_to_current_conversation": YES_NO, "filter": one("filter")},
    "channels_select": CHOICE | {"initial_channel": string(50), "response_url_enabled": YES_NO},
    "multi_channels_select": CHOICE | MOST | {"initial_channels": STRINGS},
    "datepicker": CHOICE | {"initial_date": string(10, 10)},
    "timepicker": CHOICE | {"initial_time": string(5, 5), "timezone": string(100)},
}

OPTION = {"text": must(plain(75)), "value": must(string(150)), "description": plain(75)}
OBJECTS: dict[str, dict[str, Rule]] = {
    "plain_text": {"text": must(string(TEXT)), "emoji": YES_NO},
    "mrkdwn": {"text": must(string(TEXT)), "verbatim": YES_NO},
    "option": OPTION,
    "rich_option": OPTION | {"text": must(text(75)), "description": text(75)},
    "link_option": OPTION | {"url": string(3000)},
    "option_group": {"label": must(plain(75)), "options": must(several(100, "option"))},
    "confirm": {
        "title": must(plain(100)),
        "text": must(text(300)),
        "confirm": must(plain(30)),
        "deny": must(plain(30)),
        "style": word("primary", "danger"),
    },
    "filter": {
        "include": Rule("words", 4, 1, ("im", "mpim", "private", "public")),
        "exclude_external_shared_channels": YES_NO,
        "exclude_bot_users": YES_NO,
    },
    "dispatch_action_config": {
        "trigger_actions_on": must(Rule("words", 2, 1, ("on_enter_pressed", "on_character_entered")))
    },
}
UNTYPED = {"option", "rich_option", "link_option", "option_group", "confirm", "filter", "dispatch_action_config"}
"""Objects that say nothing of their type."""

STYLES = ("bold", "italic", "strike", "code")
RICH_INLINE: dict[str, dict[str, Rule]] = {
    "text": {"text": must(string(RICH_TEXT)), "style": Rule("style", of=STYLES)},
    "link": {"url": must(string(3000)), "text": string(RICH_TEXT), "style": Rule("style", of=STYLES)},
    "emoji": {"name": must(string(100)), "skin_tone": number(2, 6), "unicode": string(100)},
    "user": {"user_id": must(string(50)), "style": Rule("style", of=STYLES)},
    "channel": {"channel_id": must(string(50)), "style": Rule("style", of=STYLES)},
    "usergroup": {"usergroup_id": must(string(50)), "style": Rule("style", of=STYLES)},
    "broadcast": {"range": must(word("here", "channel", "everyone"))},
}
INLINE = must(several(0, *RICH_INLINE))
BORDER = {"border": number(0, 1)}
RICH: dict[str, dict[str, Rule]] = {
    "rich_text_section": {"elements": INLINE},
    "rich_text_list": BORDER
    | {
        "elements": must(several(0, "rich_text_section")),
        "style": must(word("bullet", "ordered")),
        "indent": number(0, 8),
        "offset": number(0, 100_000),
    },
    "rich_text_quote": BORDER | {"elements": INLINE},
    "rich_text_preformatted": BORDER | {"elements": must(several(0, "text", "link"))},
}

PICKERS = ("datepicker", "timepicker", "checkboxes", "radio_buttons")
SINGLE = ("static_select", "users_select", "conversations_select", "channels_select")
MULTI = tuple(f"multi_{name}" for name in SINGLE)
WRITTEN = ("plain_text_input", "number_input")

BLOCK_ID = {"block_id": string(255)}
BLOCKS: dict[str, dict[str, Rule]] = {
    "section": BLOCK_ID
    | {
        "text": text(3000),
        "fields": Rule("list", 10, 1, ("field_plain_text", "field_mrkdwn")),
        "accessory": one("button", "overflow", "image_element", *PICKERS, *SINGLE, *MULTI),
        "expand": YES_NO,
    },
    "header": BLOCK_ID | {"text": must(plain(150))},
    "divider": BLOCK_ID,
    "context": BLOCK_ID | {"elements": must(several(10, "plain_text", "mrkdwn", "image_element"))},
    "actions": BLOCK_ID | {"elements": must(several(25, "button", "overflow", *PICKERS, *SINGLE))},
    "input": BLOCK_ID
    | {
        "label": must(plain(2000)),
        "element": must(one(*WRITTEN, *PICKERS, *SINGLE, *MULTI)),
        "hint": plain(2000),
        "optional": YES_NO,
        "dispatch_action": YES_NO,
    },
    "image": BLOCK_ID | {"image_url": must(string(3000)), "alt_text": must(string(2000)), "title": plain(2000)},
    "rich_text": BLOCK_ID | {"elements": must(several(0, *RICH))},
}

SCHEMAS = (
    OBJECTS
    | ELEMENTS
    | RICH_INLINE
    | RICH
    | {
        "field_plain_text": OBJECTS["plain_text"] | {"text": must(string(2000))},
        "field_mrkdwn": OBJECTS["mrkdwn"] | {"text": must(string(2000))},
    }
)
"""What stands inside a block. The elements of a rich text and those of a block share no name."""

WIRE_NAMES = {"image_element": "image", "field_plain_text": "plain_text", "field_mrkdwn": "mrkdwn"}
"""As the type is written, where the table needs another name."""

VIEWS: dict[str, dict[str, Rule]] = {
    "modal": {
        "title": must(plain(24)),
        "submit": plain(24),
        "close": plain(24),
        "clear_on_close": YES_NO,
        "notify_on_close": YES_NO,
        "private_metadata": string(3000, 0),
        "callback_id": string(255, 0),
        "external_id": string(255, 0),
    },
    "home": {"private_metadata": string(3000, 0), "callback_id": string(255, 0), "external_id": string(255, 0)},
}

MODAL_ONLY = ("response_url_enabled",)
"""Fields for an input block of a modal."""
NOT_IN_MESSAGE = ("focus_on_load",)
