"""The batch job: which leads of a CRM are scored at a time, and which are not and why."""

from dataclasses import dataclass

import numpy as np

from features.crm import Crm
from features.labels import is_open
from features.snapshots import Snapshots, snapshots_at
from features.tables import NEVER_US
from models.lead_model import LeadModel
from models.scoring import DEFAULT_REASONS, Scores, score_leads


@dataclass(frozen=True)
class LeadCounts:
    """What became of each lead of the table: scored, or left out by reason."""

    scored: int
    closed: int
    not_yet_created: int
    dormant: int


@dataclass(frozen=True)
class BatchResult:
    """The scores of the open leads, in the order of their ids, and the counts."""

    scores: Scores
    counts: LeadCounts


def score_open_leads(model: LeadModel, crm: Crm, as_of_us: int, *, n_reasons: int = DEFAULT_REASONS) -> BatchResult:
    """Score every lead that is open at a time.

    Parameters
    ----------
    as_of_us : microseconds since 1970 UTC; a flat table has no times, its rows are scored as they are.
    """
    existing = snapshots_at(crm.leads, as_of_us)
    if crm.leads.created_us is None:
        open_rows = crm.outcomes.closed_us[existing.lead] == NEVER_US
    else:
        open_rows = is_open(existing, crm.outcomes)
    snapshots: Snapshots = existing.take(open_rows)
    scores = score_leads(model, crm.leads, crm.events, snapshots, n_reasons=n_reasons)
    counts = LeadCounts(
        scored=len(snapshots),
        closed=int(np.count_nonzero(~open_rows)),
        not_yet_created=len(crm.leads) - len(existing),
        dormant=int(scores.dormant.sum()),
    )
    return BatchResult(scores, counts)
