"""Exact contributions of many leads: Leadlight's tables against shap.TreeExplainer and other peers.

Run as ``python -m benchmarks.contributions``. The rows are leads of the made-up company, each at a moment of its own;
the trees are grown with the product's default settings. Every tool has all cores, in its fastest way: threads in one
process, or as many spawned processes as there are cores, each with a share of the rows. Imports, loading and what is
sent between processes are not timed; our tables are made within the time. All answers are compared before anything
is printed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np

from features.tables import BoolArray, FloatArray

SEED = 7
TRAINING_ROWS = 20_000
TOLERANCE = 1e-4
CORES = os.cpu_count() or 1


@dataclass(frozen=True)
class Timing:
    """Seconds by the clock until a tool's last process was done, seconds of all cores, and the gap to our answer."""

    seconds: float
    cpu_seconds: float
    gap: float


def write_task(folder: Path, *, n_rows: int) -> None:
    """rows.npy, float64 (n, p), and booster.txt."""
    from models.boosting import TreeSettings, fit_trees

    values, won = company_rows(folder, n_rows)
    some = np.random.default_rng(SEED).permutation(n_rows)[:TRAINING_ROWS]
    margin = np.full(len(some), np.log(won.mean() / (1 - won.mean())))
    booster = fit_trees(values[some], won[some], margin, TreeSettings(), seed=0)
    (folder / "booster.txt").write_text(booster.model_to_string(), encoding="utf-8")
    np.save(folder / "rows.npy", values)


def company_rows(folder: Path, n_leads: int) -> tuple[FloatArray, BoolArray]:
    """The encoded features of a company's leads, each at a moment of its first 90 days, and who were won."""
    from benchmarks.company import large_company, write_project, write_tables
    from features.build import build_features
    from features.snapshots import Snapshots
    from features.spec import learn_spec
    from features.tables import MICROSECONDS_PER_DAY
    from leadlight.project import load_project
    from models.encoding import fit_encoder

    project = load_project(write_project(folder, n_leads=500))
    company = large_company(n_leads)
    write_tables(company, folder)
    crm = project.read(leads_file=folder / "leads.parquet", events_file=folder / "events.parquet", needs_outcomes=False)
    if crm.leads.created_us is None:
        raise RuntimeError("the company's leads have times")
    age_us = np.random.default_rng(SEED).integers(1, 90 * MICROSECONDS_PER_DAY, n_leads)
    snapshots = Snapshots(np.arange(n_leads), crm.leads.created_us + age_us)
    matrix = build_features(crm.leads, crm.events, snapshots, learn_spec(crm.leads, crm.events, crm.kinds))
    return fit_encoder(matrix, company.won, np.ones(n_leads)).encode(matrix), company.won


def leadlight_explainer(folder: Path) -> Callable[[FloatArray], FloatArray]:
    from models.boosting import load_trees, tree_contributions

    booster = load_trees((folder / "booster.txt").read_text(encoding="utf-8"))
    return lambda values: tree_contributions(booster, values)[1]


def lightgbm_explainer(folder: Path) -> Callable[[FloatArray], FloatArray]:
    import lightgbm as lgb

    explain = partial(lgb.Booster(model_file=folder / "booster.txt").predict, pred_contrib=True)
    return lambda values: np.asarray(explain(values))[:, :-1]


def shap_explainer(folder: Path) -> Callable[[FloatArray], FloatArray]:
    import lightgbm as lgb
    import shap

    explainer = shap.TreeExplainer(lgb.Booster(model_file=folder / "booster.txt"))
    return lambda values: np.asarray(explainer.shap_values(values, check_additivity=False))


def woodelf_explainer(folder: Path) -> Callable[[FloatArray], FloatArray]:
    import lightgbm as lgb
    import pandas as pd
    from woodelf import WoodelfExplainer

    explainer = WoodelfExplainer(lgb.Booster(model_file=folder / "booster.txt"))
    return lambda values: np.asarray(explainer.shap_values(pd.DataFrame(values), verbose=False))


#: Each tool, and among how many processes its rows are shared. shap asks LightGBM, whose threads could do as well.
TOOLS = {
    "leadlight": (leadlight_explainer, 1),
    "shap": (shap_explainer, CORES),
    "pred_contrib": (lightgbm_explainer, 1),
    "woodelf": (woodelf_explainer, CORES),
}


