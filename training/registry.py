"""MLflow: a run for every training, a version of the registered model for every bundle, an alias for the champion."""

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from models.lead_model import LeadModel
from models.workspace import Workspace
from training.pyfunc_logging import ARTIFACT, log_pyfunc

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

EXPERIMENT = REGISTERED_MODEL = "leadlight"
CHAMPION, CHALLENGER = "champion", "challenger"
#: Tells which bundle a run or a version of the registered model is.
_VERSION_TAG = "model_version"
#: MLflow's client would ask a dead server for four to fifteen minutes (seconds to wait, times to ask again).
PATIENCE: Mapping[str, str] = {"MLFLOW_HTTP_REQUEST_TIMEOUT": "5", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0"}

#: Else it writes to the standard output, where programs read our JSON.
QUIET: Mapping[str, str] = {
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}


class RegistryDown(ValueError):
    """MLflow did not answer; what it should have been told lies in the workspace."""


@dataclass(frozen=True)
class Registry:
    """The MLflow of a workspace: ``MLFLOW_TRACKING_URI`` wins over the workspace's SQLite store."""

    workspace: Workspace

    @property
    def uri(self) -> str:
        """Where runs and versions are kept."""
        return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{self.workspace.folder.resolve()}/mlflow.db"

    def log(self, model: LeadModel, *, seed: int | None = None) -> str:
        """Log a bundle of the workspace, its report with it, as a run, and register it as the challenger.

        Returns
        -------
        The id of the run.

        Raises
        ------
        RegistryDown : MLflow does not answer.
        """
        with self._answering() as client:
            run = client.create_run(self._experiment(client), run_name=model.version)
            run_id: str = run.info.run_id
            try:
                _log_run(client, run_id, model, self.workspace.models / model.version, seed)
                log_pyfunc(client, run_id, model, self.workspace.models / model.version)
            except BaseException:
                client.set_terminated(run_id, "FAILED")
                raise
            client.set_terminated(run_id)
            _register(client, model.version, run_id, f"{run.info.artifact_uri}/{ARTIFACT}")
        return run_id

    def versions(self) -> dict[str, "ModelVersion"]:
        """The versions of the registered model, by the bundle each is."""
        with self._answering() as client:
            found = client.search_model_versions(f"name='{REGISTERED_MODEL}'")
            return {version.tags[_VERSION_TAG]: version for version in found if _VERSION_TAG in version.tags}

    def name_champion(self, version: str) -> None:
        """Move the alias `champion` to a bundle.

        Raises
        ------
        RegistryDown : MLflow does not answer.
        NotRegistered : it does not know the bundle.
        """
        known = self.versions().get(version)
        if known is None:
            raise NotRegistered(f"MLflow at {self.uri} does not know the model {version}; run `leadlight models sync`")
        with self._answering() as client:
            client.set_registered_model_alias(REGISTERED_MODEL, CHAMPION, known.version)

    def _experiment(self, client: "MlflowClient") -> str:
        name = os.environ.get("MLFLOW_EXPERIMENT_NAME", EXPERIMENT)
        found = client.get_experiment_by_name(name)
        if found is not None:
            return str(found.experiment_id)
        is_local = not os.environ.get("MLFLOW_TRACKING_URI")
        artifacts = (self.workspace.folder / "artifacts").resolve().as_uri() if is_local else None
        return str(client.create_experiment(name, artifact_location=artifacts))

    @contextmanager
    def _answering(self) -> "Iterator[MlflowClient]":
        """A client that gives a dead server up within seconds."""
        from mlflow import MlflowClient
        from mlflow.exceptions import MlflowException

        for name, quiet in QUIET.items():
            os.environ.setdefault(name, quiet)
        for name in ("mlflow", "alembic"):  # after the import, which sets them up to tell of every migration
            logging.getLogger(name).setLevel(logging.WARNING)
        set_here = {name: value for name, value in PATIENCE.items() if name not in os.environ}
        os.environ.update(set_here)
        try:
            yield MlflowClient(tracking_uri=self.uri)
        except (MlflowException, OSError) as error:
            if not self.uri.startswith(("http://", "https://")):
                raise
            raise RegistryDown(
                f"MLflow at {self.uri} does not do as asked ({_first_line(error)}). Nothing is lost: the models lie in "
                f"{self.workspace.models}; when it answers again, run `leadlight models sync`"
            ) from error
        finally:
            for name in set_here:
                os.environ.pop(name, None)


class NotRegistered(ValueError):
    """MLflow knows no such model."""


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)[:200]


def _log_run(client: "MlflowClient", run_id: str, model: LeadModel, folder: Path, seed: int | None) -> None:
    for name, value in _parameters(model, seed).items():
        client.log_param(run_id, name, value)
    for name, number in _metrics(model).items():
        client.log_metric(run_id, name, number)
    client.set_tag(run_id, _VERSION_TAG, model.version)
    client.set_tag(run_id, "data_fingerprint", model.facts.trained_on.fingerprint)
    client.log_artifacts(run_id, str(folder), "bundle")


def _register(client: "MlflowClient", version: str, run_id: str, source: str) -> None:
    """A version of the registered model, and the alias `challenger` on it."""
    from mlflow.exceptions import MlflowException

    try:
        client.get_registered_model(REGISTERED_MODEL)
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
        client.create_registered_model(REGISTERED_MODEL)
    made = client.create_model_version(REGISTERED_MODEL, source=source, run_id=run_id, tags={_VERSION_TAG: version})
    client.set_registered_model_alias(REGISTERED_MODEL, CHALLENGER, made.version)


def _parameters(model: LeadModel, seed: int | None) -> dict[str, object]:
    facts = model.facts
    return {
        "source": facts.source,
        "seed": "" if seed is None else seed,
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
