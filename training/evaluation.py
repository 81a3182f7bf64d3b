"""How good probabilities are: loss, calibration, ranking."""

from dataclasses import dataclass, replace

import numpy as np

from features.tables import BoolArray, FloatArray, IntArray
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
    bins = reliability(log_odds, won, n_bins=n_bins)
    return sum(abs(one.promised - one.observed) * one.n for one in bins) / len(won)


def area_under_curve(log_odds: FloatArray, won: BoolArray) -> float:
    """Chance that a won row scores above a lost one, ties half; NaN where one kind is absent."""
    from scipy.stats import rankdata

    n_won, n_lost = int(won.sum()), int((~won).sum())
    if not n_won or not n_lost:
        return float("nan")
    ranks = rankdata(log_odds)
    return float((ranks[won].sum() - n_won * (n_won + 1) / 2) / (n_won * n_lost))


def average_precision(log_odds: FloatArray, won: BoolArray) -> float:
    """Area under the precision-recall curve as the mean precision at each win, ties as one cut; NaN without a win.

    >>> average_precision(np.array([2.0, 1.0, 0.0]), np.array([True, False, True]))
    0.8333333333333333
    """
    if not won.any():
        return float("nan")
    order = np.argsort(-log_odds, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(log_odds[order])), len(order) - 1)
    found = np.cumsum(won[order])[ends]
    gained = np.diff(found, prepend=0) / won.sum()
    return float(gained @ (found / (ends + 1)))


def gain_at(log_odds: FloatArray, won: BoolArray, share: float) -> float:
    """Share of all wins that lie among the best-scored rows; NaN without a win.

    >>> gain_at(np.array([3.0, 2.0, 1.0, 0.0]), np.array([True, False, True, False]), 0.25)
    0.5
    """
    if not won.any():
        return float("nan")
    return float(won[_best(log_odds, share)].sum() / won.sum())


def lift_at(log_odds: FloatArray, won: BoolArray, share: float) -> float:
    """Share of wins among the best-scored rows, over the share among all; NaN without a win.

    >>> lift_at(np.array([3.0, 2.0, 1.0, 0.0]), np.array([True, False, False, False]), 0.25)
    4.0
    """
    if not won.any():
        return float("nan")
    return float(won[_best(log_odds, share)].mean() / won.mean())


def _best(log_odds: FloatArray, share: float) -> IntArray:
    """The best-scored rows, at least one."""
    return np.argsort(-log_odds, kind="stable")[: max(1, round(share * len(log_odds)))]


@dataclass(frozen=True)
class Bin:
    """Judged rows that were promised alike.

    Attributes
    ----------
    low, high : the least and the most of what they were sorted by: probability, or rule points.
    n : rows.
    promised : mean probability of the model.
    observed : share won.
    rules_promised : mean probability that the rulebook's own odds give; None among probability bins.
    """

    low: float
    high: float
    n: int
    promised: float
    observed: float
    rules_promised: float | None = None


def reliability(log_odds: FloatArray, won: BoolArray, *, n_bins: int = 10) -> tuple[Bin, ...]:
    """Promised against observed in bins of equal count, the lowest first."""
    probability = probability_of(log_odds)
    return tuple(_bin(rows, probability, probability, won) for rows in equal_parts(log_odds, n_bins))


def equal_parts(log_odds: FloatArray, n_parts: int = 10) -> list[IntArray]:
    """Rows in parts of about equal count, the lowest first; fewer parts where there are fewer rows.

    >>> [part.tolist() for part in equal_parts(np.array([3.0, 1.0, 2.0]), 2)]
    [[1, 2], [0]]
    """
    return np.array_split(np.argsort(log_odds, kind="stable"), min(n_parts, len(log_odds)))


def by_points(
    points: FloatArray, log_odds: FloatArray, won: BoolArray, rules_log_odds: FloatArray, *, n_bands: int = 5
) -> tuple[Bin, ...]:
    """What the rules promised, what came and what the model says, by bands of rule points of about equal count."""
    cuts = np.unique(np.quantile(points, np.linspace(0, 1, n_bands + 1)[1:-1], method="higher"))
    band = np.searchsorted(cuts, points, side="left")
    probability, by_rules = probability_of(log_odds), probability_of(rules_log_odds)
    bands = (np.flatnonzero(band == k) for k in np.unique(band))
    return tuple(
        replace(_bin(rows, points, probability, won), rules_promised=float(by_rules[rows].mean())) for rows in bands
    )


def _bin(rows: IntArray, sorted_by: FloatArray, probability: FloatArray, won: BoolArray) -> Bin:
    return Bin(
        low=float(sorted_by[rows].min()),
        high=float(sorted_by[rows].max()),
        n=len(rows),
        promised=float(probability[rows].mean()),
        observed=float(won[rows].mean()),
    )


def metrics_of(log_odds: FloatArray, won: BoolArray) -> dict[str, float]:
    """All metrics of one set of judged rows, by name."""
    return {
        "log_loss": log_loss(log_odds, won),
        "brier": brier(log_odds, won),
        "ece": expected_calibration_error(log_odds, won),
        "auc": area_under_curve(log_odds, won),
        "pr_auc": average_precision(log_odds, won),
        "lift_10": lift_at(log_odds, won, 0.10),
        "lift_20": lift_at(log_odds, won, 0.20),
        "gain_10": gain_at(log_odds, won, 0.10),
        "gain_20": gain_at(log_odds, won, 0.20),
        "base_rate": float(won.mean()),
        "n": float(len(won)),
    }
