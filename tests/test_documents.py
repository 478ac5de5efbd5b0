"""A report as a document: the same report in each format, and words that stay words."""

import json
from pathlib import Path

import pytest

from adapters.documents.json_document import to_json
from adapters.documents.markdown import to_markdown
from conversations.vocabulary import ReportPart
from tests.dialogue import Player, core
from tests.golden import assert_golden
from tests.test_acceptance import APPLIED

FOLDER = Path(__file__).parent / "documents"
MARKUP = "[Acme](https://x.example) *bold* <b>x</b> `code` | # 団体\n- list"


async def player() -> Player:
    """Return somebody whose report has a bit of everything."""
    one = Player()
    await one.answer_all(
        APPLIED
        | {
            "team": MARKUP,
            "handover": 'engineers @member "they *never* deploy"',
            "customers": "users, clients?",
            "skills": "python 4/3, cuda 0/2 nice, k8s 1",
            "plan": "?",
        }
    )
    await one.say("change 6", "same team @recruiter", "fine 1 <i>I</i> will fix it", "decide", "2 [ask] them")
    return one


@pytest.mark.parametrize("part", ["all", "questions"])
async def test_a_report_reads_as_its_golden_markdown(part: ReportPart) -> None:
    text = to_markdown((await player()).report, core().catalogue, "en", part)
    assert_golden(FOLDER / f"{part}.md", text)


@pytest.mark.parametrize("part", ["all", "questions"])
async def test_a_report_reads_as_its_golden_json(part: ReportPart) -> None:
    text = to_json((await player()).report, core().catalogue, "en", part)
    assert_golden(FOLDER / f"{part}.json", text.replace(core().name, "core-1-0123456789abcdef"))
    document = json.loads(text)
    assert document["team"] == MARKUP.replace("\n", "\n")
    assert ("flags" in document) == (part == "all")


async def test_the_persons_words_are_no_markup_in_markdown() -> None:
    text = to_markdown((await player()).report, core().catalogue, "en")
    assert "\\[Acme\\](https://x.example) \\*bold\\* \\<b\\>x\\</b\\> \\`code\\` \\| \\# 団体 - list" in text
    assert "they \\*never\\* deploy" in text
    assert "\n- list" not in text
    assert "<b>" not in text
    assert "<i>" not in text
