"""The acceptance rules as dialogues: lines in, and what the person sees. docs/rules.md maps each rule to its test."""

import re
from datetime import timedelta

import pytest

from conversations.catalogue import phrase
from conversations.events import Typed
from conversations.judgement import facts_of, said
from conversations.replies import Say, ShowReport
from conversations.report import Report, Said
from conversations.session import NOTHING_SAID, PROFILE_CHECK
from tests.dialogue import ME, NOON, Player, flags, open_ids, report_for, verdict, words

INFRA = {
    "team": "Feature platform",
    "title": "Software engineer",
    "kind_sources": "manager, member",
    "maturity": "mature",
    "main_work": "tools",
    "delivery": "1 2",
    "services": "features",
    "infra_work": "1 4",
    "applied_work": "none",
    "publication": "no",
    "handover": "It builds no models; others deploy theirs with its tools",
    "wanted": "infra",
    "gap_sources": "member",
    "skills": "python 4, kubernetes 1",
    "methods": "some new",
    "stack": "new",
    "domain": "same",
    "platform_first": "yes",
    "experiments": "rhythm",
    "retraining": "trigger",
    "labels": "checked",
    "data_access": "days",
    "data_engineering": "in place",
    "publish_rule": "authors",
    "topics": "both",
    "resources": "stated",
    "yardstick": "one measure",
    "iteration": "days",
    "basics": "yes",
    "adhoc": "intake",
    "title_fits": "yes",
    "earlier_title": "n/a",
    "background": "software",
    "values": "both",
    "unpredictable": "fine",
    "baseline": "job",
    "seniors": "yes",
    "in_house": "open",
    "learned": "examples",
    "courses": "used",
    "next_level": "written",
    "missed": "new plan",
    "new_skills": "some",
    "metric": "outside",
    "sponsor": "yes",
    "depends": "few",
    "urgent": "yes",
    "interviews": "yes",
    "former": "offered",
    "offer": "none yet",
    "goal": "impact",
    "something_new": "yes",
    "own_time": "12",
    "expected_time": "8",
    "sure": "4",
    "comfort": "yes",
    "support": "named",
    "first_months": "plan",
    "own_sources": "manager, member",
    "owns": "services",
    "decides": "this team",
    "customers": "applied teams",
    "internal_teams": "14",
    "internal_trend": "rising",
    "gone": "1",
    "incident": "1",
    "plan": "1",
    "upheaval": "stable",
}
APPLIED = INFRA | {
    "team": "Search ranking",
    "title": "Applied scientist",
    "main_work": "models",
    "delivery": "in product",
    "infra_work": "none",
    "applied_work": "1 2 3",
    "stages": "all",
    "handover": "same team",
    "wanted": "applied",
    "owns": "models",
    "customers": "users",
}
RESEARCH = INFRA | {
    "team": "Learning theory",
    "title": "Research scientist",
    "main_work": "papers",
    "delivery": "papers",
    "infra_work": "none",
    "applied_work": "none",
    "publication": "yes",
    "research_work": "1 4",
    "travel": "It is not what the team is for",
    "handover": "Nothing goes to production, and nothing is meant to",
    "wanted": "research",
    "owns": "research area",
    "customers": "researchers",
    "readers": "named",
}
NOTHING = {"methods": "same", "stack": "same", "domain": "same", "something_new": "no", "skills": "python 4"}
UNKNOWN = "don't know yet"


async def test_s01_the_title_is_noted_and_weighs_nothing() -> None:
    plain = await report_for(APPLIED)
    grand = await report_for(APPLIED | {"title": "Principal ML research and infrastructure scientist"})
    assert verdict(plain, "kind").state == verdict(grand, "kind").state == "applied"
    assert verdict(plain, "kind").evidence == verdict(grand, "kind").evidence
    assert verdict(plain, "kind").confidence == verdict(grand, "kind").confidence
    assert "“Principal ML research and infrastructure scientist” is noted and weighs nothing" in words(grand)


