"""Which lead is looked at when."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from features.snapshots import (
    EverySection,
    GoalSection,
    Snapshots,
    snapshots_at,
    snapshots_at_ages,
    snapshots_every,
    snapshots_of_rows,
)
from features.tables import MICROSECONDS_PER_DAY as DAY
from features.tables import LeadArrays, TextColumn


def leads_created(*created_us: int) -> LeadArrays:
    ids = tuple(f"lead {i}" for i in range(len(created_us)))
    return LeadArrays(ids, np.array(created_us, dtype=np.int64), TextColumn((), np.full(len(ids), -1)), {})


FLAT = LeadArrays(("a", "b", "c"), None, TextColumn((), np.full(3, -1)), {})


def pairs(snapshots: Snapshots) -> list[tuple[int, int]]:
    return list(zip(snapshots.lead.tolist(), snapshots.as_of_us.tolist(), strict=True))


def test_a_lead_exists_from_its_creation_on() -> None:
    assert pairs(snapshots_at(leads_created(5, 6, 7), 6)) == [(0, 6), (1, 6)]


def test_a_flat_table_has_one_snapshot_a_row_at_its_rank() -> None:
    assert pairs(snapshots_at(FLAT, 99)) == pairs(snapshots_of_rows(FLAT)) == [(0, 0), (1, 1), (2, 2)]


def test_every_lead_is_looked_at_at_each_age_it_reached() -> None:
    snapshots = snapshots_at_ages(leads_created(0, 4 * DAY), [7 * DAY, 0], until_us=7 * DAY)

    assert pairs(snapshots) == [(0, 0), (0, 7 * DAY), (1, 4 * DAY)]


def test_an_age_that_is_given_twice_counts_once() -> None:
    assert pairs(snapshots_at_ages(leads_created(0), [DAY, DAY], until_us=DAY)) == [(0, DAY)]


def test_every_third_day_of_the_calendar_is_the_same_for_all_leads() -> None:
    snapshots = snapshots_every(leads_created(0, DAY, 6 * DAY, 7 * DAY), 3 * DAY, until_us=6 * DAY)

    assert pairs(snapshots) == [(0, 0), (0, 3 * DAY), (0, 6 * DAY), (1, 3 * DAY), (1, 6 * DAY), (2, 6 * DAY)]


@given(st.lists(st.integers(-100, 100), max_size=6), st.integers(1, 40), st.integers(-120, 120))
def test_calendar_snapshots_are_all_multiples_from_creation_to_the_end(
    created: list[int], every: int, until: int
) -> None:
    expected = [(i, t) for i, us in enumerate(created) for t in range(us, until + 1) if t % every == 0]

    assert pairs(snapshots_every(leads_created(*created), every, until_us=until)) == expected


def test_a_flat_table_has_no_ages() -> None:
    with pytest.raises(ValueError, match=r"give leads\.created_at"):
        snapshots_at_ages(FLAT, [0], until_us=0)
    with pytest.raises(ValueError, match=r"give leads\.created_at"):
        snapshots_every(FLAT, DAY, until_us=0)


def test_snapshots_are_taken_by_place_or_by_mask() -> None:
    snapshots = Snapshots(np.array([0, 1, 2]), np.array([7, 8, 9]))

    assert pairs(snapshots.take(np.array([2, 0]))) == [(2, 9), (0, 7)]
    assert pairs(snapshots.take(np.array([False, True, False]))) == [(1, 8)]


@pytest.mark.parametrize(
    ("said", "snapshots"),
    [
        ({}, "auto"),
        ({"snapshots": ["0d", "7d"]}, [0, 7 * DAY]),
        ({"snapshots": {"every": "3d"}}, EverySection.model_validate({"every": "3d"})),
    ],
)
def test_the_goal_says_which_snapshots(said: dict[str, object], snapshots: object) -> None:
    goal = GoalSection.model_validate(said)

    assert goal.snapshots == snapshots
    assert goal.horizon == 90 * DAY


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ({"horizon": "90"}, "is no duration"),
        ({"horizon": "0d"}, "more is expected"),
        ({"snapshots": {"every": "0d"}}, "more is expected"),
        ({"snapshots": []}, "at least 1"),
        ({"horizont": "90d"}, "not permitted"),
    ],
)
def test_a_goal_that_makes_no_sense_is_refused(said: dict[str, object], what: str) -> None:
    with pytest.raises(ValidationError, match=what):
        GoalSection.model_validate(said)
