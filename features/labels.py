"""Outcomes: the only module that sees whether a lead became a customer."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel, ConfigDict, model_validator

from features.outcome_words import OutcomeWord, is_among, words_of
from features.parsing import parse_cells, parse_time_us
from features.quarantine import OF_NO_LEAD, OF_UNUSED_LEAD, BadRows, TableCount
from features.raw_table import RawTable
from features.reading import USUAL, Reading
from features.settling import settling_times
from features.snapshots import EverySection, GoalSection, Snapshots, snapshots_at_ages, snapshots_every
from features.sources import BadProject, Source, missing_columns, read_table
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


class OutcomesSection(BaseModel):
    """Closed deals in a table of their own, or a column of a flat table."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    source: str | list[str] | None = None
    lead: str | None = None
    closed_at: str | None = None
    outcome: str | None = None
    won: OutcomeWord | list[OutcomeWord] = "won"
    #: The words for lost: any other that is not won means open. Without the key every other word means lost.
    lost: OutcomeWord | list[OutcomeWord] | None = None
    amount: str | None = None
    column: str | None = None

    @model_validator(mode="after")
    def _no_word_for_both(self) -> "OutcomesSection":
        both = sorted(words_of(self.won) & words_of(self.lost if self.lost is not None else []))
        if both:
            raise ValueError(
                f"found {both[0]!r} in `won` and in `lost`, expected it in one of them; leave it out of one"
            )
        return self

    @model_validator(mode="after")
    def _either_table_or_column(self) -> "OutcomesSection":
        table = {"source": self.source, "lead": self.lead, "closed_at": self.closed_at, "outcome": self.outcome}
        if self.column is not None:
            given = [key for key, value in table.items() if value is not None]
            if given:
                raise ValueError(f"`column` names a column of a flat table; leave out {', '.join(given)}")
            return self
        absent = [key for key, value in table.items() if value is None]
        if absent:
            raise ValueError(
                f"{', '.join(absent)} missing: name a deals table by source, lead, closed_at and outcome, "
                "or a column of a flat table by `column`"
            )
        return self

    def named_columns(self) -> dict[tuple[str | int, ...], str]:
        """The columns that this section names, by their key."""
        keys = ("lead", "closed_at", "outcome", "amount", "column")
        return {("outcomes", key): getattr(self, key) for key in keys if getattr(self, key) is not None}


@dataclass(frozen=True)
class Outcomes:
    """How each lead ended, aligned with the leads; NEVER_US where it has not.

    Attributes
    ----------
    closed_us : n int64, the first close at or after creation, won or lost.
    won_us : n int64, the first win at or after creation.
    """

    closed_us: IntArray
    won_us: IntArray

    @property
    def known_closes_us(self) -> IntArray:
        """The times of the closes above, in no order."""
        closes = np.concatenate([self.closed_us, self.won_us])
        return np.asarray(closes[closes != NEVER_US])

    def before(self, until_us: int) -> "Outcomes":
        """What was known of the outcomes just before a time."""
        return Outcomes(
            np.where(self.closed_us < until_us, self.closed_us, NEVER_US),
            np.where(self.won_us < until_us, self.won_us, NEVER_US),
        )

    def take(self, index: IntArray) -> "Outcomes":
        return Outcomes(self.closed_us[index], self.won_us[index])


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
    """Whether each snapshot's lead was still open: a lead is closed from `closed_at` on."""
    return np.asarray(snapshots.as_of_us < outcomes.closed_us[snapshots.lead])


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
    known = outcomes.before(observed_until_us + 1)
    is_here = leads.created_us <= observed_until_us
    open_ages = (observed_until_us - leads.created_us)[is_here & (known.closed_us == NEVER_US)]
    is_won = is_here & (known.won_us != NEVER_US)
    win_ages = known.won_us[is_won] - leads.created_us[is_won]
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


