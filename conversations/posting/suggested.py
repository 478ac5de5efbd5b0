"""What a posting suggests -> answers that a check may take, by the rows `[[answers]]` of posting.toml."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from conversations.facts import fits
from conversations.posting.proposals import Posting, Proposal, Quote
from conversations.posting.rules import Answers
from conversations.script import Script
from conversations.session import Answer, Chosen, Given, Proposed, SkillLevel, SkillList, Written
from conversations.vocabulary import Certainty, Source


def suggested(posting: Posting, rows: Sequence[Answers], script: Script, at: datetime) -> tuple[Proposed, ...]:
    """Return the answers that a posting suggests, in the order of the rows, as far as a pack has their steps."""
    return tuple(_proposed(posting, rows, script, at))


def _proposed(posting: Posting, rows: Sequence[Answers], script: Script, at: datetime) -> Iterator[Proposed]:
    for row in rows:
        step = script.by_id.get(row.step)
        found = _found(posting, row)
        if step is None or found is None or not fits(step, found[0]):
            continue
        answer, certainty, quotes = found
        words = quotes[0].text if quotes else ""
        yield Proposed(step.id, Given(answer, at, Source.POSTING, " ".join(words.split())), certainty)


def _found(posting: Posting, row: Answers) -> tuple[Answer, Certainty, Sequence[Quote]] | None:
    match row.about:
        case "title":
            title = posting.title
            return (Written(" ".join(title.text.split())), Certainty.CLEAR, ()) if title else None
        case "skills":
            asked = (*((one, False) for one in posting.required), *((one, True) for one in posting.preferred))
            skills = tuple(SkillLevel(one.value, None, nice=nice) for one, nice in asked)
            return (
                (SkillList(skills), Certainty.CLEAR, posting.required[0].quotes if posting.required else ())
                if skills
                else None
            )
        case "stage":
            return _choices(row, [one.value for one in posting.stages], posting.stages)
        case "kind":
            return _choices(row, _kinds(posting), [posting.kind])
        case "customer":
            return _choices(row, [posting.customer.value], [posting.customer])
        case "owns" | "hand_over":
            proposal: Proposal[Any] = posting.owns if row.about == "owns" else posting.hand_over
            kinds = _kinds(posting) if proposal.value == "yes" else []
            return _choices(row, [one for one in kinds if one in row.choices] or [proposal.value], [proposal])


def _kinds(posting: Posting) -> list[str]:
    """Return the kinds of team that are proposed: of a mixed one those that most speaks for."""
    if posting.kind.value != "mixed":
        return [posting.kind.value]
    return [str(kind) for kind, quotes in posting.sides.items() if quotes][:2]


def _choices(
    row: Answers, values: Sequence[str], proposals: Sequence[Proposal[Any]]
) -> tuple[Answer, Certainty, Sequence[Quote]] | None:
    choices = dict.fromkeys(choice for value in values for choice in row.choices.get(value, ()))
    if not choices:
        return None
    return Chosen(tuple(choices)), proposals[0].certainty, proposals[0].quotes
