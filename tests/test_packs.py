"""Every mistake a pack can have, made one at a time in the core pack; the sentence about it names the culprit."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from adapters.pack_files import read_core_pack
from conversations.pack_values import PackValues, own_texts
from conversations.packs import PackMistakesError, build_script
from conversations.script import Feeds, Script
from tests.dialogue import core

VALUES, PRODUCT = read_core_pack()
Row = dict[str, Any]
Change = Callable[["Values"], object]


class Values:
    """The core pack's values, to be changed: rows by their id, sentences by their address."""

    def __init__(self) -> None:
        values = deepcopy(VALUES.values)
        self.pack: Row = dict(values.pack)
        self.skills: Row = dict(values.skills)
        self.locales: Row = {"en": deepcopy(PRODUCT["en"])}

    def build(self) -> Script:
        own = {language: own_texts(texts) for language, texts in self.locales.items()}
        return build_script(PackValues(self.pack, self.skills, own), self.locales)

    def row(self, kind: str, name: str) -> Row:
        found: Row = next(row for row in self.pack[kind] if row["id"] == name)
        return found

    def step(self, name: str, **values: object) -> None:
        self.row("steps", name).update(values)

    def flag(self, name: str, **values: object) -> None:
        self.row("flags", name).update(values)

    def question(self, name: str, **values: object) -> None:
        self.row("questions", name).update(values)

    def remark(self, name: str, **values: object) -> None:
        self.row("remarks", name).update(values)

    def drop(self, kind: str, name: str, *keys: str) -> None:
        for key in keys:
            del self.row(kind, name)[key]

    def move(self, name: str, place: int) -> None:
        steps = self.pack["steps"]
        steps.insert(place, steps.pop(steps.index(self.row("steps", name))))

    def one_question(self, section: str) -> None:
        for step in self.pack["steps"]:
            step["section"] = section

    def text(self, address: str, value: object, language: str = "en") -> None:
        *path, last = address.split(".")
        texts = self.locales[language]
        for part in path:
            texts = texts[part]
        texts[last] = value

    def no_text(self, address: str) -> None:
        *path, last = address.split(".")
        texts = self.locales["en"]
        for part in path:
            texts = texts[part]
        del texts[last]


def mistakes(*changes: Change) -> list[str]:
    values = Values()
    for change in changes:
        change(values)
    with pytest.raises(PackMistakesError) as caught:
        values.build()
    return [mistake.sentence for mistake in caught.value.mistakes]


def places(*changes: Change) -> list[str]:
    values = Values()
    for change in changes:
        change(values)
    with pytest.raises(PackMistakesError) as caught:
        values.build()
    return [".".join(map(str, mistake.path)) for mistake in caught.value.mistakes]


def test_the_core_pack_has_no_mistakes() -> None:
    assert Values().build().id == "core"


# -- the rows ------------------------------------------------------------------------------------------------------

ORDER = "the steps run through the three questions in their order, each at least once"
CHOICES = "choices belong to steps of kind choice or choices, and to all of them"
LATER = {"step": "plan", "is": ["none"]}
NOBODY = {"step": "teem", "is": ["x"]}

