"""Why a condition holds of one lead, in a few words: the event, the field, or the way it answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import numpy as np

from features.actors import Actor
from features.snapshots import Snapshots
from features.tables import EventArrays, LeadArrays, NumberColumn
from models.rules.asked import Asked
from models.rules.conditions import (
    DATE_TESTS,
    AnyCondition,
    Condition,
    EventCondition,
    FieldCondition,
    Leaf,
    NotCondition,
    ReplyCondition,
    leaves_of,
)
from models.rules.elements import ANSWERS, NO, UNKNOWN, YES, Element
from models.rules.event_signs import EventReader, types_of
from models.rules.facts import Facts, look_up
from models.rules.field_tests import column_of
from models.rules.measures import Measure
from models.rules.purchase import STEPS
from models.rules.schema import RuleBook

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Finding:
    """What is known of one thing (an element, or the purchase timeline), and what shows it."""

    name: str
    answer: str
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class Findings:
    """What the rulebook knows of one lead: each element, and how near it is to buying."""

    elements: tuple[Finding, ...]
    timeline: Finding


def findings_of(
    rulebook: RuleBook,
    leads: LeadArrays,
    events: EventArrays,
    snapshot: Snapshots,
    *,
    actors: Mapping[str, Actor] = MappingProxyType({}),
) -> Findings:
    """What is known of the one lead of `snapshot`, each with its evidence.

    Parameters
    ----------
    snapshot : of one row.
    """
    witness = _Witness.of(rulebook, leads, events, snapshot, actors)
    elements = tuple(witness.element(element) for element in rulebook.qualification.elements)
    return Findings(elements, witness.timeline(rulebook))


@dataclass(frozen=True)
class _Witness:
    facts: Facts
    types: tuple[str, ...]

    @classmethod
    def of(
        cls,
        rulebook: RuleBook,
        leads: LeadArrays,
        events: EventArrays,
        snapshot: Snapshots,
        actors: Mapping[str, Actor],
    ) -> "_Witness":
        asked = [condition for _, _, condition in rulebook.placed_conditions()]
        leaves = [leaf for condition in asked for leaf in leaves_of(condition)]
        newest = [Measure(leaf.each, "newest") for leaf in leaves if isinstance(leaf, EventCondition)]
        reader = EventReader(actors, rulebook.zone)
        facts = look_up(Asked.of(conditions=asked, measures=newest), leads, events, snapshot, reader)
        return cls(facts, events.types)

    def element(self, element: Element) -> Finding:
        kinds = ((NO, element.no, ""), (YES, element.yes, ""), (YES, element.inferred, "inferred: "))
        for code, conditions, prefix in kinds:
            shown = [word for each in conditions if self._holds(each) for word in self.words(each)]
            if any(self._holds(each) for each in conditions):
                return Finding(element.id, ANSWERS[code], tuple(prefix + word for word in dict.fromkeys(shown)))
        return Finding(element.id, ANSWERS[UNKNOWN], ())

    def timeline(self, rulebook: RuleBook) -> Finding:
        for step in reversed(STEPS[1:]):
            condition = rulebook.timeline.conditions.get(step)
            if condition is not None and self._holds(condition):
                return Finding("timeline", step, tuple(dict.fromkeys(self.words(condition))))
        return Finding("timeline", STEPS[0], ())

    def words(self, condition: Condition) -> list[str]:
        """What shows that a condition holds; what did not happen is said as well."""
        match condition:
            case EventCondition() | FieldCondition() | ReplyCondition():
                return [self._leaf(condition)] if self._holds(condition) else []
            case NotCondition():
                return ["not: " + " or ".join(self._asked(leaf) for leaf in leaves_of(condition.negated))]
            case AnyCondition():
                return [word for part in condition.any if self._holds(part) for word in self.words(part)]
            case _:
                return [word for part in condition.all for word in self.words(part)]

    def _holds(self, condition: Condition) -> bool:
        return bool(self.facts.holds(condition)[0])

    def _leaf(self, leaf: Leaf) -> str:
        if isinstance(leaf, EventCondition):
            return self._events(leaf)
        if isinstance(leaf, FieldCondition):
            return self._field(leaf)
        return self._asked(leaf)

    def _events(self, condition: EventCondition) -> str:
        times = int(self.facts.amounts[Measure(condition.each)][0])
        newest_us = self.facts.amounts[Measure(condition.each, "newest")][0]
        name = " or ".join(types_of(condition, self.types)) or self._asked(condition)
        if not times or not np.isfinite(newest_us):
            return f"{name} {times} times"
        day = _EPOCH + timedelta(microseconds=int(self.facts.snapshots.as_of_us[0] - newest_us))
        return f"{name} {times} time{'s' if times > 1 else ''}, last on {day:%Y-%m-%d}"

    def _field(self, condition: FieldCondition) -> str:
        leads, at = self.facts.leads, self.facts.snapshots
        name = column_of(condition, leads.columns) or condition.field[0]
        column = leads.attribute(name, at.lead, at.as_of_us)
        if isinstance(column, NumberColumn) and condition.test in DATE_TESTS and not np.isnan(column.values[0]):
            cell = f"{_EPOCH + timedelta(microseconds=int(column.values[0])):%Y-%m-%d}"
        elif isinstance(column, NumberColumn):
            cell = "" if np.isnan(column.values[0]) else f"{column.values[0]:.15g}"
        else:
            cell = (column.cell(0) or "") if column is not None else ""
        return f"{name} is {cell or 'missing'}"

    def _asked(self, leaf: Leaf) -> str:
        match leaf:
            case EventCondition():
                return leaf.event[0]
            case FieldCondition():
                return f"{leaf.field[0]} {leaf.test}"
            case _:
                return "answers" if leaf.unanswered is None else f"{leaf.unanswered} contacts or more without an answer"
