"""Where rules and model part, and who was right."""

import numpy as np

from features.tables import BoolArray, FloatArray
from tests.rule_pasts import rules_book
from training.judging import Judged
from training.rules_and_model import Disagreement, disagreement

N = 400
POINTS = np.repeat([50.0, 50.0, 0.0, 0.0], N // 4)
MODEL = np.tile(np.repeat([3.0, -3.0], N // 4), 2)


def parted(won: BoolArray, *, points: FloatArray = POINTS, margin: FloatArray = MODEL) -> Disagreement:
    rows = np.arange(N)
    judged = Judged(margin, won, rows, rows, np.zeros(N, dtype=np.int64))
    return disagreement(judged, points, rules_book(50), is_time_tested=True)


def test_both_call_as_many_good_and_the_groups_are_all_leads() -> None:
    found = parted(MODEL > 0)

    groups = (found.both, found.rules_only, found.model_only, found.neither)
    assert (found.cut, found.is_mql) == (40.0, True)
    assert [one.n_leads for one in groups] == [100, 100, 100, 100]
    assert [one.share for one in groups] == [1.0, 0.0, 1.0, 0.0]


def test_who_was_right_is_told_where_the_intervals_tell() -> None:
    coin = np.arange(N) % 2 == 0

    assert parted((MODEL > 0) ^ (np.arange(N) % 9 == 0)).verdict == "the model was right"
    assert parted((POINTS > 0) ^ (np.arange(N) % 9 == 0)).verdict == "the rules were right"
    assert parted(coin).verdict == "it can not be told who was right"
    assert parted(coin, margin=POINTS).verdict == "they agree"


def test_where_the_cut_parts_nobody_the_best_fifth_is_looked_at() -> None:
    found = parted(MODEL > 0, points=np.arange(N) / N)

    assert not found.is_mql
    assert found.both.n_leads + found.rules_only.n_leads == N // 5
