"""Hand-written rulebooks of two real sets, and the points that `leadlight rules suggest` writes, on later leads.

Run as ``python -m benchmarks.rulebooks [--data ../shared/data]``. Only the command line is used: `init`, `train`,
`rules report`, `rules suggest`, `rules backtest` and `score`. Points are fitted on what was known before the cut; the
leads that judge them come later. What points are worth in log-odds is a line through the earlier leads.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile, rmtree

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score

from benchmarks.real_sets import BPIC2012, DATA, PROJECT, X_EDUCATION, BoolArray, FlatSet, FloatArray, LogSet, leadlight

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"
NEW = "rules.suggested.yaml"
#: Before the first date of a log set by a horizon and so many days: what came of leads open then is known at the cut.
_EARLIER_DAYS = (0, 10, 20)


@dataclass(frozen=True)
class Points:
    """n leads, their points and what became of them."""

    points: FloatArray
    won: BoolArray


@dataclass(frozen=True)
class Judged:
    """How points did on later leads."""

    auc: float
    log_loss: float


@dataclass(frozen=True)
class FlatRulebook:
    """A flat table: the earlier rows are learned from, the later ones judge."""

    of: FlatSet
    until: tuple[str, ...] = ()

    def prepare(self, data: Path, folder: Path) -> None:
        self.of.write_project(data, folder)
        earlier = pd.read_csv(folder / "leads.csv", dtype=str, keep_default_na=False)
        earlier.drop(columns=self.of.outcome).to_csv(folder / "earlier.csv", index=False)

    def earlier(self, data: Path, folder: Path) -> Points:
        return self._points(data, folder, "earlier.csv")

    def later(self, data: Path, folder: Path) -> Points:
        return self._points(data, folder, "later.csv")

    def _points(self, data: Path, folder: Path, name: str) -> Points:
        leadlight(folder, "score", "--leads", name, "--out", "scores.parquet", "--reasons", "0")
        scores = pd.read_parquet(folder / "scores.parquet").set_index("lead_id").points
        table = self.of.table(data).set_index(self.of.id)
        won = table.loc[scores.index, self.of.outcome] == self.of.won
        return Points(scores.to_numpy(dtype=np.float64), won.to_numpy(dtype=np.bool_))


@dataclass(frozen=True)
class LogRulebook:
    """Leads and their events: open leads at dates before the cut and after."""

    of: LogSet

    @property
    def until(self) -> tuple[str, ...]:
        return ("--until", self.of.dates[0])

    def prepare(self, data: Path, folder: Path) -> None:
        names = [f"{name}.csv.gz" for name in ("leads", "events", "deals")]
        for name in names:
            copyfile(data / self.of.folder / name, folder / name)
        leadlight(folder, "init", "--leads", names[0], "--events", names[1], "--outcomes", names[2])

    def earlier(self, data: Path, folder: Path) -> Points:
        first = pd.Timestamp(self.of.dates[0]) - pd.Timedelta(days=self.of.horizon_days)
        return self._points(folder, [str((first - pd.Timedelta(days=d)).date()) for d in _EARLIER_DAYS])

    def later(self, data: Path, folder: Path) -> Points:
        return self._points(folder, self.of.dates)

    def _points(self, folder: Path, dates: Sequence[str]) -> Points:
        deals = pd.read_csv(folder / "deals.csv.gz", dtype={"lead_id": str}, parse_dates=["closed_at"])
        won_at = deals[deals.outcome == "won"].set_index("lead_id").closed_at
        points, won = [], []
        for day in dates:
            leadlight(folder, "score", "--as-of", day, "--out", "scores.parquet", "--reasons", "0")
            scores = pd.read_parquet(folder / "scores.parquet")
            won_of, as_of = scores.lead_id.map(won_at), pd.Timestamp(day, tz="UTC")
            won.append(((won_of > as_of) & (won_of <= as_of + pd.Timedelta(days=self.of.horizon_days))).to_numpy())
            points.append(scores.points.to_numpy(dtype=np.float64))
        return Points(np.concatenate(points), np.concatenate(won))


RULEBOOKS = {one.of.name: one for one in (FlatRulebook(X_EDUCATION), LogRulebook(BPIC2012))}


def judged(earlier: Points, later: Points) -> Judged:
    """Later leads by the line in log-odds through the points of the earlier ones."""
    line = LogisticRegression(C=np.inf).fit(earlier.points[:, None], earlier.won)
    said = line.predict_proba(later.points[:, None])[:, 1]
    return Judged(float(roc_auc_score(later.won, later.points)), float(log_loss(later.won, said)))


def told(folder: Path, *arguments: str) -> dict[str, object]:
    """What a command of ours prints as JSON."""
    command = [sys.executable, "-m", "leadlight", *arguments, "--json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    found: dict[str, object] = json.loads(done.stdout)
    return found


def measure(one: FlatRulebook | LogRulebook, data: Path, folder: Path) -> None:
    """Print how the points of the hand-written rulebook do, and those that are suggested."""
    one.prepare(data, folder)
    copyfile(EXAMPLES / f"{one.of.name}.rules.yaml", folder / "rules.yaml")
    with (folder / PROJECT).open("a", encoding="utf-8") as file:
        file.write("\nrules: rules.yaml\n")
    leadlight(folder, "train", *one.until)
    report = told(folder, "rules", "report", *one.until)
    found = told(folder, "rules", "suggest", *one.until)
    tried = told(folder, "rules", "backtest", NEW, *one.until)
    earlier, later = one.earlier(data, folder), one.later(data, folder)
    print(f"\n{one.of.name}: {len(later.won):,} later leads, base rate {later.won.mean():.3f}")
    print(f"  {'points':<14}{'AUC':>7}{'log loss':>10}")
    _print_line("hand-written", judged(earlier, later))
    copyfile(folder / NEW, folder / "rules.yaml")
    rmtree(folder / "workspace")  # a champion with the old rules might stay
    leadlight(folder, "train", *one.until)
    _print_line("suggested", judged(one.earlier(data, folder), one.later(data, folder)))
    _print_rest(report, found, tried)


def _print_line(name: str, result: Judged) -> None:
    print(f"  {name:<14}{result.auc:>7.3f}{result.log_loss:>10.4f}", flush=True)


def _print_rest(report: dict[str, object], found: dict[str, object], tried: dict[str, object]) -> None:
    rules, parted, moved = report["rules"], report["disagreement"], tried["moved"]
    assert isinstance(rules, list)
    assert isinstance(moved, list)
    flagged = {rule["id"]: rule["flags"] for rule in rules if rule["flags"]}
    print(f"  the rulebook's points were worth {found['prior_leads'] or 'any number of'} leads")
    print("  flags: " + (", ".join(f"{name} ({' and '.join(flags)})" for name, flags in flagged.items()) or "none"))
    if isinstance(parted, dict):
        print(f"  rules against model: {parted['verdict']}")
    print(f"  the suggested points move {len(moved):,} of {tried['n_leads']:,} earlier leads to another tier or stage")


def main(argv: Sequence[str] | None = None) -> int:
    """Measure each set that is there."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--sets", nargs="+", choices=list(RULEBOOKS), default=list(RULEBOOKS))
    arguments = parser.parse_args(argv)
    if not arguments.data.is_dir():
        print(f"There is no folder {arguments.data}; the real sets are not part of the repository. Give --data.")
        return 0
    for name in arguments.sets:
        with tempfile.TemporaryDirectory() as folder:
            measure(RULEBOOKS[name], arguments.data, Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
