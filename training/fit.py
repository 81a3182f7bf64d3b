"""Fitting: rounds and calibration by out-of-time blocks, then everything refitted on all ripe snapshots."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from features.build import FeatureMatrix
from features.tables import BoolArray, FloatArray, IntArray
from models.boosting import LEAVES_IN_ALL, TreeSettings, fit_trees, tree_margin
from models.calibration import Calibrator, JudgedBlock, choose_calibrator
from models.encoding import Encoder, encode_cross_fitted, fit_encoder, row_weights
from models.log_odds import log_odds_of
from models.prior import Prior, fit_prior
from models.rules import RuleBook
from training.split import Split

if TYPE_CHECKING:
    import lightgbm as lgb

ROUNDS_STEP = 25
MAX_ROUNDS = 600


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
    """Prior, encoder and booster, fitted on the same rows."""

    prior: Prior
    encoder: Encoder
    booster: "lgb.Booster"


@dataclass(frozen=True)
class Judged:
    """What the blocks said of rows that were not fitted on, block after block.

    Attributes
    ----------
    margin : of rules and trees at the chosen rounds.
    rules_margin, base_margin : of the prior alone, and of the base rate alone.
    won, lead, row : the outcome, the lead and the row in the training set.
    block : which block.
    rounds : the number of trees for the fit on everything.
    """

    margin: FloatArray
    rules_margin: FloatArray
    base_margin: FloatArray
    won: BoolArray
    lead: IntArray
    row: IntArray
    block: IntArray
    rounds: int

    def blocks(self) -> list[JudgedBlock]:
        """The judged rows by block, for the calibrator."""
        out = []
        for k in np.unique(self.block):
            inside = self.block == k
            won, lead = self.won[inside], self.lead[inside]
            out.append(JudgedBlock(self.margin[inside], won, len(np.unique(lead[won]))))
        return out


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


def fit_margin(data: TrainingSet, rulebook: RuleBook, settings: TreeSettings, *, seed: int) -> FittedMargin:
    """Prior, then categories cross-fitted in grouped folds, then trees on what the prior leaves."""
    prior = prior_of(data, rulebook)
    weight = row_weights(data.lead)
    encoder = fit_encoder(data.matrix, data.won, weight)
    values = encode_cross_fitted(encoder, data.matrix, data.won, weight, data.fold)
    booster = fit_trees(values, data.won, prior.margin(data.points), settings, seed=seed)
    return FittedMargin(prior, encoder, booster)


def judge(data: TrainingSet, split: Split, rulebook: RuleBook, settings: TreeSettings, *, seed: int) -> Judged:
    """Fit every block, choose the number of trees that serves all of them best, keep its predictions."""
    curves, rest = [], []
    for k, block in enumerate(split.blocks):
        train, test = data.take(block.train), data.take(block.test)
        curve, prior_margin = _staged_margins(train, test, rulebook, settings, seed)
        curves.append(curve)
        base = log_odds_of((train.won.sum() + 0.5) / (len(train) + 1.0))
        rest.append((prior_margin, np.full(len(test), base), test.won, test.lead, block.test, np.full(len(test), k)))
    columns = [np.concatenate(column) for column in zip(*rest, strict=True)]
    rules_margin, base_margin, won, lead, row, block_of = columns
    staged = np.concatenate(curves, axis=1)
    losses = (np.logaddexp(0.0, staged) - won * staged).mean(axis=1)
    best = int(np.argmin(losses))
    mean_train = float(np.mean([len(block.train) for block in split.blocks]))
    rounds = rounds_for(len(data), fitted_rows=mean_train, best_rounds=(best + 1) * ROUNDS_STEP)
    most = LEAVES_IN_ALL // settings.num_leaves
    return Judged(staged[best], rules_margin, base_margin, won, lead, row, block_of, min(rounds, most))


def rounds_for(n_rows: int, *, fitted_rows: float, best_rounds: int) -> int:
    """The trees that more rows can bear: measured on rolling origins, the best number grows with their root.

    >>> rounds_for(400, fitted_rows=100, best_rounds=50)
    100
    """
    return round(best_rounds * float(np.sqrt(max(n_rows / fitted_rows, 1.0))))


def _staged_margins(
    train: TrainingSet, test: TrainingSet, rulebook: RuleBook, settings: TreeSettings, seed: int
) -> tuple[FloatArray, FloatArray]:
    """The test rows' margins after every 25 trees, (stages, n), and the prior's margin."""
    fitted = fit_margin(train, rulebook, replace(settings, rounds=MAX_ROUNDS), seed=seed)
    values = fitted.encoder.encode(test.matrix)
    start = fitted.prior.margin(test.points)
    steps = [
        tree_margin(fitted.booster, values, first=first, rounds=ROUNDS_STEP)
        for first in range(0, MAX_ROUNDS, ROUNDS_STEP)
    ]
    return start + np.cumsum(steps, axis=0), start


def calibrator_of(judged: Judged, *, is_time_tested: bool) -> Calibrator:
    """Platt's line where it proved itself on the next block; folds are no blocks in time and are pooled by twos."""
    blocks = judged.blocks()
    if not is_time_tested and len(blocks) >= 2:
        half = len(blocks) // 2
        blocks = [_pooled(blocks[:half]), _pooled(blocks[half:])]
    return choose_calibrator(blocks)


def _pooled(blocks: list[JudgedBlock]) -> JudgedBlock:
    return JudgedBlock(
        np.concatenate([block.margin for block in blocks]),
        np.concatenate([block.won for block in blocks]),
        sum(block.n_won_leads for block in blocks),
    )
