"""Bulk contributions: LightGBM's own numbers for every row, however many there are and however they are cut."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import lightgbm as lgb
import numpy as np
import pytest

from features.snapshots import snapshots_at
from features.tables import FloatArray
from models import boosting
from models.boosting import TreeSettings, fit_trees, tree_contributions, tree_margin
from models.bulk_shap import WayTables
from models.explanation import check_sum
from models.lead_model import LeadModel
from models.scoring import Scores, score_leads
from models.tree_ways import UnusualTrees, leaf_groups
from tests.company import NOW, small_crm

DEEP = TreeSettings(rounds=12, num_leaves=63, min_data_in_leaf=5)


def rows(n: int, *, seed: int = 0, n_features: int = 12) -> FloatArray:
    """Numbers, small whole numbers with zeros, and gaps in every third column."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n, n_features))
    values[:, 1::3] = rng.poisson(1.0, size=values[:, 1::3].shape)
    values[:, ::3][rng.random(values[:, ::3].shape) < 0.2] = np.nan
    return values


def trees(settings: TreeSettings = DEEP, *, n: int = 1_500) -> lgb.Booster:
    values = rows(n)
    signal = np.nan_to_num(values[:, 0]) + values[:, 1] * values[:, 2] - np.isnan(values[:, 3])
    won = signal + np.random.default_rng(1).normal(size=n) > 0
    return fit_trees(values, won, np.zeros(n), settings, seed=0)


def by_lightgbm(booster: lgb.Booster, values: FloatArray) -> FloatArray:
    return np.asarray(booster.predict(values, pred_contrib=True))[:, :-1]


@pytest.mark.parametrize("settings", [DEEP, TreeSettings(rounds=25), TreeSettings(rounds=3, num_leaves=2)])
def test_rows_get_what_lightgbm_gives_them(settings: TreeSettings) -> None:
    booster, values = trees(settings), rows(700, seed=2)

    found = WayTables(booster).contributions(values)

    assert np.abs(found - by_lightgbm(booster, values)).max() < 1e-13


def test_large_trees_are_cut_into_several_groups() -> None:
    groups = leaf_groups(trees())

    assert len({group.tree for group in groups}) < len(groups)
    assert max(group.n_ways for group in groups) <= 3**8


def test_values_at_a_cut_gaps_zeros_and_infinities_go_as_in_lightgbm() -> None:
    booster = trees()
    cuts = {feature: cut for group in leaf_groups(booster) for feature, (cut, *_) in group.cuts.items()}
    values = rows(400, seed=3)
    for row, (feature, cut) in enumerate(cuts.items()):
        values[4 * row : 4 * row + 4, feature] = [cut, np.nextafter(cut, np.inf), np.nextafter(cut, -np.inf), np.nan]
    values[200:300, ::2] = 0.0
    values[300:320], values[320:340], values[340:360], values[360:380] = np.inf, -np.inf, 1e-36, -0.0

    found = WayTables(booster).contributions(values)

    assert np.abs(found - by_lightgbm(booster, values)).max() < 1e-13


def test_an_unexpected_gap_counts_as_zero_as_in_lightgbm() -> None:
    rng = np.random.default_rng(0)
    known = rng.normal(size=(500, 3))
    booster = fit_trees(known, known[:, 0] > 0.3, np.zeros(500), TreeSettings(rounds=10), seed=0)
    gaps = np.where(rng.random(known.shape) < 0.5, np.nan, known)

    found = WayTables(booster).contributions(gaps)

    assert np.abs(found - by_lightgbm(booster, gaps)).max() < 1e-13
    assert np.array_equal(found, WayTables(booster).contributions(np.nan_to_num(gaps)))


def test_a_rows_answer_depends_on_no_other_row_to_the_last_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    booster, values = trees(), rows(1_000, seed=4)
    whole = WayTables(booster).contributions(values)
    parts, backwards = WayTables(booster), WayTables(booster)

    cut = np.concatenate([parts.contributions(values[start : start + 77]) for start in range(0, 1_000, 77)])
    turned = backwards.contributions(values[::-1])[::-1]
    monkeypatch.setattr("models.bulk_shap._BLOCK_ROWS", 100)
    monkeypatch.setattr("models.bulk_shap._PART_ROWS", 300)
    blocks = WayTables(booster).contributions(values)

    assert all(np.array_equal(whole, other) for other in (cut, turned, blocks))


