"""A report that is handed out as a file in chat: only in formats that can be made, and never of the wrong thing."""

import asyncio

import pytest

from adapters.documents.files import available, file_of, text_file
from conversations.reminders import Policy
from conversations.replies import Listed, ShowDocument
from conversations.session import Intent
from conversations.vocabulary import DocumentForm
from tests.dialogue import core, report_for
from tests.test_sharing import keys, owner

BEGINNINGS = {
    DocumentForm.PICTURE: b"\x89PNG",
    DocumentForm.PDF: b"%PDF-",
    DocumentForm.MARKDOWN: b"# ",
    DocumentForm.CSV: b"\xef\xbb\xbf",
    DocumentForm.JSON: b"{",
}


@pytest.mark.parametrize("form", DocumentForm)
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_each_format_is_made_and_its_name_tells_nothing(form: DocumentForm, language: str) -> None:
    report = await report_for({"team": "Acme"}, quick=True)
    file = file_of(report, form, core().catalogue, language)
    assert (await file.make()).startswith(BEGINNINGS[form])
    assert file.name.isascii()
    assert "Acme" not in f"{file.name}{file.title}"
    assert bool(file.alt) == (form is DocumentForm.PICTURE)


def test_a_text_is_a_file_as_it_is() -> None:
    file = text_file("export.json", "“ü”")
    assert (file.name, asyncio.run(file.make()).decode()) == ("export.json", "“ü”")


def test_only_what_can_be_made_is_handed_out() -> None:
    me = owner()
    me.policy = Policy(documents=(DocumentForm.CSV,))
    assert isinstance(me.say("csv").replies[0], ShowDocument)
    assert keys(me.say("pdf").replies)[0] == "document.missing"
    listed = me.say("download").replies[0]
    assert isinstance(listed, Listed)
    assert [one.key for one in listed.items] == ["document.forms.csv"]
    assert isinstance(me.press(Intent.DOCUMENT, "nonsense").replies[0], Listed)
    assert set(available()) == set(DocumentForm)


def test_a_terminal_is_told_its_own_command() -> None:
    me = owner()
    me.policy = Policy(reachable=False)
    assert keys(me.say("pdf").replies)[0] == "document.terminal"
