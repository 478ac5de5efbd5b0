"""Packs as people have them: folders with files in them, broken in every way we know, and what the program says."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from adapters.pack_files import SHOWN, read_core_pack
from bot.exits import Exit
from bot.pack_commands import pack_commands
from bot.wiring import checked
from conversations.catalogue import phrase
from conversations.packs import missing_sentences
from tests.dialogue import core
from tests.end_to_end.forked import run_forked

ROOT = Path(__file__).parents[1]
PATIENCE = 30
"""Seconds after which a check hangs: one takes less than one, and the machine may be busy."""
PACK, EN, ZH = "pack.toml", "locales/en.toml", "locales/zh.toml"


def pack(*args: str, said: str = "") -> Result:
    return CliRunner().invoke(pack_commands, args, input=said, catch_exceptions=False)


def program(*args: str | Path, cwd: Path, root: Path = ROOT, said: str = "") -> subprocess.CompletedProcess[str]:
    ours = {**os.environ, "PYTHONPATH": str(root), "PYTHONUTF8": "1", "COLUMNS": "1000"}
    if root == ROOT:
        arguments = [str(one) for one in args]
        return subprocess.CompletedProcess(arguments, *run_forked(arguments, cwd, ours, said, PATIENCE))
    return subprocess.run(
        (sys.executable, "-m", "bot", *args),
        cwd=cwd,
        env=ours,
        input=said,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The pack that `teamcheck pack new` writes."""
    assert pack("new", str(tmp_path / "mine")).exit_code == 0
    return tmp_path / "mine"


def mistakes(folder: Path) -> list[str]:
    result = pack("check", str(folder))
    *lines, last = result.stderr.splitlines()
    assert result.exit_code == Exit.DATA
    assert result.stdout == ""
    counted = f"{len(lines)} {'mistake' if len(lines) == 1 else 'mistakes'}"
    assert last == f"{counted}; nothing was begun with this pack."
    return lines


# -- one mistake at a time -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Edit:
    """Puts `new` in the place of `old`, which stands in the file once; at its end, if there is no `old`."""

    file: str
    old: str
    new: str

    def make(self, folder: Path) -> None:
        place = folder / self.file
        text = place.read_text(encoding="utf-8") if place.exists() else ""
        assert not self.old or text.count(self.old) == 1
        text = text.replace(self.old, self.new) if self.old else f"{text}\n{self.new}\n"
        place.write_text(text, encoding="utf-8")


@dataclass(frozen=True)
class Said:
    """A mistake that is found: its file, what stands on its line, and a part of the sentence."""

    file: str
    at: str
    sentence: str

    def line(self, folder: Path) -> str:
        text = (folder / self.file).read_text(encoding="utf-8")
        assert text.count(self.at) == 1
        return f"{self.file}:{text[: text.index(self.at)].count(chr(10)) + 1}: "


Case = tuple[tuple[Edit, ...], tuple[Said, ...]]


def one(file: str, old: str, new: str, at: str, sentence: str) -> Case:
    return (Edit(file, old, new),), (Said(file, at, sentence),)


def when(step: str, condition: str, sentence: str) -> Case:
    """Give a step a condition."""
    row = f'id = "{step}"'
    return one(PACK, row, f"{row}\nwhen = {condition} # here", "# here", sentence)


NEVER = 'when = { step = "last_talk", is = ["never"] }'
BOTH = 'all = [{ step = "something_new", is = ["yes"] }, { step = "something_new", is = ["no"] }]'
FIRES_NOT = "flag never_talks can never be raised: its condition cannot hold"


def flag(condition: str, sentence: str) -> Case:
    """Let the flag have another condition beside its own."""
    return one(
        PACK,
        NEVER,
        f'when = {{ all = [{{ step = "last_talk", is = ["never"] }}, {condition}] }} # here',
        "# here",
        sentence,
    )


