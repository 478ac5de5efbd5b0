"""The short form of `make faults`."""

from pathlib import Path

from tests.faults.dying_bot import GAPS
from tests.faults.kills import trial
from tests.faults.shared_kills import trial as shared_trial

KILLS = 36


async def test_sigkills_under_load_lose_and_double_nothing(tmp_path: Path) -> None:
    figures = await trial(KILLS, tmp_path / "faults.sqlite3", seed=2)
    assert not figures.harm, figures.told()
    assert sum(figures.kills.values()) == KILLS
    assert all(figures.kills[gap] >= KILLS // 12 for gap in GAPS), figures.told()
    assert figures.acknowledged >= KILLS


async def test_nor_do_they_with_three_bots_on_one_postgresql_which_is_killed_as_well() -> None:
    figures, told = await shared_trial(20, 2, seed=3)
    assert not figures.harm, told
    assert sum(figures.kills.values()) == 18
    assert "server killed and restarted        2" in told
    assert figures.acknowledged >= 20
