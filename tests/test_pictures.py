"""Cards and PDFs: what is put into them, what may not get in, and files that other programs can read."""

import asyncio
import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import asdict, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from adapters.documents import typesetting
from adapters.documents.card import FLAGS, QUESTIONS, SKILLS, alt_text, card_of, card_png, clipped
from adapters.documents.formats import FORMATS
from adapters.documents.pdf import pdf_values, to_pdf
from adapters.documents.typesetting import PicturesMissingError, drawable
from conversations.catalogue import phrase
from conversations.report import Report
from tests.dialogue import core
from tests.golden import assert_golden
from tests.reports import MARKUP, STRANGE, UNBROKEN, crowded, empty, hostile, usual
from tests.test_machine import SAME

FOLDER = Path(__file__).parent / "documents"
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
DISCORD, SLACK = 1024, 2000
"""Characters of an alt text."""


async def worst() -> list[Report]:
    return [await usual(), empty(), await crowded(), await hostile(MARKUP), await hostile(STRANGE)]


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    place = 8
    while place < len(png):
        (size,) = struct.unpack_from(">I", png, place)
        yield png[place + 4 : place + 8], png[place + 8 : place + 8 + size]
        place += size + 12


# -- the card -----------------------------------------------------------------------------------------------------


@LANGUAGES
async def test_a_card_is_fed_its_golden_values(language: str) -> None:
    values = asdict(card_of(await usual(), core().catalogue, language))
    assert_golden(FOLDER / f"card.{language}.json", json.dumps(values, ensure_ascii=False, indent=2) + "\n")


@LANGUAGES
async def test_a_card_is_told_in_its_golden_words(language: str) -> None:
    told = alt_text(await usual(), core().catalogue, language, SLACK)
    assert_golden(FOLDER / f"card.{language}.txt", told + "\n")


async def test_a_card_has_room_for_the_first_and_counts_the_rest() -> None:
    card = card_of(await crowded(), core().catalogue, "en")
    assert (len(card.flags), len(card.skills), len(card.questions)) == (FLAGS, SKILLS, QUESTIONS)
    assert (card.more_flags, card.more_skills, card.more_questions) == (
        "and 36 more",
        "and 54 more skills",
        "and 47 more",
    )
    assert sum(one.count for one in card.grades) == 40
    assert card.team.endswith("…")


async def test_what_the_person_is_fine_with_comes_after_what_they_are_not() -> None:
    report = await crowded()
    flags = (replace(report.flags[0], fine="I am"), replace(report.flags[0], severity="low"))
    card = card_of(replace(report, flags=flags), core().catalogue, "en")
    assert [flag.grade for flag in card.flags] == ["low", "fine"]


@pytest.mark.parametrize(
    ("level", "asked", "gap"),
    [
        (0, 2, "2 levels short"),
        (2, 3, "1 level short"),
        (4, 3, "1 level above"),
        (3, 3, "as asked"),
        (None, 3, "you: not said"),
        (1, None, "asked: not said"),
        (None, None, "not said"),
    ],
)
async def test_a_gap_is_told_in_words_and_the_unknown_stays_unknown(
    level: int | None, asked: int | None, gap: str
) -> None:
    report = await usual()
    card = card_of(
        replace(report, skills=(replace(report.skills[0], level=level, asked=asked),)), core().catalogue, "en"
    )
    assert [(row.mine, row.asked, row.gap) for row in card.skills] == [(level, asked, gap)]


async def test_a_shared_card_says_who_you_is() -> None:
    card = card_of(await usual(), core().catalogue, "en", shared=True)
    assert card.small_print[-1].endswith("“You” in it is whoever shared it.")


@LANGUAGES
async def test_a_card_is_a_picture_of_one_width_with_something_on_it_and_nothing_behind_it(language: str) -> None:
    for report in await worst():
        found = dict(chunks(await card_png(report, core().catalogue, language)))
        assert struct.unpack_from(">II", found[b"IHDR"])[0] == 800
        assert set(found) == {b"IHDR", b"IDAT", b"IEND"}  # no text, no time
        assert len(set(zlib.decompressobj().decompress(found[b"IDAT"], 100_000))) > 10


