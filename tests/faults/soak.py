"""Thousands of people on both fakes at once, with faults: `python -m tests.faults.soak [SECONDS] [PEOPLE]`.

The real program runs in two processes on one PostgreSQL; with `--sqlite` in one on a file. People come at a steady rate
whatever the bots do, open a check, answer some questions at the pace of somebody who reads, and leave. Meanwhile
processes are killed, the server as well, sockets are cut, the platforms limit, and clocks jump. In the end what is
stored, and what arrived where, is held against what people did: see `soak_judge`.
"""

import argparse
import asyncio
import json
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Self

import asyncpg  # type: ignore[import-untyped]
from aiohttp import ClientError, ClientSession, ClientTimeout

from adapters.discord.commands import COMMAND
from adapters.discord.incoming import key_of as discord_key
from adapters.slack.incoming import key_of as slack_key
from adapters.storage.postgres import PostgresStore, open_postgres
from adapters.storage.sqlite import SqliteStore, open_sqlite
from conversations.session import Chosen, Intent, SessionKey, Written
from tests.end_to_end.person import DEEPER, Line, whole_check
from tests.end_to_end.program import database_url
from tests.fakes import postgres
from tests.fakes.discord.person import Person as DiscordPerson
from tests.fakes.discord.screen import STRING_SELECT
from tests.fakes.discord.screen import Shown as DiscordShown
from tests.fakes.running_bot import RunningBot
from tests.fakes.slack.block_check import all_options
from tests.fakes.slack.consent import BOT
from tests.fakes.slack.person import NOT_THERE
from tests.fakes.slack.person import Person as SlackPerson
from tests.fakes.slack.person import Shown as SlackShown
from tests.fakes.slack.person import person as slack_person
from tests.fakes.slack.server import APP, Json, escaped
from tests.faults.jumping_bot import set_off
from tests.faults.soak_judge import Act, Course, Fault, History, Stored, Verdict, judge, quantile
from tests.faults.soak_platforms import Reader, Readers, SoakDiscord, SoakSlack, mark

SECONDS, PEOPLE = 600.0, 2000
PLANS = [whole_check(seed) for seed in range(12)]
FEWEST, MOST = 1, 3
"""Questions that one person answers, beside opening a check and choosing the long one."""
CLICKS = 0.7
"""The share of single choices that are picked, not typed."""
ANSWERS = f"{Intent.ANSWER.value}:"
"""How the id of whatever answers begins."""
READING = 1.2, 4.0
"""Seconds between what somebody reads and what they type then."""
TAIL = 30.0
"""Seconds before the end in which nobody comes any more, and nothing is broken."""
CALM = 8.0, 14.0
"""Seconds between two faults."""
SETTLING = 2.0
"""Seconds that still count to a fault that is over: what it held up is made up for."""
PATIENCE = 90.0
"""After which a reply does not come any more."""
AGAIN = 8.0
"""Seconds after which a command or a click is tried again; each time it takes twice as long."""
KILLED_UNTIL = 0.4
"""The share of the time in which also the first bot is killed. After it, its memory is watched."""
AT_REST = 60.0
"""Seconds from a start after which the memory of a process is what it begins with."""
SUPERVISED = 1.0
"""Seconds after which whoever watches over a bot starts it again."""
JUMPS = (90.0, -90.0, 3600.0, -3600.0, 46_800.0, 0.0, 0.0)
"""By how many seconds the clocks of the bots are off."""
KINDS = (
    "kill",
    "kill",
    "kill",
    "kill",
    "crash",
    "crash",
    "cut",
    "cut",
    "cut",
    "storm",
    "storm",
    "storm",
    "jump",
    "jump",
)
"""Faults as often as they come."""


# -- what the bots run on ----------------------------------------------------------------------------------------------


