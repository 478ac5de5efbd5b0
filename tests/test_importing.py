"""What was exported comes back whole, beside what is there, or not at all."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.storage.in_memory import InMemoryStore
from adapters.storage.sqlite import SqliteStore, open_sqlite
from conversations.catalogue import Phrase
from conversations.importing import LONGEST, Import, ImportRefusedError, merged, read_export
from conversations.ports import Commit, SessionStore, Work
from conversations.session import (
    Check,
    Chosen,
    Decision,
    Given,
    Person,
    Phase,
    ProfileVersion,
    Session,
    SessionKey,
    Share,
    Written,
)
from conversations.vocabulary import OwnDecision, Source
from tests.dialogue import ME, NOON, Player, core
from tests.end_to_end.program import database_url, run, say
from tests.test_acceptance import APPLIED
from tests.test_snapshot import CHECKS, SAME, VERSIONS

SLACK = SessionKey("slack", "-.T1", "U1")
ACME = Check(
    "abc234",
    core().name,
    NOON,
    NOON,
    7,
    Phase.FINISHED,
    answers={
        "team": (Given(Written("Acme"), NOON),),
        "main_work": (
            Given(Chosen(("models",)), NOON, Source.MEMBER, "we ship"),
            Given(Chosen(("tools",)), NOON + timedelta(hours=1), Source.RECRUITER),
        ),
    },
    decision=Decision(OwnDecision.GO_ON, "the people", NOON),
)
EARLY, LATE = (
    ProfileVersion(NOON + timedelta(days=n), {"wanted": Chosen((kind,))}) for n, kind in ((0, "infra"), (9, "applied"))
)


def ids() -> Iterator[str]:
    return (f"new{number:03}" for number in count(222))


async def exported(person: Person, *checks: Check, store: SessionStore | None = None) -> str:
    """Keep somebody and their checks, and export them."""
    store = store or InMemoryStore()
    packs = ((core().name, '{"pack":{},"skills":{},"locales":{}}'),)
    work = Work(Session(Person(person.key)), Session(replace(person, revision=1)), NOON, brought=checks, packs=packs)
    assert await store.commit(work) is Commit.SAVED
    return await store.held(person.key)


def taken_in(text: str, person: Person | None = None, *mine: Check) -> Import:
    fresh = ids()
    return merged(person or Person(ME), mine, read_export(text), lambda: next(fresh))


def without_packs(text: str) -> str:
    return json.dumps({**json.loads(text), "packs": []})


def reason(text: str) -> str:
    """Return why it is refused; empty where it is not."""
    try:
        read_export(text)
    except ImportRefusedError as error:
        return error.told.key
    return ""


def refused(text: str) -> str:
    with pytest.raises(ImportRefusedError) as caught:
        read_export(text)
    return caught.value.told.key


# -- whole ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["in memory", "sqlite"])
async def test_a_real_check_comes_back_as_it_was_with_the_pack_it_names(kind: str, tmp_path: Path) -> None:
    player = Player()
    await player.answer_all(
        APPLIED | {"skills": "python 4/3", "handover": 'engineers @member "they never deploy"'}, "?"
    )
    await player.say("decide", "2 the gap", "fine 1 I like it", "interview 2026-03-05 14:00")
    before = await player.store.held(ME)
    assert json.loads(before)["packs"]
    async with _store(kind, tmp_path) as store:
        found = taken_in(before)
        work = Work(Session(Person(ME)), Session(found.person), NOON, brought=found.checks, packs=found.packs)
        assert await store.commit(work) is Commit.SAVED
        assert _stripped(await store.held(ME)) == _stripped(before)
        assert await store.pack(player.check.pack) is not None
        again = taken_in(await store.held(ME), found.person, *await store.checks(ME))
        assert (again.new, again.same, again.apart, again.checks) == (0, 1, (), ())
        assert again.person == found.person


@asynccontextmanager
async def _store(kind: str, tmp_path: Path) -> AsyncIterator[InMemoryStore | SqliteStore]:
    if kind == "in memory":
        yield InMemoryStore()
        return
    async with open_sqlite(tmp_path / "store.sqlite3") as store:
        yield store


def _stripped(text: str) -> Any:  # noqa: ANN401  whatever JSON holds
    """Return what an export says, without what counts changes in one store."""
    tables = json.loads(text)

    def record(row: dict[str, Any]) -> Any:  # noqa: ANN401  as above
        return {name: value for name, value in row["body"]["record"].items() if name != "revision"}

    packs = [json.dumps(row["body"]) if not isinstance(row["body"], str) else row["body"] for row in tables["packs"]]
    people, checks = ([record(row) for row in tables[name]] for name in ("people", "checks"))
    return people, checks, [json.loads(pack) for pack in packs]


CLEAN = st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=12)


@SAME
@given(st.lists(CHECKS, max_size=3), st.lists(VERSIONS, max_size=3).map(tuple))
def test_any_records_are_taken_in_or_refused_and_what_is_taken_in_is_taken_once(
    checks: list[Check], profile: tuple[ProfileVersion, ...]
) -> None:
    import asyncio  # noqa: PLC0415

    person = Person(SLACK, 3, profile=profile)
    unique = {check.id: check for check in checks}
    text = without_packs(asyncio.run(exported(person, *unique.values())))
    if reason(text):
        assert reason(text) == "import.damaged"
        return
    found = taken_in(text)
    again = merged(found.person, found.checks, read_export(text), lambda: "zzz999")
    assert (again.checks, again.person) == ((), found.person)
    assert all(one in found.person.profile for one in profile)


@given(st.binary() | st.text().map(str.encode))
@settings(SAME, max_examples=200)
def test_any_text_is_an_export_or_refused(content: bytes) -> None:
    with pytest.raises(ImportRefusedError):
        read_export(content.decode(errors="replace"))


@given(st.recursive(st.none() | st.integers() | st.text(), lambda one: st.lists(one) | st.dictionaries(st.text(), one)))
@settings(SAME, max_examples=200)
def test_any_json_in_its_places_is_refused_or_taken_in(value: object) -> None:
    places: tuple[dict[str, object], ...] = (
        {"people": value, "checks": []},
        {"people": [], "checks": [value]},
        {"people": [], "checks": [{"body": value}]},
    )
    for tables in places:
        assert reason(json.dumps({**tables, "packs": value})) in ("", "import.damaged", "import.no_export")


# -- beside what is there ------------------------------------------------------------------------------------------


async def test_of_a_chat_platform_it_becomes_the_terminal_s() -> None:
    found = taken_in(
        without_packs(await exported(Person(SLACK, language="zh", zone="Asia/Shanghai", profile=(EARLY,)), ACME))
    )
    assert found.person == Person(ME, 1, "zh", ACME.id, (EARLY,), "Asia/Shanghai")
    assert found.checks == (replace(ACME, revision=1),)
    assert [one.key for one in found.told()] == ["import.new", "import.profile"]


async def test_one_that_differs_is_kept_beside_the_one_that_is_there() -> None:
    mine = replace(ACME, decision=None)
    found = taken_in(without_packs(await exported(Person(ME), ACME)), Person(ME, 4, current_check=ACME.id), mine)
    assert found.apart == (("abc234", "new222"),)
    assert found.checks == (replace(ACME, id="new222", revision=1),)
    assert found.new == 0
    assert found.person.current_check == ACME.id
    assert any(one == Phrase("import.apart", {"id": "abc234", "new": "new222"}) for one in found.told())
    again = merged(
        found.person, (mine, *found.checks), read_export(without_packs(await exported(Person(ME), ACME))), str
    )
    assert (again.same, again.checks) == (1, ())


async def test_versions_of_the_profile_are_put_together_by_date() -> None:
    text = without_packs(await exported(Person(SLACK, profile=(EARLY, LATE))))
    between = ProfileVersion(NOON + timedelta(days=3), {"wanted": Chosen(("research",))})
    found = taken_in(text, Person(ME, 2, "en", profile=(EARLY, between)))
    assert found.person.profile == (EARLY, between, LATE)
    assert (found.versions, found.person.language, found.person.revision) == (1, "en", 3)
    assert taken_in(text, found.person).person == found.person


async def test_copies_in_channels_stay_with_the_bot_that_posted_them() -> None:
    shared = replace(ACME, shares=(Share("a" * 24, "C1", NOON),))
    found = taken_in(without_packs(await exported(Person(SLACK), shared)))
    assert found.checks[0].shares == ()
    assert found.copies == 1
    assert [one.key for one in found.told()][-1] == "import.copies"


async def test_nothing_is_written_where_one_of_them_came_meanwhile() -> None:
    store = InMemoryStore()
    await exported(Person(ME), ACME, store=store)
    other = replace(ACME, id="def567")
    before = await store.held(ME)
    session = await store.load(ME)
    work = Work(session, session, NOON, brought=(other, ACME))
    assert await store.commit(work) is Commit.STALE
    assert await store.held(ME) == before


async def test_on_disk_nothing_is_half_taken_in(tmp_path: Path) -> None:
    async with open_sqlite(tmp_path / "store.sqlite3") as store:
        await exported(Person(ME), ACME, store=store)
        before = await store.held(ME)
        session = await store.load(ME)
        after = replace(session, person=replace(session.person, revision=2, language="zh"))
        work = Work(session, after, NOON, brought=(replace(ACME, id="def567"), ACME))
        assert await store.commit(work) is Commit.STALE
        assert await store.held(ME) == before


# -- refused -------------------------------------------------------------------------------------------------------


async def test_what_is_no_export_says_why() -> None:
    text = without_packs(await exported(Person(ME), ACME))
    tables = json.loads(text)
    assert refused("") == refused(text[:-40]) == refused("[" * 100_000) == "import.no_json"
    assert refused("[]") == refused('{"checks": []}') == refused("1") == "import.no_export"
    assert refused(" " * (LONGEST + 1)) == "import.long"
    assert refused(text.replace('"schema": 2', '"schema": 99')) == "import.newer"
    assert refused(text.replace('"schema": 2', '"schema": "2"')) == "import.damaged"
    assert refused(text.replace('"abc234"', '"../../etc/passwd"')) == "import.damaged"
    assert refused(text.replace("Acme", "\\u001b[2J")) == "import.damaged"
    assert refused(text.replace("Acme", "\\u202eemcA")) == "import.damaged"
    assert refused(json.dumps({**tables, "checks": tables["checks"] * 2})) == "import.damaged"
    assert refused(json.dumps({**tables, "people": tables["people"] * 2})) == "import.damaged"
    assert refused(text.replace("2026-03-02T12:00:00Z", "2026-03-02T12:00:00")) == "import.damaged"


async def test_a_pack_that_is_not_what_its_name_says_is_refused() -> None:
    text = await exported(Person(ME), ACME)
    assert json.loads(text)["packs"]
    assert refused(text) == "import.damaged"


@pytest.mark.parametrize("phase", Phase)
async def test_a_check_in_any_phase_can_be_gone_on_with(phase: Phase) -> None:
    odd = replace(ACME, phase=phase, pasted="x")
    (check,) = taken_in(without_packs(await exported(Person(ME), odd))).checks
    player = Player()
    work = Work(Session(Person(ME)), Session(Person(ME, 1, current_check=check.id)), NOON, brought=(check,))
    assert await player.store.commit(work) is Commit.SAVED
    assert await player.open(check=check.id)
    assert await player.say("back", "status")


# -- from the command line -----------------------------------------------------------------------------------------


def test_it_is_taken_in_elsewhere_from_the_command_line(tmp_path: Path) -> None:
    one, other = (database_url(tmp_path / f"{name}.sqlite3") for name in ("one", "other"))
    run(one, "chat", typed="Acme\n2\n?\n")
    file = tmp_path / "me.json"
    file.write_text(run(one, "export").said, encoding="utf-8")
    dry = run(other, "import", str(file), "--dry-run")
    assert dry.said.splitlines() == [
        say(Phrase("import.new", {"n": 1})),
        say(Phrase("import.no_profile", {})),
        say(Phrase("import.dry_run", {})),
    ]
    assert run(other, "checks").said.strip() == say(Phrase("checks.none", {}))
    assert run(other, "import", str(file)).said.splitlines()[-1] == say(Phrase("import.done", {}))
    assert "Acme" in run(other, "report").said
    assert run(other, "history").said.startswith("\n")
    twice = run(other, "import", str(file)).said
    assert say(Phrase("import.same", {"n": 1})) in twice


def test_a_file_that_cannot_be_taken_in_is_one_line_and_a_code(tmp_path: Path) -> None:
    url, file = database_url(tmp_path / "one.sqlite3"), tmp_path / "bad.json"
    file.write_text("{", encoding="utf-8")
    done = run(url, "import", str(file))
    assert (done.code, done.said, done.complained.strip()) == (
        65,
        "",
        say(Phrase("import.no_json", {"file": str(file)})),
    )
    missing = run(url, "import", str(tmp_path / "nowhere.json"))
    assert (missing.code, len(missing.complained.strip().splitlines())) == (2, 1)
