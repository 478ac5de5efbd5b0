"""Typed words -> what was meant, in the person's language.

The order: a command or a non-answer said exactly, then the answer by number, ordinal or words, then a near miss,
which is offered and never taken. Whatever is left is unreadable, and says so. Words come from the catalogue.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from rapidfuzz import fuzz, process
from rapidfuzz.utils import default_process

from conversations.catalogue import Catalogue, phrase
from conversations.reading_times import is_time, read_hours, when_words
from conversations.script import Feeds, Script, Step
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
from conversations.sharing_choices import CHOICES
from conversations.vocabulary import Compared, DocumentForm, Source, StepKind

TEXT_LIMIT = 2000
"""Characters of free text in one answer."""
QUOTE_LIMIT = 500
"""Characters of a quotation."""
SKILL_LIMIT = 40
"""Skills in one answer, and characters in a skill's name."""
_NEAR = 75
"""Similarity, of 100, from which a near miss is offered."""
_NEAR_COMMAND = 85
_LEADING_AWAY = (Intent.QUIT, Intent.LATER, Intent.START_OVER, Intent.STOP, Intent.FORGET)
_NEAR_SKILL = 92
"""The same for the name of a skill; the trade has many names that are nearly alike."""
_CLEAR = 6
"""By how much the best near miss must beat the next one."""

_UNREADABLE = Meant(Intent.UNREADABLE)
_LIST = re.compile(r"[,;，、；\n]+")
_KEPT = "\n\u200c\u200d"
"""Line breaks, and the two joiners that Persian and emoji are written with."""
_ATTRIBUTED = re.compile(
    r"(?P<text>.*?)\s*[@＠](?P<source>[^@\"“「:：\n]+?)\s*[:：]?\s*(?:[\"“「](?P<quote>.*?)[\"”」]?)?",
    re.DOTALL,
)
_QUOTED = re.compile(r"[\"“「](.+)[\"”」]", re.DOTALL)
_EDGES = " \t.!\"'“”‘’。！…()（）[]【】「」『』《》"
_FULL_STOPS = " .!。…"
_FIGURES = r"\d{1,6}(?:[.,]\d{1,2})?"
_COLONS = ":：,，"
_NAME_EDGES = " \t.,:=：（("
_UNSPACED = "[\u3005-\u3007\u3040-\u30ff\u3400-\u9fff]"
"""A character of a script that puts no spaces between words: Han, kana."""
_TEN = 10
_WORDS_END = r"(?!\w)"
_TOLD_APART = r"(?=[\s:：\d])"
"""How a word without spaces ends where no time follows it: 面试官 is no 面试."""
_FREE = (StepKind.TEXT, StepKind.SKILLS)
"""Steps that any word can be an answer to, the name of a language as well."""
_COMMANDS = (
    Intent.KEEP,
    Intent.BACK,
    Intent.HELP,
    Intent.WHY,
    Intent.EXAMPLE,
    Intent.STATUS,
    Intent.CARD,
    Intent.GLOSSARY,
    Intent.REVIEW,
    Intent.REPORT,
    Intent.QUESTIONS,
    Intent.DEEPER,
    Intent.FILL_IN,
    Intent.DECIDE,
    Intent.UPDATE,
    Intent.KEEP_PROFILE,
    Intent.LATER,
    Intent.START_OVER,
    Intent.QUIT,
    Intent.INTERVIEW,
    Intent.REMIND,
    Intent.REMINDERS,
    Intent.SNOOZE,
    Intent.STOP,
    Intent.WRITE_AGAIN,
    Intent.ZONE,
    Intent.QUIET,
    Intent.FORGET,
    Intent.HELD,
    Intent.EXPORT,
    Intent.DOCUMENT,
    Intent.SHARE,
    Intent.SHARES,
    Intent.ASK_FOR_REVIEW,
    Intent.REMARKS,
    Intent.REVIEWS,
    Intent.UNSHARE,
    Intent.HISTORY,
)
_GOING = (Intent.CHECKS, Intent.COMPARE, Intent.POSTING, Intent.RESUME, Intent.NEW, Intent.PROFILE, Intent.SETTINGS)
"""Commands that are only read as such where they are said exactly: their words are near to those of many answers."""
_WHILE_PASTING = (Intent.KEEP, Intent.BACK, Intent.HELP, Intent.LATER, Intent.QUIT)
_CHECK_ID = re.compile(r"[a-z0-9]{6}")
_TIMED = (Intent.INTERVIEW, Intent.REMIND, Intent.SNOOZE)
"""Commands that a time follows."""
_NUMBERED = (Intent.CHANGE, Intent.DEEPER, Intent.FINE, Intent.NOT_FINE, Intent.UNSHARE, Intent.DROP_REMARK)
"""Commands that a number follows, and a reason may."""


