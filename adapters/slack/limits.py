"""What Slack takes at most, in characters and counts. Source: docs.slack.dev/reference/block-kit; one is measured."""

MESSAGE_BLOCKS = 45
"""Slack takes 50 blocks in a message."""
MESSAGE_CHARACTERS = 9_000
"""Of all blocks of a message together: undocumented; refused (`msg_blocks_too_long`) from some 11,300 on."""
HOME_BLOCKS = 90
"""Slack takes 100 blocks in a view."""
VIEW_BYTES = 200_000
"""Slack takes 250,000 of a view, written as JSON."""
TEXT = 2_900
"""Slack takes 3,000 characters in a text object."""
HEADER = 150
BUTTONS = 25
"""Elements in a block of actions."""
BUTTON_TEXT = 75
TICKS = 10
"""Checkboxes, or radio buttons, in one element."""
OPTIONS = 100
"""Options of a menu."""
OPTION_TEXT = 75
INPUT_TEXT = 3_000
FALLBACK_TEXT = 3_900
"""Slack advises 4,000 characters at most for the text beside blocks."""
VIEW_TITLE = 24
CONTEXT_TEXT = 2_900