CONDITIONS: dict[str, Case] = {
    "unknown step": when("customers", '{ step = "owms", is = ["data"] }', "step customers reads step owms, which does"),
    "step still ahead": when(
        "owns", '{ step = "last_talk", is = ["never"] }', "step owns reads step last_talk, which does not come before"
    ),
    "unknown step, below others": when(
        "owns", '{ any = [{ not = { unknown = "teem" } }] }', "step owns reads step teem, which does not exist"
    ),
    "one choice cannot be two": when("sure", f"{{ {BOTH} }}", "step sure can never come up"),
    "more than the scale has": when("comfort", '{ step = "sure", at_least = 6 }', "step comfort can never come up"),
    "less than the scale has": when("comfort", '{ step = "sure", at_most = 0 }', "step comfort can never come up"),
    "every choice lacking": when(
        "sure", '{ step = "something_new", lacks = ["yes", "no"] }', "step sure can never come up"
    ),
    "answered and unknown": when(
        "comfort",
        '{ all = [{ unknown = "sure" }, { step = "sure", at_least = 1 }] }',
        "step comfort can never come up",
    ),
    "behind a step that never comes": (
        (
            Edit(PACK, 'id = "sure"', f'id = "sure"\nwhen = {{ {BOTH} }} # here'),
            Edit(PACK, 'id = "comfort"', 'id = "comfort"\nwhen = { step = "sure", at_least = 2 } # there'),
            Edit(PACK, 'id = "owns"', 'id = "owns"\nwhen = { step = "comfort", is = ["no"] } # beyond'),
        ),
        (
            Said(PACK, "# here", "step sure can never come up"),
            Said(PACK, "# there", "step comfort can never come up"),
            Said(PACK, "# beyond", "step owns can never come up"),
        ),
    ),
    "the same on two branches": (
        (
            Edit(PACK, 'id = "sure"', 'id = "sure"\nwhen = { step = "something_new", is = ["yes"] }'),
            Edit(
                PACK,
                'id = "comfort"',
                'id = "comfort"\nwhen = { all = [{ step = "sure", at_least = 2 }, '
                '{ step = "something_new", is = ["no"] }] } # here',
            ),
        ),
        (Said(PACK, "# here", "step comfort can never come up"),),
    ),
    "unknown choice": one(
        PACK, '["never"]', '["nevr"]', "nevr", "flag never_talks reads the choice nevr, which step last_talk does not"
    ),
    "unknown state": when(
        "customers", '{ verdict = "gap", is = ["too_wied"] }', "reads the state too_wied, which the verdict gap does"
    ),
    "verdict ahead": when("sure", '{ verdict = "ownership", is = ["clear"] }', "the verdict ownership, which is not"),
    "its own verdict": when("sure", '{ verdict = "gap", is = ["uneasy"] }', "step sure reads the verdict gap, which"),
    "number of a choice": when(
        "customers", '{ step = "something_new", at_least = 1 }', "a number of step something_new, which is of kind choi"
    ),
    "choice of a number": when(
        "comfort", '{ step = "sure", is = ["yes"] }', "reads a choice of step sure, which is of kind scale"
    ),
    "nothing to read": when("owns", "{ unless = 3 }", "a condition has one of: is, lacks"),
    "flag: one choice cannot be two": flag('{ step = "last_talk", is = ["this_week"] }', FIRES_NOT),
    "flag: picked and lacking": flag('{ step = "last_talk", lacks = ["never"] }', FIRES_NOT),
    "flag: more than the scale has": flag('{ step = "sure", at_least = 5.5 }', FIRES_NOT),
    "flag: two verdicts": flag(
        '{ verdict = "gap", is = ["uneasy"] }, { verdict = "gap", is = ["workable"] }', FIRES_NOT
    ),
    "flag: behind a step that never comes": (
        (
            Edit(PACK, 'id = "last_talk"', f'id = "last_talk"\nwhen = {{ {BOTH} }} # here'),
            Edit(PACK, NEVER, f"{NEVER} # there"),
        ),
        (Said(PACK, "# here", "step last_talk can never come up"), Said(PACK, "# there", FIRES_NOT)),
    ),
    "flag: for nobody": one(
        PACK, NEVER, f"{NEVER}\nkinds = []", "kinds = []", "flag never_talks can never be raised: it is for no kind"
    ),
    "flag: only for those that it leaves out": (
        (
            Edit(PACK, 'severity = "medium"', 'severity = "medium"\nkinds = ["infra", "research"]'),
            Edit(
                PACK,
                NEVER,
                'when = { all = [{ step = "last_talk", is = ["never"] }, { verdict = "kind", is = ["applied"] }] } # x',
            ),
        ),
        (Said(PACK, "# x", FIRES_NOT),),
    ),
    "flag: evidence": one(
        PACK, NEVER, f'{NEVER}\nevidence = ["ownz"]', "ownz", "flag never_talks shows step ownz, which does not exist"
    ),
    "remark": (
        (
            Edit(PACK, "", f'[[remarks]]\nid = "odd"\nsection = "gap"\nwhen = {{ {BOTH} }} # here'),
            Edit(EN, "", '[remarks]\nodd = "Odd."'),
            Edit(ZH, "", '[remarks]\nodd = "奇怪。"'),
        ),
        (Said(PACK, "# here", "remark odd can never be said: its condition cannot hold"),),
    ),
    "question": (
        (
            Edit(PACK, "", f'[[questions]]\nid = "odd"\nsection = "gap"\nwhom = "member"\nwhen = {{ {BOTH} }} # here'),
            Edit(EN, "", '[questions.odd]\nask = "Odd?"\nwhy = "It is."\ngood = "Even."'),
            Edit(ZH, "", '[questions.odd]\nask = "怪吗？"\nwhy = "怪。"\ngood = "不怪。"'),
        ),
        (Said(PACK, "# here", "question odd can never be asked: its condition cannot hold"),),
    ),
}

