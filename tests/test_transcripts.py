"""Whole dialogues as golden text. `make golden` writes them again; then the difference is read by a person."""

import os
from pathlib import Path

import pytest

from tests.dialogue import Player

FOLDER = Path(__file__).parent / "transcripts" / "en"
NAMES = sorted(path.stem for path in FOLDER.glob("*.answers"))


async def play(lines: list[str]) -> str:
    player = Player()
    await player.open()
    for line in lines:
        await player.say(line)
        if player.ended:
            break
    else:
        await player.leave()
    return player.seen()


@pytest.mark.parametrize("name", NAMES)
async def test_a_dialogue_reads_as_its_transcript_says(name: str) -> None:
    lines = (FOLDER / f"{name}.answers").read_text(encoding="utf-8").splitlines()
    golden = FOLDER / f"{name}.txt"
    shown = await play(lines)
    if os.environ.get("TEAMCHECK_GOLDEN") == "write":
        golden.write_text(shown, encoding="utf-8")
    assert shown == golden.read_text(encoding="utf-8")


def test_there_are_transcripts_and_each_has_its_answers() -> None:
    assert len(NAMES) >= 8
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(NAMES)
