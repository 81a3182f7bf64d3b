"""Out-of-time blocks: what recipes say of rows that they were not fitted on."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from features.crm import Crm
from models.boosting import LEAVES_IN_ALL, TreeSettings, tree_margin
from models.recipe import Boost, Recipe
from models.rules import load_starter
from tests.company import request_for
from training.fit import TrainingSet, fit_margin
from training.history import build_history
from training.judging import PATIENCE_ROUNDS, Judge, Judged, StartName, rounds_for
from training.split import Split, split_history

RULES = load_starter()
STARTS: tuple[StartName, ...] = ("base", "rules", "logistic", "rules_logistic")


@pytest.fixture(scope="module")
def data(crm: Crm) -> TrainingSet:
    return build_history(crm, request_for(crm), RULES).data


@pytest.fixture(scope="module")
def split(data: TrainingSet) -> Split:
    as_of = data.matrix.snapshots.as_of_us
    return split_history(as_of, data.won, data.lead, data.judging_fold, horizon_us=30 * 86_400_000_000, is_ordered=True)


@pytest.fixture(scope="module")
def judge(data: TrainingSet, split: Split) -> Judge:
    return Judge(data, split, RULES, seed=0)


def test_every_row_of_the_blocks_is_judged_in_their_order(judge: Judge, split: Split, data: TrainingSet) -> None:
    assert judge.row.tolist() == np.concatenate([block.test for block in split.blocks]).tolist()
    assert np.array_equal(judge.won, data.won[judge.row])
    assert np.array_equal(judge.lead, data.lead[judge.row])
    assert (np.diff(judge.block) >= 0).all()


@pytest.mark.parametrize("start", STARTS)
def test_a_judged_margin_is_that_of_a_fit_on_the_rows_of_its_block_alone(
    judge: Judge, split: Split, data: TrainingSet, start: StartName, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What ships is fitted by `fit_margin`: the blocks must judge the very same recipe."""
    start_margins = judge.start(start)
    falling = iter(range(0, -100, -1))
    monkeypatch.setattr(Judge, "loss", lambda *_: float(next(falling)))  # so that every tree is kept
    monkeypatch.setattr(Judge, "most_rounds", lambda *_: 50)
    judged = judge.grow(start_margins, TreeSettings())
    settings = TreeSettings(rounds=judged.rounds)
    source = {"base": "trees", "rules": "rules_trees"}.get(start, f"{start}_trees")
    recipe = Recipe(source, penalty=start_margins.penalty, boosts=(Boost(settings),))  # type: ignore[arg-type]  # a start without a source of its own

    for k, block in enumerate(split.blocks):
        fitted = fit_margin(data.take(block.train), RULES, recipe, seed=0)
        test = data.take(block.test)
        margin = fitted.prior.margin(test.points)
        if fitted.logistic is not None:
            margin = margin + fitted.logistic.margin(test.matrix)
        if fitted.booster is not None:
            margin = margin + tree_margin(fitted.booster, fitted.encoder.encode(test.matrix))
        assert np.allclose(margin, judged.margin[judge.block == k], atol=0.02)


def test_outcomes_of_the_judged_rows_do_not_move_their_own_margins(
    judge: Judge, split: Split, data: TrainingSet
) -> None:
    last = split.blocks[-1]
    won = data.won.copy()
    won[last.test] = ~won[last.test]

    found = Judge(replace(data, won=won), Split((last,), True), RULES, seed=0)

    assert np.allclose(found.start("rules").test, judge.start("rules").test[judge.block == judge.block.max()])


def test_the_base_margin_is_the_share_of_wins_that_was_known(judge: Judge, split: Split, data: TrainingSet) -> None:
    known = data.won[split.blocks[0].train]

    share = 1 / (1 + np.exp(-judge.start("base").test[0]))

    assert share == pytest.approx((known.sum() + 0.5) / (len(known) + 1))


