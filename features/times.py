"""Times as people and programs write them, from the microseconds that tables hold."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def time_of(microseconds: int) -> datetime:
    """The aware UTC time of microseconds since 1970.

    >>> time_of(1_500_000).isoformat()
    '1970-01-01T00:00:01.500000+00:00'
    """
    return _EPOCH + timedelta(microseconds=microseconds)


def microseconds_of(moment: datetime) -> int:
    """The inverse of `time_of`, of an aware time.

    >>> microseconds_of(time_of(7))
    7
    """
    return (moment - _EPOCH) // _MICROSECOND
