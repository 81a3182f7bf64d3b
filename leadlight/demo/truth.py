"""The best possible probability: an exact forward filter over what was recorded, then the chain run on.

Rabiner, "A tutorial on hidden Markov models", Proc. IEEE 77(2), 1989, section III A. Which mail events came
from a scanner is taken as known: in this company a burst within seconds of the send tells it without error.
"""

from datetime import datetime, timedelta
from typing import Final

import numpy as np
import pandas as pd

from leadlight.demo import process
from leadlight.demo.company import DAY_SECONDS, HORIZON, OPEN, Company
from leadlight.demo.process import KIND, Chances, IntArray
from leadlight.demo.words import FloatArray

_INVITED: Final = len(process.KINDS)  # a webinar took place for which the lead had registered


def true_probability(company: Company, as_of: datetime, horizon: timedelta = HORIZON) -> pd.Series:
    """Give P(won within the horizon | all that was recorded before as_of) for every lead open at as_of.

    Parameters
    ----------
    as_of : a midnight, UTC, from company.start to company.end.
    horizon : whole days, at least 1.

    Returns
    -------
    Series named "probability", float64 in [0, 1], index "lead_id" in order of creation.

    Raises
    ------
    ValueError : as_of is not such a midnight, or horizon not whole days.
    """
    day = _day_of(company, as_of)
    if horizon < timedelta(days=1) or horizon % timedelta(days=1):
        raise ValueError(f"Found horizon {horizon}; expected whole days, at least 1.")
    rows = _open_rows(company, day)
    chances = company.chances.take(rows)
    belief = _filter(company, chances, rows, day)
    won = _win_chance(belief, chances, range(day, day + horizon.days))
    lead_ids = company.lead_ids
    index = pd.Index([lead_ids[row] for row in rows], name="lead_id", dtype="str")
    return pd.Series(won, index=index, name="probability")


def _day_of(company: Company, as_of: datetime) -> int:
    if as_of.tzinfo is None or (as_of - company.start) % timedelta(days=1):
        raise ValueError(f"Found as_of {as_of.isoformat()}; expected a midnight with time zone UTC.")
    day = (as_of - company.start).days
    if not 0 <= day <= company.days:
        raise ValueError(f"Found as_of {as_of.isoformat()}; expected {company.start.date()} to {company.end.date()}.")
    return day


def _open_rows(company: Company, day: int) -> IntArray:
    is_open = (company.closed_at == OPEN) | (company.closed_at >= day * DAY_SECONDS)
    return np.flatnonzero(is_open & (company.people.created_day < day))


def _event_weights() -> FloatArray:
    """Log-likelihood of one event by kind (row) and stage (column), beside the rates' exp(-sum)."""
    weights = np.zeros((len(process.KINDS) + 1, 3))
    weights[: process.N_VISIT_KINDS] = np.log(process.VISIT_RATES.T)
    weights[process.N_VISIT_KINDS : KIND["email_sent"]] = np.log(process.REP_RATES.T)
    weights[KIND["email_sent"]] = np.log1p(-process.OPEN_CHANCE) + np.log1p(-process.UNSUBSCRIBE_CHANCE)
    weights[KIND["unsubscribe"]] = _logit(process.UNSUBSCRIBE_CHANCE)
    not_answered = np.log1p(-process.CLICK_CHANCE) + np.log1p(-process.REPLY_CHANCE)
    weights[KIND["email_open"]] = _logit(process.OPEN_CHANCE) + not_answered
    weights[KIND["email_click"]] = _logit(process.CLICK_CHANCE)
    weights[KIND["email_reply"]] = _logit(process.REPLY_CHANCE)
    weights[KIND["webinar_attended"]] = _logit(process.ATTEND_CHANCE)
    weights[_INVITED] = np.log1p(-process.ATTEND_CHANCE)
    return weights


def _logit(chance: FloatArray) -> FloatArray:
    return np.log(chance) - np.log1p(-chance)


def _evidence(company: Company, rows: IntArray, until: int) -> tuple[IntArray, IntArray, IntArray]:
    """Day, position in rows, and kind of each event of people before a day, by day."""
    position = np.full(len(company.people), -1)
    position[rows] = np.arange(len(rows))
    log = company.events
    kept = np.flatnonzero(~log.machine & (position[log.lead] >= 0))
    day, lead, kind = log.at[kept] // DAY_SECONDS, position[log.lead[kept]], log.kind[kept].astype(np.int64)
    registered = kind == KIND["webinar_registered"]
    day = np.concatenate([day, process.next_webinar(day[registered])])
    lead = np.concatenate([lead, lead[registered]])
    kind = np.concatenate([kind, np.full(int(registered.sum()), _INVITED)])
    order = np.argsort(day, kind="stable")
    order = order[day[order] < until]
    return day[order], lead[order], kind[order]


def _filter(company: Company, chances: Chances, rows: IntArray, until: int) -> FloatArray:
    """Chance of each stage on the day `until`, before that day's events: len(rows) x 3."""
    belief = chances.first.copy()
    created = company.people.created_day[rows]
    event_day, event_lead, event_kind = _evidence(company, rows, until)
    weights = _event_weights()
    for day in range(until):
        present = int(np.searchsorted(created, day, side="right"))
        today = slice(*np.searchsorted(event_day, [day, day + 1]))
        log_likelihood = _quiet_day(day, created[:present], chances.rep_zeal[:present])
        np.add.at(log_likelihood, event_lead[today], weights[event_kind[today]])
        log_likelihood -= log_likelihood.max(axis=1, keepdims=True)
        seen = belief[:present] * np.exp(log_likelihood) * _survival(chances, created[:present], day)
        belief[:present] = _step(seen / seen.sum(axis=1, keepdims=True), chances.up[:present])
    return belief


def _quiet_day(day: int, created: IntArray, rep_zeal: FloatArray) -> FloatArray:
    """Log-likelihood of a day without events, by lead and stage."""
    visits: FloatArray = process.visit_factor(day, created)[:, None] * process.VISIT_RATES.sum(axis=1)
    contacts = rep_zeal[:, None] * process.REP_RATES.sum(axis=1) if process.is_workday(day) else 0.0
    return -(visits + contacts)


def _survival(chances: Chances, created: IntArray, day: int) -> FloatArray:
    """Chance to stay open over a day, by lead and stage; the deal cannot close on the first day."""
    present = len(created)
    if not process.is_workday(day):
        return np.ones((present, 3))
    stays = 1 - chances.won[:present] - chances.lost[:present]
    chance: FloatArray = np.where((created < day)[:, None], stays, 1.0)
    return chance


def _step(belief: FloatArray, up: FloatArray) -> FloatArray:
    """Move the stages on by one night."""
    rises, falls = belief * up, belief * process.MOVE_DOWN
    moved: FloatArray = belief - rises - falls
    moved[:, 1:] += rises[:, :-1]
    moved[:, :-1] += falls[:, 1:]
    return moved


def _win_chance(belief: FloatArray, chances: Chances, days: range) -> FloatArray:
    """Chance that the deal is won on one of the days, for leads older than a day."""
    total: FloatArray = np.zeros(len(belief))
    for day in days:
        if process.is_workday(day):
            total += (belief * chances.won).sum(axis=1)
            belief = belief * (1 - chances.won - chances.lost)
        belief = _step(belief, chances.up)
    return total
