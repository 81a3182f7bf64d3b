"""How good the probabilities are on later leads of real sets, beside other libraries on the very same split.

Run as ``python -m benchmarks.quality [--data ../shared/data] [--sets x_education bank bpic2012]
[--peers logistic lightgbm catboost autogluon] [--json]``. Nothing of ours is imported: `leadlight init`, `train` and
`score` run as programs, with the project file that `init` writes (see `benchmarks.real_sets`).
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from benchmarks.calibration import BINS, bands_held, ece, perfect_ece
from benchmarks.peers import IN_PROCESS, PEERS, ask
from benchmarks.real_sets import DATA, SETS, BoolArray, FloatArray, Judged, PeerTables, Took

OURS = "leadlight"
#: A loss so much above the best peer's is within the budget, and an ECE so much above a perfect model's.
LOSS_SLACK, ECE_SLACK = 0.005, 0.01


@dataclass(frozen=True)
class Figures:
    """What one way of making probabilities got on the later leads, and what learning took."""

    name: str
    log_loss: float
    auc: float
    brier: float
    ece: float
    mean_probability: float
    fit: Took


@dataclass(frozen=True)
class Result:
    """One set's figures.

    Attributes
    ----------
    figures : ours first, then the peers'.
    perfect_ece : the 95% quantile of the ECE, were our probabilities true.
    bands_held : of ten score bands, in how many the mean interval holds the observed rate; None without intervals.
    """

    name: str
    n: int
    base_rate: float
    figures: tuple[Figures, ...]
    perfect_ece: float
    bands_held: int | None
    score: Took


def figures_of(name: str, won: BoolArray, probability: FloatArray, fit: Took) -> Figures:
    """The usual figures of n probabilities."""
    return Figures(
        name=name,
        log_loss=float(log_loss(won, probability)),
        auc=float(roc_auc_score(won, probability)),
        brier=float(brier_score_loss(won, probability)),
        ece=ece(won, probability),
        mean_probability=float(probability.mean()),
        fit=fit,
    )


def measure(name: str, arguments: argparse.Namespace) -> Result:
    """Ours and the peers on one set, in a folder that is thrown away."""
    one = SETS[name]
    with tempfile.TemporaryDirectory() as folder:
        judged = one.judge(arguments.data, Path(folder))
        figures = [figures_of(OURS, judged.won, judged.probability, judged.train)]
        if arguments.peers:
            tables = one.peer_tables(arguments.data, Path(folder))
            _check_same(name, judged, tables)
            answers = ask(
                arguments.peers,
                tables,
                autogluon_python=arguments.autogluon_python,
                autogluon_seconds=arguments.autogluon_seconds,
            )
            figures += [figures_of(a.name, tables.later_won, a.probability, a.fit) for a in answers]
    return Result(
        name=name,
        n=len(judged.won),
        base_rate=float(judged.won.mean()),
        figures=tuple(figures),
        perfect_ece=perfect_ece(judged.probability),
        bands_held=_bands_held(judged),
        score=judged.score,
    )


def _check_same(name: str, judged: Judged, tables: PeerTables) -> None:
    ours, theirs = (len(judged.won), judged.won.sum()), (len(tables.later_won), tables.later_won.sum())
    if ours != theirs:
        raise SystemExit(f"{name}: ours are {ours} later leads and wins, the peers' {theirs}; the splits differ")


def _bands_held(judged: Judged) -> int | None:
    if np.isnan(judged.low).any():
        return None
    return bands_held(judged.won, judged.probability, judged.low, judged.high)


def budget_lines(result: Result) -> list[str]:
    """Each budget of the probabilities with what was found, as sentences."""
    ours, *peers = result.figures
    lines = []
    fast = [peer for peer in peers if peer.name in IN_PROCESS]
    if fast:
        best = min(fast, key=lambda peer: peer.log_loss)
        gap = ours.log_loss / best.log_loss - 1
        lines.append(
            f"log loss {gap:+.1%} against the best peer ({best.name}); budget {LOSS_SLACK:+.1%}: "
            f"{_met(gap <= LOSS_SLACK)}"
        )
    for slow in (peer for peer in peers if peer.name not in IN_PROCESS):
        lines.append(
            f"log loss {ours.log_loss / slow.log_loss - 1:+.1%} against {slow.name}, "
            f"which learned {slow.fit.seconds / ours.fit.seconds:.1f} times as long"
        )
    most = result.perfect_ece + ECE_SLACK
    lines.append(
        f"ECE {ours.ece:.3f}; a perfect model's stays below {result.perfect_ece:.3f} in 95 of 100 cases; "
        f"budget {most:.3f}: {_met(ours.ece <= most)}"
    )
    if result.bands_held is not None:
        lines.append(f"intervals: {result.bands_held} of {BINS} score bands hold the observed rate")
    return lines


def _met(holds: bool) -> str:
    return "met" if holds else "MISSED"


def table_lines(result: Result) -> list[str]:
    """The figures as a table, a row for each way."""
    lines = [
        f"{result.name}: {result.n:,} later leads, base rate {result.base_rate:.3f}",
        f"  {'':12}{'log loss':>9}{'AUC':>7}{'Brier':>8}{'ECE':>7}{'mean p':>8}{'fit s':>8}{'CPU s':>8}",
    ]
    for one in result.figures:
        lines.append(
            f"  {one.name:12}{one.log_loss:9.4f}{one.auc:7.3f}{one.brier:8.4f}{one.ece:7.3f}"
            f"{one.mean_probability:8.3f}{one.fit.seconds:8.1f}{one.fit.cpu_seconds:8.1f}"
        )
    return lines


def parsed(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line's wishes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=list(IN_PROCESS), help="none: ours alone")
    parser.add_argument("--autogluon-python", type=Path, help="the Python of an environment with autogluon.tabular")
    parser.add_argument("--autogluon-seconds", type=int, default=300)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args(argv)
    if "autogluon" in arguments.peers and arguments.autogluon_python is None:
        parser.error("found the peer autogluon without --autogluon-python; give the Python that has it")
    return arguments


def main(argv: Sequence[str] | None = None) -> int:
    """Run the sets; print a table and the budgets of each."""
    arguments = parsed(argv)
    if not arguments.data.is_dir():
        print(f"There is no folder {arguments.data}; the real sets are not part of the repository. Give --data.")
        return 0
    results = []
    for name in arguments.sets:
        results.append(measure(name, arguments))
        if not arguments.json:
            lines = [*table_lines(results[-1]), *(f"  {line}" for line in budget_lines(results[-1])), ""]
            print("\n".join(lines), flush=True)
    if arguments.json:
        print(json.dumps([asdict(result) for result in results], indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
