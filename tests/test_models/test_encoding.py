"""Encoding: categories as shrunk log-odds, cross-fitted so that no lead meets its own outcome; gaps by medians."""

from dataclasses import dataclass

import numpy as np
import pytest

from features.build import FeatureMatrix
from features.snapshots import Snapshots
from features.tables import BoolArray, FloatArray, IntArray, LeadArrays, TextColumn
from models.boosting import TreeSettings, fit_trees, tree_margin
from models.encoding import (
    Encoder,
    LevelCodes,
    encode_cross_fitted,
    fit_encoder,
    fit_levels,
    fold_of_groups,
    row_weights,
    smoothing_leads,
)
from models.log_odds import log_odds_of, probability_of, row_losses

N_LEADS, SNAPSHOTS_EACH, N_TRAIN = 1_000, 6, 600


def matrix_of(values: FloatArray, **categories: TextColumn) -> FeatureMatrix:
    rows = np.arange(len(values))
    names = tuple(f"x{i}" for i in range(values.shape[1]))
    return FeatureMatrix(names, values, categories, Snapshots(rows, rows))


@dataclass(frozen=True)
class Noisy:
    """1,000 leads in the order of time, six snapshots each; one real feature, and a category of noise or none."""

    matrix: FeatureMatrix
    won: BoolArray
    lead: IntArray

    @classmethod
    def of(cls, leads_per_level: int | None) -> "Noisy":
        rng = np.random.default_rng(7)
        interest = rng.normal(size=N_LEADS)
        won = rng.random(N_LEADS) < probability_of(1.5 * interest - 0.5)
        lead = np.repeat(np.arange(N_LEADS), SNAPSHOTS_EACH)
        values = (interest[lead] + 0.3 * rng.normal(size=len(lead)))[:, None]
        if leads_per_level is None:
            return cls(matrix_of(values), won[lead], lead)
        level = rng.permutation(N_LEADS) // leads_per_level
        return cls(matrix_of(values, noise=TextColumn.of(f"level {level[i]}" for i in lead)), won[lead], lead)

    def rows(self, train: bool) -> IntArray:
        return np.flatnonzero((self.lead < N_TRAIN) == train)

    def loss_on_later_leads(self, *, is_grouped: bool = True) -> float:
        """Log loss on the last 400 leads; ungrouped, each snapshot is a lead of its own, apart from its siblings."""
        train, test = self.rows(True), self.rows(False)
        matrix, won, lead = part_of(self.matrix, train), self.won[train], self.lead[train]
        fold, weight = lead % 2, row_weights(lead)
        if not is_grouped:
            fold, weight = np.arange(len(lead)) % SNAPSHOTS_EACH, np.ones(len(lead))
        encoder = fit_encoder(matrix, won, weight)
        values = encode_cross_fitted(encoder, matrix, won, weight, fold)
        booster = fit_trees(values, won, np.zeros(len(won)), TreeSettings(), seed=0)
        margin = tree_margin(booster, encoder.encode(part_of(self.matrix, test)))
        return float(row_losses(margin, self.won[test]).mean())


def part_of(matrix: FeatureMatrix, rows: IntArray) -> FeatureMatrix:
    categories = {name: column.take(rows) for name, column in matrix.categories.items()}
    return FeatureMatrix(matrix.names, matrix.values[rows], categories, matrix.snapshots.take(rows))


@pytest.fixture(scope="module")
def loss_without() -> float:
    return Noisy.of(None).loss_on_later_leads()


@pytest.mark.parametrize(("leads_per_level", "harm"), [(1, 1.0), (6, 0.3)])
def test_a_value_for_each_lead_costs_nothing_in_grouped_folds_and_very_much_in_others(
    leads_per_level: int, harm: float, loss_without: float
) -> None:
    noisy = Noisy.of(leads_per_level)

    assert abs(noisy.loss_on_later_leads() - loss_without) < 0.02
    assert noisy.loss_on_later_leads(is_grouped=False) - loss_without > harm


@pytest.mark.parametrize("leads_per_level", [5, 20, 50])
def test_a_random_category_costs_nothing_on_later_leads(leads_per_level: int, loss_without: float) -> None:
    assert abs(Noisy.of(leads_per_level).loss_on_later_leads() - loss_without) < 0.02


def test_no_outcome_of_a_group_moves_the_codes_of_its_own_rows() -> None:
    noisy = Noisy.of(20)
    fold, weight = noisy.lead % 2, row_weights(noisy.lead)
    flipped = np.where(noisy.lead == 8, ~noisy.won, noisy.won)
    encoder = fit_encoder(noisy.matrix, noisy.won, weight)

    before = encode_cross_fitted(encoder, noisy.matrix, noisy.won, weight, fold)
    after = encode_cross_fitted(encoder, noisy.matrix, flipped, weight, fold)

    same_fold = fold == 0
    assert np.array_equal(before[same_fold], after[same_fold])
    assert not np.array_equal(before[~same_fold], after[~same_fold])


def test_a_level_of_five_hundred_leads_takes_its_serving_code() -> None:
    column = TextColumn.of(["a"] * 500 + ["b"] * 499)
    matrix, won = matrix_of(np.zeros((999, 1)), city=column), np.arange(999) % 3 == 0
    encoder = fit_encoder(matrix, won, np.ones(999))

    trained = encode_cross_fitted(encoder, matrix, won, np.ones(999), np.arange(999) % 2)[:, 1]

    assert set(trained[:500]) == {encoder.categories["city"].levels["a"]}
    assert encoder.categories["city"].levels["b"] not in trained[500:]