PLATFORM = '{ id = "platform", signals = { infra = 3 } }'
AGAIN = 'section = "ownership"\nkind = "choice"\nwhom = "member"\nchoices = [{ id = "never" }]'
PAPERS_ROW = '    { id = "papers", signals = { research = 3 } }, { id = "meetings" },\n'
ROWS: dict[str, Case] = {
    "nothing to pick": (
        (
            Edit(PACK, 'choices = [{ id = "yes" }, { id = "uneasy" }, { id = "no" }]', "choices = [] # here"),
            Edit(PACK, 'feeds = "comfort"\n', ""),
        ),
        (Said(PACK, "# here", "step comfort: choices belong to steps of kind choice or choices, and to all of them"),),
    ),
    "fed by the wrong kind": one(
        PACK, 'feeds = "team"', 'feeds = "skills"', 'feeds = "skills"', "step team: what feeds skills is of kind skills"
    ),
    "fed without what is read": one(
        PACK,
        '[{ id = "yes" }, { id = "no" }]',
        '[{ id = "yes" }]',
        'feeds = "something_new"',
        "step something_new: what feeds something_new needs the choice no",
    ),
    "feeds nothing there is": one(PACK, 'feeds = "team"', 'feeds = "tea"', 'feeds = "tea"', "feeds: Input should be"),
    "no such source": (
        (
            Edit(PACK, 'id = "last_talk"', 'id = "last_talk"\nfeeds = "sources"'),
            Edit(PACK, 'choices = [{ id = "this_week" }', 'choices = [{ id = "manager" }, { id = "this_week" }'),
            Edit(EN, "choices.this_week", 'choices.manager = "Theirs"\nchoices.this_week'),
            Edit(ZH, "choices.this_week", 'choices.manager = "经理"\nchoices.this_week'),
        ),
        (Said(PACK, 'choices = [{ id = "manager" }', "step last_talk: never is no source; there are guess, posting"),),
    ),
    "an id twice": one(
        PACK, "", f'[[steps]]\nid = "last_talk" # here\n{AGAIN}', "# here", "the id last_talk is used twice"
    ),
    "a choice twice": one(
        PACK, '{ id = "uneasy" }', '{ id = "no" }', '[{ id = "yes" }, { id = "no" }, {', "comfort: two choices share"
    ),
    "sections out of order": one(
        PACK,
        'id = "last_talk"\nsection = "ownership"',
        'id = "last_talk"\nsection = "kind" # here',
        "# here",
        "the steps run through the three questions in their order",
    ),
    "no such section": one(
        PACK,
        'id = "last_talk"\nsection = "ownership"',
        'id = "last_talk"\nsection = "money" # here',
        "# here",
        "section: Input should be 'kind', 'gap' or 'ownership'",
    ),
    "the core pack's id": one(
        PACK, 'id = "mine"', 'id = "core"', 'id = "core"', "core is the id of the pack that teamcheck"
    ),
    "below what can be typed": one(PACK, "low = 1", "low = -5", "low = -5", "low and high are numbers that somebody"),
    "above what can be typed": one(PACK, "high = 5", "high = 1e12", "1e12", "low and high are numbers that somebody"),
    "a scale without end": one(PACK, "high = 5", "high = 101", "high =", "step sure: a scale has at most 100 points"),
    "a suggestion that calls": one(
        PACK,
        'feeds = "team"',
        'feeds = "team"\nsuggest = ["<!channel>"]',
        "suggest",
        "step team: what it suggests has markup of a platform",
    ),
    "a sign against": one(PACK, "infra = 3", "infra = -3", "infra = -3", "greater than or equal to 1"),
    "a sign above all others": one(PACK, "infra = 3", "infra = 11", "infra = 11", "less than or equal to 10"),
    "low above high": one(PACK, "low = 1", "low = 9", "low = 9", "step sure: low must be below high"),
    "a field misspelt": one(
        PACK, 'feeds = "team"', 'feeds = "team"\nfeed = "team"', 'feed = "team"', "there is no field 'feed' here"
    ),
    "a field of a choice misspelt": one(
        PACK, PLATFORM, '{ id = "platform", signal = { infra = 3 } }', "signal = ", "there is no field 'signal' here"
    ),
    "a field lost": one(PACK, 'severity = "medium"\n', "", "[[flags]]", "the field 'severity' is missing"),
    "a table misspelt": one(PACK, "", "[flagz]", "[flagz]", "there is no 'flagz' in a pack"),
    "rows that are none": (
        (Edit(PACK, "version = 1", 'version = 1\nremarks = "none"'),),
        (Said(PACK, "remarks =", "remarks are written as rows: [[remarks]]"),),
    ),
    "answered for nothing": (
        (
            Edit(PACK, NEVER, 'when = { step = "something_new", is = ["yes"] }'),
            Edit(PACK, 'kind = "choice"\nwhom = "member"\n', 'kind = "choice"\n'),
        ),
        (
            Said(
                PACK, '[[steps]]\nid = "last_talk"', "step last_talk feeds nothing: no verdict, no condition, nobody to"
            ),
        ),
    ),
    "version in words": one(PACK, "version = 1", 'version = "x"', 'version = "x"', "a pack has a version: a whole"),
    "version zero": one(PACK, "version = 1", "version = 0", "version = 0", "a pack has a version: a whole number from"),
    "version yes": one(PACK, "version = 1", "version = true", "version = true", "a pack has a version: a whole number"),
    "id with a space": one(PACK, 'id = "mine"', 'id = "my pack"', "my pack", "a pack has an id: a small letter"),
    "no id": one(PACK, 'id = "mine"\n', "", "# Your questions", "a pack has an id: a small letter"),
    "a choice with a space": (
        (
            Edit(PACK, PAPERS_ROW, f'{PAPERS_ROW}    {{ id = "two words" }},\n'),
            Edit(EN, "choices.papers", 'choices."two words" = "Two"\nchoices.papers'),
            Edit(ZH, "choices.papers", 'choices."two words" = "两"\nchoices.papers'),
        ),
        (Said(PACK, 'id = "last_month"', "'two words' is no id: small letters, digits, - and _"),),
    ),
    "no table": one(PACK, 'id = "mine"', 'id = "mine', 'id = "mine', "this is no TOML: Illegal character '\\n'"),
    "a key twice": one(
        PACK, "version = 1", "version = 1\nversion = 2", "version = 2", "this is no TOML: Cannot overwr"
    ),
    "a list left open": one(PACK, "", "expects = [", "expects = [", "this is no TOML: "),
}

