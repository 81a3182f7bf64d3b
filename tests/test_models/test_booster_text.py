"""Damaged booster text is refused before LightGBM, which it would kill, reads it."""

import json
import re
import subprocess
import sys

import lightgbm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.booster_text import MAX_BYTES, check_booster_text
from models.forest import BrokenBooster
from tests.boosters import MODEL, NAMES, Edit, is_refused, line, replaced, resized, trained_text, word

pytestmark = pytest.mark.filterwarnings("error")

READ_ALL = """
import json, sys
import lightgbm, numpy
rows = numpy.array([[0.0] * 4, [numpy.nan] * 4, [1e300] * 4, [-3.0, 0.5, 0.1, numpy.inf]])
for text in json.load(sys.stdin):
    try:
        booster = lightgbm.Booster(model_str=text)
    except (lightgbm.basic.LightGBMError, json.JSONDecodeError):
        continue  # a training parameter that is no number: an ordinary error
    assert numpy.isfinite(booster.predict(rows, raw_score=True)).all()
    assert numpy.isfinite(booster.predict(rows, pred_contrib=True)).all()
"""


@pytest.mark.parametrize(
    "text",
    [
        MODEL,
        trained_text(1),
        trained_text(min_data_in_leaf=300),
        trained_text(min_data_in_leaf=300, init_score=0.2),
        trained_text(30, num_leaves=31, min_data_in_leaf=1),
        trained_text(use_missing=False),
        trained_text(zero_as_missing=True),
        trained_text(monotone_constraints=[1, 0, 0, -1]),
        trained_text(bagging_fraction=0.8, bagging_freq=1, feature_fraction=0.5, lambda_l2=5, force_col_wise=True),
        lightgbm.Booster(model_str=MODEL).model_to_string(),
        lightgbm.Booster(model_str=MODEL).model_to_string(num_iteration=1, start_iteration=1),
    ],
    ids=[
        "plain",
        "one",
        "leaf",
        "leaf_init_score",
        "large",
        "no_missing",
        "zero_missing",
        "monotone",
        "bagged",
        "again",
        "slice",
    ],
)
def test_a_whole_model_passes(text: str) -> None:
    check_booster_text(text, feature_names=NAMES)


def test_an_early_stopped_model_passes() -> None:
    rng = np.random.default_rng(1)
    data = lightgbm.Dataset(rng.normal(size=(400, 4)), rng.random(400) > 0.5, feature_name=NAMES)
    noise = data.create_valid(rng.normal(size=(400, 4)), rng.random(400) > 0.5)
    stop = lightgbm.early_stopping(2, verbose=False)
    booster = lightgbm.train({"objective": "binary", "verbose": -1}, data, 50, valid_sets=[noise], callbacks=[stop])

    text = booster.model_to_string()

    assert text.count("Tree=") == booster.best_iteration < 50
    check_booster_text(text, feature_names=NAMES)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (line("left_child", word(0, "1000000")), "tree 0: left_child has 1000000, expected a later split"),
        (line("right_child", word(0, "-200000000")), "tree 0: right_child has -200000000"),
        (line("split_feature", word(0, "90000000")), "tree 0: split_feature has 90000000, expected 0 to 3"),
        (line("left_child", word(1, "0")), "tree 0: left_child has 0"),
        (line("leaf_value", word(1, "nan")), "tree 0: leaf_value has 'na?n', expected finite numbers"),
        (lambda text: text[: len(text) // 3], "restore the bundle or train again"),
        (
            line("leaf_value", lambda value: value.rpartition(" ")[0]),
            "tree 0: leaf_value has '4 values in .*', expected 5 numbers",
        ),
        (
            lambda text: resized(text[: text.index("Tree=1")] + text[text.index("Tree=2") :]),
            "tree 1: .* has 'Tree=2', expected 'Tree=1'",
        ),
    ],
    ids=["child_far", "leaf_far", "feature_far", "child_is_root", "nan_leaf", "cut", "short_array", "tree_gone"],
)
def test_what_kills_or_misleads_lightgbm_is_refused(edit: Edit, message: str) -> None:
    with pytest.raises(BrokenBooster, match=message):
        check_booster_text(edit(MODEL), feature_names=NAMES)


def test_a_flipped_sign_in_a_leaf_passes_since_only_the_hash_can_see_it() -> None:
    edit = line("leaf_value", lambda value: value[1:] if value.startswith("-") else f"-{value}")

    check_booster_text(edit(MODEL), feature_names=NAMES)


@pytest.mark.parametrize(
    "key", ["version", "num_class", "num_tree_per_iteration", "label_index", "max_feature_idx", "tree_sizes"]
)
@pytest.mark.parametrize("value", ["2", "-1", "", "v3", "1e0", "01", "9" * 5_000])
def test_a_header_with_another_value_is_refused(key: str, value: str) -> None:
    text = re.sub(rf"(?<=\n{key}=).*", value, MODEL, count=1)

    assert is_refused(text)


