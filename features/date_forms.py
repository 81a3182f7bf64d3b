"""How people and programs write times beside ISO 8601: day, month and year in some order, names of months,
12-hour clocks, seconds since 1970, days since 1900."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone

from features.reading import DateOrder

#: A plain text names a day alone, a moment names its time as well.
Moment = date | datetime

_CLOCK = (
    r"(?:(?:\s*,\s*|\s+|t)(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?\s*(?P<offset>z|utc|gmt|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_NUMERIC = re.compile(rf"(?P<a>[0-9]{{1,4}})(?P<sep>[-/.])\s?(?P<b>[0-9]{{1,2}})(?P=sep)\s?(?P<c>[0-9]{{1,4}}){_CLOCK}")
_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th|\.)?"
_MONTH = r"(?P<month>[a-z]{3,9})\.?"
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"
_YEAR = r"(?P<year>[0-9]{4}|[0-9]{2})"
_NAMED = (
    re.compile(rf"{_WEEKDAY}{_DAY}[\s/-]+{_MONTH}[\s,/-]+{_YEAR}{_CLOCK}"),
    re.compile(rf"{_WEEKDAY}{_MONTH}[\s-]+{_DAY}(?:,\s*|[\s-]+){_YEAR}{_CLOCK}"),
    re.compile(rf"{_YEAR}[\s/-]+{_MONTH}[\s/-]+{_DAY}{_CLOCK}"),
)
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTH_OF = {name: i + 1 for i, full in enumerate(_MONTHS) for name in (full, full[:3])} | {"sept": 9}
#: strptime's %y of POSIX: 69-99 are 1969-1999, 00-68 are 2000-2068 (IEEE Std 1003.1, strptime).
_PIVOT = 69
_SERIAL = re.compile(r"[2-7][0-9]{4}(?:[.,][0-9]{1,15})?")
_EPOCH = re.compile(r"[0-9]{9,10}(?:\.[0-9]{1,9})?|[0-9]{12,13}|[0-9]{15,16}|[0-9]{18,19}")
#: Day 60 of Excel's calendar is a 29 February 1900 that never was; its later days count from here
#: (Microsoft, "Differences between the 1900 and the 1904 date system in Excel").
_EXCEL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001  # a sheet has no time zone
_SERIAL_STEP = timedelta(milliseconds=1)
_MAX_LENGTH = 60


def is_numeral(text: str) -> bool:
    """Whether a text can only be a count of seconds since 1970 or of days since 1900.

    >>> is_numeral("45631.0"), is_numeral("1711900800"), is_numeral("20260331")
    (True, True, False)
    """
    return bool(_SERIAL.fullmatch(text) or _EPOCH.fullmatch(text))


def time_of_numeral(text: str) -> Moment:
    """The moment of such a count: Excel's days of the sheet's own zone; seconds, or thousandths of them, of UTC.

    >>> time_of_numeral("45631.0"), time_of_numeral("45631.5")
    (datetime.date(2024, 12, 5), datetime.datetime(2024, 12, 5, 12, 0))
    """
    if _SERIAL.fullmatch(text):
        days, _, part = text.replace(",", ".").partition(".")
        moment = _EXCEL_ZERO + timedelta(days=int(days))
        if not part.strip("0"):
            return moment.date()
        return moment + round(timedelta(days=float(f"0.{part}")) / _SERIAL_STEP) * _SERIAL_STEP
    whole, _, part = text.partition(".")
    per_second = 10 ** (3 * ((len(whole) - 9) // 3))
    microseconds = int(whole) * 1_000_000 // per_second + int(part.ljust(6, "0")[:6] or 0)
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)


def readings_of(text: str) -> dict[DateOrder, Moment]:
    """What a date means in each order that it fits; the same under all where its form leaves no choice.

    Two digits are a year at the end only, unless the project says `ymd`.

    >>> readings_of("31.3.26")
    {'dmy': datetime.date(2026, 3, 31), 'ymd': datetime.date(2031, 3, 26)}
    >>> readings_of("tomorrow")
    {}
    """
    folded = text.strip().casefold()
    if len(folded) > _MAX_LENGTH:
        return {}
    found = _NUMERIC.fullmatch(folded)
    if found is not None:
        return _of_numbers(found)
    named = next((match for form in _NAMED if (match := form.fullmatch(folded))), None)
    month = _MONTH_OF.get(named["month"]) if named is not None else None
    if named is None or month is None:
        return {}
    moment = _moment(named, _year(named["year"]), month, int(named["day"]))
    return {} if moment is None else {"dmy": moment, "mdy": moment, "ymd": moment}


def _of_numbers(found: re.Match[str]) -> dict[DateOrder, Moment]:
    a, b, c = found["a"], found["b"], found["c"]
    if len(a) == 4 and len(c) <= 2:  # nobody writes the day after the year
        moment = _moment(found, int(a), int(b), int(c))
        return {} if moment is None else {"dmy": moment, "mdy": moment, "ymd": moment}
    if len(a) > 2 or len(c) not in (2, 4):
        return {}
    fits: dict[DateOrder, Moment | None] = {
        "dmy": _moment(found, _year(c), int(b), int(a)),
        "mdy": _moment(found, _year(c), int(a), int(b)),
        "ymd": _moment(found, _year(a), int(b), int(c)) if len(a) == len(c) == 2 else None,
    }
    return {order: moment for order, moment in fits.items() if moment is not None}


def _year(digits: str) -> int:
    year = int(digits)
    if len(digits) == 4:
        return year
    return year + (1900 if year >= _PIVOT else 2000)


def _moment(found: re.Match[str], year: int, month: int, day: int) -> Moment | None:
    try:
        on = date(year, month, day)
        return on if found["hour"] is None else datetime.combine(on, _clock(found))
    except ValueError:
        return None


def _clock(found: re.Match[str]) -> time:
    hour = int(found["hour"])
    if found["half"] is not None:
        if not 1 <= hour <= 12:
            raise ValueError("a 12-hour clock")
        hour = hour % 12 + (12 if found["half"].startswith("p") else 0)
    micro = int((found["fraction"] or "").ljust(6, "0")[:6])
    return time(hour, int(found["minute"]), int(found["second"] or 0), micro, tzinfo=_offset(found["offset"]))


def _offset(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text in ("z", "utc", "gmt"):
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))
