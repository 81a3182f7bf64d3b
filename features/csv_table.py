"""CSV files as tables, whole or in pieces: where the header stands, rows that do not fit it, and a report's footer."""

import csv
import gc
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from typing import TextIO

from features.csv_text import BadText, CsvText
from features.raw_table import Fault, Place, RawTable

#: Cells held at a time, as rows times columns.
PIECE_CELLS = 1_000_000
#: A footer stands within so many rows of the end.
_TAIL_ROWS = 50
#: A report's title, filters and the like stand above the header within so many rows.
_HEAD_ROWS = 30
#: What a cell of a spreadsheet holds at most (Microsoft, "Excel specifications and limits").
MAX_CELL = 32_767
_SUMMARY = re.compile(
    r"(grand |sub)?totals?\b.*|sum(mary)?|count|average|records?:? [0-9].*|"
    r"[0-9][0-9.,]* (rows|records|leads|items)\b.*|"
    r"confidential information.*|copyright\b.*|\(c\) .*|© .*|generated (by|on)\b.*|exported (by|on)\b.*|as of [0-9].*",
    re.IGNORECASE | re.DOTALL,
)
_BROKEN = re.compile("[\x00\udc80-\udcff]")
Row = list[str]


@dataclass(frozen=True)
class Header:
    """The names of the columns, and the row of the file they stand in, from 1."""

    names: tuple[str, ...]
    row: int


