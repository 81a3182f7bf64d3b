"""Outcomes and labels: who was won within the horizon, and who is left out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.labels import (
    AUTO_AGES_US,
    LabelledSnapshots,
    OpenDeals,
    Outcomes,
    auto_ages_us,
    is_open,
    label_snapshots,
    no_outcomes,
    training_snapshots,
)
from features.snapshots import GoalSection, Snapshots
from features.tables import MICROSECONDS_PER_DAY as DAY
from features.tables import MICROSECONDS_PER_HOUR as HOUR
from features.tables import NEVER_US, LeadArrays, TextColumn

N = NEVER_US


def leads_created(*created_us: int) -> LeadArrays:
    ids = tuple("abcdefghij"[: len(created_us)])
    return LeadArrays(ids, np.array(created_us, dtype=np.int64), TextColumn((), np.full(len(ids), -1)), {})


def outcomes(closed: list[int], won: list[int]) -> Outcomes:
    return Outcomes(np.array(closed, dtype=np.int64), np.array(won, dtype=np.int64))


def label_of(as_of: int, *, closed: int, won: int, horizon: int = 90, observed_until: int = 10_000) -> bool | None:
    """Won, lost or (None) left out."""
    snapshot = Snapshots(np.array([0]), np.array([as_of]))
    ends = outcomes([closed], [won])
    labelled = label_snapshots(snapshot, ends, horizon_us=horizon, observed_until_us=observed_until)
    return bool(labelled.won[0]) if len(labelled.snapshots) else None


@pytest.mark.parametrize(
    ("closed", "won", "label"),
    [
        (N, N, False),  # open to this day
        (150, N, False),  # lost within the horizon
        (150, 150, True),
        (190, 190, True),  # exactly at the end of the horizon
        (191, 191, False),  # a microsecond later: won too late
        (101, 101, True),
        (100, 100, None),  # closed at as_of: no longer open
        (99, N, None),
        (99, 150, None),  # lost before, won later: when it was reopened is not known
        (120, 150, True),  # lost and won, both within the horizon
        (120, 191, False),
    ],
)
def test_a_lead_is_won_after_as_of_and_within_the_horizon(closed: int, won: int, label: bool | None) -> None:
    assert label_of(100, closed=closed, won=won) == label


@pytest.mark.parametrize(("closed", "won"), [(120, 120), (120, N), (N, N)])
@pytest.mark.parametrize(("observed_until", "is_ripe"), [(189, False), (190, True)])
def test_an_unripe_snapshot_is_left_out_whichever_way_its_lead_has_gone(
    closed: int, won: int, observed_until: int, is_ripe: bool
) -> None:
    label = label_of(100, closed=closed, won=won, observed_until=observed_until)

    assert (label is not None) == is_ripe


@given(as_of=st.integers(0, 300), closed=st.integers(0, 300), delay=st.integers(0, 200), until=st.integers(0, 500))
def test_what_closes_after_a_label_is_ripe_changes_nothing(as_of: int, closed: int, delay: int, until: int) -> None:
    won = closed + delay
    known = outcomes([closed], [won]).before(until + 1)

    label = label_of(as_of, closed=closed, won=won, observed_until=until)

    assert label == label_of(as_of, closed=int(known.closed_us[0]), won=int(known.won_us[0]), observed_until=until)


def test_a_lead_is_closed_from_its_close_on() -> None:
    snapshots = Snapshots(np.array([0, 0, 1]), np.array([9, 10, 10]))

    assert is_open(snapshots, outcomes([10, N], [N, N])).tolist() == [True, False, True]


def with_deals(closed: int, won: int, *deals: tuple[int, int]) -> Outcomes:
    """One lead, and when its deals were opened and closed."""
    opened_us, closed_us = (np.array(times, dtype=np.int64) for times in zip(*deals, strict=True))
    open_deals = OpenDeals(np.zeros(len(deals), dtype=np.int64), opened_us, closed_us)
    ends = outcomes([closed], [won])
    return Outcomes(ends.closed_us, ends.won_us, open_deals.reopening(ends.closed_us))


@pytest.mark.parametrize(
    ("ends", "is_open_at"),
    [
        (with_deals(10, N, (5, 10), (20, 30)), [(9, True), (10, False), (19, False), (20, True), (30, False)]),
        (with_deals(10, 30, (20, 30)), [(20, True), (29, True), (30, False), (99, False)]),  # won: a customer
        (with_deals(10, 30, (20, 30), (40, N)), [(40, False), (99, False)]),  # what a customer buys later
        (with_deals(10, N, (20, N)), [(19, False), (20, True), (99, True)]),  # still open
        (with_deals(10, N, (5, 10), (8, 30)), [(9, True), (10, True), (29, True), (30, False)]),  # side by side
        (with_deals(10, N, (20, 40), (30, 35)), [(25, True), (36, True), (40, False)]),
        (with_deals(10, N, (30, 20)), [(25, False), (31, False)]),  # closed before it was opened
        (with_deals(10, N, (N, 30)), [(9, True), (10, False), (29, False)]),  # when it was opened is not known
    ],
)
def test_a_lost_lead_is_open_again_while_a_later_deal_of_it_is(
    ends: Outcomes, is_open_at: list[tuple[int, bool]]
) -> None:
    as_of = np.array([time for time, _ in is_open_at])

    found = is_open(Snapshots(np.zeros(len(as_of), dtype=np.int64), as_of), ends)

    assert found.tolist() == [expected for _, expected in is_open_at]


def test_a_snapshot_of_a_reopened_lead_is_labelled_like_any_other() -> None:
    goal = GoalSection.model_validate({"horizon": "10d", "snapshots": ["0d", "7d", "15d", "20d"]})
    ends = with_deals(5 * DAY, 24 * DAY, (14 * DAY, 24 * DAY))

    labelled = training_snapshots(leads_created(0), ends, goal, observed_until_us=40 * DAY)

    assert rows_of(labelled) == [(0, 0, False), (0, 15, True), (0, 20, True)]


SOME_DEALS = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 12) | st.just(N), st.integers(0, 12) | st.just(N), st.booleans()),
    max_size=8,
)


def outcomes_of(deals: list[tuple[int, int, int, bool]]) -> Outcomes:
    closed = [min((c for lead, _, c, _ in deals if lead == i), default=N) for i in (0, 1)]
    won = [min((c for lead, _, c, is_won in deals if lead == i and is_won), default=N) for i in (0, 1)]
    lead, opened_us, closed_us = (np.array([deal[k] for deal in deals], dtype=np.int64) for k in range(3))
    ends = outcomes(closed, won)
    return Outcomes(ends.closed_us, ends.won_us, OpenDeals(lead, opened_us, closed_us).reopening(ends.closed_us))


@given(SOME_DEALS, st.integers(0, 13))
def test_whether_a_lead_is_open_is_what_its_deals_say_one_by_one(
    deals: list[tuple[int, int, int, bool]], as_of: int
) -> None:
    found = is_open(Snapshots(np.array([0, 1]), np.array([as_of, as_of])), outcomes_of(deals))

    for lead in (0, 1):
        own = [(opened, closed, is_won) for i, opened, closed, is_won in deals if i == lead]
        was_won = any(is_won and closed <= as_of for _, closed, is_won in own)
        never_closed = all(closed > as_of for _, closed, _ in own)
        holds_deal = any(opened <= as_of < closed for opened, closed, _ in own)
        assert found[lead] == (never_closed or (holds_deal and not was_won))


@given(SOME_DEALS, st.integers(0, 13), st.integers(0, 13))
def test_whether_a_lead_is_open_hangs_on_nothing_later(
    deals: list[tuple[int, int, int, bool]], as_of: int, until: int
) -> None:
    snapshots = Snapshots(np.array([0, 1]), np.array([min(as_of, until - 1)] * 2))
    known = [(i, o, c if c < until else N, w and c < until) for i, o, c, w in deals if min(o, c) < until]

    found = is_open(snapshots, outcomes_of(deals))

    assert found.tolist() == is_open(snapshots, outcomes_of(known)).tolist()
    assert found.tolist() == is_open(snapshots, outcomes_of(deals).before(until)).tolist()


def test_the_outcomes_of_some_leads_have_their_deals() -> None:
    deals = OpenDeals(np.array([2, 0]), np.array([20, 30]), np.array([N, 40]))
    ends = Outcomes(np.array([10, N, 10]), np.array([40, N, N]), deals)

    taken = ends.take(np.array([2, 1]))

    assert is_open(Snapshots(np.array([0, 0, 1]), np.array([15, 20, 99])), taken).tolist() == [False, True, True]
    assert taken.reopening.lead.tolist() == [0]


def rows_of(labelled: LabelledSnapshots) -> list[tuple[int, int, bool]]:
    lead, as_of = labelled.snapshots.lead.tolist(), (labelled.snapshots.as_of_us // DAY).tolist()
    return list(zip(lead, as_of, labelled.won.tolist(), strict=True))


def test_snapshots_at_given_ages_are_those_that_are_open_and_ripe() -> None:
    goal = GoalSection.model_validate({"horizon": "10d", "snapshots": ["0d", "7d"]})
    ends = outcomes([5 * DAY, N, 12 * DAY], [5 * DAY, N, 12 * DAY])

    labelled = training_snapshots(leads_created(0, 0, 3 * DAY), ends, goal, observed_until_us=17 * DAY)

    assert rows_of(labelled) == [(0, 0, True), (1, 0, False), (1, 7, False), (2, 3, True)]


def test_snapshots_of_the_calendar_are_those_that_are_open_and_ripe() -> None:
    goal = GoalSection.model_validate({"horizon": "4d", "snapshots": {"every": "3d"}})
    ends = outcomes([6 * DAY, N], [6 * DAY, N])

    labelled = training_snapshots(leads_created(DAY, 4 * DAY), ends, goal, observed_until_us=13 * DAY)

    assert rows_of(labelled) == [(0, 3, True), (1, 6, False), (1, 9, False)]


def test_no_snapshot_is_taken_from_before_events_were_tracked() -> None:
    goal = GoalSection.model_validate({"horizon": "1d", "snapshots": ["0d", "2d", "4d"]})

    labelled = training_snapshots(
        leads_created(0), no_outcomes(1), goal, observed_until_us=9 * DAY, observed_from_us=2 * DAY
    )

    assert rows_of(labelled) == [(0, 2, False), (0, 4, False)]


def test_the_auto_grid_starts_a_minute_after_creation() -> None:
    days = [age / DAY for age in AUTO_AGES_US[2:]]

    assert AUTO_AGES_US[:2] == (HOUR // 60, HOUR)
    assert days == [1, 3, 7, 14, 21, 30, 45, 60, 90, 120, 180, 270, 365]


@pytest.mark.parametrize(
    ("open_ages", "win_ages", "oldest"),
    [
        ([30], [], 30),  # nobody won yet: the open leads say
        ([], [14], 14),  # all are closed: the wins say
        ([400], [29], 21),  # the smaller of the two
        ([29], [400], 21),
        ([1] * 95 + [400] * 5, [], 1),  # 95% of the open leads are a day old
        ([1] * 94 + [400] * 6, [], 365),
        ([], [3] * 19 + [200], 3),
        ([], [], 365),
    ],
)
def test_the_auto_grid_ends_where_open_leads_or_wins_become_rare(
    open_ages: list[int], win_ages: list[int], oldest: int
) -> None:
    now = 1_000 * DAY
    created = [now - age * DAY for age in open_ages] + [0] * len(win_ages)
    ends = [N] * len(open_ages) + [age * DAY for age in win_ages]
    leads = LeadArrays(tuple(map(str, created)), np.array(created, dtype=np.int64), TextColumn((), np.array([])), {})

    ages = auto_ages_us(leads, outcomes(ends, ends), observed_until_us=now)

    assert ages == tuple(age for age in AUTO_AGES_US if age <= oldest * DAY)


def test_the_youngest_age_always_stays() -> None:
    assert auto_ages_us(leads_created(9), no_outcomes(1), observed_until_us=9) == AUTO_AGES_US[:1]


def test_the_auto_grid_sees_nothing_after_the_outcomes_are_complete() -> None:
    leads = leads_created(0, 0, 100 * DAY)
    late = outcomes([20 * DAY, 3 * DAY, N], [20 * DAY, 3 * DAY, N])  # the first closes after day 15, the third comes

    ages = auto_ages_us(leads, late, observed_until_us=15 * DAY)

    assert ages[-1] == 3 * DAY


def test_a_flat_table_has_no_auto_grid() -> None:
    flat = LeadArrays(("a",), None, TextColumn((), np.array([-1])), {})

    with pytest.raises(ValueError, match="a flat table has no ages"):
        auto_ages_us(flat, no_outcomes(1), observed_until_us=0)


def test_what_was_known_before_a_time_is_without_later_closes() -> None:
    ends = outcomes([5, 10, 3], [5, N, 10])

    known = ends.before(10)

    assert (known.closed_us.tolist(), known.won_us.tolist()) == ([5, N, 3], [5, N, N])
    assert ends.closed_us.tolist() == [5, 10, 3]
    assert sorted(ends.take(np.array([0, 2])).known_closes_us.tolist()) == [3, 5, 5, 10]
