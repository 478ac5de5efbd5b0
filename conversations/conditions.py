"""The few kinds of condition that a pack may use, and what each means.

A condition is True, False, or None while a step that it reads is still ahead: that third value is what keeps
the progress line honest under branching, and no flag or question ever rises on it.
"""

from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Protocol

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from conversations.session import Amount, Answer, Chosen, NonAnswer, Unsaid, is_said
from conversations.vocabulary import Question


class Facts(Protocol):
    """What a condition may look at."""

    def answer(self, step: str) -> Answer | None:
        """Return the answer given at a step on the path."""

    def pending(self, step: str) -> bool:
        """Tell whether a step may still be asked."""

    def verdict(self, question: Question) -> str | None:
        """Return the state of a verdict; None while it cannot be formed yet."""


class _Condition(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Is(_Condition):
    """`{ step = "owns", is = ["nothing"] }`: at least one of these choices was picked."""

    step: str
    choices: tuple[str, ...] = Field(alias="is", min_length=1)


class Lacks(_Condition):
    """`{ step = "owns", lacks = ["services"] }`: something was picked, and none of these, not even as unsure."""

    step: str
    lacks: tuple[str, ...] = Field(min_length=1)


class AtLeast(_Condition):
    """`{ step = "teams", at_least = 3 }`."""

    step: str
    at_least: float


class AtMost(_Condition):
    """`{ step = "teams", at_most = 2 }`."""

    step: str
    at_most: float


class Unknown(_Condition):
    """`{ unknown = "owns" }`: the person said that they don't know yet, or are unsure of all they named."""

    unknown: str


class VerdictIs(_Condition):
    """`{ verdict = "kind", is = ["infra"] }`: what the answers so far amount to."""

    verdict: Question
    states: tuple[str, ...] = Field(alias="is", min_length=1)


class AllOf(_Condition):
    """`{ all = [...] }`."""

    all: tuple["Condition", ...] = Field(min_length=1)


class AnyOf(_Condition):
    """`{ any = [...] }`."""

    any: tuple["Condition", ...] = Field(min_length=1)


class Not(_Condition):
    """`{ not = {...} }`."""

    not_: "Condition" = Field(alias="not")


_TAGS = ("verdict", "is", "lacks", "at_least", "at_most", "unknown", "all", "any", "not")


def _tag(value: Any) -> str | None:  # noqa: ANN401  pydantic hands over whatever the file held
    if isinstance(value, dict):
        return next((tag for tag in _TAGS if tag in value), None)
    return None


Condition = Annotated[
    Annotated[Is, Tag("is")]
    | Annotated[Lacks, Tag("lacks")]
    | Annotated[AtLeast, Tag("at_least")]
    | Annotated[AtMost, Tag("at_most")]
    | Annotated[Unknown, Tag("unknown")]
    | Annotated[VerdictIs, Tag("verdict")]
    | Annotated[AllOf, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[Not, Tag("not")],
    Discriminator(_tag),
]


def holds(condition: Condition, facts: Facts) -> bool | None:
    """Evaluate a condition; None while it hangs on a step that is still ahead."""
    match condition:
        case AllOf():
            return _all(holds(part, facts) for part in condition.all)
        case AnyOf():
            return _negated(_all(_negated(holds(part, facts)) for part in condition.any))
        case Not():
            return _negated(holds(condition.not_, facts))
        case VerdictIs():
            state = facts.verdict(condition.verdict)
            return None if state is None else state in condition.states
        case Unknown():
            if facts.pending(condition.unknown):
                return None
            answer = facts.answer(condition.unknown)
            perhaps = isinstance(answer, Chosen) and not is_said(answer)
            return perhaps or answer == Unsaid(NonAnswer.UNKNOWN)
        case Is() | Lacks() | AtLeast() | AtMost():
            return None if facts.pending(condition.step) else _met(condition, facts.answer(condition.step))


def _met(condition: Is | Lacks | AtLeast | AtMost, answer: Answer | None) -> bool:
    match condition, answer:
        case Is(), Chosen():
            return not set(condition.choices).isdisjoint(answer.yes)
        case Lacks(), Chosen():
            return bool(answer.yes) and set(condition.lacks).isdisjoint({*answer.yes, *answer.unsure})
        case AtLeast(), Amount():
            return answer.number >= condition.at_least
        case AtMost(), Amount():
            return answer.number <= condition.at_most
    return False


def _all(parts: Iterable[bool | None]) -> bool | None:
    known: bool | None = True
    for part in parts:
        if part is False:
            return False
        if part is None:
            known = None
    return known


def _negated(value: bool | None) -> bool | None:  # noqa: FBT001  three-valued, and the only argument
    return None if value is None else not value


def support(condition: Condition, facts: Facts) -> Iterator["Leaf"]:
    """Yield what makes a condition hold: of alternatives, only those that do hold."""
    match condition:
        case AnyOf():
            for part in condition.any:
                if holds(part, facts):
                    yield from support(part, facts)
        case AllOf():
            for part in condition.all:
                yield from support(part, facts)
        case _:
            yield from leaves(condition)


def steps_read(parts: Iterable["Leaf"]) -> frozenset[str]:
    """Return the steps that these conditions read by themselves."""
    return frozenset(
        leaf.unknown if isinstance(leaf, Unknown) else leaf.step for leaf in parts if not isinstance(leaf, VerdictIs)
    )


Leaf = Is | Lacks | AtLeast | AtMost | Unknown | VerdictIs


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Yield the conditions inside a condition that read something themselves."""
    match condition:
        case AllOf():
            for part in condition.all:
                yield from leaves(part)
        case AnyOf():
            for part in condition.any:
                yield from leaves(part)
        case Not():
            yield from leaves(condition.not_)
        case Is() | Lacks() | AtLeast() | AtMost() | Unknown() | VerdictIs():
            yield condition
