"""Which lead is looked at when: one snapshot is a lead as it stood at an `as_of`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from features.parsing import parse_duration_us
from features.tables import MICROSECONDS_PER_DAY, BoolArray, IntArray, LeadArrays

DurationUs = Annotated[int, BeforeValidator(lambda text: parse_duration_us(str(text)))]


def _more_than_nothing(duration_us: int) -> int:
    if duration_us == 0:
        raise ValueError("a duration of 0 is found, more is expected: write one like 90d or 3d")
    return duration_us


PositiveDurationUs = Annotated[DurationUs, AfterValidator(_more_than_nothing)]


class EverySection(BaseModel):
    """A snapshot of every open lead each so many days of the calendar."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    every: PositiveDurationUs


class GoalSection(BaseModel):
    """What is predicted: the win within `horizon`, seen from which snapshots."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    horizon: PositiveDurationUs = 90 * MICROSECONDS_PER_DAY
    snapshots: Literal["auto"] | Annotated[list[DurationUs], Field(min_length=1)] | EverySection = "auto"
    observed_until: str | None = None


@dataclass(frozen=True)
class Snapshots:
    """n snapshots, sorted by lead, then time.

    Attributes
    ----------
    lead : n int64 positions in the LeadArrays.
    as_of_us : n int64 microseconds since 1970 UTC; the rank of the row where a flat table has no times.
    """

    lead: IntArray
    as_of_us: IntArray

    def __len__(self) -> int:
        return len(self.lead)

    def take(self, index: IntArray | BoolArray) -> "Snapshots":
        return Snapshots(self.lead[index], self.as_of_us[index])


def snapshots_at(leads: LeadArrays, as_of_us: int) -> Snapshots:
    """Every lead that exists at one time."""
    if leads.created_us is None:
        return snapshots_of_rows(leads)
    lead = np.flatnonzero(leads.created_us <= as_of_us)
    return Snapshots(lead, np.full(len(lead), as_of_us, dtype=np.int64))


def snapshots_of_rows(leads: LeadArrays) -> Snapshots:
    """One snapshot per row of a flat table; its rank stands for its time."""
    rank = np.arange(len(leads), dtype=np.int64)
    return Snapshots(rank, rank)


def snapshots_at_ages(leads: LeadArrays, ages_us: Sequence[int], *, until_us: int) -> Snapshots:
    """Every lead at each of these ages that it reached by `until_us` (inclusive)."""
    created_us = _created(leads)
    ages = np.unique(np.array(ages_us, dtype=np.int64))
    lead = np.repeat(np.arange(len(leads), dtype=np.int64), len(ages))
    as_of_us = (created_us[:, None] + ages).ravel()
    reached = as_of_us <= until_us
    return Snapshots(lead[reached], as_of_us[reached])


def snapshots_every(leads: LeadArrays, every_us: int, *, until_us: int) -> Snapshots:
    """Every lead at each multiple of `every_us` since 1970, from its creation to `until_us` (inclusive)."""
    created_us = _created(leads)
    first = -(-created_us // every_us)
    count = np.maximum(until_us // every_us - first + 1, 0)
    lead = np.repeat(np.arange(len(leads), dtype=np.int64), count)
    start = np.repeat(np.cumsum(count) - count, count)
    tick = first[lead] + (np.arange(len(lead)) - start)
    return Snapshots(lead, tick * every_us)


def _created(leads: LeadArrays) -> IntArray:
    if leads.created_us is None:
        raise ValueError("a flat table has no ages: give leads.created_at in leadlight.yaml")
    return leads.created_us
