"""The reference: every command, word, metric, exit code and setting, as the code has them."""

import ast
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

import typer
from prometheus_client import ProcessCollector
from prometheus_client.metrics import MetricWrapperBase

from adapters.discord.commands import commands as discord_commands
from adapters.slack.manifest import manifest
from bot.__main__ import cli
from bot.exits import Exit
from bot.settings import Settings
from bot.watching import Watch
from conversations.catalogue import phrase
from tests.dialogue import core

ROOT = Path(__file__).parent.parent

AT_A_QUESTION, A_CHECK, ITS_REPORT, CHECKS, SHARING, MENTORS, YOU, REMINDERS, LOOKING_UP, POSTING = (
    "At a question",
    "A check",
    "Its report",
    "Your checks",
    "Sharing",
    "Mentors",
    "You, and your data",
    "Reminders",
    "To look up",
    "A job posting",
)
_WORDS: Mapping[str, Mapping[str, str]] = {
    AT_A_QUESTION: {
        "why": "why this is asked",
        "example": "what a good answer sounds like",
        "back": "the step before",
        "keep": "leave the answer as it is, or go on",
        "yes": "take what is offered, confirm what is asked",
        "no": "leave it",
    },
    A_CHECK: {
        "status": "how far along you are",
        "review": "everything you said, numbered",
        "change": "give an answer again: `change 7`; at a proposal of a posting: answer it yourself",
        "deeper": "more steps, on everything or on one question: `deeper 2`",
        "fill_in": "ask again only what was open",
        "update": "take the newer questions of a pack",
        "keep_profile": "keep what you said about yourself for the next check",
        "start_over": "clear this check and begin again",
        "later": "leave; your answers stay",
        "quit": "the same",
    },
    ITS_REPORT: {
        "report": "the report as it stands",
        "questions": "only what to ask",
        "document": "the report as a file; or at once `picture`, `pdf`, `markdown`, `csv`, `json`",
        "history": "what moved it, day by day",
        "fine": "a red flag is fine with you, and why: `fine 2 because I want to build it`",
        "not_fine": "it counts again: `not fine 2`",
        "decide": "note your own decision",
        "go_on": "decide: go on",
        "ask_more": "decide: ask more first",
        "pass": "decide: pass",
    },
    CHECKS: {
        "checks": "list them",
        "resume": "go on with one: `resume 2`",
        "new": "begin another",
        "compare": "teams side by side: `compare 1 3`, `compare 1 3 by flags`",
    },
    SHARING: {
        "share": "put the report into a channel, after a preview",
        "unshare": "take it back; of several: `unshare 1`",
        "shares": "everything you have shared, where, and until when",
    },
    MENTORS: {
        "ask_for_review": "ask the mentors to look at what you shared",
        "remarks": "what they said",
        "drop_remark": "let go of one: `drop note 1`",
        "reviews": "for mentors: the reports that wait for one",
    },
    YOU: {
        "profile": "what holds for every team",
        "settings": "your language, time zone and quiet hours",
        "language": "the languages there are; speak one: `language 中文`",
        "zone": "your time zone; set it: `time zone Berlin`",
        "quiet": "your quiet hours; set them: `quiet 22 8`, `quiet off`",
        "held": "what is stored about you",
        "export": "all of it, word for word",
        "forget": "erase all of it; asks once",
    },
    REMINDERS: {
        "interview": "reminders before and after it: `interview 3 Dec 14:00`",
        "remind": "one reminder: `remind me tomorrow 9:00`",
        "reminders": "what is to come",
        "snooze": "the last one again tomorrow, or `snooze friday 9:00`",
        "stop": "no reminders of this check, and nothing unasked-for any more",
        "write_again": "undoes that",
    },
    LOOKING_UP: {
        "card": "the three questions on one screen",
        "glossary": "the terms; of one: `what is a pin factory`",
        "help": "what can be said",
    },
    POSTING: {
        "posting": "read a job posting: it proposes answers, you confirm each",
        "keep_words": "yes to a proposal, and keep the words it rests on",
        "take_all": "yes to this proposal and all that follow",
    },
}
"""What each command does, by its words in the catalogue. One that is missing stops the drawing of the page."""
_TABLES = ("commands", "with_number", "with_text")
_FILLED_IN = {"database_url": "the user's data folder"}
_MORE_WORDS = 3


