"""The prior margin: the rulebook's odds at first, the company's own as its deals come in."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.log_odds import log_odds_of, probability_of
from models.prior import Prior, fit_prior, prior_of_rulebook

NO_POINTS = np.zeros(0)
NO_DEALS = np.zeros(0, dtype=bool)


def fitted(points: list[float], won: list[bool], **worth: float) -> Prior:
    return fit_prior(np.array(points), np.array(won), base=0.05, double_every=20.0, **worth)


def test_without_deals_the_odds_are_those_of_the_rulebook() -> None:
    prior = fit_prior(NO_POINTS, NO_DEALS, base=0.05, double_every=20.0)

    assert prior == prior_of_rulebook(0.05, 20.0)
    assert probability_of(prior.margin(np.array([0.0])))[0] == pytest.approx(0.05)


def test_points_that_double_the_odds_double_them() -> None:
    low, high = prior_of_rulebook(0.05, 20.0).margin(np.array([30.0, 50.0]))

    assert math.exp(high - low) == pytest.approx(2.0)


def test_deals_that_go_as_the_rulebook_promises_change_nothing() -> None:
    """Base 1/2, odds double at 20 points: 5 of 10 win at 0 points, 20 of 30 at 20 points."""
    points = np.repeat([0.0, 20.0], [10, 30])
    won = np.array([True] * 5 + [False] * 5 + [True] * 20 + [False] * 10)

    prior = fit_prior(points, won, base=0.5, double_every=20.0)

    assert prior.intercept == pytest.approx(0.0, abs=1e-5)
    assert prior.per_point == pytest.approx(math.log(2) / 20, abs=1e-6)


def test_the_rulebook_is_worth_twenty_leads() -> None:
    """Twenty lost leads against twenty of the rulebook, five at each of its steps, halve what it promised."""
    steps = np.array([0.0, 20.0, 40.0, 60.0])
    promised = np.array([1 / 2, 2 / 3, 4 / 5, 8 / 9])

    prior = fit_prior(np.repeat(steps, 5), np.zeros(20, dtype=bool), base=0.5, double_every=20.0)

    assert probability_of(prior.margin(steps)).mean() == pytest.approx(promised.mean() / 2, abs=1e-6)


def test_rows_of_the_same_lead_do_not_outvote_the_rulebook() -> None:
    once = fitted([0.0] * 30, [False] * 30)
    six_snapshots_each = fitted([0.0] * 180, [False] * 180, rows_per_lead=6.0)

    assert six_snapshots_each.intercept == pytest.approx(once.intercept, abs=1e-5)


def test_many_deals_override_the_rulebook() -> None:
    points = np.repeat([0.0, 20.0], 5_000)
    won = np.arange(10_000) % 5_000 < np.where(points > 0, 2_500, 1_250)

    prior = fit_prior(points, won, base=0.01, double_every=5.0)

    assert probability_of(prior.margin(np.array([0.0, 20.0]))) == pytest.approx([0.25, 0.5], abs=0.01)


def test_points_that_mislead_count_for_nothing_rather_than_against() -> None:
    points = np.repeat([0.0, 60.0], 500)

    prior = fit_prior(points, points == 0, base=0.05, double_every=20.0)

    assert prior.per_point == 0.0


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.floats(-100, 150), st.booleans()), max_size=40), st.floats(0.001, 0.9), st.floats(1, 100))
def test_every_history_gives_finite_odds_that_never_fall_with_points(
    rows: list[tuple[float, bool]], base: float, double_every: float
) -> None:
    points = np.array([row[0] for row in rows])
    won = np.array([row[1] for row in rows], dtype=bool)

    prior = fit_prior(points, won, base=base, double_every=double_every)

    assert prior.per_point >= 0
    assert math.isfinite(prior.intercept)
    assert np.isfinite(prior.margin(np.array([-1e6, 0.0, 1e6]))).all()


def test_the_intercept_is_the_log_odds_of_the_base() -> None:
    assert prior_of_rulebook(0.2, 20.0).intercept == log_odds_of(0.2)
