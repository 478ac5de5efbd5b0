"""What a pack is made of before it is checked, and what a mistake in it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PACK_FILE, SKILLS_FILE = "pack.toml", "skills.toml"
OWN_TEXTS = frozenset({"steps", "flags", "questions", "remarks", "shared", "units", "expects", "learning", "skills"})
"""What a pack says; everything else is the product's."""

Product = Mapping[str, Mapping[str, Any]]
"""Language -> every sentence that the product comes with, those of the core pack among them."""
Place = tuple[str | int, ...]
"""Where something stands in a file: keys, and positions in lists."""


@dataclass(frozen=True, slots=True)
class PackValues:
    """What the files of a pack hold, not yet checked."""

    pack: Mapping[str, Any]
    skills: Mapping[str, Any]
    locales: Mapping[str, Mapping[str, Any]]
    """Language -> nested sentences and word lists."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong: in which file of the pack, where in it, and what, in a sentence."""

    file: str
    path: Place
    sentence: str


def own_texts(texts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the sentences of the core pack out of a file in which they stand with those of the product."""
    return {key: value for key, value in texts.items() if key in OWN_TEXTS}
