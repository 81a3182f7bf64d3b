"""Which cells of a column meet a condition on a field: each distinct cell is asked once."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import chain

import numpy as np

from features.names import named
from features.parsing import FLAGS
from features.tables import BoolArray, Column, FloatArray, IntArray, NumberColumn, TextColumn
from models.rules.conditions import DATE_TESTS, NUMBER_TESTS, FieldCondition
from models.rules.scalars import plain_domain

#: Whether a cell passes: what it gives is true, or not.
_TextTest = Callable[[str], object]


def column_of(condition: FieldCondition, columns: Mapping[str, Column]) -> str | None:
    """The first of the named columns that can be asked; None where there is none."""
    return next((name for name in named(condition.field, columns) if can_ask(condition, columns[name])), None)


def can_ask(condition: FieldCondition, column: Column) -> bool:
    """Whether a column holds what a condition asks for: numbers or text."""
    if condition.is_missing_test is not None:
        return True
    if isinstance(column, TextColumn):
        return condition.test not in NUMBER_TESTS | DATE_TESTS
    return condition.test in NUMBER_TESTS | DATE_TESTS or bool(_numbers(condition))


def meets(condition: FieldCondition, column: Column) -> BoolArray:
    """Which rows of a column meet a condition; a missing cell meets only ``missing: true`` and ``present: false``.

    Returns
    -------
    bool, one a row.

    >>> meets(FieldCondition(field="title", matches="chief|vp"), TextColumn.of(["VP Sales", None, "Clerk"]))
    array([ True, False, False])
    """
    missing = np.isnan(column.values) if isinstance(column, NumberColumn) else column.codes < 0
    if condition.is_missing_test is not None:
        return np.asarray(missing == condition.is_missing_test)
    if isinstance(column, NumberColumn):
        return np.asarray(_numbers_meet(condition, column.values) & ~missing)
    passed = map(bool, map(_text_test(condition), column.levels))
    # Code -1, a missing cell, reads the last one.
    of_level = np.fromiter(chain(passed, (False,)), dtype=np.bool_, count=len(column.levels) + 1)
    return np.asarray(of_level[column.codes])


def meets_at(condition: FieldCondition, column: NumberColumn, as_of_us: IntArray) -> BoolArray:
    """Which dates of a column are at most so long ago, or to come, at n times; a missing one is neither.

    A date at the very time is to come, as an event at that time has not been seen.

    >>> day = 86_400_000_000
    >>> dates = NumberColumn(np.array([9.0, 10.0, 12.0, np.nan]) * day)
    >>> meets_at(FieldCondition(field="renewal", ahead="2d"), dates, np.full(4, 10 * day))
    array([False,  True,  True, False])
    """
    ago_us = as_of_us - column.values
    if condition.within is not None:
        return np.asarray((ago_us > 0) & (ago_us <= condition.within))
    return np.asarray((ago_us <= 0) & (-ago_us <= (condition.ahead or 0)))


def _numbers_meet(condition: FieldCondition, values: FloatArray) -> BoolArray:
    if condition.at_least is not None:
        return np.asarray(values >= condition.at_least)
    if condition.at_most is not None:
        return np.asarray(values <= condition.at_most)
    if condition.above is not None:
        return np.asarray(values > condition.above)
    if condition.below is not None:
        return np.asarray(values < condition.below)
    return np.asarray(np.isin(values, _numbers(condition)) != _is_negative(condition))


@lru_cache(maxsize=4096)
def _text_test(condition: FieldCondition) -> _TextTest:
    if condition.matches is not None:
        return re.compile(condition.matches, re.IGNORECASE).search
    if condition.domain is not None:
        return _domain_test(frozenset(condition.domain))
    wanted = frozenset(value.strip().casefold() for value in _values(condition))
    if condition.listed is not None:
        of_domain = _domain_test(frozenset(map(plain_domain, wanted)))
        return lambda level: level.strip().casefold() in wanted or of_domain(level)
    is_negative = _is_negative(condition)
    return lambda level: (level.strip().casefold() in wanted) != is_negative


def _domain_test(domains: frozenset[str]) -> _TextTest:
    """Whether a mail address, or a domain, is of one of these domains or of a part of one, like mail.rival.com."""

    def is_of(level: str) -> bool:
        parts = level.strip().casefold().rpartition("@")[2].split(".")
        return any(".".join(parts[start:]) in domains for start in range(len(parts) - 1))

    return is_of


def _is_negative(condition: FieldCondition) -> bool:
    return condition.differs is not None or condition.not_in is not None


def _values(condition: FieldCondition) -> tuple[str, ...]:
    single = condition.equals if condition.equals is not None else condition.differs
    return condition.among or condition.not_in or condition.listed or ((single,) if single is not None else ())


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
