"""Who may do what in a chat: one table, which whatever is new has to join.

What is somebody's own is changed by them alone; the rows say who else may, and nobody who is not named does.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from conversations.catalogue import Catalogue
from conversations.events import UNSAID, ReviewAct
from conversations.session import Intent


class Who(StrEnum):
    """Those who come by, each with everything that they could know: the ids of the owner's check and share."""

    OWNER = "the owner"
    MENTOR = "a mentor"
    ADMIN = "an admin"
    OUTSIDER = "another person"
    ELSEWHERE = "an admin and mentor of another workspace"
    SHARED_CHANNEL = "an admin and mentor of another workspace, over a shared channel"
    SAME_ID = "the same id in another workspace"


class Way(StrEnum):
    """The ways into the bot, beside commands and buttons."""

    WRITE = "the form for an answer"
    MENTOR = "the form for a mentor's note or question"
    RULES = "the form, or the command, that sets rules"
    TAKE_DOWN = "a shared message's menu, to take it down"
    READ_POSTING = "a message's menu, to read it as a posting"
    START = "the shortcut that begins"
    TYPED = "a line in the direct messages"
    HOME = "a look at the bot's page, or at what it offers behind a command"


CHECK, SHARE, STEP, CHANNEL, NUMBER, NO = "<check>", "<share>", "team", "<channel>", "1", ""
"""What stands behind a button; the first two and the channel are filled in."""
_ADMINS, _MENTORS, _NOBODY = frozenset({Who.ADMIN}), frozenset({Who.MENTOR}), frozenset[Who]()

