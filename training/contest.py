"""Two models on the same leads: is one worse than the other by more than chance?"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from features.tables import BoolArray, FloatArray, IntArray
from models.log_odds import probability_of, row_losses

N_DRAWS = 400
#: A loss so much above the champion's is no loss that anybody would notice.
NOTICED = 0.005
_N_BINS = 10
_TOP_SHARE = 0.2
#: Of the draws: the upper bound of a difference, and the bound beyond which it is worse by more than chance.
_UPPER = 0.9


@dataclass(frozen=True)
class Contest:
    """A challenger beside the champion, on the same judged rows.

    Attributes
    ----------
    n, n_leads : judged rows, and their leads.
    champion_loss, challenger_loss : mean log loss in nats.
    gap_high : the 90% upper bound of the challenger's loss above the champion's, as a share of the latter.
    ece_worse, lift_worse : how much worse the challenger is at least, in 90 of 100 draws; 0 where it may be none.
    """

    n: int
    n_leads: int
    champion_loss: float
    challenger_loss: float
    gap_high: float
    ece_worse: float
    lift_worse: float

    @property
    def is_won(self) -> bool:
        """Whether the challenger may replace the champion."""
        return self.gap_high < NOTICED and self.ece_worse <= 0 and self.lift_worse <= 0

    @property
    def why(self) -> str:
        """What decided, as a sentence."""
        losses = (
            f"log loss {self.challenger_loss:.4f} against the champion's {self.champion_loss:.4f} on the same "
            f"{self.n_leads:,} leads; its 90% upper bound is {self.gap_high:+.1%}, the limit {NOTICED:+.1%}"
        )
        worse = [name for name, gap in (("ECE", self.ece_worse), ("lift", self.lift_worse)) if gap > 0]
        return f"{losses}; {' and '.join(worse)} worse by more than chance" if worse else losses


def contest(champion: FloatArray, challenger: FloatArray, won: BoolArray, lead: IntArray, *, seed: int) -> Contest:
    """Compare the log-odds of two models on n rows, by a paired bootstrap over leads.

    Parameters
    ----------
    champion, challenger : n log-odds, as they would be shown.
    won, lead : n outcomes, and the lead of each row.
    """
    losses = [row_losses(log_odds, won) for log_odds in (champion, challenger)]
    measures = [_Measured(log_odds, won) for log_odds in (champion, challenger)]
    gaps, eces, lifts = [], [], []
    for weight in _draws(lead, seed):
        old, new = (float(weight @ loss) / float(weight.sum()) for loss in losses)
        gaps.append(new / old - 1)
        old_ece, new_ece = (one.ece(weight) for one in measures)
        eces.append(new_ece - old_ece)
        old_lift, new_lift = (one.lift(weight) for one in measures)
        lifts.append(old_lift - new_lift)
    return Contest(
        n=len(won),
        n_leads=len(np.unique(lead)),
        champion_loss=float(losses[0].mean()),
        challenger_loss=float(losses[1].mean()),
        gap_high=float(np.quantile(gaps, _UPPER)),
        ece_worse=max(float(np.quantile(eces, 1 - _UPPER)), 0.0),
        lift_worse=max(float(np.quantile(lifts, 1 - _UPPER)), 0.0),
    )


def _draws(lead: IntArray, seed: int) -> Iterator[FloatArray]:
    """How often each row is drawn: Poisson bootstrap over leads (Hanley & MacGibbon 2006)."""
    _, position = np.unique(lead, return_inverse=True)
    rng = np.random.default_rng(seed)
    for _ in range(N_DRAWS):
        times = rng.poisson(1.0, int(position.max()) + 1).astype(np.float64)
        if times.any():
            yield times[position]


class _Measured:
    """Calibration and lift of one model, for any weights of the rows; bins and cut are of all rows."""

    def __init__(self, log_odds: FloatArray, won: BoolArray) -> None:
        order = np.argsort(log_odds, kind="stable")
        self._bin = np.empty(len(won), dtype=np.int64)
        self._bin[order] = np.arange(len(won)) * _N_BINS // len(won)
        self._gap = probability_of(log_odds) - won
        self._won = won.astype(np.float64)
        self._top = np.zeros(len(won))
        self._top[order[-max(1, round(_TOP_SHARE * len(won))) :]] = 1.0

    def ece(self, weight: FloatArray) -> float:
        gaps = np.bincount(self._bin, weights=weight * self._gap, minlength=_N_BINS)
        return float(np.abs(gaps).sum() / weight.sum())

    def lift(self, weight: FloatArray) -> float:
        top = weight * self._top
        base = float(weight @ self._won) / float(weight.sum())
        return float(top @ self._won) / max(float(top.sum()), 1.0) / base if base else 1.0
