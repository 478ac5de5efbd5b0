"""Which red flags the answers raise: the pack's conditions, and nothing else."""

from collections.abc import Mapping
from dataclasses import replace

from conversations.assessment import evidence
from conversations.catalogue import phrase
from conversations.conditions import holds, steps_read, support
from conversations.facts import Facts
from conversations.report import RaisedFlag, Severity
from conversations.script import Flag
from conversations.session import Fine
from conversations.vocabulary import QUESTIONS, TeamKind

_GRAVITY: tuple[Severity, ...] = ("high", "medium", "low")


def up(facts: Facts, sides: tuple[TeamKind, ...]) -> list[Flag]:
    """Return the flags that the answers raise.

    A flag is for certain kinds of team. Where the kind is known and is none of these, it stays down.
    """
    return [
        flag
        for flag in facts.script.flags
        if (not sides or not set(sides).isdisjoint(flag.kinds)) and holds(flag.when, facts)
    ]


def raised(facts: Facts, sides: tuple[TeamKind, ...], fine: Mapping[str, Fine]) -> tuple[RaisedFlag, ...]:
    """Return the raised flags with their reasons: question 3 first (S34), then the graver, then the pack's order.

    Those that the person is fine with come last; they stay on the page, with the person's reason.
    """
    found = [_raise(facts, flag, fine.get(flag.id)) for flag in up(facts, sides)]
    found.sort(key=lambda one: (one.fine is not None, one.section != QUESTIONS[-1], _GRAVITY.index(one.severity)))
    return tuple(replace(flag, number=number) for number, flag in enumerate(found, start=1))


def _raise(facts: Facts, flag: Flag, fine: Fine | None) -> RaisedFlag:
    severity = flag.instead.severity if flag.instead and holds(flag.instead.when, facts) else flag.severity
    return RaisedFlag(
        id=flag.id,
        section=flag.section,
        severity=severity,
        headline=phrase(f"flags.{flag.id}.headline"),
        because=phrase(f"flags.{flag.id}.because"),
        clears=phrase(f"flags.{flag.id}.clears"),
        evidence=evidence.of_steps(facts, {*steps_read(support(flag.when, facts)), *flag.evidence}),
        fine=fine.reason if fine else None,
    )
