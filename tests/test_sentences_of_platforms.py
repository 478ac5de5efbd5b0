"""Every sentence that an adapter says by its name is there, in every language and on every surface."""

import re
from pathlib import Path

import pytest

from adapters.slack.block_kit import SURFACES
from tests.dialogue import core

ROOT = Path(__file__).parent.parent
ADAPTERS = sorted((ROOT / "adapters").rglob("*.py"))
_SAID = re.compile(r"""phrase\(\s*["']([a-z_.]+)["']""")
_LABELLED = re.compile(r"""(?:_label\(|_button\(Intent\.\w+, |_menu\([^"\n]+, )f?["']([a-z_]+)["']""")


def named(path: Path) -> set[str]:
    source = path.read_text(encoding="utf-8")
    labels = _LABELLED.findall(source) if path.parent.name == "slack" else []
    return set(_SAID.findall(source)) | {f"buttons.{name}" for name in labels}


def test_some_are_found() -> None:
    assert len({key for path in ADAPTERS for key in named(path)}) > 60


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "path", [path for path in ADAPTERS if named(path)], ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_what_an_adapter_says_is_there(path: Path, language: str) -> None:
    entries = core().catalogue.on(*SURFACES).entries(language)
    assert [key for key in named(path) if not (key in entries or f"{key}.other" in entries)] == []
