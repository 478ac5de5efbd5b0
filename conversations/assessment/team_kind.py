"""Question 1: what kind of ML team is it? (S07-S14, S19)

Every answer speaks for a kind by the weights in the pack. The title is not among them (S01). The verdict is
the kind that clearly leads; where two lead together it is "mixed", with both sides shown, and where too
little was said it is "not known yet".
"""

from conversations.assessment import evidence
from conversations.assessment.confidence import confidence
from conversations.assessment.remarks import remarks
from conversations.catalogue import Phrase, phrase
from conversations.facts import Facts, signals
from conversations.report import Evidence, Verdict
from conversations.script import Feeds
from conversations.session import Chosen, Written
from conversations.vocabulary import TEAM_KINDS, TeamKind
from conversations.wording import choice_label

STEP_CAP = 4
"""No single step may weigh more than this, however many of its choices hold."""
ENOUGH = 3
"""A kind needs at least this much evidence before anything is claimed."""
NEAR = 0.5
"""A runner-up with at least this share of the leader's weight makes the team mixed."""


def weigh(facts: Facts) -> dict[TeamKind, int]:
    """Return the weight of evidence for each kind."""
    total = dict.fromkeys(TEAM_KINDS, 0)
    for step, signs in facts.script.signs.items():
        for kind, weight in signals(signs, facts.answers.get(step)).items():
            total[kind] += min(weight, STEP_CAP)
    return total


def lean(facts: Facts) -> tuple[TeamKind, ...]:
    """Return the kinds the evidence leans to, strongest first: one, several, or none."""
    weights = weigh(facts)
    top = max(weights.values())
    if top < ENOUGH:
        return ()
    return tuple(sorted((k for k in TEAM_KINDS if weights[k] >= max(ENOUGH, top * NEAR)), key=lambda k: -weights[k]))


def state(facts: Facts) -> str:
    """Return the state of the verdict: a kind, `mixed`, `all_in_one`, `none_clearly` or `not_known`."""
    sides = lean(facts)
    if not sides:
        answered, asked = facts.coverage("kind")
        return "none_clearly" if answered * 2 > asked else "not_known"
    if len(sides) == 1:
        return sides[0]
    return "all_in_one" if _is_startup(facts) else "mixed"


def judge(facts: Facts) -> Verdict:
    """Form the verdict on the kind of team."""
    found, sides = state(facts), lean(facts)
    answered, asked = facts.coverage("kind")
    names = _together([phrase(f"kinds.{side}") for side in sides])
    doubts = _is_startup(facts) + (len(sides) > 1)
    return Verdict(
        question="kind",
        state=found,
        headline=phrase(f"verdict.kind.{found}.headline", sides=names),
        notes=(phrase(f"verdict.kind.{found}.note", sides=names), *_notes(facts, sides), *remarks(facts, "kind")),
        confidence=confidence(facts, "kind", doubts=doubts) if sides else None,
        answered=answered,
        asked=asked,
        sources=evidence.sources(facts, "kind"),
        evidence=_evidence(facts),
        would_change=phrase(f"verdict.kind.{found}.would_change", sides=names),
        sides=sides,
    )


def _together(names: list[Phrase]) -> Phrase | str:
    if not names:
        return ""
    if len(names) == 1:
        return names[0]
    places = ("first", "second", "third")
    return Phrase(
        "kinds.two" if len(names) == len(places) - 1 else "kinds.three", dict(zip(places, names, strict=False))
    )


def _is_startup(facts: Facts) -> bool:
    return "startup" in facts.chosen(Feeds.MATURITY)


def _notes(facts: Facts, sides: tuple[TeamKind, ...]) -> list[Phrase]:
    notes = []
    if _is_startup(facts):
        notes.append(phrase("verdict.kind.startup"))
    title = facts.fed(Feeds.TITLE)
    if isinstance(title, Written):
        notes.append(phrase("verdict.kind.title", title=title.text))
    earlier = facts.fed(Feeds.EARLIER_TITLE)
    if isinstance(earlier, Written):
        notes.append(phrase("verdict.kind.earlier_title", title=earlier.text))
    return [*notes, *_fit(facts, sides)]


def _fit(facts: Facts, sides: tuple[TeamKind, ...]) -> list[Phrase]:
    """Say how the kind of work fits what the person wants, apart from how good the team is (S15)."""
    wanted = facts.chosen(Feeds.WANTED)
    if not wanted:
        return []
    if wanted[0] not in TEAM_KINDS:
        return [phrase("verdict.kind.fit.open")] if sides else []
    word = "unknown" if not sides else "same" if sides == wanted else "partly" if wanted[0] in sides else "other"
    return [phrase(f"verdict.kind.fit.{word}", wanted=phrase(f"kinds.{wanted[0]}"))]


def _evidence(facts: Facts) -> tuple[Evidence, ...]:
    """Return what speaks for each kind, each choice on its own side."""
    found = []
    for kind in TEAM_KINDS:
        for step in facts.path:
            answer = facts.answers.get(step.id)
            if not isinstance(answer, Chosen):
                continue
            speaking = tuple(c.id for c in step.choices if c.id in answer.yes and c.signals.get(kind))
            if speaking:
                weight = min(signals(facts.script.signs[step.id], answer)[kind], STEP_CAP)
                for one in evidence.of_steps(facts, [step.id], kind, weight):
                    labels = tuple(choice_label(step, choice) for choice in speaking)
                    found.append(Evidence(one.step, one.name, phrase("answer.list", items=labels), kind, weight))
    return tuple(found)
