"""Every kind of condition, as a pack writes it, on real answers: true, false, or not known yet."""

import itertools
from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from conversations.conditions import Condition, Leaf, VerdictIs, holds, leaves, steps_read, support
from conversations.facts import Facts
from conversations.judgement import facts_of
from conversations.session import NOTHING_SAID, Amount, Answer, Check, Chosen, Given, NonAnswer, Unsaid, Written
from conversations.vocabulary import QUESTIONS, Question
from tests.dialogue import NOON, core

UNKNOWN = Unsaid(NonAnswer.UNKNOWN)
DECLINED = Unsaid(NonAnswer.DECLINED)
ADAPTER: TypeAdapter[Condition] = TypeAdapter(Condition)

Values = Mapping[str, Any]


def condition(written: Values) -> Condition:
    return ADAPTER.validate_python(dict(written))


def known(answers: Mapping[str, Answer], deep: tuple[Question, ...] = QUESTIONS) -> Facts:
    given = {step: (Given(answer, NOON),) for step, answer in answers.items()}
    return facts_of(core(), Check("abc234", "core-1", NOON, NOON, answers=given, deep=deep), NOTHING_SAID)


def after(**answers: Answer) -> Facts:
    return known(answers)


def after_question_1(**answers: Answer) -> Facts:
    """Return the facts once every step of question 1 has an answer: the one given here, or "don't know yet"."""
    said: dict[str, Answer] = {step.id: UNKNOWN for step in core().steps if step.section == "kind"}
    return known({**said, **answers})


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Chosen(("nothing",)), True),
        (Chosen(("models", "nothing")), True),
        (Chosen(("models",)), False),
        (Chosen(("models",), ("nothing",)), False),
        (Chosen((), ("nothing",)), False),
        (Chosen(()), False),
        (UNKNOWN, False),
        (DECLINED, False),
        (Written("nothing"), False),
    ],
)
def test_is_holds_where_one_of_the_choices_was_picked_for_sure(answer: Answer, *, expected: bool) -> None:
    assert holds(condition({"step": "owns", "is": ["nothing", "advice"]}), after(owns=answer)) is expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Chosen(("models",)), True),
        (Chosen(("models",), ("data",)), True),
        (Chosen(("services",)), False),
        (Chosen(("models", "services")), False),
        (Chosen(("models",), ("services",)), False),
        (Chosen((), ("data",)), False),
        (Chosen(()), False),
        (UNKNOWN, False),
        (Written("models"), False),
    ],
)
def test_lacks_holds_where_something_else_was_picked_and_none_of_these(answer: Answer, *, expected: bool) -> None:
    assert holds(condition({"step": "owns", "lacks": ["services"]}), after(owns=answer)) is expected


@pytest.mark.parametrize(
    ("answer", "at_least", "at_most"),
    [
        (Amount(2), False, True),
        (Amount(3), True, True),
        (Amount(3.5), True, False),
        (UNKNOWN, False, False),
        (Chosen(("3",)), False, False),
    ],
)
def test_at_least_and_at_most_include_their_bound_and_need_a_number(
    answer: Answer, *, at_least: bool, at_most: bool
) -> None:
    facts = after(own_time=answer)
    assert holds(condition({"step": "own_time", "at_least": 3}), facts) is at_least
    assert holds(condition({"step": "own_time", "at_most": 3}), facts) is at_most


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (UNKNOWN, True),
        (DECLINED, False),
        (Unsaid(NonAnswer.NOT_APPLICABLE), False),
        (Chosen(()), False),
        (Chosen((), ("models",)), True),
        (Chosen((), ("models", "data")), True),
        (Chosen(("models",)), False),
        (Chosen(("models",), ("data",)), False),
        (Written("?"), False),
    ],
)
def test_unknown_holds_for_dont_know_yet_and_where_all_that_was_named_is_unsure(
    answer: Answer, *, expected: bool
) -> None:
    assert holds(condition({"unknown": "owns"}), after(owns=answer)) is expected


