"""What the conditions of a rulebook need to know of snapshots, looked up at once, and which of them hold."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from features.behaviour import NEVER_DAYS
from features.responsiveness import responsiveness
from features.snapshots import Snapshots
from features.tables import MICROSECONDS_PER_DAY, BoolArray, EventArrays, FloatArray, LeadArrays, NumberColumn
from features.timeline import timelines
from models.rules.asked import LIFE, Asked
from models.rules.conditions import (
    DATE_TESTS,
    AllCondition,
    AnyCondition,
    Condition,
    EventCondition,
    FieldCondition,
    NotCondition,
    ReplyCondition,
)
from models.rules.event_signs import EventReader
from models.rules.field_tests import column_of, meets, meets_at
from models.rules.measures import Measure
from models.rules.tally import tally


@dataclass(frozen=True)
class Facts:
    """n snapshots as far as a rulebook asks about them.

    Attributes
    ----------
    amounts : n float64 for each measure that was looked up.
    replies : float64 (n, 2), contacts without an answer and mean days to an answer; None if nobody asked.
    """

    leads: LeadArrays
    snapshots: Snapshots
    amounts: Mapping[Measure, FloatArray]
    replies: FloatArray | None

    @property
    def n_rows(self) -> int:
        return len(self.snapshots)

    @property
    def quiet_us(self) -> FloatArray:
        """How long ago the lead last did something, or came: n float64, 0 where leads have no times."""
        if self.leads.created_us is None:
            return np.zeros(self.n_rows)
        age_us = self.snapshots.as_of_us - self.leads.created_us[self.snapshots.lead]
        return np.minimum(self.amounts[LIFE], age_us.astype(np.float64))

    def holds(self, condition: Condition) -> BoolArray:
        """Where a condition holds, n bool; nowhere, if it asks for a column that there is not.

        An event type that the log does not have has happened 0 times.
        """
        held = self._holds(condition)
        return np.zeros(self.n_rows, dtype=np.bool_) if held is None else held

    def since_us(self, condition: Condition) -> FloatArray:
        """When the event came that made a condition hold, where it holds; NaN where it rests on no event's time."""
        since = self._since(condition)
        return np.where(np.isfinite(since), since, np.nan)

    def _holds(self, condition: Condition) -> BoolArray | None:
        """None where it can not be asked, so that its negation does not hold either."""
        match condition:
            case AllCondition():
                parts = [self._holds(part) for part in condition.all]
                known = [part for part in parts if part is not None]
                return None if len(known) < len(parts) else np.asarray(np.logical_and.reduce(known))
            case AnyCondition():
                known = [part for each in condition.any if (part := self._holds(each)) is not None]
                return np.asarray(np.logical_or.reduce(known)) if known else None
            case NotCondition():
                negated = self._holds(condition.negated)
                return None if negated is None else ~negated
            case EventCondition():
                return self._happened(condition)
            case FieldCondition():
                return self._is_known(condition)
            case ReplyCondition():
                return self._replies(condition)

    def _happened(self, condition: EventCondition) -> BoolArray:
        count = self.amounts[Measure(condition.each)]
        if not condition.is_counted:
            return np.asarray(count > 0)
        enough = count >= (condition.at_least or 0)
        return np.asarray(enough if condition.at_most is None else enough & (count <= condition.at_most))

    def _is_known(self, condition: FieldCondition) -> BoolArray | None:
        name = column_of(condition, self.leads.columns)
        column = None if name is None else self.leads.attribute(name, self.snapshots.lead, self.snapshots.as_of_us)
        if column is None or condition.test not in DATE_TESTS:
            return None if column is None else meets(condition, column)
        if self.leads.created_us is None or not isinstance(column, NumberColumn):
            return None  # rows of a flat table have no time to hold a date against
        return meets_at(condition, column, self.snapshots.as_of_us)

    def _replies(self, condition: ReplyCondition) -> BoolArray:
        if self.replies is None:
            raise LookupError("replies were not looked up")
        unanswered, days = self.replies.T
        if condition.unanswered is not None:
            return np.asarray(unanswered >= condition.unanswered)
        allowed = (condition.answered_within or 0) / MICROSECONDS_PER_DAY
        return np.asarray((days <= allowed) & (days != NEVER_DAYS))

    def _since(self, condition: Condition) -> FloatArray:
        """Minus infinity where it always held, as far as anybody knows; NaN where an event tells, but not when."""
        always = np.full(self.n_rows, -np.inf)
        match condition:
            case AllCondition():
                return np.asarray(np.maximum.reduce([self._since(part) for part in condition.all]))
            case AnyCondition():
                held = np.array([np.where(self.holds(part), self._since(part), np.inf) for part in condition.any])
                is_always = (held == -np.inf).any(axis=0)  # what always held is the first, whatever else held when
                return np.where(is_always, -np.inf, held.min(axis=0))
            case EventCondition():
                if condition.within is not None or condition.at_most is not None or (condition.at_least or 1) > 1:
                    # when the third of them came, or the first of a window that moves, is not what the oldest tells
                    return np.full(self.n_rows, np.nan)
                return np.asarray(self.snapshots.as_of_us - self.amounts[Measure(condition.each, "oldest")])
            case _:
                return always


def look_up(asked: Asked, leads: LeadArrays, events: EventArrays, snapshots: Snapshots, reader: EventReader) -> Facts:
    """Everything that is asked, in one pass over the log."""
    replies = _reply_facts(events, snapshots, reader) if asked.asks_replies else None
    return Facts(leads, snapshots, tally(asked, events, snapshots, reader), replies)


def _reply_facts(events: EventArrays, snapshots: Snapshots, reader: EventReader) -> FloatArray:
    found = np.zeros((len(snapshots), 2))
    for rows, timeline in timelines(events, snapshots, reader.actors):
        found[rows] = responsiveness(timeline)
    return found