@pytest.mark.parametrize(
    "edit",
    [
        line("objective", "regression"),
        line("objective", "binary sigmoid:-1"),
        line("feature_names", "calls mails visits"),
        line("feature_names", "mails calls visits größe"),
        line("feature_infos", "none none none"),
        line("feature_infos", "none none none 1:2:3"),
        replaced("feature_infos=", "monotone_constraints=1 0\nfeature_infos="),
        replaced("feature_names=", "average_output\nfeature_names="),
        replaced("num_class=1\n", "num_class=1\nnum_class=1\n"),
        replaced("num_class=1\n", ""),
        replaced("tree\n", "forest\n"),
        lambda text: text.replace("\ntree_sizes=6", "\ntree_sizes=7"),
        lambda text: re.sub("\ntree_sizes=.*", "", text),
    ],
)
def test_a_damaged_header_is_refused(edit: Edit) -> None:
    assert is_refused(edit(MODEL))


@pytest.mark.parametrize(
    "edit",
    [
        replaced("shrinkage=", "is_linear=0\nshrinkage="),
        replaced("shrinkage=", "more=1\nshrinkage="),
        replaced("leaf_weight=", "leaf_weight"),
        replaced("internal_weight=", "internal_height="),
        replaced("Tree=1", "Tree=01"),
        replaced("\n\n\nTree=1", "\n1\n\nTree=1"),
        replaced("Tree=0\n", "\nTree=0\n"),
        replaced("end of trees", "Tree=3\n\nend of trees"),
    ],
)
def test_a_tree_with_other_lines_is_refused(edit: Edit) -> None:
    assert is_refused(edit(MODEL))


@pytest.mark.parametrize(
    "text",
    ["", "\n\n", "tree", "tree\n\nTree=0", "\0" + MODEL, MODEL + "\0", MODEL.replace("\n", "\r\n"), MODEL + "\ud800"],
)
def test_text_that_is_no_model_is_refused(text: str) -> None:
    assert is_refused(text)


def test_a_huge_text_is_refused() -> None:
    with pytest.raises(BrokenBooster, match="expected at most 16777216 bytes"):
        check_booster_text(MODEL + " " * MAX_BYTES, feature_names=NAMES)


@pytest.mark.parametrize(
    "edit",
    [
        replaced("[num_leaves: 5]", "[num_leaves 5]"),  # without its colon LightGBM reads past the end
        replaced("[num_leaves: 5]", "num_leaves: 5"),
        replaced("[num_leaves: 5]", "[num_leaves: 5]\n[num_leaves: 5]"),
        replaced("[data: ]", '[data: "]'),
        replaced("[data: ]", "[data: \0]"),
        replaced("[data: ]", "[data: \r]"),
        replaced("[data: ]", f"[data: {'x' * 2**20}]"),
        replaced("end of parameters\n", ""),
        replaced("pandas_categorical:null", "pandas_categorical:[["),
        lambda text: text[:-1],
        lambda text: text + "Tree=9\n",
    ],
)
def test_a_damaged_end_is_refused(edit: Edit) -> None:
    assert is_refused(edit(MODEL))


def test_no_cut_of_the_text_passes() -> None:
    passed = [end for end in range(0, len(MODEL), 7) if not is_refused(MODEL[:end])]

    assert passed == []


WORDS = [
    *("0", "-1", "1", "3", "4", "-6", "1000000", "-200000000", "99999999999", "1.", "1e308", "1e400"),
    *("nan", "inf", "-", "٣", "", "a=b", ":", "["),
]


@st.composite
def mutations(draw: st.DrawFn) -> str:
    lines = MODEL.split("\n")
    first, second = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, 60))
    words = re.split("([ =:])", lines[second])
    words[draw(st.integers(0, len(words) - 1))] = draw(st.sampled_from(WORDS))
    place, character = (
        draw(st.integers(0, len(MODEL) - 1)),
        draw(st.characters(max_codepoint=255) | st.sampled_from("0123456789-. ")),
    )
    changed = {
        "word": "\n".join([*lines[:second], "".join(words), *lines[second + 1 :]]),
        "dropped": "\n".join([*lines[:first], *lines[first + 1 :]]),
        "copied": "\n".join([*lines[:second], lines[first], *lines[second:]]),
        "character": MODEL[:place] + character + MODEL[place + 1 :],
        "inserted": MODEL[:place] + character + MODEL[place:],
        "lost": MODEL[:place] + MODEL[place + draw(st.integers(1, 30)) :],
    }
    text = draw(st.sampled_from([*changed.values()]))
    return resized(text) if draw(st.booleans()) else text


def test_every_random_damage_is_refused_or_harmless_to_lightgbm() -> None:
    passed: set[str] = set()

    @settings(max_examples=2500, derandomize=True, database=None, deadline=None)
    @given(mutations())
    def collect(text: str) -> None:
        if not is_refused(text):
            passed.add(text)

    collect()

    assert len(passed) > 20
    run = subprocess.run(
        [sys.executable, "-c", READ_ALL],
        input=json.dumps(sorted(passed)),
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert run.returncode == 0, run.stderr