def test_a_level_is_mixed_with_its_smoothing_in_leads() -> None:
    """One level only: nothing tells levels apart, so 2 leads at the base rate (3.5 of 7) join its 3 won of 6."""
    won = np.array([True, True, True, False, False, False])

    codes = fit_levels(TextColumn.of(["a"] * 6), won, np.ones(6))

    assert codes.unseen == pytest.approx(0.0)
    assert codes.levels["a"] == pytest.approx(log_odds_of((3 + 2 * 0.5) / (6 + 2)))


def test_levels_that_differ_by_chance_alone_shrink_to_the_base_rate() -> None:
    assert smoothing_leads(np.array([40.0, 60.0]), np.array([20.0, 30.0]), 0.5) == 1e6


def test_smoothing_by_hand() -> None:
    """Shares .2 and .8 of 100 leads each: spread 200 * .09 / .25 = 72, beyond (72 - 1) / 100 * .25 = .1775."""
    leads_of = np.array([100.0, 100.0])

    assert smoothing_leads(leads_of, np.array([20.0, 80.0]), 0.5) == 2.0
    assert smoothing_leads(leads_of, np.array([40.0, 60.0]), 0.5) == pytest.approx(0.25 / ((8 - 1) / 100 * 0.25))


def test_unseen_and_rare_levels_get_the_base_rate() -> None:
    column = TextColumn.of(["often"] * 6 + ["rare"] * 4)
    codes = fit_levels(column, np.arange(10) % 2 == 0, np.ones(10))

    encoded = codes.encode(TextColumn.of(["rare", "new", "often", None]))

    assert list(codes.levels) == ["often"]
    assert encoded.tolist() == [codes.unseen, codes.unseen, codes.levels["often"], codes.missing]


def test_rare_gaps_get_the_base_rate_and_common_ones_a_code_of_their_own() -> None:
    won = np.array([True] * 5 + [False] * 10)
    rare = fit_levels(TextColumn.of([*["a"] * 11, *[None] * 4]), won, np.ones(15))
    common = fit_levels(TextColumn.of([*[None] * 5, *["a"] * 10]), won, np.ones(15))

    assert rare.missing == rare.unseen
    assert common.missing > common.unseen


@pytest.mark.parametrize("snapshots", range(1, 13))
def test_five_leads_are_five_however_many_snapshots_each_has(snapshots: int) -> None:
    lead = np.repeat(np.arange(5), snapshots)

    codes = fit_levels(TextColumn.of(["a"] * len(lead)), lead < 2, row_weights(lead))

    assert list(codes.levels) == ["a"]


def test_an_unexpected_gap_gets_the_median_and_an_expected_one_stays() -> None:
    trained = matrix_of(np.array([[1.0, np.nan], [2.0, 5.0], [9.0, 6.0]]))
    encoder = fit_encoder(trained, np.array([True, False, True]), np.ones(3))

    encoded = encoder.encode(matrix_of(np.array([[np.nan, np.nan]])))

    assert encoder.fills == {"x0": 2.0}
    assert encoded[0, 0] == 2.0
    assert np.isnan(encoded[0, 1])


def test_encoding_does_not_change_the_matrix() -> None:
    matrix = matrix_of(np.array([[np.nan]]))

    Encoder({}, {"x0": 1.0}).encode(matrix)

    assert np.isnan(matrix.values[0, 0])


def test_a_row_is_encoded_alike_alone_and_among_others() -> None:
    noisy = Noisy.of(20)
    encoder = fit_encoder(noisy.matrix, noisy.won, row_weights(noisy.lead))

    together = encoder.encode(noisy.matrix)
    alone = [encoder.encode(part_of(noisy.matrix, np.array([row])))[0] for row in range(20)]

    assert np.array_equal(together[:20], alone)


def test_the_columns_are_the_features_then_the_categories() -> None:
    codes = LevelCodes({}, 0.0, 0.0)

    assert Encoder({"city": codes}, {}).names(("size", "age")) == ("size", "age", "city")


def test_nothing_to_learn_from_encodes_everything_alike() -> None:
    nothing = matrix_of(np.zeros((0, 1)), city=TextColumn.of([]))
    encoder = fit_encoder(nothing, np.zeros(0, dtype=bool), np.zeros(0))

    assert encoder.categories["city"].encode(TextColumn.of(["a", None])).tolist() == [0.0, 0.0]


def test_the_snapshots_of_a_lead_weigh_one_lead_together() -> None:
    assert row_weights(np.array([0, 0, 1, 2, 2, 2, 2])).tolist() == [0.5, 0.5, 1.0, 0.25, 0.25, 0.25, 0.25]


def test_leads_of_an_account_share_a_fold_wherever_they_stand() -> None:
    accounts = ["acme" if i % 4 == 0 else None for i in range(40)]
    leads = LeadArrays(tuple(f"l{i}" for i in range(40)), None, TextColumn.of(accounts), {})

    fold = fold_of_groups(leads, seed=0)
    turned = fold_of_groups(leads.take(np.arange(40)[::-1]), seed=0)

    assert len(set(fold[::4])) == 1
    assert set(fold) == {0, 1}
    assert np.array_equal(fold, turned[::-1])
    assert not np.array_equal(fold, fold_of_groups(leads, seed=1))
