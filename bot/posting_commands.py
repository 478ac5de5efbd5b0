"""`teamcheck posting`: a file in, what it suggests out."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

import typer

from bot.exits import Exit
from bot.wiring import posting_reader, posting_rules
from conversations.catalogue import Phrase, phrase
from conversations.posting.proposals import Posting, Proposal, Quote
from conversations.posting.reading import PostingReader
from conversations.script import Script
from conversations.vocabulary import TEAM_KINDS, Certainty

LIMIT = 100_000
"""Characters of one posting."""
_QUOTES = 3


def read_out(file: str, core: Script, language: str) -> None:
    """Print what a posting suggests, each point with its quotes, and what it does not tell."""
    posting = posting_reader(core).read(text_in(file, core, language))
    for line in _told(posting, core):
        typer.echo(core.catalogue.text(line, language))


def text_in(file: str, core: Script, language: str) -> str:
    """Return the text of a posting in a file, or refuse it in one line.

    Raises:
        Exit: it cannot be used.

    """
    text = read_text(file, core, language)
    if not text.strip():
        _refuse(core, language, phrase("posting.refused.empty", file=file), Exit.DATA)
    if len(text) > LIMIT:
        _refuse(core, language, phrase("posting.refused.long", file=file, n=LIMIT), Exit.DATA)
    return text


def read_out_lines(file: str, core: Script, language: str) -> None:
    """Print a line of JSON for each line of JSON; one that cannot be read keeps all of them back."""
    rules = posting_rules(core)
    reader = PostingReader(rules, core.skills)
    wrong: list[str] = []
    rows: list[tuple[str, str]] = []
    for number, line in enumerate(read_text(file, core, language).split("\n"), 1):
        if line.strip():
            row = _row(line)
            if isinstance(row, Phrase):
                said = phrase("posting.refused.line", file=file, number=str(number), why=row)
                wrong.append(core.catalogue.text(said, language))
            else:
                rows.append(row)
    if wrong:
        for each in wrong:
            typer.echo(each, err=True)
        raise typer.Exit(Exit.DATA)
    for id_, text in rows:
        sys.stdout.write(json.dumps({"id": id_, **as_labels(reader.read(text), rules.skills.exported)}) + "\n")


def as_labels(posting: Posting, exported: Mapping[str, str]) -> dict[str, Any]:
    """Write what was read as the labels of labelled adverts are written: skills by their short names, in lower case."""
    return {
        "team_type": posting.kind.value,
        "evidence": [[quote.start, quote.end] for quote in posting.kind.quotes],
        "required_skills": sorted({exported.get(one.value, one.value.lower()) for one in posting.required}),
        "cues": {
            "owns_directly": posting.owns.value,
            "customer": posting.customer.value,
            "pin_factory_cue": posting.hand_over.value,
        },
    }


def _row(line: str) -> tuple[str, str] | Phrase:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return phrase("posting.refused.json")
    if not isinstance(row, dict):
        return phrase("posting.refused.object")
    for name in ("id", "text"):
        if not isinstance(row.get(name), str):
            return phrase("posting.refused.field", name=name)
    return row["id"], row["text"]


def read_text(file: str, core: Script, language: str) -> str:
    """Return the text of a file, or of a pipe, or refuse it in one line.

    Raises:
        Exit: it cannot be read.

    """
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        _refuse(core, language, phrase("posting.refused.encoding", file=file), Exit.DATA)
    except (OSError, ValueError):  # a name with a null in it is a ValueError
        _refuse(core, language, phrase("posting.refused.missing", file=file), Exit.USAGE)


def _refuse(core: Script, language: str, why: Phrase, code: Exit) -> NoReturn:
    typer.echo(core.catalogue.text(why, language), err=True)
    raise typer.Exit(code)


def _told(posting: Posting, core: Script) -> Iterator[Phrase | str]:
    if not posting.is_posting:
        yield phrase("posting.not_one")
        return
    yield phrase("posting.weak")
    if posting.several_roles:
        yield phrase("posting.several")
    yield ""
    if posting.title:
        yield phrase("posting.title", title=_one_line(posting.title))
    yield from _kind_told(posting)
    yield from _skills_told(posting, core)
    if posting.stages:
        stages = tuple(phrase(f"steps.stages.choices.{one.value}") for one in posting.stages)
        yield phrase("posting.bare", name=phrase("posting.names.stages"), value=stages)
        yield from _quoted(one.quotes[0] for one in posting.stages)
    for name, proposal in (("owns", posting.owns), ("customer", posting.customer), ("hand_over", posting.hand_over)):
        if name not in posting.untold:
            yield _row_of(name, proposal, phrase(f"posting.{name}.{proposal.value}"))
            yield from _quoted(proposal.quotes)
    if posting.untold:
        yield ""
        yield phrase("posting.untold", names=tuple(phrase(f"posting.names.{name}") for name in posting.untold))


def _kind_told(posting: Posting) -> Iterator[Phrase]:
    yield _row_of("kind", posting.kind, phrase(f"posting.kind.{posting.kind.value}"))
    for kind in TEAM_KINDS:
        if quotes := posting.sides[kind][:_QUOTES]:
            yield phrase("posting.for_kind", kind=phrase(f"kinds.{kind}"))
            yield from _quoted(quotes)


def _skills_told(posting: Posting, core: Script) -> Iterator[Phrase]:
    for name, skills in (("required", posting.required), ("preferred", posting.preferred)):
        named = tuple(_skill(core, one) for one in skills) or (phrase("posting.nothing"),)
        yield phrase("posting.bare", name=phrase(f"posting.names.{name}"), value=named)


def _row_of(name: str, proposal: Proposal[Any], value: Phrase) -> Phrase:
    certainty = phrase(f"posting.certainty.{proposal.certainty.value}")
    return phrase("posting.row", name=phrase(f"posting.names.{name}"), value=value, certainty=certainty)


def _skill(core: Script, skill: Proposal[str]) -> Phrase:
    name = phrase(f"skills.{core.skill_ids[skill.value]}")
    return phrase("posting.skill", skill=name) if skill.certainty is Certainty.FAINT else name


def _quoted(quotes: Iterable[Quote]) -> Iterator[Phrase]:
    yield from (phrase("posting.quote", quote=one) for one in dict.fromkeys(map(_one_line, quotes)))


def _one_line(quote: Quote) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in quote.text).split())
