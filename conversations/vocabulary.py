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
    YOURSELF = "yourself"
