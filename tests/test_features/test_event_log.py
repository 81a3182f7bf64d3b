"""The activity log: from a file to events of leads."""

from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from features.event_log import (
    EventLog,
    EventsSection,
    actors_of_types,
    observed_from_us,
    read_events,
    words_of_types,
)
from features.lead_keys import own_keys
from features.reading import Reading
from features.sources import BadProject, Source
from features.tables import MICROSECONDS_PER_DAY as DAY
from features.tables import LeadArrays, TextColumn

UTC = ZoneInfo("UTC")
LEADS = LeadArrays(("a", "b"), np.array([0, 0]), TextColumn((), np.array([-1, -1])), {})
SECTION = EventsSection(source="events.csv", lead="lead", at="at", type="type")
HEADER = "lead,at,type,id,known\n"
FULL = SECTION.model_copy(update={"id": "id", "recorded_at": "known"})


def read(folder: Path, text: str, section: EventsSection = FULL, *, are_all_leads: bool = True) -> EventLog:
    (folder / "events.csv").write_text(text, encoding="utf-8")
    source = Source(folder / "events.csv")
    keys = own_keys(LEADS, are_all_leads=are_all_leads)
    return read_events(section, source, LEADS, keys=keys, reading=Reading(UTC))


def rows(log: EventLog) -> list[tuple[str, str, int]]:
    events = log.events
    known = events.at_us if events.recorded_us is None else events.recorded_us
    return sorted(
        (LEADS.ids[lead], events.types[code], int(us))
        for lead, code, us in zip(events.lead, events.type_code, known, strict=True)
    )


def reasons(log: EventLog) -> list[tuple[int, str, str]]:
    return [(row.row, row.column, row.reason) for row in log.count.bad]


def test_events_are_those_of_their_leads_with_single_blanks_in_types(tmp_path: Path) -> None:
    log = read(tmp_path, HEADER + " b ,1970-01-01T00:00:01Z,Email  opened,,\na,1970-01-01,call,,\n", SECTION)

    assert rows(log) == [("a", "call", DAY - 1), ("b", "Email opened", 1_000_000)]
    assert log.events.recorded_us is None
    assert (log.count.rows_read, log.count.rows_used) == (2, 2)


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("zz,1970-01-01,call,,", "lead", "no usable lead with this id in the leads table"),
        (",1970-01-01,call,,", "lead", "an id is needed, the cell is empty"),
        ("a,,call,,", "at", "a date or time like 2026-03-31 or 2026-03-31T14:05:00Z is expected"),
        ("a,1970-01-01, ,,", "type", "an event type is expected, the cell is empty"),
        ("a,1970-01-01,call,,x", "known", "a date or time like 2026-03-31 or 2026-03-31T14:05:00Z is expected"),
    ],
)
def test_a_row_that_can_not_be_used_is_said(tmp_path: Path, row: str, column: str, reason: str) -> None:
    log = read(tmp_path, f"{HEADER}a,1970-01-01,visit,,\n{row}\n")

    assert reasons(log) == [(3, column, reason)]
    assert log.events.types == ("visit",)
    assert len(log.events) == log.count.rows_used == 1


def test_events_of_leads_that_are_not_asked_for_are_passed_over(tmp_path: Path) -> None:
    log = read(tmp_path, HEADER + "zz,1970-01-01,call,,\nzz,x,call,,\na,1970-01-01,visit,,\n", are_all_leads=False)

    assert log.n_of_other_leads == 1
    assert [row for row, *_ in reasons(log)] == [3]
    assert (log.count.rows_used, len(log.events), log.events.types) == (2, 1, ("visit",))


def test_an_event_id_that_comes_again_is_a_repeat(tmp_path: Path) -> None:
    log = read(
        tmp_path, HEADER + "a,1970-01-01,call,7,\na,1970-01-01,call, 7 ,\na,1970-01-01,call,,\na,1970-01-01,call,,\n"
    )

    assert len(log.events) == 3
    assert reasons(log) == [(3, "id", "the event with this id stands there already")]
    assert log.count.n_faults == 0


def test_of_events_of_one_id_the_one_seen_first_is_used_in_any_order(tmp_path: Path) -> None:
    lines = ["a,1970-01-03,call,7,1970-01-04", "a,1970-01-02,call,7,1970-01-03", "a,1970-01-01,visit,7,1970-01-05"]
    logs = [
        read(tmp_path, "\n".join([HEADER.strip(), *order])) for order in (lines, lines[::-1], lines[1:] + lines[:1])
    ]

    assert [rows(log) for log in logs] == [[("a", "call", 3 * DAY - 1)]] * 3


def test_an_event_that_is_planned_is_not_seen_before_it_happens(tmp_path: Path) -> None:
    log = read(tmp_path, HEADER + "a,1970-01-09,planned,7,1970-01-01\na,1970-01-02,call,7,1970-01-03\n")

    assert rows(log) == [("a", "call", 3 * DAY - 1)]


