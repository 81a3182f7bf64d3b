"""How often promotion lets an equal recipe pass, and a worse one: on the flat set with an order in time.

Run as ``python -m benchmarks.promotion [--data ../shared/data] [--seeds 15] [--worse 0.01] [--json]``. The recipe that
`leadlight train` finds is fitted on the same blocks with many seeds, and each pair of seeds is a try. The worse recipe
is the same with fewer trees, so few that its loss is as much higher as asked for.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from pathlib import Path

from benchmarks.real_sets import DATA, PROJECT, X_EDUCATION, ignore_columns, leadlight
from leadlight.cli.train import training_request
from leadlight.project import load_project
from models.log_odds import row_losses
from models.recipe import Recipe
from training.contest import Contest, contest
from training.history import History, build_history
from training.judging import Judged
from training.refitting import refit
from training.run import train_model

#: The budgets: of an equal recipe at least, of a worse one at most.
LEAST_EQUAL, MOST_WORSE = 0.60, 0.20


@dataclass(frozen=True)
class Tries:
    """What became of one kind of challenger.

    Attributes
    ----------
    gap : its mean loss above the champion's, as a share of it.
    """

    name: str
    n: int
    promoted: int
    gap: float

    @property
    def share(self) -> float:
        return self.promoted / self.n


class Arena:
    """A set, the recipe that was found on it, and its fits by seed."""

    def __init__(self, data: Path) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            X_EDUCATION.table(data).to_csv(folder / "leads.csv", index=False)
            leadlight(folder, "init", "--leads", "leads.csv")
            ignore_columns(folder / PROJECT, X_EDUCATION.leaks)
            project = load_project(folder / PROJECT)
            self._crm = project.read()
            self._request = training_request(project, self._crm, until=None, seed=0)
        self._rulebook = project.rulebook()
        facts = train_model(self._crm, self._request).model.facts
        assert facts.recipe is not None  # a training keeps it
        self.recipe, self._of_rows = facts.recipe, facts.trained_on.n_snapshots

    def fit(self, recipe: Recipe, seed: int) -> Judged:
        """The rows that judge, by a recipe whose folds and trees have a seed of their own."""
        history = self._history(seed)
        return refit(recipe, history.data, history.split(), self._rulebook, of_rows=self._of_rows, seed=seed)

    def _history(self, seed: int) -> History:
        return build_history(self._crm, replace(self._request, seed=seed), self._rulebook)

    def worsened(self, by: float) -> Recipe:
        """The recipe with so few trees that its loss is higher by a share."""
        best = mean_loss(self.fit(self.recipe, 0))
        low, high = 0.02, 1.0
        for _ in range(6):
            middle = (low * high) ** 0.5
            low, high = (
                (middle, high)
                if mean_loss(self.fit(fewer(self.recipe, middle), 0)) > best * (1 + by)
                else (low, middle)
            )
        return fewer(self.recipe, high)


def fewer(recipe: Recipe, share: float) -> Recipe:
    """The recipe with a share of its trees."""
    return replace(
        recipe,
        boosts=tuple(
            replace(b, settings=replace(b.settings, rounds=max(round(b.settings.rounds * share), 1)))
            for b in recipe.boosts
        ),
    )


def mean_loss(judged: Judged) -> float:
    return float(row_losses(judged.margin, judged.won).mean())


def tried(name: str, pairs: Sequence[tuple[Judged, Judged]]) -> Tries:
    """Each pair is a champion and a challenger."""
    found: list[Contest] = [
        contest(old.margin, new.margin, new.won, new.lead, seed=number) for number, (old, new) in enumerate(pairs)
    ]
    gap = sum(one.challenger_loss / one.champion_loss - 1 for one in found) / len(found)
    return Tries(name, len(found), sum(one.is_won for one in found), gap)


def main(argv: Sequence[str] | None = None) -> int:
    """Fit, compare every pair, print how many were promoted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--seeds", type=int, default=15, help="every two of them make a try")
    parser.add_argument("--worse", type=float, default=0.01)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args(argv)
    if not arguments.data.is_dir():
        print(f"There is no folder {arguments.data}; the real sets are not part of the repository. Give --data.")
        return 0
    arena = Arena(arguments.data)
    worse = arena.worsened(arguments.worse)
    equal_fits = [arena.fit(arena.recipe, seed) for seed in range(arguments.seeds)]
    worse_fits = [arena.fit(worse, seed) for seed in range(arguments.seeds)]
    pairs = list(combinations(range(arguments.seeds), 2))
    results = [
        tried("the same recipe, another seed", [(equal_fits[a], equal_fits[b]) for a, b in pairs]),
        tried(f"{arguments.worse:.1%} worse", [(equal_fits[a], worse_fits[b]) for a, b in pairs]),
    ]
    print_tries(results, as_json=arguments.json)
    return 0


def print_tries(results: Sequence[Tries], *, as_json: bool) -> None:
    """The shares beside their budgets."""
    if as_json:
        print(json.dumps([asdict(one) for one in results], indent=1))
        return
    for one, budget in zip(results, (f"at least {LEAST_EQUAL:.0%}", f"at most {MOST_WORSE:.0%}"), strict=True):
        print(f"{one.name}: {one.promoted} of {one.n} promoted ({one.share:.0%}, {budget}); mean loss {one.gap:+.2%}")


if __name__ == "__main__":
    sys.exit(main())
