"""Documentation is checked like code."""

import re
from pathlib import Path

import pytest

from bot.exits import Exit
from bot.settings import Settings
from tests.dialogue import core
from tests.documentation import PAGES, ROOT


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


def test_every_link_between_pages_leads_somewhere() -> None:
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