ROWS: list[tuple[Change, str]] = [
    (lambda pack: pack.move("upheaval", 0), ORDER),
    (lambda pack: pack.step("upheaval", section="kind"), ORDER),
    (lambda pack: pack.one_question("kind"), ORDER),
    (lambda pack: pack.flag("unsettled", id="owns"), "the id owns is used twice"),
    (lambda pack: pack.question("last_finished", id="team"), "the id team is used twice"),
    (lambda pack: pack.pack["steps"].insert(0, pack.row("steps", "team")), "the id team is used twice"),
    (lambda pack: pack.remark("title_differs", id="team"), "the id team is used twice"),
    (lambda pack: pack.remark("title_differs", id="unsettled"), "the id unsettled is used twice"),
    (lambda pack: pack.remark("title_differs", id="last_finished"), "the id last_finished is used twice"),
    (lambda pack: pack.question("last_finished", id="unsettled"), "the id unsettled is used twice"),
    (
        lambda pack: pack.pack["remarks"].append(pack.row("remarks", "title_differs")),
        "the id title_differs is used twice",
    ),
    (lambda pack: pack.drop("steps", "readers", "choices"), f"step readers: {CHOICES}"),
    (lambda pack: pack.step("infra_work", choices=[]), f"step infra_work: {CHOICES}"),
    (lambda pack: pack.step("own_time", choices=[{"id": "long"}]), f"step own_time: {CHOICES}"),
    (
        lambda pack: pack.row("steps", "readers")["choices"].append({"id": "some"}),
        "step readers: two choices share an id",
    ),
    (lambda pack: pack.step("own_time", high=1), "step own_time: low must be below high"),
    (lambda pack: pack.drop("steps", "sure", "high"), "step sure: low must be below high"),
    (lambda pack: pack.step("stages", when=LATER), "step stages reads step plan, which does not come before it"),
    (
        lambda pack: pack.step("stages", when={"unknown": "stages"}),
        "step stages reads step stages, which does not come before it",
    ),
    (
        lambda pack: pack.step("owns_differs", when={"any": [{"not": {"step": "plan", "at_least": 1}}]}),
        "step owns_differs reads step plan, which does not come before it",
    ),
    (
        lambda pack: pack.step("travel", when={"step": "publication", "is": ["main_aim", "often"]}),
        "step travel reads the choice often, which step publication does not have",
    ),
    (
        lambda pack: pack.step("gone", when={"step": "owns", "lacks": ["nothing", "everything"]}),
        "step gone reads the choice everything, which step owns does not have",
    ),
    (
        lambda pack: pack.step("support", when={"step": "own_time", "is": ["long"]}),
        "step support reads a choice of step own_time, which is of kind number",
    ),
    (
        lambda pack: pack.step("wanted", when={"verdict": "kind", "is": ["infra"]}),
        "step wanted reads the verdict kind, which is not formed before it",
    ),
    (
        lambda pack: pack.step("methods", when={"all": [{"verdict": "ownership", "is": ["clear"]}]}),
        "step methods reads the verdict ownership, which is not formed before it",
    ),
    (
        lambda pack: pack.flag("unsettled", when={"step": "upheaval", "is": ["chaos"]}),
        "flag unsettled reads the choice chaos, which step upheaval does not have",
    ),
    (
        lambda pack: pack.flag("unsettled", instead={"severity": "low", "when": {"step": "plan", "lacks": ["chaos"]}}),
        "flag unsettled reads the choice chaos, which step plan does not have",
    ),
    (
        lambda pack: pack.remark("title_differs", when={"step": "plan", "is": ["chaos"]}),
        "remark title_differs reads the choice chaos, which step plan does not have",
    ),
    (
        lambda pack: pack.remark("title_differs", when={"any": [{"not": {"step": "plan", "lacks": ["chaos"]}}]}),
        "remark title_differs reads the choice chaos, which step plan does not have",
    ),
    (
        lambda pack: pack.question("last_finished", when={"step": "plan", "is": ["chaos"]}),
        "question last_finished reads the choice chaos, which step plan does not have",
    ),
]


@pytest.mark.parametrize(("change", "sentence"), ROWS, ids=[sentence for _, sentence in ROWS])
def test_a_mistake_in_a_row_is_told_in_one_sentence_that_names_it(change: Change, sentence: str) -> None:
    found = mistakes(change)
    assert any(sentence in one for one in found)


UNKNOWN_STEPS: list[tuple[Change, str]] = [
    (lambda pack: pack.step("stages", when=NOBODY), "step stages"),
    (lambda pack: pack.step("stages", when={"unknown": "teem"}), "step stages"),
    (lambda pack: pack.flag("unsettled", when={"all": [NOBODY]}), "flag unsettled"),
    (
        lambda pack: pack.flag("unsettled", instead={"severity": "low", "when": {"step": "teem", "at_most": 1}}),
        "flag unsettled",
    ),
    (lambda pack: pack.flag("unsettled", evidence=["plan", "teem"]), "flag unsettled"),
    (lambda pack: pack.question("last_finished", when={"not": NOBODY}), "question last_finished"),
    (lambda pack: pack.remark("title_differs", when={"all": [NOBODY]}), "remark title_differs"),
]


