"""What many tests share: a small company, trained on once."""

import os
from pathlib import Path

# Before LightGBM is imported: threads that wait for each other on busy cores take ten times as long.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest

from features.crm import Crm
from models.bundle import save_bundle
from models.lead_model import LeadModel
from tests.company import request_for, small_crm
from training.report.page import report_of
from training.run import TrainedModel, train_model


@pytest.fixture(scope="session")
def crm() -> Crm:
    return small_crm()


@pytest.fixture(scope="session")
def trained(crm: Crm) -> TrainedModel:
    return train_model(crm, request_for(crm))


@pytest.fixture(scope="session")
def model(trained: TrainedModel) -> LeadModel:
    return trained.model


@pytest.fixture(scope="session")
def rules_model(crm: Crm) -> LeadModel:
    """A model of a company without a single closed deal."""
    young = small_crm(n_closed=0)
    return train_model(young, request_for(young)).model


@pytest.fixture(scope="session")
def report(trained: TrainedModel, crm: Crm) -> str:
    """The model card of the training, as HTML."""
    return report_of(trained, crm, request_for(crm))


@pytest.fixture
def bundle(model: LeadModel, report: str, tmp_path: Path) -> Path:
    """A bundle of its own for each test, to be damaged."""
    return save_bundle(model, tmp_path / "models", leadlight_version="0.1.0", report_html=report)[1]
