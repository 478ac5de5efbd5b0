"""The parts of the documentation that are drawn from the code. `make docs` writes them; a test compares."""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from adapters.documents.card import card_png
from adapters.documents.comparison import COMPARISONS
from adapters.documents.json_document import json_schema
from conversations.dialogue import TRANSITIONS
from conversations.session import Intent, Phase
from conversations.vocabulary import DocumentForm
from tests.dialogue import core
from tests.reference import reference_page
from tests.reports import compared, three, usual
from tests.screens import terminal_screen

ROOT = Path(__file__).parent.parent


def dialogue_page() -> str:
    """Draw the table of the machine as a state diagram."""
    arrows: dict[tuple[Phase, Phase], list[Intent]] = {}
    for (phase, intent), move in TRANSITIONS.items():
        for to in dict.fromkeys(move.to):
            if to is not phase:
                arrows.setdefault((phase, to), []).append(intent)
    lines = [f"    {a} --> {b}: {', '.join(sorted(intents))}" for (a, b), intents in sorted(arrows.items())]
    stays = {
        phase: sorted(i for (p, i), move in TRANSITIONS.items() if p is phase and phase in move.to) for phase in Phase
    }
    rows = [f"| {phase} | {', '.join(intents) or '-'} |" for phase, intents in stays.items()]
    return "\n".join(
        [
            "# The dialogue, as the machine has it",
            "",
            "Drawn by `make docs` from `TRANSITIONS` in `conversations/dialogue.py`; a test fails when the two differ.",
            "An intent that is not in the table gets one answer: “not now”, and where the conversation stands.",
            "",
            "```mermaid",
            "stateDiagram-v2",
            "    [*] --> new",
            *lines,
            "```",
            "",
            "What may also leave the conversation in the phase it is in:",
            "",
            "| phase | intents |",
            "|---|---|",
            *rows,
            "",
        ]
    )


def topics_page() -> str:
    """Say for each topic and each flag which row of the pack stands for it, and which test."""
    script = core()
    rows = [
        *((f"step `{step.id}`", step.serves) for step in script.steps),
        *((f"question `{question.id}`", question.serves) for question in script.questions),
        *((f"flag `{flag.id}` ({flag.severity})", flag.serves) for flag in script.flags),
    ]

    def table(ids: Iterable[str], test: str) -> list[str]:
        lines = ["| id | in the core pack | test |", "|---|---|---|"]
        for one in ids:
            found = ", ".join(name for name, serves in rows if one in serves)
            lines.append(f"| {one} | {found} | `{test}[{one}...]` |")
        return lines

    return "\n".join(
        [
            "# Topics and red flags of the core pack",
            "",
            "Drawn by `make docs` from `conversations/content/core.toml`; a test fails when the two differ.",
            "",
            "## The 47 probing topics",
            "",
            "Each is a step of the quick or the deep path; not knowing it makes it a question to ask.",
            "",
            *table(
                (f"P{number:02}" for number in range(1, 48)),
                "test_a_topic_is_asked_on_the_deep_path_and_not_knowing_it_makes_a_question",
            ),
            "",
            "## The 27 red flags",
            "",
            "The severity in brackets is the usual one; some answers make a flag graver or milder.",
            "",
            *table(
                (f"F{number:02}" for number in range(1, 28)),
                "test_a_red_flag_is_raised_with_its_reason_and_cleared_by_one_answer",
            ),
            "",
        ]
    )


def schema_page() -> str:
    """Write down what a report is like as JSON."""
    return json.dumps(json_schema(), indent=2) + "\n"


PAGES: Mapping[Path, Callable[[], str]] = {
    ROOT / "docs" / "dialogue.md": dialogue_page,
    ROOT / "docs" / "topics.md": topics_page,
    ROOT / "docs" / "reference.md": reference_page,
    ROOT / "docs" / "report.schema.json": schema_page,
    ROOT / "docs" / "pictures" / "terminal.en.svg": lambda: terminal_screen(("Acme Search", "recruiter", "why"), "en"),
    ROOT / "docs" / "pictures" / "terminal.zh.svg": lambda: terminal_screen(("云梯科技", "猎头", "为什么"), "zh"),
}

PICTURES = {language: ROOT / "docs" / "pictures" / f"card.{language}.png" for language in ("en", "zh")}

COMPARED = ROOT / "docs" / "pictures" / "compare.en.png"

SCREENS = (
    ("question_radio_buttons", "slack.question", ("en", "zh")),
    ("home", "slack.home", ("en", "zh")),
    ("shared_for_review", "slack.review", ("en",)),
    ("queue", "slack.queue", ("en",)),
)
"""Messages of `tests/previews/examples.py` that pages show as Slack has them: the picture's name, and its languages."""


async def draw_pictures() -> None:
    """Draw the cards that the documentation shows; a test would only compare the typesetter with itself."""
    for language, path in PICTURES.items():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(await card_png(await usual(), core().catalogue, language))
    teams = compared(await three(), language="en")
    COMPARED.write_bytes(await COMPARISONS[DocumentForm.PICTURE](teams, core().catalogue, "en"))
    await draw_screens(COMPARED.parent)


async def draw_screens(folder: Path) -> None:
    """Draw messages as they stand in a chat, from a check that is played for it."""
    from tests.previews.draw import draw_discord, draw_slack, in_slack  # noqa: PLC0415  the typesetter may be missing
    from tests.previews.examples import examples, windows  # noqa: PLC0415  as above

    made = {one.name: one for one in await examples()}
    for name, picture, languages in SCREENS:
        for language in languages:
            draw_slack(list(in_slack(made[name], language, "its notification")), folder / f"{picture}.{language}.png")
    draw_discord(made["question_checkboxes"], "en", folder / "discord.question.en.png")
    rules = dict(windows("en"))["rules_form"]
    shown = {"note": "a window", "text": rules["title"]["text"], "blocks": rules["blocks"]}
    draw_slack([shown], folder / "slack.rules.en.png")


if __name__ == "__main__":
    asyncio.run(draw_pictures())
    for path, page in PAGES.items():
        path.write_text(page(), encoding="utf-8")