def work(tool: str, folder: Path, start: int, end: int) -> None:
    """One process: it loads, says so, waits for a line, explains its rows, and leaves the answer in the folder."""
    explain = TOOLS[tool][0](folder)
    values = np.load(folder / "rows.npy")[start:end]
    explain(values[:10])
    print("ready", flush=True)
    sys.stdin.readline()
    cpu = time.process_time()
    answer = explain(values)
    print(time.process_time() - cpu, flush=True)
    np.save(folder / f"{tool}-{start}.npy", np.ascontiguousarray(answer))


def run_tool(tool: str, folder: Path, n_rows: int) -> Timing:
    """A tool in processes of its own, all of them loaded before the clock starts."""
    n_processes = TOOLS[tool][1]
    cuts = np.linspace(0, n_rows, n_processes + 1).astype(int).tolist()
    threads = {"OMP_NUM_THREADS": str(CORES // n_processes)}
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.contributions", "--work", tool, str(folder), str(start), str(end)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **threads},
        )
        for start, end in pairwise(cuts)
    ]
    for process in processes:
        hear(process)
    start_time = time.perf_counter()
    for process in processes:
        tell(process)
    cpu = sum(float(hear(process)) for process in processes)
    seconds = time.perf_counter() - start_time
    if any(process.wait() for process in processes):
        raise RuntimeError(f"{tool} failed")
    answer = np.concatenate([np.load(folder / f"{tool}-{start}.npy") for start in cuts[:-1]])
    ours = answer if tool == "leadlight" else np.load(folder / "leadlight-0.npy")
    gap = float(np.abs(answer - ours).max())
    if not gap <= TOLERANCE:
        raise RuntimeError(f"{tool} and leadlight do not agree: the largest difference is {gap:g}")
    return Timing(seconds, cpu, gap)


def hear(process: "subprocess.Popen[str]") -> str:
    if process.stdout is None:
        raise RuntimeError("a worker speaks through a pipe")
    return process.stdout.readline()


def tell(process: "subprocess.Popen[str]") -> None:
    if process.stdin is None:
        raise RuntimeError("a worker listens at a pipe")
    process.stdin.write("go\n")
    process.stdin.flush()


def report(timings: dict[str, Timing], n_rows: int) -> str:
    """A small table, and whether the budget holds."""
    ours = timings["leadlight"]
    budget = 10.0 if n_rows >= 400_000 else 5.0
    lines = [
        f"{n_rows:,} rows",
        f"{'tool':<13} {'seconds':>8} {'x ours':>7} {'CPU s':>7} {'x ours':>7} {'rows/s':>8}  gap",
    ]
    for tool, timing in timings.items():
        clock = f"{timing.seconds:>8.1f} {timing.seconds / ours.seconds:>7.1f}"
        cpu = f"{timing.cpu_seconds:>7.1f} {timing.cpu_seconds / ours.cpu_seconds:>7.1f}"
        lines.append(f"{tool:<13} {clock} {cpu} {n_rows / timing.seconds:>8,.0f}  {timing.gap:.0e}")
    if "shap" in timings:
        ratio = timings["shap"].seconds / ours.seconds
        lines.append(f"{ratio:.1f} times faster than shap.TreeExplainer on all cores; budget {budget:.0f}")
    return "\n".join(lines)


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.contributions", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 400_000])
    parser.add_argument("--peers", nargs="+", choices=[tool for tool in TOOLS if tool != "leadlight"])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--work", nargs=4, help=argparse.SUPPRESS)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    options = parse(argv)
    if options.work:
        tool, folder, start, end = options.work
        work(tool, Path(folder), int(start), int(end))
        return 0
    for n_rows in options.rows:
        with tempfile.TemporaryDirectory() as name:
            write_task(Path(name), n_rows=n_rows)
            tools = TOOLS if options.peers is None else ("leadlight", *options.peers)
            timings = {tool: run_tool(tool, Path(name), n_rows) for tool in tools}
        found = {"rows": n_rows, "tools": {tool: asdict(timing) for tool, timing in timings.items()}}
        print(json.dumps(found) if options.json else report(timings, n_rows), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
