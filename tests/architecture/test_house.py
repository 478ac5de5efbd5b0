"""The house rules that an import contract cannot hold."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
ROOMS = ("bot", "adapters", "conversations", "tests")
NAMELESS = {"utils", "util", "helpers", "helper", "manager", "base", "common", "core", "misc"}
PURE = sorted((ROOT / "conversations").rglob("*.py"))


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def test_the_import_contracts_are_kept() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_code_lives_in_the_four_rooms_and_nowhere_else() -> None:
    tracked = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607
    assert {Path(name).parts[0] for name in tracked.stdout.split()} <= set(ROOMS)


def test_no_file_has_a_name_that_answers_no_question() -> None:
    for room in ROOMS:
        assert not {path.stem for path in (ROOT / room).rglob("*.py")} & NAMELESS


@pytest.mark.parametrize("path", PURE, ids=lambda path: path.name)
def test_the_conversation_awaits_nothing_and_reads_no_clock(path: Path) -> None:
    for node in nodes(path):
        assert not isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith)
        if isinstance(node, ast.AsyncFunctionDef):
            assert path.name == "ports.py"
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            assert (node.value.id, node.attr) not in {("datetime", "now"), ("datetime", "utcnow"), ("date", "today")}
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("open", "print", "input", "eval", "exec", "__import__", "getattr")


def test_no_text_for_people_stands_in_the_code_of_the_conversation() -> None:
    """Text is an address: a string that is passed to phrase() has no space in it."""
    for path in PURE:
        for node in nodes(path):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("phrase", "Phrase"):
                address = node.args[0]
                if isinstance(address, ast.Constant):
                    assert " " not in str(address.value)


def test_no_mock_objects() -> None:
    for path in (ROOT / "tests").rglob("*.py"):
        for node in nodes(path):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any(name.startswith(("unittest.mock", "mock")) for name in names), path
