"""Rolling origins on the real sets: trained on the past of each, judged on what came next, beside other libraries.

Run as ``python -m benchmarks.backtests [--data ../shared/data] [--sets x_education bank bpic2012] [--origins 4]
[--peers logistic lightgbm catboost autogluon] [--json]``. The bank's rows stand in the order of time here, although
its columns do not say so. Intervals are of 90%, by a bootstrap over leads.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from benchmarks.peers import IN_PROCESS, PEERS, ask
from benchmarks.real_sets import DATA, SETS, BoolArray, FlatSet, FloatArray, LogSet, RealSet, Took
from training.bootstrap import Estimate, drawn_sums, estimate, log_loss_of, summands

OURS = "leadlight"
#: Of a flat set, the first rows that every origin has behind it.
_FIRST_SHARE = 0.5
#: Origins of the log; the last leaves the horizon of 30 days before the log ends.
_DATES = ("2011-12-25", "2012-01-04", "2012-01-15", "2012-01-25", "2012-02-05")


@dataclass(frozen=True)
class Origin:
    """One way of making probabilities, judged on the leads after one origin."""

    name: str
    origin: str
    n: int
    log_loss: Estimate
    auc: float
    fit: Took


@dataclass(frozen=True)
class FlatSlice(FlatSet):
    """The rows of a flat set until some row in time, the last of them judged."""

    first: int = 0
    end: int = 0

    def table(self, data: Path) -> pd.DataFrame:
        table = super().table(data)
        if "Lead Number" in table.columns:
            table = table.iloc[np.argsort(table["Lead Number"].astype(int).to_numpy(), kind="stable")]
        return table.iloc[: self.end].reset_index(drop=True)


def origins_of(one: RealSet, data: Path, n: int) -> list[tuple[str, RealSet]]:
    """The set as it stood at each origin, by a name of the origin."""
    if isinstance(one, LogSet):
        return [(day, replace(one, dates=(day,))) for day in _DATES[-n:]]
    n_rows = len(one.table(data))
    ends = np.linspace(_FIRST_SHARE * n_rows, n_rows, n + 1).astype(int).tolist()
    return [(f"row {first:,}", _slice(one, first, end)) for first, end in pairwise(ends)]


def _slice(one: FlatSet, first: int, end: int) -> FlatSlice:
    def is_later(table: pd.DataFrame) -> BoolArray:
        return np.arange(len(table)) >= first

    own = {name: getattr(one, name) for name in FlatSet.__dataclass_fields__}
    return FlatSlice(**{**own, "is_later": is_later}, first=first, end=end)


def judge(one: RealSet, origin: str, arguments: argparse.Namespace) -> list[Origin]:
    """Ours, then the peers, on the leads after one origin."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        judged = one.judge(arguments.data, folder)
        found = [_origin(OURS, origin, judged.won, judged.probability, judged.train)]
        if arguments.peers:
            tables = one.peer_tables(arguments.data, folder)
            answers = ask(
                arguments.peers,
                tables,
                autogluon_python=arguments.autogluon_python,
                autogluon_seconds=arguments.autogluon_seconds,
            )
            found += [_origin(a.name, origin, tables.later_won, a.probability, a.fit) for a in answers]
    return found


def _origin(name: str, origin: str, won: BoolArray, probability: FloatArray, fit: Took) -> Origin:
    p = np.clip(probability, 1e-9, 1 - 1e-9)
    rows = summands(np.log(p / (1 - p)), won, top_share=0.1)
    drawn = drawn_sums(rows, np.arange(len(won)), seed=0)  # one row a lead
    loss = estimate(log_loss_of, rows, drawn)
    return Origin(name, origin, len(won), loss, float(roc_auc_score(won, probability)), fit)


def lines_of(found: Sequence[Origin]) -> list[str]:
    """A line for each origin and way, then the mean over origins."""
    lines = [f"  {'origin':12}{'':12}{'leads':>7}{'log loss (90%)':>26}{'AUC':>7}{'fit s':>8}{'CPU s':>8}"]
    for one in found:
        loss = f"{one.log_loss.value:.4f} ({one.log_loss.low:.4f} to {one.log_loss.high:.4f})"
        lines.append(f"  {one.origin:12}{one.name:12}{one.n:7,}{loss:>26}{one.auc:7.3f}{_times(one.fit)}")
    for name in dict.fromkeys(one.name for one in found):
        losses = [one.log_loss.value for one in found if one.name == name]
        spread = f"{np.mean(losses):.4f} ({min(losses):.4f} to {max(losses):.4f})"
        lines.append(f"  {'mean (range)':12}{name:12}{'':7}{spread:>26}")
    return lines


def _times(fit: Took) -> str:
    return f"{fit.seconds:8.1f}{fit.cpu_seconds:8.1f}"


def parsed(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line's wishes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--origins", type=int, default=4, choices=range(1, len(_DATES) + 1))
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=list(IN_PROCESS), help="none: ours alone")
    parser.add_argument("--autogluon-python", type=Path, help="the Python of an environment with autogluon.tabular")
    parser.add_argument("--autogluon-seconds", type=int, default=300)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the origins of each set; print a table of each."""
    arguments = parsed(argv)
    if not arguments.data.is_dir():
        print(f"There is no folder {arguments.data}; the real sets are not part of the repository. Give --data.")
        return 0
    results: dict[str, list[Origin]] = {}
    for name in arguments.sets:
        results[name] = []
        for origin, one in origins_of(SETS[name], arguments.data, arguments.origins):
            results[name] += judge(one, origin, arguments)
        if not arguments.json:
            print("\n".join([name, *lines_of(results[name]), ""]), flush=True)
    if arguments.json:
        print(json.dumps({name: [asdict(one) for one in found] for name, found in results.items()}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
