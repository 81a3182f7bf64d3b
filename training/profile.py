"""What the tables hold before anything is learned from them: columns, times, event types, outcomes, ripeness."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from features.crm import Crm
from features.labels import is_open
from features.snapshots import GoalSection, Snapshots
from features.tables import (
    MICROSECONDS_PER_DAY,
    NEVER_US,
    BoolArray,
    Column,
    EventArrays,
    IntArray,
    Kind,
    NumberColumn,
)
from training.history import ripe_snapshots
from training.split import is_enough

#: A silence this many times as long as the usual gap would come by chance once in a million, were events even:
#: exp(-14) is 8e-7.
_SILENT_GAPS = 14.0
_SILENT_US = 3 * MICROSECONDS_PER_DAY
#: A log that grows from nothing is no outage: this share of it has to be over.
_LATE_SHARE = 0.1
#: Single wrong times do not move the ends of the log.
_ENDS = (0.001, 0.999)
_PERIODS = 10


@dataclass(frozen=True)
class ColumnProfile:
    """One attribute of the leads.

    Attributes
    ----------
    missing : share of the leads, 0 to 1.
    low, high : the range of a number or date (microseconds); None where nothing is known, or for texts.
    mean : of a number or flag.
    n_levels, commonest, commonest_share : of texts.
    """

    name: str
    kind: Kind
    missing: float
    low: float | None = None
    high: float | None = None
    mean: float | None = None
    n_levels: int | None = None
    commonest: str | None = None
    commonest_share: float | None = None


@dataclass(frozen=True)
class TypeProfile:
    """One event type; `began_late` and `fell_silent` compare it with the ends of the whole log."""

    name: str
    n_events: int
    n_leads: int
    first_us: int
    last_us: int
    began_late: bool
    fell_silent: bool


@dataclass(frozen=True)
class Period:
    """The leads that came in a month, or stand in a tenth of a flat table's order.

    `is_ripe`: the horizon of all of them has passed, so that slow deals are in.
    """

    label: str
    n_leads: int
    n_closed: int
    n_won: int
    is_ripe: bool

    @property
    def won_share(self) -> float | None:
        """Won of those closed."""
        return self.n_won / self.n_closed if self.n_closed else None


@dataclass(frozen=True)
class Ripeness:
    """What is left to learn from: snapshots of open leads whose horizon has passed.

    Attributes
    ----------
    n_ripe_leads : leads that came at least a horizon before `observed_until`.
    n_snapshots, n_leads, n_won_leads : in the training set.
    is_enough : whether a model is learned from them; else the rules alone score.
    oldest_age_days : of those snapshots; None for a flat table, and where there are none.
    observed_until_us : until when outcomes are complete; None for a flat table.
    """

    n_ripe_leads: int
    n_snapshots: int
    n_leads: int
    n_won_leads: int
    is_enough: bool
    oldest_age_days: float | None
    observed_until_us: int | None


@dataclass(frozen=True)
class Profile:
    """A CRM at a glance; `spans` has the first and last time per table, in microseconds.

    `n_reopened` counts leads that were lost and are open again, `n_lost_first` those that were lost before they were
    won, `n_dormant` open leads that are older than the oldest age that is learned from.
    """

    n_leads: int
    columns: tuple[ColumnProfile, ...]
    spans: Mapping[str, tuple[int, int]]
    event_types: tuple[TypeProfile, ...]
    n_closed: int
    n_won: int
    n_reopened: int
    n_lost_first: int
    n_dormant: int
    periods: tuple[Period, ...]
    ripeness: Ripeness

    @property
    def n_open(self) -> int:
        """Leads that are open today, those among them that were lost before."""
        return self.n_leads - self.n_closed + self.n_reopened


def profile_of(crm: Crm, goal: GoalSection, *, observed_until_us: int, is_ordered: bool) -> Profile:
    """Count what is there.

    Parameters
    ----------
    observed_until_us : until when outcomes are complete.
    is_ordered : of a flat table: whether its rows come in an order that means something.
    """
    has_times = crm.leads.created_us is not None
    closed = crm.outcomes.closed_us != NEVER_US
    won = crm.outcomes.won_us != NEVER_US
    open_now = is_open(Snapshots(np.arange(len(closed)), np.full(len(closed), crm.newest_us)), crm.outcomes)
    ripeness = _ripeness(crm, goal, observed_until_us)
    return Profile(
        n_leads=len(crm.leads),
        columns=tuple(_column(name, crm.kinds[name], column) for name, column in sorted(crm.leads.columns.items())),
        spans=_spans(crm),
        event_types=_event_types(crm.events) if crm.events is not None and len(crm.events) else (),
        n_closed=int(closed.sum()),
        n_won=int(won.sum()),
        n_reopened=int((closed & open_now).sum()),
        n_lost_first=int((won & (crm.outcomes.closed_us < crm.outcomes.won_us)).sum()),
        n_dormant=_dormant(crm, open_now, ripeness, observed_until_us),
        periods=_periods(crm, closed, won, observed_until_us - goal.horizon) if is_ordered or has_times else (),
        ripeness=ripeness,
    )


def _column(name: str, kind: Kind, column: Column) -> ColumnProfile:
    if isinstance(column, NumberColumn):
        known = column.values[~np.isnan(column.values)]
        missing = 1 - len(known) / max(len(column.values), 1)
        if not len(known):
            return ColumnProfile(name, kind, missing)
        mean = None if kind == "date" else float(known.mean())
        return ColumnProfile(name, kind, missing, float(known.min()), float(known.max()), mean)
    codes = column.codes[column.codes >= 0]
    missing = 1 - len(codes) / max(len(column.codes), 1)
    if not len(codes):
        return ColumnProfile(name, kind, missing, n_levels=0)
    counts = np.bincount(codes, minlength=len(column.levels))
    top = int(counts.argmax())
    return ColumnProfile(
        name,
        kind,
        missing,
        n_levels=int((counts > 0).sum()),
        commonest=column.levels[top],
        commonest_share=float(counts[top] / len(codes)),
    )


def _spans(crm: Crm) -> dict[str, tuple[int, int]]:
    times = {} if crm.leads.created_us is None else {"leads created": crm.leads.created_us}
    if crm.events is not None:
        times["events"] = crm.events.at_us
    if not crm.is_flat:
        times["outcomes"] = crm.outcomes.known_closes_us
    return {name: (int(us.min()), int(us.max())) for name, us in times.items() if len(us)}


def _event_types(events: EventArrays) -> tuple[TypeProfile, ...]:
    """Every type, the commonest first."""
    start, end = (int(us) for us in np.quantile(events.at_us, _ENDS, method="inverted_cdf"))
    profiles = []
    for code, name in enumerate(events.types):
        mine = events.type_code == code
        at_us = events.at_us[mine]
        n, first, last = len(at_us), int(at_us.min()), int(at_us.max())
        gap_us = max((last - first) / n, 1.0)
        patience_us = max(_SILENT_GAPS * gap_us, _SILENT_US)
        late = first - start > max(patience_us, _LATE_SHARE * (end - start))
        silent = end - last > patience_us
        profiles.append(TypeProfile(name, n, len(np.unique(events.lead[mine])), first, last, late, silent))
    return tuple(sorted(profiles, key=lambda profile: (-profile.n_events, profile.name)))


def _dormant(crm: Crm, open_now: BoolArray, ripeness: Ripeness, observed_until_us: int) -> int:
    if crm.leads.created_us is None or ripeness.oldest_age_days is None:
        return 0
    age_us = observed_until_us - crm.leads.created_us
    return int((open_now & (age_us > ripeness.oldest_age_days * MICROSECONDS_PER_DAY)).sum())


def _periods(crm: Crm, closed: BoolArray, won: BoolArray, ripe_until_us: int) -> tuple[Period, ...]:
    """Leads by the month they came (UTC); of a flat table by tenths of its order."""
    created = crm.leads.created_us
    if created is None:
        parts = [part for part in np.array_split(np.arange(len(closed)), _PERIODS) if len(part)]
        labelled = [(f"rows {part[0] + 1:,} to {part[-1] + 1:,}", part, True) for part in parts]
    else:
        months = _months(created)
        rows_of = ((month, np.flatnonzero(months == month)) for month in np.unique(months).tolist())
        labelled = [(month, rows, bool(created[rows].max() <= ripe_until_us)) for month, rows in rows_of]
    return tuple(
        Period(label, len(rows), int(closed[rows].sum()), int(won[rows].sum()), is_ripe)
        for label, rows, is_ripe in labelled
    )


def _months(us: IntArray) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    return us.astype("datetime64[us]").astype("datetime64[M]").astype(np.str_)


def _ripeness(crm: Crm, goal: GoalSection, observed_until_us: int) -> Ripeness:
    created = crm.leads.created_us
    labelled = ripe_snapshots(crm, goal, observed_until_us=observed_until_us)
    if crm.is_flat or created is None:
        n_ripe, oldest = len(labelled.snapshots), None  # every row with an outcome is ripe
    else:
        n_ripe = int((created <= observed_until_us - goal.horizon).sum())
        ages_us = labelled.snapshots.as_of_us - created[labelled.snapshots.lead]
        oldest = float(ages_us.max() / MICROSECONDS_PER_DAY) if len(ages_us) else None
    leads = labelled.snapshots.lead
    return Ripeness(
        n_ripe_leads=n_ripe,
        n_snapshots=len(labelled.snapshots),
        n_leads=len(np.unique(leads)),
        n_won_leads=len(np.unique(leads[labelled.won])),
        is_enough=is_enough(labelled.won, leads),
        oldest_age_days=oldest,
        observed_until_us=None if crm.is_flat or created is None else observed_until_us,
    )
