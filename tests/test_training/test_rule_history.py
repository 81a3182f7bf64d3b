"""What judges rules: ripe snapshots of leads that were open, with what was known then."""

import numpy as np

from features.crm import Crm
from models.rules import RuleBook, load_starter
from tests.company import HORIZON, flat_crm, request_for, small_crm
from tests.rulebooks import book
from training.history import build_history
from training.rule_history import RuleHistory, rule_history

RULES = "{id: demo, when: {event: demo_request}, points: 30, group: engagement, half_life: 14d, cap: 40}"
GATE = "[{id: clerks, when: {field: job_title, is: Clerk}, reason: do not buy}]"


def history(crm: Crm, rulebook: RuleBook) -> RuleHistory:
    return rule_history(crm, request_for(crm), rulebook)


def test_only_ripe_snapshots_judge_a_rule(crm: Crm) -> None:
    found = history(crm, load_starter())

    assert len(found)
    assert found.snapshots.as_of_us.max() <= crm.observed_until_us - HORIZON


def test_the_rows_are_those_of_a_training_so_that_a_model_can_be_held_against_them(crm: Crm) -> None:
    rulebook = book(RULES, gates=GATE)

    found = history(crm, rulebook)

    own = build_history(crm, request_for(crm), rulebook)
    assert np.array_equal(found.snapshots.as_of_us, own.data.matrix.snapshots.as_of_us)
    assert np.array_equal(found.points, own.data.points)
    assert np.array_equal(found.split.blocks[-1].test, own.split().blocks[-1].test)


def test_times_are_faded_and_free_of_points_and_caps(crm: Crm) -> None:
    found = history(crm, book(RULES))

    assert found.times.max() > 40 / 30
    np.testing.assert_allclose(np.minimum(30 * found.times[:, 0], 40), found.points, atol=1e-4)


def test_a_flat_table_and_one_without_deals_have_a_past_too() -> None:
    young = small_crm(60, n_closed=0)

    assert len(history(flat_crm(100), load_starter())) > 50
    assert len(history(young, load_starter())) == 0
