"""What a channel sees of a shared report: whatever the person wrote, none of it, in any format and language."""

import asyncio
import io
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from pypdf.generic import NumberObject, StreamObject
from rich.console import Console

from adapters.discord import components as discord
from adapters.documents.card import alt_text, card_of, card_png
from adapters.documents.csv_table import to_csv
from adapters.documents.json_document import to_json
from adapters.documents.markdown import to_markdown
from adapters.documents.pdf import pdf_values, to_pdf
from adapters.slack import block_kit as slack
from adapters.terminal.plain_text import PlainText
from conversations import redaction
from conversations.catalogue import Phrase, phrase
from conversations.judgement import report_on
from conversations.messages import InChannel, Message, Outgoing
from conversations.redaction import FIELDS, HIDEABLE, pseudonym, redact
from conversations.replies import ShowShared
from conversations.report import Evidence, Quote, Report, Said
from conversations.script import Feeds
from conversations.session import (
    Answer,
    Check,
    Decision,
    Fine,
    Given,
    ProfileVersion,
    Remark,
    ReviewState,
    Share,
    SkillLevel,
    SkillList,
    Written,
)
from conversations.vocabulary import OwnDecision, ReportPart, Source, StepKind, TeamKind
from tests.dialogue import ME, NOON, core, report_for
from tests.test_machine import FINISHED_DEEP, SAME, finished_deep

SHARE = Share("0123456789abcdef", "C1", NOON)
MARK = "Qxz7"
"""Stands in every secret, and in no sentence of the product."""
HOSTILE = st.text(st.sampled_from("ab{}[]()<>*_`~|#\\\"'“”「」\n@&!$.…团é\u200d"), max_size=12)


def secret(what: str, hostile: str) -> str:
    return f"{MARK}{what}{hostile}"


def planted(check: Check, about: ProfileVersion, hostile: str) -> tuple[Check, ProfileVersion, list[str]]:
    """Put a secret wherever a person can write, each answer by two sources who disagree where they can."""
    answers: dict[str, tuple[Given, ...]] = {}
    for step, found in check.answers.items():
        one = found[0]
        sides = [(one.answer, Source.RECRUITER), (one.answer, Source.FORMER)]
        if core().by_id[step].kind is StepKind.TEXT:
            sides = [(Written(secret(f"{step}{n}", hostile)), source) for n, (_, source) in enumerate(sides)]
        elif core().by_id[step].kind is StepKind.SKILLS:
            sides = [(SkillList((SkillLevel(secret(f"sk{n}", hostile), n, 3),)), s) for n, (_, s) in enumerate(sides)]
        answers[step] = tuple(
            Given(answer, one.at + timedelta(seconds=n), source, secret(f"quote{step}{n}", hostile))
            for n, (answer, source) in enumerate(sides)
        )
    check = replace(check, answers=answers, decision=Decision(OwnDecision.PASS, secret("reason", hostile), NOON))
    flags = report_on(core(), check, about).flags
    check = replace(check, fine={flag.id: Fine(secret(flag.id, hostile), NOON) for flag in flags[::2]})
    known: dict[str, Answer] = {
        step: Written(secret(step, hostile)) if core().by_id[step].kind is StepKind.TEXT else answer
        for step, answer in about.answers.items()
    }
    team = core().feeding(Feeds.TEAM)
    assert team is not None
    names = [one.answer.text for one in answers[team.id] if isinstance(one.answer, Written)]
    return check, replace(about, answers=known), names


def plain(report: Report, language: str) -> str:
    screen = io.StringIO()
    console = Console(file=screen, width=4000, highlight=False, markup=False, emoji=False)
    show = PlainText(console, core().catalogue, language).show
    show(ShowShared(report, "card", NOON.date()))
    show(ShowShared(report, "detail"))
    return screen.getvalue()


def in_channels(report: Report, language: str) -> Iterator[str]:
    card = ShowShared(report, "card", NOON.date(), ReviewState.CLAIMED, onward=True)
    replies = card, ShowShared(report, "detail", NOON.date())
    row = Outgoing(1, ME, Message(InChannel("C1", "S1"), replies, language, check="abc234"))
    for parts_of in (slack.parts_of, discord.parts_of):
        yield "\n".join(map(repr, parts_of(row, core().catalogue)))


