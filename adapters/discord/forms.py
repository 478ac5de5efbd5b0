"""The form (modal) that Discord opens over a conversation, for long text. It carries the id of its button."""

from typing import Any

import discord

from adapters.discord.limits import FORM_LABEL, FORM_TITLE, INPUT_TEXT
from adapters.discord.markup import quiet
from adapters.fitting import clipped
from adapters.reviews import act_id
from conversations.catalogue import Catalogue, phrase
from conversations.events import ReviewAct

ANSWER = "answer"
_CUSTOM_ID = 100
_HINT = 300
_FORM_SECONDS = 900.0
"""discord.py keeps a form so long; a submission after that, or after a restart, still comes to us by its id."""


def write_form(
    catalogue: Catalogue, language: str, question: str, button: str, fresh: str, *, posting: bool = False
) -> discord.ui.Modal:
    """Return a form with room for a long answer, or a posting. Its id is another one at each opening."""

    def text(key: str, most: int) -> str:
        return clipped(catalogue.text(phrase(key), language), most)

    hint = quiet(text("form.posting_hint" if posting else "form.hint", _HINT))
    asked = "\n".join(one for one in ("" if posting else question, hint) if one)
    title, label = ("form.posting", "form.posting") if posting else ("form.write", "form.answer")
    return _form(text(title, FORM_TITLE), asked, text(label, FORM_LABEL), button, fresh)


def mentor_form(catalogue: Catalogue, language: str, act: ReviewAct, share: str, fresh: str) -> discord.ui.Modal:
    """Return a form for a mentor's note or question."""

    def text(key: str, most: int) -> str:
        return clipped(catalogue.text(phrase(key), language), most)

    asked = text(f"form.mentor_{act}", _HINT)
    title, label = text("form.mentor", FORM_TITLE), text(f"buttons.review_{act}", FORM_LABEL)
    return _form(title, asked, label, act_id(act, share), fresh)


def _form(title: str, asked: str, label: str, button: str, fresh: str) -> discord.ui.Modal:
    form = discord.ui.Modal(title=title, custom_id=f"{fresh} {button}"[:_CUSTOM_ID], timeout=_FORM_SECONDS)
    form.add_item(discord.ui.TextDisplay(asked))
    field: discord.ui.TextInput[Any] = discord.ui.TextInput(
        custom_id=ANSWER, style=discord.TextStyle.paragraph, max_length=INPUT_TEXT, required=True
    )
    form.add_item(discord.ui.Label(text=label, component=field))
    return form