async def test_the_same_card_is_the_same_picture_drawn_by_several_at_once() -> None:
    report = await usual()
    drawn = await asyncio.gather(*(card_png(report, core().catalogue, "zh") for _ in range(6)))
    assert len(set(drawn)) == 1


# -- the card in words --------------------------------------------------------------------------------------------


@LANGUAGES
@pytest.mark.parametrize("limit", [DISCORD, SLACK])
async def test_an_alt_text_is_cut_by_whole_sentences(language: str, limit: int) -> None:
    for report in await worst():
        whole = alt_text(report, core().catalogue, language, 100_000)
        told = alt_text(report, core().catalogue, language, limit)
        assert 0 < len(told) <= limit
        more = core().catalogue.text(phrase("picture.alt.more"), language)
        assert more not in whole
        if told != whole:
            assert told.endswith(more)
            said = told.removesuffix(more)
            assert whole.startswith(said)
            assert said.rstrip()[-1] in ".…。？?"


async def test_an_alt_text_states_the_values() -> None:
    told = alt_text(await usual(), core().catalogue, "en", SLACK)
    for value in (
        "Acme Search",
        "high confidence, 15 of 18 answered",
        "CUDA 0, asked 2 (nice to have)",
        "Spark not said, asked 3 (must)",
        "1 red flag: High: Pin factory",
        "7 questions still to ask",
    ):
        assert value in told


# -- words that fonts cannot draw ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Acme 搜索组 “Żółć” Ж Ω é", "Acme 搜索组 “Żółć” Ж Ω é"),
        ("🚀🔥 rockets 🚀", "[…] rockets […]"),
        ("검색 팀", "[…]"),
        ("ML فريق البحث!", "ML […]!"),
        ("\u202eesrever\u202c\u200d\ufe0f\x00", "esrever"),
        ("two\nlines\tand more", "two lines and more"),
        ("e\u0301", "é"),
        ("x" + "\u0301" * 40, "x\u0301\u0301"),
        ("a" * 30, "aaaaaaaaaaaa\u200baaaaaaaaaaaa\u200baaaaaa"),
        ("", ""),
    ],
)
def test_what_no_font_draws_is_one_mark_and_what_is_long_may_be_broken(typed: str, shown: str) -> None:
    assert drawable(typed) == shown


@pytest.mark.parametrize(
    ("text", "columns", "shown"),
    [("abcdef", 6, "abcdef"), ("abcdefg", 6, "abcde…"), ("团队团队", 6, "团队…"), ("ab cdefg", 4, "ab…"), ("", 4, "")],
)
def test_a_text_is_clipped_by_columns(text: str, columns: int, shown: str) -> None:
    assert clipped(text, columns) == shown


def test_every_sentence_of_ours_can_be_drawn() -> None:
    for language in core().catalogue.languages:
        for key, said in core().catalogue.entries(language).items():
            if isinstance(said, str) and not key.startswith(("words.", "language.")):
                assert "[…]" not in drawable(said), key


# -- the PDF ------------------------------------------------------------------------------------------------------


def tags(element: Any) -> Iterator[str]:  # noqa: ANN401  a tree of PDF objects
    """Walk the structure tree for the names of its tags."""
    one = element.get_object()
    if isinstance(one, list):
        for child in one:
            yield from tags(child)
    elif isinstance(one, dict):
        if "/S" in one:
            yield one["/S"]
        if "/K" in one:
            yield from tags(one["/K"])


def titles(outline: Any) -> Iterator[str]:  # noqa: ANN401  pypdf's nested lists
    for one in outline:
        if isinstance(one, list):
            yield from titles(one)
        else:
            yield str(one.title)