def read_outcomes(
    section: OutcomesSection,
    source: Source,
    leads: LeadArrays,
    *,
    reading: Reading,
    are_all_leads: bool,
    unused_ids: Container[str] = frozenset(),
    until_us: int | None = None,
) -> tuple[Outcomes, TableCount]:
    """The outcomes of these leads from a table of closed deals.

    A row without an outcome is a deal still open. Closes before a lead's creation belong to an
    earlier life of it and are passed over. `unused_ids` are leads in the quarantine, whose deals go there too
    without being faults; deals that closed from `until_us` on are as if they did not stand there.
    """
    table = read_table(source, key=("outcomes", "source"))
    problems = missing_columns(table.columns, section.named_columns(), file=table.name)
    if problems:
        raise BadProject(problems)
    closed_at, key = section.closed_at or "", "outcomes.closed_at"
    reading = settling_times(reading, key, closed_at, table, until_us)
    table = _before_until(table, closed_at, reading.of(key), until_us)
    bad = BadRows(table)
    named = {str(key): name for (_, key), name in section.named_columns().items()}
    cells = {key: table[name] for key, name in named.items()}
    position = {lead_id: i for i, lead_id in enumerate(leads.ids)}
    lead = np.array([position.get(cell.strip(), -1) for cell in cells["lead"]], dtype=np.int64)
    for row in np.flatnonzero(lead < 0).tolist() if are_all_leads else ():
        cell = cells["lead"][row]
        is_aside = cell.strip() in unused_ids
        bad.add(row, named["lead"], cell, OF_UNUSED_LEAD if is_aside else OF_NO_LEAD, is_aside=is_aside)
    closed_us, is_won = _closes(section, cells, reading, bad)
    is_close = is_close_cell(cells["outcome"], section, reading)
    used = np.zeros(len(table), dtype=np.bool_)
    used[bad.used()] = True
    kept = used & is_close & (lead >= 0)
    return _first_closes(leads, lead[kept], closed_us[kept], is_won[kept]), bad.count()


def _before_until(table: RawTable, closed_at: str, reading: Reading, until_us: int | None) -> RawTable:
    """The deals without those that closed from `until_us` on: they are as if they did not stand there."""
    if until_us is None:
        return table
    closed = parse_cells(table[closed_at], lambda cell: _closed_us(cell, reading), NEVER_US)
    is_later = (until_us <= us < NEVER_US for us in closed.values)
    return table.take([row for row, later in enumerate(is_later) if not later])


def _closed_us(cell: str, reading: Reading) -> int:
    return NEVER_US if reading.is_missing(cell) else parse_time_us(cell, reading, date_is="end")


def _closes(
    section: OutcomesSection, cells: Mapping[str, Sequence[str]], reading: Reading, bad: BadRows
) -> tuple[IntArray, BoolArray]:
    how = reading.of("outcomes.closed_at")
    closed = parse_cells(cells["closed_at"], lambda cell: _closed_us(cell, how), NEVER_US)
    bad.add_cells(section.closed_at or "", cells["closed_at"], closed.bad)
    is_close = is_close_cell(cells["outcome"], section, reading).tolist()
    for row, (when, closes) in enumerate(zip(closed.values, is_close, strict=True)):
        if when == NEVER_US and closes:
            bad.add(row, section.closed_at or "", cells["closed_at"][row], "a closed deal needs the time it closed")
    return np.array(closed.values, dtype=np.int64), is_won_cell(cells["outcome"], section)


def is_won_cell(cells: Sequence[str], section: OutcomesSection) -> BoolArray:
    """Whether each outcome cell is one of the words for won; case and outer blanks do not matter."""
    return is_among(cells, section.won)


def is_close_cell(cells: Sequence[str], section: OutcomesSection, reading: Reading = USUAL) -> BoolArray:
    """Whether each outcome cell says that the lead is closed: it is filled, and says won or lost.

    Without words for lost every other word means it.
    """
    is_filled = np.array([not reading.is_missing(cell) for cell in cells], dtype=np.bool_)
    if section.lost is None:
        return is_filled
    return is_filled & (is_won_cell(cells, section) | is_among(cells, section.lost))


def _first_closes(leads: LeadArrays, lead: IntArray, closed_us: IntArray, is_won: BoolArray) -> Outcomes:
    created_us = leads.created_us if leads.created_us is not None else np.zeros(len(leads), dtype=np.int64)
    after = closed_us >= created_us[lead]
    outcomes = no_outcomes(len(leads))
    closed, won = outcomes.closed_us.copy(), outcomes.won_us.copy()
    np.minimum.at(closed, lead[after], closed_us[after])
    np.minimum.at(won, lead[after & is_won], closed_us[after & is_won])
    return Outcomes(closed, won)


def flat_outcomes(
    section: OutcomesSection, cells: Sequence[str], row_of: IntArray, reading: Reading = USUAL
) -> Outcomes:
    """The outcomes of a flat table's leads: an empty cell means open.

    Parameters
    ----------
    cells : the outcome column, in the order of the file.
    row_of : for each lead its row in the file.
    """
    won = is_won_cell(cells, section)[row_of]
    closed = is_close_cell(cells, section, reading)[row_of]
    return Outcomes(np.where(closed, 0, NEVER_US), np.where(closed & won, 0, NEVER_US))
