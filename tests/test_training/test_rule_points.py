"""Points that the outcomes suggest."""

import math

import numpy as np
import pytest

from tests.rule_pasts import drawn, past, rules_book
from training.rule_points import _most_likely, _Rows, suggest_points

DOUBLE = math.log(2)


def test_points_come_to_what_the_outcomes_say_of_a_rule() -> None:
    times, won = drawn(np.array([0.4, 0.5]), np.array([2 * DOUBLE, -DOUBLE]), n=8000)

    found = suggest_points(past(rules_book(5, 5), times, won))

    assert found is not None
    assert found.points["r0"] == pytest.approx(40, abs=4)  # twice doubled, each by 20 points
    assert found.points["r1"] == pytest.approx(-20, abs=4)
    assert found.base == pytest.approx(1 / (1 + math.e), abs=0.03)
    assert found.suggested.log_loss < found.given.log_loss
    assert found.suggested.auc > found.given.auc


def test_a_rule_that_few_leads_met_keeps_its_points_and_one_that_none_met_exactly() -> None:
    times, won = drawn(np.array([0.5, 0.001, 0.0]), np.array([2 * DOUBLE, -9.0, 0.0]))

    found = suggest_points(past(rules_book(5, 12, 7), times, won))

    assert found is not None
    assert abs(found.points["r0"] - 40) < 6
    assert abs(found.points["r1"] - 12) < 6
    assert found.points["r2"] == 7


def test_rules_that_count_one_thing_twice_share_what_it_is_worth() -> None:
    times, won = drawn(np.array([0.4, 0.4]), np.array([2 * DOUBLE, 2 * DOUBLE]), n=4000)

    found = suggest_points(past(rules_book(40, 40, 40), times[:, [0, 0, 1]], won))

    assert found is not None
    assert found.points["r0"] == found.points["r1"] == pytest.approx(20, abs=3)
    assert found.points["r2"] == pytest.approx(40, abs=5)


def test_points_that_rank_as_well_as_any_stay() -> None:
    times, won = drawn(np.array([0.4]), np.array([2 * DOUBLE]), n=4000)

    found = suggest_points(past(rules_book(40, 40), np.hstack([times, times]), won))

    assert found is not None  # the line through the points halves them, so that other points do no better
    assert found.points == {"r0": 40, "r1": 40}


def test_points_that_are_right_stay_where_nothing_does_better_later() -> None:
    times, won = drawn(np.array([0.5, 0.3]), np.array([2 * DOUBLE, DOUBLE]), n=300, seed=1)

    found = suggest_points(past(rules_book(40, 20), times, won))

    assert found is not None
    assert found.prior_leads is None
    assert found.points == {"r0": 40, "r1": 20}
    assert found.given == found.suggested


def test_rules_that_tell_nothing_are_not_given_points_for_what_chance_made_of_them() -> None:
    times, won = drawn(np.full(25, 0.4), np.zeros(25), n=240)

    found = suggest_points(past(rules_book(*[0] * 25), times, won))

    assert found is not None
    assert set(found.points.values()) == {0.0}


def test_the_prior_is_worth_as_much_as_that_many_leads_that_the_rule_hit() -> None:
    n = 400
    times, won = np.ones((n, 1)), np.arange(n) % 2 == 0
    data = _Rows(times * 2.0, won, np.ones(n))

    _, (points,) = _most_likely(rules_book(10), data, np.array([10.0]), 1e9)

    assert points == pytest.approx(10, abs=1e-3)


def test_the_same_past_gives_the_same_points_and_stays_as_it_was() -> None:
    times, won = drawn(np.array([0.4, 0.2]), np.array([1.0, -1.0]), n=500)
    history = past(rules_book(5, 5), times.copy(), won.copy())

    assert suggest_points(history) == suggest_points(history)
    assert np.array_equal(history.times, times)


def test_too_few_deals_suggest_nothing() -> None:
    times, won = drawn(np.array([0.4]), np.array([1.0]), n=60)

    assert suggest_points(past(rules_book(5), times, won & (np.cumsum(won) <= 3))) is None
