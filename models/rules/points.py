"""Points: what each rule gives each snapshot, written down so that the lines sum to the total."""

from collections.abc import Iterator, Mapping
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

#: So many tables of other columns and event types are remembered.
_MAX_KNOWN = 256


def score_rules(
    rulebook: RuleBook,
    leads: LeadArrays,
    events: EventArrays,
    snapshots: Snapshots,
    *,
    actors: Mapping[str, Actor] = MappingProxyType({}),
    facts: Facts | None = None,
) -> RuleLedger:
    """The points of every rule for every snapshot, from events strictly before its `as_of` only.

    Parameters
    ----------
    actors : who makes the events of a type, where the project says so.
    facts : of the same tables, where they were looked up already: `facts_of`.

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
    reader = EventReader(actors, rulebook.zone)
    if facts is None:
        facts = look_up(rulebook.asked_by_rules, leads, events, snapshots, reader)
    lines = _lines(rulebook, leads, events.types)
    draft = _Draft(lines, np.zeros((len(lines), len(snapshots)), dtype=np.float64))
    for rule in rulebook.rules:
        # without a source only what did not happen can hold
        is_asked = bool(draft.next_line.source) or rule.measure is None
        points = _points(rule, facts, reader) if is_asked else None
        draft.write(points)
        if rule.cap is not None:
            draft.write(None if points is None else _beyond(points, -rule.cap, rule.cap))
    _write_caps(draft, rulebook)
    return draft.ledger()


def _lines(rulebook: RuleBook, leads: LeadArrays, types: tuple[str, ...]) -> tuple[LedgerLine, ...]:
    """The lines of the ledger, for tables of the same columns and event types the same tuple."""
    key = (types, tuple((name, type(column)) for name, column in leads.columns.items()))
    known = rulebook.lines_so_far
    if key not in known:
        if len(known) >= _MAX_KNOWN:
            known.clear()
        known[key] = tuple(_new_lines(rulebook, leads, types))
    return known[key]


def _new_lines(rulebook: RuleBook, leads: LeadArrays, types: tuple[str, ...]) -> Iterator[LedgerLine]:
    for rule in rulebook.rules:
        source = sources_of(rule.when, leads.columns, types)
        yield LedgerLine(rule.id, rule.id, rule.group, source)
        if rule.cap is not None:
            yield LedgerLine(f"cap {rule.id}", rule.id, rule.group, source)
    for group in GROUPS:
        if getattr(rulebook.caps, group) is not None:
            yield LedgerLine(f"cap {group}", None, group, ())
    if rulebook.caps.total is not None:
        yield LedgerLine("cap total", None, "total", ())


@dataclass
class _Draft:
    """A ledger being written, line after line: lines x snapshots, where the lines that stay 0 cost no memory."""

    lines: tuple[LedgerLine, ...]
    values: FloatArray
    n_written: int = 0

    @property
    def next_line(self) -> LedgerLine:
        return self.lines[self.n_written]

    def write(self, points: FloatArray | None) -> None:
        if points is not None:
            self.values[self.n_written] = points
        self.n_written += 1

    def ledger(self) -> RuleLedger:
        return RuleLedger(self.lines, self.values.T)


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
            draft.write(_beyond(draft.ledger().group_points(group), None, cap))
    if rulebook.caps.total is not None:
        draft.write(_beyond(draft.ledger().points, None, rulebook.caps.total))


def _beyond(points: FloatArray, low: float | None, high: float) -> FloatArray:
    """What must be added so that the points lie between the bounds."""
    bounded = np.minimum(points, on_grid(high))
    return (bounded if low is None else np.maximum(bounded, on_grid(low))) - points
