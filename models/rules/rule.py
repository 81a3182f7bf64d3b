"""A rule: points for one fact, each time or once, fading, capped, and valid until some day."""

from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, model_validator

from features.yaml_problems import ProblemsAt
from models.rules.conditions import Condition, EventCondition
from models.rules.ledger import GROUPS, Group
from models.rules.measures import Fade, Limit, Measure
from models.rules.scalars import Cap, Day, Duration, Id, Points, Section


def _no_cap(rule_id: str) -> str:
    if rule_id in (*GROUPS, "total"):
        raise ValueError(f"found {rule_id!r}, which is the name of a cap in the ledger; choose another id")
    return rule_id


class Rule(Section):
    """Points for one fact.

    Events give their points each time (`times: every`), unless they are asked `once` or limited to so many per window;
    whatever else a condition asks gives them once. Points of events fade: halved every `half_life`, or evenly to
    nothing over `linear` (microseconds). `cap` bounds the sum of the rule on both sides. `valid_until` is the last day
    on which the rule gives points.
    """

    id: Annotated[Id, AfterValidator(_no_cap)]
    when: Condition
    points: Points
    group: Group
    times: Literal["once", "every"] | Limit | None = None
    half_life: Duration | None = None
    linear: Duration | None = None
    cap: Cap | None = None
    valid_until: Day | None = None

    @property
    def is_of_events(self) -> bool:
        """Whether it counts events, rather than asking whether something holds."""
        return isinstance(self.when, EventCondition) and not self.when.is_counted

    @cached_property
    def measure(self) -> Measure | None:
        """What it measures of events; None where it asks whether its condition holds."""
        if not isinstance(self.when, EventCondition) or self.when.is_counted:
            return None
        if self.times == "once":
            return Measure(self.when, "newest", self.fade)
        return Measure(self.when, "sum", self.fade, self.times if isinstance(self.times, Limit) else None)

    @property
    def fade(self) -> Fade:
        return Fade(self.half_life, self.linear)

    @model_validator(mode="after")
    def _only_events_fade_and_repeat(self) -> Self:
        fades = [key for key in ("half_life", "linear") if getattr(self, key) is not None]
        if len(fades) == 2:
            raise ProblemsAt([(("linear",), "found half_life and linear, expected one way to fade; keep one")])
        if self.is_of_events:
            return self
        what = "a rule that asks how many" if isinstance(self.when, EventCondition) else "a rule about a field"
        if fades:
            words = {"half_life": "a half-life", "linear": "a linear decay"}[fades[0]]
            text = f"found {words} on {what}, expected it on events only; remove it"
            raise ProblemsAt([((fades[0],), text)])
        if self.times not in (None, "once"):
            text = f"found `times` on {what}, which gives its points once, expected it on events only; remove it"
            raise ProblemsAt([(("times",), text)])
        return self
