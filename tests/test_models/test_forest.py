"""Numbers of a booster that make no trees are refused before LightGBM reads them."""

import re

import lightgbm
import numpy as np
import pytest

from models.booster_text import check_booster_text
from models.forest import BrokenBooster
from tests.boosters import MODEL, NAMES, Edit, is_refused, line, resized, trained_text, word


def test_a_split_of_the_known_from_the_missing_passes_with_its_infinite_threshold() -> None:
    is_known = np.arange(200) % 2
    values = np.where(is_known, np.sin(np.arange(200)), np.nan)[:, None]
    data = lightgbm.Dataset(values, is_known, feature_name=["calls"])

    text = lightgbm.train({"objective": "binary", "verbose": -1}, data, 1).model_to_string()

    assert "threshold=inf" in text
    check_booster_text(text, feature_names=["calls"])


@pytest.mark.parametrize(
    "key", ["split_feature", "split_gain", "threshold", "decision_type", "left_child", "internal_value"]
)
@pytest.mark.parametrize(
    "change", [lambda v: f"{v} 1", lambda v: v.rpartition(" ")[0], lambda v: "", lambda v: f" {v}"]
)
def test_an_array_of_the_wrong_length_is_refused(key: str, change: Edit) -> None:
    with pytest.raises(BrokenBooster, match=f"tree 0: {key} has '[035] values in .*', expected 4"):
        check_booster_text(line(key, change)(MODEL), feature_names=NAMES)


@pytest.mark.parametrize(
    "key", ["threshold", "split_gain", "leaf_value", "leaf_weight", "leaf_count", "num_leaves", "shrinkage"]
)
@pytest.mark.parametrize(
    "number", ["nan", "-inf", "1e400", "1_0", "٣", "0x1", "", "1e", "--1", "0" * 10_000, "1" * 10_000, "1\t", "½"]
)
def test_what_is_no_finite_number_is_refused(key: str, number: str) -> None:
    with pytest.raises(BrokenBooster, match=r".{,250}restore the bundle or train again$"):
        check_booster_text(line(key, word(0, number))(MODEL), feature_names=NAMES)


@pytest.mark.parametrize(
    "edit",
    [
        line("num_cat", "1"),
        line("is_linear", "1"),
        line("num_leaves", "0"),
        line("num_leaves", "100000000"),
        line("split_feature", word(0, "-1")),
        line("split_feature", word(0, "4")),
        line("leaf_value", word(0, "1e300")),
        line("leaf_count", word(0, "0")),
        line("internal_count", word(1, "1")),
    ],
)
def test_a_number_that_fits_no_tree_is_refused(edit: Edit) -> None:
    assert is_refused(edit(MODEL))


@pytest.mark.parametrize("kind", range(-1, 17))
def test_only_numeric_splits_with_a_known_kind_of_missing_pass(kind: int) -> None:
    text = resized(re.sub(r"(?<=\ndecision_type=)\d+", str(kind), MODEL, count=1))

    assert is_refused(text) == (kind not in {0, 2, 4, 6, 8, 10})


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("-1 2 1 -4", "-2 -3 3 -5"),  # each used once, yet 1 and 2 form a ring that hangs on nothing
        ("1 -1 2 -3", "-2 3 -4 -5"),  # split 2 is its own child
        ("1 2 3 -1", "-2 -3 -4 -4"),  # leaf 3 twice, leaf 4 never
        ("1 2 3 3", "-2 -3 -4 -5"),
        ("1 2 -1 -4", "2 3 -3 -5"),  # split 2 twice
        ("1 2 3 4", "-2 -3 -4 -5"),
        ("1 2 3 -6", "-2 -3 -4 -5"),
    ],
)
def test_splits_that_do_not_form_one_tree_are_refused(left: str, right: str) -> None:
    text = line("right_child", right)(line("left_child", left)(MODEL))

    with pytest.raises(BrokenBooster, match=r"tree 0: (left|right)_child"):
        check_booster_text(text, feature_names=NAMES)


def test_a_tree_with_too_many_leaves_is_refused() -> None:
    text = trained_text(1, rows=4_000, num_leaves=2_000, min_data_in_leaf=1, min_sum_hessian_in_leaf=0)

    with pytest.raises(BrokenBooster, match=r"tree 0: num_leaves has [0-9]+, expected 1 to 1024"):
        check_booster_text(text, feature_names=NAMES)


@pytest.mark.parametrize(("leaves", "both"), [("0 400", "400"), ("-1 401", "400"), ("1 3000000000", "3000000001")])
def test_a_split_with_an_empty_side_or_more_rows_than_an_int_is_refused(leaves: str, both: str) -> None:
    text = line("internal_count", both)(
        line("leaf_count", leaves)(trained_text(1, num_leaves=2, bagging_fraction=0.5, bagging_freq=1))
    )

    with pytest.raises(BrokenBooster, match=r"tree 0: .*(at least one row|at most 2147483647)"):
        check_booster_text(text, feature_names=NAMES)
