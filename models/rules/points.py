"""Points: what each rule gives each snapshot, written down so that the lines sum to the total.

Every line is a multiple of 2**-20 points, so sums of lines are exact in float64: a lead that fills
a cap has exactly the points of the cap, and reaches a stage that asks for as many.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from features.behaviour import decay_weights
from features.snapshots import Snapshots
from features.tables import EventArrays, FloatArray, IntArray, LeadArrays
from models.rules.conditions import EventCondition
from models.rules.facts import meets, sources_of
from models.rules.schema import GROUPS, Group, Rule, RuleBook
from models.rules.seen_types import SeenByType, see_types

_GRID = float(2**20)


@dataclass(frozen=True)
class LedgerLine:
    """One line of the ledger.

    Attributes
    ----------
    name : the id of the rule; "cap ID", "cap fit", "cap engagement" or "cap total" for what a cap took.
    rule_id : the rule that it belongs to; None for the cap of a group or of all.
    group : what it counts for; the cap of all belongs to "total" only.
    source : the event types it counts, or the one column it asks, as the tables spell them; empty
        where the tables have neither, and for the cap of a group or of all.
    """

    name: str
    rule_id: str | None
    group: Literal["fit", "engagement", "total"]
    source: tuple[str, ...]


@dataclass(frozen=True)
class RuleLedger:
    """Where the points come from; sums are exact in any order, since each line is a multiple of 2**-20.

    Attributes
    ----------
    lines : one a column of `values`; they depend on the rulebook, not on the leads.
    values : float64 points of shape (n snapshots, n lines).
    """

    lines: tuple[LedgerLine, ...]
    values: FloatArray

    @property
    def points(self) -> FloatArray:
        """The sum of all lines, one a snapshot."""
        return np.asarray(self.values.sum(axis=1))

    def group_points(self, group: Group) -> FloatArray:
        """The sum of the lines of a group, after its cap and before the cap of all."""
        own = [i for i, line in enumerate(self.lines) if line.group == group]
        return np.asarray(self.values[:, own].sum(axis=1))


def on_grid(points: float) -> float:
    """The nearest number of points that a ledger can hold.

    >>> on_grid(12.5), on_grid(0.1) == 0.1
    (12.5, False)
    """
    return round(points * _GRID) / _GRID


def score_rules(rulebook: RuleBook, leads: LeadArrays, events: EventArrays, snapshots: Snapshots) -> RuleLedger:
    """The points of every rule for every snapshot, from events strictly before its `as_of` only.

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
    sources = {rule.id: sources_of(rule, leads.columns, events.types) for rule in rulebook.rules}
    counted = {name for rule in rulebook.rules if _is_of_events(rule) for name in sources[rule.id]}
    seen = see_types(events, snapshots, counted)
    draft = _Draft([], np.zeros((_line_count(rulebook), len(snapshots)), dtype=np.float64))
    for rule in rulebook.rules:
        source = sources[rule.id]
        points = _points(rule, source, leads, seen, snapshots) if source else None
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


def _is_of_events(rule: Rule) -> bool:
    return isinstance(rule.when, EventCondition)


def _points(
    rule: Rule, source: tuple[str, ...], leads: LeadArrays, seen: SeenByType, snapshots: Snapshots
) -> FloatArray:
    if isinstance(rule.when, EventCondition):
        times = _times(rule, rule.when, seen.of(source), len(snapshots))
    else:
        column = leads.attribute(source[0], snapshots.lead, snapshots.as_of_us)
        times = np.zeros(len(snapshots)) if column is None else meets(rule.when, column).astype(np.float64)
    # Adding 0 turns -0 into 0.
    return np.asarray(np.rint(times * rule.points * _GRID) / _GRID + 0.0)


def _times(rule: Rule, when: EventCondition, seen: tuple[IntArray, IntArray], n_rows: int) -> FloatArray:
    """How often the event happened, faded by its half-life; exact in whatever order it is summed."""
    row, age_us = seen
    if when.within is not None:
        late = age_us <= when.within
        row, age_us = row[late], age_us[late]
    if rule.half_life is None:
        return np.bincount(row, minlength=n_rows).astype(np.float64)
    weights = decay_weights(age_us, rule.half_life)
    return np.asarray(np.bincount(row, weights=weights, minlength=n_rows), dtype=np.float64)


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
