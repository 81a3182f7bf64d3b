"""Categories and gaps to numbers: target encoding with cross-fitting in folds grouped by account, else lead.

The encoding is the smoothed log-odds of a level (Micci-Barreca 2001, doi 10.1145/507533.507538).
Trained rows get it from the other folds, so that no row, and no sibling of it, meets its own outcome.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from features.build import FeatureMatrix
from features.tables import BoolArray, FloatArray, IntArray, LeadArrays, TextColumn

SMOOTHING_LEADS = 20.0
MIN_LEVEL_LEADS = 5.0
N_FOLDS = 5


@dataclass(frozen=True)
class LevelCodes:
    """The number of each level of one column; `unseen` serves rare and new levels."""

    levels: Mapping[str, float]
    missing: float
    unseen: float

    def encode(self, column: TextColumn) -> FloatArray:
        """float64, one per row."""
        table = np.array([*(self.levels.get(level, self.unseen) for level in column.levels), self.missing])
        return np.asarray(table[column.codes])


@dataclass(frozen=True)
class Encoder:
    """Everything between the feature matrix and the trees, as plain numbers.

    Attributes
    ----------
    categories : the codes of each categorical column.
    fills : the median of each numeric feature that had no gap in training: LightGBM would read an
        unexpected NaN there as 0.
    """

    categories: Mapping[str, LevelCodes]
    fills: Mapping[str, float]

    def names(self, matrix_names: tuple[str, ...]) -> tuple[str, ...]:
        """The columns of `encode`."""
        return (*matrix_names, *self.categories)

    def encode(self, matrix: FeatureMatrix) -> FloatArray:
        """float64 (n, p + q): numeric features, then the encoded categories."""
        return self._fill_and_join(matrix, [codes.encode(matrix.categories[name]) for name, codes in self.categories.items()])

    def _fill_and_join(self, matrix: FeatureMatrix, encoded: list[FloatArray]) -> FloatArray:
        values = np.column_stack([matrix.values, *encoded])
        for position, name in enumerate(matrix.names):
            if name in self.fills:
                gaps = np.isnan(values[:, position])
                values[gaps, position] = self.fills[name]
        return values


def fold_of_groups(leads: LeadArrays, *, seed: int, n_folds: int = N_FOLDS) -> IntArray:
    """A fold for each lead, equal within an account; a hash, so no row order and no table size matters."""
    return np.array(
        [zlib.crc32(f"{seed}|{leads.group_of(row)}".encode()) % n_folds for row in range(len(leads))], dtype=np.int64
    )


def row_weights(lead: IntArray) -> FloatArray:
    """Weights that make the snapshots of each lead count as one lead together."""
    return np.asarray(1.0 / np.bincount(lead)[lead])


def fit_levels(column: TextColumn, won: BoolArray, weight: FloatArray) -> LevelCodes:
    """Smoothed log-odds per level, from rows whose weights sum to 1 a lead."""
    size = len(column.levels) + 1
    leads_of = np.bincount(column.codes + 1, weights=weight, minlength=size)
    won_of = np.bincount(column.codes + 1, weights=weight * won, minlength=size)
    base = (weight @ won + 0.5) / (weight.sum() + 1.0)
    share = (won_of + SMOOTHING_LEADS * base) / (leads_of + SMOOTHING_LEADS)
    code = np.log(share / (1.0 - share))
    unseen = float(np.log(base / (1.0 - base)))
    kept = {
        level: float(code[i + 1]) for i, level in enumerate(column.levels) if leads_of[i + 1] >= MIN_LEVEL_LEADS
    }
    return LevelCodes(kept, float(code[0]), unseen)


def fit_encoder(matrix: FeatureMatrix, won: BoolArray, weight: FloatArray) -> Encoder:
    """The encoder that serves: fitted on all rows.

    Parameters
    ----------
    matrix : n rows.
    won : n bool.
    weight : n, as `row_weights`.
    """
    categories = {name: fit_levels(column, won, weight) for name, column in matrix.categories.items()}
    whole = ~np.isnan(matrix.values).any(axis=0)
    medians = np.median(matrix.values[:, whole], axis=0) if len(matrix) else np.zeros(int(whole.sum()))
    names = [name for name, complete in zip(matrix.names, whole, strict=True) if complete]
    return Encoder(categories, dict(zip(names, medians.tolist(), strict=True)))


def encode_cross_fitted(
    encoder: Encoder, matrix: FeatureMatrix, won: BoolArray, weight: FloatArray, fold: IntArray
) -> FloatArray:
    """The encoded training rows: each category from the rows of the other folds.

    Parameters
    ----------
    encoder : the serving encoder of the same rows (its fills are used as they are).
    fold : n int64, the fold of each row's group.

    Returns
    -------
    float64 (n, p + q).
    """
    encoded: list[FloatArray] = []
    for column in matrix.categories.values():
        out = np.empty(len(matrix), dtype=np.float64)
        for held_out in np.unique(fold):
            inside = fold == held_out
            rest = np.flatnonzero(~inside)
            codes = fit_levels(column.take(rest), won[rest], weight[rest])
            out[inside] = codes.encode(column.take(np.flatnonzero(inside)))
        encoded.append(out)
    return encoder._fill_and_join(matrix, encoded)
