"""How good the probabilities are on later leads of real sets, through the command line alone.

Run as ``python -m benchmarks.quality [--data ../shared/data] [--sets x_education bank bpic2012]``. It imports
none of our packages: it writes a project file and the training part of a set into a temporary folder, runs
``leadlight train`` and ``leadlight score`` there, and compares scores.parquet with what became of the leads.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

X_EDUCATION_LEAKS = (
    "Tags",
    "Lead Quality",
    "Lead Profile",
    "Last Activity",
    "Last Notable Activity",
    "Asymmetrique Activity Index",
    "Asymmetrique Profile Index",
    "Asymmetrique Activity Score",
    "Asymmetrique Profile Score",
)
BPIC_DATES = ("2012-01-15", "2012-01-25", "2012-02-05")


@dataclass(frozen=True)
class Result:
    """One set's figures on the leads that came later."""

    name: str
    n: int
    base_rate: float
    mean_probability: float
    log_loss: float
    auc: float
    brier: float
    ece: float
    train_seconds: float
    score_seconds: float


def run(folder: Path, *arguments: str) -> tuple[str, float]:
    """The standard output of a `leadlight` command run in a folder, and its seconds."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "leadlight", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"leadlight {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout, time.perf_counter() - started


def ece(won: np.ndarray, probability: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error over bins of equal count."""
    parts = np.array_split(np.argsort(probability, kind="stable"), bins)
    return float(sum(abs(won[p].mean() - probability[p].mean()) * len(p) for p in parts) / len(won))


def result_of(
    name: str, won: np.ndarray, probability: np.ndarray, train_seconds: float, score_seconds: float
) -> Result:
    return Result(
        name=name,
        n=len(won),
        base_rate=float(won.mean()),
        mean_probability=float(probability.mean()),
        log_loss=float(log_loss(won, probability)),
        auc=float(roc_auc_score(won, probability)),
        brier=float(brier_score_loss(won, probability)),
        ece=ece(won, probability),
        train_seconds=train_seconds,
        score_seconds=score_seconds,
    )


def flat(
    folder: Path, name: str, table: pd.DataFrame, is_test: np.ndarray, outcome: str, won: str, project: str
) -> Result:
    """Train on the rows that are not test rows, score the test rows without their outcome."""
    table[~is_test].to_csv(folder / "leads.csv", index=False)
    table[is_test].drop(columns=outcome).to_csv(folder / "later.csv", index=False)
    (folder / "leadlight.yaml").write_text(project, encoding="utf-8")
    _, train_seconds = run(folder, "train")
    _, score_seconds = run(folder, "score", "--leads", "later.csv", "--out", "scores.parquet")
    scores = pd.read_parquet(folder / "scores.parquet").set_index("lead_id").probability
    truth = table[is_test].set_index(table.columns[0])[outcome].astype(str) == won
    truth.index = truth.index.astype(str)
    return result_of(name, truth.to_numpy(), scores.loc[truth.index].to_numpy(), train_seconds, score_seconds)


def x_education(data: Path, folder: Path) -> Result:
    """The last 30% by Lead Number."""
    table = pd.read_csv(data / "x_education" / "Leads.csv", dtype=str, keep_default_na=False)
    rank = table["Lead Number"].astype(int).rank()
    ignored = "".join(f"    {column}: ignore\n" for column in X_EDUCATION_LEAKS)
    project = (
        "leads:\n  source: leads.csv\n  id: Prospect ID\n  order_by: Lead Number\n"
        f"  columns:\n{ignored}outcomes: {{column: Converted, won: 1}}\n"
    )
    is_test = (rank > int(0.7 * len(table))).to_numpy()
    return flat(folder, "x_education", table, is_test, "Converted", "1", project)


def bank(data: Path, folder: Path) -> Result:
    """The README's seeded random 30%, without `duration`."""
    path = data / "bank_marketing" / "bank-additional-full.csv.gz"
    table = pd.read_csv(path, sep=";", dtype=str, keep_default_na=False)
    table.insert(0, "row", [f"r{i:05d}" for i in range(len(table))])
    is_test = np.zeros(len(table), dtype=bool)
    is_test[np.random.default_rng(7).permutation(len(table))[int(0.7 * len(table)) :]] = True
    project = "leads:\n  source: leads.csv\n  id: row\n  columns: {duration: ignore}\noutcomes: {column: y, won: yes}\n"
    return flat(folder, "bank", table, is_test, "y", "yes", project)


def bpic2012(data: Path, folder: Path) -> Result:
    """Leads open at three dates, won within 30 days, trained on what was ripe by the first."""
    for name in ("leads", "events", "deals"):
        (folder / f"{name}.csv.gz").write_bytes((data / "bpic2012" / f"{name}.csv.gz").read_bytes())
    (folder / "leadlight.yaml").write_text(
        "leads: {source: leads.csv.gz, id: lead_id, created_at: created_at}\n"
        "events: {source: events.csv.gz, lead: lead_id, at: at, type: type}\n"
        "outcomes: {source: deals.csv.gz, lead: lead_id, closed_at: closed_at, outcome: outcome, won: won}\n"
        "goal: {horizon: 30d}\n",
        encoding="utf-8",
    )
    deals = pd.read_csv(folder / "deals.csv.gz", dtype={"lead_id": str})
    won_at = pd.to_datetime(deals[deals.outcome == "won"].set_index("lead_id").closed_at)
    _, train_seconds = run(folder, "train", "--until", BPIC_DATES[0])
    won, probability, score_seconds = [], [], 0.0
    for day in BPIC_DATES:
        _, seconds = run(folder, "score", "--as-of", day, "--out", "scores.parquet")
        score_seconds += seconds
        scores = pd.read_parquet(folder / "scores.parquet")
        as_of = pd.Timestamp(day, tz="UTC")
        won_of = scores.lead_id.map(won_at)
        won.append(((won_of > as_of) & (won_of <= as_of + pd.Timedelta(days=30))).to_numpy())
        probability.append(scores.probability.to_numpy())
    return result_of("bpic2012", np.concatenate(won), np.concatenate(probability), train_seconds, score_seconds)


SETS: dict[str, Callable[[Path, Path], Result]] = {"x_education": x_education, "bank": bank, "bpic2012": bpic2012}


def main() -> int:
    """Run the sets and print a row for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        print(f"There is no folder {arguments.data}; the real sets are not part of the repository. Give --data.")
        return 0
    results = []
    for name in arguments.sets:
        with tempfile.TemporaryDirectory() as folder:
            results.append(SETS[name](arguments.data, Path(folder)))
    if arguments.json:
        print(json.dumps([asdict(result) for result in results], indent=1))
        return 0
    heads = ("set", "leads", "base rate", "mean p", "log loss", "AUC", "Brier", "ECE", "train s", "score s")
    widths = (-12, 7, 11, 8, 10, 7, 8, 7, 9, 9)
    print("".join(f"{head:<{-w}}" if w < 0 else f"{head:>{w}}" for head, w in zip(heads, widths, strict=True)))
    for r in results:
        print(
            f"{r.name:12}{r.n:7}{r.base_rate:11.3f}{r.mean_probability:8.3f}{r.log_loss:10.4f}{r.auc:7.3f}"
            f"{r.brier:8.4f}{r.ece:7.3f}{r.train_seconds:9.1f}{r.score_seconds:9.1f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
