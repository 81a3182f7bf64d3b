"""What a set of conditions asks of a log, worked out once for a rulebook, however many tables it is asked of."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from features.tables import BoolArray
from models.rules.conditions import ANY_EVENT, Condition, EventCondition, ReplyCondition, leaves_of
from models.rules.event_signs import counts_types, test_of
from models.rules.measures import Measure

#: The newest sign of life of a lead itself.
LIFE = Measure(EventCondition(event=(ANY_EVENT,), actor="lead"), "newest")


# Equal only to itself, so that to find what was worked out for it costs nothing.
@dataclass(frozen=True, eq=False)
class Asked:
    """The measures that conditions need.

    Attributes
    ----------
    measures : each once.
    tests : of each measure what is asked of an event beside its type and age, as a position in `filters`; else -1.
    filters : the distinct tests.
    asks_replies : whether any asks how the lead answers.
    """

    measures: tuple[Measure, ...]
    tests: tuple[int, ...]
    filters: tuple[EventCondition, ...]
    asks_replies: bool

    @classmethod
    def of(
        cls,
        *,
        conditions: Iterable[Condition] = (),
        dated: Iterable[Condition] = (),
        measures: Iterable[Measure] = (),
        needs_life: bool = False,
    ) -> "Asked":
        """What these need together.

        Parameters
        ----------
        conditions : of which it is asked whether they hold.
        dated : of which it is asked since when, too.
        measures : what is needed beside.
        needs_life : whether `quiet_us` is asked.
        """
        of_dates = [leaf for condition in dated for leaf in leaves_of(condition)]
        leaves = [*(leaf for condition in conditions for leaf in leaves_of(condition)), *of_dates]
        counts = [Measure(leaf.each) for leaf in leaves if isinstance(leaf, EventCondition)]
        oldest = [Measure(leaf.each, "oldest") for leaf in of_dates if isinstance(leaf, EventCondition)]
        asks_replies = any(isinstance(leaf, ReplyCondition) for leaf in leaves)
        return cls._of_measures([*counts, *oldest, *measures, *([LIFE] if needs_life else [])], asks_replies)

    @classmethod
    def joined(cls, *parts: "Asked") -> "Asked":
        """What all of these ask."""
        return cls._of_measures([each for part in parts for each in part.measures], any(p.asks_replies for p in parts))

    @classmethod
    def _of_measures(cls, measures: Iterable[Measure], asks_replies: bool) -> "Asked":
        wanted = tuple(dict.fromkeys(measures))
        tests = [test_of(measure.when) for measure in wanted]
        filters = tuple(dict.fromkeys(test for test in tests if test is not None))
        position = {test: i for i, test in enumerate(filters)}
        return cls(wanted, tuple(-1 if test is None else position[test] for test in tests), filters, asks_replies)


@lru_cache(maxsize=256)
def types_counted(asked: Asked, types: tuple[str, ...]) -> BoolArray:
    """Whether each measure counts events of each type: bool (n measures, n types)."""
    rows = [counts_types(measure.when, types) for measure in asked.measures]
    return np.array(rows, dtype=np.bool_).reshape(len(asked.measures), len(types))
