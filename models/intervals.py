"""How sure a probability is: the shares observed among leads that were judged alike."""

from dataclasses import dataclass

import numpy as np

from features.tables import BoolArray, FloatArray, IntArray
from models.log_odds import probability_of

NEAREST_LEADS = 200
#: The normal quantile at 95%: a twentieth lies outside of the 90% interval on either side.
_Z = 1.6448536269514722
_N_KNOTS = 100


@dataclass(frozen=True)
class Interval:
    """Knots between which the bounds run straight.

    Attributes
    ----------
    log_odds : ascending.
    low, high : probabilities at each.
    """

    log_odds: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    def bounds(self, log_odds: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The bounds of n scores, widened to hold the probability itself."""
        probability = probability_of(log_odds)
        low = np.interp(log_odds, self.log_odds, self.low)
        high = np.interp(log_odds, self.log_odds, self.high)
        return np.minimum(low, probability), np.maximum(high, probability)


def wilson(share: float, n: float) -> tuple[float, float]:
    """The 90% score interval of a share seen among n (Wilson 1927, doi 10.1080/01621459.1927.10502953).

    >>> low, high = wilson(0.5, 100)
    >>> round(low, 3), round(high, 3)
    (0.419, 0.581)
    """
    centre = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * np.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    return max(float(centre - half), 0.0), min(float(centre + half), 1.0)


def fit_interval(log_odds: FloatArray, won: BoolArray, lead: IntArray) -> Interval:
    """The interval of scores, from rows that were not fitted on.

    At each knot the 200 leads whose log-odds are nearest are taken, each with the mean of its rows there.

    Parameters
    ----------
    log_odds, won, lead : n judged rows, n at least 1.
    """
    order = np.lexsort((lead, log_odds))
    z, w, who = log_odds[order], won[order].astype(np.float64), lead[order]
    knots = np.unique(np.quantile(z, np.linspace(0, 1, _N_KNOTS + 1)))
    bounds = [wilson(*_share_near(z, w, who, float(knot))) for knot in knots]
    return Interval(tuple(knots.tolist()), tuple(low for low, _ in bounds), tuple(high for _, high in bounds))


def _share_near(z: FloatArray, won: FloatArray, lead: IntArray, at: float) -> tuple[float, float]:
    """The share of wins among the leads nearest to a score, and how many leads they are."""
    wanted = NEAREST_LEADS
    while True:
        distance = np.abs(z - at)
        if wanted < len(z):
            near = np.flatnonzero(distance <= np.partition(distance, wanted - 1)[wanted - 1])
        else:
            near = np.arange(len(z))
        leads, position = np.unique(lead[near], return_inverse=True)
        if len(leads) >= NEAREST_LEADS or len(near) == len(z):
            break
        wanted *= 2
    rows = np.bincount(position)
    nearest = np.full(len(leads), np.inf)
    np.minimum.at(nearest, position, np.abs(z[near] - at))
    kept = nearest <= np.partition(nearest, min(NEAREST_LEADS, len(leads)) - 1)[min(NEAREST_LEADS, len(leads)) - 1]
    share = (np.bincount(position, weights=won[near]) / rows)[kept].mean()
    return float(share), float(kept.sum())
