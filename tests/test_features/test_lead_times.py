"""Rows of leads counted up to a time."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from features.lead_times import count_before

PAIRS = st.lists(st.tuples(st.integers(0, 3), st.integers(-4, 4)), max_size=20)


@given(PAIRS, PAIRS)
def test_a_query_stands_where_its_lead_and_time_would_be_sorted_in(
    rows: list[tuple[int, int]], queries: list[tuple[int, int]]
) -> None:
    lead, at_us = np.array(sorted(rows), dtype=np.int64).reshape(-1, 2).T
    of_lead, before_us = np.array(queries, dtype=np.int64).reshape(-1, 2).T

    found = count_before(lead, at_us, of_lead=of_lead, before_us=before_us)

    assert found.tolist() == [sum(row < query for row in rows) for query in queries]
