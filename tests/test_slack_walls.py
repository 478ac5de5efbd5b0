"""A workspace is a wall, and so is a person: what is somebody's own is reached by nobody else, whatever they send."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapters.button_ids import Button, button_id
from adapters.slack.block_kit import SURFACES
from adapters.slack.incoming import key_of
from adapters.slack.listeners import Listeners
from adapters.slack.manifest import START, TAKE_DOWN
from adapters.slack.people import People
from bot.wiring import new_id
from conversations.catalogue import phrase
from conversations.session import Check, Intent
from tests.dialogue import core
from tests.fakes.slack.person import Person, Shown, person
from tests.fakes.slack.room import Room, running
from tests.fakes.slack.server import FakeSlack, Json

HERE_TEAM, ELSEWHERE, ENTERPRISE = "T0001", "T0002", "E0001"
OWNER, THIEF, CHANNEL = "U0001", "U0666", "C0001"
SECRETS = ("Zephyr", "quokka")
WORDS = core().catalogue.on(*SURFACES)

LISTENERS = {
    "command",
    "shortcut",
    "take_down",
    "posting",
    "message",
    "home",
    "sent_away",
    "unasked",
    "action",
    "submitted",
    "rules",
    "mentor_wrote",
}
"""Every listener: one that is new needs its way to be tried, below."""


@pytest.fixture(autouse=True)
def _no_long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.slack.platform._ACKNOWLEDGED_SECONDS", 0.02)


@dataclass
class Stolen:
    """What somebody knows who looked over the owner's shoulder."""

    check: Check
    share: str
    card: str
    message: Shown


@dataclass
class House:
    """A workspace in which the owner has a check, and a copy of its report in a channel."""

    room: Room
    slack: FakeSlack
    owner: Person
    stolen: Stolen
    before: Json
    held: str

    async def is_untouched(self, by: str) -> None:
        """Look whether everything of the owner's is as it was."""
        await self.room.quiet()
        assert await self.room.store.held(key_of(HERE_TEAM, ENTERPRISE, OWNER)) == self.held, by
        assert _seen(self.slack, self.before) == self.before, by

    def told(self, who: str) -> str:
        """Return everything that ever reached somebody."""
        slack = self.slack
        parts: list[object] = [slack.ephemerals.get(who), slack.modals.get(who), slack.homes.get(who)]
        parts += [call for method, call in slack.calls if who in json.dumps(call) or method == "response_url"]
        if who != OWNER:
            parts += slack.direct(who).messages.values()
        parts += [one.answered.result() for one in slack.envelopes if one.answered.done() and who in str(one.payload)]
        return json.dumps(parts, ensure_ascii=False)


def _seen(slack: FakeSlack, before: Json | None = None) -> Json:
    """Return what the owner has on the screen; of a channel what is theirs."""
    channel = slack.channels[CHANNEL].messages
    theirs = {ts: channel.get(ts) for ts in (before["channel"] if before else channel)}
    seen = {"chat": slack.direct(OWNER).messages, "channel": theirs, "home": slack.homes.get(OWNER)}
    return dict(json.loads(json.dumps(seen)))


@asynccontextmanager
async def house(path: Path, *admins: str) -> AsyncIterator[House]:
    async with FakeSlack(team=HERE_TEAM, enterprise=ENTERPRISE) as slack:
        owner = person(slack, OWNER)
        slack.channel(CHANNEL, OWNER, THIEF)
        async with running(slack, path / "bot.sqlite3", admins=frozenset(admins)) as room:
            await owner.command("")
            await owner.sees("Which team is it?")
            await owner.types(f'{SECRETS[0]} @recruiter "the {SECRETS[1]} said so"')
            await room.quiet()
            await owner.command("share", CHANNEL)
            await room.quiet()
            await owner.clicks("Yes")
            await room.quiet()
            await owner.opens_home()
            await room.quiet()
            (check,) = await room.store.checks(key_of(HERE_TEAM, ENTERPRISE, OWNER))
            (share,) = check.shares
            stolen = Stolen(check, share.id, min(slack.channels[CHANNEL].messages), owner.last)
            held = await room.store.held(key_of(HERE_TEAM, ENTERPRISE, OWNER))
            assert all(secret in held for secret in SECRETS)
            yield House(room, slack, owner, stolen, _seen(slack), held)
        assert slack.problems == []


@contextmanager
def from_team(slack: FakeSlack, team: str) -> Iterator[None]:
    """Let everything that is sent meanwhile come from this team."""
    mine, slack.team = slack.team, team
    try:
        yield
    finally:
        slack.team = mine


THIEVES = {
    "another person": (THIEF, HERE_TEAM, None),
    "somebody of another workspace of the enterprise": (THIEF, ELSEWHERE, ELSEWHERE),
    "somebody of another workspace over a shared channel": (THIEF, HERE_TEAM, "T0009"),
    "the same id in another workspace": (OWNER, ELSEWHERE, None),
}


