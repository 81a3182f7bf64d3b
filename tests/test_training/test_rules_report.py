"""Rules beside what came of the leads."""

import numpy as np
import pytest

from tests.rule_pasts import drawn, past, rules_book
from training.rules_report import report_rules


def test_each_rule_stands_beside_the_share_won_with_it_and_without() -> None:
    times = np.repeat([[1.0], [0.0]], [40, 60], axis=0)
    won = np.concatenate([np.arange(40) < 20, np.arange(60) < 6])

    (worth,) = report_rules(past(rules_book(10), times, won, is_split=False)).rules

    assert (worth.hit.n_leads, worth.hit.share) == (40, 0.5)
    assert (worth.missed.n_leads, worth.missed.share) == (60, 0.1)
    assert worth.lift.value == pytest.approx(5.0)
    assert worth.suggested is None


def test_a_lead_that_was_looked_at_often_weighs_no_more_than_another() -> None:
    lead = np.array([0] * 30 + [1, 2])
    won = lead == 0

    (worth,) = report_rules(past(rules_book(10), np.ones((32, 1)), won, lead=lead, is_split=False)).rules

    assert worth.hit.n_leads == 3
    assert worth.hit.share == pytest.approx(1 / 3)


def test_rules_are_flagged_that_are_dead_harmful_double_counted_or_rest_on_too_few() -> None:
    times, won = drawn(np.array([0.5, 0.4, 0.0, 0.005]), np.array([1.0, -1.5, 0.0, 0.0]))
    again = times[:, :1]

    report = report_rules(past(rules_book(20, 10, 5, 5, 8), np.hstack([times, again]), won))

    flags = {worth.id: worth.flags for worth in report.rules}
    assert flags == {
        "r0": ("double-counted",), "r1": ("harmful",), "r2": ("dead",), "r3": ("too few",), "r4": ("double-counted",),
    }  # fmt: skip
    assert [worth.hits_with for worth in report.rules] == [("r4",), (), (), (), ("r0",)]


def test_a_minus_against_leads_that_buy_is_harmful_too() -> None:
    times, won = drawn(np.array([0.5]), np.array([1.0]))

    (worth,) = report_rules(past(rules_book(-10), times, won, is_split=False)).rules

    assert worth.flags == ("harmful",)


def test_a_rule_that_is_right_beside_the_others_is_not_harmful_though_its_leads_buy_less() -> None:
    rng = np.random.default_rng(0)
    chat = rng.random(4000) < 0.3
    form = np.where(chat, rng.random(4000) < 0.05, rng.random(4000) < 0.8)
    times = np.column_stack([chat, form]).astype(np.float64)
    won = rng.random(4000) < 1 / (1 + np.exp(2.0 - 0.6 * chat - 2.5 * form))

    worth, _ = report_rules(past(rules_book(10, 40), times, won)).rules

    assert worth.lift.high is not None
    assert worth.lift.high < 1
    assert worth.flags == ()


def test_bands_of_points_tell_what_came_and_rise_when_evened() -> None:
    times, won = drawn(np.full(5, 0.5), np.array([1.0, 0.5, 0.5, -0.5, 0.2]), n=1500)

    report = report_rules(past(rules_book(20, 10, 10, 5, 5), times, won, is_split=False))

    came, evened = ([getattr(band, what) for band in report.bands] for what in ("came", "isotonic"))
    assert len(came) > 4
    assert evened == sorted(evened)
    assert report.bands[-1].promised > report.bands[0].promised
    total = sum(band.came.n_leads * (band.came.share or 0) for band in report.bands)
    assert total == pytest.approx(sum(band.came.n_leads * band.isotonic for band in report.bands))
    assert total == pytest.approx(won.sum())


def test_a_past_without_deals_is_reported_as_empty() -> None:
    report = report_rules(past(rules_book(20), np.zeros((0, 1)), np.zeros(0, dtype=bool), is_split=False))

    assert (report.won.n_leads, report.bands, report.suggestion) == (0, (), None)
