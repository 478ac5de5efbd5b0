"""Teams side by side: which, in which order, what stands in a cell, and that what is not known stays so."""

import csv
import io
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType

import pytest

from adapters.documents.comparison import COMPARISONS, comparison_alt
from adapters.documents.typesetting import is_installed
from adapters.terminal.plain_text import PlainText
from conversations.catalogue import phrase
from conversations.reading_answers import Reader
from conversations.replies import Ask, Reply, ShowComparison
from conversations.report import Comparison
from conversations.session import Fine, Intent, Phase
from conversations.vocabulary import Compared, DocumentForm
from tests.dialogue import NOON, Player, core
from tests.golden import assert_golden
from tests.reports import FORMULA, compared, played, three, unsaid
from tests.test_acceptance import APPLIED
from tests.test_checks_at_hand import Chat, keys
from tests.test_example_pack import example
from tests.test_pictures import chunks

FOLDER = Path(__file__).parent / "documents"
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])


def cell(comparison: Comparison, about: Compared, place: int, language: str = "en") -> str:
    (row,) = (row for row in comparison.rows if row.about is about)
    return "\n".join(core().catalogue.text(line, language) for line in row.cells[place])


def names(comparison: Comparison) -> list[str]:
    return [core().catalogue.text(team, "en") for team in comparison.teams]


def shown(replies: Iterable[Reply]) -> ShowComparison:
    (one,) = (reply for reply in replies if isinstance(reply, ShowComparison))
    return one


# -- what stands where ----------------------------------------------------------------------------------------------


async def test_each_row_says_what_the_reports_say() -> None:
    made = compared(await three())
    assert [row.about for row in made.rows] == list(Compared)
    assert names(made) == ["Acme", "begun on March 2, 2026", FORMULA]
    assert cell(made, Compared.DECISION, 0) == "nothing decided yet"
    assert cell(made, Compared.DECISION, 2) == "Your decision on March 2, 2026: go on. the people"
    assert cell(made, Compared.KIND, 0).startswith("An applied team")
    assert "answered" in cell(made, Compared.KIND, 0)
    assert cell(made, Compared.FLAGS, 0).startswith("High: Pin factory")
    assert "open\nFirst: " in cell(made, Compared.QUESTIONS, 0)
    assert cell(made, Compared.CHANGED, 0) == "March 2, 2026"


async def test_the_gap_counts_skills_where_there_are_any() -> None:
    made = compared(await three())
    assert cell(made, Compared.GAP, 0).split("\n")[1] == "2 skills: 1 to learn, 2 not said from both sides"
    assert "skills" not in cell(made, Compared.GAP, 1)
    assert cell(made, Compared.GAP, 2).split("\n")[1] == "2 skills: 1 to learn"


async def test_what_is_not_known_is_neither_good_nor_bad() -> None:
    made = compared(await three())
    for about in (Compared.KIND, Compared.GAP, Compared.OWNERSHIP):
        assert cell(made, about, 1).startswith("Not known yet\nno verdict yet; 0 of ")
    assert cell(made, Compared.FLAGS, 1) == core().catalogue.text(phrase("report.no_flags_unknown"), "en")


async def test_a_flag_that_the_person_is_fine_with_is_counted_apart() -> None:
    (check, *_) = await three()
    (before,) = [cell(compared([check, unsaid("b" * 6)]), Compared.FLAGS, 0)]
    fine = replace(check, fine=MappingProxyType({"pin_factory": Fine("I build the bridge", NOON)}))
    after = cell(compared([fine, unsaid("b" * 6)]), Compared.FLAGS, 0)
    assert "Pin factory" in before
    assert "Pin factory" not in after
    assert "1 more, fine with you" in after


async def test_many_flags_are_named_by_the_gravest_and_counted() -> None:
    player = Player()
    threats = {"handover": "engineers", "former": "3", "offer": "3", "upheaval": "4", "interviews": "differ"}
    await player.answer_all(APPLIED | threats, "?")
    flags = len(player.report.flags)
    said = cell(compared([player.check, unsaid("b" * 6)]), Compared.FLAGS, 0)
    assert flags > 3
    assert said.endswith(f"and {flags - 3} more")


async def test_a_pack_s_own_words_are_put_into_words_here() -> None:
    """The catalogue of the check at hand does not know the flags of another pack."""
    player = Player(script=example())
    report = await player.answer_all({}, "1")
    made = compared([player.check, player.check], script=example())
    assert report.flags
    worst = cell(made, Compared.FLAGS, 0).split("\n")[0]
    assert any(example().catalogue.text(flag.headline, "en") in worst for flag in report.flags)