NAME = 'name = "Last month"'
TEXTS: dict[str, Case] = {
    "missing in English": one(
        EN, f"{NAME}\n", "", "[steps.last_month]", "en: the text steps.last_month.name is missing"
    ),
    "missing in Chinese": one(
        ZH, 'name = "上个月"\n', "", "[steps.last_month]", "zh: the text steps.last_month.name is missing"
    ),
    "a label lost": one(
        EN,
        'choices.never = "Nobody can remember"\n',
        "",
        "choices.this_week",
        "en: the text steps.last_talk.choices.nev",
    ),
    "a list for a sentence": one(EN, NAME, 'name = ["Last"]', 'name = ["Last"]', "steps.last_month.name is missing"),
    "nothing fills it": one(EN, NAME, 'name = "Last {month}"', "{month}", "placeholder {month}, which nothing fills"),
    "an attribute": one(
        ZH, "没人想得起来", "{x.__class__}", "__class__", "has a brace that is no placeholder: they look"
    ),
    "a position": one(
        EN, NAME, 'name = "Last {0}"', "{0}", "en: the text steps.last_month.name has a brace that is no"
    ),
    "a brace left open": one(EN, NAME, 'name = "Last {"', "Last {", "has a brace that is no placeholder"),
    "for a step that is none": one(
        EN,
        "",
        '[steps.last_tlk]\nname = "Last"',
        'name = "Last"',
        "the text steps.last_tlk.name belongs to none of the",
    ),
    "for a flag that is none": one(
        ZH, "", '[flags.never]\nclears = "没了"', "没了", "zh: the text flags.never.clears belongs to none of the flags"
    ),
    "the product's own": one(
        EN,
        "[steps.last_month]",
        'greeting = "Hi"\n[steps.last_month]',
        "greeting",
        "the pack cannot change greeting: it",
    ),
    "a label too long": one(
        EN,
        "Meetings, mostly",
        "Meetings" + " and more" * 8,
        "Meetings",
        "en: the label of last_month.meetings is longer than 75 char",
    ),
    "a sentence too long": one(
        EN, NAME, f'name = "{"m" * 3001}"', "m" * 3001, "steps.last_month.name is longer than 3,000 characters"
    ),
    "a language nobody speaks": one("locales/tlh.toml", "", "", "\n\n", "tlh: teamcheck does not speak this"),
    "a list for a whole card": one(
        EN, "[steps.last_month]", 'card = ["x"]\n[steps.last_month]', "card", "the text card rewords nothing"
    ),
    "rewording what is not there": one(
        EN, "[steps.last_month]", 'kinds.infa = "x"\n[steps.last_month]', "infa", "the text kinds.infa rewords nothing"
    ),
    "rewording with a placeholder more": one(
        EN, "[steps.last_month]", 'kinds.infra = "{n}"\n[steps.last_month]', "{n}", "placeholder {n}, which nothing"
    ),
    "a term without a text": one(
        EN,
        "[steps.last_month]",
        'glossary.terms = ["sprint"]\nglossary.sprint.name = "sprint"\n[steps.last_month]',
        "glossary.sprint",
        "the text glossary.sprint.text is missing",
    ),
    "words that are numbers": one(
        EN, "", "[skills]\npython = [1]", "python", "the text skills.python is neither a sentence nor a list of words"
    ),
    "a number for a sentence": one(
        EN, NAME, "name = 5", "name = 5", "the text steps.last_month.name is neither a sentence nor a list"
    ),
    "nothing in a sentence": one(EN, NAME, 'name = " "', 'name = " "', "the text steps.last_month.name is empty"),
    "no texts at all": one(EN, "[steps.last_month]", "[steps.last_month", "[steps.last_month\n", "this is no TOML: "),
}

ALL = {**CONDITIONS, **ROWS, **TEXTS}


def test_no_two_cases_share_a_name() -> None:
    assert len(ALL) == len(CONDITIONS) + len(ROWS) + len(TEXTS)


@pytest.mark.parametrize("case", ALL.values(), ids=ALL)
def test_a_mistake_is_told_with_its_file_and_line_and_nothing_else_is(folder: Path, case: Case) -> None:
    edits, expected = case
    for edit in edits:
        edit.make(folder)
    lines = mistakes(folder)
    told = sorted((said.line(folder), said.sentence) for said in expected)
    assert len(lines) == len(told), lines
    for line, (start, sentence) in zip(sorted(lines), told, strict=True):
        assert line.startswith(start)
        assert sentence in line


# -- what is wrong with the files themselves -----------------------------------------------------------------------


def test_a_pack_with_mistakes_ends_the_program_with_its_own_exit_code(folder: Path) -> None:
    edits, _ = CONDITIONS["unknown choice"]
    edits[0].make(folder)
    run = program("pack", "check", folder, cwd=folder.parent)
    assert run.returncode == Exit.DATA
    assert run.stdout == ""
    assert run.stderr.splitlines() == [
        "pack.toml:92: flag never_talks reads the choice nevr, which step last_talk does not have",
        "1 mistake; nothing was begun with this pack.",
    ]


def test_without_its_rows_there_is_no_pack(folder: Path) -> None:
    (folder / PACK).unlink()
    assert mistakes(folder) == ["pack.toml:1: there is no such file in the folder"]


def test_a_folder_that_is_not_there_is_no_pack(tmp_path: Path) -> None:
    assert mistakes(tmp_path / "nowhere") == ["pack.toml:1: there is no such file in the folder"]


def test_a_folder_that_cannot_be_looked_into_is_no_pack(tmp_path: Path) -> None:
    assert mistakes(tmp_path / ("x" * 300)) == ["pack.toml:1: there is no such file in the folder"]


def test_skills_that_lead_to_themselves_are_not_passed_over(folder: Path) -> None:
    (folder / "skills.toml").symlink_to("skills.toml")
    assert mistakes(folder) == ["skills.toml:1: it cannot be read"]


@pytest.mark.parametrize(
    ("skill", "said"),
    [
        ('name = "\\u001b[31m"\ngroup = "languages"', "skills.toml:2: x: a word has the invisible character U+001B"),
        ('name = ""\ngroup = "languages"', "skills.toml:2: x: a word is empty"),
        ('name = "X"\ngroup = "so long"', "skills.toml:3: x: the group is no id"),
    ],
)
def test_a_skill_is_shown_to_people_and_held_to_the_same(folder: Path, skill: str, said: str) -> None:
    (folder / "skills.toml").write_text(f"[x]\n{skill}\naliases = []\n", encoding="utf-8")
    assert any(line.startswith(said) for line in mistakes(folder))


