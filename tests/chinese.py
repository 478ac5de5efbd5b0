"""The core pack with a Chinese locale: the pack's own, or one laid over the English until it has one."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from adapters.pack_files import read_core_pack
from conversations.packs import build_script
from conversations.script import Script
from tests.dialogue import core


@cache
def chinese() -> Script:
    if "zh" in core().catalogue.languages:
        return core()
    values = read_core_pack()
    laid_over = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    zh = {**_over(values.locales["en"], laid_over), "words": laid_over["words"]}
    return build_script(values.pack, values.skills, {**values.locales, "zh": zh})


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    both = {
        key: _over(below[key], value) if isinstance(value, Mapping) and key in below else value
        for key, value in above.items()
    }
    return {**below, **both}
