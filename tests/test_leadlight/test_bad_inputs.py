"""Files as they should not be: each is answered with what was found, what was expected and the cure; exit 2.

A row of the table changes files of a small sound project; `check` reads them. What is in the workspace stays as it is,
but for the quarantine.
"""

import gzip
import hashlib
from collections.abc import Mapping
from pathlib import Path

import pytest

from leadlight.cli import main

PROJECT = """\
leads: {source: leads.csv, id: id, created_at: created, columns: {size: number}}
events: {source: events.csv, lead: lead, at: at, type: type, recorded_at: known}
outcomes: {source: deals.csv, lead: lead, closed_at: closed, outcome: outcome}
goal: {horizon: 30d}
"""
LEADS = "id,created,size,city\n" + "".join(f"a{i},2026-01-{i + 1:02},{i},Ulm\n" for i in range(28))
EVENTS = "lead,at,type,known\n" + "".join(f"a{i},2026-01-{i + 1:02}T10:00:00Z,call,\n" for i in range(28))
DEALS = "lead,closed,outcome\n" + "".join(f"a{i},2026-03-01,{('won', 'lost')[i % 2]}\n" for i in range(20))
FILES = {"leadlight.yaml": PROJECT, "leads.csv": LEADS, "events.csv": EVENTS, "deals.csv": DEALS}
WIDE = ",".join(f"c{i}" for i in range(300))
Content = str | bytes
HEAD = "id,created,size,city\n"


def leads(*rows: str) -> dict[str, Content]:
    """The sound leads, and these rows below them."""
    return {"leads.csv": LEADS + "".join(f"{row}\n" for row in rows)}


def dated(form: str) -> str:
    """The sound leads, with their dates in another form: `{d}` is the day."""
    return HEAD + "".join(f"a{i},{form.format(d=i + 1)},{i},Ulm\n" for i in range(28))


def sized(*cells: str, n: int = 28) -> dict[str, Content]:
    rows = [f'a{i},2026-01-{i + 1:02},"{cells[i % len(cells)]}",Ulm\n' for i in range(n)]
    return {"leads.csv": HEAD + "".join(rows)}


def project(old: str, new: str, **files: Content) -> dict[str, Content]:
    assert old in PROJECT
    named = {name.replace("_", "."): text for name, text in files.items()}
    return {"leadlight.yaml": PROJECT.replace(old, new), **named}


