"""A recipe: which parts a margin is the sum of, and how each is fitted."""

from dataclasses import dataclass, replace
from typing import Literal

from models.boosting import LEAVES_IN_ALL, TreeSettings

#: What the margin is the sum of, the simplest first.
ModelSource = Literal["base_rate", "rules", "logistic", "trees", "rules_trees", "rules_logistic_trees"]


def source_words(source: str) -> str:
    """A source as people say it.

    >>> source_words("rules_trees")
    'rules + trees'
    """
    return {"base_rate": "base rate", "logistic": "logistic regression"}.get(
        source, source.replace("_logistic_", "_logistic regression_").replace("_", " + ")
    )


@dataclass(frozen=True)
class Boost:
    """One booster of a bag.

    Attributes
    ----------
    settings : of its trees, and how many.
    share : how much of logistic regression they start from, where that is part of the recipe.
    """

    settings: TreeSettings
    share: float = 1.0


@dataclass(frozen=True)
class Recipe:
    """What a margin is the sum of.

    Attributes
    ----------
    source : the parts, by name.
    penalty : of logistic regression, where it is one of them.
    boosts : the boosters whose mean is taken, where trees are.
    """

    source: ModelSource
    penalty: float | None = None
    boosts: tuple[Boost, ...] = ()

    @property
    def uses_rules(self) -> bool:
        return self.source.startswith("rules")

    @property
    def share(self) -> float:
        """How much of logistic regression is in the margin: the mean of what its boosters start from."""
        return sum(boost.share for boost in self.boosts) / len(self.boosts) if self.boosts else 1.0

    def for_rows(self, n_rows: int, *, of: int) -> "Recipe":
        """The same recipe for fewer or more rows than the `of` it was made for: trees grow with the root of the rows.

        >>> one = Recipe("trees", boosts=(Boost(TreeSettings(rounds=100)),))
        >>> one.for_rows(25, of=100).boosts[0].settings.rounds
        50
        """
        factor = (n_rows / max(of, 1)) ** 0.5
        return replace(self, boosts=tuple(replace(b, settings=_with_rounds(b.settings, factor)) for b in self.boosts))


def _with_rounds(settings: TreeSettings, factor: float) -> TreeSettings:
    rounds = round(settings.rounds * factor)
    return replace(settings, rounds=min(max(rounds, 1), LEAVES_IN_ALL // settings.num_leaves))