def test_a_pack_may_have_terms_of_its_own(folder: Path) -> None:
    terms = 'glossary.terms = ["sprint", "feature"]\nglossary.sprint = { name = "sprint", text = "T.", words = ["s"] }'
    Edit(EN, "[steps.last_month]", f"{terms}\n[steps.last_month]").make(folder)
    assert pack("check", str(folder)).exit_code == 0


def test_without_texts_there_is_no_pack(folder: Path) -> None:
    for file in (EN, ZH):
        (folder / file).unlink()
    nothing = "pack.toml:1: there are no sentences: a pack has at least one file in locales/"
    assert mistakes(folder) == [nothing]
    (folder / "locales").rmdir()
    assert mistakes(folder) == [nothing]


@pytest.mark.parametrize("file", [PACK, EN, ZH])
def test_what_is_not_utf_8_is_told_by_its_file(folder: Path, file: str) -> None:
    with (folder / file).open("ab") as opened:
        opened.write("# größer".encode("latin-1"))
    assert mistakes(folder) == [f"{file}:1: it is not written in UTF-8"]


def test_all_mistakes_come_in_one_run_each_once_and_sorted(folder: Path) -> None:
    for edit in (
        Edit(PACK, "version = 1", "version = 0"),
        Edit(PACK, 'feeds = "team"', 'feeds = "skills"'),
        Edit(PACK, 'id = "comfort"', 'id = "comfort"\nwhen = { step = "sure", at_least = 7 }'),
        Edit(PACK, '["never"]', '["nevr"]'),
        Edit(EN, f"{NAME}\n", ""),
        Edit(EN, "Meetings, mostly", "Meetings, {mostly}"),
        Edit(ZH, "没人想得起来", "{0}"),
        Edit("locales/tlh.toml", "", 'x = "nuqneH"'),
    ):
        edit.make(folder)
    assert mistakes(folder) == [
        "locales/en.toml:1: en: the text steps.last_month.name is missing",
        (
            "locales/en.toml:9: en: the text steps.last_month.choices.meetings has the placeholder {mostly}, "
            "which nothing fills"
        ),
        "locales/tlh.toml:1: tlh: teamcheck does not speak this language yet",
        (
            "locales/zh.toml:20: zh: the text steps.last_talk.choices.never has a brace that is no placeholder: "
            "they look like {name}"
        ),
        "pack.toml:5: a pack has a version: a whole number from 1 on",
        "pack.toml:13: step team: what feeds skills is of kind skills, not text",
        "pack.toml:48: step comfort can never come up: its condition cannot hold",
        "pack.toml:93: flag never_talks reads the choice nevr, which step last_talk does not have",
    ]


# -- packs that mean harm ------------------------------------------------------------------------------------------

SECRET = "correct horse battery staple"  # noqa: S105  stands in hostile files, and is never shown


def appended(file: str, text: str) -> Callable[[Path], object]:
    return Edit(file, "", f"{text}\n# {SECRET}").make


def first(file: str, text: str) -> Callable[[Path], object]:
    return Edit(file, "[steps.last_month]", f"{text}\n[steps.last_month]").make


def named(new: str) -> Callable[[Path], object]:
    return Edit(PACK, NAME_OF_STEP, new).make


def reads(condition: str) -> Callable[[Path], object]:
    return Edit(PACK, NEVER, f"when = {condition}").make


def said(text: str) -> Callable[[Path], object]:
    return Edit(EN, NAME, f'name = "{SECRET} {text}"').make


def chained(link: str) -> Callable[[Path], object]:
    """Append steps that each come up behind the one before."""
    rows = [
        f'[[steps]]\nid = "s{i}"\nsection = "ownership"\nkind = "choice"\nwhom = "member"\n'
        f'choices = [{{ id = "a" }}, {{ id = "b" }}]\n'
        + (f"when = {link.replace('BEFORE', f's{i - 1}')}\n" if i else "")
        for i in range(150)
    ]
    return Edit(PACK, "", "\n".join(rows)).make


def instead(file: str, make: Callable[[Path], object]) -> Callable[[Path], object]:
    def change(folder: Path) -> None:
        (folder / file).unlink()
        make(folder / file)

    return change


def outside(file: Path) -> None:
    elsewhere = file.parents[2] / "elsewhere.toml"
    elsewhere.write_text(f'secret = "{SECRET}', encoding="utf-8")
    file.symlink_to(elsewhere)


def locales_outside(folder: Path) -> None:
    (folder / "locales").rename(folder.parent / "elsewhere")
    (folder / "locales").symlink_to(folder.parent / "elsewhere")


def locales_in_a_circle(folder: Path) -> None:
    (folder / "locales").rename(folder.parent / "elsewhere")
    (folder / "locales").symlink_to(folder / "locales")


def many_languages(folder: Path) -> None:
    for number in range(60):
        (folder / f"locales/x{number}.toml").touch()