def reference_page() -> str:
    """Write the whole page."""
    parts = (_terminal(), _chat(), _slack(), _discord(), _metrics(), _exits(), _settings())
    return "\n".join(
        [
            "# Reference",
            "",
            "Drawn by `make docs` from the code; a test fails when the two differ.",
            "How to get something done, and why it is so, stands in [the other pages](README.md).",
            "",
            *(line for part in parts for line in (*part, "")),
        ]
    )


# -- the terminal --------------------------------------------------------------------------------------------------


def programs() -> Mapping[str, Any]:
    """Return every command of the terminal program by the words it is called with; a group has `commands`."""
    return dict(_programs("", typer.main.get_command(cli)))


def _programs(words: str, command: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401  typer keeps its own copy of click
    yield words, command
    for name, one in getattr(command, "commands", {}).items():
        yield from _programs(f"{words} {name}".strip(), one)


def choices(parameter: Any) -> tuple[str, ...]:  # noqa: ANN401  as above
    """Return what an option takes, where it is a closed set."""
    kind = parameter.type_descriptor.annotation
    return tuple(str(one.value) for one in kind) if isinstance(kind, type) and issubclass(kind, Enum) else ()


def _terminal() -> Iterator[str]:
    yield "## The terminal program"
    yield ""
    yield "`teamcheck --version` prints the version, `teamcheck COMMAND --help` what stands here."
    yield "What each is good for: [In a terminal](terminal.md), [Running teamcheck](running.md)."
    for words, command in sorted(programs().items()):
        if hasattr(command, "commands"):
            continue
        arguments = [one for one in command.params if not one.opts[0].startswith("-")]
        usage = " ".join(("teamcheck", words, *(_argument(one) for one in arguments)))
        yield from ("", f"### `{usage}`", "", _one_line(command.help))
        if command.params:
            yield from ("", "| | | default |", "|---|---|---|")
            yield from (_parameter(one) for one in command.params)


def _argument(one: Any) -> str:  # noqa: ANN401  as above
    name = one.metavar or one.name.upper()
    return str(name if one.required or name.startswith("[") else f"[{name}]")


def _parameter(one: Any) -> str:  # noqa: ANN401  as above
    if not one.opts[0].startswith("-"):
        return f"| `{one.metavar}` | {_cell(one.help)} | |"
    takes = "" if one.is_flag else f" {one.metavar or '|'.join(choices(one)) or one.name.upper()}"
    named = ", ".join(f"`{_cell(name + takes)}`" for name in (*one.opts, *one.secondary_opts))
    default = getattr(one.default, "value", one.default)
    shown = f"`{one.opts[0]}`" if one.secondary_opts and default else f"`{default}`" if default else ""
    return f"| {named} | {_cell(one.help)} | {shown} |"


# -- chat ----------------------------------------------------------------------------------------------------------


def _chat() -> Iterator[str]:
    known = {
        key.removeprefix(f"words.{table}.")
        for table in _TABLES
        for key in core().catalogue.entries("en")
        if key.startswith(f"words.{table}.")
    }
    told = [name for group in _WORDS.values() for name in group]
    if known != set(told):
        raise ValueError(f"tests/reference.py says nothing, or too much, of {sorted(known ^ set(told))}")
    yield "## What can be said in chat"
    yield ""
    yield "In a channel behind `/teamcheck`, in direct messages with the bot without it; in the terminal too, mostly."
    yield "Each language has more words than stand here; capitals, spaces and full stops at the end do not matter."
    yield "Answers are read as well: a number, words, `don't know yet`, `doesn't apply`, `rather not say`; and behind"
    yield 'them who said so: `2 @recruiter "we own it"`.'
    for group, names in _WORDS.items():
        yield from ("", f"### {group}", "", "| say | or | in Chinese | what it does |", "|---|---|---|---|")
        for name, what in names.items():
            first, *others = _said(name, "en")
            more = ", ".join(f"`{_cell(one)}`" for one in others[:_MORE_WORDS])
            yield f"| `{_cell(first)}` | {more} | `{_said(name, 'zh')[0]}` | {_cell(what)} |"
    yield from _before_sharing()


def _said(name: str, language: str) -> list[str]:
    """Return the words for a command, without those that differ from another by a sign alone."""
    tables = (core().catalogue.words(f"words.{table}.{name}", language) for table in _TABLES)
    words = next(filter(None, tables))
    return [word.strip() for word in words if not word.endswith(("?", ":")) and "’" not in word]


def _before_sharing() -> Iterator[str]:
    catalogue = core().catalogue
    names = [key.removeprefix("share.choices.") for key in catalogue.entries("en") if key.startswith("share.choices.")]
    yield from ("", "### Before a report is shared", "", "Said at the preview, or picked from *More* below it.", "")
    yield from ("| say | in Chinese | what it does |", "|---|---|---|")
    for name in names:
        english, chinese = (catalogue.words(f"words.sharing.{name}", one)[0] for one in ("en", "zh"))
        yield f"| `{english}` | `{chinese}` | {catalogue.text(phrase(f'share.choices.{name}'), 'en')} |"


def _slack() -> Iterator[str]:
    features = manifest()["features"]
    yield "## Slack"
    yield ""
    yield "| | what it is |"
    yield "|---|---|"
    for one in features["slash_commands"]:
        yield f"| `{one['command']}` | {_cell(one['description'])} Behind it: any word above |"
    word = core().catalogue.words("words.admin", "en")[0]
    yield f"| `/teamcheck {word}` | for admins: {core().catalogue.text(phrase('form.rules'), 'en')} |"
    for one in features["shortcuts"]:
        where = "in the menu of a message" if one["type"] == "message" else "among the shortcuts"
        yield f"| *{one['name']}* | {where}: {_cell(one['description'])} |"


def _discord() -> Iterator[str]:
    yield "## Discord"
    yield ""
    yield "| | what it is |"
    yield "|---|---|"
    for one in discord_commands(core().catalogue):
        if "description" not in one:
            yield f"| *{one['name']}* | in the menu of a message, under *Apps* |"
            continue
        yield f"| `/{one['name']}` | {_cell(one['description'])} |"
        for option in one["options"]:
            yield f"| its field `{option['name']}` | {_cell(option['description'])} |"


# -- for whoever runs it ---------------------------------------------------------------------------------------------


def _metrics() -> Iterator[str]:
    yield "## Metrics"
    yield ""
    yield "At `/metrics`, where [an address is set](running.md#watching-it). Beside them stand `process_...`: memory,"
    yield "time of the processor, open files."
    yield ""
    yield "| metric | labels | type | what it is |"
    yield "|---|---|---|---|"
    registry = Watch(["slack"]).registry
    for collector in registry._collector_to_names:
        if isinstance(collector, ProcessCollector) or not isinstance(collector, MetricWrapperBase):
            continue
        (family,) = collector.describe()
        name = f"{family.name}_total" if family.type == "counter" else family.name
        labels = ", ".join(f"`{one}`" for one in collector._labelnames)
        yield f"| `{name}` | {labels} | {family.type} | {family.documentation} |"


def _exits() -> Iterator[str]:
    yield "## Exit codes"
    yield ""
    yield "0 is success; [what each means](terminal.md#exit-codes)."
    yield ""
    yield "| code | name in the code |"
    yield "|---|---|"
    yield from (f"| {one.value} | `{one.name}` |" for one in Exit)


def settings() -> Mapping[str, tuple[str, str]]:
    """Return what each setting is called in the environment, with its default and what the code says of it."""
    said = dict(_docstrings(ROOT / "bot" / "settings.py", Settings.__name__))
    found = {}
    for name, field in Settings.model_fields.items():
        called = str(field.validation_alias or f"TEAMCHECK_{name.upper()}")
        default = f"`{field.default}`" if field.default not in (None, "") else "none"
        found[called] = (_FILLED_IN.get(name, default), said[name])
    return found


def _docstrings(file: Path, name: str) -> Iterator[tuple[str, str]]:
    """Read the sentence below each field of a class."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    (found,) = (one for one in tree.body if isinstance(one, ast.ClassDef) and one.name == name)
    for field, below in zip(found.body, found.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(below, ast.Expr):
            yield field.target.id, str(ast.literal_eval(below.value))


def _settings() -> Iterator[str]:
    yield "## Settings"
    yield ""
    yield "Where each may stand, and more on what it does: [Running teamcheck](running.md#settings)."
    yield ""
    yield "| setting | default | what it is |"
    yield "|---|---|---|"
    yield from (f"| `{name}` | {default} | {_cell(said)} |" for name, (default, said) in settings().items())


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return _one_line(text).replace("|", "\\|")
