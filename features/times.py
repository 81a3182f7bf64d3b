"""Times as people write them, and as the tables hold them: integer microseconds since 1970-01-01 UTC."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def time_of(microseconds: int) -> datetime:
    """The aware UTC time of microseconds since 1970.

    >>> time_of(1_500_000).isoformat()
    '1970-01-01T00:00:01.500000+00:00'
    """
    return _EPOCH + timedelta(microseconds=microseconds)


def is_to_come(at_us: int, now_us: int) -> bool:
    """Whether a time lies more than a day after another: further than time zones reach.

    >>> is_to_come(2 * 86_400_000_000, 0), is_to_come(3_600_000_000, 0)
    (True, False)
    """
    return at_us > now_us + timedelta(days=1) // timedelta(microseconds=1)


def microseconds_of(time: datetime) -> int:
    """Microseconds since 1970 of an aware time.

    >>> microseconds_of(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    1000000
    """
    return (time - _EPOCH) // timedelta(microseconds=1)
