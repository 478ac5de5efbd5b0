"""Typed words -> what was meant, in the person's language.

The order: a command or a non-answer said exactly, then the answer by number, ordinal or words, then a near miss,
which is offered and never taken. Whatever is left is unreadable, and says so. Words come from the catalogue.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz, process
from rapidfuzz.utils import default_process

from conversations.catalogue import Catalogue
from conversations.script import Script, Step
from conversations.session import (
    Amount,
    Chosen,
    Intent,
    Meant,
    NonAnswer,
    Phase,
    SkillLevel,
    SkillList,
    Unsaid,
    Written,
)
from conversations.vocabulary import StepKind

TEXT_LIMIT = 2000
"""Characters of free text in one answer."""
SKILL_LIMIT = 40
"""Skills in one answer, and characters in a skill's name."""
_NEAR = 75
"""Similarity, of 100, from which a near miss is offered."""
_CLEAR = 6
"""By how much the best near miss must beat the next one."""

_UNREADABLE = Meant(Intent.UNREADABLE)
_LIST = re.compile(r"[,;，、；\n]+")
_KEPT = "\n\u200c\u200d"
"""Line breaks, and the two joiners that Persian and emoji are written with."""
_QUOTED = re.compile(r"[\"“「](.+)[\"”」]", re.DOTALL)
_EDGES = " \t.!\"'“”‘’。！…()（）[]"
_COMMANDS = (
    Intent.KEEP,
    Intent.BACK,
    Intent.HELP,
    Intent.WHY,
    Intent.EXAMPLE,
    Intent.STATUS,
    Intent.REVIEW,
    Intent.REPORT,
    Intent.QUESTIONS,
    Intent.LATER,
    Intent.START_OVER,
    Intent.QUIT,
)
MENUS: Mapping[Phase, tuple[Intent, ...]] = {
    Phase.OFFERED: (Intent.YES, Intent.NO),
    Phase.CONFIRMING: (Intent.YES, Intent.NO),
    Phase.FINISHED: (Intent.QUIT, Intent.REVIEW, Intent.QUESTIONS, Intent.REPORT),
}
"""What the numbers stand for where no step is being asked."""


def _likeness(said: str, word: str, **_: object) -> float:
    """Compare the letters; where a few words of a long label were typed, compare the words."""
    whole = fuzz.ratio(said, word)
    return max(whole, fuzz.token_set_ratio(said, word, processor=default_process) - 10) if len(said) > 3 else whole  # noqa: PLR2004


