"""From a table of changes to attributes as they stood: what holds whatever its rows and their order."""

import csv
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from features.build import FeatureMatrix, build_features
from features.crm import Crm
from features.crm_reader import read_crm
from features.crm_sections import CrmSections
from features.history_table import HistorySection
from features.snapshots import snapshots_at
from features.sources import BadProject
from features.spec import FeatureSpec, learn_spec
from features.tables import MICROSECONDS_PER_DAY as DAY
from features.tables import NumberColumn, TextColumn, no_events
from models.rules import load_rulebook, score_rules

Rows = Sequence[tuple[str, ...]]

LONG = {"source": "history.csv", "lead": "lead", "field": "field", "value": "value", "valid_from": "since"}
LONG_HEADER = ("lead", "field", "value", "since", "known")
WIDE = {"source": "history.csv", "lead": "lead", "valid_from": "since"}
NO_TIME = "a date or time like 2026-03-31 or 2026-03-31T14:05:00Z is expected"
#: Its changes alone say what a lead is: the values of today are none of any other day.
LEADS = "id,at,size,city,seen\n" + "".join(f"{name},1970-01-01,999,Today,1970-01-01\n" for name in "abc")
KINDS = {"size": "number", "city": "category", "seen": "date"}
RULES = """
version: 1
odds: {base: 0.1, double_every: 10}
rules:
  - {id: big, when: {field: size, at_least: 2}, points: 10, group: fit}
  - {id: ulm, when: {field: city, is: Ulm}, points: 4, group: fit}
  - {id: gone, when: {field: city, missing: true}, points: 1, group: fit}
levels: {fit: [15, 35], engagement: [15, 40]}
tiers: {hot: [[high, high]], warm: [[medium, medium]]}
stages: {mql: {points: 40}, sql: {points: 80}}
"""
RULEBOOK = load_rulebook(RULES, name="rules.yaml")
DAYS = [f"1970-01-{day:02}T12:00Z" for day in range(1, 9)]
DAY_ONE = "1970-01-01"
#: Each field is tracked from the start, whatever the other rows are.
START: Rows = [("a", field, "", DAYS[0], "") for field in KINDS]
VALUES = [("size", "1"), ("size", "2.5"), ("size", ""), ("city", "Ulm"), ("city", ""), ("seen", DAY_ONE)]
CHANGES = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.sampled_from(VALUES),
        st.sampled_from(DAYS),
        st.just("") | st.sampled_from(DAYS),
    ).map(lambda change: (change[0], *change[1], change[2], change[3])),
    max_size=12,
)  # fmt: skip
FILES = settings(deadline=None, max_examples=15)


def sections(history: dict[str, str], max_bad: float = 0.0) -> CrmSections:
    leads = {"source": "leads.csv", "id": "id", "created_at": "at", "columns": KINDS}
    return CrmSections.model_validate({"leads": leads, "history": history, "max_bad": max_bad})


