"""What is measured of the events that a condition means: how many, faded by age, the newest or the oldest of them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from features.tables import FloatArray, IntArray
from models.rules.conditions import EventCondition
from models.rules.scalars import Duration, Section

_GRID = float(2**32)


class Limit(Section):
    """At most so many events count in any span of this length (microseconds)."""

    at_most: Annotated[int, Field(strict=True, ge=1, le=1000)]
    per: Duration


@dataclass(frozen=True)
class Fade:
    """How an event loses weight with its age, in microseconds: halved each `half_life`, or gone after `linear`."""

    half_life_us: int | None = None
    linear_us: int | None = None

    def weights(self, age_us: FloatArray) -> FloatArray:
        """The weight at each age; an infinite age weighs nothing.

        >>> Fade(linear_us=30).weights(np.array([0.0, 15.0, 30.0, 31.0, np.inf]))
        array([1. , 0.5, 0. , 0. , 0. ])
        """
        is_there = np.isfinite(age_us)
        known = np.where(is_there, age_us, 0.0)
        return faded(known, _or_never(self.half_life_us), _or_never(self.linear_us)) * is_there


@dataclass(frozen=True)
class Measure:
    """One number a snapshot, of the events that a condition means.

    Attributes
    ----------
    when : the events; their number is not asked here.
    what : "sum" of their weights; the age of the "newest" (infinite without one) or "oldest" (minus infinity).
    fade, limit : for sums.
    """

    when: EventCondition
    what: Literal["sum", "newest", "oldest"] = "sum"
    fade: Fade = Fade()
    limit: Limit | None = None

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        """Worked out once: that of the condition takes longer than most that is done with a measure."""
        return hash((self.when, self.what, self.fade, self.limit))


def fade_table(measures: tuple[Measure, ...]) -> tuple[FloatArray, FloatArray]:
    """The half-life and the linear span of each measure, infinite where it has none."""
    half_life = [_or_never(measure.fade.half_life_us) for measure in measures]
    linear = [_or_never(measure.fade.linear_us) for measure in measures]
    return np.array(half_life, dtype=np.float64), np.array(linear, dtype=np.float64)


def faded(age_us: FloatArray | IntArray, half_life_us: FloatArray | float, linear_us: FloatArray | float) -> FloatArray:
    """Weights between 0 and 1, multiples of 2**-32: their sums do not depend on the order of the events.

    Of the same bits as `features.behaviour.decay_weights` where there is no linear span.
    """
    weight = np.exp2(age_us / -np.asarray(half_life_us, dtype=np.float64))
    if np.isfinite(linear_us).any():
        weight = weight * np.maximum(1.0 - age_us / linear_us, 0.0)
    return np.asarray(np.rint(weight * _GRID) / _GRID)


def _or_never(duration_us: int | None) -> float:
    return np.inf if duration_us is None else float(duration_us)
