"""Contributions that add up to the log-odds shown, and the check that they do."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from features.catalogue import FAMILIES, Family
from features.tables import FloatArray, IntArray

#: `impact` 20 means that the odds double.
IMPACT_OF_DOUBLING = 20.0
SUM_TOLERANCE = 1e-9
_LOG_2 = np.log(2.0)


class BrokenSum(RuntimeError):
    """Contributions that do not add up to the log-odds: the scorer never returns such rows."""


@dataclass(frozen=True)
class Part:
    """One column of the contributions.

    Attributes
    ----------
    name : the feature, or ``rule:ID`` and ``cap:GROUP`` for a line of the points ledger.
    source : the column or event type it is merged under.
    spread_over : for what a cap took from a group: the positions of the parts it took it from, in
        proportion to what they gave. Merging gives each of their sources its share.
    """

    name: str
    source: str
    family: Family
    spread_over: tuple[int, ...] = ()


class Parts(tuple[Part, ...]):
    """The columns of contributions, and what depends on them alone: worked out once, however many rows have them."""

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """The columns and event types that parts are merged under, ascending."""
        return tuple(sorted({part.source for part in self if not part.spread_over}))

    @cached_property
    def source_of(self) -> IntArray:
        """k positions in `sources`; -1 for what caps took."""
        position = {source: i for i, source in enumerate(self.sources)}
        return np.array([-1 if part.spread_over else position[part.source] for part in self], dtype=np.int64)

    @cached_property
    def by_source(self) -> tuple[IntArray, IntArray]:
        """The parts that have a source, in the order of the sources, and where those of each begin."""
        own = np.flatnonzero(self.source_of >= 0)
        ordered = own[np.argsort(self.source_of[own], kind="stable")]
        return ordered, np.searchsorted(self.source_of[ordered], np.arange(len(self.sources)))

    @cached_property
    def members(self) -> tuple[tuple[int, ...], ...]:
        """The parts of each source."""
        ordered, first = self.by_source
        return tuple(tuple(group.tolist()) for group in np.split(ordered, first[1:])) if self.sources else ()

    @cached_property
    def of_family(self) -> Mapping[Family, IntArray]:
        """The parts of each family."""
        return {family: np.array([i for i, p in enumerate(self) if p.family == family], int) for family in FAMILIES}


@dataclass(frozen=True)
class Contributions:
    """n rows of k parts, in log-odds: ``base_log_odds + values.sum(axis=1) = log_odds``."""

    parts: tuple[Part, ...]
    values: FloatArray
    base_log_odds: float
    log_odds: FloatArray

    @cached_property
    def table(self) -> Parts:
        """The parts, with what was worked out for them already if they come as `Parts`."""
        return self.parts if isinstance(self.parts, Parts) else Parts(self.parts)

    def family_impact(self, family: Family) -> FloatArray:
        """The summed impact of a family's parts, n rows."""
        own = self.table.of_family[family]
        if not len(own):
            return np.zeros(len(self.values))
        return impact_of(np.cumsum(self.values[:, own], axis=1)[:, -1])  # left to right, whatever the number of rows


def impact_of(log_odds: FloatArray) -> FloatArray:
    """Log-odds in steps of which 20 double the odds, rounded to 0.1 as shown.

    Rounded to 1e-9 first: what lies on the edge between two tenths, as a quarter of a point does, is shown
    alike whichever way its sum was reached (ways of a sum differ by some 1e-15).

    >>> impact_of(np.array([np.log(2.0)]))
    array([20.])
    """
    impact = log_odds / _LOG_2 * IMPACT_OF_DOUBLING
    return np.asarray(impact.round(9).round(1) + 0.0)


def check_sum(contributions: Contributions) -> Contributions:
    """The same contributions, if they add up on every row.

    Raises
    ------
    BrokenSum : a row's base and contributions differ from its log-odds by more than 1e-9.
    """
    total = contributions.base_log_odds + contributions.values.sum(axis=1)
    gap = np.abs(total - contributions.log_odds)
    # not (<=) rather than (>): a NaN must not pass
    if not (gap <= SUM_TOLERANCE).all():
        row = int(np.argmax(np.where(np.isnan(gap), np.inf, gap)))
        raise BrokenSum(
            f"row {row}: base and contributions sum to {total[row]!r}, the log-odds are "
            f"{contributions.log_odds[row]!r}; no score is returned: load the bundle again or train anew"
        )
    return contributions


def merge_sources(contributions: Contributions) -> tuple[tuple[str, ...], IntArray, FloatArray]:
    """The parts of one column or event type as one; a cap's share goes to what it capped.

    Returns
    -------
    The m sources, ascending; k int64, the source of each part, -1 for a cap; float64 (n, m) whose rows
    have the same sums as those of the parts.
    """
    parts = contributions.table
    ordered, first = parts.by_source
    # of C order: each row is summed by itself, whatever the number of rows
    values = np.ascontiguousarray(contributions.values[:, ordered])
    merged = np.add.reduceat(values, first, axis=1) if parts.sources else np.zeros((len(values), 0))
    for column in (parts.source_of < 0).nonzero()[0].tolist():
        if contributions.values[:, column].any():
            spread_over = parts[column].spread_over
            taken = contributions.values[:, column, None] * _shares(contributions.values[:, spread_over])
            for share, capped in enumerate(spread_over):
                merged[:, parts.source_of[capped]] += taken[:, share]
    return parts.sources, parts.source_of, merged


def _shares(given: FloatArray) -> FloatArray:
    """What each part gave of all that was given, (n, m); equal shares where nothing was given."""
    positive = np.maximum(given, 0.0)
    total = np.cumsum(positive, axis=1)[:, -1:]  # left to right, however the cells lie in memory
    equal = np.full_like(positive, 1.0 / given.shape[1])
    return np.asarray(np.divide(positive, total, out=equal, where=total > 0))
