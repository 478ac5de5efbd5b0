"""What a posting suggests about a team: a text in, proposals out. No model, no network; a posting is weak evidence."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TypeVar

from conversations.posting.kind import Sides, weighed
from conversations.posting.parts import Parts, Placed, roles
from conversations.posting.phrases import Hit, Phrases
from conversations.posting.plain import Plain, plain
from conversations.posting.proposals import (
    CUSTOMERS,
    STAGES,
    HandOver,
    Ownership,
    PostedKind,
    Posting,
    Proposal,
    Quote,
    Stage,
    Untold,
)
from conversations.posting.rules import LISTS, About, Cue, PostingRules
from conversations.posting.skills_named import SkillNames, welcome, words_of
from conversations.posting.words import Sentence, sentences
from conversations.vocabulary import Certainty, TeamKind

V = TypeVar("V", bound=str)

QUOTE_LIMIT = 320
"""Characters of a quote."""
_TITLE_WITHIN, _TITLE_WORDS = 3, 22
_SIGNS_OF_A_POSTING = 3
_QUOTES = 3
"""Quotes of one proposal; of a kind of team, two more."""
_A_LIST, _OF_ITS_WORDS = 3, 1 / 3
"""Skills that make a sentence a list of demands, where the posting has no other; and their share of its words."""
_LIKELY = 2.0
"""The weight of a cue from which what it says is likely."""
_OF_OTHERS_TOO = ("customer", "hand_over")
"""What is read from words about other teams as well."""
_WHOLE_CYCLE = ("develop", "deploy", "improve")
_HANDED_OVER: tuple[HandOver, ...] = ("yes",)
_OUTSIDE_LISTS, _UNPLACED = 0.6, 0.4
"""How much a sentence counts before the first heading, where it speaks of the role, and where it does not."""


@dataclass(slots=True)
class _Seen:
    """A sentence with all that was found in it."""

    placed: Placed
    weight: float
    cues: list[tuple[Cue, Hit]]
    lists: Mapping[str, list[Hit]]

    @property
    def sentence(self) -> Sentence:
        return self.placed.sentence

    @property
    def section(self) -> str | None:
        return self.placed.section.id if self.placed.section else None


@dataclass(slots=True)
class _Skill:
    quotes: list[Quote] = field(default_factory=list)
    certainty: Certainty = Certainty.FAINT


class PostingReader:
    """Reads postings by one set of rules; made once, it keeps nothing of what it reads."""

    def __init__(self, rules: PostingRules, skills: Mapping[str, str]) -> None:
        """Take the rules, and skills by alias in lower case, as `Script.skills` has them."""
        self.answers = rules.answers
        self._cues, self._signs = rules.cues, rules.signs.table
        self._parts = Parts(rules.sections)
        self._skills = SkillNames(rules.skills, skills)
        told = chain(*(row.phrases for row in (*rules.sections, *rules.cues)), *rules.lists.values())
        self._known = self._skills.known | words_of(told)
        cues = [(number, phrase) for number, cue in enumerate(rules.cues) for phrase in cue.phrases]
        lists = [(-1 - number, phrase) for number, name in enumerate(LISTS) for phrase in rules.lists[name]]
        self._phrases = Phrases((*cues, *lists), rules.lists)

    def read(self, text: str) -> Posting:
        """Read a text of any length, in time proportional to it. Never raises; `unclear` is an answer."""
        shown = plain(text, self._signs)
        placed = list(self._parts.placed(sentences(shown.text, self._known), shown.text))
        told_where = any(one.section and one.section.id in ("role", "duties") for one in placed)
        seen = [self._seen(one, told_where=told_where) for one in placed]
        titles = {at for at, one in enumerate(seen) if _names_a_job(one)}
        title = next((at for at in sorted(titles) if at < _TITLE_WITHIN), None)
        if not _is_posting(seen):
            return Posting(is_posting=False, several_roles=False, title=None, kind=Proposal("unclear", Certainty.FAINT))
        told = [one for at, one in enumerate(seen) if at != title and not one.placed.is_heading]
        sides = Sides.of((one.sentence, one.weight, _about(one, "kind")) for one in told)
        value, certainty, order = weighed(sides)
        quoted: dict[TeamKind, tuple[Quote, ...]] = {
            kind: tuple(
                _quote(shown, sentence, hit)
                for sentence, hit in sides.evidence(kind, proposed=kind == value)[: _QUOTES + 2]
            )
            for kind in order
        }
        required, preferred = self._asked(shown, told)
        stages = tuple(_stages(shown, told))
        posting = Posting(
            is_posting=True,
            several_roles=roles(placed, dict.fromkeys(titles, True)) > 1,
            title=None if title is None else _quote(shown, seen[title].sentence, None),
            kind=Proposal(value, certainty, tuple(_taken_in_turn(value, order, quoted))),
            sides=quoted,
            required=required,
            preferred=preferred,
            stages=stages,
            owns=_owns(shown, told, stages),
            customer=_strongest(shown, told, "customer", CUSTOMERS) or Proposal("unclear", Certainty.FAINT),
            hand_over=_strongest(shown, told, "hand_over", _HANDED_OVER) or Proposal("no", Certainty.FAINT),
        )
        return _with_untold(posting)

    def _seen(self, placed: Placed, *, told_where: bool) -> _Seen:
        cues: list[tuple[Cue, Hit]] = []
        lists: dict[str, list[Hit]] = defaultdict(list)
        for hit in self._phrases.found(placed.sentence):
            if hit.phrase < 0:
                lists[LISTS[-1 - hit.phrase]].append(hit)
            else:
                cues.append((self._cues[hit.phrase], hit))
        aside = lists["setting_aside"]
        section = placed.section.id if placed.section else "role"
        kept = [
            (cue, hit)
            for cue, hit in cues
            if (not cue.sections or section in cue.sections)
            and (cue.about in _OF_OTHERS_TOO or not any(one.start <= hit.start < one.end for one in aside))
        ]
        return _Seen(placed, _weight(placed, lists, told_where=told_where), kept, lists)

    def _asked(
        self, shown: Plain, told: Sequence[_Seen]
    ) -> tuple[tuple[Proposal[str], ...], tuple[Proposal[str], ...]]:
        """Return the skills asked for, and those that would be welcome and are not asked for anywhere."""
        has_list = any(one.section == "required" for one in told)
        first_list = None if has_list else _first_of_two_lists(told)
        required: dict[str, _Skill] = {}
        welcomed: dict[str, _Skill] = {}
        for one in told:
            if one.lists["boilerplate"]:
                continue
            listed = one.section in ("required", "preferred")
            if (has_list or first_list is not None) and not listed:
                continue
            named = self._skills.asked(one.sentence, shown.text, one.lists["asking"], one.lists["degrees"])
            if not listed and not one.lists["asking"] and not _is_list(one.sentence, named):
                continue
            spans = welcome(one.sentence, one.lists["preferring"], one.lists["asking"])
            for name, start, end in named:
                preferred = one.section == "preferred" and one.placed.heading != first_list
                is_welcome = preferred or any(first <= start < last for first, last in spans)
                skill = (welcomed if is_welcome else required).setdefault(name, _Skill())
                if len(skill.quotes) < _QUOTES:
                    skill.quotes.append(_quote(shown, one.sentence, Hit(0, start, end), exact=True))
                if listed:
                    skill.certainty = Certainty.CLEAR
        return _proposals(required), _proposals({name: one for name, one in welcomed.items() if name not in required})


def _is_list(sentence: Sentence, named: Sequence[tuple[str, int, int]]) -> bool:
    words = sum(word.isalnum() for word in sentence.low)
    return len(named) >= _A_LIST and sum(end - start for _, start, end in named) >= words * _OF_ITS_WORDS


def _first_of_two_lists(told: Sequence[_Seen]) -> int | None:
    """Return the heading of the first list where all are of what would be welcome: it holds the demands then."""
    lists = dict.fromkeys(one.placed.heading for one in told if one.section == "preferred")
    return next(iter(lists)) if len(lists) > 1 else None


def _weight(placed: Placed, lists: Mapping[str, list[Hit]], *, told_where: bool) -> float:
    """Return how much a sentence counts, by where it stands; without a heading for the work, that stands anywhere."""
    if lists["boilerplate"]:
        return 0
    if placed.section is None:
        speaking, silent = (_OUTSIDE_LISTS, _UNPLACED) if told_where else (1.0, _OUTSIDE_LISTS)
        return speaking if lists["addressing"] else silent
    if placed.section.id == "company" and lists["addressing"]:
        return max(placed.section.weight, _OUTSIDE_LISTS)
    return placed.section.weight


def _names_a_job(one: _Seen) -> bool:
    return (
        bool(one.lists["jobs"])
        and len(one.sentence) <= _TITLE_WORDS
        and not one.sentence.stopped
        and not one.placed.is_heading
    )


def _is_posting(seen: Sequence[_Seen]) -> bool:
    """Whether enough different things stand in it that stand in job postings, a job or a heading among them."""
    headings = {one.section for one in seen if one.placed.is_heading} & {"duties", "required", "preferred", "offer"}
    names_a_job = any(one.lists["jobs"] for one in seen)
    said = {tuple(one.sentence.stem[hit.start : hit.end]) for one in seen for hit in one.lists["hiring"]}
    asked = sum(bool(one.lists["asking"]) for one in seen)
    points = 2 * len(headings) + len(said) + min(asked, 2) + names_a_job
    return (names_a_job or bool(headings)) and points >= _SIGNS_OF_A_POSTING


def _about(one: _Seen, about: About) -> list[tuple[Cue, Hit]]:
    return [(cue, hit) for cue, hit in one.cues if cue.about == about]


def _quote(shown: Plain, sentence: Sentence, hit: Hit | None, *, exact: bool = False) -> Quote:
    """Quote the sentence, or what of it stands around a hit if it is long."""
    first, last = (hit.start, hit.end - 1) if hit else (0, len(sentence) - 1)
    if exact:
        start, end = sentence.starts[first], sentence.ends[last]
    else:
        low, high = 0, len(sentence) - 1
        while sentence.ends[high] - sentence.starts[low] > QUOTE_LIMIT and (low < first or high > last):
            before = sentence.starts[first] - sentence.starts[low]
            after = sentence.ends[high] - sentence.ends[last]
            low, high = (low + 1, high) if before >= after and low < first else (low, high - 1)
        start, end = sentence.starts[low], sentence.ends[high]
    start, end = shown.span(start, end)
    end = min(end, start + QUOTE_LIMIT)
    return Quote(start, end, shown.original[start:end])


def _taken_in_turn(
    value: PostedKind, order: Sequence[TeamKind], quoted: Mapping[TeamKind, tuple[Quote, ...]]
) -> Iterator[Quote]:
    """Yield the quotes for what is proposed; where it is mixed, of both sides in turn, and each once."""
    kinds = order[:2] if value == "mixed" else order[:1]
    seen: set[tuple[int, int]] = set()
    for quote in chain.from_iterable(zip(*(_padded(quoted[kind]) for kind in kinds), strict=True)):
        if quote is not None and (quote.start, quote.end) not in seen:
            seen.add((quote.start, quote.end))
            yield quote


def _padded(quotes: tuple[Quote, ...], to: int = _QUOTES + 2) -> list[Quote | None]:
    return [*quotes[:to], *[None] * (to - len(quotes))]


def _proposals(skills: Mapping[str, _Skill]) -> tuple[Proposal[str], ...]:
    return tuple(Proposal(name, one.certainty, tuple(one.quotes)) for name, one in skills.items())


def _strongest(shown: Plain, told: Iterable[_Seen], about: About, values: Sequence[V]) -> Proposal[V] | None:
    """Return which of some values the cues about something speak for most, with their sentences."""
    found: dict[V, list[tuple[float, Sentence, Hit]]] = {value: [] for value in values}
    for one in told:
        for cue, hit in _about(one, about):
            for value in values:
                if cue.says == value and one.weight:
                    found[value].append((cue.weight * one.weight, one.sentence, hit))
    value = max(values, key=lambda each: sum(weight for weight, _, _ in found[each]))
    best = sorted(found[value], key=lambda each: -each[0])[:_QUOTES]
    if not best:
        return None
    quotes = dict.fromkeys(_quote(shown, sentence, hit) for _, sentence, hit in best)
    return Proposal(value, Certainty.LIKELY if best[0][0] >= _LIKELY else Certainty.FAINT, tuple(quotes))


def _stages(shown: Plain, told: Sequence[_Seen]) -> Iterator[Proposal[Stage]]:
    for stage in STAGES:
        found = _strongest(shown, told, "stage", (stage,))
        if found is not None:
            yield found


def _owns(shown: Plain, told: Sequence[_Seen], stages: Sequence[Proposal[Stage]]) -> Proposal[Ownership]:
    """Read words of ownership; without them, building, deploying and running it all suggest it."""
    answers: tuple[Ownership, ...] = ("yes", "no")
    found = _strongest(shown, told, "owns", answers)
    if found is not None:
        return found
    carried = [one for one in stages if one.value in _WHOLE_CYCLE]
    if len(carried) == len(_WHOLE_CYCLE):
        return Proposal("yes", Certainty.FAINT, tuple(dict.fromkeys(one.quotes[0] for one in carried)))
    return Proposal("unclear", Certainty.FAINT)


def _with_untold(posting: Posting) -> Posting:
    open_: dict[Untold, bool] = {
        "kind": posting.kind.value == "unclear",
        "skills": not posting.required,
        "stages": not posting.stages,
        "owns": posting.owns.value == "unclear",
        "customer": posting.customer.value == "unclear",
        "hand_over": posting.hand_over.value == "no",
    }
    return replace(posting, untold=tuple(name for name, is_open in open_.items() if is_open))
