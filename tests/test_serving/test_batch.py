"""The batch job: every lead is scored or left out for a reason."""

from dataclasses import replace

import numpy as np
import pytest

from features.crm import Crm
from features.tables import MICROSECONDS_PER_DAY as DAY
from features.tables import NEVER_US
from models.lead_model import LeadModel
from serving.batch import LeadCounts, Tally, score_in_parts, score_open_leads
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


@pytest.mark.parametrize("part_rows", [1, 13, 1_000])
def test_no_number_and_no_sentence_depends_on_how_large_the_parts_are(
    model: LeadModel, crm: Crm, part_rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looked up or not: here there are leads enough to look contributions up."""
    monkeypatch.setattr("models.boosting.BULK_ROWS", 20)
    whole = score_open_leads(model, crm, MIDDLE).scores

    parts = list(score_in_parts(model, crm, MIDDLE, part_rows=part_rows))

    assert [len(part) for part in parts[:-1]] == [part_rows] * (len(parts) - 1)
    assert [lead for part in parts for lead in part.lead_ids] == list(whole.lead_ids)
    assert np.concatenate([part.log_odds for part in parts]).tobytes() == whole.log_odds.tobytes()
    assert [why for part in parts for why in part.reasons] == list(whole.reasons)
    assert [text for part in parts for text in part.summaries] == list(whole.summaries)
    for field in ("percentile", "dormant"):
        assert np.array_equal(np.concatenate([getattr(part, field) for part in parts]), getattr(whole, field))


def test_a_flat_table_is_scored_in_parts_too() -> None:
    crm = flat_crm()
    model = train_model(crm, request_for(crm)).model

    parts = list(score_in_parts(model, crm, 0, part_rows=20))

    assert np.concatenate([part.log_odds for part in parts]).tobytes() == (
        score_open_leads(model, crm, 0).scores.log_odds.tobytes()
    )


def test_without_an_open_lead_there_is_one_empty_part(model: LeadModel, crm: Crm) -> None:
    assert [len(part) for part in score_in_parts(model, crm, START_US - 1)] == [0]


def test_a_tally_counts_and_keeps_the_hottest_of_all_parts(model: LeadModel, crm: Crm) -> None:
    whole = score_open_leads(model, crm, MIDDLE)
    tally = Tally(crm.leads, MIDDLE, n_hottest=5)

    passed = list(tally.watch(score_in_parts(model, crm, MIDDLE, part_rows=7)))

    assert sum(map(len, passed)) == len(whole.scores)
    assert tally.counts == whole.counts
    assert [lead.lead_id for lead in tally.hottest] == [whole.scores.lead_ids[row] for row in whole.scores.hottest(5)]
