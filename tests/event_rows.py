"""Event logs written as rows, each event so long before one `as_of`, and what must not change what is made of them."""

from collections.abc import Callable, Sequence

import numpy as np

from features.snapshots import Snapshots
from features.tables import MICROSECONDS_PER_DAY as DAY
from features.tables import EventArrays, FloatArray

AS_OF = 20_000 * DAY
Row = tuple[int, str, int]  # lead, type, age in microseconds at AS_OF
Features = Callable[[EventArrays, Snapshots], FloatArray]


def log_of_types(
    types: tuple[str, ...], rows: Sequence[Row], recorded_ages: Sequence[int] | None = None
) -> EventArrays:
    """The rows as a log of these types; without ages of recording the log does not say when it was written."""
    return EventArrays(
        np.array([lead for lead, _, _ in rows], dtype=np.int64),
        np.array([types.index(name) for _, name, _ in rows], dtype=np.int64),
        AS_OF - np.array([age_us for _, _, age_us in rows], dtype=np.int64),
        None if recorded_ages is None else AS_OF - np.array(recorded_ages, dtype=np.int64),
        types,
    )


def of_leads(*leads: int) -> Snapshots:
    """These leads at AS_OF."""
    return Snapshots(np.array(leads, dtype=np.int64), np.full(len(leads), AS_OF, dtype=np.int64))


def not_yet(rows: Sequence[Row]) -> list[Row]:
    """The same events, the youngest of them at AS_OF and all others after it."""
    return [(lead, name, 1 - age_us) for lead, name, age_us in rows]


def same_bytes(features: Features, log: EventArrays, other: EventArrays) -> bool:
    """Whether both logs give the leads 0 to 3 the same features, to the last bit."""
    snapshots = of_leads(0, 1, 2, 3)
    return features(log, snapshots).tobytes() == features(other, snapshots).tobytes()
