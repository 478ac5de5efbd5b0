"""Which red flags the answers raise: the pack's conditions, and nothing else."""

from conversations.assessment import evidence
from conversations.catalogue import phrase
from conversations.conditions import holds, steps_read, support
from conversations.facts import Facts
from conversations.report import RaisedFlag, Severity
from conversations.script import Flag
from conversations.vocabulary import QUESTIONS, TeamKind

_GRAVITY: tuple[Severity, ...] = ("high", "medium", "low")


def raised(facts: Facts, sides: tuple[TeamKind, ...]) -> tuple[RaisedFlag, ...]:
    """Return the raised flags: question 3 first (S34), then the graver first, then the pack's order.

    A flag is for certain kinds of team. Where the kind is known and is none of these, it stays down.
    """
    found = [
        _raise(facts, flag)
        for flag in facts.script.flags
        if (not sides or set(sides) & set(flag.kinds)) and holds(flag.when, facts)
    ]
    return tuple(
        sorted(found, key=lambda one: (one.section != QUESTIONS[-1], _GRAVITY.index(one.severity))),
    )


def _raise(facts: Facts, flag: Flag) -> RaisedFlag:
    milder = flag.milder is not None and holds(flag.milder, facts)
    place = _GRAVITY.index(flag.severity) + (1 if milder else 0)
    return RaisedFlag(
        id=flag.id,
        section=flag.section,
        severity=_GRAVITY[min(place, len(_GRAVITY) - 1)],
        headline=phrase(f"flags.{flag.id}.headline"),
        because=phrase(f"flags.{flag.id}.because"),
        clears=phrase(f"flags.{flag.id}.clears"),
        evidence=evidence.of_steps(facts, {*steps_read(support(flag.when, facts)), *flag.evidence}),
    )
