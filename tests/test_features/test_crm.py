"""A company's tables read together: what holds whatever their rows and their order."""

import csv
import tempfile
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from features.build import build_features
from features.crm import Crm
from features.crm_reader import TooManyBadRows, read_crm
from features.crm_sections import CrmSections
from features.labels import training_snapshots
from features.machine_clicks import MachineCounts
from features.quarantine import TableCount
from features.snapshots import GoalSection, snapshots_at
from features.sources import BadProject
from features.spec import learn_spec
from features.tables import MICROSECONDS_PER_DAY as DAY
from features.tables import NEVER_US, Column, EventArrays, NumberColumn

Row = dict[str, str]
Tables = Mapping[str, list[Row]]

HEADERS = {
    "leads": ["lead_id", "created_at", "company", "visits", "city", "last_order"],
    "events": ["lead", "at", "known", "type", "id"],
    "deals": ["lead", "closed", "outcome"],
}
SECTIONS = CrmSections.model_validate(
    {
        "leads": {
            "source": "leads.csv",
            "id": "lead_id",
            "created_at": "created_at",
            "account": "company",
            "columns": {"visits": "number", "city": "category", "last_order": "date"},
        },
        "events": {
            "source": "events.csv",
            "lead": "lead",
            "at": "at",
            "recorded_at": "known",
            "type": "type",
            "id": "id",
        },
        "outcomes": {"source": "deals.csv", "lead": "lead", "closed_at": "closed", "outcome": "outcome"},
        "max_bad": 1,
    }
)
GOAL = GoalSection.model_validate({"horizon": "4d", "snapshots": ["0d", "2d"]})
TIMES = [(datetime(2026, 1, 1) + timedelta(hours=12 * n)).isoformat() + "Z" for n in range(30)]  # noqa: DTZ001
LEAD_IDS = ["b", "a", "C", "d"]


def rows_of(table: str, *cells: st.SearchStrategy[str], max_size: int) -> st.SearchStrategy[list[Row]]:
    row = st.tuples(*cells).map(lambda values: dict(zip(HEADERS[table], values, strict=True)))
    return st.lists(row, min_size=int(table == "leads"), max_size=max_size)


#: Few, so that many are equal.
TIME, LEAD, ORDER = (
    st.sampled_from(TIMES[:7]),
    st.sampled_from(LEAD_IDS),
    st.sampled_from(["", "2025-12-30", *TIMES[:7]]),
)
COMPANY = st.sampled_from(["", "Acme", "acme ", "Bolt"])
LEADS = rows_of(
    "leads",
    LEAD,
    TIME,
    COMPANY,
    st.sampled_from(["", "0", "2.50"]),
    st.sampled_from(["?", "Ulm", "Bern"]),
    ORDER,
    max_size=6,
)
EVENT_ID, EVENT_TYPE = st.sampled_from(["", "", "1", "2"]), st.sampled_from(["call", "visit"])
EVENTS = rows_of("events", LEAD, TIME, st.just("") | TIME, EVENT_TYPE, EVENT_ID, max_size=12)
DEALS = rows_of("deals", LEAD, TIME, st.sampled_from(["won", "lost", ""]), max_size=6)
#: Each example writes and reads files.
FILES = settings(deadline=None, max_examples=100)
COMPANIES = st.fixed_dictionaries({"leads": LEADS, "events": EVENTS, "deals": DEALS})


def write(folder: Path, tables: Tables, headers: Mapping[str, list[str]] = HEADERS) -> None:
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, headers[name], quoting=csv.QUOTE_ALL)
            writer.writeheader()
            writer.writerows(rows)


def read(tables: Tables, headers: Mapping[str, list[str]] = HEADERS) -> Crm:
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), tables, headers)
        return read_crm(SECTIONS, Path(folder))


def cells_of(column: Column) -> list[str]:
    if isinstance(column, NumberColumn):
        return [repr(value) for value in column.values.tolist()]
    return [repr(column.cell(row)) for row in range(len(column.codes))]


def events_of(crm: Crm) -> list[tuple[str, str, int, int]]:
    log = crm.events
    assert isinstance(log, EventArrays)
    assert log.recorded_us is not None
    names = ([crm.leads.ids[i] for i in log.lead], [log.types[i] for i in log.type_code])
    return sorted(zip(*names, log.at_us.tolist(), log.recorded_us.tolist(), strict=True))


