"""A tracking server over HTTP, as `mlflow server` starts one: synced, trained, promoted and rolled back there."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError

import pytest
from mlflow import MlflowClient

from models.bundle import MANIFEST, load_bundle
from models.workspace import Workspace
from tests.company import request_for, small_crm
from training.promotion import Ruling, promote, roll_back, sync
from training.promotion_log import Signature
from training.registry import CHALLENGER, CHAMPION, REGISTERED_MODEL, Registry, RegistryDown
from training.run import TrainingRun, run_training

SIGNED = Signature(by="ada", at="2026-11-02T09:00:00+00:00")
BY_HAND = Ruling(True, "Ada said so")
_PATIENCE_S = 90


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of its own; without its workers for evaluations and the like, which cost seconds each."""
    folder = tmp_path_factory.mktemp("server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    places = ["--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--artifacts-destination", str(folder / "files")]
    quiet = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen([*command, *places], env={**os.environ, **quiet}, stdout=log, stderr=log)
        try:
            yield _answering(f"http://127.0.0.1:{port}", running)
        finally:
            running.terminate()
            running.wait(_PATIENCE_S)


def _answering(uri: str, running: "subprocess.Popen[bytes]") -> str:
    for _ in range(_PATIENCE_S * 5):
        try:
            urllib.request.urlopen(f"{uri}/health", timeout=5).close()
        except (URLError, ConnectionError):
            assert running.poll() is None, "the server ended"
            time.sleep(0.2)
        else:
            return uri
    raise AssertionError("the server does not answer")


def train(workspace: Workspace, *, n: int) -> TrainingRun:
    """A company without deals: all that is logged, and nothing to be fitted."""
    crm = small_crm(n, n_closed=0)
    return run_training(crm, request_for(crm), workspace, leadlight_version="0.1.0", signed=SIGNED)


def alias(client: MlflowClient, name: str) -> str:
    return str(client.get_model_version_by_alias(REGISTERED_MODEL, name).tags["model_version"])


def test_a_server_keeps_what_is_synced_trained_promoted_and_rolled_back(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first training finds no server, and is told to it later."""
    workspace, client = Workspace(tmp_path / "workspace"), MlflowClient(tracking_uri=server)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:1")
    with pytest.raises(RegistryDown):
        train(workspace, n=30)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server)

    (late,) = sync(workspace).logged
    run = train(workspace, n=40)
    assert (alias(client, CHAMPION), alias(client, CHALLENGER)) == (run.model.version, run.model.version)
    promote(load_bundle(workspace.models / late), workspace, Registry(workspace), BY_HAND, SIGNED, is_forced=True)
    assert alias(client, CHAMPION) == workspace.champion() == late
    roll_back(workspace, Registry(workspace), SIGNED)
    assert alias(client, CHAMPION) == workspace.champion() == run.model.version

    kept = client.download_artifacts(str(run.mlflow_run), f"bundle/{MANIFEST}", str(tmp_path))
    assert Path(kept).read_bytes() == (run.folder / MANIFEST).read_bytes()
    assert not (workspace.folder / "mlflow.db").exists()
    assert capsys.readouterr().out == "", "what is printed is ours: others read it as JSON"
