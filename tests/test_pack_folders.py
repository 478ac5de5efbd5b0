"""A pack in a real folder: each fault is named by file and line, and a hostile one ends in a sentence."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from adapters.pack_files import SIZE_LIMIT
from bot.__main__ import cli
from bot.pack_commands import MISTAKES, USAGE
from conversations.packs import CHOICE_LIMIT, ROW_LIMIT, STEP_LIMIT, TEXT_LIMIT

PACK, EN, ZH = "pack.toml", "locales/en.toml", "locales/zh.toml"
START = {name: (files("conversations") / "content" / "new_pack" / name).read_text("utf-8") for name in (PACK, EN, ZH)}
SECONDS = 20
"""Within which even a hostile pack is answered. Nothing is measured by it."""


def write(folder: Path, changed: dict[str, str]) -> Path:
    (folder / "locales").mkdir(parents=True, exist_ok=True)
    for name, text in {**START, **changed}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def check(folder: Path) -> Result:
    return CliRunner().invoke(cli, ["pack", "check", str(folder)])


@dataclass(frozen=True)
class Fault:
    """One edit of the pack that `pack new` writes; the mistake is told on the line where `marker` then stands."""

    file: str
    old: str
    new: str
    marker: str
    said: str

    def text(self) -> str:
        assert START[self.file].count(self.old) >= 1, self.old
        return START[self.file].replace(self.old, self.new, 1)


NEVER = 'when = { step = "last_talk", is = ["never"] }'
STEP = '[[steps]]\nid = "extra"\nsection = "ownership"\nkind = "{kind}"\nwhom = "member"\n{more}\n\n[[flags]]'
WORDS = '\n[steps.extra]\nname = "N"\nask = "A?"\nwhy = "W."\ngood = "G."\nquestion = "Q?"\n'


def flag(when: str, said: str, more: str = "") -> Fault:
    return Fault(PACK, NEVER, f"{more}when = {when} # here", "# here", said)


def step(kind: str, more: str, said: str, marker: str = "# here") -> Fault:
    return Fault(PACK, "[[flags]]", STEP.format(kind=kind, more=more), marker, said)


def choice(when: str, said: str) -> Fault:
    return step("choice", f'choices = [{{ id = "a" }}, {{ id = "b" }}]\nwhen = {when} # here', said)


FAULTS = [
    flag('{ step = "last_tlk", is = ["never"] }', "reads step last_tlk, which does not exist"),
    flag('{ step = "last_talk", is = ["nevr"] }', "reads the choice nevr, which step last_talk does not have"),
    flag('{ step = "last_talk", at_least = 2 }', "reads a number of step last_talk, which is of kind choice"),
    flag('{ step = "sure", is = ["3"] }', "reads a choice of step sure, which is of kind scale"),
    flag('{ verdict = "kind", is = ["infrared"] }', "reads the state infrared, which the verdict kind does not have"),
    flag('{ step = "last_talk", iss = ["never"] }', "a condition has one of"),
    flag('{ step = "last_talk", is = [] }', "at least 1"),
    flag('{ step = "sure", at_least = 6 }', "flag never_talks can never come up"),
    flag('{ all = [{ step = "sure", at_least = 4 }, { step = "sure", at_most = 2 }] }', "can never come up"),
    flag(
        '{ all = [{ step = "last_talk", is = ["never"] }, { step = "last_talk", is = ["this_week"] }] }',
        "flag never_talks can never come up",
    ),
    flag('{ all = [{ unknown = "sure" }, { step = "sure", at_least = 1 }] }', "can never come up"),
    flag('{ verdict = "kind", is = ["infra"] }', "can never come up", more='kinds = ["research"]\n'),
    Fault(PACK, NEVER, f"kinds = [] # here\n{NEVER}", "# here", "it is for no kind of team"),
    Fault(PACK, NEVER, f'evidence = ["gone"] # here\n{NEVER}', "# here", "shows step gone, which does not exist"),
    Fault(PACK, 'severity = "medium"', 'severity = "grave"', "grave", "severity"),
    Fault(PACK, 'severity = "medium"', 'severity = "low"\nsevrity = "low" # here', "# here", "no field 'sevrity'"),
    Fault(PACK, 'whom = "manager"\nwhen', "when", "[[flags]]", "the field 'whom' is missing"),
    choice('{ step = "last_talk", is = ["never", "soon"] }', "reads the choice soon"),
    choice('{ step = "sure", at_most = 0 }', "step extra can never come up"),
    choice('{ step = "extra", is = ["a"] }', "reads step extra, which does not come before it"),
    choice('{ verdict = "ownership", is = ["clear"] }', "reads the verdict ownership, which is not formed before it"),
    step("choice", "# no choices", "choices belong to steps of kind choice", marker='[[steps]]\nid = "extra"'),
    step("number", "low = 9 # here\nhigh = 3", "low must be below high"),
    step("scale", 'low = 1\nhigh = 5\nfeeds = "comfort" # here', "what feeds comfort is of kind choice or choices"),
    step("choice", 'choices = [{ id = "a" }]\nfeeds = "decides" # here', "what feeds decides needs the choice others"),
    step("choices", 'feeds = "sources"\nchoices = [{ id = "aunt" }] # here', "aunt is no source"),
    step("choice", 'choices = [{ id = "a" }, { id = "a" }] # here', "two choices share an id"),
    step("essay", "# here", "kind", marker='kind = "essay"'),
    Fault(PACK, 'id = "never_talks"', 'id = "owns" # here', "# here", "the id owns is used twice"),
    Fault(PACK, 'section = "gap"\nkind = "scale"', 'section = "kind" # here\nkind = "scale"', "# here",
          "the steps run through the three questions in their order"),
    Fault(PACK, 'id = "last_month"', 'id = "Last Month"', "Last Month", "is no id"),
    Fault(PACK, "version = 1", 'version = "one"', "version =", "a whole number from 1 on"),
    Fault(PACK, "version = 1", 'version = 1\ncolour = "blue"', "colour", "no 'colour' in a pack"),
    Fault(PACK, "[[flags]]", STEP.format(kind="choice", more='choices = [{ id = "a" }]').replace("whom", "# whom"),
          '[[steps]]\nid = "extra"', "step extra feeds nothing"),
    Fault(PACK, "[[flags]]", "[[flags]", "[[flags]", "this is no TOML"),
    Fault(EN, 'name = "Last month"\n', "", "[steps.last_month]", "en: the text steps.last_month.name is missing"),
    Fault(ZH, 'because = "', 'becuase = "', "becuase", "zh: the text flags.never_talks.becuase belongs to no part"),
    Fault(EN, "A calendar says", "{who}: a calendar says", "{who}", "has the placeholder {who}, which nothing fills"),
    Fault(EN, "A calendar says", "{x.__class__} says", "{x.__class__}", "has a brace that is no placeholder"),
    Fault(EN, "A calendar says", "{0} says", "{0}", "has a brace that is no placeholder"),
    Fault(EN, "Meetings, mostly", "M" * 76, "M" * 76, "is longer than 75 characters"),
    Fault(EN, "A calendar says", "W" * (TEXT_LIMIT + 1), "W" * 99, "is longer than 3,000 characters"),
    Fault(EN, "[steps.last_month]", "[steps.last_mnth]", 'name = "Last month"', "belongs to none of the steps"),
    Fault(EN, "[steps.last_month]", 'greeting = "Hi" # here\n[steps.last_month]', "# here", "cannot change greeting"),
    Fault(EN, "A calendar says", "<!channel> says", "<!channel>", "has markup"),
    Fault(ZH, "看日程", "看\\u202e日程", "u202e", "has the invisible character U+202E"),
    Fault(ZH, "看日程", "看\\u001b[31m日程", "u001b", "has the invisible character U+001B"),
    Fault(EN, "[steps.last_month]", 'card = ["a list"]\n[steps.last_month]', "card", "the text card rewords nothing"),
    Fault(EN, "[steps.last_month]", 'kinds.infa = "x"\n[steps.last_month]', "infa", "kinds.infa rewords nothing"),
    Fault(EN, "[steps.last_month]", 'kinds.infra = "{n}"\n[steps.last_month]', "infra", "placeholder {n}"),
    Fault(EN, "[steps.last_month]", 'glossary.terms = ["sprint"]\n[steps.last_month]', "glossary",
          "the text glossary.sprint.text is missing"),
    Fault(EN, "[steps.last_month]", "[skills]\npython = [1, 2]\n\n[steps.last_month]", "python",
          "is neither a sentence nor a list of words"),
    Fault(EN, 'name = "Last month"', "name = 5", "name = 5", "is neither a sentence nor a list of words"),
    Fault(EN, 'name = "Last month"', 'name = " "', "name =", "the text steps.last_month.name is empty"),
    step("number", "low = -5 # here\nhigh = 5", "a number that can be typed is from 0"),
    step("number", "low = 0\nhigh = 1e12 # here", "a number that can be typed is from 0"),
    step("scale", "low = 0\nhigh = 101 # here", "a scale has at most 100 points"),
    step("skills", 'suggest = ["<!channel>"] # here', "what it suggests has markup"),
    Fault(PACK, "infra = 3", "infra = -3", "infra = -3", "greater than or equal to 1"),
    Fault(PACK, "infra = 3", "infra = 11", "infra = 11", "less than or equal to 10"),
    Fault(ZH, "words.never", "words.nver", "words.nver", "zh: the text steps.last_talk.words.nver belongs to no part"),
]  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS, ids=[f"{one.file}-{one.said}" for one in FAULTS])
def test_a_fault_is_named_by_file_and_line(fault: Fault, tmp_path: Path) -> None:
    text = fault.text()
    line = text[: text.index(fault.marker)].count("\n") + 1
    ended = check(write(tmp_path / "pack", {fault.file: text}))
    assert ended.exit_code == MISTAKES
    assert ended.stdout == ""
    told = ended.stderr.splitlines()
    assert any(one.startswith(f"{fault.file}:{line}: ") and fault.said in one for one in told), told


def test_every_fault_of_a_pack_is_told_in_one_run_each_once(tmp_path: Path) -> None:
    pack = START[PACK].replace('is = ["never"]', 'is = ["nevr"]').replace("low = 1", "low = 7")
    pack = pack.replace('feeds = "owns"\nwhom = "manager"', 'feeds = "owns"\nwhom = "nobody"')
    en = START[EN].replace("Meetings, mostly", "M" * 80).replace('clears = "', 'clears = "{a.b} ')
    zh = START[ZH].replace('name = "上个月"\n', "")
    ended = check(write(tmp_path / "pack", {PACK: pack, EN: en, ZH: zh}))
    told = ended.stderr.splitlines()
    for said in ("nevr", "low must be below high", "whom", "longer than 75", "is no placeholder", "is missing"):
        assert sum(said in one for one in told) == 1, said
    assert told[-1].startswith("6 mistakes")
    assert told[:-1] == sorted(told[:-1], key=lambda one: (one.split(":")[0], int(one.split(":")[1])))


def test_a_step_behind_one_that_never_comes_never_comes_either(tmp_path: Path) -> None:
    more = 'choices = [{ id = "a" }]\nwhen = { step = "sure", at_least = 9 }\n\n' + STEP.replace(
        "[[flags]]", ""
    ).replace("extra", "behind").format(
        kind="choice", more='choices = [{ id = "a" }]\nwhen = { step = "extra", is = ["a"] }'
    )
    text = START[PACK].replace("[[flags]]", STEP.format(kind="choice", more=more))
    told = check(write(tmp_path / "pack", {PACK: text})).stderr
    assert "step extra can never come up" in told
    assert "step behind can never come up" in told


# -- files that are none -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("skill", "said"),
    [
        ('name = "\\u001b[31m"\ngroup = "languages"', "skills.toml:2: x: a word has the invisible character U+001B"),
        ('name = ""\ngroup = "languages"', "skills.toml:2: x: a word is empty"),
        ('name = "X"\ngroup = "so long"', "skills.toml:3: x: the group is no id"),
    ],
)
def test_a_skill_is_shown_to_people_and_held_to_the_same(skill: str, said: str, tmp_path: Path) -> None:
    folder = write(tmp_path / "pack", {"skills.toml": f"[x]\n{skill}\naliases = []\n"})
    assert any(line.startswith(said) for line in check(folder).stderr.splitlines())


def test_a_pack_may_have_terms_of_its_own(tmp_path: Path) -> None:
    terms = (
        'glossary.terms = ["sprint", "feature"]\nglossary.sprint = { name = "sprint", text = "T.", words = ["s"] }\n'
    )
    assert check(write(tmp_path / "pack", {EN: terms + START[EN]})).exit_code == 0


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert check(tmp_path).stderr.startswith("pack.toml:1: there is no such file in the folder\n")
    folder = write(tmp_path / "pack", {})
    for name in (EN, ZH):
        (folder / name).unlink()
    assert "there are no sentences" in check(folder).stderr


def test_what_is_not_text_or_not_of_this_folder_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path / "pack", {})
    (folder / EN).write_bytes(b'greeting = "\xff\xfe"')
    assert "locales/en.toml:1: it is not written in UTF-8" in check(folder).stderr
    (folder / EN).unlink()
    (tmp_path / "secret.toml").write_text('password = "hunter2"', encoding="utf-8")
    (folder / EN).symlink_to(tmp_path / "secret.toml")
    ended = check(folder)
    assert "locales/en.toml:1: it is not a file of this folder" in ended.stderr
    assert "hunter2" not in ended.stderr
    (folder / EN).unlink()
    (folder / EN).symlink_to(folder / EN)
    assert "locales/en.toml:1: it cannot be read" in check(folder).stderr
    (folder / EN).unlink()
    (folder / EN).mkdir()
    assert "locales/en.toml:1: it is not a file of this folder" in check(folder).stderr


def test_a_folder_that_cannot_be_looked_into_has_no_pack(tmp_path: Path) -> None:
    assert check(tmp_path / ("x" * 300)).stderr.startswith("pack.toml:1: there is no such file in the folder\n")


def test_skills_that_lead_to_themselves_are_not_passed_over(tmp_path: Path) -> None:
    folder = write(tmp_path / "pack", {})
    (folder / "skills.toml").symlink_to("skills.toml")
    assert check(folder).stderr.startswith("skills.toml:1: it cannot be read\n")


def test_a_language_that_teamcheck_does_not_speak_is_told(tmp_path: Path) -> None:
    folder = write(tmp_path / "pack", {})
    (folder / "locales/tlh.toml").write_text(START[EN], encoding="utf-8")
    assert "locales/tlh.toml:1: tlh: teamcheck does not speak this language yet" in check(folder).stderr


_MANY = "".join(f'[[steps]]\nid = "s{n}"\nsection = "kind"\nkind = "text"\n' for n in range(STEP_LIMIT + 800))
_WIDE = ", ".join(
    "{ any = [" + ", ".join('{ step = "last_talk", is = ["never"] }' for _ in range(20)) + "] }" for _ in range(20)
)
HOSTILE = {
    "huge file": (PACK, START[PACK] + "#" * SIZE_LIMIT),
    "steps without end": (PACK, START[PACK] + _MANY),
    "choices without end": (PACK, START[PACK].replace('{ id = "meetings" }', ", ".join(f'{{ id = "c{n}" }}' for n in range(CHOICE_LIMIT + 1)))),  # noqa: E501
    "flags without end": (PACK, START[PACK] + '[[flags]]\nid = "x"\n' * (ROW_LIMIT + 1)),
    "values without end": (PACK, START[PACK] + f"x = [{'1,' * 100_000}]"),
    "nested lists": (PACK, START[PACK] + "x = " + "[" * 5_000 + "]" * 5_000),
    "nested keys": (PACK, "a" + ".a" * 5_000 + " = 1\n" + START[PACK]),
    "nested tables": (EN, START[EN] + f"\n[{'.'.join(['flags'] * 4_000)}]\nx = 'y'"),
    "nested conditions": (PACK, START[PACK].replace(NEVER, "when = " + "{ not = " * 200 + NEVER[7:] + " }" * 200)),
    "conditions by the million": (PACK, START[PACK].replace(NEVER, f'when = {{ all = [{_WIDE}, {{ step = "gone", at_least = 1 }}] }}')),  # noqa: E501
    "no bounds": (PACK, START[PACK].replace("low = 1\nhigh = 5", "low = -inf\nhigh = nan")),
    "names of the language": (PACK, START[PACK].replace('id = "last_month"', 'id = "__class__"')),
    "a way out": (PACK, START[PACK].replace('id = "new-pack"', 'id = "../../x"')),
    "no table": (PACK, 'id = "x"\nversion = 1\nsteps = 5\nflags = ["a"]\nexpects = 3\n'),
    "sentences that are none": (EN, "steps = 5\nflags = [1, 2]\n"),
    "control characters": (PACK, START[PACK].replace('id = "last_month"', 'id = "a\\u001b[2J\\u202eb"')),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_pack_is_answered_in_sentences(name: str, tmp_path: Path) -> None:
    file, text = HOSTILE[name]
    folder = write(tmp_path / "pack", {file: text})
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "bot", "pack", "check", str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
        env={**os.environ, "TEAMCHECK_DATABASE_URL": f"sqlite:///{tmp_path}/x.sqlite3"},
    )
    assert time.monotonic() - begun < SECONDS
    assert done.returncode == MISTAKES, done.stderr[-2000:]
    assert done.stdout == ""
    told = done.stderr.splitlines()
    assert told[-1].endswith("nothing was begun with this pack.")
    assert all(line.split(":")[0] in START and len(line) < 400 for line in told[:-1]), told[:3]
    assert "Traceback" not in done.stderr
    assert all(c == "\n" or c.isprintable() for c in done.stderr)


# -- new and play --------------------------------------------------------------------------------------------------


def test_a_new_pack_works_as_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run = CliRunner()
    written = run.invoke(cli, ["pack", "new", "ours"])
    assert written.exit_code == 0
    assert check(tmp_path / "ours").stdout.startswith("No mistakes: ours-1-")
    for language, last in (("en", "Nobody can remember"), ("zh", "没人想得起来")):
        typed = "Acme\n1\n1\n4\n1\n1\n1\n3\n"
        played = run.invoke(cli, ["pack", "play", "ours", "--language", language], input=typed)
        assert played.exit_code == 0
        assert last in played.stdout.split("> 3")[1]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ours"]


@pytest.mark.parametrize("name", ["ours", "Our Pack", "x/../.y", ""])
def test_a_name_that_is_none_or_taken_is_refused_in_one_line(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ours").mkdir()
    ended = CliRunner().invoke(cli, ["pack", "new", name])
    assert ended.exit_code == USAGE
    assert len(ended.stderr.splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ours"]


def test_the_core_pack_has_no_mistakes_in_either_language() -> None:
    ended = CliRunner().invoke(cli, ["pack", "check"])
    assert ended.exit_code == 0
    assert "(en, zh)" in ended.stdout
