"""What is known about the person, as of when; and what a change of it does to the checks they saved (S37)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from conversations.catalogue import Phrase, phrase
from conversations.facts import Facts
from conversations.judgement import report_on
from conversations.report import Report
from conversations.script import Feeds, Packs, Script
from conversations.session import Answer, Check, Person, ProfileVersion, SkillLevel, SkillList, Unsaid
from conversations.wording import answer_phrase, step_name


@dataclass(frozen=True, slots=True)
class Moved:
    """What a change of the profile moved in one saved check."""

    check: str
    team: Phrase | str
    changes: tuple[Phrase, ...]


def with_answers(person: Person, answers: Mapping[str, Answer], at: datetime) -> Person:
    """Return the person with a new version of the profile; changes of one day are one version."""
    if dict(answers) == dict(person.about.answers):
        return person
    earlier = person.profile
    if earlier and earlier[-1].at.date() == at.date():
        earlier = earlier[:-1]
    return replace(person, profile=(*earlier, ProfileVersion(at, dict(answers))))


def learned(facts: Facts, about_me: Mapping[str, Answer]) -> dict[str, Answer]:
    """Return the profile as it would be with what a check taught about the person."""
    found = dict(about_me)
    for step in facts.path:
        answer = facts.answers.get(step.id)
        if step.profile and answer is not None and not isinstance(answer, Unsaid):
            found[step.id] = answer
    role, own = facts.script.feeding(Feeds.SKILLS), facts.script.feeding(Feeds.OWN_SKILLS)
    if role and own:
        skills = _merged(found.get(own.id), facts.answers.get(role.id))
        if skills.skills:
            found[own.id] = skills
    return found


def _merged(own: Answer | None, role: Answer | None) -> SkillList:
    levels: dict[str, int] = {}
    for answer in (own, role):
        if isinstance(answer, SkillList):
            levels.update({skill.name: skill.level for skill in answer.skills if skill.level is not None})
    return SkillList(tuple(SkillLevel(name, level) for name, level in levels.items()))


def read_again(
    script: Script, packs: Packs, checks: Sequence[Check], before: ProfileVersion, after: ProfileVersion
) -> tuple[Moved, ...]:
    """Judge the saved checks, each by its own pack, under both profiles, and return what moved in which."""
    moved = []
    for check in checks:
        mine = packs.of(check.pack) or script
        old, new = report_on(mine, check, before), report_on(mine, check, after)
        found = changes(old, new)
        if found:
            moved.append(Moved(check.id, new.team, found))
    return tuple(moved)


def reasons(script: Script, before: Mapping[str, Answer], after: Mapping[str, Answer]) -> tuple[Phrase, ...]:
    """Return what changed in the profile, in words."""

    def worded(step: str, answers: Mapping[str, Answer]) -> Phrase:
        answer = answers.get(step)
        return answer_phrase(script, script.by_id[step], answer) if answer else phrase("profile.nothing")

    changed = [s.id for s in script.steps if before.get(s.id) != after.get(s.id)]
    return tuple(
        phrase("profile.change", name=step_name(script.by_id[s]), old=worded(s, before), new=worded(s, after))
        for s in changed
    )


def changes(old: Report, new: Report) -> tuple[Phrase, ...]:
    """Return what differs between two reports on one check, in words."""
    found = []
    for before, after in zip(old.verdicts, new.verdicts, strict=True):
        section = phrase(f"sections.{after.question}")
        if before.state != after.state:
            found.append(phrase("moved.verdict", section=section, old=before.headline, new=after.headline))
        found += [phrase("moved.note", note=n) for n in after.notes if n not in before.notes]
    gone, came = ({flag.id: flag.headline for flag in report.flags} for report in (old, new))
    found += [phrase("moved.flag_came", flag=headline) for one, headline in came.items() if one not in gone]
    found += [phrase("moved.flag_gone", flag=headline) for one, headline in gone.items() if one not in came]
    if [question.id for question in new.questions] != [question.id for question in old.questions]:
        found.append(phrase("moved.questions"))
    if new.goal and new.goal != old.goal:
        found.append(new.goal)
    return tuple(found)
