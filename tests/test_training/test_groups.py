"""Judged rows in groups: what was promised and what came."""

import numpy as np
import pytest

from features.tables import MICROSECONDS_PER_DAY as DAY
from features.tables import TextColumn
from training.evaluation import expected_calibration_error
from training.groups import JudgedRows, by_level, by_score, by_time, group_of


def rows_of(n: int, *, per_lead: int = 1) -> JudgedRows:
    """Of even odds, every other one won."""
    return JudgedRows(np.zeros(n), np.arange(n) % 2 == 0, np.arange(n) // per_lead)


def test_rows_of_one_lead_make_an_interval_no_narrower() -> None:
    once, often = group_of(rows_of(40), np.arange(40)), group_of(rows_of(400, per_lead=10), np.arange(400))

    assert (once.n_leads, often.n_leads) == (40, 40)
    assert (once.low, once.high) == (often.low, often.high)


def test_a_promise_outside_of_the_interval_is_off() -> None:
    promised = JudgedRows(np.full(40, 3.0), np.arange(40) % 2 == 0, np.arange(40))

    assert group_of(promised, np.arange(40)).is_off
    assert not group_of(rows_of(40), np.arange(40)).is_off


def test_groups_by_score_make_up_the_calibration_error() -> None:
    rng = np.random.default_rng(0)
    judged = JudgedRows(rng.normal(0, 1, 500), rng.random(500) < 0.4, np.arange(500))

    gaps = [abs(group.promised - group.observed) * group.n for group in by_score(judged)]

    assert sum(gaps) / 500 == pytest.approx(expected_calibration_error(judged.log_odds, judged.won))


def test_long_times_are_told_by_month_and_short_ones_by_week_from_monday() -> None:
    long, short = np.arange(200) * DAY, np.arange(28) * DAY  # from Thursday, 1970-01-01

    assert [group.label for group in by_time(rows_of(200), long)][:2] == ["1970-01", "1970-02"]
    assert [group.label for group in by_time(rows_of(280), np.repeat(short, 10))][:2] == ["1969-12-29", "1970-01-05"]


def test_rows_without_times_are_told_by_tenths() -> None:
    assert [group.n for group in by_time(rows_of(95), None)] == [10] * 5 + [9] * 5


def test_a_level_of_few_leads_is_told_to_nobody() -> None:
    cells = ["common"] * 50 + ["usual"] * 10 + ["rare"] * 9
    judged = rows_of(69)

    (name, groups), *others = by_level(judged, {"kind": TextColumn.of(cells)})

    assert (name, others) == ("kind", [])
    assert [group.label for group in groups] == ["common", "usual"]


def test_many_rows_of_few_leads_are_few() -> None:
    cells = ["common"] * 50 + ["rare"] * 50
    judged = JudgedRows(np.zeros(100), np.arange(100) % 2 == 0, np.append(np.arange(50), np.arange(50) % 9 + 50))

    assert list(by_level(judged, {"kind": TextColumn.of(cells)})) == []
