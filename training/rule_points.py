"""Which points the outcomes suggest for rules: all rules together, with the rulebook's own points as the prior.

With t_j how often rule j gave its points to a snapshot, p_j its points, and d the points that double the odds::

    log-odds of winning = a + (ln 2 / d) * P        P = the points with all caps, as the rulebook adds them up

The points are the maximum a posteriori: each lead counts once (its snapshots share one weight), and p_j is normal
around the points that the rulebook gives, with the information of K leads that rule j gave its points to::

    precision of (ln 2 / d) * p_j  =  K * w * (1 - w) * mean of t_j**2 over the snapshots with t_j > 0

w being the share won: a unit-information prior (Kass & Wasserman 1995, doi 10.1080/01621459.1995.10476592), K times.
A rule seen on few leads keeps its points; rules that hit the same leads share what these are worth. K is 20,
80, 320, or infinity, at which the rulebook's points stay as they are: the largest whose loss on the later blocks is not
above the best by more than one paired standard error (by lead), nor by more than 0.5%, as candidates are chosen.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from features.tables import BoolArray, FloatArray, IntArray
from models.log_odds import fit_line, log_odds_of, probability_of, row_losses
from models.rules import RuleBook
from training.capped_points import CappedPoints
from training.evaluation import area_under_curve
from training.judging import thinned
from training.rule_history import RuleHistory, leads_once

#: How many leads the rulebook's points may be worth; the last keeps them.
PRIOR_LEADS = (20.0, 80.0, 320.0, math.inf)
#: A loss that is higher by this share of it is as good; `training.candidates` has the same.
SLACK = 0.005
_DECIMALS = 1
#: Losses that differ by less are those of the same log-odds, summed in another order.
_ROUNDING = 1e-9
#: To fit points on: more cells say no more of a few dozen rules.
_MOST_CELLS = 3_000_000


@dataclass(frozen=True)
class PointsJudged:
    """How points did on later leads than the line through them, and they themselves, were fitted on.

    Attributes
    ----------
    log_loss : in nats, each lead once.
    auc : of the snapshots.
    """

    log_loss: float
    auc: float


@dataclass(frozen=True)
class Suggestion:
    """Points that the outcomes suggest.

    Attributes
    ----------
    points : of each rule by its id, to a tenth: whole points would tie leads that differ.
    prior_leads : how many leads the rulebook's own points were worth; None where they did best, and stay.
    base : the probability at 0 points that goes with them.
    given, suggested : both judged alike on the blocks.
    is_time_tested : whether the blocks are later than what was fitted on.
    """

    points: Mapping[str, float]
    prior_leads: float | None
    base: float
    given: PointsJudged
    suggested: PointsJudged
    is_time_tested: bool


def suggest_points(history: RuleHistory) -> Suggestion | None:
    """The points that serve later leads best; None where there are too few deals to judge by."""
    if not history.split.blocks:
        return None
    rows = np.concatenate([block.test for block in history.split.blocks])
    said = {leads: _said(history, leads) for leads in PRIOR_LEADS}
    judged = {leads: _judged(log_odds, history, rows) for leads, log_odds in said.items()}
    losses = {leads: row_losses(log_odds, history.won[rows]) for leads, log_odds in said.items()}
    best = _chosen(losses, history.lead[rows])
    points, base = _fitted(history, np.arange(len(history)), best)
    return Suggestion(
        points={rule.id: float(value) for rule, value in zip(history.rulebook.rules, points, strict=True)},
        prior_leads=None if math.isinf(best) else best,
        base=base,
        given=judged[math.inf],
        suggested=judged[best],
        is_time_tested=history.split.is_time_tested,
    )


def _said(history: RuleHistory, prior_leads: float) -> FloatArray:
    """Log-odds of the blocks' later rows, by points and the line through them, both fitted on the earlier rows."""
    capped = CappedPoints.of(history.rulebook)
    log_odds = []
    for block in history.split.blocks:
        points, _ = _fitted(history, block.train, prior_leads)
        fitted, later = (capped.points(history.times[rows], points) for rows in (block.train, block.test))
        log_odds.append(np.polyval(line_through(fitted, history, block.train), later))
    return np.concatenate(log_odds)