def read(folder: Path, header: Sequence[str], rows: Rows, said: dict[str, str], max_bad: float = 0.0) -> Crm:
    (folder / "leads.csv").write_text(LEADS, encoding="utf-8")
    with (folder / "history.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return read_crm(sections(said, max_bad), folder)


def read_changes(rows: Rows) -> Crm:
    with tempfile.TemporaryDirectory() as folder:
        return read(Path(folder), LONG_HEADER, [*START, *rows], {**LONG, "recorded_at": "known"})


def features_of(crm: Crm, as_of_us: int, spec: FeatureSpec) -> tuple[bytes, list[list[str | None]], bytes]:
    """All that is computed of attributes: numbers, categories and the points of rules."""
    snapshots = snapshots_at(crm.leads, as_of_us)
    matrix: FeatureMatrix = build_features(crm.leads, None, snapshots, spec)
    texts = [[column.cell(row) for row in range(len(matrix))] for column in matrix.categories.values()]
    ledger = score_rules(RULEBOOK, crm.leads, no_events(), snapshots)
    return matrix.values.tobytes(), texts, ledger.values.tobytes()


SPEC = FeatureSpec(KINDS, ("size",), ("seen",), ("city",), (), has_events=False, has_times=True)  # type: ignore[arg-type]


@FILES
@given(CHANGES, st.integers(0, 8))
def test_a_change_at_or_after_as_of_changes_nothing(rows: Rows, day: int) -> None:
    as_of = f"1970-01-{day + 1:02}T12:00Z"
    as_of_us = day * DAY + DAY // 2
    past = [row for row in rows if max(row[3], row[4]) < as_of]

    now, then = features_of(read_changes(rows), as_of_us, SPEC), features_of(read_changes(past), as_of_us, SPEC)

    assert now == then


@FILES
@given(CHANGES, st.randoms())
def test_the_order_of_changes_changes_nothing(rows: Rows, random: Random) -> None:
    shuffled = random.sample(rows, len(rows))

    crm, other = read_changes(rows), read_changes(shuffled)

    for as_of_us in (3 * DAY, 9 * DAY):
        assert features_of(crm, as_of_us, SPEC) == features_of(other, as_of_us, SPEC)


@FILES
@given(CHANGES, st.integers(1, 8))
def test_tables_before_a_time_have_no_later_change(rows: Rows, day: int) -> None:
    until_us = day * DAY + DAY // 2
    past = [row for row in rows if max(row[3], row[4]) < DAYS[day] ] if day < 8 else rows  # fmt: skip

    cut, whole = read_changes(rows).before(until_us), read_changes(past)

    assert features_of(cut, 99 * DAY, SPEC) == features_of(whole, 99 * DAY, SPEC)
    assert learn_spec(cut.leads, None, cut.kinds) == learn_spec(whole.leads, None, whole.kinds)


def test_attributes_are_those_of_the_time_of_each_snapshot(tmp_path: Path) -> None:
    size = [("a", "size", "5", "1970-01-02", ""), ("a", "size", "7", "1970-01-04T00:00Z", "")]
    rows = [*size, ("b", "city", "Ulm", DAYS[0], "")]
    leads = read(tmp_path, LONG_HEADER, rows, LONG).leads

    sizes = leads.attribute("size", np.array([0, 0, 0, 1]), np.array([2 * DAY - 1, 2 * DAY, 4 * DAY + 1, 9 * DAY]))
    city, seen = (leads.attribute(name, np.array([0, 1]), np.array([9 * DAY] * 2)) for name in ("city", "seen"))

    assert isinstance(sizes, NumberColumn)
    assert sizes.values.tolist()[1:3] == [5, 7]  # a day is known once it is over
    assert np.isnan(sizes.values[[0, 3]]).all()  # no value yet; never one
    assert isinstance(city, TextColumn)
    assert [city.cell(0), city.cell(1)] == [None, "Ulm"]
    assert isinstance(seen, NumberColumn)
    assert seen.values.tolist() == [DAY - 1.0] * 2  # without a history, as it stands
    assert leads.attribute("nothing", np.array([0]), np.array([0])) is None


def test_rules_ask_what_was_known(tmp_path: Path) -> None:
    rows = [("a", "city", "Ulm", DAYS[0], ""), ("a", "city", "Bern", DAYS[4], ""), ("b", "city", "Ulm", DAYS[4], "")]
    leads = read(tmp_path, LONG_HEADER, rows, LONG).leads

    points = [score_rules(RULEBOOK, leads, no_events(), snapshots_at(leads, day * DAY)).points for day in (3, 9)]

    assert [column.tolist() for column in points] == [[14, 11, 11], [10, 14, 11]]  # all are of size 999 today


def test_a_row_per_version_says_all_its_columns(tmp_path: Path) -> None:
    rows = [("a", DAYS[0], "5", "Ulm", "x"), ("a", DAYS[2], "", "Bern", "y"), ("b", DAYS[1], "8", "?", "z")]
    crm = read(tmp_path, ("lead", "since", "size", "city", "other"), rows, WIDE)

    assert sorted(crm.leads.history) == ["city", "size"]
    assert features_of(crm, 9 * DAY, SPEC)[1] == [["Bern", None, None]]
    assert crm.counts[-1].rows_used == 3


def test_versions_are_the_newest_time_where_nothing_is_newer(tmp_path: Path) -> None:
    assert read(tmp_path, LONG_HEADER, [("a", "size", "5", DAYS[3], "")], LONG).newest_us == 3 * DAY + DAY // 2


def test_a_column_varies_if_its_history_does(tmp_path: Path) -> None:
    rows = [("a", "size", "5", DAYS[0], ""), ("b", "size", "6", DAYS[0], "")]

    assert learn_spec(*_tables(read(tmp_path, LONG_HEADER, rows, LONG))).numbers == ("size",)
    assert learn_spec(*_tables(read(tmp_path, LONG_HEADER, rows[:1], LONG))).numbers == ()


def _tables(crm: Crm):  # type: ignore[no-untyped-def]  # the arguments of learn_spec
    return crm.leads, crm.events, crm.kinds


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (("zz", "size", "5", DAYS[0], ""), "lead", "no usable lead with this id in the leads table"),
        (("a", "size", "many", DAYS[0], ""), "value", "a number is expected"),
        (("a", "size", "5", "", ""), "since", "the time that a value holds from is needed, the cell is empty"),
        (("a", "size", "5", "soon", ""), "since", NO_TIME),
        (("a", "size", "5", DAYS[0], "soon"), "known", NO_TIME),
    ],
)  # fmt: skip
def test_a_change_that_can_not_be_used_is_said(tmp_path: Path, row: tuple[str, ...], column: str, reason: str) -> None:
    said = {**LONG, "recorded_at": "known"}

    crm = read(tmp_path, LONG_HEADER, [("b", "size", "7", DAYS[0], ""), row], said, max_bad=1.0)

    assert [(bad.row, bad.column, bad.reason) for bad in crm.counts[-1].bad] == [(3, column, reason)]
    assert crm.leads.history["size"].lead.tolist() == [1]


