"""Points as a function of what rules give: as the ledger adds them up, with the slopes that a fit needs."""

import numpy as np

from features.crm import Crm
from features.snapshots import snapshots_at
from features.tables import FloatArray, no_events
from models.rules import load_starter, score_rules
from tests.company import NOW
from tests.rulebooks import book
from training.capped_points import CappedPoints
from training.rule_history import _each_once

RULES = """{id: a, when: {event: a}, points: 30, group: fit, cap: 70},
{id: b, when: {event: b}, points: -20, group: fit},
{id: c, when: {event: c}, points: 25, group: engagement}, {id: d, when: {event: d}, points: 3, group: engagement}"""
CAPPED = book(RULES, caps="{fit: 50, engagement: 60, total: 90}")


def test_the_points_are_those_of_the_ledger(crm: Crm) -> None:
    starter, snapshots, log = load_starter(), snapshots_at(crm.leads, NOW), crm.events or no_events()

    ledger = score_rules(starter, crm.leads, log, snapshots)

    times = score_rules(_each_once(starter), crm.leads, log, snapshots).values
    points = CappedPoints.of(starter).points(times, np.array([rule.points for rule in starter.rules]))
    assert np.ptp(points) > 0
    np.testing.assert_allclose(points, ledger.points, atol=1e-4)


def test_a_slope_is_what_a_little_more_of_a_rule_adds() -> None:
    times: FloatArray = np.random.default_rng(0).integers(0, 4, (200, 4)).astype(np.float64)
    points = np.array([30.0, -20.0, 25.0, 3.0])
    weight: FloatArray = np.random.default_rng(1).normal(size=200)
    capped = CappedPoints.of(CAPPED)

    slopes = capped.slopes(times, points, weight)

    step = 1e-6
    more: FloatArray = np.array([capped.points(times, points + step * one) for one in np.eye(4)])
    np.testing.assert_allclose(slopes, (more - capped.points(times, points)) @ weight / step, atol=1e-4)


def test_caps_hold_from_above_and_those_of_a_rule_on_both_sides() -> None:
    capped = CappedPoints.of(CAPPED)
    times = np.array([[9.0, 0, 0, 0], [0, 9, 0, 0], [0, 0, 9, 0], [9, 0, 9, 0], [0, 0, 0, 0]])

    points = capped.points(times, np.array([-30.0, -20.0, 25.0, 3.0]))

    assert points.tolist() == [-70.0, -180.0, 60.0, -10.0, 0.0]
