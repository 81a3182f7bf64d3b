"""The tables at a glance: columns, times, streams, outcomes by month, and what is ripe."""

from dataclasses import replace

import numpy as np
import pytest

from features.crm import Crm
from features.labels import OpenDeals, Outcomes
from features.snapshots import GoalSection
from features.tables import MICROSECONDS_PER_DAY as DAY
from features.tables import NEVER_US, Column, EventArrays, LeadArrays, NumberColumn, TextColumn
from training.profile import Profile, profile_of

N = NEVER_US
GOAL = GoalSection.model_validate({"horizon": "10d", "snapshots": ["1d", "5d"]})


def crm_of(
    created: list[int], closed: list[int], won: list[int], *, events: EventArrays | None = None, is_flat: bool = False
) -> Crm:
    """Leads created, closed and won on these days since 1970."""
    n = len(created)
    columns: dict[str, Column] = {
        "size": NumberColumn(np.array([3.0, np.nan, 5.0, 4.0][:n])),
        "source": TextColumn.of(["web", "web", None, "fair"][:n]),
        "seen": NumberColumn(np.array([1.0, 2.0, np.nan, np.nan][:n]) * DAY),
    }
    days = [np.array([day if day == N else day * DAY for day in column], dtype=np.int64) for column in (closed, won)]
    accounts = TextColumn((), np.full(n, -1))
    ids = tuple("abcdefgh"[:n])
    created_us = None if is_flat else np.array(created, dtype=np.int64) * DAY
    kinds = {"size": "number", "source": "category", "seen": "date"}
    leads = LeadArrays(ids, created_us, accounts, columns)
    return Crm(leads, kinds, events, Outcomes(*days), (), is_flat)  # type: ignore[arg-type]  # kinds are literals


def profile(crm: Crm, *, until: int = 60, is_ordered: bool = True) -> Profile:
    return profile_of(crm, GOAL, observed_until_us=until * DAY, is_ordered=is_ordered)


def stream(**days: list[float]) -> EventArrays:
    """Events of one lead at these days, by type."""
    types = tuple(sorted(days))
    at = [np.array(days[name]) * DAY for name in types]
    code = np.repeat(np.arange(len(types)), [len(times) for times in at])
    at_us = np.concatenate(at).astype(np.int64)
    return EventArrays(np.zeros(len(code), dtype=np.int64), code, at_us, None, types)


def test_columns_have_range_levels_and_missing_share() -> None:
    seen, size, source = profile(crm_of([0, 1, 2, 3], [N] * 4, [N] * 4)).columns

    assert (size.missing, size.low, size.high, size.mean) == (0.25, 3.0, 5.0, 4.0)
    assert (source.missing, source.n_levels, source.commonest) == (0.25, 2, "web")
    assert source.commonest_share == pytest.approx(2 / 3)
    assert (seen.missing, seen.low, seen.high, seen.mean) == (0.5, DAY, 2 * DAY, None)


def test_times_span_each_table() -> None:
    spans = profile(crm_of([3, 1], [9, N], [N, N], events=stream(open=[2, 8]))).spans

    assert spans == {"leads created": (DAY, 3 * DAY), "events": (2 * DAY, 8 * DAY), "outcomes": (9 * DAY, 9 * DAY)}


def test_a_stream_that_stops_or_starts_in_between_is_told() -> None:
    days = [float(day) for day in range(100)]
    events = stream(steady=days, stopped=days[:60], started=days[40:], rare=[5.0, 70.0])

    flags = {
        kind.name: (kind.began_late, kind.fell_silent)
        for kind in profile(crm_of([0], [N], [N], events=events)).event_types
    }
    assert flags == {
        "steady": (False, False),
        "stopped": (False, True),
        "started": (True, False),
        "rare": (False, False),
    }


def test_event_types_are_counted_the_commonest_first() -> None:
    (first, second) = profile(crm_of([0], [N], [N], events=stream(b=[1, 2, 3], a=[2]))).event_types

    assert (first.name, first.n_events, first.n_leads, first.first_us, first.last_us) == ("b", 3, 1, DAY, 3 * DAY)
    assert second.name == "a"


def test_months_show_what_became_of_their_leads_and_whether_that_is_final() -> None:
    periods = profile(crm_of([0, 5, 40, 55], [8, 20, 50, N], [8, N, 50, N])).periods

    assert [(p.label, p.n_leads, p.n_closed, p.n_won, p.won_share, p.is_ripe) for p in periods] == [
        ("1970-01", 2, 2, 1, 0.5, True),
        ("1970-02", 2, 1, 1, 1.0, False),
    ]


def test_ripeness_counts_snapshots_and_open_leads_that_are_too_old() -> None:
    found = profile(crm_of([0, 5, 40, 55], [8, 20, N, N], [8, N, N, N]))

    # a and b at 1 and 5 days, c at both; d is five days old
    assert (found.ripeness.n_snapshots, found.ripeness.n_leads, found.ripeness.n_won_leads) == (6, 3, 1)
    assert (found.ripeness.n_ripe_leads, found.ripeness.oldest_age_days) == (3, 5.0)
    assert (found.n_closed, found.n_won, found.n_dormant) == (2, 1, 1)


def test_a_flat_table_is_shown_by_tenths_of_its_order_if_it_has_one() -> None:
    flat = crm_of([0] * 3, [0, 0, N], [0, N, N], is_flat=True)

    assert [(p.label, p.n_won) for p in profile(flat).periods] == [
        ("rows 1 to 1", 1),
        ("rows 2 to 2", 0),
        ("rows 3 to 3", 0),
    ]
    assert profile(flat, is_ordered=False).periods == ()
    assert profile(flat).spans == {}
    assert (profile(flat).ripeness.n_snapshots, profile(flat).ripeness.oldest_age_days) == (2, None)


def test_empty_tables_have_a_profile() -> None:
    nothing = crm_of([], [], [])

    assert profile(nothing).columns[0].missing == 1
    assert profile(nothing).ripeness.n_snapshots == 0


def test_leads_that_are_open_again_are_counted_as_open() -> None:
    crm = crm_of([0, 0, 0], [5, 5, 5], [N, 20, N])
    deals = OpenDeals(np.array([0]), np.array([7 * DAY]), np.array([N]))

    found = profile(replace(crm, outcomes=replace(crm.outcomes, reopening=deals)))

    assert (found.n_closed, found.n_won, found.n_reopened, found.n_lost_first) == (3, 1, 1, 1)


def test_before_the_first_close_nothing_is_ripe() -> None:
    assert profile(crm_of([0, 1, 2, 3], [N] * 4, [N] * 4)).ripeness.n_snapshots == 0
