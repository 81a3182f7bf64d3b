"""The rulebook: which facts earn how many points, and what the sums mean.

Made of the text of a rules.yaml by `models.rules.loading.load_rulebook`.
"""

import re
from collections import Counter
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from features.yaml_problems import ProblemsAt
from models.rules.conditions import Condition, Duration, FieldCondition, Section, SomeNames

Group = Literal["fit", "engagement"]
Level = Literal["low", "medium", "high"]
GROUPS: tuple[Group, ...] = ("fit", "engagement")
#: More would let sums of points lose exactness; see `models.rules.points`.
MAX_POINTS = 1_000_000
_ID = re.compile(r"[\w.-]{1,64}")


def _an_id(rule_id: str) -> str:
    if not _ID.fullmatch(rule_id):
        raise ValueError(f"found {rule_id!r}, expected 1 to 64 letters, digits, dots, - or _; choose another id")
    if rule_id in (*GROUPS, "total"):
        raise ValueError(f"found {rule_id!r}, which is the name of a cap in the ledger; choose another id")
    return rule_id


Points = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-MAX_POINTS, le=MAX_POINTS)]
Cap = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=MAX_POINTS)]
RuleId = Annotated[str, AfterValidator(_an_id)]
Cuts = tuple[Points, Points]
Cell = tuple[Level, Level]


class Rule(Section):
    """Points for one fact.

    An event gives its points each time, halved every `half_life` (microseconds); `cap` bounds the
    sum of the rule on both sides.
    """

    id: RuleId
    when: Condition
    points: Points
    group: Group
    half_life: Duration | None = None
    cap: Cap | None = None

    @model_validator(mode="after")
    def _only_events_fade(self) -> Self:
        if self.half_life is not None and isinstance(self.when, FieldCondition):
            what = "found a half-life on a rule about a field, expected it on events only; remove it"
            raise ProblemsAt([(("half_life",), what)])
        return self


class Odds(Section):
    """What points mean before there are deals: the probability at 0 points, and what doubles its odds."""

    base: Annotated[float, Field(strict=True, gt=0, lt=1)]
    double_every: Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]


class Caps(Section):
    """The most points that a group, and all together, can give."""

    fit: Cap | None = None
    engagement: Cap | None = None
    total: Cap | None = None


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


class Tiers(Section):
    """Which [fit, engagement] levels are hot, which are warm; all others are cold."""

    hot: tuple[Cell, ...]
    warm: tuple[Cell, ...]

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


class MqlStage(Section):
    """From how many points marketing calls a lead qualified."""

    points: Points


class SqlStage(Section):
    """From how many points, or after which event, sales takes a lead over."""

    points: Points
    or_event: SomeNames = ()


class Stages(Section):
    """The stages of a lead: below `mql` it is just a lead."""

    mql: MqlStage
    sql: SqlStage

    @model_validator(mode="after")
    def _ascend(self) -> Self:
        mql, sql = self.mql.points, self.sql.points
        if mql >= sql:
            what = f"found {sql:g} points, expected more than the {mql:g} of mql; raise it or lower mql"
            raise ProblemsAt([(("sql", "points"), what)])
        return self


class RuleBook(Section):
    """All of a rules.yaml."""

    version: Annotated[str, Field(min_length=1, max_length=64)]
    odds: Odds
    rules: tuple[Rule, ...]
    caps: Caps = Caps()
    levels: Levels
    tiers: Tiers
    stages: Stages

    @field_validator("rules")
    @classmethod
    def _ids_are_distinct(cls, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        count = Counter(rule.id for rule in rules)
        found = [
            ((i, "id"), f"found the id {rule.id!r} {count[rule.id]} times, expected it once; rename the others")
            for i, rule in enumerate(rules)
            if count[rule.id] > 1
        ]
        if found:
            raise ProblemsAt(found)
        return rules
