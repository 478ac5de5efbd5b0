"""What is wrong with the rows of a pack: everything at once, each with its place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, product
from math import isfinite
from typing import Any

from pydantic import BaseModel, ValidationError

from conversations.conditions import (
    AllOf,
    AnyOf,
    AtLeast,
    AtMost,
    Condition,
    Is,
    Lacks,
    Leaf,
    Not,
    Unknown,
    VerdictIs,
    leaves,
    steps_read,
)
from conversations.pack_values import PACK_FILE, Mistake, Place
from conversations.script import FEEDING, Expectation, ExtraQuestion, Feeds, Flag, Remark, Step
from conversations.vocabulary import QUESTIONS, TEAM_KINDS, VERDICT_STATES, Question, Source, StepKind, TeamKind

ROWS: Mapping[str, type[BaseModel]] = {"steps": Step, "flags": Flag, "questions": ExtraQuestion, "remarks": Remark}
WORLDS = 256
"""Ways in which one condition may come true that are looked at; one with more is taken to be possible."""
HIGHEST = 999_999
"""The largest number that is read from what somebody typed."""
SCALE_LIMIT = 100
"""Points of a scale: each may have words of its own."""
WORK = 300_000
"""Parts of such ways that are looked at in one pack; from then on every condition is taken to be possible."""
_COMING = {"step": "come up", "flag": "be raised", "remark": "be said", "question": "be asked"}
_CHOOSING = (StepKind.CHOICE, StepKind.CHOICES)
_COUNTING = (StepKind.NUMBER, StepKind.SCALE)

World = tuple[Leaf, ...]
"""One way in which a condition comes true: what has to be the case at the same time."""


@dataclass
class Rows:
    """The rows of a pack that could be read, with their places, and the names of those that could not."""

    steps: list[tuple[int, Step]]
    flags: list[tuple[int, Flag]]
    questions: list[tuple[int, ExtraQuestion]]
    remarks: list[tuple[int, Remark]]
    unread: frozenset[str]

    def __post_init__(self) -> None:
        """Look the steps up once."""
        self.by_id = {step.id: step for _, step in self.steps}
        self.order = {step.id: place for place, step in self.steps}
        self.closed: set[str] = set()
        """Steps that can never come up."""
        self.worlds: dict[str, Sequence[World]] = {}
        """Step -> the ways in which it comes up, where they are known; a step reads only those before it."""
        self.work = WORK

    def all(self) -> Iterator[tuple[Place, Step | Flag | ExtraQuestion | Remark]]:
        """Yield every row with its place."""
        yield from ((("steps", place), row) for place, row in self.steps)
        yield from ((("flags", place), row) for place, row in self.flags)
        yield from ((("questions", place), row) for place, row in self.questions)
        yield from ((("remarks", place), row) for place, row in self.remarks)


def read_rows(pack: Mapping[str, Any], mistakes: list[Mistake]) -> Rows:
    """Read row by row, so that one that is wrong does not hide what is wrong with the others."""
    found: dict[str, list[Any]] = {}
    unread = set()
    for name, kind in ROWS.items():
        found[name] = []
        rows = pack.get(name, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            mistakes.append(Mistake(PACK_FILE, (name,), f"{name} are written as rows: [[{name}]]"))
            continue
        for place, row in enumerate(rows):
            try:
                found[name].append((place, kind.model_validate(row)))
            except (ValidationError, RecursionError) as error:
                unread.add(str(row.get("id")))
                mistakes += said_by_pydantic(error, PACK_FILE, (name, place))
    return Rows(**found, unread=frozenset(unread))


def said_by_pydantic(error: ValidationError | RecursionError, file: str, at: Place = ()) -> list[Mistake]:
    """Put what pydantic found into sentences."""
    if isinstance(error, RecursionError):
        return [Mistake(file, at, "this is nested too deeply")]
    return [Mistake(file, (*at, *one["loc"]), _sentence(one)) for one in error.errors(include_url=False)]


def _sentence(error: Any) -> str:  # noqa: ANN401  pydantic's error details
    field = next((part for part in reversed(error["loc"]) if isinstance(part, str)), "")
    match error["type"]:
        case "extra_forbidden":
            return f"there is no field {field!r} here"
        case "missing":
            return f"the field {field!r} is missing"
        case "union_tag_not_found" | "union_tag_invalid":
            return "a condition has one of: is, lacks, at_least, at_most, unknown, verdict, all, any, not"
        case _:
            return f"{field}: {error['msg']}"


def row_mistakes(rows: Rows, expects: Mapping[TeamKind, Expectation]) -> Iterator[Mistake]:
    """Yield what is wrong with rows that could be read, each by itself and all together."""
    yield from (Mistake(PACK_FILE, place, sentence) for place, sentence in _sentences(rows, expects))


def _sentences(rows: Rows, expects: Mapping[TeamKind, Expectation]) -> Iterator[tuple[Place, str]]:
    yield from _order(rows)
    yield from _twice(rows)
    for place, step in rows.steps:
        yield from ((("steps", place, *at), f"step {step.id}: {said}") for at, said in _step(step))
        found = list(_condition(rows, ("steps", place, "when"), f"step {step.id}", step.when, before=step))
        if found:
            rows.closed.add(step.id)
        yield from found
    yield from _feeding(rows)
    yield from _flags(rows)
    for place, remark in rows.remarks:
        yield from _condition(rows, ("remarks", place, "when"), f"remark {remark.id}", remark.when)
    for place, question in rows.questions:
        yield from _condition(rows, ("questions", place, "when"), f"question {question.id}", question.when)
    yield from _expected(rows, expects)


def _condition(
    rows: Rows,
    at: Place,
    where: str,
    condition: Condition | None,
    *,
    before: Step | None = None,
    flag: Flag | None = None,
) -> Iterator[tuple[Place, str]]:
    """Yield what a condition misreads; where it reads all well, whether it can hold at all."""
    found = list(_reads(rows, at, where, condition, before))
    yield from found
    kinds, comes_up = flag.kinds if flag else TEAM_KINDS, before.id if before else None
    if condition and not found and not can_hold(rows, condition, kinds, comes_up=comes_up):
        yield at, f"{where} can never {_COMING[where.partition(' ')[0]]}: its condition cannot hold"


def _order(rows: Rows) -> Iterator[tuple[Place, str]]:
    said = "the steps run through the three questions in their order, each at least once"
    sections = [step.section for _, step in rows.steps]
    late = next((i for i in range(1, len(sections)) if _rank(sections[i]) < _rank(sections[i - 1])), None)
    if late is not None:
        yield ("steps", rows.steps[late][0], "section"), said
    elif not rows.unread and set(sections) != set(QUESTIONS):
        yield ("steps",), said


def _rank(section: Question) -> int:
    return QUESTIONS.index(section)


def _twice(rows: Rows) -> Iterator[tuple[Place, str]]:
    seen: set[str] = set()
    for place, row in rows.all():
        if row.id in seen:
            yield (*place, "id"), f"the id {row.id} is used twice"
        seen.add(row.id)


def _step(step: Step) -> Iterator[tuple[Place, str]]:
    if (step.kind in _CHOOSING) != bool(step.choices):
        yield ("choices",), "choices belong to steps of kind choice or choices, and to all of them"
    if len(set(step.choice_ids)) != len(step.choice_ids):
        yield ("choices",), "two choices share an id"
    if step.kind in _COUNTING:
        yield from _bounds(step)
    if step.feeds:
        kinds, needed = FEEDING[step.feeds]
        if step.kind not in kinds:
            yield ("feeds",), f"what feeds {step.feeds} is of kind {' or '.join(kinds)}, not {step.kind}"
        elif missing := [one for one in needed if one not in step.choice_ids]:
            yield ("feeds",), f"what feeds {step.feeds} needs the choice {missing[0]}"
        if step.feeds is Feeds.SOURCES and (other := set(step.choice_ids) - {*Source}):
            yield ("choices",), f"{min(other)} is no source; there are {', '.join(Source)}"


def _bounds(step: Step) -> Iterator[tuple[Place, str]]:
    if not (step.low >= 0 and step.high <= HIGHEST):
        said = f"low and high are numbers that somebody can type: 0 to {HIGHEST:,}"
        yield ("high" if step.low >= 0 else "low",), said
    elif not step.low < step.high:
        yield ("low",), "low must be below high"
    elif step.kind is StepKind.SCALE and step.high - step.low >= SCALE_LIMIT:
        yield ("high",), f"a scale has at most {SCALE_LIMIT} points"


def _feeding(rows: Rows) -> Iterator[tuple[Place, str]]:
    """Yield the steps whose answer nothing is made of: no verdict, no condition, no question to anybody."""
    if rows.unread:
        return
    read = steps_read(_all_leaves(rows))
    shown = {step for _, flag in rows.flags for step in flag.evidence}
    for place, step in rows.steps:
        feeds = step.feeds or step.whom or any(choice.signals for choice in step.choices)
        if step.kind in _CHOOSING and not feeds and step.id not in read | shown and not (step.serves or step.profile):
            yield ("steps", place), f"step {step.id} feeds nothing: no verdict, no condition, nobody to ask"


def _all_leaves(rows: Rows) -> Iterator[Leaf]:
    conditions = [row.when for _, row in rows.all()]
    conditions += [flag.instead.when for _, flag in rows.flags if flag.instead]
    return chain.from_iterable(leaves(condition) for condition in conditions if condition)


def _flags(rows: Rows) -> Iterator[tuple[Place, str]]:
    for place, flag in rows.flags:
        at: Place = ("flags", place)
        if flag.kinds:
            yield from _condition(rows, (*at, "when"), f"flag {flag.id}", flag.when, flag=flag)
        else:
            yield (*at, "kinds"), f"flag {flag.id} can never be raised: it is for no kind of team"
        for step in flag.evidence:
            if step not in rows.by_id and step not in rows.unread:
                yield (*at, "evidence"), f"flag {flag.id} shows step {step}, which does not exist"
        if flag.instead:
            yield from _reads(rows, (*at, "instead"), f"flag {flag.id}", flag.instead.when)


def _expected(rows: Rows, expects: Mapping[TeamKind, Expectation]) -> Iterator[tuple[Place, str]]:
    fed = {step.feeds: step for _, step in rows.steps}
    for kind, expected in expects.items():
        for half, named, feeds in (
            ("owns", expected.owns, Feeds.OWNS),
            ("customers", expected.customers, Feeds.CUSTOMERS),
        ):
            known = fed[feeds].choice_ids if feeds in fed else ()
            for choice in named:
                if choice not in known and not rows.unread:
                    yield ("expects", kind, half), f"expects {choice}, which no step that feeds {feeds} offers"


def _reads(
    rows: Rows, at: Place, where: str, condition: Condition | None, before: Step | None = None
) -> Iterator[tuple[Place, str]]:
    for leaf in leaves(condition) if condition else ():
        if isinstance(leaf, VerdictIs):
            if before and QUESTIONS.index(leaf.verdict) >= QUESTIONS.index(before.section):
                yield at, f"{where} reads the verdict {leaf.verdict}, which is not formed before it"
            for state in leaf.states:
                if state not in VERDICT_STATES[leaf.verdict]:
                    yield at, f"{where} reads the state {state}, which the verdict {leaf.verdict} does not have"
            continue
        name = leaf.unknown if isinstance(leaf, Unknown) else leaf.step
        read = rows.by_id.get(name)
        if read is None:
            if name not in rows.unread:
                yield at, f"{where} reads step {name}, which does not exist"
        elif before and rows.order[read.id] >= rows.order[before.id]:
            yield at, f"{where} reads step {read.id}, which does not come before it"
        else:
            yield from ((at, f"{where} {said}") for said in _misread(leaf, read))


def _misread(leaf: Leaf, read: Step) -> Iterator[str]:
    match leaf:
        case Is() | Lacks():
            named = leaf.choices if isinstance(leaf, Is) else leaf.lacks
            if read.kind not in _CHOOSING:
                yield f"reads a choice of step {read.id}, which is of kind {read.kind}"
                return
            for choice in named:
                if choice not in read.choice_ids:
                    yield f"reads the choice {choice}, which step {read.id} does not have"
        case AtLeast() | AtMost():
            if read.kind not in _COUNTING:
                yield f"reads a number of step {read.id}, which is of kind {read.kind}"
            if not isfinite(leaf.at_least if isinstance(leaf, AtLeast) else leaf.at_most):
                yield f"compares step {read.id} with what is no number"
        case _:
            return


# -- whether a condition can hold at all ---------------------------------------------------------------------------


def can_hold(
    rows: Rows, condition: Condition, kinds: Sequence[TeamKind] = TEAM_KINDS, *, comes_up: str | None = None
) -> bool:
    """Tell whether some answers make a condition hold, for one of these kinds of team; in doubt they do.

    What the condition of a step comes to is kept under the step's name: later conditions build on it.
    """
    try:
        worlds = list(islice(_worlds(rows, condition), WORLDS + 1))
    except _DoubtError:
        return True
    if len(worlds) > WORLDS:
        return True
    if comes_up is not None:
        rows.worlds[comes_up] = worlds
    return any(_possible(rows, world, kinds) for world in worlds)


class _DoubtError(Exception):
    """There is more to look at than anybody wants to wait for."""


def _worlds(rows: Rows, condition: Condition) -> Iterator[World]:
    match condition:
        case AnyOf():
            for part in condition.any:
                yield from _worlds(rows, part)
        case AllOf():
            parts = [list(islice(_worlds(rows, part), WORLDS + 1)) for part in condition.all]
            yield from (_looked_at(rows, tuple(chain.from_iterable(together))) for together in product(*parts))
        case Not():
            yield ()
        case VerdictIs():
            yield _looked_at(rows, (condition,))
        case _:
            # To be answered, a step must have come up: its own condition held as well.
            name = condition.unknown if isinstance(condition, Unknown) else condition.step
            for world in rows.worlds.get(name, ((),)):
                yield _looked_at(rows, (condition, *world))


def _looked_at(rows: Rows, world: World) -> World:
    rows.work -= sum(len(leaf.choices) if isinstance(leaf, Is) else 1 for leaf in world)
    if rows.work < 0:
        raise _DoubtError
    return world


def _possible(rows: Rows, world: World, kinds: Sequence[TeamKind]) -> bool:
    states: dict[str, set[str]] = {}
    by_step: dict[str, list[Leaf]] = {}
    for leaf in world:
        if isinstance(leaf, VerdictIs):
            states.setdefault(leaf.verdict, set(leaf.states)).intersection_update(leaf.states)
        else:
            by_step.setdefault(leaf.unknown if isinstance(leaf, Unknown) else leaf.step, []).append(leaf)
    kind = states.get("kind")
    if any(not some for some in states.values()) or (kind and kind <= set(TEAM_KINDS) - set(kinds)):
        return False
    return all(
        name not in rows.closed and _answerable(rows.by_id[name], parts)
        for name, parts in by_step.items()
        if name in rows.by_id
    )


def _answerable(step: Step, parts: Sequence[Leaf]) -> bool:
    """Tell whether one answer to a step can be all of this at once."""
    # A choice that the step does not have is told by itself.
    named = [some for leaf in parts if isinstance(leaf, Is) and (some := set(leaf.choices) & set(step.choice_ids))]
    lacking = {choice for leaf in parts if isinstance(leaf, Lacks) for choice in leaf.lacks}
    least = max((leaf.at_least for leaf in parts if isinstance(leaf, AtLeast)), default=step.low)
    most = min((leaf.at_most for leaf in parts if isinstance(leaf, AtMost)), default=step.high)
    unknown = any(isinstance(leaf, Unknown) for leaf in parts)
    if unknown and len({type(leaf) for leaf in parts}) > 1:
        return False
    if step.kind in _COUNTING:
        return step.low <= most and least <= step.high and least <= most
    if step.kind is StepKind.CHOICE and named and not set.intersection(*named) - lacking:
        return False
    return all(some - lacking for some in named) and not (lacking and lacking >= set(step.choice_ids))