def content(crm: Crm) -> dict[str, object]:
    assert crm.leads.created_us is not None
    return {
        "ids": crm.leads.ids,
        "created": crm.leads.created_us.tolist(),
        "accounts": cells_of(crm.leads.accounts),
        "columns": {name: cells_of(column) for name, column in crm.leads.columns.items()},
        "kinds": crm.kinds,
        "events": events_of(crm),
        "closed": crm.outcomes.closed_us.tolist(),
        "won": crm.outcomes.won_us.tolist(),
    }


def training_bytes(crm: Crm) -> tuple[object, ...]:
    """All that a training would see of a company."""
    spec = learn_spec(crm.leads, crm.events, crm.kinds)
    labelled = training_snapshots(crm.leads, crm.outcomes, GOAL, observed_until_us=crm.observed_until_us)
    matrix = build_features(crm.leads, crm.events, labelled.snapshots, spec)
    categories = {name: cells_of(column) for name, column in matrix.categories.items()}
    return spec, matrix.names, matrix.values.tobytes(), categories, labelled.won.tobytes()


@FILES
@given(COMPANIES, st.randoms())
def test_the_order_of_rows_and_columns_changes_nothing(company: Tables, random: Random) -> None:
    shuffled = {name: random.sample(rows, len(rows)) for name, rows in company.items()}
    headers = {name: random.sample(columns, len(columns)) for name, columns in HEADERS.items()}

    crm, other = read(company), read(shuffled, headers)

    assert content(crm) == content(other)
    assert training_bytes(crm) == training_bytes(other)


def known_by(row: Row) -> str:
    return max(row["at"], row["known"])


@FILES
@given(COMPANIES, TIME)
def test_what_comes_at_or_after_as_of_changes_no_feature(company: Tables, as_of: str) -> None:
    crm = read(company)
    past = read({**company, "events": [row for row in company["events"] if known_by(row) < as_of], "deals": []})
    as_of_us = us(as_of)

    spec = learn_spec(crm.leads, crm.events, crm.kinds)
    now = [build_features(c.leads, c.events, snapshots_at(c.leads, as_of_us), spec) for c in (crm, past)]

    assert now[0].values.tobytes() == now[1].values.tobytes()


def us(time: str) -> int:
    return int(datetime.fromisoformat(time).timestamp()) * 1_000_000


@FILES
@given(COMPANIES, TIME)
def test_tables_before_a_time_are_those_whose_later_rows_were_removed(company: Tables, until: str) -> None:
    company = {**company, "leads": list({row["lead_id"]: row for row in company["leads"]}.values())}
    leads = [row for row in company["leads"] if row["created_at"] < until]
    kept = {row["lead_id"] for row in leads}
    events = [row for row in company["events"] if row["lead"] in kept and known_by(row) < until]
    deals = [row for row in company["deals"] if row["lead"] in kept and row["closed"] < until]
    assume(leads)

    whole = read(company).before(us(until))
    cut = read({"leads": leads, "events": events, "deals": deals})

    assert content(whole) == content(cut)
    assert training_bytes(whole) == training_bytes(cut)


@FILES
@given(COMPANIES)
def test_reading_twice_and_cutting_change_nothing(company: Tables) -> None:
    crm = read(company)
    before = content(crm)
    first = training_bytes(crm)
    crm.before(us(TIMES[4]))

    assert training_bytes(crm) == first == training_bytes(read(company))
    assert content(crm) == before


JUNK = st.sampled_from(
    [
        "",
        " ",
        "?",
        "x",
        "1e999",
        "nan",
        "31.12.2026",
        "2026-02-30",
        "x" * 300,
        "a\x00b",
        "a\nb",
        'a"b,c',
        "ü",
        "9999-12-31",
    ]
)
DAMAGE = st.lists(
    st.tuples(st.sampled_from(sorted(HEADERS)), st.integers(0, 99), st.integers(0, 99), JUNK), max_size=12
)


