"""Plays a dialogue as a person would: lines in, what they see out. The clock stands still, ids are given."""

import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

from rich.console import Console

from adapters.pack_files import PackFiles, read_core_pack
from adapters.storage.in_memory import InMemoryStore
from adapters.terminal.plain_text import PlainText
from bot.packs_in_use import Pack, PacksInUse
from bot.turns import Turns
from bot.wiring import posting_reader
from conversations.events import Event, Left, Opened, TimePassed, Typed
from conversations.judgement import report_on
from conversations.pack_values import PackValues, Product
from conversations.packs import build_script
from conversations.ports import SessionStore
from conversations.posting.reading import PostingReader
from conversations.replies import Ask, Goodbye, Reply, ShowReport, Turn
from conversations.report import Report, Verdict
from conversations.script import Script
from conversations.session import Check, Person, SessionKey
from conversations.vocabulary import ReportPart
from tests.mutants import mutated

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ME = SessionKey("terminal", "", "me")


@cache
def core() -> Script:
    return build_script(core_values(), core_files()[1])


@cache
def core_files() -> tuple[PackFiles, Product]:
    return read_core_pack()


def core_values() -> PackValues:
    values = core_files()[0].values
    changed = mutated(values.pack)
    # What a mutant lacks leaves words behind that belong to nothing: they stay where the product has them.
    return values if changed == values.pack else PackValues(changed, values.skills, {"en": {}})


@cache
def postings() -> PostingReader:
    return posting_reader(core())


@dataclass
class Player:
    """One person with one check, on a store that serialises."""

    script: Script = field(default_factory=core)
    store: SessionStore = field(default_factory=InMemoryStore)
    width: int = 80
    check_id: str = "abc234"
    language: str | None = None
    """What the platform says the person speaks."""
    now: datetime = NOON
    turn: Turn | None = None
    shown: list[tuple[str, Reply] | str] = field(default_factory=list)
    """What was typed, and what was said to it in which language."""

    def __post_init__(self) -> None:
        packs = PacksInUse(self.store, core_files()[1], [Pack(self.script, core_values())])
        self.turns = Turns(packs, self.store, postings=postings)

    async def open(self, *, fresh: bool = False, check: str | None = None) -> tuple[Reply, ...]:
        return await self.handle(Opened(ME, self.now, self.check_id, check=check, fresh=fresh, language=self.language))

    async def say(self, *lines: str) -> tuple[Reply, ...]:
        """Type lines one after the other; return the replies to the last."""
        replies: tuple[Reply, ...] = ()
        for line in lines:
            self.shown.append(line)
            replies = await self.handle(Typed(ME, self.now, line, self.check.id, self.check.asked))
        return replies

    async def wait(self, until: datetime) -> tuple[Reply, ...]:
        """Let the time pass, and tell the check whenever it waits for that; return what was said at last."""
        replies: tuple[Reply, ...] = ()
        while self.turn and self.turn.due and self.turn.due <= until:
            self.now = max(self.now, self.turn.due)
            replies = await self.handle(TimePassed(ME, self.now, self.check.id)) or replies
        self.now = until
        return replies

    async def leave(self) -> tuple[Reply, ...]:
        return await self.handle(Left(ME, self.now, self.check.id))

    async def handle(self, event: Event) -> tuple[Reply, ...]:
        self.turn = await self.turns.handle(event)
        self.shown.extend((self.person.language, reply) for reply in self.turn.replies)
        return self.turn.replies

    @property
    def check(self) -> Check:
        assert self.turn is not None
        assert self.turn.session.check is not None
        return self.turn.session.check

    @property
    def person(self) -> Person:
        assert self.turn is not None
        return self.turn.session.person

    @property
    def report(self) -> Report:
        assert self.turn is not None
        return report_on(self.script, self.check, self.turn.session.person.about)

    @property
    def ended(self) -> bool:
        assert self.turn is not None
        return any(isinstance(reply, Goodbye) for reply in self.turn.replies)

    def seen(self) -> str:
        """Return everything on the screen so far."""
        screen = io.StringIO()
        console = Console(file=screen, width=self.width, highlight=False, markup=False, emoji=False)
        for one in self.shown:
            if isinstance(one, str):
                console.out(f"\n{one if one.startswith('$ ') else '> ' + one}", highlight=False)
            else:
                language, reply = one
                PlainText(console, self.script.catalogue, language).show(reply)
        return screen.getvalue()

    async def answer_all(
        self, answers: dict[str, str], otherwise: str = "don't know yet", *, quick: bool = False
    ) -> Report:
        """Open, go deep, answer each step by its id, anything else with `otherwise`, until the report is shown."""
        await self.open()
        await self.say(*([] if quick else ["deeper"]))
        while self.check.at is not None:
            step, line = self.check.at, answers.get(self.check.at, otherwise)
            await self.say(line)
            assert self.check.at != step, f"{line!r} is no answer to {step}"
        return self.report


async def report_for(answers: dict[str, str], otherwise: str = "don't know yet", *, quick: bool = False) -> Report:
    """Play a whole dialogue and return the report that the person was shown."""
    player = Player()
    await player.answer_all(answers, otherwise, quick=quick)
    assert player.turn is not None
    shown = [reply.report for reply in player.turn.replies if isinstance(reply, ShowReport)]
    assert len(shown) == 1
    return shown[0]


def words(report: Report, part: ReportPart = "all") -> str:
    """Return a report as the person reads it, unwrapped."""
    screen = io.StringIO()
    console = Console(file=screen, width=4000, highlight=False, markup=False, emoji=False)
    PlainText(console, core().catalogue, "en").show(ShowReport(report, part))
    return screen.getvalue()


def verdict(report: Report, question: str) -> Verdict:
    return next(one for one in report.verdicts if one.question == question)


def flags(report: Report) -> set[str]:
    return {flag.id for flag in report.flags}


def open_ids(report: Report) -> set[str]:
    return {question.id for question in report.questions}


def asked(replies: Iterable[Reply]) -> Ask:
    """Return the question among the replies."""
    return next(reply for reply in replies if isinstance(reply, Ask))
