"""Words in conditions that no cell has: a menu's entry misspelt, a pattern that finds nothing."""

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from features.names import normal_name
from features.tables import EventArrays, Kind, LeadArrays, TextColumn
from models.rules.conditions import DATE_TESTS, Condition, EventCondition, FieldCondition, leaves_of
from models.rules.field_tests import column_of
from models.rules.matching import UnmatchedRule, nearest
from models.rules.schema import RuleBook


def unseen_values(
    rulebook: RuleBook, leads: LeadArrays, events: EventArrays | None, kinds: Mapping[str, Kind] = MappingProxyType({})
) -> tuple[UnmatchedRule, ...]:
    """What conditions ask for and no cell of these tables holds.

    Columns whose changes were kept are not asked, since what they held before may have been meant; nor are lists of
    rivals and domains, of which none may have come yet.

    Parameters
    ----------
    kinds : how columns were read; those that it does not name may hold dates as well as numbers.
    """
    return tuple(
        UnmatchedRule(owner, why, place, what)
        for place, what, owner, condition in rulebook.owned_conditions()
        for why in _of(condition, leads, events, kinds)
    )


def _of(
    condition: Condition, leads: LeadArrays, events: EventArrays | None, kinds: Mapping[str, Kind]
) -> Iterator[str]:
    for leaf in leaves_of(condition):
        if isinstance(leaf, FieldCondition):
            yield from _of_kind(leaf, leads, kinds)
            yield from _of_field(leaf, leads)
        elif isinstance(leaf, EventCondition) and events is not None:
            yield from _of_event(leaf, events)


def _of_kind(leaf: FieldCondition, leads: LeadArrays, kinds: Mapping[str, Kind]) -> Iterator[str]:
    """Dates held against numbers, or numbers against times."""
    name = column_of(leaf, leads.columns)
    if name is None or name not in kinds or leaf.is_missing_test is not None:
        return
    if leaf.test in DATE_TESTS and kinds[name] != "date":
        yield f"column {name!r} is read as {kinds[name]}, and `{leaf.test}` asks for a date"
    if leaf.test in DATE_TESTS and leads.created_us is None:
        yield f"`{leaf.test}` holds a date against the time of a score, and a flat table has none"
    if leaf.test not in DATE_TESTS and kinds[name] == "date":
        yield f"column {name!r} is read as date, and `{leaf.test}` asks for no date; use `within` or `ahead`"


def _of_field(leaf: FieldCondition, leads: LeadArrays) -> Iterator[str]:
    name = column_of(leaf, leads.columns)
    column = None if name is None or name in leads.history else leads.columns[name]
    if not isinstance(column, TextColumn) or leaf.is_missing_test is not None:
        return
    if leaf.matches is not None:
        pattern = re.compile(leaf.matches, re.IGNORECASE)
        if not any(map(pattern.search, column.levels)):
            yield f"no cell of column {name!r} matches {leaf.matches!r}"
        return
    there = {level.strip().casefold() for level in column.levels}
    for value in _asked(leaf):
        if value.strip().casefold() not in there:
            yield f"no cell of column {name!r} is {value!r}{nearest([value], column.levels)}"


def _asked(leaf: FieldCondition) -> tuple[str, ...]:
    one = leaf.equals if leaf.equals is not None else leaf.differs
    return leaf.among or leaf.not_in or ((one,) if one is not None else ())


def _of_event(leaf: EventCondition, events: EventArrays) -> Iterator[str]:
    columns: Sequence[tuple[str, tuple[str, ...] | None, TextColumn | None]] = (
        ("channel", leaf.channel, events.channel),
        ("content", leaf.content, events.content),
    )
    for name, wanted, column in columns:
        if wanted is None:
            continue
        if column is None:
            yield f"the events have no {name}; name its column by `events.{name}` in leadlight.yaml"
            continue
        there = {normal_name(level) for level in column.levels}
        for value in wanted:
            if normal_name(value) not in there:
                yield f"no event has the {name} {value!r}{nearest([value], column.levels)}"
