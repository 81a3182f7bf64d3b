"""What a training has to tell of its rulebook, for its report."""

from dataclasses import replace
from typing import TYPE_CHECKING

from features.crm import Crm
from training.request import TrainingRequest
from training.rule_history import rule_history
from training.rules_and_model import disagreement
from training.rules_report import RulesReport, report_rules

if TYPE_CHECKING:
    from training.run import TrainedModel


def rules_section(crm: Crm, request: TrainingRequest, trained: "TrainedModel") -> RulesReport:
    """The rules beside the outcomes that a training learned from, and beside what it judged its model by.

    No points are suggested: that takes longer than the rest of a report, and `leadlight rules suggest` does it.

    Parameters
    ----------
    crm, request : of this training.
    """
    model, judged = trained.model, trained.judged
    history = rule_history(crm, request, model.rulebook)
    if judged is None or model.facts.source in ("rules", "base_rate"):
        return report_rules(history, suggests=False)
    parted = disagreement(
        replace(judged, margin=trained.log_odds),
        history.points[judged.row],
        model.rulebook,
        is_time_tested=model.facts.trained_on.is_time_tested,
    )
    return report_rules(history, parted, suggests=False)
