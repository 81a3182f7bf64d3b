"""The made-up company as a measure: how near the shipped model comes to the best that is possible."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import log_loss, roc_auc_score

from leadlight.cli.train import train_project
from leadlight.demo import HORIZON, Company, simulate_company, true_probability, write_company
from leadlight.project import load_project
from serving.batch import score_open_leads

FIRST_DAY, DAYS = 245, (245, 260, 275, 290, 305)
Judged = tuple[list[bool], list[float], list[float]]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """Whether open leads at later dates were won, what the model said, and what was true."""
    company = simulate_company(4000, seed=0)
    folder = tmp_path_factory.mktemp("demo")
    write_company(company, folder)
    return _judge(company, folder)


def _judge(company: Company, folder: Path) -> Judged:
    project = load_project(folder / "leadlight.yaml")
    until = (company.start + timedelta(days=FIRST_DAY)).isoformat()
    train_project(project, until=until, seed=0)
    model = project.workspace.load_champion()
    crm = project.read(kinds=model.facts.spec.kinds)
    won_us = dict(zip(crm.leads.ids, crm.outcomes.won_us.tolist(), strict=True))
    out: Judged = ([], [], [])
    for day in DAYS:
        as_of = company.start + timedelta(days=day)
        time_us = round(as_of.timestamp()) * 1_000_000
        known = crm.before(time_us)
        scores = score_open_leads(model, known, time_us).scores
        truth = true_probability(company, as_of)
        ends_us = time_us + HORIZON // timedelta(microseconds=1)
        out[0].extend(time_us < won_us[lead_id] <= ends_us for lead_id in scores.lead_ids)
        out[1].extend(scores.probability.tolist())
        out[2].extend(truth.loc[list(scores.lead_ids)].tolist())
    return out


def test_the_base_rate_is_that_of_a_company(judged: Judged) -> None:
    assert 0.10 <= np.mean(judged[0]) <= 0.25


def test_the_model_ranks_later_leads_as_well_as_such_data_allow(judged: Judged) -> None:
    assert 0.75 <= roc_auc_score(judged[0], judged[1]) <= 0.85


def test_the_model_comes_within_a_tenth_of_the_best_possible_loss(judged: Judged) -> None:
    assert log_loss(judged[0], judged[1]) <= 1.10 * log_loss(judged[0], judged[2])