def test_rules_and_trees_learn_what_the_base_rate_does_not_know(judge: Judge) -> None:
    grown = judge.grow(judge.start("rules"), TreeSettings())

    assert grown.loss < judge.loss(judge.start("rules").test) < judge.loss(judge.start("base").test)
    assert grown.loss == judge.loss(grown.margin)


def test_half_of_a_start_lies_half_way_to_it(judge: Judge) -> None:
    whole, none, half = judge.start("logistic"), judge.start("base"), judge.start("logistic", 0.5)

    assert np.allclose(half.test, (whole.test + none.test) / 2)
    assert np.allclose(half.train[0], (whole.train[0] + none.train[0]) / 2)
    assert half.penalty == whole.penalty


def test_trees_that_never_help_are_none(judge: Judge) -> None:
    """A start that knows the outcomes of the judged rows can not be bettered."""
    known = replace(judge.start("base"), test=np.where(judge.won, 1e3, -1e3))

    grown = judge.grow(known, TreeSettings())

    assert (grown.rounds, grown.loss) == (0, judge.loss(known.test))


def test_growing_stops_some_trees_after_the_best(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    start = judge.start("base")
    losses = iter([1.0, 0.9, *(1.0 for _ in range(100))])
    monkeypatch.setattr(Judge, "loss", lambda *_: next(losses))

    assert judge.grow(start, TreeSettings()).rounds == 25
    assert len(list(losses)) == 102 - (1 + 1 + PATIENCE_ROUNDS // 25)


@pytest.mark.parametrize(
    ("n_rows", "fitted_rows", "best_rounds", "rounds"),
    [(400, 100.0, 50, 100), (100, 100.0, 50, 50), (50, 100.0, 50, 50)],
)
def test_more_rows_bear_more_trees_by_their_root(
    n_rows: int, fitted_rows: float, best_rounds: int, rounds: int
) -> None:
    assert rounds_for(n_rows, fitted_rows=fitted_rows, best_rounds=best_rounds) == rounds


def test_the_trees_never_have_more_leaves_than_the_bound(judge: Judge) -> None:
    large = TreeSettings(num_leaves=31)

    assert judge.settings_for_all(large, 10_000).rounds * 31 <= LEAVES_IN_ALL
    assert judge.settings_for_all(large, judge.most_rounds(large)).rounds == pytest.approx(LEAVES_IN_ALL // 31, abs=1)


def test_a_block_counts_a_lead_with_many_snapshots_once() -> None:
    lead = np.array([7, 7, 7, 8])
    won = np.array([True, True, True, False])

    (block,) = Judged(np.zeros(4), won, lead, lead, np.zeros(4, dtype=np.int64)).blocks()

    assert block.n_won_leads == 1


def test_taking_rows_keeps_them_together(data: TrainingSet) -> None:
    part = data.take(np.array([5, 3]))

    assert len(part) == 2
    assert part.points.tolist() == data.points[[5, 3]].tolist()
    assert part.matrix.categories["country"].cell(0) == data.matrix.categories["country"].cell(5)


def test_blocks_stay_in_order_of_time(split: Split, data: TrainingSet) -> None:
    as_of = data.matrix.snapshots.as_of_us

    assert all(as_of[a.test].max() <= as_of[b.test].min() for a, b in pairwise(split.blocks))


def test_large_blocks_are_fitted_on_whole_leads_and_the_trees_grow_with_what_was_left_out(
    data: TrainingSet, split: Split, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    n_columns = len(data.matrix.names) + len(data.matrix.categories)
    monkeypatch.setattr("training.judging._MOST_CELLS", 300 * n_columns)

    thin = Judge(data, split, RULES, seed=0)

    for block, all_of in zip(thin.blocks, judge.blocks, strict=True):
        kept = np.isin(all_of.train.lead, block.train.lead)
        assert np.array_equal(all_of.train.lead[kept], block.train.lead)
        assert len(block.train) <= 450
    assert thin.rounds_for_all(100) > judge.rounds_for_all(100)
    assert np.array_equal(thin.row, judge.row)
