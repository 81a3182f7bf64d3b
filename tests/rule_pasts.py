"""Pasts of a rulebook, put together by hand: what rules gave, and what came of it."""

import numpy as np

from features.snapshots import Snapshots
from features.tables import BoolArray, FloatArray, IntArray
from models.rules import LedgerLine, RuleBook
from tests.rulebooks import book
from training.capped_points import CappedPoints
from training.rule_history import RuleHistory
from training.split import Split, split_history


def rules_book(*points: float, **sections: str) -> RuleBook:
    """Rules r0, r1, ... with these points, all of engagement."""
    rules = (f"{{id: r{i}, when: {{event: e{i}}}, points: {each}, group: engagement}}" for i, each in enumerate(points))
    return book(", ".join(rules), **sections)


def past(
    rulebook: RuleBook, times: FloatArray, won: BoolArray, *, lead: IntArray | None = None, is_split: bool = True
) -> RuleHistory:
    """Snapshots in the order of time, of a lead each unless `lead` says otherwise."""
    n = len(won)
    at = np.arange(n, dtype=np.int64)
    who = at if lead is None else lead
    split = split_history(at, won, who, at % 5, horizon_us=None, is_ordered=True) if is_split else Split((), False)
    points = CappedPoints.of(rulebook).points(times, np.array([rule.points for rule in rulebook.rules]))
    lines = tuple(LedgerLine(rule.id, rule.id, rule.group, (rule.id,)) for rule in rulebook.rules)
    return RuleHistory(rulebook, Snapshots(who, at), won, times, points, lines, split)


def drawn(rates: FloatArray, log_odds: FloatArray, *, n: int = 2000, seed: int = 0) -> tuple[FloatArray, BoolArray]:
    """Hits of rules at these rates, and wins whose log-odds are -1 and so much for each rule that hits."""
    rng = np.random.default_rng(seed)
    times = (rng.random((n, len(rates))) < rates).astype(np.float64)
    return times, rng.random(n) < 1 / (1 + np.exp(1.0 - times @ log_odds))
