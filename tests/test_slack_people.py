"""What is asked of Slack about people: once for a while, never for long, and without an answer nobody may anything."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import people as module
from adapters.slack.people import FRESH_SECONDS, UNKNOWN, About, People
from adapters.slack.tokens import ClientOf, client
from tests.fakes.slack.consent import BOT
from tests.fakes.slack.person import person
from tests.fakes.slack.server import FakeSlack


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as one:
        yield one


@pytest.fixture
def people(slack: FakeSlack) -> People:
    return asking(slack)


def asking(slack: FakeSlack, *admins: str) -> People:
    return People(always(client(slack.api_url, BOT)), frozenset(admins))


def always(client: AsyncWebClient) -> ClientOf:
    async def client_of(_team: str) -> AsyncWebClient:
        return client

    return client_of


def times(slack: FakeSlack) -> int:
    return len(slack.called("users.info"))


async def test_language_and_clock_come_with_the_person(slack: FakeSlack, people: People) -> None:
    person(slack, "U0001", locale="zh-CN", zone="Asia/Shanghai", admin=True)
    assert await people.about("T0001", "U0001") == About("zh-CN", "Asia/Shanghai", admin=True, stranger=False)


async def test_somebody_is_asked_about_once(slack: FakeSlack, people: People) -> None:
    person(slack, "U0001")
    person(slack, "U0002", locale="zh-CN")
    first = await people.about("T0001", "U0001")
    assert await people.about("T0001", "U0001") == first
    assert (await people.about("T0001", "U0002")).language == "zh-CN"
    assert times(slack) == 2


async def test_what_is_known_too_long_is_asked_again(slack: FakeSlack, people: People) -> None:
    person(slack, "U0001", admin=True)
    assert (await people.about("T0001", "U0001", FRESH_SECONDS)).admin
    assert (await people.about("T0001", "U0001", FRESH_SECONDS)).admin
    assert times(slack) == 1
    person(slack, "U0001")
    assert not (await people.about("T0001", "U0001", 0)).admin
    assert not (await people.about("T0001", "U0001")).admin
    assert times(slack) == 2


async def test_several_who_ask_at_once_share_one_request(slack: FakeSlack, people: People) -> None:
    person(slack, "U0001", locale="zh-CN")
    slack.slow["users.info"] = 0.1
    found = await asyncio.gather(*(people.about("T0001", "U0001") for _ in range(20)))
    assert {one.language for one in found} == {"zh-CN"}
    assert times(slack) == 1


async def test_a_slow_answer_is_not_waited_for_and_known_the_next_time(
    slack: FakeSlack, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ASKED_SECONDS", 0.1)
    person(slack, "U0001", locale="zh-CN", admin=True)
    slack.slow["users.info"] = 0.4
    assert await people.about("T0001", "U0001") == UNKNOWN
    await asyncio.sleep(0.6)
    assert await people.about("T0001", "U0001") == About("zh-CN", "Europe/Berlin", admin=True, stranger=False)
    assert times(slack) == 1


async def test_one_who_gives_up_takes_the_answer_from_nobody_else(slack: FakeSlack, people: People) -> None:
    person(slack, "U0001", locale="zh-CN")
    slack.slow["users.info"] = 0.2
    gone = asyncio.ensure_future(people.about("T0001", "U0001"))
    waiting = asyncio.ensure_future(people.about("T0001", "U0001"))
    await asyncio.sleep(0.05)
    gone.cancel()
    assert (await waiting).language == "zh-CN"


@pytest.mark.parametrize("error", ["user_not_found", "missing_scope", "ratelimited", "500", "503"])
async def test_where_slack_refuses_nothing_is_known_and_the_next_asks_again(
    slack: FakeSlack, people: People, error: str
) -> None:
    person(slack, "U0001", admin=True)
    slack.failing["users.info"] = [error]
    assert await people.about("T0001", "U0001") == UNKNOWN
    assert (await people.about("T0001", "U0001")).admin


async def test_where_slack_is_not_there_nothing_is_known() -> None:
    async with FakeSlack() as slack:
        people = asking(slack)
    assert await people.about("T0001", "U0001") == UNKNOWN


async def test_where_the_line_is_cut_nothing_is_known() -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        people = People(always(client(f"http://127.0.0.1:{port}/api/", BOT)))
        assert await people.about("T0001", "U0001") == UNKNOWN


async def test_without_an_answer_the_language_that_was_known_is_spoken_but_nobody_is_an_admin(
    slack: FakeSlack, people: People
) -> None:
    person(slack, "U0001", locale="zh-CN", admin=True)
    assert (await people.about("T0001", "U0001")).admin
    slack.failing["users.info"] = ["internal_error"]
    assert await people.about("T0001", "U0001", 0) == About("zh-CN", "Europe/Berlin", stranger=False)


async def test_whom_the_operator_named_is_an_admin_also_without_an_answer(slack: FakeSlack) -> None:
    people = asking(slack, "U0001")
    slack.failing["users.info"] = ["internal_error"]
    assert (await people.about("T0001", "U0001")).admin
    person(slack, "U0001")
    assert (await people.about("T0001", "U0001")).admin


async def test_whom_the_operator_named_in_one_workspace_is_an_admin_there_alone(slack: FakeSlack) -> None:
    people = asking(slack, "T0001/U0001")
    person(slack, "U0001")
    assert (await people.about("T0001", "U0001")).admin
    person(slack, "U0002")
    assert not (await people.about("T0001", "U0002")).admin
    slack.users["U0001"]["team_id"] = "T0002"
    assert not (await people.about("T0002", "U0001")).admin
    slack.failing["users.info"] = ["internal_error"] * 2
    assert not (await people.about("T0001", "U0001", 0)).admin


@pytest.mark.parametrize("named", ["U0001", "T0001/U0001"])
async def test_a_stranger_is_no_admin_though_named(slack: FakeSlack, named: str) -> None:
    people = asking(slack, named)
    person(slack, "U0001", home="T0002")
    assert await people.about("T0001", "U0001") == About("en-US", "Europe/Berlin", stranger=True)
    slack.failing["users.info"] = ["internal_error"]
    assert await people.about("T0001", "U0001", 0) == About("en-US", "Europe/Berlin", stranger=True)


async def test_somebody_of_another_workspace_is_a_stranger_and_no_admin(slack: FakeSlack, people: People) -> None:
    person(slack, "U0001", home="T0002", admin=True)
    assert await people.about("T0001", "U0001") == About("en-US", "Europe/Berlin", stranger=True)


async def test_another_workspace_of_the_same_company_is_no_stranger(slack: FakeSlack, people: People) -> None:
    person(slack, "U0001", home="T0002", admin=True)
    slack.users["U0001"] |= {"is_stranger": False, "enterprise_user": {"teams": ["T0001", "T0002"]}}
    found = await people.about("T0001", "U0001")
    assert (found.stranger, found.admin) == (False, True)


async def test_no_more_than_so_many_are_remembered(
    slack: FakeSlack, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_REMEMBERED", 2)
    for user in ("U0001", "U0002", "U0003", "U0003", "U0001"):
        person(slack, user)
        await people.about("T0001", user)
    assert times(slack) == 4
