"""What an admin sets for a workspace, and what holds for somebody new there."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from adapters.storage.in_memory import InMemoryStore
from bot.packs_in_use import Pack, PacksInUse
from bot.turns import Turns
from conversations.administering import NAMED_LIMIT
from conversations.catalogue import phrase
from conversations.dialogue import advance
from conversations.events import Administered, Event, LookedHome, Opened, Typed
from conversations.replies import Listed, Turn
from conversations.script import Packs, Script
from conversations.session import Check, Person, Session, SessionKey
from conversations.workspace import SHARES_A_DAY, Workspace
from tests.dialogue import ME, NOON, core, core_files, core_values

ADMIN = SessionKey("slack", "T1", "U1")
OTHER = core().model_copy(update={"id": "other", "name": "other-1-abc"})
PACKS = Packs({core().id: core(), "other": OTHER})
SET = Workspace(3, "zh", "other", ("C1", "C2"), ("U7",), 2)


def set_rules(rules: Mapping[str, tuple[str, ...]], workspace: Workspace = SET, check: Check | None = None) -> Turn:
    session = Session(Person(ADMIN), check, workspace=workspace)
    return advance(core(), session, Administered(ADMIN, NOON, rules, "E1"), PACKS)


def listed(turn: Turn) -> list[str]:
    (reply,) = turn.replies
    assert isinstance(reply, Listed)
    for language in ("en", "zh"):
        assert all(core().catalogue.text(one, language) for one in (reply.title, *reply.items))
    return [reply.title.key, *(core().catalogue.text(one, "en") for one in reply.items)]


@pytest.mark.parametrize(
    ("rules", "now"),
    [
        ({"language": ("en",)}, replace(SET, language="en")),
        ({"language": ("zh-CN",)}, SET),
        ({"language": ("English",)}, replace(SET, language="en")),
        ({"language": ()}, replace(SET, language=None)),
        ({"pack": (core().id,)}, replace(SET, pack=core().id)),
        ({"pack": ()}, replace(SET, pack=None)),
        ({"channels": (" C9 ", "C8", "C9", "")}, replace(SET, channels=("C9", "C8"))),
        ({"channels": ()}, replace(SET, channels=())),
        ({"mentors": tuple(f"U{n}" for n in range(NAMED_LIMIT))}, None),
        ({"sharers": ("U1", "R7")}, replace(SET, sharers=("U1", "R7"))),
        ({"shares_a_day": ("0",)}, replace(SET, shares_a_day=0)),
        ({"shares_a_day": ("100",)}, replace(SET, shares_a_day=100)),
        ({"shares_a_day": ()}, replace(SET, shares_a_day=SHARES_A_DAY)),
        ({"language": ("en",), "mentors": ()}, replace(SET, language="en", mentors=())),
        ({}, SET),
    ],
)
def test_rules_are_set_and_what_holds_now_is_said(rules: Mapping[str, tuple[str, ...]], now: Workspace | None) -> None:
    turn = set_rules(rules)
    after = turn.session.workspace
    if now:
        assert replace(after, revision=SET.revision) == now
    assert after.revision == SET.revision + (replace(after, revision=SET.revision) != SET)
    title, *rows = listed(turn)
    assert title == "admin.set"
    assert len(rows) == 6
    assert turn.session.person.revision == 0


def test_what_holds_is_said_in_words() -> None:
    assert listed(set_rules({}))[1:] == [
        "Language to begin in: zh",
        "Questions: other",
        "Channels to share reports in: C1; C2",
        "Mentors: U7",
        "Who may share reports: everybody",
        "Reports a person may share in a day: 2",
    ]
    empty = set_rules({"shares_a_day": ("0",)}, Workspace())
    assert listed(empty)[-3:-1] == ["Mentors: nobody named", "Who may share reports: everybody"]
    assert listed(empty)[-1:] == ["Reports a person may share in a day: none: sharing is off"]


@pytest.mark.parametrize(
    ("rules", "wrong"),
    [
        ({"language": ("tlh",)}, "I don't speak “tlh”. I speak: en; zh."),
        ({"language": ("en", "zh")}, "There can only be one here, and you named several: en; zh."),
        ({"pack": ("mine",)}, "There is no pack “mine” here."),
        ({"shares_a_day": ("101",)}, "“101” is no number from 0 to 100."),
        ({"shares_a_day": ("-1",)}, "“-1” is no number"),
        ({"shares_a_day": ("²",)}, "“²” is no number"),
        ({"shares_a_day": ("9" * 5000,)}, "is no number"),
        ({"channels": tuple(f"C{n}" for n in range(NAMED_LIMIT + 1))}, "You named 101; there can be 100."),
        ({"mentors": ("<!channel>",)}, "“<!channel>” is no id"),
        ({"revision": ("7",)}, "There is no rule “revision”."),
    ],
)
def test_one_wrong_value_is_named_and_nothing_is_set(rules: Mapping[str, tuple[str, ...]], wrong: str) -> None:
    turn = set_rules({"language": ("en",), **rules, "mentors": rules.get("mentors", ())})
    assert turn.session.workspace == SET
    title, *said = listed(turn)
    assert title == "admin.nothing_changed"
    assert len(said) == 1
    assert wrong in said[0]


def test_the_admins_own_check_stays_as_it_is() -> None:
    check = Check("abc234", core().name, NOON, NOON, parked=True)
    turn = set_rules({"language": ()}, check=check)
    assert turn.session.check == check
    assert turn.due is not None
    assert turn.session.workspace.language is None


@pytest.mark.parametrize("name", ["language", "pack", "channels", "mentors", "sharers", "shares_a_day"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_form_finds_its_labels(name: str, language: str) -> None:
    for key in (f"admin.{name}", f"admin.hints.{name}", "admin.title", "admin.refused"):
        assert "\n" not in core().catalogue.text(phrase(key), language)


# -- somebody new ----------------------------------------------------------------------------------------------------


def comes(kind: str, language: str | None) -> Event:
    match kind:
        case "opens":
            return Opened(ME, NOON, "abc234", language=language)
        case "types":
            return Typed(ME, NOON, "settings", language=language)
        case _:
            return LookedHome(ME, NOON, language=language)


@pytest.mark.parametrize("kind", ["opens", "types", "looks"])
@pytest.mark.parametrize(
    ("tag", "workspace", "spoken"),
    [
        ("en-US", "zh", "en"),
        ("zh-TW", None, "zh"),
        ("de", "zh", "zh"),
        (None, "zh", "zh"),
        ("de", None, "en"),
        (None, None, "en"),
        ("de", "tlh", "en"),
    ],
)
def test_somebody_new_is_spoken_to_as_their_platform_says_else_as_the_workspace_does(
    kind: str, tag: str | None, workspace: str | None, spoken: str
) -> None:
    session = Session(Person(ME), saved=(), workspace=Workspace(language=workspace))
    assert advance(core(), session, comes(kind, tag)).session.person.language == spoken


def test_somebody_known_keeps_their_language() -> None:
    session = Session(Person(ME, revision=2, language="zh"), workspace=Workspace(language="en"))
    turn = advance(core(), session, Opened(ME, NOON, "abc234", language="en"))
    assert turn.session.person.language == "zh"


class Ruled(InMemoryStore):
    """A store of one workspace with rules."""

    rules = Workspace(language="zh", pack="other")

    async def load(self, key: SessionKey, check: str | None = None, place: str | None = None) -> Session:
        return replace(await super().load(key, check, place), workspace=self.rules)


@pytest.mark.parametrize(("chosen", "begun_with"), [("other", OTHER), (None, core()), ("gone", core())])
async def test_a_new_check_is_begun_with_the_pack_of_the_workspace_if_it_is_there(
    chosen: str | None, begun_with: Script
) -> None:
    store = Ruled()
    store.rules = Workspace(language="zh", pack=chosen)
    other = Pack(OTHER, core_values())
    packs = PacksInUse(store, core_files()[1], [other, Pack(core(), core_values())])
    turn = await Turns(packs, store).handle(Opened(ME, NOON, "abc234"))
    assert turn.session.check is not None
    assert turn.session.check.pack == begun_with.name
    assert turn.session.person.language == "zh"
