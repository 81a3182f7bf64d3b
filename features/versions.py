"""One attribute of the leads as it changed: what was known of it before a time."""

from dataclasses import dataclass

import numpy as np

from features.lead_times import count_before
from features.tables import Column, IntArray, NumberColumn


@dataclass(frozen=True)
class Versions:
    """k versions of an attribute, sorted by lead, then by when they were known.

    Attributes
    ----------
    lead : int64 positions in the leads.
    known_us : int64, when the version held and was recorded: it is seen strictly after that.
    column : the value that stood once the version was known.
    """

    lead: IntArray
    known_us: IntArray
    column: Column

    def at(self, lead: IntArray, as_of_us: IntArray) -> Column:
        """The value of each lead as it stood before each time; missing where no version was known yet.

        >>> size = Versions(np.array([0, 0]), np.array([10, 20]), NumberColumn(np.array([1.0, 2.0])))
        >>> size.at(np.array([0, 0, 0]), np.array([10, 11, 99])).values
        array([nan,  1.,  2.])
        """
        newest = count_before(self.lead, self.known_us, of_lead=lead, before_us=as_of_us) - 1
        first = np.searchsorted(self.lead, lead)
        return self.column.take_known(np.where(newest >= first, newest, -1))

    def before(self, until_us: int) -> "Versions":
        """The versions that were known before a time."""
        return self._rows(np.flatnonzero(self.known_us < until_us), None)

    def of_leads(self, index: IntArray) -> "Versions":
        """The versions of the leads at `index`, renumbered to positions in `index`."""
        first = np.searchsorted(self.lead, index)
        count = np.searchsorted(self.lead, index, side="right") - first
        nth = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        return self._rows(np.repeat(first, count) + nth, np.repeat(np.arange(len(index)), count))

    def _rows(self, rows: IntArray, lead: IntArray | None) -> "Versions":
        own = self.lead[rows] if lead is None else lead
        return Versions(own, self.known_us[rows], self.column.take(rows).own_levels())


def settle_versions(lead: IntArray, valid_us: IntArray, recorded_us: IntArray, column: Column) -> Versions:
    """Versions in any order, each with the value that stood once it was known.

    Of the versions known by a time the one that holds from the latest time stands, of several from the same
    time the one recorded last, of several of these the greatest: a shuffled table gives the same bytes.

    Parameters
    ----------
    lead, valid_us, recorded_us : k int64 each.
    column : k values.
    """
    ordered = _by_validity(lead, valid_us, recorded_us, column)
    lead, known_us = lead[ordered], np.maximum(valid_us, recorded_us)[ordered]
    by_known = np.argsort(_keys(lead, known_us), kind="stable")
    standing = ordered[np.maximum.accumulate(by_known)]  # versions of later leads stand later
    return Versions(lead, known_us[by_known], column.take(standing))


def _by_validity(lead: IntArray, valid_us: IntArray, recorded_us: IntArray, column: Column) -> IntArray:
    """Positions by lead, time, time of record and value; the last two are compared only where times are equal."""
    key = _keys(lead, valid_us)
    order = np.argsort(key, kind="stable")
    is_equal = key[order[1:]] == key[order[:-1]]
    tied = np.flatnonzero(np.append(is_equal, False) | np.append(False, is_equal))
    rows = order[tied]
    values = column.values if isinstance(column, NumberColumn) else column.codes
    rank = np.nan_to_num(values[rows], nan=-np.inf)  # missing values first, as code -1 is
    order[tied] = rows[np.lexsort((rank, recorded_us[rows], key[rows]))]
    return order


def _keys(lead: IntArray, times_us: IntArray) -> IntArray:
    """One integer per row that sorts by lead, then time."""
    distinct, rank = np.unique(times_us, return_inverse=True)
    return np.asarray(lead * len(distinct) + rank)
