"""How sure a probability is: what was observed among leads judged alike."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from models.intervals import NEAREST_LEADS, Interval, fit_interval, wilson
from models.log_odds import probability_of


@given(st.integers(1, 500), st.floats(0, 1))
def test_the_interval_of_a_share_is_that_of_wilson(n: int, share: float) -> None:
    k = round(share * n)

    theirs = binomtest(k, n).proportion_ci(confidence_level=0.9, method="wilson")

    assert wilson(k / n, n) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def judged(n: int = 4000, *, seed: int = 0, shift: float = 0.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    z = rng.normal(-1, 1.2, n)
    return z, rng.random(n) < probability_of(z + shift), np.arange(n)


@given(st.lists(st.floats(-20, 20), min_size=1, max_size=50))
def test_the_interval_holds_the_probability_of_every_score(scores: list[float]) -> None:
    interval = fit_interval(*judged(600))
    z = np.array(scores)

    low, high = interval.bounds(z)

    assert (low <= probability_of(z)).all()
    assert (probability_of(z) <= high).all()
    assert (low >= 0).all()
    assert (high <= 1).all()


def test_the_interval_covers_the_truth_at_about_its_level() -> None:
    covered = []
    for seed in range(20):
        interval = fit_interval(*judged(seed=seed))
        at = np.linspace(-3, 1, 21)
        low, high = interval.bounds(at)
        truth = probability_of(at)
        raw_low = np.interp(at, interval.log_odds, interval.low)
        raw_high = np.interp(at, interval.log_odds, interval.high)
        covered.append(np.mean((raw_low <= truth) & (truth <= raw_high)))
        assert ((low <= truth) & (truth <= high)).all()

    assert np.mean(covered) == pytest.approx(0.9, abs=0.06)


def test_a_model_that_promises_too_much_is_shown_unsure() -> None:
    """It says 1 to 1 where the truth is about 1 to 7: the interval reaches down to what came."""
    interval = fit_interval(*judged(shift=-2.0))

    low, high = interval.bounds(np.array([0.0]))

    assert low[0] < 0.2
    assert high[0] == 0.5


def test_few_leads_give_a_wide_interval() -> None:
    few, many = fit_interval(*judged(60)), fit_interval(*judged(4000))

    widths = [high[0] - low[0] for low, high in (one.bounds(np.array([-1.0])) for one in (few, many))]

    assert widths[0] > widths[1]


def test_the_snapshots_of_a_lead_count_as_one_lead() -> None:
    z, won, lead = judged(1000)

    thrice = fit_interval(np.repeat(z, 3), np.repeat(won, 3), np.repeat(lead, 3))

    once = fit_interval(z, won, lead)
    assert thrice.low == pytest.approx(once.low, abs=0.03)
    assert thrice.high == pytest.approx(once.high, abs=0.03)


def test_leads_of_one_score_are_all_counted() -> None:
    """A base rate gives every lead the same score."""
    won = np.arange(900) % 3 == 0

    interval = fit_interval(np.full(900, -0.7), won, np.arange(900))

    assert interval == Interval((-0.7,), (wilson(1 / 3, 900)[0],), (wilson(1 / 3, 900)[1],))
    assert NEAREST_LEADS < 900


def test_the_order_of_the_judged_rows_does_not_matter() -> None:
    z, won, lead = judged(800)
    shuffle = np.random.default_rng(4).permutation(800)

    assert fit_interval(z, won, lead) == fit_interval(z[shuffle], won[shuffle], lead[shuffle])