@FILES
@given(COMPANIES, DAMAGE)
def test_rows_read_are_rows_used_and_rows_in_quarantine(
    company: Tables, damage: list[tuple[str, int, int, str]]
) -> None:
    tables = {name: [dict(row) for row in rows] for name, rows in company.items()}
    for name, row, column, junk in damage:
        if tables[name]:
            tables[name][row % len(tables[name])][HEADERS[name][column % len(HEADERS[name])]] = junk
    assume(any(any(row.values()) for row in tables["leads"]))

    crm = read(tables)

    assert crm.events is not None
    assert [count.rows_used for count in crm.counts[:2]] == [len(crm.leads), len(crm.events)]
    for count, name in zip(crm.counts, HEADERS, strict=True):
        check_quarantine(count, f"{name}.csv", without_blank_end(tables[name]))


def without_blank_end(rows: list[Row]) -> list[Row]:
    """Blank lines at the end of a file are no rows."""
    last = max((i for i, row in enumerate(rows) if any(row.values())), default=-1)
    return rows[: last + 1]


def check_quarantine(count: TableCount, file: str, rows: list[Row]) -> None:
    numbers = [bad.row for bad in count.bad]
    assert count.rows_read == len(rows) == count.rows_used + len(numbers)
    assert numbers == sorted(set(numbers))
    for bad in count.bad:
        assert (bad.file, bool(bad.reason)) == (file, True)
        assert bad.value.strip() == rows[bad.row - 2][bad.column].strip()[:200].strip()


def company_of(n_leads: int, *rows: str) -> dict[str, list[Row]]:
    leads = [f"lead{i},2026-01-0{1 + i % 9}T00:00Z,,{i},Ulm," for i in range(n_leads)]
    cells = [dict(zip(HEADERS["leads"], row.split(","), strict=True)) for row in (*leads, *rows)]
    return {"leads": cells, "events": [], "deals": []}


@pytest.mark.parametrize(("n_good", "is_refused"), [(99, False), (98, True)])
def test_more_than_one_bad_row_in_a_hundred_is_refused(tmp_path: Path, n_good: int, is_refused: bool) -> None:
    write(tmp_path, company_of(n_good, ",2026-01-01,,1,Ulm,"))
    sections = SECTIONS.model_copy(update={"max_bad": 0.01})

    if not is_refused:
        assert len(read_crm(sections, tmp_path).leads) == n_good
        return
    with pytest.raises(TooManyBadRows, match=r"leads\.csv: 1 of 99 rows can not be used, more than 1\.0%") as caught:
        read_crm(sections, tmp_path)
    assert [(bad.row, bad.column) for bad in caught.value.counts[0].bad] == [(100, "lead_id")]
    assert "1 x leads.csv, lead_id: an id is needed, the cell is empty" in str(caught.value)


def test_repeats_are_harmless_however_many_they_are(tmp_path: Path) -> None:
    company = company_of(3)
    event = dict(zip(HEADERS["events"], ("lead0", TIMES[1], "", "call", "7"), strict=True))
    write(tmp_path, {**company, "leads": company["leads"] * 3, "events": [event] * 9})

    crm = read_crm(SECTIONS.model_copy(update={"max_bad": 0.0}), tmp_path)

    assert [(count.rows_read, count.rows_used) for count in crm.counts] == [(9, 3), (9, 1), (0, 0)]


def crm_with(closes: list[str], events: list[str], wins: list[str] | None = None) -> Crm:
    company = company_of(2)
    company["events"] = [dict(zip(HEADERS["events"], ("lead0", at, "", "call", ""), strict=True)) for at in events]
    deals = [(at, "lost") for at in closes] + [(at, "won") for at in wins or []]
    company["deals"] = [dict(zip(HEADERS["deals"], ("lead1", *deal), strict=True)) for deal in deals]
    return read(company)


@pytest.mark.parametrize(
    ("closes", "events", "wins", "observed_until"),
    [
        ([TIMES[9]], [TIMES[7]], [], TIMES[7]),
        ([TIMES[9]], [TIMES[12]], [], TIMES[9]),
        ([TIMES[9]], [], [], TIMES[9]),
        ([TIMES[9]], [TIMES[29]], [TIMES[20]], TIMES[20]),
        ([], [TIMES[7]], [], TIMES[7]),
        ([], [], [], TIMES[2]),  # the newest creation
    ],
)
def test_outcomes_are_complete_until_the_older_of_the_newest_close_and_event(
    closes: list[str], events: list[str], wins: list[str], observed_until: str
) -> None:
    assert crm_with(closes, events, wins).observed_until_us == us(observed_until)