REFUSED: list[tuple[str, Mapping[str, Content], tuple[str, ...]]] = [
    ("empty", {"leads.csv": ""}, ("leads.csv is empty", "export it again")),
    ("blank lines only", {"leads.csv": "\n\n\n"}, ("leads.csv is empty",)),
    ("header only", {"leads.csv": HEAD}, ("leads.csv has a header but no rows", "export the leads again")),
    ("no header", {"leads.csv": LEADS.split("\n", 1)[1]}, ("leads.csv has no column 'id'", "it has: 'a0'")),
    (
        "another header",
        {"leads.csv": LEADS.replace("created", "Created At", 1)},
        ("has no column 'created'", "did you mean"),
    ),
    ("a workbook", {"leads.csv": b"PK\x03\x04\x14\x00"}, ("leads.csv is an Excel workbook", "Save As, CSV UTF-8")),
    ("an old workbook", {"deals.csv": b"\xd0\xcf\x11\xe0\xa1"}, ("deals.csv is an old Excel workbook", "Save As")),
    ("a web page", {"events.csv": "<html><table></table></html>"}, ("events.csv is a web page", "export it as CSV")),
    ("Parquet called CSV", {"events.csv": b"PAR1\x00\x00PAR1"}, ("events.csv is a Parquet file", "rename it")),
    (
        "CSV called Parquet",
        project("events.csv", "events.parquet", events_parquet=EVENTS),
        ("events.parquet can not be read",),
    ),
    ("no gzip", project("leads.csv", "leads.csv.gz", **{"leads_csv_gz": LEADS}), ("leads.csv.gz is no gzip file",)),
    (
        "gzip cut short",
        project("leads.csv", "leads.csv.gz", **{"leads_csv_gz": gzip.compress(LEADS.encode())[:-9]}),
        ("leads.csv.gz is a gzip file that is cut short or damaged", "copy or export it again"),
    ),
    ("UTF-16 without a mark", {"leads.csv": LEADS.encode("utf-16-le")}, ("UTF-16 text without a byte order mark",)),
    ("a folder", project("leads.csv", "."), ("there is no file",)),
    ("no such file", project("leads.csv", "lead.csv"), ("there is no file", "did you mean 'leads.csv'?")),
    (
        "a quote left open",
        leads('a90,2026-01-02,5,"Ulm'),
        ("leads.csv has a quote in line 30", "never closed; close it"),
    ),
    (
        "a column twice",
        {"leads.csv": LEADS.replace("city", "size", 1)},
        ("has the column 'size' twice", "number 3", "number 4"),
    ),
    ("rows too short", leads("a90,2026-01-02"), ("the row has 2 cells, the header 4", "separator or a quote missing")),
    ("rows too long", leads("a90,2026-01-02,5,Ulm,7"), ("the row has 5 cells, the header 4", "in quotes")),
    ("a cut last line", {"leads.csv": LEADS + "a90,2026-0"}, ("the row has 2 cells",)),
    ("a NUL byte", leads("a90,2026-01-02,5,U\x00m"), ("leads.csv, city: the cell holds bytes that are no text",)),
    ("a NUL in an id", leads("a\x009,2026-01-02,5,Ulm"), ("leads.csv, id: the cell holds bytes",)),
    (
        "an endless cell",
        leads(f"a90,2026-01-02,5,{'x' * 1_000_000}"),
        ("the cell has 1000000 characters", "at most 32767"),
    ),
    ("an endless id", leads(f"{'x' * 999},2026-01-02,5,Ulm"), ("an id has at most 128 characters, this one 999",)),
    ("no id", leads(",2026-01-02,5,Ulm"), ("leads.csv, id: an id is needed, the cell is empty",)),
    ("an id twice", leads("a1,2026-01-02,5,Ulm"), ("rows with this id differ: keep one of them",)),
    ("year 9999", leads("a90,9999-12-31,5,Ulm"), ("a time between the years 1800 and 2200", "leave the cell empty")),
    ("no time", leads("a90,soon,5,Ulm"), ("a date or time like 2026-03-31",)),
    ("an impossible day", leads("a90,2026-02-30,5,Ulm"), ("a date or time like 2026-03-31",)),
    ("no number", leads("a90,2026-01-02,many,Ulm"), ("leads.csv, size: a number is expected",)),
    ("a number without end", leads("a90,2026-01-02,1e999,Ulm"), ("a finite number is expected",)),
    ("unclear dates", {"leads.csv": dated("{d:02}/01/2026").split("a12,")[0]}, ("leads.created_at", "dates: dmy")),
    (
        "unclear closes",
        {"deals.csv": "lead,closed,outcome\na1,02/03/2026,won\n"},
        ("outcomes.closed_at", "'02/03/2026'", "dates: dmy"),
    ),
    (
        "unclear events",
        {"events.csv": "lead,at,type,known\na1,2/3/2026 9:05,call,\n"},
        ("events.at", "'2/3/2026 9:05'", "dates: mdy"),
    ),
    (
        "orders that contradict each other",
        {"leads.csv": HEAD + "a1,13/01/2026,1,Ulm\na2,01/13/2026,2,Ulm\n"},
        ("day or the month comes first", "say `dates: dmy` or `dates: mdy`"),
    ),
    ("an order that cells break", leads("a90,2/31/2026,5,Ulm"), ("a date or time like",)),
    (
        "most against one",
        {"leads.csv": dated("{d}/1/2026") + "a90,1/31/2026,5,Ulm\n"},
        ("leads.csv, created: a date in the order day, month, year is expected",),
    ),
    ("two decimal marks", sized("1,5", "2,5", "2.5"), ("a number with a decimal comma is expected",)),
    ("an unknown order", {"leadlight.yaml": PROJECT + "dates: dym\n"}, ("leadlight.yaml:5", "dates")),
    ("an unknown mark", {"leadlight.yaml": PROJECT + "decimal: ';'\n"}, ("leadlight.yaml:5", "decimal")),
    ("an unknown zone", {"leadlight.yaml": PROJECT + "timezone: Mars\n"}, ("'Mars' is no time zone", "Europe/Berlin")),
    (
        "events of nobody",
        {"events.csv": EVENTS + "zz,2026-01-01,call,\n"},
        ("no usable lead with this id in the leads table",),
    ),
    (
        "an event of no type",
        {"events.csv": EVENTS + "a1,2026-01-01,,\n"},
        ("an event type is expected, the cell is empty",),
    ),
    (
        "an event recorded never",
        {"events.csv": EVENTS + "a1,2026-01-01,call,9999-12-31\n"},
        ("events.csv, known", "1800 and 2200"),
    ),
    ("a close without a time", {"deals.csv": DEALS + "a21,,won\n"}, ("a closed deal needs the time it closed",)),
    ("a deal of nobody", {"deals.csv": DEALS + "zz,2026-03-01,won\n"}, ("no usable lead with this id",)),
    (
        "one bad byte",
        {"leads.csv": (LEADS + f"a90,2026-01-02,5,{'ü' * 20}\n").encode() + b"a91,2026-01-02,5,\xff\n"},
        ("bytes that are no text",),
    ),
]


