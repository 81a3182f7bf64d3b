"""Levels, tiers and stages: each lead has exactly one of each."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.snapshots import Snapshots
from features.tables import EventArrays, LeadArrays, TextColumn, no_events
from models.rules.ledger import LedgerLine, RuleLedger
from models.rules.loading import load_rulebook
from models.rules.qualification import Qualification, qualify
from models.rules.stages import STAGES
from models.rules.tiers import LEVELS, TIERS

BOOK = load_rulebook(
    """version: 1
odds: {base: 0.05, double_every: 20}
rules: []
levels: {fit: [15, 35], engagement: [15, 40]}
tiers: {hot: [[high, high]], warm: [[medium, medium], [high, medium], [medium, high]]}
stages: {mql: {points: 40}, sql: {points: 80, or_event: [demo_request]}}
""",
    name="rules.yaml",
)
LINES = tuple(LedgerLine(group, group, group, ("x",)) for group in ("fit", "engagement"))


def leads(n: int) -> LeadArrays:
    return LeadArrays(tuple(f"l{i:03}" for i in range(n)), np.zeros(n, dtype=np.int64), TextColumn.of([None] * n), {})


def verdict_on(*points: tuple[float, float], events: EventArrays | None = None) -> Qualification:
    """Of leads with these fit and engagement points, at time 100."""
    rows = Snapshots(np.arange(len(points)), np.full(len(points), 100))
    ledger = RuleLedger(LINES, np.array(points, dtype=np.float64).reshape(-1, 2))
    return qualify(BOOK, ledger, leads(len(points)), no_events() if events is None else events, rows)


@pytest.mark.parametrize(
    ("fit", "engagement", "levels"),
    [
        (14.9, 39.9, ("low", "medium")),
        (15.0, 40.0, ("medium", "high")),
        (35.0, 14.9, ("high", "low")),
        (-50.0, 500.0, ("low", "high")),
    ],
)
def test_a_level_begins_at_its_cut(fit: float, engagement: float, levels: tuple[str, str]) -> None:
    verdict = verdict_on((fit, engagement))

    assert (LEVELS[verdict.fit_level[0]], LEVELS[verdict.engagement_level[0]]) == levels


def test_all_nine_cells_have_their_tier() -> None:
    cells = itertools.product([0.0, 20.0, 90.0], [0.0, 20.0, 90.0])

    tiers = [TIERS[code] for code in verdict_on(*cells).tier]

    assert tiers == ["cold", "cold", "cold", "cold", "warm", "warm", "cold", "warm", "hot"]


@pytest.mark.parametrize(
    ("points", "stage"), [(39.9, "lead"), (40.0, "mql"), (79.9, "mql"), (80.0, "sql"), (-9.0, "lead")]
)
def test_a_stage_begins_at_its_points(points: float, stage: str) -> None:
    assert STAGES[verdict_on((points, 0.0)).stage[0]] == stage


@pytest.mark.parametrize(("at_us", "stage"), [(99, "sql"), (100, "lead"), (101, "lead")])
def test_an_event_before_as_of_makes_a_lead_ready_for_sales(at_us: int, stage: str) -> None:
    asked = EventArrays(np.array([1]), np.array([0]), np.array([at_us]), None, ("Demo Request",))

    stages = [STAGES[code] for code in verdict_on((0.0, 0.0), (0.0, 0.0), events=asked).stage]

    assert stages == ["lead", stage]


def test_other_events_make_no_lead_ready_for_sales() -> None:
    visit = EventArrays(np.array([0]), np.array([1]), np.array([5]), None, ("demo_request", "visit"))

    assert STAGES[verdict_on((0.0, 0.0), events=visit).stage[0]] == "lead"


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), max_size=20))
def test_each_lead_has_exactly_one_level_tier_and_stage(points: list[tuple[float, float]]) -> None:
    verdict = verdict_on(*points)

    for codes in (verdict.fit_level, verdict.engagement_level, verdict.tier, verdict.stage):
        assert codes.shape == (len(points),)
        assert codes.dtype == np.int8
        assert np.isin(codes, [0, 1, 2]).all()
    hot = verdict.tier == TIERS.index("hot")
    assert ((verdict.fit_level[hot] == 2) & (verdict.engagement_level[hot] == 2)).all()
