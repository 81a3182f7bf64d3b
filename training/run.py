"""One training, whole: judge on out-of-time blocks, refit on everything, save, log, promote."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from features.crm import Crm
from features.tables import BoolArray, FloatArray
from models.bundle import REPORT, save_bundle
from models.calibration import Calibrator
from models.encoding import fit_encoder, row_weights
from models.intervals import fit_interval
from models.lead_model import LeadModel, ModelFacts, TrainedOn
from models.prior import prior_of_rulebook
from models.recipe import Recipe
from models.rules import RuleBook, load_rulebook
from models.workspace import Workspace
from training.backtest import Backtest, backtest
from training.calibrating import calibrator_of, judged_log_odds
from training.candidates import candidates_of, choose
from training.capacity import capacity_of
from training.evaluation import Bin, by_points, metrics_of, reliability
from training.fit import TrainingSet, fit_margin, prior_of
from training.history import History, build_history, fingerprint
from training.judging import Judge, Judged
from training.leak_audit import audit_leaks
from training.leaks.finding import Leak, LeaksFound
from training.promotion import Ruling, promote, rule_on
from training.promotion_log import Signature
from training.registry import Registry
from training.report.page import report_of
from training.request import TrainingRequest
from training.split import Split
from training.writing import writing

Progress = Callable[[str], None]


@dataclass(frozen=True)
class TrainedModel:
    """A model and how it was judged; `judged` is None where there were too few deals to judge by.

    Attributes
    ----------
    log_odds : of the judged rows, as they would have been shown.
    reliability, points_bands : of the judged rows, by probability and by rule points.
    leaks : what the leak audit warns of.
    backtest : the judged blocks one by one; None where they are no blocks in time.
    history : what it was learned from; the report looks at it.
    """

    model: LeadModel
    judged: Judged | None
    log_odds: FloatArray
    reliability: tuple[Bin, ...] = ()
    points_bands: tuple[Bin, ...] = ()
    leaks: tuple[Leak, ...] = ()
    backtest: Backtest | None = None
    history: History | None = None


def train_model(crm: Crm, request: TrainingRequest, progress: Progress = lambda step: None) -> TrainedModel:
    """Fit the rules' prior, the trees and the calibrator; below 20 won or lost leads the prior alone.

    Raises
    ------
    LeaksFound : columns carry the outcome, and nobody ignored or accepted them.
    """
    rulebook = load_rulebook(request.rules_text, name="rules.yaml")
    progress("features")
    history = build_history(crm, request, rulebook)
    split = history.split()
    progress("leak audit")
    leaks = audit_leaks(crm, history, split, rulebook, request.leaks, seed=request.seed)
    if any(leak.verdict == "stop" for leak in leaks):
        raise LeaksFound(leaks)
    if not split.blocks:
        return replace(_rules_alone(history, rulebook, request), leaks=leaks, history=history)
    progress(f"judging on {len(split.blocks)} blocks")
    trained = replace(_judged_best(history, split, rulebook, request, progress), leaks=leaks, history=history)
    return _backtested(trained, crm, history, split) if split.is_time_tested else trained


def _backtested(trained: TrainedModel, crm: Crm, history: History, split: Split) -> TrainedModel:
    facts = trained.model.facts
    assert trained.judged is not None  # where there are blocks
    assert facts.recipe is not None
    shown = replace(trained.judged, margin=trained.log_odds)
    found = backtest(shown, history.data, split, crm.leads, facts.recipe, trained.model.rulebook, seed=0)
    return replace(trained, backtest=found)


def find_leaks(crm: Crm, request: TrainingRequest) -> tuple[Leak, ...]:
    """What the leak audit of a training would find."""
    rulebook = load_rulebook(request.rules_text, name="rules.yaml")
    history = build_history(crm, request, rulebook)
    return audit_leaks(crm, history, history.split(), rulebook, request.leaks, seed=request.seed)


def _judged_best(
    history: History, split: Split, rulebook: RuleBook, request: TrainingRequest, progress: Progress
) -> TrainedModel:
    judge = Judge(history.data, split, rulebook, seed=request.seed)
    candidates = candidates_of(judge, seed=request.seed)
    choice = choose(candidates, judge.won, judge.lead, seed=request.seed)
    best = choice.candidate
    judged = judge.judged(best.margin)
    calibrator = calibrator_of(judged, is_time_tested=split.is_time_tested)
    log_odds = judged_log_odds(judged, calibrator)
    metrics = metrics_of(log_odds, judged.won)
    progress("refitting on everything")
    final = fit_margin(history.data, rulebook, best.recipe, seed=request.seed)
    shown = calibrator.log_odds(best.margin)
    facts = ModelFacts(
        source=best.source,
        spec=history.spec,
        encoder=final.encoder,
        prior=final.prior,
        logistic=final.logistic,
        calibrator=calibrator,
        interval=fit_interval(shown, judged.won, judged.lead),
        words=dict(request.words),
        trained_on=_trained_on(history, request, rulebook, shown, is_time_tested=split.is_time_tested),
        metrics=metrics,
        candidates={**{one.source: judge.loss(one.margin) for one in candidates}, best.source: metrics["log_loss"]},
        why=choice.why,
        accepted_leaks=dict(request.leaks.accepted),
        recipe=best.recipe,
        capacity=capacity_of(request.sales_capacity_per_week, shown, judged, history, split),
    )
    text = None if final.booster is None else final.booster.model_to_string()
    bands = _points_bands(history.data.points[judged.row], log_odds, judged.won, rulebook)
    model = LeadModel(facts, request.rules_text, text)
    return TrainedModel(model, judged, log_odds, reliability(log_odds, judged.won), bands)


def _points_bands(points: FloatArray, log_odds: FloatArray, won: BoolArray, rulebook: RuleBook) -> tuple[Bin, ...]:
    rulebook_odds = prior_of_rulebook(rulebook.odds.base, rulebook.odds.double_every)
    return by_points(points, log_odds, won, rulebook_odds.margin(points))


def _rules_alone(history: History, rulebook: RuleBook, request: TrainingRequest) -> TrainedModel:
    data = history.data
    facts = ModelFacts(
        source="rules",
        spec=history.spec,
        encoder=fit_encoder(data.matrix, data.won, row_weights(data.lead)),
        prior=prior_of(data, rulebook),
        logistic=None,
        calibrator=Calibrator(),
        interval=None,
        words=dict(request.words),
        trained_on=_trained_on(history, request, rulebook, np.zeros(0), is_time_tested=False),
        metrics={},
        candidates={},
        why=(
            "the rules alone score: learning needs 20 won and 20 lost leads whose horizon has passed, "
            "and columns or events that vary"
        ),
        accepted_leaks=dict(request.leaks.accepted),
        recipe=Recipe("rules"),
        capacity=capacity_of(request.sales_capacity_per_week, np.zeros(0), None, history, Split((), False)),
    )
    return TrainedModel(LeadModel(facts, request.rules_text, None), None, np.zeros(0))


def _trained_on(
    history: History, request: TrainingRequest, rulebook: RuleBook, log_odds: FloatArray, *, is_time_tested: bool
) -> TrainedOn:
    data: TrainingSet = history.data
    percentiles = np.quantile(log_odds, np.linspace(0, 1, 101)).tolist() if len(log_odds) else []
    return TrainedOn(
        until=request.until,
        horizon_us=history.horizon_us,
        n_snapshots=len(data),
        n_leads=len(np.unique(data.lead)),
        n_won=len(np.unique(data.lead[data.won])),
        base_rate=float((data.won.sum() + rulebook.odds.base) / (len(data) + 1.0)),
        oldest_age_us=history.oldest_age_us,
        log_odds_percentiles=tuple(percentiles),
        fingerprint=fingerprint(data),
        is_time_tested=is_time_tested,
        observed_until_us=None if history.horizon_us is None else request.observed_until_us,
    )


@dataclass(frozen=True)
class TrainingRun:
    """A finished training: the saved model, how it was judged, where it lies, and whether it is the champion now."""

    model: LeadModel
    trained: TrainedModel
    folder: Path
    ruling: Ruling
    mlflow_run: str | None

    @property
    def report(self) -> Path:
        """The model card."""
        return self.folder / REPORT

    @property
    def promoted(self) -> bool:
        return self.ruling.is_promoted


def run_training(
    crm: Crm,
    request: TrainingRequest,
    workspace: Workspace,
    *,
    leadlight_version: str,
    signed: Signature,
    progress: Progress = lambda step: None,
) -> TrainingRun:
    """Train, save the bundle, log it to MLflow, and make it the champion where it is no worse than the one there is.

    Parameters
    ----------
    signed : who trains, and when; noted beside the decision.

    Raises
    ------
    LeaksFound : columns carry the outcome.
    WorkspaceBusy : another training writes to the workspace.
    RegistryDown : MLflow does not answer; the bundle is in the workspace, and is not the champion.
    """
    registry = Registry(workspace)
    with writing(workspace):
        trained = train_model(crm, request, progress)
        progress("writing the report")
        report = report_of(trained, crm, request)
        progress("saving the bundle")
        model, folder = save_bundle(
            trained.model, workspace.models, leadlight_version=leadlight_version, report_html=report
        )
        progress("logging to MLflow")
        run_id = registry.log(model, seed=request.seed)
        progress("comparing with the champion")
        ruling = rule_on(model, workspace, crm, request)
        promote(model, workspace, registry, ruling, signed)
    return TrainingRun(model, trained, folder, ruling, run_id)
