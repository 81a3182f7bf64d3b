"""Outcomes and labels: who was won within the horizon, and who is left out."""

from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from features.labels import (
    AUTO_AGES_US,
    LabelledSnapshots,
    Outcomes,
    OutcomesSection,
    auto_ages_us,
    flat_outcomes,
    is_open,
    is_won_cell,
    label_rows,
    label_snapshots,
    no_outcomes,
    read_outcomes,
    training_snapshots,
)
from features.quarantine import TableCount
from features.reading import Reading
from features.snapshots import GoalSection, Snapshots, snapshots_of_rows
from features.sources import BadProject, Source
from features.tables import MICROSECONDS_PER_DAY as DAY
from features.tables import MICROSECONDS_PER_HOUR as HOUR
from features.tables import NEVER_US, LeadArrays, TextColumn

SECTION = OutcomesSection(source="deals.csv", lead="lead", closed_at="closed", outcome="outcome")
HEADER = "lead,closed,outcome\n"
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


def read(
    folder: Path, text: str, section: OutcomesSection = SECTION, *, zone: str = "UTC", are_all_leads: bool = True
) -> tuple[Outcomes, TableCount]:
    (folder / "deals.csv").write_text(text, encoding="utf-8")
    leads = leads_created(0, 10 * DAY)
    source = Source(folder / "deals.csv")
    return read_outcomes(section, source, leads, reading=Reading(ZoneInfo(zone)), are_all_leads=are_all_leads)


def test_the_first_close_and_the_first_win_count(tmp_path: Path) -> None:
    rows = [
        "a,1970-01-09T00:00Z,won",
        "a,1970-01-03T00:00Z,lost",
        "a,1970-01-05T00:00Z, WON ",
        "b,1970-02-01T00:00Z,lost",
    ]
    ends, count = read(tmp_path, HEADER + "\n".join(rows))

    assert ends.closed_us.tolist() == [2 * DAY, 31 * DAY]
    assert ends.won_us.tolist() == [4 * DAY, N]
    assert (count.rows_read, count.rows_used) == (4, 4)


def test_closes_before_the_creation_are_of_an_earlier_life(tmp_path: Path) -> None:
    ends, count = read(tmp_path, HEADER + "b,1970-01-10T23:59:59Z,won\nb,1970-01-20T00:00Z,lost\n")

    assert (ends.closed_us[1], ends.won_us[1]) == (19 * DAY, N)
    assert count.bad == ()


def test_a_close_at_the_very_creation_counts(tmp_path: Path) -> None:
    ends, _ = read(tmp_path, HEADER + "b,1970-01-11T00:00Z,won\n")

    assert ends.won_us[1] == 10 * DAY


def test_a_deal_without_an_outcome_is_open(tmp_path: Path) -> None:
    ends, count = read(tmp_path, HEADER + "a,,\na,1970-01-09,n/a\nb,none,Unknown\n")

    assert ends.closed_us.tolist() == [N, N]
    assert (count.rows_read, count.bad) == (3, ())


@pytest.mark.parametrize(("zone", "end"), [("UTC", 9 * DAY - 1), ("Europe/Berlin", 9 * DAY - HOUR - 1)])
def test_a_date_of_closing_is_the_end_of_its_day_in_the_zone(tmp_path: Path, zone: str, end: int) -> None:
    ends, _ = read(tmp_path, HEADER + "a,1970-01-09,won\n", zone=zone)

    assert ends.won_us[0] == end


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("zz,1970-01-09,won", "lead", "no usable lead with this id in the leads table"),
        (",1970-01-09,won", "lead", "no usable lead with this id in the leads table"),
        ("a,31.2.1970,won", "closed", "a date or time like 2026-03-31 or 2026-03-31T14:05:00Z is expected"),
        ("a,,lost", "closed", "a closed deal needs the time it closed"),
    ],
)
def test_a_deal_that_can_not_be_used_is_said(tmp_path: Path, row: str, column: str, reason: str) -> None:
    ends, count = read(tmp_path, f"{HEADER}{row}\nb,1970-03-01,won\n")

    assert [(bad.row, bad.column, bad.reason) for bad in count.bad] == [(2, column, reason)]
    assert (ends.won_us[0], ends.won_us[1] < N) == (N, True)


