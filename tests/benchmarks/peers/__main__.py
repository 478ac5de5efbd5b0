"""The same dialogue through teamcheck and through its peers, interleaved in one run: `make bench-peers`."""

import argparse
import os
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.peers.children import NotMeasuredError, Peer, redis_servers, say, sync_milliseconds
from tests.benchmarks.peers.protocol import Job, Played, checksum
from tests.end_to_end.person import DEEPER, whole_check

TURNS = 25
ROUNDS = 5
PEOPLE = (1, 64)
DIALOGUES = {1: 16, 64: 64}
"""How many are played in a row's part of a round."""
NAMES = {"ptb": "python-telegram-bot", "botbuilder": "botbuilder-dialogs"}


@dataclass(frozen=True)
class Row:
    """A peer with one of its storages."""

    peer: str
    storage: str
    durable: bool = False

    @property
    def name(self) -> str:
        return f"{NAMES.get(self.peer, self.peer)}, {self.storage}"

    @property
    def appendfsync(self) -> str | None:
        kind, _, rest = self.storage.partition(" ")
        return rest.partition(",")[0] if kind == "Redis" else None


MEMORY, SQLITE = Row("teamcheck", "memory"), Row("teamcheck", "SQLite", durable=True)
MEMORY_SENT, SQLITE_SENT = Row("teamcheck", "memory, sent"), Row("teamcheck", "SQLite, sent", durable=True)
ALWAYS, ALWAYS_JSON = (Row("aiogram", f"Redis always{rest}", durable=True) for rest in ("", ", from JSON"))
PTB, PTB_JSON = Row("ptb", "memory"), Row("ptb", "memory, from JSON")
ROWS = (
    MEMORY,
    Row("aiogram", "memory"),
    PTB,
    PTB_JSON,
    Row("botbuilder", "memory"),
    MEMORY_SENT,
    SQLITE,
    ALWAYS,
    ALWAYS_JSON,
    Row("aiogram", "Redis always, state", durable=True),
    Row("aiogram", "Redis everysec", durable=True),
    Row("ptb", "pickle", durable=True),
    SQLITE_SENT,
)
AIMS = (
    (SQLITE, SQLITE_SENT, ALWAYS, ALWAYS_JSON, 1, 2.0),
    (SQLITE, SQLITE_SENT, ALWAYS, ALWAYS_JSON, 64, 10.0),
    (MEMORY, MEMORY_SENT, PTB, PTB_JSON, 1, 3.0),
    (MEMORY, MEMORY_SENT, PTB, PTB_JSON, 64, 3.0),
)
NOTES = """
What is in a turn. It begins with the message as the peer's own value and ends when the answer is given to a coroutine
that does nothing, the same for all. A peer's turn: dispatch, load, append the text to a list, look up the next question
in a table, save. teamcheck's: the limits of the intake, a lock, load, understand the text as an answer to a step with
its choices, look for the next step that is due, put the answer together, and commit person, check, event and answer in
one transaction that refuses a duplicate and a stale state. "sent": delivery then claims the answer, words it, sends it,
and notes in a second transaction that it was sent; the person waits for the answer, not for that note.
Durable: teamcheck's commit is on the disk (synchronous=FULL), and so is Redis's with `appendfsync always`; with
`everysec` a second may be lost. The pickle is never synced, and each turn writes the whole file, everybody in it.
botbuilder-dialogs has no local durable storage. "state" sets aiogram's state beside its data: a second write.
"from JSON": the turn begins a step earlier, where the peer makes its value out of what the platform sends. teamcheck's
adapters do that too, behind a library of their platform; it is in no row of teamcheck's.
CPU is the peer's process with its threads; what the Redis server takes comes on top and is not in it.
64 people: everybody at once, each with one message under way. python-telegram-bot asks for one update at a time where a
ConversationHandler is; with nothing to wait for, that is what happens.
Bytes: what a dialogue of 25 answers takes: the growth of a file, MEMORY USAGE of Redis, or the values in memory as JSON
or a pickle. teamcheck's file has the 25 events in it, kept for three days against duplicates; without "sent", also the
25 answers that wait.
"""


@dataclass(frozen=True)
class Setting:
    """What all rows have in common."""

    texts: Sequence[str]
    folder: Path
    redis: Mapping[str, str]


def dialogue() -> list[str]:
    """Return what one person writes: the command, that they go deeper, and answers to the questions that follow."""
    return ["/teamcheck", DEEPER, *(line.typed for line in whole_check(1))][:TURNS]


