"""MLflow: every training is a run with its parameters, metrics, figures and the bundle."""

import logging
import os
import tempfile
import warnings
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import models.bundle
from models.golden import make_golden_rows
from models.lead_model import LeadModel
from models.workspace import Workspace
from training.figures import gains_figure, reliability_figure

if TYPE_CHECKING:
    import pandas as pd
    from mlflow import MlflowClient
    from mlflow.models import ModelSignature

    from training.run import TrainedModel

EXPERIMENT = "leadlight"
#: What the code that scores imports.
_SCORING_NEEDS = ("mlflow", "numpy", "scipy", "pandas", "lightgbm", "pydantic", "ruamel.yaml")


def log_training(workspace: Workspace, trained: "TrainedModel", model: LeadModel, folder: Path, *, seed: int) -> str:
    """Log a training to MLflow; ``MLFLOW_TRACKING_URI`` wins over the workspace's SQLite store.

    Returns
    -------
    The id of the run.
    """
    client = _client(workspace)
    run = client.create_run(_experiment(client, workspace), run_name=model.version)
    run_id: str = run.info.run_id
    try:
        for name, value in _parameters(model, seed).items():
            client.log_param(run_id, name, value)
        for name, number in _metrics(model).items():
            client.log_metric(run_id, name, number)
        client.set_tag(run_id, "model_version", model.version)
        client.set_tag(run_id, "data_fingerprint", model.facts.trained_on.fingerprint)
        client.log_artifacts(run_id, str(folder), "bundle")
        _log_pyfunc(client, run_id, model, folder)
        _log_figures(client, run_id, trained)
    except BaseException:
        client.set_terminated(run_id, "FAILED")
        raise
    client.set_terminated(run_id)
    return run_id


def _client(workspace: Workspace) -> "MlflowClient":
    from mlflow import MlflowClient

    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    for name in ("mlflow", "alembic"):  # after the import, which sets them up to tell of every migration
        logging.getLogger(name).setLevel(logging.WARNING)

    uri = os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{workspace.folder.resolve()}/mlflow.db"
    return MlflowClient(tracking_uri=uri)


def _experiment(client: "MlflowClient", workspace: Workspace) -> str:
    name = os.environ.get("MLFLOW_EXPERIMENT_NAME", EXPERIMENT)
    found = client.get_experiment_by_name(name)
    if found is not None:
        return str(found.experiment_id)
    is_local = not os.environ.get("MLFLOW_TRACKING_URI")
    artifacts = (workspace.folder / "artifacts").resolve().as_uri() if is_local else None
    return str(client.create_experiment(name, artifact_location=artifacts))


def _parameters(model: LeadModel, seed: int) -> dict[str, object]:
    facts = model.facts
    return {
        "source": facts.source,
        "seed": seed,
        "until": facts.trained_on.until or "",
        "horizon_days": model.horizon_days or "",
        "rules_version": model.rulebook.version,
        "trees": model.booster.num_trees() if model.booster is not None else 0,
        "features": len(model.catalogue),
        "prior_intercept": facts.prior.intercept,
        "prior_per_point": facts.prior.per_point,
        "calibrator_intercept": facts.calibrator.intercept,
        "calibrator_slope": facts.calibrator.slope,
        "is_time_tested": facts.trained_on.is_time_tested,
    }


def _metrics(model: LeadModel) -> dict[str, float]:
    trained_on = model.facts.trained_on
    return {
        **model.facts.metrics,
        **{f"log_loss_{name}": loss for name, loss in model.facts.candidates.items()},
        "snapshots": float(trained_on.n_snapshots),
        "leads": float(trained_on.n_leads),
        "won": float(trained_on.n_won),
    }


def _log_figures(client: "MlflowClient", run_id: str, trained: "TrainedModel") -> None:
    if trained.judged is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        reliability_figure(trained.log_odds, trained.judged.won, Path(folder) / "reliability.png")
        gains_figure(trained.log_odds, trained.judged.won, Path(folder) / "gains.png")
        client.log_artifacts(run_id, folder, "figures")


def _log_pyfunc(client: "MlflowClient", run_id: str, model: LeadModel, folder: Path) -> None:
    """The model as MLflow's own tools load it, with the code that scores: it needs no installed Leadlight."""
    code = Path(models.bundle.__file__).parent
    with tempfile.TemporaryDirectory() as staging, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MLflow warns of its own type hints, and pandas of MLflow
        import mlflow.pyfunc

        logged = Path(staging) / "model"
        mlflow.pyfunc.save_model(
            logged,
            python_model=str(code / "pyfunc.py"),
            artifacts={"bundle": str(folder)},
            code_paths=[str(code), str(code.parent / "features")],
            signature=_signature(),
            input_example=_example(model),
            pip_requirements=[f"{name}=={version(name)}" for name in _SCORING_NEEDS],
        )
        client.log_artifacts(run_id, str(logged), "model")


def _signature() -> "ModelSignature":
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, Schema
    from mlflow.types.schema import AnyType

    anything = AnyType()  # type: ignore[no-untyped-call]  # MLflow's has no types
    texts = [ColSpec(DataType.string, name, required=name == "lead_id") for name in ("lead_id", "created_at", "as_of")]
    nested = [ColSpec(anything, name, required=False) for name in ("attributes", "events")]
    return ModelSignature(Schema([*texts, *nested]))


def _example(model: LeadModel) -> "pd.DataFrame":
    """A made-up lead, one of the bundle's golden rows."""
    import pandas as pd

    golden = make_golden_rows(model)
    lead = asdict(golden.records[1])
    return pd.DataFrame([{**lead, "events": list(lead["events"]), "as_of": golden.as_of}])
