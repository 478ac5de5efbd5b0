"""The form (modal) that Discord opens over a conversation, for long text. It carries the id of its button."""

from typing import Any

import discord

from adapters.discord.limits import FORM_LABEL, FORM_TITLE, INPUT_TEXT
from adapters.discord.markup import quiet
from adapters.fitting import clipped
from conversations.catalogue import Catalogue, phrase

ANSWER = "answer"
_CUSTOM_ID = 100
_HINT = 300
_FORM_SECONDS = 900.0
"""discord.py keeps a form so long; a submission after that, or after a restart, still comes to us by its id."""


def write_form(catalogue: Catalogue, language: str, question: str, button: str, fresh: str) -> discord.ui.Modal:
    """Return a form with room for a long answer, below what was asked. Its id is another one at each opening."""

    def text(key: str, most: int) -> str:
        return clipped(catalogue.text(phrase(key), language), most)

    custom_id = f"{fresh} {button}"[:_CUSTOM_ID]
    form = discord.ui.Modal(title=text("form.write", FORM_TITLE), custom_id=custom_id, timeout=_FORM_SECONDS)
    asked = "\n".join(one for one in (question, quiet(text("form.hint", _HINT))) if one)
    form.add_item(discord.ui.TextDisplay(asked))
    field: discord.ui.TextInput[Any] = discord.ui.TextInput(
        custom_id=ANSWER, style=discord.TextStyle.paragraph, max_length=INPUT_TEXT, required=True
    )
    form.add_item(discord.ui.Label(text=text("form.answer", FORM_LABEL), component=field))
    return form
