"""A check stays with the pack it was begun with, though the folder changes; the newer one is offered, never imposed."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from adapters.storage import migrations
from adapters.storage.in_memory import InMemoryStore
from adapters.storage.sqlite import open_sqlite
from bot.packs_in_use import PacksInUse
from bot.turns import Turns
from bot.wiring import load_content
from conversations.catalogue import phrase
from conversations.events import Opened, Typed
from conversations.judgement import report_on
from conversations.messages import DirectMessage, Message
from conversations.ports import Commit, SessionStore, Work
from conversations.replies import Listed, Reply, Say
from conversations.session import PROFILE_CHECK, Amount, Check, Chosen, Person, Phase, Session, SessionKey
from conversations.snapshot import dump_check, dump_person
from tests.dialogue import ME, NOON, asked, core

ANSWERS = ("Acme", "1", "yes", "4", "yes", "1", "1", "never")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    start = files("conversations") / "content" / "new_pack"
    (tmp_path / "pack" / "locales").mkdir(parents=True)
    for name in ("pack.toml", "locales/en.toml", "locales/zh.toml"):
        (tmp_path / "pack" / name).write_text((start / name).read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path / "pack"


def edit(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")


class Visit:
    """One run of the program with the folder as it is now."""

    def __init__(self, store: SessionStore, folder: Path | None) -> None:
        content = load_content(*filter(None, [folder]))
        self.packs = PacksInUse(store, content.product, content.packs)
        self.turns = Turns(self.packs, store)
        self.store = store

    async def open(self, check: str | None = None) -> tuple[Reply, ...]:
        return (await self.turns.handle(Opened(ME, NOON, "abc234", check=check, language="en"))).replies

    async def say(self, *lines: str) -> tuple[Reply, ...]:
        replies: tuple[Reply, ...] = ()
        for line in lines:
            replies = (await self.turns.handle(Typed(ME, NOON, line, "abc234"))).replies
        return replies

    async def check(self) -> Check:
        (check,) = await self.store.checks(ME)
        return check

    async def headline(self) -> str:
        check = await self.check()
        script = await self.packs.script_of(check)
        flag = next(flag for flag in report_on(script, check, Person(ME).about).flags if flag.id == "never_talks")
        return script.catalogue.text(flag.headline, "en")


@asynccontextmanager
async def visit(database: Path, folder: Path | None) -> AsyncIterator[Visit]:
    async with open_sqlite(database) as store:
        yield Visit(store, folder)


async def finished(database: Path, folder: Path) -> None:
    async with visit(database, folder) as first:
        await first.open()
        await first.say(*ANSWERS)
        assert (await first.check()).phase is Phase.FINISHED


async def test_an_old_report_is_told_in_the_words_of_its_own_pack(tmp_path: Path, folder: Path) -> None:
    await finished(tmp_path / "x.sqlite3", folder)
    edit(folder, "locales/en.toml", "It never talks to the people who use its work", "Nobody asks the users")
    async with visit(tmp_path / "x.sqlite3", folder) as later:
        assert await later.headline() == "It never talks to the people who use its work"
    async with visit(tmp_path / "x.sqlite3", None) as without_the_folder:
        assert await without_the_folder.headline() == "It never talks to the people who use its work"


async def test_the_newer_pack_is_offered_and_taken_by_a_word(tmp_path: Path, folder: Path) -> None:
    await finished(tmp_path / "x.sqlite3", folder)
    edit(folder, "pack.toml", '{ id = "never" }', '{ id = "not_yet" }')
    edit(folder, "pack.toml", 'is = ["never"]', 'is = ["not_yet"]')
    edit(folder, "locales/en.toml", "choices.never", "choices.not_yet")
    edit(folder, "locales/en.toml", 'words.never = ["never"', 'words.not_yet = ["not yet"')
    edit(folder, "locales/zh.toml", "choices.never", "choices.not_yet")
    edit(folder, "locales/zh.toml", "words.never", "words.not_yet")
    async with visit(tmp_path / "x.sqlite3", folder) as later:
        before = await later.check()
        replies = await later.open("abc234")
        assert "update.offer" in [reply.text.key for reply in replies if isinstance(reply, Say)]
        assert await later.check() == before
        replies = await later.say("update")
        (lost,) = (reply for reply in replies if isinstance(reply, Listed))
        assert [item.args["text"] for item in lost.items] == ["Last talk with a user"]
        after = await later.check()
        assert after.answers == {step: given for step, given in before.answers.items() if step != "last_talk"}
        assert asked(replies).step == "last_talk"
        assert after.pack == later.packs.begin.name != before.pack
        assert (await later.say("not yet", "update"))[0] == Say(phrase("update.nothing"))
        assert (await later.check()).phase is Phase.FINISHED
    async with visit(tmp_path / "x.sqlite3", folder) as last:
        replies = await last.open("abc234")
        assert "update.offer" not in [reply.text.key for reply in replies if isinstance(reply, Say)]


async def test_a_pack_is_stored_once_and_goes_with_the_last_check_that_names_it(tmp_path: Path, folder: Path) -> None:
    database = tmp_path / "x.sqlite3"
    await finished(database, folder)
    async with visit(database, folder) as later:
        name = (await later.check()).pack
        assert await later.store.pack(name) is not None
        await later.store.erase(ME, NOON)
        assert await later.store.pack(name) is None


async def test_a_pack_that_went_with_somebody_is_stored_again_for_the_next(folder: Path) -> None:
    one = Visit(InMemoryStore(), folder)
    await one.open()
    name = (await one.check()).pack
    await one.store.erase(ME, NOON)
    assert await one.store.pack(name) is None
    await one.open()
    assert (await one.check()).pack == name
    assert await one.store.pack(name) is not None


class ForgottenMeanwhile(InMemoryStore):
    """Somebody else erases their data between the storing of a pack and the commit that names it."""

    async def commit(self, work: Work) -> Commit:
        await self.erase(SessionKey("terminal", "", "somebody else"), NOON)
        return await super().commit(work)


async def test_a_pack_is_there_though_somebody_was_forgotten_while_a_check_began(folder: Path) -> None:
    one = Visit(ForgottenMeanwhile(), folder)
    await one.open()
    assert await one.store.pack((await one.check()).pack) is not None


async def test_what_the_profile_says_counts_only_where_it_could_have_been_said(folder: Path) -> None:
    """`wanted` is a choice in the core pack and a number in this one."""
    number = 'id = "wanted"\nsection = "gap"\nkind = "number"\nlow = 1\nhigh = 9\nprofile = true\nwhom = "yourself"'
    edit(folder, "pack.toml", '[[steps]]\nid = "sure"', f'[[steps]]\n{number}\n\n[[steps]]\nid = "sure"')
    for language in ("en", "zh"):
        file = folder / "locales" / f"{language}.toml"
        words = '\n[steps.wanted]\nunit = "weeks"\n[units.wanted]\none = "one"\nother = "{n} weeks"\n'
        file.write_text(file.read_text(encoding="utf-8") + words, encoding="utf-8")
    store = InMemoryStore()
    core_alone = Visit(store, None)
    await core_alone.turns.handle(Opened(ME, NOON, "x", check=PROFILE_CHECK, language="en"))
    turn = await core_alone.turns.handle(Typed(ME, NOON, "1", PROFILE_CHECK))
    assert turn.session.person.about.answers == {"wanted": Chosen(("infra",))}
    with_pack = Visit(store, folder)
    await with_pack.open()
    assert asked(await with_pack.say("Acme", "1", "yes")).step == "wanted"
    await with_pack.say("7", "4", "yes", "1", "1", "1", "keep what i said")
    turn = await Visit(store, None).turns.handle(Opened(ME, NOON, "x", check=PROFILE_CHECK))
    assert turn.session.person.about.answers["wanted"] == Amount(7)
    assert turn.session.check is not None
    assert "wanted" not in turn.session.check.answers


def test_any_change_of_a_pack_is_another_name_and_the_same_files_are_the_same(folder: Path) -> None:
    first = load_content(folder).packs[-1].script.name
    assert load_content(folder).packs[-1].script.name == first
    edit(folder, "locales/zh.toml", "上个月", "上月")
    assert load_content(folder).packs[-1].script.name != first


async def test_a_database_of_the_first_version_is_read_and_its_checks_go_on(tmp_path: Path) -> None:
    database = tmp_path / "x.sqlite3"
    old = sqlite3.connect(database)
    old.executescript(migrations.scripts()[0])
    old.execute(f"PRAGMA application_id = {migrations.APPLICATION_ID}")
    old.execute("PRAGMA user_version = 1")
    person = replace(Person(ME), revision=1, current_check="abc234")
    check = Check("abc234", "core-1", NOON, NOON, 1, Phase.ASKING, "team")
    old.execute("INSERT INTO people VALUES ('terminal', '', 'me', 1, ?)", (dump_person(person),))
    row = ("abc234", NOON.isoformat(), dump_check(check))
    old.execute("INSERT INTO checks VALUES ('terminal', '', 'me', ?, 1, ?, ?)", row)
    old.commit()
    old.close()
    async with visit(database, None) as later:
        replies = await later.open("abc234")
        assert asked(replies).step == "team"
        await later.say("Acme")
        assert (await later.check()).pack == core().name
        assert await later.store.pack(core().name) is not None


async def test_a_damaged_check_of_somebody_else_stops_no_erasing(tmp_path: Path, folder: Path) -> None:
    database = tmp_path / "x.sqlite3"
    await finished(database, folder)
    other = sqlite3.connect(database)
    other.execute("INSERT INTO checks VALUES ('terminal', '', 'other', 'zzz999', 1, '2026-01-01', 'no json', NULL)")
    other.commit()
    other.close()
    async with visit(database, folder) as later:
        name = (await later.check()).pack
        assert await later.store.erase(ME, NOON)
        assert await later.store.checks(ME) == []
        assert await later.store.pack(name) is not None


async def test_a_pack_stays_for_a_message_that_waits_to_be_worded(tmp_path: Path, folder: Path) -> None:
    database = tmp_path / "x.sqlite3"
    await finished(database, folder)
    async with visit(database, folder) as later:
        name = (await later.check()).pack
        nobody = Session(Person(replace(ME, person="other")))
        message = Message(DirectMessage(), (Say(phrase("help")),), pack=name)
        await later.store.commit(Work(nobody, nobody, NOON, messages=(message,)))
        await later.store.erase(ME, NOON)
        assert await later.store.pack(name) is not None