def _judged(log_odds: FloatArray, history: RuleHistory, rows: IntArray) -> PointsJudged:
    won = history.won[rows]
    loss = np.average(row_losses(log_odds, won), weights=leads_once(history.lead[rows]))
    return PointsJudged(float(loss), area_under_curve(log_odds, won))


def _chosen(losses: Mapping[float, FloatArray], lead: IntArray) -> float:
    """The most that the rulebook's points may be worth, unless less is better by more than chance."""
    _, position = np.unique(lead, return_inverse=True)
    by_lead = {leads: np.bincount(position, own) / np.bincount(position) for leads, own in losses.items()}
    best = min(by_lead.values(), key=lambda own: float(own.mean()))

    def is_as_good(own: FloatArray) -> bool:
        excess = own - best
        sure = float(excess.std() / math.sqrt(len(excess)))
        return float(excess.mean()) <= min(sure, SLACK * float(best.mean())) + _ROUNDING

    return max(leads for leads, own in by_lead.items() if is_as_good(own))


def line_through(points: FloatArray, history: RuleHistory, rows: IntArray) -> tuple[float, float]:
    """Log-odds per point and at 0 points, each lead once."""
    unit = history.rulebook.odds.double_every
    start = (log_odds_of(history.rulebook.odds.base), math.log(2))
    weight = leads_once(history.lead[rows])
    intercept, slope = fit_line(points / unit, history.won[rows], weight, start=start, min_slope=0.0)
    return slope / unit, intercept


def _fitted(history: RuleHistory, rows: IntArray, prior_leads: float) -> tuple[FloatArray, float]:
    """Points of each rule and the probability at 0 points; of a very long past whole leads are left out evenly."""
    given = np.array([rule.points for rule in history.rulebook.rules])
    rows = thinned(rows, history.lead, most=_MOST_CELLS // max(len(given), 1))
    data = _Rows(history.times[rows], history.won[rows], leads_once(history.lead[rows]))
    intercept, points = _most_likely(history.rulebook, data, given, prior_leads)
    rounded = np.where(points == given, given, np.round(points, _DECIMALS) + 0.0)
    return rounded, float(probability_of(np.array([intercept]))[0])


@dataclass(frozen=True)
class _Rows:
    """What points are fitted on: n rows, k rules."""

    times: FloatArray
    won: BoolArray
    weight: FloatArray


def _most_likely(rulebook: RuleBook, data: _Rows, given: FloatArray, prior_leads: float) -> tuple[float, FloatArray]:
    from scipy.optimize import minimize  # half a second that no score needs

    capped, unit = CappedPoints.of(rulebook), math.log(2) / rulebook.odds.double_every
    is_fixed = math.isinf(prior_leads)
    precision = np.zeros(len(given)) if is_fixed else _precision(data, prior_leads)

    def loss(x: FloatArray) -> tuple[float, FloatArray]:
        points = given if is_fixed else x[1:] / unit
        z = x[0] + unit * capped.points(data.times, points)
        pull = x[1:] - unit * given
        off = data.weight * (probability_of(z) - data.won)
        slopes = capped.slopes(data.times, points, off) + precision * pull
        value = float(data.weight @ row_losses(z, data.won) + 0.5 * precision @ pull**2)
        return value, np.concatenate([[off.sum()], np.zeros(len(given)) if is_fixed else slopes])

    start = np.concatenate([[log_odds_of(rulebook.odds.base)], unit * given])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"ftol": 1e-12, "gtol": 1e-8, "maxiter": 500})
    return float(found.x[0]), given if is_fixed else np.asarray(found.x[1:] / unit)


def _precision(data: _Rows, prior_leads: float) -> FloatArray:
    """What the rulebook's points are worth, in the information of leads that the rule gave them to."""
    share = float(data.weight @ data.won / data.weight.sum())
    gave = data.weight @ (data.times > 0)
    mean_square = np.where(gave > 0, data.weight @ data.times**2 / np.maximum(gave, 1e-300), 1.0)
    return np.asarray(prior_leads * share * (1 - share) * mean_square)