@pytest.mark.parametrize(("states", "expected"), [(["infra"], True), (["mixed", "infra"], True), (["mixed"], False)])
def test_a_verdict_is_compared_by_its_state(states: list[str], *, expected: bool) -> None:
    facts = after_question_1(delivery=Chosen(("api", "self_service")))
    assert holds(condition({"verdict": "kind", "is": states}), facts) is expected


@pytest.mark.parametrize(
    ("question", "state", "answers"),
    [
        ("kind", "not_known", {}),
        ("gap", "not_known", {}),
        ("gap", "nothing_new", {"comfort": Chosen(("yes",)), "something_new": Chosen(("no",)), "sure": Amount(5)}),
        ("ownership", "not_known", {}),
        ("ownership", "owns_nothing", {"owns": Chosen(("advice",))}),
    ],
)
def test_each_of_the_three_verdicts_can_be_read(question: str, state: str, answers: dict[str, Answer]) -> None:
    facts = known({**{step.id: UNKNOWN for step in core().steps}, **answers})
    assert holds(condition({"verdict": question, "is": [state]}), facts) is True
    assert holds(condition({"verdict": question, "is": ["another"]}), facts) is False


READING: list[Values] = [
    {"step": "owns", "is": ["nothing"]},
    {"step": "owns", "lacks": ["nothing"]},
    {"step": "own_time", "at_least": 3},
    {"step": "own_time", "at_most": 3},
    {"unknown": "owns"},
    {"verdict": "kind", "is": ["not_known"]},
]


@pytest.mark.parametrize("written", READING)
def test_nothing_is_known_while_the_step_is_still_ahead(written: Values) -> None:
    assert holds(condition(written), after(team=Written("Acme"))) is None
    assert holds(condition({"not": written}), after(team=Written("Acme"))) is None


SERVICES: list[Values] = [
    {"step": "services", "is": ["training"]},
    {"step": "services", "lacks": ["training"]},
    {"unknown": "services"},
    {"step": "services", "at_most": 3},
]


@pytest.mark.parametrize("written", SERVICES)
def test_nothing_is_known_of_a_step_that_may_still_come_up(written: Values) -> None:
    assert holds(condition(written), after(services=Chosen(("training",)))) is None


@pytest.mark.parametrize("written", SERVICES)
def test_an_answer_to_a_step_that_did_not_come_up_holds_for_nothing(written: Values) -> None:
    facts = after(main_work=Chosen(("papers",)), delivery=Chosen(("papers",)), services=Chosen(("training",)))
    assert holds(condition(written), facts) is False
    assert holds(condition({"not": written}), facts) is True


def test_a_verdict_is_not_known_while_one_step_of_its_question_is_open() -> None:
    written = {"verdict": "kind", "is": ["not_known"]}
    assert holds(condition(written), after_question_1()) is True
    facts = after_question_1(publication=Chosen(("main_aim",)))
    assert holds(condition(written), facts) is False
    but_one = {step: answer for step, answer in facts.answers.items() if step != "data_access"}
    assert holds(condition(written), known(but_one)) is None


DEEP: list[Values] = [
    {"step": "plan", "is": ["none"]},
    {"step": "plan", "lacks": ["none"]},
    {"step": "own_time", "at_most": 3},
    {"unknown": "plan"},
]


@pytest.mark.parametrize("written", DEEP)
def test_of_a_step_that_is_only_asked_deeper_down_nothing_holds_until_the_person_goes_there(written: Values) -> None:
    assert holds(condition(written), known({"team": Written("Acme")}, deep=())) is False
    assert holds(condition(written), known({"team": Written("Acme")})) is None


def test_a_verdict_waits_for_the_steps_that_are_asked_and_no_others() -> None:
    quick: dict[str, Answer] = {s.id: UNKNOWN for s in core().steps if s.section == "kind" and not s.deep}
    written = condition({"verdict": "kind", "is": ["not_known"]})
    assert holds(written, known(quick, deep=())) is True
    assert holds(written, known(quick, deep=("gap",))) is True
    assert holds(written, known(quick, deep=("kind",))) is None


