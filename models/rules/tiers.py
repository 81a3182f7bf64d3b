"""Tiers and stages: what the points of a lead mean for marketing and sales."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.names import named
from features.snapshots import Snapshots
from features.tables import BoolArray, EventArrays
from models.rules.points import RuleLedger, on_grid
from models.rules.schema import Group, Level, RuleBook
from models.rules.seen_types import see_types

CodeArray = NDArray[np.int8]

#: What the codes of a Qualification stand for: a code is a position in one of these.
LEVELS: tuple[Level, ...] = ("low", "medium", "high")
TIERS = ("cold", "warm", "hot")
STAGES = ("lead", "mql", "sql")


@dataclass(frozen=True)
class Qualification:
    """Exactly one level of each kind, tier and stage for every snapshot.

    Attributes
    ----------
    fit_level, engagement_level : n int8 positions in LEVELS.
    tier : n int8 positions in TIERS.
    stage : n int8 positions in STAGES.
    """

    fit_level: CodeArray
    engagement_level: CodeArray
    tier: CodeArray
    stage: CodeArray


def qualify(rulebook: RuleBook, ledger: RuleLedger, events: EventArrays, snapshots: Snapshots) -> Qualification:
    """Levels, tier and stage of every snapshot; a cut is reached by having exactly its points.

    Parameters
    ----------
    ledger : of the same rulebook and snapshots.
    events : for the events that make a lead `sql` by themselves; only those before `as_of` do.

    >>> from features.tables import no_events
    >>> from models.rules.loading import load_starter
    >>> from models.rules.points import LedgerLine
    >>> ledger = RuleLedger((LedgerLine("size", "size", "fit", ("size",)),), np.array([[100.0], [0.0]]))
    >>> both = Snapshots(np.array([0, 1]), np.array([0, 1]))
    >>> verdict = qualify(load_starter(), ledger, no_events(), both)
    >>> [LEVELS[code] for code in verdict.fit_level], [STAGES[code] for code in verdict.stage]
    (['high', 'low'], ['sql', 'lead'])
    """
    fit, engagement = (_level(rulebook, ledger, group) for group in ("fit", "engagement"))
    stages = rulebook.stages
    points = ledger.points
    is_mql = points >= on_grid(stages.mql.points)
    is_sql = (points >= on_grid(stages.sql.points)) | _asked_for_sales(rulebook, events, snapshots)
    stage = np.where(is_sql, STAGES.index("sql"), is_mql).astype(np.int8)
    return Qualification(fit, engagement, _tier_of_levels(rulebook)[fit, engagement], stage)


def _level(rulebook: RuleBook, ledger: RuleLedger, group: Group) -> CodeArray:
    medium, high = getattr(rulebook.levels, group)
    points = ledger.group_points(group)
    return (points >= on_grid(medium)).astype(np.int8) + (points >= on_grid(high)).astype(np.int8)


def _tier_of_levels(rulebook: RuleBook) -> CodeArray:
    """The tier of each pair of a fit and an engagement level: int8 of shape (3, 3)."""
    tier = np.full((len(LEVELS), len(LEVELS)), TIERS.index("cold"), dtype=np.int8)
    for code, cells in ((TIERS.index("warm"), rulebook.tiers.warm), (TIERS.index("hot"), rulebook.tiers.hot)):
        for fit, engagement in cells:
            tier[LEVELS.index(fit), LEVELS.index(engagement)] = code
    return tier


def _asked_for_sales(rulebook: RuleBook, events: EventArrays, snapshots: Snapshots) -> BoolArray:
    asked = np.zeros(len(snapshots), dtype=np.bool_)
    types = named(rulebook.stages.sql.or_event, events.types)
    if types:
        asked[see_types(events, snapshots, types).row] = True
    return asked
