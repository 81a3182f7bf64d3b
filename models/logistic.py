"""Ridge logistic regression on top of an offset, with exact contributions of its own.

A number enters clipped to its usual range, on a log scale where its tail is long, and standardised; a gap
is a level of its own. A category enters by its common levels. The penalty shrinks what is learned towards
the offset: towards the rules where these start it, else towards the base rate.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.special import expit

from features.behaviour import is_never
from features.build import FeatureMatrix
from features.tables import BoolArray, FloatArray, TextColumn
from models.encoding import MIN_LEVEL_LEADS, LevelCodes
from models.log_odds import row_losses

#: Penalties to choose from, the strongest first: the search walks down while it pays.
PENALTIES = (1000.0, 300.0, 100.0, 30.0, 10.0, 3.0, 1.0)
#: Below so many leads none is weaker than the other number: few leads can not tell a weight from chance.
_FEW_LEADS, _WEAKEST_FOR_FEW = 300, 10.0
_TAIL = 0.005
_LONG_TAIL_DEVIATIONS = 4.0
_MAX_STEPS = 50
_TOLERANCE = 1e-7


def penalties_for(n_leads: float) -> tuple[float, ...]:
    """The penalties that so many fitted leads may choose from, the strongest first.

    >>> penalties_for(100)[-1], penalties_for(1_000)[-1]
    (10.0, 1.0)
    """
    weakest = _WEAKEST_FOR_FEW if n_leads < _FEW_LEADS else 0.0
    return tuple(penalty for penalty in PENALTIES if penalty >= weakest)


@dataclass(frozen=True)
class NumberTerm:
    """What a number contributes: ``present + weight * t(x)``, or `missing` where there is a gap.

    ``t`` clips to [`low`, `high`] and, if `is_log`, takes ``log1p``.
    """

    low: float
    high: float
    is_log: bool
    weight: float
    present: float
    missing: float

    def contribution(self, values: FloatArray) -> FloatArray:
        """float64, n log-odds."""
        gaps = np.isnan(values)
        told = self.present + self.weight * _bounded(values, self.low, self.high, is_log=self.is_log)
        return np.where(gaps, self.missing, told)


@dataclass(frozen=True)
class LogisticModel:
    """Weights as plain numbers.

    Attributes
    ----------
    intercept : log-odds that it adds to the offset of an average training row.
    numbers, categories : the terms of each column of the matrix; average over the training rows is 0.
    """

    intercept: float
    numbers: Mapping[str, NumberTerm]
    categories: Mapping[str, LevelCodes]

    def contributions(self, matrix: FeatureMatrix) -> FloatArray:
        """float64 (n, p + q): numeric features, then categories, in log-odds."""
        columns = [
            self.numbers[name].contribution(_without_never(name, matrix.values[:, position]))
            for position, name in enumerate(matrix.names)
        ]
        columns += [codes.encode(matrix.categories[name]) for name, codes in self.categories.items()]
        return np.column_stack(columns) if columns else np.zeros((len(matrix), 0))

    def scaled(self, share: float) -> "LogisticModel":
        """The model that adds a share of what this one adds."""
        numbers = {
            name: replace(t, weight=share * t.weight, present=share * t.present, missing=share * t.missing)
            for name, t in self.numbers.items()
        }
        categories = {
            name: LevelCodes(
                {level: share * code for level, code in c.levels.items()}, share * c.missing, share * c.unseen
            )
            for name, c in self.categories.items()
        }
        return LogisticModel(share * self.intercept, numbers, categories)

    def margin(self, matrix: FeatureMatrix) -> FloatArray:
        """n log-odds to add to the offset; summed left to right, whatever the number of rows."""
        total = np.full(len(matrix), self.intercept)
        for column in self.contributions(matrix).T:
            total += column
        return total


@dataclass(frozen=True)
class _Scale:
    """How a number enters, learned from training rows; `gap_share` is 0 where training had no gap, or only gaps."""

    low: float
    high: float
    is_log: bool
    mean: float
    deviation: float
    gap_share: float


@dataclass(frozen=True)
class _Indicators:
    """How a category enters: one column a common level, and one for gaps where they are common.

    Attributes
    ----------
    levels : the common ones.
    shares : the share of the training rows at each, then of those with a gap.
    """

    levels: tuple[str, ...]
    shares: FloatArray
    has_gaps: bool


@dataclass(frozen=True)
class Design:
    """Training rows as logistic regression sees them.

    Attributes
    ----------
    x : float64 (n, k), the last column all ones.
    """

    x: FloatArray
    names: tuple[str, ...]
    scales: tuple[_Scale, ...]
    categories: Mapping[str, _Indicators]

    def model(self, weights: FloatArray) -> LogisticModel:
        """The model of k weights, its terms centred on the training rows."""
        position = 0
        intercept = float(weights[-1])
        numbers: dict[str, NumberTerm] = {}
        for name, scale in zip(self.names, self.scales, strict=True):
            slope = float(weights[position]) / scale.deviation
            gap = float(weights[position + 1]) if scale.gap_share else 0.0
            position += 2 if scale.gap_share else 1
            centre = gap * scale.gap_share
            intercept += centre
            numbers[name] = NumberTerm(
                scale.low, scale.high, scale.is_log, slope, -slope * scale.mean - centre, gap - centre
            )
        categories: dict[str, LevelCodes] = {}
        for name, shown in self.categories.items():
            own = weights[position : position + len(shown.shares)]
            position += len(shown.shares)
            centre = float(own @ shown.shares)
            intercept += centre
            gap = float(own[-1]) - centre if shown.has_gaps else 0.0
            told = {level: float(weight) - centre for level, weight in zip(shown.levels, own, strict=False)}
            categories[name] = LevelCodes(told, gap, -centre)
        return LogisticModel(intercept, numbers, categories)


def design_of(matrix: FeatureMatrix, weight: FloatArray) -> Design:
    """The design of training rows.

    Parameters
    ----------
    matrix : n rows.
    weight : n, as `row_weights`: a level is common from 5 leads on.
    """
    columns: list[FloatArray] = []
    scales: list[_Scale] = []
    for position, name in enumerate(matrix.names):
        values = _without_never(name, matrix.values[:, position])
        scale = _scale_of(values)
        scales.append(scale)
        gaps = np.isnan(values)
        shown = (_bounded(values, scale.low, scale.high, is_log=scale.is_log) - scale.mean) / scale.deviation
        columns.append(np.where(gaps, 0.0, shown))
        if scale.gap_share:
            columns.append(gaps.astype(np.float64))
    categories: dict[str, _Indicators] = {}
    for name, column in matrix.categories.items():
        categories[name], indicators = _indicators_of(column, weight)
        columns += indicators
    columns.append(np.ones(len(matrix)))
    return Design(np.column_stack(columns), matrix.names, tuple(scales), categories)


def _indicators_of(column: TextColumn, weight: FloatArray) -> tuple[_Indicators, list[FloatArray]]:
    leads_of = np.bincount(column.codes + 1, weights=weight, minlength=len(column.levels) + 1)
    common = [i for i in range(len(column.levels)) if leads_of[i + 1] > MIN_LEVEL_LEADS - 0.5]
    has_gaps = bool(leads_of[0] > MIN_LEVEL_LEADS - 0.5)
    indicators = [(column.codes == code).astype(np.float64) for code in (*common, *([-1] if has_gaps else []))]
    shares = np.array([float(indicator.mean()) for indicator in indicators])
    return _Indicators(tuple(column.levels[i] for i in common), shares, has_gaps), indicators


def fit_logistic(
    matrix: FeatureMatrix, won: BoolArray, offset: FloatArray, weight: FloatArray, *, penalty: float
) -> LogisticModel:
    """The model that, added to the offset, makes the outcomes of n rows likeliest under a penalty."""
    design = design_of(matrix, weight)
    return design.model(fit_weights(design.x, won, offset, penalty=penalty))


def fit_weights(
    x: FloatArray, won: BoolArray, offset: FloatArray, *, penalty: float, start: FloatArray | None = None
) -> FloatArray:
    """The k weights that minimise ``sum of losses + penalty / 2 * |weights|^2``; the last one goes free.

    Newton's method with step halving; the objective is convex, so the answer does not depend on `start`
    beyond the tolerance.
    """
    ridge = np.full(x.shape[1], penalty)
    ridge[-1] = 1e-6
    weights = np.zeros(x.shape[1]) if start is None else start.copy()
    margin = offset + x @ weights
    objective = _objective(margin, won, weights, ridge)
    for _ in range(_MAX_STEPS):
        probability = expit(margin)
        gradient = x.T @ (probability - won) + ridge * weights
        curvature = x.T @ (x * np.maximum(probability * (1 - probability), 1e-9)[:, None])
        curvature[np.diag_indices_from(curvature)] += ridge
        step = cho_solve(cho_factor(curvature), gradient)
        for _halving in range(20):
            tried = weights - step
            margin = offset + x @ tried
            found = _objective(margin, won, tried, ridge)
            if found <= objective:
                break
            step = step / 2
        gain, weights, objective = objective - found, tried, found
        if gain <= _TOLERANCE * len(x):
            break
    return weights


def _objective(margin: FloatArray, won: BoolArray, weights: FloatArray, ridge: FloatArray) -> float:
    return float(row_losses(margin, won).sum() + 0.5 * (ridge * weights) @ weights)


def _scale_of(values: FloatArray) -> _Scale:
    known = values[~np.isnan(values)]
    if not len(known):
        return _Scale(0.0, 0.0, False, 0.0, 1.0, 0.0)
    low, high = (float(edge) for edge in np.quantile(known, [_TAIL, 1 - _TAIL]))
    if low == high:  # a rare flag is all tail
        low, high = float(known.min()), float(known.max())
    bounded = np.clip(known, low, high)
    is_log = bool(low >= 0 and high - bounded.mean() > _LONG_TAIL_DEVIATIONS * bounded.std() > 0)
    told = _bounded(known, low, high, is_log=is_log)
    gap_share = 1 - len(known) / len(values)
    deviation = float(told.std())
    return _Scale(low, high, is_log, float(told.mean()), deviation if deviation > 0 else 1.0, gap_share)


def _bounded(values: FloatArray, low: float, high: float, *, is_log: bool) -> FloatArray:
    bounded = np.clip(values, low, high)
    return np.log1p(bounded) if is_log else np.asarray(bounded)


def _without_never(name: str, values: FloatArray) -> FloatArray:
    """ "Never" as a gap: its code is far from every real age, which a straight line can not use."""
    return np.where(np.isnan(values) | is_never(name, values), np.nan, values)
