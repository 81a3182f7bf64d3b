"""MLflow: a run for every training, with all that is needed to judge and find it again."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest
from mlflow import MlflowClient
from mlflow.entities import Run

from models.bundle import MANIFEST, load_bundle, save_bundle
from models.lead_model import LeadModel
from models.workspace import Workspace
from training.registry import CHALLENGER, EXPERIMENT, REGISTERED_MODEL, Registry
from training.run import TrainedModel


@dataclass(frozen=True)
class Logged:
    """A workspace in whose store one training was logged."""

    workspace: Workspace
    model: LeadModel
    folder: Path
    client: MlflowClient
    run: Run


@pytest.fixture(scope="module")
def logged(trained: TrainedModel, report: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Logged]:
    """One store for all tests: creating it takes seconds."""
    workspace = Workspace(tmp_path_factory.mktemp("workspace"))
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        patch.delenv("MLFLOW_EXPERIMENT_NAME", raising=False)
        model, folder = save_bundle(trained.model, workspace.models, leadlight_version="0.1.0", report_html=report)
        run_id = Registry(workspace).log(model, seed=7)
        client = MlflowClient(tracking_uri=f"sqlite:///{workspace.folder}/mlflow.db")
        yield Logged(workspace, model, folder, client, client.get_run(run_id))


def test_the_run_is_finished_and_bears_the_name_of_the_model(logged: Logged) -> None:
    assert logged.run.info.status == "FINISHED"
    assert logged.run.info.run_name == logged.model.version
    experiment = logged.client.get_experiment(logged.run.info.experiment_id)
    assert experiment.name == EXPERIMENT


def test_the_parameters_tell_how_it_was_trained(logged: Logged) -> None:
    facts, params = logged.model.facts, logged.run.data.params

    assert (params["source"], params["seed"], params["horizon_days"]) == (facts.source, "7", "30.0")
    assert float(params["prior_per_point"]) == facts.prior.per_point
    assert int(params["trees"]) > 0
    assert params["rules_version"] == logged.model.rulebook.version


def test_the_metrics_stand_beside_those_of_the_rivals(logged: Logged) -> None:
    facts, metrics = logged.model.facts, logged.run.data.metrics

    assert {name: metrics[name] for name in facts.metrics} == dict(facts.metrics)
    assert metrics["log_loss_rules"] == facts.candidates["rules"]
    assert metrics["snapshots"] == facts.trained_on.n_snapshots


def test_the_data_is_known_by_its_fingerprint(logged: Logged) -> None:
    assert logged.run.data.tags["data_fingerprint"] == logged.model.facts.trained_on.fingerprint
    assert logged.run.data.tags["model_version"] == logged.model.version


def test_the_bundle_in_the_store_is_whole(logged: Logged, tmp_path: Path) -> None:
    names = {entry.path for entry in logged.client.list_artifacts(logged.run.info.run_id, "bundle")}
    stored = Path(logged.client.download_artifacts(logged.run.info.run_id, "bundle", str(tmp_path)))

    copied = stored.rename(tmp_path / logged.model.version)

    assert f"bundle/{MANIFEST}" in names
    assert load_bundle(copied) == logged.model


def test_what_is_registered_is_what_mlflows_own_tools_load(logged: Logged) -> None:
    challenger = logged.client.get_model_version_by_alias(REGISTERED_MODEL, CHALLENGER)

    uri = logged.client.get_model_version_download_uri(REGISTERED_MODEL, challenger.version)

    assert (Path(url2pathname(urlsplit(uri).path)) / "MLmodel").is_file()


def test_the_report_is_kept(logged: Logged, report: str, tmp_path: Path) -> None:
    stored = logged.client.download_artifacts(logged.run.info.run_id, "bundle/report.html", str(tmp_path))

    assert Path(stored).read_text("utf-8") == report


def test_artifacts_lie_in_the_workspace(logged: Logged) -> None:
    assert (logged.workspace.folder / "artifacts" / logged.run.info.run_id / "artifacts" / "bundle").is_dir()


def test_a_run_that_breaks_is_marked_as_failed(logged: Logged, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("training.registry.log_pyfunc", full)
    with pytest.raises(OSError, match="No space left"):
        Registry(logged.workspace).log(logged.model, seed=0)

    newest = logged.client.search_runs([logged.run.info.experiment_id], max_results=1)[0]
    assert (newest.info.status, newest.info.run_id != logged.run.info.run_id) == ("FAILED", True)


def test_a_model_of_rules_alone_is_logged_without_trees(logged: Logged, rules_model: LeadModel) -> None:
    model, _ = save_bundle(rules_model, logged.workspace.models, leadlight_version="0.1.0")

    run_id = Registry(logged.workspace).log(model, seed=0)

    assert logged.client.get_run(run_id).data.params["trees"] == "0"


def test_the_tracking_uri_of_the_environment_wins(
    logged: Logged, trained: TrainedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store of another workspace stands for a tracking server."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{logged.workspace.folder}/mlflow.db")
    elsewhere = replace(logged.workspace, folder=tmp_path)
    model, _ = save_bundle(trained.model, elsewhere.models, leadlight_version="0.1.0")

    run_id = Registry(elsewhere).log(model, seed=1)

    assert logged.client.get_run(run_id).data.params["seed"] == "1"
    assert not (tmp_path / "mlflow.db").exists()
