"""The ledger of points under any log: it sums, keeps its caps, and does not depend on order or company."""

from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from features.snapshots import Snapshots
from features.tables import MICROSECONDS_PER_DAY as DAY
from features.tables import EventArrays, LeadArrays, TextColumn
from models.rules.ledger import RuleLedger
from models.rules.loading import load_rulebook
from models.rules.points import score_rules

NOW = 1_000 * DAY
N_LEADS = 5
TYPES = ("call", "demo_request", "left", "open", "zap")
BOOK = load_rulebook(
    """version: 1
odds: {base: 0.05, double_every: 20}
rules:
  - {id: demo, when: {event: demo_request, within: 30d}, points: 40, group: engagement}
  - {id: call, when: {event: call}, points: 8, group: engagement, half_life: 14d}
  - {id: open, when: {event: open}, points: 2, group: engagement, cap: 5}
  - {id: left, when: {event: left}, points: -7.3, group: fit, half_life: 3d, cap: 9.1}
  - {id: zap, when: {event: zap}, points: 0.7, group: fit}
caps: {fit: 3, engagement: 50, total: 45}
levels: {fit: [15, 35], engagement: [15, 40]}
tiers: {hot: [], warm: []}
stages: {mql: {points: 40}, sql: {points: 80}}
""",
    name="rules.yaml",
)

#: An event: the lead, the type, microseconds before NOW.
Row = tuple[int, int, int]
ROWS = st.lists(st.tuples(st.integers(0, N_LEADS - 1), st.integers(0, 4), st.integers(-9, 60 * DAY)), max_size=60)


def score(rows: list[Row], at: tuple[int, ...] = tuple(range(N_LEADS))) -> RuleLedger:
    """The ledger of the leads at these positions, at NOW."""
    lead, code, ago = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    n = N_LEADS
    leads = LeadArrays(tuple("abcde"), np.zeros(n, dtype=np.int64), TextColumn.of([None] * n), {})
    when = Snapshots(np.array(at, dtype=np.int64), np.full(len(at), NOW))
    return score_rules(BOOK, leads, EventArrays(lead, code, NOW - ago, None, TYPES), when)


@given(rows=ROWS)
@settings(max_examples=60, deadline=None)
def test_the_lines_sum_to_the_points_within_all_caps(rows: list[Row]) -> None:
    ledger = score(rows)

    assert ledger.values.sum(axis=1).tolist() == ledger.points.tolist()
    assert (ledger.points <= 45).all()
    assert (ledger.group_points("fit") <= 3).all()
    assert (ledger.group_points("engagement") <= 50).all()
    assert (ledger.values[:, -3:] <= 0).all()


@given(rows=ROWS, random=st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_a_shuffled_log_gives_the_same_bytes(rows: list[Row], random: Random) -> None:
    shuffled = random.sample(rows, len(rows))

    one, other = score(rows), score(shuffled)

    assert one.values.tobytes() == other.values.tobytes()
    assert one.points.tobytes() == other.points.tobytes()


@given(rows=ROWS)
@settings(max_examples=40, deadline=None)
def test_a_lead_scored_alone_has_the_bytes_that_it_has_among_others(rows: list[Row]) -> None:
    everyone, alone = score(rows), score(rows, at=(3,))

    assert alone.values.tobytes() == everyone.values[3:4].tobytes()
    assert alone.points.tobytes() == everyone.points[3:4].tobytes()


@given(rows=ROWS, later=ROWS)
@settings(max_examples=40, deadline=None)
def test_events_at_or_after_as_of_change_nothing(rows: list[Row], later: list[Row]) -> None:
    future = [(lead, code, -abs(ago)) for lead, code, ago in later]

    assert score(rows + future).values.tobytes() == score(rows).values.tobytes()


def test_a_ledger_has_the_same_lines_whatever_the_log() -> None:
    assert score([]).lines == score([(0, 0, DAY)]).lines
