"""One lead with 50 raw events over HTTP, score and reasons out, beside MLflow's own server with the same trees.

Run as ``python -m benchmarks.service``. The client is this process, the servers are others, and they take turns, so
that a busy machine is busy for all of them. MLflow's server gets the same booster in its LightGBM flavour with
ready-made features and gives a number (it does less than we do), and, by ``--pyfunc``, the model that training logs.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.served import Served, free_port, serve, take_folder, trained_company

ROOT = Path(__file__).parents[1]
N_EVENTS = 50
BUDGET_P50_MS, BUDGET_P99_MS, BUDGET_START_S, BUDGET_MB = 5.0, 15.0, 5.0, 200.0
AS_OF = datetime(2026, 11, 20, tzinfo=UTC)


class Peer:
    """A server, what it is asked, the milliseconds its answers took, and its CPU seconds before."""

    def __init__(self, name: str, served: Served, path: str, body: bytes) -> None:
        self.name, self.served, self.path, self.body = name, served, path, body
        self.milliseconds: list[float] = []
        self.cpu_before = served.cpu_seconds


def example_lead(project: Path) -> dict[str, Any]:  # JSON
    """A lead with all that the champion looks at, and 50 events."""
    from leadlight.project import load_project

    model = load_project(project).workspace.load_champion()
    spec, encoder = model.facts.spec, model.facts.encoder
    attributes: dict[str, object] = {name: 12.0 for name in spec.numbers}
    attributes |= {name: next(iter(encoder.categories[name].levels), None) for name in spec.categories}
    attributes |= {name: "2026-01-31" for name in spec.dates}
    types = spec.event_types
    events = [
        {"type": types[i % len(types)], "at": (AS_OF - timedelta(hours=7 * i + 1)).isoformat()} for i in range(N_EVENTS)
    ]
    created = (AS_OF - timedelta(days=20)).isoformat()
    return {"lead_id": "L-1", "created_at": created, "attributes": attributes, "events": events}


@contextmanager
def leadlight_server(project: Path, python: str = sys.executable) -> "Iterator[Served]":
    """`leadlight serve`, by this Python or by that of another environment."""
    port = free_port()
    command = [python, "-m", "leadlight", "serve", "-c", str(project), "--port", str(port)]
    environment = {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "LEADLIGHT_RELOAD_SECONDS": "0.5"}
    with serve(command, ready="/readyz", environment=environment, port=port) as served:
        yield served


@contextmanager
def mlflow_server(model: Path, python: str = sys.executable) -> "Iterator[Served]":
    """`mlflow models serve` of a saved model, by this Python or that of another environment, without our code."""
    port = free_port()
    command = [python, "-m", "mlflow", "models", "serve", "-m", str(model), "-p", str(port)]
    environment = {
        "PYTHONPATH": "",
        "OMP_NUM_THREADS": "1",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "PATH": f"{Path(python).parent}{os.pathsep}{os.environ['PATH']}",
    }
    with serve([*command, "--env-manager", "local"], ready="/ping", environment=environment, port=port) as served:
        yield served


def save_booster(project: Path, folder: Path) -> int:
    """The champion's trees in MLflow's LightGBM flavour; gives the number of their features."""
    import mlflow.lightgbm

    from leadlight.project import load_project

    booster = load_project(project).workspace.load_champion().booster
    if booster is None:
        raise RuntimeError("the champion has no trees to compare")
    mlflow.lightgbm.save_model(booster, folder)
    return int(booster.num_feature())


def saved_pyfunc(project: Path) -> Path:
    """The newest model that training logged."""
    from leadlight.project import load_project

    models = load_project(project).workspace.folder.glob("artifacts/*/artifacts/model")
    return max(models, key=lambda path: path.stat().st_mtime)


def ask(peer: Peer) -> None:
    """One request over a connection that is kept, timed."""
    connection = peer.served.connect()
    connection.request("POST", peer.path, peer.body, {"Content-Type": "application/json"})
    _read(connection)
    for _ in range(20):
        start = time.perf_counter()
        connection.request("POST", peer.path, peer.body, {"Content-Type": "application/json"})
        _read(connection)
        peer.milliseconds.append(1e3 * (time.perf_counter() - start))


def _read(connection: Any) -> None:  # an HTTPConnection
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"status {answer.status}: {body[:300]!r}")


def quantile(milliseconds: list[float], share: float) -> float:
    return sorted(milliseconds)[min(int(share * len(milliseconds)), len(milliseconds) - 1)]


def report(peers: Sequence[Peer]) -> str:
    """The table of all servers."""
    lines = [f"{'':34}{'p50 ms':>8}{'p99 ms':>8}{'CPU ms':>8}{'start s':>9}{'MB':>6}"]
    for peer in peers:
        p50, p99 = quantile(peer.milliseconds, 0.5), quantile(peer.milliseconds, 0.99)
        cpu = 1e3 * (peer.served.cpu_seconds - peer.cpu_before) / len(peer.milliseconds)
        told = f"{p50:8.2f}{p99:8.2f}{cpu:8.2f}{peer.served.seconds:9.1f}{peer.served.memory_mb:6.0f}"
        lines.append(f"{peer.name:34}{told}")
    lines.append(f"{'budget':34}{BUDGET_P50_MS:8.0f}{BUDGET_P99_MS:8.0f}{'':8}{BUDGET_START_S:9.0f}{BUDGET_MB:6.0f}")
    return "\n".join(lines)


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.service", description=__doc__)
    parser.add_argument("--requests", type=int, default=2_000)
    take_folder(parser)
    parser.add_argument("--python", help="also serve by the Python of an environment that has [serve] alone")
    parser.add_argument("--pyfunc", action="store_true", help="also serve the logged model by MLflow")
    return parser.parse_args(argv)


def compare(options: argparse.Namespace, project: Path, scratch: Path) -> str:
    """All servers at once, asked in turns."""
    lead = example_lead(project)
    n_features = save_booster(project, scratch / "booster")
    ours = json.dumps({"as_of": AS_OF.isoformat(), "leads": [lead]}).encode()
    row = json.dumps({"inputs": [[1.0] * n_features]}).encode()
    record = json.dumps({"dataframe_records": [{**lead, "as_of": AS_OF.isoformat()}]}).encode()
    with ExitStack() as stack:
        peers = [
            Peer("leadlight serve", stack.enter_context(leadlight_server(project)), "/v1/score", ours),
            Peer(
                "mlflow, booster, ready features",
                stack.enter_context(mlflow_server(scratch / "booster")),
                "/invocations",
                row,
            ),
        ]
        if options.python:
            server = stack.enter_context(leadlight_server(project, options.python))
            peers.append(Peer("leadlight serve, [serve] alone", server, "/v1/score", ours))
        if options.pyfunc:
            server = stack.enter_context(mlflow_server(saved_pyfunc(project)))
            peers.append(Peer("mlflow, the logged model", server, "/invocations", record))
        for _ in range(options.requests // 20):
            for peer in peers:
                ask(peer)
        return report(peers)


def main(argv: Sequence[str] | None = None) -> int:
    options = parse(argv)
    with tempfile.TemporaryDirectory() as scratch, trained_company(options.folder) as project:
        print(f"one lead, {N_EVENTS} events, {options.requests:,} requests to each in turns")
        print(compare(options, project, Path(scratch)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
