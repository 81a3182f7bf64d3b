"""Event features from a Parquet log: Leadlight against pandas, Polars and DuckDB doing the same.

Run as ``python -m benchmarks.features``. Each tool runs in a process of its own and reads the same file;
imports are not timed. Of the ways a tool has to do it, its fastest counts. All answers are compared
before anything is printed.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from features.tables import MICROSECONDS_PER_DAY, FloatArray

AS_OF_US = 1_760_000_000_000_000
SEED = 7
HISTORY_DAYS = 365
HALF_LIFE_US = 14 * MICROSECONDS_PER_DAY
WINDOWS_US = [days * MICROSECONDS_PER_DAY for days in (1, 7, 30)]
NEVER_DAYS = 9_999.0
TYPES = (
    *("call", "demo_request", "email_click", "email_open", "form", "login"),
    *("meeting", "pricing_view", "reply", "trial", "unsubscribe", "visit"),
)
BUDGET = 4.0

Frame = Any  # a pandas, Polars, Arrow or DuckDB table: each tool in its own words
#: What is timed, and how its answer becomes (n leads in order, 12 types x 6 measures), which is not.
Way = tuple[Callable[[], Frame], Callable[[Frame], FloatArray]]


@dataclass(frozen=True)
class Timing:
    """What one way of one tool took: median seconds by the clock and of all cores; peak memory of the process."""

    way: str
    seconds: float
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


def lead_ids(n_leads: int) -> list[str]:
    """The ids of the benchmark's leads, ascending."""
    return [f"L{i:07d}" for i in range(n_leads)]


def leadlight_ways(path: Path, n_leads: int) -> dict[str, Way]:
    """Our own reader and kernel."""
    import duckdb  # noqa: F401  (imported here, so that the import is not timed)
    import pyarrow  # noqa: F401

    from features.behaviour import behaviour_features
    from features.event_log import EventsSection
    from features.event_parquet import read_typed_events
    from features.snapshots import Snapshots
    from features.sources import Source
    from features.tables import LeadArrays, TextColumn

    nobody = np.full(n_leads, -1, dtype=np.int64)
    leads = LeadArrays(tuple(lead_ids(n_leads)), None, TextColumn((), nobody), {})
    section = EventsSection(source=path.name, lead="lead_id", at="at", type="type")

    def run() -> Frame:
        log = read_typed_events(section, Source(path), leads)
        if log is None:
            raise RuntimeError("the reader passed the log on to the cell-by-cell path")
        snapshots = Snapshots(np.arange(n_leads), np.full(n_leads, AS_OF_US, dtype=np.int64))
        return behaviour_features(log.events, snapshots, TYPES)

    return {"leadlight": (run, lambda matrix: matrix[:, : 6 * len(TYPES)])}


def pandas_ways(path: Path, n_leads: int) -> dict[str, Way]:
    """Grouped by names, and grouped by integer keys."""
    import pandas as pd

    def measured() -> pd.DataFrame:
        log = pd.read_parquet(path)
        age = AS_OF_US - log["at"].astype("int64")
        within = {f"n{i}": age <= width for i, width in enumerate(WINDOWS_US)}
        weight = np.exp2(age / -HALF_LIFE_US)
        return pd.DataFrame({"lead": log["lead_id"], "type": log["type"], **within, "weight": weight, "age": age})

    def by_names() -> Frame:
        log = measured()
        log = log.assign(lead=log["lead"].astype("category"), type=log["type"].astype("category"), n=1)
        grouped = log.groupby(["lead", "type"], observed=True)
        sums = grouped[["n0", "n1", "n2", "n", "weight"]].sum()
        return sums.assign(days=grouped["age"].min() / MICROSECONDS_PER_DAY).unstack()

    def by_keys() -> Frame:
        log = measured()
        lead, ids = pd.factorize(log["lead"], sort=True)
        kind, types = pd.factorize(log["type"], sort=True)
        grouped = log.drop(columns=["lead", "type"]).groupby(lead * len(types) + kind)
        sums = grouped[["n0", "n1", "n2", "weight"]].sum()
        sums.insert(3, "n", grouped.size())
        every_cell = pd.MultiIndex.from_product([ids, types])
        found = sums.assign(days=grouped["age"].min() / MICROSECONDS_PER_DAY).reindex(range(len(every_cell)))
        return found.set_index(every_cell).unstack()

    def matrix(frame: pd.DataFrame) -> FloatArray:
        measures = frame.sort_index().to_numpy(dtype=np.float64).reshape(len(frame), 6, len(TYPES))
        return _filled(measures.transpose(0, 2, 1))

    return {"by names": (by_names, matrix), "by integer keys": (by_keys, matrix)}


def polars_ways(path: Path, n_leads: int) -> dict[str, Way]:
    """One grouping by lead, and one by lead and type turned wide; both engines."""
    import polars as pl

    kind, age, weight = pl.col("type"), pl.col("age"), pl.col("weight")
    age_us = AS_OF_US - pl.col("at").dt.epoch("us")
    log = pl.scan_parquet(path).select("lead_id", "type", age=age_us).filter(age > 0)
    log = log.with_columns(weight=(age * (-np.log(2) / HALF_LIFE_US)).exp())
    since = age.min() / MICROSECONDS_PER_DAY
    counts = [(age <= width).sum().alias(f"n{i}") for i, width in enumerate(WINDOWS_US)]
    long = log.group_by("lead_id", "type").agg(*counts, pl.len().alias("n"), weight.sum(), since.alias("days"))
    measures = ["n0", "n1", "n2", "n", "weight", "days"]

    def of_type(name: str) -> list[pl.Expr]:
        mine = kind == name
        within = [(mine & (age <= width)).sum() for width in WINDOWS_US]
        days = pl.when(mine).then(age).min() / MICROSECONDS_PER_DAY
        cells = [*within, mine.sum(), pl.when(mine).then(weight).sum(), days]
        return [cell.alias(f"{measure}_{name}") for measure, cell in zip(measures, cells, strict=True)]

    wide = log.group_by("lead_id").agg(*(cell for name in TYPES for cell in of_type(name)))
    names = [f"{measure}_{name}" for name in TYPES for measure in measures]

    def matrix(frame: pl.DataFrame) -> FloatArray:
        return _filled(frame.sort("lead_id").select(names).to_numpy())

    def turned(engine: Any) -> Frame:
        return long.collect(engine=engine).pivot("type", index="lead_id", values=measures)

    engines = ("streaming", "in-memory")
    ways: dict[str, Way] = {f"wide, {engine}": (partial(wide.collect, engine=engine), matrix) for engine in engines}
    return ways | {f"long, then pivot, {engine}": (partial(turned, engine), matrix) for engine in engines}


