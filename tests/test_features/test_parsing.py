"""Cells to values: what is read, and what is refused with which reason."""

import math
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.parsing import (
    MAX_ID_LENGTH,
    BadCell,
    BadCells,
    EdgeOfDay,
    parse_cells,
    parse_duration_us,
    parse_event_type,
    parse_flag,
    parse_id,
    parse_number,
    parse_time_us,
)
from features.reading import Reading, is_missing
from features.tables import MICROSECONDS_PER_DAY as DAY
from features.tables import MICROSECONDS_PER_HOUR as HOUR

UTC_ZONE = ZoneInfo("UTC")
BERLIN = ZoneInfo("Europe/Berlin")


def us(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    moment = datetime(year, month, day, hour, minute, tzinfo=UTC)
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


@pytest.mark.parametrize(
    "cell", ["", "  ", "\t", "-", "--", "?", "N/A", "na", "NaN", "NaT", "None", "NULL", " Select "]
)
def test_words_that_say_nothing_is_known_are_missing(cell: str) -> None:
    assert is_missing(cell)


@pytest.mark.parametrize("cell", ["0", "no", "Mumbai", "nan.", "---", "Not Interested"])
def test_other_words_are_not_missing(cell: str) -> None:
    assert not is_missing(cell)


@pytest.mark.parametrize(
    ("cell", "lead_id"), [(" 00Q-7 ", "00Q-7"), ("\u00a0ü 1\t", "ü 1"), ("n/a", "n/a"), ("x" * 128, "x" * 128)]
)
def test_an_id_is_trimmed_and_otherwise_kept(cell: str, lead_id: str) -> None:
    assert parse_id(cell) == lead_id


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("", "an id is needed, the cell is empty"),
        (" \t", "an id is needed, the cell is empty"),
        ("x" * 129, f"an id has at most {MAX_ID_LENGTH} characters, this one 129"),
        ("a\x00b", "an id has printable characters only"),
        ("a\nb", "an id has printable characters only"),
        ("a\u200bb", "an id has printable characters only"),
    ],
)
def test_an_id_that_can_not_be_one_is_refused(cell: str, reason: str) -> None:
    with pytest.raises(BadCell) as caught:
        parse_id(cell)

    assert str(caught.value) == reason


@pytest.mark.parametrize(("cell", "number"), [("7", 7.0), (" -1.5 ", -1.5), ("1e3", 1000.0), (".5", 0.5), ("+2", 2.0)])
def test_numbers_are_read(cell: str, number: float) -> None:
    assert parse_number(cell) == number


@pytest.mark.parametrize("cell", ["1_000", "1 00", "1,2,3", "0x1F", "12 kg", "inf", "-Infinity", "1e999", "-nan"])
def test_what_is_no_finite_number_is_refused(cell: str) -> None:
    with pytest.raises(BadCell, match="number is expected"):
        parse_number(cell)


def test_there_is_one_zero() -> None:
    assert math.copysign(1, parse_number("-0.0")) == 1.0


@given(st.floats(-1e18, 1e18))
def test_a_number_survives_being_written(number: float) -> None:
    assert parse_number(repr(number)) == number


@pytest.mark.parametrize(
    ("cell", "flag"),
    [(cell, 1.0) for cell in ("Yes", "TRUE", " y ", "t", "1", "2.5")]
    + [(cell, 0.0) for cell in ("no", "False", "N", "f", "0", "0.0")],
)
def test_flags_are_read(cell: str, flag: float) -> None:
    assert parse_flag(cell) == flag


def test_an_unknown_flag_is_missing_and_a_word_is_refused() -> None:
    assert math.isnan(parse_flag("unknown"))
    with pytest.raises(BadCell, match="yes or no is expected"):
        parse_flag("maybe")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-03-31T14:05:00Z", us(2026, 3, 31, 14, 5)),
        ("2026-03-31 14:05", us(2026, 3, 31, 12, 5)),
        ("2026-01-31 14:05", us(2026, 1, 31, 13, 5)),
        ("2026-03-31T14:05:00-04:30", us(2026, 3, 31, 18, 35)),
        ("20260331T140500Z", us(2026, 3, 31, 14, 5)),
        (" 2026-03-31T00:00:00.000001Z ", us(2026, 3, 31) + 1),
        ("2026-03-31T00:00:00.000001999Z", us(2026, 3, 31) + 1),
        ("1969-12-31T23:59:59.999999Z", -1),
    ],
)
def test_times_are_microseconds_and_naive_ones_are_of_the_zone(cell: str, expected: int) -> None:
    assert parse_time_us(cell, Reading(BERLIN), date_is="end") == expected


