"""At most n per window: which events still count where no span of some length may hold more than n that do."""

import numpy as np

from features.tables import BoolArray, IntArray

_LONG_AGO = -(2**62)


def within_limit(row: IntArray, age_us: IntArray, *, at_most: int, per_us: int) -> BoolArray:
    """Which events count, from the oldest on: one does where the n-th last that counted is at least `per_us` older.

    So what has counted once goes on to count as time passes. A loop over the rank of an event within its snapshot;
    each step takes all snapshots that have so many.

    Parameters
    ----------
    row, age_us : of k events, by row, oldest first.

    >>> within_limit(np.zeros(4, dtype=np.int64), np.array([9, 8, 3, 2]), at_most=1, per_us=6)
    array([ True, False,  True, False])
    """
    counts = np.zeros(len(row), dtype=np.bool_)
    if not len(row):
        return counts
    first = np.flatnonzero(np.concatenate([[True], row[1:] != row[:-1]]))
    n_events = np.diff(first, append=len(row))
    longest = np.argsort(-n_events, kind="stable")
    first, n_events = first[longest], n_events[longest]
    last = np.full((len(first), at_most), _LONG_AGO, dtype=np.int64)
    n_counted = np.zeros(len(first), dtype=np.int64)
    for rank in range(int(n_events[0])):
        live = int(np.searchsorted(-n_events, -rank))
        event, snapshot = first[:live] + rank, np.arange(live)
        at_us, slot = -age_us[event], n_counted[:live] % at_most
        fits = at_us - last[snapshot, slot] >= per_us
        counts[event] = fits
        last[snapshot[fits], slot[fits]] = at_us[fits]
        n_counted[:live] += fits
    return counts
