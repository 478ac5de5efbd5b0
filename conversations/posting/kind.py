"""Which kind of team a posting suggests, weighed from its cues: infra, applied, research, mixed, or unclear."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from conversations.posting.phrases import Hit
from conversations.posting.proposals import PostedKind
from conversations.posting.rules import Cue
from conversations.posting.words import Sentence
from conversations.vocabulary import TEAM_KINDS, Certainty, TeamKind

_BESIDE = 0.35
"""What a second cue for the same kind adds in one sentence, of its weight."""
_OUTWEIGHED = 0.5
"""What cues count in a sentence in which another kind has a heavier one: "build the platform for model training"."""
_AGAIN = 0.75
"""What a cue is worth each further time that it comes up."""
_SHOWN = 1.0
"""From which weight a sentence is shown as speaking for a kind that is not proposed."""
_LEAST, _FAINT = 1.2, 3.0
"""Below the first nothing is suggested, below the second only faintly."""
_LIKE_WEIGHT, _MIXED_LEAST = 0.9, 6.0
"""From which share of the first kind, and from which weight, a second one makes it mixed."""
_CLEAR_SHARE, _CLEAR_LEAST = 0.45, 8.0


@dataclass(frozen=True, slots=True)
class Sides:
    """What was found for each kind: its weight, and its sentences with what each of them adds."""

    weights: dict[TeamKind, float]
    found: dict[TeamKind, list[tuple[float, Sentence, Hit]]]

    @classmethod
    def of(cls, sentences: Iterable[tuple[Sentence, float, Sequence[tuple[Cue, Hit]]]]) -> "Sides":
        """Weigh sentences, each with how much it counts and its cues."""
        sides = cls(dict.fromkeys(TEAM_KINDS, 0.0), {kind: [] for kind in TEAM_KINDS})
        times: dict[int, int] = defaultdict(int)
        for sentence, weight, cues in sentences:
            if weight and cues:
                heaviest = max(cue.weight for cue, _ in cues)
                for kind in TEAM_KINDS:
                    own = [one for one in cues if one[0].says == kind]
                    if own:
                        outweighed = max(cue.weight for cue, _ in own) < heaviest
                        sides._add(kind, sentence, weight * (_OUTWEIGHED if outweighed else 1), own, times)
        return sides

    def _add(
        self,
        kind: TeamKind,
        sentence: Sentence,
        weight: float,
        cues: Sequence[tuple[Cue, Hit]],
        times: dict[int, int],
    ) -> None:
        best = {id(cue): (cue, hit) for cue, hit in reversed(cues)}
        found = sorted(best.values(), key=lambda one: -one[0].weight)
        told = fresh = 0.0
        for place, (cue, _) in enumerate(found):
            share = cue.weight * weight * (1 if place == 0 else _BESIDE)
            fresh += share
            told += share * _AGAIN ** times[id(cue)]
            times[id(cue)] += 1
        self.weights[kind] += told
        self.found[kind].append((fresh, sentence, found[0][1]))

    def evidence(self, kind: TeamKind, *, proposed: bool) -> list[tuple[Sentence, Hit]]:
        """Return the sentences for a kind, the strongest first; faint ones only where the kind is proposed."""
        found = sorted(self.found[kind], key=lambda one: -one[0])
        return [(sentence, hit) for weight, sentence, hit in found if proposed or weight >= _SHOWN]


def weighed(sides: Sides) -> tuple[PostedKind, Certainty, list[TeamKind]]:
    """Return what the sides suggest, how surely, and the kinds by their weight."""
    weights = sides.weights
    order = sorted(TEAM_KINDS, key=lambda kind: -weights[kind])
    first, second = weights[order[0]], weights[order[1]]
    if first < _LEAST:
        return "unclear", Certainty.FAINT, order
    if second >= _MIXED_LEAST and second >= _LIKE_WEIGHT * first:
        return "mixed", Certainty.LIKELY, order
    if first >= _CLEAR_LEAST and second <= _CLEAR_SHARE * first:
        return order[0], Certainty.CLEAR, order
    is_likely = first >= _FAINT and second < _LIKE_WEIGHT * first
    return order[0], Certainty.LIKELY if is_likely else Certainty.FAINT, order
