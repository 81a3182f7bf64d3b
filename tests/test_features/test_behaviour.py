import tracemalloc
from collections.abc import Sequence
from functools import partial
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.behaviour import NEVER_DAYS, behaviour_features, behaviour_names, decay_weights, see_events
from features.snapshots import Snapshots
from features.tables import MICROSECONDS_PER_DAY as DAY
from features.tables import EventArrays, FloatArray, no_events
from tests.event_rows import AS_OF, Row, log_of_types, not_yet, of_leads, same_bytes

TYPES = ("call", "visit", "zap")
KEPT = ("call", "visit")
log_of = partial(log_of_types, TYPES)

properties = settings(deadline=None, derandomize=True)
few_properties = settings(properties, max_examples=5)

rows_of_a_log = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(TYPES), st.integers(1, 40 * DAY)), max_size=30)


def feature(name: str, rows: Sequence[Row], recorded_ages: Sequence[int] | None = None) -> float:
    values = behaviour_features(log_of(rows, recorded_ages), of_leads(0), KEPT)
    return float(values[0, behaviour_names(KEPT).index(name)])


def features(events: EventArrays, snapshots: Snapshots) -> FloatArray:
    return behaviour_features(events, snapshots, KEPT)


@pytest.mark.parametrize(("age_us", "expected"), [(1, 1), (0, 0), (-1, 0)])
def test_only_an_event_before_as_of_is_seen(age_us: int, expected: int) -> None:
    assert feature("call.count", [(0, "call", age_us)]) == expected


@pytest.mark.parametrize(("recorded_age_us", "expected"), [(1, 1), (0, 0), (-DAY, 0)])
def test_only_an_event_recorded_before_as_of_is_seen(recorded_age_us: int, expected: int) -> None:
    assert feature("call.count", [(0, "call", 2 * DAY)], [recorded_age_us]) == expected


@pytest.mark.parametrize("days", [1, 7, 30])
def test_a_window_holds_the_event_that_is_exactly_as_old(days: int) -> None:
    name = f"call.count_{days}d"

    assert feature(name, [(0, "call", days * DAY)]) == 1
    assert feature(name, [(0, "call", days * DAY + 1)]) == 0


def test_wider_windows_hold_the_narrower_ones() -> None:
    rows = [(0, "call", days * DAY) for days in (1, 5, 20, 100)]

    counts = [feature(f"call.count{window}", rows) for window in ("_1d", "_7d", "_30d", "")]

    assert counts == [1, 2, 3, 4]


def test_an_event_loses_half_its_weight_every_14_days() -> None:
    assert feature("call.decayed_14d", [(0, "call", 14 * DAY), (0, "call", 28 * DAY)]) == 0.75


