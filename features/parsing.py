"""Cells to values: ids, numbers, flags, times and the words that mean "missing"."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Generic, Literal, TypeVar
from zoneinfo import ZoneInfo

from features.date_forms import is_numeral, time_of_numeral
from features.date_forms import readings_of as date_readings
from features.number_forms import MARKS, number_under
from features.number_forms import readings_of as number_readings
from features.reading import USUAL, Reading
from features.tables import MICROSECONDS_PER_DAY

Value = TypeVar("Value")
EdgeOfDay = Literal["start", "end"]

FLAGS = {"yes": 1.0, "true": 1.0, "y": 1.0, "t": 1.0, "no": 0.0, "false": 0.0, "n": 0.0, "f": 0.0}
MAX_ID_LENGTH = 128
#: Ids that read as they stand, but for their length: printable ASCII without spaces around it.
PLAIN_ID = "[!-~]([ -~]*[!-~])?"
#: No time of a CRM lies outside; 9999-12-31 is how databases write "never".
FIRST_YEAR, LAST_YEAR = 1800, 2200
_OUT_OF_YEARS = f"a time between the years {FIRST_YEAR} and {LAST_YEAR} is expected; leave the cell empty for never"
MAX_NUMBER = 1e18
_NO_TIME = "a date or time like 2026-03-31 or 2026-03-31T14:05:00Z is expected"
_ORDER_NAMES = {"dmy": "day, month, year", "mdy": "month, day, year", "ymd": "year, month, day"}
_MARK_NAMES = {".": "point", ",": "comma"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class BadCell(ValueError):
    """A cell that can not be read as what its column holds; the text is the reason."""


class UnclearDate(BadCell):
    """A date whose day and month could as well be month and day."""


def parse_id(cell: str) -> str:
    """An id: trimmed, 1 to 128 printable characters.

    >>> parse_id(" 00Q-7 ")
    '00Q-7'
    """
    text = cell.strip()
    if not text:
        raise BadCell("an id is needed, the cell is empty")
    if len(text) > MAX_ID_LENGTH:
        raise BadCell(f"an id has at most {MAX_ID_LENGTH} characters, this one {len(text)}")
    if not text.isprintable():
        raise BadCell("an id has printable characters only")
    return text


def parse_event_type(cell: str) -> str:
    """The name of an event type, with single blanks.

    >>> parse_event_type(" Email  opened")
    'Email opened'
    """
    text = " ".join(cell.split())
    if not text:
        raise BadCell("an event type is expected, the cell is empty")
    return text


def parse_text(cell: str, reading: Reading = USUAL) -> str | None:
    """A text with single blanks, or None for a missing one.

    >>> parse_text(" Case  study"), parse_text("n/a")
    ('Case study', None)
    """
    return None if reading.is_missing(cell) else " ".join(cell.split())


def parse_number(cell: str, reading: Reading = USUAL) -> float:
    """A finite number, or NaN for a missing one; there is one zero, -0 is 0.

    Where the decimal mark is not said, it is a point wherever the cell can be read so.

    >>> parse_number("1e3"), parse_number("n/a"), parse_number("€ 1.234,50"), parse_number("12.5%")
    (1000.0, nan, 1234.5, 12.5)
    """
    if reading.is_missing(cell):
        return math.nan
    marks = MARKS if reading.decimal is None else (reading.decimal,)
    number = next((found for mark in marks if (found := number_under(cell, mark)) is not None), None)
    if number is None:
        is_other = reading.decimal is not None and any(each is not None for each in number_readings(cell))
        of_mark = f" with a decimal {_MARK_NAMES[reading.decimal]}" if is_other and reading.decimal else ""
        raise BadCell(f"a number{of_mark} is expected")
    if not math.isfinite(number):
        raise BadCell("a finite number is expected")
    if abs(number) > MAX_NUMBER:
        raise BadCell(f"a number between -{MAX_NUMBER:g} and {MAX_NUMBER:g} is expected")
    return number + 0.0


def parse_flag(cell: str, reading: Reading = USUAL) -> float:
    """1 for yes, 0 for no, NaN for missing; a number is yes unless it is 0.

    >>> parse_flag("Yes"), parse_flag("0")
    (1.0, 0.0)
    """
    word = cell.strip().lower()
    if word in FLAGS:
        return FLAGS[word]
    try:
        number = parse_number(cell, reading)
    except BadCell:
        raise BadCell("yes or no is expected") from None
    return number if math.isnan(number) else float(number != 0)


def parse_time_us(cell: str, reading: Reading = USUAL, *, date_is: EdgeOfDay) -> int:
    """Microseconds since 1970 UTC of a date or time: ISO 8601, or as `date_forms` has them.

    A time without an offset is read in the reading's time zone: one that comes twice, where the clock is
    set back, is the first; one that never comes is read as if the clock had not been set yet. A date
    without a time is the first or the last microsecond of that day.

    >>> parse_time_us("1970-01-01T00:00:01.5Z", date_is="start")
    1500000
    >>> parse_time_us("1/2/1970 12:00 am", Reading(dates="mdy"), date_is="start") // MICROSECONDS_PER_DAY
    1
    """
    moment = _moment(cell.strip(), reading)
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise BadCell(_OUT_OF_YEARS)
    if not isinstance(moment, datetime):
        return _edge_of_day_us(moment, reading.timezone, date_is)
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=reading.timezone)
    return (aware - _EPOCH) // _MICROSECOND


def _moment(text: str, reading: Reading) -> date | datetime:
    if is_numeral(text):
        return time_of_numeral(text)
    try:
        return date.fromisoformat(text) if len(text) <= len("2026-03-31") else datetime.fromisoformat(text)
    except ValueError:
        pass
    fits = date_readings(text)
    if reading.dates is not None:
        if reading.dates in fits:
            return fits[reading.dates]
        raise BadCell(_NO_TIME if not fits else f"a date in the order {_ORDER_NAMES[reading.dates]} is expected")
    usual = {order: moment for order, moment in fits.items() if order != "ymd"} or fits
    if not usual:
        raise BadCell(_NO_TIME)
    if len(set(usual.values())) > 1:
        raise UnclearDate("day and month can not be told apart: write 2026-03-31, or say `dates: dmy` or `dates: mdy`")
    return next(iter(usual.values()))


def _edge_of_day_us(day: date, timezone: ZoneInfo, date_is: EdgeOfDay) -> int:
    # Where the clock is set back at the end of the day, its last hour comes twice: fold=1 is the second.
    clock = time() if date_is == "start" else time.max.replace(fold=1)
    return (datetime.combine(day, clock, tzinfo=timezone) - _EPOCH) // _MICROSECOND


def parse_duration_us(text: str) -> int:
    """Microseconds of a duration written with its unit: minutes, hours, days or weeks.

    >>> parse_duration_us("36h") == parse_duration_us("1.5d")
    True
    """
    units = {"m": 1 / 1440, "min": 1 / 1440, "h": 1 / 24, "d": 1.0, "w": 7.0}
    word = text.strip().lower()
    number = word.rstrip("abcdefghijklmnopqrstuvwxyz ")
    unit = word[len(number) :].strip()
    try:
        days = float(number) * units[unit]
    except (ValueError, KeyError):
        raise ValueError(f"{text!r} is no duration: write a number and a unit, like 90d, 36h, 30m or 2w") from None
    if not 0 <= days < 36_525:
        raise ValueError(f"{text!r} is no duration between 0 and 100 years")
    return round(days * MICROSECONDS_PER_DAY)


@dataclass(frozen=True)
class BadCells:
    """Which cells of a column could not be read, and why (aligned)."""

    rows: tuple[int, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Parsed(Generic[Value]):
    """The values of a column, and the cells that gave none."""

    values: list[Value]
    bad: BadCells


def parse_cells(cells: Sequence[str], parse: Callable[[str], Value], fallback: Value) -> Parsed[Value]:
    """Every cell through `parse`, each distinct text once; a bad cell gives `fallback`.

    >>> parse_cells(["1", "x"], parse_number, 0.0).bad
    BadCells(rows=(1,), reasons=('a number is expected',))
    """
    known: dict[str, Value] = {}
    reasons: dict[str, str] = {}
    for text in dict.fromkeys(cells):
        try:
            known[text] = parse(text)
        except BadCell as error:
            known[text], reasons[text] = fallback, str(error)
    rows = tuple(i for i, text in enumerate(cells) if text in reasons) if reasons else ()
    return Parsed([known[text] for text in cells], BadCells(rows, tuple(reasons[cells[i]] for i in rows)))