def test_one_table_serves_several_threads_at_once() -> None:
    booster, values = trees(), rows(900, seed=5)
    shared = WayTables(booster)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda start: shared.contributions(values[start : start + 300]), (0, 300, 600)))

    assert np.array_equal(np.concatenate(found), WayTables(booster).contributions(values))


def test_the_booster_and_the_rows_stay_as_they_are() -> None:
    booster, values = trees(), rows(300)
    text, before = booster.model_to_string(), values.copy()

    WayTables(booster).contributions(values)

    assert booster.model_to_string() == text
    assert np.array_equal(values, before, equal_nan=True)


def test_many_rows_are_looked_up_and_few_are_not_with_the_same_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    booster, values = trees(), rows(500, seed=6)
    expected, few = tree_contributions(booster, values)
    monkeypatch.setattr(boosting, "_by_lightgbm", lambda _, asked: (expected, by_lightgbm(booster, asked[:1])))

    same, many = tree_contributions(booster, values, of_rows=boosting.BULK_ROWS)

    assert same == expected
    assert many.shape == few.shape
    assert np.abs(many - few).max() < 1e-13
    assert np.abs(expected + many.sum(axis=1) - tree_margin(booster, values)).max() < 1e-12


def booster_with(parameters: dict[str, Any], values: FloatArray, **options: Any) -> lgb.Booster:  # LightGBM's own
    data = lgb.Dataset(values, label=values[:, 0] % 2 == 0, **options)
    return lgb.train({"objective": "binary", "verbosity": -1, "min_data_in_leaf": 5, **parameters}, data, 10)


@pytest.mark.parametrize(
    ("parameters", "options"),
    [({"zero_as_missing": True}, {}), ({}, {"categorical_feature": [0]})],
    ids=["zeros are missing", "categories"],
)
def test_trees_of_another_kind_are_left_to_lightgbm(parameters: dict[str, Any], options: dict[str, Any]) -> None:
    values = np.random.default_rng(0).poisson(2.0, size=(400, 3)).astype(np.float64)
    booster = booster_with(parameters, values, **options)

    with pytest.raises(UnusualTrees, match="splits categories, or reads zeros as missing"):
        WayTables(booster)
    _, found = tree_contributions(booster, values, of_rows=boosting.BULK_ROWS)
    assert np.array_equal(found, by_lightgbm(booster, values))


def test_a_leaf_too_deep_is_left_to_lightgbm() -> None:
    values = np.random.default_rng(0).normal(size=(4_000, 40))
    chain = np.cumprod(values > -1.5, axis=1).sum(axis=1)
    data = lgb.Dataset(values, label=chain)
    deep = {"objective": "regression", "num_leaves": 60, "min_data_in_leaf": 1, "verbosity": -1}

    with pytest.raises(UnusualTrees, match="ways to it, at most 65535"):
        WayTables(lgb.train(deep, data, 1))


def test_trees_without_a_split_give_nothing() -> None:
    values = rows(50)
    booster = fit_trees(values, values[:, 1] > 0, np.zeros(50), TreeSettings(rounds=3, min_data_in_leaf=40), seed=0)

    assert not WayTables(booster).contributions(values).any()


def explained(model: LeadModel, *, of_rows: int) -> Scores:
    crm = small_crm(seed=8)
    return score_leads(model, crm.leads, crm.events, snapshots_at(crm.leads, NOW), of_rows=of_rows)


def test_both_ways_give_the_same_reasons_and_summaries(model: LeadModel) -> None:
    few, many = explained(model, of_rows=1), explained(model, of_rows=1_000_000)

    assert few.contributions.values.tobytes() != many.contributions.values.tobytes()
    assert few.summaries == many.summaries
    for one, other in zip(few.reasons, many.reasons, strict=True):
        assert [(r.feature, r.value, r.impact, r.text) for r in one] == [
            (r.feature, r.value, r.impact, r.text) for r in other
        ]
    assert check_sum(many.contributions)
