"""What of the tables a rulebook's conditions mean, and which conditions mean nothing there."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from features.names import named, normal_name
from features.tables import Column, TextColumn
from features.yaml_problems import Loc
from models.rules.conditions import DATE_TESTS, Condition, EventCondition, FieldCondition, Leaf, leaves_of
from models.rules.event_signs import types_of
from models.rules.field_tests import column_of
from models.rules.schema import RuleBook


@dataclass(frozen=True)
class UnmatchedRule:
    """A condition that the tables leave without effect: what it belongs to, where that stands, and why."""

    rule_id: str
    why: str
    place: Loc = ()
    what: str = "rule"


def unmatched_rules(
    rulebook: RuleBook, columns: Mapping[str, Column], types: Sequence[str]
) -> tuple[UnmatchedRule, ...]:
    """What of a rulebook these columns and event types leave without any effect.

    >>> from models.rules.loading import load_starter
    >>> unmatched_rules(load_starter(), {}, ["Demo Requested", "Price Requests"])[0].why
    "no event type 'quote_request', 'quote_requested' or 10 more; the nearest is 'Price Requests'"
    """
    return tuple(_unmatched(rulebook, columns, types))


def _unmatched(rulebook: RuleBook, columns: Mapping[str, Column], types: Sequence[str]) -> Iterator[UnmatchedRule]:
    for place, what, owner, condition in rulebook.owned_conditions():
        for leaf in _without_match(condition, columns, types):
            yield UnmatchedRule(owner, _why(leaf, columns, types), place, what)
    for i, element in enumerate(rulebook.qualification.elements):
        question = element.question
        if question is not None and not named([question.field], columns):
            why = f"no column called {question.field!r}{nearest([question.field], columns)}"
            place = ("qualification", "elements", i, "question", "field")
            yield UnmatchedRule(element.id, why, place, "question")


def sources_of(condition: Condition, columns: Mapping[str, Column], types: Sequence[str]) -> tuple[str, ...]:
    """The event types a condition counts and the columns it asks, as the tables spell them; or nothing."""
    found = [name for leaf in leaves_of(condition) for name in _leaf_sources(leaf, columns, types)]
    return tuple(dict.fromkeys(found))


def _leaf_sources(leaf: Leaf, columns: Mapping[str, Column], types: Sequence[str]) -> tuple[str, ...]:
    if isinstance(leaf, EventCondition):
        return types_of(leaf, types)
    if isinstance(leaf, FieldCondition):
        name = column_of(leaf, columns)
        return () if name is None else (name,)
    return ()


def _without_match(condition: Condition, columns: Mapping[str, Column], types: Sequence[str]) -> list[Leaf]:
    asked = (leaf for leaf in leaves_of(condition) if isinstance(leaf, EventCondition | FieldCondition))
    return [leaf for leaf in asked if not _leaf_sources(leaf, columns, types)]


def _why(leaf: Leaf, columns: Mapping[str, Column], types: Sequence[str]) -> str:
    if isinstance(leaf, EventCondition):
        return f"no event type {_choice(leaf.event)}{nearest(leaf.event, types)}"
    if not isinstance(leaf, FieldCondition):
        return ""
    there = named(leaf.field, columns)
    if not there:
        return f"no column called {_choice(leaf.field)}{nearest(leaf.field, columns)}"
    kind, needed = ("text", "numbers") if isinstance(columns[there[0]], TextColumn) else ("numbers", "text")
    needed = "dates" if leaf.test in DATE_TESTS else needed
    return f"column {there[0]!r} holds {kind}, and `{leaf.test}` needs {needed}"


def _choice(names: Sequence[str]) -> str:
    few = [repr(name) for name in names[:2]]
    return f"{', '.join(few)} or {len(names) - 2} more" if len(names) > 2 else " or ".join(few)


def nearest(wanted: Sequence[str], known: Sequence[str] | Mapping[str, Column]) -> str:
    """The known name that comes nearest to one of these, in words; nothing where none is near.

    >>> nearest(["Chiel"], ["Chile", "Peru"])
    "; the nearest is 'Chile'"
    """
    by_normal = {normal_name(name): name for name in sorted(known, reverse=True)}
    close = (difflib.get_close_matches(normal_name(name), by_normal, n=1, cutoff=0.8) for name in wanted)
    best = next((names[0] for names in close if names), None)
    return "" if best is None else f"; the nearest is {by_normal[best]!r}"
