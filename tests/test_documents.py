"""A report as a document: the same report in each format, and words that stay words."""

import csv
import io
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from adapters.documents.csv_table import COLUMNS, to_csv
from adapters.documents.json_document import json_schema, to_json
from adapters.documents.markdown import to_markdown
from conversations.catalogue import Catalogue
from conversations.report import Report
from conversations.vocabulary import ReportPart
from tests.dialogue import Player, core
from tests.golden import assert_golden
from tests.reports import crowded, empty, hostile, usual
from tests.test_acceptance import APPLIED

FOLDER = Path(__file__).parent / "documents"
MARKUP = "[Acme](https://x.example) *bold* <b>x</b> `code` | # 団体\n- list"
PARTS = pytest.mark.parametrize("part", ["all", "questions"])
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])


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


@LANGUAGES
@PARTS
async def test_a_report_reads_as_its_golden_markdown(part: ReportPart, language: str) -> None:
    text = to_markdown((await player()).report, core().catalogue, language, part)
    assert_golden(FOLDER / f"{part}.{language}.md", text)


@LANGUAGES
@PARTS
async def test_a_report_reads_as_its_golden_json(part: ReportPart, language: str) -> None:
    text = to_json((await player()).report, core().catalogue, language, part)
    assert_golden(FOLDER / f"{part}.{language}.json", text.replace(core().name, "core-1-0123456789abcdef"))
    document = json.loads(text)
    assert document["team"] == MARKUP
    assert ("flags" in document) == (part == "all")


@LANGUAGES
@PARTS
async def test_a_report_reads_as_its_golden_table(part: ReportPart, language: str) -> None:
    text = to_csv((await player()).report, core().catalogue, language, part)
    assert text.startswith("\ufeff")
    assert_golden(FOLDER / f"{part}.{language}.csv", text.replace("\r\n", "\n"))


@LANGUAGES
@PARTS
async def test_every_json_document_is_as_its_schema_says(part: ReportPart, language: str) -> None:
    schema = json_schema()
    Draft202012Validator.check_schema(schema)
    whole = Draft202012Validator(schema | {"anyOf": [{"$ref": "#/$defs/ReportDocument"}]})
    for report in (await usual(), empty(), await crowded(), await hostile("\x00\ud7ff\u202e=1")):
        document = json.loads(to_json(report, core().catalogue, language, part))
        Draft202012Validator(schema).validate(document)
        assert whole.is_valid(document) == (part == "all")


async def test_the_persons_words_are_no_markup_in_markdown() -> None:
    text = to_markdown((await player()).report, core().catalogue, "en")
    assert "\\[Acme\\](https://x.example) \\*bold\\* \\<b\\>x\\</b\\> \\`code\\` \\| \\# 団体 - list" in text
    assert "they \\*never\\* deploy" in text
    assert "\n- list" not in text
    assert "<b>" not in text
    assert "<i>" not in text


# -- a table ------------------------------------------------------------------------------------------------------


def cells(report: Report, catalogue: Catalogue) -> list[list[str]]:
    rows = list(csv.reader(io.StringIO(to_csv(report, catalogue, "en").removeprefix("\ufeff"), newline="")))
    assert all(len(row) == len(COLUMNS) for row in rows)
    return rows


@pytest.mark.parametrize(
    "words",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "＝1",
        "＠SUM(A1)",
        '=HYPERLINK("//x";"y")',
        '"=1',
    ],
)
async def test_what_a_spreadsheet_takes_for_a_formula_is_text(words: str) -> None:
    rows = cells(await hostile(words), core().catalogue)
    shown = words if words.startswith('"') else f"'{words}"
    assert next(row[2] for row in rows if row[0] == "Team check") == shown
    assert shown in [row[2] for row in rows if row[0].startswith("Skills")]
    assert not [cell for row in rows for cell in row if cell[:1] in "=+-@＝＋－＠\t\r\n" and cell]


def test_a_header_is_guarded_like_a_cell() -> None:
    english = dict(core().catalogue.entries("en")) | {"table.part": "=cmd|' /C calc'!A0"}
    header = cells(empty(), Catalogue({"en": english}))[0]
    assert header[0] == "'=cmd|' /C calc'!A0"


async def test_levels_and_counts_are_numbers_and_what_is_not_known_is_empty() -> None:
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in cells(await usual(), core().catalogue)[1:]]
    levels = {row["item"]: (row["level"], row["level_asked"]) for row in rows if row["part"].startswith("Skills")}
    assert levels == {
        "Kubernetes": ("1", ""),
        "SQL": ("3", "3"),
        "Python": ("4", "3"),
        "CUDA": ("0", "2"),
        "Spark": ("", "3"),
    }
    assert [(row["answered"], row["asked"]) for row in rows if row["part"] == "The three questions"] == [
        ("15", "18"),
        ("17", "17"),
        ("10", "11"),
    ]
