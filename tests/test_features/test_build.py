"""From tables to numbers: the same in training, batch and API, from every kind of file."""

import gzip
import pickle
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.behaviour import NEVER_DAYS
from features.build import TIMELINE, FeatureMatrix, build_features, feature_names
from features.cell_texts import cell_text
from features.crm import Crm
from features.crm_reader import read_crm
from features.crm_sections import CrmSections
from features.derived import derived_from
from features.labels import no_outcomes, training_snapshots
from features.reading import Reading
from features.records import EventRecord, LeadRecord, arrays_of_records
from features.snapshots import GoalSection, Snapshots, snapshots_at, snapshots_of_rows
from features.spec import FeatureSpec, learn_spec
from features.tables import MICROSECONDS_PER_DAY as DAY
from features.tables import EventArrays, Kind, LeadArrays, NumberColumn, TextColumn

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 3, 20, tzinfo=UTC)
KINDS: dict[str, Kind] = {
    "visits": "number",
    "opted_in": "flag",
    "last_order": "date",
    "city": "category",
    "job_title": "title",
    "email": "email",
    "company": "company",
    "size": "employees",
}
SPEC = FeatureSpec(
    kinds=KINDS,
    numbers=("opted_in", "visits"),
    dates=("last_order",),
    categories=("city",),
    event_types=("call", "visit"),
    has_events=True,
    has_times=True,
    timeline=TIMELINE,
    actors={"zap": "rep"},
    derived=derived_from(KINDS),
    reading=Reading(BERLIN),
)
#: Offsets, naive times around the set of the clock on 2026-03-29, and whole days.
TIMES = st.integers(0, 60).map(lambda n: (START + timedelta(hours=7 * n)).isoformat()) | st.sampled_from(
    ["2026-03-29 01:59:59.999999", "2026-03-29 02:30", "2026-03-29T03:00", "2026-03-28", "2026-03-29", "2026-04-01"]
)
ACTORS = st.sampled_from([None, "lead", "Rep ", "rep"])
EVENTS = st.builds(EventRecord, st.sampled_from(["call", " visit", "zap"]), TIMES, st.none() | TIMES, ACTORS)
#: A mail and what is done with it within seconds, so that some of it is a machine's.
SECONDS = st.integers(1, 9).map(lambda n: f"2026-03-28T09:00:0{n}Z")
MAILS = st.builds(
    EventRecord,
    st.sampled_from(["email sent", "email_click"]),
    SECONDS,
    st.none() | SECONDS,
    st.none() | st.just("machine"),
    st.sampled_from([None, "email", "Barracuda"]),
    st.sampled_from([None, "m1", "m2"]),
    st.sampled_from([None, "/a", "/b", "/c", " "]),
)
ATTRIBUTES = st.fixed_dictionaries(
    {
        "visits": st.none() | st.integers(-9, 9) | st.floats(-1e18, 1e18),
        "opted_in": st.none() | st.booleans(),
        "last_order": st.none() | TIMES,
        "city": st.none() | st.sampled_from(["Ulm", "Bad  Ems", "unknown", " Köln"]),
        "job_title": st.none() | st.sampled_from(["CEO", " Head of  Sales", "n/a", "Wizard"]),
        "email": st.none() | st.sampled_from(["a@acme.de", "info@acme.de", "b@gmail.com", "nobody"]),
        "company": st.none() | st.sampled_from(["Acme", "Bolt"]),
        "size": st.none() | st.sampled_from(["1-10", "51-200", "10,000+", "?", "some"]) | st.integers(0, 9),
    }
)
LEADS = st.lists(
    st.builds(LeadRecord, st.sampled_from("edcba"), TIMES, ATTRIBUTES, st.lists(EVENTS | MAILS, max_size=6).map(tuple)),
    min_size=1,
    max_size=4,
    unique_by=lambda lead: lead.lead_id,
)
SECTIONS = CrmSections.model_validate(
    {
        "leads": {"source": "leads.csv", "id": "lead_id", "created_at": "created_at", "columns": dict(SPEC.kinds)},
        "events": {
            "source": "events.csv",
            "lead": "lead",
            "at": "at",
            "type": "type",
            "recorded_at": "known",
            "actor": "by",
            "channel": "channel",
            "message": "message",
            "link": "link",
        },
        "timezone": "Europe/Berlin",
    }
)


