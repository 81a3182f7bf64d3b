"""The capacity cut: down to where as many leads a week came as sales can take on."""

import numpy as np
import pytest

from features.tables import MICROSECONDS_PER_DAY as DAY
from features.tables import FloatArray, IntArray
from models.capacity import Capacity, is_within
from models.log_odds import log_odds_of, probability_of
from tests.company import flat_crm, request_for, small_crm
from training.capacity import fit_capacity
from training.run import TrainedModel, train_model

WEEKS = 8


def cut(log_odds: list[float], lead: list[int], day: list[float], per_week: int = 1) -> Capacity:
    """The cut of these rows."""
    rows: list[FloatArray] = [np.array(log_odds), np.array(day) * DAY]
    return fit_capacity(rows[0], np.array(lead), rows[1].astype(np.int64), leads_per_week=per_week)


def rising(n: int) -> tuple[FloatArray, IntArray, IntArray]:
    """A lead at each of n equal steps over 8 weeks, each more likely than the one before."""
    return np.linspace(-2, 2, n), np.arange(n), np.linspace(0, WEEKS * 7 * DAY, n).astype(np.int64)


def test_so_many_leads_a_week_pass_the_cut_as_sales_can_take() -> None:
    z, lead, at = rising(81)

    found = fit_capacity(z, lead, at, leads_per_week=3)

    assert (found.weeks, found.entered_per_week) == (8.0, 3.0)
    assert found.probability == probability_of(z[-24:-23])[0]
    within = is_within(found, probability_of(z), np.zeros(81, dtype=bool))
    assert within is not None
    assert within.sum() == 24


def test_a_lead_enters_once_however_often_it_is_looked_at() -> None:
    z, lead, at = rising(81)

    again = fit_capacity(np.tile(z, 3), np.tile(lead, 3), np.tile(at, 3), leads_per_week=3)

    assert again == fit_capacity(z, lead, at, leads_per_week=3)


def test_who_passed_the_cut_before_the_weeks_began_is_in_already() -> None:
    days = [0.0, *np.linspace(45, 100, 16).tolist()]
    fresh = cut([5.0, *[5.0] * 8, *[1.0] * 8], [99, *range(16)], days)
    known = cut([5.0, *[5.0] * 8, *[1.0] * 8], [3, *range(16)], days)

    assert fresh.entered_per_week == 1.0
    assert known.entered_per_week == 7 / 8
    assert fresh.probability == known.probability == probability_of(np.array([5.0]))[0]


def test_where_all_who_came_are_fewer_all_are_taken() -> None:
    found = fit_capacity(*rising(9), leads_per_week=40)

    assert (found.probability, found.entered_per_week) == (0.0, 9 / 8)
    assert "sales takes 40 leads a week: all, since" in found.words


def test_a_disqualified_lead_is_never_within_and_nobody_is_where_there_is_no_cut() -> None:
    likely = np.array([0.9, 0.9])

    within = is_within(Capacity(1, 0.5), likely, np.array([True, False]))

    assert within is not None
    assert within.tolist() == [False, True]
    assert is_within(Capacity(1, why="no times"), likely, np.array([True, False])) is None
    assert is_within(None, likely, np.array([True, False])) is None


def test_training_takes_the_cut_from_leads_that_it_was_not_fitted_on(trained: TrainedModel) -> None:
    capacity, judged = trained.model.facts.capacity, trained.judged

    assert capacity is not None
    assert capacity.probability is not None
    assert judged is not None
    shown = trained.model.facts.calibrator.log_odds(judged.margin)
    assert np.isclose(shown, log_odds_of(capacity.probability), rtol=0, atol=1e-9).any()
    assert 0 < capacity.entered_per_week <= capacity.leads_per_week == 2


@pytest.mark.parametrize(("is_flat", "why"), [(True, "no times"), (False, "too few deals")])
def test_where_nothing_tells_how_many_came_the_reason_is_said(is_flat: bool, why: str) -> None:
    crm = flat_crm(120) if is_flat else small_crm(120, n_closed=0)

    capacity = train_model(crm, request_for(crm)).model.facts.capacity

    assert capacity is not None
    assert capacity.probability is None
    assert why in capacity.words