def measure(peer: Peer, row: Row, people: int, dialogues: int, setting: Setting) -> Played:
    """Have a row's dialogues played.

    Raises:
        NotMeasuredError: it cannot be measured.

    """
    redis = ""
    if row.appendfsync:
        if row.appendfsync not in setting.redis:
            raise NotMeasuredError("there is no redis-server")
        redis = setting.redis[row.appendfsync]
    with tempfile.TemporaryDirectory(dir=setting.folder) as folder:
        job = Job(row.storage, people, dialogues, setting.texts, str(Path(folder) / "job"), redis)
        played = peer.play(job)
    if played.checksum != checksum([setting.texts] * dialogues):
        raise NotMeasuredError("its storage does not hold what was written")
    return played


class Results:
    """What came of every row, round for round."""

    def __init__(self) -> None:
        self._played: defaultdict[tuple[Row, int], list[Played]] = defaultdict(list)
        self._why_not: dict[Row, str] = {}

    def add(self, row: Row, people: int, played: Played) -> None:
        self._played[row, people].append(played)

    def leave_out(self, row: Row, why: str) -> None:
        self._why_not[row] = why

    def is_left_out(self, row: Row) -> bool:
        return row in self._why_not

    def ratio(self, mine: Row, theirs: Row, people: int) -> float | None:
        """Return how many turns of the one there were for one of the other: the median over the rounds."""
        if self.is_left_out(mine) or self.is_left_out(theirs):
            return None
        both = zip(self._played[mine, people], self._played[theirs, people], strict=True)
        return statistics.median(_rate(one) / _rate(other) for one, other in both)

    def table(self, people: int) -> Iterator[str]:
        titles = (
            _people(people),
            "turns a second",
            "CPU, us a turn",
            "bytes a dialogue",
            "teamcheck / it",
            "sent / it",
        )
        yield f"| {' | '.join(titles)} |"
        yield "|---|---|---|---|---|---|"
        for row in ROWS:
            if row in self._why_not:
                yield f"| {row.name} | not measured: {self._why_not[row]} | | | | |"
                continue
            played = self._played[row, people]
            held = statistics.median(one.bytes_a_dialogue for one in played)
            mine = (SQLITE, SQLITE_SENT) if row.durable else (MEMORY, MEMORY_SENT)
            ratios = (self.ratio(one, row, people) for one in mine)
            cells = (
                row.name,
                _spread(played, _rate),
                _spread(played, lambda one: one.cpu_seconds / one.turns * 1e6),
                f"{held:.0f}",
                *("" if ratio is None or row.peer == "teamcheck" else f"{ratio:.2f}" for ratio in ratios),
            )
            yield f"| {' | '.join(cells)} |"

    def aims(self) -> Iterator[str]:
        for mine, sent, theirs, reading, people, aim in AIMS:
            what = f"{mine.name} at least {aim:g} times {theirs.name}, {_people(people)}"
            ratio = self.ratio(mine, theirs, people)
            beside = {"sent": self.ratio(sent, theirs, people), "it from JSON": self.ratio(mine, reading, people)}
            if ratio is None:
                yield f"not measured: {what}"
            else:
                others = ", ".join(f"{name}: {one:.2f}" for name, one in beside.items() if one is not None)
                yield f"{'met' if ratio >= aim else 'MISSED'}: {what}: {ratio:.2f} times ({others})"


def _rate(played: Played) -> float:
    return played.turns / played.seconds


def _spread(played: Sequence[Played], figure: Callable[[Played], float]) -> str:
    figures = [figure(one) for one in played]
    return f"{statistics.median(figures):.0f} ({min(figures):.0f}-{max(figures):.0f})"


def _people(number: int) -> str:
    return "one person" if number == 1 else f"{number} people at once"


def run(rounds: int, setting: Setting) -> Results:
    """Play all rows, in every round, every other round from the last to the first."""
    results = Results()
    with ExitStack() as stack:
        peers = {name: stack.enter_context(Peer(name)) for name in dict.fromkeys(row.peer for row in ROWS)}
        for number in range(rounds):
            for people in PEOPLE:
                for row in ROWS[:: -1 if number % 2 else 1]:
                    if results.is_left_out(row):
                        continue
                    try:
                        played = measure(peers[row.peer], row, people, DIALOGUES[people], setting)
                    except NotMeasuredError as error:
                        results.leave_out(row, str(error))
                    else:
                        results.add(row, people, played)
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description="teamcheck beside its peers")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as name, redis_servers(Path(name)) as redis:
        before = os.getloadavg()[0]
        sync = sync_milliseconds(Path(name))
        results = run(rounds, Setting(dialogue(), Path(name), redis))
    for people in PEOPLE:
        say("\n".join(["", *results.table(people)]))
    say(f"\nMedians of {rounds} rounds (least-most); a ratio is the median of the rounds' ratios.")
    after = os.getloadavg()[0]
    load = f"load {before:.1f} before and {after:.1f} after"
    say(f"{os.cpu_count()} cores, {load}; a sync of the disk takes {sync:.2f} ms.")
    say("\n".join(["", *results.aims()]))
    say(NOTES)


if __name__ == "__main__":
    main()
