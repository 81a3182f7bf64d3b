"""Back-tests: what each block brought, and how much a random split flatters."""

import numpy as np
import pytest

from features.build import FeatureMatrix
from features.snapshots import Snapshots
from features.tables import LeadArrays, TextColumn
from models.boosting import TreeSettings
from models.recipe import Boost, Recipe
from models.rules import load_starter
from training.backtest import Backtest, backtest, score_rows
from training.fit import TrainingSet
from training.refitting import refit
from training.run import TrainedModel
from training.split import Block, Split, rolling_blocks

TREES = Recipe("trees", boosts=(Boost(TreeSettings(rounds=80, num_leaves=31, learning_rate=0.1, min_data_in_leaf=3)),))
RULES = load_starter()


def snapshots_of(n_leads: int, per_lead: int, *, signal: float) -> TrainingSet:
    """Leads that come one after another, each with a number of its own; a fifth is won, more with `signal`."""
    rng = np.random.default_rng(3)
    number, chance = rng.normal(0, 1, n_leads), rng.random(n_leads)
    lead = np.repeat(np.arange(n_leads), per_lead)
    won = (chance < 0.2 * np.exp(signal * number - signal**2 / 2))[lead]
    as_of = lead * per_lead + np.tile(np.arange(per_lead), n_leads)
    matrix = FeatureMatrix(("number",), number[lead][:, None], {}, Snapshots(lead, as_of))
    return TrainingSet(matrix, np.zeros(len(lead)), won, lead, lead % 2, lead % 5)


def leads_of(n: int, accounts: list[str | None] | None = None) -> LeadArrays:
    return LeadArrays(tuple(str(i) for i in range(n)), None, TextColumn.of(accounts or [None] * n), {})


def backtest_of(data: TrainingSet, recipe: Recipe = TREES) -> Backtest:
    split = Split(rolling_blocks(data.matrix.snapshots.as_of_us, gap_us=10), True)
    judged = refit(recipe, data, split, RULES, of_rows=len(data), seed=0)
    return backtest(judged, data, split, leads_of(int(data.lead.max()) + 1), recipe, RULES, seed=0)


def test_a_random_split_that_lets_trees_know_the_leads_again_is_warned_of() -> None:
    """The number says nothing of the next lead, but which lead a row is of."""
    found = backtest_of(snapshots_of(300, 8, signal=0.0))

    assert found.random_split.lift_10.value >= 1.5 * found.pooled.lift_10.value
    assert found.warning is not None
    assert "a random split would have promised" in found.warning


def test_one_row_a_lead_and_steady_times_flatter_nobody() -> None:
    found = backtest_of(snapshots_of(3000, 1, signal=1.0), Recipe("logistic", penalty=1.0))

    assert found.warning is None
    assert found.pooled.log_loss.value == pytest.approx(found.random_split.log_loss.value, rel=0.05)


def test_the_blocks_together_are_all_judged_rows() -> None:
    found = backtest_of(snapshots_of(300, 4, signal=1.0))

    assert len(found.blocks) == 3
    assert sum(block.n for block in found.blocks) == found.pooled.n
    weighted = sum(block.n * block.log_loss.value for block in found.blocks) / found.pooled.n
    assert weighted == pytest.approx(found.pooled.log_loss.value)


def test_every_interval_holds_its_figure_and_narrows_with_more_leads() -> None:
    few, many = (backtest_of(snapshots_of(n, 1, signal=1.0), Recipe("logistic", penalty=1.0)) for n in (200, 3000))

    for one in (few.pooled.log_loss, many.pooled.log_loss, few.pooled.lift_10, many.pooled.lift_10):
        assert one.low < one.value < one.high
    assert many.pooled.log_loss.high - many.pooled.log_loss.low < few.pooled.log_loss.high - few.pooled.log_loss.low


def test_rows_of_a_lead_are_drawn_together() -> None:
    """Ten copies of a row tell no more than the row: the interval stays as wide."""
    rng = np.random.default_rng(0)
    log_odds, won = rng.normal(0, 1, 100), rng.random(100) < 0.5
    copies = np.repeat(np.arange(100), 10)

    once = score_rows(log_odds, won, np.arange(100), seed=0)
    tenfold = score_rows(log_odds[copies], won[copies], copies, seed=0)

    assert tenfold.log_loss.high == pytest.approx(once.log_loss.high)
    assert tenfold.log_loss.low == pytest.approx(once.log_loss.low)


def test_accounts_never_seen_are_scored_apart() -> None:
    """Of the four judged leads, two are of accounts that were fitted on."""
    data = snapshots_of(60, 1, signal=1.0)
    split = Split((Block(np.arange(56), np.arange(56, 60)),), True)
    accounts: list[str | None] = ["a", "b", *[None] * 54, "a", "b", "c", None]
    judged = refit(Recipe("rules"), data, split, RULES, of_rows=60, seed=0)

    found = backtest(judged, data, split, leads_of(60, accounts), Recipe("rules"), RULES, seed=0)

    assert found.unseen_accounts is not None
    assert found.unseen_accounts.n == 2


def test_a_lead_that_was_fitted_on_before_is_an_account_seen() -> None:
    data = snapshots_of(40, 2, signal=0.0)
    split = Split((Block(np.arange(0, 80, 2), np.arange(1, 80, 2)),), True)
    judged = refit(Recipe("rules"), data, split, RULES, of_rows=80, seed=0)

    assert backtest(judged, data, split, leads_of(40), Recipe("rules"), RULES, seed=0).unseen_accounts is None


def test_a_training_is_backtested_by_what_its_probabilities_would_have_been(trained: TrainedModel) -> None:
    assert trained.backtest is not None
    assert trained.backtest.pooled.log_loss.value == pytest.approx(trained.model.facts.metrics["log_loss"])
    assert trained.backtest.pooled.lift_10.value == pytest.approx(trained.model.facts.metrics["lift_10"])
    assert trained.backtest.pooled.ece == trained.model.facts.metrics["ece"]
