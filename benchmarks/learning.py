"""Rules, trees, and what ships, with few and with many closed leads, on later leads of a real set.

Run as ``python -m benchmarks.learning [--data ../shared/data] [--sizes 0 50 200 1000 6468]``. The leads of
x_education stand in the order of their numbers; the last 30% are judged. Of the 70% before, a draw of n leads
is a block of n neighbours: the newest n, the n before them, and so on, as a company with n closed leads has them.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from shutil import copyfile

import numpy as np
import pandas as pd
from sklearn.metrics import log_loss, roc_auc_score

from benchmarks.real_sets import DATA, PROJECT, X_EDUCATION
from features.build import build_features
from features.crm import Crm
from features.snapshots import snapshots_of_rows
from features.tables import BoolArray, FloatArray, no_events
from leadlight.project import Project, load_project
from models.boosting import TreeSettings
from models.calibration import Calibrator
from models.log_odds import probability_of
from models.recipe import Boost, Recipe
from models.rules import RuleBook, score_rules
from models.scoring import explain_rows
from training.calibrating import calibrator_of
from training.candidates import bag_of
from training.fit import FittedMargin, TrainingSet, fit_margin
from training.history import History, build_history
from training.judging import Judge
from training.request import TrainingRequest
from training.run import TrainedModel, train_model
from training.split import is_enough
from training.tuning import tune

RULES = Path(__file__).parents[1] / "docs" / "examples" / "x_education.rules.yaml"
SIZES = (0, 50, 200, 1000, 6468)
#: One block of 50 leads is noise, so several are drawn, as far as the leads reach.
DRAWS = {50: 20, 200: 12, 1000: 6}
#: What ships may be so much worse than the better of rules and trees.
SLACK = 0.005


@dataclass(frozen=True)
class Draw:
    """Log loss on the later leads after learning from one block of leads.

    Attributes
    ----------
    number : which block, from the newest.
    won : how many of the n leads.
    rules, trees, both : log loss of each; `both` is what `leadlight train` ships.
    rules_auc : how well the points alone rank.
    source : the parts that ship.
    candidates : their losses as training judged them, on later blocks of the same draw.
    """

    n: int
    number: int
    won: int
    rules: float
    rules_auc: float
    trees: float
    both: float
    source: str
    candidates: dict[str, float]


@dataclass(frozen=True)
class Row:
    """The means over the draws of one size."""

    n: int
    draws: int
    rules: float
    rules_auc: float
    trees: float
    both: float
    ships: dict[str, int]

    @property
    def gap(self) -> float:
        """How far what ships is above the better of rules and trees, as a share of its loss."""
        return self.both / min(self.rules, self.trees) - 1


@dataclass(frozen=True)
class Learner:
    """The project of a draw, read, and the later leads read in the same way."""

    project: Project
    crm: Crm
    later: Crm
    won_later: BoolArray
    seed: int = 0

    def rulebook(self) -> RuleBook:
        return self.project.rulebook()

    def request(self) -> TrainingRequest:
        return TrainingRequest(
            goal=self.project.file.goal,
            rules_text=self.project.rules_text(),
            words=self.project.words,
            observed_until_us=self.project.observed_until_us(self.crm),
            until=None,
            is_ordered=self.project.is_ordered,
            seed=self.seed,
        )

    def history(self) -> History:
        return build_history(self.crm, self.request(), self.rulebook())

    def loss(self, log_odds: FloatArray) -> float:
        return float(log_loss(self.won_later, probability_of(log_odds), labels=[False, True]))

    def rules_alone(self, history: History) -> FloatArray:
        """The log-odds of the later leads by the points and the deals' line through them."""
        return self._log_odds(history, fit_margin(history.data, self.rulebook(), Recipe("rules"), seed=self.seed))

    def trees_alone(self, history: History) -> FloatArray:
        """By trees that know no rule, tuned, bagged and calibrated as those that ship are; with less than 20
        won and 20 lost leads, of which nothing can be judged, by LightGBM with our settings untuned."""
        data = history.data
        if not len(data):
            return self._log_odds(history, fit_margin(data, self.rulebook(), Recipe("base_rate"), seed=self.seed))
        recipe, calibrator = self._tuned_trees(data, history)
        fitted = fit_margin(data, self.rulebook(), recipe, seed=self.seed)
        return calibrator.log_odds(self._log_odds(history, fitted))

    def _tuned_trees(self, data: TrainingSet, history: History) -> tuple[Recipe, Calibrator]:
        untuned = Recipe("trees", boosts=(Boost(TreeSettings()),)), Calibrator()
        if not is_enough(data.won, data.lead):
            return untuned
        split = history.split()
        if not split.blocks:
            return untuned
        judge = Judge(data, split, self.rulebook(), seed=self.seed)
        found = tune(judge, ("base",), seed=self.seed)["base"]
        best = bag_of(judge, "trees", "base", found)
        if best is None:
            return Recipe("base_rate"), Calibrator()
        return best.recipe, calibrator_of(judge.judged(best.margin), is_time_tested=split.is_time_tested)

    def _log_odds(self, history: History, fitted: FittedMargin) -> FloatArray:
        snapshots = snapshots_of_rows(self.later.leads)
        matrix = build_features(self.later.leads, None, snapshots, history.spec)
        points = score_rules(self.rulebook(), self.later.leads, no_events(), snapshots).points
        return fitted.margin(matrix, points)

    def both(self) -> tuple[TrainedModel, FloatArray]:
        """What `leadlight train` ships, and its log-odds of the later leads."""
        trained = train_model(self.crm, self.request())
        snapshots = snapshots_of_rows(self.later.leads)
        matrix = build_features(self.later.leads, None, snapshots, trained.model.facts.spec)
        ledger = score_rules(self.rulebook(), self.later.leads, no_events(), snapshots)
        return trained, explain_rows(trained.model, matrix, ledger).log_odds


