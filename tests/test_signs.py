"""What each choice says about the kind of team: a sign of one kind, with its weight, seen under that kind."""

import pytest

from conversations.catalogue import phrase
from conversations.vocabulary import TeamKind
from conversations.wording import choice_label
from tests.dialogue import core, report_for, verdict, words
from tests.test_acceptance import APPLIED, INFRA, RESEARCH

TEAMS = {"infra": INFRA, "applied": APPLIED, "research": RESEARCH}
SIGNS: dict[tuple[str, str], tuple[TeamKind, int]] = {
    ("main_work", "tools"): ("infra", 3),
    ("main_work", "models"): ("applied", 3),
    ("main_work", "papers"): ("research", 3),
    ("delivery", "api"): ("infra", 2),
    ("delivery", "self_service"): ("infra", 2),
    ("delivery", "in_product"): ("applied", 2),
    ("delivery", "decisions"): ("applied", 1),
    ("delivery", "papers"): ("research", 2),
    ("infra_work", "scalability"): ("infra", 1),
    ("infra_work", "efficiency"): ("infra", 1),
    ("infra_work", "integration"): ("infra", 1),
    ("infra_work", "automation"): ("infra", 1),
    ("applied_work", "framing"): ("applied", 1),
    ("applied_work", "data_features"): ("applied", 1),
    ("applied_work", "experiments"): ("applied", 1),
    ("applied_work", "improvement"): ("applied", 1),
    ("stages", "deploy"): ("applied", 1),
    ("stages", "improve"): ("applied", 1),
    ("publication", "main_aim"): ("research", 4),
    ("research_work", "new_methods"): ("research", 1),
    ("research_work", "benchmarks"): ("research", 1),
    ("research_work", "scaling_laws"): ("research", 1),
    ("research_work", "theory"): ("research", 1),
    ("research_work", "fine_tuning"): ("research", 1),
    ("research_work", "other_topic"): ("research", 1),
}
NAMES = ["-".join((*sign, *core().by_id[sign[0]].serves)) for sign in SIGNS]


@pytest.mark.parametrize("sign", SIGNS, ids=NAMES)
async def test_a_sign_speaks_for_its_kind_with_its_weight(sign: tuple[str, str]) -> None:
    (step_id, choice), (kind, weight) = sign, SIGNS[sign]
    step = core().by_id[step_id]
    report = await report_for(TEAMS[kind] | {step_id: str(step.choice_ids.index(choice) + 1)})
    found = [one for one in verdict(report, "kind").evidence if one.step == step_id]
    assert [(one.side, one.weight) for one in found] == [(kind, weight)]
    label = core().catalogue.text(choice_label(step, choice), "en")
    side = core().catalogue.text(phrase(f"kinds.{kind}"), "en")
    assert label in words(report).split(f"Speaks for {side}")[1].split("What would change this")[0]


async def test_every_other_choice_speaks_for_no_kind() -> None:
    silent = {
        "handover": ("same_team", "same_team_platform", "engineers", "we_receive", "tools_only"),
        "main_work": ("shipping", "reports"),
        "delivery": ("artefact", "runs_others"),
        "stages": ("design", "develop", "test"),
        "publication": ("sometimes", "never"),
        "services": ("training", "features", "inference"),
    }
    for step_id, choices in silent.items():
        for choice in choices:
            number = str(core().by_id[step_id].choice_ids.index(choice) + 1)
            report = await report_for({step_id: number})
            assert not [one for one in verdict(report, "kind").evidence if one.step == step_id]
