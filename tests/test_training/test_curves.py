"""What a list is worth: gains, precision and recall."""

import numpy as np
import pytest

from training.curves import cut_offs, gains
from training.evaluation import gain_at


def test_gains_pass_through_the_metric_of_the_best_tenth() -> None:
    rng = np.random.default_rng(0)
    log_odds, won = rng.normal(0, 1, 1000), rng.random(1000) < 0.3

    curve = gains(log_odds, won)

    assert curve is not None
    assert curve.at(0.1) == pytest.approx(gain_at(log_odds, won, 0.1))
    assert (curve.at(0.0), curve.at(1.0)) == (0.0, 1.0)


def test_equal_scores_gain_nothing() -> None:
    curve = gains(np.zeros(10), np.arange(10) < 5)

    assert curve is not None
    assert curve.at(0.3) == pytest.approx(0.3)


def test_nobody_is_found_where_nobody_was_won() -> None:
    assert gains(np.zeros(3), np.zeros(3, dtype=np.bool_)) is None
    assert cut_offs(np.zeros(3), np.zeros(3, dtype=np.bool_), (0.5,))[0].recall is None


def test_who_has_the_probability_of_the_cut_is_called() -> None:
    (cut,) = cut_offs(np.array([0.0, 0.0, -1.0]), np.array([True, False, True]), (0.5,))

    assert (cut.n, cut.precision, cut.recall) == (2, 0.5, 0.5)


def test_of_nobody_called_there_is_no_precision() -> None:
    (cut,) = cut_offs(np.array([0.0]), np.array([True]), (0.9,))

    assert (cut.n, cut.precision, cut.recall) == (0, None, 0.0)