class Database:
    """A PostgreSQL server of one's own."""

    shared = True

    def __init__(self, url: str) -> None:
        self.url = url

    @property
    def system(self) -> Mapping[str, str]:
        return {"TEAMCHECK_DATABASE_URL": self.url, "TEAMCHECK_SECRET_KEY": postgres.SECRET}

    def opened(self) -> AbstractAsyncContextManager[PostgresStore | SqliteStore]:
        return open_postgres(self.url, postgres.SECRET)

    async def size(self) -> int:
        connection = await asyncpg.connect(self.url)
        try:
            return int(await connection.fetchval("SELECT pg_database_size(current_database())"))
        finally:
            await connection.close()


class File(Database):
    """An SQLite file."""

    shared = False

    def __init__(self, path: Path) -> None:
        super().__init__(database_url(path))
        self._path = path

    @property
    def system(self) -> Mapping[str, str]:
        return {"TEAMCHECK_DATABASE_URL": self.url}

    def opened(self) -> AbstractAsyncContextManager[PostgresStore | SqliteStore]:
        return open_sqlite(self._path)

    async def size(self) -> int:
        return sum(one.stat().st_size for one in self._path.parent.glob(f"{self._path.name}*"))


@asynccontextmanager
async def database(folder: Path, *, sqlite: bool) -> AsyncIterator[Database]:
    if sqlite:
        yield File(folder / "checks.sqlite3")
        return
    await postgres.durably()
    async with postgres.database() as url:
        yield Database(url)


# -- the bots ----------------------------------------------------------------------------------------------------------


@dataclass
class Life:
    """One process of a bot."""

    bot: str
    pid: int
    began: float
    memory: list[tuple[float, int]] = field(default_factory=list)
    """Seconds since its start, and kilobytes that are resident."""


class Supervised:
    """A bot that is started again whenever it ends."""

    def __init__(self, name: str, slack: SoakSlack, folder: Path, clock: Path, system: Mapping[str, str]) -> None:
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{one.getsockname()[1]}"
        folder.mkdir()
        self.name, self._folder = name, folder
        self._bot = RunningBot(
            slack,
            folder,
            module="tests.faults.jumping_bot",
            arguments=(str(clock), "run"),
            system={**system, "TEAMCHECK_METRICS_ADDRESS": self.address},
        )
        self.lives: list[Life] = []
        self.ended: Counter[int] = Counter()
        """Codes with which it left unasked."""
        self.code: int | None = None
        """The one with which it left when it was asked to."""
        self._killed = self._over = False
        self._living: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._living = asyncio.create_task(self._live())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._over = True
        if self._living:
            self._living.cancel()
            with suppress(asyncio.CancelledError):
                await self._living

    async def _live(self) -> None:
        while True:
            with self._bot as bot:
                self.lives.append(Life(self.name, bot.pid, time.monotonic()))
                while (code := bot._process.poll()) is None:  # noqa: ASYNC110  a process tells nobody
                    await asyncio.sleep(0.05)
            if self._over:
                self.code = code
                return
            if not self._killed:
                self.ended[code] += 1
            self._killed = False
            await asyncio.sleep(SUPERVISED)

    def kill(self) -> None:
        self._killed = True
        self._bot.kill()

    async def stop(self) -> None:
        """Ask it to stop, and wait for it."""
        self._over = True
        self._bot.ask_to_stop()
        if self._living:
            await asyncio.wait([self._living], timeout=20)

    async def is_ready(self) -> bool:
        try:
            async with (
                ClientSession(timeout=ClientTimeout(2)) as session,
                session.get(f"http://{self.address}/readyz") as answer,
            ):
                return answer.status == 200
        except (ClientError, OSError, TimeoutError):
            return False

    async def ready(self, seconds: float = 40.0) -> bool:
        """Wait until it is heard on every platform."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if await self.is_ready():
                return True
            await asyncio.sleep(0.25)
        return False

    def look(self) -> None:
        """Take down how much memory it has."""
        life = self.lives[-1] if self.lives else None
        with suppress(OSError, IndexError, ValueError):
            if life:
                status = Path(f"/proc/{life.pid}/status").read_text(encoding="ascii")
                kilobytes = int(status.partition("VmRSS:")[2].split()[0])
                life.memory.append((time.monotonic() - life.began, kilobytes))

    @property
    def noted(self) -> Counter[str]:
        """What it wrote into its log, by event; lines that are none of the log's under their words."""
        found: Counter[str] = Counter()
        for line in self._bot.complained.splitlines():
            try:
                found[json.loads(line)["event"]] += 1
            except (ValueError, KeyError, TypeError):
                found[line[:160]] += 1
        return found


