"""Leads as JSON records, read as the cells of a table are."""

from zoneinfo import ZoneInfo

import numpy as np
import pytest

from features.cell_texts import cell_text
from features.reading import Reading
from features.records import Cell, EventRecord, LeadRecord, arrays_of_records
from features.spec import FeatureSpec
from features.tables import MICROSECONDS_PER_DAY as DAY
from features.tables import MICROSECONDS_PER_HOUR as HOUR
from features.tables import NumberColumn, TextColumn

BERLIN = ZoneInfo("Europe/Berlin")
SPEC = FeatureSpec(
    kinds={"size": "number", "city": "category", "notes": "text", "secret": "ignore"},
    numbers=("size",),
    dates=(),
    categories=("city",),
    event_types=("call",),
    has_events=True,
    has_times=True,
    reading=Reading(BERLIN),
)
DAY_TWO = "1970-01-02"


@pytest.mark.parametrize(
    ("cell", "text"),
    [(None, ""), (True, "true"), (False, "false"), (3, "3"), (3.0, "3"), (-0.0, "0"), (0.1, "0.1"), (" x ", " x ")],
)
def test_a_json_value_is_the_cell_of_a_table(cell: Cell, text: str) -> None:
    assert cell_text(cell) == text


def test_records_become_tables_in_the_order_given() -> None:
    records = [
        LeadRecord(" b ", DAY_TWO, {"size": 7, "city": " Ulm  West", "secret": "s", "unheard": 1}),
        LeadRecord("a", "1970-01-02T00:00Z", {"size": "n/a", "city": None}),
    ]
    leads, events = arrays_of_records(records, SPEC)

    assert leads.ids == ("b", "a")
    assert leads.created_us is not None
    assert leads.created_us.tolist() == [DAY - HOUR, DAY]
    assert leads.columns.keys() == {"size", "city", "notes"}
    assert len(events) == 0


def test_absent_attributes_are_missing() -> None:
    leads, _ = arrays_of_records([LeadRecord("a", DAY_TWO, {"size": 7.5})], SPEC)

    size, city = leads.columns["size"], leads.columns["city"]
    assert isinstance(size, NumberColumn)
    assert isinstance(city, TextColumn)
    assert (size.values.tolist(), city.cell(0)) == ([7.5], None)


def test_events_belong_to_their_records_and_are_known_when_they_happen_or_later() -> None:
    calls = (EventRecord(" call ", "1970-01-03T00:00Z"), EventRecord("visit", DAY_TWO, "1970-01-05T00:00Z"))
    _, events = arrays_of_records([LeadRecord("a", DAY_TWO), LeadRecord("b", DAY_TWO, events=calls)], SPEC)

    assert events.lead.tolist() == [1, 1]
    assert [events.types[code] for code in events.type_code] == ["call", "visit"]
    assert events.at_us.tolist() == [2 * DAY, 2 * DAY - HOUR - 1]
    assert events.recorded_us is not None
    assert events.recorded_us.tolist() == [2 * DAY, 4 * DAY]


def test_a_record_says_who_made_an_event_or_does_not() -> None:
    calls = tuple(EventRecord("call", DAY_TWO, actor=actor) for actor in ("rep", None, "Lead"))

    _, events = arrays_of_records([LeadRecord("a", DAY_TWO, events=calls)], SPEC)

    assert events.actor is not None
    assert events.actor.tolist() == [1, -1, 0]


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (LeadRecord("", DAY_TWO), "lead number 2, lead_id: an id is needed, the cell is empty"),
        (LeadRecord("x" * 129, DAY_TWO), "lead number 2, lead_id: an id has at most 128 characters, this one 129"),
        (
            LeadRecord("z"),
            "lead number 2, created_at: a date or time like 2026-03-31 or 2026-03-31T14:05:00Z is expected",
        ),
        (LeadRecord("z", DAY_TWO, {"size": "SECRET"}), "lead number 2, attribute 'size': a number is expected"),
        (
            LeadRecord("z", DAY_TWO, events=(EventRecord("call", "SECRET"),)),
            "lead number 2, events.at: a date or time like 2026-03-31 or 2026-03-31T14:05:00Z is expected",
        ),
        (
            LeadRecord("z", DAY_TWO, events=(EventRecord("call", DAY_TWO, "SECRET"),)),
            "lead number 2, events.recorded_at: a date or time like 2026-03-31 or 2026-03-31T14:05:00Z is expected",
        ),
        (
            LeadRecord("z", DAY_TWO, events=(EventRecord(" ", DAY_TWO),)),
            "lead number 2, events.type: an event type is expected, the cell is empty",
        ),
        (
            LeadRecord("z", DAY_TWO, events=(EventRecord("call", DAY_TWO, actor="SECRET"),)),
            "lead number 2, events.actor: an actor is `lead`, `rep` or `machine`, or the cell is empty",
        ),
    ],
)
def test_a_record_that_can_not_be_read_is_named_without_its_value(record: LeadRecord, said: str) -> None:
    with pytest.raises(ValueError) as caught:
        arrays_of_records([LeadRecord("a", DAY_TWO), record], SPEC)

    assert str(caught.value) == said


def test_leads_of_a_flat_table_need_no_time() -> None:
    flat = FeatureSpec({"size": "number"}, ("size",), (), (), (), has_events=False, has_times=False)
    leads, _ = arrays_of_records([LeadRecord("a", None, {"size": 1})], flat)

    assert leads.created_us is None
    assert leads.accounts.codes.tolist() == np.array([-1]).tolist()


def test_a_record_says_of_which_mail_and_link_an_event_is() -> None:
    clicks = tuple(
        EventRecord("email_click", f"1970-01-02T09:00:0{i}Z", message="m1", link=link)
        for i, link in enumerate(("/a", "/b", "/c"), start=1)
    )
    bot = EventRecord("visit", "1970-01-02T10:00:00Z", channel="Mimecast")

    _, events = arrays_of_records([LeadRecord("a", DAY_TWO, events=(*clicks, bot))], SPEC)

    assert events.machine_from_us is not None
    assert events.machine_from_us.tolist() == [events.at_us[2]] * 3 + [events.at_us[3]]


def test_a_record_says_which_way_an_event_came_and_what_it_was_about() -> None:
    said = EventRecord("visit", DAY_TWO, channel=" web  chat ", content="n/a", value=12.5)

    _, events = arrays_of_records([LeadRecord("a", DAY_TWO, events=(said, EventRecord("visit", DAY_TWO)))], SPEC)

    assert events.channel is not None
    assert [events.channel.cell(row) for row in (0, 1)] == ["web chat", None]
    assert events.content is not None
    assert events.content.cell(0) is None
    assert events.value is not None
    assert events.value.tolist() == pytest.approx([12.5, np.nan], nan_ok=True)
