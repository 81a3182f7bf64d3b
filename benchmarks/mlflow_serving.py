"""The model that training logs, in an environment that was made of its own requirements and knows no Leadlight.

Run as ``python -m benchmarks.mlflow_serving``. It is loaded by `mlflow.pyfunc.load_model` and served by
`mlflow models serve`; both must give what we give: log-odds to 1e-12, the same sentences.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.served import Served, take_folder, trained_company
from benchmarks.service import mlflow_server, saved_pyfunc

if TYPE_CHECKING:
    import pandas as pd

TOLERANCE = 1e-12
#: Loads the model of a path and scores the records of the standard input.
_LOAD = """
import json, sys
import mlflow.pyfunc, pandas as pd
told = mlflow.pyfunc.load_model(sys.argv[1]).predict(pd.DataFrame(json.load(sys.stdin)))
import features.build
assert features.build.__file__.startswith(sys.argv[1]), features.build.__file__
json.dump(told.to_dict("records"), sys.stdout, default=str)
"""
Rows = list[dict[str, Any]]  # JSON


def records_of(project: Path, n: int) -> Rows:
    """Open leads of the company as records, each with its events."""
    import pandas as pd

    folder = project.parent
    leads = pd.read_csv(folder / "leads.csv", dtype=str, keep_default_na=False).tail(n)
    log = pd.read_csv(folder / "events.csv.gz", dtype=str, keep_default_na=False)
    as_of = max(log["at"].max(), leads["created_at"].max())
    by_lead = {lead_id: rows.drop(columns="lead_id") for lead_id, rows in log.groupby("lead_id")}
    return [_record(row, by_lead.get(row["lead_id"]), as_of) for row in leads.to_dict("records")]


def _record(row: dict[Any, Any], events: "pd.DataFrame | None", as_of: str) -> dict[str, Any]:
    lead = {name: row.pop(name) for name in ("lead_id", "created_at")}
    told = [] if events is None else [_filled(event) for event in events.to_dict("records")]
    return {**lead, "as_of": as_of, "attributes": _filled(row), "events": told}


def _filled(row: dict[Any, Any]) -> dict[str, Any]:
    return {name: cell for name, cell in row.items() if cell != ""}


def expected_of(project: Path, records: Rows) -> Rows:
    """What the champion of the workspace gives, by the service's own scorer."""
    from leadlight.project import load_project
    from serving.scorer import Scorer

    scorer = Scorer(load_project(project).workspace.load_champion(), now_us=0)
    rows: Rows = json.loads(scorer.invoke(json.dumps({"dataframe_records": records}).encode()))["predictions"]
    return rows


def make_environment(folder: Path, model: Path) -> str:
    """The Python of an environment of what the model says it needs, and nothing else."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = str(folder / "bin" / "python")
    requirements = ["-r", str(model / "requirements.txt")]
    subprocess.run([python, "-m", "pip", "install", "--quiet", *requirements], cwd=folder, check=True)
    return python


def loaded(python: str, model: Path, records: Rows, cwd: Path) -> Rows:
    """What `mlflow.pyfunc.load_model` gives there."""
    command = [python, "-c", _LOAD, str(model)]
    environment = {"PATH": str(Path(python).parent), "HOME": str(cwd), "MLFLOW_DISABLE_TELEMETRY": "true"}
    text = json.dumps(records)
    done = subprocess.run(command, input=text, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the logged model does not load: {done.stderr[-2_000:]}")
    rows: Rows = json.loads(done.stdout)
    return rows


def served(server: Served, records: Rows) -> Rows:
    """What the server of MLflow answers."""
    connection = server.connect()
    body = json.dumps({"dataframe_records": records})
    connection.request("POST", "/invocations", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"status {answer.status}: {text[-2_000:]!r}")
    rows: Rows = json.loads(text)["predictions"]
    return rows


def agreement(name: str, found: Rows, expected: Rows) -> str:
    """How far apart the log-odds are at most, and how many sentences are the same."""
    gap = max(abs(one["log_odds"] - two["log_odds"]) for one, two in zip(found, expected, strict=True))
    alike = sum(one["summary"] == two["summary"] for one, two in zip(found, expected, strict=True))
    told = "the same" if gap <= TOLERANCE and alike == len(expected) else "NOT THE SAME"
    return f"{name:28} {len(found):,} leads, log-odds at most {gap:.2g} apart, {alike:,} sentences alike: {told}"


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mlflow_serving", description=__doc__)
    parser.add_argument("--leads", type=int, default=500)
    parser.add_argument("--python", help="that of an environment which was made before")
    take_folder(parser)
    options = parser.parse_args(argv)
    with trained_company(options.folder) as project, tempfile.TemporaryDirectory() as scratch:
        model, records = saved_pyfunc(project), records_of(project, options.leads)
        expected = expected_of(project, records)
        started = time.perf_counter()
        python = options.python or make_environment(Path(scratch) / "environment", model)
        print(f"environment of {model.name}/requirements.txt: {time.perf_counter() - started:.0f} s", flush=True)
        print(
            agreement("mlflow.pyfunc.load_model", loaded(python, model, records, Path(scratch)), expected), flush=True
        )
        with mlflow_server(model, python) as server:
            print(agreement("mlflow models serve", served(server, records), expected))
    return 0


if __name__ == "__main__":
    sys.exit(main())