def duckdb_ways(path: Path, n_leads: int) -> dict[str, Way]:
    """One grouping with filters, and two groupings; into a table of DuckDB, or handed over as Arrow."""
    import duckdb

    connection = duckdb.connect()
    age = f"({AS_OF_US} - epoch_us(e.at))"
    log = f"SELECT lead_id, type, {age} AS age, pow(2.0, -{age} / {HALF_LIFE_US}.0) AS weight FROM '{path}' e"
    log += f" WHERE {age} > 0"
    within = [f"count(*) FILTER (age <= {width}" for width in WINDOWS_US]
    days = f"/ {MICROSECONDS_PER_DAY}.0"

    def of_type(name: str) -> str:
        mine = f"type = '{name}'"
        cells = [*(f"{count} AND {mine})" for count in within), f"count(*) FILTER ({mine})"]
        cells += [f"coalesce(sum(weight) FILTER ({mine}), 0)"]
        cells += [f"coalesce(min(age) FILTER ({mine}) {days}, {NEVER_DAYS})"]
        return ", ".join(f"{cell} AS {name}_{i}" for i, cell in enumerate(cells))

    def turned(name: str) -> str:
        empty = [0, 0, 0, 0, 0, NEVER_DAYS]
        cells = [f"coalesce(max(m{i}) FILTER (type = '{name}'), {zero}) AS {name}_{i}" for i, zero in enumerate(empty)]
        return ", ".join(cells)

    cells = [*(f"{count})" for count in within), "count(*)", "sum(weight)", f"min(age) {days}"]
    long = f"SELECT lead_id, type, {', '.join(f'{cell} AS m{i}' for i, cell in enumerate(cells))}"
    long += f" FROM ({log}) GROUP BY ALL"
    queries = {
        "one grouping": f"SELECT lead_id, {', '.join(map(of_type, TYPES))} FROM ({log}) GROUP BY lead_id",
        "two groupings": f"SELECT lead_id, {', '.join(map(turned, TYPES))} FROM ({long}) GROUP BY lead_id",
    }

    def into_table(query: str) -> Frame:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE answer AS {query}")
        return connection.table("answer")

    def to_arrow(query: str) -> Frame:
        return connection.sql(query).to_arrow_table()

    def matrix(answer: Frame) -> FloatArray:
        columns = answer.order("lead_id").fetchnumpy() if hasattr(answer, "order") else answer.sort_by("lead_id")
        return np.column_stack([np.asarray(columns[f"{name}_{i}"], np.float64) for name in TYPES for i in range(6)])

    ways: dict[str, Way] = {}
    for name, query in queries.items():
        ways[f"{name}, into a table"] = (partial(into_table, query), matrix)
        ways[f"{name}, to Arrow"] = (partial(to_arrow, query), matrix)
    return ways


def _filled(cells: FloatArray) -> FloatArray:
    """Absent cells as our features have them: nothing counted, never happened."""
    filled = np.nan_to_num(np.asarray(cells, dtype=np.float64).reshape(len(cells), len(TYPES), 6), nan=0.0)
    filled[:, :, 5][filled[:, :, 3] == 0] = NEVER_DAYS
    return filled.reshape(len(cells), -1)


TOOLS = {"leadlight": leadlight_ways, "pandas": pandas_ways, "polars": polars_ways, "duckdb": duckdb_ways}


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
    return Timing(way, median(seconds), median(cpu_seconds), peak_mb)


def best_way(tool: str, folder: Path, options: argparse.Namespace) -> Timing:
    """The fastest way of a tool, each in a fresh process; its answer must equal ours."""
    timings = []
    for position in range(len(TOOLS[tool](folder / "log.parquet", options.leads))):
        command = [sys.executable, "-m", "benchmarks.features", "--one", tool, str(position), str(folder)]
        command += ["--leads", str(options.leads), "--repeats", str(options.repeats)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        timings.append(timing := Timing(**json.loads(done.stdout)))
        print(f"  {tool}, {timing.way}: {timing.seconds:.2f} s, CPU {timing.cpu_seconds:.2f} s", file=sys.stderr)
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
    lines = [f"{'tool':<10} {'seconds':>8} {'x ours':>7} {'CPU s':>6} {'peak MB':>8}  way"]
    for tool, timing in timings.items():
        numbers = f"{timing.seconds:>8.2f} {timing.seconds / ours:>7.1f} {timing.cpu_seconds:>6.2f} {timing.peak_mb:>8}"
        lines.append(f"{tool:<10} {numbers}  {timing.way}")
    return "\n".join(lines)


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.features", description=__doc__)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--leads", type=int, default=500_000)
    parser.add_argument("--repeats", type=int, default=3)
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
