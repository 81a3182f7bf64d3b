"""Would more deals help? The loss on the newest leads of fits on more and more of those before."""

from dataclasses import dataclass, replace

import numpy as np

from features.tables import FloatArray, IntArray
from models.boosting import TreeSettings
from models.log_odds import row_losses
from models.recipe import Boost, Recipe
from models.rules import RuleBook
from training.fit import TrainingSet, fit_margin
from training.judging import thinned
from training.split import Split, is_enough

#: Each size is half of the next.
_N_SIZES = 5
#: What a picture may cost: cells of the largest fit, its trees, rows that judge.
_MOST_CELLS, _MOST_ROWS = 600_000, 20_000
_MOST_ROUNDS = 120
_MOST_JUDGED = 8_000
_MOST_LEARNING_RATE = 0.3
#: The normal quantile at 95%.
_Z = 1.645


@dataclass(frozen=True)
class LearningPoint:
    """One fit of the curve.

    Attributes
    ----------
    n_leads, n_won : leads it was fitted on, and those of them that were won.
    log_loss : of the rows that judge, in nats; `low` and `high` its 90% interval, rows of one lead being no news
        to each other.
    gain : how much lower the loss is than with half of the leads; 0 for the first.
    gain_error : one standard error of it, by lead.
    """

    n_leads: int
    n_won: int
    log_loss: float
    low: float
    high: float
    gain: float
    gain_error: float

    @property
    def is_gain_certain(self) -> bool:
        """Whether doubling helped by more than chance would."""
        return self.gain > _Z * self.gain_error

    @property
    def most_gain(self) -> float:
        """The upper end of the 90% interval of what doubling brought."""
        return self.gain + _Z * self.gain_error


def learning_curve(
    data: TrainingSet, split: Split, recipe: Recipe, rulebook: RuleBook, *, seed: int
) -> tuple[LearningPoint, ...]:
    """The recipe fitted anew on ever more leads of the last block, judged on its rows; empty where nothing is learned.

    The leads of a size are drawn at random and are those of the next size too. Trees are fewer and their steps larger
    than those that ship: the curve tells what more leads bring, not how good the model is.
    """
    block = split.blocks[-1]
    n_columns = data.matrix.values.shape[1] + len(data.matrix.categories)
    most = min(_MOST_CELLS // max(n_columns, 1), _MOST_ROWS)
    rows, test = thinned(block.train, data.lead, most=most), thinned(block.test, data.lead, most=_MOST_JUDGED)
    judged = data.take(test)
    sizes = _sizes(data, rows, seed)
    points: list[LearningPoint] = []
    before: FloatArray | None = None
    for part in sizes:
        train = data.take(part)
        quick = _quick(recipe).for_rows(len(part), of=len(sizes[-1]))
        fitted = fit_margin(train, rulebook, quick, seed=seed)
        loss = row_losses(fitted.margin(judged.matrix, judged.points), judged.won)
        points.append(_point(train, judged.lead, loss, before))
        before = loss
    return tuple(points)


def _sizes(data: TrainingSet, rows: IntArray, seed: int) -> list[IntArray]:
    """Rows of ever twice as many leads, as far as both outcomes are among them."""
    leads = np.random.default_rng(seed).permutation(np.unique(data.lead[rows]))
    parts = [rows[np.isin(data.lead[rows], leads[: len(leads) >> k])] for k in reversed(range(_N_SIZES))]
    return [part for part in parts if is_enough(data.won[part], data.lead[part])]


def _quick(recipe: Recipe) -> Recipe:
    """The recipe with one booster of few trees."""
    return replace(recipe, boosts=tuple(Boost(_few(one.settings), one.share) for one in recipe.boosts[:1]))


def _few(settings: TreeSettings) -> TreeSettings:
    """Fewer trees that go as far: the steps are larger by as much."""
    rounds = min(settings.rounds, _MOST_ROUNDS)
    rate = settings.learning_rate * settings.rounds / max(rounds, 1)
    return replace(settings, learning_rate=min(rate, _MOST_LEARNING_RATE), rounds=rounds)


def _point(train: TrainingSet, lead: IntArray, loss: FloatArray, before: FloatArray | None) -> LearningPoint:
    mean, error = mean_by_lead(loss, lead)
    gain, gain_error = (0.0, 0.0) if before is None else mean_by_lead(before - loss, lead)
    return LearningPoint(
        n_leads=len(np.unique(train.lead)),
        n_won=len(np.unique(train.lead[train.won])),
        log_loss=mean,
        low=mean - _Z * error,
        high=mean + _Z * error,
        gain=gain,
        gain_error=gain_error,
    )


def mean_by_lead(values: FloatArray, lead: IntArray) -> tuple[float, float]:
    """The mean of rows, and its standard error where the rows of a lead are no news to each other.

    >>> mean_by_lead(np.array([1.0, 1.0, 3.0, 3.0]), np.array([0, 0, 1, 1]))
    (2.0, 0.7071067811865476)
    """
    _, position = np.unique(lead, return_inverse=True)
    mean = float(values.mean())
    of_leads = np.bincount(position, weights=values - mean)
    return mean, float(np.sqrt((of_leads**2).sum()) / len(values))
