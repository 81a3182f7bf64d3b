"""Time since: ages and the days since dates."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from features.recency import days_since_date, lead_age_days
from features.tables import MICROSECONDS_PER_DAY as DAY


def test_the_age_of_a_lead_is_in_days_and_not_below_0() -> None:
    age = lead_age_days(np.array([DAY, 3 * DAY, 0]), np.array([DAY, DAY + DAY // 2, DAY]))

    assert age.tolist() == [0.0, 1.5, 0.0]


def test_a_date_that_is_missing_or_not_past_is_missing() -> None:
    dates = np.array([np.nan, 2.0, 2.0, 2.0]) * DAY
    days = days_since_date(np.array([3 * DAY, 2 * DAY, 2 * DAY - 1, 2 * DAY + 1]), dates)

    assert np.isnan(days).tolist() == [True, True, True, False]


@given(st.integers(0, 2**52), st.integers(0, 2**52))
def test_days_are_missing_exactly_where_the_date_is_not_before_as_of(as_of: int, date: int) -> None:
    (days,) = days_since_date(np.array([as_of]), np.array([float(date)]))

    assert np.isnan(days) == (date >= as_of)
    assert np.isnan(days) or days > 0
