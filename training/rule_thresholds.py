"""What the levels, stages and caps of a rulebook mean once its rules give other points."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from features.tables import FloatArray
from models.rules import RuleBook
from models.rules.ledger import GROUPS
from training.capped_points import CappedPoints
from training.rule_history import RuleHistory, leads_once


@dataclass(frozen=True)
class Threshold:
    """A number of points in the rulebook that stays as it is, and may have to be looked at.

    Attributes
    ----------
    key : where it stands, like `stages.mql.points`.
    points : the number.
    before, after : the share of leads that reach it, by the old points and by the new, each lead once.
    alike : the number that about as many reach by the new points as did before; None for a cap.
    """

    key: str
    points: float
    before: float
    after: float
    alike: float | None


def thresholds(history: RuleHistory, points: Mapping[str, float]) -> tuple[Threshold, ...]:
    """Every threshold and cap of the rulebook.

    Parameters
    ----------
    points : the new points of rules by id; rules that it does not name keep theirs.
    """
    if not len(history):
        return ()
    rules, capped = history.rulebook.rules, CappedPoints.of(history.rulebook)
    given = np.array([rule.points for rule in rules])
    new = np.array([points.get(rule.id, rule.points) for rule in rules])
    before, after = (_sums(capped, history.times, each) for each in (given, new))
    weight = leads_once(history.lead)
    return tuple(
        _threshold(key, cut, before[of], after[of], weight, is_cap=key.startswith("caps"))
        for key, cut, of in _numbers(history.rulebook)
    )


def _sums(capped: CappedPoints, times: FloatArray, points: FloatArray) -> dict[str, FloatArray]:
    groups = capped.group_points(times, points).T
    return {**dict(zip(GROUPS, groups, strict=True)), "total": capped.points(times, points)}


def _numbers(rulebook: RuleBook) -> Iterator[tuple[str, float, str]]:
    """Where each number stands, the number, and the sum that it is held against."""
    for group in GROUPS:
        for cut, level in zip(getattr(rulebook.levels, group), ("medium", "high"), strict=True):
            yield f"levels.{group} ({level})", cut, group
    for stage in ("mql", "sql"):
        cut = getattr(rulebook.stages, stage).points
        if cut is not None:
            yield f"stages.{stage}.points", cut, "total"
    for name in (*GROUPS, "total"):
        cap = getattr(rulebook.caps, name)
        if cap is not None:
            yield f"caps.{name}", cap, name


def _threshold(
    key: str, points: float, before: FloatArray, after: FloatArray, weight: FloatArray, *, is_cap: bool
) -> Threshold:
    shares = [float(np.average(values >= points, weights=weight)) for values in (before, after)]
    alike = None if is_cap else _reached_by(after, weight, shares[0])
    return Threshold(key, points, shares[0], shares[1], alike)


def _reached_by(values: FloatArray, weight: FloatArray, share: float) -> float:
    """The points that come nearest to being reached by this share."""
    levels, position = np.unique(values, return_inverse=True)
    reached = np.bincount(position, weights=weight)[::-1].cumsum()[::-1] / weight.sum()
    return float(levels[np.argmin(np.abs(reached - share))])
