"""History: ripe, labelled snapshots with their features and points, and what they are known by."""

from dataclasses import replace

import numpy as np
import pytest

from features.crm import Crm
from features.labels import Outcomes
from features.tables import MICROSECONDS_PER_DAY as DAY
from features.tables import NEVER_US, TextColumn
from models.rules import load_rulebook, load_starter, starter_text
from tests.company import HORIZON, flat_crm, request_for, shuffled, small_crm
from training.greedy_gates import GreedyGate
from training.history import History, build_history, fingerprint


def history_of(crm: Crm, *, is_ordered: bool = True) -> History:
    return build_history(crm, request_for(crm, is_ordered=is_ordered), load_starter())


@pytest.fixture(scope="module")
def history(crm: Crm) -> History:
    return history_of(crm)


def test_every_row_is_ripe_and_open_and_labelled_by_its_horizon(history: History, crm: Crm) -> None:
    rows = history.data.matrix.snapshots

    assert (rows.as_of_us + HORIZON <= crm.observed_until_us).all()
    assert (rows.as_of_us < crm.outcomes.closed_us[rows.lead]).all()
    assert np.array_equal(history.data.won, crm.outcomes.won_us[rows.lead] <= rows.as_of_us + HORIZON)


def test_points_and_features_are_of_the_same_rows(history: History, crm: Crm) -> None:
    assert crm.leads.created_us is not None
    rows = history.data.matrix.snapshots

    assert len(history.data.points) == len(history.data.matrix.values) == len(rows)
    assert history.oldest_age_us == (rows.as_of_us - crm.leads.created_us[rows.lead]).max()


def test_leads_of_an_account_share_both_kinds_of_fold(history: History, crm: Crm) -> None:
    account = crm.leads.accounts.codes[history.data.lead]

    for fold in (history.data.fold, history.data.judging_fold):
        assert all(len(set(fold[account == code])) == 1 for code in np.unique(account[account >= 0]))
    assert len(set(history.data.judging_fold)) == 5


def test_without_a_closed_deal_nothing_is_known_rather_than_all_lost() -> None:
    history = history_of(small_crm(n_closed=0))

    assert len(history.data) == 0
    assert history.oldest_age_us is None


def test_a_flat_table_gives_each_closed_row_once_in_its_order() -> None:
    crm = flat_crm()

    history = history_of(crm)

    closed = np.flatnonzero(crm.outcomes.closed_us != NEVER_US)
    assert history.data.matrix.snapshots.lead.tolist() == closed.tolist()
    assert (history.horizon_us, history.oldest_age_us, history.is_ordered) == (None, None, True)
    assert not history_of(crm, is_ordered=False).is_ordered


def test_deals_of_leads_without_times_have_neither_horizon_nor_order() -> None:
    crm = replace(flat_crm(), is_flat=False)

    history = history_of(crm, is_ordered=False)

    assert (history.horizon_us, history.is_ordered) == (None, False)


def test_the_fingerprint_is_the_same_for_a_shuffled_log(history: History, crm: Crm) -> None:
    assert crm.events is not None

    again = history_of(replace(crm, events=shuffled(crm.events)))

    assert fingerprint(again.data) == fingerprint(history.data)


def test_the_fingerprint_does_not_know_levels_that_no_row_has(history: History) -> None:
    matrix = history.data.matrix
    country = matrix.categories["country"]
    more = TextColumn(("Aruba", *country.levels), np.where(country.codes < 0, -1, country.codes + 1))

    other = replace(matrix, categories={**matrix.categories, "country": more})

    assert fingerprint(replace(history.data, matrix=other)) == fingerprint(history.data)


@pytest.mark.parametrize("what", ["values", "points", "won", "country"])
def test_the_fingerprint_changes_with_every_part(history: History, what: str) -> None:
    data = history.data
    if what == "values":
        changed = replace(data, matrix=replace(data.matrix, values=data.matrix.values + 1))
    elif what == "country":
        turned = TextColumn(data.matrix.categories["country"].levels, data.matrix.categories["country"].codes[::-1])
        changed = replace(data, matrix=replace(data.matrix, categories={**data.matrix.categories, "country": turned}))
    else:
        changed = replace(data, points=data.points + 1) if what == "points" else replace(data, won=~data.won)

    assert fingerprint(changed) != fingerprint(data)


def test_building_a_history_changes_no_outcome(crm: Crm) -> None:
    before = Outcomes(crm.outcomes.closed_us.copy(), crm.outcomes.won_us.copy())

    history_of(crm)

    assert np.array_equal(before.closed_us, crm.outcomes.closed_us)
    assert np.array_equal(before.won_us, crm.outcomes.won_us)


def gated_history(crm: Crm, when: str, *, scope: str = "all") -> tuple[History, History]:
    """The history with a gate, and that without."""
    text = starter_text() + f"\ngates:\n  - {{id: out, when: {when}, scope: {scope}, reason: r}}\n"
    with_gate, without = (
        build_history(crm, request_for(crm), load_rulebook(rules, name="rules.yaml"))
        for rules in (text, starter_text())
    )
    return with_gate, without


def test_a_gate_that_closed_later_takes_no_earlier_snapshot_of_its_lead(crm: Crm) -> None:
    gated, whole = gated_history(crm, "{event: demo_request, within: 30d}")
    assert crm.events is not None
    asked = crm.events.types.index("demo_request")
    rows = whole.data.matrix.snapshots
    log = crm.events.take(crm.events.type_code == asked)

    held = [
        any(0 < at - when <= 30 * DAY for when in log.at_us[log.lead == lead])
        for lead, at in zip(rows.lead.tolist(), rows.as_of_us.tolist(), strict=True)
    ]

    kept = rows.take(~np.array(held))
    assert 0 < sum(held) < len(rows)
    assert gated.data.matrix.snapshots.lead.tolist() == kept.lead.tolist()
    assert gated.data.matrix.snapshots.as_of_us.tolist() == kept.as_of_us.tolist()
    assert set(rows.lead[np.array(held)]) & set(kept.lead)


def test_a_gate_for_mail_takes_nothing_from_the_history(crm: Crm) -> None:
    gated, whole = gated_history(crm, "{event: demo_request}", scope="mail")

    assert len(gated.data) == len(whole.data)


def test_a_gate_that_shuts_out_half_of_those_who_bought_is_refused_with_its_place(crm: Crm) -> None:
    with pytest.raises(GreedyGate, match=r"the gate 'out' shuts out .* narrow its condition") as caught:
        gated_history(crm, "{event: any}")

    assert [problem.key for problem in caught.value.found] == [("gates", 0)]
