"""Which events a condition means: by type, who made it, which way it came, what it was about, its value and date."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import numpy as np

from features.actors import Actor, made_by_rep
from features.names import named, normal_name
from features.tables import BoolArray, EventArrays, FloatArray, IntArray, PositionArray, TextColumn
from models.rules.conditions import ANY_EVENT, EventCondition, NumberTest
from models.rules.scalars import start_of_day_us


@dataclass(frozen=True)
class EventReader:
    """How events are read: who makes those of a type, where the project says so, and where days begin."""

    actors: Mapping[str, Actor] = field(default_factory=dict)
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))


def types_of(condition: EventCondition, types: Sequence[str]) -> tuple[str, ...]:
    """The event types that a condition means, as the log spells them.

    >>> types_of(EventCondition(event="demo request"), ["call", "Demo-Request"])
    ('Demo-Request',)
    """
    if ANY_EVENT in condition.event:
        return tuple(types)
    return named(condition.event, types)


def counts_types(condition: EventCondition, types: Sequence[str]) -> list[bool]:
    """Whether a condition means each of these types."""
    meant = frozenset(types_of(condition, types))
    return [name in meant for name in types]


def test_of(condition: EventCondition) -> EventCondition | None:
    """What is asked of an event beside its type and its age; None for nothing."""
    asked = ("since", "before", "actor", "channel", "content", "value")
    if all(getattr(condition, name) is None for name in asked):
        return None
    return EventCondition(event=(ANY_EVENT,)).model_copy(update={name: getattr(condition, name) for name in asked})


def signs_of(filters: Sequence[EventCondition], events: EventArrays, reader: EventReader) -> PositionArray:
    """The sign of each event: its type, and above it a bit for each test, set where the event passes."""
    if not filters or not events.types:
        return events.type_code
    signs = events.type_code.astype(np.int64)
    for bit, test in enumerate(filters):
        signs += _passes(test, events, reader).astype(np.int64) * (len(events.types) << bit)
    return signs


def counts_signs(of_type: BoolArray, tests: Sequence[int], n_filters: int, signs: IntArray) -> BoolArray:
    """Whether each measure counts events of each of these signs: bool (n measures, n signs).

    Parameters
    ----------
    of_type : bool (n measures, n types), which types each measure counts.
    tests : of each measure the position of its test among the filters; -1 for none.
    """
    n_types = of_type.shape[1]
    if not n_filters or not n_types:
        return of_type
    passed = [((signs // n_types) >> bit) & 1 == 1 for bit in range(n_filters)]
    passed.append(np.ones(len(signs), dtype=np.bool_))  # which test -1 reads
    return np.asarray(of_type[:, signs % n_types] & np.array(passed)[list(tests)])


def _passes(test: EventCondition, events: EventArrays, reader: EventReader) -> BoolArray:
    """Which events of the log pass a test; what the log does not say passes none."""
    passes = np.ones(len(events), dtype=np.bool_)
    if test.since is not None:
        passes &= events.at_us >= start_of_day_us(test.since, reader.timezone)
    if test.before is not None:
        passes &= events.at_us < start_of_day_us(test.before, reader.timezone)
    if test.actor is not None:
        passes &= made_by_rep(events, reader.actors) == (test.actor == "rep")
    for wanted, column in ((test.channel, events.channel), (test.content, events.content)):
        if wanted is not None:
            passes &= _is_one_of(wanted, column, len(events))
    if test.value is not None:
        passes &= np.False_ if events.value is None else in_bounds(test.value, events.value)
    return passes


def _is_one_of(wanted: Sequence[str], column: TextColumn | None, n_events: int) -> BoolArray:
    if column is None:
        return np.zeros(n_events, dtype=np.bool_)
    names = {normal_name(name) for name in wanted}
    # Code -1, an event that does not say, reads the last one.
    of_level = np.array([*(normal_name(level) in names for level in column.levels), False], dtype=np.bool_)
    return np.asarray(of_level[column.codes])


def in_bounds(test: NumberTest, values: FloatArray) -> BoolArray:
    """Which numbers lie in the bounds; a missing one lies in none.

    >>> in_bounds(NumberTest(above=1, at_most=3), np.array([1.0, 3.0, np.nan]))
    array([False,  True, False])
    """
    inside = ~np.isnan(values)
    if test.at_least is not None:
        inside &= values >= test.at_least
    if test.at_most is not None:
        inside &= values <= test.at_most
    if test.above is not None:
        inside &= values > test.above
    if test.below is not None:
        inside &= values < test.below
    return inside