@LANGUAGES
async def test_a_pdf_is_tagged_has_an_outline_and_brings_its_fonts(language: str) -> None:
    report = await usual()
    reader = PdfReader(BytesIO(await to_pdf(report, core().catalogue, language)))
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/Lang"] == language
    found = set(tags(root["/StructTreeRoot"]))
    assert {"/H1", "/H2", "/H3", "/P", "/L", "/LI", "/Table", "/TH", "/TD"} <= found
    headings = [
        block["text"]
        for block in pdf_values(report, core().catalogue, language)["blocks"]
        if block["kind"] == "Heading"
    ]
    assert list(titles(reader.outline)) == headings
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]  # type: ignore[index]
    described = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for font in fonts]
    assert all({"/FontFile2", "/FontFile3"} & set(one) for one in described)


@LANGUAGES
async def test_the_text_of_a_pdf_is_the_text_of_the_report(language: str) -> None:
    values = pdf_values(await usual(), core().catalogue, language)
    text = text_of(await to_pdf(await usual(), core().catalogue, language))
    for block in values["blocks"]:
        for said in [block.get("text", ""), *(item["text"] for item in block.get("items", ()))]:
            assert squeezed(said) in text


async def test_markup_is_shown_letter_by_letter() -> None:
    text = text_of(await to_pdf(await hostile(MARKUP), core().catalogue, "en"))
    assert squeezed(MARKUP.replace("\u202e", "").replace("\u202c", "")) in text


async def test_a_file_tells_nothing_beside_its_pages() -> None:
    report = await usual()
    pdf = await to_pdf(report, core().catalogue, "en")
    reader = PdfReader(BytesIO(pdf))
    assert set(reader.metadata or {}) == {"/Title", "/Creator"}
    assert reader.metadata
    assert reader.metadata.title == "Team check"
    root: Any = reader.trailer["/Root"]
    xmp = root["/Metadata"].get_object().get_data().decode()
    for one in ("Acme", "2026", report.check):
        assert one not in xmp
    assert pdf == await to_pdf(report, core().catalogue, "en")  # no clock, no chance


@LANGUAGES
async def test_every_report_and_every_part_is_a_valid_pdf(language: str) -> None:
    """Typst refuses what PDF/UA-1 forbids: a heading that skips a level, a character without a glyph."""
    for report in await worst():
        assert (await to_pdf(report, core().catalogue, language)).startswith(b"%PDF-1.7")
        assert (await to_pdf(report, core().catalogue, language, "questions")).startswith(b"%PDF-1.7")


@settings(SAME, max_examples=20)
@given(st.text(max_size=200))
def test_whatever_is_typed_is_drawn(typed: str) -> None:
    """Lone surrogates, private characters and all: typst refuses what it cannot draw."""
    report = asyncio.run(hostile(typed))
    assert asyncio.run(to_pdf(report, core().catalogue, "en")).startswith(b"%PDF-1.7")
    assert asyncio.run(card_png(report, core().catalogue, "zh")).startswith(b"\x89PNG")


@pytest.mark.parametrize("name", [UNBROKEN, "W" * 300, "_" * 300, "a/" * 150])
async def test_a_name_of_300_letters_stays_on_its_page(name: str) -> None:
    reader = PdfReader(BytesIO(await to_pdf(await hostile(name), core().catalogue, "en")))
    lines = reader.pages[0].extract_text().splitlines()
    assert max(map(len, lines)) < 120


def squeezed(text: str) -> str:
    """Return a text without spaces: where lines are broken is the page's business."""
    return "".join(text.replace("\u200b", "").split())


def text_of(pdf: bytes) -> str:
    return squeezed("".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages))


# -- every format -------------------------------------------------------------------------------------------------


async def test_without_its_optional_part_a_picture_says_so_and_the_rest_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetting, "_PARTS", ("typst", "no_such_font"))
    report = await usual()
    for name, form in FORMATS.items():
        if form.for_the_eye:
            with pytest.raises(PicturesMissingError) as told:
                await form.write(report, core().catalogue, "en", "all")
            assert "teamcheck[pictures]" in core().catalogue.text(told.value.told, "en")
        else:
            assert await form.write(report, core().catalogue, "en", "all"), name
