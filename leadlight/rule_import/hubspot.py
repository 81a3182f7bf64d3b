"""HubSpot-style point tables: a property or an event, an operator, a value, points, and what limits them."""

import math
import re
from collections.abc import Callable

from features.parsing import FLAGS, BadCell, parse_number
from leadlight.rule_import.point_table import (
    ImportedRules,
    NotMapped,
    Row,
    RuleEntry,
    RuleValue,
    days,
    import_rows,
    number_in,
    points_in,
    read_rows,
)

NEEDS = ("type", "property", "operator", "value", "points")
_DAYS_PER_MONTH = 30.0
_Tests = dict[str, RuleValue]


def read_hubspot(text: str, *, name: str) -> ImportedRules:
    """The rules of a table with the columns of `docs/rules.md`.

    >>> table = "type,property,operator,value,points\\nproperty,country,is any of,Chile; Peru,10"
    >>> read_hubspot(table, name="points.csv").rules[0]["when"]
    {'field': 'country', 'in': ['Chile', 'Peru']}
    """
    return import_rows(read_rows(text, needs=NEEDS, name=name), _rule)


def _rule(row: Row) -> RuleEntry:
    kind = row["type"].casefold()
    points = points_in(row, "points")
    if not row["property"]:
        raise NotMapped("it names no property or event")
    if kind == "event":
        return {**_event(row), "points": points, "group": _group(row, "engagement")}
    if kind == "property":
        when = {"field": row["property"], **_tests(row["operator"], row["value"])}
        entry: RuleEntry = {"when": when, "points": points, "group": _group(row, "fit")}
        if "all" in when:
            parts = [{"field": row["property"], **part} for part in _bounds(row["value"])]
            entry["when"] = {"all": parts}
        return entry
    raise NotMapped(f"found the type {row['type']!r}, expected property or event")


def _event(row: Row) -> RuleEntry:
    when: _Tests = {"event": row["property"]}
    window = number_in(row, "timeframe_days")
    if window is not None:
        when["within"] = days(window)
    if row["operator"] and row["operator"].casefold() not in ("has occurred", "is known", "occurred"):
        raise NotMapped(f"found the operator {row['operator']!r} on an event, expected none")
    entry: RuleEntry = {"when": when}
    if row.get("per", "").casefold() == "once":
        entry["times"] = "once"
    limit = number_in(row, "limit")
    if limit is not None:
        entry["cap"] = abs(limit)
    return {**entry, **_decay(row)}


def _decay(row: Row) -> RuleEntry:
    """So many percent less each so many months, as a half-life."""
    percent, months = number_in(row, "decay_percent"), number_in(row, "decay_months")
    if percent is None or months is None:
        return {}
    if percent == 100:
        return {"linear": days(months * _DAYS_PER_MONTH)}
    if not 0 < percent < 100:
        raise NotMapped(f"found a decay of {percent:g} percent, expected more than 0 and at most 100")
    half_lives = math.log(1 - percent / 100) / math.log(0.5)
    return {"half_life": days(round(months * _DAYS_PER_MONTH / half_lives, 3))}


def _group(row: Row, usual: str) -> str:
    said = row.get("group", "").casefold()
    return said if said in ("fit", "engagement") else usual


def _tests(operator: str, value: str) -> _Tests:
    """The test of a field for an operator as it is shown in the tool."""
    word = " ".join(operator.casefold().replace("_", " ").split())
    for names, make in _OPERATORS:
        if word in names:
            return make(value)
    raise NotMapped(f"found the operator {operator!r}, which no test of a rulebook says")


def _number(value: str) -> float:
    try:
        return parse_number(value)
    except BadCell:
        raise NotMapped(f"found {value!r}, expected a number") from None


def _choices(value: str) -> list[str]:
    choices = [part.strip() for part in value.split(";") if part.strip()]
    if not choices:
        raise NotMapped("it compares with nothing")
    return choices


def _pattern(value: str, *, before: str = "", after: str = "") -> str:
    return "|".join(f"{before}{re.escape(choice)}{after}" for choice in _choices(value))


def _bounds(value: str) -> list[_Tests]:
    low, *rest = _choices(value)
    if len(rest) != 1:
        raise NotMapped(f"found {value!r}, expected two numbers parted by a semicolon")
    return [{"at_least": _number(low)}, {"at_most": _number(rest[0])}]


def _equals(value: str) -> _Tests:
    choices = _choices(value)
    if len(choices) == 1 and choices[0].casefold() in FLAGS:
        return {"is": choices[0]}
    return {"in": choices}


_OPERATORS: tuple[tuple[tuple[str, ...], Callable[[str], _Tests]], ...] = (
    (("is", "is equal to", "is any of", "equals", "in"), _equals),
    (("is not", "is not equal to", "is none of", "not in"), lambda value: {"not_in": _choices(value)}),
    (("contains", "contains any of"), lambda value: {"matches": _pattern(value)}),
    (("starts with",), lambda value: {"matches": _pattern(value, before="^")}),
    (("ends with",), lambda value: {"matches": _pattern(value, after="$")}),
    (("is greater than", "gt"), lambda value: {"above": _number(value)}),
    (("is greater than or equal to", "gte"), lambda value: {"at_least": _number(value)}),
    (("is less than", "lt"), lambda value: {"below": _number(value)}),
    (("is less than or equal to", "lte"), lambda value: {"at_most": _number(value)}),
    (("is between", "between"), lambda value: {"all": [*_bounds(value)]}),
    (("is known", "has a value", "has property"), lambda value: {"present": "true"}),
    (("is unknown", "has no value"), lambda value: {"missing": "true"}),
)
