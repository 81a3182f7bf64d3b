"""The events that snapshots may see, laid out by type so that a rule reads only its own."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from features.behaviour import see_events
from features.snapshots import Snapshots
from features.tables import EventArrays, IntArray


@dataclass(frozen=True)
class SeenByType:
    """Pairs of a snapshot and an event that it may see, sorted by event type.

    Attributes
    ----------
    row : int64 positions in the snapshots.
    age_us : int64, how long before `as_of` the event happened; at least 1.
    first : where each event type begins in them, and after the last one their length.
    types : the event types.
    """

    row: IntArray
    age_us: IntArray
    first: IntArray
    types: tuple[str, ...]

    def of(self, names: Collection[str]) -> tuple[IntArray, IntArray]:
        """The rows and ages of the events of these types."""
        at = [slice(*self.first[i : i + 2]) for i, name in enumerate(self.types) if name in names]
        nothing = self.row[:0]
        rows, ages = ([array[part] for part in at] for array in (self.row, self.age_us))
        return np.concatenate([nothing, *rows]), np.concatenate([nothing, *ages])


def see_types(events: EventArrays, snapshots: Snapshots, names: Collection[str]) -> SeenByType:
    """The events of these types that happened, and were known, strictly before each snapshot.

    >>> log = EventArrays(np.array([0, 0]), np.array([1, 0]), np.array([5, 9]), None, ("call", "visit"))
    >>> see_types(log, Snapshots(np.array([0]), np.array([9])), ["call", "visit"]).of(["visit"])
    (array([0]), array([4]))
    """
    wanted = np.array([name in names for name in events.types], dtype=np.bool_)
    kept = events if wanted.all() else events.take(wanted[events.type_code])
    seen = see_events(kept, snapshots)
    code = seen.type_code
    # Small integers are sorted by radix.
    order = np.argsort(code.astype(np.uint16) if len(events.types) < 2**16 else code, kind="stable")
    first = np.concatenate([[0], np.cumsum(np.bincount(code, minlength=len(events.types)))])
    return SeenByType(seen.row[order], seen.age_us[order], first.astype(np.int64), events.types)