BUTTONS: Mapping[Intent, tuple[str, ...]] = {
    Intent.OPEN: (NO, CHECK),
    Intent.ANSWER: (NO, NUMBER, f"{UNSAID}unknown", f"{UNSAID}none"),
    Intent.KEEP: (NO,),
    Intent.NEAR_MISS: (NO,),
    Intent.UNREADABLE: (NO,),
    Intent.YES: (NO,),
    Intent.NO: (NO,),
    Intent.BACK: (NO,),
    Intent.CHANGE: (NO, STEP, NUMBER),
    Intent.HELP: (NO,),
    Intent.WHY: (NO,),
    Intent.EXAMPLE: (NO,),
    Intent.STATUS: (NO,),
    Intent.CARD: (NO,),
    Intent.GLOSSARY: (NO,),
    Intent.LANGUAGE: (NO,),
    Intent.ATTRIBUTE: (NO,),
    Intent.DEEPER: (NO, NUMBER),
    Intent.FILL_IN: (NO,),
    Intent.UPDATE: (NO,),
    Intent.FINE: (NO, NUMBER),
    Intent.NOT_FINE: (NO, NUMBER),
    Intent.DECIDE: (NO,),
    Intent.GO_ON: (NO,),
    Intent.ASK_MORE: (NO,),
    Intent.PASS: (NO,),
    Intent.KEEP_PROFILE: (NO,),
    Intent.REVIEW: (NO,),
    Intent.REPORT: (NO, CHECK),
    Intent.QUESTIONS: (NO, CHECK),
    Intent.LATER: (NO,),
    Intent.START_OVER: (NO,),
    Intent.QUIT: (NO,),
    Intent.INTERVIEW: (NO,),
    Intent.REMIND: (NO,),
    Intent.REMINDERS: (NO,),
    Intent.SNOOZE: (NO,),
    Intent.STOP: (NO,),
    Intent.WRITE_AGAIN: (NO,),
    Intent.ZONE: (NO,),
    Intent.QUIET: (NO,),
    Intent.FORGET: (NO, CHECK),
    Intent.HELD: (NO,),
    Intent.EXPORT: (NO,),
    Intent.CHECKS: (NO,),
    Intent.COMPARE: (NO, CHECK),
    Intent.HISTORY: (NO, CHECK),
    Intent.POSTING: (NO,),
    Intent.PASTED: (NO, STEP),
    Intent.KEEP_WORDS: (NO,),
    Intent.TAKE_ALL: (NO,),
    Intent.RESUME: (CHECK, NUMBER),
    Intent.NEW: (NO,),
    Intent.PROFILE: (NO,),
    Intent.SETTINGS: (NO,),
    Intent.SHARE: (NO, CHANNEL),
    Intent.UNSHARE: (NO, SHARE, NUMBER),
    Intent.SHARE_AS: (NO, "show_company"),
    Intent.DOCUMENT: (NO, "markdown"),
    Intent.SHARES: (NO,),
    Intent.ASK_FOR_REVIEW: (NO,),
    Intent.REMARKS: (NO,),
    Intent.DROP_REMARK: (NO, NUMBER),
    Intent.REVIEWS: (NO,),
    Intent.MENTOR: (NO, "nothing", f"claim.{CHECK}", *(one for act in ReviewAct for one in (act, f"{act}.{SHARE}"))),
    Intent.HOME: (NO,),
    Intent.SHARE_ENDED: (NO, "taken_down", SHARE),
    Intent.TIME: (NO,),
}
"""Every intent, and what a stolen button of it carries."""
REVIEWS: Mapping[ReviewAct, frozenset[Who]] = {
    ReviewAct.CLAIM: _MENTORS,
    ReviewAct.UNCLAIM: _MENTORS,
    ReviewAct.NOTE: _MENTORS,
    ReviewAct.QUESTION: _MENTORS,
    ReviewAct.DONE: _MENTORS,
    ReviewAct.PASS_ON: _MENTORS,
}
"""What is done with a copy by its buttons, and who may."""
WAYS: Mapping[Way, frozenset[Who]] = {
    Way.WRITE: _NOBODY,
    Way.MENTOR: _MENTORS,
    Way.RULES: _ADMINS,
    Way.TAKE_DOWN: _ADMINS,
    Way.READ_POSTING: _NOBODY,
    Way.START: _NOBODY,
    Way.TYPED: _NOBODY,
    Way.HOME: _NOBODY,
}
TAMPERED = (
    f"answer:{CHECK}:-1::x",
    f"answer:{CHECK}:99999999999999999999::x",
    f"answer:{CHECK}:\u0661::x",
    f"forget:{CHECK}:::",
    f"resume::::{CHECK}",
    f"unshare:{CHECK}:0:{STEP}:{SHARE}",
    f"answer::::\u202e{CHECK}",
    f"answer:{CHECK}' OR 1=1 --:::",
    f"mentor::::claim.{SHARE}' OR ''='",
    "mentor::::../../claim",
    f":{CHECK}:::",
    f"{CHECK}:answer:::",
    "answer:::",
    "answer::::::",
    "nothing::::",
    "x" * 255,
)
"""Ids that nobody was given, as far as a platform would send them."""


@dataclass(frozen=True)
class Press:
    """A button that was pressed."""

    intent: Intent
    argument: str = NO

    @property
    def others(self) -> frozenset[Who]:
        """Return who beside the owner changes something of the owner's by it."""
        act = self.argument.partition(".")[0]
        is_act = self.intent is Intent.MENTOR and act in set(ReviewAct) and CHECK not in self.argument
        return REVIEWS[ReviewAct(act)] if is_act else _NOBODY


PRESSES = tuple(Press(intent, argument) for intent, arguments in BUTTONS.items() for argument in arguments)


def commands(words: Catalogue, *languages: str) -> Iterator[str]:
    """Yield a word for every command, with everything that may stand behind it: all are for oneself."""
    for language in languages or words.languages:
        yield from (some[0] for some in words.words_below("words.commands", language).values())
        with_number = words.words_below("words.with_number", language)
        yield from (f"{some[0].strip()} {number}" for some in with_number.values() for number in (1, 2))
        with_text = words.words_below("words.with_text", language)
        yield from (f"{some[0].strip()} tomorrow 9:00" for some in with_text.values())
        yield words.words("words.admin", language)[0]
    yield from (f"{word} {CHECK}" for word in ("resume", "report", "unshare", "forget"))
