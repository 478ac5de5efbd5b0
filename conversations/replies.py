"""Everything we can say. A closed union: a renderer that forgets one does not type-check."""

from dataclasses import dataclass
from datetime import datetime

from conversations.catalogue import Catalogue, Phrase, phrase
from conversations.report import Report, Said
from conversations.session import Intent, Session
from conversations.vocabulary import ReportPart, StepKind

NOTIFICATION = phrase("notification.reply")


@dataclass(frozen=True, slots=True)
class Say:
    """One sentence, or a short paragraph."""

    text: Phrase


@dataclass(frozen=True, slots=True)
class Listed:
    """A line, and what it announces, one below the other."""

    title: Phrase
    items: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the person stands: question `section` of 3, step `step` of (about) `steps` in it."""

    section: int
    step: int
    steps: int
    about: bool
    """True while answers still ahead decide how many steps there are."""
    second_pass: bool = False
    """Only what was open is being asked again."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One step of the questionnaire."""

    step: str
    kind: StepKind
    section: Phrase
    progress: Progress | None
    """None in the dialogue about the person."""
    text: Phrase
    hint: Phrase
    """How to answer this kind of step."""
    choices: tuple[Phrase, ...] = ()
    suggestions: tuple[Phrase | str, ...] = ()
    said: Phrase | None = None
    """What the person answered here before."""


@dataclass(frozen=True, slots=True)
class Choose:
    """A short menu outside the questionnaire: yes or no, what now."""

    text: Phrase
    options: tuple[Intent, ...]


@dataclass(frozen=True, slots=True)
class ReviewAnswers:
    """Every answer so far, numbered for `change`."""

    title: Phrase
    answers: tuple[Said, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class ShowReport:
    """The whole report, or a part of it."""

    report: Report
    part: ReportPart = "all"


@dataclass(frozen=True, slots=True)
class Goodbye:
    """The last word for now: a conversation that has an end (a terminal) ends here."""

    text: Phrase


@dataclass(frozen=True, slots=True)
class Held:
    """What is stored about the person: a summary, or everything as a document."""

    json: str = ""
    """As SessionStore.held says it; empty until whoever has the store fills it in."""
    whole: bool = False


Reply = Say | Listed | Ask | Choose | ReviewAnswers | ShowReport | Goodbye | Held


@dataclass(frozen=True, slots=True)
class Turn:
    """What one event led to."""

    session: Session
    replies: tuple[Reply, ...]
    catalogue: Catalogue
    """Where the replies find their words: those of the check's own pack."""
    due: datetime | None = None
    """When the check at hand wants a TimePassed."""
    expired: bool = False
    """The check at hand has reached its end and goes."""
    erase: bool = False
    """The person is to be erased; the replies are the farewell."""
    notification: Phrase = NOTIFICATION
    """What may show on a lock screen."""
