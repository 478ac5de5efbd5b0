"""Answers in, report out: the three verdicts, the flags, the open questions. Same answers, same report."""

from collections.abc import Iterator, Mapping
from operator import attrgetter

from conversations.assessment import evidence, ownership, skill_gap, team_kind
from conversations.catalogue import Phrase, phrase
from conversations.facts import Facts, Known, read_facts
from conversations.open_questions import Standing, open_steps, still_open
from conversations.red_flags import raised, up
from conversations.report import MENTORS, MentorSaid, OpenQuestion, RaisedFlag, Report, Said, Verdict
from conversations.script import Feeds, Script
from conversations.session import NOTHING_SAID, Check, ProfileVersion, Written
from conversations.vocabulary import Question, Source, Whom
from conversations.wording import answer_phrase, step_name

_GOALS: Mapping[str, Question] = {
    "learn": "gap",
    "impact": "ownership",
    "research": "kind",
    "lead": "ownership",
    "steady": "ownership",
}
"""Which verdict speaks to which goal (S40)."""


def known(check: Check, about: ProfileVersion) -> Known:
    """Return what a judgement of a check starts from."""
    return Known(check.answers, NOTHING_SAID if check.is_profile else about, check.deep)


def facts_of(script: Script, check: Check, about: ProfileVersion) -> Facts:
    """Read the answers with the judgement that some steps depend on."""
    return read_facts(script, known(check, about), _state, profile=check.is_profile)


def _state(facts: Facts, question: Question) -> str:
    match question:
        case "kind":
            return team_kind.state(facts)
        case "gap":
            return skill_gap.state(facts)
        case "ownership":
            return ownership.state(facts)


def standing(script: Script, what: Known) -> Standing:
    """Judge without words."""
    facts = read_facts(script, what, _state)
    states = (team_kind.state(facts), skill_gap.state(facts), ownership.state(facts))
    return Standing(states, frozenset(flag.id for flag in up(facts, team_kind.lean(facts))))


def open_on(script: Script, facts: Facts) -> Iterator[str]:
    """Yield the steps that a report's open questions would be about, without writing the report."""
    return open_steps(facts, team_kind.lean(facts), lambda what: standing(script, what))


def report_on(script: Script, check: Check, about: ProfileVersion) -> Report:
    """Judge a check, finished or not, for a person of whom this much is known."""
    facts = facts_of(script, check, about)
    kind = team_kind.judge(facts)
    verdicts = (kind, skill_gap.judge(facts), ownership.judge(facts, kind.sides))
    flags = raised(facts, kind.sides, check.fine)
    contradictions = evidence.contradictions(facts)
    team, remarks = facts.fed(Feeds.TEAM), _mentors_said(check)
    return Report(
        check=check.id,
        pack=check.pack,
        team=team.text if isinstance(team, Written) else "",
        changed_at=check.changed_at,
        complete=not facts.open_steps(),
        decision=_decision(check),
        goal=_goal(facts, verdicts, flags),
        verdicts=verdicts,
        flags=flags,
        questions=(
            *map(_asked_by_mentor, filter(attrgetter("question"), remarks)),
            *still_open(facts, kind.sides, flags, contradictions, lambda what: standing(script, what)),
        ),
        skills=skill_gap.skills(facts),
        contradictions=contradictions,
        answers=said(facts),
        small_print=tuple(_small_print(facts)),
        remarks=remarks,
    )


def _small_print(facts: Facts) -> Iterator[Phrase]:
    if any(Source.POSTING in facts.backing(step) for step in facts.path if step.counts):
        yield phrase("report.small_print.posting")
    yield phrase("report.small_print.rules")
    yield phrase("report.small_print.decides")


def _mentors_said(check: Check) -> tuple[MentorSaid, ...]:
    return tuple(
        MentorSaid(number, phrase("answer.text", text=one.text), one.at, one.question)
        for number, one in enumerate(check.remarks, start=1)
    )


def _asked_by_mentor(one: MentorSaid) -> OpenQuestion:
    """Put a mentor's question on the open list, first: somebody who knows thought of it for this team."""
    why, good = phrase("remark.why"), phrase("remark.good")
    return OpenQuestion(f"{MENTORS}{one.number}", "ownership", Whom.MANAGER, one.text, why, good)


def _decision(check: Check) -> Phrase | None:
    made = check.decision
    if made is None:
        return None
    key = "decision.with_reason" if made.reason else "decision.plain"
    return phrase(key, choice=phrase(f"decision.{made.choice}"), reason=made.reason, date=made.at.date())


def _goal(facts: Facts, verdicts: tuple[Verdict, ...], flags: tuple[RaisedFlag, ...]) -> Phrase | None:
    """Tie the summary to what the person is after (S40), and to the grave flags that speak against it."""
    goal = next(iter(facts.chosen(Feeds.GOAL)), "")
    if goal not in _GOALS:
        return None
    speaking = next(verdict for verdict in verdicts if verdict.question == _GOALS[goal])
    said = phrase(f"goal.{goal}", headline=speaking.headline)
    grave = [flag for flag in flags if flag.severity == "high" and flag.fine is None]
    against = tuple(flag.headline for flag in grave if flag.section == speaking.question)
    return phrase("goal.against", said=said, flags=against) if against else said


def said(facts: Facts) -> tuple[Said, ...]:
    """Return every answer on the path, numbered as the review numbers them."""
    return tuple(
        Said(
            number,
            step.id,
            step.section,
            step_name(step),
            answer_phrase(facts.script, step, facts.answers[step.id]),
            evidence.quotes(facts, step),
            from_profile=step.profile and step.id in facts.known.about.answers and not facts.givens(step),
        )
        for number, step in enumerate(facts.path, start=1)
        if step.id in facts.answers
    )
