"""The rulebook: which facts earn how many points, what the sums mean, and who is no lead at all.

Made of the text of a rules.yaml by `models.rules.loading.load_rulebook`.
"""

from collections import Counter
from collections.abc import Hashable, Iterator
from functools import cached_property
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, field_validator

from features.yaml_problems import Loc, ProblemsAt
from models.rules.asked import Asked
from models.rules.conditions import Condition
from models.rules.elements import Elements
from models.rules.gates import Gate
from models.rules.ledger import LedgerLine
from models.rules.purchase import PurchaseTimeline
from models.rules.rule import Rule
from models.rules.scalars import Cap, Section, Share
from models.rules.stages import Stages
from models.rules.tiers import Levels, Tiers


def _a_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"found {name!r}, expected a time zone; write one like UTC or Europe/Berlin") from error
    return name


def _are_distinct(ids: list[str]) -> None:
    count = Counter(ids)
    found = [
        ((i, "id"), f"found the id {name!r} {count[name]} times, expected it once; rename the others")
        for i, name in enumerate(ids)
        if count[name] > 1
    ]
    if found:
        raise ProblemsAt(found)


class Odds(Section):
    """What points mean before there are deals: the probability at 0 points, and what doubles its odds."""

    base: Share
    double_every: Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]


class Caps(Section):
    """The most points that a group, and all together, can give."""

    fit: Cap | None = None
    engagement: Cap | None = None
    total: Cap | None = None


class RuleBook(Section):
    """All of a rules.yaml; `timezone` is where its days begin."""

    version: Annotated[str, Field(min_length=1, max_length=64)]
    timezone: Annotated[str, AfterValidator(_a_zone)] = "UTC"
    odds: Odds
    rules: tuple[Rule, ...]
    caps: Caps = Caps()
    levels: Levels
    tiers: Tiers
    stages: Stages
    gates: tuple[Gate, ...] = ()
    qualification: Elements = Elements()
    timeline: PurchaseTimeline = PurchaseTimeline()

    @field_validator("rules")
    @classmethod
    def _rule_ids_are_distinct(cls, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        _are_distinct([rule.id for rule in rules])
        return rules

    @field_validator("gates")
    @classmethod
    def _gate_ids_are_distinct(cls, gates: tuple[Gate, ...]) -> tuple[Gate, ...]:
        _are_distinct([gate.id for gate in gates])
        return gates

    @cached_property
    def asked_by_rules(self) -> Asked:
        """What points need."""
        measures = [rule.measure for rule in self.rules if rule.measure is not None]
        return Asked.of(conditions=[rule.when for rule in self.rules if rule.measure is None], measures=measures)

    @cached_property
    def asked_by_gates(self) -> Asked:
        """What gates alone need."""
        return Asked.of(dated=[gate.when for gate in self.gates])

    @cached_property
    def asked_beside_rules(self) -> Asked:
        """What gates, elements, stages and the timeline need."""
        return Asked.of(
            conditions=[condition for place, _, condition in self.placed_conditions() if place[0] != "gates"],
            dated=[gate.when for gate in self.gates],
            needs_life=self.stages.recycle_after is not None,
        )

    @cached_property
    def asked_in_all(self) -> Asked:
        """What points need, and all beside them."""
        return Asked.joined(self.asked_by_rules, self.asked_beside_rules)

    @cached_property
    def lines_so_far(self) -> dict[Hashable, tuple[LedgerLine, ...]]:
        """The ledger's lines by the columns and event types that they were worked out for."""
        return {}

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def with_rules(self, rules: tuple[Rule, ...], *, has_caps: bool = True) -> "RuleBook":
        """The same rulebook with other rules; nothing is kept that was worked out for the old ones."""
        sections = {name: getattr(self, name) for name in type(self).model_fields}
        caps = self.caps if has_caps else Caps()
        return RuleBook.model_construct(**{**sections, "rules": rules, "caps": caps})

    def owned_conditions(self) -> Iterator[tuple[Loc, str, str, Condition]]:
        """Every condition: where it stands, what kind of thing it belongs to, how that is called, and itself."""
        for i, rule in enumerate(self.rules):
            yield ("rules", i, "when"), "rule", rule.id, rule.when
        for place, name, condition in self.placed_conditions():
            what, _, owner = name.partition(" ")
            yield place, what, owner, condition

    def placed_conditions(self) -> Iterator[tuple[Loc, str, Condition]]:
        """Every condition but those of rules: where it stands, what it is called, and itself."""
        for i, gate in enumerate(self.gates):
            yield ("gates", i, "when"), f"gate {gate.id}", gate.when
        for i, element in enumerate(self.qualification.elements):
            for key in ("yes", "no", "inferred"):
                for condition in getattr(element, key):
                    yield ("qualification", "elements", i, key), f"element {element.id}, {key}", condition
        for step, condition in self.timeline.conditions.items():
            yield ("timeline", step), f"timeline {step}", condition
        for stage in ("mql", "sql"):
            for condition in getattr(self.stages, stage).conditions:
                yield ("stages", stage), f"stage {stage}", condition