def _likeness(said: str, word: str, **_: object) -> float:
    """Compare the letters; where a few words of a long label were typed, compare the words.

    Without spaces there are no words to compare: there, a piece of the label, or the label in hardly more than itself.
    """
    whole = fuzz.ratio(said, word)
    if _unspaced(word):
        piece = len(said) > 1 and (said in word or (word in said and len(word) * 2 >= len(said)))
        return max(whole, 90.0) if piece else whole
    return max(whole, fuzz.token_set_ratio(said, word, processor=default_process) - 10) if len(said) > 3 else whole  # noqa: PLR2004


def normalise(text: str) -> str:
    """Fold width, case, spaces and surrounding punctuation, so that ２ is 2 and "Yes!" is yes."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split()).strip(_EDGES)


def _unspaced(text: str) -> bool:
    return not text.isascii() and re.search(_UNSPACED, text) is not None


def _tight(text: str) -> str:
    """Drop the spaces around characters that need none: "6 个 月" is "6个月"."""
    return text if text.isascii() else re.sub(rf"(?<={_UNSPACED})\s+|\s+(?={_UNSPACED})", "", text)


def _beginning(word: str, end: str) -> re.Pattern[str]:
    begun = r"\s+".join(re.escape(part) for part in word.split())
    return re.compile(rf"{begun}{end}", re.IGNORECASE)


def _after(text: str, beginning: re.Pattern[str]) -> str | None:
    """Return what follows the beginning of a line, as it was written; None where it does not begin so."""
    match = beginning.match(text)
    if match is None and not unicodedata.is_normalized("NFKC", text):
        return _after(unicodedata.normalize("NFKC", text), beginning)
    return text[match.end() :].strip() if match else None


def _numbers(part: str) -> list[str]:
    """Split "1 3 - 5 4 ?" into "1", "3-5" and "4?"; empty where there are words in it."""
    if not re.fullmatch(r"[\d\s?？#–~～-]+", part):
        return []
    return re.sub(r"\s*([?？])", r"\1", re.sub(r"\s*[-–~～]\s*", "-", part)).split()


def clean(text: str) -> str:
    """Drop control and invisible formatting characters and text direction overrides from what will be stored."""
    if text.isascii() and text.isprintable():
        return text.strip()
    kept = (c for c in text.replace("\t", " ") if c in _KEPT or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    return "".join(kept).strip()


P = ParamSpec("P")
T = TypeVar("T")
Name = TypeVar("Name", bound=str)


def _once(work: Callable[Concatenate["Reader", P], T]) -> Callable[Concatenate["Reader", P], T]:
    """Work out what hangs on the words of a language alone once for all lines; their catalogue keeps it."""

    @wraps(work)
    def worked_out(reader: "Reader", /, *args: P.args, **named: P.kwargs) -> T:
        kept = reader.script.catalogue.worked_out
        key = (work.__name__, reader.language, args, *named.items())
        if key not in kept:
            kept[key] = work(reader, *args, **named)
        found: T = kept[key]
        return found

    return worked_out


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads one person's lines: the script and the language they go by."""

    script: Script
    language: str

    @property
    def _catalogue(self) -> Catalogue:
        return self.script.catalogue

    def read(self, text: str, phase: Phase, step: Step | None, menu: Sequence[Intent] = ()) -> Meant:
        """Read a typed line.

        Args:
            text: the line.
            phase: what the conversation is waiting for.
            step: the step being asked, if one is.
            menu: what the numbers stand for where a menu is shown.

        """
        text = clean(text)
        if step and step.kind is StepKind.TEXT and (quoted := _QUOTED.fullmatch(text)):
            return self._written(quoted[1])
        if phase is Phase.PASTING and not text.startswith("/"):
            # A line of a posting may be called like many a command.
            leading_on = self._which(normalise(text), "commands", _WHILE_PASTING)
            return Meant(leading_on) if leading_on else Meant(Intent.PASTED, text=text)
        if phase is Phase.SHARING and (choice := self._which(normalise(text), "sharing", tuple(CHOICES))):
            return Meant(Intent.SHARE_AS, text=choice)
        if command := self._command(text, step):
            return command
        if phase is Phase.REVIEWING:
            number = self._ordinal(normalise(text))
            return Meant(Intent.CHANGE, number=number) if number else self._near_command(normalise(text))
        if picked := self._picked(text, menu):
            return picked
        if step is None:
            return self._with_text(text, _TOLD_APART) or self._near_command(normalise(text))
        text, source, quote = self._attributed(text)
        if not text and source:
            return Meant(Intent.ATTRIBUTE, source=source, quote=quote)
        meant = self._answer(text, normalise(text), step)
        if meant.intent is Intent.UNREADABLE and (command := self._with_text(text, _TOLD_APART)):
            return command
        return replace(meant, source=source, quote=quote) if source else meant

    # -- commands ------------------------------------------------------------------------------------------------

    def _words(self, key: str) -> tuple[str, ...]:
        return self._catalogue.words(f"words.{key}", self.language)

    def _is(self, said: str, key: str, *, asked: bool = False) -> bool:
        """Tell whether one of the words was said, by itself or with a particle behind it: 跳过吧."""
        words = self._words(key)
        return said in words or self._bare(said, asked=asked) in words

    def _which(self, said: str, key: str, names: tuple[Name, ...]) -> Name | None:
        """Return the first name one of whose words was said, by itself or with a particle behind it."""
        places = self._places(key, names)
        found = [places[one] for one in (said, self._bare(said, asked=True)) if one in places]
        return names[min(found)] if found else None

    @_once
    def _places(self, key: str, names: tuple[str, ...]) -> dict[str, int]:
        places: dict[str, int] = {}
        for place, name in enumerate(names):
            for word in self._words(f"{key}.{name}"):
                places.setdefault(word, place)
        return places

    def _bare(self, said: str, *, asked: bool = False) -> str:
        """Take particles off the end, and the question mark where that changes nothing."""
        particles = self._particles(asked)
        return particles.sub("", said) if particles else said

    @_once
    def _particles(self, asked: bool) -> re.Pattern[str] | None:  # noqa: FBT001  the only argument
        if not self._words("particles"):
            return None
        return re.compile(rf"(?:{self._one_of('particles')}{'|[?]' if asked else ''})+$")

    def _unglued(self, said: str, key: str) -> str:
        """Take words of a script without spaces off both ends: 第2个 is 2."""
        return self._ends(key).sub("", said)

    @_once
    def _ends(self, key: str) -> re.Pattern[str]:
        glued = self._one_of(key, only_unspaced=True)
        return re.compile(rf"^(?:{glued})+|(?:{glued})+$")

    def _digits(self, said: str, *, counted: bool = False, between: str = " ") -> str:
        """Write numerals as digits: 二十四 is 24, and 两三 is 2 and 3.

        Where things are counted off, only by the first sign for each number: 二, and not 两.
        """
        signs = self._numerals(counted=counted)
        ten = next((sign for sign, value in signs.items() if value == _TEN), None)
        if ten is None:
            return said
        ones = "".join(sign for sign, value in signs.items() if value < _TEN)

        def number(match: re.Match[str]) -> str:
            tens, units = match.group("tens", "units")
            if tens is None:
                return str(signs[units])
            return str(signs.get(tens, 1) * _TEN + signs.get(match["more"], 0))

        said = re.sub(rf"(?<=[{ones}])(?=[{ones}])", between, said)
        return re.sub(rf"(?P<tens>[{ones}]?){ten}(?P<more>[{ones}]?)|(?P<units>[{ones}])", number, said)

    @_once
    def _numerals(self, *, counted: bool = False) -> dict[str, int]:
        """Return the signs of a script without spaces that stand for 0 to 10."""
        words = {n: self._words(f"numbers.{n}") for n in range(_TEN + 1)}
        return {
            sign: n
            for n, signs in words.items()
            for sign in (signs[:1] if counted else signs)
            if len(sign) == 1 and _unspaced(sign)
        }

    def _spanned(self, said: str) -> str:
        """Write 3到4 as "3-4", and so 第1到第3, and 3个月到4个月, of which the longer counts."""
        glued = self._one_of("fillers", only_unspaced=True)
        return re.sub(rf"(?<=\d)\D{{,3}}?(?:{self._one_of('range')})\s*(?:{glued})?(?=\d)", "-", said)

    def _language(self, said: str, step: Step | None) -> Meant | None:
        """Read "中文", "switch to English", "语言 英文" in every language: who asks may not read the one spoken."""
        if any(said == word for word, _ in self._everywhere(f"words.commands.{Intent.LANGUAGE}")):
            return Meant(Intent.LANGUAGE)
        said = _tight(self._bare(said.rstrip("?")))
        named = [(name, one) for name, one in self._everywhere("language.words") if name in said]
        if not named:
            return None
        asking = [line for line, _ in self._everywhere("words.with_language")]
        if step is None or (step.kind not in _FREE and said not in self._names(step)):
            asking.append("{language}")
        asked = (one for name, one in named if any(_tight(line.replace("{language}", name)) == said for line in asking))
        language = next(asked, None)
        return Meant(Intent.LANGUAGE, text=language) if language else None

    @_once
    def _everywhere(self, key: str) -> list[tuple[str, str]]:
        """Return the words of a list in every language, each with its language."""
        return [(word, one) for one in self._catalogue.languages for word in self._catalogue.words(key, one)]

    def _command(self, text: str, step: Step | None) -> Meant | None:
        said = normalise(text).removeprefix("/")
        if intent := self._which(said, "commands", _COMMANDS):
            return Meant(intent)
        if form := self._which(said, "documents", tuple(DocumentForm)):
            return Meant(Intent.DOCUMENT, text=form)
        if going := self._going(text, said, step):
            return going
        if language := self._language(said, step):
            return language
        for intent, beginning in self._with_number():
            if meant := self._numbered(intent, text, beginning):
                return meant
        if (command := self._with_text(text)) and self._is_told_enough(command):
            return command
        if term := self._term(said):
            return Meant(Intent.GLOSSARY, text=term)
        return _UNREADABLE if text.startswith("/") else None

    def _going(self, text: str, said: str, step: Step | None) -> Meant | None:
        """Read "list", "new", "resume 2" and "resume abc234"; "new" by itself may be an answer."""
        asked = None if text.startswith("/") else step
        if (intent := self._which(said, "commands", _GOING)) and not (asked and said in self._names(asked)):
            return Meant(intent)
        for beginning in self._beginnings(f"with_number.{Intent.RESUME}"):
            rest = normalise(_after(text.lstrip("/"), beginning) or "")
            if number := self._ordinal(rest):
                return Meant(Intent.RESUME, number=number)
            # Where anything may be an answer, "resume parser" is none of ours.
            if _CHECK_ID.fullmatch(rest) and not (asked and asked.kind in _FREE and rest.isalpha()):
                return Meant(Intent.RESUME, text=rest)
        return self._comparing(text, asked)

    def _comparing(self, text: str, asked: Step | None) -> Meant | None:
        """Read "compare 1 and 3 by flags" and "compare abc234 2 as a picture"; "compare models" may be an answer."""
        beginnings = self._beginnings("compare.begin")
        rest = next((found for one in beginnings if (found := _after(text.lstrip("/"), one)) is not None), None)
        if rest is None:
            return None
        rest, said = normalise(rest), list[str]()
        for name, words in self._compared():
            left = words.sub(" ", rest)
            if left != rest:
                rest, said = left, [*said, *filter(None, [name])]
        rest = _LIST.sub(" ", rest).strip()
        told = bool(said) or rest in self._words("all") or re.search(r"\d", self._digits(rest)) is not None
        named = [] if rest in self._words("all") else self._digits(rest).split()
        if (asked and not told) or not all(one.isdecimal() or _CHECK_ID.fullmatch(one) for one in named):
            return None
        return Meant(Intent.COMPARE, text=" ".join((*named, *said)))

    @_once
    def _compared(self) -> list[tuple[str, re.Pattern[str]]]:
        """Return what teams are compared in and the files of it, each with its words; and the words between."""
        names = [(one.value, f"compare.{one}") for one in Compared]
        names += [(one.value, f"documents.{one}") for one in DocumentForm]
        found = [(name, self._any_of(self._longest_first(key))) for name, key in names]
        return [*found, ("", self._any_of(self._longest_first("compare.between")))]

    @staticmethod
    def _any_of(words: Iterable[str]) -> re.Pattern[str]:
        return re.compile("|".join(re.escape(w) if _unspaced(w) else rf"(?<!\w){re.escape(w)}(?!\w)" for w in words))

    def _term(self, said: str) -> str:
        """Return what "what is a pin factory?" asks about, and 大头针工厂是什么？"""
        said = said.strip(_EDGES + "?？")
        for word in self._longest_first("define"):
            if said.startswith(word):
                return said.removeprefix(word).strip(_EDGES)
        for word in self._longest_first("define_after"):
            if said.endswith(word):
                return said.removesuffix(word).strip(_EDGES)
        return ""

    @_once
    def _longest_first(self, key: str) -> list[str]:
        return sorted(self._words(key), key=len, reverse=True)

    @_once
    def _beginnings(self, key: str) -> list[re.Pattern[str]]:
        return [_beginning(word, "" if _unspaced(word) else _WORDS_END) for word in self._longest_first(key)]

    @_once
    def _with_number(self) -> list[tuple[Intent, re.Pattern[str]]]:
        return [
            (intent, _beginning(word, "" if _unspaced(word) else _WORDS_END))
            for intent in _NUMBERED
            for word in self._words(f"with_number.{intent}")
        ]

    def _numbered(self, intent: Intent, text: str, beginning: re.Pattern[str]) -> Meant | None:
        """Read "change 7" and "fine 2 because I want to build it"."""
        rest = _after(text.lstrip("/"), beginning)
        if rest is None:
            return None
        number, reason = self._ordinal(normalise(rest)), ""
        if number is None:
            number, reason = self._with_reason(rest)
        return None if number is None else Meant(intent, number=number, text=reason.strip())

    @_once
    def _text_beginnings(self, unspaced_end: str) -> list[tuple[Intent, re.Pattern[str]]]:
        return [
            (intent, _beginning(word, unspaced_end if _unspaced(word) else _WORDS_END))
            for intent in (*_TIMED, Intent.ZONE, Intent.QUIET)
            for word in self._longest_first(f"with_text.{intent}")
        ]

    def _with_text(self, text: str, unspaced_end: str = "") -> Meant | None:
        """Read "interview 3 Dec 14:00", "time zone Berlin", 免打扰 22 8."""
        for intent, beginning in self._text_beginnings(unspaced_end):
            rest = _after(text.lstrip("/"), beginning)
            if rest:
                return Meant(intent, text=rest.lstrip(f" {_COLONS}"))
        return None

    def _is_told_enough(self, command: Meant) -> bool:
        """Tell whether what follows the word leaves no doubt that it is a command: "Interview Ltd" is a name."""
        match command.intent:
            case Intent.ZONE:
                return True
            case Intent.QUIET:
                return read_hours(command.text, when_words(self._catalogue, self.language)) is not None
            case _:
                return is_time(command.text, when_words(self._catalogue, self.language))

    def _with_reason(self, text: str) -> tuple[int | None, str]:
        """Split "2 because ..." and "2，因为..." behind the number."""
        parting = rf" |[，：；。、]|[,:;](?={_UNSPACED})|(?={self._one_of('because')})"
        head, *reason = re.split(parting, text, maxsplit=1)
        return self._ordinal(normalise(head.rstrip(_COLONS))), "".join(reason)

    def _picked(self, text: str, menu: Sequence[Intent]) -> Meant | None:
        """Read a pick from a menu, by number or by words; to a decision, a reason may follow."""
        if not menu:
            return None
        said = normalise(text)
        if picked := self._which(said, "commands", tuple(menu)):
            return Meant(picked)
        number = self._ordinal(said)
        if number and number <= len(menu):
            return Meant(menu[number - 1])
        if Intent.GO_ON not in menu:
            return None
        place, reason = self._with_reason(text)
        if place and place <= len(menu):
            return Meant(menu[place - 1], text=reason.strip(f" {_COLONS}"))
        words = [(word, intent) for intent in menu for word in self._words(f"commands.{intent}")]
        # The longest first: "ask more first" begins with "ask more".
        for word, intent in sorted(words, key=lambda one: -len(one[0])):
            reason = _after(text, _beginning(word, rf"(?:{_WORDS_END}|(?={self._one_of('because')}))")) or ""
            if reason:
                return Meant(intent, text=reason.strip(f" {_COLONS}"))
        return None

    def _attributed(self, text: str) -> tuple[str, Source | None, str]:
        """Take "@recruiter" and the words quoted behind it off the end of an answer."""
        match = _ATTRIBUTED.fullmatch(text)
        if match is None:
            return text, None, ""
        named = normalise(match["source"])
        for source in Source:
            if named in (source, *self._catalogue.words(f"shared.sources.words.{source}", self.language)):
                return match["text"].strip(), source, (match["quote"] or "").strip()[:QUOTE_LIMIT]
        return text, None, ""

    def _near_command(self, said: str) -> Meant:
        return self._nearest(said, {word: Meant(i) for i in _COMMANDS for word in self._words(f"commands.{i}")})

    def _unsaid(self, said: str) -> Unsaid | None:
        reason = self._which(said, "unsaid", tuple(NonAnswer))
        return Unsaid(reason) if reason else None

    def _ordinal(self, said: str) -> int | None:
        """Read "2", "#2", "2nd", "the second one", 第二个."""
        raw = self._digits(self._bare(said), counted=True).split()
        tokens = [self._unglued(token.strip(_EDGES + "#:"), "fillers") for token in raw]
        if len(tokens) > 1:
            rest = [token for token in tokens if token and token not in self._words("fillers")]
            # "Number one" is a number, "no one" is none.
            tokens = rest or ([] if raw[-2] in self._words("negations") else tokens[-1:])
        if len(tokens) != 1 or not tokens[0]:
            return None
        if tokens[0] in self._words("ordinals"):
            return self._words("ordinals").index(tokens[0]) + 1
        number = self._number_word(tokens[0], counted=True)
        if number is not None:
            return int(number)
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
                none = step.feeds is Feeds.EARLIER_TITLE and said in self._words("none")
                return Meant(Intent.ANSWER, Unsaid(NonAnswer.NOT_APPLICABLE)) if none else self._written(text)
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
        return self._names_below(step.texts, step.choice_ids)

    @_once
    def _names_below(self, texts: str, choices: tuple[str, ...]) -> dict[str, str]:
        names = {}
        for choice in choices:
            label = self._catalogue.text(phrase(f"{texts}.choices.{choice}"), self.language)
            for word in (normalise(label), *self._catalogue.words(f"{texts}.words.{choice}", self.language)):
                names[word] = names[_tight(word)] = choice
        return names

    def _choice(self, said: str, step: Step) -> str | None:
        names = self._names(step)
        for one in (said, self._bare(said), _tight(said)):
            if one in names:
                return names[one]
        number = self._ordinal(said)
        if number:
            return step.choice_ids[number - 1] if number <= len(step.choices) else None
        for word in (Intent.YES, Intent.NO):
            if word in names and self._is(said, f"commands.{word}"):
                return names[word]
        enough = len(said) > (1 if _unspaced(said) else 2)
        begun = {c for word, c in names.items() if enough and word.startswith(said) and self._agree(said, word)}
        return begun.pop() if len(begun) == 1 else None

    def _other_words(self) -> dict[str, Meant]:
        commands = {word: Meant(i) for i in _COMMANDS for word in self._words(f"commands.{i}")}
        unsaid = {w: Meant(Intent.ANSWER, Unsaid(r)) for r in NonAnswer for w in self._words(f"unsaid.{r}")}
        return {**commands, **unsaid}

    def _nearest(self, said: str, candidates: Mapping[str, Meant]) -> Meant:
        """Offer the one candidate that the words come close to, if there is just one."""
        denied = {token for token in said.split() if token in self._words("negations")}
        # "no" is near to everything, and "not new" is not near to "new".
        long_enough = [
            word
            for word, meant in candidates.items()
            if len(word) > (1 if _unspaced(word) else 2)
            and denied <= set(word.split())
            and self._agree(said, word)
            # A sentence with a command's word in it is no command, and in the way of no answer.
            and (meant.answer or not _unspaced(word) or fuzz.ratio(said, word) >= _NEAR_COMMAND)
        ]
        ranked = process.extract(said, long_enough, scorer=_likeness, score_cutoff=_NEAR, limit=12)
        found = [(candidates[word], score) for word, score, _ in ranked]
        rivals = [score for meant, score in found if meant != found[0][0]]
        if not found or (rivals and found[0][1] - rivals[0] < _CLEAR):
            return _UNREADABLE
        best, word = found[0][0], ranked[0][0]
        if best.answer:
            return replace(best, intent=Intent.NEAR_MISS)
        # A command that is nearly right is taken, unless it leads away from here. Letter by letter: a sentence with
        # a command's word in it is no command.
        taken = fuzz.ratio(said, word) >= _NEAR_COMMAND and best.intent not in _LEADING_AWAY
        return best if taken else _UNREADABLE

    def _agree(self, said: str, word: str) -> bool:
        """Tell whether both deny something or neither does, where a denial is no word by itself: 不是平台, 没有平台."""
        if not _unspaced(said + word):
            return True
        return all((no in said) == (no in word) for no in self._words("negations"))

    def _several(self, said: str, step: Step) -> Meant:
        if self._is(said, "all"):
            return Meant(Intent.ANSWER, Chosen(tuple(choice.id for choice in step.choices if not choice.only)))
        if self._is(said, "none") and said not in self._names(step):
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
        if self._choice(said.rstrip("?？ "), step):
            yield said
            return
        for part in _LIST.split(said):
            part = part.strip()  # noqa: PLW2901
            for piece in self._joined(part, step) if part else ():
                spanned = self._spanned(self._unglued(self._digits(piece), "fillers"))
                span = re.fullmatch(r"(\d{1,2})\s*[-–~～]\s*(\d{1,2})", spanned)
                if span:
                    yield from (str(n) for n in range(int(span[1]), int(span[2]) + 1))
                else:
                    yield piece

    def _joined(self, part: str, step: Step) -> list[str]:
        """Split "1 3 4?" and "api and ui" where the whole is not itself a choice."""
        if self._choice(part.rstrip("?？ "), step):
            return [part]
        joints = "|".join(re.escape(word) for word in sorted(self._words("and"), key=len, reverse=True))
        between = rf"{joints}|(?<={_UNSPACED})\s+(?={_UNSPACED})"
        pieces = [piece.strip() for piece in re.split(between, f" {part} ") if piece.strip()]
        return [one for piece in pieces for one in (_numbers(self._digits(piece, counted=True)) or [piece])]

    def _amount(self, said: str, step: Step) -> Meant:
        if step.kind is StepKind.SCALE:
            said = self._without_the_highest(said, step)
            for number in range(int(step.low), int(step.high) + 1):
                if {said, self._bare(said)} & set(
                    self._catalogue.words(f"steps.{step.id}.words.{number}", self.language)
                ):
                    return Meant(Intent.ANSWER, Amount(number))
        value = self._number(said, step)
        if value is None:
            return self._nearest(said, self._other_words())
        whole = float(value).is_integer() or step.kind is not StepKind.SCALE
        return Meant(Intent.ANSWER, Amount(round(value))) if whole and step.low <= value <= step.high else _UNREADABLE

    def _without_the_highest(self, said: str, step: Step) -> str:
        """Drop the end of "4/5" and "four out of five" where five is the highest point."""
        parts = re.fullmatch(r"(.+?)\s*(?:/|out of|of)\s*(\w+)", said)
        if parts and self._ordinal(parts[2]) == step.high:
            return parts[1]
        return said

    def _number(self, said: str, step: Step) -> float | None:
        """Read "6", "six weeks", "about 2 months", "3-4 months" (the longer), "half a year", 一个半月."""
        for filler in self._words("about"):
            said = said.removeprefix(filler).strip()
        said = self._unglued(self._unglued(_tight(self._bare(said)), "about"), "about_after")
        said = self._with_halves(self._spanned(self._digits(said, between="-")))
        match = re.fullmatch(rf"(?:({_FIGURES})\s*[-–~～]\s*)?({_FIGURES})\+?\s*(\S*)", said)
        if match and match[1] and step.kind is StepKind.SCALE:
            return None
        if match:
            number = max(float(one.replace(",", ".")) for one in match.group(1, 2) if one)
            unit = match[3]
        else:
            head, _, unit = said.rpartition(" ")
            word = self._number_word(said)
            if word is not None:
                head, unit = said, ""
            number_word = self._number_word(head)
            if number_word is None:
                return None
            number = number_word
        bare = self._unglued(unit, "fillers")
        if not bare:
            return number
        for name, words in self._catalogue.words_below("words.units", self.language).items():
            kind, _, factor = name.partition(".")
            if (unit in words or bare in words) and self._unit_fits(step, kind):
                return round(number * float(factor.replace("_", ".")))
        return None

    def _with_halves(self, said: str) -> str:
        """Write a half that is glued to what it halves in digits: 1年半, 1个半月, 半年."""
        half = self._one_of("numbers.0_5", only_unspaced=True)
        glued = self._one_of("fillers", only_unspaced=True)
        said = re.sub(rf"(\d+)(\D*)(?:{half})$", r"\1.5\2", said)
        return re.sub(rf"(\d*)(?:{glued})?(?:{half})(?=\D)", lambda match: f"{match[1] or 0}.5", said)

    def _unit_fits(self, step: Step, unit: str) -> bool:
        return unit == ("weeks" if step.feeds in (Feeds.OWN_TIME, Feeds.EXPECTED_TIME) else "teams")

    def _number_word(self, said: str, *, counted: bool = False) -> float | None:
        """Read a number in words; where things are counted off, only by its own word: "one", and not "a"."""
        return self._number_words(counted).get(said)

    @_once
    def _number_words(self, counted: bool) -> dict[str, float]:  # noqa: FBT001  the only argument
        numbers: dict[str, float] = {}
        for name, words in self._catalogue.words_below("words.numbers", self.language).items():
            for word in words[:1] if counted else words:
                numbers.setdefault(word, float(name.replace("_", ".")))
        return numbers

    def _skills(self, text: str, step: Step) -> Meant:
        skills: dict[str, SkillLevel] = {}
        guessed = False
        if normalise(text) in self._words("none"):
            return Meant(Intent.ANSWER, Unsaid(NonAnswer.NOT_APPLICABLE))
        for part in self._skill_parts(unicodedata.normalize("NFKC", text)):
            bare, nice = self._without_nice(part)
            read = self._numbered_skills(bare, step) or [self._skill(bare)]
            for skill, sure in read:
                if len(skill.name) > SKILL_LIMIT or not any(letter.isalpha() for letter in skill.name):
                    return _UNREADABLE
                before = skills.get(skill.name)
                higher = before and (before.level or 0) > (skill.level or 0)
                skills[skill.name] = before if before and higher else replace(skill, nice=nice)
                guessed = guessed or not sure
        if not skills or len(skills) > SKILL_LIMIT:
            return _UNREADABLE
        answer = SkillList(tuple(skills.values()))
        return Meant(Intent.NEAR_MISS if guessed else Intent.ANSWER, answer)

    def _glued_level(self, part: str, words: str, levels: Mapping[str, int]) -> tuple[str, int, int | None] | None:
        """Read "Python4", "Python4/3", 机器学习4 and 精通Python, where the whole is no known skill."""
        known = self.script.skills
        if not self._numerals() or normalise(part) in known:
            return None
        match = re.fullmatch(
            rf"(?P<name>.+?)(?P<level>[0-4])(?:/(?P<asked>[0-4]))?|(?P<word>{words})\s*(?P<of>.+)", part, re.IGNORECASE
        )
        name = normalise(match["name"] or match["of"]) if match else ""
        if not match or not (name in known or (match["name"] and _unspaced(name[-1]))):
            return None
        level = int(match["level"]) if match["level"] else levels[normalise(match["word"])]
        return known.get(name, name), level, int(match["asked"]) if match["asked"] else None

    def _skill_parts(self, text: str) -> Iterator[str]:
        """Split a list of skills: at commas, and in "python 4 sql 3" after a level."""
        also, glued = (self._one_of(key, only_unspaced=True) for key in ("and", "fillers"))
        text = re.sub(rf"(?<=[0-4])\s*(?:{glued})(?={also}|\W|$)", "", text)
        joint = rf"\s*(?:{also})\s*"
        text = re.sub(rf"(?<=[0-4]){joint}", ",", text)
        nice = rf"\s+\(?(?:{self._one_of('nice')})\)?(?!\w)"
        with_level = rf".+?[\s:=][0-4](?:/[0-4])?(?:{nice})?+(?=\s+[^\W\d])"
        for part in self._known_apart(filter(None, map(str.strip, _LIST.split(text))), joint):
            for piece in re.findall(rf"{with_level}|.+", part, re.IGNORECASE):
                named = re.sub(rf"^(?:{self._one_of('and')})\s+", "", piece.strip())
                yield named.rstrip(_FULL_STOPS) or named

    def _known_apart(self, parts: Iterable[str], joint: str) -> Iterator[str]:
        """Split Python和SQL where each side is a known skill: 算法和数据结构 may be one."""
        for part in parts:
            pieces = re.split(joint, part)
            apart = not self._is_skill(part) and all(map(self._is_skill, pieces))
            yield from pieces if apart else [part]

    def _is_skill(self, part: str) -> bool:
        return normalise(self._split_level(part)[0]) in self.script.skills

    @_once
    def _one_of(self, key: str, *, only_unspaced: bool = False) -> str:
        """Return a pattern for any word of a list, the longest first; it matches nothing where there is none."""
        words = (word.strip() for word in self._words(key))
        found = sorted((word for word in words if not only_unspaced or _unspaced(word)), key=len, reverse=True)
        return "|".join(map(re.escape, found)) or "(?!)"

    def _without_nice(self, part: str) -> tuple[str, bool]:
        """Take "nice" and "(nice to have)" off the end."""
        parted = rf"(?:[\s(]+|(?={_UNSPACED}))"
        bare = re.sub(rf"{parted}(?:{self._one_of('nice')})[\s)]*$", "", part, flags=re.IGNORECASE)
        return bare, bare != part

    def _numbered_skills(self, part: str, step: Step) -> list[tuple[SkillLevel, bool]]:
        """Read "1", "1=3" and "1 4 6" as picks from the suggestions."""
        one = re.fullmatch(r"(\d{1,2})\s*[=:：]\s*([0-4])(?:/([0-4]))?", normalise(part))
        if one:
            asked = int(one[3]) if one[3] else None
            picks: list[tuple[str, int | None, int | None]] = [(one[1], int(one[2]), asked)]
        else:
            picks = [(token, None, None) for token in normalise(part).split()]
        if not all(token.isdecimal() and 1 <= int(token) <= len(step.suggest) for token, _, _ in picks):
            return []
        return [(SkillLevel(step.suggest[int(token) - 1], level, asked), True) for token, level, asked in picks]

    def _skill(self, part: str) -> tuple[SkillLevel, bool]:
        """Read "python 3" and "python 3/4" (mine 3, asked 4)."""
        name, level, asked = self._split_level(part)
        known = self.script.skills.get(normalise(name))
        if known:
            return SkillLevel(known, level, asked), True
        near = process.extractOne(
            normalise(name), self.script.skills.keys(), scorer=fuzz.ratio, score_cutoff=_NEAR_SKILL
        )
        if near and len(name) > 4:  # noqa: PLR2004  short names are too alike
            return SkillLevel(self.script.skills[near[0]], level, asked), False
        return SkillLevel(name, level, asked), True

    def _split_level(self, part: str) -> tuple[str, int | None, int | None]:
        """Take the level off the end of "python 3", "python: solid", "python (3)"."""
        match = re.fullmatch(r"(.+?)[\s:=：（(]+([0-4])(?:\s*/\s*([0-4]))?[)）]?", part)
        if match:
            return match[1].strip(_NAME_EDGES), int(match[2]), int(match[3]) if match[3] else None
        levels = {word: level for level in range(5) for word in self._words(f"levels.{level}")}
        # The longest first: "very well" ends in "well".
        words = "|".join(re.escape(word) for word in sorted(levels, key=len, reverse=True))
        match = re.fullmatch(rf"(.+?)(?:[\s:=：（(]+|(?={_UNSPACED}))({words})[)）\s]*", part, re.IGNORECASE)
        if match:
            return match[1].strip(_NAME_EDGES), levels[normalise(match[2])], None
        glued = self._glued_level(part, words, levels)
        if glued:
            return glued
        return part.strip(_NAME_EDGES), None, None
