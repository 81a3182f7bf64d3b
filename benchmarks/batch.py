"""A night's batch: ``leadlight score`` over a million leads, five worded reasons each way, from Parquet into Parquet.

Run as ``python -m benchmarks.batch``. A model is trained on the small made-up company; the leads and events to score
are those of a large one. The command runs as a child process, once as its users run it and, with ``--profile``, once
more under Python's profiler. The times of its stages are those at which it tells its progress.
"""

import argparse
import cProfile
import io
import json
import multiprocessing
import os
import pstats
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

BUDGET_SECONDS, BUDGET_MB = 120.0, 2048.0
SHOWN = 35


@dataclass(frozen=True)
class Run:
    """What one run took: seconds by the clock and of all cores, peak memory, and seconds by stage."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    stages: dict[str, float]


def prepare(folder: Path, n_leads: int, n_events: int) -> None:
    """A trained project, and the tables to score."""
    from benchmarks.company import large_company, write_project, write_tables

    project = write_project(folder)
    # LightGBM's threads wait for each other longer than they work where the cores are busy.
    leadlight("train", "-c", str(project), OMP_NUM_THREADS="1")
    write_tables(large_company(n_leads), folder, n_events=n_events)


def rows_of(path: Path) -> int:
    import pyarrow.parquet as pq

    return int(pq.read_metadata(path).num_rows)


def _in_another_process(work: Callable[..., None], *arguments: object) -> None:
    """Linux counts the memory of a process at its fork in the peak of its child: it must not have been large."""
    process = multiprocessing.get_context("spawn").Process(target=work, args=arguments)
    process.start()
    process.join()
    if process.exitcode:
        raise RuntimeError(f"{work.__name__} failed")


def leadlight(*arguments: str, **environment: str) -> None:
    command = [sys.executable, "-m", "leadlight", *arguments]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, **environment})


def score(folder: Path, *, is_profiled: bool) -> Run:
    """The command in a child process, which leaves the times of its stages beside the scores."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.batch",
        "--child",
        str(folder),
        *(["--profile"] if is_profiled else []),
    ]
    start = time.perf_counter()
    child = subprocess.Popen(command)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    if status:
        raise RuntimeError("leadlight score failed")
    stages = json.loads((folder / "stages.json").read_text(encoding="utf-8"))
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, stages)


def run_child(folder: Path, *, is_profiled: bool) -> None:
    """``leadlight score`` in this process, its progress written down; the profile goes to stderr."""
    from leadlight.cli import main as run_command
    from leadlight.cli import score as command

    stages: dict[str, float] = {}
    vars(command)["progress"] = clock_of(stages)  # there is no terminal to show it on
    arguments = ["score", "-c", str(folder / "leadlight.yaml"), "--out", str(folder / "scores.parquet"), "--json"]
    arguments += ["--leads", str(folder / "leads.parquet"), "--events", str(folder / "events.parquet")]
    profile = cProfile.Profile()
    if is_profiled:
        profile.enable()
    code = run_command(arguments)
    profile.disable()
    (folder / "stages.json").write_text(json.dumps(stages), encoding="utf-8")
    if is_profiled:
        text = io.StringIO()
        pstats.Stats(profile, stream=text).sort_stats("tottime").print_stats(SHOWN)
        print(text.getvalue(), file=sys.stderr)
    sys.exit(code)


def clock_of(stages: dict[str, float]) -> "Callable[[str], object]":
    """A stand-in for the spinner that adds up the seconds of each stage, told by its first word."""

    @contextmanager
    def progress(title: str) -> "Iterator[Callable[[str], None]]":
        now, since = "reading", time.perf_counter()

        def step(told: str) -> None:
            nonlocal now, since
            moment = time.perf_counter()
            stages[now] = stages.get(now, 0.0) + moment - since
            now, since = told.split()[0], moment

        yield step
        step("done")

    return progress


def report(run: Run, *, n_leads: int, n_events: int) -> str:
    """The numbers, and what the budget of a million leads and 20 million events is."""
    stages = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in run.stages.items())
    return "\n".join(
        (
            f"{n_leads:,} leads, {n_events:,} events, five reasons each way, into Parquet",
            f"{run.seconds:.1f} s by the clock, CPU {run.cpu_seconds:.1f} s, peak {run.peak_mb:,.0f} MB",
            f"stages: {stages}",
            f"budget for a million leads: {BUDGET_SECONDS:.0f} s, {BUDGET_MB:,.0f} MB",
        )
    )


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.batch", description=__doc__)
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=20_000_000)
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--folder", type=Path, help="where the tables stay for the next run; made if absent")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    options = parse(argv)
    if options.child:
        run_child(options.child, is_profiled=options.profile)
    with tempfile.TemporaryDirectory() as name:
        folder = options.folder or Path(name)
        if not (folder / "events.parquet").is_file():
            folder.mkdir(parents=True, exist_ok=True)
            _in_another_process(prepare, folder, options.leads, options.events)
        n_events = rows_of(folder / "events.parquet")
        run = score(folder, is_profiled=False)
        if options.json:
            print(json.dumps({"leads": options.leads, "events": n_events, **asdict(run)}))
        else:
            print(report(run, n_leads=options.leads, n_events=n_events))
        if options.profile:
            score(folder, is_profiled=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