YES: Values = {"step": "owns", "is": ["models"]}
NO: Values = {"step": "owns", "is": ["nothing"]}
OPEN: Values = {"step": "customers", "is": ["nobody"]}
VALUES: list[tuple[Values, bool | None]] = [(YES, True), (NO, False), (OPEN, None)]
FACTS = after(owns=Chosen(("models",)))


def test_the_three_values_are_what_they_are_called() -> None:
    assert [holds(condition(written), FACTS) for written, _ in VALUES] == [value for _, value in VALUES]


@pytest.mark.parametrize("parts", [*itertools.product(VALUES, repeat=2)])
def test_all_and_any_are_decided_as_soon_as_one_part_decides_them(
    parts: tuple[tuple[Values, bool | None], ...],
) -> None:
    written, values = [one for one, _ in parts], [value for _, value in parts]
    every = False if False in values else None if None in values else True
    some = True if True in values else None if None in values else False
    assert holds(condition({"all": written}), FACTS) is every
    assert holds(condition({"any": written}), FACTS) is some
    assert holds(condition({"not": {"all": written}}), FACTS) is (None if every is None else not every)
    assert holds(condition({"not": {"any": written}}), FACTS) is (None if some is None else not some)


# -- what a condition rests on -------------------------------------------------------------------------------------


def rests_on(written: Values, facts: Facts) -> list[str]:
    found: list[Leaf] = list(support(condition(written), facts))
    return [
        f"verdict {leaf.verdict}" if isinstance(leaf, VerdictIs) else next(iter(steps_read([leaf]))) for leaf in found
    ]


def test_of_alternatives_only_those_that_hold_support_it() -> None:
    facts = after(owns=Chosen(("nothing",)), plan=Chosen(("value",)))
    either = {"any": [{"step": "owns", "is": ["nothing"]}, {"step": "plan", "is": ["none"]}]}
    assert rests_on(either, facts) == ["owns"]
    facts = after(owns=Chosen(("nothing",)), plan=Chosen(("none",)))
    assert rests_on(either, facts) == ["owns", "plan"]


def test_what_must_hold_together_supports_it_together() -> None:
    both = {"all": [YES, {"any": [NO, {"unknown": "customers"}]}, {"not": {"step": "gone", "is": ["unnoticed"]}}]}
    facts = after(owns=Chosen(("models",)), customers=UNKNOWN)
    assert rests_on(both, facts) == ["owns", "customers", "gone"]


def test_a_verdict_supports_without_naming_a_step() -> None:
    written = {"all": [{"verdict": "kind", "is": ["not_known"]}, YES]}
    assert rests_on(written, after_question_1(owns=Chosen(("models",)))) == ["verdict kind", "owns"]
    assert steps_read(leaves(condition(written))) == {"owns"}


def test_the_leaves_of_a_condition_are_all_that_it_reads() -> None:
    written = {"any": [{"all": [YES, {"not": OPEN}]}, {"not": {"any": [{"unknown": "plan"}, *READING[2:4]]}}]}
    assert steps_read(leaves(condition(written))) == {"owns", "customers", "plan", "own_time"}


# -- what is no condition ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        {},
        {"step": "owns"},
        {"step": "owns", "are": ["nothing"]},
        {"step": "owns", "is": []},
        {"step": "owns", "is": "nothing"},
        {"step": "owns", "lacks": []},
        {"step": "owns", "is": ["nothing"], "at_least": 3},
        {"is": ["nothing"]},
        {"step": "teams", "at_most": "few"},
        {"verdict": "mood", "is": ["good"]},
        {"verdict": "kind"},
        {"all": []},
        {"any": []},
        {"any": [{}]},
        {"not": {}},
        "owns",
        None,
    ],
)
def test_anything_else_is_no_condition(written: object) -> None:
    with pytest.raises(ValidationError):
        ADAPTER.validate_python(written)
