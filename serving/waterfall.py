"""The waterfall of a lead: from where every lead starts, bar by bar, to its own log-odds."""

import math
from dataclasses import dataclass

from serving.page_words import percent
from serving.store.detail import Detail
from serving.store.reading import StoredLead

#: Probabilities that may be marked on the axis.
_MARKS = (0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999)
#: Marks nearer to each other than so many percent of the width would run into each other on a phone.
_APART = 11.0
#: Room at both ends, in percent of the width.
_MARGIN = 3.0


@dataclass(frozen=True)
class Bar:
    """One step.

    Attributes
    ----------
    label : what it comes from.
    log_odds : by how much.
    start, width : of the bar, in percent of the drawing's width.
    end : where it leads to.
    probability : after this step.
    """

    label: str
    log_odds: float
    start: float
    width: float
    end: float
    probability: float

    @property
    def is_up(self) -> bool:
        return self.log_odds >= 0


@dataclass(frozen=True)
class Waterfall:
    """All steps, and the axis.

    Attributes
    ----------
    start, end : where every lead starts and this one ends, in percent of the width.
    base, probability : the same as probabilities.
    marks : where probabilities stand on the axis, and their words.
    """

    bars: tuple[Bar, ...]
    start: float
    end: float
    base: float
    probability: float
    marks: tuple[tuple[float, str], ...]


def waterfall(lead: StoredLead, detail: Detail) -> Waterfall:
    """The steps of a lead, the largest first, the others as one; the last ends at the lead's log-odds."""
    steps = [(one.label, one.log_odds) for one in detail.contributions]
    if detail.n_others:
        steps.append((f"{detail.n_others} more, together", detail.others_log_odds))
    reached = [lead.base_log_odds]
    for _, log_odds in steps:
        reached.append(reached[-1] + log_odds)
    low, high = min(reached), max(reached)

    def place(log_odds: float) -> float:
        return _MARGIN + (100 - 2 * _MARGIN) * (log_odds - low) / max(high - low, 1e-9)

    bars = [
        Bar(
            label=label,
            log_odds=log_odds,
            start=min(place(before), place(after)),
            width=abs(place(after) - place(before)),
            end=place(after),
            probability=_probability(after),
        )
        for (label, log_odds), before, after in zip(steps, reached, reached[1:], strict=False)
    ]
    marks = [(place(math.log(p / (1 - p))), percent(p)) for p in _MARKS if low <= math.log(p / (1 - p)) <= high]
    first, last = place(reached[0]), place(reached[-1])
    return Waterfall(tuple(bars), first, last, _probability(reached[0]), lead.probability, _apart(marks))


def _probability(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds)) if log_odds > -700 else 0.0


def _apart(marks: list[tuple[float, str]]) -> tuple[tuple[float, str], ...]:
    kept: list[tuple[float, str]] = []
    for mark in marks:
        if not kept or mark[0] - kept[-1][0] >= _APART:
            kept.append(mark)
    return tuple(kept)
