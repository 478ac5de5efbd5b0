"""The compound conditions of the core pack, part by part: a few answers, all else unknown, and whether the row holds.

Each line is there because some part of its row's condition decides it: `make mutants` takes the parts away one by one.
"""

from datetime import UTC, datetime

import pytest

from conversations.conditions import holds
from conversations.facts import Facts
from conversations.judgement import facts_of
from conversations.script import Flag, Step
from conversations.session import NOTHING_SAID, Amount, Answer, Check, Chosen, Given, NonAnswer, Unsaid
from conversations.vocabulary import QUESTIONS
from tests.dialogue import core

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

# row | the answers, all else unknown | holds or not (a step: it comes up); instead: the other severity counts
TABLE = """
steps services                 | main_work=tools                                                        | holds
steps services                 | delivery=api                                                           | holds
steps platform_first           | main_work=tools                                                        | holds
steps platform_first           | delivery=api                                                           | holds
steps stages                   | main_work=models                                                       | holds
steps stages                   | delivery=in_product                                                    | holds
steps experiments              | main_work=shipping                                                     | holds
steps experiments              | delivery=decisions                                                     | holds
steps retraining               | main_work=models                                                       | holds
steps retraining               | delivery=in_product                                                    | holds
steps labels                   | main_work=models                                                       | holds
steps labels                   | delivery=decisions                                                     | holds
steps data_engineering         | main_work=models                                                       | holds
steps data_engineering         | delivery=artefact                                                      | holds
steps publication              | delivery=in_product                                                    | holds
steps publication              | main_work=tools                                                        | holds
steps travel                   | main_work=papers                                                       | holds
steps travel                   | delivery=papers                                                        | holds
steps publish_rule             | main_work=papers                                                       | holds
steps publish_rule             | delivery=papers                                                        | holds
steps topics                   | main_work=papers                                                       | holds
steps topics                   | delivery=papers                                                        | holds
steps resources                | main_work=papers                                                       | holds
steps resources                | delivery=papers                                                        | holds
steps yardstick                | main_work=papers                                                       | holds
steps yardstick                | delivery=papers                                                        | holds
steps handover_talk            | handover=we_receive                                                    | holds
steps handover_talk            | delivery=artefact                                                      | holds
steps handover_slow            | handover=we_receive                                                    | holds
steps handover_slow            | delivery=artefact                                                      | holds
steps handover_blame           | handover=we_receive                                                    | holds
steps handover_blame           | delivery=artefact                                                      | holds
steps domain_goal              | domain=partly stack=same                                               | not
steps domain_goal              | domain=partly methods=same                                             | not
steps domain_goal              | methods=same stack=same                                                | not
steps owns_differs             | main_work=tools owns=data                                              | holds
steps owns_differs             | main_work=models owns=research_area                                    | holds
steps owns_differs             | main_work=papers owns=services                                         | holds
steps owns_differs             | owns=data                                                              | not
steps owns_differs             | main_work=tools                                                        | not
steps owns_differs             | main_work=models                                                       | not
steps owns_differs             | main_work=papers                                                       | not
steps customers_differ         | customers=researchers main_work=tools                                  | holds
steps customers_differ         | customers=internal_business main_work=models                           | holds
steps customers_differ         | customers=researchers                                                  | not
steps customers_differ         | main_work=tools                                                        | not
steps customers_differ         | main_work=models                                                       | not
steps decides                  | main_work=tools                                                        | not
steps decides                  | handover=no_production                                                 | not
steps decides                  | owns=advice                                                            | not
steps internal_teams           | customers=applied_teams                                                | holds
steps internal_teams           | main_work=tools                                                        | holds
steps internal_teams           | -                                                                      | not
steps internal_teams           | customers=clients main_work=tools                                      | not
steps internal_trend           | customers=applied_teams                                                | holds
steps internal_trend           | main_work=tools                                                        | holds
steps internal_trend           | -                                                                      | not
steps internal_trend           | customers=clients main_work=tools                                      | not
flags no_customer              | customers=nobody                                                       | holds
flags no_customer              | main_work=papers readers=none                                          | holds
flags few_customers            | -                                                                      | not
flags few_customers            | customers=applied_teams internal_teams=3 internal_trend=rising         | not
flags few_customers            | customers=infra_teams+clients internal_teams=3                         | not, instead
flags few_customers            | maturity=startup                                                       | not, instead
flags pin_factory              | handover=engineers                                                     | holds
flags pin_factory              | delivery=artefact                                                      | holds
flags pin_factory              | handover=we_receive handover_blame=no handover_slow=no                 | not
flags pin_factory              | delivery=artefact handover_blame=no handover_talk=no                   | holds
flags pin_factory              | handover=engineers handover_slow=no handover_talk=no                   | holds
flags pin_factory              | -                                                                      | not
flags pin_factory              | delivery=artefact handover=we_receive                                  | not
flags pin_factory_receiving    | handover=we_receive handover_blame=no handover_slow=no                 | holds
flags pin_factory_receiving    | handover=engineers handover_blame=no handover_talk=no                  | not
flags pin_factory_receiving    | handover=we_receive handover_slow=no handover_talk=no                  | holds
flags data_missing             | data_access=missing                                                    | holds
flags data_missing             | labels=none_yet main_work=shipping                                     | holds
flags too_wide_alone           | support=none                                                           | not
flags too_wide_alone           | comfort=yes something_new=yes sure=1                                   | not
flags only_domain_new          | domain=partly stack=same                                               | not
flags only_domain_new          | domain=new methods=same                                                | not
flags only_domain_new          | methods=same stack=same                                                | not
questions how_impact           | owns=advice                                                            | holds
questions how_impact           | -                                                                      | holds
questions why_needed           | customers=nobody                                                       | holds
questions why_needed           | -                                                                      | holds
remarks background_infra       | main_work=papers                                                       | not
remarks background_infra       | background=software                                                    | not
remarks background_academic    | main_work=tools                                                        | not
remarks background_academic    | background=academic                                                    | not
remarks impact_in_research     | main_work=papers                                                       | not
remarks impact_in_research     | values=impact                                                          | not
remarks papers_elsewhere       | main_work=tools                                                        | not
remarks papers_elsewhere       | values=papers                                                          | not
remarks unpredictable_ahead    | main_work=papers                                                       | not
remarks unpredictable_ahead    | unpredictable=dislike                                                  | not
remarks predictable_ahead      | main_work=tools                                                        | not
remarks predictable_ahead      | unpredictable=dislike                                                  | not
remarks difference_explained   | main_work=tools owns=data owns_differs=good_reason                     | holds
remarks difference_explained   | customers=researchers customers_differ=good_reason main_work=models    | holds
remarks difference_unexplained | main_work=models owns=services owns_differs=weak_reason                | holds
remarks difference_unexplained | customers=product_teams customers_differ=no_reason main_work=models    | holds
remarks wants_more_new         | comfort=uneasy something_new=no                                        | not
remarks wants_more_new         | new_skills=much                                                        | not
remarks wants_less_new         | comfort=yes something_new=no sure=1                                    | not
remarks wants_less_new         | new_skills=little                                                      | not
"""
LINES = [tuple(part.strip() for part in line.split("|")) for line in TABLE.strip().splitlines()]


