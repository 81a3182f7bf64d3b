"""What the store keeps of a lead beside the columns of the list: the shape of its JSON.

What comes many times stands there column by column: so 100,000 leads are quick to write, and stay small.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, NamedTuple

from pydantic import BeforeValidator, TypeAdapter

from features.catalogue import Family
from features.tables import MICROSECONDS_PER_SECOND
from features.times import time_of

#: So many contributions stand by themselves; the others are one sum.
MAX_CONTRIBUTIONS = 15
#: So many of the newest events are kept.
MAX_EVENTS = 50


class StoredContribution(NamedTuple):
    """What one column or event type adds to the log-odds."""

    feature: str
    label: str
    log_odds: float


class StoredReason(NamedTuple):
    """A reason in words; its impact is in steps of which 20 double the odds."""

    feature: str
    family: Family
    impact: float
    text: str


class StoredLine(NamedTuple):
    """A line of the points ledger that is not zero."""

    name: str
    group: str
    points: float


class StoredElement(NamedTuple):
    """What is known of an element of qualification, and the rulebook's question about it."""

    element: str
    answer: str
    ask: str | None


class EventKind(NamedTuple):
    """What happened, as people say it, and who did it: lead, rep or machine."""

    words: str
    by: str


#: A list of columns, read as rows.
_BY_COLUMN = BeforeValidator(lambda columns: list(zip(*columns, strict=True)))


@dataclass(frozen=True)
class StoredEvents:
    """The newest events of a lead, the newest first.

    Attributes
    ----------
    n_all : how many there were before `as_of`.
    kinds : what happened, each once.
    kind, at_s : one an event: a position in `kinds`, and seconds since 1970 UTC.
    """

    n_all: int
    kinds: tuple[EventKind, ...]
    kind: tuple[int, ...]
    at_s: tuple[int, ...]

    @property
    def timeline(self) -> list[tuple[datetime, EventKind]]:
        """When, and what."""
        times = (time_of(at_s * MICROSECONDS_PER_SECOND) for at_s in self.at_s)
        return [(at, self.kinds[kind]) for at, kind in zip(times, self.kind, strict=True)]


@dataclass(frozen=True)
class Detail:
    """All of it: base, contributions and the others add up to the log-odds.

    Attributes
    ----------
    contributions : the largest, the largest first.
    n_others, others_log_odds : how many more columns and event types there are, and their exact sum.
    step : how far on the way to buying the rulebook sees the lead.
    """

    contributions: Annotated[tuple[StoredContribution, ...], _BY_COLUMN]
    n_others: int
    others_log_odds: float
    reasons: Annotated[tuple[StoredReason, ...], _BY_COLUMN]
    ledger: Annotated[tuple[StoredLine, ...], _BY_COLUMN]
    known: tuple[StoredElement, ...]
    step: str
    events: StoredEvents


@dataclass(frozen=True)
class Mover:
    """A column or event type, and by how much it moves a score on average (mean absolute impact; 20 doubles odds)."""

    feature: str
    label: str
    family: Family
    impact: float


DETAIL: TypeAdapter[Detail] = TypeAdapter(Detail)
MOVERS: TypeAdapter[tuple[Mover, ...]] = TypeAdapter(tuple[Mover, ...])
