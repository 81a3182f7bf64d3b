"""The purchase timeline: how far on the way to buying a lead is, as its events show."""

import numpy as np
from numpy.typing import NDArray

from models.rules.conditions import Condition
from models.rules.facts import Facts
from models.rules.scalars import Section

#: From nothing seen yet to the last step.
STEPS = ("none", "interest", "evaluation", "urgency", "closing")


class PurchaseTimeline(Section):
    """What shows that a lead has come to a step; the furthest step that holds counts."""

    interest: Condition | None = None
    evaluation: Condition | None = None
    urgency: Condition | None = None
    closing: Condition | None = None

    @property
    def conditions(self) -> dict[str, Condition]:
        """The condition of each step that is told."""
        return {step: getattr(self, step) for step in STEPS[1:] if getattr(self, step) is not None}


def place_on(timeline: PurchaseTimeline, facts: Facts) -> NDArray[np.int8]:
    """How far each snapshot is: n int8 positions in STEPS."""
    step = np.zeros(facts.n_rows, dtype=np.int8)
    for name, condition in timeline.conditions.items():
        step[facts.holds(condition)] = STEPS.index(name)
    return step
