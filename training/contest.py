"""Two models on the same leads: is one worse than the other by more than chance?"""

from dataclasses import dataclass

import numpy as np

from features.tables import BoolArray, FloatArray, IntArray
from training.bootstrap import drawn_sums, ece_of, lift_of, log_loss_of, summands

#: A loss so much above the champion's is no loss that anybody would notice.
NOTICED = 0.005
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
    rows = [summands(log_odds, won, top_share=_TOP_SHARE) for log_odds in (champion, challenger)]
    old, new = (drawn_sums(values, lead, seed=seed) for values in rows)  # the same draws
    gaps = log_loss_of(new) / log_loss_of(old) - 1
    champion_loss, challenger_loss = (float(log_loss_of(values.sum(axis=0))) for values in rows)
    return Contest(
        n=len(won),
        n_leads=len(np.unique(lead)),
        champion_loss=champion_loss,
        challenger_loss=challenger_loss,
        gap_high=float(np.quantile(gaps, _UPPER)),
        ece_worse=max(float(np.quantile(ece_of(new) - ece_of(old), 1 - _UPPER)), 0.0),
        lift_worse=max(float(np.quantile(lift_of(old) - lift_of(new), 1 - _UPPER)), 0.0),
    )
