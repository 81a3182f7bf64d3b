"""Which events lie near a time in a sorted log, and when the n-th different one of them became known."""

from collections.abc import Iterator

import numpy as np

from features.tables import IntArray

#: Pairs of a question and an event near it worked on at a time.
_PAIRS = 1 << 20


def window_of(
    group: IntArray, at_us: IntArray, of_group: IntArray, low_us: IntArray, high_us: IntArray
) -> tuple[IntArray, IntArray]:
    """Where, among events sorted by group and time, those between two times (both within) begin and end.

    Parameters
    ----------
    group, at_us : n events in any order.
    of_group, low_us, high_us : m questions.
    """
    n, m = len(group), len(of_group)
    kind = np.repeat(np.array([1, 0, 2], dtype=np.int8), [n, m, m])  # a question from `low` stands before its equals
    order = np.lexsort((kind, np.concatenate([at_us, low_us, high_us]), np.concatenate([group, of_group, of_group])))
    before = np.cumsum(kind[order] == 1)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = before
    return place[n : n + m], place[n + m :]


def pairs_of(start: IntArray, stop: IntArray) -> Iterator[tuple[IntArray, IntArray]]:
    """Every question with each position between its start and stop, some questions at a time."""
    end = np.cumsum(stop - start)
    cuts = np.unique(np.searchsorted(end, np.arange(_PAIRS, end[-1] if len(end) else 0, _PAIRS)))
    for first, last in zip((0, *cuts.tolist()), (*cuts.tolist(), len(start)), strict=True):
        n = (stop - start)[first:last]
        row = np.repeat(np.arange(first, last), n)
        yield row, np.arange(len(row)) - np.repeat(np.cumsum(n) - n, n) + np.repeat(start[first:last], n)


def nth_known(row: IntArray, thing: IntArray, known_us: IntArray, n: int) -> tuple[IntArray, IntArray]:
    """The rows that have n different things or more, and when the n-th of them became known."""
    order = np.lexsort((known_us, thing, row))
    row, thing, known_us = row[order], thing[order], known_us[order]
    is_first = np.concatenate([[True], (row[1:] != row[:-1]) | (thing[1:] != thing[:-1])])[: len(row)]
    row, known_us = row[is_first], known_us[is_first]
    order = np.lexsort((known_us, row))
    row, known_us = row[order], known_us[order]
    place = np.arange(len(row)) - np.searchsorted(row, row)
    return row[place == n - 1], known_us[place == n - 1]
