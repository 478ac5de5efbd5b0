"""A folder of TOML -> the values of a pack, and the line on which a value stands."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

from conversations.pack_values import PACK_FILE, SKILLS_FILE, Mistake, PackValues, Place, Product, own_texts

SIZE_LIMIT = 1_000_000
"""Bytes of one file; the largest of our own has a seventh of it."""
LANGUAGE_LIMIT = 50
"""Files under locales/."""
SHOWN = 400
"""Characters of one line about a mistake; a longer id is cut short in it."""
_STRINGS = re.compile(r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*', re.DOTALL)
_LONG_KEY = re.compile(r"(?:\.[ \t]*[\w-]+[ \t]*){24}")
"""a.b.c and so on: the time that tomllib takes for one grows with the square of its parts."""


class PackRefusedError(Exception):
    """A pack that cannot be used; `lines` say where each mistake is and what: `locales/en.toml:12: ...`."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("; ".join(lines))
        self.lines = lines


@dataclass(frozen=True, slots=True)
class PackFiles:
    """What was read: the values, and the files they came from, by their name inside the pack."""

    values: PackValues
    sources: Mapping[str, bytes] = field(default_factory=dict)

    def told(self, mistakes: Iterable[Mistake]) -> list[str]:
        """Say where each mistake is: `locales/en.toml:12: en: the text ... is missing`, in the order of the files."""
        lines = {name: _lines(source) for name, source in self.sources.items()}
        found = {(one.file, _line(lines.get(one.file, {}), one.path), one.sentence) for one in mistakes}
        return [_shown(f"{file}:{line}: {sentence}") for file, line, sentence in sorted(found)]


def read_core_pack() -> tuple[PackFiles, Product]:
    """Read the pack that teamcheck ships with, and every sentence of the product, which share its locale files."""
    content = files("conversations") / "content"
    texts = [file for file in (content / "locales").iterdir() if file.name.endswith(".toml")]
    names = {PACK_FILE: content / "core.toml", SKILLS_FILE: content / SKILLS_FILE}
    names |= {f"locales/{file.name}": file for file in sorted(texts, key=lambda file: file.name)}
    sources = {name: file.read_bytes() for name, file in names.items()}
    parsed = {name: tomllib.loads(source.decode()) for name, source in sources.items()}
    product = {_language(name): values for name, values in parsed.items() if name.startswith("locales/")}
    # What a language lacks is said in English, and listed by `teamcheck pack check`.
    own = {language: _laid_over(own_texts(product["en"]), own_texts(texts)) for language, texts in product.items()}
    return PackFiles(PackValues(parsed[PACK_FILE], parsed[SKILLS_FILE], own), sources), product


def read_posting_rules() -> PackFiles:
    """Read how postings are read, as teamcheck ships it: its values are those of the pack file."""
    source = (files("conversations") / "content" / "posting.toml").read_bytes()
    return PackFiles(PackValues(tomllib.loads(source.decode()), {}, {}), {"posting.toml": source})


def _shown(line: str) -> str:
    """Return a line without what moves a cursor or turns text around: ids and file names are anybody's."""
    plain = "".join(c if c.isprintable() else "?" for c in line[: SHOWN + 1])
    return plain if len(plain) <= SHOWN else f"{plain[: SHOWN - 1]}…"


def _laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    both = {
        key: _laid_over(below[key], value) if isinstance(value, dict) and isinstance(below.get(key), dict) else value
        for key, value in above.items()
    }
    return {**below, **both}


def read_pack(folder: Path, skills: Mapping[str, Any]) -> PackFiles:
    """Read the pack in a folder.

    Args:
        folder: where pack.toml and locales/ are.
        skills: the skills to take where the folder has no skills.toml.

    Raises:
        PackRefusedError: a file is missing, too large, outside the folder, or no TOML.

    """
    mistakes: list[Mistake] = []
    sources: dict[str, bytes] = {}
    for name in _names(folder, mistakes):
        source = _bytes(folder, name, mistakes)
        if source is not None:
            sources[name] = source
    parsed = {name: _parse(name, source, mistakes) for name, source in sources.items()}
    if mistakes:
        raise PackRefusedError(PackFiles(PackValues({}, {}, {})).told(mistakes))
    texts = {_language(name): values for name, values in parsed.items() if name.startswith("locales/")}
    return PackFiles(PackValues(parsed[PACK_FILE], parsed.get(SKILLS_FILE, skills), texts), sources)


def _names(folder: Path, mistakes: list[Mistake]) -> list[str]:
    try:
        found = (folder / PACK_FILE).is_file()
    except OSError:  # a name that is too long, a folder that is shut
        found = False
    if not found:
        mistakes.append(Mistake(PACK_FILE, (), "there is no such file in the folder"))
        return []
    try:
        texts = sorted(file.name for file in (folder / "locales").iterdir() if file.name.endswith(".toml"))
    except OSError:
        texts = []
    if len(texts) > LANGUAGE_LIMIT:
        mistakes.append(Mistake("locales", (), f"there are more than {LANGUAGE_LIMIT} languages"))
        return []
    there = (folder / SKILLS_FILE).exists() or (folder / SKILLS_FILE).is_symlink()
    skills = [SKILLS_FILE] if there else []
    return [PACK_FILE, *skills, *(f"locales/{name}" for name in texts)]


