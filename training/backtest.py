"""What the past would have brought: the judged blocks one by one, beside what a random split would have promised."""

from dataclasses import dataclass

import numpy as np

from features.tables import BoolArray, FloatArray, IntArray, LeadArrays
from models.recipe import Recipe
from models.rules import RuleBook
from training.bootstrap import Estimate, drawn_sums, estimate, lift_of, log_loss_of, summands
from training.evaluation import area_under_curve, expected_calibration_error
from training.fit import TrainingSet
from training.judging import Judged
from training.refitting import refit
from training.split import Block, Split

TOP_SHARE = 0.1
#: Of all rows, those that a random split judges by.
_RANDOM_SHARE = 0.3
#: From here on the random split looks so much better that it must be said: lift times, loss a share lower.
_FLATTERED_LIFT, _FLATTERED_LOSS = 1.1, 0.03


@dataclass(frozen=True)
class Score:
    """How good the probabilities of some judged rows were.

    Attributes
    ----------
    n, n_leads, base_rate : rows, their leads, and the share of rows won.
    log_loss, lift_10 : with 90% intervals, by a bootstrap over leads.
    auc : NaN where all rows ended alike.
    """

    n: int
    n_leads: int
    base_rate: float
    log_loss: Estimate
    lift_10: Estimate
    auc: float
    ece: float


@dataclass(frozen=True)
class Backtest:
    """A recipe judged at one origin after another.

    Attributes
    ----------
    blocks : the oldest first.
    unseen_accounts : rows of accounts of which no row was fitted on before; None where there are none.
    random_split : the same recipe judged on rows drawn at random, as it should not be.
    """

    blocks: tuple[Score, ...]
    pooled: Score
    unseen_accounts: Score | None
    random_split: Score

    @property
    def warning(self) -> str | None:
        """How much a random split flatters, where it does."""
        lift = self.random_split.lift_10.value / max(self.pooled.lift_10.value, 1e-9)
        loss = 1 - self.random_split.log_loss.value / self.pooled.log_loss.value
        if lift < _FLATTERED_LIFT and loss < _FLATTERED_LOSS:
            return None
        return (
            f"a random split would have promised {lift:.1f} times the lift and a log loss {loss:.0%} lower than what "
            "came of later leads: it lets a model learn from the future of the leads that it is judged on"
        )


def score_rows(log_odds: FloatArray, won: BoolArray, lead: IntArray, *, seed: int) -> Score:
    """The figures of n judged rows."""
    rows = summands(log_odds, won, top_share=TOP_SHARE)
    drawn = drawn_sums(rows, lead, seed=seed)
    return Score(
        n=len(won),
        n_leads=len(np.unique(lead)),
        base_rate=float(won.mean()),
        log_loss=estimate(log_loss_of, rows, drawn),
        lift_10=estimate(lift_of, rows, drawn),
        auc=area_under_curve(log_odds, won),
        ece=expected_calibration_error(log_odds, won),
    )


def backtest(
    judged: Judged,
    data: TrainingSet,
    split: Split,
    leads: LeadArrays,
    recipe: Recipe,
    rulebook: RuleBook,
    *,
    seed: int,
) -> Backtest:
    """The judged rows as a back-test.

    Parameters
    ----------
    judged : of the recipe on the blocks of `split`, as its probabilities would have been shown.
    recipe : of all rows of `data`.
    """

    def score(rows: BoolArray) -> Score:
        return score_rows(judged.margin[rows], judged.won[rows], judged.lead[rows], seed=seed)

    unseen = _is_unseen(data, split, leads)
    by_chance = refit(recipe, data, _random(len(data), seed), rulebook, of_rows=len(data), seed=seed, calibrate=False)
    return Backtest(
        blocks=tuple(score(judged.block == k) for k in np.unique(judged.block)),
        pooled=score(np.ones(len(judged.won), dtype=np.bool_)),
        unseen_accounts=score(unseen) if unseen.any() and not unseen.all() else None,
        random_split=score_rows(by_chance.margin, by_chance.won, by_chance.lead, seed=seed),
    )


def _is_unseen(data: TrainingSet, split: Split, leads: LeadArrays) -> BoolArray:
    """Of the judged rows, those of accounts (else leads) of which the block's fit saw no row."""
    codes = leads.accounts.codes
    group = np.where(codes >= 0, codes, len(leads.accounts.levels) + np.arange(len(codes)))[data.lead]
    return np.concatenate([~np.isin(group[block.test], group[block.train]) for block in split.blocks])


def _random(n: int, seed: int) -> Split:
    """Rows at random, whatever their time and their lead."""
    order = np.random.default_rng(seed).permutation(n)
    n_test = round(_RANDOM_SHARE * n)
    return Split((Block(np.sort(order[n_test:]), np.sort(order[:n_test])),), False)
