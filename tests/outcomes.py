"""What a dialogue has led to, wherever it was held: the checks as reports, and what else is known of the person."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from adapters.documents.markdown import to_markdown
from conversations.judgement import report_on
from conversations.ports import SessionStore
from conversations.session import SessionKey
from tests.dialogue import core
from tests.golden import assert_golden

OUTCOMES = Path(__file__).parent / "transcripts" / "outcomes"
A_DAY = datetime(2026, 3, 2, 12, tzinfo=UTC)


async def assert_outcome(store: SessionStore, key: SessionKey, name: str, language: str) -> None:
    """Compare with the one golden file that a scenario has for every platform."""
    person = (await store.load(key)).person
    lines = [
        f"language: {person.language}",
        f"left alone: {person.left_alone}",
        f"profile: {len(person.about.answers)}",
    ]
    for check in sorted(await store.checks(key), key=lambda one: one.id):
        lines += ["", f"===== {check.phase}, shared {len(check.shares)} times"]
        if not check.is_profile:
            dated = replace(check, changed_at=A_DAY)
            lines.append(to_markdown(report_on(core(), dated, person.about), core().catalogue, person.language))
    assert_golden(OUTCOMES / language / f"{name}.md", "\n".join(lines))
