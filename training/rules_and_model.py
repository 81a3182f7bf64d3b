"""Where the rules and the model part, and who was right: on leads later than the model was fitted on."""

from dataclasses import dataclass

import numpy as np

from features.crm import Crm
from features.tables import BoolArray, FloatArray
from models.lead_model import LeadModel
from models.rules import RuleBook
from training.history import build_history
from training.judging import Judged
from training.lead_shares import LeadShare, Ratio, lead_share, ratio_of
from training.refitting import refit
from training.request import TrainingRequest

#: Where the rulebook's own cut lets all or none through, or is no number of points: the best fifth.
_BEST = 0.2


@dataclass(frozen=True)
class Disagreement:
    """Later leads by what the rules and the model said of them: both call the same number of snapshots good.

    Attributes
    ----------
    cut : the points from which on the rules call a lead good.
    is_mql : whether that is the rulebook's own cut to MQL; else it is that of the best fifth.
    both, rules_only, model_only, neither : the share won.
    model_over_rules : of the leads that only the model called good over those that only the rules did.
    is_time_tested : whether the model was fitted on earlier leads, rather than on others.
    """

    cut: float
    is_mql: bool
    both: LeadShare
    rules_only: LeadShare
    model_only: LeadShare
    neither: LeadShare
    model_over_rules: Ratio
    is_time_tested: bool

    @property
    def verdict(self) -> str:
        """Who was right, as far as it can be told."""
        if not self.rules_only.n_leads or not self.model_only.n_leads:
            return "they agree"
        low, high = self.model_over_rules.low, self.model_over_rules.high
        if low is not None and low > 1:
            return "the model was right"
        if high is not None and high < 1:
            return "the rules were right"
        return "it can not be told who was right"


def disagreement(judged: Judged, points: FloatArray, rulebook: RuleBook, *, is_time_tested: bool) -> Disagreement:
    """Four groups of judged snapshots.

    Parameters
    ----------
    judged : the model's log-odds of rows that it was not fitted on, n at least 1.
    points : n rule points of the same rows.
    """
    cut, is_mql = _cut_of(points, rulebook)
    by_rules = points >= cut
    by_model = np.zeros(len(points), dtype=np.bool_)
    by_model[np.argsort(-judged.margin, kind="stable")[: int(by_rules.sum())]] = True

    def share(inside: BoolArray) -> LeadShare:
        return lead_share(judged.won, inside, judged.lead)

    rules_only, model_only = share(by_rules & ~by_model), share(by_model & ~by_rules)
    return Disagreement(
        cut=cut,
        is_mql=is_mql,
        both=share(by_rules & by_model),
        rules_only=rules_only,
        model_only=model_only,
        neither=share(~by_rules & ~by_model),
        model_over_rules=ratio_of(model_only, rules_only),
        is_time_tested=is_time_tested,
    )


def _cut_of(points: FloatArray, rulebook: RuleBook) -> tuple[float, bool]:
    cut = rulebook.stages.mql.points
    if cut is not None and 0 < np.count_nonzero(points >= cut) < len(points):
        return float(cut), True
    return float(np.quantile(points, 1 - _BEST, method="higher")), False


def judge_model(model: LeadModel, crm: Crm, request: TrainingRequest, rulebook: RuleBook) -> tuple[Judged, bool] | None:
    """The model's recipe fitted on each block's earlier rows, and what it said of the later ones.

    Parameters
    ----------
    rulebook : that the snapshots are gated and scored by; `request` may name another.

    Returns
    -------
    What it said of the rows judged, and whether they are later; None where it learned nothing, does not tell its
    recipe, or where there are too few deals.
    """
    if model.facts.recipe is None or model.facts.source in ("rules", "base_rate"):
        return None
    history = build_history(crm, request, rulebook, spec=model.facts.spec)
    split = history.split()
    if not split.blocks:
        return None
    of_rows = model.facts.trained_on.n_snapshots
    judged = refit(model.facts.recipe, history.data, split, rulebook, of_rows=of_rows, seed=request.seed)
    return judged, split.is_time_tested
