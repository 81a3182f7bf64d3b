"""Labels: whether a lead became a customer after a snapshot; but for the reading, all that sees an outcome."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from features.lead_times import count_before
from features.snapshots import (
    EverySection,
    GoalSection,
    Snapshots,
    snapshots_at,
    snapshots_at_ages,
    snapshots_every,
)
from features.tables import (
    MICROSECONDS_PER_DAY,
    MICROSECONDS_PER_HOUR,
    NEVER_US,
    BoolArray,
    IntArray,
    LeadArrays,
)

#: Ages of the `auto` grid: where leads are scored, dense while they are young. "Age 0" is a minute
#: after creation, when the API is asked about a new lead (DESIGN 3a has the measurements).
AUTO_AGES_US: tuple[int, ...] = (
    MICROSECONDS_PER_HOUR // 60,
    MICROSECONDS_PER_HOUR,
    *(days * MICROSECONDS_PER_DAY for days in (1, 3, 7, 14, 21, 30, 45, 60, 90, 120, 180, 270, 365)),
)
_GRID_SHARE = 0.95


@dataclass(frozen=True)
class OpenDeals:
    """Deals whose opening is known, in any order: a lead that was closed is open again while one of them is.

    Attributes
    ----------
    lead : k int64 positions in the leads.
    opened_us, closed_us : k int64; open in ``[opened_us, closed_us)``, NEVER_US where it was not closed.
    """

    lead: IntArray
    opened_us: IntArray
    closed_us: IntArray

    def hold(self, snapshots: Snapshots) -> BoolArray:
        """Whether a deal of each snapshot's lead was open at that time: more had been opened than closed."""
        opened, closed = (self._count_until(times_us, snapshots) for times_us in (self.opened_us, self.closed_us))
        return np.asarray(opened > closed)

    def _count_until(self, times_us: IntArray, snapshots: Snapshots) -> IntArray:
        order = np.lexsort((times_us, self.lead))
        query = {"of_lead": snapshots.lead, "before_us": snapshots.as_of_us + 1}
        return count_before(self.lead[order], times_us[order], **query)

    def reopening(self, closed_us: IntArray) -> "OpenDeals":
        """Those that can open their lead again: they outlast its first close."""
        return self._take((self.opened_us < self.closed_us) & (self.closed_us > closed_us[self.lead]))

    def before(self, until_us: int) -> "OpenDeals":
        """What was known of the deals just before a time."""
        known = self._take(self.opened_us < until_us)
        return OpenDeals(known.lead, known.opened_us, _known_before(until_us, known.closed_us))

    def of_leads(self, index: IntArray, n_leads: int) -> "OpenDeals":
        """The deals of the leads at `index`, renumbered to positions in `index`."""
        position = np.full(n_leads, -1, dtype=np.int64)
        position[index] = np.arange(len(index))
        kept = self._take(position[self.lead] >= 0)
        return OpenDeals(position[kept.lead], kept.opened_us, kept.closed_us)

    def _take(self, rows: BoolArray) -> "OpenDeals":
        return OpenDeals(self.lead[rows], self.opened_us[rows], self.closed_us[rows])


def no_open_deals() -> OpenDeals:
    """Of no deal is known when it was opened."""
    nothing = np.zeros(0, dtype=np.int64)
    return OpenDeals(nothing, nothing, nothing)


@dataclass(frozen=True)
class Outcomes:
    """How each lead ended, aligned with the leads; NEVER_US where it has not.

    Attributes
    ----------
    closed_us : n int64, the first close at or after creation, won or lost.
    won_us : n int64, the first win at or after creation: what comes after it is of a customer.
    reopening : the deals that outlast the first close of their lead, as far as their opening is known.
    """

    closed_us: IntArray
    won_us: IntArray
    reopening: OpenDeals = field(default_factory=no_open_deals)

    @property
    def known_times_us(self) -> IntArray:
        """The times of everything above, in no order."""
        times = [self.closed_us, self.won_us, self.reopening.opened_us, self.reopening.closed_us]
        return _ever(np.concatenate(times))

    @property
    def known_closes_us(self) -> IntArray:
        """The times of the closes above, in no order."""
        return _ever(np.concatenate([self.closed_us, self.won_us, self.reopening.closed_us]))

    def before(self, until_us: int) -> "Outcomes":
        """What was known of the outcomes just before a time."""
        closed_us, won_us = _known_before(until_us, self.closed_us), _known_before(until_us, self.won_us)
        return Outcomes(closed_us, won_us, self.reopening.before(until_us).reopening(closed_us))

    def take(self, index: IntArray) -> "Outcomes":
        """The outcomes of the leads at these positions, each at most once."""
        reopening = self.reopening.of_leads(index, len(self.closed_us))
        return Outcomes(self.closed_us[index], self.won_us[index], reopening)


