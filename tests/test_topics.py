"""The 47 probing topics: each is asked on the deep path, or becomes a question to ask others."""

import pytest

from tests.dialogue import Player, core, report_for, words
from tests.test_acceptance import APPLIED, INFRA, RESEARCH

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
