"""The prior margin: what the rule points say before the trees speak, ``m0 = a + b * points``."""

import math
from dataclasses import dataclass

import numpy as np

from features.tables import BoolArray, FloatArray
from models.log_odds import fit_line, log_odds_of, probability_of

PRIOR_LEADS = 20.0
_PSEUDO_STEPS = (0.0, 1.0, 2.0, 3.0)


@dataclass(frozen=True)
class Prior:
    """Log-odds of a lead with 0 points, and log-odds per point (at least 0)."""

    intercept: float
    per_point: float

    def margin(self, points: FloatArray) -> FloatArray:
        return self.intercept + self.per_point * points


def prior_of_rulebook(base: float, double_every: float) -> Prior:
    """The rulebook's own odds: `base` is the probability at 0 points, `double_every` points double the odds.

    >>> prior_of_rulebook(0.5, 20).intercept
    0.0
    """
    return Prior(log_odds_of(base), math.log(2) / double_every)


def fit_prior(
    points: FloatArray, won: BoolArray, *, base: float, double_every: float, rows_per_lead: float = 1.0
) -> Prior:
    """The maximum a posteriori line, with the rulebook's odds as a prior worth 20 leads.

    The prior enters as pseudo-leads at 0, 1, 2 and 3 times `double_every` points whose share of wins
    is what the rulebook promises there (conjugate in the sense of Bedrick, Christensen & Johnson
    1996, doi 10.1080/01621459.1996.10476713); with no deals the rulebook's odds come back.

    Parameters
    ----------
    points, won : n snapshots.
    rows_per_lead : mean number of snapshots a lead; a pseudo-lead weighs as many rows.
    """
    rulebook = prior_of_rulebook(base, double_every)
    if not len(points):
        return rulebook
    steps = np.array(_PSEUDO_STEPS)
    promised = probability_of(rulebook.margin(steps * double_every))
    weight = np.full(len(steps), PRIOR_LEADS * rows_per_lead / len(steps))
    intercept, slope = fit_line(
        np.concatenate([points / double_every, steps]),
        np.concatenate([won.astype(np.float64), promised]),
        np.concatenate([np.ones(len(points)), weight]),
        start=(rulebook.intercept, math.log(2)),
        min_slope=0.0,
    )
    return Prior(intercept, slope / double_every)
