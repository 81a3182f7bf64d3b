"""Levels and tiers: how much of fit and of engagement, and what the two together mean."""

from functools import cached_property
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from features.tables import FloatArray
from features.yaml_problems import ProblemsAt
from models.rules.ledger import GROUPS, on_grid
from models.rules.scalars import Points, Section

CodeArray = NDArray[np.int8]
Level = Literal["low", "medium", "high"]
Tier = Literal["cold", "warm", "hot"]
#: What codes stand for: a code is a position in one of these.
LEVELS: tuple[Level, ...] = ("low", "medium", "high")
TIERS: tuple[Tier, ...] = ("cold", "warm", "hot")
Cuts = tuple[Points, Points]
Cell = tuple[Level, Level]


class Levels(Section):
    """From how many points a group is medium, and from how many it is high."""

    fit: Cuts
    engagement: Cuts

    @model_validator(mode="after")
    def _ascend(self) -> Self:
        found = [
            ((group,), f"found [{low:g}, {high:g}], expected the first cut below the second; raise the second")
            for group in GROUPS
            for low, high in (getattr(self, group),)
            if low >= high
        ]
        if found:
            raise ProblemsAt(found)
        return self


class TierRow(Section):
    """The tier at each level of engagement."""

    low: Tier
    medium: Tier
    high: Tier


class TierMatrix(Section):
    """All nine cells: for each level of fit, the tier at each level of engagement."""

    low: TierRow
    medium: TierRow
    high: TierRow


class Tiers(Section):
    """Which [fit, engagement] levels are hot, which are warm, all others being cold; or all nine cells in `matrix`."""

    hot: tuple[Cell, ...] = ()
    warm: tuple[Cell, ...] = ()
    matrix: TierMatrix | None = None

    @model_validator(mode="after")
    def _is_one_of_two_forms(self) -> Self:
        lists = self.model_fields_set & {"hot", "warm"}
        if self.matrix is not None and lists:
            raise ValueError("found a matrix beside hot and warm, expected one of the two; delete the lists")
        if self.matrix is None and len(lists) < 2:
            missing = "hot" if "hot" not in lists else "warm"
            raise ValueError(f"found no `{missing}`, expected hot and warm, or a matrix; add it, [] for none")
        return self

    @model_validator(mode="after")
    def _name_a_cell_once(self) -> Self:
        placed = [((tier, i), cell) for tier in ("hot", "warm") for i, cell in enumerate(getattr(self, tier))]
        seen: set[Cell] = set()
        found = []
        for place, cell in placed:
            if cell in seen:
                found.append((place, f"found [{', '.join(cell)}] again, expected each pair in one tier; keep one"))
            seen.add(cell)
        if found:
            raise ProblemsAt(found)
        return self

    @cached_property
    def codes(self) -> CodeArray:
        """The tier of each pair of a fit and an engagement level: int8 of shape (3, 3).

        >>> Tiers(hot=[("high", "high")], warm=[("high", "low")]).codes[2].tolist()
        [1, 0, 2]
        """
        codes = np.zeros((len(LEVELS), len(LEVELS)), dtype=np.int8)
        for tier, cells in (("warm", self.warm), ("hot", self.hot)):
            for fit, engagement in cells:
                codes[LEVELS.index(fit), LEVELS.index(engagement)] = TIERS.index(tier)
        if self.matrix is not None:
            rows = [getattr(self.matrix, fit) for fit in LEVELS]
            codes[:] = [[TIERS.index(getattr(row, level)) for level in LEVELS] for row in rows]
        return codes


def level_of(points: FloatArray, cuts: Cuts) -> CodeArray:
    """n int8 positions in LEVELS; a cut is reached by having exactly its points.

    >>> level_of(np.array([14.9, 15.0, 99.0]), (15.0, 40.0)).tolist()
    [0, 1, 2]
    """
    medium, high = cuts
    return (points >= on_grid(medium)).astype(np.int8) + (points >= on_grid(high)).astype(np.int8)
