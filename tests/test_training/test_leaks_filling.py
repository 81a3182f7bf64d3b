"""Columns that fill up as leads age; the other signs of filling are planted in test_leak_audit.py."""

from dataclasses import replace

import numpy as np
import pytest

from features.crm import Crm
from features.labels import OpenDeals, Outcomes
from features.tables import MICROSECONDS_PER_DAY as DAY
from features.tables import NEVER_US, LeadArrays, NumberColumn, TextColumn
from training.leaks.filling import filling_leaks
from training.leaks.finding import Leak

N = 200
NOW = N * DAY


def crm_of(filled: list[bool], *, n_closed: int = 0) -> Crm:
    """A lead a day; the first are the oldest, and the first are closed."""
    budget = NumberColumn(np.where(filled, 1.0, np.nan))
    ids = tuple(f"{i:04}" for i in range(N))
    created_us = np.arange(N, dtype=np.int64) * DAY
    leads = LeadArrays(ids, created_us, TextColumn((), np.full(N, -1)), {"budget": budget})
    closed_us = np.where(np.arange(N) < n_closed, NOW - 1, NEVER_US)
    outcomes = Outcomes(closed_us, np.full(N, NEVER_US))
    return Crm(leads, {"budget": "number"}, None, outcomes, (), is_flat=False)


def share(old: float, young: float) -> list[bool]:
    half = N // 2
    return [i < old * half for i in range(half)] + [i < young * half for i in range(half)]


def leaks_of(crm: Crm, *, known_from_signup: frozenset[str] = frozenset()) -> list[Leak]:
    return filling_leaks(crm, ["budget"], known_from_signup=known_from_signup)


@pytest.mark.parametrize(("old", "young"), [(0.8, 0.2), (0.5, 0.2), (0.2, 0.02)])
def test_a_column_that_older_open_leads_have_more_often_is_found(old: float, young: float) -> None:
    (found,) = leaks_of(crm_of(share(old, young)))

    assert (found.column, found.rule, found.verdict) == ("budget", "filled_later", "warn")
    assert found.value == pytest.approx(old - young)
    assert f"{young:.0%} of the younger open leads and {old:.0%} of the older" in found.advice


@pytest.mark.parametrize(("old", "young"), [(0.5, 0.5), (0.2, 0.8), (0.52, 0.5), (0.6, 0.4), (1.0, 1.0)])
def test_a_rise_that_may_be_chance_is_not(old: float, young: float) -> None:
    assert leaks_of(crm_of(share(old, young))) == []


def test_what_is_said_to_be_known_from_the_signup_is_not_asked_again() -> None:
    assert leaks_of(crm_of(share(0.8, 0.2)), known_from_signup=frozenset(["budget"])) == []


def test_closed_leads_say_nothing() -> None:
    assert leaks_of(crm_of(share(1.0, 0.0), n_closed=N // 2)) == []


def test_a_lead_that_is_open_again_counts_as_open() -> None:
    crm = crm_of(share(1.0, 0.0), n_closed=N // 2)
    lost = np.arange(N // 2)
    closed_us = np.where(np.arange(N) < N // 2, 1, NEVER_US)
    deals = OpenDeals(lost, np.full(len(lost), 2), np.full(len(lost), NEVER_US))
    reopened = replace(crm, outcomes=Outcomes(closed_us, crm.outcomes.won_us, deals))

    assert [leak.rule for leak in leaks_of(reopened)] == ["filled_later"]


def test_a_table_without_times_has_no_ages() -> None:
    crm = crm_of(share(1.0, 0.0))

    assert leaks_of(replace(crm, leads=replace(crm.leads, created_us=None))) == []
