"""Whole dialogues as golden text. `make golden` writes them again; then the difference is read by a person."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from conversations.session import PROFILE_CHECK
from tests.dialogue import Player
from tests.golden import assert_golden

FOLDER = Path(__file__).parent / "transcripts"
LEAST = {"en": 17, "zh": 9}
"""How many dialogues there are at least, in each language."""
NAMES = sorted(
    str(path.relative_to(FOLDER).with_suffix("")) for one in LEAST for path in (FOLDER / one).glob("*.answers")
)


VISIT = re.compile(r"\$ teamcheck (?P<what>chat|profile)(?: --new)?(?: --resume (?P<check>\w+))?")
"""A line that leaves the program and comes back a month later: `$ teamcheck profile`."""

WAIT = re.compile(r"\$ wait (\d+) days?")
"""A line that lets time pass: what is due meanwhile comes at its time."""
CLOCK = re.compile(r"\$ \d{4}-\d\d-\d\d \d\d:\d\d")
"""The same until then, in UTC."""


async def play(player: Player, lines: list[str]) -> None:
    await player.open()
    for line in lines:
        if visit := VISIT.fullmatch(line):
            await come_back(player, visit)
        elif days := WAIT.fullmatch(line):
            player.shown.append(line)
            await player.wait(player.now + timedelta(days=int(days[1])))
        elif CLOCK.fullmatch(line):
            player.shown.append(line)
            await player.wait(datetime.fromisoformat(f"{line[2:]}+00:00"))
        else:
            await player.say(line)
    if not player.ended:
        await player.leave()


async def come_back(player: Player, visit: re.Match[str]) -> None:
    player.now += timedelta(days=30)
    player.check_id = f"{player.check_id[:-1]}{int(player.check_id[-1]) + 1}"
    player.shown.append(f"$ {visit[0][2:]}")
    check = PROFILE_CHECK if visit["what"] == "profile" else visit["check"]
    await player.open(check=check, fresh=check is None)


@pytest.mark.parametrize("name", NAMES)
async def test_a_dialogue_reads_as_its_transcript_says(name: str) -> None:
    lines = (FOLDER / f"{name}.answers").read_text(encoding="utf-8").splitlines()
    player = Player(language=name.partition("/")[0])
    await play(player, lines)
    assert_golden(FOLDER / f"{name}.txt", player.seen())


def test_there_are_transcripts_and_each_has_its_answers() -> None:
    for language, least in LEAST.items():
        mine = {name for name in NAMES if name.startswith(f"{language}/")}
        assert len(mine) >= least
        assert {f"{language}/{path.stem}" for path in (FOLDER / language).glob("*.txt")} == mine
