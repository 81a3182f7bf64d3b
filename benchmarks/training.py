"""How long a training takes, from the file to the champion: 100,000 rows of 150 columns, and 200 rows.

Run as ``python -m benchmarks.training [--rows 100000 200] [--columns 150]``. A made-up flat table in the order of
time (half of its columns say something, a tenth of the cells are empty) is written as Parquet and trained on by
``leadlight train`` in a process of its own.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

BUDGET_SECONDS = {100_000: 180.0, 200: 10.0}
PROJECT = """\
leads: {source: leads.parquet, id: lead_id, order_by: number}
outcomes: {column: outcome, won: "yes"}
"""


def made_up(n: int, n_columns: int) -> pd.DataFrame:
    """Numbers, a few of them cut into categories, and outcomes that depend on half of them, some in pairs."""
    rng = np.random.default_rng(0)
    values = rng.normal(0, 1, (n, n_columns))
    strength = np.where(np.arange(n_columns) % 2, 0.0, 1.5 / np.sqrt(n_columns))
    z = values @ strength + 0.8 * values[:, 0] * values[:, 2] - 1.0
    columns = {f"x{i}": np.where(rng.random(n) < 0.1, np.nan, values[:, i].round(3)) for i in range(n_columns - 10)}
    for i in range(n_columns - 10, n_columns):
        columns[f"c{i}"] = np.array([f"level {k}" for k in range(8)])[np.clip(values[:, i] + 4, 0, 7).astype(int)]
    won = np.where(rng.random(n) < 1 / (1 + np.exp(-z)), "yes", "no")
    return pd.DataFrame({"lead_id": [f"L{i}" for i in range(n)], "number": np.arange(n), **columns, "outcome": won})


def main() -> int:
    """Train on each size and print its seconds beside the budget."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, nargs="+", default=list(BUDGET_SECONDS))
    parser.add_argument("--columns", type=int, default=150)
    arguments = parser.parse_args()
    print(f"{'rows':>8}{'columns':>9}{'seconds':>9}{'budget':>8}{'CPU s':>8}{'peak MB':>9}  ships")
    for n in arguments.rows:
        with tempfile.TemporaryDirectory() as folder:
            made_up(n, arguments.columns).to_parquet(Path(folder) / "leads.parquet", index=False)
            (Path(folder) / "leadlight.yaml").write_text(PROJECT, encoding="utf-8")
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            started = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-m", "leadlight", "train", "--json"], cwd=folder, capture_output=True, check=True
            )
            seconds = time.perf_counter() - started
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        budget = f"{BUDGET_SECONDS[n]:g}" if n in BUDGET_SECONDS else ""
        ships = json.loads(done.stdout)["source"]
        print(f"{n:8}{arguments.columns:9}{seconds:9.1f}{budget:>8}{cpu:8.1f}{after.ru_maxrss / 1024:9.0f}  {ships}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
