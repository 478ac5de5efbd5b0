"""`make mutants`: disable each flag, signal, condition and rule in turn; the tests of what it serves must notice.

    python -m tests.mutants             all of them, as a table
    python -m tests.mutants flag:alone  those whose name begins like this

A mutant is named in TEAMCHECK_MUTANT, and the tests' own copy of the pack (or the module) is changed by it.
"""

import copy
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

VARIABLE = "TEAMCHECK_MUTANT"
ROWS = ("steps", "flags", "questions", "remarks")
RULES = "tests/test_acceptance.py"
FILES = (RULES, *(f"tests/test_{what}.py" for what in ("flags", "pack_conditions", "remarks", "signs", "topics")))

CODE: Mapping[str, tuple[str, str, Any]] = {
    # name: the rule it serves, what is replaced, and by what
    "title_note": ("S01", "conversations.assessment.team_kind:_notes", lambda *_: []),
    "always_a_question": ("S03", "conversations.judgement:still_open", lambda *_: ()),
    "earlier_title": ("S02", "conversations.assessment.team_kind:_notes", lambda *_: []),
    "card": ("S05", "conversations.looking_up:card", "show_help"),
    "startup": ("S07", "conversations.assessment.team_kind:_is_startup", lambda _: False),
    "mixed": ("S19", "conversations.assessment.team_kind:NEAR", 2.0),
    "step_cap": ("S09", "conversations.assessment.team_kind:STEP_CAP", 1),
    "enough": ("S19", "conversations.assessment.team_kind:ENOUGH", 99),
    "fit": ("S15", "conversations.assessment.team_kind:_fit", lambda *_: []),
    "sure_enough": ("S22", "conversations.assessment.skill_gap:SURE_ENOUGH", 0),
    "own_time": ("S22", "conversations.assessment.skill_gap:_too_long", lambda _: False),
    "about_as_long": ("S22", "conversations.assessment.skill_gap:ABOUT_AS_LONG", 1.0),
    "nothing_new": ("S23", "conversations.assessment.skill_gap:_something_new", lambda _: True),
    "only_domain": ("S24", "conversations.assessment.skill_gap:only_domain_is_new", lambda _: False),
    "learnable": ("S25", "conversations.assessment.skill_gap:LEARN_BELOW", -9),
    "advice_owns": ("S31", "conversations.assessment.ownership:NO_OWNERSHIP", frozenset({"nothing"})),
    "nothing_owned": ("S27", "conversations.assessment.ownership:NO_OWNERSHIP", frozenset()),
    "nobody_served": ("S32", "conversations.assessment.ownership:NO_CUSTOMER", frozenset()),
    "usual_owner": ("S28", "conversations.assessment.ownership:_map", lambda *_: []),
    "usual_owner_applied": ("S29", "conversations.assessment.ownership:_map", lambda *_: []),
    "usual_owner_research": ("S30", "conversations.assessment.ownership:_map", lambda *_: []),
    "profile_versions": ("S37", "conversations.about_you:with_answers", lambda person, *_: person),
    "read_again": ("S37", "conversations.about_you:read_again", lambda *_: ()),
    "goal": ("S40", "conversations.judgement:_goal", lambda *_: None),
    "decision": ("S40", "conversations.judgement:_decision", lambda *_: None),
    "flags_of_question_3_first": ("S34", "conversations.red_flags:QUESTIONS", ("ownership", "gap", "kind")),
}


@dataclass(frozen=True)
class Mutant:
    """One thing disabled, and the ids whose tests must notice."""

    name: str
    serves: tuple[str, ...]


def all_mutants(pack: Mapping[str, Any]) -> Iterator[Mutant]:
    """Name everything that can be disabled."""
    yield from _flag_mutants(pack)
    for step in pack["steps"]:
        serves = tuple(step.get("serves", ()))
        for choice in step.get("choices", ()):
            yield from (Mutant(f"signal:{step['id']}.{choice['id']}.{k}", serves) for k in choice.get("signals", ()))
        if "when" in step:
            yield Mutant(f"when:{step['id']}", (*serves, step["id"]))
    for question in pack["questions"]:
        if "when" in question:
            yield Mutant(f"question:{question['id']}", tuple(question["serves"]))
    for remark in pack["remarks"]:
        yield Mutant(f"remark:{remark['id']}", tuple(remark["serves"]))
    for rows in ROWS:
        for row in pack[rows]:
            serves = (*row.get("serves", ()), row["id"])
            yield from (Mutant(f"part:{rows}.{row['id']}.{place}", serves) for place in range(len(_parts(row))))
    yield from (Mutant(f"code:{name}", (rule,)) for name, (rule, _, _) in CODE.items())


