"""Which parts ship: the simplest candidate that no other beats by more than chance."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from features.tables import NumberColumn
from models.boosting import LEAVES_IN_ALL, TreeSettings
from models.lead_model import LeadModel
from models.log_odds import row_losses
from models.recipe import ModelSource, Recipe
from models.rules import load_starter
from tests.company import flat_crm, request_for
from training.candidates import BAG, FROM_SIMPLE, Candidate, bag_of, candidates_of, choose, standard_error
from training.history import build_history
from training.judging import Grown, Judge
from training.run import train_model
from training.tuning import Tuned

RNG = np.random.default_rng(5)
N = 2000
WON = RNG.random(N) < 0.3
LEAD = np.arange(N)


def candidate(source: ModelSource, strength: float) -> Candidate:
    """A candidate that knows the outcomes to some strength."""
    return Candidate(Recipe(source), np.where(WON, strength, -strength) - 0.85)


def test_the_simplest_of_equals_ships() -> None:
    rivals = [candidate("rules_trees", 0.5), candidate("rules", 0.5), candidate("base_rate", 0.0)]

    choice = choose(rivals, WON, LEAD, seed=0)

    assert choice.candidate.source == "rules"
    assert choice.why == "it has the lowest loss on rows it was not fitted on, and nothing simpler comes near"


def test_trees_on_rules_go_before_trees_that_learn_the_same_from_deals() -> None:
    rivals = [candidate("base_rate", 0.0), candidate("trees", 0.5), candidate("rules_trees", 0.5)]

    assert choose(rivals, WON, LEAD, seed=0).candidate.source == "rules_trees"


def test_rules_that_tell_no_leads_apart_are_no_part_of_a_candidate() -> None:
    crm = flat_crm(400)
    bare = replace(crm, leads=replace(crm.leads, columns={"x": crm.leads.columns["number_of_employees"]}))
    bare = replace(bare, kinds={"x": "number"})

    found = train_model(bare, request_for(bare)).model.facts.candidates

    assert "rules_trees" not in found


def test_a_clear_winner_ships_however_complex() -> None:
    rivals = [candidate("base_rate", 0.0), candidate("rules", 0.4), candidate("rules_logistic_trees", 0.8)]

    assert choose(rivals, WON, LEAD, seed=0).candidate.source == "rules_logistic_trees"


def test_without_signal_the_base_rate_ships_and_says_so() -> None:
    noise = np.random.default_rng(0).normal(0, 0.01, N)
    lucky = Candidate(Recipe("trees"), -0.85 + noise * np.sign(np.corrcoef(noise, WON)[0, 1]))
    base = candidate("base_rate", 0.0)

    choice = choose([base, lucky], WON, LEAD, seed=0)

    assert row_losses(lucky.margin, WON).mean() < row_losses(base.margin, WON).mean()
    assert choice.candidate.source == "base_rate"
    assert choice.why.startswith("no usable signal")


def test_a_gap_within_chance_is_named_with_its_error() -> None:
    near = Candidate(Recipe("logistic"), candidate("trees", 0.8).margin + RNG.normal(0, 0.02, N))

    choice = choose([candidate("base_rate", 0.0), near, candidate("trees", 0.8)], WON, LEAD, seed=0)

    assert choice.candidate.source in ("logistic", "trees")
    if choice.candidate.source == "logistic" and "within chance" in choice.why:
        assert "the best (trees)" in choice.why


def test_the_standard_error_counts_leads_not_rows() -> None:
    values = RNG.normal(0, 1, 400)

    once = standard_error(values, np.arange(400), seed=0)
    thrice = standard_error(np.repeat(values, 3), np.repeat(np.arange(400), 3), seed=0)

    assert once == pytest.approx(1 / np.sqrt(400), rel=0.15)
    assert thrice == pytest.approx(once, rel=0.15)


def model_of(columns: Mapping[str, np.ndarray], chance: np.ndarray) -> LeadModel:
    """What is trained on a flat table whose leads convert with known chances."""
    crm = flat_crm(len(chance))
    won = np.random.default_rng(8).random(len(chance)) < chance
    leads = replace(crm.leads, columns={name: NumberColumn(values) for name, values in columns.items()})
    outcomes = replace(
        crm.outcomes,
        closed_us=np.zeros(len(chance), dtype=np.int64),
        won_us=np.where(won, 0, np.iinfo(np.int64).max),
    )
    crm = replace(crm, leads=leads, outcomes=outcomes, kinds=dict.fromkeys(columns, "number"))
    return train_model(crm, request_for(crm)).model


@pytest.fixture(scope="module")
def columns() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(3)
    return {f"x{i}": rng.normal(0, 1, 1500).round(3) for i in range(6)}


def test_pure_noise_ships_the_base_rate(columns: dict[str, np.ndarray]) -> None:
    model = model_of(columns, np.full(1500, 0.3))

    assert model.facts.source == "base_rate"
    assert model.facts.why.startswith("no usable signal")


def test_a_linear_truth_ships_logistic_regression(columns: dict[str, np.ndarray]) -> None:
    z = 1.2 * columns["x0"] - 0.9 * columns["x1"] + 0.6 * columns["x2"] + 0.5 * columns["x3"] - 0.5

    assert model_of(columns, 1 / (1 + np.exp(-z))).facts.source == "logistic"


def test_interactions_ship_trees(columns: dict[str, np.ndarray]) -> None:
    z = 2.5 * np.sign(columns["x0"] * columns["x1"]) - 0.5

    assert model_of(columns, 1 / (1 + np.exp(-z))).facts.source in ("trees", "rules_trees", "rules_logistic_trees")


def test_all_candidates_are_judged_on_the_same_rows_and_a_bag_stays_in_the_bound() -> None:
    crm = flat_crm(400)
    rules = load_starter()
    history = build_history(crm, request_for(crm), rules)
    judge = Judge(history.data, history.split(), rules, seed=0)

    found = candidates_of(judge, seed=0)

    assert [one.source for one in found] == [name for name in FROM_SIMPLE if name in {one.source for one in found}]
    assert {len(one.margin) for one in found} == {len(judge.won)}
    for one in found:
        boosts = one.recipe.boosts
        assert len(boosts) <= BAG
        assert sum(boost.settings.rounds * boost.settings.num_leaves for boost in boosts) <= LEAVES_IN_ALL

    large = [Tuned(TreeSettings(num_leaves=31), Grown(np.full(3, float(k)), 250, 0.5), share=0.5) for k in range(3)]
    bag = bag_of(judge, "rules_logistic_trees", "rules_logistic", large)
    assert bag is not None
    assert (len(bag.recipe.boosts), bag.recipe.share, bag.margin.tolist()) == (1, 0.5, [0.0, 0.0, 0.0])
    small = [Tuned(TreeSettings(num_leaves=4), Grown(np.full(3, float(k)), 100, 0.5)) for k in range(5)]
    bag = bag_of(judge, "trees", "base", small)
    assert bag is not None
    assert bag.margin.tolist() == [1.0, 1.0, 1.0]
    assert bag_of(judge, "trees", "base", [Tuned(TreeSettings(), Grown(np.zeros(3), 0, 0.5))]) is None
