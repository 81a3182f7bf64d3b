"""Fitting: rounds and calibration from blocks that were not fitted on, then a fit on everything."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from features.crm import Crm
from models.boosting import LEAVES_IN_ALL, TreeSettings, tree_margin
from models.calibration import Calibrator
from models.log_odds import row_losses
from models.rules import load_starter
from tests.company import request_for
from training.fit import (
    MAX_ROUNDS,
    ROUNDS_STEP,
    Judged,
    TrainingSet,
    calibrator_of,
    fit_margin,
    judge,
    prior_of,
    rounds_for,
)
from training.history import build_history
from training.split import Block, Split, split_history

RULES = load_starter()


@pytest.fixture(scope="module")
def data(crm: Crm) -> TrainingSet:
    request = request_for(crm)
    return build_history(
        crm,
        request.goal,
        RULES,
        observed_until_us=request.observed_until_us,
        is_ordered=True,
        seed=0,
    ).data


@pytest.fixture(scope="module")
def split(data: TrainingSet) -> Split:
    as_of = data.matrix.snapshots.as_of_us
    return split_history(as_of, data.won, data.lead, data.judging_fold, horizon_us=30 * 86_400_000_000, is_ordered=True)


@pytest.fixture(scope="module")
def judged(data: TrainingSet, split: Split) -> Judged:
    return judge(data, split, RULES, TreeSettings(), seed=0)


def test_every_row_of_the_blocks_is_judged_in_their_order(judged: Judged, split: Split, data: TrainingSet) -> None:
    assert judged.row.tolist() == np.concatenate([block.test for block in split.blocks]).tolist()
    assert np.array_equal(judged.won, data.won[judged.row])
    assert np.array_equal(judged.lead, data.lead[judged.row])
    assert (np.diff(judged.block) >= 0).all()


def test_a_judged_margin_is_that_of_a_fit_on_the_rows_of_its_block_alone(
    judged: Judged, split: Split, data: TrainingSet
) -> None:
    block = split.blocks[1]
    settings = TreeSettings(rounds=_best_rounds(judged, split, data))

    fitted = fit_margin(data.take(block.train), RULES, settings, seed=0)
    test = data.take(block.test)
    margin = fitted.prior.margin(test.points) + tree_margin(fitted.booster, fitted.encoder.encode(test.matrix))

    assert np.allclose(margin, judged.margin[judged.block == 1], atol=1e-9)
    assert np.allclose(fitted.prior.margin(test.points), judged.rules_margin[judged.block == 1])


def _best_rounds(judged: Judged, split: Split, data: TrainingSet) -> int:
    """The trees of the blocks, out of those of the fit on everything."""
    mean_train = float(np.mean([len(block.train) for block in split.blocks]))
    choices = range(ROUNDS_STEP, MAX_ROUNDS + 1, ROUNDS_STEP)
    return next(n for n in choices if rounds_for(len(data), fitted_rows=mean_train, best_rounds=n) == judged.rounds)


def test_outcomes_of_the_judged_rows_do_not_move_their_own_margins(
    judged: Judged, split: Split, data: TrainingSet
) -> None:
    last = split.blocks[-1]
    won = data.won.copy()
    won[last.test] = ~won[last.test]
    one_stage = Split((last,), True)

    found = judge(replace(data, won=won), one_stage, RULES, TreeSettings(), seed=0)

    assert np.allclose(found.rules_margin, judged.rules_margin[judged.block == judged.block.max()])


def test_the_base_margin_is_the_share_of_wins_that_was_known(judged: Judged, split: Split, data: TrainingSet) -> None:
    known = data.won[split.blocks[0].train]

    share = 1 / (1 + np.exp(-judged.base_margin[0]))

    assert share == pytest.approx((known.sum() + 0.5) / (len(known) + 1))


def test_rules_and_trees_learn_what_the_base_rate_does_not_know(judged: Judged) -> None:
    losses = [row_losses(m, judged.won).mean() for m in (judged.margin, judged.rules_margin, judged.base_margin)]

    assert losses[0] < losses[1] < losses[2]


@pytest.mark.parametrize(
    ("n_rows", "fitted_rows", "best_rounds", "rounds"),
    [(400, 100.0, 50, 100), (100, 100.0, 50, 50), (50, 100.0, 50, 50)],
)
def test_more_rows_bear_more_trees_by_their_root(
    n_rows: int, fitted_rows: float, best_rounds: int, rounds: int
) -> None:
    assert rounds_for(n_rows, fitted_rows=fitted_rows, best_rounds=best_rounds) == rounds


def test_the_trees_never_have_more_leaves_than_the_bound(data: TrainingSet, split: Split) -> None:
    """A block of few rows would ask for many more trees on all of them."""
    large = TreeSettings(num_leaves=LEAVES_IN_ALL // 10)

    assert judge(data, Split(split.blocks[:1], True), RULES, large, seed=0).rounds <= 10


def test_the_fit_on_everything_is_on_everything(data: TrainingSet) -> None:
    """A bag takes each row with a chance of four fifths."""
    trees = fit_margin(data, RULES, TreeSettings(rounds=50), seed=0).booster.dump_model()["tree_info"]

    bags = [tree["tree_structure"]["internal_count"] for tree in trees]
    assert np.mean(bags) == pytest.approx(0.8 * len(data), rel=0.02)


def test_both_folds_are_about_as_large(data: TrainingSet) -> None:
    assert np.bincount(data.fold) / len(data) == pytest.approx([0.5, 0.5], abs=0.1)


def test_the_prior_counts_leads_not_snapshots(data: TrainingSet) -> None:
    doubled = data.take(np.repeat(np.arange(len(data)), 2))

    assert prior_of(doubled, RULES).intercept == pytest.approx(prior_of(data, RULES).intercept, abs=1e-5)


def test_fitting_again_gives_the_same_and_changes_nothing(data: TrainingSet) -> None:
    values, points = data.matrix.values.tobytes(), data.points.tobytes()

    texts = [fit_margin(data, RULES, TreeSettings(rounds=5), seed=0).booster.model_to_string() for _ in range(2)]

    assert texts[0] == texts[1]
    assert (data.matrix.values.tobytes(), data.points.tobytes()) == (values, points)


def overconfident(n_blocks: int, won_each: int) -> Judged:
    """Blocks whose margins are twice the true log-odds, each won row a lead of its own."""
    margin = np.tile(np.repeat([-2.0, 2.0], 10 * won_each), n_blocks)
    share = 1 / (1 + np.exp(-margin / 2))
    n = len(margin)
    won = np.tile(np.arange(10 * won_each) + 0.5, 2 * n_blocks) < 10 * won_each * share
    block = np.repeat(np.arange(n_blocks), 20 * won_each)
    rows = np.arange(n)
    return Judged(margin, margin, margin, won, rows, rows, block, 25)


def test_blocks_in_time_are_calibrated_by_the_newest() -> None:
    assert calibrator_of(overconfident(3, 20), is_time_tested=True).slope == pytest.approx(0.5, abs=0.02)


def test_folds_are_no_blocks_in_time_and_share_their_wins() -> None:
    """Forty won leads in each of four folds are too few alone, enough by twos."""
    folds = overconfident(4, 4)

    assert max(block.n_won_leads for block in folds.blocks()) < 50
    assert calibrator_of(folds, is_time_tested=True) == Calibrator()
    assert calibrator_of(folds, is_time_tested=False).slope == pytest.approx(0.5, abs=0.02)


def test_a_block_counts_a_lead_with_many_snapshots_once() -> None:
    nothing = np.zeros(4)
    lead = np.array([7, 7, 7, 8])

    (block,) = Judged(
        nothing, nothing, nothing, np.array([True, True, True, False]), lead, lead, np.zeros(4, dtype=np.int64), 25
    ).blocks()

    assert block.n_won_leads == 1


def test_taking_rows_keeps_them_together(data: TrainingSet) -> None:
    part = data.take(np.array([5, 3]))

    assert len(part) == 2
    assert part.points.tolist() == data.points[[5, 3]].tolist()
    assert part.matrix.categories["country"].cell(0) == data.matrix.categories["country"].cell(5)


def test_blocks_stay_in_order_of_time(split: Split, data: TrainingSet) -> None:
    as_of = data.matrix.snapshots.as_of_us

    assert all(as_of[a.test].max() <= as_of[b.test].min() for a, b in pairwise(split.blocks))
    assert all(isinstance(block, Block) for block in split.blocks)
