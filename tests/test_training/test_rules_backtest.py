"""Two rulebooks on the same past."""

import numpy as np
import pytest

from features.labels import LabelledSnapshots
from features.snapshots import Snapshots
from features.tables import NumberColumn
from models.rules import RuleBook
from tests.company import small_crm
from tests.rulebooks import NOW, book, leads
from training.rules_backtest import RulesBacktest, backtest_rules, needs_probability

SIZES = np.array([1.0, 5.0, 50.0, 500.0])
WON = np.array([False, False, True, True])


def rulebook(points: float, **sections: str) -> RuleBook:
    return book(f"{{id: large, when: {{field: size, above: 20}}, points: {points}, group: fit}}", **sections)


def tried(new: RuleBook, *, old: RuleBook | None = None) -> RulesBacktest:
    crm = small_crm(4)
    table = leads(4, size=NumberColumn(SIZES))
    snapshots = Snapshots(np.arange(4), np.full(4, NOW))
    own = type(crm)(table, {"size": "number"}, None, crm.outcomes, (), is_flat=False)
    return backtest_rules(own, LabelledSnapshots(snapshots, WON), old or rulebook(0), new)


def test_who_changes_stage_is_told_with_what_became_of_them() -> None:
    found = tried(rulebook(50))

    (move,) = found.moves
    assert (move.what, move.old, move.new) == ("stage", "lead", "mql")
    assert (move.won.n_leads, move.won.share) == (2, 1.0)
    assert [(one.lead_id, one.stage, one.won) for one in found.moved] == [
        ("l002", ("lead", "mql"), True),
        ("l003", ("lead", "mql"), True),
    ]


def test_precision_and_recall_of_the_cuts_are_told_of_both() -> None:
    found = tried(rulebook(50), old=rulebook(0, stages="{mql: {points: -5}, sql: {points: 60}}"))

    old, new = (standing.cuts[0] for standing in (found.old, found.new))
    assert (old.precision.share, old.recall.share) == (0.5, 1.0)
    assert (new.precision.share, new.recall.share) == (1.0, 1.0)
    assert found.new.cuts[1].precision.n_leads == 0
    assert (found.old.auc, found.new.auc) == (0.5, 1.0)
    assert found.new.log_loss < found.old.log_loss


def test_the_same_rulebook_moves_nobody() -> None:
    assert tried(rulebook(50), old=rulebook(50)).moves == ()


def test_a_stage_that_begins_at_a_probability_asks_for_one() -> None:
    by_probability = rulebook(50, stages="{mql: {probability: 0.2}, sql: {probability: 0.5}}")

    assert needs_probability(by_probability)
    assert not needs_probability(rulebook(50))
    with pytest.raises(ValueError, match="score them with a model"):
        tried(by_probability)