def test_days_since_last_is_the_age_of_the_youngest_event() -> None:
    rows = [(0, "call", 9 * DAY), (0, "call", 3 * DAY // 2), (0, "call", 30 * DAY)]

    assert feature("call.days_since_last", rows) == 1.5


def test_what_never_happened_has_its_own_code_and_no_nan() -> None:
    values = features(no_events(), of_leads(0, 1))

    since = [name.endswith("days_since_last") for name in behaviour_names(KEPT)]
    assert np.array_equal(values, np.tile(np.where(since, NEVER_DAYS, 0.0), (2, 1)))


def test_an_event_of_a_lifetime_ago_did_happen() -> None:
    values = features(log_of([(0, "call", 30_000 * DAY)]), of_leads(0))

    of = dict(zip(behaviour_names(KEPT), values[0], strict=True))
    assert (of["call.count"], of["call.days_since_last"], of["any.days_since_last"]) == (1, 30_000, 30_000)
    assert of["visit.days_since_last"] == NEVER_DAYS


def test_types_that_were_not_kept_count_together_as_other() -> None:
    rows = [(0, "zap", DAY), (0, "zap", 2 * DAY), (0, "call", DAY)]

    assert feature("other.count", rows) == 2
    assert feature("other.days_since_last", rows) == 1


def test_any_sums_all_types_and_takes_the_latest() -> None:
    rows = [(0, "zap", 20 * DAY), (0, "call", 14 * DAY), (0, "visit", 7 * DAY)]

    assert feature("any.count", rows) == 3
    assert feature("any.count_7d", rows) == 1
    assert feature("any.days_since_last", rows) == 7


def test_events_of_leads_without_a_snapshot_are_passed_over() -> None:
    events = log_of([(0, "call", DAY), (1, "call", DAY), (2, "call", DAY), (2, "visit", DAY)])
    every_lead = features(events, of_leads(0, 1, 2))

    assert np.array_equal(features(events, of_leads(2)), every_lead[2:])
    assert np.array_equal(features(events, of_leads(0, 2)), every_lead[[0, 2]])


def test_no_snapshots_give_no_rows() -> None:
    assert features(log_of([(0, "call", DAY)]), of_leads()).shape == (0, len(behaviour_names(KEPT)))


def test_the_last_columns_of_a_given_matrix_are_filled() -> None:
    events, snapshots = log_of([(0, "call", DAY), (1, "visit", 3 * DAY)]), of_leads(0, 1)
    expected = features(events, snapshots)
    matrix = np.full((2, expected.shape[1] + 3), 5.0)

    behaviour_features(events, snapshots, KEPT, out=matrix)

    assert np.array_equal(matrix, np.column_stack([np.full((2, 3), 5.0), expected]))


def test_the_arrays_given_stay_as_they_were() -> None:
    events, snapshots = log_of([(0, "call", DAY), (1, "zap", -DAY)], [DAY, -DAY]), of_leads(0, 1)
    assert events.recorded_us is not None
    arrays = [events.lead, events.type_code, events.at_us, events.recorded_us, snapshots.lead, snapshots.as_of_us]
    before = [array.copy() for array in arrays]

    features(events, snapshots)

    assert all(np.array_equal(was, array) for was, array in zip(before, arrays, strict=True))


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
@given(rows_of_a_log)
def test_one_lead_at_a_time_gives_the_bytes_of_all_at_once(rows: list[Row]) -> None:
    events = log_of(rows)

    alone = [features(events.of_leads(np.array([lead]), 4), of_leads(0)) for lead in range(4)]

    assert np.concatenate(alone).tobytes() == features(events, of_leads(0, 1, 2, 3)).tobytes()


@properties
@given(rows_of_a_log, st.lists(st.integers(0, 40 * DAY), min_size=1, max_size=5))
def test_many_snapshots_of_a_lead_equal_one_after_the_other(rows: list[Row], back_us: list[int]) -> None:
    events = log_of(rows, [age_us // 2 for _, _, age_us in rows])
    as_of_us = np.sort(AS_OF - np.array(back_us, dtype=np.int64))
    snapshots = Snapshots(np.repeat(np.arange(4), len(back_us)), np.tile(as_of_us, 4))

    alone = [features(events, snapshots.take(np.array([row]))) for row in range(len(snapshots))]

    assert np.concatenate(alone).tobytes() == features(events, snapshots).tobytes()


def random_log(n_events: int, n_leads: int, *, seed: int) -> EventArrays:
    rng = np.random.default_rng(seed)
    at_us = AS_OF - rng.integers(-DAY, 60 * DAY, n_events)
    lead, kind = rng.integers(0, n_leads, n_events), rng.integers(0, 3, n_events)
    return EventArrays(lead, kind, at_us, at_us + rng.integers(0, 2 * DAY, n_events), TYPES)


@few_properties
@given(st.integers(0, 100))
def test_a_log_of_several_parts_counts_as_written_out_by_hand(seed: int) -> None:
    events = random_log(30_000, 50, seed=seed)

    counts = features(events, of_leads(*range(50)))[:, behaviour_names(KEPT).index("call.count_7d")]

    assert events.recorded_us is not None
    age_us = AS_OF - events.at_us
    wanted = (events.type_code == 0) & (age_us > 0) & (age_us <= 7 * DAY) & (events.recorded_us < AS_OF)
    assert np.array_equal(counts, np.bincount(events.lead[wanted], minlength=50))


def test_the_parts_of_a_long_log_and_of_many_snapshots_agree() -> None:
    events = random_log(20_000, 40, seed=1)
    as_of_us = np.array([AS_OF - 9 * DAY, AS_OF])
    both = features(events, Snapshots(np.repeat(np.arange(40), 2), np.tile(as_of_us, 40)))

    at_the_end = features(events, of_leads(*range(40)))

    assert both[1::2].tobytes() == at_the_end.tobytes()


def test_a_long_log_in_another_order_gives_the_same_bytes() -> None:
    events, snapshots = random_log(100_000, 40, seed=4), of_leads(*range(40))
    shuffled = events.take(np.random.default_rng(5).permutation(len(events)))

    assert features(shuffled, snapshots).tobytes() == features(events, snapshots).tobytes()


def test_leads_seen_at_different_times_equal_one_after_the_other() -> None:
    events = random_log(40_000, 5, seed=6)
    snapshots = Snapshots(np.array([0, 2, 3, 4]), AS_OF - np.array([9, 0, 30, 1]) * DAY)

    alone = [features(events, snapshots.take(np.array([row]))) for row in range(4)]

    assert np.concatenate(alone).tobytes() == features(events, snapshots).tobytes()


@pytest.mark.parametrize("n_snapshots", [1, 3])
@pytest.mark.parametrize("asked", [slice(None), slice(5, 30), slice(5, 30, 4)], ids=["every lead", "some", "few"])
def test_several_threads_give_the_bytes_of_one(n_snapshots: int, asked: slice, monkeypatch: pytest.MonkeyPatch) -> None:
    events, leads = random_log(3_000, 40, seed=8), np.arange(40)[asked]
    as_of_us = AS_OF - np.arange(n_snapshots)[::-1] * 3 * DAY
    snapshots = Snapshots(np.repeat(leads, n_snapshots), np.tile(as_of_us, len(leads)))
    by_one = features(events, snapshots)

    monkeypatch.setattr("features.behaviour._threads_worth", lambda n_events: 3)
    monkeypatch.setattr("features.behaviour._PART_OF_THREAD", 700)
    wider = np.full((len(snapshots), by_one.shape[1] + 2), 7.0)
    behaviour_features(events, snapshots, KEPT, out=wider)

    assert np.ascontiguousarray(wider[:, 2:]).tobytes() == by_one.tobytes()
    assert (wider[:, :2] == 7.0).all()


def test_snapshots_in_any_order_are_those_in_order() -> None:
    events = random_log(500, 9, seed=9)
    snapshots = Snapshots(np.repeat(np.arange(9), 2), np.tile([AS_OF - DAY, AS_OF], 9))
    order = np.random.default_rng(10).permutation(18)

    assert features(events, snapshots.take(order)).tobytes() == features(events, snapshots)[order].tobytes()


def test_memory_does_not_grow_with_the_number_of_pairs() -> None:
    events = random_log(20_000, 20, seed=2)
    snapshots = Snapshots(np.repeat(np.arange(20), 50), np.tile(AS_OF - np.arange(50)[::-1] * DAY, 20))

    tracemalloc.start()
    features(events, snapshots)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak_bytes < 4_000_000  # a million pairs, were they all held, would need 24 MB


def test_seen_events_pair_each_snapshot_with_its_past() -> None:
    events = log_of([(1, "call", DAY), (0, "call", 3 * DAY), (0, "visit", -DAY)])

    seen = see_events(events, of_leads(0, 1))

    assert sorted(zip(seen.row.tolist(), seen.event.tolist(), seen.age_us.tolist(), strict=True)) == [
        (0, 1, 3 * DAY),
        (1, 0, DAY),
    ]
    assert np.array_equal(seen.type_code, events.type_code[seen.event])


def test_seen_events_of_a_long_log_are_those_of_its_parts() -> None:
    events = random_log(20_000, 7, seed=3)
    half = events.take(np.arange(10_000))

    snapshots = of_leads(*range(7))

    whole = see_events(events, snapshots)
    assert np.array_equal(whole.event[whole.event < 10_000], see_events(half, snapshots).event)


def test_decay_weights_are_multiples_of_two_to_the_minus_32() -> None:
    weights = decay_weights(np.arange(0, 400 * DAY, DAY // 3), 14 * DAY)

    assert np.array_equal(weights * 2**32, np.rint(weights * 2**32))