def _bytes(folder: Path, name: str, mistakes: list[Mistake]) -> bytes | None:
    try:
        file = (folder / name).resolve(strict=True)
        if not file.is_relative_to(folder.resolve()) or not file.is_file():
            mistakes.append(Mistake(name, (), "it is not a file of this folder"))
            return None
        with file.open("rb") as opened:
            source = opened.read(SIZE_LIMIT + 1)
    except (OSError, RuntimeError):  # a link that leads to itself is a RuntimeError
        mistakes.append(Mistake(name, (), "it cannot be read"))
        return None
    if len(source) > SIZE_LIMIT:
        mistakes.append(Mistake(name, (), f"it is larger than {SIZE_LIMIT:,} bytes"))
        return None
    return source


def _parse(name: str, source: bytes, mistakes: list[Mistake]) -> Mapping[str, Any]:
    try:
        text = source.decode()
        if _LONG_KEY.search(_STRINGS.sub("s", text)):
            mistakes.append(Mistake(name, (), "it is nested too deeply"))
            return {}
        return tomllib.loads(text)
    except UnicodeDecodeError:
        mistakes.append(Mistake(name, (), "it is not written in UTF-8"))
    except RecursionError:
        mistakes.append(Mistake(name, (), "it is nested too deeply"))
    except tomllib.TOMLDecodeError as error:
        # The sentence ends in "(at line 3, column 7)"; what stands there is not quoted.
        said, _, at = str(error).rpartition(" (at ")
        line = "".join(c for c in at.partition(",")[0] if c.isdigit())
        last = source.rstrip().count(b"\n") + 1  # "(at end of document)"
        mistakes.append(Mistake(name, ("", int(line or last)), f"this is no TOML: {said or at}"))
    except ValueError:  # more digits than Python reads
        mistakes.append(Mistake(name, (), "a number in it is too large"))
    return {}


def _language(name: str) -> str:
    return name.removeprefix("locales/").removesuffix(".toml")


# -- lines ---------------------------------------------------------------------------------------------------------


def _line(lines: Mapping[Place, int], path: Place) -> int:
    """Return the line of a place, or of the nearest one around it; parts that are not in the file are passed over."""
    if path[:1] == ("",) and isinstance(path[-1], int):
        return path[-1]
    here: Place = ()
    for part in path:
        if (*here, part) in lines:
            here = (*here, part)
    return lines.get(here, 1)


def _lines(source: bytes) -> dict[Place, int]:
    found: dict[Place, int] = {}
    counts: dict[Place, int] = {}
    root = Parser(Language(tree_sitter_toml.language())).parse(source).root_node
    for node in root.named_children:
        match node.type:
            case "pair":
                _pair(node, (), found)
            case "table" | "table_array_element":
                path = _resolved(_keys(node.named_children[0]), counts)
                for length in range(1, len(path)):
                    found.setdefault(path[:length], _at(node))
                if node.type == "table_array_element":
                    counts[path] = counts.get(path, -1) + 1
                    found.setdefault(path, _at(node))
                    path = (*path, counts[path])
                for end in range(1, len(path) + 1):  # [steps.owns] begins steps as well, if nothing did before
                    found.setdefault(path[:end], _at(node))
                for child in node.named_children[1:]:
                    if child.type == "pair":
                        _pair(child, path, found)
            case _:
                continue
    return found


def _resolved(keys: Iterable[str], counts: Mapping[Place, int]) -> Place:
    path: Place = ()
    for key in keys:
        path = (*path, counts[path]) if path in counts else path
        path = (*path, key)
    return path


def _pair(node: Node, above: Place, found: dict[Place, int]) -> None:
    key, value = node.named_children[0], node.named_children[-1]
    path = above
    for part in _keys(key):
        path = (*path, part)
        found.setdefault(path, _at(node))
    _value(value, path, found)


def _value(node: Node, path: Place, found: dict[Place, int]) -> None:
    waiting = [(node, path)]
    while waiting:
        node, path = waiting.pop()
        found.setdefault(path, _at(node))
        if node.type == "array":
            items = [child for child in node.named_children if child.type != "comment"]
            waiting += [(child, (*path, place)) for place, child in enumerate(items)]
        elif node.type == "inline_table":
            for pair in node.named_children:
                if pair.type == "pair":
                    deeper = path
                    for part in _keys(pair.named_children[0]):
                        deeper = (*deeper, part)
                        found.setdefault(deeper, _at(pair))
                    waiting.append((pair.named_children[-1], deeper))


def _keys(node: Node) -> Iterator[str]:
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if node.type == "dotted_key":
            waiting += reversed(node.named_children)
        else:
            yield (node.text or b"").decode(errors="replace").strip("\"'")


def _at(node: Node) -> int:
    return int(node.start_point[0]) + 1
