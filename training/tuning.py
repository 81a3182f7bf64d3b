"""The trees' settings and what they start from: a seeded search by out-of-time loss."""

import logging
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.boosting import TreeSettings
from training.judging import Grown, Judge, StartName, cells_of

if TYPE_CHECKING:
    import optuna

#: Settings that did well on many tables, tried first; the search goes on from there.
PORTFOLIO: tuple[TreeSettings, ...] = (
    TreeSettings(),
    TreeSettings(num_leaves=4, learning_rate=0.05, min_data_in_leaf=60, lambda_l2=10.0),
    TreeSettings(num_leaves=7, min_data_in_leaf=100, lambda_l2=20.0, feature_fraction=0.3),
    TreeSettings(num_leaves=31, learning_rate=0.05, min_data_in_leaf=80, feature_fraction=0.7),
)
#: From so many rows on the larger trees are tried sooner: large data bear few trials and larger trees.
_MANY_ROWS = 20_000
#: How much of logistic regression trees may start from: half of it leaves the trees more to choose.
SHARES = (1.0, 0.5)
#: A trial reads the cells of all blocks; so many of them all trials may read together.
_CELLS_IN_ALL = 6_000_000
_LEAST_TRIALS, _MOST_TRIALS = 2, 10
#: So many judged leads bear one more trial: the best of many on few leads is the luckiest.
_LEADS_OF_A_TRIAL = 150


@dataclass(frozen=True)
class Tuned:
    """Trees found on one start.

    Attributes
    ----------
    share : how much of logistic regression they start from, where that is part of the start.
    """

    settings: TreeSettings
    grown: Grown
    share: float = 1.0


def trials_for(n_cells: int, *, judged_leads: int) -> int:
    """How many settings are tried on each start, by the cells that one trial reads and the leads that judge it.

    >>> trials_for(1_000_000, judged_leads=5_000), trials_for(50_000_000, judged_leads=5_000)
    (6, 2)
    >>> trials_for(1_000, judged_leads=140)
    1
    """
    by_cost = int(np.clip(_CELLS_IN_ALL // max(n_cells, 1), _LEAST_TRIALS, _MOST_TRIALS))
    return min(by_cost, 1 + judged_leads // _LEADS_OF_A_TRIAL)


def portfolio_for(n_rows: int) -> tuple[TreeSettings, ...]:
    """The portfolio, in the order in which tables of that size try it.

    >>> [settings.num_leaves for settings in portfolio_for(50_000)]
    [15, 31, 4, 7]
    """
    first, *smaller, largest = PORTFOLIO
    return (first, largest, *smaller) if n_rows >= _MANY_ROWS else PORTFOLIO


def tune(judge: Judge, names: tuple[StartName, ...], *, seed: int) -> Mapping[StartName, tuple[Tuned, ...]]:
    """What was tried on each start, the lowest pooled loss of the blocks first.

    A fixed number of trials: first a portfolio, then what Optuna's tree-structured Parzen estimator
    (Bergstra et al. 2011) proposes.
    """
    n_trials = trials_for(cells_of(judge.blocks), judged_leads=len(np.unique(judge.lead)))
    return {name: _tune_start(judge, name, n_trials, seed) for name in names}


def _tune_start(judge: Judge, name: StartName, n_trials: int, seed: int) -> tuple[Tuned, ...]:
    import optuna

    optuna.logging.set_verbosity(logging.WARNING)
    found: list[Tuned] = []

    def loss_of(trial: "optuna.Trial") -> float:
        settings = _suggest(trial)
        share = trial.suggest_categorical("share", SHARES) if name == "rules_logistic" else 1.0
        found.append(Tuned(settings, judge.grow(judge.start(name, share), settings), share))
        return found[-1].grown.loss

    study = _study(portfolio_for(judge.n_rows), seed)
    study.optimize(loss_of, n_trials=n_trials)
    return tuple(sorted(found, key=lambda tuned: tuned.grown.loss))


def _study(first: tuple[TreeSettings, ...], seed: int) -> "optuna.Study":
    """A search that tries these settings before it proposes its own."""
    import optuna

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=len(PORTFOLIO), multivariate=True)
    study = optuna.create_study(sampler=sampler)
    for number, settings in enumerate(first):
        study.enqueue_trial(
            {
                "share": SHARES[number % 2],
                "num_leaves": settings.num_leaves,
                "learning_rate": settings.learning_rate,
                "min_data_in_leaf": settings.min_data_in_leaf,
                "feature_fraction": settings.feature_fraction,
                "lambda_l2": settings.lambda_l2,
            }
        )
    return study


def _suggest(trial: "optuna.Trial") -> TreeSettings:
    return TreeSettings(
        num_leaves=trial.suggest_int("num_leaves", 3, 31, log=True),
        learning_rate=trial.suggest_float("learning_rate", 0.02, 0.06, log=True),
        min_data_in_leaf=trial.suggest_int("min_data_in_leaf", 10, 200, log=True),
        feature_fraction=trial.suggest_float("feature_fraction", 0.2, 0.9),
        lambda_l2=trial.suggest_float("lambda_l2", 1.0, 50.0, log=True),
    )
