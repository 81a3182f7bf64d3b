"""Points: what each rule gives each snapshot, written down so that the lines sum to the total."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from features.actors import Actor
from features.snapshots import Snapshots
from features.tables import EventArrays, FloatArray, LeadArrays
from models.rules.event_signs import EventReader
from models.rules.facts import Facts, look_up
from models.rules.ledger import GROUPS, LedgerLine, RuleLedger, on_grid, points_of_times
from models.rules.matching import sources_of
from models.rules.rule import Rule
from models.rules.scalars import end_of_day_us
from models.rules.schema import RuleBook


def score_rules(
    rulebook: RuleBook,
    leads: LeadArrays,
    events: EventArrays,
    snapshots: Snapshots,
    *,
    actors: Mapping[str, Actor] = MappingProxyType({}),
) -> RuleLedger:
    """The points of every rule for every snapshot, from events strictly before its `as_of` only.

    Parameters
    ----------
    actors : who makes the events of a type, where the project says so.

    Returns
    -------
    RuleLedger : a rule that matches no column or event type has a line of zeros.

    >>> from features.tables import NumberColumn, TextColumn, no_events
    >>> from models.rules.loading import load_starter
    >>> leads = LeadArrays(("a",), None, TextColumn.of([None]), {"Do Not Email": NumberColumn(np.array([1.0]))})
    >>> flat = Snapshots(np.array([0]), np.array([0]))
    >>> score_rules(load_starter(), leads, no_events(), flat).points
    array([-15.])
    """
    sources = {rule.id: sources_of(rule.when, leads.columns, events.types) for rule in rulebook.rules}
    measures = [rule.measure for rule in rulebook.rules if rule.measure is not None]
    asked = [rule.when for rule in rulebook.rules if rule.measure is None]
    reader = EventReader(actors, rulebook.zone)
    facts = look_up(leads, events, snapshots, reader, conditions=asked, measures=measures)
    draft = _Draft([], np.zeros((_line_count(rulebook), len(snapshots)), dtype=np.float64))
    for rule in rulebook.rules:
        source = sources[rule.id]
        # without a source only what did not happen can hold
        points = _points(rule, facts, reader) if source or rule.measure is None else None
        draft.write(LedgerLine(rule.id, rule.id, rule.group, source), points)
        if rule.cap is not None:
            over = None if points is None else _beyond(points, -rule.cap, rule.cap)
            draft.write(LedgerLine(f"cap {rule.id}", rule.id, rule.group, source), over)
    _write_caps(draft, rulebook)
    return draft.ledger()


@dataclass(frozen=True)
class _Draft:
    """A ledger being written: lines x snapshots, where the lines that stay 0 cost no memory."""

    lines: list[LedgerLine]
    values: FloatArray

    def write(self, line: LedgerLine, points: FloatArray | None) -> None:
        if points is not None:
            self.values[len(self.lines)] = points
        self.lines.append(line)

    def ledger(self) -> RuleLedger:
        return RuleLedger(tuple(self.lines), self.values.T)


def _line_count(rulebook: RuleBook) -> int:
    caps = rulebook.caps
    bounds = [caps.fit, caps.engagement, caps.total, *(rule.cap for rule in rulebook.rules)]
    return len(rulebook.rules) + sum(bound is not None for bound in bounds)


def _points(rule: Rule, facts: Facts, reader: EventReader) -> FloatArray:
    times = _times(rule, facts)
    if rule.valid_until is not None:
        times = times * (facts.snapshots.as_of_us < end_of_day_us(rule.valid_until, reader.timezone))
    return points_of_times(times, rule.points)


def _times(rule: Rule, facts: Facts) -> FloatArray:
    """How often the rule gives its points, faded; exact in whatever order events are summed."""
    measure = rule.measure
    if measure is None:
        return facts.holds(rule.when).astype(np.float64)
    amount = facts.amounts[measure]
    return measure.fade.weights(amount) if measure.what == "newest" else amount


def _write_caps(draft: _Draft, rulebook: RuleBook) -> None:
    for group in GROUPS:
        cap = getattr(rulebook.caps, group)
        if cap is not None:
            over = _beyond(draft.ledger().group_points(group), None, cap)
            draft.write(LedgerLine(f"cap {group}", None, group, ()), over)
    if rulebook.caps.total is not None:
        over = _beyond(draft.ledger().points, None, rulebook.caps.total)
        draft.write(LedgerLine("cap total", None, "total", ()), over)


def _beyond(points: FloatArray, low: float | None, high: float) -> FloatArray:
    """What must be added so that the points lie between the bounds."""
    bounded = np.minimum(points, on_grid(high))
    return (bounded if low is None else np.maximum(bounded, on_grid(low))) - points
