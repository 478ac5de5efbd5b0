"""Everything that must survive a restart: the person, their checks, and the answers in them.

Only answers are stored. The path, the progress, the verdicts and the report are derived from them,
so that going back, editing and re-reading cost nothing and can never disagree with what was said.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Discriminator

from conversations.vocabulary import Certainty, OwnDecision, Question, Source
from conversations.workspace import Workspace


class NonAnswer(StrEnum):
    """The three ways not to answer. Only the first becomes a question to ask (feature table A9, A10)."""

    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Chosen:
    """Choice ids that hold, and those the person is unsure about; every other choice of the step does not hold."""

    yes: tuple[str, ...]
    unsure: tuple[str, ...] = ()
    kind: Literal["chosen"] = "chosen"


@dataclass(frozen=True, slots=True)
class Amount:
    """A number in the step's own unit (weeks, teams, a point on a scale)."""

    number: float
    kind: Literal["amount"] = "amount"


@dataclass(frozen=True, slots=True)
class Written:
    """Free text, as the person wrote it."""

    text: str
    kind: Literal["written"] = "written"


@dataclass(frozen=True, slots=True)
class SkillLevel:
    """A skill: the person's own level and the one asked for, 0 (never used) to 4 (could teach it); None: not said."""

    name: str
    level: int | None
    asked: int | None = None
    nice: bool = False
    """Nice to have, rather than a must."""


@dataclass(frozen=True, slots=True)
class SkillList:
    """The skills that a role asks for, each with the person's own level."""

    skills: tuple[SkillLevel, ...]
    kind: Literal["skills"] = "skills"


@dataclass(frozen=True, slots=True)
class Unsaid:
    """No value, and why there is none."""

    reason: NonAnswer
    kind: Literal["unsaid"] = "unsaid"


def is_said(answer: "Answer | None") -> bool:
    """Tell whether an answer says something: no non-answer, and not a mere perhaps."""
    match answer:
        case None | Unsaid():
            return False
        case Chosen():
            return bool(answer.yes) or not answer.unsure
        case _:
            return True


Answer = Annotated[Chosen | Amount | Written | SkillList | Unsaid, Discriminator("kind")]


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it was given: when, by whom the person knows it, and in which words."""

    answer: Answer
    at: datetime
    source: Source | None = None
    """None: from whomever the person named for the whole section."""
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Proposed:
    """An answer that a job posting suggests, while the person is asked about it; `given` has the words it rests on."""

    step: str
    given: Given
    certainty: Certainty


Answers = Mapping[str, tuple[Given, ...]]
"""Step id -> what was said about it, one a source. Ids are names, never positions, so that a changed pack cannot shift
anyone's answers."""


@dataclass(frozen=True, slots=True)
class Fine:
    """A red flag that the person is fine with, and why."""

    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """What the person decided, in their own words, and when. Never decided for them (S39, S40)."""

    choice: OwnDecision
    reason: str
    at: datetime


class ReviewState(StrEnum):
    """How far a review is that an owner asked mentors for."""

    ASKED = "asked"
    CLAIMED = "claimed"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Review:
    """That the owner of a copy asked mentors to look at it."""

    asked_at: datetime
    state: ReviewState = ReviewState.ASKED
    mentor: str | None = None
    """Who looks at it, or did."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What a mentor said about a team: kept apart from the answers."""

    by: str
    """The mentor, as the platform calls them; shown to nobody."""
    share: str
    """The copy that they saw."""
    at: datetime
    text: str
    question: bool = False
    """It is something to ask."""


@dataclass(frozen=True, slots=True)
class Share:
    """A copy of the report in a channel, shown by the owner's own act."""

    id: str
    """Random, and known to nobody but us: it also makes the pseudonyms of this copy."""
    channel: str
    at: datetime
    shown: tuple[str, ...] = ()
    """Kinds of fields (conversations/redaction.py) that the owner shows beyond those that are always shown."""
    updated_at: datetime | None = None
    """When the copy last followed a change; None: it is as it was posted."""
    previewed: str = ""
    """A digest of what was previewed, until it is posted."""
    hidden: tuple[str, ...] = ()
    """Kinds of fields that the owner hides of those that are shown else."""
    days: int | None = None
    """After how many days from `at` it is taken back; None: when the owner says so."""
    review: Review | None = None
    onward: bool = False
    """Mentors may show it in other channels as well."""
    place: str | None = None
    """The workspace that the channel is in, where the owner's key names none."""

    @property
    def until(self) -> datetime | None:
        """When it is taken back by itself."""
        return self.at + timedelta(days=self.days) if self.days else None

    def without_mentor(self, mentor: str) -> "Share":
        """Return the copy as one that a mentor has not claimed."""
        review = self.review
        if review is None or review.mentor != mentor:
            return self
        state = ReviewState.ASKED if review.state is ReviewState.CLAIMED else review.state
        return replace(self, review=replace(review, state=state, mentor=None))


