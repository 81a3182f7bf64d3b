"""Tables of several files, cut at a time, or damaged: what is read does not depend on it, or it is told."""

import tempfile
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.real_sets import DATA
from features.crm import Crm
from features.crm_reader import read_crm
from features.crm_sections import CrmSections
from features.csv_text import opened_bytes
from features.parsing import parse_time_us
from features.sources import BadProject
from tests.test_features.test_crm import content

SECTIONS = CrmSections.model_validate(
    {
        "leads": {"source": "leads.csv", "id": "id", "created_at": "created", "account": "firm"},
        "events": {
            "source": "events.csv",
            "lead": "lead",
            "at": "at",
            "type": "type",
            "id": "id",
            "recorded_at": "known",
        },
        "outcomes": {"source": "deals.csv", "lead": "lead", "closed_at": "closed", "outcome": "outcome"},
        "max_bad": 1.0,
    }
)
HEADS = {"leads": "id,created,firm,size,since", "events": "lead,at,type,id,known", "deals": "lead,closed,outcome"}
LEADS = ['a,13/01/2026,Acme,"1,5",2/1/2025', 'b,02/01/2026,,"1.234,5",25/1/2025', "c,03/01/2026,Bolt,7,", "d,x,,,"]
EVENTS = [
    "a,2026-01-20T10:00:00Z,call,1,",
    "a,20/01/2026 10:00,call,2,",
    "b,2/1/2026,mail,1,13/1/2026",
    "d,4/1/2026,call,,",
]
DEALS = ["a,20/02/2026,won", "b,3/2/2026,lost", "d,3/2/2026,won"]
LATER = {
    "leads": ["a,14/03/2026,Other,9,", "e,14/03/2026,,many,soon", "f,4/5/2026,,1.5,"],
    "events": ["a,20/03/2026,call,1,", "zz,20/03/2026,call,,", "a,2/1/2026,,,20/03/2026", "b,2026-04-01,new,,"],
    "deals": ["c,20/03/2026,won", "zz,20/03/2026,won", "b,4/5/2026,won"],
}
UNTIL_US = parse_time_us("2026-03-10", date_is="start")
FEW = settings(deadline=None, max_examples=30)


def read(files: dict[str, list[list[str]]], until_us: int | None = None) -> Crm:
    """The company of these rows: for each table, the rows of each of its files."""
    with tempfile.TemporaryDirectory() as folder:
        sections = SECTIONS.model_dump(exclude_unset=True)
        for table, parts in files.items():
            names = [f"{table}{i}.csv" for i in range(len(parts))]
            for name, rows in zip(names, parts, strict=True):
                (Path(folder) / name).write_text("\n".join([HEADS[table], *rows]) + "\n", encoding="utf-8")
            sections["outcomes" if table == "deals" else table]["source"] = names
        return read_crm(CrmSections.model_validate(sections), Path(folder), until_us=until_us)


def whole() -> dict[str, list[list[str]]]:
    return {"leads": [LEADS], "events": [EVENTS], "deals": [DEALS]}


def test_a_company_of_day_first_and_decimal_commas_is_read() -> None:
    crm = read(whole())

    told = content(crm)
    assert told["columns"] == {"since": told["columns"]["since"], "size": ["1.5", "1234.5", "7.0"]}  # type: ignore[index]
    assert crm.reading.columns["leads.columns.size"].decimal == ","
    assert {key for key, each in crm.reading.columns.items() if each.dates == "dmy"} == {
        "leads.created_at", "leads.columns.since", "events.at", "events.recorded_at",
    }  # fmt: skip
    assert [len(count.bad) for count in crm.counts] == [1, 1, 1]
    assert [count.n_faults for count in crm.counts] == [1, 0, 0]


@FEW
@given(st.randoms(), st.integers(1, 3))
def test_rows_may_stand_in_any_of_several_files_in_any_order(random: Random, n_files: int) -> None:
    files = {}
    for table, (rows,) in whole().items():
        parts: list[list[str]] = [[] for _ in range(n_files)]
        for row in random.sample(rows, len(rows)):
            random.choice(parts).append(row)
        files[table] = parts

    one, several = read(whole()), read(files)

    assert (content(one), one.reading) == (content(several), several.reading)
    assert [count.n_faults for count in one.counts] == [count.n_faults for count in several.counts]


@FEW
@given(st.fixed_dictionaries({table: st.lists(st.sampled_from(rows)) for table, rows in LATER.items()}))
def test_rows_from_after_until_are_as_if_they_did_not_stand_there(later: dict[str, list[str]]) -> None:
    before = read(whole(), UNTIL_US)

    after = read({table: [rows + later[table]] for table, (rows,) in whole().items()}, UNTIL_US)

    assert (content(before), before.reading, before.counts[0].bad) == (
        content(after),
        after.reading,
        after.counts[0].bad,
    )
    assert [count.n_faults for count in before.counts] == [count.n_faults for count in after.counts]


BPIC = {
    "leads": {"source": "leads.csv", "id": "lead_id", "created_at": "created_at"},
    "events": {"source": "events.csv", "lead": "lead_id", "at": "at", "type": "type"},
    "outcomes": {"source": "deals.csv", "lead": "lead_id", "closed_at": "closed_at", "outcome": "outcome"},
    "max_bad": 1.0,
}
EDUCATION = {"leads": {"source": "leads.csv"}, "outcomes": {"column": "Converted", "won": 1}, "max_bad": 1.0}
_MUTATIONS = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=6)


def first_rows(path: Path) -> bytes:
    with opened_bytes(path) as file:
        return b"".join(file.readline() for _ in range(201))


@pytest.mark.real_data
@pytest.mark.skipif(not DATA.is_dir(), reason="the real sets are not part of the repository (../shared/data)")
@pytest.mark.parametrize("damaged", ["leads", "events", "deals", "education"])
@FEW
@given(mutations=_MUTATIONS)
def test_rows_read_are_those_used_and_those_in_quarantine_whatever_is_damaged(
    damaged: str, mutations: list[tuple[float, int]]
) -> None:
    is_flat = damaged == "education"
    paths = {"leads": DATA / "x_education" / "Leads.csv"} if is_flat else {
        table: DATA / "bpic2012" / f"{table}.csv.gz" for table in ("leads", "events", "deals")
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        for table, path in paths.items():
            content = bytearray(first_rows(path))
            for at, byte in mutations if table == damaged or is_flat else ():
                content[int(at * len(content))] = byte
            (Path(folder) / f"{table}.csv").write_bytes(content)
        try:
            crm = read_crm(CrmSections.model_validate(EDUCATION if is_flat else BPIC), Path(folder))
        except BadProject:
            return

    assert len(crm.leads) == crm.counts[0].rows_used
    assert crm.events is None or len(crm.events) == crm.counts[1].rows_used
    assert all(0 <= count.rows_used <= count.rows_read for count in crm.counts)