@pytest.mark.parametrize(("change", "where"), UNKNOWN_STEPS, ids=[where for _, where in UNKNOWN_STEPS])
def test_a_step_that_does_not_exist_is_told_with_where_it_is_read(change: Change, where: str) -> None:
    (found,) = mistakes(change)
    assert where in found


TEAM, TITLE, MATURITY = (core().position[step] for step in ("team", "title", "maturity"))

SHAPES: list[tuple[Change, str]] = [
    (lambda pack: pack.pack.pop("version"), "version"),
    (lambda pack: pack.pack.update(version="newest"), "version"),
    (lambda pack: pack.pack.update(colour="blue"), "colour"),
    (lambda pack: pack.pack.update(steps=[]), "steps"),
    (lambda pack: pack.drop("steps", "team", "section"), f"steps.{TEAM}.section"),
    (lambda pack: pack.step("team", section="mood"), f"steps.{TEAM}.section"),
    (lambda pack: pack.step("title", kind="essay"), f"steps.{TITLE}.kind"),
    (lambda pack: pack.step("title", whom="the boss"), f"steps.{TITLE}.whom"),
    (lambda pack: pack.step("title", feeds="nothing"), f"steps.{TITLE}.feeds"),
    (lambda pack: pack.step("title", colour="blue"), f"steps.{TITLE}.colour"),
    (lambda pack: pack.step("title", when={"step": "team"}), f"steps.{TITLE}.when"),
    (lambda pack: pack.step("title", when={"step": "team", "is": []}), f"steps.{TITLE}.when"),
    (
        lambda pack: pack.step("maturity", choices=[{"id": "x", "signals": {"mixed": 1}}]),
        f"steps.{MATURITY}.choices.0.signals",
    ),
    (lambda pack: pack.step("title", deep="perhaps"), f"steps.{TITLE}.deep"),
    (lambda pack: pack.step("title", profile="perhaps"), f"steps.{TITLE}.profile"),
    (lambda pack: pack.step("title", labels=["sources"]), f"steps.{TITLE}.labels"),
    (lambda pack: pack.flag("owns_nothing", severity="grave"), "flags.0.severity"),
    (lambda pack: pack.flag("owns_nothing", milder=NOBODY), "flags.0.milder"),
    (lambda pack: pack.flag("owns_nothing", instead=NOBODY), "flags.0.instead.severity"),
    (lambda pack: pack.flag("owns_nothing", instead={"severity": "low"}), "flags.0.instead.when"),
    (lambda pack: pack.flag("owns_nothing", instead={"severity": "mild", "when": NOBODY}), "flags.0.instead.severity"),
    (lambda pack: pack.flag("owns_nothing", kinds=["good"]), "flags.0.kinds.0"),
    (lambda pack: pack.drop("flags", "owns_nothing", "when"), "flags.0.when"),
    (lambda pack: pack.drop("questions", "how_impact", "whom"), "questions.0.whom"),
    (lambda pack: pack.drop("remarks", "background_infra", "when"), "remarks.0.when"),
    (lambda pack: pack.drop("remarks", "background_infra", "section"), "remarks.0.section"),
    (lambda pack: pack.remark("background_infra", severity="low"), "remarks.0.severity"),
    (lambda pack: pack.pack["expects"]["infra"].pop("owns"), "expects.infra.owns"),
    (lambda pack: pack.pack["expects"].update(good={"owns": [], "customers": []}), "expects.good"),
]


@pytest.mark.parametrize(("change", "where"), SHAPES, ids=[where for _, where in SHAPES])
def test_a_value_of_the_wrong_shape_is_told_with_its_place(change: Change, where: str) -> None:
    assert any(one.startswith(where) for one in places(change))