def test_deals_of_leads_that_are_not_asked_for_are_passed_over(tmp_path: Path) -> None:
    ends, count = read(tmp_path, HEADER + "zz,1970-01-09,won\n", are_all_leads=False)

    assert (ends.closed_us.tolist(), count.bad) == ([N, N], ())


def test_missing_columns_of_deals_are_said_by_their_keys(tmp_path: Path) -> None:
    with pytest.raises(
        BadProject, match=r"outcomes\.outcome: deals\.csv has no column 'outcome'; did you mean 'Outcom'"
    ):
        read(tmp_path, "lead,closed,Outcom\n")


@pytest.mark.parametrize(
    ("won", "cells", "expected"),
    [
        ("won", ["won", " Won ", "WON", "lost", "", "wonder"], [True, True, True, False, False, False]),
        (1, ["1", "1.0", " 1 ", "0", "0.0", "yes", ""], [True, True, True, False, False, False, False]),
        (1.0, ["1"], [True]),
        ("1", ["1.0"], [True]),
        (True, ["True", "true", "TRUE", "False", ""], [True, True, True, False, False]),
        (["won", 2], ["Won", "2.0", "1"], [True, True, False]),
    ],
)
def test_the_words_for_won_have_one_spelling(won: object, cells: list[str], expected: list[bool]) -> None:
    section = OutcomesSection.model_validate({"column": "y", "won": won})

    assert is_won_cell(cells, section).tolist() == expected


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ({}, "source, lead, closed_at, outcome missing"),
        ({"source": "d.csv", "lead": "l"}, "closed_at, outcome missing"),
        ({"column": "y", "source": "d.csv"}, "leave out source"),
        ({"column": "y", "wonn": 1}, "wonn"),
        ({"column": "y", "won": None}, "won"),
    ],
)
def test_outcomes_are_a_table_or_a_column(said: dict[str, object], what: str) -> None:
    with pytest.raises(ValidationError, match=what):
        OutcomesSection.model_validate(said)


def test_an_empty_outcome_in_a_flat_table_means_open() -> None:
    flat = LeadArrays(("a", "b", "c"), None, TextColumn((), np.full(3, -1)), {})
    section = OutcomesSection(column="y", won=1)

    ends = flat_outcomes(section, ["0", "skipped", "", "1"], np.array([3, 2, 0]))
    labelled = label_rows(snapshots_of_rows(flat), ends)

    assert labelled.snapshots.lead.tolist() == [0, 2]
    assert labelled.won.tolist() == [True, False]


def test_what_was_known_before_a_time_is_without_later_closes() -> None:
    ends = outcomes([5, 10, 3], [5, N, 10])

    known = ends.before(10)

    assert (known.closed_us.tolist(), known.won_us.tolist()) == ([5, N, 3], [5, N, N])
    assert ends.closed_us.tolist() == [5, 10, 3]
    assert sorted(ends.take(np.array([0, 2])).known_closes_us.tolist()) == [3, 5, 5, 10]


def test_with_words_for_lost_every_other_word_means_open(tmp_path: Path) -> None:
    section = SECTION.model_copy(update={"lost": ["Lost", 0]})
    rows = "a,1970-01-01T00:00:01Z,lost\nb,1970-01-01T00:00:02Z,won\nc,,demo booked\nd,1970-01-01T00:00:03Z,0.0\n"
    (tmp_path / "deals.csv").write_text(HEADER + rows)
    leads = leads_created(0, 0, 0, 0)

    ends, count = read_outcomes(
        section, Source(tmp_path / "deals.csv"), leads, reading=Reading(ZoneInfo("UTC")), are_all_leads=True
    )

    assert count.rows_used == 4
    assert ends.closed_us.tolist() == [1_000_000, 2_000_000, N, 3_000_000]
    assert ends.won_us.tolist() == [N, 2_000_000, N, N]


def test_an_empty_list_of_words_for_lost_leaves_all_but_the_won_open() -> None:
    section = OutcomesSection(column="stage", won="customer", lost=[])

    ends = flat_outcomes(section, ["customer", "lead", ""], np.array([0, 1, 2]))

    assert ends.closed_us.tolist() == [0, N, N]


def test_a_word_can_not_mean_won_and_lost() -> None:
    with pytest.raises(ValidationError, match=r"found '1\.0' in `won` and in `lost`"):
        OutcomesSection(column="converted", won=[1, "yes"], lost="1.0")
