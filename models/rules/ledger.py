"""The ledger of points: every line is a multiple of 2**-20 points, so that sums of lines are exact in float64.

A lead that fills a cap has exactly the points of the cap, and reaches a stage that asks for as many.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from features.tables import FloatArray

Group = Literal["fit", "engagement"]
GROUPS: tuple[Group, ...] = ("fit", "engagement")
_GRID = float(2**20)


@dataclass(frozen=True)
class LedgerLine:
    """One line of the ledger.

    Attributes
    ----------
    name : the id of the rule; "cap ID", "cap fit", "cap engagement" or "cap total" for what a cap took.
    rule_id : the rule that it belongs to; None for the cap of a group or of all.
    group : what it counts for; the cap of all belongs to "total" only.
    source : the event types it counts and the columns it asks, as the tables spell them; empty where the tables have
        none of them, and for the cap of a group or of all.
    """

    name: str
    rule_id: str | None
    group: Literal["fit", "engagement", "total"]
    source: tuple[str, ...]


@dataclass(frozen=True)
class RuleLedger:
    """Where the points come from.

    Attributes
    ----------
    lines : one a column of `values`; they depend on the rulebook, not on the leads.
    values : float64 points of shape (n snapshots, n lines).
    """

    lines: tuple[LedgerLine, ...]
    values: FloatArray

    @property
    def points(self) -> FloatArray:
        """The sum of all lines, one a snapshot."""
        return self._sum(np.ones(len(self.lines)))

    def group_points(self, group: Group) -> FloatArray:
        """The sum of the lines of a group, after its cap and before the cap of all."""
        return self._sum(np.array([line.group == group for line in self.lines], dtype=np.float64))

    def _sum(self, is_in: FloatArray) -> FloatArray:
        """Exact, in whatever order a product adds its terms up: all are on the grid."""
        return np.asarray(self.values @ is_in)


def on_grid(points: float) -> float:
    """The nearest number of points that a ledger can hold.

    >>> on_grid(12.5), on_grid(0.1) == 0.1
    (12.5, False)
    """
    return round(points * _GRID) / _GRID


def points_of_times(times: FloatArray, points: float) -> FloatArray:
    """So many points so many times, on the grid of the ledger.

    >>> points_of_times(np.array([0.0, 1.5]), -2.0)
    array([ 0., -3.])
    """
    # Adding 0 turns -0 into 0.
    return np.asarray(np.rint(times * points * _GRID) / _GRID + 0.0)
