"""Rows of leads in the order of time, counted up to a time: how what changes is looked up as of a snapshot."""

import numpy as np

from features.tables import IntArray


def count_before(lead: IntArray, at_us: IntArray, *, of_lead: IntArray, before_us: IntArray) -> IntArray:
    """For each query, how many rows are of earlier leads, or of the same lead and strictly earlier.

    All queries are halved at once, so it takes as many steps as the rows of one lead have binary digits.

    Parameters
    ----------
    lead, at_us : k rows, sorted by lead, then time.
    of_lead, before_us : n queries, in any order.

    Returns
    -------
    n int64, 0 to k: the position at which the query would stand among the rows.

    >>> count_before(np.array([0, 1, 1]), np.array([5, 7, 9]), of_lead=np.array([1, 1]), before_us=np.array([7, 8]))
    array([1, 2])
    """
    low, high = np.searchsorted(lead, of_lead), np.searchsorted(lead, of_lead, side="right")
    while (is_open := low < high).any():
        middle = np.where(is_open, (low + high) // 2, 0)
        is_before = at_us[middle] < before_us
        low = np.where(is_open & is_before, middle + 1, low)
        high = np.where(is_open & ~is_before, middle, high)
    return low
