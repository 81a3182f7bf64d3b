"""Shares of leads, each counted once."""

import numpy as np
import pytest

from models.intervals import wilson
from training.lead_shares import LeadShare, Ratio, lead_share, ratio_of


def test_a_lead_counts_once_however_many_snapshots_it_has() -> None:
    lead = np.array([1] * 9 + [2])
    won = lead == 1

    found = lead_share(won, np.ones(10, dtype=bool), lead)

    assert (found.n_leads, found.share) == (2, 0.5)
    assert (found.low, found.high) == wilson(0.5, 2)


def test_a_share_of_nobody_is_none() -> None:
    nobody = np.zeros(3, dtype=bool)

    assert lead_share(~nobody, nobody, np.arange(3)) == LeadShare(0)
    assert ratio_of(LeadShare(0), LeadShare(10, 0.5, *wilson(0.5, 10))) == Ratio()


@pytest.mark.parametrize(("p1", "n1", "p2", "n2"), [(0.4, 50, 0.1, 400), (0.05, 30, 0.5, 30), (0.9, 20, 0.6, 25)])
def test_the_interval_of_a_ratio_holds_it_and_narrows_with_more_leads(p1: float, n1: int, p2: float, n2: int) -> None:
    few = ratio_of(LeadShare(n1, p1, *wilson(p1, n1)), LeadShare(n2, p2, *wilson(p2, n2)))
    many = ratio_of(LeadShare(9 * n1, p1, *wilson(p1, 9 * n1)), LeadShare(9 * n2, p2, *wilson(p2, 9 * n2)))

    bounds = [few.low, many.low, p1 / p2, many.high, few.high]
    assert None not in bounds
    assert bounds == sorted(bounds, key=lambda bound: bound or 0.0)


def test_nothing_bounds_the_ratio_to_a_share_that_may_be_nothing() -> None:
    found = ratio_of(LeadShare(10, 0.5, *wilson(0.5, 10)), LeadShare(3, 0.3, 0.0, 0.8))

    assert found.high is None
    assert ratio_of(LeadShare(10, 0.5, *wilson(0.5, 10)), LeadShare(9, 0.0, *wilson(0.0, 9))).value is None
