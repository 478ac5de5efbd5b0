"""The short form of `make faults`."""

from pathlib import Path

from tests.faults.dying_bot import GAPS
from tests.faults.kills import trial

KILLS = 36


async def test_sigkills_under_load_lose_and_double_nothing(tmp_path: Path) -> None:
    figures = await trial(KILLS, tmp_path / "faults.sqlite3", seed=2)
    assert not figures.harm, figures.told()
    assert sum(figures.kills.values()) == KILLS
    assert all(figures.kills[gap] >= KILLS // 12 for gap in GAPS), figures.told()
    assert figures.acknowledged >= KILLS
