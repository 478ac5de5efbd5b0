"""Every remark of the core pack: a dialogue in which it is said beside its verdict, and one in which it is not."""

import pytest

from conversations.catalogue import phrase
from tests.dialogue import core, report_for, words
from tests.test_acceptance import APPLIED, INFRA, RESEARCH

Answers = dict[str, str]

# the rule, the remark, answers that bring it, what is changed in them so that it stays away
CASES: list[tuple[str, str, Answers, Answers]] = [
    ("S02", "title_differs", APPLIED | {"title_fits": "3"}, {"title_fits": "1"}),
    ("S06", "measured_by_study", APPLIED | {"baseline": "study"}, {"baseline": "job"}),
    ("S14", "travel_promised", RESEARCH | {"travel": "2"}, {"travel": "3"}),
    ("S16", "background_infra", RESEARCH | {"background": "software"}, {"background": "academic"}),
    ("S16", "background_academic", INFRA | {"background": "academic"}, {"background": "software"}),
    ("S28-S29", "difference_explained", INFRA | {"owns": "data", "owns_differs": "1"}, {"owns_differs": "2"}),
    (
        "S28-S29",
        "difference_explained",
        APPLIED | {"customers": "departments", "customers_differ": "1"},
        {"customers_differ": "2"},
    ),
    ("S30", "difference_unexplained", RESEARCH | {"owns": "data", "owns_differs": "2"}, {"owns_differs": "1"}),
    (
        "S28-S29",
        "difference_unexplained",
        APPLIED | {"customers": "departments", "customers_differ": "3"},
        {"customers_differ": "1"},
    ),
    ("S38", "impact_in_research", RESEARCH | {"values": "impact"}, {"values": "papers"}),
    ("S38", "papers_elsewhere", APPLIED | {"values": "papers"}, {"values": "impact"}),
    ("S38", "unpredictable_ahead", APPLIED | {"unpredictable": "dislike"}, {"unpredictable": "fine"}),
    ("S38", "predictable_ahead", INFRA | {"unpredictable": "dislike"}, {"unpredictable": "fine"}),
    (
        "S38",
        "wants_more_new",
        APPLIED | {"new_skills": "1", "something_new": "no", "methods": "same", "stack": "same", "skills": "python 4"},
        {"new_skills": "2"},
    ),
    (
        "S38",
        "wants_less_new",
        APPLIED | {"new_skills": "3", "sure": "1", "something_new": "yes"},
        {"new_skills": "2"},
    ),
]


@pytest.mark.parametrize(("_rule", "remark", "bringing", "instead"), CASES, ids=[f"{c[0]}-{c[1]}" for c in CASES])
async def test_a_remark_is_said_where_it_belongs(_rule: str, remark: str, bringing: Answers, instead: Answers) -> None:
    sentence = core().catalogue.text(phrase(f"remarks.{remark}"), "en")
    assert sentence in words(await report_for(bringing))
    assert sentence not in words(await report_for(bringing | instead))


def test_every_remark_has_its_dialogue() -> None:
    assert {remark.id for remark in core().remarks} == {remark for _, remark, _, _ in CASES}
