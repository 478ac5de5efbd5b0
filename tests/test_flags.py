"""Every red flag F01-F27: a dialogue that raises it, and the one beside it that does not."""

import pytest

from tests.dialogue import flags, report_for, words
from tests.test_acceptance import APPLIED, INFRA, NOTHING, RESEARCH

Answers = dict[str, str]
HANDS_OVER = {"delivery": "in product, hand over"}
WIDE = {"expected_time": "40"}

CASES: list[tuple[str, str, str, Answers, Answers]] = [
    # F-id, flag, severity, what raises it (on a team), what keeps it down
    ("F01", "owns_nothing", "high", APPLIED | {"owns": "advice"}, {"owns": "models"}),
    ("F01", "owns_nothing", "high", INFRA | {"owns": "nothing"}, {"owns": "services"}),
    ("F01", "others_decide", "medium", APPLIED | {"decides": "others"}, {"decides": "shared"}),
    ("F02", "no_customer", "high", APPLIED | {"customers": "nobody"}, {"customers": "users"}),
    ("F02", "no_customer", "high", RESEARCH | {"readers": "none"}, {"readers": "some"}),
    ("F02", "unmissed", "medium", INFRA | {"gone": "unnoticed"}, {"gone": "workaround"}),
    (
        "F03",
        "few_customers",
        "high",
        INFRA | {"internal_teams": "3", "internal_trend": "flat"},
        {"internal_teams": "4"},
    ),
    (
        "F03",
        "few_customers",
        "high",
        INFRA | {"internal_teams": "3", "internal_trend": "down"},
        {"internal_trend": "up"},
    ),
    (
        "F03",
        "few_customers",
        "medium",
        INFRA | {"internal_teams": "3", "internal_trend": "?"},
        {"internal_trend": "up"},
    ),
    (
        "F03",
        "few_customers",
        "medium",
        INFRA | {"internal_teams": "1", "internal_trend": "flat", "maturity": "startup"},
        {"internal_teams": "9"},
    ),
    (
        "F03",
        "few_customers",
        "high",
        INFRA | {"internal_teams": "1", "internal_trend": "flat"},
        {"customers": "applied teams, clients"},
    ),
    ("F04", "pin_factory", "high", APPLIED | {"handover": "engineers"}, {"handover": "same team"}),
    ("F04", "pin_factory", "high", APPLIED | HANDS_OVER, {"delivery": "in product"}),
    (
        "F04",
        "pin_factory",
        "medium",
        APPLIED | {"handover": "engineers", "handover_talk": "no", "handover_slow": "no", "handover_blame": "no"},
        {"handover": "same team with platform"},
    ),
    ("F04", "pin_factory_receiving", "high", INFRA | {"handover": "we receive"}, {"handover": "same team"}),
    (
        "F04",
        "pin_factory_receiving",
        "medium",
        INFRA | {"handover": "we receive", "handover_talk": "no", "handover_slow": "no", "handover_blame": "no"},
        {"handover": "same team"},
    ),
    ("F05", "nobody_on_call", "high", APPLIED | {"incident": "it depends"}, {"incident": "ops"}),
    ("F05", "nobody_on_call", "high", INFRA | {"incident": "blame"}, {"incident": "rota"}),
    ("F06", "nothing_new", "medium", APPLIED | NOTHING, {"skills": "python 4, cuda 0"}),
    ("F06", "nothing_new", "medium", APPLIED | NOTHING | WIDE, {"something_new": "yes"}),
    ("F07", "only_domain_new", "medium", APPLIED | NOTHING | {"domain": "new", "domain_goal": "no"}, {"stack": "new"}),
    ("F07", "only_domain_new", "low", APPLIED | NOTHING | {"domain": "new", "domain_goal": "yes"}, {"domain": "same"}),
    ("F08", "too_wide_alone", "high", APPLIED | WIDE | {"support": "nobody"}, {"support": "named"}),
    ("F08", "too_wide_alone", "medium", APPLIED | WIDE | {"support": "colleagues"}, {"expected_time": "4"}),
    ("F09", "no_first_plan", "medium", APPLIED | {"first_months": "no"}, {"first_months": "vague"}),
    ("F10", "data_missing", "high", APPLIED | {"data_access": "missing"}, {"data_access": "weeks"}),
    ("F10", "data_missing", "high", APPLIED | {"labels": "will come"}, {"labels": "unchecked"}),
    ("F11", "no_data_engineering", "high", APPLIED | {"data_engineering": "nobody"}, {"data_engineering": "in place"}),
    ("F11", "no_data_engineering", "low", APPLIED | {"data_engineering": "my job"}, {"data_engineering": "in place"}),
    ("F12", "no_value_in_plan", "high", RESEARCH | {"plan": "no plan"}, {"plan": "value"}),
    ("F12", "no_value_in_plan", "high", INFRA | {"plan": "growth"}, {"plan": "customers"}),
    ("F13", "different_jobs", "medium", APPLIED | {"interviews": "different"}, {"interviews": "agree"}),
    ("F14", "title_mismatch", "medium", APPLIED | {"title_fits": "nobody says so"}, {"title_fits": "openly"}),
    ("F15", "no_basics", "high", INFRA | {"basics": "notebooks"}, {"basics": "partly"}),
    ("F15", "no_basics", "medium", RESEARCH | {"basics": "notebooks"}, {"basics": "yes"}),
    ("F16", "slow_iteration", "medium", APPLIED | {"iteration": "slow"}, {"iteration": "slow with a reason"}),
    ("F17", "adhoc_flood", "medium", APPLIED | {"adhoc": "flood"}, {"adhoc": "some"}),
    ("F18", "in_house_only", "low", INFRA | {"in_house": "dated"}, {"in_house": "both"}),
    ("F19", "odd_reporting", "low", APPLIED | {"sponsor": "odd"}, {"sponsor": "yes"}),
    ("F19", "odd_reporting", "low", INFRA | {"sponsor": "none"}, {"sponsor": "yes"}),
    ("F20", "alone", "medium", APPLIED | {"seniors": "alone"}, {"seniors": "want that"}),
    ("F21", "no_former", "high", RESEARCH | {"former": "refused"}, {"former": "not asked"}),
    ("F22", "exploding_offer", "high", APPLIED | {"offer": "explodes"}, {"offer": "enough"}),
    ("F23", "chaotic_interviews", "medium", APPLIED | {"interviews": "chaotic"}, {"interviews": "yes"}),
    ("F24", "no_publishing", "high", RESEARCH | {"publish_rule": "veto"}, {"publish_rule": "approval"}),
    ("F25", "platform_unused", "medium", INFRA | {"platform_first": "no"}, {"platform_first": "soon"}),
    ("F26", "urgent_only", "medium", APPLIED | {"urgent": "no"}, {"urgent": "yes"}),
    ("F27", "unsettled", "high", APPLIED | {"upheaval": "unsettled"}, {"upheaval": "settled"}),
    ("F27", "unsettled", "medium", INFRA | {"upheaval": "young"}, {"upheaval": "stable"}),
]