NAME_OF_STEP = 'id = "sure"'
EITHER = '{ any = [{ step = "BEFORE", is = ["a"] }, { step = "BEFORE", is = ["b"] }] }'
TWENTY = ", ".join('{ step = "last_talk", is = ["never"] }' for _ in range(20))
STEP = '[[steps]]\nid = "x"\nsection = "ownership"\nkind = "text"\n'
HOSTILE: dict[str, tuple[Callable[[Path], object], str]] = {
    "2 MB": (appended(PACK, f"# {'x' * 2_000_000}"), "pack.toml:1: it is larger than 1,000,000 bytes"),
    "2 MB of texts": (appended(EN, f"# {'x' * 2_000_000}"), "locales/en.toml:1: it is larger than 1,000,000"),
    "60 languages": (many_languages, "locales:1: there are more than 50 languages"),
    "3,000 steps": (appended(PACK, STEP * 3_000), "there are more than 200 steps"),
    "3,000 choices": (
        appended(PACK, STEP + "choices = [" + '{ id = "x" }, ' * 3_000 + "]"),
        "a step has at most 40 choices",
    ),
    "100,000 values": (appended(PACK, f"[expects]\nx = [{'0,' * 100_000}]"), "there are more than 50,000 values"),
    "100,000 texts": (
        appended(EN, "[shared]\n" + "\n".join(f"x{i}=1" for i in range(90_000))),
        "locales/en.toml:1: there are more than 50,000 values in it",
    ),
    "100,000 choices read": (
        Edit(PACK, '["never"]', '["never"' + ", 0" * 40_000 + "]").make,
        "Input should be a valid string",
    ),
    "lists 400 deep": (appended(PACK, f"[expects]\nx = {'[' * 400}{']' * 400}"), "it is nested more than 24 deep"),
    "lists 5,000 deep": (appended(PACK, f"[expects]\nx = {'[' * 5_000}{']' * 5_000}"), "it is nested too deeply"),
    "keys 30 deep": (appended(PACK, f"[{'.'.join('x' * 30)}]"), "it is nested too deeply"),
    "keys 5,000 deep": (appended(PACK, f"expects{'.x' * 5_000} = 1"), "it is nested too deeply"),
    "keys 300,000 deep": (appended(EN, f"x{'.y' * 300_000} = 1"), "it is nested too deeply"),
    "quoted keys 90,000 deep": (appended(EN, "x" + """ . "y z" .\t'"' """ * 45_000 + "= 1"), "it is nested too deeply"),
    "tables 300,000 deep": (appended(EN, f"[x{'.y' * 300_000}]"), "it is nested too deeply"),
    "many quotes": (appended(EN, "x = " + '"' * 300_001), "locales/en.toml:"),
    "many escapes": (appended(EN, 'x = "' + "\\" * 300_001), "this is no TOML"),
    "not, 500 deep": (
        reads("{ not = " * 500 + '{ step = "last_talk", is = ["never"] }' + " }" * 500),
        "it is nested",
    ),
    "not, 18 deep": (reads("{ not = " * 18 + '{ step = "owms", is = ["never"] }' + " }" * 18), "reads step owms"),
    "all of 20 of any of 20": (
        reads("{ all = [" + f"{{ any = [{TWENTY}] }}, " * 20 + '{ unknown = "owms" }] }'),
        "reads step owms, which does not exist",
    ),
    "a chain that doubles": (
        chained('{ all = [{ step = "BEFORE", is = ["a"] }, { step = "BEFORE", is = ["a"] }] }'),
        "en: the text steps.s149.ask is missing",
    ),
    "a chain of alternatives": (chained(EITHER), "en: the text steps.s149.ask is missing"),
    "a chain of alternatives, twice each": (
        chained(f"{{ all = [{EITHER}, {EITHER}] }}"),
        "en: the text steps.s149.ask is missing",
    ),
    "a chain, deep each": (
        chained("{ all = [" * 8 + '{ step = "BEFORE", is = ["a"] }' + "] }" * 8),
        "en: the text steps.s149.ask is missing",
    ),
    "a link to itself": (instead(PACK, lambda file: file.symlink_to(file)), "pack.toml:1: there is no such file"),
    "texts linked to themselves": (instead(EN, lambda file: file.symlink_to(file)), "en.toml:1: it cannot be read"),
    "a folder linked to itself": (locales_in_a_circle, "pack.toml:1: there are no sentences"),
    "a link out": (instead(PACK, outside), "pack.toml:1: it is not a file of this folder"),
    "texts linked out": (instead(EN, outside), "locales/en.toml:1: it is not a file of this folder"),
    "a folder linked out": (locales_outside, "locales/en.toml:1: it is not a file of this folder"),
    "a link to a device": (instead(PACK, lambda file: file.symlink_to("/dev/zero")), "pack.toml:1: "),
    "a folder for a file": (instead(PACK, Path.mkdir), "pack.toml:1: there is no such file in the folder"),
    "a folder for texts": (instead(EN, Path.mkdir), "locales/en.toml:1: it is not a file of this folder"),
    "a pipe": (instead(PACK, os.mkfifo), "pack.toml:1: there is no such file in the folder"),
    "texts from a pipe": (instead(EN, os.mkfifo), "locales/en.toml:1: it is not a file of this folder"),
}

STRANGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "a language with a line in it": (lambda f: (f / "locales/x\ny\x1b[31m.toml").touch(), "does not speak this lang"),
    "a language of surrogates": (lambda f: Path(os.fsdecode(bytes(f) + b"/locales/\xff.toml")).touch(), "speak this"),
    "a text with a control": (said("\\u001b[31mred"), "steps.last_month.name has the invisible character U+001B"),
    "a text that turns round": (said("\\u202Etxt"), "steps.last_month.name has the invisible character U+202E"),
    "a text with a NUL": (said("\\u0000"), "steps.last_month.name has the invisible character U+0000"),
    "a text with a raw NUL": (said("\x00"), "locales/en.toml:2: this is no TOML: Illegal character '\\x00'"),
    "a text with half a character": (said("\\ud800"), "locales/en.toml:2: this is no TOML: "),
    "a text that calls": (said("<!channel>"), "steps.last_month.name has markup of a platform"),
    "a text that calls somebody": (said("<@U012>"), "steps.last_month.name has markup of a platform"),
    "a text with a link": (said("<https://evil|good>"), "steps.last_month.name has markup of a platform"),
    "an address with a control": (first(EN, '"\\u001b[31m\\n\\u202e" = "x"'), "the pack cannot change ?[31m??"),
    "an address without a name": (appended(EN, '["".x]\ny = "x"'), "the pack cannot change .x.y"),
    "skills without a name": (lambda f: (f / "skills.toml").write_text('["".x]\ny = 1'), "skills.toml:"),
    "skills with a control": (lambda f: (f / "skills.toml").write_text('"\\u001b" = 1'), "skills.toml:1: "),
    "a table with a control": (appended(PACK, '["\\u001b[31m"]'), "there is no '\\x1b[31m' in a pack"),
    "a kind with a control": (appended(PACK, '[expects."\\u001b[31m"]'), "Input should be 'infra'"),
    "an id with a control": (named('id = "\\u001b[31msure"'), "'?[31msure' is no id"),
    "an id that turns round": (named('id = "\\u202Esure"'), "'?sure' is no id"),
    "an id with a NUL": (named('id = "\\u0000"'), "'?' is no id"),
    "an id with a line": (named('id = "a\\nb"'), "'a?b' is no id"),
    "an id from within": (named('id = "__class__"'), "'__class__' is no id"),
    "an id that climbs": (named('id = "../x"'), "'../x' is no id"),
    "an id that is empty": (named('id = ""'), "'' is no id"),
    "an id that is long": (named(f'id = "{"x" * 100_000}"'), "is no id: small letters"),
    "an id that is a number": (named("id = 3"), "id: Input should be a valid string"),
    "an id of the pack that climbs": (Edit(PACK, 'id = "mine"', 'id = "../x"').make, "pack.toml:4: a pack has an id"),
    "reading within": (reads('{ step = "__class__", is = ["x"] }'), "reads step __class__, which does not exist"),
    "reading a control": (reads('{ step = "\\u001b[31m\\n", is = ["x"] }'), "reads step ?[31m?, which does not exist"),
    "endless bounds": (Edit(PACK, "low = 1", "low = -inf").make, "low and high are numbers that somebody can type"),
    "bounds that are none": (Edit(PACK, "high = 5", "high = nan").make, "low and high are numbers that somebody can"),
    "more than no number": (reads('{ not = { step = "sure", at_least = nan } }'), "compares step sure with what is no"),
    "more than endless": (reads('{ not = { step = "sure", at_most = inf } }'), "compares step sure with what is no"),
    "5,000 digits": (Edit(PACK, "high = 5", f"high = {'9' * 5_000}").make, "pack.toml:1: a number in it is too large"),
    "300 digits": (Edit(PACK, "high = 5", f"high = {'9' * 300}").make, "pack.toml:1: a number in it is too large"),
    "5,000 digits of 16": (appended(EN, f"x = 0x{'f' * 5_000}"), "locales/en.toml:1: a number in it is too large"),
    "steps that are a number": (lambda f: (f / PACK).write_text("steps = 3"), "steps are written as rows"),
    "steps that are numbers": (lambda f: (f / PACK).write_text("steps = [3]"), "steps are written as rows"),
    "steps that are a table": (lambda f: (f / PACK).write_text("[steps]\nx = 1"), "steps are written as rows"),
    "flags that are a day": (lambda f: (f / PACK).write_text("flags = 2026-01-01"), "flags are written as"),
    "choices that are a number": (appended(PACK, f"{STEP}choices = 3"), "choices: Input should be a valid"),
    "choices that are numbers": (appended(PACK, f"{STEP}choices = [3]"), "Input should be a valid"),
    "signals that are words": (appended(PACK, f"{STEP}choices = [{{ id = 'x', signals = 'y' }}]"), "signals: Input"),
    "signals for nobody": (appended(PACK, f"{STEP}choices = [{{ id = 'x', signals = {{ me = 1 }} }}]"), "Input should"),
    "nothing at all": (lambda f: (f / PACK).write_bytes(b""), "the three questions in their order"),
    "texts that are one text": (first(EN, 'remarks = "x"'), "the text remarks belongs to none of the remarks"),
    "a mark of the byte order": (lambda f: (f / PACK).write_bytes(b"\xef\xbb\xbf"), "pack.toml:1: this is no"),
}


