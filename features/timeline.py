"""The events that each snapshot may see, in the order in which they happened, some snapshots at a time.

What is sorted is one integer an event, so that a shuffled log gives the same timelines, and a part of the
snapshots at a time, so that memory does not grow with their number.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from features.actors import Actor, made_by_rep
from features.behaviour import order_by_lead, see_events
from features.snapshots import Snapshots
from features.tables import MICROSECONDS_PER_SECOND, BoolArray, EventArrays, IntArray

SECONDS_PER_DAY = 86_400
#: Ages in seconds fit in: the 400 years that times are read from are less than 2**34 s.
_AGE_BITS = 34
_OLDEST_S = (1 << _AGE_BITS) - 1
#: Pairs of a snapshot and an event worked on at a time, about.
_PAIRS = 1 << 18


@dataclass(frozen=True)
class Timeline:
    """The seen events of some snapshots: by snapshot, oldest first; within a second, those of reps first.

    Attributes
    ----------
    row : int64, ascending positions among these snapshots.
    age_s : int64, seconds before `as_of`, rounded up: at least 1.
    by_rep : bool, whether a rep made the event.
    n_rows : how many snapshots there are, with and without events.
    """

    row: IntArray
    age_s: IntArray
    by_rep: BoolArray
    n_rows: int


def timelines(
    events: EventArrays, snapshots: Snapshots, actors: Mapping[str, Actor]
) -> Iterator[tuple[slice, Timeline]]:
    """The timelines of all snapshots, a slice of them at a time.

    Parameters
    ----------
    actors : who makes the events of a type, where the project says so.
    """
    for rows, some_events, some_snapshots in _in_parts(events, snapshots):
        seen = see_events(some_events, some_snapshots)
        own = ~made_by_rep(some_events, actors)[seen.event]
        age_s = -(-seen.age_us // MICROSECONDS_PER_SECOND)
        key = (seen.row << (_AGE_BITS + 1)) | ((_OLDEST_S - age_s) << 1) | own
        key.sort()
        by_row, by_time = key >> (_AGE_BITS + 1), _OLDEST_S - ((key >> 1) & _OLDEST_S)
        yield rows, Timeline(by_row, by_time, (key & 1) == 0, len(some_snapshots))


def _in_parts(events: EventArrays, snapshots: Snapshots) -> Iterator[tuple[slice, EventArrays, Snapshots]]:
    """Snapshots that stand side by side, and the events of their leads."""
    if not len(snapshots):
        return
    if len(events) <= _PAIRS and len(snapshots) == 1:
        yield slice(0, 1), events, snapshots
        return
    n_leads = int(max(events.lead.max(initial=-1), snapshots.lead.max())) + 1
    count = np.bincount(events.lead, minlength=n_leads)
    first = np.concatenate([[0], np.cumsum(count)])
    by_lead = order_by_lead(events.lead)
    n_pairs = np.cumsum(count[snapshots.lead])
    cuts = np.unique(np.searchsorted(n_pairs, np.arange(_PAIRS, n_pairs[-1], _PAIRS)))
    cuts = cuts[cuts > 0]
    for start, stop in zip((0, *cuts), (*cuts, len(snapshots)), strict=True):
        lead = snapshots.lead[start:stop]
        low, high = int(lead.min()), int(lead.max()) + 1
        some = events.take(by_lead[first[low] : first[high]])
        yield (
            slice(start, stop),
            replace(some, lead=some.lead - low),
            Snapshots(lead - low, snapshots.as_of_us[start:stop]),
        )
