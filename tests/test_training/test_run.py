"""A whole training: judged on later leads, refitted on everything, saved, logged, promoted."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from features.crm import Crm
from features.labels import Outcomes
from features.tables import MICROSECONDS_PER_DAY as DAY
from features.tables import NEVER_US, NumberColumn, TextColumn
from models.bundle import save_bundle
from models.workspace import Workspace
from tests.company import DAYS, START_US, flat_crm, request_for, small_crm
from training.evaluation import log_loss
from training.promotion_log import Signature
from training.report.page import report_of
from training.run import TrainedModel, run_training, train_model

SIGNED = Signature(by="ada", at="2026-11-02T09:00:00+00:00")
UNTIL = START_US + (DAYS - 60) * DAY


def root_counts(trained: TrainedModel) -> list[int]:
    assert trained.model.booster is not None
    trees = trained.model.booster.dump_model()["tree_info"]
    return [tree["tree_structure"].get("internal_count", 0) for tree in trees]


def test_the_metrics_are_of_the_judged_rows_and_stand_beside_their_rivals(trained: TrainedModel) -> None:
    facts, judged = trained.model.facts, trained.judged
    assert judged is not None

    assert facts.metrics["log_loss"] == log_loss(trained.log_odds, judged.won)
    assert facts.candidates[facts.source] == facts.metrics["log_loss"]
    assert facts.candidates[facts.source] < facts.candidates["rules"] < facts.candidates["base_rate"]
    assert {"base_rate", "rules", "logistic"} < set(facts.candidates)
    assert facts.why
    assert facts.trained_on.is_time_tested


def test_what_ships_was_refitted_on_all_rows_and_not_on_a_block(trained: TrainedModel) -> None:
    """A bag takes each row with a chance of four fifths."""
    n = trained.model.facts.trained_on.n_snapshots

    assert np.mean(root_counts(trained)) == pytest.approx(0.8 * n, rel=0.03)


def test_the_newest_ripe_deals_move_what_ships(trained: TrainedModel, crm: Crm) -> None:
    """The newest wins become losses; no block was fitted on them."""
    ripe = crm.outcomes.won_us > UNTIL - 20 * DAY
    lost = replace(crm, outcomes=Outcomes(crm.outcomes.closed_us, np.where(ripe, NEVER_US, crm.outcomes.won_us)))

    other = train_model(lost, request_for(lost)).model

    assert other.facts.prior != trained.model.facts.prior


def test_what_was_trained_on_is_told(trained: TrainedModel) -> None:
    on = trained.model.facts.trained_on

    assert 0 < on.n_won < on.n_leads <= 300
    assert on.n_leads < on.n_snapshots
    assert len(on.log_odds_percentiles) == 101
    assert 0.2 < on.base_rate < 0.4


def test_nothing_from_the_cut_on_reaches_the_model(crm: Crm, tmp_path: Path) -> None:
    """Other leads, other levels, other outcomes and twice the events from the cut on: the same bytes."""
    original, changed = crm.before(UNTIL), another_future(crm).before(UNTIL)

    bundles = []
    for number, cut in enumerate((original, changed)):
        request = request_for(cut, until="then")
        trained = train_model(cut, request)
        report, folder = report_of(trained, cut, request), tmp_path / str(number)
        saved, _ = save_bundle(trained.model, folder, leadlight_version="0.1.0", report_html=report)
        bundles.append(saved.version)

    assert bundles[0] == bundles[1]


def another_future(crm: Crm) -> Crm:
    """The same company until the cut, and quite another one from then on."""
    assert crm.leads.created_us is not None
    assert crm.events is not None
    late = crm.leads.created_us >= UNTIL
    country = crm.leads.columns["country"]
    assert isinstance(country, TextColumn)
    cells = ["Aruba" if late[row] else country.cell(row) for row in range(len(late))]
    size = crm.leads.columns["number_of_employees"]
    assert isinstance(size, NumberColumn)
    columns = {
        **crm.leads.columns,
        "country": TextColumn.of(cells),
        "number_of_employees": NumberColumn(np.where(late, 1e6, size.values)),
    }
    after = np.flatnonzero(crm.events.at_us >= UNTIL)
    events = crm.events.take(np.concatenate([np.arange(len(crm.events)), after, after]))
    closed = np.where(crm.outcomes.closed_us >= UNTIL, UNTIL, crm.outcomes.closed_us)
    won = np.where(crm.outcomes.won_us >= UNTIL, UNTIL, crm.outcomes.won_us)
    return replace(crm, leads=replace(crm.leads, columns=columns), events=events, outcomes=Outcomes(closed, won))


def test_a_flat_table_trains_in_its_order_or_in_groups() -> None:
    crm = flat_crm()

    ordered, grouped = (train_model(crm, request_for(crm, is_ordered=ordered)).model for ordered in (True, False))

    assert "rules" not in (ordered.facts.source, grouped.facts.source)
    assert ordered.facts.trained_on.is_time_tested
    assert not grouped.facts.trained_on.is_time_tested
    assert ordered.horizon_days is None


def test_leads_without_a_single_feature_leave_the_word_to_the_rules() -> None:
    crm = flat_crm()
    bare = replace(crm, leads=replace(crm.leads, columns={}), kinds={})

    assert train_model(bare, request_for(bare)).model.facts.source == "rules"


def test_a_history_of_which_no_block_can_be_fitted_leaves_the_word_to_the_rules() -> None:
    """Twenty won leads in all: without any of the folds there are fewer."""
    crm = small_crm(200)
    won = np.flatnonzero(crm.outcomes.won_us <= crm.observed_until_us)
    crm = replace(
        crm,
        outcomes=replace(
            crm.outcomes, won_us=np.where(np.isin(np.arange(200), won[:20]), crm.outcomes.won_us, NEVER_US)
        ),
    )

    assert train_model(crm, request_for(crm)).model.facts.source == "rules"


def test_two_trainings_at_once_are_refused_before_anything_is_read(crm: Crm, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)

    with (
        FileLock(tmp_path / ".lock"),
        pytest.raises(ValueError, match=r"another training writes to .*; wait for it to end, then train again"),
    ):
        run_training(crm, request_for(crm), workspace, leadlight_version="0.1.0", signed=SIGNED)

    assert workspace.versions() == []


def test_a_training_that_can_not_be_logged_does_not_become_the_champion(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object, **__: object) -> str:
        raise ConnectionError("no tracking server")

    monkeypatch.setattr("training.registry.Registry.log", down)
    young, workspace = small_crm(40, n_closed=0), Workspace(tmp_path)

    with pytest.raises(ConnectionError):
        run_training(young, request_for(young), workspace, leadlight_version="0.1.0", signed=SIGNED)

    assert workspace.champion() is None


def test_a_finished_training_is_the_champion_and_tells_its_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.registry.Registry.log", lambda *_, **__: "run-1")
    monkeypatch.setattr("training.registry.Registry.name_champion", lambda *_: None)
    young, workspace = small_crm(40, n_closed=0), Workspace(tmp_path)
    steps: list[str] = []

    run = run_training(
        young, request_for(young), workspace, leadlight_version="0.1.0", signed=SIGNED, progress=steps.append
    )

    assert workspace.load_champion() == run.model
    assert (run.folder, run.promoted, run.mlflow_run) == (workspace.models / run.model.version, True, "run-1")
    assert steps == [
        "features",
        "leak audit",
        "writing the report",
        "saving the bundle",
        "logging to MLflow",
        "comparing with the champion",
    ]
    assert json.loads((run.folder / "bundle.json").read_text())["leadlight"] == "0.1.0"
