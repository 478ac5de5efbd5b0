"""Everything we can say. A closed union: a renderer that forgets one does not type-check."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from conversations.catalogue import Catalogue, Phrase, phrase
from conversations.events import Event
from conversations.report import Comparison, Report, Said
from conversations.session import Intent, ReviewState, Session
from conversations.vocabulary import DocumentForm, ReportPart, StepKind

NOTIFICATION = phrase("notification.reply")


@dataclass(frozen=True, slots=True)
class Say:
    """One sentence, or a short paragraph."""

    text: Phrase


@dataclass(frozen=True, slots=True)
class Noted:
    """What the person just did, as it was understood.

    Where a platform can edit its messages, this takes the place of the question that it settles.
    """

    text: Phrase
    step: str | None = None
    """The step whose answer it is: it can be changed from here."""


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
    choice_ids: tuple[str, ...] = ()
    """How buttons call them."""
    low: float = 0.0
    high: float = 0.0
    """Bounds of a number or a scale."""
    suggestions: tuple[Phrase | str, ...] = ()
    said: Phrase | None = None
    """What the person answered here before."""


@dataclass(frozen=True, slots=True)
class Option:
    """One more thing that may be chosen beside a short menu, by a word or a button of its own."""

    label: Phrase
    intent: Intent
    argument: str


@dataclass(frozen=True, slots=True)
class Choose:
    """A short menu outside the questionnaire: yes or no, what now."""

    text: Phrase
    options: tuple[Intent, ...]
    more: tuple[Option, ...] = ()


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
class ShowDocument:
    """The whole report as a file."""

    report: Report
    form: DocumentForm


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check in a list."""

    id: str
    number: int
    """How `resume` calls it."""
    title: Phrase
    """The team, or when the check was begun."""
    state: Phrase
    """How far it is."""
    at_hand: bool


@dataclass(frozen=True, slots=True)
class ShowChecks:
    """The person's checks, the one changed last first."""

    title: Phrase
    rows: tuple[CheckRow, ...]


@dataclass(frozen=True, slots=True)
class ShowComparison:
    """Teams side by side: here, or as a file."""

    comparison: Comparison
    form: DocumentForm | None = None
    sorting: tuple[Option, ...] = ()
    """What the same teams can be sorted by."""
    files: tuple[Option, ...] = ()
    """As what they can be handed out."""
    pick: tuple[CheckRow, ...] = ()
    """Of which others may be picked; none where there are no others."""


@dataclass(frozen=True, slots=True)
class ShowHome:
    """What a person finds on their page: their checks, reminders, open questions, and the three questions."""

    checks: ShowChecks
    reminders: tuple[Phrase, ...]
    questions: tuple[Phrase, ...]
    """The first few that are open on the check at hand."""


@dataclass(frozen=True, slots=True)
class AskPosting:
    """A job posting is awaited: in a form, as a file, or typed in as many pieces as it takes."""

    text: Phrase
    characters: int
    """How much of it has come."""


@dataclass(frozen=True, slots=True)
class AskChannel:
    """Where should the report be shared?"""

    text: Phrase
    allowed: tuple[str, ...]
    """None named: wherever the bot is."""


@dataclass(frozen=True, slots=True)
class ShareRow:
    """A copy that stands in a channel."""

    check: str
    share: str
    channel: str
    text: Phrase


@dataclass(frozen=True, slots=True)
class ShowShares:
    """Everything that the person has shared, wherever."""

    title: Phrase
    rows: tuple[ShareRow, ...]


@dataclass(frozen=True, slots=True)
class ShowShared:
    """The copy of a report that a channel sees: a short card, or the detail below it. Redacted already."""

    report: Report
    part: Literal["card", "detail"]
    updated: date | None = None
    review: ReviewState | None = None
    """How far a review is that its owner asked for."""
    onward: bool = False
    """Mentors may pass it on."""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A copy that mentors are asked to look at."""

    check: str
    share: str
    channel: str
    text: Phrase
    state: ReviewState
    mine: bool


@dataclass(frozen=True, slots=True)
class ShowQueue:
    """What mentors are asked to look at, in one workspace, what waits longest first."""

    rows: tuple[QueueRow, ...] | None = None
    """None until whoever has the store fills it in."""


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


Reply = (
    Say
    | Noted
    | Listed
    | Ask
    | Choose
    | ReviewAnswers
    | ShowReport
    | ShowDocument
    | ShowChecks
    | ShowComparison
    | ShowHome
    | AskChannel
    | AskPosting
    | ShowShared
    | ShowShares
    | ShowQueue
    | Goodbye
    | Held
)


@dataclass(frozen=True, slots=True)
class Post:
    """The copy of a report in a channel, as it is to be now; no replies: it is to be taken back."""

    share: str
    channel: str
    replies: tuple[Reply, ...]


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
    posts: tuple[Post, ...] = ()
    """Copies of the report in channels that have changed with this turn."""
    told: Phrase | None = None
    """What is said at once to a mentor who did something, as the replies are the owner's."""
    unread: bool = False
    """What was typed could not be read, and nothing changed."""
    needs_saved: bool = False
    """It cannot be taken without all of the person's checks: load them, and take it again."""
    instead: Event | None = None
    """It is about something that was not loaded: take this event in its place."""
