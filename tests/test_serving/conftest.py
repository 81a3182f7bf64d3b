"""A service for the tests: a workspace with a champion, and a client that talks to its app in this process."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from features.crm import Crm
from models.bundle import save_bundle
from models.lead_model import LeadModel
from models.workspace import Workspace
from serving.app import create_app
from serving.settings import Settings
from serving.store.database import Store
from tests.company import NOW
from tests.test_serving.stored import store_strange_leads

BASE_URL = "http://127.0.0.1"


def settings_for(workspace: Workspace, **more: str) -> Settings:
    """Polls so fast that a test need not wait."""
    return Settings.of({"LEADLIGHT_WORKSPACE": str(workspace.folder), "LEADLIGHT_RELOAD_SECONDS": "0.05", **more})


def workspace_of(model: LeadModel, folder: Path) -> Workspace:
    """A workspace whose champion is this model."""
    workspace = Workspace(folder)
    saved, _ = save_bundle(model, workspace.models, leadlight_version="0.1.0")
    workspace.set_champion(saved.version)
    return workspace


@pytest.fixture(scope="session")
def served(model: LeadModel, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace that no test changes."""
    return workspace_of(model, tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="session")
def app(served: Workspace) -> FastAPI:
    return create_app(settings_for(served))


@pytest.fixture(scope="session")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url=BASE_URL, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="session")
def page_app(served: Workspace, model: LeadModel, crm: Crm, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """A service whose store has the company's leads, some of them with strange names."""
    url = f"sqlite:///{tmp_path_factory.mktemp('stored') / 'leads.db'}"
    store_strange_leads(Store(url), replace(model, version=served.champion() or ""), crm, NOW)
    return create_app(settings_for(served, LEADLIGHT_STORE=url))


@pytest.fixture(scope="session")
def pages(page_app: FastAPI) -> Iterator[TestClient]:
    with TestClient(page_app, base_url=BASE_URL, raise_server_exceptions=False) as client:
        yield client
