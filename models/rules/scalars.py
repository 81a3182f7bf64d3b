"""What is written in a rulebook beside its keys: names, values, patterns, numbers, durations and dates."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from features.names import normal_name
from features.reading import is_missing
from features.snapshots import DurationUs

#: More would let sums of points lose exactness; see `models.rules.points`.
MAX_POINTS = 1_000_000
_ID = re.compile(r"[\w.-]{1,64}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Section(BaseModel):
    """A part of the rulebook; a key that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _listed(value: object) -> object:
    return value if isinstance(value, list | tuple) else (value,)


def _an_id(text: str) -> str:
    if not _ID.fullmatch(text):
        raise ValueError(f"found {text!r}, expected 1 to 64 letters, digits, dots, - or _; choose another id")
    return text


def _a_name(name: str) -> str:
    if not normal_name(name):
        raise ValueError(f"found {name!r}, expected a name with a letter or digit; write the name in the table")
    return name


def _a_pattern(pattern: str) -> str:
    try:
        re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        raise ValueError(
            f"found {pattern!r}, expected a regular expression ({error}); put \\ before a bracket, + or * that is meant"
        ) from error
    return pattern


def _a_value(value: str) -> str:
    if is_missing(value):
        raise ValueError(f"found {value!r}, which counts as a missing cell; write `missing: true` instead")
    return value


def plain_domain(text: str) -> str:
    """A domain as mail addresses have it.

    >>> plain_domain("@Rival.com"), plain_domain("www.rival.com")
    ('rival.com', 'rival.com')
    """
    return text.strip().casefold().removeprefix("@").removeprefix("www.")


def _a_domain(text: str) -> str:
    domain = plain_domain(text)
    if "." not in domain or "@" in domain or "/" in domain or " " in domain:
        raise ValueError(f"found {text!r}, expected a domain; write it like rival.com")
    return domain


def _a_day(value: object) -> object:
    try:
        if isinstance(value, date):
            return value
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise ValueError(f"found {value!r}, expected a day of the calendar; write it like 2026-03-31") from None


Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Count = Annotated[int, Field(strict=True, ge=1, le=MAX_POINTS)]
Share = Annotated[float, Field(strict=True, gt=0, lt=1)]
Points = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-MAX_POINTS, le=MAX_POINTS)]
Cap = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=MAX_POINTS)]
Duration = Annotated[DurationUs, Field(gt=0)]
Day = Annotated[date, BeforeValidator(_a_day)]
Id = Annotated[str, AfterValidator(_an_id)]
Line = Annotated[str, Field(min_length=1, max_length=200)]
Name = Annotated[str, AfterValidator(_a_name)]
SomeNames = Annotated[tuple[Name, ...], BeforeValidator(_listed)]
Names = Annotated[SomeNames, Field(min_length=1)]
Pattern = Annotated[str, Field(min_length=1), AfterValidator(_a_pattern)]
Value = Annotated[str, AfterValidator(_a_value)]
Values = Annotated[tuple[Value, ...], BeforeValidator(_listed), Field(min_length=1)]
Domain = Annotated[str, AfterValidator(_a_domain)]
Domains = Annotated[tuple[Domain, ...], BeforeValidator(_listed), Field(min_length=1)]


def start_of_day_us(day: date, timezone: ZoneInfo) -> int:
    """Microseconds since 1970 UTC of the first moment of a day where the rulebook lives.

    >>> start_of_day_us(date(1970, 1, 2), ZoneInfo("UTC")) == 86_400_000_000
    True
    """
    midnight = datetime(day.year, day.month, day.day, tzinfo=timezone)
    return (midnight - _EPOCH) // timedelta(microseconds=1)


def end_of_day_us(day: date, timezone: ZoneInfo) -> int:
    """The first moment after a day: days have 23 to 25 hours where clocks change.

    >>> end_of_day_us(date(2028, 2, 29), ZoneInfo("UTC")) == start_of_day_us(date(2028, 3, 1), ZoneInfo("UTC"))
    True
    """
    return start_of_day_us(day + timedelta(days=1), timezone)
