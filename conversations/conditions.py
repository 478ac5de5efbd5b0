"""The few kinds of condition that a pack may use, and what each means.

A condition is True, False, or None while a step that it reads is still ahead: that third value is what keeps
the progress line honest under branching, and no flag or question ever rises on it.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Protocol

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from conversations.session import Amount, Answer, Chosen, NonAnswer, Unsaid, is_said
from conversations.vocabulary import Question


class Facts(Protocol):
    """What a condition may look at."""

    @property
    def answers(self) -> Mapping[str, Answer]:
        """The answers given at steps on the path."""

    @property
    def ahead(self) -> Collection[str]:
        """Steps that may still be asked; none of them has an answer."""

    def verdict(self, question: Question) -> str | None:
        """Return the state of a verdict; None while it cannot be formed yet."""


class _Condition(BaseModel, ABC):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @abstractmethod
    def holds(self, facts: Facts) -> bool | None:
        """Evaluate; None while it hangs on a step that is still ahead."""


class _OnAnswer(_Condition):
    """A condition that reads one step."""

    step: str

    def holds(self, facts: Facts) -> bool | None:
        answer = facts.answers.get(self.step)
        return None if answer is None and self.step in facts.ahead else self._met(answer)

    @abstractmethod
    def _met(self, answer: Answer | None) -> bool:
        """Tell whether an answer, or having none, meets the condition."""


class Is(_OnAnswer):
    """`{ step = "owns", is = ["nothing"] }`: at least one of these choices was picked."""

    choices: tuple[str, ...] = Field(alias="is", min_length=1)

    def _met(self, answer: Answer | None) -> bool:
        return isinstance(answer, Chosen) and not self._wanted.isdisjoint(answer.yes)

    @cached_property
    def _wanted(self) -> frozenset[str]:
        return frozenset(self.choices)


class Lacks(_OnAnswer):
    """`{ step = "owns", lacks = ["services"] }`: something was picked, and none of these, not even as unsure."""

    lacks: tuple[str, ...] = Field(min_length=1)

    def _met(self, answer: Answer | None) -> bool:
        if not isinstance(answer, Chosen):
            return False
        return bool(answer.yes) and not any(one in answer.yes or one in answer.unsure for one in self.lacks)


class AtLeast(_OnAnswer):
    """`{ step = "teams", at_least = 3 }`."""

    at_least: float

    def _met(self, answer: Answer | None) -> bool:
        return isinstance(answer, Amount) and answer.number >= self.at_least


class AtMost(_OnAnswer):
    """`{ step = "teams", at_most = 2 }`."""

    at_most: float

    def _met(self, answer: Answer | None) -> bool:
        return isinstance(answer, Amount) and answer.number <= self.at_most


class Unknown(_Condition):
    """`{ unknown = "owns" }`: the person said that they don't know yet, or are unsure of all they named."""

    unknown: str

    def holds(self, facts: Facts) -> bool | None:
        answer = facts.answers.get(self.unknown)
        if answer is None and self.unknown in facts.ahead:
            return None
        perhaps = isinstance(answer, Chosen) and not is_said(answer)
        return perhaps or answer == Unsaid(NonAnswer.UNKNOWN)


class VerdictIs(_Condition):
    """`{ verdict = "kind", is = ["infra"] }`: what the answers so far amount to."""

    verdict: Question
    states: tuple[str, ...] = Field(alias="is", min_length=1)

    def holds(self, facts: Facts) -> bool | None:
        state = facts.verdict(self.verdict)
        return None if state is None else state in self.states


class AllOf(_Condition):
    """`{ all = [...] }`."""

    all: tuple["Condition", ...] = Field(min_length=1)

    def holds(self, facts: Facts) -> bool | None:
        known: bool | None = True
        for part in self.all:
            holds = part.holds(facts)
            if holds is False:
                return False
            if holds is None:
                known = None
        return known


class AnyOf(_Condition):
    """`{ any = [...] }`."""

    any: tuple["Condition", ...] = Field(min_length=1)

    def holds(self, facts: Facts) -> bool | None:
        known: bool | None = False
        for part in self.any:
            holds = part.holds(facts)
            if holds:
                return True
            if holds is None:
                known = None
        return known


class Not(_Condition):
    """`{ not = {...} }`."""

    not_: "Condition" = Field(alias="not")

    def holds(self, facts: Facts) -> bool | None:
        holds = self.not_.holds(facts)
        return None if holds is None else not holds


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
    return condition.holds(facts)


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