# -- people ------------------------------------------------------------------------------------------------------------


def lines_for(number: int, chance: Random) -> Sequence[Line]:
    """Return what somebody answers; what they write in their own words is nobody else's."""
    plan = PLANS[chance.randrange(len(PLANS))][: chance.randint(FEWEST, MOST)]
    words = {line: f"{line.step} {mark(number)}" for line in plan if isinstance(line.answer, Written)}
    return [replace(one, typed=words[one], answer=Written(words[one])) if one in words else one for one in plan]


class Player:
    """One person on a platform."""

    platform = ""

    def __init__(self, soak: "Soak", number: int, channel: str, key: SessionKey) -> None:
        self.soak = soak
        self.chance = Random(f"{soak.seed} {number}")  # noqa: S311  no secret hangs on it
        self.lines = lines_for(number, self.chance)
        self.key = key
        self.course = Course(mark(number), (self.platform, channel))
        self.screen: Reader = soak.readers.reader(self.course.place)

    async def play(self) -> None:
        """Open a check, and answer; whoever is not answered goes away."""
        going = await self._opens() and await self._says(DEEPER)
        for line in self.lines:
            if not going:
                return
            single = isinstance(line.answer, Chosen) and line.typed.isdecimal()
            if single and self.chance.random() < CLICKS and self.has_menu():
                going = await self._picks(line)
            else:
                going = await self._says(line.typed, line)

    async def _opens(self) -> bool:
        act = Act(time.monotonic())
        self.course.acts.append(act)
        tries = 0
        while not self.soak.is_over and time.monotonic() - act.began < PATIENCE:
            tries += await self.commands()
            if await self.screen.until(lambda: self.screen.seen > 0, AGAIN * 2 ** (tries - 1) if tries else 2.0):
                act.taken, act.replied, act.tried_again = True, time.monotonic(), tries - 1
                if tries > 1:  # what is said to the other tries is not taken for a reply to what comes next
                    await asyncio.sleep(AGAIN)
                return True
            self.soak.tried_again += 1
        act.tried_again = max(tries - 1, 0)
        return False

    async def _says(self, typed: str, line: Line | None = None) -> bool:
        """Type something until it is answered; tell whether it was."""
        await asyncio.sleep(self.chance.uniform(*READING))
        while True:
            act = Act(time.monotonic(), line.step if line else None, line.answer if line else None)
            self.course.acts.append(act)
            seen, refusals = self.screen.seen, self.screen.refusals
            act.taken = await self.types(typed)
            await self.screen.until(
                lambda: self.screen.seen > seen or self.screen.refusals > refusals,  # noqa: B023  awaited here
                PATIENCE,
            )
            if self.screen.seen > seen:
                act.taken, act.replied = True, time.monotonic()
                return True
            if self.screen.refusals == refusals:
                return False
            act.taken = False  # they were told that it was not saved: they type it once more
            self.soak.told_not_saved += 1
            await asyncio.sleep(2)
            if self.soak.is_over:
                return False

    async def _picks(self, line: Line) -> bool:
        """Pick an answer until there is a reply to it; tell whether it came."""
        await asyncio.sleep(self.chance.uniform(*READING))
        act = Act(time.monotonic(), line.step, line.answer)
        self.course.acts.append(act)
        seen, patience = self.screen.seen, AGAIN
        while time.monotonic() - act.began < PATIENCE:
            refusals = self.screen.refusals
            if self.screen.seen == seen:  # else the newest question is the next one
                act.taken = await self.picks(int(line.typed) - 1)
            await self.screen.until(
                lambda: self.screen.seen > seen or self.screen.refusals > refusals,  # noqa: B023  awaited here
                patience,
            )
            if self.screen.seen > seen:
                act.taken, act.replied = True, time.monotonic()
                return True
            act.taken = act.taken and self.screen.refusals == refusals
            patience *= 2
            self.soak.tried_again += 1
            if self.soak.is_over:
                return False
            await asyncio.sleep(1)
        return False

    def has_menu(self) -> bool:
        """Tell whether the newest question has its answers in a menu; some have them on buttons."""
        raise NotImplementedError

    async def picks(self, place: int) -> bool:
        """Pick one of the answers to the newest question; tell whether it was acknowledged."""
        raise NotImplementedError

    async def commands(self) -> bool:
        """Use the command; tell whether the bot may have heard it."""
        raise NotImplementedError

    async def types(self, typed: str) -> bool:
        """Type something; tell whether it was acknowledged."""
        raise NotImplementedError


