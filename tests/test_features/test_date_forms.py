"""Times as people and programs write them."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.date_forms import Moment, is_numeral, readings_of, time_of_numeral

MARCH_31 = date(2026, 3, 31)


@pytest.mark.parametrize(
    "text",
    [
        "31.3.2026", "31.03.26", "31/03/2026", "31-3-2026", "3/31/2026", "03-31-26", "2026/03/31", "2026.3.31",
        "31 Mar 2026", "31-Mar-26", "31. March 2026", "March 31, 2026", "Mar 31st 2026", "Tue, 31 Mar 2026",
        "2026-Mar-31", "MARCH 31 2026", "31. 3. 2026",
    ],
)  # fmt: skip
def test_a_day_is_read_in_whatever_order_it_fits(text: str) -> None:
    fits = readings_of(text)

    assert fits.get("dmy", fits.get("mdy")) == MARCH_31


@pytest.mark.parametrize(
    ("clock", "moment"),
    [
        ("9:05", datetime(2026, 3, 31, 9, 5)),  # noqa: DTZ001
        ("9:05:07 PM", datetime(2026, 3, 31, 21, 5, 7)),  # noqa: DTZ001
        ("12:00 am", datetime(2026, 3, 31)),  # noqa: DTZ001
        ("12:30 p.m.", datetime(2026, 3, 31, 12, 30)),  # noqa: DTZ001
        ("09:05:07.25", datetime(2026, 3, 31, 9, 5, 7, 250_000)),  # noqa: DTZ001
        ("09:05 UTC", datetime(2026, 3, 31, 9, 5, tzinfo=UTC)),
        ("09:05 -0430", datetime(2026, 3, 31, 9, 5, tzinfo=timezone(-timedelta(hours=4, minutes=30)))),
    ],
)
@pytest.mark.parametrize("day", ["31.3.2026", "3/31/26,", "31 Mar 2026"])
def test_a_time_may_follow(day: str, clock: str, moment: datetime) -> None:
    fits = readings_of(f"{day} {clock}")

    assert set(fits.values()) >= {moment}


@pytest.mark.parametrize(
    ("text", "dmy", "mdy"),
    [
        ("1/2/2026", date(2026, 2, 1), date(2026, 1, 2)),
        ("13/1/2026", date(2026, 1, 13), None),
        ("1/13/2026", None, date(2026, 1, 13)),
        ("1/2/69", date(1969, 2, 1), date(1969, 1, 2)),
        ("1/2/68", date(2068, 2, 1), date(2068, 1, 2)),
    ],
)
def test_the_order_matters_where_the_form_leaves_it_open(text: str, dmy: date | None, mdy: date | None) -> None:
    fits = readings_of(text)

    assert (fits.get("dmy"), fits.get("mdy")) == (dmy, mdy)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "31/31/2026", "29.2.2026", "1/2/3", "1/2-2026", "31 Foo 2026", "1.2.2026 25:00", "1/2/26 13:00 pm"],
)
def test_what_is_no_time_has_no_reading(text: str) -> None:
    assert readings_of(text) == {}


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("45631", date(2024, 12, 5)),
        ("45631.0", date(2024, 12, 5)),
        ("45631,75", datetime(2024, 12, 5, 18)),  # noqa: DTZ001
        ("1711900800", datetime(2024, 3, 31, 16, tzinfo=UTC)),
        ("1711900800.5", datetime(2024, 3, 31, 16, 0, 0, 500_000, tzinfo=UTC)),
        ("1711900800123", datetime(2024, 3, 31, 16, 0, 0, 123_000, tzinfo=UTC)),
        ("1711900800123456", datetime(2024, 3, 31, 16, 0, 0, 123_456, tzinfo=UTC)),
    ],
)
def test_counts_of_days_and_seconds_are_times(text: str, moment: Moment) -> None:
    assert is_numeral(text)
    assert time_of_numeral(text) == moment


@given(st.datetimes(datetime(1995, 1, 1), datetime(2060, 1, 1)))  # noqa: DTZ001
def test_excels_serials_are_read_to_the_millisecond(moment: datetime) -> None:
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    serial = (moment - datetime(1899, 12, 30)) / timedelta(days=1)  # noqa: DTZ001

    read = time_of_numeral(f"{serial:.10f}")

    assert read in (moment, moment.date())
