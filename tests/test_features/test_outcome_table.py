"""From a table of deals, or a column of a flat table, to how leads ended."""

from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from pydantic import ValidationError

from features.labels import Outcomes, label_rows
from features.lead_keys import own_keys
from features.outcome_table import OutcomesSection, flat_outcomes, is_won_cell, read_outcomes
from features.quarantine import TableCount
from features.reading import Reading
from features.snapshots import snapshots_of_rows
from features.sources import BadProject, Source
from features.tables import MICROSECONDS_PER_DAY as DAY
from features.tables import MICROSECONDS_PER_HOUR as HOUR
from features.tables import NEVER_US, LeadArrays, TextColumn

SECTION = OutcomesSection(source="deals.csv", lead="lead", closed_at="closed", outcome="outcome")
HEADER = "lead,closed,outcome\n"
N = NEVER_US


def leads_created(*created_us: int) -> LeadArrays:
    ids = tuple("abcdefghij"[: len(created_us)])
    return LeadArrays(ids, np.array(created_us, dtype=np.int64), TextColumn((), np.full(len(ids), -1)), {})


def read(
    folder: Path, text: str, section: OutcomesSection = SECTION, *, zone: str = "UTC", are_all_leads: bool = True
) -> tuple[Outcomes, TableCount]:
    (folder / "deals.csv").write_text(text, encoding="utf-8")
    leads = leads_created(0, 10 * DAY)
    source, keys = Source(folder / "deals.csv"), own_keys(leads, are_all_leads=are_all_leads)
    return read_outcomes(section, source, leads, keys=keys, reading=Reading(ZoneInfo(zone)))


def test_the_first_close_and_the_first_win_count(tmp_path: Path) -> None:
    rows = [
        "a,1970-01-09T00:00Z,won",
        "a,1970-01-03T00:00Z,lost",
        "a,1970-01-05T00:00Z, WON ",
        "b,1970-02-01T00:00Z,lost",
    ]
    ends, count = read(tmp_path, HEADER + "\n".join(rows))

    assert ends.closed_us.tolist() == [2 * DAY, 31 * DAY]
    assert ends.won_us.tolist() == [4 * DAY, N]
    assert (count.rows_read, count.rows_used) == (4, 4)


def test_closes_before_the_creation_are_of_an_earlier_life(tmp_path: Path) -> None:
    ends, count = read(tmp_path, HEADER + "b,1970-01-10T23:59:59Z,won\nb,1970-01-20T00:00Z,lost\n")

    assert (ends.closed_us[1], ends.won_us[1]) == (19 * DAY, N)
    assert count.bad == ()


def test_a_close_at_the_very_creation_counts(tmp_path: Path) -> None:
    ends, _ = read(tmp_path, HEADER + "b,1970-01-11T00:00Z,won\n")

    assert ends.won_us[1] == 10 * DAY


def test_a_deal_without_an_outcome_is_open(tmp_path: Path) -> None:
    ends, count = read(tmp_path, HEADER + "a,,\na,1970-01-09,n/a\nb,none,Unknown\n")

    assert ends.closed_us.tolist() == [N, N]
    assert (count.rows_read, count.bad) == (3, ())


@pytest.mark.parametrize(("zone", "end"), [("UTC", 9 * DAY - 1), ("Europe/Berlin", 9 * DAY - HOUR - 1)])
def test_a_date_of_closing_is_the_end_of_its_day_in_the_zone(tmp_path: Path, zone: str, end: int) -> None:
    ends, _ = read(tmp_path, HEADER + "a,1970-01-09,won\n", zone=zone)

    assert ends.won_us[0] == end


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("zz,1970-01-09,won", "lead", "no usable lead with this id in the leads table"),
        (",1970-01-09,won", "lead", "an id is needed, the cell is empty"),
        ("a,31.2.1970,won", "closed", "a date or time like 2026-03-31 or 2026-03-31T14:05:00Z is expected"),
        ("a,,lost", "closed", "a closed deal needs the time it closed"),
    ],
)
def test_a_deal_that_can_not_be_used_is_said(tmp_path: Path, row: str, column: str, reason: str) -> None:
    ends, count = read(tmp_path, f"{HEADER}{row}\nb,1970-03-01,won\n")

    assert [(bad.row, bad.column, bad.reason) for bad in count.bad] == [(2, column, reason)]
    assert (ends.won_us[0], ends.won_us[1] < N) == (N, True)


