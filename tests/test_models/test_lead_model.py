"""The model as one object: its percentile and horizon."""

from dataclasses import replace

import numpy as np

from models.lead_model import LeadModel
from tests.company import HORIZON


def test_the_percentile_is_the_share_of_judged_leads_below(model: LeadModel) -> None:
    cuts = tuple(float(cut) for cut in range(101))
    trained_on = replace(model.facts.trained_on, log_odds_percentiles=cuts)
    known = replace(model, facts=replace(model.facts, trained_on=trained_on))

    assert known.percentile(np.array([-5.0, 0.0, 0.5, 50.5, 100.0, 1e9])).tolist() == [0, 0, 0, 50, 99, 100]


def test_without_deals_there_is_no_percentile(rules_model: LeadModel) -> None:
    assert np.isnan(rules_model.percentile(np.array([0.0]))).all()


def test_the_percentile_never_falls_with_the_score(model: LeadModel) -> None:
    found = model.percentile(np.linspace(-9, 9, 500))

    assert (np.diff(found) >= 0).all()
    assert (found[0], found[-1]) == (0, 100)


def test_the_horizon_is_told_in_days(model: LeadModel) -> None:
    assert model.horizon_days == 30
    assert model.facts.trained_on.horizon_us == HORIZON


def test_a_flat_table_has_no_horizon(model: LeadModel) -> None:
    flat = replace(model.facts, trained_on=replace(model.facts.trained_on, horizon_us=None))

    assert replace(model, facts=flat).horizon_days is None


def test_every_feature_has_words(model: LeadModel) -> None:
    names = model.facts.encoder.names(
        tuple(name for name in model.catalogue if name not in model.facts.spec.category_names)
    )

    assert list(model.catalogue) == list(names)
    assert all(info.words for info in model.catalogue.values())
