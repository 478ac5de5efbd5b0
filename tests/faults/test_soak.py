"""The judge of `make soak` sees what it is there to see."""

from dataclasses import replace

import pytest

from conversations.session import Written
from tests.faults.soak_judge import Act, Course, Fault, History, Shown, Stored, judge, quantile

ANN, BOB = ("slack", "D1"), ("discord", "2")


def course(mark: str, place: tuple[str, str]) -> Course:
    acts = [Act(0.0, taken=True, replied=0.1), Act(2.0, "team", Written(f"team of {mark}"), taken=True, replied=2.3)]
    return Course(mark, place, acts)


def stored(mark: str, check: str) -> Stored:
    return Stored(check, 2, {"team": [Written(f"team of {mark}")]})


def history(*more: Shown, faults: tuple[Fault, ...] = ()) -> History:
    shown = [Shown(place, at, marks, check, seen) for place, at, marks, check, seen in (
        (ANN, 0.1, frozenset[str](), "a", 1), (ANN, 2.3, frozenset({"ann"}), "a", 2),
        (BOB, 0.1, frozenset[str](), "b", 1), (BOB, 2.3, frozenset({"bob"}), "b", 2),
    )]  # fmt: skip
    people = [course("ann", ANN), course("bob", BOB)]
    return History(people, [*shown, *more], {"ann": [stored("ann", "a")], "bob": [stored("bob", "b")]}, faults)


def test_where_all_is_well_nothing_is_found() -> None:
    verdict = judge(history())
    assert (verdict.turns, verdict.harm, verdict.unanswered, verdict.unheard) == (4, 0, 0, 0)
    assert verdict.notes == {}


@pytest.mark.parametrize(
    "left",
    [(), (Stored("a", 2, {}),), (Stored("a", 2, {"team": [Written("team of bob")]}),)],
    ids=["nothing", "the check alone", "another answer"],
)
def test_an_answer_that_is_not_there_is_lost(left: tuple[Stored, ...]) -> None:
    made = history()
    assert judge(replace(made, stored={**made.stored, "ann": left})).notes["answer lost"] == 1


def test_one_that_nobody_acknowledged_is_not() -> None:
    made = history()
    made.courses[0].acts.append(Act(3.0, "title", Written("never heard")))
    verdict = judge(made)
    assert (verdict.harm, verdict.unheard) == (0, 1)


def test_a_turn_without_a_trace_is_lost() -> None:
    made = history()
    made.courses[0].acts.append(Act(3.0, taken=True))
    verdict = judge(made)
    assert (verdict.lost, verdict.unanswered) == (1, 1)


def test_an_answer_stored_twice_a_turn_taken_twice_and_a_second_check_are_doubled() -> None:
    made, answer = history(), Written("team of ann")
    twice = Stored("a", 2, {"team": [answer, answer]})
    assert judge(replace(made, stored={**made.stored, "ann": [twice]})).doubled == 1
    on_another = Stored("a", 2, {"team": [answer], "title": [answer]})
    assert judge(replace(made, stored={**made.stored, "ann": [on_another]})).doubled == 1
    once_more = Stored("a", 3, {"team": [answer]})
    assert judge(replace(made, stored={**made.stored, "ann": [once_more]})).doubled == 1
    made.courses[0].acts.append(Act(3.0, "title", Written("perhaps")))
    assert judge(replace(made, stored={**made.stored, "ann": [once_more]})).doubled == 0
    made.courses[0].acts.pop()
    second = (stored("ann", "a"), Stored("c", 0, {}))
    assert judge(replace(made, stored={**made.stored, "ann": second})).notes == {"check doubled": 1}


def test_a_question_asked_twice_is_doubled_unless_its_first_sending_was_cut_off() -> None:
    again = Shown(ANN, 9.0, frozenset({"ann"}), "a", 2)
    verdict = judge(history(again))
    assert (verdict.doubled, verdict.repeated_in_flight) == (1, 0)
    for kind, began, in_flight in (
        ("kill", 2.2, 1),
        ("kill", 9.5, 0),
        ("kill", 1.0, 0),
        ("crash", 5.0, 1),
        ("crash", 1.0, 1),
        ("crash", -19.0, 0),
        ("crash", 9.5, 0),
        ("cut", 5.0, 0),
    ):
        verdict = judge(history(again, faults=(Fault(kind, began, began + 1),)))
        assert (verdict.doubled, verdict.repeated_in_flight) == (1 - in_flight, in_flight), kind
    assert judge(history(replace(again, new=False))).doubled == 0


def test_who_tries_a_command_again_is_shown_the_question_once_more_and_not_twice() -> None:
    made = history(Shown(ANN, 0.5, frozenset(), "a", 1), Shown(ANN, 0.6, frozenset(), "a", 1))
    assert judge(made).doubled == 2
    made.courses[0].acts[0].tried_again = 1
    verdict = judge(made)
    assert (verdict.shown_again, verdict.doubled) == (1, 1)


def test_what_is_for_another_is_seen_by_its_mark_and_by_its_check() -> None:
    assert judge(history(Shown(BOB, 3.0, frozenset({"ann"})))).wrong_recipient == 1
    assert judge(history(Shown(BOB, 3.0, frozenset(), "a", 3, new=False))).wrong_recipient == 1
    assert judge(history(Shown(("slack", "C9"), 3.0, frozenset({"ann"})))).wrong_recipient == 1
    assert judge(history(Shown(BOB, 3.0, frozenset(), "x", 3))).notes == {"check lost": 1}


def test_latency_is_also_told_without_what_a_fault_fell_on() -> None:
    verdict = judge(history(faults=(Fault("storm", 2.2, 2.25),)))
    assert (len(verdict.latencies), len(verdict.calm)) == (4, 2)
    assert quantile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert quantile(range(1, 101), 0.99) == 99
