"""posting.toml: what a mistake in it is told as, and how a community extends it."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from adapters.pack_files import read_posting_rules
from conversations.posting.reading import PostingReader
from conversations.posting.rules import PostingMistakesError, read_rules
from tests.dialogue import core

Values = dict[str, Any]


def values() -> Values:
    return copy.deepcopy(dict(read_posting_rules().values.pack))


def told(change: Callable[[Values], object]) -> list[str]:
    """Return each mistake as a line with the place where it stands."""
    changed = values()
    change(changed)
    with pytest.raises(PostingMistakesError) as caught:
        read_rules(changed, core().skills)
    return [f"{'.'.join(map(str, one.path))}: {one.sentence}" for one in caught.value.mistakes]


def cue(**row: Any) -> Callable[[Values], object]:  # noqa: ANN401  any value of a row
    whole = {"about": "kind", "says": "infra", "weight": 2, "en": ["a platform"], **row}
    return lambda changed: changed.update(cues=[{key: value for key, value in whole.items() if value is not None}])


NO_PHRASE = "is no phrase: words, {lists} and .. between them, single spaces"
NO_SECTION = "sections: Input should be 'role', 'duties', 'required', 'preferred', 'company', 'offer' or 'legal'"
MISTAKES: dict[str, tuple[Callable[[Values], object], list[str]]] = {
    "a list that is not there": (cue(en=["{bild} .. it"]), ["cues.0.en.0: there is no list bild"]),
    "a gap at the end": (cue(en=["build .."]), [f"cues.0.en.0: “build ..” {NO_PHRASE}"]),
    "two spaces": (cue(zh=["搭建  平台"]), [f"cues.0.zh.0: “搭建  平台” {NO_PHRASE}"]),
    "a wrong value": (cue(about="owns", says="maybe"), ["cues.0.says: owns cannot be maybe: one of yes, no"]),
    "another value": (cue(says="yes"), ["cues.0.says: kind cannot be yes: one of infra, applied, research"]),
    "no phrase": (cue(en=[]), ["cues.0: a cue has at least one phrase"]),
    "a weight too high": (cue(weight=9), ["cues.0.weight: weight: Input should be less than or equal to 5"]),
    "a word too many": (cue(strength=2), ["cues.0.strength: there is no field 'strength' here"]),
    "a word too few": (cue(says=None), ["cues.0.says: the field 'says' is missing"]),
    "a part that is none": (cue(sections=["hobbies"]), [f"cues.0.sections.0: {NO_SECTION}"]),
    "a list in a list": (
        lambda changed: changed["lists"].update(build=["{model} building"]),
        ["lists.build.0: “{model} building”: a list that phrases name holds words alone"],
    ),
    "a list that is needed": (lambda changed: changed["lists"].pop("asking"), ["lists: the list asking is missing"]),
    "signs without a partner": (
        lambda changed: changed["signs"].update(traditional="業"),
        ["signs: traditional and simplified have as many signs as each other"],
    ),
    "an unknown skill": (
        lambda changed: changed["skills"]["exported"].update({"Pyton": "python"}),
        ["skills.exported.Pyton: there is no skill Pyton"],
    ),
    "an alias of nobody": (
        lambda changed: changed["skills"].update(skipped=["pyton"]),
        ["skills.skipped.0: no skill goes by pyton"],
    ),
    "a subject that is no skill": (
        lambda changed: changed["skills"].update(subjects=["Alchemy"]),
        ["skills.subjects.0: there is no skill Alchemy"],
    ),
}


@pytest.mark.parametrize(("change", "lines"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_with_its_place(change: Callable[[Values], object], lines: list[str]) -> None:
    assert told(change) == lines


def test_every_mistake_is_told_at_once() -> None:
    def change(changed: Values) -> None:
        changed["cues"] = [*changed["cues"], {"about": "kind", "says": "no", "weight": 1, "en": ["{x} y"]}]
        changed["skills"]["subjects"] = ["Alchemy"]

    assert len(told(change)) == 3


def test_a_mistake_has_its_line_in_the_file() -> None:
    files = read_posting_rules()
    changed = values()
    changed["cues"][0]["says"] = "yes"
    with pytest.raises(PostingMistakesError) as caught:
        read_rules(changed, core().skills)
    (line,) = files.told(caught.value.mistakes)
    number = int(line.split(":")[1])
    source = files.sources["posting.toml"].decode().splitlines()
    assert line.startswith("posting.toml:")
    assert source[number - 1].startswith("says = ")


def test_a_new_cue_is_a_row() -> None:
    changed = values()
    text = "Engineer\nResponsibilities:\n- Tend the gizmo garden\nRequirements:\n- Python"
    assert PostingReader(read_rules(changed, core().skills), core().skills).read(text).kind.value == "unclear"
    changed["cues"].append({"about": "kind", "says": "infra", "weight": 4, "en": ["tend .. gizmo garden"]})
    found = PostingReader(read_rules(changed, core().skills), core().skills).read(text)
    assert (found.kind.value, found.kind.quotes[0].text) == ("infra", "Tend the gizmo garden")


@pytest.mark.parametrize("kind", ["infra", "applied", "research"])
def test_every_kind_has_cues_in_both_languages(kind: str) -> None:
    rows = [row for row in values()["cues"] if (row["about"], row["says"]) == ("kind", kind)]
    assert any(row.get("en") for row in rows)
    assert any(row.get("zh") for row in rows)
