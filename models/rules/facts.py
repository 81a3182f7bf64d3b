"""Which leads and events meet the conditions of rules, and which rules can meet nothing."""

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from features.names import named, normal_name
from features.parsing import FLAGS
from features.tables import BoolArray, Column, NumberColumn, TextColumn
from models.rules.conditions import EventCondition, FieldCondition
from models.rules.schema import Rule, RuleBook


@dataclass(frozen=True)
class UnmatchedRule:
    """A rule that can give no points on these tables, and why."""

    rule_id: str
    why: str


def unmatched_rules(
    rulebook: RuleBook, columns: Mapping[str, Column], types: Sequence[str]
) -> tuple[UnmatchedRule, ...]:
    """The rules that these columns and event types leave without any effect.

    >>> from models.rules.loading import load_starter
    >>> unmatched_rules(load_starter(), {}, ["Demo Requested", "Price Requests"])[0].why
    "no event type 'quote_request', 'quote_requested' or 10 more; the nearest is 'Price Requests'"
    """
    return tuple(
        UnmatchedRule(rule.id, _why(rule, columns, types))
        for rule in rulebook.rules
        if not sources_of(rule, columns, types)
    )


def sources_of(rule: Rule, columns: Mapping[str, Column], types: Sequence[str]) -> tuple[str, ...]:
    """The event types a rule counts, or the one column it asks, as the tables spell them; or nothing."""
    if isinstance(rule.when, EventCondition):
        return named(rule.when.event, types)
    fitting = (name for name in named(rule.when.field, columns) if _can_ask(rule.when, columns[name]))
    return tuple(fitting)[:1]


def meets(condition: FieldCondition, column: Column) -> BoolArray:
    """Which rows of a column meet a condition; a missing cell meets only ``missing: true``.

    Returns
    -------
    bool, one a row.

    >>> meets(FieldCondition(field="title", matches="chief|vp"), TextColumn.of(["VP Sales", None, "Clerk"]))
    array([ True, False, False])
    """
    if isinstance(column, NumberColumn):
        return _numbers_meet(condition, column)
    if condition.missing is not None:
        return np.asarray((column.codes < 0) == condition.missing)
    passes = _text_test(condition)
    # Code -1, a missing cell, reads the last one.
    of_level = np.array([*(passes(level) for level in column.levels), False], dtype=np.bool_)
    return np.asarray(of_level[column.codes])


def _numbers_meet(condition: FieldCondition, column: NumberColumn) -> BoolArray:
    values = column.values
    if condition.missing is not None:
        return np.asarray(np.isnan(values) == condition.missing)
    if condition.at_least is not None:
        return np.asarray(values >= condition.at_least)
    if condition.at_most is not None:
        return np.asarray(values <= condition.at_most)
    return np.isin(values, _numbers(condition))


def _text_test(condition: FieldCondition) -> Callable[[str], bool]:
    if condition.matches is not None:
        search = re.compile(condition.matches, re.IGNORECASE).search
        return lambda level: search(level) is not None
    wanted = {value.strip().casefold() for value in _values(condition)}
    return lambda level: level.strip().casefold() in wanted


def _values(condition: FieldCondition) -> tuple[str, ...]:
    return condition.among or ((condition.equals,) if condition.equals is not None else ())


def _numbers(condition: FieldCondition) -> list[float]:
    """The asked values that are numbers; yes is 1 and no is 0."""
    found = []
    for value in _values(condition):
        word = value.strip().casefold()
        try:
            found.append(FLAGS[word] if word in FLAGS else float(word))
        except ValueError:
            continue
    return found


def _can_ask(condition: FieldCondition, column: Column) -> bool:
    if condition.missing is not None:
        return True
    if isinstance(column, TextColumn):
        return condition.at_least is None and condition.at_most is None
    return condition.at_least is not None or condition.at_most is not None or bool(_numbers(condition))


def _why(rule: Rule, columns: Mapping[str, Column], types: Sequence[str]) -> str:
    if isinstance(rule.when, EventCondition):
        return f"no event type {_choice(rule.when.event)}{_nearest(rule.when.event, types)}"
    there = named(rule.when.field, columns)
    if not there:
        return f"no column called {_choice(rule.when.field)}{_nearest(rule.when.field, columns)}"
    kind, needed = ("text", "numbers") if isinstance(columns[there[0]], TextColumn) else ("numbers", "text")
    return f"column {there[0]!r} holds {kind}, and `{rule.when.test}` needs {needed}"


def _choice(names: Sequence[str]) -> str:
    few = [repr(name) for name in names[:2]]
    return f"{', '.join(few)} or {len(names) - 2} more" if len(names) > 2 else " or ".join(few)


def _nearest(wanted: Sequence[str], known: Sequence[str] | Mapping[str, Column]) -> str:
    by_normal = {normal_name(name): name for name in sorted(known, reverse=True)}
    close = (difflib.get_close_matches(normal_name(name), by_normal, n=1, cutoff=0.8) for name in wanted)
    best = next((names[0] for names in close if names), None)
    return "" if best is None else f"; the nearest is {by_normal[best]!r}"
