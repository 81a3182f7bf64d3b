"""Platt's line from margin to calibrated log-odds, ``z = c0 + c1 * m``.

J. Platt, "Probabilistic outputs for support vector machines", 1999. A line keeps contributions
additive in log-odds, which isotonic steps would not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from features.tables import BoolArray, FloatArray
from models.log_odds import fit_line, row_losses

MIN_WON_LEADS = 50


@dataclass(frozen=True)
class Calibrator:
    """``log_odds = intercept + slope * margin``; 0 and 1 leave the margin as it is."""

    intercept: float = 0.0
    slope: float = 1.0

    def log_odds(self, margin: FloatArray) -> FloatArray:
        return self.intercept + self.slope * margin


@dataclass(frozen=True)
class JudgedBlock:
    """The margins that a model gave to rows it had not seen.

    Attributes
    ----------
    margin, won : n rows.
    n_won_leads : distinct leads among the won rows.
    """

    margin: FloatArray
    won: BoolArray
    n_won_leads: int


def fit_calibrator(block: JudgedBlock) -> Calibrator:
    """Platt's line on one block."""
    intercept, slope = fit_line(block.margin, block.won, np.ones(len(block.won)), start=(0.0, 1.0), min_slope=0.0)
    return Calibrator(intercept, slope)


def choose_calibrator(blocks: Sequence[JudgedBlock]) -> Calibrator:
    """The line of the newest block, if the line of the block before it lowered the newest block's loss.

    By more than one standard error of the paired difference: a line that helped by chance did harm on the leads
    that came next (docs/benchmarks.md, learning curve). Blocks are in the order of time. A block with fewer than
    50 won leads fits no line.
    """
    identity = Calibrator()
    if len(blocks) < 2 or min(block.n_won_leads for block in blocks[-2:]) < MIN_WON_LEADS:
        return identity
    older, newest = fit_calibrator(blocks[-2]), fit_calibrator(blocks[-1])
    judged = row_losses(older.log_odds(blocks[-1].margin), blocks[-1].won)
    gain = row_losses(blocks[-1].margin, blocks[-1].won) - judged
    is_proven = gain.mean() > gain.std() / np.sqrt(len(gain))
    return newest if is_proven and older.slope > 0 and newest.slope > 0 else identity