def test_every_mistake_is_told_at_once() -> None:
    found = mistakes(
        lambda pack: pack.step("own_time", high=1),
        lambda pack: pack.flag("unsettled", id="owns"),
        lambda pack: pack.step("stages", when=LATER),
    )
    assert all(any(name in one for one in found) for name in ("own_time", "the id owns", "step stages"))
    found = mistakes(lambda pack: pack.no_text("steps.owns.why"), lambda pack: pack.no_text("flags.unsettled.clears"))
    assert found == ["en: the text steps.owns.why is missing", "en: the text flags.unsettled.clears is missing"]


# -- the texts -----------------------------------------------------------------------------------------------------

ADDRESSES = [
    *(f"steps.team.{part}" for part in ("name", "ask", "why", "good")),
    *("steps.owns.question", "steps.owns.choices.nothing", "steps.sure.scale", "steps.own_time.unit"),
    *("units.internal_teams.other", "expects.research", "sections.gap", "sections.ownership_intro"),
    *(f"flags.unsettled.{part}" for part in ("headline", "because", "clears", "question")),
    *(f"questions.last_finished.{part}" for part in ("ask", "why", "good")),
    *("remarks.title_differs", "learning.languages", "learning.other", "shared.yes_no.choices.no"),
    *("shared.sources.choices.guess", "expects.applied_owns", "expects.infra_customers", "units.own_time.other"),
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_missing_text_is_told_by_its_address(address: str) -> None:
    assert mistakes(lambda pack: pack.no_text(address)) == [f"en: the text {address} is missing"]


@pytest.mark.parametrize("address", ["steps.owns.ask", "steps.owns.choices.nothing", "flags.unsettled.headline"])
def test_a_list_where_a_sentence_is_called_for_is_a_missing_text(address: str) -> None:
    assert mistakes(lambda pack: pack.text(address, ["no", "sentence"])) == [f"en: the text {address} is missing"]


def test_a_question_for_others_is_only_called_for_where_there_is_someone_to_ask() -> None:
    assert mistakes(lambda pack: pack.step("team", whom="recruiter")) == ["en: the text steps.team.question is missing"]


def test_a_label_is_told_when_it_does_not_fit_on_a_button() -> None:
    values = Values()
    values.text("steps.owns.choices.nothing", "x" * 75)
    values.build()
    long = "x" * 76
    assert mistakes(lambda pack: pack.text("steps.owns.choices.nothing", long)) == [
        "en: the label of owns.nothing is longer than 75 characters"
    ]


def test_a_shared_label_is_told_for_every_step_that_shows_it() -> None:
    long = "x" * 76
    assert mistakes(lambda pack: pack.text("shared.how_new.choices.new", long)) == [
        f"en: the label of {step}.new is longer than 75 characters" for step in ("methods", "stack", "domain")
    ]


def test_labels_that_nobody_wrote_are_missing_texts() -> None:
    assert mistakes(lambda pack: pack.step("something_new", labels="maybe")) == [
        "en: the text shared.maybe.choices.yes is missing",
        "en: the text shared.maybe.choices.no is missing",
    ]
    assert mistakes(lambda pack: pack.drop("steps", "something_new", "labels")) == [
        "en: the text steps.something_new.choices.yes is missing",
        "en: the text steps.something_new.choices.no is missing",
    ]


def test_a_skill_of_a_new_group_calls_for_a_way_to_learn_it() -> None:
    def juggling(pack: Values) -> None:
        pack.skills["juggling"] = {"name": "Juggling", "group": "circus", "aliases": []}

    assert mistakes(juggling) == ["en: the text learning.circus is missing"]


def test_a_kind_of_team_of_which_nothing_is_expected_calls_for_no_words() -> None:
    values = Values()
    del values.pack["expects"]["research"]
    values.no_text("expects.research")
    assert values.build().expects.keys() == {"infra", "applied"}


@pytest.mark.parametrize(
    ("address", "foreign"),
    [
        ("steps.owns.ask", "name"),
        ("steps.owns.choices.nothing", "low"),
        ("steps.sure.scale", "n"),
        ("units.own_time.other", "high"),
        ("flags.unsettled.because", "team"),
        ("remarks.title_differs", "title"),
        ("learning.languages", "skills"),
        ("shared.sources.choices.guess", "name"),
        ("expects.infra_owns", "kind"),
    ],
)
def test_a_placeholder_that_nothing_fills_is_told_by_its_name(address: str, foreign: str) -> None:
    assert mistakes(lambda pack: pack.text(address, f"For {{{foreign}}}.")) == [
        f"en: the text {address} has the placeholder {{{foreign}}}, which nothing fills"
    ]


def test_every_language_is_looked_at_on_its_own() -> None:
    def german(pack: Values) -> None:
        pack.locales["de"] = deepcopy(pack.locales["en"])
        del pack.locales["de"]["steps"]["owns"]["why"]

    assert mistakes(german) == ["de: the text steps.owns.why is missing"]


# -- what a script knows -------------------------------------------------------------------------------------------


def test_skills_are_known_by_every_name_whatever_its_case_width_and_spaces() -> None:
    values = Values()
    values.skills = {"x": {"name": "Deep  Ｒｅｓｔ", "group": "languages", "aliases": ["DR", "deep\u00a0sleep"]}}
    assert values.build().skills == dict.fromkeys(("deep rest", "dr", "deep sleep"), "Deep  Ｒｅｓｔ")


def test_no_name_stands_for_two_skills() -> None:
    owners: dict[str, set[str]] = {}
    for key, skill in VALUES.values.skills.items():
        for name in (skill["name"], *skill["aliases"]):
            owners.setdefault(" ".join(name.casefold().split()), set()).add(key)
    assert {name: keys for name, keys in owners.items() if len(keys) > 1} == {}


def test_a_step_is_found_by_what_it_feeds_and_in_which_question() -> None:
    found = [core().feeding(Feeds.SOURCES, section) for section in ("kind", "gap", "ownership")]
    assert [step.id for step in found if step] == ["kind_sources", "gap_sources", "own_sources"]
    step = core().feeding(Feeds.COMFORT)
    assert step is not None
    assert step.id == "comfort"
    assert core().feeding(Feeds.COMFORT, "kind") is None


# -- mistakes that once went by ------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [change for change, _ in UNKNOWN_STEPS], ids=[name for _, name in UNKNOWN_STEPS])
def test_a_step_that_does_not_exist_is_called_by_the_name_it_was_given(change: Change) -> None:
    assert any("teem" in one for one in mistakes(change))


def test_a_number_needs_the_sentence_for_one_as_well_as_that_for_many() -> None:
    found = mistakes(lambda pack: pack.no_text("units.own_time.one"))
    assert found == ["en: the text units.own_time.one is missing"]


def test_a_foreign_placeholder_is_told_in_the_sentence_for_one_as_well() -> None:
    found = mistakes(lambda pack: pack.text("units.own_time.one", "{week}"))
    assert found == ["en: the text units.own_time.one has the placeholder {week}, which nothing fills"]


def test_a_choice_called_scale_has_no_placeholders_of_a_scale() -> None:
    def scale(pack: Values) -> None:
        pack.row("steps", "infra_work")["choices"].append({"id": "scale"})
        pack.text("steps.infra_work.choices.scale", "From {low}")

    assert mistakes(scale) == [
        "en: the text steps.infra_work.choices.scale has the placeholder {low}, which nothing fills"
    ]


SKILLS: list[Change] = [
    lambda pack: pack.skills["python"].pop("aliases"),
    lambda pack: pack.skills["python"].pop("name"),
    lambda pack: pack.skills.update(python="Python"),
    lambda pack: pack.skills["python"].pop("group"),
    lambda pack: pack.skills["python"].update(level=3),
]


@pytest.mark.parametrize("change", SKILLS, ids=["no aliases", "no name", "no table", "no group", "a foreign key"])
def test_a_mistake_in_the_skills_is_told_like_any_other(change: Change) -> None:
    assert any("python" in one for one in places(change))
