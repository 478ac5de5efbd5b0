"""What Discord takes at most. Source: discord.com/developers/docs, components/reference and resources/message."""

MESSAGE_CHARACTERS = 3_500
"""Discord takes 4,000 in all text displays of a message together."""
MESSAGE_BYTES = 9_000
"""Undocumented: from some 10,170 bytes of UTF-8 on it answers with an error of its own."""
MESSAGE_COMPONENTS = 36
"""Discord takes 40 in a message, those inside others counted."""
ROW_BUTTONS = 5
BUTTON_LABEL = 38
"""Discord takes 80, and shows about so many on a phone."""
OPTIONS = 25
OPTION_LABEL = 100
ALT_TEXT = 1_024
PLACEHOLDER = 150
FORM_TITLE = 45
FORM_LABEL = 45
INPUT_TEXT = 4_000
FOLLOWUPS = 5
"""Of an interaction where the bot is no member of the server, but was brought along by the person."""
EPHEMERAL = 1 << 6
COMPONENTS_V2 = 1 << 15
"""Flags of a message: only one person sees it; it is made of components, and has no `content`."""
