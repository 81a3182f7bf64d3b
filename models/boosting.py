"""Gradient-boosted trees on top of the prior margin."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from features.tables import BoolArray, FloatArray
from models.bulk_shap import way_tables
from models.tree_ways import UnusualTrees

if TYPE_CHECKING:
    import lightgbm as lgb

#: Of all trees together: bounds the file, and the time of a score and of its explanation.
LEAVES_IN_ALL = 10_000
#: From here on the tables of `bulk_shap` are sooner made than LightGBM explains the rows one by one.
BULK_ROWS = 2_000
#: Below this many cells threads wait for each other longer than they work, on busy cores ten times as long.
_CELLS_FOR_THREADS = 4_000_000


@dataclass(frozen=True)
class TreeSettings:
    """How the trees are grown; what each field means: LightGBM's parameters of that name."""

    rounds: int = 250
    num_leaves: int = 15
    learning_rate: float = 0.03
    min_data_in_leaf: int = 40
    feature_fraction: float = 0.5
    bagging_fraction: float = 0.8
    lambda_l2: float = 5.0
    max_depth: int = 8

    def parameters(self, seed: int, *, n_threads: int = 0) -> dict[str, Any]:  # of mixed types
        return {
            "objective": "binary",
            "boost_from_average": False,
            "num_leaves": self.num_leaves,
            "learning_rate": self.learning_rate,
            "min_data_in_leaf": self.min_data_in_leaf,
            "feature_fraction": self.feature_fraction,
            "bagging_fraction": self.bagging_fraction,
            "bagging_freq": 1,
            "lambda_l2": self.lambda_l2,
            "max_depth": self.max_depth,
            "seed": seed,
            "deterministic": True,
            "force_col_wise": True,
            "num_threads": n_threads,
            "verbosity": -1,
        }


def feature_names(n_features: int) -> list[str]:
    """Names that LightGBM's text format can hold whatever the columns are called."""
    return [f"f{i}" for i in range(n_features)]


def _dataset(
    values: FloatArray, won: BoolArray, margin: FloatArray, parameters: dict[str, Any]
) -> "lgb.Dataset":  # the parameters too: which features can be split depends on them
    import lightgbm as lgb

    return lgb.Dataset(
        values,
        label=won.astype(np.float64),
        init_score=margin,
        feature_name=feature_names(values.shape[1]),
        params=parameters,
        free_raw_data=True,
    )


def _threads_for(values: FloatArray) -> int:
    return 1 if values.size < _CELLS_FOR_THREADS else 0


def fit_trees(
    values: FloatArray, won: BoolArray, margin: FloatArray, settings: TreeSettings, *, seed: int
) -> "lgb.Booster":
    """Trees for what the margin leaves unexplained.

    Parameters
    ----------
    values : float64 (n, p).
    won : n bool.
    margin : n log-odds that boosting starts from.
    """
    import lightgbm as lgb

    parameters = settings.parameters(seed, n_threads=_threads_for(values))
    return lgb.train(parameters, _dataset(values, won, margin, parameters), num_boost_round=settings.rounds)


def mean_of_boosters(boosters: "Sequence[lgb.Booster]") -> "lgb.Booster":
    """One booster whose trees sum to the mean of the others' raw scores.

    Parameters
    ----------
    boosters : at least one, over the same features.
    """
    if len(boosters) == 1:
        return boosters[0]
    return load_trees(_mean_text([booster.model_to_string() for booster in boosters]))


def _mean_text(texts: Sequence[str]) -> str:
    """The mean of boosters in LightGBM's text format."""
    head, rest = texts[0].split("tree_sizes=", 1)
    tail = rest[rest.index("end of trees") :]
    trees: list[str] = []
    for text in texts:
        body = text[text.index("\nTree=") + 1 : text.index("end of trees")]
        trees += [_scaled(tree, 1 / len(texts)) for tree in re.split(r"(?m)^Tree=\d+\n", body)[1:]]
    numbered = [f"Tree={number}\n{tree}" for number, tree in enumerate(trees)]
    sizes = " ".join(str(len(tree)) for tree in numbered)
    return f"{head}tree_sizes={sizes}\n\n{''.join(numbered)}{tail}"


def _scaled(tree: str, factor: float) -> str:
    """A tree's text with the values of its leaves and nodes multiplied."""

    def scale(line: re.Match[str]) -> str:
        return line[1] + " ".join(repr(float(value) * factor) for value in line[2].split())

    return re.sub(r"(?m)^((?:leaf_value|internal_value)=)(.*)$", scale, tree)


class GrowingTrees:
    """Trees that grow on some rows, and what they add to the margin of others."""

    def __init__(
        self,
        values: FloatArray,
        others: FloatArray,
        won: BoolArray,
        margin: FloatArray,
        settings: TreeSettings,
        *,
        seed: int,
    ) -> None:
        import lightgbm as lgb

        parameters = settings.parameters(seed, n_threads=_threads_for(values))
        self._booster = lgb.Booster(parameters, _dataset(values, won, margin, parameters))
        self._others = others
        self._rounds = 0

    def grow(self, rounds: int) -> FloatArray:
        """The log-odds that the next trees add to the other rows."""
        for _ in range(rounds):
            self._booster.update()
        added = tree_margin(self._booster, self._others, first=self._rounds, rounds=rounds)
        self._rounds += rounds
        return added


def load_trees(text: str) -> "lgb.Booster":
    """The booster of a text that `check_booster_text` has passed; never of any other."""
    import lightgbm as lgb

    return lgb.Booster(model_str=text)


def tree_margin(booster: "lgb.Booster", values: FloatArray, *, first: int = 0, rounds: int | None = None) -> FloatArray:
    """The sum of the leaves of each row, in log-odds; of all trees, or of `rounds` from `first` on."""
    if not len(values):
        return np.zeros(0)
    raw = booster.predict(
        values, raw_score=True, start_iteration=first, num_iteration=rounds, num_threads=_threads_for(values)
    )
    return np.asarray(raw, dtype=np.float64)


def tree_contributions(
    booster: "lgb.Booster", values: FloatArray, *, of_rows: int | None = None
) -> tuple[float, FloatArray]:
    """Exact SHAP values of the trees (TreeSHAP, Lundberg et al. 2020, doi 10.1038/s42256-019-0138-9).

    Parameters
    ----------
    values : float64 (n, p).
    of_rows : of how many rows these are a part; n if None. Many are looked up in tables, few are not
        worth making them; both agree to some 1e-15, and each row's answer depends on no other row.

    Returns
    -------
    The expected margin, and float64 (n, p) that sum with it to `tree_margin`.
    """
    if not len(values):
        return 0.0, np.zeros((0, values.shape[1]))
    if (len(values) if of_rows is None else of_rows) >= BULK_ROWS:
        with suppress(UnusualTrees):
            tables = way_tables(booster)
            return _by_lightgbm(booster, values[:1])[0], tables.contributions(values)
    return _by_lightgbm(booster, values)


def _by_lightgbm(booster: "lgb.Booster", values: FloatArray) -> tuple[float, FloatArray]:
    raw = np.asarray(booster.predict(values, pred_contrib=True, num_threads=_threads_for(values)), dtype=np.float64)
    return float(raw[0, -1]), raw[:, :-1]
