"""Metrics, each on rows that can be worked out by hand."""

import numpy as np
import pytest

from models.log_odds import log_odds_of
from training.evaluation import (
    area_under_curve,
    average_precision,
    brier,
    by_points,
    expected_calibration_error,
    gain_at,
    lift_at,
    log_loss,
    metrics_of,
    reliability,
)

LOG_ODDS = np.array([log_odds_of(p) for p in (0.8, 0.6, 0.4, 0.2)])
WON = np.array([True, False, True, False])


def test_the_log_loss_is_the_mean_surprise() -> None:
    assert log_loss(LOG_ODDS, WON) == pytest.approx(-np.log([0.8, 0.4, 0.4, 0.8]).mean())


def test_the_brier_score_is_the_mean_squared_error() -> None:
    assert brier(LOG_ODDS, WON) == pytest.approx((0.04 + 0.36 + 0.36 + 0.04) / 4)


def test_the_calibration_error_weighs_each_bin_by_its_rows() -> None:
    """Bins {.2, .4} with half won and {.6, .8} with half won: |.3 - .5| and |.7 - .5|."""
    assert expected_calibration_error(LOG_ODDS, WON, n_bins=2) == pytest.approx(0.2)


def test_fewer_rows_than_bins_are_a_bin_each() -> None:
    assert expected_calibration_error(LOG_ODDS[:1], WON[:1]) == pytest.approx(0.2)


def test_the_area_under_the_curve_is_the_share_of_pairs_in_order() -> None:
    """Of 2 x 2 pairs the won at .8 beats both lost ones, the won at .4 one."""
    assert area_under_curve(LOG_ODDS, WON) == 0.75


def test_ties_are_half_in_order() -> None:
    assert area_under_curve(np.zeros(4), WON) == 0.5


@pytest.mark.parametrize("won", [[True, True], [False, False]])
def test_one_kind_alone_has_no_order(won: list[bool]) -> None:
    assert np.isnan(area_under_curve(np.zeros(2), np.array(won)))


def test_lift_compares_the_best_with_all() -> None:
    assert lift_at(LOG_ODDS, WON, 0.25) == 2.0
    assert lift_at(LOG_ODDS, WON, 0.5) == 1.0
    assert lift_at(LOG_ODDS, WON, 0.001) == 2.0, "at least one row is called"
    assert np.isnan(lift_at(LOG_ODDS, np.zeros(4, dtype=bool), 0.5))


def test_all_metrics_come_by_name() -> None:
    metrics = metrics_of(LOG_ODDS, WON)

    assert metrics["log_loss"] == log_loss(LOG_ODDS, WON)
    assert (metrics["base_rate"], metrics["n"], metrics["auc"]) == (0.5, 4.0, 0.75)
    named = {"log_loss", "brier", "ece", "auc", "pr_auc", "lift_10", "lift_20", "gain_10", "gain_20", "base_rate", "n"}
    assert set(metrics) == named


def test_the_area_under_precision_and_recall_is_that_of_scikit_learn() -> None:
    from sklearn.metrics import average_precision_score

    rng = np.random.default_rng(2)
    scores, won = rng.normal(0, 1, 200).round(1), rng.random(200) < 0.3

    assert average_precision(scores, won) == pytest.approx(average_precision_score(won, scores))
    assert np.isnan(average_precision(scores, np.zeros(200, dtype=bool)))


def test_a_gain_is_the_lift_times_the_share() -> None:
    rng = np.random.default_rng(2)
    scores, won = rng.normal(0, 1, 200), rng.random(200) < 0.3

    assert gain_at(scores, won, 0.1) == pytest.approx(lift_at(scores, won, 0.1) * 0.1)
    assert np.isnan(gain_at(scores, np.zeros(200, dtype=bool), 0.1))


def test_reliability_bins_hold_every_row_once_the_lowest_first() -> None:
    rng = np.random.default_rng(2)
    scores, won = rng.normal(0, 1, 205), rng.random(205) < 0.3

    bins = reliability(scores, won)

    assert sum(one.n for one in bins) == 205
    assert sum(one.n * one.observed for one in bins) == pytest.approx(won.sum())
    assert [one.low for one in bins] == sorted(one.low for one in bins)
    assert all(one.low <= one.promised <= one.high for one in bins)


def test_bands_of_points_show_what_rules_promised_and_what_came() -> None:
    points = np.array([0.0, 0.0, 0.0, 10.0, 10.0, 40.0])
    won = np.array([False, False, True, False, True, True])

    bands = by_points(points, np.zeros(6), won, np.where(points > 5, 50.0, -50.0), n_bands=3)

    assert [(one.low, one.high, one.n) for one in bands] == [(0.0, 0.0, 3), (10.0, 10.0, 2), (40.0, 40.0, 1)]
    assert [one.observed for one in bands] == pytest.approx([1 / 3, 0.5, 1.0])
    assert [one.rules_promised for one in bands] == pytest.approx([0.0, 1.0, 1.0])
    assert [one.promised for one in bands] == pytest.approx([0.5, 0.5, 0.5])


def test_leads_of_equal_points_share_a_band() -> None:
    (band,) = by_points(np.zeros(50), np.zeros(50), np.zeros(50, dtype=bool), np.zeros(50))

    assert (band.n, band.low, band.high) == (50, 0.0, 0.0)
