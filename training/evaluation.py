"""How good probabilities are: loss, calibration, ranking."""

import numpy as np

from features.tables import BoolArray, FloatArray
from models.log_odds import probability_of, row_losses


def log_loss(log_odds: FloatArray, won: BoolArray) -> float:
    """Mean negative log likelihood in nats; 0 is perfect."""
    return float(row_losses(log_odds, won).mean())


def brier(log_odds: FloatArray, won: BoolArray) -> float:
    """Mean squared error of the probabilities, between 0 and 1 (Brier 1950)."""
    return float(np.mean((probability_of(log_odds) - won) ** 2))


def expected_calibration_error(log_odds: FloatArray, won: BoolArray, *, n_bins: int = 10) -> float:
    """Mean distance of promised and observed share over bins of equal count, weighted by count.

    Naeini, Cooper & Hauskrecht 2015, with equal-count bins.

    >>> expected_calibration_error(np.zeros(4), np.array([True, False, True, False]), n_bins=1)
    0.0
    """
    order = np.argsort(log_odds, kind="stable")
    probability = probability_of(log_odds)
    bins = np.array_split(order, min(n_bins, len(order)))
    return float(sum(abs(probability[b].mean() - won[b].mean()) * len(b) for b in bins) / len(order))


def area_under_curve(log_odds: FloatArray, won: BoolArray) -> float:
    """Chance that a won row scores above a lost one, ties half; NaN where one kind is absent."""
    from scipy.stats import rankdata

    n_won, n_lost = int(won.sum()), int((~won).sum())
    if not n_won or not n_lost:
        return float("nan")
    ranks = rankdata(log_odds)
    return float((ranks[won].sum() - n_won * (n_won + 1) / 2) / (n_won * n_lost))


def lift_at(log_odds: FloatArray, won: BoolArray, share: float) -> float:
    """Share of wins among the best-scored rows, over the share among all; NaN without a win.

    >>> lift_at(np.array([3.0, 2.0, 1.0, 0.0]), np.array([True, False, False, False]), 0.25)
    4.0
    """
    if not won.any():
        return float("nan")
    best = np.argsort(-log_odds, kind="stable")[: max(1, round(share * len(won)))]
    return float(won[best].mean() / won.mean())


def metrics_of(log_odds: FloatArray, won: BoolArray) -> dict[str, float]:
    """All metrics of one set of judged rows, by name."""
    return {
        "log_loss": log_loss(log_odds, won),
        "brier": brier(log_odds, won),
        "ece": expected_calibration_error(log_odds, won),
        "auc": area_under_curve(log_odds, won),
        "lift_10": lift_at(log_odds, won, 0.10),
        "lift_20": lift_at(log_odds, won, 0.20),
        "base_rate": float(won.mean()),
        "n": float(len(won)),
    }
