"""Pressed buttons -> what was meant: ids and numbers, in no language."""

from conversations.events import NONE_OF_THEM, UNSAID, Pressed
from conversations.script import Step
from conversations.session import Amount, Answer, Chosen, Given, Intent, Meant, NonAnswer, Unsaid
from conversations.vocabulary import StepKind

_UNREADABLE = Meant(Intent.UNREADABLE)


def read_button(event: Pressed, step: Step | None) -> Meant:
    """Read a button. One that no longer fits the step being asked is as unreadable as a line that does not."""
    first = event.arguments[0] if event.arguments else ""
    if event.intent is Intent.COMPARE:
        return Meant(event.intent, text=" ".join(event.arguments))
    if event.intent is not Intent.ANSWER:
        return Meant(event.intent, number=int(first) if first.isdecimal() else None, text=first)
    if step is None or event.step not in (None, step.id):
        return _UNREADABLE
    answer = _answer(event.arguments, step)
    return Meant(Intent.ANSWER, answer=answer) if answer else _UNREADABLE


def repeats(event: Pressed, given: tuple[Given, ...]) -> bool:
    """Tell whether a button says once more what was answered last: it was pressed twice, and taken once."""
    if event.intent is not Intent.ANSWER or not given:
        return False
    match given[-1].answer:
        case Unsaid(reason):
            return event.arguments == (f"{UNSAID}{reason}",)
        case Chosen((), ()):
            return event.arguments in ((), (NONE_OF_THEM,))
        case Chosen(yes, unsure):
            return sorted(event.arguments) == sorted(yes) and not unsure
        case Amount(number):
            return event.arguments == (f"{number:g}",)
        case _:
            return False


def _answer(arguments: tuple[str, ...], step: Step) -> Answer | None:
    if arguments == (NONE_OF_THEM,):
        return Chosen(()) if step.kind is StepKind.CHOICES else None
    if len(arguments) == 1 and arguments[0].startswith(UNSAID):
        reason = arguments[0].removeprefix(UNSAID)
        return Unsaid(NonAnswer(reason)) if reason in set(NonAnswer) else None
    match step.kind:
        case StepKind.CHOICE | StepKind.CHOICES:
            return _chosen(arguments, step)
        case StepKind.NUMBER | StepKind.SCALE:
            number = float(arguments[0]) if len(arguments) == 1 and arguments[0].isdecimal() else None
            return Amount(number) if number is not None and step.low <= number <= step.high else None
        case StepKind.TEXT | StepKind.SKILLS:
            return None


def _chosen(arguments: tuple[str, ...], step: Step) -> Chosen | None:
    picked = tuple(choice.id for choice in step.choices if choice.id in arguments)
    alone = any(choice.only for choice in step.choices if choice.id in picked)
    if len(picked) != len(arguments) or (alone and len(picked) > 1):
        return None
    return Chosen(picked) if step.kind is StepKind.CHOICES or len(picked) == 1 else None
