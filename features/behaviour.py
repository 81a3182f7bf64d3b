"""THE kernel over events: what each snapshot's lead had done, and how lately, as numbers.

Each snapshot has a cell for each group of events, and one pass over the log adds every event that the
snapshot may see to its cell, a part of the log at a time, so that what is worked on stays in the cache.
Nothing depends on the order of the events, to the last bit: counts and ages are integers, and decay
weights are multiples of 2**-32, whose sums are exact in float64 (up to two million events a cell).
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from features.snapshots import Snapshots
from features.tables import MICROSECONDS_PER_DAY, BoolArray, EventArrays, FloatArray, IntArray, PositionArray

#: "Never happened" among days since: its own code, far from every real age, since LightGBM
#: reads a NaN that training did not have as 0.
NEVER_DAYS = 9_999.0
WINDOW_DAYS = (1, 7, 30)
HALF_LIFE_DAYS = 14
#: What is computed of every group of events, in the order of the columns.
MEASURES = (*(f"count_{days}d" for days in WINDOW_DAYS), "count", f"decayed_{HALF_LIFE_DAYS}d", "days_since_last")
_COUNT, _DECAYED, _SINCE = len(WINDOW_DAYS), len(WINDOW_DAYS) + 1, len(WINDOW_DAYS) + 2
_WEIGHT_GRID = float(2**32)
#: Events (and rows) worked on at a time: fewer cost calls, more cost misses of the cache (docs/benchmarks.md).
_PART = 16_384
_ROWS = 2_048
#: Events that are worth a thread of their own, and how many threads do not wait for each other most of the time.
_EVENTS_OF_THREAD, _MAX_THREADS = 262_144, 4
#: Several threads work on more events at a time, to wait for each other less often.
_PART_OF_THREAD = 262_144

#: Rows of the snapshots, their `as_of` (or the one they share), and at each row where in the log an event of its lead
#: stands.
_Pairs = tuple[IntArray, IntArray, slice | IntArray]
_Integer = TypeVar("_Integer", bound=np.signedinteger[Any])


@dataclass(frozen=True)
class SeenEvents:
    """Pairs of a snapshot and an event that it may see.

    Attributes
    ----------
    row : int64 positions in the snapshots.
    event : int64 positions in the log.
    type_code : integer positions in the types of the log.
    age_us : int64, how long before `as_of` the event happened; at least 1.
    """

    row: IntArray
    event: IntArray
    type_code: PositionArray
    age_us: IntArray

    def take(self, index: BoolArray) -> "SeenEvents":
        return SeenEvents(self.row[index], self.event[index], self.type_code[index], self.age_us[index])


def see_events(events: EventArrays, snapshots: Snapshots) -> SeenEvents:
    """The events before each snapshot: both happened and recorded strictly before its `as_of`.

    What was known by then to be a machine's is not seen.
    """
    parts = list(seen_in_parts(events, snapshots))
    if len(parts) == 1:
        return parts[0]
    return SeenEvents(
        np.concatenate([part.row for part in parts]),
        np.concatenate([part.event for part in parts]),
        np.concatenate([part.type_code for part in parts]),
        np.concatenate([part.age_us for part in parts]),
    )


def seen_in_parts(events: EventArrays, snapshots: Snapshots, *, part: int = _PART) -> Iterator[SeenEvents]:
    """What `see_events` gives, some pairs at a time; at least one part.

    Parameters
    ----------
    part : how many pairs, about.
    """
    for row, as_of_us, event in _pairs_in_parts(events, snapshots, part):
        age_us = as_of_us - _at(events.at_us, event)
        seen = age_us > 0
        if events.recorded_us is not None:
            seen &= _at(events.recorded_us, event) < as_of_us
        if events.machine_from_us is not None:
            seen &= _at(events.machine_from_us, event) >= as_of_us
        position = np.arange(event.start, event.stop) if isinstance(event, slice) else event
        found = SeenEvents(row, position, _at(events.type_code, event), age_us)
        yield found if seen.all() else found.take(seen)


def _at(column: NDArray[_Integer], event: slice | IntArray) -> NDArray[_Integer]:
    """A column of the log at some events; to take is twice as fast as to index."""
    return column[event] if isinstance(event, slice) else column.take(event)


def _pairs_in_parts(events: EventArrays, snapshots: Snapshots, part: int) -> Iterator[_Pairs]:
    """Every snapshot with every event of its lead."""
    if np.bincount(snapshots.lead, minlength=1).max() > 1:
        yield from _pairs_by_snapshot(events, snapshots, part)
        return
    low, n_leads = _range(snapshots.lead)
    row_of_lead = None
    if not np.array_equal(snapshots.lead, np.arange(low, low + n_leads)):
        row_of_lead = np.full(n_leads, -1, dtype=np.int64)
        row_of_lead[snapshots.lead - low] = np.arange(len(snapshots))
    as_of_us = snapshots.as_of_us
    is_one_time = bool((as_of_us == as_of_us[:1]).all())
    n_events = len(events) if len(snapshots) else 0
    for start in range(0, max(n_events, 1), part):
        event: slice | IntArray = slice(start, min(start + part, n_events))
        row = events.lead[event].astype(np.int64)
        row -= low
        is_asked = row.view(np.uint64) < n_leads  # what is below 0 is beyond any
        if row_of_lead is not None:
            row = row_of_lead.take(row, mode="clip")  # a lead out of range reads another one's, and is not asked
            is_asked &= row >= 0
        if not is_asked.all():
            (asked,) = is_asked.nonzero()
            row, event = row.take(asked), asked + start
        yield row, as_of_us[:1] if is_one_time else as_of_us.take(row), event


def _pairs_by_snapshot(events: EventArrays, snapshots: Snapshots, part: int) -> Iterator[_Pairs]:
    low, n_leads = _range(snapshots.lead)
    (near,) = ((events.lead >= low) & (events.lead < low + n_leads)).nonzero()
    lead, asked = events.lead.take(near) - low, snapshots.lead - low
    by_lead = near.take(order_by_lead(lead))
    count = np.bincount(lead, minlength=n_leads)
    first = (np.cumsum(count) - count)[asked]
    n_pairs = count[asked]
    end = np.cumsum(n_pairs)
    cuts = np.searchsorted(end, np.arange(part, end[-1], part))
    for start, stop in zip((0, *cuts), (*cuts, len(snapshots)), strict=True):
        pairs = n_pairs[start:stop]
        row = np.repeat(np.arange(start, stop), pairs)
        as_of_us = np.repeat(snapshots.as_of_us[start:stop], pairs)
        skipped = np.repeat(first[start:stop] - (np.cumsum(pairs) - pairs), pairs)
        yield row, as_of_us, by_lead.take(skipped + np.arange(len(row)))


def _range(lead: IntArray) -> tuple[int, int]:
    """The first of some leads, and how many there are from it to the last one."""
    low = int(lead.min()) if len(lead) else 0
    return low, int(lead.max(initial=low - 1)) + 1 - low


def order_by_lead(lead: PositionArray) -> IntArray:
    """The positions of the events in the order of their leads, those of a lead as they stand in the log.

    Parameters
    ----------
    lead : fewer than 2**32 events of fewer than 2**31 leads.

    >>> order_by_lead(np.array([2, 0, 2]))
    array([1, 0, 2])
    """
    # Lead and position in one integer: three times as fast as argsort.
    key = (lead.astype(np.int64) << 32) | np.arange(len(lead))
    key.sort()
    return key & 0xFFFF_FFFF


def decay_weights(age_us: IntArray | FloatArray, half_life_us: int) -> FloatArray:
    """2 ** -(age / half-life), rounded to a multiple of 2**-32 so that sums do not depend on order.

    >>> decay_weights(np.array([0, 7, 14]), 7)
    array([1.  , 0.5 , 0.25])
    """
    weight = np.exp2(age_us / -float(half_life_us))
    weight *= _WEIGHT_GRID
    np.rint(weight, out=weight)
    weight *= 1 / _WEIGHT_GRID
    return weight


def group_codes(types: Sequence[str], kept: Sequence[str]) -> IntArray:
    """The group of each event type: its position in `kept`, else the last one, "other".

    >>> group_codes(["call", "zap"], ["call", "visit"])
    array([0, 2])
    """
    position = {name: i for i, name in enumerate(kept)}
    return np.array([position.get(name, len(kept)) for name in types], dtype=np.int64)


def behaviour_features(
    events: EventArrays, snapshots: Snapshots, kept_types: Sequence[str], *, out: FloatArray | None = None
) -> FloatArray:
    """The measures of every kept event type, of all others together, and of any event.

    Parameters
    ----------
    out : float64, C order, a row per snapshot; its last columns are filled in. New if absent.

    Returns
    -------
    float64 of shape (n snapshots, len(MEASURES) * (len(kept_types) + 2)), columns as
    `behaviour_names`; or `out`.
    """
    n_groups = len(kept_types) + 2
    width = n_groups * len(MEASURES)
    matrix = np.empty((len(snapshots), width)) if out is None else out
    stride = matrix.shape[1]
    of_type = stride - width + group_codes(events.types, kept_types) * len(MEASURES)
    n_threads = _threads_worth(len(events))
    part = _PART if n_threads == 1 else _PART_OF_THREAD

    def fill(rows: slice) -> None:
        own, some = matrix[rows], Snapshots(snapshots.lead[rows], snapshots.as_of_us[rows])
        cells = own[:, stride - width :].reshape(len(own), n_groups, len(MEASURES))
        for start in range(0, len(cells), _ROWS):
            own[start : start + _ROWS, stride - width :] = ([0.0] * _SINCE + [np.inf]) * n_groups
        for seen in seen_in_parts(events, some, part=part):
            _add(own.reshape(-1), seen.row * stride + of_type.take(seen.type_code), seen.age_us)
        for start in range(0, len(cells), _ROWS):
            _finish(cells[start : start + _ROWS])

    n_rows = max(1, -(-len(snapshots) // n_threads))
    shares = [slice(start, start + n_rows) for start in range(0, len(snapshots), n_rows)]
    if len(shares) <= 1:
        for rows in shares:
            fill(rows)
        return matrix
    with ThreadPoolExecutor(len(shares)) as threads:
        list(threads.map(fill, shares))
    return matrix


def _threads_worth(n_events: int) -> int:
    """How many threads share the snapshots of a log of so many events."""
    return max(1, min(n_events // _EVENTS_OF_THREAD, os.cpu_count() or 1, _MAX_THREADS))


def _add(flat: FloatArray, cell: IntArray, age_us: IntArray) -> None:
    """Each event into its cell: days and weight once, and a count in every window that holds it."""
    age = age_us.astype(np.float64)
    one_and_weight = np.empty(len(cell), dtype=np.complex128)
    one_and_weight.real, one_and_weight.imag = 1.0, decay_weights(age, HALF_LIFE_DAYS * MICROSECONDS_PER_DAY)
    # A complex number at every number of the matrix: one addition for two that lie side by side.
    pairs = np.ndarray(
        len(flat) - _DECAYED, np.complex128, flat.data, offset=_COUNT * flat.itemsize, strides=flat.strides
    )
    np.add.at(pairs, cell, one_and_weight)
    np.minimum.at(flat[_SINCE:], cell, age / MICROSECONDS_PER_DAY)
    for window in reversed(range(_COUNT)):
        (late,) = (age <= WINDOW_DAYS[window] * MICROSECONDS_PER_DAY).nonzero()
        cell, age = cell.take(late), age.take(late)
        np.add.at(flat[window:], cell, 1.0)


def _finish(cells: FloatArray) -> None:
    """The group "any" holds all groups, and what never happened has its code."""
    # matmul and the copy of the days: three times faster than sum and min over the middle axis.
    np.matmul(np.ones(cells.shape[1] - 1), cells[:, :-1], out=cells[:, -1])
    days = np.ascontiguousarray(cells[:, :-1, _SINCE].T)
    np.min(days, axis=0, out=cells[:, -1, _SINCE])
    np.copyto(cells[:, :, _SINCE], NEVER_DAYS, where=np.isinf(cells[:, :, _SINCE]))


def is_never(name: str, values: FloatArray) -> BoolArray:
    """Which values of a feature mean that no such event ever happened, n bool.

    >>> is_never("call.days_since_last", np.array([3.0, NEVER_DAYS]))
    array([False,  True])
    """
    return np.asarray(values == NEVER_DAYS) & has_never(name)


def has_never(name: str) -> bool:
    """Whether a feature has a code for "never"."""
    return name.endswith((".days_since_last", ".days_to_answer"))


def behaviour_names(kept_types: Sequence[str]) -> tuple[str, ...]:
    """The columns of `behaviour_features`: ``TYPE.MEASURE``; `other` and `any` are groups as well.

    >>> behaviour_names(["call"])[:2]
    ('call.count_1d', 'call.count_7d')
    """
    return _names(tuple(kept_types))


@lru_cache(maxsize=64)
def _names(kept_types: tuple[str, ...]) -> tuple[str, ...]:
    groups = (*kept_types, "other", "any")
    return tuple(f"{group}.{measure}" for group in groups for measure in MEASURES)
