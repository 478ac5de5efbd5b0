"""The language of the command line: asked for, spoken before, or the system's, in this order."""

from pathlib import Path

import pytest

from conversations.catalogue import phrase
from tests.dialogue import core
from tests.end_to_end.program import database_url, run

GREETINGS = {one: core().catalogue.text(phrase("greeting"), one).split()[0] for one in ("en", "zh")}


@pytest.fixture
def url(tmp_path: Path) -> str:
    return database_url(tmp_path / "checks.sqlite3")


def greeted(said: str) -> str:
    (language,) = (one for one, greeting in GREETINGS.items() if greeting in said)
    return language


@pytest.mark.parametrize(
    ("system", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_TW.UTF-8"}, "zh"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_somebody_new_is_greeted_as_the_system_says(url: str, system: dict[str, str], language: str) -> None:
    done = run(url, "chat", system=system)
    assert (done.code, done.complained) == (0, "")
    assert greeted(done.said) == language


def test_a_language_that_is_asked_for_stays_until_another_one_is(url: str) -> None:
    assert greeted(run(url, "chat", "--language", "zh").said) == "zh"
    assert greeted(run(url, "chat", "--new", system={"LANG": "en_US.UTF-8"}).said) == "zh"
    assert greeted(run(url, "chat", "--new", "--language", "en").said) == "en"
    assert greeted(run(url, "chat", "--new", system={"LANG": "zh_CN.UTF-8"}).said) == "en"


def test_a_language_typed_in_the_middle_is_spoken_from_then_on(url: str) -> None:
    said = run(url, "chat", typed="switch to chinese\nAcme\n").said
    assert greeted(said) == "en"
    assert core().catalogue.text(phrase("language.now"), "zh") in said
    assert core().catalogue.text(phrase("steps.kind_sources.ask"), "zh") in said
    assert greeted(run(url, "chat", "--new").said) == "zh"


def test_a_report_is_shown_in_either_language_and_the_person_stays_with_theirs(url: str) -> None:
    run(url, "chat", typed="搜索组\n?\n?\n", system={"LANG": "zh_CN.UTF-8"})
    label = {one: core().catalogue.text(phrase("report.date", date=""), one).strip() for one in ("en", "zh")}
    for arguments, language in (((), "zh"), (("--language", "en"), "en"), (("--language", "zh-Hans-CN"), "zh")):
        for form in ("text", "markdown"):
            said = run(url, "report", "--format", form, *arguments).said
            assert label[language] in said
            assert "搜索组" in said
        assert f'"language": "{language}"' in run(url, "report", "--format", "json", *arguments).said
    assert "搜索组" in run(url, "checks").said
    assert run(url, "forget", typed="好的。\n").code == 0
    assert run(url, "checks").said.strip() == core().catalogue.text(phrase("checks.none"), "en")


def test_a_mistake_is_told_in_the_language_asked_for(url: str) -> None:
    told = run(url, "report", "nowhere", "--language", "zh")
    assert (told.code, told.said) == (1, "")
    assert told.complained.strip() == core().catalogue.text(phrase("checks.unknown", id="nowhere"), "zh")
