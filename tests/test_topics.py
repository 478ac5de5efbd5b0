"""The 47 probing topics: each is asked on the deep path, or becomes a question to ask others."""

import pytest

from tests.dialogue import Player, core, report_for, words
from tests.test_acceptance import APPLIED, INFRA, NOTHING, RESEARCH

TOPICS = [f"P{number:02}" for number in range(1, 48)]
SEATS = {"handover": "engineers", "former": "refused", "interviews": "different", "offer": "explodes"}


@pytest.mark.parametrize("topic", TOPICS)
async def test_a_topic_is_asked_on_the_deep_path_and_not_knowing_it_makes_a_question(topic: str) -> None:
    script = core()
    steps = {step.id: step for step in script.steps if topic in step.serves}
    extra = {row.id for row in (*script.questions, *script.flags) if topic in row.serves}
    asked, open_questions = set(), set()
    for team in (INFRA, APPLIED, RESEARCH):
        base = {step: line for step, line in (team | SEATS).items() if step not in steps or step == "main_work"}
        player = Player()
        report = await player.answer_all(base)
        asked |= {said.step for said in report.answers} & set(steps)
        open_questions |= {question.id for question in report.questions} & {*steps, *extra}
    assert asked or extra & open_questions
    askable = {step.id for step in steps.values() if step.whom and step.id != "main_work"}
    assert askable <= asked
    assert askable & open_questions or not askable
    assert open_questions or topic == "P01"


async def test_a_topic_that_is_not_known_shows_its_question_its_reason_and_a_good_answer() -> None:
    report = await report_for(APPLIED | {"metric": "?"})
    text = words(report, "questions")
    assert "Which one number shows that you help your customers, and who outside the team reads it?" in text
    assert "Why it matters: A number that only the team reads" in text
    assert "A good answer: One number, and someone outside the team who asks for it." in text


HAND_OVER = APPLIED | {"handover": "engineers"}
DUE = {
    # step: a team where it comes up, and one where it does not
    "services": (INFRA, APPLIED),
    "platform_first": (INFRA, APPLIED),
    "stages": (APPLIED, INFRA),
    "experiments": (APPLIED, INFRA),
    "retraining": (APPLIED, INFRA),
    "labels": (APPLIED, INFRA),
    "data_engineering": (APPLIED, INFRA),
    "publication": (RESEARCH, APPLIED),
    "research_work": (RESEARCH, RESEARCH | {"publication": "no"}),
    "travel": (RESEARCH, APPLIED),
    "publish_rule": (RESEARCH, APPLIED),
    "topics": (RESEARCH, APPLIED),
    "resources": (RESEARCH, APPLIED),
    "yardstick": (RESEARCH, APPLIED),
    "handover_talk": (HAND_OVER, APPLIED),
    "handover_slow": (HAND_OVER, APPLIED),
    "handover_blame": (HAND_OVER, APPLIED),
    "iteration": (APPLIED, RESEARCH),
    "adhoc": (APPLIED, INFRA),
    "domain_goal": (APPLIED | NOTHING | {"domain": "new"}, APPLIED | NOTHING),
    "owns_differs": (APPLIED | {"owns": "data"}, APPLIED),
    "decides": (APPLIED, INFRA),
    "customers_differ": (APPLIED | {"customers": "departments"}, APPLIED),
    "internal_teams": (INFRA, APPLIED),
    "internal_trend": (INFRA, APPLIED),
    "readers": (RESEARCH, APPLIED),
    "gone": (APPLIED, APPLIED | {"customers": "nobody"}),
    "incident": (APPLIED, RESEARCH),
    "metric": (APPLIED, RESEARCH),
}


def test_every_step_with_a_condition_is_in_the_table() -> None:
    assert {step.id for step in core().steps if step.when} == set(DUE)


@pytest.mark.parametrize("step", DUE, ids=lambda step: "-".join((step, *core().by_id[step].serves)))
async def test_a_step_comes_up_where_it_is_due_and_nowhere_else(step: str) -> None:
    due, undue = DUE[step]
    assert step in {said.step for said in (await report_for(due)).answers}
    assert step not in {said.step for said in (await report_for(undue)).answers}
