"""The parts of the documentation that are drawn from the code. `make docs` writes them; a test compares."""

from pathlib import Path

from conversations.dialogue import TRANSITIONS
from conversations.session import Intent, Phase

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


PAGES = {ROOT / "docs" / "dialogue.md": dialogue_page}

if __name__ == "__main__":
    for path, page in PAGES.items():
        path.write_text(page(), encoding="utf-8")
