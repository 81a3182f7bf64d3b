"""`score_leads`: the same score however the rows are asked for, and nothing from the future in it."""

from dataclasses import replace

import numpy as np
import pytest

from features.crm import Crm
from features.machine_clicks import MailColumns, judge_machines
from features.snapshots import Snapshots, snapshots_at
from features.tables import MICROSECONDS_PER_DAY as DAY
from features.tables import MICROSECONDS_PER_SECOND as SECOND
from features.tables import EventArrays, IntArray, LeadArrays, NumberColumn
from models.calibration import Calibrator
from models.explanation import check_sum
from models.lead_model import LeadModel
from models.scoring import Scores, explain_rows, score_leads
from tests.company import DAYS, START_US, TYPES, request_for, shuffled, small_crm
from training.history import build_history
from training.run import train_model

MIDDLE = START_US + (DAYS - 60) * DAY


def scored(model: LeadModel, crm: Crm, as_of_us: int = MIDDLE) -> Scores:
    return score_leads(model, crm.leads, crm.events, snapshots_at(crm.leads, as_of_us))


def with_events(crm: Crm, events: EventArrays) -> Crm:
    return replace(crm, events=events)


def assert_same(one: Scores, other: Scores) -> None:
    assert one.log_odds.tobytes() == other.log_odds.tobytes()
    assert one.contributions.values.tobytes() == other.contributions.values.tobytes()
    assert one.summaries == other.summaries
    assert list(one.reasons) == list(other.reasons)
    assert one.ledger.values.tobytes() == other.ledger.values.tobytes()


def test_one_lead_at_a_time_scores_as_in_the_batch(model: LeadModel, crm: Crm) -> None:
    batch = scored(model, crm)

    for row in range(0, len(batch), 7):
        lead = batch.matrix.snapshots.lead[[row]]
        assert crm.events is not None
        own = crm.events.of_leads(lead, len(crm.leads))
        one = score_leads(model, crm.leads.take(lead), own, Snapshots(np.array([0]), np.array([MIDDLE])))
        assert one.log_odds[0] == pytest.approx(batch.log_odds[row], abs=1e-12)
        assert (one.summaries[0], one.reasons[0]) == (batch.summaries[row], batch.reasons[row])


def test_training_rows_are_scored_from_the_same_numbers_as_the_batch(model: LeadModel, crm: Crm) -> None:
    history = build_history(crm, request_for(crm), model.rulebook)

    served = score_leads(model, crm.leads, crm.events, history.data.matrix.snapshots, n_reasons=0)

    assert served.matrix.values.tobytes() == history.data.matrix.values.tobytes()
    assert served.ledger.points.tobytes() == history.data.points.tobytes()
    trained = explain_rows(model, history.data.matrix, served.ledger)
    assert np.abs(trained.log_odds - served.log_odds).max() <= 1e-12


def test_events_at_or_after_as_of_change_neither_score_nor_sentence(model: LeadModel, crm: Crm) -> None:
    assert crm.events is not None
    past = crm.events.take(crm.events.at_us < MIDDLE)

    assert len(past) < len(crm.events)
    assert_same(scored(model, with_events(crm, past)), scored(model, crm))


def test_an_event_exactly_at_as_of_is_not_seen_and_one_a_microsecond_before_is(model: LeadModel, crm: Crm) -> None:
    lead = snapshots_at(crm.leads, MIDDLE).lead[-1]

    def with_demo_at(at_us: int) -> Scores:
        assert crm.events is not None
        past = crm.events.take(crm.events.at_us < MIDDLE)
        code = past.types.index(TYPES[1])
        events = replace(
            past,
            lead=np.append(past.lead, lead),
            type_code=np.append(past.type_code, code),
            at_us=np.append(past.at_us, at_us),
        )
        return scored(model, with_events(crm, events))

    assert_same(with_demo_at(MIDDLE), with_demo_at(MIDDLE + DAY))
    assert with_demo_at(MIDDLE - 1).log_odds[-1] != with_demo_at(MIDDLE).log_odds[-1]


