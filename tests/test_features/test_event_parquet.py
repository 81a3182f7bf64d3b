from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from features.behaviour import behaviour_features
from features.event_log import EventLog, EventsSection, read_events
from features.event_parquet import read_typed_events
from features.lead_keys import own_keys
from features.machine_clicks import MachineCounts
from features.parquet import IdRange
from features.reading import Reading
from features.snapshots import Snapshots
from features.sources import Source
from features.tables import NEVER_US, FloatArray, LeadArrays, TextColumn

pytest.importorskip("duckdb")
pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

UTC = ZoneInfo("UTC")
SECTION = EventsSection(source="log", lead="lead_id", at="at", type="type")
LEADS = LeadArrays(("L1", "L2", "L3"), None, TextColumn.of([None] * 3), {})
TIMES = ("2026-03-01T10:00:00.123456", "2026-03-02", "2026-03-03T23:59:59.999999")


def times(*texts: str, unit: str = "us") -> NDArray[np.datetime64]:
    return np.array(texts, dtype=f"datetime64[{unit}]")


PLAIN: Mapping[str, object] = {
    "lead_id": ["L2", "L1", "L2"],
    "at": times(*TIMES),
    "type": ["visit", "call", "call"],
}


def source_of(folder: Path, changes: Mapping[str, object] | None = None) -> Source:
    path = folder / "it's a log.parquet"
    pd.DataFrame(dict(PLAIN) | dict(changes or {})).to_parquet(path)
    return Source(path)


def read(source: Source, section: EventsSection = SECTION, *, are_all_leads: bool = True) -> EventLog | None:
    return read_typed_events(section, source, LEADS, are_all_leads=are_all_leads)


def read_as_cells(source: Source, section: EventsSection = SECTION, *, are_all_leads: bool = True) -> EventLog:
    """The same log as CSV, whose cells are read one by one."""
    as_csv = source.path.with_suffix(".csv")
    pd.read_parquet(source.path).to_csv(as_csv, index=False)
    keys = own_keys(LEADS, are_all_leads=are_all_leads)
    return read_events(section, Source(as_csv), LEADS, keys=keys, reading=Reading(UTC))


