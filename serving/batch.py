"""The batch job: which leads of a CRM are scored at a time, which are not and why, and all of them part by part."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from features.crm import Crm
from features.labels import is_open
from features.snapshots import Snapshots, snapshots_at
from features.tables import NEVER_US, EventArrays, IntArray, LeadArrays
from models.capacity import Capacity, is_within
from models.lead_model import LeadModel
from models.scoring import DEFAULT_REASONS, Scores, score_leads

#: Leads scored at a time: memory is that of the tables, and of so many explained leads.
PART_ROWS = 20_000


@dataclass(frozen=True)
class LeadCounts:
    """What became of each lead of the table: scored, or left out by reason."""

    scored: int
    closed: int
    not_yet_created: int
    dormant: int


@dataclass(frozen=True)
class ScoredPart:
    """Some leads of a batch: their scores, and the tables that they were scored from, in the same order."""

    scores: Scores
    leads: LeadArrays
    events: EventArrays | None


#: Is shown each part of a batch as it was scored.
Observer = Callable[[ScoredPart], None]


def nobody(part: ScoredPart) -> None:
    """Looks at no part."""


@dataclass(frozen=True)
class BatchResult:
    """The scores of the open leads, in the order of their ids, and the counts."""

    scores: Scores
    counts: LeadCounts


@dataclass(frozen=True)
class HotLead:
    """A lead and why it is worth a call."""

    lead_id: str
    log_odds: float
    summary: str
    is_disqualified: bool = False

    def order(self) -> tuple[bool, float]:
        """Hottest first, the disqualified last."""
        return self.is_disqualified, -self.log_odds


class Tally:
    """What is told of a batch when it is done, counted as its parts go by.

    Parameters
    ----------
    leads, as_of_us : which leads there are, and when they are scored.
    n_hottest : how many of the hottest leads to keep.
    capacity : how many leads sales can take on; None where that is not known.
    """

    def __init__(self, leads: LeadArrays, as_of_us: int, *, n_hottest: int, capacity: Capacity | None = None) -> None:
        self._capacity = capacity
        #: How many of the leads scored are among those that sales can take on; None where that is not known.
        self.n_within_capacity: int | None = None
        self._n_leads = len(leads)
        self._n_existing = len(snapshots_at(leads, as_of_us))
        self._n_hottest = n_hottest
        self._scored = self._dormant = 0
        self.hottest: tuple[HotLead, ...] = ()

    def watch(self, parts: Iterator[Scores]) -> Iterator[Scores]:
        """The same parts, counted."""
        for scores in parts:
            self._scored += len(scores)
            self._dormant += int(scores.dormant.sum())
            self._count_within(scores)
            out = scores.qualification.gated.is_disqualified
            hot = [
                HotLead(scores.lead_ids[row], float(scores.log_odds[row]), scores.summaries[row], bool(out[row]))
                for row in scores.hottest(self._n_hottest)
            ]
            self.hottest = tuple(sorted((*self.hottest, *hot), key=HotLead.order)[: self._n_hottest])
            yield scores

    def _count_within(self, scores: Scores) -> None:
        within = is_within(self._capacity, scores.probability, scores.qualification.gated.is_disqualified)
        if within is not None:
            self.n_within_capacity = (self.n_within_capacity or 0) + int(within.sum())

    @property
    def counts(self) -> LeadCounts:
        return LeadCounts(
            scored=self._scored,
            closed=self._n_existing - self._scored,
            not_yet_created=self._n_leads - self._n_existing,
            dormant=self._dormant,
        )


def score_open_leads(
    model: LeadModel, crm: Crm, as_of_us: int, *, n_reasons: int = DEFAULT_REASONS, observe: Observer = nobody
) -> BatchResult:
    """Score every lead that is open at a time, all at once.

    Parameters
    ----------
    as_of_us : microseconds since 1970 UTC; a flat table has no times, its rows are scored as they are.
    """
    tally = Tally(crm.leads, as_of_us, n_hottest=0)
    parts = score_in_parts(model, crm, as_of_us, n_reasons=n_reasons, part_rows=len(crm.leads), observe=observe)
    (scores,) = tally.watch(parts)
    return BatchResult(scores, tally.counts)


def score_in_parts(
    model: LeadModel,
    crm: Crm,
    as_of_us: int,
    *,
    n_reasons: int = DEFAULT_REASONS,
    part_rows: int = PART_ROWS,
    of_leads: int | None = None,
    observe: Observer = nobody,
) -> Iterator[Scores]:
    """The scores of all open leads, in the order of their ids, so many leads at a time; at least one part.

    No number and no sentence depends on how large the parts are.

    Parameters
    ----------
    of_leads : of how many leads these are a slab, which chooses how they are explained; those of the CRM if None.
    observe : is shown each part before it is given on, with its tables.
    """
    snapshots = _open_snapshots(crm, as_of_us)
    starts = range(0, max(len(snapshots), 1), max(part_rows, 1))
    parts = [snapshots.lead[start : start + starts.step] for start in starts]
    logs = _events_of(parts, crm.events, len(crm.leads))
    for start, lead, events in zip(starts, parts, logs, strict=True):
        leads = crm.leads.take(lead)
        scores = score_leads(
            model,
            leads,
            events,
            Snapshots(np.arange(len(lead)), snapshots.as_of_us[start : start + starts.step]),
            n_reasons=n_reasons,
            of_rows=len(crm.leads) if of_leads is None else of_leads,
        )
        observe(ScoredPart(scores, leads, events))
        yield scores


def _open_snapshots(crm: Crm, as_of_us: int) -> Snapshots:
    existing = snapshots_at(crm.leads, as_of_us)
    if crm.leads.created_us is None:
        return existing.take(crm.outcomes.closed_us[existing.lead] == NEVER_US)
    return existing.take(is_open(existing, crm.outcomes))


def _events_of(parts: list[IntArray], events: EventArrays | None, n_leads: int) -> Iterator[EventArrays | None]:
    """The log of each part's leads, with their positions in the part; the log is sorted by part once."""
    if events is None:
        yield from [None] * len(parts)
        return
    part_of_lead = np.full(n_leads, len(parts), dtype=np.uint16 if len(parts) < 2**16 else np.int64)
    position = np.zeros(n_leads, dtype=np.int64)
    for number, lead in enumerate(parts):
        part_of_lead[lead] = number
        position[lead] = np.arange(len(lead))
    part = part_of_lead[events.lead]
    order = np.argsort(part, kind="stable")  # of small integers: by radix
    end = np.cumsum(np.bincount(part, minlength=len(parts)))
    for number in range(len(parts)):
        own = events.take(order[end[number - 1] if number else 0 : end[number]])
        yield replace(own, lead=position[own.lead])
