"""Exact contributions of many rows: LightGBM's own TreeSHAP, asked once for each way through a tree.

What a leaf adds to a row's SHAP values depends on the row only through its answers at the splits above the
leaf. So rows that go the same way above a group of leaves share what the group gives them: LightGBM says it
for one of them, in float64, and the others look it up. Nothing depends on which row was asked, on how many
there are, or on how they are cut into parts.

Measured against woodelf-explainer (docs/benchmarks.md): faster, and exact where float32 moves one reason in
some hundred across a rounding.
"""

import os
from collections.abc import Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import lru_cache, partial
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from features.tables import FloatArray, IntArray
from models.tree_ways import LeafGroup, WayArray, all_cuts, answers_of_codes, codes_of, leaf_groups

if TYPE_CHECKING:
    import lightgbm as lgb

#: Rows whose ways are held at a time, and those that a thread works on: their numbers fit the second-level cache.
_PART_ROWS = 65_536
_BLOCK_ROWS = 8_192
_UNKNOWN = np.iinfo(np.uint16).max


class _Known:
    """What a group gives to the ways that were met so far.

    Attributes
    ----------
    slot : uint16, of each way its position in `given`; _UNKNOWN where it was not met yet.
    given : by feature, float64 log-odds.
    """

    def __init__(self, group: LeafGroup, cuts: Mapping[int, FloatArray]) -> None:
        self.group = group
        self.added = answers_of_codes(group, cuts)
        self.slot = np.full(group.n_ways, _UNKNOWN, dtype=np.uint16)
        self.given = {feature: np.zeros(0) for feature in group.cuts}

    def new_ways(self, ways: WayArray) -> tuple[IntArray, IntArray]:
        """The ways among these that were not met yet, and for each a row that goes it."""
        row_of = np.full(len(self.slot), -1, dtype=np.int64)
        row_of[ways] = np.arange(len(ways))
        new = np.flatnonzero((row_of >= 0) & (self.slot == _UNKNOWN))
        return new, row_of[new]

    def learn(self, new: IntArray, contributions: FloatArray) -> None:
        n_known = len(next(iter(self.given.values())))
        self.slot[new] = np.arange(n_known, n_known + len(new))
        for feature, given in self.given.items():
            self.given[feature] = np.append(given, contributions[:, feature])


class WayTables:
    """Looks contributions up, and asks LightGBM for those it has not met.

    Parameters
    ----------
    booster : its trees.

    Raises
    ------
    UnusualTrees : trees that LightGBM itself has to explain row by row.
    """

    def __init__(self, booster: "lgb.Booster") -> None:
        groups = leaf_groups(booster)
        self._cuts = all_cuts(groups)
        self._known = tuple(_Known(group, self._cuts) for group in groups)
        # A copy, since leaves are silenced in it for a moment.
        self._booster = type(booster)(model_str=booster.model_to_string())
        self._lock = Lock()

    def contributions(self, values: FloatArray) -> FloatArray:
        """SHAP values of the trees.

        Parameters
        ----------
        values : float64 (n, p).

        Returns
        -------
        float64 (n, p), the same to the last bit whatever the other rows are.
        """
        out = np.zeros(values.shape[::-1])
        # Threads, since numpy works on plain arrays without holding the interpreter's lock.
        with self._lock, ThreadPoolExecutor(os.cpu_count()) as pool:
            for start in range(0, len(values), _PART_ROWS):
                part = slice(start, start + _PART_ROWS)
                self._explain(values[part], out[:, part], pool)
        return out.T

    def _explain(self, values: FloatArray, out: FloatArray, pool: Executor) -> None:
        ways = np.zeros((len(self._known), len(values)), dtype=np.uint16)
        blocks = [slice(start, start + _BLOCK_ROWS) for start in range(0, len(values), _BLOCK_ROWS)]
        list(pool.map(lambda block: self._find_ways(values[block], ways[:, block]), blocks))
        for known, way in zip(self._known, ways, strict=True):
            new, row = known.new_ways(way)
            if len(new):
                known.learn(new, self._ask(known.group, values[row]))
        list(pool.map(lambda block: self._look_up(ways[:, block], out[:, block]), blocks))

    def _find_ways(self, values: FloatArray, ways: WayArray) -> None:
        """The way of each row to each group; `ways` is filled in."""
        codes = {feature: codes_of(values[:, feature], cuts) for feature, cuts in self._cuts.items()}
        added = np.empty(len(values), dtype=np.uint16)
        for known, way in zip(self._known, ways, strict=True):
            for feature, of_code in known.added.items():
                way += of_code.take(codes[feature], out=added, mode="clip")

    def _ask(self, group: LeafGroup, values: FloatArray) -> FloatArray:
        """What the leaves of a group give to these rows, by LightGBM."""
        for leaf, _ in group.others:
            self._booster.set_leaf_output(group.tree, leaf, 0.0)
        ask = partial(self._booster.predict, pred_contrib=True, num_threads=1)
        answer = ask(values, start_iteration=group.tree, num_iteration=1)
        for leaf, value in group.others:
            self._booster.set_leaf_output(group.tree, leaf, value)
        return np.asarray(answer, dtype=np.float64)

    def _look_up(self, ways: WayArray, out: FloatArray) -> None:
        """The sum over the groups, tree by tree; `out` is filled in."""
        given = np.empty(ways.shape[1])
        for known, way in zip(self._known, ways, strict=True):
            slot = known.slot.take(way).astype(np.intp)
            for feature, of_slot in known.given.items():
                out[feature] += of_slot.take(slot, out=given, mode="clip")


#: Of the booster explained last: a batch explains its leads part by part.
way_tables = lru_cache(maxsize=1)(WayTables)
