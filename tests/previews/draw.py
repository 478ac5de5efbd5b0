"""Draws chat messages as pictures, to be looked at: nothing is asserted of them."""

import json
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typst

_TEMPLATES = Path(__file__).parent


def draw_slack(messages: Sequence[dict[str, Any]], picture: Path) -> None:
    """Draw messages, each with its `note`, `text` and `blocks`, one below the other."""
    template = (_TEMPLATES / "slack.typ").read_bytes()
    made = typst.compile(
        template, format="png", ppi=110, font_paths=_fonts(), sys_inputs={"data": json.dumps(list(messages))}
    )
    pages = made if isinstance(made, list) else [made]
    picture.write_bytes(pages[0])


def _fonts() -> list[str]:
    spec = find_spec("pylopdf_fonts_zh_cn")
    return [str(Path(spec.origin).parent)] if spec and spec.origin else []