@pytest.mark.parametrize("cell", ["2026-03-31", "20260331", "2026-W14-2"])
@pytest.mark.parametrize(("date_is", "expected"), [("start", us(2026, 3, 31)), ("end", us(2026, 4, 1) - 1)])
def test_a_date_is_the_edge_of_its_day_however_it_is_written(cell: str, date_is: EdgeOfDay, expected: int) -> None:
    assert parse_time_us(cell, Reading(UTC_ZONE), date_is=date_is) == expected


@pytest.mark.parametrize(("day", "hours"), [("2026-03-28", 24), ("2026-03-29", 23), ("2026-10-25", 25)])
def test_a_day_on_which_the_clock_is_set_is_shorter_or_longer(day: str, hours: int) -> None:
    start = parse_time_us(day, Reading(BERLIN), date_is="start")
    end = parse_time_us(day, Reading(BERLIN), date_is="end")

    assert end - start == hours * HOUR - 1


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-10-25 02:30", us(2026, 10, 25, 0, 30)),  # comes twice: the first
        ("2026-03-29 02:30", us(2026, 3, 29, 1, 30)),  # comes never: as if the clock had not been set yet
        ("2026-03-29 03:30", us(2026, 3, 29, 1, 30)),
    ],
)
def test_naive_times_at_the_set_of_the_clock_are_read_one_way(cell: str, expected: int) -> None:
    assert parse_time_us(cell, Reading(BERLIN), date_is="end") == expected


@given(
    day=st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 1, 1)),
    zone=st.sampled_from(
        ["UTC", "Europe/Berlin", "America/Havana", "America/Sao_Paulo", "Asia/Beirut", "Pacific/Apia"]
    ),
)
def test_days_follow_each_other_without_a_gap(day: date, zone: str) -> None:
    following = day + timedelta(days=1)
    if zone == "Pacific/Apia" and date(2011, 12, 29) <= day <= date(2011, 12, 30):
        return  # Samoa skipped the 30th

    end = parse_time_us(day.isoformat(), reading=Reading(ZoneInfo(zone)), date_is="end")

    assert parse_time_us(following.isoformat(), reading=Reading(ZoneInfo(zone)), date_is="start") == end + 1


@pytest.mark.parametrize("cell", ["2200-12-31", "1800-01-01"])
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "America/Los_Angeles"])
def test_the_first_and_the_last_day_that_a_crm_may_hold_are_days(cell: str, zone: str) -> None:
    start = parse_time_us(cell, Reading(ZoneInfo(zone)), date_is="start")
    end = parse_time_us(cell, Reading(ZoneInfo(zone)), date_is="end")

    assert end - start == DAY - 1


@pytest.mark.parametrize("cell", ["9999-12-31", "0001-01-01T00:00:00", "2201-01-01T00:00:00Z"])
def test_a_time_that_stands_for_never_is_refused(cell: str) -> None:
    with pytest.raises(BadCell, match="between the years 1800 and 2200"):
        parse_time_us(cell, Reading(ZoneInfo("UTC")), date_is="end")


@pytest.mark.parametrize(
    "cell", ["", "31.02.2026", "13/31/2026", "2026-02-30", "123456", "yesterday", "2026-03-31T25:00"]
)
def test_what_is_no_time_is_refused(cell: str) -> None:
    with pytest.raises(BadCell, match="a date or time like 2026-03-31"):
        parse_time_us(cell, Reading(UTC_ZONE), date_is="end")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("90d", 90 * DAY), ("36h", 36 * HOUR), ("30m", HOUR // 2), ("30 min", HOUR // 2), ("2W", 14 * DAY), ("0d", 0)],
)
def test_durations_have_a_unit(text: str, expected: int) -> None:
    assert parse_duration_us(text) == expected


@pytest.mark.parametrize("text", ["90", "d", "", "3 months", "-1d", "40000d", "one day"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no duration"):
        parse_duration_us(text)


def test_an_event_type_has_single_blanks_and_is_not_empty() -> None:
    assert parse_event_type("  Email \t opened") == "Email opened"
    with pytest.raises(BadCell, match="an event type is expected"):
        parse_event_type("  ")


def test_every_bad_cell_is_noted_with_its_row() -> None:
    parsed = parse_cells(["1", "x", "", "x"], parse_number, -1.0)

    assert parsed.bad == BadCells((1, 3), ("a number is expected", "a number is expected"))
    assert parsed.values[:2] == [1.0, -1.0]


def test_numbers_of_a_column_are_missing_where_bad() -> None:
    parsed = parse_cells(["1", "x", ""], parse_number, math.nan)
    values, bad = np.array(parsed.values), parsed.bad

    assert values.tolist()[0] == 1.0
    assert np.isnan(values).tolist() == [False, True, True]
    assert bad.rows == (1,)