@dataclass(frozen=True, slots=True)
class ProfileVersion:
    """What the person said about themselves, as of a day (S37)."""

    at: datetime
    answers: Mapping[str, Answer]


class ReminderKind(StrEnum):
    """What a reminder brings: before an interview the card and the open questions, after it only what is open."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Reminder:
    """A time that the person chose, kept as they said it, so that summer time cannot shift it."""

    kind: ReminderKind
    local: datetime
    """On the clock of `zone`, without one of its own."""
    zone: str
    """An IANA name."""


class Phase(StrEnum):
    """What the conversation is waiting for."""

    NEW = "new"
    ASKING = "asking"
    OFFERED = "offered"
    CONFIRMING = "confirming"
    SHARING = "sharing"
    DECIDING = "deciding"
    PASTING = "pasting"
    PROPOSING = "proposing"
    REVIEWING = "reviewing"
    FINISHED = "finished"


class Intent(StrEnum):
    """What a person can mean; every typed line is read into one of these."""

    OPEN = "open"
    ANSWER = "answer"
    KEEP = "keep"
    NEAR_MISS = "near_miss"
    UNREADABLE = "unreadable"
    YES = "yes"
    NO = "no"
    BACK = "back"
    CHANGE = "change"
    HELP = "help"
    WHY = "why"
    EXAMPLE = "example"
    STATUS = "status"
    CARD = "card"
    GLOSSARY = "glossary"
    LANGUAGE = "language"
    ATTRIBUTE = "attribute"
    DEEPER = "deeper"
    FILL_IN = "fill_in"
    UPDATE = "update"
    FINE = "fine"
    NOT_FINE = "not_fine"
    DECIDE = "decide"
    GO_ON = "go_on"
    ASK_MORE = "ask_more"
    PASS = "pass"  # noqa: S105  not a password
    KEEP_PROFILE = "keep_profile"
    REVIEW = "review"
    REPORT = "report"
    QUESTIONS = "questions"
    LATER = "later"
    START_OVER = "start_over"
    QUIT = "quit"
    INTERVIEW = "interview"
    REMIND = "remind"
    REMINDERS = "reminders"
    SNOOZE = "snooze"
    STOP = "stop"
    WRITE_AGAIN = "write_again"
    ZONE = "zone"
    QUIET = "quiet"
    FORGET = "forget"
    HELD = "held"
    EXPORT = "export"
    CHECKS = "checks"
    RESUME = "resume"
    NEW = "new"
    PROFILE = "profile"
    SETTINGS = "settings"
    SHARE = "share"
    SHARE_AS = "share_as"
    """What of a copy is seen, and for how long, before it is posted; the text names one of sharing_choices."""
    DOCUMENT = "document"
    """The report as a file; the text names a DocumentForm."""
    POSTING = "posting"
    """Read a job posting into proposals."""
    PASTED = "pasted"
    """The text of a posting, or a part of it."""
    KEEP_WORDS = "keep_words"
    """What is proposed is taken, with the words it rests on."""
    TAKE_ALL = "take_all"
    """And so is all that is left, without those."""
    HISTORY = "history"
    COMPARE = "compare"
    """Teams side by side; the text names which, what they are sorted by, and the file it is to be."""
    SHARES = "shares"
    ASK_FOR_REVIEW = "ask_for_review"
    REMARKS = "remarks"
    DROP_REMARK = "drop_remark"
    REVIEWS = "reviews"
    """A mentor looks at what is to be reviewed."""
    MENTOR = "mentor"
    """On a button of a copy in a channel: what a mentor does, as in ReviewAct."""
    UNSHARE = "unshare"
    HOME = "home"
    """Nobody said anything: the person looks at their home."""
    SHARE_ENDED = "share_ended"
    """As above: a shared report is no longer in its channel, or never got there."""
    TIME = "time"
    """Nobody said anything: a time came that the check was waiting for."""


@dataclass(frozen=True, slots=True)
class Meant:
    """One reading of what was typed: the intent, and what goes with it."""

    intent: Intent
    answer: Answer | None = None
    number: int | None = None
    text: str = ""
    """A reason, the term that was asked about, the language to speak, a time or a place as it was typed."""
    source: Source | None = None
    quote: str = ""


@dataclass(frozen=True, slots=True)
class SessionKey:
    """Who is talking, and where: ids are only unique within a workspace of a platform."""

    platform: str
    workspace: str
    person: str


NOTHING_SAID = ProfileVersion(datetime.min.replace(tzinfo=UTC), {})


@dataclass(frozen=True, slots=True)
class Person:
    """What is kept about someone across their checks."""

    key: SessionKey
    revision: int = 0
    language: str = "en"
    current_check: str | None = None
    profile: tuple[ProfileVersion, ...] = ()
    """Oldest first; the last one counts."""
    zone: str | None = None
    """The IANA name of the time zone that the person lives by; None until it is known."""
    quiet: tuple[int, int] = (22, 8)
    """From which hour to which hour of theirs nothing is sent unasked; the same hour twice: no such hours."""
    left_alone: bool = False
    """The person wants nothing sent that they did not ask for."""
    forgetting: str | None = None
    """The person said "forget me", and was asked whether they are sure."""
    about_me: bool = False
    """What the person types goes to the dialogue about themselves, until they leave it or open a check."""

    @property
    def about(self) -> ProfileVersion:
        """What the profile says today; empty where there is none."""
        return self.profile[-1] if self.profile else NOTHING_SAID


@dataclass(frozen=True, slots=True)
class Check:
    """One team looked at by one person; or, under the id PROFILE_CHECK, the person themselves."""

    id: str
    pack: str
    opened_at: datetime
    changed_at: datetime
    revision: int = 0
    phase: Phase = Phase.NEW
    at: str | None = None
    """The step being asked; None outside ASKING and OFFERED."""
    answered: str | None = None
    """The step answered last, while nothing else was done since: where "back" goes first."""
    offered: Given | None = None
    """What "did you mean ...?" stands for, while it stands."""
    answers: Answers = field(default_factory=dict)
    deep: tuple[Question, ...] = ()
    """The sections that the person chose to go deeper into."""
    agenda: tuple[str, ...] = ()
    """Steps of a second pass that are still to be asked again."""
    fine: Mapping[str, Fine] = field(default_factory=dict)
    """Red flags that the person is fine with."""
    decision: Decision | None = None
    asked: int = 0
    """Counts what the person changed: buttons and windows carry it, so that a reminder makes none of them stale."""
    reminders: tuple[Reminder, ...] = ()
    """Still to come, the next one first."""
    reminded: Reminder | None = None
    """The one that came last, as long as nothing was answered since: what "snooze" puts off."""
    nudged_at: datetime | None = None
    """When the one nudge of an abandoned check was sent, or let be; None before."""
    shares: tuple[Share, ...] = ()
    """Copies of the report that stand in channels."""
    sharing: Share | None = None
    """What was previewed, while its owner is asked whether to post it."""
    parked: bool = False
    """Abandoned: nothing more is sent about it until the person comes back."""
    warned_at: datetime | None = None
    """When the person was told that the check expires, if nothing has changed since."""
    remarks: tuple[Remark, ...] = ()
    """What mentors said, the oldest first."""
    pasted: str = ""
    """A job posting, while it is being pasted; gone as soon as it is read."""
    proposed: tuple[Proposed, ...] = ()
    """What it suggests, as far as the person was not asked about it yet; the first is being asked."""

    @property
    def is_profile(self) -> bool:
        """Whether this is the dialogue about the person."""
        return self.id == PROFILE_CHECK

    def without_mentor(self, mentor: str) -> "Check":
        """Return the check without what a mentor said or claimed: the next revision, where there was anything."""
        remarks = tuple(one for one in self.remarks if one.by != mentor)
        shares = tuple(one.without_mentor(mentor) for one in self.shares)
        if (remarks, shares) == (self.remarks, self.shares):
            return self
        return replace(self, revision=self.revision + 1, remarks=remarks, shares=shares)


PROFILE_CHECK = "profile"


@dataclass(frozen=True, slots=True)
class Session:
    """A person and the check at hand: what one turn reads and writes."""

    person: Person
    check: Check | None = None
    saved: tuple[Check, ...] | None = None
    """All checks of teams that the person has, the one changed last first; None: not loaded, as few turns need them."""
    undelivered: int = 0
    """Messages to the person that were given up and that they have not been told of."""
    workspace: Workspace = field(default_factory=Workspace)
    """The rules of the workspace that they are in."""