def test_a_shuffled_log_gives_the_same_bytes(model: LeadModel, crm: Crm) -> None:
    assert crm.events is not None

    assert_same(scored(model, with_events(crm, shuffled(crm.events))), scored(model, crm))


def test_the_same_tables_score_the_same_twice_and_stay_as_they_are(model: LeadModel, crm: Crm) -> None:
    before = fingerprint_of(crm)

    first, second = scored(model, crm), scored(model, crm)

    assert_same(first, second)
    assert fingerprint_of(crm) == before


def fingerprint_of(crm: Crm) -> list[bytes]:
    assert crm.events is not None
    assert crm.leads.created_us is not None
    arrays = [crm.leads.created_us, crm.events.lead, crm.events.type_code, crm.events.at_us, crm.outcomes.closed_us]
    arrays += [
        column.values.view(np.int64) if isinstance(column, NumberColumn) else column.codes
        for column in crm.leads.columns.values()
    ]
    return [array.tobytes() for array in arrays]


def test_outcomes_are_never_asked_for(model: LeadModel, crm: Crm) -> None:
    leads = LeadArrays(crm.leads.ids, crm.leads.created_us, crm.leads.accounts, crm.leads.columns)

    alone = score_leads(model, leads, crm.events, snapshots_at(leads, MIDDLE))

    assert_same(alone, scored(model, crm))


def test_the_summary_does_not_depend_on_how_many_reasons_are_asked_for(model: LeadModel, crm: Crm) -> None:
    snapshots = snapshots_at(crm.leads, MIDDLE)

    by_limit = [score_leads(model, crm.leads, crm.events, snapshots, n_reasons=n) for n in (0, 1, 2, 5)]

    assert all(scores.summaries == by_limit[0].summaries for scores in by_limit)
    assert not any(by_limit[0].reasons)


def test_rules_alone_score_and_explain_before_the_first_deal(rules_model: LeadModel, crm: Crm) -> None:
    scores = scored(rules_model, crm)

    assert (rules_model.facts.source, rules_model.booster) == ("rules", None)
    check_sum(scores.contributions)
    odds = rules_model.rulebook.odds
    assert np.isnan(scores.percentile).all()
    assert scores.probability[scores.ledger.points == 0] == pytest.approx(odds.base)
    assert not scores.dormant.any()


def test_twenty_points_more_double_the_odds_before_the_first_deal(rules_model: LeadModel, crm: Crm) -> None:
    scores = scored(rules_model, crm)

    expected = scores.ledger.points / rules_model.rulebook.odds.double_every * np.log(2)

    assert np.allclose(scores.log_odds - scores.contributions.base_log_odds, expected, atol=1e-12)


def test_fewer_than_twenty_won_leads_leave_the_word_to_the_rules() -> None:
    few = small_crm(n_closed=30)

    facts = train_model(few, request_for(few)).model.facts

    assert facts.source == "rules"
    assert facts.trained_on.n_won > 0
    assert facts.metrics == {}


def test_a_lead_older_than_any_that_was_trained_on_is_dormant(model: LeadModel, crm: Crm) -> None:
    oldest = model.facts.trained_on.oldest_age_us
    assert crm.leads.created_us is not None
    assert oldest is not None
    first = Snapshots(np.array([0, 0]), crm.leads.created_us[0] + np.array([oldest, oldest + 1]))

    scores = score_leads(model, crm.leads, crm.events, first)

    assert scores.dormant.tolist() == [False, True]


def test_nobody_to_score_is_no_rows(model: LeadModel, crm: Crm) -> None:
    scores = scored(model, crm, START_US - 1)

    assert len(scores) == 0
    assert scores.hottest(10) == []


def test_the_hottest_are_the_highest_in_order(model: LeadModel, crm: Crm) -> None:
    scores = scored(model, crm)

    assert scores.log_odds[scores.hottest(10)].tolist() == sorted(scores.log_odds, reverse=True)[:10]


