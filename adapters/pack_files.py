"""A folder of TOML -> the values of a pack."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any


@dataclass(frozen=True, slots=True)
class PackValues:
    """What the files of a pack hold, not yet checked."""

    pack: Mapping[str, Any]
    skills: Mapping[str, Any]
    locales: Mapping[str, Mapping[str, Any]]


def read_core_pack() -> PackValues:
    """Read the pack that teamcheck ships with."""
    content = files("conversations") / "content"
    locales = sorted((content / "locales").iterdir(), key=lambda file: file.name)
    return PackValues(
        pack=_toml(content / "core.toml"),
        skills=_toml(content / "skills.toml"),
        locales={file.name.removesuffix(".toml"): _toml(file) for file in locales if file.name.endswith(".toml")},
    )


def _toml(file: Traversable) -> Mapping[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))