# -- in which order -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", Compared)
async def test_whatever_one_sorts_by_what_is_not_known_stands_last(by: Compared) -> None:
    checks = await three()
    for order in (checks, checks[::-1], [checks[1], checks[0], checks[2]]):
        found = names(compared(order, by))
        if by in (Compared.QUESTIONS, Compared.CHANGED):
            continue  # these are always known
        assert found.index("begun on March 2, 2026") == (
            1 if by is Compared.DECISION and found[0] != "Acme" else 2
        ) or (by is Compared.DECISION and found[0] == FORMULA)


async def test_nobody_but_the_person_sorts() -> None:
    checks = await three()
    assert names(compared(checks)) == ["Acme", "begun on March 2, 2026", FORMULA]
    assert names(compared(checks[::-1])) == [FORMULA, "begun on March 2, 2026", "Acme"]


async def test_sorting_by_each_thing_orders_by_it() -> None:
    acme, unknown, other = await three()
    assert names(compared([acme, unknown, other], Compared.FLAGS))[0] == FORMULA
    assert names(compared([acme, unknown, other], Compared.DECISION))[0] == FORMULA
    later = replace(acme, changed_at=NOON + timedelta(days=3))
    assert names(compared([unknown, other, later], Compared.CHANGED))[0] == "Acme"
    counts = [int(cell(compared([one, one]), Compared.QUESTIONS, 0).split()[0]) for one in (acme, unknown, other)]
    found = compared([acme, unknown, other], Compared.QUESTIONS)
    assert [int(cell(found, Compared.QUESTIONS, place).split()[0]) for place in range(3)] == sorted(counts)


# -- in the conversation --------------------------------------------------------------------------------------------


async def test_one_check_is_nothing_to_compare_and_none_is_none() -> None:
    chat = Chat()
    assert keys(await chat.say("compare")) == ["compare.too_few"]
    await chat.named("Acme")
    replies = await chat.say("compare")
    assert keys(replies) == ["compare.too_few"]
    assert isinstance(replies[-1], Ask)


async def test_the_latest_stand_side_by_side_and_the_question_stays() -> None:
    chat = Chat()
    for team in ("Acme", "Globex"):
        await chat.named(team)
    before = await chat.check()
    replies = await chat.say("compare")
    assert names(shown(replies).comparison) == ["Globex", "Acme"]
    assert shown(replies).pick == ()
    assert isinstance(replies[-1], Ask)
    assert await chat.check() == before


async def test_others_are_named_by_number_and_id_and_sorted_by_word() -> None:
    chat = Chat()
    ids = [await chat.named(team) for team in ("Acme", "Globex", "Initech")]
    for line in (f"compare 1 and {ids[0]} by flags", f"compare 1, 3 sorted by red flags {ids[0]}"):
        found = shown(await chat.say(line))
        assert names(found.comparison) == ["Initech", "Acme"]
        assert found.comparison.by is Compared.FLAGS
        assert len(found.pick) == 3
    pressed = shown(await chat.press(Intent.COMPARE, ids[1], ids[0]))
    assert names(pressed.comparison) == ["Globex", "Acme"]
    again = next(one for one in pressed.sorting if one.argument.endswith("questions"))
    assert shown(await chat.press(again.intent, again.argument)).comparison.by is Compared.QUESTIONS


async def test_six_are_too_many_and_it_is_said() -> None:
    chat = Chat()
    for place in range(6):
        await chat.named(f"Team {place}")
    replies = await chat.say("compare all")
    assert keys(replies) == ["compare.too_many"]
    assert names(shown(replies).comparison) == [f"Team {place}" for place in (5, 4, 3, 2, 1)]


@pytest.mark.parametrize("line", ["compare 1 9", "compare 1 zzz999"])
async def test_what_is_not_in_the_list_is_said(line: str) -> None:
    chat = Chat()
    for team in ("Acme", "Globex"):
        await chat.named(team)
    assert keys(await chat.say(line)) == ["checks.no_such"]


async def test_a_file_is_handed_out_in_chat_and_in_a_terminal_a_command_is_named() -> None:
    chat = Chat()
    for team in ("Acme", "Globex"):
        await chat.named(team)
    chat.turns._policy = replace(chat.turns._policy, documents=(DocumentForm.CSV,))
    assert shown(await chat.say("compare as csv")).form is DocumentForm.CSV
    assert keys(await chat.say("compare as a picture")) == ["document.missing"]
    chat.turns._policy = replace(chat.turns._policy, reachable=False)
    assert keys(await chat.say("compare as csv")) == ["compare.terminal"]


