"""What each verdict and each flag reads: an answer to any other step leaves it as it is."""

from collections.abc import Iterable, Iterator

from conversations.conditions import Condition, VerdictIs, leaves, steps_read
from conversations.script import Feeds, Flag, Script
from conversations.vocabulary import QUESTIONS, TEAM_KINDS, Question


def verdict_reads(script: Script, question: Question) -> frozenset[str]:
    """Return the steps that a verdict reads, and those that decide whether they come up."""
    return _closed(script, _judged_by(script, question))


def flag_reads(script: Script, flag: Flag) -> frozenset[str]:
    """Return the steps that a flag reads: in its conditions, as evidence, and for the kind of team it is for."""
    conditions = [flag.when, flag.instead.when] if flag.instead else [flag.when]
    found = {*flag.evidence, *_read_by(script, conditions)}
    if set(flag.kinds) != set(TEAM_KINDS):
        found |= _judged_by(script, "kind")
    return _closed(script, found)


def _judged_by(script: Script, question: Question) -> frozenset[str]:
    """Return the steps of a section; what is usual to own hangs on the kind of team as well."""
    sections = {question, "kind"} if question == "ownership" else {question}
    return frozenset(step.id for step in script.steps if step.section in sections)


def _read_by(script: Script, conditions: Iterable[Condition]) -> Iterator[str]:
    for condition in conditions:
        yield from steps_read(leaves(condition))
        for leaf in leaves(condition):
            if isinstance(leaf, VerdictIs):
                yield from _judged_by(script, leaf.verdict)


def _closed(script: Script, steps: Iterable[str]) -> frozenset[str]:
    """Add what decides whether a step comes up, and who said what is said there."""
    found: set[str] = set()
    waiting = set(steps)
    while waiting:
        step = script.by_id[waiting.pop()]
        found.add(step.id)
        earlier = QUESTIONS[: QUESTIONS.index(step.section) + 1]
        sources = [one for section in earlier if (one := script.feeding(Feeds.SOURCES, section))]
        waiting |= {*_read_by(script, [step.when] if step.when else []), *(one.id for one in sources)} - found
    return frozenset(found)
