"""What every rule of a rulebook gave every ripe snapshot of the past, and how it ended: what judges the rules."""

from dataclasses import dataclass

import numpy as np

from features.crm import Crm
from features.snapshots import Snapshots
from features.tables import BoolArray, FloatArray, IntArray, no_events
from models.encoding import fold_of_groups
from models.rules import LedgerLine, RuleBook, score_rules
from training.history import N_JUDGING_FOLDS, leads_at_their_time
from training.request import TrainingRequest
from training.split import Split, is_enough, split_history


@dataclass(frozen=True)
class RuleHistory:
    """n ripe snapshots, k rules.

    Attributes
    ----------
    snapshots, won : leads that were open and not gated, as they stood then; whether they were won within the horizon.
    times : float64 (n, k), how often each rule gave its points, faded, before any cap.
    points : n, what the rulebook gave in all.
    lines : of the k rules, what of the tables they are about.
    split : blocks of earlier and later snapshots, as a training judges by; none where there are too few deals.
    """

    rulebook: RuleBook
    snapshots: Snapshots
    won: BoolArray
    times: FloatArray
    points: FloatArray
    lines: tuple[LedgerLine, ...]
    split: Split

    @property
    def lead(self) -> IntArray:
        return self.snapshots.lead

    @property
    def is_enough(self) -> bool:
        """At least 20 won and 20 lost leads."""
        return is_enough(self.won, self.lead)

    def __len__(self) -> int:
        return len(self.won)


def rule_history(crm: Crm, request: TrainingRequest, rulebook: RuleBook) -> RuleHistory:
    """The snapshots that a training would learn from, in its order: each seen with what was known at its own `as_of`.

    Parameters
    ----------
    request : the goal, until when outcomes are complete (a snapshot is ripe a horizon before), the order of a flat one.
    rulebook : that is judged; it need not be the one that the request names.

    Raises
    ------
    GreedyGate : a gate holds for half of the leads that were won, or more.
    """
    labelled = leads_at_their_time(crm, request.goal, rulebook, request.observed_until_us)
    log = crm.events or no_events()
    snapshots = labelled.snapshots
    once = score_rules(_each_once(rulebook), crm.leads, log, snapshots, actors=crm.actors)
    ledger = score_rules(rulebook, crm.leads, log, snapshots, actors=crm.actors)
    fold = fold_of_groups(crm.leads, seed=request.seed + 1, n_folds=N_JUDGING_FOLDS)[snapshots.lead]
    has_times = not crm.is_flat and crm.leads.created_us is not None
    split = Split((), False)
    if is_enough(labelled.won, snapshots.lead):
        horizon_us = request.goal.horizon if has_times else None
        at = (snapshots.as_of_us, labelled.won, snapshots.lead, fold)
        split = split_history(*at, horizon_us=horizon_us, is_ordered=request.is_ordered or has_times)
    return RuleHistory(rulebook, snapshots, labelled.won, once.values, ledger.points, once.lines, split)


def _each_once(rulebook: RuleBook) -> RuleBook:
    """The rules with one point each and no caps, so that points are times."""
    rules = tuple(rule.model_copy(update={"points": 1.0, "cap": None}) for rule in rulebook.rules)
    return rulebook.with_rules(rules, has_caps=False)


def leads_once(lead: IntArray) -> FloatArray:
    """n weights: those of a lead's snapshots sum to 1.

    >>> leads_once(np.array([3, 3, 5]))
    array([0.5, 0.5, 1. ])
    """
    _, position = np.unique(lead, return_inverse=True)
    return np.asarray(1.0 / np.bincount(position)[position])
