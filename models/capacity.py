"""How many leads sales can take on in a week, and the probability from which on so many come."""

from dataclasses import dataclass

import numpy as np

from features.tables import BoolArray, FloatArray


@dataclass(frozen=True)
class Capacity:
    """The cut that let so many leads a week in, on later leads than the model was fitted on.

    Attributes
    ----------
    leads_per_week : what sales can take on, as the project says.
    probability : the cut, between 0 and 1; 0 where all who came were fewer. None where it can not be told.
    entered_per_week : how many leads passed it in a week.
    weeks : over how many weeks they were counted.
    until_us : when those weeks ended.
    why : why there is no cut; empty where there is one.
    """

    leads_per_week: int
    probability: float | None = None
    entered_per_week: float = 0.0
    weeks: float = 0.0
    until_us: int | None = None
    why: str = ""

    @property
    def words(self) -> str:
        """The cut in a sentence without its full stop.

        >>> Capacity(40, 0.313, 39.6, 8.0, 0).words
        'sales takes 40 leads a week: those from 31.3% on, of whom 39.6 a week came in 8 weeks'
        >>> Capacity(40, why="a flat table has no times").words
        'sales takes 40 leads a week, but from which probability on is not known: a flat table has no times'
        """
        takes = f"sales takes {self.leads_per_week} leads a week"
        if self.probability is None:
            return f"{takes}, but from which probability on is not known: {self.why}"
        came = f"{self.entered_per_week:.4g} a week came in {self.weeks:.2g} weeks"
        if not self.probability:
            return f"{takes}: all, since {came}"
        return f"{takes}: those from {self.probability:.1%} on, of whom {came}"


def is_within(capacity: Capacity | None, probability: FloatArray, is_disqualified: BoolArray) -> BoolArray | None:
    """Which leads are among those that sales can take on; a disqualified one never is. None where it is not known.

    >>> is_within(Capacity(40, 0.3), np.array([0.2, 0.3, 0.9]), np.array([False, False, True])).tolist()
    [False, True, False]
    """
    if capacity is None or capacity.probability is None:
        return None
    return np.asarray((probability >= capacity.probability) & ~is_disqualified)