class OnSlack(Player):
    """A person in the workspace."""

    platform = "slack"

    def __init__(self, soak: "Soak", number: int) -> None:
        self.person: SlackPerson = slack_person(soak.slack, f"U{number:06d}")
        super().__init__(soak, number, self.person.chat.id, slack_key(soak.slack.team, None, self.person.id))

    async def commands(self) -> bool:
        before = len(self.person.failed)
        await self.person.command()
        return NOT_THERE not in self.person.failed[before:]

    def _menu(self) -> tuple[SlackShown, Json] | None:
        for shown in reversed(self.person.dm[-2:]):
            for _, one in shown.elements():
                if one["type"] in ("radio_buttons", "static_select") and one["action_id"].startswith(ANSWERS):
                    return shown, one
        return None

    def has_menu(self) -> bool:
        return self._menu() is not None

    async def picks(self, place: int) -> bool:
        before, found = len(self.person.failed), self._menu()
        if found:
            await self.person.picks(all_options(found[1])[place]["text"]["text"], found[0])
        return found is not None and len(self.person.failed) == before

    async def types(self, typed: str) -> bool:
        slack = self.soak.slack
        ts = slack.timestamp()
        chat = self.person.chat
        chat.messages[ts] = {"ts": ts, "text": typed, "user": self.person.id}
        event = {"type": "message", "channel": chat.id, "channel_type": "im", "user": self.person.id}
        event |= {"text": escaped(typed), "ts": ts, "event_ts": ts, "team": slack.team}
        event_id = f"Ev{slack.number():08d}"
        # Slack brings it again until it is acknowledged; here for as long as it takes.
        while not await slack.send_event(event, event_id):
            if self.soak.is_over:
                return False
            await asyncio.sleep(1)
        return True


class OnDiscord(Player):
    """A person who shares a server with the bot."""

    platform = "discord"

    def __init__(self, soak: "Soak", number: int) -> None:
        self.person: DiscordPerson = soak.discord.person()
        super().__init__(soak, number, str(self.person.chat.id), discord_key(self.person.id))

    async def commands(self) -> bool:
        with suppress(AssertionError):  # nobody has told Discord of the command yet
            await self.person.slash(COMMAND)
            return True
        return False

    def _menu(self) -> tuple[DiscordShown, Json] | None:
        for shown in reversed(self.person.dm[-2:]):
            for one in shown.elements():
                if one["type"] == STRING_SELECT and one["custom_id"].startswith(ANSWERS):
                    return shown, one
        return None

    def has_menu(self) -> bool:
        return self._menu() is not None

    async def picks(self, place: int) -> bool:
        before, found = len(self.person.failed), self._menu()
        if found is None:
            return False
        answered = await self.person.picks(found[1]["options"][place]["label"], message=found[0])
        return len(self.person.failed) == before and not answered.ephemeral

    async def types(self, typed: str) -> bool:
        # Nobody acknowledges a message at Discord: it was heard if it is answered.
        await self.person.types(typed)
        return False


