"""What the cells of a column settle together: the order of day and month, and the decimal mark.

Decided by all cells of a column that were known before the training's `until`, whatever their order, and kept in
the bundle. A cell that can be read one way only is evidence; one that can be read two ways follows it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from features.date_forms import is_numeral
from features.date_forms import readings_of as date_readings
from features.number_forms import readings_of as number_readings
from features.parsing import BadCell, parse_time_us
from features.raw_table import RawTable
from features.reading import CellFormat, DateOrder, Reading
from features.sources import BadProject, Problem
from features.tables import Kind

_ORDERS: tuple[DateOrder, ...] = ("dmy", "mdy")
_ISO_YEAR = 4


@dataclass
class DateEvidence:
    """What the dates of a column say of their order: counts by the only order that they fit.

    Attributes
    ----------
    open : how many fit both orders, and mean different days; `example` is the first of them by name.
    """

    reading: Reading
    before_us: int | None = None
    votes: Counter[DateOrder] = field(default_factory=Counter)
    open: int = 0
    example: str = ""

    def add(self, cells: Iterable[str]) -> None:
        """Take more cells into account; each counts as often as it comes."""
        for cell, n in Counter(cells).items():
            self._add(cell, n)

    def _add(self, cell: str, n: int) -> None:
        text = cell.strip()
        if text[:_ISO_YEAR].isdigit() or self.reading.is_missing(text) or is_numeral(text):
            return
        fits = {order: moment for order, moment in date_readings(text).items() if order != "ymd"}
        orders = [order for order in _ORDERS if order in fits and self._is_known(text, order)]
        if len(fits) == 1 and orders:
            self.votes[orders[0]] += n
        elif len(set(fits.values())) > 1 and orders:
            self.open += n
            self.example = min(filter(None, (self.example, text)))

    def _is_known(self, text: str, order: DateOrder) -> bool:
        """Whether it was there before `before_us`: what came later may not tell how to read what came before."""
        if self.before_us is None:
            return True
        try:
            return parse_time_us(text, replace(self.reading, dates=order), date_is="start") < self.before_us
        except BadCell:
            return False


@dataclass(frozen=True)
class Settled:
    """How a column is read; `question` is what only the project can say, `note` what was taken for granted."""

    format: CellFormat
    question: str = ""
    note: str = ""


def settled_dates(evidence: DateEvidence, said: DateOrder | None) -> Settled:
    """The column's own key, else its cells where they agree, else the project's key, else most of its cells.

    >>> evidence = DateEvidence(Reading())
    >>> evidence.add(["03/04/2026", "03/31/2026"])
    >>> settled_dates(evidence, None).format.dates
    'mdy'
    """
    if said is not None:
        return Settled(CellFormat(dates=said))
    votes = evidence.votes
    if len(votes) == 1:
        return Settled(CellFormat(dates=next(iter(votes))))
    if evidence.reading.dates is not None:
        return Settled(CellFormat(dates=evidence.reading.dates))
    if votes["dmy"] != votes["mdy"]:
        order = max(_ORDERS, key=lambda each: votes[each])
        told = (
            f"dates are read as {order}, as {votes[order]} of them show; {sum(votes.values()) - votes[order]} are not"
        )
        return Settled(CellFormat(dates=order), note=told)
    if evidence.open or votes:
        example = evidence.example or "13/1/2026 beside 1/13/2026"
        told = f"found {example!r}, which is two days: expected to know whether the day or the month comes first"
        return Settled(CellFormat(), question=f"{told}; say `dates: dmy` or `dates: mdy`")
    return Settled(CellFormat())


def settled_decimal(cells: Iterable[str], said: CellFormat, reading: Reading) -> Settled:
    """The column's own key, else its cells where they agree, else the project's key, else most of them, else a point.

    >>> settled_decimal(["1.234", "1,5"], CellFormat(), Reading()).format.decimal
    ','
    """
    if said.decimal is not None:
        return Settled(CellFormat(decimal=said.decimal))
    points = commas = n_open = 0
    example = ""
    for cell, n in Counter(cells).items():
        point, comma = (None, None) if reading.is_missing(cell) else number_readings(cell)
        points += n * (point is not None and comma is None)
        commas += n * (comma is not None and point is None)
        if point is not None and comma is not None and point != comma:
            n_open += n
            example = min(filter(None, (example, cell.strip())))
    if bool(points) != bool(commas):
        return Settled(CellFormat(decimal="." if points else ","))
    if reading.decimal is not None:
        return Settled(CellFormat(decimal=reading.decimal))
    mark = CellFormat(decimal="," if commas > points else ".")
    if not n_open or points != commas:
        return Settled(mark)
    return Settled(mark, note=f"found {example!r}, read with a decimal point; say `decimal: ','` if a comma is meant")


def settled_column(cells: Iterable[str], kind: Kind, said: CellFormat, reading: Reading) -> Settled:
    """How the cells of an attribute are read, as its kind needs it."""
    if kind in ("number", "flag"):
        return settled_decimal(cells, said, reading)
    if kind == "date":
        evidence = DateEvidence(reading)
        evidence.add(cells)
        return settled_dates(evidence, said.dates)
    return Settled(CellFormat())


def settled_times(evidence: Mapping[str, DateEvidence], columns: Mapping[str, str]) -> dict[str, CellFormat]:
    """How columns of times are read, by their key in leadlight.yaml; what needs nothing is left out.

    Raises
    ------
    BadProject : the order of day and month is not clear.
    """
    settled = {key: settled_dates(each, None) for key, each in evidence.items()}
    problems = [
        Problem(tuple(key.split(".")), f"the column {columns[key]!r}: {each.question}")
        for key, each in settled.items()
        if each.question
    ]
    if problems:
        raise BadProject(problems)
    return {key: each.format for key, each in settled.items() if each.format != CellFormat()}


def settling_times(reading: Reading, key: str, column: str, table: RawTable, before_us: int | None) -> Reading:
    """The reading with what a column of times settles; as it is where that is settled already.

    Parameters
    ----------
    key : of the column in leadlight.yaml.
    before_us : later times have no say.

    Raises
    ------
    BadProject : the order of day and month is not clear.
    """
    if key in reading.columns:
        return reading
    evidence = DateEvidence(reading, before_us)
    evidence.add(cell for row, cell in enumerate(table[column]) if row not in table.faults)
    return reading.settling(settled_times({key: evidence}, {key: column}))
