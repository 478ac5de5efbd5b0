"""Documentation is checked like code."""

import re
from pathlib import Path

import pytest
from discord import Permissions
from typer.testing import CliRunner

from adapters.slack.manifest import SCOPES, TYPING
from bot.__main__ import cli
from bot.exits import Exit
from bot.settings import Settings, setting_names
from tests.dialogue import core
from tests.documentation import PAGES, ROOT
from tests.pages import (
    anchors,
    chat_lines,
    code_in,
    is_said_in_chat,
    labels,
    links,
    named_in,
    pages,
    program_lines,
    prose,
    spoken_words,
    wrong_in,
)
from tests.reference import programs

HOW_TO = sorted((ROOT / "docs" / "how-to").glob("*.md"))
every_page = pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
every_how_to = pytest.mark.parametrize("page", HOW_TO, ids=lambda page: page.name)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_drawn_page_is_as_the_code_draws_it(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == PAGES[path](), "run `make docs` and read the difference"


def _rules() -> dict[str, list[str]]:
    rows = re.findall(
        r"^\| (S\d\d) \|.*\| (.+) \|$", (ROOT / "docs/rules.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    return {rule: re.findall(r"`(test_\w+)`", tests) for rule, tests in rows}


def test_every_rule_in_the_table_names_tests_that_exist() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    defined = set(re.findall(r"def (test_\w+)", source))
    rules = _rules()
    assert rules
    for rule, tests in rules.items():
        assert all(test in defined for test in tests), rule


def test_every_test_that_the_page_on_security_names_is_there() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    named = re.findall(r"`(test_\w+)`", (ROOT / "docs/security.md").read_text(encoding="utf-8"))
    assert len(named) > 40
    assert set(named) <= set(re.findall(r"def (test_\w+)", source))


def test_every_test_of_a_rule_is_in_the_table() -> None:
    source = (ROOT / "tests/test_acceptance.py").read_text(encoding="utf-8")
    rules = _rules()
    for test in re.findall(r"def (test_s\d\d_\w+)", source):
        assert test in rules[test[5:8].upper()]


def test_every_rule_that_a_row_of_the_pack_serves_is_in_the_table() -> None:
    script = core()
    served = {rule for row in (*script.steps, *script.flags, *script.questions, *script.remarks) for rule in row.serves}
    assert {rule for rule in served if rule.startswith("S")} <= set(_rules())


def test_every_exit_code_and_setting_is_documented() -> None:
    page = (ROOT / "docs/terminal.md").read_text(encoding="utf-8")
    for code in Exit:
        assert f"| {code.value} |" in page
    running = (ROOT / "docs/running.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        assert f"`{field.validation_alias or f'TEAMCHECK_{name.upper()}'}`" in running


# -- what a page names is there ------------------------------------------------------------------------------------


@every_page
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    for target, anchor in links(page):
        there = (page.parent / target).resolve() if target else page
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), f"{target}#{anchor}"


@every_page
def test_every_command_of_the_program_is_one_that_it_takes(page: Path) -> None:
    wrong = {line: why for line in program_lines(page) if (why := wrong_in(line))}
    assert wrong == {}


@every_page
def test_every_line_behind_the_chat_command_is_one_that_is_understood(page: Path) -> None:
    assert [line for line in chat_lines(page) if not is_said_in_chat(line)] == []


@every_page
def test_every_target_of_make_and_every_setting_is_there(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for code in code_in(page):
        assert set(re.findall(r"(?:^|\s)make ([a-z]+)", code)) <= targets, code
        assert set(re.findall(r"\bTEAMCHECK_[A-Z_]*[A-Z]\b", code)) <= set(setting_names()), code


@every_how_to
def test_a_how_to_names_only_buttons_and_words_that_there_are(page: Path) -> None:
    language = "zh" if page.name.endswith(".zh.md") else "en"
    known = labels(language)
    assert [label for label in re.findall(r"\*\*(.+?)\*\*", prose(page)) if label not in known] == []


@pytest.mark.parametrize(
    ("name", "language"),
    [("candidate.md", "en"), ("candidate.zh.md", "zh"), ("mentor.md", "en"), ("../privacy.md", "en")],
)
def test_what_a_page_tells_people_to_say_is_understood(name: str, language: str) -> None:
    page = ROOT / "docs" / "how-to" / name
    other = {"this type", "这样的字", "shares_a_day"}
    wrong = [line for line in spoken_words(page) if line not in other and not is_said_in_chat(line, language)]
    assert wrong == []


def test_what_the_chinese_page_on_privacy_tells_people_to_say_is_understood() -> None:
    page = (ROOT / "docs" / "privacy.zh.md").read_text(encoding="utf-8")
    said = re.findall(r"说“([^”]+)”", page)
    assert said
    assert [line for line in said if not is_said_in_chat(line, "zh")] == []


@pytest.mark.parametrize(("page", "language"), [("README.md", "en"), ("README.zh.md", "zh")])
def test_a_piece_of_a_dialogue_in_the_readme_is_what_the_program_says(page: str, language: str) -> None:
    said = [file.read_text(encoding="utf-8") for file in (ROOT / "tests" / "transcripts" / language).glob("*.txt")]
    known = " ".join(" ".join([*said, *map(str, core().catalogue.entries(language).values())]).split())
    blocks = re.findall(r"^```\n(.*?)^```", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    shown = [block for block in blocks if "teamcheck" not in block and "make chat" not in block]
    assert shown
    paragraphs = [" ".join(one.split()) for block in shown for one in block.split("\n\n")]
    assert [one for one in paragraphs if one not in known] == []


@every_how_to
def test_a_how_to_is_in_the_index(page: Path) -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    assert f"(how-to/{page.name})" in index


def test_the_index_leads_to_every_page() -> None:
    index = ROOT / "docs" / "README.md"
    led_to = {(index.parent / target).resolve() for target, _ in links(index) if target}
    assert {one for one in (ROOT / "docs").glob("*.md") if one != index} <= led_to


def test_every_picture_is_shown_and_told_in_words() -> None:
    shown = set()
    for page in pages():
        for picture in re.findall(r"<img [^>]*>", page.read_text(encoding="utf-8")):
            (name,), (told,) = re.findall(r'src="([^"]+)"', picture), re.findall(r'alt="([^"]+)"', picture)
            assert told
            shown.add((page.parent / name).resolve())
    assert shown == set((ROOT / "docs" / "pictures").iterdir())


def test_whoever_follows_the_page_for_pack_authors_has_a_pack_without_mistakes(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "pack-author.md").read_text(encoding="utf-8")
    blocks = re.findall(r"`([\w/.]+)`[^\n]*:\n\n```toml\n(.*?)```|^```toml\n(.*?)```", page, re.DOTALL | re.MULTILINE)
    folder = tmp_path / "my_team"
    program = CliRunner()
    assert program.invoke(cli, ["pack", "new", str(folder)]).exit_code == 0
    (folder / "locales" / "zh.toml").unlink()
    for file, named, unnamed in blocks:
        with (folder / (file or "pack.toml")).open("a", encoding="utf-8") as end:
            end.write(f"\n{named or unnamed}")
    done = program.invoke(cli, ["pack", "check", str(folder)])
    assert (done.exit_code, done.output.split(":")[0]) == (0, "No mistakes")
    assert "9 steps, 2 red flags" in done.output


def test_the_page_on_slack_has_every_scope() -> None:
    page = (ROOT / "docs/slack.md").read_text(encoding="utf-8")
    assert all(f"| `{scope}` |" in page for scope in {**SCOPES, **TYPING})


def test_the_invitation_to_discord_asks_for_what_its_table_names() -> None:
    page = (ROOT / "docs/discord.md").read_text(encoding="utf-8")
    named = Permissions(
        view_channel=True,
        send_messages=True,
        create_public_threads=True,
        send_messages_in_threads=True,
        read_message_history=True,
    )
    assert f"permissions={named.value}\n" in page
    assert f"\n{named.value} is these five together" in page


def test_the_page_on_the_terminal_has_every_command() -> None:
    told = {name for line in program_lines(ROOT / "docs" / "terminal.md") for name in named_in(line)}
    assert {name for name, one in programs().items() if not hasattr(one, "commands")} == told


def _modules_told() -> set[str]:
    """Return the modules that the map in CONTRIBUTING.md names, each in the folder below whose name it stands."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Where things are")[2]
    room = folder = ""
    told = set[str]()
    for line in page.partition("[The way of a turn]")[0].splitlines():
        if heading := re.match(r"    (\w+)/ ", line):
            room = folder = heading[1]
        elif re.match(r"      \w", line):
            inner = re.match(r"      (\w+)/ ", line)
            folder = f"{room}/{inner[1]}" if inner else room
        told |= {f"{folder}/{name}" for name in re.findall(r"(?<![\w/])\w+\.py\b", line)}
    return told


def test_the_map_of_the_code_has_every_module_and_no_other() -> None:
    files = [file for room in ("bot", "adapters", "conversations") for file in (ROOT / room).rglob("*.py")]
    there = {str(file.relative_to(ROOT)) for file in files if file.name != "__init__.py"}
    assert _modules_told() == there


# -- the checks themselves notice ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    ["chet", "chat --nw", "report --format docx", "database burn", "outbox list|burn", "slack manifest --https"],
)
def test_a_command_that_is_not_there_is_noticed(line: str) -> None:
    assert wrong_in(line)


@pytest.mark.parametrize(
    "line",
    ["chat --new", "report [ID] [--format text|json] [--output FILE]", "database backup FILE|restore FILE|check", ""],
)
def test_a_command_that_is_there_is_not(line: str) -> None:
    assert wrong_in(line) == ""


def test_a_line_that_nobody_understands_is_noticed() -> None:
    assert is_said_in_chat("compare 1 3 by flags")
    assert is_said_in_chat("新建")
    assert not is_said_in_chat("make it so")


def test_commands_are_found_in_pages(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "`teamcheck chat`, and `/teamcheck list` · `new`\n\n```\nA=b .venv/bin/teamcheck run   # so\n"
        "docker compose exec bot teamcheck doctor && systemctl restart teamcheck\n```\n",
        encoding="utf-8",
    )
    assert list(program_lines(page)) == ["chat", "run", "doctor"]
    assert list(chat_lines(page)) == ["list", "new"]