def test_deals_of_leads_that_are_not_asked_for_are_passed_over(tmp_path: Path) -> None:
    ends, count = read(tmp_path, HEADER + "zz,1970-01-09,won\n", are_all_leads=False)

    assert (ends.closed_us.tolist(), count.bad) == ([N, N], ())


def test_missing_columns_of_deals_are_said_by_their_keys(tmp_path: Path) -> None:
    with pytest.raises(
        BadProject, match=r"outcomes\.outcome: deals\.csv has no column 'outcome'; did you mean 'Outcom'"
    ):
        read(tmp_path, "lead,closed,Outcom\n")


@pytest.mark.parametrize(
    ("won", "cells", "expected"),
    [
        ("won", ["won", " Won ", "WON", "lost", "", "wonder"], [True, True, True, False, False, False]),
        (1, ["1", "1.0", " 1 ", "0", "0.0", "yes", ""], [True, True, True, False, False, False, False]),
        (1.0, ["1"], [True]),
        ("1", ["1.0"], [True]),
        (True, ["True", "true", "TRUE", "False", ""], [True, True, True, False, False]),
        (["won", 2], ["Won", "2.0", "1"], [True, True, False]),
    ],
)
def test_the_words_for_won_have_one_spelling(won: object, cells: list[str], expected: list[bool]) -> None:
    section = OutcomesSection.model_validate({"column": "y", "won": won})

    assert is_won_cell(cells, section).tolist() == expected


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ({}, "source, lead, closed_at missing"),
        ({"source": "d.csv", "lead": "l"}, "closed_at missing"),
        ({"column": "y", "source": "d.csv"}, "leave out source"),
        ({"column": "y", "wonn": 1}, "wonn"),
        ({"column": "y", "won": None}, "won"),
    ],
)
def test_outcomes_are_a_table_or_a_column(said: dict[str, object], what: str) -> None:
    with pytest.raises(ValidationError, match=what):
        OutcomesSection.model_validate(said)


def test_an_empty_outcome_in_a_flat_table_means_open() -> None:
    flat = LeadArrays(("a", "b", "c"), None, TextColumn((), np.full(3, -1)), {})
    section = OutcomesSection(column="y", won=1)

    ends = flat_outcomes(section, {"y": ["0", "skipped", "", "1"]}, np.array([3, 2, 0]))
    labelled = label_rows(snapshots_of_rows(flat), ends)

    assert labelled.snapshots.lead.tolist() == [0, 2]
    assert labelled.won.tolist() == [True, False]


def test_with_words_for_lost_every_other_word_means_open(tmp_path: Path) -> None:
    section = SECTION.model_copy(update={"lost": ["Lost", 0]})
    rows = "a,1970-01-01T00:00:01Z,lost\nb,1970-01-01T00:00:02Z,won\nc,,demo booked\nd,1970-01-01T00:00:03Z,0.0\n"
    (tmp_path / "deals.csv").write_text(HEADER + rows)
    leads = leads_created(0, 0, 0, 0)

    source, keys = Source(tmp_path / "deals.csv"), own_keys(leads)
    ends, count = read_outcomes(section, source, leads, keys=keys, reading=Reading())

    assert count.rows_used == 4
    assert ends.closed_us.tolist() == [1_000_000, 2_000_000, N, 3_000_000]
    assert ends.won_us.tolist() == [N, 2_000_000, N, N]


