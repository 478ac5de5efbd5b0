"""`teamcheck posting`: what is printed, and how it refuses."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.__main__ import cli
from bot.exits import Exit
from bot.posting_commands import LIMIT

POSTING = """Machine Learning Engineer
Responsibilities:
- Develop fraud detection models and deploy them
- Run A/B tests
Requirements:
- Python and SQL
- Experience with k8s is a plus
"""
WEAK = (
    "This is only what the posting suggests. A posting is the weakest sort of evidence: have each point confirmed by "
    "somebody who knows the team."
)
UNTOLD = (
    "What this posting does not tell: Owns something directly; Whom it works for; One group builds models, another "
    "ships them."
)


def posting(*args: str, said: str | bytes = "") -> Result:
    return CliRunner().invoke(cli, ["posting", *args], input=said, catch_exceptions=False, env={"LANG": "en"})


def test_what_a_posting_suggests_is_printed_with_its_quotes_and_what_it_leaves_open() -> None:
    result = posting("-", said=POSTING)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        WEAK,
        "",
        "Title: Machine Learning Engineer. Kept, and it weighs nothing.",
        "Kind of team: applied (the posting suggests it)",
        "  For applied:",
        "    “Develop fraud detection models and deploy them”",
        "    “Run A/B tests”",
        "Skills asked for: Python; SQL",
        "Welcome, not required: Kubernetes",
        "Stages in its own hands: Develop; Test; Deploy",
        "    “Develop fraud detection models and deploy them”",
        "    “Run A/B tests”",
        "",
        UNTOLD,
    ]


def test_it_speaks_chinese() -> None:
    result = posting("-", "--language", "zh", said=POSTING)
    assert "团队类型：应用（看起来是这样）" in result.stdout
    assert "要求的技能：Python；SQL" in result.stdout


def test_a_text_that_is_no_posting_is_said_to_be_none() -> None:
    result = posting("-", said="Good morning, everybody.")
    assert (result.exit_code, result.stdout) == (
        0,
        "This does not look like a job posting, so I read nothing out of it.\n",
    )


def test_several_roles_are_said() -> None:
    assert "several roles" in posting("-", said=POSTING + POSTING).stdout


def test_a_quote_cannot_move_the_cursor() -> None:
    result = posting("-", said=POSTING.replace("Run A/B", "Run \x1b[2J A/B"))
    assert "\x1b" not in result.stdout


def test_lines_of_json_are_answered_line_by_line() -> None:
    lines = [{"id": "a", "text": POSTING}, {"id": "é", "text": "Hello"}]
    result = posting("--jsonl", "-", said="\n".join(map(json.dumps, lines)) + "\n\n")
    first, second = map(json.loads, result.stdout.splitlines())
    assert result.exit_code == 0
    assert first["evidence"][0] == [POSTING.index("Develop"), POSTING.index("\n- Run")]
    assert {key: value for key, value in first.items() if key != "evidence"} == {
        "id": "a",
        "team_type": "applied",
        "required_skills": ["python", "sql"],
        "cues": {"owns_directly": "unclear", "customer": "unclear", "pin_factory_cue": "no"},
    }
    assert second == {
        "id": "é",
        "team_type": "unclear",
        "evidence": [],
        "required_skills": [],
        "cues": {"owns_directly": "unclear", "customer": "unclear", "pin_factory_cue": "no"},
    }


def test_skills_go_out_under_the_names_that_labels_use() -> None:
    text = "Engineer\nRequirements:\n- GPU programming\n- feature stores, Argo CD, quantization and pretraining"
    (line,) = posting("--jsonl", "-", said=json.dumps({"id": "x", "text": text})).stdout.splitlines()
    assert json.loads(line)["required_skills"] == [
        "argocd",
        "feature store",
        "gpu programming",
        "pretraining",
        "quantization",
    ]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "this is no JSON"),
        ("[" * 100_000, "this is no JSON"),
        ("[1]", "a line is one object with id and text"),
        ('{"text": "x"}', "id is missing, or no text"),
        ('{"id": 1, "text": "x"}', "id is missing, or no text"),
        ('{"id": "x", "text": null}', "text is missing, or no text"),
    ],
)
def test_a_line_that_cannot_be_read_keeps_all_of_them_back(line: str, why: str) -> None:
    good = json.dumps({"id": "a", "text": POSTING})
    result = posting("--jsonl", "-", said=f"{good}\n\n{line}\n{good}\n")
    assert (result.exit_code, result.stdout) == (Exit.DATA, "")
    assert result.stderr == f"-:3: {why}. Nothing was printed.\n"


def test_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("\ufeff" + POSTING, encoding="utf-8")
    assert "Kind of team: applied" in posting(str(tmp_path / "a.txt")).stdout


@pytest.mark.parametrize(
    ("raw", "code", "told"),
    [
        (None, Exit.USAGE, "cannot be read: is it there, and a file?"),
        (b"\xff\xfe", Exit.DATA, "is not in UTF-8. Save it as UTF-8 and try again."),
        (b" \n", Exit.DATA, "There is nothing to read in"),
        (b"a" * (LIMIT + 1), Exit.DATA, f"has more than {LIMIT} characters: that is more than one posting."),
    ],
)
def test_what_cannot_be_read_is_one_line_and_an_exit_code(
    tmp_path: Path, raw: bytes | None, code: Exit, told: str
) -> None:
    file = tmp_path / "posting.txt"
    if raw is not None:
        file.write_bytes(raw)
    result = posting(str(file))
    assert (result.exit_code, result.stdout) == (code, "")
    assert told in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert posting(str(tmp_path)).exit_code == Exit.USAGE
