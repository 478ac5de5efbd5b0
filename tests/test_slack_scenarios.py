"""The scenarios in Slack, in both languages; what stands on the screen at the end is golden."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import pytest

from adapters.slack.incoming import key_of
from tests.fakes.slack.person import person
from tests.fakes.slack.playing import OTHER, PUBLIC, SlackPlayer
from tests.fakes.slack.room import Room, running
from tests.fakes.slack.server import ALL_SCOPES, FakeSlack
from tests.golden import assert_golden
from tests.outcomes import assert_outcome
from tests.scenarios import SCENARIOS, a_posting_as_a_file, finished, sees, sees_new, words_alone, writes

LOCALES = {"en": "en-US", "zh": "zh-CN"}
TRANSCRIPTS = Path(__file__).parent / "transcripts" / "slack"


def ids() -> Iterator[str]:
    return (f"chk{number:03d}" for number in count(222))


@asynccontextmanager
async def playing(
    file: Path, language: str = "en", *, scopes: tuple[str, ...] = ALL_SCOPES, admin: bool = False, http: bool = False
) -> AsyncIterator[tuple[SlackPlayer, Room]]:
    """Sit down before Slack."""
    async with FakeSlack(scopes=scopes) as slack:
        me = person(slack, "U0001", locale=LOCALES[language], admin=admin)
        slack.channel(PUBLIC, "U0001")
        slack.channel(OTHER, "U0001")
        fresh = ids()
        async with running(slack, file, new_id=lambda: next(fresh), clock=slack.now, http=http) as room:
            player = SlackPlayer(me, language, room.quiet)
            yield player, room
            assert slack.problems == []
            assert me.failed == []


@pytest.mark.parametrize("transport", ["socket", "http"])
@pytest.mark.parametrize("language", sorted(LOCALES))
@pytest.mark.parametrize("name", sorted(SCENARIOS))
async def test_a_whole_check_in_slack_ends_as_its_transcript_says(
    name: str, language: str, transport: str, tmp_path: Path
) -> None:
    async with playing(tmp_path / "bot.sqlite3", language, http=transport == "http") as (me, room):
        await SCENARIOS[name](me)
        assert_golden(TRANSCRIPTS / language / f"{name}.txt", me.transcript())
        await assert_outcome(room.store, key_of("T0001", None, "U0001"), name, language)


TYPES_NOTHING = tuple(scope for scope in ALL_SCOPES if scope != "im:history")


@pytest.mark.parametrize("name", sorted(SCENARIOS.keys() - {words_alone.__name__, a_posting_as_a_file.__name__}))
async def test_an_app_that_may_not_read_lines_can_do_all_the_same(name: str, tmp_path: Path) -> None:
    async with playing(tmp_path / "bot.sqlite3", scopes=TYPES_NOTHING) as (me, room):
        await SCENARIOS[name](me)
        assert not await me.person.types("hello")
        assert room.slack.called("conversations.history") == []


async def test_an_admin_sets_the_rules_of_the_workspace(tmp_path: Path) -> None:
    async with playing(tmp_path / "bot.sqlite3", admin=True) as (me, room):
        answer = await me.person.command(me.word("admin"), PUBLIC)
        assert answer.words == ""
        window = me.person.modal
        assert window
        assert me.says("admin.shares_a_day") in window.words
        wrong = await me.person.submits({"shares_a_day": "many"})
        assert wrong == {"shares_a_day": me.says("admin.wrong.shares_a_day", value="many", most=100)}
        rules = {"shares_a_day": "1", "channels": [OTHER], "language": "zh", "mentors": ["U0001"]}
        assert await me.person.submits(rules) == {}
        assert room.slack.modals["U0001"] == []
        await room.quiet()
        sees_new(me, "admin.set")
        await me.person.command(me.word("admin"), PUBLIC)
        again = me.person.modal
        assert again
        assert again.raw["blocks"][2]["element"]["initial_conversations"] == [OTHER]


async def test_nobody_else_sets_them(tmp_path: Path) -> None:
    async with playing(tmp_path / "bot.sqlite3") as (me, _):
        answer = await me.person.command(me.word("admin"), PUBLIC)
        assert answer.words == me.says("admin.refused")
        assert me.person.modal is None
        assert me.person.dm == []


async def test_an_admin_who_is_none_any_more_sets_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.slack.listeners.FRESH_SECONDS", 0.0)  # what Slack said a moment ago is asked anew
    async with playing(tmp_path / "bot.sqlite3", admin=True) as (me, room):
        await me.person.command(me.word("admin"), PUBLIC)
        room.slack.users["U0001"]["is_admin"] = False
        wrong = await me.person.submits({"shares_a_day": "0"})
        assert list(wrong.values()) == [me.says("admin.refused")]
        me.person.closes_modal()
        room.slack.users["U0001"]["is_admin"] = True
        await me.person.command(me.word("admin"), PUBLIC)
        assert me.person.modal
        assert "0" not in [block["element"].get("initial_value") for block in me.person.modal.raw["blocks"]]


async def test_a_report_is_shared_only_where_the_admins_allow_it(tmp_path: Path) -> None:
    async with playing(tmp_path / "bot.sqlite3", admin=True) as (me, room):
        await me.person.command(me.word("admin"))
        await me.person.submits({"channels": [OTHER]})
        await room.quiet()
        await finished(me)
        await me.commands(me.word("commands.share"), in_channel=True)
        sees(me, "share.not_there")
        await me.person.picks(me.says("buttons.pick_channel"), option=OTHER)
        await room.quiet()
        await me.presses("options.yes")
        assert me.in_channel() == []
        assert room.slack.channels[OTHER].messages


@pytest.mark.parametrize("language", sorted(LOCALES))
async def test_the_command_says_where_the_conversation_is_in_their_language(language: str, tmp_path: Path) -> None:
    async with playing(tmp_path / "bot.sqlite3", language) as (me, room):
        answer = await me.person.command("", PUBLIC)
        assert answer.words == f"{me.says('aside.pointer')}\n[{me.says('buttons.open_chat')}]"
        await me.person.clicks(me.says("buttons.open_chat"), answer)
        assert room.slack.channels[PUBLIC].messages == {}


async def test_a_window_that_is_closed_leaves_the_question(tmp_path: Path) -> None:
    async with playing(tmp_path / "bot.sqlite3") as (me, _):
        await me.begins()
        before = me.screen()
        await me.opens_form()
        window = me.person.modal
        assert window
        assert me.says("steps.team.ask") in window.words
        me.closes_form()
        assert me.screen() == before
        await writes(me, "Acme Search")
        sees_new(me, "steps.kind_sources.ask")
