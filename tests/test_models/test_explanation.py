"""Explanation: contributions that add up, merged by what they are about."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from features.snapshots import snapshots_at
from features.tables import FloatArray
from models.explanation import BrokenSum, Contributions, Part, check_sum, impact_of, merge_sources
from models.scoring import score_leads
from tests.company import NOW, small_crm
from training.run import TrainedModel

PARTS = (
    Part("visit.count", "visit", "engagement"),
    Part("visit.days_since_last", "visit", "timing"),
    Part("city", "city", "fit"),
)


def contributions(values: list[list[float]], parts: tuple[Part, ...] = PARTS) -> Contributions:
    table = np.array(values)
    return Contributions(parts, table, 0.5, 0.5 + table.sum(axis=1))


def changed(whole: Contributions, values: FloatArray) -> Contributions:
    return Contributions(whole.parts, values, whole.base_log_odds, whole.log_odds)


def test_base_and_contributions_are_the_log_odds_on_every_row(trained: TrainedModel) -> None:
    crm = small_crm(seed=5)
    found = score_leads(trained.model, crm.leads, crm.events, snapshots_at(crm.leads, NOW)).contributions

    total = found.base_log_odds + found.values.sum(axis=1)
    assert len(total) == 300
    assert np.abs(total - found.log_odds).max() < 1e-9


def test_contributions_that_add_up_pass_as_they_are() -> None:
    whole = contributions([[0.1, 0.2, 0.3], [1.0, -1.0, 0.0]])

    assert check_sum(whole) is whole


@pytest.mark.parametrize("fault", [1e-8, -1e-8, 1.0, np.nan, np.inf])
def test_a_row_that_does_not_add_up_is_never_returned(fault: float) -> None:
    whole = contributions([[0.1, 0.2, 0.3], [1.0, -1.0, 0.0]])
    values = whole.values.copy()
    values[1, 2] += fault

    with pytest.raises(BrokenSum, match="row 1: base and contributions sum to"):
        check_sum(changed(whole, values))


def test_log_odds_that_are_no_number_are_never_returned() -> None:
    whole = contributions([[0.1, 0.2, 0.3]])

    with pytest.raises(BrokenSum, match="row 0"):
        check_sum(Contributions(whole.parts, whole.values, 0.5, np.array([np.nan])))


def test_parts_of_one_source_become_one() -> None:
    sources, source_of, merged = merge_sources(contributions([[0.25, 0.5, 1.0]]))

    assert sources == ("city", "visit")
    assert source_of.tolist() == [1, 1, 0]
    assert merged.tolist() == [[1.0, 0.75]]


def test_what_a_cap_took_is_shared_by_what_it_capped() -> None:
    """Of 4 given, the cap takes 2: from 3 it takes 1.5 and from 1 it takes 0.5; what speaks against is let be."""
    cap = Part("rule:cap fit", "rule:cap fit", "fit", spread_over=(0, 1, 2))
    parts = (Part("a", "a", "fit"), Part("b", "b", "fit"), Part("c", "c", "fit"), cap)

    sources, source_of, merged = merge_sources(contributions([[3.0, 1.0, -1.0, -2.0]], parts))

    assert sources == ("a", "b", "c")
    assert source_of.tolist() == [0, 1, 2, -1]
    assert merged.tolist() == [[1.5, 0.5, -1.0]]


@given(arrays(np.float64, (4, 4), elements=st.floats(-10, 10)))
def test_merging_keeps_the_sum_of_every_row(values: FloatArray) -> None:
    cap = Part("rule:cap total", "rule:cap total", "engagement", spread_over=(0, 2))

    _, _, merged = merge_sources(contributions(values.tolist(), (*PARTS, cap)))

    assert np.allclose(merged.sum(axis=1), values.sum(axis=1), atol=1e-9)


def test_a_familys_impact_is_the_sum_of_its_parts() -> None:
    found = contributions([[np.log(2.0), np.log(4.0), np.log(0.5)]])

    impacts = [found.family_impact(family)[0] for family in ("engagement", "timing", "fit")]

    assert impacts == [20.0, 40.0, -20.0]


@pytest.mark.parametrize(("odds", "impact"), [(2.0, 20.0), (1.0, 0.0), (0.25, -40.0), (1.1, 2.8)])
def test_impact_counts_doublings_in_twenties_rounded_to_a_tenth(odds: float, impact: float) -> None:
    assert impact_of(np.array([np.log(odds)]))[0] == impact


def test_what_lies_between_two_tenths_is_shown_alike_however_its_sum_was_reached() -> None:
    """A quarter of a point of a rulebook whose points are impacts."""
    quarter = 0.25 / 20 * np.log(2.0)

    shown = impact_of(quarter * np.array([1 - 1e-12, 1.0, 1 + 1e-12]))

    assert len(set(shown.tolist())) == 1


def test_a_negative_nothing_is_shown_as_nothing() -> None:
    assert str(impact_of(np.array([-1e-6]))[0]) == "0.0"
