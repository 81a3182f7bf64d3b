"""Axes: from a measure to pixels, with round ticks, and the frame that two of them make."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from features.tables import MICROSECONDS_PER_DAY
from features.times import time_of
from training.figures import svg
from training.figures.svg import Point

#: Days between two dates of an axis; months from there on.
_DAY_STEPS = (1, 2, 7, 14)
_MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60, 120)
_DAYS_OF_MONTH = 30.4


def percent(share: float) -> str:
    """A share in whole percent, finer where it is small.

    >>> percent(0.25), percent(0.004), percent(0.0)
    ('25%', '0.4%', '0%')
    """
    return f"{share:.1%}" if 0 < share < 0.01 else f"{share:.0%}"


def plain(value: float) -> str:
    """A number in at most four digits."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


@dataclass(frozen=True)
class Axis:
    """A straight way from values to pixels.

    Attributes
    ----------
    low, high : values at its ends.
    start, end : the ends in pixels; upright ones run from a large pixel to a small one.
    ticks : values that are named.
    told : how a value is written.
    """

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...]
    told: Callable[[float], str] = plain
    label: str = ""

    def at(self, value: float) -> float:
        """The pixel of a value; beyond an end, that end."""
        share = (value - self.low) / ((self.high - self.low) or 1.0)
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)


def shares_axis(start: float, end: float, label: str, *, high: float = 1.0) -> Axis:
    """An axis of shares from 0 on, in percent."""
    ticks = round_ticks(0.0, high)
    return Axis(0.0, max(high, ticks[-1] if ticks else high), start, end, ticks, percent, label)


def round_ticks(low: float, high: float, *, about: int = 5) -> tuple[float, ...]:
    """Round values between two others, about so many.

    >>> round_ticks(0.0, 1.0)
    (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    """
    if not high > low:
        return (low,)
    rough = (high - low) / about
    unit = 10.0 ** math.floor(math.log10(rough))
    step = min((m * unit for m in (1, 2, 5, 10)), key=lambda s: abs(s - rough))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(round(k * step, 10) for k in range(first, last + 1))


def date_ticks(low_us: int, high_us: int, *, about: int = 6) -> tuple[float, ...]:
    """Midnights (UTC) between two times, about so many: single days, weeks, or firsts of months."""
    days = (high_us - low_us) / MICROSECONDS_PER_DAY
    step = next((s for s in _DAY_STEPS if days / s <= about), None)
    if step is not None:
        first = -(-low_us // MICROSECONDS_PER_DAY)
        return tuple(
            float(day * MICROSECONDS_PER_DAY) for day in range(first, high_us // MICROSECONDS_PER_DAY + 1, step)
        )
    months = next((s for s in _MONTH_STEPS if days / _DAYS_OF_MONTH / s <= about), _MONTH_STEPS[-1])
    span = np.array([low_us, high_us], dtype="datetime64[us]").astype("datetime64[M]").astype(np.int64)
    firsts = np.arange(span[0], span[1] + 1)
    us = firsts[firsts % months == 0].astype("datetime64[M]").astype("datetime64[us]").astype(np.int64)
    return tuple(float(one) for one in us if low_us <= one <= high_us)


def date(us: float) -> str:
    """A day, as 2026-11-02."""
    return time_of(int(us)).date().isoformat()


def frame(x: Axis, y: Axis) -> list[str]:
    """Grid, ticks and labels of a plot."""
    parts = [svg.line((x.start, y.at(tick)), (x.end, y.at(tick)), "grid") for tick in y.ticks]
    parts += [svg.text((x.start - 7, y.at(tick) + 4), y.told(tick), anchor="end") for tick in y.ticks]
    parts += upright_ticks(x, y.end, y.start)
    middle = (y.start + y.end) / 2
    return [*parts, svg.text_upwards((x.start - 44, middle), y.label)]


def upright_ticks(x: Axis, top: float, bottom: float) -> list[str]:
    """The grid of a lying axis over a plot from top to bottom, its ticks and its label below."""
    parts = [svg.line((x.at(tick), top), (x.at(tick), bottom), "grid") for tick in x.ticks]
    parts += [svg.text((x.at(tick), bottom + 17), x.told(tick), anchor="middle") for tick in x.ticks]
    label = svg.text(((x.start + x.end) / 2, bottom + 37), x.label, anchor="middle", look="label")
    return [*parts, label]


def legend(at: Point, entries: Sequence[tuple[str, str]]) -> list[str]:
    """Marks and what they stand for, on one line.

    Parameters
    ----------
    entries : look of a line or dot, and its words.
    """
    parts, (left, y) = [], at
    for look, words in entries:
        mark = svg.dots([(left + 9, y - 4)], look) if look.startswith("dot-") else ""
        box = svg.bar(left, y - 10, left + 18, y + 1, look) if look.startswith("fill-") else ""
        parts.append(mark or box or svg.line((left, y - 4), (left + 18, y - 4), look))
        parts.append(svg.text((left + 24, y), words))
        left += 24 + 6.7 * len(words) + 18
    return parts
