"""How leads ended: from a table of closed deals, or from a column of a flat table, to Outcomes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import model_validator

from features.labels import OpenDeals, Outcomes, no_outcomes
from features.lead_keys import LeadKeys, ViaSection
from features.outcome_words import OutcomeWord, is_among, words_of
from features.parsing import Parsed, parse_cells, parse_time_us
from features.quarantine import BadRows, TableCount
from features.raw_table import RawTable
from features.reading import USUAL, Reading
from features.settling import settling_times
from features.sources import AnySource, read_columns
from features.sql_source import SourceSaid
from features.table_section import TableSection
from features.tables import NEVER_US, BoolArray, IntArray, LeadArrays


class OutcomesSection(TableSection):
    """Closed deals in a table of their own, or a column of a flat table."""

    section = "outcomes"
    column_keys = ("lead", "opened_at", "closed_at", "outcome", "amount", "column", "lost_column")
    time_keys = ("opened_at", "closed_at")
    source: SourceSaid | None = None
    lead: str | None = None
    via: ViaSection | None = None
    #: When the deal was opened: with it a lead that was lost is open again while a later deal of it is.
    opened_at: str | None = None
    closed_at: str | None = None
    #: Without it every row of the table is a customer won.
    outcome: str | None = None
    won: OutcomeWord | list[OutcomeWord] = "won"
    #: The words for lost: any other that is not won means open. Without the key every other word means lost.
    lost: OutcomeWord | list[OutcomeWord] | None = None
    amount: str | None = None
    column: str | None = None
    #: Of a flat table whose `column` says won alone: where the words for lost stand. What is neither is open.
    lost_column: str | None = None

    @model_validator(mode="after")
    def _lost_column_needs_words(self) -> "OutcomesSection":
        if self.lost_column is not None and (self.column is None or self.lost is None):
            raise ValueError(
                "found `lost_column` alone, expected `column`, where the words for won stand, and `lost`, "
                "the words for lost that stand in `lost_column`; give both"
            )
        return self

    @model_validator(mode="after")
    def _no_word_for_both(self) -> "OutcomesSection":
        if self.lost_column is not None:
            return self
        both = sorted(words_of(self.won) & words_of(self.lost if self.lost is not None else []))
        if both:
            raise ValueError(
                f"found {both[0]!r} in `won` and in `lost`, expected it in one of them; leave it out of one"
            )
        return self

    @model_validator(mode="after")
    def _either_table_or_column(self) -> "OutcomesSection":
        table = {"source": self.source, "lead": self.lead, "closed_at": self.closed_at}
        if self.column is not None:
            more = {"outcome": self.outcome, "via": self.via, "opened_at": self.opened_at}
            given = [key for key, value in (table | more).items() if value is not None]
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

    @model_validator(mode="after")
    def _words_need_a_column(self) -> "OutcomesSection":
        """Words for won, or lost, of a table whose column of outcomes was forgotten."""
        words = sorted({"won", "lost"} & self.model_fields_set)
        if self.column is None and self.outcome is None and words:
            raise ValueError(
                f"found `{words[0]}` without the column it stands in; name that by `outcome`, or leave "
                f"`{words[0]}` out where every row is a customer"
            )
        return self


def read_outcomes(
    section: OutcomesSection,
    source: AnySource,
    leads: LeadArrays,
    *,
    keys: LeadKeys,
    reading: Reading,
    until_us: int | None = None,
) -> tuple[Outcomes, TableCount]:
    """The outcomes of these leads from a table of closed deals.

    A row without an outcome is a deal still open. Closes before a lead's creation belong to an
    earlier life of it and are passed over. A deal of several leads counts for each of them.

    Parameters
    ----------
    keys : how the deals name their leads.
    until_us : deals that closed, or were opened, from then on are as if they did not stand there.
    """
    table = read_columns(source, section.named_columns(), key=("outcomes", "source"))
    for key, column in section.time_columns().items():
        reading = settling_times(reading, key, column, table, until_us)
    table = _before_until(table, section, reading, until_us)
    bad = BadRows(table)
    lead = section.lead or ""
    rows = keys.rows_of_leads(table[lead], lead, bad)
    deals = _deals(section, table, reading, bad)
    kept = rows.without(bad)
    return _outcomes_of(leads, kept.lead, deals.take(kept.row)), bad.count()


def _before_until(table: RawTable, section: OutcomesSection, reading: Reading, until_us: int | None) -> RawTable:
    """The deals without those that closed, or were opened, from `until_us` on."""
    if until_us is None:
        return table
    never = [NEVER_US] * len(table)
    times = {key: _times(table[name], reading.of(key)).values for key, name in section.time_columns().items()}
    known = zip(times.get("outcomes.opened_at", never), times["outcomes.closed_at"], strict=True)
    # a deal that was open then stays: its close is cut off later
    is_later = [until_us <= (closed if opened == NEVER_US else opened) < NEVER_US for opened, closed in known]
    return table.take([row for row, later in enumerate(is_later) if not later])


@dataclass(frozen=True)
class _Deals:
    """One row per deal; NEVER_US where it is not closed, or not said when it was opened."""

    opened_us: IntArray
    closed_us: IntArray
    is_won: BoolArray

    def take(self, index: IntArray | BoolArray) -> "_Deals":
        return _Deals(self.opened_us[index], self.closed_us[index], self.is_won[index])


def _deals(section: OutcomesSection, table: RawTable, reading: Reading, bad: BadRows) -> _Deals:
    """The deals; the time that an open one is planned to close at is none."""
    closes, is_won = np.ones(len(table), dtype=np.bool_), np.ones(len(table), dtype=np.bool_)
    if section.outcome is not None:
        outcome = table[section.outcome]
        closes, is_won = is_close_cell(outcome, section, reading), is_won_cell(outcome, section)
    times = {}
    for key, column in section.time_columns().items():
        parsed = _times(table[column], reading.of(key))
        bad.add_cells(column, table[column], parsed.bad)
        times[key] = np.array(parsed.values, dtype=np.int64)
    closed_us = times["outcomes.closed_at"]
    column = section.closed_at or ""
    for row in np.flatnonzero(closes & (closed_us == NEVER_US)).tolist():
        bad.add(row, column, table[column][row], "a closed deal needs the time it closed")
    opened_us = times.get("outcomes.opened_at", np.full(len(table), NEVER_US, dtype=np.int64))
    return _Deals(opened_us, np.where(closes, closed_us, NEVER_US), closes & is_won)


def _times(cells: Sequence[str], reading: Reading) -> Parsed[int]:
    def read(cell: str) -> int:
        return NEVER_US if reading.is_missing(cell) else parse_time_us(cell, reading, date_is="end")

    return parse_cells(cells, read, NEVER_US)


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


def _outcomes_of(leads: LeadArrays, lead: IntArray, deals: _Deals) -> Outcomes:
    """The first close and win of each lead from its creation on, and the deals that can open it again."""
    created_us = leads.created_us if leads.created_us is not None else np.zeros(len(leads), dtype=np.int64)
    after = deals.closed_us >= created_us[lead]
    outcomes = no_outcomes(len(leads))
    closed, won = outcomes.closed_us.copy(), outcomes.won_us.copy()
    np.minimum.at(closed, lead[after], deals.closed_us[after])
    np.minimum.at(won, lead[after & deals.is_won], deals.closed_us[after & deals.is_won])
    return Outcomes(closed, won, OpenDeals(lead, deals.opened_us, deals.closed_us).reopening(closed))


def flat_outcomes(
    section: OutcomesSection, cells: Mapping[str, Sequence[str]], row_of: IntArray, reading: Reading = USUAL
) -> Outcomes:
    """The outcomes of a flat table's leads: an empty cell means open.

    Parameters
    ----------
    cells : the columns that say how leads ended, by name, in the order of the file.
    row_of : for each lead its row in the file.
    """
    said = cells[section.column or ""]
    won = is_won_cell(said, section)
    if section.lost_column is None or section.lost is None:
        closed = is_close_cell(said, section, reading)
    else:
        closed = won | is_among(cells.get(section.lost_column, [""] * len(said)), section.lost)
    won, closed = won[row_of], closed[row_of]
    return Outcomes(np.where(closed, 0, NEVER_US), np.where(closed & won, 0, NEVER_US))