def test_changes_of_other_fields_are_passed_over(tmp_path: Path) -> None:
    rows = [("a", "owner", "Ann", DAYS[0], ""), ("a", "size", "7", DAYS[0], "")]

    crm = read(tmp_path, LONG_HEADER, rows, LONG)

    assert (sorted(crm.leads.history), crm.counts[-1].rows_used) == (["size"], 2)


@pytest.mark.parametrize(
    ("header", "rows", "said"),
    [
        (LONG_HEADER, [("a", "Size", "7", DAYS[0], "")], LONG),
        (("lead", "since", "Size"), [("a", DAYS[0], "7")], WIDE),
    ],
)
def test_a_history_of_nothing_in_the_leads_table_is_refused(
    tmp_path: Path, header: tuple[str, ...], rows: Rows, said: dict[str, str]
) -> None:
    with pytest.raises(BadProject, match=r"history\.csv has no attribute of the leads, but .*'Size'"):
        read(tmp_path, header, rows, said)


@pytest.mark.parametrize(("absent", "found"), [("value", "field"), ("field", "value")])
def test_field_and_value_go_together(absent: str, found: str) -> None:
    with pytest.raises(ValidationError, match=f"found `{found}` without `{absent}`"):
        HistorySection.model_validate({key: value for key, value in LONG.items() if key != absent})


def test_a_history_beside_leads_without_times_is_refused() -> None:
    with pytest.raises(ValidationError, match="found `history` beside leads without times"):
        CrmSections.model_validate({"leads": {"source": "leads.csv", "id": "id"}, "history": LONG})