def normalise(text: str) -> str:
    """Fold width, case, spaces and surrounding punctuation, so that ２ is 2 and "Yes!" is yes."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split()).strip(_EDGES)


def clean(text: str) -> str:
    """Drop control and invisible formatting characters and text direction overrides from what will be stored."""
    kept = (c for c in text if c in _KEPT or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    return "".join(kept).strip()


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads one person's lines: the script and the language they go by."""

    script: Script
    language: str

    @property
    def _catalogue(self) -> Catalogue:
        return self.script.catalogue

    def read(self, text: str, phase: Phase, step: Step | None) -> Meant:
        """Read a typed line while the conversation is in a phase, with this step being asked (if one is)."""
        text = clean(text)
        said = normalise(text)
        if step and step.kind is StepKind.TEXT and (quoted := _QUOTED.fullmatch(text)):
            return self._written(quoted[1])
        if command := self._command(said):
            return command
        if said.startswith("/"):
            return _UNREADABLE
        if phase is Phase.REVIEWING:
            number = self._ordinal(said)
            return Meant(Intent.CHANGE, number=number) if number else self._near_command(said)
        if menu := self._menu(said, phase):
            return menu
        if step is None:
            return self._near_command(said)
        return self._answer(text, said, step)

    # -- commands ------------------------------------------------------------------------------------------------

    def _words(self, key: str) -> tuple[str, ...]:
        return self._catalogue.words(f"words.{key}", self.language)

    def _command(self, said: str) -> Meant | None:
        said = said.removeprefix("/")
        for intent in _COMMANDS:
            if said in self._words(f"commands.{intent}"):
                return Meant(intent)
        for word in self._words("commands.change"):
            number = self._ordinal(said.removeprefix(word)) if said.startswith(word) else None
            if number:
                return Meant(Intent.CHANGE, number=number)
        return None

    def _menu(self, said: str, phase: Phase) -> Meant | None:
        menu = MENUS.get(phase, ())
        for intent in (Intent.YES, Intent.NO):
            if intent in menu and said in self._words(f"commands.{intent}"):
                return Meant(intent)
        # While a near miss is on offer the question is still open: a number answers the offer only as 1 or 2.
        number = self._ordinal(said)
        return Meant(menu[number - 1]) if number and number <= len(menu) else None

    def _near_command(self, said: str) -> Meant:
        return self._nearest(said, {word: Meant(i) for i in _COMMANDS for word in self._words(f"commands.{i}")})

    def _unsaid(self, said: str) -> Unsaid | None:
        return next((Unsaid(reason) for reason in NonAnswer if said in self._words(f"unsaid.{reason}")), None)

    def _ordinal(self, said: str) -> int | None:
        """Read "2", "#2", "2nd", "the second one"."""
        tokens = [token.strip(_EDGES + "#:") for token in said.split()]
        if len(tokens) > 1:
            tokens = [token for token in tokens if token not in self._words("fillers")]
        if len(tokens) != 1 or not tokens[0]:
            return None
        for words, start in ((self._words("ordinals"), 1), (self._words("numbers"), 0)):
            if tokens[0] in words:
                return words.index(tokens[0]) + start or None
        match = re.fullmatch(r"(\d{1,3})(?:st|nd|rd|th)?", tokens[0])
        return int(match[1]) if match else None

    # -- answers -------------------------------------------------------------------------------------------------

    def _answer(self, text: str, said: str, step: Step) -> Meant:
        if unsaid := self._unsaid(said):
            return Meant(Intent.ANSWER, unsaid)
        match step.kind:
            case StepKind.CHOICE:
                return self._one(said, step)
            case StepKind.CHOICES:
                return self._several(said, step)
            case StepKind.NUMBER | StepKind.SCALE:
                return self._amount(said, step)
            case StepKind.TEXT:
                return self._written(text)
            case StepKind.SKILLS:
                return self._skills(text, step)

    def _written(self, text: str) -> Meant:
        text = text.strip()
        return Meant(Intent.ANSWER, Written(text)) if 0 < len(text) <= TEXT_LIMIT else _UNREADABLE

    def _one(self, said: str, step: Step) -> Meant:
        choice = self._choice(said, step)
        if choice:
            return Meant(Intent.ANSWER, Chosen((choice,)))
        candidates = {word: Meant(Intent.ANSWER, Chosen((c,))) for word, c in self._names(step).items()}
        return self._nearest(said, {**self._other_words(), **candidates})

    def _names(self, step: Step) -> dict[str, str]:
        """Return every word that stands for a choice of the step."""
        names = {}
        for choice in step.choice_ids:
            label = normalise(self._catalogue.languages[self.language][f"steps.{step.id}.choices.{choice}"])  # type: ignore[arg-type]
            for word in (label, *self._catalogue.words(f"steps.{step.id}.words.{choice}", self.language)):
                names[word] = choice
        return names

    def _choice(self, said: str, step: Step) -> str | None:
        number = self._ordinal(said)
        if number:
            return step.choice_ids[number - 1] if number <= len(step.choices) else None
        names = self._names(step)
        if said in names:
            return names[said]
        begun = {choice for word, choice in names.items() if len(said) > 2 and word.startswith(said)}  # noqa: PLR2004
        return begun.pop() if len(begun) == 1 else None

    def _other_words(self) -> dict[str, Meant]:
        commands = {word: Meant(i) for i in _COMMANDS for word in self._words(f"commands.{i}")}
        unsaid = {w: Meant(Intent.ANSWER, Unsaid(r)) for r in NonAnswer for w in self._words(f"unsaid.{r}")}
        return {**commands, **unsaid}

    def _nearest(self, said: str, candidates: Mapping[str, Meant]) -> Meant:
        """Offer the one candidate that the words come close to, if there is just one."""
        long_enough = [word for word in candidates if len(word) > 2]  # noqa: PLR2004  "no" is near to everything
        ranked = process.extract(said, long_enough, scorer=_likeness, score_cutoff=_NEAR, limit=5)
        found = [(candidates[word], score) for word, score, _ in ranked]
        rivals = [score for meant, score in found if meant != found[0][0]]
        if not found or (rivals and found[0][1] - rivals[0] < _CLEAR):
            return _UNREADABLE
        best = found[0][0]
        # A command undoes nothing that cannot be had back, so a near one is simply taken.
        return replace(best, intent=Intent.NEAR_MISS) if best.answer else best

    def _several(self, said: str, step: Step) -> Meant:
        if said in self._words("all"):
            return Meant(Intent.ANSWER, Chosen(tuple(choice.id for choice in step.choices if not choice.only)))
        if said in self._words("none") and said not in self._names(step):
            return Meant(Intent.ANSWER, Chosen(()))
        yes: list[str] = []
        unsure: list[str] = []
        guessed = False
        for part in self._parts(said, step):
            sure = not part.endswith(("?", "？"))
            name = part.rstrip("?？ ")
            choice = self._choice(name, step)
            if choice is None:
                near = self._one(name, step)
                if near.intent is not Intent.NEAR_MISS or not isinstance(near.answer, Chosen):
                    return near if part == said else _UNREADABLE
                (choice,), guessed = near.answer.yes, True
            (yes if sure else unsure).append(choice)
        return self._chosen(yes, unsure, step, guessed=guessed)

    def _chosen(self, yes: Sequence[str], unsure: Sequence[str], step: Step, *, guessed: bool) -> Meant:
        picked = {*yes, *unsure}
        if not picked or (len(picked) > 1 and any(c.only for c in step.choices if c.id in picked)):
            return _UNREADABLE
        order = step.choice_ids
        answer = Chosen(tuple(c for c in order if c in yes and c not in unsure), tuple(c for c in order if c in unsure))
        return Meant(Intent.NEAR_MISS if guessed else Intent.ANSWER, answer)

    def _parts(self, said: str, step: Step) -> Iterator[str]:
        for part in _LIST.split(said):
            part = part.strip()  # noqa: PLW2901
            for piece in self._joined(part, step) if part else ():
                span = re.fullmatch(r"(\d{1,2})\s*[-–~～]\s*(\d{1,2})", piece)
                if span:
                    yield from (str(n) for n in range(int(span[1]), int(span[2]) + 1))
                else:
                    yield piece

    def _joined(self, part: str, step: Step) -> list[str]:
        """Split "1 3 4?" and "api and ui" where the whole is not itself a choice."""
        if self._choice(part.rstrip("?？ "), step):
            return [part]
        if re.fullmatch(r"[\d\s?？#–~～-]+", part):
            return re.sub(r"\s*([?？])", r"\1", re.sub(r"\s*[-–~～]\s*", "-", part)).split()
        joints = "|".join(re.escape(word) for word in self._words("and"))
        return [piece.strip() for piece in re.split(rf"(?:{joints})", part) if piece.strip()]

    def _amount(self, said: str, step: Step) -> Meant:
        if step.kind is StepKind.SCALE:
            for number in range(int(step.low), int(step.high) + 1):
                if said in self._catalogue.words(f"steps.{step.id}.words.{number}", self.language):
                    return Meant(Intent.ANSWER, Amount(number))
        value = self._number(said, step)
        if value is None:
            return self._nearest(said, self._other_words())
        return Meant(Intent.ANSWER, Amount(value)) if step.low <= value <= step.high else _UNREADABLE

    def _number(self, said: str, step: Step) -> float | None:
        for filler in self._words("about"):
            said = said.removeprefix(filler).strip()
        match = re.fullmatch(r"(\d{1,6}(?:[.,]\d{1,2})?)\s*(\S*)", said)
        if match:
            number, unit = float(match[1].replace(",", ".")), match[2]
        else:
            word, _, unit = said.partition(" ")
            numbers = self._words("numbers")
            if word in self._words("one"):
                number = 1
            elif word in numbers:
                number = numbers.index(word)
            else:
                return None
        if not unit:
            return number
        for name in self._catalogue.languages[self.language]:
            factor = re.fullmatch(rf"words\.units\.{step.id}\.([\d_]+)", name)
            if factor and unit in self._catalogue.words(name, self.language):
                return round(number * float(factor[1].replace("_", ".")))
        return None

    def _skills(self, text: str, step: Step) -> Meant:
        skills: dict[str, int | None] = {}
        guessed = False
        for part in filter(None, map(str.strip, _LIST.split(text))):
            read = self._numbered_skills(part, step) or [self._skill(part)]
            for name, level, sure in read:
                if not name or len(name) > SKILL_LIMIT:
                    return _UNREADABLE
                skills[name] = level
                guessed = guessed or not sure
        if not skills or len(skills) > SKILL_LIMIT:
            return _UNREADABLE
        answer = SkillList(tuple(SkillLevel(name, level) for name, level in skills.items()))
        return Meant(Intent.NEAR_MISS if guessed else Intent.ANSWER, answer)

    def _numbered_skills(self, part: str, step: Step) -> list[tuple[str, int | None, bool]]:
        """Read "1", "1=3" and "1 4 6" as picks from the suggestions."""
        one = re.fullmatch(r"(\d{1,2})\s*[=:：]\s*([0-4])", normalise(part))
        picks = [(one[1], int(one[2]))] if one else [(token, None) for token in normalise(part).split()]
        if not all(token.isdecimal() and 1 <= int(token) <= len(step.suggest) for token, _ in picks):
            return []
        return [(step.suggest[int(token) - 1], level, True) for token, level in picks]

    def _skill(self, part: str) -> tuple[str, int | None, bool]:
        name, level = self._split_level(part)
        known = self.script.skills.get(normalise(name))
        if known:
            return known, level, True
        near = process.extractOne(normalise(name), self.script.skills.keys(), scorer=fuzz.ratio, score_cutoff=87)
        if near and len(name) > 4:  # noqa: PLR2004  short names are too alike
            return self.script.skills[near[0]], level, False
        return name, level, True

    def _split_level(self, part: str) -> tuple[str, int | None]:
        """Take the level off the end of "python 3", "python: solid", "python (3)"."""
        match = re.fullmatch(r"(.+?)[\s:=：（(]+([0-4])[)）]?", part)
        if match:
            return match[1].strip(_EDGES), int(match[2])
        folded = part.casefold().rstrip(")） ")
        for level in range(5):
            for word in self._words(f"levels.{level}"):
                if folded.endswith(word) and re.search(r"[\s:=：（(]$", part[: len(folded) - len(word)]):
                    return part[: len(folded) - len(word)].strip(_EDGES + ":=："), level
        return part.strip(_EDGES), None
