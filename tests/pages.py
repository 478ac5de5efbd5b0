"""What the pages of the documentation name: commands, words, labels, links."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from adapters.discord.commands import commands as discord_commands
from adapters.slack.manifest import manifest
from conversations.reading_answers import Reader
from conversations.session import Intent, Phase
from tests.dialogue import core
from tests.reference import choices, programs

ROOT = Path(__file__).parent.parent

_FENCED = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")
_PROGRAM = re.compile(r"(?:^|\s|bin/)(?:teamcheck|as_the_bot|--rm bot)(?=\s|$)([^\n]*)")
_CHAT = re.compile(r"(?:^|\s)/teamcheck(?=\s)([^\n]*)")
_OTHER_PROGRAMS = re.compile(
    r"\S*(?:systemctl|journalctl|docker build|pg_dump|pg_restore)\b[^\n]*?(?=&&|$)", re.MULTILINE
)
_ENDS = re.compile(r"\s[<>|&#]|[<>]\s|&&|;|，|\s\(")
_A_STEP = next(step for step in core().steps if step.id == "handover")


def pages() -> Sequence[Path]:
    """Return every page."""
    return sorted((*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")))


def _text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def prose(page: Path) -> str:
    """Return a page without its code."""
    return _INLINE.sub("", _FENCED.sub("", _text(page)))


def code_in(page: Path) -> Iterator[str]:
    """Return what stands on each line of code, and in code within a sentence."""
    for block in _FENCED.findall(_text(page)):
        yield from re.sub(r"\\\n\s*", "", block).splitlines()
    yield from _INLINE.findall(_FENCED.sub("", _text(page)))


def links(page: Path) -> Iterator[tuple[str, str]]:
    """Return where each link of a page leads within the project: the file (empty: the page itself), and the anchor."""
    yield from _LINK.findall(_INLINE.sub("", _FENCED.sub("", _text(page))))


def anchors(page: Path) -> set[str]:
    """Return what a link may name behind a #: headings, as GitHub writes them."""
    if page.is_dir() or page.suffix != ".md":
        return set()
    found: set[str] = set()
    for heading in re.findall(r"^#+ (.+)$", _FENCED.sub("", _text(page)), re.MULTILINE):
        plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", plain.strip().lower()).replace(" ", "-")
        number = sum(one == slug or re.fullmatch(rf"{re.escape(slug)}-\d+", one) is not None for one in found)
        found.add(f"{slug}-{number}" if number else slug)
    return found


# -- the terminal program --------------------------------------------------------------------------------------------


def program_lines(page: Path) -> Iterator[str]:
    """Return what is written behind the name of the program."""
    ordered = _text(page)
    inline = [(one.start(), one[1]) for one in _INLINE.finditer(_FENCED.sub(_blank, ordered))]
    fenced = [(one.start(), re.sub(r"\\\n\s*", "", one[1])) for one in _FENCED.finditer(ordered)]
    for _, code in sorted([*inline, *fenced]):
        for line in _OTHER_PROGRAMS.sub("", code).splitlines():
            for found in _PROGRAM.finditer(line):
                yield _ENDS.split(found[1].replace("\\|", "|"))[0].strip()


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def named_in(line: str) -> set[str]:
    """Return the commands that a line as pages write it names."""
    known, words = programs(), _words(line)
    first = words[0] if words else ""
    if not hasattr(known.get(first), "commands") or not first:
        return {first} & known.keys() - {""}
    names = (each.split()[0] for each in " ".join(words[1:]).split("|") if each.strip())
    return {f"{first} {name}" for name in names} & known.keys()


def _words(line: str) -> list[str]:
    return re.sub(r"[\[\]]", " ", line).split()


def wrong_in(line: str) -> str:
    """Tell what the program would not take of a line as pages write it: `[ID]` may be left out, `a|b` is one of two."""
    known, words = programs(), _words(line)
    if not words or words[0] in ("...", "…", "COMMAND", '"$@"', "--version", "--help"):
        return ""
    command, rest = known.get(words[0]), words[1:]
    if command is None:
        return f"there is no command {words[0]}"
    if hasattr(command, "commands"):
        for each in " ".join(rest).split("|"):
            name, *options = each.split() or [""]
            if name and name != "...":
                one = known.get(f"{words[0]} {name}")
                if one is None:
                    return f"there is no command {words[0]} {name}"
                if why := _wrong_options(one.params, options):
                    return why
        return ""
    return _wrong_options(command.params, rest)


def _wrong_options(parameters: Sequence[object], words: Sequence[str]) -> str:
    options = {name: one for one in parameters for name in (*one.opts, *one.secondary_opts)}  # type: ignore[attr-defined]
    for word, following in zip(words, (*words[1:], ""), strict=False):
        if word in ("--help", "-"):
            continue
        if word.startswith("--"):
            if word not in options:
                return f"there is no option {word}"
            closed = choices(options[word])
            if closed and following.islower() and not set(following.split("|")) <= {*closed, "..."}:
                return f"{word} does not take {following}"
    return ""


# -- chat ------------------------------------------------------------------------------------------------------------


def chat_lines(page: Path) -> Iterator[str]:
    """Return what is written behind the chat command; and behind that in a row of words: `/teamcheck list` · `new`."""
    for line in _FENCED.sub("", _text(page)).splitlines():
        for cell in re.split(r"(?<!\\)\|", line):
            row = re.search(r"`/teamcheck(?: [^`]+)?`(?: · `[^`]+`)*", cell)
            if row:
                first, *others = _INLINE.findall(row[0])
                yield from filter(None, [first.removeprefix("/teamcheck").strip(), *others])
    for block in _FENCED.findall(_text(page)):
        for found in _CHAT.finditer(block):
            yield _ENDS.split(found[1])[0].strip()


def spoken_words(page: Path) -> Iterator[str]:
    """Return what a page for people names as something to say: code within a sentence that is nothing else."""
    for code in _INLINE.findall(_FENCED.sub("", _text(page))):
        if not code.startswith(("teamcheck", "/", "make ")):
            yield code


def is_said_in_chat(line: str, *languages: str) -> bool:
    """Tell whether a line is read as something else than an answer that fits nothing, in one of these languages."""
    if line in ("", "...", "…"):
        return True
    for language in languages or core().catalogue.languages:
        if line.casefold() in core().catalogue.words("words.admin", language):
            return True
        reader = Reader(core(), language)
        for phase, step in ((Phase.FINISHED, None), (Phase.ASKING, _A_STEP), (Phase.SHARING, None)):
            meant = reader.read(line, phase, step)
            if meant.intent not in (Intent.UNREADABLE, Intent.NEAR_MISS):
                return True
    return False


def labels(language: str) -> set[str]:
    """Return everything that stands on a button, in a menu, or above a field."""
    catalogue = core().catalogue
    tables = ("buttons.", "options.", "share.choices.", "admin.", "finished.", "unsaid.", "command.", "report.")
    found: set[str] = set()
    for surface in ((), ("chat", "slack"), ("chat", "discord")):
        worded = catalogue.on(*surface)
        found |= {str(text) for key, text in worded.entries(language).items() if key.startswith(tables)}
    shortcuts = manifest()["features"]["shortcuts"]
    commands = discord_commands(catalogue)
    return found | {str(one["name"]) for one in (*shortcuts, *commands)}
