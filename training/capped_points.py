"""A rulebook's points as a function of what each rule gives: caps of rules, groups and all, and their slopes."""

from dataclasses import dataclass

import numpy as np

from features.tables import BoolArray, FloatArray
from models.rules import RuleBook
from models.rules.ledger import GROUPS


@dataclass(frozen=True)
class CappedPoints:
    """How k rules add up.

    Attributes
    ----------
    rule_cap : k, infinite where a rule has none.
    of_group : bool (k, groups).
    group_cap : one a group; `total_cap` of all; infinite where there is none.
    """

    rule_cap: FloatArray
    of_group: BoolArray
    group_cap: FloatArray
    total_cap: float

    @classmethod
    def of(cls, rulebook: RuleBook) -> "CappedPoints":
        caps = rulebook.caps
        return cls(
            rule_cap=np.array([_or_none(rule.cap) for rule in rulebook.rules]),
            of_group=np.array([[rule.group == group for group in GROUPS] for rule in rulebook.rules]).reshape(-1, 2),
            group_cap=np.array([_or_none(getattr(caps, group)) for group in GROUPS]),
            total_cap=_or_none(caps.total),
        )

    def points(self, times: FloatArray, points: FloatArray) -> FloatArray:
        """n totals, as the ledger has them but for its grid.

        Parameters
        ----------
        times : (n, k), how often each rule gave its points.
        points : k.
        """
        return np.asarray(self.group_points(times, points).sum(axis=1).clip(max=self.total_cap))

    def group_points(self, times: FloatArray, points: FloatArray) -> FloatArray:
        """(n, groups) points of each group after its cap."""
        return np.asarray(np.minimum(self._groups(times, points), self.group_cap))

    def slopes(self, times: FloatArray, points: FloatArray, weight: FloatArray) -> FloatArray:
        """k: the weighted sum of what a point more of each rule would add; nothing where a cap is reached."""
        groups = self._groups(times, points)
        is_open = np.minimum(groups, self.group_cap).sum(axis=1) < self.total_cap
        moves = (groups < self.group_cap) & is_open[:, None]
        counted = (weight[:, None] * moves) @ self.of_group.T.astype(np.float64)
        return np.asarray((counted * times * (np.abs(times * points) < self.rule_cap)).sum(axis=0))

    def _groups(self, times: FloatArray, points: FloatArray) -> FloatArray:
        lines = np.clip(times * points, -self.rule_cap, self.rule_cap)
        return np.asarray(lines @ self.of_group.astype(np.float64))


def _or_none(cap: float | None) -> float:
    return np.inf if cap is None else cap
