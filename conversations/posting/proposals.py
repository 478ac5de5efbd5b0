"""What a posting suggests: values, each with the words that suggest it. None is an answer before a person confirms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

from conversations.vocabulary import Certainty, TeamKind

T_co = TypeVar("T_co", bound=str, covariant=True)
PostedKind = Literal["infra", "applied", "research", "mixed", "unclear"]
Ownership = Literal["yes", "no", "unclear"]
Customer = Literal["ml_teams", "product_users", "researchers", "external_clients", "unclear"]
Stage = Literal["design", "develop", "test", "deploy", "improve"]
HandOver = Literal["yes", "no"]
CUSTOMERS: tuple[Customer, ...] = ("ml_teams", "product_users", "researchers", "external_clients")
STAGES: tuple[Stage, ...] = ("design", "develop", "test", "deploy", "improve")
"""As the choices of the step `stages`."""
Untold = Literal["kind", "skills", "stages", "owns", "customer", "hand_over"]


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a posting: `text` is what stands in the original at [start, end), counted in characters."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Proposal(Generic[T_co]):
    """One value and what suggests it, the strongest quote first."""

    value: T_co
    certainty: Certainty
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class Posting:
    """All that was read out of one text."""

    is_posting: bool
    """Whether it looks like a job posting at all; if not, everything else is empty or unclear."""
    several_roles: bool
    title: Quote | None
    """Kept, and weighs nothing."""
    kind: Proposal[PostedKind]
    sides: Mapping[TeamKind, tuple[Quote, ...]] = field(default_factory=dict)
    """What speaks for each kind, whichever is proposed."""
    required: tuple[Proposal[str], ...] = ()
    """Skills by their canonical names, in the order of the posting."""
    preferred: tuple[Proposal[str], ...] = ()
    stages: tuple[Proposal[Stage], ...] = ()
    owns: Proposal[Ownership] = Proposal("unclear", Certainty.FAINT)
    customer: Proposal[Customer] = Proposal("unclear", Certainty.FAINT)
    hand_over: Proposal[HandOver] = Proposal("no", Certainty.FAINT)
    """Whether one group builds models and another brings them into production; "no" means only that it is not told."""
    untold: tuple[Untold, ...] = ()
    """What a person would have to ask."""
