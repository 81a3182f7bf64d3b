"""Numbers and times as the pages show them."""

import math
from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from typing import TypeVar
from urllib.parse import quote

from features.times import time_of

T = TypeVar("T")
#: Never 0% or 100%, as in the sentences.
_LEAST = 0.001


def percent(share: float) -> str:
    """Whole percents, finer at the ends.

    >>> percent(0.314), percent(0.0042), percent(1.0)
    ('31%', '0.4%', '99.9%')
    """
    told = 100 * min(max(share, _LEAST), 1 - _LEAST)
    return f"{told:.0f}%" if 1 <= told <= 99 else f"{told:.1f}%"


def above(percentile: int) -> str:
    """Of how many leads one scores above.

    >>> above(97), above(100)
    ('97% of leads', 'all leads')
    """
    return f"{percentile}% of leads" if percentile < 100 else "all leads"


def odds(log_odds: float) -> str:
    """What a contribution does to the odds.

    >>> odds(0.6931471805599453), odds(-3.35), odds(0.01)
    ('×2', '×0.035', '×1.01')
    """
    factor = math.exp(min(log_odds, 50.0))
    if 0.95 < factor <= 1.05:
        return f"×{factor:.2f}"
    return f"×{factor:,.0f}" if factor >= 10 else f"×{factor:.2g}"


def impact(value: float) -> str:
    """An impact, of which 20 double the odds, with its sign.

    >>> impact(12.0), impact(-3.25), impact(0.0)
    ('+12.0', '−3.2', '0.0')
    """
    return f"{value:+.1f}".replace("-", "−") if round(value, 1) else "0.0"


def points(value: float) -> str:
    """Points of the rulebook, with their sign.

    >>> points(12.5), points(-30.0)
    ('+12.5', '−30')
    """
    return f"{value:+.4g}".replace("-", "−")


def moment(microseconds: int) -> str:
    """A time as people write it.

    >>> moment(1_795_000_000_000_000)
    '18 Nov 2026, 11:06 UTC'
    """
    return f"{day(time_of(microseconds))}, {time_of(microseconds):%H:%M} UTC"


def day(time: date) -> str:
    """A day as people write it."""
    return f"{time.day} {time:%b %Y}"


def days_before(time: datetime, as_of_us: int) -> str:
    """How many days before that of `as_of` something happened, as a calendar counts them.

    >>> days_before(time_of(0), 3 * 86_400_000_000)
    '3 days before'
    """
    days = (time_of(as_of_us).date() - time.date()).days
    return {0: "the same day", 1: "the day before"}.get(days, f"{days:,} days before")


def why(summary: str) -> str:
    """The reasons of a summary: what stands behind the chance, which a list shows beside it.

    >>> why("31% likely to become a customer, about the usual 30%: asked for a demo once.")
    'Asked for a demo once.'
    """
    return sentence(summary.partition(": ")[2] or summary)


def sentence(text: str) -> str:
    """With a capital letter.

    >>> sentence("opened an email")
    'Opened an email'
    """
    return text[:1].upper() + text[1:]


def groupby_day(timeline: Sequence[tuple[datetime, T]]) -> list[tuple[date, list[tuple[datetime, T]]]]:
    """What happened on each day, the newest first."""
    return [(on, list(events)) for on, events in groupby(timeline, key=lambda event: event[0].date())]


def lead_path(lead_id: str) -> str:
    """The address of a lead's page, whatever its id holds.

    >>> lead_path("a/b <c>")
    '/leads/a%2Fb%20%3Cc%3E'
    """
    return "/leads/" + quote(lead_id, safe="")
