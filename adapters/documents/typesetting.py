"""Values and a template -> a picture or a PDF, in memory. Needs the optional part `pictures`.

Values reach a template as data and are never part of its source, so whatever a person typed is shown letter by letter.
"""

import asyncio
import json
import re
import unicodedata
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from conversations.catalogue import phrase

if TYPE_CHECKING:
    import typst

_TEMPLATES = Path(__file__).parent
_FONTS = ("fontpkg_source_sans_3", "pylopdf_fonts_zh_cn")
_PARTS = ("typst", "fontTools", *_FONTS)
_FAMILIES = ("Source Sans 3", "Noto Sans SC")
_DRAWING = ThreadPoolExecutor(2, "drawing")
"""Two at a time: a card takes 40 ms of a core and some memory, and a busy channel must not take all."""
_LEFT_OUT = "[…]"
"""Stands for a run of characters that no font at hand draws."""
_LONG = re.compile(r"[^\s\u2e80-\U0010ffff]{24,}")
"""A run that nothing breaks; Chinese breaks by itself."""
_PIECE = re.compile(r".{12}(?=.{4})")
_MAY_BREAK = "\u200b"
_STACK = 2
"""Marks that one letter may carry; more of them run into the lines above."""


class PicturesMissingError(Exception):
    """The optional part that draws pictures and PDFs is not installed; `told` is the line that says so."""

    told = phrase("document.missing")


async def typeset(
    template: Literal["card.typ", "compare.typ", "document.typ"], values: Mapping[str, Any], form: Literal["png", "pdf"]
) -> bytes:
    """Fill a template with values, off the event loop; nothing touches the disk.

    Raises:
        PicturesMissingError: the optional part is not installed.

    """
    if not is_installed():
        raise PicturesMissingError
    return await asyncio.get_running_loop().run_in_executor(_DRAWING, _typeset, template, values, form)


def is_installed() -> bool:
    """Tell whether pictures and PDFs can be made here."""
    return all(map(find_spec, _PARTS))


def _typeset(template: str, values: Mapping[str, Any], form: Literal["png", "pdf"]) -> bytes:
    import typst  # noqa: PLC0415  an optional part

    return typst.compile(
        _source(template),
        format=form,
        ppi=144,
        font_paths=_fonts(),
        ignore_system_fonts=True,  # the same picture on every machine
        sys_inputs={"values": json.dumps(_drawable(values), ensure_ascii=False)},
        pdf_standards=["ua-1"] if form == "pdf" else [],
    )


@cache
def _source(template: str) -> bytes:
    return b"\n".join((_TEMPLATES / name).read_bytes() for name in ("words.typ", template))


def _font_files() -> list[Path]:
    found = [spec.origin for spec in map(find_spec, _FONTS) if spec and spec.origin]
    return [path for origin in found for path in Path(origin).parent.rglob("*.[ot]tf")]


@cache
def _fonts() -> "typst.Fonts":
    import typst  # noqa: PLC0415  as above

    folders = sorted({str(path.parent) for path in _font_files()})
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


@cache
def _drawn() -> frozenset[int]:
    """Return every character that a font of the templates can draw."""
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # noqa: PLC0415  as above

    drawn: set[int] = set()
    for path in _font_files():
        with TTFont(path, lazy=True) as font:
            if font["name"].getBestFamilyName() in _FAMILIES:
                drawn |= font.getBestCmap().keys()
    return frozenset(drawn)


def _drawable(value: Any) -> Any:  # noqa: ANN401  whatever JSON holds
    match value:
        case str():
            return drawable(value)
        case Mapping():
            return {key: _drawable(one) for key, one in value.items()}
        case list() | tuple():
            return [_drawable(one) for one in value]
        case _:
            return value


def drawable(text: str) -> str:
    """Return text as the fonts can draw it: a run that they cannot is one mark, and what is long may be broken."""
    kept: list[str] = []
    stacked = 0
    for sign in unicodedata.normalize("NFC", text):
        stacked = stacked + 1 if unicodedata.combining(sign) else 0
        if sign.isspace():
            kept.append(" ")
        elif ord(sign) in _drawn() and stacked <= _STACK and unicodedata.category(sign) not in ("Cc", "Cf"):
            kept.append(sign)
        elif not stacked and unicodedata.category(sign) not in ("Cc", "Cf", "Mn"):
            kept.append("\0")
    marked = re.sub(r"\0(?:\s*\0)*", _LEFT_OUT, re.sub(" +", " ", "".join(kept)))
    return _LONG.sub(lambda run: _PIECE.sub(rf"\g<0>{_MAY_BREAK}", run[0]), marked)
