"""Histories that lack what leads have today."""

import numpy as np

from features.crm import Crm
from features.labels import no_outcomes
from features.tables import MICROSECONDS_PER_DAY as DAY
from features.tables import LeadArrays, NumberColumn, TextColumn
from features.versions import settle_versions
from training.history_gaps import lacking_history


def test_values_of_today_that_the_history_lacks_are_counted() -> None:
    at = np.array([DAY, DAY, DAY])
    versions = settle_versions(np.array([0, 1, 2]), at, at, NumberColumn(np.array([5.0, np.nan, 7.0])))
    today = {"budget": NumberColumn(np.array([1.0, 1.0, 1.0, 1.0, np.nan]))}
    leads = LeadArrays(
        tuple("abcde"), np.zeros(5, dtype=np.int64), TextColumn((), np.full(5, -1)), today, {"budget": versions}
    )
    crm = Crm(leads, {"budget": "number"}, None, no_outcomes(5), (), is_flat=False)

    assert lacking_history(crm, 5 * DAY) == {"budget": 2}