@pytest.mark.parametrize(
    ("_id", "flag", "severity", "raising", "clearing"), CASES, ids=[f"{c[0]}-{c[1]}" for c in CASES]
)
async def test_a_red_flag_is_raised_with_its_reason_and_cleared_by_one_answer(
    _id: str, flag: str, severity: str, raising: Answers, clearing: Answers
) -> None:
    report = await report_for(raising)
    raised = next((one for one in report.flags if one.id == flag), None)
    assert raised is not None
    assert raised.severity == severity
    assert raised.evidence
    text = words(report)
    for heading in (f"{severity.upper()}: ", "What would clear it: ", "Rests on"):
        assert heading in text
    assert flag in {question.id for question in report.questions}
    assert flag not in flags(await report_for(raising | clearing))


FITS = [
    ("few_customers", RESEARCH, {"customers": "applied teams", "internal_teams": "1", "internal_trend": "flat"}),
    ("pin_factory", RESEARCH, {"handover": "engineers"}),
    ("pin_factory_receiving", RESEARCH, {"handover": "we receive"}),
    ("nobody_on_call", RESEARCH, {"handover": "same team", "incident": "blame"}),
    ("unmissed", RESEARCH, {"gone": "unnoticed"}),
    (
        "others_decide",
        INFRA,
        {"main_work": "tools, papers", "delivery": "1 2 5", "publication": "no", "decides": "others"},
    ),
    ("data_missing", INFRA, {"data_access": "missing"}),
    ("no_data_engineering", RESEARCH, {"delivery": "papers, analyses", "data_engineering": "missing"}),
    ("no_publishing", APPLIED, {"delivery": "in product, papers", "publish_rule": "veto"}),
    ("slow_iteration", RESEARCH, {"handover": "same team", "iteration": "slow"}),
    ("adhoc_flood", INFRA, {"main_work": "tools, reports", "adhoc": "flood"}),
    ("platform_unused", APPLIED, {"delivery": "in product, 1", "platform_first": "none"}),
    ("alone", INFRA, {"seniors": "alone"}),
    ("odd_reporting", RESEARCH, {"sponsor": "odd"}),
]


@pytest.mark.parametrize(("flag", "team", "change"), FITS, ids=[fit[0] for fit in FITS])
async def test_a_red_flag_stays_down_for_a_kind_of_team_it_does_not_fit(
    flag: str, team: Answers, change: Answers
) -> None:
    assert flag not in flags(await report_for(team | change))


async def test_a_sound_team_of_each_kind_raises_no_flag() -> None:
    for team in (INFRA, APPLIED, RESEARCH):
        assert flags(await report_for(team)) == set()


async def test_what_must_not_be_a_flag_is_none() -> None:
    shipping_nothing = RESEARCH | {"travel": "It is not what the team is for"}
    a_gap = APPLIED | {"skills": "c++ 0, cuda 0, go 0, rust 0"}
    one_team = APPLIED | {"maturity": "startup", "main_work": "tools, models"}
    few_readers = RESEARCH | {"readers": "some"}
    for answers in (shipping_nothing, a_gap, one_team, few_readers):
        assert flags(await report_for(answers)) == set()
