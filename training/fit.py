"""Fitting a recipe: rules, logistic regression and trees, each on what those before it leave."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from features.build import FeatureMatrix
from features.tables import BoolArray, FloatArray, IntArray
from models.boosting import fit_trees, mean_of_boosters, tree_margin
from models.encoding import Encoder, encode_cross_fitted, fit_encoder, row_weights
from models.log_odds import log_odds_of
from models.logistic import LogisticModel, fit_logistic
from models.prior import Prior, fit_prior
from models.recipe import Recipe
from models.rules import RuleBook

if TYPE_CHECKING:
    import lightgbm as lgb


@dataclass(frozen=True)
class TrainingSet:
    """Ripe snapshots ready to fit on.

    Attributes
    ----------
    matrix : n rows of features.
    points : n rule points.
    won : n bool.
    lead, fold : n int64, the lead of each row, and the cross-fitting fold of its account.
    judging_fold : n int64, finer folds of accounts, for histories too short to judge in time.
    """

    matrix: FeatureMatrix
    points: FloatArray
    won: BoolArray
    lead: IntArray
    fold: IntArray
    judging_fold: IntArray

    def __len__(self) -> int:
        return len(self.won)

    def take(self, rows: IntArray) -> "TrainingSet":
        matrix = FeatureMatrix(
            self.matrix.names,
            self.matrix.values[rows],
            {name: column.take(rows) for name, column in self.matrix.categories.items()},
            self.matrix.snapshots.take(rows),
        )
        return TrainingSet(
            matrix, self.points[rows], self.won[rows], self.lead[rows], self.fold[rows], self.judging_fold[rows]
        )


@dataclass(frozen=True)
class FittedMargin:
    """The parts of a margin, fitted on the same rows."""

    prior: Prior
    encoder: Encoder
    logistic: LogisticModel | None = None
    booster: "lgb.Booster | None" = field(default=None, compare=False)

    def margin(self, matrix: FeatureMatrix, points: FloatArray) -> FloatArray:
        """Log-odds of n rows of features and their rule points, not calibrated."""
        margin = self.prior.margin(points)
        if self.logistic is not None:
            margin = margin + self.logistic.margin(matrix)
        if self.booster is not None:
            margin = margin + tree_margin(self.booster, self.encoder.encode(matrix))
        return margin


def prior_of(data: TrainingSet, rulebook: RuleBook) -> Prior:
    """The prior margin that the points of these rows support."""
    n_leads = max(len(np.unique(data.lead)), 1)
    return fit_prior(
        data.points,
        data.won,
        base=rulebook.odds.base,
        double_every=rulebook.odds.double_every,
        rows_per_lead=max(len(data) / n_leads, 1.0),
    )


def base_of(data: TrainingSet) -> Prior:
    """The base rate alone, whatever the points; Jeffreys' half a win and half a loss keep it finite."""
    return Prior(log_odds_of((data.won.sum() + 0.5) / (len(data) + 1.0)), 0.0)


def fit_margin(data: TrainingSet, rulebook: RuleBook, recipe: Recipe, *, seed: int) -> FittedMargin:
    """Prior, then ridge on what it leaves, then trees on what both leave, categories cross-fitted in groups."""
    weight = row_weights(data.lead)
    prior = prior_of(data, rulebook) if recipe.uses_rules else base_of(data)
    encoder = fit_encoder(data.matrix, data.won, weight)
    margin = prior.margin(data.points)
    logistic, added = None, np.zeros(len(data))
    if recipe.penalty is not None:
        logistic = fit_logistic(data.matrix, data.won, margin, weight, penalty=recipe.penalty)
        added = logistic.margin(data.matrix)
        logistic = logistic.scaled(recipe.share)
    booster = None
    if recipe.boosts:
        values = encode_cross_fitted(encoder, data.matrix, data.won, weight, data.fold)
        booster = mean_of_boosters(
            [
                fit_trees(values, data.won, margin + boost.share * added, boost.settings, seed=seed)
                for boost in recipe.boosts
            ]
        )
    return FittedMargin(prior, encoder, logistic, booster)
