"""Stages: lead, marketing-qualified, sales-qualified, and back again when nothing happens any more."""

from typing import Literal, Self

import numpy as np
from pydantic import model_validator

from features.tables import BoolArray, FloatArray
from features.yaml_problems import ProblemsAt
from models.rules.conditions import Condition, EventCondition
from models.rules.elements import Conditions
from models.rules.facts import Facts
from models.rules.ledger import on_grid
from models.rules.scalars import Duration, Points, Section, Share, SomeNames
from models.rules.tiers import CodeArray

Stage = Literal["lead", "mql", "sql"]
#: What the codes of a stage stand for.
STAGES: tuple[Stage, ...] = ("lead", "mql", "sql")


class StageCut(Section):
    """What brings a lead to a stage: so many points, or this probability; or one of these events or conditions."""

    points: Points | None = None
    probability: Share | None = None
    or_event: SomeNames = ()
    or_when: Conditions = ()

    @model_validator(mode="after")
    def _has_one_threshold(self) -> Self:
        if self.points is not None and self.probability is not None:
            raise ValueError("found points and probability, expected one threshold; keep one")
        if self.points is None and self.probability is None:
            raise ValueError("found no threshold, expected points or probability; add one")
        return self

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What leads straight to the stage, past the threshold."""
        return (*((EventCondition(event=self.or_event),) if self.or_event else ()), *self.or_when)


class Stages(Section):
    """The stages of a lead: below `mql` it is just a lead, as it is after `recycle_after` without a sign of life."""

    mql: StageCut
    sql: StageCut
    recycle_after: Duration | None = None

    @model_validator(mode="after")
    def _ascend(self) -> Self:
        for unit, words in (("points", "points"), ("probability", "probability")):
            mql, sql = getattr(self.mql, unit), getattr(self.sql, unit)
            if mql is not None and sql is not None and mql >= sql:
                what = f"found {sql:g} {words}, expected more than the {mql:g} of mql; raise it or lower mql"
                raise ProblemsAt([(("sql", unit), what)])
        return self

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return (*self.mql.conditions, *self.sql.conditions)


def stage_of(stages: Stages, points: FloatArray, probability: FloatArray | None, facts: Facts) -> CodeArray:
    """n int8 positions in STAGES.

    Raises
    ------
    ValueError : a threshold is a probability and none is given.
    """
    stage = np.zeros(facts.n_rows, dtype=np.int8)
    for name in ("mql", "sql"):
        stage[_reaches(getattr(stages, name), points, probability, facts)] = STAGES.index(name)
    if stages.recycle_after is not None:
        stage[facts.quiet_us > stages.recycle_after] = STAGES.index("lead")
    return stage


def _reaches(cut: StageCut, points: FloatArray, probability: FloatArray | None, facts: Facts) -> BoolArray:
    reached = _passes(cut, points, probability)
    for condition in cut.conditions:
        reached = reached | facts.holds(condition)
    return reached


def _passes(cut: StageCut, points: FloatArray, probability: FloatArray | None) -> BoolArray:
    if cut.probability is None:
        return np.asarray(points >= on_grid(cut.points or 0.0))
    if probability is None:
        raise ValueError("a stage begins at a probability, but leads have none here; score them with a model")
    return np.asarray(probability >= cut.probability)
