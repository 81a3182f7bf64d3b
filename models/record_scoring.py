"""Leads that come as records, scored by the one way to a score: golden rows, the API, and MLflow's pyfunc."""

from collections.abc import Sequence

import numpy as np

from features.records import BadRecord, LeadCells, arrays_of_records
from features.snapshots import Snapshots, snapshots_of_rows
from features.tables import IntArray
from models.lead_model import LeadModel
from models.scoring import DEFAULT_REASONS, Scores, score_leads


def score_records(
    model: LeadModel,
    records: Sequence[LeadCells],
    *,
    as_of_us: Sequence[int],
    n_reasons: int = DEFAULT_REASONS,
) -> Scores:
    """The scores of n records, in their order.

    Parameters
    ----------
    as_of_us : n, microseconds since 1970 UTC; a model of a flat table knows no times and ignores them.

    Raises
    ------
    BadRecord : a cell that can not be read, or a lead that was created after its `as_of`.
    """
    leads, events = arrays_of_records(records, model.facts.spec)
    snapshots = snapshots_of_rows(leads)
    if leads.created_us is not None:
        snapshots = Snapshots(snapshots.lead, _as_of(leads.created_us, as_of_us))
    return score_leads(model, leads, events if model.facts.spec.has_events else None, snapshots, n_reasons=n_reasons)


def _as_of(created_us: IntArray, as_of_us: Sequence[int]) -> IntArray:
    times = np.array(as_of_us, dtype=np.int64)
    late = np.flatnonzero(created_us > times)
    if len(late):
        raise BadRecord(int(late[0]), ("created_at",), "a time that is not after `as_of` is expected")
    return times
