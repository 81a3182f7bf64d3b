"""Log-odds: there and back, their loss, and the line fitted through outcomes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.log_odds import fit_line, log_odds_of, probability_of, row_losses


@given(st.floats(1e-9, 1 - 1e-9))
def test_log_odds_and_back_is_the_same_probability(probability: float) -> None:
    assert probability_of(np.array([log_odds_of(probability)]))[0] == pytest.approx(probability, rel=1e-9)


def test_extreme_log_odds_stay_probabilities() -> None:
    assert probability_of(np.array([-800.0, 800.0])).tolist() == [0.0, 1.0]


def test_the_loss_of_a_coin_toss_is_log_two_either_way() -> None:
    assert row_losses(np.zeros(2), np.array([True, False])).tolist() == pytest.approx([np.log(2)] * 2)


def test_a_sure_miss_costs_its_log_odds() -> None:
    assert row_losses(np.array([800.0]), np.array([False]))[0] == 800.0


def test_two_groups_give_the_line_through_their_odds() -> None:
    """1 of 4 won at x = 0 and 3 of 4 at x = 1: log-odds -log 3 and +log 3."""
    x = np.repeat([0.0, 1.0], 4)
    won = np.array([1, 0, 0, 0, 1, 1, 1, 0], dtype=bool)

    line = fit_line(x, won, np.ones(8), start=(0.0, 0.0), min_slope=0.0)

    assert line == pytest.approx((-np.log(3), 2 * np.log(3)), abs=1e-5)


def test_a_falling_line_is_held_at_the_least_slope() -> None:
    x = np.repeat([0.0, 1.0], 4)
    won = np.array([1, 1, 1, 0, 1, 0, 0, 0], dtype=bool)

    intercept, slope = fit_line(x, won, np.ones(8), start=(0.0, 1.0), min_slope=0.0)

    assert slope == 0.0
    assert intercept == pytest.approx(0.0, abs=1e-5)


def test_a_row_of_weight_three_is_three_rows() -> None:
    x, won = np.array([0.0, 0.0, 1.0, 1.0]), np.array([True, False, True, False])
    weight = np.array([1.0, 3.0, 2.0, 1.0])
    index = np.repeat(np.arange(4), weight.astype(int))

    weighted = fit_line(x, won, weight, start=(0.0, 1.0), min_slope=0.0)

    assert weighted == pytest.approx(
        fit_line(x[index], won[index], np.ones(7), start=(0.0, 1.0), min_slope=0.0), abs=1e-5
    )
