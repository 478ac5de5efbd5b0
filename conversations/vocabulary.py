"""The closed sets of names that the whole product shares."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

TeamKind = Literal["infra", "applied", "research"]
TEAM_KINDS: tuple[TeamKind, ...] = ("infra", "applied", "research")

Question = Literal["kind", "gap", "ownership"]
QUESTIONS: tuple[Question, ...] = ("kind", "gap", "ownership")
"""Exactly these three, in this order (S04)."""


VERDICT_STATES: Mapping[Question, tuple[str, ...]] = {
    "kind": (*TEAM_KINDS, "mixed", "all_in_one", "none_clearly", "not_known"),
    "gap": ("not_known", "too_wide", "nothing_new", "both_ends", "uneasy", "workable"),
    "ownership": ("not_known", "owns_nothing", "no_customer", "neither", "in_name_only", "clear"),
}
"""What each verdict can amount to."""


class StepKind(StrEnum):
    """How a step is answered."""

    CHOICE = "choice"
    CHOICES = "choices"
    NUMBER = "number"
    SCALE = "scale"
    TEXT = "text"
    SKILLS = "skills"


class Whom(StrEnum):
    """Who can answer an open question."""

    RECRUITER = "recruiter"
    MANAGER = "manager"
    MEMBER = "member"
    PARTNER = "partner"
    FORMER = "former"
    SKIP_LEVEL = "skip_level"
    YOURSELF = "yourself"


class Source(StrEnum):
    """Who said it. The ids are those of the choices under `shared.sources`."""

    GUESS = "guess"
    POSTING = "posting"
    PUBLIC = "public"
    RECRUITER = "recruiter"
    MANAGER = "manager"
    MEMBER = "member"
    FORMER = "former"


class Certainty(StrEnum):
    """How surely a posting suggests something, never more than a posting can."""

    CLEAR = "clear"
    LIKELY = "likely"
    FAINT = "faint"


class OwnDecision(StrEnum):
    """The person's own decision."""

    GO_ON = "go_on"
    ASK_MORE = "ask_more"
    PASS = "pass"  # noqa: S105  not a password


class DocumentForm(StrEnum):
    """A format in which a report is handed out as a file."""

    PICTURE = "picture"
    PDF = "pdf"
    MARKDOWN = "markdown"
    CSV = "csv"
    JSON = "json"


class Compared(StrEnum):
    """What teams are compared in; a person may sort by each of them."""

    DECISION = "decision"
    KIND = "kind"
    GAP = "gap"
    OWNERSHIP = "ownership"
    FLAGS = "flags"
    QUESTIONS = "questions"
    CHANGED = "changed"


ReportPart = Literal["all", "questions", "reasons"]
"""The whole report, its open questions alone, or what its verdicts and flags rest on."""
