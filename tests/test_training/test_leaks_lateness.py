"""Columns whose history begins after the outcome."""

from dataclasses import replace

import numpy as np
import pytest

from features.crm import Crm
from features.labels import Outcomes
from features.tables import MICROSECONDS_PER_DAY as DAY
from features.tables import NEVER_US, FloatArray, LeadArrays, NumberColumn, TextColumn
from features.versions import settle_versions
from training.leaks.finding import Leak
from training.leaks.lateness import filled_too_late

N = 100
EVERY = np.arange(N)
CREATED = EVERY * DAY
CLOSED = CREATED + 10 * DAY


def crm_of(known_after_days: FloatArray, *, n_closed: int = N, value: float = 1.0) -> Crm:
    """A lead a day, closed ten days later; its budget became known so many days after it came."""
    known_us = CREATED + (known_after_days * DAY).astype(np.int64)
    values = NumberColumn(np.full(N, value))
    history = {"budget": settle_versions(EVERY, known_us, known_us, values)}
    ids = tuple(f"{i:04}" for i in EVERY)
    leads = LeadArrays(ids, CREATED, TextColumn((), np.full(N, -1)), {"budget": values}, history)
    closed = np.where(n_closed > EVERY, CLOSED, NEVER_US)
    return Crm(leads, {"budget": "number"}, None, Outcomes(closed, np.where(EVERY % 2, closed, NEVER_US)), (), False)


def found_in(crm: Crm) -> list[Leak]:
    return filled_too_late(crm, ["budget"])


@pytest.mark.parametrize("days", [10.0, 11.0])
def test_a_column_that_is_filled_at_the_close_or_after_it_is_told(days: float) -> None:
    (leak,) = found_in(crm_of(np.full(N, days)))

    assert (leak.column, leak.rule, leak.value, leak.verdict) == ("budget", "filled_after_outcome", 1.0, "warn")
    assert "for 100% of the closed leads that have it" in leak.advice


def test_a_column_that_was_known_before_the_close_is_not() -> None:
    assert found_in(crm_of(np.full(N, 9.9))) == []


def test_some_late_cells_are_no_finding_and_most_are() -> None:
    assert found_in(crm_of(np.where(EVERY < 40, 20.0, 1.0))) == []
    assert len(found_in(crm_of(np.where(EVERY < 60, 20.0, 1.0)))) == 1


def test_an_empty_cell_is_no_value() -> None:
    assert found_in(crm_of(np.full(N, 20.0), value=np.nan)) == []


def test_few_closed_leads_tell_nothing() -> None:
    assert found_in(crm_of(np.full(N, 20.0), n_closed=49)) == []


def test_a_lead_that_was_lost_first_ended_with_its_win() -> None:
    crm = crm_of(np.full(N, 20.0))
    won_late = replace(crm, outcomes=Outcomes(CLOSED, CLOSED + 30 * DAY))

    assert found_in(won_late) == []


def test_without_a_history_nothing_is_said() -> None:
    crm = crm_of(np.full(N, 20.0))

    assert found_in(replace(crm, leads=replace(crm.leads, history={}))) == []