def features_of(log: EventLog | None, as_of: str = "2026-03-04") -> FloatArray:
    assert log is not None
    as_of_us = np.full(3, pd.Timestamp(as_of, tz="UTC").value // 1000, dtype=np.int64)
    return behaviour_features(log.events, Snapshots(np.arange(3), as_of_us), ("call", "visit"))


def test_events_come_as_positions_and_microseconds(tmp_path: Path) -> None:
    log = read(source_of(tmp_path))

    assert log is not None
    events = sorted(zip(log.events.at_us, log.events.lead, log.events.type_code, strict=True))
    assert events == [
        (1_772_359_200_123_456, 1, 1),
        (1_772_409_600_000_000, 0, 0),
        (1_772_582_399_999_999, 1, 0),
    ]
    assert log.events.types == ("call", "visit")
    assert (log.count.rows_read, log.n_of_other_leads) == (3, 0)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Kolkata"])
def test_features_equal_those_of_the_cells_in_every_type_of_time(tmp_path: Path, unit: str, zone: str | None) -> None:
    at = pd.DatetimeIndex(times(*TIMES, unit=unit))
    source = source_of(tmp_path, {"at": at if zone is None else at.tz_localize(zone)})

    assert features_of(read(source)).tobytes() == features_of(read_as_cells(source)).tobytes()


def test_nanoseconds_are_cut_off_as_in_cells(tmp_path: Path) -> None:
    at = times("2026-03-01T00:00:00.000000999", "1969-12-31T23:59:59.999999001", "1970-01-01", unit="ns")
    source = source_of(tmp_path, {"at": at})

    log = read(source)

    assert log is not None
    assert sorted(log.events.at_us) == sorted(read_as_cells(source).events.at_us)


def test_recorded_at_is_read_from_a_column_of_any_name(tmp_path: Path) -> None:
    name = 'seen "at"; it\'s'
    recorded = times("2026-03-01T12:00:00", "2026-03-09", "2026-03-03T23:59:59.999999")
    source, section = source_of(tmp_path, {name: recorded}), SECTION.model_copy(update={"recorded_at": name})

    log = read(source, section)

    assert log is not None
    assert log.events.recorded_us is not None
    assert features_of(log).tobytes() == features_of(read_as_cells(source, section)).tobytes()
    assert features_of(log).tobytes() != features_of(read(source)).tobytes()


def test_who_made_an_event_is_read_from_a_column_of_any_name(tmp_path: Path) -> None:
    source = source_of(tmp_path, {"who's": ["rep", None, "lead"]})

    log = read(source, SECTION.model_copy(update={"actor": "who's"}))

    assert log is not None
    assert log.events.actor is not None
    assert log.events.actor.dtype == np.int8
    assert dict(zip(log.events.at_us.tolist(), log.events.actor.tolist(), strict=True)) == {
        1_772_359_200_123_456: 1,
        1_772_409_600_000_000: -1,
        1_772_582_399_999_999: 0,
    }


@pytest.mark.parametrize("actor", [["rep", "Rep", "lead"], ["rep", "robot", "lead"], [1, 0, 0]])
def test_an_actor_that_needs_a_closer_look_is_left_to_the_cells(tmp_path: Path, actor: list[object]) -> None:
    section = SECTION.model_copy(update={"actor": "actor"})
    leads = ["L2", "L9", "L2"]

    assert read(source_of(tmp_path, {"actor": actor}), section) is None
    assert read(source_of(tmp_path, {"actor": actor, "lead_id": leads}), section, are_all_leads=False) is None


def test_whole_number_ids_are_their_digits(tmp_path: Path) -> None:
    leads = replace(LEADS, ids=("1", "2", "3"))

    log = read_typed_events(SECTION, source_of(tmp_path, {"lead_id": [3, 1, 3]}), leads)

    assert log is not None
    assert sorted(log.events.lead) == [0, 2, 2]


@pytest.mark.parametrize(
    "changes",
    [
        {"lead_id": ["L2", "nobody", "L2"]},
        {"lead_id": ["L2", None, "L2"]},
        {"lead_id": ["L2", " L1 ", "L2"]},
        {"lead_id": ["L2", "", "L2"]},
        {"lead_id": [2.0, 1.0, 2.0]},
        {"type": ["visit", None, "call"]},
        {"type": ["visit", "", "call"]},
        {"type": ["visit", "a  call", "call"]},
        {"type": [1, 2, 3]},
        {"at": times("2026-03-01", "NaT", "2026-03-03")},
        {"at": ["2026-03-01", "2026-03-02", "2026-03-03"]},
        {"at": [date(2026, 3, 1)] * 3},
        {"at": times("1799-12-31T23:59:59", "2026-03-02", "2026-03-03")},
        {"at": times("2201-01-01", "2026-03-02", "2026-03-03")},
        {"at": times("300000-01-01", "2026-03-02", "2026-03-03", unit="ms")},
    ],
)
def test_a_log_that_needs_a_closer_look_is_left_to_the_cells(tmp_path: Path, changes: Mapping[str, object]) -> None:
    assert read(source_of(tmp_path, changes)) is None


def test_an_event_without_a_time_of_record_was_known_when_it_happened(tmp_path: Path) -> None:
    source = source_of(tmp_path, {"recorded": times("2026-03-05", "NaT", "2026-03-05")})

    log = read(source, SECTION.model_copy(update={"recorded_at": "recorded"}))

    assert log is not None
    assert log.events.recorded_us is not None
    assert log.events.recorded_us[log.events.lead == 0] == log.events.at_us[log.events.lead == 0]


@pytest.mark.parametrize("column", ["recorded_at", "channel", "at"])
def test_a_named_column_that_is_absent_is_left_to_the_cells(tmp_path: Path, column: str) -> None:
    assert read(source_of(tmp_path), SECTION.model_copy(update={column: "nowhere"})) is None


def test_event_ids_are_left_to_the_cells_that_look_for_repeats(tmp_path: Path) -> None:
    source = source_of(tmp_path, {"id": ["a", "a", "b"]})

    assert read(source, SECTION.model_copy(update={"id": "id"})) is None


def test_a_file_that_is_no_parquet_is_left_to_the_cells(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    path.write_text("lead_id,at,type\n")

    assert read(Source(path)) is None


def test_times_without_an_offset_in_another_zone_are_left_to_the_cells(tmp_path: Path) -> None:
    source = source_of(tmp_path)

    assert read_typed_events(SECTION, source, LEADS, reading=Reading(ZoneInfo("Asia/Kolkata"))) is None


def test_events_of_leads_not_asked_for_are_counted_and_passed_over(tmp_path: Path) -> None:
    source = source_of(tmp_path, {"lead_id": ["L9", "L1", "L2"]})

    log, cells = read(source, are_all_leads=False), read_as_cells(source, are_all_leads=False)

    assert log is not None
    assert (log.n_of_other_leads, log.count.rows_read) == (1, 3) == (cells.n_of_other_leads, cells.count.rows_read)
    assert log.events.types == cells.events.types == ("call",)
    assert features_of(log).tobytes() == features_of(cells).tobytes()


@pytest.mark.parametrize(
    "changes",
    [
        {"lead_id": [" L9", "L1", "L2"]},
        {"lead_id": ["L9", None, "L2"]},
        {"lead_id": ["L9", "L1", "L2"], "type": [None, "call", "call"]},
        {"lead_id": ["L9", "L1", "L2"], "type": ["a  call", "call", "call"]},
        {"lead_id": ["L9;L8", "L1", "L2"]},
        {"lead_id": ["L9", "L1", "L2"], "at": times("NaT", "2026-03-02", "2026-03-03")},
    ],
)
def test_a_fault_in_an_event_of_another_lead_is_left_to_the_cells(
    tmp_path: Path, changes: Mapping[str, object]
) -> None:
    assert read(source_of(tmp_path, changes), are_all_leads=False) is None


def test_an_empty_log_has_no_events(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    pd.DataFrame(PLAIN).iloc[:0].astype({"lead_id": "str", "type": "str"}).to_parquet(path)

    log = read(Source(path))

    assert log is not None
    assert (len(log.events), log.events.types, log.count.rows_read) == (0, (), 0)


@pytest.mark.parametrize("messages", [["m1", "m1", "m1", None, "m2"], [7, 7, 7, 8, 9]], ids=["texts", "whole numbers"])
def test_machines_are_told_as_in_cells(tmp_path: Path, messages: list[object]) -> None:
    path = tmp_path / "log.parquet"
    seconds = ("01", "02", "03", "04", "30")
    log = {
        "lead_id": ["L1", "L1", "L1", "L2", "L3"],
        "at": times(*(f"2026-03-01T10:00:{second}" for second in seconds)),
        "type": ["email_click"] * 4 + ["visit"],
        "mail": messages,
        "a link": ["/a", "/b", "/it's", " - ", None],
        "way": ["email", "email", None, "email", "web bot's"],
    }
    pd.DataFrame(log).to_parquet(path)
    section = SECTION.model_copy(update={"message": "mail", "link": "a link", "channel": "way"})

    typed, cells = read(Source(path), section), read_as_cells(Source(path), section)

    assert typed is not None
    assert typed.machines == cells.machines == MachineCounts(named=1, burst=3)
    for found in (typed.events, cells.events):
        assert found.machine_from_us is not None
        by_time = found.machine_from_us[np.argsort(found.at_us)].tolist()
        third, bot = (pd.Timestamp(f"2026-03-01T10:00:{s}Z").value // 1000 for s in ("03", "30"))
        assert by_time == [third, third, third, NEVER_US, bot]


def test_channel_content_and_value_are_those_of_the_cells(tmp_path: Path) -> None:
    said = {"channel": ["web", None, " e  mail"], "about": ["n/a", "Case study", "web"], "eur": [1.5, None, -3.0]}
    source = source_of(tmp_path, {name: np.array(cells, dtype=object) for name, cells in said.items()})
    frame = pd.read_parquet(source.path).astype({"eur": "float64"})
    frame.to_parquet(source.path)
    section = SECTION.model_copy(update={"channel": "channel", "content": "about", "value": "eur"})

    typed, by_cells = read(source, section), read_as_cells(source, section)

    assert typed is not None
    for log in (typed, by_cells):
        events = log.events
        assert events.channel is not None
        assert events.content is not None
        assert events.value is not None
        order = np.argsort(events.at_us)
        assert [events.channel.cell(row) for row in order] == ["web", None, "e mail"]
        assert [events.content.cell(row) for row in order] == [None, "Case study", "web"]
        assert events.value[order].tolist() == pytest.approx([1.5, np.nan, -3.0], nan_ok=True)


@pytest.mark.parametrize("group", [0, -1], ids=["at its begin", "near its end"])
def test_a_damaged_file_is_left_to_the_cells(tmp_path: Path, group: int) -> None:
    path, n_rows = tmp_path / "log.parquet", 400_000
    rows = {"lead_id": np.tile(["L1", "L2"], n_rows // 2), "at": times(TIMES[0]).repeat(n_rows), "type": "call"}
    pd.DataFrame(rows).to_parquet(path, row_group_size=n_rows // 10, use_dictionary=False)
    metadata = pq.read_metadata(path)
    leads = metadata.row_group(range(metadata.num_row_groups)[group]).column(0)
    damaged = bytearray(path.read_bytes())
    damaged[leads.data_page_offset : leads.data_page_offset + leads.total_compressed_size] = bytes(
        leads.total_compressed_size
    )
    path.write_bytes(damaged)

    assert read(Source(path)) is None


@pytest.mark.parametrize("value", [[1.5, 2e18, 0.0], np.array([0.1, 2, 3], dtype=np.float32)], ids=["huge", "narrow"])
def test_a_value_that_needs_a_closer_look_is_left_to_the_cells(tmp_path: Path, value: object) -> None:
    assert read(source_of(tmp_path, {"eur": value}), SECTION.model_copy(update={"value": "eur"})) is None


def test_ids_of_other_leads_may_be_in_any_script(tmp_path: Path) -> None:
    log = read(source_of(tmp_path, {"lead_id": ["Zoë", "L1", "a b"]}), are_all_leads=False)

    assert log is not None
    assert log.n_of_other_leads == 2


@pytest.mark.parametrize("column", ["lead_id", "type"])
def test_bytes_that_are_no_text_are_left_to_the_cells(tmp_path: Path, column: str) -> None:
    source = source_of(tmp_path)
    table = pq.read_table(source.path)
    position = table.column_names.index(column)
    no_text = pa.array([b"L\xff"] * 3, pa.binary()).view(pa.string())
    pq.write_table(table.set_column(position, column, no_text), source.path)

    assert read(source, are_all_leads=False) is None


def test_columns_that_are_kept_by_code_are_read_as_texts(tmp_path: Path) -> None:
    kinds = pd.Categorical(["visit", "call", "call"], categories=["never used", "visit", "call"])
    source = source_of(tmp_path, {"lead_id": pd.Categorical(["L2", "L1", "L2"]), "type": kinds})

    log = read(source)

    assert log is not None
    assert log.events.types == ("call", "visit")
    assert features_of(log).tobytes() == features_of(read_as_cells(source)).tobytes()


def test_a_file_is_read_by_its_own_name_and_columns_by_theirs(tmp_path: Path) -> None:
    path = tmp_path / "log [a*].parquet"
    pd.DataFrame(PLAIN).rename(columns={"lead_id": "lead.id"}).to_parquet(path)

    log = read(Source(path), SECTION.model_copy(update={"lead": "lead.id"}))

    assert log is not None
    assert len(log.events) == 3


def test_more_types_than_a_narrow_code_holds_are_told_apart(tmp_path: Path) -> None:
    names = [f"type {i:03d}" for i in range(300)]
    source = source_of(tmp_path, {"lead_id": ["L1"] * 300, "at": times(TIMES[0]).repeat(300), "type": names})

    log = read(source)

    assert log is not None
    assert log.events.types == tuple(names)
    assert log.events.type_code.tolist() == list(range(300))


@pytest.mark.parametrize("share_rows", [1, 200, 10**6], ids=["one each", "three each", "all together"])
def test_row_groups_are_read_side_by_side_and_stand_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share_rows: int
) -> None:
    monkeypatch.setattr("features.parquet._SHARE_ROWS", share_rows)
    n_rows = 1_000
    rng = np.random.default_rng(0)
    at = times("2026-03-01")[0] + np.arange(n_rows)
    lead, kind = rng.choice(["L1", "L2", "L3", "L4"], n_rows), rng.choice(["call", "visit", "demo"], n_rows)
    recorded = np.where(rng.random(n_rows) < 0.5, at + 1, np.datetime64("NaT"))
    log = {"lead_id": lead, "at": at, "type": kind, "content": kind, "seen": recorded, "eur": rng.random(n_rows)}
    path = tmp_path / "log.parquet"
    pd.DataFrame(log).to_parquet(path, row_group_size=70)
    section = SECTION.model_copy(update={"content": "content", "recorded_at": "seen", "value": "eur"})

    found = read(Source(path), section, are_all_leads=False)

    assert found is not None
    events, is_known = found.events, lead != "L4"
    assert events.content is not None
    assert events.recorded_us is not None
    assert events.value is not None
    assert [LEADS.ids[i] for i in events.lead] == lead[is_known].tolist()
    assert events.at_us.tolist() == at[is_known].astype(np.int64).tolist()
    assert [events.types[code] for code in events.type_code] == kind[is_known].tolist() == events.content.cells()
    assert events.recorded_us.tolist() == np.where(np.isnat(recorded), at, recorded)[is_known].astype(np.int64).tolist()
    assert events.value.tolist() == log["eur"][is_known].tolist()
    assert (found.count.rows_read, found.n_of_other_leads) == (n_rows, (~is_known).sum())
    assert found.newest_us == at[-1].astype(np.int64)


@pytest.mark.parametrize("ids", [IdRange("L2", "L4"), IdRange(None, "L3"), IdRange("L3", None)])
def test_some_leads_alone_are_those_of_the_range(tmp_path: Path, ids: IdRange) -> None:
    lead = ["L1", "L2", "L3", "L4", "L3", "L2é"]
    whole = source_of(tmp_path, {"lead_id": lead, "at": times(TIMES[0]).repeat(6), "type": ["call"] * 6})

    some = read(replace(whole, rows=("lead_id", ids)), are_all_leads=False)

    assert some is not None
    within = [each for each in lead if (ids.low or "") <= each < (ids.high or "~")]
    assert some.count.rows_read == len(within)
    assert [LEADS.ids[i] for i in some.events.lead] == [each for each in within if each in LEADS.ids]


def test_rows_without_a_lead_belong_to_the_range_without_a_lower_bound(tmp_path: Path) -> None:
    source = source_of(tmp_path, {"lead_id": ["L2", None, "L1"]})

    assert read(replace(source, rows=("lead_id", IdRange(None, "L3"))), are_all_leads=False) is None
    assert read(replace(source, rows=("lead_id", IdRange("L1", None)))) is not None


def test_leads_and_types_are_the_same_however_many_batches_they_come_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    at = (times("2026-03-01")[0] + rng.integers(0, 10**11, 5_000)).astype("datetime64[us]")
    lead, kind = rng.choice(["L1", "L2", "L3", "L4"], 5_000), rng.choice(["call", "visit", "demo"], 5_000)
    source = source_of(tmp_path, {"lead_id": lead, "at": at, "type": kind})

    whole = read(source, are_all_leads=False)
    monkeypatch.setattr("features.parquet._BATCH_ROWS", 2_048)
    in_batches = read(source, are_all_leads=False)

    assert whole is not None
    assert whole.n_of_other_leads == (lead == "L4").sum()
    assert features_of(in_batches).tobytes() == features_of(whole).tobytes()
    assert features_of(in_batches).tobytes() == features_of(read_as_cells(source, are_all_leads=False)).tobytes()
