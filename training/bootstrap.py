"""How sure a figure is: whole leads drawn again and again (Poisson bootstrap, Hanley & MacGibbon 2006).

Loss, calibration and lift are made of sums over rows, so that a draw is one product with the sums of each lead.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from features.tables import BoolArray, FloatArray, IntArray
from models.log_odds import probability_of, row_losses

N_DRAWS = 400
_N_BINS = 10
_N, _LOSS, _WON, _TOP, _TOP_WON, _BINS = range(6)


def drawn_sums(values: FloatArray, lead: IntArray, *, seed: int) -> FloatArray:
    """Sums over the rows of each draw of leads; a draw without any lead is none.

    Parameters
    ----------
    values : (n rows, k).
    lead : n, the lead of each row.

    Returns
    -------
    (draws, k); equal seeds and leads give the same draws.
    """
    _, position = np.unique(lead, return_inverse=True)
    sums = np.column_stack([np.bincount(position, weights=column) for column in values.T])
    rng = np.random.default_rng(seed)
    drawn = (rng.poisson(1.0, len(sums)).astype(np.float64) for _ in range(N_DRAWS))
    return np.array([times @ sums for times in drawn if times.any()])


def summands(log_odds: FloatArray, won: BoolArray, *, top_share: float) -> FloatArray:
    """What the figures of n rows are sums of, (n, 15); bins and the cut are those of all rows.

    Parameters
    ----------
    top_share : of the rows, those that count as the best.
    """
    order = np.argsort(log_odds, kind="stable")
    values = np.zeros((len(won), _BINS + _N_BINS))
    values[:, _N], values[:, _LOSS], values[:, _WON] = 1.0, row_losses(log_odds, won), won
    best = order[-max(1, round(top_share * len(won))) :]
    values[best, _TOP], values[best, _TOP_WON] = 1.0, won[best]
    bins = np.arange(len(won)) * _N_BINS // len(won)
    values[order, _BINS + bins] = (probability_of(log_odds) - won)[order]
    return values


def log_loss_of(sums: FloatArray) -> FloatArray:
    """Mean log loss of each row of sums, in nats."""
    return np.asarray(sums[..., _LOSS] / sums[..., _N])


def ece_of(sums: FloatArray) -> FloatArray:
    """Expected calibration error of each row of sums."""
    return np.asarray(np.abs(sums[..., _BINS:]).sum(axis=-1) / sums[..., _N])


def lift_of(sums: FloatArray) -> FloatArray:
    """Share won among the best over that among all; 0 where no win or none of the best was drawn."""
    base = np.maximum(sums[..., _WON], 1e-9) / sums[..., _N]
    return np.asarray(sums[..., _TOP_WON] / np.maximum(sums[..., _TOP], 1.0) / base)


@dataclass(frozen=True)
class Estimate:
    """A figure and its 90% interval."""

    value: float
    low: float
    high: float


def estimate(figure: Callable[[FloatArray], FloatArray], values: FloatArray, drawn: FloatArray) -> Estimate:
    """A figure of rows as they are, and over the draws of their leads.

    >>> rows = summands(np.array([2.0, -2.0]), np.array([True, False]), top_share=0.5)
    >>> estimate(lift_of, rows, rows.sum(axis=0, keepdims=True)).value
    2.0
    """
    low, high = np.quantile(figure(drawn), [0.05, 0.95]).tolist()
    return Estimate(float(figure(values.sum(axis=0))), low, high)
