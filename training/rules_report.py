"""The rulebook held against outcomes: what each rule is worth, what points have meant, where model and rules differ."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from features.tables import FloatArray
from models.log_odds import probability_of
from models.prior import prior_of_rulebook
from models.rules import Rule, RuleBook
from training.lead_shares import LeadShare, Ratio, lead_share, ratio_of
from training.rule_history import RuleHistory
from training.rule_points import Suggestion, suggest_points
from training.rules_and_model import Disagreement

#: What may be wrong with a rule: it hit nobody; what came of its leads is the other way round than its points say; it
#: hits the same leads as another; it hits, or misses, fewer than 20 leads.
Flag = Literal["dead", "harmful", "double-counted", "too few"]
MIN_LEADS = 20
#: Two rules that hit the same snapshots, this share of all that either hits, count one thing twice.
_SAME = 0.8
_N_BANDS = 10


@dataclass(frozen=True)
class RuleWorth:
    """One rule beside what came of the leads.

    Attributes
    ----------
    given, suggested : points; `suggested` is None where there are too few deals.
    hit, missed : the share won of leads while the rule gave them points, and while it did not.
    lift : the one over the other.
    hits_with : the rules that hit nearly the same snapshots.
    matches : the event types and columns that it is about here; none where the tables have nothing of it.
    """

    id: str
    group: str
    given: float
    suggested: float | None
    hit: LeadShare
    missed: LeadShare
    lift: Ratio
    flags: tuple[Flag, ...]
    hits_with: tuple[str, ...]
    matches: tuple[str, ...]


@dataclass(frozen=True)
class PointsBand:
    """What points have meant.

    Attributes
    ----------
    low, high : the fewest and the most points in the band.
    came : the share of its leads that were won.
    isotonic : the same, made to rise with the points (pool adjacent violators).
    promised : mean probability by the rulebook's own odds.
    """

    low: float
    high: float
    came: LeadShare
    isotonic: float
    promised: float


@dataclass(frozen=True)
class RulesReport:
    """A rulebook judged by ripe snapshots, each lead once.

    Attributes
    ----------
    version : of the rulebook.
    won : the share of all leads that were won.
    suggestion : points that the outcomes suggest; None where there are too few deals.
    disagreement : where the rules and the model part; None where there is no model that learned.
    """

    version: str
    n_snapshots: int
    won: LeadShare
    rules: tuple[RuleWorth, ...]
    bands: tuple[PointsBand, ...]
    suggestion: Suggestion | None
    disagreement: Disagreement | None = None


def report_rules(
    history: RuleHistory, disagreement: Disagreement | None = None, *, suggests: bool = True
) -> RulesReport:
    """Every rule beside what came of the leads that it hit and of those that it did not.

    A lead counts once among the leads with the rule, by the mean over its snapshots that the rule hit, and once among
    those without: the leads of every age count, as a training sees them, and a lead that was looked at often weighs
    no more than another.

    Parameters
    ----------
    suggests : whether points are suggested as well, which takes seconds.
    """
    suggestion = suggest_points(history) if suggests else None
    everyone = np.ones(len(history), dtype=np.bool_)
    return RulesReport(
        version=history.rulebook.version,
        n_snapshots=len(history),
        won=lead_share(history.won, everyone, history.lead),
        rules=_with_doubles(_worths(history, suggestion), history),
        bands=points_bands(history.points, history),
        suggestion=suggestion,
        disagreement=disagreement,
    )


def _worths(history: RuleHistory, suggestion: Suggestion | None) -> tuple[RuleWorth, ...]:
    worths = []
    for rule, times, line in zip(history.rulebook.rules, history.times.T, history.lines, strict=True):
        hit = lead_share(history.won, times > 0, history.lead)
        missed = lead_share(history.won, times <= 0, history.lead)
        lift = ratio_of(hit, missed)
        suggested = None if suggestion is None else suggestion.points[rule.id]
        worths.append(
            RuleWorth(
                id=rule.id,
                group=rule.group,
                given=rule.points,
                suggested=suggested,
                hit=hit,
                missed=missed,
                lift=lift,
                flags=_flags(rule, hit, missed, lift, suggested),
                hits_with=(),
                matches=line.source,
            )
        )
    return tuple(worths)


def _flags(rule: Rule, hit: LeadShare, missed: LeadShare, lift: Ratio, suggested: float | None) -> tuple[Flag, ...]:
    """What is wrong with a rule.

    One whose points beside all others are right is not harmful, though the leads that it hits buy less: those who ask
    in a chat, say, fill in no form, for which other rules take points away.
    """
    if not hit.n_leads:
        return ("dead",)
    flags: list[Flag] = []
    if min(hit.n_leads, missed.n_leads) < MIN_LEADS:
        flags.append("too few")
    is_below = rule.points > 0 and lift.high is not None and lift.high < 1
    is_above = rule.points < 0 and lift.low is not None and lift.low > 1
    is_right_beside_others = suggested is not None and suggested * rule.points > 0
    if (is_below or is_above) and not is_right_beside_others:
        flags.append("harmful")
    return tuple(flags)


def _with_doubles(worths: tuple[RuleWorth, ...], history: RuleHistory) -> tuple[RuleWorth, ...]:
    """Rules of the same sign that hit nearly the same snapshots name each other."""
    hits = (history.times > 0).astype(np.float64)
    both = hits.T @ hits
    n_hit = both.diagonal()
    either = np.maximum(n_hit[:, None] + n_hit - both, 1.0)
    sign = np.sign([worth.given for worth in worths])
    is_same = (both / either >= _SAME) & (sign[:, None] == sign) & (sign != 0)
    np.fill_diagonal(is_same, False)
    return tuple(
        replace(
            worth, flags=(*worth.flags, "double-counted"), hits_with=tuple(worths[i].id for i in np.flatnonzero(row))
        )
        if row.any()
        else worth
        for worth, row in zip(worths, is_same, strict=True)
    )


def points_bands(points: FloatArray, history: RuleHistory) -> tuple[PointsBand, ...]:
    """What came of leads by their points, in up to ten bands of about as many snapshots."""
    from scipy.optimize import isotonic_regression

    if not len(points):
        return ()
    cuts = np.unique(np.quantile(points, np.linspace(0, 1, _N_BANDS + 1)[1:-1], method="higher"))
    band = np.searchsorted(cuts, points, side="left")
    insides = [band == k for k in np.unique(band)]
    came = [lead_share(history.won, inside, history.lead) for inside in insides]
    shares, weights = [one.share or 0.0 for one in came], [one.n_leads for one in came]
    rising = isotonic_regression(shares, weights=weights).x.tolist()
    promised = probability_of(_own_odds(history.rulebook, points))
    return tuple(
        PointsBand(float(points[here].min()), float(points[here].max()), share, one, float(promised[here].mean()))
        for here, share, one in zip(insides, came, rising, strict=True)
    )


def _own_odds(rulebook: RuleBook, points: FloatArray) -> FloatArray:
    return prior_of_rulebook(rulebook.odds.base, rulebook.odds.double_every).margin(points)
