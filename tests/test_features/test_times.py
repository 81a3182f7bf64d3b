"""Times and microseconds since 1970 tell the same."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from features.times import microseconds_of, time_of


def test_microseconds_become_a_time_in_utc() -> None:
    assert time_of(1_500_000).isoformat() == "1970-01-01T00:00:01.500000+00:00"
    assert time_of(-1).isoformat() == "1969-12-31T23:59:59.999999+00:00"


def test_the_zone_of_a_time_counts() -> None:
    in_berlin = datetime(1970, 1, 1, 2, tzinfo=timezone(timedelta(hours=1)))

    assert microseconds_of(in_berlin) == 3_600_000_000


@settings(deadline=None, derandomize=True)
@given(st.datetimes(timezones=st.just(UTC)))
def test_a_time_comes_back_whole(time: datetime) -> None:
    assert time_of(microseconds_of(time)) == time
