"""What a list of leads is worth: customers found by calls made, and precision and recall by cut-off."""

from dataclasses import dataclass

import numpy as np

from features.tables import BoolArray, FloatArray
from models.log_odds import probability_of

#: Points of a drawn curve: more are not seen.
_N_POINTS = 200
CUT_OFFS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


@dataclass(frozen=True)
class Gains:
    """Share of the rows called, best first, and share of the customers found; both from 0 to 1."""

    called: FloatArray
    found: FloatArray

    def at(self, share: float) -> float:
        """The customers found by the best `share` of the calls."""
        return float(np.interp(share, self.called, self.found))


def gains(score: FloatArray, won: BoolArray) -> Gains | None:
    """How soon customers are found by going down a list; None without a customer. Ties are called in no order.

    >>> gains(np.array([2.0, 1.0, 1.0, 0.0]), np.array([True, False, True, False])).at(0.5)
    0.75
    """
    if not won.any():
        return None
    order = np.argsort(-score, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(score[order])), len(order) - 1)
    called = np.concatenate([[0.0], (ends + 1) / len(order)])
    found = np.concatenate([[0.0], np.cumsum(won[order])[ends] / won.sum()])
    if len(called) > _N_POINTS:
        at = np.linspace(0, 1, _N_POINTS + 1)
        return Gains(at, np.interp(at, called, found))
    return Gains(called, found)


@dataclass(frozen=True)
class CutOff:
    """What calling everybody from a probability on would have brought.

    Attributes
    ----------
    probability : of the cut; who has it is called.
    n, share : rows that are called, and their share of all.
    precision : of those called, who became customers; None where nobody is called.
    recall : of the customers, who was called; None where there are none.
    """

    probability: float
    n: int
    share: float
    precision: float | None
    recall: float | None


def cut_offs(log_odds: FloatArray, won: BoolArray, at: tuple[float, ...] = CUT_OFFS) -> tuple[CutOff, ...]:
    """The figures of each cut.

    >>> cut_offs(np.array([0.0, 2.0]), np.array([False, True]), (0.4,))
    (CutOff(probability=0.4, n=2, share=1.0, precision=0.5, recall=1.0),)
    """
    probability = probability_of(log_odds)
    order = np.argsort(-probability, kind="stable")
    hits = np.concatenate([[0], np.cumsum(won[order])])
    n_called = len(won) - np.searchsorted(probability[order][::-1], at)
    return tuple(
        CutOff(
            cut,
            n,
            n / len(won),
            float(hits[n] / n) if n else None,
            float(hits[n] / hits[-1]) if hits[-1] else None,
        )
        for cut, n in zip(at, n_called.tolist(), strict=True)
    )
