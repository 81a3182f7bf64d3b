"""On how many days a lead was active by itself, and how often on the busiest of them."""

from collections.abc import Sequence

import numpy as np
import pytest

from features.rhythm import RHYTHM, rhythm
from features.timeline import Timeline

DAY = 86_400
HOUR = 3_600


def row_of(own_ages_s: Sequence[int], rep_ages_s: Sequence[int] = ()) -> dict[str, float]:
    """The features of a lead with events of its own and of reps, so many seconds ago."""
    events = sorted([(-age, False) for age in own_ages_s] + [(-age, True) for age in rep_ages_s])
    timeline = Timeline(
        np.zeros(len(events), dtype=np.int64),
        np.array([-age for age, _ in events], dtype=np.int64),
        np.array([by_rep for _, by_rep in events], dtype=np.bool_),
        n_rows=1,
    )
    return dict(zip(RHYTHM, rhythm(timeline)[0].tolist(), strict=True))


def test_events_of_a_day_are_one_active_day() -> None:
    row = row_of([HOUR, 2 * HOUR, 23 * HOUR, 26 * HOUR, 40 * DAY, 40 * DAY - 5])

    assert row == {
        "any.active_days_7d": 2.0,
        "any.active_days_30d": 2.0,
        "any.active_days": 3.0,
        "any.busiest_day_30d": 3.0,
    }


def test_ten_events_in_an_hour_and_in_ten_days_differ() -> None:
    burst, spread = row_of([HOUR + i for i in range(10)]), row_of([HOUR + i * DAY for i in range(10)])

    assert (burst["any.active_days_30d"], burst["any.busiest_day_30d"]) == (1.0, 10.0)
    assert (spread["any.active_days_30d"], spread["any.busiest_day_30d"]) == (10.0, 1.0)


@pytest.mark.parametrize(
    ("age_s", "n"), [(1, (1, 1)), (7 * DAY, (1, 1)), (7 * DAY + 1, (0, 1)), (30 * DAY, (0, 1)), (30 * DAY + 1, (0, 0))]
)
def test_windows_hold_what_the_counts_of_events_hold(age_s: int, n: tuple[int, int]) -> None:
    """An event of exactly 7 days ago is in the last 7 days, as in `count_7d`."""
    row = row_of([age_s])

    assert (row["any.active_days_7d"], row["any.active_days_30d"], row["any.active_days"]) == (*n, 1.0)
    assert row["any.busiest_day_30d"] == n[1]


def test_what_reps_do_makes_no_day_active() -> None:
    assert row_of([DAY + 5], [5, 6, 7]) == row_of([DAY + 5])
    assert set(row_of([], [5]).values()) == {0.0}


def test_each_lead_has_days_of_its_own() -> None:
    row, age_s = np.array([0, 2, 2, 2]), np.array([HOUR, 9 * DAY, 2 * HOUR, HOUR])

    values = rhythm(Timeline(row, age_s, np.zeros(4, dtype=np.bool_), n_rows=3))

    assert values.tolist() == [[1.0, 1.0, 1.0, 1.0], [0.0] * 4, [1.0, 2.0, 2.0, 2.0]]


def test_no_events_give_zeros() -> None:
    nothing = np.zeros(0, dtype=np.int64)

    assert rhythm(Timeline(nothing, nothing, nothing.astype(np.bool_), n_rows=2)).tolist() == [[0.0] * 4] * 2
