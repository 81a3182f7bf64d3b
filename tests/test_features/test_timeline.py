"""The events of each snapshot in the order in which they happened."""

from collections.abc import Sequence
from functools import partial
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features import timeline as module
from features.build import TIMELINE, build_features
from features.snapshots import Snapshots
from features.spec import FeatureSpec
from features.tables import MICROSECONDS_PER_DAY as DAY
from features.tables import MICROSECONDS_PER_SECOND as SECOND
from features.tables import EventArrays, FloatArray, LeadArrays, TextColumn, no_events
from features.timeline import Timeline, timelines
from tests.event_rows import AS_OF, Row, log_of_types, not_yet, of_leads, same_bytes

TYPES = ("call_by_rep", "visit")
SPEC = FeatureSpec({}, (), (), (), (), has_events=True, has_times=False, timeline=TIMELINE)
LEADS = LeadArrays(("a", "b", "c", "d"), None, TextColumn((), np.full(4, -1)), {})
log_of = partial(log_of_types, TYPES)

properties = settings(deadline=None, derandomize=True)
ages = st.integers(1, 40 * DAY) | st.integers(1, 40).map(lambda days: days * DAY)
rows_of_a_log = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(TYPES), ages), max_size=30)


def timeline_of(rows: Sequence[Row], snapshots: Snapshots) -> Timeline:
    ((part, timeline),) = timelines(log_of(rows), snapshots, {})
    assert part == slice(0, len(snapshots))
    return timeline


def features(events: EventArrays, snapshots: Snapshots) -> FloatArray:
    """The columns TIMELINE alone: those of the kernel come after them."""
    return build_features(LEADS, events, snapshots, SPEC).values[:, : len(TIMELINE)]


def test_events_come_by_snapshot_the_oldest_first() -> None:
    timeline = timeline_of([(1, "visit", DAY), (0, "call_by_rep", 2 * DAY), (0, "visit", 3 * DAY)], of_leads(0, 1))

    assert timeline.row.tolist() == [0, 0, 1]
    assert timeline.age_s.tolist() == [3 * 86_400, 2 * 86_400, 86_400]
    assert timeline.by_rep.tolist() == [False, True, False]
    assert timeline.n_rows == 2


def test_ages_are_rounded_up_to_seconds() -> None:
    timeline = timeline_of([(0, "visit", 1), (0, "visit", SECOND), (0, "visit", SECOND + 1)], of_leads(0))

    assert timeline.age_s.tolist() == [2, 1, 1]


def test_within_a_second_a_rep_acts_before_the_lead() -> None:
    timeline = timeline_of([(0, "visit", 5), (0, "call_by_rep", 3)], of_leads(0))

    assert timeline.by_rep.tolist() == [True, False]


def test_only_what_happened_and_was_recorded_before_as_of_is_in_a_timeline() -> None:
    rows = [(0, "visit", 0), (0, "visit", -1), (0, "visit", DAY), (0, "visit", 2 * DAY)]

    ((_, timeline),) = timelines(log_of(rows, [0, -1, 0, 1]), of_leads(0), {})

    assert timeline.age_s.tolist() == [2 * 86_400]


def test_a_snapshot_without_events_has_an_empty_timeline() -> None:
    assert timeline_of([], of_leads(2, 3)).n_rows == 2
    assert list(timelines(no_events(), of_leads(), {})) == []


@properties
@given(rows_of_a_log, st.randoms(use_true_random=False))
def test_a_shuffled_log_gives_the_same_bytes(rows: list[Row], random: Random) -> None:
    shuffled = random.sample(rows, len(rows))

    assert same_bytes(features, log_of(shuffled), log_of(rows))


@properties
@given(rows_of_a_log, rows_of_a_log)
def test_events_at_or_after_as_of_change_nothing(rows: list[Row], later: list[Row]) -> None:
    assert same_bytes(features, log_of(rows + not_yet(later)), log_of(rows))


@properties
@given(rows_of_a_log, rows_of_a_log)
def test_events_recorded_at_or_after_as_of_change_nothing(rows: list[Row], late: list[Row]) -> None:
    recorded = [age_us for _, _, age_us in rows] + [0 for _ in late]

    assert same_bytes(features, log_of(rows + late, recorded), log_of(rows))


@pytest.mark.parametrize("pairs", [1, 3, 7])
def test_the_parts_of_a_long_log_are_worked_on_alone(pairs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(pairs)
    rows = [(int(rng.integers(4)), TYPES[int(rng.integers(2))], int(rng.integers(1, 40 * DAY))) for _ in range(60)]
    as_of_us = AS_OF - np.array([9, 4, 0]) * DAY
    snapshots = Snapshots(np.repeat(np.arange(4), 3), np.tile(as_of_us, 4))
    whole = features(log_of(rows), snapshots)

    monkeypatch.setattr(module, "_PAIRS", pairs)

    assert len(list(timelines(log_of(rows), snapshots, {}))) > 1
    assert features(log_of(rows), snapshots).tobytes() == whole.tobytes()


@properties
@given(rows_of_a_log, st.lists(st.integers(0, 40 * DAY), min_size=1, max_size=5))
def test_many_snapshots_equal_one_after_the_other(rows: list[Row], back_us: list[int]) -> None:
    as_of_us = np.sort(AS_OF - np.array(back_us, dtype=np.int64))
    snapshots = Snapshots(np.repeat(np.arange(4), len(back_us)), np.tile(as_of_us, 4))

    alone = [features(log_of(rows), snapshots.take(np.array([row]))) for row in range(len(snapshots))]

    assert np.concatenate(alone).tobytes() == features(log_of(rows), snapshots).tobytes()


def test_snapshots_in_any_order_give_their_own_rows() -> None:
    rows = [(0, "visit", DAY), (2, "visit", DAY), (2, "call_by_rep", DAY // 2), (3, "visit", 3 * DAY)]

    assert np.array_equal(
        features(log_of(rows), of_leads(3, 0, 2)), features(log_of(rows), of_leads(0, 2, 3))[[2, 0, 1]]
    )