@dataclass
class Thief:
    """Sends whatever they like, and not only what their screen lets them."""

    home: House
    me: Person
    team: str

    async def acts(self, action: str, channel: str, chosen: Json) -> None:
        """Press a button of the owner's message."""
        stolen = self.home.stolen.message
        where = Shown({**stolen.raw, "user": OWNER}, channel)
        element = {"type": "button", "action_id": action, "text": {"type": "plain_text", "text": "x"}}
        with from_team(self.home.slack, self.team):
            await self.me._acts(where, "block", element, chosen)

    async def submits(self, callback: str, about: str, state: Json) -> Json | None:
        """Send a window off that was never opened for them."""
        with from_team(self.home.slack, self.team):
            view = {
                "id": "V1",
                "type": "modal",
                "callback_id": callback,
                "private_metadata": about,
                "state": {"values": state},
                "app_installed_team_id": self.team,
                "root_view_id": "V1",
            }
            payload = {"type": "view_submission", **self.me._common(), "view": view, "response_urls": []}
            return await self.me._sent("interactive", payload)


@asynccontextmanager
async def broken_into(path: Path, who: str) -> AsyncIterator[tuple[House, Thief]]:
    async with house(path) as home:
        id_, team, from_where = THIEVES[who]
        thief = person(home.slack, id_, home=from_where) if id_ == THIEF else home.owner
        if team == ELSEWHERE and id_ == THIEF:
            home.slack.users[THIEF]["is_stranger"] = False
        yield home, Thief(home, thief, team)
        if id_ == THIEF:
            told = home.told(THIEF)
            assert not any(secret in told for secret in SECRETS)
        if who != "another person":
            assert not home.slack.direct(THIEF).messages
            assert THIEF not in home.slack.homes
            assert THIEF not in home.slack.modals


@pytest.mark.parametrize("who", THIEVES)
async def test_no_shortcut_and_no_window_reaches_somebody_elses_check(tmp_path: Path, who: str) -> None:
    async with broken_into(tmp_path, who) as (home, thief):
        slack, stolen = home.slack, home.stolen
        with from_team(slack, thief.team):
            await thief.me.shortcut(START)
            await thief.me.message_shortcut(TAKE_DOWN, slack.channels[CHANNEL], stolen.card)
        await home.is_untouched("shortcut")
        button = button_id(Button(Intent.ANSWER, "", stolen.check.id, stolen.check.asked))
        for at in ([home.owner.chat.id, stolen.message.ts], None):
            about = json.dumps({"button": button, "at": at})
            for words in ("stolen", "report", "forget me", "yes", "1"):
                await thief.submits("write", about, {"answer": {"answer": {"value": words}}})
        card = [CHANNEL, home.stolen.card]
        for act, share in (("note", ""), ("question", ""), ("note", home.stolen.share), ("nothing", "")):
            about = json.dumps({"act": act, "share": share, "at": card})
            await thief.submits("mentor", about, {"answer": {"answer": {"value": "I was here"}}})
        for about in ("", "{}", "[]", '{"act": "note", "share": "", "at": []}'):
            await thief.submits("mentor", about, {"answer": {"answer": {"value": "I was here"}}})
        await home.is_untouched("a mentor's window")
        await thief.submits("rules", "", {"shares_a_day": {"shares_a_day": {"value": "0"}}})
        await home.is_untouched("window")
        rules = (await home.room.store.load(key_of(HERE_TEAM, ENTERPRISE, OWNER))).workspace
        assert rules.revision == 0