# -- the run -----------------------------------------------------------------------------------------------------------


class Soak:
    """People, bots, and what is done to them."""

    def __init__(self, seconds: float, people: int, seed: int, kinds: Sequence[str]) -> None:
        self.seconds, self.people, self.seed, self.kinds = seconds, people, seed, kinds
        self.chance = Random(seed)  # noqa: S311  no secret hangs on it
        self.readers = Readers()
        self.slack, self.discord = SoakSlack(self.readers), SoakDiscord(self.readers)
        self.slack.redelivery_seconds = (0.0, 5.0, 15.0)
        self.players: list[Player] = []
        self.faults: list[Fault] = []
        self.counts: Counter[str] = Counter()
        self.tried_again = self.told_not_saved = self.active_at_most = 0
        self.is_over = False
        self.size_before = self.size_after = 0
        self.bots: list[Supervised] = []

    async def run(self, folder: Path, store: Database, platforms: Sequence[str]) -> Verdict:
        """Play, break, let everything arrive, and judge."""
        self.clock = folder / "clock"
        set_off(self.clock, 0.0)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.slack)
            await stack.enter_async_context(self.discord)
            on_slack = {"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP, "TEAMCHECK_SLACK_API_URL": self.slack.api_url}
            on_discord = {"DISCORD_TOKEN": self.discord.token, "TEAMCHECK_DISCORD_API_URL": self.discord.api_url}
            systems = [{**on_slack, **(on_discord if "discord" in platforms else {}), **store.system}]
            if store.shared:
                systems.append({**on_slack, **store.system})
            for number, system in enumerate(systems):
                bot = Supervised(f"bot {number + 1}", self.slack, folder / f"bot{number + 1}", self.clock, system)
                self.bots.append(await stack.enter_async_context(bot))
                if not await bot.ready():
                    raise RuntimeError(f"{bot.name} does not start: {bot.noted}")
            self.size_before = await store.size()
            await self._play(platforms)
            self.size_after = await store.size()
            for bot in self.bots:
                await bot.stop()
            async with store.opened() as opened:
                stored = {player.course.mark: await _stored(opened, player.key) for player in self.players}
        return judge(History([one.course for one in self.players], self.readers.shown, stored, self.faults))

    async def _play(self, platforms: Sequence[str]) -> None:
        self.began = time.monotonic()
        helpers = [asyncio.create_task(one) for one in (self._watch(), self._break())]
        going: set[asyncio.Task[None]] = set()
        kinds = [{"slack": OnSlack, "discord": OnDiscord}[one] for one in platforms]
        pause = (self.seconds - TAIL) / self.people
        for number in range(self.people):
            await asyncio.sleep(self.began + number * pause - time.monotonic())
            player = kinds[number % len(kinds)](self, number)
            self.players.append(player)
            task = asyncio.create_task(player.play())
            going.add(task)
            task.add_done_callback(going.discard)
            self.active_at_most = max(self.active_at_most, len(going))
        await asyncio.sleep(self.began + self.seconds - time.monotonic())
        if going:
            await asyncio.wait(going, timeout=PATIENCE)
        self.is_over = True
        if going:
            await asyncio.wait(going, timeout=PATIENCE)
        for helper in helpers:
            helper.cancel()
        for helper in helpers:
            with suppress(asyncio.CancelledError):
                await helper

    async def _watch(self) -> None:
        for number in range(10**9):
            self.slack.forget()
            self.discord.forget()
            if number % 5 == 0:
                for bot in self.bots:
                    bot.look()
            await asyncio.sleep(1)

    # -- faults ------------------------------------------------------------------------------------------------------

    async def _break(self) -> None:
        """Break one thing after the other, in the order that the seed draws."""
        bag: list[str] = []
        works: Mapping[str, Callable[[], Awaitable[str]]] = {
            "kill": self._kill,
            "crash": self._crash,
            "cut": self._cut,
            "storm": self._storm,
            "jump": self._jump,
        }
        while self.kinds:
            await asyncio.sleep(self.chance.uniform(*CALM))
            if time.monotonic() > self.began + self.seconds - TAIL:
                return
            if not bag:
                bag = [one for one in KINDS if one in self.kinds]
                self.chance.shuffle(bag)
            kind, began = bag.pop(), time.monotonic()
            told = await works[kind]()
            back = time.monotonic()
            if told:
                self.counts[told] += 1
                await asyncio.gather(*(bot.ready() for bot in self.bots))
                self.faults.append(Fault(kind, began, time.monotonic() + SETTLING, back))

    async def _kill(self) -> str:
        early = time.monotonic() < self.began + KILLED_UNTIL * self.seconds
        mortal = self.bots if early else self.bots[1:]
        if not mortal:
            return ""
        self.chance.choice(mortal).kill()
        await asyncio.sleep(0.2)
        return "process killed"

    async def _crash(self) -> str:
        await postgres.crash()
        return "PostgreSQL killed and restarted"

    async def _cut(self) -> str:
        how = self.chance.choice(("cut", "cut", "closed", "asked to reconnect", "refused for a while", "session over"))
        match how:
            case "cut":
                await self.slack.kill_sockets()
                self.discord.kill_sockets()
            case "closed":
                await self.slack.kill_sockets(abruptly=False)
                self.discord.close_sockets()
            case "asked to reconnect":
                await self.slack.ask_to_reconnect()
                self.discord.ask_to_reconnect()
            case "refused for a while":
                self.slack.refuse_sockets = self.discord.refuse_sockets = True
                await self.slack.kill_sockets()
                self.discord.kill_sockets()
                await asyncio.sleep(self.chance.uniform(1, 4))
                self.slack.refuse_sockets = self.discord.refuse_sockets = False
            case _:
                await self.slack.kill_sockets()
                self.discord.invalidate()
        await asyncio.sleep(1)
        return f"sockets: {how}"

    async def _storm(self) -> str:
        """Let both platforms limit whoever writes, over and over for some seconds."""
        over = time.monotonic() + self.chance.uniform(3, 8)
        route = "POST /channels/*/messages"
        while time.monotonic() < over:
            for method in ("chat.postMessage", "chat.update"):
                self.slack.limited[method] = [self.chance.choice((1.0, 2.0))]
            self.discord.limited[route] = [self.chance.uniform(0.2, 1.0)] * 3
            await asyncio.sleep(0.5)
        self.slack.limited.clear()
        self.discord.limited.clear()
        return "429 storms"

    async def _jump(self) -> str:
        set_off(self.clock, self.chance.choice(JUMPS))
        await asyncio.sleep(1)
        return "clock jumps"

    # -- what is told ------------------------------------------------------------------------------------------------

    def told(self, verdict: Verdict, store: Database) -> str:
        slack = sum(player.platform == "slack" for player in self.players)
        rate = self.people / (self.seconds - TAIL)
        acts = sum(2 + len(player.lines) for player in self.players) / max(len(self.players), 1)
        grown = self.size_after - self.size_before
        rows = [
            f"{len(self.players)} people ({slack} on Slack), {self.seconds:.0f} s, seed {self.seed}",
            f"offered: {rate:.1f} people and {rate * acts:.0f} turns a second; people at once {self.active_at_most}",
            f"{len(self.bots)} bot(s) on {'PostgreSQL' if store.shared else 'SQLite'}; faults:",
            *(f"  {what:<36}{count:>6}" for what, count in sorted(self.counts.items())),
            _row("turns", verdict.turns),
            _row("lost", verdict.lost),
            _row("doubled", verdict.doubled),
            _row("wrong recipient", verdict.wrong_recipient),
            _row("repeated, in flight at a kill", verdict.repeated_in_flight),
            _row("shown again to who tried again", verdict.shown_again),
            _row("acknowledged and never answered", verdict.unanswered),
            _row("typed and not heard", verdict.unheard),
            _row("told that it was not saved", self.told_not_saved),
            _row("commands and clicks tried again", self.tried_again),
            _latency("latency", verdict.latencies),
            _latency("  where no fault fell on it", verdict.calm),
            *(told for bot in self.bots for told in _memory(bot)),
            f"{'file growth':<38}{grown / 1e6:>6.1f} MB, {grown / max(len(self.players), 1):.0f} bytes a person",
            *(
                f"{bot.name} left with {bot.code}" + (f", unasked with {dict(bot.ended)}" if bot.ended else "")
                for bot in self.bots
            ),
            *(f"  not heard on {platform}, after a {kind}: {n}" for (platform, kind), n in verdict.silence.items()),
            *(f"  {one}" for one in verdict.examples[:20]),
        ]
        return "\n".join(rows) + "\n"


def _row(what: str, count: int) -> str:
    return f"{what:<38}{count:>6}"


def _latency(what: str, values: Sequence[float]) -> str:
    return (
        f"{what:<38}p50 {quantile(values, 0.5) * 1000:.0f} ms, p99 {quantile(values, 0.99) * 1000:.0f} ms"
        f" of {len(values)}"
    )


def _memory(bot: Supervised) -> Sequence[str]:
    """Tell how the memory of each process has grown that lived for two minutes at least."""
    found = []
    for life in bot.lives:
        later = [(at, kilobytes) for at, kilobytes in life.memory if at >= AT_REST]
        if later and later[-1][0] >= 2 * AT_REST:
            (since, first), (until, last) = later[0], later[-1]
            what = f"memory growth, {bot.name}"
            found.append(
                f"{what:<38}{(last - first) / 1024:>6.1f} MB in {until - since:.0f} s, from {first / 1024:.1f} MB"
            )
    return found


async def _stored(store: PostgresStore | SqliteStore, key: SessionKey) -> Sequence[Stored]:
    return [
        Stored(one.id, one.asked, {step: [given.answer for given in all_] for step, all_ in one.answers.items()})
        for one in await store.checks(key)
        if not one.is_profile
    ]


async def soak(arguments: argparse.Namespace) -> int:
    kinds = [one for one in arguments.faults.split(",") if one and not (arguments.sqlite and one == "crash")]
    run = Soak(arguments.seconds, arguments.people, arguments.seed, kinds)
    sys.stdout.write(f"seed {run.seed}\n")
    sys.stdout.flush()
    with tempfile.TemporaryDirectory() as folder:
        async with database(Path(folder), sqlite=arguments.sqlite) as store:
            verdict = await run.run(Path(folder), store, arguments.platforms.split(","))
            sys.stdout.write(run.told(verdict, store))
            if arguments.log:
                for bot in run.bots:
                    sys.stdout.write(f"{bot.name}: {dict(bot.noted)}\n")
    return verdict.harm


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.soak")
    parser.add_argument("seconds", nargs="?", type=float, default=SECONDS)
    parser.add_argument("people", nargs="?", type=int, default=PEOPLE)
    parser.add_argument("--seed", type=int, default=int(time.time()) % 100_000)
    parser.add_argument("--sqlite", action="store_true", help="one process on a file")
    parser.add_argument("--faults", default="kill,crash,cut,storm,jump", help="those that are played, commas between")
    parser.add_argument("--platforms", default="slack,discord")
    parser.add_argument("--log", action="store_true", help="count also what the bots noted")
    sys.exit(bool(asyncio.run(soak(parser.parse_args()))))


if __name__ == "__main__":
    main()