@pytest.mark.parametrize("answers", [INFRA, APPLIED, RESEARCH, {}])
async def test_s03_every_report_ends_its_advice_with_questions_in_order_exportable_alone(
    answers: dict[str, str],
) -> None:
    report = await report_for(answers)
    alone = words(report, "questions")
    assert "1. " in alone
    assert report.questions
    assert "Red flags" not in alone
    numbers = [int(number) for number in re.findall(r"^(\d+)\. ", alone, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    ending = alone[alone.index("1. ") :].strip()
    assert ending in words(report)


async def test_s04_the_three_questions_come_in_their_order_and_no_other() -> None:
    player = Player()
    await player.open()
    sections = []
    while player.check.at is not None:
        sections.append(player.script.by_id[player.check.at].section)
        await player.say(UNKNOWN)
    assert sorted(set(sections), key=sections.index) == ["kind", "gap", "ownership"]
    assert sections == sorted(sections, key=["kind", "gap", "ownership"].index)
    seen = player.seen()
    places = [seen.index(f"Question {number} of 3") for number in (1, 2, 3)]
    assert places == sorted(places)
    assert "Question 4" not in seen


async def test_s07_a_startup_lowers_confidence_or_is_one_team_that_does_it_all() -> None:
    mature = verdict(await report_for(APPLIED), "kind")
    startup = verdict(await report_for(APPLIED | {"maturity": "startup"}), "kind")
    assert (mature.confidence, startup.confidence) == ("high", "medium")
    both = APPLIED | {"infra_work": "all", "delivery": "1 3"}
    assert verdict(await report_for(both), "kind").state == "mixed"
    report = await report_for(both | {"maturity": "startup"})
    assert verdict(report, "kind").state == "all_in_one"
    assert "One team that does it all" in words(report)
    assert "one team often does everything" in words(report)


async def test_s08_serving_other_teams_is_an_infra_sign_and_asks_which_services() -> None:
    report = await report_for(INFRA)
    assert "Other ML teams build on its API or service" in words(report)
    assert any(e.step == "delivery" and e.side == "infra" for e in verdict(report, "kind").evidence)
    player = Player()
    await player.open()
    await player.say("deeper", "x", "member", "mature", "models", "1", "same team", "infra", "title", "n/a", "yes")
    assert "Which services does the team itself own?" in player.seen()
    assert "Which services" not in await _seen(APPLIED)


async def test_s09_each_of_the_four_infra_problems_is_its_own_yes_no_or_unknown() -> None:
    report = await report_for(INFRA | {"infra_work": "1 3?"})
    row = next(said for said in report.answers if said.step == "infra_work")
    shown = words(report).split(words(report)[: words(report).index("What this rests on")])[1]
    assert row.said.key == "answer.yes_and_unsure"
    assert "Scale: serving all the models and teams of the company; perhaps: Integration" in shown
    assert "infra_work" in open_ids(report)
    assert "infra_work" not in open_ids(await report_for(INFRA | {"infra_work": "1 3"}))
    weights = [
        _weight(await report_for(INFRA | {"infra_work": str(number)}), "infra_work", "infra") for number in (1, 2, 3, 4)
    ]
    assert weights == [1, 1, 1, 1]
    assert _weight(await report_for(INFRA | {"infra_work": "all"}), "infra_work", "infra") == 4


async def test_s10_the_stages_are_asked_and_without_deploy_the_handover_matters() -> None:
    report = await report_for(APPLIED | {"stages": "design, develop, test", "handover": "engineers"})
    assert "Stages in its own hands: Design; Develop; Test" in words(report)
    assert "pin_factory" in flags(report)
    assert _weight(await report_for(APPLIED), "stages", "applied") == 2
    assert _weight(report, "stages", "applied") == 0


async def test_s11_using_a_platform_is_normal_for_applied_and_no_infra_sign() -> None:
    report = await report_for(APPLIED | {"handover": "The people who built it, with a platform's tools"})
    assert verdict(report, "kind").state == "applied"
    assert {e.side for e in verdict(report, "kind").evidence} == {"applied"}
    assert not flags(report)


async def test_s12_each_of_the_four_applied_problems_counts_by_itself() -> None:
    for number in (1, 2, 3, 4):
        report = await report_for(APPLIED | {"applied_work": str(number)})
        assert _weight(report, "applied_work", "applied") == 1
    report = await report_for(APPLIED | {"applied_work": "1 2?"})
    assert "applied_work" in open_ids(report)
    assert "where the labels come from, and when you retrain" in words(report)


async def test_s13_publication_as_the_main_aim_leads_to_research() -> None:
    report = await report_for(RESEARCH)
    assert verdict(report, "kind").state == "research"
    assert _weight(report, "publication", "research") == 4
    assert _weight(report, "research_work", "research") == 2
    sometimes = await report_for(APPLIED | {"publication": "now and then", "research_work": "benchmarks"})
    assert verdict(sometimes, "kind").state == "applied"


async def test_s14_research_out_of_production_raises_no_flag_and_is_asked_how_it_travels() -> None:
    report = await report_for(RESEARCH)
    assert not flags(report)
    assert "normal for such a team, and no fault" in words(report)
    assert "From paper to product: It is not what the team is for" in words(report)
    unasked = await report_for(RESEARCH | {"travel": UNKNOWN})
    assert "When did a result of yours last go into a product" in words(unasked, "questions")


async def test_s15_fit_with_the_wanted_kind_is_told_apart_from_the_quality_of_the_team() -> None:
    same, other = await report_for(APPLIED), await report_for(APPLIED | {"wanted": "research"})
    assert "It matches the work you said you want: applied." in words(same)
    assert "not the work you said you want: research. That speaks about fit, not about how good" in words(other)
    assert flags(same) == flags(other)
    assert verdict(same, "kind").state == verdict(other, "kind").state
    assert verdict(same, "kind").confidence == verdict(other, "kind").confidence


async def test_s17_a_hand_over_to_other_engineers_is_a_pin_factory() -> None:
    assert "pin_factory" not in flags(await report_for(APPLIED))
    report = await report_for(APPLIED | {"handover": "engineers", "handover_talk": "yes"})
    assert "Pin factory" in words(report)
    assert next(flag for flag in report.flags if flag.id == "pin_factory").severity == "high"


async def test_s18_the_three_prices_are_asked_one_by_one_and_named_for_both_seats() -> None:
    prices = {"handover_talk": "yes", "handover_slow": "no", "handover_blame": "yes"}
    for seat, flag in (("engineers", "pin_factory"), ("we receive", "pin_factory_receiving")):
        report = await report_for(APPLIED | prices | {"handover": seat})
        raised = next(one for one in report.flags if one.id == flag)
        assert [e.step for e in raised.evidence] == ["handover", *prices]
        for line in ("Hand-over: talk: Yes", "Hand-over: slow: No", "Hand-over: blame: Yes"):
            assert line in words(report)
    assert {"pin_factory", "pin_factory_receiving"}.isdisjoint(flags(await report_for(APPLIED)))


async def test_s19_mixed_signs_are_called_mixed_with_both_sides_and_the_question_that_settles_it() -> None:
    report = await report_for(APPLIED | {"delivery": "1 2 3", "infra_work": "all"})
    kind = verdict(report, "kind")
    assert kind.state == "mixed"
    assert {e.side for e in kind.evidence} == {"infra", "applied"}
    assert "Speaks for infrastructure" in words(report)
    assert "Speaks for applied" in words(report)
    assert "settle_kind" in open_ids(report)
    assert "settle_kind" not in open_ids(await report_for(APPLIED))


async def test_s20_a_gap_is_never_a_failure_nor_a_percentage() -> None:
    for answers in (APPLIED, APPLIED | {"skills": "c++ 0, cuda 0", "sure": "1", "comfort": "no"}):
        text = words(await report_for(answers)).casefold()
        for word in ("%", "percent", "score", "match rate", "fail the", "not qualified", "underqualified"):
            assert word not in text
    assert "learned on the job" in words(await report_for(APPLIED))


@pytest.mark.parametrize(
    ("state", "change"),
    [
        ("workable", {}),
        ("too_wide", {"expected_time": "40"}),
        ("nothing_new", NOTHING),
        ("both_ends", NOTHING | {"expected_time": "40"}),
        ("uneasy", {"comfort": "no"}),
        ("not_known", {"comfort": UNKNOWN}),
    ],
)
async def test_s21_both_sides_of_the_trade_off_are_stated_whatever_the_verdict(
    state: str, change: dict[str, str]
) -> None:
    report = await report_for(APPLIED | change)
    assert verdict(report, "gap").state == state
    note = words(report).split("2. How large is the skill gap?")[1].split("3. What do they own")[0].casefold()
    assert "learn" in note or "teach" in note
    assert any(word in note for word in ("longer", "longest", "sooner", "at once", "speed"))


async def test_s22_too_wide_is_said_only_against_the_persons_own_time_and_confidence() -> None:
    async def state(**change: str) -> str:
        return verdict(await report_for(APPLIED | change), "gap").state

    assert await state(own_time="12", expected_time="12", sure="3") == "workable"
    assert await state(own_time="12", expected_time="14", sure="3") == "workable"
    assert await state(own_time="12", expected_time="16", sure="3") == "too_wide"
    assert await state(own_time="26", expected_time="13", sure="3") == "workable"
    assert await state(own_time="12", expected_time="8", sure="2") == "too_wide"
    assert await state(own_time="12", expected_time="8", sure=UNKNOWN) == "not_known"
    assert await state(skills="c++ 0, cuda 0, go 0", comfort="no") == "uneasy"
    assert await state(skills="c++ 0, cuda 0, go 0", comfort="a bit uneasy") == "workable"


async def test_s23_nothing_new_is_a_warning_of_the_same_rank_as_too_wide() -> None:
    report = await report_for(APPLIED | NOTHING)
    assert verdict(report, "gap").state == "nothing_new"
    assert "as good a reason to hesitate as a gap that is too wide" in words(report)
    assert "nothing_new" in flags(report)
    assert "nothing_new" not in flags(await report_for(APPLIED | NOTHING | {"methods": "new"}))


async def test_s24_methods_stack_and_domain_are_asked_apart_and_only_the_domain_is_noted_with_care() -> None:
    only = {"methods": "same", "stack": "same", "domain": "new"}
    report = await report_for(APPLIED | only | {"domain_goal": "no"})
    assert "Only the domain is new" in words(report)
    assert "may not be the best step" in words(report)
    assert _severity_of(report, "only_domain_new") == "medium"
    goal = await report_for(APPLIED | only | {"domain_goal": "yes"})
    assert _severity_of(goal, "only_domain_new") == "low"
    for change in ({"methods": "some"}, {"stack": "new"}, {"domain": "same"}):
        other = await report_for(APPLIED | only | change)
        assert "only_domain_new" not in flags(other)
        assert "Only the domain is new" not in words(other)


async def test_s25_every_gap_is_worded_as_learnable_and_asks_for_support() -> None:
    report = await report_for(APPLIED | {"skills": "python 4, cuda 0", "support": UNKNOWN})
    assert "To learn there: CUDA. Each of these can be learned on the job; ask who would show you." in words(report)
    assert "Who would I learn from in the first three months" in words(report, "questions")
    wide = {"expected_time": "40", "support": "none"}
    assert "too_wide_alone" in flags(await report_for(APPLIED | wide))
    assert "too_wide_alone" not in flags(await report_for(APPLIED | wide | {"support": "named"}))
    assert "says nothing about your ability" in words(await report_for(APPLIED | wide))


@pytest.mark.parametrize("missing", ["comfort", "something_new"])
async def test_s26_without_comfort_or_novelty_there_is_no_gap_verdict(missing: str) -> None:
    for silence in (UNKNOWN, "rather not say"):
        gap = verdict(await report_for(APPLIED | {missing: silence, "expected_time": "40"}), "gap")
        assert (gap.state, gap.confidence) == ("not_known", None)


async def test_s27_nothing_nobody_and_not_knowing_are_different_answers() -> None:
    async def state(**change: str) -> str:
        return verdict(await report_for(APPLIED | change), "ownership").state

    assert await state(owns="nothing") == "owns_nothing"
    assert await state(customers="nobody") == "no_customer"
    assert await state(owns="nothing", customers="nobody") == "neither"
    assert await state(owns=UNKNOWN) == "not_known"
    assert await state(customers=UNKNOWN) == "not_known"
    assert "owns_nothing" not in flags(await report_for(APPLIED | {"owns": UNKNOWN}))
    assert "no_customer" not in flags(await report_for(APPLIED | {"customers": UNKNOWN}))


async def test_s28_infra_is_expected_to_own_services_for_other_ml_teams() -> None:
    await _expects(INFRA, {"owns": "models"}, {"customers": "users"}, "it owns services")


async def test_s29_applied_is_expected_to_own_models_for_users_of_the_product() -> None:
    await _expects(APPLIED, {"owns": "data"}, {"customers": "departments"}, "it owns models")


async def test_s30_research_is_expected_to_own_an_area_for_other_researchers_without_a_flag() -> None:
    report = await report_for(RESEARCH)
    assert "As usual for research: it owns a research area" in words(report)
    assert not flags(report)
    player = Player()
    await player.answer_all(RESEARCH | {"readers": "some"})
    assert "Who reads what they publish and builds on it?" in player.seen()
    assert "owns_differs" in {said.step for said in (await report_for(RESEARCH | {"owns": "data"})).answers}


async def test_s31_a_team_that_only_advises_is_flagged_high_with_the_reason() -> None:
    report = await report_for(APPLIED | {"owns": "advice"})
    assert _severity_of(report, "owns_nothing") == "high"
    assert "depend on their goodwill" in words(report)
    assert verdict(report, "ownership").state == "owns_nothing"
    assert "owns_nothing" not in flags(await report_for(APPLIED))


async def test_s32_owning_something_without_customers_is_flagged_high() -> None:
    report = await report_for(APPLIED | {"customers": "nobody"})
    assert _severity_of(report, "no_customer") == "high"
    assert verdict(report, "ownership").state == "no_customer"
    assert "no_customer" not in flags(await report_for(APPLIED))


async def test_s33_few_internal_customers_warn_about_the_team_itself() -> None:
    few = await report_for(INFRA | {"internal_teams": "2", "internal_trend": "flat"})
    assert _severity_of(few, "few_customers") == "high"
    assert "and then whether the team is" in words(few)
    assert "Teams that use it: 2 teams" in words(few)
    for change in ({"internal_teams": "14"}, {"internal_trend": "rising"}):
        other = INFRA | {"internal_teams": "2", "internal_trend": "flat"} | change
        assert "few_customers" not in flags(await report_for(other))
    assert "few_customers" not in flags(
        await report_for(APPLIED | {"customers": "applied teams", "internal_teams": "1"})
    )


async def test_s34_the_flags_of_question_three_come_first() -> None:
    report = await report_for(
        APPLIED | {"handover": "engineers", "owns": "advice", "upheaval": "unsettled", "first_months": "no"}
    )
    sections = [flag.section for flag in report.flags]
    assert sections[:2] == ["ownership", "ownership"]
    assert "ownership" not in sections[2:]
    assert len(sections) == 4
    text = words(report)
    assert text.index("Red flags") < text.index("The three questions") < text.index("Still to ask")
    assert (
        text.index("owns nothing of its own") < text.index("In the middle of an upheaval") < text.index("Pin factory")
    )


@pytest.mark.parametrize("owns", ["nothing", "advice", UNKNOWN])
async def test_s35_without_known_ownership_the_impact_is_asked_about(owns: str) -> None:
    report = await report_for(APPLIED | {"owns": owns})
    assert "how would it make an impact?" in words(report, "questions")
    assert "how_impact" not in open_ids(await report_for(APPLIED))


@pytest.mark.parametrize("customers", ["nobody", UNKNOWN])
async def test_s36_without_known_customers_the_need_for_the_team_is_asked_about(customers: str) -> None:
    report = await report_for(APPLIED | {"customers": customers})
    assert "why is the team needed" in words(report, "questions")
    assert "why_needed" not in open_ids(await report_for(APPLIED))


async def _seen(answers: dict[str, str]) -> str:
    player = Player()
    await player.answer_all(answers)
    return player.seen()


def _weight(report: Report, step: str, side: str) -> int:
    evidence = verdict(report, "kind").evidence
    return sum(one.weight for one in evidence if one.step == step and one.side == side)


def _severity_of(report: Report, flag: str) -> str:
    return next(one.severity for one in report.flags if one.id == flag)


async def _expects(usual: dict[str, str], owns: dict[str, str], customers: dict[str, str], text: str) -> None:
    report = await report_for(usual)
    assert text in words(report)
    assert "As usual for" in words(report)
    for change, step in ((owns, "owns_differs"), (customers, "customers_differ")):
        other = await report_for(usual | change)
        assert "Here it is different, which may have a good reason" in words(other)
        assert step in {said.step for said in other.answers}
        assert step not in {said.step for said in report.answers}


async def test_s02_an_earlier_title_and_a_mismatch_are_information_and_no_defect() -> None:
    report = await report_for(
        APPLIED | {"earlier_title": "Data analyst", "title_fits": "Not quite, and they say so openly"}
    )
    assert "It used to be called “Data analyst”. Titles drift; this is information, not a fault." in words(report)
    assert "not a defect of the team" in words(report)
    assert not flags(report)
    plain = await report_for(APPLIED)
    assert verdict(report, "kind").state == verdict(plain, "kind").state
    assert verdict(report, "kind").confidence == verdict(plain, "kind").confidence
    assert "not a defect of the team" not in words(plain)
    assert _severity_of(await report_for(APPLIED | {"title_fits": "no"}), "title_mismatch") == "medium"


async def test_s05_the_card_of_the_three_questions_is_there_at_any_time() -> None:
    player = Player()
    await player.open()
    for line in ("card", "x", "card", "start over", "card", "no", "review", "card"):
        before = player.seen().count("Three questions about any ML team:")
        await player.say(line)
        assert player.seen().count("Three questions about any ML team:") == before + (line == "card")
    card = player.seen().split("Three questions about any ML team:")[1].split(">")[0]
    assert len(card.split("Question 1 of 3")[0].splitlines()) <= 20
    for piece in ("What kind of ML team is it", "What is the skill gap", "What do they own"):
        assert piece in card


async def test_s05_the_card_comes_with_each_reminder_before_an_interview() -> None:
    player = Player()
    await player.open()
    await player.say("Acme", "?", "time zone UTC", "interview 2026-03-05 14:00")
    replies = await player.wait(NOON + timedelta(days=3))
    assert replies[1] == Say(phrase("card"))
    shown = replies[2]
    assert isinstance(shown, ShowReport)
    assert shown.part == "questions"
    assert shown.report.questions


@pytest.mark.parametrize("baseline", ["study", "own projects"])
async def test_s06_a_first_job_is_measured_by_study_and_own_projects(baseline: str) -> None:
    report = await report_for(
        APPLIED | {"baseline": baseline, "methods": "I know them already, from a job, study or own projects"}
    )
    assert "Measured against what you studied and built yourself" in words(report)
    assert verdict(report, "gap").state == "workable"
    assert "Measured against" not in words(await report_for(APPLIED))
    assert "present job" not in words(report)


@pytest.mark.parametrize("background", ["software", "academic", "data", "other", "rather not say"])
async def test_s16_a_background_is_at_most_a_hint_and_closes_nothing(background: str) -> None:
    for team in (INFRA, APPLIED, RESEARCH):
        report, plain = (
            await report_for(team | {"background": background}),
            await report_for(team | {"background": UNKNOWN}),
        )
        for one, other in zip(report.verdicts, plain.verdicts, strict=True):
            assert (one.state, one.confidence) == (other.state, other.confidence)
        assert flags(report) == flags(plain)
        hint = [line for line in words(report).splitlines() if "One author's observation" in line]
        assert len(hint) <= 1
        assert all("closes no door" in line for line in hint)
    engineer = await report_for(RESEARCH | {"background": "software"})
    assert "One author's observation: this kind of work often draws people from research. It closes no door" in words(
        engineer
    )


async def test_s37_a_changed_profile_is_dated_and_saved_teams_are_read_again() -> None:
    player = Player()
    for check, answers in (("aaa111", APPLIED), ("bbb222", RESEARCH), ("ccc333", INFRA)):
        player.check_id = check
        await player.answer_all(
            {k: v for k, v in answers.items() if k not in ("wanted", "values")} | {"wanted": UNKNOWN}
        )
    await player.open(check=PROFILE_CHECK)
    at = NOON + timedelta(days=30)
    for line in ("applied", "software"):
        await player.say(line)
    person = player.turn.session.person if player.turn else None
    assert person is not None
    assert [version.at for version in person.profile] == [NOON]
    for step, line in (("wanted", "research"), ("values", "papers")):
        number = next(s.number for s in _profile_said(player) if s.step == step) if step == "wanted" else 0
        if number:
            await player.handle(Typed(ME, at, f"change {number}", PROFILE_CHECK))
        await player.handle(Typed(ME, at, line, PROFILE_CHECK))
    text = player.seen()
    assert "This moves your check of Search ranking" in text
    assert "This moves your check of Learning theory" in text
    assert "Work you want: Applied: models for concrete problems → Research: new methods and papers" in " ".join(
        text.split()
    )
    person = player.turn.session.person if player.turn else None
    assert person is not None
    assert [version.at for version in person.profile] == [NOON, at]
    assert person.profile[0].answers["wanted"] != person.profile[1].answers["wanted"]


async def test_s38_preferences_are_asked_and_used_in_the_fit() -> None:
    impact = await report_for(RESEARCH | {"values": "impact"})
    assert "You would rather look back on something people use" in words(impact)
    papers = await report_for(APPLIED | {"values": "papers"})
    assert "You would rather look back on papers. Here they would be the exception." in words(papers)
    for team in (APPLIED, RESEARCH):
        report = await report_for(team | {"unpredictable": "dislike"})
        assert "some people have moved to infrastructure for that reason" in words(report)
    assert "Infrastructure work has few of them" in words(await report_for(INFRA | {"unpredictable": "dislike"}))
    assert "You want to learn a lot, and here you would learn little." in words(
        await report_for(APPLIED | NOTHING | {"new_skills": "a lot"})
    )
    assert "here you would learn a lot" in words(
        await report_for(APPLIED | {"expected_time": "40", "new_skills": "little"})
    )
    for report in (impact, papers):
        assert flags(report) == flags(await report_for(APPLIED))


async def test_s39_the_report_advises_and_says_who_decides() -> None:
    text = words(await report_for(APPLIED | {"owns": "nothing", "customers": "nobody"}))
    assert "This is advice. The career is yours, and so is the decision." in text
    for bossy in ("you should join", "you should not join", "do not join", "reject the offer", "accept the offer"):
        assert bossy not in text.casefold()
    player = Player()
    await player.open()
    assert "Nobody else sees them unless you show them." in " ".join(player.seen().split())
    await player.answer_all(APPLIED)
    assert "Your decision" not in player.seen()


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("1", "go on."),
        ("ask more", "ask more first."),
        ("3 too far from research", "pass. too far from research"),
        ("pass: the domain bores me", "pass. the domain bores me"),
    ],
)
async def test_s40_the_goal_ties_the_summary_and_the_decision_is_the_persons_own(line: str, shown: str) -> None:
    player = Player()
    await player.answer_all(APPLIED | {"goal": "learning"})
    assert "You are after learning new craft. On that, the report says: A gap you can grow into." in words(
        player.report
    )
    await player.say("decide", line, "report")
    assert f"Your decision on March 2, 2026: {shown}" in words(player.report)
    report = words(player.report)
    assert report.index("Your decision") < report.index("Red flags")
    await player.say("decide", "back")
    assert f"Your decision on March 2, 2026: {shown}" in words(player.report)


def _profile_said(player: Player) -> tuple[Said, ...]:
    return said(facts_of(player.script, player.check, NOTHING_SAID))
