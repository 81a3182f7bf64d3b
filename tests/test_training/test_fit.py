"""Fitting a recipe: each part on what those before it leave, on all rows it is given."""

from dataclasses import replace

import numpy as np
import pytest

from features.crm import Crm
from models.boosting import TreeSettings, tree_margin
from models.log_odds import row_losses
from models.recipe import Boost, Recipe
from models.rules import load_starter
from tests.company import request_for
from training.fit import FittedMargin, TrainingSet, base_of, fit_margin, prior_of
from training.history import build_history

RULES = load_starter()
TREES = (Boost(TreeSettings(rounds=50)),)


@pytest.fixture(scope="module")
def data(crm: Crm) -> TrainingSet:
    return build_history(crm, request_for(crm), RULES).data


def loss_of(fitted: FittedMargin, data: TrainingSet) -> float:
    return float(row_losses(fitted.margin(data.matrix, data.points), data.won).mean())


def test_every_part_lowers_the_loss_that_those_before_it_leave(data: TrainingSet) -> None:
    recipes = (
        Recipe("base_rate"),
        Recipe("rules"),
        Recipe("rules_logistic_trees", penalty=30.0),
        Recipe("rules_logistic_trees", penalty=30.0, boosts=TREES),
    )

    losses = [loss_of(fit_margin(data, RULES, recipe, seed=0), data) for recipe in recipes]

    assert losses == sorted(losses, reverse=True)
    assert len(set(losses)) == len(losses)


def test_a_share_of_logistic_regression_adds_that_share_to_the_margin(data: TrainingSet) -> None:
    recipe = Recipe("rules_logistic_trees", penalty=30.0, boosts=TREES)
    mixed = replace(recipe, boosts=(*TREES, Boost(TreeSettings(rounds=50), share=0.0)))
    whole, half = (fit_margin(data, RULES, one, seed=0).logistic for one in (recipe, mixed))

    assert whole is not None
    assert half is not None
    assert np.allclose(half.margin(data.matrix), whole.margin(data.matrix) / 2)


def test_recipes_without_rules_do_not_read_the_points(data: TrainingSet) -> None:
    assert fit_margin(data, RULES, Recipe("trees", boosts=TREES), seed=0).prior.per_point == 0.0
    assert fit_margin(data, RULES, Recipe("rules_trees", boosts=TREES), seed=0).prior.per_point > 0.0


def test_the_base_is_the_share_of_wins_and_finite_without_any(data: TrainingSet) -> None:
    lost = data.take(np.flatnonzero(~data.won))

    assert base_of(data).intercept == pytest.approx(np.log((data.won.sum() + 0.5) / ((~data.won).sum() + 0.5)))
    assert np.isfinite(base_of(lost).intercept)


def test_a_bag_scores_the_mean_of_its_boosters(data: TrainingSet) -> None:
    boosts = (*TREES, Boost(TreeSettings(rounds=30, num_leaves=4)))
    alone = [fit_margin(data, RULES, Recipe("trees", boosts=(boost,)), seed=0) for boost in boosts]
    bag = fit_margin(data, RULES, Recipe("trees", boosts=boosts), seed=0)

    values = bag.encoder.encode(data.matrix)
    margins = [tree_margin(one.booster, values) for one in alone if one.booster is not None]
    assert bag.booster is not None
    assert bag.booster.num_trees() == 80
    assert np.allclose(tree_margin(bag.booster, values), np.mean(margins, axis=0), atol=1e-12)


def test_the_fit_on_everything_is_on_everything(data: TrainingSet) -> None:
    """LightGBM's bagging takes each row with a chance of four fifths."""
    booster = fit_margin(data, RULES, Recipe("trees", boosts=TREES), seed=0).booster
    assert booster is not None

    counts = [tree["tree_structure"]["internal_count"] for tree in booster.dump_model()["tree_info"]]
    assert np.mean(counts) == pytest.approx(0.8 * len(data), rel=0.02)


def test_both_folds_are_about_as_large(data: TrainingSet) -> None:
    assert np.bincount(data.fold) / len(data) == pytest.approx([0.5, 0.5], abs=0.1)


def test_the_prior_counts_leads_not_snapshots(data: TrainingSet) -> None:
    doubled = data.take(np.repeat(np.arange(len(data)), 2))

    assert prior_of(doubled, RULES).intercept == pytest.approx(prior_of(data, RULES).intercept, abs=1e-5)


def test_fitting_again_gives_the_same_and_changes_nothing(data: TrainingSet) -> None:
    values, points = data.matrix.values.tobytes(), data.points.tobytes()
    recipe = Recipe("rules_logistic_trees", penalty=10.0, boosts=(Boost(TreeSettings(rounds=5)),))

    fitted = [fit_margin(data, RULES, recipe, seed=0) for _ in range(2)]

    assert fitted[0] == fitted[1]
    texts = [one.booster.model_to_string() for one in fitted if one.booster is not None]
    assert texts[0] == texts[1]
    assert (data.matrix.values.tobytes(), data.points.tobytes()) == (values, points)
