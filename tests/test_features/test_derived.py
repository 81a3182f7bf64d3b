"""What is derived from the texts of a profile: each distinct text once, missing where it is missing."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.derived import COMPLETENESS, MEASURES, MIN_FIELDS, Derived, Measure, derive, derived_from
from features.tables import Kind, NumberColumn, TextColumn


def cells_of(derived: Derived, **columns: list[str | None]) -> list[str | float | None]:
    texts = {name: TextColumn.of(cells) for name, cells in columns.items()}
    nothing = TextColumn((), np.full(len(next(iter(texts.values()))), -1))
    column = derive(derived, lambda name: texts.get(name, nothing))
    if isinstance(column, NumberColumn):
        return [None if np.isnan(value) else float(value) for value in column.values]
    return [column.cell(row) for row in range(len(column))]


def test_a_missing_text_says_nothing() -> None:
    assert cells_of(Derived("seniority", ("t",)), t=["CEO", None, "Wizard"]) == ["executive", None, "unknown"]
    assert cells_of(Derived("employees", ("s",)), s=["51-200", None, "some"]) == [101.0, None, None]
    assert cells_of(Derived("mailbox", ("e",)), e=[None, None]) == [None, None]


def test_a_mail_is_held_against_the_company_of_its_own_row() -> None:
    derived = Derived("is_mail_of_company", ("e", "c", ""))

    found = cells_of(derived, e=["a@acme.de", "a@acme.de", None, "a@acme.de"], c=["Acme", "Bolt", "Acme", None])

    assert found == [1.0, 0.0, None, None]


def test_completeness_is_the_share_of_fields_that_are_filled_in() -> None:
    columns: dict[str, list[str | None]] = {"a": ["x", None], "b": ["x", None], "c": ["x", "x"], "d": [None, None]}

    assert cells_of(Derived(COMPLETENESS, ("a", "b", "c", "d")), **columns) == [0.75, 0.25]


@pytest.mark.parametrize(
    ("kinds", "names"),
    [
        ({"t": "title"}, ["seniority:t", "department:t"]),
        ({"e": "email"}, ["mailbox:e"]),
        ({"e": "email", "c": "company"}, ["mailbox:e", "is_mail_of_company:e"]),
        ({"c": "company", "w": "website"}, []),
        ({"p2": "phone", "p1": "phone"}, ["is_plausible_phone:p1", "is_plausible_phone:p2"]),
        ({"l": "country", "i": "industry"}, ["industry:i", "country:l", "region:l"]),
        ({"n": "name", "r": "revenue", "x": "text", "y": "category"}, ["is_plausible_name:n", "revenue:r"]),
    ],
)
def test_the_kinds_of_columns_tell_what_is_derived(kinds: Mapping[str, Kind], names: list[str]) -> None:
    assert [derived.name for derived in derived_from(kinds)] == names


def test_the_completeness_of_few_fields_is_not_told() -> None:
    fields: list[Kind] = ["title", "email", "name"]

    assert len(fields) == MIN_FIELDS
    assert [one.columns for one in derived_from(dict(zip("abc", fields, strict=True))) if one.name == COMPLETENESS] == [
        ("a", "b", "c")
    ]
    assert COMPLETENESS not in [one.name for one in derived_from({"a": "title", "b": "email", "n": "number"})]


def test_each_distinct_text_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def ask(text: str) -> str:
        asked.append(text)
        return text

    monkeypatch.setitem(MEASURES, "seniority", Measure(("title",), ask))

    found = cells_of(Derived("seniority", ("t",)), t=["b", "a", None, "b", "a"])

    assert found == ["b", "a", None, "b", "a"]
    assert sorted(asked) == ["a", "b"]


CELL = st.none() | st.sampled_from(
    ["CEO", "a@acme.de", "b@gmail.com", "Acme", "acme.de", "1-10", "DE", "asdf", "1234567"]
)
ROWS = st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=8)


@pytest.mark.parametrize("measure", MEASURES)
@given(rows=ROWS, order=st.permutations(range(8)))
def test_a_row_says_the_same_alone_and_among_others(
    measure: str, rows: list[tuple[str | None, str | None, str | None]], order: list[int]
) -> None:
    names = ("a", "b", "c")[: len(MEASURES[measure].kinds)]
    derived = Derived(measure, names)
    mixed = [rows[i] for i in order if i < len(rows)]

    together = cells_of(derived, **{name: [row[i] for row in mixed] for i, name in enumerate(names)})

    assert together == [cells_of(derived, **{name: [row[i]] for i, name in enumerate(names)})[0] for row in mixed]
