"""Trees on top of a margin: additive in their parts, with exact contributions."""

import numpy as np
import pytest

from features.tables import BoolArray, FloatArray
from models.booster_text import check_booster_text
from models.boosting import TreeSettings, feature_names, fit_trees, load_trees, tree_contributions, tree_margin

SMALL = TreeSettings(rounds=30, min_data_in_leaf=5)


def rows(n: int = 300) -> tuple[FloatArray, BoolArray]:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(n, 4))
    values[rng.random(values.shape) < 0.1] = np.nan
    return values, np.nan_to_num(values[:, 0]) + rng.normal(size=n) > 0


def test_the_margin_by_parts_sums_to_the_whole() -> None:
    values, won = rows()
    booster = fit_trees(values, won, np.zeros(len(won)), SMALL, seed=0)

    parts = [tree_margin(booster, values, first=first, rounds=7) for first in range(0, 30, 7)]

    assert np.allclose(sum(parts), tree_margin(booster, values), atol=1e-12)


@pytest.mark.parametrize("n", [30, 80, 100])
def test_parts_sum_to_the_whole_where_no_more_trees_could_be_grown(n: int) -> None:
    """Leaves of 40 rows: 30 rows bear no split at all, and bags of 100 rows not always one."""
    values, won = rows(n)
    booster = fit_trees(values, won, np.full(n, -1.0), TreeSettings(rounds=60), seed=0)

    parts = [tree_margin(booster, values, first=first, rounds=25) for first in range(0, 600, 25)]

    assert booster.num_trees() < 60
    assert np.allclose(sum(parts), tree_margin(booster, values), atol=1e-12)


def test_contributions_sum_to_the_margin() -> None:
    values, won = rows()
    booster = fit_trees(values, won, np.zeros(len(won)), SMALL, seed=0)

    expected, contributions = tree_contributions(booster, values)

    assert np.allclose(expected + contributions.sum(axis=1), tree_margin(booster, values), atol=1e-12)


def test_contributions_are_those_of_the_shap_library() -> None:
    shap = pytest.importorskip("shap")
    values, won = rows()
    booster = fit_trees(values, won, np.zeros(len(won)), SMALL, seed=0)

    explainer = shap.TreeExplainer(booster)
    explainer.model.model_type = "internal"  # shap's own algorithm; it would ask LightGBM otherwise

    expected, contributions = tree_contributions(booster, values)

    assert np.allclose(contributions, explainer.shap_values(values, check_additivity=False), atol=1e-12)
    assert expected == pytest.approx(float(explainer.expected_value[0]), abs=1e-6)


def test_trees_learn_only_what_the_margin_leaves() -> None:
    values, won = rows()
    knows_all = np.where(won, 15.0, -15.0)

    booster = fit_trees(values, won, knows_all, SMALL, seed=0)

    assert np.abs(tree_margin(booster, values)).max() < 1e-3


def test_a_row_scores_alike_alone_and_among_others() -> None:
    values, won = rows()
    booster = fit_trees(values, won, np.zeros(len(won)), SMALL, seed=0)

    alone = [tree_margin(booster, values[[row]])[0] for row in range(50)]

    assert np.array_equal(alone, tree_margin(booster, values)[:50])


def test_the_text_passes_our_check_and_scores_the_same_to_the_last_bit() -> None:
    values, won = rows()
    booster = fit_trees(values, won, np.zeros(len(won)), SMALL, seed=0)
    text = booster.model_to_string()

    check_booster_text(text, feature_names=feature_names(4))

    assert np.array_equal(tree_margin(load_trees(text), values), tree_margin(booster, values))


def test_the_same_rows_and_seed_give_the_same_text_and_another_seed_another() -> None:
    values, won = rows()

    texts = [fit_trees(values, won, np.zeros(len(won)), SMALL, seed=seed).model_to_string() for seed in (0, 0, 1)]

    assert texts[0] == texts[1] != texts[2]


def test_no_rows_have_no_margins() -> None:
    values, won = rows()
    booster = fit_trees(values, won, np.zeros(len(won)), SMALL, seed=0)

    assert tree_margin(booster, values[:0]).shape == (0,)
    assert tree_contributions(booster, values[:0])[1].shape == (0, 4)