def rendered(report: Report) -> Iterator[str]:
    """Write the report in every way there is."""
    parts: tuple[ReportPart, ...] = ("all", "questions", "reasons")
    for language in core().catalogue.languages:
        yield plain(report, language)
        yield from in_channels(report, language)
        for part in parts:
            yield to_markdown(report, core().catalogue, language, part)
            yield to_json(report, core().catalogue, language, part)
            yield to_csv(report, core().catalogue, language, part)
            yield repr(pdf_values(report, core().catalogue, language, part))
        yield repr(card_of(report, core().catalogue, language))
        yield alt_text(report, core().catalogue, language, 100_000)


def fillings(value: object) -> Iterator[object]:
    """Walk a report for what fills its phrases."""
    if isinstance(value, Phrase) and value.key != "share.team":
        for one in value.args.values():
            yield from one if isinstance(one, tuple) else (one,)
            yield from fillings(one)
    elif isinstance(value, tuple):
        for one in value:
            yield from fillings(one)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from fillings(getattr(value, field.name))


@settings(SAME, max_examples=25)
@given(FINISHED_DEEP, HOSTILE)
def test_nothing_that_the_person_wrote_or_was_told_is_in_a_shared_report(
    made: tuple[int, TeamKind | None, bool], hostile: str
) -> None:
    check, about = finished_deep(made[0], made[1], known=made[2])
    check, about, names = planted(check, about, hostile)
    said = (Remark("U7", "s1", NOON, f"{MARK} {hostile}"), Remark("U7", "s1", NOON, f"{MARK}?", question=True))
    report = report_on(core(), replace(check, remarks=said), about)
    assert all(MARK in text for text in (to_json(report, core().catalogue, "en"), plain(report, "zh")))
    seen = redact(report, SHARE, names)
    assert [one for one in fillings(seen) if one and isinstance(one, str)] == []
    for text in rendered(seen):
        assert MARK not in text
        assert check.id not in text
        assert check.pack not in text
    assert [flag.headline for flag in seen.flags] == [flag.headline for flag in report.flags]
    assert [one.state for one in seen.verdicts] == [one.state for one in report.verdicts]


@settings(SAME, max_examples=25)
@given(FINISHED_DEEP, st.lists(st.sampled_from([kind for kind in HIDEABLE if kind != "company"])))
def test_whatever_else_is_shown_the_company_is_not(
    made: tuple[int, TeamKind | None, bool], shown: list[redaction.Shows]
) -> None:
    check, about = finished_deep(made[0], made[1], known=made[2])
    check, about, names = planted(check, about, "")
    words = f"{names[0].upper()} is hiring"
    told = {step: tuple(replace(one, quote=words) for one in given) for step, given in check.answers.items()}
    fine = {flag: replace(why, reason=f"I know {names[1]}") for flag, why in check.fine.items()}
    report = report_on(core(), replace(check, answers=told, fine=fine), about)
    for text in rendered(redact(report, replace(SHARE, shown=tuple(shown)), names)):
        assert not [name for name in names if name.casefold() in text.casefold()]


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_nothing_hidden_is_in_a_picture_or_a_pdf_or_in_what_their_files_tell_of_themselves(language: str) -> None:
    check, about = finished_deep(3, "applied", known=True)
    check, about, names = planted(check, about, "")
    whole = report_on(core(), check, about)
    seen = redact(whole, SHARE, names)
    assert MARK in everything_in(await to_pdf(whole, core().catalogue, language))
    told = everything_in(await to_pdf(seen, core().catalogue, language))
    for one in (MARK, check.id, check.pack):
        assert one not in told
    # What the person hides changes no pixel.
    other = redact(replace(whole, team="x", decision=None, check="y"), SHARE, names)
    assert await card_png(seen, core().catalogue, language) == await card_png(other, core().catalogue, language)


def everything_in(pdf: bytes) -> str:
    """Return the text of the pages, and every object of the file: its own data, outline and tags among them."""
    reader = PdfReader(io.BytesIO(pdf))
    numbers = range(1, NumberObject(reader.trailer["/Size"]))
    objects = [one for one in map(reader.get_object, numbers) if one is not None]
    streams = [one.get_data().decode("latin-1") for one in objects if isinstance(one, StreamObject)]
    return "\n".join([*(page.extract_text() for page in reader.pages), *streams, *map(repr, objects)])