def make(folder: Path, changes: Mapping[str, Content]) -> Path:
    for name, content in {**FILES, **changes}.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    (folder / "workspace" / "models").mkdir(parents=True)
    (folder / "workspace" / "models" / "kept").write_text("a model")
    return folder


def hash_of_workspace(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted((folder / "workspace").rglob("*")):
        if path.is_file() and "quarantine" not in str(path.relative_to(folder)):
            digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return digest.hexdigest()


def checked(folder: Path) -> int:
    return main(["check", "-c", str(folder / "leadlight.yaml")])


@pytest.mark.parametrize(("changes", "parts"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_bad_input_is_refused_with_what_was_found_and_the_cure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: Mapping[str, Content], parts: tuple[str, ...]
) -> None:
    before = hash_of_workspace(make(tmp_path, changes))

    assert checked(tmp_path) == 2

    out = capsys.readouterr().out
    assert [part for part in parts if part not in out] == [], out
    assert hash_of_workspace(tmp_path) == before


ACCEPTED: list[tuple[str, Mapping[str, Content]]] = [
    ("as it is", {}),
    (
        "one lead",
        {
            "leads.csv": LEADS[: LEADS.index("a1,")],
            "events.csv": EVENTS[: EVENTS.index("a1,")],
            "deals.csv": DEALS[: DEALS.index("a1,")],
        },
    ),
    ("semicolons and decimal commas", {"leads.csv": LEADS.replace(",", ";").replace(";7;", ";7,5;")}),
    ("tabs", {"leads.csv": LEADS.replace(",", "\t")}),
    ("UTF-16", {"leads.csv": LEADS.encode("utf-16")}),
    ("a byte order mark", {"leads.csv": LEADS.encode("utf-8-sig")}),
    ("Windows' own encoding", {"leads.csv": LEADS.replace("Ulm", "Köln").encode("cp1252")}),
    ("Windows' line ends", {"leads.csv": LEADS.replace("\n", "\r\n")}),
    ("old Mac's line ends", {"leads.csv": LEADS.replace("\n", "\r")}),
    ("no last line end", {"leads.csv": LEADS.rstrip("\n")}),
    (
        "a report's title and footer",
        {"leads.csv": "Leads\nas of today\n\n" + LEADS + "Total,28,,\nCopyright (c) us,,,\n"},
    ),
    ("blank lines at the end", {"leads.csv": LEADS + "\n,,,\n\n"}),
    ("300 columns", {"leads.csv": "".join(f"{line},{WIDE}\n" for line in LEADS.split())}),
    ("day first", {"leads.csv": dated("{d}.1.2026")}),
    ("month first", {"leads.csv": dated("1/{d}/2026 9:05 pm")}),
    ("names of months", {"leads.csv": dated("{d}-Jan-26")}),
    ("Excel's serials", {"leads.csv": HEAD + "".join(f"a{i},{46023 + i}.0,{i},Ulm\n" for i in range(28))}),
    ("money", sized("$1,234.50", "€ 12", "(7)", "1 234", "12%")),
    ("money with commas", sized("1.234,50 €", "EUR 12,5", "-7,1")),
    ("missing words", sized("Select", "unknown", "N/A", "-", "none", "5")),
    ("an own missing word", {**sized("tbd", "5"), "leadlight.yaml": PROJECT + "missing: [tbd]\n"}),
    (
        "unclear dates with a key",
        {
            "leads.csv": HEAD + "a1,02/03/2026,1,Ulm\n",
            "events.csv": "lead,at,type,known\n",
            "deals.csv": "lead,closed,outcome\n",
            "leadlight.yaml": PROJECT + "dates: dmy\n",
        },
    ),
    (
        "a list of files",
        project("source: leads.csv", "source: [leads.csv, more.csv]", more_csv=HEAD + "b1,2026-01-02,5,Ulm\n"),
    ),
]


@pytest.mark.parametrize("changes", [row[1] for row in ACCEPTED], ids=[row[0] for row in ACCEPTED])
def test_what_people_export_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: Mapping[str, Content]
) -> None:
    make(tmp_path, changes)

    assert checked(tmp_path) == 0, capsys.readouterr().out


def test_events_and_deals_of_a_bad_lead_go_into_quarantine_without_being_faults(tmp_path: Path) -> None:
    make(
        tmp_path,
        {**leads(*(f"b{i},2026-01-02,5,Ulm" for i in range(80))), "leadlight.yaml": PROJECT + "max_bad: 0.02\n"},
    )
    text = (tmp_path / "leads.csv").read_text().replace("a1,2026-01-02,1,Ulm", "a1,2026-01-02,one,Ulm")
    (tmp_path / "leads.csv").write_text(text)

    assert checked(tmp_path) == 0

    quarantine = (tmp_path / "workspace" / "quarantine.csv").read_text()
    assert "leads.csv,3,size,one,a number is expected" in quarantine
    assert "events.csv,3,lead,a1,its lead is in the quarantine" in quarantine
    assert "deals.csv,3,lead,a1,its lead is in the quarantine" in quarantine
    assert [path.name for path in (tmp_path / "workspace" / "quarantine").iterdir()] == ["leads.csv"]


def test_mended_rows_are_put_back_beside_the_file_they_come_from(tmp_path: Path) -> None:
    make(tmp_path, {**leads("b1,soon,5,Ulm"), "leadlight.yaml": PROJECT + "max_bad: 0.05\n"})
    assert checked(tmp_path) == 0
    kept = (tmp_path / "workspace" / "quarantine" / "leads.csv").read_text()

    (tmp_path / "mended.csv").write_text(kept.replace("soon", "2026-01-05"))
    text = (tmp_path / "leadlight.yaml").read_text()
    (tmp_path / "leadlight.yaml").write_text(text.replace("source: leads.csv", "source: [leads.csv, mended.csv]"))

    assert kept == HEAD + "b1,soon,5,Ulm\n"
    assert checked(tmp_path) == 0
    assert "a usable row of this id stands in mended.csv" in (tmp_path / "workspace" / "quarantine.csv").read_text()
    assert not (tmp_path / "workspace" / "quarantine").exists()
