"""The benchmark beside the peers: our own program plays, and what the peers are installed from is locked."""

import re
from pathlib import Path

import pytest

from tests.benchmarks.peers.__main__ import MEMORY, ROWS, SQLITE_SENT, Results, Setting, dialogue, measure
from tests.benchmarks.peers.children import NotMeasuredError, Peer, requirements
from tests.benchmarks.peers.protocol import Played

PEERS = sorted({row.peer for row in ROWS} - {"teamcheck"})


def test_our_own_program_plays_the_dialogue_in_memory_and_in_a_file(tmp_path: Path) -> None:
    setting, results = Setting(dialogue(), tmp_path, {}), Results()
    with Peer("teamcheck") as peer:
        for row in (MEMORY, SQLITE_SENT):
            played = measure(peer, row, 1, 1, setting)
            assert played.turns == len(setting.texts) == 25
            assert played.bytes_a_dialogue > 0 or row.durable  # a page of the file may take it
            results.add(row, 1, played)
    for row in ROWS:
        if row not in (MEMORY, SQLITE_SENT):
            results.leave_out(row, "it is not asked")
    assert [*results.table(1)][2].startswith("| teamcheck, memory | ")
    assert sum("not measured: it is not asked" in line for line in results.table(1)) == len(ROWS) - 2
    assert all(line.startswith("not measured: ") for line in results.aims())


def test_a_storage_that_lacks_an_answer_is_not_measured(tmp_path: Path) -> None:
    class Forgetful(Peer):
        def play(self, _job: object) -> Played:
            return Played(25, 1.0, 1.0, 1, "of something else")

    with pytest.raises(NotMeasuredError, match="does not hold"):
        measure(Forgetful("teamcheck"), ROWS[0], 1, 1, Setting(dialogue(), tmp_path, {}))


def test_without_redis_its_rows_are_not_measured(tmp_path: Path) -> None:
    row = next(row for row in ROWS if row.appendfsync)
    with pytest.raises(NotMeasuredError, match="redis-server"):
        measure(Peer("aiogram"), row, 1, 1, Setting(dialogue(), tmp_path, {}))


@pytest.mark.parametrize("peer", PEERS)
def test_what_a_peer_is_installed_from_is_locked_by_hashes_and_names_no_registry(peer: str) -> None:
    text = requirements(peer).read_text(encoding="utf-8")
    locked = re.split(r"\n(?=\S)", text.strip())
    assert locked
    for one in locked:
        assert re.match(r"[a-z0-9_.-]+==\S+( ; .+?)?( \\\n    --hash=sha256:[0-9a-f]{64})+$", one), one[:80]
    assert "://" not in text + requirements(peer).with_suffix(".in").read_text(encoding="utf-8")
