"""How an answer is put back into words."""

from conversations.catalogue import Arg, Phrase, phrase
from conversations.script import Script, Step
from conversations.session import Amount, Answer, Chosen, SkillLevel, SkillList, Unsaid, Written
from conversations.vocabulary import StepKind


def step_name(step: Step) -> Phrase:
    """Return the short name of a step, for lists."""
    return phrase(f"steps.{step.id}.name")


def choice_label(step: Step, choice: str) -> Phrase:
    """Return the label of a choice."""
    return phrase(f"{step.texts}.choices.{choice}")


def answer_phrase(script: Script, step: Step, answer: Answer) -> Phrase:
    """Put an answer back into words.

    A choice that the pack no longer has is shown by its id: the answer was given, so it is not hidden.
    """
    match answer:
        case Unsaid():
            return phrase(f"unsaid.{answer.reason}")
        case Written():
            return phrase("answer.text", text=answer.text)
        case Amount():
            if step.kind is StepKind.SCALE:
                return phrase("answer.scale", n=answer.number, high=step.high)
            # Where the pack is lost that it was said to, another step may stand in.
            words = phrase("answer.text", text=f"{answer.number:g}")
            return phrase(f"units.{step.id}", n=answer.number) if step.kind is StepKind.NUMBER else words
        case SkillList():
            return phrase("answer.list", items=tuple(_skill(script, skill) for skill in answer.skills))
        case Chosen():
            return _chosen(script, step, answer)


def skill_name(script: Script, name: str) -> Phrase | str:
    """Return how a skill is called; one that the pack does not know keeps the person's own words."""
    known = script.skill_ids.get(name)
    return phrase(f"skills.{known}") if known else name


def _skill(script: Script, skill: SkillLevel) -> Phrase:
    name = skill_name(script, skill.name)
    mine = phrase("level.unknown") if skill.level is None else phrase(f"levels.{skill.level}")
    if skill.asked is not None:
        asked = phrase(f"levels.{skill.asked}")
        return phrase("answer.skill_asked", name=name, level=mine, asked=asked)
    if skill.level is None:
        return phrase("answer.text", text=name)
    return phrase("answer.skill", name=name, level=mine)


def _chosen(script: Script, step: Step, answer: Chosen) -> Phrase:
    def labels(choices: tuple[str, ...]) -> Arg:
        known = script.by_id[step.id].choice_ids
        return tuple(choice_label(step, choice) if choice in known else choice for choice in choices)

    if answer.yes and answer.unsure:
        return phrase("answer.yes_and_unsure", yes=labels(answer.yes), unsure=labels(answer.unsure))
    if answer.unsure:
        return phrase("answer.unsure", unsure=labels(answer.unsure))
    if answer.yes:
        return phrase("answer.list", items=labels(answer.yes))
    return phrase("answer.none_of_these")
