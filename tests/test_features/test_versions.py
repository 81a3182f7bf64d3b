"""One attribute as it changed, and what was known of it before a time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.tables import NumberColumn, TextColumn
from features.versions import Versions, settle_versions

#: lead, valid from, recorded at, value
Change = tuple[int, int, int, str | None]
CHANGES = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 6), st.integers(0, 6), st.sampled_from([None, "a", "b", "c"])),
    max_size=10,
)


def versions_of(changes: list[Change]) -> Versions:
    lead, valid_us, recorded_us = (np.array([row[k] for row in changes], dtype=np.int64) for k in range(3))
    return settle_versions(lead, valid_us, recorded_us, TextColumn.of(row[3] for row in changes))


def text_at(versions: Versions, lead: int, as_of: int) -> str | None:
    column = versions.at(np.array([lead]), np.array([as_of]))
    assert isinstance(column, TextColumn)
    return column.cell(0)


@given(CHANGES, st.integers(0, 2), st.integers(0, 8), st.randoms())
def test_the_value_is_that_of_the_newest_version_among_those_known(
    changes: list[Change], lead: int, as_of: int, random: object
) -> None:
    known = [row for row in changes if row[0] == lead and max(row[1], row[2]) < as_of]
    newest = max(known, key=lambda row: (row[1], row[2], row[3] or ""), default=None)

    shuffled = list(changes)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # a Random

    assert text_at(versions_of(changes), lead, as_of) == (None if newest is None else newest[3])
    assert text_at(versions_of(shuffled), lead, as_of) == text_at(versions_of(changes), lead, as_of)


@given(CHANGES, st.integers(0, 7), st.integers(0, 2))
def test_what_is_known_later_changes_nothing(changes: list[Change], until: int, lead: int) -> None:
    past = versions_of([row for row in changes if max(row[1], row[2]) < until])

    for as_of in range(until + 1):
        assert text_at(versions_of(changes), lead, as_of) == text_at(past, lead, as_of)
    assert text_at(versions_of(changes).before(until), lead, 99) == text_at(past, lead, 99)


@given(CHANGES, st.lists(st.integers(0, 2), max_size=4))
def test_the_versions_of_some_leads_are_theirs(changes: list[Change], index: list[int]) -> None:
    taken = versions_of(changes).of_leads(np.array(index, dtype=np.int64))

    for position, lead in enumerate(index):
        assert text_at(taken, position, 5) == text_at(versions_of(changes), lead, 5)


def test_numbers_are_missing_before_their_first_version_and_where_it_was_emptied() -> None:
    at = np.array([10, 30, 20])
    versions = settle_versions(np.array([1, 1, 1]), at, at, NumberColumn(np.array([1.0, 3.0, np.nan])))

    column = versions.at(np.array([1, 1, 1, 1, 0]), np.array([10, 11, 21, 31, 99]))

    assert isinstance(column, NumberColumn)
    assert column.values == pytest.approx([np.nan, 1, np.nan, 3, np.nan], nan_ok=True)


def test_a_value_recorded_late_does_not_hide_a_newer_one() -> None:
    versions = versions_of([(0, 1, 5, "old"), (0, 3, 3, "new")])

    assert [text_at(versions, 0, as_of) for as_of in (3, 4, 6)] == [None, "new", "new"]


def test_without_any_version_every_cell_is_missing() -> None:
    column = versions_of([]).at(np.array([0, 1]), np.array([5, 5]))

    assert isinstance(column, TextColumn)
    assert column.codes.tolist() == [-1, -1]
