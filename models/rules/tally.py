"""One pass over the log for all that rules measure, as the kernel of features does it.

Each event has a *sign*: its type, and which tests of the rulebook it passes. A table says which measures count an event
of a sign; a rulebook seldom counts a type more than once or twice, and so many layers the table has. Nothing depends on
the order of the events: counts and weights sum exactly, and newest and oldest are a minimum and a maximum.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from features.behaviour import SeenEvents, seen_in_parts
from features.snapshots import Snapshots
from features.tables import BoolArray, EventArrays, FloatArray, IntArray
from models.rules.asked import Asked, types_counted
from models.rules.event_signs import EventReader, counts_signs, signs_of
from models.rules.limits import within_limit
from models.rules.measures import Measure, fade_table, faded

_NEVER_US = np.iinfo(np.int64).max
#: Where events can have more signs than this, only those that they have are looked at.
_MAX_SIGNS = 1 << 18


def tally(asked: Asked, events: EventArrays, snapshots: Snapshots, reader: EventReader) -> Mapping[Measure, FloatArray]:
    """The measures of every snapshot, from events strictly before its `as_of` only.

    Returns
    -------
    n float64 for each measure.
    """
    if not asked.measures:
        return {}
    signs = signs_of(asked.filters, events, reader)
    n_signs = len(events.types) << len(asked.filters)
    if n_signs <= _MAX_SIGNS:
        is_counted, kinds = _kinds_of_all(asked, events.types)
    else:
        present, signs = np.unique(signs, return_inverse=True)
        is_counted, kinds = _kinds_of(asked, events.types, present)
    log = replace(events, type_code=signs)
    is_used = is_counted[signs]
    if 2 * np.count_nonzero(is_used) < len(is_used):
        log = log.take(is_used)
    sets = [_Set.of(kind, len(snapshots)) for kind in kinds]
    for seen in seen_in_parts(log, snapshots):
        for each in sets:
            each.add(seen)
    return {measure: values for each in sets for measure, values in each.finished()}


_EMPTY = {"sum": 0.0, "newest": np.inf, "oldest": -np.inf, "limited": 0.0}


def _kind_of(measure: Measure) -> str:
    return measure.what if measure.limit is None else "limited"


@dataclass(frozen=True)
class _Kind:
    """The measures that are added up in one way, whatever the events.

    Attributes
    ----------
    layers : int64 (n layers, n signs), positions in `measures`; -1 for none.
    within_us, fades : of each measure, how old an event may be, and how it fades.
    """

    name: str
    measures: tuple[Measure, ...]
    layers: IntArray
    within_us: IntArray
    fades: tuple[FloatArray, FloatArray]


def _kinds(asked: Asked, counted: BoolArray) -> tuple[_Kind, ...]:
    """The measures by kind.

    Parameters
    ----------
    counted : bool (n measures, n signs).
    """
    by_name: dict[str, list[int]] = {}
    for position, measure in enumerate(asked.measures):
        by_name.setdefault(_kind_of(measure), []).append(position)
    return tuple(_kind(name, tuple(asked.measures[i] for i in mine), counted[mine]) for name, mine in by_name.items())


@lru_cache(maxsize=64)
@lru_cache(maxsize=16)
def _kinds_of_all(asked: Asked, types: tuple[str, ...]) -> tuple[BoolArray, tuple[_Kind, ...]]:
    """Of every sign that events of these types can have."""
    return _kinds_of(asked, types, np.arange(len(types) << len(asked.filters)))


def _kinds_of(asked: Asked, types: tuple[str, ...], signs: IntArray) -> tuple[BoolArray, tuple[_Kind, ...]]:
    """Whether any measure counts each of these signs, and the measures by kind."""
    counted = counts_signs(types_counted(asked, types), asked.tests, len(asked.filters), signs)
    return np.asarray(counted.any(axis=0)), _kinds(asked, counted)


def _kind(name: str, own: tuple[Measure, ...], counted: BoolArray) -> _Kind:
    within = [_NEVER_US if measure.when.within is None else measure.when.within for measure in own]
    return _Kind(name, own, _layers(counted), np.array(within, dtype=np.int64), fade_table(own))


@dataclass(frozen=True)
class _Set:
    """The measures of one kind while events are added: measures x snapshots, flat.

    Attributes
    ----------
    kept : of limited measures the events: which measure, row and age.
    """

    kind: _Kind
    flat: FloatArray
    n_rows: int
    kept: list[tuple[IntArray, IntArray, IntArray]] = field(default_factory=list)

    @classmethod
    def of(cls, kind: _Kind, n_rows: int) -> "_Set":
        return cls(kind, np.full(len(kind.measures) * n_rows, _EMPTY[kind.name], dtype=np.float64), n_rows)

    def add(self, seen: SeenEvents) -> None:
        for layer in self.kind.layers:
            of = layer.take(seen.type_code)
            # a position of -1 reads the last window, and is left out by itself
            (here,) = ((of >= 0) & (seen.age_us <= self.kind.within_us.take(of))).nonzero()
            self._put(of.take(here), seen.row.take(here), seen.age_us.take(here))

    def _put(self, of: IntArray, row: IntArray, age_us: IntArray) -> None:
        cell = of * self.n_rows + row
        if self.kind.name == "sum":
            np.add.at(self.flat, cell, self._weights(of, age_us))
        elif self.kind.name == "newest":
            np.minimum.at(self.flat, cell, age_us.astype(np.float64))
        elif self.kind.name == "oldest":
            np.maximum.at(self.flat, cell, age_us.astype(np.float64))
        else:
            self.kept.append((of, row, age_us))

    def _weights(self, of: IntArray, age_us: IntArray) -> FloatArray | float:
        half_life, linear = self.kind.fades
        if np.isinf(half_life).all() and np.isinf(linear).all():
            return 1.0
        return faded(age_us, half_life.take(of), linear.take(of))

    def finished(self) -> list[tuple[Measure, FloatArray]]:
        if self.kept:
            self._limit()
        measures = self.kind.measures
        return list(zip(measures, self.flat.reshape(len(measures), self.n_rows), strict=True))

    def _limit(self) -> None:
        of, row, age_us = (np.concatenate([part[i] for part in self.kept]) for i in range(3))
        for position, measure in enumerate(self.kind.measures):
            mine = of == position
            own_row, own_age = row[mine], age_us[mine]
            order = np.lexsort((-own_age, own_row))
            own_row, own_age = own_row[order], own_age[order]
            if measure.limit is not None:
                limit = measure.limit
                counts = within_limit(own_row, own_age, at_most=limit.at_most, per_us=limit.per)
                own_row, own_age = own_row[counts], own_age[counts]
            cell = position * self.n_rows + own_row
            np.add.at(self.flat, cell, measure.fade.weights(own_age.astype(np.float64)))


def _layers(counted: NDArray[np.bool_]) -> IntArray:
    """The measures that count each sign, one below the other."""
    depth = int(counted.sum(axis=0).max(initial=0))
    layers = np.full((depth, counted.shape[1]), -1, dtype=np.int64)
    level = np.cumsum(counted, axis=0) - 1
    measure, sign = counted.nonzero()
    layers[level[measure, sign], sign] = measure
    return layers
