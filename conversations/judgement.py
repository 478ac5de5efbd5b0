"""Answers in, report out: the three verdicts, the flags, the open questions. Same answers, same report."""

from conversations.assessment import ownership, skill_gap, team_kind
from conversations.catalogue import phrase
from conversations.facts import Facts, read_facts
from conversations.open_questions import still_open
from conversations.red_flags import raised
from conversations.report import Report, Said
from conversations.script import Feeds, Script
from conversations.session import Answers, Check, Written
from conversations.vocabulary import Question
from conversations.wording import answer_phrase, step_name


def facts_of(script: Script, answers: Answers) -> Facts:
    """Read the answers with the judgement that some steps depend on."""
    return read_facts(script, answers, _state)


def _state(facts: Facts, question: Question) -> str:
    match question:
        case "kind":
            return team_kind.state(facts)
        case "gap":
            return skill_gap.state(facts)
        case "ownership":
            return ownership.state(facts)


def report_on(script: Script, check: Check) -> Report:
    """Judge a check, finished or not."""
    facts = facts_of(script, check.answers)
    kind = team_kind.judge(facts)
    flags = raised(facts, kind.sides)
    team = facts.fed(Feeds.TEAM)
    return Report(
        check=check.id,
        pack=check.pack,
        team=team.text if isinstance(team, Written) else "",
        changed_at=check.changed_at,
        complete=facts.first_open() is None,
        verdicts=(kind, skill_gap.judge(facts), ownership.judge(facts, kind.sides)),
        flags=flags,
        questions=still_open(facts, flags),
        skills=skill_gap.skills(facts),
        answers=said(facts),
        small_print=(phrase("report.small_print.rules"), phrase("report.small_print.decides")),
    )


def said(facts: Facts) -> tuple[Said, ...]:
    """Return every answer on the path, numbered as the review numbers them."""
    return tuple(
        Said(number, step.id, step.section, step_name(step), answer_phrase(facts.script, step, facts.answers[step.id]))
        for number, step in enumerate(facts.path, start=1)
        if step.id in facts.answers
    )
