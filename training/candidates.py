"""Which parts ship: the simplest candidate that no other beats by more than chance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from features.tables import BoolArray, FloatArray, IntArray
from models.boosting import LEAVES_IN_ALL
from models.log_odds import row_losses
from models.recipe import Boost, ModelSource, Recipe, source_words
from training.bootstrap import drawn_sums
from training.judging import Judge, StartName
from training.tuning import Tuned, tune

#: The simplest first. Rules need no deals, so trees on top of them are simpler than trees that must learn the
#: same from deals: with a few hundred leads those lost to them where both were judged alike.
FROM_SIMPLE: tuple[ModelSource, ...] = (
    "base_rate",
    "rules",
    "logistic",
    "rules_trees",
    "trees",
    "rules_logistic_trees",
)
#: The most boosters in a bag.
BAG = 3
#: A loss below this share of the best is no loss that anybody would notice.
_NOTICED = 0.005


@dataclass(frozen=True)
class Candidate:
    """A recipe and what it said of the judged rows.

    Attributes
    ----------
    margin : of the n judged rows, in log-odds, not calibrated.
    """

    recipe: Recipe
    margin: FloatArray

    @property
    def source(self) -> ModelSource:
        return self.recipe.source


@dataclass(frozen=True)
class Choice:
    """The candidate that ships, and why in a sentence."""

    candidate: Candidate
    why: str


def candidates_of(judge: Judge, *, seed: int) -> list[Candidate]:
    """Every candidate, judged on the same rows, the simplest first; trees that do not help are left out."""
    found = [
        Candidate(Recipe("base_rate"), judge.start("base").test),
        Candidate(Recipe("rules"), judge.start("rules").test),
        Candidate(Recipe("logistic", penalty=judge.start("logistic").penalty), judge.start("logistic").test),
    ]
    tuned = tune(judge, ("rules", "rules_logistic"), seed=seed)
    settings = [trees.settings for trees in tuned["rules"][:BAG]]
    alone = [Tuned(one, judge.grow(judge.start("base"), one)) for one in settings]
    bags = (
        bag_of(judge, "rules_trees", "rules", tuned["rules"]) if judge.has_points else None,
        bag_of(judge, "trees", "base", sorted(alone, key=lambda trees: trees.grown.loss)),
        bag_of(judge, "rules_logistic_trees", "rules_logistic", tuned["rules_logistic"]),
    )
    return found + [bag for bag in bags if bag is not None]


def bag_of(judge: Judge, source: ModelSource, start: StartName, tuned: Sequence[Tuned]) -> Candidate | None:
    """The mean of the best few trees on a start, as many as the bound of leaves holds; None where none helped.

    A mean of several settings loses less than the best of them is likely to: being the best was luck as well.
    """
    boosts: list[Boost] = []
    margins: list[FloatArray] = []
    leaves_left = LEAVES_IN_ALL
    for trees in tuned[:BAG]:
        settings = judge.settings_for_all(trees.settings, trees.grown.rounds)
        leaves = settings.rounds * settings.num_leaves
        if trees.grown.rounds and leaves <= leaves_left:
            leaves_left -= leaves
            boosts.append(Boost(settings, trees.share))
            margins.append(trees.grown.margin)
    if not boosts:
        return None
    recipe = Recipe(source, penalty=judge.start(start).penalty, boosts=tuple(boosts))
    return Candidate(recipe, np.asarray(np.mean(margins, axis=0)))


def choose(candidates: Sequence[Candidate], won: BoolArray, lead: IntArray, *, seed: int) -> Choice:
    """The simplest candidate near the best: less than 0.5% and less than one paired standard error behind.

    Parameters
    ----------
    candidates : at least one; the base rate among them is the simplest.
    won, lead : of the n judged rows; the standard error is a bootstrap over leads.
    """
    losses = {c.source: row_losses(c.margin, won) for c in candidates}
    best = min(candidates, key=lambda c: (losses[c.source].mean(), FROM_SIMPLE.index(c.source)))
    lowest = float(losses[best.source].mean())
    for candidate in sorted(candidates, key=lambda c: FROM_SIMPLE.index(c.source)):
        gap = losses[candidate.source] - losses[best.source]
        error = standard_error(gap, lead, seed=seed)
        if gap.mean() < _NOTICED * lowest and (gap.mean() < error or candidate is best):
            return Choice(candidate, _why(candidate, best, float(gap.mean()), error))
    return Choice(best, _why(best, best, 0.0, 0.0))


def standard_error(values: FloatArray, lead: IntArray, *, seed: int) -> float:
    """Of the mean of values whose rows come in leads: a bootstrap over leads.

    >>> standard_error(np.ones(4), np.array([0, 0, 1, 2]), seed=0)
    0.0
    """
    sums = drawn_sums(np.column_stack([values, np.ones(len(values))]), lead, seed=seed)
    return float(np.std(sums[:, 0] / sums[:, 1]))


def _why(candidate: Candidate, best: Candidate, gap: float, error: float) -> str:
    if candidate.source == "base_rate":
        return "no usable signal: nothing beats the base rate by more than chance"
    if candidate is best:
        return "it has the lowest loss on rows it was not fitted on, and nothing simpler comes near"
    return (
        f"the simplest within chance of the best ({source_words(best.source)}): "
        f"{gap:.4f} behind, with a standard error of {error:.4f}"
    )