def _flag_mutants(pack: Mapping[str, Any]) -> Iterator[Mutant]:
    for flag in pack["flags"]:
        serves = tuple(flag["serves"])
        yield Mutant(f"flag:{flag['id']}", serves)
        if "instead" in flag:
            yield Mutant(f"instead:{flag['id']}", serves)
        if "kinds" in flag:
            yield Mutant(f"kinds:{flag['id']}", (flag["id"],))


def _parts(row: Mapping[str, Any]) -> list[tuple[list[Any], int]]:
    """Return each part of a compound condition in a row, as the list that holds it and its place there."""
    found = []
    waiting = [row.get("when"), row.get("instead", {}).get("when")]
    while waiting:
        condition = waiting.pop(0)
        if condition:
            parts = condition.get("all") or condition.get("any") or []
            found += [(parts, place) for place in range(len(parts)) if len(parts) > 1]
            waiting += [*parts, condition.get("not")]
    return found


def mutated(original: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the pack with the mutant of this process applied, if there is one."""
    name = os.environ.get(VARIABLE, "")
    kind, _, what = name.partition(":")
    pack: dict[str, Any] = copy.deepcopy(dict(original))
    match kind:
        case "flag":
            pack["flags"] = [flag for flag in pack["flags"] if flag["id"] != what]
        case "instead" | "kinds":
            for flag in pack["flags"]:
                if flag["id"] == what:
                    del flag[kind]
        case "signal":
            step_id, choice_id, team_kind = what.split(".")
            step = next(step for step in pack["steps"] if step["id"] == step_id)
            del next(choice for choice in step["choices"] if choice["id"] == choice_id)["signals"][team_kind]
        case "when":
            del next(step for step in pack["steps"] if step["id"] == what)["when"]
        case "question" | "remark":
            pack[f"{kind}s"] = [row for row in pack[f"{kind}s"] if row["id"] != what]
        case "part":
            rows, row_id, place = what.split(".")
            parts, index = _parts(next(row for row in pack[rows] if row["id"] == row_id))[int(place)]
            del parts[index]
        case "code":
            _patch(*CODE[what][1:])
    return pack


def _patch(where: str, replacement: Any) -> None:  # noqa: ANN401  it stands for whatever it replaces
    module_name, _, name = where.partition(":")
    module = sys.modules[module_name]
    value = getattr(module, replacement) if isinstance(replacement, str) else replacement
    original = getattr(module, name)
    setattr(module, name, value)
    table: dict[Any, Any] = sys.modules["conversations.dialogue"].TRANSITIONS
    for row, move in dict(table).items():
        if move.handler is original:
            table[row] = type(move)(value, move.to)


def _killed_by(mutant: Mutant) -> str | None:
    """Run the tests of what a mutant serves; return the first that fails."""
    wanted = " or ".join(sorted(set(mutant.serves)))
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--tb=no", "-k", wanted, *FILES]
    environment = {**os.environ, VARIABLE: mutant.name}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    return failed[0].split("::")[-1].split(" - ")[0] if failed else None


def main() -> int:
    """Run every mutant, print the table, and return how many survived."""
    from adapters.pack_files import read_core_pack  # noqa: PLC0415  the tests import this module while they load

    chosen = [m for m in all_mutants(read_core_pack()[0].values.pack) if m.name.startswith(tuple(sys.argv[1:]) or "")]
    survivors = 0
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for mutant, killer in zip(chosen, pool.map(_killed_by, chosen), strict=True):
            survivors += killer is None
            sys.stdout.write(f"{mutant.name:42} {' '.join(mutant.serves):24} {killer or 'SURVIVED'}\n")
            sys.stdout.flush()
    sys.stdout.write(f"\n{len(chosen)} mutants, {survivors} survived\n")
    return survivors


if __name__ == "__main__":
    sys.exit(min(main(), 1))