def test_the_newest_time_is_that_of_any_table() -> None:
    assert crm_with([TIMES[9]], [TIMES[12]]).newest_us == us(TIMES[12])
    assert crm_with([TIMES[9]], [TIMES[7]], [TIMES[20]]).newest_us == us(TIMES[20])


FLAT = CrmSections.model_validate(
    {"leads": {"source": "flat.csv", "id": "id", "order_by": "n"}, "outcomes": {"column": "Converted", "won": 1}}
)


def test_a_flat_table_has_its_outcomes_in_a_column(tmp_path: Path) -> None:
    (tmp_path / "flat.csv").write_text("id,n,size,Converted\nb,2,1,1.0\na,10,2,0\nc,1,3,\n", encoding="utf-8")

    crm = read_crm(FLAT, tmp_path)

    assert crm.is_flat
    assert crm.leads.ids == ("c", "b", "a")
    assert crm.kinds == {"size": "number"}
    assert (crm.outcomes.closed_us != NEVER_US).tolist() == [False, True, True]
    assert (crm.outcomes.won_us != NEVER_US).tolist() == [False, True, False]
    assert crm.newest_us == 0


def test_a_flat_table_can_not_be_cut_at_a_time(tmp_path: Path) -> None:
    (tmp_path / "flat.csv").write_text("id,n,Converted\nb,2,1\n", encoding="utf-8")

    with pytest.raises(ValueError, match="a flat table has no times to cut at"):
        read_crm(FLAT, tmp_path).before(0)


def test_the_time_of_creation_orders_a_flat_table(tmp_path: Path) -> None:
    (tmp_path / "flat.csv").write_text("id,at,Converted\na,2026-02-01,1\nb,2026-01-01,0\n", encoding="utf-8")
    sections = FLAT.model_copy(update={"leads": FLAT.leads.model_copy(update={"created_at": "at", "order_by": None})})

    crm = read_crm(sections, tmp_path)

    assert (crm.leads.ids, crm.leads.created_us) == (("b", "a"), None)


def test_leads_to_be_scored_may_lack_the_outcome(tmp_path: Path) -> None:
    (tmp_path / "flat.csv").write_text("id,size,n\nb,1,1\n", encoding="utf-8")

    with pytest.raises(BadProject, match=r"outcomes\.column: flat\.csv has no column 'Converted'"):
        read_crm(FLAT, tmp_path)
    crm = read_crm(FLAT, tmp_path, kinds={"size": "number"}, needs_outcomes=False)
    assert crm.outcomes.closed_us.tolist() == [NEVER_US]


def test_another_file_of_leads_is_scored_with_the_events_and_deals_of_its_leads(tmp_path: Path) -> None:
    company = company_of(3)
    company["events"] = [
        dict(zip(HEADERS["events"], (lead, TIMES[9], "", "call", ""), strict=True)) for lead in ("lead0", "lead2", "zz")
    ]
    company["deals"] = [dict(zip(HEADERS["deals"], ("lead1", TIMES[9], "won"), strict=True))]
    write(tmp_path, company)
    (tmp_path / "leads.csv").rename(tmp_path / "all.csv")
    write(tmp_path, {"leads": company["leads"][2:]})

    crm = read_crm(SECTIONS, tmp_path, leads_file=tmp_path / "leads.csv", events_file=tmp_path / "events.csv")

    assert (crm.leads.ids, len(events_of(crm)), crm.n_events_of_others) == (("lead2",), 1, 2)
    assert all(count.bad == () for count in crm.counts)


def test_a_project_says_from_when_events_were_tracked(tmp_path: Path) -> None:
    write(tmp_path, company_of(1))
    events = SECTIONS.model_dump()["events"] | {"observed_from": "1970-01-02"}

    assert read_crm(SECTIONS, tmp_path).observed_from_us is None
    said = CrmSections.model_validate({**SECTIONS.model_dump(), "events": events})
    assert read_crm(said, tmp_path).observed_from_us == DAY


@pytest.mark.parametrize("name", ["Mars/Olympus", "../etc/passwd", ""])
def test_a_time_zone_that_there_is_not_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="is no time zone; write one like UTC or Europe/Berlin"):
        CrmSections.model_validate({"leads": {"source": "l", "id": "i"}, "timezone": name})


