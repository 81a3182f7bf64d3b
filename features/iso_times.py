"""Many ISO 8601 times at once: what `parse_time_us` gives, without an object for each cell."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from features.parsing import FIRST_YEAR, LAST_YEAR, BadCells, parse_cells, parse_time_us
from features.reading import Reading
from features.settling import DateEvidence
from features.tables import MICROSECONDS_PER_DAY, MICROSECONDS_PER_SECOND, BoolArray, IntArray

Letters = NDArray[np.uint32]
#: ``2026-03-31T14:05:00.123456+02:00`` and one more, so that longer cells are seen to be longer.
_WIDTH = 33
_DIGITS = (0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18)
_MARKS = ((4, "-"), (7, "-"), (13, ":"), (16, ":"))
_PLAIN = 19
_DAYS_PER_MONTH = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def parse_times(
    cells: Sequence[str], reading: Reading, *, missing_us: int | None = None, evidence: DateEvidence | None = None
) -> tuple[IntArray, BadCells]:
    """Microseconds since 1970 UTC of each cell, a date being the end of its day; 0 where it can not be read.

    Parameters
    ----------
    missing_us : what a missing cell means; without it, such a cell can not be read.
    evidence : is told of every cell that is no ISO time.
    """
    times, is_read = _iso_times(cells, reading)
    rest = np.flatnonzero(~is_read).tolist()
    if not rest:
        return times, BadCells((), ())

    def read(cell: str) -> int:
        if missing_us is not None and reading.is_missing(cell):
            return missing_us
        return parse_time_us(cell, reading, date_is="end")

    texts = [cells[row] for row in rest]
    if evidence is not None:
        evidence.add(texts)
    parsed = parse_cells(texts, read, 0)
    times[rest] = parsed.values
    return times, BadCells(tuple(rest[row] for row in parsed.bad.rows), parsed.bad.reasons)


def _iso_times(cells: Sequence[str], reading: Reading) -> tuple[IntArray, BoolArray]:
    """The times that are written in full with seconds, and which cells those are."""
    if not cells:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.bool_)
    letters = np.array(cells, dtype=f"U{_WIDTH}").view(np.uint32).reshape(len(cells), _WIDTH)
    length = np.count_nonzero(letters, axis=1)
    digits = letters.astype(np.int64) - ord("0")
    is_iso = length == np.fromiter(map(len, cells), dtype=np.int64, count=len(cells))
    is_iso &= np.all((digits[:, _DIGITS] >= 0) & (digits[:, _DIGITS] <= 9), axis=1)
    for at, mark in _MARKS:
        is_iso &= letters[:, at] == ord(mark)
    is_iso &= (letters[:, 10] == ord("T")) | (letters[:, 10] == ord(" "))
    local_us, is_time = _local_us(digits)
    fraction_us, tail = _fraction_us(letters, digits, length)
    is_iso &= is_time
    rest = length - tail
    last = np.take_along_axis(letters, np.minimum(tail, _WIDTH - 1)[:, None], axis=1)[:, 0]
    is_utc = (rest == 1) & (last == ord("Z"))
    is_utc |= _ends_with(letters, tail, "+00:00", rest)
    is_naive = rest == 0
    times = local_us + fraction_us
    is_iso &= is_utc | is_naive
    own = np.flatnonzero(is_iso & is_naive)
    if reading.timezone.key != "UTC" and len(own):
        offsets, is_even = _offsets_us(local_us[own], reading)
        times[own] -= offsets
        is_iso[own[~is_even]] = False
    return np.where(is_iso, times, 0), is_iso


def _number(digits: IntArray, start: int, n: int) -> IntArray:
    return np.asarray(digits[:, start : start + n] @ 10 ** np.arange(n - 1, -1, -1))


def _local_us(digits: IntArray) -> tuple[IntArray, BoolArray]:
    """The microseconds of date and time as if they were UTC, and whether there is such a date and time."""
    year, month, day = _number(digits, 0, 4), _number(digits, 5, 2), _number(digits, 8, 2)
    hour, minute, second = (_number(digits, start, 2) for start in (11, 14, 17))
    is_leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    last = _DAYS_PER_MONTH[np.clip(month, 1, 12) - 1] + (is_leap & (month == 2))
    is_time = (year >= FIRST_YEAR) & (year <= LAST_YEAR) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= last)
    is_time &= (hour < 24) & (minute < 60) & (second < 60)
    months = np.where(is_time, (year - 1970) * 12 + month - 1, 0)
    days = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + day - 1
    return (days * 86_400 + hour * 3_600 + minute * 60 + second) * MICROSECONDS_PER_SECOND, is_time


def _fraction_us(letters: Letters, digits: IntArray, length: IntArray) -> tuple[IntArray, IntArray]:
    """Three or six digits after the seconds in microseconds, and the position behind them."""
    fraction = np.zeros(len(digits), dtype=np.int64)
    tail = np.full(len(digits), _PLAIN)
    has_point = letters[:, _PLAIN] == ord(".")
    for n, unit in ((3, 1_000), (6, 1)):
        own = digits[:, _PLAIN + 1 : _PLAIN + 1 + n]
        fits = has_point & np.all((own >= 0) & (own <= 9), axis=1)
        fraction = np.where(fits, _number(digits, _PLAIN + 1, n) * unit, fraction)
        tail = np.where(fits, _PLAIN + 1 + n, tail)
    return fraction, tail


def _ends_with(letters: Letters, tail: IntArray, text: str, rest: IntArray) -> BoolArray:
    """Whether a text, and nothing else, stands at each cell's own position."""
    fits = rest == len(text)
    for i, letter in enumerate(text):
        at = np.minimum(tail + i, _WIDTH - 1)[:, None]
        fits &= np.take_along_axis(letters, at, axis=1)[:, 0] == ord(letter)
    return np.asarray(fits)


def _offsets_us(local_us: IntArray, reading: Reading) -> tuple[IntArray, BoolArray]:
    """The zone's offset from UTC on each day, and whether it is the same all that day."""
    days, position = np.unique(local_us // MICROSECONDS_PER_DAY, return_inverse=True)
    offsets = np.zeros(len(days), dtype=np.int64)
    is_even = np.zeros(len(days), dtype=np.bool_)
    for i, day in enumerate(days.tolist()):
        date = datetime(1970, 1, 1).date() + timedelta(days=day)  # noqa: DTZ001  # a day of the zone
        first = datetime.combine(date, time(), reading.timezone).utcoffset() or timedelta()
        last = datetime.combine(date, time.max.replace(fold=1), reading.timezone).utcoffset() or timedelta()
        offsets[i] = first // timedelta(microseconds=1)
        is_even[i] = first == last
    return offsets[position], is_even[position]