@pytest.mark.parametrize(
    ("language", "line", "text"),
    [
        ("en", "compare", ""),
        ("en", "/compare 2 1", "2 1"),
        ("en", "compare all by date", "changed"),
        ("en", "compare 1 with 3 and then some", None),
        ("en", "compare 1 with 3 by red flags", "1 3 flags"),
        ("en", "compare 1 vs 3 as a picture", "1 3 picture"),
        ("en", "compare teams 2 and 4 sorted by skill gap as csv", "2 4 gap csv"),
        ("en", "compare abc234 def567", "abc234 def567"),
        ("zh", "对比", ""),
        ("zh", "对比 1和3", "1 3"),
        ("zh", "比较第一个和第三个，按危险信号", "1 3 flags"),
        ("zh", "对比 1、2、4 按技能差距排序", "1 2 4 gap"),
        ("zh", "对比 1 3 存成图片", "1 3 picture"),
        ("zh", "compare 1 3 by flags", "1 3 flags"),
    ],
)
def test_words_are_read(language: str, line: str, text: str | None) -> None:
    meant = Reader(core(), language).read(line, Phase.FINISHED, None)
    assert (meant.text if meant.intent is Intent.COMPARE else None) == text


@pytest.mark.parametrize("line", ["Compare Labs", "Compare models", "compare notes by kind", "Comparison engines"])
@pytest.mark.parametrize("step", ["team", "domain"])
def test_an_answer_may_begin_so(line: str, step: str) -> None:
    assert Reader(core(), "en").read(line, Phase.ASKING, core().by_id[step]).intent is not Intent.COMPARE


# -- as a document --------------------------------------------------------------------------------------------------


@LANGUAGES
@pytest.mark.parametrize("form", [DocumentForm.MARKDOWN, DocumentForm.CSV])
async def test_it_reads_as_its_golden_document(form: DocumentForm, language: str) -> None:
    written = await COMPARISONS[form](compared(await three(), Compared.FLAGS, language), core().catalogue, language)
    suffix = {DocumentForm.MARKDOWN: "md", DocumentForm.CSV: "csv"}[form]
    assert_golden(FOLDER / f"comparison.{language}.{suffix}", written.decode().replace("\r\n", "\n"))


async def test_no_cell_of_the_table_is_a_formula() -> None:
    written = await COMPARISONS[DocumentForm.CSV](compared(await three()), core().catalogue, "en")
    rows = list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline="")))
    assert rows[0][3] == f"'{FORMULA}"
    assert len(rows) == 1 + len(Compared)
    assert {len(row) for row in rows} == {4}


@LANGUAGES
async def test_its_picture_says_the_same_in_words_and_nothing_else(language: str) -> None:
    assert is_installed()
    made = compared(await three(), Compared.GAP, language)
    picture = await COMPARISONS[DocumentForm.PICTURE](made, core().catalogue, language)
    assert {name for name, _ in chunks(picture)} <= {b"IHDR", b"IDAT", b"IEND", b"sRGB", b"pHYs", b"gAMA"}
    told = comparison_alt(made, core().catalogue, language, 4000)
    for row in made.rows:
        for lines in row.cells:
            assert all(core().catalogue.text(line, language) in told for line in lines)
    assert len(comparison_alt(made, core().catalogue, language, 300)) <= 300


async def test_five_teams_with_the_longest_names_are_drawn() -> None:
    checks = [await played("W" * 2000, APPLIED, f"aaa22{place}") for place in range(2, 7)]
    assert await COMPARISONS[DocumentForm.PICTURE](compared(checks), core().catalogue, "en")


@pytest.mark.parametrize("width", [20, 60, 80, 100, 160])
async def test_a_terminal_of_any_width_shows_all_of_it(width: int) -> None:
    from rich.console import Console  # noqa: PLC0415

    screen = io.StringIO()
    made = compared(await three())
    console = Console(file=screen, width=width, highlight=False, markup=False, emoji=False)
    PlainText(console, core().catalogue, "en").show(ShowComparison(made))
    squeezed = "".join(screen.getvalue().split())
    assert all(len(line) <= width for line in screen.getvalue().splitlines())
    for team in names(made):
        assert team.split()[0] in squeezed
    assert squeezed.count("nothing") >= 2