def report_with_everything() -> Report:
    check, about = finished_deep(3, "applied", known=True)
    check, about, _ = planted(check, about, "")
    return report_on(core(), check, about)


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("company", "Qxz7team1"),
        ("quotes", "Qxz7quotetitle0"),
        ("notes", "Qxz7title1"),
        ("decision", "Your decision on"),
        ("people", "(says: someone who left)"),
    ],
)
def test_a_kind_that_the_owner_shows_is_seen_and_no_other(kind: str, told: str) -> None:
    report = report_with_everything()
    by_default = plain(redact(report, SHARE, ()), "en")
    seen = plain(redact(report, replace(SHARE, shown=(kind,)), ()), "en")
    assert told not in by_default
    assert told in seen
    others = {"company": MARK, "quotes": f"{MARK}quote", "notes": f"{MARK}title", "decision": "Your decision"}
    for other, mark in others.items():
        if kind not in (other, "company") and other != "company":
            assert mark not in seen


def test_whoever_hides_the_skills_shows_no_name_of_one() -> None:
    report = asyncio.run(report_for({"skills": "Python 3/2, PyTorch 1/3, Kubernetes 0/4"}))
    names = {core().catalogue.text(one.name, "en") for one in report.skills if isinstance(one.name, Phrase)}
    assert names
    by_default = plain(redact(report, SHARE, ()), "en")
    seen = redact(report, replace(SHARE, hidden=("skills", "flags")), ())
    assert seen.skills == ()
    shown = plain(seen, "en")
    assert all(name in by_default for name in names)
    assert [name for name in names if name in shown] == []
    assert [flag.id for flag in seen.flags] == [flag.id for flag in report.flags]


def test_what_is_private_or_made_up_is_never_shown() -> None:
    report = report_with_everything()
    seen = redact(report, replace(SHARE, shown=("open", "private", "everything")), ())
    assert seen == redact(report, SHARE, ())


# -- the table -----------------------------------------------------------------------------------------------------


def records(hint: Any) -> Iterator[type]:  # noqa: ANN401  any hint
    """Walk the types of a report."""
    if isinstance(hint, type) and is_dataclass(hint) and hint is not Phrase:
        yield hint
        for one in get_type_hints(hint).values():
            yield from records(one)
    for one in get_args(hint):
        yield from records(one)


def test_every_field_of_a_report_is_classified_and_nothing_else() -> None:
    found = {record: {one.name for one in fields(record)} for record in records(Report)}
    assert {Report, Said, Quote, Evidence} <= found.keys()
    assert {record: set(table) for record, table in FIELDS.items()} == found


def test_a_field_that_nobody_has_classified_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    report = report_with_everything()
    without = {name: shows for name, shows in FIELDS[Said].items() if name not in ("said", "number", "section")}
    without_verdicts = {name: shows for name, shows in FIELDS[Report].items() if name not in ("verdicts", "goal")}
    monkeypatch.setattr(redaction, "FIELDS", {**FIELDS, Said: without, Report: without_verdicts})
    redaction._fields.cache_clear()
    seen = redact(report, SHARE, ())
    redaction._fields.cache_clear()
    hidden = phrase("share.hidden")
    assert seen.answers
    assert all((one.said, one.number, one.section) == (hidden, 0, "") for one in seen.answers)
    assert (seen.verdicts, seen.goal) == ((), None)


# -- pseudonyms ----------------------------------------------------------------------------------------------------


def test_a_pseudonym_hangs_on_the_share_alone() -> None:
    first, second = report_with_everything(), replace(report_with_everything(), team="", check="other", flags=())
    assert redact(first, SHARE, ()).team == redact(second, SHARE, ()).team == pseudonym(SHARE)
    moved = replace(SHARE, channel="C2", at=NOON + timedelta(days=9), updated_at=NOON + timedelta(days=10))
    assert pseudonym(moved) == pseudonym(SHARE)


def test_two_shares_of_one_check_are_called_differently_and_tell_no_common_time() -> None:
    report = report_with_everything()
    others = [replace(SHARE, id=f"{n:x}", at=NOON + timedelta(days=n)) for n in range(200)]
    assert len({str(pseudonym(one)) for one in others}) > 150
    seen = redact(report, others[3], ())
    assert seen.changed_at == datetime(2026, 3, 5, tzinfo=UTC)
    assert (seen.check, seen.pack) == ("", "")


def test_a_pseudonym_is_worded_in_each_language() -> None:
    code = pseudonym(SHARE).args["code"]
    assert [core().catalogue.text(pseudonym(SHARE), one) for one in ("en", "zh")] == [f"Team {code}", f"团队 {code}"]
