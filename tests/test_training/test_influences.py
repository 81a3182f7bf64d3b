"""What moves the scores: exact, of a sample, and telling of no single lead."""

from dataclasses import replace

import numpy as np
import pytest

from features.crm import Crm
from features.tables import TextColumn
from models.lead_model import LeadModel
from training.influences import Influence, influences
from training.run import TrainedModel


@pytest.fixture(scope="module")
def found(trained: TrainedModel, crm: Crm) -> tuple[Influence, ...]:
    assert trained.history is not None
    return influences(trained.model, crm, trained.history.data.matrix.snapshots, seed=0)


def test_the_strongest_stands_first_and_shares_are_of_the_whole(found: tuple[Influence, ...]) -> None:
    shares = [influence.share for influence in found]

    assert shares == sorted(shares, reverse=True)
    assert 0.8 < sum(shares) <= 1.0


def test_what_drives_the_wins_is_among_the_first(found: tuple[Influence, ...]) -> None:
    first = {influence.source for influence in found[:5]}

    assert {"number_of_employees", "country"} <= first


def test_effects_are_told_by_value(found: tuple[Influence, ...]) -> None:
    country = dict(next(one for one in found if one.source == "country").effects)
    news = dict(next(one for one in found if one.source == "wants_news").effects)

    assert country["Chile"] > 0
    assert set(news) == {"no", "yes"}


def test_levels_of_few_leads_are_not_told(trained: TrainedModel, crm: Crm) -> None:
    """Every lead but a few has a country of its own."""
    assert trained.history is not None
    country = crm.leads.columns["country"]
    assert isinstance(country, TextColumn)
    rare = TextColumn.of(cell if row % 40 else f"Island {row}" for row, cell in enumerate(country.cells()))
    islands = replace(crm, leads=replace(crm.leads, columns={**crm.leads.columns, "country": rare}))

    found = influences(trained.model, islands, trained.history.data.matrix.snapshots, seed=0)

    assert not [word for one in found for word, _ in one.effects if word.startswith("Island")]


def test_ranks_lie_between_lowest_and_highest(found: tuple[Influence, ...]) -> None:
    ranks = np.concatenate([one.rank for one in found])
    known = ranks[~np.isnan(ranks)]

    assert (known.min(), known.max()) == (0.0, 1.0)


def test_without_a_snapshot_nothing_moves(rules_model: LeadModel, crm: Crm, trained: TrainedModel) -> None:
    assert trained.history is not None
    none = trained.history.data.matrix.snapshots.take(np.zeros(0, dtype=np.int64))

    assert influences(rules_model, crm, none, seed=0) == ()
