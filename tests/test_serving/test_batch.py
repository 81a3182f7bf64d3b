"""The batch job: every lead is scored or left out for a reason."""

from dataclasses import replace

import numpy as np
import pytest

from features.crm import Crm
from features.tables import MICROSECONDS_PER_DAY as DAY
from features.tables import NEVER_US
from models.lead_model import LeadModel
from serving.batch import LeadCounts, score_open_leads
from tests.company import DAYS, NOW, START_US, flat_crm, request_for
from training.run import train_model

MIDDLE = START_US + (DAYS - 60) * DAY


@pytest.mark.parametrize("as_of_us", [START_US - 1, MIDDLE, NOW])
def test_every_lead_is_counted_once(model: LeadModel, crm: Crm, as_of_us: int) -> None:
    counts = score_open_leads(model, crm, as_of_us).counts

    assert counts.scored + counts.closed + counts.not_yet_created == len(crm.leads)
    assert counts.dormant <= counts.scored


def test_the_reasons_for_leaving_out_are_those_of_the_tables(model: LeadModel, crm: Crm) -> None:
    assert crm.leads.created_us is not None

    counts = score_open_leads(model, crm, MIDDLE).counts

    assert counts.not_yet_created == (crm.leads.created_us > MIDDLE).sum()
    assert counts.closed == ((crm.leads.created_us <= MIDDLE) & (crm.outcomes.closed_us <= MIDDLE)).sum()


def test_a_lead_is_closed_from_its_close_on_and_there_from_its_creation_on(model: LeadModel, crm: Crm) -> None:
    assert crm.leads.created_us is not None
    row = int(np.flatnonzero(crm.outcomes.closed_us != NEVER_US)[0])
    created, closed = int(crm.leads.created_us[row]), int(crm.outcomes.closed_us[row])

    is_scored = {
        t: crm.leads.ids[row] in score_open_leads(model, crm, t).scores.lead_ids
        for t in (created - 1, created, closed - 1, closed)
    }

    assert list(is_scored.values()) == [False, True, True, False]


def test_scores_come_in_the_order_of_the_ids(model: LeadModel, crm: Crm) -> None:
    ids = score_open_leads(model, crm, MIDDLE).scores.lead_ids

    assert list(ids) == sorted(ids)
    assert len(ids) > 20


def test_a_flat_table_scores_the_rows_without_an_outcome() -> None:
    crm = flat_crm()
    model = train_model(crm, request_for(crm)).model
    n_open = int((crm.outcomes.closed_us == NEVER_US).sum())

    counts = score_open_leads(model, crm, 0).counts

    assert counts == LeadCounts(scored=n_open, closed=300 - n_open, not_yet_created=0, dormant=0)


def test_the_limit_of_reasons_is_kept(model: LeadModel, crm: Crm) -> None:
    reasons = score_open_leads(model, crm, MIDDLE, n_reasons=1).scores.reasons

    assert max(map(len, reasons)) == 2


def test_closing_a_lead_later_changes_no_other_score(model: LeadModel, crm: Crm) -> None:
    closed = crm.outcomes.closed_us.copy()
    closed[closed > MIDDLE] = NEVER_US
    other = replace(crm, outcomes=replace(crm.outcomes, closed_us=closed))

    one, two = (score_open_leads(model, each, MIDDLE).scores for each in (crm, other))

    assert one.log_odds.tobytes() == two.log_odds.tobytes()
