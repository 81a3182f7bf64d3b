"""Fitting a recipe: rules, logistic regression and trees, each on what those before it leave."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from features.build import FeatureMatrix
from features.tables import BoolArray, FloatArray, IntArray
from models.boosting import TreeSettings, fit_trees, mean_of_boosters
from models.encoding import Encoder, encode_cross_fitted, fit_encoder, row_weights
from models.lead_model import ModelSource
from models.log_odds import log_odds_of
from models.logistic import LogisticModel, fit_logistic
from models.prior import Prior, fit_prior
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
class Boost:
    """One booster of a bag.

    Attributes
    ----------
    settings : of its trees, and how many.
    share : how much of logistic regression they start from, where that is part of the recipe.
    """

    settings: TreeSettings
    share: float = 1.0


@dataclass(frozen=True)
class Recipe:
    """What a margin is the sum of.

    Attributes
    ----------
    source : the parts, by name.
    penalty : of logistic regression, where it is one of them.
    boosts : the boosters whose mean is taken, where trees are.
    """

    source: ModelSource
    penalty: float | None = None
    boosts: tuple[Boost, ...] = ()

    @property
    def uses_rules(self) -> bool:
        return self.source.startswith("rules")

    @property
    def share(self) -> float:
        """How much of logistic regression is in the margin: the mean of what its boosters start from."""
        return sum(boost.share for boost in self.boosts) / len(self.boosts) if self.boosts else 1.0


@dataclass(frozen=True)
class FittedMargin:
    """The parts of a margin, fitted on the same rows."""

    prior: Prior
    encoder: Encoder
    logistic: LogisticModel | None = None
    booster: "lgb.Booster | None" = field(default=None, compare=False)


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
