"""Would more deals help? The same recipe on more and more leads."""

from itertools import pairwise

import numpy as np

from features.build import FeatureMatrix
from features.snapshots import Snapshots
from models.boosting import TreeSettings
from models.recipe import Boost, Recipe
from models.rules import load_starter
from training.fit import TrainingSet
from training.learning_curve import learning_curve, mean_by_lead
from training.split import Block, Split

RULES = load_starter()
TREES = Recipe("trees", boosts=(Boost(TreeSettings(rounds=60, learning_rate=0.1, min_data_in_leaf=5)),))


def leads(n: int, *, signal: float) -> TrainingSet:
    """Ten numbers a lead, which say as much of the outcome as the signal is strong."""
    rng = np.random.default_rng(0)
    values = rng.normal(0, 1, (n, 10))
    won = rng.random(n) < 1 / (1 + np.exp(-signal * values.sum(axis=1)))
    lead = np.arange(n)
    matrix = FeatureMatrix(tuple(f"x{i}" for i in range(10)), values, {}, Snapshots(lead, lead))
    return TrainingSet(matrix, np.zeros(n), won, lead, lead % 2, lead % 5)


def split_of(n: int) -> Split:
    half = n // 2
    return Split((Block(np.arange(half), np.arange(half, n)),), True)


def test_every_size_doubles_and_deals_help_where_there_is_much_to_learn() -> None:
    points = learning_curve(leads(4000, signal=0.7), split_of(4000), TREES, RULES, seed=0)

    assert [point.n_leads for point in points] == [125, 250, 500, 1000, 2000]
    assert all(a.log_loss > b.log_loss for a, b in pairwise(points))
    assert points[-1].is_gain_certain


def test_no_gain_is_certain_where_there_is_nothing_to_learn() -> None:
    points = learning_curve(leads(1000, signal=0.0), split_of(1000), Recipe("base_rate"), RULES, seed=0)

    assert not points[-1].is_gain_certain


def test_sizes_without_enough_of_both_outcomes_are_left_out() -> None:
    points = learning_curve(leads(200, signal=0.7), split_of(200), TREES, RULES, seed=0)

    assert points
    assert min(point.n_won for point in points) >= 20


def test_the_same_seed_gives_the_same_curve() -> None:
    data = leads(400, signal=0.7)

    assert learning_curve(data, split_of(400), TREES, RULES, seed=1) == learning_curve(
        data, split_of(400), TREES, RULES, seed=1
    )


def test_rows_of_one_lead_make_the_error_no_smaller() -> None:
    one = mean_by_lead(np.array([0.0, 1.0]), np.array([0, 1]))
    ten = mean_by_lead(np.repeat([0.0, 1.0], 10), np.repeat([0, 1], 10))

    assert one == ten