def test_a_project_may_have_leads_only(tmp_path: Path) -> None:
    write(tmp_path, {"leads": company_of(2)["leads"]})
    crm = read_crm(CrmSections(leads=SECTIONS.leads), tmp_path)

    assert (crm.events, crm.is_flat, crm.observed_until_us) == (None, False, us(TIMES[2]))
    assert len(crm.before(us(TIMES[1])).leads) == 1
    assert np.array_equal(crm.outcomes.won_us, [NEVER_US, NEVER_US])


def test_a_log_without_times_of_record_is_cut_by_when_things_happened(tmp_path: Path) -> None:
    company = company_of(1)
    events = [("lead0", at, "", "call", "") for at in (TIMES[3], TIMES[4])]
    company["events"] = [dict(zip(HEADERS["events"], event, strict=True)) for event in events]
    write(tmp_path, company)
    log = SECTIONS.events.model_copy(update={"recorded_at": None}) if SECTIONS.events else None

    crm = read_crm(SECTIONS.model_copy(update={"events": log}), tmp_path).before(us(TIMES[4]))

    assert crm.events is not None
    assert (crm.events.at_us.tolist(), crm.events.recorded_us) == ([us(TIMES[3])], None)


def test_nothing_of_the_very_time_is_before_it() -> None:
    crm = crm_with([TIMES[2]], [TIMES[2]])  # two leads, created at TIMES[0] and TIMES[2]

    (at, later) = (crm.before(us(TIMES[2])), crm.before(us(TIMES[2]) + 1))

    assert (len(at.leads), len(later.leads)) == (1, 2)
    assert (len(events_of(at)), len(events_of(later))) == (0, 1)
    assert (at.outcomes.closed_us.tolist(), later.outcomes.closed_us.tolist()) == ([NEVER_US], [NEVER_US, us(TIMES[2])])


def test_leads_from_until_on_do_not_tell_how_columns_are_read(tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_text("id,at,size\na,2026-01-01,10\nb,2026-01-02,20\nc,2026-02-01,many\n")
    sections = CrmSections.model_validate({"leads": {"source": "leads.csv", "id": "id", "created_at": "at"}})
    february = 1_769_904_000_000_000

    assert read_crm(sections, tmp_path).kinds == {"size": "category"}
    assert read_crm(sections.model_copy(update={"max_bad": 1.0}), tmp_path, until_us=february).kinds == {
        "size": "number"
    }


def test_what_is_wrong_with_all_tables_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_text("id,at\na,2026-01-01\n")
    (tmp_path / "events.csv").write_text("lead,when,type\na,2026-01-02,call\n")
    sections = CrmSections.model_validate(
        {
            "leads": {"source": "leads.csv", "id": "lead_id", "created_at": "at"},
            "events": {"source": "events.csv", "lead": "lead", "at": "at", "type": "type"},
            "outcomes": {"source": "deals.csv", "lead": "l", "closed_at": "c", "outcome": "o"},
        }
    )

    with pytest.raises(BadProject) as error:
        read_crm(sections, tmp_path)
    assert [problem.key for problem in error.value.problems] == [
        ("leads", "id"),
        ("events", "at"),
        ("outcomes", "source"),
    ]


def test_a_verdict_that_was_not_known_yet_is_cut_off_with_what_came_later(tmp_path: Path) -> None:
    clicks = [f"a,2026-01-01T09:00:0{second}Z,email_click,m1,{second}" for second in (1, 2, 3)]
    (tmp_path / "leads.csv").write_text("lead_id,created_at\na,2026-01-01T00:00:00Z\n", encoding="utf-8")
    (tmp_path / "events.csv").write_text("\n".join(["lead,at,type,mail,link", *clicks]), encoding="utf-8")
    log = {"source": "events.csv", "lead": "lead", "at": "at", "type": "type", "message": "mail", "link": "link"}
    leads = {"source": "leads.csv", "id": "lead_id", "created_at": "created_at"}
    crm = read_crm(CrmSections.model_validate({"leads": leads, "events": log}), tmp_path)

    assert crm.machines == MachineCounts(burst=3)
    early, late = crm.before(us("2026-01-01T09:00:03Z")).events, crm.before(us("2026-01-01T09:00:04Z")).events
    assert early is not None
    assert late is not None
    assert (len(early), early.machine_from_us) == (2, None)
    assert (len(late.of_people()), len(late)) == (0, 3)
