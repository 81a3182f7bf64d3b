"""The rhythm of a lead's own events: on how many days, and how many on the busiest of them.

Days are spans of 24 hours counted back from `as_of`, so that no time zone matters. Ten events within an hour and ten in
ten weeks have the same count; how they are spread tells a passing click from a lead that comes back.
"""

import numpy as np

from features.tables import BoolArray, FloatArray, IntArray
from features.timeline import SECONDS_PER_DAY, Timeline

#: The windows in which active days are counted; the whole past beside them.
ACTIVE_WINDOWS = (7, 30)
BUSIEST_WINDOW = 30
BUSIEST_DAY = f"any.busiest_day_{BUSIEST_WINDOW}d"
RHYTHM = (*(f"any.active_days_{days}d" for days in ACTIVE_WINDOWS), "any.active_days", BUSIEST_DAY)


def rhythm(timeline: Timeline) -> FloatArray:
    """float64 (n rows, len(RHYTHM)): the days with an event of the lead's own, and the most events on one day."""
    own = ~timeline.by_rep
    row, day = timeline.row[own], (timeline.age_s[own] - 1) // SECONDS_PER_DAY
    first = np.flatnonzero(_is_new(row) | _is_new(day))
    n_events = np.diff(first, append=len(row))
    row, day = row[first], day[first]
    columns = [np.bincount(row[day < window], minlength=timeline.n_rows) for window in ACTIVE_WINDOWS]
    busiest = np.zeros(timeline.n_rows, dtype=np.int64)
    recent = day < BUSIEST_WINDOW
    np.maximum.at(busiest, row[recent], n_events[recent])
    return np.column_stack([*columns, np.bincount(row, minlength=timeline.n_rows), busiest]).astype(np.float64)


def _is_new(values: IntArray) -> BoolArray:
    """Whether each value differs from the one before it."""
    return np.concatenate([[True], values[1:] != values[:-1]])[: len(values)]
