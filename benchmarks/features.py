"""Event features from a Parquet log: Leadlight against pandas, Polars and DuckDB doing the same.

Run as ``python -m benchmarks.features``. Each tool runs in a process of its own and reads the same file;
imports are not timed. Of the ways a tool has to do it, its fastest counts, by the median of its runs; the fastest run
stands beside it. All answers are compared before anything is printed.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.event_ways import AS_OF_US, TOOLS, TYPES, Frame, lead_ids
from features.tables import MICROSECONDS_PER_DAY, FloatArray

SEED = 7
HISTORY_DAYS = 365
BUDGET = 4.0


@dataclass(frozen=True)
class Timing:
    """What one way of one tool took: the median by the clock, the fastest run, the median of the CPU seconds of all
    cores, and the peak memory of the process.
    """

    way: str
    seconds: float
    fastest_seconds: float
    cpu_seconds: float
    peak_mb: int


def write_log(path: Path, *, n_events: int, n_leads: int) -> None:
    """A seeded log: each lead equally busy, each type equally common, times over a year."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng = np.random.default_rng(SEED)
    ids = pa.array(lead_ids(n_leads))
    at_us = AS_OF_US - rng.integers(1, HISTORY_DAYS * MICROSECONDS_PER_DAY, n_events)
    columns = {
        "lead_id": ids.take(pa.array(rng.integers(0, n_leads, n_events))),
        "at": pa.array(at_us).cast(pa.timestamp("us")),
        "type": pa.array(TYPES).take(pa.array(rng.integers(0, len(TYPES), n_events))),
    }
    pq.write_table(pa.table(columns), path)


def run_way(tool: str, position: int, folder: Path, *, n_leads: int, repeats: int) -> Timing:
    """Times one way of a tool in this process, and leaves its answer in the folder."""
    import resource

    way, (run, matrix) = list(TOOLS[tool](folder / "log.parquet", n_leads).items())[position]
    seconds, cpu_seconds = [], []
    answer: Frame = None
    for _ in range(repeats):
        del answer
        start, cpu_start = time.perf_counter(), time.process_time()
        answer = run()
        seconds.append(time.perf_counter() - start)
        cpu_seconds.append(time.process_time() - cpu_start)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    np.save(folder / f"{tool}.npy", matrix(answer))
    return Timing(way, median(seconds), min(seconds), median(cpu_seconds), peak_mb)


def best_way(tool: str, folder: Path, options: argparse.Namespace) -> Timing:
    """The fastest way of a tool, each in a fresh process; its answer must equal ours."""
    timings = []
    for position in range(len(TOOLS[tool](folder / "log.parquet", options.leads))):
        command = [sys.executable, "-m", "benchmarks.features", "--one", tool, str(position), str(folder)]
        command += ["--leads", str(options.leads), "--repeats", str(options.repeats)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        timings.append(timing := Timing(**json.loads(done.stdout)))
        took = f"{timing.seconds:.2f} s, fastest {timing.fastest_seconds:.2f}, CPU {timing.cpu_seconds:.2f}"
        print(f"  {tool}, {timing.way}: {took}", file=sys.stderr)
        check_equal(np.load(folder / "leadlight.npy"), np.load(folder / f"{tool}.npy"), tool)
    return min(timings, key=lambda timing: timing.seconds)


def check_equal(ours: FloatArray, theirs: FloatArray, tool: str) -> None:
    """Raises unless all counts are equal, and days and decayed sums agree to 1e-9 (relative above 1)."""
    if ours.shape != theirs.shape:
        raise RuntimeError(f"{tool} gives a table of {theirs.shape}, leadlight of {ours.shape}")
    gap = np.abs(ours - theirs) / np.maximum(1.0, np.abs(ours))
    is_count = np.arange(ours.shape[1]) % 6 < 4
    if np.max(gap) > 1e-9 or np.any(gap[:, is_count] > 0):
        raise RuntimeError(f"{tool} and leadlight do not agree: the largest difference is {np.max(gap):g}")


def report(timings: dict[str, Timing]) -> str:
    """A small table, and whether the budget holds."""
    ours = timings["leadlight"].seconds
    lines = [f"{'tool':<10} {'seconds':>8} {'fastest':>8} {'x ours':>7} {'CPU s':>6} {'peak MB':>8}  way"]
    for tool, timing in timings.items():
        numbers = f"{timing.seconds:>8.2f} {timing.fastest_seconds:>8.2f} {timing.seconds / ours:>7.1f}"
        numbers += f" {timing.cpu_seconds:>6.2f} {timing.peak_mb:>8}"
        lines.append(f"{tool:<10} {numbers}  {timing.way}")
    return "\n".join(lines)


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.features", description=__doc__)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--leads", type=int, default=500_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    options = parse(argv)
    if options.one:
        tool, position, folder = options.one
        one = run_way(tool, int(position), Path(folder), n_leads=options.leads, repeats=options.repeats)
        print(json.dumps(asdict(one)))
        return 0
    with tempfile.TemporaryDirectory() as name:
        write_log(Path(name) / "log.parquet", n_events=options.events, n_leads=options.leads)
        timings = {tool: best_way(tool, Path(name), options) for tool in TOOLS}
    ratio = min(timing.seconds for tool, timing in timings.items() if tool != "leadlight")
    ratio /= timings["leadlight"].seconds
    if options.json:
        tools = {tool: asdict(timing) for tool, timing in timings.items()}
        print(json.dumps({"tools": tools, "times_faster_than_best_peer": ratio, "budget": BUDGET}))
    else:
        print(report(timings), f"{ratio:.1f} times faster than the best of the others; budget {BUDGET:.0f}", sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
