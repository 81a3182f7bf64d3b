"""From tables to a training set: snapshots, labels, features and points of the ripe history."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from features.build import build_features
from features.crm import Crm
from features.labels import LabelledSnapshots, label_rows, training_snapshots
from features.snapshots import GoalSection, Snapshots, snapshots_of_rows
from features.spec import FeatureSpec
from features.tables import NEVER_US, no_events
from models.encoding import fold_of_groups
from models.rules import RuleBook, gates_at, score_rules
from training.fit import TrainingSet
from training.greedy_gates import refuse_greedy_gates
from training.request import TrainingRequest
from training.split import Split, is_enough, split_history

N_JUDGING_FOLDS = 5


@dataclass(frozen=True)
class History:
    """The ripe history of a CRM, ready to fit on.

    Attributes
    ----------
    data : may have no row, where no deal is closed yet.
    horizon_us : None for a table without times.
    oldest_age_us : the oldest snapshot age of the goal that was reached; None for a flat table.
    is_ordered : whether the rows come in the order of time.
    """

    spec: FeatureSpec
    data: TrainingSet
    horizon_us: int | None
    oldest_age_us: int | None
    is_ordered: bool

    def split(self) -> Split:
        """The blocks that judge a fit; none where there is nothing to learn from, or too little."""
        data = self.data
        has_features = data.matrix.names or data.matrix.categories
        if not has_features or not is_enough(data.won, data.lead):
            return Split((), False)
        return split_history(
            data.matrix.snapshots.as_of_us,
            data.won,
            data.lead,
            data.judging_fold,
            horizon_us=self.horizon_us,
            is_ordered=self.is_ordered,
        )


def build_history(
    crm: Crm,
    request: TrainingRequest,
    rulebook: RuleBook,
    *,
    spec: FeatureSpec | None = None,
    past: LabelledSnapshots | None = None,
) -> History:
    """Snapshots, labels, features and points of a CRM that holds nothing from `until` on.

    Parameters
    ----------
    request : the goal, until when outcomes are complete, the order of a flat table, and the seed of the folds.
    rulebook : that points and gates are of; it need not be the one that the request names.
    spec : which columns and event types are features; learned from the tables if None.
    past : the labelled snapshots, where they are known; else those that no gate of the rulebook held back.
    """
    spec = spec or crm.learn_spec()
    labelled = past or leads_at_their_time(crm, request.goal, rulebook, request.observed_until_us)
    snapshots = labelled.snapshots
    matrix = build_features(crm.leads, crm.events, snapshots, spec)
    ledger = score_rules(rulebook, crm.leads, crm.events or no_events(), snapshots, actors=crm.actors)
    fold = fold_of_groups(crm.leads, seed=request.seed)[snapshots.lead]
    judging_fold = fold_of_groups(crm.leads, seed=request.seed + 1, n_folds=N_JUDGING_FOLDS)[snapshots.lead]
    data = TrainingSet(matrix, ledger.points, labelled.won, snapshots.lead, fold, judging_fold)
    oldest = None
    if crm.leads.created_us is not None and len(snapshots):
        oldest = int((snapshots.as_of_us - crm.leads.created_us[snapshots.lead]).max())
    has_times = not crm.is_flat and crm.leads.created_us is not None
    return History(spec, data, request.goal.horizon if has_times else None, oldest, request.is_ordered or has_times)


def ripe_snapshots(crm: Crm, goal: GoalSection, *, observed_until_us: int) -> LabelledSnapshots:
    """The snapshots of a CRM whose horizon has passed, labelled; of a flat table the rows with an outcome.

    None before the first deal is closed, since then nobody knows of any outcome.
    """
    if (crm.outcomes.closed_us == NEVER_US).all():
        nothing = np.zeros(0, dtype=np.int64)
        return LabelledSnapshots(Snapshots(nothing, nothing), np.zeros(0, dtype=np.bool_))
    if crm.is_flat or crm.leads.created_us is None:
        return label_rows(snapshots_of_rows(crm.leads), crm.outcomes)
    return training_snapshots(
        crm.leads,
        crm.outcomes,
        goal,
        observed_until_us=observed_until_us,
        observed_from_us=crm.observed_from_us,
    )


def leads_at_their_time(crm: Crm, goal: GoalSection, rulebook: RuleBook, observed_until_us: int) -> LabelledSnapshots:
    """The labelled snapshots of leads that no gate held back at the snapshot's own `as_of`.

    A gate that closed later leaves them in: who unsubscribes after losing interest must not vanish from the history
    of those who had it, or the outcome would choose what is learned from.

    Raises
    ------
    GreedyGate : a gate holds for half of the leads that were won, or more.
    """
    labelled = ripe_snapshots(crm, goal, observed_until_us=observed_until_us)
    if not rulebook.gates:
        return labelled
    snapshots = labelled.snapshots
    gated = gates_at(rulebook, crm.leads, crm.events or no_events(), snapshots, actors=crm.actors)
    refuse_greedy_gates(gated, snapshots.lead[labelled.won], labelled.won)
    kept = np.flatnonzero(~gated.is_disqualified)
    return LabelledSnapshots(snapshots.take(kept), labelled.won[kept])


def fingerprint(data: TrainingSet) -> str:
    """sha256 of everything the model was fitted on: features, categories, points, labels."""
    digest = hashlib.sha256()
    numbers: Sequence[np.ndarray] = (data.matrix.values, data.points, data.won, data.matrix.snapshots.as_of_us)
    for array in numbers:
        digest.update(np.ascontiguousarray(array).tobytes())
    for name, column in data.matrix.categories.items():
        # by what stands in these rows: later leads may have brought more levels
        used, codes = np.unique(column.codes, return_inverse=True)
        digest.update(repr((name, [column.levels[code] for code in used if code >= 0], -1 in used)).encode())
        digest.update(codes.astype(np.int64).tobytes())
    return digest.hexdigest()
