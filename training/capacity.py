"""The capacity cut: the probability from which on as many leads a week came as sales can take on."""

import numpy as np

from features.tables import MICROSECONDS_PER_DAY, FloatArray, IntArray
from models.capacity import Capacity
from models.log_odds import probability_of
from training.history import History
from training.judging import Judged
from training.split import Split

WEEK_US = 7 * MICROSECONDS_PER_DAY
WINDOW_WEEKS = 8


def capacity_of(
    leads_per_week: int | None, log_odds: FloatArray, judged: Judged | None, history: History, split: Split
) -> Capacity | None:
    """The cut of a training; without one, and with the reason, where nothing tells how many came in a week.

    Parameters
    ----------
    leads_per_week : None where the project does not say.
    log_odds : of the judged rows, as the model would show them.
    judged : None where there were too few deals to judge by.
    """
    if leads_per_week is None:
        return None
    if history.horizon_us is None:
        return Capacity(leads_per_week, why="a flat table has no times")
    if judged is None:
        return Capacity(leads_per_week, why="there are too few deals to judge a model by")
    if not split.is_time_tested:
        return Capacity(leads_per_week, why="the history is too short to judge by later leads")
    at_us = history.data.matrix.snapshots.as_of_us[judged.row]
    return fit_capacity(log_odds, judged.lead, at_us, leads_per_week=leads_per_week)


def fit_capacity(log_odds: FloatArray, lead: IntArray, as_of_us: IntArray, *, leads_per_week: int) -> Capacity:
    """The lowest cut down to which no more than so many leads a week entered, over the newest 8 weeks of judged rows.

    A lead enters once: at the first of its snapshots whose probability reaches the cut. Whoever reached it before those
    weeks began is in already and does not count. Going down from the highest probability, the cut stops before the
    first at which more leads than `leads_per_week` times the weeks would have entered; where even all of them are
    fewer, it is 0. Equal probabilities enter together, so that the highest may let in more.

    Parameters
    ----------
    log_odds : n, of rows that the model was not fitted on, as they would have been shown: out-of-time predictions. What
        it says of rows that it was fitted on is too sure, and a cut among them would let too few in.
    lead, as_of_us : n, the lead and the time of each row, in microseconds; gated leads are none of them. Their newest
        is a horizon older than the newest outcome.

    >>> lead, day = np.arange(57), 86_400_000_000
    >>> came = fit_capacity(lead / 10 - 3, lead, lead * day, leads_per_week=2)
    >>> round(came.probability, 3), came.entered_per_week, came.weeks
    (0.75, 2.0, 8.0)
    """
    end_us = int(as_of_us.max())
    start_us = max(end_us - WINDOW_WEEKS * WEEK_US, int(as_of_us.min()))
    weeks = (end_us - start_us) / WEEK_US
    if weeks < 1:
        return Capacity(leads_per_week, why="the leads that judge the model came within less than a week")
    highest, before = _highest(log_odds, lead, as_of_us, start_us)
    cuts = np.unique(highest)[::-1]
    entered = _reaching(highest, cuts) - _reaching(np.minimum(highest, before), cuts)
    too_many = np.flatnonzero(entered > leads_per_week * weeks)
    if not len(too_many):
        return Capacity(leads_per_week, 0.0, _per_week(entered[-1], weeks), weeks, end_us)
    at = max(int(too_many[0]) - 1, 0)
    cut = float(probability_of(cuts[at : at + 1])[0])
    return Capacity(leads_per_week, cut, _per_week(entered[at], weeks), weeks, end_us)


def _highest(log_odds: FloatArray, lead: IntArray, as_of_us: IntArray, start_us: int) -> tuple[FloatArray, FloatArray]:
    """The highest log-odds of each lead since the start, and before it."""
    leads, position = np.unique(lead, return_inverse=True)
    since, before = (np.full(len(leads), -np.inf) for _ in range(2))
    is_since = as_of_us >= start_us
    np.maximum.at(since, position[is_since], log_odds[is_since])
    np.maximum.at(before, position[~is_since], log_odds[~is_since])
    seen = since > -np.inf
    return since[seen], before[seen]


def _reaching(values: FloatArray, cuts: FloatArray) -> IntArray:
    """How many values reach each cut."""
    return np.asarray(len(values) - np.searchsorted(np.sort(values), cuts, side="left"))


def _per_week(entered: int, weeks: float) -> float:
    return float(entered) / weeks