def pieces_of(text: CsvText, *, piece_cells: int = PIECE_CELLS) -> Iterator[RawTable]:
    """The table in pieces of whole rows, at least one; what is in a piece does not depend on where pieces end.

    Raises
    ------
    BadText : there is no table, or it can not be read to its end.
    """
    with text.opened() as file, _no_collecting():
        records = text.records(file)
        head = _some(records, _HEAD_ROWS, text, 0)
        header = header_of(head)
        held, first_row = head[header.row :], header.row + 1
        size = max(piece_cells // max(len(header.names), 1), _TAIL_ROWS)
        notes = _notes(text, header)
        while more := _some(records, size, text, first_row + len(held)):
            held += more
            kept, held = held[:-_TAIL_ROWS], held[-_TAIL_ROWS:]
            yield _table(kept, header, Place(text.path.name, 0, first_row), notes)
            first_row += len(kept)
            del kept, more
        _refuse_open_quote(text, held)
        yield _table(_without_blank_end(held), header, Place(text.path.name, 0, first_row), notes, is_end=True)


def first_rows(text: CsvText) -> RawTable:
    """The header and the rows that stand right below it."""
    with text.opened() as file:
        head = _some(text.records(file), _HEAD_ROWS, text, 0)
    header = header_of(head)
    place = Place(text.path.name, 0, header.row + 1)
    return _table(_without_blank_end(head[header.row :]), header, place, _notes(text, header))


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Rows are lists without cycles: looking for some takes longer than reading them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _some(records: Iterator[Row], n: int, text: CsvText, n_before: int) -> list[Row]:
    try:
        return list(islice(records, n))
    except csv.Error as error:
        raise BadText(
            f"has a cell without end after row {n_before + 1} ({error}); is a quote missing, or one too many?"
        ) from error
    except UnicodeDecodeError as error:
        raise BadText(f"is no {text.encoding} text ({error.reason}); save it as CSV UTF-8") from error


def header_of(head: Sequence[Row]) -> Header:
    """The first row that fills at least half as many cells as most rows have; what stands above is a report's title.

    >>> header_of([["Leads of May"], [], ["id", "size"], ["a", "1"]])
    Header(names=('id', 'size'), row=3)
    """
    widths = Counter(len(row) for row in head if any(row))
    if not widths:
        raise BadText("is empty, expected a row with the names of the columns; export it again")
    width = max(widths.items(), key=lambda item: (item[1], item[0]))[0]
    for row, cells in enumerate(head, start=1):
        filled = [bool(cell.strip()) for cell in cells]
        has_row_numbers = len(cells) == width and not filled[0] and all(filled[1:])
        if has_row_numbers or sum(filled) >= max(min(2, width), width / 2):
            return Header(tuple(cell.strip().removeprefix("\ufeff") for cell in cells), row)
    raise BadText(f"has no row with the names of its columns among the first {len(head)}; put them into row 1")


def _notes(text: CsvText, header: Header) -> tuple[str, ...]:
    notes = [text.note] if text.note else []
    if header.row > 1:
        notes.append(f"the header was found in row {header.row}; what stands above was passed over")
    return tuple(f"{text.path.name}: {note}" for note in notes)


def _without_blank_end(rows: list[Row]) -> list[Row]:
    end = len(rows)
    while end and not "".join(rows[end - 1]).strip():
        end -= 1
    return rows[:end]


def _table(rows: list[Row], header: Header, place: Place, notes: tuple[str, ...], *, is_end: bool = False) -> RawTable:
    width = len(header.names)
    faults = _faults(rows, header)
    if is_end:
        faults |= _footer(rows, width)
    fitting = [row if len(row) == width else (row + [""] * (width - len(row)))[:width] for row in rows]
    cells = list(zip(*fitting, strict=True)) if fitting else [()] * width
    table = RawTable(place.file, {}, len(rows), (place,), faults, notes)
    return replace(table, columns=_named(header, cells, place.file))


def _named(header: Header, cells: Sequence[Sequence[str]], file: str) -> dict[str, Sequence[str]]:
    """The columns by name; what has none is left out, and of two alike one."""
    columns: dict[str, Sequence[str]] = {}
    for position, (name, own) in enumerate(zip(header.names, cells, strict=True)):
        if not name:
            continue
        if name in columns and columns[name] != own:
            first = header.names.index(name) + 1
            raise BadText(
                f"has the column {name!r} twice, as number {first} and number {position + 1}, and they differ; "
                "rename one of them"
            )
        columns.setdefault(name, own)
    return columns


def _faults(rows: list[Row], header: Header) -> dict[int, Fault]:
    """The rows that are no record of this table; where all are, no row is looked at by itself."""
    width = len(header.names)
    texts = list(map("".join, rows))
    faults: dict[int, Fault] = {}
    if set(map(len, rows)) - {width}:
        faults |= {i: _of_width(row, header) for i, row in enumerate(rows) if len(row) != width}
    if not all(texts) or any(map(str.isspace, texts)):
        blank = Fault(header.names[0], "", "the row is empty", is_aside=True)
        faults |= {i: blank for i, text in enumerate(texts) if not text or text.isspace()}
    if max(map(len, texts), default=0) > MAX_CELL or not "".join(texts).isprintable():
        broken = {i: _broken(row, header) for i, row in enumerate(rows)}
        faults |= {i: fault for i, fault in broken.items() if fault is not None}
    return faults


def _of_width(row: Row, header: Header) -> Fault:
    width = len(header.names)
    if len(row) < width:
        told = f"the row has {len(row)} cells, the header {width}; is a separator or a quote missing?"
        return Fault(header.names[len(row)], "", told)
    told = f"the row has {len(row)} cells, the header {width}; put a cell that holds the separator in quotes"
    return Fault(header.names[-1], row[width], told)


def _broken(row: Row, header: Header) -> Fault | None:
    for name, cell in zip(header.names, row, strict=False):
        if len(cell) > MAX_CELL:
            told = f"the cell has {len(cell)} characters, at most {MAX_CELL} are expected; is a quote missing?"
            return Fault(name, cell[:200], told)
        if _BROKEN.search(cell):
            shown = cell.encode("ascii", "backslashreplace").decode()
            return Fault(name, shown, "the cell holds bytes that are no text; write it again")
    return None


def _footer(rows: list[Row], width: int) -> dict[int, Fault]:
    """The last rows that are no records: a sum, a notice of the report that the table was exported from."""
    found: dict[int, Fault] = {}
    for i in range(len(rows) - 1, max(len(rows) - _TAIL_ROWS, 0) - 1, -1):
        filled = [cell.strip() for cell in rows[i] if cell.strip()]
        is_summary = bool(filled) and _SUMMARY.fullmatch(filled[0]) is not None
        is_sentence = width > 2 and len(filled) == 1 and " " in filled[0]
        if filled and not is_summary and not is_sentence:
            break
        found[i] = Fault("", filled[0] if filled else "", "a footer of the report, no record", is_aside=True)
    return found


def _refuse_open_quote(text: CsvText, held: list[Row]) -> None:
    """A quote that nothing closes makes one cell of the rest of the file."""
    last = next((row for row in reversed(held) if row), None)
    if last is None or not any("\n" in cell or "\r" in cell for cell in last):
        return
    opened = _line_of_open_quote(text)
    if opened is not None:
        raise BadText(f"has a quote in line {opened} that is never closed; close it, or double it where it is meant")


def _line_of_open_quote(text: CsvText) -> int | None:
    """The line in which the last record begins, where strict reading finds no end of it."""
    with text.opened() as file:
        begins, records = 0, text.records(file)
        last = 0
        for _ in records:
            begins, last = last, records.line_num
    with text.opened() as file:
        rest = list(islice(file, begins, None))
    try:
        list(csv.reader(rest, delimiter=text.separator, strict=True))
    except csv.Error as error:
        return begins + 1 if "unexpected end" in str(error) else None
    return None


def copy_rows(text: CsvText, rows: frozenset[int], out: TextIO) -> None:
    """Write the header and these rows of the file, as a spreadsheet counts them, cell by cell as they stand."""
    with text.opened() as file:
        writer = csv.writer(out, delimiter=text.separator, lineterminator="\n")
        head = list(islice(text.records(file), _HEAD_ROWS))
        header = header_of(head)
    with text.opened() as file:
        for number, row in enumerate(text.records(file), start=1):
            if number == header.row or number in rows:
                writer.writerow(row)