async def test_a_listener_that_nobody_tries_to_get_in_by_is_noticed(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        platform, store = home.room.platform, home.room.store
        people, tokens = People(platform._client_of), platform._tokens
        app = platform.app(
            Listeners(home.room.engine.intake, store, people, core().catalogue, {}, new_id, tokens=tokens)
        )
        assert {one.ack_function.__name__ for one in app._async_listeners} == LISTENERS


async def test_somebody_at_home_elsewhere_who_belongs_to_this_workspace_uses_buttons(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        grid = person(home.slack, "U0002", home=ELSEWHERE)
        teams = [ELSEWHERE, HERE_TEAM]
        home.slack.users["U0002"].update(is_stranger=False, enterprise_user={"teams": teams})
        await grid.command("")
        await grid.sees("Which team is it?")
        await grid.clicks("Don't know yet")
        await grid.sees("Where does what you know")
        await grid.types("1")
        await grid.sees("How far along")


async def test_whoever_is_at_home_elsewhere_is_let_be_as_long_as_nobody_knows_more(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        grid = person(home.slack, "U0002", home=ELSEWHERE)
        home.slack.failing["users.info"] = ["internal_error"] * 100
        await Thief(home, grid, HERE_TEAM).acts(button_id(Button(Intent.NEW)), "D0002", {"value": ""})
        await home.room.quiet()
        assert grid.dm == []


async def test_a_stranger_is_told_why_they_get_no_check(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        stranger = person(home.slack, "U0009", home="T0009")
        answer = await stranger.command("", CHANNEL)
        assert answer.text == WORDS.text(phrase("aside.strangers"), "en")


async def test_a_guest_is_somebody_like_anybody_else(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        guest = person(home.slack, "U0003", guest=True)
        await guest.command("")
        await guest.sees("Which team is it?")
        await guest.types("Orchid")
        await guest.sees("Where does what you know")
        await guest.ticks("The job posting")
        await guest.clicks("Done")
        await guest.sees("How far along")
        await home.is_untouched("guest")


# -- taking down -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "done"),
    [("the owner", True), ("an admin", True), ("the operator's", True), ("anybody", False), ("unknown", False)],
)
async def test_a_shared_report_is_taken_down_by_its_owner_and_by_admins(
    tmp_path: Path, who: str, *, done: bool
) -> None:
    async with house(tmp_path, "U0005") as home:
        slack, channel = home.slack, home.slack.channels[CHANNEL]
        people = {
            "the owner": home.owner,
            "an admin": person(slack, "U0004", admin=True),
            "the operator's": person(slack, "U0005"),
            "anybody": person(slack, "U0006"),
            "unknown": person(slack, "U0007", admin=True),
        }
        if who == "unknown":
            slack.failing["users.info"] = ["internal_error"] * 100
        presser = people[who]
        await presser.message_shortcut(TAKE_DOWN, channel, max(channel.messages))
        told = WORDS.text(phrase("take_down.done" if done else "take_down.refused"), "en")
        assert await slack.until(lambda: any(one.text == told for one in presser.ephemerals))
        await home.room.quiet()
        assert bool(channel.messages) != done
        was_told = [one for one in home.owner.dm if "An admin of this workspace took down" in one.words]
        assert bool(was_told) == (done and who != "the owner")


@pytest.mark.parametrize("known", [True, False])
async def test_nobody_takes_down_a_report_over_a_shared_channel(tmp_path: Path, *, known: bool) -> None:
    async with house(tmp_path, "U0005") as home:
        slack, channel = home.slack, home.slack.channels[CHANNEL]
        them = person(slack, "U0005", admin=True, home="T0009")
        if not known:
            slack.failing["users.info"] = ["internal_error"] * 100
        await them.message_shortcut(TAKE_DOWN, channel, home.stolen.card)
        told = WORDS.text(phrase("aside.strangers"), "en")
        assert await slack.until(lambda: any(one.text == told for one in them.ephemerals))
        await home.is_untouched("take down")


async def test_a_message_that_is_no_report_cannot_be_taken_down(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        admin = person(home.slack, "U0004", admin=True)
        channel = home.slack.channels[CHANNEL]
        channel.messages["1.0"] = {"ts": "1.0", "text": "hello", "user": "U0004"}
        await admin.message_shortcut(TAKE_DOWN, channel, "1.0")
        assert await home.slack.until(lambda: bool(admin.ephemerals))
        assert admin.ephemerals[-1].text == WORDS.text(phrase("take_down.nothing"), "en")
        assert "1.0" in channel.messages


# -- admins ----------------------------------------------------------------------------------------------------------

_RULES = {"shares_a_day": {"shares_a_day": {"value": "0"}}, "language": {"language": {"selected_option": None}}}


@pytest.mark.parametrize(
    ("who", "done"),
    [
        ("is_admin", True),
        ("is_owner", True),
        ("named", True),
        ("named, and unknown", True),
        ("nobody", False),
        ("a guest", False),
        ("an admin, and unknown", False),
        ("an admin elsewhere", False),
        ("named, from elsewhere", False),
        ("named, from elsewhere, and unknown", False),
    ],
)
async def test_rules_are_set_by_admins_and_nobody_else(tmp_path: Path, who: str, *, done: bool) -> None:
    async with house(tmp_path, "U0008") as home:
        slack = home.slack
        id_ = "U0008" if who.startswith("named") else "U0007"
        home_team = "T0009" if "elsewhere" in who else None
        them = person(slack, id_, admin=who.startswith("an admin"), guest=who == "a guest", home=home_team)
        slack.users[id_].update({who: True} if who.startswith("is_") else {})
        if "unknown" in who:
            slack.failing["users.info"] = ["internal_error"] * 100
        if who != "named, from elsewhere, and unknown":  # a command does not say where somebody is at home
            answer = await them.command("admin", CHANNEL)
            assert (them.modal is not None) == done
            if not done:
                refused = "aside.strangers" if home_team else "admin.refused"
                assert answer.text == WORDS.text(phrase(refused), "en")
        by_hand = await Thief(home, them, HERE_TEAM).submits("rules", "", _RULES)
        rules = (await home.room.store.load(key_of(HERE_TEAM, ENTERPRISE, id_))).workspace
        assert (rules.shares_a_day == 0) == done
        assert bool((by_hand or {}).get("errors")) != done


async def test_who_is_no_admin_any_more_sets_no_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.slack.listeners.FRESH_SECONDS", 0.0)
    async with house(tmp_path) as home:
        admin = person(home.slack, "U0004", admin=True)
        await admin.command("admin", CHANNEL)
        home.slack.users["U0004"]["is_admin"] = False
        wrong = await admin.submits({"shares_a_day": "0"})
        assert wrong == {"language": WORDS.text(phrase("admin.refused"), "en")}