OPTIONAL = ("recorded_at", "actor", "channel", "message", "link")


def frames(records: Sequence[LeadRecord]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The records as the tables that a company would export."""
    leads = [
        {"lead_id": lead.lead_id, "created_at": lead.created_at}
        | {name: cell_text(cell) for name, cell in lead.attributes.items()}
        for lead in records
    ]
    events = [
        (lead.lead_id, event.at, event.type, *(getattr(event, name) or "" for name in OPTIONAL))
        for lead in records
        for event in lead.events
    ]
    columns = ["lead", "at", "type", "known", "by", *OPTIONAL[2:]]
    return pd.DataFrame(leads, dtype=str), pd.DataFrame(events, columns=columns, dtype=str)


def crm_of(records: Sequence[LeadRecord]) -> Crm:
    leads, events = frames(records)
    with tempfile.TemporaryDirectory() as folder:
        leads.to_csv(Path(folder) / "leads.csv", index=False)
        events.to_csv(Path(folder) / "events.csv", index=False)
        return read_crm(SECTIONS, Path(folder))


def row_bytes(matrix: FeatureMatrix, row: int) -> tuple[bytes, tuple[str | None, ...]]:
    return matrix.values[row].tobytes(), tuple(matrix.categories[name].cell(row) for name in SPEC.category_names)


@settings(deadline=None, max_examples=100)  # it writes and reads files
@given(LEADS, st.lists(st.integers(0, 15 * DAY), min_size=1, max_size=3))
def test_a_training_row_is_what_batch_and_api_build_at_the_same_time(
    records: list[LeadRecord], ages: list[int]
) -> None:
    crm = crm_of(records)
    assert crm.events is not None
    goal = GoalSection().model_copy(update={"snapshots": ages})
    wanted = training_snapshots(crm.leads, no_outcomes(len(crm.leads)), goal, observed_until_us=2**60).snapshots

    training = build_features(crm.leads, crm.events, wanted, SPEC)

    for row, (lead, as_of_us) in enumerate(zip(wanted.lead.tolist(), wanted.as_of_us.tolist(), strict=True)):
        batch = snapshots_at(crm.leads, as_of_us)
        place = batch.lead.tolist().index(lead)
        assert row_bytes(build_features(crm.leads, crm.events, batch, SPEC), place) == row_bytes(training, row)
        assert row_bytes(one_of_table(crm, lead, as_of_us), 0) == row_bytes(training, row)
        record = next(record for record in records if record.lead_id == crm.leads.ids[lead])
        assert row_bytes(one_of_records(record, as_of_us), 0) == row_bytes(training, row)


def one_of_table(crm: Crm, lead: int, as_of_us: int) -> FeatureMatrix:
    alone = np.array([lead])
    assert crm.events is not None
    events = crm.events.of_leads(alone, len(crm.leads))
    return build_features(crm.leads.take(alone), events, Snapshots(np.array([0]), np.array([as_of_us])), SPEC)


def one_of_records(record: LeadRecord, as_of_us: int) -> FeatureMatrix:
    leads, events = arrays_of_records([record], SPEC)
    return build_features(leads, events, Snapshots(np.array([0]), np.array([as_of_us])), SPEC)


@given(LEADS, st.permutations(range(4)))
def test_records_asked_together_give_what_each_gives_alone(records: list[LeadRecord], order: list[int]) -> None:
    mixed = [records[i] for i in order if i < len(records)]
    as_of_us = int((START + timedelta(days=9)).timestamp()) * 1_000_000
    leads, events = arrays_of_records(mixed, SPEC)

    together = build_features(leads, events, Snapshots(np.arange(len(mixed)), np.full(len(mixed), as_of_us)), SPEC)

    for row, record in enumerate(mixed):
        assert row_bytes(together, row) == row_bytes(one_of_records(record, as_of_us), 0)


RECORDS = (
    LeadRecord(
        "b",
        "2026-03-20T10:00:00+00:00",
        {
            "visits": 7,
            "opted_in": True,
            "last_order": "2026-03-01T00:00:00+00:00",
            "city": "Ulm",
            "email": "a@acme.de",
            "company": "Bolt",
            "size": "1-10",
            "job_title": None,
        },
        (
            EventRecord("call", "2026-03-21T10:00:00+00:00", "2026-03-21T10:00:01+00:00"),
            EventRecord("visit", "2026-03-20T10:00:00+00:00", actor="rep"),
            EventRecord("zap", "2026-03-22T10:00:00.000001+00:00", "2026-03-25T00:00:00+00:00"),
        ),
    ),
    LeadRecord("a", "2026-03-18T00:00:00+00:00", {"visits": 0.1, "opted_in": False, "last_order": None, "city": None}),
    LeadRecord(
        "c", "2026-03-19T00:00:00+00:00", {"visits": None, "opted_in": None, "last_order": None, "city": "Köln"}
    ),
)
TIME_COLUMNS = ("created_at", "last_order", "at", "known")


def write_as(folder: Path, form: str) -> CrmSections:
    suffix = {"csv": ".csv", "csv.gz": ".csv.gz", "text parquet": ".parquet", "typed parquet": ".pq"}[form]
    for name, frame in zip(("leads", "events"), frames(RECORDS), strict=True):
        path = folder / f"{name}{suffix}"
        if form.startswith("csv"):
            data = frame.to_csv(index=False).encode()
            path.write_bytes(gzip.compress(data) if suffix.endswith("gz") else data)
        else:
            (frame if form == "text parquet" else typed(frame)).to_parquet(path)
    leads = SECTIONS.leads.model_copy(update={"source": f"leads{suffix}"})
    assert SECTIONS.events is not None
    events = SECTIONS.events.model_copy(update={"source": f"events{suffix}"})
    return SECTIONS.model_copy(update={"leads": leads, "events": events})


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Times, numbers and flags as types of their own."""
    columns: dict[str, pd.Series[Any]] = {
        name: pd.to_datetime(frame[name], format="ISO8601", utc=True) for name in TIME_COLUMNS if name in frame
    }
    if "visits" in frame:
        flags = frame["opted_in"].map({"true": True, "false": False}).astype("boolean")
        columns |= {"visits": pd.to_numeric(frame["visits"]), "opted_in": flags}
    return frame.assign(**columns)


@pytest.mark.parametrize("form", ["csv", "csv.gz", "text parquet", "typed parquet"])
def test_every_kind_of_file_gives_the_same_bytes(tmp_path: Path, form: str) -> None:
    as_of_us = int(datetime(2026, 3, 25, tzinfo=UTC).timestamp()) * 1_000_000
    leads, events = arrays_of_records(sorted(RECORDS, key=lambda record: record.lead_id), SPEC)
    expected = build_features(leads, events, snapshots_at(leads, as_of_us), SPEC)

    crm = read_crm(write_as(tmp_path, form), tmp_path)
    matrix = build_features(crm.leads, crm.events, snapshots_at(crm.leads, as_of_us), SPEC)

    assert all(count.bad == () for count in crm.counts)
    assert [row_bytes(matrix, row) for row in range(3)] == [row_bytes(expected, row) for row in range(3)]


def test_features_are_what_was_known_before_as_of() -> None:
    as_of_us = int(datetime(2026, 3, 25, tzinfo=UTC).timestamp()) * 1_000_000

    row = dict(zip(feature_names(SPEC), one_of_records(RECORDS[0], as_of_us).values[0].tolist(), strict=True))

    assert (row["is_mail_of_company:email"], row["employees:size"], row["completeness"]) == (0.0, 3.0, 0.75)
    assert (row["visits"], row["opted_in"], row["days_since:last_order"]) == (7.0, 1.0, 24.0)
    assert row["lead_age_days"] == 4 + 14 / 24
    assert (row["call.count"], row["call.count_1d"], row["call.count_7d"]) == (1.0, 0.0, 1.0)
    assert (row["other.count"], row["any.count"]) == (0.0, 2.0)  # the zap is recorded at as_of: not before
    assert row["other.days_since_last"] == NEVER_DAYS
    assert (row["any.active_days"], row["responsiveness.days_to_answer"]) == (1.0, 1.0)


@given(LEADS, st.integers(0, 30))
def test_nothing_is_missing_but_unknown_attributes_and_dates_to_come(records: list[LeadRecord], days: int) -> None:
    leads, events = arrays_of_records(records, SPEC)
    as_of_us = int((START + timedelta(days=days)).timestamp()) * 1_000_000
    matrix = build_features(leads, events, Snapshots(np.arange(len(leads)), np.full(len(leads), as_of_us)), SPEC)

    gaps = {matrix.names[column] for _, column in np.argwhere(np.isnan(matrix.values))}

    assert gaps <= {"visits", "opted_in", "days_since:last_order", "is_mail_of_company:email", "employees:size"}
    for name in ("visits", "opted_in"):
        is_unknown = [record.attributes[name] is None for record in records]
        assert np.isnan(matrix.values[:, matrix.names.index(name)]).tolist() == is_unknown


def test_never_has_a_code_that_no_age_reaches() -> None:
    matrix = one_of_records(LeadRecord("a", "2026-03-20"), int(START.timestamp()) * 1_000_000)
    since = [value for name, value in zip(matrix.names, matrix.values[0], strict=True) if "days_since_last" in name]

    assert since == [NEVER_DAYS] * 4
    assert NEVER_DAYS > 25 * 365


@given(LEADS)
def test_building_changes_no_input_and_is_the_same_twice(records: list[LeadRecord]) -> None:
    leads, events = arrays_of_records(records, SPEC)
    snapshots = Snapshots(np.arange(len(leads)), np.full(len(leads), int(START.timestamp()) * 1_000_000))
    before = pickle.dumps((leads, events, snapshots))

    first, second = (build_features(leads, events, snapshots, SPEC) for _ in range(2))

    assert first.values.tobytes() == second.values.tobytes()
    assert pickle.dumps((leads, events, snapshots)) == before


LEAD_ARRAYS = LeadArrays(
    ("a", "b"),
    np.array([0, DAY]),
    TextColumn((), np.array([-1, -1])),
    {"visits": NumberColumn(np.array([1.0, 2.0])), "city": TextColumn.of(["Ulm", None])},
)
SMALL = FeatureSpec({"visits": "number", "city": "category"}, ("visits",), (), ("city",), (), False, True)


def test_columns_come_in_the_order_of_their_names() -> None:
    matrix = build_features(LEAD_ARRAYS, None, snapshots_at(LEAD_ARRAYS, DAY), SMALL)

    assert (len(matrix), matrix.names) == (2, ("visits", "lead_age_days"))
    assert matrix.values.tolist() == [[1.0, 1.0], [2.0, 0.0]]
    assert matrix.values.flags.c_contiguous
    assert [matrix.categories["city"].cell(row) for row in (0, 1)] == ["Ulm", None]


def test_an_attribute_that_the_table_lacks_is_missing() -> None:
    bare = replace(LEAD_ARRAYS, columns={})

    matrix = build_features(bare, None, snapshots_at(bare, DAY), SMALL)

    assert np.isnan(matrix.values[:, 0]).all()
    assert matrix.categories["city"].cell(0) is None


def test_a_log_that_is_empty_or_absent_means_that_nothing_happened() -> None:
    spec = replace(SMALL, has_events=True, event_types=("call",))
    empty = EventArrays(*(np.zeros(0, dtype=np.int64),) * 3, recorded_us=None, types=("call",))
    snapshots = snapshots_at(LEAD_ARRAYS, DAY)

    absent = build_features(LEAD_ARRAYS, None, snapshots, spec)

    assert absent.values.tobytes() == build_features(LEAD_ARRAYS, empty, snapshots, spec).values.tobytes()


@pytest.mark.parametrize(
    ("name", "other"), [("visits", TextColumn.of(["x", "y"])), ("city", NumberColumn(np.zeros(2)))]
)
def test_a_column_of_another_kind_than_in_training_is_refused(name: str, other: NumberColumn | TextColumn) -> None:
    leads = replace(LEAD_ARRAYS, columns={**LEAD_ARRAYS.columns, name: other})

    with pytest.raises(TypeError, match=f"column '{name}' was .* in training"):
        build_features(leads, None, snapshots_at(leads, DAY), SMALL)


def test_leads_without_times_do_not_fit_a_model_with_times() -> None:
    flat = replace(LEAD_ARRAYS, created_us=None)

    with pytest.raises(ValueError, match=r"trained with leads\.created_at"):
        build_features(flat, None, snapshots_of_rows(flat), SMALL)


def test_a_spec_without_features_gives_a_row_without_columns() -> None:
    flat = replace(LEAD_ARRAYS, created_us=None)
    spec = learn_spec(flat, None, {})

    assert build_features(flat, None, snapshots_of_rows(flat), spec).values.shape == (2, 0)