def test_who_is_disqualified_comes_after_all_others_however_likely(model: LeadModel, crm: Crm) -> None:
    text = model.rules_text + "\ngates:\n  - {id: clerks, when: {field: job_title, is: CEO}, reason: buy anyway}\n"
    scores = scored(replace(model, rules_text=text), crm)
    out = scores.qualification.gated.is_disqualified

    order = scores.hottest(len(scores))

    assert 0 < out.sum() < len(scores)
    assert np.flatnonzero(out[order]).tolist() == list(range(len(scores) - int(out.sum()), len(scores)))


def test_a_column_that_is_absent_is_missing(model: LeadModel, crm: Crm) -> None:
    columns = {name: column for name, column in crm.leads.columns.items() if name not in ("country", "founded")}
    leads = replace(crm.leads, columns=columns)

    scores = score_leads(model, leads, crm.events, snapshots_at(leads, MIDDLE))

    assert {scores.cell("country", row) for row in range(len(scores))} == {None}
    assert {scores.cell("days_since:founded", row) for row in range(len(scores))} == {None}


def test_a_ledger_line_is_a_cell_too(model: LeadModel, crm: Crm) -> None:
    scores = scored(model, crm)

    assert scores.cell("rule:demo", 0) == scores.ledger.values[0, 0]


def test_contributions_pass_through_the_calibrator(model: LeadModel, crm: Crm) -> None:
    calibrated = replace(model, facts=replace(model.facts, calibrator=Calibrator(0.3, 0.5)))

    plain, line = scored(model, crm).contributions, scored(calibrated, crm).contributions
    assert line.log_odds == pytest.approx(0.3 + 0.5 * plain.log_odds)
    assert line.values == pytest.approx(0.5 * plain.values)
    assert line.base_log_odds == pytest.approx(0.3 + 0.5 * plain.base_log_odds)


def log_with(crm: Crm, lead: IntArray, at_us: IntArray, event_type: str) -> EventArrays:
    """The company's log with events of one type added."""
    assert crm.events is not None
    types = tuple(sorted({*crm.events.types, event_type}))
    old = np.array([types.index(name) for name in crm.events.types])
    return EventArrays(
        lead=np.concatenate([crm.events.lead, lead]),
        type_code=np.concatenate([old[crm.events.type_code], np.full(len(lead), types.index(event_type))]),
        at_us=np.concatenate([crm.events.at_us, at_us]),
        recorded_us=None,
        types=types,
    )


def test_a_gateway_that_follows_every_link_of_a_thousand_mails_changes_no_score() -> None:
    company = small_crm()
    assert company.leads.created_us is not None
    mailed = np.repeat(np.arange(250), 4)
    sent_us = company.leads.created_us[mailed] + np.tile(np.arange(1, 5), 250) * DAY + 1_234_567
    crm = replace(company, events=log_with(company, mailed, sent_us, "email_sent"))
    model = train_model(crm, request_for(crm)).model
    clicked, unsubscribed = crm, np.arange(0, 1000, 9)
    for link in range(4):
        clicked = replace(clicked, events=log_with(clicked, mailed, sent_us + (1 + link) * SECOND, "email_click"))
    left = log_with(clicked, mailed[unsubscribed], sent_us[unsubscribed] + 6 * SECOND, "unsubscribe")
    events, counts = judge_machines(left, MailColumns(), {})

    before, after = scored(model, crm), scored(model, with_events(crm, events))

    assert counts.total == 4 * 1000 + len(unsubscribed)
    assert np.abs(after.log_odds - before.log_odds).max() <= 1e-9
    assert_same(after, before)
    assert before.machine_events.sum() == 0
    is_past = sent_us + 6 * SECOND < MIDDLE
    assert after.machine_events.sum() >= 4 * is_past[np.isin(mailed, before.matrix.snapshots.lead)].sum() > 0
    assert np.abs(scored(model, with_events(crm, left)).log_odds - before.log_odds).max() > 0.1  # were they a person's