def _ids(rows: str, row: str) -> str:
    # A row that a mutant took away is noticed by a test that fails, not by one that cannot be collected.
    return "-".join((row, *(rule for one in getattr(core(), rows) if one.id == row for rule in one.serves)))


@pytest.mark.parametrize(("named", "answers", "expected"), LINES, ids=[_ids(*line[0].split()) for line in LINES])
def test_a_condition_holds_where_it_should(named: str, answers: str, expected: str) -> None:
    rows, row_id = named.split()
    facts = _facts(dict(one.split("=") for one in answers.split() if one != "-"))
    row = next(one for one in getattr(core(), rows) if one.id == row_id)
    found = "holds" if row in facts.path or (not isinstance(row, Step) and holds(row.when, facts)) else "not"
    if isinstance(row, Flag) and row.instead and holds(row.instead.when, facts):
        found += ", instead"
    assert found == expected


def _facts(answers: dict[str, str]) -> Facts:
    steps = [step for step in core().steps if not step.profile_only]
    given = {step.id: (Given(_answer(answers.get(step.id, "")), NOON),) for step in steps}
    return facts_of(core(), Check("abc234", "", NOON, NOON, answers=given, deep=QUESTIONS), NOTHING_SAID)


def _answer(text: str) -> Answer:
    if not text:
        return Unsaid(NonAnswer.UNKNOWN)
    return Amount(int(text)) if text.isdecimal() else Chosen(tuple(text.split("+")))
