"""The real sets of the benchmarks, and what our command line makes of them.

Nothing of ours is imported: `leadlight init`, `train` and `score` run as programs in a folder of their own, and
what they wrote is read. The one edit of the project file that `init` writes is the leaks that no name betrays.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from ruamel.yaml import YAML

from benchmarks.snapshots import later_snapshots, ripe_snapshots, snapshot_features

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
#: Beside the repository; the sets are not part of it.
DATA = Path(__file__).parents[2] / "shared" / "data"
PROJECT = "leadlight.yaml"


@dataclass(frozen=True)
class Judged:
    """n later leads: what became of them and what was said of them.

    Attributes
    ----------
    low, high : the interval's bounds; NaN where none is given.
    """

    won: BoolArray
    probability: FloatArray
    low: FloatArray
    high: FloatArray
    train: "Took"
    score: "Took"


@dataclass(frozen=True)
class Took:
    """Seconds by the clock, and of work on all cores together; beside other work the latter is the one to read."""

    seconds: float
    cpu_seconds: float

    def __add__(self, other: "Took") -> "Took":
        return Took(self.seconds + other.seconds, self.cpu_seconds + other.cpu_seconds)


@dataclass(frozen=True)
class PeerTables:
    """The same leads for other libraries: text columns are categories, all others are numbers.

    Attributes
    ----------
    train, later : the features, with the same columns; never the outcome, nor the column that orders the leads.
    """

    train: pd.DataFrame
    train_won: BoolArray
    later: pd.DataFrame
    later_won: BoolArray


@dataclass(frozen=True)
class FlatSet:
    """A flat table whose later part is judged.

    Attributes
    ----------
    path : below the folder of the sets.
    is_later : of the table, as text, which rows are judged.
    id : the column that names a lead; None where `init` has to name the rows.
    leaks : columns that are known after the outcome only, although their names do not say so.
    """

    name: str
    path: str
    outcome: str
    won: str
    is_later: Callable[[pd.DataFrame], BoolArray]
    leaks: tuple[str, ...]
    id: str | None = None
    separator: str = ","

    def table(self, data: Path) -> pd.DataFrame:
        """Every cell as it stands in the file."""
        return pd.read_csv(data / self.path, sep=self.separator, dtype=str, keep_default_na=False)

    def judge(self, data: Path, folder: Path) -> Judged:
        """Train on the earlier rows, score the later ones without their outcome."""
        later = self.write_project(data, folder)
        train = leadlight(folder, "train")
        score = leadlight(folder, "score", "--leads", "later.csv", "--out", "scores.parquet")
        scores = pd.read_parquet(folder / "scores.parquet").set_index("lead_id")
        # without an id, `init` says that a lead is called by its row in the file, of which the first is `row 2`
        names = later[self.id] if self.id else [f"row {i + 2}" for i in range(len(later))]
        return _judged(scores.loc[list(names)], self._won(later), train, score)

    def write_project(self, data: Path, folder: Path) -> pd.DataFrame:
        """leads.csv with the earlier rows, later.csv, and the project file of `init`; returns the later rows."""
        table = self.table(data)
        is_later = self.is_later(table)
        table[~is_later].to_csv(folder / "leads.csv", index=False)
        table[is_later].drop(columns=self.outcome).to_csv(folder / "later.csv", index=False)
        leadlight(folder, "init", "--leads", "leads.csv")
        ignore_columns(folder / PROJECT, self.leaks)
        return table[is_later]

    def peer_tables(self, data: Path, folder: Path) -> PeerTables:
        """The columns that `init` left to our model, of the kinds that it found."""
        table = self.table(data)
        is_later = self.is_later(table)
        kinds = kinds_of_columns(folder / PROJECT)
        features = pd.DataFrame(
            {
                column: pd.to_numeric(table[column], errors="coerce") if kind == "number" else table[column]
                for column, kind in kinds.items()
            }
        )
        return PeerTables(
            features[~is_later], self._won(table[~is_later]), features[is_later], self._won(table[is_later])
        )

    def _won(self, rows: pd.DataFrame) -> BoolArray:
        return (rows[self.outcome] == self.won).to_numpy(dtype=np.bool_)


@dataclass(frozen=True)
class LogSet:
    """Leads, their events and their deals, judged on the leads that are open at some later dates.

    Attributes
    ----------
    folder : below that of the sets; it holds leads, events and deals as .csv.gz.
    dates : when the open leads are scored; nothing from the first one on is trained on.
    horizon_days : within which a win counts; `init` has to find it by itself.
    """

    name: str
    folder: str
    dates: tuple[str, ...]
    horizon_days: int

    def judge(self, data: Path, folder: Path) -> Judged:
        """Train on what was known before the first date, score the leads open at each."""
        for name in ("leads", "events", "deals"):
            (folder / f"{name}.csv.gz").write_bytes((data / self.folder / f"{name}.csv.gz").read_bytes())
        tables = ("--leads", "leads.csv.gz", "--events", "events.csv.gz", "--outcomes", "deals.csv.gz")
        leadlight(folder, "init", *tables)
        self._check_horizon(folder)
        train = leadlight(folder, "train", "--until", self.dates[0])
        deals = pd.read_csv(folder / "deals.csv.gz", dtype={"lead_id": str}, parse_dates=["closed_at"])
        won_at = deals[deals.outcome == "won"].set_index("lead_id").closed_at
        parts, won, score = [], [], Took(0.0, 0.0)
        for day in self.dates:
            score += leadlight(folder, "score", "--as-of", day, "--out", "scores.parquet")
            parts.append(pd.read_parquet(folder / "scores.parquet"))
            won_of, as_of = parts[-1].lead_id.map(won_at), pd.Timestamp(day, tz="UTC")
            won.append(((won_of > as_of) & (won_of <= as_of + pd.Timedelta(days=self.horizon_days))).to_numpy())
        return _judged(pd.concat(parts), np.concatenate(won), train, score)

    def _check_horizon(self, folder: Path) -> None:
        found = YAML().load(folder / PROJECT).get("goal", {}).get("horizon")
        if found != f"{self.horizon_days}d":
            raise SystemExit(f"{self.name}: found the horizon {found} in {PROJECT}, expected {self.horizon_days}d")

    def peer_tables(self, data: Path, folder: Path) -> PeerTables:
        """Snapshots of the same ripe history, and of the same open leads, with features made by hand."""
        tables = {
            name: pd.read_csv(data / self.folder / f"{name}.csv.gz", dtype={"lead_id": str})
            for name in ("leads", "events", "deals")
        }
        horizon = pd.Timedelta(days=self.horizon_days)
        dates = [pd.Timestamp(day, tz="UTC") for day in self.dates]
        train = ripe_snapshots(tables["leads"], tables["deals"], horizon=horizon, until=dates[0])
        later = later_snapshots(tables["leads"], tables["deals"], horizon=horizon, dates=dates)
        return PeerTables(
            snapshot_features(tables["leads"], tables["events"], train),
            train.won.to_numpy(),
            snapshot_features(tables["leads"], tables["events"], later),
            later.won.to_numpy(),
        )


RealSet = FlatSet | LogSet


def _last_by_number(table: pd.DataFrame) -> BoolArray:
    return np.asarray(table["Lead Number"].astype(int).rank() > int(0.7 * len(table)))


def _random_rows(table: pd.DataFrame) -> BoolArray:
    is_later = np.zeros(len(table), dtype=np.bool_)
    is_later[np.random.default_rng(7).permutation(len(table))[int(0.7 * len(table)) :]] = True
    return is_later


X_EDUCATION = FlatSet(
    name="x_education",
    path="x_education/Leads.csv",
    id="Prospect ID",
    outcome="Converted",
    won="1",
    is_later=_last_by_number,
    leaks=(
        "Lead Profile",
        "Asymmetrique Activity Index",
        "Asymmetrique Profile Index",
        "Asymmetrique Activity Score",
        "Asymmetrique Profile Score",
    ),
)
BANK = FlatSet(
    name="bank",
    path="bank_marketing/bank-additional-full.csv.gz",
    separator=";",
    outcome="y",
    won="yes",
    is_later=_random_rows,
    leaks=("duration",),
)
BPIC2012 = LogSet(name="bpic2012", folder="bpic2012", dates=("2012-01-15", "2012-01-25", "2012-02-05"), horizon_days=30)
SETS: dict[str, RealSet] = {one.name: one for one in (X_EDUCATION, BANK, BPIC2012)}


def leadlight(folder: Path, *arguments: str) -> Took:
    """Run a command of ours in a folder; what it took."""
    return run_program([sys.executable, "-m", "leadlight", *arguments], folder)


def run_program(command: Sequence[str], folder: Path) -> Took:
    """Run a program in a folder until it ends well; what it took.

    Raises
    ------
    SystemExit : with all that it said, where it ends otherwise.
    """
    started, cpu = time.perf_counter(), _cpu_seconds_of_children()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return Took(time.perf_counter() - started, _cpu_seconds_of_children() - cpu)


def _cpu_seconds_of_children() -> float:
    used = os.times()
    return used.children_user + used.children_system


def ignore_columns(project: Path, columns: tuple[str, ...]) -> None:
    """Set columns of the leads to `ignore`, as a person would who knows when they are filled in."""
    yaml = YAML()
    document = yaml.load(project)
    for column in columns:
        document["leads"]["columns"][column] = "ignore"
    yaml.dump(document, project)


def kinds_of_columns(project: Path) -> dict[str, str]:
    """The columns that the project file leaves to the model, each with its kind."""
    columns = YAML(typ="safe").load(project)["leads"]["columns"]
    return {name: kind for name, kind in columns.items() if isinstance(kind, str) and kind != "ignore"}


def _judged(scores: pd.DataFrame, won: BoolArray, train: Took, score: Took) -> Judged:
    columns = scores[["probability", "probability_low", "probability_high"]].astype(np.float64)
    probability, low, high = columns.to_numpy().T
    return Judged(won, probability, low, high, train, score)
