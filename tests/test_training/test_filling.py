"""When attributes are filled in."""

from dataclasses import replace

import numpy as np
import pytest

from features.crm import Crm
from features.labels import Outcomes
from features.tables import MICROSECONDS_PER_DAY as DAY
from features.tables import NEVER_US, LeadArrays, NumberColumn, TextColumn
from features.versions import Versions, settle_versions
from training.filling import FilledLater, filled_later, lacking_history

N = 200
NOW = N * DAY


def crm_of(filled: list[bool], *, n_closed: int = 0, history: dict[str, Versions] | None = None) -> Crm:
    """A lead a day; the first are the oldest, and the first are closed."""
    budget = NumberColumn(np.where(filled, 1.0, np.nan))
    ids = tuple(f"{i:04}" for i in range(N))
    created_us = np.arange(N, dtype=np.int64) * DAY
    leads = LeadArrays(ids, created_us, TextColumn((), np.full(N, -1)), {"budget": budget}, history or {})
    closed_us = np.where(np.arange(N) < n_closed, NOW - 1, NEVER_US)
    outcomes = Outcomes(closed_us, np.full(N, NEVER_US))
    return Crm(leads, {"budget": "number"}, None, outcomes, (), is_flat=False)


def share(old: float, young: float) -> list[bool]:
    half = N // 2
    return [i < old * half for i in range(half)] + [i < young * half for i in range(half)]


@pytest.mark.parametrize(
    ("old", "young", "is_found"),
    [(0.8, 0.2, True), (0.5, 0.2, True), (0.5, 0.5, False), (0.2, 0.8, False), (0.52, 0.5, False), (1.0, 1.0, False)],
)
def test_a_column_that_older_open_leads_have_more_often_is_found(old: float, young: float, is_found: bool) -> None:
    found = filled_later(crm_of(share(old, young)), NOW)

    assert found == ((FilledLater("budget", young, old),) if is_found else ())


def test_closed_leads_say_nothing() -> None:
    assert filled_later(crm_of(share(1.0, 0.0), n_closed=N // 2), NOW) == ()


def test_a_column_with_a_history_is_known_as_it_stood() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    none = settle_versions(nothing, nothing, nothing, NumberColumn(np.zeros(0)))

    assert filled_later(crm_of(share(1.0, 0.2), history={"budget": none}), NOW) == ()


def test_a_table_without_times_has_no_ages() -> None:
    crm = crm_of(share(1.0, 0.0))

    assert filled_later(replace(crm, leads=replace(crm.leads, created_us=None)), NOW) == ()


def test_values_of_today_that_the_history_lacks_are_counted() -> None:
    at = np.array([DAY, DAY, DAY])
    versions = settle_versions(np.array([0, 1, 2]), at, at, NumberColumn(np.array([5.0, np.nan, 7.0])))

    assert lacking_history(crm_of([True] * 4 + [False] * (N - 4), history={"budget": versions}), NOW) == {"budget": 2}