def _known_before(until_us: int, times_us: IntArray) -> IntArray:
    return np.where(times_us < until_us, times_us, NEVER_US)


def _ever(times_us: IntArray) -> IntArray:
    return np.asarray(times_us[times_us != NEVER_US])


@dataclass(frozen=True)
class LabelledSnapshots:
    """Ripe snapshots of leads that were open, and whether each was won within the horizon."""

    snapshots: Snapshots
    won: BoolArray


def no_outcomes(n_leads: int) -> Outcomes:
    """Not one lead is closed yet."""
    never = np.full(n_leads, NEVER_US, dtype=np.int64)
    return Outcomes(never, never)


def is_open(snapshots: Snapshots, outcomes: Outcomes) -> BoolArray:
    """Whether each snapshot's lead was open: not closed yet, or lost and a deal of it was open again, and not won.

    That a lead was lost and won later does not tell when it was opened again: without that time it stays closed.
    """
    still = snapshots.as_of_us < outcomes.closed_us[snapshots.lead]
    again = (snapshots.as_of_us < outcomes.won_us[snapshots.lead]) & outcomes.reopening.hold(snapshots)
    return np.asarray(still | again)


def label_snapshots(
    snapshots: Snapshots, outcomes: Outcomes, *, horizon_us: int, observed_until_us: int
) -> LabelledSnapshots:
    """Won in ``(as_of, as_of + horizon]``, for open leads whose horizon has passed.

    An unripe snapshot is left out whichever way its lead has gone: keeping the early wins alone
    would teach that young leads convert more often than they do.
    """
    ripe = snapshots.as_of_us <= observed_until_us - horizon_us
    kept = snapshots.take(ripe & is_open(snapshots, outcomes))
    return LabelledSnapshots(kept, outcomes.won_us[kept.lead] <= kept.as_of_us + horizon_us)


def label_rows(snapshots: Snapshots, outcomes: Outcomes) -> LabelledSnapshots:
    """The rows of a flat table that have an outcome."""
    kept = snapshots.take(outcomes.closed_us[snapshots.lead] != NEVER_US)
    return LabelledSnapshots(kept, outcomes.won_us[kept.lead] != NEVER_US)


def auto_ages_us(leads: LeadArrays, outcomes: Outcomes, *, observed_until_us: int) -> tuple[int, ...]:
    """The `auto` grid, cut where open leads and wins become rare.

    The cut is the smaller of the 95th percentile of the ages of leads open at `observed_until` and
    the age by which 95% of the wins had come; the youngest age always stays.
    """
    if leads.created_us is None:
        raise ValueError("a flat table has no ages")
    here = snapshots_at(leads, observed_until_us)
    open_leads = here.lead[is_open(here, outcomes)]
    open_ages = observed_until_us - leads.created_us[open_leads]
    winners = here.lead[outcomes.won_us[here.lead] <= observed_until_us]
    win_ages = outcomes.won_us[winners] - leads.created_us[winners]
    cuts = [_age_reached_by(ages, _GRID_SHARE) for ages in (open_ages, win_ages) if len(ages)]
    return tuple(age for age in AUTO_AGES_US if age == AUTO_AGES_US[0] or age <= min(cuts, default=NEVER_US))


def _age_reached_by(ages: IntArray, share: float) -> int:
    return int(np.quantile(ages, share, method="inverted_cdf"))


def training_snapshots(
    leads: LeadArrays,
    outcomes: Outcomes,
    goal: GoalSection,
    *,
    observed_until_us: int,
    observed_from_us: int | None = None,
) -> LabelledSnapshots:
    """The ripe, labelled snapshots that the goal asks for, none from before events were tracked."""
    last_us = observed_until_us - goal.horizon
    if isinstance(goal.snapshots, EverySection):
        candidates = snapshots_every(leads, goal.snapshots.every, until_us=last_us)
    else:
        ages: Sequence[int] = (
            auto_ages_us(leads, outcomes, observed_until_us=observed_until_us)
            if goal.snapshots == "auto"
            else goal.snapshots
        )
        candidates = snapshots_at_ages(leads, ages, until_us=last_us)
    if observed_from_us is not None:
        candidates = candidates.take(candidates.as_of_us >= observed_from_us)
    return label_snapshots(candidates, outcomes, horizon_us=goal.horizon, observed_until_us=observed_until_us)
