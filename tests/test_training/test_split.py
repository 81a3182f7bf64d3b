"""Splits: every block is judged on later rows than it was fitted on, or on accounts it has never seen."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.tables import MICROSECONDS_PER_DAY as DAY
from features.tables import BoolArray, IntArray
from training.split import Split, grouped_folds, is_enough, rolling_blocks, split_history

HORIZON = 30 * DAY


def history(days: int, *, n: int = 600) -> tuple[IntArray, BoolArray, IntArray, IntArray]:
    """as_of, won, lead, fold: two snapshots a lead, every third lead won, folds by lead."""
    as_of = np.linspace(0, days * DAY, n).astype(np.int64)
    lead = np.arange(n) // 2
    return as_of, lead % 3 == 0, lead, lead % 5


def split(days: int, *, horizon_us: int | None = HORIZON, is_ordered: bool = True, n: int = 600) -> Split:
    as_of, won, lead, fold = history(days, n=n)
    return split_history(as_of, won, lead, fold, horizon_us=horizon_us, is_ordered=is_ordered)


@given(st.lists(st.integers(0, 400), min_size=1, max_size=80), st.integers(0, 200), st.integers(1, 4))
def test_no_block_is_fitted_on_rows_whose_label_was_not_ripe_at_its_origin(
    days: list[int], gap: int, n_blocks: int
) -> None:
    as_of = np.array(days, dtype=np.int64) * DAY

    for block in rolling_blocks(as_of, gap_us=gap * DAY, n_blocks=n_blocks):
        if len(block.train) and len(block.test):
            assert as_of[block.train].max() + gap * DAY < as_of[block.test].min()


@given(st.lists(st.integers(0, 400), min_size=1, max_size=80), st.integers(0, 200))
def test_no_row_is_judged_twice_and_all_after_the_first_origin_are(days: list[int], gap: int) -> None:
    as_of = np.array(days, dtype=np.int64)

    blocks = rolling_blocks(as_of, gap_us=gap)

    judged = np.concatenate([block.test for block in blocks]) if blocks else np.zeros(0)
    assert len(set(judged)) == len(judged)
    if blocks:
        assert as_of[judged].min() > as_of[np.setdiff1d(np.arange(len(as_of)), judged)].max()


def test_blocks_by_hand() -> None:
    """Days 0 to 12, gap 3: the origin stands at day 6, its fit ends at day 3; two days a block."""
    blocks = rolling_blocks(np.arange(13), gap_us=3)

    assert [block.test.tolist() for block in blocks] == [[7, 8], [9, 10], [11, 12]]
    assert [int(block.train.max()) for block in blocks] == [3, 5, 7]


def test_blocks_grow_with_time() -> None:
    blocks = split(360).blocks

    assert len(blocks) == 3
    assert len(blocks[0].train) < len(blocks[1].train) < len(blocks[2].train)


def test_a_long_history_is_tested_in_time() -> None:
    assert split(360).is_time_tested


@pytest.mark.parametrize(("days", "is_time_tested"), [(59, False), (61, True)])
def test_two_horizons_and_thirty_days_are_needed_with_the_horizon_after_the_last_row(
    days: int, is_time_tested: bool
) -> None:
    assert split(days, n=3_000).is_time_tested == is_time_tested


def test_a_short_history_is_judged_by_grouped_folds_and_marked() -> None:
    _, _, lead, fold = history(40)

    short = split(40)

    assert not short.is_time_tested
    assert len(short.blocks) == 5
    for block in short.blocks:
        assert not set(fold[block.train]) & set(fold[block.test])
        assert not set(lead[block.train]) & set(lead[block.test])


def test_every_row_is_judged_once_by_grouped_folds() -> None:
    judged = np.concatenate([block.test for block in grouped_folds(np.array([2, 0, 2, 1]))])

    assert sorted(judged.tolist()) == [0, 1, 2, 3]


def test_a_flat_table_is_tested_in_time_only_where_it_has_an_order() -> None:
    assert split(10, horizon_us=None, is_ordered=True).is_time_tested
    assert not split(10, horizon_us=None, is_ordered=False).is_time_tested


def test_blocks_with_too_few_deals_to_fit_on_are_left_out() -> None:
    as_of, _, lead, fold = history(360)
    won = as_of > 200 * DAY

    blocks = split_history(as_of, won, lead, fold, horizon_us=HORIZON, is_ordered=True).blocks

    assert blocks
    assert all(is_enough(won[block.train], lead[block.train]) for block in blocks)


def test_later_rows_that_were_all_lost_can_not_judge_so_groups_do() -> None:
    as_of, won, lead, fold = history(360)

    found = split_history(as_of, won & (as_of < 120 * DAY), lead, fold, horizon_us=HORIZON, is_ordered=True)

    assert not found.is_time_tested
    assert found.blocks


def test_too_few_deals_give_no_blocks_at_all() -> None:
    as_of, won, lead, fold = history(360)

    assert split_history(as_of, won & (lead < 57), lead, fold, horizon_us=HORIZON, is_ordered=True).blocks == ()


@pytest.mark.parametrize(("n_won", "n_lost", "enough"), [(20, 20, True), (19, 500, False), (500, 19, False)])
def test_enough_is_twenty_leads_of_each(n_won: int, n_lost: int, enough: bool) -> None:
    won = np.repeat([True, False], [3 * n_won, 3 * n_lost])

    assert is_enough(won, np.arange(len(won)) // 3) == enough