@pytest.mark.parametrize(("harm", "told"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_pack_is_refused_soon(folder: Path, harm: Callable[[Path], object], told: str) -> None:
    harm(folder)
    run = program("pack", "check", folder, cwd=folder.parent)
    assert (run.returncode, run.stdout) == (Exit.DATA, ""), run.stderr[-500:]
    assert_plain(run.stderr, told)


@pytest.mark.parametrize(("harm", "told"), STRANGE.values(), ids=STRANGE)
def test_nothing_of_a_strange_pack_reaches_the_screen(folder: Path, harm: Callable[[Path], object], told: str) -> None:
    harm(folder)
    result = pack("check", str(folder))
    assert (result.exit_code, result.stdout) == (Exit.DATA, "")
    assert_plain(result.stderr, told)


def assert_plain(shown: str, told: str) -> None:
    *lines, last = shown.splitlines()
    assert last.endswith("nothing was begun with this pack.")
    assert any(told in line for line in lines), lines[:5]
    for line in lines:
        assert re.fullmatch(r"(locales/.{1,20}\.toml|pack\.toml|skills\.toml|locales):[0-9]+: .{5,}", line), line
        assert line.isprintable()
        assert len(line) <= SHOWN
    assert SECRET not in shown


# -- beginning a pack, and playing it ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["Mine", "my pack", "../Über", "-x", "9x", "__class__", "a" * 41, "m\u202ee", "m\ne", ""]
)
def test_a_bad_name_begins_no_pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    result = pack("new", "--", name)
    assert (result.exit_code, result.stdout) == (Exit.USAGE, "")
    assert result.stderr.count("\n") == 1
    assert list(tmp_path.rglob("*")) == [tmp_path / "here"]


def test_what_is_there_already_is_not_written_over(folder: Path) -> None:
    (folder / PACK).write_text("mine", encoding="utf-8")
    taken = folder.parent / "taken"
    taken.touch()
    for there in (folder, taken):
        result = pack("new", str(there))
        assert (result.exit_code, result.stdout) == (Exit.USAGE, "")
        assert result.stderr == f"{there} is there already.\n"
    assert (folder / PACK).read_text(encoding="utf-8") == "mine"


def test_where_nothing_can_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    for place in (tmp_path / "file/mine", tmp_path / "dangling"):
        result = pack("new", str(place))
        assert (result.exit_code, result.stdout) == (Exit.USAGE, "")
        assert result.stderr == f"{place} cannot be written.\n"


def test_a_new_pack_has_no_mistakes_and_bears_its_name(folder: Path) -> None:
    result = pack("check", str(folder))
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("No mistakes: mine-1-")
    assert result.stdout.endswith("2 languages (en, zh).\n")


@pytest.mark.parametrize(
    ("language", "label", "headline"),
    [
        ("en", "Nobody can remember", "It never talks to the people who use its work"),
        ("zh", "没人想得起来", "从来不跟用它东西的人聊"),
    ],
)
def test_a_new_pack_can_be_played_and_nothing_is_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch, language: str, label: str, headline: str
) -> None:
    home = folder.parent / "home"
    home.mkdir()
    for variable in ("HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "TMPDIR"):
        monkeypatch.setenv(variable, str(home))
    monkeypatch.setenv("TEAMCHECK_DATABASE_URL", f"sqlite:///{home / 'checks.db'}")
    monkeypatch.setenv("COLUMNS", "1000")
    monkeypatch.chdir(folder.parent)
    before = files_of(folder.parent)
    answers = ("ACME", "1", "1", "4", "1", "1", "1", "3", "1")
    result = pack("play", str(folder), "--language", language, said="".join(f"{answer}\n" for answer in answers))
    assert result.exit_code == 0
    assert result.stderr == ""
    assert result.stdout.splitlines()[-1] == core().catalogue.text(phrase("dry_run"), language)
    shown, _, report = result.stdout.rpartition(label)
    assert label in shown
    assert headline in result.stdout
    assert "ACME" in report or "ACME" in shown
    assert files_of(folder.parent) == before


def files_of(folder: Path) -> dict[Path, bytes | None]:
    return {place: place.read_bytes() if place.is_file() else None for place in folder.rglob("*")}


# -- a language that teamcheck learns ------------------------------------------------------------------------------

LOST = {
    "deeper.done.other": 'other = "{n} more steps or so. You can leave any time, and the report takes what it has."\n',
    "sections.kind_intro": 'kind_intro = "Titles say little, so this goes by what the team does all day."\n',
    "steps.team.ask": 'ask = "Which team is it? A company, a team, or a nickname that you know it by."\n',
}
"""What a third language lacks: of a plural, of the product's own, of the core pack's."""
HELLO, HALLO = "I'm teamcheck. Three questions", "Ich bin teamcheck. Drei Fragen"


@pytest.fixture
def with_german(tmp_path: Path) -> Path:
    """Return teamcheck as it will be with a third language, of which three sentences are still to come."""
    for package in ("bot", "adapters", "conversations"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    texts = tmp_path / "conversations/content/locales"
    german = (texts / "en.toml").read_text(encoding="utf-8")
    for old, new in {**dict.fromkeys(LOST.values(), ""), HELLO: HALLO}.items():
        assert german.count(old) == 1
        german = german.replace(old, new)
    (texts / "de.toml").write_text(german, encoding="utf-8")
    return tmp_path


def test_a_language_that_is_not_finished_is_listed_to_the_sentence(with_german: Path) -> None:
    run = program("pack", "check", cwd=with_german, root=with_german)
    assert (run.returncode, run.stdout) == (Exit.DATA, "")
    *lines, _ = run.stderr.splitlines()
    german = (with_german / "conversations/content/locales/de.toml").read_text(encoding="utf-8").splitlines()
    tables = {
        "deeper.done.other": "[deeper.done]",
        "sections.kind_intro": "[sections]",
        "steps.team.ask": "[steps.team]",
    }
    assert lines == [
        f"locales/de.toml:{german.index(tables[key]) + 1}: de: the text {key} is missing"
        for key in sorted(LOST, key=lambda key: german.index(tables[key]))
    ]


def test_a_language_that_is_not_finished_speaks_english_where_it_has_to(with_german: Path) -> None:
    assert program("pack", "new", "mine", cwd=with_german, root=with_german).returncode == 0
    run = program("pack", "play", "mine", "--language", "de", cwd=with_german, root=with_german, said="ACME\n")
    assert run.returncode == 0
    assert HALLO in run.stdout
    assert HELLO not in run.stdout
    assert "Titles say little" in run.stdout
    assert "Which team is it?" in run.stdout
    assert "What did the team spend last month on?" in run.stdout


def test_what_teamcheck_speaks_is_finished() -> None:
    _, product = read_core_pack()
    assert [*missing_sentences(product)] == []


def test_what_a_language_lacks_is_named_and_a_script_comes_of_it_all_the_same() -> None:
    core, product = read_core_pack()
    german = tomllib.loads((ROOT / "conversations/content" / EN).read_text(encoding="utf-8"))
    del german["deeper"]["done"]["other"], german["sections"]["kind_intro"], german["steps"]["team"]["ask"]
    german["greeting"] = "Hallo."
    with_german = {**product, "de": german}
    assert sorted(one.sentence for one in missing_sentences(with_german)) == [
        f"de: the text {key} is missing" for key in LOST
    ]
    script = checked(core, with_german)
    assert script.catalogue.text(phrase("greeting"), "de") == "Hallo."
    for key in ("sections.kind_intro", "steps.team.ask"):
        assert script.catalogue.text(phrase(key), "de") == script.catalogue.text(phrase(key), "en")
