"""A person who knows what to answer, so that an answer on another step than its own is seen."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from conversations.catalogue import phrase
from conversations.judgement import facts_of
from conversations.script import Step
from conversations.session import (
    NOTHING_SAID,
    Amount,
    Answer,
    Check,
    Chosen,
    Given,
    SkillLevel,
    SkillList,
    Written,
)
from conversations.vocabulary import QUESTIONS, StepKind
from conversations.wording import answer_phrase, step_name
from tests.end_to_end.program import SCRIPT, say

DEEPER = "deeper"
"""What has to be typed before a whole check: without it, only the quick questions are asked."""
_NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
_SKILLS = ("Beekeeping", "Falconry", "Glassblowing", "Origami", "Thatching")
"""None that the pack knows by another name."""


@dataclass(frozen=True)
class Line:
    """What is typed at a step, and the answer it stands for."""

    step: str
    typed: str
    answer: Answer
    noted: str
    """How the program acknowledges it."""
    remembered: str
    """How the program recalls it after a restart."""


def whole_check(seed: int) -> Sequence[Line]:
    """Return the lines of one deep check from the first question to the report, no two alike in a row."""
    return tuple(_lines(Random(seed)))  # noqa: S311  no secret hangs on it


def next_step(answers: Mapping[str, Answer]) -> Step | None:
    """Return the first open step of a deep check."""
    given = {step: (Given(answer, _NOON),) for step, answer in answers.items()}
    check = Check("", "", _NOON, _NOON, answers=given, deep=QUESTIONS)
    return next(iter(facts_of(SCRIPT, check, NOTHING_SAID).open_steps()), None)


def acknowledged(said: str, lines: Sequence[Line]) -> int:
    """Count the lines, from the first on, that the program was seen to have taken."""
    place = 0
    for count, line in enumerate(lines):
        echo = said.find(f"\n> {line.typed}\n", place)
        place = said.find(f"\n{line.noted}\n", echo) if echo >= 0 else -1
        if place < 0:
            return count
    return len(lines)


def line_for(step: Step, chance: Random, avoid: str = "") -> Line:
    """Answer a step with anything but these words."""
    while True:
        typed, answer = _answer(step, chance)
        if typed != avoid:
            name, words = step_name(step), answer_phrase(SCRIPT, step, answer)
            noted, remembered = (say(phrase(key, name=name, answer=words)) for key in ("noted", "last_said"))
            return Line(step.id, typed, answer, noted, remembered)


def _lines(chance: Random) -> Iterator[Line]:
    answers: dict[str, Answer] = {}
    before = ""
    while step := next_step(answers):
        line = line_for(step, chance, before)
        answers[step.id], before = line.answer, line.typed
        yield line


def _answer(step: Step, chance: Random) -> tuple[str, Answer]:
    match step.kind:
        case StepKind.CHOICE:
            place = chance.randrange(len(step.choices))
            return str(place + 1), Chosen((step.choice_ids[place],))
        case StepKind.CHOICES:
            free = [place for place, choice in enumerate(step.choices) if not choice.only]
            places = sorted(chance.sample(free, chance.randint(1, 3)))
            return " ".join(str(place + 1) for place in places), Chosen(tuple(step.choice_ids[p] for p in places))
        case StepKind.NUMBER | StepKind.SCALE:
            number = chance.randint(int(step.low), min(int(step.high), 40))
            return str(number), Amount(number)
        case StepKind.TEXT:
            text = f"{step.id}, in my words {chance.randrange(1000)}"
            return text, Written(text)
        case StepKind.SKILLS:
            skills = [SkillLevel(name, chance.randint(0, 4)) for name in chance.sample(_SKILLS, 3)]
            return ", ".join(f"{skill.name} {skill.level}" for skill in skills), SkillList(tuple(skills))