def test_an_empty_list_of_words_for_lost_leaves_all_but_the_won_open() -> None:
    section = OutcomesSection(column="stage", won="customer", lost=[])

    ends = flat_outcomes(section, {"stage": ["customer", "lead", ""]}, np.array([0, 1, 2]))

    assert ends.closed_us.tolist() == [0, N, N]


def test_a_column_of_its_own_says_who_of_those_not_won_is_lost() -> None:
    section = OutcomesSection(column="Is Converted", won="true", lost_column="Status", lost=["Junk", "Lost"])
    cells = {"Is Converted": ["true", "false", "false", ""], "Status": ["Lost", "junk", "Contacted", ""]}

    ends = flat_outcomes(section, cells, np.arange(4))

    assert ends.won_us.tolist() == [0, N, N, N]
    assert ends.closed_us.tolist() == [0, 0, N, N]


@pytest.mark.parametrize("missing", ["column", "lost"])
def test_a_column_of_words_for_lost_needs_both(missing: str) -> None:
    said = {"column": "Is Converted", "lost_column": "Status", "lost": "Junk", "won": "true"}

    with pytest.raises(ValidationError, match="found `lost_column` alone"):
        OutcomesSection.model_validate({key: value for key, value in said.items() if key != missing})


def test_a_word_can_not_mean_won_and_lost() -> None:
    with pytest.raises(ValidationError, match=r"found '1\.0' in `won` and in `lost`"):
        OutcomesSection(column="converted", won=[1, "yes"], lost="1.0")


OPENED = SECTION.model_copy(update={"opened_at": "opened"})


def test_a_deal_opened_after_a_loss_opens_its_lead_again(tmp_path: Path) -> None:
    rows = "a,1970-01-02T00:00Z,1970-01-03T00:00Z,lost\na,1970-01-05T00:00Z,1970-01-30,\nb,,1970-01-20T00:00Z,lost\n"

    ends, count = read(tmp_path, "lead,opened,closed,outcome\n" + rows, OPENED)

    assert ends.closed_us.tolist() == [2 * DAY, 19 * DAY]
    times = (ends.reopening.lead, ends.reopening.opened_us, ends.reopening.closed_us)
    assert [column.tolist() for column in times] == [[0], [4 * DAY], [N]]  # a planned close is none
    assert (ends.known_times_us.max(), count.bad) == (19 * DAY, ())


def test_a_time_of_opening_that_can_not_be_read_is_said(tmp_path: Path) -> None:
    _, count = read(tmp_path, "lead,opened,closed,outcome\na,soon,1970-01-03,lost\n", OPENED)

    assert [(bad.column, bad.value) for bad in count.bad] == [("opened", "soon")]


def test_without_a_column_of_outcomes_every_deal_is_won(tmp_path: Path) -> None:
    section = OutcomesSection(source="deals.csv", lead="lead", closed_at="closed")

    ends, count = read(tmp_path, "lead,closed\na,1970-01-03T00:00Z\nb,\n", section)

    assert (ends.won_us.tolist(), ends.closed_us.tolist()) == ([2 * DAY, N], [2 * DAY, N])
    assert [(bad.row, bad.reason) for bad in count.bad] == [(3, "a closed deal needs the time it closed")]


@pytest.mark.parametrize("words", [{"won": "won"}, {"lost": ["lost"]}])
def test_words_without_the_column_they_stand_in_are_refused(words: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=f"found `{next(iter(words))}` without the column it stands in"):
        OutcomesSection.model_validate({"source": "d.csv", "lead": "l", "closed_at": "c", **words})


def test_a_deal_of_several_leads_counts_for_each(tmp_path: Path) -> None:
    ends, count = read(tmp_path, HEADER + "a; b;zz,1970-01-20T00:00Z,won\n")

    assert (ends.won_us.tolist(), count.bad) == ([19 * DAY, 19 * DAY], ())