def draws_of(folder: Path, sizes: Sequence[int], won_later: pd.Series) -> Iterator[Draw]:
    """Every draw of every size, learned from and judged."""
    table = pd.read_csv(folder / "leads.csv", dtype=str, keep_default_na=False)
    table = table.iloc[table["Lead Number"].astype(int).argsort()]
    for n in sizes:
        size = min(n, len(table)) or len(table)
        for number in range(min(DRAWS.get(n, 1), len(table) // size)):
            last = len(table) - number * size
            yield judge_draw(folder, table.iloc[last - size : last], n, number, won_later)


def judge_draw(folder: Path, leads: pd.DataFrame, n: int, number: int, won_later: pd.Series) -> Draw:
    """Rules, trees and what ships, each learned from these leads alone; with n = 0 no outcome is known."""
    known = leads.assign(**{X_EDUCATION.outcome: ""}) if n == 0 else leads
    known.to_csv(folder / "leads.csv", index=False)
    project = load_project(folder / PROJECT)
    crm = project.read()
    later = project.read(kinds=crm.kinds, leads_file=folder / "later.csv", needs_outcomes=False)
    # the reader puts leads into the order of their numbers
    learner = Learner(project, crm, later, won_later.loc[list(later.leads.ids)].to_numpy(dtype=np.bool_))
    history = learner.history()
    rules = learner.rules_alone(history)
    trained, both = learner.both()
    return Draw(
        n=n,
        number=number,
        won=int(history.data.won.sum()),
        rules=learner.loss(rules),
        rules_auc=float(roc_auc_score(learner.won_later, rules)),
        trees=learner.loss(learner.trees_alone(history)),
        both=learner.loss(both),
        source=trained.model.facts.source,
        candidates=dict(trained.model.facts.candidates),
    )


def row_of(draws: Sequence[Draw]) -> Row:
    """The means of draws of the same size."""
    losses = np.array([[d.rules, d.rules_auc, d.trees, d.both] for d in draws])
    rules, rules_auc, trees, both = losses.mean(axis=0).tolist()
    return Row(draws[0].n, len(draws), rules, rules_auc, trees, both, dict(Counter(d.source for d in draws)))


def row_line(row: Row) -> str:
    """A row of the printed table."""
    ships = ", ".join(f"{name} x{count}" for name, count in sorted(row.ships.items()))
    verdict = "" if row.gap <= SLACK else "  MISSED"
    return (
        f"{row.n:>6,}{row.draws:>6}{row.rules:>8.4f}{row.rules_auc:>7.3f}{row.trees:>8.4f}{row.both:>8.4f}"
        f"{row.gap:>+9.1%}  {ships}{verdict}"
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Print a row for every size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--json", action="store_true", help="a line for every draw, with the candidates' losses")
    arguments = parser.parse_args(argv)
    if not arguments.data.is_dir():
        print(f"There is no folder {arguments.data}; the real sets are not part of the repository. Give --data.")
        return 0
    with tempfile.TemporaryDirectory() as name:
        won_later = write_project(arguments.data, Path(name))
        if not arguments.json:
            print(f"{'leads':>6}{'draws':>6}{'rules':>8}{'AUC':>7}{'trees':>8}{'both':>8}{'to best':>9}  ships")
        for _, group in groupby(draws_of(Path(name), arguments.sizes, won_later), lambda draw: draw.n):
            draws = list(group)
            lines = [json.dumps(asdict(draw)) for draw in draws] if arguments.json else [row_line(row_of(draws))]
            print("\n".join(lines), flush=True)
    return 0


def write_project(data: Path, folder: Path) -> pd.Series:
    """The project that `init` writes, with the rulebook beside it; returns which of the later leads were won, by id."""
    later = X_EDUCATION.write_project(data, folder)
    copyfile(RULES, folder / "rules.yaml")
    with (folder / PROJECT).open("a", encoding="utf-8") as file:
        file.write("\nrules: rules.yaml\n")
    return later.set_index(X_EDUCATION.id)[X_EDUCATION.outcome] == X_EDUCATION.won


if __name__ == "__main__":
    sys.exit(main())