def test_leads_may_share_an_event_and_its_id(tmp_path: Path) -> None:
    log = read(tmp_path, HEADER + "a,1970-01-01,meeting,7,\nb,1970-01-01,meeting,7,\n")

    assert (len(log.events), log.count.bad) == (2, ())


def test_a_bad_row_does_not_stand_for_a_good_one_of_the_same_id(tmp_path: Path) -> None:
    log = read(tmp_path, HEADER + "a,x,call,7,\na,1970-01-01,visit,7,\n")

    assert log.events.types == ("visit",)


def test_an_event_without_a_time_of_record_was_known_when_it_happened(tmp_path: Path) -> None:
    log = read(tmp_path, HEADER + "a,1970-01-02,call,,n/a\na,1970-01-02,visit,,1970-01-05\n")

    assert rows(log) == [("a", "call", 2 * DAY - 1), ("a", "visit", 5 * DAY - 1)]


def test_a_log_with_a_header_only_has_no_event(tmp_path: Path) -> None:
    log = read(tmp_path, HEADER)

    assert (len(log.events), log.events.types, log.count.rows_read) == (0, (), 0)


def test_missing_columns_are_said_by_their_keys(tmp_path: Path) -> None:
    with pytest.raises(BadProject) as caught:
        read(tmp_path, "lead,when,kind,id,known\n")

    assert [problem.key for problem in caught.value.problems] == [("events", "at"), ("events", "type")]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata"])
def test_naive_times_in_parquet_are_of_the_zone(tmp_path: Path, zone: str) -> None:
    import pandas as pd

    at = pd.to_datetime(["1970-01-02 05:30"])
    pd.DataFrame({"lead": ["a"], "at": at, "type": ["call"]}).to_parquet(tmp_path / "e.parquet")

    source = Source(tmp_path / "e.parquet")
    log = read_events(SECTION, source, LEADS, keys=own_keys(LEADS), reading=Reading(ZoneInfo(zone)))

    assert log.events.at_us.tolist() == [DAY if zone == "Asia/Kolkata" else DAY + 19_800_000_000]


def test_a_project_words_its_event_types() -> None:
    section = EventsSection.model_validate(
        {**SECTION.model_dump(exclude={"types"}), "types": {"pv": {"words": "looked"}, "call": {"actor": "rep"}}}
    )

    assert words_of_types(section) == {"pv": "looked"}
    assert words_of_types(None) == {}


def test_a_project_says_who_makes_the_events_of_a_type() -> None:
    types = {"pv": {"words": "looked"}, "call": {"actor": "rep"}}
    section = EventsSection.model_validate({**SECTION.model_dump(exclude={"types"}), "types": types})

    assert actors_of_types(section) == {"call": "rep"}
    assert actors_of_types(None) == {}


def test_who_made_an_event_is_read_where_a_column_says_so(tmp_path: Path) -> None:
    section = SECTION.model_copy(update={"actor": "by"})
    text = (
        "lead,at,type,by\na,1970-01-01,call,Rep\na,1970-01-02,call,\nb,1970-01-03,call,robot\nb,1970-01-04,call,lead\n"
    )

    log = read(tmp_path, text, section)

    assert log.events.actor is not None
    assert log.events.actor.tolist() == [1, -1, 0]
    assert reasons(log) == [(4, "by", "an actor is `lead`, `rep` or `machine`, or the cell is empty")]


def test_of_repeats_that_differ_in_the_actor_the_same_is_used_in_any_order(tmp_path: Path) -> None:
    section = SECTION.model_copy(update={"id": "id", "actor": "by"})
    cells = ["a,1970-01-01,call,7,rep", "a,1970-01-01,call,7,lead"]

    logs = [read(tmp_path, "\n".join(["lead,at,type,id,by", *order]) + "\n", section) for order in (cells, cells[::-1])]

    assert [log.events.actor.tolist() for log in logs if log.events.actor is not None] == [[0], [0]]


def test_tracking_begins_at_the_start_of_a_day() -> None:
    said = SECTION.model_copy(update={"observed_from": "1970-01-02"})

    assert observed_from_us(said, Reading(UTC)) == DAY
    assert observed_from_us(SECTION, Reading(UTC)) is None


def test_a_beginning_that_is_no_time_is_said_with_its_key() -> None:
    with pytest.raises(BadProject, match=r"events\.observed_from: found 'May': a date or time"):
        observed_from_us(SECTION.model_copy(update={"observed_from": "May"}), Reading(UTC))


def test_which_of_two_repeats_is_kept_does_not_depend_on_their_order(tmp_path: Path) -> None:
    twice = ["a,1970-01-02T00:00:00Z,call,7,1970-01-01T00:00:00Z", "a,1970-01-02T00:00:00Z,call,7,1970-01-01T12:00:00Z"]

    logs = [read(tmp_path, HEADER + "\n".join(order) + "\n") for order in (twice, twice[::-1])]

    assert rows(logs[0]) == rows(logs[1])
