"""Golden rows: made up, the same each time, and of no real person."""

from dataclasses import replace

import numpy as np
import pytest

from models.golden import N_GOLDEN_ROWS, make_golden_rows, score_golden_rows
from models.lead_model import LeadModel
from tests.company import CANARY, flat_crm, request_for
from training.run import train_model


@pytest.fixture(scope="module")
def flat_model() -> LeadModel:
    crm = flat_crm()
    return train_model(crm, request_for(crm)).model


@pytest.mark.parametrize("kind", ["model", "rules_model", "flat_model"])
def test_golden_rows_score_as_they_did(kind: str, request: pytest.FixtureRequest) -> None:
    model: LeadModel = request.getfixturevalue(kind)

    golden = make_golden_rows(model)

    assert len(golden.records) == len(golden.log_odds) == N_GOLDEN_ROWS
    assert score_golden_rows(model, golden).tolist() == list(golden.log_odds)
    assert make_golden_rows(model) == golden


def test_golden_rows_reach_different_leaves(model: LeadModel) -> None:
    assert len(set(make_golden_rows(model).log_odds)) == N_GOLDEN_ROWS


def test_golden_rows_are_of_no_real_person(model: LeadModel) -> None:
    text = repr(make_golden_rows(model).records)

    assert CANARY not in text
    assert "Person" not in text
    assert "lead-0" not in text


def test_golden_rows_tell_a_model_from_a_slightly_different_one(model: LeadModel) -> None:
    golden = make_golden_rows(model)
    prior = replace(model.facts.prior, intercept=model.facts.prior.intercept + 1e-9)

    other = replace(model, facts=replace(model.facts, prior=prior))

    assert np.abs(score_golden_rows(other, golden) - np.array(golden.log_odds)).max() > 1e-12


def test_golden_rows_have_texts_of_nobody_for_what_is_derived(model: LeadModel) -> None:
    columns = {column for derived in model.facts.spec.derived for column in derived.columns}

    found = {column: {record.attributes[column] for record in make_golden_rows(model).records} for column in columns}

    assert columns == {"job_title"}
    assert all(len(texts) > 2 for texts in found.values())
