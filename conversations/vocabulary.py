"""The closed sets of names that the whole product shares."""

from enum import StrEnum
from typing import Literal

TeamKind = Literal["infra", "applied", "research"]
TEAM_KINDS: tuple[TeamKind, ...] = ("infra", "applied", "research")

Question = Literal["kind", "gap", "ownership"]
QUESTIONS: tuple[Question, ...] = ("kind", "gap", "ownership")
"""Exactly these three, in this order (S04)."""


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


class OwnDecision(StrEnum):
    """The person's own decision."""

    GO_ON = "go_on"
    ASK_MORE = "ask_more"
    PASS = "pass"  # noqa: S105  not a password


ReportPart = Literal["all", "questions", "reasons"]
"""The whole report, its open questions alone, or what its verdicts and flags rest on."""
